/*
 * The way back: what comes from the peer, what receives are given of it, and
 * the ends of a connection that the application asks for or the peer makes.
 */
#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* More than a run can receive. */
#define BYTES_MAX (INT64_C(1) << 40)

/* ---- The wire ---- */

static void bytes_come(
    struct model *model,
    const struct lc_record *record,
    struct model_connection *connection)
{
    if (record->b < 0 || record->b > BYTES_MAX || record->c < 0 ||
        record->c > BYTES_MAX) {
        model_report_lost(model);
        return;
    }
    uint64_t first = (uint64_t)record->c;
    uint64_t end = first + (uint64_t)record->b;
    if (record->function == LC_WIRE_ARRIVE) {
        if (end > connection->arrived) {
            connection->arrived = end;
        }
        return;
    }
    /* In order, once, and none that has not come. */
    model_report_unless(
        model,
        MODEL_INV_6,
        true,
        first == connection->received && end <= connection->arrived &&
            record->d == 1);
    if (end > connection->received) {
        connection->received = end;
    }
}

void model_receive_wire(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    const struct lc_record *record = event->record;
    LC_CHECK(record->kind == LC_RECORD_WIRE);

    if (record->function == LC_WIRE_ARRIVE ||
        record->function == LC_WIRE_RECEIVE) {
        bytes_come(model, record, connection);
    } else if (record->function == LC_WIRE_PEER_FIN) {
        connection->flags |= MODEL_CONNECTION_PEER_FIN;
    } else if (record->function == LC_WIRE_PEER_RST) {
        /* What is lost by it is nobody's fault here. */
        connection->flags |= MODEL_CONNECTION_RST | MODEL_CONNECTION_PEER_RST;
    }
}

/* ---- Calls ---- */

static bool ends_a_direction(uint8_t api)
{
    return api == LC_CALL_SHUTDOWN || api == LC_CALL_SEND_DISCONNECT ||
           api == LC_CALL_RECV_DISCONNECT;
}

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

static void call_begins(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    struct model_connection *connection = connection_of(model, thread);
    if (connection == NULL) {
        return;
    }
    if (model_datagram_is(connection)) {
        model_datagram_begins(thread, connection);
    }
    if (thread->api == LC_CALL_RECV) {
        model_wsarecv_mix(model, thread->connection, thread, NULL);
    }
    if (thread->api == LC_CALL_RECV || thread->api == LC_CALL_SEND ||
        thread->api == LC_CALL_WSARECV) {
        const uint32_t telling =
            MODEL_CONNECTION_PEER_RST | MODEL_CONNECTION_SEND_ENDED |
            MODEL_CONNECTION_RECEIVE_ENDED | MODEL_CONNECTION_RECEIVE_HELD;
        thread->before |= connection->flags & telling;
    }
}

