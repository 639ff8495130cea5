/*
 * lastcall rules: the rules that are checked.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/model.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/verdict.h"

enum {
    HINT_BYTES = 1024
};

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static const struct tool_command command = {
    .name = "rules",
    .arguments = "[ID]",
    .summary = "Lists the rules that are checked, or says all of one.",
    .argument_max = 1,
    .tables = { tool_given_json },
};

/* What a violation does to the verdict. */
static const char *state_of(const struct model_rule *rule)
{
    if (rule->application) {
        return "application";
    }
    switch ((enum model_strength)rule->strength) {
    case MODEL_MUST:
    case MODEL_INV:
    case MODEL_HARNESS:
        return "broken";
    case MODEL_SHOULD:
    case MODEL_INF:
        return rule->promotion != NULL ? "broken" : "warning";
    case MODEL_MAY:
        return "warning";
    }
    return "";
}

static json_t *rule_object(uint32_t index)
{
    const struct model_rule *rule = model_rule(index);
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}",
        "id",
        rule->id,
        "strength",
        tool_verdict_strength(index),
        "source",
        rule->source,
        "sentence",
        rule->sentence,
        "state",
        state_of(rule),
        "area",
        rule->area,
        "group",
        rule->group,
        "promotion",
        rule->promotion == NULL ? json_null() : json_string(rule->promotion));
    LC_CHECK(object != NULL);
    return object;
}

static void print_json(uint32_t first, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, rule_object(first + i));
    }
    json_t *object = tool_output_object();
    (void)json_object_set_new(object, "rules", list);
    tool_output_json(object);
}

static void print_one(uint32_t index)
{
    const struct model_rule *rule = model_rule(index);
    (void)printf("%s\n", rule->id);
    tool_verdict_print_rule(index, 2);
    (void)printf("  area: %s\n", rule->area);
    (void)printf("  when it is violated: %s\n", state_of(rule));
    if (rule->promotion != NULL) {
        (void)printf("  why an inference counts: %s\n", rule->promotion);
    }
}

/* Finds a rule however its letters are written. */
static bool find(const char *word, uint32_t *ret_rule)
{
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        if (strcasecmp(model_rule(i)->id, word) == 0) {
            *ret_rule = i;
            return true;
        }
    }
    return false;
}

/* Whether two words differ in nothing but case, blanks and signs. */
static bool is_near(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        if (*a != '\0' && !isalnum((unsigned char)*a)) {
            a++;
        } else if (*b != '\0' && !isalnum((unsigned char)*b)) {
            b++;
        } else if (toupper((unsigned char)*a) != toupper((unsigned char)*b)) {
            return false;
        } else {
            a++;
            b++;
        }
    }
    return true;
}

/* Says that there is no such rule, and which may be meant: the one that is
 * written a little differently, or those that begin with the same letters. */
static void tell_unknown(const char *word)
{
    char meant[HINT_BYTES] = "";
    size_t at = 0;
    size_t length = strspn(word, letters);
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        const char *id = model_rule(i)->id;
        if (is_near(id, word)) {
            tool_output_error("rules: no rule '%s'; is %s meant?", word, id);
            return;
        }
        if (length > 0 && strspn(id, letters) == length &&
            strncasecmp(id, word, length) == 0) {
            int more = snprintf(meant + at, sizeof meant - at, " %s", id);
            LC_CHECK(more > 0 && (size_t)more < sizeof meant - at);
            at += (size_t)more;
        }
    }
    tool_output_error(
        "rules: no rule '%s'; %s%s",
        word,
        at > 0 ? "checked are" : "`lastcall rules` lists them",
        meant);
}

int tool_rules(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    uint32_t first = 0;
    uint32_t count = model_rule_count();
    if (arguments[0] != NULL) {
        if (!find(arguments[0], &first)) {
            tell_unknown(arguments[0]);
            return TOOL_EXIT_USAGE;
        }
        count = 1;
    }
    if (tool_given.json) {
        print_json(first, count);
    } else if (arguments[0] != NULL) {
        print_one(first);
    } else {
        for (uint32_t i = 0; i < count; i++) {
            (void)printf(
                "%-10s %-7s %-11s %s\n",
                model_rule(i)->id,
                tool_verdict_strength(i),
                state_of(model_rule(i)),
                model_rule(i)->sentence);
        }
    }
    return TOOL_EXIT_HELD;
}
