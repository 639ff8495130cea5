#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lastcall/check.h"
#include "lastcall/fail.h"

#include "fuzz/compact.h"
#include "fuzz/generate.h"
#include "fuzz/mutate.h"
#include "fuzz/schedule.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tests/unit/schedule_text.h"

enum {
    ROUNDS = 3000,
    CAPACITY = 4096
};

static struct lc_schedule schedule;
static struct lc_schedule other;

/* An engine hands over what it likes, and gives so much room. */
static void any_bytes_stay_in_bounds(void **state)
{
    (void)state;
    uint8_t bytes[CAPACITY + 1];
    uint32_t word = 1;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        size_t capacity = 1 + seed % CAPACITY;
        size_t size_bytes = seed * 7 % (capacity + 1);
        for (size_t i = 0; i < size_bytes; i++) {
            word = word * 1664525 + 1013904223;
            bytes[i] = (uint8_t)(word >> 24);
        }
        bytes[capacity] = 0xa5;
        size_t result = fuzz_mutate(bytes, size_bytes, capacity, seed);
        assert_true(result <= capacity);
        assert_int_equal(bytes[capacity], 0xa5);
    }
}

/* A run of a fuzzer with a given seed must be the same again. */
static void a_seed_gives_one_mutation(void **state)
{
    (void)state;
    struct fuzz_generate_options options = { .world = NULL };
    uint8_t a[CAPACITY];
    uint8_t b[CAPACITY];
    for (uint64_t seed = 0; seed < 200; seed++) {
        fuzz_generate(&options, seed, &schedule);
        size_t size_bytes = fuzz_compact_encode(&schedule, a, sizeof a);
        assert_true(size_bytes > 0);
        memcpy(b, a, size_bytes);
        size_t size_a = fuzz_mutate(a, size_bytes, sizeof a, seed);
        size_t size_b = fuzz_mutate(b, size_bytes, sizeof b, seed);
        assert_int_equal(size_a, size_b);
        assert_memory_equal(a, b, size_a);
    }
}

/* A mutator that changes nothing, or only one thing, finds nothing. */
static void all_parts_are_changed(void **state)
{
    (void)state;
    uint32_t ops = 0;
    uint32_t choices = 0;
    uint32_t threads = 0;
    uint32_t worlds = 0;
    uint32_t versions = 0;
    uint32_t null = 0;
    uint8_t bytes[CAPACITY];
    struct fuzz_generate_options options = { .world = NULL };
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        fuzz_generate(&options, seed % 50, &schedule);
        size_t size_bytes = fuzz_compact_encode(&schedule, bytes, CAPACITY);
        size_bytes = fuzz_mutate(bytes, size_bytes, CAPACITY, seed);
        fuzz_compact_decode(bytes, size_bytes, &other);
        ops += other.op_count != schedule.op_count;
        choices += other.choice_count > 0;
        threads += other.thread_count != schedule.thread_count;
        worlds += other.world.link_latency_ns != schedule.world.link_latency_ns;
        versions += other.world.versions != schedule.world.versions;
        for (uint32_t i = 0; i < other.op_count; i++) {
            null += other.ops[i].call == LC_CALL_WSASTARTUP &&
                    other.ops[i].value2 != 0;
        }
    }
    assert_true(ops > ROUNDS / 4);
    assert_true(choices > ROUNDS / 10);
    assert_true(threads > ROUNDS / 50);
    assert_true(worlds > ROUNDS / 100);
    assert_true(versions > ROUNDS / 200);
    assert_true(null > ROUNDS / 200);
}

/* Of a world in which calls may fail: any kind, form and module comes. Of
 * another: none. */
