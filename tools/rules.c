/*
 * lastcall rules: what the model knows.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tools/tool.h"

enum {
    JSON = 1
};

static const struct tool_option options[] = {
    { "json", NULL, "a list on standard output", JSON },
    { NULL, NULL, NULL, 0 },
};

static const char *strength(const struct model_rule *rule)
{
    static const char *const words[] = {
        [MODEL_MUST] = "MUST", [MODEL_SHOULD] = "SHOULD",
        [MODEL_MAY] = "MAY",   [MODEL_INF] = "INF",
        [MODEL_INV] = "INV",   [MODEL_HARNESS] = "HARNESS",
    };
    return words[rule->strength];
}

static const char *state(const struct model_rule *rule)
{
    return rule->application ? "application" : "checked";
}

static void print_whole(const struct model_rule *rule)
{
    (void)printf("%s (%s, %s)\n", rule->id, strength(rule), state(rule));
    (void)printf("  %s\n", rule->sentence);
    (void)printf("  source: %s\n", rule->source);
    (void)printf("  group:  %s\n", rule->group);
    if (rule->promotion != NULL) {
        (void)printf("  counts as broken: %s\n", rule->promotion);
    }
}

static int print_json(void)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        const struct model_rule *rule = model_rule(i);
        (void)json_array_append_new(
            list,
            json_pack(
                "{s:s, s:s, s:s, s:s, s:s, s:s}",
                "id",
                rule->id,
                "strength",
                strength(rule),
                "source",
                rule->source,
                "sentence",
                rule->sentence,
                "group",
                rule->group,
                "state",
                state(rule)));
    }
    bool is_good = json_dumpf(list, stdout, JSON_INDENT(1)) == 0;
    json_decref(list);
    (void)printf("\n");
    return is_good ? TOOL_HELD : tool_usage("can't write the output");
}

static int rules_main(const struct tool_command *command, int argc, char **argv)
{
    bool is_json = false;
    struct tool_arguments arguments = { .command = command,
                                        .argc = argc,
                                        .argv = argv };
    int id;
    while ((id = tool_next(&arguments)) > 0) {
        is_json = true;
    }
    if (id < 0) {
        return TOOL_USAGE;
    }
    if (arguments.first + 1 < argc) {
        return tool_usage("rules: one id at most is expected");
    }
    if (arguments.first < argc) {
        uint32_t index;
        if (!model_rule_find(argv[arguments.first], &index)) {
            return tool_usage(
                "rules: unknown rule \"%.40s\"",
                argv[arguments.first]);
        }
        print_whole(model_rule(index));
        return TOOL_HELD;
    }
    if (is_json) {
        return print_json();
    }
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        const struct model_rule *rule = model_rule(i);
        (void)printf(
            "%-10s %-8s %-12s %s\n",
            rule->id,
            strength(rule),
            state(rule),
            rule->sentence);
    }
    return TOOL_HELD;
}

const struct tool_command tool_rules_command = {
    .name = "rules",
    .usage = "[OPTION ...] [ID]",
    .help = "lists the rules, or explains one",
    .options = options,
    .run = rules_main,
};
