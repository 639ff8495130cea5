/*
 * lastcall report: what a campaign has played and found.
 */
#include "tools/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/statistics.h"
#include "tools/verdict.h"
#include "tools/warnings.h"

enum {
    PATH_BYTES = 4096,
    SEED_BYTES = 32
};

static const struct tool_command command = {
    .name = "report",
    .arguments = "DIR",
    .summary = "Says what a campaign has played and found, also while it runs.",
    .argument_count = 1,
    .argument_max = 1,
    .tables = { tool_given_json },
};

static const char *const names[] = {
    "build", "seed",  "sampler",  "model",  "inferences",
    "bug",   "world", "provider", "faults",
};

static struct fuzz_statistics statistics; /* large */

/* ---- For people ---- */

static void print_settings(struct fuzz_ledger *ledger)
{
    static char value[FUZZ_TEXT_SIZE_MAX];
    for (size_t i = 0; i < LC_COUNT_OF(names); i++) {
        if (!fuzz_ledger_get(ledger, names[i], value, sizeof value) ||
            value[0] == '\0') {
            continue;
        }
        bool is_long = strchr(value, '\n') != NULL;
        (void)printf("%-11s", names[i]);
        for (const char *line = value; *line != '\0';) {
            size_t length = strcspn(line, "\n");
            (void)printf(
                "%*s%.*s\n",
                line == value ? 0 : 11,
                "",
                (int)length,
                line);
            line += length + (line[length] == '\n');
            if (is_long && strncmp(line, "process ", 8) == 0) {
                break; /* of a schedule only the world says something */
            }
        }
    }
}

static void print_totals(const struct fuzz_ledger_totals *totals)
{
    (void)printf(
        "\n%" PRIu64 " schedule%s, %" PRIu64 " record%s, %.1f virtual "
        "days, %" PRIu64 " unspecified, next seed %" PRIu64 "\n",
        totals->schedules,
        tool_output_s(totals->schedules),
        totals->records,
        tool_output_s(totals->records),
        tool_output_days(totals->virtual_ns),
        totals->unspecified,
        totals->next_seed);
    if (totals->unspecified > 0) {
        (void)printf(
            "%" PRIu64 " ended unspecified, at a limit of the simulator or "
            "behind a hostile act: they say nothing\n",
            totals->unspecified);
    }
    tool_verdict_print_differed(totals->differed, totals->again);
    if (totals->differed > 0) {
        (void)printf(
            "the first that differed has seed %" PRIu64 "\n",
            totals->differed_seed);
    }
}

/* For print_finding(). */
struct page {
    const char *folder;
    uint64_t schedules;
};

static void print_finding(
    void *context,
    const struct fuzz_ledger_finding *finding)
{
    const struct page *page = context;
    uint32_t rule = 0;
    (void)printf("\nbroken %s", finding->rule);
    if (finding->count > 0) {
        (void)printf(
            ", %" PRIu64 " time%s\n",
            finding->count,
            tool_output_s(finding->count));
    } else {
        (void)printf(" (its schedules are to be played again)\n");
    }
    if (model_rule_find(finding->rule, &rule)) {
        tool_verdict_print_rule(rule, 2);
    }
    tool_statistics_print_share(finding->count, page->schedules);
    tool_verdict_print_death(finding->death, finding->replay, 2);
    tool_verdict_print_replay(finding->replay, 2);
    tool_verdict_print_unshrunk(finding->is_shrunk, finding->replay, 2);
    (void)printf(
        "  %u call%s, %u switch%s, hash %016" PRIx64 ", seed %" PRIu64 "\n"
        "  %s/findings/%s\n",
        finding->calls,
        tool_output_s(finding->calls),
        finding->switches,
        finding->switches == 1 ? "" : "es",
        finding->hash,
        finding->seed,
        page->folder,
        finding->file);
}

