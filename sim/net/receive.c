#include "sim/net/receive.h"

#include <string.h>

#include "lastcall/check.h"

#include "sim/net/connection.h"
#include "sim/net/datagram.h"

enum {
    SOURCE_SHIFT = 32749, /* from a socket's stream to its peer's own */
    CONNECTOR_BYTES = 1000
};

const unsigned char *sim_receive_pattern(
    lc_socket handle,
    uint64_t offset_bytes)
{
    bool is_echo = SIM_NET->peer_kind == LC_PEER_ECHO;
    return sim_net_pattern(
        handle,
        is_echo ? offset_bytes : offset_bytes + SOURCE_SHIFT);
}

/* How much of a stream receives were given; of several of that handle, one after
 * the other or in other processes, the most. */
static uint64_t given_of(lc_socket handle)
{
    const struct sim_net *net = SIM_NET;
    uint64_t given_bytes = 0;
    for (uint32_t i = 0; i < net->connection_end; i++) {
        const struct sim_connection *connection = &net->connections[i];
        if (connection->handle == handle &&
            connection->received_bytes > given_bytes) {
            given_bytes = connection->received_bytes;
        }
    }
    return given_bytes;
}

bool sim_receive_find(
    lc_socket handle,
    const unsigned char *bytes,
    uint32_t size_bytes,
    uint64_t expected_bytes,
    uint64_t *ret_offset_bytes)
{
    if (memcmp(
            bytes,
            sim_receive_pattern(handle, expected_bytes),
            size_bytes) == 0) {
        *ret_offset_bytes = expected_bytes;
        return true;
    }
    uint64_t given_bytes = given_of(handle);
    for (uint64_t place = 0; place + size_bytes <= given_bytes; place++) {
        const unsigned char *right = sim_receive_pattern(handle, place);
        if (memcmp(bytes, right, size_bytes) == 0) {
            *ret_offset_bytes = place;
            return true;
        }
    }
    return false;
}

static uint32_t unread(const struct sim_connection *connection)
{
    LC_CHECK(connection->received_bytes <= connection->arrived_bytes);
    return (uint32_t)(connection->arrived_bytes - connection->received_bytes);
}

static bool is_there(const struct sim_connection *connection)
{
    return connection->state == SIM_CONNECTION_UP ||
           connection->state == SIM_CONNECTION_ENDED;
}

/* Puts on the wire what the peer may send: one burst, or its FIN. */
static void push(struct sim_connection *connection)
{
    const struct sim_net *net = SIM_NET;
    if (!is_there(connection) || connection->is_peer_reset ||
        connection->receiving == SIM_RECEIVING_DEAF ||
        connection->peer_flight_bytes > 0) {
        return;
    }
    uint64_t unsent = connection->peer_bytes - connection->peer_sent_bytes;
    if (unsent > 0) {
        uint32_t used = unread(connection);
        uint32_t room = connection->receive_buffer_bytes > used
                            ? connection->receive_buffer_bytes - used
                            : 0;
        uint64_t bytes = unsent < room ? unsent : room;
        if (bytes == 0) {
            return;
        }
        connection->peer_sent_bytes += bytes;
        connection->peer_flight_bytes = (uint32_t)bytes;
        uint64_t delay_ns = sim_connection_latency_ns(connection);
        sim_connection_start(
            connection,
            LC_EVENT_ARRIVE,
            delay_ns + sim_connection_transfer_ns(bytes, net->bits_per_s),
            bytes);
        return;
    }
    if (connection->peer_fin == SIM_PEER_FIN_DUE) {
        connection->peer_fin = SIM_PEER_FIN_SENT;
        sim_connection_start(
            connection,
            LC_EVENT_ARRIVE,
            sim_connection_latency_ns(connection),
            0);
    }
}

/* The peer will hear how much there is room for. */
static void tell_window(struct sim_connection *connection)
{
    if (!connection->is_window_due) {
        connection->is_window_due = 1;
        sim_connection_start(
            connection,
            LC_EVENT_WINDOW,
            SIM_NET->latency_ns,
            0);
    }
}

/* Room has come free for a peer that waits for it. */
static void open_window(struct sim_connection *connection)
{
    if (is_there(connection) && connection->peer_flight_bytes == 0 &&
        connection->peer_bytes > connection->peer_sent_bytes) {
        tell_window(connection);
    }
}

static void on_window(uint16_t object, uint64_t value)
{
    (void)value;
    struct sim_connection *connection = sim_connection_at(object);
    connection->is_window_due = 0;
    /* It says nothing of what went out meanwhile. */
    if (connection->arrived_bytes == connection->peer_sent_bytes &&
        connection->receiving != SIM_RECEIVING_HELD) {
        connection->peer_flight_bytes = 0;
        push(connection);
    }
}

