#include "sim/net/net.h"

#include <string.h>
#include <sys/mman.h>

#include "sim/engine/arena.h"
#include "sim/engine/choice.h"
#include "sim/engine/snapshot.h"
#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/engine/whole.h"
#include "sim/fault/fault.h"

enum {
    PATTERN_PERIOD = 65521, /* a prime: no power of two repeats it */
    PATTERN_STRIDE = 997,   /* between the streams of two handles */
    HANDLE_FIRST = 0x40,    /* values are multiples of 4, as in Windows */
    LATE_MAX = 3,           /* extra latencies that a packet may take */
    PLACES_OF_A_THREAD = 4, /* for connections: where its first one goes */
    HANDLES_OF_A_THREAD = 8 /* whose values lie together */
};

enum connection_state {
    CONNECTION_FREE = 0,
    CONNECTION_NEW = 1,
    CONNECTION_CONNECTING = 2,
    CONNECTION_UP = 3,
    CONNECTION_ENDED = 4, /* FIN acknowledged both ways */
    CONNECTION_RESET = 5
};

struct connection {
    uint8_t state; /* enum connection_state */
    uint8_t process;
    uint8_t module; /* the base provider that opened it */
    uint8_t has_handle;
    uint8_t is_finishing; /* FIN is owed or sent */
    uint8_t is_fin_sent;
    uint8_t is_cancelled;
    uint8_t is_released; /* nobody owns it any more */
    uint32_t handle_index;
    uint32_t object;
    uint32_t buffer_bytes;
    uint32_t segments; /* put on the wire, for the names of packets */
    uint32_t flight_bytes;
    uint32_t zero;
    uint64_t handle; /* value, kept after it is freed: keys the pattern */
    uint64_t accepted_bytes;
    uint64_t sent_bytes;
    uint64_t acked_bytes;
};

struct handles {
    uint32_t freed_count;
    uint32_t open_count;
    uint32_t more; /* fresh ones beyond those of their thread */
    uint32_t zero;
    uint32_t freed[SIM_HANDLES_MAX]; /* indexes, the last one freed on top */
};

struct sim_net {
    uint64_t bits_per_s;
    uint64_t latency_ns;
    uint32_t window_bytes;
    uint32_t peer_rate; /* 0: the peer reads at once */
    uint32_t sndbuf_bytes;
    uint32_t connection_end;         /* behind the last place in use */
    uint8_t opened[SIM_THREADS_MAX]; /* the connection that a thread has opened
                                        last, by number; 0: see the taking */
    struct handles handles[LC_PROCESSES_MAX];
    struct connection
        connections[SIM_CONNECTIONS_MAX]; /* last: see the reset */
};

#define SIM_NET ((struct sim_net *)sim_arena_part(SIM_PART_NET))

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

static struct connection *connection_at(uint32_t number)
{
    bool is_known = number >= 1 && number <= SIM_NET->connection_end &&
                    SIM_NET->connections[number - 1].state != CONNECTION_FREE;
    if (!is_known) {
        name_nothing();
    }
    return &SIM_NET->connections[number - 1];
}

static struct lc_place net_place(void)
{
    return (struct lc_place){
        .kind = LC_PLACE_SHIM,
        .function = LC_SHIM_NET,
        .module = (uint8_t)sim_thread_module(),
    };
}

/* Whether the network is down for the request that has just yielded. */
static inline bool is_down(void)
{
    return sim_fault_at(LC_PLACE_SHIM, LC_SHIM_NET, sim_thread_module()) != 0;
}

/* A step on a connection: one on its socket. */
static void yield_on(uint32_t number)
{
    const struct connection *connection = connection_at(number);
    sim_thread_yield_on(
        net_place(),
        sim_thing(SIM_THING_SOCKET, connection->process, connection->handle));
}

static uint32_t number_of(const struct connection *connection)
{
    return (uint32_t)(connection - SIM_NET->connections) + 1;
}

static uint64_t wait_key(const struct connection *connection)
{
    return (uint64_t)(uintptr_t)connection;
}

static void wire(
    const struct connection *connection,
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
        .a = number_of(connection),
        .b = (int64_t)bytes,
        .c = (int64_t)offset,
        .d = is_right,
    });
}

static void changed(const struct connection *connection)
{
    sim_thread_progress();
    (void)sim_thread_wake(
        wait_key(connection),
        SIM_THREADS_MAX,
        SIM_WAKE_SIGNALLED);
}

static uint64_t transfer_ns(uint64_t bytes, uint64_t bits_per_s)
{
    return bytes * 8 * LC_NS_PER_S / bits_per_s;
}

