/*
 * Traces: as many are counted as there are, by another way of counting and by
 * another implementation; no end is missed; and what is called independent is.
 */
#include <string.h>

#include "fuzz/explore/explore.h"
#include "fuzz/explore/table.h"
#include "fuzz/explore/traces.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tests/unit/program_walk.h"

enum {
    MEMORY_BYTES = 256 << 20
};

static struct fuzz_subject_program context;
static struct fuzz_subject subject;

static void make_subject(const char *name)
{
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    context.program = sim_program_find(name);
    assert_non_null(context.program);
    subject = fuzz_subject_of_program(&context);
}

static struct fuzz_traces_result count_within(
    const struct fuzz_traces_limits *limits)
{
    struct fuzz_traces_result result;
    struct sim_error error;
    assert_int_equal(fuzz_traces(&subject, limits, &result, &error), SIM_OK);
    return result;
}

static struct fuzz_traces_result count_traces(const char *name)
{
    make_subject(name);
    return count_within(&(struct fuzz_traces_limits){ 0 });
}

static bool add(struct fuzz_table *table, struct sim_state_key key)
{
    enum fuzz_table_answer answer = fuzz_table_add(table, key, MEMORY_BYTES);
    assert_int_not_equal(answer, FUZZ_TABLE_FULL);
    return answer == FUZZ_TABLE_NEW;
}

/* ---- Numbers ---- */

/* Beside what another implementation has counted of the same programs at the
 * same granularity. It agrees but for wronglock_3, where it has 382: there a
 * step that ends the run (the failed assertion) sleeps afterwards, as if what
 * is independent of it could still follow. So it misses what breaks behind
 * independent steps of others, and the number comes from the order in which
 * threads are taken: with this one change made here it is 382 in the order of
 * their numbers (all others as below, too), 624 in the order in which they are
 * listed and 662 backwards, while 776 is the same in all three. Of those that
 * have 0 it says nothing. */
static const struct count {
    const char *name;
    uint64_t traces;
    uint64_t broken;
    uint64_t elsewhere;
} counts[] = {
    { "reorder_3", 52, 8, 52 },         { "reorder_4", 1089, 57, 1089 },
    { "reorder_5", 34696, 424, 34696 }, { "twostage", 3, 1, 3 },
    { "wronglock_3", 776, 662, 382 },   { "lazy01", 10, 6, 10 },
    { "deadlock01", 3, 1, 3 },          { "account", 6, 2, 6 },
    { "account_exit", 69, 2, 0 },       { "carter01", 4, 2, 0 },
    { "bluetooth_driver", 10, 1, 10 },  { "token_ring", 36, 16, 36 },
    { "stack", 68677, 9891, 68677 },    { "uneven", 26, 1, 26 },
};

static void traces_are_as_many_as_elsewhere(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LC_COUNT_OF(counts); i++) {
        const struct count *count = &counts[i];
        struct fuzz_traces_result result = count_traces(count->name);
        assert_true(result.is_whole);
        assert_int_equal(result.traces, count->traces);
        assert_int_equal(result.broken, count->broken);
        assert_int_equal(result.unspecified, 0);
        if (strcmp(count->name, "wronglock_3") != 0 && count->elsewhere != 0) {
            assert_int_equal(result.traces, count->elsewhere);
        }
    }
}

/* With what was wrong put right there are orders, and none of them breaks. */
static void corrected_programs_break_in_no_trace(void **state)
{
    (void)state;
    static const char *const names[] = {
        "bluetooth_driver_fixed",
        "wronglock_3_fixed",
        "deadlock01_fixed",
        "life_cycle",
    };
    for (uint32_t i = 0; i < LC_COUNT_OF(names); i++) {
        struct fuzz_traces_result result = count_traces(names[i]);
        assert_true(result.is_whole && result.traces > 0);
        assert_int_equal(result.broken, 0);
    }
}

