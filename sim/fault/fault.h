/*
 * What is made to fail, and when: each site of a kind that the world names
 * draws whether it fails. Nothing is asked in other worlds.
 */
#ifndef SIM_FAULT_FAULT_H
#define SIM_FAULT_FAULT_H

#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/fail.h"
#include "lastcall/schedule.h"

#include "sim/engine/arena.h"
#include "sim/engine/copy.h"
#include "sim/engine/engine.h"

/* Part of a state: what may still fail in the run. */
struct sim_fault {
    uint32_t kinds; /* bit per enum lc_fail; 0: nothing */
    uint32_t left;  /* how often; 0 with kinds: without bound */
};

#define SIM_FAULT ((struct sim_fault *)sim_arena_part(SIM_PART_FAULT))

/** Declares the part. At start-up. */
void sim_fault_open(void);

/**
 * Says what may fail in the coming run.
 *
 * @param kinds      bit per enum lc_fail.
 * @param fault_max  how often; 0: without bound.
 */
void sim_fault_begin(uint32_t kinds, uint32_t fault_max);

/** Does what sim_fault_at() is for. */
int32_t sim_fault_ask(
    enum lc_place_kind kind,
    uint32_t function,
    uint32_t module);

/**
 * Whether the call that the running thread makes is to fail.
 *
 * @param kind, function, module  the place that it has yielded at. Not as one
 *                                value: what a caller puts together on its
 *                                stack would be part of the run's state.
 *
 * Returns: the error that it fails with, which the trace says then; 0: it does
 *          not fail.
 */
static inline int32_t sim_fault_at(
    enum lc_place_kind kind,
    uint32_t function,
    uint32_t module)
{
    if (LC_LIKELY(SIM_FAULT->kinds == 0)) {
        return 0;
    }
    int32_t error = sim_fault_ask(kind, function, module);
    if (SIM_HISTORY->is_hashed) {
        sim_copy_wipe_stack();
    }
    return error;
}

#endif
