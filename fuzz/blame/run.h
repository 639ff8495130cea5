/*
 * The run that is looked into: its decisions, its midpoints, and orders of its
 * rest that are played from there. For files of fuzz/blame only.
 */
#ifndef FUZZ_BLAME_RUN_H
#define FUZZ_BLAME_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "fuzz/blame/blame.h"
#include "fuzz/sampler/sampler.h"
#include "model/model.h"
#include "sim/sim.h"

enum fuzz_blame_limits {
    FUZZ_BLAME_REFS = 256 /* thread references */
};

/* How a run has ended, beside the one that is looked into. */
enum fuzz_blame_end {
    FUZZ_BLAME_END_SAME =
        0, /* broke the same rule, or one that says the same */
    FUZZ_BLAME_END_HELD = 1,
    FUZZ_BLAME_END_OTHER = 2, /* broke another rule */
    FUZZ_BLAME_END_OPEN = 3   /* unspecified */
};

/* A moment between two decisions, to come back to. Begins as zeros. */
struct fuzz_blame_moment {
    unsigned char *bytes; /* owned; see fuzz_blame_drop() */
    size_t capacity;
};

/* A step as it was taken, and what it was about to do. */
struct fuzz_blame_taken {
    struct fuzz_blame_step step;
    struct sim_choice_candidate candidate;
};

/* What a child that plays orders says, and what it is told. */
struct fuzz_blame_share {
    bool is_over; /* it has come to its end */
    bool is_to_stop;
    struct fuzz_blame_chance chance; /* of the orders that it played so far */
    uint64_t seed;                   /* of the next order */
    uint64_t states;                 /* of a proof */
    uint32_t answer;                 /* of what it was asked */
    /* The first order that held since has_held was cleared. */
    bool has_held;
    uint32_t held_count;
    struct lc_choice held[LC_CHOICES_MAX];
    uint64_t held_hash;
};

/* Large. */
struct fuzz_blame_run {
    const struct fuzz_blame_options *options;
    struct model fresh;
    struct model model;
    struct lc_verdict verdict; /* of the run that is looked into */
    struct sim_result result;  /* of the last run that ended */
    /* Choices of the schedule that are numbers (of latencies, of handles), and
     * those of them that are still to be met. */
    uint32_t value_count;
    uint32_t values_left;
    struct sim_decision decision;   /* what is enabled now */
    enum lc_end end;                /* or how it ended */
    uint32_t at;                    /* number of that decision */
    struct fuzz_blame_taken *taken; /* owned: the run */
    uint32_t taken_count;
    uint32_t taken_capacity;
    uint32_t *forks; /* owned: numbers of decisions with something to choose */
    uint32_t fork_count;
    struct lc_choice places[FUZZ_BLAME_REFS]; /* where threads stand */
    struct fuzz_sampler sampler;
    struct fuzz_profile profile; /* of the rest of the run, for samplers */
    uint32_t rest_count;
    struct fuzz_blame_progress totals;
    struct fuzz_blame_share *share; /* owned; shared with children */
    bool is_stopped;
    bool has_differed;
    unsigned char key_bytes[sizeof(struct model)];
};

/**
 * Plays the schedule by its own choices and keeps its decisions.
 *
 * @param ret_run    filled on SIM_OK; to be given to fuzz_blame_run_close().
 *                   Was zeros.
 *
 * Errors: those of sim_play().
 */
LC_MUST_USE enum sim_status fuzz_blame_run_open(
    struct fuzz_blame_run *ret_run,
    const struct fuzz_blame_options *options,
    struct sim_error *ret_error);

/** Gives its memory back. */
void fuzz_blame_run_close(struct fuzz_blame_run *run);

/**
 * Goes to the moment before a decision of the run; its number of decisions is
 * the end. The next thing to do is to look, or to save.
 *
 * Returns: false when the way there is not what it was.
 */
LC_MUST_USE bool fuzz_blame_go_to(struct fuzz_blame_run *run, uint32_t number);

/** Looks at what is enabled: once, since that counts how often places were
 * passed. Returns: false when the run has ended. */
