/*
 * lastcall run: plays a schedule, prints the verdict.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "tools/apart.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/load.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/setup.h"
#include "tools/trial.h"
#include "tools/verdict.h"

enum {
    LINE_BYTES = 512,
    SECOND_FILL = 0xa5
};

static struct {
    const char *trace;
    bool expect;
    bool twice;
    bool strict_exit;
    struct tool_number fill;
} given = { .fill = { .high = UINT8_MAX } };

static const struct tool_option options[] = {
    { "--trace",
      TOOL_TEXT,
      &given.trace,
      "FORM",
      "prints the trace before the verdict; FORM is text" },
    { "--expect",
      TOOL_FLAG,
      &given.expect,
      NULL,
      "compares with what the schedule expects: 0 met, 1 not met" },
    { "--twice",
      TOOL_FLAG,
      &given.twice,
      NULL,
      "plays it twice and compares; 3 when the plays differ" },
    { "--strict-exit",
      TOOL_FLAG,
      &given.strict_exit,
      NULL,
      "exit status 1 for an unspecified outcome" },
    { "--fill-stacks",
      TOOL_NUMBER,
      &given.fill,
      "BYTE",
      "fills the stacks with it before, to show that nothing depends on it" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

static const struct tool_command command = {
    .name = "run",
    .arguments = "SCHEDULE",
    .summary = "Plays a schedule and prints the verdict.",
    .argument_count = 1,
    .argument_max = 1,
    .tables = { options, tool_given_playing, tool_given_json },
};

/* Large; one at a time. */
static struct lc_schedule schedule;
static struct fuzz_player player;
static struct fuzz_player second_player;
static bool has_differed;       /* two plays of a first trial did */
static struct tool_line replay; /* what to type to see it again */

/* How the process was ended that played it: there is no trace, and this is all
 * of it. Empty: it was not. */
static char ended[TOOL_APART_TEXT_BYTES];

/* The records of a run, for what is to be said of them afterwards. */
struct records {
    struct lc_record *items;
    uint64_t count;
    uint64_t capacity;
    bool is_printed;
};

static void print_record(uint64_t number, const struct lc_record *record)
{
    char line[LINE_BYTES];
    fuzz_trace_text(&schedule, number, record, line, sizeof line);
    (void)puts(line);
}

static void read_record(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    struct records *records = context;
    if (records->is_printed) {
        print_record(number, record);
    }
    if (records->count == records->capacity) {
        uint64_t capacity =
            records->capacity == 0 ? 4096 : 2 * records->capacity;
        struct lc_record *items =
            realloc(records->items, capacity * sizeof records->items[0]);
        if (items == NULL) {
            return; /* later records are not named, that is all */
        }
        records->items = items;
        records->capacity = capacity;
    }
    records->items[records->count++] = *record;
}

static bool play(
    struct fuzz_player *by,
    struct records *records,
    struct fuzz_outcome *ret_outcome)
{
    struct sim_error error;
    by->reader = read_record;
    by->reader_context = records;
    if (fuzz_play(by, &schedule, NULL, ret_outcome, &error) != SIM_OK) {
        tool_output_error("%s", error.text);
        return false;
    }
    return true;
}

/* Plays again, on stacks that held something else, and compares. */
static bool plays_again(
    const struct records *first,
    const struct fuzz_outcome *outcome)
{
    struct records second = { 0 };
    struct fuzz_outcome again;
    second_player.options = player.options;
    second_player.fill_stacks = true;
    second_player.fill_byte = SECOND_FILL;
    if (!play(&second_player, &second, &again)) {
        free(second.items);
        return false;
    }
    bool is_same = again.result.hash == outcome->result.hash &&
                   again.result.record_count == outcome->result.record_count;
    if (!is_same) {
        uint64_t at = 0;
        while (at < first->count && at < second.count &&
               memcmp(
                   &first->items[at],
                   &second.items[at],
                   sizeof first->items[0]) == 0) {
            at++;
        }
        tool_output_error(
            "two plays differed: hash %016" PRIx64 " and %016" PRIx64
            ", first at record %" PRIu64,
            outcome->result.hash,
            again.result.hash,
            at);
        if (!tool_given.json && at < first->count && at < second.count) {
            print_record(at, &first->items[at]);
            print_record(at, &second.items[at]);
        }
    }
    free(second.items);
    return is_same;
}

/* ---- What is said ---- */

