/*
 * lastcall campaign: searches overnight; goes on where it was when it is
 * started again.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "fuzz/fuzz.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/load.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/report.h"
#include "tools/revision.h"
#include "tools/setup.h"
#include "tools/statistics.h"
#include "tools/status.h"
#include "tools/trial.h"
#include "tools/verdict.h"
#include "tools/version.h"

enum {
    WORD_BYTES = 64,
    BUILD_BYTES = 256,
    PROVIDERS_BYTES = 8192
};

static struct {
    struct tool_number duration;
    struct tool_number schedules;
} given = {
    .duration = { .low = 1, .high = 1U << 30 },
    .schedules = { .low = 1, .high = TOOL_SEEDS_MAX },
};

static const struct tool_option options[] = {
    { "--for",
      TOOL_DURATION,
      &given.duration,
      "TIME",
      "stops after this time (90, 5m, 8h)" },
    { "--schedules",
      TOOL_NUMBER,
      &given.schedules,
      "N",
      "stops when the campaign has played so many, over all starts" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

static const struct tool_command command = {
    .name = "campaign",
    .arguments = "DIR",
    .summary = "Searches for as long as it is let. DIR keeps what was played "
               "and found;\nstarted again with the same DIR it goes on.",
    .argument_count = 1,
    .argument_max = 1,
    .tables = { options,
                tool_given_searching,
                tool_given_playing,
                tool_given_json },
};

/* Large; one campaign per process. */
static struct fuzz_campaign campaign;
static struct fuzz_search_options search = { .watch_seconds =
                                                 TOOL_WATCH_SECONDS };
static struct lc_world world;
static struct tool_hosted hosted;
static char world_text[FUZZ_TEXT_SIZE_MAX];
static char world_path[FUZZ_CAMPAIGN_PATH_BYTES + WORD_BYTES];
static char bug[WORD_BYTES];
static struct tool_list providers;
static struct tool_line search_line; /* this search, but for the seeds */
static struct fuzz_ledger_totals totals_before;
static bool is_new; /* no settings are kept so far */
static double began_seconds;
static bool has_differed; /* two plays of one did */

/* What the ledger could not do, with where it lies. */
static void tell_of_ledger(const struct fuzz_ledger_error *error)
{
    tool_output_error("%s/ledger.sqlite: %s", campaign.folder, error->text);
}

/* ---- Settings: kept at the first start, to be agreed with later ---- */

/*
 * Agrees on a setting: what was kept, or else what is given, or the default.
 * What was kept counts when all was: the program that kept it came to its
 * search.
 *
 * `given_value` NULL: not given. `value`: filled.
 */
static bool agree(
    const char *name,
    const char *given_value,
    const char *fallback,
    char *value,
    size_t capacity)
{
    struct fuzz_ledger_error error;
    if (!is_new && fuzz_ledger_get(campaign.ledger, name, value, capacity)) {
        if (given_value != NULL && strcmp(given_value, value) != 0) {
            bool is_short = strchr(value, '\n') == NULL;
            tool_output_error(
                "--%s: %s was begun with another (%s)",
                name,
                campaign.folder,
                is_short ? value[0] == '\0' ? "none" : value
                         : "`lastcall report` shows it");
            return false;
        }
        return true;
    }
    const char *chosen = given_value != NULL ? given_value : fallback;
    LC_CHECK(strlen(chosen) < capacity);
    memcpy(value, chosen, strlen(chosen) + 1);
    if (!fuzz_ledger_set(campaign.ledger, name, value, &error)) {
        tell_of_ledger(&error);
        return false;
    }
    return true;
}

static bool agree_seed(uint64_t *ret_seed)
{
    char text[WORD_BYTES];
    char drawn_text[WORD_BYTES];
    uint32_t drawn = 0;
    (void)getrandom(&drawn, sizeof drawn, 0);
    (void)snprintf(drawn_text, sizeof drawn_text, "%u", drawn);
    char given_text[WORD_BYTES];
    (void)snprintf(
        given_text,
        sizeof given_text,
        "%" PRIu64,
        tool_given.seed.value);
    if (!agree(
            "seed",
            tool_given.seed.is_given ? given_text : NULL,
            drawn_text,
            text,
            sizeof text)) {
        return false;
    }
    *ret_seed = strtoull(text, NULL, 10);
    return true;
}

