/*
 * lastcall fuzz: searches for schedules that break a rule.
 */
#include "fuzz/fuzz.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "tools/commands.h"
#include "tools/given.h"
#include "tools/load.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/setup.h"
#include "tools/sites.h"
#include "tools/statistics.h"
#include "tools/status.h"
#include "tools/trial.h"
#include "tools/verdict.h"
#include "tools/warnings.h"

enum {
    PATH_BYTES = 4096,
    WORD_BYTES = 32
};

static struct {
    struct tool_number seconds;
    struct tool_number schedules;
    struct tool_number stop_after;
    const char *folder;
    bool hostile;
    const char *sweep;
} given = {
    .seconds = { .low = 1, .high = 1U << 30 },
    .schedules = { .low = 1, .high = TOOL_SEEDS_MAX },
    .stop_after = { .low = 1, .high = FUZZ_FINDINGS_MAX },
};

static const struct tool_option options[] = {
    { "--seconds",
      TOOL_DURATION,
      &given.seconds,
      "N",
      "stops after this time (90, 5m, 8h)" },
    { "--schedules",
      TOOL_NUMBER,
      &given.schedules,
      "N",
      "plays exactly so many schedules" },
    { "--stop-after",
      TOOL_NUMBER,
      &given.stop_after,
      "N",
      "stops after so many findings" },
    { "-o",
      TOOL_TEXT,
      &given.folder,
      "DIR",
      "writes each finding there, shrunk, as RULE-HASH.lc" },
    { "--hostile",
      TOOL_FLAG,
      &given.hostile,
      NULL,
      "worlds in which applications do what no provider survives" },
    { "--sweep",
      TOOL_TEXT,
      &given.sweep,
      "SCHEDULE",
      "plays that one, then once for each call in it that can fail" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

static const struct tool_command command = {
    .name = "fuzz",
    .arguments = "",
    .summary = "Searches for schedules that break a rule, until it is told to "
               "stop.",
    .tables = { options,
                tool_given_searching,
                tool_given_playing,
                tool_given_json },
};

/* Large; one search at a time. */
static struct fuzz_search_options search = { .watch_seconds =
                                                 TOOL_WATCH_SECONDS };
static struct fuzz_search_result result;
static struct fuzz_sweep sweep;
static struct lc_world world;
static struct tool_hosted hosted;
static double began_seconds;
static struct tool_line search_line;      /* this search, but for the seeds */
static bool has_unsaved;                  /* a finding could not be written */
static uint64_t saved[FUZZ_FINDINGS_MAX]; /* those that were: their seeds */
static uint32_t saved_count;
/* Rules that were warned of, and whose schedule could not be written. */
static bool is_unwarned[MODEL_RULE_COUNT];
static bool has_differed; /* two plays of one did */
static bool is_unsure;    /* two plays of a first trial did */

static bool stop(void *context)
{
    (void)context;
    return tool_setup_interrupted() ||
           (given.seconds.is_given && tool_setup_seconds() - began_seconds >=
                                          (double)given.seconds.value);
}

/* As soon as it is known: what comes behind it is not sure. */
static void tell_differed(const struct fuzz_search_totals *totals)
{
    if (totals->differed > 0 && !has_differed) {
        has_differed = true;
        tool_status_clear();
        if (given.sweep == NULL) {
            tool_setup_tell_differed(totals->differed_seed, search_line.text);
            return;
        }
        char site[TOOL_SITE_BYTES];
        tool_sites_text(&sweep, totals->differed_seed, site);
        tool_output_error("two plays differed %s", site);
    }
}

static void progress(void *context, const struct fuzz_search_totals *totals)
{
    (void)context;
    tell_differed(totals);
    tool_status_show(totals, 0, tool_setup_seconds() - began_seconds);
}

static void finding_path(
    const struct fuzz_finding *finding,
    char path[PATH_BYTES])
{
    char name[FUZZ_FINDING_NAME_BYTES];
    fuzz_finding_name(finding, name);
    (void)snprintf(path, PATH_BYTES, "%s/%s", given.folder, name);
}

/* Whether this search has written its file: an older one of that name may be
 * there all the same. */
static bool is_saved(const struct fuzz_finding *finding, char path[PATH_BYTES])
{
    for (uint32_t i = 0; i < saved_count; i++) {
        if (saved[i] == finding->seed) {
            finding_path(finding, path);
            return true;
        }
    }
    return false;
}

static void tell_site(const struct fuzz_finding *finding)
{
    char site[TOOL_SITE_BYTES];
    tool_sites_text(&sweep, finding->seed, site);
    tool_output_error(
        "%s%s %s",
        model_rule(finding->rule)->id,
        finding->replay == FUZZ_REPLAY_DIFFERED ? ", but two plays differed,"
                                                : "",
        site);
}

/* Saves a finding as soon as it is confirmed. */
static void found(void *context, const struct fuzz_finding *finding)
{
    (void)context;
    char path[PATH_BYTES];
    tool_status_clear();
    if (given.sweep == NULL) {
        tool_setup_tell(finding, search_line.text);
    } else {
        tell_site(finding);
    }
    has_differed |= finding->replay == FUZZ_REPLAY_DIFFERED;
    if (given.folder == NULL) {
        return;
    }
    finding_path(finding, path);
    if (tool_load_save_text(path, &finding->schedule)) {
        LC_CHECK(saved_count < FUZZ_FINDINGS_MAX);
        saved[saved_count++] = finding->seed;
    } else {
        has_unsaved = true;
        tool_output_unsaved(&finding->schedule);
    }
}

/* ---- Warnings ---- */

/* The first schedule of a rule that was warned of, and where -o keeps it. */
struct warned_first {
    char text[TOOL_SITE_BYTES];
    char path[PATH_BYTES];
    struct tool_warnings_one one;
};

static void fill_warned(uint32_t rule, struct warned_first *ret_first)
{
    const struct fuzz_warning *warning = &result.warnings.rules[rule];
    if (given.sweep == NULL) {
        (void)snprintf(
            ret_first->text,
            sizeof ret_first->text,
            "seed %" PRIu64,
            warning->seed);
    } else {
        tool_sites_text(&sweep, warning->seed, ret_first->text);
    }
    if (given.folder != NULL) {
        (void)snprintf(
            ret_first->path,
            PATH_BYTES,
            "%s/warning-%s.lc",
            given.folder,
            model_rule(rule)->id);
    }
    ret_first->one = (struct tool_warnings_one){
        .rule = model_rule(rule)->id,
        .schedules = warning->schedules,
        .first = ret_first->text,
        .path =
            given.folder == NULL || is_unwarned[rule] ? NULL : ret_first->path,
    };
}

/* Keeps the first schedule of each rule that was warned of. */
static void save_warned(void)
{
    struct warned_first first;
    for (uint32_t i = 0; given.folder != NULL && i < MODEL_RULE_COUNT; i++) {
        const struct fuzz_warning *warning = &result.warnings.rules[i];
        if (warning->schedules > 0) {
            fill_warned(i, &first);
            is_unwarned[i] =
                !tool_load_save_text(first.path, &warning->schedule);
            has_unsaved |= is_unwarned[i];
        }
    }
}

static void print_warned(void)
{
    struct warned_first first;
    tool_warnings_print_count(result.warnings.schedules);
    for (uint32_t i = 0; i < MODEL_RULE_COUNT; i++) {
        if (result.warnings.rules[i].schedules > 0) {
            fill_warned(i, &first);
            tool_warnings_print(&first.one);
        }
    }
    if (result.warnings.schedules > 0 && given.folder == NULL) {
        (void)printf("  -o DIR keeps the first of each\n");
    }
}

static json_t *warned_object(void)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    struct warned_first first;
    json_t *list = json_array();
    for (uint32_t i = 0; i < MODEL_RULE_COUNT; i++) {
        const struct fuzz_warning *warning = &result.warnings.rules[i];
        if (warning->schedules > 0) {
            size_t size_bytes =
                fuzz_text_print(&warning->schedule, text, sizeof text);
            LC_CHECK(size_bytes > 0);
            fill_warned(i, &first);
            (void)json_array_append_new(
                list,
                tool_warnings_object(
                    &first.one,
                    warning->seed,
                    first.one.path == NULL ? text : NULL));
        }
    }
    return tool_warnings_all(result.warnings.schedules, list);
}

/* ---- What is said at the end ---- */

static void print_finding(const struct fuzz_finding *finding)
{
    uint32_t switches = fuzz_shrink_switches(&finding->schedule);
    (void)printf("\nbroken %s", model_rule(finding->rule)->id);
    if (finding->count > 0) {
        (void)printf(
            ", %" PRIu64 " time%s",
            finding->count,
            tool_output_s(finding->count));
    }
    (void)putchar('\n');
    tool_verdict_print_rule(finding->rule, 2);
    if (given.sweep == NULL) {
        tool_statistics_print_share(finding->count, result.totals.schedules);
    }
    tool_verdict_print_death(finding->death, finding->replay, 2);
    tool_verdict_print_replay(finding->replay, 2);
    tool_verdict_print_unshrunk(finding->is_shrunk, finding->replay, 2);
    if (finding->fault.module[0] != '\0') {
        (void)printf(
            "  fault in %s+%#" PRIx64 "%s%s\n",
            finding->fault.module,
            finding->fault.offset_bytes,
            finding->fault.symbol[0] != '\0' ? " near " : "",
            finding->fault.symbol);
    }
    (void)printf(
        "  %u call%s, %u switch%s, ",
        finding->schedule.op_count,
        tool_output_s(finding->schedule.op_count),
        switches,
        switches == 1 ? "" : "es");
    if (finding->death == 0) { /* else the trace has no end */
        (void)printf("hash %016" PRIx64 ", ", finding->hash);
    }
    if (given.sweep == NULL) {
        (void)printf("seed %" PRIu64 "\n", finding->seed);
    } else {
        char site[TOOL_SITE_BYTES];
        tool_sites_text(&sweep, finding->seed, site);
        (void)printf("first %s\n", site);
    }
    char path[PATH_BYTES];
    if (is_saved(finding, path)) {
        static struct tool_line line;
        line.length_bytes = 0;
        tool_line_add_program(&line);
        tool_line_add(&line, " run");
        tool_line_add_path(&line, path);
        tool_line_add_option(&line, "--model", tool_given.model);
        tool_line_add(&line, tool_given.inferences ? " --inferences" : "");
        (void)printf("  to replay: %s\n", line.text);
    } else {
        tool_output_schedule(&finding->schedule, 4);
    }
}

/* What there was no room for, and what was not played to its end. */
static void print_limits(void)
{
    const struct fuzz_search_totals *totals = &result.totals;
    if (totals->left_out_count > 0) {
        char first[TOOL_SITE_BYTES];
        if (given.sweep == NULL) {
            (void)snprintf(
                first,
                sizeof first,
                "by seed %" PRIu64,
                totals->left_out_seed);
        } else {
            tool_sites_text(&sweep, totals->left_out_seed, first);
        }
        (void)printf(
            "\n%s%u more kind%s of findings not looked into, the first %s: %d "
            "is the limit\n",
            totals->is_uncounted ? "at least " : "",
            totals->left_out_count,
            tool_output_s(totals->left_out_count),
            first,
            FUZZ_FINDINGS_MAX);
    }
    if (totals->is_uncounted) {
        (void)printf(
            "more than %d kinds of findings: how often each came is not "
            "known\n",
            FUZZ_KINDS_MAX);
    }
    if (tool_setup_interrupted()) {
        (void)printf("interrupted before the end\n");
    }
    tool_verdict_print_differed(totals->differed, totals->again);
    if (totals->is_cut) {
        (void)printf("the last schedules did not end and were not judged\n");
    }
}

/* Without the schedule in which nothing is made to fail. */
static uint64_t swept_count(void)
{
    uint64_t schedules = result.totals.schedules;
    return schedules == 0 ? 0 : schedules - 1;
}

static bool is_nothing_judged(void)
{
    const struct fuzz_search_totals *totals = &result.totals;
    return tool_verdict_is_nothing(
        totals->schedules,
        totals->unspecified,
        totals->finding_count);
}

static void print_unspecified(void)
{
    const struct fuzz_unserved_import *most =
        fuzz_unserved_most(&result.unserved);
    if (result.totals.unspecified > 0) {
        (void)printf(
            "%" PRIu64 " of them ended unspecified, at a limit of the "
            "simulator or behind a hostile act: they say nothing (`lastcall "
            "provider FILE` lists imports that it does not serve)\n",
            result.totals.unspecified);
    }
    if (most != NULL) {
        (void)printf(
            "  most of all where %s was called, which is not served: %s%" PRIu64
            " time%s\n",
            most->name,
            result.unserved.is_full ? "at least " : "",
            most->schedules,
            tool_output_s(most->schedules));
    }
}

static json_t *unserved_object(void)
{
    const struct fuzz_unserved_import *most =
        fuzz_unserved_most(&result.unserved);
    return most == NULL ? json_null()
                        : json_pack(
                              "{s:o, s:I}",
                              "import",
                              tool_output_text(most->name),
                              "schedules",
                              (json_int_t)most->schedules);
}

static void print_text(double seconds)
{
    const struct fuzz_search_totals *totals = &result.totals;
    (void)printf(
        "%" PRIu64 " schedule%s, %" PRIu64 " record%s, %.1f virtual days, "
        "%u of %u rules exercised, %u finding%s, %.2f s\n",
        totals->schedules,
        tool_output_s(totals->schedules),
        totals->records,
        tool_output_s(totals->records),
        tool_output_days(totals->virtual_ns),
        totals->rules_exercised,
        model_rule_count(),
        totals->finding_count,
        tool_output_s(totals->finding_count),
        seconds);
    if (given.sweep == NULL) {
        tool_statistics_print(&result.statistics);
    } else {
        tool_sites_print(&sweep, swept_count());
    }
    for (uint32_t i = 0; i < totals->finding_count; i++) {
        print_finding(&result.findings[i]);
    }
    print_unspecified();
    if (totals->finding_count == 0 && !is_nothing_judged()) {
        (void)printf("no rule was broken\n");
        if (given.sweep == NULL) {
            tool_statistics_print_bound(
                totals->schedules - totals->unspecified);
        }
    }
    print_warned();
    print_limits();
    if (is_nothing_judged()) {
        tool_verdict_print_nothing(totals->schedules);
    }
}

static json_t *finding_object(const struct fuzz_finding *finding)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    char path[PATH_BYTES] = "";
    size_t size_bytes = fuzz_text_print(&finding->schedule, text, sizeof text);
    LC_CHECK(size_bytes > 0);
    bool has_file = is_saved(finding, path);
    json_t *object = json_pack(
        "{s:s, s:o, s:I, s:I, s:o, s:s, s:I, s:o, s:o, s:b, s:b, s:b, s:I, s:o, s:o}",
        "rule",
        model_rule(finding->rule)->id,
        "rules",
        tool_verdict_group(finding->rule),
        "calls",
        (json_int_t)finding->schedule.op_count,
        "switches",
        (json_int_t)fuzz_shrink_switches(&finding->schedule),
        "schedule",
        tool_output_text(has_file ? path : text),
        "text",
        text,
        "seed",
        (json_int_t)finding->seed,
        "count",
        finding->count > 0 ? json_integer((json_int_t)finding->count)
                           : json_null(),
        "share",
        tool_statistics_share(finding->count, result.totals.schedules),
        "replayed",
        (int)(finding->replay == FUZZ_REPLAY_SAME),
        "differed",
        (int)(finding->replay == FUZZ_REPLAY_DIFFERED),
        "shrunk",
        (int)finding->is_shrunk,
        "signal",
        (json_int_t)fuzz_death_signal(finding->death),
        "exit_status",
        tool_verdict_exit_status(finding->death),
        "hash",
        finding->death == 0 ? tool_output_hash(finding->hash) : json_null());
    LC_CHECK(object != NULL);
    return object;
}

