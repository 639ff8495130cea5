#include "model_trace.h"

static void a_descriptor_that_was_not_registered_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_remove(
        trace,
        trace_find(trace, LC_RECORD_HANDLE, LC_HANDLE_MODIFY, 1));
    assert_broken(trace, "HANDLE-1");
}

/* A non-IFS layer shows its own handle above the base's. */
static void a_layer_with_its_own_handle_holds(void **state)
{
    (void)state;
    const int64_t upper = HANDLE + 0x1000;
    struct trace *trace = trace_new(true);
    trace->own = true;
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_start(trace);
    trace_spi(trace, WS2, FILTER, LC_SPI_SOCKET, ENTRY_CHAIN);
    trace_spi(trace, FILTER, TCP, LC_SPI_SOCKET, ENTRY_TCP);
    trace_object(trace, true, LC_OBJECT_SOCKET, 1);
    trace_wire(trace, LC_WIRE_OPEN, 1, 0, HANDLE);
    trace_register(trace, TCP, HANDLE);
    trace_spi_return(trace, FILTER, TCP, LC_SPI_SOCKET, HANDLE);
    struct lc_record *alloc =
        trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_ALLOC);
    alloc->caller = WS2;
    alloc->callee = FILTER;
    alloc->a = upper;
    alloc->b = ENTRY_CHAIN;
    trace_spi_return(trace, WS2, FILTER, LC_SPI_SOCKET, upper);
    trace_return(trace, LC_CALL_SOCKET, upper, 0);
    trace_wire(trace, LC_WIRE_SYN, 1, 0, 0);
    trace_wire(trace, LC_WIRE_CONNECTED, 1, 0, 0);
    trace_call(trace, LC_CALL_CLOSESOCKET, upper, 0);
    trace_spi(trace, WS2, FILTER, LC_SPI_CLOSE_SOCKET, upper);
    trace_spi(trace, FILTER, TCP, LC_SPI_CLOSE_SOCKET, HANDLE);
    trace_wire(trace, LC_WIRE_FIN, 1, 0, 0);
    trace_spi_return(trace, FILTER, TCP, LC_SPI_CLOSE_SOCKET, 0);
    struct lc_record *freed =
        trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE);
    freed->callee = FILTER;
    freed->a = upper;
    trace_spi_return(trace, WS2, FILTER, LC_SPI_CLOSE_SOCKET, 0);
    trace_return(trace, LC_CALL_CLOSESOCKET, 0, 0);
    assert_held(trace);
    trace_get(trace, LC_RECORD_WIRE, LC_WIRE_FIN, 0)->function = LC_WIRE_RST;
    assert_broken(trace, "LINGER-1");
}

/* A hosted layer may leave the close to the provider below (LAYER-8). */
static void a_close_that_a_layer_passes_on_whole_holds(void **state)
{
    (void)state;
    static struct model model;
    struct lc_world world;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_call(trace, LC_CALL_CLOSESOCKET, HANDLE, 0);
    trace_spi(trace, WS2, TCP, LC_SPI_CLOSE_SOCKET, HANDLE);
    trace_spi_return(trace, WS2, TCP, LC_SPI_CLOSE_SOCKET, 0);
    trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE)->a = HANDLE;
    trace_return(trace, LC_CALL_CLOSESOCKET, 0, 0);
    trace_world(&world);
    world.providers[1].kind = LC_PROVIDER_DLL;
    model_init(&model, &world, &(struct model_options){ 0 });
    for (uint32_t i = 0; i < trace->count; i++) {
        assert_true(model_step(&model, &trace->records[i]));
    }
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_HELD);
}

/* A thread closes, by a value it happens to hold, the base's half of a socket
 * that the layer is still making. */
static void a_socket_closed_while_it_is_made_breaks_nothing(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_start(trace);
    trace_spi(trace, WS2, FILTER, LC_SPI_SOCKET, ENTRY_CHAIN);
    trace_spi(trace, FILTER, TCP, LC_SPI_SOCKET, ENTRY_TCP);
    trace_wire(trace, LC_WIRE_OPEN, 1, 0, HANDLE);
    trace_register(trace, TCP, HANDLE);
    trace_spi_return(trace, FILTER, TCP, LC_SPI_SOCKET, HANDLE);
    trace->thread = 1;
    trace_call(trace, LC_CALL_CLOSESOCKET, HANDLE, 0);
    trace_spi(trace, WS2, TCP, LC_SPI_CLOSE_SOCKET, HANDLE);
    trace_spi_return(trace, WS2, TCP, LC_SPI_CLOSE_SOCKET, 0);
    trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE)->a = HANDLE;
    trace_return(trace, LC_CALL_CLOSESOCKET, 0, 0);
    trace->thread = 0;
    trace_register(trace, FILTER, HANDLE);
    trace_spi_return(trace, WS2, FILTER, LC_SPI_SOCKET, HANDLE);
    trace_return(trace, LC_CALL_SOCKET, HANDLE, 0);
    trace_call(trace, LC_CALL_CONNECT, HANDLE, 0);
    trace_down(trace, LC_SPI_CONNECT, HANDLE);
    trace_up(trace, LC_SPI_CONNECT, -1, LC_WSAENOTSOCK);
    trace_return(trace, LC_CALL_CONNECT, -1, LC_WSAENOTSOCK);
    assert_app_erred(trace, "CLOSE-5");
}

