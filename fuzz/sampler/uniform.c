/*
 * Uniform among orders: an actor goes next with a probability that is its
 * share of the events that are left. URW counts all events; SURW those on one
 * object or thing, and leaves the order of the others to random priorities.
 */
#include "fuzz/sampler/parts.h"

/* ---- URW ---- */

void fuzz_sampler_begin_urw(struct fuzz_sampler *sampler)
{
    const struct fuzz_profile *profile = sampler->profile;
    for (uint32_t i = 0; profile != NULL && i < profile->actor_count; i++) {
        uint32_t actor = profile->order[i];
        sampler->actors[actor].weight = profile->all[actor];
    }
}

/* Who is new has its own events from now on, and who made it has so many
 * fewer. */
static void divide(
    struct fuzz_sampler *sampler,
    const struct sim_choice_candidate *candidate)
{
    const struct fuzz_sampler_actor *actor =
        fuzz_sampler_actor_of(sampler, candidate);
    if (!fuzz_sampler_is_new(sampler, candidate) ||
        candidate->parent == LC_NONE) {
        return;
    }
    struct fuzz_sampler_actor *parent = &sampler->actors[candidate->parent];
    parent->weight -=
        parent->weight < actor->weight ? parent->weight : actor->weight;
}

/* The actor has had an event. */
static void use_up(
    const struct fuzz_sampler *sampler,
    struct fuzz_sampler_actor *actor)
{
    actor->weight -=
        actor->weight < sampler->unit ? actor->weight : sampler->unit;
}

/* What goes on has one event left at least. */
static uint32_t weight_of(
    struct fuzz_sampler *sampler,
    const struct sim_choice_candidate *candidate)
{
    uint32_t weight = fuzz_sampler_actor_of(sampler, candidate)->weight;
    return weight > sampler->unit ? weight : sampler->unit;
}

uint32_t fuzz_sampler_urw(void *context, const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    if (point->candidates == NULL) {
        return fuzz_sampler_value(sampler, point);
    }
    sampler->step++;
    for (uint32_t i = 0; i < point->count; i++) {
        divide(sampler, &point->candidates[i]);
    }
    uint32_t index = 0;
    if (point->count > 1) {
        uint32_t total = 0;
        for (uint32_t i = 0; i < point->count; i++) {
            total += weight_of(sampler, &point->candidates[i]);
        }
        uint32_t drawn = fuzz_rng_upto(&sampler->rng, total - 1);
        while (drawn >= weight_of(sampler, &point->candidates[index])) {
            drawn -= weight_of(sampler, &point->candidates[index]);
            index++;
        }
    }
    struct fuzz_sampler_actor *taken =
        fuzz_sampler_actor_of(sampler, &point->candidates[index]);
    use_up(sampler, taken);
    return index;
}

/* ---- SURW ---- */

void fuzz_sampler_begin_surw(struct fuzz_sampler *sampler)
{
    const struct fuzz_profile *profile = sampler->profile;
    sampler->intended = FUZZ_ACTORS;
    if (profile == NULL) {
        return;
    }
    uint32_t counts[FUZZ_ACTORS];
    sampler->selected = fuzz_profile_draw(
        profile,
        &sampler->rng,
        sampler->kind == FUZZ_SAMPLER_SURW);
    fuzz_profile_count(profile, sampler->selected, counts);
    for (uint32_t i = 0; i < profile->actor_count; i++) {
        uint32_t actor = profile->order[i];
        sampler->actors[actor].weight = counts[actor];
    }
}

/* As divide(); when the intended one has made another, it may have been meant
 * for that one's events. */
static void divide_selected(
    struct fuzz_sampler *sampler,
    const struct sim_choice_candidate *candidate)
{
    const struct fuzz_sampler_actor *actor =
        fuzz_sampler_actor_of(sampler, candidate);
    if (actor->is_seen || candidate->parent == LC_NONE ||
        sampler->intended != candidate->parent) {
        divide(sampler, candidate);
        return;
    }
    uint32_t whole = sampler->actors[candidate->parent].weight;
    bool passes = whole > 0 && actor->weight <= whole &&
                  fuzz_rng_chance(&sampler->rng, actor->weight, whole);
    divide(sampler, candidate);
    if (passes) {
        sampler->intended = fuzz_profile_actor(candidate);
    }
}

static void release(struct fuzz_sampler *sampler)
{
    for (uint32_t i = 0; i < sampler->seen_count; i++) {
        sampler->actors[sampler->seen[i]].is_held = 0;
    }
    sampler->intended = FUZZ_ACTORS;
}

/* The one of the highest priority that is not held, or count. */
static uint32_t highest_free(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point)
{
    uint32_t best = point->count;
    uint32_t best_priority = 0;
    for (uint32_t i = 0; i < point->count; i++) {
        const struct fuzz_sampler_actor *actor =
            fuzz_sampler_actor_of(sampler, &point->candidates[i]);
        if (!actor->is_held && actor->priority > best_priority) {
            best = i;
            best_priority = actor->priority;
        }
    }
    return best;
}

/* Draws who is next on the object. */
static uint32_t intend(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point,
    uint32_t willing)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < point->count; i++) {
        const struct fuzz_sampler_actor *actor =
            fuzz_sampler_actor_of(sampler, &point->candidates[i]);
        total += actor->is_held ? 0 : actor->weight;
    }
    if (total == 0) {
        return willing; /* the profile knows less than there is */
    }
    uint32_t drawn = fuzz_rng_upto(&sampler->rng, total - 1);
    for (uint32_t i = 0;; i++) {
        LC_CHECK(i < point->count);
        const struct fuzz_sampler_actor *actor =
            fuzz_sampler_actor_of(sampler, &point->candidates[i]);
        uint32_t weight = actor->is_held ? 0 : actor->weight;
        if (drawn < weight) {
            return fuzz_profile_actor(&point->candidates[i]);
        }
        drawn -= weight;
    }
}

/* Whether the candidate goes now; else it is held. */
static bool may_go(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point,
    uint32_t index)
{
    const struct sim_choice_candidate *candidate = &point->candidates[index];
    if (sampler->selected == SIM_OBJECT_ANY || !fuzz_profile_touches(
                                                   candidate->object,
                                                   candidate->thing,
                                                   sampler->selected)) {
        return true;
    }
    uint32_t actor = fuzz_profile_actor(candidate);
    if (sampler->intended == FUZZ_ACTORS) {
        sampler->intended = intend(sampler, point, actor);
    }
    if (sampler->intended != actor) {
        sampler->actors[actor].is_held = 1;
        return false;
    }
    use_up(sampler, &sampler->actors[actor]);
    release(sampler);
    return true;
}

uint32_t fuzz_sampler_surw(void *context, const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    if (point->candidates == NULL) {
        return fuzz_sampler_value(sampler, point);
    }
    sampler->step++;
    for (uint32_t i = 0; i < point->count; i++) {
        divide_selected(sampler, &point->candidates[i]);
    }
    fuzz_sampler_see(sampler, point);
    uint32_t index;
    do {
        index = highest_free(sampler, point);
        if (index == point->count) {
            release(sampler);
            index = highest_free(sampler, point);
        }
        LC_CHECK(index < point->count);
    } while (!may_go(sampler, point, index));
    fuzz_sampler_actor_of(sampler, &point->candidates[index])->priority = 0;
    return index;
}
