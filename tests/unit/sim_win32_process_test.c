#include "lastcall/abi.h"

#include "sim/win32/state.h"
#include "sim/win32/win32.h"
#include "tests/unit/engine_fixture.h"

enum {
    FIRST = LC_MODULE_PROVIDER,
    SECOND = LC_MODULE_PROVIDER + 1,
    QUIET = LC_MODULE_PROVIDER + 2,
    RECORDS_MAX = 256,
    LOCK_BYTES = 40
};

static uint32_t record_count;
static struct lc_record records[RECORDS_MAX];

static bool keep(void *context, const struct lc_record *record)
{
    (void)context;
    assert_in_range(record_count, 0, RECORDS_MAX - 1);
    records[record_count++] = *record;
    return true;
}

/* What DllMain is told: who, why, whether the process ends. */
static uint32_t told(uint32_t module, uint32_t reason, bool process_ends)
{
    return module * 100 + reason * 10 + process_ends;
}

/* The lock that DllMain enters in a test; else NULL. */
static struct lc_critical_section *wanted;

/* What DllMain does when the process ends in a test; else NULL. */
static void (*does_at_end)(void);

static bool attach(uint32_t reason, bool process_ends)
{
    fixture_turn(told(sim_thread_module(), reason, process_ends));
    if (process_ends && wanted != NULL) {
        sim_win32_enter_critical_section(wanted);
    }
    if (process_ends && does_at_end != NULL) {
        does_at_end();
    }
    fixture_yield(50);
    return true;
}

static const struct sim_module_class loud = {
    .ops = &sim_module_builtin,
    .globals_bytes = 64,
    .attach = attach,
};

static const struct sim_module_class quiet = {
    .ops = &sim_module_builtin,
    .globals_bytes = 64,
    .attach = attach,
    .is_quiet = true,
};

static void process_exit(uint32_t process)
{
    fixture_turn(9000 + 10 * process + (uint32_t)sim_win32_exit_how(process));
    sim_win32_process_exit(process);
}

static void begin(const struct lc_choice *choices, uint32_t choice_count)
{
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_win32_open();
    sim_module_set_class(FIRST, &loud);
    sim_module_set_path(FIRST, "C:\\first.dll");
    sim_module_set_class(SECOND, &loud);
    sim_module_set_path(SECOND, "C:\\second.dll");
    sim_module_set_class(QUIET, &quiet);
    sim_module_set_path(QUIET, "C:\\quiet.dll");
    sim_module_set_wrap(NULL);
    sim_thread_set_exit(process_exit);
    fixture_begin(choices, choice_count, NULL);
    wanted = NULL;
    does_at_end = NULL;
    record_count = 0;
    SIM_HISTORY->sink = keep;
}

static uint32_t count_of(uint8_t kind, uint32_t function, int64_t b)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < record_count; i++) {
        count += records[i].kind == kind && records[i].function == function &&
                 records[i].b == b;
    }
    return count;
}

static void expect_turns(const uint32_t *turns, uint32_t count)
{
    assert_int_equal(PROGRAM->count, count);
    assert_memory_equal(PROGRAM->turn, turns, count * sizeof turns[0]);
    sim_thread_set_exit(NULL);
}

static void load_all(void)
{
    assert_non_null(sim_win32_load_library_a("C:\\first.dll"));
    assert_non_null(sim_win32_load_library_a("C:\\quiet.dll"));
    assert_non_null(sim_win32_load_library_a("C:\\second.dll"));
    PROGRAM->count = 0; /* what comes now is of interest */
}

static uint32_t LC_ABI work(void *parameter)
{
    (void)parameter;
    fixture_turn(1);
    return 0;
}

static void has_a_worker(void *argument)
{
    (void)argument;
    load_all();
    sim_thread_enter(FIRST, SIM_FRAME_SPI, LC_SPI_STARTUP);
    lc_handle thread = sim_win32_create_thread(NULL, 0, work, NULL, 0, NULL);
    assert_int_equal(
        sim_win32_wait_for_single_object(thread, LC_INFINITE),
        LC_WAIT_OBJECT_0);
    sim_thread_leave();
    sim_win32_exit_process();
    fail();
}

/* In the order in which they were loaded, at the end of the process the other
 * way round; a module that does not want to hears nothing of threads. */
