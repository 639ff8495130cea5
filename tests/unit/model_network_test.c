#include "model_trace.h"

enum {
    EVENT = 3, /* variable of the event */
    OTHER = 4,
    ALL = LC_FD_READ | LC_FD_WRITE | LC_FD_CONNECT | LC_FD_CLOSE
};

static struct trace *made(void)
{
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    return trace;
}

static void registers(struct trace *trace, int64_t event, int64_t events)
{
    const int64_t values[2] = { event, events };
    trace_simple(
        trace,
        LC_CALL_EVENTSELECT,
        LC_SPI_EVENT_SELECT,
        HANDLE,
        values);
}

/* The provider records an event. */
static struct lc_record *records(
    struct trace *trace,
    uint32_t bit,
    int64_t event,
    int64_t error)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_NETWORK, bit);
    record->caller = TCP;
    record->thread = LC_NONE;
    record->a = 1;
    record->b = event;
    record->c = error;
    return record;
}

static void enumerate_open(struct trace *trace)
{
    trace_call(trace, LC_CALL_ENUMEVENTS, HANDLE, EVENT);
    trace_down(trace, LC_SPI_ENUM_NETWORK_EVENTS, HANDLE);
}

static void enumerate_close(struct trace *trace, int64_t told)
{
    trace_up(trace, LC_SPI_ENUM_NETWORK_EVENTS, 0, 0);
    trace_return(trace, LC_CALL_ENUMEVENTS, 0, 0);
    trace->records[trace->count - 1].d = told;
}

static void enumerates(struct trace *trace, int64_t told)
{
    enumerate_open(trace);
    enumerate_close(trace, told);
}

static void fionbio(struct trace *trace, int64_t on, int64_t error)
{
    trace_call(trace, LC_CALL_FIONBIO, HANDLE, LC_FIONBIO);
    trace->records[trace->count - 1].c = on;
    trace_down(trace, LC_SPI_IOCTL, HANDLE);
    trace_up(trace, LC_SPI_IOCTL, error == 0 ? 0 : -1, error);
    trace_return(trace, LC_CALL_FIONBIO, error == 0 ? 0 : -1, error);
}

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

/* Registered, and connected after that. */
static struct trace *connected(void)
{
    struct trace *trace = made();
    registers(trace, EVENT, ALL);
    trace_connect(trace, HANDLE, 1);
    return trace;
}

static void a_life_of_a_record_is_good(void **state)
{
    (void)state;
    struct trace *trace = connected();
    fionbio(trace, 0, LC_WSAEINVAL);
    records(trace, LC_FD_CONNECT_BIT, EVENT, 0);
    records(trace, LC_FD_WRITE_BIT, EVENT, 0);
    enumerates(trace, LC_FD_CONNECT | LC_FD_WRITE);
    enumerates(trace, 0);
    registers(trace, OTHER, LC_FD_CLOSE);
    from_peer(trace, LC_WIRE_PEER_FIN, 0, 0);
    records(trace, LC_FD_CLOSE_BIT, OTHER, 0);
    enumerates(trace, LC_FD_CLOSE);
    registers(trace, 0, 0);
    fionbio(trace, 0, 0);
    trace_close(trace, HANDLE, 1);
    assert_held(trace);
}

static void an_end_that_nobody_made_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    records(trace, LC_FD_CLOSE_BIT, EVENT, 0);
    assert_broken(trace, "EVENT-2");
}

static void an_end_before_the_last_byte_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    from_peer(trace, LC_WIRE_ARRIVE, 10, 0);
    from_peer(trace, LC_WIRE_PEER_FIN, 0, 10);
    records(trace, LC_FD_CLOSE_BIT, EVENT, 0);
    assert_broken(trace, "EVENT-1");
}

