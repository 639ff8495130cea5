#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* The final WSACleanup has begun, and no start came after it. */
static bool is_over(const struct model_process *process)
{
    LC_CHECK(process != NULL);

    bool begun = process->cleaned || process->cleaning > 0;
    return begun && process->starting == 0 &&
           process->starts <= process->cleaning;
}

/* A thread that waits in a call which the final WSACleanup should have ended.
 * Only where nobody goes on any more: before that a call may have been released
 * and not have run yet, and a cleanup may release it as its last act. */
static bool cleanup_forgot(const struct model *model)
{
    LC_CHECK(model != NULL);

    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        bool inside =
            thread->api == LC_CALL_SEND || thread->api == LC_CALL_RECV ||
            thread->api == LC_CALL_CONNECT ||
            model_track_accepts(thread->api) ||
            thread->api == LC_CALL_CLOSESOCKET ||
            thread->api == LC_CALL_WSASEND || thread->api == LC_CALL_WSARECV ||
            thread->api == LC_CALL_GETOVERLAPPED ||
            thread->api == LC_CALL_CONFIG_CHANGE;
        bool waits = thread->waiting == LC_WAIT_NET ||
                     thread->waiting == LC_WAIT_EVENT ||
                     thread->waiting == LC_WAIT_CATALOG;
        if (!inside || !waits) {
            continue;
        }
        if (is_over(&model->processes[thread->process])) {
            return true;
        }
    }
    return false;
}

/* Whether a thread waits for the catalog to change. */
static bool waits_for_catalog(const struct model_thread *thread)
{
    return thread->api == LC_CALL_CONFIG_CHANGE &&
           thread->waiting == LC_WAIT_CATALOG;
}

/* What waits is calls that wait for a peer which does nothing more, or for a
 * change of the catalog when none has come, as the application told them to; and
 * no cleanup should have ended them. */
static bool is_others_turn(const struct model *model)
{
    LC_CHECK(model != NULL);

    /* Threads of DLLs may wait for work. */
    uint32_t count = model->thread_count < LC_THREADS_MAX
                         ? model->thread_count
                         : (uint32_t)LC_THREADS_MAX;
    bool is_any = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct model_thread *thread = &model->threads[i];
        if (thread->waiting == MODEL_NONE) {
            continue;
        }
        bool is_theirs = waits_for_catalog(thread)
                             ? !thread->catalog_changed
                             : model_receive_waits_for_peer(model, thread);
        if (!is_theirs || is_over(&model->processes[thread->process])) {
            return false;
        }
        is_any = true;
    }
    return is_any;
}

/* A thread that waits in a call which a close should have ended. */
static bool close_forgot(const struct model *model)
{
    for (uint32_t i = 0; i < model->thread_count; i++) {
        if (model_receive_was_closed(model, &model->threads[i])) {
            return true;
        }
    }
    return false;
}

static bool was_not_told(const struct model *model)
{
    bool has_any = false;
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        has_any |= waits_for_catalog(thread) && thread->catalog_changed;
    }
    return has_any;
}

/* Everything has arrived that ever will. */
static void stream_check(
    struct model *model,
    const struct model_connection *connection)
{
    LC_CHECK(connection->number != 0);

    const uint32_t needs = MODEL_CONNECTION_JUDGED | MODEL_CONNECTION_CONNECTED;
    uint32_t flags = connection->flags;
    if ((flags & needs) != needs || (flags & MODEL_CONNECTION_RACY) != 0) {
        return;
    }
    bool closed = (flags & MODEL_CONNECTION_CLOSED) != 0;
    bool cleaned = (flags & MODEL_CONNECTION_CLEANED) != 0;
    bool reset = (flags & MODEL_CONNECTION_RST) != 0;
    bool fin = (flags & MODEL_CONNECTION_FIN) != 0;
    bool hosted = (flags & MODEL_CONNECTION_HOSTED) != 0;
    bool all = connection->delivered == connection->accepted;
    /* A close need not end where nobody reads: CLOSE-18. */
    bool stalled = model->world.peer_kind == LC_PEER_STALLED;
    bool graceful =
        closed && !reset && !stalled && connection->linger == MODEL_LINGER_OFF;
    model_report_unless(model, MODEL_INV_7, graceful && cleaned, all);
    model_report_unless(model, MODEL_CLOSE_12, graceful, all);
    model_report_unless(model, MODEL_CLOSE_2, closed && !stalled, fin || reset);
    model_report_unless(model, MODEL_CLEAN_7, !closed && cleaned, fin || reset);
    model_report_unless(model, MODEL_INV_6, fin && !reset, all);
    model_report_unless(
        model,
        MODEL_INV_6,
        fin && !reset && !hosted,
        connection->accepted >= connection->promised);
}

