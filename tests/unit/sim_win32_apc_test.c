#include "sim/win32/apc.h"
#include "sim/win32/win32.h"
#include "tests/unit/engine_fixture.h"

static void begin(void)
{
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_win32_open();
    fixture_begin(NULL, 0, NULL);
}

static void LC_ABI turns(uintptr_t context)
{
    fixture_turn((uint32_t)context);
}

static void LC_ABI completes(
    uint32_t error,
    uint32_t bytes,
    struct lc_wsaoverlapped *overlapped,
    uint32_t flags)
{
    assert_int_equal(error, LC_WSA_OPERATION_ABORTED);
    assert_int_equal(bytes, 5);
    assert_null(overlapped);
    assert_int_equal(flags, 0);
    fixture_turn(9);
}

static void queues_to_itself(void *argument)
{
    (void)argument;
    uint32_t self = sim_thread_current_slot();
    assert_true(sim_apc_queue_user(self, LC_MODULE_APP, turns, 1));
    assert_true(sim_apc_queue_completion(
        self,
        LC_MODULE_APP,
        &(struct sim_apc_completion){
            .routine = completes,
            .error = LC_WSA_OPERATION_ABORTED,
            .bytes = 5,
        }));
    assert_true(sim_apc_queue_user(self, LC_MODULE_APP, turns, 3));
    fixture_turn(0);
    sim_win32_sleep(1);
    assert_int_equal(sim_win32_sleep_ex(1, 0), 0);
    fixture_turn(4);
    assert_int_equal(sim_win32_sleep_ex(0, 1), LC_WAIT_IO_COMPLETION);
    assert_int_equal(sim_win32_sleep_ex(0, 1), 0); /* each runs once */
    assert_int_equal(sim_win32_sleep_ex(1, 1), 0);
}

static void calls_run_in_order_and_only_in_an_alertable_wait(void **state)
{
    (void)state;
    begin();
    (void)fixture_thread(0, queues_to_itself);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 5);

    static const uint32_t expected[] = { 0, 4, 1, 9, 3 };
    assert_memory_equal(PROGRAM->turn, expected, sizeof expected);
}

/* Thread 0 waits, alertably and not; thread 1 queues. */
static void waits(void *argument)
{
    if ((uintptr_t)argument == 1) {
        sim_win32_sleep(10);
        assert_true(sim_apc_queue_user(0, LC_MODULE_APP, turns, 5));
        sim_win32_sleep(100);
        assert_true(sim_apc_queue_user(0, LC_MODULE_APP, turns, 6));
        return;
    }
    lc_handle event = sim_win32_create_event_a(NULL, 1, 0, NULL);
    assert_int_equal(
        sim_win32_wait_for_multiple_objects(1, &event, 0, 50),
        LC_WAIT_TIMEOUT);
    assert_int_equal(PROGRAM->count, 0);
    assert_int_equal(
        sim_win32_wait_for_multiple_objects_ex(1, &event, 0, 50, 1),
        LC_WAIT_IO_COMPLETION);
    assert_int_equal(PROGRAM->count, 1);
    assert_int_equal(
        sim_win32_wait_for_multiple_objects_ex(1, &event, 0, 1000, 1),
        LC_WAIT_IO_COMPLETION);
    assert_int_equal(PROGRAM->count, 2);
    assert_int_equal(sim_thread_now_ns(), 110 * LC_NS_PER_MS);
    /* What is signalled comes first. */
    assert_true(sim_apc_queue_user(0, LC_MODULE_APP, turns, 7));
    assert_int_equal(sim_win32_set_event(event), 1);
    assert_int_equal(
        sim_win32_wait_for_multiple_objects_ex(1, &event, 0, 1000, 1),
        LC_WAIT_OBJECT_0);
    assert_int_equal(PROGRAM->count, 2);
}

static void an_alertable_wait_ends_when_a_call_is_queued(void **state)
{
    (void)state;
    begin();
    (void)fixture_thread(0, waits);
    (void)fixture_thread(1, waits);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 2);
}

static void ends_or_queues(void *argument)
{
    if ((uintptr_t)argument == 0) {
        return;
    }
    sim_win32_sleep(1);
    assert_false(sim_apc_queue_user(0, LC_MODULE_APP, turns, 1));
    fixture_turn(2);
}

static void nothing_is_queued_to_a_thread_that_has_ended(void **state)
{
    (void)state;
    begin();
    (void)fixture_thread(0, ends_or_queues);
    (void)fixture_thread(1, ends_or_queues);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_run_in_order_and_only_in_an_alertable_wait),
        cmocka_unit_test(an_alertable_wait_ends_when_a_call_is_queued),
        cmocka_unit_test(nothing_is_queued_to_a_thread_that_has_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
