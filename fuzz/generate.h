/*
 * The generator: makes a schedule of a seed. Mostly applications that behave,
 * and a share that doesn't; each seed leaves some kinds of calls out (swarm).
 */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"

struct fuzz_generate_options {
    const struct lc_world *world; /* borrowed; NULL: a random one each time */
    const char *plant;            /* borrowed; planted in each world; or NULL */
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

#endif
