#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/*
 * A call that has returned took effect for certain, one under way may have.
 * So the true count of starts lies between `starts` less the cleanups and
 * `starts` plus the startups under way. Each open call keeps the lowest and
 * the highest of it over its own duration, its own effect left out.
 */
static void bounds_update(struct model *model, uint8_t process_index)
{
    LC_CHECK(process_index < LC_PROCESSES_MAX);

    const struct model_process *process = &model->processes[process_index];
    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *thread = &model->threads[i];
        if (thread->api == MODEL_NONE || thread->process != process_index) {
            continue;
        }
        int own_clean = thread->api == LC_CALL_WSACLEANUP ? 1 : 0;
        int own_start = thread->api == LC_CALL_WSASTARTUP ? 1 : 0;
        int low = process->starts - process->cleaning + own_clean;
        int high = process->starts + process->starting - own_start;
        if (low < thread->low) {
            thread->low = (int16_t)low;
        }
        if (high > thread->high) {
            thread->high = (int16_t)high;
        }
    }
}

static void call_begins(struct model *model, const struct model_event *event)
{
    LC_CHECK(event->process != NULL && event->thread != NULL);

    struct model_process *process = event->process;
    struct model_thread *thread = event->thread;
    thread->low = (int16_t)(process->starts - process->cleaning);
    thread->high = (int16_t)(process->starts + process->starting);
    if (process->vague) {
        thread->low = 0;
        thread->high = INT16_MAX;
    }
    if (thread->api == LC_CALL_WSASTARTUP) {
        process->starting++;
        bounds_update(model, event->record->process);
    }
    if (thread->api == LC_CALL_WSACLEANUP) {
        process->cleaning++;
        bounds_update(model, event->record->process);
    }
}

/* Whether another process has a start, or has had its last cleanup. */
static bool others_did(
    const struct model *model,
    uint8_t process_index,
    bool started)
{
    for (uint32_t i = 0; i < LC_PROCESSES_MAX; i++) {
        const struct model_process *other = &model->processes[i];
        bool did = started ? other->starts > 0 : other->cleaned;
        if (i != process_index && did) {
            return true;
        }
    }
    return false;
}

/* What a call without a start has to answer, and one with a start must not. */
static void answer_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    uint8_t api = thread->api;
    if (!model_track_needs_start(api)) {
        return;
    }
    bool refused = record->a == -1 && record->b == LC_WSANOTINITIALISED;
    bool never = thread->high <= 0;
    bool always = thread->low >= 1;
    LC_CHECK(!(never && always));
    if (never && api == LC_CALL_WSACLEANUP) {
        model_report_app(model, MODEL_CLEAN_1);
    } else if (never) {
        model_report_app(model, MODEL_CLOSE_5);
    }
    bool wrong = (never && !refused) || (always && refused);
    bool others =
        (never || always) && others_did(model, record->process, never);
    model_report_unless(model, MODEL_START_7, others, !wrong);
    if (wrong && others) {
        return;
    }
    if (api == LC_CALL_WSACLEANUP) {
        model_report_unless(
            model,
            MODEL_CLEAN_12,
            record->a != 0,
            record->b == LC_WSANOTINITIALISED || record->b == LC_WSAENETDOWN ||
                record->b == LC_WSAEINPROGRESS);
        model_report_unless(model, MODEL_CLEAN_3, never, refused);
    } else {
        model_report_unless(model, MODEL_START_1, never, refused);
    }

    model_report_unless(model, MODEL_START_3, always, !refused);
}

static void call_ends(struct model *model, const struct model_event *event)
{
    LC_CHECK(event->process != NULL && event->thread != NULL);

    struct model_process *process = event->process;
    const struct model_thread *thread = event->thread;
    answer_check(model, event);
    /* Come through so far: put to the test, and not broken. */
    bool early = thread->api == LC_CALL_WSACLEANUP && thread->low >= 2;
    bool released =
        (thread->api == LC_CALL_SEND || thread->api == LC_CALL_CONNECT ||
         model_track_accepts(thread->api)) &&
        thread->low <= 0 && thread->high > 0;
    model_report_unless(model, MODEL_CLEAN_2, early, true);
    model_report_unless(model, MODEL_INV_3, early, true);
    model_report_unless(model, MODEL_CLEAN_4, released, true);
    if (thread->api == LC_CALL_WSASTARTUP) {
        process->starting--;
        if (event->record->a == 0) {
            process->starts++;
            process->ending = false;
            if (process->category_state == MODEL_CATEGORY_NEW) {
                process->category_state = MODEL_CATEGORY_STARTED;
            }
        }
        bounds_update(model, event->record->process);
    }
    if (thread->api == LC_CALL_WSACLEANUP) {
        process->cleaning--;
        if (event->record->a == 0 && process->starts > 0) {
            process->starts--;
        }
        bool is_refused =
            (thread->frames[0].flags & MODEL_FRAME_REFUSED) != 0 &&
            event->record->b == LC_WSAENETDOWN;
        if (event->record->a != 0 && !is_refused &&
            event->record->b != LC_WSANOTINITIALISED) {
            process->vague = true;
        }
        bool rests = process->starts == 0 && process->starting == 0 &&
                     process->cleaning == 0 && !process->vague;
        if (event->record->a == 0 && rests) {
            process->cleaned = true;
            process->ending = true;
            model_overlapped_over(model, event->record->process);
        }
        bounds_update(model, event->record->process);
    }
}

/* Connections of a process that did not clean up may end in any way;
 * tolerant, so may those of one that ends right after its cleanup. */
static void process_ends(struct model *model, const struct model_event *event)
{
    struct model_process *process = event->process;
    LC_CHECK(process != NULL);

    process->exited = true;
    if (process->starts > 0 && !process->vague) {
        model_report_app(model, MODEL_CLEAN_1);
    }
    for (uint32_t i = 0; i < model->connection_count; i++) {
        struct model_connection *connection = &model->connections[i];
        bool clean = (connection->flags & MODEL_CONNECTION_CLEANED) != 0;
        bool sent = connection->sent == connection->accepted &&
                    (connection->flags & MODEL_CONNECTION_FIN) != 0;
        bool lost = model->options.tolerant && !sent;
        if (connection->number != 0 &&
            connection->process == event->record->process && (!clean || lost)) {
            connection->flags |= MODEL_CONNECTION_RACY;
        }
    }
}

void model_start_step(struct model *model, const struct model_event *event)
{
    LC_CHECK(model != NULL);

    const struct lc_record *record = event->record;
    if (record->kind == LC_RECORD_API_CALL) {
        call_begins(model, event);
    } else if (record->kind == LC_RECORD_API_RETURN) {
        call_ends(model, event);
    } else if (
        record->kind == LC_RECORD_PROCESS && event->process != NULL &&
        record->function == 1) {
        process_ends(model, event);
    }
}
