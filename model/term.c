#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* Nobody of the process is in a call any more. */
static void leave_all(struct model *model, uint8_t process_index)
{
    LC_CHECK(process_index < LC_PROCESSES_MAX);

    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *thread = &model->threads[i];
        if (thread->process != process_index) {
            continue;
        }
        while (thread->depth > 0) {
            model_track_pop(model, thread);
        }
        thread->waiting = MODEL_NONE;
    }
}

/* Nothing that the documents say holds in this process from now on. */
static void spoil(struct model *model, const struct model_event *event)
{
    struct model_process *process = event->process;
    uint8_t index = event->record->process;
    LC_CHECK(process != NULL);

    process->flags |= MODEL_PROCESS_SPOILED;
    leave_all(model, index);
    for (uint32_t i = 0; i < model->connection_count; i++) {
        struct model_connection *connection = &model->connections[i];
        if (connection->number != 0 && connection->process == index) {
            connection->flags |= MODEL_CONNECTION_RACY;
        }
    }
}

/* What an application does that no provider can survive. */
static void commit(struct model *model, const struct model_event *event)
{
    model_report_unspecified(model);
    spoil(model, event);
}

bool model_term_api_call(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    LC_CHECK(thread != NULL && event->process != NULL);

    bool in_dll_main =
        event->top != NULL && event->top->kind == MODEL_FRAME_DLL_MAIN;
    if (in_dll_main) {
        /* DLL-1, DLL-2: what it waits for may need the loader lock. */
        if (record->function == LC_CALL_WSASTARTUP) {
            model_report_app(model, MODEL_DLL_1);
        } else {
            model_report_app(model, MODEL_DLL_2);
        }
        spoil(model, event);
        return false;
    }
    if (record->function == LC_CALL_FREEFOREIGN) {
        commit(model, event);
        return false;
    }
    model_report_unless(
        model,
        MODEL_DLL_6,
        thread->ended == MODEL_THREAD_DETACHED,
        false);
    if (record->function == LC_CALL_TERMINATEPROCESS) {
        event->process->flags |= MODEL_PROCESS_TERMINATED;
    }
    return true;
}

/* A thread is killed: in the middle of what, nobody can put right. */
static void killed(struct model *model, const struct model_event *event)
{
    uint8_t reference = (uint8_t)event->record->a;
    struct model_thread *thread = model_track_thread(model, reference);
    if (thread == NULL) {
        return;
    }
    bool rests = thread->api == LC_CALL_SLEEP && thread->depth == 1;
    bool inside = thread->depth > 0 || thread->waiting != MODEL_NONE;
    bool ends =
        event->thread != NULL && event->thread->api != LC_CALL_TERMINATETHREAD;
    if (inside && !rests && !ends) {
        commit(model, event);
    }
    while (thread->depth > 0) {
        model_track_pop(model, thread);
    }
    thread->waiting = MODEL_NONE;
    thread->ended = MODEL_THREAD_KILLED;
}

/* Whether nobody else of the process is in a call. */
static bool is_alone(const struct model *model, const struct model_event *event)
{
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        bool inside = thread->depth > 0 || thread->waiting != MODEL_NONE;
        if (thread != event->thread && inside &&
            thread->process == event->record->process) {
            return false;
        }
    }
    return true;
}

void model_term_dll_main(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_process *process = event->process;
    struct model_thread *thread = event->thread;
    LC_CHECK(process != NULL && thread != NULL);

    if (event->callee == MODEL_NONE) {
        return;
    }
    struct model_provider *provider = &process->providers[event->callee];
    bool terminated = (process->flags & MODEL_PROCESS_TERMINATED) != 0;
    if (record->b == 1) {
        process->flags |= MODEL_PROCESS_ENDING;
        process->ender = record->thread;
        process->detached |= (uint8_t)(1U << event->callee);
    }
    model_report_unless(
        model,
        MODEL_TERM_3,
        record->b == 1 || terminated,
        !terminated && is_alone(model, event));
    if (record->a == LC_DLL_PROCESS_DETACH) {
        provider->flags &= (uint16_t)~MODEL_PROVIDER_REFUSED;
    }
    if (record->a == LC_DLL_THREAD_DETACH) {
        model_report_unless(
            model,
            MODEL_DLL_6,
            true,
            thread->api == MODEL_NONE || thread->api == LC_CALL_EXITTHREAD);
        thread->ended = MODEL_THREAD_DETACHED;
    }
}

