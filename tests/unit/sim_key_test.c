/*
 * The key of a state with everything in it: ws2_32, providers, network. Where
 * frames keep copies of all that passed through them no key repeats.
 */
#include "lastcall/abi.h"

#include "sim/engine/snapshot.h"
#include "sim/sim.h"
#include "sim/win32/win32.h"
#include "tests/unit/engine_fixture.h"
#include "tests/unit/frames.h"
#include "tests/unit/schedule_text.h"

enum {
    STEPS_MAX = 2000
};

/* What differs between two plays of one schedule. */
enum difference {
    DIFFERS_NOTHING = 0,
    DIFFERS_TIME = 1,
    DIFFERS_HISTORY = 2,
    DIFFERS_DATA = 3
};

static struct {
    enum difference difference;
    uint32_t count;
    struct sim_state_key keys[STEPS_MAX];
} play;

/* The standard schedule, and lingering closes and a restart beside it. */
static const char text[] = "lastcall schedule 1\n"
                           "process A\n"
                           "  thread a\n"
                           "    WSAStartup 2.2\n"
                           "    s = socket stream\n"
                           "    connect s\n"
                           "    send s 20000\n"
                           "    closesocket s\n"
                           "    WSACleanup\n"
                           "    WSAStartup 2.2\n"
                           "    v = socket stream\n"
                           "    WSACleanup\n"
                           "  thread b\n"
                           "    WSAStartup 2.2\n"
                           "    u = socket stream\n"
                           "    connect u\n"
                           "    linger u on 5\n"
                           "    send u 20000\n"
                           "    closesocket u\n"
                           "    WSACleanup\n"
                           "choices\n"
                           "  a in 2 socket at WSPSocket>filter : run b\n";

static void step(void *context)
{
    (void)context;
    if (play.count == 0 && play.difference == DIFFERS_TIME) {
        SIM_ENGINE->now_ns += 123456789;
    } else if (play.count == 0 && play.difference == DIFFERS_HISTORY) {
        SIM_HISTORY->object_number += 55;
        SIM_HISTORY->sequence += 1000;
        SIM_HISTORY->record_count += 7;
        SIM_HISTORY->hash = 42;
    } else if (play.count == 0 && play.difference == DIFFERS_DATA) {
        SIM_ENGINE->dll_threads[3]++;
    }
    assert_true(play.count < STEPS_MAX);
    play.keys[play.count] = sim_key(NULL, 0);
    play.count++;
}

static uint32_t play_with(enum difference difference)
{
    static struct lc_schedule schedule;
    struct sim_error error;
    struct sim_result result;
    read_schedule(text, &schedule);
    play.difference = difference;
    play.count = 0;
    const struct sim_play_options options = {
        .schedule = &schedule,
        .at_step = step,
        /* Parked frames have bytes that nobody wrote. */
        .fill_stacks = true,
    };
    assert_int_equal(sim_play(&options, &result, &error), SIM_OK);
    assert_int_equal(result.end, LC_END_DONE);
    assert_int_equal(result.choice_unmet, 0);
    return play.count;
}

static bool same(struct sim_state_key a, struct sim_state_key b)
{
    return a.low == b.low && a.high == b.high;
}

/* A search that meets a state again must know it, however it got there: at
 * another time, with other numbers in its trace. */
static void keys_of_winsock_leave_out_time_and_history(void **state)
{
    (void)state;
    static struct sim_state_key keys[STEPS_MAX];
    uint32_t steps = play_with(DIFFERS_NOTHING);
    assert_true(steps > 100);
    memcpy(keys, play.keys, steps * sizeof keys[0]);
    for (uint32_t i = DIFFERS_NOTHING; i <= DIFFERS_HISTORY; i++) {
        assert_int_equal(play_with((enum difference)i), steps);
        for (uint32_t at = 0; at < steps; at++) {
            assert_true(FRAMES_KEEP_COPIES || same(play.keys[at], keys[at]));
        }
    }
    assert_int_equal(play_with(DIFFERS_DATA), steps);
    for (uint32_t at = 0; at < steps; at++) {
        assert_false(same(play.keys[at], keys[at]));
    }
}

