#include "sim/net/net.h"

#include <string.h>
#include <sys/mman.h>

#include "sim/engine/arena.h"
#include "sim/engine/choice.h"
#include "sim/engine/snapshot.h"
#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/engine/whole.h"
#include "sim/net/connection.h"
#include "sim/net/datagram.h"
#include "sim/net/notify.h"
#include "sim/net/request.h"

enum {
    PATTERN_PERIOD = 65521, /* a prime: no power of two repeats it */
    PATTERN_STRIDE = 997,   /* between the streams of two handles */
    HANDLE_FIRST = 0x40,    /* values are multiples of 4, as in Windows */
    PLACES_OF_A_THREAD = 4, /* for connections: where its first one goes */
    HANDLES_OF_A_THREAD = 8 /* whose values lie together */
};

/* Constant after start-up. */
static const unsigned char *pattern;

static void pattern_make(void)
{
    if (pattern != NULL) {
        return;
    }
    size_t size_bytes = PATTERN_PERIOD + LC_SEND_MAX;
    unsigned char *at = mmap(
        NULL,
        size_bytes,
        PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS,
        -1,
        0);
    LC_CHECK(at != MAP_FAILED);
    uint64_t state = 1;
    for (size_t i = 0; i < PATTERN_PERIOD; i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        at[i] = (unsigned char)(state >> 56);
    }
    for (size_t i = PATTERN_PERIOD; i < size_bytes; i++) {
        at[i] = at[i - PATTERN_PERIOD];
    }
    /* A provider that writes into what it is given to send is caught. */
    int result = mprotect(at, size_bytes, PROT_READ);
    LC_CHECK(result == 0);
    pattern = at;
}

const unsigned char *sim_net_pattern(lc_socket handle, uint64_t offset_bytes)
{
    LC_CHECK(pattern != NULL);
    uint64_t start = (handle >> 2) * PATTERN_STRIDE + offset_bytes;
    return pattern + start % PATTERN_PERIOD;
}

/* What the peer has room for: nobody reads at a stalled one. */
static uint64_t window_of(const struct sim_connection *connection)
{
    const struct sim_net *net = SIM_NET;
    if (net->peer_kind != LC_PEER_STALLED) {
        return net->window_bytes;
    }
    LC_CHECK(connection->acked_bytes <= net->window_bytes);
    return net->window_bytes - connection->acked_bytes;
}

/* Puts on the wire what may go: one burst, or the FIN behind all of them. */
void sim_net_push(struct sim_connection *connection)
{
    const struct sim_net *net = SIM_NET;
    if (connection->state != SIM_CONNECTION_UP ||
        connection->flight_bytes > 0 || connection->is_fin_sent) {
        return;
    }
    uint64_t unsent = connection->accepted_bytes - connection->sent_bytes;
    if (unsent > 0) {
        uint64_t window = window_of(connection);
        uint64_t bytes = unsent < window ? unsent : window;
        if (bytes == 0) {
            return;
        }
        sim_connection_wire(
            connection,
            LC_WIRE_DATA,
            bytes,
            connection->sent_bytes,
            true);
        connection->sent_bytes += bytes;
        connection->flight_bytes = (uint32_t)bytes;
        uint64_t delay_ns = sim_connection_latency_ns(connection);
        sim_connection_start(
            connection,
            LC_EVENT_DELIVER,
            delay_ns + sim_connection_transfer_ns(bytes, net->bits_per_s),
            bytes);
        return;
    }
    if (connection->is_finishing && connection->untaken_count == 0) {
        sim_connection_wire(
            connection,
            LC_WIRE_FIN,
            0,
            connection->sent_bytes,
            true);
        connection->is_fin_sent = 1;
        sim_connection_start(
            connection,
            LC_EVENT_DELIVER,
            sim_connection_latency_ns(connection),
            0);
    }
}

static void on_connected(uint16_t object, uint64_t value)
{
    (void)value;
    struct sim_connection *connection = sim_connection_at(object);
    if (connection->state != SIM_CONNECTION_CONNECTING) {
        return;
    }
    connection->state = SIM_CONNECTION_UP;
    connection->is_attempt_over = 1;
    sim_connection_wire(connection, LC_WIRE_CONNECTED, 0, 0, true);
    sim_receive_begin(connection);
    sim_net_push(connection);
    sim_connection_changed(connection);
}

