/*
 * lastcall report: what a campaign has played and found.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "tools/commands.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/verdict.h"

enum {
    PATH_BYTES = 4096
};

static const struct tool_command command = {
    .name = "report",
    .arguments = "DIR",
    .summary = "Says what a campaign has played and found, also while it runs.",
    .argument_count = 1,
    .argument_max = 1,
};

static void print_settings(struct fuzz_ledger *ledger)
{
    static const char *const names[] = {
        "build",      "seed", "sampler", "model",
        "inferences", "bug",  "world",   "provider",
    };
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
        "\n%" PRIu64 " schedules, %" PRIu64 " records, %.1f virtual "
        "days, %" PRIu64 " unspecified, next seed %" PRIu64 "\n",
        totals->schedules,
        totals->records,
        tool_output_days(totals->virtual_ns),
        totals->unspecified,
        totals->next_seed);
    uint64_t judged = totals->schedules - totals->unspecified;
    if (totals->unspecified > 0) {
        (void)printf(
            "%" PRIu64 " ended unspecified, at a limit of the simulator: they "
            "say nothing\n",
            totals->unspecified);
    }
    if (totals->finding_count == 0 && judged >= 3) {
        (void)printf(
            "no finding: with 95 %% confidence fewer than one in %" PRIu64
            " schedules like these breaks a rule\n",
            judged / 3);
    }
}

static void print_finding(
    void *context,
    const struct fuzz_ledger_finding *finding)
{
    const char *folder = context;
    uint32_t rule = 0;
    (void)printf("\nbroken %s", finding->rule);
    if (finding->count > 0) {
        (void)printf(", %" PRIu64 " times\n", finding->count);
    } else {
        (void)printf(" (its schedules are to be played again)\n");
    }
    if (model_rule_find(finding->rule, &rule)) {
        tool_verdict_print_rule(rule, 2);
    }
    if (finding->signal_number != 0) {
        (void)printf(
            "  the worker died of signal %d\n",
            finding->signal_number);
    }
    tool_verdict_print_replay(finding->replay, 2);
    (void)printf(
        "  %u calls, %u switches, hash %016" PRIx64 ", seed %" PRIu64 "\n"
        "  %s/findings/%s\n",
        finding->calls,
        finding->switches,
        finding->hash,
        finding->seed,
        folder,
        finding->file);
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

int tool_report(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    char path[PATH_BYTES];
    struct fuzz_ledger_error error;
    struct fuzz_ledger_totals totals;
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    const char *folder = arguments[0];
    (void)snprintf(path, sizeof path, "%s/ledger.sqlite", folder);
    struct fuzz_ledger *ledger = fuzz_ledger_open(path, false, &error);
    if (ledger == NULL) {
        tool_output_error("%s: %s", path, error.text);
        return TOOL_EXIT_USAGE;
    }
    status = TOOL_EXIT_USAGE;
    if (fuzz_ledger_sum(ledger, &totals, &error)) {
        char name[PATH_BYTES];
        (void)snprintf(name, sizeof name, "%s", folder);
        print_settings(ledger);
        print_totals(&totals);
        print_rules(ledger);
        status = TOOL_EXIT_HELD;
        if (!fuzz_ledger_findings(ledger, print_finding, name, &error)) {
            status = TOOL_EXIT_USAGE;
        }
    }
    if (status != TOOL_EXIT_HELD) {
        tool_output_error("%s: %s", path, error.text);
    }
    fuzz_ledger_close(ledger);
    return status;
}
