#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* Who closes a socket may tell of what was pending a while later (CLOSE-9);
 * one above this is no while to speak of. */
#define WHILE_NS LC_NS_PER_S

/* The operation of a number, or NULL: none of those that are followed. */
static struct model_operation *find(struct model *model, int64_t number)
{
    if (number < 1 || number > model->operation_count) {
        return NULL;
    }
    return &model->operations[number - 1];
}

/* Whether a call begins an operation. */
static bool begins_one(uint8_t api)
{
    return api == LC_CALL_WSASEND || api == LC_CALL_WSARECV;
}

static bool is_lively(const struct model_operation *operation)
{
    return (operation->flags & MODEL_OPERATION_BEGUN) != 0;
}

static void begins(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    int64_t number = event->record->d;
    if (number < 1 || number > LC_OPS_MAX ||
        event->record->thread >= LC_THREADS_MAX) {
        model_report_lost(model);
        return;
    }
    if (number > model->operation_count) {
        model->operation_count = (uint8_t)number;
    }
    struct model_operation *operation = &model->operations[number - 1];
    *operation = (struct model_operation){
        .thread = event->record->thread,
        .process = event->record->process,
        .how = (uint8_t)thread->value,
        .connection = thread->connection,
        .flags = MODEL_OPERATION_BEGUN,
    };
    if (thread->api == LC_CALL_WSARECV) {
        operation->flags |= MODEL_OPERATION_RECEIVE;
        operation->flags |= thread->option == 0 ? MODEL_OPERATION_EMPTY : 0;
        model_wsarecv_mix(model, thread->connection, NULL, operation);
    }
}

/* Whether somebody has an operation under way, besides one. */
static bool has_others(
    const struct model *model,
    const struct model_operation *self)
{
    const uint16_t known = MODEL_OPERATION_REFUSED | MODEL_OPERATION_THROUGH;
    for (uint32_t i = 0; i < model->operation_count; i++) {
        const struct model_operation *operation = &model->operations[i];
        if (operation != self && is_lively(operation) &&
            (operation->flags & known) == 0) {
            return true;
        }
    }
    return false;
}

/* 12.2: what WSASend and WSARecv say, and what has been said of the operation by then. */
static void call_ends(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_operation *operation = find(model, record->d);
    if (operation == NULL) {
        return;
    }
    bool told = (operation->flags & MODEL_OPERATION_TOLD) != 0;
    bool tells = operation->how != LC_INDICATE_NOTHING;
    bool over = (operation->flags & MODEL_OPERATION_OVER) != 0;
    if (record->a == 0) {
        model_report_unless(model, MODEL_OVL_2, tells && !over, told);
    } else if (record->b != LC_WSA_IO_PENDING) {
        model_report_unless(model, MODEL_OVL_2, true, !told);
        model_report_unless(
            model,
            MODEL_OVL_20,
            !has_others(model, operation),
            record->b != LC_WSAEWOULDBLOCK);
        operation->flags |= MODEL_OPERATION_REFUSED;
    }
}

/* The status is known: bytes that were promised, or a hole in the stream. */
static void is_through(
    struct model *model,
    const struct lc_record *record,
    struct model_operation *operation)
{
    bool again = (operation->flags & MODEL_OPERATION_THROUGH) != 0;
    bool refused = (operation->flags & MODEL_OPERATION_REFUSED) != 0;
    model_report_unless(model, MODEL_OVL_2, true, !again && !refused);
    operation->flags |= MODEL_OPERATION_THROUGH;
    if (operation->connection == MODEL_NONE) {
        return;
    }
    LC_CHECK(operation->connection < MODEL_CONNECTIONS_MAX);
    if ((operation->flags & MODEL_OPERATION_RECEIVE) != 0) {
        model_wsarecv_through(model, record, operation);
        return;
    }
    struct model_connection *connection =
        &model->connections[operation->connection];
    if (record->b != 0) {
        connection->flags |= MODEL_CONNECTION_MIXED;
    } else if (record->c > 0) {
        connection->promised += (uint64_t)record->c;
    }
}