static void asks_for_the_time(void *argument)
{
    (void)argument;
    typedef uint32_t LC_ABI ticks_fn(void);
    ticks_fn *ticks = (ticks_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "GetTickCount", 0);
    assert_non_null(ticks);
    fixture_turn(ticks() == 0);
}

static struct sim_state_key key_after(void (*entry)(void *), uint64_t now_ns)
{
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    fixture_begin(NULL, 0, NULL);
    SIM_ENGINE->now_ns = now_ns;
    if (entry != NULL) {
        (void)fixture_thread(0, entry);
    }
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    return sim_snapshot_key(NULL, 0);
}

/* Who knows the time can compute how long it still waits: two states at
 * different times are then two. */
static void the_time_counts_once_it_was_told(void **state)
{
    (void)state;
    assert_true(same(key_after(NULL, 5), key_after(NULL, 6)));
    assert_false(
        same(key_after(asks_for_the_time, 5), key_after(asks_for_the_time, 6)));
    assert_true(
        same(key_after(asks_for_the_time, 5), key_after(asks_for_the_time, 5)));
}

static void waits_for_ever(void *argument)
{
    (void)argument;
    (void)sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_EVENT,
        .key = 9,
        .timeout_ns = SIM_FOREVER,
    });
}

/* What a thread of the next tests does, by number. */
static void lives(void *argument)
{
    typedef void *LC_ABI alloc_fn(void *, size_t, uint32_t, uint32_t);
    typedef int LC_ABI protect_fn(void *, size_t, uint32_t, uint32_t *);
    alloc_fn *allocate = (alloc_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "VirtualAlloc", 0);
    protect_fn *protect = (protect_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "VirtualProtect", 0);
    uint32_t way = (uint32_t)(uintptr_t)argument;
    lc_handle heap = sim_win32_get_process_heap();
    unsigned char *block = sim_win32_heap_alloc(heap, 0, 64);
    unsigned char *pages =
        allocate(NULL, 4096, LC_MEM_RESERVE | LC_MEM_COMMIT, LC_PAGE_READWRITE);
    assert_true(block != NULL && pages != NULL);
    block[7] = way == 1 ? 1 : 0;
    block[-1] = way == 5 ? 1 : 0;
    if (way == 2) {
        uint32_t old;
        assert_int_equal(protect(pages, 4096, LC_PAGE_READONLY, &old), 1);
    }
    unsigned char *freed = sim_win32_heap_alloc(heap, 0, 200);
    (void)sim_win32_heap_free(heap, 0, freed);
    if (way == 4) {
        freed[150] = 1;
    }
    struct lc_critical_section *lock = sim_win32_heap_alloc(heap, 0, 64);
    sim_win32_initialize_critical_section(lock);
    if (way == 3) {
        /* Another lock in the same place, with the same bytes. */
        struct lc_critical_section bytes = *lock;
        sim_win32_delete_critical_section(lock);
        sim_win32_initialize_critical_section(lock);
        *lock = bytes;
    }
}

static struct sim_state_key key_of_life(uint32_t way)
{
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    fixture_begin(NULL, 0, NULL);
    uint32_t slot = sim_thread_create(&(struct sim_thread_options){
        .process = 0,
        .creator = LC_MODULE_APP,
        .module = LC_MODULE_APP,
        .ref = 0,
        .entry = lives,
        .argument = (void *)(uintptr_t)way,
    });
    assert_int_not_equal(slot, SIM_NO_THREAD);
    /* One that goes on, so that the process does not end. */
    (void)fixture_thread(1, waits_for_ever);
    assert_int_equal(sim_thread_run(), LC_END_DEADLOCK);
    SIM_ENGINE->threads[slot].argument = NULL; /* the same but for the arena */
    return sim_snapshot_key(NULL, 0);
}

