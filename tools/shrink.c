/*
 * lastcall shrink: the smallest schedule that breaks the same rule.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "tools/apart.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/load.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/setup.h"
#include "tools/verdict.h"

static const char *out;

static const struct tool_option options[] = {
    { "-o", TOOL_TEXT, &out, "FILE", "where to; left out: standard output" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

static const struct tool_command command = {
    .name = "shrink",
    .arguments = "SCHEDULE",
    .summary = "Writes the smallest schedule that breaks the same rule.",
    .argument_count = 1,
    .argument_max = 1,
    .tables = { options, tool_given_playing, tool_given_json },
};

/* Plays it once, to know what breaks. */
static bool fill(
    const struct fuzz_confirm_options *how,
    const char *path,
    struct fuzz_finding *finding)
{
    static struct fuzz_player player;
    static struct lc_schedule schedule;
    struct fuzz_outcome outcome;
    struct sim_error error;
    player.options = how->model;
    sim_watch(how->watch_seconds);
    if (fuzz_play(&player, &finding->schedule, NULL, &outcome, &error) !=
        SIM_OK) {
        tool_output_error("%s", error.text);
        return false;
    }
    if (outcome.verdict.kind != LC_VERDICT_BROKEN) {
        tool_output_error(
            "%s: breaks no rule (%s), nothing to shrink",
            tool_load_name(path),
            tool_verdict_word(&outcome.verdict));
        return false;
    }
    schedule = finding->schedule;
    fuzz_finding_fill(finding, FUZZ_SEED_NONE, &schedule, &outcome);
    return true;
}

/* A process that the run has ended: its death is what to look for. */
static void fill_dead(
    const struct tool_apart_end *end,
    struct fuzz_finding *finding)
{
    static struct lc_schedule schedule;
    bool is_signal = end->signal_number != 0;
    schedule = finding->schedule;
    fuzz_finding_fill_dead(
        finding,
        FUZZ_SEED_NONE,
        &schedule,
        is_signal ? end->signal_number
                  : fuzz_death_of_exit((uint32_t)end->status));
}

/* For a check that fails: what to type to see it again. */
static void set_replay(const char *path)
{
    static struct tool_line line;
    if (!tool_line_can_name(path)) {
        tool_output_replay("save the schedule and shrink it");
        return;
    }
    tool_line_add_program(&line);
    tool_line_add(&line, " shrink");
    tool_line_add_path(&line, path);
    tool_given_add_playing(&tool_given, &line);
    tool_output_replay(line.text);
}

static void print_json(
    const struct fuzz_finding *finding,
    uint32_t calls,
    uint32_t switches)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    size_t size_bytes = fuzz_text_print(&finding->schedule, text, sizeof text);
    LC_CHECK(size_bytes > 0);
    json_t *object = tool_output_object();
    json_t *rest = json_pack(
        "{s:s, s:o, s:I, s:I, s:I, s:I, s:b, s:o, s:s}",
        "rule",
        model_rule(finding->rule)->id,
        "rules",
        tool_verdict_group(finding->rule),
        "calls_before",
        (json_int_t)calls,
        "switches_before",
        (json_int_t)switches,
        "calls",
        (json_int_t)finding->schedule.op_count,
        "switches",
        (json_int_t)fuzz_shrink_switches(&finding->schedule),
        "shrunk",
        (int)finding->is_shrunk,
        "hash",
        tool_output_hash(finding->hash),
        "text",
        text);
    LC_CHECK(rest != NULL);
    (void)json_object_update(object, rest);
    json_decref(rest);
    tool_output_json(object);
}

/* What has become of it. */
static void tell(
    const struct fuzz_finding *finding,
    uint32_t calls,
    uint32_t switches)
{
    if (tool_given.json) {
        print_json(finding, calls, switches);
    } else {
        (void)fprintf(
            stderr,
            "lastcall: %s: %u call%s and %u switch%s, now %u and %u\n",
            model_rule(finding->rule)->id,
            calls,
            tool_output_s(calls),
            switches,
            switches == 1 ? "" : "es",
            finding->schedule.op_count,
            fuzz_shrink_switches(&finding->schedule));
    }
    if (!finding->is_shrunk) {
        tool_output_error(
            "remark: not shrunk to the end: what it plays takes so long that "
            "it was given up; what is written may be larger than it has to be");
    }
}

int tool_shrink(int argc, char **argv)
{
    static struct fuzz_finding finding;
    struct tool_hosted hosted;
    struct fuzz_confirm_options how = { .watch_seconds = TOOL_WATCH_SECONDS };
    const char *arguments[TOOL_ARGUMENTS_MAX];
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    if (tool_given.json && out != NULL && strcmp(out, "-") == 0) {
        tool_output_error("-o - and --json want the same standard output");
        return TOOL_EXIT_USAGE;
    }
    const char *path = arguments[0];
    set_replay(path);
    if (!tool_setup_model(
            tool_given.model,
            tool_given.inferences,
            &how.model) ||
        !tool_load_schedule(path, &finding.schedule) ||
        !tool_load_can_save(out) || !tool_setup_open() ||
        !tool_setup_providers(
            &tool_given.providers,
            &finding.schedule.world,
            &hosted)) {
        return TOOL_EXIT_USAGE;
    }
    fuzz_generate_host(&finding.schedule.world, hosted.items, hosted.count);
    tool_setup_remark_plants(&finding.schedule.world);
    struct tool_apart_end end;
    if (tool_apart_begin(&finding.schedule.world, &end)) {
        bool is_broken = fill(&how, path, &finding);
        tool_apart_say(TOOL_APART_OVER);
        if (!is_broken) {
            return TOOL_EXIT_USAGE;
        }
    } else {
        fill_dead(&end, &finding);
    }
    uint32_t calls = finding.schedule.op_count;
    uint32_t switches = fuzz_shrink_switches(&finding.schedule);
    fuzz_confirm(&how, &finding);
    if (finding.replay != FUZZ_REPLAY_SAME) {
        bool has_differed = finding.replay == FUZZ_REPLAY_DIFFERED;
        tool_output_error(
            "%s: %s",
            tool_load_name(path),
            has_differed ? "two plays differed" : "could not be played again");
        return has_differed ? TOOL_EXIT_DIFFERED : TOOL_EXIT_USAGE;
    }
    tell(&finding, calls, switches);
    if (tool_given.json && out == NULL) {
        return TOOL_EXIT_HELD;
    }
    return tool_load_save_text(out != NULL ? out : "-", &finding.schedule)
               ? TOOL_EXIT_HELD
               : TOOL_EXIT_USAGE;
}
