#include <stdio.h>
#include <string.h>

#include "fuzz/unserved.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static struct fuzz_unserved one;
static struct fuzz_unserved other;

/* Whatever the order of the workers, the same one is named. */
static void the_most_is_the_same_in_any_order(void **state)
{
    (void)state;
    for (uint32_t turn = 0; turn < 2; turn++) {
        memset(&one, 0, sizeof one);
        memset(&other, 0, sizeof other);
        assert_null(fuzz_unserved_most(&one));
        fuzz_unserved_add(&one, "B.dll!two", 3);
        fuzz_unserved_add(&one, "A.dll!one", 1);
        fuzz_unserved_add(&other, "A.dll!one", 4);
        fuzz_unserved_add(&other, "B.dll!two", 2);
        fuzz_unserved_add(&other, "C.dll!three", 4);
        struct fuzz_unserved *all = turn == 0 ? &one : &other;
        fuzz_unserved_merge(all, turn == 0 ? &other : &one);
        assert_int_equal(all->count, 3);
        assert_false(all->is_full);
        assert_string_equal(fuzz_unserved_most(all)->name, "A.dll!one");
        assert_int_equal(fuzz_unserved_most(all)->schedules, 5);
    }
}

static void more_than_there_is_room_for_are_noted(void **state)
{
    (void)state;
    memset(&one, 0, sizeof one);
    memset(&other, 0, sizeof other);
    for (uint32_t i = 0; i <= FUZZ_UNSERVED_MAX; i++) {
        char name[32];
        assert_false(one.is_full);
        (void)snprintf(name, sizeof name, "A.dll!%u", i);
        fuzz_unserved_add(&one, name, 1);
    }
    assert_true(one.is_full);
    assert_int_equal(one.count, FUZZ_UNSERVED_MAX);
    fuzz_unserved_merge(&other, &one);
    assert_true(other.is_full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_is_the_same_in_any_order),
        cmocka_unit_test(more_than_there_is_room_for_are_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
