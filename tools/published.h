/*
 * What others have measured: schedules to the first bug of the micro-programs.
 */
#ifndef TOOLS_PUBLISHED_H
#define TOOLS_PUBLISHED_H

#include <stdbool.h>
#include <stdint.h>

/* The columns of the table, in this order. */
enum tool_column {
    TOOL_COLUMN_RW = 0,
    TOOL_COLUMN_PCT3 = 1,
    TOOL_COLUMN_PCT10 = 2,
    TOOL_COLUMN_POS = 3,
    TOOL_COLUMN_URW = 4,
    TOOL_COLUMN_SURW = 5,
    TOOL_COLUMN_PRIO = 6,
    TOOL_COLUMN_SURW_DATA = 7,
    TOOL_COLUMN_FEW = 8, /* nobody else has these two */
    TOOL_COLUMN_MIX = 9,
    TOOL_COLUMN_COUNT = 10
};

struct tool_published {
    const char *program;
    /* An independent implementation of the same programs at the same
     * granularity: runs for each bug; 0: not measured, below 0: none in so
     * many runs. */
    uint32_t trial_runs;
    double trial[TOOL_COLUMN_COUNT]; /* see tool_published_trial() */
    const char *states;              /* that it has counted; NULL: it did not */
    const char *traces;              /* the same */
    /* Two studies: mean and deviation, or the mean of the trials that found
     * it and how many of 20 did. NULL: no such number. */
    const char *surw[TOOL_COLUMN_COUNT];
    const char *rff[TOOL_COLUMN_COUNT];
};

/** By program; NULL when there is nothing. */
const struct tool_published *tool_published_find(const char *program);

/** What the other implementation has in a column. Its SURW selects no locks: it
 * stands beside both of ours. */
double tool_published_trial(
    const struct tool_published *published,
    enum tool_column column);

/**
 * The number that a text of the table says: "104", "13.5 million", "more than
 * 4.4 million".
 *
 * @param text          NULL: it says none.
 * @param ret_count     filled when it says one.
 * @param ret_is_above  filled the same: whether it is more than that.
 */
bool tool_published_count(
    const char *text,
    uint64_t *ret_count,
    bool *ret_is_above);

/** Where the numbers are from, a line each; NULL ends. */
extern const char *const tool_published_sources[];

#endif
