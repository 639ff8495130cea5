/*
 * Search: plays the schedules of a range of seeds in forked workers and
 * collects what breaks a rule, once for each rule and place. What is found is
 * a function of the options and the seeds; how many workers there are does not
 * matter.
 */
#ifndef FUZZ_SEARCH_H
#define FUZZ_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/generate.h"
#include "fuzz/play.h"
#include "fuzz/sampler/sampler.h"

enum fuzz_search_limits {
    FUZZ_JOBS_MAX = 64,
    FUZZ_FINDINGS_MAX = 64,  /* kept in one search */
    FUZZ_SHRINK_TESTS = 4000 /* plays to shrink one finding */
};

/* What broke, and the schedule that shows it. */
struct fuzz_finding {
    uint64_t seed;
    uint64_t count; /* schedules that broke the same rule at the same place */
    uint16_t rule;
    struct lc_record record; /* that decided */
    uint64_t hash;
    bool is_dead; /* the worker died: nothing could be said */
    int32_t signal_number;
    bool is_replayed; /* two more plays gave the same trace */
    struct lc_schedule schedule;
    struct sim_fault_place fault;
};

struct fuzz_search_totals {
    uint64_t schedules;
    uint64_t records;
    uint64_t virtual_ns;
    uint64_t unspecified; /* runs that ended so */
    uint32_t rules_exercised;
    uint32_t finding_count;
    bool is_stopped; /* by `stop`, before all seeds were played */
    struct model_coverage coverage;
};

struct fuzz_search_options {
    struct fuzz_generate_options generate;
    struct model_options model;
    enum fuzz_sampler_kind sampler;
    uint64_t seed;          /* first */
    uint64_t count;         /* schedules at most */
    uint32_t jobs;          /* workers, 1 or more */
    uint32_t stop_after;    /* findings; 0: go on to the end */
    uint32_t watch_seconds; /* CPU time of code without a yield point */
    bool no_shrink;
    /* Asked several times a second; true: stop now. NULL: never. */
    bool (*stop)(void *context);
    /* Told several times a second. NULL: nobody. */
    void (*progress)(void *context, const struct fuzz_search_totals *totals);
    void *context;
};

struct fuzz_search_result {
    struct fuzz_search_totals totals;
    struct fuzz_finding findings[FUZZ_FINDINGS_MAX]; /* by seed */
};

/**
 * Searches.
 *
 * @param ret_result  filled; large: not for a stack.
 * @param ret_error   filled on failure: the world can't be played, or no
 *                    worker can be made.
 */
LC_MUST_USE enum sim_status fuzz_search(
    const struct fuzz_search_options *options,
    struct fuzz_search_result *ret_result,
    struct sim_error *ret_error);

/**
 * Plays a schedule twice in a process of its own, and shrinks it there. Code
 * that faults can't hurt the caller.
 *
 * @param finding  in: seed, rule, schedule; out: shrunk, hash and record new.
 *
 * Returns: whether it broke the same rule, twice with the same trace.
 */
bool fuzz_search_confirm(
    const struct fuzz_search_options *options,
    struct fuzz_finding *finding);

/** Makes the schedule of a seed and plays it with the sampler. */
LC_MUST_USE enum sim_status fuzz_search_seed(
    const struct fuzz_search_options *options,
    uint64_t seed,
    struct fuzz_player *player,
    struct lc_schedule *ret_schedule,
    struct fuzz_outcome *ret_outcome,
    struct sim_error *ret_error);

/** Takes the choices of a run into its schedule, and what it is to expect. */
void fuzz_search_keep(
    struct lc_schedule *schedule,
    const struct fuzz_outcome *outcome);

#endif