static void an_end_has_the_error_of_its_cause(void **state)
{
    static const struct {
        enum lc_wire cause;
        int64_t error;
        bool good;
    } ends[] = {
        { LC_WIRE_PEER_FIN, 0, true },
        { LC_WIRE_PEER_FIN, LC_WSAECONNRESET, false },
        { LC_WIRE_PEER_RST, LC_WSAECONNRESET, true },
        { LC_WIRE_PEER_RST, 0, false },
    };

    (void)state;
    for (uint32_t i = 0; i < LC_COUNT_OF(ends); i++) {
        struct trace *trace = connected();
        from_peer(trace, ends[i].cause, 0, 0);
        records(trace, LC_FD_CLOSE_BIT, EVENT, ends[i].error);
        if (ends[i].good) {
            assert_held(trace);
        } else {
            assert_broken(trace, "EVENT-1");
        }
    }
}

/* The provider may record the right one and tell another. */
static void an_end_is_told_with_its_error(void **state)
{
    (void)state;
    struct trace *trace = connected();
    from_peer(trace, LC_WIRE_PEER_RST, 0, 0);
    records(trace, LC_FD_CLOSE_BIT, EVENT, LC_WSAECONNRESET);
    enumerates(trace, LC_FD_CLOSE | (int64_t)LC_WSAECONNRESET << 32);
    assert_held(trace);
    trace->records[trace->count - 1].d = LC_FD_CLOSE;
    assert_broken(trace, "EVENT-1");
}

static void an_event_of_an_older_registration_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    registers(trace, OTHER, ALL);
    records(trace, LC_FD_CONNECT_BIT, OTHER, 0);
    records(trace, LC_FD_WRITE_BIT, EVENT, 0);
    assert_broken(trace, "EVENT-3");
    trace = connected();
    registers(trace, 0, 0);
    records(trace, LC_FD_WRITE_BIT, EVENT, 0);
    assert_broken(trace, "EVENT-3");
}

/* Which of two that register at a time was last is unknown. */
static void registrations_at_a_time_are_not_compared(void **state)
{
    (void)state;
    struct trace *trace = connected();
    trace->thread = 1;
    trace_call(trace, LC_CALL_EVENTSELECT, HANDLE, OTHER);
    trace->records[trace->count - 1].c = ALL;
    trace->thread = 0;
    registers(trace, EVENT, ALL);
    trace->thread = 1;
    trace_return(trace, LC_CALL_EVENTSELECT, 0, 0);
    records(trace, LC_FD_WRITE_BIT, EVENT, 0);
    records(trace, LC_FD_CONNECT_BIT, OTHER, 0);
    assert_held(trace);
}

static void a_socket_stays_nonblocking_while_events_are_registered(void **state)
{
    (void)state;
    struct trace *trace = connected();
    fionbio(trace, 0, 0);
    assert_broken(trace, "EVENT-4");
    trace = connected();
    registers(trace, 0, 0);
    fionbio(trace, 0, LC_WSAEINVAL);
    assert_broken(trace, "EVENT-4");
    trace = made();
    fionbio(trace, 0, LC_WSAEINVAL);
    assert_broken(trace, "EVENT-4");
}

/* A close of it need not wait, then. */
static void registering_makes_a_socket_nonblocking(void **state)
{
    (void)state;
    for (uint32_t is_on = 0; is_on <= 1; is_on++) {
        struct trace *trace = made();
        if (is_on != 0) {
            registers(trace, EVENT, ALL);
        }
        trace_connect(trace, HANDLE, 1);
        trace_option(trace, LC_CALL_LINGER, HANDLE, 1 << 16 | 5);
        trace_send(trace, HANDLE, 1);
        trace_close_refused(trace, HANDLE);
        if (is_on != 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "CLOSE-16");
        }
    }
}

static void an_event_told_of_twice_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    records(trace, LC_FD_CONNECT_BIT, EVENT, 0);
    enumerates(trace, LC_FD_CONNECT);
    enumerates(trace, LC_FD_CONNECT);
    assert_broken(trace, "EVENT-5");
}

static void an_event_that_is_lost_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    records(trace, LC_FD_CONNECT_BIT, EVENT, 0);
    enumerates(trace, 0);
    assert_broken(trace, "EVENT-5");
}

