/*
 * Samplers: who goes next, drawn at random. Each is a backer of choices
 * (sim/engine/choice.h) and a function of its seed and of what it was shown.
 * Source: PCT: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized
 *         scheduler with probabilistic guarantees of finding bugs", ASPLOS
 *         2010, section 3.
 */
#ifndef FUZZ_SAMPLER_SAMPLER_H
#define FUZZ_SAMPLER_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/rng.h"
#include "sim/sim.h"

enum fuzz_sampler_kind {
    FUZZ_SAMPLER_RW = 0,      /* uniform among what is enabled */
    FUZZ_SAMPLER_PCT = 1,     /* random priorities, depth 1 to 3 */
    FUZZ_SAMPLER_FEW = 2,     /* the default but for one to three choices */
    FUZZ_SAMPLER_MIX = 3,     /* one of them, by seed */
    FUZZ_SAMPLER_DEFAULT = 4, /* the default order; no word names it */
    FUZZ_SAMPLER_COUNT = 5
};

enum fuzz_sampler_limits {
    /* So many seeds in a row are orders of one program. */
    FUZZ_SAMPLER_GROUP = 8,
    FUZZ_SAMPLER_ACTORS = 256 + LC_EVENT_COUNT, /* threads and events */
    FUZZ_SAMPLER_POINTS = 3,
    /* One actor, so often in a row while others could go, goes last. */
    FUZZ_SAMPLER_STREAK = 1000
};

struct fuzz_sampler {
    enum fuzz_sampler_kind kind; /* never FUZZ_SAMPLER_MIX */
    struct fuzz_rng rng;
    uint32_t step; /* decisions so far */
    uint32_t point_count;
    uint32_t points[FUZZ_SAMPLER_POINTS]; /* steps at which it departs */
    bool draws_values; /* PCT: latencies and handles are drawn, too */
    /* PCT: the higher goes first; 0: not drawn yet. */
    uint32_t priorities[FUZZ_SAMPLER_ACTORS];
    uint32_t streak;
    uint32_t streak_actor;
    uint32_t lowest; /* priority that was given to who went too often */
};

/** A sampler by the word of the command line. Returns: whether there is one. */
bool fuzz_sampler_find(const char *word, enum fuzz_sampler_kind *ret_kind);

/** The word of a sampler. */
const char *fuzz_sampler_word(enum fuzz_sampler_kind kind);

/**
 * Which sampler plays a seed: `mix` takes turns, and the first seed of a group
 * is the default order where a length is to be had from it.
 *
 * Returns: anything but FUZZ_SAMPLER_MIX.
 */
enum fuzz_sampler_kind fuzz_sampler_for(
    enum fuzz_sampler_kind kind,
    uint64_t seed);

/** Whether a sampler wants to know how many decisions the program has. */
bool fuzz_sampler_needs_length(enum fuzz_sampler_kind kind);

/**
 * Starts a sampler for one run.
 *
 * @param kind    not FUZZ_SAMPLER_MIX.
 * @param length  number of decisions, or an estimate; 1 or more.
 *
 * Returns: the backer for the run; borrows the sampler.
 */
struct sim_backer fuzz_sampler_begin(
    struct fuzz_sampler *sampler,
    enum fuzz_sampler_kind kind,
    uint64_t seed,
    uint32_t length);

#endif
