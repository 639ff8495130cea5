/*
 * The catalog of the machine, and what each process sees of it: the catalog as
 * it was at its WSAStartup from 0 to 1. What a process sees is forgotten
 * where it can't be told when that was.
 */
#include <string.h>

#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

static bool has(const struct model_entries *entries, uint32_t id)
{
    return memchr(entries->ids, (int)id, entries->count) != NULL;
}

static bool is_selectable(const struct model *model, uint32_t id)
{
    return model_track_is_entry(&model->world, id);
}

/* What applications are shown. */
static uint32_t selectable(
    const struct model *model,
    const struct model_entries *entries)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < entries->count; i++) {
        uint8_t id = entries->ids[i];
        count += is_selectable(model, id) &&
                 (model->world.entry_flags[id] & MODEL_ENTRY_HIDDEN) == 0;
    }
    return count;
}

static bool is_same(
    const struct model_entries *a,
    const struct model_entries *b)
{
    return a->count == b->count && memcmp(a->ids, b->ids, a->count) == 0;
}

/* Whether all members of a chain are installed, but for the first `skipped`. */
static bool has_members(const struct model *model, uint32_t id)
{
    const struct model_world *world = &model->world;
    uint32_t length = is_selectable(model, id) ? world->entry_length[id] : 1;
    for (uint32_t i = 0; length > 1 && i < length; i++) {
        uint8_t provider = world->entry_providers[id][i];
        LC_CHECK(provider < LC_PROVIDERS_MAX);
        if (!has(&model->installed, world->own_entry[provider])) {
            return false;
        }
    }
    return true;
}

/* ---- Categories ---- */

static uint32_t category_of(
    const struct model *model,
    const struct model_process *process)
{
    return process->category_state == MODEL_CATEGORY_KEPT ? process->category
                                                          : model->app_category;
}

/* 15.2: whether an application of some categories gets a layer. */
static bool is_permitted(uint32_t app, uint32_t layer)
{
    bool is_system = (app & LC_CATEGORY_SYSTEM) != 0;
    bool is_of_system = (layer & LC_CATEGORY_SYSTEM) != 0;
    return layer != 0 && (layer & ~app) == 0 && (!is_system || is_of_system);
}

static bool has_permitted(const struct model *model, uint32_t app, uint32_t id)
{
    const struct model_world *world = &model->world;
    uint32_t length = is_selectable(model, id) ? world->entry_length[id] : 1;
    for (uint32_t i = 0; i + 1 < length; i++) {
        uint8_t layer = world->entry_providers[id][i];
        LC_CHECK(layer < LC_PROVIDERS_MAX);
        if (!is_permitted(app, model->categories[layer])) {
            return false;
        }
    }
    return true;
}

/* What a process sees that looks now; nothing where it can't be told. */
static struct model_entries seen_by(
    const struct model *model,
    const struct model_process *process)
{
    struct model_entries seen = model->installed;
    uint32_t app = category_of(model, process);
    /* Of an uncategorised layer the page says two things: X-25. */
    bool is_open =
        app != 0 && model->options.tolerant && (app & LC_CATEGORY_SYSTEM) == 0;
    if (process->category_state == MODEL_CATEGORY_VAGUE || is_open) {
        seen.count = 0;
        return seen;
    }
    if (app == 0) {
        return seen;
    }
    seen = (struct model_entries){ 0 };
    for (uint32_t i = 0; i < model->installed.count; i++) {
        uint8_t id = model->installed.ids[i];
        if (has_permitted(model, app, id)) {
            seen.ids[seen.count] = id;
            seen.count++;
        }
    }
    return seen;
}

/* Whoever has started keeps what it was permitted (START-20). */
static void categorizes(struct model *model, const struct lc_record *record)
{
    bool is_app = record->callee == LC_MODULE_APP;
    for (uint32_t i = 0; i < model->process_count; i++) {
        struct model_process *process = &model->processes[i];
        bool starts = process->starting > 0;
        if (starts) {
            process->view.count = 0;
        }
        if (is_app && process->category_state == MODEL_CATEGORY_STARTED) {
            process->category_state = MODEL_CATEGORY_KEPT;
            process->category = model->app_category;
        } else if (
            is_app && starts && process->category_state == MODEL_CATEGORY_NEW) {
            process->category_state = MODEL_CATEGORY_VAGUE;
        }
    }
    uint32_t provider = record->callee - (uint32_t)LC_MODULE_PROVIDER;
    if (is_app) {
        model->app_category = (uint16_t)record->a;
    } else if (provider < LC_PROVIDERS_MAX) {
        model->categories[provider] = (uint16_t)record->a;
    }
}

/* ---- Changes ---- */

