#include "sim/net/listen.h"

#include "lastcall/check.h"

#include "sim/net/connection.h"

enum {
    REQUESTS = 3, /* of a connector to one socket */
    BACKLOG_MAX = 200
};

static bool is_listening(const struct sim_connection *connection)
{
    return connection->state == SIM_CONNECTION_LISTENING;
}

static void next_request(const struct sim_connection *connection, uint64_t left)
{
    uint64_t interval_ns = SIM_NET->peer_number * LC_NS_PER_MS;
    sim_connection_start(connection, LC_EVENT_REQUEST, interval_ns, left);
}

static void on_request(uint16_t object, uint64_t left)
{
    struct sim_connection *connection = sim_connection_at(object);
    LC_CHECK(is_listening(connection));
    uint32_t waiting = connection->waiting + connection->taken;
    if (waiting < connection->backlog) {
        connection->waiting++;
        sim_connection_wire(
            connection,
            LC_WIRE_REQUEST,
            0,
            connection->waiting,
            true);
        sim_connection_changed(connection);
    } else {
        sim_connection_wire(connection, LC_WIRE_FULL, 0, waiting, true);
    }
    if (left > 1) {
        next_request(connection, left - 1);
    }
}

void sim_listen_open(void)
{
    sim_thread_set_handler(LC_EVENT_REQUEST, on_request);
}

/* Some of those who ask hear that there is no connection. */
static void drop(const struct sim_connection *connection, uint32_t count)
{
    if (count > 0) {
        sim_connection_wire(connection, LC_WIRE_DROPPED, 0, count, true);
    }
}

void sim_listen_end(struct sim_connection *connection)
{
    uint16_t number = (uint16_t)sim_connection_number(connection);
    LC_CHECK(is_listening(connection));
    (void)sim_thread_unschedule(LC_EVENT_REQUEST, number);
    drop(connection, connection->waiting);
    connection->waiting = 0;
}

void sim_listen_check(const struct sim_connection *connection)
{
    LC_CHECK_IF(connection->waiting > 0, is_listening(connection));
    LC_CHECK(connection->waiting + connection->taken <= BACKLOG_MAX);
}

enum lc_wsa sim_listen_begin(uint32_t number, int32_t backlog)
{
    sim_connection_yield(number);
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_connection *connection = sim_connection_at(number);
    if (is_listening(connection)) {
        return LC_WSA_OK;
    }
    if (sim_net_is_connected(number)) {
        return LC_WSAEISCONN;
    }
    if (connection->state != SIM_CONNECTION_NEW || connection->port == 0) {
        return LC_WSAEINVAL;
    }
    connection->state = SIM_CONNECTION_LISTENING;
    connection->backlog = (uint8_t)(backlog < 1             ? 1
                                    : backlog > BACKLOG_MAX ? BACKLOG_MAX
                                                            : backlog);
    sim_connection_wire(
        connection,
        LC_WIRE_LISTEN,
        0,
        connection->backlog,
        true);
    if (SIM_NET->peer_kind == LC_PEER_CONNECTOR) {
        next_request(connection, REQUESTS);
    }
    return LC_WSA_OK;
}

enum lc_wsa sim_listen_take(uint32_t number, bool wait)
{
    sim_connection_yield(number);
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_connection *connection = sim_connection_at(number);
    if (connection->is_cancelled) {
        return LC_WSAEINTR;
    }
    if (!is_listening(connection)) {
        return LC_WSAEINVAL;
    }
    while (connection->waiting == 0) {
        if (!wait) {
            return LC_WSAEWOULDBLOCK;
        }
        enum lc_wsa error = sim_connection_wait(connection, SIM_FOREVER);
        if (error != LC_WSA_OK) {
            return error;
        }
        if (connection->is_cancelled || !is_listening(connection)) {
            return LC_WSAEINTR;
        }
    }
    connection->waiting--;
    connection->taken++;
    sim_notify_enable(connection, LC_FD_ACCEPT);
    return LC_WSA_OK;
}

/* Ends the taking. Returns: whether the socket listens still. */
static bool give_up(struct sim_connection *connection)
{
    LC_CHECK(connection->taken > 0);
    connection->taken--;
    if (!is_listening(connection)) {
        drop(connection, 1);
    }
    return is_listening(connection);
}

void sim_listen_put_back(uint32_t number)
{
    struct sim_connection *connection = sim_connection_at(number);
    if (give_up(connection)) {
        connection->waiting++;
        sim_connection_changed(connection);
    }
}

void sim_listen_reject(uint32_t number)
{
    sim_connection_yield(number);
    struct sim_connection *connection = sim_connection_at(number);
    if (give_up(connection)) {
        sim_connection_wire(connection, LC_WIRE_REJECTED, 0, 0, true);
    }
}

enum lc_wsa sim_listen_accept(
    uint32_t number,
    uint32_t *ret_connection,
    lc_socket *ret_handle)
{
    sim_connection_yield(number);
    struct sim_connection *listener = sim_connection_at(number);
    struct sim_connection *connection = NULL;
    enum lc_wsa error = is_listening(listener) && !listener->is_cancelled
                            ? sim_connection_open(&connection)
                            : LC_WSAEINTR;
    if (error != LC_WSA_OK) {
        sim_listen_put_back(number);
        return error;
    }
    bool listens = give_up(listener);
    LC_CHECK(listens);
    connection->state = SIM_CONNECTION_UP;
    connection->is_incoming = 1;
    connection->port = listener->port;
    connection->buffer_bytes = listener->buffer_bytes;
    connection->is_unbuffered = listener->is_unbuffered;
    connection->receive_buffer_bytes = listener->receive_buffer_bytes;
    sim_connection_wire(connection, LC_WIRE_ACCEPTED, 0, number, true);
    sim_receive_begin(connection);
    sim_notify_inherit(connection, listener);
    *ret_connection = sim_connection_number(connection);
    *ret_handle = connection->handle;
    return LC_WSA_OK;
}
