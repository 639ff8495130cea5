/*
 * A sketch of a set of hashes, each with the number of times that it came: all
 * of them as long as there is room, then a sample of them by their value, which
 * says how many there are. It does not depend on the order in which they came
 * or in which sketches were merged.
 *
 * A sketch of level l keeps the hashes whose top l bits are zero; the level is
 * the lowest at which there is room. What is kept was counted from its first
 * time on, since levels only rise.
 *
 * Source: Flajolet, "On adaptive sampling", Computing 43 (1990), of an idea of
 *         Wegman's; with counts: Gibbons, "Distinct sampling for
 *         highly-accurate answers to distinct values queries and event
 *         reports", VLDB 2001. The standard error of a number is 1.2 by the
 *         square root of FUZZ_SKETCH_KEYS: 1.3 %.
 */
#ifndef FUZZ_SKETCH_H
#define FUZZ_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"

enum fuzz_sketch_limits {
    FUZZ_SKETCH_KEYS = 8192,
    FUZZ_SKETCH_SLOTS = 2 * FUZZ_SKETCH_KEYS,
    FUZZ_SKETCH_LEVEL_MAX = 50 /* what is still estimated: 2^63 */
};

struct fuzz_sketch_entry {
    uint64_t key;
    uint64_t count; /* 0: a free slot */
};

/* Begins as zeros. */
struct fuzz_sketch {
    uint32_t level; /* 0: all there are are kept */
    uint32_t key_count;
    struct fuzz_sketch_entry slots[FUZZ_SKETCH_SLOTS];
};

/**
 * Adds a hash.
 *
 * @param key    well mixed.
 * @param count  1 or more.
 */
void fuzz_sketch_add(struct fuzz_sketch *sketch, uint64_t key, uint64_t count);

/** Adds all of a sketch to another. */
void fuzz_sketch_merge(
    struct fuzz_sketch *sketch,
    const struct fuzz_sketch *more);

/** Whether the numbers are exact and no estimates. */
static inline bool fuzz_sketch_is_exact(const struct fuzz_sketch *sketch)
{
    return sketch->level == 0;
}

/** How many different hashes came. */
uint64_t fuzz_sketch_distinct(const struct fuzz_sketch *sketch);

/** How many hashes came once. */
uint64_t fuzz_sketch_singles(const struct fuzz_sketch *sketch);

/**
 * Raises the level to that of a sketch which was kept elsewhere, before its
 * entries are added.
 *
 * @param level  FUZZ_SKETCH_LEVEL_MAX at most.
 */
void fuzz_sketch_raise(struct fuzz_sketch *sketch, uint32_t level);

#endif
