/*
 * A trace for people: one line a record.
 */
#ifndef FUZZ_TRACE_TEXT_H
#define FUZZ_TRACE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "lastcall/schedule.h"
#include "lastcall/trace.h"

/**
 * Writes a record as a line without its end.
 *
 * @param schedule  borrowed; names its threads and modules.
 * @param buffer    filled; capacity bytes, with a zero byte at the end.
 */
void fuzz_trace_text(
    const struct lc_schedule *schedule,
    uint64_t number,
    const struct lc_record *record,
    char *buffer,
    size_t capacity);

#endif
