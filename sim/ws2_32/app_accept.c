/*
 * The application's calls of sockets that listen, and its condition function.
 */
#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/net/net.h"
#include "sim/ws2_32/accept.h"
#include "sim/ws2_32/app.h"

enum {
    MARK = 0x4c430000 /* of the data of our condition function */
};

enum lc_wsa sim_app_listen(const struct lc_op *op, struct lc_record *record)
{
    return sim_wsa_listen((lc_socket)record->c, (int32_t)op->value);
}

void sim_app_describe_accept(const struct lc_op *op, struct lc_record *record)
{
    record->a = (int64_t)sim_app_socket(op->value2);
    record->b = op->value;
}

/* Another thread may run while the application decides. */
static int LC_ABI decide(
    struct lc_wsabuf *caller_id,
    struct lc_wsabuf *caller_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    struct lc_wsabuf *callee_id,
    struct lc_wsabuf *callee_data,
    uint32_t *group,
    uintptr_t callback_data)
{
    const uintptr_t answer = callback_data ^ MARK;
    bool is_right = caller_id != NULL && caller_id->buf != NULL &&
                    caller_data == NULL && socket_qos == NULL &&
                    group_qos == NULL && callee_id != NULL &&
                    callee_id->buf != NULL && callee_data == NULL &&
                    group != NULL && answer <= LC_CF_DEFER;
    struct lc_record record = {
        .kind = LC_RECORD_CONDITION,
        .caller = (uint8_t)sim_thread_module(),
        .callee = LC_MODULE_APP,
        .b = is_right,
    };
    sim_trace_write(record);
    sim_thread_yield((struct lc_place){
        .kind = LC_PLACE_API,
        .function = LC_CALL_WSAACCEPT,
    });
    record.function = 1;
    record.a = is_right ? (int64_t)answer : LC_CF_REJECT;
    sim_trace_write(record);
    return (int)record.a;
}

static enum lc_wsa accept_into(
    const struct lc_op *op,
    struct lc_record *record,
    lc_condition_fn *condition)
{
    lc_socket socket = LC_INVALID_SOCKET;
    enum lc_wsa wsa = sim_wsa_accept(
        (lc_socket)record->c,
        condition,
        condition == NULL ? 0 : op->value ^ (uintptr_t)MARK,
        &socket);
    lc_socket stream = sim_net_take_opened();
    if (wsa == LC_WSA_OK) {
        sim_app_set_socket(op->socket, socket, stream);
        record->a = (int64_t)socket;
    }
    return wsa;
}

enum lc_wsa sim_app_accept(const struct lc_op *op, struct lc_record *record)
{
    return accept_into(op, record, NULL);
}

enum lc_wsa sim_app_wsa_accept(const struct lc_op *op, struct lc_record *record)
{
    return accept_into(op, record, decide);
}
