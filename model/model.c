#include "model/model.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/triplet.h"
#include "lastcall/version.h"

#include "model/area.h"
#include "model/report.h"
#include "model/track.h"

static void world_add(
    struct model_world *world,
    uint32_t id,
    const uint8_t *providers,
    uint8_t length)
{
    LC_CHECK(id >= 1 && id <= MODEL_ENTRIES_MAX);
    LC_CHECK(length >= 1 && length <= LC_CHAIN_LENGTH_MAX);

    world->entry_length[id] = length;
    world->entry_flags[id] = MODEL_ENTRY_ZERO;
    memcpy(world->entry_providers[id], providers, length);
    LC_CHECK(providers[length - 1] < LC_PROVIDERS_MAX);
    world->tops[providers[0]]++;
    for (uint32_t i = 0; i + 1 < length; i++) {
        LC_CHECK(providers[i] < LC_PROVIDERS_MAX);
        world->below[providers[i]] |= (uint8_t)(1U << providers[i + 1]);
        for (uint32_t j = i + 1; j < length; j++) {
            world->over[providers[j]] |= (uint8_t)(1U << providers[i]);
        }
    }
}

/* Of the first entry of a base. */
static uint8_t triplet_of(const struct lc_provider *base)
{
    return base->is_datagram ? (uint8_t)lc_triplet(
                                   LC_TRIPLET_INET,
                                   LC_TRIPLET_DGRAM,
                                   LC_TRIPLET_UDP)
                             : 0;
}

static void world_init(struct model_world *world, const struct lc_world *from)
{
    LC_CHECK(from->provider_count <= LC_PROVIDERS_MAX);
    LC_CHECK(from->chain_count <= LC_CHAINS_MAX);

    world->provider_count = (uint8_t)from->provider_count;
    world->ws2_versions =
        from->versions != 0 ? from->versions : LC_VERSIONS_OF_WS2_32;
    world->peer_kind = from->peer_kind;
    for (uint32_t i = 0; i < from->chain_count; i++) {
        const struct lc_chain *chain = &from->chains[i];
        world->entry_count++;
        world_add(world, world->entry_count, chain->providers, chain->length);
        world->entry_triplet[world->entry_count] =
            triplet_of(&from->providers[chain->providers[chain->length - 1]]);
    }
    for (uint32_t i = 0; i < from->provider_count; i++) {
        uint8_t index = (uint8_t)i;
        world->kinds[i] = from->providers[i].kind;
        world->has_own[i] = lc_provider_has_own(&from->providers[i]);
        if (from->providers[i].kind != LC_PROVIDER_DLL) {
            world->versions[i] = from->providers[i].versions != 0
                                     ? from->providers[i].versions
                                     : LC_VERSIONS_OF_PROVIDER;
        }
        if (from->providers[i].kind == LC_PROVIDER_BASE) {
            world->entry_count++;
            world_add(world, world->entry_count, &index, 1);
            world->entry_triplet[world->entry_count] =
                triplet_of(&from->providers[i]);
            world->base_entry[i] = world->entry_count;
            world->own_entry[i] = world->entry_count;
        }
    }
    uint8_t id = world->entry_count;
    for (uint32_t i = 0; i < from->provider_count; i++) {
        if (from->providers[i].kind != LC_PROVIDER_BASE) {
            id++;
            world->own_entry[i] = id;
        }
    }
    world->protocol_first = (uint8_t)(id + 1);
    world->protocol_count = (uint8_t)from->protocol_count;
    for (uint32_t i = 0; i < from->protocol_count; i++) {
        const struct lc_served *protocol = &from->protocols[i];
        id++;
        world_add(world, id, &protocol->provider, 1);
        world->entry_triplet[id] = (uint8_t)protocol->triplet;
        world->entry_flags[id] =
            (uint8_t)((protocol->zero ? MODEL_ENTRY_ZERO : 0) | (protocol->hidden ? MODEL_ENTRY_HIDDEN : 0));
    }
}

