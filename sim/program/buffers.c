/*
 * Programs whose two threads hand values on through a buffer: stack, queue,
 * circular_buffer.
 */
#include "sim/program/state.h"

/* ---- stack: popped from although it may be empty ---- */

enum {
    STACK_LOCK = 0,
    STACK_TOP = 1,
    STACK_FLAG = 2,
    STACK_ITEM = 3, /* one word for all: what is in them matters to nobody */
    STACK_WORDS = 4,
    STACK_SIZE = 10
};

static void stack_push(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    for (me->i = 0; me->i < STACK_SIZE; me->i++) {
        sim_program_lock(me, 1, STACK_LOCK);
        me->r = sim_program_load(me, 2, STACK_TOP);
        sim_program_assert(me->r < STACK_SIZE);
        me->r = sim_program_load(me, 3, STACK_TOP);
        sim_program_store(me, 4, STACK_ITEM, 0);
        me->r = sim_program_load(me, 5, STACK_TOP);
        sim_program_store(me, 6, STACK_TOP, me->r + 1);
        sim_program_store(me, 7, STACK_FLAG, 1);
        sim_program_unlock(me, 8, STACK_LOCK);
    }
}

static void stack_pop(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    for (me->i = 0; me->i < STACK_SIZE; me->i++) {
        sim_program_lock(me, 1, STACK_LOCK);
        me->r = sim_program_load(me, 2, STACK_FLAG);
        if (me->r != 0) {
            me->r = sim_program_load(me, 3, STACK_TOP);
            sim_program_assert(me->r > 0);
            me->r = sim_program_load(me, 4, STACK_TOP);
            sim_program_store(me, 5, STACK_TOP, me->r - 1);
            me->r = sim_program_load(me, 6, STACK_TOP);
            (void)sim_program_load(me, 7, STACK_ITEM);
        }
        sim_program_unlock(me, 8, STACK_LOCK);
    }
}

/* ---- queue: two loops that count alike only as long as both take part ---- */

enum {
    QUEUE_LOCK = 0,
    QUEUE_HEAD = 1,
    QUEUE_TAIL = 2,
    QUEUE_MAY_ENQUEUE = 3,
    QUEUE_MAY_DEQUEUE = 4,
    QUEUE_SIZE = 20,
    QUEUE_ITEMS = 5,
    QUEUE_STORED = QUEUE_ITEMS + QUEUE_SIZE,
    QUEUE_WORDS = QUEUE_STORED + QUEUE_SIZE
};

_Static_assert((int)QUEUE_WORDS <= (int)SIM_PROGRAM_WORDS_MAX, "they fit");

static void queue_prepare(int32_t *words)
{
    words[QUEUE_MAY_ENQUEUE] = 1;
}

/* Four events. */
static void queue_enqueue(
    struct sim_program_thread *me,
    uint16_t event,
    int32_t stored)
{
    me->r = sim_program_load(me, event, QUEUE_TAIL);
    sim_program_store(me, event + 1, QUEUE_ITEMS + (uint32_t)me->r, me->x);
    sim_program_store(me, event + 2, QUEUE_TAIL, me->r + 1);
    sim_program_store(me, event + 3, QUEUE_STORED + (uint32_t)stored, me->x);
}

/* x is the value, i the turn. */
static void queue_put(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    sim_program_lock(me, 1, QUEUE_LOCK);
    queue_enqueue(me, 2, 0);
    sim_program_unlock(me, 6, QUEUE_LOCK);
    for (me->i = 0; me->i < QUEUE_SIZE - 1; me->i++) {
        sim_program_lock(me, 7, QUEUE_LOCK);
        me->r = sim_program_load(me, 8, QUEUE_MAY_ENQUEUE);
        if (me->r != 0) {
            me->x++;
            queue_enqueue(me, 9, me->i + 1);
            sim_program_store(me, 13, QUEUE_MAY_ENQUEUE, 0);
            sim_program_store(me, 14, QUEUE_MAY_DEQUEUE, 1);
        }
        sim_program_unlock(me, 15, QUEUE_LOCK);
    }
}

