/*
 * Explorations: no state and no end is missed that an enumeration of all orders
 * comes to, and what breaks is a way there that can be played.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/explore/explore.h"
#include "fuzz/explore/table.h"
#include "sim/engine/engine.h"
#include "tests/unit/explored.h"

static const char starts[] =
    TEXT "process A\n" STARTS("a") CLEANS STARTS("b") CLEANS;

/* ---- An enumeration of all orders, which skips no state ---- */

static struct {
    struct fuzz_table states;
    struct fuzz_table ends;
    uint64_t runs;
} all;

static void add(struct fuzz_table *table, struct sim_state_key key)
{
    assert_int_not_equal(
        fuzz_table_add(table, key, MEMORY_BYTES),
        FUZZ_TABLE_FULL);
}

static void enumerate(void)
{
    struct sim_decision *decision = malloc(sizeof *decision);
    enum lc_end end;
    assert_non_null(decision);
    if (!sim_enabled(decision, &end)) {
        struct sim_state_key key = subject.key(&context);
        assert_int_equal(subject.finish(&context, end), FUZZ_SUBJECT_HELD);
        add(&all.ends, key);
        all.runs++;
        free(decision);
        return;
    }
    add(&all.states, subject.key(&context));
    size_t size_bytes = subject.size(&context);
    void *snapshot = malloc(size_bytes);
    assert_non_null(snapshot);
    (void)subject.save(&context, snapshot, size_bytes);
    for (uint32_t i = 0; i < decision->point.count; i++) {
        subject.load(&context, snapshot);
        sim_take(decision, i);
        enumerate();
    }
    free(snapshot);
    free(decision);
}

static void keys_lose_no_state_and_no_end(void **state)
{
    (void)state;
    struct sim_error error;
    make_subject(starts);
    assert_int_equal(subject.begin(&context, &error), SIM_OK);
    memset(&all, 0, sizeof all);
    enumerate();
    assert_true(all.runs > 200); /* more orders than states */
    for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
        struct fuzz_explore_result result =
            explore((enum fuzz_explore_order)order, MEMORY_BYTES);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_PROVED);
        assert_int_equal(result.totals.ends, all.ends.count);
        assert_true(
            FRAMES_KEEP_COPIES || result.totals.states == all.states.count);
    }
    fuzz_table_free(&all.states);
    fuzz_table_free(&all.ends);
}

static void both_orders_visit_the_same_states(void **state)
{
    (void)state;
    make_subject(socket_and_start);
    struct fuzz_explore_result breadth =
        explore(FUZZ_EXPLORE_BREADTH, MEMORY_BYTES);
    struct fuzz_explore_result depth =
        explore(FUZZ_EXPLORE_DEPTH, MEMORY_BYTES);
    assert_int_equal(breadth.verdict, FUZZ_EXPLORE_PROVED);
    assert_int_equal(depth.verdict, FUZZ_EXPLORE_PROVED);
    assert_int_equal(breadth.totals.ends, depth.totals.ends);
    assert_true(breadth.totals.states > 500);
    assert_true(
        FRAMES_KEEP_COPIES || breadth.totals.states == depth.totals.states);
    assert_int_equal(breadth.totals.frontier, 0);
    assert_int_equal(depth.totals.frontier, 0);
}

/* A step that is remembered leads where it leads when it is taken. */
static void what_is_remembered_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = { worker_left, a_socket_each };
    /* Frames that keep copies make states by the million of the last. */
    uint32_t count = FRAMES_KEEP_COPIES ? 1 : LC_COUNT_OF(texts);
    for (uint32_t i = 0; i < count; i++) {
        struct fuzz_explore_result results[2];
        make_subject(texts[i]);
        for (uint32_t turn = 0; turn < 2; turn++) {
            results[turn] = explore_all(FUZZ_EXPLORE_DEPTH);
            fuzz_explore_free(&results[turn]);
            subject.split = NULL;
        }
        assert_true(results[0].totals.states > 100);
        assert_same_counts(&results[0].totals, &results[1].totals);
        /* The memory of steps is a part of what was taken. */
        assert_true(
            results[0].totals.memory_bytes > results[1].totals.memory_bytes);
    }
}

static void what_breaks_is_a_way_that_can_be_gone(void **state)
{
    (void)state;
    struct sim_error error;
    uint32_t lengths[2];
    uint32_t wanted = 0;
    for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
        enum fuzz_subject_end end;
        make_subject(worker_left);
        struct fuzz_explore_result result =
            explore((enum fuzz_explore_order)order, MEMORY_BYTES);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_BROKEN);
        lengths[order] = result.path_count;
        assert_int_equal(
            fuzz_explore_follow(
                &subject,
                result.path,
                result.path_count,
                &end,
                &error),
            SIM_OK);
        assert_int_equal(end, FUZZ_SUBJECT_BROKEN);
        assert_true(model_rule_find("LOAD-15", &wanted));
        assert_string_equal(
            model_rule(model_verdict(&context.model).rule)->group,
            model_rule(wanted)->group);
        fuzz_explore_free(&result);
    }
    assert_true(lengths[FUZZ_EXPLORE_BREADTH] <= lengths[FUZZ_EXPLORE_DEPTH]);
}

