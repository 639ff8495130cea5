/*
 * lastcall explore: all orders in which a schedule can go.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "tools/apart.h"
#include "tools/commands.h"
#include "tools/died.h"
#include "tools/explore_remark.h"
#include "tools/explore_text.h"
#include "tools/figure.h"
#include "tools/given.h"
#include "tools/load.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/resume.h"
#include "tools/setup.h"
#include "tools/team.h"
#include "tools/trial.h"

enum {
    MIB = 1 << 20,
    MEMORY_MIB = 2048,
    TRACE_STEPS = 10000000,
    TRACE_DEPTH = 2000, /* of a run: threads may wait in loops */
    SAVING_SECONDS = 60,
    FAULTS_MAX = 64,
    NUMBER_BYTES = 24
};

static struct {
    const char *order;
    struct tool_number memory_mib;
    struct tool_number depth;
    const char *out;
    const char *program;
    const char *state;
    const char *reduction;
    struct tool_number jobs;
    struct tool_number traces;
    struct tool_number faults;
    bool list;
    bool all;
    bool values;
    bool strict_exit;
} given = {
    .memory_mib = { .value = MEMORY_MIB, .low = 1, .high = 1 << 20 },
    .depth = { .low = 1, .high = FUZZ_EXPLORE_DEPTH_MAX - 1 },
    .jobs = { .value = 1, .low = 1, .high = FUZZ_EXPLORE_JOBS_MAX },
    .traces = { .value = TRACE_STEPS, .high = 1000000000000 },
    .faults = { .low = 1, .high = FAULTS_MAX },
};

