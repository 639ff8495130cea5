#include "model_trace.h"

enum {
    ASKED = 500,
    HERE = 300 /* bytes that the peer has sent */
};

static struct trace *connected(bool chain)
{
    struct trace *trace = trace_new(chain);
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

/* A receive that is given bytes of the place. */
static void receive(struct trace *trace, int64_t offset, int64_t bytes)
{
    trace_call(trace, LC_CALL_RECV, HANDLE, ASKED);
    trace_down(trace, LC_SPI_RECV, HANDLE);
    if (bytes > 0) {
        trace_wire(trace, LC_WIRE_RECEIVE, 1, bytes, offset);
    }
    trace_up(trace, LC_SPI_RECV, 0, 0);
    trace_return(trace, LC_CALL_RECV, bytes, 0);
    trace->records[trace->count - 1].d = bytes > 0 ? offset + 1 : 0;
}

static void refused(
    struct trace *trace,
    enum lc_call call,
    enum lc_spi function,
    int64_t error)
{
    trace_call(trace, call, HANDLE, ASKED);
    trace_down(trace, function, HANDLE);
    trace_up(trace, function, -1, error);
    trace_return(trace, call, -1, error);
}

static void receive_fails(struct trace *trace, int64_t error)
{
    refused(trace, LC_CALL_RECV, LC_SPI_RECV, error);
}

/* Some bytes have come, and were received. */
static struct trace *received(void)
{
    struct trace *trace = connected(true);
    from_peer(trace, LC_WIRE_ARRIVE, HERE, 0);
    receive(trace, 0, HERE);
    return trace;
}

static void what_was_sent_is_received(void **state)
{
    (void)state;
    struct trace *trace = received();
    from_peer(trace, LC_WIRE_ARRIVE, 10, HERE);
    from_peer(trace, LC_WIRE_PEER_FIN, 0, HERE + 10);
    receive(trace, HERE, 10);
    receive(trace, HERE + 10, 0);
    receive(trace, HERE + 10, 0);
    assert_held(trace);
}

static void wrong_bytes_are_found(void **state)
{
    (void)state;
    struct trace *trace = received();
    trace->records[trace->count - 1].d = 0;
    assert_broken(trace, "INV-6");
}

static void bytes_of_another_place_are_found(void **state)
{
    (void)state;
    struct trace *trace = received();
    trace->records[trace->count - 1].d = 2;
    assert_broken(trace, "INV-6");
}

/* Of two receives at a time nobody knows which was first: whose bytes are whose
 * is not asked, but they are some of the peer's. */
static void of_two_receives_at_a_time_any_is_first(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 2; way++) {
        struct trace *trace = received();
        from_peer(trace, LC_WIRE_ARRIVE, 20, HERE);
        trace->thread = 1;
        trace_call(trace, LC_CALL_RECV, HANDLE, ASKED);
        trace->thread = 0;
        receive(trace, HERE, 10);
        trace->records[trace->count - 1].d = way == 0 ? HERE + 8 : 0;
        if (way == 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "INV-6");
        }
    }
}

static void bytes_received_twice_are_found(void **state)
{
    (void)state;
    struct trace *trace = received();
    receive(trace, 0, HERE);
    assert_broken(trace, "INV-6");
}

static void a_gap_between_receives_is_found(void **state)
{
    (void)state;
    struct trace *trace = received();
    from_peer(trace, LC_WIRE_ARRIVE, 20, HERE);
    receive(trace, HERE + 5, 10);
    assert_broken(trace, "INV-6");
}

static void bytes_that_have_not_come_are_found(void **state)
{
    (void)state;
    struct trace *trace = received();
    receive(trace, HERE, 1);
    assert_broken(trace, "INV-6");
}

/* The layer gives more than it was given. */
static void bytes_made_up_on_the_way_are_found(void **state)
{
    (void)state;
    struct trace *trace = received();
    trace->records[trace->count - 1].a = HERE + 1;
    assert_broken(trace, "INV-6");
}

static void an_end_that_has_not_come_is_found(void **state)
{
    (void)state;
    struct trace *trace = received();
    receive(trace, HERE, 0);
    assert_broken(trace, "SHUT-16");
}

/* A FIN may come with the acknowledgement of ours, and it may not. */
static void the_end_may_come_with_our_own(void **state)
{
    (void)state;
    for (int64_t both = 0; both <= 1; both++) {
        struct trace *trace = received();
        trace_shutdown(trace, HANDLE, LC_SD_SEND);
        trace_wire(trace, LC_WIRE_FIN, 1, 0, 0);
        from_peer(trace, LC_WIRE_FIN_DELIVER, 0, 0);
        from_peer(trace, LC_WIRE_FIN_ACK, 0, 0)->d = both;
        receive(trace, HERE, 0);
        if (both != 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "SHUT-16");
        }
    }
}

