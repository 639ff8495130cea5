#include "tools/fuzz_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "tools/given.h"
#include "tools/line.h"
#include "tools/output.h"
#include "tools/setup.h"
#include "tools/sites.h"
#include "tools/statistics.h"
#include "tools/verdict.h"
#include "tools/warnings.h"

void tool_fuzz_path(
    const char *folder,
    const struct fuzz_finding *finding,
    char ret_path[TOOL_FUZZ_PATH_BYTES])
{
    char name[FUZZ_FINDING_NAME_BYTES];
    fuzz_finding_name(finding, name);
    (void)snprintf(ret_path, TOOL_FUZZ_PATH_BYTES, "%s/%s", folder, name);
}

void tool_fuzz_warning_path(
    const char *folder,
    uint32_t rule,
    char ret_path[TOOL_FUZZ_PATH_BYTES])
{
    (void)snprintf(
        ret_path,
        TOOL_FUZZ_PATH_BYTES,
        "%s/warning-%s.lc",
        folder,
        model_rule(rule)->id);
}

/* Whether this search has written its file: an older one of that name may be
 * there all the same. */
static bool is_saved(
    const struct tool_fuzz_report *report,
    const struct fuzz_finding *finding,
    char path[TOOL_FUZZ_PATH_BYTES])
{
    for (uint32_t i = 0; i < report->saved_count; i++) {
        if (report->saved[i] == finding->seed) {
            tool_fuzz_path(report->folder, finding, path);
            return true;
        }
    }
    return false;
}

/* ---- Warnings ---- */

/* The first schedule of a rule that was warned of, and where -o keeps it. */
struct warned_first {
    char text[TOOL_SITE_BYTES];
    char path[TOOL_FUZZ_PATH_BYTES];
    struct tool_warnings_one one;
};

static void fill_warned(
    const struct tool_fuzz_report *report,
    uint32_t rule,
    struct warned_first *ret_first)
{
    const struct fuzz_warning *warning = &report->result->warnings.rules[rule];
    if (report->sweep == NULL) {
        (void)snprintf(
            ret_first->text,
            sizeof ret_first->text,
            "seed %" PRIu64,
            warning->seed);
    } else {
        tool_sites_text(report->sweep, warning->seed, ret_first->text);
    }
    if (report->folder != NULL) {
        tool_fuzz_warning_path(report->folder, rule, ret_first->path);
    }
    ret_first->one = (struct tool_warnings_one){
        .rule = model_rule(rule)->id,
        .schedules = warning->schedules,
        .first = ret_first->text,
        .path = report->folder == NULL || report->is_unwarned[rule]
                    ? NULL
                    : ret_first->path,
    };
}

static void print_warned(const struct tool_fuzz_report *report)
{
    struct warned_first first;
    tool_warnings_print_count(report->result->warnings.schedules);
    for (uint32_t i = 0; i < MODEL_RULE_COUNT; i++) {
        if (report->result->warnings.rules[i].schedules > 0) {
            fill_warned(report, i, &first);
            tool_warnings_print(&first.one);
        }
    }
    if (report->result->warnings.schedules > 0 && report->folder == NULL) {
        (void)printf("  -o DIR keeps the first of each\n");
    }
}

static json_t *warned_object(const struct tool_fuzz_report *report)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    struct warned_first first;
    json_t *list = json_array();
    for (uint32_t i = 0; i < MODEL_RULE_COUNT; i++) {
        const struct fuzz_warning *warning = &report->result->warnings.rules[i];
        if (warning->schedules > 0) {
            size_t size_bytes =
                fuzz_text_print(&warning->schedule, text, sizeof text);
            LC_CHECK(size_bytes > 0);
            fill_warned(report, i, &first);
            (void)json_array_append_new(
                list,
                tool_warnings_object(
                    &first.one,
                    warning->seed,
                    first.one.path == NULL ? text : NULL));
        }
    }
    return tool_warnings_all(report->result->warnings.schedules, list);
}

/* ---- What is said at the end ---- */

