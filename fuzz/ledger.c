#include "fuzz/ledger.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/ledger_base.h"
#include "fuzz/ledger_path.h"
#include "fuzz/shrink.h"
#include "fuzz/text.h"

enum {
    BUSY_MS = 10000,
    /* PRAGMA user_version. 2 has statistics, 3 what was played twice, 4
     * warnings and what was not shrunk; an older one is read without, and gets them when it is opened
     * to be written. */
    FORMAT_TWICE = 3,
    FORMAT = FUZZ_LEDGER_BASE_WARNINGS
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS setting ("
    "  name TEXT PRIMARY KEY, value TEXT NOT NULL);"
    /* Seeds from first to before next have been played. */
    "CREATE TABLE IF NOT EXISTS chunk ("
    "  first INTEGER PRIMARY KEY, next INTEGER NOT NULL UNIQUE,"
    "  schedules INTEGER NOT NULL, records INTEGER NOT NULL,"
    "  virtual_ns INTEGER NOT NULL, unspecified INTEGER NOT NULL,"
    "  CHECK (next > first AND schedules = next - first));"
    "CREATE TABLE IF NOT EXISTS finding ("
    "  key INTEGER PRIMARY KEY, seed INTEGER NOT NULL,"
    "  count INTEGER NOT NULL, rule TEXT NOT NULL, file TEXT NOT NULL,"
    "  schedule TEXT NOT NULL, hash INTEGER NOT NULL,"
    "  calls INTEGER NOT NULL, switches INTEGER NOT NULL,"
    "  signal INTEGER NOT NULL, replayed INTEGER NOT NULL);"
    /* What a finding looked like before it was shrunk. */
    "CREATE TABLE IF NOT EXISTS alias ("
    "  key INTEGER PRIMARY KEY, finding INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS coverage ("
    "  rule TEXT PRIMARY KEY, checked INTEGER NOT NULL,"
    "  premise INTEGER NOT NULL);"
    /* Entries: key and count of each, 8 bytes, little endian. */
    "CREATE TABLE IF NOT EXISTS sketch ("
    "  name TEXT PRIMARY KEY, watched INTEGER NOT NULL,"
    "  level INTEGER NOT NULL, entries BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS pct ("
    "  depth INTEGER PRIMARY KEY, schedules INTEGER NOT NULL,"
    "  actors INTEGER NOT NULL, steps INTEGER NOT NULL,"
    "  actors_max INTEGER NOT NULL, steps_max INTEGER NOT NULL);"
    /* One row; first: seed of the first that differed, NULL when none did. */
    "CREATE TABLE IF NOT EXISTS twice ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  schedules INTEGER NOT NULL, differed INTEGER NOT NULL, first INTEGER);"
    "INSERT OR IGNORE INTO twice VALUES (1, 0, 0, NULL);"
    /* Findings that were not shrunk to the end. */
    "CREATE TABLE IF NOT EXISTS unshrunk (key INTEGER PRIMARY KEY);"
    /* One row: schedules with a warning, of whatever rule. */
    "CREATE TABLE IF NOT EXISTS warned ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1), schedules INTEGER NOT NULL);"
    "INSERT OR IGNORE INTO warned VALUES (1, 0);"
    /* Of each rule that was warned of; seed and schedule are the first. */
    "CREATE TABLE IF NOT EXISTS warning ("
    "  rule TEXT PRIMARY KEY, schedules INTEGER NOT NULL,"
    "  seed INTEGER NOT NULL, schedule TEXT NOT NULL);";

/* ---- Opening ---- */

/* A base without a format: one that is to become a ledger, or was on its way
 * when its campaign was killed, or something else. */
static bool check_bare(
    struct fuzz_ledger *ledger,
    bool may_make,
    struct fuzz_ledger_error *ret_error)
{
    uint64_t tables[2];
    if (!fuzz_ledger_base_ask(
            ledger,
            "SELECT count(*), ifnull(sum(name = 'setting'), 0)"
            " FROM sqlite_master",
            tables,
            ret_error)) {
        return false;
    }
    if (tables[0] > 0 && tables[1] == 0) {
        return fuzz_ledger_base_say(
            ret_error,
            "no ledger: it is a database of something else");
    }
    return may_make || fuzz_ledger_base_say(
                           ret_error,
                           "an empty ledger: its campaign has played nothing");
}

static bool check_format(
    struct fuzz_ledger *ledger,
    bool may_make,
    struct fuzz_ledger_error *ret_error)
{
    uint64_t numbers[2];
    if (!fuzz_ledger_base_ask(
            ledger,
            "PRAGMA user_version",
            numbers,
            ret_error)) {
        return false;
    }
    int format = (int)numbers[0];
    if (format < 0 || format > FORMAT) {
        (void)snprintf(
            ret_error->text,
            sizeof ret_error->text,
            "is of format %d, this program knows %d",
            format,
            (int)FORMAT);
        return false;
    }
    return format > 0 || check_bare(ledger, may_make, ret_error);
}

/* The number of the format comes last: who dies before has changed nothing. */
static bool make_tables(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_error *ret_error)
{
    char version[64];
    (void)snprintf(
        version,
        sizeof version,
        "PRAGMA user_version=%d",
        (int)FORMAT);
    return fuzz_ledger_base_execute(ledger, schema, ret_error) &&
           fuzz_ledger_base_execute(ledger, version, ret_error);
}

struct fuzz_ledger *fuzz_ledger_open(
    const char *path,
    bool may_make,
    struct fuzz_ledger_error *ret_error)
{
    LC_CHECK(path != NULL);
    ret_error->text[0] = '\0';
    struct fuzz_ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL) {
        (void)snprintf(ret_error->text, sizeof ret_error->text, "no memory");
        return NULL;
    }
    bool is_good = fuzz_ledger_path_open(path, may_make, &ledger->base);
    if (!is_good) {
        (void)fuzz_ledger_base_fail(ledger, ret_error);
    }
    is_good = is_good && check_format(ledger, may_make, ret_error);
    if (is_good) {
        (void)sqlite3_busy_timeout(ledger->base, BUSY_MS);
    }
    if (is_good && may_make) {
        /* A commit is on the disk before it returns. */
        is_good = fuzz_ledger_base_execute(
            ledger,
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            ret_error);
    }
    is_good = is_good && (!may_make || make_tables(ledger, ret_error));
    if (!is_good) {
        fuzz_ledger_close(ledger);
        return NULL;
    }
    return ledger;
}

void fuzz_ledger_close(struct fuzz_ledger *ledger)
{
    if (ledger != NULL) {
        /* All into the one file, even while somebody else reads it. */
        if (ledger->base != NULL && !sqlite3_db_readonly(ledger->base, NULL)) {
            (void)sqlite3_wal_checkpoint_v2(
                ledger->base,
                NULL,
                SQLITE_CHECKPOINT_TRUNCATE,
                NULL,
                NULL);
        }
        (void)sqlite3_close(ledger->base);
        free(ledger);
    }
}

/* ---- Settings ---- */

bool fuzz_ledger_get(
    struct fuzz_ledger *ledger,
    const char *name,
    char *ret_value,
    size_t capacity)
{
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "SELECT value FROM setting WHERE name = ?1",
        0,
        NULL);
    bool is_there = false;
    if (statement != NULL) {
        fuzz_ledger_base_bind(statement, 1, name);
        if (sqlite3_step(statement) == SQLITE_ROW) {
            const char *value = (const char *)sqlite3_column_text(statement, 0);
            size_t length = value == NULL ? capacity : strlen(value);
            is_there = length < capacity;
            if (is_there) {
                memcpy(ret_value, value, length + 1);
            }
        }
    }
    (void)sqlite3_finalize(statement);
    return is_there;
}

