/*
 * Sleep sets: an exploration that has them takes fewer steps, and misses no
 * state and no end. Held against walks through the same programs that know of
 * no sleep sets, some of them along all orders.
 */
#include <string.h>

#include "fuzz/explore/explore.h"
#include "fuzz/explore/sleep.h"
#include "fuzz/explore/table.h"
#include "fuzz/explore/traces.h"
#include "sim/program/state.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tests/unit/program_walk.h"

enum {
    MEMORY_BYTES = 256 << 20
};

static struct fuzz_subject_program context;
static struct fuzz_subject subject;

/* What was come to: keys of states and of ends, with how it ended. */
struct met {
    struct fuzz_table states;
    struct fuzz_table ends;
};

static struct met *meeting; /* of the exploration that is made now */

static bool add(struct fuzz_table *table, struct sim_state_key key)
{
    enum fuzz_table_answer answer = fuzz_table_add(table, key, MEMORY_BYTES);
    assert_int_not_equal(answer, FUZZ_TABLE_FULL);
    return answer == FUZZ_TABLE_NEW;
}

static void add_end(struct met *met, enum sim_program_outcome outcome)
{
    struct sim_state_key key = sim_program_key();
    key.low ^= (outcome + 1) * 0x9e3779b97f4a7c15ULL;
    (void)add(&met->ends, key);
}

static void forget(struct met *met)
{
    fuzz_table_free(&met->states);
    fuzz_table_free(&met->ends);
}

static struct sim_state_key key_noted(void *unused)
{
    struct sim_state_key key = sim_program_key();
    (void)unused;
    (void)add(&meeting->states, key);
    return key;
}

static enum fuzz_subject_end finish_noted(void *unused, enum lc_end end)
{
    (void)unused;
    enum sim_program_outcome outcome = sim_program_outcome(end);
    add_end(meeting, outcome);
    return sim_program_is_bug(context.program, outcome) ? FUZZ_SUBJECT_BROKEN
                                                        : FUZZ_SUBJECT_HELD;
}

static void make_subject_of(const struct sim_program *program)
{
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    assert_non_null(program);
    context.program = program;
    subject = fuzz_subject_of_program(&context);
    subject.key = key_noted;
    subject.finish = finish_noted;
}

static void make_subject(const char *name)
{
    make_subject_of(sim_program_find(name));
}

static struct fuzz_explore_result explore_as(
    const struct fuzz_explore_options *options,
    struct met *ret_met)
{
    struct fuzz_explore_result result;
    struct sim_error error;
    *ret_met = (struct met){ 0 };
    meeting = ret_met;
    assert_int_equal(fuzz_explore(&subject, options, &result, &error), SIM_OK);
    return result;
}

static struct fuzz_explore_result explore_all(
    enum fuzz_explore_order order,
    bool has_sleep_sets,
    struct met *ret_met)
{
    struct fuzz_explore_result result = explore_as(
        &(struct fuzz_explore_options){
            .order = order,
            .memory_bytes = MEMORY_BYTES,
            .goes_on = true,
            .has_sleep_sets = has_sleep_sets,
        },
        ret_met);
    fuzz_explore_free(&result);
    return result;
}

/* How many of one table are not in another. */
static uint64_t missing(
    const struct fuzz_table *of,
    const struct fuzz_table *among)
{
    uint64_t count = 0;
    uint64_t place = 0;
    const uint64_t *words = fuzz_table_next(of, &place);
    for (; words != NULL; words = fuzz_table_next(of, &place)) {
        const struct sim_state_key key = { .low = words[0], .high = words[1] };
        count += !fuzz_table_has(among, key);
    }
    return count;
}

static void assert_same_met(const struct met *one, const struct met *other)
{
    assert_int_equal(one->states.count, other->states.count);
    assert_int_equal(one->ends.count, other->ends.count);
    assert_int_equal(missing(&one->states, &other->states), 0);
    assert_int_equal(missing(&one->ends, &other->ends), 0);
}

