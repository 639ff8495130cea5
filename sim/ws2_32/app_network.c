/*
 * The application's network events, and its selects.
 * Source: documented. WSAEventSelect, WSAEnumNetworkEvents, select (winsock2.h).
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/ws2_32/app.h"
#include "sim/ws2_32/network.h"
#include "sim/ws2_32/overlapped.h"

enum {
    SETS = 3,
    US_PER_MS = 1000
};

/* The event of a variable, from 1; NULL: none. */
static lc_handle event_of(uint32_t variable)
{
    LC_CHECK(variable <= LC_EVENTS_MAX);
    uint32_t process = sim_thread_process();
    return variable == 0
               ? NULL
               : (lc_handle)(uintptr_t)SIM_OVERLAPPED->processes[process]
                     .events[variable - 1];
}

/* A registration that is taken back names no event. */
static uint32_t variable_of(const struct lc_op *op)
{
    bool is_given = op->value2 != 0 && event_of(op->value + 1) != NULL;
    return is_given ? op->value + 1 : 0;
}

void sim_app_describe_event_select(
    const struct lc_op *op,
    struct lc_record *record)
{
    record->b = variable_of(op);
    record->c = op->value2;
}

enum lc_wsa sim_app_event_select(
    const struct lc_op *op,
    struct lc_record *record)
{
    return sim_wsa_event_select(
        (lc_socket)record->c,
        event_of(variable_of(op)),
        op->value2);
}

enum lc_wsa sim_app_enum_network_events(
    const struct lc_op *op,
    struct lc_record *record)
{
    struct lc_wsanetworkevents events = { 0 };
    enum lc_wsa wsa = sim_wsa_enum_network_events(
        (lc_socket)record->c,
        event_of(op->value),
        &events);
    if (wsa == LC_WSA_OK) {
        uint64_t connect = (uint16_t)events.iErrorCode[LC_FD_CONNECT_BIT];
        uint64_t close = (uint16_t)events.iErrorCode[LC_FD_CLOSE_BIT];
        record->d =
            (int64_t)((uint16_t)events.lNetworkEvents | connect << 16 | close << 32);
    }
    return wsa;
}

void sim_app_describe_select(const struct lc_op *op, struct lc_record *record)
{
    record->b = op->value2;
    record->c = op->entry;
}

static void tell(uint32_t what, lc_socket socket, uint32_t sets)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_SELECT,
        .caller = LC_MODULE_APP,
        .callee = LC_MODULE_WS2_32,
        .function = (uint16_t)what,
        .a = (int64_t)socket,
        .b = sets,
    });
}

static bool is_member(const struct lc_fd_set *set, lc_socket socket)
{
    bool is_in = false;
    for (uint32_t i = 0; i < set->fd_count; i++) {
        is_in |= set->fd_array[i] == socket;
    }
    return is_in;
}

/* What is asked of the sockets, each of them once. */
static void ask(const struct lc_op *op, struct lc_fd_set *ret_asked)
{
    const struct sim_app_process *app = sim_app_process_running();
    for (uint32_t i = 0; i < LC_SOCKETS_MAX; i++) {
        if ((op->value >> i & 1) == 0) {
            continue;
        }
        lc_socket socket = app->is_set[i] ? app->sockets[i] : LC_INVALID_SOCKET;
        if (!is_member(ret_asked, socket)) {
            ret_asked->fd_array[ret_asked->fd_count] = socket;
            ret_asked->fd_count++;
            tell(LC_SELECT_ASKED, socket, op->entry);
        }
    }
}

static void answer(
    const struct lc_fd_set *asked,
    const struct lc_fd_set sets[SETS],
    uint32_t which)
{
    for (uint32_t i = 0; i < asked->fd_count; i++) {
        lc_socket socket = asked->fd_array[i];
        uint32_t found = 0;
        for (uint32_t k = 0; k < SETS; k++) {
            bool is_in = (which >> k & 1) != 0 && is_member(&sets[k], socket);
            found |= (uint32_t)is_in << k;
        }
        if (found != 0) {
            tell(LC_SELECT_FOUND, socket, found);
        }
    }
}

enum lc_wsa sim_app_select(const struct lc_op *op, struct lc_record *record)
{
    struct lc_fd_set asked = { 0 };
    struct lc_fd_set sets[SETS];
    struct lc_fd_set *given[SETS] = { NULL, NULL, NULL };
    const struct lc_timeval timeout = {
        .tv_sec = (int32_t)(op->value2 / 1000),
        .tv_usec = (int32_t)(op->value2 % 1000 * US_PER_MS),
    };
    record->c = 0;
    ask(op, &asked);
    for (uint32_t k = 0; k < SETS; k++) {
        sets[k] = asked;
        if ((op->entry >> k & 1) != 0) {
            given[k] = &sets[k];
        }
    }
    struct lc_timeval passed = timeout;
    uint32_t count = 0;
    enum lc_wsa wsa = sim_wsa_select(given, &passed, &count);
    if (wsa == LC_WSA_OK) {
        record->a = count;
        answer(&asked, sets, op->entry);
    }
    record->d = memcmp(&passed, &timeout, sizeof passed) == 0;
    return wsa;
}
