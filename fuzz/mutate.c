#include "fuzz/mutate.h"

#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/fail.h"
#include "lastcall/nsp.h"
#include "lastcall/trace.h"
#include "lastcall/version.h"

#include "fuzz/call.h"
#include "fuzz/compact.h"
#include "fuzz/generate.h"
#include "fuzz/rng.h"
#include "fuzz/schedule.h"

enum {
    CHANGES_MAX = 4,
    OCCURRENCE_MAX = 3
};

/* What is changed, and by which numbers. */
struct mutation {
    struct fuzz_rng rng;
    struct lc_schedule *schedule;
};

static uint32_t upto(struct mutation *mutation, uint32_t max)
{
    return fuzz_rng_upto(&mutation->rng, max);
}

static bool chance(struct mutation *mutation, uint32_t times, uint32_t of)
{
    return fuzz_rng_chance(&mutation->rng, times, of);
}

static uint32_t pick_thread(struct mutation *mutation)
{
    LC_CHECK(mutation->schedule->thread_count > 0);
    return upto(mutation, mutation->schedule->thread_count - 1);
}

/* ---- Calls ---- */

static struct lc_op random_op(struct mutation *mutation)
{
    struct lc_op op = { .socket = LC_NONE, .entry = LC_NONE };
    uint32_t entries = fuzz_schedule_entry_count(&mutation->schedule->world);
    uint32_t sockets = mutation->schedule->socket_count;
    op.call = (uint8_t)upto(mutation, LC_CALL_COUNT - 1);
    const struct fuzz_call *call = fuzz_call(op.call);
    if (call->has_socket) {
        sockets = sockets < LC_SOCKETS_MAX ? sockets : LC_SOCKETS_MAX - 1;
        op.socket = (uint8_t)upto(mutation, sockets);
    }
    if (op.call == LC_CALL_SOCKET && chance(mutation, 1, 2)) {
        const struct lc_world *world = &mutation->schedule->world;
        uint32_t entry = upto(mutation, entries + world->protocol_count - 1);
        /* The protocols come behind the layers' own. */
        op.entry =
            (uint8_t)(entry < entries ? entry : fuzz_schedule_protocol_first(world) + entry - entries);
    }
    if (call->has_entry) {
        op.entry = (uint8_t)upto(
            mutation,
            fuzz_schedule_catalog_count(&mutation->schedule->world) - 1);
    }
    if (call->is_of_names) {
        /* Where there is none it does next to nothing. */
        mutation->schedule->world.names = 1;
    }
    fuzz_call_draw_all(&op, &mutation->rng);
    if (call->has_listener) {
        op.value2 = upto(mutation, sockets);
    }
    return op;
}

/* Moves the names of a thread's later calls when one comes or goes. */
static void shift_calls(
    struct lc_schedule *schedule,
    uint32_t thread,
    uint32_t call,
    bool is_insertion)
{
    for (uint32_t i = 0; i < schedule->choice_count; i++) {
        struct lc_choice *choice = &schedule->choices[i];
        if (choice->thread != thread || choice->call < call ||
            choice->stream == LC_STREAM_LATENCY) {
            continue;
        }
        if (is_insertion && choice->call < UINT8_MAX) {
            choice->call++;
        } else if (!is_insertion && choice->call > 0) {
            choice->call--;
        }
    }
}

static void insert_op(
    struct lc_schedule *schedule,
    uint32_t thread,
    uint32_t call,
    const struct lc_op *op)
{
    if (schedule->op_count == LC_OPS_MAX) {
        return;
    }
    uint32_t at = schedule->threads[thread].op_first + call;
    LC_CHECK(at <= schedule->op_count);
    memmove(
        &schedule->ops[at + 1],
        &schedule->ops[at],
        (schedule->op_count - at) * sizeof schedule->ops[0]);
    schedule->ops[at] = *op;
    schedule->op_count++;
    schedule->threads[thread].op_count++;
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        if (t != thread && schedule->threads[t].op_first >= at) {
            schedule->threads[t].op_first++;
        }
    }
    shift_calls(schedule, thread, call, true);
}

