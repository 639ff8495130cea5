#include "model_trace.h"

enum {
    ACCEPTED = HANDLE + 4
};

static struct lc_record *by_itself(
    struct trace *trace,
    enum lc_wire what,
    int64_t number,
    int64_t value)
{
    struct lc_record *record = trace_wire(trace, what, number, 0, value);
    record->thread = LC_NONE;
    return record;
}

static void listens(struct trace *trace)
{
    trace_call(trace, LC_CALL_LISTEN, HANDLE, 2);
    trace_down(trace, LC_SPI_LISTEN, HANDLE);
    trace_wire(trace, LC_WIRE_LISTEN, 1, 0, 2);
    trace_up(trace, LC_SPI_LISTEN, 0, 0);
    trace_return(trace, LC_CALL_LISTEN, 0, 0);
}

/* A socket that listens, and was asked once. */
static struct trace *asked(bool chain)
{
    struct trace *trace = trace_new(chain);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    listens(trace);
    by_itself(trace, LC_WIRE_REQUEST, 1, 1);
    return trace;
}

static void condition(struct trace *trace, enum lc_condition answer)
{
    for (uint32_t i = 0; i < 2; i++) {
        struct lc_record *record = trace_add(trace, LC_RECORD_CONDITION, i);
        record->caller = TCP;
        record->a = i == 0 ? 0 : (int64_t)answer;
        record->b = 1;
    }
}

static void accept_opens(struct trace *trace, enum lc_call call)
{
    trace_call(trace, call, HANDLE, 0);
    trace_down(trace, LC_SPI_ACCEPT, HANDLE);
}

/* The connection is made, and comes up through all layers. */
static void accept_succeeds(struct trace *trace, enum lc_call call)
{
    trace->connections++;
    trace_object(trace, true, LC_OBJECT_SOCKET, trace->connections);
    trace_wire(trace, LC_WIRE_OPEN, trace->connections, 0, ACCEPTED);
    trace_wire(trace, LC_WIRE_ACCEPTED, trace->connections, 0, 1);
    trace_register(trace, TCP, ACCEPTED);
    uint8_t caller = trace->chain ? FILTER : WS2;
    trace_spi_return(trace, caller, TCP, LC_SPI_ACCEPT, ACCEPTED);
    if (trace->chain) {
        trace_register(trace, FILTER, ACCEPTED);
        trace_spi_return(trace, WS2, FILTER, LC_SPI_ACCEPT, ACCEPTED);
    }
    trace_return(trace, call, ACCEPTED, 0);
}

static void accept_fails(struct trace *trace, enum lc_call call, int64_t error)
{
    trace_up(trace, LC_SPI_ACCEPT, -1, error);
    trace_return(trace, call, -1, error);
}

static struct trace *accepted(bool chain)
{
    struct trace *trace = asked(chain);
    accept_opens(trace, LC_CALL_ACCEPT);
    accept_succeeds(trace, LC_CALL_ACCEPT);
    return trace;
}

static struct trace *answered(enum lc_condition answer)
{
    struct trace *trace = asked(true);
    accept_opens(trace, LC_CALL_WSAACCEPT);
    condition(trace, answer);
    return trace;
}

/* A life with an accepted socket that is closed gracefully. */
static void an_accepted_socket_is_like_any_other(void **state)
{
    (void)state;
    for (uint32_t chain = 0; chain < 2; chain++) {
        struct trace *trace = accepted(chain != 0);
        trace_send(trace, ACCEPTED, 2);
        trace_close(trace, ACCEPTED, 2);
        trace_flow(trace, 2);
        trace_fin(trace, 2);
        assert_held(trace);
    }
}

/* It is closed like any other, too: the data must arrive. */
static void what_an_accepted_socket_sends_must_arrive(void **state)
{
    (void)state;
    struct trace *trace = accepted(true);
    trace_send(trace, ACCEPTED, 2);
    trace_close(trace, ACCEPTED, 2);
    trace_end(trace, LC_END_DONE);
    assert_broken(trace, "CLOSE-12");
}

