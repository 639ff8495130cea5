/*
 * Processes that explore together: they come to what one alone comes to.
 */
#include <unistd.h>

#include "fuzz/explore/team.h"
#include "tests/unit/explored.h"

/* More than is explored before somebody looks. */
#define SENDS(socket) "    connect " socket "\n    send " socket " 20000\n"

static struct fuzz_explore_result explore_by(
    uint32_t jobs,
    uint64_t memory_bytes)
{
    return explore_as(&(struct fuzz_explore_options){
        .order = FUZZ_EXPLORE_DEPTH,
        .memory_bytes = memory_bytes,
        .jobs = jobs,
    });
}

/* Where frames keep what others left on a stack, states are told apart by it,
 * and how many there are depends on who went where before. */
static void check_counts(
    const struct fuzz_explore_result *team,
    const struct fuzz_explore_result *alone)
{
    assert_int_equal(team->totals.ends, alone->totals.ends);
    assert_memory_equal(
        &team->totals.warned,
        &alone->totals.warned,
        sizeof team->totals.warned);
    if (!FRAMES_KEEP_COPIES) {
        assert_int_equal(team->totals.states, alone->totals.states);
        assert_int_equal(team->totals.transitions, alone->totals.transitions);
        assert_int_equal(team->totals.merged, alone->totals.merged);
    }
}

static void a_team_proves_what_one_alone_proves(void **state)
{
    static const char *const texts[] = { a_socket_each,
                                         socket_and_start,
                                         reused,
                                         warns };
    (void)state;
    uint64_t handed = 0;
    for (uint32_t i = 0; i < LC_COUNT_OF(texts); i++) {
        make_subject_with_numbers(texts[i]);
        struct fuzz_explore_result alone = explore_by(1, MEMORY_BYTES);
        assert_int_equal(alone.verdict, FUZZ_EXPLORE_PROVED);
        assert_int_equal(has_warned(&alone.totals), texts[i] == warns);
        for (uint32_t jobs = 2; jobs <= 5; jobs++) {
            struct fuzz_explore_result team = explore_by(jobs, MEMORY_BYTES);
            assert_int_equal(team.verdict, FUZZ_EXPLORE_PROVED);
            check_counts(&team, &alone);
            assert_int_equal(team.totals.frontier, 0);
            handed += team.totals.handed;
        }
    }
    assert_true(handed > 10); /* not one of them did it all */
}

/* Whoever comes first to what breaks: the same way is found. */
static void a_team_finds_what_one_alone_finds(void **state)
{
    (void)state;
    make_subject(worker_left_beside_another);
    struct fuzz_explore_result alone = explore_by(1, MEMORY_BYTES);
    struct fuzz_explore_result team = explore_by(3, MEMORY_BYTES);
    assert_int_equal(team.verdict, FUZZ_EXPLORE_BROKEN);
    assert_true(alone.path_count > 0);
    assert_same_way(&team, &alone);
    fuzz_explore_free(&alone);
    fuzz_explore_free(&team);
}

static void a_team_says_that_memory_is_used_up(void **state)
{
    (void)state;
    make_subject(a_socket_each);
    for (uint64_t memory_bytes = 1 << 18; memory_bytes <= 1 << 20;
         memory_bytes *= 2) {
        struct fuzz_explore_result team = explore_by(3, memory_bytes);
        assert_int_equal(team.verdict, FUZZ_EXPLORE_BOUNDED);
        assert_int_equal(team.bound, FUZZ_EXPLORE_MEMORY);
    }
}

/* Memory that is enough for one is not called used up by many. */
static void a_team_uses_the_memory_that_it_has(void **state)
{
    (void)state;
    make_subject(a_socket_each);
    struct fuzz_explore_result alone = explore_by(1, 64 << 20);
    for (uint32_t jobs = 2; jobs <= 8; jobs *= 2) {
        struct fuzz_explore_result team = explore_by(jobs, 64 << 20);
        assert_int_equal(team.verdict, FUZZ_EXPLORE_PROVED);
        check_counts(&team, &alone);
    }
}

