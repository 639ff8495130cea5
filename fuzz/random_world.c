#include "fuzz/random_world.h"

#include <string.h>

#include "lastcall/check.h"
#include "lastcall/version.h"

#include "fuzz/protocol.h"
#include "fuzz/rng.h"
#include "fuzz/schedule.h"
#include "fuzz/swarm.h"

enum {
    INTERVAL_BITS = 12, /* of requests: to 8 s; in ms */
    LATENCY_BITS = 20,  /* to 2 s; in us */
    NAMES_ONE_IN = 3
};

static void add_provider(struct lc_world *world, const char *name, uint8_t kind)
{
    struct lc_provider *provider = &world->providers[world->provider_count++];
    size_t length = strlen(name);
    LC_CHECK(length < LC_NAME_MAX);
    memcpy(provider->name, name, length);
    provider->kind = kind;
}

static void add_chain(
    struct lc_world *world,
    const uint8_t *members,
    uint8_t length)
{
    struct lc_chain *chain = &world->chains[world->chain_count++];
    chain->length = length;
    memcpy(chain->providers, members, length);
}

/* From none to two layers: 1 in 5 has none, 3 have two. */
static uint32_t draw_shape(struct fuzz_rng *rng, const struct lc_swarm *swarm)
{
    if (swarm == NULL) {
        return fuzz_rng_upto(rng, 4);
    }
    return swarm->weights[LC_FEATURE_LAYERS] != 0 ? fuzz_rng_between(rng, 2, 4)
                                                  : fuzz_rng_chance(rng, 1, 2);
}

static void draw_providers(
    struct lc_world *world,
    struct fuzz_rng *rng,
    const struct lc_swarm *swarm)
{
    add_provider(world, "tcp", LC_PROVIDER_BASE);
    uint32_t shape = draw_shape(rng, swarm);
    if (shape >= 1) {
        add_provider(world, "filter", LC_PROVIDER_IFS);
        add_chain(world, (const uint8_t[]){ 1, 0 }, 2);
    }
    if (shape >= 2) {
        add_provider(world, "outer", LC_PROVIDER_IFS);
    }
    if (shape == 2) {
        add_chain(world, (const uint8_t[]){ 2, 1, 0 }, 3);
    } else if (shape == 3) {
        add_chain(world, (const uint8_t[]){ 2, 0 }, 2);
    } else if (shape == 4) {
        add_provider(world, "second", LC_PROVIDER_BASE);
        add_chain(world, (const uint8_t[]){ 2, 3 }, 2);
    }
    for (uint32_t i = 0; i < world->provider_count; i++) {
        world->providers[i].pinned =
            fuzz_swarm_chance(rng, swarm, LC_FEATURE_PIN, 1, 5);
    }
}

/* A peer of another kind: mostly one that sends. */
static void draw_peer(struct lc_world *world, struct fuzz_rng *rng)
{
    static const uint8_t kinds[] = {
        LC_PEER_ECHO,    LC_PEER_ECHO,  LC_PEER_ECHO,   LC_PEER_SOURCE,
        LC_PEER_SOURCE,  LC_PEER_RESET, LC_PEER_RESET,  LC_PEER_HALFCLOSE,
        LC_PEER_STALLED, LC_PEER_NEVER, LC_PEER_REFUSE,
    };
    world->peer_kind = kinds[fuzz_rng_upto(rng, LC_COUNT_OF(kinds) - 1)];
    world->peer_number = fuzz_rng_heavy(rng, 0, 16) - 1;
    uint32_t least = 0;
    if (!fuzz_schedule_peer_has_number(world->peer_kind, &least)) {
        world->peer_number = 0;
    }
}

/* A peer that asks sockets which listen. By a stream of its own. */
static void vary_peer(
    struct lc_world *world,
    uint64_t seed,
    const struct lc_swarm *swarm)
{
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_REQUEST);
    if (fuzz_swarm_chance(&rng, swarm, LC_FEATURE_PEERS, 1, 10)) {
        world->peer_kind = LC_PEER_CONNECTOR;
        world->peer_number = fuzz_rng_heavy(&rng, 0, INTERVAL_BITS) - 1;
    }
}

/* Some module has any versions; of two that differ a start is refused, in one
 * way or another. */
static void draw_versions(struct lc_world *world, struct fuzz_rng *rng)
{
    uint32_t module = fuzz_rng_upto(rng, world->provider_count);
    uint8_t versions = (uint8_t)fuzz_rng_between(rng, 1, LC_VERSIONS_ALL);
    if (module == world->provider_count) {
        world->versions = versions;
    } else {
        world->providers[module].versions = versions;
    }
}

/* Layers on top of the last chain, up to its limit; where there are two bases
 * also one that puts the first layer above the other base. */
