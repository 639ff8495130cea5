#include "sim/engine/trace.h"

/* In place, the fixed size of a record makes a hash of a few instructions. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/engine/copy.h"
#include "sim/engine/engine.h"
#include "sim/engine/thread.h"

/*
 * The second word of a record, made of its small fields. They have just been
 * written one by one: a load of all of them at once would wait until they have
 * left the store buffer.
 */
static inline uint64_t small_fields(const struct lc_record *record)
{
    return (uint64_t)record->kind | (uint64_t)record->process << 8 |
           (uint64_t)record->thread << 16 | (uint64_t)record->caller << 24 |
           (uint64_t)record->callee << 32 | (uint64_t)record->function << 48;
}

/* Two words with sixteen bytes of the secret, from `at` on: XXH3_mix16B(), but
 * of a product of 128 bits gcc keeps the halves on the stack. */
static LC_INLINE uint64_t
mix(uint64_t low, uint64_t high, size_t at, uint64_t seed)
{
    low ^= XXH_readLE64(XXH3_kSecret + at) + seed;
    high ^= XXH_readLE64(XXH3_kSecret + at + sizeof low) - seed;
    __asm__("mulq %1" : "+a"(low), "+d"(high) : : "cc");
    return low ^ high;
}

/* As if the bytes of the record were hashed, by XXH3_64bits_withSeed(): on a
 * little-endian machine, the only kind that the ABI is made for. */
static LC_INLINE uint64_t
hash_record(const struct lc_record *record, uint64_t so_far)
{
    const uint64_t a = (uint64_t)record->a;
    const uint64_t b = (uint64_t)record->b;
    _Static_assert(sizeof *record == 48, "no byte is left out");
    uint64_t sum = sizeof *record * XXH_PRIME64_1;
    sum += mix(a, b, 32, so_far);
    sum += mix(a, b, 48, so_far);
    sum += mix(record->time_ns, small_fields(record), 0, so_far);
    sum += mix((uint64_t)record->c, (uint64_t)record->d, 16, so_far);
    return XXH3_avalanche(sum);
}

bool sim_trace_put(struct lc_record *record)
{
    struct sim_history *history = SIM_HISTORY;
    /* In a register: as a constant it would be in each instruction. */
    __asm__("" : "+r"(history));
    if (LC_UNLIKELY(history->stop)) {
        return false;
    }
    LC_CHECK(record->kind < LC_RECORD_KIND_COUNT);
    LC_CHECK(record->zero == 0);
    const struct sim_thread *thread = sim_thread_current();
    record->time_ns = SIM_ENGINE->now_ns;
    record->thread = LC_NONE;
    if (LC_LIKELY(thread != NULL)) {
        record->process = thread->process;
        record->thread = thread->ref;
    }
    history->hash = hash_record(record, history->hash);
    history->record_count++;
    if (history->sink != NULL &&
        !history->sink(history->sink_context, record)) {
        history->stop = 1;
    }
    return history->is_hashed != 0;
}

void sim_trace_forget(struct lc_record *record)
{
    *record = (struct lc_record){ 0 };
    sim_copy_wipe_stack();
}

uint64_t sim_trace_count(void)
{
    return SIM_HISTORY->record_count;
}

uint64_t sim_trace_hash(void)
{
    return SIM_HISTORY->hash;
}
