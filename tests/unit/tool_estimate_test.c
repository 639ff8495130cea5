#include <math.h>
#include <string.h>

#include "fuzz/rng.h"
#include "fuzz/statistics.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tools/estimate.h"

static struct fuzz_statistics statistics;
static struct fuzz_statistics other;
static struct fuzz_behaviour behaviour;

static int set_up(void **state)
{
    (void)state;
    memset(&statistics, 0, sizeof statistics);
    memset(&other, 0, sizeof other);
    memset(&behaviour, 0, sizeof behaviour);
    return 0;
}

static void assert_near(double is, double expected, double part)
{
    assert_true(fabs(is - expected) <= part * expected);
}

static uint64_t hash_of(uint64_t n)
{
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, n, FUZZ_RNG_WORLD);
    return fuzz_rng_next(&rng);
}

/* Good's estimate against what is known: the k-th of the pairs comes with
 * probability 1 / (k + 1), so after N schedules the next is expected to show
 * the sum over k of (1 - p)^N p new ones. */
static void what_is_unseen_is_estimated(void **state)
{
    (void)state;

    enum {
        PAIRS = 2000,
        SCHEDULES = 300
    };

    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, 5, FUZZ_RNG_ORDER);
    assert_true(tool_estimate_unseen(&statistics) >= 1);
    for (uint32_t n = 0; n < SCHEDULES; n++) {
        behaviour.pairs.count = 0;
        for (uint32_t k = 0; k < PAIRS; k++) {
            if (fuzz_rng_chance(&rng, 1, k + 1) &&
                behaviour.pairs.count < FUZZ_BEHAVIOUR_PAIRS) {
                behaviour.pairs.items[behaviour.pairs.count++] = hash_of(k);
            }
        }
        fuzz_statistics_add(&statistics, &behaviour);
    }
    double truth = 0;
    for (uint32_t k = 0; k < PAIRS; k++) {
        double p = 1 / (double)(k + 1);
        truth += pow(1 - p, SCHEDULES) * p;
    }
    assert_int_equal(statistics.watched, SCHEDULES);
    assert_near(tool_estimate_unseen(&statistics), truth, 0.15);
}

/* Numbers of Wilson's interval by another program. */
static void a_share_has_an_interval(void **state)
{
    (void)state;
    struct tool_estimate_share share = tool_estimate_share_of(10, 1000);
    assert_near(share.share, 0.01, 1e-9);
    assert_near(share.low, 0.005442, 1e-3);
    assert_near(share.high, 0.018306, 1e-3);
    assert_near(share.schedules_99, 460.517, 1e-4);
    share = tool_estimate_share_of(5, 5);
    assert_true(share.low > 0.5 && share.high <= 1);
}

/* PCT's guarantee is that of the schedules at hand; of other samplers there is
 * none. */
static void the_guarantee_is_of_the_length_at_hand(void **state)
{
    (void)state;
    static struct fuzz_sampler sampler;
    sampler.kind = FUZZ_SAMPLER_POS;
    fuzz_statistics_add_pct(&statistics, &sampler);
    sampler.kind = FUZZ_SAMPLER_PCT;
    sampler.point_count = 2;
    sampler.actor_count = 3;
    sampler.step = 200;
    sampler.length = 240; /* it may have ended before it was reckoned to */
    fuzz_statistics_add_pct(&statistics, &sampler);
    sampler.actor_count = 5;
    sampler.step = 360;
    fuzz_statistics_add_pct(&other, &sampler);
    assert_near(
        tool_estimate_guarantee(&statistics, 3),
        1.0 / (3 * 240 * 240),
        1e-9);
    fuzz_statistics_merge(&statistics, &other);
    assert_int_equal(statistics.pct[0].schedules, 0);
    assert_int_equal(statistics.pct[2].schedules, 2);
    assert_int_equal(statistics.pct[2].actors_max, 5);
    assert_int_equal(statistics.pct[2].steps_max, 360);
    assert_near(
        tool_estimate_guarantee(&statistics, 3),
        1.0 / (4 * 300 * 300),
        1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_unseen_is_estimated, set_up),
        cmocka_unit_test_setup(a_share_has_an_interval, set_up),
        cmocka_unit_test_setup(the_guarantee_is_of_the_length_at_hand, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