static void print_fault(const struct fuzz_outcome *outcome)
{
    struct sim_fault_place place;
    sim_last_fault(&place);
    bool is_fault = outcome->record.kind == LC_RECORD_FAULT ||
                    outcome->result.end == LC_END_FAULT;
    if (!is_fault || place.module[0] == '\0') {
        return;
    }
    (void)printf("  fault in %s+%#" PRIx64, place.module, place.offset_bytes);
    if (place.symbol[0] != '\0') {
        (void)printf(
            " (%s+%#" PRIx64 ")",
            place.symbol,
            place.symbol_offset_bytes);
    }
    (void)putchar('\n');
}

static void print_note(const char *what, const struct model_note *note)
{
    if (note->count > 0) {
        (void)printf(
            "  %s: %u, the first is %s at record %u\n",
            what,
            note->count,
            model_rule(note->rule)->id,
            note->record);
    }
}

/* What a rule that was broken or warned of at a record is about. */
static void find_about(
    const struct records *records,
    uint64_t number,
    uint32_t rule,
    struct fuzz_trace_about *ret_about)
{
    ret_about->count = 0;
    if (number < records->count) {
        fuzz_trace_about(
            &schedule,
            records->items,
            number + 1,
            rule,
            ret_about);
    }
}

static void print_about(
    const struct records *records,
    uint64_t number,
    uint32_t rule)
{
    struct fuzz_trace_about about;
    find_about(records, number, rule, &about);
    for (uint32_t i = 0; i < about.count; i++) {
        (void)printf("    %s\n", about.lines[i]);
    }
}

static json_t *about_list(
    const struct records *records,
    uint64_t number,
    uint32_t rule)
{
    struct fuzz_trace_about about;
    json_t *list = json_array();
    find_about(records, number, rule, &about);
    for (uint32_t i = 0; i < about.count; i++) {
        (void)json_array_append_new(list, tool_output_text(about.lines[i]));
    }
    return list;
}

static void print_verdict(
    const struct records *records,
    const struct fuzz_outcome *outcome)
{
    const struct lc_verdict *verdict = &outcome->verdict;
    struct model_note warnings = model_warnings(&player.model);
    struct model_note errors = model_app_errors(&player.model);
    bool is_broken = verdict->kind == LC_VERDICT_BROKEN;
    (void)printf(
        "%s%s%s\n",
        tool_verdict_word(verdict),
        is_broken ? " " : "",
        is_broken ? model_rule(verdict->rule)->id : "");
    if (is_broken) {
        tool_verdict_print_rule(verdict->rule, 2);
    }
    if (verdict->kind != LC_VERDICT_HELD && verdict->record < records->count) {
        (void)printf("  decided by record %u:\n", verdict->record);
        print_record(verdict->record, &records->items[verdict->record]);
    }
    if (is_broken) {
        print_about(records, verdict->record, verdict->rule);
    }
    print_fault(outcome);
    if (ended[0] != '\0') {
        (void)printf("  %s\n  to replay: %s\n", ended, replay.text);
        return;
    }
    print_note("errors of the application", &errors);
    print_note("warnings", &warnings);
    if (warnings.count > 0) {
        print_about(records, warnings.record, warnings.rule);
    }
    if (outcome->result.choice_unmet > 0) {
        (void)printf(
            "  choices that were not possible at their place: %u\n",
            outcome->result.choice_unmet);
    }
    if (outcome->result.choice_unreached > 0) {
        (void)printf(
            "  choices whose place was not reached: %u\n",
            outcome->result.choice_unreached);
    }
    (void)printf(
        "  %" PRIu64 " record%s, %.6f s of virtual time, hash %016" PRIx64 "\n"
        "  to replay: %s\n",
        outcome->result.record_count,
        tool_output_s(outcome->result.record_count),
        (double)outcome->result.virtual_ns / (double)LC_NS_PER_S,
        outcome->result.hash,
        replay.text);
}

static json_t *note_object(const struct model_note *note)
{
    if (note->count == 0) {
        return json_pack("{s:i}", "count", 0);
    }
    return json_pack(
        "{s:I, s:s, s:I}",
        "count",
        (json_int_t)note->count,
        "rule",
        model_rule(note->rule)->id,
        "record",
        (json_int_t)note->record);
}

