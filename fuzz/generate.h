/*
 * The generator: makes a schedule of a seed. Mostly applications that behave,
 * and a share that doesn't; each seed leaves some kinds of calls out. With a
 * swarm (fuzz/swarm.h) it leaves features out, too, and calls have very
 * different weights.
 *
 * Where something may fail it is drawn what: often nothing or all of it, else
 * some kinds.
 *
 * Times and rates that it draws have heavy tails, and each thread sleeps at a
 * pace of its own: times from one range, all equally likely, make a few orders
 * over and over.
 */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"

struct fuzz_generate_options {
    const struct lc_world *world; /* borrowed; NULL: a random one each time */
    const char *plant;            /* borrowed; planted in each world; or NULL */
    /* Borrowed: DLLs that take the place of layers of those names. */
    const struct lc_provider *hosted;
    uint32_t hosted_count;
    bool has_swarm;
    /* Bit per enum lc_fail: worlds may have them, besides those of `world`. */
    uint16_t faults;
    bool hostile; /* worlds are hostile, besides a `world` that is */
};

/**
 * Makes a schedule without choices.
 *
 * @param ret_schedule  filled; valid.
 */
void fuzz_generate(
    const struct fuzz_generate_options *options,
    uint64_t seed,
    struct lc_schedule *ret_schedule);

/**
 * Whether random worlds have a provider of that name.
 *
 * @param ret_is_base  filled when they have.
 */
bool fuzz_generate_knows(const char *name, bool *ret_is_base);

/** Puts DLLs in place of the layers of their names. */
void fuzz_generate_host(
    struct lc_world *world,
    const struct lc_provider *hosted,
    uint32_t hosted_count);

#endif
