#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* More than a run can send. */
#define BYTES_MAX (INT64_C(1) << 40)

/* A graceful close may be given up after a time that the provider chooses
 * (CLOSE-18); one below this is no time to speak of. */
#define PATIENCE_NS (3600 * LC_NS_PER_S)

/* Nothing more is to be said about it: its place can be taken. */
static bool settled(const struct model_connection *connection)
{
    uint32_t flags = connection->flags;
    bool all = connection->delivered == connection->accepted &&
               (flags & MODEL_CONNECTION_FIN) != 0;
    bool closed = (flags & MODEL_CONNECTION_CLOSED) != 0;
    return connection->number == 0 || (flags & MODEL_CONNECTION_RST) != 0 ||
           (closed && all) ||
           ((flags & MODEL_CONNECTION_GIVEN_UP) != 0 &&
            ((flags & MODEL_CONNECTION_CONNECTED) == 0 ||
             (flags & MODEL_CONNECTION_RACY) != 0));
}

static void opens(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (record->a < 1 || record->a > UINT32_MAX || event->process == NULL ||
        event->caller == MODEL_NONE) {
        model_report_lost(model);
        return;
    }
    uint32_t index = (uint32_t)(record->a - 1) % MODEL_CONNECTIONS_MAX;
    struct model_connection *connection = &model->connections[index];
    if (!settled(connection)) {
        model_report_lost(model);
        return;
    }
    if (connection->slot < MODEL_SOCKETS_MAX && connection->number != 0) {
        struct model_socket *socket = &model->sockets[connection->slot];
        if (socket->live && socket->connection == index) {
            socket->connection = MODEL_NONE;
        }
    }
    if (index >= model->connection_count) {
        model->connection_count = (uint8_t)(index + 1);
    }
    *connection = (struct model_connection){
        .handle = record->c,
        .number = (uint32_t)record->a,
        .flags = MODEL_CONNECTION_FRESH,
        .process = record->process,
        .provider = event->caller,
        .slot = MODEL_NONE,
        .layers = (uint8_t)(1U << event->caller),
    };
    const struct model_frame *call =
        event->thread == NULL ? NULL : model_track_spi(event->thread);
    bool creating = call != NULL && model_track_creates(call->function);
    uint8_t slot =
        model_track_socket(model, record->process, connection->handle);
    bool old = slot != MODEL_NONE;
    if (!creating || !old) {
        model_socket_connect(model, event, index);
    }
}

static void bytes_move(
    struct model *model,
    const struct lc_record *record,
    struct model_connection *connection)
{
    if (record->b < 0 || record->b > BYTES_MAX || record->c < 0 ||
        record->c > BYTES_MAX) {
        model_report_lost(model);
        return;
    }
    uint64_t bytes = (uint64_t)record->b;
    uint64_t first = (uint64_t)record->c;
    uint64_t end = first + bytes;
    uint32_t flags = connection->flags;
    const uint32_t excuses = MODEL_CONNECTION_RACY | MODEL_CONNECTION_MIXED |
                             MODEL_CONNECTION_HOSTED;
    bool known = (flags & MODEL_CONNECTION_JUDGED) != 0 &&
                 (flags & excuses) == 0 && bytes > 0;
    if (record->function == LC_WIRE_ACCEPT) {
        model_report_unless(model, MODEL_INV_6, known, record->d == 1);
        connection->accepted += bytes;
    } else if (record->function == LC_WIRE_DATA) {
        bool fresh = end > connection->sent;
        bool ended =
            (flags & (MODEL_CONNECTION_FIN | MODEL_CONNECTION_RST)) != 0;
        model_report_unless(
            model,
            MODEL_INV_6,
            true,
            first <= connection->sent && end <= connection->accepted);
        model_report_unless(model, MODEL_INV_10, fresh, !ended);
        if (fresh && end <= connection->accepted) {
            connection->sent = end;
        }
        LC_CHECK(connection->sent <= connection->accepted);
    } else {
        model_report_unless(
            model,
            MODEL_INV_6,
            bytes > 0,
            first <= connection->delivered && end <= connection->sent);
        model_report_unless(model, MODEL_INV_6, known, record->d == 1);
        if (end > connection->delivered) {
            connection->delivered = end;
        }
    }
}