static void add_layers(struct lc_world *world, struct fuzz_rng *rng)
{
    static const char *const names[] = {
        "third", "fourth", "fifth", "sixth", "seventh",
    };
    struct lc_chain chain = world->chains[world->chain_count - 1];
    uint32_t room = LC_CHAIN_LENGTH_MAX - (uint32_t)chain.length;
    uint32_t left = LC_PROVIDERS_MAX - world->provider_count;
    room = room < left ? room : left;
    LC_CHECK(room >= 1 && room <= LC_COUNT_OF(names));
    uint32_t more =
        fuzz_rng_chance(rng, 1, 3) ? room : fuzz_rng_between(rng, 1, room);
    if (chain.providers[chain.length - 1] != 0) {
        chain.providers[0] = 1;
    }
    for (uint32_t i = 0; i < more; i++) {
        memmove(
            chain.providers + 1,
            chain.providers,
            chain.length * sizeof chain.providers[0]);
        chain.providers[0] = (uint8_t)world->provider_count;
        chain.length++;
        add_provider(world, names[i], LC_PROVIDER_IFS);
    }
    add_chain(world, chain.providers, chain.length);
}

/* From some layer on those above have handles of their own. Later ones stand
 * above earlier ones. */
static void draw_kinds(struct lc_world *world, struct fuzz_rng *rng)
{
    uint32_t from = fuzz_rng_upto(rng, world->provider_count - 1);
    for (uint32_t i = from; i < world->provider_count; i++) {
        if (world->providers[i].kind == LC_PROVIDER_IFS) {
            world->providers[i].kind = LC_PROVIDER_NONIFS;
        }
    }
}

/* By a stream of its own, so that a seed's other draws stay what they are. */
static void vary_layers(
    struct lc_world *world,
    uint64_t seed,
    const struct lc_swarm *swarm)
{
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_LAYER);
    bool has_more = fuzz_swarm_chance(&rng, swarm, LC_FEATURE_LAYERS, 1, 5);
    if (has_more && world->chain_count > 0) {
        add_layers(world, &rng);
    }
    if (fuzz_rng_chance(&rng, 1, 2)) {
        draw_kinds(world, &rng);
    }
}

static void random_world(
    struct lc_world *world,
    struct fuzz_rng *rng,
    const struct lc_swarm *swarm)
{
    fuzz_schedule_default_world(world);
    world->provider_count = 0;
    world->chain_count = 0;
    memset(world->providers, 0, sizeof world->providers);
    memset(world->chains, 0, sizeof world->chains);
    draw_providers(world, rng, swarm);
    static const uint32_t sizes[] = { 1000, 4096, 8192, 16384, 65536 };
    if (fuzz_swarm_chance(rng, swarm, LC_FEATURE_BUFFERS, 1, 1)) {
        world->sndbuf_bytes = sizes[fuzz_rng_upto(rng, LC_COUNT_OF(sizes) - 1)];
    }
    if (fuzz_swarm_chance(rng, swarm, LC_FEATURE_LINK, 1, 1)) {
        bool has_latency = fuzz_rng_chance(rng, 15, 16);
        world->link_window_bytes =
            sizes[fuzz_rng_upto(rng, LC_COUNT_OF(sizes) - 1)];
        world->link_bits_per_s =
            1000ULL * fuzz_rng_heavy(rng, 3, 20); /* 8 kbit to 2 G */
        world->link_latency_ns =
            has_latency ? LC_NS_PER_US * fuzz_rng_heavy(rng, 0, LATENCY_BITS)
                        : 0;
    }
    if (fuzz_swarm_chance(rng, swarm, LC_FEATURE_SLOW, 1, 3)) {
        world->peer_kind = LC_PEER_SLOW;
        world->peer_number = fuzz_rng_heavy(rng, 8, 16); /* 256 to 131071 */
    }
    if (fuzz_swarm_chance(rng, swarm, LC_FEATURE_PEERS, 1, 2)) {
        draw_peer(world, rng);
    }
    if (fuzz_swarm_chance(rng, swarm, LC_FEATURE_BUFFERS, 1, 1)) {
        world->rcvbuf_bytes = sizes[fuzz_rng_upto(rng, LC_COUNT_OF(sizes) - 1)];
    }
    if (fuzz_swarm_chance(rng, swarm, LC_FEATURE_VERSIONS, 1, 8)) {
        draw_versions(world, rng);
    }
}

/* A given world stays as it is but for what an application decides: now and
 * then it holds a DLL itself. */
static void vary_world(
    struct lc_world *world,
    struct fuzz_rng *rng,
    const struct lc_swarm *swarm)
{
    uint32_t i = fuzz_rng_upto(rng, world->provider_count - 1);
    if (fuzz_swarm_chance(rng, swarm, LC_FEATURE_PIN, 1, 12)) {
        world->providers[i].pinned = 1;
    }
}

static void add_plant(struct lc_world *world, const char *plant)
{
    size_t length = strlen(plant);
    LC_CHECK(length < LC_NAME_MAX);
    LC_CHECK(world->plant_count < LC_PLANTS_MAX);
    memset(world->plants[world->plant_count], 0, LC_NAME_MAX);
    memcpy(world->plants[world->plant_count], plant, length);
    world->plant_count++;
}

