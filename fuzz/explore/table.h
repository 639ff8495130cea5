/*
 * The states that an exploration has seen, by their 128-bit keys; and for each
 * a value, where somebody needs one.
 */
#ifndef FUZZ_EXPLORE_TABLE_H
#define FUZZ_EXPLORE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "sim/sim.h"

struct fuzz_table {
    struct sim_state_key *keys; /* a key of zeros: a free place */
    uint64_t *values;           /* behind the keys; NULL: none, or no key */
    uint32_t value_words;       /* of each key; set while it is empty */
    uint64_t capacity;          /* a power of two, or 0 */
    uint64_t count;     /* of a shared one: those that this process has added */
    uint64_t count_max; /* of a shared one: how many it may add */
    bool is_shared;
};

enum fuzz_table_answer {
    FUZZ_TABLE_NEW = 0,
    FUZZ_TABLE_SEEN = 1,
    FUZZ_TABLE_FULL = 2 /* no room within the limit */
};

/**
 * Adds a key.
 *
 * @param bytes_max  how large the table may become.
 */
LC_MUST_USE enum fuzz_table_answer fuzz_table_add(
    struct fuzz_table *table,
    struct sim_state_key key,
    size_t bytes_max);

/**
 * Makes an empty table that all processes that are forked from this one add to.
 * It does not grow. Its user has to set count_max, and to see that the places
 * are enough for all.
 *
 * @param bytes_max  how large it may be.
 *
 * Returns: whether there was memory for it.
 */
LC_MUST_USE bool fuzz_table_share(struct fuzz_table *table, uint64_t bytes_max);

/** How many keys there is still room for, when so many are there. */
uint64_t fuzz_table_room(const struct fuzz_table *table, uint64_t count);

/** Says that a key will be asked for: its place may be far away. */
static inline void fuzz_table_prefetch(
    const struct fuzz_table *table,
    struct sim_state_key key)
{
    if (table->capacity > 0) {
        __builtin_prefetch(&table->keys[key.low & (table->capacity - 1)]);
    }
}

/** Whether a key is there. */
bool fuzz_table_has(const struct fuzz_table *table, struct sim_state_key key);

/** The value of a key that is there, zeros at first; until a key is added. Not
 * of a shared table. */
uint64_t *fuzz_table_value(
    const struct fuzz_table *table,
    struct sim_state_key key);

/** Bytes that it takes. */
size_t fuzz_table_bytes(const struct fuzz_table *table);

/** Gives its memory back. */
void fuzz_table_free(struct fuzz_table *table);

#endif
