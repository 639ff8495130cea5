#include "model_trace.h"

static struct trace *connected(void)
{
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    return trace;
}

static void linger(struct trace *trace, int64_t on, int64_t seconds)
{
    trace_option(trace, LC_CALL_LINGER, HANDLE, on << 16 | seconds);
}

static void close_with_reset(struct trace *trace)
{
    trace_close_down(trace, HANDLE);
    trace_wire(trace, LC_WIRE_RST, 1, 0, 0);
    trace_close_up(trace, HANDLE, 1);
}

static void waited(struct trace *trace, int64_t ms, uint64_t real_ms)
{
    trace_wait(trace, LC_WAIT_NET, ms, false);
    trace->now_ns += real_ms * LC_NS_PER_MS;
    trace_wait(trace, LC_WAIT_NET, ms, true);
}

static void a_reset_of_a_default_socket_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    close_with_reset(trace);
    assert_broken(trace, "LINGER-1");
}

static void a_reset_although_lingering_is_off_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    linger(trace, 0, 5);
    close_with_reset(trace);
    assert_broken(trace, "LINGER-5");
}

static void a_reset_after_dontlinger_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    linger(trace, 1, 0);
    trace_option(trace, LC_CALL_DONTLINGER, HANDLE, 1);
    close_with_reset(trace);
    assert_broken(trace, "LINGER-3");
}

/* DONTLINGER FALSE: for how long is not said (LINGER-4). */
static void a_reset_after_lingering_for_no_given_time_holds(void **state)
{
    (void)state;
    struct trace *trace = connected();
    trace_option(trace, LC_CALL_DONTLINGER, HANDLE, 0);
    close_with_reset(trace);
    assert_held(trace);
}

static void a_hard_close_holds(void **state)
{
    (void)state;
    struct trace *trace = connected();
    linger(trace, 1, 0);
    trace_send(trace, HANDLE, 1);
    close_with_reset(trace);
    trace_end(trace, LC_END_DONE);
    assert_held(trace);
}

static void a_graceful_end_of_a_hard_close_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    linger(trace, 1, 0);
    trace_send(trace, HANDLE, 1);
    trace_close_down(trace, HANDLE);
    trace_flow(trace, 1);
    trace_fin(trace, 1);
    assert_broken(trace, "INV-6");
}

static void an_option_set_after_the_data_is_an_inference(void **state)
{
    (void)state;
    struct trace *trace = connected();
    linger(trace, 1, 0);
    trace_send(trace, HANDLE, 1);
    linger(trace, 0, 0);
    trace_close_down(trace, HANDLE);
    trace_wire(trace, LC_WIRE_RST, 1, BYTES, 0);
    assert_warned(trace, "LINGER-12");
}

/* Linger 5 s, data unsent, in the close. */
static struct trace *lingering(void)
{
    struct trace *trace = connected();
    linger(trace, 1, 5);
    trace_send(trace, HANDLE, 1);
    trace_close_down(trace, HANDLE);
    return trace;
}

static void a_lingering_close_that_finishes_holds(void **state)
{
    (void)state;
    struct trace *trace = lingering();
    waited(trace, 5000, 1000);
    trace_flow(trace, 1);
    waited(trace, 3820, 10);
    trace_fin(trace, 1);
    trace_close_up(trace, HANDLE, 1);
    trace_end(trace, LC_END_DONE);
    assert_held(trace);
}

static void a_lingering_close_that_runs_out_and_resets_holds(void **state)
{
    (void)state;
    struct trace *trace = lingering();
    waited(trace, 5000, 5000);
    trace_wire(trace, LC_WIRE_RST, 1, BYTES, 0);
    trace_close_up(trace, HANDLE, 1);
    trace_end(trace, LC_END_DONE);
    assert_held(trace);
}

static void a_lingering_close_that_runs_out_and_does_not_reset_is_found(
    void **state)
{
    (void)state;
    struct trace *trace = lingering();
    waited(trace, 5000, 5000);
    trace_close_up(trace, HANDLE, 1);
    assert_broken(trace, "LINGER-8");
}

static void a_lingering_close_that_does_not_wait_is_found(void **state)
{
    (void)state;
    struct trace *trace = lingering();
    trace_close_up(trace, HANDLE, 1);
    assert_broken(trace, "LINGER-9");
}

static void a_lingering_close_that_resets_too_early_is_found(void **state)
{
    (void)state;
    struct trace *trace = lingering();
    waited(trace, 5000, 1000);
    trace_wire(trace, LC_WIRE_RST, 1, BYTES, 0);
    assert_broken(trace, "INV-6");
}

static void a_lingering_close_that_asks_for_too_long_is_found(void **state)
{
    (void)state;
    struct trace *trace = lingering();
    waited(trace, 6000, 10);
    assert_broken(trace, "LINGER-10");
}

static void a_lingering_close_that_begins_its_time_anew_is_found(void **state)
{
    (void)state;
    struct trace *trace = lingering();
    waited(trace, 5000, 1000);
    waited(trace, 5000, 1000);
    assert_broken(trace, "LINGER-10");
}

static void a_lingering_close_without_a_limit_is_found(void **state)
{
    (void)state;
    struct trace *trace = lingering();
    waited(trace, -1, 6000);
    waited(trace, -1, 10);
    assert_broken(trace, "LINGER-10");
}

/* A thread that was not run for long after its wait is no fault. */
static void a_lingering_close_that_is_not_run_holds(void **state)
{
    (void)state;
    struct trace *trace = lingering();
    trace_flow(trace, 1);
    waited(trace, 5000, 60000);
    trace_close_up(trace, HANDLE, 1);
    assert_held(trace);
}

static void a_wait_when_all_is_over_is_an_inference(void **state)
{
    (void)state;
    struct trace *trace = connected();
    linger(trace, 1, 5);
    trace_shutdown(trace, HANDLE, LC_SD_SEND);
    trace_wire(trace, LC_WIRE_FIN, 1, 0, 0);
    trace_wire(trace, LC_WIRE_FIN_ACK, 1, 0, 0);
    trace_close_down(trace, HANDLE);
    waited(trace, 5000, 10);
    assert_warned(trace, "LINGER-11");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reset_of_a_default_socket_is_found),
        cmocka_unit_test(a_reset_although_lingering_is_off_is_found),
        cmocka_unit_test(a_reset_after_dontlinger_is_found),
        cmocka_unit_test(a_reset_after_lingering_for_no_given_time_holds),
        cmocka_unit_test(a_hard_close_holds),
        cmocka_unit_test(a_graceful_end_of_a_hard_close_is_found),
        cmocka_unit_test(an_option_set_after_the_data_is_an_inference),
        cmocka_unit_test(a_lingering_close_that_finishes_holds),
        cmocka_unit_test(a_lingering_close_that_runs_out_and_resets_holds),
        cmocka_unit_test(
            a_lingering_close_that_runs_out_and_does_not_reset_is_found),
        cmocka_unit_test(a_lingering_close_that_does_not_wait_is_found),
        cmocka_unit_test(a_lingering_close_that_resets_too_early_is_found),
        cmocka_unit_test(a_lingering_close_that_asks_for_too_long_is_found),
        cmocka_unit_test(a_lingering_close_that_begins_its_time_anew_is_found),
        cmocka_unit_test(a_lingering_close_without_a_limit_is_found),
        cmocka_unit_test(a_lingering_close_that_is_not_run_holds),
        cmocka_unit_test(a_wait_when_all_is_over_is_an_inference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
