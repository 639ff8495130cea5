#include "fuzz/swarm.h"

#include <string.h>

#include "lastcall/check.h"

#include "fuzz/call.h"
#include "fuzz/schedule.h"

enum {
    WEIGHT_BITS = 7
};

_Static_assert(LC_SWARM_WEIGHT_MAX < 1 << WEIGHT_BITS, "so many bits");

bool fuzz_swarm_is_on(const struct lc_swarm *swarm)
{
    bool is_on = false;
    for (uint32_t i = 0; i < LC_FEATURE_COUNT; i++) {
        is_on |= swarm->weights[i] != 0;
    }
    return is_on;
}

static uint8_t draw_weight(struct fuzz_rng *rng)
{
    uint32_t low = 1U << fuzz_rng_upto(rng, WEIGHT_BITS - 1);
    uint32_t weight = fuzz_rng_between(rng, low, 2 * low - 1);
    return (
        uint8_t)(weight < LC_SWARM_WEIGHT_MAX ? weight : LC_SWARM_WEIGHT_MAX);
}

/* Whether there is a call that changes anything. */
static bool has_effect(const struct lc_swarm *swarm)
{
    bool has = false;
    for (uint32_t i = 0; i < LC_CALL_COUNT; i++) {
        has |= swarm->weights[i] != 0 && i != LC_CALL_GETLASTERROR &&
               i != LC_CALL_SLEEP;
    }
    return has;
}

static bool may_have(
    const struct fuzz_call *call,
    struct fuzz_swarm_draws draws,
    bool has_rare)
{
    return (has_rare || !call->is_rare) &&
           (draws.hostile || !call->is_hostile) &&
           (draws.names || !call->is_of_names) &&
           !call->is_apart; /* the peer, or their own draws bring them */
}

/* In a world without name spaces calls on them do next to nothing. */
static void leave_out_names(struct lc_swarm *swarm)
{
    for (uint32_t i = 0; i < LC_CALL_COUNT; i++) {
        if (fuzz_call(i)->is_of_names) {
            swarm->weights[i] = 0;
        }
    }
}

void fuzz_swarm_draw(
    struct fuzz_rng *rng,
    struct fuzz_swarm_draws draws,
    struct lc_swarm *ret_swarm)
{
    uint8_t features[LC_FEATURE_COUNT];
    uint32_t end = draws.world ? LC_FEATURE_SLOW + 1 : LC_FEATURE_PIN + 1;
    uint32_t count = 0;
    memset(ret_swarm, 0, sizeof *ret_swarm);
    if (fuzz_rng_chance(rng, 1, 4)) {
        return;
    }
    /* Rare calls together in one of some: there are many. */
    bool has_rare = fuzz_rng_chance(rng, 1, 4);
    for (uint32_t i = 0; i < end; i++) {
        if (i >= LC_CALL_COUNT || may_have(fuzz_call(i), draws, has_rare)) {
            features[count++] = (uint8_t)i;
        }
    }
    if (draws.world) {
        features[count++] = LC_FEATURE_VERSIONS;
    }
    if (draws.world && draws.names) {
        features[count++] = LC_FEATURE_NAMES;
    }
    if (draws.faults) {
        features[count++] = LC_FEATURE_FAULTS;
    }
    if (draws.world) {
        features[count++] = LC_FEATURE_PEERS;
    }
    uint32_t kept = fuzz_rng_between(rng, 1, count);
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t at = fuzz_rng_between(rng, i, count - 1);
        uint8_t feature = features[at];
        features[at] = features[i];
        ret_swarm->weights[feature] =
            feature < LC_CALL_COUNT ? draw_weight(rng) : 1;
    }
    if (draws.world && ret_swarm->weights[LC_FEATURE_NAMES] == 0) {
        leave_out_names(ret_swarm);
    }
    if (!has_effect(ret_swarm)) {
        ret_swarm->weights[LC_CALL_SEND] = draw_weight(rng);
    }
}

void fuzz_swarm_draw_network(struct fuzz_rng *rng, struct lc_swarm *swarm)
{
    for (uint32_t i = LC_CALL_EVENTSELECT; i <= LC_CALL_SELECT; i++) {
        swarm->weights[i] = fuzz_rng_chance(rng, 1, 2) ? 1 : 0;
    }
}

void fuzz_swarm_draw_hooks(struct fuzz_rng *rng, struct lc_swarm *swarm)
{
    for (uint32_t i = LC_CALL_SETHOOK; i <= LC_CALL_CANCEL; i++) {
        swarm->weights[i] = fuzz_rng_chance(rng, 1, 2) ? 1 : 0;
    }
}

void fuzz_swarm_draw_receive(struct fuzz_rng *rng, struct lc_swarm *swarm)
{
    swarm->weights[LC_CALL_WSARECV] = fuzz_rng_chance(rng, 1, 2) ? 1 : 0;
}

bool fuzz_swarm_chance(
    struct fuzz_rng *rng,
    const struct lc_swarm *swarm,
    enum lc_feature feature,
    uint32_t times,
    uint32_t of)
{
    if (swarm == NULL) {
        return fuzz_rng_chance(rng, times, of);
    }
    uint32_t twice = 2 * times < of ? 2 * times : of;
    return swarm->weights[feature] != 0 && fuzz_rng_chance(rng, twice, of);
}