static void print_finding(
    const struct tool_fuzz_report *report,
    const struct fuzz_finding *finding)
{
    uint32_t switches = fuzz_shrink_switches(&finding->schedule);
    (void)printf("\nbroken %s", model_rule(finding->rule)->id);
    if (finding->count > 0) {
        (void)printf(
            ", %" PRIu64 " time%s",
            finding->count,
            tool_output_s(finding->count));
    }
    (void)putchar('\n');
    tool_verdict_print_rule(finding->rule, 2);
    if (report->sweep == NULL) {
        tool_statistics_print_share(
            finding->count,
            report->result->totals.schedules);
    }
    tool_verdict_print_death(finding->death, finding->replay, 2);
    tool_verdict_print_replay(finding->replay, 2);
    tool_verdict_print_unshrunk(finding->is_shrunk, finding->replay, 2);
    if (finding->fault.module[0] != '\0') {
        (void)printf(
            "  fault in %s+%#" PRIx64 "%s%s\n",
            finding->fault.module,
            finding->fault.offset_bytes,
            finding->fault.symbol[0] != '\0' ? " near " : "",
            finding->fault.symbol);
    }
    (void)printf(
        "  %u call%s, %u switch%s, ",
        finding->schedule.op_count,
        tool_output_s(finding->schedule.op_count),
        switches,
        switches == 1 ? "" : "es");
    if (finding->death == 0) { /* else the trace has no end */
        (void)printf("hash %016" PRIx64 ", ", finding->hash);
    }
    if (report->sweep == NULL) {
        (void)printf("seed %" PRIu64 "\n", finding->seed);
    } else {
        char site[TOOL_SITE_BYTES];
        tool_sites_text(report->sweep, finding->seed, site);
        (void)printf("first %s\n", site);
    }
    char path[TOOL_FUZZ_PATH_BYTES];
    if (is_saved(report, finding, path)) {
        static struct tool_line line;
        line.length_bytes = 0;
        tool_line_add_program(&line);
        tool_line_add(&line, " run");
        tool_line_add_path(&line, path);
        tool_line_add_option(&line, "--model", tool_given.model);
        tool_line_add(&line, tool_given.inferences ? " --inferences" : "");
        (void)printf("  to replay: %s\n", line.text);
    } else {
        tool_output_schedule(&finding->schedule, 4);
    }
}

/* What there was no room for, and what was not played to its end. */
static void print_limits(const struct tool_fuzz_report *report)
{
    const struct fuzz_search_totals *totals = &report->result->totals;
    if (totals->left_out_count > 0) {
        char first[TOOL_SITE_BYTES];
        if (report->sweep == NULL) {
            (void)snprintf(
                first,
                sizeof first,
                "by seed %" PRIu64,
                totals->left_out_seed);
        } else {
            tool_sites_text(report->sweep, totals->left_out_seed, first);
        }
        (void)printf(
            "\n%s%u more kind%s of findings not looked into, the first %s: %d "
            "is the limit\n",
            totals->is_uncounted ? "at least " : "",
            totals->left_out_count,
            tool_output_s(totals->left_out_count),
            first,
            FUZZ_FINDINGS_MAX);
    }
    if (totals->is_uncounted) {
        (void)printf(
            "more than %d kinds of findings: how often each came is not "
            "known\n",
            FUZZ_KINDS_MAX);
    }
    if (tool_setup_interrupted()) {
        (void)printf("interrupted before the end\n");
    }
    tool_verdict_print_differed(totals->differed, totals->again);
    if (totals->is_cut) {
        (void)printf("the last schedules did not end and were not judged\n");
    }
}

/* Without the schedule in which nothing is made to fail. */
static uint64_t swept_count(const struct tool_fuzz_report *report)
{
    uint64_t schedules = report->result->totals.schedules;
    return schedules == 0 ? 0 : schedules - 1;
}

static void print_unspecified(const struct tool_fuzz_report *report)
{
    const struct fuzz_unserved_import *most =
        fuzz_unserved_most(&report->result->unserved);
    if (report->result->totals.unspecified > 0) {
        (void)printf(
            "%" PRIu64 " of them ended unspecified, at a limit of the "
            "simulator or behind a hostile act: they say nothing (`lastcall "
            "provider FILE` lists imports that it does not serve)\n",
            report->result->totals.unspecified);
    }
    if (most != NULL) {
        (void)printf(
            "  most of all where %s was called, which is not served: %s%" PRIu64
            " time%s\n",
            most->name,
            report->result->unserved.is_full ? "at least " : "",
            most->schedules,
            tool_output_s(most->schedules));
    }
}

static json_t *unserved_object(const struct tool_fuzz_report *report)
{
    const struct fuzz_unserved_import *most =
        fuzz_unserved_most(&report->result->unserved);
    return most == NULL ? json_null()
                        : json_pack(
                              "{s:o, s:I}",
                              "import",
                              tool_output_text(most->name),
                              "schedules",
                              (json_int_t)most->schedules);
}

