#include <string.h>

#include "fuzz/schedule.h"
#include "fuzz/search.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static struct lc_world world;
static struct fuzz_search_result first;
static struct fuzz_search_result second;

static struct fuzz_search_options options(uint32_t jobs, const char *plant)
{
    fuzz_schedule_default_world(&world);
    return (struct fuzz_search_options){
        .one = { .generate = { .world = &world, .plant = plant },
                 .sampler = FUZZ_SAMPLER_MIX },
        .seed = 1,
        .count = 300,
        .jobs = jobs,
    };
}

/* The number of workers is a matter of speed only. */
static void the_number_of_workers_does_not_matter(void **state)
{
    (void)state;
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    struct fuzz_search_options one = options(1, "unsent_dropped");
    struct fuzz_search_options four = options(4, "unsent_dropped");
    assert_int_equal(fuzz_search(&one, &first, &error), SIM_OK);
    assert_int_equal(fuzz_search(&four, &second, &error), SIM_OK);
    assert_int_equal(first.totals.schedules, 300);
    assert_int_equal(second.totals.schedules, 300);
    assert_int_equal(first.totals.records, second.totals.records);
    assert_int_equal(first.totals.virtual_ns, second.totals.virtual_ns);
    assert_true(first.totals.finding_count > 0);
    assert_int_equal(first.totals.finding_count, second.totals.finding_count);
    for (uint32_t i = 0; i < first.totals.finding_count; i++) {
        assert_int_equal(first.findings[i].seed, second.findings[i].seed);
        assert_int_equal(first.findings[i].hash, second.findings[i].hash);
        assert_int_equal(first.findings[i].count, second.findings[i].count);
        assert_true(first.findings[i].is_replayed);
    }
}

/* The correct stack gives no alarm. */
static void the_correct_stack_holds(void **state)
{
    (void)state;
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    struct fuzz_search_options some = options(2, NULL);
    some.count = 5000;
    assert_int_equal(fuzz_search(&some, &first, &error), SIM_OK);
    assert_int_equal(first.totals.schedules, 5000);
    assert_int_equal(first.totals.finding_count, 0);
    assert_true(first.totals.rules_exercised > 40);
}

/* A world that can't be played is an error of the search. */
static void an_unknown_bug_is_an_error(void **state)
{
    (void)state;
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    struct fuzz_search_options some = options(2, "no_such_bug");
    assert_int_not_equal(fuzz_search(&some, &first, &error), SIM_OK);
    assert_non_null(strstr(error.text, "no_such_bug"));
}

static bool at_once(void *context)
{
    (void)context;
    return true;
}

/* Whoever asks to stop is heard. */
static void a_search_can_be_stopped(void **state)
{
    (void)state;
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    struct fuzz_search_options some = options(2, NULL);
    some.count = UINT64_MAX / 2;
    some.stop = at_once;
    assert_int_equal(fuzz_search(&some, &first, &error), SIM_OK);
    assert_true(first.totals.is_stopped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_workers_does_not_matter),
        cmocka_unit_test(the_correct_stack_holds),
        cmocka_unit_test(an_unknown_bug_is_an_error),
        cmocka_unit_test(a_search_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
