/*
 * Snapshots of a run, and the key of its state. Only on the host's stack, with
 * every fiber parked at a yield point. A snapshot is good within the process
 * that took it: parked stacks hold return addresses of the host.
 */
#ifndef SIM_ENGINE_SNAPSHOT_H
#define SIM_ENGINE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/arena.h"
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

/** Adds a part of the arena, and what belongs to it, to the hash of a state. */
typedef void sim_key_fn(struct sim_hash *hash);

/**
 * Says at start-up how a part goes into a key: without the numbers that only
 * the trace needs. A part that says nothing is hashed byte by byte.
 */
void sim_snapshot_set_key(enum sim_part part, sim_key_fn *key);

/**
 * Key of the state: equal for two moments from which the run can only go on
 * in the same ways. Times count from now as long as no code of a module has
 * asked for the time, and no history goes in: no record numbers, no sequence
 * numbers, no numbers of objects, no names of places passed. What parked
 * frames hold goes in as it is: it may split states, and merges none.
 *
 * @param extra  borrowed, may be NULL: state outside the arena that belongs to
 *               it (the model's).
 */
struct sim_state_key sim_snapshot_key(const void *extra, size_t extra_bytes);

/**
 * The same, in pieces.
 *
 * @param went    slot of the thread that made the last step, when ret_pieces
 *                holds the pieces before it: those of the others are kept as
 *                long as they have one. SIM_NO_SLOT, and a count of 0: all are
 *                made.
 * @param pieces  changed; its `own` has room for SIM_SLOTS_MAX.
 *
 * Returns: whether the others' pieces are the same as before.
 */
bool sim_snapshot_pieces(
    const void *extra,
    size_t extra_bytes,
    uint32_t went,
    struct sim_key_pieces *pieces);

/** The key that pieces make up. */
struct sim_state_key sim_snapshot_join(const struct sim_key_pieces *pieces);

#endif
