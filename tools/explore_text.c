#include "tools/explore_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lastcall/check.h"

#include "tools/output.h"
#include "tools/verdict.h"
#include "tools/warnings.h"

enum {
    MIB = 1 << 20
};

static const char *const verdicts[] = { "proved", "broken", "bounded" };
static const char *const bounds[] = {
    "none",
    "memory",
    "depth",
    "interrupted",
    "unspecified outcomes",
    "no run came to an end",
    "a run ended the process",
    "numbers of a step",
    "time",
};

/* The bound on what may fail, behind what holds only within it. */
static void print_faults(const struct tool_explore_report *report)
{
    if (report->fault_max > 0) {
        (void)printf(
            ": at most %u fault%s",
            report->fault_max,
            tool_output_s(report->fault_max));
    }
    (void)putchar('\n');
}

/* What may fail. */
static void print_fault_kinds(uint32_t kinds)
{
    (void)printf("  faults:");
    for (uint32_t i = 0; i < LC_FAIL_COUNT; i++) {
        if ((kinds >> i & 1) != 0) {
            (void)printf(" %s", fuzz_text_fail((enum lc_fail)i));
        }
    }
    (void)printf(", each wherever it can happen\n");
}

static void print_verdict(const struct tool_explore_report *report)
{
    const struct fuzz_explore_result *result = report->result;
    switch (result->verdict) {
    case FUZZ_EXPLORE_PROVED:
        (void)printf("proved within the bounds");
        print_faults(report);
        break;
    case FUZZ_EXPLORE_BOUNDED:
        (void)printf("bounded: %s", bounds[result->bound]);
        print_faults(report);
        break;
    case FUZZ_EXPLORE_BROKEN:
        if (report->program != NULL) {
            (void)printf(
                "broken: %s\n",
                report->program->outcome == SIM_PROGRAM_DEADLOCK
                    ? "a deadlock"
                    : "an assertion of the program");
            break;
        }
        (void)printf(
            "broken %s\n",
            model_rule(report->outcome->verdict.rule)->id);
        tool_verdict_print_rule(report->outcome->verdict.rule, 2);
        break;
    }
}

/* Whether one process has done it: of several it is a matter of who was faster
 * how deep the paths were, and how much was kept. */
static bool is_alone(const struct tool_explore_report *report)
{
    return !report->result->is_together;
}

static void print_counts(const struct tool_explore_report *report)
{
    const struct fuzz_explore_totals *totals = &report->result->totals;
    (void)printf(
        "  %" PRIu64 " state%s, %" PRIu64 " decision%s (%" PRIu64
        " into states seen before), %" PRIu64 " end%s, ",
        totals->states,
        tool_output_s(totals->states),
        totals->transitions,
        tool_output_s(totals->transitions),
        totals->merged,
        totals->ends,
        tool_output_s(totals->ends));
    if (is_alone(report)) {
        (void)printf(
            "depth %u, %" PRIu64 " MiB, ",
            totals->depth_max,
            totals->memory_bytes / MIB);
    } else {
        (void)printf("by %u processes, ", (unsigned)report->how->jobs);
    }
    (void)printf(
        "%.2f s, %.0f states/s\n",
        report->seconds,
        (double)(totals->states - totals->resumed) / report->seconds);
    if (totals->resumed > 0) {
        (void)printf(
            "  %" PRIu64 " of the states came from %s\n",
            totals->resumed,
            report->how->saved_path);
    }
    (void)printf(
        "  reduction: %s%s\n",
        report->why_not_reduced == NULL ? "sleep sets" : "none: ",
        report->why_not_reduced == NULL ? "" : report->why_not_reduced);
    /* n states among 2^128 keys: n^2 / 2^129. */
    double n = (double)(totals->states > 0 ? totals->states : 1);
    (void)printf(
        "  keys of 128 bits: two of these states share one with a probability "
        "of less than 1 in 10^%.0f\n",
        floor(-log10(n * n / 0x1p129)));
    if (totals->unspecified > 0) {
        (void)printf(
            "  %" PRIu64 " run%s ended unspecified: they say nothing\n",
            totals->unspecified,
            tool_output_s(totals->unspecified));
    }
}

static void print_traces(const struct fuzz_traces_result *traces)
{
    if (traces == NULL) {
        return;
    }
    if (!traces->is_whole) {
        (void)printf(
            "  at least %" PRIu64 " traces: not counted to the end\n",
            traces->traces);
        return;
    }
    (void)printf(
        "  %" PRIu64 " trace%s (sleep sets, %" PRIu64 " step%s)\n",
        traces->traces,
        tool_output_s(traces->traces),
        traces->transitions,
        tool_output_s(traces->transitions));
}

/* Others only warn, whatever is asked. */
static void print_soft(const struct model_warned *warned)
{
    const char *before = "; --inferences shows a way to";
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        const struct model_rule *rule = model_rule(i);
        if (model_has_warned(warned, i) && model_rule_is_soft(rule)) {
            (void)printf("%s %s", before, rule->id);
            before = " or";
        }
    }
}

