/*
 * The fuzz target, as libFuzzer and its like call it.
 */
#ifndef FUZZ_TARGET_LIFECYCLE_H
#define FUZZ_TARGET_LIFECYCLE_H

#include <stddef.h>
#include <stdint.h>

/** Plays one input. Returns 0; ends the process when a rule breaks. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
