#include "fuzz/shrink.h"

#include <string.h>

#include "lastcall/check.h"
#include "lastcall/trace.h"

#include "fuzz/call.h"
#include "fuzz/schedule.h"
#include "fuzz/swarm.h"

enum {
    PAIRS_OPS_MAX = 24
};

struct shrinker {
    const struct fuzz_shrink_options *options;
    struct lc_schedule *best;
    struct lc_schedule trial;
    uint32_t tests;
};

/* Tries the trial; keeps it when it passes and differs. Other choices that the
 * test has put into it may be more only where a call has gone. */
static bool attempt(struct shrinker *shrinker)
{
    if (shrinker->tests >= shrinker->options->tests_max) {
        return false;
    }
    fuzz_schedule_repair(&shrinker->trial);
    if (fuzz_schedule_equal(&shrinker->trial, shrinker->best)) {
        return false;
    }
    shrinker->tests++;
    if (!shrinker->options->test(
            shrinker->options->context,
            &shrinker->trial)) {
        return false;
    }
    if (shrinker->trial.op_count == shrinker->best->op_count &&
        shrinker->trial.choice_count > shrinker->best->choice_count) {
        return false;
    }
    *shrinker->best = shrinker->trial;
    return true;
}

/* ---- Taking things out ---- */

/* Moves the choices of a thread's later calls when one call goes. */
static void drop_call_of_choices(
    struct lc_schedule *schedule,
    uint32_t thread,
    uint32_t call)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < schedule->choice_count; i++) {
        struct lc_choice choice = schedule->choices[i];
        if (choice.thread == thread && choice.stream != LC_STREAM_LATENCY) {
            if (choice.call == call) {
                continue;
            }
            choice.call =
                choice.call > call ? (uint8_t)(choice.call - 1) : choice.call;
        }
        schedule->choices[kept++] = choice;
    }
    schedule->choice_count = kept;
}

static void drop_op(struct lc_schedule *schedule, uint32_t op)
{
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        struct lc_thread *thread = &schedule->threads[t];
        if (op >= thread->op_first &&
            op < thread->op_first + thread->op_count) {
            drop_call_of_choices(schedule, t, op - thread->op_first);
            thread->op_count--;
        } else if (thread->op_first > op) {
            thread->op_first--;
        }
    }
    schedule->op_count--;
    memmove(
        &schedule->ops[op],
        &schedule->ops[op + 1],
        (schedule->op_count - op) * sizeof schedule->ops[0]);
    memset(&schedule->ops[schedule->op_count], 0, sizeof schedule->ops[0]);
}

static void drop_choices(
    struct lc_schedule *schedule,
    uint32_t first,
    uint32_t count)
{
    memmove(
        &schedule->choices[first],
        &schedule->choices[first + count],
        (schedule->choice_count - first - count) * sizeof schedule->choices[0]);
    schedule->choice_count -= count;
}

/* What a list is cut out of the trial: entries [first, first + count). */
typedef void cut_fn(
    struct lc_schedule *schedule,
    uint32_t first,
    uint32_t count);

static void cut_ops(
    struct lc_schedule *schedule,
    uint32_t first,
    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        drop_op(schedule, first + count - 1 - i);
    }
}

static void cut_threads(
    struct lc_schedule *schedule,
    uint32_t first,
    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        schedule->threads[first + i].op_count = 0;
    }
}

static uint32_t list_count(const struct lc_schedule *schedule, cut_fn *cut)
{
    return cut == cut_ops       ? schedule->op_count
           : cut == cut_threads ? schedule->thread_count
                                : schedule->choice_count;
}

/* Delta debugging: cuts ever smaller pieces out, from the end. */
static bool minimise(struct shrinker *shrinker, cut_fn *cut)
{
    bool has_changed = false;
    uint32_t size = list_count(shrinker->best, cut);
    for (size = (size + 1) / 2; size > 0; size /= 2) {
        uint32_t count = list_count(shrinker->best, cut);
        uint32_t end = count;
        while (end > 0) {
            uint32_t step = size < end ? size : end;
            shrinker->trial = *shrinker->best;
            cut(&shrinker->trial, end - step, step);
            if (attempt(shrinker)) {
                has_changed = true;
                count = list_count(shrinker->best, cut);
                end = end - step < count ? end - step : count;
            } else {
                end -= step;
            }
        }
    }
    return has_changed;
}

