#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/engine/page.h"
#include "sim/engine/snapshot.h"
#include "sim/win32/win32.h"
#include "tests/unit/host_fixture.h"

/* Exports of tests/data/pages.c. */
typedef int32_t LC_ABI read_fn(void);
typedef uint32_t LC_ABI change_fn(int32_t value);
typedef uint32_t LC_ABI seal_fn(void);
typedef size_t LC_ABI query_fn(struct lc_memory_basic_information *info);
typedef int32_t LC_ABI generate_fn(int32_t value);

enum {
    IN_FILE = 7,
    SNAPSHOT_BYTES = 4 << 20
};

static unsigned char *saved;
static bool is_kernel_refusing;

/* In place of the C library's, for all that is linked into this program: a
 * kernel that has no room for another mapping can't be had otherwise. */
int mprotect(void *at, size_t size_bytes, int bits)
{
    if (is_kernel_refusing) {
        errno = ENOMEM;
        return -1;
    }
    return (int)syscall(SYS_mprotect, at, size_bytes, bits);
}

static int32_t read_constant(void)
{
    sim_thread_enter(MODULE, SIM_FRAME_SPI, 0);
    int32_t value = ((read_fn *)find("Read", 0))();
    sim_thread_leave();
    return value;
}

static uint32_t change(int32_t value)
{
    sim_thread_enter(MODULE, SIM_FRAME_SPI, 0);
    uint32_t old = ((change_fn *)find("Change", 0))(value);
    sim_thread_leave();
    return old;
}

static uint32_t seal(void)
{
    sim_thread_enter(MODULE, SIM_FRAME_SPI, 0);
    uint32_t old = ((seal_fn *)find("Seal", 0))();
    sim_thread_leave();
    return old;
}

static struct lc_memory_basic_information query(void)
{
    struct lc_memory_basic_information info = { 0 };
    sim_thread_enter(MODULE, SIM_FRAME_SPI, 0);
    size_t size_bytes = ((query_fn *)find("Query", 0))(&info);
    sim_thread_leave();
    assert_int_equal(size_bytes, sizeof info);
    return info;
}

static void unload(void)
{
    uint32_t process = sim_thread_process();
    (void)sim_module_release(process, MODULE, LC_MODULE_APP);
    sim_module_unmap(process, MODULE);
}

/* Whether another process can write there. */
static bool can_write(unsigned char *at)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = { 0, 0 };
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGSEGV, SIG_DFL);
        *(volatile unsigned char *)at = 1;
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Whether the kernel lets the constant be written. */
static bool is_writable(void)
{
    return can_write(query().BaseAddress);
}

/* ---- An image ---- */

static void changes_twice(void *argument)
{
    (void)argument;
    for (uint32_t turn = 0; turn < 2; turn++) {
        load();
        assert_int_equal(read_constant(), IN_FILE);
        assert_false(is_writable());
        assert_int_equal(change(8), LC_PAGE_READONLY);
        assert_int_equal(change(9), LC_PAGE_READWRITE);
        assert_true(is_writable());
        assert_int_equal(read_constant(), 9);
        assert_int_equal(seal(), LC_PAGE_READWRITE);
        assert_false(is_writable());
        assert_int_equal(read_constant(), 9);
        unload();
    }
    load();
    assert_int_equal(change(10), LC_PAGE_READONLY);
    PROGRAM->count++; /* and the run ends with the page open */
}

/* Start-up code of compilers writes to constants; the next load, and the next
 * run, must find the file's bytes and protections all the same. */
static void what_was_made_writable_is_fresh_at_the_next_load(void **state)
{
    (void)state;
    (void)install("tests/data/pages.dll", MODULE, 1);
    for (uint32_t run = 0; run < 3; run++) {
        play(changes_twice);
    }
    /* A run without the DLL in between, and the slot for another. */
    const struct sim_module_class *class = sim_module_class(MODULE);
    sim_module_set_class(MODULE, NULL);
    fixture_begin(NULL, 0, NULL);
    sim_module_set_class(MODULE, class);
    play(changes_twice);
    (void)install("tests/data/thread_data.dll", MODULE, 1);
    (void)install("tests/data/pages.dll", MODULE, 1);
    play(changes_twice);
}

