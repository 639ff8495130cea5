#include "model_trace.h"

/* A process that has a connection and ends without a cleanup. */
static struct trace *in_use(void)
{
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    return trace;
}

static struct lc_record *dll_main(
    struct trace *trace,
    bool returns,
    int64_t value,
    bool process_ends)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_DLL_MAIN, returns);
    record->caller = LC_MODULE_SYSTEM;
    record->callee = TCP;
    record->a = value;
    record->b = process_ends;
    return record;
}

static void detach(struct trace *trace)
{
    dll_main(trace, false, LC_DLL_PROCESS_DETACH, true);
    dll_main(trace, true, 1, true);
}

/* The process is gone, and what the kernel has of it. */
static void gone(struct trace *trace, enum lc_exit how)
{
    trace_process(trace, 1);
    trace->records[trace->count - 1].a = how;
    trace_wire(trace, LC_WIRE_RST, 1, 0, 0);
    trace_end(trace, LC_END_DONE);
}

static void killed(struct trace *trace, uint8_t thread)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_THREAD, 1);
    record->a = thread;
    record->b = 1;
}

static void each_way_to_end_holds(void **state)
{
    (void)state;
    struct trace *trace = in_use();
    detach(trace);
    gone(trace, LC_EXIT_LAST_THREAD);
    assert_app_erred(trace, "CLEAN-1");

    trace = in_use();
    trace_call(trace, LC_CALL_EXITPROCESS, 0, 0);
    detach(trace);
    gone(trace, LC_EXIT_PROCESS);
    assert_app_erred(trace, "CLEAN-1");

    trace = in_use();
    trace_call(trace, LC_CALL_TERMINATEPROCESS, 0, 0);
    gone(trace, LC_EXIT_TERMINATED);
    assert_app_erred(trace, "CLEAN-1");
}

static void a_connection_that_outlives_its_process_is_found(void **state)
{
    (void)state;
    struct trace *trace = in_use();
    detach(trace);
    gone(trace, LC_EXIT_LAST_THREAD);
    trace_remove(trace, trace_find(trace, LC_RECORD_WIRE, LC_WIRE_RST, 0));
    assert_broken(trace, "TERM-1");
}

static void a_dll_that_is_not_told_of_the_end_is_found(void **state)
{
    (void)state;
    for (uint32_t how = 0; how < LC_EXIT_TERMINATED; how++) {
        struct trace *trace = in_use();
        gone(trace, (enum lc_exit)how);
        assert_broken(trace, "TERM-3");
    }
}

static void so_is_one_that_terminate_process_tells(void **state)
{
    (void)state;
    struct trace *trace = in_use();
    trace_call(trace, LC_CALL_TERMINATEPROCESS, 0, 0);
    dll_main(trace, false, LC_DLL_PROCESS_DETACH, true);
    assert_broken(trace, "TERM-3");
}

/* The others go first: one that is in a call, or goes on afterwards, has not. */
static void dlls_are_told_when_the_other_threads_are_gone(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 3; way++) {
        struct trace *trace = in_use();
        trace->thread = 1;
        trace_call(trace, LC_CALL_SEND, HANDLE, BYTES);
        trace->thread = 0;
        if (way != 1) {
            killed(trace, 1);
        }
        detach(trace);
        if (way == 0) {
            gone(trace, LC_EXIT_PROCESS);
            assert_app_erred(trace, "CLEAN-1");
            continue;
        }
        trace->thread = 2;
        trace_call(trace, LC_CALL_GETLASTERROR, 0, 0);
        assert_broken(trace, "TERM-3");
    }
}

/* A thread that DllMain begins at the end, of its own or of the pool, comes to
 * the loader lock and no further. */
static void what_begins_at_the_end_waits_for_ever(void **state)
{
    (void)state;
    struct trace *trace = in_use();
    dll_main(trace, false, LC_DLL_PROCESS_DETACH, true);
    trace->thread = 5;
    struct lc_record *record = trace_add(trace, LC_RECORD_THREAD, 0);
    record->caller = TCP;
    record->callee = TCP;
    record->a = 5;
    trace_wait(trace, LC_WAIT_LOCK, -1, false);
    trace->thread = 0;
    dll_main(trace, true, 1, true);
    assert_held(trace);
    trace->thread = 5;
    trace_object(trace, true, LC_OBJECT_EVENT, 90);
    assert_broken(trace, "TERM-3");
}

