/*
 * What the runs of a search were warned of, by rule. The parts of a search add
 * up in any order: of a rule the smallest seed is kept.
 */
#ifndef FUZZ_WARNINGS_H
#define FUZZ_WARNINGS_H

#include <stdint.h>

#include "fuzz/play.h"

struct fuzz_warning {
    uint64_t schedules; /* that were warned of it; 0: the rest says nothing */
    uint64_t seed;      /* the smallest of them */
    struct lc_schedule schedule; /* of that seed, with its choices */
};

/* Large. Begins as zeros. */
struct fuzz_warnings {
    uint64_t schedules; /* with a warning, of whatever rule */
    struct fuzz_warning rules[MODEL_RULE_COUNT];
};

/**
 * Adds a run with a warning.
 *
 * @param warned   of the model that judged it; one rule at least.
 * @param program  as it was played, but for its choices.
 */
void fuzz_warnings_add(
    struct fuzz_warnings *warnings,
    uint64_t seed,
    const struct model_warned *warned,
    const struct lc_schedule *program,
    const struct fuzz_outcome *outcome);

/** Adds all of some warnings to others. */
void fuzz_warnings_merge(
    struct fuzz_warnings *warnings,
    const struct fuzz_warnings *more);

#endif
