#include "tools/schedulers.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/figure.h"
#include "tools/given.h"
#include "tools/output.h"
#include "tools/setup.h"
#include "tools/status.h"

enum {
    PROGRAMS_MAX = 64,
    CELLS_MAX = PROGRAMS_MAX * TOOL_COLUMN_COUNT,
    /* Schedules of a cell when nothing is said, by the number of threads: 100
     * trials share them, 20 where there are 50 threads or more. */
    SCHEDULES_SMALL = 100000,
    SCHEDULES_50 = 25000,
    SCHEDULES_100 = 10000,
    SCHEDULES_SAFE = 2000,
    THREADS_50 = 50,
    THREADS_100 = 100,
    TRIALS_SMALL = 100,
    TRIALS_LARGE = 20,
    EXPLORE_BYTES_PER_STATE = 64, /* of a table that has just grown */
    EXPLORE_BYTES = 64 << 20,     /* and of snapshots */
    TRACE_DEPTH = 2000            /* of a run: threads may wait in loops */
};

static const struct {
    const char *word;
    enum fuzz_sampler_kind kind;
} columns[] = {
    { "rw", FUZZ_SAMPLER_RW },        { "pct3", FUZZ_SAMPLER_PCT_1 + 2 },
    { "pct10", FUZZ_SAMPLER_PCT_10 }, { "pos", FUZZ_SAMPLER_POS },
    { "urw", FUZZ_SAMPLER_URW },      { "surw", FUZZ_SAMPLER_SURW },
    { "prio", FUZZ_SAMPLER_PRIO },    { "surw-data", FUZZ_SAMPLER_SURW_DATA },
    { "few", FUZZ_SAMPLER_FEW },      { "mix", FUZZ_SAMPLER_MIX },
};

_Static_assert(LC_COUNT_OF(columns) == TOOL_COLUMN_COUNT, "one each");

/* A piece of work: a cell, or the exploration of a program. */
static struct piece {
    const struct sim_program *program;
    enum tool_column column; /* TOOL_COLUMN_COUNT: its exploration */
    bool ends_row;
} pieces[CELLS_MAX + PROGRAMS_MAX];

/* What a worker finds out of it. */
union found {
    struct {
        struct tool_trials trials;
        double seconds;
    } cell;

    struct tool_explored explored;
};

static uint32_t piece_count;
static struct tool_cell cells[CELLS_MAX];
static struct tool_explored explored[PROGRAMS_MAX];
static struct tool_schedulers_table table = { .cells = cells,
                                              .explored = explored };
static uint32_t row_first; /* cell of the row at hand */
static uint32_t done_count;
static double began_seconds;

const char *tool_schedulers_word(enum tool_column column)
{
    return columns[column].word;
}

const struct tool_explored *tool_schedulers_explored(
    const struct tool_schedulers_table *of,
    const struct sim_program *program)
{
    for (uint32_t i = 0; i < of->explored_count; i++) {
        if (of->explored[i].program == program) {
            return &of->explored[i];
        }
    }
    return NULL;
}

/* ---- Beside the other implementation ---- */

/* Relative deviation of a mean of waiting times. */
static double deviation(double found, double mean)
{
    double chance = 1 / mean;
    return sqrt((1 - chance) / found);
}

static double elsewhere(const struct tool_cell *cell)
{
    return cell->published == NULL
               ? 0
               : tool_published_trial(cell->published, cell->column);
}

bool tool_schedulers_z(const struct tool_cell *cell, double *ret_z)
{
    double other = elsewhere(cell);
    if (other <= 0 || cell->trials.found == 0) {
        return false;
    }
    LC_CHECK(cell->published != NULL);
    /* The other's value is rounded to two digits or so: evenly, to within
     * five hundredths of it at most. */
    static const double rounding = 0.05 / 1.7320508;
    double one = deviation(cell->trials.found, cell->trials.mean);
    double two = deviation(cell->published->trial_runs / other, other);
    double both = sqrt(one * one + two * two + rounding * rounding);
    *ret_z = log(cell->trials.mean / other) / both;
    return true;
}

bool tool_schedulers_agrees(const struct tool_cell *cell)
{
    double z;
    if (tool_schedulers_z(cell, &z)) {
        return fabs(z) < 2.6;
    }
    double other = elsewhere(cell);
    if (other == 0) {
        return true;
    }
    /* One of them has met none: the other ought to be as rare. */
    double mean = other < 0 ? cell->trials.mean : other;
    double played = other < 0 ? -other : (double)cell->trials.schedules;
    return mean == 0 || played / mean < 6;
}

