#include "sim/host/image.h"
#include "tests/unit/host_fixture.h"

/* Exports of tests/data/thread_data.c. */
struct counts {
    int32_t own;
    int32_t common;
    int32_t attach;
};

typedef void LC_ABI bump_fn(struct counts *counts);
typedef void LC_ABI stack_fn(uint64_t *base, uint64_t *limit, uint64_t *self);

static struct counts bump(void)
{
    struct counts counts;
    sim_thread_enter(MODULE, SIM_FRAME_SPI, 0);
    ((bump_fn *)find("Bump", 0))(&counts);
    sim_thread_leave();
    return counts;
}

/* ---- Fresh data ---- */

static void load_twice(void *argument)
{
    (void)argument;
    for (uint32_t turn = 0; turn < 2; turn++) {
        load();
        struct counts counts = bump();
        assert_int_equal(counts.own, 1001);
        assert_int_equal(counts.common, 101);
        assert_int_equal(counts.attach, 1);
        counts = bump();
        assert_int_equal(counts.own, 1002);
        assert_int_equal(counts.common, 102);
        (void)sim_module_release(0, MODULE, LC_MODULE_APP);
        sim_module_unmap(0, MODULE);
        const struct sim_range *ranges;
        const struct sim_module_class *class = sim_module_class(MODULE);
        assert_true(class->ops->ranges(class, false, &ranges) >= 1);
        const unsigned char *slot = sim_arena_module(0, MODULE);
        assert_int_equal(slot[ranges[0].offset_bytes], 0xdd);
    }
    PROGRAM->count++;
}

/* "First start" flags that are not reset are bugs that only a DLL with fresh
 * data hides or shows: each load begins with the file's data. */
static void each_load_begins_with_the_data_of_the_file(void **state)
{
    (void)state;
    (void)install("tests/data/thread_data.dll", MODULE, 1);
    for (uint32_t run = 0; run < 2; run++) {
        play(load_twice);
    }
}

/* ---- The block that GS points to ---- */

enum {
    TEB_UNUSED = 0x1480, /* a place that nothing of ours writes */
    TEB_MARK = 0x4d
};

static void leaves_a_mark(void *argument)
{
    unsigned char *place =
        (unsigned char *)(uintptr_t)(SIM_ARENA_TEB + TEB_UNUSED);
    (void)argument;
    assert_int_equal(*place, 0);
    *place = TEB_MARK;
    (void)sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_SLEEP,
        .key = 1,
        .timeout_ns = LC_NS_PER_MS,
    });
    assert_int_equal(*place, TEB_MARK);
    PROGRAM->count++;
}

/* What a DLL stores there itself (SEH, thread slots) is not for the next run,
 * and is there as long as this one goes on. */
static void the_block_of_the_threads_is_fresh_in_each_run(void **state)
{
    (void)state;
    (void)install("tests/data/thread_data.dll", MODULE, 1);
    for (uint32_t run = 0; run < 2; run++) {
        play(leaves_a_mark);
    }
}

/* ---- Threads ---- */

static void use_own_data(void *argument)
{
    uint32_t self = (uint32_t)(uintptr_t)argument;
    if (self == 0) {
        load();
    }
    for (int32_t turn = 1; turn <= 3; turn++) {
        fixture_yield(0);
        struct counts counts = bump();
        assert_int_equal(counts.own, 1000 + turn);
        uint64_t base;
        uint64_t limit;
        uint64_t teb;
        ((stack_fn *)find("Stack", 0))(&base, &limit, &teb);
        assert_true((uint64_t)(uintptr_t)&base < base);
        assert_true((uint64_t)(uintptr_t)&base >= limit);
        assert_int_equal(teb, SIM_ARENA_TEB);
        PROGRAM->count = (uint32_t)counts.common;
    }
}

/* Compilers reach thread-local data through the TEB, which differs from thread
 * to thread however they take turns. */
static void each_thread_has_its_own_data_and_teb(void **state)
{
    (void)state;
    (void)install("tests/data/thread_data.dll", MODULE, 1);
    struct sim_backer backer = { .choose = take_last };
    fixture_begin(NULL, 0, &backer);
    (void)fixture_thread(0, use_own_data);
    (void)fixture_thread(1, use_own_data);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 106);
}

/* ---- Processes ---- */

static void bump_alone(void *argument)
{
    (void)argument;
    load();
    for (int32_t turn = 1; turn <= 2; turn++) {
        fixture_yield(0);
        assert_int_equal(bump().common, 100 + turn);
    }
    PROGRAM->count++;
}

