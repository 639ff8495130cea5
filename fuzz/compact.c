#include "fuzz/compact.h"

#include <string.h>

#include "fuzz/compact_range.h"
#include "fuzz/schedule.h"

enum {
    MAGIC_0 = 0x4c,
    MAGIC_1 = 0x31,
    NAMES_MARK = 0x4e
};

/* Reads and writes in one order: `is_writing` says which. Reading beyond the
 * end leaves a value as it was; writing beyond it only counts. */
struct stream {
    uint8_t *out;
    const uint8_t *in;
    size_t size_bytes;
    size_t at;
    bool is_writing;
};

static uint8_t byte(struct stream *stream, uint8_t value)
{
    size_t at = stream->at++;
    if (stream->is_writing) {
        if (at < stream->size_bytes) {
            stream->out[at] = value;
        }
        return value;
    }
    return at < stream->size_bytes ? stream->in[at] : value;
}

/* Little endian. */
static uint64_t number(struct stream *stream, uint64_t value, uint32_t bytes)
{
    LC_CHECK(bytes >= 1);
    LC_CHECK(bytes <= 8);
    uint64_t result = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        uint8_t part = byte(stream, (uint8_t)(value >> (8 * i)));
        result |= (uint64_t)part << (8 * i);
    }
    return result;
}

/* A count in one byte, kept within its list. */
static uint32_t count(struct stream *stream, uint32_t value, uint32_t max)
{
    LC_CHECK(max < UINT8_MAX);
    LC_CHECK(value <= max);
    return byte(stream, (uint8_t)value) % (max + 1);
}

static void world_numbers(struct stream *stream, struct lc_world *world)
{
    world->provider_count =
        count(stream, world->provider_count, LC_PROVIDERS_MAX);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        world->providers[i].kind = byte(stream, world->providers[i].kind);
        world->providers[i].pinned = byte(stream, world->providers[i].pinned);
    }
    world->chain_count = count(stream, world->chain_count, LC_CHAINS_MAX);
    for (uint32_t i = 0; i < world->chain_count; i++) {
        struct lc_chain *chain = &world->chains[i];
        chain->length =
            (uint8_t)count(stream, chain->length, LC_CHAIN_LENGTH_MAX);
        for (uint32_t k = 0; k < chain->length; k++) {
            chain->providers[k] = byte(stream, chain->providers[k]);
        }
    }
    world->sndbuf_bytes = (uint32_t)number(stream, world->sndbuf_bytes, 4);
    world->link_bits_per_s = number(stream, world->link_bits_per_s, 8);
    world->link_latency_ns = number(stream, world->link_latency_ns, 8);
    world->link_window_bytes =
        (uint32_t)number(stream, world->link_window_bytes, 4);
    world->peer_kind = byte(stream, world->peer_kind);
    world->peer_number = (uint32_t)number(stream, world->peer_number, 4);
}

/* The head: everything up to the list of calls. */
static void head(struct stream *stream, struct lc_schedule *schedule)
{
    (void)byte(stream, MAGIC_0);
    (void)byte(stream, MAGIC_1);
    world_numbers(stream, &schedule->world);
    schedule->process_count =
        count(stream, schedule->process_count, LC_PROCESSES_MAX);
    schedule->thread_count =
        count(stream, schedule->thread_count, LC_THREADS_MAX);
    for (uint32_t i = 0; i < schedule->thread_count; i++) {
        schedule->threads[i].process =
            byte(stream, schedule->threads[i].process);
    }
    schedule->op_count =
        (uint32_t)number(stream, schedule->op_count, 2) % (LC_OPS_MAX + 1);
}

static void op_fields(struct stream *stream, struct lc_op *op, uint8_t *thread)
{
    *thread = byte(stream, *thread);
    op->call = byte(stream, op->call);
    op->socket = byte(stream, op->socket);
    op->entry = byte(stream, op->entry);
    op->value = (uint32_t)number(stream, op->value, 4);
    op->value2 = (uint32_t)number(stream, op->value2, 4);
}

