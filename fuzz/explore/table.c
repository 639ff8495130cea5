#include "fuzz/explore/table.h"

#include <stdlib.h>
#include <string.h>

enum {
    CAPACITY_FIRST = 1 << 12
};

static bool is_free(const struct sim_state_key *key)
{
    return key->low == 0 && key->high == 0;
}

/* The place of a key, or the free one where it belongs. */
static struct sim_state_key *find(
    const struct fuzz_table *table,
    const struct sim_state_key *key)
{
    uint64_t mask = table->capacity - 1;
    uint64_t at = key->low & mask;
    while (!is_free(&table->keys[at]) && (table->keys[at].low != key->low ||
                                          table->keys[at].high != key->high)) {
        at = (at + 1) & mask;
    }
    return &table->keys[at];
}

/* Twice as large, if that is allowed. */
static bool grow(struct fuzz_table *table, size_t bytes_max)
{
    struct fuzz_table larger = {
        .capacity = table->capacity == 0 ? CAPACITY_FIRST : 2 * table->capacity,
        .count = table->count,
    };
    /* Both are there for a while. */
    if (fuzz_table_bytes(&larger) + fuzz_table_bytes(table) > bytes_max) {
        return false;
    }
    larger.keys = calloc(larger.capacity, sizeof larger.keys[0]);
    if (larger.keys == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < table->capacity; i++) {
        if (!is_free(&table->keys[i])) {
            *find(&larger, &table->keys[i]) = table->keys[i];
        }
    }
    free(table->keys);
    *table = larger;
    return true;
}

/* Zeros mean a free place. */
static struct sim_state_key kept_as(struct sim_state_key key)
{
    return is_free(&key) ? (struct sim_state_key){ .low = 1 } : key;
}

bool fuzz_table_has(const struct fuzz_table *table, struct sim_state_key key)
{
    key = kept_as(key);
    return table->capacity > 0 && !is_free(find(table, &key));
}

enum fuzz_table_answer fuzz_table_add(
    struct fuzz_table *table,
    struct sim_state_key key,
    size_t bytes_max)
{
    key = kept_as(key);
    /* At most four of five places are taken. */
    bool is_full = 5 * (table->count + 1) > 4 * table->capacity;
    if (is_full && !grow(table, bytes_max)) {
        return table->capacity > 0 && !is_free(find(table, &key))
                   ? FUZZ_TABLE_SEEN
                   : FUZZ_TABLE_FULL;
    }
    struct sim_state_key *place = find(table, &key);
    if (!is_free(place)) {
        return FUZZ_TABLE_SEEN;
    }
    *place = key;
    table->count++;
    return FUZZ_TABLE_NEW;
}

size_t fuzz_table_bytes(const struct fuzz_table *table)
{
    return (size_t)(table->capacity * sizeof table->keys[0]);
}

void fuzz_table_free(struct fuzz_table *table)
{
    free(table->keys);
    memset(table, 0, sizeof *table);
}
