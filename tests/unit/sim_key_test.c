/*
 * The key of a state with everything in it: ws2_32, providers, network. In a
 * build that is optimised, as an exhaustive search is.
 */
#include "lastcall/abi.h"

#include "fuzz/text.h"
#include "sim/engine/snapshot.h"
#include "sim/sim.h"
#include "tests/unit/engine_fixture.h"

#if defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#        define FRAMES_KEEP_COPIES
#    endif
#endif
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__)
#    define FRAMES_KEEP_COPIES
#endif

enum {
    STEPS_MAX = 2000
};

/* What differs between two plays of one schedule. */
enum difference {
    DIFFERS_NOTHING = 0,
    DIFFERS_TIME = 1,
    DIFFERS_HISTORY = 2,
    DIFFERS_DATA = 3
};

static struct {
    enum difference difference;
    uint32_t count;
    struct sim_state_key keys[STEPS_MAX];
} play;

/* The standard schedule, and lingering closes and a restart beside it. */
static const char text[] = "lastcall schedule 1\n"
                           "process A\n"
                           "  thread a\n"
                           "    WSAStartup 2.2\n"
                           "    s = socket stream\n"
                           "    connect s\n"
                           "    send s 20000\n"
                           "    closesocket s\n"
                           "    WSACleanup\n"
                           "    WSAStartup 2.2\n"
                           "    v = socket stream\n"
                           "    WSACleanup\n"
                           "  thread b\n"
                           "    WSAStartup 2.2\n"
                           "    u = socket stream\n"
                           "    connect u\n"
                           "    linger u on 5\n"
                           "    send u 20000\n"
                           "    closesocket u\n"
                           "    WSACleanup\n"
                           "choices\n"
                           "  a in 2 socket at WSPSocket>filter : run b\n";

static void step(void *context)
{
    (void)context;
    if (play.count == 0 && play.difference == DIFFERS_TIME) {
        SIM_ENGINE->now_ns += 123456789;
    } else if (play.count == 0 && play.difference == DIFFERS_HISTORY) {
        SIM_HISTORY->object_number += 55;
        SIM_HISTORY->sequence += 1000;
        SIM_HISTORY->record_count += 7;
        SIM_HISTORY->hash = 42;
    } else if (play.count == 0 && play.difference == DIFFERS_DATA) {
        SIM_ENGINE->dll_threads[3]++;
    }
    assert_true(play.count < STEPS_MAX);
    play.keys[play.count] = sim_key(NULL, 0);
    play.count++;
}

static uint32_t play_with(enum difference difference)
{
    static struct lc_schedule schedule;
    struct fuzz_text_error text_error;
    struct sim_error error;
    struct sim_result result;
    assert_true(fuzz_text_parse(text, sizeof text - 1, &schedule, &text_error));
    assert_int_equal(sim_open(&error), SIM_OK);
    play.difference = difference;
    play.count = 0;
    const struct sim_play_options options = {
        .schedule = &schedule,
        .at_step = step,
        /* Parked frames have bytes that nobody wrote. */
        .fill_stacks = true,
    };
    assert_int_equal(sim_play(&options, &result, &error), SIM_OK);
    assert_int_equal(result.end, LC_END_DONE);
    assert_int_equal(result.choice_unmet, 0);
    return play.count;
}

static bool same(struct sim_state_key a, struct sim_state_key b)
{
    return a.low == b.low && a.high == b.high;
}

/* A search that meets a state again must know it, however it got there: at
 * another time, with other numbers in its trace. */
static void keys_of_winsock_leave_out_time_and_history(void **state)
{
    (void)state;
#if defined(FRAMES_KEEP_COPIES)
    skip(); /* frames of such code keep copies of all that passed through */
#endif
    static struct sim_state_key keys[STEPS_MAX];
    uint32_t steps = play_with(DIFFERS_NOTHING);
    assert_true(steps > 100);
    memcpy(keys, play.keys, steps * sizeof keys[0]);
    for (uint32_t i = DIFFERS_NOTHING; i <= DIFFERS_HISTORY; i++) {
        assert_int_equal(play_with((enum difference)i), steps);
        for (uint32_t at = 0; at < steps; at++) {
            assert_true(same(play.keys[at], keys[at]));
        }
    }
    assert_int_equal(play_with(DIFFERS_DATA), steps);
    for (uint32_t at = 0; at < steps; at++) {
        assert_false(same(play.keys[at], keys[at]));
    }
}

static void asks_for_the_time(void *argument)
{
    (void)argument;
    typedef uint32_t LC_ABI ticks_fn(void);
    ticks_fn *ticks = (ticks_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "GetTickCount", 0);
    assert_non_null(ticks);
    fixture_turn(ticks() == 0);
}

static struct sim_state_key key_after(void (*entry)(void *), uint64_t now_ns)
{
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    fixture_begin(NULL, 0, NULL);
    SIM_ENGINE->now_ns = now_ns;
    if (entry != NULL) {
        (void)fixture_thread(0, entry);
    }
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    return sim_snapshot_key(NULL, 0);
}

/* Who knows the time can compute how long it still waits: two states at
 * different times are then two. */
static void the_time_counts_once_it_was_told(void **state)
{
    (void)state;
    assert_true(same(key_after(NULL, 5), key_after(NULL, 6)));
    assert_false(
        same(key_after(asks_for_the_time, 5), key_after(asks_for_the_time, 6)));
    assert_true(
        same(key_after(asks_for_the_time, 5), key_after(asks_for_the_time, 5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_winsock_leave_out_time_and_history),
        cmocka_unit_test(the_time_counts_once_it_was_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