void model_term_dll_main_returns(
    struct model *model,
    const struct model_event *event)
{
    const struct model_process *process = event->process;
    const struct model_frame *frame = event->top;
    LC_CHECK(process != NULL && frame != NULL);

    if (event->callee == MODEL_NONE) {
        return;
    }
    bool ends = (process->flags & MODEL_PROCESS_ENDING) != 0;
    bool leaves = frame->value == LC_DLL_THREAD_DETACH;
    /* Come through, and nothing seen. */
    model_report_unless(model, MODEL_TERM_7, ends, true);
    model_report_unless(model, MODEL_TERM_9, leaves, true);
    model_report_unless(model, MODEL_DLL_3, true, true);
    model_report_unless(model, MODEL_DLL_4, ends, true);
    model_report_unless(model, MODEL_DLL_7, true, true);
    if (frame->value == LC_DLL_PROCESS_ATTACH && event->record->a == 0) {
        event->process->providers[event->callee].flags |=
            MODEL_PROVIDER_REFUSED;
    }
}

/* What the thread that is gone may have been changing. The run-time library of
 * a DLL gives back what its DllMain has made: that nobody else has touched. */
static bool is_at_risk(
    const struct model *model,
    const struct model_event *event)
{
    const struct lc_record *record = event->record;
    for (uint32_t i = 0; i < MODEL_BIRTHS_MAX; i++) {
        if (model->births[i].number != 0 &&
            model->births[i].number == (uint32_t)record->a) {
            return false;
        }
    }
    return record->function == LC_OBJECT_HEAP ||
           record->function == LC_OBJECT_BLOCK ||
           record->function == LC_OBJECT_LOCK;
}

/* What it does at the end of a thread or of a process. */
static void at_end(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    uint16_t function = record->function;
    bool ends = (event->process->flags & MODEL_PROCESS_ENDING) != 0;
    bool leaves = event->top->value == LC_DLL_THREAD_DETACH;
    bool frees = record->kind == LC_RECORD_HANDLE && function == LC_HANDLE_FREE;
    bool closes = record->kind == LC_RECORD_WIRE &&
                  (function == LC_WIRE_FIN || function == LC_WIRE_RST ||
                   function == LC_WIRE_CLOSE);
    bool destroys = record->kind == LC_RECORD_DESTROY &&
                    record->caller == event->top->callee;
    model_report_unless(
        model,
        MODEL_TERM_9,
        leaves && (frees || closes),
        false);
    model_report_unless(
        model,
        MODEL_DLL_4,
        ends && destroys && is_at_risk(model, event),
        false);
}

void model_term_inside(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_frame *frame = event->top;
    LC_CHECK(frame != NULL && frame->kind == MODEL_FRAME_DLL_MAIN);

    bool own = record->caller == frame->callee;
    bool ends = (event->process->flags & MODEL_PROCESS_ENDING) != 0;
    if (record->kind == LC_RECORD_LOAD || record->kind == LC_RECORD_UNLOAD) {
        /* A module may take a reference to itself: that loads nothing. */
        model_report_unless(
            model,
            MODEL_DLL_3,
            own && record->callee != record->caller,
            false);
    } else if (record->kind == LC_RECORD_SPI_CALL) {
        model_report_unless(model, MODEL_DLL_7, own, false);
    } else if (record->kind == LC_RECORD_WAIT) {
        bool begins =
            own && record->c == 0 && record->function != LC_WAIT_SLEEP;
        model_report_unless(model, MODEL_TERM_7, begins && ends, false);
        model_report_unless(
            model,
            MODEL_DLL_3,
            begins && !ends && record->function != LC_WAIT_LOCK,
            false);
    } else {
        at_end(model, event);
    }
}

