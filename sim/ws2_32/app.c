/*
 * The application: makes the calls of a schedule's thread, and keeps them and
 * their results in the trace.
 */
#include "sim/ws2_32/app.h"

#include <string.h>

#include "lastcall/check.h"
#include "lastcall/triplet.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/net/net.h"
#include "sim/ws2_32/address.h"
#include "sim/ws2_32/app_catalog.h"
#include "sim/ws2_32/app_names.h"
#include "sim/ws2_32/overlapped.h"
#include "sim/ws2_32/state.h"
#include "sim/ws2_32/ws2_32.h"

struct sim_app_process *sim_app_process_running(void)
{
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    return &SIM_WS2_32->apps[process];
}

lc_socket sim_app_socket(uint32_t variable)
{
    const struct sim_app_process *app = sim_app_process_running();
    LC_CHECK(variable < LC_SOCKETS_MAX);
    return app->is_set[variable] ? app->sockets[variable] : LC_INVALID_SOCKET;
}

void sim_app_set_socket(uint32_t variable, lc_socket socket, lc_socket stream)
{
    struct sim_app_process *app = sim_app_process_running();
    LC_CHECK(variable < LC_SOCKETS_MAX);
    app->sockets[variable] = socket;
    app->streams[variable] = stream == LC_INVALID_SOCKET ? socket : stream;
    app->sent_bytes[variable] = 0;
    app->received_bytes[variable] = 0;
    SIM_OVERLAPPED->processes[sim_thread_process()].last[variable] = 0;
    app->is_set[variable] = 1;
}

static void describe_startup(const struct lc_op *op, struct lc_record *record)
{
    record->a = op->value;
    record->b = op->value2;
}

static enum lc_wsa make_startup(
    const struct lc_op *op,
    struct lc_record *record)
{
    struct lc_wsadata data;
    bool has_room = op->value2 == 0;
    enum lc_wsa wsa =
        sim_wsa_startup((uint16_t)op->value, has_room ? &data : NULL);
    record->c = has_room ? data.wVersion : 0;
    record->d = has_room ? data.wHighVersion : 0;
    return wsa;
}

static enum lc_wsa make_cleanup(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    (void)record;
    return sim_wsa_cleanup();
}

static enum lc_wsa make_get_last_error(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    record->a = sim_thread_current()->last_error;
    return LC_WSA_OK;
}

static void describe_socket(const struct lc_op *op, struct lc_record *record)
{
    record->b = op->entry == LC_NONE ? 0 : op->entry + 1;
    record->c = lc_triplet_sock(op->value);
    record->d = op->value;
}

static enum lc_wsa make_socket(const struct lc_op *op, struct lc_record *record)
{
    lc_socket socket = LC_INVALID_SOCKET;
    enum lc_wsa wsa = sim_wsa_socket(op->entry, op->value, &socket);
    lc_socket stream = sim_net_take_opened();
    if (wsa == LC_WSA_OK) {
        sim_app_set_socket(op->socket, socket, stream);
        record->a = (int64_t)socket;
    }
    return wsa;
}

static enum lc_wsa make_connect(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    return sim_wsa_connect((lc_socket)record->c);
}

void sim_app_describe_value(const struct lc_op *op, struct lc_record *record)
{
    record->b = op->value;
}

static enum lc_wsa make_send(const struct lc_op *op, struct lc_record *record)
{
    struct sim_app_process *app = sim_app_process_running();
    lc_socket socket = (lc_socket)record->c;
    uint32_t sent = 0;
    enum lc_wsa wsa = sim_wsa_send(
        socket,
        sim_net_pattern(app->streams[op->socket], app->sent_bytes[op->socket]),
        op->value,
        &sent);
    if (wsa == LC_WSA_OK) {
        record->a = sent;
        app->sent_bytes[op->socket] += sent;
    }
    return wsa;
}

