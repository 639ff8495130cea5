#include "sim/win32/win32.h"
#include "tests/unit/engine_fixture.h"

enum {
    RECORDS_MAX = 256,
    MODULE = LC_MODULE_PROVIDER
};

static struct lc_record records[RECORDS_MAX];
static uint32_t record_count;

static bool keep(void *context, const struct lc_record *record)
{
    (void)context;
    assert_in_range(record_count, 0, RECORDS_MAX - 1);
    records[record_count++] = *record;
    return true;
}

static int LC_ABI startup(void)
{
    return 4711;
}

/* Notes who calls; an attach may fail, a detach may dawdle. */
static bool attach(uint32_t reason, bool process_ends)
{
    (void)process_ends;
    assert_int_equal(sim_thread_module(), MODULE);
    fixture_turn(100 + reason);
    fixture_yield(50);
    return PROGRAM->turn[63] == 0 || reason != LC_DLL_PROCESS_ATTACH;
}

static const struct sim_export fake_exports[] = {
    { "WSPStartup", 7, (sim_code_fn *)startup },
};

static const struct sim_module_class fake = {
    .ops = &sim_module_builtin,
    .exports = fake_exports,
    .export_count = LC_COUNT_OF(fake_exports),
    .globals_bytes = 64,
    .attach = attach,
};

static sim_code_fn *wrap(
    uint32_t importer,
    uint32_t target,
    const char *name,
    sim_code_fn *code)
{
    assert_int_equal(importer, LC_MODULE_APP);
    assert_int_equal(target, MODULE);
    (void)name;
    return code;
}

static void begin(const struct lc_choice *choices, uint32_t choice_count)
{
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_win32_open();
    sim_module_set_class(MODULE, &fake);
    sim_module_set_path(MODULE, "C:\\Windows\\System32\\fake.dll");
    sim_module_set_wrap(wrap);
    fixture_begin(choices, choice_count, NULL);
    record_count = 0;
    SIM_HISTORY->sink = keep;
}

static void *import(const char *name)
{
    sim_code_fn *code = sim_module_find_system("kernel32.dll", name, 0);
    assert_non_null(code);
    return (void *)(uintptr_t)code;
}

/* The record of that kind, by its order from 0. */
static const struct lc_record *record_of(uint8_t kind, uint32_t order)
{
    for (uint32_t i = 0; i < record_count; i++) {
        if (records[i].kind == kind && order-- == 0) {
            return &records[i];
        }
    }
    fail();
    return records;
}

static void check_load(uint32_t order, int64_t left, int64_t mapped, int64_t d)
{
    const struct lc_record *load = record_of(LC_RECORD_LOAD, order);
    assert_int_equal(load->caller, LC_MODULE_APP);
    assert_int_equal(load->callee, MODULE);
    assert_int_equal(load->a, 1);
    assert_int_equal(load->b, left);
    assert_int_equal(load->c, mapped);
    assert_int_equal(load->d, d);
}

typedef int LC_ABI startup_fn(void);

static void loads_twice(void *argument)
{
    (void)argument;
    lc_handle first =
        sim_win32_load_library_w(u"c:\\windows\\system32\\FAKE.dll");
    assert_ptr_equal(first, sim_arena_module(0, MODULE));
    assert_ptr_equal(sim_win32_load_library_a("fake"), first);
    void *code = sim_win32_get_proc_address(first, "WSPStartup");
    assert_non_null(code);
    assert_int_equal(((startup_fn *)(uintptr_t)code)(), 4711);
    assert_ptr_equal(
        sim_win32_get_proc_address(first, (const char *)(uintptr_t)7),
        code);
    assert_null(sim_win32_get_proc_address(first, "WSPNothing"));
    assert_int_equal(sim_thread_current()->last_error, LC_ERROR_PROC_NOT_FOUND);
    assert_int_equal(sim_win32_free_library(first), 1);
    assert_true(sim_module_at(0, MODULE)->is_mapped);
    assert_int_equal(sim_win32_free_library(first), 1);
    assert_false(sim_module_at(0, MODULE)->is_mapped);
    assert_int_equal(sim_win32_free_library(first), 0);
    assert_int_equal(sim_thread_current()->last_error, LC_ERROR_MOD_NOT_FOUND);
    assert_null(sim_win32_load_library_a("C:\\elsewhere\\none.dll"));
    assert_int_equal(sim_thread_current()->last_error, LC_ERROR_MOD_NOT_FOUND);
}

