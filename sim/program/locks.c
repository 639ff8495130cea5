/*
 * Programs about locks: wronglock, account, lazy01, deadlock01, carter01.
 */
#include "sim/program/state.h"

/* ---- wronglock: one variable under two locks ---- */

enum {
    WRONG_D = 0,
    WRONG_T = 1,
    WRONG_V = 2,
    WRONG_WORDS = 3
};

static void wrong_check(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    sim_program_lock(me, 1, WRONG_D);
    me->x = sim_program_load(me, 2, WRONG_V);
    me->r = sim_program_load(me, 3, WRONG_V);
    sim_program_store(me, 4, WRONG_V, me->r + 1);
    me->y = sim_program_load(me, 5, WRONG_V);
    sim_program_assert(me->y == me->x + 1);
    sim_program_unlock(me, 6, WRONG_D);
}

static void wrong_add(struct sim_program_thread *me, uint32_t lock)
{
    sim_program_lock(me, 1, lock);
    me->r = sim_program_load(me, 2, WRONG_V);
    sim_program_store(me, 3, WRONG_V, me->r + 1);
    sim_program_unlock(me, 4, lock);
}

static void wrong_add_other(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    wrong_add(me, WRONG_T);
}

static void wrong_add_same(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    wrong_add(me, WRONG_D);
}

/* ---- account: the check ends right only while somebody is missing ---- */

enum {
    ACCOUNT_LOCK = 0,
    ACCOUNT_BALANCE = 1,
    ACCOUNT_DEPOSITED = 2,
    ACCOUNT_WITHDRAWN = 3,
    ACCOUNT_WORDS = 4,
    ACCOUNT_X = 1,
    ACCOUNT_Y = 2,
    ACCOUNT_Z = 4
};

static void account_prepare(int32_t *words)
{
    words[ACCOUNT_BALANCE] = ACCOUNT_X;
}

static void account_check(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    sim_program_lock(me, 1, ACCOUNT_LOCK);
    if (sim_program_load(me, 2, ACCOUNT_DEPOSITED) != 0 &&
        sim_program_load(me, 3, ACCOUNT_WITHDRAWN) != 0) {
        int16_t balance = sim_program_load(me, 4, ACCOUNT_BALANCE);
        sim_program_assert(balance == (ACCOUNT_X - ACCOUNT_Y) - ACCOUNT_Z);
    }
    sim_program_unlock(me, 5, ACCOUNT_LOCK);
}

static void account_move(
    struct sim_program_thread *me,
    int32_t amount,
    uint32_t done)
{
    sim_program_lock(me, 1, ACCOUNT_LOCK);
    me->r = sim_program_load(me, 2, ACCOUNT_BALANCE);
    sim_program_store(me, 3, ACCOUNT_BALANCE, me->r + amount);
    sim_program_store(me, 4, done, 1);
    sim_program_unlock(me, 5, ACCOUNT_LOCK);
}

static void account_deposit(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    account_move(me, ACCOUNT_Y, ACCOUNT_DEPOSITED);
}

static void account_withdraw(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    account_move(me, -ACCOUNT_Z, ACCOUNT_WITHDRAWN);
}

#define ACCOUNT_KINDS                                                 \
    {                                                                 \
        { account_check, 1, ACCOUNT_LOCK, SIM_PROGRAM_LOCKS },        \
            { account_deposit, 1, ACCOUNT_LOCK, SIM_PROGRAM_LOCKS },  \
            { account_withdraw, 1, ACCOUNT_LOCK, SIM_PROGRAM_LOCKS }, \
    }

/* ---- lazy01: the check comes last ---- */

enum {
    LAZY_LOCK = 0,
    LAZY_DATA = 1,
    LAZY_WORDS = 2
};

/* Threads 1 and 2 add their number. */
static void lazy_add(struct sim_program_thread *me, uint32_t index)
{
    sim_program_lock(me, 1, LAZY_LOCK);
    me->r = sim_program_load(me, 2, LAZY_DATA);
    sim_program_store(me, 3, LAZY_DATA, me->r + (int32_t)index);
    sim_program_unlock(me, 4, LAZY_LOCK);
}

static void lazy_check(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    sim_program_lock(me, 1, LAZY_LOCK);
    me->r = sim_program_load(me, 2, LAZY_DATA);
    sim_program_assert(me->r < 3);
    sim_program_unlock(me, 3, LAZY_LOCK);
}

/* ---- deadlock01: two locks in two orders ---- */

enum {
    DEADLOCK_A = 0,
    DEADLOCK_B = 1,
    DEADLOCK_COUNT = 2,
    DEADLOCK_WORDS = 3
};

/* The one variable that is forgotten after its use: that is how the count of
 * states is that of the table. */
