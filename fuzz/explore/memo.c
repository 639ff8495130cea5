#include "fuzz/explore/memo.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* What fits the caches: a step that is taken again is taken soon, and to
     * look far away for it takes longer than to take it. */
    STEPS_MAX = 1 << 16
};

struct sim_state_key fuzz_memo_key(
    const struct sim_choice_candidate *who,
    const struct sim_key_pieces *pieces)
{
    bool is_thread = who->action == LC_ACTION_RUN;
    LC_CHECK(!is_thread || who->slot < pieces->count);
    struct sim_state_key words[] = {
        { .low = who->action, .high = who->target * 0x10000U + who->value },
        is_thread ? pieces->own[who->slot] : (struct sim_state_key){ 0 },
    };
    return sim_copy_hash(pieces->shared, words, sizeof words);
}

void fuzz_memo_open(struct fuzz_memo *memo, uint64_t bytes_max)
{
    uint64_t capacity = STEPS_MAX;
    while (capacity * sizeof memo->steps[0] > bytes_max) {
        capacity /= 2;
    }
    memo->capacity = capacity;
    if (capacity > 0) {
        memo->steps = calloc(capacity, sizeof memo->steps[0]);
        LC_CHECK(memo->steps != NULL);
    }
}

static bool is_free(const struct fuzz_memo_step *step)
{
    return step->from.low == 0 && step->from.high == 0;
}

/* The one place of a step. */
static struct fuzz_memo_step *place_of(
    const struct fuzz_memo *memo,
    struct sim_state_key from)
{
    return &memo->steps[from.low & (memo->capacity - 1)];
}

const struct fuzz_memo_step *fuzz_memo_find(
    const struct fuzz_memo *memo,
    struct sim_state_key from)
{
    if (memo->capacity == 0) {
        return NULL;
    }
    const struct fuzz_memo_step *step = place_of(memo, from);
    bool is_it = step->from.low == from.low && step->from.high == from.high;
    return is_it && !is_free(step) ? step : NULL;
}

void fuzz_memo_add(struct fuzz_memo *memo, const struct fuzz_memo_step *step)
{
    if (memo->capacity > 0) {
        *place_of(memo, step->from) = *step;
    }
}

size_t fuzz_memo_bytes(const struct fuzz_memo *memo)
{
    return (size_t)(memo->capacity * sizeof memo->steps[0]);
}

void fuzz_memo_free(struct fuzz_memo *memo)
{
    free(memo->steps);
    memset(memo, 0, sizeof *memo);
}
