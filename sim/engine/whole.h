/*
 * Whole-state checks: whether all that the simulator keeps in the arena fits
 * together. With -Dchecks=full they run after each step of each run; they cost
 * far more than a step.
 */
#ifndef SIM_ENGINE_WHOLE_H
#define SIM_ENGINE_WHOLE_H

#include <stdbool.h>

/**
 * Says at start-up who checks a piece of the simulator.
 *
 * @param check  stops the process when something does not fit. Called on the
 *               host's stack, with every thread parked.
 */
void sim_whole_add(void (*check)(void));

/**
 * Checks the engine's own part, then all that was added.
 *
 * Returns: true; what does not fit stops the process.
 */
bool sim_whole(void);

#endif