/* A run that goes to its end by itself. */
static enum sim_status begin_and_end(void *unused, struct sim_error *ret_error)
{
    static struct sim_decision decision;
    enum lc_end end;
    (void)unused;
    enum sim_status status =
        fuzz_subject_of_schedule(&context).begin(&context, ret_error);
    while (status == SIM_OK && sim_enabled(&decision, &end)) {
        sim_take(&decision, 0);
    }
    return status;
}

static enum fuzz_subject_end break_at_end(void *unused, enum lc_end end)
{
    (void)unused;
    (void)end;
    return FUZZ_SUBJECT_BROKEN;
}

/* Nothing is to be decided on the way to what breaks: it is empty. */
static void what_breaks_at_once_is_an_empty_way(void **state)
{
    (void)state;
    make_subject(starts);
    subject.begin = begin_and_end;
    subject.finish = break_at_end;
    for (uint32_t i = 0; i < 5; i++) {
        struct sim_error error;
        enum fuzz_subject_end end;
        struct fuzz_explore_result result =
            explore_as(&(struct fuzz_explore_options){
                .order = i == 0 ? FUZZ_EXPLORE_BREADTH : FUZZ_EXPLORE_DEPTH,
                .memory_bytes = MEMORY_BYTES,
                .goes_on = i == 2,
                .jobs = i > 2 ? i : 1,
            });
        assert_int_equal(result.verdict, FUZZ_EXPLORE_BROKEN);
        assert_true(result.has_broken);
        assert_int_equal(result.totals.broken, 1);
        assert_int_equal(result.path_count, 0);
        assert_int_equal(
            fuzz_explore_follow(&subject, result.path, 0, &end, &error),
            SIM_OK);
        assert_int_equal(end, FUZZ_SUBJECT_BROKEN);
        fuzz_explore_free(&result);
    }
}

/* Behind the last name that a place has in a call nobody is asked: who may fail
 * there is not looked at. */
static void the_last_name_of_a_place_is_a_cut(void **state)
{
    (void)state;
    struct sim_error error;
    make_subject(worker_left);
    context.fault_max = 1;
    assert_int_equal(subject.begin(subject.context, &error), SIM_OK);
    const struct sim_backer *backer = &SIM_HISTORY->backer;
    for (uint32_t pass = LC_PASSES_MAX - 2; pass < LC_PASSES_MAX; pass++) {
        const struct sim_choice_point point = {
            .where = {
                .stream = LC_STREAM_FAULT,
                .occurrence = (uint16_t)pass,
            },
            .count = 2,
        };
        assert_int_equal(backer->choose(backer->context, &point), 0);
        assert_int_equal(
            context.values.is_cut,
            pass == LC_PASSES_MAX - 1 ? 1 : 0);
    }
}

/* A shorter way would have been found before: no run that is shorter breaks. */
static void breadth_finds_the_shortest_way(void **state)
{
    (void)state;
    make_subject(worker_left);
    struct fuzz_explore_result found =
        explore(FUZZ_EXPLORE_BREADTH, MEMORY_BYTES);
    struct fuzz_explore_result result =
        explore_as(&(struct fuzz_explore_options){
            .memory_bytes = MEMORY_BYTES,
            .depth_max = found.path_count - 1,
        });
    assert_int_equal(result.verdict, FUZZ_EXPLORE_BOUNDED);
    assert_int_equal(result.bound, FUZZ_EXPLORE_DEPTH_BOUND);
    fuzz_explore_free(&found);
}

/* Runs that say nothing were looked at to their end; a cut was not. */
static void a_cut_in_the_depth_is_said_behind_other_bounds(void **state)
{
    (void)state;
    make_subject(worker_left);
    struct fuzz_explore_result whole = explore_all(FUZZ_EXPLORE_BREADTH);
    subject.finish = say_nothing;
    struct fuzz_explore_result result =
        explore_as(&(struct fuzz_explore_options){
            .memory_bytes = MEMORY_BYTES,
            .depth_max = whole.totals.depth_max - 1,
        });
    assert_true(result.totals.unspecified > 0);
    assert_true(result.totals.states <= whole.totals.states);
    assert_int_equal(result.verdict, FUZZ_EXPLORE_BOUNDED);
    assert_int_equal(result.bound, FUZZ_EXPLORE_DEPTH_BOUND);
    fuzz_explore_free(&whole);
}

static void memory_that_is_used_up_is_said(void **state)
{
    (void)state;
    make_subject(socket_and_start);
    for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
        struct fuzz_explore_result result =
            explore((enum fuzz_explore_order)order, 400000);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_BOUNDED);
        assert_int_equal(result.bound, FUZZ_EXPLORE_MEMORY);
        assert_true(result.totals.memory_bytes <= 400000);
        assert_true(result.totals.states > 0);
    }
}

