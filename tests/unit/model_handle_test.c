/*
 * Handles of both classes. The filter has handles of its own here: UPPER is
 * what the application holds, HANDLE what lies below.
 */
#include "tests/unit/model_trace.h"

enum {
    UPPER = 0x10400,
    ENTRY_LAYER = 3 /* the hidden entry of the filter alone */
};

static struct lc_record *upcall(
    struct trace *trace,
    enum lc_record_kind kind,
    enum lc_upcall function,
    int64_t a)
{
    struct lc_record *record = trace_add(trace, kind, function);
    record->caller = FILTER;
    record->callee = WS2;
    record->a = a;
    return record;
}

static struct lc_record *handle(
    struct trace *trace,
    enum lc_handle_change change)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_HANDLE, change);
    record->caller = WS2;
    record->callee = FILTER;
    record->a = UPPER;
    record->b = ENTRY_CHAIN;
    return record;
}

static void create(struct trace *trace, int64_t entry)
{
    upcall(trace, LC_RECORD_UPCALL_CALL, LC_UPCALL_CREATE_SOCKET_HANDLE, entry);
    handle(trace, LC_HANDLE_ALLOC)->b = entry;
    upcall(
        trace,
        LC_RECORD_UPCALL_RETURN,
        LC_UPCALL_CREATE_SOCKET_HANDLE,
        UPPER)
        ->c = entry;
}

static void give_back(struct trace *trace)
{
    upcall(trace, LC_RECORD_UPCALL_CALL, LC_UPCALL_CLOSE_SOCKET_HANDLE, UPPER);
    handle(trace, LC_HANDLE_FREE);
    upcall(trace, LC_RECORD_UPCALL_RETURN, LC_UPCALL_CLOSE_SOCKET_HANDLE, 0)
        ->c = UPPER;
}

static struct lc_record *query(struct trace *trace, int64_t a, int64_t result)
{
    upcall(
        trace,
        LC_RECORD_UPCALL_CALL,
        LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT,
        a);
    struct lc_record *record = upcall(
        trace,
        LC_RECORD_UPCALL_RETURN,
        LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT,
        result);
    record->b = result == 0 ? 0 : LC_WSAENOTSOCK;
    record->c = a;
    return record;
}

/* A start, and a socket whose handle the filter has had made. */
static struct trace *opened(int64_t entry)
{
    struct trace *trace = trace_new(true);
    trace->own = true;
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace_start(trace);
    trace_spi(trace, WS2, FILTER, LC_SPI_SOCKET, ENTRY_CHAIN);
    trace_spi(trace, FILTER, TCP, LC_SPI_SOCKET, ENTRY_TCP);
    trace_object(trace, true, LC_OBJECT_SOCKET, 1);
    trace_wire(trace, LC_WIRE_OPEN, 1, 0, HANDLE);
    trace_register(trace, TCP, HANDLE);
    trace_spi_return(trace, FILTER, TCP, LC_SPI_SOCKET, HANDLE);
    create(trace, entry);
    trace_spi_return(trace, WS2, FILTER, LC_SPI_SOCKET, UPPER);
    trace_return(trace, LC_CALL_SOCKET, UPPER, 0);
    return trace;
}

static void close_below(struct trace *trace, int64_t error)
{
    trace_spi(trace, FILTER, TCP, LC_SPI_CLOSE_SOCKET, HANDLE);
    if (error == 0) {
        trace_wire(trace, LC_WIRE_CLOSE, 1, 0, HANDLE);
        trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    }
    struct lc_record *record = trace_spi_return(
        trace,
        FILTER,
        TCP,
        LC_SPI_CLOSE_SOCKET,
        error == 0 ? 0 : -1);
    record->b = error;
    record->c = HANDLE;
}

static void close_begin(struct trace *trace)
{
    trace_call(trace, LC_CALL_CLOSESOCKET, UPPER, 0);
    trace_spi(trace, WS2, FILTER, LC_SPI_CLOSE_SOCKET, UPPER);
}

static void close_end(struct trace *trace, int64_t error)
{
    int64_t result = error == 0 ? 0 : -1;
    trace_spi_return(trace, WS2, FILTER, LC_SPI_CLOSE_SOCKET, result)->b =
        error;
    trace_return(trace, LC_CALL_CLOSESOCKET, result, error);
}

static void cleaned(struct trace *trace, void (*inside)(struct trace *trace))
{
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_spi(trace, WS2, FILTER, LC_SPI_CLEANUP, 0);
    if (inside != NULL) {
        inside(trace);
    }
    trace_spi(trace, FILTER, TCP, LC_SPI_CLEANUP, 0);
    trace_cleanup_close(trace);
}

/* The whole life of a socket whose layer has handles of its own. */
static struct trace *lived(void)
{
    struct trace *trace = opened(ENTRY_CHAIN);
    query(trace, UPPER, 0);
    close_begin(trace);
    query(trace, UPPER, 0);
    close_below(trace, 0);
    give_back(trace);
    close_end(trace, 0);
    cleaned(trace, NULL);
    return trace;
}

