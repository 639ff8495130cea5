#include "sim/win32/win32.h"
#include "tests/unit/engine_fixture.h"

enum {
    RECORDS_MAX = 256
};

static struct lc_record records[RECORDS_MAX];
static uint32_t record_count;

/* What the threads of a test share beside PROGRAM: in the heap segment. */
struct shared {
    struct lc_critical_section lock;
    lc_handle handles[4];
};

#define SHARED ((struct shared *)(uintptr_t)(SIM_ARENA_HEAP + 0x100000))

static bool keep(void *context, const struct lc_record *record)
{
    (void)context;
    assert_in_range(record_count, 0, RECORDS_MAX - 1);
    records[record_count++] = *record;
    return true;
}

static void begin(const struct lc_choice *choices, uint32_t choice_count)
{
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_win32_open();
    fixture_begin(choices, choice_count, NULL);
    record_count = 0;
    SIM_HISTORY->sink = keep;
    memset(SHARED, 0, sizeof *SHARED);
}

static void *import(const char *name)
{
    sim_code_fn *code = sim_module_find_system("kernel32.dll", name, 0);
    assert_non_null(code);
    return (void *)(uintptr_t)code;
}

static uint32_t count_of(uint8_t kind, uint16_t function, int64_t c)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < record_count; i++) {
        count += records[i].kind == kind && records[i].function == function &&
                 records[i].c == c;
    }
    return count;
}

/* Thread 0 gives way to thread 1 at a call of the shim. */
static struct lc_choice give_way_at(enum lc_shim what)
{
    return (struct lc_choice){
        .stream = LC_STREAM_SCHED,
        .thread = 0,
        .place = { LC_PLACE_SHIM, (uint8_t)what, LC_MODULE_APP },
        .action = LC_ACTION_RUN,
        .target = 1,
    };
}

/* ---- Critical sections ---- */

static void locks_and_leaves(void *argument)
{
    uint32_t who = (uint32_t)(uintptr_t)argument;
    if (who == 0) {
        sim_win32_initialize_critical_section(&SHARED->lock);
    }
    sim_win32_enter_critical_section(&SHARED->lock);
    sim_win32_enter_critical_section(&SHARED->lock);
    fixture_turn(who);
    sim_win32_leave_critical_section(&SHARED->lock);
    sim_win32_leave_critical_section(&SHARED->lock);
    fixture_turn(who + 10);
}

static void a_lock_keeps_the_other_thread_out(void **state)
{
    (void)state;
    struct lc_choice choice = give_way_at(LC_SHIM_LEAVE_CRITICAL_SECTION);
    begin(&choice, 1);
    (void)fixture_thread(0, locks_and_leaves);
    (void)fixture_thread(1, locks_and_leaves);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    const uint32_t wanted[] = { 0, 10, 1, 11 };
    assert_memory_equal(PROGRAM->turn, wanted, sizeof wanted);
    assert_int_equal(sim_choice_unmet(), 0);
    /* Thread 1 waited once; two enters and two leaves of each. */
    assert_int_equal(count_of(LC_RECORD_WAIT, LC_WAIT_LOCK, 0), 1);
    assert_int_equal(count_of(LC_RECORD_WAIT, LC_WAIT_LOCK, 1), 1);
    assert_int_equal(count_of(LC_RECORD_LOCK, LC_LOCK_ENTER, 0), 4);
    assert_int_equal(count_of(LC_RECORD_LOCK, LC_LOCK_LEAVE, 0), 4);
}

static void uses_wrongly(void *argument)
{
    (void)argument;
    sim_win32_enter_critical_section(&SHARED->lock);
    sim_win32_leave_critical_section(&SHARED->lock);
    sim_win32_initialize_critical_section(&SHARED->lock);
    sim_win32_leave_critical_section(&SHARED->lock);
    sim_win32_delete_critical_section(&SHARED->lock);
    sim_win32_enter_critical_section(&SHARED->lock);
}

static void wrong_use_of_a_lock_is_reported(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, uses_wrongly);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(count_of(LC_RECORD_LOCK, LC_LOCK_ENTER, 1), 2);
    assert_int_equal(count_of(LC_RECORD_LOCK, LC_LOCK_LEAVE, 1), 2);
    assert_int_equal(count_of(LC_RECORD_LOCK, LC_LOCK_ENTER, 0), 0);
}

/* ---- Events and time ---- */

