/*
 * Play and judge: one schedule through sim/, its trace through model/.
 */
#ifndef FUZZ_PLAY_H
#define FUZZ_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"
#include "lastcall/verdict.h"

#include "model/model.h"
#include "sim/sim.h"

/* Sees each record after the model did. For printing. */
typedef void fuzz_play_reader_fn(
    void *context,
    uint64_t number,
    const struct lc_record *record);

/* Judges one run after the other. Large: keep one per program, not on a
 * stack. Begins as zeros. */
struct fuzz_player {
    struct model_options options;    /* set by the user; then untouched */
    struct model_coverage *coverage; /* borrowed, or NULL: none is kept */
    bool is_unjudged;                /* the model is left out: for measuring */
    bool fill_stacks; /* before each run, to show that nothing depends on it */
    uint8_t fill_byte;
    fuzz_play_reader_fn *reader; /* NULL: nobody */
    void *reader_context;
    /* The rest is the player's own. */
    bool has_world;
    struct lc_world world; /* that `fresh` was made for */
    struct model fresh;
    struct model model; /* of the last run */
    uint64_t record_count;
    struct lc_record last; /* the record that decided, or the last one */
};

/* What came of a run. */
struct fuzz_outcome {
    struct lc_verdict verdict;
    struct lc_record record; /* that decided, or the last one of the run */
    struct sim_result result;
};

/**
 * Plays a schedule and judges its trace. The run ends with the record that
 * breaks a rule.
 *
 * @param player       borrowed.
 * @param schedule     borrowed; valid.
 * @param backer       borrowed; NULL: the schedule's own choices.
 * @param ret_outcome  filled on SIM_OK; its choices are borrowed until the
 *                     next play.
 * @param ret_error    filled on failure.
 *
 * Errors: those of sim_play().
 */
LC_MUST_USE enum sim_status fuzz_play(
    struct fuzz_player *player,
    const struct lc_schedule *schedule,
    const struct sim_backer *backer,
    struct fuzz_outcome *ret_outcome,
    struct sim_error *ret_error);

/** Whether hosted code faulted, so that nothing of this process is safe. */
bool fuzz_play_is_fault(const struct fuzz_outcome *outcome);

/**
 * What a schedule's own choices take at a point, for a backer that sees them.
 *
 * Returns: an index below point->count; 0 where none is for it or what it wants
 *          is not there.
 */
uint32_t fuzz_play_scheduled(
    const struct lc_schedule *schedule,
    const struct sim_choice_point *point);

#endif
