#include "sim/net/datagram.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/arena.h"
#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/engine/whole.h"
#include "sim/net/connection.h"
#include "sim/net/receive.h"

enum {
    PLACES_OF_A_SOCKET = 4,   /* where its first datagram goes */
    PORT_OF_SOURCE = 80,      /* it sends from there */
    SOURCE_BYTES = 1000,      /* of one of its datagrams ... */
    SOURCE_MAX_BYTES = 16000, /* ... and of all of them */
    SOURCE_AT_ONCE = 2
};

enum datagram_state {
    DATAGRAM_FREE = 0,
    DATAGRAM_WAITS = 1,   /* for those before it */
    DATAGRAM_LEAVES = 2,  /* goes over the link */
    DATAGRAM_OUTWARD = 3, /* on its way to the peer */
    DATAGRAM_INWARD = 4,  /* on its way from the peer */
    DATAGRAM_HERE = 5     /* in the receive buffer */
};

struct datagram {
    uint64_t offset_bytes; /* of its content */
    uint32_t size_bytes;
    uint32_t order; /* among those of the socket that wait or are here */
    uint16_t connection;
    uint16_t port; /* of the peer */
    uint8_t state; /* enum datagram_state */
    uint8_t zero[3];
};

struct datagrams {
    uint32_t end; /* behind the last place used in the run */
    uint32_t zero;
    struct sim_datagram_given given[SIM_CONNECTIONS_MAX];
    struct datagram places[SIM_DATAGRAMS_MAX];
};

#define DATAGRAMS ((struct datagrams *)sim_arena_part(SIM_PART_DATAGRAM))

/* ---- Places ---- */

static struct datagram *add(
    const struct sim_connection *connection,
    enum datagram_state state)
{
    struct datagrams *datagrams = DATAGRAMS;
    uint32_t number = sim_connection_number(connection);
    uint32_t first = (number - 1) * PLACES_OF_A_SOCKET;
    for (uint32_t i = 0; i < SIM_DATAGRAMS_MAX; i++) {
        uint32_t at = (first + i) % SIM_DATAGRAMS_MAX;
        struct datagram *datagram = &datagrams->places[at];
        if (datagram->state == DATAGRAM_FREE) {
            if (at >= datagrams->end) {
                datagrams->end = at + 1;
            }
            datagram->connection = (uint16_t)number;
            datagram->state = (uint8_t)state;
            return datagram;
        }
    }
    return NULL;
}

static void forget(struct datagram *datagram)
{
    *datagram = (struct datagram){ 0 };
}

static struct sim_connection *connection_of(const struct datagram *datagram)
{
    return sim_connection_at(datagram->connection);
}

/* The first of a socket in a state, by order; NULL: none. */
static struct datagram *first_of(
    const struct sim_connection *connection,
    enum datagram_state state)
{
    struct datagrams *datagrams = DATAGRAMS;
    struct datagram *first = NULL;
    uint32_t number = sim_connection_number(connection);
    for (uint32_t i = 0; i < datagrams->end; i++) {
        struct datagram *datagram = &datagrams->places[i];
        if (datagram->connection == number && datagram->state == state &&
            (first == NULL || datagram->order < first->order)) {
            first = datagram;
        }
    }
    return first;
}

/* Puts it behind all others of its socket in a state. */
static void put_last(struct datagram *datagram, enum datagram_state state)
{
    const struct datagrams *datagrams = DATAGRAMS;
    uint32_t last = 0;
    for (uint32_t i = 0; i < datagrams->end; i++) {
        const struct datagram *other = &datagrams->places[i];
        if (other != datagram && other->connection == datagram->connection &&
            other->state == state && other->order > last) {
            last = other->order;
        }
    }
    datagram->state = (uint8_t)state;
    datagram->order = last + 1;
}

static void wire(
    const struct datagram *datagram,
    enum lc_wire what,
    uint32_t how)
{
    const struct sim_connection *connection = connection_of(datagram);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_WIRE,
        .process = connection->process,
        .caller = connection->module,
        .callee = LC_MODULE_SYSTEM,
        .function = (uint16_t)what,
        .a = datagram->connection,
        .b = datagram->size_bytes,
        .c = (int64_t)datagram->offset_bytes,
        .d = how,
    });
}

static void start(struct datagram *datagram, uint64_t delay_ns)
{
    uint16_t object = (uint16_t)(datagram - DATAGRAMS->places + 1);
    sim_thread_schedule(LC_EVENT_DATAGRAM, object, delay_ns, 0);
}

