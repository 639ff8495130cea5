#include "sim/engine/trace.h"

/* In place, the fixed size of a record makes a hash of a few instructions. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/engine/engine.h"
#include "sim/engine/thread.h"

void sim_trace_put(struct lc_record *record)
{
    struct sim_history *history = SIM_HISTORY;
    if (LC_UNLIKELY(history->stop)) {
        return;
    }
    LC_CHECK(record->kind < LC_RECORD_KIND_COUNT);
    LC_CHECK(record->zero == 0);
    const struct sim_thread *thread = sim_thread_current();
    record->time_ns = SIM_ENGINE->now_ns;
    record->thread = LC_NONE;
    if (LC_LIKELY(thread != NULL)) {
        record->process = thread->process;
        record->thread = thread->ref;
    }
    history->hash = XXH3_64bits_withSeed(record, sizeof *record, history->hash);
    history->record_count++;
    if (history->sink != NULL &&
        !history->sink(history->sink_context, record)) {
        history->stop = 1;
    }
}

uint64_t sim_trace_count(void)
{
    return SIM_HISTORY->record_count;
}

uint64_t sim_trace_hash(void)
{
    return SIM_HISTORY->hash;
}