/* What is recorded at once is of the first registration that there is. */
static void an_event_that_holds_already_must_be_told(void **state)
{
    (void)state;
    for (uint32_t is_second = 0; is_second <= 1; is_second++) {
        struct trace *trace = made();
        trace_connect(trace, HANDLE, 1);
        if (is_second != 0) {
            registers(trace, OTHER, ALL);
        }
        trace_call(trace, LC_CALL_EVENTSELECT, HANDLE, EVENT);
        trace->records[trace->count - 1].c = ALL;
        trace_down(trace, LC_SPI_EVENT_SELECT, HANDLE);
        records(trace, LC_FD_WRITE_BIT, EVENT, 0);
        trace_up(trace, LC_SPI_EVENT_SELECT, 0, 0);
        trace_return(trace, LC_CALL_EVENTSELECT, 0, 0);
        enumerates(trace, 0);
        if (is_second != 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "EVENT-5");
        }
    }
}

static void an_event_that_outlives_its_registration_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    records(trace, LC_FD_CONNECT_BIT, EVENT, 0);
    registers(trace, EVENT, ALL);
    enumerates(trace, LC_FD_CONNECT);
    assert_broken(trace, "EVENT-5");
}

/* One that comes while the record is given out is in it, or behind it. */
static void an_event_may_come_while_others_are_told_of(void **state)
{
    (void)state;
    for (int64_t is_in = 0; is_in <= 1; is_in++) {
        struct trace *trace = connected();
        records(trace, LC_FD_WRITE_BIT, EVENT, 0);
        enumerate_open(trace);
        records(trace, LC_FD_CONNECT_BIT, EVENT, 0);
        records(trace, LC_FD_WRITE_BIT, EVENT, 0);
        enumerate_close(trace, LC_FD_WRITE | (is_in != 0 ? LC_FD_CONNECT : 0));
        enumerates(trace, LC_FD_WRITE | (is_in == 0 ? LC_FD_CONNECT : 0));
        assert_held(trace);
        enumerates(trace, LC_FD_WRITE);
        assert_broken(trace, "EVENT-5");
    }
}

static void an_event_after_the_close_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    trace_close(trace, HANDLE, 1);
    from_peer(trace, LC_WIRE_PEER_FIN, 0, 0);
    records(trace, LC_FD_CLOSE_BIT, EVENT, 0);
    assert_broken(trace, "EVENT-7");
}

static void an_event_after_the_last_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    trace_cleanup_open(trace);
    trace_wire(trace, LC_WIRE_FIN, 1, 0, 0);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace_object(trace, false, LC_OBJECT_HEAP, 1000 + trace->objects);
    trace_spi_return(trace, FILTER, TCP, LC_SPI_CLEANUP, 0);
    from_peer(trace, LC_WIRE_PEER_RST, 0, 0);
    records(trace, LC_FD_CLOSE_BIT, EVENT, LC_WSAECONNRESET);
    assert_broken(trace, "EVENT-7");
}

static void a_connection_that_there_is_not_is_found(void **state)
{
    (void)state;
    struct trace *trace = made();
    registers(trace, EVENT, ALL);
    records(trace, LC_FD_CONNECT_BIT, EVENT, 0);
    assert_broken(trace, "CONN-3");
    trace = connected();
    records(trace, LC_FD_CONNECT_BIT, EVENT, LC_WSAECONNREFUSED);
    assert_broken(trace, "CONN-3");
}

/* ---- select ---- */

static void selects(
    struct trace *trace,
    enum lc_select what,
    int64_t handle,
    int64_t sets)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_SELECT, what);
    record->caller = LC_MODULE_APP;
    record->callee = WS2;
    record->a = handle;
    record->b = sets;
}

static void select_open(struct trace *trace, int64_t ms)
{
    trace_call(trace, LC_CALL_SELECT, 0, ms);
    trace->records[trace->count - 1].c = 7;
    selects(trace, LC_SELECT_ASKED, HANDLE, 7);
}

static void select_close(struct trace *trace, int64_t result, int64_t error)
{
    trace_return(trace, LC_CALL_SELECT, result, error);
    trace->records[trace->count - 1].d = 1;
}

static void a_select_tells_of_a_connection(void **state)
{
    (void)state;
    struct trace *trace = connected();
    select_open(trace, 0);
    selects(trace, LC_SELECT_FOUND, HANDLE, 1 << LC_SET_WRITE);
    select_close(trace, 1, 0);
    assert_held(trace);
    trace->records[trace->count - 2].b = 1 << LC_SET_EXCEPT;
    assert_broken(trace, "CONN-3");
    trace = made();
    select_open(trace, 0);
    selects(trace, LC_SELECT_FOUND, HANDLE, 1 << LC_SET_WRITE);
    select_close(trace, 1, 0);
    assert_broken(trace, "CONN-3");
}

