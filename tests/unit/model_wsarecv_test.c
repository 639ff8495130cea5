#include "model_trace.h"

enum {
    NUMBER = 7, /* of the operation; a second one has the next */
    ASKED = 500,
    HERE = 300 /* bytes that the peer has sent */
};

static struct trace *connected(void)
{
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    return trace;
}

/* What comes from the peer comes by itself. */
static struct lc_record *from_peer(
    struct trace *trace,
    enum lc_wire what,
    int64_t bytes,
    int64_t offset)
{
    struct lc_record *record = trace_wire(trace, what, 1, bytes, offset);
    record->thread = LC_NONE;
    return record;
}

static struct lc_record *happens(
    struct trace *trace,
    enum lc_overlapped what,
    int64_t number,
    int64_t error,
    int64_t bytes)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_OVERLAPPED, what);
    record->caller = LC_MODULE_SYSTEM;
    record->a = number;
    record->b = error;
    record->c = bytes;
    return record;
}

/* An operation is through, and its event is set. Its bytes stand at a place. */
static void completes(
    struct trace *trace,
    int64_t number,
    int64_t bytes,
    int64_t place)
{
    happens(trace, LC_OVERLAPPED_STATUS, number, 0, bytes)->d =
        bytes > 0 ? place + 1 : 0;
    happens(trace, LC_OVERLAPPED_EVENT, number, 0, bytes);
}

static void receive_open(struct trace *trace, int64_t number, int64_t asked)
{
    trace_call(trace, LC_CALL_WSARECV, HANDLE, asked);
    trace->records[trace->count - 1].c = LC_INDICATE_EVENT;
    trace->records[trace->count - 1].d = number;
    trace_down(trace, LC_SPI_RECV, HANDLE);
}

static void receive_close(struct trace *trace, int64_t number, int64_t error)
{
    trace_up(trace, LC_SPI_RECV, error == 0 ? 0 : -1, error);
    trace_return(trace, LC_CALL_WSARECV, error == 0 ? 0 : -1, error);
    trace->records[trace->count - 1].d = number;
}

/* A receive that goes on after its call. */
static struct trace *pending(void)
{
    struct trace *trace = connected();
    receive_open(trace, NUMBER, ASKED);
    receive_close(trace, NUMBER, LC_WSA_IO_PENDING);
    return trace;
}

/* And bytes have come for it. */
static struct trace *given(void)
{
    struct trace *trace = pending();
    from_peer(trace, LC_WIRE_ARRIVE, HERE, 0);
    from_peer(trace, LC_WIRE_RECEIVE, HERE, 0);
    return trace;
}

static void what_was_sent_is_received(void **state)
{
    (void)state;
    struct trace *trace = given();
    completes(trace, NUMBER, HERE, 0);
    from_peer(trace, LC_WIRE_ARRIVE, 5, HERE);
    receive_open(trace, NUMBER + 1, ASKED);
    trace_wire(trace, LC_WIRE_RECEIVE, 1, 5, HERE);
    completes(trace, NUMBER + 1, 5, HERE);
    receive_close(trace, NUMBER + 1, 0);
    assert_held(trace);
}

static void a_receive_told_of_twice_is_found(void **state)
{
    (void)state;
    struct trace *trace = given();
    completes(trace, NUMBER, HERE, 0);
    happens(trace, LC_OVERLAPPED_EVENT, NUMBER, 0, HERE);
    assert_broken(trace, "OVL-2");
}

static void a_finished_receive_that_is_not_told_of_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    from_peer(trace, LC_WIRE_ARRIVE, HERE, 0);
    receive_open(trace, NUMBER, ASKED);
    trace_wire(trace, LC_WIRE_RECEIVE, 1, HERE, 0);
    happens(trace, LC_OVERLAPPED_STATUS, NUMBER, 0, HERE)->d = 1;
    receive_close(trace, NUMBER, 0);
    assert_broken(trace, "OVL-2");
}

static void wrong_bytes_are_found(void **state)
{
    (void)state;
    struct trace *trace = given();
    completes(trace, NUMBER, HERE, -1);
    assert_broken(trace, "INV-6");
}

static void bytes_of_another_place_are_found(void **state)
{
    (void)state;
    struct trace *trace = given();
    completes(trace, NUMBER, HERE, 1);
    assert_broken(trace, "INV-6");
}

