/*
 * What a run of a program tells about the others, or several of them together:
 * how many events each actor has, who makes whom, and which objects several of
 * them touch. An actor is a thread, or all events of one kind.
 */
#ifndef FUZZ_SAMPLER_PROFILE_H
#define FUZZ_SAMPLER_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/rng.h"
#include "sim/sim.h"

/* In a number to select by: it is a thing (sim/engine/choice.h), not the number
 * of an object. */
#define FUZZ_PROFILE_THING 0x40000000U

enum fuzz_profile_limits {
    FUZZ_ACTORS = 256 + LC_EVENT_COUNT,
    FUZZ_PROFILE_EVENTS_MAX = 4096, /* that are kept one by one */
    FUZZ_PROFILE_OBJECTS_MAX = 256
};

struct fuzz_profile {
    uint32_t run_count;   /* all that is counted is of so many runs */
    uint32_t event_count; /* kept below */
    uint32_t actor_count;
    uint32_t shared_count;
    uint16_t order[FUZZ_ACTORS];  /* actors, as they came */
    uint16_t parent[FUZZ_ACTORS]; /* FUZZ_ACTORS: none */
    uint32_t own[FUZZ_ACTORS];    /* events of an actor */
    uint32_t all[FUZZ_ACTORS];    /* and of all that it makes */
    /* What several actors touch, object or thing: once for each event on it. */
    uint32_t shared[2 * FUZZ_PROFILE_EVENTS_MAX];

    struct {
        uint32_t object;
        uint16_t actor;
        uint16_t thing;
    } events[FUZZ_PROFILE_EVENTS_MAX];
};

/** The actor of a candidate. */
static inline uint32_t fuzz_profile_actor(
    const struct sim_choice_candidate *candidate)
{
    return candidate->action == LC_ACTION_RUN ? candidate->target
                                              : 256U + candidate->target;
}

/** Whether what touches this object and thing touches what was selected. */
static inline bool fuzz_profile_touches(
    uint32_t object,
    uint16_t thing,
    uint32_t selected)
{
    return object == selected ||
           (thing != 0 && (FUZZ_PROFILE_THING | thing) == selected);
}

/** Begins a profile. */
void fuzz_profile_begin(struct fuzz_profile *profile);

/** Takes what was chosen in the run. Of a backer that sees all. */
void fuzz_profile_note(
    struct fuzz_profile *profile,
    const struct sim_choice_candidate *chosen);

/** Ends it after so many runs: the sums are made. */
void fuzz_profile_end(struct fuzz_profile *profile, uint32_t run_count);

/** Events of a run, the mean of all, rounded up; 1 or more. */
uint32_t fuzz_profile_length(const struct fuzz_profile *profile);

/**
 * Draws an object or a thing that several actors touch, each with the
 * probability of its share of the events on such.
 *
 * @param with_locks  else none that is said to be a lock.
 *
 * Returns: SIM_OBJECT_ANY when there is none.
 */
uint32_t fuzz_profile_draw(
    const struct fuzz_profile *profile,
    struct fuzz_rng *rng,
    bool with_locks);

/**
 * Counts the events on what was drawn.
 *
 * @param ret_counts  filled for each actor of the profile: its own events and
 *                    those of all that it makes. Of others nothing is written.
 */
void fuzz_profile_count(
    const struct fuzz_profile *profile,
    uint32_t selected,
    uint32_t ret_counts[FUZZ_ACTORS]);

#endif
