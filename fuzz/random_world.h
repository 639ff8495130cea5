/*
 * The worlds of generated schedules.
 */
#ifndef FUZZ_RANDOM_WORLD_H
#define FUZZ_RANDOM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"

#include "fuzz/generate.h"

/** The kinds of faults that a world may have: bit per enum lc_fail. */
uint16_t fuzz_random_world_faults(const struct fuzz_generate_options *options);

/** Whether the application may do what no provider survives. */
bool fuzz_random_world_is_hostile(const struct fuzz_generate_options *options);

/** Whether there is a name-space DLL: in a random world now and then. */
bool fuzz_random_world_has_names(
    const struct fuzz_generate_options *options,
    uint64_t seed);

/**
 * Makes the world of a schedule, by streams of its own.
 *
 * @param swarm  borrowed, or NULL.
 * @param world  filled; zero before.
 */
void fuzz_random_world(
    const struct fuzz_generate_options *options,
    uint64_t seed,
    const struct lc_swarm *swarm,
    struct lc_world *world);

#endif
