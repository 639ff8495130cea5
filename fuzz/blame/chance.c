#include "fuzz/blame/chance.h"

#include "lastcall/check.h"

/* 1.95996 squared: of the normal distribution, for 95 %. */
#define Z_SQUARED_E4 38415U
#define E4           10000U

/* The largest whole number whose square is not above. */
static uint64_t root(uint64_t square)
{
    uint64_t result = 0;
    for (uint64_t bit = 1ULL << 31; bit != 0; bit >>= 1) {
        uint64_t more = result | bit;
        result = more * more <= square ? more : result;
    }
    return result;
}

/* Half the interval's width, times samples + z squared, in units of 1e-4. */
static uint64_t half_e4(const struct fuzz_blame_chance *chance)
{
    uint64_t n = chance->samples;
    uint64_t k = chance->broken;
    LC_CHECK(n > 0 && n <= FUZZ_BLAME_SAMPLES_MAX);
    LC_CHECK(k <= n);
    uint64_t spread = Z_SQUARED_E4 * k * (n - k) * E4 / n;
    return root(spread + Z_SQUARED_E4 * Z_SQUARED_E4 / 4);
}

uint32_t fuzz_blame_low_ppm(const struct fuzz_blame_chance *chance)
{
    if (chance->proof != FUZZ_BLAME_UNPROVED) {
        return chance->proof == FUZZ_BLAME_ALWAYS ? FUZZ_BLAME_PPM : 0;
    }
    if (chance->broken == 0) {
        return 0;
    }
    uint64_t middle = (uint64_t)chance->broken * E4 + Z_SQUARED_E4 / 2;
    uint64_t half = half_e4(chance);
    uint64_t whole = (uint64_t)chance->samples * E4 + Z_SQUARED_E4;
    return middle < half ? 0
                         : (uint32_t)((middle - half) * FUZZ_BLAME_PPM / whole);
}

uint32_t fuzz_blame_high_ppm(const struct fuzz_blame_chance *chance)
{
    if (chance->proof != FUZZ_BLAME_UNPROVED) {
        return chance->proof == FUZZ_BLAME_ALWAYS ? FUZZ_BLAME_PPM : 0;
    }
    if (chance->broken == chance->samples) {
        return FUZZ_BLAME_PPM; /* without samples, too */
    }
    uint64_t middle = (uint64_t)chance->broken * E4 + Z_SQUARED_E4 / 2;
    uint64_t whole = (uint64_t)chance->samples * E4 + Z_SQUARED_E4;
    uint64_t high = (middle + half_e4(chance)) * FUZZ_BLAME_PPM / whole + 1;
    return high < FUZZ_BLAME_PPM ? (uint32_t)high : FUZZ_BLAME_PPM;
}

uint32_t fuzz_blame_ppm(const struct fuzz_blame_chance *chance)
{
    if (chance->proof != FUZZ_BLAME_UNPROVED) {
        return chance->proof == FUZZ_BLAME_ALWAYS ? FUZZ_BLAME_PPM : 0;
    }
    LC_CHECK(chance->samples > 0);
    return (
        uint32_t)((uint64_t)chance->broken * FUZZ_BLAME_PPM / chance->samples);
}