/* What is gone may hold what DllMain waits for. */
static void a_wait_at_the_end_of_a_process_is_found(void **state)
{
    (void)state;

    static const struct {
        enum lc_wait_for what;
        bool is_broken;
    } waits[] = {
        { LC_WAIT_LOCK, true },
        { LC_WAIT_THREAD, true },
        { LC_WAIT_EVENT, true },
        { LC_WAIT_SLEEP, false },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(waits); i++) {
        struct trace *trace = in_use();
        dll_main(trace, false, LC_DLL_PROCESS_DETACH, true);
        trace_wait(trace, waits[i].what, -1, false);
        if (waits[i].is_broken) {
            assert_broken(trace, "TERM-7");
        } else {
            assert_held(trace);
        }
    }
}

static void a_thread_that_takes_sockets_with_it_is_found(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 3; way++) {
        struct trace *trace = in_use();
        trace_call(trace, LC_CALL_EXITTHREAD, 0, 0);
        dll_main(trace, false, LC_DLL_THREAD_DETACH, false);
        if (way == 0) {
            trace_add(trace, LC_RECORD_HANDLE, LC_HANDLE_FREE)->a = HANDLE;
        } else if (way == 1) {
            trace_wire(trace, LC_WIRE_RST, 1, 0, 0);
        }
        if (way == 2) {
            dll_main(trace, true, 1, false);
            assert_held(trace);
        } else {
            assert_broken(trace, "TERM-9");
        }
    }
}

static void a_call_of_a_killed_thread_that_returns_is_an_inference(void **state)
{
    (void)state;
    struct trace *trace = in_use();
    trace->thread = 1;
    trace_call(trace, LC_CALL_SLEEP, 5, 0);
    trace->thread = 0;
    trace_call(trace, LC_CALL_TERMINATETHREAD, 1, 0);
    killed(trace, 1);
    trace_return(trace, LC_CALL_TERMINATETHREAD, 0, 0);
    assert_held(trace);
    trace->thread = 1;
    trace_return(trace, LC_CALL_SLEEP, 0, 0);
    assert_warned(trace, "TERM-10");
}

/* The application's error; what comes of it is not judged. */
static void starts_and_cleanups_in_dll_main_are_errors(void **state)
{
    (void)state;
    static const char *const rules[] = { "DLL-1", "DLL-2" };
    for (uint32_t i = 0; i < 2; i++) {
        struct trace *trace = trace_new(false);
        trace_startup(trace);
        trace_call(trace, LC_CALL_SOCKET, 0, 0);
        dll_main(trace, false, LC_DLL_PROCESS_ATTACH, false);
        trace_call(
            trace,
            i == 0 ? LC_CALL_WSASTARTUP : LC_CALL_WSACLEANUP,
            0,
            0);
        trace_wait(trace, LC_WAIT_LOCK, -1, false);
        trace_end(trace, LC_END_DEADLOCK);
        assert_app_erred(trace, rules[i]);
    }
}

static void dll_main_neither_loads_nor_waits(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 4; way++) {
        struct trace *trace = in_use();
        dll_main(trace, false, LC_DLL_PROCESS_DETACH, false);
        if (way < 2) {
            trace_load(trace, TCP, FILTER, way == 0);
        } else {
            trace_wait(
                trace,
                way == 2 ? LC_WAIT_THREAD : LC_WAIT_EVENT,
                -1,
                false);
        }
        assert_broken(trace, "DLL-3");
    }
    /* A reference to itself, and a lock, are no such thing. */
    struct trace *trace = in_use();
    dll_main(trace, false, LC_DLL_PROCESS_DETACH, false);
    trace_load(trace, TCP, TCP, true);
    trace_wait(trace, LC_WAIT_LOCK, -1, false);
    assert_held(trace);
}