static void print_json(double seconds)
{
    const struct fuzz_search_totals *totals = &result.totals;
    json_t *list = json_array();
    for (uint32_t i = 0; i < totals->finding_count; i++) {
        (void)json_array_append_new(list, finding_object(&result.findings[i]));
    }
    json_t *object = tool_output_object();
    json_t *rest = json_pack(
        "{s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:s, s:I, s:o, s:b, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o}",
        "seed",
        (json_int_t)search.seed,
        "seconds",
        seconds,
        "schedules",
        (json_int_t)totals->schedules,
        "records",
        (json_int_t)totals->records,
        "virtual_ns",
        (json_int_t)totals->virtual_ns,
        "unspecified",
        (json_int_t)totals->unspecified,
        "twice",
        (json_int_t)totals->again,
        "differed",
        (json_int_t)totals->differed,
        "differed_seed",
        totals->differed > 0 ? json_integer((json_int_t)totals->differed_seed)
                             : json_null(),
        "rules_exercised",
        (json_int_t)totals->rules_exercised,
        "sampler",
        fuzz_sampler_word(search.one.sampler),
        "left_out",
        (json_int_t)totals->left_out_count,
        "left_out_seed",
        totals->left_out_count > 0
            ? json_integer((json_int_t)totals->left_out_seed)
            : json_null(),
        "counted",
        (int)!totals->is_uncounted,
        "cut",
        (int)totals->is_cut,
        "interrupted",
        (int)tool_setup_interrupted(),
        "statistics",
        tool_statistics_object(
            &result.statistics,
            totals->schedules - totals->unspecified,
            totals->finding_count > 0),
        "findings",
        list,
        "sites",
        tool_sites_object(given.sweep == NULL ? NULL : &sweep),
        "swept",
        given.sweep == NULL ? json_null()
                            : json_integer((json_int_t)swept_count()),
        "unserved",
        unserved_object(),
        "warnings",
        warned_object());
    LC_CHECK(rest != NULL);
    (void)json_object_update(object, rest);
    json_decref(rest);
    tool_output_json(object);
}

