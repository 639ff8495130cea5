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
#include "tools/fuzz_text.h"
#include "tools/given.h"
#include "tools/load.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/setup.h"
#include "tools/sites.h"
#include "tools/status.h"
#include "tools/trial.h"
#include "tools/verdict.h"

enum {
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
    char path[TOOL_FUZZ_PATH_BYTES];
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
    tool_fuzz_path(given.folder, finding, path);
    if (tool_load_save_text(path, &finding->schedule)) {
        LC_CHECK(saved_count < FUZZ_FINDINGS_MAX);
        saved[saved_count++] = finding->seed;
    } else {
        has_unsaved = true;
        tool_output_unsaved(&finding->schedule);
    }
}

/* Keeps the first schedule of each rule that was warned of. */
static void save_warned(void)
{
    char path[TOOL_FUZZ_PATH_BYTES];
    for (uint32_t i = 0; given.folder != NULL && i < MODEL_RULE_COUNT; i++) {
        const struct fuzz_warning *warning = &result.warnings.rules[i];
        if (warning->schedules > 0) {
            tool_fuzz_warning_path(given.folder, i, path);
            is_unwarned[i] = !tool_load_save_text(path, &warning->schedule);
            has_unsaved |= is_unwarned[i];
        }
    }
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
    bool is_nothing = tool_verdict_is_nothing(
        result.totals.schedules,
        result.totals.unspecified,
        result.totals.finding_count);
    tell_differed(&result.totals);
    tool_status_clear();
    save_warned();
    const struct tool_fuzz_report report = {
        .how = &search,
        .result = &result,
        .sweep = given.sweep == NULL ? NULL : &sweep,
        .folder = given.folder,
        .saved = saved,
        .saved_count = saved_count,
        .is_unwarned = is_unwarned,
        .is_nothing_judged = is_nothing,
        .seconds = seconds,
    };
    if (tool_given.json) {
        tool_fuzz_print_json(&report);
    } else {
        tool_fuzz_print(&report);
    }
    if (result.totals.finding_count > 0) {
        banner();
    }
    if (is_nothing) {
        tool_verdict_tell_nothing(result.totals.schedules);
    }
    return has_differed || is_unsure         ? TOOL_EXIT_DIFFERED
           : has_unsaved || is_nothing       ? TOOL_EXIT_USAGE
           : result.totals.finding_count > 0 ? TOOL_EXIT_BROKEN
                                             : TOOL_EXIT_HELD;
}