static void choice_fields(struct stream *stream, struct lc_choice *choice)
{
    choice->stream = byte(stream, choice->stream);
    choice->thread = byte(stream, choice->thread);
    choice->call = byte(stream, choice->call);
    choice->place.kind = byte(stream, choice->place.kind);
    choice->place.function = byte(stream, choice->place.function);
    choice->place.module = byte(stream, choice->place.module);
    choice->occurrence = (uint16_t)number(stream, choice->occurrence, 2);
    choice->action = byte(stream, choice->action);
    choice->target = byte(stream, choice->target);
    choice->value = (uint16_t)number(stream, choice->value, 2);
}

static void text_field(struct stream *stream, char *text, uint32_t capacity)
{
    uint32_t length = (uint32_t)strnlen(text, capacity);
    LC_CHECK(length < capacity);
    length = byte(stream, (uint8_t)length) % capacity;
    for (uint32_t i = 0; i < length; i++) {
        text[i] = (char)byte(stream, (uint8_t)text[i]);
    }
    memset(text + length, 0, capacity - length);
}

/* Those that are not left out: feature and weight of each. */
static void swarm_fields(struct stream *stream, struct lc_swarm *swarm)
{
    uint8_t features[LC_FEATURE_COUNT] = { 0 };
    uint32_t used = 0;
    for (uint32_t i = 0; i < LC_FEATURE_COUNT; i++) {
        if (swarm->weights[i] != 0) {
            features[used] = (uint8_t)i;
            used++;
        }
    }
    used = count(stream, used, LC_FEATURE_COUNT);
    for (uint32_t i = 0; i < used; i++) {
        uint32_t feature = byte(stream, features[i]) % LC_FEATURE_COUNT;
        swarm->weights[feature] = byte(stream, swarm->weights[feature]);
    }
}

static void protocols(struct stream *stream, struct lc_world *world)
{
    world->descriptors = byte(stream, world->descriptors);
    world->protocol_count =
        count(stream, world->protocol_count, LC_PROTOCOLS_MAX);
    for (uint32_t i = 0; i < world->protocol_count; i++) {
        struct lc_served *protocol = &world->protocols[i];
        uint32_t flags =
            protocol->zero + 2U * protocol->hidden; /* each 0 or 1 */
        protocol->provider = byte(stream, protocol->provider);
        protocol->triplet = byte(stream, (uint8_t)protocol->triplet);
        flags = byte(stream, (uint8_t)flags);
        protocol->zero = flags & 1;
        protocol->hidden = flags >> 1 & 1;
    }
}

/* Names, paths, planted bugs, the expectation, the swarm, and what the world
 * got later. */
static void names(struct stream *stream, struct lc_schedule *schedule)
{
    struct lc_world *world = &schedule->world;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        text_field(stream, world->providers[i].name, LC_NAME_MAX);
        text_field(stream, world->providers[i].path, LC_PATH_MAX);
    }
    world->plant_count = count(stream, world->plant_count, LC_PLANTS_MAX);
    for (uint32_t i = 0; i < world->plant_count; i++) {
        text_field(stream, world->plants[i], LC_NAME_MAX);
    }
    for (uint32_t i = 0; i < schedule->process_count; i++) {
        text_field(stream, schedule->processes[i].name, LC_NAME_MAX);
    }
    for (uint32_t i = 0; i < schedule->thread_count; i++) {
        text_field(stream, schedule->threads[i].name, LC_NAME_MAX);
    }
    schedule->socket_count =
        count(stream, schedule->socket_count, LC_SOCKETS_MAX);
    for (uint32_t i = 0; i < schedule->socket_count; i++) {
        text_field(stream, schedule->sockets[i], LC_NAME_MAX);
    }
    struct lc_expect *expect = &schedule->expect;
    expect->kind = byte(stream, expect->kind);
    text_field(stream, expect->rule, LC_NAME_MAX);
    expect->has_hash = byte(stream, expect->has_hash) != 0;
    expect->hash = number(stream, expect->hash, 8);
    swarm_fields(stream, &schedule->swarm);
    world->faults = (uint16_t)number(stream, world->faults, 2);
    world->versions = byte(stream, world->versions);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        world->providers[i].versions =
            byte(stream, world->providers[i].versions);
    }
    world->page_heap = byte(stream, world->page_heap);
    world->rcvbuf_bytes = (uint32_t)number(stream, world->rcvbuf_bytes, 4);
    world->hostile = byte(stream, world->hostile);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        world->providers[i].dll_main =
            byte(stream, world->providers[i].dll_main);
    }
    world->names = byte(stream, world->names);
    protocols(stream, world);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        struct lc_provider *provider = &world->providers[i];
        uint8_t bits =
            (uint8_t)(provider->has_own | provider->is_datagram << 1);
        bits = byte(stream, bits);
        provider->has_own = bits & 1;
        provider->is_datagram = bits >> 1 & 1;
    }
}