static void on_deliver(uint16_t object, uint64_t value)
{
    const struct sim_net *net = SIM_NET;
    struct sim_connection *connection = sim_connection_at(object);
    if (connection->state != SIM_CONNECTION_UP || connection->is_peer_reset) {
        return;
    }
    if (value == 0) {
        sim_connection_wire(
            connection,
            LC_WIRE_FIN_DELIVER,
            0,
            connection->sent_bytes,
            true);
        sim_receive_peer_ends(connection);
        sim_connection_start(connection, LC_EVENT_ACK, net->latency_ns, 0);
        return;
    }
    sim_connection_wire(
        connection,
        LC_WIRE_DELIVER,
        value,
        connection->sent_bytes - value,
        true);
    if (net->peer_kind == LC_PEER_SLOW) {
        sim_connection_start(
            connection,
            LC_EVENT_READ,
            sim_connection_transfer_ns(value, (uint64_t)net->peer_number * 8),
            value);
        return;
    }
    if (!sim_receive_peer_reads(connection, value)) {
        return;
    }
    sim_connection_start(connection, LC_EVENT_ACK, net->latency_ns, value);
}

static void on_read(uint16_t object, uint64_t value)
{
    struct sim_connection *connection = sim_connection_at(object);
    if (connection->state == SIM_CONNECTION_UP) {
        sim_connection_start(
            connection,
            LC_EVENT_ACK,
            SIM_NET->latency_ns,
            value);
    }
}

static void on_ack(uint16_t object, uint64_t value)
{
    struct sim_connection *connection = sim_connection_at(object);
    if (connection->state != SIM_CONNECTION_UP) {
        return;
    }
    if (value == 0) {
        if (connection->peer_fin == SIM_PEER_FIN_RIDES) {
            connection->peer_fin = SIM_PEER_FIN_HERE;
        }
        sim_connection_wire(
            connection,
            LC_WIRE_FIN_ACK,
            0,
            connection->sent_bytes,
            connection->peer_fin == SIM_PEER_FIN_HERE);
        connection->state = SIM_CONNECTION_ENDED;
    } else {
        LC_CHECK(value == connection->flight_bytes);
        sim_connection_wire(
            connection,
            LC_WIRE_ACK,
            value,
            connection->acked_bytes,
            true);
        connection->flight_bytes = 0;
        connection->acked_bytes += value;
        sim_net_push(connection);
    }
    sim_connection_changed(connection);
}

static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    const struct sim_net *net = SIM_NET;
    ret_ranges[0] = (struct sim_range){
        .size_bytes = offsetof(struct sim_net, connections),
    };
    ret_ranges[1] = (struct sim_range){
        .offset_bytes = offsetof(struct sim_net, connections),
        .size_bytes =
            net->connection_end * (uint32_t)sizeof net->connections[0],
    };
    return 2;
}

/* Of a connection's bytes none is lost and none made up, and each handle that
 * is open belongs to a connection. */
static void check_whole(void)
{
    const struct sim_net *net = SIM_NET;
    uint32_t open_count[LC_PROCESSES_MAX] = { 0 };
    LC_CHECK(net->connection_end <= SIM_CONNECTIONS_MAX);
    for (uint32_t i = 0; i < SIM_CONNECTIONS_MAX; i++) {
        const struct sim_connection *connection = &net->connections[i];
        if (connection->state == SIM_CONNECTION_FREE) {
            continue;
        }
        LC_CHECK(i < net->connection_end);
        LC_CHECK(connection->state <= SIM_CONNECTION_DATAGRAM);
        LC_CHECK(connection->process < LC_PROCESSES_MAX);
        LC_CHECK(connection->acked_bytes <= connection->sent_bytes);
        LC_CHECK(connection->sent_bytes <= connection->accepted_bytes);
        LC_CHECK_IF(
            connection->state == SIM_CONNECTION_UP,
            connection->sent_bytes - connection->acked_bytes ==
                connection->flight_bytes);
        LC_CHECK_IF(connection->is_fin_sent, connection->is_finishing);
        sim_receive_check(connection);
        sim_listen_check(connection);
        open_count[connection->process] += connection->has_handle;
    }
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        const struct sim_net_handles *handles = &net->handles[process];
        LC_CHECK(handles->open_count == open_count[process]);
        LC_CHECK(handles->open_count <= SIM_HANDLES_MAX);
        LC_CHECK(handles->freed_count <= SIM_HANDLES_MAX);
    }
}

