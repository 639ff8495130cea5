#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/trace.h"

#include "fuzz/generate.h"
#include "fuzz/schedule.h"
#include "fuzz/shrink.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

/* A stand-in for "breaks the rule": a send of 5 bytes or more, then a close of
 * the same socket on the same thread, and a choice. */
static bool sends_then_closes(void *context, struct lc_schedule *schedule)
{
    uint32_t *asked = context;
    (*asked)++;
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        const struct lc_thread *thread = &schedule->threads[t];
        for (uint32_t i = 0; i + 1 < thread->op_count; i++) {
            const struct lc_op *op = &schedule->ops[thread->op_first + i];
            if (op[0].call == LC_CALL_SEND && op[0].value >= 5 &&
                op[1].call == LC_CALL_CLOSESOCKET &&
                op[0].socket == op[1].socket) {
                return schedule->choice_count > 0;
            }
        }
    }
    return false;
}

static void make(struct lc_schedule *schedule, uint64_t seed)
{
    struct fuzz_generate_options options = { 0 };
    fuzz_generate(&options, seed, schedule);
    struct lc_thread *last = &schedule->threads[schedule->thread_count - 1];
    for (uint32_t i = 0; i < 2; i++) {
        schedule->ops[schedule->op_count++] = (struct lc_op){
            .call = i == 0 ? LC_CALL_SEND : LC_CALL_CLOSESOCKET,
            .socket = 2,
            .entry = LC_NONE,
            .value = i == 0 ? 30000 : 0,
        };
        last->op_count++;
    }
    for (uint16_t i = 0; i < 9; i++) {
        schedule->choices[schedule->choice_count++] = (struct lc_choice){
            .thread = LC_NONE,
            .place = { .kind = LC_PLACE_IDLE },
            .occurrence = i,
            .action = LC_ACTION_RUN,
            .target = (uint8_t)(schedule->thread_count - 1),
        };
    }
    fuzz_schedule_repair(schedule);
}

/* What is left is what is needed, and still shows it. */
static void only_what_is_needed_is_left(void **state)
{
    (void)state;
    static struct lc_schedule schedule;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        uint32_t asked = 0;
        make(&schedule, seed);
        if (schedule.op_count > LC_OPS_MAX - 2 ||
            !sends_then_closes(&asked, &schedule)) {
            continue;
        }
        struct fuzz_shrink_options options = { sends_then_closes,
                                               &asked,
                                               5000 };
        uint32_t tests = fuzz_shrink(&options, &schedule);
        assert_true(tests <= 5000);
        assert_true(sends_then_closes(&asked, &schedule));
        assert_int_equal(schedule.op_count, 2);
        assert_int_equal(schedule.thread_count, 1);
        assert_int_equal(schedule.choice_count, 1);
        assert_in_range(schedule.ops[0].value, 5, 100);
    }
}

/* A stand-in for what needs the versions of ws2_32, and a second layer. */
static bool starts_old(void *context, struct lc_schedule *schedule)
{
    (void)context;
    return schedule->world.versions == 3 && schedule->world.provider_count > 2;
}

/* Versions that say nothing of a failure go, those that do stay. */
static void versions_go_where_they_are_not_needed(void **state)
{
    (void)state;
    static struct lc_schedule schedule;
    struct fuzz_shrink_options options = { starts_old, NULL, 5000 };
    make(&schedule, 1);
    fuzz_schedule_default_world(&schedule.world);
    schedule.world.provider_count = 3;
    schedule.world.providers[2] = schedule.world.providers[1];
    schedule.world.providers[2].name[0] = 'o';
    schedule.world.versions = 3;
    schedule.world.providers[0].versions = 5;
    schedule.world.providers[2].versions = 6;
    fuzz_schedule_repair(&schedule);
    (void)fuzz_shrink(&options, &schedule);
    assert_int_equal(schedule.world.versions, 3);
    assert_int_equal(schedule.world.provider_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(schedule.world.providers[i].versions, 0);
    }
}

/* A stand-in for what needs a socket of a protocol that comes behind others. */
static bool has_hidden_socket(void *context, struct lc_schedule *schedule)
{
    (void)context;
    const struct lc_world *world = &schedule->world;
    uint32_t first = fuzz_schedule_protocol_first(world);
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        const struct lc_op *op = &schedule->ops[i];
        if (op->call == LC_CALL_SOCKET && op->entry != LC_NONE &&
            op->entry >= first && world->protocols[op->entry - first].hidden) {
            return true;
        }
    }
    return false;
}

