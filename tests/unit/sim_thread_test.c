#include "sim/engine/thread.h"
#include "tests/unit/engine_fixture.h"

static void three_turns(void *argument)
{
    uint32_t who = (uint32_t)(uintptr_t)argument;
    for (uint8_t i = 0; i < 3; i++) {
        fixture_turn(who);
        fixture_yield(i);
    }
}

/* The default is the thread that runs: no switch without a reason. */
static void by_default_a_thread_runs_until_it_ends(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, three_turns);
    (void)fixture_thread(1, three_turns);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    const uint32_t wanted[] = { 0, 0, 0, 1, 1, 1 };
    assert_memory_equal(PROGRAM->turn, wanted, sizeof wanted);
}

/* A schedule's choice is found by thread and place, and only there. */
static void a_named_choice_switches_at_its_place(void **state)
{
    (void)state;
    const struct lc_choice choice = {
        .stream = LC_STREAM_SCHED,
        .thread = 0,
        .place = { LC_PLACE_SHIM, 1, LC_MODULE_APP },
        .action = LC_ACTION_RUN,
        .target = 1,
    };
    fixture_begin(&choice, 1, NULL);
    (void)fixture_thread(0, three_turns);
    (void)fixture_thread(1, three_turns);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    const uint32_t wanted[] = { 0, 0, 1, 1, 1, 0 };
    assert_memory_equal(PROGRAM->turn, wanted, sizeof wanted);
    uint32_t count;
    const struct lc_choice *taken = sim_choice_taken(&count);
    assert_int_equal(count, 1);
    assert_memory_equal(taken, &choice, sizeof choice);
    assert_int_equal(sim_choice_unmet(), 0);
}

static void waits_for_key(void *argument)
{
    uint32_t who = (uint32_t)(uintptr_t)argument;
    enum sim_wake wake = sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_EVENT,
        .key = 77,
        .timeout_ns = SIM_FOREVER,
    });
    assert_int_equal(wake, SIM_WAKE_SIGNALLED);
    fixture_turn(who);
}

static void wakes_one_then_all(void *argument)
{
    (void)argument;
    assert_int_equal(sim_thread_waiting(77), 2);
    assert_int_equal(sim_thread_wake(77, 1, SIM_WAKE_SIGNALLED), 1);
    assert_int_equal(sim_thread_waiting(77), 1);
    assert_int_equal(sim_thread_wake(77, 9, SIM_WAKE_SIGNALLED), 1);
    assert_int_equal(sim_thread_wake(77, 9, SIM_WAKE_SIGNALLED), 0);
}

/* Waiters wake in the order in which they blocked. */
static void the_first_waiter_wakes_first(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(3, waits_for_key);
    (void)fixture_thread(1, waits_for_key);
    (void)fixture_thread(2, wakes_one_then_all);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 2);
    assert_int_equal(PROGRAM->turn[0], 3);
    assert_int_equal(PROGRAM->turn[1], 1);
}

/* Nobody can wake the waiter: that is an outcome, not a hang of ours. */
static void a_wait_for_ever_is_a_deadlock(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, waits_for_key);
    assert_int_equal(sim_thread_run(), LC_END_DEADLOCK);
    assert_int_equal(PROGRAM->count, 0);
}

static void spins(void *argument)
{
    (void)argument;
    for (;;) {
        fixture_yield(0);
    }
}

/* Passing yield points for ever without progress is an outcome as well. */
static void a_spin_is_a_livelock(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, spins);
    assert_int_equal(sim_thread_run(), LC_END_LIVELOCK);
}

static void spins_until_told(void *argument)
{
    (void)argument;
    while (PROGRAM->count == 0) {
        fixture_yield(0);
    }
}

static void tells(void *argument)
{
    (void)argument;
    fixture_turn(1);
}

/* Sleep(0) until another thread is done is common, and no schedule without
 * choices may keep that other thread from running. */
static void code_that_spins_lets_others_run(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, spins_until_told);
    (void)fixture_thread(1, spins_until_told);
    (void)fixture_thread(2, tells);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
}

