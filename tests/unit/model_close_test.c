#include "model_trace.h"

static struct trace *connected(bool chain)
{
    struct trace *trace = trace_new(chain);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    return trace;
}

static void linger(struct trace *trace, int64_t on, int64_t seconds)
{
    trace_option(trace, LC_CALL_LINGER, HANDLE, on << 16 | seconds);
}

static void nonblocking(struct trace *trace)
{
    const int64_t values[2] = { LC_FIONBIO, 1 };
    trace_simple(trace, LC_CALL_FIONBIO, LC_SPI_IOCTL, HANDLE, values);
}

/* Nonblocking, linger 5 s, data unsent. */
static struct trace *must_refuse(void)
{
    struct trace *trace = connected(true);
    nonblocking(trace);
    linger(trace, 1, 5);
    trace_send(trace, HANDLE, 1);
    return trace;
}

static void a_close_that_keeps_the_descriptor_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected(false);
    trace_close(trace, HANDLE, 1);
    trace_remove(trace, trace_find(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE, 0));
    assert_broken(trace, "CLOSE-1");
}

static void a_close_that_ends_no_connection_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected(false);
    trace_close(trace, HANDLE, 1);
    trace_end(trace, LC_END_DONE);
    assert_broken(trace, "CLOSE-2");
}

static void a_fin_and_a_reset_after_it_twice_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected(false);
    linger(trace, 1, 0);
    trace_close_down(trace, HANDLE);
    trace_wire(trace, LC_WIRE_RST, 1, 0, 0);
    trace_wire(trace, LC_WIRE_RST, 1, 0, 0);
    assert_broken(trace, "CLOSE-2");
}

/* SHOULD: a warning, and broken only when asked for. */
static void a_call_on_a_closed_descriptor_that_works_is_a_warning(void **state)
{
    (void)state;
    struct trace *trace = connected(false);
    trace_close(trace, HANDLE, 1);
    trace_call(trace, LC_CALL_CONNECT, HANDLE, 0);
    trace_return(trace, LC_CALL_CONNECT, 0, 0);
    assert_warned(trace, "CLOSE-3");
}

static void using_a_closed_descriptor_is_the_applications_error(void **state)
{
    (void)state;
    struct trace *trace = connected(false);
    trace_close(trace, HANDLE, 1);
    trace_call(trace, LC_CALL_CONNECT, HANDLE, 0);
    trace_return(trace, LC_CALL_CONNECT, -1, LC_WSAENOTSOCK);
    trace_call(trace, LC_CALL_SEND, -1, 1);
    trace_return(trace, LC_CALL_SEND, -1, LC_WSAENOTSOCK);
    assert_app_erred(trace, "CLOSE-5");
}

static void closing_a_bad_descriptor_must_fail(void **state)
{
    (void)state;
    struct trace *trace = connected(false);
    trace_close(trace, HANDLE, 1);
    trace_call(trace, LC_CALL_CLOSESOCKET, HANDLE, 0);
    trace_return(trace, LC_CALL_CLOSESOCKET, 0, 0);
    assert_broken(trace, "CLOSE-29");
}

/* what happens to the racing calls is open, even unsent data. */
static void closing_under_another_threads_call_breaks_nothing(void **state)
{
    (void)state;
    struct trace *trace = connected(false);
    trace->thread = 1;
    trace_call(trace, LC_CALL_SEND, HANDLE, BYTES);
    trace_down(trace, LC_SPI_SEND, HANDLE);
    trace_wire(trace, LC_WIRE_ACCEPT, 1, 100, 0);
    trace->thread = 0;
    trace_close_down(trace, HANDLE);
    trace_wire(trace, LC_WIRE_RST, 1, 100, 0);
    trace_close_up(trace, HANDLE, 1);
    trace->thread = 1;
    trace_up(trace, LC_SPI_SEND, -1, LC_WSAECONNABORTED);
    trace_return(trace, LC_CALL_SEND, -1, LC_WSAECONNABORTED);
    trace_end(trace, LC_END_DONE);
    assert_app_erred(trace, "CLOSE-6");
}

