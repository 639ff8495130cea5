/*
 * The micro-programs: their states and interleavings are counted, and are as
 * many as another implementation has found.
 */
#include "sim/program/program.h"
#include "tests/unit/engine_fixture.h"
#include "tests/unit/program_walk.h"

enum {
    TABLE_SLOTS = 1 << 20
};

/* A state that was met, and in how many ways a run can go on from it. */
struct known {
    struct sim_state_key key;
    double ways;
    bool is_used;
    bool is_done;
};

/* What a walk through all states has found. */
struct found {
    uint32_t states; /* as program.h counts them */
    double interleavings;
    uint32_t ends[SIM_PROGRAM_LIMIT + 1]; /* by outcome, along each edge */
};

static struct known *path[WALK_DEPTH_MAX];

static struct known table[TABLE_SLOTS];

static struct known *lookup(struct sim_state_key key)
{
    uint32_t slot = (uint32_t)key.low % TABLE_SLOTS;
    while (table[slot].is_used && (table[slot].key.low != key.low ||
                                   table[slot].key.high != key.high)) {
        slot = (slot + 1) % TABLE_SLOTS;
    }
    return &table[slot];
}

static struct known *enter(struct sim_state_key key, struct found *found)
{
    struct known *known = lookup(key);
    assert_false(known->is_used);
    *known = (struct known){ .key = key, .is_used = true };
    found->states++;
    assert_true(found->states < TABLE_SLOTS / 2);
    return known;
}

/* Each state is gone on from once. */
static bool arrive(void *context, uint32_t depth, bool goes_on, enum lc_end end)
{
    struct found *found = context;
    assert_true(goes_on || depth > 0);
    if (!goes_on) {
        enum sim_program_outcome outcome = sim_program_outcome(end);
        found->ends[outcome]++;
        if (outcome == SIM_PROGRAM_BUG || outcome == SIM_PROGRAM_CUT) {
            path[depth - 1]->ways += 1; /* the run was cut short */
            return false;
        }
    }
    struct sim_state_key key = sim_program_key();
    struct known *known = lookup(key);
    if (known->is_used) {
        assert_true(known->is_done); /* no circles */
        path[depth - 1]->ways += known->ways;
        return false;
    }
    known = enter(key, found);
    path[depth] = known;
    if (!goes_on) {
        known->ways = 1;
        known->is_done = true;
        path[depth - 1]->ways += 1;
    }
    return goes_on;
}

static void leave(void *context, uint32_t depth)
{
    struct found *found = context;
    struct known *known = path[depth];
    known->is_done = true;
    if (depth > 0) {
        path[depth - 1]->ways += known->ways;
    } else {
        found->interleavings = known->ways;
    }
}

static struct found walk_through(const char *name)
{
    assert_int_equal(sim_arena_open(), SIM_OK);
    const struct sim_program *program = sim_program_find(name);
    assert_non_null(program);
    struct found found = { 0 };
    memset(table, 0, sizeof table);
    walk(
        program,
        &(struct walker){
            .context = &found,
            .arrive = arrive,
            .leave = leave,
        });
    found.states--; /* the first is none that a decision led to */
    return found;
}

/* As many as an independent implementation has counted at this granularity,
 * which knew no engine: of interleavings where their number is small. The states of
 * life_cycle are those that SPIN stores, without the first. */
static const struct count {
    const char *name;
    uint32_t states;
    double interleavings;
} counts[] = {
    { "reorder_3", 104, 2770 },
    { "reorder_4", 335, 436341 },
    { "reorder_5", 1040, 107069961 },
    { "reorder_10", 264179, 0 },
    { "twostage", 62, 1642 },
    { "wronglock_3", 2996, 30377786 },
    { "lazy01", 108, 665 },
    { "deadlock01", 42, 90 },
    { "account", 106, 1503 },
    { "account_exit", 76, 560 },
    { "bluetooth_driver", 174, 968 },
    { "token_ring", 512, 541796 },
    { "stack", 25534, 8125517 },
    { "uneven", 133, 377 },
    { "life_cycle", 1409, 0 },
    { "life_cycle_unlocked", 2669, 0 },
    { "life_cycle_early", 1254, 0 },
    { "life_cycle_inverted", 998, 0 },
    { "life_cycle_lower_left", 1348, 0 },
};

static void states_and_interleavings_are_as_many_as_elsewhere(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LC_COUNT_OF(counts); i++) {
        struct found found = walk_through(counts[i].name);
        assert_int_equal(found.states, counts[i].states);
        if (counts[i].interleavings > 0) {
            assert_true(found.interleavings == counts[i].interleavings);
        }
    }
}