static void print_json(
    const struct records *records,
    const struct fuzz_outcome *outcome)
{
    const struct lc_verdict *verdict = &outcome->verdict;
    struct model_note warnings = model_warnings(&player.model);
    struct model_note errors = model_app_errors(&player.model);
    bool is_broken = verdict->kind == LC_VERDICT_BROKEN;
    bool is_ended = ended[0] != '\0';
    json_t *object = tool_output_object();
    json_t *rest = json_pack(
        "{s:s, s:o, s:o, s:o, s:I, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o}",
        "verdict",
        tool_verdict_word(verdict),
        "rule",
        is_broken ? json_string(model_rule(verdict->rule)->id) : json_null(),
        "rules",
        is_broken ? tool_verdict_group(verdict->rule) : json_array(),
        "record",
        verdict->kind == LC_VERDICT_HELD || is_ended
            ? json_null()
            : json_integer((json_int_t)verdict->record),
        "records",
        (json_int_t)outcome->result.record_count,
        "hash",
        is_ended ? json_null() : tool_output_hash(outcome->result.hash),
        "virtual_ns",
        (json_int_t)outcome->result.virtual_ns,
        "choices_unmet",
        (json_int_t)outcome->result.choice_unmet,
        "choices_unreached",
        (json_int_t)outcome->result.choice_unreached,
        "warnings",
        note_object(&warnings),
        "app_errors",
        note_object(&errors),
        "about",
        is_broken ? about_list(records, verdict->record, verdict->rule)
                  : json_array(),
        "replay",
        tool_output_text(replay.text));
    LC_CHECK(rest != NULL);
    (void)json_object_update(object, rest);
    json_decref(rest);
    tool_output_json(object);
}

/* Whether the run is what the schedule expects; says how it differs. */
static bool is_expected(const struct fuzz_outcome *outcome)
{
    static const char *const words[] = { "", "held", "broken", "unspecified" };
    const struct lc_expect *expect = &schedule.expect;
    const struct lc_verdict *verdict = &outcome->verdict;
    const char *got = tool_verdict_word(verdict);
    const char *rule =
        verdict->kind == LC_VERDICT_BROKEN ? model_rule(verdict->rule)->id : "";
    bool is_met = strcmp(words[expect->kind], got) == 0;
    if (is_met && expect->kind == LC_EXPECT_BROKEN) {
        uint32_t wanted = 0;
        is_met = model_rule_find(expect->rule, &wanted) &&
                 strcmp(
                     model_rule(wanted)->group,
                     model_rule(verdict->rule)->group) == 0;
        is_met |= strcmp(expect->rule, model_rule(verdict->rule)->group) == 0;
    }
    if (!is_met) {
        tool_output_error(
            "expected %s%s%s, got %s%s%s",
            words[expect->kind],
            expect->rule[0] == '\0' ? "" : " ",
            expect->rule,
            got,
            rule[0] == '\0' ? "" : " ",
            rule);
    } else if (expect->has_hash && expect->hash != outcome->result.hash) {
        tool_output_error(
            "expected hash %016" PRIx64 ", got %016" PRIx64,
            expect->hash,
            outcome->result.hash);
        is_met = false;
    }
    return is_met;
}

static int exit_status(const struct fuzz_outcome *outcome)
{
    if (given.expect) {
        return is_expected(outcome) ? TOOL_EXIT_HELD : TOOL_EXIT_BROKEN;
    }
    if (schedule.expect.kind != LC_EXPECT_NONE) {
        (void)is_expected(outcome); /* a remark; the verdict stands */
    }
    switch ((enum lc_verdict_kind)outcome->verdict.kind) {
    case LC_VERDICT_HELD:
        return TOOL_EXIT_HELD;
    case LC_VERDICT_UNSPECIFIED:
        return given.strict_exit ? TOOL_EXIT_BROKEN : TOOL_EXIT_HELD;
    case LC_VERDICT_BROKEN:
        return TOOL_EXIT_BROKEN;
    }
    return TOOL_EXIT_BROKEN;
}

/* ---- The command ---- */

static void make_replay(const char *path)
{
    if (!tool_line_can_name(path)) {
        tool_line_add(&replay, "save the schedule and run it");
        return;
    }
    tool_line_add_program(&replay);
    tool_line_add(&replay, " run");
    tool_line_add_path(&replay, path);
    tool_given_add_playing(&tool_given, &replay);
}

/* For a second play of what ended the process. */
static void play_apart(void *unused)
{
    struct fuzz_outcome outcome;
    struct sim_error error;
    (void)unused;
    sim_watch(TOOL_WATCH_SECONDS);
    player.reader = NULL;
    player.fill_stacks = true;
    player.fill_byte = SECOND_FILL;
    (void)!fuzz_play(&player, &schedule, NULL, &outcome, &error);
}