/* The clock may move between any two steps of a thread: that alone is no
 * blocking. */
static void time_that_passes_in_a_close_is_not_blocking(void **state)
{
    (void)state;
    struct trace *trace = connected(false);
    trace_close_down(trace, HANDLE);
    trace->now_ns += LC_NS_PER_S;
    trace_close_up(trace, HANDLE, 1);
    assert_held(trace);
}

static struct trace *waits(enum lc_wait_for what)
{
    struct trace *trace = connected(false);
    trace_close_down(trace, HANDLE);
    trace_wait(trace, what, -1, false);
    trace->now_ns += LC_NS_PER_S;
    trace_wait(trace, what, -1, true);
    return trace;
}

static void a_close_that_waits_for_the_net_is_found(void **state)
{
    (void)state;
    assert_broken(waits(LC_WAIT_NET), "CLOSE-15");
}

static void a_close_that_sleeps_is_found(void **state)
{
    (void)state;
    assert_broken(waits(LC_WAIT_SLEEP), "INV-8");
}

static void a_close_that_waits_for_a_lock_holds(void **state)
{
    (void)state;
    assert_held(waits(LC_WAIT_LOCK));
}

static void a_refused_close_holds(void **state)
{
    (void)state;
    struct trace *trace = must_refuse();
    trace_close_refused(trace, HANDLE);
    trace_close_refused(trace, HANDLE);
    linger(trace, 0, 5);
    trace_flow(trace, 1);
    trace_close_down(trace, HANDLE);
    trace_fin(trace, 1);
    trace_close_up(trace, HANDLE, 1);
    trace_end(trace, LC_END_DONE);
    assert_held(trace);
}

/* A shutdown that failed is no remedy. */
static void a_refused_close_after_a_failed_shutdown_holds(void **state)
{
    (void)state;
    struct trace *trace = must_refuse();
    trace_call(trace, LC_CALL_SHUTDOWN, HANDLE, LC_SD_SEND);
    trace_down(trace, LC_SPI_SHUTDOWN, HANDLE);
    trace_up(trace, LC_SPI_SHUTDOWN, -1, LC_WSAENOTCONN);
    trace_return(trace, LC_CALL_SHUTDOWN, -1, LC_WSAENOTCONN);
    trace_close_refused(trace, HANDLE);
    assert_held(trace);
}

static void a_close_that_should_be_refused_is_found(void **state)
{
    (void)state;
    struct trace *trace = must_refuse();
    trace_close(trace, HANDLE, 1);
    assert_broken(trace, "CLOSE-16");
}

static void a_second_close_that_should_be_refused_is_found(void **state)
{
    (void)state;
    struct trace *trace = must_refuse();
    trace_close_refused(trace, HANDLE);
    trace_close(trace, HANDLE, 1);
    assert_broken(trace, "CLOSE-17");
}

static void a_refusal_on_a_default_socket_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected(false);
    nonblocking(trace);
    trace_close_refused(trace, HANDLE);
    assert_broken(trace, "CLOSE-16");
}

static void a_refusal_after_the_remedy_is_found(void **state)
{
    (void)state;
    struct trace *trace = must_refuse();
    trace_close_refused(trace, HANDLE);
    trace_option(trace, LC_CALL_DONTLINGER, HANDLE, 1);
    trace_close_refused(trace, HANDLE);
    assert_broken(trace, "CLOSE-17");
}

static void a_fin_of_a_refused_close_is_found(void **state)
{
    (void)state;
    struct trace *trace = must_refuse();
    trace_close_refused(trace, HANDLE);
    trace_flow(trace, 1);
    trace_fin(trace, 1);
    assert_broken(trace, "CLOSE-16");
}

