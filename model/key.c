#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "model/model.h"
#include "model/track.h"

/* A thread without its open calls. */
enum {
    HEAD_BYTES = offsetof(struct model_thread, frames)
};

/* Bytes so far, with room for all that a model can hold. */
struct writer {
    unsigned char *at;
};

static void put(struct writer *writer, const void *bytes, size_t size_bytes)
{
    memcpy(writer->at, bytes, size_bytes);
    writer->at += size_bytes;
}

/* A time as it lies behind now; 0, never, stays 0. */
static uint64_t ago(uint64_t time_ns, uint64_t now_ns)
{
    LC_CHECK(time_ns <= now_ns);
    return time_ns == 0 ? 0 : now_ns - time_ns + 1;
}

static bool is_in_call(const struct model_thread *thread)
{
    return thread->depth > 0 && thread->frames[0].kind == MODEL_FRAME_API;
}

/* A WSPSocket whose layer below has made its socket remembers which. */
static bool holds_generation(const struct model_frame *frame)
{
    return frame->kind == MODEL_FRAME_SPI &&
           model_track_creates(frame->function) && frame->child != MODEL_NONE;
}

static bool is_live(const struct model *model, uint32_t slot)
{
    return (model->live_sockets >> slot & 1) != 0;
}

/* Of records it matters which came before a call that is under way. Later ones
 * come after all that are. */
static uint32_t earlier_records(
    const struct model *model,
    const struct model_thread *thread)
{
    const struct model_process *process = &model->processes[thread->process];
    uint32_t bits = 0;
    for (uint32_t i = 0; i < model->world.provider_count; i++) {
        bool is_earlier =
            process->owed[LC_MODULE_WS2_32][i] > 0 &&
            process->providers[i].started_record < thread->api_record;
        bits |= (uint32_t)is_earlier << i;
    }
    bool has_socket =
        thread->slot != MODEL_NONE && is_live(model, thread->slot);
    bool is_earlier =
        has_socket &&
        model->sockets[thread->slot].registered_record < thread->api_record;
    return bits | (uint32_t)is_earlier << LC_PROVIDERS_MAX;
}

/* Of a generation it matters whether it is that of the socket that lives in
 * the slot. */
static bool is_current(
    const struct model *model,
    uint8_t slot,
    uint32_t generation)
{
    return slot != MODEL_NONE && is_live(model, slot) &&
           model->sockets[slot].generation == generation;
}

/* And, for one that is gone, which threads are still at the same. */
static uint32_t call_generation(
    const struct model *model,
    const struct model_thread *thread)
{
    if (thread->slot == MODEL_NONE) {
        return 0;
    }
    if (is_current(model, thread->slot, thread->generation)) {
        return 1;
    }
    uint32_t at = 0;
    while (!is_in_call(&model->threads[at]) ||
           model->threads[at].slot != thread->slot ||
           model->threads[at].generation != thread->generation) {
        at++; /* it finds the thread itself at the latest */
    }
    return 2 + at;
}

/* Of the bounds of a count it matters whether they are above 0, and for a
 * WSACleanup whether there is one more. */
static int16_t bound(int16_t value, int16_t highest)
{
    int low = value < 0 ? 0 : value;
    return (int16_t)(low > highest ? highest : low);
}

static void put_thread(
    struct writer *writer,
    const struct model *model,
    const struct model_thread *thread,
    uint64_t now_ns)
{
    struct model_thread kept; /* its frames stay as they are */
    memset(&kept, 0, HEAD_BYTES);
    kept.process = thread->process;
    kept.api = thread->api;
    kept.waiting = thread->waiting;
    kept.depth = thread->depth;
    kept.ended = thread->ended;
    kept.hook = thread->hook & MODEL_HOOK_SET;
    if (is_in_call(thread)) {
        memcpy(&kept, thread, HEAD_BYTES);
        kept.generation = call_generation(model, thread);
        kept.api_record = earlier_records(model, thread);
        int16_t more = kept.api == LC_CALL_WSACLEANUP ? (int16_t)2 : (int16_t)1;
        kept.low = bound(kept.low, more);
        kept.high = bound(kept.high, 1);
        kept.linger_time_ns = ago(thread->linger_time_ns, now_ns);
        kept.linger_end_ns = ago(thread->linger_end_ns, now_ns);
    }
    kept.api_time_ns = 0; /* for people */
    kept.wait_time_ns = 0;
    kept.wait_ms = 0;
    kept.wait_connection = 0;
    if (thread->waiting != MODEL_NONE) {
        kept.wait_time_ns = ago(thread->wait_time_ns, now_ns);
        kept.wait_ms = thread->wait_ms;
        kept.wait_connection = thread->wait_connection;
    }
    put(writer, &kept, HEAD_BYTES);
    for (uint32_t i = 0; i < thread->depth; i++) {
        struct model_frame frame = thread->frames[i];
        if (holds_generation(&frame)) {
            frame.value = is_current(model, frame.child, (uint32_t)frame.value);
        }
        put(writer, &frame, sizeof frame);
    }
}

