#include <string.h>

#include "fuzz/call.h"
#include "fuzz/generate.h"
#include "fuzz/schedule.h"
#include "fuzz/swarm.h"
#include "tests/unit/text_example.h"

enum {
    DRAWS = 4000
};

static const struct fuzz_swarm_draws all_drawn = { true, true, true, true };
static const struct fuzz_swarm_draws nothing_drawn = { false,
                                                       false,
                                                       false,
                                                       false };

/* Nothing is always there, nothing never; and a swarm that does nothing but ask
 * and wait would be a seed thrown away. */
static void each_feature_comes_and_goes(void **state)
{
    (void)state;
    uint32_t there[LC_FEATURE_COUNT] = { 0 };
    uint32_t on = 0;
    struct lc_swarm swarm;
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, 1, FUZZ_RNG_SWARM);
    for (uint32_t n = 0; n < DRAWS; n++) {
        fuzz_swarm_draw(&rng, all_drawn, &swarm);
        if (fuzz_swarm_is_on(&swarm)) {
            fuzz_swarm_draw_network(&rng, &swarm);
            fuzz_swarm_draw_hooks(&rng, &swarm);
            fuzz_swarm_draw_receive(&rng, &swarm);
        }
        bool acts = false;
        for (uint32_t i = 0; i < LC_FEATURE_COUNT; i++) {
            there[i] += swarm.weights[i] != 0;
            assert_in_range(
                swarm.weights[i],
                0,
                i < LC_CALL_COUNT ? LC_SWARM_WEIGHT_MAX : 1);
            acts |= i < LC_CALL_COUNT && i != LC_CALL_SLEEP &&
                    i != LC_CALL_GETLASTERROR && swarm.weights[i] != 0;
        }
        assert_true(acts == fuzz_swarm_is_on(&swarm));
        on += fuzz_swarm_is_on(&swarm);
    }
    assert_in_range(on, DRAWS * 7 / 10, DRAWS * 8 / 10);
    for (uint32_t i = 0; i < LC_FEATURE_COUNT; i++) {
        bool is_rare = i < LC_CALL_COUNT && fuzz_call(i)->is_rare;
        bool has_draws = i >= LC_CALL_EVENTSELECT && i <= LC_CALL_CANCEL;
        has_draws |= i == LC_CALL_WSARECV;
        if (i < LC_CALL_COUNT && fuzz_call(i)->is_apart && !has_draws) {
            assert_int_equal(there[i], 0);
            continue;
        }
        bool is_of_names = i < LC_CALL_COUNT && fuzz_call(i)->is_of_names;
        uint32_t of = is_rare ? on / 4 : is_of_names ? on * 2 / 3 : on;
        assert_in_range(there[i], of / 3, of * 2 / 3);
    }
}

/* Weights of which one is ten times the other are as common as such that are
 * alike. */
static void weights_are_very_different(void **state)
{
    (void)state;
    uint32_t small = 0;
    uint32_t large = 0;
    uint32_t all = 0;
    struct lc_swarm swarm;
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, 2, FUZZ_RNG_SWARM);
    for (uint32_t n = 0; n < DRAWS; n++) {
        fuzz_swarm_draw(&rng, all_drawn, &swarm);
        for (uint32_t i = 0; i < LC_CALL_COUNT; i++) {
            all += swarm.weights[i] != 0;
            small += swarm.weights[i] != 0 && swarm.weights[i] < 4;
            large += swarm.weights[i] >= 32;
        }
    }
    assert_in_range(small, all / 5, all / 2);
    assert_in_range(large, all / 5, all / 2);
}

/* Of a world that is given nothing is left out. */
static void a_given_world_has_no_features(void **state)
{
    (void)state;
    struct lc_swarm swarm;
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, 3, FUZZ_RNG_SWARM);
    for (uint32_t n = 0; n < DRAWS; n++) {
        fuzz_swarm_draw(&rng, nothing_drawn, &swarm);
        for (uint32_t i = LC_FEATURE_LAYERS; i < LC_FEATURE_COUNT; i++) {
            assert_int_equal(swarm.weights[i], 0);
        }
    }
}