static void a_refused_close_that_loses_the_socket_is_found(void **state)
{
    (void)state;
    struct trace *trace = must_refuse();
    trace_close_refused(trace, HANDLE);
    trace_call(trace, LC_CALL_SEND, HANDLE, 1);
    trace_return(trace, LC_CALL_SEND, -1, LC_WSAENOTSOCK);
    assert_broken(trace, "CLOSE-16");
}

/* The layer says "would block", the base has closed. */
static void a_half_refused_close_is_found(void **state)
{
    (void)state;
    struct trace *trace = must_refuse();
    trace_close_refused(trace, HANDLE);
    struct lc_record *record =
        trace_get(trace, LC_RECORD_SPI_RETURN, LC_SPI_CLOSE_SOCKET, 0);
    record->a = 0;
    record->b = 0;
    assert_broken(trace, "INV-9");
}

/* The same where the layer says that the network is down. */
static void a_close_that_half_fails_is_found(void **state)
{
    (void)state;
    struct trace *trace = must_refuse();
    trace_close_refused(trace, HANDLE);
    for (uint32_t i = 0; i < trace->count; i++) {
        if (trace->records[i].b == LC_WSAEWOULDBLOCK) {
            trace->records[i].b = LC_WSAENETDOWN;
        }
    }
    assert_held(trace);
    struct lc_record *record =
        trace_get(trace, LC_RECORD_SPI_RETURN, LC_SPI_CLOSE_SOCKET, 0);
    record->a = 0;
    record->b = 0;
    assert_broken(trace, "INV-9");
}

/* The layer says "closed" and never asked the base. */
static void a_half_done_close_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected(true);
    trace_close(trace, HANDLE, 1);
    trace_remove(
        trace,
        trace_find(trace, LC_RECORD_SPI_CALL, LC_SPI_CLOSE_SOCKET, 1));
    trace_remove(
        trace,
        trace_find(trace, LC_RECORD_SPI_RETURN, LC_SPI_CLOSE_SOCKET, 0));
    assert_broken(trace, "INV-9");
}

static void an_open_socket_that_is_denied_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected(true);
    trace->thread = 1;
    trace_call(trace, LC_CALL_SEND, HANDLE, 1);
    trace_return(trace, LC_CALL_SEND, -1, LC_WSAENOTSOCK);
    assert_broken(trace, "HANDLE-10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_close_that_keeps_the_descriptor_is_found),
        cmocka_unit_test(a_close_that_ends_no_connection_is_found),
        cmocka_unit_test(a_fin_and_a_reset_after_it_twice_is_found),
        cmocka_unit_test(a_call_on_a_closed_descriptor_that_works_is_a_warning),
        cmocka_unit_test(using_a_closed_descriptor_is_the_applications_error),
        cmocka_unit_test(closing_a_bad_descriptor_must_fail),
        cmocka_unit_test(closing_under_another_threads_call_breaks_nothing),
        cmocka_unit_test(time_that_passes_in_a_close_is_not_blocking),
        cmocka_unit_test(a_close_that_waits_for_the_net_is_found),
        cmocka_unit_test(a_close_that_sleeps_is_found),
        cmocka_unit_test(a_close_that_waits_for_a_lock_holds),
        cmocka_unit_test(a_refused_close_holds),
        cmocka_unit_test(a_refused_close_after_a_failed_shutdown_holds),
        cmocka_unit_test(a_close_that_should_be_refused_is_found),
        cmocka_unit_test(a_second_close_that_should_be_refused_is_found),
        cmocka_unit_test(a_refusal_on_a_default_socket_is_found),
        cmocka_unit_test(a_refusal_after_the_remedy_is_found),
        cmocka_unit_test(a_fin_of_a_refused_close_is_found),
        cmocka_unit_test(a_refused_close_that_loses_the_socket_is_found),
        cmocka_unit_test(a_half_refused_close_is_found),
        cmocka_unit_test(a_close_that_half_fails_is_found),
        cmocka_unit_test(a_half_done_close_is_found),
        cmocka_unit_test(an_open_socket_that_is_denied_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
