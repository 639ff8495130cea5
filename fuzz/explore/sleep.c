#include "fuzz/explore/sleep.h"

enum {
    WORD_BITS = 64
};

bool fuzz_sleep_has(const struct fuzz_sleepers *asleep, uint32_t slot)
{
    LC_CHECK(slot < FUZZ_SLEEP_SLOTS_MAX);
    return (asleep->bits[slot / WORD_BITS] >> slot % WORD_BITS & 1) != 0;
}

void fuzz_sleep_add(struct fuzz_sleepers *asleep, uint32_t slot)
{
    LC_CHECK(!fuzz_sleep_has(asleep, slot));
    asleep->bits[slot / WORD_BITS] |= 1ULL << slot % WORD_BITS;
}

uint32_t fuzz_sleep_next(
    const struct fuzz_sleepers *asleep,
    const struct sim_choice_candidate *candidates,
    uint32_t from,
    uint32_t count)
{
    while (from < count && fuzz_sleep_has(asleep, candidates[from].slot)) {
        from++;
    }
    return from;
}

struct fuzz_sleepers fuzz_sleep_behind(
    const struct fuzz_subject *subject,
    const struct sim_decision *decision,
    const struct fuzz_sleepers *asleep,
    uint32_t index)
{
    struct fuzz_sleepers left = { 0 };
    for (uint32_t i = 0; i < decision->point.count; i++) {
        const struct sim_choice_candidate *other = &decision->candidates[i];
        if (fuzz_sleep_has(asleep, other->slot) &&
            subject->are_independent(other, &decision->candidates[index])) {
            fuzz_sleep_add(&left, other->slot);
        }
    }
    return left;
}

bool fuzz_sleep_are_enabled(
    const struct fuzz_sleepers *asleep,
    const struct sim_decision *decision)
{
    struct fuzz_sleepers left = *asleep;
    uint64_t rest = 0;
    for (uint32_t i = 0; i < decision->point.count; i++) {
        uint32_t slot = decision->candidates[i].slot;
        LC_CHECK(slot < FUZZ_SLEEP_SLOTS_MAX); /* no event */
        left.bits[slot / WORD_BITS] &= ~(1ULL << slot % WORD_BITS);
    }
    for (uint32_t i = 0; i < FUZZ_SLEEP_WORDS; i++) {
        rest |= left.bits[i];
    }
    return rest == 0;
}