static enum lc_wsa make_shutdown(
    const struct lc_op *op,
    struct lc_record *record)
{
    return sim_wsa_shutdown((lc_socket)record->c, op->value);
}

static void describe_linger(const struct lc_op *op, struct lc_record *record)
{
    record->b = LC_SO_LINGER;
    record->c = (int64_t)op->value << 16 | op->value2;
}

static enum lc_wsa make_linger(const struct lc_op *op, struct lc_record *record)
{
    struct lc_linger linger = {
        .l_onoff = (uint16_t)op->value,
        .l_linger = (uint16_t)op->value2,
    };
    return sim_wsa_set_option(
        (lc_socket)record->c,
        LC_SO_LINGER,
        &linger,
        sizeof linger);
}

static void describe_dontlinger(
    const struct lc_op *op,
    struct lc_record *record)
{
    record->b = LC_SO_DONTLINGER;
    record->c = op->value;
}

static enum lc_wsa make_dontlinger(
    const struct lc_op *op,
    struct lc_record *record)
{
    return sim_wsa_set_option(
        (lc_socket)record->c,
        LC_SO_DONTLINGER,
        &op->value,
        sizeof op->value);
}

static void describe_sndbuf(const struct lc_op *op, struct lc_record *record)
{
    record->b = LC_SO_SNDBUF;
    record->c = op->value;
}

static enum lc_wsa make_sndbuf(const struct lc_op *op, struct lc_record *record)
{
    return sim_wsa_set_option(
        (lc_socket)record->c,
        LC_SO_SNDBUF,
        &op->value,
        sizeof op->value);
}

static void describe_fionbio(const struct lc_op *op, struct lc_record *record)
{
    record->b = LC_FIONBIO;
    record->c = op->value;
}

static enum lc_wsa make_fionbio(
    const struct lc_op *op,
    struct lc_record *record)
{
    return sim_wsa_set_nonblocking((lc_socket)record->c, op->value);
}

static enum lc_wsa make_closesocket(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    return sim_wsa_close((lc_socket)record->c);
}

static enum lc_wsa make_sleep(const struct lc_op *op, struct lc_record *record)
{
    (void)record;
    (void)sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_SLEEP,
        .key = (uint64_t)(uintptr_t)sim_thread_current(),
        .timeout_ns = op->value * LC_NS_PER_MS,
    });
    return LC_WSA_OK;
}

static void describe_module(const struct lc_op *op, struct lc_record *record)
{
    record->a = LC_MODULE_PROVIDER + (int64_t)op->value;
}

static void describe_thread(const struct lc_op *op, struct lc_record *record)
{
    record->a = op->value;
}

