#include "tools/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lastcall/check.h"

#include "tools/output.h"

const char *tool_verdict_word(const struct lc_verdict *verdict)
{
    switch ((enum lc_verdict_kind)verdict->kind) {
    case LC_VERDICT_HELD:
        return "held";
    case LC_VERDICT_UNSPECIFIED:
        return "unspecified";
    case LC_VERDICT_BROKEN:
        return "broken";
    }
    LC_CHECK(verdict->kind <= LC_VERDICT_BROKEN);
    return "";
}

void tool_verdict_print_rule(uint32_t rule, uint32_t indent)
{
    const struct model_rule *known = model_rule(rule);
    (void)printf("%*s%s\n", (int)indent, "", known->sentence);
    (void)printf(
        "%*s%s, source: %s\n",
        (int)indent,
        "",
        tool_verdict_strength(rule),
        known->source);
    bool is_first = true;
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        if (i == rule || strcmp(model_rule(i)->group, known->group) != 0) {
            continue;
        }
        if (is_first) {
            (void)printf("%*ssays the same:", (int)indent, "");
        }
        (void)printf(" %s", model_rule(i)->id);
        is_first = false;
    }
    if (!is_first) {
        (void)putchar('\n');
    }
}

void tool_verdict_print_replay(enum fuzz_replay replay, uint32_t indent)
{
    switch (replay) {
    case FUZZ_REPLAY_SAME:
        break;
    case FUZZ_REPLAY_UNKNOWN:
        (void)printf(
            "%*sit was not replayed: the search was told to end\n",
            (int)indent,
            "");
        break;
    case FUZZ_REPLAY_DIFFERED:
        (void)printf(
            "%*stwo plays differed: a defect of Lastcall, or a DLL that asks "
            "what is not simulated\n",
            (int)indent,
            "");
        break;
    }
}

void tool_verdict_print_unshrunk(
    bool is_shrunk,
    enum fuzz_replay replay,
    uint32_t indent)
{
    if (!is_shrunk && replay == FUZZ_REPLAY_SAME) {
        (void)printf(
            "%*snot shrunk to the end: it may be larger than it has to be\n",
            (int)indent,
            "");
    }
}

void tool_verdict_print_death(
    int32_t death,
    enum fuzz_replay replay,
    uint32_t indent)
{
    const char *again = replay == FUZZ_REPLAY_SAME ? "again when replayed"
                        : replay == FUZZ_REPLAY_DIFFERED
                            ? "but not when replayed"
                            : "and was not replayed";
    if (fuzz_death_is_exit(death)) {
        (void)printf(
            "%*swhat was played ended the process, with status %u (%s)\n",
            (int)indent,
            "",
            fuzz_death_status(death),
            again);
    } else if (death != 0) {
        (void)printf(
            "%*sthe process died of signal %u (%s)\n",
            (int)indent,
            "",
            fuzz_death_signal(death),
            again);
    }
}

json_t *tool_verdict_exit_status(int32_t death)
{
    return fuzz_death_is_exit(death) ? json_integer(fuzz_death_status(death))
                                     : json_null();
}

void tool_verdict_print_differed(uint64_t differed, uint64_t again)
{
    if (differed > 0) {
        (void)printf(
            "%" PRIu64 " of %" PRIu64
            " schedule%s that %s played twice differed: a "
            "defect of Lastcall, or a DLL that asks what is not simulated or "
            "reads what nobody wrote; nothing here is sure\n",
            differed,
            again,
            tool_output_s(again),
            again == 1 ? "was" : "were");
    }
}

bool tool_verdict_is_nothing(
    uint64_t schedules,
    uint64_t unspecified,
    uint32_t finding_count)
{
    LC_CHECK(unspecified <= schedules);
    return finding_count == 0 && schedules == unspecified;
}

static const char *why_nothing(uint64_t schedules)
{
    return schedules == 0 ? "no schedule came to its end"
                          : "all schedules ended unspecified";
}

void tool_verdict_print_nothing(uint64_t schedules)
{
    (void)printf("nothing was judged: %s\n", why_nothing(schedules));
}

void tool_verdict_tell_nothing(uint64_t schedules)
{
    tool_output_error("nothing was judged: %s", why_nothing(schedules));
}

json_t *tool_verdict_group(uint32_t rule)
{
    json_t *list = json_array();
    (void)json_array_append_new(list, json_string(model_rule(rule)->id));
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        if (i != rule &&
            strcmp(model_rule(i)->group, model_rule(rule)->group) == 0) {
            (void)json_array_append_new(list, json_string(model_rule(i)->id));
        }
    }
    return list;
}

const char *tool_verdict_strength(uint32_t rule)
{
    switch ((enum model_strength)model_rule(rule)->strength) {
    case MODEL_MUST:
        return "MUST";
    case MODEL_SHOULD:
        return "SHOULD";
    case MODEL_MAY:
        return "MAY";
    case MODEL_INF:
        return "INF";
    case MODEL_INV:
        return "INV";
    case MODEL_HARNESS:
        return "HARNESS";
    }
    return "";
}
