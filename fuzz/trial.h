/*
 * How soon a sampler meets the bug of a micro-program (sim/program).
 */
#ifndef FUZZ_TRIAL_H
#define FUZZ_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/sampler/sampler.h"
#include "sim/program/program.h"

/* A program, and what some runs tell of it. Large: keep one. */
struct fuzz_trial {
    const struct sim_program *program;
    /* Events that PCT takes a run to have: as usual, those of the profile and
     * a fifth. */
    uint32_t length;
    /* Decisions among two or more: `few`, and PCT of no fixed depth, count only
     * those. */
    uint32_t decisions;
    struct fuzz_profile profile;
    struct fuzz_sampler sampler;
    struct sim_backer inner; /* of a run that is profiled */
};

/**
 * Takes a program, and plays it to know how many events there are. The arena
 * is open.
 *
 * @param walks  the profile is the mean of so many random walks, or of as many
 *               as it has room for; 0: it is one run in the default order.
 * @param seed   of the first walk.
 */
void fuzz_trial_begin(
    struct fuzz_trial *trial,
    const struct sim_program *program,
    uint32_t walks,
    uint64_t seed);

/**
 * Plays one schedule.
 *
 * @param kind  FUZZ_SAMPLER_MIX: the one whose turn it is by the seed, as in a
 *              search; so every eighth is the default order.
 *
 * Returns: whether it met the bug.
 */
bool fuzz_trial_play(
    struct fuzz_trial *trial,
    enum fuzz_sampler_kind kind,
    uint64_t seed);

/**
 * Plays schedule after schedule, of rising seeds, until one meets the bug.
 *
 * @param seed           of the first.
 * @param schedules_max  after so many it is given up.
 * @param ret_schedules  filled: how many were played.
 *
 * Returns: whether the last one met it.
 */
bool fuzz_trial_run(
    struct fuzz_trial *trial,
    enum fuzz_sampler_kind kind,
    uint64_t seed,
    uint64_t schedules_max,
    uint64_t *ret_schedules);

#endif