static void on_arrive(uint16_t object, uint64_t value)
{
    struct sim_connection *connection = sim_connection_at(object);
    if (value == 0) {
        sim_connection_wire(
            connection,
            LC_WIRE_PEER_FIN,
            0,
            connection->arrived_bytes,
            true);
        connection->peer_fin = SIM_PEER_FIN_HERE;
        sim_connection_changed(connection);
        return;
    }
    LC_CHECK(value == connection->peer_flight_bytes);
    sim_connection_wire(
        connection,
        LC_WIRE_ARRIVE,
        value,
        connection->arrived_bytes,
        true);
    connection->arrived_bytes += value;
    switch ((enum sim_receiving)connection->receiving) {
    case SIM_RECEIVING_OPEN:
        tell_window(connection);
        sim_connection_changed(connection);
        break;
    case SIM_RECEIVING_SHUT:
        sim_connection_reset(connection);
        break;
    case SIM_RECEIVING_HELD:
    case SIM_RECEIVING_DEAF:
        break;
    }
}

static void on_reset(uint16_t object, uint64_t value)
{
    (void)value;
    struct sim_connection *connection = sim_connection_at(object);
    sim_connection_wire(
        connection,
        LC_WIRE_PEER_RST,
        connection->accepted_bytes - connection->acked_bytes,
        connection->acked_bytes,
        true);
    connection->error = LC_WSAECONNRESET;
    connection->is_reset_told = 1;
    connection->state = SIM_CONNECTION_RESET;
    /* It writes nothing: there is no connection any more. */
    sim_connection_reset(connection);
}

static void reset_by_peer(struct sim_connection *connection)
{
    connection->is_peer_reset = 1;
    sim_connection_start(
        connection,
        LC_EVENT_RESET,
        sim_connection_latency_ns(connection),
        0);
}

void sim_receive_begin(struct sim_connection *connection)
{
    const struct sim_net *net = SIM_NET;
    if (net->peer_kind == LC_PEER_SOURCE) {
        connection->peer_bytes = net->peer_number;
    } else if (connection->is_incoming) {
        connection->peer_bytes = CONNECTOR_BYTES;
    } else if (net->peer_kind == LC_PEER_HALFCLOSE) {
        connection->peer_fin = SIM_PEER_FIN_DUE;
    } else if (net->peer_kind == LC_PEER_RESET && net->peer_number == 0) {
        reset_by_peer(connection);
        return;
    }
    push(connection);
}

bool sim_receive_peer_reads(struct sim_connection *connection, uint64_t bytes)
{
    const struct sim_net *net = SIM_NET;
    if (net->peer_kind == LC_PEER_RESET &&
        connection->sent_bytes >= net->peer_number) {
        reset_by_peer(connection);
        return false;
    }
    if (net->peer_kind == LC_PEER_ECHO &&
        connection->receiving != SIM_RECEIVING_DEAF) {
        connection->peer_bytes += bytes;
        push(connection);
    }
    return true;
}

void sim_receive_peer_ends(struct sim_connection *connection)
{
    if (SIM_NET->peer_kind == LC_PEER_STALLED ||
        connection->peer_fin != SIM_PEER_FIN_NONE) {
        return;
    }
    bool is_quiet = connection->peer_bytes == connection->peer_sent_bytes &&
                    connection->peer_flight_bytes == 0;
    if (is_quiet || connection->receiving == SIM_RECEIVING_DEAF) {
        connection->peer_fin = SIM_PEER_FIN_RIDES;
        return;
    }
    connection->peer_fin = SIM_PEER_FIN_DUE;
    push(connection);
}

void sim_receive_forget(const struct sim_connection *connection)
{
    uint16_t number = (uint16_t)sim_connection_number(connection);
    (void)sim_thread_unschedule(LC_EVENT_ARRIVE, number);
    (void)sim_thread_unschedule(LC_EVENT_WINDOW, number);
    (void)sim_thread_unschedule(LC_EVENT_RESET, number);
    (void)sim_thread_unschedule(LC_EVENT_REFUSED, number);
    (void)sim_thread_unschedule(LC_EVENT_UNANSWERED, number);
}

void sim_receive_stop(struct sim_connection *connection)
{
    uint16_t number = (uint16_t)sim_connection_number(connection);
    connection->receiving = SIM_RECEIVING_DEAF;
    if (connection->state == SIM_CONNECTION_DATAGRAM) {
        sim_datagram_stop(connection);
    }
    (void)sim_thread_unschedule(LC_EVENT_ARRIVE, number);
    (void)sim_thread_unschedule(LC_EVENT_WINDOW, number);
}

void sim_receive_close(uint32_t number)
{
    sim_receive_stop(sim_connection_at(number));
}