static void a_life_with_own_handles_holds(void **state)
{
    (void)state;
    assert_held(lived());
}

static void close_and_give_back(struct trace *trace)
{
    close_below(trace, 0);
    give_back(trace);
}

static void close_only(struct trace *trace)
{
    close_below(trace, 0);
}

static void handles_are_given_back_at_the_final_cleanup(void **state)
{
    (void)state;
    struct trace *trace = opened(ENTRY_CHAIN);
    cleaned(trace, close_and_give_back);
    assert_held(trace);
    trace = opened(ENTRY_CHAIN);
    cleaned(trace, close_only);
    assert_broken(trace, "HANDLE-3");
}

static void ws2_32_knows_the_contexts_of_its_handles(void **state)
{
    (void)state;
    struct trace *trace = opened(ENTRY_CHAIN);
    query(trace, HANDLE, -1); /* an IFS handle has none */
    query(trace, 0x7777, -1);
    assert_held(trace);
    query(trace, UPPER, -1);
    assert_broken(trace, "HANDLE-4");
    trace = opened(ENTRY_CHAIN);
    query(trace, HANDLE, 0);
    assert_broken(trace, "HANDLE-4");
    trace = opened(ENTRY_CHAIN);
    query(trace, 0x7777, -1)->b = LC_WSAEFAULT;
    assert_broken(trace, "HANDLE-4");
}

static void the_flags_of_the_entry_say_which_class(void **state)
{
    (void)state;
    struct trace *trace = opened(ENTRY_CHAIN);
    trace->own = false; /* the filter's entry has XP1_IFS_HANDLES */
    assert_broken(trace, "HANDLE-5");
    trace = trace_new(true);
    trace_life(trace, HANDLE);
    assert_held(trace);
    trace->own = true;
    assert_broken(trace, "HANDLE-5");
}

static void a_closed_socket_gives_its_handle_back(void **state)
{
    (void)state;
    struct trace *trace = opened(ENTRY_CHAIN);
    close_begin(trace);
    close_below(trace, 0);
    close_end(trace, 0);
    assert_broken(trace, "CLOSE-19");
}

/* A refused close leaves both handles; the next one works. */
static void a_refused_close_keeps_the_handle(void **state)
{
    (void)state;
    const int64_t linger[2] = { LC_SO_LINGER, 1 << 16 | 5 };
    const int64_t nonblocking[2] = { LC_FIONBIO, 1 };
    struct trace *trace = opened(ENTRY_CHAIN);
    trace->chain = false; /* options: the way down does not matter */
    trace_call(trace, LC_CALL_LINGER, UPPER, linger[0]);
    trace->records[trace->count - 1].c = linger[1];
    trace_return(trace, LC_CALL_LINGER, 0, 0);
    trace_call(trace, LC_CALL_FIONBIO, UPPER, nonblocking[0]);
    trace->records[trace->count - 1].c = nonblocking[1];
    trace_return(trace, LC_CALL_FIONBIO, 0, 0);
    trace->chain = true;
    close_begin(trace);
    close_below(trace, LC_WSAEWOULDBLOCK);
    uint32_t at = trace->count;
    close_end(trace, LC_WSAEWOULDBLOCK);
    assert_held(trace);

    trace->count = at;
    give_back(trace);
    close_end(trace, LC_WSAEWOULDBLOCK);
    assert_broken(trace, "CLOSE-20");

    trace->count = at;
    close_end(trace, LC_WSAENETDOWN);
    assert_warned(trace, "LAYER-16");

    /* The socket below is gone, and the layer says that it is not. */
    trace->count = at;
    close_below(trace, 0);
    close_end(trace, LC_WSAEWOULDBLOCK);
    assert_broken(trace, "INV-9");
}

static void the_provider_below_gets_its_own_handle(void **state)
{
    (void)state;
    struct trace *trace = opened(ENTRY_CHAIN);
    trace_call(trace, LC_CALL_CONNECT, UPPER, 0);
    trace_spi(trace, WS2, FILTER, LC_SPI_CONNECT, UPPER);
    trace_spi(trace, FILTER, TCP, LC_SPI_CONNECT, HANDLE);
    assert_held(trace);
    trace->records[trace->count - 1].a = UPPER;
    assert_broken(trace, "LAYER-9");
}

static void the_application_gets_the_handle_of_the_layer(void **state)
{
    (void)state;
    struct trace *trace = opened(ENTRY_CHAIN);
    trace_get(trace, LC_RECORD_SPI_RETURN, LC_SPI_SOCKET, 1)->a = HANDLE;
    trace_get(trace, LC_RECORD_API_RETURN, LC_CALL_SOCKET, 0)->a = HANDLE;
    assert_broken(trace, "LAYER-9");
}

