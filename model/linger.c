#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

enum linger_constants {
    MS_PER_S = 1000,
    ROUNDING_MS = 1 /* a provider may round its remaining time up */
};

enum model_rule_index model_linger_blame(
    const struct model_connection *connection)
{
    LC_CHECK(connection != NULL);

    if (connection->origin == MODEL_LINGER_LATE) {
        return MODEL_LINGER_12;
    }
    if (connection->origin == MODEL_LINGER_INHERITED) {
        return MODEL_LINGER_14;
    }
    if (connection->linger != MODEL_LINGER_OFF) {
        return MODEL_INV_6;
    }
    if (connection->origin == MODEL_LINGER_OPTION) {
        return MODEL_LINGER_5;
    }
    return connection->origin == MODEL_LINGER_DONTLINGER ? MODEL_LINGER_3
                                                         : MODEL_LINGER_1;
}

/* The connection of a close that lingers and may block, else NULL. */
static struct model_connection *lingering(
    struct model *model,
    const struct model_thread *thread)
{
    if (thread->api != LC_CALL_CLOSESOCKET ||
        thread->connection == MODEL_NONE || thread->slot == MODEL_NONE ||
        thread->low < 1) {
        return NULL;
    }
    LC_CHECK(thread->connection < MODEL_CONNECTIONS_MAX);
    struct model_connection *connection =
        &model->connections[thread->connection];
    const uint32_t excuses =
        MODEL_CONNECTION_RACY | MODEL_CONNECTION_NONBLOCKING;
    const uint32_t needs = MODEL_CONNECTION_JUDGED | MODEL_CONNECTION_CONNECTED;
    bool judged = (connection->flags & needs) == needs &&
                  (connection->flags & excuses) == 0 &&
                  connection->linger == MODEL_LINGER_TIMED;
    return judged ? connection : NULL;
}

static bool waits(const struct model_thread *thread)
{
    return thread->waiting == LC_WAIT_NET || thread->waiting == LC_WAIT_SLEEP;
}

/*
 * The wait that a provider asks for, and not how long the thread was away: that
 * depends on the scheduler, too. What remains of the time was worked out after
 * the wait before this one ended.
 */
static void wait_begins(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    const struct model_connection *connection = lingering(model, thread);
    if (connection == NULL || !waits(thread)) {
        return;
    }
    uint64_t limit_ms = (uint64_t)connection->linger_s * MS_PER_S;
    uint64_t spent_ms = 0;
    if (thread->linger_time_ns == 0) {
        thread->linger_time_ns = event->record->time_ns;
    } else if (thread->linger_end_ns > thread->linger_time_ns) {
        spent_ms =
            (thread->linger_end_ns - thread->linger_time_ns) / LC_NS_PER_MS;
    }
    uint64_t left_ms =
        (spent_ms < limit_ms ? limit_ms - spent_ms : 0) + ROUNDING_MS;
    bool bounded = thread->wait_ms >= 0;
    model_report_unless(
        model,
        MODEL_LINGER_10,
        bounded,
        (uint64_t)thread->wait_ms <= left_ms);
    model_report_unless(model, MODEL_LINGER_10, !bounded, spent_ms <= limit_ms);
}

static void wait_ends(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    const struct model_connection *connection = lingering(model, thread);
    if (connection == NULL || !waits(thread)) {
        return;
    }
    LC_CHECK(thread->api == LC_CALL_CLOSESOCKET);
    thread->linger_end_ns = event->record->time_ns;
    model_report_unless(
        model,
        MODEL_LINGER_11,
        event->record->time_ns != thread->wait_time_ns,
        (connection->flags & MODEL_CONNECTION_ENDED) == 0);
}

static void close_ends(struct model *model, const struct model_event *event)
{
    const struct model_connection *connection = lingering(model, event->thread);
    if (connection == NULL || event->record->a != 0 ||
        (connection->flags & MODEL_CONNECTION_SHUT) != 0) {
        return;
    }
    uint64_t over_ns = connection->close_time_ns +
                       (uint64_t)connection->linger_s * LC_NS_PER_S;
    bool over = event->record->time_ns >= over_ns;
    bool done = connection->sent == connection->accepted ||
                (connection->flags & MODEL_CONNECTION_RST) != 0;
    LC_CHECK(connection->sent <= connection->accepted);
    model_report_unless(model, MODEL_LINGER_8, over, done);
    model_report_unless(model, MODEL_LINGER_9, !over, done);
}

void model_linger_step(struct model *model, const struct model_event *event)
{
    LC_CHECK(event->thread != NULL);

    if (event->record->kind == LC_RECORD_API_RETURN) {
        close_ends(model, event);
    } else if (event->record->c == 0) {
        wait_begins(model, event);
    } else {
        wait_ends(model, event);
    }
}
