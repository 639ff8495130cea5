/*
 * What a long search says on stderr while it runs.
 */
#ifndef TOOLS_STATUS_H
#define TOOLS_STATUS_H

#include <stdint.h>

#include "fuzz/fuzz.h"

/** The first line: version, commit, seed. */
void tool_status_banner(uint64_t seed);

/** The first line of a sweep, which has no seed. */
void tool_status_banner_sweep(void);

/**
 * Shows how far it is: once a second on a terminal, else every ten.
 *
 * @param totals   rules and findings of all starts, the rest of this one.
 * @param before   schedules of earlier starts; 0: there was none.
 * @param seconds  since it began.
 */
void tool_status_show(
    const struct fuzz_search_totals *totals,
    uint64_t before,
    double seconds);

/* Cells of a table, and how many of them are measured. */
struct tool_status_cells {
    uint32_t done;
    uint32_t count;
};

/** The same of a table. */
void tool_status_show_cells(struct tool_status_cells cells, double seconds);

/** Takes the line away, before something else is said. */
void tool_status_clear(void);

#endif
