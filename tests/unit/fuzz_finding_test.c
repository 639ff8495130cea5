#include <signal.h>

#include "fuzz/finding.h"
#include "fuzz/schedule.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static struct lc_world world;

static uint64_t key_of(const char *id, struct lc_record record)
{
    uint32_t rule;
    bool is_known = model_rule_find(id, &rule);
    assert_true(is_known);
    return fuzz_finding_key(&world, (uint16_t)rule, &record);
}

/* A defect is one finding, however often and with whatever numbers it shows. */
static void a_place_is_who_does_what(void **state)
{
    (void)state;
    fuzz_schedule_default_world(&world);
    struct lc_record record = {
        .kind = LC_RECORD_API_RETURN,
        .function = LC_CALL_WSACLEANUP,
        .caller = LC_MODULE_APP,
        .callee = LC_MODULE_WS2_32,
        .a = 5,
        .time_ns = 7,
    };
    uint64_t key = key_of("CLEAN-17", record);
    record.a = 6;
    record.time_ns = 8;
    record.thread = 1;
    assert_int_equal(key_of("CLEAN-17", record), key);
    assert_int_not_equal(key_of("CLEAN-16", record), key);
    record.function = LC_CALL_CLOSESOCKET;
    assert_int_not_equal(key_of("CLEAN-17", record), key);
}

/* The same layer by another name, or at another place of the world. */
static void a_provider_counts_by_its_kind(void **state)
{
    (void)state;
    fuzz_schedule_default_world(&world);
    struct lc_record record = { .callee = LC_MODULE_PROVIDER + 1 };
    uint64_t key = key_of("CLEAN-17", record);
    assert_int_equal(world.providers[1].kind, LC_PROVIDER_IFS);
    world.providers[2] = world.providers[1];
    world.provider_count = 3;
    record.callee = LC_MODULE_PROVIDER + 2;
    assert_int_equal(key_of("CLEAN-17", record), key);
    record.callee = LC_MODULE_PROVIDER;
    assert_int_not_equal(key_of("CLEAN-17", record), key);
}

/* A refused close must change nothing: whichever call shows that it did. */
static void a_lasting_change_has_no_place(void **state)
{
    (void)state;
    fuzz_schedule_default_world(&world);
    struct lc_record send = { .kind = LC_RECORD_API_RETURN,
                              .function = LC_CALL_SEND };
    struct lc_record close = { .kind = LC_RECORD_API_RETURN,
                               .function = LC_CALL_CLOSESOCKET };
    assert_int_equal(key_of("CLOSE-16", send), key_of("CLOSE-16", close));
    assert_int_not_equal(key_of("CLEAN-17", send), key_of("CLEAN-17", close));
}

/* Two instructions that fault are two defects. */
static void a_fault_has_its_instruction(void **state)
{
    (void)state;
    fuzz_schedule_default_world(&world);
    struct lc_record record = { .kind = LC_RECORD_FAULT, .a = 0x1000 };
    uint64_t key = key_of("FAULT", record);
    record.a = 0x1004;
    assert_int_not_equal(key_of("FAULT", record), key);
}

/* Workers that died leave no hash; their findings are two files all the same. */
static void dead_workers_have_names_of_their_own(void **state)
{
    (void)state;
    char first[FUZZ_FINDING_NAME_BYTES];
    char second[FUZZ_FINDING_NAME_BYTES];
    static struct lc_schedule schedule;
    static struct fuzz_finding finding;
    fuzz_finding_fill_dead(&finding, 1, &schedule, SIGSEGV);
    fuzz_finding_name(&finding, first);
    fuzz_finding_fill_dead(&finding, 1, &schedule, SIGABRT);
    fuzz_finding_name(&finding, second);
    assert_string_not_equal(first, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_who_does_what),
        cmocka_unit_test(a_provider_counts_by_its_kind),
        cmocka_unit_test(a_lasting_change_has_no_place),
        cmocka_unit_test(a_fault_has_its_instruction),
        cmocka_unit_test(dead_workers_have_names_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
