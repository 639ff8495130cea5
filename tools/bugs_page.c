/*
 * lastcall bench bugs: the table as CSV, and as a page that needs nothing from
 * elsewhere.
 */
#include <inttypes.h>
#include <math.h>

#include "tools/bugs.h"
#include "tools/figure.h"

enum {
    DECADES = 5 /* from the lightest to the darkest field */
};

bool tool_bugs_csv(
    FILE *file,
    const struct tool_bug_cell *cells,
    uint32_t count)
{
    (void)fprintf(
        file,
        "bug,sampler,trials,found,cap,schedules,others,mean,low,high,"
        "schedules_per_s,seconds\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct tool_bug_cell *cell = &cells[i];
        char mean[32];
        tool_measure_mean(&cell->trials, mean);
        (void)fprintf(
            file,
            "%s,%s,%" PRIu32 ",%" PRIu32 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
            ",%s,%.2f,%.2f,%.0f,%.3g\n",
            cell->card->id,
            tool_bugs_word(cell->column),
            cell->trials.count,
            cell->trials.found,
            cell->trials.cap,
            cell->trials.schedules,
            cell->others,
            mean,
            cell->trials.low,
            cell->trials.high,
            cell->schedules_per_s,
            cell->seconds);
    }
    return ferror(file) == 0;
}

static void write_cell(FILE *file, const struct tool_bug_cell *cell)
{
    char text[64];
    double schedules = cell->trials.found > 0 ? cell->trials.mean
                                              : (double)cell->trials.schedules;
    double share = log10(schedules < 1 ? 1 : schedules) / DECADES;
    tool_measure_mean(&cell->trials, text);
    (void)fprintf(
        file,
        "<td style='background:hsl(%.0f 60%% 85%%)'>",
        120 * (1 - (share > 1 ? 1 : share)));
    tool_measure_put(file, text);
    (void)fprintf(file, "<br><small>");
    if (cell->trials.found > 0) {
        tool_measure_range(&cell->trials, "&#8211;", text);
        (void)fprintf(file, "%s<br>", text);
    }
    tool_measure_found(&cell->trials, text);
    (void)fprintf(file, "%s", text);
    if (cell->seconds > 0) {
        char seconds[TOOL_FIGURE_BYTES];
        tool_figure(cell->seconds, seconds);
        (void)fprintf(file, "<br>%s s", seconds);
    }
    (void)fprintf(file, "</small>");
}

bool tool_bugs_page(
    FILE *file,
    const struct tool_bug_cell *cells,
    uint32_t count,
    const char *how)
{
    (void)fprintf(
        file,
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>\n"
        "<title>Planted bugs</title>\n<style>body{font:14px sans-serif;"
        "margin:2em}table{border-collapse:collapse}td,th{padding:2px "
        "8px;text-align:right;border:1px solid #fff}td:first-child{text-align:"
        "left}</style></head><body>\n<h1>Samplers on planted bugs</h1>\n<p>"
        "<code>");
    tool_measure_put(file, how);
    (void)fprintf(
        file,
        "</code></p>\n<p>Schedules to the first finding that breaks a rule of "
        "the bug's card: mean, its 95 %% interval, trials that found it, and "
        "processor time on one core.</p>\n<table><tr><th>bug");
    for (uint32_t i = 0; i < count && cells[i].card == cells[0].card; i++) {
        (void)fprintf(file, "<th>%s", tool_bugs_word(cells[i].column));
    }
    (void)fprintf(file, "</tr>\n");
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || cells[i].card != cells[i - 1].card) {
            (void)fprintf(file, "<tr><td>%s", cells[i].card->id);
        }
        write_cell(file, &cells[i]);
        if (i + 1 == count || cells[i + 1].card != cells[i].card) {
            (void)fprintf(file, "</tr>\n");
        }
    }
    (void)fprintf(file, "</table></body></html>\n");
    return ferror(file) == 0;
}