static void install(
    struct model *model,
    const struct lc_record *record,
    bool may_lead)
{
    struct model_entries *all = &model->installed;
    uint32_t id = (uint32_t)record->a;
    uint32_t place = (uint32_t)record->b;
    bool is_there = has(all, id);
    bool is_last = place == all->count;
    model_report_unless(model, MODEL_CATALOG_16, true, !is_there);
    model_report_unless(model, MODEL_CATALOG_3, true, has_members(model, id));
    model_report_unless(
        model,
        MODEL_CATALOG_5,
        true,
        is_last || (may_lead && place == 0));
    if (is_there || place > all->count || all->count == MODEL_ENTRIES_MAX) {
        return;
    }
    memmove(&all->ids[place + 1], &all->ids[place], all->count - place);
    all->ids[place] = (uint8_t)id;
    all->count++;
}

static void take_out(struct model *model, const struct lc_record *record)
{
    struct model_entries *all = &model->installed;
    uint32_t place = (uint32_t)record->b;
    bool is_right = place < all->count && all->ids[place] == (uint8_t)record->a;
    model_report_unless(model, MODEL_CATALOG_18, true, is_right);
    if (!is_right) {
        return;
    }
    all->count--;
    memmove(&all->ids[place], &all->ids[place + 1], all->count - place);
    all->ids[all->count] = 0;
}

/* A new order is told from the first to the last: each entry moves to its
 * place, and those behind it keep theirs among themselves. */
static void order(struct model *model, const struct lc_record *record)
{
    struct model_entries *all = &model->installed;
    uint32_t place = (uint32_t)record->b;
    uint32_t from = place;
    while (from < all->count && all->ids[from] != (uint8_t)record->a) {
        from++;
    }
    bool is_right = from < all->count && record->c == all->count;
    model_report_unless(model, MODEL_CATALOG_20, true, is_right);
    if (!is_right) {
        return;
    }
    uint8_t id = all->ids[from];
    memmove(&all->ids[place + 1], &all->ids[place], from - place);
    all->ids[place] = id;
}

static void changes(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    /* Calls of a process that is not judged are not followed. */
    bool is_followed = event->process == NULL ||
                       (event->process->flags & MODEL_PROCESS_SPOILED) == 0;
    bool may_lead = !is_followed || (thread != NULL &&
                                     thread->api == LC_CALL_WSC_INSTALL_CHAIN);
    if (record->function == LC_CATALOG_CATEGORY) {
        categorizes(model, record);
        return;
    }
    if (record->a < 1 || record->a > MODEL_ENTRIES_MAX || record->b < 0 ||
        record->b >= MODEL_ENTRIES_MAX) {
        model_report_lost(model);
        return;
    }
    if (record->function == LC_CATALOG_INSTALL) {
        install(model, record, may_lead);
    } else if (record->function == LC_CATALOG_REMOVE) {
        take_out(model, record);
    } else {
        order(model, record);
    }
    model->catalog_changed = true;
    for (uint32_t i = 0; i < model->process_count; i++) {
        if (model->processes[i].starting > 0) {
            model->processes[i].view.count = 0;
        }
    }
    for (uint32_t i = 0; i < LC_PROCESSES_MAX; i++) {
        model->processes[i].changed = true;
    }
    for (uint32_t i = 0; i < model->thread_count; i++) {
        if (&model->threads[i] != thread) {
            model->threads[i].catalog_changed = true;
        }
    }
}

/* ---- Calls ---- */

static bool writes(uint8_t api)
{
    return api == LC_CALL_WSC_INSTALL || api == LC_CALL_WSC_INSTALL_CHAIN ||
           api == LC_CALL_WSC_DEINSTALL || api == LC_CALL_WSC_ORDER;
}

/* Whether a thread may be writing. What one that was killed had begun goes with
 * its process. */
static bool may_write(
    const struct model *model,
    const struct model_thread *thread)
{
    const struct model_process *process = &model->processes[thread->process];
    bool is_vague = thread->ended == MODEL_THREAD_KILLED ||
                    (process->flags & MODEL_PROCESS_SPOILED) != 0;
    return writes(thread->api) || (is_vague && !process->exited);
}

static bool someone_writes(
    const struct model *model,
    const struct model_thread *but)
{
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        if (thread != but && may_write(model, thread)) {
            return true;
        }
    }
    return false;
}

/* A start from 0 to 1 for certain sees the catalog as it is; what may be one
 * or not leaves it open, unless that is the same. */
static void looks(struct model *model, const struct model_event *event)
{
    struct model_process *process = event->process;
    const struct model_thread *thread = event->thread;
    if (thread->low > 0) {
        return;
    }
    bool is_sure =
        thread->high <= 0 && process->cleaning == 0 && process->starting == 1;
    const struct model_entries seen = seen_by(model, process);
    if (is_sure) {
        process->view = seen;
    } else if (!is_same(&process->view, &seen)) {
        process->view.count = 0;
    }
}

