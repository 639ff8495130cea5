#include "model_trace.h"

static void a_cleanup_more_than_starts_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_close(trace, HANDLE, 1);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace_cleanup_open(trace);
    trace_object(trace, false, LC_OBJECT_HEAP, 1001);
    trace_spi_return(trace, WS2, TCP, LC_SPI_CLEANUP, 0);
    trace_spi(trace, WS2, TCP, LC_SPI_CLEANUP, 0);
    assert_broken(trace, "INV-1");
}

static void a_call_after_the_final_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    trace->thread = 1;
    trace_spi(trace, WS2, TCP, LC_SPI_SEND, HANDLE);
    assert_broken(trace, "INV-2");
}

/* The mapping is fresh, and WSPStartup has not been called in it. */
static void a_call_before_any_start_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_load(trace, WS2, TCP, true);
    trace_spi(trace, WS2, TCP, LC_SPI_SOCKET, ENTRY_TCP);
    assert_broken(trace, "LOAD-1");
}

static void a_socket_after_the_final_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_spi(trace, WS2, TCP, LC_SPI_SOCKET, ENTRY_TCP);
    assert_broken(trace, "LOAD-24");
}

static void a_provider_that_lost_its_count_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_call(trace, LC_CALL_CONNECT, HANDLE, 0);
    trace_down(trace, LC_SPI_CONNECT, HANDLE);
    trace_up(trace, LC_SPI_CONNECT, -1, LC_WSANOTINITIALISED);
    assert_broken(trace, "START-9");
}

static void a_start_that_leaves_an_entry_out_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_start(trace);
    assert_held(trace);
    trace_get(trace, LC_RECORD_SPI_RETURN, LC_SPI_STARTUP, 0)->d--;
    assert_broken(trace, "START-15");
}

static void a_start_that_fails_owes_no_table(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_start_open(trace, WS2, TCP, ENTRY_TCP);
    trace_spi_return(trace, WS2, TCP, LC_SPI_STARTUP, LC_WSASYSNOTREADY)->d = 0;
    assert_held(trace);
}

static void a_cleanup_that_is_owed_and_fails_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_cleanup_open(trace);
    trace_spi_return(trace, WS2, TCP, LC_SPI_CLEANUP, -1)->b = LC_WSAEINTR;
    assert_broken(trace, "CLEAN-19");
}

/* WSAENETDOWN leaves the count unknown: nothing follows from it. */
static void a_cleanup_that_the_network_fails_leaves_the_count_open(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_cleanup_open(trace);
    trace_spi_return(trace, WS2, TCP, LC_SPI_CLEANUP, -1)->b = LC_WSAENETDOWN;
    trace_spi(trace, WS2, TCP, LC_SPI_CLEANUP, 0);
    assert_held(trace);
}

static void start_again(struct trace *trace, int64_t result)
{
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_start_open(trace, WS2, TCP, ENTRY_TCP);
    trace_spi_return(trace, WS2, TCP, LC_SPI_STARTUP, result)->b = result;
}

static void a_reloaded_provider_that_will_not_start_again_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    start_again(trace, LC_WSASYSNOTREADY);
    assert_broken(trace, "LOAD-17");
}

/* What was made to fail in that process may be why, whichever thread met it: a
 * start can wait for another. */
static void what_was_made_to_fail_excuses_a_start(void **state)
{
    (void)state;
    for (uint8_t process = 0; process < 2; process++) {
        struct trace *trace = trace_new(false);
        trace_life(trace, HANDLE);
        trace_startup(trace);
        trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
        trace_start_open(trace, WS2, TCP, ENTRY_TCP);
        trace->process = process;
        trace->thread = 1;
        trace_add(trace, LC_RECORD_FAIL, LC_FAIL_ALLOC);
        trace->process = 0;
        trace->thread = 0;
        trace_spi_return(trace, WS2, TCP, LC_SPI_STARTUP, LC_WSASYSNOTREADY)
            ->b = LC_WSASYSNOTREADY;
        if (process == 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "LOAD-17");
        }
    }
}

static void add_fail(struct trace *trace, uint8_t thread)
{
    uint8_t before = trace->thread;
    trace->thread = thread;
    trace_add(trace, LC_RECORD_FAIL, LC_FAIL_ALLOC);
    trace->thread = before;
}

