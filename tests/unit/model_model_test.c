#include "model_trace.h"

static void finish(struct trace *trace)
{
    trace_process(trace, 1);
    trace_end(trace, LC_END_DONE);
}

/* The model must not cry out at a correct stack. */
static void a_life_of_the_base_alone_holds(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_life(trace, HANDLE);
    finish(trace);
    assert_held(trace);
}

static void a_life_of_a_chain_holds(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_life(trace, HANDLE);
    finish(trace);
    assert_held(trace);
}

/* Restart, with the same handle value handed out again. */
static void three_lives_in_a_row_hold(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    for (int i = 0; i < 3; i++) {
        trace_life(trace, HANDLE);
    }
    finish(trace);
    assert_held(trace);
}

/* Two processes share handle values and catalog, and nothing else. */
static void two_processes_hold_side_by_side(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace->process = 1;
    trace->thread = 1;
    trace_process(trace, 0);
    trace_life(trace, HANDLE);
    trace_process(trace, 1);
    trace->process = 0;
    trace->thread = 0;
    trace->objects = 1;
    trace_connect(trace, HANDLE, 1);
    trace_send(trace, HANDLE, 1);
    trace_flow(trace, 1);
    trace_close_down(trace, HANDLE);
    trace_fin(trace, 1);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace_close_up(trace, HANDLE, 1);
    trace_cleanup_open(trace);
    trace_cleanup_close(trace);
    finish(trace);
    assert_held(trace);
}

/* A thread whose WSPSend is under way when the final cleanup begins leaves
 * after it, with an error of X-34; its objects go with it. */
static void a_call_inside_during_the_final_cleanup_holds(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    trace_call(trace, LC_CALL_SEND, HANDLE, BYTES);
    trace_down(trace, LC_SPI_SEND, HANDLE);
    trace_object(trace, true, LC_OBJECT_BLOCK, 77);
    trace_wait(trace, LC_WAIT_NET, -1, false);
    trace->thread = 1;
    trace_cleanup_open(trace);
    trace_wire(trace, LC_WIRE_RST, 1, 0, 0);
    trace_wire(trace, LC_WIRE_CLOSE, 1, 0, HANDLE);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace_object(trace, false, LC_OBJECT_HEAP, 1001);
    trace_spi_return(trace, WS2, TCP, LC_SPI_CLEANUP, 0);
    trace->thread = 0;
    trace_wait(trace, LC_WAIT_NET, -1, true)->d = 2;
    trace_object(trace, false, LC_OBJECT_BLOCK, 77);
    trace_up(trace, LC_SPI_SEND, -1, LC_WSAEINTR);
    trace_return(trace, LC_CALL_SEND, -1, LC_WSAEINTR);
    trace->thread = 1;
    trace_load(trace, WS2, TCP, false);
    struct lc_record *record =
        trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE);
    record->a = HANDLE;
    record->callee = TCP;
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    finish(trace);
    assert_held(trace);
}

/* A value that goes round again while the old close is under way must not
 * confuse the two sockets. */
static void a_handle_value_reused_under_a_close_holds(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_close_down(trace, HANDLE);
    trace_wire(trace, LC_WIRE_CLOSE, 1, 0, HANDLE);
    trace_object(trace, false, LC_OBJECT_SOCKET, 1);
    trace_up(trace, LC_SPI_CLOSE_SOCKET, 0, 0);
    trace->thread = 1;
    trace_socket(trace, HANDLE, false);
    trace->thread = 0;
    trace_return(trace, LC_CALL_CLOSESOCKET, 0, 0);
    trace->thread = 1;
    trace_close_down(trace, HANDLE);
    trace_object(trace, false, LC_OBJECT_SOCKET, 2);
    trace_close_up(trace, HANDLE, 2);
    trace_cleanup_open(trace);
    trace_cleanup_close(trace);
    finish(trace);
    assert_held(trace);
}

/* Assignment is a snapshot: both halves of a run give one verdict. */
static void a_copy_goes_on_as_the_original(void **state)
{
    (void)state;
    static struct model model;
    static struct model copy;
    struct trace *trace = trace_new(true);
    struct lc_world world;
    trace_life(trace, HANDLE);
    finish(trace);
    trace_world(&world);
    model_init(&model, &world, &(struct model_options){ 0 });
    for (uint32_t i = 0; i < trace->count; i++) {
        if (i == trace->count / 2) {
            copy = model;
        }
        assert_true(model_step(&model, &trace->records[i]));
    }
    for (uint32_t i = trace->count / 2; i < trace->count; i++) {
        assert_true(model_step(&copy, &trace->records[i]));
    }
    assert_memory_equal(&copy, &model, sizeof model);
}

