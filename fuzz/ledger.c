#include "fuzz/ledger.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/text.h"

struct fuzz_ledger {
    sqlite3 *database;
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS setting("
    "  name TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS chunk("
    "  next_seed INTEGER PRIMARY KEY, schedules INTEGER NOT NULL,"
    "  records INTEGER NOT NULL, virtual_ns INTEGER NOT NULL,"
    "  unspecified INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS finding("
    "  rule TEXT NOT NULL, place TEXT NOT NULL, count INTEGER NOT NULL,"
    "  seed INTEGER NOT NULL, hash TEXT NOT NULL, replayed INTEGER NOT NULL,"
    "  schedule TEXT NOT NULL, PRIMARY KEY(rule, place));"
    "CREATE TABLE IF NOT EXISTS exercised(rule TEXT PRIMARY KEY);";

static bool run_sql(struct fuzz_ledger *ledger, const char *sql)
{
    return sqlite3_exec(ledger->database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

struct fuzz_ledger *fuzz_ledger_open(const char *path, char *ret_error)
{
    struct fuzz_ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL) {
        (void)
            snprintf(ret_error, FUZZ_LEDGER_TEXT_BYTES, "%s: no memory", path);
        return NULL;
    }
    /* One writer for as long as the ledger is open: a second campaign in the
     * same folder is refused. */
    bool is_open = sqlite3_open(path, &ledger->database) == SQLITE_OK &&
                   run_sql(ledger, "PRAGMA locking_mode=EXCLUSIVE") &&
                   run_sql(ledger, "PRAGMA journal_mode=WAL") &&
                   run_sql(ledger, "PRAGMA synchronous=FULL") &&
                   run_sql(ledger, "BEGIN IMMEDIATE; COMMIT") &&
                   run_sql(ledger, schema);
    if (!is_open) {
        (void)snprintf(
            ret_error,
            FUZZ_LEDGER_TEXT_BYTES,
            "%s: %s",
            path,
            sqlite3_errcode(ledger->database) == SQLITE_BUSY
                ? "in use by another campaign"
                : sqlite3_errmsg(ledger->database));
        fuzz_ledger_close(ledger);
        return NULL;
    }
    return ledger;
}

void fuzz_ledger_close(struct fuzz_ledger *ledger)
{
    LC_CHECK(ledger != NULL);
    (void)sqlite3_close(ledger->database);
    free(ledger);
}

const char *fuzz_ledger_error(const struct fuzz_ledger *ledger)
{
    return sqlite3_errmsg(ledger->database);
}

static sqlite3_stmt *prepare(struct fuzz_ledger *ledger, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    return sqlite3_prepare_v2(ledger->database, sql, -1, &statement, NULL) ==
                   SQLITE_OK
               ? statement
               : NULL;
}

static void bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    int result =
        sqlite3_bind_text(statement, index, text, -1, SQLITE_TRANSIENT);
    LC_CHECK(result == SQLITE_OK);
}

static void bind_number(sqlite3_stmt *statement, int index, uint64_t number)
{
    int result = sqlite3_bind_int64(statement, index, (sqlite3_int64)number);
    LC_CHECK(result == SQLITE_OK);
}

bool fuzz_ledger_get(
    struct fuzz_ledger *ledger,
    const char *name,
    char *ret_kept)
{
    sqlite3_stmt *statement =
        prepare(ledger, "SELECT value FROM setting WHERE name=?");
    if (statement == NULL) {
        return false;
    }
    bind_text(statement, 1, name);
    bool is_there = sqlite3_step(statement) == SQLITE_ROW;
    if (is_there) {
        (void)snprintf(
            ret_kept,
            FUZZ_LEDGER_TEXT_BYTES,
            "%s",
            (const char *)sqlite3_column_text(statement, 0));
    }
    (void)sqlite3_finalize(statement);
    return is_there;
}

bool fuzz_ledger_setting(
    struct fuzz_ledger *ledger,
    const char *name,
    const char *value,
    char *ret_kept)
{
    if (fuzz_ledger_get(ledger, name, ret_kept)) {
        return strcmp(ret_kept, value) == 0;
    }
    sqlite3_stmt *statement =
        prepare(ledger, "INSERT INTO setting VALUES(?,?)");
    if (statement == NULL) {
        return false;
    }
    bind_text(statement, 1, name);
    bind_text(statement, 2, value);
    bool is_done = sqlite3_step(statement) == SQLITE_DONE;
    (void)sqlite3_finalize(statement);
    (void)snprintf(ret_kept, FUZZ_LEDGER_TEXT_BYTES, "%s", value);
    return is_done;
}

/* What names the place of a finding: the record that decided, and nothing of
 * the run it was in. */
static void place_of(
    const struct fuzz_finding *finding,
    char *text,
    size_t size)
{
    const struct lc_record *record = &finding->record;
    (void)snprintf(
        text,
        size,
        "%u.%u %u>%u",
        record->kind,
        record->function,
        record->caller,
        record->callee);
}

static bool insert_finding(
    struct fuzz_ledger *ledger,
    const struct fuzz_finding *finding)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    char place[80];
    char hash[20];
    sqlite3_stmt *statement = prepare(
        ledger,
        "INSERT INTO finding VALUES(?,?,?,?,?,?,?) "
        "ON CONFLICT(rule,place) DO UPDATE SET count=count+excluded.count");
    if (statement == NULL) {
        return false;
    }
    size_t length = fuzz_text_print(&finding->schedule, text, sizeof text);
    LC_CHECK(length > 0);
    place_of(finding, place, sizeof place);
    (void)snprintf(
        hash,
        sizeof hash,
        "%016llx",
        (unsigned long long)finding->hash);
    bind_text(statement, 1, model_rule(finding->rule)->group);
    bind_text(statement, 2, place);
    bind_number(statement, 3, finding->count);
    bind_number(statement, 4, finding->seed);
    bind_text(statement, 5, hash);
    bind_number(statement, 6, finding->is_replayed);
    bind_text(statement, 7, text);
    bool is_done = sqlite3_step(statement) == SQLITE_DONE;
    (void)sqlite3_finalize(statement);
    return is_done;
}

static bool insert_chunk(
    struct fuzz_ledger *ledger,
    uint64_t next_seed,
    const struct fuzz_search_totals *totals)
{
    sqlite3_stmt *statement =
        prepare(ledger, "INSERT INTO chunk VALUES(?,?,?,?,?)");
    if (statement == NULL) {
        return false;
    }
    bind_number(statement, 1, next_seed);
    bind_number(statement, 2, totals->schedules);
    bind_number(statement, 3, totals->records);
    bind_number(statement, 4, totals->virtual_ns);
    bind_number(statement, 5, totals->unspecified);
    bool is_done = sqlite3_step(statement) == SQLITE_DONE;
    (void)sqlite3_finalize(statement);
    return is_done;
}

static bool insert_rules(
    struct fuzz_ledger *ledger,
    const struct model_coverage *coverage)
{
    sqlite3_stmt *statement =
        prepare(ledger, "INSERT OR IGNORE INTO exercised VALUES(?)");
    if (statement == NULL) {
        return false;
    }
    bool is_good = true;
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        if (coverage->premise[i] == 0) {
            continue;
        }
        bind_text(statement, 1, model_rule(i)->id);
        is_good &= sqlite3_step(statement) == SQLITE_DONE;
        (void)sqlite3_reset(statement);
    }
    (void)sqlite3_finalize(statement);
    return is_good;
}