static void unschedule(const struct datagram *datagram)
{
    uint16_t object = (uint16_t)(datagram - DATAGRAMS->places + 1);
    (void)sim_thread_unschedule(LC_EVENT_DATAGRAM, object);
}

/* ---- On their way ---- */

/* The next one goes over the link. */
static void push(struct sim_connection *connection)
{
    if (connection->is_leaving) {
        return;
    }
    struct datagram *datagram = first_of(connection, DATAGRAM_WAITS);
    if (datagram == NULL) {
        return;
    }
    connection->is_leaving = 1;
    connection->sent_bytes += datagram->size_bytes;
    datagram->state = DATAGRAM_LEAVES;
    datagram->order = 0;
    start(
        datagram,
        sim_connection_transfer_ns(datagram->size_bytes, SIM_NET->bits_per_s));
}

static bool is_deaf(const struct sim_connection *connection)
{
    return connection->state != SIM_CONNECTION_DATAGRAM ||
           connection->receiving == SIM_RECEIVING_DEAF;
}

/* The peer sends one. */
static void turn_inward(struct datagram *datagram)
{
    struct sim_connection *connection = connection_of(datagram);
    connection->peer_sent_bytes += datagram->size_bytes;
    datagram->state = DATAGRAM_INWARD;
    uint64_t delay_ns = sim_connection_latency_ns(connection);
    start(
        datagram,
        delay_ns + sim_connection_transfer_ns(
                       datagram->size_bytes,
                       SIM_NET->bits_per_s));
}

/* The source's next one. */
static void send_of_source(struct sim_connection *connection)
{
    uint32_t number = SIM_NET->peer_number;
    uint32_t all = number < SOURCE_MAX_BYTES ? number : SOURCE_MAX_BYTES;
    if (connection->peer_bytes >= all) {
        return;
    }
    struct datagram *datagram = add(connection, DATAGRAM_INWARD);
    if (datagram == NULL) {
        return;
    }
    uint32_t left = all - (uint32_t)connection->peer_bytes;
    datagram->offset_bytes = connection->peer_bytes;
    datagram->size_bytes = left < SOURCE_BYTES ? left : SOURCE_BYTES;
    datagram->port = PORT_OF_SOURCE;
    connection->peer_bytes += datagram->size_bytes;
    turn_inward(datagram);
}

void sim_datagram_bound(struct sim_connection *connection)
{
    if (SIM_NET->peer_kind == LC_PEER_SOURCE) {
        for (uint32_t i = 0; i < SOURCE_AT_ONCE; i++) {
            send_of_source(connection);
        }
    }
}

static void on_left(struct datagram *datagram)
{
    struct sim_connection *connection = connection_of(datagram);
    connection->is_leaving = 0;
    connection->acked_bytes += datagram->size_bytes;
    datagram->state = DATAGRAM_OUTWARD;
    start(datagram, sim_connection_latency_ns(connection));
    push(connection);
    sim_connection_changed(connection);
}

static void on_delivered(struct datagram *datagram)
{
    struct sim_connection *connection = connection_of(datagram);
    wire(datagram, LC_WIRE_DATAGRAM_DELIVER, 1);
    if (SIM_NET->peer_kind == LC_PEER_ECHO) {
        connection->peer_bytes += datagram->size_bytes;
        turn_inward(datagram);
    } else {
        forget(datagram);
    }
}

static uint64_t queued_bytes(const struct sim_connection *connection)
{
    return connection->arrived_bytes - connection->received_bytes;
}

static bool has_room(
    const struct sim_connection *connection,
    uint32_t size_bytes)
{
    return connection->queued == 0 || queued_bytes(connection) + size_bytes <=
                                          connection->receive_buffer_bytes;
}

static void throw_away(struct datagram *datagram, enum lc_drop why)
{
    wire(datagram, LC_WIRE_DATAGRAM_DROP, why);
    forget(datagram);
}

static void on_arrived(struct datagram *datagram)
{
    struct sim_connection *connection = connection_of(datagram);
    if (is_deaf(connection)) {
        throw_away(datagram, LC_DROP_CLOSED);
    } else if (
        connection->peer_port != 0 && connection->peer_port != datagram->port) {
        throw_away(datagram, LC_DROP_STRANGER);
    } else if (!has_room(connection, datagram->size_bytes)) {
        throw_away(datagram, LC_DROP_ROOM);
    } else {
        wire(datagram, LC_WIRE_DATAGRAM_ARRIVE, 1);
        put_last(datagram, DATAGRAM_HERE);
        connection->arrived_bytes += datagram->size_bytes;
        connection->queued++;
    }
    if (SIM_NET->peer_kind == LC_PEER_SOURCE && !is_deaf(connection)) {
        send_of_source(connection);
    }
    sim_connection_changed(connection);
}

