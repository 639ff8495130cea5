#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/engine/snapshot.h"
#include "tests/unit/engine_fixture.h"

enum {
    SNAPSHOTS_MAX = 64,
    SNAPSHOT_BYTES = 1 << 20
};

/* What a run looked like at each step. */
static struct {
    uint32_t count;
    uint32_t restore_at; /* index to go back to once, or UINT32_MAX */
    bool is_restored;
    struct sim_state_key keys[SNAPSHOTS_MAX];
    unsigned char *buffer;
} record;

static void take(void *context)
{
    (void)context;
    assert_true(record.count < SNAPSHOTS_MAX);
    record.keys[record.count] = sim_snapshot_key(NULL, 0);
    record.count++;
    if (record.count == 4 && !record.is_restored) {
        (void)sim_snapshot_take(record.buffer, SNAPSHOT_BYTES);
    }
}

static void three_turns(void *argument)
{
    uint32_t who = (uint32_t)(uintptr_t)argument;
    /* Lives on the stack over yield points: a snapshot must bring it back. */
    volatile uint32_t sum = who;
    for (uint8_t i = 0; i < 3; i++) {
        fixture_turn(who);
        sum += 10;
        fixture_yield(i);
    }
    assert_int_equal(sum, who + 30);
}

static void begin_watched(const struct lc_choice *choices, uint32_t count)
{
    fixture_begin(choices, count, NULL);
    sim_thread_watch(take, NULL, true);
    (void)fixture_thread(0, three_turns);
    (void)fixture_thread(1, three_turns);
    record.count = 0;
}

static int set_up(void **state)
{
    (void)state;
    memset(&record, 0, sizeof record);
    record.buffer = malloc(SNAPSHOT_BYTES);
    return record.buffer == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    free(record.buffer);
    return 0;
}

/* A snapshot from the middle of a run ends as the run did. */
static void a_restored_run_goes_on_as_before(void **state)
{
    (void)state;
    begin_watched(NULL, 0);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    struct program after = *PROGRAM;
    uint32_t steps = record.count;
    struct sim_state_key last = record.keys[steps - 1];
    uint64_t hash = sim_trace_hash();

    record.is_restored = true;
    sim_snapshot_restore(record.buffer);
    record.count = 3;
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_memory_equal(PROGRAM, &after, sizeof after);
    assert_int_equal(record.count, steps);
    assert_int_equal(record.keys[steps - 1].low, last.low);
    assert_int_equal(record.keys[steps - 1].high, last.high);
    assert_int_equal(sim_trace_hash(), hash);
}

/* Equal states have equal keys, from run to run; other states have others. */
static void keys_name_states(void **state)
{
    (void)state;
    begin_watched(NULL, 0);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    struct sim_state_key keys[SNAPSHOTS_MAX];
    uint32_t steps = record.count;
    memcpy(keys, record.keys, sizeof keys);
    record.is_restored = true;
    begin_watched(NULL, 0);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(record.count, steps);
    assert_memory_equal(record.keys, keys, steps * sizeof keys[0]);
    for (uint32_t i = 0; i < steps; i++) {
        for (uint32_t j = 0; j < i; j++) {
            assert_false(
                keys[i].low == keys[j].low && keys[i].high == keys[j].high);
        }
    }
}

/* Time counts from now and history does not count at all. */
static void keys_leave_out_time_and_history(void **state)
{
    (void)state;
    record.is_restored = true;
    begin_watched(NULL, 0);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    struct sim_state_key keys[SNAPSHOTS_MAX];
    uint32_t steps = record.count;
    memcpy(keys, record.keys, sizeof keys);

    fixture_begin(NULL, 0, NULL);
    sim_thread_watch(take, NULL, true);
    SIM_HISTORY->sequence = 1000; /* another history ... */
    SIM_HISTORY->object_number = 55;
    SIM_HISTORY->record_count = 7;
    SIM_HISTORY->hash = 42;
    SIM_ENGINE->now_ns = 12345; /* ... at another time */
    SIM_ENGINE->idle_count = 3;
    record.count = 0;
    (void)fixture_thread(0, three_turns);
    (void)fixture_thread(1, three_turns);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(record.count, steps);
    assert_memory_equal(record.keys, keys, steps * sizeof keys[0]);
}

/* The queue counts by what it holds and when from now, in its order. */
static void keys_hold_the_queue(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    struct sim_state_key empty = sim_snapshot_key(NULL, 0);
    sim_thread_schedule(LC_EVENT_ACK, 1, 10, 0);
    struct sim_state_key early = sim_snapshot_key(NULL, 0);
    fixture_begin(NULL, 0, NULL);
    SIM_ENGINE->now_ns = 500;
    sim_thread_schedule(LC_EVENT_ACK, 1, 10, 0);
    struct sim_state_key later = sim_snapshot_key(NULL, 0);
    assert_int_equal(early.low, later.low);
    assert_int_equal(early.high, later.high);
    assert_int_not_equal(early.low, empty.low);
    fixture_begin(NULL, 0, NULL);
    sim_thread_schedule(LC_EVENT_ACK, 1, 11, 0);
    assert_int_not_equal(sim_snapshot_key(NULL, 0).low, early.low);
}

