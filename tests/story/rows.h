/*
 * For stories of the catalogue's tables: a row is a world, a program, and what
 * is told of its trace, all of it and in its order. Which rows a table has says
 * tests/data/rows.txt; each of them has a story, or is listed with what it
 * waits for.
 */
#ifndef TESTS_STORY_ROWS_H
#define TESTS_STORY_ROWS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/nsp.h"

#include "fuzz/call.h"
#include "fuzz/play.h"
#include "fuzz/text.h"
#include "fuzz/words.h"
#include "sim/sim.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum rows_constants {
    ROWS_TOLD_BYTES = 16384,
    ROWS_MAX = 256
};

struct row {
    const char *ids;     /* of rows.txt, separated by spaces */
    const char *world;   /* lines, or NULL: the default world */
    const char *program; /* lines of the one thread; or all from `process` on */
    /* What is told besides the calls of the application and its hook, by letters: s SPI
     * calls as they return, w the wire, h handles and upcalls, m modules, n calls
     * into the name-space DLL as they return, t the time of each. */
    const char *tell;
    const char *told; /* lines */
};

/* A row without a story: an id, or its beginning and `*`. */
struct row_waits {
    const char *id;
    const char *what; /* for which call, object or fault */
};

static struct {
    struct lc_schedule schedule;
    struct fuzz_player player;
    const struct row *row;
    char told[ROWS_TOLD_BYTES];
    size_t length;
    int64_t asked[LC_MODULE_COUNT]; /* version of the WSPStartup under way */
    int64_t asked_by[LC_THREADS_MAX];
} rows;

LC_PRINTF(1, 2)

static inline void rows_put(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(
        rows.told + rows.length,
        sizeof rows.told - rows.length,
        format,
        arguments);
    va_end(arguments);
    rows.length += (size_t)length;
    assert_true(rows.length < sizeof rows.told);
}

static inline bool rows_tells(char letter)
{
    return rows.row->tell != NULL && strchr(rows.row->tell, letter) != NULL;
}

/* A line begins: the time, if it is told, and of several threads which. */
static inline void rows_begin(const struct lc_record *record)
{
    if (rows_tells('t')) {
        rows_put("%.3f ", (double)record->time_ns / 1e9);
    }
    if (rows.schedule.thread_count > 1 && record->thread != LC_NONE) {
        char thread[2 * LC_NAME_MAX];
        fuzz_text_thread(&rows.schedule, record->thread, thread);
        rows_put("%s: ", thread);
    }
}

/* A result: a number, or the name of an error. */
static inline void rows_put_result(int64_t result, int64_t error)
{
    const char *name = fuzz_words_error(error);
    if (error == 0) {
        rows_put(" = %lld", (long long)result);
    } else if (name == NULL) {
        rows_put(" = error %lld", (long long)error);
    } else {
        rows_put(" = %s", name);
    }
}

static inline void rows_put_version(const char *before, int64_t word)
{
    rows_put(
        "%s%lld.%lld",
        before,
        (long long)(word & 0xff),
        (long long)(word >> 8));
}

static inline void rows_tell_call(const struct lc_record *record)
{
    bool is_start = record->function == LC_CALL_WSASTARTUP;
    if (record->kind == LC_RECORD_API_CALL) {
        rows.asked_by[record->thread] = record->a;
        return;
    }
    rows_begin(record);
    rows_put("%s", fuzz_call(record->function)->function);
    if (is_start) {
        rows_put_version(" ", rows.asked_by[record->thread]);
    }
    rows_put_result(record->a, record->b);
    if (is_start && record->a == 0) {
        rows_put_version(", ", record->c);
        rows_put_version(" of ", record->d);
    }
    rows_put("\n");
}

static inline void rows_tell_hook(const struct lc_record *record)
{
    if (record->function == LC_HOOK_MAKES) {
        rows_begin(record);
        rows_put("hook: %s", fuzz_call((uint32_t)record->a)->function);
        rows_put_result(record->c, record->b);
        rows_put("\n");
    }
}

/* The number behind the name is the socket, or the catalog entry of WSPSocket.
 */
static inline void rows_tell_spi(const struct lc_record *record)
{
    bool is_start = record->function == LC_SPI_STARTUP;
    if (record->kind == LC_RECORD_SPI_CALL) {
        rows.asked[record->callee] = record->d;
        return;
    }
    rows_begin(record);
    rows_put(
        "%s > %s %s",
        fuzz_text_module(&rows.schedule.world, record->caller),
        fuzz_text_module(&rows.schedule.world, record->callee),
        fuzz_words_name(FUZZ_WORDS_SPI, record->function));
    if (is_start) {
        rows_put_version(" ", rows.asked[record->callee]);
    } else if (record->c != 0) {
        rows_put(" %lld", (long long)record->c);
    }
    rows_put_result(record->a, record->b);
    if (is_start && record->a == 0) {
        rows_put_version(", ", record->c);
    }
    rows_put("\n");
}