static void handles_are_made_for_own_entries(void **state)
{
    (void)state;
    assert_held(opened(ENTRY_CHAIN));
    assert_held(opened(ENTRY_LAYER));
    assert_broken(opened(ENTRY_TCP), "UPCALL-7");
    assert_broken(opened(ENTRY_LAYER + 1), "UPCALL-7");
}

/* INV-9: a close that succeeds has closed what lies below. */
static void a_closed_socket_is_closed_below(void **state)
{
    (void)state;
    struct trace *trace = opened(ENTRY_CHAIN);
    close_begin(trace);
    give_back(trace);
    close_end(trace, 0);
    assert_broken(trace, "INV-9");
}

/* The stream below is judged by what the application does above. */
static void the_stream_is_that_of_the_handle_above(void **state)
{
    (void)state;
    struct trace *trace = opened(ENTRY_CHAIN);
    trace_wire(trace, LC_WIRE_SYN, 1, 0, 0);
    trace_wire(trace, LC_WIRE_CONNECTED, 1, 0, 0);
    assert_held(trace);
    trace_wire(trace, LC_WIRE_FIN, 1, 0, 0);
    assert_broken(trace, "INV-10");
}

/* A final cleanup below a layer that has users with sockets there. */
static void users_keep_the_provider_below(void **state)
{
    (void)state;
    struct trace *trace = opened(ENTRY_CHAIN);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, ENTRY_CHAIN);
    trace_spi(trace, WS2, FILTER, LC_SPI_SOCKET, ENTRY_CHAIN);
    assert_held(trace);
    trace_spi(trace, FILTER, TCP, LC_SPI_CLEANUP, 0);
    assert_broken(trace, "LAYER-13");
}

/* The value below goes round before the filter has given its own back: what
 * the old socket ends with is nothing of the new one's. */
static void a_handle_below_is_used_again_at_once(void **state)
{
    (void)state;
    struct trace *trace = opened(ENTRY_CHAIN);
    close_begin(trace);
    trace_spi(trace, FILTER, TCP, LC_SPI_CLOSE_SOCKET, HANDLE);
    trace_wire(trace, LC_WIRE_CLOSE, 1, 0, HANDLE);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace->thread = 1;
    trace_call(trace, LC_CALL_SOCKET, 0, ENTRY_TCP);
    trace_start_open(trace, WS2, TCP, ENTRY_TCP);
    trace_spi_return(trace, WS2, TCP, LC_SPI_STARTUP, 0);
    trace_spi(trace, WS2, TCP, LC_SPI_SOCKET, ENTRY_TCP);
    trace_object(trace, true, LC_OBJECT_SOCKET, 2);
    trace_wire(trace, LC_WIRE_OPEN, 2, 0, HANDLE);
    trace_register(trace, TCP, HANDLE);
    trace_spi_return(trace, WS2, TCP, LC_SPI_SOCKET, HANDLE);
    trace_return(trace, LC_CALL_SOCKET, HANDLE, 0);
    trace->thread = 0;
    trace_spi_return(trace, FILTER, TCP, LC_SPI_CLOSE_SOCKET, 0)->c = HANDLE;
    give_back(trace);
    close_end(trace, 0);
    /* Linger on the new one, whose stream is still known. */
    trace->thread = 1;
    trace_call(trace, LC_CALL_LINGER, HANDLE, LC_SO_LINGER);
    trace->records[trace->count - 1].c = 1 << 16;
    trace_spi(trace, WS2, TCP, LC_SPI_SET_SOCK_OPT, HANDLE);
    trace_spi_return(trace, WS2, TCP, LC_SPI_SET_SOCK_OPT, 0);
    trace_return(trace, LC_CALL_LINGER, 0, 0);
    trace_wire(trace, LC_WIRE_SYN, 2, 0, 0);
    trace_wire(trace, LC_WIRE_CONNECTED, 2, 0, 0);
    trace_call(trace, LC_CALL_CLOSESOCKET, HANDLE, 0);
    trace_spi(trace, WS2, TCP, LC_SPI_CLOSE_SOCKET, HANDLE);
    trace_wire(trace, LC_WIRE_RST, 2, 0, 0);
    assert_held(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_life_with_own_handles_holds),
        cmocka_unit_test(handles_are_given_back_at_the_final_cleanup),
        cmocka_unit_test(ws2_32_knows_the_contexts_of_its_handles),
        cmocka_unit_test(the_flags_of_the_entry_say_which_class),
        cmocka_unit_test(a_closed_socket_gives_its_handle_back),
        cmocka_unit_test(a_refused_close_keeps_the_handle),
        cmocka_unit_test(the_provider_below_gets_its_own_handle),
        cmocka_unit_test(the_application_gets_the_handle_of_the_layer),
        cmocka_unit_test(handles_are_made_for_own_entries),
        cmocka_unit_test(a_closed_socket_is_closed_below),
        cmocka_unit_test(the_stream_is_that_of_the_handle_above),
        cmocka_unit_test(users_keep_the_provider_below),
        cmocka_unit_test(a_handle_below_is_used_again_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
