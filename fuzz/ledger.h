/*
 * The ledger of a campaign: what has been played and found, in SQLite. What
 * was committed survives the death of the process and of the machine.
 */
#ifndef FUZZ_LEDGER_H
#define FUZZ_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "fuzz/search.h"

enum fuzz_ledger_limits {
    FUZZ_LEDGER_ERROR_BYTES = 512
};

struct fuzz_ledger; /* an open ledger */

/* What is wrong, in one line; empty: nothing. */
struct fuzz_ledger_error {
    char text[FUZZ_LEDGER_ERROR_BYTES];
};

struct fuzz_ledger_totals {
    uint64_t schedules;
    uint64_t records;
    uint64_t virtual_ns;
    uint64_t unspecified;
    uint64_t next_seed;     /* 0 when nothing has been played */
    uint64_t again;         /* schedules that were played twice */
    uint64_t differed;      /* of them: with another trace */
    uint64_t differed_seed; /* the first of these */
    uint64_t warned;        /* schedules with a warning */
    uint32_t chunk_count;
    uint32_t finding_count;
    uint32_t rules_exercised;
};

/* A finding as it lies in the ledger. Strings are borrowed during the call. */
struct fuzz_ledger_finding {
    uint64_t key;
    uint64_t seed;
    uint64_t count;
    const char *rule;
    const char *file; /* name in the folder of findings */
    const char *text; /* its schedule */
    uint64_t hash;
    uint32_t calls;
    uint32_t switches;
    int32_t death;
    enum fuzz_replay replay;
    bool is_shrunk; /* to the end; true of what an older program has found */
};

/* What schedules were warned of. Strings are borrowed during the call. */
struct fuzz_ledger_warning {
    const char *rule;
    uint64_t schedules;
    uint64_t seed;    /* the first */
    const char *text; /* its schedule */
};

/**
 * Opens a ledger, and makes it when it is not there.
 *
 * @param path       borrowed; the file.
 * @param may_make   false: only to be read; must be there.
 * @param ret_error  filled on failure.
 *
 * Returns: the ledger, to be closed; NULL on failure.
 */
struct fuzz_ledger *fuzz_ledger_open(
    const char *path,
    bool may_make,
    struct fuzz_ledger_error *ret_error);

/** Closes it. NULL is fine. */
void fuzz_ledger_close(struct fuzz_ledger *ledger);

/**
 * A setting, by name.
 *
 * @param ret_value  filled when there is one; capacity bytes.
 *
 * Returns: whether there is one that fits.
 */
bool fuzz_ledger_get(
    struct fuzz_ledger *ledger,
    const char *name,
    char *ret_value,
    size_t capacity);

/** Begins to keep settings that belong together: all of them are kept by
 * fuzz_ledger_keep(), or none. */
LC_MUST_USE bool fuzz_ledger_begin(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_error *ret_error);

/** Keeps what was set since fuzz_ledger_begin(): it is on the disk then. A
 * ledger that is closed before has none of it. */
LC_MUST_USE bool fuzz_ledger_keep(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_error *ret_error);

/** Keeps a setting. */
LC_MUST_USE bool fuzz_ledger_set(
    struct fuzz_ledger *ledger,
    const char *name,
    const char *value,
    struct fuzz_ledger_error *ret_error);

/** What has been played so far. */
LC_MUST_USE bool fuzz_ledger_sum(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_totals *ret_totals,
    struct fuzz_ledger_error *ret_error);

/**
 * What was seen in that: of an old ledger only since it was written last by a
 * program that counts it.
 *
 * @param ret_statistics  filled on success; large: not for a stack.
 */
LC_MUST_USE bool fuzz_ledger_statistics(
    struct fuzz_ledger *ledger,
    struct fuzz_statistics *ret_statistics,
    struct fuzz_ledger_error *ret_error);

/**
 * Keys under which findings are known.
 *
 * @param ret_keys  filled; FUZZ_KNOWN_MAX entries.
 *
 * Returns: how many there are, FUZZ_KNOWN_MAX at most.
 */
uint32_t fuzz_ledger_keys(struct fuzz_ledger *ledger, uint64_t *ret_keys);

/** Whether a finding is in the ledger, by its key after shrinking. */
bool fuzz_ledger_knows(struct fuzz_ledger *ledger, uint64_t key);

/* What a search of some seeds has brought. All of it is borrowed. */
struct fuzz_ledger_chunk {
    uint64_t seed;        /* the first */
    const uint64_t *keys; /* those that the search only counted */
    uint32_t key_count;
    const struct fuzz_search_result *result;
    bool is_partial; /* its seeds will be played again: only findings count */
};

/**
 * Keeps what a search has found, and that its seeds have been played: all of
 * it or nothing.
 *
 * @param chunk  borrowed; one that was cut is partial.
 */
LC_MUST_USE bool fuzz_ledger_commit(
    struct fuzz_ledger *ledger,
    const struct fuzz_ledger_chunk *chunk,
    struct fuzz_ledger_error *ret_error);

/** Shows each finding, by its count. */
LC_MUST_USE bool fuzz_ledger_findings(
    struct fuzz_ledger *ledger,
    void (*visit)(void *context, const struct fuzz_ledger_finding *finding),
    void *context,
    struct fuzz_ledger_error *ret_error);

/** Shows what schedules were warned of, by rule; nothing of a ledger of an older
 * format. */
LC_MUST_USE bool fuzz_ledger_warnings(
    struct fuzz_ledger *ledger,
    void (*visit)(void *context, const struct fuzz_ledger_warning *warning),
    void *context,
    struct fuzz_ledger_error *ret_error);

/** How often a rule was put to the test where it could have been broken. */
uint64_t fuzz_ledger_exercised(struct fuzz_ledger *ledger, const char *rule);

#endif
