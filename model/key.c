#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "model/model.h"

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

/* Of generations and records it matters which came before which: the place of
 * a number among those that are still compared. */
struct ranks {
    uint32_t items
        [MODEL_THREADS_MAX + MODEL_SOCKETS_MAX +
         LC_PROCESSES_MAX * LC_PROVIDERS_MAX];
    uint32_t count;
};

static void add_rank(struct ranks *ranks, uint32_t number)
{
    LC_CHECK(ranks->count < LC_COUNT_OF(ranks->items));
    uint32_t at = 0;
    while (at < ranks->count && ranks->items[at] < number) {
        at++;
    }
    if (at < ranks->count && ranks->items[at] == number) {
        return;
    }
    for (uint32_t i = ranks->count; i > at; i--) {
        ranks->items[i] = ranks->items[i - 1];
    }
    ranks->items[at] = number;
    ranks->count++;
}

static uint32_t rank_of(const struct ranks *ranks, uint32_t number)
{
    uint32_t at = 0;
    while (at < ranks->count && ranks->items[at] < number) {
        at++;
    }
    return at;
}

static bool is_in_call(const struct model_thread *thread)
{
    return thread->depth > 0 && thread->frames[0].kind == MODEL_FRAME_API;
}

/* A WSPSocket whose layer below has made its socket remembers which. */
static bool holds_generation(const struct model_frame *frame)
{
    return frame->kind == MODEL_FRAME_SPI && frame->function == LC_SPI_SOCKET &&
           frame->child != MODEL_NONE;
}

static bool is_live(const struct model *model, uint32_t slot)
{
    return (model->live_sockets >> slot & 1) != 0;
}

static void collect(
    const struct model *model,
    struct ranks *generations,
    struct ranks *records)
{
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        for (uint32_t k = 0; k < thread->depth; k++) {
            if (holds_generation(&thread->frames[k])) {
                add_rank(generations, (uint32_t)thread->frames[k].value);
            }
        }
        if (is_in_call(thread)) {
            add_rank(generations, thread->generation);
            add_rank(records, thread->api_record);
        }
    }
    for (uint32_t i = 0; i < MODEL_SOCKETS_MAX; i++) {
        if (is_live(model, i)) {
            add_rank(generations, model->sockets[i].generation);
            add_rank(records, model->sockets[i].registered_record);
        }
    }
    for (uint32_t i = 0; i < LC_PROCESSES_MAX; i++) {
        for (uint32_t k = 0; k < model->world.provider_count; k++) {
            add_rank(records, model->processes[i].providers[k].started_record);
        }
    }
}

static void put_thread(
    struct writer *writer,
    const struct model_thread *thread,
    uint64_t now_ns,
    const struct ranks *generations,
    const struct ranks *records)
{
    struct model_thread kept = { 0 };
    kept.process = thread->process;
    kept.api = thread->api;
    kept.waiting = thread->waiting;
    kept.depth = thread->depth;
    if (is_in_call(thread)) {
        kept = *thread;
        kept.generation = rank_of(generations, thread->generation);
        kept.api_record = rank_of(records, thread->api_record);
        kept.linger_time_ns = ago(thread->linger_time_ns, now_ns);
        kept.linger_end_ns = ago(thread->linger_end_ns, now_ns);
    }
    kept.api_time_ns = 0; /* for people */
    kept.wait_time_ns = 0;
    kept.wait_ms = 0;
    if (thread->waiting != MODEL_NONE) {
        kept.wait_time_ns = ago(thread->wait_time_ns, now_ns);
        kept.wait_ms = thread->wait_ms;
    }
    put(writer, &kept, offsetof(struct model_thread, frames));
    for (uint32_t i = 0; i < thread->depth; i++) {
        struct model_frame frame = thread->frames[i];
        if (holds_generation(&frame)) {
            frame.value = rank_of(generations, (uint32_t)frame.value);
        }
        put(writer, &frame, sizeof frame);
    }
}

static void put_process(
    struct writer *writer,
    const struct model *model,
    uint32_t index,
    const struct ranks *records)
{
    struct model_process kept = model->processes[index];
    for (uint32_t i = 0; i < model->world.provider_count; i++) {
        kept.providers[i].started_record =
            rank_of(records, kept.providers[i].started_record);
    }
    put(writer, &kept, sizeof kept);
}

static void put_connections(
    struct writer *writer,
    const struct model *model,
    uint64_t now_ns)
{
    for (uint32_t i = 0; i < model->connection_count; i++) {
        struct model_connection kept = model->connections[i];
        /* Told apart by their handles; numbers only grow. */
        kept.number = kept.number != 0;
        /* Of one that the transport is through with nothing can come. */
        kept.close_time_ns = (kept.flags & MODEL_CONNECTION_GIVEN_UP) != 0
                                 ? 0
                                 : ago(kept.close_time_ns, now_ns);
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
    struct ranks generations = { .count = 0 };
    struct ranks records = { .count = 0 };
    collect(model, &generations, &records);
    for (uint32_t i = 0; i < model->thread_count; i++) {
        put_thread(&writer, &model->threads[i], now_ns, &generations, &records);
    }
    /* Of a process that has had no thread nothing is known. */
    uint32_t processes = process_count(model);
    for (uint32_t i = 0; i < processes; i++) {
        put_process(&writer, model, i, &records);
    }
    for (uint32_t i = 0; i < MODEL_SOCKETS_MAX; i++) {
        if (is_live(model, i)) {
            struct model_socket kept = model->sockets[i];
            kept.generation = rank_of(&generations, kept.generation);
            kept.registered_record = rank_of(&records, kept.registered_record);
            put(&writer, &kept, sizeof kept);
        }
    }
    put_connections(&writer, model, now_ns);
    for (uint32_t i = 0; i < model->birth_count; i++) {
        struct model_birth kept = model->births[i];
        kept.number = kept.number != 0;
        put(&writer, &kept, sizeof kept);
    }
    uint32_t rest[] = {
        model->live_sockets,     model->thread_count, model->connection_count,
        model->birth_count,      model->lost,         model->verdict.kind,
        model->dll_thread_count,
    };
    put(&writer, rest, sizeof rest);
    put(&writer, model->dll_threads, sizeof model->dll_threads);
    size_t size_bytes = (size_t)(writer.at - ret_bytes);
    LC_CHECK(size_bytes <= capacity);
    return size_bytes;
}
