/*
 * State feedback for fuzzing engines: a coarse set of what a run has done,
 * beside the edges of the code. One file per engine implements it.
 *
 * Small and set once per run: engines keep an input for each new count.
 */
#ifndef FUZZ_TARGET_STATE_H
#define FUZZ_TARGET_STATE_H

#include <stdint.h>

enum fuzz_target_state {
    FUZZ_TARGET_STATES = 1024
};

/** A new run begins. */
void fuzz_target_state_begin(void);

/** A state was seen; below FUZZ_TARGET_STATES. Only the first time counts. */
void fuzz_target_state_hit(uint32_t state);

#endif
