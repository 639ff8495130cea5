#include "fuzz/mutate.h"

#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/trace.h"

#include "fuzz/compact.h"
#include "fuzz/generate.h"
#include "fuzz/rng.h"
#include "fuzz/schedule.h"

enum {
    STEPS_MAX = 4
};

static struct lc_op random_op(struct fuzz_rng *rng)
{
    static const uint32_t values[] = {
        0, 1, 2, 100, 8191, 8192, 8193, 16384, 20000, 40000,
    };
    return (struct lc_op){
        .call = (uint8_t)fuzz_rng_upto(rng, LC_CALL_COUNT - 1),
        .socket = (uint8_t)fuzz_rng_upto(rng, 3),
        .entry =
            (uint8_t)(fuzz_rng_chance(rng, 2, 3) ? LC_NONE : fuzz_rng_upto(rng, 2)),
        .value = values[fuzz_rng_upto(rng, LC_COUNT_OF(values) - 1)],
        .value2 = values[fuzz_rng_upto(rng, 3)],
    };
}

/* Shifts the calls of later threads when one call comes or goes. */
static void shift(struct lc_schedule *schedule, uint32_t thread, int by)
{
    schedule->threads[thread].op_count += (uint32_t)by;
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        if (t != thread && schedule->threads[t].op_first >
                               schedule->threads[thread].op_first) {
            schedule->threads[t].op_first += (uint32_t)by;
        }
    }
    schedule->op_count += (uint32_t)by;
}

static void insert_op(
    struct lc_schedule *schedule,
    struct fuzz_rng *rng,
    struct lc_op op)
{
    if (schedule->op_count == LC_OPS_MAX) {
        return;
    }
    uint32_t t = fuzz_rng_upto(rng, schedule->thread_count - 1);
    const struct lc_thread *thread = &schedule->threads[t];
    uint32_t at = thread->op_first + fuzz_rng_upto(rng, thread->op_count);
    memmove(
        &schedule->ops[at + 1],
        &schedule->ops[at],
        (schedule->op_count - at) * sizeof schedule->ops[0]);
    schedule->ops[at] = op;
    shift(schedule, t, 1);
}

static void delete_op(struct lc_schedule *schedule, struct fuzz_rng *rng)
{
    uint32_t t = fuzz_rng_upto(rng, schedule->thread_count - 1);
    const struct lc_thread *thread = &schedule->threads[t];
    if (thread->op_count < 2) {
        return;
    }
    uint32_t at = thread->op_first + fuzz_rng_upto(rng, thread->op_count - 1);
    memmove(
        &schedule->ops[at],
        &schedule->ops[at + 1],
        (schedule->op_count - at - 1) * sizeof schedule->ops[0]);
    shift(schedule, t, -1);
}

static void change_op(struct lc_schedule *schedule, struct fuzz_rng *rng)
{
    uint32_t at = fuzz_rng_upto(rng, schedule->op_count - 1);
    struct lc_op *op = &schedule->ops[at];
    struct lc_op other = random_op(rng);
    switch (fuzz_rng_upto(rng, 3)) {
    case 0:
        op->value = other.value;
        op->value2 = other.value2;
        break;
    case 1:
        op->socket = other.socket;
        break;
    case 2:
        op->entry = other.entry;
        break;
    default:
        *op = other;
        break;
    }
}

static void swap_ops(struct lc_schedule *schedule, struct fuzz_rng *rng)
{
    uint32_t a = fuzz_rng_upto(rng, schedule->op_count - 1);
    uint32_t b = fuzz_rng_upto(rng, schedule->op_count - 1);
    struct lc_op held = schedule->ops[a];
    schedule->ops[a] = schedule->ops[b];
    schedule->ops[b] = held;
}

/* Places where a switch is worth a try. */
static struct lc_place random_place(struct fuzz_rng *rng)
{
    static const uint8_t functions[] = {
        LC_SPI_STARTUP,      LC_SPI_CLEANUP, LC_SPI_SOCKET,
        LC_SPI_CLOSE_SOCKET, LC_SPI_SEND,    LC_SPI_CONNECT,
    };
    uint8_t module = (uint8_t)(LC_MODULE_PROVIDER + fuzz_rng_upto(rng, 1));
    switch (fuzz_rng_upto(rng, 3)) {
    case 0:
        return (struct lc_place){ .kind = LC_PLACE_API };
    case 1:
        return (struct lc_place){
            .kind = (uint8_t)(LC_PLACE_SPI_ENTER + fuzz_rng_upto(rng, 1)),
            .function =
                functions[fuzz_rng_upto(rng, LC_COUNT_OF(functions) - 1)],
            .module = module,
        };
    case 2:
        return (struct lc_place){
            .kind = LC_PLACE_SHIM,
            .function = (uint8_t)fuzz_rng_upto(rng, LC_SHIM_COUNT - 1),
            .module = module,
        };
    default:
        return (struct lc_place){
            .kind = LC_PLACE_WAIT,
            .function = (uint8_t)fuzz_rng_upto(rng, LC_WAIT_COUNT - 1),
        };
    }
}

