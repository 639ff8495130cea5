#include "fuzz/explore/table.h"

#include <string.h>
#include <sys/mman.h>

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

/* Zeros, in large pages where there are: each look is at another place. */
static void *take(size_t size_bytes)
{
    void *at = mmap(
        NULL,
        size_bytes,
        PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS,
        -1,
        0);
    if (at == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(at, size_bytes, MADV_HUGEPAGE);
    return at;
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
    larger.keys = take(fuzz_table_bytes(&larger));
    if (larger.keys == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < table->capacity; i++) {
        if (!is_free(&table->keys[i])) {
            *find(&larger, &table->keys[i]) = table->keys[i];
        }
    }
    fuzz_table_free(table);
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
    if (table->keys != NULL) {
        (void)munmap(table->keys, fuzz_table_bytes(table));
    }
    memset(table, 0, sizeof *table);
}