static void delete_op(
    struct lc_schedule *schedule,
    uint32_t thread,
    uint32_t call)
{
    uint32_t at = schedule->threads[thread].op_first + call;
    LC_CHECK(call < schedule->threads[thread].op_count);
    schedule->op_count--;
    memmove(
        &schedule->ops[at],
        &schedule->ops[at + 1],
        (schedule->op_count - at) * sizeof schedule->ops[0]);
    schedule->threads[thread].op_count--;
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        if (t != thread && schedule->threads[t].op_first > at) {
            schedule->threads[t].op_first--;
        }
    }
    shift_calls(schedule, thread, call + 1, false);
}

static void change_ops(struct mutation *mutation)
{
    struct lc_schedule *schedule = mutation->schedule;
    uint32_t t = pick_thread(mutation);
    struct lc_thread *thread = &schedule->threads[t];
    struct lc_op *ops = &schedule->ops[thread->op_first];
    uint32_t call = upto(mutation, thread->op_count);
    uint32_t other = upto(mutation, thread->op_count);
    struct lc_op op = random_op(mutation);
    bool is_there = call < thread->op_count && other < thread->op_count;
    switch (upto(mutation, 7)) {
    case 0:
    case 1:
        insert_op(schedule, t, call, &op);
        break;
    case 2:
        if (is_there && schedule->op_count > 1) {
            delete_op(schedule, t, call);
        }
        break;
    case 3:
        if (is_there) {
            op = ops[call];
            insert_op(schedule, t, other, &op);
        }
        break;
    case 4:
        if (is_there) {
            op = ops[call];
            ops[call] = ops[other];
            ops[other] = op;
        }
        break;
    case 5:
        if (is_there) {
            ops[call] = op;
        }
        break;
    default:
        if (is_there) {
            fuzz_call_draw_all(&ops[call], &mutation->rng);
            if (fuzz_call(ops[call].call)->has_listener) {
                ops[call].value2 = op.value2 % LC_SOCKETS_MAX;
            }
        }
        break;
    }
}

/* ---- Choices ---- */

static struct lc_place random_place(struct mutation *mutation)
{
    static const uint8_t spi[] = { LC_SPI_STARTUP, LC_SPI_CLEANUP,
                                   LC_SPI_SOCKET,  LC_SPI_CLOSE_SOCKET,
                                   LC_SPI_CONNECT, LC_SPI_SEND,
                                   LC_SPI_RECV };
    uint32_t providers = mutation->schedule->world.provider_count;
    uint32_t provider = upto(mutation, providers - 1);
    struct lc_place place = { .module =
                                  (uint8_t)(LC_MODULE_PROVIDER + provider) };
    switch (upto(mutation, 5)) {
    case 0:
        place.kind = LC_PLACE_API;
        place.module = 0;
        break;
    case 1:
        place.kind = LC_PLACE_SPI_ENTER;
        place.function = spi[upto(mutation, LC_COUNT_OF(spi) - 1)];
        break;
    case 2:
        place.kind = LC_PLACE_SPI_LEAVE;
        place.function = spi[upto(mutation, LC_COUNT_OF(spi) - 1)];
        break;
    case 3:
        place.kind = LC_PLACE_UPCALL;
        place.function = (uint8_t)upto(mutation, LC_UPCALL_COUNT - 1);
        break;
    case 4:
        place.kind = LC_PLACE_WAIT;
        place.function = (uint8_t)upto(mutation, LC_WAIT_COUNT - 1);
        place.module = 0;
        break;
    default:
        place.kind = LC_PLACE_SHIM;
        place.function = (uint8_t)upto(mutation, LC_SHIM_COUNT - 1);
        if (place.function == LC_SHIM_WS2_LOCK) {
            place.module = LC_MODULE_WS2_32;
        }
        break;
    }
    return place;
}

/* Into the name-space DLL, or out of it, or a call of its to Windows. */
static struct lc_place names_place(struct mutation *mutation)
{
    uint8_t kind =
        chance(mutation, 1, 2) ? LC_PLACE_NSP_ENTER : LC_PLACE_NSP_LEAVE;
    struct lc_place place = {
        .kind = kind,
        .function = (uint8_t)upto(mutation, LC_NSP_STARTUP),
        .module = LC_MODULE_NAMES,
    };
    if (chance(mutation, 1, 3)) {
        place.kind = LC_PLACE_SHIM;
        place.function = (uint8_t)upto(mutation, LC_SHIM_COUNT - 1);
    }
    return place;
}

