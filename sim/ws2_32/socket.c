/*
 * The calls on sockets: each finds the provider of the handle and goes in.
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"
#include "lastcall/triplet.h"

#include "sim/engine/thread.h"
#include "sim/ws2_32/catalog.h"
#include "sim/ws2_32/crossing.h"
#include "sim/ws2_32/handle.h"
#include "sim/ws2_32/hook.h"
#include "sim/ws2_32/installed.h"
#include "sim/ws2_32/probe.h"
#include "sim/ws2_32/route.h"
#include "sim/ws2_32/select.h"
#include "sim/ws2_32/started.h"
#include "sim/ws2_32/state.h"
#include "sim/ws2_32/ws2_32.h"

enum {
    POISON_BYTE = 0xdd
};

enum lc_wsa sim_route_open(
    struct sim_route *route,
    lc_socket socket,
    enum lc_spi function)
{
    const struct sim_ws2_process *process = sim_ws2_process();
    if (process->startup_count == 0) {
        return LC_WSANOTINITIALISED;
    }
    route->life = process->life;
    const struct sim_socket_handle *before = sim_handle_find(socket);
    uint32_t module = before == NULL
                          ? LC_MODULE_WS2_32
                          : sim_catalog_module(before->catalog_id - 1);
    sim_thread_yield_on(
        (struct lc_place){
            .kind = LC_PLACE_SPI_ENTER,
            .function = (uint8_t)function,
            .module = (uint8_t)module,
        },
        sim_crossing_thing(function, (int64_t)socket));
    if (process->startup_count == 0 || process->life != route->life) {
        return LC_WSANOTINITIALISED;
    }
    route->handle = sim_handle_find(socket);
    if (route->handle == NULL) {
        return LC_WSAENOTSOCK;
    }
    route->generation = route->handle->generation;
    route->started = sim_started_find(route->handle->catalog_id);
    if (route->started == NULL) {
        return LC_WSAENOTSOCK;
    }
    route->started->inside++;
    sim_hook_enter(route->handle->catalog_id);
    return LC_WSA_OK;
}

enum lc_wsa sim_route_close(
    const struct sim_route *route,
    bool has_failed,
    int32_t error)
{
    sim_hook_leave();
    sim_started_leave(route->started);
    if (!has_failed) {
        return LC_WSA_OK;
    }
    /* ERR-1: a failure that names no error. */
    return error == 0 ? LC_WSASYSCALLFAILURE : (enum lc_wsa)error;
}

enum lc_wsa sim_route_start(
    struct sim_route *route,
    uint32_t entry,
    enum lc_spi function)
{
    const struct sim_ws2_process *process = sim_ws2_process();
    if (process->startup_count == 0) {
        return LC_WSANOTINITIALISED;
    }
    route->life = process->life;
    sim_ws2_lock();
    enum lc_wsa error = LC_WSANOTINITIALISED;
    if (process->startup_count > 0 && process->life == route->life) {
        error = sim_started_ensure(entry, &route->started);
    }
    sim_ws2_unlock();
    if (error != LC_WSA_OK) {
        return error;
    }
    sim_thread_yield((struct lc_place){
        .kind = LC_PLACE_SPI_ENTER,
        .function = (uint8_t)function,
        .module = route->started->module,
    });
    if (process->startup_count == 0 || process->life != route->life) {
        return LC_WSANOTINITIALISED;
    }
    route->started->inside++;
    return LC_WSA_OK;
}

enum lc_wsa sim_wsa_socket(
    uint32_t entry,
    uint32_t triplet,
    lc_socket *ret_socket)
{
    struct sim_route route;
    const struct sim_entry_list *view = sim_installed_view();
    if (sim_ws2_process()->startup_count == 0) {
        return LC_WSANOTINITIALISED;
    }
    enum lc_wsa wsa = LC_WSA_OK;
    if (entry == LC_NONE) {
        wsa = sim_select(view, triplet, &entry);
    } else if (!sim_installed_has(view, entry)) {
        wsa = LC_WSAEPROTONOSUPPORT;
    }
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    wsa = sim_route_start(&route, entry, LC_SPI_SOCKET);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_wsaprotocol_infow info = *sim_catalog_entry(entry);
    int32_t error = 0;
    lc_socket socket = route.started->table.lpWSPSocket(
        lc_triplet_af(triplet),
        lc_triplet_sock(triplet),
        lc_triplet_ipproto(triplet),
        &info,
        0,
        LC_WSA_FLAG_OVERLAPPED,
        &error);
    wsa = sim_route_close(&route, socket == LC_INVALID_SOCKET, error);
    if (wsa == LC_WSA_OK) {
        *ret_socket = socket;
    }
    return wsa;
}