static void an_end_before_the_last_byte_is_found(void **state)
{
    (void)state;
    struct trace *trace = received();
    from_peer(trace, LC_WIRE_ARRIVE, 1, HERE);
    from_peer(trace, LC_WIRE_PEER_FIN, 0, HERE + 1);
    receive(trace, HERE, 0);
    assert_broken(trace, "SHUT-17");
}

static void a_reset_by_the_peer_must_be_told(void **state)
{
    (void)state;
    struct trace *trace = received();
    from_peer(trace, LC_WIRE_PEER_RST, 0, 0);
    receive_fails(trace, LC_WSAECONNRESET);
    assert_held(trace);
    trace = received();
    from_peer(trace, LC_WIRE_PEER_RST, 0, 0);
    receive(trace, HERE, 0);
    assert_broken(trace, "SHUT-16");
}

static void a_reset_that_nobody_made_is_found(void **state)
{
    (void)state;
    struct trace *trace = received();
    receive_fails(trace, LC_WSAECONNRESET);
    assert_broken(trace, "SHUT-16");
}

static void a_send_after_a_reset_must_fail(void **state)
{
    (void)state;
    struct trace *trace = received();
    from_peer(trace, LC_WIRE_PEER_RST, 0, 0);
    refused(trace, LC_CALL_SEND, LC_SPI_SEND, LC_WSAECONNRESET);
    assert_held(trace);
    trace = received();
    from_peer(trace, LC_WIRE_PEER_RST, 0, 0);
    refused(trace, LC_CALL_SEND, LC_SPI_SEND, LC_WSAEWOULDBLOCK);
    assert_broken(trace, "SEND-8");
}

/* Without a connection neither side can be shut, and nothing is sent. */
static void nothing_is_done_without_a_connection(void **state)
{
    (void)state;
    for (uint32_t sends = 0; sends <= 1; sends++) {
        struct trace *trace = trace_new(true);
        trace_startup(trace);
        trace_socket(trace, HANDLE, true);
        refused(trace, LC_CALL_SEND, LC_SPI_SEND, LC_WSAENOTCONN);
        refused(trace, LC_CALL_SHUTDOWN, LC_SPI_SHUTDOWN, LC_WSAENOTCONN);
        if (sends != 0) {
            const int64_t values[2] = { 0, 0 };
            trace_simple(trace, LC_CALL_SEND, LC_SPI_SEND, HANDLE, values);
            assert_broken(trace, "SEND-8");
        } else {
            trace_shutdown(trace, HANDLE, LC_SD_RECEIVE);
            assert_broken(trace, "SHUT-10");
        }
    }
}

static void a_send_after_its_side_was_shut_must_fail(void **state)
{
    (void)state;
    struct trace *trace = received();
    trace_shutdown(trace, HANDLE, LC_SD_SEND);
    trace_send(trace, HANDLE, 1);
    assert_broken(trace, "SHUT-3");
    const int64_t values[2] = { 0, 0 };
    trace = received();
    trace_simple(
        trace,
        LC_CALL_SEND_DISCONNECT,
        LC_SPI_SEND_DISCONNECT,
        HANDLE,
        values);
    refused(trace, LC_CALL_SEND, LC_SPI_SEND, LC_WSAESHUTDOWN);
    receive(trace, HERE, 0);
    assert_broken(trace, "SHUT-16"); /* the other direction goes on */
}

static void a_receive_after_its_side_was_shut_must_fail(void **state)
{
    (void)state;
    struct trace *trace = received();
    trace_shutdown(trace, HANDLE, LC_SD_BOTH);
    receive_fails(trace, LC_WSAESHUTDOWN);
    assert_held(trace);
    trace = received();
    trace_shutdown(trace, HANDLE, LC_SD_RECEIVE);
    receive_fails(trace, LC_WSAEWOULDBLOCK);
    assert_broken(trace, "SHUT-5");
    trace = received();
    const int64_t values[2] = { 0, 0 };
    trace_simple(
        trace,
        LC_CALL_RECV_DISCONNECT,
        LC_SPI_RECV_DISCONNECT,
        HANDLE,
        values);
    receive_fails(trace, LC_WSAEWOULDBLOCK);
    assert_broken(trace, "SHUT-14");
}

/* Bytes that the peer did not let through are nobody's fault. */
static void a_reset_by_the_peer_excuses_what_is_lost(void **state)
{
    (void)state;
    for (uint32_t resets = 0; resets <= 1; resets++) {
        struct trace *trace = connected(true);
        trace_send(trace, HANDLE, 1);
        trace_close(trace, HANDLE, 1);
        if (resets != 0) {
            from_peer(trace, LC_WIRE_PEER_RST, BYTES, 0);
        }
        trace_end(trace, LC_END_DONE);
        if (resets != 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "CLOSE-12");
        }
    }
}

static void waits(struct trace *trace, enum lc_call call, enum lc_spi function)
{
    trace_call(trace, call, HANDLE, ASKED);
    trace_down(trace, function, HANDLE);
    trace_wait(trace, LC_WAIT_NET, -1, false)->a = 1;
}

