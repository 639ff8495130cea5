/*
 * A case: what one seed stands for. Its program, the order in which it is
 * played, and the verdict are a function of the options and the seed alone.
 * Eight seeds in a row are orders of one program.
 */
#ifndef FUZZ_CASE_H
#define FUZZ_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/generate.h"
#include "fuzz/play.h"
#include "fuzz/sampler/sampler.h"
#include "fuzz/sweep.h"

struct fuzz_case_options {
    struct fuzz_generate_options generate;
    struct model_options model;
    enum fuzz_sampler_kind sampler;
    /* Borrowed; not NULL: a seed is the number of a schedule of the sweep, and
     * the rest but for the model is not looked at. */
    const struct fuzz_sweep *sweep;
};

/* What is to outlive the process, should the case be its last. */
struct fuzz_case_mirror {
    uint64_t seed; /* being played */
    uint64_t program;
    uint32_t length; /* decisions of the program in default order; 0: unknown */
    uint32_t choice_count;
    struct lc_choice choices[LC_CHOICES_MAX]; /* of the run so far */
};

/* Large: one per program. Begins as zeros. */
struct fuzz_case {
    struct fuzz_case_options options; /* set by the user, not changed later */
    struct fuzz_case_mirror *mirror;  /* borrowed, set by the user */
    struct fuzz_player player;        /* its coverage may be set */
    /* The rest is its own. */
    bool has_program;
    uint64_t program;
    struct lc_schedule schedule;
    struct fuzz_sampler sampler;
    /* Of the default order of the program that has this number; profiling is
     * whether the run at hand makes it. */
    bool has_profile;
    bool profiling;
    uint64_t profile_program;
    struct fuzz_profile profile;
    struct sim_backer inner;
};

/** Makes the program of so many seeds: its number is the seed's by
 * FUZZ_SAMPLER_GROUP. `mix` has a swarm. */
void fuzz_case_generate(
    const struct fuzz_case_options *options,
    uint64_t program,
    struct lc_schedule *ret_schedule);

/**
 * Makes the schedule that was being played when its process died.
 *
 * @param mirror  borrowed: what that process has left.
 */
void fuzz_case_revive(
    const struct fuzz_case_options *options,
    const struct fuzz_case_mirror *mirror,
    struct lc_schedule *ret_schedule);

/**
 * Plays a seed.
 *
 * @param ret_outcome  filled on SIM_OK; its choices are borrowed until the
 *                     next play. The program is in `schedule` of the case.
 */
LC_MUST_USE enum sim_status fuzz_case_play(
    struct fuzz_case *one,
    uint64_t seed,
    struct fuzz_outcome *ret_outcome,
    struct sim_error *ret_error);

/** Decisions that a program may have, when nothing better is known. */
uint32_t fuzz_case_guess_length(const struct lc_schedule *schedule);

/** Takes the choices of a run into its schedule, and what it is to expect. */
void fuzz_case_keep(
    struct lc_schedule *schedule,
    const struct fuzz_outcome *outcome);

#endif