/* Two calls at a time, where neither can go alone: a start and its cleanup.
 * Only of what is small by then: the tries grow with the square. */
static bool minimise_pairs(struct shrinker *shrinker)
{
    bool has_changed = false;
    uint32_t second = shrinker->best->op_count;
    while (second > 1 && shrinker->best->op_count <= PAIRS_OPS_MAX) {
        second--;
        for (uint32_t first = second; first > 0; first--) {
            shrinker->trial = *shrinker->best;
            drop_op(&shrinker->trial, second);
            drop_op(&shrinker->trial, first - 1);
            if (attempt(shrinker)) {
                has_changed = true;
                second = shrinker->best->op_count;
                break;
            }
        }
    }
    return has_changed;
}

/* One thread makes the calls of two, without choices. */
static void join_threads(
    struct lc_schedule *schedule,
    uint32_t first,
    uint32_t second)
{
    struct lc_op ops[LC_OPS_MAX];
    uint32_t count = 0;
    const uint32_t order[] = { first, second };
    for (uint32_t i = 0; i < LC_COUNT_OF(order); i++) {
        const struct lc_thread *thread = &schedule->threads[order[i]];
        memcpy(
            &ops[count],
            &schedule->ops[thread->op_first],
            thread->op_count * sizeof ops[0]);
        count += thread->op_count;
    }
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        const struct lc_thread *thread = &schedule->threads[t];
        if (t == first || t == second) {
            continue;
        }
        memcpy(
            &ops[count],
            &schedule->ops[thread->op_first],
            thread->op_count * sizeof ops[0]);
        schedule->threads[t].op_first = count;
        count += thread->op_count;
    }
    LC_CHECK(count == schedule->op_count);
    memcpy(schedule->ops, ops, count * sizeof ops[0]);
    schedule->threads[first].op_first = 0;
    schedule->threads[first].op_count += schedule->threads[second].op_count;
    schedule->threads[second].op_count = 0;
    schedule->choice_count = 0;
}

static bool try_join(struct shrinker *shrinker, uint32_t first, uint32_t second)
{
    const struct lc_schedule *best = shrinker->best;
    if (first == second || first >= best->thread_count ||
        second >= best->thread_count ||
        best->threads[first].process != best->threads[second].process) {
        return false;
    }
    shrinker->trial = *best;
    join_threads(&shrinker->trial, first, second);
    return attempt(shrinker);
}

static bool join_all(struct shrinker *shrinker)
{
    bool has_changed = false;
    for (uint32_t a = 0; a < LC_THREADS_MAX; a++) {
        for (uint32_t b = 0; b < LC_THREADS_MAX; b++) {
            has_changed |= try_join(shrinker, a, b);
        }
    }
    return has_changed;
}

/* ---- Simpler values ---- */

static bool try_value(struct shrinker *shrinker, uint32_t op, uint32_t value)
{
    if (shrinker->best->ops[op].value <= value) {
        return false;
    }
    shrinker->trial = *shrinker->best;
    shrinker->trial.ops[op].value = value;
    return attempt(shrinker);
}

static bool simplify_sizes(struct shrinker *shrinker)
{
    static const uint32_t sizes[] = { 1, 100, 1000, 10000, 20000 };
    bool has_changed = false;
    for (uint32_t i = 0; i < shrinker->best->op_count; i++) {
        uint8_t call = shrinker->best->ops[i].call;
        if (call != LC_CALL_SEND && call != LC_CALL_SLEEP &&
            call != LC_CALL_WSASEND && call != LC_CALL_SLEEPEX &&
            call != LC_CALL_WSARECV) {
            continue;
        }
        for (uint32_t k = 0; k < LC_COUNT_OF(sizes); k++) {
            if (try_value(shrinker, i, sizes[k])) {
                has_changed = true;
                break;
            }
        }
    }
    return has_changed;
}

