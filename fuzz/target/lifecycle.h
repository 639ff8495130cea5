/*
 * The fuzz target's two sides: what an engine calls, and how it is told which
 * states a run went through.
 */
#ifndef FUZZ_TARGET_LIFECYCLE_H
#define FUZZ_TARGET_LIFECYCLE_H

#include <stddef.h>
#include <stdint.h>

enum {
    FUZZ_TARGET_STATES = 1024
};

/** Plays an input. Aborts when a rule is broken or a replay differs. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Tells the engine that a state was met; once for each run. */
void fuzz_target_hit(uint32_t state);

/** Forgets which states were met. */
void fuzz_target_begin(void);

#endif