static void on_datagram(uint16_t object, uint64_t value)
{
    (void)value;
    LC_CHECK(object >= 1 && object <= DATAGRAMS->end);
    struct datagram *datagram = &DATAGRAMS->places[object - 1];
    switch ((enum datagram_state)datagram->state) {
    case DATAGRAM_LEAVES:
        on_left(datagram);
        break;
    case DATAGRAM_OUTWARD:
        on_delivered(datagram);
        break;
    case DATAGRAM_INWARD:
        on_arrived(datagram);
        break;
    case DATAGRAM_FREE:
    case DATAGRAM_WAITS:
    case DATAGRAM_HERE:
        LC_CHECK(false);
    }
}

/* ---- Ends ---- */

/* Throws away what waits to be received. */
static void drop(struct sim_connection *connection, enum lc_drop why)
{
    struct datagram *datagram = first_of(connection, DATAGRAM_HERE);
    while (datagram != NULL) {
        connection->received_bytes += datagram->size_bytes;
        connection->queued--;
        throw_away(datagram, why);
        datagram = first_of(connection, DATAGRAM_HERE);
    }
}

void sim_datagram_stop(struct sim_connection *connection)
{
    drop(connection, LC_DROP_CLOSED);
}

void sim_datagram_reset(struct sim_connection *connection)
{
    struct datagrams *datagrams = DATAGRAMS;
    uint32_t number = sim_connection_number(connection);
    for (uint32_t i = 0; i < datagrams->end; i++) {
        struct datagram *datagram = &datagrams->places[i];
        if (datagram->connection == number) {
            if (datagram->state != DATAGRAM_HERE) {
                unschedule(datagram);
            }
            forget(datagram);
        }
    }
    connection->queued = 0;
    connection->is_leaving = 0;
    connection->received_bytes = connection->arrived_bytes;
}

/* ---- Calls ---- */

void sim_datagram_begin(uint32_t number)
{
    struct sim_connection *connection = sim_connection_at(number);
    LC_CHECK(connection->state == SIM_CONNECTION_NEW);
    connection->state = SIM_CONNECTION_DATAGRAM;
    sim_connection_wire(connection, LC_WIRE_DATAGRAM_SOCKET, 0, 0, false);
}

bool sim_datagram_is(uint32_t number)
{
    return sim_connection_at(number)->state == SIM_CONNECTION_DATAGRAM;
}

uint16_t sim_datagram_peer(uint32_t number)
{
    return sim_connection_at(number)->peer_port;
}

/* Whether a call may go on. */
static enum lc_wsa state_error(const struct sim_connection *connection)
{
    if (connection->is_cancelled) {
        return LC_WSAEINTR;
    }
    return connection->state == SIM_CONNECTION_DATAGRAM ? LC_WSA_OK
                                                        : LC_WSAENOTSOCK;
}

enum lc_wsa sim_datagram_connect(uint32_t number, uint16_t port)
{
    sim_connection_yield(number);
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_connection *connection = sim_connection_at(number);
    enum lc_wsa error = state_error(connection);
    if (error != LC_WSA_OK) {
        return error;
    }
    if (port != connection->peer_port) {
        drop(connection, LC_DROP_STRANGER);
        connection->peer_port = port;
    }
    sim_connect_give_port(connection);
    return LC_WSA_OK;
}

/* Compares buffers with what the application sends at a place. */
static bool is_right(
    const struct sim_connection *connection,
    const struct lc_wsabuf *buffers,
    uint32_t count)
{
    uint64_t offset = connection->accepted_bytes;
    for (uint32_t i = 0; i < count; i++) {
        const unsigned char *right =
            sim_net_pattern(connection->handle, offset);
        if (buffers[i].len > 0 &&
            memcmp(buffers[i].buf, right, buffers[i].len) != 0) {
            return false;
        }
        offset += buffers[i].len;
    }
    return true;
}

static uint64_t sum_of(const struct sim_datagram_call *call)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < call->count; i++) {
        sum += call->buffers[i].len;
    }
    return sum;
}

