/*
 * life_cycle: the provider's life as micro-programs, one layer above one base.
 * Threads start, use and clean up in rounds; whoever comes first loads and
 * starts, whoever goes last cleans up and unloads, and then it can begin anew.
 * model/spin/life_cycle.pml is the same in Promela, event for event.
 *
 * Locks are taken in the order loader, layer, base. ws2_32 holds its own over
 * the whole of WSAStartup and WSACleanup, so that an upcall, which takes it,
 * must not come from where the layer holds its own.
 *
 * r is a count that is about to be changed, x what is only looked at or is the
 * base's, i the round.
 */
#include "sim/program/state.h"

enum {
    LIFE_LOADER = 0, /* locks */
    LIFE_LAYER = 1,
    LIFE_BASE = 2,
    LIFE_STARTS = 3,       /* of ws2_32: WSAStartup */
    LIFE_LOADED = 4,       /* the DLLs are mapped */
    LIFE_LAYER_STARTS = 5, /* WSPStartup, of each provider */
    LIFE_BASE_STARTS = 6,
    LIFE_MEMORY = 7, /* what the base needs while it is started */
    LIFE_WORDS = 8
};

/* First events of what a round is made of, and of main's last look. */
enum {
    LIFE_STARTUP = 1,
    LIFE_LAYER_STARTUP = 8,
    LIFE_USE = 20,
    LIFE_UPCALL = 30,
    LIFE_CLEANUP = 40,
    LIFE_LAYER_CLEANUP = 50,
    LIFE_LAST = 0xc00
};

enum life_bug {
    LIFE_CORRECT = 0,
    LIFE_UNLOCKED = 1,  /* WSAStartup counts before it takes its lock */
    LIFE_EARLY = 2,     /* the layer cleans the base up before its last one */
    LIFE_INVERTED = 3,  /* the upcall comes from under the layer's lock */
    LIFE_LOWER_LEFT = 4 /* the layer does not clean the base up */
};

/* ---- The providers ---- */

static void life_base_startup(struct sim_program_thread *me, uint16_t event)
{
    sim_program_lock(me, event, LIFE_BASE);
    me->x = sim_program_load(me, event + 1, LIFE_BASE_STARTS);
    if (me->x == 0) {
        sim_program_store(me, event + 2, LIFE_MEMORY, 1);
    }
    sim_program_store(me, event + 3, LIFE_BASE_STARTS, me->x + 1);
    sim_program_unlock(me, event + 4, LIFE_BASE);
}

static void life_layer_startup(struct sim_program_thread *me, uint16_t event)
{
    sim_program_lock(me, event, LIFE_LAYER);
    me->r = sim_program_load(me, event + 1, LIFE_LAYER_STARTS);
    if (me->r == 0) {
        life_base_startup(me, event + 2);
    }
    sim_program_store(me, event + 7, LIFE_LAYER_STARTS, me->r + 1);
    sim_program_unlock(me, event + 8, LIFE_LAYER);
}

static void life_base_cleanup(struct sim_program_thread *me, uint16_t event)
{
    sim_program_lock(me, event, LIFE_BASE);
    me->x = sim_program_load(me, event + 1, LIFE_BASE_STARTS);
    sim_program_assert(me->x > 0);
    sim_program_store(me, event + 2, LIFE_BASE_STARTS, me->x - 1);
    if (me->x == 1) {
        sim_program_store(me, event + 3, LIFE_MEMORY, 0);
    }
    sim_program_unlock(me, event + 4, LIFE_BASE);
}

static void life_layer_cleanup(
    struct sim_program_thread *me,
    uint16_t event,
    enum life_bug bug)
{
    sim_program_lock(me, event, LIFE_LAYER);
    me->r = sim_program_load(me, event + 1, LIFE_LAYER_STARTS);
    sim_program_assert(me->r > 0);
    sim_program_store(me, event + 2, LIFE_LAYER_STARTS, me->r - 1);
    if (bug != LIFE_LOWER_LEFT && (me->r == 1 || bug == LIFE_EARLY)) {
        life_base_cleanup(me, event + 3);
    }
    sim_program_unlock(me, event + 8, LIFE_LAYER);
}

/* ---- A round ---- */

static void life_startup(struct sim_program_thread *me, enum life_bug bug)
{
    uint16_t event = LIFE_STARTUP;
    if (bug != LIFE_UNLOCKED) {
        sim_program_lock(me, event++, LIFE_LOADER);
    }
    me->r = sim_program_load(me, event, LIFE_STARTS);
    sim_program_store(me, event + 1, LIFE_STARTS, me->r + 1);
    if (bug == LIFE_UNLOCKED) {
        sim_program_lock(me, event + 2, LIFE_LOADER);
    }
    if (me->r == 0) {
        sim_program_store(me, event + 3, LIFE_LOADED, 1);
    }
    life_layer_startup(me, LIFE_LAYER_STARTUP);
    sim_program_unlock(me, LIFE_LAYER_STARTUP + 9, LIFE_LOADER);
}

/* ws2_32 looks up whose handle that is. */
static void life_upcall(struct sim_program_thread *me, uint16_t event)
{
    sim_program_lock(me, event, LIFE_LOADER);
    me->x = sim_program_load(me, event + 1, LIFE_STARTS);
    sim_program_assert(me->x > 0);
    sim_program_unlock(me, event + 2, LIFE_LOADER);
}

