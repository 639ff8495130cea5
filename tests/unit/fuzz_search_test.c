#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz/schedule.h"
#include "fuzz/search.h"
#include "fuzz/worker.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static struct lc_world world;
static struct fuzz_search_result first;
static struct fuzz_search_result second;

/* Writes of a finding that are still to end their process, and how far they
 * come. Shared with the workers; NULL: none. */
static struct killer {
    uint32_t left;
    size_t size_bytes;
} * killer;

/* In place of the C library's, for all that is linked into this program. */
ssize_t write(int file, const void *bytes, size_t size_bytes)
{
    if (killer == NULL || killer->left == 0 ||
        size_bytes != sizeof(struct fuzz_finding)) {
        return syscall(SYS_write, file, bytes, size_bytes);
    }
    killer->left--;
    (void)syscall(SYS_write, file, bytes, killer->size_bytes);
    (void)raise(SIGKILL);
    return -1;
}

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

static void assert_same_sketch(
    const struct fuzz_sketch *one,
    const struct fuzz_sketch *other)
{
    assert_true(one->key_count > 100);
    assert_int_equal(one->key_count, other->key_count);
    assert_int_equal(one->level, other->level);
    assert_int_equal(fuzz_sketch_singles(one), fuzz_sketch_singles(other));
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
        assert_int_equal(first.findings[i].replay, FUZZ_REPLAY_SAME);
    }
    assert_true(first.statistics.watched > 10);
    assert_int_equal(first.statistics.watched, second.statistics.watched);
    assert_same_sketch(&first.statistics.states, &second.statistics.states);
    assert_same_sketch(&first.statistics.pairs, &second.statistics.pairs);
    assert_memory_equal(
        first.statistics.pct,
        second.statistics.pct,
        sizeof first.statistics.pct);
}

/* With less room than there are kinds it is the smallest seeds that have it,
 * and what there was no room for is said, whatever the number of workers. */
static void what_there_is_no_room_for_is_said(void **state)
{
    (void)state;
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    struct fuzz_search_options all = options(2, "work_before_zero");
    all.count = 2000;
    all.no_shrink = true;
    assert_int_equal(fuzz_search(&all, &first, &error), SIM_OK);
    assert_in_range(first.totals.finding_count, 3, FUZZ_FINDINGS_MAX);
    assert_int_equal(first.totals.left_out_count, 0);
    for (uint32_t jobs = 1; jobs <= 3; jobs++) {
        struct fuzz_search_options few = all;
        few.jobs = jobs;
        few.findings_max = 2;
        assert_int_equal(fuzz_search(&few, &second, &error), SIM_OK);
        assert_int_equal(second.totals.finding_count, 2);
        assert_int_equal(
            second.totals.left_out_count,
            first.totals.finding_count - 2);
        assert_int_equal(second.totals.left_out_seed, first.findings[2].seed);
        assert_false(second.totals.is_uncounted);
        for (uint32_t i = 0; i < 2; i++) {
            assert_int_equal(second.findings[i].seed, first.findings[i].seed);
            assert_int_equal(second.findings[i].count, first.findings[i].count);
        }
    }
}

/* Memory runs short on long searches. Who is killed while it tells of a
 * finding has not told it; the next worker does. */
static void a_finding_survives_a_worker_that_is_killed_over_it(void **state)
{
    (void)state;
    static const size_t sizes[] = {
        0,
        sizeof(struct fuzz_finding) / 3,
        sizeof(struct fuzz_finding),
    };
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    struct fuzz_search_options one = options(1, "unsent_dropped");
    one.no_shrink = true;
    assert_int_equal(fuzz_search(&one, &first, &error), SIM_OK);
    assert_true(first.totals.finding_count > 0);
    killer = fuzz_worker_share(sizeof *killer);
    assert_non_null(killer);
    for (uint32_t i = 0; i < LC_COUNT_OF(sizes); i++) {
        killer->left = 1;
        killer->size_bytes = sizes[i];
        assert_int_equal(fuzz_search(&one, &second, &error), SIM_OK);
        assert_int_equal(killer->left, 0);
        assert_int_equal(
            first.totals.finding_count,
            second.totals.finding_count);
        for (uint32_t f = 0; f < first.totals.finding_count; f++) {
            assert_int_equal(first.findings[f].seed, second.findings[f].seed);
            assert_int_equal(first.findings[f].hash, second.findings[f].hash);
            assert_int_equal(first.findings[f].count, second.findings[f].count);
            assert_int_equal(second.findings[f].replay, FUZZ_REPLAY_SAME);
        }
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
        cmocka_unit_test(what_there_is_no_room_for_is_said),
        cmocka_unit_test(a_finding_survives_a_worker_that_is_killed_over_it),
        cmocka_unit_test(the_correct_stack_holds),
        cmocka_unit_test(an_unknown_bug_is_an_error),
        cmocka_unit_test(a_search_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