/* ---- Walks ---- */

struct walked {
    struct met met;
    struct fuzz_table seen; /* without ends, whose keys may be those of states
                               that a run goes on from */
    bool goes_all_ways;     /* on from states that were seen, too */
    uint64_t runs;
};

static bool arrive(
    void *context_of_walk,
    uint32_t depth,
    bool goes_on,
    enum lc_end end)
{
    struct walked *walked = context_of_walk;
    (void)depth;
    (void)add(&walked->met.states, sim_program_key());
    if (!goes_on) {
        add_end(&walked->met, sim_program_outcome(end));
        walked->runs++;
        return false;
    }
    return add(&walked->seen, sim_program_key()) || walked->goes_all_ways;
}

static struct walked walk_through(bool goes_all_ways)
{
    struct walked walked = { .goes_all_ways = goes_all_ways };
    walk(
        context.program,
        &(struct walker){ .context = &walked, .arrive = arrive });
    fuzz_table_free(&walked.seen);
    return walked;
}

/* ---- Explorations with sleep sets ---- */

static const char *const programs[] = {
    "reorder_3",
    "reorder_4",
    "reorder_5",
    "twostage",
    "wronglock_3",
    "wronglock_3_fixed",
    "lazy01",
    "deadlock01",
    "deadlock01_fixed",
    "account",
    "account_exit",
    "carter01",
    "bluetooth_driver",
    "bluetooth_driver_fixed",
    "token_ring",
    "stack",
    "uneven",
    "circular_buffer",
    "life_cycle",
    "life_cycle_unlocked",
    "life_cycle_early",
    "life_cycle_inverted",
    "life_cycle_lower_left",
};

/* As many runs break, where a step breaks them; a deadlock is a state that fewer
 * steps lead to. */
static void assert_same_totals(
    const struct fuzz_explore_result *slept,
    const struct fuzz_explore_result *whole)
{
    assert_int_equal(slept->verdict, whole->verdict);
    assert_int_equal(slept->bound, FUZZ_EXPLORE_NONE);
    assert_int_equal(slept->totals.states, whole->totals.states);
    assert_int_equal(slept->totals.ends, whole->totals.ends);
    assert_int_equal(slept->totals.frontier, 0);
    assert_int_equal(slept->totals.broken > 0, whole->totals.broken > 0);
    assert_true(
        sim_program_is_bug(context.program, SIM_PROGRAM_DEADLOCK) ||
        slept->totals.broken == whole->totals.broken);
    assert_true(slept->totals.transitions < whole->totals.transitions);
    assert_true(slept->totals.transitions >= slept->totals.states - 1);
}

static void no_state_and_no_end_is_missed(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LC_COUNT_OF(programs); i++) {
        make_subject(programs[i]);
        struct walked walked = walk_through(false);
        for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
            struct met met;
            struct met met_without;
            struct fuzz_explore_result slept =
                explore_all((enum fuzz_explore_order)order, true, &met);
            struct fuzz_explore_result whole = explore_all(
                (enum fuzz_explore_order)order,
                false,
                &met_without);
            assert_same_totals(&slept, &whole);
            assert_same_met(&met, &walked.met);
            assert_same_met(&met_without, &walked.met);
            forget(&met);
            forget(&met_without);
        }
        forget(&walked.met);
    }
}

/* Along each of its orders, whatever was met before. */
static void all_that_orders_come_to_is_met(void **state)
{
    (void)state;
    static const char *const few[] = { "twostage",   "lazy01",
                                       "deadlock01", "account",
                                       "uneven",     "reorder_3",
                                       "token_ring", "account_exit" };
    for (uint32_t i = 0; i < LC_COUNT_OF(few); i++) {
        make_subject(few[i]);
        struct walked walked = walk_through(true);
        assert_true(walked.runs > walked.met.ends.count);
        for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
            struct met met;
            (void)explore_all((enum fuzz_explore_order)order, true, &met);
            assert_same_met(&met, &walked.met);
            forget(&met);
        }
        forget(&walked.met);
    }
}

