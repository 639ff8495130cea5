/*
 * Traces made by hand for the tests of the model: builders for whole calls,
 * and edits that break a rule in a trace that is good.
 *
 * The world: base `tcp` (module 2), layer `filter` (module 3), chain `filter
 * tcp`. Catalog: 1 is the chain, 2 is tcp.
 */
#ifndef TESTS_UNIT_MODEL_TRACE_H
#define TESTS_UNIT_MODEL_TRACE_H

#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "model/model.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum trace_constants {
    TRACE_MAX = 1024,
    TCP = LC_MODULE_PROVIDER,
    FILTER = LC_MODULE_PROVIDER + 1,
    WS2 = LC_MODULE_WS2_32,
    ENTRY_CHAIN = 1,
    ENTRY_TCP = 2,
    HANDLE = 0x100,
    BYTES = 20000
};

struct trace {
    struct lc_record records[TRACE_MAX];
    uint32_t count;
    uint64_t now_ns;
    uint8_t process; /* of the records to come */
    uint8_t thread;
    uint32_t objects;
    uint32_t connections;
    bool chain; /* sockets go through the filter */
    bool own;   /* which has handles of its own */
};

static struct lc_record *trace_add(
    struct trace *trace,
    enum lc_record_kind kind,
    uint32_t function)
{
    assert_true(trace->count < TRACE_MAX);
    struct lc_record *record = &trace->records[trace->count];
    trace->count++;
    *record = (struct lc_record){
        .time_ns = trace->now_ns,
        .kind = (uint8_t)kind,
        .process = trace->process,
        .thread = trace->thread,
        .function = (uint16_t)function,
    };
    return record;
}

static inline void trace_process(struct trace *trace, uint32_t function)
{
    uint8_t thread = trace->thread;
    trace->thread = LC_NONE;
    trace_add(trace, LC_RECORD_PROCESS, function);
    trace->thread = thread;
}

static inline struct lc_record *trace_end(struct trace *trace, enum lc_end how)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_END, how);
    record->process = LC_NONE;
    record->thread = LC_NONE;
    return record;
}

static inline void trace_call(
    struct trace *trace,
    enum lc_call call,
    int64_t a,
    int64_t b)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_API_CALL, call);
    record->caller = LC_MODULE_APP;
    record->callee = WS2;
    record->a = a;
    record->b = b;
}

static inline void trace_return(
    struct trace *trace,
    enum lc_call call,
    int64_t a,
    int64_t b)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_API_RETURN, call);
    record->caller = LC_MODULE_APP;
    record->callee = WS2;
    record->a = a;
    record->b = b;
    if (call == LC_CALL_WSASTARTUP && a == 0) {
        record->c = 0x0202;
        record->d = 0x0202;
    }
}

static inline struct lc_record *trace_spi(
    struct trace *trace,
    uint8_t caller,
    uint8_t callee,
    uint32_t function,
    int64_t a)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_SPI_CALL, function);
    record->caller = caller;
    record->callee = callee;
    record->a = a;
    record->d = function == LC_SPI_STARTUP ? 0x0202 : 0;
    return record;
}

static inline struct lc_record *trace_spi_return(
    struct trace *trace,
    uint8_t caller,
    uint8_t callee,
    uint32_t function,
    int64_t a)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_SPI_RETURN, function);
    record->caller = caller;
    record->callee = callee;
    record->a = a;
    if (function == LC_SPI_STARTUP && a == 0) {
        record->c = 0x0202;
        record->d = LC_SPI_COUNT;
    }
    return record;
}

static inline void trace_object(
    struct trace *trace,
    bool create,
    uint32_t kind,
    int64_t number)
{
    struct lc_record *record =
        trace_add(trace, create ? LC_RECORD_CREATE : LC_RECORD_DESTROY, kind);
    record->caller = TCP;
    record->callee = TCP;
    record->a = number;
}