static void dlls_hear_of_threads_and_of_the_end(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, has_a_worker);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    const uint32_t turns[] = {
        told(FIRST, LC_DLL_THREAD_ATTACH, false),
        told(SECOND, LC_DLL_THREAD_ATTACH, false),
        1,
        told(FIRST, LC_DLL_THREAD_DETACH, false),
        told(SECOND, LC_DLL_THREAD_DETACH, false),
        told(SECOND, LC_DLL_PROCESS_DETACH, true),
        told(QUIET, LC_DLL_PROCESS_DETACH, true),
        told(FIRST, LC_DLL_PROCESS_DETACH, true),
        9000 + LC_EXIT_PROCESS,
    };
    expect_turns(turns, LC_COUNT_OF(turns));
}

/* A DLL that was unmapped in between keeps the others in their order. */
static void frees_one(void *argument)
{
    (void)argument;
    load_all();
    assert_int_equal(sim_win32_free_library(sim_arena_module(0, FIRST)), 1);
    assert_non_null(sim_win32_load_library_a("C:\\first.dll"));
    PROGRAM->count = 0;
    sim_win32_leave_thread();
}

static void the_last_thread_tells_that_the_process_ends(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, frees_one);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    const uint32_t turns[] = {
        told(FIRST, LC_DLL_PROCESS_DETACH, true),
        told(SECOND, LC_DLL_PROCESS_DETACH, true),
        told(QUIET, LC_DLL_PROCESS_DETACH, true),
        9000 + LC_EXIT_LAST_THREAD,
    };
    expect_turns(turns, LC_COUNT_OF(turns));
}

static void sleeps(void *argument)
{
    (void)argument;
    sim_win32_sleep(1000);
    fail();
}

static void exits(void *argument)
{
    (void)argument;
    load_all();
    sim_win32_sleep(1); /* the other one has begun */
    sim_win32_exit_process();
    fail();
}

static void terminates(void *argument)
{
    (void)argument;
    load_all();
    sim_win32_sleep(1);
    sim_win32_terminate_process();
    fail();
}

/* The others go first, then the DLLs hear of it: or they do not. */
static void other_threads_go_before_their_process(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 2; way++) {
        begin(NULL, 0);
        (void)fixture_thread(0, way == 0 ? exits : terminates);
        (void)fixture_thread(1, sleeps);
        assert_int_equal(sim_thread_run(), LC_END_DONE);
        assert_int_equal(sim_thread_now_ns(), LC_NS_PER_MS);
        assert_int_equal(count_of(LC_RECORD_THREAD, 1, 1), 1);
        assert_int_equal(count_of(LC_RECORD_DLL_MAIN, 0, 1), way == 0 ? 3 : 0);
        assert_int_equal(
            PROGRAM->turn[PROGRAM->count - 1],
            way == 0 ? 9000 + LC_EXIT_PROCESS : 9000 + LC_EXIT_TERMINATED);
        sim_thread_set_exit(NULL);
    }
}

static struct lc_critical_section *shared_lock(void)
{
    return (struct lc_critical_section *)(void *)sim_arena_module(0, FIRST);
}

static void holds_a_lock(void *argument)
{
    (void)argument;
    sim_win32_enter_critical_section(shared_lock());
    sim_win32_sleep(1000);
    fail();
}

static void exits_beside_a_lock(void *argument)
{
    (void)argument;
    load_all();
    sim_win32_initialize_critical_section(shared_lock());
    wanted = shared_lock();
    sim_win32_sleep(1);
    sim_win32_exit_process();
    fail();
}

/* What a thread held that is gone stays held: ExitProcess, Remarks. */
static void a_lock_of_a_killed_thread_stays_held(void **state)
{
    (void)state;
    _Static_assert(
        sizeof(struct lc_critical_section) == LOCK_BYTES,
        "it fits the module's globals");
    begin(NULL, 0);
    (void)fixture_thread(0, exits_beside_a_lock);
    (void)fixture_thread(1, holds_a_lock);
    assert_int_equal(sim_thread_run(), LC_END_DEADLOCK);
    sim_thread_set_exit(NULL);
}

static void terminates_two(void *argument)
{
    (void)argument;
    sim_win32_sleep(1);
    assert_true(sim_win32_terminate_thread(1));
    assert_false(sim_win32_terminate_thread(1));
    assert_int_equal(sim_thread_current()->last_error, LC_ERROR_ACCESS_DENIED);
    assert_false(sim_win32_terminate_thread(7));
    sim_win32_exit_own_thread();
    fail();
}

static void ends_last(void *argument)
{
    (void)argument;
    sim_win32_sleep(5);
    fixture_turn(1);
}

