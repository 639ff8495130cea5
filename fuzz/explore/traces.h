/*
 * Traces: orders of a micro-program's events that differ in more than the order
 * of independent neighbours. They are counted by sleep sets, along all orders
 * and without looking at the states that these lead to: what is left to count
 * when history is not forgotten, beside the states of explore.h.
 *
 * An end that comes while others could go on (a failed assertion, the exit of
 * main) takes their next steps away from them: the step that leads there
 * depends on all others. So two runs that break at the same step, one with an
 * independent step of another thread before it and one without, are two traces.
 */
#ifndef FUZZ_EXPLORE_TRACES_H
#define FUZZ_EXPLORE_TRACES_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "fuzz/explore/subject.h"

struct fuzz_traces_limits {
    uint64_t transitions_max; /* given up after so many; 0: never */
    uint32_t depth_max;       /* of a run; 0: as many steps as can be chosen */
    /* Asked now and then; returns false to give it up. NULL: nobody. */
    bool (*goes_on)(void *context);
    void *context;
};

struct fuzz_traces_result {
    uint64_t traces;      /* runs that came to an end: one of each trace */
    uint64_t broken;      /* of them, that ended in the program's bug */
    uint64_t unspecified; /* of them, that the engine gave up */
    uint64_t blocked;     /* cut where all that was enabled slept */
    uint64_t cut;         /* cut at the bound of the depth */
    uint64_t transitions; /* steps taken */
    bool is_whole;        /* no bound was hit, and nothing was given up */
};

/**
 * The fuzz_independent_fn of micro-programs. The order of two steps of threads
 * does not matter when what both touch is known, and differs or is only read. A
 * thread's own steps depend on each other. Locking and unlocking are writes to
 * the lock. Steps of which one makes the other possible, as the last of a
 * thread and the one that joins it, are never enabled at once: of those nothing
 * is asked.
 *
 * @param one    borrowed, of a thread.
 * @param other  borrowed, of a thread; both are enabled at one moment, and
 *               neither ends the run.
 */
bool fuzz_traces_are_independent(
    const struct sim_choice_candidate *one,
    const struct sim_choice_candidate *other);

/**
 * Counts the traces of a subject that says which steps are independent.
 *
 * @param subject     borrowed. Each end is shown to its finish().
 * @param limits      borrowed.
 * @param ret_result  filled on SIM_OK.
 * @param ret_error   filled on failure.
 *
 * Errors: those of the subject's begin.
 */
LC_MUST_USE enum sim_status fuzz_traces(
    const struct fuzz_subject *subject,
    const struct fuzz_traces_limits *limits,
    struct fuzz_traces_result *ret_result,
    struct sim_error *ret_error);

#endif
