#include "sim/win32/state.h"
#include "sim/win32/win32.h"
#include "tests/unit/engine_fixture.h"

/* Records of a run, as far as they are looked at. */
static struct {
    uint32_t count;
    struct lc_record records[256];
} seen;

static bool keep(void *context, const struct lc_record *record)
{
    (void)context;
    if (seen.count < 256) {
        seen.records[seen.count++] = *record;
    }
    return true;
}

static uint32_t count_records(uint8_t kind, uint16_t function, int64_t b)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < seen.count; i++) {
        count += seen.records[i].kind == kind &&
                 seen.records[i].function == function &&
                 (b < 0 || seen.records[i].b == b);
    }
    return count;
}

static void begin(const struct lc_choice *choices, uint32_t count)
{
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_win32_open();
    fixture_begin(choices, count, NULL);
    memset(&seen, 0, sizeof seen);
    SIM_HISTORY->sink = keep;
}

static void uses_heap(void *argument)
{
    (void)argument;
    lc_handle heap = sim_win32_heap_create(0, 0, 0);
    unsigned char *a = sim_win32_heap_alloc(heap, 0, 100);
    assert_int_equal(a[0], 0xcd); /* never what was there before */
    assert_int_equal(a[99], 0xcd);
    assert_true(sim_win32_heap_free(heap, 0, a));
    assert_int_equal(a[0], 0xdd);
    unsigned char *b = sim_win32_heap_alloc(heap, LC_HEAP_ZERO_MEMORY, 100);
    assert_ptr_equal(a, b); /* the block freed last comes first */
    assert_int_equal(b[99], 0);
    assert_true(sim_win32_heap_free(heap, 0, b));
    assert_false(sim_win32_heap_free(heap, 0, b)); /* twice */
    (void)sim_win32_heap_alloc(heap, 0, 5);
    assert_true(sim_win32_heap_destroy(heap)); /* takes the block along */
    assert_false(sim_win32_heap_destroy(heap));
}

/* A double free is a record, not a broken allocator. */
static void blocks_are_poisoned_counted_and_freed_once(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, uses_heap);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(count_records(LC_RECORD_CREATE, LC_OBJECT_BLOCK, -1), 3);
    assert_int_equal(count_records(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 0), 3);
    assert_int_equal(count_records(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 1), 1);
    assert_int_equal(count_records(LC_RECORD_DESTROY, LC_OBJECT_HEAP, 0), 1);
}

static void writes_too_far(void *argument)
{
    (void)argument;
    lc_handle heap = sim_win32_heap_create(0, 0, 0);
    unsigned char *block = sim_win32_heap_alloc(heap, 0, 20);
    block[20] = 1;
    (void)sim_win32_heap_free(heap, 0, block);
}

/* A byte too far is seen when the block is freed. */
static void a_byte_behind_a_block_is_noticed(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, writes_too_far);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(count_records(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 1), 1);
}

/* In the arena, as all that threads share. */
static struct lc_critical_section *shared_lock(void)
{
    return (struct lc_critical_section *)(void *)&PROGRAM->turn[32];
}

static void holds_lock(void *argument)
{
    uint32_t who = (uint32_t)(uintptr_t)argument;
    if (who == 0) {
        sim_win32_initialize_critical_section(shared_lock());
    }
    sim_win32_enter_critical_section(shared_lock());
    sim_win32_enter_critical_section(shared_lock()); /* recursive */
    fixture_turn(who);
    fixture_yield(9);
    fixture_turn(who);
    sim_win32_leave_critical_section(shared_lock());
    sim_win32_leave_critical_section(shared_lock());
}

/* Two threads are never inside at once, whatever the order. */
static void a_lock_lets_one_thread_in(void **state)
{
    (void)state;
    const struct lc_choice choice = {
        .thread = 0,
        .place = { LC_PLACE_SHIM, 9, LC_MODULE_APP },
        .action = LC_ACTION_RUN,
        .target = 1,
    };
    begin(&choice, 1);
    (void)fixture_thread(0, holds_lock);
    (void)fixture_thread(1, holds_lock);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(sim_choice_unmet(), 0);
    const uint32_t wanted[] = { 0, 0, 1, 1 };
    assert_memory_equal(PROGRAM->turn, wanted, sizeof wanted);
    assert_int_equal(count_records(LC_RECORD_WAIT, LC_WAIT_LOCK, -1), 2);
}