/* A world as text: that of a schedule that does next to nothing. */
static void print_world(const struct lc_world *from, char *text)
{
    static struct lc_schedule schedule;
    memset(&schedule, 0, sizeof schedule);
    schedule.world = *from;
    fuzz_schedule_repair(&schedule);
    size_t size_bytes = fuzz_text_print(&schedule, text, FUZZ_TEXT_SIZE_MAX);
    LC_CHECK(size_bytes > 0);
}

static bool agree_world(bool *ret_is_any)
{
    static char given_text[FUZZ_TEXT_SIZE_MAX];
    static char default_text[FUZZ_TEXT_SIZE_MAX];
    static struct lc_schedule schedule;
    struct fuzz_text_error error;
    bool is_any = false;
    if (!tool_setup_world(tool_given.world, &world, &is_any)) {
        return false;
    }
    if (is_any) {
        memcpy(given_text, "any", sizeof "any");
    } else {
        print_world(&world, given_text);
    }
    fuzz_schedule_default_world(&world);
    tool_setup_suit(&world, tool_given.bug);
    print_world(&world, default_text);
    if (!agree(
            "world",
            tool_given.world == NULL ? NULL : given_text,
            default_text,
            world_text,
            sizeof world_text)) {
        return false;
    }
    *ret_is_any = strcmp(world_text, "any") == 0;
    if (*ret_is_any) {
        return true;
    }
    if (!fuzz_text_parse(world_text, strlen(world_text), &schedule, &error)) {
        tool_output_error(
            "%s: the world that it keeps can't be read: %s",
            campaign.folder,
            error.message);
        return false;
    }
    world = schedule.world;
    return true;
}

/* Size and content of a file as one word, so that another build of the DLL is
 * not taken for the same. */
static bool describe_file(const char *path, char *text, size_t capacity)
{
    struct stat status = { 0 };
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        tool_output_error("--provider: %s: not a regular file", path);
        return false;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        tool_output_error("--provider: %s: %s", path, strerror(errno));
        return false;
    }
    uint64_t hash = 0xcbf29ce484222325ULL;
    uint64_t size_bytes = 0;
    int byte = getc(file);
    while (byte != EOF) {
        hash = (hash ^ (uint64_t)(unsigned char)byte) * 0x100000001b3ULL;
        size_bytes++;
        byte = getc(file);
    }
    (void)fclose(file);
    (void)snprintf(text, capacity, "%" PRIu64 "-%016" PRIx64, size_bytes, hash);
    return true;
}

/* The list as one text, a line each: NAME=FILE and its content. */
static bool print_providers(char *text)
{
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < tool_given.providers.count; i++) {
        const char *item = tool_given.providers.items[i];
        const char *equals = strchr(item, '=');
        char what[WORD_BYTES] = "";
        if (equals == NULL || strchr(item, '\n') != NULL) {
            tool_output_error("--provider: '%s' is not NAME=FILE", item);
            return false;
        }
        char *path = realpath(equals + 1, NULL);
        bool is_good =
            describe_file(path != NULL ? path : equals + 1, what, sizeof what);
        int length = !is_good ? -1
                              : snprintf(
                                    text + at,
                                    PROVIDERS_BYTES - at,
                                    "%.*s=%s %s\n",
                                    (int)(equals - item),
                                    item,
                                    path != NULL ? path : equals + 1,
                                    what);
        free(path);
        if (length < 0) {
            return false;
        }
        if ((size_t)length >= PROVIDERS_BYTES - at) {
            tool_output_error("--provider: the paths are too long");
            return false;
        }
        at += (size_t)length;
    }
    return true;
}

/* Takes a kept list apart again; its files must be what they were. */
static bool read_providers(char *text, struct tool_list *ret_list)
{
    ret_list->count = 0;
    char *line = text;
    while (*line != '\0') {
        char *end = strchr(line, '\n');
        char what[WORD_BYTES] = "";
        LC_CHECK(end != NULL);
        *end = '\0';
        char *space = strrchr(line, ' ');
        char *equals = strchr(line, '=');
        LC_CHECK(space != NULL && equals != NULL);
        *space = '\0';
        if (!describe_file(equals + 1, what, sizeof what)) {
            return false;
        }
        if (strcmp(what, space + 1) != 0) {
            tool_output_error(
                "%s: %s has changed since it was begun; begin another",
                campaign.folder,
                equals + 1);
            return false;
        }
        LC_CHECK(ret_list->count < LC_COUNT_OF(ret_list->items));
        ret_list->items[ret_list->count++] = line;
        line = end + 1;
    }
    return true;
}