/* Lives of three threads in two processes. */
static struct trace *busy_trace(void)
{
    struct trace *trace = trace_new(true);
    trace_life(trace, HANDLE);
    /* What processes that have not begun will be told of. */
    struct lc_record *record =
        trace_add(trace, LC_RECORD_CATALOG, LC_CATALOG_REMOVE);
    record->caller = WS2;
    record->callee = TCP;
    record->a = ENTRY_TCP;
    record->b = 1;
    record->c = 2;
    trace->thread = LC_THREADS_MAX - 1;
    trace_life(trace, HANDLE);
    trace->thread = LC_THREAD_REF(0, 0);
    trace_life(trace, HANDLE);
    trace->process = 1;
    trace->thread = 1;
    trace_process(trace, 0);
    trace_life(trace, HANDLE);
    finish(trace);
    return trace;
}

/* A search judges millions of runs with one model: none may leave a trace. */
static void a_restart_leaves_nothing_of_the_run(void **state)
{
    (void)state;
    static struct model model;
    static struct model fresh;
    struct trace *trace = busy_trace();
    struct lc_world world;
    trace_world(&world);
    model_init(&fresh, &world, &(struct model_options){ 0 });
    model = fresh;
    for (uint32_t i = 0; i < trace->count; i++) {
        (void)model_step(&model, &trace->records[i]);
    }
    assert_int_equal(model.process_count, 2);
    model_restart(&model, &fresh);
    assert_memory_equal(&model, &fresh, sizeof model);
}

/* An exploration goes back to each moment of a run, whatever came after it. */
static void every_moment_is_brought_back(void **state)
{
    (void)state;
    static struct model fresh;
    static struct model model;
    static struct model later;
    static unsigned char bytes[sizeof(struct model)];
    struct trace *trace = busy_trace();
    struct lc_world world;
    trace_world(&world);
    model_init(&fresh, &world, &(struct model_options){ 0 });
    model = fresh;
    for (uint32_t i = 0; i < trace->count; i++) {
        size_t size_bytes = model_save(&model, bytes, sizeof bytes);
        later = model;
        for (uint32_t k = i; k < trace->count; k++) {
            (void)model_step(&later, &trace->records[k]);
        }
        assert_int_equal(model_load(&later, &fresh, bytes), size_bytes);
        assert_memory_equal(&later, &model, sizeof model);
        (void)model_step(&model, &trace->records[i]);
    }
}

/* Campaigns report which rules a run put to the test. */
static void coverage_counts_premises(void **state)
{
    (void)state;
    static struct model model;
    static struct model_coverage coverage;
    struct trace *trace = trace_new(true);
    struct lc_world world;
    trace_life(trace, HANDLE);
    finish(trace);
    trace_world(&world);
    model_init(&model, &world, &(struct model_options){ 0 });
    model_attach(&model, &coverage);
    for (uint32_t i = 0; i < trace->count; i++) {
        assert_true(model_step(&model, &trace->records[i]));
    }
    assert_int_equal(coverage.premise[MODEL_CLEAN_16], 1);
    assert_true(coverage.premise[MODEL_LAYER_4] > 0);
    assert_true(coverage.premise[MODEL_CLEAN_17] > 0);
    assert_int_equal(coverage.premise[MODEL_START_10], 0);
}

/* Nonsense, as a damaged trace file has it, is no verdict on anybody. */
static void nonsense_is_unspecified(void **state)
{
    (void)state;
    static struct model model;
    struct lc_world world;
    struct trace *trace = trace_new(false);
    trace_spi_return(trace, WS2, TCP, LC_SPI_SEND, 0);
    trace_world(&world);
    model_init(&model, &world, &(struct model_options){ 0 });
    for (uint32_t i = 0; i < trace->count; i++) {
        assert_true(model_step(&model, &trace->records[i]));
    }
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_UNSPECIFIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_life_of_the_base_alone_holds),
        cmocka_unit_test(a_life_of_a_chain_holds),
        cmocka_unit_test(three_lives_in_a_row_hold),
        cmocka_unit_test(two_processes_hold_side_by_side),
        cmocka_unit_test(a_call_inside_during_the_final_cleanup_holds),
        cmocka_unit_test(a_handle_value_reused_under_a_close_holds),
        cmocka_unit_test(a_copy_goes_on_as_the_original),
        cmocka_unit_test(a_restart_leaves_nothing_of_the_run),
        cmocka_unit_test(every_moment_is_brought_back),
        cmocka_unit_test(coverage_counts_premises),
        cmocka_unit_test(nonsense_is_unspecified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
