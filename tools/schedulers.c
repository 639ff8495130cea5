#include "tools/schedulers.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/given.h"
#include "tools/line.h"
#include "tools/output.h"
#include "tools/setup.h"

enum {
    CELLS_MAX = 64 * TOOL_COLUMN_COUNT,
    /* Schedules of a cell when nothing is said, by the number of threads: 100
     * trials share them, 20 where there are 50 threads or more. */
    SCHEDULES_SMALL = 100000,
    SCHEDULES_50 = 25000,
    SCHEDULES_100 = 10000,
    SCHEDULES_SAFE = 2000,
    THREADS_50 = 50,
    THREADS_100 = 100,
    TRIALS_SMALL = 100,
    TRIALS_LARGE = 20
};

static struct {
    const char *program;
    const char *sampler;
    const char *csv;
    const char *html;
    struct tool_number trials;
    struct tool_number cap;
    struct tool_number seed;
} given = {
    .trials = { .low = 1, .high = 1000000 },
    .cap = { .low = 1, .high = UINT32_MAX },
    .seed = { .value = 1, .low = 0, .high = TOOL_SEEDS_MAX },
};

const struct tool_option tool_schedulers_options[] = {
    { "--program",
      TOOL_TEXT,
      &given.program,
      "NAME",
      "schedulers: only this program" },
    { "--sampler",
      TOOL_TEXT,
      &given.sampler,
      "NAME",
      "schedulers: only rw, pct3, pct10, pos, urw, surw or prio" },
    { "--trials",
      TOOL_NUMBER,
      &given.trials,
      "N",
      "schedulers: trials of each (100; 20 where there are 50 threads)" },
    { "--schedules",
      TOOL_NUMBER,
      &given.cap,
      "N",
      "schedulers: of a trial at most (1000; 1250, 500 for 50, 100 threads; 20 for "
      "safestack)" },
    { "--seed", TOOL_NUMBER, &given.seed, "N", "schedulers: the first (1)" },
    { "--csv", TOOL_TEXT, &given.csv, "FILE", "schedulers: the table, too" },
    { "--html",
      TOOL_TEXT,
      &given.html,
      "FILE",
      "schedulers: a page with the plot, too" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

static const struct {
    const char *word;
    enum fuzz_sampler_kind kind;
} columns[] = {
    { "rw", FUZZ_SAMPLER_RW },        { "pct3", FUZZ_SAMPLER_PCT_1 + 2 },
    { "pct10", FUZZ_SAMPLER_PCT_10 }, { "pos", FUZZ_SAMPLER_POS },
    { "urw", FUZZ_SAMPLER_URW },      { "surw", FUZZ_SAMPLER_SURW },
    { "prio", FUZZ_SAMPLER_PRIO },
};

_Static_assert(LC_COUNT_OF(columns) == TOOL_COLUMN_COUNT, "one each");

static struct fuzz_trial trial;
static struct tool_cell cells[CELLS_MAX];

const char *tool_schedulers_word(enum tool_column column)
{
    return columns[column].word;
}

/* ---- Statistics ---- */

/* A quantile of chi-squared, by Wilson and Hilferty; z is the normal one. */
static double chi_squared(double freedom, double z)
{
    double part = 2 / (9 * freedom);
    double root = 1 - part + z * sqrt(part);
    return root <= 0 ? 0 : freedom * root * root * root;
}

/* Trials that were given up count by what they played: the mean is schedules
 * for each bug, and schedules to the first bug where none was given up. */
static void estimate(struct tool_cell *cell)
{
    double schedules = (double)cell->schedules;
    double found = cell->found;
    if (cell->found == 0) {
        cell->low = schedules / 3; /* 95 %, one-sided */
        return;
    }
    bool is_cut = cell->found < cell->trials;
    cell->mean = schedules / found;
    cell->low = 2 * schedules / chi_squared(2 * found + (is_cut ? 2 : 0), 1.96);
    double lower = chi_squared(2 * found, -1.96);
    cell->high = lower > 0 ? 2 * schedules / lower : 0;
    /* Schedules come whole: the fewest are one for each. */
    cell->low = cell->low < 1 ? 1 : cell->low;
}

/* Relative deviation of a mean of waiting times. */
static double deviation(double found, double mean)
{
    double chance = 1 / mean;
    return sqrt((1 - chance) / found);
}

bool tool_schedulers_agrees(const struct tool_cell *cell)
{
    double other =
        cell->published == NULL ? 0 : cell->published->trial[cell->column];
    if (other == 0) {
        return true;
    }
    LC_CHECK(cell->published != NULL);
    double runs = cell->published->trial_runs;
    if (cell->found == 0 || other < 0) {
        /* One of them has met none: the other ought to be as rare. */
        double mean = other < 0 ? cell->mean : other;
        double played = other < 0 ? -other : (double)cell->schedules;
        return mean == 0 || played / mean < 6;
    }
    /* The other's value is rounded to two digits or so. */
    double one = deviation(cell->found, cell->mean);
    double two = deviation(runs / other, other);
    double limit = 2.6 * sqrt(one * one + two * two) + 0.05;
    return fabs(log(cell->mean / other)) < limit;
}

void tool_schedulers_mean(const struct tool_cell *cell, char text[32])
{
    if (cell->found == 0) {
        (void)snprintf(text, 32, ">%" PRIu64, cell->schedules);
    } else {
        (void)
            snprintf(text, 32, cell->mean < 100 ? "%.1f" : "%.0f", cell->mean);
    }
}

void tool_schedulers_trial(const struct tool_cell *cell, char text[32])
{
    double other =
        cell->published == NULL ? 0 : cell->published->trial[cell->column];
    text[0] = '\0';
    if (other < 0) {
        (void)snprintf(text, 32, ">%.0f", -other);
    } else if (other > 0) {
        (void)snprintf(text, 32, "%g", other);
    }
}

/* ---- Measuring ---- */

static void set_size(struct tool_cell *cell)
{
    uint32_t threads = sim_program_threads(cell->program);
    uint64_t schedules = threads >= THREADS_100  ? SCHEDULES_100
                         : threads >= THREADS_50 ? SCHEDULES_50
                                                 : SCHEDULES_SMALL;
    if (strcmp(sim_program_name(cell->program), "safestack") == 0) {
        schedules = SCHEDULES_SAFE; /* its threads wait in loops */
    }
    uint32_t trials = threads >= THREADS_50 ? TRIALS_LARGE : TRIALS_SMALL;
    cell->cap = given.cap.is_given ? given.cap.value : schedules / trials;
    cell->trials =
        given.trials.is_given ? (uint32_t)given.trials.value : trials;
}

static void measure(struct tool_cell *cell)
{
    double began = tool_setup_cpu_seconds();
    uint64_t seed = given.seed.value;
    for (uint32_t i = 0; i < cell->trials; i++) {
        uint64_t played;
        cell->found += fuzz_trial_run(
            &trial,
            columns[cell->column].kind,
            seed,
            cell->cap,
            &played);
        cell->schedules += played;
        seed += played; /* no schedule twice */
    }
    double seconds = tool_setup_cpu_seconds() - began;
    cell->schedules_per_s = seconds > 0 ? (double)cell->schedules / seconds : 0;
    estimate(cell);
}

static bool is_wanted(const char *wanted, const char *name)
{
    return wanted == NULL || strcmp(wanted, name) == 0;
}

static void print_head(void)
{
    (void)printf("%-18s", "schedules/bug");
    for (uint32_t i = 0; i < TOOL_COLUMN_COUNT; i++) {
        if (is_wanted(given.sampler, columns[i].word)) {
            (void)printf(" %22s", columns[i].word);
        }
    }
    (void)putchar('\n');
}

/* A program's row; below it what others have, where they have something. */
static void print_row(const struct tool_cell *row, uint32_t count)
{
    (void)printf("%-18s", sim_program_name(row->program));
    for (uint32_t i = 0; i < count; i++) {
        char mean[32];
        char text[64];
        tool_schedulers_mean(&row[i], mean);
        if (row[i].found == 0) {
            (void)snprintf(text, sizeof text, "%s", mean);
        } else {
            (void)snprintf(
                text,
                sizeof text,
                "%s [%.3g %.3g]",
                mean,
                row[i].low,
                row[i].high);
        }
        (void)printf(" %22s", text);
    }
    (void)printf("\n%-18s", "  found of trials");
    for (uint32_t i = 0; i < count; i++) {
        char text[32];
        (void)snprintf(
            text,
            sizeof text,
            "%" PRIu32 "/%" PRIu32,
            row[i].found,
            row[i].trials);
        (void)printf(" %22s", text);
    }
    if (row->published == NULL) {
        (void)putchar('\n');
        return;
    }
    (void)printf("\n%-18s", "  elsewhere");
    for (uint32_t i = 0; i < count; i++) {
        char other[32];
        char text[64];
        tool_schedulers_trial(&row[i], other);
        (void)snprintf(
            text,
            sizeof text,
            "%s%s",
            other,
            tool_schedulers_agrees(&row[i]) ? "" : " (differs)");
        (void)printf(" %22s", text);
    }
    static const char *const titles[] = { "  SURW study", "  RFF study" };
    for (uint32_t study = 0; study < LC_COUNT_OF(titles); study++) {
        (void)printf("\n%-18s", titles[study]);
        for (uint32_t i = 0; i < count; i++) {
            const char *const *texts =
                study == 0 ? row->published->surw : row->published->rff;
            const char *text = texts[row[i].column];
            /* A character of two bytes, of one column. */
            int width = 22 + (text != NULL && strstr(text, "\xc2\xb1") != NULL);
            (void)printf(" %*s", width, text == NULL ? "" : text);
        }
    }
    (void)putchar('\n');
    (void)fflush(stdout);
}

static uint32_t measure_all(void)
{
    uint32_t count = 0;
    const struct sim_program *program;
    for (uint32_t i = 0; (program = sim_program_at(i)) != NULL; i++) {
        const char *name = sim_program_name(program);
        if (!sim_program_has_bug(program) || !is_wanted(given.program, name)) {
            continue;
        }
        fuzz_trial_begin(&trial, program);
        uint32_t first = count;
        for (uint32_t column = 0; column < TOOL_COLUMN_COUNT; column++) {
            if (!is_wanted(given.sampler, columns[column].word)) {
                continue;
            }
            LC_CHECK(count < CELLS_MAX);
            cells[count] = (struct tool_cell){
                .program = program,
                .column = (enum tool_column)column,
                .published = tool_published_find(name),
            };
            set_size(&cells[count]);
            measure(&cells[count]);
            count++;
        }
        if (!tool_given.json) {
            print_row(&cells[first], count - first);
        }
    }
    return count;
}

/* ---- What is given out ---- */

static json_t *cell_object(const struct tool_cell *cell)
{
    const struct tool_published *published = cell->published;
    json_t *object = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:b}",
        "program",
        sim_program_name(cell->program),
        "sampler",
        columns[cell->column].word,
        "trials",
        (json_int_t)cell->trials,
        "found",
        (json_int_t)cell->found,
        "cap",
        (json_int_t)cell->cap,
        "schedules",
        (json_int_t)cell->schedules,
        "mean",
        cell->mean,
        "low",
        cell->low,
        "high",
        cell->high,
        "schedules_per_s",
        cell->schedules_per_s,
        "agrees",
        tool_schedulers_agrees(cell));
    LC_CHECK(object != NULL);
    if (published != NULL) {
        uint32_t column = cell->column;
        const char *surw = published->surw[column];
        const char *rff = published->rff[column];
        (void)json_object_set_new(
            object,
            "elsewhere",
            json_real(published->trial[column]));
        (void)json_object_set_new(
            object,
            "surw_study",
            surw == NULL ? json_null() : json_string(surw));
        (void)json_object_set_new(
            object,
            "rff_study",
            rff == NULL ? json_null() : json_string(rff));
    }
    return object;
}

