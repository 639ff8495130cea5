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
    struct sim_backer backer = fuzz_sampler_begin(
        &sampler,
        &(struct fuzz_sampler_options){
            .kind = kind,
            .seed = seed,
            .length = length,
        });
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
        uint32_t index = count > 1 || backer.sees_all
                             ? backer.choose(backer.context, &point)
                             : 0;
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
        assert_true(switches <= FUZZ_SAMPLER_FEW_POINTS);
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
    struct sim_backer backer = fuzz_sampler_begin(
        &sampler,
        &(struct fuzz_sampler_options){
            .kind = FUZZ_SAMPLER_PCT,
            .seed = 5,
            .length = 10,
        });
    uint32_t seen[2] = { 0 };
    for (uint32_t i = 0; i < 5000; i++) {
        seen[backer.choose(backer.context, &point)]++;
    }
    assert_true(seen[0] > 1000);
    assert_true(seen[1] > 1000);
}

/* ---- How what they choose is distributed ---- */

enum {
    OWN = 1,    /* an object that only thread 0 touches */
    OTHER = 2,  /* and only thread 1 */
    SHARED = 3, /* both */
    EVENTS_MAX = 8
};

/* Two threads and the objects that their events write, in order; 0 ends. */
struct toy {
    uint8_t objects[2][EVENTS_MAX + 1];
    /* Thread 1 is made by the first event of thread 0. */
    bool spawns;
};

static struct fuzz_profile profile;

static uint32_t list(
    const struct toy *toy,
    const uint32_t done[2],
    struct sim_choice_candidate candidates[2])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < 2; i++) {
        uint8_t object = toy->objects[i][done[i]];
        if (object == 0 || (i == 1 && toy->spawns && done[0] == 0)) {
            continue;
        }
        candidates[count++] = (struct sim_choice_candidate){
            .action = LC_ACTION_RUN,
            .target = (uint8_t)i,
            .object = object,
            .is_write = 1,
            .parent = i == 1 && toy->spawns ? 0 : LC_NONE,
        };
    }
    return count;
}

/* Plays it. Returns which steps were those of thread 0, a bit for each. */
static uint32_t play_toy(
    const struct toy *toy,
    const struct sim_backer *backer,
    bool is_noted)
{
    uint32_t done[2] = { 0 };
    uint32_t order = 0;
    for (uint32_t step = 0;; step++) {
        struct sim_choice_candidate candidates[2];
        uint32_t count = list(toy, done, candidates);
        if (count == 0) {
            return order;
        }
        const struct sim_choice_point point = { .candidates = candidates,
                                                .count = count };
        uint32_t index = count > 1 || backer->sees_all
                             ? backer->choose(backer->context, &point)
                             : 0;
        assert_true(index < count);
        if (is_noted) {
            fuzz_profile_note(&profile, &candidates[index]);
        }
        done[candidates[index].target]++;
        order |= (candidates[index].target == 0 ? 1U : 0U) << step;
    }
}

/* Counts the orders of many runs. */
static void sample(
    const struct toy *toy,
    enum fuzz_sampler_kind kind,
    uint32_t runs,
    uint32_t counts[1 << 2 * EVENTS_MAX])
{
    struct fuzz_sampler_options options = {
        .kind = FUZZ_SAMPLER_DEFAULT,
        .length = 2 * EVENTS_MAX,
    };
    struct sim_backer backer = fuzz_sampler_begin(&sampler, &options);
    fuzz_profile_begin(&profile);
    (void)play_toy(toy, &backer, true);
    fuzz_profile_end(&profile, 1);
    options.kind = kind;
    options.profile = &profile;
    memset(counts, 0, sizeof counts[0] << 2 * EVENTS_MAX);
    for (uint32_t seed = 0; seed < runs; seed++) {
        options.seed = seed;
        backer = fuzz_sampler_begin(&sampler, &options);
        counts[play_toy(toy, &backer, false)]++;
    }
}

static uint32_t counts[1 << 2 * EVENTS_MAX];

