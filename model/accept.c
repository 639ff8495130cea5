/*
 * Sockets that listen: what they are asked for, and what accepts make of it.
 */
#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* ---- The wire ---- */

/* What the condition function of a thread's accept has answered. */
static bool has_answered(
    const struct model_thread *thread,
    enum lc_condition answer)
{
    return thread->code == 1 + (uint16_t)answer;
}

/* A request has found its end. */
static void request_ends(struct model_connection *listener, uint64_t count)
{
    uint64_t waiting = listener->waiting;
    listener->waiting = (uint32_t)(waiting > count ? waiting - count : 0);
}

static void accepted(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    const struct model_thread *thread = event->thread;
    struct model_connection *listener =
        model_track_connection(model, event->record->c);
    connection->flags |= MODEL_CONNECTION_CONNECTED | MODEL_CONNECTION_INCOMING;
    if (listener == NULL || thread == NULL) {
        connection->notify = MODEL_NOTIFY_VAGUE;
        return;
    }
    model_network_inherit(model, listener, connection);
    model_report_unless(model, MODEL_CONN_7, true, listener->waiting > 0);
    model_report_unless(
        model,
        MODEL_CONN_9,
        thread->api == LC_CALL_WSAACCEPT,
        has_answered(thread, LC_CF_ACCEPT));
    request_ends(listener, 1);
}

void model_accept_wire(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    const struct lc_record *record = event->record;
    LC_CHECK(record->kind == LC_RECORD_WIRE);

    if (record->function == LC_WIRE_LISTEN) {
        connection->flags |= MODEL_CONNECTION_LISTENS;
    } else if (record->function == LC_WIRE_REQUEST) {
        model_report_unless(
            model,
            MODEL_CLOSE_24,
            (connection->flags & MODEL_CONNECTION_JUDGED) != 0,
            (connection->flags & MODEL_CONNECTION_CLOSED) == 0);
        connection->waiting++;
    } else if (record->function == LC_WIRE_ACCEPTED) {
        accepted(model, event, connection);
    } else if (record->function == LC_WIRE_REJECTED) {
        model_report_unless(
            model,
            MODEL_CONN_9,
            event->thread != NULL,
            event->thread != NULL && has_answered(event->thread, LC_CF_REJECT));
        request_ends(connection, 1);
    } else if (record->function == LC_WIRE_DROPPED) {
        request_ends(connection, record->c > 0 ? (uint64_t)record->c : 0);
    }
}

/* ---- Calls ---- */

static struct model_connection *connection_of(
    struct model *model,
    const struct model_thread *thread)
{
    if (thread->connection == MODEL_NONE) {
        return NULL;
    }
    LC_CHECK(thread->connection < MODEL_CONNECTIONS_MAX);
    return &model->connections[thread->connection];
}

static void call_begins(struct model *model, struct model_thread *thread)
{
    const struct model_connection *connection = connection_of(model, thread);
    if (connection != NULL &&
        (thread->api == LC_CALL_CONNECT || model_track_accepts(thread->api))) {
        thread->before |= connection->flags & MODEL_CONNECTION_LISTENS;
    }
}

/* The socket that listens is what the call began with, and nobody closes it. */
static bool is_calm(
    const struct model *model,
    const struct model_thread *thread,
    const struct model_connection *connection)
{
    const uint32_t excuses = MODEL_CONNECTION_RACY | MODEL_CONNECTION_HOSTED |
                             MODEL_CONNECTION_CLOSING |
                             MODEL_CONNECTION_CLOSED | MODEL_CONNECTION_FINAL;
    if (thread->slot == MODEL_NONE || thread->low < 1) {
        return false;
    }
    const struct model_socket *socket = &model->sockets[thread->slot];
    return socket->live && socket->generation == thread->generation &&
           (socket->flags & MODEL_SOCKET_RACY) == 0 &&
           (connection->flags & MODEL_CONNECTION_JUDGED) != 0 &&
           (connection->flags & excuses) == 0;
}

