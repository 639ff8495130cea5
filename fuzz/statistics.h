/*
 * What a search has seen, counted so that the parts of it add up in any order:
 * states of the model, pairs of steps, and how PCT was used.
 */
#ifndef FUZZ_STATISTICS_H
#define FUZZ_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/behaviour.h"
#include "fuzz/sampler/sampler.h"
#include "fuzz/sketch.h"

/* The schedules that PCT of one depth has played. */
struct fuzz_statistics_pct {
    uint64_t schedules;
    uint64_t actors; /* threads, and kinds of events; over all schedules */
    uint64_t steps;  /* or the length that was reckoned with, if that is more */
    uint64_t actors_max;
    uint64_t steps_max;
};

/* Begins as zeros. */
struct fuzz_statistics {
    uint64_t watched; /* schedules that the sketches are of */
    struct fuzz_sketch states;
    struct fuzz_sketch pairs;
    struct fuzz_statistics_pct pct[FUZZ_SAMPLER_DEPTH_MAX]; /* depth 1 first */
};

/** Adds a watched run. */
void fuzz_statistics_add(
    struct fuzz_statistics *statistics,
    const struct fuzz_behaviour *behaviour);

/** Adds a run that a sampler has played, if it is PCT. */
void fuzz_statistics_add_pct(
    struct fuzz_statistics *statistics,
    const struct fuzz_sampler *sampler);

/** Adds all of some statistics to others. */
void fuzz_statistics_merge(
    struct fuzz_statistics *statistics,
    const struct fuzz_statistics *more);

#endif