/* Whoever does the useful thing, and wherever it stands among the others. */
static void each_of_three_gets_its_turn(void **state)
{
    (void)state;
    for (uint32_t useful = 0; useful < 5; useful++) {
        fixture_begin(NULL, 0, NULL);
        for (uint32_t i = 0; i < 5; i++) {
            (void)fixture_thread(
                (uint8_t)i,
                i == useful ? tells : spins_until_told);
        }
        assert_int_equal(sim_thread_run(), LC_END_DONE);
    }
}

static void event_tells(uint16_t object, uint64_t value)
{
    (void)object;
    (void)value;
    fixture_turn(1);
}

/* Nor events: two that spin see what the network brings. */
static void code_that_spins_lets_events_fire(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    sim_thread_set_handler(LC_EVENT_ACK, event_tells);
    (void)fixture_thread(0, spins_until_told);
    (void)fixture_thread(1, spins_until_told);
    sim_thread_schedule(LC_EVENT_ACK, 1, LC_NS_PER_S, 0);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
}

static void sleep_ms(uint32_t timeout_ms)
{
    enum sim_wake wake = sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_SLEEP,
        .key = 100 + sim_thread_current_slot(),
        .timeout_ns = timeout_ms * LC_NS_PER_MS,
    });
    assert_int_equal(wake, SIM_WAKE_TIMEOUT);
}

static void looks_again(void *argument)
{
    (void)argument;
    while (PROGRAM->count == 0) {
        sleep_ms(10);
    }
}

static void looks_seldom(void *argument)
{
    (void)argument;
    while (PROGRAM->count == 0) {
        sleep_ms(5000);
    }
}

/* Time that passes is no progress. */
static void looking_again_for_ever_is_a_livelock(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, looks_again);
    assert_int_equal(sim_thread_run(), LC_END_LIVELOCK);
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, looks_again);
    (void)fixture_thread(1, looks_seldom);
    assert_int_equal(sim_thread_run(), LC_END_LIVELOCK);
}

enum {
    RELAY_KEY = 500
};

/* Works for long, and hands on to the next. */
static void relays(void *argument)
{
    uint32_t self = (uint32_t)(uintptr_t)argument;
    if (self > 0) {
        (void)sim_thread_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_EVENT,
            .key = RELAY_KEY + self,
            .timeout_ns = SIM_FOREVER,
        });
    }
    for (uint32_t i = 0; i < 400000; i++) {
        fixture_yield(0);
    }
    fixture_turn(self);
    (void)sim_thread_wake(RELAY_KEY + self + 1, 1, SIM_WAKE_SIGNALLED);
}

/* What takes long is none as long as threads get done. */
static void a_thread_that_ends_is_progress(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    for (uint8_t i = 0; i < 3; i++) {
        (void)fixture_thread(i, relays);
    }
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 3);
}

static void tells_after_an_hour(void *argument)
{
    (void)argument;
    sleep_ms(3600 * 1000);
    fixture_turn(1);
}

/* A poller waits for as long as there is something to wait for: another
 * thread's long wait, or a slow peer. */
static void looking_again_is_none_while_more_can_come(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, looks_again);
    (void)fixture_thread(1, tells_after_an_hour);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    fixture_begin(NULL, 0, NULL);
    sim_thread_set_handler(LC_EVENT_ACK, event_tells);
    (void)fixture_thread(0, looks_again);
    sim_thread_schedule(LC_EVENT_ACK, 1, 3600 * LC_NS_PER_S, 0);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
}

static void looks_ten_thousand_times(void *argument)
{
    (void)argument;
    for (uint32_t i = 0; i < 9999; i++) {
        sleep_ms(10);
    }
    fixture_turn(1);
}

/* Nor when it is going to give up. */
static void looking_again_for_long_is_none(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, looks_ten_thousand_times);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
}

static void waits_a_day(void *argument)
{
    (void)argument;
    uint64_t before_ns = sim_thread_now_ns();
    enum sim_wake wake = sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_SLEEP,
        .key = 5,
        .timeout_ns = 86400 * LC_NS_PER_S,
    });
    assert_int_equal(wake, SIM_WAKE_TIMEOUT);
    assert_int_equal(sim_thread_now_ns() - before_ns, 86400 * LC_NS_PER_S);
    fixture_turn(1);
}

