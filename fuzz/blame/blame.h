/*
 * Blame: where in a run that breaks a rule the rule was lost. Other orders of
 * the rest are played from midpoints of the run, to see how likely it is to
 * break from there; a small rest is gone through whole, which is a proof.
 */
#ifndef FUZZ_BLAME_BLAME_H
#define FUZZ_BLAME_BLAME_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"
#include "lastcall/verdict.h"

#include "fuzz/blame/chance.h"
#include "fuzz/sampler/sampler.h"
#include "model/model.h"
#include "sim/sim.h"

/* How far it is, for people. */
struct fuzz_blame_progress {
    uint64_t draws;  /* orders played so far */
    uint64_t states; /* looked at for proofs so far */
    uint64_t deaths; /* orders that ended the process they were played in */
    uint32_t forks;  /* decisions of the run at which there was a choice */
};

enum fuzz_blame_jump {
    /* A jump that is less, at least, is said and not looked into. */
    FUZZ_BLAME_JUMP_PPM = FUZZ_BLAME_PPM / 10
};

struct fuzz_blame_options {
    const struct lc_schedule *schedule; /* borrowed; valid */
    struct model_options model;
    enum fuzz_sampler_kind sampler; /* not FUZZ_SAMPLER_MIX */
    uint64_t seed;
    uint32_t samples; /* orders from a midpoint, 1 to FUZZ_BLAME_SAMPLES_MAX */
    uint64_t states_max;    /* that all proofs together may look at, each a
                            quarter; 0: nothing is proved */
    uint32_t watch_seconds; /* sim_watch() of who plays an order */
    /* Told now and then how far it is; returns false to stop. NULL: nobody. */
    bool (*progress)(void *context, const struct fuzz_blame_progress *progress);
    void *context;
};

enum fuzz_blame_kind {
    FUZZ_BLAME_HELD = 0,        /* nothing breaks */
    FUZZ_BLAME_UNSPECIFIED = 1, /* the run says nothing */
    FUZZ_BLAME_START = 2,       /* certain before the first decision */
    FUZZ_BLAME_FOUND = 3,
    FUZZ_BLAME_STOPPED = 4, /* by progress; only the verdict is good */
    FUZZ_BLAME_DIFFERED = 5 /* the run could not be gone again */
};

/* One decision of a run: who went on, and from where. */
struct fuzz_blame_step {
    struct lc_choice choice; /* as a schedule would say it */
    struct lc_choice from;   /* where the thread stood that went on: all but
                                 the action; of an event nothing */
    uint32_t number;         /* in the run, from 0 */
    uint16_t index;          /* of what was taken */
    uint16_t count;          /* that could go on */
    uint64_t record_first;   /* records that it wrote: from here */
    uint64_t record_end;     /* to before here */
};

/* Two steps of a run whose order matters. */
struct fuzz_blame_pair {
    struct fuzz_blame_step first; /* of the run, at the decision */
    struct fuzz_blame_step second;
    bool is_second_of_run; /* the run took it later, at second.number; else it
                              never came there, and has no records */
    /* Steps of others than the first's maker that go before both, so that the
     * two are neighbours. */
    uint32_t moved;
    bool is_first_gone; /* behind the second there is no first any more */
    struct fuzz_blame_chance in_order; /* with the first before the second */
    struct fuzz_blame_chance swapped;  /* with the second before the first */
    bool is_rare;    /* no sample of swapped broke it, but some order does */
    bool rest_holds; /* swapped, the other steps in the order that they had */
    /* A run with the two swapped that holds: its choices and its hash. */
    bool has_example;
    uint32_t choice_count;
    struct lc_choice choices[LC_CHOICES_MAX];
    uint64_t hash;
};

/* A decision that is to blame. */
struct fuzz_blame_point {
    struct fuzz_blame_step step;
    struct fuzz_blame_chance before;
    struct fuzz_blame_chance after;
    bool has_pair;
    struct fuzz_blame_pair pair;
};

/* Large: not for a stack. */
struct fuzz_blame_result {
    enum fuzz_blame_kind kind;
    struct lc_verdict verdict;
    uint64_t hash; /* of the run's trace */
    uint64_t record_count;
    uint32_t step_count; /* decisions of the run */
    uint32_t fork_count; /* of them those with something to choose */
    struct fuzz_blame_progress totals;
    struct fuzz_blame_chance start; /* FOUND and START */
    /* FOUND: the decision after which it was certain, and the one with the
     * largest jump; one may be both. */
    bool is_one;
    struct fuzz_blame_point certain;
    struct fuzz_blame_point jump; /* unless is_one; without a pair where it is
                                     small: see FUZZ_BLAME_JUMP_PPM */
};

/** Whether a decision makes the chance rise by FUZZ_BLAME_JUMP_PPM at least. */
bool fuzz_blame_is_large(const struct fuzz_blame_point *point);

/**
 * Finds what is to blame.
 *
 * @param options     borrowed.
 * @param ret_result  filled on SIM_OK. Of FOUND all that is said in it was
 *                    played.
 * @param ret_error   filled on failure.
 *
 * Errors: those of sim_play().
 */
LC_MUST_USE enum sim_status fuzz_blame(
    const struct fuzz_blame_options *options,
    struct fuzz_blame_result *ret_result,
    struct sim_error *ret_error);

#endif
