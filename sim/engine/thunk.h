/*
 * Thunks: small pieces of machine code, each with a number, that jump to a
 * common target. They give one C function many addresses: a probe for each
 * (process, importer, target), a stub for each import that is not served.
 *
 * A thunk leaves its number where sim_thunk_index() finds it. The target reads
 * it first thing, before anything can run in between.
 *
 * The code is the same in every run and lies outside the arena.
 */
#ifndef SIM_ENGINE_THUNK_H
#define SIM_ENGINE_THUNK_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "sim/engine/module.h"

enum sim_thunk_limits {
    SIM_THUNKS_MAX = 16384
};

/**
 * Makes a thunk, at start-up. Thunks are never given back.
 *
 * @param number  what sim_thunk_index() will say.
 * @param target  borrowed; where it jumps.
 *
 * Returns: its address, or NULL when there is no room.
 */
LC_MUST_USE sim_code_fn *sim_thunk_make(uint32_t number, sim_code_fn *target);

/** Number of the thunk that was entered last. */
uint32_t sim_thunk_index(void);

/** Whether an address is that of a thunk. */
bool sim_thunk_is(sim_code_fn *code);

#endif