void tool_schedulers_trial(const struct tool_cell *cell, char text[32])
{
    double other = elsewhere(cell);
    text[0] = '\0';
    if (other < 0) {
        (void)snprintf(text, 32, ">%.0f", -other);
    } else if (other > 0) {
        char figure[TOOL_FIGURE_BYTES];
        tool_figure(other, figure);
        (void)snprintf(text, 32, "%.31s", figure);
    }
}

void tool_schedulers_states(const struct tool_explored *one, char text[32])
{
    (void)snprintf(
        text,
        32,
        "%s%" PRIu64,
        one->is_whole ? "" : ">=",
        one->states);
}

void tool_schedulers_traces(const struct tool_explored *one, char text[32])
{
    (void)snprintf(
        text,
        32,
        "%s%" PRIu64,
        one->traces.is_whole ? "" : ">=",
        one->traces.traces);
}

/* ---- Measuring, in a worker ---- */

static void set_size(
    const struct sim_program *program,
    struct tool_trials *trials)
{
    uint32_t threads = sim_program_threads(program);
    uint64_t schedules = threads >= THREADS_100  ? SCHEDULES_100
                         : threads >= THREADS_50 ? SCHEDULES_50
                                                 : SCHEDULES_SMALL;
    if (strcmp(sim_program_name(program), "safestack") == 0) {
        schedules = SCHEDULES_SAFE; /* its threads wait in loops */
    }
    trials->count = threads >= THREADS_50 ? TRIALS_LARGE : TRIALS_SMALL;
    trials->cap = schedules / trials->count;
    if (tool_measure.trials.is_given) {
        trials->count = (uint32_t)tool_measure.trials.value;
    }
    if (tool_measure.cap.is_given) {
        trials->cap = tool_measure.cap.value;
    }
}

static void measure(const struct piece *piece, union found *found)
{
    static struct fuzz_trial trial;
    struct tool_trials *trials = &found->cell.trials;
    double began = tool_setup_cpu_seconds();
    uint64_t seed = tool_measure.seed.value;
    set_size(piece->program, trials);
    fuzz_trial_begin(
        &trial,
        piece->program,
        (uint32_t)tool_measure.walks.value,
        seed);
    for (uint32_t i = 0; i < trials->count; i++) {
        uint64_t played;
        trials->found += fuzz_trial_run(
            &trial,
            columns[piece->column].kind,
            seed,
            trials->cap,
            &played);
        trials->schedules += played;
        seed += played; /* no schedule twice */
    }
    found->cell.seconds = tool_setup_cpu_seconds() - began;
}

/* Depth first, which needs less memory; to the first bug, or all of it. */
static struct fuzz_explore_result explore_once(
    const struct sim_program *program,
    bool goes_on)
{
    struct fuzz_subject_program context = { .program = program };
    struct fuzz_subject subject = fuzz_subject_of_program(&context);
    struct fuzz_explore_result result;
    struct sim_error error;
    enum sim_status status = fuzz_explore(
        &subject,
        &(struct fuzz_explore_options){
            .order = FUZZ_EXPLORE_DEPTH,
            .memory_bytes = EXPLORE_BYTES +
                            tool_measure.states.value * EXPLORE_BYTES_PER_STATE,
            .goes_on = goes_on,
            .states_max = tool_measure.states.value,
        },
        &result,
        &error);
    LC_CHECK(status == SIM_OK);
    return result;
}

static void count_traces(
    const struct sim_program *program,
    struct fuzz_traces_result *ret_traces)
{
    struct fuzz_subject_program context = { .program = program };
    struct fuzz_subject subject = fuzz_subject_of_program(&context);
    struct sim_error error;
    enum sim_status status = fuzz_traces(
        &subject,
        &(struct fuzz_traces_limits){
            .transitions_max = tool_measure.transitions.value,
            .depth_max = TRACE_DEPTH,
        },
        ret_traces,
        &error);
    LC_CHECK(status == SIM_OK);
}