static void a_receive_may_wait_for_a_silent_peer(void **state)
{
    (void)state;
    struct trace *trace = received();
    waits(trace, LC_CALL_RECV, LC_SPI_RECV);
    trace_end(trace, LC_END_DEADLOCK);
    assert_held(trace);
}

static void a_receive_may_not_wait_for_what_is_there(void **state)
{
    (void)state;

    static const enum lc_wire wires[] = { LC_WIRE_ARRIVE,
                                          LC_WIRE_PEER_FIN,
                                          LC_WIRE_PEER_RST };

    for (uint32_t i = 0; i < LC_COUNT_OF(wires); i++) {
        struct trace *trace = received();
        waits(trace, LC_CALL_RECV, LC_SPI_RECV);
        from_peer(trace, wires[i], wires[i] == LC_WIRE_ARRIVE, HERE);
        trace_end(trace, LC_END_DEADLOCK);
        assert_broken(trace, "DEADLOCK");
    }
}

/* A peer that reads makes room. */
static void a_send_may_not_wait_for_a_peer_that_reads(void **state)
{
    (void)state;
    struct trace *trace = received();
    waits(trace, LC_CALL_SEND, LC_SPI_SEND);
    trace_end(trace, LC_END_DEADLOCK);
    assert_broken(trace, "DEADLOCK");
}

static void a_close_must_end_a_receive(void **state)
{
    (void)state;
    struct trace *trace = received();
    waits(trace, LC_CALL_RECV, LC_SPI_RECV);
    trace->thread = 1;
    trace_close(trace, HANDLE, 1);
    trace_end(trace, LC_END_DEADLOCK);
    assert_broken(trace, "CLOSE-7");
}

static void the_last_cleanup_must_end_a_receive(void **state)
{
    (void)state;
    struct trace *trace = received();
    waits(trace, LC_CALL_RECV, LC_SPI_RECV);
    trace->thread = 1;
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_end(trace, LC_END_DEADLOCK);
    assert_broken(trace, "CLEAN-4");
}

static void a_shutdown_that_waits_is_found(void **state)
{
    (void)state;
    struct trace *trace = received();
    waits(trace, LC_CALL_SHUTDOWN, LC_SPI_SHUTDOWN);
    trace->now_ns += LC_NS_PER_MS;
    trace_wait(trace, LC_WAIT_NET, -1, true)->a = 1;
    assert_broken(trace, "SHUT-2");
}

static void a_direction_that_closes_the_socket_is_found(void **state)
{
    (void)state;

    static const struct {
        enum lc_call call;
        const char *rule;
    } ends[] = { { LC_CALL_SHUTDOWN, "SHUT-1" },
                 { LC_CALL_SEND_DISCONNECT, "SHUT-15" },
                 { LC_CALL_RECV_DISCONNECT, "SHUT-15" } };

    for (uint32_t i = 0; i < LC_COUNT_OF(ends); i++) {
        struct trace *trace = received();
        trace_call(trace, ends[i].call, HANDLE, 1);
        struct lc_record *record =
            trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE);
        record->caller = WS2;
        record->callee = FILTER;
        record->a = HANDLE;
        assert_broken(trace, ends[i].rule);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sent_is_received),
        cmocka_unit_test(wrong_bytes_are_found),
        cmocka_unit_test(bytes_of_another_place_are_found),
        cmocka_unit_test(of_two_receives_at_a_time_any_is_first),
        cmocka_unit_test(bytes_received_twice_are_found),
        cmocka_unit_test(a_gap_between_receives_is_found),
        cmocka_unit_test(bytes_that_have_not_come_are_found),
        cmocka_unit_test(bytes_made_up_on_the_way_are_found),
        cmocka_unit_test(an_end_that_has_not_come_is_found),
        cmocka_unit_test(the_end_may_come_with_our_own),
        cmocka_unit_test(an_end_before_the_last_byte_is_found),
        cmocka_unit_test(a_reset_by_the_peer_must_be_told),
        cmocka_unit_test(a_reset_that_nobody_made_is_found),
        cmocka_unit_test(a_send_after_a_reset_must_fail),
        cmocka_unit_test(nothing_is_done_without_a_connection),
        cmocka_unit_test(a_send_after_its_side_was_shut_must_fail),
        cmocka_unit_test(a_receive_after_its_side_was_shut_must_fail),
        cmocka_unit_test(a_reset_by_the_peer_excuses_what_is_lost),
        cmocka_unit_test(a_receive_may_wait_for_a_silent_peer),
        cmocka_unit_test(a_receive_may_not_wait_for_what_is_there),
        cmocka_unit_test(a_send_may_not_wait_for_a_peer_that_reads),
        cmocka_unit_test(a_close_must_end_a_receive),
        cmocka_unit_test(the_last_cleanup_must_end_a_receive),
        cmocka_unit_test(a_shutdown_that_waits_is_found),
        cmocka_unit_test(a_direction_that_closes_the_socket_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