/* Bytes and ends, on either side. */
static inline void rows_tell_wire(const struct lc_record *record)
{
    bool has_bytes = record->function == LC_WIRE_DATA ||
                     record->function == LC_WIRE_DELIVER ||
                     record->function == LC_WIRE_RST ||
                     record->function >= LC_WIRE_DATAGRAM;
    bool is_end = record->function == LC_WIRE_FIN ||
                  record->function == LC_WIRE_FIN_DELIVER;
    if (!has_bytes && !is_end) {
        return;
    }
    rows_begin(record);
    rows_put(
        "connection %lld %s",
        (long long)record->a,
        fuzz_words_name(FUZZ_WORDS_WIRE, record->function));
    if (has_bytes) {
        rows_put(" %lld", (long long)record->b);
    }
    rows_put("\n");
}

static inline void rows_tell_handle(const struct lc_record *record)
{
    const struct lc_world *world = &rows.schedule.world;
    if (record->kind == LC_RECORD_HANDLE) {
        rows_begin(record);
        rows_put(
            "handle %lld %s, entry %lld (%s)\n",
            (long long)record->a,
            fuzz_words_name(FUZZ_WORDS_HANDLE, record->function),
            (long long)record->b,
            fuzz_text_module(world, record->callee));
    } else if (record->function != LC_UPCALL_GET_PROVIDER_PATH) {
        rows_begin(record);
        rows_put(
            "%s ^ %s",
            fuzz_text_module(world, record->caller),
            fuzz_words_name(FUZZ_WORDS_UPCALL, record->function));
        rows_put_result(record->a, record->b);
        rows_put("\n");
    }
}

static inline void rows_tell_module(const struct lc_record *record)
{
    bool is_load = record->kind == LC_RECORD_LOAD;
    rows_begin(record);
    rows_put(
        "%s %s %s%s\n",
        fuzz_text_module(&rows.schedule.world, record->caller),
        is_load ? "loads" : "frees",
        fuzz_text_module(&rows.schedule.world, record->callee),
        record->a == 0 ? ": failed"
        : record->c    ? (is_load ? ", mapped" : ", unmapped")
                       : "");
}

static inline void rows_tell_nsp(const struct lc_record *record)
{
    bool is_found = record->a == 0 && record->function == LC_NSP_LOOKUP_NEXT;
    rows_begin(record);
    rows_put(
        "%s > %s %s %lld",
        fuzz_text_module(&rows.schedule.world, record->caller),
        fuzz_text_module(&rows.schedule.world, record->callee),
        fuzz_words_name(FUZZ_WORDS_NSP, record->function),
        (long long)record->c);
    rows_put_result(record->a, record->b);
    if (is_found) {
        rows_put(", service %lld", (long long)record->d);
    }
    rows_put("\n");
}

static inline void rows_tell(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    (void)context;
    (void)number;
    switch (record->kind) {
    case LC_RECORD_API_CALL:
    case LC_RECORD_API_RETURN:
        rows_tell_call(record);
        break;
    case LC_RECORD_SPI_CALL:
    case LC_RECORD_SPI_RETURN:
        if (rows_tells('s')) {
            rows_tell_spi(record);
        }
        break;
    case LC_RECORD_WIRE:
        if (rows_tells('w')) {
            rows_tell_wire(record);
        }
        break;
    case LC_RECORD_HANDLE:
    case LC_RECORD_UPCALL_RETURN:
        if (rows_tells('h')) {
            rows_tell_handle(record);
        }
        break;
    case LC_RECORD_LOAD:
    case LC_RECORD_UNLOAD:
        if (rows_tells('m')) {
            rows_tell_module(record);
        }
        break;
    case LC_RECORD_NSP_RETURN:
        if (rows_tells('n')) {
            rows_tell_nsp(record);
        }
        break;
    case LC_RECORD_HOOK:
        rows_tell_hook(record);
        break;
    case LC_RECORD_END:
        if (record->function != LC_END_DONE) {
            rows_put(
                "end: %s\n",
                fuzz_words_name(FUZZ_WORDS_END, record->function));
        }
        break;
    default:
        break;
    }
}

/* One row: what is told is what is expected, no rule is broken, and the same
 * comes again. */
static inline void rows_play(void **state)
{
    static char text[ROWS_TOLD_BYTES];
    struct fuzz_text_error wrong;
    struct fuzz_outcome outcome;
    struct sim_error error;
    rows.row = *state;
    bool is_whole = strncmp(rows.row->program, "process", 7) == 0;
    (void)snprintf(
        text,
        sizeof text,
        "lastcall schedule 1\n%s%s\n%s%s",
        rows.row->world == NULL ? "" : "world\n",
        rows.row->world == NULL ? "" : rows.row->world,
        is_whole ? "" : "process A\nthread main\n",
        rows.row->program);
    if (!fuzz_text_parse(text, strlen(text), &rows.schedule, &wrong)) {
        fail_msg("line %u: %s\n%s", wrong.line, wrong.message, text);
    }
    assert_int_equal(sim_open(&error), SIM_OK);
    rows.player.reader = rows_tell;
    uint64_t hash = 0;
    for (uint32_t round = 0; round < 2; round++) {
        rows.length = 0;
        rows.told[0] = '\0';
        assert_int_equal(
            fuzz_play(&rows.player, &rows.schedule, NULL, &outcome, &error),
            SIM_OK);
        assert_true(round == 0 || hash == outcome.result.hash);
        hash = outcome.result.hash;
    }
    assert_int_equal(outcome.result.choice_unmet, 0);
    assert_int_equal(outcome.result.choice_unreached, 0);
    if (strcmp(rows.told, rows.row->told) != 0) {
        fail_msg("told:\n%s", rows.told);
    }
    if (outcome.verdict.kind != LC_VERDICT_HELD) {
        fail_msg("the verdict is %d", outcome.verdict.kind);
    }
}

