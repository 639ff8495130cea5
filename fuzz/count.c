#include "fuzz/count.h"

#include "lastcall/check.h"

_Static_assert(
    (FUZZ_COUNT_SLOTS & (FUZZ_COUNT_SLOTS - 1)) == 0,
    "a slot is the low bits of a key");

/* The slot of a key, or the free one where it belongs. */
static uint32_t find(const struct fuzz_count *table, uint64_t key)
{
    uint32_t slot = (uint32_t)((key ^ (key >> 32)) % FUZZ_COUNT_SLOTS);
    while (table->slots[slot].count != 0 && table->slots[slot].key != key) {
        slot = (slot + 1) % FUZZ_COUNT_SLOTS;
    }
    return slot;
}

bool fuzz_count_add(struct fuzz_count *table, uint64_t key, uint64_t count)
{
    LC_CHECK(count > 0);
    LC_CHECK(table->key_count <= FUZZ_COUNT_KEYS);
    uint32_t slot = find(table, key);
    if (table->slots[slot].count != 0) {
        table->slots[slot].count += count;
        return false;
    }
    if (table->key_count == FUZZ_COUNT_KEYS) {
        table->has_overflowed = true;
        return false;
    }
    table->key_count++;
    table->slots[slot].key = key;
    table->slots[slot].count = count;
    return true;
}

void fuzz_count_merge(struct fuzz_count *table, const struct fuzz_count *more)
{
    for (uint32_t slot = 0; slot < FUZZ_COUNT_SLOTS; slot++) {
        if (more->slots[slot].count != 0) {
            (void)fuzz_count_add(
                table,
                more->slots[slot].key,
                more->slots[slot].count);
        }
    }
    table->has_overflowed |= more->has_overflowed;
}

uint64_t fuzz_count_of(const struct fuzz_count *table, uint64_t key)
{
    return table->slots[find(table, key)].count;
}
