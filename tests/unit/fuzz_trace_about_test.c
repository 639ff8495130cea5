#include <stdio.h>
#include <string.h>

#include "lastcall/abi.h"

#include "fuzz/schedule.h"
#include "fuzz/trace_about.h"
#include "model/rules.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    TCP = LC_MODULE_PROVIDER,
    FILTER = LC_MODULE_PROVIDER + 1
};

static struct lc_schedule schedule;

static int set_up(void **state)
{
    (void)state;
    memset(&schedule, 0, sizeof schedule);
    fuzz_schedule_default_world(&schedule.world);
    fuzz_schedule_repair(&schedule);
    assert_string_equal(schedule.world.providers[0].name, "tcp");
    assert_string_equal(schedule.world.providers[1].name, "filter");
    return 0;
}

/* All lines of a trace whose last record decided, the process's name left out:
 * it is A. */
static const char *about(
    const struct lc_record *records,
    uint64_t count,
    enum model_rule_index rule)
{
    static char text[FUZZ_TRACE_ABOUT_LINES * FUZZ_TRACE_ABOUT_BYTES];
    struct fuzz_trace_about lines;
    fuzz_trace_about(&schedule, records, count, rule, &lines);
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < lines.count; i++) {
        at += (size_t)snprintf(
            text + at,
            sizeof text - at,
            "%s%s",
            i > 0 ? "\n" : "",
            lines.lines[i]);
    }
    return text;
}

#define ABOUT(records, rule) about(records, LC_COUNT_OF(records), rule)

#define BLOCK(what, ...)                                                      \
    {                                                                         \
        .kind = LC_RECORD_##what, .function = LC_OBJECT_BLOCK, .caller = TCP, \
        .callee = TCP, __VA_ARGS__                                            \
    }

/* One is found by its first free, the other by whoever wrote. */
static void an_overrun_is_not_a_double_free(void **state)
{
    (void)state;
    const struct lc_record twice[] = {
        BLOCK(CREATE, .a = 7, .b = 24),
        BLOCK(DESTROY, .a = 7),
        BLOCK(DESTROY, .a = 7, .b = 1),
    };
    assert_string_equal(
        ABOUT(twice, MODEL_MISUSE),
        "block 7 was given back twice: first at record 1, made at record 0");
    const struct lc_record overrun[] = {
        BLOCK(CREATE, .a = 7, .b = 24),
        BLOCK(DESTROY, .a = 7, .b = 1),
    };
    assert_string_equal(
        ABOUT(overrun, MODEL_MISUSE),
        "block 7, made at record 0 with 24 bytes, was written behind its end, "
        "or is of another heap");
    const struct lc_record none[] = { BLOCK(DESTROY, .b = 1) };
    assert_string_equal(
        ABOUT(none, MODEL_MISUSE),
        "what it gives back is no block");
}

#define LOCK(change, ...)                                                    \
    {                                                                        \
        .kind = LC_RECORD_LOCK, .function = LC_LOCK_##change, .caller = TCP, \
        .a = 5, __VA_ARGS__                                                  \
    }

static void a_wrong_lock_is_told_by_its_life(void **state)
{
    (void)state;
    struct lc_record records[] = {
        BLOCK(CREATE, .a = 5),
        BLOCK(DESTROY, .a = 5),
        LOCK(ENTER, .c = 1),
    };
    records[0].function = LC_OBJECT_LOCK;
    records[1].function = LC_OBJECT_LOCK;
    assert_string_equal(
        ABOUT(records, MODEL_MISUSE),
        "lock 5 was deleted at record 1");
    records[1].a = 6;
    assert_string_equal(
        ABOUT(records, MODEL_MISUSE),
        "this thread does not own lock 5");
    records[2].a = 0;
    assert_string_equal(
        ABOUT(records, MODEL_MISUSE),
        "there is no such critical section in this process");
}

#define SPI(what, name, from, to, ...)                           \
    {                                                            \
        .kind = LC_RECORD_SPI_##what, .function = LC_SPI_##name, \
        .caller = (from), .callee = (to), __VA_ARGS__            \
    }