static void start_fails(struct trace *trace, uint8_t provider)
{
    trace_spi_return(trace, WS2, provider, LC_SPI_STARTUP, LC_WSASYSNOTREADY)
        ->b = LC_WSASYSNOTREADY;
}

/* The layer waits for a thread of its own when the start below, in which it
 * was when that thread met the failure, has gone well. */
static void what_was_made_to_fail_excuses_the_starts_above(void **state)
{
    (void)state;
    for (uint32_t fails = 0; fails < 2; fails++) {
        struct trace *trace = trace_new(true);
        trace_life(trace, HANDLE);
        trace_startup(trace);
        trace_call(trace, LC_CALL_SOCKET, 0, 0);
        trace_start_open(trace, WS2, FILTER, ENTRY_CHAIN);
        trace_start_open(trace, FILTER, TCP, ENTRY_TCP);
        if (fails != 0) {
            add_fail(trace, 1);
        }
        trace_spi_return(trace, FILTER, TCP, LC_SPI_STARTUP, 0);
        trace_spi(trace, FILTER, TCP, LC_SPI_CLEANUP, 0);
        trace_spi_return(trace, FILTER, TCP, LC_SPI_CLEANUP, 0);
        trace_load(trace, FILTER, TCP, false);
        start_fails(trace, FILTER);
        if (fails != 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "LOAD-17");
        }
    }
}

enum {
    HELPER = LC_THREAD_REF_DLL /* the first thread of a DLL */
};

/* Nothing tells when a DLL's thread is through with it; but it belongs to one
 * life and one mapping. */
static void what_fails_for_a_dll_s_thread_excuses_later_starts(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    add_fail(trace, HELPER);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace_start_open(trace, WS2, TCP, ENTRY_TCP);
    start_fails(trace, TCP);
    assert_held(trace);

    trace_load(trace, WS2, TCP, false);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEPROVIDERFAILEDINIT);
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace_start_open(trace, WS2, TCP, ENTRY_TCP);
    start_fails(trace, TCP);
    assert_broken(trace, "LOAD-17");

    trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_close(trace, HANDLE, 1);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    add_fail(trace, HELPER);
    trace_cleanup_open(trace);
    trace_cleanup_close(trace);
    trace_get(trace, LC_RECORD_UNLOAD, 0, 0)->c = 0;
    start_again(trace, LC_WSASYSNOTREADY);
    trace_get(trace, LC_RECORD_LOAD, 0, 1)->c = 0;
    assert_broken(trace, "CLEAN-18");
}

static void add_dll_main(struct trace *trace, uint32_t function)
{
    trace_add(trace, LC_RECORD_DLL_MAIN, function)->callee = TCP;
}

/* What a DllMain lacks is missing for as long as the DLL is there. */
static void what_fails_in_a_dll_main_excuses_later_starts(void **state)
{
    (void)state;
    for (uint32_t in_main = 0; in_main < 2; in_main++) {
        struct trace *trace = trace_new(false);
        trace_life(trace, HANDLE);
        trace_startup(trace);
        trace->thread = 1;
        trace_call(trace, LC_CALL_SOCKET, 0, 0);
        if (in_main != 0) {
            add_dll_main(trace, 0);
        }
        add_fail(trace, 1);
        if (in_main != 0) {
            add_dll_main(trace, 1);
        }
        trace_return(trace, LC_CALL_SOCKET, -1, LC_WSASYSNOTREADY);
        trace->thread = 0;
        trace_call(trace, LC_CALL_SOCKET, 0, 0);
        trace_start_open(trace, WS2, TCP, ENTRY_TCP);
        start_fails(trace, TCP);
        if (in_main != 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "LOAD-17"); /* that call is over */
        }
    }
}

/* The call that comes to the start has met it, or another one that is still
 * under way. */