bool fuzz_compact_is(const uint8_t *bytes, size_t size_bytes)
{
    LC_CHECK(bytes != NULL || size_bytes == 0);
    return size_bytes >= 2 && bytes[0] == MAGIC_0 && bytes[1] == MAGIC_1;
}

/* The thread that makes a call. */
static uint8_t thread_of(const struct lc_schedule *schedule, uint32_t op)
{
    LC_CHECK(op < schedule->op_count);
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        const struct lc_thread *thread = &schedule->threads[t];
        if (op >= thread->op_first &&
            op < thread->op_first + thread->op_count) {
            return (uint8_t)t;
        }
    }
    LC_CHECK(schedule->op_count == 0); /* each call is some thread's */
    return 0;
}

size_t fuzz_compact_encode(
    const struct lc_schedule *schedule,
    /* NOLINTNEXTLINE(readability-non-const-parameter): written by byte() */
    uint8_t *bytes,
    size_t capacity)
{
    LC_CHECK(bytes != NULL);
    LC_CHECK(schedule->thread_count > 0); /* as in any valid one */
    struct stream stream = {
        .out = bytes,
        .size_bytes = capacity,
        .is_writing = true,
    };
    struct lc_schedule copy = *schedule; /* fields are read and written back */
    head(&stream, &copy);
    for (uint32_t i = 0; i < copy.op_count; i++) {
        uint8_t thread = thread_of(&copy, i);
        op_fields(&stream, &copy.ops[i], &thread);
    }
    (void)number(&stream, copy.choice_count, 2);
    for (uint32_t i = 0; i < copy.choice_count; i++) {
        choice_fields(&stream, &copy.choices[i]);
    }
    (void)byte(&stream, NAMES_MARK);
    names(&stream, &copy);
    return stream.at <= capacity ? stream.at : 0;
}

/* Sorts the calls by thread, keeping their order within one. */
static void sort_ops(
    struct lc_schedule *schedule,
    const struct lc_op *ops,
    const uint8_t *threads,
    uint32_t op_count)
{
    uint32_t placed = 0;
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        schedule->threads[t].op_first = placed;
        for (uint32_t i = 0; i < op_count; i++) {
            if (threads[i] % schedule->thread_count == t) {
                schedule->ops[placed++] = ops[i];
            }
        }
        schedule->threads[t].op_count = placed - schedule->threads[t].op_first;
    }
    schedule->op_count = placed;
}

/* Where a schedule starts from: what a short input leaves as it is. */
static void begin(struct lc_schedule *ret_schedule)
{
    memset(ret_schedule, 0, sizeof *ret_schedule);
    fuzz_schedule_default_world(&ret_schedule->world);
    for (uint32_t i = 0; i < LC_PROVIDERS_MAX; i++) {
        /* Names follow from the kinds unless the input has some. */
        memset(ret_schedule->world.providers[i].name, 0, LC_NAME_MAX);
    }
}