/* Beyond a bound the number says "more than", and only then. */
static void a_bound_is_said(void **state)
{
    (void)state;
    struct fuzz_traces_result all = count_traces("reorder_3");
    struct fuzz_traces_result exact = count_within(
        &(struct fuzz_traces_limits){ .transitions_max = all.transitions });
    assert_true(exact.is_whole);
    struct fuzz_traces_result less = count_within(
        &(struct fuzz_traces_limits){ .transitions_max = all.transitions - 1 });
    assert_false(less.is_whole);
    assert_int_equal(less.transitions, all.transitions - 1);
    assert_in_range(less.traces, 1, all.traces);
    struct fuzz_traces_result flat =
        count_within(&(struct fuzz_traces_limits){ .depth_max = 10 });
    assert_false(flat.is_whole);
    assert_true(flat.cut > 0 && flat.transitions < all.transitions);
    /* Threads that wait in a loop can go round for ever. */
    make_subject("safestack");
    struct fuzz_traces_result endless =
        count_within(&(struct fuzz_traces_limits){ .transitions_max = 20000,
                                                   .depth_max = 200 });
    assert_false(endless.is_whole);
    assert_true(endless.cut > 0);
    assert_int_equal(endless.transitions, 20000);
}

static bool go_on_twice(void *looks)
{
    return ++*(uint32_t *)looks <= 2;
}

static void it_can_be_told_to_stop(void **state)
{
    (void)state;
    uint32_t looks = 0;
    make_subject("stack");
    struct fuzz_traces_result result =
        count_within(&(struct fuzz_traces_limits){ .goes_on = go_on_twice,
                                                   .context = &looks });
    assert_false(result.is_whole);
    assert_int_equal(looks, 3);
    assert_in_range(result.transitions, 2048, 4096);
}

/* ---- Another way of counting ---- */

/* A step of a run, and what was before it: the same for all orders of one
 * trace. */
struct event {
    struct sim_choice_candidate who;
    struct sim_state_key key;
};

static struct event events[WALK_DEPTH_MAX];

/* Of what has happened up to each state of the path. */
static struct sim_state_key happened[WALK_DEPTH_MAX];

static struct sim_state_key mix(struct sim_state_key key)
{
    key.low = (key.low ^ key.low >> 31) * 0x9e3779b97f4a7c15ULL + key.high;
    key.high = (key.high ^ key.high >> 29) * 0xbf58476d1ce4e5b9ULL + key.low;
    key.low = (key.low ^ key.low >> 32) * 0x94d049bb133111ebULL;
    key.high = (key.high ^ key.high >> 30) * 0xd6e8feb86659fd93ULL;
    return key;
}

static struct sim_state_key sum(
    struct sim_state_key one,
    struct sim_state_key other)
{
    return (struct sim_state_key){ .low = one.low + other.low,
                                   .high = one.high + other.high };
}

/* The last event of a path: who it is, and all before it that it depends on.
 * One that ends the run depends on all. */
static void name_event(uint32_t index, bool ends)
{
    struct event *event = &events[index];
    struct sim_state_key before = { 0 };
    for (uint32_t i = 0; i < index; i++) {
        if (ends || !fuzz_traces_are_independent(&events[i].who, &event->who)) {
            before = sum(before, mix(events[i].key));
        }
    }
    event->key = mix((struct sim_state_key){
        .low = before.low + event->who.object + ((uint64_t)ends << 40),
        .high = before.high + event->who.slot + 1 +
                ((uint64_t)event->who.is_write << 40),
    });
}

/* What has happened up to a depth. */
static struct sim_state_key name_path(
    uint32_t depth,
    bool goes_on,
    enum lc_end end)
{
    happened[depth] = (struct sim_state_key){ 0 };
    if (depth > 0) {
        uint32_t last = depth - 1;
        events[last].who = *walk_taken(last);
        name_event(last, !goes_on && end == LC_END_STOPPED);
        happened[depth] = sum(happened[last], mix(events[last].key));
    }
    return happened[depth];
}

struct prefixes {
    struct fuzz_table seen;
    struct fuzz_table whole;
};

static bool arrive_at_prefix(
    void *context_of_walk,
    uint32_t depth,
    bool goes_on,
    enum lc_end end)
{
    struct prefixes *prefixes = context_of_walk;
    struct sim_state_key key = name_path(depth, goes_on, end);
    bool is_new = add(goes_on ? &prefixes->seen : &prefixes->whole, key);
    return goes_on && is_new;
}

/* Without sleep sets: each beginning of a trace is named by its events and what
 * each depends on, and gone on from once. */
static void each_trace_is_counted_once(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LC_COUNT_OF(counts); i++) {
        if (counts[i].traces > 2000) {
            continue;
        }
        struct prefixes prefixes = { 0 };
        make_subject(counts[i].name);
        walk(
            context.program,
            &(struct walker){
                .context = &prefixes,
                .arrive = arrive_at_prefix,
            });
        assert_int_equal(prefixes.whole.count, counts[i].traces);
        fuzz_table_free(&prefixes.seen);
        fuzz_table_free(&prefixes.whole);
    }
}

