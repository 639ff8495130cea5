/*
 * lastcall run: plays a schedule and prints the verdict.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/trace_text.h"
#include "tools/tool.h"

enum {
    TRACE = 1,
    TWICE,
    PROVIDER,
    EXPECT,
    MODEL,
    INFERENCES,
    STRICT_EXIT,
    JSON,
    FILL
};

static const struct tool_option options[] = {
    { "trace", "text", "print the trace, one line a record", TRACE },
    { "twice", NULL, "play it twice and compare the traces", TWICE },
    { "provider", "NAME=FILE", "put a DLL in place of a provider", PROVIDER },
    { "expect", NULL, "compare with what the file expects", EXPECT },
    { "model", "strict|tolerant", "where the documents disagree", MODEL },
    { "inferences", NULL, "inferred rules count as broken, too", INFERENCES },
    { "strict-exit", NULL, "exit 1 for unspecified as well", STRICT_EXIT },
    { "json", NULL, "one object on standard output", JSON },
    { "fill-stacks", "BYTE", "fill the stacks before the run", FILL },
    { NULL, NULL, NULL, 0 },
};

struct run {
    bool has_trace;
    bool is_twice;
    bool is_expected;
    bool is_strict_exit;
    bool is_json;
    const char *path;
    struct lc_schedule schedule;
    struct fuzz_player player;
};

static void print_record(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    const struct run *run = context;
    char text[400];
    fuzz_trace_text(&run->schedule, number, record, text, sizeof text);
    (void)printf("%s\n", text);
}

static bool take_option(
    struct run *run,
    const struct tool_arguments *arguments,
    int id,
    const char **providers,
    uint32_t *provider_count)
{
    uint64_t number;
    switch (id) {
    case TRACE:
        run->has_trace = strcmp(arguments->value, "text") == 0;
        if (!run->has_trace) {
            (void)tool_usage(
                "--trace: unknown form \"%.40s\"; there is text",
                arguments->value);
        }
        return run->has_trace;
    case TWICE:
        run->is_twice = true;
        return true;
    case PROVIDER:
        if (*provider_count == LC_PROVIDERS_MAX) {
            (void)tool_usage("--provider: too many of them");
            return false;
        }
        providers[(*provider_count)++] = arguments->value;
        return true;
    case EXPECT:
        run->is_expected = true;
        return true;
    case MODEL:
        run->player.options.tolerant =
            strcmp(arguments->value, "tolerant") == 0;
        if (!run->player.options.tolerant &&
            strcmp(arguments->value, "strict") != 0) {
            (void)tool_usage(
                "--model: \"%.40s\" is neither strict nor tolerant",
                arguments->value);
            return false;
        }
        return true;
    case INFERENCES:
        run->player.options.inferences = true;
        return true;
    case STRICT_EXIT:
        run->is_strict_exit = true;
        return true;
    case JSON:
        run->is_json = true;
        return true;
    case FILL:
        if (!tool_number(arguments, 0, 255, &number)) {
            return false;
        }
        run->player.fill_stacks = true;
        run->player.fill_byte = (uint8_t)number;
        return true;
    default:
        return false;
    }
}

static bool print_json(const struct fuzz_outcome *outcome)
{
    char hash[20];
    bool is_broken = outcome->verdict.kind == LC_VERDICT_BROKEN;
    (void)snprintf(
        hash,
        sizeof hash,
        "%016llx",
        (unsigned long long)outcome->result.hash);
    json_t *object = json_pack(
        "{s:s, s:s, s:s?, s:o, s:I, s:s}",
        "version",
        LC_VERSION,
        "verdict",
        tool_verdict_word(outcome->verdict.kind),
        "rule",
        is_broken ? model_rule(outcome->verdict.rule)->id : NULL,
        "record",
        is_broken ? json_integer((json_int_t)outcome->verdict.record)
                  : json_null(),
        "records",
        (json_int_t)outcome->result.record_count,
        "hash",
        hash);
    bool is_good =
        object != NULL && json_dumpf(object, stdout, JSON_COMPACT) == 0;
    json_decref(object);
    (void)printf("\n");
    return is_good;
}

/* What of the file's expectation is not met, or NULL. */
static const char *unmet(
    const struct lc_expect *expect,
    const struct fuzz_outcome *outcome)
{
    static const uint8_t kinds[] = {
        [LC_EXPECT_HELD] = LC_VERDICT_HELD,
        [LC_EXPECT_BROKEN] = LC_VERDICT_BROKEN,
        [LC_EXPECT_UNSPECIFIED] = LC_VERDICT_UNSPECIFIED,
    };
    if (expect->kind == LC_EXPECT_NONE) {
        return "the file expects nothing";
    }
    if (kinds[expect->kind] != outcome->verdict.kind) {
        return "another verdict";
    }
    if (expect->kind == LC_EXPECT_BROKEN) {
        uint32_t wanted;
        const struct model_rule *rule = model_rule(outcome->verdict.rule);
        bool is_same = strcmp(expect->rule, rule->id) == 0 ||
                       strcmp(expect->rule, rule->group) == 0 ||
                       (model_rule_find(expect->rule, &wanted) &&
                        strcmp(model_rule(wanted)->group, rule->group) == 0);
        if (!is_same) {
            return "another rule";
        }
    }
    return expect->has_hash && expect->hash != outcome->result.hash
               ? "another trace hash"
               : NULL;
}