/* The list of calls, sorted by thread. */
static void read_ops(struct stream *stream, struct lc_schedule *schedule)
{
    struct lc_op ops[LC_OPS_MAX];
    uint8_t threads[LC_OPS_MAX];
    memset(ops, 0, sizeof ops);
    memset(threads, 0, sizeof threads);
    uint32_t count = schedule->op_count;
    LC_CHECK(count <= LC_OPS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        op_fields(stream, &ops[i], &threads[i]);
        fuzz_compact_range_op(&ops[i]);
    }
    sort_ops(schedule, ops, threads, count);
}

static void read_choices(struct stream *stream, struct lc_schedule *schedule)
{
    uint32_t count = (uint32_t)number(stream, 0, 2) % (LC_CHOICES_MAX + 1);
    LC_CHECK(schedule->choice_count == 0);
    for (uint32_t i = 0; i < count && stream->at < stream->size_bytes; i++) {
        struct lc_choice *choice = &schedule->choices[i];
        choice_fields(stream, choice);
        if (schedule->thread_count > 0) {
            fuzz_compact_range_choice(schedule, choice);
        }
        schedule->choice_count++;
    }
}

void fuzz_compact_decode(
    const uint8_t *bytes,
    size_t size_bytes,
    struct lc_schedule *ret_schedule)
{
    LC_CHECK(bytes != NULL || size_bytes == 0);
    LC_CHECK(ret_schedule != NULL);
    struct stream stream = { .in = bytes, .size_bytes = size_bytes };
    begin(ret_schedule);
    head(&stream, ret_schedule);
    fuzz_compact_range_world(&ret_schedule->world);
    read_ops(&stream, ret_schedule);
    read_choices(&stream, ret_schedule);
    if (byte(&stream, 0) == NAMES_MARK) {
        names(&stream, ret_schedule);
        fuzz_compact_range_names(&ret_schedule->world);
    }
    for (uint32_t i = 0; i < ret_schedule->choice_count; i++) {
        struct lc_choice *choice = &ret_schedule->choices[i];
        fuzz_compact_range_nsp(ret_schedule, choice);
        if (choice->stream == LC_STREAM_FAULT &&
            ret_schedule->thread_count > 0) {
            fuzz_compact_range_fault(ret_schedule, choice);
        }
    }
    fuzz_schedule_repair(ret_schedule);
}

void fuzz_compact_find(
    const uint8_t *bytes,
    size_t size_bytes,
    struct fuzz_compact_layout *ret_layout)
{
    LC_CHECK(bytes != NULL || size_bytes == 0);
    LC_CHECK(ret_layout != NULL);
    struct lc_schedule schedule;
    struct stream stream = { .in = bytes, .size_bytes = size_bytes };
    begin(&schedule);
    head(&stream, &schedule);
    size_t left = stream.at < size_bytes ? size_bytes - stream.at : 0;
    uint32_t fit = (uint32_t)(left / FUZZ_COMPACT_OP_BYTES);
    ret_layout->ops_at = size_bytes - left;
    ret_layout->op_count = schedule.op_count < fit ? schedule.op_count : fit;
    stream.at += (size_t)schedule.op_count * FUZZ_COMPACT_OP_BYTES;
    uint32_t choices = (uint32_t)number(&stream, 0, 2) % (LC_CHOICES_MAX + 1);
    left = stream.at < size_bytes ? size_bytes - stream.at : 0;
    fit = (uint32_t)(left / FUZZ_COMPACT_CHOICE_BYTES);
    ret_layout->choices_at = size_bytes - left;
    ret_layout->choice_count = choices < fit ? choices : fit;
    stream.at += (size_t)choices * FUZZ_COMPACT_CHOICE_BYTES;
    ret_layout->names_at = stream.at < size_bytes ? stream.at : size_bytes;
}
