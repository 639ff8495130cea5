/*
 * What steps led to before. A step of a thread depends on what the thread has
 * of its own and on what is shared; so with those it leads to the same, however
 * far the other threads are, and needs not be taken again to know where to.
 */
#ifndef FUZZ_EXPLORE_MEMO_H
#define FUZZ_EXPLORE_MEMO_H

#include <stddef.h>
#include <stdint.h>

#include "sim/sim.h"

enum fuzz_memo_limits {
    FUZZ_MEMO_SHARE = 4 /* it may take one in four bytes of the memory */
};

/* From where, as a key, and to where. */
struct fuzz_memo_step {
    struct sim_state_key from; /* zeros: a free place */
    struct sim_state_key shared;
    struct sim_state_key own; /* of the thread that went; of an event nothing */
};

struct fuzz_memo {
    struct fuzz_memo_step *steps;
    uint64_t capacity; /* a power of two, or 0 */
};

/**
 * Makes an empty one.
 *
 * @param bytes_max  how large it may be; it may be of no size at all.
 */
void fuzz_memo_open(struct fuzz_memo *memo, uint64_t bytes_max);

/** The key of a step: who goes, and from which pieces. */
struct sim_state_key fuzz_memo_key(
    const struct sim_choice_candidate *who,
    const struct sim_key_pieces *pieces);

/** Where a step leads to, or NULL: not known. */
const struct fuzz_memo_step *fuzz_memo_find(
    const struct fuzz_memo *memo,
    struct sim_state_key from);

/** Keeps a step. The one that was in its place is forgotten. */
void fuzz_memo_add(struct fuzz_memo *memo, const struct fuzz_memo_step *step);

/** Bytes that it takes. */
size_t fuzz_memo_bytes(const struct fuzz_memo *memo);

/** Gives its memory back. */
void fuzz_memo_free(struct fuzz_memo *memo);

#endif