/* One way, with what the choice of this packet adds. */
static uint64_t latency_ns(struct connection *connection)
{
    const struct sim_net *net = SIM_NET;
    uint32_t late = sim_choice_packet(
        number_of(connection),
        connection->segments,
        LATE_MAX);
    connection->segments++;
    return net->latency_ns * (1 + (uint64_t)late);
}

static void start(
    struct connection *connection,
    enum lc_event event,
    uint64_t delay_ns,
    uint64_t value)
{
    sim_thread_schedule(
        event,
        (uint16_t)number_of(connection),
        delay_ns,
        value);
}

/* Puts on the wire what may go: one burst, or the FIN behind all of them. */
static void push(struct connection *connection)
{
    const struct sim_net *net = SIM_NET;
    if (connection->state != CONNECTION_UP || connection->flight_bytes > 0 ||
        connection->is_fin_sent) {
        return;
    }
    uint64_t unsent = connection->accepted_bytes - connection->sent_bytes;
    if (unsent > 0) {
        uint64_t bytes =
            unsent < net->window_bytes ? unsent : net->window_bytes;
        wire(connection, LC_WIRE_DATA, bytes, connection->sent_bytes, true);
        connection->sent_bytes += bytes;
        connection->flight_bytes = (uint32_t)bytes;
        uint64_t delay_ns = latency_ns(connection);
        start(
            connection,
            LC_EVENT_DELIVER,
            delay_ns + transfer_ns(bytes, net->bits_per_s),
            bytes);
        return;
    }
    if (connection->is_finishing) {
        wire(connection, LC_WIRE_FIN, 0, connection->sent_bytes, true);
        connection->is_fin_sent = 1;
        start(connection, LC_EVENT_DELIVER, latency_ns(connection), 0);
    }
}

static void on_connected(uint16_t object, uint64_t value)
{
    (void)value;
    struct connection *connection = connection_at(object);
    if (connection->state != CONNECTION_CONNECTING) {
        return;
    }
    connection->state = CONNECTION_UP;
    wire(connection, LC_WIRE_CONNECTED, 0, 0, true);
    push(connection);
    changed(connection);
}

static void on_deliver(uint16_t object, uint64_t value)
{
    const struct sim_net *net = SIM_NET;
    struct connection *connection = connection_at(object);
    if (connection->state != CONNECTION_UP) {
        return;
    }
    if (value == 0) {
        wire(connection, LC_WIRE_FIN_DELIVER, 0, connection->sent_bytes, true);
        start(connection, LC_EVENT_ACK, net->latency_ns, 0);
        return;
    }
    wire(
        connection,
        LC_WIRE_DELIVER,
        value,
        connection->sent_bytes - value,
        true);
    if (net->peer_rate > 0) {
        start(
            connection,
            LC_EVENT_READ,
            transfer_ns(value, (uint64_t)net->peer_rate * 8),
            value);
        return;
    }
    start(connection, LC_EVENT_ACK, net->latency_ns, value);
}

static void on_read(uint16_t object, uint64_t value)
{
    struct connection *connection = connection_at(object);
    if (connection->state == CONNECTION_UP) {
        start(connection, LC_EVENT_ACK, SIM_NET->latency_ns, value);
    }
}

static void on_ack(uint16_t object, uint64_t value)
{
    struct connection *connection = connection_at(object);
    if (connection->state != CONNECTION_UP) {
        return;
    }
    if (value == 0) {
        wire(connection, LC_WIRE_FIN_ACK, 0, connection->sent_bytes, true);
        connection->state = CONNECTION_ENDED;
    } else {
        LC_CHECK(value == connection->flight_bytes);
        wire(connection, LC_WIRE_ACK, value, connection->acked_bytes, true);
        connection->flight_bytes = 0;
        connection->acked_bytes += value;
        push(connection);
    }
    changed(connection);
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
        const struct connection *connection = &net->connections[i];
        if (connection->state == CONNECTION_FREE) {
            continue;
        }
        LC_CHECK(i < net->connection_end);
        LC_CHECK(connection->state <= CONNECTION_RESET);
        LC_CHECK(connection->process < LC_PROCESSES_MAX);
        LC_CHECK(connection->acked_bytes <= connection->sent_bytes);
        LC_CHECK(connection->sent_bytes <= connection->accepted_bytes);
        LC_CHECK_IF(
            connection->state == CONNECTION_UP,
            connection->sent_bytes - connection->acked_bytes ==
                connection->flight_bytes);
        LC_CHECK_IF(connection->is_fin_sent, connection->is_finishing);
        open_count[connection->process] += connection->has_handle;
    }
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        const struct handles *handles = &net->handles[process];
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
        const struct handles *handles = &net->handles[process];
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
        struct connection connection = net->connections[i];
        connection.object = 0;
        sim_hash_add(hash, &connection, sizeof connection);
    }
}

