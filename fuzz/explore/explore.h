/*
 * Exploration: all orders in which the threads and events of a run can go, by
 * snapshots and state keys. Ends in a proof within its bounds, or in the
 * decisions that lead to a broken rule.
 *
 * Breadth-first finds a shortest counterexample and keeps a snapshot of each
 * state that is still to be expanded; depth-first keeps those of one path.
 */
#ifndef FUZZ_EXPLORE_EXPLORE_H
#define FUZZ_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "fuzz/explore/subject.h"

enum fuzz_explore_limits {
    FUZZ_EXPLORE_DEPTH_MAX = 1 << 16, /* decisions of a run */
    FUZZ_EXPLORE_PATH_MAX = 4096,     /* bytes of saved_path */
    FUZZ_EXPLORE_JOBS_MAX = 64
};

enum fuzz_explore_order {
    FUZZ_EXPLORE_BREADTH = 0,
    FUZZ_EXPLORE_DEPTH = 1
};

enum fuzz_explore_verdict {
    FUZZ_EXPLORE_PROVED = 0, /* within the bounds nothing breaks, but for what
                                goes round for ever: LIVELOCK */
    FUZZ_EXPLORE_BROKEN = 1,
    FUZZ_EXPLORE_BOUNDED = 2 /* a bound was hit, and nothing broke before */
};

/* Which bound was hit first; one that left more takes the place of another: what
 * ended the search, then what cut it at some states. */
enum fuzz_explore_bound {
    FUZZ_EXPLORE_NONE = 0,
    FUZZ_EXPLORE_MEMORY = 1,
    FUZZ_EXPLORE_DEPTH_BOUND = 2,
    FUZZ_EXPLORE_STOPPED = 3,
    FUZZ_EXPLORE_UNSPECIFIED = 4, /* a run ended unspecified */
    FUZZ_EXPLORE_ENDLESS = 5,     /* no run came to an end */
    FUZZ_EXPLORE_DIED = 6,        /* a run ended the process; never said by
                                     fuzz_explore() */
    FUZZ_EXPLORE_NUMBERS = 7,     /* numbers were drawn that could not be set */
    FUZZ_EXPLORE_CLOCK = 8        /* code asked for the time behind states in
                                     whose keys it was not */
};

/* A decision of a path. */
struct fuzz_explore_step {
    uint64_t values; /* see struct fuzz_subject_values */
    uint16_t index;  /* among what is enabled */
    uint16_t zero[3];
};

struct fuzz_explore_totals {
    uint64_t states;
    uint64_t transitions;  /* decisions taken */
    uint64_t merged;       /* of them into states that had been seen */
    uint64_t ends;         /* different states that a run ended in and held */
    uint64_t broken;       /* runs that ended with something broken */
    uint64_t unspecified;  /* runs that ended unspecified: they say nothing */
    uint64_t frontier;     /* states that are still to be expanded */
    uint64_t memory_bytes; /* at a look: now; of a result: the most there was */
    uint64_t resumed;      /* states that came from a file */
    uint64_t handed; /* parts of the tree that one process gave to another */
    /* Depth-first, of 2^32: how much of the tree of decisions lies behind, if
     * all subtrees were as large; subtrees that were seen before are none, so
     * the rest is mostly smaller than that. Breadth-first: of the states that
     * were met, how many are expanded. */
    uint32_t done;
    uint32_t depth;     /* decisions of the path looked at now */
    uint32_t depth_max; /* of the longest so far */
    uint32_t zero;
    struct model_warned warned; /* what one order or another was warned of */
};

/* The way that is gone, in memory that is shared with who looks after this
 * process: a provider that is explored may end it. Begins as zeros. */
struct fuzz_explore_trail {
    struct fuzz_explore_totals totals;
    uint32_t count; /* of the steps; the last is being taken */
    uint32_t zero;
    struct fuzz_subject_drawn drawn; /* by the last */
    struct fuzz_explore_step steps[FUZZ_EXPLORE_DEPTH_MAX];
};