bool model_receive_is_calm(
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

/* Whether there never was a connection. */
static bool is_unconnected(const struct model_connection *connection)
{
    const uint32_t been = MODEL_CONNECTION_CONNECTED | MODEL_CONNECTION_RST;
    return (connection->flags & been) == 0;
}

/* A call that could not do what it is for, and says so. */
static bool is_refused(const struct lc_record *record)
{
    return record->a == -1 && record->b != LC_WSAEWOULDBLOCK;
}

void model_receive_place(
    struct model *model,
    const struct lc_record *record,
    uint64_t bytes,
    const struct model_connection *connection,
    bool is_alone)
{
    /* A variable may hold a value that has become another socket's: whose
     * stream the application takes it for is unknown. */
    bool known = bytes > 0 && (connection->flags & MODEL_CONNECTION_MIXED) == 0;
    model_report_unless(model, MODEL_INV_6, known, record->d > 0);
    model_report_unless(
        model,
        MODEL_INV_6,
        known && is_alone &&
            (connection->flags & MODEL_CONNECTION_RECEIVE_MIXED) == 0,
        (uint64_t)record->d - 1 + bytes == connection->received);
}

static void receive_gives(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    bool calm = model_receive_is_calm(model, thread, connection);
    uint64_t bytes = (uint64_t)record->a;
    if (bytes > BYTES_MAX) {
        model_report_lost(model);
        return;
    }
    connection->returned += bytes;
    model_report_unless(
        model,
        MODEL_INV_6,
        calm && bytes > 0,
        connection->returned <= connection->received);
    bool is_mixed = (thread->before & MODEL_CONNECTION_RECEIVE_MIXED) != 0;
    if (calm) {
        model_receive_place(model, record, bytes, connection, !is_mixed);
    }
    bool is_end = bytes == 0 && thread->option > 0;
    bool has_fin = (connection->flags & MODEL_CONNECTION_PEER_FIN) != 0;
    model_report_unless(model, MODEL_SHUT_16, calm && is_end, has_fin);
    model_report_unless(
        model,
        MODEL_SHUT_17,
        calm && is_end,
        connection->received == connection->arrived);
}

static void receive_ends(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    bool calm = model_receive_is_calm(model, thread, connection);
    bool refused = is_refused(record);
    bool held = (thread->before & MODEL_CONNECTION_RECEIVE_HELD) != 0;
    bool ended = (thread->before & MODEL_CONNECTION_RECEIVE_ENDED) != 0;
    bool reset = (thread->before & MODEL_CONNECTION_PEER_RST) != 0;
    model_report_unless(model, MODEL_SHUT_5, calm && ended, refused);
    model_report_unless(model, MODEL_SHUT_14, calm && held, refused);
    if (model_datagram_is(connection)) {
        model_datagram_received(model, event, connection, calm);
        return;
    }
    model_report_unless(model, MODEL_SHUT_16, calm && reset, refused);
    model_report_unless(
        model,
        MODEL_SHUT_16,
        calm && record->a == -1 && record->b == LC_WSAECONNRESET,
        (connection->flags & MODEL_CONNECTION_RST) != 0);
    if (record->a >= 0) {
        receive_gives(model, event, connection);
    } else if (refused) {
        connection->flags |= MODEL_CONNECTION_RECEIVE_MIXED;
    }
}

static void send_ends(
    struct model *model,
    const struct model_event *event,
    const struct model_connection *connection)
{
    const struct model_thread *thread = event->thread;
    bool calm = model_receive_is_calm(model, thread, connection);
    bool refused = is_refused(event->record);
    bool ended = (thread->before & MODEL_CONNECTION_SEND_ENDED) != 0;
    bool reset = (thread->before & MODEL_CONNECTION_PEER_RST) != 0;
    model_report_unless(model, MODEL_SHUT_3, calm && ended, refused);
    if (model_datagram_is(connection)) {
        model_datagram_sent(model, event, connection, calm);
        return;
    }
    model_report_unless(model, MODEL_SEND_8, calm && reset, refused);
    model_report_unless(
        model,
        MODEL_SEND_8,
        calm && is_unconnected(connection),
        event->record->a == -1);
}

/* A direction has been ended for good: SHUT-9. */
static void direction_ends(
    const struct model_thread *thread,
    struct model_connection *connection)
{
    bool is_shutdown = thread->api == LC_CALL_SHUTDOWN;
    if (thread->api == LC_CALL_SEND_DISCONNECT ||
        (is_shutdown && thread->option != LC_SD_RECEIVE)) {
        connection->flags |= MODEL_CONNECTION_SEND_ENDED;
    }
    if (is_shutdown && thread->option != LC_SD_SEND) {
        connection->flags |= MODEL_CONNECTION_RECEIVE_ENDED;
    }
    if (thread->api == LC_CALL_RECV_DISCONNECT) {
        connection->flags |= MODEL_CONNECTION_RECEIVE_HELD;
    }
}

/* A socket is made, and its variable set: what receives under way add to the
 * count of their variable may be added to this one's. */
static void socket_made(struct model *model, const struct model_thread *self)
{
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        if (thread->api == LC_CALL_RECV && thread->process == self->process &&
            thread->connection != MODEL_NONE) {
            model->connections[thread->connection].flags |=
                MODEL_CONNECTION_RECEIVE_MIXED;
        }
    }
    for (uint32_t i = 0; i < model->operation_count; i++) {
        struct model_operation *operation = &model->operations[i];
        if (operation->process == self->process) {
            operation->flags |= MODEL_OPERATION_MIXED;
        }
    }
}