static void asks(void *argument)
{
    (void)argument;
    load();
    unsigned char *slot = sim_arena_module(0, MODULE);
    struct lc_memory_basic_information before = query();
    assert_int_equal(before.Protect, LC_PAGE_READONLY);
    assert_int_equal(before.State, LC_MEM_COMMIT);
    assert_int_equal(before.Type, LC_MEM_IMAGE);
    assert_ptr_equal(before.AllocationBase, slot);
    assert_true(before.RegionSize >= 2 * SIM_PAGE_BYTES);
    (void)change(8);
    struct lc_memory_basic_information after = query();
    assert_int_equal(after.Protect, LC_PAGE_READWRITE);
    assert_ptr_equal(after.BaseAddress, before.BaseAddress);
    /* 6000 bytes lie on two pages or three. */
    assert_true(after.RegionSize >= 2 * SIM_PAGE_BYTES);
    assert_true(after.RegionSize <= 3 * SIM_PAGE_BYTES);
    (void)seal();
    struct lc_memory_basic_information sealed = query();
    assert_int_equal(sealed.Protect, LC_PAGE_READONLY);
    assert_int_equal(sealed.RegionSize, before.RegionSize);
    PROGRAM->count++;
}

/* Code that restores "what was there" must be told what was there. */
static void a_query_tells_what_holds(void **state)
{
    (void)state;
    (void)install("tests/data/pages.dll", MODULE, 1);
    play(asks);
}

static void changes_its_own(void *argument)
{
    (void)argument;
    load();
    assert_int_equal(read_constant(), IN_FILE);
    (void)change(20 + (int32_t)sim_thread_process());
    fixture_yield(0);
    assert_int_equal(read_constant(), 20 + (int32_t)sim_thread_process());
    PROGRAM->count++;
}

/* Pages are a process's own, like all its memory. */
static void one_process_does_not_change_anothers_pages(void **state)
{
    (void)state;
    (void)install("tests/data/pages.dll", MODULE, 2);
    play_in_two_processes(changes_its_own);
}

/* ---- Snapshots ---- */

static void changes_around_a_snapshot(void *argument)
{
    (void)argument;
    load();
    fixture_yield(0); /* the first snapshot */
    assert_int_equal(read_constant(), IN_FILE);
    assert_false(is_writable());
    (void)change(30);
    fixture_yield(0); /* the second */
    assert_int_equal(read_constant(), 30);
    assert_true(is_writable());
    assert_int_equal(seal(), LC_PAGE_READWRITE);
    unload();
    load();
    (void)change(31);
    PROGRAM->turn[0]++; /* goes back with the snapshot */
    assert_int_equal(PROGRAM->turn[0], 1);
    PROGRAM->count++;
}

static void take_once(void *context)
{
    uint32_t *left = context;
    (*left)--;
    if (*left == 0) {
        (void)sim_snapshot_take(saved, SNAPSHOT_BYTES);
    }
}

/* A fork from a midpoint finds pages as they were there, contents and
 * protection, whatever was done to them meanwhile. */
static void a_restore_brings_pages_back(void **state)
{
    (void)state;
    (void)install("tests/data/pages.dll", MODULE, 1);
    for (uint32_t which = 1; which <= 2; which++) {
        uint32_t left = which;
        fixture_begin(NULL, 0, NULL);
        sim_thread_watch(take_once, &left, true);
        (void)fixture_thread(0, changes_around_a_snapshot);
        assert_int_equal(sim_thread_run(), LC_END_DONE);
        assert_int_equal(PROGRAM->count, 1);
        sim_snapshot_restore(saved);
        struct sim_state_key key = sim_snapshot_key(NULL, 0);
        assert_int_equal(PROGRAM->count, 0);
        assert_int_equal(sim_thread_run(), LC_END_DONE);
        assert_int_equal(PROGRAM->count, 1);
        sim_snapshot_restore(saved);
        struct sim_state_key again = sim_snapshot_key(NULL, 0);
        assert_int_equal(again.low, key.low);
        assert_int_equal(again.high, key.high);
    }
}

/* ---- VirtualAlloc ---- */

static void generates(void *argument)
{
    (void)argument;
    load();
    for (int32_t turn = 0; turn < 3; turn++) {
        sim_thread_enter(MODULE, SIM_FRAME_SPI, 0);
        int32_t result = ((generate_fn *)find("Generate", 0))(1000 + turn);
        sim_thread_leave();
        assert_int_equal(result, 1000 + turn);
    }
    assert_int_equal(SIM_ENGINE->span_count, 0); /* freed with the pages */
    PROGRAM->count++;
}

