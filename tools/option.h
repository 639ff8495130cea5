/*
 * Options of a command: one table that reads them and makes --help.
 */
#ifndef TOOLS_OPTION_H
#define TOOLS_OPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/limits.h"

enum tool_option_kind {
    TOOL_FLAG = 0,     /* target: bool */
    TOOL_TEXT = 1,     /* target: const char * */
    TOOL_NUMBER = 2,   /* target: struct tool_number */
    TOOL_LIST = 3,     /* target: struct tool_list; may be given again */
    TOOL_DURATION = 4, /* target: struct tool_number, in seconds: 90, 5m, 8h */
    TOOL_NO_OPTION = 5 /* ends a table */
};

enum tool_limits {
    TOOL_ARGUMENTS_MAX = 2,
    TOOL_TABLES_MAX = 4
};

/* Of the seeds and schedules that can be asked for. */
#define TOOL_SEEDS_MAX (1ULL << 62)

struct tool_number {
    uint64_t value;
    bool is_given;
    uint64_t low;
    uint64_t high;
};

struct tool_list {
    const char *items[LC_PROVIDERS_MAX];
    uint32_t count;
};

struct tool_option {
    const char *name; /* with its dashes: "--seed", "-o", "-j, --jobs" */
    enum tool_option_kind kind;
    void *target;
    const char *argument; /* word for the value, not empty; NULL for a flag */
    const char *help;
};

struct tool_command {
    const char *name;
    const char *arguments; /* what stands behind the options, for --help */
    const char *summary;
    uint32_t argument_count; /* how many of them there must be */
    uint32_t argument_max;   /* and may be */
    /* Its own options, and tables that several commands have; NULL ends. */
    const struct tool_option *tables[TOOL_TABLES_MAX + 1];
};

/**
 * Reads a command's words.
 *
 * @param argc, argv     the words behind the command's name.
 * @param ret_arguments  filled: what is not an option; borrowed from argv.
 * @param ret_exit       filled when false is returned: the exit status.
 *
 * Returns: whether to go on. When not, what was to say has been said.
 */
bool tool_option_read(
    const struct tool_command *command,
    int argc,
    char **argv,
    const char *ret_arguments[TOOL_ARGUMENTS_MAX],
    int *ret_exit);

/** Whether an option was among the words that were read. */
bool tool_option_is_given(const struct tool_option *option);

#endif
