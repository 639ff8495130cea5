#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

void model_resource_begin(struct model_provider *provider)
{
    LC_CHECK(provider != NULL);

    for (uint32_t i = 0; i < MODEL_CENSUS_COUNT; i++) {
        provider->base[i] = provider->live[i];
    }
    provider->flags &= (uint16_t)~MODEL_PROVIDER_LOCKS;
}

/* What DllMain makes belongs to the DLL's load, not to a start. */
static bool in_dll_main(const struct model_event *event, uint8_t module)
{
    const struct model_thread *thread = event->thread;
    if (thread == NULL) {
        return false;
    }
    LC_CHECK(thread->depth <= MODEL_DEPTH_MAX);
    for (uint32_t i = 0; i < thread->depth; i++) {
        if (thread->frames[i].kind == MODEL_FRAME_DLL_MAIN &&
            thread->frames[i].callee == module) {
            return true;
        }
    }
    return false;
}

static void birth_add(struct model *model, const struct model_event *event)
{
    for (uint32_t i = 0; i < MODEL_BIRTHS_MAX; i++) {
        struct model_birth *birth = &model->births[i];
        if (birth->number == 0) {
            *birth = (struct model_birth){
                .number = (uint32_t)event->record->a,
                .process = event->record->process,
                .provider = event->caller,
                .kind = (uint8_t)event->record->function,
            };
            model->birth_count++;
            return;
        }
    }
    LC_CHECK(model->birth_count == MODEL_BIRTHS_MAX);
    model_report_lost(model);
}

static bool birth_take(struct model *model, const struct model_event *event)
{
    uint32_t left = model->birth_count;
    for (uint32_t i = 0; i < MODEL_BIRTHS_MAX && left > 0; i++) {
        struct model_birth *birth = &model->births[i];
        left -= birth->number != 0;
        if (birth->number != 0 && birth->number == (uint32_t)event->record->a &&
            birth->process == event->record->process &&
            birth->provider == event->callee &&
            birth->kind == (uint8_t)event->record->function) {
            *birth = (struct model_birth){ 0 };
            model->birth_count--;
            return true;
        }
    }
    return false;
}

/* Not in line, as the two below: most records are of locks. */
static LC_NOINLINE void created(
    struct model *model,
    const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (event->caller == MODEL_NONE || record->function >= LC_OBJECT_COUNT) {
        return;
    }
    struct model_provider *provider = &event->process->providers[event->caller];
    if (provider->live[record->function] == UINT16_MAX) {
        model_report_lost(model);
        return;
    }
    provider->live[record->function]++;
    if (in_dll_main(event, record->caller)) {
        provider->base[record->function]++;
        birth_add(model, event);
    }
}

static LC_NOINLINE void destroyed(
    struct model *model,
    const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (record->function >= LC_OBJECT_COUNT) {
        return;
    }
    if (record->b == 1) {
        bool grave = record->function == LC_OBJECT_HEAP ||
                     record->function == LC_OBJECT_BLOCK ||
                     record->function == LC_OBJECT_LOCK;
        if (grave) {
            model_report_unless(
                model,
                MODEL_MISUSE,
                event->caller != MODEL_NONE,
                false);
        } else if (event->caller != MODEL_NONE) {
            model_report_warning(model, MODEL_MISUSE);
        }
        return;
    }
    if (event->callee == MODEL_NONE) {
        return;
    }
    struct model_provider *provider = &event->process->providers[event->callee];
    uint16_t *live = &provider->live[record->function];
    uint16_t *base = &provider->base[record->function];
    *live = (uint16_t)(*live > 0 ? *live - 1 : 0);
    if (birth_take(model, event)) {
        *base = (uint16_t)(*base > 0 ? *base - 1 : 0);
    }
    if (record->function == LC_OBJECT_LOCK && provider->held > 0) {
        provider->flags |= MODEL_PROVIDER_LOCKS;
    }
}