void sim_net_open(void)
{
    sim_whole_add(check_whole);
    sim_arena_part_declare(SIM_PART_NET, sizeof(struct sim_net));
    sim_arena_part_set_used(SIM_PART_NET, used_ranges);
    sim_snapshot_set_key(SIM_PART_NET, key_of_part);
    sim_thread_set_handler(LC_EVENT_CONNECTED, on_connected);
    sim_thread_set_handler(LC_EVENT_DELIVER, on_deliver);
    sim_thread_set_handler(LC_EVENT_READ, on_read);
    sim_thread_set_handler(LC_EVENT_ACK, on_ack);
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
    net->peer_rate = world->peer_kind == LC_PEER_SLOW ? world->peer_rate : 0;
    net->sndbuf_bytes = world->sndbuf_bytes;
}

/* A place that no connection of the run has had. Where it lies depends on the
 * thread and on what that thread has opened, not on what others did meanwhile.
 * NULL: all are taken. */
static struct connection *fresh_place(void)
{
    struct sim_net *net = SIM_NET;
    uint32_t first = sim_thread_current_slot() * PLACES_OF_A_THREAD;
    for (uint32_t i = 0; i < SIM_CONNECTIONS_MAX; i++) {
        uint32_t at = (first + i) % SIM_CONNECTIONS_MAX;
        if (net->connections[at].state == CONNECTION_FREE) {
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
    struct handles *handles,
    const struct connection *connection)
{
    uint32_t first = sim_thread_current_slot() * PLACES_OF_A_THREAD;
    uint32_t ordinal = sim_thread_ordinal();
    uint32_t nth = (number_of(connection) - 1 + SIM_CONNECTIONS_MAX -
                    first % SIM_CONNECTIONS_MAX) %
                   SIM_CONNECTIONS_MAX;
    if (nth < HANDLES_OF_A_THREAD) {
        return ordinal * HANDLES_OF_A_THREAD + nth;
    }
    handles->more++;
    return SIM_THREADS_MAX * HANDLES_OF_A_THREAD + handles->more - 1;
}

/* The index of a fresh handle, or of the one that was freed last. */
static uint32_t take_handle(struct handles *handles, uint32_t fresh)
{
    handles->open_count++;
    if (handles->freed_count > 0 &&
        sim_choice_upto(LC_STREAM_HANDLE, net_place(), 1) == 1) {
        handles->freed_count--;
        return handles->freed[handles->freed_count];
    }
    return fresh;
}

enum lc_wsa sim_net_socket(uint32_t *ret_connection, lc_socket *ret_handle)
{
    struct sim_net *net = SIM_NET;
    sim_thread_yield(net_place());
    if (is_down()) {
        return LC_WSAENETDOWN;
    }
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    struct handles *handles = &net->handles[process];
    struct connection *connection = fresh_place();
    if (connection == NULL || handles->open_count == SIM_HANDLES_MAX) {
        return LC_WSAENOBUFS;
    }
    /* Places are not used again: neither are the indexes of fresh handles. */
    uint32_t index = take_handle(handles, fresh_index(handles, connection));
    *connection = (struct connection){
        .state = CONNECTION_NEW,
        .process = (uint8_t)process,
        .module = (uint8_t)sim_thread_module(),
        .has_handle = 1,
        .handle_index = index,
        .handle = HANDLE_FIRST + 4 * (uint64_t)index,
        .object = sim_thread_number(),
        .buffer_bytes = net->sndbuf_bytes,
    };
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_CREATE,
        .function = LC_OBJECT_SOCKET,
        .caller = connection->module,
        .callee = LC_MODULE_SYSTEM,
        .a = connection->object,
    });
    wire(connection, LC_WIRE_OPEN, 0, connection->handle, false);
    *ret_connection = number_of(connection);
    *ret_handle = connection->handle;
    if ((sim_thread_current()->ref & LC_THREAD_REF_DLL) == 0) {
        net->opened[sim_thread_current_slot()] = (uint8_t)*ret_connection;
    }
    return LC_WSA_OK;
}

lc_socket sim_net_take_opened(void)
{
    uint8_t *opened = &SIM_NET->opened[sim_thread_current_slot()];
    uint32_t number = *opened;
    *opened = 0;
    return number == 0 ? LC_INVALID_SOCKET : connection_at(number)->handle;
}