static void calls_are_made_to_fail(void **state)
{
    (void)state;
    uint32_t kinds = 0;
    uint32_t forms = 0;
    uint32_t modules = 0;
    uint32_t none = 0;
    uint8_t bytes[CAPACITY];
    struct fuzz_generate_options options = { .world = NULL };
    for (uint64_t seed = 0; seed < 2 * ROUNDS; seed++) {
        fuzz_generate(&options, seed % 50, &schedule);
        schedule.world.faults = seed % 2 == 0 ? LC_FAIL_ALL : 0;
        size_t size_bytes = fuzz_compact_encode(&schedule, bytes, CAPACITY);
        size_bytes = fuzz_mutate(bytes, size_bytes, CAPACITY, seed);
        fuzz_compact_decode(bytes, size_bytes, &other);
        for (uint32_t i = 0; i < other.choice_count; i++) {
            const struct lc_choice *choice = &other.choices[i];
            if (choice->stream == LC_STREAM_FAULT) {
                kinds |= 1U << lc_fail_of(choice->place);
                forms |= 1U << choice->value;
                modules |= 1U << choice->place.module;
                none += seed % 2;
            }
        }
    }
    assert_int_equal(kinds, LC_FAIL_ALL);
    assert_int_equal(forms, 0xfe);
    assert_true((modules >> LC_MODULE_WS2_32 & 1) != 0);
    assert_true((modules >> LC_MODULE_PROVIDER & 3) == 3);
    assert_int_equal(none, 0);
}

/* What fails goes with its call when another comes before it. */
static void what_fails_moves_with_its_call(void **state)
{
    static const char text[] =
        TCP "  faults startup\n"
            "process A\n" STARTS(
                "a") "    Sleep 1\n    Sleep 2\n    Sleep 3\n"
                     "    s = socket stream\n" CLEANS
                     "choices\n  a in 5 socket at WSPStartup>tcp : fail\n";
    (void)state;
    uint32_t with_call = 0;
    uint32_t without = 0;
    uint8_t bytes[CAPACITY];
    read_schedule(text, &schedule);
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        size_t size_bytes = fuzz_compact_encode(&schedule, bytes, CAPACITY);
        size_bytes = fuzz_mutate(bytes, size_bytes, CAPACITY, seed);
        fuzz_compact_decode(bytes, size_bytes, &other);
        const struct lc_choice *choice = &other.choices[0];
        if (other.thread_count == 1 && other.choice_count == 1 &&
            other.op_count == schedule.op_count + 1 &&
            choice->stream == LC_STREAM_FAULT) {
            bool is_there = other.ops[choice->call].call == LC_CALL_SOCKET;
            with_call += is_there;
            without += !is_there;
        }
    }
    /* Calls are also exchanged, and other choices made. */
    assert_true(with_call > ROUNDS / 20);
    assert_true(with_call > 3 * without);
}

/* A child has calls of both its parents. */
static void a_cross_takes_of_both(void **state)
{
    (void)state;
    uint32_t mixed = 0;
    uint8_t a[CAPACITY];
    uint8_t b[CAPACITY];
    uint8_t out[CAPACITY];
    struct fuzz_generate_options options = { .world = NULL };
    for (uint64_t seed = 0; seed < 300; seed++) {
        fuzz_generate(&options, seed, &schedule);
        fuzz_generate(&options, seed + 1, &other);
        struct fuzz_mutate_input first = {
            a,
            fuzz_compact_encode(&schedule, a, sizeof a)
        };
        struct fuzz_mutate_input second = {
            b,
            fuzz_compact_encode(&other, b, sizeof b)
        };
        size_t size_bytes =
            fuzz_mutate_cross(&first, &second, out, sizeof out, seed);
        assert_true(size_bytes <= sizeof out);
        fuzz_compact_decode(out, size_bytes, &other);
        mixed += !fuzz_schedule_equal(&schedule, &other);
    }
    assert_true(mixed > 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes_stay_in_bounds),
        cmocka_unit_test(a_seed_gives_one_mutation),
        cmocka_unit_test(all_parts_are_changed),
        cmocka_unit_test(calls_are_made_to_fail),
        cmocka_unit_test(what_fails_moves_with_its_call),
        cmocka_unit_test(a_cross_takes_of_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
