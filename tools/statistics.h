/*
 * What a search says of what it has seen and of what it may have missed.
 */
#ifndef TOOLS_STATISTICS_H
#define TOOLS_STATISTICS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "fuzz/fuzz.h"

/** Prints a line for states and pairs of steps, and one for PCT. */
void tool_statistics_print(const struct fuzz_statistics *statistics);

/**
 * Prints how seldom at most a rule is broken, by the rule of three.
 *
 * @param judged  schedules, none of which broke one.
 */
void tool_statistics_print_bound(uint64_t judged);

/** Prints how often a finding came, with an interval; `times` of `of`. */
void tool_statistics_print_share(uint64_t times, uint64_t of);

/**
 * The same as an object.
 *
 * @param judged      schedules that said something.
 * @param is_broken   whether one of them broke a rule: there is no bound then.
 */
json_t *tool_statistics_object(
    const struct fuzz_statistics *statistics,
    uint64_t judged,
    bool is_broken);

/** How often a finding came as an object; null: that is not known. */
json_t *tool_statistics_share(uint64_t times, uint64_t of);

#endif