static bool simplify_ops(struct shrinker *shrinker)
{
    bool has_changed = false;
    for (uint32_t i = 0; i < shrinker->best->op_count; i++) {
        const struct lc_op *op = &shrinker->best->ops[i];
        if (op->call == LC_CALL_WSASTARTUP && op->value != 0x0202) {
            shrinker->trial = *shrinker->best;
            shrinker->trial.ops[i].value = 0x0202;
            has_changed |= attempt(shrinker);
        }
        if (op->call == LC_CALL_SOCKET && op->entry != LC_NONE) {
            shrinker->trial = *shrinker->best;
            shrinker->trial.ops[i].entry = LC_NONE;
            has_changed |= attempt(shrinker);
        }
        if (op->call == LC_CALL_SOCKET && op->value != 0) {
            shrinker->trial = *shrinker->best;
            shrinker->trial.ops[i].value = 0;
            has_changed |= attempt(shrinker);
        }
        if (op->call == LC_CALL_LINGER && op->value2 > 1) {
            shrinker->trial = *shrinker->best;
            shrinker->trial.ops[i].value2 = 1;
            has_changed |= attempt(shrinker);
        }
    }
    return has_changed;
}

/* Entries of ops behind one that goes move up. */
static void drop_entry(struct lc_schedule *schedule, uint32_t entry)
{
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        struct lc_op *op = &schedule->ops[i];
        if (fuzz_call(op->call)->arguments[2].kind != FUZZ_ARGUMENT_NONE ||
            op->entry == LC_NONE || op->entry < entry) {
            continue;
        }
        op->entry = (uint8_t)(op->entry == entry ? LC_NONE : op->entry - 1U);
    }
}

static void cut_chain(struct lc_schedule *schedule, uint32_t chain)
{
    struct lc_world *world = &schedule->world;
    drop_entry(schedule, chain);
    world->chain_count--;
    memmove(
        &world->chains[chain],
        &world->chains[chain + 1],
        (world->chain_count - chain) * sizeof world->chains[0]);
}

static void cut_protocol(struct lc_schedule *schedule, uint32_t protocol)
{
    struct lc_world *world = &schedule->world;
    drop_entry(schedule, fuzz_schedule_protocol_first(world) + protocol);
    world->protocol_count--;
    memmove(
        &world->protocols[protocol],
        &world->protocols[protocol + 1],
        (world->protocol_count - protocol) * sizeof world->protocols[0]);
}

/* The entry that stands for a provider by itself. */
static uint32_t own_entry(const struct lc_world *world, uint32_t provider)
{
    bool is_base = world->providers[provider].kind == LC_PROVIDER_BASE;
    uint32_t entry =
        is_base ? world->chain_count : fuzz_schedule_entry_count(world);
    for (uint32_t i = 0; i < provider; i++) {
        entry += (world->providers[i].kind == LC_PROVIDER_BASE) == is_base;
    }
    return entry;
}

static bool is_in_chain(const struct lc_world *world, uint32_t provider)
{
    for (uint32_t i = 0; i < world->chain_count; i++) {
        for (uint32_t k = 0; k < world->chains[i].length; k++) {
            if (world->chains[i].providers[k] == provider) {
                return true;
            }
        }
    }
    return false;
}

/* A provider that is in no chain, with all that names it. */
static void cut_provider(struct lc_schedule *schedule, uint32_t provider)
{
    struct lc_world *world = &schedule->world;
    for (uint32_t i = world->protocol_count; i > 0; i--) {
        struct lc_served *served = &world->protocols[i - 1];
        if (served->provider == provider) {
            cut_protocol(schedule, i - 1);
        } else if (served->provider > provider) {
            served->provider--;
        }
    }
    drop_entry(schedule, own_entry(world, provider));
    for (uint32_t i = 0; i < world->chain_count; i++) {
        for (uint32_t k = 0; k < world->chains[i].length; k++) {
            if (world->chains[i].providers[k] > provider) {
                world->chains[i].providers[k]--;
            }
        }
    }
    world->provider_count--;
    memmove(
        &world->providers[provider],
        &world->providers[provider + 1],
        (world->provider_count - provider) * sizeof world->providers[0]);
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        struct lc_op *op = &schedule->ops[i];
        bool is_named =
            fuzz_call(op->call)->arguments[0].kind == FUZZ_ARGUMENT_PROVIDER;
        if (is_named && op->value > provider) {
            op->value--;
        }
    }
    uint32_t module = LC_MODULE_PROVIDER + provider;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < schedule->choice_count; i++) {
        struct lc_choice choice = schedule->choices[i];
        bool has_module = choice.place.kind >= LC_PLACE_SPI_ENTER &&
                          choice.place.kind <= LC_PLACE_SHIM &&
                          choice.place.module != LC_MODULE_SYSTEM &&
                          choice.place.module != LC_MODULE_NAMES;
        if (has_module && choice.place.module == module) {
            continue;
        }
        if (has_module && choice.place.module > module) {
            choice.place.module--;
        }
        schedule->choices[kept++] = choice;
    }
    schedule->choice_count = kept;
}