static struct lc_choice random_choice(struct mutation *mutation)
{
    const struct lc_schedule *schedule = mutation->schedule;
    uint32_t thread = pick_thread(mutation);
    uint32_t calls = schedule->threads[thread].op_count;
    uint32_t call = calls > 0 ? upto(mutation, calls - 1) : 0;
    struct lc_choice choice = {
        .stream = LC_STREAM_SCHED,
        .thread = (uint8_t)thread,
        .call = (uint8_t)call,
        .place = random_place(mutation),
        .action = LC_ACTION_RUN,
        .target = (uint8_t)pick_thread(mutation),
    };
    if (schedule->world.names != 0 && chance(mutation, 1, 3)) {
        choice.place = names_place(mutation);
    }
    if (choice.place.kind == LC_PLACE_API && calls > 0) {
        choice.place.function =
            schedule->ops[schedule->threads[thread].op_first + call].call;
    }
    choice.occurrence = (uint16_t)upto(mutation, OCCURRENCE_MAX);
    if (chance(mutation, 1, 6)) {
        choice.target =
            LC_THREAD_REF((uint32_t)schedule->threads[thread].process, 0);
    }
    if (chance(mutation, 1, 6)) {
        choice.action = LC_ACTION_FIRE;
        choice.target = (uint8_t)upto(mutation, LC_EVENT_COUNT - 1);
        choice.value = (uint16_t)upto(mutation, 2);
    }
    if (chance(mutation, 1, 8)) {
        choice.stream = LC_STREAM_LATENCY;
        choice.call = (uint8_t)(1 + upto(mutation, 2));
        choice.value = (uint16_t)(1 + upto(mutation, 2));
    }
    return choice;
}

/* A site of a kind that the world names; the schedule has such. */
static void make_fail(struct mutation *mutation, struct lc_choice *choice)
{
    static const struct lc_place sites[] = {
        { LC_PLACE_SHIM, LC_SHIM_HEAP_ALLOC, 0 },
        { LC_PLACE_SHIM, LC_SHIM_HEAP_CREATE, 0 },
        { LC_PLACE_SHIM, LC_SHIM_LOAD_LIBRARY, 0 },
        { LC_PLACE_SHIM, LC_SHIM_GET_PROC_ADDRESS, 0 },
        { LC_PLACE_SPI_ENTER, LC_SPI_STARTUP, 0 },
        { LC_PLACE_UPCALL, LC_UPCALL_GET_PROVIDER_PATH, 0 },
        { LC_PLACE_UPCALL, LC_UPCALL_MODIFY_IFS_HANDLE, 0 },
        { LC_PLACE_UPCALL, LC_UPCALL_CREATE_SOCKET_HANDLE, 0 },
        { LC_PLACE_SHIM, LC_SHIM_CREATE_EVENT, 0 },
        { LC_PLACE_SHIM, LC_SHIM_CREATE_THREAD, 0 },
        { LC_PLACE_SHIM, LC_SHIM_NET, 0 },
        { LC_PLACE_SHIM, LC_SHIM_CATALOG, 0 },
        { LC_PLACE_SHIM, LC_SHIM_CLOSE, 0 },
        { LC_PLACE_SPI_ENTER, LC_SPI_CLOSE_SOCKET, 0 },
        { LC_PLACE_SPI_ENTER, LC_SPI_CLEANUP, 0 },
        { LC_PLACE_API, LC_CALL_WSASTARTUP, 0 },
        { LC_PLACE_API, LC_CALL_WSACLEANUP, 0 },
    };
    const struct lc_world *world = &mutation->schedule->world;
    uint32_t provider = upto(mutation, world->provider_count - 1);
    struct lc_place place = sites[upto(mutation, LC_COUNT_OF(sites) - 1)];
    if (place.kind != LC_PLACE_API) {
        place.module = (uint8_t)(LC_MODULE_PROVIDER + provider);
    }
    enum lc_fail fail = lc_fail_of(place);
    LC_CHECK(fail != LC_FAIL_COUNT);
    if ((fail == LC_FAIL_LOAD || fail == LC_FAIL_PROC) &&
        chance(mutation, 1, 2)) {
        place.module = LC_MODULE_WS2_32;
    }
    choice->stream = LC_STREAM_FAULT;
    choice->place = place;
    choice->action = LC_ACTION_VALUE;
    choice->target = 0;
    choice->value = (uint16_t)(1 + upto(mutation, lc_fail_forms(place) - 1));
}

