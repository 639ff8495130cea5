/*
 * What a long search says on stderr while it runs.
 */
#ifndef TOOLS_STATUS_H
#define TOOLS_STATUS_H

#include <stdint.h>

#include "fuzz/fuzz.h"

/** The first line: version, commit, seed. */
void tool_status_banner(uint64_t seed);

/**
 * Shows how far it is: once a second on a terminal, else every ten.
 *
 * @param seconds  since it began.
 */
void tool_status_show(const struct fuzz_search_totals *totals, double seconds);

/** The same of a table whose cells are measured: how many are. */
void tool_status_show_cells(uint32_t done, uint32_t count, double seconds);

/** Takes the line away, before something else is said. */
void tool_status_clear(void);

#endif