/* ---- Nothing is missing ---- */

static inline bool rows_has_id(const char *ids, const char *id, size_t length)
{
    while (*ids != '\0') {
        size_t word = strcspn(ids, " ");
        if (word == length && strncmp(ids, id, length) == 0) {
            return true;
        }
        ids += word;
        ids += strspn(ids, " ");
    }
    return false;
}

static inline bool rows_waits_for(
    const struct row_waits *waits,
    const char *id,
    size_t length)
{
    size_t own = strlen(waits->id);
    return waits->id[own - 1] == '*'
               ? length >= own && strncmp(waits->id, id, own - 1) == 0
               : length == own && strncmp(waits->id, id, own) == 0;
}

/* The tables that a program has, and its rows. */
struct rows_program {
    const char *tables[3]; /* NULL behind the last */
    const struct row *rows;
    size_t row_count;
    const struct row_waits *waits; /* NULL: none */
    size_t waits_count;
};

/* All tables that any of the programs has. */
static const char *const rows_tables[] = {
    "2.1", "2.2", "4.1", "6.1", "7", "7.1", "13", "19", "22.1", "22.2", NULL,
};

static inline bool rows_is_of(const char *const *tables, const char *id)
{
    bool is_of = false;
    for (uint32_t i = 0; tables[i] != NULL; i++) {
        size_t length = strlen(tables[i]);
        is_of |= strncmp(id, tables[i], length) == 0 && id[length] == '/';
    }
    return is_of;
}

/* Each row of the tables in rows.txt is told here, or waits, and not both; and
 * nothing is told or waits that is not there. */
static inline void rows_are_complete(void **state)
{
    const struct rows_program *all = *state;
    char line[256];
    uint32_t used_rows = 0;
    uint32_t used_waits = 0;
    uint32_t ids = 0;
    bool is_used[2][ROWS_MAX] = { { false } };
    FILE *file = fopen(ROWS_FILE, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        size_t length = strcspn(line, " \n");
        if (line[0] == '#' || length == 0) {
            continue;
        }
        if (!rows_is_of(rows_tables, line)) {
            fail_msg("%s: no program has its table", line);
        }
        if (!rows_is_of(all->tables, line)) {
            continue;
        }
        uint32_t stories = 0;
        uint32_t waits = 0;
        line[length] = '\0';
        for (size_t i = 0; i < all->row_count; i++) {
            bool is_it = rows_has_id(all->rows[i].ids, line, length);
            stories += is_it;
            is_used[0][i] |= is_it;
            used_rows += is_it;
        }
        for (size_t i = 0; i < all->waits_count; i++) {
            bool is_it = rows_waits_for(&all->waits[i], line, length);
            waits += is_it;
            is_used[1][i] |= is_it;
        }
        if ((stories > 0) + waits != 1) {
            fail_msg("%s: %u stories, waits %u times", line, stories, waits);
        }
    }
    (void)fclose(file);
    for (size_t i = 0; i < all->row_count; i++) {
        const char *word = all->rows[i].ids;
        while (*word != '\0') {
            ids++;
            word += strcspn(word, " ");
            word += strspn(word, " ");
        }
        if (!is_used[0][i]) {
            fail_msg("no row %s", all->rows[i].ids);
        }
    }
    for (size_t i = 0; i < all->waits_count; i++) {
        used_waits += is_used[1][i];
    }
    assert_int_equal(used_rows, ids);
    assert_int_equal(used_waits, all->waits_count);
}

static inline int rows_run(struct rows_program *all)
{
    static struct CMUnitTest tests[ROWS_MAX];
    static struct row copies[ROWS_MAX];
    if (all->row_count + 1 > ROWS_MAX || all->waits_count > ROWS_MAX) {
        return 1;
    }
    for (size_t i = 0; i < all->row_count; i++) {
        copies[i] = all->rows[i];
        tests[i] = (struct CMUnitTest){
            .name = copies[i].ids,
            .test_func = rows_play,
            .initial_state = &copies[i],
        };
    }
    tests[all->row_count] = (struct CMUnitTest){
        .name = "each row has a story or waits",
        .test_func = rows_are_complete,
        .initial_state = all,
    };
    return _cmocka_run_group_tests(
        "rows",
        tests,
        all->row_count + 1,
        NULL,
        NULL);
}

#endif