/* Nothing of a run is left for the next one. */
static void reset_leaves_nothing_behind(void **state)
{
    (void)state;
    begin_watched(NULL, 0);
    record.is_restored = true;
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_not_equal(PROGRAM->count, 0);
    sim_thread_begin_run();
    assert_int_equal(PROGRAM->count, 0);
    assert_int_equal(SIM_ENGINE->thread_count, 0);
    assert_int_equal(SIM_ENGINE->queue.count, 0);
    assert_int_equal(sim_trace_count(), 0);
    assert_int_equal(sim_trace_hash(), 0);
    for (uint32_t i = 0; i < SIM_THREADS_MAX; i++) {
        assert_int_equal(SIM_ENGINE->threads[i].state, SIM_THREAD_FREE);
    }
}

/* The hook changes nothing about the run. */
static void watching_a_run_does_not_change_it(void **state)
{
    (void)state;
    const struct lc_choice choice = {
        .thread = 0,
        .place = { LC_PLACE_SHIM, 1, LC_MODULE_APP },
        .action = LC_ACTION_RUN,
        .target = 1,
    };
    record.is_restored = true;
    begin_watched(&choice, 1);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    struct program watched = *PROGRAM;
    fixture_begin(&choice, 1, NULL);
    (void)fixture_thread(0, three_turns);
    (void)fixture_thread(1, three_turns);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_memory_equal(PROGRAM, &watched, sizeof watched);
    assert_int_equal(PROGRAM->turn[2], 1); /* the choice was taken */
}

/* ---- On the host's stack only ---- */

static void takes(void *argument)
{
    (void)argument;
    (void)sim_snapshot_take(record.buffer, SNAPSHOT_BYTES);
}

static void restores(void *argument)
{
    (void)argument;
    sim_snapshot_restore(record.buffer);
}

static void asks_for_key(void *argument)
{
    (void)argument;
    (void)sim_snapshot_key(NULL, 0);
}

static void does_nothing(void *argument)
{
    (void)argument;
}

/* Runs the thread in a process of its own. Returns how that one ended, and
 * what it said. */
static int status_of(void (*entry)(void *), char said[256])
{
    int ends[2];
    (void)fflush(NULL);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL); /* not cmocka's */
        fixture_begin(NULL, 0, NULL);
        (void)sim_snapshot_take(record.buffer, SNAPSHOT_BYTES);
        (void)fixture_thread(0, entry);
        _exit(sim_thread_run() == LC_END_DONE ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(close(ends[1]), 0);
    ssize_t length = read(ends[0], said, 255);
    assert_true(length >= 0);
    said[length] = '\0';
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* A fiber that copied itself would be copied half-way through the copying: our
 * own mistake, which stops the process. */
static void a_fiber_can_take_no_snapshot(void **state)
{
    (void)state;
    static void (*const forbidden[])(void *) = {
        takes,
        restores,
        asks_for_key,
    };
    char said[256];
    int status = status_of(does_nothing, said);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    for (uint32_t i = 0; i < LC_COUNT_OF(forbidden); i++) {
        status = status_of(forbidden[i], said);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
        assert_non_null(strstr(said, "snapshot.c"));
        assert_non_null(strstr(said, "current == SIM_NO_THREAD"));
    }
}

/* ---- What of a stack counts ---- */

/* What a parked thread has below its saved stack pointer is left over; above
 * it, it is the thread. */
static void spoil(void *context)
{
    (void)context;
    const struct sim_thread *thread = &SIM_ENGINE->threads[0];
    if (record.count > 0 || thread->state != SIM_THREAD_RUNNABLE ||
        PROGRAM->count == 0) {
        return;
    }
    unsigned char *sp = thread->sp;
    record.keys[0] = sim_snapshot_key(NULL, 0);
    for (uint32_t i = 0; i < 2; i++) {
        unsigned char *at = i == 0 ? sp - 1 : sim_arena_stack_top(0) - 1;
        unsigned char before;
        sim_copy_bytes(&before, at, 1);
        sim_copy_fill(at, (unsigned char)~before, 1);
        record.keys[1 + i] = sim_snapshot_key(NULL, 0);
        sim_copy_fill(at, before, 1);
    }
    record.count = 3;
}

static void a_stack_counts_from_its_stack_pointer_up(void **state)
{
    (void)state;
    fixture_begin(NULL, 0, NULL);
    sim_thread_watch(spoil, NULL, true);
    (void)fixture_thread(0, three_turns);
    (void)fixture_thread(1, three_turns);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(record.count, 3);
    assert_int_equal(record.keys[1].low, record.keys[0].low);
    assert_int_equal(record.keys[1].high, record.keys[0].high);
    assert_int_not_equal(record.keys[2].low, record.keys[0].low);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_restored_run_goes_on_as_before,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(keys_name_states, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            keys_leave_out_time_and_history,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(keys_hold_the_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            reset_leaves_nothing_behind,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            watching_a_run_does_not_change_it,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_fiber_can_take_no_snapshot,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_stack_counts_from_its_stack_pointer_up,
            set_up,
            tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
