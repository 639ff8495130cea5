/*
 * lastcall fuzz: searches for a schedule that breaks a rule.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/shrink.h"
#include "tools/tool.h"

enum {
    SECONDS = 1,
    SCHEDULES,
    STOP_AFTER,
    OUTPUT,
    JSON
};

static const struct tool_option options[] = {
    { "seconds", "N", "stop after this time (60, 90s, 10m, 8h)", SECONDS },
    { "schedules", "N", "stop after so many schedules", SCHEDULES },
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
    { "stop-after", "N", "stop after so many findings", STOP_AFTER },
    { "jobs", "N", "workers (one for each processor)", TOOL_SEARCH_JOBS },
    { "output", "DIR", "write findings to this folder (also -o)", OUTPUT },
    { "model",
      "strict|tolerant",
      "where the documents disagree",
      TOOL_SEARCH_MODEL },
    { "inferences",
      NULL,
      "inferred rules count as broken, too",
      TOOL_SEARCH_INFERENCES },
    { "json", NULL, "one object on standard output", JSON },
    { NULL, NULL, NULL, 0 },
};

struct fuzz_run {
    struct tool_search search;
    const char *output;
    bool is_json;
    bool is_tty;
    uint64_t seconds; /* 0: no limit */
    double started;
    double shown;
};

static bool is_over(void *context)
{
    const struct fuzz_run *run = context;
    return tool_is_interrupted() ||
           (run->seconds > 0 &&
            tool_clock() - run->started >= (double)run->seconds);
}

static void show_progress(
    void *context,
    const struct fuzz_search_totals *totals)
{
    struct fuzz_run *run = context;
    double now = tool_clock();
    double every = run->is_tty ? 0.5 : 10;
    if (now - run->shown < every) {
        return;
    }
    run->shown = now;
    (void)fprintf(
        stderr,
        "%s%llu schedules, %.0f/s, %.1f virtual days, %u rules, %u findings%s",
        run->is_tty ? "\r" : "",
        (unsigned long long)totals->schedules,
        (double)totals->schedules / (now - run->started),
        (double)totals->virtual_ns / 1e9 / 86400,
        totals->rules_exercised,
        totals->finding_count,
        run->is_tty ? "  " : "\n");
}

static bool take_option(
    struct fuzz_run *run,
    const struct tool_arguments *arguments,
    int id)
{
    uint64_t number;
    switch (id) {
    case SECONDS:
        return tool_seconds(arguments, &run->seconds);
    case SCHEDULES:
        return tool_number(
            arguments,
            1,
            UINT64_MAX / 4,
            &run->search.options.count);
    case STOP_AFTER:
        if (!tool_number(arguments, 1, FUZZ_FINDINGS_MAX, &number)) {
            return false;
        }
        run->search.options.stop_after = (uint32_t)number;
        return true;
    case OUTPUT:
        run->output = arguments->value;
        return true;
    case JSON:
        run->is_json = true;
        return true;
    default:
        return tool_search_take(&run->search, arguments, id);
    }
}

static void name_file(
    const struct fuzz_run *run,
    const struct fuzz_finding *finding,
    char *path,
    size_t capacity)
{
    (void)snprintf(
        path,
        capacity,
        "%s/%s-%016llx.lc",
        run->output,
        model_rule(finding->rule)->id,
        (unsigned long long)finding->hash);
}

static bool write_findings(
    const struct fuzz_run *run,
    const struct fuzz_search_result *result)
{
    char path[1024];
    bool is_good = true;
    for (uint32_t i = 0; i < result->totals.finding_count; i++) {
        const struct fuzz_finding *finding = &result->findings[i];
        if (!run->is_json) {
            tool_print_finding(finding);
        }
        if (run->output == NULL) {
            continue;
        }
        name_file(run, finding, path, sizeof path);
        is_good &= tool_write_schedule(path, &finding->schedule);
        if (!run->is_json) {
            (void)printf("  replay    lastcall run %s\n", path);
        }
    }
    return is_good;
}