/* Numbers of objects are history. So is which handles were freed, in a run that
 * gives out fresh ones only. */
static void key_of_part(struct sim_hash *hash)
{
    const struct sim_net *net = SIM_NET;
    sim_hash_add(hash, net, offsetof(struct sim_net, handles));
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        const struct sim_net_handles *handles = &net->handles[process];
        uint32_t words[] = { handles->open_count, handles->more };
        sim_hash_add(hash, words, sizeof words);
        if (!sim_choice_exhausted()) {
            sim_hash_add(
                hash,
                handles->freed,
                handles->freed_count * sizeof handles->freed[0]);
        }
    }
    for (uint32_t i = 0; i < net->connection_end; i++) {
        struct sim_connection connection = net->connections[i];
        connection.object = 0;
        sim_hash_add(hash, &connection, sizeof connection);
    }
}

void sim_net_open(void)
{
    sim_request_open();
    sim_whole_add(check_whole);
    sim_arena_part_declare(SIM_PART_NET, sizeof(struct sim_net));
    sim_arena_part_set_used(SIM_PART_NET, used_ranges);
    sim_snapshot_set_key(SIM_PART_NET, key_of_part);
    sim_thread_set_handler(LC_EVENT_CONNECTED, on_connected);
    sim_thread_set_handler(LC_EVENT_DELIVER, on_deliver);
    sim_thread_set_handler(LC_EVENT_READ, on_read);
    sim_thread_set_handler(LC_EVENT_ACK, on_ack);
    sim_connect_open();
    sim_receive_open();
    sim_listen_open();
    sim_datagram_open();
    pattern_make();
}

void sim_net_begin(const struct lc_world *world)
{
    struct sim_net *net = SIM_NET;
    LC_CHECK(world->link_bits_per_s > 0);
    LC_CHECK(world->link_window_bytes > 0);
    net->bits_per_s = world->link_bits_per_s;
    net->latency_ns = world->link_latency_ns;
    net->window_bytes = world->link_window_bytes;
    net->peer_kind = world->peer_kind;
    net->peer_number = world->peer_number;
    net->sndbuf_bytes = world->sndbuf_bytes;
    net->rcvbuf_bytes = world->rcvbuf_bytes;
    net->handle_max = world->descriptors;
}

/* A place that no connection of the run has had. Where it lies depends on the
 * thread and on what that thread has opened, not on what others did meanwhile.
 * NULL: all are taken. */
static struct sim_connection *fresh_place(void)
{
    struct sim_net *net = SIM_NET;
    uint32_t first = sim_thread_current_slot() * PLACES_OF_A_THREAD;
    for (uint32_t i = 0; i < SIM_CONNECTIONS_MAX; i++) {
        uint32_t at = (first + i) % SIM_CONNECTIONS_MAX;
        if (net->connections[at].state == SIM_CONNECTION_FREE) {
            if (at >= net->connection_end) {
                net->connection_end = at + 1;
            }
            return &net->connections[at];
        }
    }
    return NULL;
}

/* The index of a handle that the process has never had. It depends on the
 * thread, by its number in the process, and on how many it has opened; of a
 * thread that opens many also on who else has opened as many. */
static uint32_t fresh_index(
    struct sim_net_handles *handles,
    const struct sim_connection *connection)
{
    uint32_t first = sim_thread_current_slot() * PLACES_OF_A_THREAD;
    uint32_t ordinal = sim_thread_ordinal();
    uint32_t nth = (sim_connection_number(connection) - 1 +
                    SIM_CONNECTIONS_MAX - first % SIM_CONNECTIONS_MAX) %
                   SIM_CONNECTIONS_MAX;
    if (nth < HANDLES_OF_A_THREAD) {
        return ordinal * HANDLES_OF_A_THREAD + nth;
    }
    handles->more++;
    return SIM_THREADS_MAX * HANDLES_OF_A_THREAD + handles->more - 1;
}

/* The index of a fresh handle, or of the one that was freed last. */
static uint32_t take_handle(struct sim_net_handles *handles, uint32_t fresh)
{
    handles->open_count++;
    if (handles->freed_count > 0 &&
        sim_choice_upto(LC_STREAM_HANDLE, sim_connection_place(), 1) == 1) {
        handles->freed_count--;
        return handles->freed[handles->freed_count];
    }
    return fresh;
}

