/*
 * Counts by key. Where a process may die at any moment and leave the table to
 * its parent: what is in it is good.
 */
#ifndef FUZZ_COUNT_H
#define FUZZ_COUNT_H

#include <stdbool.h>
#include <stdint.h>

enum fuzz_count_limits {
    FUZZ_COUNT_KEYS = 4096,
    FUZZ_COUNT_SLOTS = 2 * FUZZ_COUNT_KEYS
};

/* Begins as zeros. */
struct fuzz_count {
    uint32_t key_count;
    bool has_overflowed; /* there were more keys than it has room for */

    struct {
        uint64_t key;
        uint64_t count; /* 0: a free slot */
    } slots[FUZZ_COUNT_SLOTS];
};

/**
 * Adds to the count of a key.
 *
 * @param count  1 or more.
 *
 * Returns: whether the key is new, and there was room for it.
 */
bool fuzz_count_add(struct fuzz_count *table, uint64_t key, uint64_t count);

/** Adds all of a table to another. */
void fuzz_count_merge(struct fuzz_count *table, const struct fuzz_count *more);

/** The count of a key; 0: it is not there. */
uint64_t fuzz_count_of(const struct fuzz_count *table, uint64_t key);

#endif
