#include "tools/published.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

const char *const tool_published_sources[] = {
    "here, and \"elsewhere\": an event is one access to a shared word, a lock, an "
    "unlock, a spawn or a join",
    "SURW study: Zhao, Wolff, Mathur, Roychoudhury, ASPLOS 2025, its published "
    "data: 20 trials of at most 10,000 schedules (SafeStack: 1,000,000), mean and "
    "standard deviation, or the mean of those trials that found it and their "
    "number; also memory operations of the thread alone, and its start, are "
    "events",
    "RFF study: Wolff, Shi, Duck, Mathur, Roychoudhury, ASPLOS 2024, its published "
    "data: 20 trials of five minutes; events as in the SURW study",
    NULL,
};

static const struct tool_published table[] = {
    {
        .program = "reorder_3",
        .trial_runs = 100000,
        .trial = { 40, 30, 17, 15, 9.7, 6.5, 13 },
        .states = "104",
        .traces = "52",
        .surw = { "0/20", "185±199", "148±191", "86±70", "24±23", "7±7", NULL },
        .rff = { NULL, "241±328", NULL, "223±162", NULL, NULL, NULL },
    },
    {
        .program = "reorder_4",
        .trial_runs = 100000,
        .trial = { 134, 65, 51, 34, 13, 8.3, 24 },
        .states = "335",
        .traces = "1089",
        .surw = { "0/20",
                  "554±643",
                  "362±213",
                  "533±651",
                  "22±27",
                  "7±6",
                  NULL },
        .rff = { NULL, "395±312", NULL, "1464±1783", NULL, NULL, NULL },
    },
    {
        .program = "reorder_5",
        .trial_runs = 100000,
        .trial = { 513, 120, 117, 80, 19, 9.9, 48 },
        .states = "1040",
        .traces = "34696",
        .surw = { "0/20",
                  "647±517",
                  "1094±1216",
                  "2169±2182",
                  "27±28",
                  "10±9",
                  NULL },
        .rff = { NULL, "1126±1018", NULL, "4377 17/20", NULL, NULL, NULL },
    },
    {
        .program = "reorder_10",
        .trial_runs = 100000,
        .trial = { -100000, 1090, 870, 20000, 80, 20, 1850 },
        .states = "264179",
        .traces = "more than 4.4 million",
        .surw = { "0/20",
                  "3225 16/20",
                  "4462 12/20",
                  "0/20",
                  "74±65",
                  "17±11",
                  NULL },
        .rff = { NULL, "2356±2243", NULL, "0/20", NULL, NULL, NULL },
    },
    {
        .program = "reorder_20",
        .trial_runs = 100000,
        .trial = { -100000, 413, 280, 33000, 9.4, 4.8, 2130 },
        .surw = { "0/20",
                  "3005±2680",
                  "3297 17/20",
                  "0/20",
                  "10±9",
                  "6±4",
                  NULL },
        .rff = { NULL, "2128±2226", NULL, "0/20", NULL, NULL, NULL },
    },
    {
        .program = "reorder_50",
        .trial_runs = 25000,
        .trial = { -25000, 12500, 6250, -25000, 455, 11, -25000 },
        .surw = { "0/20",
                  "3304 6/20",
                  "9422 1/20",
                  "0/20",
                  "75±62",
                  "13±12",
                  NULL },
        .rff = { NULL, "12,346 7/20", NULL, "0/20", NULL, NULL, NULL },
    },
    {
        .program = "reorder_100",
        .trial_runs = 10000,
        .trial = { -10000, -10000, -10000, -10000, -10000, 189, -10000 },
        .surw = { "0/20",
                  "0/20",
                  "0/20",
                  "0/20",
                  "3785 12/20",
                  "194±214",
                  NULL },
        .rff = { NULL, "7447 1/20", NULL, "0/20", NULL, NULL, NULL },
    },
    {
        .program = "twostage",
        .trial_runs = 100000,
        .trial = { 46, 6.2, 4, 10.5, 42, 23, 11 },
        .states = "62",
        .traces = "3",
        .surw = { "464±581", "13±14", "9±10", "15±12", "9±8", "8±4", NULL },
        .rff = { NULL, "9±9", NULL, "15±15", NULL, NULL, NULL },
    },
    {
        .program = "twostage_20",
        .trial_runs = 100000,
        .trial = { 16700, 92, 28, 61, 29, 34, 57 },
        .surw = { "0/20",
                  "159±151",
                  "101±92",
                  "156±137",
                  "24±28",
                  "6±3",
                  NULL },
        .rff = { NULL, "188±164", NULL, "185±210", NULL, NULL, NULL },
    },
    {
        .program = "twostage_50",
        .trial_runs = 25000,
        .trial = { -25000, 568, 212, 543, 90, 106, 543 },
        .surw = { "0/20",
                  "1676±1715",
                  "692±392",
                  "1637±1385",
                  "93±58",
                  "20±17",
                  NULL },
        .rff = { NULL, "849±848", NULL, "1984 19/20", NULL, NULL, NULL },
    },
    {
        .program = "twostage_100",
        .trial_runs = 10000,
        .trial = { -10000, -10000, 10000, -10000, 1110, 2000, 10000 },
        .surw = { "0/20",
                  "7466 3/20",
                  "5726 9/20",
                  "6674 3/20",
                  "2992 18/20",
                  "454±444",
                  NULL },
        .rff = { NULL, "3888 6/20", NULL, "0/20", NULL, NULL, NULL },
    },
    {
        .program = "wronglock",
        .trial_runs = 100000,
        .trial = { 3.1, 18, 6.3, 3.1, 2.9, 3.4, 5 },
        .states = "13.5 million",
        .surw = { "36±42", "51±50", "20±20", "10±14", "4±1", "7±7", NULL },
        .rff = { NULL, "88±96", NULL, "1", NULL, NULL, NULL },
    },
    {
        .program = "wronglock_3",
        .trial_runs = 100000,
        .trial = { 3.3, 11, 4.8, 3.3, 3.2, 3.3, 5.1 },
        .states = "2996",
        .traces = "382",
        .surw = { "36±42", "58±46", "14±10", "11±14", "5±2", "9±9", NULL },
        .rff = { NULL, "40±35", NULL, "1", NULL, NULL, NULL },
    },
    {
        .program = "account",
        .trial_runs = 100000,
        .trial = { 7.3, 4.8, 7.2, 6, 2.9, 4.2, 4.5 },
        .states = "106",
        .traces = "6",
        .surw = { "18±24", "4±2", "4±3", "4±3", "3±1", "6±5", NULL },
        .rff = { NULL, "9±7", NULL, "1", NULL, NULL, NULL },
    },
    {
        .program = "account_exit",
        .trial_runs = 100000,
        .trial = { 25000, 41, 103, 81, 25000, 77, 76 },
        .states = "76",
        .surw = { NULL, NULL, NULL, NULL, NULL, NULL, NULL },
        .rff = { NULL, NULL, NULL, NULL, NULL, NULL, NULL },
    },
    {
        .program = "lazy01",
        .trial_runs = 100000,
        .trial = { 1.9, 1.8, 1.6, 1.9, 1.7, 2.5, 2.1 },
        .states = "108",
        .traces = "10",
        .surw = { "21±21", "5±3", "5±3", "5±3", "4±2", "2±0", NULL },
        .rff = { NULL, "10±6", NULL, "5±4", NULL, NULL, NULL },
    },
    {
        .program = "deadlock01",
        .trial_runs = 100000,
        .trial = { 2.7, 6.1, 2.6, 4, 2.2, 4, 4 },
        .states = "42",
        .traces = "3",
        .surw = { "3±3", "13±12", "7±6", "4±3", "3±1", "2±0", NULL },
        .rff = { NULL, "20±20", NULL, "4±3", NULL, NULL, NULL },
    },
    {
        .program = "carter01",
        .trial_runs = 100000,
        .trial = { 0, 0, 0, 0, 0, 0, 0 },
        .surw = { "1±0", "5±3", "3±1", "2±2", NULL, NULL, NULL },
        .rff = { NULL, "5±4", NULL, "2±1", NULL, NULL, NULL },
    },
    {
        .program = "bluetooth_driver",
        .trial_runs = 100000,
        .trial = { 10, 30, 17, 9.6, 27, 11, 11 },
        .states = "174",
        .traces = "10",
        .surw = { "215±225",
                  "112±73",
                  "83±86",
                  "36±29",
                  "1494 19/20",
                  "70±55",
                  NULL },
        .rff = { NULL, "161±158", NULL, "72±77", NULL, NULL, NULL },
    },
    {
        .program = "stack",
        .trial_runs = 100000,
        .trial = { 1.6, 2.1, 1.5, 1.7, 1.2, 1.8, 1.9 },
        .states = "25534",
        .traces = "68677",
        .surw = { "176±136", "3±2", "3±1", "2±1", "986 19/20", "5±3", NULL },
        .rff = { NULL, "2±2", NULL, "2±1", NULL, NULL, NULL },
    },
    {
        .program = "queue",
        .trial_runs = 100000,
        .trial = { 0, 0, 0, 0, 0, 0, 0 },
        .surw = { "1±0", "3±2", "2±0", "1±1", "2±0", "2±0", NULL },
        .rff = { NULL, "12±13", NULL, "1", NULL, NULL, NULL },
    },
    {
        .program = "circular_buffer",
        .trial_runs = 100000,
        .trial = { 0, 0, 0, 0, 0, 0, 0 },
        .surw = { "4±3", "9±7", "5±3", "2±1", "14±12", "3±1", NULL },
        .rff = { NULL, "5±4", NULL, "2±1", NULL, NULL, NULL },
    },
    {
        .program = "token_ring",
        .trial_runs = 100000,
        .trial = { 10, 9.3, 9.2, 6.5, 6.8, 10, 9.2 },
        .states = "512",
        .traces = "36",
        .surw = { "13±13", "8±6", "8±8", "9±11", "9±6", "8±6", NULL },
        .rff = { NULL, "8±6", NULL, "7±5", NULL, NULL, NULL },
    },
    {
        .program = "uneven",
        .trial_runs = 100000,
        .trial = { -100000, 25, 100000, -100000, 28, 27, 28 },
        .states = "133",
        .traces = "26",
        .surw = { NULL, NULL, NULL, NULL, NULL, NULL, NULL },
        .rff = { NULL, NULL, NULL, NULL, NULL, NULL, NULL },
    },
    {
        .program = "safestack",
        .trial_runs = 5000000,
        .trial = { 1.25e+06, -5e+06, -5e+06, 830000, 710000, -5e+06, -5e+06 },
        .states = "17.3 million",
        .surw = { "0/20",
                  "0/20",
                  "0/20",
                  "0/20",
                  "0/20",
                  "368,921 19/20",
                  NULL },
        .rff = { NULL, "0/20", NULL, "0/20", NULL, NULL, NULL },
    },

};

double tool_published_trial(
    const struct tool_published *published,
    enum tool_column column)
{
    return published
        ->trial[column == TOOL_COLUMN_SURW_DATA ? TOOL_COLUMN_SURW : column];
}

const struct tool_published *tool_published_find(const char *program)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].program, program) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

bool tool_published_count(
    const char *text,
    uint64_t *ret_count,
    bool *ret_is_above)
{
    static const char above[] = "more than ";

    enum {
        MILLION = 1000000
    };

    if (text == NULL) {
        return false;
    }
    bool is_above = strncmp(text, above, sizeof above - 1) == 0;
    const char *at = is_above ? text + sizeof above - 1 : text;
    bool is_million = strstr(at, " million") != NULL;
    uint64_t unit = is_million ? MILLION : 1;
    uint64_t count = 0;
    LC_CHECK(*at >= '0' && *at <= '9');
    for (; *at >= '0' && *at <= '9'; at++) {
        count = 10 * count + (uint64_t)(*at - '0') * unit;
    }
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++) {
            unit /= 10;
            count += (uint64_t)(*at - '0') * unit;
        }
    }
    LC_CHECK(strcmp(at, is_million ? " million" : "") == 0);
    *ret_count = count;
    *ret_is_above = is_above;
    return true;
}