static bool note_most(void *most, const struct fuzz_explore_totals *totals)
{
    uint64_t *bytes = most;
    *bytes = totals->memory_bytes > *bytes ? totals->memory_bytes : *bytes;
    return true;
}

/* What is left at the end would fit where the exploration does not. */
static void the_memory_of_a_result_is_the_most_that_it_took(void **state)
{
    (void)state;
    make_subject(socket_and_start);
    uint64_t most = 0;
    struct fuzz_explore_result result =
        explore_as(&(struct fuzz_explore_options){
            .order = FUZZ_EXPLORE_BREADTH,
            .memory_bytes = MEMORY_BYTES,
            .goes_on = true,
            .progress = note_most,
            .context = &most,
        });
    assert_true(most > 0);
    assert_true(result.totals.memory_bytes >= most);
    assert_true(result.totals.memory_bytes <= MEMORY_BYTES);
    fuzz_explore_free(&result);
}

static bool stop_at_second_look(
    void *looks,
    const struct fuzz_explore_totals *totals)
{
    (void)totals;
    return ++*(uint32_t *)looks < 2;
}

static void it_can_be_told_to_stop(void **state)
{
    (void)state;
    uint32_t looks = 0;
    make_subject(socket_and_start);
    struct fuzz_explore_result result =
        explore_as(&(struct fuzz_explore_options){
            .memory_bytes = MEMORY_BYTES,
            .progress = stop_at_second_look,
            .context = &looks,
        });
    assert_int_equal(result.verdict, FUZZ_EXPLORE_BOUNDED);
    assert_int_equal(result.bound, FUZZ_EXPLORE_STOPPED);
}

/* ---- Numbers that are drawn ---- */

/* A way to go, by what is drawn at each point of a run. */
static struct {
    uint32_t drawn[1024];
    uint32_t last[1024];
    uint32_t at;
} way;

static uint32_t go(void *unused, const struct sim_choice_point *point)
{
    (void)unused;
    assert_in_range(way.at, 0, LC_COUNT_OF(way.drawn) - 1);
    way.last[way.at] = point->count - 1;
    assert_in_range(way.drawn[way.at], 0, way.last[way.at]);
    return way.drawn[way.at++];
}

/* Plays all runs that there are, each from its beginning. Returns how many. */
static uint64_t count_runs(void)
{
    struct sim_result result;
    struct sim_error error;
    const struct sim_backer backer = { .choose = go };
    const struct sim_play_options options = {
        .schedule = &schedule,
        .backer = &backer,
    };
    memset(&way, 0, sizeof way);
    for (uint64_t runs = 1;; runs++) {
        way.at = 0;
        assert_int_equal(sim_play(&options, &result, &error), SIM_OK);
        assert_int_equal(result.end, LC_END_DONE);
        while (way.at > 0 && way.drawn[way.at - 1] == way.last[way.at - 1]) {
            way.at--;
            way.drawn[way.at] = 0;
        }
        if (way.at == 0) {
            return runs;
        }
        way.drawn[way.at - 1]++;
    }
}

/* Of states none of which is another. */
static struct sim_state_key key_of_its_own(void *unused)
{
    static uint64_t number;
    (void)unused;
    number++;
    return (struct sim_state_key){ .low = number, .high = 1 };
}

static void numbers_are_drawn_in_all_ways(void **state)
{
    (void)state;
    make_subject(reused);
    struct fuzz_explore_result plain =
        explore(FUZZ_EXPLORE_DEPTH, MEMORY_BYTES);
    uint64_t runs = count_runs();
    assert_true(runs > 1000);
    for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
        make_subject_with_numbers(reused);
        struct fuzz_explore_result result =
            explore((enum fuzz_explore_order)order, MEMORY_BYTES);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_PROVED);
        assert_true(result.totals.states > plain.totals.states);
        assert_true(result.totals.ends > plain.totals.ends);
        subject.key = key_of_its_own;
        result = explore((enum fuzz_explore_order)order, MEMORY_BYTES);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_PROVED);
        assert_int_equal(result.totals.ends, runs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_lose_no_state_and_no_end),
        cmocka_unit_test(both_orders_visit_the_same_states),
        cmocka_unit_test(what_is_remembered_changes_nothing),
        cmocka_unit_test(what_breaks_is_a_way_that_can_be_gone),
        cmocka_unit_test(what_breaks_at_once_is_an_empty_way),
        cmocka_unit_test(the_last_name_of_a_place_is_a_cut),
        cmocka_unit_test(breadth_finds_the_shortest_way),
        cmocka_unit_test(a_cut_in_the_depth_is_said_behind_other_bounds),
        cmocka_unit_test(memory_that_is_used_up_is_said),
        cmocka_unit_test(the_memory_of_a_result_is_the_most_that_it_took),
        cmocka_unit_test(it_can_be_told_to_stop),
        cmocka_unit_test(numbers_are_drawn_in_all_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