static bool agree_providers(struct tool_list *ret_list)
{
    static char given_text[PROVIDERS_BYTES];
    static char text[PROVIDERS_BYTES];
    return print_providers(given_text) &&
           agree(
               "provider",
               tool_given.providers.count > 0 ? given_text : NULL,
               "",
               text,
               sizeof text) &&
           read_providers(text, ret_list);
}

static bool agree_model(void)
{
    char model[WORD_BYTES];
    char inferences[WORD_BYTES];
    struct model_options options_given;
    return tool_setup_model(
               tool_given.model,
               tool_given.inferences,
               &options_given) &&
           agree("model", tool_given.model, "strict", model, sizeof model) &&
           agree(
               "inferences",
               tool_given.inferences ? "on" : NULL,
               "off",
               inferences,
               sizeof inferences) &&
           tool_setup_model(
               model,
               strcmp(inferences, "on") == 0,
               &search.one.model);
}

static bool agree_faults(void)
{
    char faults[WORD_BYTES];
    if (!agree(
            "faults",
            tool_given.faults ? "on" : NULL,
            "off",
            faults,
            sizeof faults)) {
        return false;
    }
    search.one.generate.faults = strcmp(faults, "on") == 0 ? LC_FAIL_ALL : 0;
    return true;
}

static bool agree_sampler(void)
{
    char sampler[WORD_BYTES];
    enum fuzz_sampler_kind kind;
    return tool_setup_sampler(tool_given.sampler, &kind) &&
           agree(
               "sampler",
               tool_given.sampler,
               "mix",
               sampler,
               sizeof sampler) &&
           tool_setup_sampler(sampler, &search.one.sampler);
}

/* Whether this is the first start that comes to its search. The build is the
 * last setting to be kept, so that without it they are not whole; what older
 * programs have played counts all the same. */
static bool is_first(void)
{
    char build[BUILD_BYTES];
    return totals_before.chunk_count == 0 && totals_before.finding_count == 0 &&
           !fuzz_ledger_get(campaign.ledger, "build", build, sizeof build);
}

/* Keeps the settings, all at once: what is searched from now on is bound to
 * them. Another build may make other schedules of the same seeds: good to
 * know. */
static bool keep_settings(void)
{
    static const char build[] = TOOL_VERSION " (" TOOL_REVISION ")";
    char kept[BUILD_BYTES];
    struct fuzz_ledger_error error;
    bool is_kept =
        !is_new && fuzz_ledger_get(campaign.ledger, "build", kept, sizeof kept);
    if (is_kept && strcmp(kept, build) != 0) {
        tool_output_error(
            "remark: %s was begun by lastcall %s",
            campaign.folder,
            kept);
    }
    if ((!is_kept &&
         !fuzz_ledger_set(campaign.ledger, "build", build, &error)) ||
        !fuzz_ledger_keep(campaign.ledger, &error)) {
        tell_of_ledger(&error);
        return false;
    }
    if (is_new && campaign.was_there) {
        tool_output_error(
            "remark: %s: an earlier start came to no search and kept no "
            "settings; it is begun anew, with those of this start",
            campaign.folder);
    }
    return true;
}

/* ---- While it runs ---- */

static bool stop(void *context)
{
    (void)context;
    return tool_setup_interrupted() ||
           (given.duration.is_given && tool_setup_seconds() - began_seconds >=
                                           (double)given.duration.value);
}

static void progress(void *context, const struct fuzz_ledger_totals *totals)
{
    (void)context;
    struct fuzz_search_totals shown = {
        .schedules = totals->schedules - totals_before.schedules,
        .virtual_ns = totals->virtual_ns - totals_before.virtual_ns,
        .rules_exercised = totals->rules_exercised,
        .finding_count = totals->finding_count,
    };
    tool_status_show(
        &shown,
        totals_before.schedules,
        tool_setup_seconds() - began_seconds);
}

