/*
 * An open ledger, and how it is asked: for the files that make it up.
 */
#ifndef FUZZ_LEDGER_BASE_H
#define FUZZ_LEDGER_BASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "fuzz/ledger.h"

enum fuzz_ledger_base_format {
    FUZZ_LEDGER_BASE_WARNINGS = 4 /* the first that has them */
};

struct fuzz_ledger {
    sqlite3 *base;
};

/** Says what SQLite says is wrong. Returns false. */
bool fuzz_ledger_base_fail(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_error *ret_error);

/** Says a text. Returns false. */
bool fuzz_ledger_base_say(
    struct fuzz_ledger_error *ret_error,
    const char *text);

/** Runs statements that give no rows. */
bool fuzz_ledger_base_execute(
    struct fuzz_ledger *ledger,
    const char *text,
    struct fuzz_ledger_error *ret_error);

/** Makes a statement with numbers for its first parameters; NULL: it can't
 * be. */
sqlite3_stmt *fuzz_ledger_base_prepare(
    struct fuzz_ledger *ledger,
    const char *text,
    uint32_t number_count,
    const uint64_t *numbers);

/** Runs a statement that gives no rows, and frees it. NULL: a failure. */
bool fuzz_ledger_base_finish(
    struct fuzz_ledger *ledger,
    sqlite3_stmt *statement,
    struct fuzz_ledger_error *ret_error);

/** Gives a parameter, from 1, a text. */
void fuzz_ledger_base_bind(sqlite3_stmt *statement, int at, const char *text);

/** A number of the row that a statement is at. */
uint64_t fuzz_ledger_base_column(sqlite3_stmt *statement, int at);

/** Two numbers that a question has for its answer, or one and a zero. */
bool fuzz_ledger_base_ask(
    struct fuzz_ledger *ledger,
    const char *question,
    uint64_t ret_numbers[2],
    struct fuzz_ledger_error *ret_error);

/** Adds what a search has counted to what the ledger has; in a transaction. */
bool fuzz_ledger_count_add(
    struct fuzz_ledger *ledger,
    const struct fuzz_search_result *result,
    struct fuzz_ledger_error *ret_error);

#endif
