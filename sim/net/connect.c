#include "lastcall/check.h"

#include "sim/net/connection.h"

enum {
    PORT_OF_PEER = 80,
    PORT_INCOMING = 1024, /* of who has connected to us */
    PORT_FIRST = 49152    /* of those that the system gives */
};

/* How long a SYN is repeated that nobody answers.
 * Source: assumed. 3, 6 and 12 s, as Windows did by default. */
#define UNANSWERED_NS (21 * LC_NS_PER_S)

/* An attempt has failed; another one may be made (CONN-4). */
static void fail_to_connect(
    struct sim_connection *connection,
    enum lc_wire what,
    enum lc_wsa error)
{
    LC_CHECK(connection->state == SIM_CONNECTION_CONNECTING);
    sim_connection_wire(connection, what, 0, 0, true);
    connection->state = SIM_CONNECTION_NEW;
    connection->error = (uint16_t)error;
    connection->is_attempt_over = 1;
    connection->attempt_error = (uint16_t)error;
    sim_connection_changed(connection);
}

static void on_refused(uint16_t object, uint64_t value)
{
    (void)value;
    fail_to_connect(
        sim_connection_at(object),
        LC_WIRE_REFUSED,
        LC_WSAECONNREFUSED);
}

static void on_unanswered(uint16_t object, uint64_t value)
{
    (void)value;
    fail_to_connect(
        sim_connection_at(object),
        LC_WIRE_UNANSWERED,
        LC_WSAETIMEDOUT);
}

void sim_connect_open(void)
{
    sim_thread_set_handler(LC_EVENT_REFUSED, on_refused);
    sim_thread_set_handler(LC_EVENT_UNANSWERED, on_unanswered);
}

static void give_port(struct sim_connection *connection, uint16_t port)
{
    connection->port =
        port != 0 ? port
                  : (uint16_t)(PORT_FIRST + sim_connection_number(connection));
    if (connection->state == SIM_CONNECTION_DATAGRAM) {
        sim_datagram_bound(connection);
    }
}

void sim_connect_give_port(struct sim_connection *connection)
{
    if (connection->port == 0) {
        give_port(connection, 0);
    }
}

/* What the SYN is answered with, and when. */
static void send_syn(struct sim_connection *connection)
{
    const struct sim_net *net = SIM_NET;
    connection->state = SIM_CONNECTION_CONNECTING;
    connection->is_attempt_over = 0;
    connection->attempt_error = LC_WSA_OK;
    connection->is_noted &= (uint8_t)~LC_FD_CONNECT;
    sim_connect_give_port(connection);
    sim_connection_wire(connection, LC_WIRE_SYN, 0, 0, false);
    if (net->peer_kind == LC_PEER_NEVER) {
        sim_connection_start(connection, LC_EVENT_UNANSWERED, UNANSWERED_NS, 0);
        return;
    }
    sim_connection_start(
        connection,
        net->peer_kind == LC_PEER_REFUSE ? LC_EVENT_REFUSED
                                         : LC_EVENT_CONNECTED,
        sim_connection_latency_ns(connection) + net->latency_ns,
        0);
}

/* The error is told once. */
static enum lc_wsa take_error(struct sim_connection *connection)
{
    enum lc_wsa error = (enum lc_wsa)connection->error;
    connection->error = LC_WSA_OK;
    return error;
}

static enum lc_wsa wait_connected(struct sim_connection *connection)
{
    while (connection->state == SIM_CONNECTION_CONNECTING) {
        if (connection->is_cancelled) {
            return LC_WSAEINTR;
        }
        enum lc_wsa error = sim_connection_wait(connection, SIM_FOREVER);
        if (error != LC_WSA_OK) {
            return error;
        }
    }
    if (connection->state == SIM_CONNECTION_NEW) {
        return take_error(connection);
    }
    bool has_been_up =
        connection->state != SIM_CONNECTION_RESET || connection->is_peer_reset;
    return has_been_up ? LC_WSA_OK : LC_WSAECONNABORTED;
}

enum lc_wsa sim_net_connect(uint32_t number, bool wait)
{
    sim_connection_yield(number);
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_connection *connection = sim_connection_at(number);
    if (connection->is_cancelled) {
        return LC_WSAEINTR;
    }
    if (connection->state == SIM_CONNECTION_UP ||
        connection->state == SIM_CONNECTION_ENDED) {
        return LC_WSAEISCONN;
    }
    if (connection->state == SIM_CONNECTION_LISTENING) {
        return LC_WSAEINVAL;
    }
    if (connection->state == SIM_CONNECTION_RESET) {
        return LC_WSAECONNRESET;
    }
    if (connection->state == SIM_CONNECTION_CONNECTING) {
        return LC_WSAEALREADY;
    }
    send_syn(connection);
    return wait ? wait_connected(connection) : LC_WSAEWOULDBLOCK;
}

enum lc_wsa sim_net_take_error(uint32_t number)
{
    return take_error(sim_connection_at(number));
}

/* Whether another connection of a process has the port: one that still sends
 * keeps it (CLOSE-25). */
static bool has_port(uint32_t process, uint16_t port, bool is_datagram)
{
    const struct sim_net *net = SIM_NET;
    for (uint32_t i = 0; i < net->connection_end; i++) {
        const struct sim_connection *connection = &net->connections[i];
        if (connection->state != SIM_CONNECTION_FREE &&
            !connection->is_released && connection->process == process &&
            connection->port == port &&
            (connection->state == SIM_CONNECTION_DATAGRAM) == is_datagram) {
            return true;
        }
    }
    return false;
}

enum lc_wsa sim_net_bind(uint32_t number, uint16_t port)
{
    sim_connection_yield(number);
    struct sim_connection *connection = sim_connection_at(number);
    bool is_datagram = connection->state == SIM_CONNECTION_DATAGRAM;
    bool is_bound = connection->port != 0;
    if (is_bound || (connection->state != SIM_CONNECTION_NEW && !is_datagram)) {
        return LC_WSAEINVAL;
    }
    if (port != 0 && has_port(connection->process, port, is_datagram)) {
        return LC_WSAEADDRINUSE;
    }
    give_port(connection, port);
    return LC_WSA_OK;
}

uint16_t sim_net_port(uint32_t number)
{
    return sim_connection_at(number)->port;
}

uint16_t sim_net_peer_port(uint32_t number)
{
    return sim_connection_at(number)->is_incoming ? PORT_INCOMING
                                                  : PORT_OF_PEER;
}