/* A walk through all orders meets the bug, and no end of another kind. */
static void each_bug_can_be_reached(void **state)
{
    (void)state;
    static const char *const names[] = {
        "reorder_3",
        "reorder_4",
        "reorder_5",
        "twostage",
        "uneven",
        "bluetooth_driver",
        "token_ring",
        "wronglock_3",
        "account",
        "account_exit",
        "lazy01",
        "deadlock01",
        "carter01",
        "stack",
        "life_cycle_unlocked",
        "life_cycle_early",
        "life_cycle_inverted",
        "life_cycle_lower_left",
    };
    for (uint32_t i = 0; i < LC_COUNT_OF(names); i++) {
        struct found found = walk_through(names[i]);
        const struct sim_program *program = sim_program_find(names[i]);
        uint32_t bugs = 0;
        for (uint32_t end = 0; end <= SIM_PROGRAM_LIMIT; end++) {
            bool is_bug =
                sim_program_is_bug(program, (enum sim_program_outcome)end);
            bugs += is_bug ? found.ends[end] : 0;
            if (!is_bug && end != SIM_PROGRAM_HELD && end != SIM_PROGRAM_CUT) {
                assert_int_equal(found.ends[end], 0);
            }
        }
        assert_true(bugs > 0);
        assert_true(sim_program_has_bug(program));
    }
}

static uint32_t walks(void *context, const struct sim_choice_point *point)
{
    uint32_t *number = context;
    *number = *number * 1664525U + 1013904223U;
    return (*number >> 8) % point->count;
}

/* Those of too many states for a walk through all of them. */
static void the_larger_ones_are_met_at_random(void **state)
{
    (void)state;
    static const char *const names[] = { "queue",
                                         "wronglock",
                                         "circular_buffer" };
    assert_int_equal(sim_arena_open(), SIM_OK);
    uint32_t number = 1;
    const struct sim_backer backer = { .choose = walks, .context = &number };
    for (uint32_t i = 0; i < LC_COUNT_OF(names); i++) {
        const struct sim_program *program = sim_program_find(names[i]);
        uint32_t runs = 0;
        enum sim_program_outcome outcome;
        do {
            sim_program_begin(program, &backer, false);
            outcome = sim_program_run();
            runs++;
            assert_true(runs < 200000);
        } while (!sim_program_is_bug(program, outcome));
    }
}

/* Of too many states for a walk: tests/story/spin_test.py explores it. */
static bool is_large(const char *name)
{
    return strcmp(name, "life_cycle_3x2") == 0 ||
           strcmp(name, "life_cycle_3x3") == 0;
}

/* With what was wrong put right there is none, in any order: it was the bug
 * that was found, and not the way in which it is looked for. */
static void corrected_programs_hold_in_every_order(void **state)
{
    (void)state;
    uint32_t count = 0;
    const struct sim_program *program;
    for (uint32_t i = 0; (program = sim_program_at(i)) != NULL; i++) {
        const char *name = sim_program_name(program);
        if (sim_program_has_bug(program) || is_large(name)) {
            continue;
        }
        struct found found = walk_through(name);
        assert_int_equal(found.ends[SIM_PROGRAM_BUG], 0);
        assert_int_equal(found.ends[SIM_PROGRAM_DEADLOCK], 0);
        assert_true(found.ends[SIM_PROGRAM_HELD] > 0);
        count++;
    }
    assert_int_equal(count, 4);
}

/* The default order, counted. */
static uint32_t first(void *context, const struct sim_choice_point *point)
{
    uint32_t *decisions = context;
    (*decisions)++;
    LC_CHECK(point->count > 0);
    return 0;
}

/* A thread that is started is at its first event already: each event is one
 * decision, and a run of reorder_N takes as many as it has events. */
static void each_event_is_one_decision(void **state)
{
    (void)state;
    assert_int_equal(sim_arena_open(), SIM_OK);

    static const struct {
        const char *name;
        uint32_t events; /* spawns, joins, two of each setter, the checker's */
    } runs[] = {
        { "reorder_3", 3 + 3 + 2 * 2 + 3 },
        { "reorder_100", 100 + 100 + 2 * 99 + 3 },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(runs); i++) {
        const struct sim_program *program = sim_program_find(runs[i].name);
        uint32_t decisions = 0;
        const struct sim_backer backer = {
            .choose = first,
            .context = &decisions,
            .sees_all = true,
        };
        sim_program_begin(program, &backer, false);
        assert_int_equal(sim_program_run(), SIM_PROGRAM_HELD);
        assert_int_equal(decisions, runs[i].events);
    }
}

/* The largest fit, and end. */
static void all_programs_end_in_the_default_order(void **state)
{
    (void)state;
    assert_int_equal(sim_arena_open(), SIM_OK);
    const struct sim_program *program;
    for (uint32_t i = 0; (program = sim_program_at(i)) != NULL; i++) {
        sim_program_begin(program, NULL, false);
        enum sim_program_outcome outcome = sim_program_run();
        assert_int_not_equal(outcome, SIM_PROGRAM_LIMIT);
        assert_true(sim_program_threads(program) <= SIM_SLOTS_MAX);
        assert_ptr_equal(sim_program_find(sim_program_name(program)), program);
    }
    assert_null(sim_program_find("reorder"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_and_interleavings_are_as_many_as_elsewhere),
        cmocka_unit_test(each_bug_can_be_reached),
        cmocka_unit_test(the_larger_ones_are_met_at_random),
        cmocka_unit_test(corrected_programs_hold_in_every_order),
        cmocka_unit_test(each_event_is_one_decision),
        cmocka_unit_test(all_programs_end_in_the_default_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