LC_MUST_USE bool fuzz_blame_look(struct fuzz_blame_run *run);

/** The step that taking a candidate is; how far its records go is not known. */
struct fuzz_blame_step fuzz_blame_step_of(
    const struct fuzz_blame_run *run,
    uint32_t index);

/** Takes a candidate. The next thing to do is to look, or to save. */
void fuzz_blame_take(struct fuzz_blame_run *run, uint32_t index);

/** Finds the thread or event that made a step among what is enabled. */
LC_MUST_USE bool fuzz_blame_find(
    const struct fuzz_blame_run *run,
    const struct fuzz_blame_step *step,
    uint32_t *ret_index);

/** Whether the same thread or event made both. */
bool fuzz_blame_is_actor(
    const struct fuzz_blame_step *one,
    const struct fuzz_blame_step *other);

/** Ends a run that nothing is enabled in any more. */
enum fuzz_blame_end fuzz_blame_finish(struct fuzz_blame_run *run);

/** Whether no more decisions can be kept: the default is all that is left. */
bool fuzz_blame_is_full(void);

/** Keeps the moment that the run is in, which was not looked at. */
void fuzz_blame_save(
    const struct fuzz_blame_run *run,
    struct fuzz_blame_moment *moment);

/** Comes back to it. The next thing to do is to look. */
void fuzz_blame_load(
    struct fuzz_blame_run *run,
    const struct fuzz_blame_moment *moment);

/** Gives its memory back. */
void fuzz_blame_drop(struct fuzz_blame_moment *moment);

/**
 * Does something in a child, so that what ends its process ends no more than
 * that. The child begins where the run is; what it says is in run->share.
 *
 * Returns: whether it came to its end.
 */
LC_MUST_USE bool fuzz_blame_apart(
    struct fuzz_blame_run *run,
    void (*work)(void *context),
    void *context);

/** Whether an order that ends its process breaks the same rule. */
bool fuzz_blame_is_death_same(const struct fuzz_blame_run *run);

/** Says where in the run the orders to come begin: what samplers expect. */
void fuzz_blame_expect(struct fuzz_blame_run *run, uint32_t number);

/**
 * Plays orders of what comes after a moment, at random.
 *
 * @param samples_max  until so many are counted.
 * @param is_hunt      stops behind the first that does not break the rule.
 * @param chance       added to.
 *
 * Returns: false when it was told to stop.
 */
LC_MUST_USE bool fuzz_blame_sample(
    struct fuzz_blame_run *run,
    const struct fuzz_blame_moment *moment,
    uint32_t samples_max,
    bool is_hunt,
    struct fuzz_blame_chance *chance);

/** Keeps the run that has just held in run->share, unless there is one since
 * has_held was cleared. */
void fuzz_blame_keep_held(struct fuzz_blame_run *run);

/** Tells how far it is. Returns: false when it is to stop. */
LC_MUST_USE bool fuzz_blame_goes_on(struct fuzz_blame_run *run);

/* What going through all orders has shown. */
enum fuzz_blame_answer {
    FUZZ_BLAME_PROVED = 0,
    FUZZ_BLAME_REFUTED = 1, /* an order that ends otherwise was met */
    FUZZ_BLAME_BOUNDED = 2
};

/**
 * Goes through all orders of what comes after a moment: search.c.
 *
 * @param proof   what is to be proved: ALWAYS or NEVER.
 * @param chance  gets the proof, if it is one.
 */
LC_MUST_USE enum fuzz_blame_answer fuzz_blame_search(
    struct fuzz_blame_run *run,
    const struct fuzz_blame_moment *moment,
    enum fuzz_blame_proof proof,
    struct fuzz_blame_chance *chance);

/**
 * Finds the two steps whose order matters at a decision of the run: pair.c.
 *
 * @param point  its step and chances are set; gets the pair.
 *
 * Returns: false when it was told to stop.
 */
LC_MUST_USE bool fuzz_blame_find_pair(
    struct fuzz_blame_run *run,
    struct fuzz_blame_point *point);

#endif