/* What the kernel has of a process that has ended. */
static void exit_check(
    struct model *model,
    const struct model_connection *connection)
{
    const struct model_process *process =
        &model->processes[connection->process];
    bool connected = (connection->flags & MODEL_CONNECTION_CONNECTED) != 0;
    bool fin = (connection->flags & MODEL_CONNECTION_FIN) != 0;
    bool reset = (connection->flags & MODEL_CONNECTION_RST) != 0;
    model_report_unless(
        model,
        MODEL_TERM_1,
        process->exited && connected &&
            (process->flags & MODEL_PROCESS_SPOILED) == 0,
        fin || reset);
}

static void done(struct model *model)
{
    LC_CHECK(model->verdict.kind != LC_VERDICT_BROKEN);

    for (uint32_t i = 0; i < model->connection_count; i++) {
        if (model->connections[i].number != 0) {
            stream_check(model, &model->connections[i]);
            exit_check(model, &model->connections[i]);
        }
    }
}

static void ends(struct model *model, const struct lc_record *record)
{
    switch ((enum lc_end)record->function) {
    case LC_END_DONE:
        model_report_unless(model, MODEL_DEADLOCK, true, true);
        model_report_unless(model, MODEL_LIVELOCK, true, true);
        model_report_unless(model, MODEL_FAULT, true, true);
        if (!model->lost) {
            done(model);
        }
        break;
    case LC_END_DEADLOCK:
        /* Whose turn it is can't be said where not all is followed. */
        if (model->lost || !model_term_hangs_elsewhere(model)) {
            break;
        }
        if (is_others_turn(model)) {
            done(model);
            break;
        }
        model_report_unless(model, MODEL_CLEAN_4, cleanup_forgot(model), false);
        model_report_unless(model, MODEL_CLOSE_7, close_forgot(model), false);
        model_report_unless(
            model,
            MODEL_CATALOG_23,
            was_not_told(model),
            false);
        model_report_unless(model, MODEL_DEADLOCK, true, false);
        break;
    case LC_END_LIVELOCK:
        if (!model_term_hangs_elsewhere(model)) {
            break;
        }
        if (!model->lost) {
            model_report_unless(
                model,
                MODEL_CLEAN_4,
                cleanup_forgot(model),
                false);
        }
        model_report_unless(model, MODEL_LIVELOCK, true, false);
        break;
    case LC_END_FAULT:
        model_report_unless(
            model,
            MODEL_FAULT,
            model->verdict.kind != LC_VERDICT_UNSPECIFIED,
            false);
        break;
    case LC_END_LIMIT:
        model_report_unspecified(model);
        break;
    case LC_END_STOPPED:
    case LC_END_COUNT:
        break;
    }
}

void model_end_step(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    LC_CHECK(model != NULL);

    if (record->kind == LC_RECORD_END) {
        ends(model, record);
    } else if (record->kind == LC_RECORD_STRAY) {
        bool spi = record->function == LC_STRAY_SPI;
        model_report_unless(model, MODEL_INV_2, spi, false);
        model_report_unless(model, MODEL_LOAD_15, !spi, false);
    } else if (record->function == LC_FAULT_IMPORT) {
        model_report_unspecified(model); /* the shim's gap, not a fault */
    } else {
        model_report_unless(model, MODEL_FAULT, true, false);
    }
}