/* ---- What a schedule shows ---- */

static bool makes_call(const struct lc_schedule *schedule, uint32_t call)
{
    bool makes = false;
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        makes |= schedule->ops[i].call == call;
    }
    return makes;
}

static uint32_t count_calls(
    const struct lc_schedule *schedule,
    uint32_t thread,
    uint32_t call)
{
    const struct lc_thread *of = &schedule->threads[thread];
    uint32_t count = 0;
    for (uint32_t i = 0; i < of->op_count; i++) {
        count += schedule->ops[of->op_first + i].call == call;
    }
    return count;
}

static bool has_restart(const struct lc_schedule *schedule)
{
    bool has = false;
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        has |= count_calls(schedule, t, LC_CALL_WSASTARTUP) > 1;
    }
    return has;
}

static bool has_mismatch(const struct lc_schedule *schedule)
{
    bool has = false;
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        has |= count_calls(schedule, t, LC_CALL_WSASTARTUP) !=
               count_calls(schedule, t, LC_CALL_WSACLEANUP);
    }
    return has;
}

static bool has_shared_socket(const struct lc_schedule *schedule)
{
    uint8_t users[LC_SOCKETS_MAX] = { 0 }; /* bit per thread */
    bool has = false;
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        const struct lc_thread *thread = &schedule->threads[t];
        for (uint32_t i = 0; i < thread->op_count; i++) {
            const struct lc_op *op = &schedule->ops[thread->op_first + i];
            bool listens = fuzz_call(op->call)->has_listener;
            uint32_t used[] = { op->socket, listens ? op->value2 : LC_NONE };
            for (uint32_t k = 0; k < LC_COUNT_OF(used); k++) {
                if (used[k] < LC_SOCKETS_MAX) {
                    uint8_t *who = &users[used[k]];
                    *who |= (uint8_t)(1U << t);
                    has |= (*who & (*who - 1U)) != 0;
                }
            }
        }
    }
    return has;
}

static bool has_entry(const struct lc_schedule *schedule)
{
    bool has = false;
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        has |= schedule->ops[i].call == LC_CALL_SOCKET &&
               schedule->ops[i].entry != LC_NONE;
    }
    return has;
}

static bool has_pin(const struct lc_world *world)
{
    bool has = false;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        has |= world->providers[i].pinned != 0;
    }
    return has;
}

static bool has_versions(const struct lc_world *world)
{
    bool has = world->versions != 0;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        has |= world->providers[i].versions != 0;
    }
    return has;
}

static uint32_t layer_count(const struct lc_world *world)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        count += world->providers[i].kind != LC_PROVIDER_BASE;
    }
    return count;
}

static bool shows(
    const struct lc_schedule *schedule,
    const struct lc_world *plain,
    enum lc_feature feature)
{
    const struct lc_world *world = &schedule->world;
    switch (feature) {
    case LC_FEATURE_PROCESSES:
        return schedule->process_count > 1;
    case LC_FEATURE_RESTART:
        return has_restart(schedule);
    case LC_FEATURE_HOSTILE:
        return has_mismatch(schedule);
    case LC_FEATURE_SHARE:
        return has_shared_socket(schedule);
    case LC_FEATURE_VIA:
        return has_entry(schedule);
    case LC_FEATURE_UNSENT:
        return makes_call(schedule, LC_CALL_SEND) &&
               makes_call(schedule, LC_CALL_CLOSESOCKET);
    case LC_FEATURE_PIN:
        return has_pin(world);
    case LC_FEATURE_LAYERS:
        return layer_count(world) > 1;
    case LC_FEATURE_LINK:
        return world->link_bits_per_s != plain->link_bits_per_s ||
               world->link_latency_ns != plain->link_latency_ns ||
               world->link_window_bytes != plain->link_window_bytes;
    case LC_FEATURE_BUFFERS:
        return world->sndbuf_bytes != plain->sndbuf_bytes ||
               world->rcvbuf_bytes != plain->rcvbuf_bytes;
    case LC_FEATURE_SLOW:
        return world->peer_kind == LC_PEER_SLOW;
    case LC_FEATURE_FAULTS:
        return world->faults != 0;
    case LC_FEATURE_VERSIONS:
        return has_versions(world);
    case LC_FEATURE_PEERS:
        return world->peer_kind > LC_PEER_SLOW;
    case LC_FEATURE_NAMES:
        return world->names != 0;
    case LC_FEATURE_COUNT:
        break;
    }
    return false;
}

void fuzz_swarm_narrow(struct lc_schedule *schedule)
{
    struct lc_world plain;
    fuzz_schedule_default_world(&plain);
    for (uint32_t i = 0; i < LC_FEATURE_COUNT; i++) {
        bool is_there = i < LC_CALL_COUNT
                            ? makes_call(schedule, i)
                            : shows(schedule, &plain, (enum lc_feature)i);
        if (!is_there) {
            schedule->swarm.weights[i] = 0;
        }
    }
}
