#include "model_trace.h"

static void an_early_cleanup_that_reaches_a_provider_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_cleanup_open(trace);
    assert_broken(trace, "CLEAN-2");
}

/* A second cleanup under way makes either of them the last. */
static void a_cleanup_beside_another_may_be_the_last(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_close(trace, HANDLE, 1);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace->thread = 1;
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace->thread = 0;
    trace_cleanup_open(trace);
    trace_cleanup_close(trace);
    trace->thread = 1;
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_process(trace, 1);
    trace_end(trace, LC_END_DONE);
    assert_held(trace);
}

static void an_early_cleanup_that_frees_a_library_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_load(trace, WS2, TCP, false);
    assert_broken(trace, "INV-3");
}

static void a_final_cleanup_that_forgets_a_provider_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_close(trace, HANDLE, 1);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    assert_broken(trace, "CLEAN-14");
}

static void a_final_cleanup_that_leaves_a_socket_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_cleanup_open(trace);
    trace_wire(trace, LC_WIRE_CLOSE, 1, 0, HANDLE);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace_cleanup_close(trace);
    assert_broken(trace, "CLEAN-7");
}

/* tcp is started twice: through the chain and alone. */
static struct trace *two_users(void)
{
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    trace->chain = false;
    trace_socket(trace, HANDLE + 4, true);
    trace->chain = true;
    trace_get(trace, LC_RECORD_LOAD, 0, 2)->c = 0;
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_spi(trace, WS2, TCP, LC_SPI_CLEANUP, 0);
    return trace;
}

static void a_provider_cleanup_with_users_left_touches_no_socket(void **state)
{
    (void)state;
    struct trace *trace = two_users();
    trace_wire(trace, LC_WIRE_RST, 1, 0, 0);
    assert_broken(trace, "CLEAN-15");
}

static struct trace *closed_with_unsent_data(void)
{
    struct trace *trace = trace_new(true);
    trace_life(trace, HANDLE);
    trace_process(trace, 1);
    trace_end(trace, LC_END_DONE);
    return trace;
}

static void data_not_sent_at_the_final_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = closed_with_unsent_data();
    trace_remove(trace, trace_find(trace, LC_RECORD_WIRE, LC_WIRE_DATA, 0));
    trace_remove(trace, trace_find(trace, LC_RECORD_WIRE, LC_WIRE_DELIVER, 0));
    trace_remove(trace, trace_find(trace, LC_RECORD_WIRE, LC_WIRE_FIN, 0));
    trace_remove(
        trace,
        trace_find(trace, LC_RECORD_WIRE, LC_WIRE_FIN_DELIVER, 0));
    assert_broken(trace, "CLEAN-16");
}

static void data_still_in_the_dll_at_the_final_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = closed_with_unsent_data();
    trace_remove(trace, trace_find(trace, LC_RECORD_WIRE, LC_WIRE_CLOSE, 0));
    trace_remove(trace, trace_find(trace, LC_RECORD_WIRE, LC_WIRE_FIN, 0));
    assert_broken(trace, "LOAD-16");
}

/* X-1 in its wider reading: the process ends right afterwards. */
static void tolerance_lets_unsent_data_go_with_the_process(void **state)
{
    (void)state;
    static struct model model;
    struct trace *trace = closed_with_unsent_data();
    trace_remove(trace, trace_find(trace, LC_RECORD_WIRE, LC_WIRE_FIN, 0));
    trace_remove(
        trace,
        trace_find(trace, LC_RECORD_WIRE, LC_WIRE_FIN_DELIVER, 0));
    trace_remove(trace, trace->count - 1); /* the end: the kernel comes first */
    trace_wire(trace, LC_WIRE_RST, 1, 1, 0)->thread = LC_NONE;
    trace_end(trace, LC_END_DONE);
    trace_judge(trace, &(struct model_options){ .tolerant = true }, &model);
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_HELD);
}

static void a_reset_of_a_graceful_socket_at_the_final_cleanup_is_found(
    void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    trace_send(trace, HANDLE, 1);
    trace_close(trace, HANDLE, 1);
    trace_cleanup_open(trace);
    trace_wire(trace, LC_WIRE_RST, 1, BYTES, 0);
    assert_broken(trace, "CLEAN-16");
}

/* an open socket may be reset, or be finished. */
static void open_sockets_may_end_either_way(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct trace *trace = trace_new(false);
        trace_startup(trace);
        trace_socket(trace, HANDLE, true);
        trace_connect(trace, HANDLE, 1);
        trace_send(trace, HANDLE, 1);
        trace_cleanup_open(trace);
        if (way == 0) {
            trace_wire(trace, LC_WIRE_RST, 1, BYTES, 0);
        } else {
            trace_flow(trace, 1);
            trace_fin(trace, 1);
        }
        trace_wire(trace, LC_WIRE_CLOSE, 1, 0, HANDLE);
        trace_object(trace, false, LC_OBJECT_SOCKET, 1);
        trace_cleanup_close(trace);
        trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE)->a = HANDLE;
        trace_move_last(
            trace,
            trace_find(trace, LC_RECORD_API_RETURN, LC_CALL_WSACLEANUP, 0));
        trace_process(trace, 1);
        trace_end(trace, LC_END_DONE);
        assert_held(trace);
    }
}

