/*
 * The shrinker: the smallest schedule for which a test still holds. Delta
 * debugging over threads, calls and choices, then simpler values.
 */
#ifndef FUZZ_SHRINK_H
#define FUZZ_SHRINK_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"

/* Whether a schedule still shows what is looked for. A function of the
 * schedule alone. May put other choices into it, that show it too. */
typedef bool fuzz_shrink_test_fn(void *context, struct lc_schedule *schedule);

struct fuzz_shrink_options {
    fuzz_shrink_test_fn *test;
    void *context;
    uint32_t tests_max; /* how often the test is asked at most */
};

/**
 * Shrinks in place.
 *
 * @param schedule  valid; passes the test before and after.
 *
 * Returns: how often the test was asked.
 */
uint32_t fuzz_shrink(
    const struct fuzz_shrink_options *options,
    struct lc_schedule *schedule);

/** Number of choices that let another thread or event go on. */
uint32_t fuzz_shrink_switches(const struct lc_schedule *schedule);

#endif
