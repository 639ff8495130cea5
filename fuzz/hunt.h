/*
 * How soon a search meets a planted bug: trials, each of which plays the cases
 * of rising seeds (fuzz/case.h) until one breaks a rule that counts.
 */
#ifndef FUZZ_HUNT_H
#define FUZZ_HUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "fuzz/case.h"

/* How far the trials have come. May lie in memory that outlives the process.
 * Begins as zeros. */
struct fuzz_hunt_log {
    uint32_t trials;     /* that have ended */
    uint32_t found;      /* of them: met the bug */
    uint64_t schedules;  /* played, of all trials */
    uint64_t played;     /* of them: of the trial at hand */
    uint64_t others;     /* that broke a rule which doesn't count */
    uint32_t is_playing; /* a schedule is being played just now */
    uint32_t has_failed; /* the world can't be played: `error` */
    struct fuzz_case_mirror mirror;
    struct sim_error error;
};

struct fuzz_hunt_options {
    struct fuzz_case_options one;
    uint64_t seed;          /* the first */
    uint64_t cap;           /* schedules of a trial at most */
    uint32_t trials;        /* the end, for fuzz_hunt_is_done() */
    uint32_t watch_seconds; /* CPU time of code without a yield point */
    bool counts[MODEL_RULE_COUNT];
};

/* Large: one per program. */
struct fuzz_hunt {
    const struct fuzz_hunt_options *options;
    struct fuzz_hunt_log *log;
    struct fuzz_case one;
};

/** First seed of a trial, from 0: that of a program, and no two trials have a
 * program in common. */
uint64_t fuzz_hunt_seed(
    const struct fuzz_hunt_options *options,
    uint32_t trial);

/**
 * Has the rules that a list names count, and those that say the same.
 *
 * @param ids  "CLEAN-16, INV-7".
 *
 * Returns: whether all of them are rules.
 */
LC_MUST_USE bool fuzz_hunt_count_rules(
    struct fuzz_hunt_options *options,
    const char *ids);

/**
 * Goes on with what a log tells of. Limits the CPU time of this process.
 *
 * @param options, log  borrowed.
 * @param is_dead       the schedule that was being played has killed its
 *                      process: it has broken FAULT.
 */
void fuzz_hunt_begin(
    struct fuzz_hunt *hunt,
    const struct fuzz_hunt_options *options,
    struct fuzz_hunt_log *log,
    bool is_dead);

/** Whether all trials have ended, or can't go on. */
bool fuzz_hunt_is_done(const struct fuzz_hunt *hunt);

/**
 * Plays one schedule.
 *
 * Returns: whether this process may play another: after a fault of hosted code
 *          nothing of it is safe.
 */
LC_MUST_USE bool fuzz_hunt_play(struct fuzz_hunt *hunt);

#endif