/* Breadth-first the way is a shortest one, and a bound of the depth cuts the
 * same off. */
static void breadth_first_comes_as_soon(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LC_COUNT_OF(programs); i++) {
        struct fuzz_explore_options options = { .memory_bytes = MEMORY_BYTES };
        struct met met[2];
        struct fuzz_explore_result results[2];
        make_subject(programs[i]);
        for (uint32_t turn = 0; turn < 2; turn++) {
            options.has_sleep_sets = turn == 1;
            results[turn] = explore_as(&options, &met[turn]);
            forget(&met[turn]);
            fuzz_explore_free(&results[turn]);
        }
        assert_int_equal(results[0].verdict, results[1].verdict);
        assert_int_equal(results[0].path_count, results[1].path_count);
        options.goes_on = true;
        for (options.depth_max = 5; options.depth_max < 30;
             options.depth_max += 6) {
            for (uint32_t turn = 0; turn < 2; turn++) {
                options.has_sleep_sets = turn == 1;
                results[turn] = explore_as(&options, &met[turn]);
                fuzz_explore_free(&results[turn]);
            }
            assert_same_met(&met[0], &met[1]);
            assert_int_equal(results[0].bound, results[1].bound);
            forget(&met[0]);
            forget(&met[1]);
        }
    }
}

/* A way that was found can be gone, and memory is bounded as without. */
static void it_ends_as_others_end(void **state)
{
    (void)state;
    struct sim_error error;
    for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
        struct fuzz_explore_options options = {
            .order = (enum fuzz_explore_order)order,
            .memory_bytes = MEMORY_BYTES,
            .has_sleep_sets = true,
        };
        struct met met;
        enum fuzz_subject_end end;
        make_subject("reorder_5");
        struct fuzz_explore_result result = explore_as(&options, &met);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_BROKEN);
        assert_int_equal(
            fuzz_explore_follow(
                &subject,
                result.path,
                result.path_count,
                &end,
                &error),
            SIM_OK);
        assert_int_equal(end, FUZZ_SUBJECT_BROKEN);
        fuzz_explore_free(&result);
        forget(&met);
        make_subject("stack");
        options.memory_bytes = 400000;
        options.goes_on = true;
        result = explore_as(&options, &met);
        assert_int_equal(result.bound, FUZZ_EXPLORE_MEMORY);
        assert_true(result.totals.memory_bytes <= options.memory_bytes);
        fuzz_explore_free(&result);
        forget(&met);
    }
}

/* ---- Programs that nobody has thought of ---- */

enum {
    DRAWN_PROGRAMS = TEST_FEWER(300),
    DRAWN_LOOPS = TEST_FEWER(300), /* behind these */
    DRAWN_KINDS = 3,
    DRAWN_WORDS = 2,
    DRAWN_LOCKS = 2, /* the words behind these */
    DRAWN_OPS_MAX = 8
};

enum drawn_kind {
    DRAWN_LOAD = 0,
    DRAWN_STORE = 1, /* what was loaded, and some more, of two bits */
    DRAWN_ADD = 2,   /* of two bits, too, in one event */
    DRAWN_LOCK = 3,
    DRAWN_UNLOCK = 4
};

struct drawn_op {
    uint32_t word;
    enum drawn_kind kind;
    int16_t value;
    bool is_odd_only; /* left out where what was loaded last is even */
    bool is_checked;  /* what it was must not be the value */
};

/* What threads do, by their kinds. */
static struct {
    struct drawn_op ops[DRAWN_OPS_MAX];
    int16_t count;
    int16_t again; /* from the first on when this was loaded last */
} scripts[DRAWN_KINDS];