static void a_thread_can_end_itself_and_another(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, terminates_two);
    (void)fixture_thread(1, sleeps);
    (void)fixture_thread(2, ends_last);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(count_of(LC_RECORD_THREAD, 1, 1), 1);
    assert_int_equal(count_of(LC_RECORD_THREAD, 1, 0), 1);
    const uint32_t turns[] = { 1, 9000 + LC_EXIT_LAST_THREAD };
    expect_turns(turns, LC_COUNT_OF(turns));
}

static void loads_slowly(void *argument)
{
    (void)argument;
    assert_non_null(sim_win32_load_library_a("C:\\first.dll"));
    fixture_turn(2);
    sim_win32_sleep(1000);
    fail();
}

static void exits_meanwhile(void *argument)
{
    (void)argument;
    sim_win32_exit_process();
    fail();
}

/* Nobody is killed in the middle of a DllMain: ExitProcess waits for it. */
static void the_end_waits_for_the_loader_lock(void **state)
{
    (void)state;
    const struct lc_choice choice = {
        .stream = LC_STREAM_SCHED,
        .thread = 0,
        .place = { LC_PLACE_SHIM, 50, LC_MODULE_APP },
        .action = LC_ACTION_RUN,
        .target = 1,
    };
    begin(&choice, 1);
    (void)fixture_thread(0, loads_slowly);
    (void)fixture_thread(1, exits_meanwhile);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(sim_choice_unmet(), 0);
    const uint32_t turns[] = {
        told(FIRST, LC_DLL_PROCESS_ATTACH, false),
        2,
        told(FIRST, LC_DLL_PROCESS_DETACH, true),
        9000 + LC_EXIT_PROCESS,
    };
    expect_turns(turns, LC_COUNT_OF(turns));
}

typedef int LC_ABI disable_fn(lc_handle);

static void stops_listening(void *argument)
{
    (void)argument;
    disable_fn *disable = (disable_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "DisableThreadLibraryCalls", 0);
    assert_int_equal(disable(NULL), 0);
    load_all();
    assert_int_equal(disable(sim_arena_module(0, FIRST)), 1);
    sim_win32_exit_own_thread();
}

static void a_dll_can_stop_listening(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, stops_listening);
    (void)fixture_thread(1, ends_last);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(
        PROGRAM->turn[0],
        told(SECOND, LC_DLL_THREAD_DETACH, false));
    sim_thread_set_exit(NULL);
}

static sim_code_fn *serves(const char *name)
{
    sim_code_fn *code = sim_module_find_system("kernel32.dll", name, 0);
    assert_non_null(code);
    return code;
}

typedef uint32_t LC_ABI fls_alloc_fn(const void *code);
typedef int LC_ABI fls_set_value_fn(uint32_t index, void *value);
typedef lc_handle LC_ABI
create_mutex_fn(void *security, int is_owned, const char *name);
typedef int LC_ABI queue_fn(const void *code, void *parameter, uint32_t flags);
typedef int LC_ABI create_timer_fn(
    lc_handle *ret_timer,
    lc_handle queue,
    const void *code,
    void *parameter,
    uint32_t due_ms,
    uint32_t period_ms,
    uint32_t flags);

static uint32_t slot_of_fibers;

static void LC_ABI slot_ends(void *value)
{
    fixture_turn(300 + (uint32_t)(uintptr_t)value);
}

static void keep_in_slot(uintptr_t value)
{
    int is_kept = ((fls_set_value_fn *)serves(
        "FlsSetValue"))(slot_of_fibers, (void *)value);
    assert_int_equal(is_kept, 1);
}

static void returns_with_a_slot(void *argument)
{
    (void)argument;
    sim_win32_sleep(2);
    keep_in_slot(1);
    sim_win32_leave_thread();
}

static void is_killed_with_a_slot(void *argument)
{
    (void)argument;
    sim_win32_sleep(2);
    keep_in_slot(2);
    sim_win32_sleep(1000);
    fail();
}

static void exits_with_a_slot(void *argument)
{
    (void)argument;
    load_all();
    sim_thread_enter(QUIET, SIM_FRAME_SPI, LC_SPI_STARTUP);
    slot_of_fibers = ((fls_alloc_fn *)serves("FlsAlloc"))(
        (const void *)(uintptr_t)slot_ends);
    sim_thread_leave();
    keep_in_slot(3);
    sim_win32_sleep(5);
    sim_win32_exit_process();
    fail();
}

/* Callbacks of slots may call into DLLs, so they go first. A thread that is
 * killed gives nothing back. */
