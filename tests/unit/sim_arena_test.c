#include <sys/mman.h>
#include <unistd.h>

#include "sim/sim.h"
#include "tests/unit/engine_fixture.h"

enum {
    PAGE_BYTES = 4096,
    MARK = 0x42
};

/* Takes one page of the arena's range. */
static unsigned char *take_page(uint64_t at)
{
    void *wanted = (void *)(uintptr_t)at;
    unsigned char *page = mmap(
        wanted,
        PAGE_BYTES,
        PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
        -1,
        0);
    assert_ptr_equal(page, wanted);
    *page = MARK;
    return page;
}

/* A fixed address can't be had when a library has it: that is said in one
 * line, and what lies there is left alone. */
static void a_range_that_is_taken_is_an_error_in_one_line(void **state)
{
    (void)state;
    const uint64_t places[] = {
        SIM_ARENA_BASE,
        SIM_ARENA_HISTORY,
        SIM_ARENA_BASE + SIM_ARENA_BYTES - PAGE_BYTES,
    };
    struct sim_error error;
    for (uint32_t i = 0; i < LC_COUNT_OF(places); i++) {
        unsigned char *page = take_page(places[i]);
        assert_int_equal(sim_open(&error), SIM_ERROR_ARENA);
        assert_non_null(strstr(error.text, "0x520000000000"));
        assert_null(strchr(error.text, '\n'));
        assert_int_equal(*page, MARK);
        assert_int_equal(munmap(page, PAGE_BYTES), 0);
    }
    assert_int_equal(sim_open(&error), SIM_OK);
    assert_string_equal(error.text, "");
    sim_close();
}

/* Addresses are in the hash of nothing, but in every state: they must be the
 * same in each process. */
static void the_arena_lies_at_its_address_and_is_all_zero(void **state)
{
    (void)state;
    assert_int_equal(sim_arena_open(), SIM_OK);
    assert_ptr_equal(
        sim_arena_part(SIM_PART_ENGINE),
        (void *)(uintptr_t)SIM_ARENA_BASE);
    assert_true(sim_arena_has((void *)(uintptr_t)SIM_ARENA_BASE));
    assert_false(sim_arena_has((void *)(uintptr_t)(SIM_ARENA_BASE - 1)));
    assert_false(
        sim_arena_has((void *)(uintptr_t)(SIM_ARENA_BASE + SIM_ARENA_BYTES)));
    unsigned char *last =
        (unsigned char *)(uintptr_t)(SIM_ARENA_BASE + SIM_ARENA_BYTES - 1);
    assert_int_equal(*last, 0);
    *last = MARK;
    assert_int_equal(sim_arena_open(), SIM_OK); /* the same one */
    assert_int_equal(*last, MARK);
    sim_arena_close();
    assert_int_equal(sim_arena_open(), SIM_OK); /* a new one */
    assert_int_equal(*last, 0);
    sim_arena_close();
}

/* Below each stack lies a page that nobody may touch. */
static void a_guard_page_lies_below_each_stack(void **state)
{
    (void)state;
    assert_int_equal(sim_arena_open(), SIM_OK);
    for (uint32_t slot = 0; slot < SIM_THREADS_MAX; slot++) {
        unsigned char *low = sim_arena_stack_low(slot);
        *low = MARK;
        /* The kernel reads it for us, and refuses instead of a fault. */
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], low, 1), 1);
        assert_int_equal(write(ends[1], low - 1, 1), -1);
        assert_int_equal(write(ends[1], low - SIM_ARENA_GUARD_BYTES, 1), -1);
        assert_int_equal(close(ends[0]), 0);
        assert_int_equal(close(ends[1]), 0);
    }
    sim_arena_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_that_is_taken_is_an_error_in_one_line),
        cmocka_unit_test(the_arena_lies_at_its_address_and_is_all_zero),
        cmocka_unit_test(a_guard_page_lies_below_each_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
