/*
 * What `lastcall explore` says at the end, for people and as JSON.
 */
#ifndef TOOLS_EXPLORE_TEXT_H
#define TOOLS_EXPLORE_TEXT_H

#include <stdbool.h>

#include "lastcall/schedule.h"

#include "fuzz/fuzz.h"

/* All that was looked at, and what was found. Borrows. */
struct tool_explore_report {
    const struct fuzz_explore_options *how;
    const struct fuzz_explore_result *result;
    double seconds;
    bool has_values;             /* all latencies and handle values */
    uint32_t fault_max;          /* calls that may fail in a run */
    uint32_t fault_kinds;        /* of these: bit per enum lc_fail */
    const char *why_not_reduced; /* NULL: there were sleep sets */
    const struct fuzz_traces_result *traces; /* NULL: they were not counted */
    const struct fuzz_subject_program *program; /* NULL: it was a schedule */
    const struct lc_schedule *found;    /* that breaks a rule; NULL: there is
                                        none */
    const struct fuzz_outcome *outcome; /* of that schedule */
    const char *found_line; /* what to type to see that; NULL: it lies in no
                               file */
};

/** Prints it on stdout. */
void tool_explore_print(const struct tool_explore_report *report);

/** Prints it as an object. */
void tool_explore_print_json(const struct tool_explore_report *report);

/** Prints the micro-programs that there are. */
void tool_explore_print_list(bool is_json);

#endif