bool model_overlapped_is_pending(const struct model *model, uint32_t number)
{
    if (number == 0 || number > model->operation_count) {
        return false;
    }
    /* A close may have been refused: its connection says whether one was not. */
    const struct model_operation *operation = &model->operations[number - 1];
    const uint32_t ended = MODEL_OPERATION_REFUSED | MODEL_OPERATION_THROUGH;
    if (operation->flags == 0 || (operation->flags & ended) != 0 ||
        operation->connection == MODEL_NONE) {
        return false;
    }
    const struct model_connection *connection =
        &model->connections[operation->connection];
    const uint32_t over = MODEL_CONNECTION_CLOSED | MODEL_CONNECTION_GIVEN_UP |
                          MODEL_CONNECTION_RST;
    if ((operation->flags & MODEL_OPERATION_RECEIVE) != 0) {
        /* One that was begun before receiving was ended may stay: SHUT-19. */
        const uint32_t shut =
            MODEL_CONNECTION_SHUT_RECEIVE | MODEL_CONNECTION_RECEIVE_HELD;
        bool has_more = (connection->flags & MODEL_CONNECTION_PEER_FIN) != 0 ||
                        connection->received != connection->arrived;
        return (connection->flags & over) == 0 &&
               (!has_more || (connection->flags & shut) != 0);
    }
    return model->world.peer_kind == LC_PEER_STALLED &&
           (connection->flags & over) == 0;
}

bool model_overlapped_of_others(
    const struct model *model,
    const struct model_thread *self,
    uint8_t connection)
{
    const uint32_t known = MODEL_OPERATION_REFUSED | MODEL_OPERATION_THROUGH |
                           MODEL_OPERATION_RECEIVE;
    for (uint32_t i = 0; i < model->operation_count; i++) {
        const struct model_operation *operation = &model->operations[i];
        if (operation->connection == connection && operation->flags != 0 &&
            (operation->flags & known) == 0 &&
            &model->threads[operation->thread] != self) {
            return true;
        }
    }
    return false;
}

/* Event and queued routine: what says that an operation has completed. */
static void is_told(
    struct model *model,
    const struct model_event *event,
    struct model_operation *operation)
{
    uint16_t flags = operation->flags;
    bool over = (flags & MODEL_OPERATION_OVER) != 0;
    bool cleaning = event->process != NULL && event->process->cleaning > 0 &&
                    event->process->starts <= event->process->cleaning &&
                    event->process->starting == 0;
    /* One whose thread has ended is told of as aborted, too: OVL-19. */
    bool aborted = event->record->b == LC_WSA_OPERATION_ABORTED &&
                   model->threads[operation->thread].api != MODEL_NONE;
    bool closed = (flags & MODEL_OPERATION_CLOSED) != 0;
    model_report_unless(
        model,
        MODEL_OVL_2,
        !over,
        (flags & (MODEL_OPERATION_TOLD | MODEL_OPERATION_REFUSED)) == 0);
    model_report_unless(model, MODEL_CLEAN_6, over, false);
    /* one completion with this error is the wider reading. */
    model_report_unless(
        model,
        MODEL_CLEAN_6,
        !over && cleaning && aborted && !model->options.tolerant,
        closed);
    operation->flags |= MODEL_OPERATION_TOLD;
}

/* Calls that wait alertably, or may: CLOSE-22, BLOCK-17. */
static bool may_be_alertable(const struct model_thread *thread)
{
    return thread->api == LC_CALL_SLEEPEX ||
           thread->api == LC_CALL_CLOSESOCKET || thread->api == LC_CALL_SEND ||
           thread->api == LC_CALL_CONNECT || thread->api == LC_CALL_RECV ||
           thread->api == LC_CALL_GETOVERLAPPED ||
           model_track_accepts(thread->api) ||
           (thread->api == LC_CALL_WAITEVENTS &&
            thread->value == LC_WAIT_HOW_ALERTABLE);
}