void sim_net_close_handle(uint32_t number)
{
    struct connection *connection = connection_at(number);
    LC_CHECK(connection->has_handle);
    struct handles *handles = &SIM_NET->handles[connection->process];
    LC_CHECK(handles->open_count > 0);
    connection->has_handle = 0;
    wire(connection, LC_WIRE_CLOSE, 0, connection->handle, false);
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

/* Waits for the next change of the connection. */
static enum lc_wsa wait_change(
    const struct connection *connection,
    uint64_t timeout_ns)
{
    enum sim_wake wake = sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_NET,
        .key = wait_key(connection),
        .timeout_ns = timeout_ns,
        .object = number_of(connection),
    });
    if (wake == SIM_WAKE_CANCELLED) {
        return LC_WSAEINTR;
    }
    return wake == SIM_WAKE_TIMEOUT ? LC_WSAETIMEDOUT : LC_WSA_OK;
}

static enum lc_wsa state_error(const struct connection *connection)
{
    if (connection->is_cancelled) {
        return LC_WSAEINTR;
    }
    if (connection->state == CONNECTION_RESET) {
        return LC_WSAECONNRESET;
    }
    if (connection->is_finishing) {
        return LC_WSAESHUTDOWN;
    }
    return connection->state == CONNECTION_UP ? LC_WSA_OK : LC_WSAENOTCONN;
}

enum lc_wsa sim_net_connect(uint32_t number, bool wait)
{
    yield_on(number);
    if (is_down()) {
        return LC_WSAENETDOWN;
    }
    struct connection *connection = connection_at(number);
    if (connection->is_cancelled) {
        return LC_WSAEINTR;
    }
    if (connection->state == CONNECTION_UP ||
        connection->state == CONNECTION_ENDED) {
        return LC_WSAEISCONN;
    }
    if (connection->state == CONNECTION_RESET) {
        return LC_WSAECONNRESET;
    }
    if (connection->state == CONNECTION_CONNECTING) {
        return LC_WSAEALREADY;
    }
    connection->state = CONNECTION_CONNECTING;
    wire(connection, LC_WIRE_SYN, 0, 0, false);
    start(
        connection,
        LC_EVENT_CONNECTED,
        latency_ns(connection) + SIM_NET->latency_ns,
        0);
    if (!wait) {
        return LC_WSAEWOULDBLOCK;
    }
    while (connection->state == CONNECTION_CONNECTING) {
        if (connection->is_cancelled) {
            return LC_WSAEINTR;
        }
        enum lc_wsa error = wait_change(connection, SIM_FOREVER);
        if (error != LC_WSA_OK) {
            return error;
        }
    }
    return connection->state == CONNECTION_RESET ? LC_WSAECONNABORTED
                                                 : LC_WSA_OK;
}

/* Takes what fits into the buffer. */
static uint32_t take_bytes(
    struct connection *connection,
    const unsigned char *bytes,
    uint32_t size_bytes)
{
    uint64_t used = connection->accepted_bytes - connection->acked_bytes;
    uint64_t room =
        used < connection->buffer_bytes ? connection->buffer_bytes - used : 0;
    uint32_t taken = size_bytes < room ? size_bytes : (uint32_t)room;
    if (taken == 0) {
        return 0;
    }
    const unsigned char *right =
        sim_net_pattern(connection->handle, connection->accepted_bytes);
    /* The same constant memory needs no comparison. */
    bool is_right = bytes == right || memcmp(bytes, right, taken) == 0;
    wire(
        connection,
        LC_WIRE_ACCEPT,
        taken,
        connection->accepted_bytes,
        is_right);
    connection->accepted_bytes += taken;
    sim_thread_progress();
    push(connection);
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
    yield_on(number);
    if (is_down()) {
        return LC_WSAENETDOWN;
    }
    struct connection *connection = connection_at(number);
    uint32_t taken = 0;
    for (;;) {
        enum lc_wsa error = state_error(connection);
        if (error != LC_WSA_OK) {
            return error;
        }
        taken += take_bytes(connection, bytes + taken, size_bytes - taken);
        if (taken == size_bytes || (taken > 0 && !wait)) {
            *ret_taken = taken;
            return LC_WSA_OK;
        }
        if (!wait) {
            return LC_WSAEWOULDBLOCK;
        }
        error = wait_change(connection, SIM_FOREVER);
        if (error != LC_WSA_OK) {
            return error;
        }
    }
}