static bool simplify_providers(struct shrinker *shrinker)
{
    bool has_changed = false;
    for (uint32_t i = shrinker->best->world.protocol_count; i > 0; i--) {
        shrinker->trial = *shrinker->best;
        cut_protocol(&shrinker->trial, i - 1);
        has_changed |= attempt(shrinker);
    }
    for (uint32_t i = shrinker->best->world.chain_count; i > 0; i--) {
        shrinker->trial = *shrinker->best;
        cut_chain(&shrinker->trial, i - 1);
        has_changed |= attempt(shrinker);
    }
    for (uint32_t i = shrinker->best->world.provider_count; i > 0; i--) {
        const struct lc_world *world = &shrinker->best->world;
        if (world->provider_count > 1 && !is_in_chain(world, i - 1)) {
            shrinker->trial = *shrinker->best;
            cut_provider(&shrinker->trial, i - 1);
            has_changed |= attempt(shrinker);
        }
    }
    return has_changed;
}

/* The world as it is when a schedule says nothing of it; plants stay. */
static bool try_default_world(struct shrinker *shrinker)
{
    struct lc_world *world = &shrinker->trial.world;
    struct lc_world plain;
    fuzz_schedule_default_world(&plain);
    shrinker->trial = *shrinker->best;
    memcpy(plain.plants, world->plants, sizeof plain.plants);
    plain.plant_count = world->plant_count;
    plain.faults = world->faults;
    plain.page_heap = world->page_heap;
    plain.hostile = world->hostile;
    plain.names = world->names;
    *world = plain;
    return attempt(shrinker);
}

/* Fewer kinds of faults; the choices of one that goes go with it. */
static bool simplify_faults(struct shrinker *shrinker)
{
    bool has_changed = false;
    for (uint32_t i = 0; i < LC_FAIL_COUNT; i++) {
        if ((shrinker->best->world.faults >> i & 1) != 0) {
            shrinker->trial = *shrinker->best;
            shrinker->trial.world.faults &= (uint16_t) ~(1U << i);
            has_changed |= attempt(shrinker);
        }
    }
    return has_changed;
}

/* The versions that all have when a schedule says nothing of them. */
static bool simplify_versions(struct shrinker *shrinker)
{
    bool has_changed = false;
    if (shrinker->best->world.versions != 0) {
        shrinker->trial = *shrinker->best;
        shrinker->trial.world.versions = 0;
        has_changed |= attempt(shrinker);
    }
    for (uint32_t i = 0; i < shrinker->best->world.provider_count; i++) {
        if (shrinker->best->world.providers[i].versions != 0) {
            shrinker->trial = *shrinker->best;
            shrinker->trial.world.providers[i].versions = 0;
            has_changed |= attempt(shrinker);
        }
    }
    return has_changed;
}

/* The first form of a fault: the others differ in the error alone. */
static bool simplify_forms(struct shrinker *shrinker)
{
    bool has_changed = false;
    for (uint32_t i = 0; i < shrinker->best->choice_count; i++) {
        const struct lc_choice *choice = &shrinker->best->choices[i];
        if (choice->stream == LC_STREAM_FAULT && choice->value > 1) {
            shrinker->trial = *shrinker->best;
            shrinker->trial.choices[i].value = 1;
            has_changed |= attempt(shrinker);
        }
    }
    return has_changed;
}

