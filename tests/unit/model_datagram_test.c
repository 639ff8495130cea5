#include "model_trace.h"

enum {
    ASKED = 500, /* by a receive */
    SIZE = 100   /* of a datagram */
};

/* A socket for datagrams, through the chain. */
static struct trace *opened(void)
{
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_wire(trace, LC_WIRE_DATAGRAM_SOCKET, 1, 0, 0);
    return trace;
}

static void name_peer(struct trace *trace)
{
    trace_call(trace, LC_CALL_CONNECT_TO, HANDLE, LC_ADDRESS_OTHER);
    trace_down(trace, LC_SPI_CONNECT, HANDLE);
    trace_up(trace, LC_SPI_CONNECT, 0, 0);
    trace_return(trace, LC_CALL_CONNECT_TO, 0, 0);
}

/* What happens by itself. */
static struct lc_record *by_itself(
    struct trace *trace,
    enum lc_wire what,
    int64_t bytes,
    int64_t offset)
{
    struct lc_record *record = trace_wire(trace, what, 1, bytes, offset);
    record->thread = LC_NONE;
    return record;
}

/* A send that is asked for some bytes; the transport takes others over. */
static void send_as(
    struct trace *trace,
    int64_t asked,
    const int64_t *taken,
    uint32_t count)
{
    int64_t offset = 0;
    trace_call(trace, LC_CALL_SENDTO, HANDLE, asked);
    trace_down(trace, LC_SPI_SEND_TO, HANDLE);
    for (uint32_t i = 0; i < count; i++) {
        trace_wire(trace, LC_WIRE_DATAGRAM, 1, taken[i], offset);
        offset += taken[i];
    }
    trace_up(trace, LC_SPI_SEND_TO, 0, 0);
    trace_return(trace, LC_CALL_SENDTO, asked, 0);
}

static void send_whole(struct trace *trace, int64_t bytes)
{
    send_as(trace, bytes, &bytes, 1);
}

static void fails(
    struct trace *trace,
    enum lc_call call,
    int64_t asked,
    int64_t error)
{
    bool sends = call == LC_CALL_SENDTO || call == LC_CALL_SEND;
    uint32_t function = sends ? LC_SPI_SEND_TO : LC_SPI_RECV_FROM;
    trace_call(trace, call, HANDLE, asked);
    trace_down(trace, function, HANDLE);
    trace_up(trace, function, -1, error);
    trace_return(trace, call, -1, error);
}

/* A receive is given a datagram, and returns. */
static struct lc_record *receive(
    struct trace *trace,
    int64_t asked,
    int64_t size,
    int64_t error)
{
    bool cut = error != 0;
    trace_call(trace, LC_CALL_RECVFROM, HANDLE, asked);
    trace_down(trace, LC_SPI_RECV_FROM, HANDLE);
    trace_wire(trace, LC_WIRE_DATAGRAM_GIVE, 1, size, 0);
    trace_up(trace, LC_SPI_RECV_FROM, cut ? -1 : 0, error);
    trace_return(trace, LC_CALL_RECVFROM, cut ? -1 : size, error);
    trace->records[trace->count - 1].d = 1;
    return &trace->records[trace->count - 1];
}

/* One was sent, and has come back. */
static struct trace *returned(int64_t size)
{
    struct trace *trace = opened();
    send_whole(trace, size);
    by_itself(trace, LC_WIRE_DATAGRAM_DELIVER, size, 0);
    by_itself(trace, LC_WIRE_DATAGRAM_ARRIVE, size, 0);
    return trace;
}

static void one_that_comes_back_is_received(void **state)
{
    (void)state;
    struct trace *trace = returned(SIZE);
    receive(trace, ASKED, SIZE, 0);
    assert_held(trace);
}

/* No end of a stream is told by it. */
static void an_empty_one_is_received(void **state)
{
    (void)state;
    struct trace *trace = returned(0);
    receive(trace, ASKED, 0, 0);
    assert_held(trace);
}

static void a_long_one_is_cut(void **state)
{
    (void)state;
    struct trace *trace = returned(ASKED + 1);
    receive(trace, ASKED, ASKED + 1, LC_WSAEMSGSIZE);
    assert_held(trace);
}

static void one_that_fits_is_not_cut(void **state)
{
    (void)state;
    struct trace *trace = returned(ASKED);
    receive(trace, ASKED, ASKED, LC_WSAEMSGSIZE);
    assert_broken(trace, "INV-6");
}

static void a_cut_without_an_error_is_found(void **state)
{
    (void)state;
    struct trace *trace = returned(ASKED + 1);
    receive(trace, ASKED, ASKED + 1, 0)->a = ASKED;
    assert_broken(trace, "INV-6");
}

static void a_receive_that_fails_and_loses_one_is_found(void **state)
{
    (void)state;
    struct trace *trace = returned(SIZE);
    receive(trace, ASKED, SIZE, LC_WSAENOBUFS);
    assert_broken(trace, "INV-6");
}