static bool print_json(
    const struct fuzz_run *run,
    const struct fuzz_search_result *result)
{
    json_t *findings = json_array();
    for (uint32_t i = 0; i < result->totals.finding_count; i++) {
        const struct fuzz_finding *finding = &result->findings[i];
        char path[1024] = "";
        if (run->output != NULL) {
            name_file(run, finding, path, sizeof path);
        }
        const struct model_rule *rule = model_rule(finding->rule);
        json_t *one = json_pack(
            "{s:s, s:[s], s:I, s:i, s:i, s:b, s:s?}",
            "rule",
            rule->id,
            "rules",
            rule->group,
            "count",
            (json_int_t)finding->count,
            "calls",
            (int)finding->schedule.op_count,
            "switches",
            (int)fuzz_shrink_switches(&finding->schedule),
            "replayed",
            (int)finding->is_replayed,
            "schedule",
            path[0] == '\0' ? NULL : path);
        (void)json_array_append_new(findings, one);
    }
    json_t *object = json_pack(
        "{s:s, s:I, s:f, s:I, s:I, s:I, s:o}",
        "version",
        LC_VERSION,
        "seed",
        (json_int_t)run->search.options.seed,
        "seconds",
        tool_clock() - run->started,
        "schedules",
        (json_int_t)result->totals.schedules,
        "records",
        (json_int_t)result->totals.records,
        "virtual_ns",
        (json_int_t)result->totals.virtual_ns,
        "findings",
        findings);
    bool is_good =
        object != NULL && json_dumpf(object, stdout, JSON_COMPACT) == 0;
    json_decref(object);
    (void)printf("\n");
    return is_good;
}

static int search(struct fuzz_run *run)
{
    static struct fuzz_search_result result;
    struct sim_error error;
    run->search.options.stop = is_over;
    run->search.options.progress = show_progress;
    run->search.options.context = run;
    run->is_tty = isatty(STDERR_FILENO) != 0;
    (void)fprintf(
        stderr,
        "lastcall %s, seed %llu, sampler %s, %u workers\n",
        LC_VERSION,
        (unsigned long long)run->search.options.seed,
        run->search.sampler,
        run->search.options.jobs);
    run->started = tool_clock();
    run->shown = run->started;
    enum sim_status status = fuzz_search(&run->search.options, &result, &error);
    if (run->is_tty) {
        (void)fprintf(stderr, "\r%80s\r", "");
    }
    if (status != SIM_OK) {
        return tool_usage(
            "%s",
            error.text[0] == '\0' ? "can't start a worker" : error.text);
    }
    bool is_written = write_findings(run, &result);
    if (run->is_json) {
        is_written &= print_json(run, &result);
    } else {
        tool_print_totals(&result.totals);
        if (result.totals.finding_count == 0) {
            (void)printf("no rule was broken\n");
        } else {
            (void)fprintf(
                stderr,
                "lastcall %s, seed %llu: %u findings\n",
                LC_VERSION,
                (unsigned long long)run->search.options.seed,
                result.totals.finding_count);
        }
    }
    if (!is_written) {
        return TOOL_USAGE;
    }
    return result.totals.finding_count == 0 ? TOOL_HELD : TOOL_BROKEN;
}

static int fuzz_main(const struct tool_command *command, int argc, char **argv)
{
    static struct fuzz_run run;
    struct tool_arguments arguments = { .command = command,
                                        .argc = argc,
                                        .argv = argv };
    int id;
    tool_search_init(&run.search);
    while ((id = tool_next(&arguments)) > 0) {
        if (!take_option(&run, &arguments, id)) {
            return TOOL_USAGE;
        }
    }
    if (id < 0) {
        return TOOL_USAGE;
    }
    if (arguments.first != argc) {
        return tool_usage(
            "fuzz: unexpected word \"%.60s\"",
            argv[arguments.first]);
    }
    if (run.output != NULL && mkdir(run.output, 0777) != 0 && errno != EEXIST) {
        return tool_usage("%s: can't be made", run.output);
    }
    (void)tool_is_interrupted();
    return tool_search_open(&run.search) ? search(&run) : TOOL_USAGE;
}

const struct tool_command tool_fuzz_command = {
    .name = "fuzz",
    .usage = "[OPTION ...]",
    .help = "searches for a schedule that breaks a rule",
    .options = options,
    .run = fuzz_main,
};