/* Time is virtual: a day costs nothing. */
static void a_time_out_moves_the_clock(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, waits_a_day);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
}

/* An event may be chosen while threads can run, and the thread that ran goes
 * on by default. */
static void an_event_can_fall_between_two_steps(void **state)
{
    (void)state;
    const struct lc_choice choice = {
        .stream = LC_STREAM_SCHED,
        .thread = 1,
        .place = { LC_PLACE_SHIM, 0, LC_MODULE_APP },
        .action = LC_ACTION_FIRE,
        .target = LC_EVENT_TIMEOUT,
        .value = 0,
    };
    fixture_begin(&choice, 1, NULL);
    (void)fixture_thread(0, waits_a_day);
    (void)fixture_thread(1, three_turns);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(sim_choice_unmet(), 0);
    assert_int_equal(sim_thread_now_ns(), 86400 * LC_NS_PER_S);
    /* Thread 1 is preempted by the event only, not by thread 0. */
    assert_int_equal(PROGRAM->turn[0], 1);
    assert_int_equal(PROGRAM->turn[1], 1);
}

static uint32_t counts_points(
    void *context,
    const struct sim_choice_point *point)
{
    uint32_t *points = context;
    (*points)++;
    return point->count - 1;
}

/* Every decision with an alternative goes to the backer, and the taken ones
 * replay the run. */
static void what_a_sampler_took_replays(void **state)
{
    (void)state;
    uint32_t points = 0;
    const struct sim_backer backer = { .choose = counts_points,
                                       .context = &points };
    fixture_begin(NULL, 0, &backer);
    (void)fixture_thread(0, three_turns);
    (void)fixture_thread(1, three_turns);
    (void)fixture_thread(2, three_turns);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_true(points > 6);
    uint32_t turns[9];
    memcpy(turns, PROGRAM->turn, sizeof turns);
    uint32_t count;
    const struct lc_choice *taken = sim_choice_taken(&count);
    assert_true(count > 0);
    struct lc_choice kept[64];
    assert_true(count <= 64);
    memcpy(kept, taken, count * sizeof kept[0]);

    fixture_begin(kept, count, NULL);
    (void)fixture_thread(0, three_turns);
    (void)fixture_thread(1, three_turns);
    (void)fixture_thread(2, three_turns);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_memory_equal(PROGRAM->turn, turns, sizeof turns);
    assert_int_equal(sim_choice_unmet(), 0);
}

/* The byte backer is total: bytes of any value pick something that is there,
 * and used-up bytes mean the default. */
static void bytes_back_choices(void **state)
{
    (void)state;
    const uint8_t input[] = { 255, 0, 1, 254 };
    struct sim_choice_bytes bytes = { input, sizeof input, 0 };
    const struct sim_backer backer = { .choose = sim_choice_from_bytes,
                                       .context = &bytes };
    fixture_begin(NULL, 0, &backer);
    (void)fixture_thread(0, three_turns);
    (void)fixture_thread(1, three_turns);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 6);
    assert_int_equal(bytes.at, sizeof input);
    assert_int_equal(PROGRAM->turn[0], 1); /* 255 % 2 */
}

enum {
    OFTEN = 70000 /* more passes than there are names for */
};

/* The points with a choice at which a thread was named, or nobody. */
struct named {
    uint32_t count;
    uint32_t thread;
    uint32_t next; /* the least name that may come */
};

static uint32_t see_names(void *context, const struct sim_choice_point *point)
{
    struct named *named = context;
    if (point->where.thread == named->thread && point->count > 1) {
        assert_true(point->where.occurrence >= named->next);
        named->next = point->where.occurrence + 1U;
        named->count++;
    }
    return 0;
}

static void yields_often(void *argument)
{
    uint32_t extra = (uint32_t)(uintptr_t)argument;
    for (uint32_t i = 0; i < OFTEN + 1000 * extra; i++) {
        fixture_yield(1);
    }
}

static void sleeps_often(void *argument)
{
    (void)argument;
    for (uint32_t i = 0; i < OFTEN; i++) {
        (void)sim_thread_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_SLEEP,
            .key = 1,
            .timeout_ns = 1,
        });
    }
}