/* Forty sockets one after the other fit; forty at once are a limit. */
static void too_many_sockets_are_a_limit(void **state)
{
    (void)state;
    static struct model model;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    for (int64_t i = 1; i < 40; i++) {
        trace_socket(trace, HANDLE + 4 * i, false);
    }
    trace_judge(trace, &(struct model_options){ 0 }, &model);
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_UNSPECIFIED);

    trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_close(trace, HANDLE, 1);
    for (int64_t i = 1; i < 40; i++) {
        trace_socket(trace, HANDLE + 4 * i, false);
        trace_close(trace, HANDLE + 4 * i, i + 1);
    }
    assert_held(trace);
}

/* An open socket, connected or not, and a shutdown of it. */
static struct trace *shutdown_of(
    bool connected,
    int64_t how,
    int64_t result,
    int64_t error)
{
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    if (connected) {
        trace_connect(trace, HANDLE, 1);
    }
    trace_call(trace, LC_CALL_SHUTDOWN, HANDLE, how);
    trace_down(trace, LC_SPI_SHUTDOWN, HANDLE);
    trace_up(trace, LC_SPI_SHUTDOWN, result, error);
    trace_return(trace, LC_CALL_SHUTDOWN, result, error);
    return trace;
}

static void a_shutdown_of_no_direction_must_fail(void **state)
{
    (void)state;
    assert_held(shutdown_of(true, 3, -1, LC_WSAEINVAL));
    assert_held(shutdown_of(false, 3, -1, LC_WSAEINVAL));
    assert_held(shutdown_of(false, 3, -1, LC_WSAENOTCONN));
    assert_broken(shutdown_of(true, 3, 0, 0), "SHUT-10");
    assert_broken(shutdown_of(true, 3, -1, LC_WSAEMFILE), "SHUT-10");
}

/* A FIN has no cause in it. */
static void a_shutdown_of_no_direction_does_nothing(void **state)
{
    (void)state;
    struct trace *trace = shutdown_of(true, 3, -1, LC_WSAEINVAL);
    trace_wire(trace, LC_WIRE_FIN, 1, 0, 0);
    assert_broken(trace, "INV-10");
}

static void a_shutdown_without_a_connection_must_fail(void **state)
{
    (void)state;
    assert_held(shutdown_of(false, LC_SD_SEND, -1, LC_WSAENOTCONN));
    assert_held(shutdown_of(false, LC_SD_RECEIVE, -1, LC_WSAENETDOWN));
    assert_held(shutdown_of(true, LC_SD_SEND, 0, 0));
    assert_broken(shutdown_of(false, LC_SD_SEND, 0, 0), "SHUT-10");
    assert_broken(shutdown_of(false, LC_SD_BOTH, -1, LC_WSAEINVAL), "SHUT-10");
}

/* A handle that was given up before ws2_32 knew of it, and its value anew:
 * what the new socket does is no business of the old connection. */
static void a_value_given_up_unregistered_is_another_socket(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_start(trace);
    trace_spi(trace, WS2, TCP, LC_SPI_SOCKET, ENTRY_TCP);
    trace_wire(trace, LC_WIRE_OPEN, 5, 0, HANDLE);
    trace_wire(trace, LC_WIRE_CLOSE, 5, 0, HANDLE);
    trace_spi_return(trace, WS2, TCP, LC_SPI_SOCKET, -1)->b = LC_WSAEINVAL;
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEINVAL);
    trace_socket(trace, HANDLE, false);
    trace_connect(trace, HANDLE, 1);
    trace_call(trace, LC_CALL_SHUTDOWN, HANDLE, LC_SD_RECEIVE);
    trace_down(trace, LC_SPI_SHUTDOWN, HANDLE);
    trace_up(trace, LC_SPI_SHUTDOWN, 0, 0);
    trace_return(trace, LC_CALL_SHUTDOWN, 0, 0);
    assert_held(trace);
    /* And it is judged. */
    trace_wire(trace, LC_WIRE_FIN, 1, 0, 0);
    assert_broken(trace, "INV-10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_given_up_unregistered_is_another_socket),
        cmocka_unit_test(a_shutdown_of_no_direction_must_fail),
        cmocka_unit_test(a_shutdown_of_no_direction_does_nothing),
        cmocka_unit_test(a_shutdown_without_a_connection_must_fail),
        cmocka_unit_test(a_descriptor_that_was_not_registered_is_found),
        cmocka_unit_test(a_layer_with_its_own_handle_holds),
        cmocka_unit_test(a_close_that_a_layer_passes_on_whole_holds),
        cmocka_unit_test(a_socket_closed_while_it_is_made_breaks_nothing),
        cmocka_unit_test(too_many_sockets_are_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
