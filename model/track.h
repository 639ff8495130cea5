/*
 * Where the run is: threads with their open calls, descriptors, connections.
 * Inside model/ only.
 */
#ifndef MODEL_TRACK_H
#define MODEL_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "model/model.h"
#include "model/report.h"

/** A record with what the state says about it. */
struct model_event {
    const struct lc_record *record;
    struct model_process *process; /* NULL: outside any process */
    struct model_thread *thread;   /* NULL: the simulator's own event */
    /* The innermost open call; for a return record the call that returns.
     * NULL: none. */
    struct model_frame *top;
    uint8_t caller; /* index of the provider, MODEL_NONE: not one */
    uint8_t callee;
};

/**
 * Counts up, and gives the model up when the counter is full.
 *
 * @param model  borrowed.
 * @param count  borrowed.
 */
void model_track_count(struct model *model, uint8_t *count);

/**
 * The provider behind a module number.
 *
 * @param module  enum lc_module.
 *
 * Returns: its index, or MODEL_NONE.
 */
static inline uint8_t model_track_provider(uint8_t module)
{
    uint8_t index = (uint8_t)(module - LC_MODULE_PROVIDER);
    return index < LC_PROVIDERS_MAX ? index : (uint8_t)MODEL_NONE;
}

/** Whether a socket can be of a catalog id: a chain or a base. */
static inline bool model_track_is_entry(
    const struct model_world *world,
    int64_t id)
{
    return (id >= 1 && id <= world->entry_count) ||
           (id >= world->protocol_first &&
            id < world->protocol_first + world->protocol_count);
}

/* What is said of the calls of an application. */
enum model_track_call {
    MODEL_TRACK_TAKES_SOCKET = 1,
    MODEL_TRACK_NEEDS_NO_START = 2
};

/* Bits of enum model_track_call for each enum lc_call. */
extern const uint8_t model_track_calls[LC_CALL_COUNT];

/**
 * True when an application call has a socket argument.
 *
 * @param api  enum lc_call.
 */
static inline bool model_track_takes_socket(uint8_t api)
{
    return api < LC_CALL_COUNT &&
           (model_track_calls[api] & MODEL_TRACK_TAKES_SOCKET) != 0;
}

/**
 * True when an application call accepts a connection.
 *
 * @param api  enum lc_call.
 */
static inline bool model_track_accepts(uint8_t api)
{
    return api == LC_CALL_ACCEPT || api == LC_CALL_WSAACCEPT;
}

/**
 * True when a provider's function makes a descriptor.
 *
 * @param function  enum lc_spi.
 */
static inline bool model_track_creates(uint16_t function)
{
    return function == LC_SPI_SOCKET || function == LC_SPI_ACCEPT;
}

/**
 * True when an application call needs a WSAStartup before it.
 *
 * @param api  enum lc_call.
 */
static inline bool model_track_needs_start(uint8_t api)
{
    return api >= LC_CALL_COUNT ||
           (model_track_calls[api] & MODEL_TRACK_NEEDS_NO_START) == 0;
}

/**
 * True when the thread's call ends a direction of a socket.
 *
 * @param thread   borrowed; in a call.
 * @param ret_how  filled when it does; SD_RECEIVE, SD_SEND, SD_BOTH.
 */
static inline bool model_track_shuts(
    const struct model_thread *thread,
    uint32_t *ret_how)
{
    if (thread->api == LC_CALL_SHUTDOWN) {
        *ret_how = thread->option;
        return true;
    }
    *ret_how = thread->api == LC_CALL_SEND_DISCONNECT ? 1U : 0U;
    return thread->api == LC_CALL_SEND_DISCONNECT ||
           thread->api == LC_CALL_RECV_DISCONNECT;
}

/**
 * True when the process's count of this provider is, or may be, on its way to
 * zero: every WSPStartup has its WSPCleanup under way or done.
 *
 * @param provider  borrowed.
 */
static inline bool model_track_ending(const struct model_provider *provider)
{
    return provider->count <= provider->cleaning;
}

/**
 * The thread of a reference that is none of the schedule's. DLL threads take
 * the places after those, as they turn up.
 *
 * @param model      borrowed.
 * @param reference  thread reference of a record, not LC_NONE.
 *
 * Returns: borrowed; NULL when there is no room, and the model is lost then.
 */
struct model_thread *model_track_dll_thread(
    struct model *model,
    uint8_t reference);

/**
 * The thread of a reference.
 *
 * @param model      borrowed.
 * @param reference  thread reference of a record, not LC_NONE.
 *
 * Returns: borrowed; NULL when there is no room, and the model is lost then.
 */
static inline struct model_thread *model_track_thread(
    struct model *model,
    uint8_t reference)
{
    if (LC_UNLIKELY(reference >= LC_THREADS_MAX)) {
        return model_track_dll_thread(model, reference);
    }
    if (reference >= model->thread_count) {
        model->thread_count = (uint8_t)(reference + 1);
    }
    return &model->threads[reference];
}

/**
 * Opens a call on a thread.
 *
 * @param model   borrowed.
 * @param event   borrowed; its thread must not be NULL.
 * @param kind    enum model_frame_kind.
 *
 * Returns: borrowed, or NULL when there is no room, and the model is lost.
 */