enum lc_wsa sim_net_finish(uint32_t number)
{
    yield_on(number);
    struct connection *connection = connection_at(number);
    if (connection->state != CONNECTION_UP &&
        connection->state != CONNECTION_ENDED) {
        return LC_WSAENOTCONN;
    }
    if (!connection->is_finishing) {
        connection->is_finishing = 1;
        push(connection);
        changed(connection);
    }
    return LC_WSA_OK;
}

/* Waits until all has arrived or the thread's deadline is there. */
static enum lc_wsa drain(
    const struct connection *connection,
    const struct sim_thread *thread)
{
    while (!sim_net_is_drained(number_of(connection))) {
        if (connection->is_cancelled) {
            return LC_WSAEINTR;
        }
        if (sim_thread_now_ns() >= thread->deadline_ns) {
            return LC_WSAETIMEDOUT;
        }
        enum lc_wsa error = wait_change(
            connection,
            thread->deadline_ns == SIM_FOREVER
                ? SIM_FOREVER
                : thread->deadline_ns - sim_thread_now_ns());
        if (error != LC_WSA_OK) {
            return error;
        }
    }
    return connection->state == CONNECTION_RESET ? LC_WSAECONNRESET : LC_WSA_OK;
}

enum lc_wsa sim_net_drain(uint32_t number, uint64_t timeout_ns)
{
    yield_on(number);
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    LC_CHECK(thread->deadline_ns == 0);
    thread->deadline_ns = timeout_ns == SIM_FOREVER
                              ? SIM_FOREVER
                              : sim_thread_now_ns() + timeout_ns;
    enum lc_wsa error = drain(connection_at(number), thread);
    thread->deadline_ns = 0;
    return error;
}

static void reset(struct connection *connection)
{
    bool was_up = connection->state == CONNECTION_UP ||
                  connection->state == CONNECTION_CONNECTING;
    if (was_up) {
        wire(
            connection,
            LC_WIRE_RST,
            connection->accepted_bytes - connection->acked_bytes,
            connection->acked_bytes,
            true);
    }
    if (connection->state != CONNECTION_ENDED) {
        connection->state = CONNECTION_RESET;
    }
    uint16_t number = (uint16_t)number_of(connection);
    (void)sim_thread_unschedule(LC_EVENT_CONNECTED, number);
    (void)sim_thread_unschedule(LC_EVENT_DELIVER, number);
    (void)sim_thread_unschedule(LC_EVENT_READ, number);
    (void)sim_thread_unschedule(LC_EVENT_ACK, number);
    changed(connection);
}

void sim_net_abort(uint32_t number)
{
    yield_on(number);
    reset(connection_at(number));
}

void sim_net_cancel(uint32_t number, bool on)
{
    struct connection *connection = connection_at(number);
    connection->is_cancelled = on;
    if (on) {
        (void)sim_thread_wake(
            wait_key(connection),
            SIM_THREADS_MAX,
            SIM_WAKE_CANCELLED);
    }
}

bool sim_net_is_finishing(uint32_t number)
{
    return connection_at(number)->is_finishing != 0;
}

static void release(struct connection *connection)
{
    LC_CHECK(!connection->is_released);
    LC_CHECK(!connection->has_handle);
    if (connection->state == CONNECTION_UP ||
        connection->state == CONNECTION_CONNECTING) {
        reset(connection);
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
    release(connection_at(number));
}

bool sim_net_is_drained(uint32_t number)
{
    const struct connection *connection = connection_at(number);
    return connection->state != CONNECTION_UP &&
           connection->state != CONNECTION_CONNECTING;
}

bool sim_net_is_busy(uint32_t number)
{
    const struct connection *connection = connection_at(number);
    return connection->state == CONNECTION_UP &&
           (connection->accepted_bytes > connection->acked_bytes ||
            connection->is_finishing);
}

bool sim_net_is_connected(uint32_t number)
{
    const struct connection *connection = connection_at(number);
    return connection->state == CONNECTION_UP ||
           connection->state == CONNECTION_ENDED;
}

void sim_net_set_buffer(uint32_t number, uint32_t size_bytes)
{
    struct connection *connection = connection_at(number);
    connection->buffer_bytes = size_bytes;
    changed(connection);
}

void sim_net_process_exit(uint32_t process)
{
    struct sim_net *net = SIM_NET;
    for (uint32_t i = 0; i < net->connection_end; i++) {
        struct connection *connection = &net->connections[i];
        if (connection->state != CONNECTION_FREE &&
            connection->process == process && !connection->is_released) {
            connection->has_handle = 0;
            connection->is_released = 1;
            reset(connection);
        }
    }
    net->handles[process] = (struct handles){ 0 };
}