/* Plays what ended the process again, to see whether it does the same. Returns
 * the exit status: TOOL_EXIT_BROKEN when it does. */
static int end_again(const struct tool_apart_end *first)
{
    struct tool_apart_end second = { 0 };
    bool came_back = tool_apart_try(play_apart, NULL, &second);
    if (!came_back && second.no_child != 0) {
        tool_output_error(
            "--twice: not played again: no process can be made: %s",
            strerror(second.no_child));
        return TOOL_EXIT_USAGE;
    }
    if (!came_back && second.status == first->status &&
        second.signal_number == first->signal_number) {
        return TOOL_EXIT_BROKEN;
    }
    char text[TOOL_APART_TEXT_BYTES];
    tool_apart_text(&schedule.world, &second, text);
    tool_output_error(
        "two plays differed: in the first %s, in the second %s",
        ended,
        came_back ? "it lived" : text);
    return TOOL_EXIT_DIFFERED;
}

/* What the run did to its process, as a broken rule. */
static int tell_end(const struct tool_apart_end *end)
{
    uint32_t rule = 0;
    bool is_known = model_rule_find("FAULT", &rule);
    LC_CHECK(is_known);
    tool_apart_text(&schedule.world, end, ended);
    if (end->stage == TOOL_APART_AGAIN) {
        tool_output_error("two plays differed: in the second %s", ended);
        return TOOL_EXIT_DIFFERED;
    }
    struct records none = { 0 };
    struct fuzz_outcome outcome = {
        .verdict = { .kind = LC_VERDICT_BROKEN, .rule = (uint16_t)rule },
    };
    if (tool_given.json) {
        tool_output_error("%s", ended);
        print_json(&none, &outcome);
    } else {
        print_verdict(&none, &outcome);
    }
    int again = given.twice ? end_again(end) : TOOL_EXIT_BROKEN;
    return again == TOOL_EXIT_BROKEN ? exit_status(&outcome) : again;
}

static bool check_given(const char *path)
{
    if (given.trace != NULL && strcmp(given.trace, "text") != 0) {
        tool_output_error("--trace: no form '%s'; there is text", given.trace);
        return false;
    }
    if (given.trace != NULL && tool_given.json) {
        tool_output_error("--trace and --json want the same standard output");
        return false;
    }
    if (!tool_setup_model(
            tool_given.model,
            tool_given.inferences,
            &player.options) ||
        !tool_load_schedule(path, &schedule)) {
        return false;
    }
    if (given.expect && schedule.expect.kind == LC_EXPECT_NONE) {
        tool_output_error("--expect: %s expects nothing", tool_load_name(path));
        return false;
    }
    struct tool_hosted hosted;
    if (!tool_setup_open() || !tool_setup_providers(
                                  &tool_given.providers,
                                  &schedule.world,
                                  &hosted)) {
        return false;
    }
    fuzz_generate_host(&schedule.world, hosted.items, hosted.count);
    tool_setup_remark_plants(&schedule.world);
    has_differed = !tool_trial_remark(&schedule.world);
    return true;
}

static int run(void)
{
    struct fuzz_outcome outcome;
    struct records records = { .is_printed = given.trace != NULL };
    sim_watch(TOOL_WATCH_SECONDS);
    player.fill_stacks = given.fill.is_given;
    player.fill_byte = (uint8_t)given.fill.value;
    if (!play(&player, &records, &outcome)) {
        free(records.items);
        return TOOL_EXIT_USAGE;
    }
    if (!given.twice) {
        tool_apart_say(TOOL_APART_OVER);
    }
    bool is_same = true;
    if (tool_given.json) {
        print_json(&records, &outcome);
    } else {
        print_verdict(&records, &outcome);
    }
    if (given.twice) {
        tool_apart_say(TOOL_APART_AGAIN);
        is_same = plays_again(&records, &outcome);
    }
    int status =
        is_same && !has_differed ? exit_status(&outcome) : TOOL_EXIT_DIFFERED;
    free(records.items);
    return status;
}

int tool_run(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    if (!check_given(arguments[0])) {
        return TOOL_EXIT_USAGE;
    }
    make_replay(arguments[0]);
    tool_output_replay(replay.text);
    struct tool_apart_end end;
    if (!tool_apart_begin(&schedule.world, &end)) {
        return tell_end(&end);
    }
    status = run();
    tool_apart_say(TOOL_APART_OVER);
    return status;
}
