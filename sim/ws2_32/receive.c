#include "sim/ws2_32/receive.h"

#include <string.h>

#include "sim/ws2_32/probe.h"
#include "sim/ws2_32/route.h"

enum {
    POISON_BYTE = 0xdd
};

enum lc_wsa sim_wsa_recv(
    lc_socket socket,
    unsigned char *bytes,
    uint32_t size_bytes,
    uint32_t *ret_received)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_RECV);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_wsabuf buffer = { .len = size_bytes, .buf = (char *)bytes };
    uint32_t received = 0;
    uint32_t flags = 0;
    int32_t error = 0;
    int result = route.started->table.lpWSPRecv(
        socket,
        &buffer,
        1,
        &received,
        &flags,
        NULL,
        NULL,
        NULL,
        &error);
    if (result == 0) {
        *ret_received = received;
    }
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_recv_overlapped(
    lc_socket socket,
    struct lc_wsabuf *buffer,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *routine)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_RECV);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_wsathreadid id = sim_upcall_thread_id();
    uint32_t received = 0;
    uint32_t flags = 0;
    int32_t error = 0;
    int result = route.started->table.lpWSPRecv(
        socket,
        buffer,
        1,
        &received,
        &flags,
        overlapped,
        routine,
        &id,
        &error);
    /* Who needs them later has to have copied them: SEND-16, OVL-15. */
    memset(buffer, POISON_BYTE, sizeof *buffer);
    memset(&id, POISON_BYTE, sizeof id);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_send_disconnect(lc_socket socket)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_SEND_DISCONNECT);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    int32_t error = 0;
    int result = route.started->table.lpWSPSendDisconnect(socket, NULL, &error);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_recv_disconnect(lc_socket socket)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_RECV_DISCONNECT);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    int32_t error = 0;
    int result = route.started->table.lpWSPRecvDisconnect(socket, NULL, &error);
    return sim_route_close(&route, result != 0, error);
}

/* A port as it stands in an address. */
static uint16_t swapped(uint16_t port)
{
    return (uint16_t)(port << 8 | port >> 8);
}

enum lc_wsa sim_wsa_bind(lc_socket socket, uint16_t port)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_BIND);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_sockaddr_in address = {
        .sin_family = LC_AF_INET,
        .sin_port = swapped(port),
    };
    struct lc_sockaddr name;
    memcpy(&name, &address, sizeof name);
    int32_t error = 0;
    int result =
        route.started->table.lpWSPBind(socket, &name, sizeof name, &error);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_name(lc_socket socket, bool is_peer, uint16_t *ret_port)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(
        &route,
        socket,
        is_peer ? LC_SPI_GET_PEER_NAME : LC_SPI_GET_SOCK_NAME);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    const struct lc_wspproc_table *table = &route.started->table;
    struct lc_sockaddr name = { 0 };
    int32_t length = sizeof name;
    int32_t error = 0;
    int result = is_peer
                     ? table->lpWSPGetPeerName(socket, &name, &length, &error)
                     : table->lpWSPGetSockName(socket, &name, &length, &error);
    if (result == 0) {
        struct lc_sockaddr_in address;
        memcpy(&address, &name, sizeof address);
        *ret_port = swapped(address.sin_port);
    }
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_get_option(
    lc_socket socket,
    int32_t option,
    uint32_t *ret_value)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_GET_SOCK_OPT);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    uint32_t value = 0;
    int32_t length = sizeof value;
    int32_t error = 0;
    int result = route.started->table.lpWSPGetSockOpt(
        socket,
        LC_SOL_SOCKET,
        option,
        (char *)&value,
        &length,
        &error);
    if (result == 0) {
        *ret_value = value;
    }
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_unread(lc_socket socket, uint32_t *ret_bytes)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_IOCTL);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    uint32_t bytes = 0;
    uint32_t returned = 0;
    int32_t error = 0;
    int result = route.started->table.lpWSPIoctl(
        socket,
        LC_FIONREAD,
        NULL,
        0,
        &bytes,
        sizeof bytes,
        &returned,
        NULL,
        NULL,
        NULL,
        &error);
    if (result == 0) {
        *ret_bytes = bytes;
    }
    return sim_route_close(&route, result != 0, error);
}