/* What lies before it goes, and the socket still names it. */
static void protocols_go_where_they_are_not_needed(void **state)
{
    (void)state;
    static struct lc_schedule schedule;
    struct fuzz_shrink_options options = { has_hidden_socket, NULL, 5000 };
    make(&schedule, 1);
    fuzz_schedule_default_world(&schedule.world);
    schedule.world.provider_count = 3;
    schedule.world.providers[2] = schedule.world.providers[0];
    schedule.world.providers[2].name[0] = 'o';
    schedule.world.descriptors = 3;
    schedule.world.protocol_count = 3;
    for (uint32_t i = 0; i < 3; i++) {
        schedule.world.protocols[i].provider = i == 1 ? 0 : 2;
        schedule.world.protocols[i].hidden = i == 2;
        schedule.world.protocols[i].triplet = i;
    }
    schedule.world.protocols[2].triplet = 1;
    schedule.world.protocols[1].triplet = 0;
    schedule.world.protocols[0].triplet = 0;
    schedule.ops[0] = (struct lc_op){
        .call = LC_CALL_SOCKET,
        .socket = 0,
        .entry = 6,
        .value = 7,
    };
    fuzz_schedule_repair(&schedule);
    assert_int_equal(schedule.world.protocol_count, 3);
    assert_true(has_hidden_socket(NULL, &schedule));
    (void)fuzz_shrink(&options, &schedule);
    assert_int_equal(schedule.op_count, 1);
    assert_int_equal(schedule.ops[0].value, 0);
    assert_int_equal(schedule.world.protocol_count, 1);
    assert_int_equal(schedule.world.provider_count, 1);
    assert_int_equal(schedule.world.chain_count, 0);
    assert_int_equal(schedule.world.descriptors, 0);
    assert_int_equal(schedule.world.protocols[0].triplet, 1);
}

/* As many cleanups as starts, and one at least: no call can go alone. */
static bool is_balanced(void *context, struct lc_schedule *schedule)
{
    (void)context;
    uint32_t starts = 0;
    uint32_t cleanups = 0;
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        starts += schedule->ops[i].call == LC_CALL_WSASTARTUP;
        cleanups += schedule->ops[i].call == LC_CALL_WSACLEANUP;
    }
    return starts > 0 && starts == cleanups;
}

/* A schedule of one thread with these calls. */
static void make_calls(
    struct lc_schedule *schedule,
    const uint8_t *calls,
    uint32_t count)
{
    memset(schedule, 0, sizeof *schedule);
    fuzz_schedule_default_world(&schedule->world);
    schedule->process_count = 1;
    schedule->thread_count = 1;
    schedule->op_count = count;
    schedule->threads[0].op_count = (uint8_t)count;
    for (uint32_t i = 0; i < count; i++) {
        schedule->ops[i] = (struct lc_op){
            .call = calls[i],
            .entry = LC_NONE,
            .value = calls[i] == LC_CALL_WSASTARTUP ? 0x0202 : 0,
        };
    }
    fuzz_schedule_repair(schedule);
}

/* A start and its cleanup, which lie apart, go together. */
static void two_calls_go_together(void **state)
{
    (void)state;
    static struct lc_schedule schedule;
    static const uint8_t calls[] = {
        LC_CALL_WSASTARTUP, LC_CALL_WSASTARTUP, LC_CALL_GETLASTERROR,
        LC_CALL_WSASTARTUP, LC_CALL_WSACLEANUP, LC_CALL_GETLASTERROR,
        LC_CALL_WSACLEANUP, LC_CALL_WSACLEANUP,
    };
    make_calls(&schedule, calls, LC_COUNT_OF(calls));
    assert_true(is_balanced(NULL, &schedule));
    struct fuzz_shrink_options options = { is_balanced, NULL, 5000 };
    (void)fuzz_shrink(&options, &schedule);
    assert_int_equal(schedule.op_count, 2);
}

