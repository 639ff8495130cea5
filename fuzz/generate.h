/*
 * The generator: makes a schedule of a seed. Mostly applications that behave,
 * and a share that doesn't; each seed leaves some kinds of calls out (swarm).
 */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"

/* A DLL that takes the place of a provider. */
struct fuzz_generate_dll {
    char name[LC_NAME_MAX]; /* of the provider */
    char path[LC_PATH_MAX];
};

struct fuzz_generate_options {
    const struct lc_world *world; /* borrowed; NULL: a random one each time */
    const char *plant;            /* borrowed; planted in each world; or NULL */
    struct fuzz_generate_dll dlls[LC_PROVIDERS_MAX];
    uint32_t dll_count;
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