static enum lc_wsa take_over(
    struct sim_connection *connection,
    const struct sim_datagram_call *call,
    uint32_t size_bytes,
    uint16_t port)
{
    struct datagram *datagram = add(connection, DATAGRAM_WAITS);
    if (datagram == NULL) {
        return LC_WSAENOBUFS;
    }
    datagram->size_bytes = size_bytes;
    datagram->offset_bytes = connection->accepted_bytes;
    datagram->port = port;
    put_last(datagram, DATAGRAM_WAITS);
    wire(
        datagram,
        LC_WIRE_DATAGRAM,
        is_right(connection, call->buffers, call->count));
    connection->accepted_bytes += size_bytes;
    sim_connect_give_port(connection);
    sim_thread_progress();
    push(connection);
    return LC_WSA_OK;
}

/* Why nothing may be sent, or LC_WSA_OK. */
static enum lc_wsa send_error(
    const struct sim_connection *connection,
    const struct sim_datagram_call *call,
    uint64_t size_bytes)
{
    enum lc_wsa error = state_error(connection);
    if (error != LC_WSA_OK) {
        return error;
    }
    if (connection->is_finishing) {
        return LC_WSAESHUTDOWN;
    }
    if (call->port == 0 && connection->peer_port == 0) {
        return call->has_name ? LC_WSAEDESTADDRREQ : LC_WSAENOTCONN;
    }
    return size_bytes > LC_DATAGRAM_MAX ? LC_WSAEMSGSIZE : LC_WSA_OK;
}

enum lc_wsa sim_datagram_send(
    const struct sim_datagram_call *call,
    uint32_t *ret_bytes)
{
    sim_connection_yield(call->number);
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_connection *connection = sim_connection_at(call->number);
    uint64_t size_bytes = sum_of(call);
    for (;;) {
        enum lc_wsa error = send_error(connection, call, size_bytes);
        if (error != LC_WSA_OK) {
            return error;
        }
        uint64_t used = connection->accepted_bytes - connection->acked_bytes;
        if (used == 0 || used + size_bytes <= connection->buffer_bytes) {
            *ret_bytes = (uint32_t)size_bytes;
            return take_over(
                connection,
                call,
                (uint32_t)size_bytes,
                call->port != 0 ? call->port : connection->peer_port);
        }
        if (!call->wait) {
            sim_notify_enable(connection, LC_FD_WRITE);
            return LC_WSAEWOULDBLOCK;
        }
        error = sim_connection_wait(connection, SIM_FOREVER);
        if (error != LC_WSA_OK) {
            return error;
        }
    }
}

/* Fills buffers with the content. Returns: how much they hold of it. */
static uint32_t copy(
    const struct sim_connection *connection,
    const struct datagram *datagram,
    const struct sim_datagram_call *call)
{
    uint32_t done = 0;
    for (uint32_t i = 0; i < call->count; i++) {
        uint32_t left = datagram->size_bytes - done;
        uint32_t bytes =
            call->buffers[i].len < left ? call->buffers[i].len : left;
        if (bytes > 0) {
            memcpy(
                call->buffers[i].buf,
                sim_receive_pattern(
                    connection->handle,
                    datagram->offset_bytes + done),
                bytes);
        }
        done += bytes;
    }
    return done;
}

static enum lc_wsa give(
    struct sim_connection *connection,
    struct datagram *datagram,
    struct sim_datagram_call *call,
    uint32_t *ret_bytes)
{
    uint32_t done = copy(connection, datagram, call);
    bool is_cut = done < datagram->size_bytes;
    wire(datagram, LC_WIRE_DATAGRAM_GIVE, 1);
    DATAGRAMS->given[sim_connection_number(connection) - 1] =
        (struct sim_datagram_given){
            .offset_bytes = datagram->offset_bytes,
            .size_bytes = datagram->size_bytes,
            .port = datagram->port,
        };
    connection->received_bytes += datagram->size_bytes;
    connection->queued--;
    call->port = datagram->port;
    forget(datagram);
    sim_thread_progress();
    *ret_bytes = done;
    return is_cut ? LC_WSAEMSGSIZE : LC_WSA_OK;
}

static enum lc_wsa receive_error(const struct sim_connection *connection)
{
    enum lc_wsa error = state_error(connection);
    if (error != LC_WSA_OK) {
        return error;
    }
    if (connection->receiving != SIM_RECEIVING_OPEN) {
        return LC_WSAESHUTDOWN;
    }
    return connection->port == 0 ? LC_WSAEINVAL : LC_WSA_OK;
}

