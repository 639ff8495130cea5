#include "sim/net/connection.h"

#include "lastcall/check.h"

#include "sim/engine/choice.h"
#include "sim/engine/trace.h"
#include "sim/net/idle.h"
#include "sim/net/request.h"

enum {
    LATE_MAX = 3 /* extra latencies that a packet may take */
};

/* A provider has named a connection that never was: the run ends. */
static void name_nothing(void)
{
    LC_CHECK(sim_thread_current() != NULL);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_FAULT,
        .function = LC_FAULT_READ,
        .caller = LC_MODULE_SYSTEM,
        .callee = (uint8_t)sim_thread_module(),
        .a = -1,
        .b = -1,
    });
    sim_thread_end_run(LC_END_FAULT);
    __builtin_unreachable();
}

struct sim_connection *sim_connection_at(uint32_t number)
{
    bool is_known =
        number >= 1 && number <= SIM_NET->connection_end &&
        SIM_NET->connections[number - 1].state != SIM_CONNECTION_FREE;
    if (!is_known) {
        name_nothing();
    }
    return &SIM_NET->connections[number - 1];
}

struct lc_place sim_connection_place(void)
{
    return (struct lc_place){
        .kind = LC_PLACE_SHIM,
        .function = LC_SHIM_NET,
        .module = (uint8_t)sim_thread_module(),
    };
}

void sim_connection_yield(uint32_t number)
{
    const struct sim_connection *connection = sim_connection_at(number);
    /* Where it may set an event, others may depend on that. */
    bool is_alone = connection->notify == 0;
    sim_thread_yield_on(
        sim_connection_place(),
        is_alone ? sim_thing(
                       SIM_THING_SOCKET,
                       connection->process,
                       connection->handle)
                 : 0);
}

void sim_connection_wire(
    const struct sim_connection *connection,
    enum lc_wire what,
    uint64_t bytes,
    uint64_t offset,
    bool is_right)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_WIRE,
        .process = connection->process,
        .caller = connection->module,
        .callee = LC_MODULE_SYSTEM,
        .function = (uint16_t)what,
        .a = sim_connection_number(connection),
        .b = (int64_t)bytes,
        .c = (int64_t)offset,
        .d = is_right,
    });
}

void sim_connection_wake(struct sim_connection *connection)
{
    sim_thread_progress();
    (void)sim_thread_wake(
        sim_connection_wait_key(connection),
        SIM_THREADS_MAX,
        SIM_WAKE_SIGNALLED);
    sim_notify_wake(connection, SIM_WAKE_SIGNALLED);
}

void sim_connection_changed(struct sim_connection *connection)
{
    if (connection->request_count > 0) {
        sim_request_advance(sim_connection_number(connection));
    }
    if (connection->notify != 0) {
        sim_notify_look(connection);
    }
    sim_connection_wake(connection);
}

uint64_t sim_connection_latency_ns(struct sim_connection *connection)
{
    const struct sim_net *net = SIM_NET;
    uint32_t late = sim_choice_packet(
        sim_connection_number(connection),
        connection->segments,
        LATE_MAX);
    connection->segments++;
    return net->latency_ns * (1 + (uint64_t)late);
}

void sim_connection_start(
    const struct sim_connection *connection,
    enum lc_event event,
    uint64_t delay_ns,
    uint64_t value)
{
    sim_thread_schedule(
        event,
        (uint16_t)sim_connection_number(connection),
        delay_ns,
        value);
}

enum lc_wsa sim_connection_wait(
    const struct sim_connection *connection,
    uint64_t timeout_ns)
{
    enum sim_wake wake = sim_idle_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_NET,
        .key = sim_connection_wait_key(connection),
        .timeout_ns = timeout_ns,
        .object = sim_connection_number(connection),
    });
    if (wake == SIM_WAKE_CANCELLED) {
        return LC_WSAEINTR;
    }
    return wake == SIM_WAKE_TIMEOUT ? LC_WSAETIMEDOUT : LC_WSA_OK;
}

void sim_connection_reset(struct sim_connection *connection)
{
    if (connection->state == SIM_CONNECTION_LISTENING) {
        sim_listen_end(connection);
    } else if (connection->state == SIM_CONNECTION_DATAGRAM) {
        sim_datagram_reset(connection);
    }
    bool is_half = connection->state == SIM_CONNECTION_ENDED &&
                   connection->peer_fin != SIM_PEER_FIN_HERE;
    bool was_up = connection->state == SIM_CONNECTION_UP ||
                  connection->state == SIM_CONNECTION_CONNECTING;
    if (was_up || is_half) {
        sim_connection_wire(
            connection,
            LC_WIRE_RST,
            connection->accepted_bytes - connection->acked_bytes,
            connection->acked_bytes,
            true);
    }
    if (connection->state != SIM_CONNECTION_ENDED || is_half) {
        connection->state = SIM_CONNECTION_RESET;
    }
    uint16_t number = (uint16_t)sim_connection_number(connection);
    (void)sim_thread_unschedule(LC_EVENT_CONNECTED, number);
    (void)sim_thread_unschedule(LC_EVENT_DELIVER, number);
    (void)sim_thread_unschedule(LC_EVENT_READ, number);
    (void)sim_thread_unschedule(LC_EVENT_ACK, number);
    sim_receive_forget(connection);
    sim_connection_changed(connection);
}
