#include "model_trace.h"

static void a_deadlock_is_broken(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_end(trace, LC_END_DEADLOCK);
    assert_broken(trace, "DEADLOCK");
}

static void a_livelock_is_broken(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_end(trace, LC_END_LIVELOCK);
    assert_broken(trace, "LIVELOCK");
}

/* Where a trace can't be followed nobody knows what a call waits for. */
static void a_deadlock_behind_what_is_followed_is_unspecified(void **state)
{
    (void)state;
    static struct model model;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    trace_call(trace, LC_CALL_RECV, HANDLE, BYTES);
    trace_down(trace, LC_SPI_RECV, HANDLE);
    trace_wait(trace, LC_WAIT_NET, 1, false);
    trace_add(trace, LC_RECORD_LOCK, 0)->process = 1; /* nobody can be there */
    trace_end(trace, LC_END_DEADLOCK);
    trace_judge(trace, &(struct model_options){ 0 }, &model);
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_UNSPECIFIED);
}

static void a_call_that_the_final_cleanup_forgot_has_its_own_name(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_connect(trace, HANDLE, 1);
    trace_call(trace, LC_CALL_SEND, HANDLE, BYTES);
    trace_down(trace, LC_SPI_SEND, HANDLE);
    trace_wait(trace, LC_WAIT_NET, -1, false);
    trace->thread = 1;
    trace_cleanup_open(trace);
    trace_cleanup_close(trace);
    trace_end(trace, LC_END_DEADLOCK);
    assert_broken(trace, "CLEAN-4");
}

/* A cleanup that waits for a call which nobody ends is the same defect, seen
 * while it is still under way; one that is not the last is not to blame. */
static void so_has_one_that_the_final_cleanup_waits_for(void **state)
{
    (void)state;
    static const char *const rules[2][2] = {
        { "CLEAN-4", "CLEAN-4" },
        { "DEADLOCK", "LIVELOCK" },
    };
    for (uint32_t starts = 1; starts <= 2; starts++) {
        for (uint32_t looks = 0; looks < 2; looks++) {
            struct trace *trace = trace_new(false);
            for (uint32_t i = 0; i < starts; i++) {
                trace_startup(trace);
            }
            trace_socket(trace, HANDLE, true);
            trace_connect(trace, HANDLE, 1);
            trace_call(trace, LC_CALL_SEND, HANDLE, BYTES);
            trace_down(trace, LC_SPI_SEND, HANDLE);
            trace_wait(trace, LC_WAIT_NET, -1, false);
            trace->thread = 1;
            trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
            trace_end(trace, looks == 0 ? LC_END_DEADLOCK : LC_END_LIVELOCK);
            assert_broken(trace, rules[starts - 1][looks]);
        }
    }
}

/* A start under way may come to its end before the cleanup does, which is not
 * the last then: it has to leave the call alone. */
static void a_cleanup_beside_a_start_is_not_to_blame(void **state)
{
    (void)state;
    for (uint32_t looks = 0; looks < 2; looks++) {
        struct trace *trace = trace_new(false);
        trace_startup(trace);
        trace_socket(trace, HANDLE, true);
        trace_connect(trace, HANDLE, 1);
        trace_call(trace, LC_CALL_SEND, HANDLE, BYTES);
        trace_down(trace, LC_SPI_SEND, HANDLE);
        trace_wait(trace, LC_WAIT_NET, -1, false);
        trace->thread = 1;
        trace_call(trace, LC_CALL_WSASTARTUP, 0x0202, 0);
        trace->thread = 2;
        trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
        trace_end(trace, looks == 0 ? LC_END_DEADLOCK : LC_END_LIVELOCK);
        assert_broken(trace, looks == 0 ? "DEADLOCK" : "LIVELOCK");
    }
}

static struct trace *fault(enum lc_fault what)
{
    struct trace *trace = trace_new(false);
    trace_add(trace, LC_RECORD_FAULT, what)->callee = TCP;
    trace_end(trace, LC_END_FAULT);
    return trace;
}

static void a_fault_is_broken(void **state)
{
    (void)state;
    assert_broken(fault(LC_FAULT_READ), "FAULT");
}

static void an_import_that_we_lack_is_no_fault_of_the_provider(void **state)
{
    (void)state;
    static struct model model;
    trace_judge(fault(LC_FAULT_IMPORT), &(struct model_options){ 0 }, &model);
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_UNSPECIFIED);
}

static void code_that_runs_after_its_unload_is_found(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_add(trace, LC_RECORD_STRAY, LC_STRAY_THREAD)->callee = TCP;
    assert_broken(trace, "LOAD-15");
    trace = trace_new(false);
    trace_add(trace, LC_RECORD_STRAY, LC_STRAY_SPI)->callee = TCP;
    assert_broken(trace, "INV-2");
}

/* Broken outranks unspecified, whichever comes first. */
static void a_limit_is_unspecified_and_broken_outranks_it(void **state)
{
    (void)state;
    static struct model model;
    struct trace *trace = trace_new(false);
    trace_end(trace, LC_END_LIMIT);
    trace_judge(trace, &(struct model_options){ 0 }, &model);
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_UNSPECIFIED);
    trace_add(trace, LC_RECORD_FAULT, LC_FAULT_READ);
    assert_broken(trace, "FAULT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadlock_is_broken),
        cmocka_unit_test(a_deadlock_behind_what_is_followed_is_unspecified),
        cmocka_unit_test(a_livelock_is_broken),
        cmocka_unit_test(a_call_that_the_final_cleanup_forgot_has_its_own_name),
        cmocka_unit_test(so_has_one_that_the_final_cleanup_waits_for),
        cmocka_unit_test(a_cleanup_beside_a_start_is_not_to_blame),
        cmocka_unit_test(a_fault_is_broken),
        cmocka_unit_test(an_import_that_we_lack_is_no_fault_of_the_provider),
        cmocka_unit_test(code_that_runs_after_its_unload_is_found),
        cmocka_unit_test(a_limit_is_unspecified_and_broken_outranks_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