bool fuzz_ledger_begin(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_error *ret_error)
{
    return fuzz_ledger_base_execute(ledger, "BEGIN IMMEDIATE", ret_error);
}

bool fuzz_ledger_keep(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_error *ret_error)
{
    return fuzz_ledger_base_execute(ledger, "COMMIT", ret_error);
}

bool fuzz_ledger_set(
    struct fuzz_ledger *ledger,
    const char *name,
    const char *value,
    struct fuzz_ledger_error *ret_error)
{
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "INSERT INTO setting (name, value) VALUES (?1, ?2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        0,
        NULL);
    if (statement != NULL) {
        fuzz_ledger_base_bind(statement, 1, name);
        fuzz_ledger_base_bind(statement, 2, value);
    }
    return fuzz_ledger_base_finish(ledger, statement, ret_error);
}

/* ---- Reading ---- */

/* What was played twice, and what had warnings; a ledger of an older format does
 * not say. */
static bool read_newer(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_totals *totals,
    struct fuzz_ledger_error *ret_error)
{
    uint64_t numbers[2];
    uint64_t twice[2];
    uint64_t first[2];
    if (!fuzz_ledger_base_ask(
            ledger,
            "PRAGMA user_version",
            numbers,
            ret_error)) {
        return false;
    }
    if (numbers[0] < FORMAT_TWICE) {
        return true;
    }
    bool is_good = fuzz_ledger_base_ask(
                       ledger,
                       "SELECT schedules, differed FROM twice",
                       twice,
                       ret_error) &&
                   fuzz_ledger_base_ask(
                       ledger,
                       "SELECT first FROM twice",
                       first,
                       ret_error);
    if (is_good) {
        totals->again = twice[0];
        totals->differed = twice[1];
        totals->differed_seed = first[0];
    }
    if (!is_good || numbers[0] < FUZZ_LEDGER_BASE_WARNINGS) {
        return is_good;
    }
    is_good = fuzz_ledger_base_ask(
        ledger,
        "SELECT schedules FROM warned",
        numbers,
        ret_error);
    totals->warned = is_good ? numbers[0] : 0;
    return is_good;
}

