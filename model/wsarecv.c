/*
 * Overlapped receives, and receives that share a connection with others.
 */
#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* More than a run can receive. */
#define BYTES_MAX (INT64_C(1) << 40)

void model_wsarecv_mix(
    struct model *model,
    uint8_t connection,
    struct model_thread *self,
    struct model_operation *operation)
{
    const uint16_t known = MODEL_OPERATION_REFUSED | MODEL_OPERATION_THROUGH;
    bool is_mixed = false;
    if (connection == MODEL_NONE) {
        return;
    }
    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *other = &model->threads[i];
        if (other != self && other->api == LC_CALL_RECV &&
            other->connection == connection) {
            other->before |= MODEL_CONNECTION_RECEIVE_MIXED;
            is_mixed = true;
        }
    }
    for (uint32_t i = 0; i < model->operation_count; i++) {
        struct model_operation *other = &model->operations[i];
        if (other != operation && other->connection == connection &&
            (other->flags & MODEL_OPERATION_RECEIVE) != 0 &&
            (other->flags & known) == 0) {
            other->flags |= MODEL_OPERATION_MIXED;
            is_mixed = true;
        }
    }
    if (is_mixed && self != NULL) {
        self->before |= MODEL_CONNECTION_RECEIVE_MIXED;
    }
    if (is_mixed && operation != NULL) {
        operation->flags |= MODEL_OPERATION_MIXED;
    }
}

void model_wsarecv_call_ends(
    struct model *model,
    const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    const struct lc_record *record = event->record;
    if (thread->api != LC_CALL_WSARECV || thread->connection == MODEL_NONE) {
        return;
    }
    struct model_connection *connection =
        &model->connections[thread->connection];
    bool calm = model_receive_is_calm(model, thread, connection);
    bool refused = record->a == -1 && record->b != LC_WSA_IO_PENDING &&
                   record->b != LC_WSAEWOULDBLOCK;
    bool held = (thread->before & MODEL_CONNECTION_RECEIVE_HELD) != 0;
    bool ended = (thread->before & MODEL_CONNECTION_RECEIVE_ENDED) != 0;
    bool reset = (thread->before & MODEL_CONNECTION_PEER_RST) != 0;
    model_report_unless(model, MODEL_SHUT_5, calm && ended, refused);
    model_report_unless(model, MODEL_SHUT_14, calm && held, refused);
    model_report_unless(model, MODEL_SHUT_16, calm && reset, refused);
    if (refused) {
        connection->flags |= MODEL_CONNECTION_RECEIVE_MIXED;
    }
}

/* Whether what an operation ends with is one that the documents speak of. */
static bool is_calm(
    const struct model_operation *operation,
    const struct model_connection *connection)
{
    const uint32_t excuses = MODEL_CONNECTION_RACY | MODEL_CONNECTION_HOSTED |
                             MODEL_CONNECTION_CLOSING |
                             MODEL_CONNECTION_CLOSED | MODEL_CONNECTION_FINAL |
                             MODEL_CONNECTION_GIVEN_UP;
    return (operation->flags & MODEL_OPERATION_OVER) == 0 &&
           (connection->flags & MODEL_CONNECTION_JUDGED) != 0 &&
           (connection->flags & excuses) == 0;
}

void model_wsarecv_through(
    struct model *model,
    const struct lc_record *record,
    const struct model_operation *operation)
{
    LC_CHECK(operation->connection < MODEL_CONNECTIONS_MAX);
    struct model_connection *connection =
        &model->connections[operation->connection];
    bool calm = is_calm(operation, connection);
    if (record->b != 0) {
        connection->flags |= MODEL_CONNECTION_RECEIVE_MIXED;
        model_report_unless(
            model,
            MODEL_SHUT_16,
            calm && record->b == LC_WSAECONNRESET,
            (connection->flags & MODEL_CONNECTION_RST) != 0);
        return;
    }
    if (record->c < 0 || record->c > BYTES_MAX) {
        model_report_lost(model);
        return;
    }
    uint64_t bytes = (uint64_t)record->c;
    connection->returned += bytes;
    model_report_unless(
        model,
        MODEL_INV_6,
        calm && bytes > 0,
        connection->returned <= connection->received);
    bool is_mixed = (operation->flags & MODEL_OPERATION_MIXED) != 0;
    if (calm) {
        model_receive_place(model, record, bytes, connection, !is_mixed);
    }
    bool is_end = bytes == 0 && (operation->flags & MODEL_OPERATION_EMPTY) == 0;
    model_report_unless(
        model,
        MODEL_SHUT_16,
        calm && is_end,
        (connection->flags & MODEL_CONNECTION_PEER_FIN) != 0);
    model_report_unless(
        model,
        MODEL_SHUT_17,
        calm && is_end,
        connection->received == connection->arrived);
}
