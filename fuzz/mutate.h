/*
 * The mutator: changes a schedule in its compact form, knowing what it is made
 * of. A pure function of its arguments, for libFuzzer and AFL++ alike.
 */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/**
 * Mutates bytes in place.
 *
 * @param bytes     in: size_bytes bytes, any; out: the result.
 * @param capacity  room in bytes.
 *
 * Returns: bytes of the result, at most capacity.
 */
size_t fuzz_mutate(
    uint8_t *bytes,
    size_t size_bytes,
    size_t capacity,
    uint64_t seed);

/**
 * Crosses two schedules: the world and choices of one with threads of both.
 *
 * @param ret_bytes  filled; capacity bytes.
 *
 * Returns: bytes of the result, 0 when it does not fit.
 */
size_t fuzz_mutate_cross(
    const uint8_t *a,
    size_t a_bytes,
    const uint8_t *b,
    size_t b_bytes,
    uint8_t *ret_bytes,
    size_t capacity,
    uint64_t seed);

#endif