bool fuzz_ledger_sum(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_totals *ret_totals,
    struct fuzz_ledger_error *ret_error)
{
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "SELECT ifnull(sum(schedules), 0), ifnull(sum(records), 0),"
        " ifnull(sum(virtual_ns), 0), ifnull(sum(unspecified), 0),"
        " ifnull(max(next), 0), count(*),"
        " (SELECT count(*) FROM finding),"
        " (SELECT count(*) FROM coverage WHERE premise > 0)"
        " FROM chunk",
        0,
        NULL);
    bool is_good = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    if (is_good) {
        *ret_totals = (struct fuzz_ledger_totals){
            .schedules = fuzz_ledger_base_column(statement, 0),
            .records = fuzz_ledger_base_column(statement, 1),
            .virtual_ns = fuzz_ledger_base_column(statement, 2),
            .unspecified = fuzz_ledger_base_column(statement, 3),
            .next_seed = fuzz_ledger_base_column(statement, 4),
            .chunk_count = (uint32_t)fuzz_ledger_base_column(statement, 5),
            .finding_count = (uint32_t)fuzz_ledger_base_column(statement, 6),
            .rules_exercised = (uint32_t)fuzz_ledger_base_column(statement, 7),
        };
    } else {
        (void)fuzz_ledger_base_fail(ledger, ret_error);
    }
    (void)sqlite3_finalize(statement);
    return is_good && read_newer(ledger, ret_totals, ret_error);
}

uint32_t fuzz_ledger_keys(struct fuzz_ledger *ledger, uint64_t *ret_keys)
{
    const uint64_t limit = FUZZ_KNOWN_MAX;
    uint32_t count = 0;
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "SELECT key FROM alias ORDER BY key LIMIT ?1",
        1,
        &limit);
    while (statement != NULL && sqlite3_step(statement) == SQLITE_ROW) {
        LC_CHECK(count < FUZZ_KNOWN_MAX);
        ret_keys[count++] = fuzz_ledger_base_column(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return count;
}

bool fuzz_ledger_findings(
    struct fuzz_ledger *ledger,
    void (*visit)(void *context, const struct fuzz_ledger_finding *finding),
    void *context,
    struct fuzz_ledger_error *ret_error)
{
    uint64_t format[2];
    if (!fuzz_ledger_base_ask(
            ledger,
            "PRAGMA user_version",
            format,
            ret_error)) {
        return false;
    }
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        format[0] < FUZZ_LEDGER_BASE_WARNINGS
            ? "SELECT key, seed, count, rule, file, schedule, hash, calls,"
              " switches, signal, replayed, 1"
              " FROM finding ORDER BY count DESC, key"
            : "SELECT key, seed, count, rule, file, schedule, hash, calls,"
              " switches, signal, replayed,"
              " key NOT IN (SELECT key FROM unshrunk)"
              " FROM finding ORDER BY count DESC, key",
        0,
        NULL);
    if (statement == NULL) {
        return fuzz_ledger_base_fail(ledger, ret_error);
    }
    int step = sqlite3_step(statement);
    while (step == SQLITE_ROW) {
        struct fuzz_ledger_finding finding = {
            .key = fuzz_ledger_base_column(statement, 0),
            .seed = fuzz_ledger_base_column(statement, 1),
            .count = fuzz_ledger_base_column(statement, 2),
            .rule = (const char *)sqlite3_column_text(statement, 3),
            .file = (const char *)sqlite3_column_text(statement, 4),
            .text = (const char *)sqlite3_column_text(statement, 5),
            .hash = fuzz_ledger_base_column(statement, 6),
            .calls = (uint32_t)fuzz_ledger_base_column(statement, 7),
            .switches = (uint32_t)fuzz_ledger_base_column(statement, 8),
            .death = sqlite3_column_int(statement, 9),
            .replay = (enum fuzz_replay)sqlite3_column_int(statement, 10),
            .is_shrunk = sqlite3_column_int(statement, 11) != 0,
        };
        visit(context, &finding);
        step = sqlite3_step(statement);
    }
    bool is_good =
        step == SQLITE_DONE || fuzz_ledger_base_fail(ledger, ret_error);
    (void)sqlite3_finalize(statement);
    return is_good;
}

