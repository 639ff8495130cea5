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

__extension__ typedef unsigned __int128 fuzz_table_product;

/* A place is the two halves of a key, then its value; zeros are a free one. A
 * key belongs to the place that is as far into the table as its low half is into
 * all numbers, or to one behind it. So the keys of a table that grows lie in
 * order, and it can grow where it is. A shared one goes round at its end. */
struct fuzz_table {
    uint64_t *words;    /* of the places */
    uint64_t capacity;  /* places that keys belong to */
    uint64_t places;    /* with those behind them, of which the last is free */
    uint64_t count;     /* of a shared one: those that this process has added */
    uint64_t count_max; /* of a shared one: how many it may add */
    uint32_t value_words; /* of each key; set while it is empty */
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

/** Makes a table that is empty fit so many keys. Returns whether there was room
 * for it. */
LC_MUST_USE bool fuzz_table_open(
    struct fuzz_table *table,
    uint64_t count,
    size_t bytes_max);

/** Whether one key more can be added as it is, whatever that is. */
bool fuzz_table_has_room(const struct fuzz_table *table);

/** Sees that one key more can be added, whatever it is. Returns whether it can.
 * A shared table does not grow. */
LC_MUST_USE bool fuzz_table_make_room(
    struct fuzz_table *table,
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

/** Words of a place. */
static inline uint64_t fuzz_table_stride(const struct fuzz_table *table)
{
    return 2 + (uint64_t)table->value_words;
}

/** The place that a key belongs to, by its low half. */
static inline uint64_t fuzz_table_home(
    const struct fuzz_table *table,
    uint64_t low)
{
    return (uint64_t)((fuzz_table_product)low * table->capacity >> 64);
}

/** Says that a key will be asked for: its place may be far away. */
static inline void fuzz_table_prefetch(
    const struct fuzz_table *table,
    struct sim_state_key key)
{
    uint64_t place = fuzz_table_home(table, key.low);
    if (table->capacity > 0) {
        __builtin_prefetch(&table->words[place * fuzz_table_stride(table)]);
    }
}

/** Whether a key is there. */
bool fuzz_table_has(const struct fuzz_table *table, struct sim_state_key key);

/** The value of a key that is there, zeros at first; until a key is added. Not
 * of a shared table. */
uint64_t *fuzz_table_value(
    const struct fuzz_table *table,
    struct sim_state_key key);

/** The words of the first key from a place on, or NULL; the place is the one
 * behind it then. Not of a shared table. */
const uint64_t *fuzz_table_next(
    const struct fuzz_table *table,
    uint64_t *place);

/** Bytes that it takes. */
size_t fuzz_table_bytes(const struct fuzz_table *table);

/** Gives its memory back. */
void fuzz_table_free(struct fuzz_table *table);

#endif
