/*
 * Fibers: the stacks of simulated threads, and the switch between them and the
 * host's stack. Only the host enters a fiber, and a fiber leaves only to the
 * host, so that whoever runs on the host stack finds every fiber parked.
 *
 * x86-64 System V. A switch saves the callee-saved registers and returns by a
 * jump: a `ret` would be predicted to go back where the other stack came from.
 */
#ifndef SIM_ENGINE_FIBER_H
#define SIM_ENGINE_FIBER_H

#include <stdint.h>

#include "lastcall/check.h"

/**
 * Lays out a fresh fiber, parked at the entry function.
 *
 * @param slot   thread slot: which stack of the arena.
 * @param entry  called on the fiber's stack at the first enter; must not
 *               return.
 *
 * Returns: the saved stack pointer for sim_fiber_enter().
 */
LC_MUST_USE void *sim_fiber_make(uint32_t slot, void (*entry)(void));

/**
 * Runs a parked fiber from the host until it leaves.
 *
 * @param slot  thread slot of the fiber.
 * @param at    its saved stack pointer.
 *
 * Returns: its new saved stack pointer.
 */
LC_MUST_USE void *sim_fiber_enter(uint32_t slot, void *at);

/** Parks the running fiber and goes on on the host's stack. */
void sim_fiber_leave(void);

/**
 * Gives up the running fiber for good and goes on on the host's stack. For the
 * end of a run and for the signal handler of hosted code.
 */
LC_NORETURN void sim_fiber_abandon(void);

/** Gives up what lies on a parked fiber's stack, so that another moment can be
 * brought back there (ASan). */
void sim_fiber_forget(uint32_t slot, const void *at);

/** Makes all stacks accessible again after fibers were given up (ASan). */
void sim_fiber_reset(uint32_t slot_count);

#endif