static void print_json(uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, cell_object(&cells[i]));
    }
    json_t *object = tool_output_object();
    (void)json_object_set_new(
        object,
        "seed",
        json_integer((json_int_t)given.seed.value));
    (void)json_object_set_new(object, "schedulers", list);
    tool_output_json(object);
}

typedef bool write_fn(FILE *file, uint32_t count, const char *how);

static bool write_csv(FILE *file, uint32_t count, const char *how)
{
    (void)how;
    return tool_schedulers_csv(file, cells, count);
}

static bool write_page(FILE *file, uint32_t count, const char *how)
{
    return tool_schedulers_page(file, cells, count, how);
}

static bool write_file(
    const char *path,
    write_fn *write,
    uint32_t count,
    const char *how)
{
    if (path == NULL) {
        return true;
    }
    FILE *file = fopen(path, "w");
    bool is_good = file != NULL && write(file, count, how);
    is_good = (file == NULL || fclose(file) == 0) && is_good;
    if (!is_good) {
        tool_output_error("%s: it can't be written", path);
    }
    return is_good;
}

static bool is_known(void)
{
    bool is_column = given.sampler == NULL;
    for (uint32_t i = 0; i < TOOL_COLUMN_COUNT; i++) {
        is_column = is_column || strcmp(given.sampler, columns[i].word) == 0;
    }
    if (!is_column) {
        tool_output_error(
            "--sampler: '%s' is not rw, pct3, pct10, pos, urw, surw or prio",
            given.sampler);
        return false;
    }
    if (given.program != NULL && sim_program_find(given.program) == NULL) {
        tool_output_error("--program: there is no '%s'", given.program);
        return false;
    }
    return true;
}

int tool_schedulers(void)
{
    static struct tool_line line;
    char seed[32];
    if (!is_known()) {
        return TOOL_EXIT_USAGE;
    }
    if (!tool_setup_open()) {
        return TOOL_EXIT_USAGE;
    }
    (void)snprintf(seed, sizeof seed, "%" PRIu64, given.seed.value);
    tool_line_add_program(&line);
    tool_line_add(&line, " bench schedulers");
    tool_line_add_option(&line, "--seed", seed);
    tool_line_add_option(&line, "--program", given.program);
    tool_line_add_option(&line, "--sampler", given.sampler);
    tool_output_replay(line.text);
    if (!tool_given.json) {
        print_head();
    }
    uint32_t count = measure_all();
    if (tool_given.json) {
        print_json(count);
    } else {
        for (const char *const *at = tool_published_sources; *at != NULL;
             at++) {
            (void)printf("%s\n", *at);
        }
    }
    bool is_good = write_file(given.csv, write_csv, count, line.text);
    is_good = write_file(given.html, write_page, count, line.text) && is_good;
    return is_good ? TOOL_EXIT_HELD : TOOL_EXIT_USAGE;
}