/* ---- Ends ---- */

/* A subject that notes its ends: how, and in which state. */
struct noted {
    struct fuzz_subject inner;
    struct fuzz_table ends;
    struct fuzz_table *among; /* NULL; else where all must be */
};

static struct noted *noted; /* of the subject that is gone through now */

static enum fuzz_subject_end noted_finish(void *of, enum lc_end end)
{
    struct sim_state_key key = noted->inner.key(of);
    enum fuzz_subject_end how = noted->inner.finish(of, end);
    key.low ^= mix((struct sim_state_key){ .low = context.outcome + 1U }).low;
    (void)add(&noted->ends, key);
    if (noted->among != NULL) {
        assert_true(fuzz_table_has(noted->among, key));
    }
    return how;
}

static void note_ends(struct noted *ends, struct fuzz_table *among)
{
    *ends = (struct noted){ .inner = subject, .among = among };
    noted = ends;
    subject.finish = noted_finish;
}

/* One order of each trace comes to every end, broken or not, that a search of
 * all states comes to. */
static void no_end_is_missed(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LC_COUNT_OF(counts); i++) {
        struct noted by_traces;
        struct noted by_states;
        struct fuzz_explore_result result;
        struct sim_error error;
        make_subject(counts[i].name);
        note_ends(&by_traces, NULL);
        assert_true(count_within(&(struct fuzz_traces_limits){ 0 }).is_whole);
        make_subject(counts[i].name);
        note_ends(&by_states, &by_traces.ends);
        assert_int_equal(
            fuzz_explore(
                &subject,
                &(struct fuzz_explore_options){
                    .order = FUZZ_EXPLORE_DEPTH,
                    .memory_bytes = MEMORY_BYTES,
                    .goes_on = true,
                },
                &result,
                &error),
            SIM_OK);
        assert_int_equal(result.bound, FUZZ_EXPLORE_NONE);
        assert_int_equal(by_states.ends.count, by_traces.ends.count);
        fuzz_explore_free(&result);
        fuzz_table_free(&by_traces.ends);
        fuzz_table_free(&by_states.ends);
    }
}

/* ---- Independence ---- */

typedef bool relation_fn(
    const struct sim_choice_candidate *one,
    const struct sim_choice_candidate *other);

struct pairs {
    relation_fn *relation;
    struct fuzz_table seen;
    uint64_t checked;
    uint64_t wrong; /* called independent, and are not */
};

/* What comes of two steps, one after the other. */
struct outcome {
    bool first_ends;
    bool is_second_enabled;
    bool second_ends;
    enum sim_program_outcome end; /* of the step that ends it */
    struct sim_state_key key;
};

static bool find(
    const struct sim_decision *decision,
    const struct sim_choice_candidate *who,
    uint32_t *ret_index)
{
    for (uint32_t i = 0; i < decision->point.count; i++) {
        const struct sim_choice_candidate *at = &decision->candidates[i];
        if (at->slot == who->slot && at->object == who->object &&
            at->is_write == who->is_write) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static struct outcome take_both(uint32_t depth, uint32_t first, uint32_t second)
{
    const struct sim_decision *decision = &walk_frames[depth].decision;
    static struct sim_decision after;
    struct outcome outcome = { .is_second_enabled = false };
    enum lc_end end;
    uint32_t index;
    walk_back(depth);
    sim_take(decision, first);
    if (!sim_enabled(&after, &end)) {
        outcome.first_ends = true;
        outcome.end = sim_program_outcome(end);
        return outcome;
    }
    if (!find(&after, &decision->candidates[second], &index)) {
        return outcome;
    }
    outcome.is_second_enabled = true;
    sim_take(&after, index);
    outcome.second_ends = !sim_enabled(&after, &end);
    if (outcome.second_ends) {
        outcome.end = sim_program_outcome(end);
    }
    outcome.key = sim_program_key();
    return outcome;
}

/* A step that ends the run does so behind an independent one, too, in the same
 * way; two that do not lead to the same state in both orders. */
static bool commute(uint32_t depth, uint32_t one, uint32_t other)
{
    struct outcome there = take_both(depth, one, other);
    struct outcome back = take_both(depth, other, one);
    if (there.first_ends && back.first_ends) {
        return true;
    }
    if (there.first_ends || back.first_ends) {
        struct outcome alone = there.first_ends ? there : back;
        struct outcome behind = there.first_ends ? back : there;
        return behind.is_second_enabled && behind.second_ends &&
               behind.end == alone.end;
    }
    return there.is_second_enabled && back.is_second_enabled &&
           there.second_ends == back.second_ends && there.end == back.end &&
           there.key.low == back.key.low && there.key.high == back.key.high;
}

static bool look_at_state(
    void *context_of_walk,
    uint32_t depth,
    bool goes_on,
    enum lc_end end)
{
    struct pairs *pairs = context_of_walk;
    const struct sim_decision *decision = &walk_frames[depth].decision;
    (void)end;
    if (!goes_on || !add(&pairs->seen, sim_program_key())) {
        return false;
    }
    walk_keep(depth);
    for (uint32_t i = 0; i < decision->point.count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (pairs->relation(
                    &decision->candidates[i],
                    &decision->candidates[j])) {
                pairs->checked++;
                pairs->wrong += !commute(depth, i, j);
            }
        }
    }
    return true;
}

static struct pairs look_at_pairs(const char *name, relation_fn *relation)
{
    struct pairs pairs = { .relation = relation };
    make_subject(name);
    walk(
        context.program,
        &(struct walker){ .context = &pairs, .arrive = look_at_state });
    fuzz_table_free(&pairs.seen);
    return pairs;
}

static void independent_steps_commute_at_every_state(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LC_COUNT_OF(counts); i++) {
        struct pairs pairs =
            look_at_pairs(counts[i].name, fuzz_traces_are_independent);
        assert_true(pairs.checked > 0);
        assert_int_equal(pairs.wrong, 0);
    }
}