/* True when the documents' linger table speaks of this connection. */
static bool judged(
    const struct model_event *event,
    const struct model_connection *connection)
{
    uint32_t flags = connection->flags;
    bool exited = event->process != NULL && event->process->exited &&
                  (flags & MODEL_CONNECTION_CLEANED) == 0;
    return (flags & MODEL_CONNECTION_JUDGED) != 0 &&
           (flags & MODEL_CONNECTION_RACY) == 0 && !exited;
}

static void fin_check(
    struct model *model,
    const struct model_event *event,
    const struct model_connection *connection)
{
    uint32_t flags = connection->flags;
    bool closing =
        (flags & (MODEL_CONNECTION_CLOSING | MODEL_CONNECTION_CLOSED)) != 0;
    bool shut = (flags & MODEL_CONNECTION_SHUT) != 0;
    bool final = (flags & MODEL_CONNECTION_FINAL) != 0;
    bool refused = (flags & MODEL_CONNECTION_REFUSED) != 0;
    bool premise = judged(event, connection);
    bool hosted = (flags & MODEL_CONNECTION_HOSTED) != 0;
    bool second = (flags & MODEL_CONNECTION_FIN) != 0;
    model_report_unless(model, MODEL_CLOSE_27, shut, !second);
    model_report_unless(model, MODEL_INV_10, !shut, !second);
    model_report_unless(
        model,
        MODEL_CLOSE_2,
        premise,
        (flags & MODEL_CONNECTION_RST) == 0);
    bool cause = closing || shut || final;
    model_report_unless(
        model,
        MODEL_CLOSE_16,
        premise && refused && !hosted,
        cause);
    model_report_unless(
        model,
        MODEL_INV_10,
        premise && !refused && !hosted,
        cause);
    model_report_unless(
        model,
        MODEL_INV_6,
        premise,
        connection->sent == connection->accepted);
    bool graceful = connection->linger == MODEL_LINGER_OFF && premise;
    model_report_unless(
        model,
        model_linger_blame(connection),
        graceful && closing,
        true);
    bool hard = connection->linger == MODEL_LINGER_HARD && !shut && premise;
    model_report_unless(model, MODEL_CLEAN_7, hard && !closing && final, false);
    model_report_unless(
        model,
        model_linger_blame(connection),
        hard && closing,
        false);
}

/* True when a call of the application or a thread of a DLL is at work, and not
 * the end of the process. */
static bool acts(const struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    return thread != NULL &&
           (thread->depth > 0 || thread - model->threads >= LC_THREADS_MAX);
}

/* Whether the linger options of a socket being closed allow a reset. */
static bool close_resets(
    const struct lc_record *record,
    const struct model_connection *it)
{
    uint64_t over_ns = it->close_time_ns + (uint64_t)it->linger_s * LC_NS_PER_S;
    switch ((enum model_linger)it->linger) {
    case MODEL_LINGER_OFF:
        return (it->flags & MODEL_CONNECTION_FIN_ACKED) != 0;
    case MODEL_LINGER_HARD:
    case MODEL_LINGER_VAGUE:
        return true;
    case MODEL_LINGER_TIMED:
        return (it->flags & (MODEL_CONNECTION_NONBLOCKING |
                             MODEL_CONNECTION_SHUT | MODEL_CONNECTION_FINAL)) !=
                   0 ||
               record->time_ns >= over_ns;
    }
    return true;
}