static void a_time_that_was_changed_is_found(void **state)
{
    (void)state;
    struct trace *trace = connected();
    select_open(trace, 10);
    select_close(trace, 0, 0);
    trace->records[trace->count - 1].d = 0;
    assert_broken(trace, "EVENT-9");
}

static void a_poll_that_waits_is_found(void **state)
{
    (void)state;
    for (int64_t ms = 0; ms <= 10; ms += 10) {
        struct trace *trace = connected();
        select_open(trace, ms);
        trace_wait(trace, LC_WAIT_NET, ms, false);
        trace_wait(trace, LC_WAIT_NET, ms, true);
        select_close(trace, 0, 0);
        if (ms == 0) {
            assert_broken(trace, "EVENT-9");
        } else {
            assert_held(trace);
        }
    }
}

static void a_select_of_no_socket_must_fail(void **state)
{
    (void)state;
    for (uint32_t fails = 0; fails <= 1; fails++) {
        struct trace *trace = connected();
        select_open(trace, 0);
        selects(trace, LC_SELECT_ASKED, HANDLE + 4, 7);
        if (fails != 0) {
            select_close(trace, -1, LC_WSAENOTSOCK);
            assert_held(trace);
        } else {
            select_close(trace, 0, 0);
            assert_broken(trace, "EVENT-10");
        }
    }
}

/* It may be the one that has just been made. */
static void a_socket_may_come_while_it_is_selected(void **state)
{
    (void)state;
    struct trace *trace = connected();
    select_open(trace, 0);
    selects(trace, LC_SELECT_ASKED, HANDLE + 4, 7);
    trace->thread = 1;
    trace_socket(trace, HANDLE + 4, false);
    trace->thread = 0;
    select_close(trace, 0, 0);
    assert_held(trace);
}

static void sockets_of_two_providers_are_the_applications_error(void **state)
{
    (void)state;
    struct trace *trace = connected();
    trace->chain = false;
    trace_socket(trace, HANDLE + 4, false);
    select_open(trace, 0);
    selects(trace, LC_SELECT_ASKED, HANDLE + 4, 7);
    select_close(trace, -1, LC_WSAEINVAL);
    assert_app_erred(trace, "EVENT-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_life_of_a_record_is_good),
        cmocka_unit_test(an_end_that_nobody_made_is_found),
        cmocka_unit_test(an_end_before_the_last_byte_is_found),
        cmocka_unit_test(an_end_has_the_error_of_its_cause),
        cmocka_unit_test(an_end_is_told_with_its_error),
        cmocka_unit_test(an_event_of_an_older_registration_is_found),
        cmocka_unit_test(registrations_at_a_time_are_not_compared),
        cmocka_unit_test(
            a_socket_stays_nonblocking_while_events_are_registered),
        cmocka_unit_test(registering_makes_a_socket_nonblocking),
        cmocka_unit_test(an_event_told_of_twice_is_found),
        cmocka_unit_test(an_event_that_is_lost_is_found),
        cmocka_unit_test(an_event_that_holds_already_must_be_told),
        cmocka_unit_test(an_event_that_outlives_its_registration_is_found),
        cmocka_unit_test(an_event_may_come_while_others_are_told_of),
        cmocka_unit_test(an_event_after_the_close_is_found),
        cmocka_unit_test(an_event_after_the_last_cleanup_is_found),
        cmocka_unit_test(a_connection_that_there_is_not_is_found),
        cmocka_unit_test(a_select_tells_of_a_connection),
        cmocka_unit_test(a_time_that_was_changed_is_found),
        cmocka_unit_test(a_poll_that_waits_is_found),
        cmocka_unit_test(a_select_of_no_socket_must_fail),
        cmocka_unit_test(a_socket_may_come_while_it_is_selected),
        cmocka_unit_test(sockets_of_two_providers_are_the_applications_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
