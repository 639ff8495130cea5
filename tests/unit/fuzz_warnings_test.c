#include <string.h>

#include "fuzz/warnings.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static struct fuzz_warnings one;
static struct fuzz_warnings other;
static struct lc_schedule program;

static struct model_warned warned_of(uint32_t rule)
{
    struct model_warned warned = { { 0 } };
    warned.bits[rule / 64] = (uint64_t)1 << (rule % 64);
    return warned;
}

static void add(struct fuzz_warnings *to, uint64_t seed, uint32_t rule)
{
    struct model_warned warned = warned_of(rule);
    const struct fuzz_outcome outcome = { .verdict.warning_count = 1 };
    program.op_count = (uint32_t)seed; /* to be known again by */
    fuzz_warnings_add(to, seed, &warned, &program, &outcome);
}

/* Whatever the order of the workers: all are counted, the smallest seed is
 * kept, with its schedule. */
static void of_a_rule_the_smallest_seed_stays(void **state)
{
    (void)state;
    const uint32_t last = MODEL_RULE_COUNT - 1;
    for (uint32_t turn = 0; turn < 2; turn++) {
        memset(&one, 0, sizeof one);
        memset(&other, 0, sizeof other);
        add(&one, 7, 3);
        add(&one, 5, 3);
        add(&one, 9, 3);
        add(&other, 4, 3);
        add(&other, 8, last);
        struct fuzz_warnings *all = turn == 0 ? &one : &other;
        fuzz_warnings_merge(all, turn == 0 ? &other : &one);
        assert_int_equal(all->schedules, 5);
        assert_int_equal(all->rules[3].schedules, 4);
        assert_int_equal(all->rules[3].seed, 4);
        assert_int_equal(all->rules[3].schedule.op_count, 4);
        assert_int_equal(all->rules[last].schedules, 1);
        assert_int_equal(all->rules[last].seed, 8);
        assert_int_equal(all->rules[last].schedule.op_count, 8);
        assert_int_equal(all->rules[2].schedules, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_rule_the_smallest_seed_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