enum lc_wsa sim_connection_open(struct sim_connection **ret_connection)
{
    struct sim_net *net = SIM_NET;
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    struct sim_net_handles *handles = &net->handles[process];
    struct sim_connection *connection = fresh_place();
    if (connection == NULL || handles->open_count == SIM_HANDLES_MAX) {
        return LC_WSAENOBUFS;
    }
    if (net->handle_max != 0 && handles->open_count >= net->handle_max) {
        return LC_WSAEMFILE;
    }
    /* Places are not used again: neither are the indexes of fresh handles. */
    uint32_t index = take_handle(handles, fresh_index(handles, connection));
    *connection = (struct sim_connection){
        .state = SIM_CONNECTION_NEW,
        .process = (uint8_t)process,
        .module = (uint8_t)sim_thread_module(),
        .has_handle = 1,
        .handle_index = index,
        .handle = HANDLE_FIRST + 4 * (uint64_t)index,
        .object = sim_thread_number(),
        .buffer_bytes = net->sndbuf_bytes,
        .receive_buffer_bytes = net->rcvbuf_bytes,
    };
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_CREATE,
        .function = LC_OBJECT_SOCKET,
        .caller = connection->module,
        .callee = LC_MODULE_SYSTEM,
        .a = connection->object,
    });
    sim_connection_wire(connection, LC_WIRE_OPEN, 0, connection->handle, false);
    if ((sim_thread_current()->ref & LC_THREAD_REF_DLL) == 0) {
        net->opened[sim_thread_current_slot()] =
            (uint8_t)sim_connection_number(connection);
    }
    *ret_connection = connection;
    return LC_WSA_OK;
}

enum lc_wsa sim_net_socket(uint32_t *ret_connection, lc_socket *ret_handle)
{
    struct sim_connection *connection = NULL;
    sim_thread_yield(sim_connection_place());
    enum lc_wsa error = sim_connection_open(&connection);
    if (error == LC_WSA_OK) {
        *ret_connection = sim_connection_number(connection);
        *ret_handle = connection->handle;
    }
    return error;
}

lc_socket sim_net_take_opened(void)
{
    uint8_t *opened = &SIM_NET->opened[sim_thread_current_slot()];
    uint32_t number = *opened;
    *opened = 0;
    return number == 0 ? LC_INVALID_SOCKET : sim_connection_at(number)->handle;
}

void sim_net_close_handle(uint32_t number)
{
    struct sim_connection *connection = sim_connection_at(number);
    LC_CHECK(connection->has_handle);
    struct sim_net_handles *handles = &SIM_NET->handles[connection->process];
    LC_CHECK(handles->open_count > 0);
    connection->has_handle = 0;
    sim_receive_stop(connection);
    sim_connection_wire(
        connection,
        LC_WIRE_CLOSE,
        0,
        connection->handle,
        false);
    if (handles->freed_count == SIM_HANDLES_MAX) {
        memmove(
            &handles->freed[0],
            &handles->freed[1],
            (SIM_HANDLES_MAX - 1) * sizeof handles->freed[0]);
        handles->freed_count--;
    }
    handles->freed[handles->freed_count] = connection->handle_index;
    handles->freed_count++;
    handles->open_count--;
}

static enum lc_wsa state_error(const struct sim_connection *connection)
{
    if (connection->is_cancelled) {
        return LC_WSAEINTR;
    }
    if (connection->state == SIM_CONNECTION_RESET) {
        return LC_WSAECONNRESET;
    }
    if (connection->is_finishing) {
        return LC_WSAESHUTDOWN;
    }
    return connection->state == SIM_CONNECTION_UP ? LC_WSA_OK : LC_WSAENOTCONN;
}

/* Takes bytes over, all of them. */
static void take_over(
    struct sim_connection *connection,
    const unsigned char *bytes,
    uint32_t taken)
{
    const unsigned char *right =
        sim_net_pattern(connection->handle, connection->accepted_bytes);
    /* The same constant memory needs no comparison. */
    bool is_right = bytes == right || memcmp(bytes, right, taken) == 0;
    sim_connection_wire(
        connection,
        LC_WIRE_ACCEPT,
        taken,
        connection->accepted_bytes,
        is_right);
    connection->accepted_bytes += taken;
    sim_thread_progress();
    sim_net_push(connection);
}

