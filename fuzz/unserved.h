/*
 * Imports that the simulator does not serve and that ended runs of a search.
 * The parts of a search add up in any order.
 */
#ifndef FUZZ_UNSERVED_H
#define FUZZ_UNSERVED_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/play.h"

enum fuzz_unserved_limits {
    FUZZ_UNSERVED_MAX = 256 /* imports that are counted */
};

struct fuzz_unserved_import {
    char name[160]; /* DLL!function */
    uint64_t schedules;
};

/* Begins as zeros. */
struct fuzz_unserved {
    uint32_t count;
    bool is_full; /* there were more: a count is the least that it can be */
    struct fuzz_unserved_import imports[FUZZ_UNSERVED_MAX];
};

/** Adds the run that was played last; nothing unless such an import has ended
 * it. */
void fuzz_unserved_note(
    struct fuzz_unserved *unserved,
    const struct fuzz_outcome *outcome);

/** Adds so many runs that one import has ended. */
void fuzz_unserved_add(
    struct fuzz_unserved *unserved,
    const char *name,
    uint64_t schedules);

/** Adds all of some counts to others. */
void fuzz_unserved_merge(
    struct fuzz_unserved *unserved,
    const struct fuzz_unserved *more);

/** The import that ended the most runs, of several the first by name; NULL: none
 * did. Borrowed. */
const struct fuzz_unserved_import *fuzz_unserved_most(
    const struct fuzz_unserved *unserved);

#endif