static void call_ends(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    bool makes =
        thread->api == LC_CALL_SOCKET || model_track_accepts(thread->api);
    if (makes && event->record->a != -1) {
        socket_made(model, thread);
        return;
    }
    struct model_connection *connection = connection_of(model, thread);
    if (connection == NULL) {
        return;
    }
    if (thread->api == LC_CALL_RECV) {
        receive_ends(model, event, connection);
    } else if (thread->api == LC_CALL_SEND) {
        send_ends(model, event, connection);
    } else if (ends_a_direction(thread->api) && event->record->a == 0) {
        direction_ends(thread, connection);
    } else if (thread->api == LC_CALL_LINGER && model_datagram_is(connection)) {
        model_datagram_lingers(
            model,
            event,
            model_receive_is_calm(model, thread, connection));
    }
}

/* A wait of a shutdown has ended, and time has passed in it. */
static void wait_ends(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    bool waits =
        thread->waiting == LC_WAIT_NET || thread->waiting == LC_WAIT_SLEEP;
    bool is_direction =
        thread->api != MODEL_NONE && ends_a_direction(thread->api);
    model_report_unless(
        model,
        MODEL_SHUT_2,
        is_direction && waits,
        thread->wait_time_ns == event->record->time_ns);
}

/* Ending a direction does not close: the descriptor stays. */
static void handle_freed(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    if (thread == NULL || thread->api == MODEL_NONE ||
        !ends_a_direction(thread->api) || thread->handle != event->record->a) {
        return;
    }
    bool is_shutdown = thread->api == LC_CALL_SHUTDOWN;
    model_report_unless(model, MODEL_SHUT_1, is_shutdown, false);
    model_report_unless(model, MODEL_SHUT_15, !is_shutdown, false);
}

void model_receive_step(struct model *model, const struct model_event *event)
{
    LC_CHECK(model != NULL);

    if (event->record->kind == LC_RECORD_API_CALL) {
        call_begins(model, event);
    } else if (event->record->kind == LC_RECORD_API_RETURN) {
        call_ends(model, event);
    } else if (event->record->kind == LC_RECORD_WAIT) {
        wait_ends(model, event);
    } else if (event->record->function == LC_HANDLE_FREE) {
        handle_freed(model, event);
    }
}

bool model_receive_waits_for_peer(
    const struct model *model,
    const struct model_thread *thread)
{
    LC_CHECK(thread != NULL);

    bool is_stalled = model->world.peer_kind == LC_PEER_STALLED;
    if (thread->api == LC_CALL_GETOVERLAPPED) {
        /* Wherever a layer waits for it. */
        return model_overlapped_is_pending(model, thread->value);
    }
    if (thread->waiting != LC_WAIT_NET || thread->wait_connection == 0) {
        return false;
    }
    uint32_t index = (thread->wait_connection - 1) % MODEL_CONNECTIONS_MAX;
    const struct model_connection *connection = &model->connections[index];
    const uint32_t over = MODEL_CONNECTION_GIVEN_UP | MODEL_CONNECTION_RST;
    if (connection->number != thread->wait_connection ||
        (connection->flags & over) != 0) {
        return false;
    }
    if (thread->api == LC_CALL_SEND) {
        return is_stalled;
    }
    if (model_track_accepts(thread->api)) {
        return connection->waiting == 0;
    }
    return thread->api == LC_CALL_RECV &&
           connection->received == connection->arrived &&
           (connection->flags & MODEL_CONNECTION_PEER_FIN) == 0;
}

bool model_receive_was_closed(
    const struct model *model,
    const struct model_thread *thread)
{
    LC_CHECK(thread != NULL);

    bool inside = thread->api == LC_CALL_SEND || thread->api == LC_CALL_RECV ||
                  thread->api == LC_CALL_CONNECT ||
                  thread->api == LC_CALL_GETOVERLAPPED ||
                  model_track_accepts(thread->api);
    if (!inside || thread->waiting != LC_WAIT_NET ||
        thread->wait_connection == 0) {
        return false;
    }
    uint32_t index = (thread->wait_connection - 1) % MODEL_CONNECTIONS_MAX;
    const struct model_connection *connection = &model->connections[index];
    return connection->number == thread->wait_connection &&
           (connection->flags & MODEL_CONNECTION_CLOSED) != 0;
}
