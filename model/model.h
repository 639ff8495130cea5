/*
 * The oracle: reads a trace record by record and says whether the contract of
 * Winsock service providers held.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/schedule.h"
#include "lastcall/trace.h"
#include "lastcall/verdict.h"

#include "model/rules.h"
#include "model/state.h"

/** How strictly to judge. */
struct model_options {
    bool tolerant;   /* the wider sets of section 25 of the catalogue */
    bool inferences; /* SHOULD and INF rules count as broken, too */
};

/** How often each rule was put to the test. */
struct model_coverage {
    uint32_t checked[MODEL_RULE_COUNT]; /* its place was passed */
    uint32_t premise[MODEL_RULE_COUNT]; /* ... and it could have been broken */
};

/** What was noted first of a kind of finding. */
struct model_note {
    uint32_t count;
    uint32_t record; /* number of the first, from 0 */
    uint16_t rule;   /* of the first */
};

/* Rules that a run was warned of: a bit for each, by its index. */
struct model_warned {
    uint64_t bits[8];
};

_Static_assert(
    MODEL_RULE_COUNT <= 8 * sizeof(struct model_warned),
    "each rule has a bit");

/**
 * The model of one run. A plain value: assignment is a snapshot. Reads by
 * others stop at the options and notes; the rest is the model's own.
 */
struct model {
    /* What a run adds to. Behind the places in use all is as model_init left
     * it. */
    struct model_thread threads[MODEL_THREADS_MAX];
    struct model_process processes[LC_PROCESSES_MAX];
    struct model_socket sockets[MODEL_SOCKETS_MAX];
    struct model_connection connections[MODEL_CONNECTIONS_MAX];
    struct model_operation operations[LC_OPS_MAX];
    struct model_birth births[MODEL_BIRTHS_MAX];
    uint8_t dll_threads[128]; /* by reference: index + 1, 0: not seen */
    uint8_t dll_thread_count;
    uint8_t thread_count; /* places in use, as the two below */
    uint8_t process_count;
    uint8_t connection_count;
    uint32_t live_sockets; /* bit per place */
    uint8_t birth_count;
    uint8_t operation_count; /* highest number of one */
    bool lost; /* a limit was hit: only the harness's own rules go on */
    uint32_t generation;
    uint32_t record; /* number of the record being read */
    struct lc_verdict verdict;
    struct model_entries installed;        /* in the catalog of the machine */
    bool catalog_changed;                  /* in this run */
    uint16_t app_category;                 /* enum lc_category */
    uint16_t categories[LC_PROVIDERS_MAX]; /* of layers, the same */
    struct model_names names;
    struct model_note warnings;
    struct model_note app_errors;
    struct model_warned warned;
    /* What it leaves as it is. */
    struct model_world world;
    struct model_options options;
    struct model_coverage *coverage; /* borrowed, or NULL */
};

_Static_assert(sizeof(struct model) <= 22528, "the model stays small");

/**
 * Makes a model that has read nothing.
 *
 * @param model    filled.
 * @param world    borrowed during the call. Catalog ids are 1 + index: the
 *                 chains in their order, then the base providers in theirs.
 * @param options  borrowed during the call.
 */
void model_init(
    struct model *model,
    const struct lc_world *world,
    const struct model_options *options);

/**
 * Brings a model back to one that has read nothing: assignment, but only of
 * what it has used.
 *
 * @param model  was assigned from `fresh` before, whatever it has read since.
 * @param fresh  borrowed; as model_init made it.
 */
void model_restart(struct model *model, const struct model *fresh);

/**
 * Has the model count in `coverage` from now on.
 *
 * @param model     borrowed.
 * @param coverage  borrowed until another is attached; added to; NULL: none.
 *                  Snapshots of the model share it.
 */
void model_attach(struct model *model, struct model_coverage *coverage);

/**
 * Reads the next record.
 *
 * @param model   borrowed.
 * @param record  borrowed during the call.
 *
 * Returns: false when a rule is broken and the run may stop. Further records
 *          are not judged then.
 */
bool model_step(struct model *model, const struct lc_record *record);

/**
 * The verdict on the records read so far.
 *
 * @param model  borrowed.
 */
struct lc_verdict model_verdict(const struct model *model);

/**
 * Copies out what of a model is in use.
 *
 * @param ret_bytes  filled; sizeof(struct model) at most.
 *
 * Returns: bytes used.
 */
size_t model_save(
    const struct model *model,
    unsigned char *ret_bytes,
    size_t capacity);

/**
 * Brings that back.
 *
 * @param model  that it was of, whatever it has read since.
 * @param fresh  borrowed; as model_init made it.
 *
 * Returns: bytes read.
 */
size_t model_load(
    struct model *model,
    const struct model *fresh,
    const unsigned char *bytes);

/**
 * What of a model counts for the records to come: bytes that are the same for
 * two models that will judge them alike. Times go in as they lie behind now,
 * numbers of records by their order.
 *
 * @param now_ns     the time of the run, virtual.
 * @param ret_bytes  filled.
 * @param capacity   at least sizeof(struct model).
 *
 * Returns: bytes used.
 */
size_t model_key(
    const struct model *model,
    uint64_t now_ns,
    unsigned char *ret_bytes,
    size_t capacity);

/**
 * The first warning, for whoever wants to name it.
 *
 * @param model  borrowed.
 */
struct model_note model_warnings(const struct model *model);

/**
 * Whether a rule is among those that were warned of.
 *
 * @param warned  borrowed.
 * @param rule    below model_rule_count().
 */
bool model_has_warned(const struct model_warned *warned, uint32_t rule);

/**
 * The first error of the application.
 *
 * @param model  borrowed.
 */
struct model_note model_app_errors(const struct model *model);

#endif
