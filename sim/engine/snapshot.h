/*
 * Snapshots of a run, and the key of its state. Only on the host's stack, with
 * every fiber parked at a yield point. A snapshot is good within the process
 * that took it: parked stacks hold return addresses of the host.
 */
#ifndef SIM_ENGINE_SNAPSHOT_H
#define SIM_ENGINE_SNAPSHOT_H

#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/copy.h"

/** Makes the arena as before the first run. Costs what was touched. */
void sim_snapshot_reset(void);

/** Bytes that a snapshot of this moment takes. */
size_t sim_snapshot_bytes(void);

/**
 * Copies the run's state out.
 *
 * @param buffer    filled.
 * @param capacity  at least sim_snapshot_bytes().
 *
 * Returns: bytes used.
 */
size_t sim_snapshot_take(void *buffer, size_t capacity);

/** Brings a state back. The run goes on from there. */
void sim_snapshot_restore(const void *buffer);

/**
 * Key of the state: equal for two moments from which the run can only go on
 * in the same ways. Times count from now, and no history goes in: no record
 * numbers, no sequence numbers, no names of places passed.
 *
 * @param extra  borrowed, may be NULL: state outside the arena that belongs to
 *               it (the model's).
 */
struct sim_state_key sim_snapshot_key(const void *extra, size_t extra_bytes);

#endif