static void a_module_lives_as_long_as_its_references(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, loads_twice);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    check_load(0, 1, 1, 1);
    check_load(1, 2, 0, 0);
    const struct lc_record *entry = record_of(LC_RECORD_DLL_MAIN, 0);
    assert_int_equal(entry->function, 0);
    assert_int_equal(entry->a, LC_DLL_PROCESS_ATTACH);
    entry = record_of(LC_RECORD_DLL_MAIN, 1);
    assert_int_equal(entry->function, 1);
    assert_int_equal(entry->a, 1);
    entry = record_of(LC_RECORD_DLL_MAIN, 2);
    assert_int_equal(entry->a, LC_DLL_PROCESS_DETACH);
    assert_int_equal(record_of(LC_RECORD_PROC_ADDRESS, 0)->a, 1);
    assert_int_equal(record_of(LC_RECORD_PROC_ADDRESS, 2)->b, 0);
    assert_int_equal(record_of(LC_RECORD_UNLOAD, 0)->b, 1);
    assert_int_equal(record_of(LC_RECORD_UNLOAD, 0)->c, 0);
    assert_int_equal(record_of(LC_RECORD_UNLOAD, 1)->b, 0);
    assert_int_equal(record_of(LC_RECORD_UNLOAD, 1)->c, 1);
    assert_int_equal(record_of(LC_RECORD_UNLOAD, 2)->a, 0);
    const uint32_t wanted[] = { 101, 100 };
    assert_memory_equal(PROGRAM->turn, wanted, sizeof wanted);
    /* What it kept in its globals is poisoned. */
    assert_int_equal(sim_arena_module(0, MODULE)[0], 0xdd);
}

static void loads_in_vain(void *argument)
{
    (void)argument;
    PROGRAM->turn[63] = 1;
    assert_null(sim_win32_load_library_a("fake.dll"));
    assert_int_equal(
        sim_thread_current()->last_error,
        LC_ERROR_DLL_INIT_FAILED);
    assert_false(sim_module_at(0, MODULE)->is_mapped);
    PROGRAM->turn[63] = 0;
    assert_non_null(sim_win32_load_library_a("fake.dll"));
    assert_int_equal(sim_module_references(0, MODULE), 1);
}

static void a_failed_attach_is_undone(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, loads_in_vain);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    const uint32_t wanted[] = { 101, 100, 101 };
    assert_memory_equal(PROGRAM->turn, wanted, sizeof wanted);
}

static void loads_once(void *argument)
{
    assert_non_null(sim_win32_load_library_a("fake.dll"));
    fixture_turn((uint32_t)(uintptr_t)argument);
}

/* The second thread comes while DllMain runs: it waits for the loader lock, and
 * has the module only when it is ready. */
static void no_thread_gets_a_module_that_is_not_attached(void **state)
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
    (void)fixture_thread(0, loads_once);
    (void)fixture_thread(1, loads_once);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(sim_choice_unmet(), 0);
    const uint32_t wanted[] = { 101, 0, 1 };
    assert_memory_equal(PROGRAM->turn, wanted, sizeof wanted);
    assert_int_equal(record_of(LC_RECORD_WAIT, 0)->thread, 1);
    check_load(1, 2, 0, 0);
}

typedef lc_handle LC_ABI handle_fn(const char *);
typedef int LC_ABI handle_ex_fn(uint32_t, const char *, lc_handle *);

