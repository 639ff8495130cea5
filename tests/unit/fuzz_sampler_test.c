#include "fuzz/sampler/sampler.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static const struct sim_choice_candidate candidates[] = {
    { LC_ACTION_RUN, 0, 0 },
    { LC_ACTION_RUN, 1, 0 },
    { LC_ACTION_FIRE, LC_EVENT_ACK, 1 },
};

static const struct sim_choice_point point = {
    .candidates = candidates,
    .count = 3,
};

/* An index that is not there would stop the run. */
static void every_sampler_picks_what_is_there(void **state)
{
    (void)state;
    struct fuzz_sampler sampler;
    for (uint32_t kind = 0; kind < FUZZ_SAMPLER_COUNT; kind++) {
        uint32_t seen = 0;
        for (uint64_t seed = 0; seed < 200; seed++) {
            struct sim_backer backer = fuzz_sampler_begin(
                &sampler,
                (enum fuzz_sampler_kind)kind,
                seed,
                40);
            for (uint32_t i = 0; i < 60; i++) {
                uint32_t index = backer.choose(backer.context, &point);
                assert_true(index < point.count);
                seen |= 1U << index;
            }
        }
        assert_int_equal(seen, 7); /* and in the long run all of it */
    }
}

/* Equal seeds draw alike: a finding is its seed's. */
static void a_seed_draws_the_same_again(void **state)
{
    (void)state;
    struct fuzz_sampler a;
    struct fuzz_sampler b;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct sim_backer first =
            fuzz_sampler_begin(&a, FUZZ_SAMPLER_MIX, seed, 40);
        struct sim_backer second =
            fuzz_sampler_begin(&b, FUZZ_SAMPLER_MIX, seed, 40);
        for (uint32_t i = 0; i < 60; i++) {
            assert_int_equal(
                first.choose(first.context, &point),
                second.choose(second.context, &point));
        }
    }
}

/* PCT goes on with one actor but for its change points: at most two. */
static void pct_changes_its_mind_at_its_points_only(void **state)
{
    (void)state;
    struct fuzz_sampler sampler;
    uint32_t most = 0;
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct sim_backer backer =
            fuzz_sampler_begin(&sampler, FUZZ_SAMPLER_PCT, seed, 40);
        uint32_t last = backer.choose(backer.context, &point);
        uint32_t changes = 0;
        for (uint32_t i = 1; i < 40; i++) {
            uint32_t index = backer.choose(backer.context, &point);
            changes += index != last;
            last = index;
        }
        assert_true(changes <= 2);
        most = changes > most ? changes : most;
    }
    assert_int_equal(most, 2); /* depth 3 is reached */
}

/* "few" departs from the default at one to four decisions. */
static void few_departs_a_few_times(void **state)
{
    (void)state;
    struct fuzz_sampler sampler;
    uint32_t counts[6] = { 0 };
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct sim_backer backer =
            fuzz_sampler_begin(&sampler, FUZZ_SAMPLER_FEW, seed, 40);
        uint32_t departures = 0;
        for (uint32_t i = 0; i < 40; i++) {
            departures += backer.choose(backer.context, &point) != 0;
        }
        assert_true(departures >= 1 && departures <= 4);
        counts[departures]++;
    }
    assert_true(counts[1] > 0 && counts[4] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sampler_picks_what_is_there),
        cmocka_unit_test(a_seed_draws_the_same_again),
        cmocka_unit_test(pct_changes_its_mind_at_its_points_only),
        cmocka_unit_test(few_departs_a_few_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
