#include "model_trace.h"

static struct trace *started(bool chain)
{
    struct trace *trace = trace_new(chain);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    return trace;
}

/* A call without a socket may need a provider, too. */
static void a_load_for_an_address_is_one_on_demand(void **state)
{
    (void)state;
    static const uint32_t calls[] = { LC_CALL_ADDRESS_TO_STRING,
                                      LC_CALL_STRING_TO_ADDRESS };
    for (uint32_t i = 0; i < LC_COUNT_OF(calls); i++) {
        struct trace *trace = trace_new(false);
        trace_startup(trace);
        trace_call(trace, calls[i], 0, ENTRY_TCP);
        trace_load(trace, WS2, TCP, true);
        assert_held(trace);
    }
}

static void a_load_without_need_is_found(void **state)
{
    (void)state;
    struct trace *trace = started(false);
    trace_call(trace, LC_CALL_CONNECT, HANDLE, 0);
    trace_load(trace, WS2, FILTER, true);
    assert_broken(trace, "LOAD-2");
}

/* allowed, but not the usual time. */
static void a_load_in_wsastartup_is_a_warning(void **state)
{
    (void)state;
    static struct model model;
    struct trace *trace = trace_new(false);
    trace_call(trace, LC_CALL_WSASTARTUP, 0x0202, 0);
    trace_load(trace, WS2, TCP, true);
    trace_judge(trace, &(struct model_options){ 0 }, &model);
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_HELD);
    assert_int_equal(model_verdict(&model).warning_count, 1);
}

static void a_load_for_the_second_socket_is_found(void **state)
{
    (void)state;
    struct trace *trace = started(false);
    trace_socket(trace, HANDLE + 4, true);
    assert_broken(trace, "LOAD-3");
}

static void a_load_from_elsewhere_is_found(void **state)
{
    (void)state;
    struct trace *trace = started(true);
    trace_get(trace, LC_RECORD_LOAD, 0, 1)->d = 0;
    assert_broken(trace, "LOAD-4");
}

static void a_lookup_of_another_name_is_found(void **state)
{
    (void)state;
    struct trace *trace = started(false);
    trace_get(trace, LC_RECORD_PROC_ADDRESS, 0, 0)->a = 0;
    assert_broken(trace, "LOAD-6");
}

static void an_unload_before_the_final_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = started(false);
    trace_close(trace, HANDLE, 1);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_load(trace, WS2, TCP, false);
    assert_broken(trace, "LOAD-14");
}

/* FreeLibrary by the provider itself, from inside its WSPCleanup. */
static void an_unload_inside_the_final_cleanup_is_found(void **state)
{
    (void)state;
    struct trace *trace = started(false);
    trace_close(trace, HANDLE, 1);
    trace_cleanup_open(trace);
    trace_load(trace, TCP, TCP, false);
    assert_broken(trace, "LOAD-14");
}

static void a_library_that_is_not_freed_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_life(trace, HANDLE);
    trace_remove(trace, trace_find(trace, LC_RECORD_UNLOAD, 0, 0));
    assert_broken(trace, "LOAD-22");
}

static void a_library_freed_twice_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    trace_load(trace, WS2, TCP, false);
    assert_broken(trace, "LOAD-22");
}

/* The application's own reference is nobody else's business. */
static void a_pinned_library_holds(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_load(trace, LC_MODULE_APP, TCP, true);
    trace_life(trace, HANDLE);
    trace_get(trace, LC_RECORD_UNLOAD, 0, 0)->c = 0;
    trace_get(trace, LC_RECORD_LOAD, 0, 1)->c = 0;
    trace_load(trace, LC_MODULE_APP, TCP, false);
    trace_process(trace, 1);
    trace_end(trace, LC_END_DONE);
    assert_held(trace);
}

static void a_layer_that_frees_before_it_cleans_is_found(void **state)
{
    (void)state;
    struct trace *trace = started(true);
    trace_close(trace, HANDLE, 1);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_spi(trace, WS2, FILTER, LC_SPI_CLEANUP, 0);
    trace_load(trace, FILTER, TCP, false);
    assert_broken(trace, "LAYER-14");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_for_an_address_is_one_on_demand),
        cmocka_unit_test(a_load_without_need_is_found),
        cmocka_unit_test(a_load_in_wsastartup_is_a_warning),
        cmocka_unit_test(a_load_for_the_second_socket_is_found),
        cmocka_unit_test(a_load_from_elsewhere_is_found),
        cmocka_unit_test(a_lookup_of_another_name_is_found),
        cmocka_unit_test(an_unload_before_the_final_cleanup_is_found),
        cmocka_unit_test(an_unload_inside_the_final_cleanup_is_found),
        cmocka_unit_test(a_library_that_is_not_freed_is_found),
        cmocka_unit_test(a_library_freed_twice_is_found),
        cmocka_unit_test(a_pinned_library_holds),
        cmocka_unit_test(a_layer_that_frees_before_it_cleans_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
