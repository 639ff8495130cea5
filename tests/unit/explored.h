/*
 * What tests of explorations have in common: schedules that are small enough,
 * and how they are explored.
 */
#ifndef TESTS_UNIT_EXPLORED_H
#define TESTS_UNIT_EXPLORED_H

#include <string.h>

#include "fuzz/explore/explore.h"
#include "tests/unit/failing.h"
#include "tests/unit/frames.h"
#include "tests/unit/framework.h"
#include "tests/unit/schedule_text.h"

enum {
    MEMORY_BYTES = 256 << 20
};

static const char socket_and_start[] =
    TEXT "process A\n" OPENS("a", "s") CLEANS STARTS("b") CLEANS;

/* What one thread does later depends on what lies on its stack. */
static const char a_socket_each[] =
    TEXT "process A\n" OPENS("a", "s") CLEANS OPENS("b", "t") CLEANS;

static const char worker_left[] = WORKER_LEFT;
static const char worker_left_beside_another[] = WORKER_LEFT STARTS("b") CLEANS;

/* The handle that is freed can come back, and two packets can be late. */
static const char reused[] =
    TEXT "world\n"
         "  link rate 1Mbit latency 20ms window 16384\n"
         "process A\n"
         "  thread a\n"
         "    WSAStartup 2.2\n"
         "    s = socket stream\n"
         "    closesocket s\n"
         "    t = socket stream\n"
         "    connect t\n"
         "    send t 1000\n"
         "    shutdown t send\n";

/* A start that fails leaves something behind, which only warns (START-10). */
static const char warns[] = FILTER "  faults event thread\n"
                                   "  plant starter_wakes_one\n"
                                   "process A\n" OPENS("a", "s") STARTS("b");

static struct lc_schedule schedule;
static struct fuzz_subject_schedule context;
static struct fuzz_subject subject;

/* Makes a schedule the subject; with all numbers that it can draw, or not. */
static inline void make_subject_of(const char *text, bool has_values)
{
    read_schedule(text, &schedule);
    memset(&context, 0, sizeof context);
    context.schedule = &schedule;
    context.has_values = has_values;
    context.fault_max = text == warns ? 1 : 0;
    subject = fuzz_subject_of_schedule(&context);
}

static inline void make_subject(const char *text)
{
    make_subject_of(text, false);
}

/* Of `reused` alone the numbers are few enough. */
static inline void make_subject_with_numbers(const char *text)
{
    make_subject_of(text, text == reused);
}

static inline struct fuzz_explore_result explore_as(
    const struct fuzz_explore_options *options)
{
    struct fuzz_explore_result result;
    struct sim_error error;
    assert_int_equal(fuzz_explore(&subject, options, &result, &error), SIM_OK);
    return result;
}

static inline struct fuzz_explore_result explore(
    enum fuzz_explore_order order,
    uint64_t memory_bytes)
{
    return explore_as(&(struct fuzz_explore_options){
        .order = order,
        .memory_bytes = memory_bytes,
    });
}

/* Goes on after what breaks. */
static inline struct fuzz_explore_result explore_all(
    enum fuzz_explore_order order)
{
    return explore_as(&(struct fuzz_explore_options){
        .order = order,
        .memory_bytes = MEMORY_BYTES,
        .goes_on = true,
    });
}

static inline void assert_same_counts(
    const struct fuzz_explore_totals *one,
    const struct fuzz_explore_totals *other)
{
    assert_int_equal(one->states, other->states);
    assert_int_equal(one->transitions, other->transitions);
    assert_int_equal(one->merged, other->merged);
    assert_int_equal(one->ends, other->ends);
    assert_int_equal(one->broken, other->broken);
    assert_memory_equal(&one->warned, &other->warned, sizeof one->warned);
}

static inline bool has_warned(const struct fuzz_explore_totals *totals)
{
    uint32_t rule = 0;
    assert_true(model_rule_find("START-10", &rule));
    return model_has_warned(&totals->warned, rule);
}

static inline void assert_same_way(
    const struct fuzz_explore_result *one,
    const struct fuzz_explore_result *other)
{
    assert_int_equal(one->path_count, other->path_count);
    if (one->path_count > 0) {
        assert_memory_equal(
            one->path,
            other->path,
            one->path_count * sizeof one->path[0]);
    }
}

/* As progress: stops at each look. */
static inline bool stop_at_once(
    void *unused,
    const struct fuzz_explore_totals *totals)
{
    (void)unused;
    (void)totals;
    return false;
}

/* As a subject's finish: no run says anything. */
static inline enum fuzz_subject_end say_nothing(void *unused, enum lc_end end)
{
    (void)unused;
    (void)end;
    return FUZZ_SUBJECT_UNSPECIFIED;
}

#endif