/* ---- The command ---- */

/* What is the same for each search. */
static void set_common(void)
{
    search.jobs = tool_setup_jobs(&tool_given.jobs);
    search.stop_after = (uint32_t)given.stop_after.value;
    search.stop = stop;
    search.progress = progress;
    search.found = found;
}

/* Plants a bug in the schedule that is swept. Says what is wrong. */
static bool plant(struct lc_world *in)
{
    if (tool_given.bug == NULL) {
        return true;
    }
    if (!tool_setup_plant(tool_given.bug)) {
        return false;
    }
    if (in->plant_count == LC_PLANTS_MAX) {
        tool_output_error("--bug: the world has %u plants", LC_PLANTS_MAX);
        return false;
    }
    (void)snprintf(
        in->plants[in->plant_count],
        sizeof in->plants[0],
        "%s",
        tool_given.bug);
    in->plant_count++;
    return true;
}

/* Says what is wrong. */
static bool count_sweep(void)
{
    struct sim_error error;
    switch (fuzz_sweep_count(&sweep, TOOL_WATCH_SECONDS, &error)) {
    case FUZZ_SWEEP_COUNTED:
        return true;
    case FUZZ_SWEEP_FULL:
        tool_output_error(
            "%s: no room for one more choice: %d are the most",
            given.sweep,
            LC_CHOICES_MAX);
        break;
    case FUZZ_SWEEP_DIED:
        tool_output_error(
            "%s: it ends its process before anything fails: `lastcall run` "
            "says more",
            given.sweep);
        break;
    case FUZZ_SWEEP_ERROR:
        tool_output_error("%s", error.text);
        break;
    }
    return false;
}

