/*
 * A fault sweep: the sites of a schedule's run, and the schedules in which one
 * of them fails.
 */
#ifndef FUZZ_SWEEP_H
#define FUZZ_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/fail.h"
#include "lastcall/schedule.h"

#include "sim/sim.h"

enum fuzz_sweep_limits {
    FUZZ_SWEEP_SITES_MAX = 1 << 16
};

/* Large. */
struct fuzz_sweep {
    struct lc_schedule schedule; /* with its choices; its world has faults */
    uint32_t count;
    bool is_cut; /* there are more sites than there is room for */
    struct lc_choice sites[FUZZ_SWEEP_SITES_MAX]; /* as choices that fail */
};

/* What came of counting. */
enum fuzz_sweep_end {
    FUZZ_SWEEP_COUNTED = 0,
    FUZZ_SWEEP_FULL = 1, /* the schedule has no room for one more choice */
    FUZZ_SWEEP_DIED = 2, /* the process that played it: nothing is counted */
    FUZZ_SWEEP_ERROR = 3 /* the world can't be played */
};

/**
 * Plays the schedule once, in a process of its own, and keeps the sites that
 * do not fail in it.
 *
 * @param sweep          its schedule is set by the caller, the rest is filled.
 *                       A world that says nothing of faults gets all.
 * @param watch_seconds  CPU time of code without a yield point.
 * @param ret_error      filled on FUZZ_SWEEP_ERROR.
 */
LC_MUST_USE enum fuzz_sweep_end fuzz_sweep_count(
    struct fuzz_sweep *sweep,
    uint32_t watch_seconds,
    struct sim_error *ret_error);

/**
 * A schedule of the sweep.
 *
 * @param number        0: as it is; i: site i - 1 fails, too.
 * @param ret_schedule  filled.
 */
void fuzz_sweep_make(
    const struct fuzz_sweep *sweep,
    uint64_t number,
    struct lc_schedule *ret_schedule);

#endif
