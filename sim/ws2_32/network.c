#include "sim/ws2_32/network.h"

#include <stddef.h>

#include "lastcall/limits.h"
#include "lastcall/trace.h"

#include "sim/engine/trace.h"
#include "sim/net/notify.h"
#include "sim/win32/win32.h"
#include "sim/ws2_32/handle.h"
#include "sim/ws2_32/overlapped.h"
#include "sim/ws2_32/route.h"

/* The variable of a process that holds an event, from 1; 0: none does. */
static uint32_t variable_of(uint32_t process, uint64_t event)
{
    const uint64_t *names = SIM_OVERLAPPED->processes[process].names;
    uint32_t at = 0;
    while (at < LC_EVENTS_MAX && (event == 0 || names[at] != event)) {
        at++;
    }
    return at < LC_EVENTS_MAX ? at + 1 : 0;
}

static void on_told(const struct sim_notify_told *told)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_NETWORK,
        .process = told->process,
        .caller = told->module,
        .callee = LC_MODULE_APP,
        .function = (uint16_t)told->bit,
        .a = told->connection,
        .b = variable_of(told->process, told->event),
        .c = told->error,
    });
    sim_win32_event_end(told->event);
}

void sim_network_open(void)
{
    sim_notify_set_told(on_told);
}

enum lc_wsa sim_wsa_event_select(
    lc_socket socket,
    lc_handle event,
    uint32_t events)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_EVENT_SELECT);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    int32_t error = 0;
    int result = route.started->table
                     .lpWSPEventSelect(socket, event, (int32_t)events, &error);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_enum_network_events(
    lc_socket socket,
    lc_handle event,
    struct lc_wsanetworkevents *ret_events)
{
    struct sim_route route;
    enum lc_wsa wsa =
        sim_route_open(&route, socket, LC_SPI_ENUM_NETWORK_EVENTS);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    int32_t error = 0;
    int result = route.started->table
                     .lpWSPEnumNetworkEvents(socket, event, ret_events, &error);
    return sim_route_close(&route, result != 0, error);
}

static lc_socket first_of(struct lc_fd_set *const sets[3])
{
    for (uint32_t i = 0; i < 3; i++) {
        if (sets[i] != NULL && sets[i]->fd_count > 0) {
            return sets[i]->fd_array[0];
        }
    }
    return LC_INVALID_SOCKET;
}

/* Whether all are sockets, and of one entry of the catalog. */
static enum lc_wsa check_all(
    struct lc_fd_set *const sets[3],
    uint32_t catalog_id)
{
    enum lc_wsa wsa = LC_WSA_OK;
    for (uint32_t i = 0; i < 3; i++) {
        for (uint32_t k = 0; sets[i] != NULL && k < sets[i]->fd_count; k++) {
            const struct sim_socket_handle *handle =
                sim_handle_find(sets[i]->fd_array[k]);
            if (handle == NULL) {
                return LC_WSAENOTSOCK;
            }
            if (handle->catalog_id != catalog_id) {
                wsa = LC_WSAEINVAL;
            }
        }
    }
    return wsa;
}

enum lc_wsa sim_wsa_select(
    struct lc_fd_set *const sets[3],
    const struct lc_timeval *timeout,
    uint32_t *ret_count)
{
    struct sim_route route;
    lc_socket first = first_of(sets);
    enum lc_wsa wsa = sim_route_open(&route, first, LC_SPI_SELECT);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    wsa = check_all(sets, route.handle->catalog_id);
    if (wsa != LC_WSA_OK) {
        return sim_route_close(&route, true, (int32_t)wsa);
    }
    int32_t error = 0;
    int result =
        route.started->table
            .lpWSPSelect(0, sets[0], sets[1], sets[2], timeout, &error);
    if (result >= 0) {
        *ret_count = (uint32_t)result;
    }
    return sim_route_close(&route, result < 0, error);
}