static void found(void *context, const struct fuzz_finding *finding)
{
    (void)context;
    tool_status_clear();
    tool_setup_tell(finding, search_line.text);
}

static void unsaved(void *context, const struct fuzz_finding *finding)
{
    (void)context;
    tool_status_clear();
    tool_output_unsaved(&finding->schedule);
}

/* Names a finding whose plays differed, whenever it was found. */
static void note_differed(
    void *context,
    const struct fuzz_ledger_finding *finding)
{
    (void)context;
    if (finding->replay == FUZZ_REPLAY_DIFFERED) {
        has_differed = true;
        tool_output_error(
            "two plays of %s/findings/%s differed (seed %" PRIu64 ")",
            campaign.folder,
            finding->file,
            finding->seed);
    }
}

/* The world beside the ledger, for `lastcall fuzz --world`. */
static bool save_world(void)
{
    (void)
        snprintf(world_path, sizeof world_path, "%s/world.lc", campaign.folder);
    return tool_load_save(world_path, world_text, strlen(world_text));
}

/* For a check that fails in a worker: what was asked, now or at the first
 * start, as a search of one seed. */
static void set_replay(void)
{
    static struct tool_line whole;
    struct tool_given agreed = {
        .sampler = fuzz_sampler_word(search.one.sampler),
        .world = world_path,
        .bug = bug[0] != '\0' ? bug : NULL,
        .faults = search.one.generate.faults != 0,
        .model = search.one.model.tolerant ? "tolerant" : NULL,
        .inferences = search.one.model.inferences,
        .providers = providers,
    };
    tool_given_add_search(&agreed, &search_line);
    tool_line_add_program(&whole);
    tool_line_add(&whole, " campaign");
    tool_line_add_path(&whole, campaign.folder);
    tool_output_replay_seed(whole.text, search_line.text, fuzz_search_seed());
}

static bool set_up(uint64_t *ret_seed)
{
    bool is_any = false;
    struct fuzz_ledger_error error;
    if (tool_given.bug != NULL && !tool_setup_plant(tool_given.bug)) {
        return false;
    }
    if (!fuzz_ledger_begin(campaign.ledger, &error)) {
        tell_of_ledger(&error);
        return false;
    }
    if (!agree_seed(ret_seed) || !agree_sampler() || !agree_model() ||
        !agree_world(&is_any) || !agree_providers(&providers) ||
        !agree_faults() || !agree("bug", tool_given.bug, "", bug, sizeof bug)) {
        return false;
    }
    bool has_bug = bug[0] != '\0';
    tool_setup_catch(); /* a DLL that is tried may take its time */
    if ((has_bug && !tool_setup_plant(bug)) || !tool_setup_open() ||
        !tool_setup_providers(&providers, is_any ? NULL : &world, &hosted)) {
        return false;
    }
    fuzz_generate_host(&world, hosted.items, hosted.count);
    if (!tool_setup_playable(&world, has_bug ? bug : NULL)) {
        return false;
    }
    search.one.generate.hosted = hosted.items;
    search.one.generate.hosted_count = hosted.count;
    search.one.generate.world = is_any ? NULL : &world;
    search.one.generate.plant = has_bug ? bug : NULL;
    if (!tool_setup_has_place(&search.one.generate) || !keep_settings()) {
        return false;
    }
    tool_setup_remark(&hosted);
    tool_setup_catch();
    has_differed = !is_any && !tool_trial_remark(&world);
    search.jobs = tool_setup_jobs(&tool_given.jobs);
    search.stop = stop;
    if (is_any) {
        memcpy(world_path, "any", sizeof "any");
        return true;
    }
    return save_world();
}

/* A line of each; `lastcall report` says more. */
static void print_finding(
    void *context,
    const struct fuzz_ledger_finding *finding)
{
    (void)context;
    (void)printf("broken %s", finding->rule);
    if (finding->count > 0) {
        (void)printf(
            ", %" PRIu64 " time%s",
            finding->count,
            tool_output_s(finding->count));
    }
    (void)printf(": %s/findings/%s\n", campaign.folder, finding->file);
}

static bool is_nothing_judged(const struct fuzz_ledger_totals *totals)
{
    return tool_verdict_is_nothing(
        totals->schedules,
        totals->unspecified,
        totals->finding_count);
}

