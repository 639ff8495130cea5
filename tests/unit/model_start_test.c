#include "model_trace.h"

/* A start that worked counts: the next call may not say otherwise. */
static void a_started_process_is_not_uninitialised(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSANOTINITIALISED);
    assert_broken(trace, "START-3");
}

/* While another thread's cleanup is under way, either answer is right. */
static void a_cleanup_under_way_excuses_both_answers(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace->thread = 1;
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace->thread = 0;
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace->thread = 1;
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSANOTINITIALISED);
    assert_held(trace);
}

static void a_failed_start_does_not_count(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_call(trace, LC_CALL_WSASTARTUP, 0, 0);
    trace_return(
        trace,
        LC_CALL_WSASTARTUP,
        LC_WSAVERNOTSUPPORTED,
        LC_WSAVERNOTSUPPORTED);
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEMFILE);
    assert_broken(trace, "START-1");
}

static void a_start_elsewhere_starts_nothing_here(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace->process = 1;
    trace->thread = 1;
    trace_process(trace, 0);
    trace_call(trace, LC_CALL_CONNECT, HANDLE, 0);
    trace_return(trace, LC_CALL_CONNECT, 0, 0);
    assert_broken(trace, "START-7");
}

/* The application erred; the answer was right. */
static void a_cleanup_too_many_is_the_applications_error(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_return(trace, LC_CALL_WSACLEANUP, -1, LC_WSANOTINITIALISED);
    assert_app_erred(trace, "CLEAN-1");
}

static void a_cleanup_too_many_must_fail(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    assert_broken(trace, "CLEAN-3");
}

static void a_process_that_ends_without_cleanup_is_the_applications_error(
    void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    trace_send(trace, HANDLE, 1);
    trace_process(trace, 1);
    trace->records[trace->count - 1].a = LC_EXIT_TERMINATED;
    trace_wire(trace, LC_WIRE_RST, 1, BYTES, 0)->thread = LC_NONE;
    trace_end(trace, LC_END_DONE);
    assert_app_erred(trace, "CLEAN-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_started_process_is_not_uninitialised),
        cmocka_unit_test(a_cleanup_under_way_excuses_both_answers),
        cmocka_unit_test(a_failed_start_does_not_count),
        cmocka_unit_test(a_start_elsewhere_starts_nothing_here),
        cmocka_unit_test(a_cleanup_too_many_is_the_applications_error),
        cmocka_unit_test(a_cleanup_too_many_must_fail),
        cmocka_unit_test(
            a_process_that_ends_without_cleanup_is_the_applications_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
