/*
 * The input of a fuzz target: bytes that stand for a schedule, brought into
 * the bounds of what is worth playing.
 */
#ifndef FUZZ_TARGET_INPUT_H
#define FUZZ_TARGET_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "lastcall/schedule.h"

/**
 * Reads an input; any bytes are one. Keeps it short and on the built-in stack,
 * with the bug that option fuzz_plant of the build names.
 *
 * @param ret_schedule  filled; valid.
 */
void fuzz_target_input_read(
    const uint8_t *data,
    size_t size,
    struct lc_schedule *ret_schedule);

/** Prints it on stderr, to be replayed with `lastcall run`. */
void fuzz_target_input_print(const struct lc_schedule *schedule);

#endif
