#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lastcall/abi.h"

#include "fuzz/play.h"
#include "fuzz/schedule.h"
#include "sim/engine/thread.h"
#include "sim/sim.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    FILTER = LC_MODULE_PROVIDER + 1
};

static struct fuzz_player player;
static struct lc_schedule schedule;

/* What the trace of the last run said. */
static struct {
    struct lc_record fault;
    struct lc_record end;
    uint32_t fault_count;
    uint32_t stray_count;
    enum lc_stray stray;
} seen;

static void read_record(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    (void)context;
    (void)number;
    if (record->kind == LC_RECORD_FAULT) {
        seen.fault = *record;
        seen.fault_count++;
    } else if (record->kind == LC_RECORD_STRAY) {
        seen.stray = (enum lc_stray)record->function;
        seen.stray_count++;
    } else if (record->kind == LC_RECORD_END) {
        seen.end = *record;
    }
}

static void add(uint8_t call, uint32_t value)
{
    struct lc_op *op = &schedule.ops[schedule.op_count];
    schedule.op_count++;
    *op = (struct lc_op){ .call = call,
                          .socket = LC_NONE,
                          .entry = LC_NONE,
                          .value = value };
    if (call == LC_CALL_SOCKET || call == LC_CALL_CLOSESOCKET) {
        op->socket = 0;
    }
}

/* One process that opens a socket through the DLL and closes all again. */
static void make_schedule(const char *name)
{
    const char *folder = getenv("LC_BUILD_DIR");
    memset(&schedule, 0, sizeof schedule);
    fuzz_schedule_default_world(&schedule.world);
    struct lc_provider *filter = &schedule.world.providers[1];
    filter->kind = LC_PROVIDER_DLL;
    (void)snprintf(
        filter->path,
        sizeof filter->path,
        "%s/tests/data/%s.dll",
        folder == NULL ? "build" : folder,
        name);
    if (access(filter->path, R_OK) != 0) {
        skip();
    }
    schedule.process_count = 1;
    (void)strcpy(schedule.processes[0].name, "A");
    schedule.thread_count = 1;
    (void)strcpy(schedule.threads[0].name, "main");
    schedule.socket_count = 1;
    (void)strcpy(schedule.sockets[0], "s");
    add(LC_CALL_WSASTARTUP, 0x0202);
    add(LC_CALL_SOCKET, 0);
    add(LC_CALL_CLOSESOCKET, 0);
    add(LC_CALL_WSACLEANUP, 0);
    add(LC_CALL_SLEEP, 1000);
    schedule.threads[0].op_count = schedule.op_count;
    fuzz_schedule_repair(&schedule);
    assert_int_equal(schedule.op_count, 5);
}

/* cmocka puts its own handlers in front of ours before each test. */
static void open_again(void)
{
    struct sim_error error;
    sim_close();
    assert_int_equal(sim_open(&error), SIM_OK);
}

static const char *play(struct fuzz_outcome *ret_outcome)
{
    struct sim_error error;
    open_again();
    memset(&seen, 0, sizeof seen);
    player.reader = read_record;
    enum sim_status status =
        fuzz_play(&player, &schedule, NULL, ret_outcome, &error);
    if (status != SIM_OK) {
        print_error("%s\n", error.text);
    }
    assert_int_equal(status, SIM_OK);
    return ret_outcome->verdict.kind == LC_VERDICT_BROKEN
               ? model_rule(ret_outcome->verdict.rule)->id
               : "";
}

/* A fault comes twice at the same place, is told as what it is, and the next
 * run is as good as the first. */
static void assert_fault(
    const char *name,
    enum lc_fault kind,
    const char *symbol)
{
    struct fuzz_outcome first;
    struct fuzz_outcome second;
    make_schedule(name);
    assert_string_equal(play(&first), "FAULT");
    assert_int_equal(seen.fault_count, 1);
    assert_int_equal(seen.fault.function, kind);
    assert_int_equal(seen.fault.callee, FILTER);
    assert_true(fuzz_play_is_fault(&first));
    struct sim_fault_place place;
    sim_last_fault(&place);
    assert_string_equal(place.module, "filter");
    assert_string_equal(place.symbol, symbol);
    assert_string_equal(play(&second), "FAULT");
    assert_int_equal(first.result.hash, second.result.hash);
}

/* A provider that faults is a finding with its place, not the end of the
 * search. */
static void a_null_call_is_a_finding(void **state)
{
    (void)state;
    assert_fault("null_call", LC_FAULT_EXECUTE, "open_socket");
    assert_int_equal(seen.fault.c, 1);
}

static void a_wild_write_is_a_finding(void **state)
{
    (void)state;
    assert_fault("wild_write", LC_FAULT_WRITE, "open_socket");
    assert_true(seen.fault.a > 0);
    assert_int_equal(seen.fault.b, -1);
    assert_int_equal(seen.fault.c, 0);
}

static void a_null_read_is_a_finding(void **state)
{
    (void)state;
    assert_fault("null_read", LC_FAULT_READ, "open_socket");
    assert_int_equal(seen.fault.c, 1);
}

static void a_write_to_constants_is_a_finding(void **state)
{
    (void)state;
    assert_fault("constant_write", LC_FAULT_WRITE, "open_socket");
    assert_true(seen.fault.b > 0);
}