void model_init(
    struct model *model,
    const struct lc_world *world,
    const struct model_options *options)
{
    LC_CHECK(model != NULL);
    LC_CHECK(world != NULL && options != NULL);

    memset(model, 0, sizeof(*model));
    world_init(&model->world, world);
    uint32_t entries =
        world->chain_count + world->provider_count + world->protocol_count;
    LC_CHECK(entries <= MODEL_ENTRIES_MAX);
    model->installed.count = (uint8_t)entries;
    for (uint32_t i = 0; i < entries; i++) {
        model->installed.ids[i] = (uint8_t)(i + 1);
    }
    for (uint32_t i = 0; i < LC_PROCESSES_MAX; i++) {
        model->processes[i].view = model->installed;
    }
    model_names_init(model, world->names != 0);
    model->options = *options;
    for (uint32_t i = 0; i < MODEL_THREADS_MAX; i++) {
        model->threads[i].api = MODEL_NONE;
        model->threads[i].slot = MODEL_NONE;
        model->threads[i].waiting = MODEL_NONE;
    }
}

/* Places in use of the tables that a run fills from the beginning on. */
struct used {
    uint32_t threads;
    uint32_t processes;
    uint32_t connections;
    uint32_t operations;
};

_Static_assert(
    sizeof(struct used) + offsetof(struct model, world) <= sizeof(struct model),
    "what is left out makes room for it");

static struct used used_of(const struct model *model)
{
    LC_CHECK(model->thread_count <= MODEL_THREADS_MAX);
    LC_CHECK(model->process_count <= LC_PROCESSES_MAX);
    LC_CHECK(model->connection_count <= MODEL_CONNECTIONS_MAX);
    return (struct used){
        .threads = model->thread_count,
        /* A change of the catalog is kept for those to come as well. */
        .processes = model->catalog_changed ? (uint32_t)LC_PROCESSES_MAX
                                            : model->process_count,
        .connections = model->connection_count,
        .operations = model->operation_count,
    };
}

void model_restart(struct model *model, const struct model *fresh)
{
    const struct used used = used_of(model);
    const size_t rest = offsetof(struct model, births);
    LC_CHECK(fresh->thread_count == 0);
    memcpy(
        model->threads,
        fresh->threads,
        used.threads * sizeof model->threads[0]);
    memcpy(
        model->processes,
        fresh->processes,
        used.processes * sizeof model->processes[0]);
    memcpy(model->sockets, fresh->sockets, sizeof model->sockets);
    memcpy(
        model->connections,
        fresh->connections,
        used.connections * sizeof model->connections[0]);
    memcpy(
        model->operations,
        fresh->operations,
        used.operations * sizeof model->operations[0]);
    memcpy(
        (unsigned char *)model + rest,
        (const unsigned char *)fresh + rest,
        sizeof *model - rest);
}

static unsigned char *save(
    unsigned char *at,
    const void *bytes,
    size_t size_bytes)
{
    memcpy(at, bytes, size_bytes);
    return at + size_bytes;
}

size_t model_save(
    const struct model *model,
    unsigned char *ret_bytes,
    size_t capacity)
{
    const struct used used = used_of(model);
    const size_t births = offsetof(struct model, births);
    unsigned char *at = ret_bytes;
    LC_CHECK(capacity >= sizeof *model);
    at = save(at, &used, sizeof used);
    at = save(at, model->threads, used.threads * sizeof model->threads[0]);
    at =
        save(at, model->processes, used.processes * sizeof model->processes[0]);
    at = save(at, model->sockets, sizeof model->sockets);
    at = save(
        at,
        model->connections,
        used.connections * sizeof model->connections[0]);
    at = save(
        at,
        model->operations,
        used.operations * sizeof model->operations[0]);
    at = save(
        at,
        (const unsigned char *)model + births,
        offsetof(struct model, world) - births);
    return (size_t)(at - ret_bytes);
}

static const unsigned char *load(
    void *to,
    const unsigned char *at,
    size_t size_bytes)
{
    memcpy(to, at, size_bytes);
    return at + size_bytes;
}

/* What only the later moment used. */
static void clear_behind(
    struct model *model,
    const struct model *fresh,
    const struct used *used)
{
    for (uint32_t i = used->threads; i < model->thread_count; i++) {
        model->threads[i] = fresh->threads[i];
    }
    uint32_t processes = used_of(model).processes;
    for (uint32_t i = used->processes; i < processes; i++) {
        model->processes[i] = fresh->processes[i];
    }
    for (uint32_t i = used->connections; i < model->connection_count; i++) {
        model->connections[i] = fresh->connections[i];
    }
    for (uint32_t i = used->operations; i < model->operation_count; i++) {
        model->operations[i] = fresh->operations[i];
    }
}

