#include <string.h>

#include "fuzz/hunt.h"
#include "fuzz/schedule.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static struct lc_world world;
static struct fuzz_hunt hunt;
static struct fuzz_hunt_log hunt_log;
static struct fuzz_hunt_options options;

static uint32_t rule_of(const char *id)
{
    uint32_t rule = 0;
    assert_true(model_rule_find(id, &rule));
    return rule;
}

static void begin(const char *ids, bool is_dead)
{
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    fuzz_schedule_default_world(&world);
    memset(&options, 0, sizeof options);
    options.one.generate.world = &world;
    options.one.generate.plant = "unsent_dropped";
    options.one.sampler = FUZZ_SAMPLER_MIX;
    options.seed = 1;
    options.cap = 500;
    options.trials = 5;
    assert_true(fuzz_hunt_count_rules(&options, ids));
    fuzz_hunt_begin(&hunt, &options, &hunt_log, is_dead);
}

static void play_all(void)
{
    while (!fuzz_hunt_is_done(&hunt)) {
        assert_true(fuzz_hunt_play(&hunt));
    }
}

/* Trials that had programs in common would not be as many as they seem. */
static void trials_have_programs_of_their_own(void **state)
{
    (void)state;
    const struct fuzz_hunt_options how = { .seed = 3, .cap = 20 };
    uint64_t group = FUZZ_SAMPLER_GROUP;
    for (uint32_t i = 0; i < 10; i++) {
        uint64_t seed = fuzz_hunt_seed(&how, i);
        assert_int_equal(seed % group, 0);
        assert_true(seed >= 3);
        assert_true(
            (seed + how.cap - 1) / group < fuzz_hunt_seed(&how, i + 1) / group);
    }
}

/* A card names some rules; those that say the same are the same finding. */
static void rules_count_with_those_that_say_the_same(void **state)
{
    (void)state;
    struct fuzz_hunt_options how = { 0 };
    assert_true(fuzz_hunt_count_rules(&how, "CLEAN-17, DEADLOCK"));
    assert_true(how.counts[rule_of("DEADLOCK")]);
    assert_true(how.counts[rule_of("CLEAN-17")]);
    assert_true(how.counts[rule_of("INV-4")]);
    assert_false(how.counts[rule_of("CLEAN-16")]);
    assert_false(fuzz_hunt_count_rules(&how, "CLEAN-16, NONE-1"));
    assert_false(fuzz_hunt_count_rules(&how, ", CLEAN-16"));
}

/* What it counts is what a search of the same seeds would have shown. */
static void a_trial_ends_with_the_first_finding_that_counts(void **state)
{
    (void)state;
    memset(&hunt_log, 0, sizeof hunt_log);
    begin("CLEAN-16, INV-7, LOAD-16", false);
    uint64_t before = 0;
    uint32_t trial = 0;
    static struct fuzz_case one;
    static struct fuzz_case_mirror mirror;
    one.options = options.one;
    one.mirror = &mirror;
    while (!fuzz_hunt_is_done(&hunt)) {
        assert_true(fuzz_hunt_play(&hunt));
        if (hunt_log.trials == trial) {
            continue;
        }
        uint64_t played = hunt_log.schedules - before;
        for (uint64_t i = 0; i < played; i++) {
            struct fuzz_outcome outcome;
            struct sim_error error;
            uint64_t seed = fuzz_hunt_seed(&options, trial) + i;
            assert_int_equal(
                fuzz_case_play(&one, seed, &outcome, &error),
                SIM_OK);
            bool counts = outcome.verdict.kind == LC_VERDICT_BROKEN &&
                          options.counts[outcome.verdict.rule];
            assert_int_equal(counts, i + 1 == played);
        }
        before = hunt_log.schedules;
        trial++;
    }
    assert_int_equal(hunt_log.found, options.trials);
    assert_true(hunt_log.schedules > options.trials);
}

/* A bug that shows as something else has not been met. */
static void other_findings_end_no_trial(void **state)
{
    (void)state;
    memset(&hunt_log, 0, sizeof hunt_log);
    begin("LIVELOCK", false);
    play_all();
    assert_int_equal(hunt_log.trials, options.trials);
    assert_int_equal(hunt_log.found, 0);
    assert_int_equal(hunt_log.schedules, options.trials * options.cap);
    assert_in_range(hunt_log.others, 1, hunt_log.schedules);
}

/* A schedule that kills its process has broken FAULT, and is not played again;
 * one whose process was killed from outside is. */
static void a_schedule_that_kills_is_a_finding(void **state)
{
    (void)state;

    static const struct {
        const char *ids;
        bool is_dead;
        uint32_t found;
        uint32_t others;
    } cases[] = {
        { "FAULT", true, 1, 0 },
        { "CLEAN-16", true, 0, 1 },
        { "FAULT", false, 0, 0 },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(cases); i++) {
        memset(&hunt_log, 0, sizeof hunt_log);
        hunt_log.is_playing = 1;
        begin(cases[i].ids, cases[i].is_dead);
        assert_int_equal(hunt_log.found, cases[i].found);
        assert_int_equal(hunt_log.trials, cases[i].found);
        assert_int_equal(hunt_log.others, cases[i].others);
        assert_int_equal(hunt_log.schedules, cases[i].is_dead ? 1 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trials_have_programs_of_their_own),
        cmocka_unit_test(rules_count_with_those_that_say_the_same),
        cmocka_unit_test(a_trial_ends_with_the_first_finding_that_counts),
        cmocka_unit_test(other_findings_end_no_trial),
        cmocka_unit_test(a_schedule_that_kills_is_a_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
