/*
 * What the commands of the program share. Only tools/ prints and exits.
 * Results go to standard output, remarks to standard error.
 */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

#include "fuzz/play.h"
#include "fuzz/search.h"

/* Exit status: a promise to scripts. */
enum tool_exit {
    TOOL_HELD = 0,
    TOOL_BROKEN = 1,
    TOOL_USAGE = 2, /* wrong usage, or unreadable input */
    TOOL_DIFFERED = 3
};

/* An option of a command: one table makes the parser and --help. */
struct tool_option {
    const char *name;     /* without the dashes; NULL ends the table */
    const char *argument; /* what --help calls it, NULL: takes none */
    const char *help;
    int id; /* handed to the command, 1 or more */
};

struct tool_command {
    const char *name;
    const char *usage; /* behind the name */
    const char *help;
    const struct tool_option *options;
    int (*run)(const struct tool_command *command, int argc, char **argv);
};

extern const struct tool_command tool_run_command;
extern const struct tool_command tool_fuzz_command;
extern const struct tool_command tool_shrink_command;
extern const struct tool_command tool_convert_command;
extern const struct tool_command tool_rules_command;
extern const struct tool_command tool_provider_command;
extern const struct tool_command tool_bench_command;
extern const struct tool_command tool_campaign_command;
extern const struct tool_command tool_report_command;

/* Where the options of a command line have got to. */
struct tool_arguments {
    const struct tool_command *command;
    int argc;
    char **argv;
    const char *value; /* of the option that was read last */
    const char *name;  /* its name */
    int first;         /* index of the first word that is no option */
};

/**
 * Reads the next option.
 *
 * Returns: its id, 0 when there are no more, -1 when the usage was wrong and
 *          the one line that says so was printed.
 */
int tool_next(struct tool_arguments *arguments);

/** Prints one line on standard error: "lastcall: ...". Returns TOOL_USAGE. */
LC_PRINTF(1, 2) int tool_usage(const char *format, ...);

/** Reads a whole number option. Prints the usage error when it is none. */
bool tool_number(
    const struct tool_arguments *arguments,
    uint64_t low,
    uint64_t high,
    uint64_t *ret_number);

/** Reads a time like 60, 90s, 10m, 8h as seconds. */
bool tool_seconds(
    const struct tool_arguments *arguments,
    uint64_t *ret_seconds);

/**
 * Reads a schedule, text or compact.
 *
 * Returns: false after one line that names the file, the line and the word.
 */
bool tool_read_schedule(const char *path, struct lc_schedule *ret_schedule);

/** Writes a schedule as text, whole or not at all. */
bool tool_write_schedule(const char *path, const struct lc_schedule *schedule);

/** Opens the simulator. Prints what is wrong when it can't. */
bool tool_open(void);

/** Takes `--provider NAME=FILE`. */
bool tool_replace(const char *argument);

/** Sets what the replay line says, for a check that fails. */
void tool_set_replay(const char *line);

/** The options of a search that `fuzz` and `campaign` share. */
struct tool_search {
    struct fuzz_search_options options;
    struct lc_world world;
    char plant[LC_NAME_MAX];
    const char *providers[LC_PROVIDERS_MAX];
    uint32_t provider_count;
    const char *sampler;
    const char *world_name; /* file, or "any" */
    bool is_any;
};

enum tool_search_option {
    TOOL_SEARCH_SEED = 100,
    TOOL_SEARCH_JOBS = 101,
    TOOL_SEARCH_SAMPLER = 102,
    TOOL_SEARCH_WORLD = 103,
    TOOL_SEARCH_PROVIDER = 104,
    TOOL_SEARCH_BUG = 105,
    TOOL_SEARCH_MODEL = 106,
    TOOL_SEARCH_INFERENCES = 107
};

void tool_search_init(struct tool_search *search);

/** Takes one of the options above. Returns: false after a usage line. */
bool tool_search_take(
    struct tool_search *search,
    const struct tool_arguments *arguments,
    int id);

/** Opens the simulator and makes the options whole. */
bool tool_search_open(struct tool_search *search);

/** Prints a finding: rule, sentence, source, where, size. */
void tool_print_finding(const struct fuzz_finding *finding);

/** Prints "N schedules, ..." of a search. */
void tool_print_totals(const struct fuzz_search_totals *totals);

/** Seconds of a clock that never goes back. */
double tool_clock(void);

/** Prints a verdict as `run` does. */
void tool_print_verdict(
    const struct lc_schedule *schedule,
    const struct fuzz_outcome *outcome);

/** Words of the verdicts. */
const char *tool_verdict_word(uint8_t kind);

/** Whether the user asked to stop (Ctrl-C); installs the handler at first. */
bool tool_is_interrupted(void);

#endif