bool fuzz_ledger_commit(
    struct fuzz_ledger *ledger,
    uint64_t next_seed,
    const struct fuzz_search_result *result)
{
    bool is_good = run_sql(ledger, "BEGIN") &&
                   insert_chunk(ledger, next_seed, &result->totals) &&
                   insert_rules(ledger, &result->totals.coverage);
    for (uint32_t i = 0; is_good && i < result->totals.finding_count; i++) {
        is_good = insert_finding(ledger, &result->findings[i]);
    }
    if (is_good && run_sql(ledger, "COMMIT")) {
        return true;
    }
    (void)run_sql(ledger, "ROLLBACK");
    return false;
}

bool fuzz_ledger_totals(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_totals *ret_totals)
{
    sqlite3_stmt *statement = prepare(
        ledger,
        "SELECT max(next_seed), count(*), total(schedules), total(records),"
        " total(virtual_ns), total(unspecified),"
        " (SELECT count(*) FROM finding), (SELECT count(*) FROM exercised)"
        " FROM chunk");
    if (statement == NULL) {
        return false;
    }
    bool is_good = sqlite3_step(statement) == SQLITE_ROW;
    if (is_good) {
        uint64_t columns[8];
        for (int i = 0; i < 8; i++) {
            columns[i] = (uint64_t)sqlite3_column_int64(statement, i);
        }
        *ret_totals = (struct fuzz_ledger_totals){
            .next_seed = columns[0],
            .chunks = columns[1],
            .schedules = columns[2],
            .records = columns[3],
            .virtual_ns = columns[4],
            .unspecified = columns[5],
            .findings = columns[6],
            .rules_exercised = columns[7],
        };
    }
    (void)sqlite3_finalize(statement);
    return is_good;
}

bool fuzz_ledger_visit(
    struct fuzz_ledger *ledger,
    void (*visit)(void *context, const struct fuzz_ledger_finding *finding),
    void *context)
{
    sqlite3_stmt *statement = prepare(
        ledger,
        "SELECT rule, place, count, seed, hash, replayed, schedule "
        "FROM finding ORDER BY rule, place");
    if (statement == NULL) {
        return false;
    }
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        struct fuzz_ledger_finding finding = {
            .rule = (const char *)sqlite3_column_text(statement, 0),
            .place = (const char *)sqlite3_column_text(statement, 1),
            .count = (uint64_t)sqlite3_column_int64(statement, 2),
            .seed = (uint64_t)sqlite3_column_int64(statement, 3),
            .hash = strtoull(
                (const char *)sqlite3_column_text(statement, 4),
                NULL,
                16),
            .is_replayed = sqlite3_column_int(statement, 5) != 0,
            .schedule = (const char *)sqlite3_column_text(statement, 6),
        };
        visit(context, &finding);
    }
    (void)sqlite3_finalize(statement);
    return result == SQLITE_DONE;
}

bool fuzz_ledger_knows(
    struct fuzz_ledger *ledger,
    const struct fuzz_finding *finding)
{
    char place[80];
    sqlite3_stmt *statement =
        prepare(ledger, "SELECT 1 FROM finding WHERE rule=? AND place=?");
    if (statement == NULL) {
        return false;
    }
    place_of(finding, place, sizeof place);
    bind_text(statement, 1, model_rule(finding->rule)->group);
    bind_text(statement, 2, place);
    bool is_known = sqlite3_step(statement) == SQLITE_ROW;
    (void)sqlite3_finalize(statement);
    return is_known;
}
