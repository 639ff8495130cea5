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

/* At most four of five places are taken. */
uint64_t fuzz_table_room(const struct fuzz_table *table, uint64_t count)
{
    uint64_t most = table->capacity / 5 * 4;
    return count < most ? most - count : 0;
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

static uint64_t *value_at(
    const struct fuzz_table *table,
    const struct sim_state_key *place)
{
    return &table->values[(uint64_t)(place - table->keys) * table->value_words];
}

/* Takes a key of a smaller table, and its value. */
static void move(
    struct fuzz_table *table,
    const struct fuzz_table *from,
    const struct sim_state_key *key)
{
    struct sim_state_key *place = find(table, key);
    *place = *key;
    if (table->value_words > 0) {
        memcpy(
            value_at(table, place),
            value_at(from, key),
            table->value_words * sizeof table->values[0]);
    }
}

/* Twice as large, if that is allowed. */
static bool grow(struct fuzz_table *table, size_t bytes_max)
{
    struct fuzz_table larger = {
        .capacity = table->capacity == 0 ? CAPACITY_FIRST : 2 * table->capacity,
        .count = table->count,
        .value_words = table->value_words,
    };
    /* Both are there for a while. */
    if (fuzz_table_bytes(&larger) + fuzz_table_bytes(table) > bytes_max) {
        return false;
    }
    larger.keys = take(fuzz_table_bytes(&larger));
    if (larger.keys == NULL) {
        return false;
    }
    if (larger.value_words > 0) {
        larger.values = (uint64_t *)(larger.keys + larger.capacity);
    }
    for (uint64_t i = 0; i < table->capacity; i++) {
        if (!is_free(&table->keys[i])) {
            move(&larger, table, &table->keys[i]);
        }
    }
    fuzz_table_free(table);
    *table = larger;
    return true;
}

/* Zeros mean a free place, or half of a key that is being written. */
static struct sim_state_key kept_as(struct sim_state_key key)
{
    key.low += key.low == 0;
    key.high += key.high == 0;
    return key;
}

/* Others may be writing. Who has put in the low half owns the place, and the
 * high half follows at once. */
static bool find_shared(
    const struct fuzz_table *table,
    const struct sim_state_key *key,
    bool is_added)
{
    uint64_t mask = table->capacity - 1;
    uint64_t tried = 0;
    for (uint64_t at = key->low & mask;; at = (at + 1) & mask) {
        LC_CHECK(tried < table->capacity);
        tried++;
        struct sim_state_key *place = &table->keys[at];
        uint64_t low = __atomic_load_n(&place->low, __ATOMIC_ACQUIRE);
        if (low == 0 && !is_added) {
            return false;
        }
        if (low == 0 && __atomic_compare_exchange_n(
                            &place->low,
                            &low,
                            key->low,
                            false,
                            __ATOMIC_ACQ_REL,
                            __ATOMIC_ACQUIRE)) {
            __atomic_store_n(&place->high, key->high, __ATOMIC_RELEASE);
            return false;
        }
        if (low != key->low) {
            continue;
        }
        uint64_t high;
        do {
            high = __atomic_load_n(&place->high, __ATOMIC_ACQUIRE);
        } while (high == 0);
        if (high == key->high) {
            return true;
        }
    }
}

bool fuzz_table_has(const struct fuzz_table *table, struct sim_state_key key)
{
    key = kept_as(key);
    if (table->is_shared) {
        return find_shared(table, &key, false);
    }
    return table->capacity > 0 && !is_free(find(table, &key));
}

uint64_t *fuzz_table_value(
    const struct fuzz_table *table,
    struct sim_state_key key)
{
    LC_CHECK(table->value_words > 0 && table->capacity > 0);
    LC_CHECK(!table->is_shared);
    key = kept_as(key);
    const struct sim_state_key *place = find(table, &key);
    LC_CHECK(!is_free(place));
    return value_at(table, place);
}

enum fuzz_table_answer fuzz_table_add(
    struct fuzz_table *table,
    struct sim_state_key key,
    size_t bytes_max)
{
    key = kept_as(key);
    if (table->is_shared) {
        bool is_full = table->count >= table->count_max;
        if (find_shared(table, &key, !is_full)) {
            return FUZZ_TABLE_SEEN;
        }
        table->count += !is_full;
        return is_full ? FUZZ_TABLE_FULL : FUZZ_TABLE_NEW;
    }
    if (fuzz_table_room(table, table->count) == 0 && !grow(table, bytes_max)) {
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

bool fuzz_table_share(struct fuzz_table *table, uint64_t bytes_max)
{
    *table = (struct fuzz_table){ .capacity = CAPACITY_FIRST };
    while (2 * fuzz_table_bytes(table) <= bytes_max) {
        table->capacity *= 2;
    }
    void *at = mmap(
        NULL,
        fuzz_table_bytes(table),
        PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
        -1,
        0);
    table->is_shared = at != MAP_FAILED;
    table->keys = table->is_shared ? at : NULL;
    table->capacity = table->is_shared ? table->capacity : 0;
    return table->is_shared;
}

size_t fuzz_table_bytes(const struct fuzz_table *table)
{
    return (size_t)(table->capacity *
                    (sizeof table->keys[0] +
                     table->value_words * sizeof table->values[0]));
}

void fuzz_table_free(struct fuzz_table *table)
{
    if (table->keys != NULL) {
        (void)munmap(table->keys, fuzz_table_bytes(table));
    }
    memset(table, 0, sizeof *table);
}