static void waits_five_seconds(void *argument)
{
    (void)argument;
    lc_handle event = sim_win32_create_event_a(NULL, 0, 0, NULL);
    assert_int_equal(
        sim_win32_wait_for_single_object(event, 0),
        LC_WAIT_TIMEOUT);
    assert_int_equal(sim_thread_now_ns(), 0);
    assert_int_equal(
        sim_win32_wait_for_single_object(event, 5000),
        LC_WAIT_TIMEOUT);
    assert_int_equal(sim_thread_now_ns(), 5000 * LC_NS_PER_MS);
    assert_int_equal(sim_win32_set_event(event), 1);
    assert_int_equal(
        sim_win32_wait_for_single_object(event, 5000),
        LC_WAIT_OBJECT_0);
    assert_int_equal(
        sim_win32_wait_for_single_object(event, 0),
        LC_WAIT_TIMEOUT);
    assert_int_equal(sim_thread_now_ns(), 5000 * LC_NS_PER_MS);
    sim_win32_sleep(70);
    assert_int_equal(sim_thread_now_ns(), 5070 * LC_NS_PER_MS);
    assert_int_equal(sim_win32_close_handle(event), 1);
    assert_int_equal(sim_win32_close_handle(event), 0);
    assert_int_equal(
        sim_win32_wait_for_single_object(event, 0),
        (int64_t)LC_WAIT_FAILED);
    assert_int_equal(sim_thread_current()->last_error, LC_ERROR_INVALID_HANDLE);
}

static void a_time_out_passes_in_virtual_time_only(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, waits_five_seconds);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(count_of(LC_RECORD_WAIT, LC_WAIT_EVENT, 1), 1);
    assert_int_equal(count_of(LC_RECORD_WAIT, LC_WAIT_SLEEP, 1), 1);
}

static void waits_for_first(void *argument)
{
    uint32_t who = (uint32_t)(uintptr_t)argument;
    assert_int_equal(
        sim_win32_wait_for_single_object(SHARED->handles[0], LC_INFINITE),
        LC_WAIT_OBJECT_0);
    fixture_turn(who);
}

static void sets_and_resets(void *argument)
{
    (void)argument;
    sim_win32_sleep(1);
    (void)sim_win32_set_event(SHARED->handles[0]);
    (void)sim_win32_reset_event(SHARED->handles[0]);
    fixture_turn(9);
}

static void makes_manual_event(void *argument)
{
    SHARED->handles[0] = sim_win32_create_event_a(NULL, 1, 0, NULL);
    waits_for_first(argument);
}

/* Who waits when an event is set goes on, even if it is reset before he runs:
 * otherwise a provider that is right would hang. */
static void a_signal_is_not_lost_by_a_reset(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, makes_manual_event);
    (void)fixture_thread(1, waits_for_first);
    (void)fixture_thread(2, sets_and_resets);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    const uint32_t wanted[] = { 9, 0, 1 };
    assert_memory_equal(PROGRAM->turn, wanted, sizeof wanted);
}

static void sets_then_polls(void *argument)
{
    (void)argument;
    sim_win32_sleep(1);
    (void)sim_win32_set_event(SHARED->handles[0]);
    assert_int_equal(
        sim_win32_wait_for_single_object(SHARED->handles[0], 0),
        LC_WAIT_TIMEOUT);
    fixture_turn(9);
    (void)sim_win32_set_event(SHARED->handles[0]);
}

static void makes_auto_event(void *argument)
{
    SHARED->handles[0] = sim_win32_create_event_a(NULL, 0, 0, NULL);
    waits_for_first(argument);
}

static void an_auto_event_frees_the_first_waiter_alone(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, makes_auto_event);
    (void)fixture_thread(1, waits_for_first);
    (void)fixture_thread(2, sets_then_polls);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    const uint32_t wanted[] = { 9, 0, 1 };
    assert_memory_equal(PROGRAM->turn, wanted, sizeof wanted);
    assert_int_equal(count_of(LC_RECORD_WAIT, LC_WAIT_EVENT, 0), 2);
}

/* ---- Several objects ---- */