/* A layer in a DLL may tell of an operation by a routine that it queues itself:
 * then it has set the status, and nobody was there to see it. */
static bool is_unseen(
    const struct model *model,
    const struct model_operation *operation)
{
    return operation->how == LC_INDICATE_ROUTINE &&
           operation->connection != MODEL_NONE &&
           (model->connections[operation->connection].flags &
            MODEL_CONNECTION_HOSTED) != 0;
}

static void routine_runs(
    struct model *model,
    const struct model_event *event,
    struct model_operation *operation)
{
    if (is_unseen(model, operation) &&
        (operation->flags & MODEL_OPERATION_THROUGH) == 0) {
        is_through(model, event->record, operation);
    }
    const uint16_t wrong = MODEL_OPERATION_RAN | MODEL_OPERATION_REFUSED;
    model_report_unless(
        model,
        MODEL_OVL_2,
        true,
        (operation->flags & wrong) == 0);
    model_report_unless(
        model,
        MODEL_OVL_6,
        true,
        event->thread != NULL && operation->thread == event->record->thread &&
            may_be_alertable(event->thread));
    operation->flags |= MODEL_OPERATION_RAN;
}

/* One packet for each operation: what comes before it, and itself not yet. A
 * last cleanup may post one or none. */
static void packet_moves(
    struct model *model,
    struct model_operation *operation,
    uint16_t before,
    uint16_t what)
{
    uint16_t wrong = (uint16_t)(what | MODEL_OPERATION_REFUSED);
    model_report_unless(
        model,
        MODEL_OVL_2,
        true,
        (operation->flags & wrong) == 0 &&
            (operation->flags & before) == before);
    operation->flags |= what;
}

static void happens(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_operation *operation = find(model, record->a);
    if (operation == NULL || !is_lively(operation)) {
        model_report_lost(model);
        return;
    }
    switch ((enum lc_overlapped)record->function) {
    case LC_OVERLAPPED_STATUS:
        is_through(model, record, operation);
        break;
    case LC_OVERLAPPED_EVENT:
    case LC_OVERLAPPED_QUEUED:
        is_told(model, event, operation);
        break;
    case LC_OVERLAPPED_ROUTINE:
        routine_runs(model, event, operation);
        break;
    case LC_OVERLAPPED_PACKET:
        packet_moves(model, operation, 0, MODEL_OPERATION_POSTED);
        break;
    case LC_OVERLAPPED_TAKEN:
        packet_moves(
            model,
            operation,
            MODEL_OPERATION_POSTED,
            MODEL_OPERATION_TAKEN);
        break;
    case LC_OVERLAPPED_COUNT:
        break;
    }
}

/* WSAGetOverlappedResult: its answer, and what was known when it was asked. */
static void result_asked(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    const struct model_operation *operation = find(model, thread->value);
    thread->was_through = operation != NULL &&
                          operation->connection == thread->connection &&
                          (operation->flags & MODEL_OPERATION_THROUGH) != 0;
}

static void result_told(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    const struct model_operation *operation = find(model, thread->value);
    if (operation == NULL || operation->connection != thread->connection ||
        thread->connection == MODEL_NONE) {
        return;
    }
    bool through = (operation->flags & MODEL_OPERATION_THROUGH) != 0;
    bool incomplete = record->a == -1 && record->b == LC_WSA_IO_INCOMPLETE;
    model_report_unless(
        model,
        MODEL_OVL_10,
        record->a >= 0 && !is_unseen(model, operation),
        through);
    model_report_unless(model, MODEL_OVL_10, incomplete, !thread->was_through);
}

