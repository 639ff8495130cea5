#include "fuzz/explore/memo.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    CAPACITY_FIRST = 1 << 12
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

static bool is_free(const struct fuzz_memo_step *step)
{
    return step->from.low == 0 && step->from.high == 0;
}

/* The place of a step, or the free one where it belongs. */
static struct fuzz_memo_step *find(
    const struct fuzz_memo *memo,
    struct sim_state_key from)
{
    uint64_t mask = memo->capacity - 1;
    uint64_t at = from.low & mask;
    while (!is_free(&memo->steps[at]) &&
           (memo->steps[at].from.low != from.low ||
            memo->steps[at].from.high != from.high)) {
        at = (at + 1) & mask;
    }
    return &memo->steps[at];
}

const struct fuzz_memo_step *fuzz_memo_find(
    const struct fuzz_memo *memo,
    struct sim_state_key from)
{
    if (memo->capacity == 0) {
        return NULL;
    }
    const struct fuzz_memo_step *step = find(memo, from);
    return is_free(step) ? NULL : step;
}

/* Twice as large, if that is allowed. */
static bool grow(struct fuzz_memo *memo, size_t bytes_max)
{
    struct fuzz_memo larger = {
        .capacity = memo->capacity == 0 ? CAPACITY_FIRST : 2 * memo->capacity,
        .count = memo->count,
    };
    /* Both are there for a while. */
    if (fuzz_memo_bytes(&larger) + fuzz_memo_bytes(memo) > bytes_max) {
        return false;
    }
    larger.steps = calloc(larger.capacity, sizeof larger.steps[0]);
    if (larger.steps == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < memo->capacity; i++) {
        if (!is_free(&memo->steps[i])) {
            *find(&larger, memo->steps[i].from) = memo->steps[i];
        }
    }
    free(memo->steps);
    *memo = larger;
    return true;
}

void fuzz_memo_add(
    struct fuzz_memo *memo,
    const struct fuzz_memo_step *step,
    size_t bytes_max)
{
    /* At most four of five places are taken. */
    bool is_full = 5 * (memo->count + 1) > 4 * memo->capacity;
    if (is_free(step) || (is_full && !grow(memo, bytes_max))) {
        return;
    }
    struct fuzz_memo_step *place = find(memo, step->from);
    LC_CHECK(is_free(place));
    *place = *step;
    memo->count++;
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