static void explore(const struct sim_program *program, union found *found)
{
    struct tool_explored *one = &found->explored;
    double began = tool_setup_cpu_seconds();
    struct fuzz_explore_result result = explore_once(program, true);
    double seconds = tool_setup_cpu_seconds() - began;
    one->states = result.totals.states;
    one->is_whole = result.bound == FUZZ_EXPLORE_NONE;
    one->states_per_s = seconds > 0 ? (double)one->states / seconds : 0;
    fuzz_explore_free(&result);
    result = explore_once(program, false);
    if (result.verdict == FUZZ_EXPLORE_BROKEN) {
        one->states_first = result.totals.states;
    }
    fuzz_explore_free(&result);
    count_traces(program, &one->traces);
}

static bool work(void *context, uint32_t index, void *result, int32_t death)
{
    (void)context;
    (void)death;
    const struct piece *piece = &pieces[index];
    if (piece->column == TOOL_COLUMN_COUNT) {
        explore(piece->program, result);
    } else {
        measure(piece, result);
    }
    return true;
}

/* ---- What is said ---- */

static void print_head(void)
{
    (void)printf("%-18s", "schedules/bug");
    for (uint32_t i = 0; i < TOOL_COLUMN_COUNT; i++) {
        if (tool_measure_wants(tool_measure.sampler, columns[i].word)) {
            (void)printf(" %22s", columns[i].word);
        }
    }
    (void)putchar('\n');
}

static void print_elsewhere(const struct tool_cell *cell)
{
    char other[32];
    char text[64];
    double z;
    tool_schedulers_trial(cell, other);
    bool agrees = tool_schedulers_agrees(cell);
    if (!agrees && tool_schedulers_z(cell, &z)) {
        (void)snprintf(text, sizeof text, "%s (differs: %+.1f)", other, z);
    } else {
        (void)snprintf(
            text,
            sizeof text,
            "%s%s",
            other,
            agrees ? "" : " (differs)");
    }
    (void)printf(" %22s", text);
}

static void print_studies(const struct tool_cell *row, uint32_t count)
{
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
}

/* A program's row; below it what others have, where they have something. */
static void print_row(const struct tool_cell *row, uint32_t count)
{
    (void)printf("%-18s", sim_program_name(row->program));
    for (uint32_t i = 0; i < count; i++) {
        char text[64];
        tool_measure_interval(&row[i].trials, text);
        (void)printf(" %22s", text);
    }
    (void)printf("\n%-18s", "  found of trials");
    for (uint32_t i = 0; i < count; i++) {
        char text[32];
        tool_measure_found(&row[i].trials, text);
        (void)printf(" %22s", text);
    }
    if (row->published != NULL) {
        (void)printf("\n%-18s", "  elsewhere");
        for (uint32_t i = 0; i < count; i++) {
            print_elsewhere(&row[i]);
        }
        print_studies(row, count);
    }
    (void)putchar('\n');
}

static void print_explored(const struct tool_explored *one)
{
    char states[32];
    char first[64] = "no bug among them";
    char traces[64];
    const struct tool_published *published =
        tool_published_find(sim_program_name(one->program));
    tool_schedulers_states(one, states);
    (void)snprintf(
        traces,
        sizeof traces,
        "%s%" PRIu64,
        one->traces.is_whole ? "" : "at least ",
        one->traces.traces);
    if (one->states_first > 0) {
        (void)snprintf(
            first,
            sizeof first,
            "the first bug after %" PRIu64,
            one->states_first);
    }
    (void)printf(
        "%-18s %s states (elsewhere %s), %s traces (elsewhere %s), %s, %.0f "
        "states/s\n",
        "  explored",
        states,
        published == NULL || published->states == NULL ? "-"
                                                       : published->states,
        traces,
        published == NULL || published->traces == NULL ? "-"
                                                       : published->traces,
        first,
        one->states_per_s);
}

/* Told of each piece, in their order. */
static void done(void *context, uint32_t index, const void *result)
{
    (void)context;
    const struct piece *piece = &pieces[index];
    const union found *found = result;
    done_count++;
    tool_status_clear();
    if (piece->column == TOOL_COLUMN_COUNT) {
        struct tool_explored *one = &explored[table.explored_count++];
        *one = found->explored;
        one->program = piece->program;
    } else {
        struct tool_cell *cell = &cells[table.cell_count++];
        double seconds = found->cell.seconds;
        *cell = (struct tool_cell){
            .program = piece->program,
            .column = piece->column,
            .published = tool_published_find(sim_program_name(piece->program)),
            .trials = found->cell.trials,
        };
        cell->schedules_per_s =
            seconds > 0 ? (double)cell->trials.schedules / seconds : 0;
        tool_measure_estimate(&cell->trials);
    }
    if (!piece->ends_row) {
        return;
    }
    if (!tool_given.json) {
        print_row(&cells[row_first], table.cell_count - row_first);
        const struct tool_explored *one =
            tool_schedulers_explored(&table, piece->program);
        if (one != NULL) {
            print_explored(one);
        }
        (void)fflush(stdout);
    }
    row_first = table.cell_count;
}

