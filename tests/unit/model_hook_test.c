#include "model_trace.h"

/* A process of Winsock 1.1, with a connection. */
static struct trace *old(void)
{
    struct trace *trace = trace_new(true);
    trace_call(trace, LC_CALL_WSASTARTUP, 0x0101, 0);
    trace_return(trace, LC_CALL_WSASTARTUP, 0, 0);
    trace->records[trace->count - 1].c = 0x0101;
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    return trace;
}

static void simple(struct trace *trace, enum lc_call call, int64_t error)
{
    trace_call(trace, call, 0, 0);
    trace_return(trace, call, error == 0 ? 0 : -1, error);
}

static void asks(struct trace *trace)
{
    struct lc_record *record = trace_add(
        trace,
        LC_RECORD_UPCALL_CALL,
        LC_UPCALL_QUERY_BLOCKING_CALLBACK);
    record->caller = TCP;
    record->callee = WS2;
    record = trace_add(
        trace,
        LC_RECORD_UPCALL_RETURN,
        LC_UPCALL_QUERY_BLOCKING_CALLBACK);
    record->caller = TCP;
    record->callee = WS2;
}

static struct lc_record *hook(
    struct trace *trace,
    enum lc_hook what,
    int64_t a,
    int64_t error)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_HOOK, what);
    record->caller = what == LC_HOOK_MAKES ? LC_MODULE_APP : TCP;
    record->callee = what == LC_HOOK_MAKES ? WS2 : LC_MODULE_APP;
    record->a = a;
    record->b = error;
    return record;
}

static void waits(struct trace *trace)
{
    trace_wait(trace, LC_WAIT_NET, 50, false)->a = 1;
    trace->now_ns += 50 * LC_NS_PER_MS;
    trace_wait(trace, LC_WAIT_NET, 50, true)->a = 1;
}

/* A receive that waits, up to where its hook runs. */
static void receives(struct trace *trace)
{
    trace_call(trace, LC_CALL_RECV, HANDLE, 100);
    trace_down(trace, LC_SPI_RECV, HANDLE);
    asks(trace);
    waits(trace);
    hook(trace, LC_HOOK_RUNS, 0, 0);
}

static void cancels(struct trace *trace, int64_t error)
{
    hook(trace, LC_HOOK_MAKES, LC_CALL_CANCEL, error);
    hook(trace, LC_HOOK_ENDS, error != 0, 0);
}

static void ends(struct trace *trace, enum lc_call call, uint32_t function)
{
    trace_up(trace, function, -1, LC_WSAEINTR);
    trace_return(trace, call, -1, LC_WSAEINTR);
}

static struct trace *cancelled(void)
{
    struct trace *trace = old();
    simple(trace, LC_CALL_SETHOOK, 0);
    receives(trace);
    cancels(trace, 0);
    ends(trace, LC_CALL_RECV, LC_SPI_RECV);
    return trace;
}

static void a_cancelled_call_is_good(void **state)
{
    (void)state;
    struct trace *trace = cancelled();
    trace_close(trace, HANDLE, 1);
    simple(trace, LC_CALL_CANCEL, LC_WSAEINVAL);
    simple(trace, LC_CALL_UNHOOK, 0);
    assert_held(trace);
}

static void a_wait_without_asking_is_found(void **state)
{
    (void)state;
    for (int64_t is_set = 0; is_set <= 1; is_set++) {
        struct trace *trace = old();
        if (is_set != 0) {
            simple(trace, LC_CALL_SETHOOK, 0);
        }
        trace_call(trace, LC_CALL_RECV, HANDLE, 100);
        trace_down(trace, LC_SPI_RECV, HANDLE);
        waits(trace);
        if (is_set != 0) {
            assert_broken(trace, "BLOCK-1");
        } else {
            assert_held(trace);
        }
    }
}

static void a_hook_where_nothing_waits_is_found(void **state)
{
    (void)state;
    struct trace *trace = old();
    simple(trace, LC_CALL_SETHOOK, 0);
    trace_call(trace, LC_CALL_RECV, HANDLE, 100);
    trace_down(trace, LC_SPI_RECV, HANDLE);
    asks(trace);
    hook(trace, LC_HOOK_RUNS, 0, 0);
    assert_broken(trace, "BLOCK-2");
    trace = old();
    simple(trace, LC_CALL_SETHOOK, 0);
    trace_option(trace, LC_CALL_FIONBIO, HANDLE, 1);
    receives(trace);
    assert_broken(trace, "BLOCK-2");
}

static void a_poll_that_calls_the_hook_is_found(void **state)
{
    (void)state;
    for (int64_t ms = 0; ms <= 10; ms += 10) {
        struct trace *trace = old();
        simple(trace, LC_CALL_SETHOOK, 0);
        trace_call(trace, LC_CALL_SELECT, 0, ms);
        trace_down(trace, LC_SPI_SELECT, 0);
        asks(trace);
        waits(trace);
        hook(trace, LC_HOOK_RUNS, 0, 0);
        if (ms != 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "EVENT-9"); /* its wait is found first */
        }
    }
}

static void waiting_on_after_a_cancel_is_found(void **state)
{
    (void)state;
    struct trace *trace = old();
    simple(trace, LC_CALL_SETHOOK, 0);
    receives(trace);
    hook(trace, LC_HOOK_ENDS, 1, 0);
    waits(trace);
    hook(trace, LC_HOOK_RUNS, 0, 0);
    assert_held(trace);
    cancels(trace, 0);
    waits(trace);
    assert_broken(trace, "BLOCK-3");
}

static void the_hook_of_another_thread_is_found(void **state)
{
    (void)state;
    struct trace *trace = old();
    simple(trace, LC_CALL_SETHOOK, 0);
    trace->thread = 1;
    receives(trace);
    assert_broken(trace, "BLOCK-4");
    trace = old();
    receives(trace);
    assert_broken(trace, "BLOCK-4");
}

