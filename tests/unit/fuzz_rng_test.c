#include <stdio.h>
#include <stdlib.h>

#include "lastcall/check.h"

#include "fuzz/rng.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

/* A seed in a report must mean the same on each machine, for ever. The numbers
 * come from another implementation of splitmix64 and xoshiro256**. */
static void numbers_are_the_same_everywhere(void **state)
{
    (void)state;
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, 1, FUZZ_RNG_PROGRAM);
    uint64_t first = fuzz_rng_next(&rng);
    uint64_t second = fuzz_rng_next(&rng);
    assert_int_equal(first, 0xee127fe613436e33ULL);
    assert_int_equal(second, 0xd6dad8d34a1874eaULL);
    fuzz_rng_seed(&rng, 1, FUZZ_RNG_PROGRAM);
    assert_int_equal(fuzz_rng_next(&rng), first);
}

/* What is drawn for a world must not move when calls draw more. */
static void streams_differ(void **state)
{
    (void)state;
    struct fuzz_rng program;
    struct fuzz_rng world;
    fuzz_rng_seed(&program, 7, FUZZ_RNG_PROGRAM);
    fuzz_rng_seed(&world, 7, FUZZ_RNG_WORLD);
    assert_int_not_equal(fuzz_rng_next(&program), fuzz_rng_next(&world));
}

/* Both ends of a range are drawn, and nothing beyond. */
static void ranges_are_closed(void **state)
{
    (void)state;
    struct fuzz_rng rng;
    uint32_t seen[4] = { 0 };
    fuzz_rng_seed(&rng, 3, FUZZ_RNG_ORDER);
    for (uint32_t i = 0; i < 4000; i++) {
        uint32_t drawn = fuzz_rng_between(&rng, 5, 8);
        assert_in_range(drawn, 5, 8);
        seen[drawn - 5]++;
        assert_int_equal(fuzz_rng_upto(&rng, 0), 0);
    }
    for (uint32_t i = 0; i < 4; i++) {
        assert_in_range(seen[i], 850, 1150);
    }
    assert_in_range(fuzz_rng_upto(&rng, UINT32_MAX), 0, UINT32_MAX);
}

/* A share is what it says: never, always, one in four. */
static void chances_are_ratios(void **state)
{
    (void)state;
    struct fuzz_rng rng;
    uint32_t hits = 0;
    fuzz_rng_seed(&rng, 3, FUZZ_RNG_ORDER);
    for (uint32_t i = 0; i < 4000; i++) {
        assert_false(fuzz_rng_chance(&rng, 0, 4));
        assert_true(fuzz_rng_chance(&rng, 4, 4));
        hits += fuzz_rng_chance(&rng, 1, 4);
    }
    assert_in_range(hits, 850, 1150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_the_same_everywhere),
        cmocka_unit_test(streams_differ),
        cmocka_unit_test(ranges_are_closed),
        cmocka_unit_test(chances_are_ratios),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