static void fiber_slots_end_before_dlls_hear_of_it(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, exits_with_a_slot);
    (void)fixture_thread(1, returns_with_a_slot);
    (void)fixture_thread(2, is_killed_with_a_slot);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    const uint32_t turns[] = {
        301,
        told(FIRST, LC_DLL_THREAD_DETACH, false),
        told(SECOND, LC_DLL_THREAD_DETACH, false),
        303,
        told(SECOND, LC_DLL_PROCESS_DETACH, true),
        told(QUIET, LC_DLL_PROCESS_DETACH, true),
        told(FIRST, LC_DLL_PROCESS_DETACH, true),
        9000 + LC_EXIT_PROCESS,
    };
    expect_turns(turns, LC_COUNT_OF(turns));
}

static lc_handle mutex;

static void owns_a_mutex(void)
{
    mutex = ((create_mutex_fn *)serves("CreateMutexA"))(NULL, 1, NULL);
    assert_non_null(mutex);
}

static void is_killed_with_a_mutex(void *argument)
{
    (void)argument;
    owns_a_mutex();
    sim_win32_sleep(1000);
    fail();
}

static void returns_with_a_mutex(void *argument)
{
    (void)argument;
    owns_a_mutex();
    sim_win32_sleep(3);
    sim_win32_leave_thread();
}

static void expect_abandoned(void)
{
    fixture_turn(sim_win32_wait_for_single_object(mutex, LC_INFINITE));
}

static void waits_for_the_mutex(void *argument)
{
    (void)argument;
    sim_win32_sleep(1);
    expect_abandoned();
}

static void kills_the_owner(void *argument)
{
    (void)argument;
    sim_win32_sleep(3);
    (void)sim_win32_terminate_thread(0);
}

static void exits_beside_the_owner(void *argument)
{
    (void)argument;
    load_all();
    does_at_end = expect_abandoned;
    sim_win32_sleep(3);
    sim_win32_exit_process();
    fail();
}

/* However its owner ended, who wants a mutex gets it, and hears of that. */
static void mutexes_of_threads_that_ended_are_abandoned(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 2; way++) {
        begin(NULL, 0);
        (void)fixture_thread(
            0,
            way == 0 ? is_killed_with_a_mutex : returns_with_a_mutex);
        (void)fixture_thread(1, waits_for_the_mutex);
        (void)fixture_thread(2, kills_the_owner);
        assert_int_equal(sim_thread_run(), LC_END_DONE);
        assert_int_equal(PROGRAM->turn[0], LC_WAIT_ABANDONED_0);
        sim_thread_set_exit(NULL);
    }
    begin(NULL, 0);
    (void)fixture_thread(0, is_killed_with_a_mutex);
    (void)fixture_thread(1, exits_beside_the_owner);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->turn[1], LC_WAIT_ABANDONED_0);
    sim_thread_set_exit(NULL);
}

static lc_handle worker;

static uint32_t LC_ABI works_for_long(void *parameter)
{
    (void)parameter;
    sim_win32_sleep(1000);
    fail();
    return 1;
}

static void joins(void)
{
    fixture_turn(sim_win32_wait_for_single_object(worker, LC_INFINITE));
}

static void exits_beside_a_worker(void *argument)
{
    (void)argument;
    assert_non_null(sim_win32_load_library_a("C:\\first.dll"));
    sim_thread_enter(FIRST, SIM_FRAME_SPI, LC_SPI_STARTUP);
    worker = sim_win32_create_thread(NULL, 0, works_for_long, NULL, 0, NULL);
    sim_thread_leave();
    sim_win32_sleep(1);
    PROGRAM->count = 0;
    does_at_end = joins;
    sim_win32_exit_process();
    fail();
}

/* A thread that is gone is signalled: who joins it at the end does not wait. */
static void threads_of_dlls_that_are_killed_are_signalled(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, exits_beside_a_worker);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    const uint32_t turns[] = {
        told(FIRST, LC_DLL_PROCESS_DETACH, true),
        LC_WAIT_OBJECT_0,
        9000 + LC_EXIT_PROCESS,
    };
    expect_turns(turns, LC_COUNT_OF(turns));
}

static lc_handle event;

static void waits_for_the_event(void *argument)
{
    (void)argument;
    (void)sim_win32_wait_for_single_object(event, LC_INFINITE);
    fail();
}

static void kills_who_waits(void *argument)
{
    (void)argument;
    event = sim_win32_create_event_a(NULL, 0, 0, NULL);
    const struct sim_object *object = sim_object_find(event);
    assert_non_null(object);
    sim_win32_sleep(1);
    assert_int_equal(sim_win32_close_handle(event), 1);
    assert_int_equal(object->kind, SIM_OBJECT_EVENT); /* it is waited for */
    assert_true(sim_win32_terminate_thread(1));
    assert_int_equal(object->kind, SIM_OBJECT_FREE);
}