static void deadlock_add(
    struct sim_program_thread *me,
    uint32_t outer,
    uint32_t inner,
    int32_t amount)
{
    sim_program_lock(me, 1, outer);
    sim_program_lock(me, 2, inner);
    me->r = sim_program_load(me, 3, DEADLOCK_COUNT);
    sim_program_store(me, 4, DEADLOCK_COUNT, me->r + amount);
    me->r = 0;
    sim_program_unlock(me, 5, inner);
    sim_program_unlock(me, 6, outer);
}

static void deadlock_up(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    deadlock_add(me, DEADLOCK_A, DEADLOCK_B, 1);
}

static void deadlock_down(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    deadlock_add(me, DEADLOCK_B, DEADLOCK_A, -1);
}

static void deadlock_down_fixed(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    deadlock_add(me, DEADLOCK_A, DEADLOCK_B, -1);
}

/* ---- carter01: waits for the other class while holding what it needs ---- */

enum {
    CARTER_LOCK = 0,
    CARTER_GATE = 1,
    CARTER_A = 2,
    CARTER_B = 3,
    CARTER_WORDS = 4
};

static void carter_pass(struct sim_program_thread *me, uint32_t count)
{
    sim_program_lock(me, 1, CARTER_LOCK);
    me->r = sim_program_load(me, 2, count);
    sim_program_store(me, 3, count, me->r + 1);
    me->r = sim_program_load(me, 4, count);
    if (me->r == 1) {
        sim_program_lock(me, 5, CARTER_GATE);
    }
    sim_program_unlock(me, 6, CARTER_LOCK);
    sim_program_lock(me, 7, CARTER_LOCK);
    me->r = sim_program_load(me, 8, count);
    sim_program_store(me, 9, count, me->r - 1);
    me->r = sim_program_load(me, 10, count);
    if (me->r == 0) {
        sim_program_unlock(me, 11, CARTER_GATE);
    }
    sim_program_unlock(me, 12, CARTER_LOCK);
}

static void carter_a(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    carter_pass(me, CARTER_A);
}

static void carter_b(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    carter_pass(me, CARTER_B);
}

const struct sim_program sim_program_locks[] = {
    {
        .name = "wronglock",
        .word_count = WRONG_WORDS,
        .kinds = {
            { wrong_check, 1, WRONG_D, SIM_PROGRAM_LOCKS },
            { wrong_add_other, 7, WRONG_T, SIM_PROGRAM_LOCKS },
        },
    },
    {
        .name = "wronglock_3",
        .word_count = WRONG_WORDS,
        .kinds = {
            { wrong_check, 1, WRONG_D, SIM_PROGRAM_LOCKS },
            { wrong_add_other, 3, WRONG_T, SIM_PROGRAM_LOCKS },
        },
    },
    {
        .name = "wronglock_3_fixed",
        .word_count = WRONG_WORDS,
        .kinds = {
            { wrong_check, 1, WRONG_D, SIM_PROGRAM_LOCKS },
            { wrong_add_same, 3, WRONG_D, SIM_PROGRAM_LOCKS },
        },
        .is_fixed = true,
    },
    {
        .name = "account",
        .word_count = ACCOUNT_WORDS,
        .prepare = account_prepare,
        .kinds = ACCOUNT_KINDS,
    },
    {
        .name = "account_exit",
        .word_count = ACCOUNT_WORDS,
        .prepare = account_prepare,
        .kinds = ACCOUNT_KINDS,
        .exits = true,
    },
    {
        .name = "lazy01",
        .word_count = LAZY_WORDS,
        .kinds = {
            { lazy_add, 2, LAZY_LOCK, SIM_PROGRAM_LOCKS },
            { lazy_check, 1, LAZY_LOCK, SIM_PROGRAM_LOCKS },
        },
    },
    {
        .name = "deadlock01",
        .word_count = DEADLOCK_WORDS,
        .kinds = {
            { deadlock_up, 1, DEADLOCK_A, SIM_PROGRAM_LOCKS },
            { deadlock_down, 1, DEADLOCK_B, SIM_PROGRAM_LOCKS },
        },
        .deadlocks = true,
    },
    {
        .name = "deadlock01_fixed",
        .word_count = DEADLOCK_WORDS,
        .kinds = {
            { deadlock_up, 1, DEADLOCK_A, SIM_PROGRAM_LOCKS },
            { deadlock_down_fixed, 1, DEADLOCK_A, SIM_PROGRAM_LOCKS },
        },
        .deadlocks = true,
        .is_fixed = true,
    },
    {
        .name = "carter01",
        .word_count = CARTER_WORDS,
        .kinds = {
            { carter_a, 1, CARTER_LOCK, SIM_PROGRAM_LOCKS },
            { carter_b, 1, CARTER_LOCK, SIM_PROGRAM_LOCKS },
            { NULL, 2, 0, 0 },
        },
        .deadlocks = true,
    },
    { .name = NULL },
};