/* ---- What is given out ---- */

static json_t *text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

/* What another has counted, as two members, of which one is null at least:
 * NAME, or NAME_above when it is more than that. */
static void set_elsewhere(
    json_t *object,
    const char *name,
    json_t *value,
    bool is_above)
{
    char above[64];
    (void)snprintf(above, sizeof above, "%s_above", name);
    (void)json_object_set_new(object, name, is_above ? json_null() : value);
    (void)json_object_set_new(object, above, is_above ? value : json_null());
}

static void set_elsewhere_count(
    json_t *object,
    const char *name,
    const char *text)
{
    uint64_t count;
    bool is_above = false;
    bool is_known = tool_published_count(text, &count, &is_above);
    set_elsewhere(
        object,
        name,
        is_known ? json_integer((json_int_t)count) : json_null(),
        is_above);
}

static json_t *cell_object(const struct tool_cell *cell)
{
    const struct tool_published *published = cell->published;
    double z = 0;
    bool has_z = tool_schedulers_z(cell, &z);
    json_t *object = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:f, s:o, s:f, s:o, s:o}",
        "program",
        sim_program_name(cell->program),
        "sampler",
        columns[cell->column].word,
        "trials",
        (json_int_t)cell->trials.count,
        "found",
        (json_int_t)cell->trials.found,
        "cap",
        (json_int_t)cell->trials.cap,
        "schedules",
        (json_int_t)cell->trials.schedules,
        "mean",
        tool_output_known(cell->trials.mean),
        "low",
        cell->trials.low,
        "high",
        tool_output_known(cell->trials.high),
        "schedules_per_s",
        cell->schedules_per_s,
        "agrees",
        elsewhere(cell) != 0 ? json_boolean(tool_schedulers_agrees(cell))
                             : json_null(),
        "z",
        has_z ? json_real(z) : json_null());
    LC_CHECK(object != NULL);
    if (published != NULL) {
        uint32_t column = cell->column;
        double other = elsewhere(cell);
        set_elsewhere(
            object,
            "elsewhere",
            tool_output_known(other < 0 ? -other : other),
            other < 0);
        (void)json_object_set_new(
            object,
            "surw_study",
            text_or_null(published->surw[column]));
        (void)json_object_set_new(
            object,
            "rff_study",
            text_or_null(published->rff[column]));
    }
    return object;
}

static json_t *explored_object(const struct tool_explored *one)
{
    const struct tool_published *published =
        tool_published_find(sim_program_name(one->program));
    json_t *object = json_pack(
        "{s:s, s:I, s:b, s:o, s:f, s:I, s:b, s:I}",
        "program",
        sim_program_name(one->program),
        "states",
        (json_int_t)one->states,
        "whole",
        (int)one->is_whole,
        "states_to_bug",
        one->states_first > 0 ? json_integer((json_int_t)one->states_first)
                              : json_null(),
        "states_per_s",
        one->states_per_s,
        "traces",
        (json_int_t)one->traces.traces,
        "traces_whole",
        (int)one->traces.is_whole,
        "traces_broken",
        (json_int_t)one->traces.broken);
    LC_CHECK(object != NULL);
    set_elsewhere_count(
        object,
        "elsewhere",
        published == NULL ? NULL : published->states);
    set_elsewhere_count(
        object,
        "traces_elsewhere",
        published == NULL ? NULL : published->traces);
    return object;
}

static void print_json(bool is_interrupted)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < table.cell_count; i++) {
        (void)json_array_append_new(list, cell_object(&cells[i]));
    }
    json_t *object = tool_output_object();
    (void)json_object_set_new(
        object,
        "seed",
        json_integer((json_int_t)tool_measure.seed.value));
    (void)json_object_set_new(object, "schedulers", list);
    (void)json_object_set_new(
        object,
        "interrupted",
        json_boolean(is_interrupted));
    if (tool_measure.explore) {
        json_t *rest = json_array();
        for (uint32_t i = 0; i < table.explored_count; i++) {
            (void)json_array_append_new(rest, explored_object(&explored[i]));
        }
        (void)json_object_set_new(object, "explored", rest);
    }
    tool_output_json(object);
}