static int exit_of(const struct run *run, const struct fuzz_outcome *outcome)
{
    if (outcome->verdict.kind == LC_VERDICT_BROKEN) {
        return TOOL_BROKEN;
    }
    return outcome->verdict.kind == LC_VERDICT_UNSPECIFIED &&
                   run->is_strict_exit
               ? TOOL_BROKEN
               : TOOL_HELD;
}

static int play(struct run *run)
{
    struct fuzz_outcome outcome;
    struct fuzz_outcome again;
    struct sim_error error;
    sim_watch(2);
    if (run->has_trace) {
        run->player.reader = print_record;
        run->player.reader_context = run;
    }
    if (fuzz_play(&run->player, &run->schedule, NULL, &outcome, &error) !=
        SIM_OK) {
        return tool_usage("%s: %s", run->path, error.text);
    }
    if (run->is_json) {
        if (!print_json(&outcome)) {
            return tool_usage("can't write the output");
        }
    } else {
        tool_print_verdict(&run->schedule, &outcome);
    }
    if (run->is_twice) {
        run->player.reader = NULL;
        if (fuzz_play(&run->player, &run->schedule, NULL, &again, &error) !=
            SIM_OK) {
            return tool_usage("%s: %s", run->path, error.text);
        }
        if (again.result.hash != outcome.result.hash) {
            (void)fprintf(
                stderr,
                "lastcall: two plays differed: %016llx and %016llx\n",
                (unsigned long long)outcome.result.hash,
                (unsigned long long)again.result.hash);
            return TOOL_DIFFERED;
        }
        (void)fprintf(stderr, "lastcall: two plays gave the same trace\n");
    }
    if (run->is_expected) {
        const char *what = unmet(&run->schedule.expect, &outcome);
        if (what != NULL) {
            (void)fprintf(
                stderr,
                "lastcall: %s: not as the file expects: %s\n",
                run->path,
                what);
            return TOOL_DIFFERED;
        }
        return TOOL_HELD;
    }
    return exit_of(run, &outcome);
}

static int run_main(const struct tool_command *command, int argc, char **argv)
{
    static struct run run;
    const char *providers[LC_PROVIDERS_MAX];
    uint32_t provider_count = 0;
    struct tool_arguments arguments = { .command = command,
                                        .argc = argc,
                                        .argv = argv };
    int id;
    while ((id = tool_next(&arguments)) > 0) {
        if (!take_option(&run, &arguments, id, providers, &provider_count)) {
            return TOOL_USAGE;
        }
    }
    if (id < 0) {
        return TOOL_USAGE;
    }
    if (arguments.first + 1 != argc) {
        return tool_usage("run: one schedule is expected");
    }
    run.path = argv[arguments.first];
    if (!tool_read_schedule(run.path, &run.schedule) || !tool_open()) {
        return TOOL_USAGE;
    }
    for (uint32_t i = 0; i < provider_count; i++) {
        if (!tool_replace(providers[i])) {
            return TOOL_USAGE;
        }
    }
    char line[512];
    (void)snprintf(line, sizeof line, "lastcall run %s", run.path);
    tool_set_replay(line);
    return play(&run);
}

const struct tool_command tool_run_command = {
    .name = "run",
    .usage = "[OPTION ...] SCHEDULE",
    .help = "plays a schedule and prints the verdict",
    .options = options,
    .run = run_main,
};
