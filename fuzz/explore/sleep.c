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

uint32_t fuzz_sleep_words(uint32_t slots)
{
    LC_CHECK(slots > 0 && slots <= FUZZ_SLEEP_SLOTS_MAX);
    return (slots + WORD_BITS - 1) / WORD_BITS;
}

/*
 * Why no state is missed, in whatever order states are expanded. Let w be steps
 * that can be taken from a state s, none of those that could begin it (in some
 * order of w that differs by independent neighbours) being in the value that s
 * has at last; then all who could begin were taken at s. Rank these: who was
 * taken at a later arrival before all of an earlier one, and of one arrival who
 * was taken first. Let t be the first of them, w = t v. Behind t only those sleep
 * who are independent of t, and were taken before t at that arrival or slept at
 * it. If one of them could begin v, it could begin w: so it was taken at s, at
 * that arrival before t or at a later one, and t is not the first. Hence none of
 * those that could begin v is in the value of the state behind t, and so on to
 * the end of w. In the first state nobody ever sleeps. A step that ends the run
 * depends on all others: it begins nothing but itself, and never sleeps, so that
 * it is taken. Breadth-first the same
 * holds of shortest ways, and of the arrivals in as many steps: the first that
 * is found to break is a shortest one.
 */
bool fuzz_sleep_arrive(
    const struct fuzz_table *seen,
    struct sim_state_key key,
    bool is_new,
    struct fuzz_sleep *sleep)
{
    uint64_t *kept = fuzz_table_value(seen, key);
    uint64_t left = 0;
    for (uint32_t i = 0; i < seen->value_words; i++) {
        uint64_t asleep = sleep->asleep.bits[i];
        uint64_t awake = is_new ? ~asleep : kept[i] & ~asleep;
        kept[i] = is_new ? asleep : kept[i] & asleep;
        sleep->asleep.bits[i] = kept[i];
        sleep->skipped.bits[i] = ~awake;
        left |= awake;
    }
    return left != 0;
}
