/*
 * What `lastcall explore` remarks at its end: what it has left out, and how to
 * go on.
 */
#ifndef TOOLS_EXPLORE_REMARK_H
#define TOOLS_EXPLORE_REMARK_H

#include <stdbool.h>

#include "fuzz/fuzz.h"

/** Whether there is more to do, by the same command. */
bool tool_explore_has_more(const struct fuzz_explore_result *result);

/** Remarks what became of the file that it can go on from, and removes it where
 * nothing is left to do. That one could not be written was said. */
void tool_explore_tell_of_state(
    const struct fuzz_explore_options *how,
    const struct fuzz_explore_result *result);

/** Remarks which limit has left something, and what helps. */
void tool_explore_remark_bound(
    const struct fuzz_explore_options *how,
    const struct fuzz_explore_result *result);

#endif
