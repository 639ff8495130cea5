/*
 * Swarm: each program leaves some features out, and has very different weights
 * for the rest. What is left out can't stand in the way of what is not: a close
 * right away hides a full send buffer.
 *
 * Source: Groce, Zhang, Eide, Chen, Regehr, "Swarm testing", ISSTA 2012.
 */
#ifndef FUZZ_SWARM_H
#define FUZZ_SWARM_H

#include <stdbool.h>

#include "lastcall/schedule.h"

#include "fuzz/rng.h"

/** Whether anything was left out on purpose. */
bool fuzz_swarm_is_on(const struct lc_swarm *swarm);

/* What else a generator has to draw. */
struct fuzz_swarm_draws {
    bool world;
    bool faults;
    bool hostile;
    bool names;
};

/**
 * Draws a subset of random size, with weights whose logarithm is uniform. One
 * program in four has no swarm: some things need many features at once. Among
 * the calls is one at least that does more than to ask or to wait.
 *
 * @param draws      features of what is not drawn are left out.
 * @param ret_swarm  filled.
 */
void fuzz_swarm_draw(
    struct fuzz_rng *rng,
    struct fuzz_swarm_draws draws,
    struct lc_swarm *ret_swarm);

/** The same for calls of network events and selects, which are drawn apart. */
void fuzz_swarm_draw_network(struct fuzz_rng *rng, struct lc_swarm *swarm);

/** The same for calls of blocking hooks. */
void fuzz_swarm_draw_hooks(struct fuzz_rng *rng, struct lc_swarm *swarm);

/** And for overlapped receives. */
void fuzz_swarm_draw_receive(struct fuzz_rng *rng, struct lc_swarm *swarm);

/**
 * Whether something is to be, `times` of `of`. A swarm either leaves it out or
 * has it twice as often: about as often on the whole.
 *
 * @param swarm  borrowed; NULL: none.
 */
bool fuzz_swarm_chance(
    struct fuzz_rng *rng,
    const struct lc_swarm *swarm,
    enum lc_feature feature,
    uint32_t times,
    uint32_t of);

/** Takes out of the record what the schedule shows no more: calls that it does
 * not make, features that it does not have. */
void fuzz_swarm_narrow(struct lc_schedule *schedule);

#endif
