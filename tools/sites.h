/*
 * The sites of a fault sweep, for people and as members of a JSON object.
 */
#ifndef TOOLS_SITES_H
#define TOOLS_SITES_H

#include <jansson.h>
#include <stdint.h>

#include "fuzz/fuzz.h"

enum tool_sites_limits {
    TOOL_SITE_BYTES = FUZZ_TEXT_CHOICE_BYTES + 32
};

/**
 * Says what fails in a schedule of a sweep.
 *
 * @param number  of the site, from 1; 0: none, in the first schedule.
 */
void tool_sites_text(
    const struct fuzz_sweep *sweep,
    uint64_t number,
    char ret_text[TOOL_SITE_BYTES]);

/** Prints how many sites there are, by kind, and how many were swept. */
void tool_sites_print(const struct fuzz_sweep *sweep, uint64_t swept);

/** The counts by kind; NULL: null, there was no sweep. */
json_t *tool_sites_object(const struct fuzz_sweep *sweep);

#endif
