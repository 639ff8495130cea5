#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lastcall/check.h"

#include "fuzz/sampler/sampler.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    THREADS = 3,
    STEPS = 30 /* of each thread */
};

static struct fuzz_sampler sampler;

/* A toy: threads that make so many steps; the default goes on with the one
 * that runs. Returns how often another went on while the last still could. */
static uint32_t play(
    enum fuzz_sampler_kind kind,
    uint64_t seed,
    uint32_t length,
    uint8_t order[THREADS * STEPS])
{
    struct sim_backer backer = fuzz_sampler_begin(&sampler, kind, seed, length);
    uint32_t left[THREADS] = { STEPS, STEPS, STEPS };
    uint32_t last = 0;
    uint32_t switches = 0;
    for (uint32_t step = 0; step < THREADS * STEPS; step++) {
        struct sim_choice_candidate candidates[THREADS];
        uint32_t count = 0;
        for (uint32_t i = 0; i < THREADS; i++) {
            uint32_t thread = (last + i) % THREADS;
            if (left[thread] > 0) {
                candidates[count++] = (struct sim_choice_candidate){
                    .action = LC_ACTION_RUN,
                    .target = (uint8_t)thread,
                };
            }
        }
        struct sim_choice_point point = { .candidates = candidates,
                                          .count = count };
        uint32_t index = count > 1 ? backer.choose(backer.context, &point) : 0;
        assert_true(index < count);
        uint32_t next = candidates[index].target;
        switches += next != last && left[last] > 0;
        last = next;
        left[next]--;
        order[step] = (uint8_t)next;
    }
    return switches;
}

/* The engine ends the process when an index is out of range. */
static void indices_are_valid_and_repeat(void **state)
{
    (void)state;
    uint8_t a[THREADS * STEPS];
    uint8_t b[THREADS * STEPS];
    for (uint32_t kind = 0; kind < FUZZ_SAMPLER_COUNT; kind++) {
        if (kind == FUZZ_SAMPLER_MIX) {
            continue;
        }
        for (uint64_t seed = 0; seed < 300; seed++) {
            (void)play((enum fuzz_sampler_kind)kind, seed, 90, a);
            (void)play((enum fuzz_sampler_kind)kind, seed, 90, b);
            assert_memory_equal(a, b, sizeof a);
        }
    }
}

/* PCT of depth d leaves a thread that could go on at most d - 1 times, beside
 * the first step, at which the highest priority takes over. */
static void pct_switches_at_change_points_only(void **state)
{
    (void)state;
    uint8_t order[THREADS * STEPS];
    uint32_t firsts[THREADS] = { 0 };
    uint32_t most = 0;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        uint32_t switches = play(FUZZ_SAMPLER_PCT, seed, 90, order);
        assert_true(switches <= 3);
        most = switches > most ? switches : most;
        firsts[order[0]]++;
    }
    assert_true(most >= 2);
    /* Each thread comes first in a third of the runs. */
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_in_range(firsts[i], 250, 420);
    }
}

/* A bug of depth 2 (one order constraint between two given steps) must be
 * found with probability 1 / (n k) at least. */
static void pct_finds_bugs_of_depth_two(void **state)
{
    (void)state;
    uint8_t order[THREADS * STEPS];
    uint32_t hits = 0;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        uint32_t zero = 0;
        (void)play(FUZZ_SAMPLER_PCT, seed, 90, order);
        for (uint32_t i = 0; i < sizeof order && order[i] != 1; i++) {
            zero += order[i] == 0;
        }
        hits += zero == 17; /* thread 1 begins right behind this step */
    }
    assert_true(hits >= 20000 / (THREADS * THREADS * STEPS));
}

/* The few are few: the default order but for one to three places. */
static void few_is_near_the_default(void **state)
{
    (void)state;
    uint8_t order[THREADS * STEPS];
    uint32_t changed = 0;
    for (uint64_t seed = 0; seed < 500; seed++) {
        uint32_t switches = play(FUZZ_SAMPLER_FEW, seed, 60, order);
        assert_true(switches <= FUZZ_SAMPLER_POINTS);
        changed += switches > 0;
    }
    assert_true(changed > 250);
    assert_int_equal(play(FUZZ_SAMPLER_DEFAULT, 1, 60, order), 0);
}

/* Code that waits in a loop for another thread must not hold it up for ever. */
static void pct_lets_others_go_on(void **state)
{
    (void)state;
    const struct sim_choice_candidate candidates[2] = {
        { .action = LC_ACTION_RUN, .target = 0 },
        { .action = LC_ACTION_RUN, .target = 1 },
    };
    struct sim_choice_point point = { .candidates = candidates, .count = 2 };
    struct sim_backer backer =
        fuzz_sampler_begin(&sampler, FUZZ_SAMPLER_PCT, 5, 10);
    uint32_t seen[2] = { 0 };
    for (uint32_t i = 0; i < 5000; i++) {
        seen[backer.choose(backer.context, &point)]++;
    }
    assert_true(seen[0] > 1000);
    assert_true(seen[1] > 1000);
}

/* Each seed of a group has its sampler; the first one gives the length. */
static void mix_takes_turns(void **state)
{
    (void)state;
    uint32_t seen[FUZZ_SAMPLER_COUNT] = { 0 };
    for (uint64_t seed = 0; seed < FUZZ_SAMPLER_GROUP; seed++) {
        seen[fuzz_sampler_for(FUZZ_SAMPLER_MIX, seed)]++;
    }
    assert_int_equal(seen[FUZZ_SAMPLER_DEFAULT], 1);
    assert_true(seen[FUZZ_SAMPLER_RW] > 0);
    assert_true(seen[FUZZ_SAMPLER_PCT] > 1);
    assert_true(seen[FUZZ_SAMPLER_FEW] > 1);
    assert_int_equal(
        fuzz_sampler_for(FUZZ_SAMPLER_MIX, 0),
        FUZZ_SAMPLER_DEFAULT);
    assert_int_equal(fuzz_sampler_for(FUZZ_SAMPLER_RW, 0), FUZZ_SAMPLER_RW);
    enum fuzz_sampler_kind kind;
    assert_true(fuzz_sampler_find("pct", &kind));
    assert_int_equal(kind, FUZZ_SAMPLER_PCT);
    assert_false(fuzz_sampler_find("default", &kind));
    assert_false(fuzz_sampler_find("", &kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indices_are_valid_and_repeat),
        cmocka_unit_test(pct_switches_at_change_points_only),
        cmocka_unit_test(pct_finds_bugs_of_depth_two),
        cmocka_unit_test(few_is_near_the_default),
        cmocka_unit_test(pct_lets_others_go_on),
        cmocka_unit_test(mix_takes_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