void tool_fuzz_print(const struct tool_fuzz_report *report)
{
    const struct fuzz_search_totals *totals = &report->result->totals;
    (void)printf(
        "%" PRIu64 " schedule%s, %" PRIu64 " record%s, %.1f virtual days, "
        "%u of %u rules exercised, %u finding%s, %.2f s\n",
        totals->schedules,
        tool_output_s(totals->schedules),
        totals->records,
        tool_output_s(totals->records),
        tool_output_days(totals->virtual_ns),
        totals->rules_exercised,
        model_rule_count(),
        totals->finding_count,
        tool_output_s(totals->finding_count),
        report->seconds);
    if (report->sweep == NULL) {
        tool_statistics_print(&report->result->statistics);
    } else {
        tool_sites_print(report->sweep, swept_count(report));
    }
    for (uint32_t i = 0; i < totals->finding_count; i++) {
        print_finding(report, &report->result->findings[i]);
    }
    print_unspecified(report);
    if (totals->finding_count == 0 && !report->is_nothing_judged) {
        (void)printf("no rule was broken\n");
        if (report->sweep == NULL) {
            tool_statistics_print_bound(
                totals->schedules - totals->unspecified);
        }
    }
    print_warned(report);
    print_limits(report);
    if (report->is_nothing_judged) {
        tool_verdict_print_nothing(totals->schedules);
    }
}

static json_t *finding_object(
    const struct tool_fuzz_report *report,
    const struct fuzz_finding *finding)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    char path[TOOL_FUZZ_PATH_BYTES] = "";
    size_t size_bytes = fuzz_text_print(&finding->schedule, text, sizeof text);
    LC_CHECK(size_bytes > 0);
    bool has_file = is_saved(report, finding, path);
    json_t *object = json_pack(
        "{s:s, s:o, s:I, s:I, s:o, s:s, s:I, s:o, s:o, s:b, s:b, s:b, s:I, s:o, s:o}",
        "rule",
        model_rule(finding->rule)->id,
        "rules",
        tool_verdict_group(finding->rule),
        "calls",
        (json_int_t)finding->schedule.op_count,
        "switches",
        (json_int_t)fuzz_shrink_switches(&finding->schedule),
        "schedule",
        tool_output_text(has_file ? path : text),
        "text",
        text,
        "seed",
        (json_int_t)finding->seed,
        "count",
        finding->count > 0 ? json_integer((json_int_t)finding->count)
                           : json_null(),
        "share",
        tool_statistics_share(finding->count, report->result->totals.schedules),
        "replayed",
        (int)(finding->replay == FUZZ_REPLAY_SAME),
        "differed",
        (int)(finding->replay == FUZZ_REPLAY_DIFFERED),
        "shrunk",
        (int)finding->is_shrunk,
        "signal",
        (json_int_t)fuzz_death_signal(finding->death),
        "exit_status",
        tool_verdict_exit_status(finding->death),
        "hash",
        finding->death == 0 ? tool_output_hash(finding->hash) : json_null());
    LC_CHECK(object != NULL);
    return object;
}

void tool_fuzz_print_json(const struct tool_fuzz_report *report)
{
    const struct fuzz_search_totals *totals = &report->result->totals;
    json_t *list = json_array();
    for (uint32_t i = 0; i < totals->finding_count; i++) {
        (void)json_array_append_new(
            list,
            finding_object(report, &report->result->findings[i]));
    }
    json_t *object = tool_output_object();
    json_t *rest = json_pack(
        "{s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:s, s:I, s:o, s:b, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o}",
        "seed",
        (json_int_t)report->how->seed,
        "seconds",
        report->seconds,
        "schedules",
        (json_int_t)totals->schedules,
        "records",
        (json_int_t)totals->records,
        "virtual_ns",
        (json_int_t)totals->virtual_ns,
        "unspecified",
        (json_int_t)totals->unspecified,
        "twice",
        (json_int_t)totals->again,
        "differed",
        (json_int_t)totals->differed,
        "differed_seed",
        totals->differed > 0 ? json_integer((json_int_t)totals->differed_seed)
                             : json_null(),
        "rules_exercised",
        (json_int_t)totals->rules_exercised,
        "sampler",
        fuzz_sampler_word(report->how->one.sampler),
        "left_out",
        (json_int_t)totals->left_out_count,
        "left_out_seed",
        totals->left_out_count > 0
            ? json_integer((json_int_t)totals->left_out_seed)
            : json_null(),
        "counted",
        (int)!totals->is_uncounted,
        "cut",
        (int)totals->is_cut,
        "interrupted",
        (int)tool_setup_interrupted(),
        "statistics",
        tool_statistics_object(
            &report->result->statistics,
            totals->schedules - totals->unspecified,
            totals->finding_count > 0),
        "findings",
        list,
        "sites",
        tool_sites_object(report->sweep == NULL ? NULL : report->sweep),
        "swept",
        report->sweep == NULL ? json_null()
                              : json_integer((json_int_t)swept_count(report)),
        "unserved",
        unserved_object(report),
        "warnings",
        warned_object(report));
    LC_CHECK(rest != NULL);
    (void)json_object_update(object, rest);
    json_decref(rest);
    tool_output_json(object);
}
