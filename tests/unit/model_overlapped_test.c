#include "model_trace.h"

enum {
    NUMBER = 7 /* of the operation */
};

static struct trace *connected(void)
{
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    return trace;
}

static struct lc_record *happens(
    struct trace *trace,
    enum lc_overlapped what,
    int64_t error,
    int64_t bytes)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_OVERLAPPED, what);
    record->caller = LC_MODULE_SYSTEM;
    record->a = NUMBER;
    record->b = error;
    record->c = bytes;
    return record;
}

static void send_open(struct trace *trace, uint32_t how)
{
    trace_call(trace, LC_CALL_WSASEND, HANDLE, BYTES);
    trace->records[trace->count - 1].c = how;
    trace->records[trace->count - 1].d = NUMBER;
    trace_down(trace, LC_SPI_SEND, HANDLE);
}

static void send_close(struct trace *trace, int64_t error)
{
    trace_up(trace, LC_SPI_SEND, error == 0 ? 0 : -1, error);
    trace_return(trace, LC_CALL_WSASEND, error == 0 ? 0 : -1, error);
    trace->records[trace->count - 1].d = NUMBER;
}

/* A send that goes on after its call. */
static void send_pending(struct trace *trace, uint32_t how)
{
    send_open(trace, how);
    trace_wire(trace, LC_WIRE_ACCEPT, 1, 100, 0);
    send_close(trace, LC_WSA_IO_PENDING);
}

/* The rest is taken, and it is told of. */
static void completes(struct trace *trace, enum lc_overlapped told)
{
    trace_wire(trace, LC_WIRE_ACCEPT, 1, BYTES - 100, 100);
    happens(trace, LC_OVERLAPPED_STATUS, 0, BYTES);
    happens(trace, told, 0, BYTES);
}

static void an_operation_told_of_once_is_good(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_open(trace, LC_INDICATE_EVENT);
    trace_wire(trace, LC_WIRE_ACCEPT, 1, BYTES, 0);
    happens(trace, LC_OVERLAPPED_STATUS, 0, BYTES);
    happens(trace, LC_OVERLAPPED_EVENT, 0, BYTES);
    send_close(trace, 0);
    trace_flow(trace, 1);
    trace_close(trace, HANDLE, 1);
    assert_held(trace);
}

static void an_operation_told_of_twice_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_EVENT);
    completes(trace, LC_OVERLAPPED_EVENT);
    happens(trace, LC_OVERLAPPED_EVENT, 0, BYTES);
    assert_broken(trace, "OVL-2");
}

static void an_operation_that_is_through_twice_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_EVENT);
    completes(trace, LC_OVERLAPPED_EVENT);
    happens(trace, LC_OVERLAPPED_STATUS, LC_WSA_OPERATION_ABORTED, 0);
    assert_broken(trace, "OVL-2");
}

static void a_finished_operation_that_is_not_told_of_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_open(trace, LC_INDICATE_EVENT);
    trace_wire(trace, LC_WIRE_ACCEPT, 1, BYTES, 0);
    happens(trace, LC_OVERLAPPED_STATUS, 0, BYTES);
    send_close(trace, 0);
    assert_broken(trace, "OVL-2");
}

static void one_that_has_not_begun_and_is_told_of_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_open(trace, LC_INDICATE_EVENT);
    send_close(trace, LC_WSAENOBUFS);
    happens(trace, LC_OVERLAPPED_EVENT, 0, BYTES);
    assert_broken(trace, "OVL-2");
}

/* An operation without event and routine, on a socket that is tied to a port. */
static struct trace *posted(void)
{
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_NOTHING);
    completes(trace, LC_OVERLAPPED_PACKET);
    return trace;
}

static void a_packet_posted_and_taken_is_good(void **state)
{
    (void)state;
    struct trace *trace = posted();
    happens(trace, LC_OVERLAPPED_TAKEN, 0, BYTES);
    assert_held(trace);
}

static void a_second_packet_is_found(void **state)
{
    (void)state;
    struct trace *trace = posted();
    happens(trace, LC_OVERLAPPED_PACKET, 0, BYTES);
    assert_broken(trace, "OVL-2");
}

static void a_packet_that_nobody_has_posted_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_NOTHING);
    happens(trace, LC_OVERLAPPED_TAKEN, 0, BYTES);
    assert_broken(trace, "OVL-2");
}

static struct trace *queued(void)
{
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_ROUTINE);
    completes(trace, LC_OVERLAPPED_QUEUED);
    return trace;
}

