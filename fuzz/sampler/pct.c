/*
 * PCT: whoever has the highest priority goes on; at a few places it loses it.
 *
 * It loses it before the step at that place, which another takes then, as in
 * Coyote's strategy: a thread can be put off before it has begun. Others
 * (Shuttle) lower whoever has just gone: with many change points their figures
 * are different (bench/README.md).
 */
#include "fuzz/sampler/parts.h"

static uint32_t priority(
    struct fuzz_sampler *sampler,
    const struct sim_choice_candidate *candidate)
{
    struct fuzz_sampler_actor *actor =
        fuzz_sampler_actor_of(sampler, candidate);
    if (actor->priority == 0) {
        sampler->actor_count++;
        /* Above all that change points and streaks give out. */
        actor->priority =
            fuzz_rng_between(&sampler->rng, UINT32_MAX / 2, UINT32_MAX - 1);
    }
    return actor->priority;
}

static uint32_t highest(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point)
{
    uint32_t best = 0;
    uint32_t best_priority = priority(sampler, &point->candidates[0]);
    for (uint32_t i = 1; i < point->count; i++) {
        uint32_t other = priority(sampler, &point->candidates[i]);
        if (other > best_priority) {
            best = i;
            best_priority = other;
        }
    }
    return best;
}

/* Code that waits in a loop would never let the others go on. */
static bool is_streak(struct fuzz_sampler *sampler, uint32_t actor)
{
    if (sampler->streak_actor != actor) {
        sampler->streak_actor = actor;
        sampler->streak = 0;
    }
    sampler->streak++;
    if (sampler->streak < FUZZ_SAMPLER_STREAK) {
        return false;
    }
    sampler->streak = 0;
    return true;
}

/* Below all others. The j-th change point gives priority j, and they are in no
 * order: the one who loses it may yet come before one who did earlier. */
static uint32_t lowered(struct fuzz_sampler *sampler)
{
    for (uint32_t i = 0; i < sampler->point_count; i++) {
        if (sampler->points[i] == sampler->step) {
            return UINT32_MAX / 4 + 1 + i;
        }
    }
    LC_CHECK(sampler->lowest > 1);
    sampler->lowest--;
    return sampler->lowest;
}

uint32_t fuzz_sampler_pct(void *context, const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    if (point->candidates == NULL) {
        return fuzz_sampler_value(sampler, point);
    }
    uint32_t best = highest(sampler, point);
    uint32_t actor = fuzz_profile_actor(&point->candidates[best]);
    bool is_demoted =
        fuzz_sampler_is_point(sampler) || is_streak(sampler, actor);
    if (is_demoted) {
        sampler->actors[actor].priority = lowered(sampler);
        best = highest(sampler, point);
    }
    sampler->step++;
    return best;
}
