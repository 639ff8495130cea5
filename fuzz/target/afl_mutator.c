/* The mutator as AFL++ loads it: a library of its own, built with a plain
 * compiler. Debian ships no header for this interface. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lastcall/check.h"

#include "fuzz/compact.h"
#include "fuzz/mutate.h"

#define EXPORTED __attribute__((visibility("default")))

struct state {
    uint64_t seed;
    uint8_t buffer[FUZZ_COMPACT_SIZE_MAX];
};

EXPORTED void *afl_custom_init(void *afl, unsigned int seed);
EXPORTED void afl_custom_deinit(void *data);
EXPORTED size_t afl_custom_fuzz(
    void *data,
    uint8_t *bytes,
    size_t size,
    uint8_t **ret_bytes,
    uint8_t *other,
    size_t other_size,
    size_t max_size);

void lc_check_failed(const char *fact, const char *file, int line)
{
    (void)fprintf(stderr, "check failed: %s (%s:%d)\n", fact, file, line);
    abort();
}

void *afl_custom_init(void *afl, unsigned int seed)
{
    (void)afl;
    struct state *state = calloc(1, sizeof *state);
    LC_CHECK(state != NULL);
    state->seed = seed;
    return state;
}

void afl_custom_deinit(void *data)
{
    free(data);
}

size_t afl_custom_fuzz(
    void *data,
    uint8_t *bytes,
    size_t size,
    uint8_t **ret_bytes,
    uint8_t *other,
    size_t other_size,
    size_t max_size)
{
    struct state *state = data;
    size_t capacity =
        max_size < sizeof state->buffer ? max_size : sizeof state->buffer;
    state->seed++;
    *ret_bytes = state->buffer;
    if (other != NULL && other_size > 4 && state->seed % 8 == 0) {
        size_t crossed = fuzz_mutate_cross(
            bytes,
            size,
            other,
            other_size,
            state->buffer,
            capacity,
            state->seed);
        if (crossed > 0) {
            return crossed;
        }
    }
    size_t length = size < capacity ? size : capacity;
    memcpy(state->buffer, bytes, length);
    return fuzz_mutate(state->buffer, length, capacity, state->seed);
}
