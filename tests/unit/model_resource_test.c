#include "model_trace.h"

static struct trace *in_final_cleanup(void)
{
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_close(trace, HANDLE, 1);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace_cleanup_open(trace);
    return trace;
}

static void thread_record(struct trace *trace, uint32_t function, uint8_t ref)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_THREAD, function);
    record->caller = TCP;
    record->callee = TCP;
    record->a = ref;
}

static void lock_record(struct trace *trace, uint32_t function, int64_t depth)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_LOCK, function);
    record->caller = TCP;
    record->a = 5;
    record->b = depth;
}

static void an_object_left_behind_is_found(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < LC_OBJECT_COUNT; kind++) {
        struct trace *trace = in_final_cleanup();
        trace_object(trace, true, kind, 55);
        trace_cleanup_close(trace);
        assert_broken(trace, "CLEAN-17");
    }
}

/* What DllMain makes lives as long as the DLL is loaded. */
static void an_object_of_dll_main_may_stay(void **state)
{
    (void)state;
    struct trace *trace = in_final_cleanup();
    trace_add(trace, LC_RECORD_DLL_MAIN, 0)->callee = TCP;
    trace_object(trace, true, LC_OBJECT_LOCK, 55);
    trace_add(trace, LC_RECORD_DLL_MAIN, 1)->callee = TCP;
    trace_cleanup_close(trace);
    /* ... and not longer: DLL-4. */
    assert_broken(trace, "DLL-4");
    trace_get(trace, LC_RECORD_UNLOAD, 0, 0)->c = 0;
    assert_held(trace);
}

static void a_thread_left_behind_is_found(void **state)
{
    (void)state;
    struct trace *trace = in_final_cleanup();
    thread_record(trace, 0, LC_THREAD_REF(0, 0));
    trace_cleanup_close(trace);
    assert_broken(trace, "LOAD-15");
}

/* A thread with a reference of its own keeps the DLL mapped for itself. */
static void a_thread_that_holds_its_dll_is_safe(void **state)
{
    (void)state;
    struct trace *trace = in_final_cleanup();
    trace_load(trace, TCP, TCP, true);
    trace->records[trace->count - 1].c = 0;
    thread_record(trace, 0, LC_THREAD_REF(0, 0));
    trace_cleanup_close(trace);
    trace_get(trace, LC_RECORD_UNLOAD, 0, 0)->c = 0;
    assert_held(trace);
}

static void a_lock_left_held_is_found(void **state)
{
    (void)state;
    struct trace *trace = in_final_cleanup();
    lock_record(trace, LC_LOCK_ENTER, 1);
    lock_record(trace, LC_LOCK_ENTER, 2);
    lock_record(trace, LC_LOCK_LEAVE, 1);
    trace_cleanup_close(trace);
    assert_broken(trace, "INV-4");
}

static void a_block_freed_twice_is_found(void **state)
{
    (void)state;
    struct trace *trace = in_final_cleanup();
    trace_object(trace, false, LC_OBJECT_BLOCK, 55);
    trace->records[trace->count - 1].b = 1;
    assert_broken(trace, "MISUSE");
}

static void a_lock_that_is_none_is_found(void **state)
{
    (void)state;
    struct trace *trace = in_final_cleanup();
    lock_record(trace, LC_LOCK_LEAVE, 0);
    trace->records[trace->count - 1].c = 1;
    assert_broken(trace, "MISUSE");
}

static void a_failed_start_that_keeps_something_is_an_inference(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_start_open(trace, WS2, TCP, ENTRY_TCP);
    lock_record(trace, LC_LOCK_ENTER, 1);
    trace_spi_return(trace, WS2, TCP, LC_SPI_STARTUP, LC_WSASYSNOTREADY)->b =
        LC_WSASYSNOTREADY;
    assert_warned(trace, "START-10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_left_behind_is_found),
        cmocka_unit_test(an_object_of_dll_main_may_stay),
        cmocka_unit_test(a_thread_left_behind_is_found),
        cmocka_unit_test(a_thread_that_holds_its_dll_is_safe),
        cmocka_unit_test(a_lock_left_held_is_found),
        cmocka_unit_test(a_block_freed_twice_is_found),
        cmocka_unit_test(a_lock_that_is_none_is_found),
        cmocka_unit_test(a_failed_start_that_keeps_something_is_an_inference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
