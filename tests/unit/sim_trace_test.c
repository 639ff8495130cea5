#include <xxhash.h>

#include "sim/engine/trace.h"
#include "tests/unit/engine_fixture.h"

enum {
    RECORDS = 3
};

static struct {
    uint32_t count;
    struct lc_record records[RECORDS];
    uint64_t hashes[RECORDS]; /* of the trace up to each of them */
} seen;

static bool keep(void *context, const struct lc_record *record)
{
    (void)context;
    assert_true(seen.count < RECORDS);
    seen.records[seen.count] = *record;
    seen.hashes[seen.count] = sim_trace_hash();
    seen.count++;
    return seen.count < 2; /* the second one is enough */
}

static void writes(void *argument)
{
    (void)argument;
    for (uint32_t i = 0; i < RECORDS; i++) {
        sim_trace_write((struct lc_record){
            .kind = LC_RECORD_API_RETURN,
            .function = 0x1234,
            .caller = 2,
            .callee = 5,
            .a = -1,
            .b = (int64_t)0x8877665544332211,
            .c = i,
            .d = INT64_MIN,
        });
    }
}

/* docs/FORMATS.md: whoever reads a trace elsewhere gets the same number. */
static void the_hash_is_chained_over_the_bytes_of_the_records(void **state)
{
    (void)state;
    seen.count = 0;
    fixture_begin(NULL, 0, NULL);
    SIM_HISTORY->sink = keep;
    (void)fixture_thread(3, writes);
    SIM_ENGINE->now_ns = 0x0102030405060708;
    (void)sim_thread_run();
    assert_int_equal(seen.count, 2);
    uint64_t hash = 0;
    for (uint32_t i = 0; i < seen.count; i++) {
        const unsigned char *bytes = (const unsigned char *)&seen.records[i];
        assert_int_equal(bytes[0], 0x08); /* time, least byte first */
        assert_int_equal(bytes[10], 3);   /* who was running */
        assert_int_equal(bytes[13], 0);
        assert_int_equal(bytes[14], 0x34);
        assert_int_equal(bytes[24], 0x11);
        hash = XXH3_64bits_withSeed(bytes, 48, hash);
        assert_int_equal(seen.hashes[i], hash);
    }
    assert_int_not_equal(seen.hashes[0], seen.hashes[1]);
}

/* Whoever reads the trace can stop the run: nothing is written behind the
 * record that decided, and the run ends. */
static void no_record_follows_the_one_that_decided(void **state)
{
    (void)state;
    seen.count = 0;
    fixture_begin(NULL, 0, NULL);
    SIM_HISTORY->sink = keep;
    (void)fixture_thread(0, writes);
    assert_int_equal(sim_thread_run(), LC_END_STOPPED);
    assert_int_equal(seen.count, 2);
    assert_int_equal(sim_trace_count(), 2);
    assert_int_equal(sim_trace_hash(), seen.hashes[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_chained_over_the_bytes_of_the_records),
        cmocka_unit_test(no_record_follows_the_one_that_decided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