/* Passes whatever the calls are; a schedule without choices gets two. */
static bool puts_choices(void *context, struct lc_schedule *schedule)
{
    (void)context;
    for (uint16_t i = 0; schedule->choice_count == i && i < 2; i++) {
        schedule->choices[i] = (struct lc_choice){
            .thread = LC_NONE,
            .place = { .kind = LC_PLACE_IDLE },
            .occurrence = i,
            .action = LC_ACTION_RUN,
        };
        schedule->choice_count = i + 1U;
    }
    return schedule->op_count == 2;
}

/* Other choices that the test finds are not taken when they are more. */
static void choices_do_not_become_more(void **state)
{
    (void)state;
    static struct lc_schedule schedule;
    static const uint8_t calls[] = { LC_CALL_WSASTARTUP, LC_CALL_WSACLEANUP };
    make_calls(&schedule, calls, LC_COUNT_OF(calls));
    schedule.choices[0] = (struct lc_choice){
        .thread = LC_NONE,
        .place = { .kind = LC_PLACE_IDLE },
        .action = LC_ACTION_RUN,
    };
    schedule.choice_count = 1;
    struct fuzz_shrink_options options = { puts_choices, NULL, 5000 };
    (void)fuzz_shrink(&options, &schedule);
    assert_int_equal(schedule.op_count, 2);
    assert_int_equal(schedule.choice_count, 1);
}

/* A start of the base provider fails, in the form that the context says or in
 * any. */
static bool fails_a_start(void *context, struct lc_schedule *schedule)
{
    const uint16_t *form = context;
    return schedule->choice_count > 0 &&
           schedule->choices[0].stream == LC_STREAM_FAULT &&
           (form == NULL || schedule->choices[0].value == *form);
}

/* Only the kind that fails is left, in its first form unless it is another
 * that matters. */
static void faults_become_few_and_plain(void **state)
{
    (void)state;
    static struct lc_schedule schedule;
    static const uint8_t calls[] = { LC_CALL_WSASTARTUP, LC_CALL_WSACLEANUP };
    uint16_t last_form = 3;
    for (uint32_t i = 0; i < 2; i++) {
        bool is_any = i == 0;
        make_calls(&schedule, calls, LC_COUNT_OF(calls));
        schedule.world.faults = LC_FAIL_ALL;
        schedule.choices[0] = (struct lc_choice){
            .stream = LC_STREAM_FAULT,
            .place = { LC_PLACE_SPI_ENTER, LC_SPI_STARTUP, LC_MODULE_PROVIDER },
            .action = LC_ACTION_VALUE,
            .value = last_form,
        };
        schedule.choice_count = 1;
        struct fuzz_shrink_options options = {
            fails_a_start,
            is_any ? NULL : &last_form,
            5000,
        };
        (void)fuzz_shrink(&options, &schedule);
        assert_int_equal(schedule.choice_count, 1);
        assert_int_equal(schedule.choices[0].value, is_any ? 1 : last_form);
        assert_int_equal(schedule.world.faults, 1U << LC_FAIL_STARTUP);
    }
}

/* The bound is a bound, and what came out by then still shows it. */
static void the_number_of_tests_is_bounded(void **state)
{
    (void)state;
    static struct lc_schedule schedule;
    uint32_t asked = 0;
    make(&schedule, 3);
    struct fuzz_shrink_options options = { sends_then_closes, &asked, 7 };
    assert_int_equal(fuzz_shrink(&options, &schedule), 7);
    assert_int_equal(asked, 7);
    assert_true(sends_then_closes(&asked, &schedule));
}

/* The same schedule shrinks to the same one, always. */
static void shrinking_is_a_function(void **state)
{
    (void)state;
    static struct lc_schedule first;
    static struct lc_schedule second;
    uint32_t asked = 0;
    struct fuzz_shrink_options options = { sends_then_closes, &asked, 900 };
    make(&first, 11);
    second = first;
    (void)fuzz_shrink(&options, &first);
    (void)fuzz_shrink(&options, &second);
    assert_true(fuzz_schedule_equal(&first, &second));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_needed_is_left),
        cmocka_unit_test(versions_go_where_they_are_not_needed),
        cmocka_unit_test(protocols_go_where_they_are_not_needed),
        cmocka_unit_test(two_calls_go_together),
        cmocka_unit_test(choices_do_not_become_more),
        cmocka_unit_test(faults_become_few_and_plain),
        cmocka_unit_test(the_number_of_tests_is_bounded),
        cmocka_unit_test(shrinking_is_a_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
