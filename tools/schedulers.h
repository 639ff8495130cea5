/*
 * lastcall bench schedulers: the table, and the forms in which it is given.
 */
#ifndef TOOLS_SCHEDULERS_H
#define TOOLS_SCHEDULERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "tools/option.h"
#include "tools/published.h"

/* One sampler on one program. */
struct tool_cell {
    const struct sim_program *program;
    enum tool_column column;
    const struct tool_published *published; /* NULL: none */
    uint32_t trials;
    uint32_t found;     /* trials that met the bug */
    uint64_t cap;       /* schedules after which a trial is given up */
    uint64_t schedules; /* over all trials */
    double mean;        /* schedules to the first bug; 0: none was met */
    double low;         /* of its 95 % interval */
    double high;        /* 0: open */
    double schedules_per_s;
};

/** Word of a column: that of the sampler. */
const char *tool_schedulers_word(enum tool_column column);

/** What a cell says: "39.5", ">100000". */
void tool_schedulers_mean(const struct tool_cell *cell, char text[32]);

/** The same of the other implementation: "40", ">1e+05", "". */
void tool_schedulers_trial(const struct tool_cell *cell, char text[32]);

/**
 * Whether a cell and the other implementation differ by chance only: by less
 * than 2.6 standard deviations of both.
 */
bool tool_schedulers_agrees(const struct tool_cell *cell);

/** Writes the table. Returns: whether all could be written. */
bool tool_schedulers_csv(
    FILE *file,
    const struct tool_cell *cells,
    uint32_t count);
bool tool_schedulers_page(
    FILE *file,
    const struct tool_cell *cells,
    uint32_t count,
    const char *how);

/* Its options, for the command's table, and the command. */
extern const struct tool_option tool_schedulers_options[];
int tool_schedulers(void);

#endif
