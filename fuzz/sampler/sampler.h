/*
 * Samplers: who goes next, drawn at random. Each is a backer of choices
 * (sim/engine/choice.h) and a function of its seed and of what it was shown.
 * Source: research/scheduling.md, section 4: random walk; PCT (Burckhardt and
 *         others, ASPLOS 2010).
 */
#ifndef FUZZ_SAMPLER_SAMPLER_H
#define FUZZ_SAMPLER_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/rng.h"
#include "sim/sim.h"

enum fuzz_sampler_kind {
    FUZZ_SAMPLER_RW = 0,  /* uniform among what is enabled */
    FUZZ_SAMPLER_PCT = 1, /* random priorities, depth 1 to 3 */
    FUZZ_SAMPLER_FEW = 2, /* the default but for one to four choices */
    FUZZ_SAMPLER_MIX = 3, /* one of them, by seed */
    FUZZ_SAMPLER_COUNT = 4
};

enum fuzz_sampler_limits {
    FUZZ_SAMPLER_ACTORS = 256 + LC_EVENT_COUNT, /* threads and events */
    FUZZ_SAMPLER_POINTS = 4
};

struct fuzz_sampler {
    enum fuzz_sampler_kind kind; /* never FUZZ_SAMPLER_MIX */
    struct fuzz_rng rng;
    uint32_t step; /* decisions so far */
    uint32_t point_count;
    uint32_t points[FUZZ_SAMPLER_POINTS]; /* steps at which it departs */
    /* PCT: the higher goes first; 0: not drawn yet. */
    uint32_t priorities[FUZZ_SAMPLER_ACTORS];
};

/** A sampler by the word of the command line. Returns: whether there is one. */
bool fuzz_sampler_find(const char *word, enum fuzz_sampler_kind *ret_kind);

/**
 * Starts a sampler for one run.
 *
 * @param length  estimate of the number of decisions, 1 or more.
 *
 * Returns: the backer for the run; borrows the sampler.
 */
struct sim_backer fuzz_sampler_begin(
    struct fuzz_sampler *sampler,
    enum fuzz_sampler_kind kind,
    uint64_t seed,
    uint32_t length);

#endif
