/*
 * The mutator as libFuzzer calls it. One call in ten goes to libFuzzer's own,
 * so that the decoder is fuzzed, too.
 */
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
    const uint8_t *data1,
    size_t size1,
    const uint8_t *data2,
    size_t size2,
    uint8_t *out,
    size_t max_out_size,
    unsigned int seed);

size_t LLVMFuzzerCustomMutator(
    uint8_t *data,
    size_t size,
    size_t max_size,
    unsigned int seed)
{
    if (seed % 10 == 0) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    /* The limit may be below the input. */
    return fuzz_mutate(data, size < max_size ? size : max_size, max_size, seed);
}

/* The signature is libFuzzer's. NOLINTNEXTLINE(readability-function-size) */
size_t LLVMFuzzerCustomCrossOver(
    const uint8_t *data1,
    size_t size1,
    const uint8_t *data2,
    size_t size2,
    uint8_t *out,
    size_t max_out_size,
    unsigned int seed)
{
    struct fuzz_mutate_input first = { data1, size1 };
    struct fuzz_mutate_input second = { data2, size2 };
    return fuzz_mutate_cross(&first, &second, out, max_out_size, seed);
}
