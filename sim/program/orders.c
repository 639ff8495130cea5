/*
 * Programs whose bug is an order of accesses: reorder, twostage, uneven,
 * bluetooth_driver, token_ring.
 */
#include "sim/program/state.h"

/* ---- reorder_N: two stores, seen half done ---- */

enum {
    REORDER_A = 0,
    REORDER_B = 1,
    REORDER_WORDS = 2
};

static void reorder_set(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    sim_program_store(me, 1, REORDER_A, 1);
    sim_program_store(me, 2, REORDER_B, -1);
}

/* (a == 0 && b == 0) || (a == 1 && b == -1), from left to right. x is a as it
 * was loaded, y is b. */
static void reorder_check(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    me->x = sim_program_load(me, 1, REORDER_A);
    if (me->x == 0) {
        me->y = sim_program_load(me, 2, REORDER_B);
        if (me->y == 0) {
            return;
        }
    }
    me->x = sim_program_load(me, 3, REORDER_A);
    sim_program_assert(me->x == 1);
    me->y = sim_program_load(me, 4, REORDER_B);
    sim_program_assert(me->y == -1);
}

#define REORDER(program_name, setters, checkers)                        \
    {                                                                   \
        .name = (program_name), .word_count = REORDER_WORDS, .kinds = { \
            { reorder_set, (setters), REORDER_A, SIM_PROGRAM_STORES },  \
            { reorder_check, (checkers), REORDER_A, SIM_PROGRAM_LOADS } \
        }                                                               \
    }

/* ---- twostage: a value and what follows from it, under two locks ---- */

enum {
    TWOSTAGE_FIRST = 0, /* lock of d1 */
    TWOSTAGE_SECOND = 1,
    TWOSTAGE_D1 = 2,
    TWOSTAGE_D2 = 3,
    TWOSTAGE_WORDS = 4
};

static void twostage_set(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    sim_program_lock(me, 1, TWOSTAGE_FIRST);
    sim_program_store(me, 2, TWOSTAGE_D1, 1);
    sim_program_unlock(me, 3, TWOSTAGE_FIRST);
    sim_program_lock(me, 4, TWOSTAGE_SECOND);
    me->r = sim_program_load(me, 5, TWOSTAGE_D1);
    sim_program_store(me, 6, TWOSTAGE_D2, me->r + 1);
    sim_program_unlock(me, 7, TWOSTAGE_SECOND);
}

static void twostage_check(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    sim_program_lock(me, 1, TWOSTAGE_FIRST);
    me->r = sim_program_load(me, 2, TWOSTAGE_D1);
    if (me->r == 0) {
        sim_program_unlock(me, 3, TWOSTAGE_FIRST);
        return;
    }
    me->x = sim_program_load(me, 4, TWOSTAGE_D1);
    sim_program_unlock(me, 5, TWOSTAGE_FIRST);
    sim_program_lock(me, 6, TWOSTAGE_SECOND);
    me->y = sim_program_load(me, 7, TWOSTAGE_D2);
    sim_program_unlock(me, 8, TWOSTAGE_SECOND);
    sim_program_assert(me->y == me->x + 1);
}

#define TWOSTAGE(program_name, setters, checkers)                              \
    {                                                                          \
        .name = (program_name), .word_count = TWOSTAGE_WORDS, .kinds = {       \
            { twostage_set, (setters), TWOSTAGE_FIRST, SIM_PROGRAM_LOCKS },    \
            { twostage_check, (checkers), TWOSTAGE_FIRST, SIM_PROGRAM_LOCKS }, \
        }                                                                      \
    }

/* ---- uneven: one event among 25 ---- */

enum {
    UNEVEN_X = 0,
    UNEVEN_WORDS = 1,
    UNEVEN_STORES = 25,
    UNEVEN_ONE = 1, /* what the one store leaves */
    UNEVEN_MANY = 2,
    UNEVEN_LAST = 0xc00 /* event of main behind the joins */
};

static void uneven_once(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    sim_program_store(me, 1, UNEVEN_X, UNEVEN_ONE);
}

static void uneven_often(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    for (uint32_t event = 1; event <= UNEVEN_STORES; event++) {
        sim_program_store(me, (uint16_t)event, UNEVEN_X, UNEVEN_MANY);
    }
}

/* Fails when the one store came last. */
static void uneven_is_over(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    me->r = sim_program_load(me, UNEVEN_LAST, UNEVEN_X);
    sim_program_assert(me->r != UNEVEN_ONE);
}

/* ---- bluetooth_driver: tested, then counted ---- */

enum {
    BLUETOOTH_LOCK = 0,
    BLUETOOTH_PENDING = 1,
    BLUETOOTH_STOPPING = 2,
    BLUETOOTH_EVENT = 3,
    BLUETOOTH_STOPPED = 4,
    BLUETOOTH_WORDS = 5,
    BLUETOOTH_MAIN = 0x400 /* first event of main's own */
};

static void bluetooth_prepare(int32_t *words)
{
    words[BLUETOOTH_PENDING] = 1;
}

/* Five events, and a sixth for whoever was the last. */
static void bluetooth_leave(struct sim_program_thread *me, uint16_t event)
{
    sim_program_lock(me, event, BLUETOOTH_LOCK);
    me->r = sim_program_load(me, event + 1, BLUETOOTH_PENDING);
    sim_program_store(me, event + 2, BLUETOOTH_PENDING, me->r - 1);
    me->r = sim_program_load(me, event + 3, BLUETOOTH_PENDING);
    sim_program_unlock(me, event + 4, BLUETOOTH_LOCK);
    if (me->r == 0) {
        sim_program_store(me, event + 5, BLUETOOTH_EVENT, 1);
    }
}

