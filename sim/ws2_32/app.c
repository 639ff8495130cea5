/*
 * The application: makes the calls of a schedule's thread, and keeps them and
 * their results in the trace.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/net/net.h"
#include "sim/ws2_32/state.h"
#include "sim/ws2_32/ws2_32.h"

static struct sim_app_process *app_process(void)
{
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    return &SIM_WS2_32->apps[process];
}

static lc_socket socket_of(const struct lc_op *op)
{
    const struct sim_app_process *app = app_process();
    LC_CHECK(op->socket < LC_SOCKETS_MAX);
    return app->is_set[op->socket] ? app->sockets[op->socket]
                                   : LC_INVALID_SOCKET;
}

/* What the records of a call say of its arguments. */
static struct lc_record call_record(const struct lc_op *op)
{
    struct lc_record record = {
        .kind = LC_RECORD_API_CALL,
        .function = op->call,
        .caller = LC_MODULE_APP,
        .callee = LC_MODULE_WS2_32,
    };
    switch ((enum lc_call)op->call) {
    case LC_CALL_WSASTARTUP:
        record.a = op->value;
        break;
    case LC_CALL_SOCKET:
        record.b = op->entry == LC_NONE ? 0 : op->entry + 1;
        record.c = LC_SOCK_STREAM;
        break;
    case LC_CALL_SEND:
    case LC_CALL_SHUTDOWN:
        record.a = (int64_t)socket_of(op);
        record.b = op->value;
        break;
    case LC_CALL_LINGER:
        record.a = (int64_t)socket_of(op);
        record.b = LC_SO_LINGER;
        record.c = (int64_t)op->value << 16 | op->value2;
        break;
    case LC_CALL_DONTLINGER:
        record.a = (int64_t)socket_of(op);
        record.b = LC_SO_DONTLINGER;
        record.c = op->value;
        break;
    case LC_CALL_SNDBUF:
        record.a = (int64_t)socket_of(op);
        record.b = LC_SO_SNDBUF;
        record.c = op->value;
        break;
    case LC_CALL_FIONBIO:
        record.a = (int64_t)socket_of(op);
        record.b = LC_FIONBIO;
        record.c = op->value;
        break;
    case LC_CALL_CONNECT:
    case LC_CALL_CLOSESOCKET:
        record.a = (int64_t)socket_of(op);
        break;
    case LC_CALL_SLEEP:
        record.b = op->value;
        break;
    case LC_CALL_WSACLEANUP:
    case LC_CALL_GETLASTERROR:
    case LC_CALL_COUNT:
        break;
    }
    return record;
}

static enum lc_wsa set_option(const struct lc_op *op, lc_socket socket)
{
    if (op->call == LC_CALL_LINGER) {
        struct lc_linger linger = {
            .l_onoff = (uint16_t)op->value,
            .l_linger = (uint16_t)op->value2,
        };
        return sim_wsa_set_option(socket, LC_SO_LINGER, &linger, sizeof linger);
    }
    int32_t option =
        op->call == LC_CALL_SNDBUF ? LC_SO_SNDBUF : LC_SO_DONTLINGER;
    return sim_wsa_set_option(socket, option, &op->value, sizeof op->value);
}

/* Makes a call on a socket. ret_result is set for send only. */
static enum lc_wsa call_on_socket(
    const struct lc_op *op,
    lc_socket socket,
    int64_t *ret_result)
{
    struct sim_app_process *app = app_process();
    switch ((enum lc_call)op->call) {
    case LC_CALL_CONNECT:
        return sim_wsa_connect(socket);
    case LC_CALL_SEND: {
        uint32_t sent = 0;
        enum lc_wsa wsa = sim_wsa_send(
            socket,
            sim_net_pattern(socket, app->sent_bytes[op->socket]),
            op->value,
            &sent);
        if (wsa == LC_WSA_OK) {
            *ret_result = sent;
            app->sent_bytes[op->socket] += sent;
        }
        return wsa;
    }
    case LC_CALL_SHUTDOWN:
        return sim_wsa_shutdown(socket, op->value);
    case LC_CALL_LINGER:
    case LC_CALL_DONTLINGER:
    case LC_CALL_SNDBUF:
        return set_option(op, socket);
    case LC_CALL_FIONBIO:
        return sim_wsa_set_nonblocking(socket, op->value);
    case LC_CALL_CLOSESOCKET:
        return sim_wsa_close(socket);
    case LC_CALL_WSASTARTUP:
    case LC_CALL_WSACLEANUP:
    case LC_CALL_GETLASTERROR:
    case LC_CALL_SOCKET:
    case LC_CALL_SLEEP:
    case LC_CALL_COUNT:
        break;
    }
    LC_CHECK(op->call < LC_CALL_COUNT);
    return LC_WSA_OK;
}