/* Orders that came at all; each of them about as often as the others. */
static uint32_t count_even(uint32_t runs, uint32_t expected)
{
    uint32_t orders = 0;
    for (uint32_t i = 0; i < LC_COUNT_OF(counts); i++) {
        if (counts[i] > 0) {
            orders++;
            /* Five standard deviations of 400. */
            assert_in_range(
                counts[i],
                runs / expected - 100,
                runs / expected + 100);
        }
    }
    return orders;
}

/* Of three events beside five there are 56 orders, and each is as likely: by a
 * walk the one with thread 0 at the end would come in one run of 32. */
static void urw_is_uniform_over_orders(void **state)
{
    (void)state;
    static const struct toy toy = {
        .objects = { { OWN, OWN, OWN }, { OTHER, OTHER, OTHER, OTHER, OTHER } },
    };
    sample(&toy, FUZZ_SAMPLER_URW, 56 * 400, counts);
    assert_int_equal(count_even(56 * 400, 56), 56);
    sample(&toy, FUZZ_SAMPLER_RW, 56 * 400, counts);
    assert_in_range(counts[0xe0], 56 * 400 / 32 - 130, 56 * 400 / 32 + 130);
}

/* What a thread will do that is not there yet counts for who makes it: else
 * the maker would come too late. One event, then 3 beside 2: 10 orders. */
static void urw_counts_who_is_to_come(void **state)
{
    (void)state;
    static const struct toy toy = {
        .objects = { { OWN, OWN, OWN }, { OTHER, OTHER, OTHER } },
        .spawns = true,
    };
    sample(&toy, FUZZ_SAMPLER_URW, 10 * 400, counts);
    assert_int_equal(count_even(10 * 400, 10), 10);
    for (uint32_t i = 0; i < LC_COUNT_OF(counts); i++) {
        assert_true(counts[i] == 0 || (i & 1) == 1);
    }
}

/* Which of the steps of thread 1 on an object come before thread 0's. */
static uint32_t shared_before(uint32_t order, const struct toy *toy)
{
    uint32_t done[2] = { 0 };
    uint32_t before = 0;
    for (uint32_t step = 0;; step++) {
        uint32_t thread = (order >> step & 1) == 1 ? 0 : 1;
        uint8_t object = toy->objects[thread][done[thread]];
        done[thread]++;
        if (object == SHARED && thread == 0) {
            return before;
        }
        before += object == SHARED;
    }
}

/* One step on the object behind four others, beside three on it: wherever the
 * others are, it comes first to fourth among them equally often. */
static void surw_is_uniform_over_what_it_selects(void **state)
{
    (void)state;
    static const struct toy toy = {
        .objects = {
            { OWN, OWN, OWN, OWN, SHARED },
            { SHARED, OTHER, SHARED, SHARED },
        },
    };
    uint32_t runs = 4 * 400;
    for (uint32_t pass = 0; pass < 2; pass++) {
        uint32_t places[4] = { 0 };
        uint32_t orders = 0;
        sample(
            &toy,
            pass == 0 ? FUZZ_SAMPLER_SURW : FUZZ_SAMPLER_URW,
            runs,
            counts);
        for (uint32_t i = 0; i < LC_COUNT_OF(counts); i++) {
            if (counts[i] > 0) {
                places[shared_before(i, &toy)] += counts[i];
                orders++;
            }
        }
        if (pass == 0) {
            assert_true(orders > 40); /* and the others are in any order */
            for (uint32_t i = 0; i < 4; i++) {
                assert_in_range(places[i], 400 - 100, 400 + 100);
            }
        } else {
            /* Among all orders it comes first in one of 126. */
            assert_in_range(places[0], 1, runs / 126 + 18);
        }
    }
}

/* All steps touch one module, and few of them one socket in it: that can be
 * selected, and then its steps are uniform among themselves. */
