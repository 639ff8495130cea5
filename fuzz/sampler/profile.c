#include "fuzz/sampler/profile.h"

#include <string.h>

#include "lastcall/check.h"

void fuzz_profile_begin(struct fuzz_profile *profile)
{
    profile->event_count = 0;
    profile->actor_count = 0;
    profile->shared_count = 0;
    profile->run_count = 0;
    memset(profile->own, 0, sizeof profile->own);
    memset(profile->all, 0, sizeof profile->all);
}

void fuzz_profile_note(
    struct fuzz_profile *profile,
    const struct sim_choice_candidate *chosen)
{
    uint32_t actor = fuzz_profile_actor(chosen);
    LC_CHECK(actor < FUZZ_ACTORS);
    if (profile->own[actor] == 0) {
        profile->order[profile->actor_count] = (uint16_t)actor;
        profile->actor_count++;
        profile->parent[actor] =
            chosen->parent == LC_NONE ? FUZZ_ACTORS : chosen->parent;
    }
    profile->own[actor]++;
    if (profile->event_count == FUZZ_PROFILE_EVENTS_MAX) {
        return; /* counted, but its object is not known */
    }
    profile->events[profile->event_count].object = chosen->object;
    profile->events[profile->event_count].thing = chosen->thing;
    profile->events[profile->event_count].actor = (uint16_t)actor;
    profile->event_count++;
}

/* Who is made comes behind who makes it: from the last to the first. */
static void add_up(const struct fuzz_profile *profile, uint32_t *counts)
{
    for (uint32_t i = profile->actor_count; i > 0; i--) {
        uint32_t actor = profile->order[i - 1];
        uint32_t parent = profile->parent[actor];
        if (parent != FUZZ_ACTORS) {
            counts[parent] += counts[actor];
        }
    }
}

/* An object, and who touches it: FUZZ_ACTORS when there are several. */
struct toucher {
    uint32_t object;
    uint32_t actor;
};

static struct toucher *toucher_of(
    struct toucher *touchers,
    uint32_t *count,
    uint32_t object)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (touchers[i].object == object) {
            return &touchers[i];
        }
    }
    if (*count == FUZZ_PROFILE_OBJECTS_MAX) {
        return NULL; /* one that is never selected */
    }
    touchers[*count] =
        (struct toucher){ .object = object, .actor = UINT32_MAX };
    (*count)++;
    return &touchers[*count - 1];
}

/* An actor touches something. */
static void touch(
    struct toucher *touchers,
    uint32_t *count,
    uint32_t object,
    uint32_t actor)
{
    struct toucher *toucher = toucher_of(touchers, count, object);
    if (toucher != NULL && toucher->actor != actor) {
        toucher->actor = toucher->actor == UINT32_MAX ? actor : FUZZ_ACTORS;
    }
}

/* Keeps it when several touch it. */
static void share(
    struct fuzz_profile *profile,
    struct toucher *touchers,
    uint32_t *count,
    uint32_t object)
{
    const struct toucher *toucher = toucher_of(touchers, count, object);
    if (object != SIM_OBJECT_ANY && toucher != NULL &&
        toucher->actor == FUZZ_ACTORS) {
        profile->shared[profile->shared_count] = object;
        profile->shared_count++;
    }
}

void fuzz_profile_end(struct fuzz_profile *profile, uint32_t run_count)
{
    struct toucher touchers[FUZZ_PROFILE_OBJECTS_MAX];
    uint32_t count = 0;
    LC_CHECK(run_count > 0);
    profile->run_count = run_count;
    memcpy(profile->all, profile->own, sizeof profile->all);
    add_up(profile, profile->all);
    for (uint32_t i = 0; i < profile->event_count; i++) {
        uint32_t actor = profile->events[i].actor;
        touch(touchers, &count, profile->events[i].object, actor);
        if (profile->events[i].thing != 0) {
            uint32_t thing = FUZZ_PROFILE_THING | profile->events[i].thing;
            touch(touchers, &count, thing, actor);
        }
    }
    profile->shared_count = 0;
    for (uint32_t i = 0; i < profile->event_count; i++) {
        share(profile, touchers, &count, profile->events[i].object);
        if (profile->events[i].thing != 0) {
            uint32_t thing = FUZZ_PROFILE_THING | profile->events[i].thing;
            share(profile, touchers, &count, thing);
        }
    }
}

uint32_t fuzz_profile_length(const struct fuzz_profile *profile)
{
    uint32_t runs = profile->run_count;
    uint64_t sum = 0;
    LC_CHECK(runs > 0);
    for (uint32_t i = 0; i < profile->actor_count; i++) {
        sum += profile->own[profile->order[i]];
    }
    return sum == 0 ? 1 : (uint32_t)((sum + runs - 1) / runs);
}

static bool is_lock(uint32_t selected)
{
    return (selected & FUZZ_PROFILE_THING) != 0
               ? sim_thing_kind_of((uint16_t)selected) == SIM_THING_LOCK
               : (selected & SIM_OBJECT_IS_LOCK) != 0;
}

/* The n-th of those that are no locks. */
static uint32_t nth_data(const struct fuzz_profile *profile, uint32_t n)
{
    for (uint32_t i = 0;; i++) {
        LC_CHECK(i < profile->shared_count);
        if (is_lock(profile->shared[i])) {
            continue;
        }
        if (n == 0) {
            return profile->shared[i];
        }
        n--;
    }
}

static uint32_t count_data(const struct fuzz_profile *profile)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < profile->shared_count; i++) {
        count += !is_lock(profile->shared[i]);
    }
    return count;
}

uint32_t fuzz_profile_draw(
    const struct fuzz_profile *profile,
    struct fuzz_rng *rng,
    bool with_locks)
{
    uint32_t count = with_locks ? profile->shared_count : count_data(profile);
    if (count == 0) {
        return SIM_OBJECT_ANY;
    }
    uint32_t drawn = fuzz_rng_upto(rng, count - 1);
    return with_locks ? profile->shared[drawn] : nth_data(profile, drawn);
}

void fuzz_profile_count(
    const struct fuzz_profile *profile,
    uint32_t selected,
    uint32_t ret_counts[FUZZ_ACTORS])
{
    for (uint32_t i = 0; i < profile->actor_count; i++) {
        ret_counts[profile->order[i]] = 0;
    }
    for (uint32_t i = 0; i < profile->event_count; i++) {
        if (fuzz_profile_touches(
                profile->events[i].object,
                profile->events[i].thing,
                selected)) {
            ret_counts[profile->events[i].actor]++;
        }
    }
    add_up(profile, ret_counts);
}