/* A name that came twice would be one choice of a schedule for both. */
static void no_two_points_share_a_name(void **state)
{
    (void)state;
    struct named named = { .thread = 0 };
    const struct sim_backer backer = { .choose = see_names, .context = &named };
    fixture_begin(NULL, 0, &backer);
    (void)fixture_thread(0, yields_often);
    (void)fixture_thread(1, yields_often);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(named.count, LC_PASSES_MAX);

    named = (struct named){ .thread = LC_NONE };
    fixture_begin(NULL, 0, &backer);
    (void)fixture_thread(0, sleeps_often);
    (void)fixture_thread(1, sleeps_often);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_true(named.count > 0);
    assert_int_equal(named.next, LC_PASSES_MAX);
}

static const struct lc_place shim_place = { LC_PLACE_SHIM, 1, LC_MODULE_APP };

/* Counts what is drawn as another number than the default. */
static void fails_often(void *argument)
{
    (void)argument;
    for (uint32_t i = 0; i < OFTEN; i++) {
        (void)sim_thread_pass(shim_place);
        PROGRAM->count += sim_choice_fail(shim_place, 1);
    }
}

static void draws_often(void *argument)
{
    (void)argument;
    for (uint32_t i = 0; i < OFTEN; i++) {
        PROGRAM->count += sim_choice_upto(LC_STREAM_HANDLE, shim_place, 1);
    }
}

/* Runs with a choice at that pass, and one at a place that never comes. Returns
 * how many numbers were no defaults. */
static uint32_t drawn_at(
    void (*entry)(void *argument),
    enum lc_stream stream,
    uint32_t pass)
{
    const struct lc_choice choices[] = {
        {
            .stream = (uint8_t)stream,
            .place = shim_place,
            .occurrence = (uint16_t)pass,
            .action = LC_ACTION_VALUE,
            .value = 1,
        },
        {
            .stream = (uint8_t)stream,
            .thread = 1,
            .place = shim_place,
            .action = LC_ACTION_VALUE,
            .value = 1,
        },
    };
    fixture_begin(choices, LC_COUNT_OF(choices), NULL);
    (void)fixture_thread(0, entry);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(sim_choice_unreached(), 2 - PROGRAM->count);
    return PROGRAM->count;
}

/* Else it would fail at each later pass, and count as several that were met. */
static void a_choice_of_a_schedule_is_taken_once(void **state)
{
    (void)state;
    static const uint32_t passes[] = { 0,
                                       LC_PASSES_MAX - 1,
                                       LC_PASSES_MAX,
                                       UINT16_MAX };
    for (uint32_t i = 0; i < LC_COUNT_OF(passes); i++) {
        uint32_t wanted = passes[i] < LC_PASSES_MAX ? 1 : 0;
        assert_int_equal(
            drawn_at(fails_often, LC_STREAM_FAULT, passes[i]),
            wanted);
        assert_int_equal(
            drawn_at(draws_often, LC_STREAM_HANDLE, passes[i]),
            wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_default_a_thread_runs_until_it_ends),
        cmocka_unit_test(a_named_choice_switches_at_its_place),
        cmocka_unit_test(the_first_waiter_wakes_first),
        cmocka_unit_test(a_wait_for_ever_is_a_deadlock),
        cmocka_unit_test(a_spin_is_a_livelock),
        cmocka_unit_test(code_that_spins_lets_others_run),
        cmocka_unit_test(each_of_three_gets_its_turn),
        cmocka_unit_test(code_that_spins_lets_events_fire),
        cmocka_unit_test(a_thread_that_ends_is_progress),
        cmocka_unit_test(looking_again_for_ever_is_a_livelock),
        cmocka_unit_test(looking_again_is_none_while_more_can_come),
        cmocka_unit_test(looking_again_for_long_is_none),
        cmocka_unit_test(a_time_out_moves_the_clock),
        cmocka_unit_test(an_event_can_fall_between_two_steps),
        cmocka_unit_test(what_a_sampler_took_replays),
        cmocka_unit_test(bytes_back_choices),
        cmocka_unit_test(no_two_points_share_a_name),
        cmocka_unit_test(a_choice_of_a_schedule_is_taken_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