/* Takes what fits into the buffer. */
static uint32_t take_bytes(
    struct sim_connection *connection,
    const unsigned char *bytes,
    uint32_t size_bytes)
{
    uint64_t used = connection->accepted_bytes - connection->acked_bytes;
    uint64_t room =
        used < connection->buffer_bytes ? connection->buffer_bytes - used : 0;
    uint32_t taken = size_bytes < room ? size_bytes : (uint32_t)room;
    if (taken > 0) {
        take_over(connection, bytes, taken);
    }
    return taken;
}

enum lc_wsa sim_net_send(
    uint32_t number,
    const unsigned char *bytes,
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
    uint32_t taken = 0;
    for (;;) {
        enum lc_wsa error = state_error(connection);
        if (error != LC_WSA_OK) {
            *ret_taken = taken;
            return error;
        }
        /* What was asked for before goes first. */
        if (connection->untaken_count == 0) {
            taken += take_bytes(connection, bytes + taken, size_bytes - taken);
        }
        if (taken == size_bytes || (taken > 0 && !wait)) {
            *ret_taken = taken;
            return LC_WSA_OK;
        }
        if (!wait) {
            sim_notify_enable(connection, LC_FD_WRITE);
            return LC_WSAEWOULDBLOCK;
        }
        error = sim_connection_wait(connection, SIM_FOREVER);
        if (error != LC_WSA_OK) {
            *ret_taken = taken;
            return error;
        }
    }
}

static enum lc_wsa finish(struct sim_connection *connection)
{
    if (connection->state != SIM_CONNECTION_UP &&
        connection->state != SIM_CONNECTION_ENDED) {
        return LC_WSAENOTCONN;
    }
    if (!connection->is_finishing) {
        connection->is_finishing = 1;
        sim_net_push(connection);
        sim_connection_changed(connection);
    }
    return LC_WSA_OK;
}

enum lc_wsa sim_net_finish(uint32_t number)
{
    sim_connection_yield(number);
    return finish(sim_connection_at(number));
}

enum lc_wsa sim_net_shutdown(uint32_t number)
{
    sim_connection_yield(number);
    return sim_connection_is_down() ? LC_WSAENETDOWN
                                    : finish(sim_connection_at(number));
}

/* Waits until all has arrived or the thread's deadline is there. */
static enum lc_wsa drain(
    const struct sim_connection *connection,
    const struct sim_thread *thread)
{
    while (!sim_net_is_drained(sim_connection_number(connection))) {
        if (connection->is_cancelled) {
            return LC_WSAEINTR;
        }
        if (sim_thread_now_ns() >= thread->deadline_ns) {
            return LC_WSAETIMEDOUT;
        }
        enum lc_wsa error = sim_connection_wait(
            connection,
            thread->deadline_ns == SIM_FOREVER
                ? SIM_FOREVER
                : thread->deadline_ns - sim_thread_now_ns());
        if (error != LC_WSA_OK) {
            return error;
        }
    }
    return connection->state == SIM_CONNECTION_RESET ? LC_WSAECONNRESET
                                                     : LC_WSA_OK;
}

enum lc_wsa sim_net_drain(uint32_t number, uint64_t timeout_ns)
{
    sim_connection_yield(number);
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    LC_CHECK(thread->deadline_ns == 0);
    thread->deadline_ns = timeout_ns == SIM_FOREVER
                              ? SIM_FOREVER
                              : sim_thread_now_ns() + timeout_ns;
    enum lc_wsa error = drain(sim_connection_at(number), thread);
    thread->deadline_ns = 0;
    return error;
}

void sim_net_abort(uint32_t number)
{
    sim_connection_yield(number);
    struct sim_connection *connection = sim_connection_at(number);
    if (connection->state != SIM_CONNECTION_DATAGRAM) {
        sim_connection_reset(connection);
    }
}

void sim_net_cancel(uint32_t number, bool on)
{
    struct sim_connection *connection = sim_connection_at(number);
    connection->is_cancelled = on;
    if (on) {
        (void)sim_thread_wake(
            sim_connection_wait_key(connection),
            SIM_THREADS_MAX,
            SIM_WAKE_CANCELLED);
        sim_notify_wake(connection, SIM_WAKE_SIGNALLED);
    }
}