/* States that differ must not be taken for one: half of a search would be
 * left out. */
static void what_a_heap_holds_counts(void **state)
{
    (void)state;
    assert_true(same(key_of_life(0), key_of_life(0)));
    assert_false(same(key_of_life(0), key_of_life(1)));
    assert_false(same(key_of_life(0), key_of_life(5))); /* before its start */
}

/* Who reads what it has freed finds what was written there meanwhile. */
static void what_was_written_behind_a_free_counts(void **state)
{
    (void)state;
    assert_false(same(key_of_life(0), key_of_life(4)));
}

static void what_pages_may_be_used_for_counts(void **state)
{
    (void)state;
    assert_false(same(key_of_life(0), key_of_life(2)));
}

static void which_lock_it_is_counts(void **state)
{
    (void)state;
    assert_false(same(key_of_life(0), key_of_life(3)));
}

/* Two providers behind one layer, which leaves behind what it had of them. */
static const char two_lowers[] = "lastcall schedule 1\n"
                                 "world\n"
                                 "  provider tcp base\n"
                                 "  provider filter ifs\n"
                                 "  provider outer ifs\n"
                                 "  chain filter tcp\n"
                                 "  chain outer filter tcp\n"
                                 "  plant gate_reopened\n"
                                 "process A\n"
                                 "  thread a\n"
                                 "    WSAStartup 2.2\n"
                                 "    s = socket stream\n"
                                 "    t = socket stream via outer\n"
                                 "    WSACleanup\n";

static void spoil_and_bring_back(void *context)
{
    static unsigned char snapshot[1 << 20];
    static unsigned char before[LC_MODULE_COUNT][1 << 13];
    uint32_t *count = context;
    uint32_t left = SIM_ENGINE->mapped_bits[0];
    assert_true(sim_snapshot_size() <= sizeof snapshot);
    (void)sim_save(snapshot, sizeof snapshot);
    for (uint32_t bits = left; bits != 0; bits &= bits - 1) {
        uint32_t module = (uint32_t)__builtin_ctz(bits);
        uint32_t size_bytes = sim_module_class(module)->globals_bytes;
        assert_true(size_bytes <= sizeof before[0]);
        memcpy(before[module], sim_arena_module(0, module), size_bytes);
        memset(sim_arena_module(0, module), 0x5a, size_bytes);
    }
    sim_load(snapshot);
    for (uint32_t bits = left; bits != 0; bits &= bits - 1) {
        uint32_t module = (uint32_t)__builtin_ctz(bits);
        assert_memory_equal(
            before[module],
            sim_arena_module(0, module),
            sim_module_class(module)->globals_bytes);
        (*count)++;
    }
}

/* Whatever a module has left in its globals, a late call may find. */
static void globals_are_brought_back_whole(void **state)
{
    (void)state;
    static struct lc_schedule schedule;
    struct sim_error error;
    struct sim_result result;
    uint32_t count = 0;
    read_schedule(two_lowers, &schedule);
    const struct sim_play_options options = {
        .schedule = &schedule,
        .at_step = spoil_and_bring_back,
        .at_step_context = &count,
    };
    assert_int_equal(sim_play(&options, &result, &error), SIM_OK);
    assert_int_equal(result.end, LC_END_DONE);
    assert_true(count > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_winsock_leave_out_time_and_history),
        cmocka_unit_test(what_a_heap_holds_counts),
        cmocka_unit_test(what_was_written_behind_a_free_counts),
        cmocka_unit_test(what_pages_may_be_used_for_counts),
        cmocka_unit_test(which_lock_it_is_counts),
        cmocka_unit_test(the_time_counts_once_it_was_told),
        cmocka_unit_test(globals_are_brought_back_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