static inline struct model_frame *model_track_push(
    struct model *model,
    const struct model_event *event,
    enum model_frame_kind kind)
{
    LC_CHECK(event->thread != NULL);

    const struct lc_record *record = event->record;
    struct model_thread *thread = event->thread;
    if (thread->depth == MODEL_DEPTH_MAX) {
        model_report_lost(model);
        return NULL;
    }
    struct model_frame *frame = &thread->frames[thread->depth];
    thread->depth++;
    thread->process = record->process;
    *frame = (struct model_frame){
        .value = record->a,
        .kind = (uint8_t)kind,
        .function = (uint8_t)record->function,
        .caller = record->caller,
        .callee = record->callee,
        .child = MODEL_NONE,
    };
    return frame;
}

/**
 * The call that a return record ends, which must be the innermost.
 *
 * @param model  borrowed.
 * @param event  borrowed; its thread must not be NULL.
 * @param kind   enum model_frame_kind.
 *
 * Returns: borrowed, or NULL when the trace makes no sense; the model is lost.
 */
static inline struct model_frame *model_track_top(
    struct model *model,
    const struct model_event *event,
    enum model_frame_kind kind)
{
    LC_CHECK(event->thread != NULL);

    struct model_thread *thread = event->thread;
    const struct lc_record *record = event->record;
    if (thread->depth == 0) {
        model_report_lost(model);
        return NULL;
    }
    struct model_frame *frame = &thread->frames[thread->depth - 1];
    bool same = frame->kind == (uint8_t)kind;
    if (kind == MODEL_FRAME_SPI || kind == MODEL_FRAME_DLL_MAIN) {
        same = same && frame->callee == record->callee;
    }
    if (kind != MODEL_FRAME_DLL_MAIN) {
        same = same && frame->function == (uint8_t)record->function;
    }
    if (!same) {
        model_report_lost(model);
        return NULL;
    }
    return frame;
}

/**
 * Closes the innermost call of a thread.
 *
 * @param model   borrowed.
 * @param thread  borrowed; must have an open call.
 */
static inline void model_track_pop(
    struct model *model,
    struct model_thread *thread)
{
    LC_CHECK(thread->depth > 0);

    thread->depth--;
    const struct model_frame *frame = &thread->frames[thread->depth];
    uint8_t callee = model_track_provider(frame->callee);
    if (frame->kind == MODEL_FRAME_SPI && callee != MODEL_NONE) {
        struct model_provider *provider =
            &model->processes[thread->process].providers[callee];
        LC_CHECK(provider->inside > 0);
        provider->inside--;
    }
    if (frame->kind == MODEL_FRAME_API) {
        thread->api = MODEL_NONE;
    }
}

/**
 * The innermost open provider call of a thread.
 *
 * @param thread  borrowed.
 *
 * Returns: borrowed, or NULL.
 */
struct model_frame *model_track_spi(struct model_thread *thread);

/**
 * Finds a live descriptor.
 *
 * @param model    borrowed.
 * @param process  index.
 * @param handle   its value.
 *
 * Returns: its slot, or MODEL_NONE.
 */
uint8_t model_track_socket(
    const struct model *model,
    uint8_t process,
    int64_t handle);

/**
 * Takes a free slot for a descriptor.
 *
 * @param model    borrowed.
 * @param process  index.
 * @param handle   its value.
 *
 * Returns: its slot, filled with what a new socket has; MODEL_NONE when there
 *          is no room, and the model is lost then.
 */
uint8_t model_track_socket_new(
    struct model *model,
    uint8_t process,
    int64_t handle);

/**
 * The connection of a descriptor, looked for in the sockets below, too.
 *
 * @param model  borrowed.
 * @param slot   a live one, or MODEL_NONE.
 *
 * Returns: borrowed, or NULL.
 */
struct model_connection *model_track_connection_of(
    struct model *model,
    uint8_t slot);

/**
 * Whether another socket lies above one in its chain, or is that itself.
 *
 * @param slot   of a live socket.
 * @param upper  slot of the other.
 */
bool model_track_is_over(
    const struct model *model,
    uint8_t slot,
    uint8_t upper);

/**
 * The application's socket above a socket, or that itself.
 *
 * @param slot  of a live socket.
 *
 * Returns: its slot, or MODEL_NONE.
 */
uint8_t model_track_client(const struct model *model, uint8_t slot);

/**
 * The layers that have a socket open, or one below it.
 *
 * @param slot  of a live socket, or MODEL_NONE.
 *
 * Returns: a bit for each provider index.
 */
uint8_t model_track_layers(const struct model *model, uint8_t slot);

/**
 * Somebody uses a socket who was not told of it: nothing subtle is to be judged
 * of it and of those above it.
 *
 * @param slot  of a live socket.
 */
void model_track_race(struct model *model, uint8_t slot);

/**
 * The connection of a number.
 *
 * @param model   borrowed.
 * @param number  from 1.
 *
 * Returns: borrowed, or NULL when it is not followed (any more).
 */
struct model_connection *model_track_connection(
    struct model *model,
    int64_t number);

#endif
