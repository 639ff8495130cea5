#include "tools/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/output.h"
#include "tools/revision.h"
#include "tools/version.h"

static struct {
    bool is_shown;
    double next_seconds;
} status = { .next_seconds = 1 };

void tool_status_banner(uint64_t seed)
{
    (void)fprintf(
        stderr,
        "lastcall %s (%s), seed %" PRIu64 "\n",
        TOOL_VERSION,
        TOOL_REVISION,
        seed);
}

void tool_status_banner_sweep(void)
{
    (void)fprintf(
        stderr,
        "lastcall %s (%s), a sweep\n",
        TOOL_VERSION,
        TOOL_REVISION);
}

/* Whether it is time for a line. */
static bool is_due(double seconds, bool is_terminal)
{
    if (seconds < status.next_seconds) {
        return false;
    }
    status.next_seconds = seconds + (is_terminal ? 1 : 10);
    status.is_shown = is_terminal;
    return true;
}

void tool_status_show_cells(struct tool_status_cells cells, double seconds)
{
    bool is_terminal = isatty(STDERR_FILENO) == 1;
    if (is_due(seconds, is_terminal)) {
        (void)fprintf(
            stderr,
            "%s%.0f s: %u of %u cells%s",
            is_terminal ? "\r\033[K" : "",
            seconds,
            cells.done,
            cells.count,
            is_terminal ? "" : "\n");
        (void)fflush(stderr);
    }
}

void tool_status_show(
    const struct fuzz_search_totals *totals,
    uint64_t before,
    double seconds)
{
    bool is_terminal = isatty(STDERR_FILENO) == 1;
    char all[64] = "";
    if (!is_due(seconds, is_terminal)) {
        return;
    }
    if (before > 0) {
        (void)snprintf(
            all,
            sizeof all,
            " in this start; in all %" PRIu64 " schedules",
            before + totals->schedules);
    }
    (void)fprintf(
        stderr,
        "%s%.0f s: %" PRIu64 " schedule%s, %.0f/s, %.1f virtual days%s, %u "
        "rule%s exercised, %u finding%s%s",
        is_terminal ? "\r\033[K" : "",
        seconds,
        totals->schedules,
        tool_output_s(totals->schedules),
        (double)totals->schedules / seconds,
        tool_output_days(totals->virtual_ns),
        all,
        totals->rules_exercised,
        tool_output_s(totals->rules_exercised),
        totals->finding_count,
        tool_output_s(totals->finding_count),
        is_terminal ? "" : "\n");
    (void)fflush(stderr);
}

void tool_status_clear(void)
{
    if (status.is_shown) {
        (void)fputs("\r\033[K", stderr);
        status.is_shown = false;
    }
}
