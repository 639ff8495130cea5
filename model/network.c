/*
 * Network events: what a provider records and sets events for, what the
 * application is told of it, and select.
 */
#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* The events of LC_FD_* that are followed. */
#define EVENTS 0x3fU

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

static bool uses_record(uint8_t api)
{
    return api == LC_CALL_EVENTSELECT || api == LC_CALL_ENUMEVENTS;
}

/* Whether somebody registers for a connection: `again`, in place of another
 * registration. */
static bool is_registering(
    const struct model *model,
    const struct model_connection *connection,
    bool again)
{
    bool is_any = false;
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        bool is_on_it = thread->api == LC_CALL_EVENTSELECT &&
                        thread->connection != MODEL_NONE &&
                        &model->connections[thread->connection] == connection;
        is_any |= is_on_it && (!again || thread->is_mixed ||
                               thread->notify != MODEL_NOTIFY_NONE);
    }
    return is_any;
}

void model_network_inherit(
    const struct model *model,
    const struct model_connection *listener,
    struct model_connection *connection)
{
    LC_CHECK(listener != NULL);
    LC_CHECK(connection != NULL);

    connection->notify = is_registering(model, listener, false)
                             ? MODEL_NOTIFY_VAGUE
                             : listener->notify;
    connection->notify_event = listener->notify_event;
}

/* ---- What the provider records ---- */

/* EVENT-1, EVENT-2: the end of the stream, by its cause. */
static void close_check(
    struct model *model,
    const struct model_connection *connection,
    int64_t error)
{
    const uint32_t causes = MODEL_CONNECTION_PEER_FIN | MODEL_CONNECTION_RST;
    uint32_t flags = connection->flags;
    bool fin = (flags & MODEL_CONNECTION_PEER_FIN) != 0;
    bool by_peer = (flags & MODEL_CONNECTION_PEER_RST) != 0;
    bool reset = (flags & MODEL_CONNECTION_RST) != 0;
    bool right = (error == 0 && fin) ||
                 (error == LC_WSAECONNRESET && by_peer) ||
                 (error == LC_WSAECONNABORTED && reset);
    model_report_unless(model, MODEL_EVENT_2, true, (flags & causes) != 0);
    model_report_unless(model, MODEL_EVENT_1, (flags & causes) != 0, right);
}

/* CONN-3: the end of an attempt to connect. */
static void connect_check(
    struct model *model,
    const struct model_connection *connection,
    bool is_good)
{
    /* Of one that is going nobody says that it is connected. */
    const uint32_t late = MODEL_CONNECTION_CLOSING | MODEL_CONNECTION_CLOSED |
                          MODEL_CONNECTION_GIVEN_UP | MODEL_CONNECTION_FINAL |
                          MODEL_CONNECTION_RST | MODEL_CONNECTION_RACY;
    bool connected = (connection->flags & MODEL_CONNECTION_CONNECTED) != 0;
    model_report_unless(
        model,
        MODEL_CONN_3,
        (connection->flags & late) == 0,
        connected == is_good);
}

/* What is recorded while the record is given out is part of that, or comes
 * behind it, or both. */
static void note_late(
    struct model *model,
    const struct model_connection *connection,
    uint8_t event)
{
    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *thread = &model->threads[i];
        if (thread->api == LC_CALL_ENUMEVENTS &&
            thread->connection != MODEL_NONE &&
            &model->connections[thread->connection] == connection) {
            thread->noted_late |= event;
        }
    }
}

