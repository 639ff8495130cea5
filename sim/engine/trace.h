/*
 * The trace writer: records go, one at a time, into the running hash and to
 * whoever reads them.
 */
#ifndef SIM_ENGINE_TRACE_H
#define SIM_ENGINE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/trace.h"

#include "sim/engine/copy.h"

/* Reads a record. Returns false to stop the run after it. */
typedef bool sim_trace_sink_fn(void *context, const struct lc_record *record);

/**
 * Writes a record. Time, process and thread come from what is running.
 *
 * @param record  in: kind, caller, callee, function, a to d; the rest is
 *                filled.
 *
 * Returns: whether the run is watched, and sim_trace_forget() is to follow.
 * Effects: when the reader asks to stop, the run ends at the next yield point,
 *          and later records are not written.
 */
LC_MUST_USE bool sim_trace_put(struct lc_record *record);

/** Leaves nothing of the history on a stack that goes into a state's key. */
void sim_trace_forget(struct lc_record *record);

/** The same, for a record that is made in place. */
static inline void sim_trace_write(struct lc_record record)
{
    if (LC_UNLIKELY(sim_trace_put(&record))) {
        sim_trace_forget(&record);
    }
}

/**
 * The same, for a record whose caller goes on with it: not copied, as a copy of
 * fields that have just been written one by one would wait for them.
 */
static inline void sim_trace_write_kept(struct lc_record *record)
{
    if (LC_UNLIKELY(sim_trace_put(record))) {
        record->time_ns = 0;
        sim_copy_wipe_stack();
    }
}

/** Number of records so far. */
uint64_t sim_trace_count(void);

/** The chained hash so far: XXH3-64 of each record, seeded by the last. */
uint64_t sim_trace_hash(void);

#endif
