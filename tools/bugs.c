#include "tools/bugs.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/figure.h"
#include "tools/given.h"
#include "tools/output.h"
#include "tools/setup.h"
#include "tools/status.h"

enum {
    CARDS_MAX = 128,
    CELLS_MAX = CARDS_MAX * TOOL_BUGS_COLUMNS,
    TRIALS = 20,
    CAP = 20000,
    WIDTH = 15 /* of a column */
};

static const enum fuzz_sampler_kind columns[] = {
    FUZZ_SAMPLER_RW,
    FUZZ_SAMPLER_PCT_1,
    (enum fuzz_sampler_kind)(FUZZ_SAMPLER_PCT_1 + 1),
    (enum fuzz_sampler_kind)(FUZZ_SAMPLER_PCT_1 + 2),
    FUZZ_SAMPLER_PCT,
    FUZZ_SAMPLER_POS,
    FUZZ_SAMPLER_URW,
    FUZZ_SAMPLER_SURW,
    FUZZ_SAMPLER_PRIO,
    FUZZ_SAMPLER_FEW,
    FUZZ_SAMPLER_MIX,
};

_Static_assert(LC_COUNT_OF(columns) == TOOL_BUGS_COLUMNS, "one each");

/* What a worker finds out of a cell. */
struct found {
    struct fuzz_hunt_log log;
    double seconds;     /* of processor time ... */
    uint64_t schedules; /* ... for so many of them */
};

static struct lc_world world;
static struct tool_bug_cell cells[CELLS_MAX]; /* row by row */
static uint32_t cell_count;
static uint32_t done_count;
static uint32_t row_first; /* cell of the row at hand */
static bool has_failed;
static double began_seconds;

const char *tool_bugs_word(uint32_t column)
{
    return fuzz_sampler_word(columns[column]);
}

/* ---- Measuring, in a worker ---- */

static void set_options(
    const struct tool_bug_cell *cell,
    struct fuzz_hunt_options *ret_options)
{
    static struct lc_world suited;
    suited = world;
    tool_setup_suit(&suited, cell->card->id);
    memset(ret_options, 0, sizeof *ret_options);
    ret_options->one.generate.world = &suited;
    ret_options->one.generate.plant = cell->card->id;
    ret_options->one.generate.faults = cell->card->has_faults ? LC_FAIL_ALL : 0;
    ret_options->one.sampler = columns[cell->column];
    ret_options->seed = tool_measure.seed.value;
    ret_options->cap = cell->trials.cap;
    ret_options->trials = cell->trials.count;
    ret_options->watch_seconds = TOOL_WATCH_SECONDS;
    bool is_known = fuzz_hunt_count_rules(ret_options, cell->card->breaks) &&
                    fuzz_hunt_count_rules(ret_options, cell->card->shows);
    LC_CHECK(is_known);
}

/* Up to the next trial, or to where this process can't go on. */
static bool play_trial(struct fuzz_hunt *hunt, struct found *found)
{
    double began = tool_setup_cpu_seconds();
    uint64_t before = found->log.schedules;
    uint32_t trial = found->log.trials;
    bool may_go_on = true;
    while (may_go_on && found->log.trials == trial &&
           !fuzz_hunt_is_done(hunt)) {
        may_go_on = fuzz_hunt_play(hunt);
    }
    found->seconds += tool_setup_cpu_seconds() - began;
    found->schedules += found->log.schedules - before;
    return may_go_on;
}

static bool work(void *context, uint32_t index, void *result, int32_t death)
{
    (void)context;
    static struct fuzz_hunt hunt;
    struct fuzz_hunt_options options;
    struct found *found = result;
    set_options(&cells[index], &options);
    fuzz_hunt_begin(&hunt, &options, &found->log, death != 0);
    bool may_go_on = true;
    while (may_go_on && !fuzz_hunt_is_done(&hunt)) {
        may_go_on = play_trial(&hunt, found);
    }
    /* Nothing else is worked on in a process that is not safe. */
    return found->log.has_failed != 0 || may_go_on;
}

/* ---- What is said ---- */