static void what_a_killed_thread_waited_for_is_let_go(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, kills_who_waits);
    (void)fixture_thread(1, waits_for_the_event);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    sim_thread_set_exit(NULL);
}

static uint32_t LC_ABI item(void *parameter)
{
    fixture_turn(400 + (uint32_t)(uintptr_t)parameter);
    return 0;
}

static void LC_ABI ticks(void *parameter, uint8_t is_fired)
{
    (void)parameter;
    assert_int_equal(is_fired, 1);
    fixture_turn(500);
}

static void queue_item(uintptr_t number)
{
    int is_queued = ((queue_fn *)serves(
        "QueueUserWorkItem"))((const void *)(uintptr_t)item, (void *)number, 0);
    assert_int_equal(is_queued, 1);
}

/* Longer than until the timer's next time. */
static void queues_at_the_end(void)
{
    queue_item(2);
    sim_win32_sleep(10);
}

static void exits_beside_the_pool(void *argument)
{
    (void)argument;
    assert_non_null(sim_win32_load_library_a("C:\\first.dll"));
    PROGRAM->count = 0;
    sim_thread_enter(FIRST, SIM_FRAME_SPI, LC_SPI_STARTUP);
    queue_item(1);
    lc_handle timer;
    int is_set = ((create_timer_fn *)serves("CreateTimerQueueTimer"))(
        &timer,
        NULL,
        (const void *)(uintptr_t)ticks,
        NULL,
        4,
        4,
        0);
    assert_int_equal(is_set, 1);
    sim_thread_leave();
    sim_win32_sleep(6);
    does_at_end = queues_at_the_end;
    sim_win32_exit_process();
    fail();
}

/* The pool ends with its process, before DLLs hear of it: what fires or is
 * queued from then on has no thread. Of its threads DLLs hear. */
static void the_pool_ends_before_dlls_hear_of_it(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, exits_beside_the_pool);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(sim_thread_now_ns(), 16 * LC_NS_PER_MS);
    const uint32_t turns[] = {
        told(FIRST, LC_DLL_THREAD_ATTACH, false),
        401,
        told(FIRST, LC_DLL_THREAD_ATTACH, false),
        told(FIRST, LC_DLL_THREAD_ATTACH, false),
        500,
        told(FIRST, LC_DLL_PROCESS_DETACH, true),
        9000 + LC_EXIT_PROCESS,
    };
    expect_turns(turns, LC_COUNT_OF(turns));
}

/* All that the loader lock keeps from running is no reason for more threads. */
static void queues_under_the_loader_lock(void *argument)
{
    (void)argument;
    assert_non_null(sim_win32_load_library_a("C:\\first.dll"));
    sim_thread_enter(FIRST, SIM_FRAME_SPI, LC_SPI_STARTUP);
    sim_loader_lock();
    for (uint32_t i = 0; i < 2 * LC_DLL_THREADS_MAX; i++) {
        queue_item(i);
        sim_win32_sleep(1); /* whoever runs it comes to the lock */
    }
    sim_loader_unlock();
    sim_thread_leave();
    sim_win32_sleep(1);
    sim_win32_exit_process();
}

static void work_waits_for_the_loader_lock_with_few_threads(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, queues_under_the_loader_lock);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_in_range(SIM_WIN32->callbacks.worker_count, 1, 4);
    sim_thread_set_exit(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dlls_hear_of_threads_and_of_the_end),
        cmocka_unit_test(the_last_thread_tells_that_the_process_ends),
        cmocka_unit_test(other_threads_go_before_their_process),
        cmocka_unit_test(a_lock_of_a_killed_thread_stays_held),
        cmocka_unit_test(a_thread_can_end_itself_and_another),
        cmocka_unit_test(the_end_waits_for_the_loader_lock),
        cmocka_unit_test(a_dll_can_stop_listening),
        cmocka_unit_test(fiber_slots_end_before_dlls_hear_of_it),
        cmocka_unit_test(mutexes_of_threads_that_ended_are_abandoned),
        cmocka_unit_test(threads_of_dlls_that_are_killed_are_signalled),
        cmocka_unit_test(what_a_killed_thread_waited_for_is_let_go),
        cmocka_unit_test(the_pool_ends_before_dlls_hear_of_it),
        cmocka_unit_test(work_waits_for_the_loader_lock_with_few_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