static void put_process(
    struct writer *writer,
    const struct model *model,
    uint32_t index)
{
    const struct model_process *process = &model->processes[index];
    for (uint32_t i = 0; i < model->world.provider_count; i++) {
        struct model_provider kept = process->providers[i];
        kept.started_record = 0; /* see earlier_records() */
        put(writer, &kept, sizeof kept);
    }
    put(writer,
        &process->owed,
        sizeof *process - offsetof(struct model_process, owed));
}

static void put_connections(
    struct writer *writer,
    const struct model *model,
    uint64_t now_ns)
{
    for (uint32_t i = 0; i < model->connection_count; i++) {
        struct model_connection kept = model->connections[i];
        /* It says no more than its place: the window is as wide as numbers go.
         */
        kept.number = kept.number != 0;
        /* Of one that the transport is through with nothing can come. */
        kept.close_time_ns = (kept.flags & MODEL_CONNECTION_GIVEN_UP) != 0
                                 ? 0
                                 : ago(kept.close_time_ns, now_ns);
        kept.closed_time_ns =
            model->operation_count == 0 ? 0 : ago(kept.closed_time_ns, now_ns);
        put(writer, &kept, sizeof kept);
    }
}

static uint32_t process_count(const struct model *model)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < model->thread_count; i++) {
        uint32_t process = model->threads[i].process;
        count = process + 1 > count ? process + 1 : count;
    }
    return count;
}

/* NOLINTBEGIN(bugprone-easily-swappable-parameters): a size and a time */
/* NOLINTBEGIN(readability-non-const-parameter): it is written through */
size_t model_key(
    const struct model *model,
    uint64_t now_ns,
    unsigned char *ret_bytes,
    size_t capacity)
/* NOLINTEND(readability-non-const-parameter) */
/* NOLINTEND(bugprone-easily-swappable-parameters) */
{
    LC_CHECK(capacity >= sizeof *model);
    struct writer writer = { .at = ret_bytes };
    for (uint32_t i = 0; i < model->thread_count; i++) {
        put_thread(&writer, model, &model->threads[i], now_ns);
    }
    /* Of a process that has had no thread nothing is known. */
    uint32_t processes = process_count(model);
    for (uint32_t i = 0; i < processes; i++) {
        put_process(&writer, model, i);
    }
    for (uint32_t i = 0; i < MODEL_SOCKETS_MAX; i++) {
        if (is_live(model, i)) {
            struct model_socket kept = model->sockets[i];
            kept.generation = 0; /* see call_generation() */
            kept.registered_record = 0;
            put(&writer, &kept, sizeof kept);
        }
    }
    put_connections(&writer, model, now_ns);
    put(&writer,
        model->operations,
        model->operation_count * sizeof model->operations[0]);
    for (uint32_t i = 0; i < MODEL_BIRTHS_MAX; i++) {
        struct model_birth kept = model->births[i];
        if (kept.number != 0) { /* some before it may be free again */
            kept.number = 1;
            put(&writer, &kept, sizeof kept);
        }
    }
    uint32_t rest[] = {
        model->live_sockets,
        model->thread_count,
        model->connection_count,
        model->birth_count,
        model->lost,
        model->verdict.kind,
        model->dll_thread_count,
        model->operation_count,
    };
    put(&writer, rest, sizeof rest);
    put(&writer, &model->installed, sizeof model->installed);
    put(&writer, &model->catalog_changed, sizeof model->catalog_changed);
    put(&writer, &model->app_category, sizeof model->app_category);
    put(&writer, model->categories, sizeof model->categories);
    put(&writer, model->dll_threads, sizeof model->dll_threads);
    put(&writer, &model->names, sizeof model->names);
    size_t size_bytes = (size_t)(writer.at - ret_bytes);
    LC_CHECK(size_bytes <= capacity);
    return size_bytes;
}
