/*
 * Search: plays the cases of a range of seeds in forked workers and collects
 * what breaks a rule, once for each rule and place. What is found is a
 * function of the options and the seeds; how many workers there are does not
 * matter.
 */
#ifndef FUZZ_SEARCH_H
#define FUZZ_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/case.h"
#include "fuzz/finding.h"
#include "fuzz/statistics.h"
#include "fuzz/unserved.h"
#include "fuzz/warnings.h"

enum fuzz_search_limits {
    FUZZ_JOBS_MAX = 64,
    FUZZ_FINDINGS_MAX = 64, /* kinds that are looked into in one search */
    FUZZ_KNOWN_MAX = 1024,  /* that are only counted */
    FUZZ_KINDS_MAX = 4096   /* told apart */
};

/* What was found under one key (a kind), and what became of it when it was shrunk. */
struct fuzz_search_alias {
    uint64_t key;
    uint64_t shrunk_key;
    uint64_t count; /* schedules that broke it so */
};

struct fuzz_search_totals {
    uint64_t schedules;
    uint64_t records;
    uint64_t virtual_ns;
    uint64_t unspecified; /* runs that ended so */
    /* Of those that broke no rule some are played twice (fuzz/worker.h). */
    uint64_t again;
    uint64_t differed;      /* had another trace: nothing here is sure */
    uint64_t differed_seed; /* the first; the smallest when all have ended */
    uint32_t rules_exercised;
    uint32_t finding_count;
    bool is_stopped; /* by `stop` or `stop_after`, before the last seed */
    /* All seeds before it have been played, unless is_cut. */
    uint64_t next_seed;
    bool is_cut; /* a worker did not come to the end of its seeds in time */
    /* Kinds of findings for which there was no room: of all kinds those that
     * the smallest seeds show have it. */
    uint32_t left_out_count;
    uint64_t left_out_seed; /* the first that shows one of them */
    /* More than FUZZ_KINDS_MAX kinds: left_out_count is the least that it can
     * be, and no finding has a count. */
    bool is_uncounted;
    struct model_coverage coverage;
};

struct fuzz_search_options {
    struct fuzz_case_options one;
    uint64_t seed;          /* first; seed + count must not overflow */
    uint64_t count;         /* schedules at most */
    uint32_t jobs;          /* workers, 1 or more */
    uint32_t stop_after;    /* findings; 0: go on to the end */
    uint32_t findings_max;  /* kinds looked into; 0: FUZZ_FINDINGS_MAX */
    uint32_t watch_seconds; /* CPU time of code without a yield point */
    bool no_shrink;
    /* Keys that are only counted, not confirmed again. Borrowed. */
    const uint64_t *known;
    uint32_t known_count; /* FUZZ_KNOWN_MAX at most */
    /* Asked several times a second; true: stop now. NULL: never. */
    bool (*stop)(void *context);
    /* Told several times a second. NULL: nobody. */
    void (*progress)(void *context, const struct fuzz_search_totals *totals);
    /* Told of each finding when it is confirmed, by rising seed. Its count is
     * not final yet. NULL: nobody. */
    void (*found)(void *context, const struct fuzz_finding *finding);
    void *context;
};

struct fuzz_search_result {
    struct fuzz_search_totals totals;
    struct fuzz_finding findings[FUZZ_FINDINGS_MAX]; /* by seed */
    uint32_t alias_count;
    struct fuzz_search_alias aliases[FUZZ_FINDINGS_MAX];
    uint64_t known_counts[FUZZ_KNOWN_MAX];
    struct fuzz_statistics statistics;
    struct fuzz_warnings warnings;
    struct fuzz_unserved unserved;
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

/** The seed that this process plays or has played last, for who must say so
 * when it ends; FUZZ_SEED_NONE: none, it is no worker of a search. */
const volatile uint64_t *fuzz_search_seed(void);

#endif