static void a_routine_that_runs_while_its_thread_sleeps_is_good(void **state)
{
    (void)state;
    struct trace *trace = queued();
    trace_call(trace, LC_CALL_SLEEPEX, 0, 5);
    happens(trace, LC_OVERLAPPED_ROUTINE, 0, BYTES);
    trace_return(trace, LC_CALL_SLEEPEX, LC_WAIT_IO_COMPLETION, 0);
    assert_held(trace);
}

/* A layer in a DLL has set the status itself, and its routine says it. Of a
 * built-in one the status is seen: without it nothing is through. */
static void a_routine_of_a_hosted_layer_tells_the_status(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 4; way++) {
        static struct model model;
        struct lc_world world;
        bool is_hosted = way != 1;
        struct trace *trace = connected();
        send_pending(trace, LC_INDICATE_ROUTINE);
        trace_wire(trace, LC_WIRE_ACCEPT, 1, BYTES - 100, 100);
        if (way < 2) {
            trace_call(trace, LC_CALL_GETOVERLAPPED, HANDLE, 0);
            trace->records[trace->count - 1].c = NUMBER;
            trace_return(trace, LC_CALL_GETOVERLAPPED, BYTES, 0);
        }
        trace_call(trace, LC_CALL_SLEEPEX, 100, 0);
        happens(trace, LC_OVERLAPPED_ROUTINE, 0, BYTES);
        if (way == 3) { /* once more */
            happens(trace, LC_OVERLAPPED_STATUS, 0, BYTES);
        }
        trace_world(&world);
        world.providers[1].kind = is_hosted ? LC_PROVIDER_DLL : LC_PROVIDER_IFS;
        model_init(&model, &world, &(struct model_options){ 0 });
        for (uint32_t i = 0; i < trace->count; i++) {
            if (!model_step(&model, &trace->records[i])) {
                break;
            }
        }
        struct lc_verdict verdict = model_verdict(&model);
        if (way == 1 || way == 3) {
            assert_int_equal(verdict.kind, LC_VERDICT_BROKEN);
            assert_string_equal(
                model_rule(verdict.rule)->id,
                way == 1 ? "OVL-10" : "OVL-2");
        } else {
            assert_int_equal(verdict.kind, LC_VERDICT_HELD);
        }
    }
}

static void a_routine_that_runs_twice_is_found(void **state)
{
    (void)state;
    struct trace *trace = queued();
    trace_call(trace, LC_CALL_SLEEPEX, 0, 5);
    happens(trace, LC_OVERLAPPED_ROUTINE, 0, BYTES);
    happens(trace, LC_OVERLAPPED_ROUTINE, 0, BYTES);
    assert_broken(trace, "OVL-2");
}

static void a_routine_outside_an_alertable_wait_is_found(void **state)
{
    (void)state;
    struct trace *trace = queued();
    trace_call(trace, LC_CALL_WAITEVENTS, 0, 5);
    trace->records[trace->count - 1].c = LC_WAIT_HOW_ANY;
    happens(trace, LC_OVERLAPPED_ROUTINE, 0, BYTES);
    assert_broken(trace, "OVL-6");
}

static void a_routine_on_another_thread_is_found(void **state)
{
    (void)state;
    struct trace *trace = queued();
    trace->thread = 1;
    trace_call(trace, LC_CALL_SLEEPEX, 0, 5);
    happens(trace, LC_OVERLAPPED_ROUTINE, 0, BYTES);
    assert_broken(trace, "OVL-6");
}

static void result(
    struct trace *trace,
    bool after,
    int64_t bytes,
    int64_t error)
{
    if (after) {
        completes(trace, LC_OVERLAPPED_EVENT);
    }
    trace_call(trace, LC_CALL_GETOVERLAPPED, HANDLE, 0);
    trace->records[trace->count - 1].c = NUMBER;
    trace_return(trace, LC_CALL_GETOVERLAPPED, bytes, error);
}

static void the_result_of_an_operation_that_is_through_is_good(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_EVENT);
    result(trace, false, -1, LC_WSA_IO_INCOMPLETE);
    result(trace, true, BYTES, 0);
    assert_held(trace);
}

static void a_result_before_the_operation_is_through_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_EVENT);
    result(trace, false, BYTES, 0);
    assert_broken(trace, "OVL-10");
}

static void one_that_is_through_and_called_pending_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_EVENT);
    result(trace, true, -1, LC_WSA_IO_INCOMPLETE);
    assert_broken(trace, "OVL-10");
}

