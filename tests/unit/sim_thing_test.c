/*
 * What threads of a schedule say of their next step: which socket, lock or
 * count of starts it touches.
 */
#include <string.h>

#include "fuzz/schedule.h"
#include "sim/sim.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tests/unit/schedule_text.h"

enum {
    STEPS_MAX = 4096,
    MODULES_MAX = 32
};

/* Two threads, each with a socket of its own. */
static const char text[] = "lastcall schedule 1\n"
                           "process A\n"
                           "  thread one\n"
                           "    WSAStartup 2.2\n"
                           "    s = socket stream\n"
                           "    connect s\n"
                           "    send s 100\n"
                           "    closesocket s\n"
                           "    WSACleanup\n"
                           "  thread two\n"
                           "    WSAStartup 2.2\n"
                           "    u = socket stream\n"
                           "    connect u\n"
                           "    send u 100\n"
                           "    closesocket u\n"
                           "    WSACleanup\n";

static struct step {
    uint8_t target;
    uint16_t thing;
    uint32_t object;
} steps[STEPS_MAX];

static uint32_t step_count;
static struct lc_schedule schedule;

static uint32_t note(void *context, const struct sim_choice_point *point)
{
    (void)context;
    const struct sim_choice_candidate *first = point->candidates;
    if (first != NULL && first->action == LC_ACTION_RUN) {
        assert_true(step_count < STEPS_MAX);
        steps[step_count] = (struct step){
            .target = first->target,
            .thing = first->thing,
            .object = first->object,
        };
        step_count++;
    }
    return 0;
}

static void play(void)
{
    const struct sim_backer backer = { .choose = note, .sees_all = true };
    struct sim_error error;
    struct sim_result result;
    read_schedule(text, &schedule);
    step_count = 0;
    assert_int_equal(
        sim_play(
            &(struct sim_play_options){ .schedule = &schedule,
                                        .backer = &backer },
            &result,
            &error),
        SIM_OK);
}

/* Steps on a thing, and in how many modules; the threads that make them, a bit
 * each. */
struct use {
    uint32_t steps;
    uint32_t modules;
    uint32_t threads;
};

static struct use use_of(uint16_t thing)
{
    struct use use = { 0 };
    uint32_t objects[MODULES_MAX];
    for (uint32_t i = 0; i < step_count; i++) {
        if (steps[i].thing != thing) {
            continue;
        }
        use.steps++;
        use.threads |= 1U << steps[i].target;
        uint32_t at = 0;
        while (at < use.modules && objects[at] != steps[i].object) {
            at++;
        }
        if (at == use.modules) {
            assert_true(use.modules < MODULES_MAX);
            objects[use.modules++] = steps[i].object;
        }
    }
    return use;
}

/* One socket is one thing wherever it is touched: by the layer, by the base
 * provider, on the connection. Another one is another thing. */
static void a_socket_is_the_same_thing_in_each_module(void **state)
{
    (void)state;
    uint16_t sockets[2] = { 0 };
    uint32_t count = 0;
    play();
    for (uint32_t i = 0; i < step_count; i++) {
        uint16_t thing = steps[i].thing;
        if (sim_thing_kind_of(thing) == SIM_THING_SOCKET &&
            thing != sockets[0] && thing != sockets[1]) {
            assert_true(count < 2);
            sockets[count++] = thing;
        }
    }
    assert_int_equal(count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        struct use use = use_of(sockets[i]);
        assert_int_equal(use.modules, 2); /* the layer, the base provider */
        assert_in_range(use.steps, 12, 60);
    }
    /* Thread two, whose cleanup is the last, waits for what both have sent. */
    assert_int_equal(use_of(sockets[0]).threads, 3);
    assert_int_equal(use_of(sockets[1]).threads, 2);
}

/* The count of starts and the locks are shared: of each kind there is one that
 * both threads touch. */
static void locks_and_the_count_are_things(void **state)
{
    (void)state;
    uint32_t shared[SIM_THING_COUNT + 1] = { 0 };
    play();
    for (uint32_t i = 0; i < step_count; i++) {
        uint16_t thing = steps[i].thing;
        if (thing != 0 && use_of(thing).threads == 3) {
            shared[sim_thing_kind_of(thing)]++;
        }
    }
    assert_true(shared[SIM_THING_LOCK] > 10);
    uint16_t count = (uint16_t)sim_thing(SIM_THING_COUNT, 0, 0);
    assert_in_range(use_of(count).steps, 4, 12);
    assert_int_not_equal(count, sim_thing(SIM_THING_COUNT, 1, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_is_the_same_thing_in_each_module),
        cmocka_unit_test(locks_and_the_count_are_things),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
