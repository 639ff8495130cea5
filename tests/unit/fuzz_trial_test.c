#include "fuzz/trial.h"
#include "tests/unit/engine_fixture.h"

static struct fuzz_trial trial;

static void begin(const char *name, uint32_t walks)
{
    const struct sim_program *program = sim_program_find(name);
    assert_int_equal(sim_arena_open(), SIM_OK);
    assert_non_null(program);
    fuzz_trial_begin(&trial, program, walks, 1);
}

/* Of so many schedules. */
static uint32_t count_bugs(enum fuzz_sampler_kind kind, uint32_t schedules)
{
    uint32_t bugs = 0;
    for (uint32_t seed = 0; seed < schedules; seed++) {
        bugs += fuzz_trial_play(&trial, kind, seed);
    }
    return bugs;
}

/* In the default order main has returned before anybody else has begun: that
 * run says nothing of the others. */
static void walks_tell_what_the_default_order_hides(void **state)
{
    (void)state;
    begin("account_exit", 0);
    assert_int_equal(trial.profile.run_count, 1);
    assert_int_equal(trial.profile.actor_count, 1);
    assert_int_equal(fuzz_profile_length(&trial.profile), 4);
    assert_int_equal(trial.length, 5); /* and a fifth, rounded up */
    begin("account_exit", 60);
    assert_int_equal(trial.profile.run_count, 60);
    assert_int_equal(trial.profile.actor_count, 4);
    assert_in_range(fuzz_profile_length(&trial.profile), 5, 12);
    /* As many as there is room for. */
    begin("twostage_100", 1000);
    assert_in_range(trial.profile.run_count, 2, 10);
    assert_in_range(
        trial.profile.event_count,
        FUZZ_PROFILE_EVENTS_MAX / 2,
        FUZZ_PROFILE_EVENTS_MAX - 1);
}

/* A profile of many runs weighs like one of one: where each run has the same
 * events it makes no difference. */
static void weights_are_those_of_one_run(void **state)
{
    (void)state;
    begin("uneven", 0);
    uint32_t one = count_bugs(FUZZ_SAMPLER_URW, 10000);
    begin("uneven", 100);
    assert_true(trial.profile.all[0] > 2000);
    uint32_t many = count_bugs(FUZZ_SAMPLER_URW, 10000);
    assert_in_range(one, 10000 / 26 - 100, 10000 / 26 + 100);
    assert_in_range(many, 10000 / 26 - 100, 10000 / 26 + 100);
}

/* twostage fails by the order of the locks: who selects no lock meets it less
 * often. */
static void locks_are_selected_or_are_not(void **state)
{
    (void)state;
    begin("twostage", 0);
    uint32_t with = count_bugs(FUZZ_SAMPLER_SURW, 10000);
    uint32_t without = count_bugs(FUZZ_SAMPLER_SURW_DATA, 10000);
    assert_in_range(with, 1000, 1500);
    assert_in_range(without, 380, 650);
    /* Where nothing is a lock they are the same. */
    begin("reorder_3", 0);
    assert_int_equal(
        count_bugs(FUZZ_SAMPLER_SURW, 1000),
        count_bugs(FUZZ_SAMPLER_SURW_DATA, 1000));
}

/* One store that has to come behind 25 loads: as the priorities fall, once in
 * 26 runs; by a walk next to never. */
static void the_last_of_many_events_is_met_by_priorities(void **state)
{
    (void)state;
    begin("uneven", 0);
    uint32_t bugs = count_bugs(FUZZ_SAMPLER_PRIO, 10000);
    assert_in_range(bugs, 10000 / 26 - 80, 10000 / 26 + 80);
    assert_int_equal(count_bugs(FUZZ_SAMPLER_RW, 1000), 0);
}

/* What a search plays: each sampler in its turn, with the same seeds. */
static void a_mix_is_each_sampler_in_its_turn(void **state)
{
    (void)state;
    begin("reorder_3", 0);
    uint32_t bugs = 0;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        bool is_met = fuzz_trial_play(&trial, FUZZ_SAMPLER_MIX, seed);
        enum fuzz_sampler_kind turn = fuzz_sampler_for(FUZZ_SAMPLER_MIX, seed);
        assert_int_equal(is_met, fuzz_trial_play(&trial, turn, seed));
        assert_false(is_met && turn == FUZZ_SAMPLER_DEFAULT);
        bugs += is_met;
    }
    assert_true(bugs > 10);
}

/* A change of the default order falls where there is something to choose: all
 * of the run's decisions, and none behind its end. */
static void few_changes_fall_on_decisions(void **state)
{
    (void)state;
    begin("uneven", 0);
    /* Main spawns two, alone at first, joins both and looks. The first has one
     * event, and goes on when main has to wait for it. */
    assert_int_equal(fuzz_profile_length(&trial.profile), 2 + 1 + 25 + 2 + 1);
    assert_in_range(trial.decisions, 2, 5);
    begin("reorder_3", 0);
    assert_in_range(count_bugs(FUZZ_SAMPLER_FEW, 1000), 1, 999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_tell_what_the_default_order_hides),
        cmocka_unit_test(weights_are_those_of_one_run),
        cmocka_unit_test(locks_are_selected_or_are_not),
        cmocka_unit_test(the_last_of_many_events_is_met_by_priorities),
        cmocka_unit_test(a_mix_is_each_sampler_in_its_turn),
        cmocka_unit_test(few_changes_fall_on_decisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