static void an_event_set_after_the_last_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_EVENT);
    trace_close_down(trace, HANDLE);
    trace_wire(trace, LC_WIRE_DATA, 1, 100, 0);
    trace_wire(trace, LC_WIRE_DELIVER, 1, 100, 0);
    trace_fin(trace, 1);
    trace_close_up(trace, HANDLE, 1);
    trace_cleanup_open(trace);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace_cleanup_close(trace);
    happens(trace, LC_OVERLAPPED_STATUS, LC_WSA_OPERATION_ABORTED, 100);
    happens(trace, LC_OVERLAPPED_EVENT, LC_WSA_OPERATION_ABORTED, 100);
    assert_broken(trace, "CLEAN-6");
}

static void an_event_set_by_the_last_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_EVENT);
    trace_cleanup_open(trace);
    happens(trace, LC_OVERLAPPED_STATUS, LC_WSA_OPERATION_ABORTED, 100);
    happens(trace, LC_OVERLAPPED_EVENT, LC_WSA_OPERATION_ABORTED, 100);
    assert_broken(trace, "CLEAN-6");
}

/* Closed while an operation is pending; the next cleanup is 2 s away. */
static struct trace *closed(bool told)
{
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_EVENT);
    trace_close_down(trace, HANDLE);
    trace_wire(trace, LC_WIRE_DATA, 1, 100, 0);
    trace_close_up(trace, HANDLE, 1);
    if (told) {
        happens(trace, LC_OVERLAPPED_STATUS, LC_WSA_OPERATION_ABORTED, 100);
        happens(trace, LC_OVERLAPPED_EVENT, LC_WSA_OPERATION_ABORTED, 100);
    }
    trace->now_ns += 2 * LC_NS_PER_S;
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    return trace;
}

static void a_close_that_tells_of_what_it_cancels_is_good(void **state)
{
    (void)state;
    assert_held(closed(true));
}

static void a_close_that_cancels_without_a_word_is_found(void **state)
{
    (void)state;
    assert_broken(closed(false), "CLOSE-8");
}

/* What an operation has promised has to arrive with the end of the stream. */
static void bytes_of_an_operation_lost_on_the_way_are_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    send_pending(trace, LC_INDICATE_EVENT);
    happens(trace, LC_OVERLAPPED_STATUS, 0, BYTES);
    happens(trace, LC_OVERLAPPED_EVENT, 0, BYTES);
    trace_wire(trace, LC_WIRE_DATA, 1, 100, 0);
    trace_wire(trace, LC_WIRE_DELIVER, 1, 100, 0);
    trace_close_down(trace, HANDLE);
    trace_fin(trace, 1);
    trace_close_up(trace, HANDLE, 1);
    trace_end(trace, LC_END_DONE);
    assert_broken(trace, "INV-6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_operation_told_of_once_is_good),
        cmocka_unit_test(an_operation_told_of_twice_is_found),
        cmocka_unit_test(an_operation_that_is_through_twice_is_found),
        cmocka_unit_test(a_finished_operation_that_is_not_told_of_is_found),
        cmocka_unit_test(one_that_has_not_begun_and_is_told_of_is_found),
        cmocka_unit_test(a_packet_posted_and_taken_is_good),
        cmocka_unit_test(a_second_packet_is_found),
        cmocka_unit_test(a_packet_that_nobody_has_posted_is_found),
        cmocka_unit_test(a_routine_that_runs_while_its_thread_sleeps_is_good),
        cmocka_unit_test(a_routine_of_a_hosted_layer_tells_the_status),
        cmocka_unit_test(a_routine_that_runs_twice_is_found),
        cmocka_unit_test(a_routine_outside_an_alertable_wait_is_found),
        cmocka_unit_test(a_routine_on_another_thread_is_found),
        cmocka_unit_test(the_result_of_an_operation_that_is_through_is_good),
        cmocka_unit_test(a_result_before_the_operation_is_through_is_found),
        cmocka_unit_test(one_that_is_through_and_called_pending_is_found),
        cmocka_unit_test(an_event_set_after_the_last_cleanup_is_found),
        cmocka_unit_test(an_event_set_by_the_last_cleanup_is_found),
        cmocka_unit_test(a_close_that_tells_of_what_it_cancels_is_good),
        cmocka_unit_test(a_close_that_cancels_without_a_word_is_found),
        cmocka_unit_test(bytes_of_an_operation_lost_on_the_way_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