static void print_head(void)
{
    (void)printf("%-18s", "schedules/finding");
    for (uint32_t i = 0; i < TOOL_BUGS_COLUMNS; i++) {
        if (tool_measure_wants(tool_measure.sampler, tool_bugs_word(i))) {
            (void)printf(" %*s", WIDTH, tool_bugs_word(i));
        }
    }
    (void)putchar('\n');
}

static void print_mix(const struct tool_bug_cell *cell)
{
    if (columns[cell->column] != FUZZ_SAMPLER_MIX || cell->seconds == 0) {
        return;
    }
    char seconds[TOOL_FIGURE_BYTES];
    tool_figure(cell->seconds, seconds);
    (void)printf(
        "  mix: %s s on one core, at %.0f schedules/s%s\n",
        seconds,
        cell->schedules_per_s,
        cell->seconds > TOOL_BUGS_MIX_SECONDS ? ": MORE THAN A MINUTE" : "");
}

static void print_row(const struct tool_bug_cell *row, uint32_t count)
{
    (void)printf("%-18s", row->card->id);
    for (uint32_t i = 0; i < count; i++) {
        char text[32];
        tool_measure_mean(&row[i].trials, text);
        (void)printf(" %*s", WIDTH, text);
    }
    (void)printf("\n%-18s", "  95 %");
    for (uint32_t i = 0; i < count; i++) {
        char text[64] = "";
        if (row[i].trials.found > 0) {
            char range[64];
            tool_measure_range(&row[i].trials, " ", range);
            (void)snprintf(text, sizeof text, "[%.60s]", range);
        }
        (void)printf(" %*s", WIDTH, text);
    }
    (void)printf("\n%-18s", "  found of trials");
    for (uint32_t i = 0; i < count; i++) {
        char text[32];
        tool_measure_found(&row[i].trials, text);
        (void)printf(" %*s", WIDTH, text);
    }
    (void)putchar('\n');
    print_mix(&row[count - 1]);
    (void)fflush(stdout);
}

/* Told of each cell, in their order. */
static void done(void *context, uint32_t index, const void *result)
{
    (void)context;
    const struct found *found = result;
    struct tool_bug_cell *cell = &cells[index];
    tool_status_clear();
    if (found->log.has_failed && !has_failed) {
        has_failed = true;
        tool_output_error("%s", found->log.error.text);
    }
    done_count++;
    cell->trials.found = found->log.found;
    cell->trials.schedules = found->log.schedules;
    cell->others = found->log.others;
    tool_measure_estimate(&cell->trials);
    if (found->seconds > 0) {
        cell->schedules_per_s = (double)found->schedules / found->seconds;
    }
    if (cell->schedules_per_s > 0) {
        cell->seconds = cell->trials.mean / cell->schedules_per_s;
    }
    bool ends_row =
        done_count == cell_count || cells[index + 1].card != cell->card;
    if (ends_row && !has_failed) {
        if (!tool_given.json) {
            print_row(&cells[row_first], done_count - row_first);
        }
        row_first = done_count;
    }
}

static json_t *cell_object(const struct tool_bug_cell *cell)
{
    json_t *object = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:f, s:o, s:f, s:o}",
        "bug",
        cell->card->id,
        "sampler",
        tool_bugs_word(cell->column),
        "trials",
        (json_int_t)cell->trials.count,
        "found",
        (json_int_t)cell->trials.found,
        "cap",
        (json_int_t)cell->trials.cap,
        "schedules",
        (json_int_t)cell->trials.schedules,
        "others",
        (json_int_t)cell->others,
        "mean",
        tool_output_known(cell->trials.mean),
        "low",
        cell->trials.low,
        "high",
        tool_output_known(cell->trials.high),
        "schedules_per_s",
        cell->schedules_per_s,
        "seconds",
        tool_output_known(cell->seconds));
    LC_CHECK(object != NULL);
    return object;
}

static void print_json(bool is_interrupted)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < done_count; i++) {
        (void)json_array_append_new(list, cell_object(&cells[i]));
    }
    json_t *object = tool_output_object();
    (void)json_object_set_new(
        object,
        "seed",
        json_integer((json_int_t)tool_measure.seed.value));
    (void)json_object_set_new(object, "bugs", list);
    (void)json_object_set_new(
        object,
        "interrupted",
        json_boolean(is_interrupted));
    tool_output_json(object);
}

