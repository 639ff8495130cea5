#include "model_trace.h"

static struct trace *started(void)
{
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    return trace;
}

static void a_start_in_the_middle_of_the_chain_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_start_open(trace, WS2, TCP, ENTRY_CHAIN);
    assert_broken(trace, "LAYER-2");
}

static void a_layer_that_starts_another_than_its_successor_is_found(
    void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_start_open(trace, WS2, FILTER, ENTRY_CHAIN);
    trace_start_open(trace, FILTER, FILTER, ENTRY_CHAIN);
    assert_broken(trace, "LAYER-3");
}

static void the_chains_information_for_the_base_is_found(void **state)
{
    (void)state;
    struct trace *trace = started();
    trace_get(trace, LC_RECORD_SPI_CALL, LC_SPI_STARTUP, 1)->a = ENTRY_CHAIN;
    assert_broken(trace, "LAYER-4");
}

static void changed_information_is_found(void **state)
{
    (void)state;
    struct trace *trace = started();
    trace_get(trace, LC_RECORD_SPI_CALL, LC_SPI_STARTUP, 1)->a = 0;
    assert_broken(trace, "LAYER-4");
}

/* A call that brings an entry's information, and no socket. */
static struct trace *asked_for_text(int64_t shown, int64_t passed_on)
{
    struct trace *trace = started();
    trace_call(trace, LC_CALL_ADDRESS_TO_STRING, 0, ENTRY_CHAIN);
    trace_down(trace, LC_SPI_ADDRESS_TO_STRING, 0);
    trace->records[trace->count - 2].b = shown;
    trace->records[trace->count - 1].b = passed_on;
    trace_up(trace, LC_SPI_ADDRESS_TO_STRING, 0, 0);
    trace_return(trace, LC_CALL_ADDRESS_TO_STRING, 0, 0);
    return trace;
}

static void information_for_an_address_is_passed_on_like_a_sockets(void **state)
{
    (void)state;
    assert_held(asked_for_text(ENTRY_CHAIN, ENTRY_TCP));
    assert_broken(asked_for_text(ENTRY_CHAIN, ENTRY_CHAIN), "LAYER-6");
    assert_broken(asked_for_text(ENTRY_CHAIN, 0), "LAYER-6");
    assert_broken(asked_for_text(ENTRY_TCP, ENTRY_TCP), "LAYER-2");
}

static void the_chains_information_for_a_base_socket_is_found(void **state)
{
    (void)state;
    struct trace *trace = started();
    trace_get(trace, LC_RECORD_SPI_CALL, LC_SPI_SOCKET, 1)->a = ENTRY_CHAIN;
    assert_broken(trace, "LAYER-6");
}

static void a_changed_upcall_table_is_found(void **state)
{
    (void)state;
    struct trace *trace = started();
    trace_get(trace, LC_RECORD_SPI_CALL, LC_SPI_STARTUP, 1)->c = 0;
    assert_broken(trace, "LAYER-7");
}

static void a_layer_that_does_not_clean_up_below_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_life(trace, HANDLE);
    trace_remove(
        trace,
        trace_find(trace, LC_RECORD_SPI_CALL, LC_SPI_CLEANUP, 1));
    trace_remove(
        trace,
        trace_find(trace, LC_RECORD_SPI_RETURN, LC_SPI_CLEANUP, 0));
    trace_remove(trace, trace_find(trace, LC_RECORD_UNLOAD, 0, 0));
    assert_broken(trace, "LAYER-11");
}

/* The filter has two users and cleans tcp at the first of their cleanups. */
static void a_layer_that_cleans_up_under_its_users_is_found(void **state)
{
    (void)state;
    struct trace *trace = started();
    trace_call(trace, LC_CALL_SOCKET, 0, trace->chain ? 0 : ENTRY_TCP);
    trace_spi(trace, WS2, FILTER, LC_SPI_STARTUP, ENTRY_CHAIN)->c = 1;
    trace_spi_return(trace, WS2, FILTER, LC_SPI_STARTUP, 0);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEMFILE);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_spi(trace, WS2, FILTER, LC_SPI_CLEANUP, 0);
    trace_spi(trace, FILTER, TCP, LC_SPI_CLEANUP, 0);
    assert_broken(trace, "LAYER-13");
}

/* ws2_32 goes past the layer that registered the socket. */
static void a_call_past_the_layer_is_found(void **state)
{
    (void)state;
    struct trace *trace = started();
    trace_call(trace, LC_CALL_CONNECT, HANDLE, 0);
    trace_spi(trace, WS2, TCP, LC_SPI_CONNECT, HANDLE);
    assert_broken(trace, "HANDLE-6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_in_the_middle_of_the_chain_is_found),
        cmocka_unit_test(
            a_layer_that_starts_another_than_its_successor_is_found),
        cmocka_unit_test(the_chains_information_for_the_base_is_found),
        cmocka_unit_test(changed_information_is_found),
        cmocka_unit_test(the_chains_information_for_a_base_socket_is_found),
        cmocka_unit_test(
            information_for_an_address_is_passed_on_like_a_sockets),
        cmocka_unit_test(a_changed_upcall_table_is_found),
        cmocka_unit_test(a_layer_that_does_not_clean_up_below_is_found),
        cmocka_unit_test(a_layer_that_cleans_up_under_its_users_is_found),
        cmocka_unit_test(a_call_past_the_layer_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
