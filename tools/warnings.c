#include "tools/warnings.h"

#include <inttypes.h>
#include <stdio.h>

#include "lastcall/check.h"

#include "tools/output.h"

void tool_warnings_print_count(uint64_t schedules)
{
    if (schedules > 0) {
        (void)printf(
            "%" PRIu64 " schedule%s had warnings, which break no rule (most "
            "would with --inferences):\n",
            schedules,
            tool_output_s(schedules));
    }
}

void tool_warnings_print(const struct tool_warnings_one *one)
{
    LC_CHECK(one->schedules > 0);
    (void)printf(
        "  %s in %" PRIu64 " schedule%s, the first: %s%s%s\n",
        one->rule,
        one->schedules,
        tool_output_s(one->schedules),
        one->first,
        one->path == NULL ? "" : ", ",
        one->path == NULL ? "" : one->path);
}

json_t *tool_warnings_object(
    const struct tool_warnings_one *one,
    uint64_t seed,
    const char *text)
{
    json_t *object = json_pack(
        "{s:s, s:I, s:I, s:o}",
        "rule",
        one->rule,
        "schedules",
        (json_int_t)one->schedules,
        "seed",
        (json_int_t)seed,
        "schedule",
        tool_output_text(text != NULL ? text : one->path));
    LC_CHECK(object != NULL);
    return object;
}

json_t *tool_warnings_all(uint64_t schedules, json_t *list)
{
    json_t *object = json_pack(
        "{s:I, s:o}",
        "schedules",
        (json_int_t)schedules,
        "rules",
        list);
    LC_CHECK(object != NULL);
    return object;
}

void tool_warnings_print_rules(const struct model_warned *warned)
{
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        if (model_has_warned(warned, i)) {
            (void)printf(" %s", model_rule(i)->id);
        }
    }
}

json_t *tool_warnings_rules(const struct model_warned *warned)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        if (model_has_warned(warned, i)) {
            (void)json_array_append_new(list, json_string(model_rule(i)->id));
        }
    }
    return list;
}
