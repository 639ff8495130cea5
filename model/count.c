#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* Every open call of a provider may from now on find it without a start. */
static void mark_ending(struct model *model, const struct model_event *event)
{
    uint8_t bit = (uint8_t)(1U << event->callee);
    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *thread = &model->threads[i];
        for (uint32_t j = 0; j < thread->depth; j++) {
            struct model_frame *frame = &thread->frames[j];
            if (thread->process != event->record->process ||
                frame->kind != MODEL_FRAME_SPI ||
                frame->callee != event->record->callee) {
                continue;
            }
            frame->flags |= frame->function == LC_SPI_CLEANUP
                                ? MODEL_FRAME_FINAL
                                : MODEL_FRAME_RACED;
        }
    }
    for (uint32_t i = 0; i < model->connection_count; i++) {
        struct model_connection *connection = &model->connections[i];
        if (connection->number != 0 &&
            connection->process == event->record->process &&
            (connection->layers & bit) != 0) {
            connection->flags |= MODEL_CONNECTION_FINAL;
        }
    }
}

/* Whether what was made to fail before a WSPStartup can explain why it fails,
 * too: in a call of the application that is still under way, or where nothing
 * says when it was over. */
static bool is_excused(
    const struct model *model,
    const struct model_event *event)
{
    const struct model_provider *provider =
        &event->process->providers[event->callee];
    if ((provider->flags & MODEL_PROVIDER_FAULTED) != 0) {
        return true;
    }
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        if (thread->depth > 0 && thread->process == event->record->process &&
            (thread->frames[0].flags & MODEL_FRAME_FAULTED) != 0) {
            return true;
        }
    }
    return false;
}

void model_count_open(
    struct model *model,
    const struct model_event *event,
    struct model_frame *frame)
{
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);
    LC_CHECK(event->process != NULL);

    struct model_provider *provider = &event->process->providers[event->callee];
    const struct lc_record *record = event->record;
    provider->inside++;
    if (record->function == LC_SPI_STARTUP) {
        frame->value = record->d;
        frame->entry = (uint8_t)record->a;
        if (provider->count == 0 && provider->starting == 0) {
            frame->flags |= MODEL_FRAME_FIRST;
            if (provider->inside == 1) {
                model_resource_begin(provider);
            }
        }
        if (is_excused(model, event)) {
            frame->flags |= MODEL_FRAME_NESTED;
        }
        provider->starting++;
        provider->flags &= (uint16_t)~MODEL_PROVIDER_CENSUS;
        if (model->catalog_changed) {
            /* What it needs may be gone: a failure has a reason. */
            frame->flags |= MODEL_FRAME_NESTED;
        }
    } else if (record->function == LC_SPI_CLEANUP) {
        provider->cleaning++;
        if (record->caller < MODEL_CALLERS) {
            uint8_t *owed =
                &event->process->owed[record->caller][event->callee];
            *owed = (uint8_t)(*owed > 0 ? *owed - 1 : 0);
        }
        if (model_track_ending(provider)) {
            mark_ending(model, event);
        }
    } else {
        if (record->function == LC_SPI_SOCKET) {
            frame->entry = (uint8_t)record->a;
        } else if (record->function == LC_SPI_CLOSE_SOCKET) {
            frame->child =
                model_track_socket(model, record->process, record->a);
        }
        if (model_track_ending(provider)) {
            frame->flags |= MODEL_FRAME_RACED;
        }
    }
}

/* The only table that the caller has of a provider lacks an entry. */
static void table_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_process *process = event->process;
    if (record->caller >= MODEL_CALLERS || record->function == LC_SPI_STARTUP) {
        return;
    }
    uint8_t bit = (uint8_t)(1U << event->callee);
    bool has_gap = (process->gaps[record->caller] & bit) != 0 &&
                   process->owed[record->caller][event->callee] == 1;
    model_report_unless(
        model,
        MODEL_LOAD_9,
        has_gap,
        record->function == LC_SPI_CLEANUP);
    if (record->function == LC_SPI_CLEANUP) {
        process->gaps[record->caller] &= (uint8_t)~bit;
    }
}