/* Only of its last life, and not what DllMain has made. */
static void what_a_provider_leaves_is_named(void **state)
{
    (void)state;
    const struct lc_record records[] = {
        BLOCK(CREATE, .a = 1),
        SPI(CALL, STARTUP, LC_MODULE_WS2_32, TCP, .a = 1),
        { .kind = LC_RECORD_DLL_MAIN, .callee = TCP },
        BLOCK(CREATE, .a = 2),
        { .kind = LC_RECORD_DLL_MAIN, .callee = TCP, .function = 1 },
        BLOCK(CREATE, .a = 3),
        BLOCK(CREATE, .a = 4),
        BLOCK(DESTROY, .a = 4),
        LOCK(ENTER, .b = 1),
        LOCK(ENTER, .b = 2),
        LOCK(LEAVE, .b = 1),
        SPI(RETURN, STARTUP, LC_MODULE_WS2_32, TCP, .a = LC_WSAEFAULT),
    };
    const char *left =
        "block 3 of tcp in process A, made at record 5, was not given back";
    const char *lock = "lock 5 of tcp in process A is held by thread t since "
                       "record 8";
    char both[2 * FUZZ_TRACE_ABOUT_BYTES];
    assert_string_equal(ABOUT(records, MODEL_CLEAN_17), left);
    assert_string_equal(ABOUT(records, MODEL_INV_4), lock);
    (void)snprintf(both, sizeof both, "%s\n%s", left, lock);
    assert_string_equal(ABOUT(records, MODEL_START_10), both);
}

/* A cleanup or a free that is missing is that of the last start or load. */
static void who_owes_is_named(void **state)
{
    (void)state;
    const struct lc_record records[] = {
        { .kind = LC_RECORD_LOAD, .caller = FILTER, .callee = TCP, .a = 1 },
        { .kind = LC_RECORD_LOAD, .caller = FILTER, .callee = TCP, .a = 1 },
        { .kind = LC_RECORD_LOAD,
          .caller = LC_MODULE_WS2_32,
          .callee = TCP,
          .a = 1 },
        { .kind = LC_RECORD_UNLOAD,
          .caller = LC_MODULE_WS2_32,
          .callee = TCP,
          .a = 1 },
        SPI(RETURN, STARTUP, FILTER, TCP, .a = 0),
        SPI(RETURN, STARTUP, LC_MODULE_WS2_32, FILTER, .a = 0),
        SPI(CALL, CLEANUP, LC_MODULE_WS2_32, FILTER, .a = 0),
        { .kind = LC_RECORD_HANDLE,
          .function = LC_HANDLE_ALLOC,
          .callee = TCP,
          .a = 64 },
        { .kind = LC_RECORD_API_RETURN, .function = LC_CALL_WSACLEANUP },
    };
    assert_string_equal(
        ABOUT(records, MODEL_LOAD_22),
        "filter in process A has not freed the DLL of tcp, which it loaded at "
        "record 1 and before");
    assert_string_equal(
        ABOUT(records, MODEL_LAYER_11),
        "filter in process A has not cleaned up tcp, which it started at "
        "record 4");
    assert_string_equal(ABOUT(records, MODEL_CLEAN_14), "");
    assert_string_equal(
        ABOUT(records, MODEL_CLEAN_7),
        "socket 64 of tcp in process A, registered at record 7, is still "
        "there");
    const struct lc_record freed[] = {
        { .kind = LC_RECORD_UNLOAD, .caller = FILTER, .callee = TCP, .a = 1 },
    };
    assert_string_equal(
        ABOUT(freed, MODEL_LOAD_22),
        "filter has no reference of its own to the DLL of tcp");
}

/* A page is not filled with what one leak in a loop leaves. */
static void many_objects_are_cut(void **state)
{
    (void)state;
    struct lc_record records[12] = { 0 };
    for (uint32_t i = 0; i < 11; i++) {
        records[i] = (struct lc_record)BLOCK(CREATE, .a = (int64_t)i + 1);
    }
    records[11] = (struct lc_record)SPI(RETURN, CLEANUP, FILTER, TCP, .a = 0);
    const char *text = ABOUT(records, MODEL_CLEAN_17);
    assert_non_null(strstr(text, "block 7 of tcp"));
    assert_null(strstr(text, "block 8 of tcp"));
    assert_non_null(strstr(text, "\nand more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_overrun_is_not_a_double_free),
        cmocka_unit_test(a_wrong_lock_is_told_by_its_life),
        cmocka_unit_test(what_a_provider_leaves_is_named),
        cmocka_unit_test(who_owes_is_named),
        cmocka_unit_test(many_objects_are_cut),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