static void recorded(struct model *model, const struct lc_record *record)
{
    struct model_connection *connection =
        model_track_connection(model, record->a);
    if (connection == NULL || record->function > LC_FD_CLOSE_BIT) {
        return;
    }
    const uint32_t gone = MODEL_CONNECTION_GIVEN_UP | MODEL_CONNECTION_CLEANED;
    uint8_t event = (uint8_t)(1U << record->function);
    bool hosted = (connection->flags & MODEL_CONNECTION_HOSTED) != 0;
    bool sure = !is_registering(model, connection, false);
    model_report_unless(
        model,
        MODEL_EVENT_7,
        true,
        (connection->flags & gone) == 0);
    model_report_unless(
        model,
        MODEL_EVENT_3,
        sure && !hosted && connection->notify != MODEL_NOTIFY_VAGUE,
        connection->notify == MODEL_NOTIFY_ON &&
            (record->b == 0 || record->b == connection->notify_event));
    if (event == LC_FD_CLOSE) {
        close_check(model, connection, record->c);
        model_report_unless(
            model,
            MODEL_EVENT_1,
            record->c == 0,
            connection->received == connection->arrived);
    } else if (event == LC_FD_CONNECT) {
        connect_check(model, connection, record->c == 0);
    }
    note_late(model, connection, event);
    connection->noted |= event;
    if (!is_registering(model, connection, true)) {
        connection->noted_surely |= event;
    }
}

/* ---- Calls ---- */

/* Calls that change the record or its registration, at a time: whose is whose
 * is unknown. */
static void mix(struct model *model, struct model_thread *self)
{
    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *other = &model->threads[i];
        bool is_on_it =
            other != self && other->process == self->process &&
            other->connection == self->connection &&
            (uses_record(other->api) || other->api == LC_CALL_FIONBIO);
        if (is_on_it && (uses_record(self->api) || uses_record(other->api))) {
            other->is_mixed = true;
            self->is_mixed = true;
        }
    }
}

static void call_begins(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    struct model_connection *connection = connection_of(model, thread);
    thread->is_mixed = false;
    thread->notify = MODEL_NOTIFY_NONE;
    thread->noted = 0;
    thread->noted_late = 0;
    thread->select_owner = 0;
    thread->selects_none = false;
    if (connection == NULL ||
        (!uses_record(thread->api) && thread->api != LC_CALL_FIONBIO)) {
        return;
    }
    mix(model, thread);
    thread->notify = connection->notify;
    thread->noted = connection->noted_surely;
    if (thread->api == LC_CALL_EVENTSELECT) {
        connection->noted = 0;
        connection->noted_surely = 0;
    }
}

/* Nothing is known of it until somebody registers again. */
static void make_vague(struct model_connection *connection)
{
    connection->notify = MODEL_NOTIFY_VAGUE;
    connection->notify_event = 0;
    connection->noted = 0;
    connection->noted_surely = 0;
}

static void registered(
    const struct model_event *event,
    struct model_connection *connection,
    bool calm)
{
    const struct model_thread *thread = event->thread;
    if (event->record->a != 0 || !calm) {
        make_vague(connection);
        return;
    }
    bool is_on = thread->value != 0;
    connection->notify = is_on ? MODEL_NOTIFY_ON : MODEL_NOTIFY_NONE;
    connection->notify_event = is_on ? (uint8_t)thread->option : 0;
    if (!is_on) {
        connection->noted = 0;
    }
}

/* What the record has given out. */
static void enumerated(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection,
    bool calm)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    if (record->a != 0 || !calm || connection->notify == MODEL_NOTIFY_VAGUE) {
        make_vague(connection);
        return;
    }
    uint8_t told = (uint8_t)((uint64_t)record->d & EVENTS);
    uint8_t made_up = told & (uint8_t)~connection->noted;
    uint8_t lost = thread->noted & (uint8_t)~told;
    model_report_unless(model, MODEL_EVENT_5, true, made_up == 0 && lost == 0);
    if ((told & LC_FD_CLOSE) != 0) {
        close_check(model, connection, record->d >> 32 & 0xffff);
    }
    connection->noted &= (uint8_t)(~told | thread->noted_late);
    connection->noted_surely &= (uint8_t)~told;
}