static bool print_text(
    const struct fuzz_ledger_totals *totals,
    struct fuzz_ledger_error *ret_error)
{
    static struct fuzz_statistics statistics;
    if (!fuzz_ledger_statistics(campaign.ledger, &statistics, ret_error)) {
        return false;
    }
    (void)printf(
        "%s: %" PRIu64 " schedule%s (%" PRIu64 " of them now), %.1f "
        "virtual days, %u of %u rules exercised, %u finding%s\n",
        campaign.folder,
        totals->schedules,
        tool_output_s(totals->schedules),
        totals->schedules - totals_before.schedules,
        tool_output_days(totals->virtual_ns),
        totals->rules_exercised,
        model_rule_count(),
        totals->finding_count,
        tool_output_s(totals->finding_count));
    tool_statistics_print(&statistics);
    tool_verdict_print_differed(totals->differed, totals->again);
    if (totals->finding_count == 0) {
        tool_statistics_print_bound(totals->schedules - totals->unspecified);
    }
    if (!fuzz_ledger_findings(
            campaign.ledger,
            print_finding,
            NULL,
            ret_error)) {
        return false;
    }
    if (totals->warned > 0) {
        (void)printf(
            "%" PRIu64 " schedule%s had warnings; `lastcall report` says of "
            "which rules\n",
            totals->warned,
            tool_output_s(totals->warned));
    }
    if (tool_setup_interrupted()) {
        (void)printf("interrupted; the same command goes on\n");
    }
    if (is_nothing_judged(totals)) {
        tool_verdict_print_nothing(totals->schedules);
    }
    return true;
}

static bool print_json(
    const struct fuzz_ledger_totals *totals,
    struct fuzz_ledger_error *ret_error)
{
    json_t *object;
    if (!tool_report_object(campaign.ledger, &object, ret_error)) {
        return false;
    }
    (void)json_object_set_new(
        object,
        "schedules_now",
        json_integer(
            (json_int_t)(totals->schedules - totals_before.schedules)));
    (void)json_object_set_new(
        object,
        "interrupted",
        json_boolean(tool_setup_interrupted()));
    tool_output_json(object);
    return true;
}

static int run(void)
{
    struct fuzz_ledger_error error;
    struct fuzz_ledger_totals totals;
    struct fuzz_campaign_options how = {
        .search = &search,
        .schedules =
            given.schedules.is_given ? given.schedules.value : UINT64_MAX,
        .progress = progress,
        .found = found,
        .unsaved = unsaved,
    };
    if (!fuzz_ledger_sum(campaign.ledger, &totals_before, &error)) {
        tell_of_ledger(&error);
        return TOOL_EXIT_USAGE;
    }
    is_new = is_first();
    if (!set_up(&how.seed)) {
        return TOOL_EXIT_USAGE;
    }
    tool_setup_catch();
    tool_status_banner(how.seed);
    set_replay();
    began_seconds = tool_setup_seconds();
    if (!fuzz_campaign_run(&campaign, &how, &totals, &error)) {
        tool_output_error("%s", error.text);
        return TOOL_EXIT_USAGE;
    }
    tool_status_clear();
    has_differed |= totals.differed > 0;
    if (totals.differed > 0) {
        tool_setup_tell_differed(totals.differed_seed, search_line.text);
    }
    bool is_said = tool_given.json ? print_json(&totals, &error)
                                   : print_text(&totals, &error);
    if (!is_said ||
        !fuzz_ledger_findings(campaign.ledger, note_differed, NULL, &error)) {
        tell_of_ledger(&error);
        return TOOL_EXIT_USAGE;
    }
    bool is_nothing = is_nothing_judged(&totals);
    if (is_nothing) {
        tool_verdict_tell_nothing(totals.schedules);
    }
    return has_differed               ? TOOL_EXIT_DIFFERED
           : totals.finding_count > 0 ? TOOL_EXIT_BROKEN
           : is_nothing               ? TOOL_EXIT_USAGE
                                      : TOOL_EXIT_HELD;
}

int tool_campaign(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    struct fuzz_ledger_error error;
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    status = TOOL_EXIT_USAGE;
    if (fuzz_campaign_open(arguments[0], &campaign, &error)) {
        status = run();
    } else {
        tool_output_error("%s", error.text);
    }
    fuzz_campaign_close(&campaign);
    return status;
}