static void more_bytes_than_were_given_are_found(void **state)
{
    (void)state;
    struct trace *trace = given();
    completes(trace, NUMBER, HERE + 1, 0);
    assert_broken(trace, "INV-6");
}

/* Of two that are under way any may be told of first: each has bytes of the
 * peer's, and all together no more than were given. */
static struct trace *two(int64_t first_place, int64_t second_bytes)
{
    struct trace *trace = pending();
    receive_open(trace, NUMBER + 1, ASKED);
    receive_close(trace, NUMBER + 1, LC_WSA_IO_PENDING);
    from_peer(trace, LC_WIRE_ARRIVE, HERE, 0);
    from_peer(trace, LC_WIRE_RECEIVE, 100, 0);
    from_peer(trace, LC_WIRE_RECEIVE, HERE - 100, 100);
    completes(trace, NUMBER + 1, second_bytes, 100);
    completes(trace, NUMBER, 100, first_place);
    return trace;
}

static void two_receives_may_be_told_of_in_any_order(void **state)
{
    (void)state;
    assert_held(two(0, HERE - 100));
    assert_broken(two(-1, HERE - 100), "INV-6");
    assert_broken(two(0, HERE - 99), "INV-6");
}

/* A call that waits beside one that is pending: the same. */
static void a_call_beside_an_operation_gets_what_is_there(void **state)
{
    (void)state;
    for (int64_t place = 0; place <= 1; place++) {
        struct trace *trace = pending();
        trace->thread = 1;
        trace_call(trace, LC_CALL_RECV, HANDLE, ASKED);
        trace_down(trace, LC_SPI_RECV, HANDLE);
        from_peer(trace, LC_WIRE_ARRIVE, HERE, 0);
        from_peer(trace, LC_WIRE_RECEIVE, 100, 0);
        trace_wire(trace, LC_WIRE_RECEIVE, 1, HERE - 100, 100);
        trace_up(trace, LC_SPI_RECV, 0, 0);
        trace_return(trace, LC_CALL_RECV, HERE - 100, 0);
        trace->records[trace->count - 1].d = place * 101;
        trace->thread = 0;
        completes(trace, NUMBER, 100, 0);
        if (place == 1) {
            assert_held(trace);
        } else {
            assert_broken(trace, "INV-6");
        }
    }
}

static void the_end_of_the_stream_ends_a_receive(void **state)
{
    (void)state;
    struct trace *trace = pending();
    from_peer(trace, LC_WIRE_PEER_FIN, 0, 0);
    completes(trace, NUMBER, 0, 0);
    assert_held(trace);
    trace = pending();
    completes(trace, NUMBER, 0, 0);
    assert_broken(trace, "SHUT-16");
    trace = pending();
    from_peer(trace, LC_WIRE_ARRIVE, HERE, 0);
    from_peer(trace, LC_WIRE_PEER_FIN, 0, HERE);
    completes(trace, NUMBER, 0, 0);
    assert_broken(trace, "SHUT-17");
}

static void one_that_asks_for_nothing_gets_it(void **state)
{
    (void)state;
    struct trace *trace = connected();
    receive_open(trace, NUMBER, 0);
    completes(trace, NUMBER, 0, 0);
    receive_close(trace, NUMBER, 0);
    assert_held(trace);
}

static void a_reset_must_have_come(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 2; way++) {
        struct trace *trace = pending();
        if (way == 0) {
            from_peer(trace, LC_WIRE_PEER_RST, 0, 0);
        }
        happens(trace, LC_OVERLAPPED_STATUS, NUMBER, LC_WSAECONNRESET, 0);
        happens(trace, LC_OVERLAPPED_EVENT, NUMBER, LC_WSAECONNRESET, 0);
        if (way == 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "SHUT-16");
        }
    }
}

/* A receive after the direction was ended, or was reset, does not begin. */
static void a_receive_behind_the_end_is_found(void **state)
{
    (void)state;
    static const char *const rules[] = { "SHUT-5", "SHUT-14", "SHUT-16" };
    for (uint32_t i = 0; i < LC_COUNT_OF(rules); i++) {
        struct trace *trace = connected();
        const int64_t none[2] = { 0, 0 };
        if (i == 0) {
            trace_shutdown(trace, HANDLE, LC_SD_RECEIVE);
        } else if (i == 1) {
            trace_simple(
                trace,
                LC_CALL_RECV_DISCONNECT,
                LC_SPI_RECV_DISCONNECT,
                HANDLE,
                none);
        } else {
            from_peer(trace, LC_WIRE_PEER_RST, 0, 0);
        }
        receive_open(trace, NUMBER, ASKED);
        receive_close(trace, NUMBER, LC_WSA_IO_PENDING);
        assert_broken(trace, rules[i]);
    }
}