/* FIONBIO 0: not while events are registered. */
static void made_blocking(
    struct model *model,
    const struct model_event *event,
    bool calm)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    bool refused = record->a == -1 && record->b == LC_WSAEINVAL;
    model_report_unless(
        model,
        MODEL_EVENT_4,
        calm && thread->notify == MODEL_NOTIFY_ON,
        record->a == -1);
    model_report_unless(
        model,
        MODEL_EVENT_4,
        calm && thread->notify == MODEL_NOTIFY_NONE,
        !refused);
}

static void selected(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    model_report_unless(model, MODEL_EVENT_9, true, record->d == 1);
    model_report_unless(
        model,
        MODEL_EVENT_10,
        thread->selects_none && !thread->revived && thread->low >= 1,
        record->a == -1);
}

static void call_ends(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    if (thread->api == LC_CALL_SELECT) {
        selected(model, event);
        return;
    }
    struct model_connection *connection = connection_of(model, thread);
    if (connection == NULL ||
        (!uses_record(thread->api) && thread->api != LC_CALL_FIONBIO)) {
        return;
    }
    bool calm =
        !thread->is_mixed && model_receive_is_calm(model, thread, connection);
    if (thread->api == LC_CALL_EVENTSELECT) {
        registered(event, connection, calm);
    } else if (thread->api == LC_CALL_ENUMEVENTS) {
        enumerated(model, event, connection, calm);
    } else if (thread->value == 0) {
        made_blocking(model, event, calm);
    }
}

/* ---- Sockets of a select ---- */

static void asked(
    struct model *model,
    const struct model_event *event,
    uint8_t slot)
{
    struct model_thread *thread = event->thread;
    if (slot == MODEL_NONE) {
        thread->selects_none = true;
        return;
    }
    uint8_t owner = model->sockets[slot].owner;
    if (thread->select_owner != 0 && thread->select_owner != owner) {
        model_report_app(model, MODEL_EVENT_8);
    }
    thread->select_owner = owner;
}

/* What select says of an attempt to connect. */
static void found(
    struct model *model,
    const struct model_event *event,
    uint8_t slot)
{
    const struct lc_record *record = event->record;
    const struct model_connection *connection =
        slot == MODEL_NONE ? NULL : model_track_connection_of(model, slot);
    const uint32_t excuses = MODEL_CONNECTION_RACY | MODEL_CONNECTION_HOSTED;
    if (connection == NULL || event->thread->revived ||
        (model->sockets[slot].flags & MODEL_SOCKET_RACY) != 0 ||
        (connection->flags & excuses) != 0 || model_datagram_is(connection) ||
        (connection->flags & MODEL_CONNECTION_JUDGED) == 0) {
        return;
    }
    if ((record->b >> LC_SET_WRITE & 1) != 0) {
        connect_check(model, connection, true);
    }
    if ((record->b >> LC_SET_EXCEPT & 1) != 0) {
        connect_check(model, connection, false);
    }
}

static void of_select(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (event->thread == NULL || event->process == NULL) {
        model_report_lost(model);
        return;
    }
    uint8_t slot = model_track_socket(model, record->process, record->a);
    if (record->function == LC_SELECT_ASKED) {
        asked(model, event, slot);
    } else {
        found(model, event, slot);
    }
}

void model_network_step(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    LC_CHECK(model != NULL);

    if (record->kind == LC_RECORD_NETWORK) {
        recorded(model, record);
    } else if (record->kind == LC_RECORD_SELECT) {
        of_select(model, event);
    } else if (record->kind == LC_RECORD_API_CALL) {
        call_begins(model, event);
    } else if (record->kind == LC_RECORD_API_RETURN) {
        call_ends(model, event);
    } else if (event->thread->api == LC_CALL_SELECT) {
        /* A poll waits for nothing. */
        model_report_unless(
            model,
            MODEL_EVENT_9,
            event->thread->option == 0,
            record->function != LC_WAIT_NET);
    }
}