bool fuzz_generate_knows(const char *name, bool *ret_is_base)
{
    static const char *const names[] = {
        "tcp",   "second", "udp",   "filter", "outer",
        "third", "fourth", "fifth", "sixth",  "seventh",
    };

    enum {
        BASES = 3
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_is_base = i < BASES;
            return true;
        }
    }
    return false;
}

/* Below a DLL with IFS handles others need such, too, and above one with handles
 * of its own they need their own. */
static void set_kinds(struct lc_world *world, const struct lc_chain *chain)
{
    bool is_below = false;
    for (uint32_t i = 0; i < chain->length; i++) {
        struct lc_provider *provider = &world->providers[chain->providers[i]];
        bool has_own = lc_provider_has_own(provider);
        is_below |= provider->kind == LC_PROVIDER_DLL && !has_own;
        if (is_below && provider->kind == LC_PROVIDER_NONIFS) {
            provider->kind = LC_PROVIDER_IFS;
        }
    }
    bool is_above = false;
    for (uint32_t i = chain->length; i-- > 0;) {
        struct lc_provider *provider = &world->providers[chain->providers[i]];
        if (is_above && provider->kind == LC_PROVIDER_IFS) {
            provider->kind = LC_PROVIDER_NONIFS;
        }
        is_above |= lc_provider_has_own(provider);
    }
}

void fuzz_generate_host(
    struct lc_world *world,
    const struct lc_provider *hosted,
    uint32_t hosted_count)
{
    for (uint32_t i = 0; i < world->provider_count; i++) {
        struct lc_provider *provider = &world->providers[i];
        for (uint32_t k = 0; k < hosted_count; k++) {
            if (provider->kind != LC_PROVIDER_BASE &&
                strcmp(provider->name, hosted[k].name) == 0) {
                provider->kind = LC_PROVIDER_DLL;
                provider->has_own = hosted[k].has_own;
                memcpy(provider->path, hosted[k].path, LC_PATH_MAX);
            }
        }
    }
    /* What one chain needs of a layer may be news to another. */
    for (uint32_t i = 0; i < world->chain_count * world->chain_count; i++) {
        set_kinds(world, &world->chains[i % world->chain_count]);
    }
}

uint16_t fuzz_random_world_faults(const struct fuzz_generate_options *options)
{
    uint32_t fixed = options->world == NULL ? 0 : options->world->faults;
    return (uint16_t)(options->faults | fixed);
}

bool fuzz_random_world_is_hostile(const struct fuzz_generate_options *options)
{
    return options->hostile ||
           (options->world != NULL && options->world->hostile);
}

/* Of the kinds of faults none, all, or some; by a stream of its own. */
static uint16_t draw_faults(
    uint16_t kinds,
    uint64_t seed,
    const struct lc_swarm *swarm)
{
    struct fuzz_rng rng;
    if (kinds == 0) {
        return 0;
    }
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_FAULT);
    bool has_any = fuzz_swarm_chance(&rng, swarm, LC_FEATURE_FAULTS, 3, 4);
    bool has_all = fuzz_rng_chance(&rng, 1, 2);
    uint16_t some = (uint16_t)(fuzz_rng_next(&rng) & kinds);
    return !has_any ? 0 : has_all ? kinds : some;
}

bool fuzz_random_world_has_names(
    const struct fuzz_generate_options *options,
    uint64_t seed)
{
    struct fuzz_rng rng;
    if (options->world != NULL) {
        return options->world->names != 0;
    }
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_NAMES);
    return fuzz_rng_chance(&rng, 1, NAMES_ONE_IN);
}

void fuzz_random_world(
    const struct fuzz_generate_options *options,
    uint64_t seed,
    const struct lc_swarm *swarm,
    struct lc_world *world)
{
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_WORLD);
    if (options->world == NULL) {
        random_world(world, &rng, swarm);
        vary_layers(world, seed, swarm);
        world->names = fuzz_random_world_has_names(options, seed) &&
                       (swarm == NULL || swarm->weights[LC_FEATURE_NAMES] != 0);
        fuzz_protocol_world(world, seed);
        fuzz_protocol_datagrams(world, seed);
        vary_peer(world, seed, swarm);
    } else {
        *world = *options->world;
        vary_world(world, &rng, swarm);
    }
    world->faults = draw_faults(fuzz_random_world_faults(options), seed, swarm);
    world->hostile = world->hostile || options->hostile;
    if (world->hostile && fuzz_rng_chance(&rng, 1, 8)) {
        uint32_t i = fuzz_rng_upto(&rng, world->provider_count - 1);
        world->providers[i].dll_main =
            (uint8_t)fuzz_rng_between(&rng, 1, (1U << LC_DLL_MAIN_COUNT) - 1);
    }
    fuzz_generate_host(world, options->hosted, options->hosted_count);
    if (options->plant != NULL) {
        add_plant(world, options->plant);
    }
}