static void change_choices(struct mutation *mutation)
{
    struct lc_schedule *schedule = mutation->schedule;
    uint32_t count = schedule->choice_count;
    uint32_t at = count > 0 ? upto(mutation, count - 1) : 0;
    struct lc_choice choice = random_choice(mutation);
    if (schedule->world.faults != 0 && chance(mutation, 1, 3)) {
        make_fail(mutation, &choice);
    }
    switch (count == 0 ? 0 : upto(mutation, 4)) {
    case 0:
    case 1:
        if (count < LC_CHOICES_MAX) {
            schedule->choices[schedule->choice_count++] = choice;
        }
        break;
    case 2:
        schedule->choice_count--;
        schedule->choices[at] = schedule->choices[count - 1];
        memset(&schedule->choices[count - 1], 0, sizeof choice);
        break;
    case 3:
        schedule->choices[at].occurrence = choice.occurrence;
        schedule->choices[at].place = choice.place;
        break;
    default:
        schedule->choices[at].action = choice.action;
        schedule->choices[at].target = choice.target;
        schedule->choices[at].value = choice.value;
        break;
    }
}

/* ---- Threads and world ---- */

/* A thread of another schedule comes in, or takes the place of one. */
static void splice(
    struct mutation *mutation,
    const struct lc_schedule *other,
    bool is_new)
{
    struct lc_schedule *schedule = mutation->schedule;
    uint32_t from = upto(mutation, other->thread_count - 1);
    uint32_t to = pick_thread(mutation);
    if (is_new && schedule->thread_count < LC_THREADS_MAX) {
        to = schedule->thread_count++;
        memset(&schedule->threads[to], 0, sizeof schedule->threads[to]);
        schedule->threads[to].op_first = schedule->op_count;
        schedule->threads[to].process =
            (uint8_t)upto(mutation, schedule->process_count - 1);
    }
    while (schedule->threads[to].op_count > 0) {
        delete_op(schedule, to, schedule->threads[to].op_count - 1);
    }
    for (uint32_t i = 0; i < other->threads[from].op_count; i++) {
        insert_op(
            schedule,
            to,
            schedule->threads[to].op_count,
            &other->ops[other->threads[from].op_first + i]);
        if (schedule->op_count == LC_OPS_MAX) {
            break;
        }
    }
}

static void change_threads(struct mutation *mutation)
{
    static struct lc_schedule other;
    struct lc_schedule *schedule = mutation->schedule;
    uint32_t t = pick_thread(mutation);
    struct fuzz_generate_options options = { .world = &schedule->world };
    switch (upto(mutation, 3)) {
    case 0:
        schedule->threads[t].op_count = 0; /* repair takes it away */
        break;
    case 1:
        if (schedule->process_count < LC_PROCESSES_MAX &&
            chance(mutation, 1, 4)) {
            memset(
                &schedule->processes[schedule->process_count],
                0,
                sizeof schedule->processes[0]);
            schedule->process_count++;
        }
        schedule->threads[t].process =
            (uint8_t)upto(mutation, schedule->process_count - 1);
        break;
    default:
        fuzz_generate(&options, fuzz_rng_next(&mutation->rng), &other);
        splice(mutation, &other, chance(mutation, 1, 2));
        break;
    }
}

/* Of ws2_32 or of a provider: one version comes or goes, or all are as by
 * default. */
static void change_versions(struct mutation *mutation, uint32_t provider)
{
    struct lc_world *world = &mutation->schedule->world;
    uint8_t *versions = chance(mutation, 1, 3)
                            ? &world->versions
                            : &world->providers[provider].versions;
    *versions ^= (uint8_t)(1U << upto(mutation, LC_VERSION_COUNT - 1));
    if (chance(mutation, 1, 4)) {
        *versions = 0;
    }
}