static void one_that_would_block_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    receive_open(trace, NUMBER, ASKED);
    receive_close(trace, NUMBER, LC_WSAEWOULDBLOCK);
    assert_broken(trace, "OVL-20");
    /* Of many under way there may be too many. */
    trace = pending();
    receive_open(trace, NUMBER + 1, ASKED);
    receive_close(trace, NUMBER + 1, LC_WSAEWOULDBLOCK);
    assert_held(trace);
}

/* Closed while a receive is pending; the next cleanup is 2 s away. */
static void a_close_tells_of_the_receive_that_it_cancels(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 2; way++) {
        struct trace *trace = pending();
        trace_close_down(trace, HANDLE);
        trace_fin(trace, 1);
        trace_close_up(trace, HANDLE, 1);
        if (way == 0) {
            const int64_t error = LC_WSA_OPERATION_ABORTED;
            happens(trace, LC_OVERLAPPED_STATUS, NUMBER, error, 0);
            happens(trace, LC_OVERLAPPED_EVENT, NUMBER, error, 0);
        }
        trace->now_ns += 2 * LC_NS_PER_S;
        trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
        if (way == 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "CLOSE-8");
        }
    }
}

static void the_last_cleanup_tells_of_nothing(void **state)
{
    (void)state;
    struct trace *trace = pending();
    const int64_t error = LC_WSA_OPERATION_ABORTED;
    trace_cleanup_open(trace);
    happens(trace, LC_OVERLAPPED_STATUS, NUMBER, error, 0);
    happens(trace, LC_OVERLAPPED_EVENT, NUMBER, error, 0);
    assert_broken(trace, "CLEAN-6");
}

/* Who waits for a receive waits for the peer as long as nothing has come, or
 * when the application has ended receiving meanwhile (SHUT-19). */
static void a_wait_for_a_receive_is_the_peers_turn(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 3; way++) {
        struct trace *trace = way == 1 ? given() : pending();
        if (way == 1) {
            from_peer(trace, LC_WIRE_ARRIVE, 1, HERE);
        } else if (way == 2) {
            trace_shutdown(trace, HANDLE, LC_SD_RECEIVE);
            from_peer(trace, LC_WIRE_ARRIVE, 1, 0);
        }
        trace_call(trace, LC_CALL_GETOVERLAPPED, HANDLE, 1);
        trace->records[trace->count - 1].c = NUMBER;
        trace_down(trace, LC_SPI_GET_OVERLAPPED_RESULT, HANDLE);
        trace_wait(trace, LC_WAIT_NET, -1, false)->a = 1;
        trace_end(trace, LC_END_DEADLOCK);
        if (way != 1) {
            assert_held(trace);
        } else {
            assert_broken(trace, "DEADLOCK");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sent_is_received),
        cmocka_unit_test(a_receive_told_of_twice_is_found),
        cmocka_unit_test(a_finished_receive_that_is_not_told_of_is_found),
        cmocka_unit_test(wrong_bytes_are_found),
        cmocka_unit_test(bytes_of_another_place_are_found),
        cmocka_unit_test(more_bytes_than_were_given_are_found),
        cmocka_unit_test(two_receives_may_be_told_of_in_any_order),
        cmocka_unit_test(a_call_beside_an_operation_gets_what_is_there),
        cmocka_unit_test(the_end_of_the_stream_ends_a_receive),
        cmocka_unit_test(one_that_asks_for_nothing_gets_it),
        cmocka_unit_test(a_reset_must_have_come),
        cmocka_unit_test(a_receive_behind_the_end_is_found),
        cmocka_unit_test(one_that_would_block_is_found),
        cmocka_unit_test(a_close_tells_of_the_receive_that_it_cancels),
        cmocka_unit_test(the_last_cleanup_tells_of_nothing),
        cmocka_unit_test(a_wait_for_a_receive_is_the_peers_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