static bool simplify_world(struct shrinker *shrinker)
{
    struct lc_world plain;
    bool has_changed = false;
    fuzz_schedule_default_world(&plain);
    for (uint32_t i = 0; i < shrinker->best->world.provider_count; i++) {
        if (shrinker->best->world.providers[i].pinned) {
            shrinker->trial = *shrinker->best;
            shrinker->trial.world.providers[i].pinned = 0;
            has_changed |= attempt(shrinker);
        }
    }
    for (uint32_t i = 0; i < shrinker->best->world.provider_count; i++) {
        shrinker->trial = *shrinker->best;
        shrinker->trial.world.providers[i].dll_main = 0;
        has_changed |= attempt(shrinker);
    }
    has_changed |= simplify_faults(shrinker);
    has_changed |= simplify_versions(shrinker);
    if (shrinker->best->world.page_heap) {
        shrinker->trial = *shrinker->best;
        shrinker->trial.world.page_heap = 0;
        has_changed |= attempt(shrinker);
    }
    if (shrinker->best->world.names) {
        shrinker->trial = *shrinker->best;
        shrinker->trial.world.names = 0;
        has_changed |= attempt(shrinker);
    }
    shrinker->trial = *shrinker->best;
    shrinker->trial.world.hostile = 0; /* its calls go with it */
    has_changed |= attempt(shrinker);
    if (shrinker->best->world.descriptors != 0) {
        shrinker->trial = *shrinker->best;
        shrinker->trial.world.descriptors = 0;
        has_changed |= attempt(shrinker);
    }
    shrinker->trial = *shrinker->best;
    shrinker->trial.world.peer_kind = LC_PEER_SINK;
    has_changed |= attempt(shrinker);
    shrinker->trial = *shrinker->best;
    shrinker->trial.world.sndbuf_bytes = plain.sndbuf_bytes;
    has_changed |= attempt(shrinker);
    shrinker->trial = *shrinker->best;
    shrinker->trial.world.rcvbuf_bytes = plain.rcvbuf_bytes;
    has_changed |= attempt(shrinker);
    shrinker->trial = *shrinker->best;
    shrinker->trial.world.link_bits_per_s = plain.link_bits_per_s;
    shrinker->trial.world.link_latency_ns = plain.link_latency_ns;
    shrinker->trial.world.link_window_bytes = plain.link_window_bytes;
    has_changed |= attempt(shrinker);
    return has_changed;
}

/* The names of a small schedule: threads a, b, ...; sockets s, s1, ... */
static void rename_all(struct lc_schedule *schedule)
{
    for (uint32_t i = 0; i < schedule->process_count; i++) {
        memset(schedule->processes[i].name, 0, LC_NAME_MAX);
        schedule->processes[i].name[0] = (char)('A' + i);
    }
    for (uint32_t i = 0; i < schedule->thread_count; i++) {
        memset(schedule->threads[i].name, 0, LC_NAME_MAX);
        schedule->threads[i].name[0] = (char)('a' + i);
    }
    for (uint32_t i = 0; i < schedule->socket_count; i++) {
        memset(schedule->sockets[i], 0, LC_NAME_MAX);
        schedule->sockets[i][0] = 's';
        schedule->sockets[i][1] = (char)(i == 0 ? 0 : '0' + i % 10);
        schedule->sockets[i][2] = (char)(i < 10 ? 0 : 'x');
    }
}

uint32_t fuzz_shrink(
    const struct fuzz_shrink_options *options,
    struct lc_schedule *schedule)
{
    LC_CHECK(options->test != NULL);
    struct shrinker shrinker = { .options = options, .best = schedule };
    bool has_changed = true;
    (void)try_default_world(&shrinker);
    while (has_changed && shrinker.tests < options->tests_max) {
        has_changed = minimise(&shrinker, cut_threads);
        has_changed |= join_all(&shrinker);
        has_changed |= minimise(&shrinker, drop_choices);
        has_changed |= minimise(&shrinker, cut_ops);
        has_changed |= minimise_pairs(&shrinker);
        has_changed |= simplify_sizes(&shrinker);
        has_changed |= simplify_ops(&shrinker);
        has_changed |= simplify_world(&shrinker);
        has_changed |= simplify_forms(&shrinker);
        has_changed |= simplify_providers(&shrinker);
    }
    shrinker.trial = *schedule;
    rename_all(&shrinker.trial);
    fuzz_swarm_narrow(&shrinker.trial);
    (void)attempt(&shrinker);
    return shrinker.tests;
}

uint32_t fuzz_shrink_switches(const struct lc_schedule *schedule)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < schedule->choice_count; i++) {
        count += schedule->choices[i].stream == LC_STREAM_SCHED;
    }
    return count;
}