static void call_check(struct model *model, const struct model_event *event)
{
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);

    const struct lc_record *record = event->record;
    const struct model_process *process = event->process;
    const struct model_provider *provider = &process->providers[event->callee];
    bool sure = (provider->flags & MODEL_PROVIDER_VAGUE) == 0 &&
                provider->starting == 0;
    if (record->function == LC_SPI_STARTUP || record->caller >= MODEL_CALLERS) {
        return;
    }
    uint8_t owed = process->owed[record->caller][event->callee];
    if (record->function == LC_SPI_CLEANUP) {
        model_report_unless(model, MODEL_INV_1, sure, owed > 0);
        return;
    }
    bool fresh = (provider->flags & MODEL_PROVIDER_STARTED) == 0;
    bool alive = provider->count > 0;
    model_report_unless(model, MODEL_LOAD_1, sure && fresh, alive);
    if (record->function == LC_SPI_SOCKET) {
        model_report_unless(model, MODEL_LOAD_24, sure && !fresh, alive);
    } else {
        model_report_unless(model, MODEL_INV_2, sure && !fresh, alive);
    }
    model_report_unless(
        model,
        MODEL_CLEAN_23,
        sure && alive && event->caller != MODEL_NONE && provider->cleaning == 0,
        owed > 0);
}

static void startup_returns(
    struct model *model,
    const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_frame *frame = event->top;
    struct model_provider *provider = &event->process->providers[event->callee];
    bool first = (frame->flags & MODEL_FRAME_FIRST) != 0;
    LC_CHECK(provider->starting > 0);

    provider->starting--;
    model_report_unless(
        model,
        MODEL_START_15,
        record->a == 0 && (frame->flags & MODEL_FRAME_FAULTED) == 0,
        record->d == LC_SPI_COUNT);
    if (record->a == 0) {
        model_report_unless(
            model,
            MODEL_LOAD_1,
            (provider->flags & MODEL_PROVIDER_STARTED) == 0,
            true);
        model_track_count(model, &provider->count);
        provider->flags |= MODEL_PROVIDER_STARTED;
        provider->version = (uint16_t)frame->value;
        if (frame->caller < MODEL_CALLERS) {
            uint8_t bit = (uint8_t)(1U << event->callee);
            bool has_gap = record->d != LC_SPI_COUNT;
            uint8_t *gaps = &event->process->gaps[frame->caller];
            *gaps = (uint8_t)(has_gap ? *gaps | bit : *gaps & ~bit);
            model_track_count(
                model,
                &event->process->owed[frame->caller][event->callee]);
        }
        if (frame->caller == LC_MODULE_WS2_32) {
            provider->started_record = model->record;
        }
    }
    bool again = first && (provider->flags & MODEL_PROVIDER_CLEANED) != 0 &&
                 (provider->flags & MODEL_PROVIDER_VAGUE) == 0 &&
                 (frame->flags & MODEL_FRAME_NESTED) == 0 &&
                 provider->version == (uint16_t)frame->value;
    bool remapped = (provider->flags & MODEL_PROVIDER_REMAPPED) != 0;
    model_report_unless(
        model,
        MODEL_CLEAN_18,
        again && !remapped,
        record->a == 0);
    model_report_unless(
        model,
        MODEL_LOAD_17,
        again && remapped,
        record->a == 0);
    /* A layer may have no use for the version that it gets. */
    bool is_excuse = record->a != 0 || record->c != frame->value ||
                     record->d != LC_SPI_COUNT;
    if (is_excuse && event->thread->depth > 1) {
        event->thread->frames[event->thread->depth - 2].flags |=
            MODEL_FRAME_NESTED;
    }
    if (record->a != 0 && first && provider->inside == 1) {
        provider->flags |= MODEL_PROVIDER_CENSUS;
    }
}

