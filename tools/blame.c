/*
 * lastcall blame: the decision after which a schedule was bound to break its
 * rule, and the two steps whose order matters there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "tools/apart.h"
#include "tools/blame_text.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/load.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/setup.h"
#include "tools/verdict.h"

enum {
    SAMPLES = 1000,
    STATES = 1000000,
    RECORDS_FIRST = 4096
};

static struct {
    struct tool_number samples;
    struct tool_number seed;
    struct tool_number states;
    const char *sampler;
    const char *out;
} given = {
    .samples = { .value = SAMPLES, .low = 1, .high = FUZZ_BLAME_SAMPLES_MAX },
    .seed = { .value = 1, .high = TOOL_SEEDS_MAX },
    .states = { .value = STATES, .high = 1ULL << 32 },
};

static const struct tool_option options[] = {
    { "--samples",
      TOOL_NUMBER,
      &given.samples,
      "N",
      "orders that are played from a midpoint (1000)" },
    { "--seed", TOOL_NUMBER, &given.seed, "N", "of these orders (1)" },
    { "--sampler",
      TOOL_TEXT,
      &given.sampler,
      "NAME",
      "who goes next: rw (the default), pct (pct1 to pct10), pos, urw, surw, "
      "surw-data, prio or few" },
    { "--states",
      TOOL_NUMBER,
      &given.states,
      "N",
      "that all proofs together may look at (1000000); 0: nothing is proved" },
    { "-o",
      TOOL_TEXT,
      &given.out,
      "FILE",
      "writes a schedule with the two steps swapped, which holds, there" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

static const struct tool_command command = {
    .name = "blame",
    .arguments = "SCHEDULE",
    .summary =
        "Finds the decision after which a schedule was bound to break a rule.",
    .argument_count = 1,
    .argument_max = 1,
    .tables = { options, tool_given_playing, tool_given_json },
};

/* Large; one at a time. */
static struct lc_schedule schedule;
static struct lc_schedule example;
static struct fuzz_player player;
static struct fuzz_blame_result result;
static struct tool_line replay;
static struct tool_line example_line;

static struct {
    struct lc_record *items;
    uint64_t count;
    uint64_t capacity;
} records; /* of the schedule's own run */

static double began_seconds;

/* What was shown last, by whichever process: orders and proofs have some of
 * their own. Shared. */
static struct shown {
    double next_seconds;
    uint64_t draws;
    uint64_t states;
    bool is_open; /* a line that is still to be cleared */
} * shown;

static void read_record(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    (void)context;
    (void)number;
    if (records.count == records.capacity) {
        records.capacity =
            records.capacity == 0 ? RECORDS_FIRST : 2 * records.capacity;
        records.items =
            realloc(records.items, records.capacity * sizeof records.items[0]);
        LC_CHECK(records.items != NULL);
    }
    records.items[records.count++] = *record;
}

static bool progress(void *context, const struct fuzz_blame_progress *totals)
{
    (void)context;
    double seconds = tool_setup_seconds() - began_seconds;
    if (seconds < shown->next_seconds) {
        return !tool_setup_interrupted();
    }
    bool is_terminal = isatty(STDERR_FILENO) == 1;
    shown->next_seconds = seconds + (is_terminal ? 1 : 10);
    if (totals->draws > shown->draws) {
        shown->draws = totals->draws;
    }
    if (totals->states > shown->states) {
        shown->states = totals->states;
    }
    (void)fprintf(
        stderr,
        "%s%.0f s: %" PRIu64 " order%s of what is left at %u decision%s, "
        "%" PRIu64 " state%s%s",
        is_terminal ? "\r\033[K" : "",
        seconds,
        shown->draws,
        tool_output_s(shown->draws),
        totals->forks,
        tool_output_s(totals->forks),
        shown->states,
        tool_output_s(shown->states),
        is_terminal ? "" : "\n");
    (void)fflush(stderr);
    shown->is_open = is_terminal;
    return !tool_setup_interrupted();
}

/* Clears the last line of progress on a terminal. */
static void end_progress(void)
{
    if (shown->is_open) {
        (void)fputs("\r\033[K", stderr);
        shown->is_open = false;
    }
}

/* ---- What was found ---- */

