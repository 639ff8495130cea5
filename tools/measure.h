/*
 * What bench's tables of trials have in common: options, the mean of what was
 * measured and its interval, files.
 */
#ifndef TOOLS_MEASURE_H
#define TOOLS_MEASURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lastcall/check.h"

#include "tools/line.h"
#include "tools/option.h"

/* Texts are NULL when they were not given. */
struct tool_measure {
    const char *program;
    const char *bug;
    const char *layer;
    const char *sampler;
    const char *csv;
    const char *html;
    struct tool_number trials;
    struct tool_number cap;
    struct tool_number seed;
    struct tool_number jobs;
    struct tool_number walks;
    bool explore;
    struct tool_number states;
    struct tool_number transitions;
};

/* What this program was given. */
extern struct tool_measure tool_measure;

extern const struct tool_option tool_measure_options[];

/* Trials, each of which ends with the bug or is given up. */
struct tool_trials {
    uint64_t cap; /* schedules after which one is given up */
    uint32_t count;
    uint32_t found;     /* that met the bug */
    uint64_t schedules; /* of all */
    double mean;        /* schedules to the first bug; 0: none was met */
    double low;         /* of its 95 % interval */
    double high;        /* 0: open */
};

/** Fills mean and interval from what was counted. */
void tool_measure_estimate(struct tool_trials *trials);

/** What they say: "39.5", ">100000". */
void tool_measure_mean(const struct tool_trials *trials, char text[32]);

/** The ends of the mean's interval: "32.1 48.4", ">33333" where none was met. */
void tool_measure_range(
    const struct tool_trials *trials,
    const char *between,
    char text[64]);

/** Both: "39.5 [32.1 48.4]". */
void tool_measure_interval(const struct tool_trials *trials, char text[64]);

/** "20/100": of the trials so many met the bug. */
void tool_measure_found(const struct tool_trials *trials, char text[32]);

/** Whether a row or column is to be in the table. wanted: NULL: all are. */
bool tool_measure_wants(const char *wanted, const char *name);

/** Adds the options that were given, but for files. */
void tool_measure_add(struct tool_line *line);

/** Writes a text as HTML has it. */
void tool_measure_put(FILE *file, const char *text);

/** Whether the files that were asked for could be written, as far as that can
 * be known before; makes and changes none. Says which could not, and why. */
LC_MUST_USE bool tool_measure_can_write(void);

/**
 * Writes a file.
 *
 * @param path   NULL: none.
 * @param write  returns whether all could be written.
 * @param how    borrowed, for write.
 *
 * Returns: whether it is written. Says when not.
 */
bool tool_measure_write(
    const char *path,
    bool (*write)(FILE *file, const char *how),
    const char *how);

#endif
