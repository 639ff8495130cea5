/*
 * Who goes next: what threads and decisions need of each other. For files of
 * sim/engine only; what others call of both stands in thread.h.
 *
 * decide.c says what is enabled, draws, and counts the steps of a run; thread.c
 * has the threads and the events, and lets them go on.
 */
#ifndef SIM_ENGINE_DECIDE_H
#define SIM_ENGINE_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

#include "sim/engine/choice.h"
#include "sim/engine/engine.h"
#include "sim/engine/thread.h"

/** Parks the running thread, whatever its state, after a decision. */
void sim_thread_give_way(struct lc_place place);

/**
 * Counts a step of the run.
 *
 * Returns: whether one must not be taken any more.
 * Effects: ends the run then; on a fiber it does not return.
 */
bool sim_thread_over_budget(void);

/** Does what was decided: handles the event, or runs the thread until it gives
 * way. On the host stack. */
void sim_thread_go_on(const struct sim_choice_candidate *decision);

/** Names the time since the last progress. */
static inline uint64_t sim_thread_epoch(const struct sim_history *history)
{
    LC_CHECK(history->steps <= history->steps_total);
    return history->steps_total - history->steps;
}

/** Says what a thread is about to do. */
static inline void sim_thread_set_step(
    struct sim_thread *thread,
    const struct sim_thread_step *step)
{
    thread->object = step->object;
    thread->is_write = step->is_write;
    thread->thing = step->thing;
    thread->gate = step->gate;
}

#endif
