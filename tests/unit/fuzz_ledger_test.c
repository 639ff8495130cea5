#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/ledger.h"
#include "fuzz/schedule.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static char path[64];
static char text[FUZZ_LEDGER_TEXT_BYTES];
static struct fuzz_search_result result;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(path, sizeof path, "ledger_test_%d.sqlite", (int)getpid());
    memset(&result, 0, sizeof result);
    result.totals.schedules = 100;
    result.totals.finding_count = 1;
    result.totals.coverage.premise[0] = 1;
    result.findings[0].rule = 0;
    result.findings[0].count = 3;
    fuzz_schedule_repair(&result.findings[0].schedule);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const tails[] = { "", "-wal", "-shm" };
    for (uint32_t i = 0; i < LC_COUNT_OF(tails); i++) {
        char name[80];
        (void)snprintf(name, sizeof name, "%s%s", path, tails[i]);
        (void)remove(name);
    }
    return 0;
}

/* One finding for each rule and place, with a count; totals add up. */
static void chunks_add_up(void **state)
{
    (void)state;
    struct fuzz_ledger_totals totals;
    struct fuzz_ledger *ledger = fuzz_ledger_open(path, text);
    assert_non_null(ledger);
    assert_false(fuzz_ledger_knows(ledger, &result.findings[0]));
    assert_true(fuzz_ledger_commit(ledger, 100, &result));
    assert_true(fuzz_ledger_knows(ledger, &result.findings[0]));
    assert_true(fuzz_ledger_commit(ledger, 200, &result));
    assert_true(fuzz_ledger_totals(ledger, &totals));
    assert_int_equal(totals.schedules, 200);
    assert_int_equal(totals.chunks, 2);
    assert_int_equal(totals.next_seed, 200);
    assert_int_equal(totals.findings, 1);
    assert_int_equal(totals.rules_exercised, 1);
    /* The same chunk can't be counted twice. */
    assert_false(fuzz_ledger_commit(ledger, 200, &result));
    assert_true(fuzz_ledger_totals(ledger, &totals));
    assert_int_equal(totals.schedules, 200);
    fuzz_ledger_close(ledger);
}

/* A campaign stays what it was. */
static void settings_stay(void **state)
{
    (void)state;
    struct fuzz_ledger *ledger = fuzz_ledger_open(path, text);
    assert_non_null(ledger);
    assert_true(fuzz_ledger_setting(ledger, "seed", "1", text));
    assert_true(fuzz_ledger_setting(ledger, "seed", "1", text));
    assert_false(fuzz_ledger_setting(ledger, "seed", "2", text));
    assert_string_equal(text, "1");
    fuzz_ledger_close(ledger);
}

/* Two campaigns in one folder would count everything twice. */
static void a_second_one_is_refused(void **state)
{
    (void)state;
    struct fuzz_ledger *ledger = fuzz_ledger_open(path, text);
    assert_non_null(ledger);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(fuzz_ledger_open(path, text) == NULL ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    fuzz_ledger_close(ledger);
}

/* A process that dies right after a commit has lost nothing. */
static void what_is_committed_survives_a_kill(void **state)
{
    (void)state;
    struct fuzz_ledger_totals totals;
    pid_t pid = fork();
    if (pid == 0) {
        struct fuzz_ledger *ledger = fuzz_ledger_open(path, text);
        bool is_good =
            ledger != NULL && fuzz_ledger_commit(ledger, 100, &result);
        _exit(is_good ? 0 : 1); /* without closing */
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    struct fuzz_ledger *ledger = fuzz_ledger_open(path, text);
    assert_non_null(ledger);
    assert_true(fuzz_ledger_totals(ledger, &totals));
    assert_int_equal(totals.schedules, 100);
    assert_int_equal(totals.findings, 1);
    fuzz_ledger_close(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(chunks_add_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_second_one_is_refused,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_committed_survives_a_kill,
            set_up,
            tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