static void what_fails_in_a_call_excuses_its_later_starts(void **state)
{
    (void)state;
    for (uint8_t other = 0; other < 2; other++) {
        struct trace *trace = trace_new(false);
        trace_life(trace, HANDLE);
        trace_startup(trace);
        trace->thread = other;
        trace_call(trace, LC_CALL_SOCKET, 0, 0);
        add_fail(trace, other);
        trace->thread = 0;
        if (other != 0) {
            trace_call(trace, LC_CALL_SOCKET, 0, 0);
        }
        trace_start_open(trace, WS2, TCP, ENTRY_TCP);
        start_fails(trace, TCP);
        assert_held(trace);

        trace_load(trace, WS2, TCP, false);
        trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEPROVIDERFAILEDINIT);
        if (other != 0) {
            trace->thread = other;
            trace_return(trace, LC_CALL_SOCKET, -1, LC_WSASYSNOTREADY);
            trace->thread = 0;
        }
        trace_call(trace, LC_CALL_SOCKET, 0, 0);
        trace_start_open(trace, WS2, TCP, ENTRY_TCP);
        start_fails(trace, TCP);
        assert_broken(trace, "LOAD-17");
    }
}

static void a_pinned_provider_that_will_not_start_again_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    start_again(trace, LC_WSASYSNOTREADY);
    trace_get(trace, LC_RECORD_UNLOAD, 0, 0)->c = 0;
    trace_get(trace, LC_RECORD_LOAD, 0, 1)->c = 0;
    assert_broken(trace, "CLEAN-18");
}

static void a_second_life_that_knows_no_start_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_call(trace, LC_CALL_CONNECT, HANDLE, 0);
    trace_down(trace, LC_SPI_CONNECT, HANDLE);
    trace_up(trace, LC_SPI_CONNECT, -1, LC_WSANOTINITIALISED);
    assert_broken(trace, "LOAD-17");
}

static void an_upcall_after_the_final_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    trace->thread = LC_THREAD_REF(0, 0);
    trace_register(trace, TCP, HANDLE);
    assert_broken(trace, "UPCALL-5");
}

static void a_failure_without_a_code_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_call(trace, LC_CALL_CONNECT, HANDLE, 0);
    trace_down(trace, LC_SPI_CONNECT, HANDLE);
    trace_up(trace, LC_SPI_CONNECT, -1, 0);
    assert_broken(trace, "ERR-1");
}

static void a_layer_that_calls_below_after_its_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace->chain = false;
    trace_socket(trace, HANDLE + 4, true); /* tcp has another user */
    trace->chain = true;
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_spi(trace, WS2, FILTER, LC_SPI_CLEANUP, 0);
    trace_spi(trace, FILTER, TCP, LC_SPI_CLEANUP, 0);
    trace_spi_return(trace, FILTER, TCP, LC_SPI_CLEANUP, 0);
    trace_spi(trace, FILTER, TCP, LC_SPI_CLOSE_SOCKET, HANDLE);
    trace_get(trace, LC_RECORD_LOAD, 0, 2)->c = 0;
    assert_broken(trace, "CLEAN-23");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cleanup_more_than_starts_is_found),
        cmocka_unit_test(a_call_after_the_final_cleanup_is_found),
        cmocka_unit_test(a_call_before_any_start_is_found),
        cmocka_unit_test(a_socket_after_the_final_cleanup_is_found),
        cmocka_unit_test(a_provider_that_lost_its_count_is_found),
        cmocka_unit_test(a_start_that_leaves_an_entry_out_is_found),
        cmocka_unit_test(a_start_that_fails_owes_no_table),
        cmocka_unit_test(a_cleanup_that_is_owed_and_fails_is_found),
        cmocka_unit_test(
            a_cleanup_that_the_network_fails_leaves_the_count_open),
        cmocka_unit_test(
            a_reloaded_provider_that_will_not_start_again_is_found),
        cmocka_unit_test(what_was_made_to_fail_excuses_a_start),
        cmocka_unit_test(what_was_made_to_fail_excuses_the_starts_above),
        cmocka_unit_test(what_fails_for_a_dll_s_thread_excuses_later_starts),
        cmocka_unit_test(what_fails_in_a_dll_main_excuses_later_starts),
        cmocka_unit_test(what_fails_in_a_call_excuses_its_later_starts),
        cmocka_unit_test(a_pinned_provider_that_will_not_start_again_is_found),
        cmocka_unit_test(a_second_life_that_knows_no_start_is_found),
        cmocka_unit_test(an_upcall_after_the_final_cleanup_is_found),
        cmocka_unit_test(a_failure_without_a_code_is_found),
        cmocka_unit_test(a_layer_that_calls_below_after_its_cleanup_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