static void misuses_lock(void *argument)
{
    (void)argument;
    sim_win32_enter_critical_section(shared_lock()); /* of zeros */
    sim_win32_initialize_critical_section(shared_lock());
    sim_win32_leave_critical_section(shared_lock()); /* not entered */
    sim_win32_delete_critical_section(shared_lock());
    sim_win32_enter_critical_section(shared_lock()); /* deleted */
}

/* A wrong use is said so, and nothing else happens. */
static void wrong_uses_of_a_lock_are_recorded(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, misuses_lock);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < seen.count; i++) {
        wrong +=
            seen.records[i].kind == LC_RECORD_LOCK && seen.records[i].c == 1;
    }
    assert_int_equal(wrong, 3);
}

static uint32_t LC_ABI child(void *parameter)
{
    sim_win32_sleep(1500);
    PROGRAM->count = (uint32_t)(uintptr_t)parameter;
    return 7;
}

static void starts_child(void *argument)
{
    (void)argument;
    lc_handle thread =
        sim_win32_create_thread(NULL, 0, child, (void *)(uintptr_t)42, 0, NULL);
    assert_non_null(thread);
    assert_int_equal(
        sim_win32_wait_for_single_object(thread, 1000),
        LC_WAIT_TIMEOUT);
    assert_int_equal(sim_thread_now_ns(), 1000 * LC_NS_PER_MS);
    assert_int_equal(
        sim_win32_wait_for_single_object(thread, LC_INFINITE),
        LC_WAIT_OBJECT_0);
    assert_int_equal(sim_thread_now_ns(), 1500 * LC_NS_PER_MS);
    assert_int_equal(PROGRAM->count, 42);
    assert_true(sim_win32_close_handle(thread));
    assert_false(sim_win32_close_handle(thread));
}

/* A thread is waited for in virtual time. */
static void a_thread_ends_and_signals(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, starts_child);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(count_records(LC_RECORD_THREAD, 0, -1), 1);
    assert_int_equal(count_records(LC_RECORD_THREAD, 1, -1), 1);
}

static void uses_event(void *argument)
{
    (void)argument;
    lc_handle manual = sim_win32_create_event_a(NULL, 1, 0, NULL);
    lc_handle automatic = sim_win32_create_event_a(NULL, 0, 1, NULL);
    assert_int_equal(
        sim_win32_wait_for_single_object(manual, 0),
        LC_WAIT_TIMEOUT);
    assert_true(sim_win32_set_event(manual));
    assert_int_equal(sim_win32_wait_for_single_object(manual, 0), 0);
    assert_int_equal(sim_win32_wait_for_single_object(manual, 0), 0);
    assert_true(sim_win32_reset_event(manual));
    assert_int_equal(
        sim_win32_wait_for_single_object(manual, 0),
        LC_WAIT_TIMEOUT);
    assert_int_equal(sim_win32_wait_for_single_object(automatic, 0), 0);
    assert_int_equal(
        sim_win32_wait_for_single_object(automatic, 0),
        LC_WAIT_TIMEOUT);
    fixture_turn(1);
}

/* A manual event stays set; an automatic one lets one waiter through. */
static void events_differ_by_kind(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, uses_event);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
}

static void expands(void *argument)
{
    (void)argument;
    lc_wchar text[64];
    uint32_t length = sim_win32_expand_environment_strings_w(
        u"%SystemRoot%\\a%nothing%",
        text,
        64);
    const lc_wchar wanted[] = u"C:\\Windows\\a%nothing%";
    assert_int_equal(length, LC_COUNT_OF(wanted));
    assert_memory_equal(text, wanted, sizeof wanted);
    /* A small buffer is answered by the length that is needed. */
    assert_int_equal(
        sim_win32_expand_environment_strings_w(u"%windir%", text, 3),
        11);
    fixture_turn(1);
}

static void environment_strings_are_expanded(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, expands);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_poisoned_counted_and_freed_once),
        cmocka_unit_test(a_byte_behind_a_block_is_noticed),
        cmocka_unit_test(a_lock_lets_one_thread_in),
        cmocka_unit_test(wrong_uses_of_a_lock_are_recorded),
        cmocka_unit_test(a_thread_ends_and_signals),
        cmocka_unit_test(events_differ_by_kind),
        cmocka_unit_test(environment_strings_are_expanded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
