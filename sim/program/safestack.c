/*
 * SafeStack: a stack without locks whose compare-and-swap can't tell that the
 * element on top was away in the meantime. Three threads, two rounds.
 * Which variables a thread has changes no schedule, but the number of states:
 * bench/README.md says which were tried.
 */
#include "sim/program/state.h"

enum {
    SAFE_HEAD = 0,
    SAFE_COUNT = 1,
    SAFE_SIZE = 3,
    SAFE_NEXT = 2,
    SAFE_VALUE = SAFE_NEXT + SAFE_SIZE,
    SAFE_WORDS = SAFE_VALUE + SAFE_SIZE,
    SAFE_THREADS = 3,
    SAFE_ROUNDS = 2
};

static void safe_prepare(int32_t *words)
{
    words[SAFE_COUNT] = SAFE_SIZE;
    words[SAFE_NEXT] = 1;
    words[SAFE_NEXT + 1] = 2;
    words[SAFE_NEXT + 2] = -1;
}

/* One event. Returns: what was there. */
static int16_t safe_exchange(
    struct sim_program_thread *me,
    uint16_t event,
    uint32_t word,
    int32_t value)
{
    sim_program_touch(me, event, word, true);
    int32_t was = SIM_PROGRAM->words[word];
    SIM_PROGRAM->words[word] = value;
    return (int16_t)was;
}

/* One event: the head becomes `value` if it is x. */
static bool safe_swap_head(
    struct sim_program_thread *me,
    uint16_t event,
    int32_t value)
{
    sim_program_touch(me, event, SAFE_HEAD, true);
    int32_t *head = &SIM_PROGRAM->words[SAFE_HEAD];
    me->t = (int16_t)(*head == me->x);
    if (me->t != 0) {
        *head = value;
    }
    return me->t != 0;
}

/* x is the head as it was loaded, y its successor, r the element, t the count
 * that was seen, or whether the last swap was one. */
static bool safe_pop(struct sim_program_thread *me)
{
    for (;;) {
        me->t = sim_program_load(me, 1, SAFE_COUNT);
        if (me->t <= 1) {
            return false;
        }
        me->x = sim_program_load(me, 2, SAFE_HEAD);
        me->y = safe_exchange(me, 3, SAFE_NEXT + (uint32_t)me->x, -1);
        if (me->y < 0) {
            continue;
        }
        if (safe_swap_head(me, 4, me->y)) {
            (void)sim_program_add(me, 5, SAFE_COUNT, -1);
            me->r = me->x;
            return true;
        }
        sim_program_store(me, 6, SAFE_NEXT + (uint32_t)me->x, me->y);
    }
}

static void safe_push(struct sim_program_thread *me)
{
    me->x = sim_program_load(me, 9, SAFE_HEAD);
    sim_program_store(me, 10, SAFE_NEXT + (uint32_t)me->r, me->x);
    while (!safe_swap_head(me, 11, me->r)) {
        me->x = (int16_t)SIM_PROGRAM->words[SAFE_HEAD]; /* the same event */
        sim_program_store(me, 10, SAFE_NEXT + (uint32_t)me->r, me->x);
    }
    (void)sim_program_add(me, 12, SAFE_COUNT, 1);
}

static void safe_rounds(struct sim_program_thread *me, uint32_t index)
{
    for (me->i = 0; me->i < SAFE_ROUNDS; me->i++) {
        while (!safe_pop(me)) {
        }
        uint32_t value = SAFE_VALUE + (uint32_t)me->r;
        sim_program_store(me, 7, value, (int32_t)index);
        int16_t seen = sim_program_load(me, 8, value);
        sim_program_assert(seen == (int16_t)index);
        safe_push(me);
    }
}

const struct sim_program sim_program_safestack[] = {
    {
        .name = "safestack",
        .word_count = SAFE_WORDS,
        .prepare = safe_prepare,
        .kinds = {
            { safe_rounds, SAFE_THREADS, SAFE_COUNT, SIM_PROGRAM_LOADS },
        },
    },
    { .name = NULL },
};
