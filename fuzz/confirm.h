/*
 * Confirming a finding: replays it, shrinks it, replays the result. In a
 * process of its own, so that code that faults can't hurt the caller.
 */
#ifndef FUZZ_CONFIRM_H
#define FUZZ_CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/finding.h"
#include "model/model.h"

enum fuzz_confirm_limits {
    FUZZ_CONFIRM_PLAYS = 30000,         /* to shrink one finding */
    FUZZ_CONFIRM_PLAYS_ISOLATED = 1000, /* when each has its own process */
    FUZZ_CONFIRM_PLAYS_ENDLESS = 12,    /* when each takes seconds */
    FUZZ_CONFIRM_TRIES = 12, /* orders for a program that lost its choices */
    FUZZ_CONFIRM_GRACE_MS = 5000
};

struct fuzz_confirm_options {
    struct model_options model;
    uint32_t watch_seconds;
    bool no_shrink;
    /* Asked several times a second. Once it has said true, nothing is shrunk
     * that takes seconds for each play, and anything else only while there is
     * grace. NULL: never. */
    bool (*stop)(void *context);
    void *context;
    /* Borrowed; what is left, for all findings of a search together. NULL when
     * `stop` is. */
    uint32_t *grace_ms;
};

/**
 * Plays a finding's schedule again, and shrinks it.
 *
 * @param finding  in: seed, rule, record, hash, schedule. Out: whether it
 *                 replayed, that is the same rule broke with the same trace, or
 *                 the process died again, for a worker that did. When it did:
 *                 all that belongs to the shrunk schedule, which names the
 *                 rule and its hash as what it expects, and whether it was
 *                 shrunk to the end: not where time or plays ran out.
 *
 * Time: of processors: a play of the finding, at most what
 *       fuzz_worker_limit() allows; then the shrinking.
 */
void fuzz_confirm(
    const struct fuzz_confirm_options *options,
    struct fuzz_finding *finding);

#endif