static void waits_for_any_and_all(void *argument)
{
    (void)argument;
    lc_handle *handles = SHARED->handles;
    for (uint32_t i = 0; i < 3; i++) {
        handles[i] = sim_win32_create_event_a(NULL, 0, 0, NULL);
    }
    handles[3] = handles[0];
    assert_int_equal(
        sim_win32_wait_for_multiple_objects(3, handles, 0, 10),
        LC_WAIT_TIMEOUT);
    assert_int_equal(
        sim_win32_wait_for_multiple_objects(3, handles, 0, LC_INFINITE),
        LC_WAIT_OBJECT_0 + 2);
    assert_int_equal(sim_thread_now_ns(), 20 * LC_NS_PER_MS);
    assert_int_equal(
        sim_win32_wait_for_multiple_objects(3, handles, 1, LC_INFINITE),
        LC_WAIT_OBJECT_0);
    assert_int_equal(sim_thread_now_ns(), 50 * LC_NS_PER_MS);
    assert_int_equal(
        sim_win32_wait_for_multiple_objects(4, handles, 1, LC_INFINITE),
        (int64_t)LC_WAIT_FAILED);
    assert_int_equal(
        sim_thread_current()->last_error,
        LC_ERROR_INVALID_PARAMETER);
}

static void sets_one_after_the_other(void *argument)
{
    (void)argument;
    static const uint32_t order[] = { 2, 1, 0, 2 };
    sim_win32_sleep(10);
    for (uint32_t i = 0; i < 4; i++) {
        sim_win32_sleep(10);
        (void)sim_win32_set_event(SHARED->handles[order[i]]);
    }
}

static void several_objects_are_waited_for_without_polling(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, waits_for_any_and_all);
    (void)fixture_thread(1, sets_one_after_the_other);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(count_of(LC_RECORD_WAIT, LC_WAIT_EVENT, 0), 3);
}

static void waits_for_ever(void *argument)
{
    (void)argument;
    lc_handle handles[2] = {
        sim_win32_create_event_a(NULL, 0, 0, NULL),
        sim_win32_create_event_a(NULL, 0, 0, NULL),
    };
    (void)sim_win32_wait_for_multiple_objects(2, handles, 0, LC_INFINITE);
}

static void a_wait_that_cannot_end_is_a_deadlock(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, waits_for_ever);
    assert_int_equal(sim_thread_run(), LC_END_DEADLOCK);
}

typedef lc_handle LC_ABI semaphore_fn(void *, int32_t, int32_t, const void *);
typedef int LC_ABI release_fn(lc_handle, int32_t, int32_t *);

static void counts_down(void *argument)
{
    (void)argument;
    semaphore_fn *create =
        (semaphore_fn *)(uintptr_t)import("CreateSemaphoreA");
    release_fn *release = (release_fn *)(uintptr_t)import("ReleaseSemaphore");
    lc_handle semaphore = create(NULL, 1, 2, NULL);
    int32_t previous;
    assert_int_equal(release(semaphore, 2, &previous), 0);
    assert_int_equal(sim_thread_current()->last_error, LC_ERROR_TOO_MANY_POSTS);
    assert_int_equal(release(semaphore, 1, &previous), 1);
    assert_int_equal(previous, 1);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(
            sim_win32_wait_for_single_object(semaphore, 0),
            LC_WAIT_OBJECT_0);
    }
    assert_int_equal(
        sim_win32_wait_for_single_object(semaphore, 3),
        LC_WAIT_TIMEOUT);
}

static void a_semaphore_counts(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, counts_down);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
}

/* ---- Threads ---- */

typedef int LC_ABI exit_code_fn(lc_handle, uint32_t *);
typedef uint32_t LC_ABI resume_fn(lc_handle);
typedef lc_handle LC_ABI mutex_fn(void *, int, const void *);

static uint32_t LC_ABI works(void *parameter)
{
    sim_win32_sleep(100);
    fixture_turn((uint32_t)(uintptr_t)parameter);
    return 77;
}

static void joins(void *argument)
{
    (void)argument;
    exit_code_fn *exit_code =
        (exit_code_fn *)(uintptr_t)import("GetExitCodeThread");
    uint32_t id = 0;
    lc_handle thread =
        sim_win32_create_thread(NULL, 0, works, (void *)(uintptr_t)5, 0, &id);
    assert_non_null(thread);
    assert_int_not_equal(id, 0);
    uint32_t code = 0;
    assert_int_equal(exit_code(thread, &code), 1);
    assert_int_equal(code, LC_STILL_ACTIVE);
    assert_int_equal(
        sim_win32_wait_for_single_object(thread, LC_INFINITE),
        LC_WAIT_OBJECT_0);
    assert_int_equal(PROGRAM->turn[0], 5);
    assert_int_equal(sim_thread_now_ns(), 100 * LC_NS_PER_MS);
    assert_int_equal(exit_code(thread, &code), 1);
    assert_int_equal(code, 77);
    assert_int_equal(sim_win32_close_handle(thread), 1);
}