static void surw_selects_things_within_objects(void **state)
{
    (void)state;

    enum {
        DRAWS = 6000
    };
    struct fuzz_rng rng;
    uint16_t socket = (uint16_t)sim_thing(SIM_THING_SOCKET, 0, 64);
    uint16_t lock = (uint16_t)sim_thing(SIM_THING_LOCK, 0, 3);
    uint16_t own =
        (uint16_t)sim_thing(SIM_THING_COUNT, 0, 0); /* of one thread */
    uint16_t things[] = { 0, socket, lock, own };
    /* Of thread 0 and 1: 5 steps each, on the socket 2, on the lock 1. */
    static const uint8_t steps[2][5] = { { 0, 1, 1, 2, 3 }, { 1, 0, 1, 2, 0 } };
    fuzz_profile_begin(&profile);
    for (uint32_t i = 0; i < 10; i++) {
        struct sim_choice_candidate candidate = {
            .action = LC_ACTION_RUN,
            .target = (uint8_t)(i / 5),
            .object = SHARED,
            .thing = things[steps[i / 5][i % 5]],
            .is_write = 1,
            .parent = LC_NONE,
        };
        fuzz_profile_note(&profile, &candidate);
    }
    fuzz_profile_end(&profile, 1);
    fuzz_rng_seed(&rng, 1, FUZZ_RNG_ORDER);
    uint32_t drawn[3] = { 0 };
    for (uint32_t i = 0; i < DRAWS; i++) {
        uint32_t selected = fuzz_profile_draw(&profile, &rng, true);
        assert_int_not_equal(selected, FUZZ_PROFILE_THING | own);
        drawn[0] += selected == SHARED;
        drawn[1] += selected == (FUZZ_PROFILE_THING | socket);
        drawn[2] += selected == (FUZZ_PROFILE_THING | lock);
        assert_int_not_equal(
            fuzz_profile_draw(&profile, &rng, false),
            FUZZ_PROFILE_THING | lock);
    }
    /* 10 steps on the module, 4 on the socket, 2 on the lock. */
    assert_in_range(drawn[0], DRAWS * 10 / 16 - 200, DRAWS * 10 / 16 + 200);
    assert_in_range(drawn[1], DRAWS * 4 / 16 - 200, DRAWS * 4 / 16 + 200);
    assert_in_range(drawn[2], DRAWS * 2 / 16 - 150, DRAWS * 2 / 16 + 150);
    uint32_t own_counts[FUZZ_ACTORS];
    fuzz_profile_count(&profile, FUZZ_PROFILE_THING | socket, own_counts);
    assert_int_equal(own_counts[0], 2);
    assert_int_equal(own_counts[1], 2);
    assert_true(fuzz_profile_touches(SHARED, socket, SHARED));
    assert_true(
        fuzz_profile_touches(SHARED, socket, FUZZ_PROFILE_THING | socket));
    assert_false(
        fuzz_profile_touches(SHARED, lock, FUZZ_PROFILE_THING | socket));
    assert_false(fuzz_profile_touches(OWN, 0, FUZZ_PROFILE_THING));
}

/* One event beside five. Where each depends on it, its priority is drawn again
 * five times, and it comes last in one run of 2^5; where none does it keeps
 * its priority, and is the lowest of six in one run of 6. */
static void pos_draws_again_what_depends(void **state)
{
    (void)state;
    static const struct toy dependent = {
        .objects = { { SHARED }, { SHARED, SHARED, SHARED, SHARED, SHARED } },
    };
    static const struct toy independent = {
        .objects = { { OWN }, { OTHER, OTHER, OTHER, OTHER, OTHER } },
    };
    uint32_t runs = 9600;
    uint32_t last = 1U << 5;
    sample(&dependent, FUZZ_SAMPLER_POS, runs, counts);
    assert_in_range(counts[last], runs / 32 - 86, runs / 32 + 86);
    sample(&independent, FUZZ_SAMPLER_POS, runs, counts);
    assert_in_range(counts[last], runs / 6 - 183, runs / 6 + 183);
    sample(&dependent, FUZZ_SAMPLER_PRIO, runs, counts);
    assert_in_range(counts[last], runs / 6 - 183, runs / 6 + 183);
}

