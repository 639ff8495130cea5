#include "fuzz/sketch.h"

_Static_assert(
    (FUZZ_SKETCH_SLOTS & (FUZZ_SKETCH_SLOTS - 1)) == 0,
    "a slot is the low bits of a hash");

static bool is_in(uint32_t level, uint64_t key)
{
    return level == 0 || key >> (64 - level) == 0;
}

/* The slot of a hash, or the free one where it belongs. The low bits tell:
 * those at the top are alike from some level on. */
static struct fuzz_sketch_entry *find(struct fuzz_sketch *sketch, uint64_t key)
{
    uint32_t slot = (uint32_t)(key % FUZZ_SKETCH_SLOTS);
    while (sketch->slots[slot].count != 0 && sketch->slots[slot].key != key) {
        slot = (slot + 1) % FUZZ_SKETCH_SLOTS;
    }
    return &sketch->slots[slot];
}

/* Takes a hash out of its slot and puts it where it belongs, should a slot
 * have become free before it; or drops it. */
static void settle(struct fuzz_sketch *sketch, uint32_t slot)
{
    struct fuzz_sketch_entry entry = sketch->slots[slot];
    if (entry.count == 0) {
        return;
    }
    sketch->slots[slot].count = 0;
    if (is_in(sketch->level, entry.key)) {
        *find(sketch, entry.key) = entry;
    } else {
        sketch->key_count--;
    }
}

void fuzz_sketch_raise(struct fuzz_sketch *sketch, uint32_t level)
{
    LC_CHECK(level <= FUZZ_SKETCH_LEVEL_MAX);
    if (level <= sketch->level) {
        return;
    }
    sketch->level = level;
    /* From behind a free slot on, once around, no run of slots is cut. */
    uint32_t first = 0;
    while (sketch->slots[first].count != 0) {
        first++;
        LC_CHECK(first < FUZZ_SKETCH_SLOTS);
    }
    for (uint32_t i = 1; i < FUZZ_SKETCH_SLOTS; i++) {
        settle(sketch, (first + i) % FUZZ_SKETCH_SLOTS);
    }
}

void fuzz_sketch_add(struct fuzz_sketch *sketch, uint64_t key, uint64_t count)
{
    LC_CHECK(count > 0);
    LC_CHECK(sketch->key_count <= FUZZ_SKETCH_KEYS);
    if (!is_in(sketch->level, key)) {
        return;
    }
    struct fuzz_sketch_entry *entry = find(sketch, key);
    if (entry->count == 0) {
        entry->key = key;
        sketch->key_count++;
    }
    entry->count += count;
    while (sketch->key_count > FUZZ_SKETCH_KEYS) {
        fuzz_sketch_raise(sketch, sketch->level + 1);
    }
}

void fuzz_sketch_merge(
    struct fuzz_sketch *sketch,
    const struct fuzz_sketch *more)
{
    fuzz_sketch_raise(sketch, more->level);
    for (uint32_t slot = 0; slot < FUZZ_SKETCH_SLOTS; slot++) {
        if (more->slots[slot].count != 0) {
            fuzz_sketch_add(
                sketch,
                more->slots[slot].key,
                more->slots[slot].count);
        }
    }
}

uint64_t fuzz_sketch_distinct(const struct fuzz_sketch *sketch)
{
    return (uint64_t)sketch->key_count << sketch->level;
}

uint64_t fuzz_sketch_singles(const struct fuzz_sketch *sketch)
{
    uint64_t singles = 0;
    for (uint32_t slot = 0; slot < FUZZ_SKETCH_SLOTS; slot++) {
        singles += sketch->slots[slot].count == 1;
    }
    return singles << sketch->level;
}
