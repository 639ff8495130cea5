#include <string.h>

#include "fuzz/count.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static struct fuzz_count table;
static struct fuzz_count more;

static int set_up(void **state)
{
    (void)state;
    memset(&table, 0, sizeof table);
    memset(&more, 0, sizeof more);
    return 0;
}

/* Keys that want the same slot are still told apart. */
static void each_key_has_its_count(void **state)
{
    (void)state;
    for (uint64_t key = 0; key < 10; key++) {
        assert_true(fuzz_count_add(&table, key * FUZZ_COUNT_SLOTS, key + 1));
        assert_false(fuzz_count_add(&table, key * FUZZ_COUNT_SLOTS, 1));
    }
    for (uint64_t key = 0; key < 10; key++) {
        assert_int_equal(
            fuzz_count_of(&table, key * FUZZ_COUNT_SLOTS),
            key + 2);
    }
    assert_int_equal(fuzz_count_of(&table, 1), 0);
    assert_int_equal(table.key_count, 10);
    assert_false(table.has_overflowed);
}

/* A key too many is not counted, and that is to be seen; those that are there
 * still count. */
static void a_key_too_many_is_to_be_seen(void **state)
{
    (void)state;
    for (uint64_t key = 0; key < FUZZ_COUNT_KEYS; key++) {
        assert_true(fuzz_count_add(&table, key, 1));
    }
    assert_false(table.has_overflowed);
    assert_false(fuzz_count_add(&table, FUZZ_COUNT_KEYS, 1));
    assert_true(table.has_overflowed);
    assert_int_equal(fuzz_count_of(&table, FUZZ_COUNT_KEYS), 0);
    assert_false(fuzz_count_add(&table, 7, 2));
    assert_int_equal(fuzz_count_of(&table, 7), 3);
}

/* However keys are spread over tables, together they are the same. */
static void tables_merge(void **state)
{
    (void)state;
    (void)fuzz_count_add(&table, 1, 10);
    (void)fuzz_count_add(&table, 2, 20);
    (void)fuzz_count_add(&more, 2, 5);
    (void)fuzz_count_add(&more, 3, 30);
    fuzz_count_merge(&table, &more);
    assert_int_equal(table.key_count, 3);
    assert_int_equal(fuzz_count_of(&table, 1), 10);
    assert_int_equal(fuzz_count_of(&table, 2), 25);
    assert_int_equal(fuzz_count_of(&table, 3), 30);
    more.has_overflowed = true;
    fuzz_count_merge(&table, &more);
    assert_true(table.has_overflowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_key_has_its_count, set_up),
        cmocka_unit_test_setup(a_key_too_many_is_to_be_seen, set_up),
        cmocka_unit_test_setup(tables_merge, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
