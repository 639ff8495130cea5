#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* What a WSACleanup does that is not the last, or one without a start. */
static void early_check(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    uint8_t kind = event->record->kind;
    if (thread == NULL || event->top == NULL ||
        event->top->kind != MODEL_FRAME_API ||
        thread->api != LC_CALL_WSACLEANUP) {
        return;
    }
    bool early = thread->low >= 2;
    model_report_unless(model, MODEL_CLEAN_3, thread->high <= 0, false);
    if (kind == LC_RECORD_SPI_CALL) {
        model_report_unless(model, MODEL_CLEAN_2, early, false);
    } else {
        model_report_unless(model, MODEL_INV_3, early, false);
    }
}

/* True when the thread is in a WSPCleanup that leaves users behind. */
static bool in_early_cleanup(const struct model_thread *thread)
{
    for (uint32_t i = 0; i < thread->depth; i++) {
        const struct model_frame *frame = &thread->frames[i];
        if (frame->kind == MODEL_FRAME_SPI &&
            frame->function == LC_SPI_CLEANUP &&
            (frame->flags & MODEL_FRAME_FINAL) == 0) {
            return true;
        }
    }
    return false;
}

/* What a WSPCleanup does to sockets that still have users. */
static void wire_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (event->thread == NULL ||
        (record->function != LC_WIRE_FIN && record->function != LC_WIRE_RST &&
         record->function != LC_WIRE_CLOSE)) {
        return;
    }
    const struct model_connection *connection =
        model_track_connection(model, record->a);
    const uint32_t excuses = MODEL_CONNECTION_RACY | MODEL_CONNECTION_CLOSING |
                             MODEL_CONNECTION_CLOSED | MODEL_CONNECTION_SHUT |
                             MODEL_CONNECTION_FINAL;
    if (connection == NULL || !in_early_cleanup(event->thread)) {
        return;
    }
    bool judged = (connection->flags & MODEL_CONNECTION_JUDGED) != 0;
    model_report_unless(
        model,
        MODEL_CLEAN_15,
        judged,
        (connection->flags & excuses) != 0);
}

/* A layer that closes sockets of its users in a WSPCleanup of its own. */
static void close_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_frame *top = event->top;
    if (record->function != LC_SPI_CLOSE_SOCKET || top == NULL ||
        top->kind != MODEL_FRAME_SPI || top->function != LC_SPI_CLEANUP ||
        top->callee != record->caller) {
        return;
    }
    uint8_t slot = model_track_socket(model, record->process, record->a);
    if (slot == MODEL_NONE) {
        return;
    }
    uint8_t client = model_track_client(model, slot);
    if (client == MODEL_NONE) {
        return;
    }
    const struct model_socket *socket = &model->sockets[client];
    bool users = (socket->flags & MODEL_SOCKET_APP) != 0 &&
                 (socket->flags & MODEL_SOCKET_RACY) == 0 &&
                 socket->closing == 0;
    model_report_unless(
        model,
        MODEL_CLEAN_15,
        users,
        (top->flags & MODEL_FRAME_FINAL) != 0);
}

void model_clean_step(struct model *model, const struct model_event *event)
{
    LC_CHECK(model != NULL);

    const struct lc_record *record = event->record;
    if (record->kind == LC_RECORD_WIRE) {
        wire_check(model, event);
        return;
    }
    if (record->kind == LC_RECORD_SPI_CALL) {
        close_check(model, event);
    }
    if (record->kind != LC_RECORD_HANDLE ||
        record->function == LC_HANDLE_FREE) {
        early_check(model, event);
    }
}

void model_clean_final(struct model *model, const struct model_event *event)
{
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);

    const uint32_t settled = MODEL_CONNECTION_JUDGED |
                             MODEL_CONNECTION_CONNECTED |
                             MODEL_CONNECTION_CLOSED;
    for (uint32_t i = 0; i < model->connection_count; i++) {
        struct model_connection *connection = &model->connections[i];
        if (connection->number == 0 || connection->provider != event->callee ||
            connection->process != event->record->process) {
            continue;
        }
        uint32_t flags = connection->flags;
        connection->flags |= MODEL_CONNECTION_CLEANED;
        model_report_unless(
            model,
            MODEL_CLEAN_7,
            (flags & MODEL_CONNECTION_LISTENS) != 0,
            connection->waiting == 0);
        bool premise =
            (flags & settled) == settled &&
            (flags & (MODEL_CONNECTION_RACY | MODEL_CONNECTION_RST)) == 0 &&
            connection->linger == MODEL_LINGER_OFF && !model->options.tolerant;
        bool fact = connection->sent == connection->accepted &&
                    (flags & MODEL_CONNECTION_FIN) != 0;
        bool kept = (flags & MODEL_CONNECTION_GIVEN_UP) == 0;
        model_report_unless(model, MODEL_LOAD_16, premise && kept, fact);
        model_report_unless(model, MODEL_CLEAN_16, premise && !kept, fact);
    }
}

/* Nobody of the process is in a call that may still use a provider. */
static bool process_rests(const struct model *model, uint8_t process_index)
{
    LC_CHECK(process_index < LC_PROCESSES_MAX);

    const struct model_process *process = &model->processes[process_index];
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        bool idle = thread->api == MODEL_NONE ||
                    (thread->api != LC_CALL_WSASTARTUP &&
                     !model_track_needs_start(thread->api));
        if (thread->process == process_index && !idle) {
            return false;
        }
    }
    for (uint32_t i = 0; i < LC_PROVIDERS_MAX; i++) {
        if (process->providers[i].inside > 0) {
            return false;
        }
    }
    return !process->vague;
}

static void balance_check(
    struct model *model,
    const struct model_process *process,
    uint32_t provider)
{
    LC_CHECK(provider < LC_PROVIDERS_MAX);

    model_report_unless(
        model,
        MODEL_CLEAN_14,
        true,
        process->owed[LC_MODULE_WS2_32][provider] == 0);
    model_report_unless(
        model,
        MODEL_LOAD_22,
        true,
        process->refs[LC_MODULE_WS2_32][provider] == 0);
    for (uint32_t i = 0; i < LC_PROVIDERS_MAX; i++) {
        uint32_t module = LC_MODULE_PROVIDER + i;
        model_report_unless(
            model,
            MODEL_LAYER_11,
            i != provider,
            process->owed[module][provider] == 0);
        model_report_unless(
            model,
            MODEL_LOAD_22,
            i != provider,
            process->refs[module][provider] == 0);
    }
}

void model_clean_quiet(struct model *model, const struct model_event *event)
{
    LC_CHECK(event->process != NULL);

    uint8_t index = event->record->process;
    if (!process_rests(model, index)) {
        return;
    }
    LC_CHECK(event->process->starts == 0);
    event->process->ending = false;
    for (uint32_t i = 0; i < model->world.provider_count; i++) {
        balance_check(model, event->process, i);
    }
    model_names_quiet(model, event);
    for (uint32_t i = 0; i < MODEL_SOCKETS_MAX; i++) {
        const struct model_socket *socket = &model->sockets[i];
        bool ours = socket->live && socket->process == index &&
                    (socket->flags & MODEL_SOCKET_RACY) == 0;
        model_report_unless(model, MODEL_CLEAN_7, ours, false);
    }
}
