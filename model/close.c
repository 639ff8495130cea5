#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* The socket that a call began with, if it still is that one. */
static struct model_socket *socket_of(
    struct model *model,
    const struct model_thread *thread)
{
    if (thread->slot == MODEL_NONE) {
        return NULL;
    }
    LC_CHECK(thread->slot < MODEL_SOCKETS_MAX);

    struct model_socket *socket = &model->sockets[thread->slot];
    bool same = socket->live && socket->generation == thread->generation;
    return same ? socket : NULL;
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

static void race(
    struct model *model,
    struct model_socket *socket,
    struct model_connection *connection)
{
    LC_CHECK(socket != NULL);

    socket->flags |= MODEL_SOCKET_RACY;
    if (connection != NULL) {
        connection->flags |= MODEL_CONNECTION_RACY;
    }
    model_report_app(model, MODEL_CLOSE_6);
}

static bool others_inside(
    const struct model *model,
    const struct model_thread *thread)
{
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *other = &model->threads[i];
        if (other != thread && other->api != MODEL_NONE &&
            other->process == thread->process && other->slot == thread->slot &&
            other->generation == thread->generation) {
            return true;
        }
    }
    return false;
}

static void call_begins(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    LC_CHECK(thread != NULL);

    if (!model_track_takes_socket(thread->api)) {
        return;
    }
    struct model_socket *socket = socket_of(model, thread);
    struct model_connection *connection = connection_of(model, thread);
    if (socket == NULL) {
        if (thread->high > 0) {
            model_report_app(model, MODEL_CLOSE_5);
        }
        return;
    }
    if ((socket->flags & MODEL_SOCKET_APP) == 0) {
        /* Nobody has been told this value yet: the application guesses. */
        model_track_race(model, thread->slot);
        model_report_app(model, MODEL_CLOSE_5);
    }
    if (socket->closing > 0) {
        race(model, socket, connection);
    }
    if (thread->api != LC_CALL_CLOSESOCKET) {
        return;
    }
    if (others_inside(model, thread)) {
        race(model, socket, connection);
    }
    socket->closing++;
    if (connection != NULL) {
        const uint32_t both = MODEL_CONNECTION_FIN_ACKED | MODEL_CONNECTION_FIN;
        connection->flags |= MODEL_CONNECTION_CLOSING;
        connection->close_time_ns = event->record->time_ns;
        if ((socket->flags & MODEL_SOCKET_NONBLOCKING) != 0) {
            connection->flags |= MODEL_CONNECTION_NONBLOCKING;
        }
        if ((connection->flags & both) == both) {
            connection->flags |= MODEL_CONNECTION_ENDED;
        }
    }
}

/* A call on a value that meant no socket from its beginning to its end. */
static void bad_socket(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    bool sure = thread->low >= 1 && !thread->revived;
    bool refused = record->a == -1 && record->b == LC_WSAENOTSOCK;
    bool faulted = (event->top->flags & MODEL_FRAME_FAULTED) != 0;
    if (thread->api == LC_CALL_CLOSESOCKET) {
        model_report_unless(model, MODEL_CLOSE_29, sure && !faulted, refused);
    } else {
        model_report_unless(model, MODEL_CLOSE_3, sure && !faulted, refused);
    }
}

/* An open socket is called not to be one. */
static void known_socket(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    const struct model_socket *socket = socket_of(model, thread);
    if (socket == NULL) {
        return;
    }
    bool calm = thread->low >= 1 && (socket->flags & MODEL_SOCKET_RACY) == 0;
    bool refused = (socket->flags & MODEL_SOCKET_REFUSED) != 0;
    bool unknown = event->record->a == -1 && event->record->b == LC_WSAENOTSOCK;
    model_report_unless(model, MODEL_CLOSE_16, calm && refused, !unknown);
    model_report_unless(model, MODEL_HANDLE_10, calm && !refused, !unknown);
}

/* CLOSE-16 and -17 share their premise but for the history of the socket. */
static void refusal_check(
    struct model *model,
    const struct model_connection *connection,
    bool premise,
    bool fact)
{
    bool before = connection != NULL &&
                  (connection->flags & MODEL_CONNECTION_REFUSED) != 0;
    model_report_unless(model, MODEL_CLOSE_16, premise && !before, fact);
    model_report_unless(model, MODEL_CLOSE_17, premise && before, fact);
}

