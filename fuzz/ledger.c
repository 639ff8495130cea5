#include "fuzz/ledger.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/ledger_path.h"
#include "fuzz/shrink.h"
#include "fuzz/text.h"

enum {
    BUSY_MS = 10000,
    /* PRAGMA user_version. 2 has statistics, 3 what was played twice; an older
     * one is read without, and gets them when it is opened to be written. */
    FORMAT_STATISTICS = 2,
    FORMAT_TWICE = 3,
    FORMAT = 3,
    ENTRY_BYTES = 16
};

struct fuzz_ledger {
    sqlite3 *base;
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
    "INSERT OR IGNORE INTO twice VALUES (1, 0, 0, NULL);";

static bool fail(
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

static bool say(struct fuzz_ledger_error *ret_error, const char *text)
{
    (void)snprintf(ret_error->text, sizeof ret_error->text, "%s", text);
    return false;
}

static bool execute(
    struct fuzz_ledger *ledger,
    const char *text,
    struct fuzz_ledger_error *ret_error)
{
    return sqlite3_exec(ledger->base, text, NULL, NULL, NULL) == SQLITE_OK ||
           fail(ledger, ret_error);
}

/* Makes a statement with numbers for its first parameters. */
static sqlite3_stmt *prepare(
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

/* Runs a statement that gives no rows, and frees it. */
static bool finish(
    struct fuzz_ledger *ledger,
    sqlite3_stmt *statement,
    struct fuzz_ledger_error *ret_error)
{
    bool is_good = statement != NULL && sqlite3_step(statement) == SQLITE_DONE;
    if (!is_good) {
        (void)fail(ledger, ret_error);
    }
    (void)sqlite3_finalize(statement);
    return is_good;
}

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    (void)sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
}

static uint64_t column(sqlite3_stmt *statement, int at)
{
    return (uint64_t)sqlite3_column_int64(statement, at);
}

/* ---- Opening ---- */

/* Two numbers that a question has for its answer, or one and a zero. */
static bool ask(
    struct fuzz_ledger *ledger,
    const char *question,
    uint64_t ret_numbers[2],
    struct fuzz_ledger_error *ret_error)
{
    sqlite3_stmt *statement = prepare(ledger, question, 0, NULL);
    bool is_good = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    if (is_good) {
        ret_numbers[0] = column(statement, 0);
        ret_numbers[1] =
            sqlite3_column_count(statement) > 1 ? column(statement, 1) : 0;
    } else if (sqlite3_errcode(ledger->base) == SQLITE_NOTADB) {
        (void)say(ret_error, "no ledger: it is not an SQLite database");
    } else {
        (void)fail(ledger, ret_error);
    }
    (void)sqlite3_finalize(statement);
    return is_good;
}

/* A base without a format: one that is to become a ledger, or was on its way
 * when its campaign was killed, or something else. */
static bool check_bare(
    struct fuzz_ledger *ledger,
    bool may_make,
    struct fuzz_ledger_error *ret_error)
{
    uint64_t tables[2];
    if (!ask(
            ledger,
            "SELECT count(*), ifnull(sum(name = 'setting'), 0)"
            " FROM sqlite_master",
            tables,
            ret_error)) {
        return false;
    }
    if (tables[0] > 0 && tables[1] == 0) {
        return say(ret_error, "no ledger: it is a database of something else");
    }
    return may_make ||
           say(ret_error, "an empty ledger: its campaign has played nothing");
}

static bool check_format(
    struct fuzz_ledger *ledger,
    bool may_make,
    struct fuzz_ledger_error *ret_error)
{
    uint64_t numbers[2];
    if (!ask(ledger, "PRAGMA user_version", numbers, ret_error)) {
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
    return execute(ledger, schema, ret_error) &&
           execute(ledger, version, ret_error);
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
        (void)fail(ledger, ret_error);
    }
    is_good = is_good && check_format(ledger, may_make, ret_error);
    if (is_good) {
        (void)sqlite3_busy_timeout(ledger->base, BUSY_MS);
    }
    if (is_good && may_make) {
        /* A commit is on the disk before it returns. */
        is_good = execute(
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
    sqlite3_stmt *statement =
        prepare(ledger, "SELECT value FROM setting WHERE name = ?1", 0, NULL);
    bool is_there = false;
    if (statement != NULL) {
        bind_text(statement, 1, name);
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

bool fuzz_ledger_set(
    struct fuzz_ledger *ledger,
    const char *name,
    const char *value,
    struct fuzz_ledger_error *ret_error)
{
    sqlite3_stmt *statement = prepare(
        ledger,
        "INSERT INTO setting (name, value) VALUES (?1, ?2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        0,
        NULL);
    if (statement != NULL) {
        bind_text(statement, 1, name);
        bind_text(statement, 2, value);
    }
    return finish(ledger, statement, ret_error);
}

/* ---- Reading ---- */

/* What was played twice; a ledger of an older format does not say. */
static bool read_twice(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_totals *totals,
    struct fuzz_ledger_error *ret_error)
{
    uint64_t numbers[2];
    uint64_t first[2];
    if (!ask(ledger, "PRAGMA user_version", numbers, ret_error)) {
        return false;
    }
    if (numbers[0] < FORMAT_TWICE) {
        return true;
    }
    bool is_good = ask(ledger,
                       "SELECT schedules, differed FROM twice",
                       numbers,
                       ret_error) &&
                   ask(ledger, "SELECT first FROM twice", first, ret_error);
    if (is_good) {
        totals->again = numbers[0];
        totals->differed = numbers[1];
        totals->differed_seed = first[0];
    }
    return is_good;
}

bool fuzz_ledger_sum(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_totals *ret_totals,
    struct fuzz_ledger_error *ret_error)
{
    sqlite3_stmt *statement = prepare(
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
            .schedules = column(statement, 0),
            .records = column(statement, 1),
            .virtual_ns = column(statement, 2),
            .unspecified = column(statement, 3),
            .next_seed = column(statement, 4),
            .chunk_count = (uint32_t)column(statement, 5),
            .finding_count = (uint32_t)column(statement, 6),
            .rules_exercised = (uint32_t)column(statement, 7),
        };
    } else {
        (void)fail(ledger, ret_error);
    }
    (void)sqlite3_finalize(statement);
    return is_good && read_twice(ledger, ret_totals, ret_error);
}

uint32_t fuzz_ledger_keys(struct fuzz_ledger *ledger, uint64_t *ret_keys)
{
    const uint64_t limit = FUZZ_KNOWN_MAX;
    uint32_t count = 0;
    sqlite3_stmt *statement = prepare(
        ledger,
        "SELECT key FROM alias ORDER BY key LIMIT ?1",
        1,
        &limit);
    while (statement != NULL && sqlite3_step(statement) == SQLITE_ROW) {
        LC_CHECK(count < FUZZ_KNOWN_MAX);
        ret_keys[count++] = column(statement, 0);
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
    sqlite3_stmt *statement = prepare(
        ledger,
        "SELECT key, seed, count, rule, file, schedule, hash, calls,"
        " switches, signal, replayed FROM finding ORDER BY count DESC, key",
        0,
        NULL);
    if (statement == NULL) {
        return fail(ledger, ret_error);
    }
    int step = sqlite3_step(statement);
    while (step == SQLITE_ROW) {
        struct fuzz_ledger_finding finding = {
            .key = column(statement, 0),
            .seed = column(statement, 1),
            .count = column(statement, 2),
            .rule = (const char *)sqlite3_column_text(statement, 3),
            .file = (const char *)sqlite3_column_text(statement, 4),
            .text = (const char *)sqlite3_column_text(statement, 5),
            .hash = column(statement, 6),
            .calls = (uint32_t)column(statement, 7),
            .switches = (uint32_t)column(statement, 8),
            .death = sqlite3_column_int(statement, 9),
            .replay = (enum fuzz_replay)sqlite3_column_int(statement, 10),
        };
        visit(context, &finding);
        step = sqlite3_step(statement);
    }
    bool is_good = step == SQLITE_DONE || fail(ledger, ret_error);
    (void)sqlite3_finalize(statement);
    return is_good;
}

bool fuzz_ledger_knows(struct fuzz_ledger *ledger, uint64_t key)
{
    sqlite3_stmt *statement =
        prepare(ledger, "SELECT 1 FROM finding WHERE key = ?1", 1, &key);
    bool is_there = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    (void)sqlite3_finalize(statement);
    return is_there;
}

uint64_t fuzz_ledger_exercised(struct fuzz_ledger *ledger, const char *rule)
{
    uint64_t times = 0;
    sqlite3_stmt *statement = prepare(
        ledger,
        "SELECT premise FROM coverage WHERE rule = ?1",
        0,
        NULL);
    if (statement != NULL) {
        bind_text(statement, 1, rule);
        if (sqlite3_step(statement) == SQLITE_ROW) {
            times = column(statement, 0);
        }
    }
    (void)sqlite3_finalize(statement);
    return times;
}

/* ---- Statistics ---- */

static uint64_t get_number(const unsigned char *bytes)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < sizeof number; i++) {
        number |= (uint64_t)bytes[i] << (8 * i);
    }
    return number;
}

static void put_number(unsigned char *bytes, uint64_t number)
{
    for (uint32_t i = 0; i < sizeof number; i++) {
        bytes[i] = (unsigned char)(number >> (8 * i));
    }
}

/* Takes a row of `sketch` apart. Returns whether it can be one. */
static bool take_sketch(
    sqlite3_stmt *statement,
    struct fuzz_statistics *statistics)
{
    const char *name = (const char *)sqlite3_column_text(statement, 0);
    struct fuzz_sketch *sketch =
        strcmp(name, "states") == 0 ? &statistics->states : &statistics->pairs;
    uint64_t level = column(statement, 2);
    const unsigned char *bytes = sqlite3_column_blob(statement, 3);
    uint32_t size_bytes = (uint32_t)sqlite3_column_bytes(statement, 3);
    if (level > FUZZ_SKETCH_LEVEL_MAX || size_bytes % ENTRY_BYTES != 0) {
        return false;
    }
    statistics->watched = column(statement, 1);
    fuzz_sketch_raise(sketch, (uint32_t)level);
    for (uint32_t at = 0; at < size_bytes; at += ENTRY_BYTES) {
        uint64_t count = get_number(&bytes[at + sizeof(uint64_t)]);
        if (count == 0) {
            return false;
        }
        fuzz_sketch_add(sketch, get_number(&bytes[at]), count);
    }
    return true;
}

static bool read_sketches(
    struct fuzz_ledger *ledger,
    struct fuzz_statistics *statistics,
    struct fuzz_ledger_error *ret_error)
{
    sqlite3_stmt *statement = prepare(
        ledger,
        "SELECT name, watched, level, entries FROM sketch"
        " WHERE name IN ('states', 'pairs')",
        0,
        NULL);
    if (statement == NULL) {
        return fail(ledger, ret_error);
    }
    bool is_whole = true;
    int step = sqlite3_step(statement);
    while (step == SQLITE_ROW && is_whole) {
        is_whole = take_sketch(statement, statistics);
        step = sqlite3_step(statement);
    }
    bool is_good = step == SQLITE_DONE || !is_whole || fail(ledger, ret_error);
    (void)sqlite3_finalize(statement);
    if (!is_whole) {
        (void)snprintf(
            ret_error->text,
            sizeof ret_error->text,
            "a sketch in it is damaged");
    }
    return is_good && is_whole;
}

static bool read_pct(
    struct fuzz_ledger *ledger,
    struct fuzz_statistics *statistics,
    struct fuzz_ledger_error *ret_error)
{
    sqlite3_stmt *statement = prepare(
        ledger,
        "SELECT depth, schedules, actors, steps, actors_max, steps_max"
        " FROM pct",
        0,
        NULL);
    if (statement == NULL) {
        return fail(ledger, ret_error);
    }
    int step = sqlite3_step(statement);
    while (step == SQLITE_ROW) {
        uint64_t depth = column(statement, 0);
        if (depth >= 1 && depth <= FUZZ_SAMPLER_DEPTH_MAX) {
            statistics->pct[depth - 1] = (struct fuzz_statistics_pct){
                .schedules = column(statement, 1),
                .actors = column(statement, 2),
                .steps = column(statement, 3),
                .actors_max = column(statement, 4),
                .steps_max = column(statement, 5),
            };
        }
        step = sqlite3_step(statement);
    }
    bool is_good = step == SQLITE_DONE || fail(ledger, ret_error);
    (void)sqlite3_finalize(statement);
    return is_good;
}

bool fuzz_ledger_statistics(
    struct fuzz_ledger *ledger,
    struct fuzz_statistics *ret_statistics,
    struct fuzz_ledger_error *ret_error)
{
    uint64_t format[2];
    memset(ret_statistics, 0, sizeof *ret_statistics);
    return ask(ledger, "PRAGMA user_version", format, ret_error) &&
           (format[0] < FORMAT_STATISTICS ||
            (read_sketches(ledger, ret_statistics, ret_error) &&
             read_pct(ledger, ret_statistics, ret_error)));
}

static bool write_sketch(
    struct fuzz_ledger *ledger,
    const char *name,
    uint64_t watched,
    const struct fuzz_sketch *sketch,
    struct fuzz_ledger_error *ret_error)
{
    static unsigned char bytes[FUZZ_SKETCH_KEYS * ENTRY_BYTES];
    const uint64_t numbers[] = { watched, sketch->level };
    int at = 0;
    for (uint32_t slot = 0; slot < FUZZ_SKETCH_SLOTS; slot++) {
        const struct fuzz_sketch_entry *entry = &sketch->slots[slot];
        if (entry->count != 0) {
            put_number(&bytes[at], entry->key);
            put_number(&bytes[at + (int)sizeof entry->key], entry->count);
            at += ENTRY_BYTES;
        }
    }
    sqlite3_stmt *statement = prepare(
        ledger,
        "INSERT OR REPLACE INTO sketch (watched, level, name, entries)"
        " VALUES (?1, ?2, ?3, ?4)",
        LC_COUNT_OF(numbers),
        numbers);
    if (statement != NULL) {
        bind_text(statement, 3, name);
        (void)sqlite3_bind_blob(statement, 4, bytes, at, SQLITE_STATIC);
    }
    return finish(ledger, statement, ret_error);
}

/* Adds what a search has counted to what the ledger has; in a transaction. */
static bool add_statistics(
    struct fuzz_ledger *ledger,
    const struct fuzz_statistics *more,
    struct fuzz_ledger_error *ret_error)
{
    static struct fuzz_statistics all;
    if (!fuzz_ledger_statistics(ledger, &all, ret_error)) {
        return false;
    }
    fuzz_statistics_merge(&all, more);
    bool is_good =
        write_sketch(ledger, "states", all.watched, &all.states, ret_error) &&
        write_sketch(ledger, "pairs", all.watched, &all.pairs, ret_error);
    for (uint32_t i = 0; i < FUZZ_SAMPLER_DEPTH_MAX && is_good; i++) {
        const struct fuzz_statistics_pct *pct = &all.pct[i];
        const uint64_t numbers[] = {
            i + 1,      pct->schedules,  pct->actors,
            pct->steps, pct->actors_max, pct->steps_max,
        };
        is_good =
            pct->schedules == 0 || finish(
                                       ledger,
                                       prepare(
                                           ledger,
                                           "INSERT OR REPLACE INTO pct"
                                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                                           LC_COUNT_OF(numbers),
                                           numbers),
                                       ret_error);
    }
    return is_good;
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
    return finish(
        ledger,
        prepare(
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
    return finish(
        ledger,
        prepare(
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
    sqlite3_stmt *statement = prepare(
        ledger,
        "INSERT OR IGNORE INTO finding (key, seed, hash, calls, switches,"
        " signal, replayed, count, rule, file, schedule)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10)",
        LC_COUNT_OF(numbers),
        numbers);
    if (statement != NULL) {
        bind_text(statement, 8, model_rule(finding->rule)->id);
        bind_text(statement, 9, file);
        bind_text(statement, 10, text);
    }
    return finish(ledger, statement, ret_error);
}

static bool add_count(
    struct fuzz_ledger *ledger,
    uint64_t key,
    uint64_t count,
    struct fuzz_ledger_error *ret_error)
{
    const uint64_t numbers[] = { key, count };
    return count == 0 ||
           finish(
               ledger,
               prepare(
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
    return finish(
        ledger,
        prepare(
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
        sqlite3_stmt *statement = prepare(
            ledger,
            "INSERT INTO coverage (checked, premise, rule)"
            " VALUES (?1, ?2, ?3) ON CONFLICT (rule) DO UPDATE SET"
            " checked = checked + excluded.checked,"
            " premise = premise + excluded.premise",
            LC_COUNT_OF(numbers),
            numbers);
        if (statement != NULL) {
            bind_text(statement, 3, model_rule(i)->id);
        }
        is_good = finish(ledger, statement, ret_error);
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
           add_statistics(ledger, &result->statistics, ret_error);
}

bool fuzz_ledger_commit(
    struct fuzz_ledger *ledger,
    const struct fuzz_ledger_chunk *chunk,
    struct fuzz_ledger_error *ret_error)
{
    const struct fuzz_search_result *result = chunk->result;
    LC_CHECK_IF(result->totals.is_cut, chunk->is_partial);
    if (!execute(ledger, "BEGIN IMMEDIATE", ret_error)) {
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
              execute(ledger, "COMMIT", ret_error);
    if (!is_good) {
        (void)sqlite3_exec(ledger->base, "ROLLBACK", NULL, NULL, NULL);
    }
    return is_good;
}
