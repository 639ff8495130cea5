#include <string.h>

#include "fuzz/behaviour.h"
#include "fuzz/sampler/sampler.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tests/unit/schedule_text.h"

static struct fuzz_player player;
static struct fuzz_behaviour behaviour;
static struct lc_schedule schedule;

static const char one_thread[] =
    TEXT "process A\n" STARTS("a") "    WSAStartup 2.2\n" CLEANS CLEANS;
static const char two_threads[] =
    TEXT "process A\n" STARTS("a") CLEANS STARTS("b") CLEANS;

static void play(const char *text)
{
    struct sim_error error;
    struct fuzz_outcome outcome;
    read_schedule(text, &schedule);
    behaviour.player = &player;
    player.reader = fuzz_behaviour_read;
    player.reader_context = &behaviour;
    assert_int_equal(
        fuzz_play(&player, &schedule, NULL, &outcome, &error),
        SIM_OK);
}

/* One thread alone takes no step right after another's, but for the first one,
 * after the process began. Up and down again it comes to the state that it was
 * in. */
static void states_that_come_again_are_one(void **state)
{
    (void)state;
    play(one_thread);
    assert_in_range(behaviour.pairs.count, 0, 2);
    /* Started once, twice, once again, over, and the process gone. */
    assert_in_range(behaviour.states.count, 3, 4);
}

/* A run leaves nothing to the next one, and the same run is the same set. */
static void each_run_begins_anew(void **state)
{
    (void)state;
    static struct fuzz_behaviour before;
    play(two_threads);
    before = behaviour;
    play(one_thread);
    assert_true(behaviour.pairs.count < before.pairs.count);
    play(two_threads);
    assert_int_equal(behaviour.pairs.count, before.pairs.count);
    assert_int_equal(behaviour.states.count, before.states.count);
    for (uint32_t i = 0; i < before.pairs.count; i++) {
        assert_int_equal(behaviour.pairs.items[i], before.pairs.items[i]);
    }
    for (uint32_t i = 0; i < before.states.count; i++) {
        assert_int_equal(behaviour.states.items[i], before.states.items[i]);
    }
}

/* Which seeds are watched must not hang together with which sampler plays
 * them. */
static void seeds_of_each_sampler_are_watched(void **state)
{
    (void)state;

    enum {
        SEEDS = 80000
    };

    uint32_t watched[FUZZ_SAMPLER_GROUP] = { 0 };
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        watched[seed % FUZZ_SAMPLER_GROUP] += fuzz_behaviour_is_watched(seed);
    }
    for (uint32_t i = 0; i < FUZZ_SAMPLER_GROUP; i++) {
        assert_in_range(watched[i], 1100, 1400);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_that_come_again_are_one),
        cmocka_unit_test(each_run_begins_anew),
        cmocka_unit_test(seeds_of_each_sampler_are_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