static bool write_csv(FILE *file, const char *how)
{
    (void)how;
    return tool_schedulers_csv(file, &table);
}

static bool write_page(FILE *file, const char *how)
{
    return tool_schedulers_page(file, &table, how);
}

/* ---- The command ---- */

static bool is_known(void)
{
    bool is_column = tool_measure.sampler == NULL;
    for (uint32_t i = 0; i < TOOL_COLUMN_COUNT; i++) {
        is_column =
            is_column || strcmp(tool_measure.sampler, columns[i].word) == 0;
    }
    if (!is_column) {
        tool_output_error(
            "--sampler: '%s' is not rw, pct3, pct10, pos, urw, surw, prio, "
            "surw-data, few or mix",
            tool_measure.sampler);
        return false;
    }
    if (tool_measure.program == NULL) {
        return true;
    }
    const struct sim_program *program = sim_program_find(tool_measure.program);
    if (program == NULL) {
        tool_output_error("--program: there is no '%s'", tool_measure.program);
    } else if (!sim_program_has_bug(program)) {
        tool_output_error(
            "--program: '%s' has no bug that could be met",
            tool_measure.program);
    }
    return program != NULL && sim_program_has_bug(program);
}

static void add_piece(const struct sim_program *program, uint32_t column)
{
    LC_CHECK(piece_count < LC_COUNT_OF(pieces));
    pieces[piece_count++] = (struct piece){
        .program = program,
        .column = (enum tool_column)column,
    };
}

static void list_pieces(void)
{
    const struct sim_program *program;
    for (uint32_t i = 0; (program = sim_program_at(i)) != NULL; i++) {
        LC_CHECK(i < PROGRAMS_MAX);
        if (!sim_program_has_bug(program) || !tool_measure_wants(
                                                 tool_measure.program,
                                                 sim_program_name(program))) {
            continue;
        }
        for (uint32_t column = 0; column < TOOL_COLUMN_COUNT; column++) {
            if (tool_measure_wants(
                    tool_measure.sampler,
                    columns[column].word)) {
                add_piece(program, column);
            }
        }
        if (tool_measure.explore) {
            add_piece(program, TOOL_COLUMN_COUNT);
        }
        pieces[piece_count - 1].ends_row = true;
    }
}

static bool stop(void *context)
{
    (void)context;
    tool_status_show_cells(
        (struct tool_status_cells){ done_count, piece_count },
        tool_setup_seconds() - began_seconds);
    return tool_setup_interrupted();
}

int tool_schedulers(void)
{
    static struct tool_line line;
    struct sim_error error;
    bool is_stopped = false;
    if (!is_known() || !tool_measure_can_write() || !tool_setup_open()) {
        return TOOL_EXIT_USAGE;
    }
    tool_line_add_program(&line);
    tool_line_add(&line, " bench schedulers");
    tool_measure_add(&line);
    tool_output_replay(line.text);
    tool_setup_catch();
    began_seconds = tool_setup_seconds();
    list_pieces();
    if (!tool_given.json) {
        print_head();
        (void)fflush(stdout);
    }
    if (piece_count > 0 && fuzz_cells_run(
                               &(struct fuzz_cells_options){
                                   .count = piece_count,
                                   .jobs = tool_setup_jobs(&tool_measure.jobs),
                                   .result_bytes = sizeof(union found),
                                   .work = work,
                                   .done = done,
                                   .stop = stop,
                               },
                               &is_stopped,
                               &error) != SIM_OK) {
        tool_output_error("%s", error.text);
        return TOOL_EXIT_USAGE;
    }
    tool_status_clear();
    if (is_stopped) {
        tool_output_error("interrupted: what is missing was not measured");
    }
    if (tool_given.json) {
        print_json(is_stopped);
    } else {
        for (const char *const *at = tool_published_sources; *at != NULL;
             at++) {
            (void)printf("%s\n", *at);
        }
    }
    bool is_good = tool_measure_write(tool_measure.csv, write_csv, line.text);
    is_good =
        tool_measure_write(tool_measure.html, write_page, line.text) && is_good;
    return is_good ? TOOL_EXIT_HELD : TOOL_EXIT_USAGE;
}