/* Of a given depth there are that many change points less one, and who loses
 * its priority later may still come before who lost it earlier. */
static void pct_has_the_depth_that_is_asked_for(void **state)
{
    (void)state;
    uint8_t order[THREADS * STEPS];
    uint32_t most[11] = { 0 };
    uint32_t later_first = 0;
    for (uint32_t depth = 1; depth <= 10; depth++) {
        enum fuzz_sampler_kind kind =
            (enum fuzz_sampler_kind)(FUZZ_SAMPLER_PCT_1 + depth - 1);
        for (uint64_t seed = 0; seed < 2000; seed++) {
            /* The first step may not be that of thread 0, who runs. */
            uint32_t switches = play(kind, seed, 90, order);
            assert_true(switches <= depth);
            most[depth] = switches > most[depth] ? switches : most[depth];
            uint8_t last = order[THREADS * STEPS - 1];
            later_first += depth == 3 && switches >= 2 && last == order[0];
        }
    }
    assert_int_equal(most[1], 1);
    assert_true(most[2] == 2 && most[3] == 3 && most[10] > 5);
    assert_in_range(later_first, 100, 1900);
    assert_int_equal(fuzz_sampler_word(FUZZ_SAMPLER_PCT_10)[3], '1');
}

/* Each seed of a group has its sampler; the first one gives the length. */
static void mix_takes_turns(void **state)
{
    (void)state;
    uint32_t seen[FUZZ_SAMPLER_COUNT] = { 0 };
    for (uint64_t seed = 0; seed < 2 * (uint64_t)FUZZ_SAMPLER_GROUP; seed++) {
        seen[fuzz_sampler_for(FUZZ_SAMPLER_MIX, seed)]++;
    }
    for (uint32_t kind = 0; kind < FUZZ_SAMPLER_PCT_1; kind++) {
        assert_true((seen[kind] > 0) == (kind != FUZZ_SAMPLER_MIX));
    }
    assert_int_equal(seen[FUZZ_SAMPLER_DEFAULT], 2);
    assert_int_equal(
        fuzz_sampler_for(FUZZ_SAMPLER_MIX, 0),
        FUZZ_SAMPLER_DEFAULT);
    assert_int_equal(fuzz_sampler_for(FUZZ_SAMPLER_RW, 0), FUZZ_SAMPLER_RW);
    enum fuzz_sampler_kind kind;
    assert_true(fuzz_sampler_find("pct", &kind));
    assert_int_equal(kind, FUZZ_SAMPLER_PCT);
    assert_false(fuzz_sampler_find("default", &kind));
    assert_false(fuzz_sampler_find("", &kind));
    assert_false(fuzz_sampler_find("pct:11", &kind));
    assert_false(fuzz_sampler_find("pct0", &kind));
    assert_true(fuzz_sampler_find("pct:3", &kind));
    assert_string_equal(fuzz_sampler_word(kind), "pct3");
    assert_true(fuzz_sampler_find("surw", &kind));
    assert_int_equal(kind, FUZZ_SAMPLER_SURW);
    assert_int_equal(
        fuzz_sampler_for(FUZZ_SAMPLER_URW, 8),
        FUZZ_SAMPLER_DEFAULT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indices_are_valid_and_repeat),
        cmocka_unit_test(pct_switches_at_change_points_only),
        cmocka_unit_test(pct_finds_bugs_of_depth_two),
        cmocka_unit_test(few_is_near_the_default),
        cmocka_unit_test(pct_lets_others_go_on),
        cmocka_unit_test(urw_is_uniform_over_orders),
        cmocka_unit_test(urw_counts_who_is_to_come),
        cmocka_unit_test(surw_is_uniform_over_what_it_selects),
        cmocka_unit_test(surw_selects_things_within_objects),
        cmocka_unit_test(pos_draws_again_what_depends),
        cmocka_unit_test(pct_has_the_depth_that_is_asked_for),
        cmocka_unit_test(mix_takes_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