static void print_warning(
    void *context,
    const struct fuzz_ledger_warning *warning)
{
    const struct page *page = context;
    char first[SEED_BYTES];
    char path[PATH_BYTES];
    (void)snprintf(first, sizeof first, "seed %" PRIu64, warning->seed);
    (void)snprintf(
        path,
        sizeof path,
        "%s/warnings/%s.lc",
        page->folder,
        warning->rule);
    tool_warnings_print(&(struct tool_warnings_one){
        .rule = warning->rule,
        .schedules = warning->schedules,
        .first = first,
        .path = path,
    });
}

static void print_rules(struct fuzz_ledger *ledger)
{
    uint32_t column = 0;
    (void)printf("\nrules that were never put to the test:");
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        if (fuzz_ledger_exercised(ledger, model_rule(i)->id) == 0) {
            (void)printf(
                "%s%s",
                column % 8 == 0 ? "\n  " : " ",
                model_rule(i)->id);
            column++;
        }
    }
    (void)printf("%s\n", column == 0 ? " none" : "");
}

/* ---- For scripts ---- */

/* For add_finding(). */
struct list {
    json_t *array;
    uint64_t schedules;
};

static void add_finding(
    void *context,
    const struct fuzz_ledger_finding *finding)
{
    const struct list *list = context;
    uint32_t rule = 0;
    bool is_known = model_rule_find(finding->rule, &rule);
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:b, s:b, s:b, s:o, s:s, s:s}",
        "rule",
        finding->rule,
        "rules",
        is_known ? tool_verdict_group(rule) : json_array(),
        "count",
        finding->count > 0 ? json_integer((json_int_t)finding->count)
                           : json_null(),
        "share",
        tool_statistics_share(finding->count, list->schedules),
        "seed",
        (json_int_t)finding->seed,
        "calls",
        (json_int_t)finding->calls,
        "switches",
        (json_int_t)finding->switches,
        "signal",
        (json_int_t)fuzz_death_signal(finding->death),
        "exit_status",
        tool_verdict_exit_status(finding->death),
        "replayed",
        (int)(finding->replay == FUZZ_REPLAY_SAME),
        "differed",
        (int)(finding->replay == FUZZ_REPLAY_DIFFERED),
        "shrunk",
        (int)finding->is_shrunk,
        "hash",
        tool_output_hash(finding->hash),
        "file",
        finding->file,
        "text",
        finding->text);
    LC_CHECK(object != NULL);
    (void)json_array_append_new(list->array, object);
}

static void add_warning(
    void *context,
    const struct fuzz_ledger_warning *warning)
{
    json_t *list = context;
    const struct tool_warnings_one one = {
        .rule = warning->rule,
        .schedules = warning->schedules,
    };
    (void)json_array_append_new(
        list,
        tool_warnings_object(&one, warning->seed, warning->text));
}

/* A setting as what it is: the ledger keeps texts. */
static json_t *setting_of(const char *name, const char *value)
{
    if (strcmp(name, "seed") == 0) {
        return json_integer((json_int_t)strtoull(value, NULL, 10));
    }
    if (strcmp(name, "inferences") == 0 || strcmp(name, "faults") == 0) {
        return json_boolean(strcmp(value, "on") == 0);
    }
    return tool_output_text(value);
}

static json_t *unexercised_rules(struct fuzz_ledger *ledger)
{
    json_t *rules = json_array();
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        const char *id = model_rule(i)->id;
        if (fuzz_ledger_exercised(ledger, id) == 0) {
            (void)json_array_append_new(rules, json_string(id));
        }
    }
    return rules;
}