/* The point whose steps can be swapped so that it holds: NULL when none can. */
static const struct fuzz_blame_pair *swapped_pair(void)
{
    const struct fuzz_blame_point *points[] = { &result.certain, &result.jump };
    if (result.kind == FUZZ_BLAME_STOPPED) {
        return NULL;
    }
    for (uint32_t i = 0; i < LC_COUNT_OF(points); i++) {
        if (points[i]->has_pair && points[i]->pair.has_example) {
            return &points[i]->pair;
        }
    }
    return NULL;
}

/* Makes a schedule of it and plays that by itself. Returns false when it is not
 * what it was. */
static bool make_example(const struct fuzz_blame_pair *pair)
{
    struct fuzz_outcome outcome;
    struct sim_error error;
    example = schedule;
    memset(example.choices, 0, sizeof example.choices);
    memcpy(
        example.choices,
        pair->choices,
        pair->choice_count * sizeof example.choices[0]);
    example.choice_count = pair->choice_count;
    memset(&example.expect, 0, sizeof example.expect);
    example.expect.kind = LC_EXPECT_HELD;
    example.expect.has_hash = true;
    example.expect.hash = pair->hash;
    player.reader = NULL;
    if (fuzz_play(&player, &example, NULL, &outcome, &error) != SIM_OK) {
        tool_output_error("%s", error.text);
        return false;
    }
    if (outcome.result.hash != pair->hash ||
        outcome.verdict.kind != LC_VERDICT_HELD) {
        tool_output_error(
            "two plays of the swapped steps differed: hash %016" PRIx64
            " and %016" PRIx64,
            pair->hash,
            outcome.result.hash);
        return false;
    }
    return true;
}

/* Writes it where -o says. Returns false when that can't be. */
static bool save_example(bool has_example)
{
    if (given.out == NULL) {
        return true;
    }
    if (!has_example) {
        tool_output_error(
            "remark: -o: no schedule that holds, nothing written");
        return true;
    }
    if (!tool_load_save_text(given.out, &example)) {
        return false;
    }
    tool_line_add_program(&example_line);
    tool_line_add(&example_line, " run");
    tool_line_add_path(&example_line, given.out);
    tool_line_add_option(&example_line, "--model", tool_given.model);
    tool_line_add(&example_line, tool_given.inferences ? " --inferences" : "");
    return true;
}

static void print(const struct fuzz_blame_options *how, bool has_example)
{
    const struct tool_blame_report report = {
        .schedule = &schedule,
        .how = how,
        .result = &result,
        .records = records.items,
        .record_count = records.count,
        .example = has_example ? &example : NULL,
        .example_line =
            example_line.length_bytes > 0 ? example_line.text : NULL,
        .replay = replay.text,
    };
    if (tool_given.json) {
        tool_blame_print_json(&report);
    } else {
        tool_blame_print(&report);
    }
}

/* ---- The command ---- */

static void add_number(const char *name, const struct tool_number *number)
{
    char text[24];
    if (number->is_given) {
        (void)snprintf(text, sizeof text, "%" PRIu64, number->value);
        tool_line_add_option(&replay, name, text);
    }
}

static void make_replay(const char *path)
{
    if (!tool_line_can_name(path)) {
        tool_line_add(&replay, "save the schedule and blame it");
        tool_output_replay(replay.text);
        return;
    }
    tool_line_add_program(&replay);
    tool_line_add(&replay, " blame");
    add_number("--samples", &given.samples);
    add_number("--seed", &given.seed);
    tool_line_add_option(&replay, "--sampler", given.sampler);
    add_number("--states", &given.states);
    tool_given_add_playing(&tool_given, &replay);
    tool_line_add_path(&replay, path);
    tool_output_replay(replay.text);
}