static inline struct lc_record *trace_wire(
    struct trace *trace,
    uint32_t what,
    int64_t number,
    int64_t bytes,
    int64_t offset)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_WIRE, what);
    record->caller = TCP;
    record->callee = LC_MODULE_SYSTEM;
    record->a = number;
    record->b = bytes;
    record->c = offset;
    record->d = 1;
    return record;
}

static inline void trace_load(
    struct trace *trace,
    uint8_t caller,
    uint8_t callee,
    bool load)
{
    struct lc_record *record =
        trace_add(trace, load ? LC_RECORD_LOAD : LC_RECORD_UNLOAD, 0);
    record->caller = caller;
    record->callee = callee;
    record->a = 1;
    record->b = load ? 1 : 0;
    record->c = 1;
    record->d = 1;
}

/* LoadLibrary, GetProcAddress and WSPStartup up to its inside. */
static inline void trace_start_open(
    struct trace *trace,
    uint8_t caller,
    uint8_t callee,
    int64_t entry)
{
    trace_load(trace, caller, callee, true);
    struct lc_record *record = trace_add(trace, LC_RECORD_PROC_ADDRESS, 0);
    record->caller = caller;
    record->callee = callee;
    record->a = 1;
    record->b = 1;
    record = trace_spi(trace, caller, callee, LC_SPI_STARTUP, entry);
    record->b = entry == ENTRY_CHAIN ? 2 : 1;
    record->c = 1;
}

/* First need of the chain, or of tcp alone. */
static inline void trace_start(struct trace *trace)
{
    uint8_t caller = WS2;
    if (trace->chain) {
        trace_start_open(trace, WS2, FILTER, ENTRY_CHAIN);
        caller = FILTER;
    }
    trace_start_open(trace, caller, TCP, ENTRY_TCP);
    trace->objects++;
    trace_object(trace, true, LC_OBJECT_HEAP, 1000 + trace->objects);
    trace_spi_return(trace, caller, TCP, LC_SPI_STARTUP, 0);
    if (trace->chain) {
        trace_spi_return(trace, WS2, FILTER, LC_SPI_STARTUP, 0);
    }
}

static inline void trace_register(
    struct trace *trace,
    uint8_t provider,
    int64_t handle)
{
    struct lc_record *record =
        trace_add(trace, LC_RECORD_UPCALL_CALL, LC_UPCALL_MODIFY_IFS_HANDLE);
    record->caller = provider;
    record->callee = WS2;
    record = trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_MODIFY);
    record->caller = WS2;
    record->callee = provider;
    record->a = handle;
    record->b = provider == TCP ? ENTRY_TCP : ENTRY_CHAIN;
    record =
        trace_add(trace, LC_RECORD_UPCALL_RETURN, LC_UPCALL_MODIFY_IFS_HANDLE);
    record->caller = provider;
    record->callee = WS2;
    record->a = handle;
}

/* socket(); `first` when the providers have to be started for it. */
static inline void trace_socket(struct trace *trace, int64_t handle, bool first)
{
    uint8_t caller = WS2;
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    if (first) {
        trace_start(trace);
    }
    if (trace->chain) {
        trace_spi(trace, WS2, FILTER, LC_SPI_SOCKET, ENTRY_CHAIN);
        caller = FILTER;
    }
    trace_spi(trace, caller, TCP, LC_SPI_SOCKET, ENTRY_TCP);
    trace->connections++;
    trace_object(trace, true, LC_OBJECT_SOCKET, trace->connections);
    trace_wire(trace, LC_WIRE_OPEN, trace->connections, 0, handle);
    trace_register(trace, TCP, handle);
    trace_spi_return(trace, caller, TCP, LC_SPI_SOCKET, handle);
    if (trace->chain) {
        trace_register(trace, FILTER, handle);
        trace_spi_return(trace, WS2, FILTER, LC_SPI_SOCKET, handle);
    }
    trace_return(trace, LC_CALL_SOCKET, handle, 0);
}

