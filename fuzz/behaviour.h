/*
 * What a run behaved like, by its trace: the states of the model that it came
 * to, and the pairs of steps that two threads of a process took one right after
 * the other. Each is a hash.
 *
 * A state is the model's key (model/model.h) at the end of a call of the
 * application, and at the end of the run. A pair is what two records of one
 * process say that follow each other there and are of different threads, or of
 * a thread and an event: kind, function and the roles of caller and callee of
 * each; numbers, handles and times do not count. So there are finitely many
 * pairs, and a search comes to the end of them.
 */
#ifndef FUZZ_BEHAVIOUR_H
#define FUZZ_BEHAVIOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/play.h"
#include "fuzz/sketch.h"

enum fuzz_behaviour_limits {
    /* Of one run; what comes later is not taken. */
    FUZZ_BEHAVIOUR_STATES = LC_OPS_MAX + 1,
    FUZZ_BEHAVIOUR_PAIRS = 1024,
    /* One seed of so many is watched: which ones, the seed alone says. */
    FUZZ_BEHAVIOUR_ONE_IN = 8
};

/* Hashes, each once. */
struct fuzz_behaviour_set {
    uint32_t count;
    uint16_t slots[2 * FUZZ_BEHAVIOUR_PAIRS]; /* place among the items + 1 */
    uint64_t items[FUZZ_BEHAVIOUR_PAIRS];
};

_Static_assert(
    (int)FUZZ_BEHAVIOUR_STATES <= (int)FUZZ_BEHAVIOUR_PAIRS,
    "states fit, too");

/* Large: one per program. Begins as zeros. */
struct fuzz_behaviour {
    const struct fuzz_player *player; /* borrowed, set by the user */
    /* The rest is its own. */
    uint64_t world_key; /* states of different worlds are different */
    uint64_t last_steps[LC_PROCESSES_MAX];
    uint8_t last_threads[LC_PROCESSES_MAX];
    struct fuzz_behaviour_set states;
    struct fuzz_behaviour_set pairs;
    unsigned char bytes[sizeof(struct model)];
};

/** Whether the run of a seed is watched. */
bool fuzz_behaviour_is_watched(uint64_t seed);

/** The reader of the player; its context is a struct fuzz_behaviour. The first
 * record of a run begins anew. */
fuzz_play_reader_fn fuzz_behaviour_read;

/** Adds what the last run behaved like, each state and pair once. */
void fuzz_behaviour_add(
    const struct fuzz_behaviour *behaviour,
    struct fuzz_sketch *states,
    struct fuzz_sketch *pairs);

#endif