enum lc_wsa sim_wsa_connect(lc_socket socket)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_CONNECT);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_sockaddr_in address = {
        .sin_family = LC_AF_INET,
        .sin_port = 0x5000, /* 80 in network order */
    };
    struct lc_sockaddr name;
    memcpy(&name, &address, sizeof name);
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

enum lc_wsa sim_wsa_send(
    lc_socket socket,
    const unsigned char *bytes,
    uint32_t size_bytes,
    uint32_t *ret_sent)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_SEND);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_wsabuf buffer = {
        .len = size_bytes,
        .buf = (char *)(uintptr_t)bytes,
    };
    uint32_t sent = 0;
    int32_t error = 0;
    int result =
        route.started->table
            .lpWSPSend(socket, &buffer, 1, &sent, 0, NULL, NULL, NULL, &error);
    if (result == 0) {
        *ret_sent = sent;
    }
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_send_overlapped(
    lc_socket socket,
    struct lc_wsabuf *buffer,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *routine)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_SEND);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_wsathreadid id = sim_upcall_thread_id();
    uint32_t sent = 0;
    int32_t error = 0;
    int result = route.started->table.lpWSPSend(
        socket,
        buffer,
        1,
        &sent,
        0,
        overlapped,
        routine,
        &id,
        &error);
    /* Who needs them later has to have copied them: SEND-16, OVL-15. */
    memset(buffer, POISON_BYTE, sizeof *buffer);
    memset(&id, POISON_BYTE, sizeof id);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_get_overlapped_result(
    lc_socket socket,
    struct lc_wsaoverlapped *overlapped,
    bool wait,
    uint32_t *ret_bytes)
{
    struct sim_route route;
    enum lc_wsa wsa =
        sim_route_open(&route, socket, LC_SPI_GET_OVERLAPPED_RESULT);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    uint32_t flags = 0;
    int32_t error = 0;
    int result = route.started->table.lpWSPGetOverlappedResult(
        socket,
        overlapped,
        ret_bytes,
        wait,
        &flags,
        &error);
    return sim_route_close(&route, result == 0, error);
}

enum lc_wsa sim_wsa_shutdown(lc_socket socket, uint32_t how)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_SHUTDOWN);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    int32_t error = 0;
    int result =
        route.started->table.lpWSPShutdown(socket, (int32_t)how, &error);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_set_option(
    lc_socket socket,
    int32_t option,
    const void *value,
    uint32_t size_bytes)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_SET_SOCK_OPT);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    int32_t error = 0;
    int result = route.started->table.lpWSPSetSockOpt(
        socket,
        LC_SOL_SOCKET,
        option,
        value,
        (int32_t)size_bytes,
        &error);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_set_nonblocking(lc_socket socket, uint32_t on)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_IOCTL);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    uint32_t returned = 0;
    int32_t error = 0;
    int result = route.started->table.lpWSPIoctl(
        socket,
        LC_FIONBIO,
        &on,
        sizeof on,
        NULL,
        0,
        &returned,
        NULL,
        NULL,
        NULL,
        &error);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_close(lc_socket socket)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_CLOSE_SOCKET);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    int32_t error = 0;
    int result = route.started->table.lpWSPCloseSocket(socket, &error);
    wsa = sim_route_close(&route, result != 0, error);
    /* The value may have been given out again meanwhile, or the process's
     * last cleanup may have dropped it. */
    if (wsa == LC_WSA_OK && route.handle->catalog_id != 0 &&
        route.handle->handle == socket &&
        route.handle->generation == route.generation) {
        sim_handle_drop(route.handle);
    }
    return wsa;
}