static void asks_for_handles(void *argument)
{
    (void)argument;
    handle_fn *find = (handle_fn *)(uintptr_t)import("GetModuleHandleA");
    handle_ex_fn *find_ex =
        (handle_ex_fn *)(uintptr_t)import("GetModuleHandleExA");
    lc_handle kernel = sim_win32_load_library_a("C:\\Windows\\KERNEL32.DLL");
    assert_non_null(kernel);
    assert_ptr_equal(find("kernel32"), kernel);
    assert_ptr_equal(
        sim_win32_get_proc_address(kernel, "SetEvent"),
        (void *)(uintptr_t)sim_win32_set_event);
    assert_null(sim_win32_get_proc_address(kernel, "malloc"));
    assert_non_null(sim_win32_get_proc_address(find("msvcrt.dll"), "malloc"));
    assert_int_equal(sim_win32_free_library(kernel), 1);
    assert_non_null(find(NULL));
    assert_null(find("fake.dll"));

    unsigned char *module = sim_win32_load_library_a("fake.dll");
    assert_ptr_equal(find("fake.dll"), module);
    lc_handle found = NULL;
    uint32_t flags = LC_GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    assert_int_equal(find_ex(flags, (const char *)module + 40, &found), 1);
    assert_ptr_equal(found, module);
    assert_int_equal(sim_module_references(0, MODULE), 2);
    flags = LC_GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    assert_int_equal(find_ex(flags, "fake.dll", &found), 1);
    assert_int_equal(sim_module_references(0, MODULE), 2);
}

static void handles_are_found_by_name_and_address(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, asks_for_handles);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
}

static void goes_on_after_unload(void *argument)
{
    (void)argument;
    lc_handle module = sim_win32_load_library_a("fake.dll");
    sim_thread_enter(MODULE, SIM_FRAME_SPI, LC_SPI_CLEANUP);
    (void)sim_module_release(0, MODULE, LC_MODULE_APP);
    sim_module_unmap(0, MODULE);
    (void)sim_win32_free_library(module);
    fail();
}

static void unmapped_code_that_calls_windows_ends_the_run(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, goes_on_after_unload);
    assert_int_equal(sim_thread_run(), LC_END_FAULT);
    const struct lc_record *stray = record_of(LC_RECORD_STRAY, 0);
    assert_int_equal(stray->function, LC_STRAY_SHIM);
    assert_int_equal(stray->callee, MODULE);
    assert_int_equal(stray->a, LC_SHIM_FREE_LIBRARY);
}

typedef void LC_ABI exit_fn(lc_handle, uint32_t);

static uint32_t LC_ABI frees_itself(void *module)
{
    exit_fn *leave = (exit_fn *)(uintptr_t)import("FreeLibraryAndExitThread");
    leave(module, 5);
    fail();
    return 0;
}

static void leaves_last_reference_to_worker(void *argument)
{
    (void)argument;
    lc_handle module = sim_win32_load_library_a("fake.dll");
    sim_thread_enter(MODULE, SIM_FRAME_SPI, LC_SPI_STARTUP);
    lc_handle thread =
        sim_win32_create_thread(NULL, 0, frees_itself, module, 0, NULL);
    sim_thread_leave();
    assert_int_equal(
        sim_win32_wait_for_single_object(thread, LC_INFINITE),
        LC_WAIT_OBJECT_0);
    assert_false(sim_module_at(0, MODULE)->is_mapped);
}

static void a_worker_can_free_its_own_module(void **state)
{
    (void)state;
    begin(NULL, 0);
    (void)fixture_thread(0, leaves_last_reference_to_worker);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(record_of(LC_RECORD_UNLOAD, 0)->caller, MODULE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_lives_as_long_as_its_references),
        cmocka_unit_test(a_failed_attach_is_undone),
        cmocka_unit_test(no_thread_gets_a_module_that_is_not_attached),
        cmocka_unit_test(handles_are_found_by_name_and_address),
        cmocka_unit_test(unmapped_code_that_calls_windows_ends_the_run),
        cmocka_unit_test(a_worker_can_free_its_own_module),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