static void thread_ends(struct model *model, const struct model_event *event)
{
    if (event->record->a < 0 || event->record->a >= LC_NONE) {
        return;
    }
    struct model_thread *thread =
        model_track_thread(model, (uint8_t)event->record->a);
    if (thread == NULL) {
        return;
    }
    while (thread->depth > 0) {
        model_track_pop(model, thread);
    }
    LC_CHECK(thread->depth == 0);
    thread->waiting = MODEL_NONE;
}

static LC_NOINLINE void threads(
    struct model *model,
    const struct model_event *event)
{
    LC_CHECK(event->process != NULL);

    bool begins = event->record->function == 0;
    if (!begins) {
        thread_ends(model, event);
    }
    if (event->callee == MODEL_NONE) {
        return;
    }
    uint16_t *live =
        &event->process->providers[event->callee].live[MODEL_CENSUS_THREAD];
    if (begins) {
        *live = (uint16_t)(*live < UINT16_MAX ? *live + 1 : UINT16_MAX);
    } else {
        *live = (uint16_t)(*live > 0 ? *live - 1 : 0);
    }
}

static void locks(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (event->caller == MODEL_NONE) {
        return;
    }
    struct model_provider *provider = &event->process->providers[event->caller];
    model_report_unless(model, MODEL_MISUSE, true, record->c == 0);
    bool is_dll_main =
        event->top != NULL && event->top->kind == MODEL_FRAME_DLL_MAIN;
    if (record->c != 0 || is_dll_main) {
        return; /* what DllMain enters it leaves: that has another thread */
    }
    if (record->function == LC_LOCK_ENTER && record->b == 1) {
        model_track_count(model, &provider->held);
    }
    if (record->function == LC_LOCK_LEAVE && record->b == 0 &&
        provider->held > 0) {
        provider->held--;
    }
}

void model_resource_step(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (event->process == NULL) {
        return;
    }
    LC_CHECK(record->process < LC_PROCESSES_MAX);

    if (record->kind == LC_RECORD_LOCK) {
        locks(model, event);
    } else if (record->kind == LC_RECORD_CREATE) {
        created(model, event);
    } else if (record->kind == LC_RECORD_DESTROY) {
        destroyed(model, event);
    } else {
        threads(model, event);
    }
}

static bool objects_gone(const struct model_provider *provider)
{
    for (uint32_t i = 0; i < LC_OBJECT_COUNT; i++) {
        if (provider->live[i] > provider->base[i]) {
            return false;
        }
    }
    return true;
}

static bool nothing_owed(const struct model_process *process, uint8_t module)
{
    LC_CHECK(module < MODEL_CALLERS);

    for (uint32_t i = 0; i < LC_PROVIDERS_MAX; i++) {
        bool own = module == LC_MODULE_PROVIDER + i;
        if (!own && process->owed[module][i] > 0) {
            return false;
        }
    }
    return true;
}

void model_resource_census(struct model *model, const struct model_event *event)
{
    const struct model_process *process = event->process;
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);

    struct model_provider *provider = &event->process->providers[event->callee];
    if ((provider->flags & MODEL_PROVIDER_CENSUS) == 0 ||
        provider->inside > 0 || provider->count > 0 || provider->starting > 0) {
        return;
    }
    provider->flags &= (uint16_t)~MODEL_PROVIDER_CENSUS;
    uint8_t module = event->record->callee;
    bool gone = objects_gone(provider);
    bool balanced = nothing_owed(process, module);
    bool unlocked =
        provider->held == 0 || (provider->flags & MODEL_PROVIDER_LOCKS) != 0;
    bool pinned = process->refs[module][event->callee] > 0;
    bool rests = pinned || provider->live[MODEL_CENSUS_THREAD] <=
                               provider->base[MODEL_CENSUS_THREAD];
    if (event->record->function == LC_SPI_STARTUP) {
        model_report_unless(
            model,
            MODEL_START_10,
            true,
            gone && balanced && unlocked && rests);
        return;
    }
    model_report_unless(model, MODEL_LAYER_11, true, balanced);
    model_report_unless(model, MODEL_LOAD_15, true, rests);
    model_report_unless(model, MODEL_CLEAN_17, true, gone);
    model_report_unless(model, MODEL_INV_4, true, unlocked);
}