static const struct sim_app_call app_calls[] = {
    [LC_CALL_WSASTARTUP] = { describe_startup, .make = make_startup },
    [LC_CALL_WSACLEANUP] = { .make = make_cleanup },
    [LC_CALL_GETLASTERROR] = { .make = make_get_last_error },
    [LC_CALL_SOCKET] = { describe_socket, .make = make_socket },
    [LC_CALL_CONNECT] = { NULL, make_connect, .has_socket = true },
    [LC_CALL_SEND] = { sim_app_describe_value, make_send, .has_socket = true },
    [LC_CALL_SHUTDOWN] = { sim_app_describe_value,
                           make_shutdown,
                           .has_socket = true },
    [LC_CALL_LINGER] = { describe_linger, make_linger, .has_socket = true },
    [LC_CALL_DONTLINGER] = { describe_dontlinger,
                             make_dontlinger,
                             .has_socket = true },
    [LC_CALL_SNDBUF] = { describe_sndbuf, make_sndbuf, .has_socket = true },
    [LC_CALL_FIONBIO] = { describe_fionbio, make_fionbio, .has_socket = true },
    [LC_CALL_CLOSESOCKET] = { NULL, make_closesocket, .has_socket = true },
    [LC_CALL_SLEEP] = { sim_app_describe_value, .make = make_sleep },
    [LC_CALL_ENUM_PROTOCOLS] = { .make = sim_app_enum_protocols },
    [LC_CALL_WSC_ENUM] = { .make = sim_app_wsc_enum },
    [LC_CALL_WSC_PATH] = { sim_app_describe_entry, .make = sim_app_wsc_path },
    [LC_CALL_WSC_INSTALL] = { sim_app_describe_entry,
                              .make = sim_app_wsc_install },
    [LC_CALL_WSC_INSTALL_CHAIN] = { sim_app_describe_entry,
                                    .make = sim_app_wsc_install_chain },
    [LC_CALL_WSC_DEINSTALL] = { sim_app_describe_entry,
                                .make = sim_app_wsc_deinstall },
    [LC_CALL_WSC_ORDER] = { sim_app_describe_value, .make = sim_app_wsc_order },
    [LC_CALL_APP_CATEGORY] = { sim_app_describe_value, .make = sim_app_permit },
    [LC_CALL_PROVIDER_INFO] = { sim_app_describe_categories,
                                .make = sim_app_categorize },
    [LC_CALL_RECV] = { sim_app_describe_value,
                       sim_app_recv,
                       .has_socket = true },
    [LC_CALL_SEND_DISCONNECT] = { NULL,
                                  sim_app_send_disconnect,
                                  .has_socket = true },
    [LC_CALL_RECV_DISCONNECT] = { NULL,
                                  sim_app_recv_disconnect,
                                  .has_socket = true },
    [LC_CALL_BIND] = { sim_app_describe_value,
                       sim_app_bind,
                       .has_socket = true },
    [LC_CALL_GETSOCKNAME] = { NULL, sim_app_getsockname, .has_socket = true },
    [LC_CALL_GETPEERNAME] = { NULL, sim_app_getpeername, .has_socket = true },
    [LC_CALL_RCVBUF] = { sim_app_describe_rcvbuf,
                         sim_app_rcvbuf,
                         .has_socket = true },
    [LC_CALL_SOERROR] = { sim_app_describe_soerror,
                          sim_app_soerror,
                          .has_socket = true },
    [LC_CALL_FIONREAD] = { sim_app_describe_fionread,
                           sim_app_fionread,
                           .has_socket = true },
    [LC_CALL_LOADLIBRARY] = { describe_module,
                              sim_app_load_library,
                              .is_windows = true },
    [LC_CALL_FREELIBRARY] = { describe_module,
                              sim_app_free_library,
                              .is_windows = true },
    [LC_CALL_EXITTHREAD] = { NULL, sim_app_exit_thread, .is_windows = true },
    [LC_CALL_EXITPROCESS] = { NULL, sim_app_exit_process, .is_windows = true },
    [LC_CALL_TERMINATEPROCESS] = { NULL,
                                   sim_app_terminate_process,
                                   .is_windows = true },
    [LC_CALL_TERMINATETHREAD] = { describe_thread,
                                  sim_app_terminate_thread,
                                  .is_windows = true },
    [LC_CALL_FREEFOREIGN] = { describe_module,
                              sim_app_free_foreign,
                              .is_windows = true },
    [LC_CALL_WSASEND] = { sim_app_describe_overlapped,
                          sim_app_wsasend,
                          .has_socket = true },
    [LC_CALL_GETOVERLAPPED] = { sim_app_describe_result,
                                sim_app_get_overlapped,
                                .has_socket = true },
    [LC_CALL_CREATEEVENT] = { sim_app_describe_value,
                              .make = sim_app_create_event },
    [LC_CALL_CLOSEEVENT] = { sim_app_describe_value,
                             .make = sim_app_close_event },
    [LC_CALL_SETEVENT] = { sim_app_describe_value, .make = sim_app_set_event },
    [LC_CALL_RESETEVENT] = { sim_app_describe_value,
                             .make = sim_app_reset_event },
    [LC_CALL_WAITEVENTS] = { sim_app_describe_wait, .make = sim_app_wait },
    [LC_CALL_SLEEPEX] = { sim_app_describe_value, .make = sim_app_sleep_ex },
    [LC_CALL_CREATEPORT] = { NULL, sim_app_create_port, .has_socket = true },
    [LC_CALL_DEQUEUE] = { sim_app_describe_value, .make = sim_app_dequeue },
    [LC_CALL_POST] = { sim_app_describe_value, .make = sim_app_post },
    [LC_CALL_LOOKUP_BEGIN] = { sim_app_describe_value,
                               .make = sim_app_lookup_begin },
    [LC_CALL_LOOKUP_NEXT] = { sim_app_describe_lookup,
                              .make = sim_app_lookup_next },
    [LC_CALL_LOOKUP_END] = { sim_app_describe_lookup,
                             .make = sim_app_lookup_end },
    [LC_CALL_SET_SERVICE] = { sim_app_describe_names,
                              .make = sim_app_set_service },
    [LC_CALL_ENUM_NAMES] = { .make = sim_app_enum_names },
    [LC_CALL_WSC_INSTALL_NAMES] = { sim_app_describe_value,
                                    .make = sim_app_wsc_install_names },
    [LC_CALL_WSC_REMOVE_NAMES] = { sim_app_describe_value,
                                   .make = sim_app_wsc_remove_names },
    [LC_CALL_WSC_ENABLE_NAMES] = { sim_app_describe_names,
                                   .make = sim_app_wsc_enable_names },
    [LC_CALL_LISTEN] = { sim_app_describe_value,
                         sim_app_listen,
                         .has_socket = true },
    [LC_CALL_ACCEPT] = { sim_app_describe_accept, .make = sim_app_accept },
    [LC_CALL_WSAACCEPT] = { sim_app_describe_accept,
                            .make = sim_app_wsa_accept },
    [LC_CALL_CONFIG_CHANGE] = { sim_app_describe_value,
                                .make = sim_app_config_change },
    [LC_CALL_EVENTSELECT] = { sim_app_describe_event_select,
                              sim_app_event_select,
                              .has_socket = true },
    [LC_CALL_ENUMEVENTS] = { sim_app_describe_value,
                             sim_app_enum_network_events,
                             .has_socket = true },
    [LC_CALL_SELECT] = { sim_app_describe_select, .make = sim_app_select },
    [LC_CALL_SETHOOK] = { sim_app_describe_hook, .make = sim_app_set_hook },
    [LC_CALL_UNHOOK] = { .make = sim_app_unhook },
    [LC_CALL_ISBLOCKING] = { .make = sim_app_is_blocking },
    [LC_CALL_CANCEL] = { .make = sim_app_cancel },
    [LC_CALL_ADDRESS_TO_STRING] = { sim_app_describe_entry,
                                    .make = sim_app_address_to_string },
    [LC_CALL_STRING_TO_ADDRESS] = { sim_app_describe_entry,
                                    .make = sim_app_string_to_address },
    [LC_CALL_JOIN_LEAF] = { NULL, sim_app_join_leaf, .has_socket = true },
    [LC_CALL_QOS_BY_NAME] = { NULL,
                              sim_app_get_qos_by_name,
                              .has_socket = true },
    [LC_CALL_SENDTO] = { sim_app_describe_to,
                         sim_app_sendto,
                         .has_socket = true },
    [LC_CALL_RECVFROM] = { sim_app_describe_value,
                           sim_app_recvfrom,
                           .has_socket = true },
    [LC_CALL_CONNECT_TO] = { sim_app_describe_value,
                             sim_app_connect_to,
                             .has_socket = true },
    [LC_CALL_WSARECV] = { sim_app_describe_overlapped,
                          sim_app_wsarecv,
                          .has_socket = true },
};
_Static_assert(LC_COUNT_OF(app_calls) == LC_CALL_COUNT, "one each");