static void change_world(struct mutation *mutation)
{
    static struct lc_schedule other;
    struct fuzz_generate_options options = { .world = NULL };
    struct lc_world *world = &mutation->schedule->world;
    fuzz_generate(&options, fuzz_rng_next(&mutation->rng), &other);
    uint32_t provider = upto(mutation, world->provider_count - 1);
    switch (upto(mutation, 6)) {
    case 0:
        memcpy(other.world.plants, world->plants, sizeof world->plants);
        other.world.plant_count = world->plant_count;
        other.world.faults = world->faults;
        other.world.page_heap = world->page_heap;
        other.world.hostile = world->hostile;
        other.world.names = world->names;
        *world = other.world;
        break;
    case 1:
        world->sndbuf_bytes = other.world.sndbuf_bytes;
        world->rcvbuf_bytes = other.world.rcvbuf_bytes;
        break;
    case 2:
        world->link_window_bytes = other.world.link_window_bytes;
        break;
    case 3:
        world->link_bits_per_s = other.world.link_bits_per_s;
        world->link_latency_ns = other.world.link_latency_ns;
        break;
    case 4:
        world->peer_kind = other.world.peer_kind;
        world->peer_number = other.world.peer_number;
        break;
    case 5:
        change_versions(mutation, provider);
        break;
    default:
        world->providers[provider].pinned ^= 1;
        break;
    }
}

/* ---- All of it ---- */

/* Encodes, and leaves out what does not fit: choices, then calls. */
static size_t encode(
    struct lc_schedule *schedule,
    uint8_t *bytes,
    size_t capacity)
{
    /* No swarm has made this one. */
    memset(&schedule->swarm, 0, sizeof schedule->swarm);
    fuzz_schedule_repair(schedule);
    size_t size_bytes = fuzz_compact_encode(schedule, bytes, capacity);
    while (size_bytes == 0 && schedule->choice_count > 0) {
        schedule->choice_count /= 2;
        fuzz_schedule_repair(schedule);
        size_bytes = fuzz_compact_encode(schedule, bytes, capacity);
    }
    while (size_bytes == 0 && schedule->op_count > 1) {
        uint32_t last = schedule->thread_count - 1;
        struct lc_thread *thread = &schedule->threads[last];
        schedule->op_count -= (thread->op_count + 1) / 2;
        thread->op_count /= 2;
        fuzz_schedule_repair(schedule);
        size_bytes = fuzz_compact_encode(schedule, bytes, capacity);
    }
    return size_bytes;
}

size_t fuzz_mutate(
    uint8_t *bytes,
    size_t size_bytes,
    size_t capacity,
    uint64_t seed)
{
    static struct lc_schedule schedule;
    LC_CHECK(size_bytes <= capacity);
    struct mutation mutation = { .schedule = &schedule };
    fuzz_rng_seed(&mutation.rng, seed, FUZZ_RNG_MUTATE);
    fuzz_compact_decode(bytes, size_bytes, &schedule);
    uint32_t changes = 1 + upto(&mutation, CHANGES_MAX - 1);
    for (uint32_t i = 0; i < changes; i++) {
        uint32_t kind = upto(&mutation, 9);
        if (kind < 5) {
            change_ops(&mutation);
        } else if (kind < 8) {
            change_choices(&mutation);
        } else if (kind == 8) {
            change_threads(&mutation);
        } else {
            change_world(&mutation);
        }
        fuzz_schedule_repair(&schedule);
    }
    size_t result = encode(&schedule, bytes, capacity);
    LC_CHECK(result <= capacity);
    return result > 0 ? result : size_bytes;
}

size_t fuzz_mutate_cross(
    const struct fuzz_mutate_input *first,
    const struct fuzz_mutate_input *second,
    uint8_t *bytes,
    size_t capacity,
    uint64_t seed)
{
    static struct lc_schedule schedule;
    static struct lc_schedule other;
    struct mutation mutation = { .schedule = &schedule };
    fuzz_rng_seed(&mutation.rng, seed, FUZZ_RNG_MUTATE);
    fuzz_compact_decode(first->bytes, first->size_bytes, &schedule);
    fuzz_compact_decode(second->bytes, second->size_bytes, &other);
    splice(&mutation, &other, chance(&mutation, 1, 2));
    size_t result = encode(&schedule, bytes, capacity);
    LC_CHECK(result <= capacity);
    return result;
}