bool fuzz_ledger_knows(struct fuzz_ledger *ledger, uint64_t key)
{
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "SELECT 1 FROM finding WHERE key = ?1",
        1,
        &key);
    bool is_there = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    (void)sqlite3_finalize(statement);
    return is_there;
}

uint64_t fuzz_ledger_exercised(struct fuzz_ledger *ledger, const char *rule)
{
    uint64_t times = 0;
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "SELECT premise FROM coverage WHERE rule = ?1",
        0,
        NULL);
    if (statement != NULL) {
        fuzz_ledger_base_bind(statement, 1, rule);
        if (sqlite3_step(statement) == SQLITE_ROW) {
            times = fuzz_ledger_base_column(statement, 0);
        }
    }
    (void)sqlite3_finalize(statement);
    return times;
}

/* ---- Writing ---- */

static bool add_chunk(
    struct fuzz_ledger *ledger,
    uint64_t seed,
    const struct fuzz_search_totals *totals,
    struct fuzz_ledger_error *ret_error)
{
    const uint64_t numbers[] = {
        seed,
        totals->next_seed,
        totals->next_seed - seed,
        totals->records,
        totals->virtual_ns,
        totals->unspecified,
    };
    return fuzz_ledger_base_finish(
        ledger,
        fuzz_ledger_base_prepare(
            ledger,
            "INSERT INTO chunk VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            LC_COUNT_OF(numbers),
            numbers),
        ret_error);
}

/* Seeds rise from chunk to chunk: the first that differed stays it. */
static bool add_twice(
    struct fuzz_ledger *ledger,
    const struct fuzz_search_totals *totals,
    struct fuzz_ledger_error *ret_error)
{
    const uint64_t numbers[] = {
        totals->again,
        totals->differed,
        totals->differed_seed,
    };
    return fuzz_ledger_base_finish(
        ledger,
        fuzz_ledger_base_prepare(
            ledger,
            "UPDATE twice SET schedules = schedules + ?1,"
            " differed = differed + ?2, first ="
            " CASE WHEN ?2 > 0 THEN ifnull(first, ?3) ELSE first END",
            LC_COUNT_OF(numbers),
            numbers),
        ret_error);
}

/* A finding that is there already stays; its count comes by its aliases. */
static bool add_finding(
    struct fuzz_ledger *ledger,
    const struct fuzz_finding *finding,
    struct fuzz_ledger_error *ret_error)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    char file[FUZZ_FINDING_NAME_BYTES];
    size_t size_bytes = fuzz_text_print(&finding->schedule, text, sizeof text);
    LC_CHECK(size_bytes > 0);
    fuzz_finding_name(finding, file);
    const uint64_t numbers[] = {
        fuzz_finding_key_of(finding),
        finding->seed,
        finding->hash,
        finding->schedule.op_count,
        fuzz_shrink_switches(&finding->schedule),
        (uint64_t)finding->death,
        (uint64_t)finding->replay,
    };
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "INSERT OR IGNORE INTO finding (key, seed, hash, calls, switches,"
        " signal, replayed, count, rule, file, schedule)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10)",
        LC_COUNT_OF(numbers),
        numbers);
    if (statement != NULL) {
        fuzz_ledger_base_bind(statement, 8, model_rule(finding->rule)->id);
        fuzz_ledger_base_bind(statement, 9, file);
        fuzz_ledger_base_bind(statement, 10, text);
    }
    if (!fuzz_ledger_base_finish(ledger, statement, ret_error)) {
        return false;
    }
    bool is_new = sqlite3_changes(ledger->base) > 0;
    return finding->is_shrunk || !is_new ||
           fuzz_ledger_base_finish(
               ledger,
               fuzz_ledger_base_prepare(
                   ledger,
                   "INSERT INTO unshrunk VALUES (?1)",
                   1,
                   numbers),
               ret_error);
}

