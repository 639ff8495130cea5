/*
 * The simulator: plays a schedule and leaves a trace. This is all of sim/ that
 * fuzz/ and tools/ see.
 *
 * Order of use: sim_open, any number of sim_play, sim_close. One simulation per
 * process; it is not thread-safe.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

#include "sim/engine/choice.h"
#include "sim/engine/copy.h"
#include "sim/engine/decision.h"
#include "sim/engine/status.h"
#include "sim/engine/trace.h"

/* Room for the one line that explains an error. */
enum {
    SIM_ERROR_BYTES = 512
};

struct sim_error {
    char text[SIM_ERROR_BYTES]; /* one line without its end, empty: none */
};

/** Maps the arena and registers everything. */
LC_MUST_USE enum sim_status sim_open(struct sim_error *ret_error);

/** Gives it all back. */
void sim_close(void);

struct sim_play_options {
    const struct lc_schedule *schedule; /* borrowed */
    /* NULL: the schedule's own choices. Otherwise they are not looked at. */
    const struct sim_backer *backer;
    sim_trace_sink_fn *sink; /* NULL: nobody reads the trace */
    void *sink_context;
    /* Fills the stacks before the run, to show that nothing depends on what
     * they held. */
    bool fill_stacks;
    uint8_t fill_byte;
    /* Calls this on the host's stack before each decision, with every thread
     * parked; for snapshots. NULL: nobody. */
    void (*at_step)(void *context);
    void *at_step_context;
    /* Of the faults that the world allows, in all; 0: without bound. */
    uint32_t fault_max;
    /* For sim_begin(): the decisions are taken with sim_take(). */
    bool is_watched;
};

struct sim_result {
    enum lc_end end;
    uint64_t record_count;
    uint64_t hash;       /* of the trace */
    uint64_t virtual_ns; /* how far the clock went */
    uint64_t step_count; /* yield points passed */
    /* What differs from the default: with the schedule's world and calls it
     * replays this run. Borrowed until the next play. */
    const struct lc_choice *choices;
    uint32_t choice_count;
    uint32_t choice_unmet; /* of the schedule: named something not enabled */
    uint32_t choice_unreached; /* whose place the run has not come to */
};

/**
 * Plays a schedule to its end. The same schedule gives the same trace, always.
 *
 * @param ret_result  filled on SIM_OK. How the run went is in the trace and in
 *                    `end`; neither is an error here.
 * @param ret_error   filled on failure: what the world names and is not there.
 *
 * Errors: SIM_ERROR_PLANT, SIM_ERROR_FILE, SIM_ERROR_IMAGE, SIM_ERROR_EXPORT.
 */
LC_MUST_USE enum sim_status sim_play(
    const struct sim_play_options *options,
    struct sim_result *ret_result,
    struct sim_error *ret_error);

/**
 * Starts a schedule, for who takes its decisions from outside: sim_enabled()
 * and sim_take() in turn, until there is nothing left to take, then
 * sim_finish(). In between sim_save() and sim_load() go from moment to moment.
 *
 * @param options    borrowed during the call, its schedule until the finish.
 * @param ret_error  filled on failure: what the world names and is not there.
 *
 * Errors: those of sim_play().
 */
LC_MUST_USE enum sim_status sim_begin(
    const struct sim_play_options *options,
    struct sim_error *ret_error);

/**
 * What is enabled now. See sim_thread_enabled() of sim/engine/thread.h.
 *
 * Returns: whether there is a decision to take; if not, how the run ended.
 */
LC_MUST_USE bool sim_enabled(
    struct sim_decision *ret_decision,
    enum lc_end *ret_end);

/** Takes a decision by index, and runs up to the next. */
void sim_take(const struct sim_decision *decision, uint32_t index);

/** Writes the last record of a run that has ended. */
void sim_finish(enum lc_end end, struct sim_result *ret_result);

/**
 * Forgets what is kept from play to play to save time: the next one begins as
 * the first did. For engines that watch which code a play runs through.
 */
void sim_forget(void);

/* A fault of hosted code, for people: where it was. */
struct sim_fault_place {
    char module[LC_NAME_MAX]; /* provider's name, empty: no fault */
    bool is_import;           /* the call of one that is not served */
    uint64_t offset_bytes;    /* in its image */
    char symbol[160];         /* nearest export or symbol, empty: unknown */
    uint64_t symbol_offset_bytes;
};

/** Where the last play's fault was. */
void sim_last_fault(struct sim_fault_place *ret_place);

/** CPU seconds after which code that makes no step is a finding; 0: never. */
void sim_watch(uint32_t cpu_seconds);

/** What a DLL imports and exports, without running it. */
struct sim_image_import {
    char dll[64];
    char name[128]; /* empty: by ordinal */
    uint16_t ordinal;
    bool is_served;
};

struct sim_image_visitor {
    void (*on_import)(void *context, const struct sim_image_import *import);
    void (*on_export)(void *context, const char *name, uint32_t rva);
    void *context;
};
LC_MUST_USE enum sim_status sim_describe_image(
    const char *path,
    const struct sim_image_visitor *visitor,
    struct sim_error *ret_error);

/** What a DLL may import: all that the simulator serves, by on_import. */
void sim_describe_served(const struct sim_image_visitor *visitor);

/** Whether this build has a planted bug. */
bool sim_knows_plant(const char *name);

/** Whether a world has a built-in provider that a planted bug of this build can
 * be in: a DLL has its own. */
bool sim_can_plant(const struct lc_world *world, const char *name);

/** Virtual time of the run under way. */
uint64_t sim_now_ns(void);

/** Whether code that may keep it was told the time in this run: from then on
 * keys of states have it. From the beginning where a DLL imports a clock. */
bool sim_is_time_told(void);

/** Snapshots, for whoever is called by at_step. See sim/engine/snapshot.h. */
size_t sim_snapshot_size(void);
size_t sim_save(void *buffer, size_t capacity);
void sim_load(const void *buffer);
struct sim_state_key sim_key(const void *extra, size_t extra_bytes);

/** The key in pieces, and put together. See sim/engine/snapshot.h. */
bool sim_key_split(
    const void *extra,
    size_t extra_bytes,
    uint32_t went,
    struct sim_key_pieces *pieces);
struct sim_state_key sim_key_join(const struct sim_key_pieces *pieces);

/** Whether code that was not written here is part of the simulation. */
bool sim_is_hosting(void);

#endif