/* The way down of a call on a socket. */
static inline void trace_down(
    struct trace *trace,
    uint32_t function,
    int64_t handle)
{
    if (trace->chain) {
        trace_spi(trace, WS2, FILTER, function, handle);
    }
    trace_spi(trace, trace->chain ? FILTER : WS2, TCP, function, handle);
}

static inline void trace_up(
    struct trace *trace,
    uint32_t function,
    int64_t result,
    int64_t error)
{
    trace_spi_return(trace, trace->chain ? FILTER : WS2, TCP, function, result)
        ->b = error;
    if (trace->chain) {
        trace_spi_return(trace, WS2, FILTER, function, result)->b = error;
    }
}

/* A simple call on a socket, through all layers. */
static inline void trace_simple(
    struct trace *trace,
    enum lc_call call,
    uint32_t function,
    int64_t handle,
    const int64_t values[2])
{
    trace_call(trace, call, handle, values[0]);
    trace->records[trace->count - 1].c = values[1];
    trace_down(trace, function, handle);
    trace_up(trace, function, 0, 0);
    trace_return(trace, call, 0, 0);
}

static inline void trace_option(
    struct trace *trace,
    enum lc_call call,
    int64_t handle,
    int64_t value)
{
    const int64_t values[2] = { 0, value };
    trace_simple(trace, call, LC_SPI_SET_SOCK_OPT, handle, values);
}

static inline void trace_shutdown(
    struct trace *trace,
    int64_t handle,
    int64_t how)
{
    const int64_t values[2] = { how, 0 };
    trace_simple(trace, LC_CALL_SHUTDOWN, LC_SPI_SHUTDOWN, handle, values);
}

static inline struct lc_record *trace_wait(
    struct trace *trace,
    enum lc_wait_for what,
    int64_t ms,
    bool ends)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_WAIT, what);
    record->caller = TCP;
    record->b = ms;
    record->c = ends ? 1 : 0;
    return record;
}

static inline void trace_connect(
    struct trace *trace,
    int64_t handle,
    int64_t number)
{
    trace_call(trace, LC_CALL_CONNECT, handle, 0);
    trace_down(trace, LC_SPI_CONNECT, handle);
    trace_wire(trace, LC_WIRE_SYN, number, 0, 0);
    trace_wait(trace, LC_WAIT_NET, -1, false);
    trace->now_ns += 40 * LC_NS_PER_MS;
    trace_wire(trace, LC_WIRE_CONNECTED, number, 0, 0)->thread = LC_NONE;
    trace_wait(trace, LC_WAIT_NET, -1, true);
    trace_up(trace, LC_SPI_CONNECT, 0, 0);
    trace_return(trace, LC_CALL_CONNECT, 0, 0);
}

/* A send that the transport takes whole; nothing is on the wire yet. */
static inline void trace_send(
    struct trace *trace,
    int64_t handle,
    int64_t number)
{
    trace_call(trace, LC_CALL_SEND, handle, BYTES);
    trace_down(trace, LC_SPI_SEND, handle);
    trace_wire(trace, LC_WIRE_ACCEPT, number, BYTES, 0);
    trace_up(trace, LC_SPI_SEND, 0, 0);
    trace_return(trace, LC_CALL_SEND, BYTES, 0);
}

/* All of the send goes out and arrives. */
static inline void trace_flow(struct trace *trace, int64_t number)
{
    uint8_t thread = trace->thread;
    trace->thread = LC_NONE;
    trace_wire(trace, LC_WIRE_DATA, number, BYTES, 0);
    trace->now_ns += 180 * LC_NS_PER_MS;
    trace_wire(trace, LC_WIRE_DELIVER, number, BYTES, 0);
    trace_wire(trace, LC_WIRE_ACK, number, BYTES, 0);
    trace->thread = thread;
}

static inline void trace_fin(struct trace *trace, int64_t number)
{
    uint8_t thread = trace->thread;
    trace_wire(trace, LC_WIRE_FIN, number, 0, BYTES);
    trace->thread = LC_NONE;
    trace->now_ns += 40 * LC_NS_PER_MS;
    trace_wire(trace, LC_WIRE_FIN_DELIVER, number, 0, BYTES);
    trace_wire(trace, LC_WIRE_FIN_ACK, number, 0, BYTES);
    trace->thread = thread;
}