static bool check_given(const char *path, struct fuzz_blame_options *ret_how)
{
    enum fuzz_sampler_kind sampler = FUZZ_SAMPLER_RW;
    if (given.sampler != NULL &&
        (!tool_setup_sampler(given.sampler, &sampler) ||
         sampler == FUZZ_SAMPLER_MIX)) {
        if (sampler == FUZZ_SAMPLER_MIX) {
            tool_output_error("--sampler: one that stays the same, not mix");
        }
        return false;
    }
    if (tool_given.json && given.out != NULL && strcmp(given.out, "-") == 0) {
        tool_output_error("-o - and --json want the same standard output");
        return false;
    }
    struct tool_hosted hosted;
    if (!tool_setup_model(
            tool_given.model,
            tool_given.inferences,
            &player.options) ||
        !tool_load_schedule(path, &schedule) ||
        !tool_load_can_save(given.out) || !tool_setup_open() ||
        !tool_setup_providers(
            &tool_given.providers,
            &schedule.world,
            &hosted)) {
        return false;
    }
    fuzz_generate_host(&schedule.world, hosted.items, hosted.count);
    tool_setup_remark_plants(&schedule.world);
    *ret_how = (struct fuzz_blame_options){
        .schedule = &schedule,
        .model = player.options,
        .sampler = sampler,
        .seed = given.seed.value,
        .samples = (uint32_t)given.samples.value,
        .states_max = given.states.value,
        .watch_seconds = TOOL_WATCH_SECONDS,
        .progress = progress,
    };
    return true;
}

/* The run has ended the process, or another order of it has. */
static int tell_end(const struct tool_apart_end *end)
{
    char text[TOOL_APART_TEXT_BYTES];
    bool is_of_run = end->stage == TOOL_APART_PLAYING;
    tool_apart_text(&schedule.world, end, text);
    end_progress();
    tool_output_error(
        "%s %s: no more can be said",
        text,
        is_of_run ? "in this run" : "in another order of this run");
    if (tool_given.json) {
        tool_blame_print_died(is_of_run, text, replay.text);
    }
    return TOOL_EXIT_BROKEN;
}

/* What is not broken needs no blame. */
static int tell_other(const char *path)
{
    bool is_held = result.kind == FUZZ_BLAME_HELD;
    tool_output_error(
        "%s: %s, nothing to blame",
        tool_load_name(path),
        is_held ? "breaks no rule" : "ends unspecified");
    return TOOL_EXIT_HELD;
}

static int blame(const char *path, const struct fuzz_blame_options *how)
{
    struct fuzz_outcome outcome;
    struct sim_error error;
    sim_watch(TOOL_WATCH_SECONDS);
    began_seconds = tool_setup_seconds();
    player.reader = read_record;
    if (fuzz_play(&player, &schedule, NULL, &outcome, &error) != SIM_OK) {
        tool_apart_say(TOOL_APART_OVER);
        tool_output_error("%s", error.text);
        return TOOL_EXIT_USAGE;
    }
    tool_apart_say(TOOL_APART_AGAIN);
    enum sim_status status = fuzz_blame(how, &result, &error);
    end_progress();
    if (status != SIM_OK) {
        tool_apart_say(TOOL_APART_OVER);
        tool_output_error("%s", error.text);
        return TOOL_EXIT_USAGE;
    }
    const struct fuzz_blame_pair *pair = swapped_pair();
    bool has_differed = result.hash != outcome.result.hash ||
                        result.kind == FUZZ_BLAME_DIFFERED;
    if (has_differed) {
        tool_output_error("two plays of %s differed", tool_load_name(path));
    }
    has_differed = has_differed || (pair != NULL && !make_example(pair));
    tool_apart_say(TOOL_APART_OVER);
    if (has_differed) {
        return TOOL_EXIT_DIFFERED;
    }
    if (result.kind == FUZZ_BLAME_STOPPED) {
        tool_output_error("interrupted: nothing is known of the order");
    }
    bool is_saved = save_example(pair != NULL);
    bool is_broken = result.verdict.kind == LC_VERDICT_BROKEN;
    int exit_status = is_broken ? TOOL_EXIT_BROKEN : tell_other(path);
    if (is_broken || tool_given.json) {
        print(how, pair != NULL);
    }
    return is_saved ? exit_status : TOOL_EXIT_USAGE;
}

int tool_blame(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    struct fuzz_blame_options how;
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    if (!check_given(arguments[0], &how)) {
        return TOOL_EXIT_USAGE;
    }
    shown = mmap(
        NULL,
        sizeof *shown,
        PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS,
        -1,
        0);
    LC_CHECK(shown != MAP_FAILED);
    shown->next_seconds = 1;
    make_replay(arguments[0]);
    tool_setup_catch();
    struct tool_apart_end end;
    if (!tool_apart_begin(&schedule.world, &end)) {
        return tell_end(&end);
    }
    status = blame(arguments[0], &how);
    free(records.items);
    return status;
}