static void a_connection_that_nobody_asked_for_is_found(void **state)
{
    (void)state;
    struct trace *trace = accepted(true);
    accept_opens(trace, LC_CALL_ACCEPT);
    trace_wire(trace, LC_WIRE_OPEN, 3, 0, ACCEPTED + 4);
    trace_wire(trace, LC_WIRE_ACCEPTED, 3, 0, 1);
    assert_broken(trace, "CONN-7");
}

static void the_listening_socket_itself_is_no_new_one(void **state)
{
    (void)state;
    struct trace *trace = asked(true);
    accept_opens(trace, LC_CALL_ACCEPT);
    trace_wire(trace, LC_WIRE_OPEN, 2, 0, ACCEPTED);
    trace_wire(trace, LC_WIRE_ACCEPTED, 2, 0, 1);
    trace_register(trace, TCP, ACCEPTED);
    trace_spi_return(trace, FILTER, TCP, LC_SPI_ACCEPT, ACCEPTED);
    trace_register(trace, FILTER, ACCEPTED);
    trace_spi_return(trace, WS2, FILTER, LC_SPI_ACCEPT, ACCEPTED);
    trace_return(trace, LC_CALL_ACCEPT, HANDLE, 0);
    assert_broken(trace, "CONN-7");
}

/* It goes on listening. */
static void a_second_accept_must_not_be_called_invalid(void **state)
{
    (void)state;
    struct trace *trace = accepted(true);
    accept_opens(trace, LC_CALL_ACCEPT);
    accept_fails(trace, LC_CALL_ACCEPT, LC_WSAEINVAL);
    assert_broken(trace, "CONN-7");
    trace->records[trace->count - 1].b = LC_WSAEWOULDBLOCK;
    assert_held(trace);
}

static void each_layer_registers_what_it_hands_up(void **state)
{
    (void)state;
    struct trace *trace = accepted(true);
    uint32_t last = trace_find(trace, LC_RECORD_HANDLE, LC_HANDLE_MODIFY, 3);
    trace_remove(trace, last + 1);
    trace_remove(trace, last);
    trace_remove(trace, last - 1);
    assert_broken(trace, "CONN-8");
}

static void a_failed_accept_that_leaves_a_handle_is_warned_of(void **state)
{
    (void)state;
    struct trace *trace = asked(false);
    accept_opens(trace, LC_CALL_ACCEPT);
    trace_register(trace, TCP, ACCEPTED);
    accept_fails(trace, LC_CALL_ACCEPT, LC_WSAENOBUFS);
    assert_warned(trace, "CONN-10");
}

static void what_the_condition_function_says_is_done(void **state)
{
    (void)state;
    struct trace *trace = answered(LC_CF_ACCEPT);
    accept_succeeds(trace, LC_CALL_WSAACCEPT);
    assert_held(trace);
    trace = answered(LC_CF_REJECT);
    trace_wire(trace, LC_WIRE_REJECTED, 1, 0, 0);
    accept_fails(trace, LC_CALL_WSAACCEPT, LC_WSAECONNREFUSED);
    assert_held(trace);
    trace = answered(LC_CF_DEFER);
    accept_fails(trace, LC_CALL_WSAACCEPT, LC_WSATRY_AGAIN);
    assert_held(trace);
}

static void an_answer_that_is_not_heeded_is_found(void **state)
{
    (void)state;
    struct trace *trace = answered(LC_CF_REJECT);
    accept_succeeds(trace, LC_CALL_WSAACCEPT);
    assert_broken(trace, "CONN-9");
    trace = answered(LC_CF_DEFER);
    trace_wire(trace, LC_WIRE_REJECTED, 1, 0, 0);
    assert_broken(trace, "CONN-9");
    trace = answered(LC_CF_DEFER);
    accept_fails(trace, LC_CALL_WSAACCEPT, LC_WSAECONNREFUSED);
    assert_broken(trace, "CONN-9");
    trace = answered(LC_CF_ACCEPT);
    accept_fails(trace, LC_CALL_WSAACCEPT, LC_WSATRY_AGAIN);
    assert_broken(trace, "CONN-9");
}