static enum lc_wsa call_socket(const struct lc_op *op, int64_t *ret_result)
{
    struct sim_app_process *app = app_process();
    lc_socket socket = LC_INVALID_SOCKET;
    enum lc_wsa wsa = sim_wsa_socket(op->entry, &socket);
    if (wsa == LC_WSA_OK) {
        app->sockets[op->socket] = socket;
        app->sent_bytes[op->socket] = 0;
        app->is_set[op->socket] = 1;
        *ret_result = (int64_t)socket;
    }
    return wsa;
}

static void call_sleep(const struct lc_op *op)
{
    (void)sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_SLEEP,
        .key = (uint64_t)(uintptr_t)sim_thread_current(),
        .timeout_ns = op->value * LC_NS_PER_MS,
    });
}

/* Makes a call. Returns the error code; the record of the return is filled. */
static enum lc_wsa make_call(const struct lc_op *op, struct lc_record *record)
{
    enum lc_wsa wsa = LC_WSA_OK;
    struct lc_wsadata data;
    switch ((enum lc_call)op->call) {
    case LC_CALL_WSASTARTUP:
        wsa = sim_wsa_startup((uint16_t)op->value, &data);
        record->a = wsa; /* the code itself, not SOCKET_ERROR */
        record->c = data.wVersion;
        record->d = data.wHighVersion;
        return wsa;
    case LC_CALL_WSACLEANUP:
        wsa = sim_wsa_cleanup();
        break;
    case LC_CALL_GETLASTERROR:
        record->a = sim_thread_current()->last_error;
        return LC_WSA_OK;
    case LC_CALL_SOCKET:
        wsa = call_socket(op, &record->a);
        break;
    case LC_CALL_SLEEP:
        call_sleep(op);
        break;
    case LC_CALL_CONNECT:
    case LC_CALL_SEND:
    case LC_CALL_SHUTDOWN:
    case LC_CALL_LINGER:
    case LC_CALL_DONTLINGER:
    case LC_CALL_SNDBUF:
    case LC_CALL_FIONBIO:
    case LC_CALL_CLOSESOCKET:
        wsa = call_on_socket(op, (lc_socket)record->c, &record->a);
        break;
    case LC_CALL_COUNT:
        break;
    }
    if (wsa != LC_WSA_OK) {
        record->a = LC_SOCKET_ERROR;
        sim_thread_current()->last_error = (uint32_t)wsa;
    }
    return wsa;
}

static void run_call(const struct lc_op *op, uint32_t call_index)
{
    sim_thread_begin_call(call_index);
    sim_thread_yield((struct lc_place){
        .kind = LC_PLACE_API,
        .function = op->call,
    });
    struct lc_record record = call_record(op);
    sim_trace_write(record);
    sim_thread_enter(LC_MODULE_WS2_32, SIM_FRAME_API, op->call);
    record.kind = LC_RECORD_API_RETURN;
    record.c = record.a;
    record.a = 0;
    record.b = 0;
    record.d = 0;
    record.b = (int64_t)make_call(op, &record);
    sim_thread_leave();
    sim_trace_write(record);
    sim_thread_progress();
}

void sim_app_run_thread(
    const struct lc_schedule *schedule,
    uint32_t thread_index)
{
    LC_CHECK(thread_index < schedule->thread_count);
    const struct lc_thread *thread = &schedule->threads[thread_index];
    LC_CHECK(thread->op_first + thread->op_count <= schedule->op_count);
    for (uint32_t i = 0; i < thread->op_count; i++) {
        run_call(&schedule->ops[thread->op_first + i], i);
    }
}
