/*
 * What is said of processes that explored together.
 */
#include <string.h>

#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tools/team.h"

static const char *said_of(
    enum fuzz_explore_verdict verdict,
    enum fuzz_explore_bound bound,
    bool has_broken)
{
    return tool_team_broken(&(struct fuzz_explore_result){
        .verdict = verdict,
        .bound = bound,
        .has_broken = has_broken,
    });
}

/* Who reads it must know whether to give more memory or to report a bug. */
static void only_a_bound_explains_what_one_alone_missed(void **state)
{
    (void)state;

    static const enum fuzz_explore_bound cuts[] = {
        FUZZ_EXPLORE_MEMORY, FUZZ_EXPLORE_DEPTH_BOUND, FUZZ_EXPLORE_NUMBERS,
        FUZZ_EXPLORE_CLOCK,  FUZZ_EXPLORE_STOPPED,
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(cuts); i++) {
        const char *said = said_of(FUZZ_EXPLORE_BOUNDED, cuts[i], true);
        assert_non_null(strstr(said, "before the bound"));
    }
    const char *said = said_of(FUZZ_EXPLORE_PROVED, FUZZ_EXPLORE_NONE, true);
    assert_non_null(strstr(said, "a defect of Lastcall"));
    assert_null(strstr(said, "before the bound"));
    said = said_of(FUZZ_EXPLORE_BOUNDED, FUZZ_EXPLORE_UNSPECIFIED, true);
    assert_non_null(strstr(said, "a defect of Lastcall"));
}

static void where_both_agree_nothing_is_said(void **state)
{
    (void)state;
    assert_null(said_of(FUZZ_EXPLORE_BROKEN, FUZZ_EXPLORE_NONE, true));
    assert_null(said_of(FUZZ_EXPLORE_PROVED, FUZZ_EXPLORE_NONE, false));
    assert_null(said_of(FUZZ_EXPLORE_BOUNDED, FUZZ_EXPLORE_MEMORY, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_bound_explains_what_one_alone_missed),
        cmocka_unit_test(where_both_agree_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