static enum lc_wsa take(
    struct sim_connection *connection,
    struct sim_datagram_call *call,
    uint32_t *ret_bytes)
{
    for (;;) {
        enum lc_wsa error = receive_error(connection);
        if (error != LC_WSA_OK) {
            return error;
        }
        struct datagram *datagram = first_of(connection, DATAGRAM_HERE);
        if (datagram != NULL) {
            return give(connection, datagram, call, ret_bytes);
        }
        if (!call->wait) {
            return LC_WSAEWOULDBLOCK;
        }
        error = sim_connection_wait(connection, SIM_FOREVER);
        if (error != LC_WSA_OK) {
            return error;
        }
    }
}

enum lc_wsa sim_datagram_receive(
    struct sim_datagram_call *call,
    uint32_t *ret_bytes)
{
    sim_connection_yield(call->number);
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_connection *connection = sim_connection_at(call->number);
    enum lc_wsa error = take(connection, call, ret_bytes);
    sim_notify_enable(connection, LC_FD_READ);
    return error;
}

enum lc_wsa sim_datagram_shutdown(uint32_t number, int32_t how)
{
    sim_connection_yield(number);
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_connection *connection = sim_connection_at(number);
    if (how != LC_SD_RECEIVE) {
        connection->is_finishing = 1;
    }
    if (how != LC_SD_SEND && connection->receiving == SIM_RECEIVING_OPEN) {
        connection->receiving = SIM_RECEIVING_SHUT;
    }
    sim_connection_changed(connection);
    return LC_WSA_OK;
}

uint32_t sim_datagram_unread(uint32_t number)
{
    const struct datagram *datagram =
        first_of(sim_connection_at(number), DATAGRAM_HERE);
    return datagram == NULL ? 0 : datagram->size_bytes;
}

bool sim_datagram_find_given(
    lc_socket handle,
    struct sim_datagram_given *ret_given)
{
    const struct sim_net *net = SIM_NET;
    for (uint32_t i = 0; i < net->connection_end; i++) {
        const struct sim_connection *connection = &net->connections[i];
        if (connection->state == SIM_CONNECTION_DATAGRAM &&
            connection->handle == handle && connection->has_handle &&
            connection->process == sim_thread_process()) {
            *ret_given = DATAGRAMS->given[i];
            return true;
        }
    }
    return false;
}

/* ---- The part ---- */

static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    const struct datagrams *datagrams = DATAGRAMS;
    ret_ranges[0] = (struct sim_range){
        .size_bytes = offsetof(struct datagrams, given),
    };
    ret_ranges[1] = (struct sim_range){
        .offset_bytes = offsetof(struct datagrams, given),
        .size_bytes = datagrams->end == 0 ? 0 : sizeof datagrams->given,
    };
    ret_ranges[2] = (struct sim_range){
        .offset_bytes = offsetof(struct datagrams, places),
        .size_bytes = datagrams->end * (uint32_t)sizeof datagrams->places[0],
    };
    return 3;
}

/* Each datagram belongs to a socket that knows of it. */
static void check_whole(void)
{
    const struct datagrams *datagrams = DATAGRAMS;
    uint32_t here[SIM_CONNECTIONS_MAX] = { 0 };
    LC_CHECK(datagrams->end <= SIM_DATAGRAMS_MAX);
    for (uint32_t i = 0; i < SIM_DATAGRAMS_MAX; i++) {
        const struct datagram *datagram = &datagrams->places[i];
        LC_CHECK(datagram->state <= DATAGRAM_HERE);
        LC_CHECK_IF(
            datagram->state == DATAGRAM_FREE,
            datagram->connection == 0);
        if (datagram->state != DATAGRAM_FREE) {
            LC_CHECK(i < datagrams->end);
            const struct sim_connection *connection = connection_of(datagram);
            LC_CHECK(connection->state == SIM_CONNECTION_DATAGRAM);
            here[datagram->connection - 1] += datagram->state == DATAGRAM_HERE;
        }
    }
    for (uint32_t i = 0; i < SIM_NET->connection_end; i++) {
        LC_CHECK(SIM_NET->connections[i].queued == here[i]);
    }
}

void sim_datagram_open(void)
{
    sim_whole_add(check_whole);
    sim_arena_part_declare(SIM_PART_DATAGRAM, sizeof(struct datagrams));
    sim_arena_part_set_used(SIM_PART_DATAGRAM, used_ranges);
    sim_thread_set_handler(LC_EVENT_DATAGRAM, on_datagram);
}