struct fuzz_explore_options {
    enum fuzz_explore_order order;
    uint64_t memory_bytes; /* for keys and snapshots */
    uint32_t depth_max;    /* decisions of a run; 0: no bound but the limit.
                              Breadth-first only: depth-first, a state that was
                              met first at the bound would stay cut */
    uint64_t states_max;   /* stopped at so many; 0: no bound. Of one
                              process */
    bool goes_on; /* after what breaks: all states are counted, and the way to
                     the first is kept */
    /* Not each step is taken from each state, but each state is come to, and
     * breadth-first by as few steps. Of a subject that says which steps are
     * independent; by one process. */
    bool has_sleep_sets;
    /* Told now and then how far it is; returns false to stop it. NULL: nobody. */
    bool (*progress)(void *context, const struct fuzz_explore_totals *totals);
    void *context;
    /* Processes that explore together, 0 or 1: this one alone. Depth-first,
     * without goes_on, states_max and saved_path. What they prove has the same counts; who
     * comes to what depends on who is faster, so what breaks is looked for
     * again by one alone, and it is the same that it would have found. */
    uint32_t jobs;
    uint32_t watch_seconds; /* sim_watch() of each of them */
    /* Where it is kept how far it is, when it is stopped and whenever that is
     * due; it goes on from there when there is such a file. NULL: nowhere. */
    const char *saved_path;
    bool (*is_saving_due)(void *context);
    /* Told of each time that it was kept: 0, or an errno. NULL: nobody. */
    void (*on_saved)(void *context, int error);
    struct sim_state_key identity;    /* of all that the states depend on */
    struct fuzz_explore_trail *trail; /* filled; NULL: nobody looks */
};

struct fuzz_explore_result {
    enum fuzz_explore_verdict verdict;
    enum fuzz_explore_bound bound;
    struct fuzz_explore_totals totals;
    /* BROKEN: the decisions that lead there, none when the run had none to
     * take; to be freed. */
    struct fuzz_explore_step *path;
    uint32_t path_count;
    int saving_errno; /* of the last time that it was saved; 0: it is there */
    bool is_together; /* the totals are those of several processes */
    bool has_died;    /* one of these did: it was explored by one alone then; or
                         see DIED */
    bool has_broken;  /* something did, even if this one has not come to it */
};

/**
 * Explores a subject.
 *
 * @param subject     borrowed.
 * @param ret_result  filled on SIM_OK, otherwise untouched; to be given to
 *                    fuzz_explore_free().
 * @param ret_error   filled on failure.
 *
 * Errors: those of the subject's begin; SIM_ERROR_FILE of saved_path.
 */
LC_MUST_USE enum sim_status fuzz_explore(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *options,
    struct fuzz_explore_result *ret_result,
    struct sim_error *ret_error);

/**
 * Plays a path anew, from the beginning to the end of its run.
 *
 * Returns: how the run ended. Whatever the subject keeps is of this run then.
 */
LC_MUST_USE enum sim_status fuzz_explore_follow(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_step *path,
    uint32_t path_count,
    enum fuzz_subject_end *ret_end,
    struct sim_error *ret_error);

/**
 * Goes a trail anew up to its last decision, which is not taken: the process
 * might not survive it. What it has drawn is in the trail.
 *
 * @param trail         borrowed; with a step.
 * @param ret_schedule  its choices are filled: what a run that goes this way
 *                      has chosen. The rest is left as it is.
 */
LC_MUST_USE enum sim_status fuzz_explore_choices(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_trail *trail,
    struct lc_schedule *ret_schedule,
    struct sim_error *ret_error);

/** Whether a bound has left states that were not looked at. A run that ended
 * unspecified was. */
bool fuzz_explore_is_cut(enum fuzz_explore_bound bound);

/** Whether several processes came to what breaks, and one alone that has looked
 * at all there is did not: our code is wrong. */
bool fuzz_explore_contradicts(const struct fuzz_explore_result *result);

/** Gives a result's memory back. */
void fuzz_explore_free(struct fuzz_explore_result *result);

#endif
