/*
 * lastcall bench bugs: the table, and the forms in which it is given.
 */
#ifndef TOOLS_BUGS_H
#define TOOLS_BUGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "tools/measure.h"
#include "tools/zoo.h"

enum tool_bugs_limits {
    TOOL_BUGS_COLUMNS = 11,    /* samplers */
    TOOL_BUGS_MIX_SECONDS = 60 /* in which `mix` is to find each */
};

/* One sampler on one planted bug. */
struct tool_bug_cell {
    const struct tool_zoo_card *card;
    uint32_t column;
    struct tool_trials trials;
    uint64_t others; /* schedules that broke a rule which the card has not */
    double schedules_per_s; /* on one core; 0: too few to be measured */
    double seconds;         /* that the mean takes there; 0: not known */
};

/** Word of a column: that of the sampler. */
const char *tool_bugs_word(uint32_t column);

/** Writes the table. Returns: whether all could be written. */
bool tool_bugs_csv(
    FILE *file,
    const struct tool_bug_cell *cells,
    uint32_t count);
bool tool_bugs_page(
    FILE *file,
    const struct tool_bug_cell *cells,
    uint32_t count,
    const char *how);

/* The command, but for its options. */
int tool_bugs(void);

#endif