static uint32_t kind_of_thread[SIM_PROGRAM_THREADS_MAX];

static uint32_t draw(uint64_t *seed, uint32_t count)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(*seed >> 33) % count;
}

static void drawn_step(struct sim_program_thread *me, const struct drawn_op *op)
{
    uint16_t event = (uint16_t)(me->i + 1);
    switch (op->kind) {
    case DRAWN_LOAD:
        me->r = sim_program_load(me, event, op->word);
        break;
    case DRAWN_STORE:
        sim_program_store(me, event, op->word, (me->r + op->value) & 3);
        break;
    case DRAWN_ADD:
        sim_program_touch(me, event, op->word, true);
        me->r = (int16_t)((SIM_PROGRAM->words[op->word] + op->value) & 3);
        SIM_PROGRAM->words[op->word] = me->r;
        break;
    case DRAWN_LOCK:
        sim_program_lock(me, event, op->word);
        return;
    case DRAWN_UNLOCK:
        sim_program_unlock(me, event, op->word);
        return;
    }
    sim_program_assert(!op->is_checked || me->r != op->value);
}

static void drawn_body(struct sim_program_thread *me, uint32_t index)
{
    uint32_t kind = kind_of_thread[index];
    do {
        for (me->i = 0; me->i < scripts[kind].count; me->i++) {
            const struct drawn_op *op = &scripts[kind].ops[me->i];
            if (!op->is_odd_only || (me->r & 1) != 0) {
                drawn_step(me, op);
            }
        }
    } while (me->r == scripts[kind].again);
}

/* Locks are given back by whom they were taken, in either order. */
static void draw_script(uint64_t *seed, uint32_t kind)
{
    bool is_held[DRAWN_LOCKS] = { false };
    int16_t length = (int16_t)(2 + draw(seed, 3));
    int16_t count = 0;
    for (int16_t i = 0; i < length; i++) {
        struct drawn_op *op = &scripts[kind].ops[count++];
        uint32_t what = draw(seed, 5);
        *op = (struct drawn_op){
            .kind = what < 3 ? (enum drawn_kind)what : DRAWN_LOCK,
            .word = draw(seed, DRAWN_WORDS),
            .value = (int16_t)draw(seed, 4),
            .is_odd_only = what < 3 && i > 0 && draw(seed, 4) == 0,
            .is_checked = what < 3 && draw(seed, 6) == 0,
        };
        if (op->kind == DRAWN_LOCK) {
            uint32_t lock = draw(seed, DRAWN_LOCKS);
            op->kind = is_held[lock] ? DRAWN_UNLOCK : DRAWN_LOCK;
            op->word = DRAWN_WORDS + lock;
            is_held[lock] = !is_held[lock];
        }
    }
    for (uint32_t lock = 0; lock < DRAWN_LOCKS; lock++) {
        if (is_held[lock]) {
            scripts[kind].ops[count++] = (struct drawn_op){
                .kind = DRAWN_UNLOCK,
                .word = DRAWN_WORDS + lock,
            };
        }
    }
    scripts[kind].count = count;
    scripts[kind].again = -1;
}

/* Of three kinds of threads one each, or of one of them two. Where threads go
 * round there are only two of them. */