void sim_receive_check(const struct sim_connection *connection)
{
    LC_CHECK(connection->received_bytes <= connection->arrived_bytes);
    LC_CHECK(connection->arrived_bytes <= connection->peer_sent_bytes);
    LC_CHECK(connection->peer_sent_bytes <= connection->peer_bytes);
    LC_CHECK(connection->receiving <= SIM_RECEIVING_DEAF);
    LC_CHECK_IF(
        connection->peer_fin >= SIM_PEER_FIN_SENT &&
            connection->receiving != SIM_RECEIVING_DEAF,
        connection->peer_sent_bytes == connection->peer_bytes);
}

void sim_receive_open(void)
{
    sim_thread_set_handler(LC_EVENT_ARRIVE, on_arrive);
    sim_thread_set_handler(LC_EVENT_WINDOW, on_window);
    sim_thread_set_handler(LC_EVENT_RESET, on_reset);
}

enum lc_wsa sim_receive_error(
    const struct sim_connection *connection,
    bool is_begun)
{
    if (connection->is_cancelled) {
        return LC_WSAEINTR;
    }
    if (connection->receiving != SIM_RECEIVING_OPEN && !is_begun) {
        return LC_WSAESHUTDOWN;
    }
    if (connection->state == SIM_CONNECTION_RESET) {
        return LC_WSAECONNRESET;
    }
    return is_there(connection) ? LC_WSA_OK : LC_WSAENOTCONN;
}

bool sim_receive_has_ended(const struct sim_connection *connection)
{
    return connection->peer_fin == SIM_PEER_FIN_HERE;
}

uint32_t sim_receive_give(
    struct sim_connection *connection,
    unsigned char *bytes,
    uint32_t size_bytes)
{
    uint32_t ready = unread(connection);
    uint32_t taken = size_bytes < ready ? size_bytes : ready;
    if (taken == 0 || connection->receiving != SIM_RECEIVING_OPEN) {
        return 0;
    }
    const unsigned char *right =
        sim_receive_pattern(connection->handle, connection->received_bytes);
    memcpy(bytes, right, taken);
    sim_connection_wire(
        connection,
        LC_WIRE_RECEIVE,
        taken,
        connection->received_bytes,
        true);
    connection->received_bytes += taken;
    sim_thread_progress();
    open_window(connection);
    return taken;
}

/* A receive. It waits where it is asked to. */
static enum lc_wsa take(
    struct sim_connection *connection,
    unsigned char *bytes,
    uint32_t size_bytes,
    bool wait,
    uint32_t *ret_taken)
{
    for (;;) {
        enum lc_wsa error = sim_receive_error(connection, false);
        if (error != LC_WSA_OK) {
            return error;
        }
        bool has_some = unread(connection) > 0 && size_bytes > 0;
        if (has_some) {
            *ret_taken = sim_receive_give(connection, bytes, size_bytes);
            return LC_WSA_OK;
        }
        if (size_bytes == 0 || sim_receive_has_ended(connection)) {
            *ret_taken = 0;
            return LC_WSA_OK;
        }
        if (!wait) {
            return LC_WSAEWOULDBLOCK;
        }
        error = sim_connection_wait(connection, SIM_FOREVER);
        if (error != LC_WSA_OK) {
            return error;
        }
    }
}

enum lc_wsa sim_receive_take(
    uint32_t number,
    unsigned char *bytes,
    uint32_t size_bytes,
    bool wait,
    uint32_t *ret_taken)
{
    LC_CHECK_IF(size_bytes > 0, bytes != NULL);
    sim_connection_yield(number);
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_connection *connection = sim_connection_at(number);
    enum lc_wsa error = take(connection, bytes, size_bytes, wait, ret_taken);
    sim_notify_enable(connection, LC_FD_READ);
    return error;
}

enum lc_wsa sim_receive_end(uint32_t number, bool is_held)
{
    sim_connection_yield(number);
    struct sim_connection *connection = sim_connection_at(number);
    if (!is_there(connection)) {
        return LC_WSAENOTCONN;
    }
    if (connection->receiving == SIM_RECEIVING_OPEN) {
        connection->receiving =
            is_held ? SIM_RECEIVING_HELD : SIM_RECEIVING_SHUT;
        if (!is_held && unread(connection) > 0) {
            sim_connection_reset(connection);
        }
        sim_connection_changed(connection);
    }
    return LC_WSA_OK;
}

uint32_t sim_receive_unread(uint32_t number)
{
    const struct sim_connection *connection = sim_connection_at(number);
    if (connection->state == SIM_CONNECTION_DATAGRAM) {
        return sim_datagram_unread(number);
    }
    return is_there(connection) ? unread(connection) : 0;
}

void sim_receive_set_buffer(uint32_t number, uint32_t size_bytes)
{
    struct sim_connection *connection = sim_connection_at(number);
    LC_CHECK(size_bytes > 0);
    connection->receive_buffer_bytes = size_bytes;
    open_window(connection);
}
