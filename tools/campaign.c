/*
 * lastcall campaign: searches chunk after chunk of seeds, and keeps what it
 * finds in a folder. Killed at any moment and started again, it goes on with
 * the first chunk that is not in the ledger.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/ledger.h"
#include "fuzz/text.h"
#include "tools/tool.h"

enum {
    FOR = 1,
    SCHEDULES,
    CHUNK,
    PATH_BYTES = 4096,
    CHUNK_DEFAULT = 5000
};

static const struct tool_option options[] = {
    { "for", "TIME", "stop after this time (60, 10m, 8h)", FOR },
    { "schedules", "N", "stop after so many schedules in all", SCHEDULES },
    { "chunk",
      "N",
      "schedules between two entries of the ledger (5000)",
      CHUNK },
    { "jobs", "N", "workers (one for each processor)", TOOL_SEARCH_JOBS },
    { "seed", "N", "first seed (1)", TOOL_SEARCH_SEED },
    { "sampler", "NAME", "rw, pct, few or mix (mix)", TOOL_SEARCH_SAMPLER },
    { "world",
      "FILE|any",
      "a schedule's world, or random ones",
      TOOL_SEARCH_WORLD },
    { "provider",
      "NAME=FILE",
      "put a DLL in place of a provider",
      TOOL_SEARCH_PROVIDER },
    { "bug", "ID", "plant a bug of corpus/zoo", TOOL_SEARCH_BUG },
    { NULL, NULL, NULL, 0 },
};

struct campaign {
    struct tool_search search;
    const char *folder;
    struct fuzz_ledger *ledger;
    struct fuzz_ledger_totals totals;
    uint64_t seconds;   /* 0: no limit */
    uint64_t schedules; /* 0: no limit */
    uint64_t chunk;
    double started;
    double shown;
    uint64_t at_start; /* schedules that were in the ledger */
    bool is_tty;
};

static bool is_over(void *context)
{
    const struct campaign *campaign = context;
    return tool_is_interrupted() ||
           (campaign->seconds > 0 &&
            tool_clock() - campaign->started >= (double)campaign->seconds);
}

static void show_status(void *context, const struct fuzz_search_totals *running)
{
    struct campaign *campaign = context;
    double now = tool_clock();
    if (now - campaign->shown < (campaign->is_tty ? 1 : 10)) {
        return;
    }
    campaign->shown = now;
    uint64_t schedules = campaign->totals.schedules + running->schedules;
    (void)fprintf(
        stderr,
        "%s%llu schedules, %.0f/s, %.1f virtual days, %llu rules, "
        "%llu findings%s",
        campaign->is_tty ? "\r" : "",
        (unsigned long long)schedules,
        (double)(schedules - campaign->at_start) / (now - campaign->started),
        (double)(campaign->totals.virtual_ns + running->virtual_ns) / 1e9 /
            86400,
        (unsigned long long)campaign->totals.rules_exercised,
        (unsigned long long)campaign->totals.findings,
        campaign->is_tty ? "  " : "\n");
}

/* The ledger is the truth; the files are for people. Written anew at each
 * start, so that none is missing after a kill. */
static void write_finding(
    void *context,
    const struct fuzz_ledger_finding *finding)
{
    static struct lc_schedule schedule;
    struct campaign *campaign = context;
    struct fuzz_text_error error;
    char path[PATH_BYTES];
    (void)snprintf(
        path,
        sizeof path,
        "%s/findings/%s-%016llx.lc",
        campaign->folder,
        finding->rule,
        (unsigned long long)finding->hash);
    if (access(path, F_OK) != 0 && fuzz_text_parse(
                                       finding->schedule,
                                       strlen(finding->schedule),
                                       &schedule,
                                       &error)) {
        (void)tool_write_schedule(path, &schedule);
    }
}

static bool keep_setting(
    struct campaign *campaign,
    const char *name,
    const char *value)
{
    char kept[FUZZ_LEDGER_TEXT_BYTES];
    if (fuzz_ledger_setting(campaign->ledger, name, value, kept)) {
        return true;
    }
    (void)tool_usage(
        "%s: this campaign was started with %s \"%.200s\", not \"%.200s\"",
        campaign->folder,
        name,
        kept,
        value);
    return false;
}

/* What a campaign is about must stay the same over its restarts. */
static bool keep_settings(struct campaign *campaign)
{
    const struct tool_search *search = &campaign->search;
    char number[32];
    char providers[FUZZ_LEDGER_TEXT_BYTES] = "";
    for (uint32_t i = 0; i < search->provider_count; i++) {
        size_t used = strlen(providers);
        (void)snprintf(
            providers + used,
            sizeof providers - used,
            "%s%s",
            i == 0 ? "" : " ",
            search->providers[i]);
    }
    (void)snprintf(
        number,
        sizeof number,
        "%llu",
        (unsigned long long)search->options.seed);
    return keep_setting(campaign, "version", LC_VERSION) &&
           keep_setting(campaign, "seed", number) &&
           keep_setting(campaign, "sampler", search->sampler) &&
           keep_setting(
               campaign,
               "world",
               search->world_name == NULL ? "default" : search->world_name) &&
           keep_setting(campaign, "providers", providers) &&
           keep_setting(campaign, "bug", search->plant);
}

