/*
 * What several commands are given alike: how to play and judge, what to
 * search. One table for each, which a command puts behind its own.
 */
#ifndef TOOLS_GIVEN_H
#define TOOLS_GIVEN_H

#include <stdbool.h>

#include "tools/line.h"
#include "tools/option.h"

/* Texts are NULL when they were not given. */
struct tool_given {
    /* --provider, --model, --inferences: of tool_given_playing. */
    struct tool_list providers;
    const char *model;
    bool inferences;
    /* --seed, --jobs, --sampler, --world, --bug, --faults: of
     * tool_given_searching. */
    struct tool_number seed;
    struct tool_number jobs;
    const char *sampler;
    const char *world;
    const char *bug;
    bool faults;
    /* --json: of tool_given_json. */
    bool json;
};

/* What this program was given. */
extern struct tool_given tool_given;

extern const struct tool_option tool_given_playing[];
extern const struct tool_option tool_given_searching[];
extern const struct tool_option tool_given_json[];

/** Adds the options of tool_given_playing to a line, as they were given. */
void tool_given_add_playing(
    const struct tool_given *given,
    struct tool_line *line);

/** Adds the program and `fuzz` with all that says which search it is, but for
 * its seeds. */
void tool_given_add_search(
    const struct tool_given *given,
    struct tool_line *line);

#endif
