#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* True when `upper` stands directly above `lower` in the chain of an entry. */
static bool chain_has(
    const struct model_world *world,
    int64_t entry,
    uint8_t upper,
    uint8_t lower)
{
    if (!model_track_is_entry(world, entry)) {
        return false;
    }
    uint8_t length = world->entry_length[entry];
    LC_CHECK(length <= LC_CHAIN_LENGTH_MAX);
    for (uint32_t i = 0; i + 1 < length; i++) {
        if (world->entry_providers[entry][i] == upper &&
            world->entry_providers[entry][i + 1] == lower) {
            return true;
        }
    }
    return false;
}

static bool takes_address(uint16_t function)
{
    return function == LC_SPI_ADDRESS_TO_STRING ||
           function == LC_SPI_STRING_TO_ADDRESS;
}

/* Catalog id of the information that a call brings. */
static int64_t shown_entry(const struct lc_record *record)
{
    return takes_address(record->function) ? record->b : record->a;
}

static bool takes_socket(uint16_t function)
{
    return function == LC_SPI_CLOSE_SOCKET || function == LC_SPI_CONNECT ||
           function == LC_SPI_SEND || function == LC_SPI_SET_SOCK_OPT ||
           function == LC_SPI_IOCTL || function == LC_SPI_SHUTDOWN ||
           function == LC_SPI_LISTEN || function == LC_SPI_ACCEPT;
}

/* ws2_32 calls the top of an entry, and whoever registered a descriptor. */
static void loader_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    if (record->function == LC_SPI_STARTUP ||
        record->function == LC_SPI_SOCKET || takes_address(record->function)) {
        int64_t entry = shown_entry(record);
        bool top = model_track_is_entry(&model->world, entry) &&
                   model->world.entry_providers[entry][0] == event->callee;
        model_report_unless(model, MODEL_LAYER_2, true, top);
        bool before = thread->api != MODEL_NONE &&
                      event->process->providers[event->callee].started_record <
                          thread->api_record;
        model_report_unless(
            model,
            MODEL_LOAD_3,
            record->function != LC_SPI_STARTUP && before,
            true);
        return;
    }
    if (!takes_socket(record->function) || thread->slot == MODEL_NONE ||
        thread->handle != record->a) {
        return;
    }
    LC_CHECK(thread->slot < MODEL_SOCKETS_MAX);
    const struct model_socket *socket = &model->sockets[thread->slot];
    bool calm = socket->live && socket->generation == thread->generation &&
                (socket->flags & MODEL_SOCKET_RACY) == 0 &&
                socket->registered_record < thread->api_record;
    uint8_t owner = model_track_provider(socket->owner);
    /* A hosted layer may hand out entries of the provider below: LAYER-8. */
    bool passed = owner != MODEL_NONE &&
                  model->world.kinds[owner] == LC_PROVIDER_DLL &&
                  (model->world.over[event->callee] & (1U << owner)) != 0;
    model_report_unless(
        model,
        MODEL_HANDLE_6,
        calm,
        passed || socket->owner == record->callee);
}

/* The entry that a layer has to pass on. */
static void info_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_world *world = &model->world;
    int64_t entry = shown_entry(record);
    uint8_t base = world->base_entry[event->callee];
    bool right = base != 0
                     ? entry == base
                     : chain_has(world, entry, event->caller, event->callee);
    if (record->function == LC_SPI_STARTUP) {
        model_report_unless(model, MODEL_LAYER_4, true, right);
        model_report_unless(model, MODEL_LAYER_7, true, record->c == 1);
    } else {
        model_report_unless(model, MODEL_LAYER_6, true, right);
    }
}

/* The successor in the chain that the layer is being started for. A hosted
 * layer may start what is below its other entries at the same time. */
static void successor_check(
    struct model *model,
    const struct model_event *event)
{
    const struct model_frame *top = event->top;
    const struct model_world *world = &model->world;
    LC_CHECK(event->caller < LC_PROVIDERS_MAX);

    bool below = (world->below[event->caller] & (1U << event->callee)) != 0;
    model_report_unless(model, MODEL_LAYER_3, true, below);
    if (top == NULL || top->kind != MODEL_FRAME_SPI ||
        top->function != LC_SPI_STARTUP ||
        top->callee != event->record->caller) {
        return;
    }
    bool known = model_track_is_entry(world, top->entry) &&
                 world->entry_length[top->entry] > 1;
    bool builtin = world->kinds[event->caller] != LC_PROVIDER_DLL;
    bool right = chain_has(world, top->entry, event->caller, event->callee);
    model_report_unless(model, MODEL_LAYER_3, known && builtin, right);
    bool layered = world->base_entry[event->callee] == 0;
    model_report_unless(
        model,
        MODEL_LAYER_4,
        known && builtin && layered,
        event->record->a == top->entry);
}

/* The final cleanup below a layer that has users with sockets there. */
static void cleanup_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_process *process = event->process;
    const struct model_provider *upper = &process->providers[event->caller];
    const struct model_frame *top = event->top;
    bool ending = model_track_ending(upper) ||
                  (top != NULL && top->kind == MODEL_FRAME_SPI &&
                   top->callee == record->caller &&
                   (top->flags & (MODEL_FRAME_FINAL | MODEL_FRAME_FIRST)) != 0);
    bool last = process->owed[record->caller][event->callee] == 1;
    model_report_unless(model, MODEL_LAYER_13, !ending, true);
    if (ending || !last) {
        return;
    }
    uint8_t both = (uint8_t)((1U << event->caller) | (1U << event->callee));
    for (uint32_t i = 0; i < MODEL_SOCKETS_MAX; i++) {
        const struct model_socket *socket = &model->sockets[i];
        bool used = socket->live && socket->process == record->process &&
                    (model_track_layers(model, (uint8_t)i) & both) == both &&
                    socket->closing == 0 &&
                    (socket->flags & MODEL_SOCKET_RACY) == 0;
        model_report_unless(model, MODEL_LAYER_13, used, false);
    }
}

static void layer_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_world *world = &model->world;
    const struct model_process *process = event->process;
    LC_CHECK(event->caller < LC_PROVIDERS_MAX);

    if (record->function == LC_SPI_STARTUP) {
        successor_check(model, event);
        info_check(model, event);
        return;
    }
    bool below = (world->below[event->caller] & (1U << event->callee)) != 0;
    model_report_unless(model, MODEL_LAYER_2, true, below);
    bool loaded =
        (process->loaded[record->caller] & (1U << event->callee)) != 0;
    model_report_unless(
        model,
        MODEL_LAYER_14,
        loaded,
        process->refs[record->caller][event->callee] > 0);
    if (record->function == LC_SPI_SOCKET || takes_address(record->function)) {
        info_check(model, event);
    } else if (record->function == LC_SPI_CLEANUP) {
        cleanup_check(model, event);
    }
}

void model_layer_step(struct model *model, const struct model_event *event)
{
    LC_CHECK(event->process != NULL);
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);

    if (event->record->caller == LC_MODULE_WS2_32) {
        loader_check(model, event);
    } else if (event->caller != MODEL_NONE) {
        layer_check(model, event);
    }
}
