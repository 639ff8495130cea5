#include "model_trace.h"

static struct trace *sent(void)
{
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    trace_send(trace, HANDLE, 1);
    return trace;
}

static void a_gap_in_the_stream_is_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_wire(trace, LC_WIRE_DATA, 1, 100, 50);
    assert_broken(trace, "INV-6");
}

static void bytes_that_nobody_sent_are_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_wire(trace, LC_WIRE_DATA, 1, BYTES + 1, 0);
    assert_broken(trace, "INV-6");
}

static void wrong_bytes_are_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_get(trace, LC_RECORD_WIRE, LC_WIRE_ACCEPT, 0)->d = 0;
    assert_broken(trace, "INV-6");
}

/* The application may still mean the old socket by a value used before. */
static void wrong_bytes_on_a_reused_value_are_nobodys_fault(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_close(trace, HANDLE, 1);
    trace_socket(trace, HANDLE, false);
    trace_connect(trace, HANDLE, 2);
    trace_send(trace, HANDLE, 2);
    trace_get(trace, LC_RECORD_WIRE, LC_WIRE_ACCEPT, 0)->d = 0;
    assert_held(trace);
}

static void a_fin_before_the_last_byte_is_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_close_down(trace, HANDLE);
    trace_wire(trace, LC_WIRE_FIN, 1, 0, 0);
    assert_broken(trace, "INV-6");
}

static void a_fin_without_a_cause_is_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_flow(trace, 1);
    trace_fin(trace, 1);
    assert_broken(trace, "INV-10");
}

static void a_reset_without_a_cause_is_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_call(trace, LC_CALL_SEND, HANDLE, 1);
    trace_wire(trace, LC_WIRE_RST, 1, BYTES, 0);
    assert_broken(trace, "INV-6");
}

static void data_after_the_fin_are_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_flow(trace, 1);
    trace_shutdown(trace, HANDLE, LC_SD_SEND);
    trace_fin(trace, 1);
    trace_wire(trace, LC_WIRE_ACCEPT, 1, 1, BYTES);
    trace_wire(trace, LC_WIRE_DATA, 1, 1, BYTES);
    assert_broken(trace, "INV-10");
}

static void a_second_fin_after_a_shutdown_is_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_flow(trace, 1);
    trace_shutdown(trace, HANDLE, LC_SD_SEND);
    trace_fin(trace, 1);
    trace_close_down(trace, HANDLE);
    trace_fin(trace, 1);
    assert_broken(trace, "CLOSE-27");
}

static void a_second_fin_is_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_flow(trace, 1);
    trace_close_down(trace, HANDLE);
    trace_fin(trace, 1);
    trace_fin(trace, 1);
    assert_broken(trace, "INV-10");
}

/* Accepted by the layer, but never by the base. */
static void bytes_lost_on_the_way_down_are_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_flow(trace, 1);
    trace_get(trace, LC_RECORD_API_RETURN, LC_CALL_SEND, 0)->a = BYTES + 1;
    trace_close_down(trace, HANDLE);
    trace_fin(trace, 1);
    trace_close_up(trace, HANDLE, 1);
    trace_end(trace, LC_END_DONE);
    assert_broken(trace, "INV-6");
}

static void data_of_a_closed_socket_that_never_arrive_are_found(void **state)
{
    (void)state;
    struct trace *trace = sent();
    trace_close(trace, HANDLE, 1);
    trace_wire(trace, LC_WIRE_DATA, 1, BYTES, 0);
    trace_end(trace, LC_END_DONE);
    assert_broken(trace, "CLOSE-12");
}

static void data_handed_over_at_the_final_cleanup_must_arrive(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_life(trace, HANDLE);
    trace_process(trace, 1);
    trace_end(trace, LC_END_DONE);
    trace_remove(trace, trace_find(trace, LC_RECORD_WIRE, LC_WIRE_DELIVER, 0));
    trace_remove(
        trace,
        trace_find(trace, LC_RECORD_WIRE, LC_WIRE_FIN_DELIVER, 0));
    assert_broken(trace, "INV-7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gap_in_the_stream_is_found),
        cmocka_unit_test(bytes_that_nobody_sent_are_found),
        cmocka_unit_test(wrong_bytes_are_found),
        cmocka_unit_test(wrong_bytes_on_a_reused_value_are_nobodys_fault),
        cmocka_unit_test(a_fin_before_the_last_byte_is_found),
        cmocka_unit_test(a_fin_without_a_cause_is_found),
        cmocka_unit_test(a_reset_without_a_cause_is_found),
        cmocka_unit_test(data_after_the_fin_are_found),
        cmocka_unit_test(a_second_fin_after_a_shutdown_is_found),
        cmocka_unit_test(a_second_fin_is_found),
        cmocka_unit_test(bytes_lost_on_the_way_down_are_found),
        cmocka_unit_test(data_of_a_closed_socket_that_never_arrive_are_found),
        cmocka_unit_test(data_handed_over_at_the_final_cleanup_must_arrive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