static void an_accept_that_does_not_ask_is_found(void **state)
{
    (void)state;
    struct trace *trace = asked(true);
    accept_opens(trace, LC_CALL_WSAACCEPT);
    accept_succeeds(trace, LC_CALL_WSAACCEPT);
    assert_broken(trace, "CONN-9");
}

static void the_condition_function_belongs_to_the_caller(void **state)
{
    (void)state;
    struct trace *trace = asked(true);
    accept_opens(trace, LC_CALL_WSAACCEPT);
    trace->thread = LC_THREAD_REF(0, 0);
    condition(trace, LC_CF_ACCEPT);
    assert_broken(trace, "CONN-9");
    trace = answered(LC_CF_ACCEPT);
    trace_get(trace, LC_RECORD_CONDITION, 0, 0)->b = 0;
    assert_broken(trace, "CONN-9");
}

static void a_connect_of_a_listening_socket_must_fail(void **state)
{
    (void)state;
    struct trace *trace = asked(true);
    trace_call(trace, LC_CALL_CONNECT, HANDLE, 0);
    trace_down(trace, LC_SPI_CONNECT, HANDLE);
    trace_up(trace, LC_SPI_CONNECT, -1, LC_WSAEINVAL);
    trace_return(trace, LC_CALL_CONNECT, -1, LC_WSAEINVAL);
    assert_held(trace);
    trace->records[trace->count - 1].b = LC_WSAECONNREFUSED;
    assert_broken(trace, "CONN-5");
}

/* Set on the socket that listens, true of the one that is accepted. */
static void linger_options_are_inherited(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_option(trace, LC_CALL_LINGER, HANDLE, 1 << 16);
    listens(trace);
    by_itself(trace, LC_WIRE_REQUEST, 1, 1);
    accept_opens(trace, LC_CALL_ACCEPT);
    accept_succeeds(trace, LC_CALL_ACCEPT);
    trace_close_down(trace, ACCEPTED);
    uint32_t end = trace->count;
    trace_wire(trace, LC_WIRE_RST, 2, 0, 0);
    trace_close_up(trace, ACCEPTED, 2);
    assert_held(trace);
    trace->count = end;
    trace_wire(trace, LC_WIRE_FIN, 2, 0, 0);
    assert_broken(trace, "LINGER-14");
}

/* Whether it came before or after nobody knows. */
static void an_option_that_is_set_meanwhile_is_not_judged(void **state)
{
    (void)state;
    struct trace *trace = asked(true);
    accept_opens(trace, LC_CALL_ACCEPT);
    trace->thread = 1;
    trace_option(trace, LC_CALL_LINGER, HANDLE, 1 << 16);
    trace->thread = 0;
    accept_succeeds(trace, LC_CALL_ACCEPT);
    trace_close_down(trace, ACCEPTED);
    trace_wire(trace, LC_WIRE_FIN, 2, 0, 0);
    assert_held(trace);
}

static void requests_must_not_outlive_the_last_cleanup(void **state)
{
    (void)state;
    struct trace *trace = asked(true);
    trace_cleanup_open(trace);
    uint32_t open = trace->count;
    trace_wire(trace, LC_WIRE_DROPPED, 1, 0, 1);
    trace_wire(trace, LC_WIRE_CLOSE, 1, 0, HANDLE);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    struct lc_record *record =
        trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE);
    record->caller = WS2;
    record->callee = FILTER;
    record->a = HANDLE;
    trace_cleanup_close(trace);
    assert_held(trace);
    trace_remove(trace, open);
    assert_broken(trace, "CLEAN-7");
}

static void a_closed_socket_is_asked_no_more(void **state)
{
    (void)state;
    struct trace *trace = asked(true);
    trace_close_down(trace, HANDLE);
    trace_wire(trace, LC_WIRE_DROPPED, 1, 0, 1);
    trace_close_up(trace, HANDLE, 1);
    assert_held(trace);
    by_itself(trace, LC_WIRE_REQUEST, 1, 1);
    assert_warned(trace, "CLOSE-24");
}

