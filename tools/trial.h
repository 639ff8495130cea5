/*
 * A first trial of the DLLs of a world: whether they come up at all. Of one that
 * does not a search says nothing, and finds nothing.
 */
#ifndef TOOLS_TRIAL_H
#define TOOLS_TRIAL_H

#include <stdbool.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

/**
 * Plays a short life of an application in a child, with a socket of each
 * catalog entry, and says on stderr which of the DLLs that are first in a chain
 * were not started: whether WSPStartup was never called, or how it failed.
 * Plays it twice, and says when that was not the same. Says nothing where a
 * world has no DLL, and where the trial came to no end; a signal ends it.
 *
 * @param world  borrowed; can be played.
 *
 * Returns: false when it was not the same.
 */
LC_MUST_USE bool tool_trial_remark(const struct lc_world *world);

/**
 * Whether a DLL takes handles of its own from ws2_32 (WPUCreateSocketHandle): plays
 * the same short life in a child, with the DLL alone above a base.
 *
 * @param path  borrowed; fits into a provider.
 */
LC_MUST_USE bool tool_trial_has_own(const char *path);

/**
 * Plays a schedule twice in a child.
 *
 * Returns: whether its trace was the same, or could not be compared: the child
 * died, or there was none. True of a world without a DLL.
 */
LC_MUST_USE bool tool_trial_repeats(const struct lc_schedule *schedule);

#endif
