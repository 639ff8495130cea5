/*
 * What `lastcall fuzz` says at the end, for people and as JSON, and where it
 * keeps what it has found.
 */
#ifndef TOOLS_FUZZ_TEXT_H
#define TOOLS_FUZZ_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/fuzz.h"

enum {
    TOOL_FUZZ_PATH_BYTES = 4096
};

/* A search or a sweep that is over. Borrows. */
struct tool_fuzz_report {
    const struct fuzz_search_options *how;
    const struct fuzz_search_result *result;
    const struct fuzz_sweep *sweep; /* NULL: it was a search */
    const char *folder;             /* -o; NULL: none */
    const uint64_t *saved;          /* seeds of the findings that lie there */
    uint32_t saved_count;
    const bool *is_unwarned; /* by rule: its schedule could not be written */
    bool is_nothing_judged;  /* of all that was played */
    double seconds;
};

/** Prints it on stdout. */
void tool_fuzz_print(const struct tool_fuzz_report *report);

/** Prints it as an object. */
void tool_fuzz_print_json(const struct tool_fuzz_report *report);

/** The file of a finding in a folder. */
void tool_fuzz_path(
    const char *folder,
    const struct fuzz_finding *finding,
    char ret_path[TOOL_FUZZ_PATH_BYTES]);

/** The file of the first schedule in which a rule was warned of. */
void tool_fuzz_warning_path(
    const char *folder,
    uint32_t rule,
    char ret_path[TOOL_FUZZ_PATH_BYTES]);

#endif
