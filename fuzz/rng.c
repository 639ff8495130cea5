#include "fuzz/rng.h"

#include "lastcall/check.h"

static uint64_t splitmix(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15ULL;
    uint64_t word = *state;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
    return word ^ (word >> 31);
}

void fuzz_rng_seed(
    struct fuzz_rng *ret_rng,
    uint64_t seed,
    enum fuzz_rng_stream stream)
{
    uint64_t state = seed;
    uint64_t mixed = splitmix(&state);
    state = mixed + (uint64_t)stream;
    for (uint32_t i = 0; i < LC_COUNT_OF(ret_rng->words); i++) {
        ret_rng->words[i] = splitmix(&state);
    }
}

static uint64_t rotate(uint64_t word, uint32_t bits)
{
    LC_CHECK(bits > 0);
    LC_CHECK(bits < 64);
    return (word << bits) | (word >> (64 - bits));
}

uint64_t fuzz_rng_next(struct fuzz_rng *rng)
{
    uint64_t *words = rng->words;
    uint64_t result = rotate(words[1] * 5, 7) * 9;
    uint64_t shifted = words[1] << 17;
    words[2] ^= words[0];
    words[3] ^= words[1];
    words[1] ^= words[2];
    words[0] ^= words[3];
    words[2] ^= shifted;
    words[3] = rotate(words[3], 45);
    return result;
}

uint32_t fuzz_rng_upto(struct fuzz_rng *rng, uint32_t max)
{
    /* The high half of a product; the bias is below 2^-32. */
    uint64_t drawn = fuzz_rng_next(rng) >> 32;
    uint32_t number = (uint32_t)(drawn * ((uint64_t)max + 1) >> 32);
    LC_CHECK(number <= max);
    return number;
}

uint32_t fuzz_rng_between(struct fuzz_rng *rng, uint32_t low, uint32_t high)
{
    LC_CHECK(low <= high);
    return low + fuzz_rng_upto(rng, high - low);
}

bool fuzz_rng_chance(struct fuzz_rng *rng, uint32_t times, uint32_t of)
{
    LC_CHECK(of > 0);
    LC_CHECK(times <= of);
    return fuzz_rng_upto(rng, of - 1) < times;
}

uint32_t fuzz_rng_heavy(struct fuzz_rng *rng, uint32_t bits, uint32_t bits_max)
{
    uint32_t low = 1U << fuzz_rng_between(rng, bits, bits_max);
    return fuzz_rng_between(rng, low, 2 * low - 1);
}
