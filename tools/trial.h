/*
 * A first trial of the DLLs of a world: whether they come up at all. Of one that
 * does not a search says nothing, and finds nothing.
 */
#ifndef TOOLS_TRIAL_H
#define TOOLS_TRIAL_H

#include "lastcall/schedule.h"

/**
 * Plays a short life of an application in a child, with a socket of each
 * catalog entry, and says on stderr which of the DLLs that are first in a chain
 * were not started: whether WSPStartup was never called, or how it failed. Says nothing where a world has
 * no DLL, and where the trial came to no end.
 *
 * @param world  borrowed; can be played.
 */
void tool_trial_remark(const struct lc_world *world);

#endif
