#include "sim/sim.h"

#include <unistd.h>

#include "fuzz/schedule.h"
#include "sim/engine/snapshot.h"
#include "tests/unit/engine_fixture.h"

enum {
    HASHES_MAX = 1024,
    SNAPSHOT_BYTES = 8 << 20
};

/* A run that is watched: a snapshot at one step, and the trace's hash after
 * each record. */
static struct {
    uint32_t step;    /* that the next decision is */
    uint32_t take_at; /* step of the snapshot */
    unsigned char *buffer;
    size_t used_bytes;
    struct sim_state_key key; /* then */
    uint64_t record_count;    /* then */
    uint32_t hash_count;
    uint64_t hashes[HASHES_MAX];
} watch;

static struct lc_schedule schedule;

static bool keep(void *context, const struct lc_record *record)
{
    (void)context;
    (void)record;
    assert_true(watch.hash_count < HASHES_MAX);
    watch.hashes[watch.hash_count] = sim_trace_hash();
    watch.hash_count++;
    return true;
}

static void at_step(void *context)
{
    (void)context;
    if (watch.step == watch.take_at) {
        watch.used_bytes = sim_save(watch.buffer, SNAPSHOT_BYTES);
        watch.key = sim_key(NULL, 0);
        watch.record_count = sim_trace_count();
    }
    watch.step++;
}

static void add(uint8_t call, uint32_t value)
{
    struct lc_op *op = &schedule.ops[schedule.op_count];
    schedule.op_count++;
    *op = (struct lc_op){
        .call = call,
        .socket = call == LC_CALL_WSASTARTUP || call == LC_CALL_WSACLEANUP
                      ? LC_NONE
                      : 0,
        .entry = LC_NONE,
        .value = value,
    };
}

static void add_thread(const char *name, uint32_t process, uint32_t op_first)
{
    struct lc_thread *thread = &schedule.threads[schedule.thread_count];
    schedule.thread_count++;
    (void)snprintf(thread->name, sizeof thread->name, "%s", name);
    thread->process = (uint8_t)process;
    thread->op_first = (uint8_t)op_first;
    thread->op_count = (uint8_t)(schedule.op_count - op_first);
}

static void add_life(void)
{
    add(LC_CALL_WSASTARTUP, 0x0202);
    add(LC_CALL_SOCKET, 0);
    add(LC_CALL_CONNECT, 0);
    add(LC_CALL_SEND, 20000);
    add(LC_CALL_CLOSESOCKET, 0);
    add(LC_CALL_WSACLEANUP, 0);
}

/* Two lives of one process, the second after the first, and a process beside
 * it. NULL: the built-in layer; else a DLL of this build. */
static void make_schedule(const char *dll)
{
    memset(&schedule, 0, sizeof schedule);
    fuzz_schedule_default_world(&schedule.world);
    if (dll != NULL) {
        const char *folder = getenv("LC_BUILD_DIR");
        struct lc_provider *filter = &schedule.world.providers[1];
        filter->kind = LC_PROVIDER_DLL;
        (void)snprintf(
            filter->path,
            sizeof filter->path,
            "%s/%s",
            folder == NULL ? "build" : folder,
            dll);
        if (access(filter->path, R_OK) != 0) {
            skip();
        }
    }
    schedule.process_count = 2;
    (void)strcpy(schedule.processes[0].name, "A");
    (void)strcpy(schedule.processes[1].name, "B");
    schedule.socket_count = 1;
    (void)strcpy(schedule.sockets[0], "s");
    add_life();
    add_life();
    add_thread("a", 0, 0);
    add_life();
    add_thread("b", 1, schedule.op_count - 6);
    fuzz_schedule_repair(&schedule);
    assert_int_equal(schedule.op_count, 18);
}

static uint64_t play(uint32_t take_at)
{
    struct sim_error error;
    struct sim_result result;
    sim_close(); /* cmocka has put its signal handlers before ours */
    assert_int_equal(sim_open(&error), SIM_OK);
    watch.step = 0;
    watch.take_at = take_at;
    watch.used_bytes = 0;
    watch.hash_count = 0;
    enum sim_status status = sim_play(
        &(struct sim_play_options){
            .schedule = &schedule,
            .sink = keep,
            .at_step = at_step,
        },
        &result,
        &error);
    if (status != SIM_OK) {
        print_error("%s\n", error.text);
    }
    assert_int_equal(status, SIM_OK);
    assert_int_equal(result.end, LC_END_DONE);
    assert_int_equal(watch.hash_count, result.record_count);
    return result.hash;
}

static bool is_same(struct sim_state_key a, struct sim_state_key b)
{
    return a.low == b.low && a.high == b.high;
}