/* What the condition function has answered is what the call says. */
static void answer_check(
    struct model *model,
    const struct model_event *event,
    bool calm)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    bool failed = record->a == -1;
    bool refused = failed && record->b == LC_WSAECONNREFUSED;
    bool deferred = failed && record->b == LC_WSATRY_AGAIN;
    model_report_unless(
        model,
        MODEL_CONN_9,
        calm,
        refused == has_answered(thread, LC_CF_REJECT) &&
            deferred == has_answered(thread, LC_CF_DEFER) &&
            (failed || has_answered(thread, LC_CF_ACCEPT)));
}

static void call_ends(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    const struct model_connection *connection = connection_of(model, thread);
    if (connection == NULL) {
        return;
    }
    bool calm = is_calm(model, thread, connection);
    bool listens = (thread->before & MODEL_CONNECTION_LISTENS) != 0;
    bool failed = record->a == -1;
    if (thread->api == LC_CALL_CONNECT) {
        model_report_unless(
            model,
            MODEL_CONN_5,
            calm && listens,
            failed &&
                (record->b == LC_WSAEINVAL || record->b == LC_WSAENETDOWN));
        return;
    }
    if (!model_track_accepts(thread->api)) {
        return;
    }
    bool faulted = (event->top->flags & MODEL_FRAME_FAULTED) != 0;
    model_report_unless(
        model,
        MODEL_CONN_7,
        calm && listens && !(failed && faulted),
        failed ? record->b != LC_WSAEINVAL : record->a != thread->handle);
    answer_check(model, event, calm && thread->api == LC_CALL_WSAACCEPT);
}

/* The function is called by the thread that accepts, and told who asks. */
static void condition(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_thread *thread = event->thread;
    bool is_call = record->function == 0;
    model_report_unless(
        model,
        MODEL_CONN_9,
        is_call,
        thread != NULL && thread->api == LC_CALL_WSAACCEPT && record->b == 1);
    if (!is_call && thread != NULL) {
        thread->code = (uint16_t)(1 + record->a);
    }
}

/* An accept that fails leaves no new descriptor behind. */
static void spi_returns(struct model *model, const struct model_event *event)
{
    model_report_unless(
        model,
        MODEL_CONN_10,
        event->record->a == -1,
        (event->top->flags & MODEL_FRAME_REGISTERED) == 0);
}

void model_accept_step(struct model *model, const struct model_event *event)
{
    LC_CHECK(model != NULL);

    if (event->record->kind == LC_RECORD_API_CALL) {
        call_begins(model, event->thread);
    } else if (event->record->kind == LC_RECORD_API_RETURN) {
        call_ends(model, event);
    } else if (event->record->kind == LC_RECORD_CONDITION) {
        condition(model, event);
    } else if (event->record->function == LC_SPI_ACCEPT) {
        spi_returns(model, event);
    }
}

void model_accept_inherit(
    struct model *model,
    const struct model_thread *thread,
    uint8_t slot)
{
    LC_CHECK(model != NULL);
    LC_CHECK(slot < MODEL_SOCKETS_MAX);

    struct model_socket *socket = &model->sockets[slot];
    const struct model_socket *listener =
        thread->slot == MODEL_NONE ? NULL : &model->sockets[thread->slot];
    if (listener == NULL || !listener->live ||
        listener->generation != thread->generation ||
        (thread->before & MODEL_CONNECTION_RACY) != 0) {
        /* What its properties were when it was taken nobody knows. */
        socket->flags |= MODEL_SOCKET_RACY;
        return;
    }
    const uint8_t kept = MODEL_SOCKET_NONBLOCKING | MODEL_SOCKET_RACY;
    socket->flags |= listener->flags & kept;
    socket->linger = listener->linger;
    socket->linger_s = listener->linger_s;
    socket->origin = listener->origin == MODEL_LINGER_DEFAULT
                         ? MODEL_LINGER_DEFAULT
                         : MODEL_LINGER_INHERITED;
}
