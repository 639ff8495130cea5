/*
 * The ledger of a campaign: one SQLite file that says what was searched and
 * what was found. Everything of a chunk of seeds is written in one transaction,
 * so that a process that is killed leaves whole chunks only.
 */
#ifndef FUZZ_LEDGER_H
#define FUZZ_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "fuzz/search.h"

enum {
    FUZZ_LEDGER_TEXT_BYTES = 1024
};

struct fuzz_ledger; /* an open ledger */

struct fuzz_ledger_totals {
    uint64_t next_seed;
    uint64_t chunks;
    uint64_t schedules;
    uint64_t records;
    uint64_t virtual_ns;
    uint64_t unspecified;
    uint64_t findings;
    uint64_t rules_exercised;
};

/* A finding as it is kept. */
struct fuzz_ledger_finding {
    const char *rule; /* borrowed during the call */
    const char *place;
    const char *schedule; /* text */
    uint64_t count;
    uint64_t seed;
    uint64_t hash;
    bool is_replayed;
};

/**
 * Opens a ledger, or makes it. Only one process can have it open.
 *
 * @param path       borrowed.
 * @param ret_error  filled on failure; FUZZ_LEDGER_TEXT_BYTES.
 *
 * Returns: NULL on failure.
 */
struct fuzz_ledger *fuzz_ledger_open(const char *path, char *ret_error);

/** Closes it. */
void fuzz_ledger_close(struct fuzz_ledger *ledger);

/**
 * Keeps a setting, or compares it with the one that is kept.
 *
 * @param ret_kept  filled with the kept value; FUZZ_LEDGER_TEXT_BYTES.
 *
 * Returns: whether it is the kept one now.
 */
bool fuzz_ledger_setting(
    struct fuzz_ledger *ledger,
    const char *name,
    const char *value,
    char *ret_kept);

/** Reads a kept setting. Returns: whether there is one. */
bool fuzz_ledger_get(
    struct fuzz_ledger *ledger,
    const char *name,
    char *ret_kept);

/**
 * Writes what a chunk of seeds brought, all or nothing.
 *
 * @param next_seed  first seed that is not played yet.
 */
LC_MUST_USE bool fuzz_ledger_commit(
    struct fuzz_ledger *ledger,
    uint64_t next_seed,
    const struct fuzz_search_result *result);

/** What there is so far. */
bool fuzz_ledger_totals(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_totals *ret_totals);

/** Calls `visit` for each finding, by rule and place. */
bool fuzz_ledger_visit(
    struct fuzz_ledger *ledger,
    void (*visit)(void *context, const struct fuzz_ledger_finding *finding),
    void *context);

/** Whether a rule and place are known, so that nothing need be shrunk. */
bool fuzz_ledger_knows(
    struct fuzz_ledger *ledger,
    const struct fuzz_finding *finding);

/** Says what is wrong, for people. */
const char *fuzz_ledger_error(const struct fuzz_ledger *ledger);

#endif