static void print_warned(const struct model_warned *warned)
{
    static const struct model_warned none;
    if (memcmp(warned, &none, sizeof none) != 0) {
        (void)printf("  warnings in one order or another:");
        tool_warnings_print_rules(warned);
        print_soft(warned);
        (void)putchar('\n');
    }
}

void tool_explore_print(const struct tool_explore_report *report)
{
    const struct fuzz_explore_result *result = report->result;
    const struct fuzz_explore_totals *totals = &result->totals;
    print_verdict(report);
    print_counts(report);
    print_traces(report->traces);
    if (report->program == NULL) {
        (void)printf(
            "  %s; what goes round for ever (LIVELOCK) is not judged\n",
            report->has_values ? "with all latencies and handle values"
                               : "latencies and handle values as by default");
    }
    if (report->fault_max > 0) {
        print_fault_kinds(report->fault_kinds);
    } else if (report->fault_kinds != 0) {
        (void)printf("  nothing fails: --faults has it\n");
    }
    print_warned(&totals->warned);
    if (result->verdict != FUZZ_EXPLORE_BROKEN) {
        return;
    }
    if (fuzz_explore_is_cut(result->bound)) {
        (void)printf(
            "  not all orders were looked at: %s\n",
            bounds[result->bound]);
    }
    (void)printf(
        "  %u decision%s there\n",
        result->path_count,
        result->path_count == 1 ? " leads" : "s lead");
    if (report->how->goes_on) {
        (void)printf(
            "  %" PRIu64 " run%s ended broken\n",
            totals->broken,
            tool_output_s(totals->broken));
    }
    if (report->program != NULL) {
        return;
    }
    if (result->bound != FUZZ_EXPLORE_DIED) {
        (void)printf("  hash %016" PRIx64 "\n", report->outcome->result.hash);
    }
    if (report->found_line != NULL) {
        (void)printf("  to replay: %s\n", report->found_line);
    } else {
        tool_output_schedule(report->found, 4);
    }
}

void tool_explore_print_json(const struct tool_explore_report *report)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    const struct fuzz_explore_result *result = report->result;
    const struct fuzz_explore_totals *totals = &result->totals;
    bool has_schedule = report->found != NULL;
    if (has_schedule) {
        size_t size_bytes = fuzz_text_print(report->found, text, sizeof text);
        LC_CHECK(size_bytes > 0);
    }
    json_t *object = tool_output_object();
    json_t *rest = json_pack(
        "{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:b, s:b, "
        "s:f, s:i, s:s, s:o, s:o, s:I, s:o}",
        "verdict",
        verdicts[result->verdict],
        "bound",
        bounds[result->bound],
        "rule",
        has_schedule
            ? json_string(model_rule(report->outcome->verdict.rule)->id)
            : json_null(),
        "states",
        (json_int_t)totals->states,
        "resumed",
        (json_int_t)totals->resumed,
        "transitions",
        (json_int_t)totals->transitions,
        "merged",
        (json_int_t)totals->merged,
        "ends",
        (json_int_t)totals->ends,
        "broken_ends",
        (json_int_t)totals->broken,
        "unspecified",
        (json_int_t)totals->unspecified,
        "depth",
        is_alone(report) ? json_integer((json_int_t)totals->depth_max)
                         : json_null(),
        "memory_bytes",
        is_alone(report) ? json_integer((json_int_t)totals->memory_bytes)
                         : json_null(),
        "has_died",
        (int)result->has_died,
        "has_broken",
        (int)result->has_broken,
        "seconds",
        report->seconds,
        "key_bits",
        128,
        "reduction",
        report->why_not_reduced == NULL ? "sleep" : "none",
        "traces",
        report->traces != NULL && report->traces->is_whole
            ? json_integer((json_int_t)report->traces->traces)
            : json_null(),
        "schedule",
        has_schedule ? json_string(text) : json_null(),
        "faults",
        (json_int_t)report->fault_max,
        "warnings",
        tool_warnings_rules(&totals->warned));
    LC_CHECK(rest != NULL);
    (void)json_object_update(object, rest);
    json_decref(rest);
    tool_output_json(object);
}

void tool_explore_print_list(bool is_json)
{
    const struct sim_program *program;
    json_t *list = json_array();
    for (uint32_t i = 0; (program = sim_program_at(i)) != NULL; i++) {
        const char *name = sim_program_name(program);
        uint32_t threads = sim_program_threads(program);
        bool has_bug = sim_program_has_bug(program);
        json_t *one = json_pack(
            "{s:s, s:I, s:b}",
            "program",
            name,
            "threads",
            (json_int_t)threads,
            "has_bug",
            (int)has_bug);
        LC_CHECK(one != NULL);
        (void)json_array_append_new(list, one);
        if (!is_json) {
            (void)printf(
                "%-24s %3u threads%s\n",
                name,
                threads,
                has_bug ? "" : ", no bug");
        }
    }
    if (!is_json) {
        json_decref(list);
        return;
    }
    json_t *object = tool_output_object();
    (void)json_object_set_new(object, "programs", list);
    tool_output_json(object);
}
