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
#include "tools/measure.h"
#include "tools/published.h"

/* One sampler on one program. */
struct tool_cell {
    const struct sim_program *program;
    enum tool_column column;
    const struct tool_published *published; /* NULL: none */
    struct tool_trials trials;
    double schedules_per_s;
};

/* All orders of one program. */
struct tool_explored {
    const struct sim_program *program;
    uint64_t states;       /* that were met */
    uint64_t states_first; /* until the first one that breaks; 0: none did */
    double states_per_s;
    bool is_whole; /* else a bound was hit */
    struct fuzz_traces_result traces;
};

/* What was measured. */
struct tool_schedulers_table {
    const struct tool_cell *cells; /* row by row */
    uint32_t cell_count;
    const struct tool_explored *explored; /* by program */
    uint32_t explored_count;
};

/** Word of a column: that of the sampler. */
const char *tool_schedulers_word(enum tool_column column);

/** What the other implementation has: "40", ">1e+05", "". */
void tool_schedulers_trial(const struct tool_cell *cell, char text[32]);

/**
 * By how many standard deviations of both a cell lies above the other
 * implementation.
 *
 * @param ret_z  filled when both have met the bug.
 */
bool tool_schedulers_z(const struct tool_cell *cell, double *ret_z);

/**
 * Whether a cell and the other implementation differ by chance only: by less
 * than 2.6 standard deviations of both, where both have met the bug.
 */
bool tool_schedulers_agrees(const struct tool_cell *cell);

/** What an exploration says: "104", ">2000000". */
void tool_schedulers_states(const struct tool_explored *one, char text[32]);

/** How many traces there are: "52", ">270000". */
void tool_schedulers_traces(const struct tool_explored *one, char text[32]);

/** The exploration of a program, NULL: there is none. */
const struct tool_explored *tool_schedulers_explored(
    const struct tool_schedulers_table *of,
    const struct sim_program *program);

/** Writes the table. Returns: whether all could be written. */
bool tool_schedulers_csv(FILE *file, const struct tool_schedulers_table *table);
bool tool_schedulers_page(
    FILE *file,
    const struct tool_schedulers_table *table,
    const char *how);

/* The command, but for its options. */
int tool_schedulers(void);

#endif
