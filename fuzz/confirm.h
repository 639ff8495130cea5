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
    FUZZ_CONFIRM_GRACE_S = 10
};

struct fuzz_confirm_options {
    struct model_options model;
    uint32_t watch_seconds;
    bool no_shrink;
    /* Asked several times a second; once it has said true, there are
     * FUZZ_CONFIRM_GRACE_S seconds left. NULL: never. */
    bool (*stop)(void *context);
    void *context;
};

/**
 * Plays a finding's schedule twice and shrinks it.
 *
 * @param finding  in: rule, record, hash, schedule. Out, when it returns true:
 *                 all that belongs to the shrunk schedule, which names the
 *                 rule and its hash as what it expects.
 *
 * Returns: whether the same rule broke each time, with the same trace; or the
 *          process died each time, for a worker that did.
 */
bool fuzz_confirm(
    const struct fuzz_confirm_options *options,
    struct fuzz_finding *finding);

#endif
