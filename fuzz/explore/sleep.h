/*
 * Sleep sets: who need not go now, because what it would do was done before,
 * and nothing that it depends on has happened since. For subjects all of whose
 * steps are those of threads, and that know what these touch.
 */
#ifndef FUZZ_EXPLORE_SLEEP_H
#define FUZZ_EXPLORE_SLEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/explore/subject.h"
#include "fuzz/explore/table.h"

enum {
    FUZZ_SLEEP_SLOTS_MAX = 128,
    FUZZ_SLEEP_WORDS = FUZZ_SLEEP_SLOTS_MAX / 64
};

/* Threads, by their slots. */
struct fuzz_sleepers {
    uint64_t bits[FUZZ_SLEEP_WORDS];
};

/* At a state: who sleeps there, and who is not to be taken now. At first that
 * is the same; where the state is met again, who was taken there before is not
 * taken again, but does not sleep. */
struct fuzz_sleep {
    struct fuzz_sleepers asleep;
    struct fuzz_sleepers skipped;
};

/** Whether a thread sleeps. */
bool fuzz_sleep_has(const struct fuzz_sleepers *asleep, uint32_t slot);

/** Puts a thread to sleep, which is awake. Not one that has ended the run: all
 * depends on that. */
void fuzz_sleep_add(struct fuzz_sleepers *asleep, uint32_t slot);

/** The first of the candidates from one on that does not sleep, or how many
 * there are. */
uint32_t fuzz_sleep_next(
    const struct fuzz_sleepers *asleep,
    const struct sim_choice_candidate *candidates,
    uint32_t from,
    uint32_t count);

/**
 * Who still sleeps behind a step: those whose own it does not touch.
 *
 * @param asleep  who sleeps before it; all of them are candidates.
 * @param index   of the step, among the candidates.
 */
struct fuzz_sleepers fuzz_sleep_behind(
    const struct fuzz_subject *subject,
    const struct sim_decision *decision,
    const struct fuzz_sleepers *asleep,
    uint32_t index);

/** Whether all who sleep could go. */
bool fuzz_sleep_are_enabled(
    const struct fuzz_sleepers *asleep,
    const struct sim_decision *decision);

/** Words of a table's values, to keep sleepers of so many slots. */
uint32_t fuzz_sleep_words(uint32_t slots);

/**
 * Arrives at a state with who sleeps there. The state's value becomes who has
 * slept there each time: who was never taken.
 *
 * @param seen    has the state, and values.
 * @param is_new  whether it was added just now.
 * @param sleep   `asleep` is who sleeps by the way that was come; both are made
 *                those of the state.
 *
 * Returns: whether there is still somebody to be taken.
 */
bool fuzz_sleep_arrive(
    const struct fuzz_table *seen,
    struct sim_state_key key,
    bool is_new,
    struct fuzz_sleep *sleep);

#endif