static void add_choice(struct lc_schedule *schedule, struct fuzz_rng *rng)
{
    if (schedule->choice_count == LC_CHOICES_MAX) {
        return;
    }
    uint32_t t = fuzz_rng_upto(rng, schedule->thread_count - 1);
    const struct lc_thread *thread = &schedule->threads[t];
    uint32_t call = fuzz_rng_upto(rng, thread->op_count - 1);
    struct lc_choice choice = {
        .thread = (uint8_t)t,
        .call = (uint8_t)call,
        .place = random_place(rng),
        .occurrence =
            (uint16_t)(fuzz_rng_chance(rng, 3, 4) ? 0 : fuzz_rng_upto(rng, 3)),
        .action = LC_ACTION_RUN,
        .target = (uint8_t)fuzz_rng_upto(rng, schedule->thread_count - 1),
    };
    if (choice.place.kind == LC_PLACE_API) {
        choice.place.function = schedule->ops[thread->op_first + call].call;
    }
    if (fuzz_rng_chance(rng, 1, 5)) {
        choice.action = LC_ACTION_FIRE;
        choice.target = (uint8_t)fuzz_rng_upto(rng, LC_EVENT_READ);
        choice.value = (uint16_t)fuzz_rng_between(rng, 1, 3);
    }
    schedule->choices[schedule->choice_count++] = choice;
}

static void drop_choice(struct lc_schedule *schedule, struct fuzz_rng *rng)
{
    if (schedule->choice_count == 0) {
        return;
    }
    uint32_t at = fuzz_rng_upto(rng, schedule->choice_count - 1);
    schedule->choices[at] = schedule->choices[schedule->choice_count - 1];
    schedule->choice_count--;
}

static void change_world(struct lc_schedule *schedule, struct fuzz_rng *rng)
{
    static const uint32_t sizes[] = { 1000, 4096, 8192, 16384 };
    struct lc_world *world = &schedule->world;
    uint32_t size = sizes[fuzz_rng_upto(rng, LC_COUNT_OF(sizes) - 1)];
    switch (fuzz_rng_upto(rng, 3)) {
    case 0:
        world->sndbuf_bytes = size;
        break;
    case 1:
        world->link_window_bytes = size;
        break;
    case 2:
        world->peer_kind ^= 1;
        world->peer_rate = size;
        break;
    default:
        world->providers[fuzz_rng_upto(rng, world->provider_count - 1)]
            .pinned ^= 1;
        break;
    }
}

static void step(struct lc_schedule *schedule, struct fuzz_rng *rng)
{
    switch (fuzz_rng_upto(rng, 9)) {
    case 0:
    case 1:
        insert_op(schedule, rng, random_op(rng));
        break;
    case 2:
        insert_op(
            schedule,
            rng,
            schedule->ops[fuzz_rng_upto(rng, schedule->op_count - 1)]);
        break;
    case 3:
        delete_op(schedule, rng);
        break;
    case 4:
        change_op(schedule, rng);
        break;
    case 5:
        swap_ops(schedule, rng);
        break;
    case 6:
    case 7:
        add_choice(schedule, rng);
        break;
    case 8:
        drop_choice(schedule, rng);
        break;
    default:
        change_world(schedule, rng);
        break;
    }
    fuzz_schedule_repair(schedule);
}

size_t fuzz_mutate(
    uint8_t *bytes,
    size_t size_bytes,
    size_t capacity,
    uint64_t seed)
{
    static struct lc_schedule schedule;
    static uint8_t result[FUZZ_COMPACT_SIZE_MAX];
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_MUTATE);
    if (size_bytes <= 2 || fuzz_rng_chance(&rng, 1, 64)) {
        struct fuzz_generate_options options = { 0 };
        fuzz_generate(&options, fuzz_rng_next(&rng) >> 2, &schedule);
    } else {
        fuzz_compact_decode(bytes, size_bytes, &schedule);
    }
    uint32_t steps = fuzz_rng_between(&rng, 1, STEPS_MAX);
    for (uint32_t i = 0; i < steps; i++) {
        step(&schedule, &rng);
    }
    size_t length = fuzz_compact_encode(&schedule, result, sizeof result);
    LC_CHECK(length > 0);
    if (length > capacity) {
        return size_bytes < capacity ? size_bytes : capacity;
    }
    memcpy(bytes, result, length);
    return length;
}

size_t fuzz_mutate_cross(
    const uint8_t *a,
    size_t a_bytes,
    const uint8_t *b,
    size_t b_bytes,
    uint8_t *ret_bytes,
    size_t capacity,
    uint64_t seed)
{
    static struct lc_schedule first;
    static struct lc_schedule second;
    static uint8_t result[FUZZ_COMPACT_SIZE_MAX];
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_MUTATE);
    fuzz_compact_decode(a, a_bytes, &first);
    fuzz_compact_decode(b, b_bytes, &second);
    uint32_t t = fuzz_rng_upto(&rng, second.thread_count - 1);
    const struct lc_thread *from = &second.threads[t];
    if (first.thread_count < LC_THREADS_MAX &&
        first.op_count + from->op_count <= LC_OPS_MAX) {
        struct lc_thread *to = &first.threads[first.thread_count];
        *to = *from;
        to->process = (uint8_t)fuzz_rng_upto(&rng, first.process_count - 1);
        to->op_first = first.op_count;
        memcpy(
            &first.ops[first.op_count],
            &second.ops[from->op_first],
            from->op_count * sizeof first.ops[0]);
        first.op_count += from->op_count;
        first.thread_count++;
    }
    fuzz_schedule_repair(&first);
    size_t length = fuzz_compact_encode(&first, result, sizeof result);
    LC_CHECK(length > 0);
    if (length > capacity) {
        return 0;
    }
    memcpy(ret_bytes, result, length);
    return length;
}
