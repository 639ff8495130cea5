#include "sim/win32/port.h"
#include "sim/win32/win32.h"
#include "tests/unit/engine_fixture.h"

enum {
    FILE_HANDLE = 0x40,
    KEY = 5
};

static bool is_file(uint64_t handle)
{
    return handle == FILE_HANDLE;
}

static void begin(void)
{
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_win32_open();
    sim_port_set_is_file(is_file);
    fixture_begin(NULL, 0, NULL);
}

static lc_handle make(uint64_t file, lc_handle existing)
{
    return sim_win32_create_io_completion_port(
        (lc_handle)(uintptr_t)file,
        existing,
        KEY,
        0);
}

/* Takes a packet; returns its bytes, or -1 and leaves an error. */
static int64_t take(lc_handle port, uint32_t timeout_ms, uintptr_t *ret_key)
{
    uint32_t bytes = 0;
    struct lc_wsaoverlapped *overlapped;
    return sim_win32_get_queued_completion_status(
               port,
               &bytes,
               ret_key,
               &overlapped,
               timeout_ms)
               ? (int64_t)bytes
               : -1;
}

static void posts_and_takes(void *argument)
{
    (void)argument;
    uintptr_t key = 0;
    lc_handle port = make(UINT64_MAX, NULL);
    assert_non_null(port);
    assert_int_equal(take(port, 0, &key), -1);
    assert_int_equal(sim_thread_current()->last_error, LC_WAIT_TIMEOUT);
    assert_int_equal(take(port, 20, &key), -1);
    assert_int_equal(sim_thread_now_ns(), 20 * LC_NS_PER_MS);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_int_equal(
            sim_win32_post_queued_completion_status(port, i, 10 + i, NULL),
            1);
    }
    for (uint32_t i = 1; i <= 3; i++) {
        assert_int_equal(take(port, 1000, &key), i);
        assert_int_equal(key, 10 + i);
    }
    assert_int_equal(sim_win32_wait_for_single_object(port, 0), LC_WAIT_FAILED);
    assert_int_equal(sim_win32_close_handle(port), 1);
    assert_int_equal(take(port, 0, &key), -1);
    assert_int_equal(
        sim_win32_post_queued_completion_status(port, 1, 1, NULL),
        0);
    PROGRAM->count++;
}

static void packets_come_in_the_order_of_posting(void **state)
{
    (void)state;
    begin();
    (void)fixture_thread(0, posts_and_takes);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
}

static void ties_files(void *argument)
{
    (void)argument;
    uint64_t key = 0;
    assert_null(make(0x44, NULL)); /* no file */
    assert_int_equal(sim_port_of(FILE_HANDLE, &key), 0);
    lc_handle port = make(FILE_HANDLE, NULL);
    assert_non_null(port);
    uint64_t name = sim_port_of(FILE_HANDLE, &key);
    assert_int_not_equal(name, 0);
    assert_int_equal(key, KEY);
    assert_null(make(FILE_HANDLE, port)); /* it is tied */
    sim_port_post(name, &(struct sim_port_packet){ .key = key, .error = 995 });
    uintptr_t taken = 0;
    assert_int_equal(take(port, 0, &taken), -1);
    assert_int_equal(sim_thread_current()->last_error, 995);
    assert_int_equal(taken, KEY);
    sim_port_forget(0, FILE_HANDLE);
    assert_int_equal(sim_port_of(FILE_HANDLE, &key), 0);
    assert_ptr_equal(make(FILE_HANDLE, port), port);
    assert_int_equal(sim_win32_close_handle(port), 1);
    sim_port_post(name, &(struct sim_port_packet){ .key = key }); /* gone */
    PROGRAM->count++;
}

static void a_file_is_tied_to_one_port(void **state)
{
    (void)state;
    begin();
    (void)fixture_thread(0, ties_files);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
}

/* Threads 0 and 1 wait on one port, thread 2 posts: one packet for each. */
static void shares(void *argument)
{
    uint32_t who = (uint32_t)(uintptr_t)argument;
    uintptr_t key = 0;
    if (who == 0) {
        PROGRAM->turn[10] = (uint32_t)(uintptr_t)make(UINT64_MAX, NULL);
    }
    lc_handle port = (lc_handle)(uintptr_t)PROGRAM->turn[10];
    if (who < 2) {
        PROGRAM->turn[who] = (uint32_t)take(port, 5000, &key);
        return;
    }
    sim_win32_sleep(10);
    (void)sim_win32_post_queued_completion_status(port, 7, 0, NULL);
    (void)sim_win32_post_queued_completion_status(port, 8, 0, NULL);
}

static void each_packet_is_for_one_thread(void **state)
{
    (void)state;
    begin();
    for (uint32_t i = 0; i < 3; i++) {
        (void)fixture_thread((uint8_t)i, shares);
    }
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->turn[0] + PROGRAM->turn[1], 15);
    assert_int_equal(sim_thread_now_ns(), 10 * LC_NS_PER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_come_in_the_order_of_posting),
        cmocka_unit_test(a_file_is_tied_to_one_port),
        cmocka_unit_test(each_packet_is_for_one_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