static struct sim_program draw_program(uint64_t seed)
{
    bool has_loops = seed > DRAWN_PROGRAMS;
    uint32_t kinds = has_loops ? DRAWN_KINDS - 1 : DRAWN_KINDS;
    struct sim_program program = {
        .name = "drawn",
        .word_count = DRAWN_WORDS + DRAWN_LOCKS,
        .exits = draw(&seed, 5) == 0,
        .deadlocks = draw(&seed, 3) == 0,
    };
    uint32_t twice = draw(&seed, 2 * DRAWN_KINDS);
    uint32_t thread = 1;
    for (uint32_t kind = 0; kind < kinds; kind++) {
        draw_script(&seed, kind);
        scripts[kind].again = has_loops ? (int16_t)draw(&seed, 4) : -1;
        const struct drawn_op *first = &scripts[kind].ops[0];
        uint32_t count = twice == kind && !has_loops ? 2 : 1;
        program.kinds[kind] = (struct sim_program_kind){
            .body = drawn_body,
            .count = count,
            .first_word = (uint8_t)first->word,
            .first = first->kind == DRAWN_LOAD   ? SIM_PROGRAM_LOADS
                     : first->kind == DRAWN_LOCK ? SIM_PROGRAM_LOCKS
                                                 : SIM_PROGRAM_STORES,
        };
        for (uint32_t i = 0; i < count; i++) {
            kind_of_thread[thread++] = kind;
        }
    }
    return program;
}

/* What is counted of all of them. */
struct drawn {
    uint64_t transitions; /* without sleep sets */
    uint64_t spared;
    uint64_t merged; /* with sleep sets */
    uint32_t broken;
};

static void look_at_drawn(enum fuzz_explore_order order, struct drawn *drawn)
{
    struct fuzz_explore_options options = {
        .order = order,
        .memory_bytes = MEMORY_BYTES,
        .goes_on = true,
    };
    struct met met;
    struct met met_without;
    struct fuzz_explore_result whole = explore_as(&options, &met_without);
    options.has_sleep_sets = true;
    struct fuzz_explore_result slept = explore_as(&options, &met);
    assert_same_met(&met, &met_without);
    assert_int_equal(slept.verdict, whole.verdict);
    assert_int_equal(slept.bound, whole.bound);
    assert_int_equal(slept.totals.states, whole.totals.states);
    assert_int_equal(slept.totals.ends, whole.totals.ends);
    assert_true(
        order == FUZZ_EXPLORE_DEPTH || slept.path_count == whole.path_count);
    assert_true(slept.totals.transitions <= whole.totals.transitions);
    drawn->transitions += whole.totals.transitions;
    drawn->spared += whole.totals.transitions - slept.totals.transitions;
    drawn->merged += slept.totals.merged;
    drawn->broken += slept.verdict == FUZZ_EXPLORE_BROKEN;
    forget(&met);
    forget(&met_without);
    fuzz_explore_free(&slept);
    fuzz_explore_free(&whole);
}

/* Depth-first and breadth-first, also where threads go round: as many states
 * and ends, and as short a way to what breaks. */
static void drawn_programs_lose_nothing(void **state)
{
    (void)state;
    struct drawn drawn = { 0 };
    for (uint64_t i = 1; i <= DRAWN_PROGRAMS + DRAWN_LOOPS; i++) {
        struct sim_program program = draw_program(i);
        make_subject_of(&program);
        look_at_drawn(FUZZ_EXPLORE_BREADTH, &drawn);
        look_at_drawn(FUZZ_EXPLORE_DEPTH, &drawn);
    }
    assert_true(drawn.merged > 0);
    assert_true(drawn.spared > drawn.transitions / 5);
    assert_in_range(drawn.broken, DRAWN_PROGRAMS / 4, 2 * DRAWN_PROGRAMS);
}

/* ---- Wrong relations ---- */

static bool loads_commute_with_all(
    const struct sim_choice_candidate *one,
    const struct sim_choice_candidate *other)
{
    return !one->is_write || !other->is_write ||
           fuzz_traces_are_independent(one, other);
}

static bool words_commute(
    const struct sim_choice_candidate *one,
    const struct sim_choice_candidate *other)
{
    bool are_words = ((one->object | other->object) & SIM_OBJECT_IS_LOCK) == 0;
    return fuzz_traces_are_independent(one, other) ||
           (one->slot != other->slot && are_words);
}

static bool stores_commute(
    const struct sim_choice_candidate *one,
    const struct sim_choice_candidate *other)
{
    return (one->is_write && other->is_write && words_commute(one, other)) ||
           fuzz_traces_are_independent(one, other);
}