/* An accept waits for what the peer alone can do. */
static void an_accept_may_wait_for_ever(void **state)
{
    (void)state;
    struct trace *trace = accepted(true);
    accept_opens(trace, LC_CALL_ACCEPT);
    trace_wait(trace, LC_WAIT_NET, -1, false)->a = 1;
    uint32_t end = trace->count;
    trace_end(trace, LC_END_DEADLOCK)->a = 1;
    assert_held(trace);
    trace->count = end;
    by_itself(trace, LC_WIRE_REQUEST, 1, 1);
    trace_end(trace, LC_END_DEADLOCK)->a = 1;
    assert_broken(trace, "DEADLOCK");
}

static void a_close_must_end_an_accept(void **state)
{
    (void)state;
    struct trace *trace = accepted(true);
    accept_opens(trace, LC_CALL_ACCEPT);
    trace_wait(trace, LC_WAIT_NET, -1, false)->a = 1;
    trace->thread = 1;
    trace_close(trace, HANDLE, 1);
    trace_end(trace, LC_END_DEADLOCK)->a = 1;
    assert_broken(trace, "CLOSE-7");
}

static void the_last_cleanup_must_end_an_accept(void **state)
{
    (void)state;
    struct trace *trace = accepted(true);
    accept_opens(trace, LC_CALL_ACCEPT);
    trace_wait(trace, LC_WAIT_NET, -1, false)->a = 1;
    trace->thread = 1;
    trace_cleanup_open(trace);
    trace_wait(trace, LC_WAIT_EVENT, -1, false);
    trace_end(trace, LC_END_DEADLOCK)->a = 2;
    assert_broken(trace, "CLEAN-4");
}

/* What an accept makes has the events of the socket that listens: any other's
 * are somebody else's. */
static void an_accepted_socket_has_the_events_of_its_listener(void **state)
{
    (void)state;
    const int64_t registered[2] = { 3, LC_FD_ACCEPT | LC_FD_WRITE };
    for (int64_t event = 3; event <= 4; event++) {
        struct trace *trace = trace_new(true);
        trace_startup(trace);
        trace_socket(trace, HANDLE, true);
        trace_simple(
            trace,
            LC_CALL_EVENTSELECT,
            LC_SPI_EVENT_SELECT,
            HANDLE,
            registered);
        listens(trace);
        by_itself(trace, LC_WIRE_REQUEST, 1, 1);
        accept_opens(trace, LC_CALL_ACCEPT);
        accept_succeeds(trace, LC_CALL_ACCEPT);
        struct lc_record *record =
            trace_add(trace, LC_RECORD_NETWORK, LC_FD_WRITE_BIT);
        record->caller = TCP;
        record->a = trace->connections;
        record->b = event;
        if (event == registered[0]) {
            assert_held(trace);
        } else {
            assert_broken(trace, "EVENT-3");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_socket_is_like_any_other),
        cmocka_unit_test(what_an_accepted_socket_sends_must_arrive),
        cmocka_unit_test(a_connection_that_nobody_asked_for_is_found),
        cmocka_unit_test(the_listening_socket_itself_is_no_new_one),
        cmocka_unit_test(a_second_accept_must_not_be_called_invalid),
        cmocka_unit_test(each_layer_registers_what_it_hands_up),
        cmocka_unit_test(a_failed_accept_that_leaves_a_handle_is_warned_of),
        cmocka_unit_test(what_the_condition_function_says_is_done),
        cmocka_unit_test(an_answer_that_is_not_heeded_is_found),
        cmocka_unit_test(an_accept_that_does_not_ask_is_found),
        cmocka_unit_test(the_condition_function_belongs_to_the_caller),
        cmocka_unit_test(a_connect_of_a_listening_socket_must_fail),
        cmocka_unit_test(linger_options_are_inherited),
        cmocka_unit_test(an_option_that_is_set_meanwhile_is_not_judged),
        cmocka_unit_test(requests_must_not_outlive_the_last_cleanup),
        cmocka_unit_test(a_closed_socket_is_asked_no_more),
        cmocka_unit_test(an_accept_may_wait_for_ever),
        cmocka_unit_test(a_close_must_end_an_accept),
        cmocka_unit_test(the_last_cleanup_must_end_an_accept),
        cmocka_unit_test(an_accepted_socket_has_the_events_of_its_listener),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