/* Whether both records of the call say its number, from 1: d. */
static bool has_number(const struct lc_op *op)
{
    return op->call == LC_CALL_WSASEND || op->call == LC_CALL_WSARECV;
}

/* The record of a call, with its arguments. */
static struct lc_record call_record(const struct lc_op *op, uint32_t number)
{
    const struct sim_app_call *call = &app_calls[op->call];
    struct lc_record record = {
        .kind = LC_RECORD_API_CALL,
        .function = op->call,
        .caller = (uint8_t)sim_thread_module(),
        .callee = call->is_windows ? LC_MODULE_SYSTEM : LC_MODULE_WS2_32,
    };
    if (call->has_socket) {
        record.a = (int64_t)sim_app_socket(op->socket);
    }
    if (has_number(op)) {
        record.d = number;
    }
    if (call->describe != NULL) {
        call->describe(op, &record);
    }
    return record;
}

/* Makes a call. Returns the error code; the record of the return is filled. */
static enum lc_wsa make_call(const struct lc_op *op, struct lc_record *record)
{
    enum lc_wsa wsa = app_calls[op->call].make(op, record);
    if (op->call == LC_CALL_WSASTARTUP) {
        record->a = wsa; /* the code itself, not SOCKET_ERROR */
    } else if (wsa != LC_WSA_OK) {
        record->a = LC_SOCKET_ERROR;
        sim_thread_current()->last_error = (uint32_t)wsa;
    }
    return wsa;
}

