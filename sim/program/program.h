/*
 * Micro-programs: small concurrent programs with a known bug, played on the
 * engine alone, to measure schedulers and searches by.
 *
 * Granularity: an event of a program is one load or store of a shared word, an
 * atomic exchange, compare-and-swap or increment, a lock, an unlock, a spawn
 * or a join. A thread yields before each and says what it touches; starting
 * and ending a thread are no events of their own. A thread that waits for a
 * lock or for another thread is not enabled. Where a condition reads a word
 * twice in the source it loads it twice here.
 *
 * All that a thread must remember lies in its record of the arena, with the
 * number of its next event: two states are the same when these bytes are. A
 * local variable keeps its value after its last use.
 *
 * States are counted as those that a decision leads to, without those in
 * which a thread cut the run short (a failed assertion, the exit of main); a
 * deadlock is a state. The state before the first decision is not counted
 * unless a decision leads back to it.
 */
#ifndef SIM_PROGRAM_PROGRAM_H
#define SIM_PROGRAM_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/trace.h"

#include "sim/engine/choice.h"
#include "sim/engine/copy.h"

struct sim_program;

/* What came of a run. */
enum sim_program_outcome {
    SIM_PROGRAM_HELD = 0,
    SIM_PROGRAM_BUG = 1,      /* an assertion of the program failed */
    SIM_PROGRAM_DEADLOCK = 2, /* threads are left that can never go on */
    SIM_PROGRAM_CUT = 3,      /* main has returned without waiting */
    SIM_PROGRAM_LIMIT = 4     /* too many steps: the engine gave up */
};

/** A program by index, NULL behind the last. */
const struct sim_program *sim_program_at(uint32_t index);

/** A program by name, NULL when there is none. */
const struct sim_program *sim_program_find(const char *name);

/** Its name: "reorder_3". */
const char *sim_program_name(const struct sim_program *program);

/** Number of its threads, main included. */
uint32_t sim_program_threads(const struct sim_program *program);

/** Whether it has a bug: the corrected ones, "..._fixed", have none. */
bool sim_program_has_bug(const struct sim_program *program);

/** Whether reaching the outcome is the program's bug, or would be. */
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