size_t model_load(
    struct model *model,
    const struct model *fresh,
    const unsigned char *bytes)
{
    const size_t births = offsetof(struct model, births);
    const unsigned char *at = bytes;
    struct used used;
    at = load(&used, at, sizeof used);
    LC_CHECK(used.threads <= MODEL_THREADS_MAX);
    LC_CHECK(used.processes <= LC_PROCESSES_MAX);
    LC_CHECK(used.connections <= MODEL_CONNECTIONS_MAX);
    LC_CHECK(used.operations <= LC_OPS_MAX);
    clear_behind(model, fresh, &used);
    at = load(model->threads, at, used.threads * sizeof model->threads[0]);
    at =
        load(model->processes, at, used.processes * sizeof model->processes[0]);
    at = load(model->sockets, at, sizeof model->sockets);
    at = load(
        model->connections,
        at,
        used.connections * sizeof model->connections[0]);
    at = load(
        model->operations,
        at,
        used.operations * sizeof model->operations[0]);
    at = load(
        (unsigned char *)model + births,
        at,
        offsetof(struct model, world) - births);
    return (size_t)(at - bytes);
}

void model_attach(struct model *model, struct model_coverage *coverage)
{
    LC_CHECK(model != NULL);

    model->coverage = coverage;
}

/* What a call is to a stream that names the other end: a stream has one. */
static uint8_t call_of(uint16_t function)
{
    switch (function) {
    case LC_CALL_SENDTO:
        return LC_CALL_SEND;
    case LC_CALL_RECVFROM:
        return LC_CALL_RECV;
    case LC_CALL_CONNECT_TO:
        return LC_CALL_CONNECT;
    default:
        return (uint8_t)function;
    }
}

/*
 * Most of what follows asks only the areas that have something to do with the
 * record at hand: to ask those that find out that they have not is half of the
 * work. What an area looks at is said where it is asked.
 */
static void step_api_call(struct model *model, struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_thread *thread = event->thread;
    if (thread == NULL || event->process == NULL) {
        model_report_lost(model);
        return;
    }
    if (!model_term_api_call(model, event)) {
        return;
    }
    if (thread->depth != 0) {
        model_report_lost(model);
        return;
    }
    if (model_track_push(model, event, MODEL_FRAME_API) == NULL) {
        return;
    }
    thread->api = call_of(record->function);
    thread->api_time_ns = record->time_ns;
    thread->api_record = model->record;
    thread->handle = record->a;
    thread->option = (uint32_t)record->b;
    thread->value = (uint32_t)record->c;
    thread->triplet = (uint16_t)record->d;
    thread->owes = 0;
    thread->slot = MODEL_NONE;
    thread->connection = MODEL_NONE;
    thread->revived = false;
    thread->refusal = 0;
    thread->code = 0;
    thread->linger_time_ns = 0;
    thread->linger_end_ns = 0;
    thread->before = 0;
    model_start_step(model, event);
    model_catalog_step(model, event);
    if (thread->api == LC_CALL_WSASTARTUP ||
        thread->api == LC_CALL_WSACLEANUP) {
        model_names_step(model, event);
    }
    if (model_track_takes_socket(thread->api)) {
        model_socket_step(model, event);
        model_close_step(model, event);
        model_receive_step(model, event);
        model_accept_step(model, event);
    }
    model_overlapped_step(model, event);
    model_network_step(model, event);
    if (LC_UNLIKELY(
            (event->process->flags & MODEL_PROCESS_OLD) != 0 ||
            thread->api == LC_CALL_WSASTARTUP)) {
        model_hook_step(model, event);
    }
}

static void step_api_return(struct model *model, struct model_event *event)
{
    if (event->thread == NULL || event->process == NULL) {
        model_report_lost(model);
        return;
    }
    event->top = model_track_top(model, event, MODEL_FRAME_API);
    if (event->top == NULL) {
        return;
    }
    uint8_t api = event->thread->api;
    if (LC_UNLIKELY(
            (event->process->flags & MODEL_PROCESS_OLD) != 0 ||
            model_hook_is_told(event->record))) {
        model_hook_step(model, event);
    }
    if (api == LC_CALL_WSASTARTUP || api == LC_CALL_SOCKET) {
        model_version_step(model, event);
    }
    model_start_step(model, event);
    model_catalog_step(model, event);
    if (api == LC_CALL_ENUM_NAMES) {
        model_names_step(model, event);
    }
    if (api == LC_CALL_CLOSESOCKET) {
        model_linger_step(model, event);
    }
    if (model_track_takes_socket(api)) {
        model_close_step(model, event);
        model_accept_step(model, event);
    }
    if (model_track_takes_socket(api) || api == LC_CALL_SOCKET) {
        model_socket_step(model, event);
        model_receive_step(model, event);
    }
    model_overlapped_step(model, event);
    model_network_step(model, event);
    model_track_pop(model, event->thread);
    if (event->process->ending) {
        model_clean_quiet(model, event);
    }
}