/* Somebody closes the socket: what is pending may be told of as aborted. */
static void closes(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    uint8_t slot = model_track_socket(model, record->process, record->a);
    const struct model_connection *connection =
        slot == MODEL_NONE ? NULL : model_track_connection_of(model, slot);
    for (uint32_t i = 0; i < model->operation_count; i++) {
        struct model_operation *operation = &model->operations[i];
        bool ours = operation->process == record->process &&
                    (operation->connection == MODEL_NONE ||
                     (connection != NULL &&
                      operation->connection ==
                          (uint8_t)(connection - model->connections)));
        if (is_lively(operation) && ours) {
            operation->flags |= MODEL_OPERATION_CLOSED;
        }
    }
}

/* The built-in providers complete what a close has cancelled before the clock
 * moves on. */
static bool is_prompt(
    const struct model *model,
    const struct model_connection *connection)
{
    for (uint32_t i = 0; i < model->world.provider_count; i++) {
        bool is_in = (connection->layers >> i & 1) != 0;
        if (is_in && model->world.kinds[i] != LC_PROVIDER_BASE &&
            model->world.kinds[i] != LC_PROVIDER_IFS &&
            model->world.kinds[i] != LC_PROVIDER_NONIFS) {
            return false;
        }
    }
    return true;
}

/* The last cleanup begins, or the process ends: what a close should have told
 * of is known by then. */
static void close_check(struct model *model, const struct model_event *event)
{
    const uint32_t excuses = MODEL_CONNECTION_RACY | MODEL_CONNECTION_FINAL |
                             MODEL_CONNECTION_HOSTED;
    for (uint32_t i = 0; i < model->operation_count; i++) {
        const struct model_operation *operation = &model->operations[i];
        const uint16_t answered = MODEL_OPERATION_TOLD |
                                  MODEL_OPERATION_REFUSED |
                                  MODEL_OPERATION_OVER;
        if (!is_lively(operation) || operation->connection == MODEL_NONE ||
            operation->process != event->record->process ||
            operation->how == LC_INDICATE_NOTHING) {
            continue;
        }
        /* A routine is never queued to a thread that has ended. */
        bool is_reachable = operation->how != LC_INDICATE_ROUTINE ||
                            operation->thread == event->record->thread;
        const struct model_connection *connection =
            &model->connections[operation->connection];
        bool premise =
            (connection->flags & MODEL_CONNECTION_CLOSED) != 0 &&
            (connection->flags & excuses) == 0 &&
            event->record->time_ns > connection->closed_time_ns + WHILE_NS &&
            is_reachable && is_prompt(model, connection);
        model_report_unless(
            model,
            MODEL_CLOSE_8,
            premise,
            (operation->flags & answered) != 0);
    }
}

void model_overlapped_over(struct model *model, uint8_t process)
{
    for (uint32_t i = 0; i < model->operation_count; i++) {
        if (is_lively(&model->operations[i]) &&
            model->operations[i].process == process) {
            model->operations[i].flags |= MODEL_OPERATION_OVER;
        }
    }
}

static void call_begins(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    LC_CHECK(thread != NULL);
    if (begins_one(thread->api)) {
        begins(model, event);
    } else if (thread->api == LC_CALL_GETOVERLAPPED) {
        result_asked(model, event);
    } else if (thread->api == LC_CALL_WSACLEANUP && thread->high <= 1) {
        close_check(model, event);
    }
}

void model_overlapped_step(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (record->kind == LC_RECORD_OVERLAPPED) {
        happens(model, event);
    } else if (record->kind == LC_RECORD_API_CALL) {
        call_begins(model, event);
    } else if (record->kind == LC_RECORD_PROCESS) {
        close_check(model, event);
    } else if (record->kind == LC_RECORD_SPI_CALL) {
        if (record->function == LC_SPI_CLOSE_SOCKET) {
            closes(model, event);
        }
    } else if (begins_one(event->thread->api)) {
        call_ends(model, event);
        model_wsarecv_call_ends(model, event);
    } else if (event->thread->api == LC_CALL_GETOVERLAPPED) {
        result_told(model, event);
    }
}