static void wrong_bytes_are_found(void **state)
{
    (void)state;
    struct trace *trace = returned(SIZE);
    receive(trace, ASKED, SIZE, 0)->d = 0;
    assert_broken(trace, "INV-6");
}

/* What one of two receives at a time has got may be the other's. */
static void two_receives_at_a_time_are_not_compared(void **state)
{
    (void)state;
    struct trace *trace = returned(SIZE);
    trace->thread = 1;
    trace_call(trace, LC_CALL_RECVFROM, HANDLE, ASKED);
    trace->thread = 0;
    receive(trace, ASKED, SIZE, 0)->d = 0;
    assert_held(trace);
}

static void one_that_has_not_come_is_found(void **state)
{
    (void)state;
    struct trace *trace = returned(SIZE);
    receive(trace, ASKED, SIZE, 0);
    receive(trace, ASKED, SIZE, 0);
    assert_broken(trace, "INV-6");
}

static void two_that_are_merged_are_found(void **state)
{
    (void)state;
    struct trace *trace = returned(SIZE);
    by_itself(trace, LC_WIRE_DATAGRAM_ARRIVE, SIZE, SIZE);
    trace_call(trace, LC_CALL_RECVFROM, HANDLE, ASKED);
    trace_wire(trace, LC_WIRE_DATAGRAM_GIVE, 1, SIZE, 0);
    trace_wire(trace, LC_WIRE_DATAGRAM_GIVE, 1, SIZE, SIZE);
    trace_return(trace, LC_CALL_RECVFROM, 2 * SIZE, 0);
    trace->records[trace->count - 1].d = 1;
    assert_broken(trace, "INV-6");
}

/* In two pieces, twice, not at all, a shorter one. */
static void one_that_is_not_sent_as_it_is_is_found(void **state)
{
    (void)state;

    static const struct {
        int64_t taken[2];
        uint32_t count;
    } wrong[] = {
        { { SIZE / 2, SIZE / 2 }, 2 },
        { { SIZE, SIZE }, 2 },
        { { 0 }, 0 },
        { { SIZE - 1 }, 1 },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(wrong); i++) {
        struct trace *trace = opened();
        send_as(trace, SIZE, wrong[i].taken, wrong[i].count);
        assert_broken(trace, "INV-6");
    }
}

static void other_bytes_than_were_sent_are_found(void **state)
{
    (void)state;
    struct trace *trace = opened();
    trace_call(trace, LC_CALL_SENDTO, HANDLE, SIZE);
    trace_wire(trace, LC_WIRE_DATAGRAM, 1, SIZE, 0)->d = 0;
    assert_broken(trace, "INV-6");
}

static void one_that_nobody_has_sent_is_found(void **state)
{
    (void)state;
    struct trace *trace = opened();
    trace_close_down(trace, HANDLE);
    trace_wire(trace, LC_WIRE_DATAGRAM, 1, 0, 0);
    assert_broken(trace, "INV-6");
    trace = returned(SIZE);
    by_itself(trace, LC_WIRE_DATAGRAM_DELIVER, SIZE, SIZE);
    assert_broken(trace, "INV-6");
}

/* The application sends it again. */
static void one_that_is_sent_and_would_block_is_found(void **state)
{
    (void)state;
    struct trace *trace = opened();
    trace_call(trace, LC_CALL_SENDTO, HANDLE, SIZE);
    trace_wire(trace, LC_WIRE_DATAGRAM, 1, SIZE, 0);
    trace_return(trace, LC_CALL_SENDTO, -1, LC_WSAEWOULDBLOCK);
    assert_broken(trace, "INV-6");
    trace = opened();
    fails(trace, LC_CALL_SENDTO, SIZE, LC_WSAEWOULDBLOCK);
    send_whole(trace, SIZE);
    assert_held(trace);
}

static void an_empty_one_that_is_not_sent_is_found(void **state)
{
    (void)state;
    struct trace *trace = opened();
    send_as(trace, 0, NULL, 0);
    assert_broken(trace, "SEND-4");
}

static void one_that_is_too_long_must_fail(void **state)
{
    (void)state;
    struct trace *trace = opened();
    fails(trace, LC_CALL_SENDTO, LC_DATAGRAM_MAX + 1, LC_WSAEMSGSIZE);
    send_whole(trace, LC_DATAGRAM_MAX);
    assert_held(trace);
    trace = opened();
    send_whole(trace, LC_DATAGRAM_MAX + 1);
    assert_broken(trace, "SEND-10");
    trace = opened();
    trace_call(trace, LC_CALL_SENDTO, HANDLE, LC_DATAGRAM_MAX + 1);
    trace_wire(trace, LC_WIRE_DATAGRAM, 1, LC_DATAGRAM_MAX, 0);
    trace_return(trace, LC_CALL_SENDTO, -1, LC_WSAEMSGSIZE);
    assert_broken(trace, "SEND-10");
}