static void print_notes(void)
{
    (void)printf(
        "a finding counts when it breaks a rule of the bug's card, or one that "
        "says the same; trials that were given up count by what they played\n"
        "an event is a step between two yield points: calls between modules, "
        "locks, waits, functions of the shim; 8 schedules in a row are orders "
        "of one program\n");
}

static bool write_csv(FILE *file, const char *how)
{
    (void)how;
    return tool_bugs_csv(file, cells, done_count);
}

static bool write_page(FILE *file, const char *how)
{
    return tool_bugs_page(file, cells, done_count, how);
}

/* ---- The command ---- */

static void list_row(const struct tool_zoo_card *card)
{
    for (uint32_t column = 0; column < TOOL_BUGS_COLUMNS; column++) {
        if (!tool_measure_wants(tool_measure.sampler, tool_bugs_word(column))) {
            continue;
        }
        LC_CHECK(cell_count < CELLS_MAX);
        cells[cell_count++] = (struct tool_bug_cell){
            .card = card,
            .column = column,
            .trials = {
                .count = tool_measure.trials.is_given
                             ? (uint32_t)tool_measure.trials.value
                             : TRIALS,
                .cap = tool_measure.cap.is_given ? tool_measure.cap.value : CAP,
            },
        };
    }
}

/* Says what is wrong. */
static bool list_cells(void)
{
    for (const struct tool_zoo_card *card = tool_zoo_cards; card->id != NULL;
         card++) {
        if (tool_measure_wants(tool_measure.bug, card->id)) {
            list_row(card);
        }
    }
    if (tool_measure.bug != NULL && !tool_setup_plant(tool_measure.bug)) {
        return false;
    }
    if (cell_count == 0) {
        tool_output_error(
            "--sampler: '%s' is not rw, pct1 to pct3, pct, pos, urw, surw, "
            "prio, few or mix",
            tool_measure.sampler);
    }
    return cell_count > 0;
}

static bool stop(void *context)
{
    (void)context;
    tool_status_show_cells(
        (struct tool_status_cells){ done_count, cell_count },
        tool_setup_seconds() - began_seconds);
    return has_failed || tool_setup_interrupted();
}

static bool measure(bool *ret_is_interrupted)
{
    struct sim_error error;
    bool is_stopped = false;
    if (fuzz_cells_run(
            &(struct fuzz_cells_options){
                .count = cell_count,
                .jobs = tool_setup_jobs(&tool_measure.jobs),
                .result_bytes = sizeof(struct found),
                .work = work,
                .done = done,
                .stop = stop,
                .may_die = true,
            },
            &is_stopped,
            &error) != SIM_OK) {
        tool_output_error("%s", error.text);
        return false;
    }
    tool_status_clear();
    if (is_stopped && !has_failed) {
        tool_output_error("interrupted: what is missing was not measured");
    }
    *ret_is_interrupted = is_stopped;
    return !has_failed;
}

int tool_bugs(void)
{
    static struct tool_line line;
    bool is_any;
    bool is_interrupted;
    if (!list_cells() || !tool_setup_world(NULL, &world, &is_any) ||
        !tool_measure_can_write() || !tool_setup_open()) {
        return TOOL_EXIT_USAGE;
    }
    tool_line_add_program(&line);
    tool_line_add(&line, " bench bugs");
    tool_measure_add(&line);
    tool_output_replay(line.text);
    tool_setup_catch();
    began_seconds = tool_setup_seconds();
    if (!tool_given.json) {
        print_head();
        (void)fflush(stdout);
    }
    if (!measure(&is_interrupted)) {
        return TOOL_EXIT_USAGE;
    }
    if (tool_given.json) {
        print_json(is_interrupted);
    } else {
        print_notes();
    }
    bool is_good = tool_measure_write(tool_measure.csv, write_csv, line.text);
    is_good =
        tool_measure_write(tool_measure.html, write_page, line.text) && is_good;
    return is_good ? TOOL_EXIT_HELD : TOOL_EXIT_USAGE;
}