static bool add_count(
    struct fuzz_ledger *ledger,
    uint64_t key,
    uint64_t count,
    struct fuzz_ledger_error *ret_error)
{
    const uint64_t numbers[] = { key, count };
    return count == 0 ||
           fuzz_ledger_base_finish(
               ledger,
               fuzz_ledger_base_prepare(
                   ledger,
                   "UPDATE finding SET count = count + ?2 WHERE key ="
                   " (SELECT finding FROM alias WHERE key = ?1)",
                   LC_COUNT_OF(numbers),
                   numbers),
               ret_error);
}

static bool add_alias(
    struct fuzz_ledger *ledger,
    const struct fuzz_search_alias *alias,
    struct fuzz_ledger_error *ret_error)
{
    const uint64_t numbers[] = { alias->key, alias->shrunk_key };
    return fuzz_ledger_base_finish(
        ledger,
        fuzz_ledger_base_prepare(
            ledger,
            "INSERT OR IGNORE INTO alias VALUES (?1, ?2)",
            LC_COUNT_OF(numbers),
            numbers),
        ret_error);
}

static bool add_coverage(
    struct fuzz_ledger *ledger,
    const struct model_coverage *coverage,
    struct fuzz_ledger_error *ret_error)
{
    bool is_good = true;
    for (uint32_t i = 0; i < model_rule_count() && is_good; i++) {
        const uint64_t numbers[] = { coverage->checked[i],
                                     coverage->premise[i] };
        sqlite3_stmt *statement = fuzz_ledger_base_prepare(
            ledger,
            "INSERT INTO coverage (checked, premise, rule)"
            " VALUES (?1, ?2, ?3) ON CONFLICT (rule) DO UPDATE SET"
            " checked = checked + excluded.checked,"
            " premise = premise + excluded.premise",
            LC_COUNT_OF(numbers),
            numbers);
        if (statement != NULL) {
            fuzz_ledger_base_bind(statement, 3, model_rule(i)->id);
        }
        is_good = fuzz_ledger_base_finish(ledger, statement, ret_error);
    }
    return is_good;
}

/* That the seeds of a chunk have been played, and what was counted. */
static bool add_played(
    struct fuzz_ledger *ledger,
    const struct fuzz_ledger_chunk *chunk,
    struct fuzz_ledger_error *ret_error)
{
    const struct fuzz_search_result *result = chunk->result;
    bool is_good = add_chunk(ledger, chunk->seed, &result->totals, ret_error);
    for (uint32_t i = 0; i < result->alias_count && is_good; i++) {
        const struct fuzz_search_alias *alias = &result->aliases[i];
        is_good = add_count(ledger, alias->key, alias->count, ret_error);
    }
    for (uint32_t i = 0; i < chunk->key_count && is_good; i++) {
        is_good = add_count(
            ledger,
            chunk->keys[i],
            result->known_counts[i],
            ret_error);
    }
    return is_good && add_twice(ledger, &result->totals, ret_error) &&
           add_coverage(ledger, &result->totals.coverage, ret_error) &&
           fuzz_ledger_count_add(ledger, result, ret_error);
}

bool fuzz_ledger_commit(
    struct fuzz_ledger *ledger,
    const struct fuzz_ledger_chunk *chunk,
    struct fuzz_ledger_error *ret_error)
{
    const struct fuzz_search_result *result = chunk->result;
    LC_CHECK_IF(result->totals.is_cut, chunk->is_partial);
    if (!fuzz_ledger_base_execute(ledger, "BEGIN IMMEDIATE", ret_error)) {
        return false;
    }
    bool is_good = true;
    for (uint32_t i = 0; i < result->totals.finding_count && is_good; i++) {
        is_good = add_finding(ledger, &result->findings[i], ret_error);
    }
    for (uint32_t i = 0; i < result->alias_count && is_good; i++) {
        is_good = add_alias(ledger, &result->aliases[i], ret_error);
    }
    is_good = is_good &&
              (chunk->is_partial || add_played(ledger, chunk, ret_error)) &&
              fuzz_ledger_base_execute(ledger, "COMMIT", ret_error);
    if (!is_good) {
        (void)sqlite3_exec(ledger->base, "ROLLBACK", NULL, NULL, NULL);
    }
    return is_good;
}
