#include "sim/net/notify.h"

#include <string.h>

#include "lastcall/check.h"

#include "sim/net/connection.h"
#include "sim/net/idle.h"

/* Written at start-up only. */
static sim_notify_fn *tell;

void sim_notify_set_told(sim_notify_fn *told)
{
    tell = told;
}

static bool is_there(const struct sim_connection *connection)
{
    return connection->state == SIM_CONNECTION_UP ||
           connection->state == SIM_CONNECTION_ENDED;
}

static bool has_unread(const struct sim_connection *connection)
{
    return connection->arrived_bytes > connection->received_bytes;
}

static bool is_writable(const struct sim_connection *connection)
{
    return (connection->state == SIM_CONNECTION_UP ||
            connection->state == SIM_CONNECTION_DATAGRAM) &&
           connection->is_finishing == 0 && connection->untaken_count == 0 &&
           connection->accepted_bytes - connection->acked_bytes <
               connection->buffer_bytes;
}

/* The peer's stream is at its end, and all of it was received. */
static bool has_ended(const struct sim_connection *connection)
{
    return is_there(connection) && connection->peer_fin == SIM_PEER_FIN_HERE &&
           !has_unread(connection);
}

static bool is_asked(const struct sim_connection *connection)
{
    return connection->state == SIM_CONNECTION_LISTENING &&
           connection->waiting > 0;
}

static bool holds(const struct sim_connection *connection, uint32_t bit)
{
    switch (bit) {
    case LC_FD_CONNECT_BIT:
        return connection->is_attempt_over != 0;
    case LC_FD_WRITE_BIT:
        return is_writable(connection);
    case LC_FD_READ_BIT:
        return connection->receiving == SIM_RECEIVING_OPEN &&
               (connection->queued > 0 ||
                (is_there(connection) && has_unread(connection)));
    case LC_FD_ACCEPT_BIT:
        return is_asked(connection);
    case LC_FD_CLOSE_BIT:
        return connection->state == SIM_CONNECTION_RESET ||
               has_ended(connection);
    default:
        return false;
    }
}

static enum lc_wsa error_of(
    const struct sim_connection *connection,
    uint32_t bit)
{
    if (bit == LC_FD_CONNECT_BIT) {
        return (enum lc_wsa)connection->attempt_error;
    }
    if (bit == LC_FD_CLOSE_BIT && connection->state == SIM_CONNECTION_RESET) {
        return connection->is_reset_told ? LC_WSAECONNRESET
                                         : LC_WSAECONNABORTED;
    }
    return LC_WSA_OK;
}

void sim_notify_look(struct sim_connection *connection)
{
    /* A connection is told of before what it makes possible. */
    static const uint8_t order[] = { LC_FD_CONNECT_BIT,
                                     LC_FD_ACCEPT_BIT,
                                     LC_FD_WRITE_BIT,
                                     LC_FD_READ_BIT,
                                     LC_FD_CLOSE_BIT };
    for (uint32_t i = 0; i < LC_COUNT_OF(order); i++) {
        uint32_t bit = order[i];
        uint8_t event = (uint8_t)(1U << bit);
        uint8_t open = connection->notify & (uint8_t)~connection->is_noted;
        if ((open & event) == 0 || !holds(connection, bit)) {
            continue;
        }
        connection->is_noted |= event;
        connection->noted |= event;
        tell(&(struct sim_notify_told){
            .connection = sim_connection_number(connection),
            .bit = bit,
            .error = error_of(connection, bit),
            .event = connection->notify_event,
            .process = connection->process,
            .module = connection->module,
        });
    }
}

void sim_notify_enable(struct sim_connection *connection, uint32_t events)
{
    if (connection->notify != 0) {
        connection->is_noted &= (uint8_t)~events;
        sim_notify_look(connection);
    }
}

static void forget(struct sim_connection *connection)
{
    connection->notify = 0;
    connection->noted = 0;
    connection->is_noted = 0;
    connection->notify_event = 0;
}

void sim_notify_select(uint32_t number, uint64_t event, uint32_t events)
{
    sim_thread_yield(sim_connection_place());
    struct sim_connection *connection = sim_connection_at(number);
    forget(connection);
    if (connection->is_cancelled || events == 0) {
        return;
    }
    /* Of an attempt that has failed nobody asks any more. */
    connection->is_attempt_over = is_there(connection);
    connection->attempt_error = LC_WSA_OK;
    connection->notify_event = event;
    connection->notify = (uint8_t)events;
    sim_notify_look(connection);
}

