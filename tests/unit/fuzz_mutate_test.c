#include <string.h>

#include "fuzz/compact.h"
#include "fuzz/generate.h"
#include "fuzz/mutate.h"
#include "fuzz/schedule.h"
#include "fuzz/text.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static uint8_t bytes[FUZZ_COMPACT_SIZE_MAX];
static uint8_t other[FUZZ_COMPACT_SIZE_MAX];
static struct lc_schedule schedule;
static struct lc_schedule parsed;

/* A mutant is a schedule, fits, and differs now and then. */
static void mutants_are_schedules(void **state)
{
    (void)state;
    static char text[FUZZ_TEXT_SIZE_MAX];
    struct fuzz_text_error error;
    size_t size_bytes = 0;
    uint32_t changed = 0;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        memcpy(other, bytes, size_bytes);
        size_t was = size_bytes;
        size_bytes = fuzz_mutate(bytes, size_bytes, 2048, seed);
        assert_true(size_bytes <= 2048);
        changed += size_bytes != was || memcmp(bytes, other, size_bytes) != 0;
        fuzz_compact_decode(bytes, size_bytes, &schedule);
        size_t length = fuzz_text_print(&schedule, text, sizeof text);
        assert_true(fuzz_text_parse(text, length, &parsed, &error));
        assert_true(fuzz_schedule_equal(&schedule, &parsed));
    }
    assert_true(changed > 2500);
}

/* The same arguments give the same mutant. */
static void mutation_is_a_function(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        memset(bytes, (int)seed, 200);
        memset(other, (int)seed, 200);
        size_t a = fuzz_mutate(bytes, 200, sizeof bytes, seed);
        size_t b = fuzz_mutate(other, 200, sizeof other, seed);
        assert_int_equal(a, b);
        assert_memory_equal(bytes, other, a);
    }
}

/* A crossing takes a thread of the other over. */
static void crossing_brings_a_thread_along(void **state)
{
    (void)state;
    static uint8_t child[FUZZ_COMPACT_SIZE_MAX];
    struct fuzz_generate_options options = { 0 };
    fuzz_generate(&options, 5, &schedule);
    size_t a = fuzz_compact_encode(&schedule, bytes, sizeof bytes);
    uint32_t threads = schedule.thread_count;
    fuzz_generate(&options, 6, &schedule);
    size_t b = fuzz_compact_encode(&schedule, other, sizeof other);
    size_t c = fuzz_mutate_cross(bytes, a, other, b, child, sizeof child, 1);
    assert_int_not_equal(c, 0);
    fuzz_compact_decode(child, c, &schedule);
    assert_int_equal(schedule.thread_count, threads + 1);
    assert_int_equal(fuzz_mutate_cross(bytes, a, other, b, child, 10, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutants_are_schedules),
        cmocka_unit_test(mutation_is_a_function),
        cmocka_unit_test(crossing_brings_a_thread_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