/* Without a peer that a connect has named there is nobody to send to. */
static void a_send_to_nobody_must_fail(void **state)
{
    (void)state;
    for (uint32_t named = 0; named <= 1; named++) {
        struct trace *trace = opened();
        if (named) {
            name_peer(trace);
        }
        trace_call(trace, LC_CALL_SEND, HANDLE, SIZE);
        trace_wire(trace, LC_WIRE_DATAGRAM, 1, SIZE, 0);
        trace_return(trace, LC_CALL_SEND, SIZE, 0);
        if (named) {
            assert_held(trace);
        } else {
            assert_broken(trace, "SEND-8");
        }
    }
}

static void a_shutdown_needs_no_connection(void **state)
{
    (void)state;
    struct trace *trace = opened();
    trace_shutdown(trace, HANDLE, LC_SD_SEND);
    fails(trace, LC_CALL_SENDTO, SIZE, LC_WSAESHUTDOWN);
    assert_held(trace);
    trace = opened();
    trace_shutdown(trace, HANDLE, LC_SD_SEND);
    send_whole(trace, SIZE);
    assert_broken(trace, "SHUT-3");
}

/* They are queued, and nobody can receive them. */
static void what_comes_after_a_shutdown_is_queued(void **state)
{
    (void)state;
    struct trace *trace = opened();
    trace_shutdown(trace, HANDLE, LC_SD_RECEIVE);
    by_itself(trace, LC_WIRE_DATAGRAM_ARRIVE, SIZE, 0);
    by_itself(trace, LC_WIRE_DATAGRAM_DROP, SIZE, SIZE)->d = LC_DROP_ROOM;
    fails(trace, LC_CALL_RECVFROM, ASKED, LC_WSAESHUTDOWN);
    assert_held(trace);
    by_itself(trace, LC_WIRE_DATAGRAM_DROP, SIZE, SIZE)->d = LC_DROP_CLOSED;
    assert_broken(trace, "SHUT-7");
    trace = returned(SIZE);
    trace_shutdown(trace, HANDLE, LC_SD_RECEIVE);
    receive(trace, ASKED, SIZE, 0);
    assert_broken(trace, "SHUT-5");
}

static void an_open_socket_that_takes_nothing_is_found(void **state)
{
    (void)state;
    struct trace *trace = opened();
    by_itself(trace, LC_WIRE_DATAGRAM_DROP, SIZE, 0)->d = LC_DROP_CLOSED;
    assert_broken(trace, "INV-6");
}

static void a_linger_option_is_warned_of(void **state)
{
    (void)state;
    struct trace *trace = opened();
    trace_option(trace, LC_CALL_LINGER, HANDLE, 1 << 16);
    assert_warned(trace, "LINGER-6");
}

/* Nothing more comes: it may wait for ever. But not for one that is there. */
static void a_receive_may_wait_for_what_does_not_come(void **state)
{
    (void)state;
    for (uint32_t come = 0; come <= 1; come++) {
        struct trace *trace = opened();
        trace_call(trace, LC_CALL_RECVFROM, HANDLE, ASKED);
        trace_down(trace, LC_SPI_RECV_FROM, HANDLE);
        trace_wait(trace, LC_WAIT_NET, -1, false)->a = 1;
        if (come) {
            by_itself(trace, LC_WIRE_DATAGRAM_ARRIVE, SIZE, 0);
        }
        trace_end(trace, LC_END_DEADLOCK)->a = 1;
        if (come) {
            assert_broken(trace, "DEADLOCK");
        } else {
            assert_held(trace);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_comes_back_is_received),
        cmocka_unit_test(an_empty_one_is_received),
        cmocka_unit_test(a_long_one_is_cut),
        cmocka_unit_test(one_that_fits_is_not_cut),
        cmocka_unit_test(a_cut_without_an_error_is_found),
        cmocka_unit_test(a_receive_that_fails_and_loses_one_is_found),
        cmocka_unit_test(wrong_bytes_are_found),
        cmocka_unit_test(two_receives_at_a_time_are_not_compared),
        cmocka_unit_test(one_that_has_not_come_is_found),
        cmocka_unit_test(two_that_are_merged_are_found),
        cmocka_unit_test(one_that_is_not_sent_as_it_is_is_found),
        cmocka_unit_test(other_bytes_than_were_sent_are_found),
        cmocka_unit_test(one_that_nobody_has_sent_is_found),
        cmocka_unit_test(one_that_is_sent_and_would_block_is_found),
        cmocka_unit_test(an_empty_one_that_is_not_sent_is_found),
        cmocka_unit_test(one_that_is_too_long_must_fail),
        cmocka_unit_test(a_send_to_nobody_must_fail),
        cmocka_unit_test(a_shutdown_needs_no_connection),
        cmocka_unit_test(what_comes_after_a_shutdown_is_queued),
        cmocka_unit_test(an_open_socket_that_takes_nothing_is_found),
        cmocka_unit_test(a_linger_option_is_warned_of),
        cmocka_unit_test(a_receive_may_wait_for_what_does_not_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