static void a_thread_can_be_waited_for_until_it_ends(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, joins);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(count_of(LC_RECORD_THREAD, 0, 0), 1);
    assert_int_equal(count_of(LC_RECORD_THREAD, 1, 0), 1);
    assert_int_equal(count_of(LC_RECORD_CREATE, LC_OBJECT_THREAD, 0), 1);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_THREAD, 0), 1);
}

static void waits_for_closed(void *argument)
{
    (void)argument;
    SHARED->handles[0] = sim_win32_create_thread(NULL, 0, works, NULL, 0, NULL);
    assert_int_equal(
        sim_win32_wait_for_single_object(SHARED->handles[0], LC_INFINITE),
        LC_WAIT_OBJECT_0);
}

static void closes_first(void *argument)
{
    (void)argument;
    assert_int_equal(sim_win32_close_handle(SHARED->handles[0]), 1);
    assert_int_equal(sim_win32_close_handle(SHARED->handles[0]), 0);
}

static void a_wait_outlives_the_handle(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, waits_for_closed);
    (void)fixture_thread(1, closes_first);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
}

static void resumes(void *argument)
{
    (void)argument;
    resume_fn *resume = (resume_fn *)(uintptr_t)import("ResumeThread");
    lc_handle thread = sim_win32_create_thread(
        NULL,
        0,
        works,
        (void *)(uintptr_t)1,
        LC_CREATE_SUSPENDED,
        NULL);
    assert_int_equal(
        sim_win32_wait_for_single_object(thread, 1000),
        LC_WAIT_TIMEOUT);
    assert_int_equal(PROGRAM->count, 0);
    assert_int_equal(resume(thread), 1);
    assert_int_equal(resume(thread), 0);
    assert_int_equal(
        sim_win32_wait_for_single_object(thread, 1000),
        LC_WAIT_OBJECT_0);
    assert_int_equal(PROGRAM->count, 1);
}

static void a_suspended_thread_runs_when_resumed(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, resumes);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
}

static uint32_t LC_ABI dies_with_mutex(void *parameter)
{
    assert_int_equal(
        sim_win32_wait_for_single_object(parameter, LC_INFINITE),
        LC_WAIT_OBJECT_0);
    sim_win32_exit_thread(3);
    fixture_turn(99); /* never */
    return 0;
}

static void inherits_mutex(void *argument)
{
    (void)argument;
    mutex_fn *create = (mutex_fn *)(uintptr_t)import("CreateMutexA");
    lc_handle mutex = create(NULL, 0, NULL);
    lc_handle thread =
        sim_win32_create_thread(NULL, 0, dies_with_mutex, mutex, 0, NULL);
    (void)sim_win32_wait_for_single_object(thread, LC_INFINITE);
    assert_int_equal(
        sim_win32_wait_for_single_object(mutex, 0),
        LC_WAIT_ABANDONED_0);
    assert_int_equal(
        sim_win32_wait_for_single_object(mutex, 0),
        LC_WAIT_OBJECT_0);
    assert_int_equal(PROGRAM->count, 0);
}

static void a_mutex_of_a_dead_thread_is_abandoned(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, inherits_mutex);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_keeps_the_other_thread_out),
        cmocka_unit_test(wrong_use_of_a_lock_is_reported),
        cmocka_unit_test(a_time_out_passes_in_virtual_time_only),
        cmocka_unit_test(a_signal_is_not_lost_by_a_reset),
        cmocka_unit_test(an_auto_event_frees_the_first_waiter_alone),
        cmocka_unit_test(several_objects_are_waited_for_without_polling),
        cmocka_unit_test(a_wait_that_cannot_end_is_a_deadlock),
        cmocka_unit_test(a_semaphore_counts),
        cmocka_unit_test(a_thread_can_be_waited_for_until_it_ends),
        cmocka_unit_test(a_wait_outlives_the_handle),
        cmocka_unit_test(a_suspended_thread_runs_when_resumed),
        cmocka_unit_test(a_mutex_of_a_dead_thread_is_abandoned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