static void close_succeeds(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    struct model_socket *socket = socket_of(model, thread);
    struct model_connection *connection = connection_of(model, thread);
    bool calm = thread->low >= 1 &&
                (model->sockets[thread->slot].flags & MODEL_SOCKET_RACY) == 0;
    model_report_unless(model, MODEL_CLOSE_1, calm, socket == NULL);
    if (connection == NULL) {
        return;
    }
    uint32_t flags = connection->flags;
    bool nonblocking = (flags & MODEL_CONNECTION_NONBLOCKING) != 0;
    bool shut = (flags & MODEL_CONNECTION_SHUT) != 0;
    bool judged = calm && (flags & MODEL_CONNECTION_JUDGED) != 0 &&
                  (flags & MODEL_CONNECTION_CONNECTED) != 0 &&
                  (flags & (MODEL_CONNECTION_RACY | MODEL_CONNECTION_RST)) == 0;
    refusal_check(
        model,
        connection,
        judged && nonblocking && !shut &&
            connection->linger == MODEL_LINGER_TIMED,
        connection->accepted == connection->sent);
    connection->flags &= ~(uint32_t)MODEL_CONNECTION_CLOSING;
    connection->flags |= MODEL_CONNECTION_CLOSED;
    connection->closed_time_ns = event->record->time_ns;
}

static void close_fails(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    struct model_socket *socket = socket_of(model, thread);
    struct model_connection *connection = connection_of(model, thread);
    const struct model_socket *slot = &model->sockets[thread->slot];
    /* Somebody else has closed it meanwhile, and another took its place. */
    bool is_taken = slot->generation != thread->generation;
    bool calm =
        thread->low >= 1 && !is_taken && (slot->flags & MODEL_SOCKET_RACY) == 0;
    bool refused = event->record->b == LC_WSAEWOULDBLOCK;
    bool is_down = event->record->b == LC_WSAENETDOWN;
    bool lingers = slot->linger == MODEL_LINGER_TIMED ||
                   slot->linger == MODEL_LINGER_VAGUE;
    bool may = lingers && (slot->flags & MODEL_SOCKET_NONBLOCKING) != 0 &&
               (slot->flags & MODEL_SOCKET_SHUT) == 0;
    refusal_check(model, connection, calm && refused, may);
    model_report_unless(
        model,
        MODEL_INV_9,
        calm && (refused || is_down),
        socket != NULL &&
            model_track_layers(model, thread->slot) == thread->layers);
    known_socket(model, event);
    if (socket != NULL && refused) {
        socket->flags |= MODEL_SOCKET_REFUSED;
    }
    if (connection != NULL) {
        connection->flags &= ~(
            uint32_t)(MODEL_CONNECTION_CLOSING | MODEL_CONNECTION_ENDED | MODEL_CONNECTION_NONBLOCKING);
        if (refused) {
            connection->flags |= MODEL_CONNECTION_REFUSED;
        } else {
            /* Only another close is certain to work now: BLOCK-9. */
            connection->flags |= MODEL_CONNECTION_RACY;
        }
    }
}

static void call_ends(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    LC_CHECK(thread != NULL);

    if (!model_track_takes_socket(thread->api)) {
        return;
    }
    if (thread->slot == MODEL_NONE) {
        bad_socket(model, event);
        return;
    }
    if (thread->api != LC_CALL_CLOSESOCKET) {
        known_socket(model, event);
        return;
    }
    struct model_socket *socket = socket_of(model, thread);
    if (socket != NULL && socket->closing > 0) {
        socket->closing--;
    }
    if (event->record->a == 0) {
        close_succeeds(model, event);
    } else {
        close_fails(model, event);
    }
}

/* A wait has ended: was closing allowed to wait? Only waits for the transport
 * and sleeps tell; others are for threads that may simply not have run. */
static void wait_ends(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    if (thread->api != LC_CALL_CLOSESOCKET ||
        thread->wait_time_ns == event->record->time_ns) {
        return;
    }
    const struct model_socket *socket = socket_of(model, thread);
    if (socket == NULL) {
        return;
    }
    bool calm = thread->low >= 1 && (socket->flags & MODEL_SOCKET_RACY) == 0;
    bool nonblocking = (socket->flags & MODEL_SOCKET_NONBLOCKING) != 0;
    bool may = socket->linger == MODEL_LINGER_VAGUE ||
               (socket->linger == MODEL_LINGER_TIMED && !nonblocking);
    bool net = thread->waiting == LC_WAIT_NET;
    bool sleep = thread->waiting == LC_WAIT_SLEEP;
    model_report_unless(model, MODEL_CLOSE_15, calm && net, may);
    model_report_unless(model, MODEL_INV_8, calm && sleep, may);
}

void model_close_step(struct model *model, const struct model_event *event)
{
    LC_CHECK(event->thread != NULL);

    if (event->record->kind == LC_RECORD_API_CALL) {
        call_begins(model, event);
    } else if (event->record->kind == LC_RECORD_API_RETURN) {
        call_ends(model, event);
    } else {
        wait_ends(model, event);
    }
}