/* What was cut is said, whatever else was met before. */
static void a_cut_is_said_behind_other_bounds(void **state)
{
    (void)state;
    make_subject(a_socket_each);
    subject.finish = say_nothing;
    for (uint32_t jobs = 1; jobs <= 3; jobs++) {
        struct fuzz_explore_result result = explore_by(jobs, MEMORY_BYTES);
        assert_int_equal(result.bound, FUZZ_EXPLORE_UNSPECIFIED);
        result = explore_by(jobs, 1 << 19);
        assert_int_equal(result.bound, FUZZ_EXPLORE_MEMORY);
    }
}

static pid_t parent_pid;

static enum fuzz_subject_end die(void *unused, enum lc_end end)
{
    (void)unused;
    (void)end;
    if (getpid() != parent_pid) {
        _exit(0); /* as hosted code could */
    }
    return FUZZ_SUBJECT_HELD;
}

/* Then one alone does it. */
static void of_a_team_one_can_die(void **state)
{
    (void)state;
    make_subject(a_socket_each);
    uint64_t states = explore_by(1, MEMORY_BYTES).totals.states;
    parent_pid = getpid();
    subject.finish = die;
    struct fuzz_explore_result team = explore_by(3, MEMORY_BYTES);
    assert_int_equal(team.verdict, FUZZ_EXPLORE_PROVED);
    assert_int_equal(team.totals.states, states);
    assert_true(team.has_died && !team.is_together);
}

static enum fuzz_subject_end break_in_a_team(void *unused, enum lc_end end)
{
    (void)unused;
    (void)end;
    return getpid() != parent_pid ? FUZZ_SUBJECT_BROKEN : FUZZ_SUBJECT_HELD;
}

/* One alone that has looked at all would have come to it, too. */
static void what_a_team_alone_comes_to_is_a_contradiction(void **state)
{
    (void)state;
    make_subject(socket_and_start);
    parent_pid = getpid();
    struct fuzz_explore_result result = explore_by(2, MEMORY_BYTES);
    assert_false(fuzz_explore_contradicts(&result));
    subject.finish = break_in_a_team;
    result = explore_by(2, MEMORY_BYTES);
    assert_int_equal(result.verdict, FUZZ_EXPLORE_PROVED);
    assert_true(result.has_broken);
    assert_true(fuzz_explore_contradicts(&result));
    result.bound = FUZZ_EXPLORE_UNSPECIFIED;
    result.verdict = FUZZ_EXPLORE_BOUNDED;
    assert_true(fuzz_explore_contradicts(&result));
    result.bound = FUZZ_EXPLORE_STOPPED;
    assert_false(fuzz_explore_contradicts(&result));
}

static void a_team_can_be_told_to_stop(void **state)
{
    (void)state;
    make_subject(TEXT "process A\n" OPENS("a", "s") SENDS("s")
                     CLEANS OPENS("b", "t") SENDS("t") CLEANS);
    struct fuzz_explore_result result =
        explore_as(&(struct fuzz_explore_options){
            .order = FUZZ_EXPLORE_DEPTH,
            .memory_bytes = MEMORY_BYTES,
            .jobs = 2,
            .progress = stop_at_once,
        });
    assert_int_equal(result.verdict, FUZZ_EXPLORE_BOUNDED);
    assert_int_equal(result.bound, FUZZ_EXPLORE_STOPPED);
    fuzz_explore_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_team_proves_what_one_alone_proves),
        cmocka_unit_test(a_team_finds_what_one_alone_finds),
        cmocka_unit_test(a_team_says_that_memory_is_used_up),
        cmocka_unit_test(a_team_uses_the_memory_that_it_has),
        cmocka_unit_test(a_cut_is_said_behind_other_bounds),
        cmocka_unit_test(of_a_team_one_can_die),
        cmocka_unit_test(what_a_team_alone_comes_to_is_a_contradiction),
        cmocka_unit_test(a_team_can_be_told_to_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