static void step_spi_call(struct model *model, struct model_event *event)
{
    if (event->thread == NULL || event->process == NULL ||
        event->callee == MODEL_NONE) {
        model_report_lost(model);
        return;
    }
    const struct model_provider *provider =
        &event->process->providers[event->callee];
    if (LC_UNLIKELY((provider->flags & MODEL_PROVIDER_REFUSED) != 0)) {
        model_term_step(model, event);
    }
    const uint16_t function = event->record->function;
    const bool closes = function == LC_SPI_CLOSE_SOCKET;
    model_count_step(model, event);
    if (event->thread->owes != 0) {
        model_version_step(model, event);
    }
    if (function == LC_SPI_SOCKET) {
        model_catalog_step(model, event);
    }
    model_layer_step(model, event);
    if (event->caller != MODEL_NONE) {
        model_handle_step(model, event);
    }
    if (closes || event->thread->api == LC_CALL_WSACLEANUP) {
        model_clean_step(model, event);
    }
    model_socket_step(model, event);
    if (closes) {
        model_overlapped_step(model, event);
    }
    struct model_frame *frame = model_track_push(model, event, MODEL_FRAME_SPI);
    if (frame != NULL) {
        model_count_open(model, event, frame);
    }
}

static void step_spi_return(struct model *model, struct model_event *event)
{
    if (event->thread == NULL || event->process == NULL ||
        event->callee == MODEL_NONE) {
        model_report_lost(model);
        return;
    }
    event->top = model_track_top(model, event, MODEL_FRAME_SPI);
    if (event->top == NULL) {
        return;
    }
    const uint16_t function = event->record->function;
    if (function == LC_SPI_STARTUP) {
        model_version_step(model, event);
    }
    if (function == LC_SPI_CLOSE_SOCKET || model_track_creates(function)) {
        model_handle_step(model, event);
        model_accept_step(model, event);
        model_socket_step(model, event);
    }
    model_count_step(model, event);
    model_track_pop(model, event->thread);
    if ((event->process->providers[event->callee].flags &
         MODEL_PROVIDER_CENSUS) != 0) {
        model_resource_census(model, event);
    }
}

static void step_upcall(struct model *model, struct model_event *event)
{
    if (event->thread == NULL || event->process == NULL) {
        return;
    }
    if (event->record->kind == LC_RECORD_CONDITION) {
        model_accept_step(model, event); /* up to the application */
        return;
    }
    if (event->record->kind == LC_RECORD_UPCALL_CALL) {
        model_count_step(model, event);
        model_handle_step(model, event);
        if (event->record->function == LC_UPCALL_QUERY_BLOCKING_CALLBACK) {
            model_hook_step(model, event);
        }
        model_track_push(model, event, MODEL_FRAME_UPCALL);
        return;
    }
    event->top = model_track_top(model, event, MODEL_FRAME_UPCALL);
    if (event->top != NULL) {
        model_handle_step(model, event);
        model_track_pop(model, event->thread);
    }
}

static void step_dll_main(struct model *model, struct model_event *event)
{
    if (event->thread == NULL || event->process == NULL) {
        return;
    }
    if (event->record->function == 0) {
        model_term_dll_main(model, event);
        model_track_push(model, event, MODEL_FRAME_DLL_MAIN);
        return;
    }
    event->top = model_track_top(model, event, MODEL_FRAME_DLL_MAIN);
    if (event->top != NULL) {
        model_term_dll_main_returns(model, event);
        model_track_pop(model, event->thread);
    }
}

