/* The mutator as libFuzzer calls it. One call in ten goes to libFuzzer's own,
 * so that the decoder meets bytes that no schedule encodes to. */
#include <stddef.h>
#include <stdint.h>

#include "fuzz/mutate.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(
    uint8_t *data,
    size_t size,
    size_t max_size,
    unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(
    const uint8_t *a,
    size_t a_size,
    const uint8_t *b,
    size_t b_size,
    uint8_t *out,
    size_t max_size,
    unsigned int seed);

size_t LLVMFuzzerCustomMutator(
    uint8_t *data,
    size_t size,
    size_t max_size,
    unsigned int seed)
{
    return seed % 10 == 0 ? LLVMFuzzerMutate(data, size, max_size)
                          : fuzz_mutate(data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(
    const uint8_t *a,
    size_t a_size,
    const uint8_t *b,
    size_t b_size,
    uint8_t *out,
    size_t max_size,
    unsigned int seed)
{
    return fuzz_mutate_cross(a, a_size, b, b_size, out, max_size, seed);
}