static uint64_t missed_with(
    fuzz_independent_fn *relation,
    enum fuzz_explore_order order)
{
    struct met met;
    struct met whole;
    (void)explore_all(order, false, &whole);
    subject.are_independent = relation;
    (void)explore_all(order, true, &met);
    subject.are_independent = fuzz_traces_are_independent;
    assert_int_equal(missing(&met.states, &whole.states), 0);
    uint64_t missed =
        missing(&whole.states, &met.states) + missing(&whole.ends, &met.ends);
    forget(&met);
    forget(&whole);
    return missed;
}

/* A comparison that would let these pass would prove nothing. */
static void what_a_wrong_relation_misses_is_noticed(void **state)
{
    (void)state;

    static const struct {
        const char *name;
        fuzz_independent_fn *relation;
    } mutants[] = {
        { "reorder_3", loads_commute_with_all },
        { "uneven", stores_commute },
        { "bluetooth_driver", loads_commute_with_all },
        { "reorder_3", words_commute },
        { "wronglock_3", words_commute },
        { "life_cycle_unlocked", stores_commute },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(mutants); i++) {
        make_subject(mutants[i].name);
        for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
            enum fuzz_explore_order how = (enum fuzz_explore_order)order;
            assert_true(missed_with(mutants[i].relation, how) > 0);
        }
    }
}

/* ---- States that are met again ---- */

/* Slots of both words. */
static void who_was_never_taken_is_kept(void **state)
{
    (void)state;
    const struct sim_state_key key = { .low = 1, .high = 2 };
    struct fuzz_table seen = { .value_words = fuzz_sleep_words(101) };
    assert_int_equal(fuzz_sleep_words(64), 1);
    assert_true(add(&seen, key));
    struct fuzz_sleep sleep = { 0 };
    fuzz_sleep_add(&sleep.asleep, 3);
    fuzz_sleep_add(&sleep.asleep, 5);
    fuzz_sleep_add(&sleep.asleep, 100);
    assert_true(fuzz_sleep_arrive(&seen, key, true, &sleep));
    assert_true(fuzz_sleep_has(&sleep.skipped, 100));
    assert_false(fuzz_sleep_has(&sleep.skipped, 4));
    fuzz_sleep_add(&sleep.asleep, 7); /* more sleep than before */
    assert_false(fuzz_sleep_arrive(&seen, key, false, &sleep));
    sleep = (struct fuzz_sleep){ 0 };
    fuzz_sleep_add(&sleep.asleep, 5);
    fuzz_sleep_add(&sleep.asleep, 9);
    assert_true(fuzz_sleep_arrive(&seen, key, false, &sleep));
    for (uint32_t slot = 0; slot < 101; slot++) {
        assert_int_equal(fuzz_sleep_has(&sleep.asleep, slot), slot == 5);
        assert_int_equal(
            fuzz_sleep_has(&sleep.skipped, slot),
            slot != 3 && slot != 100);
    }
    sleep = (struct fuzz_sleep){ 0 };
    assert_true(fuzz_sleep_arrive(&seen, key, false, &sleep));
    assert_false(fuzz_sleep_has(&sleep.skipped, 5));
    assert_true(fuzz_sleep_has(&sleep.skipped, 3));
    assert_false(fuzz_sleep_arrive(&seen, key, false, &sleep));
    fuzz_table_free(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_state_and_no_end_is_missed),
        cmocka_unit_test(all_that_orders_come_to_is_met),
        cmocka_unit_test(breadth_first_comes_as_soon),
        cmocka_unit_test(it_ends_as_others_end),
        cmocka_unit_test(drawn_programs_lose_nothing),
        cmocka_unit_test(what_a_wrong_relation_misses_is_noticed),
        cmocka_unit_test(who_was_never_taken_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
