#include "sim/win32/win32.h"
#include "tests/unit/engine_fixture.h"

enum {
    RECORDS_MAX = 256
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

/* Plays one thread of the application. */
static void play(void (*entry)(void *))
{
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_win32_open();
    fixture_begin(NULL, 0, NULL);
    record_count = 0;
    SIM_HISTORY->sink = keep;
    (void)fixture_thread(0, entry);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
}

static void *import(const char *name)
{
    sim_code_fn *code = sim_module_find_system("kernel32.dll", name, 0);
    assert_non_null(code);
    return (void *)(uintptr_t)code;
}

static uint32_t count_of(uint8_t kind, uint16_t function, int64_t b)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < record_count; i++) {
        count += records[i].kind == kind && records[i].function == function &&
                 records[i].b == b;
    }
    return count;
}

static void fills(void *argument)
{
    (void)argument;
    lc_handle heap = sim_win32_heap_create(0, 0, 0);
    unsigned char *first = sim_win32_heap_alloc(heap, 0, 40);
    assert_int_equal(first[0], 0xcd);
    assert_int_equal(first[39], 0xcd);
    assert_int_equal((uintptr_t)first % 16, 0);
    memset(first, 1, 40);
    assert_int_equal(sim_win32_heap_free(heap, 0, first), 1);
    assert_int_equal(first[0], 0xdd);
    assert_int_equal(first[39], 0xdd);
    /* The place that was freed last is the first to be used again. */
    unsigned char *second = sim_win32_heap_alloc(heap, LC_HEAP_ZERO_MEMORY, 33);
    assert_ptr_equal(second, first);
    assert_int_equal(second[0], 0);
    assert_int_equal(second[32], 0);
    assert_int_equal(sim_win32_heap_destroy(heap), 1);
}

static void new_and_freed_memory_shows_what_it_is(void **state)
{
    (void)state;
    play(fills);
    uint64_t hash = sim_trace_hash();
    play(fills); /* over the bytes of the run before */
    assert_int_equal(sim_trace_hash(), hash);
}

static void frees_twice(void *argument)
{
    (void)argument;
    lc_handle heap = sim_win32_get_process_heap();
    char *first = sim_win32_heap_alloc(heap, 0, 8);
    char *second = sim_win32_heap_alloc(heap, 0, 8);
    assert_int_equal(sim_win32_heap_free(heap, 0, first), 1);
    assert_int_equal(sim_win32_heap_free(heap, 0, first), 0);
    assert_int_equal(
        sim_thread_current()->last_error,
        LC_ERROR_INVALID_PARAMETER);
    assert_int_equal(sim_win32_heap_free(heap, 0, second + 16), 0);
    /* Two blocks, two places: the list of free ones is whole. */
    char *third = sim_win32_heap_alloc(heap, 0, 8);
    char *fourth = sim_win32_heap_alloc(heap, 0, 8);
    assert_ptr_equal(third, first);
    assert_ptr_not_equal(fourth, first);
    assert_ptr_not_equal(fourth, second);
}

static void a_block_freed_twice_is_reported_and_harms_nothing(void **state)
{
    (void)state;
    play(frees_twice);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 1), 2);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 0), 1);
    /* The block that was freed before is named. */
    for (uint32_t i = 0; i < record_count; i++) {
        if (records[i].kind == LC_RECORD_DESTROY && records[i].b == 1) {
            assert_int_equal(records[i].a, records[0].a);
            break;
        }
    }
}

static void frees_elsewhere(void *argument)
{
    (void)argument;
    lc_handle heap = sim_win32_heap_create(0, 0, 0);
    void *block = sim_win32_heap_alloc(heap, 0, 8);
    assert_int_equal(
        sim_win32_heap_free(sim_win32_get_process_heap(), 0, block),
        0);
    assert_int_equal(sim_win32_heap_free(heap, 0, block), 1);
    assert_int_equal(sim_win32_heap_free(heap, 0, NULL), 1);
}

static void a_block_belongs_to_its_own_heap(void **state)
{
    (void)state;
    play(frees_elsewhere);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 1), 1);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 0), 1);
}

static void writes_beyond(void *argument)
{
    (void)argument;
    lc_handle heap = sim_win32_get_process_heap();
    char *block = sim_win32_heap_alloc(heap, 0, 13);
    block[13] = 'x';
    assert_int_equal(sim_win32_heap_free(heap, 0, block), 1);
}

static void a_write_beyond_the_end_is_reported_at_free(void **state)
{
    (void)state;
    play(writes_beyond);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 1), 1);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 0), 1);
}

static void destroys(void *argument)
{
    (void)argument;
    lc_handle heap = sim_win32_heap_create(0, 0, 0);
    lc_handle other = sim_win32_heap_create(0, 0, 0);
    void *kept = sim_win32_heap_alloc(other, 0, 5);
    for (uint32_t i = 0; i < 4; i++) {
        assert_non_null(sim_win32_heap_alloc(heap, 0, 100 * ((size_t)i + 1)));
    }
    assert_int_equal(sim_win32_heap_destroy(heap), 1);
    assert_int_equal(sim_win32_heap_destroy(heap), 0);
    assert_int_equal(sim_win32_heap_free(other, 0, kept), 1);
    assert_null(sim_win32_heap_alloc(heap, 0, 5));
}