static void step_wait(struct model *model, struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_thread *thread = event->thread;
    if (thread == NULL || event->process == NULL) {
        return;
    }
    if (record->c == 0) {
        thread->process = record->process;
        thread->waiting = (uint8_t)record->function;
        thread->wait_time_ns = record->time_ns;
        thread->wait_ms = record->b;
        thread->wait_connection =
            record->function == LC_WAIT_NET ? (uint32_t)record->a : 0;
        if (thread->api == LC_CALL_CLOSESOCKET) {
            model_linger_step(model, event);
        } else if (thread->api == LC_CALL_SELECT) {
            model_network_step(model, event);
        }
        if (LC_UNLIKELY(thread->hook != 0)) {
            model_hook_step(model, event);
        }
        return;
    }
    if (thread->api == LC_CALL_CLOSESOCKET) {
        model_close_step(model, event);
        model_linger_step(model, event);
    }
    model_receive_step(model, event);
    thread->waiting = MODEL_NONE;
    thread->wait_connection = 0;
}

static void step_process(struct model *model, struct model_event *event)
{
    model_term_step(model, event);
    model_overlapped_step(model, event);
    model_start_step(model, event);
}

static void step_handle(struct model *model, struct model_event *event)
{
    if (event->process != NULL) {
        model_handle_step(model, event);
    }
    const bool is_freed = event->record->function == LC_HANDLE_FREE;
    if (is_freed) {
        model_clean_step(model, event);
    }
    model_socket_step(model, event);
    if (is_freed) {
        model_receive_step(model, event);
    }
}

static void step_library(struct model *model, const struct model_event *event)
{
    model_term_step(model, event);
    if (event->record->kind == LC_RECORD_UNLOAD) {
        model_clean_step(model, event);
    } else {
        model_version_step(model, event);
    }
    model_load_step(model, event);
}

/* What the application is told of, but for what its calls return. */
static void step_told(struct model *model, const struct model_event *event)
{
    if (event->record->kind == LC_RECORD_OVERLAPPED) {
        model_overlapped_step(model, event);
    } else if (event->record->kind == LC_RECORD_HOOK) {
        model_hook_step(model, event);
    } else {
        model_network_step(model, event);
    }
}

static void step_wire(struct model *model, const struct model_event *event)
{
    if (event->thread != NULL) {
        model_clean_step(model, event);
    }
    model_stream_step(model, event);
}

static void step_catalog(struct model *model, const struct model_event *event)
{
    model_load_step(model, event);
    model_catalog_step(model, event);
}

static void step_resource(struct model *model, const struct model_event *event)
{
    if (event->record->kind == LC_RECORD_THREAD) {
        model_term_step(model, event);
    }
    model_resource_step(model, event);
}

static void step_by_kind(struct model *model, struct model_event *event)
{
    switch ((enum lc_record_kind)event->record->kind) {
    case LC_RECORD_PROCESS:
        step_process(model, event);
        break;
    case LC_RECORD_API_CALL:
        step_api_call(model, event);
        break;
    case LC_RECORD_API_RETURN:
        step_api_return(model, event);
        break;
    case LC_RECORD_SPI_CALL:
        step_spi_call(model, event);
        break;
    case LC_RECORD_SPI_RETURN:
        step_spi_return(model, event);
        break;
    case LC_RECORD_UPCALL_CALL:
    case LC_RECORD_UPCALL_RETURN:
    case LC_RECORD_CONDITION:
        step_upcall(model, event);
        break;
    case LC_RECORD_HANDLE:
        step_handle(model, event);
        break;
    case LC_RECORD_LOAD:
    case LC_RECORD_PROC_ADDRESS:
    case LC_RECORD_UNLOAD:
        step_library(model, event);
        break;
    case LC_RECORD_FAIL:
        model_load_step(model, event);
        break;
    case LC_RECORD_CATALOG:
        step_catalog(model, event);
        break;
    case LC_RECORD_DLL_MAIN:
        step_dll_main(model, event);
        break;
    case LC_RECORD_CREATE:
    case LC_RECORD_DESTROY:
    case LC_RECORD_LOCK:
    case LC_RECORD_THREAD:
        step_resource(model, event);
        break;
    case LC_RECORD_WAIT:
        step_wait(model, event);
        break;
    case LC_RECORD_WIRE:
        step_wire(model, event);
        break;
    case LC_RECORD_FAULT:
    case LC_RECORD_STRAY:
    case LC_RECORD_END:
        model_end_step(model, event);
        break;
    case LC_RECORD_OVERLAPPED:
    case LC_RECORD_NETWORK:
    case LC_RECORD_SELECT:
    case LC_RECORD_HOOK:
        step_told(model, event);
        break;
    case LC_RECORD_NSP_CALL: /* see is_of_names() */
    case LC_RECORD_NSP_RETURN:
    case LC_RECORD_NAMES:
    case LC_RECORD_KIND_COUNT:
        break;
    }
}

