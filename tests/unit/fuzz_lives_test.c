/*
 * INV-17: a process that starts Winsock again is as one that starts it for the
 * first time.
 */
#include <string.h>

#include "lastcall/check.h"

#include "fuzz/lives.h"
#include "fuzz/text.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    SEEDS = 600
};

static struct fuzz_lives lives;
static struct sim_error error;

struct sum {
    uint32_t ends[FUZZ_LIVES_END_COUNT];
    uint32_t stacks[FUZZ_LIVES_STACK_COUNT];
    uint32_t lives;
    uint32_t longest; /* most lives of one */
    uint32_t records;
    uint64_t seed; /* the first that differs */
};

static struct sum play(const char *plant)
{
    struct sum sum = { 0 };
    lives.plant = plant;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct fuzz_lives_result one;
        assert_int_equal(fuzz_lives_play(&lives, seed, &one, &error), SIM_OK);
        if (one.end == FUZZ_LIVES_DIFFERS &&
            sum.ends[FUZZ_LIVES_DIFFERS] == 0) {
            sum.seed = seed;
        }
        sum.ends[one.end]++;
        sum.stacks[one.stack] += one.end == FUZZ_LIVES_SAME;
        if (one.end == FUZZ_LIVES_SAME) {
            sum.lives += one.lives;
            sum.records += one.records;
            sum.longest = one.lives > sum.longest ? one.lives : sum.longest;
        }
    }
    return sum;
}

static void later_lives_are_as_the_first(void **state)
{
    (void)state;
    struct sum sum = play(NULL);
    if (sum.ends[FUZZ_LIVES_DIFFERS] > 0) {
        fail_msg("seed %u", (uint32_t)sum.seed);
    }
    /* Most programs tell something, over each kind of stack. */
    assert_true(sum.ends[FUZZ_LIVES_SAME] > SEEDS / 2);
    for (uint32_t i = 0; i < FUZZ_LIVES_STACK_COUNT; i++) {
        assert_true(sum.stacks[i] > SEEDS / 12);
    }
    assert_true(sum.lives > 2 * sum.ends[FUZZ_LIVES_SAME]);
    assert_int_equal(sum.longest, FUZZ_LIVES_MAX);
    assert_true(sum.records > 100 * sum.ends[FUZZ_LIVES_SAME]);
    /* And those that do not are told apart. */
    assert_true(sum.ends[FUZZ_LIVES_UNENDED] > 0);
    assert_true(sum.ends[FUZZ_LIVES_UNBALANCED] > 0);
    assert_true(sum.ends[FUZZ_LIVES_UNBALANCED] < SEEDS / 4);
    assert_true(sum.ends[FUZZ_LIVES_LIMIT] < SEEDS / 20);
}

/* What a life leaves behind is noticed in a later one. */
static void what_is_left_behind_is_noticed(void **state)
{
    (void)state;
    static const char *const plants[] = {
        "not_restartable",
        "lower_not_cleaned",
        "worker_left",
    };
    for (uint32_t i = 0; i < LC_COUNT_OF(plants); i++) {
        struct sum sum = play(plants[i]);
        assert_true(sum.ends[FUZZ_LIVES_DIFFERS] > 5);
        struct fuzz_lives_result one;
        assert_int_equal(
            fuzz_lives_play(&lives, sum.seed, &one, &error),
            SIM_OK);
        assert_int_equal(one.end, FUZZ_LIVES_DIFFERS);
        assert_true(one.life >= 2 && one.life <= one.lives);
        assert_true(one.has_first || one.has_later);
        assert_true(one.first_number < one.later_number);
    }
}

/* What is printed of one is a schedule, and its run is the one that differed.
 * Returns: its choices. */
static uint32_t replay(void)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    static struct lc_schedule again;
    struct fuzz_text_error text_error;
    struct sim_result result;
    size_t size_bytes =
        fuzz_text_print(fuzz_lives_schedule(&lives), text, sizeof text);
    assert_true(fuzz_text_parse(text, size_bytes, &again, &text_error));
    assert_string_equal(again.world.plants[0], "not_restartable");
    assert_int_equal(
        sim_play(
            &(struct sim_play_options){ .schedule = &again },
            &result,
            &error),
        SIM_OK);
    assert_int_equal(result.choice_unmet, 0);
    assert_int_equal(result.choice_unreached, 0);
    assert_true(result.choice_count >= again.choice_count);
    return again.choice_count;
}

static void a_difference_can_be_replayed(void **state)
{
    (void)state;
    uint32_t choices = 0;
    lives.plant = "not_restartable";
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct fuzz_lives_result one;
        assert_int_equal(fuzz_lives_play(&lives, seed, &one, &error), SIM_OK);
        choices += one.end == FUZZ_LIVES_DIFFERS ? replay() : 0;
    }
    assert_true(choices > 0);
}

/* A seed says all. */
static void a_seed_shows_the_same_each_time(void **state)
{
    (void)state;
    lives.plant = NULL;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct fuzz_lives_result results[2];
        for (uint32_t i = 0; i < 2; i++) {
            assert_int_equal(
                fuzz_lives_play(&lives, seed, &results[i], &error),
                SIM_OK);
        }
        assert_int_equal(results[0].end, results[1].end);
        assert_int_equal(results[0].lives, results[1].lives);
        assert_int_equal(results[0].records, results[1].records);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_lives_are_as_the_first),
        cmocka_unit_test(what_is_left_behind_is_noticed),
        cmocka_unit_test(a_difference_can_be_replayed),
        cmocka_unit_test(a_seed_shows_the_same_each_time),
    };
    if (sim_open(&error) != SIM_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
