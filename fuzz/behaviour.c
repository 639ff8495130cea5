#include "fuzz/behaviour.h"

#include <string.h>

#include "fuzz/finding.h"

enum {
    SLOTS = 2 * FUZZ_BEHAVIOUR_PAIRS
};

_Static_assert((SLOTS & (SLOTS - 1)) == 0, "a slot is the low bits of a hash");

static uint64_t hash(uint64_t so_far, const void *bytes, size_t size_bytes)
{
    struct sim_state_key key = { .low = so_far };
    return sim_copy_hash(key, bytes, size_bytes).low;
}

bool fuzz_behaviour_is_watched(uint64_t seed)
{
    return hash(0, &seed, sizeof seed) % FUZZ_BEHAVIOUR_ONE_IN == 0;
}

static void put(
    struct fuzz_behaviour_set *set,
    uint64_t key,
    uint32_t count_max)
{
    uint32_t slot = (uint32_t)(key % SLOTS);
    while (set->slots[slot] != 0 && set->items[set->slots[slot] - 1] != key) {
        slot = (slot + 1) % SLOTS;
    }
    if (set->slots[slot] == 0 && set->count < count_max) {
        set->items[set->count] = key;
        set->count++;
        set->slots[slot] = (uint16_t)set->count;
    }
}

static void clear(struct fuzz_behaviour_set *set)
{
    set->count = 0;
    memset(set->slots, 0, sizeof set->slots);
}

/* What of a world the meaning of a model's numbers depends on. */
static uint64_t world_key(const struct lc_world *world)
{
    uint64_t words[LC_PROVIDERS_MAX + LC_CHAINS_MAX] = { 0 };
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        words[count] = (uint64_t)world->providers[i].kind << 1;
        words[count] |= world->providers[i].pinned;
        count++;
    }
    for (uint32_t i = 0; i < world->chain_count; i++) {
        const struct lc_chain *chain = &world->chains[i];
        for (uint32_t k = 0; k < chain->length; k++) {
            words[count] = words[count] << 8 | (chain->providers[k] + 1U);
        }
        count++;
    }
    return hash(world->provider_count, words, sizeof words);
}

static void begin(struct fuzz_behaviour *behaviour)
{
    clear(&behaviour->states);
    clear(&behaviour->pairs);
    memset(behaviour->last_steps, 0, sizeof behaviour->last_steps);
    behaviour->world_key = world_key(&behaviour->player->world);
}

/* What a record says, but for its numbers. Never 0. */
static uint64_t step_of(
    const struct lc_world *world,
    const struct lc_record *record)
{
    uint64_t step = 1;
    step = step << 8 | record->kind;
    step = step << 16 | record->function;
    step = step << 8 | fuzz_finding_role(world, record->caller);
    return step << 8 | fuzz_finding_role(world, record->callee);
}

static void take_pair(
    struct fuzz_behaviour *behaviour,
    const struct lc_record *record)
{
    uint32_t process = record->process;
    if (process >= LC_PROCESSES_MAX) {
        return;
    }
    uint64_t step = step_of(&behaviour->player->world, record);
    uint64_t before = behaviour->last_steps[process];
    if (before != 0 && behaviour->last_threads[process] != record->thread) {
        const uint64_t pair[] = { before, step };
        put(&behaviour->pairs,
            hash(0, pair, sizeof pair),
            FUZZ_BEHAVIOUR_PAIRS);
    }
    behaviour->last_steps[process] = step;
    behaviour->last_threads[process] = record->thread;
}

static void take_state(struct fuzz_behaviour *behaviour, uint64_t now_ns)
{
    size_t size_bytes = model_key(
        &behaviour->player->model,
        now_ns,
        behaviour->bytes,
        sizeof behaviour->bytes);
    put(&behaviour->states,
        hash(behaviour->world_key, behaviour->bytes, size_bytes),
        FUZZ_BEHAVIOUR_STATES);
}

void fuzz_behaviour_read(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    struct fuzz_behaviour *behaviour = context;
    if (number == 0) {
        begin(behaviour);
    }
    take_pair(behaviour, record);
    if (record->kind == LC_RECORD_API_RETURN || record->kind == LC_RECORD_END) {
        take_state(behaviour, record->time_ns);
    }
}

void fuzz_behaviour_add(
    const struct fuzz_behaviour *behaviour,
    struct fuzz_sketch *states,
    struct fuzz_sketch *pairs)
{
    for (uint32_t i = 0; i < behaviour->states.count; i++) {
        fuzz_sketch_add(states, behaviour->states.items[i], 1);
    }
    for (uint32_t i = 0; i < behaviour->pairs.count; i++) {
        fuzz_sketch_add(pairs, behaviour->pairs.items[i], 1);
    }
}
