/*
 * Measurements piece by piece in forked workers: each takes the next piece
 * that nobody has taken. What a piece comes to lies in memory that all share:
 * a worker that dies takes nothing with it, and its piece is gone on with in
 * another. A piece must not depend on who works on it, or on what came before.
 */
#ifndef FUZZ_CELLS_H
#define FUZZ_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "sim/sim.h"

enum fuzz_cells_limits {
    FUZZ_CELLS_JOBS_MAX = 64,
    FUZZ_CELLS_MAX = 4096
};

struct fuzz_cells_options {
    uint32_t count; /* pieces, FUZZ_CELLS_MAX at most */
    uint32_t jobs;  /* workers, 1 or more */
    size_t result_bytes;
    /* In a worker: goes on with a piece. The result is zeroed before the first
     * time. death: which a worker died of over this piece just now; 0:
     * of none. Returns whether the piece is done; else it is asked again, in a
     * new process. */
    bool (*work)(void *context, uint32_t piece, void *result, int32_t death);
    /* Here: told of each piece that is done, in their order. */
    void (*done)(void *context, uint32_t piece, const void *result);
    /* Asked several times a second; true: stop now. NULL: never. */
    bool (*stop)(void *context);
    void *context;
    bool may_die; /* else a worker that does is a failure */
};

/**
 * Works on all pieces.
 *
 * @param options         borrowed.
 * @param ret_is_stopped  filled: whether `stop` said so before the last piece.
 * @param ret_error       filled on failure.
 *
 * Errors: no worker can be made; one died that may not, or was killed from
 *         outside several times.
 */
LC_MUST_USE enum sim_status fuzz_cells_run(
    const struct fuzz_cells_options *options,
    bool *ret_is_stopped,
    struct sim_error *ret_error);

#endif