/* A DLL is used, or gone, that has just refused to be loaded. */
static void refused_check(struct model *model, const struct model_event *event)
{
    if (event->callee == MODEL_NONE) {
        return;
    }
    const struct model_provider *provider =
        &event->process->providers[event->callee];
    model_report_unless(
        model,
        MODEL_DLL_5,
        (provider->flags & MODEL_PROVIDER_REFUSED) != 0,
        false);
}

/* What DllMain made is gone with the module. Of blocks a module may leave some
 * to the process's heap. */
static void births_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (event->callee == MODEL_NONE || record->c != 1) {
        return;
    }
    bool gone = true;
    for (uint32_t i = 0; i < MODEL_BIRTHS_MAX; i++) {
        const struct model_birth *birth = &model->births[i];
        gone &= birth->number == 0 || birth->kind == LC_OBJECT_BLOCK ||
                birth->process != record->process ||
                birth->provider != event->callee;
    }
    model_report_unless(model, MODEL_DLL_4, true, gone);
}

static void process_ends(struct model *model, const struct model_event *event)
{
    const struct model_process *process = event->process;
    bool told = event->record->a != LC_EXIT_TERMINATED &&
                (process->flags & MODEL_PROCESS_SPOILED) == 0;
    for (uint32_t i = 0; i < model->world.provider_count; i++) {
        bool mapped =
            (process->providers[i].flags & MODEL_PROVIDER_MAPPED) != 0;
        model_report_unless(
            model,
            MODEL_TERM_3,
            mapped && told,
            (process->detached >> i & 1) != 0);
    }
    leave_all(model, event->record->process);
}

void model_term_step(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (event->process == NULL) {
        return;
    }
    LC_CHECK(record->process < LC_PROCESSES_MAX);

    if (record->kind == LC_RECORD_PROCESS) {
        if (record->function == 1) {
            process_ends(model, event);
        }
    } else if (record->kind == LC_RECORD_THREAD) {
        if (record->function == 1 && record->b == 1) {
            killed(model, event);
        }
    } else {
        refused_check(model, event);
        if (record->kind == LC_RECORD_UNLOAD) {
            births_check(model, event);
        }
    }
}

/* What a DLL begins at the end waits for the loader lock, and for ever. */
static bool is_of_beginning(const struct lc_record *record)
{
    return (record->kind == LC_RECORD_THREAD && record->function == 0) ||
           (record->kind == LC_RECORD_WAIT && record->function == LC_WAIT_LOCK);
}

bool model_term_passes(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_process *process = event->process;
    LC_CHECK(process != NULL && process->flags != 0);

    if ((process->flags & MODEL_PROCESS_SPOILED) != 0) {
        if (record->kind == LC_RECORD_FAULT ||
            record->kind == LC_RECORD_STRAY) {
            model_report_unspecified(model);
        }
        /* The catalog is that of all processes. */
        return record->kind == LC_RECORD_PROCESS ||
               record->kind == LC_RECORD_CATALOG;
    }
    model_report_unless(
        model,
        MODEL_TERM_3,
        (process->flags & MODEL_PROCESS_ENDING) != 0 &&
            record->thread != LC_NONE && !is_of_beginning(record),
        record->thread == process->ender);
    return true;
}

bool model_term_hangs_elsewhere(const struct model *model)
{
    bool spoiled = false;
    for (uint32_t i = 0; i < LC_PROCESSES_MAX; i++) {
        const struct model_process *process = &model->processes[i];
        spoiled |=
            (process->flags & MODEL_PROCESS_SPOILED) != 0 && !process->exited;
    }
    if (!spoiled) {
        return true;
    }
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        if (thread->waiting != MODEL_NONE) {
            return true; /* those that spoiled processes have do not wait */
        }
    }
    return false;
}