static void a_heap_takes_its_blocks_along(void **state)
{
    (void)state;
    play(destroys);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 0), 5);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_HEAP, 0), 1);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_HEAP, 1), 1);
    /* Blocks in the order of their places, the heap after them. */
    int64_t last = 0;
    for (uint32_t i = 0; i < record_count; i++) {
        if (records[i].kind != LC_RECORD_DESTROY) {
            continue;
        }
        if (records[i].function == LC_OBJECT_HEAP) {
            break;
        }
        assert_true(records[i].a > last);
        last = records[i].a;
    }
}

typedef void *LC_ABI realloc_fn(lc_handle, uint32_t, void *, size_t);
typedef size_t LC_ABI size_fn(lc_handle, uint32_t, const void *);

static void resizes(void *argument)
{
    (void)argument;
    realloc_fn *resize = (realloc_fn *)(uintptr_t)import("HeapReAlloc");
    size_fn *size = (size_fn *)(uintptr_t)import("HeapSize");
    lc_handle heap = sim_win32_get_process_heap();
    unsigned char *block = sim_win32_heap_alloc(heap, 0, 10);
    memset(block, 7, 10);
    unsigned char *moved = resize(heap, 0, block, 2000);
    assert_non_null(moved);
    assert_ptr_not_equal(moved, block);
    assert_int_equal(block[0], 0xdd);
    assert_int_equal(moved[9], 7);
    assert_int_equal(moved[10], 0xcd);
    assert_int_equal(size(heap, 0, moved), 2000);
    assert_int_equal(size(heap, 0, block), SIZE_MAX);
    assert_ptr_equal(
        resize(heap, LC_HEAP_REALLOC_IN_PLACE_ONLY, moved, 20),
        moved);
    assert_int_equal(size(heap, 0, moved), 20);
    assert_null(resize(heap, LC_HEAP_REALLOC_IN_PLACE_ONLY, moved, 50000));
    assert_int_equal(sim_win32_heap_free(heap, 0, moved), 1);
    assert_null(sim_win32_heap_alloc(heap, 0, SIZE_MAX));
}

static void a_block_moves_when_its_size_changes(void **state)
{
    (void)state;
    play(resizes);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 1), 0);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 0), 2);
}

typedef void *LC_ABI alloc_fn(void *, size_t, uint32_t, uint32_t);
typedef int LC_ABI free_fn(void *, size_t, uint32_t);

static void takes_pages(void *argument)
{
    (void)argument;
    alloc_fn *allocate = (alloc_fn *)(uintptr_t)import("VirtualAlloc");
    free_fn *release = (free_fn *)(uintptr_t)import("VirtualFree");
    uint32_t kind = LC_MEM_RESERVE | LC_MEM_COMMIT;
    unsigned char *pages = allocate(NULL, 5000, kind, LC_PAGE_READWRITE);
    assert_non_null(pages);
    assert_int_equal((uintptr_t)pages % 4096, 0);
    assert_int_equal(pages[0], 0);
    assert_int_equal(pages[4999], 0);
    assert_int_equal(release(pages, 0, LC_MEM_RELEASE), 1);
    assert_int_equal(release(pages, 0, LC_MEM_RELEASE), 0);
    assert_int_equal(pages[0], 0xdd);
}

static void pages_are_blocks_of_the_default_heap(void **state)
{
    (void)state;
    play(takes_pages);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 0), 1);
    assert_int_equal(count_of(LC_RECORD_DESTROY, LC_OBJECT_BLOCK, 1), 1);
}

static void leaks(void *argument)
{
    (void)argument;
    lc_handle heap = sim_win32_heap_create(0, 0, 0);
    uintptr_t at = (uintptr_t)sim_win32_heap_alloc(heap, 0, 64);
    PROGRAM->count = (uint32_t)(at - SIM_ARENA_HEAP);
    assert_non_null(sim_win32_heap_alloc(heap, 0, 64));
}

/* The end of a process is no clean-up of the provider's. */
static void what_a_process_leaves_goes_without_a_record(void **state)
{
    (void)state;
    play(leaks);
    const unsigned char *block =
        (const unsigned char *)(uintptr_t)(SIM_ARENA_HEAP + PROGRAM->count);
    assert_int_equal(block[0], 0xcd);
    uint32_t before = record_count;
    sim_win32_process_exit(0);
    assert_int_equal(record_count, before);
    assert_int_equal(block[0], 0xdd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_and_freed_memory_shows_what_it_is),
        cmocka_unit_test(a_block_freed_twice_is_reported_and_harms_nothing),
        cmocka_unit_test(a_block_belongs_to_its_own_heap),
        cmocka_unit_test(a_write_beyond_the_end_is_reported_at_free),
        cmocka_unit_test(a_heap_takes_its_blocks_along),
        cmocka_unit_test(a_block_moves_when_its_size_changes),
        cmocka_unit_test(pages_are_blocks_of_the_default_heap),
        cmocka_unit_test(what_a_process_leaves_goes_without_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