static void bluetooth_stop(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    sim_program_store(me, 1, BLUETOOTH_STOPPING, 1);
    bluetooth_leave(me, 2);
    me->x = sim_program_load(me, 8, BLUETOOTH_EVENT);
    if (me->x != 0) {
        sim_program_store(me, 9, BLUETOOTH_STOPPED, 1);
    }
}

static void bluetooth_enter(struct sim_program_thread *me, uint16_t event)
{
    sim_program_lock(me, event, BLUETOOTH_LOCK);
    me->r = sim_program_load(me, event + 1, BLUETOOTH_PENDING);
    sim_program_store(me, event + 2, BLUETOOTH_PENDING, me->r + 1);
    sim_program_unlock(me, event + 3, BLUETOOTH_LOCK);
}

static void bluetooth_add(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    me->x = sim_program_load(me, BLUETOOTH_MAIN, BLUETOOTH_STOPPING);
    if (me->x == 0) {
        bluetooth_enter(me, BLUETOOTH_MAIN + 1);
        me->y = sim_program_load(me, BLUETOOTH_MAIN + 5, BLUETOOTH_STOPPED);
        sim_program_assert(me->y == 0);
    }
    bluetooth_leave(me, BLUETOOTH_MAIN + 6);
}

/* Corrected: counts first, and tests then. */
static void bluetooth_add_fixed(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    bluetooth_enter(me, BLUETOOTH_MAIN + 1);
    me->x = sim_program_load(me, BLUETOOTH_MAIN, BLUETOOTH_STOPPING);
    if (me->x == 0) {
        me->y = sim_program_load(me, BLUETOOTH_MAIN + 5, BLUETOOTH_STOPPED);
        sim_program_assert(me->y == 0);
    }
    bluetooth_leave(me, BLUETOOTH_MAIN + 6);
}

/* ---- token_ring: three steps that ought to come in their order ---- */

enum {
    TOKEN_LOCK = 0,
    TOKEN_X1 = 1, /* and X2, X3 */
    TOKEN_F1 = 4, /* and F2, F3: they are done */
    TOKEN_WORDS = 7
};

static void token_prepare(int32_t *words)
{
    words[TOKEN_X1] = 1;
    words[TOKEN_X1 + 1] = 2;
    words[TOKEN_X1 + 2] = 1;
}

/* The first takes its value from the last, and one more. */
static void token_pass(struct sim_program_thread *me, uint32_t index)
{
    uint32_t own = index - 1; /* threads 1 to 3 */
    uint32_t from = (own + 2) % 3;
    sim_program_lock(me, 1, TOKEN_LOCK);
    me->r = sim_program_load(me, 2, TOKEN_X1 + from);
    int32_t value = own == 0 ? (me->r + 1) % 4 : me->r;
    sim_program_store(me, 3, TOKEN_X1 + own, value);
    sim_program_store(me, 4, TOKEN_F1 + own, 1);
    sim_program_unlock(me, 5, TOKEN_LOCK);
}

static bool token_all_passed(struct sim_program_thread *me)
{
    for (uint16_t i = 0; i < 3; i++) {
        if (sim_program_load(me, 2 + i, TOKEN_F1 + i) == 0) {
            return false;
        }
    }
    return true;
}

static void token_check(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    sim_program_lock(me, 1, TOKEN_LOCK);
    if (token_all_passed(me)) {
        me->x = sim_program_load(me, 5, TOKEN_X1);
        me->y = sim_program_load(me, 6, TOKEN_X1 + 1);
        sim_program_assert(me->x == me->y);
        me->y = sim_program_load(me, 7, TOKEN_X1 + 1);
        me->x = sim_program_load(me, 8, TOKEN_X1 + 2);
        sim_program_assert(me->x == me->y);
    }
    sim_program_unlock(me, 9, TOKEN_LOCK);
}

const struct sim_program sim_program_orders[] = {
    REORDER("reorder_3", 2, 1),
    REORDER("reorder_4", 3, 1),
    REORDER("reorder_5", 4, 1),
    REORDER("reorder_10", 9, 1),
    REORDER("reorder_20", 10, 10),
    REORDER("reorder_50", 40, 10),
    REORDER("reorder_100", 99, 1),
    TWOSTAGE("twostage", 1, 1),
    TWOSTAGE("twostage_20", 10, 10),
    TWOSTAGE("twostage_50", 40, 10),
    TWOSTAGE("twostage_100", 99, 1),
    {
        .name = "uneven",
        .word_count = UNEVEN_WORDS,
        .kinds = {
            { uneven_once, 1, UNEVEN_X, SIM_PROGRAM_STORES },
            { uneven_often, 1, UNEVEN_X, SIM_PROGRAM_STORES },
        },
        .main_last = uneven_is_over,
    },
    {
        .name = "bluetooth_driver",
        .word_count = BLUETOOTH_WORDS,
        .prepare = bluetooth_prepare,
        .kinds = {
            { bluetooth_stop, 1, BLUETOOTH_STOPPING, SIM_PROGRAM_STORES },
        },
        .main_body = bluetooth_add,
    },
    {
        .name = "bluetooth_driver_fixed",
        .word_count = BLUETOOTH_WORDS,
        .prepare = bluetooth_prepare,
        .kinds = {
            { bluetooth_stop, 1, BLUETOOTH_STOPPING, SIM_PROGRAM_STORES },
        },
        .main_body = bluetooth_add_fixed,
        .is_fixed = true,
    },
    {
        .name = "token_ring",
        .word_count = TOKEN_WORDS,
        .prepare = token_prepare,
        .kinds = {
            { token_pass, 3, TOKEN_LOCK, SIM_PROGRAM_LOCKS },
            { token_check, 1, TOKEN_LOCK, SIM_PROGRAM_LOCKS },
        },
    },
    { .name = NULL },
};
