/*
 * A random priority for each event: with POS one that is drawn again when an
 * event on which it depends comes first, so that the order of those that do
 * not depend on each other is not drawn twice.
 */
#include "fuzz/sampler/parts.h"

bool fuzz_sampler_is_new(
    struct fuzz_sampler *sampler,
    const struct sim_choice_candidate *candidate)
{
    uint32_t actor = fuzz_profile_actor(candidate);
    LC_CHECK(actor < FUZZ_ACTORS);
    if (sampler->actors[actor].is_seen) {
        return false;
    }
    sampler->actors[actor].is_seen = 1;
    LC_CHECK(sampler->seen_count < FUZZ_ACTORS);
    sampler->seen[sampler->seen_count] = (uint16_t)actor;
    sampler->seen_count++;
    return true;
}

void fuzz_sampler_see(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point)
{
    for (uint32_t i = 0; i < point->count; i++) {
        const struct sim_choice_candidate *candidate = &point->candidates[i];
        struct fuzz_sampler_actor *actor =
            fuzz_sampler_actor_of(sampler, candidate);
        (void)fuzz_sampler_is_new(sampler, candidate);
        actor->object = candidate->object;
        actor->is_write = candidate->is_write;
        if (actor->priority == 0) {
            actor->priority =
                fuzz_rng_between(&sampler->rng, 1, UINT32_MAX - 1);
        }
    }
}

static uint32_t highest(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point)
{
    uint32_t best = 0;
    uint32_t best_priority = 0;
    for (uint32_t i = 0; i < point->count; i++) {
        const struct fuzz_sampler_actor *actor =
            fuzz_sampler_actor_of(sampler, &point->candidates[i]);
        if (actor->priority > best_priority) {
            best = i;
            best_priority = actor->priority;
        }
    }
    LC_CHECK(best_priority > 0);
    return best;
}

static bool depends(
    const struct fuzz_sampler_actor *actor,
    const struct sim_choice_candidate *taken)
{
    if (actor->object == SIM_OBJECT_ANY || taken->object == SIM_OBJECT_ANY) {
        return true;
    }
    return actor->object == taken->object &&
           (actor->is_write || taken->is_write);
}

static uint32_t choose(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point,
    bool resets)
{
    if (point->candidates == NULL) {
        return fuzz_sampler_value(sampler, point);
    }
    sampler->step++;
    fuzz_sampler_see(sampler, point);
    uint32_t best = highest(sampler, point);
    const struct sim_choice_candidate *taken = &point->candidates[best];
    /* Also of those that are waiting, and so are no candidates now. */
    for (uint32_t i = 0; resets && i < sampler->seen_count; i++) {
        struct fuzz_sampler_actor *actor = &sampler->actors[sampler->seen[i]];
        if (depends(actor, taken)) {
            actor->priority = 0;
        }
    }
    fuzz_sampler_actor_of(sampler, taken)->priority = 0;
    return best;
}

uint32_t fuzz_sampler_pos(void *context, const struct sim_choice_point *point)
{
    return choose(context, point, true);
}

uint32_t fuzz_sampler_prio(void *context, const struct sim_choice_point *point)
{
    return choose(context, point, false);
}
