/*
 * The engine's own part of the arena, and its history. For files of
 * sim/engine only: others get here through what thread.h answers in place.
 */
#ifndef SIM_ENGINE_ENGINE_H
#define SIM_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/arena.h"
#include "sim/engine/choice.h"
#include "sim/engine/copy.h"
#include "sim/engine/module.h"
#include "sim/engine/page.h"
#include "sim/engine/queue.h"
#include "sim/engine/thread_state.h"
#include "sim/engine/trace.h"

struct sim_engine {
    uint64_t now_ns;
    uint32_t thunk_index; /* which thunk was entered last */
    uint32_t current;     /* slot of the running thread or SIM_NO_THREAD */
    struct sim_thread *running; /* that thread, or NULL */
    uint32_t last; /* slot that ran last, if it could go on: the default */
    uint32_t thread_count; /* slots in use, never falls within a run */
    /* A bit for each slot whose thread is runnable. */
    uint64_t runnable[(SIM_SLOTS_MAX + 63) / 64];
    uint32_t dll_threads[LC_PROCESSES_MAX]; /* created so far */
    uint32_t idle_count; /* choices made while nothing was running */
    uint32_t has_teb;    /* the block that GS points to is this run's */
    uint32_t has_ended;
    uint32_t end;         /* enum lc_end */
    uint32_t exited;      /* bit per process whose last thread ended */
    uint32_t shared_used; /* bit per module whose shared data is in use */
    uint32_t mapped_bits[LC_PROCESSES_MAX]; /* modules mapped in this run */
    uint32_t heap_bytes[SIM_THREADS_MAX];   /* high-water marks of its lanes */
    uint32_t span_count;   /* of spans; behind them all is zero */
    uint32_t whole_count;  /* of instances whose is_whole is set */
    uint32_t is_time_told; /* code of a module has asked for the time */
    struct sim_thread threads[SIM_SLOTS_MAX];
    struct sim_span spans[SIM_SPANS_MAX]; /* see page.h */
    struct sim_module modules[LC_PROCESSES_MAX][LC_MODULE_COUNT];
    struct sim_queue queue; /* last: only the used items are copied */
};

/* Never part of a state, but a snapshot brings the counters back. */
struct sim_history {
    uint64_t record_count;
    uint64_t hash;
    uint64_t steps; /* since the last progress */
    uint64_t steps_total;
    uint64_t run_number; /* survives resets: which run this is */
    uint32_t sequence;   /* of events and of becoming runnable */
    uint32_t object_number;
    uint32_t choice_count; /* taken, different from the default */
    uint32_t choice_unmet;
    uint32_t script_left; /* choices of the schedule not met so far */
    uint32_t stop;        /* whoever reads the trace asked to stop */
    /* Whether a fiber took a decision before it left, and the last one that was
     * taken: see decide.c. */
    uint32_t decided;
    struct sim_choice_candidate decision;
    /* The decision that a fiber left to the host, when at_step is set. */
    uint32_t is_asked;
    uint32_t place_thread;
    struct lc_place place;
    const struct lc_choice *script;
    uint32_t script_count;
    uint32_t script_is_hashed;
    struct sim_backer backer;
    /* Fibers leave their decisions to the host; else they decide for
     * themselves. */
    uint32_t is_watched;
    uint32_t is_hashed; /* and keys are taken of what they leave on stacks */
    /* Called on the host's stack before each of them; NULL: nobody. */
    void (*at_step)(void *context);
    void *at_step_context;
    sim_trace_sink_fn *sink;
    void *sink_context;
    struct lc_choice choices[LC_CHOICES_MAX];
    uint16_t script_table[4 * LC_CHOICES_MAX];
    struct sim_hash gathered; /* of the state whose key is being made */
};

#define SIM_ENGINE  ((struct sim_engine *)sim_arena_part(SIM_PART_ENGINE))
#define SIM_HISTORY ((struct sim_history *)(uintptr_t)SIM_ARENA_HISTORY)

_Static_assert(
    sizeof(struct sim_engine) <= SIM_ARENA_PART_BYTES,
    "the engine fits its part");
/* NOLINTBEGIN(bugprone-sizeof-expression): far below is where it is to be */
_Static_assert(
    sizeof(struct sim_history) <= SIM_ARENA_HISTORY_BYTES,
    "the history fits its segment");

/* NOLINTEND(bugprone-sizeof-expression) */

/** The instance of a module in a process. */
static inline struct sim_module *sim_module_at(
    uint32_t process,
    uint32_t module)
{
    LC_CHECK(process < LC_PROCESSES_MAX);
    LC_CHECK(module < LC_MODULE_COUNT);
    return &SIM_ENGINE->modules[process][module];
}

/** Whether no choice of the run can differ from the default any more. */
static inline bool sim_engine_is_settled(const struct sim_history *history)
{
    return history->backer.choose == NULL && history->script_left == 0;
}

#endif