static void what_dll_main_frees_as_the_process_ends_is_found(void **state)
{
    (void)state;

    static const struct {
        uint32_t kind;
        bool is_broken;
    } kinds[] = {
        { LC_OBJECT_HEAP, true },
        { LC_OBJECT_BLOCK, true },
        { LC_OBJECT_LOCK, true },
        { LC_OBJECT_EVENT, false },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(kinds); i++) {
        struct trace *trace = in_use();
        trace_object(trace, true, kinds[i].kind, 55);
        dll_main(trace, false, LC_DLL_PROCESS_DETACH, true);
        trace_object(trace, false, kinds[i].kind, 55);
        if (kinds[i].is_broken) {
            assert_broken(trace, "DLL-4");
        } else {
            assert_held(trace);
        }
    }
}

/* The run-time library of a DLL frees what it made in DllMain. */
static void what_dll_main_has_made_it_may_free(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    dll_main(trace, false, LC_DLL_PROCESS_ATTACH, false);
    trace_object(trace, true, LC_OBJECT_BLOCK, 55);
    dll_main(trace, true, 1, false);
    dll_main(trace, false, LC_DLL_PROCESS_DETACH, true);
    trace_object(trace, false, LC_OBJECT_BLOCK, 55);
    dll_main(trace, true, 1, true);
    assert_held(trace);
}

/* Many layers with locks of their own are as good as one. */
static void what_dll_main_has_made_is_known_of_many(void **state)
{
    (void)state;

    enum {
        MANY = 40
    };

    struct trace *trace = trace_new(false);
    dll_main(trace, false, LC_DLL_PROCESS_ATTACH, false);
    for (uint32_t i = 0; i < MANY; i++) {
        trace_object(trace, true, LC_OBJECT_LOCK, 55 + i);
    }
    dll_main(trace, true, 1, false);
    dll_main(trace, false, LC_DLL_PROCESS_DETACH, true);
    for (uint32_t i = 0; i < MANY; i++) {
        trace_object(trace, false, LC_OBJECT_LOCK, 55 + i);
    }
    dll_main(trace, true, 1, true);
    assert_held(trace);
}

/* LoadLibrary of a DLL whose DllMain says no. */
static struct trace *refused(void)
{
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace_load(trace, WS2, TCP, true);
    dll_main(trace, false, LC_DLL_PROCESS_ATTACH, false);
    dll_main(trace, true, 0, false);
    return trace;
}

static void a_dll_that_refuses_is_detached_and_not_used(void **state)
{
    (void)state;
    struct trace *trace = refused();
    trace_load(trace, WS2, TCP, false);
    assert_broken(trace, "DLL-5");

    trace = refused();
    struct lc_record *record = trace_add(trace, LC_RECORD_PROC_ADDRESS, 0);
    record->caller = WS2;
    record->callee = TCP;
    record->a = 1;
    assert_broken(trace, "DLL-5");

    trace = refused();
    dll_main(trace, false, LC_DLL_PROCESS_DETACH, false);
    dll_main(trace, true, 1, false);
    trace_load(trace, WS2, TCP, false);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEPROVIDERFAILEDINIT);
    assert_held(trace);
}

static void a_thread_that_detaches_and_goes_on_is_found(void **state)
{
    (void)state;
    struct trace *trace = in_use();
    dll_main(trace, false, LC_DLL_THREAD_DETACH, false);
    dll_main(trace, true, 1, false);
    assert_held(trace);
    trace_call(trace, LC_CALL_GETLASTERROR, 0, 0);
    assert_broken(trace, "DLL-6");

    /* FreeLibrary is no end of a thread. */
    trace = in_use();
    trace_call(trace, LC_CALL_FREELIBRARY, TCP, 0);
    dll_main(trace, false, LC_DLL_THREAD_DETACH, false);
    assert_broken(trace, "DLL-6");
}

static void dll_main_that_calls_a_provider_is_an_inference(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    dll_main(trace, false, LC_DLL_THREAD_ATTACH, false)->callee = FILTER;
    trace_spi(trace, FILTER, TCP, LC_SPI_GET_SOCK_OPT, HANDLE);
    assert_warned(trace, "DLL-7");
}