bool tool_report_object(
    struct fuzz_ledger *ledger,
    json_t **ret_object,
    struct fuzz_ledger_error *ret_error)
{
    static char value[FUZZ_TEXT_SIZE_MAX];
    struct fuzz_ledger_totals totals;
    if (!fuzz_ledger_sum(ledger, &totals, ret_error) ||
        !fuzz_ledger_statistics(ledger, &statistics, ret_error)) {
        return false;
    }
    struct list list = { json_array(), totals.schedules };
    if (!fuzz_ledger_findings(ledger, add_finding, &list, ret_error)) {
        json_decref(list.array);
        return false;
    }
    json_t *warnings = json_array();
    if (!fuzz_ledger_warnings(ledger, add_warning, warnings, ret_error)) {
        json_decref(list.array);
        json_decref(warnings);
        return false;
    }
    json_t *settings = json_object();
    for (size_t i = 0; i < LC_COUNT_OF(names); i++) {
        if (fuzz_ledger_get(ledger, names[i], value, sizeof value)) {
            (void)json_object_set_new(
                settings,
                names[i],
                setting_of(names[i], value));
        }
    }
    json_t *object = tool_output_object();
    json_t *rest = json_pack(
        "{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:o, s:o, s:o, s:o}",
        "settings",
        settings,
        "schedules",
        (json_int_t)totals.schedules,
        "records",
        (json_int_t)totals.records,
        "virtual_ns",
        (json_int_t)totals.virtual_ns,
        "unspecified",
        (json_int_t)totals.unspecified,
        "twice",
        (json_int_t)totals.again,
        "differed",
        (json_int_t)totals.differed,
        "differed_seed",
        totals.differed > 0 ? json_integer((json_int_t)totals.differed_seed)
                            : json_null(),
        "next_seed",
        (json_int_t)totals.next_seed,
        "rules_exercised",
        (json_int_t)totals.rules_exercised,
        "rules_not_exercised",
        unexercised_rules(ledger),
        "statistics",
        tool_statistics_object(
            &statistics,
            totals.schedules - totals.unspecified,
            totals.finding_count > 0),
        "findings",
        list.array,
        "warnings",
        tool_warnings_all(totals.warned, warnings));
    LC_CHECK(rest != NULL);
    (void)json_object_update(object, rest);
    json_decref(rest);
    *ret_object = object;
    return true;
}

/* ---- The command ---- */

static bool print_text(
    struct fuzz_ledger *ledger,
    const char *folder,
    struct fuzz_ledger_error *ret_error)
{
    struct fuzz_ledger_totals totals;
    if (!fuzz_ledger_sum(ledger, &totals, ret_error) ||
        !fuzz_ledger_statistics(ledger, &statistics, ret_error)) {
        return false;
    }
    struct page page = { folder, totals.schedules };
    print_settings(ledger);
    print_totals(&totals);
    tool_statistics_print(&statistics);
    bool is_nothing = tool_verdict_is_nothing(
        totals.schedules,
        totals.unspecified,
        totals.finding_count);
    if (totals.finding_count == 0 && !is_nothing) {
        (void)printf("no rule was broken\n");
        tool_statistics_print_bound(totals.schedules - totals.unspecified);
    }
    tool_warnings_print_count(totals.warned);
    if (!fuzz_ledger_warnings(ledger, print_warning, &page, ret_error)) {
        return false;
    }
    print_rules(ledger);
    if (!fuzz_ledger_findings(ledger, print_finding, &page, ret_error)) {
        return false;
    }
    if (is_nothing) {
        tool_verdict_print_nothing(totals.schedules);
    }
    return true;
}

static bool print_json(
    struct fuzz_ledger *ledger,
    struct fuzz_ledger_error *ret_error)
{
    json_t *object;
    if (!tool_report_object(ledger, &object, ret_error)) {
        return false;
    }
    tool_output_json(object);
    return true;
}

int tool_report(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    char path[PATH_BYTES];
    struct fuzz_ledger_error error;
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    const char *folder = arguments[0];
    (void)snprintf(path, sizeof path, "%s/ledger.sqlite", folder);
    if (access(path, F_OK) != 0) {
        tool_output_error("%s: no campaign: %s", folder, strerror(errno));
        return TOOL_EXIT_USAGE;
    }
    struct fuzz_ledger *ledger = fuzz_ledger_open(path, false, &error);
    if (ledger == NULL) {
        tool_output_error("%s: %s", path, error.text);
        return TOOL_EXIT_USAGE;
    }
    bool is_good = tool_given.json ? print_json(ledger, &error)
                                   : print_text(ledger, folder, &error);
    if (!is_good) {
        tool_output_error("%s: %s", path, error.text);
    }
    fuzz_ledger_close(ledger);
    return is_good ? TOOL_EXIT_HELD : TOOL_EXIT_USAGE;
}