bool sim_net_is_finishing(uint32_t number)
{
    return sim_connection_at(number)->is_finishing != 0;
}

static void release(struct sim_connection *connection)
{
    LC_CHECK(!connection->is_released);
    LC_CHECK(!connection->has_handle);
    if (connection->state == SIM_CONNECTION_UP ||
        connection->state == SIM_CONNECTION_LISTENING ||
        connection->state == SIM_CONNECTION_CONNECTING) {
        sim_connection_reset(connection);
    }
    connection->is_released = 1;
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_DESTROY,
        .process = connection->process,
        .function = LC_OBJECT_SOCKET,
        .caller = (uint8_t)sim_thread_module(),
        .callee = connection->module,
        .a = connection->object,
    });
}

void sim_net_release(uint32_t number)
{
    release(sim_connection_at(number));
}

bool sim_net_is_drained(uint32_t number)
{
    const struct sim_connection *connection = sim_connection_at(number);
    return connection->state != SIM_CONNECTION_UP &&
           connection->state != SIM_CONNECTION_CONNECTING;
}

/* Whether the transport is made to say that it can't close at once. */
static LC_NOINLINE bool is_held(void)
{
    uint32_t module = sim_thread_module();
    (void)sim_thread_pass((struct lc_place){
        .kind = LC_PLACE_SHIM,
        .function = LC_SHIM_CLOSE,
        .module = (uint8_t)module,
    });
    return sim_fault_at(LC_PLACE_SHIM, LC_SHIM_CLOSE, module) != 0;
}

bool sim_net_is_busy(uint32_t number)
{
    const struct sim_connection *connection = sim_connection_at(number);
    return connection->state == SIM_CONNECTION_UP &&
           (connection->accepted_bytes > connection->acked_bytes ||
            connection->untaken_count > 0 || connection->is_finishing ||
            (SIM_FAULT->kinds != 0 && is_held()));
}

bool sim_net_is_connected(uint32_t number)
{
    const struct sim_connection *connection = sim_connection_at(number);
    return connection->state == SIM_CONNECTION_UP ||
           connection->state == SIM_CONNECTION_ENDED;
}

bool sim_net_refuses_options(void)
{
    (void)sim_thread_pass(sim_connection_place());
    return sim_connection_is_down();
}

void sim_net_set_buffer(uint32_t number, uint32_t size_bytes)
{
    struct sim_connection *connection = sim_connection_at(number);
    connection->buffer_bytes = size_bytes > 0 ? size_bytes : 1;
    connection->is_unbuffered = size_bytes == 0;
    sim_connection_changed(connection);
}

/* ---- What requests need ---- */

enum lc_wsa sim_net_send_error(
    const struct sim_connection *connection,
    bool is_begun)
{
    enum lc_wsa error = state_error(connection);
    return error == LC_WSAESHUTDOWN && is_begun ? LC_WSA_OK : error;
}

uint32_t sim_net_take(
    struct sim_connection *connection,
    const unsigned char *bytes,
    uint32_t size_bytes)
{
    if (!connection->is_unbuffered) {
        return take_bytes(connection, bytes, size_bytes);
    }
    if (size_bytes > 0) {
        take_over(connection, bytes, size_bytes);
    }
    return size_bytes;
}

void sim_net_count_requests(
    struct sim_connection *connection,
    int32_t all,
    int32_t untaken)
{
    connection->request_count = (uint8_t)(connection->request_count + all);
    connection->untaken_count = (uint8_t)(connection->untaken_count + untaken);
    LC_CHECK(connection->request_count <= SIM_REQUESTS_MAX);
    LC_CHECK(connection->untaken_count <= connection->request_count);
}

void sim_net_process_exit(uint32_t process)
{
    struct sim_net *net = SIM_NET;
    sim_request_process_exit(process);
    for (uint32_t i = 0; i < net->connection_end; i++) {
        struct sim_connection *connection = &net->connections[i];
        if (connection->state != SIM_CONNECTION_FREE &&
            connection->process == process && !connection->is_released) {
            connection->has_handle = 0;
            connection->is_released = 1;
            sim_notify_cancel(i + 1);
            sim_connection_reset(connection);
        }
    }
    net->handles[process] = (struct sim_net_handles){ 0 };
}
