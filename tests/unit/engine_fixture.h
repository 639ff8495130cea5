/*
 * For tests of sim/engine: a run of bare threads, without Winsock.
 */
#ifndef TESTS_UNIT_ENGINE_FIXTURE_H
#define TESTS_UNIT_ENGINE_FIXTURE_H

#include <stdint.h>
#include <string.h>

#include "sim/engine/engine.h"
#include "sim/engine/thread.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

/* What the threads of a test share: lies in the arena like all state. */
struct program {
    uint32_t count;
    uint32_t turn[64];
};

#define PROGRAM ((struct program *)sim_arena_part(SIM_PART_PROGRAM))

static inline void fixture_begin(
    const struct lc_choice *choices,
    uint32_t choice_count,
    const struct sim_backer *backer)
{
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_arena_part_declare(SIM_PART_PROGRAM, sizeof(struct program));
    sim_thread_begin_run();
    sim_choice_begin(choices, choice_count, backer);
}

static inline uint32_t fixture_thread(uint8_t ref, void (*entry)(void *))
{
    uint32_t slot = sim_thread_create(&(struct sim_thread_options){
        .process = 0,
        .creator = LC_MODULE_APP,
        .module = LC_MODULE_APP,
        .ref = ref,
        .entry = entry,
        .argument = (void *)(uintptr_t)ref,
    });
    assert_int_not_equal(slot, SIM_NO_THREAD);
    return slot;
}

/* Notes who is at its turn. */
static inline void fixture_turn(uint32_t who)
{
    PROGRAM->turn[PROGRAM->count % 64] = who;
    PROGRAM->count++;
}

static inline void fixture_yield(uint8_t function)
{
    sim_thread_yield((struct lc_place){
        .kind = LC_PLACE_SHIM,
        .function = function,
        .module = LC_MODULE_APP,
    });
}

#endif