/* A provider counts per process: what one does is not seen in the other. */
static void each_process_has_its_own_instance(void **state)
{
    (void)state;
    (void)install("tests/data/thread_data.dll", MODULE, 2);
    play_in_two_processes(bump_alone);
}

/* ---- What is installed ---- */

static void find_all(void *argument)
{
    (void)argument;
    load();
    const struct sim_module_class *class = sim_module_class(MODULE);
    unsigned char *slot = sim_arena_module(0, MODULE);
    assert_ptr_equal(find("Bump", 0), find(NULL, 7));
    assert_ptr_equal(find("WSPStartup", 0), find(NULL, 1));
    assert_null(class->ops->export_find(class, slot, "Nothing", 0));
    assert_null(class->ops->export_find(class, slot, NULL, 999));
    PROGRAM->count++;
}

/* GetProcAddress takes a name or an ordinal. */
static void exports_are_found_by_name_and_ordinal(void **state)
{
    (void)state;
    (void)install("tests/data/thread_data.dll", MODULE, 1);
    play(find_all);
}

/* One file may be several providers of a world, and another may take its
 * place; what is left behind is plain memory, as a built-in needs it. */
static void a_slot_can_be_installed_again_and_given_back(void **state)
{
    (void)state;
    (void)install("examples/passlayer/passlayer.dll", MODULE, 4);
    (void)install("examples/passlayer/passlayer.dll", MODULE + 1, 4);
    (void)install("tests/data/thread_data.dll", MODULE, 1);
    assert_non_null(sim_host_installed(MODULE));
    sim_host_uninstall(MODULE);
    assert_null(sim_host_installed(MODULE));
    assert_non_null(sim_host_installed(MODULE + 1));
    unsigned char *slot = sim_arena_module(0, MODULE);
    for (size_t i = 0; i < 65536; i++) {
        assert_int_equal(slot[i], 0);
        slot[i] = 1;
    }
    sim_host_uninstall(MODULE);
    assert_int_equal(slot[0], 1); /* nothing was there to take away */
    sim_host_uninstall(MODULE + 1);
    memset(slot, 0, 65536);
}

/* A DLL that is no provider is found out before it is played. */
static void a_dll_without_wspstartup_is_refused(void **state)
{
    (void)state;
    const struct sim_host_image *image = read_dll("tests/data/no_startup.dll");
    const struct sim_module_class *class;
    assert_int_equal(
        sim_host_install(image, MODULE, 1, &class),
        SIM_ERROR_EXPORT);
    assert_null(sim_host_installed(MODULE));
}

/* What can't be read is one line that names the file. */
static void a_file_that_is_no_dll_is_named(void **state)
{
    (void)state;
    static const char *const paths[][2] = {
        { "/proc/self/exe", "not a PE file" },
        { "/dev/null", "not a regular file" },
        { "/", "not a regular file" },
        { "/nowhere/at/all.dll", "No such file" },
    };
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    for (size_t i = 0; i < LC_COUNT_OF(paths); i++) {
        const struct sim_host_image *image;
        assert_int_not_equal(
            sim_host_read(paths[i][0], &image, error.text, sizeof error.text),
            SIM_OK);
        assert_ptr_equal(strstr(error.text, paths[i][0]), error.text);
        assert_non_null(strstr(error.text, paths[i][1]));
        assert_null(strchr(error.text, '\n'));
    }
}

/* A person is told before a run what the shim lacks for a DLL. */
static void imports_say_whether_they_are_served(void **state)
{
    (void)state;
    const struct sim_host_image *image = read_dll("tests/data/unserved.dll");
    const struct sim_host_import *imports;
    uint32_t count = sim_host_imports(image, &imports);
    uint32_t unserved = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!imports[i].is_served) {
            assert_string_equal(imports[i].name, "GetSystemMetrics");
            unserved++;
        }
    }
    assert_true(count > 10);
    assert_int_equal(unserved, 1);
    const struct sim_host_export *exports;
    assert_int_equal(sim_host_exports(image, &exports), 1);
    assert_string_equal(exports[0].name, "WSPStartup");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_load_begins_with_the_data_of_the_file),
        cmocka_unit_test(the_block_of_the_threads_is_fresh_in_each_run),
        cmocka_unit_test(each_thread_has_its_own_data_and_teb),
        cmocka_unit_test(each_process_has_its_own_instance),
        cmocka_unit_test(exports_are_found_by_name_and_ordinal),
        cmocka_unit_test(a_slot_can_be_installed_again_and_given_back),
        cmocka_unit_test(a_dll_without_wspstartup_is_refused),
        cmocka_unit_test(a_file_that_is_no_dll_is_named),
        cmocka_unit_test(imports_say_whether_they_are_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