/* Goes back to the snapshot, when the run has ended, and plays on. */
static void play_on_from(uint32_t step)
{
    (void)play(step);
    uint32_t records = watch.hash_count;
    uint64_t before_end = watch.hashes[records - 2]; /* sim_play ends it */
    assert_true(watch.used_bytes > 0);
    assert_false(is_same(sim_key(NULL, 0), watch.key));
    sim_load(watch.buffer);
    assert_true(is_same(sim_key(NULL, 0), watch.key));
    assert_int_equal(sim_trace_count(), watch.record_count);
    watch.hash_count = (uint32_t)watch.record_count;
    watch.take_at = UINT32_MAX;
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(watch.hash_count, records - 1);
    assert_int_equal(sim_trace_hash(), before_end);
    /* And once more: the first time has used the snapshot up in nothing. */
    sim_load(watch.buffer);
    assert_true(is_same(sim_key(NULL, 0), watch.key));
    watch.hash_count = (uint32_t)watch.record_count;
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(sim_trace_hash(), before_end);
}

static void play_on_from_everywhere(uint32_t stride)
{
    uint64_t hash = play(UINT32_MAX);
    uint32_t steps = watch.step;
    assert_true(steps > 100);
    for (uint32_t step = 0; step < steps; step += stride) {
        play_on_from(step);
    }
    assert_int_equal(play(UINT32_MAX), hash);
}

static int set_up(void **state)
{
    (void)state;
    memset(&watch, 0, sizeof watch);
    watch.buffer = malloc(SNAPSHOT_BYTES);
    return watch.buffer == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    free(watch.buffer);
    return 0;
}

/* Whatever a run has changed, in heaps, handles, modules, threads and the
 * network, a snapshot brings back: a run goes on from it as it did. */
static void a_run_goes_on_from_any_snapshot_as_it_did(void **state)
{
    (void)state;
    make_schedule(NULL);
    play_on_from_everywhere(23);
}

/* The same with the writable sections of a DLL and the block that GS points
 * to. */
static void a_run_with_a_dll_goes_on_from_any_snapshot_as_it_did(void **state)
{
    (void)state;
    make_schedule("examples/passlayer/passlayer.dll");
    play_on_from_everywhere(41);
}

/* Red zones of parked frames may not be touched by code that is sanitized. */
static unsigned char peek(const unsigned char *place)
{
    unsigned char byte;
    sim_copy_bytes(&byte, place, 1);
    return byte;
}

/* Each kind of state by itself: what is spoiled comes back. */
static void a_snapshot_holds_each_kind_of_state(void **state)
{
    (void)state;
    make_schedule("examples/passlayer/passlayer.dll");
    (void)play(UINT32_MAX);
    (void)play(watch.step / 4); /* in the middle of the first life */
    const struct sim_range *ranges;
    const struct sim_module_class *class =
        sim_module_class(LC_MODULE_PROVIDER + 1);
    assert_true(class->ops->ranges(class, false, &ranges) > 0);
    sim_load(watch.buffer);
    assert_true(SIM_ENGINE->heap_bytes[0] > 0);
    assert_int_equal(sim_module_at(0, LC_MODULE_PROVIDER)->is_mapped, 1);
    unsigned char *const places[] = {
        (unsigned char *)(uintptr_t)SIM_ARENA_HEAP + 216,
        (unsigned char *)(uintptr_t)SIM_ARENA_TEB + 0x68,
        sim_arena_module(0, LC_MODULE_PROVIDER),
        sim_arena_module(0, LC_MODULE_PROVIDER + 1) + ranges[0].offset_bytes,
        sim_arena_part(SIM_PART_WIN32),
        sim_arena_part(SIM_PART_NET),
        sim_arena_part(SIM_PART_WS2_32),
        sim_arena_stack_top(0) - 120,
        (unsigned char *)&SIM_ENGINE->now_ns,
        (unsigned char *)&SIM_HISTORY->record_count,
        (unsigned char *)&SIM_HISTORY->sequence,
        (unsigned char *)&SIM_HISTORY->steps_total,
        (unsigned char *)&SIM_HISTORY->choice_count,
        (unsigned char *)&SIM_HISTORY->is_asked,
        (unsigned char *)&SIM_HISTORY->place_thread,
        (unsigned char *)&SIM_HISTORY->place.kind,
    };
    for (uint32_t i = 0; i < LC_COUNT_OF(places); i++) {
        unsigned char before = peek(places[i]);
        sim_copy_fill(places[i], (unsigned char)~before, 1);
        sim_load(watch.buffer);
        assert_int_equal(peek(places[i]), before);
    }
    assert_true(is_same(sim_key(NULL, 0), watch.key));
}

/* What modules share begins as zeros in each life of the run. */
static void a_snapshot_forgets_what_was_shared_later(void **state)
{
    (void)state;
    make_schedule(NULL);
    (void)strcpy(schedule.world.plants[0], "count_shared");
    schedule.world.plant_count = 1;
    (void)play(0); /* no provider is loaded yet */
    unsigned char *shared =
        (unsigned char
             *)(uintptr_t)(SIM_ARENA_SHARED + LC_MODULE_PROVIDER * SIM_ARENA_SHARED_BYTES);
    sim_copy_fill(shared, 7, 1);
    sim_load(watch.buffer);
    assert_int_equal(peek(shared), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_run_goes_on_from_any_snapshot_as_it_did,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_run_with_a_dll_goes_on_from_any_snapshot_as_it_did,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_snapshot_holds_each_kind_of_state,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_snapshot_forgets_what_was_shared_later,
            set_up,
            tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