void sim_notify_inherit(
    struct sim_connection *connection,
    const struct sim_connection *listener)
{
    connection->notify_event = listener->notify_event;
    connection->notify = listener->notify;
    if (connection->notify != 0) {
        sim_notify_look(connection);
    }
}

bool sim_notify_is_on(uint32_t number)
{
    return sim_connection_at(number)->notify != 0;
}

void sim_notify_cancel(uint32_t number)
{
    forget(sim_connection_at(number));
}

void sim_notify_take(uint32_t number, struct lc_wsanetworkevents *ret_events)
{
    sim_thread_yield(sim_connection_place());
    struct sim_connection *connection = sim_connection_at(number);
    memset(ret_events, 0, sizeof *ret_events);
    ret_events->lNetworkEvents = connection->noted;
    for (uint32_t bit = 0; bit <= LC_FD_CLOSE_BIT; bit++) {
        if ((connection->noted >> bit & 1) != 0) {
            ret_events->iErrorCode[bit] = (int32_t)error_of(connection, bit);
        }
    }
    connection->noted = 0;
}

/* ---- Polling ---- */

/* What all polls wait for. */
static uint64_t poll_key(void)
{
    return (uint64_t)(uintptr_t)&SIM_NET->connection_end;
}

void sim_notify_wake(struct sim_connection *connection, enum sim_wake how)
{
    if (connection->is_polled) {
        connection->is_polled = 0;
        (void)sim_thread_wake(poll_key(), SIM_THREADS_MAX, how);
    }
}

static uint16_t find(const struct sim_connection *connection, uint16_t asked)
{
    uint32_t found = 0;
    if (holds(connection, LC_FD_READ_BIT) || is_asked(connection) ||
        holds(connection, LC_FD_CLOSE_BIT)) {
        found |= SIM_POLL_READ;
    }
    if (is_writable(connection)) {
        found |= SIM_POLL_WRITE;
    }
    if (connection->is_attempt_over && connection->attempt_error != 0) {
        found |= SIM_POLL_EXCEPT;
    }
    return (uint16_t)(found & asked);
}

/* Looks at all. Returns: whether the waits of none are cancelled. */
static bool look_at_all(
    struct sim_poll *polls,
    uint32_t count,
    bool *ret_is_any)
{
    *ret_is_any = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct sim_connection *connection =
            sim_connection_at(polls[i].connection);
        if (connection->is_cancelled) {
            return false;
        }
        polls[i].found = find(connection, polls[i].asked);
        *ret_is_any |= polls[i].found != 0;
    }
    return true;
}

static enum lc_wsa poll_until(
    struct sim_poll *polls,
    uint32_t count,
    const struct sim_thread *thread)
{
    for (;;) {
        bool is_any;
        if (!look_at_all(polls, count, &is_any)) {
            return LC_WSAEINTR;
        }
        uint64_t now_ns = sim_thread_now_ns();
        if (is_any || now_ns >= thread->deadline_ns) {
            return LC_WSA_OK;
        }
        for (uint32_t i = 0; i < count; i++) {
            sim_connection_at(polls[i].connection)->is_polled = 1;
        }
        enum sim_wake wake = sim_idle_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_NET,
            .key = poll_key(),
            .timeout_ns = thread->deadline_ns == SIM_FOREVER
                              ? SIM_FOREVER
                              : thread->deadline_ns - now_ns,
        });
        if (wake == SIM_WAKE_CANCELLED) {
            return LC_WSAEINTR;
        }
    }
}

enum lc_wsa sim_notify_poll(
    struct sim_poll *polls,
    uint32_t count,
    uint64_t timeout_ns)
{
    LC_CHECK(count > 0);
    sim_thread_yield(sim_connection_place());
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    LC_CHECK(thread->deadline_ns == 0);
    thread->deadline_ns = timeout_ns == SIM_FOREVER
                              ? SIM_FOREVER
                              : sim_thread_now_ns() + timeout_ns;
    enum lc_wsa error = poll_until(polls, count, thread);
    thread->deadline_ns = 0;
    return error;
}