/* Layers that hook calls write little pieces of code. */
static void generated_code_runs(void **state)
{
    (void)state;
    (void)install("tests/data/pages.dll", MODULE, 1);
    play(generates);
    play(generates);
}

typedef void *LC_ABI alloc_fn(void *, size_t, uint32_t, uint32_t);
typedef int LC_ABI protect_fn(void *, size_t, uint32_t, uint32_t *);

static void protects_in_bad_ways(void *argument)
{
    (void)argument;
    alloc_fn *allocate = (alloc_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "VirtualAlloc", 0);
    protect_fn *protect = (protect_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "VirtualProtect", 0);
    assert_true(allocate != NULL && protect != NULL);
    uint32_t old = 0;
    unsigned char *pages = allocate(
        NULL,
        3 * SIM_PAGE_BYTES,
        LC_MEM_RESERVE | LC_MEM_COMMIT,
        LC_PAGE_READWRITE);
    assert_non_null(pages);
    struct sim_thread *thread = sim_thread_current();
    assert_int_equal(protect(pages, 10, LC_PAGE_READONLY, NULL), 0);
    assert_int_equal(thread->last_error, LC_ERROR_NOACCESS);
    assert_int_equal(protect(pages, 10, 3, &old), 0);
    assert_int_equal(thread->last_error, LC_ERROR_INVALID_PARAMETER);
    assert_int_equal(
        protect(pages, 4 * SIM_PAGE_BYTES, LC_PAGE_READONLY, &old),
        0);
    assert_int_equal(thread->last_error, LC_ERROR_INVALID_ADDRESS);
    assert_int_equal(protect(&old, 4, LC_PAGE_READONLY, &old), 0);
    assert_int_equal(thread->last_error, LC_ERROR_INVALID_ADDRESS);
    assert_int_equal(old, 0);
    assert_int_equal(SIM_ENGINE->span_count, 0);
    /* One page in the middle; the others stay as they were. */
    assert_int_equal(
        protect(pages + SIM_PAGE_BYTES, 1, LC_PAGE_NOACCESS, &old),
        1);
    assert_int_equal(old, LC_PAGE_READWRITE);
    pages[0] = 1;
    pages[2 * SIM_PAGE_BYTES] = 1;
    assert_int_equal(
        protect(pages, 3 * SIM_PAGE_BYTES, LC_PAGE_READWRITE, &old),
        1);
    assert_int_equal(old, LC_PAGE_READWRITE); /* of the first page */
    pages[SIM_PAGE_BYTES] = 1;
    assert_int_equal(SIM_ENGINE->span_count, 0); /* as it was laid out */
    PROGRAM->count++;
}

/* Each wrong use has Windows' error, and changes nothing. */
static void wrong_uses_are_refused(void **state)
{
    (void)state;
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    play(protects_in_bad_ways);
}

static void commits_page_by_page(void *argument)
{
    (void)argument;
    typedef int LC_ABI free_fn(void *, size_t, uint32_t);
    alloc_fn *allocate = (alloc_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "VirtualAlloc", 0);
    free_fn *release = (free_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "VirtualFree", 0);
    protect_fn *protect = (protect_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "VirtualProtect", 0);

    enum {
        PAGES = 200
    };

    unsigned char *pages = allocate(
        NULL,
        PAGES * SIM_PAGE_BYTES,
        LC_MEM_RESERVE,
        LC_PAGE_READWRITE);
    assert_non_null(pages);
    assert_false(can_write(pages));
    for (uint32_t i = 0; i < PAGES; i++) {
        unsigned char *page = pages + i * SIM_PAGE_BYTES;
        assert_ptr_equal(
            allocate(page, SIM_PAGE_BYTES, LC_MEM_COMMIT, LC_PAGE_READWRITE),
            page);
        page[0] = 7;
    }
    assert_int_equal(SIM_ENGINE->span_count, 0);
    uint32_t old;
    for (uint32_t i = 0; i < PAGES; i++) {
        unsigned char *page = pages + i * SIM_PAGE_BYTES;
        assert_int_equal(
            protect(page, SIM_PAGE_BYTES, LC_PAGE_READONLY, &old),
            1);
        assert_int_equal(old, LC_PAGE_READWRITE);
    }
    assert_int_equal(SIM_ENGINE->span_count, 1); /* neighbours are one */
    unsigned char *middle = pages + 100 * SIM_PAGE_BYTES;
    assert_int_equal(
        protect(
            middle,
            SIM_PAGE_BYTES,
            LC_PAGE_READWRITE | LC_PAGE_GUARD,
            &old),
        1);
    assert_int_equal(SIM_ENGINE->span_count, 3);
    assert_false(can_write(middle)); /* nobody handles a guard page here */
    assert_int_equal(release(middle, SIM_PAGE_BYTES, LC_MEM_DECOMMIT), 1);
    assert_false(can_write(middle));
    assert_ptr_equal(
        allocate(middle, SIM_PAGE_BYTES, LC_MEM_COMMIT, LC_PAGE_READWRITE),
        middle);
    assert_int_equal(middle[0], 0); /* zero again */
    assert_int_equal(pages[0], 7);
    assert_int_equal(SIM_ENGINE->span_count, 2);
    PROGRAM->count++; /* the process ends with all of it */
}