/* A call through the chain. */
static void life_use(struct sim_program_thread *me, enum life_bug bug)
{
    uint16_t event = LIFE_USE;
    sim_program_lock(me, event, LIFE_LAYER);
    me->x = sim_program_load(me, event + 1, LIFE_LOADED);
    sim_program_assert(me->x == 1);
    me->x = sim_program_load(me, event + 2, LIFE_LAYER_STARTS);
    sim_program_assert(me->x > 0);
    if (bug == LIFE_INVERTED) {
        life_upcall(me, LIFE_UPCALL);
    }
    sim_program_unlock(me, event + 3, LIFE_LAYER);
    sim_program_lock(me, event + 4, LIFE_BASE);
    me->x = sim_program_load(me, event + 5, LIFE_BASE_STARTS);
    sim_program_assert(me->x > 0);
    me->x = sim_program_load(me, event + 6, LIFE_MEMORY);
    sim_program_assert(me->x == 1);
    sim_program_unlock(me, event + 7, LIFE_BASE);
    if (bug != LIFE_INVERTED) {
        life_upcall(me, LIFE_UPCALL);
    }
}

static void life_cleanup(struct sim_program_thread *me, enum life_bug bug)
{
    uint16_t event = LIFE_CLEANUP;
    sim_program_lock(me, event, LIFE_LOADER);
    life_layer_cleanup(me, LIFE_LAYER_CLEANUP, bug);
    me->r = sim_program_load(me, event + 1, LIFE_STARTS);
    sim_program_assert(me->r > 0);
    sim_program_store(me, event + 2, LIFE_STARTS, me->r - 1);
    if (me->r == 1) {
        me->x = sim_program_load(me, event + 3, LIFE_LAYER_STARTS);
        sim_program_assert(me->x == 0); /* nobody is inside */
        sim_program_store(me, event + 4, LIFE_LOADED, 0);
    }
    sim_program_unlock(me, event + 5, LIFE_LOADER);
}

static void life_rounds(
    struct sim_program_thread *me,
    int16_t rounds,
    enum life_bug bug)
{
    for (me->i = 0; me->i < rounds; me->i++) {
        life_startup(me, bug);
        life_use(me, bug);
        life_cleanup(me, bug);
    }
}

/* Main, when all are done: nothing is left. */
static void life_is_over(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    for (uint32_t word = LIFE_STARTS; word < LIFE_WORDS; word++) {
        me->x = sim_program_load(me, (uint16_t)(LIFE_LAST + word), word);
        sim_program_assert(me->x == 0);
    }
}

static void life_once(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    life_rounds(me, 1, LIFE_CORRECT);
}

static void life_twice(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    life_rounds(me, 2, LIFE_CORRECT);
}

static void life_three_times(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    life_rounds(me, 3, LIFE_CORRECT);
}

static void life_unlocked(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    life_rounds(me, 1, LIFE_UNLOCKED);
}

static void life_early(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    life_rounds(me, 1, LIFE_EARLY);
}

static void life_inverted(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    life_rounds(me, 1, LIFE_INVERTED);
}

static void life_lower_left(struct sim_program_thread *me, uint32_t index)
{
    (void)index;
    life_rounds(me, 1, LIFE_LOWER_LEFT);
}

const struct sim_program sim_program_life[] = {
    {
        .name = "life_cycle",
        .word_count = LIFE_WORDS,
        .kinds = { { life_once, 2, LIFE_LOADER, SIM_PROGRAM_LOCKS } },
        .main_last = life_is_over,
        .is_fixed = true,
    },
    {
        .name = "life_cycle_3x2",
        .word_count = LIFE_WORDS,
        .kinds = { { life_twice, 3, LIFE_LOADER, SIM_PROGRAM_LOCKS } },
        .main_last = life_is_over,
        .is_fixed = true,
    },
    {
        .name = "life_cycle_3x3",
        .word_count = LIFE_WORDS,
        .kinds = { { life_three_times, 3, LIFE_LOADER, SIM_PROGRAM_LOCKS } },
        .main_last = life_is_over,
        .is_fixed = true,
    },
    {
        .name = "life_cycle_unlocked",
        .word_count = LIFE_WORDS,
        .kinds = { { life_unlocked, 2, LIFE_STARTS, SIM_PROGRAM_LOADS } },
        .main_last = life_is_over,
    },
    {
        .name = "life_cycle_early",
        .word_count = LIFE_WORDS,
        .kinds = { { life_early, 2, LIFE_LOADER, SIM_PROGRAM_LOCKS } },
        .main_last = life_is_over,
    },
    {
        .name = "life_cycle_inverted",
        .word_count = LIFE_WORDS,
        .kinds = { { life_inverted, 2, LIFE_LOADER, SIM_PROGRAM_LOCKS } },
        .main_last = life_is_over,
        .deadlocks = true,
    },
    {
        .name = "life_cycle_lower_left",
        .word_count = LIFE_WORDS,
        .kinds = { { life_lower_left, 2, LIFE_LOADER, SIM_PROGRAM_LOCKS } },
        .main_last = life_is_over,
    },
    { .name = NULL },
};
