#include "fuzz/protocol.h"

#include <string.h>

#include "lastcall/check.h"
#include "lastcall/triplet.h"

#include "fuzz/call.h"
#include "fuzz/rng.h"
#include "fuzz/schedule.h"
#include "fuzz/swarm.h"

enum {
    WORLD_ONE_IN = 8,
    SOCKET_ONE_IN = 3,
    ENTRY_ONE_IN = 3,
    CHAIN_ONE_IN = 2,
    LIMIT_ONE_IN = 4,
    LIMIT_MAX = 4,
    DRAWN_MAX = 3,
    DATAGRAMS_ONE_IN = 8
};

static bool is_on(uint64_t seed, struct fuzz_rng *ret_rng)
{
    fuzz_rng_seed(ret_rng, seed, FUZZ_RNG_PROTOCOL);
    return fuzz_rng_chance(ret_rng, 1, WORLD_ONE_IN);
}

static uint32_t draw_triplet(struct fuzz_rng *rng)
{
    uint32_t family = fuzz_rng_chance(rng, 1, 4);
    uint32_t type = fuzz_rng_upto(rng, LC_TRIPLET_RAW);
    uint32_t protocol =
        fuzz_rng_chance(rng, 3, 4) ? type : fuzz_rng_upto(rng, LC_TRIPLET_ICMP);
    return lc_triplet(
        (enum lc_triplet_family)family,
        (enum lc_triplet_type)type,
        (enum lc_triplet_protocol)protocol);
}

/* One more chain that begins with a layer that has one, and ends at any base. */
static void add_chain(struct lc_world *world, struct fuzz_rng *rng)
{
    uint32_t from = fuzz_rng_upto(rng, world->chain_count - 1);
    struct lc_chain *chain = &world->chains[world->chain_count];
    *chain = world->chains[from];
    uint32_t base = fuzz_rng_upto(rng, world->provider_count - 1);
    if (world->providers[base].kind == LC_PROVIDER_BASE) {
        chain->providers[chain->length - 1] = (uint8_t)base;
    }
    world->chain_count++;
}

void fuzz_protocol_world(struct lc_world *world, uint64_t seed)
{
    struct fuzz_rng rng;
    if (!is_on(seed, &rng)) {
        return;
    }
    uint32_t count = fuzz_rng_upto(&rng, DRAWN_MAX);
    LC_CHECK(world->protocol_count == 0);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t provider = fuzz_rng_upto(&rng, world->provider_count - 1);
        /* What is none of a base goes when the schedule is repaired. */
        world->protocols[i] = (struct lc_served){
            .provider = (uint8_t)provider,
            .zero = fuzz_rng_chance(&rng, 1, 2),
            .hidden = fuzz_rng_chance(&rng, 1, 4),
            .triplet = draw_triplet(&rng),
        };
        if (world->providers[provider].kind != LC_PROVIDER_BASE) {
            world->protocols[i].provider = 0;
        }
    }
    world->protocol_count = count;
    if (world->chain_count > 0 && world->chain_count < LC_CHAINS_MAX &&
        fuzz_rng_chance(&rng, 1, CHAIN_ONE_IN)) {
        add_chain(world, &rng);
    }
    if (fuzz_rng_chance(&rng, 1, LIMIT_ONE_IN)) {
        world->descriptors = (uint8_t)fuzz_rng_between(&rng, 1, LIMIT_MAX);
    }
}

/* The first base at or behind a provider, from the beginning again. */
static uint8_t base_from(const struct lc_world *world, uint32_t first)
{
    uint32_t at = first;
    while (world->providers[at].kind != LC_PROVIDER_BASE) {
        at = (at + 1) % world->provider_count;
    }
    return (uint8_t)at;
}

/* A base of its own for them, below the layers of a chain that there is. */
static void add_base(struct lc_world *world, struct fuzz_rng *rng)
{
    uint8_t base = (uint8_t)world->provider_count++;
    world->providers[base] = (struct lc_provider){ .name = "udp",
                                                   .kind = LC_PROVIDER_BASE,
                                                   .is_datagram = 1 };
    if (world->chain_count > 0 && world->chain_count < LC_CHAINS_MAX) {
        uint32_t from = fuzz_rng_upto(rng, world->chain_count - 1);
        struct lc_chain *chain = &world->chains[world->chain_count++];
        *chain = world->chains[from];
        chain->providers[chain->length - 1] = base;
    }
}

void fuzz_protocol_datagrams(struct lc_world *world, uint64_t seed)
{
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_DATAGRAM_WORLD);
    if (!fuzz_rng_chance(&rng, 1, DATAGRAMS_ONE_IN)) {
        return;
    }
    if (world->provider_count < LC_PROVIDERS_MAX &&
        fuzz_rng_chance(&rng, 2, 3)) {
        add_base(world, &rng);
    } else if (world->protocol_count < LC_PROTOCOLS_MAX) {
        uint32_t first = fuzz_rng_upto(&rng, world->provider_count - 1);
        world->protocols[world->protocol_count++] = (struct lc_served){
            .provider = base_from(world, first),
            .triplet =
                lc_triplet(LC_TRIPLET_INET, LC_TRIPLET_DGRAM, LC_TRIPLET_UDP),
        };
    }
}

void fuzz_protocol_sockets(struct lc_schedule *schedule, uint64_t seed)
{
    struct fuzz_rng rng;
    const struct lc_world *world = &schedule->world;
    if (!is_on(seed, &rng)) {
        return;
    }
    uint32_t first = fuzz_schedule_protocol_first(world);
    const struct lc_swarm *swarm = &schedule->swarm;
    bool may_name =
        !fuzz_swarm_is_on(swarm) || swarm->weights[LC_FEATURE_VIA] != 0;
    (void)fuzz_rng_next(&rng); /* apart from what the world has drawn */
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        struct lc_op *op = &schedule->ops[i];
        if (op->call != LC_CALL_SOCKET ||
            !fuzz_rng_chance(&rng, 1, SOCKET_ONE_IN)) {
            continue;
        }
        op->value =
            fuzz_call_draw(&fuzz_call(LC_CALL_SOCKET)->arguments[0], &rng);
        if (may_name && world->protocol_count > 0 &&
            fuzz_rng_chance(&rng, 1, ENTRY_ONE_IN)) {
            uint32_t more = fuzz_rng_upto(&rng, world->protocol_count - 1);
            op->entry = (uint8_t)(first + more);
            op->value = fuzz_rng_chance(&rng, 1, 2)
                            ? world->protocols[more].triplet
                            : op->value;
        }
    }
}
