/*
 * What a broken rule is about: which object was left, who owes what to whom, who
 * waits for whom. Read off the records of the run, for people; a verdict does
 * not depend on it.
 */
#ifndef FUZZ_TRACE_ABOUT_H
#define FUZZ_TRACE_ABOUT_H

#include <stdint.h>

#include "lastcall/schedule.h"
#include "lastcall/trace.h"

enum fuzz_trace_about_limits {
    FUZZ_TRACE_ABOUT_LINES = 8, /* at most; that there is more is the last */
    FUZZ_TRACE_ABOUT_BYTES = 256
};

/* Filled by fuzz_trace_about(). */
struct fuzz_trace_about {
    uint32_t count;
    char lines[FUZZ_TRACE_ABOUT_LINES][FUZZ_TRACE_ABOUT_BYTES];
};

/**
 * Says what a rule was broken by.
 *
 * @param records    borrowed; all of the run up to the one that decided.
 * @param count      1 or more; the last decided.
 * @param rule       below model_rule_count().
 * @param ret_about  filled; no line for a rule whose record says it all.
 */
void fuzz_trace_about(
    const struct lc_schedule *schedule,
    const struct lc_record *records,
    uint64_t count,
    uint32_t rule,
    struct fuzz_trace_about *ret_about);

#endif