/* Shrinks what is new only: a campaign meets the same finding many times. */
static void confirm_new(
    struct campaign *campaign,
    struct fuzz_search_result *result)
{
    for (uint32_t i = 0; i < result->totals.finding_count; i++) {
        struct fuzz_finding *finding = &result->findings[i];
        if (!fuzz_ledger_knows(campaign->ledger, finding) &&
            !finding->is_dead) {
            finding->is_replayed =
                fuzz_search_confirm(&campaign->search.options, finding);
        }
    }
}

/* Plays one chunk and writes it down. Returns false to stop. */
static bool play_chunk(struct campaign *campaign)
{
    static struct fuzz_search_result result;
    struct fuzz_search_options *search = &campaign->search.options;
    struct sim_error error;
    uint64_t first = campaign->totals.chunks == 0
                         ? campaign->search.options.seed
                         : campaign->totals.next_seed;
    struct fuzz_search_options chunk = *search;
    chunk.seed = first;
    chunk.count = campaign->chunk;
    chunk.no_shrink = true;
    if (fuzz_search(&chunk, &result, &error) != SIM_OK) {
        (void)tool_usage(
            "%s",
            error.text[0] == '\0' ? "can't start a worker" : error.text);
        return false;
    }
    if (result.totals.is_stopped) {
        return false; /* a part of a chunk is no chunk */
    }
    confirm_new(campaign, &result);
    if (!fuzz_ledger_commit(
            campaign->ledger,
            first + campaign->chunk,
            &result) ||
        !fuzz_ledger_totals(campaign->ledger, &campaign->totals)) {
        (void)tool_usage(
            "%s: the ledger can't be written: %s",
            campaign->folder,
            fuzz_ledger_error(campaign->ledger));
        return false;
    }
    if (result.totals.finding_count > 0) {
        (void)fuzz_ledger_visit(campaign->ledger, write_finding, campaign);
    }
    return true;
}

static struct fuzz_ledger *open_ledger(const char *folder)
{
    char path[PATH_BYTES];
    char error[FUZZ_LEDGER_TEXT_BYTES];
    (void)snprintf(path, sizeof path, "%s/ledger.sqlite", folder);
    struct fuzz_ledger *ledger = fuzz_ledger_open(path, error);
    if (ledger == NULL) {
        (void)tool_usage("%s", error);
    }
    return ledger;
}

static int run_campaign(struct campaign *campaign)
{
    campaign->is_tty = isatty(STDERR_FILENO) != 0;
    campaign->search.options.stop = is_over;
    campaign->search.options.progress = show_status;
    campaign->search.options.context = campaign;
    campaign->started = tool_clock();
    campaign->shown = campaign->started;
    if (!fuzz_ledger_totals(campaign->ledger, &campaign->totals) ||
        !fuzz_ledger_visit(campaign->ledger, write_finding, campaign)) {
        return tool_usage("%s: the ledger can't be read", campaign->folder);
    }
    campaign->at_start = campaign->totals.schedules;
    (void)fprintf(
        stderr,
        "lastcall %s, seed %llu, %s %s, %llu schedules done\n",
        LC_VERSION,
        (unsigned long long)campaign->search.options.seed,
        campaign->totals.chunks == 0 ? "new campaign in" : "going on in",
        campaign->folder,
        (unsigned long long)campaign->totals.schedules);
    bool has_failed = false;
    while (!is_over(campaign) &&
           (campaign->schedules == 0 ||
            campaign->totals.schedules < campaign->schedules)) {
        if (!play_chunk(campaign)) {
            has_failed = !is_over(campaign);
            break;
        }
    }
    (void)fprintf(
        stderr,
        "%s%llu schedules in all, %llu findings; 'lastcall report %s' lists "
        "them\n",
        campaign->is_tty ? "\n" : "",
        (unsigned long long)campaign->totals.schedules,
        (unsigned long long)campaign->totals.findings,
        campaign->folder);
    if (has_failed) {
        return TOOL_USAGE;
    }
    return campaign->totals.findings == 0 ? TOOL_HELD : TOOL_BROKEN;
}

static bool make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST) {
        return true;
    }
    (void)tool_usage("%s: can't be made", path);
    return false;
}