static void cleanup_returns(
    struct model *model,
    const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_provider *provider = &event->process->providers[event->callee];
    bool sure = (provider->flags & MODEL_PROVIDER_VAGUE) == 0;
    LC_CHECK(provider->cleaning > 0);

    bool started = provider->count > 0;
    provider->cleaning--;
    bool denied = record->a != 0 && record->b == LC_WSANOTINITIALISED;
    bool network = record->b == LC_WSAENETDOWN ||
                   (model->options.tolerant && record->b == LC_WSAEINVAL);
    model_report_unless(model, MODEL_START_9, sure && started, !denied);
    model_report_unless(
        model,
        MODEL_CLEAN_19,
        sure && started,
        record->a == 0 || denied || network);
    /* Made to fail when all was done; of one that fails by itself nobody knows
     * how far it came. */
    bool is_made = (event->top->flags & MODEL_FRAME_FAULTED) != 0 && network;
    if (record->a != 0 && !is_made) {
        provider->flags |= MODEL_PROVIDER_VAGUE;
        return;
    }
    if (started) {
        provider->count--;
    }
    if (started && sure && provider->count == 0 && provider->starting == 0 &&
        provider->cleaning == 0) {
        provider->flags |= MODEL_PROVIDER_CLEANED | MODEL_PROVIDER_CENSUS;
        provider->flags &=
            (uint16_t) ~(MODEL_PROVIDER_REMAPPED | MODEL_PROVIDER_FAULTED);
        model_clean_final(model, event);
        model_handle_final(model, event);
    }
}

/* Those whose failure is -1 with a code. */
static bool fails_with_code(uint16_t function)
{
    return function == LC_SPI_CLEANUP || function == LC_SPI_CLOSE_SOCKET ||
           function == LC_SPI_CONNECT || function == LC_SPI_SEND ||
           function == LC_SPI_SET_SOCK_OPT || function == LC_SPI_IOCTL ||
           function == LC_SPI_SHUTDOWN || function == LC_SPI_SOCKET ||
           function == LC_SPI_LISTEN || function == LC_SPI_ACCEPT;
}

static void return_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_provider *provider =
        &event->process->providers[event->callee];
    bool sure = (provider->flags & MODEL_PROVIDER_VAGUE) == 0 &&
                (event->top->flags & MODEL_FRAME_RACED) == 0 &&
                provider->count > 0 && record->function != LC_SPI_CLEANUP;
    bool denied = record->a == -1 && record->b == LC_WSANOTINITIALISED;
    bool again = (provider->flags & MODEL_PROVIDER_CLEANED) != 0;
    model_report_unless(
        model,
        MODEL_ERR_1,
        record->a == -1 && fails_with_code(record->function),
        record->b != 0);
    model_report_unless(model, MODEL_START_9, sure && !again, !denied);
    model_report_unless(model, MODEL_LOAD_17, sure && again, !denied);
}

static void upcall_check(struct model *model, const struct model_event *event)
{
    if (event->caller == MODEL_NONE) {
        return;
    }
    const struct model_provider *provider =
        &event->process->providers[event->caller];
    bool sure = (provider->flags & MODEL_PROVIDER_VAGUE) == 0 &&
                provider->starting == 0 && provider->cleaning == 0;
    model_report_unless(model, MODEL_UPCALL_5, sure, provider->count > 0);
}

void model_count_step(struct model *model, const struct model_event *event)
{
    LC_CHECK(event->process != NULL);

    const struct lc_record *record = event->record;
    if (record->kind == LC_RECORD_SPI_CALL) {
        table_check(model, event);
        call_check(model, event);
    } else if (record->kind == LC_RECORD_UPCALL_CALL) {
        upcall_check(model, event);
    } else if (record->function == LC_SPI_STARTUP) {
        startup_returns(model, event);
    } else {
        return_check(model, event);
        if (record->function == LC_SPI_CLEANUP) {
            cleanup_returns(model, event);
        }
    }
}