/* Two processes; a thread of the first is terminated inside its provider. */
static struct trace *hostile(void)
{
    struct trace *trace = in_use();
    trace->thread = 1;
    trace_call(trace, LC_CALL_SEND, HANDLE, BYTES);
    trace_down(trace, LC_SPI_SEND, HANDLE);
    trace->thread = 0;
    trace_call(trace, LC_CALL_TERMINATETHREAD, 1, 0);
    killed(trace, 1);
    trace_return(trace, LC_CALL_TERMINATETHREAD, 0, 0);
    return trace;
}

static void expect_unspecified(const struct trace *trace)
{
    static struct model model;
    trace_judge(trace, &(struct model_options){ 0 }, &model);
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_UNSPECIFIED);
}

static void behind_a_hostile_act_a_process_is_not_judged(void **state)
{
    (void)state;
    struct trace *trace = hostile();
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_wait(trace, LC_WAIT_RUNDOWN, -1, false);
    trace_end(trace, LC_END_DEADLOCK);
    expect_unspecified(trace);

    trace = in_use();
    trace_call(trace, LC_CALL_FREEFOREIGN, TCP, 0);
    trace_add(trace, LC_RECORD_STRAY, LC_STRAY_SPI)->callee = TCP;
    trace_end(trace, LC_END_FAULT);
    expect_unspecified(trace);
}

/* A thread that only sleeps takes nothing with it. */
static void a_sleeper_may_be_terminated(void **state)
{
    (void)state;
    struct trace *trace = in_use();
    trace->thread = 1;
    trace_call(trace, LC_CALL_SLEEP, 5, 0);
    trace_wait(trace, LC_WAIT_SLEEP, 5, false)->caller = WS2;
    trace->thread = 0;
    trace_call(trace, LC_CALL_TERMINATETHREAD, 1, 0);
    killed(trace, 1);
    trace_return(trace, LC_CALL_TERMINATETHREAD, 0, 0);
    assert_held(trace);
    trace_end(trace, LC_END_DEADLOCK);
    assert_broken(trace, "DEADLOCK");
}

static void other_processes_are_judged_as_always(void **state)
{
    (void)state;
    struct trace *trace = hostile();
    trace->process = 1;
    trace->thread = 2;
    trace_process(trace, 0);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    assert_broken(trace, "START-7");

    trace = hostile();
    trace->process = 1;
    trace->thread = 2;
    trace_process(trace, 0);
    trace_startup(trace);
    trace_wait(trace, LC_WAIT_LOCK, -1, false);
    trace_end(trace, LC_END_DEADLOCK);
    assert_broken(trace, "DEADLOCK");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_to_end_holds),
        cmocka_unit_test(a_connection_that_outlives_its_process_is_found),
        cmocka_unit_test(a_dll_that_is_not_told_of_the_end_is_found),
        cmocka_unit_test(so_is_one_that_terminate_process_tells),
        cmocka_unit_test(dlls_are_told_when_the_other_threads_are_gone),
        cmocka_unit_test(what_begins_at_the_end_waits_for_ever),
        cmocka_unit_test(a_wait_at_the_end_of_a_process_is_found),
        cmocka_unit_test(a_thread_that_takes_sockets_with_it_is_found),
        cmocka_unit_test(
            a_call_of_a_killed_thread_that_returns_is_an_inference),
        cmocka_unit_test(starts_and_cleanups_in_dll_main_are_errors),
        cmocka_unit_test(dll_main_neither_loads_nor_waits),
        cmocka_unit_test(what_dll_main_frees_as_the_process_ends_is_found),
        cmocka_unit_test(what_dll_main_has_made_it_may_free),
        cmocka_unit_test(what_dll_main_has_made_is_known_of_many),
        cmocka_unit_test(a_dll_that_refuses_is_detached_and_not_used),
        cmocka_unit_test(a_thread_that_detaches_and_goes_on_is_found),
        cmocka_unit_test(dll_main_that_calls_a_provider_is_an_inference),
        cmocka_unit_test(behind_a_hostile_act_a_process_is_not_judged),
        cmocka_unit_test(a_sleeper_may_be_terminated),
        cmocka_unit_test(other_processes_are_judged_as_always),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
