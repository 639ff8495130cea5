#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* Explains why the WSPStartup that a thread is in fails. */
static void excuse(struct model_thread *thread)
{
    struct model_frame *frame = thread == NULL ? NULL : model_track_spi(thread);
    if (frame != NULL) {
        frame->flags |= MODEL_FRAME_NESTED;
    }
}

/* Whether what happens to a thread now may show behind its call: a DLL's thread
 * has none, and what a DllMain lacks is missing for as long as the DLL is
 * there. */
static bool outlasts_call(const struct model_thread *thread)
{
    if (thread == NULL || thread->api == MODEL_NONE) {
        return true;
    }
    for (uint32_t i = 0; i < thread->depth; i++) {
        if (thread->frames[i].kind == MODEL_FRAME_DLL_MAIN) {
            return true;
        }
    }
    return false;
}

/* Explains why a start of a process fails, one that is under way or one that a
 * call under way comes to. */
static void excuse_process(struct model *model, uint32_t process)
{
    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *thread = &model->threads[i];
        if (thread->process != process) {
            continue;
        }
        for (uint32_t j = 0; j < thread->depth; j++) {
            struct model_frame *frame = &thread->frames[j];
            if (frame->kind == MODEL_FRAME_SPI) {
                frame->flags |= MODEL_FRAME_NESTED;
            } else if (frame->kind == MODEL_FRAME_API) {
                frame->flags |= MODEL_FRAME_FAULTED;
            }
        }
    }
}

/* What was made to fail explains that of all starts of its process: they may
 * wait for the thread to which it happened. */
static void excuse_all(struct model *model, const struct model_event *event)
{
    struct model_process *process = event->process;
    excuse_process(model, event->record->process);
    struct model_frame *frame =
        event->thread == NULL ? NULL : model_track_spi(event->thread);
    bool is_answer = event->record->function == LC_FAIL_STARTUP ||
                     event->record->function == LC_FAIL_CLEANUP;
    if (is_answer && frame != NULL) {
        frame->flags |= MODEL_FRAME_FAULTED;
    }
    if (event->record->function == LC_FAIL_CLEANUP &&
        event->record->callee == LC_MODULE_WS2_32 && event->top != NULL &&
        event->top->kind == MODEL_FRAME_API) {
        event->top->flags |= MODEL_FRAME_REFUSED;
    }
    if (process == NULL || !outlasts_call(event->thread)) {
        return;
    }
    for (uint32_t i = 0; i < model->world.provider_count; i++) {
        process->providers[i].flags |= MODEL_PROVIDER_FAULTED;
    }
}

/* LOAD-2 and -3: when ws2_32 may load, and that it does so once for each entry
 * (X-26). */
static void demand_check(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    uint8_t api = thread == NULL ? (uint8_t)MODEL_NONE : thread->api;
    bool tolerant = model->options.tolerant;
    bool started = thread != NULL && api != MODEL_NONE && thread->high > 0;
    if (api == LC_CALL_WSASTARTUP) {
        if (!tolerant) {
            model_report_warning(model, MODEL_LOAD_2); /* */
        }
    } else {
        model_report_unless(
            model,
            MODEL_LOAD_2,
            true,
            api == LC_CALL_SOCKET || api == LC_CALL_ADDRESS_TO_STRING ||
                api == LC_CALL_STRING_TO_ADDRESS || (tolerant && started));
    }
    const struct model_process *process = event->process;
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);
    const struct model_provider *provider = &process->providers[event->callee];
    bool before = api != MODEL_NONE && thread != NULL &&
                  process->owed[LC_MODULE_WS2_32][event->callee] > 0 &&
                  provider->started_record < thread->api_record;
    model_report_unless(
        model,
        MODEL_LOAD_3,
        before,
        process->refs[LC_MODULE_WS2_32][event->callee] <
            model->world.tops[event->callee]);
}

static void loads(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_process *process = event->process;
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);

    if (record->a != 1) {
        excuse(event->thread);
        return;
    }
    bool ours = record->caller == LC_MODULE_WS2_32 ||
                (event->caller != MODEL_NONE && event->caller != event->callee);
    model_report_unless(model, MODEL_LOAD_4, ours, record->d == 1);
    if (record->caller == LC_MODULE_WS2_32) {
        demand_check(model, event);
    }
    struct model_provider *provider = &process->providers[event->callee];
    if (record->caller < MODEL_CALLERS) {
        model_track_count(model, &process->refs[record->caller][event->callee]);
        process->loaded[record->caller] |= (uint8_t)(1U << event->callee);
    }
    if (record->c == 1) {
        provider->flags |= MODEL_PROVIDER_MAPPED;
        provider->flags &= (uint16_t)~MODEL_PROVIDER_STARTED;
        if ((provider->flags & MODEL_PROVIDER_CLEANED) != 0) {
            provider->flags |= MODEL_PROVIDER_REMAPPED;
        }
    }
}

static bool runs_in(const struct model_thread *thread, uint8_t module)
{
    LC_CHECK(thread != NULL);
    for (uint32_t i = 0; i < thread->depth; i++) {
        if (thread->frames[i].kind == MODEL_FRAME_SPI &&
            thread->frames[i].callee == module) {
            return true;
        }
    }
    return false;
}

static void unloads(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_process *process = event->process;
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);

    struct model_provider *provider = &process->providers[event->callee];
    bool ws2 = record->caller == LC_MODULE_WS2_32;
    bool layer = event->caller != MODEL_NONE && event->caller != event->callee;
    if (record->a != 1) {
        return;
    }
    if (record->caller < MODEL_CALLERS) {
        uint8_t *refs = &process->refs[record->caller][event->callee];
        model_report_unless(model, MODEL_LOAD_22, ws2 || layer, *refs > 0);
        *refs = (uint8_t)(*refs > 0 ? *refs - 1 : 0);
        bool owes = process->owed[record->caller][event->callee] > 0;
        model_report_unless(model, MODEL_LOAD_14, ws2 && *refs == 0, !owes);
        model_report_unless(model, MODEL_LAYER_14, layer && *refs == 0, !owes);
    }
    if (record->c == 1) {
        bool sure = (provider->flags & MODEL_PROVIDER_VAGUE) == 0 &&
                    record->caller != LC_MODULE_APP &&
                    record->caller != LC_MODULE_SYSTEM;
        bool inside =
            event->thread != NULL && runs_in(event->thread, record->callee);
        model_report_unless(
            model,
            MODEL_LOAD_14,
            sure,
            provider->count <= provider->cleaning && !inside);
        provider->flags &=
            (uint16_t) ~(MODEL_PROVIDER_MAPPED | MODEL_PROVIDER_FAULTED);
    }
}

void model_load_step(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (record->kind == LC_RECORD_FAIL) {
        excuse_all(model, event);
        return;
    }
    if (record->kind == LC_RECORD_CATALOG) {
        /* What a start under way looks for may be gone, in any process. */
        for (uint32_t i = 0; i < model->process_count; i++) {
            excuse_process(model, i);
        }
        return;
    }
    if (event->process == NULL || event->callee == MODEL_NONE) {
        return;
    }
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);

    if (record->kind == LC_RECORD_LOAD) {
        loads(model, event);
    } else if (record->kind == LC_RECORD_UNLOAD) {
        unloads(model, event);
    } else {
        model_report_unless(
            model,
            MODEL_LOAD_6,
            record->caller == LC_MODULE_WS2_32,
            record->a == 1);
        if (record->b != 1) {
            excuse(event->thread);
        }
    }
}