static void call_begins(struct model *model, const struct model_event *event)
{
    struct model_process *process = event->process;
    event->thread->catalog_changed = false;
    if (event->thread->api == LC_CALL_CONFIG_CHANGE &&
        event->thread->option == LC_CONFIG_CHANGE_FIRST) {
        process->changed = false;
    }
    if (event->thread->api == LC_CALL_WSASTARTUP) {
        looks(model, event);
    }
    /* The start under way may come behind the count's zero. */
    if (event->thread->api == LC_CALL_WSACLEANUP && process->starting > 0 &&
        process->starts <= process->cleaning) {
        const struct model_entries seen = seen_by(model, process);
        if (!is_same(&process->view, &seen)) {
            process->view.count = 0;
        }
    }
}

static void write_ends(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    const struct model_entries *all = &model->installed;
    bool failed = record->a == -1;
    uint32_t id = thread->option;
    bool is_alone = !thread->catalog_changed;
    if (failed && record->b == LC_WSATRY_AGAIN) {
        model_report_unless(
            model,
            MODEL_CATALOG_21,
            true,
            someone_writes(model, thread));
        return;
    }
    switch (thread->api) {
    case LC_CALL_WSC_INSTALL:
        model_report_unless(
            model,
            MODEL_CATALOG_16,
            failed && has(all, id) && is_alone,
            record->b == LC_WSAEINVAL || record->b == LC_WSANO_RECOVERY);
        model_report_unless(
            model,
            MODEL_CATALOG_5,
            !failed && is_alone,
            all->count > 0 && all->ids[all->count - 1] == id);
        break;
    case LC_CALL_WSC_INSTALL_CHAIN:
        model_report_unless(
            model,
            MODEL_CATALOG_17,
            !failed && is_alone,
            all->ids[0] == id);
        break;
    case LC_CALL_WSC_DEINSTALL:
        model_report_unless(
            model,
            MODEL_CATALOG_18,
            !failed && is_alone,
            !has(all, id));
        break;
    default:
        /* An id that is missing, or twice: refused. */
        model_report_unless(
            model,
            MODEL_CATALOG_20,
            thread->option >= LC_ORDER_SHORT && all->count > 1,
            failed);
        break;
    }
}

/* Who waits for a change comes back for one. The first call does not wait. */
static void notice_ends(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    bool waited = thread->option == LC_CONFIG_CHANGE_WAIT;
    bool told = event->record->a == 0;
    bool started = thread->low > 0;
    model_report_unless(
        model,
        MODEL_CATALOG_23,
        waited && told,
        event->process->changed || thread->catalog_changed);
    model_report_unless(model, MODEL_CATALOG_23, !waited && started, told);
    if (waited && told) {
        event->process->changed = false;
    }
}

static void call_ends(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    const struct model_entries *view = &event->process->view;
    bool failed = record->a == -1;
    if (thread->api == LC_CALL_WSC_ENUM) {
        model_report_unless(
            model,
            MODEL_CATALOG_15,
            !failed && !thread->catalog_changed,
            record->a == model->installed.count);
    } else if (thread->api == LC_CALL_ENUM_PROTOCOLS) {
        bool known = !failed && view->count > 0 && thread->low > 0;
        bool is_right = record->a == selectable(model, view);
        bool is_old = !is_same(view, &model->installed);
        bool has_category = category_of(model, event->process) != 0;
        model_report_unless(
            model,
            MODEL_START_20,
            known && has_category,
            is_right);
        known = known && !has_category;
        model_report_unless(
            model,
            MODEL_CATALOG_14,
            known && !is_old,
            is_right);
        model_report_unless(model, MODEL_CATALOG_22, known && is_old, is_right);
    } else if (thread->api == LC_CALL_CONFIG_CHANGE) {
        notice_ends(model, event);
    } else if (thread->api == LC_CALL_SOCKET) {
        model_select_end(model, event);
    } else if (writes(thread->api)) {
        write_ends(model, event);
    }
}

void model_catalog_step(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (record->kind == LC_RECORD_CATALOG) {
        changes(model, event);
        return;
    }
    LC_CHECK(event->process != NULL && event->thread != NULL);
    if (record->kind == LC_RECORD_API_CALL) {
        call_begins(model, event);
    } else if (record->kind == LC_RECORD_API_RETURN) {
        call_ends(model, event);
    } else if (
        record->function == LC_SPI_SOCKET &&
        record->caller == LC_MODULE_WS2_32 &&
        event->thread->api == LC_CALL_SOCKET) {
        model_select_call(model, event);
    }
}