static void rst_check(
    struct model *model,
    const struct model_event *event,
    const struct model_connection *connection)
{
    uint32_t flags = connection->flags;
    bool closed = (flags & MODEL_CONNECTION_CLOSED) != 0;
    bool closing = (flags & MODEL_CONNECTION_CLOSING) != 0;
    bool final = (flags & MODEL_CONNECTION_FINAL) != 0;
    bool hosted = (flags & MODEL_CONNECTION_HOSTED) != 0;
    bool refused = (flags & MODEL_CONNECTION_REFUSED) != 0;
    bool premise = judged(event, connection) && acts(model, event) &&
                   (flags & MODEL_CONNECTION_CONNECTED) != 0 &&
                   (flags & MODEL_CONNECTION_SHUT_RECEIVE) == 0;
    model_report_unless(
        model,
        MODEL_CLOSE_2,
        premise,
        (flags & MODEL_CONNECTION_RST) == 0);
    /* Something is on its way that the peer does not take. */
    bool is_owed = connection->delivered < connection->accepted ||
                   ((flags & MODEL_CONNECTION_FIN) != 0 &&
                    (flags & MODEL_CONNECTION_FIN_ACKED) == 0);
    if (premise && closed && is_owed &&
        connection->linger == MODEL_LINGER_OFF &&
        event->record->time_ns >= connection->close_time_ns + PATIENCE_NS) {
        if (model->world.peer_kind != LC_PEER_STALLED) {
            model_report_unspecified(model); /* CLOSE-18: it chose a time */
        }
        return;
    }
    if (closed || closing) {
        bool may = close_resets(event->record, connection);
        bool graceful = connection->linger == MODEL_LINGER_OFF;
        /* Tolerant: at the final cleanup it may be lost, X-1. */
        bool lost = final && graceful && (closing || model->options.tolerant);
        model_report_unless(
            model,
            MODEL_CLEAN_16,
            premise && closed && final && graceful,
            may || lost);
        model_report_unless(
            model,
            model_linger_blame(connection),
            premise && !(final && graceful),
            may);
        return;
    }
    bool mine = premise && !hosted &&
                connection->linger != MODEL_LINGER_VAGUE &&
                (event->thread->hook & MODEL_HOOK_CANCELLED) == 0;
    model_report_unless(model, MODEL_CLOSE_16, mine && refused, final);
    model_report_unless(model, MODEL_INV_6, mine && !refused, final);
}

static void ends(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection)
{
    uint16_t function = event->record->function;
    if (function == LC_WIRE_FIN) {
        fin_check(model, event, connection);
        connection->flags |= MODEL_CONNECTION_FIN;
    } else if (function == LC_WIRE_RST) {
        rst_check(model, event, connection);
        connection->flags |= MODEL_CONNECTION_RST;
    } else if (function == LC_WIRE_FIN_DELIVER) {
        model_report_unless(
            model,
            MODEL_INV_6,
            (connection->flags & MODEL_CONNECTION_RST) == 0,
            connection->delivered == connection->sent);
    } else if (function == LC_WIRE_FIN_ACK) {
        connection->flags |= MODEL_CONNECTION_FIN_ACKED;
        if (event->record->d == 1) {
            connection->flags |= MODEL_CONNECTION_PEER_FIN;
        }
    } else if (function == LC_WIRE_CLOSE) {
        /* A socket of the same value from now on is another's. */
        connection->flags |= MODEL_CONNECTION_GIVEN_UP;
        connection->flags &= ~(uint32_t)MODEL_CONNECTION_FRESH;
    } else if (function == LC_WIRE_CONNECTED) {
        /* Too late for a socket that is going: CLOSE-30. */
        const uint32_t late = MODEL_CONNECTION_CLOSING |
                              MODEL_CONNECTION_CLOSED |
                              MODEL_CONNECTION_GIVEN_UP |
                              MODEL_CONNECTION_FINAL | MODEL_CONNECTION_RST;
        uint32_t why = connection->flags & late;
        if (why == 0) {
            connection->flags |= MODEL_CONNECTION_CONNECTED;
        } else if (why == MODEL_CONNECTION_CLOSING) {
            connection->flags |= MODEL_CONNECTION_RACY; /* it may be refused */
        }
    }
}

void model_stream_step(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    LC_CHECK(record->kind == LC_RECORD_WIRE);

    if (record->function == LC_WIRE_OPEN) {
        opens(model, event);
        return;
    }
    struct model_connection *connection =
        model_track_connection(model, record->a);
    if (connection == NULL) {
        return;
    }
    if (record->function >= LC_WIRE_ACCEPT &&
        record->function <= LC_WIRE_DELIVER) {
        bytes_move(model, record, connection);
    } else if (record->function >= LC_WIRE_DATAGRAM_SOCKET) {
        model_datagram_wire(model, event, connection);
    } else if (record->function >= LC_WIRE_LISTEN) {
        model_accept_wire(model, event, connection);
    } else if (record->function >= LC_WIRE_ARRIVE) {
        model_receive_wire(model, event, connection);
    } else {
        ends(model, event, connection);
    }
}
