/*
 * What `lastcall blame` says, for people and as JSON.
 */
#ifndef TOOLS_BLAME_TEXT_H
#define TOOLS_BLAME_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"
#include "lastcall/trace.h"

#include "fuzz/fuzz.h"

/* All that was found. Borrows. */
struct tool_blame_report {
    const struct lc_schedule *schedule; /* that breaks a rule */
    const struct fuzz_blame_options *how;
    const struct fuzz_blame_result *result;
    const struct lc_record *records; /* of its run */
    uint64_t record_count;
    const struct lc_schedule *example; /* with two steps swapped: it holds;
                                          NULL: there is none */
    const char *example_line; /* what to type to see that; NULL: it lies in no
                                 file */
    const char *replay;
};

/** Prints it on stdout. */
void tool_blame_print(const struct tool_blame_report *report);

/** Prints it as an object. */
void tool_blame_print_json(const struct tool_blame_report *report);

/**
 * Prints as an object that a process has died, and nothing more is known.
 *
 * @param is_of_run  in the run itself, not in another order of it.
 * @param how        borrowed; what it died of.
 * @param replay     borrowed; what to type.
 */
void tool_blame_print_died(bool is_of_run, const char *how, const char *replay);

#endif
