/*
 * Inside of the decoder: brings values into range. What remains wrong is
 * dropped by fuzz_schedule_repair(); this keeps most of a mutator's work alive.
 * A value that is valid stays as it is.
 */
#ifndef FUZZ_COMPACT_RANGE_H
#define FUZZ_COMPACT_RANGE_H

#include "lastcall/schedule.h"

/** Numbers and members of chains; a zero that can't be is the default. */
void fuzz_compact_range_world(struct lc_world *world);

/** The call and its value. */
void fuzz_compact_range_op(struct lc_op *op);

/**
 * All of a choice.
 *
 * @param schedule  borrowed; with a thread, threads and calls final.
 */
void fuzz_compact_range_choice(
    const struct lc_schedule *schedule,
    struct lc_choice *choice);

/** Takes from providers the names of modules. */
void fuzz_compact_range_names(struct lc_world *world);

/** Brings a choice of a fault into range, when what may fail is known: what can't
 * is a choice of who goes next. */
void fuzz_compact_range_fault(
    const struct lc_schedule *schedule,
    struct lc_choice *choice);

/**
 * Brings a choice into range whose place is of the name-space DLL, in a world
 * that has none.
 *
 * @param schedule  borrowed; its world is whole.
 */
void fuzz_compact_range_nsp(
    const struct lc_schedule *schedule,
    struct lc_choice *choice);

#endif