static void a_division_by_zero_is_a_finding(void **state)
{
    (void)state;
    assert_fault("divide", LC_FAULT_DIVIDE, "open_socket");
}

static void a_breakpoint_is_a_finding(void **state)
{
    (void)state;
    assert_fault("breakpoint", LC_FAULT_BREAKPOINT, "open_socket");
}

static void an_illegal_instruction_is_a_finding(void **state)
{
    (void)state;
    assert_fault("illegal", LC_FAULT_ILLEGAL, "open_socket");
}

/* The handler can't run on the stack that is used up. */
static void a_used_up_stack_is_a_finding(void **state)
{
    (void)state;
    assert_fault("overflow", LC_FAULT_STACK, "___chkstk_ms");
}

/* Code of ours that chokes on what the DLL gave it is the DLL's doing. */
static void a_bad_pointer_for_the_shim_is_a_finding(void **state)
{
    (void)state;
    assert_fault("bad_pointer", LC_FAULT_READ, "open_socket");
    assert_int_equal(seen.fault.a, -1);
}

static void a_bad_pointer_for_an_upcall_is_a_finding(void **state)
{
    (void)state;
    assert_fault("bad_upcall", LC_FAULT_READ, "open_socket");
    assert_int_equal(seen.fault.a, -1);
}

/* The shim is never complete: what is missing is named when it is needed, and
 * speaks neither for nor against the provider. */
static void a_call_that_is_not_served_is_named(void **state)
{
    (void)state;
    struct fuzz_outcome outcome;
    struct sim_fault_place place;
    make_schedule("unserved");
    assert_string_equal(play(&outcome), "");
    assert_int_equal(outcome.verdict.kind, LC_VERDICT_UNSPECIFIED);
    assert_int_equal(seen.fault_count, 1);
    assert_int_equal(seen.fault.function, LC_FAULT_IMPORT);
    assert_int_equal(seen.fault.callee, FILTER);
    sim_last_fault(&place);
    assert_string_equal(place.module, "filter");
    assert_string_equal(place.symbol, "USER32.dll!GetSystemMetrics");
    assert_true(place.is_import);
    /* The next run has nothing of it. */
    fuzz_schedule_default_world(&schedule.world);
    assert_string_equal(play(&outcome), "");
    sim_last_fault(&place);
    assert_string_equal(place.module, "");
    assert_false(place.is_import);
}

/* Nothing else ends a loop without a yield point. */
static void an_endless_loop_is_a_finding(void **state)
{
    (void)state;
    sim_watch(1);
    assert_fault("endless", LC_FAULT_ENDLESS, "open_socket");
    sim_watch(0);
}

/* The provider is not started any more, though its code is still there. */
static void an_upcall_after_the_last_cleanup_is_found(void **state)
{
    (void)state;
    struct fuzz_outcome outcome;
    make_schedule("late_upcall");
    schedule.world.providers[1].pinned = 1;
    assert_string_equal(play(&outcome), "UPCALL-5");
    assert_int_equal(seen.fault_count, 0);
    assert_int_equal(seen.stray_count, 0);
}

/* The same without a reference of the application's: its code is gone. */
static void a_thread_in_an_unloaded_dll_is_found(void **state)
{
    (void)state;
    struct fuzz_outcome outcome;
    make_schedule("late_upcall");
    assert_string_equal(play(&outcome), "LOAD-15");
    assert_int_equal(seen.fault_count, 0);
    assert_int_equal(seen.stray_count, 1);
    assert_int_equal(seen.stray, LC_STRAY_THREAD);
}

/* What a library held is not to be called once it was freed. */
static void a_library_freed_too_early_is_found(void **state)
{
    (void)state;
    struct fuzz_outcome outcome;
    make_schedule("free_before_cleanup");
    assert_string_equal(play(&outcome), "LAYER-14");
    assert_int_equal(seen.fault_count, 0);
}

/* A fault of our own must not be taken for the provider's. */
static void a_fault_outside_a_run_kills_as_usual(void **state)
{
    (void)state;
    assert_true(signal(SIGSEGV, SIG_DFL) != SIG_ERR); /* not cmocka's */
    open_again();
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        volatile uintptr_t nowhere = 16;
        *(volatile int *)nowhere = 1;
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_null_call_is_a_finding),
        cmocka_unit_test(a_wild_write_is_a_finding),
        cmocka_unit_test(a_null_read_is_a_finding),
        cmocka_unit_test(a_write_to_constants_is_a_finding),
        cmocka_unit_test(a_division_by_zero_is_a_finding),
        cmocka_unit_test(a_breakpoint_is_a_finding),
        cmocka_unit_test(an_illegal_instruction_is_a_finding),
        cmocka_unit_test(a_used_up_stack_is_a_finding),
        cmocka_unit_test(a_bad_pointer_for_the_shim_is_a_finding),
        cmocka_unit_test(a_bad_pointer_for_an_upcall_is_a_finding),
        cmocka_unit_test(a_call_that_is_not_served_is_named),
        cmocka_unit_test(an_endless_loop_is_a_finding),
        cmocka_unit_test(an_upcall_after_the_last_cleanup_is_found),
        cmocka_unit_test(a_thread_in_an_unloaded_dll_is_found),
        cmocka_unit_test(a_library_freed_too_early_is_found),
        cmocka_unit_test(a_fault_outside_a_run_kills_as_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