/* A sweep: its schedules are numbered as seeds are. Says what is wrong. */
static bool set_up_sweep(void)
{
    struct lc_world *in = &sweep.schedule.world;
    if (tool_given.seed.is_given || given.schedules.is_given ||
        tool_given.sampler != NULL || tool_given.world != NULL ||
        tool_given.faults || given.hostile) {
        tool_output_error(
            "--sweep: goes without --seed, --schedules, --sampler, --world, "
            "--faults and --hostile");
        return false;
    }
    if (!tool_setup_model(
            tool_given.model,
            tool_given.inferences,
            &search.one.model) ||
        (given.folder != NULL && !tool_load_folder(given.folder)) ||
        !tool_load_schedule(given.sweep, &sweep.schedule) || !plant(in) ||
        !tool_setup_open() ||
        !tool_setup_providers(&tool_given.providers, in, &hosted)) {
        return false;
    }
    fuzz_generate_host(in, hosted.items, hosted.count);
    tool_setup_remark_plants(in);
    tool_setup_remark(&hosted);
    if (!count_sweep()) {
        return false;
    }
    search.one.sweep = &sweep;
    search.seed = 0;
    search.count = (uint64_t)sweep.count + 1;
    set_common();
    return true;
}

static bool set_up(void)
{
    bool is_any = false;
    if (given.sweep != NULL) {
        return set_up_sweep();
    }
    if (!tool_setup_model(
            tool_given.model,
            tool_given.inferences,
            &search.one.model) ||
        !tool_setup_sampler(tool_given.sampler, &search.one.sampler) ||
        !tool_setup_world(tool_given.world, &world, &is_any) ||
        (tool_given.bug != NULL && !tool_setup_plant(tool_given.bug))) {
        return false;
    }
    if (tool_given.world == NULL) {
        tool_setup_suit(&world, tool_given.bug);
    }
    if (given.folder != NULL && !tool_load_folder(given.folder)) {
        return false;
    }
    tool_setup_catch(); /* a DLL that is tried may take its time */
    if (!tool_setup_open() || !tool_setup_providers(
                                  &tool_given.providers,
                                  is_any ? NULL : &world,
                                  &hosted)) {
        return false;
    }
    fuzz_generate_host(&world, hosted.items, hosted.count);
    if (!tool_setup_playable(&world, tool_given.bug)) {
        return false;
    }
    tool_setup_remark(&hosted);
    tool_setup_catch();
    is_unsure = !is_any && !tool_trial_remark(&world);
    search.one.generate.hosted = hosted.items;
    search.one.generate.hosted_count = hosted.count;
    search.one.generate.world = is_any ? NULL : &world;
    search.one.generate.plant = tool_given.bug;
    search.one.generate.faults = tool_given.faults ? LC_FAIL_ALL : 0;
    search.one.generate.hostile = given.hostile;
    if (!tool_setup_has_place(&search.one.generate)) {
        return false;
    }
    search.seed = tool_given.seed.value;
    if (!tool_given.seed.is_given) {
        uint32_t drawn = 0;
        (void)getrandom(&drawn, sizeof drawn, 0);
        search.seed = drawn;
    }
    search.count =
        given.schedules.is_given ? given.schedules.value : TOOL_SEEDS_MAX;
    set_common();
    return true;
}