static int campaign_main(
    const struct tool_command *command,
    int argc,
    char **argv)
{
    static struct campaign campaign;
    struct tool_arguments arguments = { .command = command,
                                        .argc = argc,
                                        .argv = argv };
    int id;
    char findings[PATH_BYTES];
    campaign.chunk = CHUNK_DEFAULT;
    tool_search_init(&campaign.search);
    while ((id = tool_next(&arguments)) > 0) {
        bool is_good =
            id == FOR         ? tool_seconds(&arguments, &campaign.seconds)
            : id == SCHEDULES ? tool_number(
                                    &arguments,
                                    1,
                                    UINT64_MAX / 4,
                                    &campaign.schedules)
            : id == CHUNK
                ? tool_number(&arguments, 1, 10000000, &campaign.chunk)
                : tool_search_take(&campaign.search, &arguments, id);
        if (!is_good) {
            return TOOL_USAGE;
        }
    }
    if (id < 0) {
        return TOOL_USAGE;
    }
    if (arguments.first + 1 != argc) {
        return tool_usage("campaign: one folder is expected");
    }
    campaign.folder = argv[arguments.first];
    (void)snprintf(findings, sizeof findings, "%s/findings", campaign.folder);
    if (!make_folder(campaign.folder) || !make_folder(findings) ||
        !tool_search_open(&campaign.search)) {
        return TOOL_USAGE;
    }
    campaign.ledger = open_ledger(campaign.folder);
    if (campaign.ledger == NULL) {
        return TOOL_USAGE;
    }
    (void)tool_is_interrupted();
    int status =
        keep_settings(&campaign) ? run_campaign(&campaign) : TOOL_USAGE;
    fuzz_ledger_close(campaign.ledger);
    return status;
}

const struct tool_command tool_campaign_command = {
    .name = "campaign",
    .usage = "[OPTION ...] DIR",
    .help = "searches for as long as you like, and goes on after a stop",
    .options = options,
    .run = campaign_main,
};

/* ---- report ---- */

static const struct tool_option report_options[] = {
    { NULL, NULL, NULL, 0 },
};

static void print_entry(
    void *context,
    const struct fuzz_ledger_finding *finding)
{
    const char *folder = context;
    uint32_t index;
    (void)printf(
        "\nbroken %s, %llu times, first by seed %llu%s\n",
        finding->rule,
        (unsigned long long)finding->count,
        (unsigned long long)finding->seed,
        finding->is_replayed ? "" : "; NOT CONFIRMED by a replay");
    if (model_rule_find(finding->rule, &index)) {
        (void)printf(
            "  %s\n  source: %s\n",
            model_rule(index)->sentence,
            model_rule(index)->source);
    }
    (void)printf(
        "  %s/findings/%s-%016llx.lc\n",
        folder,
        finding->rule,
        (unsigned long long)finding->hash);
}

static int report(struct fuzz_ledger *ledger, const char *folder)
{
    static const char *const names[] = {
        "version", "seed", "sampler", "world", "providers", "bug",
    };
    struct fuzz_ledger_totals totals;
    char kept[FUZZ_LEDGER_TEXT_BYTES];
    if (!fuzz_ledger_totals(ledger, &totals)) {
        return tool_usage("%s: the ledger can't be read", folder);
    }
    (void)printf("campaign %s\n", folder);
    for (uint32_t i = 0; i < LC_COUNT_OF(names); i++) {
        if (fuzz_ledger_get(ledger, names[i], kept) && kept[0] != '\0') {
            (void)printf("  %-10s %s\n", names[i], kept);
        }
    }
    (void)printf(
        "%llu schedules, %llu records, %.1f virtual days, %llu of %u rules "
        "exercised, %llu unspecified, %llu findings\n",
        (unsigned long long)totals.schedules,
        (unsigned long long)totals.records,
        (double)totals.virtual_ns / 1e9 / 86400,
        (unsigned long long)totals.rules_exercised,
        (unsigned)model_rule_count(),
        (unsigned long long)totals.unspecified,
        (unsigned long long)totals.findings);
    if (!fuzz_ledger_visit(ledger, print_entry, (void *)(uintptr_t)folder)) {
        return tool_usage("%s: the ledger can't be read", folder);
    }
    return totals.findings == 0 ? TOOL_HELD : TOOL_BROKEN;
}

static int report_main(
    const struct tool_command *command,
    int argc,
    char **argv)
{
    struct tool_arguments arguments = { .command = command,
                                        .argc = argc,
                                        .argv = argv };
    char path[PATH_BYTES];
    if (tool_next(&arguments) < 0) {
        return TOOL_USAGE;
    }
    if (arguments.first + 1 != argc) {
        return tool_usage("report: one folder is expected");
    }
    const char *folder = argv[arguments.first];
    (void)snprintf(path, sizeof path, "%s/ledger.sqlite", folder);
    if (access(path, R_OK) != 0) {
        return tool_usage("%s: holds no campaign", folder);
    }
    struct fuzz_ledger *ledger = open_ledger(folder);
    if (ledger == NULL) {
        return TOOL_USAGE;
    }
    int status = report(ledger, folder);
    fuzz_ledger_close(ledger);
    return status;
}

const struct tool_command tool_report_command = {
    .name = "report",
    .usage = "DIR",
    .help = "says what a campaign has found",
    .options = report_options,
    .run = report_main,
};