/* Makes a call, with its records. */
static inline void make_recorded(const struct lc_op *op, uint32_t number)
{
    struct lc_record record = call_record(op, number);
    sim_trace_write_kept(&record);
    if (!app_calls[op->call].is_windows) {
        sim_thread_enter(LC_MODULE_WS2_32, SIM_FRAME_API, op->call);
    }
    record.kind = LC_RECORD_API_RETURN;
    record.c = record.a;
    record.a = 0;
    record.b = 0;
    record.d = has_number(op) ? number : 0;
    record.b = (int64_t)make_call(op, &record);
    if (!app_calls[op->call].is_windows) {
        sim_thread_leave();
    }
    sim_trace_write_kept(&record);
}

static void run_call(
    const struct lc_op *op,
    uint32_t call_index,
    uint32_t number)
{
    LC_CHECK(op->call < LC_CALL_COUNT);
    sim_thread_begin_call(call_index);
    if (LC_UNLIKELY(sim_thread_is_asked())) {
        sim_thread_ask(
            (struct lc_place){ .kind = LC_PLACE_API, .function = op->call },
            0);
    }
    make_recorded(op, number);
    sim_thread_progress();
}

void sim_app_call_in_dll_main(enum lc_call call)
{
    LC_CHECK(call == LC_CALL_WSASTARTUP || call == LC_CALL_WSACLEANUP);
    struct lc_op op = {
        .call = (uint8_t)call,
        .socket = LC_NONE,
        .entry = LC_NONE,
        .value = call == LC_CALL_WSASTARTUP ? 0x0202 : 0,
    };
    /* No yield point, but a place where it may be made to fail. */
    (void)sim_thread_pass((struct lc_place){
        .kind = LC_PLACE_API,
        .function = op.call,
    });
    make_recorded(&op, 0);
}

void sim_app_run_thread(
    const struct lc_schedule *schedule,
    uint32_t thread_index)
{
    LC_CHECK(thread_index < schedule->thread_count);
    const struct lc_thread *thread = &schedule->threads[thread_index];
    LC_CHECK(thread->op_first + thread->op_count <= schedule->op_count);
    for (uint32_t i = 0; i < thread->op_count; i++) {
        uint32_t index = thread->op_first + i;
        run_call(&schedule->ops[index], i, index + 1);
    }
}
