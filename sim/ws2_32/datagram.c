#include "sim/ws2_32/datagram.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/ws2_32/route.h"

/* A port as it stands in an address. */
static uint16_t swapped(uint16_t port)
{
    return (uint16_t)(port << 8 | port >> 8);
}

uint16_t sim_wsa_port_of(enum lc_address address)
{
    static const uint16_t ports[] = {
        [LC_ADDRESS_PEER] = 80,
        [LC_ADDRESS_OTHER] = 81,
        [LC_ADDRESS_NONE] = 0,
    };
    _Static_assert(LC_COUNT_OF(ports) == LC_ADDRESS_COUNT, "one each");
    LC_CHECK(address < LC_ADDRESS_COUNT);
    return ports[address];
}

static struct lc_sockaddr name_of(enum lc_address address)
{
    struct lc_sockaddr_in in = { .sin_family = LC_AF_INET,
                                 .sin_port =
                                     swapped(sim_wsa_port_of(address)) };
    struct lc_sockaddr name = { 0 };
    if (address != LC_ADDRESS_NONE) {
        memcpy(&name, &in, sizeof name);
    }
    return name;
}

enum lc_wsa sim_wsa_send_to(
    lc_socket socket,
    const struct lc_wsabuf *buffer,
    enum lc_address address,
    uint32_t *ret_sent)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_SEND_TO);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_wsabuf copy = *buffer;
    struct lc_sockaddr name = name_of(address);
    bool has_name = address != LC_ADDRESS_NONE;
    uint32_t sent = 0;
    int32_t error = 0;
    int result = route.started->table.lpWSPSendTo(
        socket,
        &copy,
        1,
        &sent,
        0,
        has_name ? &name : NULL,
        has_name ? (int32_t)sizeof name : 0,
        NULL,
        NULL,
        NULL,
        &error);
    if (result == 0) {
        *ret_sent = sent;
    }
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_recv_from(
    lc_socket socket,
    const struct lc_wsabuf *buffer,
    uint32_t *ret_received,
    uint16_t *ret_port)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_RECV_FROM);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_wsabuf copy = *buffer;
    struct lc_sockaddr name = { 0 };
    int32_t name_bytes = sizeof name;
    uint32_t received = 0;
    uint32_t flags = 0;
    int32_t error = 0;
    int result = route.started->table.lpWSPRecvFrom(
        socket,
        &copy,
        1,
        &received,
        &flags,
        &name,
        &name_bytes,
        NULL,
        NULL,
        NULL,
        &error);
    struct lc_sockaddr_in in;
    memcpy(&in, &name, sizeof in);
    *ret_port = swapped(in.sin_port);
    if (result == 0) {
        *ret_received = received;
    }
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_connect_to(lc_socket socket, enum lc_address address)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_CONNECT);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_sockaddr name = name_of(address);
    int32_t error = 0;
    int result = route.started->table.lpWSPConnect(
        socket,
        &name,
        sizeof name,
        NULL,
        NULL,
        NULL,
        NULL,
        &error);
    return sim_route_close(&route, result != 0, error);
}
