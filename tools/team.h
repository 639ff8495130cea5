/*
 * What is to be said of several processes that explored together, beside what
 * came of it.
 */
#ifndef TOOLS_TEAM_H
#define TOOLS_TEAM_H

#include "fuzz/fuzz.h"

/** What one of them came to and one alone did not, or NULL: nothing. */
const char *tool_team_broken(const struct fuzz_explore_result *result);

#endif