/* The provider's half of a successful close: the handle goes. */
static inline void trace_close_up(
    struct trace *trace,
    int64_t handle,
    int64_t number)
{
    trace_wire(trace, LC_WIRE_CLOSE, number, 0, handle);
    trace_up(trace, LC_SPI_CLOSE_SOCKET, 0, 0);
    struct lc_record *record =
        trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE);
    record->caller = WS2;
    record->callee = trace->chain ? FILTER : TCP;
    record->a = handle;
    trace_return(trace, LC_CALL_CLOSESOCKET, 0, 0);
}

static inline void trace_close_down(struct trace *trace, int64_t handle)
{
    trace_call(trace, LC_CALL_CLOSESOCKET, handle, 0);
    trace_down(trace, LC_SPI_CLOSE_SOCKET, handle);
}

/* A graceful close that leaves its data to the background. */
static inline void trace_close(
    struct trace *trace,
    int64_t handle,
    int64_t number)
{
    trace_close_down(trace, handle);
    trace_close_up(trace, handle, number);
}

/* A close that fails with WSAEWOULDBLOCK. */
static inline void trace_close_refused(struct trace *trace, int64_t handle)
{
    trace_close_down(trace, handle);
    trace_up(trace, LC_SPI_CLOSE_SOCKET, -1, LC_WSAEWOULDBLOCK);
    trace_return(trace, LC_CALL_CLOSESOCKET, -1, LC_WSAEWOULDBLOCK);
}

static inline void trace_startup(struct trace *trace)
{
    trace_call(trace, LC_CALL_WSASTARTUP, 0x0202, 0);
    trace_return(trace, LC_CALL_WSASTARTUP, 0, 0);
}

/* The final WSACleanup up to the inside of tcp's WSPCleanup. */
static inline void trace_cleanup_open(struct trace *trace)
{
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    if (trace->chain) {
        trace_spi(trace, WS2, FILTER, LC_SPI_CLEANUP, 0);
    }
    trace_spi(trace, trace->chain ? FILTER : WS2, TCP, LC_SPI_CLEANUP, 0);
}

static inline void trace_cleanup_close(struct trace *trace)
{
    trace_object(trace, false, LC_OBJECT_HEAP, 1000 + trace->objects);
    trace_spi_return(
        trace,
        trace->chain ? FILTER : WS2,
        TCP,
        LC_SPI_CLEANUP,
        0);
    if (trace->chain) {
        trace_load(trace, FILTER, TCP, false);
        trace_spi_return(trace, WS2, FILTER, LC_SPI_CLEANUP, 0);
    }
    trace_load(trace, WS2, trace->chain ? FILTER : TCP, false);
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
}

/* One whole life: start, one connection with unsent data at its close, which
 * the final cleanup drains. */
static inline void trace_life(struct trace *trace, int64_t handle)
{
    int64_t number = trace->connections + 1;
    trace_startup(trace);
    trace_socket(trace, handle, true);
    trace_connect(trace, handle, number);
    trace_send(trace, handle, number);
    trace_close(trace, handle, number);
    trace_cleanup_open(trace);
    trace_flow(trace, number);
    trace_fin(trace, number);
    trace_object(trace, false, LC_OBJECT_SOCKET, number);
    trace_cleanup_close(trace);
}

static inline struct trace *trace_new(bool chain)
{
    static struct trace trace;
    memset(&trace, 0, sizeof trace);
    trace.chain = chain;
    trace.thread = 0;
    trace_process(&trace, 0);
    return &trace;
}

/* The index of the n-th record (from 0) of a kind and function. */
static inline uint32_t trace_find(
    const struct trace *trace,
    enum lc_record_kind kind,
    uint32_t function,
    uint32_t nth)
{
    for (uint32_t i = 0; i < trace->count; i++) {
        if (trace->records[i].kind == (uint8_t)kind &&
            trace->records[i].function == function) {
            if (nth == 0) {
                return i;
            }
            nth--;
        }
    }
    fail_msg("no such record");
    return 0;
}