/* Allocators reserve much, and commit and give back page by page; what a
 * process leaves is memory like all other for the next. */
static void reserved_pages_are_committed_one_by_one(void **state)
{
    (void)state;
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    fixture_begin(NULL, 0, NULL);
    sim_thread_set_exit(sim_win32_process_exit);
    (void)fixture_thread(0, commits_page_by_page);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
    assert_int_equal(SIM_ENGINE->span_count, 0);
    assert_true(can_write((unsigned char *)(uintptr_t)SIM_ARENA_HEAP + 65536));
}

static void is_refused_pages(void *argument)
{
    (void)argument;
    alloc_fn *allocate = (alloc_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "VirtualAlloc", 0);
    protect_fn *protect = (protect_fn *)(uintptr_t)
        sim_module_find_system("kernel32.dll", "VirtualProtect", 0);
    void *heap = (void *)(uintptr_t)(SIM_ARENA_HEAP + SIM_PAGE_BYTES);
    uint32_t old;

    enum {
        /* The heap has room for one block of that many. */
        PAGES = SIM_ARENA_LANE_BYTES / SIM_PAGE_BYTES / 2 - 16
    };

    for (uint32_t turn = 0; turn < 3; turn++) {
        is_kernel_refusing = true;
        void *pages = allocate(
            NULL,
            PAGES * SIM_PAGE_BYTES,
            LC_MEM_RESERVE | LC_MEM_COMMIT,
            LC_PAGE_EXECUTE_READWRITE);
        is_kernel_refusing = false;
        assert_null(pages);
        assert_int_equal(
            sim_thread_current()->last_error,
            LC_ERROR_INVALID_ADDRESS);
        assert_int_equal(SIM_ENGINE->span_count, 0);
        /* Where they would have been is memory of the heap. */
        assert_int_equal(protect(heap, 1, LC_PAGE_READWRITE, &old), 0);
    }
    unsigned char *pages = allocate(
        NULL,
        PAGES * SIM_PAGE_BYTES,
        LC_MEM_RESERVE | LC_MEM_COMMIT,
        LC_PAGE_EXECUTE_READWRITE);
    assert_non_null(pages);
    pages[PAGES * SIM_PAGE_BYTES - 1] = 1;
    PROGRAM->count++;
}

/* Just-in-time compilers ask again when they are refused; each refusal would
 * cost them the addresses. */
static void a_refused_commit_gives_back_what_it_reserved(void **state)
{
    (void)state;
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    play(is_refused_pages);
}

static int set_up(void **state)
{
    (void)state;
    saved = malloc(SNAPSHOT_BYTES);
    return saved == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    free(saved);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_made_writable_is_fresh_at_the_next_load),
        cmocka_unit_test(a_query_tells_what_holds),
        cmocka_unit_test(one_process_does_not_change_anothers_pages),
        cmocka_unit_test(a_restore_brings_pages_back),
        cmocka_unit_test(generated_code_runs),
        cmocka_unit_test(wrong_uses_are_refused),
        cmocka_unit_test(reserved_pages_are_committed_one_by_one),
        cmocka_unit_test(a_refused_commit_gives_back_what_it_reserved),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
