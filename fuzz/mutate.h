/*
 * The mutator: changes schedules in the compact form by what they mean. A pure
 * function of its arguments; used by libFuzzer and AFL++.
 */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/**
 * Changes an input a little.
 *
 * @param bytes       in and out; capacity bytes.
 * @param size_bytes  of the input; at most capacity.
 *
 * Returns: bytes of the result, at most capacity.
 */
size_t fuzz_mutate(
    uint8_t *bytes,
    size_t size_bytes,
    size_t capacity,
    uint64_t seed);

/* Some bytes. */
struct fuzz_mutate_input {
    const uint8_t *bytes;
    size_t size_bytes;
};

/**
 * Makes one input of two: threads of the second in the program of the first.
 *
 * @param bytes  filled; capacity bytes.
 *
 * Returns: bytes of the result, at most capacity.
 */
size_t fuzz_mutate_cross(
    const struct fuzz_mutate_input *first,
    const struct fuzz_mutate_input *second,
    uint8_t *bytes,
    size_t capacity,
    uint64_t seed);

#endif
