/*
 * Datagrams: each is sent whole by one call, and received whole by one, or cut
 * with an error. Of a socket for datagrams `arrived`, `received` and `returned`
 * count datagrams, and `accepted` counts bytes. Of a thread in a call on one
 * `refusal` counts the datagrams that it has sent or received, and `code` is how
 * large the last of them was.
 */
#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* More than a run can send. */
#define BYTES_MAX (INT64_C(1) << 40)

bool model_datagram_is(const struct model_connection *connection)
{
    return (connection->flags & MODEL_CONNECTION_DATAGRAM) != 0;
}

/* ---- The wire ---- */

/* Whether a thread is in a call of one kind on a connection. */
static bool is_in(
    const struct model *model,
    const struct model_thread *thread,
    enum lc_call call,
    const struct model_connection *connection)
{
    return thread != NULL && thread->api == call &&
           thread->connection != MODEL_NONE &&
           &model->connections[thread->connection] == connection;
}

/* One more was sent or received by the call that a thread is in. */
static void count_one(
    struct model_thread *thread,
    const struct lc_record *record)
{
    if (thread->refusal < UINT16_MAX) {
        thread->refusal++;
    }
    thread->code = record->b < UINT16_MAX ? (uint16_t)record->b : UINT16_MAX;
}

static void taken(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    const struct lc_record *record = event->record;
    const uint32_t excuses = MODEL_CONNECTION_RACY | MODEL_CONNECTION_HOSTED;
    bool judged = (connection->flags & MODEL_CONNECTION_JUDGED) != 0 &&
                  (connection->flags & excuses) == 0;
    bool mixed = (connection->flags & MODEL_CONNECTION_MIXED) != 0;
    bool sends = is_in(model, event->thread, LC_CALL_SEND, connection);
    model_report_unless(
        model,
        MODEL_INV_6,
        true,
        (uint64_t)record->c == connection->accepted);
    model_report_unless(
        model,
        MODEL_INV_6,
        judged && !mixed && record->b > 0,
        record->d == 1);
    /* Nobody but a send sends: there is no shutdown sequence. */
    model_report_unless(model, MODEL_INV_6, judged, sends);
    connection->accepted += (uint64_t)record->b;
    if (sends) {
        count_one(event->thread, record);
    }
}

/* One that had arrived is received no more. */
static void dropped(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    const uint32_t excuses = MODEL_CONNECTION_RACY | MODEL_CONNECTION_CLOSING |
                             MODEL_CONNECTION_CLOSED | MODEL_CONNECTION_FINAL |
                             MODEL_CONNECTION_GIVEN_UP;
    bool open = (connection->flags & MODEL_CONNECTION_JUDGED) != 0 &&
                (connection->flags & excuses) == 0 &&
                !model->processes[connection->process].exited;
    bool shut = (connection->flags & MODEL_CONNECTION_SHUT_RECEIVE) != 0;
    bool is_closed = event->record->d == LC_DROP_CLOSED;
    model_report_unless(model, MODEL_SHUT_7, open && shut, !is_closed);
    model_report_unless(model, MODEL_INV_6, open && !shut, !is_closed);
    if (event->thread != NULL && connection->received < connection->arrived) {
        connection->received++; /* it waited to be received */
    }
}

static void given(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    connection->received++;
    model_report_unless(
        model,
        MODEL_INV_6,
        true,
        connection->received <= connection->arrived && event->record->d == 1);
    if (is_in(model, event->thread, LC_CALL_RECV, connection)) {
        count_one(event->thread, event->record);
    }
}

static void moves(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    const struct lc_record *record = event->record;
    uint64_t end = (uint64_t)record->c + (uint64_t)record->b;
    if (record->function == LC_WIRE_DATAGRAM) {
        taken(model, event, connection);
    } else if (record->function == LC_WIRE_DATAGRAM_DELIVER) {
        model_report_unless(
            model,
            MODEL_INV_6,
            true,
            end <= connection->accepted && record->d == 1);
    } else if (record->function == LC_WIRE_DATAGRAM_ARRIVE) {
        connection->arrived++;
    } else if (record->function == LC_WIRE_DATAGRAM_GIVE) {
        given(model, event, connection);
    } else {
        dropped(model, event, connection);
    }
}

void model_datagram_wire(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    const struct lc_record *record = event->record;
    LC_CHECK(record->kind == LC_RECORD_WIRE);

    if (record->function == LC_WIRE_DATAGRAM_SOCKET) {
        connection->flags |= MODEL_CONNECTION_DATAGRAM;
        return;
    }
    bool makes_sense = model_datagram_is(connection) &&
                       record->function <= LC_WIRE_DATAGRAM_DROP &&
                       record->b >= 0 && record->b < BYTES_MAX &&
                       record->c >= 0 && record->c < BYTES_MAX;
    if (!makes_sense) {
        model_report_lost(model);
        return;
    }
    moves(model, event, connection);
}

/* ---- Calls ---- */

void model_datagram_begins(
    struct model_thread *thread,
    struct model_connection *connection)
{
    if (thread->api == LC_CALL_CONNECT) {
        connection->flags |= MODEL_CONNECTION_NAMED;
    }
}

void model_datagram_sent(
    struct model *model,
    const struct model_event *event,
    const struct model_connection *connection,
    bool calm)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    bool failed = record->a == -1;
    bool is_whole = thread->refusal == 1 && thread->code == thread->option &&
                    record->a == (int64_t)thread->option;
    bool is_empty = thread->option == 0;
    bool is_long = thread->option > LC_DATAGRAM_MAX;
    bool named = (connection->flags & MODEL_CONNECTION_NAMED) != 0;
    model_report_unless(
        model,
        MODEL_SEND_8,
        calm && record->function == LC_CALL_SEND && !named,
        failed);
    model_report_unless(
        model,
        MODEL_SEND_10,
        calm && is_long,
        failed && thread->refusal == 0);
    model_report_unless(
        model,
        MODEL_SEND_4,
        calm && is_empty && !failed,
        is_whole);
    model_report_unless(
        model,
        MODEL_INV_6,
        calm && !is_empty && !is_long && !failed,
        is_whole);
    /* It will be sent once more. */
    model_report_unless(
        model,
        MODEL_INV_6,
        calm && failed && record->b == LC_WSAEWOULDBLOCK,
        thread->refusal == 0);
}

void model_datagram_received(
    struct model *model,
    const struct model_event *event,
    const struct model_connection *connection,
    bool calm)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    /* Mixed: other receives, or a variable whose value is another socket's. */
    bool mixed = ((connection->flags | thread->before) &
                  MODEL_CONNECTION_RECEIVE_MIXED) != 0 ||
                 (connection->flags & MODEL_CONNECTION_MIXED) != 0;
    bool failed = record->a == -1;
    bool is_cut = failed && record->b == LC_WSAEMSGSIZE;
    bool has_one = thread->refusal == 1;
    if (is_cut) {
        model_report_unless(
            model,
            MODEL_INV_6,
            calm,
            has_one && thread->code > thread->option);
    } else if (failed) {
        model_report_unless(model, MODEL_INV_6, calm, thread->refusal == 0);
        return;
    } else {
        model_report_unless(
            model,
            MODEL_INV_6,
            calm,
            has_one && record->a == (int64_t)thread->code);
    }
    model_report_unless(model, MODEL_INV_6, calm && !mixed, record->d == 1);
}

void model_datagram_lingers(
    struct model *model,
    const struct model_event *event,
    bool calm)
{
    model_report_unless(model, MODEL_LINGER_6, calm, event->record->a == -1);
}