/* Also symmetric, and of itself a step is never independent. */
static void what_is_not_known_is_dependent(void **state)
{
    (void)state;
    const struct sim_choice_candidate load = { .slot = 1, .object = 5 };
    struct sim_choice_candidate other = { .slot = 2, .object = 5 };
    assert_true(fuzz_traces_are_independent(&load, &other));
    assert_false(fuzz_traces_are_independent(&load, &load));
    other.is_write = 1;
    assert_false(fuzz_traces_are_independent(&load, &other));
    assert_false(fuzz_traces_are_independent(&other, &load));
    other.object = 6;
    assert_true(fuzz_traces_are_independent(&load, &other));
    other.object = SIM_OBJECT_ANY;
    assert_false(fuzz_traces_are_independent(&load, &other));
    assert_false(fuzz_traces_are_independent(&other, &load));
}

/* Wrong relations. */

static bool loads_commute_with_all(
    const struct sim_choice_candidate *one,
    const struct sim_choice_candidate *other)
{
    return !one->is_write || !other->is_write ||
           fuzz_traces_are_independent(one, other);
}

static bool stores_commute(
    const struct sim_choice_candidate *one,
    const struct sim_choice_candidate *other)
{
    bool are_words = ((one->object | other->object) & SIM_OBJECT_IS_LOCK) == 0;
    return fuzz_traces_are_independent(one, other) ||
           (are_words && one->is_write && other->is_write);
}

static bool locks_commute(
    const struct sim_choice_candidate *one,
    const struct sim_choice_candidate *other)
{
    return ((one->object | other->object) & SIM_OBJECT_IS_LOCK) != 0 ||
           fuzz_traces_are_independent(one, other);
}

/* The check is worth something: it finds each way of being wrong. */
static void dependent_steps_are_found_out(void **state)
{
    (void)state;

    static const struct {
        const char *name;
        relation_fn *relation;
    } mutants[] = {
        { "reorder_3", loads_commute_with_all }, { "uneven", stores_commute },
        { "wronglock_3", stores_commute },       { "lazy01", locks_commute },
        { "deadlock01", locks_commute },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(mutants); i++) {
        struct pairs pairs =
            look_at_pairs(mutants[i].name, mutants[i].relation);
        assert_true(pairs.wrong > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces_are_as_many_as_elsewhere),
        cmocka_unit_test(corrected_programs_break_in_no_trace),
        cmocka_unit_test(a_bound_is_said),
        cmocka_unit_test(it_can_be_told_to_stop),
        cmocka_unit_test(each_trace_is_counted_once),
        cmocka_unit_test(no_end_is_missed),
        cmocka_unit_test(independent_steps_commute_at_every_state),
        cmocka_unit_test(what_is_not_known_is_dependent),
        cmocka_unit_test(dependent_steps_are_found_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