/* Whether a setsockopt under way counts already, nobody can tell. */
static void an_option_under_way_leaves_the_linger_open(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    trace_option(trace, LC_CALL_LINGER, HANDLE, 1 << 16);
    trace_call(trace, LC_CALL_DONTLINGER, HANDLE, 0);
    trace->records[trace->count - 1].c = 1;
    trace_down(trace, LC_SPI_SET_SOCK_OPT, HANDLE);
    trace->thread = 1;
    trace_cleanup_open(trace);
    trace_wire(trace, LC_WIRE_FIN, 1, 0, 0);
    assert_held(trace);
}

/* Neither way: the final cleanup just forgot the connection. */
static void an_open_connection_that_never_ends_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    trace_cleanup_open(trace);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace_cleanup_close(trace);
    trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE)->a = HANDLE;
    trace_move_last(
        trace,
        trace_find(trace, LC_RECORD_API_RETURN, LC_CALL_WSACLEANUP, 0));
    trace_process(trace, 1);
    trace_end(trace, LC_END_DONE);
    assert_broken(trace, "CLEAN-7");
}

static void fails_with(struct trace *trace, int64_t error)
{
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_return(trace, LC_CALL_WSACLEANUP, -1, error);
}

static void a_cleanup_that_fails_in_its_own_way_is_found(void **state)
{
    (void)state;
    static const int32_t known[] = { LC_WSANOTINITIALISED, LC_WSAENETDOWN };
    for (uint32_t i = 0; i < LC_COUNT_OF(known); i++) {
        struct trace *trace = trace_new(false);
        if (known[i] != LC_WSANOTINITIALISED) {
            trace_startup(trace);
        }
        fails_with(trace, known[i]);
        assert_held(trace);
    }
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    fails_with(trace, LC_WSAENOBUFS);
    assert_broken(trace, "CLEAN-12");
}

static void make_fail(struct trace *trace, uint8_t callee)
{
    struct lc_record *record =
        trace_add(trace, LC_RECORD_FAIL, LC_FAIL_CLEANUP);
    record->callee = callee;
    record->a = LC_WSAENETDOWN;
    record->b =
        callee == WS2 ? (int64_t)LC_CALL_WSACLEANUP : (int64_t)LC_SPI_CLEANUP;
}

/* Of a WSACleanup that the network fails nobody knows what it has done, unless
 * it was made to fail: it has changed nothing then. */
static void a_cleanup_that_is_refused_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t made = 0; made < 2; made++) {
        struct trace *trace = trace_new(false);
        trace_startup(trace);
        trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
        if (made != 0) {
            make_fail(trace, WS2);
        }
        trace_return(trace, LC_CALL_WSACLEANUP, -1, LC_WSAENETDOWN);
        fails_with(trace, LC_WSANOTINITIALISED);
        if (made != 0) {
            assert_broken(trace, "START-3");
        } else {
            assert_held(trace);
        }
    }
}

/* The same of a WSPCleanup: one that is made to fail has done all of its work,
 * and whoever called it owes what it owes behind any other. */
static void a_provider_cleanup_that_is_made_to_fail_is_one(void **state)
{
    (void)state;
    for (uint32_t made = 0; made < 2; made++) {
        struct trace *trace = trace_new(false);
        trace_startup(trace);
        trace_socket(trace, HANDLE, true);
        trace_close(trace, HANDLE, 1);
        trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
        trace_spi(trace, WS2, TCP, LC_SPI_CLEANUP, 0);
        if (made != 0) {
            make_fail(trace, TCP);
        }
        trace_object(trace, false, LC_OBJECT_SOCKET, 1);
        trace_spi_return(trace, WS2, TCP, LC_SPI_CLEANUP, -1)->b =
            LC_WSAENETDOWN;
        trace_load(trace, WS2, TCP, false);
        trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
        trace_process(trace, 1);
        trace_end(trace, LC_END_DONE);
        if (made != 0) {
            assert_broken(trace, "CLEAN-17"); /* the heap is still there */
        } else {
            assert_held(trace);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cleanup_that_fails_in_its_own_way_is_found),
        cmocka_unit_test(a_cleanup_that_is_refused_changes_nothing),
        cmocka_unit_test(a_provider_cleanup_that_is_made_to_fail_is_one),
        cmocka_unit_test(an_early_cleanup_that_reaches_a_provider_is_found),
        cmocka_unit_test(a_cleanup_beside_another_may_be_the_last),
        cmocka_unit_test(an_early_cleanup_that_frees_a_library_is_found),
        cmocka_unit_test(a_final_cleanup_that_forgets_a_provider_is_found),
        cmocka_unit_test(a_final_cleanup_that_leaves_a_socket_is_found),
        cmocka_unit_test(a_provider_cleanup_with_users_left_touches_no_socket),
        cmocka_unit_test(data_not_sent_at_the_final_cleanup_is_found),
        cmocka_unit_test(data_still_in_the_dll_at_the_final_cleanup_is_found),
        cmocka_unit_test(tolerance_lets_unsent_data_go_with_the_process),
        cmocka_unit_test(
            a_reset_of_a_graceful_socket_at_the_final_cleanup_is_found),
        cmocka_unit_test(open_sockets_may_end_either_way),
        cmocka_unit_test(an_option_under_way_leaves_the_linger_open),
        cmocka_unit_test(an_open_connection_that_never_ends_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
