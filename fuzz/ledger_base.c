#include "fuzz/ledger_base.h"

#include <stdio.h>

bool fuzz_ledger_base_fail(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_error *ret_error)
{
    (void)snprintf(
        ret_error->text,
        sizeof ret_error->text,
        "%s",
        ledger->base != NULL ? sqlite3_errmsg(ledger->base) : "no memory");
    return false;
}

bool fuzz_ledger_base_say(struct fuzz_ledger_error *ret_error, const char *text)
{
    (void)snprintf(ret_error->text, sizeof ret_error->text, "%s", text);
    return false;
}

bool fuzz_ledger_base_execute(
    struct fuzz_ledger *ledger,
    const char *text,
    struct fuzz_ledger_error *ret_error)
{
    return sqlite3_exec(ledger->base, text, NULL, NULL, NULL) == SQLITE_OK ||
           fuzz_ledger_base_fail(ledger, ret_error);
}

sqlite3_stmt *fuzz_ledger_base_prepare(
    struct fuzz_ledger *ledger,
    const char *text,
    uint32_t number_count,
    const uint64_t *numbers)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(ledger->base, text, -1, &statement, NULL) !=
        SQLITE_OK) {
        return NULL;
    }
    for (uint32_t i = 0; i < number_count; i++) {
        (void)sqlite3_bind_int64(
            statement,
            (int)i + 1,
            (sqlite3_int64)numbers[i]);
    }
    return statement;
}

bool fuzz_ledger_base_finish(
    struct fuzz_ledger *ledger,
    sqlite3_stmt *statement,
    struct fuzz_ledger_error *ret_error)
{
    bool is_good = statement != NULL && sqlite3_step(statement) == SQLITE_DONE;
    if (!is_good) {
        (void)fuzz_ledger_base_fail(ledger, ret_error);
    }
    (void)sqlite3_finalize(statement);
    return is_good;
}

void fuzz_ledger_base_bind(sqlite3_stmt *statement, int at, const char *text)
{
    (void)sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
}

uint64_t fuzz_ledger_base_column(sqlite3_stmt *statement, int at)
{
    return (uint64_t)sqlite3_column_int64(statement, at);
}

bool fuzz_ledger_base_ask(
    struct fuzz_ledger *ledger,
    const char *question,
    uint64_t ret_numbers[2],
    struct fuzz_ledger_error *ret_error)
{
    sqlite3_stmt *statement =
        fuzz_ledger_base_prepare(ledger, question, 0, NULL);
    bool is_good = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    if (is_good) {
        ret_numbers[0] = fuzz_ledger_base_column(statement, 0);
        ret_numbers[1] = sqlite3_column_count(statement) > 1
                             ? fuzz_ledger_base_column(statement, 1)
                             : 0;
    } else if (sqlite3_errcode(ledger->base) == SQLITE_NOTADB) {
        (void)fuzz_ledger_base_say(
            ret_error,
            "no ledger: it is not an SQLite database");
    } else {
        (void)fuzz_ledger_base_fail(ledger, ret_error);
    }
    (void)sqlite3_finalize(statement);
    return is_good;
}