/* Whether the name-space DLL does something, or something is done to it; a
 * process that ends has no more to do with it. */
static inline bool is_of_names(const struct lc_record *record)
{
    return record->caller == LC_MODULE_NAMES ||
           record->callee == LC_MODULE_NAMES ||
           record->kind == LC_RECORD_PROCESS;
}

/* Rules of the harness itself hold in a run that the model has lost. */
static bool is_harness(const struct lc_record *record)
{
    return record->kind == LC_RECORD_FAULT || record->kind == LC_RECORD_STRAY ||
           record->kind == LC_RECORD_END;
}

/* Of a process that has ended or begun to: whether a record of it is to be
 * judged. Not in line: most are of others. */
static LC_NOINLINE bool is_judged_late(
    struct model *model,
    const struct lc_record *record,
    struct model_process *process)
{
    if (process->exited && record->kind != LC_RECORD_WIRE &&
        record->kind != LC_RECORD_END) {
        return false; /* nothing of it is anybody's business now */
    }
    return process->flags == 0 ||
           model_term_passes(
               model,
               &(struct model_event){ .record = record, .process = process });
}

/* What the state says about a record. False: nothing is to be judged. */
static inline bool event_fill(
    struct model *model,
    const struct lc_record *record,
    struct model_event *event)
{
    struct model_process *process = NULL;
    struct model_thread *thread = NULL;
    struct model_frame *top = NULL;
    if (record->process < LC_PROCESSES_MAX) {
        process = &model->processes[record->process];
        if (record->process >= model->process_count) {
            model->process_count = (uint8_t)(record->process + 1);
        }
        if (LC_UNLIKELY((process->exited | process->flags) != 0) &&
            !is_judged_late(model, record, process)) {
            return false;
        }
    }
    if (record->thread != LC_NONE && LC_LIKELY(!model->lost)) {
        thread = model_track_thread(model, record->thread);
        if (LC_UNLIKELY(
                thread != NULL && thread->ended == MODEL_THREAD_KILLED)) {
            model_report_unless(model, MODEL_TERM_10, true, false);
            return false;
        }
        if (thread != NULL && thread->depth > 0) {
            LC_CHECK(thread->depth <= MODEL_DEPTH_MAX);
            top = &thread->frames[thread->depth - 1];
            if (LC_UNLIKELY(thread->process != record->process)) {
                model_report_lost(model);
            }
        }
    }
    *event = (struct model_event){
        .record = record,
        .process = process,
        .thread = thread,
        .top = top,
        .caller = model_track_provider(record->caller),
        .callee = model_track_provider(record->callee),
    };
    return LC_LIKELY(!model->lost) || is_harness(record);
}

bool model_step(struct model *model, const struct lc_record *record)
{
    LC_CHECK(model != NULL);
    LC_CHECK(record != NULL);

    if (LC_UNLIKELY(model->verdict.kind == LC_VERDICT_BROKEN)) {
        return false;
    }
    struct model_event event;
    if (event_fill(model, record, &event)) {
        if (LC_UNLIKELY(
                event.top != NULL && event.top->kind == MODEL_FRAME_DLL_MAIN)) {
            model_term_inside(model, &event);
        }
        step_by_kind(model, &event);
        if (LC_UNLIKELY(is_of_names(record))) {
            model_names_step(model, &event);
        }
    }
    model->record++;
    return model->verdict.kind != LC_VERDICT_BROKEN;
}

struct lc_verdict model_verdict(const struct model *model)
{
    LC_CHECK(model != NULL);

    struct lc_verdict verdict = model->verdict;
    verdict.warning_count = model->warnings.count;
    verdict.app_error_count = model->app_errors.count;
    return verdict;
}

struct model_note model_warnings(const struct model *model)
{
    LC_CHECK(model != NULL);

    return model->warnings;
}

bool model_has_warned(const struct model_warned *warned, uint32_t rule)
{
    LC_CHECK(warned != NULL);
    LC_CHECK(rule < MODEL_RULE_COUNT);

    return (warned->bits[rule / 64] >> (rule % 64) & 1) != 0;
}

struct model_note model_app_errors(const struct model *model)
{
    LC_CHECK(model != NULL);

    return model->app_errors;
}
