#include <signal.h>
#include <string.h>

#include "fuzz/confirm.h"
#include "fuzz/schedule.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tests/unit/schedule_text.h"
#include "tests/unit/told_time.h"

/* Data is lost at the last cleanup; nothing of the second thread is needed. */
static const char text[] = FILTER "  plant unsent_dropped\n"
                                  "process A\n"
                                  "  thread a\n"
                                  "    WSAStartup 2.2\n"
                                  "    s = socket stream\n"
                                  "    connect s\n"
                                  "    send s 1\n"
                                  "    closesocket s\n"
                                  "    WSACleanup\n"
                                  "  thread b\n"
                                  "    WSAGetLastError\n"
                                  "    WSAGetLastError\n";

/* A start fails, and what it holds is not given back; no start fails if another
 * call has made it before. */
static const char failing[] =
    FILTER "  faults startup\n"
           "  plant library_kept\n"
           "process A\n"
           "  thread a\n"
           "    WSAStartup 2.2\n"
           "    WSAGetLastError\n"
           "    s = socket stream\n"
           "    WSACleanup\n"
           "  thread b\n"
           "    s1 = socket stream\n"
           "choices\n"
           "  a in 2 WSAGetLastError at call : run b\n"
           "  b in 1 socket at WSPStartup>tcp : fail\n";

static struct fuzz_finding finding;

static void find(const char *found)
{
    static struct fuzz_player player;
    static struct lc_schedule schedule;
    struct fuzz_outcome outcome;
    struct sim_error why;
    memset(&player, 0, sizeof player);
    read_schedule(found, &schedule);
    assert_int_equal(
        fuzz_play(&player, &schedule, NULL, &outcome, &why),
        SIM_OK);
    assert_int_equal(outcome.verdict.kind, LC_VERDICT_BROKEN);
    fuzz_finding_fill(&finding, 7, &schedule, &outcome);
}

static int set_up(void **state)
{
    (void)state;
    find(text);
    return 0;
}

static bool at_once(void *context)
{
    (void)context;
    return true;
}

/* What replays is shrunk, and what is left says what it is. */
static void a_finding_is_replayed_and_shrunk(void **state)
{
    (void)state;
    uint64_t key = fuzz_finding_key_of(&finding);
    uint64_t hash = finding.hash;
    struct fuzz_confirm_options options = { 0 };
    fuzz_confirm(&options, &finding);
    assert_int_equal(finding.replay, FUZZ_REPLAY_SAME);
    assert_true(finding.is_shrunk);
    assert_in_range(finding.schedule.op_count, 1, 5);
    assert_int_equal(finding.schedule.thread_count, 1);
    assert_int_equal(fuzz_finding_key_of(&finding), key);
    assert_int_equal(finding.seed, 7);
    assert_int_not_equal(finding.hash, hash);
    assert_int_equal(finding.schedule.expect.hash, finding.hash);
}

/* When a call goes that the order is named by, others are tried; what fails
 * does so in these, too. */
static void what_fails_does_so_in_another_order(void **state)
{
    (void)state;
    find(failing);
    struct fuzz_confirm_options options = { 0 };
    fuzz_confirm(&options, &finding);
    assert_int_equal(finding.replay, FUZZ_REPLAY_SAME);
    assert_int_equal(finding.schedule.op_count, 3);
    assert_int_equal(finding.schedule.thread_count, 2);
    assert_int_equal(finding.schedule.choice_count, 2);
    bool is_first = finding.schedule.choices[0].stream == LC_STREAM_FAULT;
    assert_int_equal(
        finding.schedule.choices[is_first ? 0 : 1].stream,
        LC_STREAM_FAULT);
}

/* As it was found, when it is to stay so. */
static void shrinking_can_be_left_out(void **state)
{
    (void)state;
    static struct fuzz_finding before;
    before = finding;
    struct fuzz_confirm_options options = { .no_shrink = true };
    finding.is_shrunk = true; /* what it came with does not count */
    fuzz_confirm(&options, &finding);
    assert_int_equal(finding.replay, FUZZ_REPLAY_SAME);
    assert_int_equal(finding.hash, before.hash);
    assert_false(finding.is_shrunk);
    assert_true(fuzz_schedule_equal(&finding.schedule, &before.schedule));
}

/* Another trace, another rule, or a process that lives where one has died:
 * all of that is something else, and what was found stays as it was. */
static void what_does_not_replay_has_differed(void **state)
{
    (void)state;
    struct fuzz_confirm_options options = { 0 };
    uint32_t other = 0;
    finding.hash ^= 1;
    fuzz_confirm(&options, &finding);
    assert_int_equal(finding.replay, FUZZ_REPLAY_DIFFERED);
    assert_int_equal(finding.schedule.op_count, 8);
    finding.hash ^= 1;
    uint16_t rule = finding.rule;
    assert_true(model_rule_find("CLEAN-15", &other));
    finding.rule = (uint16_t)other;
    fuzz_confirm(&options, &finding);
    assert_int_equal(finding.replay, FUZZ_REPLAY_DIFFERED);
    finding.rule = rule;
    finding.death = SIGSEGV;
    fuzz_confirm(&options, &finding);
    assert_int_equal(finding.replay, FUZZ_REPLAY_DIFFERED);
    assert_int_equal(finding.schedule.op_count, 8);
}

/* Whoever wants to end waits for the replay, so that a finding that was not
 * shrunk is not taken for one that differs. */
static void the_replay_is_waited_for(void **state)
{
    (void)state;
    uint32_t grace_ms = 0;
    struct fuzz_confirm_options options = {
        .stop = at_once,
        .grace_ms = &grace_ms,
    };
    fuzz_confirm(&options, &finding);
    assert_int_equal(finding.replay, FUZZ_REPLAY_SAME);
}

/* To shrink takes thousands of plays, and only one that hangs is to be killed:
 * each has all of the time again. */
static void each_play_has_its_own_cpu_time(void **state)
{
    (void)state;
    struct fuzz_confirm_options options = { 0 };
    told_time_begin();
    fuzz_confirm(&options, &finding);
    assert_int_equal(finding.replay, FUZZ_REPLAY_SAME);
    told_time_check(10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_finding_is_replayed_and_shrunk, set_up),
        cmocka_unit_test(what_fails_does_so_in_another_order),
        cmocka_unit_test_setup(shrinking_can_be_left_out, set_up),
        cmocka_unit_test_setup(what_does_not_replay_has_differed, set_up),
        cmocka_unit_test_setup(the_replay_is_waited_for, set_up),
        cmocka_unit_test_setup(each_play_has_its_own_cpu_time, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
