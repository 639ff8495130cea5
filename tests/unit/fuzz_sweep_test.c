#include "fuzz/play.h"
#include "fuzz/schedule.h"
#include "fuzz/sweep.h"
#include "tests/unit/failing.h"
#include "tests/unit/schedule_text.h"

static struct fuzz_sweep sweep;
static struct sim_error error;

static enum fuzz_sweep_end count(const char *text)
{
    read_schedule(text, &sweep.schedule);
    return fuzz_sweep_count(&sweep, 0, &error);
}

/* What is swept is what can fail in this run, with the schedule's own choices:
 * each site once, and none that fails already. */
static void sites_are_those_of_the_run(void **state)
{
    (void)state;
    static const char head[] =
        TCP "  faults load startup event\n"
            "process A\n" OPENS("a", "s") "    t = socket stream\n" CLEANS;
    assert_int_equal(count(head), FUZZ_SWEEP_COUNTED);
    static const uint8_t kinds[] = {
        LC_FAIL_STARTUP, /* of ws2_32 itself */
        LC_FAIL_LOAD,
        LC_FAIL_STARTUP,
        LC_FAIL_EVENT,
    };
    assert_int_equal(sweep.count, LC_COUNT_OF(kinds));
    for (uint32_t i = 0; i < sweep.count; i++) {
        assert_int_equal(lc_fail_of(sweep.sites[i].place), kinds[i]);
    }
    char failing[512];
    (void)snprintf(
        failing,
        sizeof failing,
        "%schoices\n  a in 2 socket at WSPStartup>tcp : fail\n",
        head);
    assert_int_equal(count(failing), FUZZ_SWEEP_COUNTED);
    /* WSAStartup, one load, and all of the next start */
    assert_int_equal(sweep.count, 5);
    for (uint32_t i = 0; i < sweep.count; i++) {
        assert_int_equal(sweep.sites[i].call, i < 2 ? i : 2);
    }
}

/* Each schedule of a sweep is valid and fails just where it says. */
static void each_schedule_fails_one_site(void **state)
{
    (void)state;
    static struct fuzz_player player;
    static struct lc_schedule made;
    static struct lc_schedule repaired;
    struct fuzz_outcome outcome;
    assert_int_equal(
        count(FILTER "process A\n" OPENS("a", "s") CLEANS),
        FUZZ_SWEEP_COUNTED);
    assert_int_equal(sweep.schedule.world.faults, LC_FAIL_ALL);
    assert_true(sweep.count > 10);
    fuzz_sweep_make(&sweep, 0, &made);
    assert_true(fuzz_schedule_equal(&made, &sweep.schedule));
    for (uint32_t i = 0; i < sweep.count; i++) {
        fuzz_sweep_make(&sweep, i + 1, &made);
        repaired = made;
        fuzz_schedule_repair(&repaired);
        assert_true(fuzz_schedule_equal(&made, &repaired));
        assert_int_equal(
            fuzz_play(&player, &made, NULL, &outcome, &error),
            SIM_OK);
        assert_int_equal(outcome.result.choice_count, 1);
        assert_memory_equal(
            outcome.result.choices,
            &sweep.sites[i],
            sizeof sweep.sites[i]);
    }
}

/* What can't be swept is said. */
static void what_cannot_be_swept_is_said(void **state)
{
    (void)state;
    static const char text[] = FILTER "process A\n" OPENS("a", "s") CLEANS;
    read_schedule(text, &sweep.schedule);
    sweep.schedule.choice_count = LC_CHOICES_MAX;
    assert_int_equal(fuzz_sweep_count(&sweep, 0, &error), FUZZ_SWEEP_FULL);
    assert_int_equal(
        count(FILTER "  plant no_such_bug\n"
                     "process A\n" OPENS("a", "s") CLEANS),
        FUZZ_SWEEP_ERROR);
    assert_non_null(strstr(error.text, "no_such_bug"));
    assert_int_equal(sweep.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sites_are_those_of_the_run),
        cmocka_unit_test(each_schedule_fails_one_site),
        cmocka_unit_test(what_cannot_be_swept_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
