#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/ledger.h"
#include "fuzz/ledger_base.h"
#include "fuzz/text.h"

enum {
    FORMAT_STATISTICS = 2,
    ENTRY_BYTES = 16
};

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
    uint64_t level = fuzz_ledger_base_column(statement, 2);
    const unsigned char *bytes = sqlite3_column_blob(statement, 3);
    uint32_t size_bytes = (uint32_t)sqlite3_column_bytes(statement, 3);
    if (level > FUZZ_SKETCH_LEVEL_MAX || size_bytes % ENTRY_BYTES != 0) {
        return false;
    }
    statistics->watched = fuzz_ledger_base_column(statement, 1);
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
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "SELECT name, watched, level, entries FROM sketch"
        " WHERE name IN ('states', 'pairs')",
        0,
        NULL);
    if (statement == NULL) {
        return fuzz_ledger_base_fail(ledger, ret_error);
    }
    bool is_whole = true;
    int step = sqlite3_step(statement);
    while (step == SQLITE_ROW && is_whole) {
        is_whole = take_sketch(statement, statistics);
        step = sqlite3_step(statement);
    }
    bool is_good = step == SQLITE_DONE || !is_whole ||
                   fuzz_ledger_base_fail(ledger, ret_error);
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
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "SELECT depth, schedules, actors, steps, actors_max, steps_max"
        " FROM pct",
        0,
        NULL);
    if (statement == NULL) {
        return fuzz_ledger_base_fail(ledger, ret_error);
    }
    int step = sqlite3_step(statement);
    while (step == SQLITE_ROW) {
        uint64_t depth = fuzz_ledger_base_column(statement, 0);
        if (depth >= 1 && depth <= FUZZ_SAMPLER_DEPTH_MAX) {
            statistics->pct[depth - 1] = (struct fuzz_statistics_pct){
                .schedules = fuzz_ledger_base_column(statement, 1),
                .actors = fuzz_ledger_base_column(statement, 2),
                .steps = fuzz_ledger_base_column(statement, 3),
                .actors_max = fuzz_ledger_base_column(statement, 4),
                .steps_max = fuzz_ledger_base_column(statement, 5),
            };
        }
        step = sqlite3_step(statement);
    }
    bool is_good =
        step == SQLITE_DONE || fuzz_ledger_base_fail(ledger, ret_error);
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
    return fuzz_ledger_base_ask(
               ledger,
               "PRAGMA user_version",
               format,
               ret_error) &&
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
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "INSERT OR REPLACE INTO sketch (watched, level, name, entries)"
        " VALUES (?1, ?2, ?3, ?4)",
        LC_COUNT_OF(numbers),
        numbers);
    if (statement != NULL) {
        fuzz_ledger_base_bind(statement, 3, name);
        (void)sqlite3_bind_blob(statement, 4, bytes, at, SQLITE_STATIC);
    }
    return fuzz_ledger_base_finish(ledger, statement, ret_error);
}

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
            pct->schedules == 0 || fuzz_ledger_base_finish(
                                       ledger,
                                       fuzz_ledger_base_prepare(
                                           ledger,
                                           "INSERT OR REPLACE INTO pct"
                                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                                           LC_COUNT_OF(numbers),
                                           numbers),
                                       ret_error);
    }
    return is_good;
}

/* ---- Warnings ---- */

bool fuzz_ledger_warnings(
    struct fuzz_ledger *ledger,
    void (*visit)(void *context, const struct fuzz_ledger_warning *warning),
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
    if (format[0] < FUZZ_LEDGER_BASE_WARNINGS) {
        return true;
    }
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "SELECT rule, schedules, seed, schedule FROM warning ORDER BY rule",
        0,
        NULL);
    if (statement == NULL) {
        return fuzz_ledger_base_fail(ledger, ret_error);
    }
    int step = sqlite3_step(statement);
    while (step == SQLITE_ROW) {
        struct fuzz_ledger_warning warning = {
            .rule = (const char *)sqlite3_column_text(statement, 0),
            .schedules = fuzz_ledger_base_column(statement, 1),
            .seed = fuzz_ledger_base_column(statement, 2),
            .text = (const char *)sqlite3_column_text(statement, 3),
        };
        visit(context, &warning);
        step = sqlite3_step(statement);
    }
    bool is_good =
        step == SQLITE_DONE || fuzz_ledger_base_fail(ledger, ret_error);
    (void)sqlite3_finalize(statement);
    return is_good;
}

/* Seeds rise from chunk to chunk: the first that was warned stays it. */
static bool add_warning(
    struct fuzz_ledger *ledger,
    const char *rule,
    const struct fuzz_warning *warning,
    struct fuzz_ledger_error *ret_error)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    const uint64_t numbers[] = { warning->schedules, warning->seed };
    size_t size_bytes = fuzz_text_print(&warning->schedule, text, sizeof text);
    LC_CHECK(size_bytes > 0);
    sqlite3_stmt *statement = fuzz_ledger_base_prepare(
        ledger,
        "INSERT INTO warning (schedules, seed, rule, schedule)"
        " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (rule) DO UPDATE SET"
        " schedules = schedules + excluded.schedules",
        LC_COUNT_OF(numbers),
        numbers);
    if (statement != NULL) {
        fuzz_ledger_base_bind(statement, 3, rule);
        fuzz_ledger_base_bind(statement, 4, text);
    }
    return fuzz_ledger_base_finish(ledger, statement, ret_error);
}

static bool add_warnings(
    struct fuzz_ledger *ledger,
    const struct fuzz_warnings *warnings,
    struct fuzz_ledger_error *ret_error)
{
    bool is_good = fuzz_ledger_base_finish(
        ledger,
        fuzz_ledger_base_prepare(
            ledger,
            "UPDATE warned SET schedules = schedules + ?1",
            1,
            &warnings->schedules),
        ret_error);
    for (uint32_t i = 0; i < model_rule_count() && is_good; i++) {
        const struct fuzz_warning *warning = &warnings->rules[i];
        is_good = warning->schedules == 0 ||
                  add_warning(ledger, model_rule(i)->id, warning, ret_error);
    }
    return is_good;
}

bool fuzz_ledger_count_add(
    struct fuzz_ledger *ledger,
    const struct fuzz_search_result *result,
    struct fuzz_ledger_error *ret_error)
{
    return add_statistics(ledger, &result->statistics, ret_error) &&
           add_warnings(ledger, &result->warnings, ret_error);
}