static const struct tool_option options[] = {
    { "--order",
      TOOL_TEXT,
      &given.order,
      "ORDER",
      "breadth (the default): the shortest way; depth: less memory" },
    { "--memory",
      TOOL_NUMBER,
      &given.memory_mib,
      "MIB",
      "for states and snapshots (2048); hitting it is said" },
    { "--depth",
      TOOL_NUMBER,
      &given.depth,
      "N",
      "looks at the first N decisions of a run only (breadth-first)" },
    { "-o",
      TOOL_TEXT,
      &given.out,
      "FILE",
      "writes the schedule that breaks a rule there" },
    { "--program",
      TOOL_TEXT,
      &given.program,
      "NAME",
      "explores a micro-program (`bench schedulers`) instead of a schedule" },
    { "-j, --jobs",
      TOOL_NUMBER,
      &given.jobs,
      "N",
      "processes that explore together (1); depth-first" },
    { "--state",
      TOOL_TEXT,
      &given.state,
      "FILE",
      "keeps there how far it is, and goes on from there" },
    { "--reduction",
      TOOL_TEXT,
      &given.reduction,
      "NAME",
      "sleep: fewer decisions to the same states, of a micro-program; none" },
    { "--traces",
      TOOL_NUMBER,
      &given.traces,
      "N",
      "counts a proved micro-program's traces by up to N steps (10000000)" },
    { "--list", TOOL_FLAG, &given.list, NULL, "lists the micro-programs" },
    { "--all",
      TOOL_FLAG,
      &given.all,
      NULL,
      "goes on after what breaks, to count all states" },
    { "--values",
      TOOL_FLAG,
      &given.values,
      NULL,
      "also all latencies and handle values that a run can draw" },
    { "--faults",
      TOOL_NUMBER,
      &given.faults,
      "K",
      "also all ways in which up to K calls fail: what the world's line "
      "`faults` names, without one anything" },
    { "--strict-exit",
      TOOL_FLAG,
      &given.strict_exit,
      NULL,
      "exit status 1 when a bound was hit" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

static const struct tool_command command = {
    .name = "explore",
    .arguments = "[SCHEDULE]",
    .summary = "Plays a schedule in all orders of its threads and events.",
    .argument_max = 1,
    .tables = { options, tool_given_playing, tool_given_json },
};

/* Large; one exploration per process. */
static struct lc_schedule schedule;
static struct lc_schedule found; /* the schedule that breaks a rule */
static struct fuzz_subject_schedule subject_schedule;
static struct fuzz_subject_program subject_program;
static struct fuzz_player player;
static struct fuzz_outcome outcome;
static struct tool_line replay;
static struct tool_line found_line;
static bool has_differed; /* two plays of the schedule did */
static double began_seconds;
static double next_seconds;
static double next_saving_seconds;
static double began_saving_seconds;

static bool is_depth_first(void)
{
    return given.order != NULL && strcmp(given.order, "depth") == 0;
}

/* Of several processes nobody knows. */
static const char *how_far(const struct fuzz_explore_totals *totals)
{
    static char text[64];
    text[0] = '\0';
    if (given.jobs.value == 1) {
        char percent[TOOL_FIGURE_BYTES];
        tool_figure_percent((double)totals->done / 0x1p32, percent);
        (void)snprintf(
            text,
            sizeof text,
            "%.16s of %s, ",
            percent,
            is_depth_first() ? "the tree behind (at least)" : "these expanded");
    }
    return text;
}

/* Clears the last line of progress on a terminal. */
static void end_progress(void)
{
    if (next_seconds > 1 && isatty(STDERR_FILENO) == 1) {
        (void)fputs("\r\033[K", stderr);
    }
}

static bool progress(void *context, const struct fuzz_explore_totals *totals)
{
    (void)context;
    double seconds = tool_setup_seconds() - began_seconds;
    if (seconds >= next_seconds) {
        bool is_terminal = isatty(STDERR_FILENO) == 1;
        next_seconds = seconds + (is_terminal ? 1 : 10);
        (void)fprintf(
            stderr,
            "%s%.0f s: %" PRIu64 " states, %.0f/s, depth %u of %u, %" PRIu64
            " to expand, %s%" PRIu64 " MiB%s",
            is_terminal ? "\r\033[K" : "",
            seconds,
            totals->states,
            (double)(totals->states - totals->resumed) / seconds,
            totals->depth,
            totals->depth_max,
            totals->frontier,
            how_far(totals),
            totals->memory_bytes / MIB,
            is_terminal ? "" : "\n");
        (void)fflush(stderr);
    }
    return !tool_setup_interrupted();
}

/* Each minute, but it must not take more than a twentieth of the time. */
static bool is_saving_due(void *context)
{
    (void)context;
    double seconds = tool_setup_seconds();
    if (began_saving_seconds > 0) { /* this is the first look behind it */
        double took = seconds - began_saving_seconds;
        double pause = 20 * took;
        began_saving_seconds = 0;
        next_saving_seconds =
            seconds + (pause > SAVING_SECONDS ? pause : SAVING_SECONDS);
    }
    if (seconds < next_saving_seconds) {
        return false;
    }
    began_saving_seconds = seconds;
    return true;
}

/* The schedule that goes the way that was found, played once more by itself.
 * Returns whether it breaks the rule there, too. */
static bool make_schedule(void)
{
    struct sim_error error;
    const struct sim_result *run = &subject_schedule.result;
    found = schedule;
    found.choice_count = run->choice_count;
    memset(found.choices, 0, sizeof found.choices);
    memcpy(
        found.choices,
        run->choices,
        run->choice_count * sizeof found.choices[0]);
    memset(&found.expect, 0, sizeof found.expect);
    uint64_t hash = run->hash;
    player.options = subject_schedule.options;
    if (fuzz_play(&player, &found, NULL, &outcome, &error) != SIM_OK) {
        tool_output_error("%s", error.text);
        return false;
    }
    if (outcome.result.hash != hash ||
        outcome.verdict.kind != LC_VERDICT_BROKEN) {
        tool_output_error(
            "two plays of what was found differed: hash %016" PRIx64
            " and %016" PRIx64,
            hash,
            outcome.result.hash);
        return false;
    }
    const char *id = model_rule(outcome.verdict.rule)->id;
    found.expect = (struct lc_expect){
        .kind = LC_EXPECT_BROKEN,
        .has_hash = true,
        .hash = hash,
    };
    memcpy(found.expect.rule, id, strlen(id));
    return true;
}

/* Goes the way that was found once more. */
static bool follow(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_result *result)
{
    struct sim_error error;
    enum fuzz_subject_end end;
    if (fuzz_explore_follow(
            subject,
            result->path,
            result->path_count,
            &end,
            &error) != SIM_OK) {
        tool_output_error("%s", error.text);
        return false;
    }
    if (end != FUZZ_SUBJECT_BROKEN) {
        tool_output_error("the way that was found does not lead there again");
        return false;
    }
    return given.program != NULL || make_schedule();
}

/* Why there are no sleep sets; NULL: there are. */
static const char *why_not_reduced(void)
{
    return given.program == NULL  ? "not all that a step touches is known"
           : given.jobs.value > 1 ? "several processes (--jobs) have none"
           : given.reduction != NULL && strcmp(given.reduction, "none") == 0
               ? "as was asked for"
               : NULL;
}

/* All that the states depend on. Says what is wrong. */
static bool make_identity(
    const struct tool_hosted *hosted,
    struct sim_state_key *ret_identity)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    struct sim_state_key identity = { 0 };
    const uint64_t words[] = {
        given.all,         given.values,          given.faults.value,
        given.depth.value, tool_given.inferences, why_not_reduced() == NULL,
    };
    tool_resume_add(&identity, words, sizeof words);
    const char *model = tool_given.model == NULL ? "strict" : tool_given.model;
    tool_resume_add(&identity, model, strlen(model));
    if (given.program != NULL) {
        tool_resume_add(&identity, given.program, strlen(given.program));
    } else {
        size_t size_bytes = fuzz_text_print(&schedule, text, sizeof text);
        LC_CHECK(size_bytes > 0);
        tool_resume_add(&identity, text, size_bytes);
    }
    for (uint32_t i = 0; i < hosted->count; i++) {
        if (!tool_resume_add_file(&identity, hosted->items[i].path)) {
            return false;
        }
    }
    *ret_identity = identity;
    return tool_resume_add_file(ret_identity, "/proc/self/exe");
}

/* Finds what is to be explored. Says what is wrong. */
static bool set_subject(
    const char *path,
    struct fuzz_subject *ret_subject,
    struct tool_hosted *ret_hosted)
{
    *ret_hosted = (struct tool_hosted){ 0 };
    if (given.list || (path == NULL) == (given.program == NULL)) {
        tool_output_error(
            "explore: give one of SCHEDULE, --program and --list");
        return false;
    }
    if (given.program != NULL) {
        subject_program.program = sim_program_find(given.program);
        if (subject_program.program == NULL) {
            tool_output_error(
                "--program: no '%s'; `lastcall explore --list` has them",
                given.program);
            return false;
        }
        *ret_subject = fuzz_subject_of_program(&subject_program);
        return tool_setup_open();
    }
    tool_setup_catch(); /* a DLL that is tried may take its time */
    if (!tool_setup_model(
            tool_given.model,
            tool_given.inferences,
            &subject_schedule.options) ||
        !tool_load_schedule(path, &schedule) || !tool_setup_open() ||
        !tool_setup_providers(
            &tool_given.providers,
            &schedule.world,
            ret_hosted)) {
        return false;
    }
    fuzz_generate_host(&schedule.world, ret_hosted->items, ret_hosted->count);
    for (uint32_t i = 0; i < schedule.world.provider_count; i++) {
        /* What such code leaves unwritten on a stack goes into keys: how many
         * states that makes would depend on who was faster. */
        if (given.jobs.value > 1 &&
            schedule.world.providers[i].kind == LC_PROVIDER_DLL) {
            tool_output_error("--jobs: a DLL is explored by one process");
            return false;
        }
    }
    tool_setup_remark_plants(&schedule.world);
    tool_setup_catch();
    has_differed = !tool_trial_remark(&schedule.world);
    if (!tool_trial_repeats(&schedule)) {
        has_differed = true;
        tool_output_error(
            "two plays of %s differed: a DLL asks what is not simulated, or "
            "reads what nobody wrote; nothing could be proved of it",
            path);
    }
    if (has_differed) {
        return false;
    }
    subject_schedule.schedule = &schedule;
    subject_schedule.has_values = given.values;
    subject_schedule.fault_max = (uint32_t)given.faults.value;
    if (given.faults.is_given && schedule.world.faults == 0) {
        schedule.world.faults = LC_FAIL_ALL;
    }
    *ret_subject = fuzz_subject_of_schedule(&subject_schedule);
    return true;
}

/* Told at once: hours may be at stake. */
static void on_saved(void *context, int error)
{
    (void)context;
    if (error != 0) {
        end_progress();
        tool_output_error(
            "--state: %s could not be written: %s",
            given.state,
            strerror(error));
    }
}

static bool check_reduction(void)
{
    bool is_sleep =
        given.reduction != NULL && strcmp(given.reduction, "sleep") == 0;
    if (given.reduction != NULL && !is_sleep &&
        strcmp(given.reduction, "none") != 0) {
        tool_output_error(
            "--reduction: '%s' is neither sleep nor none",
            given.reduction);
        return false;
    }
    if (is_sleep && why_not_reduced() != NULL) {
        tool_output_error(
            "--reduction: sleep goes with --program, without --jobs");
        return false;
    }
    return true;
}

static bool set_options(struct fuzz_explore_options *ret_options)
{
    bool is_depth = given.order != NULL && strcmp(given.order, "depth") == 0;
    if (given.order != NULL && !is_depth &&
        strcmp(given.order, "breadth") != 0) {
        tool_output_error(
            "--order: '%s' is neither breadth nor depth",
            given.order);
        return false;
    }
    if (given.program == NULL && given.traces.is_given) {
        tool_output_error("--traces: goes with --program only");
        return false;
    }
    bool is_together = given.jobs.value > 1;
    if (is_together && (!is_depth || given.all || given.state != NULL)) {
        tool_output_error(
            "--jobs: goes with --order depth, without --all and --state");
        return false;
    }
    if (is_depth && given.depth.is_given) {
        tool_output_error("--depth: goes with --order breadth only");
        return false;
    }
    if (given.program != NULL && given.out != NULL) {
        tool_output_error(
            "-o: a micro-program (--program) has no schedule to write");
        return false;
    }
    if (given.program != NULL &&
        (tool_given.providers.count > 0 || tool_given.model != NULL ||
         tool_given.inferences || given.values)) {
        tool_output_error(
            "--program: a micro-program has no provider, no model and draws "
            "no values");
        return false;
    }
    if (given.program != NULL && given.faults.is_given) {
        tool_output_error(
            "--faults: nothing can fail in a micro-program (--program)");
        return false;
    }
    if (!check_reduction()) {
        return false;
    }
    *ret_options = (struct fuzz_explore_options){
        .order = is_depth ? FUZZ_EXPLORE_DEPTH : FUZZ_EXPLORE_BREADTH,
        .memory_bytes = given.memory_mib.value * MIB,
        .depth_max = (uint32_t)given.depth.value,
        .goes_on = given.all,
        .has_sleep_sets = why_not_reduced() == NULL,
        .progress = progress,
        .jobs = (uint32_t)given.jobs.value,
        .watch_seconds = TOOL_WATCH_SECONDS,
        .saved_path = given.state,
        .is_saving_due = is_saving_due,
        .on_saved = on_saved,
    };
    return true;
}

/* Makes all of what was asked for ready. Says what is wrong. */
static bool prepare(
    const char *path,
    struct fuzz_explore_options *ret_options,
    struct fuzz_subject *ret_subject)
{
    struct tool_hosted hosted;
    if (!set_options(ret_options) || !set_subject(path, ret_subject, &hosted) ||
        (given.state != NULL &&
         !make_identity(&hosted, &ret_options->identity))) {
        return false;
    }
    if (given.out != NULL && !tool_load_can_save(given.out)) {
        return false;
    }
    tool_line_add_program(&replay);
    tool_line_add(&replay, " explore");
    tool_line_add_option(&replay, "--program", given.program);
    tool_line_add_option(&replay, "--order", given.order);
    tool_line_add_option(&replay, "--reduction", given.reduction);
    tool_line_add(&replay, given.values ? " --values" : "");
    if (given.faults.is_given) {
        char faults[NUMBER_BYTES];
        (void)snprintf(faults, sizeof faults, "%" PRIu64, given.faults.value);
        tool_line_add_option(&replay, "--faults", faults);
    }
    tool_line_add(&replay, given.all ? " --all" : "");
    if (path != NULL) {
        tool_line_add_path(&replay, path);
    }
    tool_given_add_playing(&tool_given, &replay);
    tool_output_replay(replay.text);
    return true;
}

/* Remarks on what was looked at, and on what was not. */
static void remark(
    const struct fuzz_explore_options *how,
    const struct fuzz_explore_result *result,
    bool has_schedule)
{
    if (result->has_died) {
        tool_output_error(
            "remark: one of the processes died: one alone began anew");
    }
    const char *broken = tool_team_broken(result);
    if (broken != NULL) {
        tool_output_error("%s", broken);
    }
    if (given.out != NULL && !has_schedule) {
        tool_output_error("remark: -o: nothing broke, nothing written");
    }
    tool_explore_remark_bound(how, result);
}

/* Writes what was found where -o says. Returns whether it lies there. */
static bool save(void)
{
    if (!tool_load_save_text(given.out, &found)) {
        return false;
    }
    tool_line_add_program(&found_line);
    tool_line_add(&found_line, " run");
    tool_line_add_path(&found_line, given.out);
    tool_line_add_option(&found_line, "--model", tool_given.model);
    tool_line_add(&found_line, tool_given.inferences ? " --inferences" : "");
    return true;
}

static bool goes_on_counting(void *unused)
{
    (void)unused;
    return !tool_setup_interrupted();
}

/* Orders that differ in more than the order of independent neighbours, where
 * none of them breaks. Returns NULL where they are not counted. */
static const struct fuzz_traces_result *count_traces(
    const struct fuzz_explore_result *result)
{
    static struct fuzz_traces_result traces;
    struct sim_error error;
    if (given.program == NULL || given.traces.value == 0 ||
        result->verdict != FUZZ_EXPLORE_PROVED) {
        return NULL;
    }
    const struct fuzz_subject subject =
        fuzz_subject_of_program(&subject_program);
    enum sim_status status = fuzz_traces(
        &subject,
        &(struct fuzz_traces_limits){
            .transitions_max = given.traces.value,
            .depth_max = TRACE_DEPTH,
            .goes_on = goes_on_counting,
        },
        &traces,
        &error);
    LC_CHECK(status == SIM_OK);
    return &traces;
}

static void print(
    const struct fuzz_explore_options *how,
    const struct fuzz_explore_result *result,
    double seconds,
    bool has_schedule)
{
    const struct tool_explore_report report = {
        .how = how,
        .result = result,
        .seconds = seconds,
        .has_values = given.values,
        .fault_max = (uint32_t)given.faults.value,
        .fault_kinds = schedule.world.faults,
        .why_not_reduced = why_not_reduced(),
        .traces = count_traces(result),
        .program = given.program != NULL ? &subject_program : NULL,
        .found = has_schedule ? &found : NULL,
        .outcome = &outcome,
        .found_line = found_line.length_bytes > 0 ? found_line.text : NULL,
    };
    if (tool_given.json) {
        tool_explore_print_json(&report);
    } else {
        tool_explore_print(&report);
    }
}

/* Says what came of it. Returns the exit status. */
static int conclude(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *how,
    const struct fuzz_explore_result *result,
    double seconds)
{
    bool is_broken = result->verdict == FUZZ_EXPLORE_BROKEN;
    bool is_good = !is_broken || follow(subject, result);
    bool has_schedule = is_good && is_broken && given.program == NULL;
    bool is_saved = has_schedule && given.out != NULL && save();
    tool_explore_tell_of_state(how, result);
    if (!is_good) {
        return TOOL_EXIT_DIFFERED;
    }
    remark(how, result, has_schedule);
    print(how, result, seconds, has_schedule);
    if (fuzz_explore_contradicts(result)) {
        return TOOL_EXIT_DIFFERED;
    }
    bool is_lost = has_schedule && given.out != NULL && !is_saved;
    if (is_lost) {
        return TOOL_EXIT_USAGE;
    }
    if (result->has_broken) {
        return TOOL_EXIT_BROKEN;
    }
    if (tool_explore_has_more(result) && result->saving_errno != 0) {
        return TOOL_EXIT_USAGE; /* what was done is lost */
    }
    bool is_bad = result->verdict == FUZZ_EXPLORE_BOUNDED && given.strict_exit;
    return is_bad ? TOOL_EXIT_BROKEN : TOOL_EXIT_HELD;
}

/* The process has died in one order or another. When that comes again it breaks
 * FAULT, as in a search; else it is said that no more can be said. */
static int tell_end(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *how,
    const struct tool_apart_end *end)
{
    const struct fuzz_explore_trail *trail = how->trail;
    uint32_t rule = 0;
    bool is_known = model_rule_find("FAULT", &rule);
    LC_CHECK(is_known);
    found = schedule;
    char text[TOOL_APART_TEXT_BYTES];
    tool_apart_text(&schedule.world, end, text);
    tool_output_error("%s", text);
    if (trail != NULL && trail->count > 0 &&
        tool_died_again(
            subject,
            &subject_schedule.options,
            trail,
            end,
            &found)) {
        const struct fuzz_explore_result result = {
            .verdict = FUZZ_EXPLORE_BROKEN,
            .bound = FUZZ_EXPLORE_DIED,
            .totals = trail->totals,
            .path_count = trail->count,
            .has_died = true,
            .has_broken = true,
        };
        outcome.verdict = (struct lc_verdict){
            .kind = LC_VERDICT_BROKEN,
            .rule = (uint16_t)rule,
        };
        bool is_saved = given.out == NULL || save();
        print(how, &result, tool_setup_seconds() - began_seconds, true);
        return is_saved ? TOOL_EXIT_BROKEN : TOOL_EXIT_USAGE;
    }
    const struct fuzz_explore_result result = {
        .verdict = FUZZ_EXPLORE_BOUNDED,
        .bound = FUZZ_EXPLORE_DIED,
        .totals =
            trail == NULL ? (struct fuzz_explore_totals){ 0 } : trail->totals,
        .has_died = true,
    };
    print(how, &result, tool_setup_seconds() - began_seconds, false);
    tool_output_error(
        "one of the orders ended the process: no more can be said");
    if (end->signal_number != 0) {
        tool_apart_die_of(end->signal_number);
    }
    return TOOL_EXIT_BROKEN;
}

/* It was told to end before it began. */
static int tell_untouched(const struct fuzz_explore_options *how)
{
    const struct fuzz_explore_result result = {
        .verdict = FUZZ_EXPLORE_BOUNDED,
        .bound = FUZZ_EXPLORE_STOPPED,
    };
    remark(how, &result, false);
    print(how, &result, tool_setup_seconds() - began_seconds, false);
    return given.strict_exit ? TOOL_EXIT_BROKEN : TOOL_EXIT_HELD;
}

static int explore(const char *path)
{
    struct fuzz_explore_options how;
    struct fuzz_explore_result result;
    struct fuzz_subject subject;
    struct sim_error error;
    if (!prepare(path, &how, &subject)) {
        return has_differed ? TOOL_EXIT_DIFFERED : TOOL_EXIT_USAGE;
    }
    tool_setup_catch();
    began_seconds = tool_setup_seconds();
    if (tool_setup_interrupted()) {
        return tell_untouched(&how);
    }
    struct tool_apart_end end;
    if (given.program == NULL && tool_apart_is_dangerous(&schedule.world)) {
        how.trail = tool_died_share();
        if (!tool_apart_fork(&end)) {
            return tell_end(&subject, &how, &end);
        }
        if (schedule.world.plant_count > 0) {
            tool_output_planted();
        }
    }
    sim_watch(TOOL_WATCH_SECONDS);
    next_seconds = 1;
    next_saving_seconds = began_seconds + SAVING_SECONDS;

    enum sim_status status = fuzz_explore(&subject, &how, &result, &error);
    if (status != SIM_OK) {
        tool_apart_say(TOOL_APART_OVER);
        bool is_state = status == SIM_ERROR_FILE && given.state != NULL;
        tool_output_error(
            "%s%s%s",
            is_state ? given.state : "",
            is_state ? ": " : "",
            error.text);
        return TOOL_EXIT_USAGE;
    }
    if (how.trail != NULL) {
        how.trail->count = 0; /* what dies from here on took no step of it */
    }
    double seconds = tool_setup_seconds() - began_seconds;
    end_progress();
    int exit_status = conclude(&subject, &how, &result, seconds);
    tool_apart_say(TOOL_APART_OVER);
    fuzz_explore_free(&result);
    return exit_status;
}

int tool_explore(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    if (given.list && arguments[0] == NULL && given.program == NULL) {
        tool_explore_print_list(tool_given.json);
        return TOOL_EXIT_HELD;
    }
    if (given.state == NULL) {
        return explore(arguments[0]);
    }
    static struct tool_resume_lock lock;
    if (!tool_resume_fix_addresses(argv - 2) ||
        !tool_resume_lock(given.state, &lock)) {
        return TOOL_EXIT_USAGE;
    }
    status = explore(arguments[0]);
    tool_resume_unlock(&lock);
    return status;
}