/* The record is true: what it leaves out is not in the schedule. */
static void what_is_left_out_is_not_there(void **state)
{
    (void)state;
    struct fuzz_generate_options options = { .has_swarm = true };
    uint32_t on = 0;
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
        fuzz_generate(&options, seed, &first);
        second = first;
        if (!fuzz_swarm_is_on(&first.swarm)) {
            continue;
        }
        on++;
        /* All that there may be stays when it is taken for drawn. */
        memset(second.swarm.weights, 1, sizeof second.swarm.weights);
        fuzz_swarm_narrow(&second);

        static const enum lc_feature features[] = {
            LC_FEATURE_PROCESSES, LC_FEATURE_VIA,      LC_FEATURE_PIN,
            LC_FEATURE_LAYERS,    LC_FEATURE_LINK,     LC_FEATURE_BUFFERS,
            LC_FEATURE_SLOW,      LC_FEATURE_VERSIONS, LC_FEATURE_PEERS,
        };

        for (uint32_t i = 0; i < LC_COUNT_OF(features); i++) {
            assert_true(
                second.swarm.weights[features[i]] == 0 ||
                first.swarm.weights[features[i]] != 0);
        }

        static const enum lc_call calls[] = {
            LC_CALL_GETLASTERROR,
            LC_CALL_DONTLINGER,
            LC_CALL_SNDBUF,
        };

        for (uint32_t i = 0; i < LC_COUNT_OF(calls); i++) {
            assert_true(
                second.swarm.weights[calls[i]] == 0 ||
                first.swarm.weights[calls[i]] != 0);
        }
    }
    assert_true(on > DRAWS / 2);
}

/* Of a shrunk schedule only what it still shows is recorded. */
static void the_record_shrinks_with_the_schedule(void **state)
{
    (void)state;
    assert_true(parse(
        HEAD "swarm WSAStartup*3 send*50 closesocket Sleep*9\n"
             "swarm processes restart hostile share via unsent pin layers "
             "link buffers slow\n"
             "process A\n"
             "  thread t\n"
             "    WSAStartup 2.2\n"
             "    s = socket stream\n"
             "    send s 5\n",
        &first));
    fuzz_swarm_narrow(&first);
    assert_int_equal(first.swarm.weights[LC_CALL_WSASTARTUP], 3);
    assert_int_equal(first.swarm.weights[LC_CALL_SEND], 50);
    assert_int_equal(first.swarm.weights[LC_FEATURE_HOSTILE], 1);
    uint32_t left = 0;
    for (uint32_t i = 0; i < LC_FEATURE_COUNT; i++) {
        left += first.swarm.weights[i] != 0;
    }
    assert_int_equal(left, 3);
    fuzz_schedule_repair(&first);
    static char text[FUZZ_TEXT_SIZE_MAX];
    check_round_trip(text);
    assert_non_null(
        strstr(text, "\nswarm WSAStartup*3 send*50\nswarm hostile\n"));
}

/* A socket that one thread makes and another accepts from is shared. */
static void a_listener_of_two_threads_is_shared(void **state)
{
    (void)state;
    assert_true(parse(
        HEAD "swarm share\n"
             "process A\n"
             "  thread t\n"
             "    s = socket stream\n"
             "  thread u\n"
             "    v = accept s\n",
        &first));
    fuzz_swarm_narrow(&first);
    assert_int_equal(first.swarm.weights[LC_FEATURE_SHARE], 1);
}

static const struct bad bad_swarms[] = {
    { HEAD "swarm\n", 2, 6, "the line ends" },
    { HEAD "swarm bees\n", 2, 7, "\"bees\"" },
    { HEAD "swarm send bees*2\n", 2, 12, "\"bees*2\"" },
    { HEAD "swarm send*0\n", 2, 7, "\"send*0\"" },
    { HEAD "swarm send*101\n", 2, 7, "\"send*101\"" },
    { HEAD "swarm send*\n", 2, 7, "\"send*\"" },
    { HEAD "swarm send*1x\n", 2, 7, "\"send*1x\"" },
    { HEAD "swarm send*18446744073709551617\n", 2, 7, "\"send*1844" },
    { HEAD "swarm *5\n", 2, 7, "\"*5\"" },
    { HEAD "swarm slow*2\n", 2, 7, "\"slow*2\"" },
    { HEAD "swarm send send*2\n", 2, 12, "\"send*2\"" },
    { HEAD "swarm slow\nswarm send slow\n", 3, 12, "\"slow\"" },
    { WORLD "  swarm send\n", 3, 3, "\"swarm\"" },
};

static void a_bad_swarm_is_named(void **state)
{
    (void)state;
    check_bad(bad_swarms, LC_COUNT_OF(bad_swarms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_feature_comes_and_goes),
        cmocka_unit_test(weights_are_very_different),
        cmocka_unit_test(a_given_world_has_no_features),
        cmocka_unit_test(what_is_left_out_is_not_there),
        cmocka_unit_test(the_record_shrinks_with_the_schedule),
        cmocka_unit_test(a_listener_of_two_threads_is_shared),
        cmocka_unit_test(a_bad_swarm_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
