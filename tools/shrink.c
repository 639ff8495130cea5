/*
 * lastcall shrink: the smallest schedule that breaks the same rule.
 */
#include <stdio.h>

#include "tools/tool.h"

enum {
    OUTPUT = 1,
    PROVIDER
};

static const struct tool_option options[] = {
    { "output", "FILE", "where to write it (also -o)", OUTPUT },
    { "provider", "NAME=FILE", "put a DLL in place of a provider", PROVIDER },
    { NULL, NULL, NULL, 0 },
};

static int shrink(const char *path, const char *output)
{
    static struct fuzz_player player;
    static struct fuzz_finding finding;
    struct fuzz_outcome outcome;
    struct sim_error error;
    if (!tool_read_schedule(path, &finding.schedule)) {
        return TOOL_USAGE;
    }
    sim_watch(2);
    if (fuzz_play(&player, &finding.schedule, NULL, &outcome, &error) !=
        SIM_OK) {
        return tool_usage("%s: %s", path, error.text);
    }
    if (outcome.verdict.kind != LC_VERDICT_BROKEN) {
        return tool_usage("%s: breaks no rule: nothing to shrink", path);
    }
    uint32_t calls = finding.schedule.op_count;
    struct fuzz_search_options search = { .watch_seconds = 2 };
    finding.rule = outcome.verdict.rule;
    finding.hash = outcome.result.hash;
    finding.count = 1;
    if (!fuzz_search_confirm(&search, &finding)) {
        (void)fprintf(stderr, "lastcall: %s: does not replay the same\n", path);
        return TOOL_DIFFERED;
    }
    if (!tool_write_schedule(output, &finding.schedule)) {
        return TOOL_USAGE;
    }
    (void)printf(
        "broken %s: %u calls, were %u\n",
        model_rule(finding.rule)->id,
        finding.schedule.op_count,
        calls);
    return TOOL_BROKEN;
}

static int shrink_main(
    const struct tool_command *command,
    int argc,
    char **argv)
{
    const char *output = NULL;
    struct tool_arguments arguments = { .command = command,
                                        .argc = argc,
                                        .argv = argv };
    int id;
    if (!tool_open()) {
        return TOOL_USAGE;
    }
    while ((id = tool_next(&arguments)) > 0) {
        if (id == OUTPUT) {
            output = arguments.value;
        } else if (!tool_replace(arguments.value)) {
            return TOOL_USAGE;
        }
    }
    if (id < 0) {
        return TOOL_USAGE;
    }
    if (arguments.first + 1 != argc || output == NULL) {
        return tool_usage("shrink: one schedule and -o FILE are expected");
    }
    return shrink(argv[arguments.first], output);
}

const struct tool_command tool_shrink_command = {
    .name = "shrink",
    .usage = "SCHEDULE -o FILE",
    .help = "makes the smallest schedule that breaks the same rule",
    .options = options,
    .run = shrink_main,
};
