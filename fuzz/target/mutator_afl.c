/*
 * The mutator as AFL++ 4.04c and later load it: AFL_CUSTOM_MUTATOR_LIBRARY.
 * Built by a plain compiler: instrumented it can't be loaded. No header of
 * afl-fuzz is needed; its state is opaque here.
 *
 * Traps: *ret_out must not be NULL; the limit is 1 MiB whatever -G says; what
 * is returned stays ours. There is no post_process: what is stored is what is
 * played.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lastcall/check.h"

#include "fuzz/compact.h"
#include "fuzz/mutate.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT void *afl_custom_init(void *afl, unsigned int seed);
EXPORT void afl_custom_deinit(void *data);
EXPORT size_t afl_custom_fuzz(
    void *data,
    uint8_t *bytes,
    size_t size,
    uint8_t **ret_out,
    uint8_t *other,
    size_t other_size,
    size_t max_size);
EXPORT const char *afl_custom_describe(void *data, size_t max_length);

struct mutator {
    uint64_t seed; /* of the next call */
    uint8_t bytes[FUZZ_COMPACT_SIZE_MAX];
};

LC_NORETURN void lc_check_failed(const char *fact, const char *file, int line)
{
    (void)fact;
    (void)file;
    (void)line;
    abort();
}

void *afl_custom_init(void *afl, unsigned int seed)
{
    (void)afl;
    struct mutator *mutator = calloc(1, sizeof *mutator);
    if (mutator != NULL) {
        mutator->seed = (uint64_t)seed << 32;
    }
    return mutator;
}

void afl_custom_deinit(void *data)
{
    free(data);
}

/* The signature is AFL++'s. NOLINTNEXTLINE(readability-*) */
size_t afl_custom_fuzz(
    void *data,
    uint8_t *bytes,
    size_t size,
    uint8_t **ret_out,
    uint8_t *other,
    size_t other_size,
    size_t max_size)
{
    struct mutator *mutator = data;
    size_t capacity =
        max_size < sizeof mutator->bytes ? max_size : sizeof mutator->bytes;
    uint64_t seed = mutator->seed++;
    *ret_out = mutator->bytes;
    if (other != NULL && other_size > 0 && seed % 8 == 0) {
        struct fuzz_mutate_input first = { bytes, size };
        struct fuzz_mutate_input second = { other, other_size };
        return fuzz_mutate_cross(
            &first,
            &second,
            mutator->bytes,
            capacity,
            seed);
    }
    size_t taken = size < capacity ? size : capacity;
    memcpy(mutator->bytes, bytes, taken);
    return fuzz_mutate(mutator->bytes, taken, capacity, seed);
}

const char *afl_custom_describe(void *data, size_t max_length)
{
    (void)data;
    (void)max_length;
    return "lastcall";
}
