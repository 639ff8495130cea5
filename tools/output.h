/*
 * What the program says: results on stdout, remarks and errors on stderr.
 */
#ifndef TOOLS_OUTPUT_H
#define TOOLS_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

/* Exit status: docs/lastcall.1. */
enum tool_exit {
    TOOL_EXIT_HELD = 0,
    TOOL_EXIT_BROKEN = 1,
    TOOL_EXIT_USAGE = 2, /* unreadable input, wrong usage, full disk, nothing
                            judged */
    TOOL_EXIT_DIFFERED = 3
};

/** Prints one line to stderr: "lastcall: " and the text. */
LC_PRINTF(1, 2)
void tool_output_error(const char *format, ...);

/**
 * What to type to see it again, for a check that fails from now on.
 *
 * @param line  borrowed until the next call; NULL: nothing.
 */
void tool_output_replay(const char *line);

/**
 * The same for a search, whose workers play one seed after the other.
 *
 * @param whole  borrowed; what to type when the check is none of a worker's.
 * @param line   borrowed; what to type but for --seed and --schedules.
 * @param seed   the seed being played, FUZZ_WORKER_NO_SEED: none is.
 */
void tool_output_replay_seed(
    const char *whole,
    const char *line,
    const volatile uint64_t *seed);

/** Says that what is played from now on has a planted bug: a check that fails is
 * a finding, not a defect of this program. */
void tool_output_planted(void);

/** Prints an object on stdout, and gives it back. */
void tool_output_json(json_t *object);

/** An object with the member `version`. */
json_t *tool_output_object(void);

/** A text as a JSON string: what is not UTF-8 of it is replaced by '?'. */
json_t *tool_output_text(const char *text);

/** 16 hexadecimal digits as a JSON string. */
json_t *tool_output_hash(uint64_t hash);

/** Nanoseconds of virtual time as days. */
double tool_output_days(uint64_t virtual_ns);

/** What makes a word of so many a plural: "s", or nothing for one. */
const char *tool_output_s(uint64_t count);

/** Prints a schedule on stdout, indented by so many spaces. */
void tool_output_schedule(const struct lc_schedule *schedule, uint32_t indent);

/** Prints a schedule that could not be saved on stderr: so it is not lost. */
void tool_output_unsaved(const struct lc_schedule *schedule);

/**
 * Closes stdout. Disk full and closed pipes are errors, not surprises.
 *
 * Returns: the exit status: that of the command, or TOOL_EXIT_USAGE.
 */
int tool_output_close(int exit_status);

/** A number, or null for 0, which means that it is not known. */
json_t *tool_output_known(double value);

#endif
