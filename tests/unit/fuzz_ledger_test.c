#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/ledger.h"
#include "fuzz/schedule.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static char path[64];
static struct fuzz_ledger_error error;
static struct fuzz_search_result result;
static uint64_t key;
static const struct fuzz_ledger_chunk chunk = { .result = &result };

/* A search of a hundred seeds that found one thing, in three schedules. */
static int set_up(void **state)
{
    (void)state;
    (void)snprintf(path, sizeof path, "ledger_test_%d.sqlite", (int)getpid());
    memset(&result, 0, sizeof result);
    result.totals.schedules = 100;
    result.totals.records = 7000;
    result.totals.next_seed = 100;
    result.totals.finding_count = 1;
    result.totals.coverage.premise[0] = 1;
    fuzz_schedule_repair(&result.findings[0].schedule);
    key = fuzz_finding_key_of(&result.findings[0]);
    result.alias_count = 2;
    result.aliases[0] = (struct fuzz_search_alias){ key, key, 2 };
    result.aliases[1] = (struct fuzz_search_alias){ key + 1, key, 1 };
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

static struct fuzz_ledger *open_ledger(void)
{
    struct fuzz_ledger *ledger = fuzz_ledger_open(path, true, &error);
    assert_non_null(ledger);
    return ledger;
}

static void check_totals(uint64_t schedules, uint32_t chunks, uint32_t findings)
{
    struct fuzz_ledger_totals totals;
    struct fuzz_ledger *ledger = fuzz_ledger_open(path, false, &error);
    assert_non_null(ledger);
    assert_true(fuzz_ledger_sum(ledger, &totals, &error));
    assert_int_equal(totals.schedules, schedules);
    assert_int_equal(totals.next_seed, schedules);
    assert_int_equal(totals.chunk_count, chunks);
    assert_int_equal(totals.finding_count, findings);
    assert_int_equal(totals.rules_exercised, 1);
    fuzz_ledger_close(ledger);
}

static void check_finding(void *context, const struct fuzz_ledger_finding *is)
{
    assert_int_equal(is->key, key);
    assert_int_equal(is->count, *(const uint64_t *)context);
}

/* One finding for all that shrinks to it, with a count; totals add up. */
static void chunks_add_up(void **state)
{
    (void)state;
    uint64_t keys[FUZZ_KNOWN_MAX];
    struct fuzz_ledger *ledger = open_ledger();
    assert_false(fuzz_ledger_knows(ledger, key));
    assert_true(fuzz_ledger_commit(ledger, &chunk, &error));
    assert_true(fuzz_ledger_knows(ledger, key));

    /* The next hundred: what is known is only counted. */
    assert_int_equal(fuzz_ledger_keys(ledger, keys), 2);
    struct fuzz_ledger_chunk next = { 100, keys, 2, &result, false };
    memset(&result, 0, sizeof result);
    result.totals.next_seed = 200;
    result.known_counts[0] = 10;
    result.known_counts[1] = 20;
    assert_true(fuzz_ledger_commit(ledger, &next, &error));
    check_totals(200, 2, 1);
    uint64_t count = 33;
    assert_true(fuzz_ledger_findings(ledger, check_finding, &count, &error));
    fuzz_ledger_close(ledger);
}

static void check_shrunk(void *context, const struct fuzz_ledger_finding *is)
{
    assert_int_equal(is->is_shrunk, *(const bool *)context);
}

/* Of a finding the first schedule stays, and with it whether that one may be
 * larger than it has to be. */
static void what_was_not_shrunk_is_known(void **state)
{
    (void)state;
    for (uint32_t turn = 0; turn < 2; turn++) {
        bool is_shrunk = turn == 1;
        struct fuzz_ledger *ledger = open_ledger();
        struct fuzz_ledger_chunk next = { .seed = 100, .result = &result };
        result.findings[0].is_shrunk = is_shrunk;
        result.totals.next_seed = 100;
        assert_true(fuzz_ledger_commit(ledger, &chunk, &error));
        result.findings[0].is_shrunk = !is_shrunk;
        result.totals.next_seed = 200;
        assert_true(fuzz_ledger_commit(ledger, &next, &error));
        assert_true(
            fuzz_ledger_findings(ledger, check_shrunk, &is_shrunk, &error));
        fuzz_ledger_close(ledger);
        (void)tear_down(NULL);
    }
}

/* The same seeds can't be counted twice, and nothing of the second time is
 * kept. */
static void a_chunk_is_kept_once(void **state)
{
    (void)state;
    struct fuzz_ledger *ledger = open_ledger();
    assert_true(fuzz_ledger_commit(ledger, &chunk, &error));
    assert_false(fuzz_ledger_commit(ledger, &chunk, &error));
    assert_int_not_equal(strlen(error.text), 0);
    uint64_t count = 3;
    assert_true(fuzz_ledger_findings(ledger, check_finding, &count, &error));
    fuzz_ledger_close(ledger);
    check_totals(100, 1, 1);
}

/* What a search that was cut has found is not lost, but its seeds are still to
 * be played, and to be counted then. */
static void a_partial_chunk_keeps_findings_alone(void **state)
{
    (void)state;
    struct fuzz_ledger *ledger = open_ledger();
    struct fuzz_ledger_chunk cut = { .result = &result, .is_partial = true };
    result.totals.is_cut = true;
    assert_true(fuzz_ledger_commit(ledger, &cut, &error));
    assert_true(fuzz_ledger_knows(ledger, key));
    uint64_t count = 0;
    assert_true(fuzz_ledger_findings(ledger, check_finding, &count, &error));
    struct fuzz_ledger_totals totals;
    assert_true(fuzz_ledger_sum(ledger, &totals, &error));
    assert_int_equal(totals.schedules, 0);
    assert_int_equal(totals.chunk_count, 0);
    assert_int_equal(totals.rules_exercised, 0);
    /* Played again they are known, and counted. */
    uint64_t keys[FUZZ_KNOWN_MAX];
    assert_int_equal(fuzz_ledger_keys(ledger, keys), 2);
    struct fuzz_ledger_chunk whole = { 0, keys, 2, &result, false };
    result.totals.is_cut = false;
    result.totals.finding_count = 0;
    result.alias_count = 0;
    result.known_counts[0] = 2;
    result.known_counts[1] = 1;
    assert_true(fuzz_ledger_commit(ledger, &whole, &error));
    count = 3;
    assert_true(fuzz_ledger_findings(ledger, check_finding, &count, &error));
    fuzz_ledger_close(ledger);
    check_totals(100, 1, 1);
}

/* What three watched schedules have shown. */
static void fill_statistics(uint64_t first_key)
{
    struct fuzz_statistics *statistics = &result.statistics;
    memset(statistics, 0, sizeof *statistics);
    statistics->watched = 3;
    fuzz_sketch_add(&statistics->states, 1, 2);
    fuzz_sketch_add(&statistics->pairs, first_key, 1);
    fuzz_sketch_add(&statistics->pairs, first_key + 1, 1);
    statistics->pct[1] = (struct fuzz_statistics_pct){ 2, 6, 80, 4, 50 };
}

/* Statistics of chunks add up, also from one start of a campaign to the next;
 * of seeds that will be played again nothing is counted. */
static void statistics_add_up(void **state)
{
    (void)state;
    static struct fuzz_statistics all;
    struct fuzz_ledger_chunk cut = { .result = &result, .is_partial = true };
    struct fuzz_ledger_chunk next = { .seed = 100, .result = &result };
    struct fuzz_ledger *ledger = open_ledger();
    fill_statistics(10);
    assert_true(fuzz_ledger_commit(ledger, &cut, &error));
    assert_true(fuzz_ledger_statistics(ledger, &all, &error));
    assert_int_equal(all.watched, 0);
    assert_true(fuzz_ledger_commit(ledger, &chunk, &error));
    fuzz_ledger_close(ledger);
    ledger = open_ledger();
    fill_statistics(11);
    fuzz_sketch_raise(&result.statistics.states, 2);
    result.totals.next_seed = 200;
    assert_true(fuzz_ledger_commit(ledger, &next, &error));
    fuzz_ledger_close(ledger);
    ledger = fuzz_ledger_open(path, false, &error);
    assert_non_null(ledger);
    assert_true(fuzz_ledger_statistics(ledger, &all, &error));
    fuzz_ledger_close(ledger);
    assert_int_equal(all.watched, 6);
    assert_int_equal(all.states.key_count, 1);
    assert_int_equal(all.states.level, 2);
    assert_int_equal(all.pairs.key_count, 3);
    assert_int_equal(fuzz_sketch_singles(&all.pairs), 2);
    assert_int_equal(all.pct[1].schedules, 4);
    assert_int_equal(all.pct[1].steps, 160);
    assert_int_equal(all.pct[1].steps_max, 50);
    assert_int_equal(all.pct[0].schedules, 0);
}

static void check_warning(void *context, const struct fuzz_ledger_warning *is)
{
    const struct fuzz_warning *was = context;
    assert_string_equal(is->rule, "START-10");
    assert_int_equal(is->schedules, was->schedules);
    assert_int_equal(is->seed, was->seed);
    assert_non_null(strstr(is->text, "lastcall schedule 1"));
}

/* Warnings of chunks add up; the first schedule of a rule stays. */
static void warnings_add_up(void **state)
{
    (void)state;
    struct fuzz_warning *warning = &result.warnings.rules[MODEL_START_10];
    struct fuzz_ledger_chunk next = { .seed = 100, .result = &result };
    struct fuzz_ledger_totals totals;
    struct fuzz_ledger *ledger = open_ledger();
    result.warnings.schedules = 7;
    warning->schedules = 5;
    warning->seed = 13;
    warning->schedule = result.findings[0].schedule;
    assert_true(fuzz_ledger_commit(ledger, &chunk, &error));
    result.totals.next_seed = 200;
    warning->seed = 101;
    assert_true(fuzz_ledger_commit(ledger, &next, &error));
    assert_true(fuzz_ledger_sum(ledger, &totals, &error));
    assert_int_equal(totals.warned, 14);
    warning->seed = 13;
    warning->schedules = 10;
    assert_true(fuzz_ledger_warnings(ledger, check_warning, warning, &error));
    fuzz_ledger_close(ledger);
}

static void execute(const char *text)
{
    sqlite3 *base = NULL;
    assert_int_equal(sqlite3_open(path, &base), SQLITE_OK);
    assert_int_equal(sqlite3_exec(base, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(base), SQLITE_OK);
}

/* A campaign of an older program is read, and goes on. */
static void a_ledger_without_statistics_gets_them(void **state)
{
    (void)state;
    static struct fuzz_statistics all;
    struct fuzz_ledger *ledger = open_ledger();
    assert_true(fuzz_ledger_commit(ledger, &chunk, &error));
    fuzz_ledger_close(ledger);
    execute(
        "DROP TABLE sketch; DROP TABLE pct; DROP TABLE twice;"
        " DROP TABLE warned; DROP TABLE unshrunk; DROP TABLE warning; PRAGMA user_version=1");
    check_totals(100, 1, 1);
    ledger = fuzz_ledger_open(path, false, &error);
    assert_non_null(ledger);
    assert_true(fuzz_ledger_statistics(ledger, &all, &error));
    assert_int_equal(all.watched, 0);
    assert_true(fuzz_ledger_warnings(ledger, check_warning, NULL, &error));
    fuzz_ledger_close(ledger);
    ledger = open_ledger();
    struct fuzz_ledger_chunk next = { .seed = 100, .result = &result };
    result.totals.next_seed = 200;
    fill_statistics(10);
    assert_true(fuzz_ledger_commit(ledger, &next, &error));
    assert_true(fuzz_ledger_statistics(ledger, &all, &error));
    assert_int_equal(all.watched, 3);
    fuzz_ledger_close(ledger);
}

/* A file that somebody has changed is an error, not a crash. */
static void a_damaged_sketch_is_an_error(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE sketch SET level = 51",
        "UPDATE sketch SET level = -1",
        "UPDATE sketch SET entries = x'00112233'",
        "UPDATE sketch SET entries = zeroblob(32)",
    };
    static struct fuzz_statistics all;
    for (uint32_t i = 0; i < LC_COUNT_OF(damages); i++) {
        struct fuzz_ledger *ledger = open_ledger();
        fill_statistics(10);
        (void)!fuzz_ledger_commit(ledger, &chunk, &error);
        fuzz_ledger_close(ledger);
        execute(damages[i]);
        ledger = open_ledger();
        assert_false(fuzz_ledger_statistics(ledger, &all, &error));
        assert_non_null(strstr(error.text, "damaged"));
        fuzz_ledger_close(ledger);
        (void)tear_down(NULL);
    }
}

static void settings_are_kept(void **state)
{
    (void)state;
    char value[8];
    struct fuzz_ledger *ledger = open_ledger();
    assert_false(fuzz_ledger_get(ledger, "seed", value, sizeof value));
    assert_true(fuzz_ledger_set(ledger, "seed", "17", &error));
    fuzz_ledger_close(ledger);
    ledger = open_ledger();
    assert_true(fuzz_ledger_get(ledger, "seed", value, sizeof value));
    assert_string_equal(value, "17");
    assert_false(fuzz_ledger_get(ledger, "seed", value, 2));
    fuzz_ledger_close(ledger);
}

/* A report of nothing is no report of a new, empty campaign. */
static void a_ledger_is_made_only_when_asked(void **state)
{
    (void)state;
    assert_null(fuzz_ledger_open(path, false, &error));
    assert_int_not_equal(strlen(error.text), 0);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* A process that dies right after a commit has lost nothing. */
static void what_is_committed_survives_a_kill(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct fuzz_ledger *ledger = fuzz_ledger_open(path, true, &error);
        bool is_good =
            ledger != NULL && fuzz_ledger_commit(ledger, &chunk, &error);
        _exit(is_good ? 0 : 1); /* without closing */
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    check_totals(100, 1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(chunks_add_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_chunk_is_kept_once,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_partial_chunk_keeps_findings_alone,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(statistics_add_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(warnings_add_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_was_not_shrunk_is_known,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_ledger_without_statistics_gets_them,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_damaged_sketch_is_an_error,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(settings_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_ledger_is_made_only_when_asked,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_committed_survives_a_kill,
            set_up,
            tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