/* For a check that fails: what to type to see it again. */
static void set_replay(void)
{
    static struct tool_line whole;
    char seed[WORD_BYTES];
    char schedules[WORD_BYTES];
    tool_given_add_search(&tool_given, &search_line);
    tool_line_add(&search_line, given.hostile ? " --hostile" : "");
    if (given.sweep != NULL) {
        tool_line_add(&search_line, " --sweep");
        tool_line_add_path(&search_line, given.sweep);
        tool_output_replay(search_line.text);
        return;
    }
    (void)snprintf(seed, sizeof seed, "%" PRIu64, search.seed);
    (void)snprintf(schedules, sizeof schedules, "%" PRIu64, search.count);
    tool_line_add(&whole, search_line.text);
    tool_line_add_option(&whole, "--seed", seed);
    if (given.schedules.is_given) {
        tool_line_add_option(&whole, "--schedules", schedules);
    }
    tool_output_replay_seed(whole.text, search_line.text, fuzz_search_seed());
}

/* A sweep draws nothing, so it has no seed. */
static void banner(void)
{
    if (given.sweep == NULL) {
        tool_status_banner(search.seed);
    } else {
        tool_status_banner_sweep();
    }
}

int tool_fuzz(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    struct sim_error error;
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    if (!set_up()) {
        return TOOL_EXIT_USAGE;
    }
    tool_setup_catch();
    banner();
    set_replay();
    began_seconds = tool_setup_seconds();
    if (fuzz_search(&search, &result, &error) != SIM_OK) {
        tool_output_error("%s", error.text);
        return TOOL_EXIT_USAGE;
    }
    double seconds = tool_setup_seconds() - began_seconds;
    tell_differed(&result.totals);
    tool_status_clear();
    save_warned();
    if (tool_given.json) {
        print_json(seconds);
    } else {
        print_text(seconds);
    }
    if (result.totals.finding_count > 0) {
        banner();
    }
    if (is_nothing_judged()) {
        tool_verdict_tell_nothing(result.totals.schedules);
    }
    return has_differed || is_unsure            ? TOOL_EXIT_DIFFERED
           : has_unsaved || is_nothing_judged() ? TOOL_EXIT_USAGE
           : result.totals.finding_count > 0    ? TOOL_EXIT_BROKEN
                                                : TOOL_EXIT_HELD;
}