static inline struct lc_record *trace_get(
    struct trace *trace,
    enum lc_record_kind kind,
    uint32_t function,
    uint32_t nth)
{
    return &trace->records[trace_find(trace, kind, function, nth)];
}

static inline void trace_remove(struct trace *trace, uint32_t index)
{
    assert_true(index < trace->count);
    trace->count--;
    memmove(
        &trace->records[index],
        &trace->records[index + 1],
        (trace->count - index) * sizeof trace->records[0]);
}

/* Moves the last record to a place before. */
static inline void trace_move_last(struct trace *trace, uint32_t index)
{
    struct lc_record last = trace->records[trace->count - 1];
    memmove(
        &trace->records[index + 1],
        &trace->records[index],
        (trace->count - 1 - index) * sizeof trace->records[0]);
    trace->records[index] = last;
}

static inline void trace_world(struct lc_world *world)
{
    memset(world, 0, sizeof *world);
    world->provider_count = 2;
    world->providers[0].kind = LC_PROVIDER_BASE;
    world->providers[1].kind = LC_PROVIDER_IFS;
    world->chain_count = 1;
    world->chains[0].length = 2;
    world->chains[0].providers[0] = 1;
    world->chains[0].providers[1] = 0;
    world->sndbuf_bytes = 8192;
    world->names = 1;
}

static inline void trace_judge(
    const struct trace *trace,
    const struct model_options *options,
    struct model *model)
{
    struct lc_world world;
    trace_world(&world);
    if (trace->own) {
        world.providers[1].kind = LC_PROVIDER_NONIFS;
    }
    model_init(model, &world, options);
    for (uint32_t i = 0; i < trace->count; i++) {
        if (!model_step(model, &trace->records[i])) {
            break;
        }
    }
}

static inline void assert_held(const struct trace *trace)
{
    static struct model model;
    trace_judge(trace, &(struct model_options){ 0 }, &model);
    struct lc_verdict verdict = model_verdict(&model);
    if (verdict.kind == LC_VERDICT_BROKEN) {
        fail_msg(
            "%s broken at record %u",
            model_rule(verdict.rule)->id,
            verdict.record);
    }
    assert_int_equal(verdict.kind, LC_VERDICT_HELD);
    assert_int_equal(verdict.warning_count, 0);
}

static inline void assert_broken(const struct trace *trace, const char *id)
{
    static struct model model;
    uint32_t rule;
    assert_true(model_rule_find(id, &rule));
    trace_judge(trace, &(struct model_options){ 0 }, &model);
    struct lc_verdict verdict = model_verdict(&model);
    if (verdict.kind != LC_VERDICT_BROKEN) {
        fail_msg("%s: held, %u warnings", id, verdict.warning_count);
    }
    assert_string_equal(model_rule(verdict.rule)->id, id);
}

static inline void assert_warned(const struct trace *trace, const char *id)
{
    static struct model model;
    trace_judge(trace, &(struct model_options){ 0 }, &model);
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_HELD);
    assert_true(model_verdict(&model).warning_count > 0);
    assert_string_equal(model_rule(model_warnings(&model).rule)->id, id);
    trace_judge(trace, &(struct model_options){ .inferences = true }, &model);
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_BROKEN);
}

static inline void assert_app_erred(const struct trace *trace, const char *id)
{
    static struct model model;
    trace_judge(trace, &(struct model_options){ 0 }, &model);
    struct lc_verdict verdict = model_verdict(&model);
    if (verdict.kind == LC_VERDICT_BROKEN) {
        fail_msg("%s broken", model_rule(verdict.rule)->id);
    }
    assert_true(verdict.app_error_count > 0);
    assert_string_equal(model_rule(model_app_errors(&model).rule)->id, id);
}

#endif
