/*
 * Micro-programs: small concurrent programs with a known bug, played on the
 * engine alone, to measure schedulers and searches by. An event of a program
 * is an access to shared memory, a lock, an unlock, a spawn or a join; a
 * thread yields before each and says what it touches.
 *
 * All that a thread must remember lies in its record of the arena, with the
 * number of its next event: two states are the same when these bytes are.
 */
#ifndef SIM_PROGRAM_PROGRAM_H
#define SIM_PROGRAM_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/choice.h"
#include "sim/engine/copy.h"
#include "sim/engine/thread.h"

struct sim_program;

/* What came of a run. */
enum sim_program_outcome {
    SIM_PROGRAM_HELD = 0,
    SIM_PROGRAM_BUG = 1,     /* an assertion of the program failed */
    SIM_PROGRAM_DEADLOCK = 2 /* threads are left that can never go on */
};

/** A program by index, NULL behind the last. */
const struct sim_program *sim_program_at(uint32_t index);

/** Its name: "reorder_3". */
const char *sim_program_name(const struct sim_program *program);

/** Whether reaching the outcome is the program's bug. */
bool sim_program_is_bug(
    const struct sim_program *program,
    enum sim_program_outcome outcome);

/**
 * Starts a run. After sim_open() or sim_arena_open().
 *
 * @param backer      borrowed for the run; NULL: the default order.
 * @param is_watched  decisions are taken with sim_thread_enabled() and
 *                    sim_thread_take(); else sim_program_run() plays it.
 */
void sim_program_begin(
    const struct sim_program *program,
    const struct sim_backer *backer,
    bool is_watched);

/** Plays it to its end. */
enum sim_program_outcome sim_program_run(void);

/** The outcome of a run that is watched, which has ended. */
enum sim_program_outcome sim_program_outcome(enum lc_end end);

/** Key of the state between two decisions: of the declared bytes alone. */
struct sim_state_key sim_program_key(void);

#endif
