#include <string.h>

#include "fuzz/rng.h"
#include "fuzz/sketch.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static struct fuzz_sketch sketch;
static struct fuzz_sketch more;
static struct fuzz_sketch again;

static int set_up(void **state)
{
    (void)state;
    memset(&sketch, 0, sizeof sketch);
    memset(&more, 0, sizeof more);
    memset(&again, 0, sizeof again);
    return 0;
}

/* The n-th of a row of well mixed hashes. */
static uint64_t hash_of(uint64_t n)
{
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, n, FUZZ_RNG_PROGRAM);
    return fuzz_rng_next(&rng);
}

static uint64_t count_of(const struct fuzz_sketch *of, uint64_t key)
{
    for (uint32_t slot = 0; slot < FUZZ_SKETCH_SLOTS; slot++) {
        if (of->slots[slot].count != 0 && of->slots[slot].key == key) {
            return of->slots[slot].count;
        }
    }
    return 0;
}

static void assert_same(
    const struct fuzz_sketch *one,
    const struct fuzz_sketch *other)
{
    assert_int_equal(one->level, other->level);
    assert_int_equal(one->key_count, other->key_count);
    for (uint32_t slot = 0; slot < FUZZ_SKETCH_SLOTS; slot++) {
        if (one->slots[slot].count != 0) {
            assert_int_equal(
                count_of(other, one->slots[slot].key),
                one->slots[slot].count);
        }
    }
}

/* With room for all there is no word of "about". */
static void numbers_are_exact_as_long_as_there_is_room(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < FUZZ_SKETCH_KEYS; n++) {
        fuzz_sketch_add(&sketch, hash_of(n), 1);
        fuzz_sketch_add(&sketch, hash_of(n / 2), 1);
    }
    assert_true(fuzz_sketch_is_exact(&sketch));
    assert_int_equal(fuzz_sketch_distinct(&sketch), FUZZ_SKETCH_KEYS);
    assert_int_equal(fuzz_sketch_singles(&sketch), FUZZ_SKETCH_KEYS / 2);
    fuzz_sketch_add(&sketch, hash_of(FUZZ_SKETCH_KEYS), 1);
    assert_false(fuzz_sketch_is_exact(&sketch));
}

/* Of many more hashes than there is room for the number is told to a few
 * percent, and those that came once are told from the others. */
static void numbers_are_estimated_beyond_that(void **state)
{
    (void)state;

    enum {
        ALL = 300000,
        TWICE = 100000,
        FIVE_PERCENT = 20
    };

    for (uint64_t n = 0; n < ALL; n++) {
        fuzz_sketch_add(&sketch, hash_of(n), n < TWICE ? 2 : 1);
    }
    assert_in_range(
        fuzz_sketch_distinct(&sketch),
        ALL - ALL / FIVE_PERCENT,
        ALL + ALL / FIVE_PERCENT);
    assert_in_range(
        fuzz_sketch_singles(&sketch),
        ALL - TWICE - ALL / FIVE_PERCENT,
        ALL - TWICE + ALL / FIVE_PERCENT);
    for (uint32_t slot = 0; slot < FUZZ_SKETCH_SLOTS; slot++) {
        if (sketch.slots[slot].count != 0) {
            assert_int_equal(sketch.slots[slot].key >> (64 - sketch.level), 0);
        }
    }
}

/* However hashes are spread over workers, and whoever is merged first:
 * together they say the same. */
static void sketches_merge_in_any_order(void **state)
{
    (void)state;

    enum {
        ALL = 50000,
        PARTS = 3
    };

    static struct fuzz_sketch parts[PARTS];
    memset(parts, 0, sizeof parts);
    for (uint64_t n = 0; n < ALL; n++) {
        uint64_t key = hash_of(n % (ALL * 2 / 3));
        fuzz_sketch_add(&sketch, key, 1);
        /* Most of it in one part: their levels differ. */
        fuzz_sketch_add(&parts[n % 16 == 0 ? 1 : n % 16 == 1 ? 2 : 0], key, 1);
    }
    assert_true(parts[0].level > parts[1].level);
    for (uint32_t i = 0; i < PARTS; i++) {
        fuzz_sketch_merge(&more, &parts[i]);
        fuzz_sketch_merge(&again, &parts[PARTS - 1 - i]);
    }
    assert_same(&sketch, &more);
    assert_same(&more, &sketch);
    assert_same(&sketch, &again);
    assert_same(&again, &sketch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            numbers_are_exact_as_long_as_there_is_room,
            set_up),
        cmocka_unit_test_setup(numbers_are_estimated_beyond_that, set_up),
        cmocka_unit_test_setup(sketches_merge_in_any_order, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