static void a_cancel_that_fails_is_found(void **state)
{
    (void)state;
    struct trace *trace = old();
    simple(trace, LC_CALL_SETHOOK, 0);
    receives(trace);
    cancels(trace, LC_WSAEINVAL);
    assert_broken(trace, "BLOCK-5");
}

/* The one who was cancelled is another. */
static void an_interruption_of_others_is_found(void **state)
{
    (void)state;
    struct trace *trace = cancelled();
    trace->thread = 1;
    trace_socket(trace, HANDLE + 4, false);
    trace_connect(trace, HANDLE + 4, 2);
    trace_call(trace, LC_CALL_RECV, HANDLE + 4, 100);
    trace_down(trace, LC_SPI_RECV, HANDLE + 4);
    ends(trace, LC_CALL_RECV, LC_SPI_RECV);
    assert_broken(trace, "BLOCK-5");
}

static void a_cancel_of_nothing_is_found(void **state)
{
    (void)state;
    struct trace *trace = old();
    simple(trace, LC_CALL_CANCEL, 0);
    assert_broken(trace, "BLOCK-7");
}

static void a_part_of_a_cancelled_send_resets(void **state)
{
    (void)state;
    for (uint32_t resets = 0; resets <= 2; resets++) {
        struct trace *trace = old();
        simple(trace, LC_CALL_SETHOOK, 0);
        trace_call(trace, LC_CALL_SEND, HANDLE, BYTES);
        trace_down(trace, LC_SPI_SEND, HANDLE);
        trace_wire(trace, LC_WIRE_ACCEPT, 1, 100, 0);
        asks(trace);
        waits(trace);
        hook(trace, LC_HOOK_RUNS, 0, 0);
        cancels(trace, 0);
        if (resets != 0) {
            trace_wire(trace, LC_WIRE_RST, 1, 100, 0);
        }
        ends(trace, LC_CALL_SEND, LC_SPI_SEND);
        if (resets == 0) {
            assert_broken(trace, "BLOCK-10");
            continue;
        }
        int64_t error = resets == 1 ? LC_WSAECONNABORTED : 0;
        trace_call(trace, LC_CALL_SEND, HANDLE, BYTES);
        trace_down(trace, LC_SPI_SEND, HANDLE);
        trace_up(trace, LC_SPI_SEND, error != 0 ? -1 : 0, error);
        trace_return(trace, LC_CALL_SEND, error != 0 ? -1 : BYTES, error);
        if (resets == 1) {
            assert_held(trace);
        } else {
            assert_broken(trace, "BLOCK-10");
        }
    }
}

static void hooks_of_winsock_2_are_found(void **state)
{
    static const enum lc_call calls[] = { LC_CALL_SETHOOK,
                                          LC_CALL_UNHOOK,
                                          LC_CALL_ISBLOCKING };

    (void)state;
    for (uint32_t i = 0; i < LC_COUNT_OF(calls); i++) {
        struct trace *trace = trace_new(true);
        trace_startup(trace);
        simple(trace, calls[i], LC_WSAEOPNOTSUPP);
        assert_held(trace);
        simple(trace, calls[i], 0);
        assert_broken(trace, "BLOCK-12");
    }
}

static void a_call_in_progress_is_told_to_winsock_1_only(void **state)
{
    (void)state;
    for (uint32_t is_old = 0; is_old <= 1; is_old++) {
        struct trace *trace = is_old != 0 ? old() : trace_new(true);
        if (is_old == 0) {
            trace_startup(trace);
            trace_socket(trace, HANDLE, true);
        }
        trace_call(trace, LC_CALL_SEND, HANDLE, 1);
        trace_down(trace, LC_SPI_SEND, HANDLE);
        trace_up(trace, LC_SPI_SEND, -1, LC_WSAEINPROGRESS);
        trace_return(trace, LC_CALL_SEND, -1, LC_WSAEINPROGRESS);
        if (is_old != 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "BLOCK-13");
        }
    }
}

static void calls_in_a_hook_must_be_refused(void **state)
{
    (void)state;
    struct trace *trace = old();
    simple(trace, LC_CALL_SETHOOK, 0);
    receives(trace);
    hook(trace, LC_HOOK_MAKES, LC_CALL_ISBLOCKING, 0)->c = 1;
    hook(trace, LC_HOOK_MAKES, LC_CALL_SEND, LC_WSAEINPROGRESS);
    struct lc_record *cleanup =
        hook(trace, LC_HOOK_MAKES, LC_CALL_WSACLEANUP, LC_WSAEINPROGRESS);
    assert_held(trace);
    cleanup->b = 0;
    assert_broken(trace, "CLEAN-11");
    cleanup->a = LC_CALL_SEND;
    assert_broken(trace, "BLOCK-13");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cancelled_call_is_good),
        cmocka_unit_test(a_wait_without_asking_is_found),
        cmocka_unit_test(a_hook_where_nothing_waits_is_found),
        cmocka_unit_test(a_poll_that_calls_the_hook_is_found),
        cmocka_unit_test(waiting_on_after_a_cancel_is_found),
        cmocka_unit_test(the_hook_of_another_thread_is_found),
        cmocka_unit_test(a_cancel_that_fails_is_found),
        cmocka_unit_test(an_interruption_of_others_is_found),
        cmocka_unit_test(a_cancel_of_nothing_is_found),
        cmocka_unit_test(a_part_of_a_cancelled_send_resets),
        cmocka_unit_test(hooks_of_winsock_2_are_found),
        cmocka_unit_test(a_call_in_progress_is_told_to_winsock_1_only),
        cmocka_unit_test(calls_in_a_hook_must_be_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