static void queue_get(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    for (me->i = 0; me->i < QUEUE_SIZE; me->i++) {
        sim_program_lock(me, 1, QUEUE_LOCK);
        me->r = sim_program_load(me, 2, QUEUE_MAY_DEQUEUE);
        if (me->r != 0) {
            me->r = sim_program_load(me, 3, QUEUE_HEAD);
            me->x = sim_program_load(me, 4, QUEUE_ITEMS + (uint32_t)me->r);
            sim_program_store(me, 5, QUEUE_HEAD, me->r + 1);
            me->y = sim_program_load(me, 6, QUEUE_STORED + (uint32_t)me->i);
            sim_program_assert(me->x == me->y);
            sim_program_store(me, 7, QUEUE_MAY_DEQUEUE, 0);
            sim_program_store(me, 8, QUEUE_MAY_ENQUEUE, 1);
        }
        sim_program_unlock(me, 9, QUEUE_LOCK);
    }
}

/* ---- circular_buffer: the same, round and round ---- */

enum {
    RING_LOCK = 0,
    RING_FIRST = 1,
    RING_NEXT = 2,
    RING_SEND = 3,
    RING_RECEIVE = 4,
    RING_ITEMS = 5,
    RING_SIZE = 10,
    RING_WORDS = RING_ITEMS + RING_SIZE,
    RING_ROUNDS = 7
};

static void ring_prepare(int32_t *words)
{
    words[RING_SEND] = 1;
}

static void ring_put(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    for (me->i = 0; me->i < RING_ROUNDS; me->i++) {
        sim_program_lock(me, 1, RING_LOCK);
        me->r = sim_program_load(me, 2, RING_SEND);
        if (me->r != 0) {
            me->r = sim_program_load(me, 3, RING_NEXT);
            sim_program_store(me, 4, RING_ITEMS + (uint32_t)me->r, me->i);
            sim_program_store(me, 5, RING_NEXT, (me->r + 1) % RING_SIZE);
            sim_program_store(me, 6, RING_SEND, 0);
            sim_program_store(me, 7, RING_RECEIVE, 1);
        }
        sim_program_unlock(me, 8, RING_LOCK);
    }
}

static void ring_get(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    for (me->i = 0; me->i < RING_ROUNDS; me->i++) {
        sim_program_lock(me, 1, RING_LOCK);
        me->r = sim_program_load(me, 2, RING_RECEIVE);
        if (me->r != 0) {
            me->r = sim_program_load(me, 3, RING_FIRST);
            me->x = sim_program_load(me, 4, RING_ITEMS + (uint32_t)me->r);
            sim_program_store(me, 5, RING_FIRST, (me->r + 1) % RING_SIZE);
            sim_program_assert(me->x == me->i);
            sim_program_store(me, 6, RING_RECEIVE, 0);
            sim_program_store(me, 7, RING_SEND, 1);
        }
        sim_program_unlock(me, 8, RING_LOCK);
    }
}

const struct sim_program sim_program_buffers[] = {
    {
        .name = "stack",
        .word_count = STACK_WORDS,
        .kinds = {
            { stack_push, 1, STACK_LOCK, SIM_PROGRAM_LOCKS },
            { stack_pop, 1, STACK_LOCK, SIM_PROGRAM_LOCKS },
        },
    },
    {
        .name = "queue",
        .word_count = QUEUE_WORDS,
        .prepare = queue_prepare,
        .kinds = {
            { queue_put, 1, QUEUE_LOCK, SIM_PROGRAM_LOCKS },
            { queue_get, 1, QUEUE_LOCK, SIM_PROGRAM_LOCKS },
        },
    },
    {
        .name = "circular_buffer",
        .word_count = RING_WORDS,
        .prepare = ring_prepare,
        .kinds = {
            { ring_put, 1, RING_LOCK, SIM_PROGRAM_LOCKS },
            { ring_get, 1, RING_LOCK, SIM_PROGRAM_LOCKS },
        },
    },
    { .name = NULL },
};
