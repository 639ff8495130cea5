/*
 * lastcall bench schedulers: the table as CSV, and as a page with a plot that
 * needs nothing from elsewhere.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "tools/schedulers.h"

bool tool_schedulers_csv(FILE *file, const struct tool_schedulers_table *table)
{
    (void)fprintf(
        file,
        "program,sampler,trials,found,cap,schedules,mean,low,high,"
        "schedules_per_s,elsewhere,z,agrees,surw_study,rff_study,states,traces\n");
    for (uint32_t i = 0; i < table->cell_count; i++) {
        const struct tool_cell *cell = &table->cells[i];
        const struct tool_published *published = cell->published;
        const char *surw =
            published == NULL ? NULL : published->surw[cell->column];
        const char *rff =
            published == NULL ? NULL : published->rff[cell->column];
        char mean[32];
        char other[32];
        char z_text[32] = "";
        char states[32] = "";
        char traces[32] = "";
        double z;
        const struct tool_explored *one =
            tool_schedulers_explored(table, cell->program);
        if (one != NULL) {
            tool_schedulers_states(one, states);
            tool_schedulers_traces(one, traces);
        }
        tool_measure_mean(&cell->trials, mean);
        tool_schedulers_trial(cell, other);
        if (tool_schedulers_z(cell, &z)) {
            (void)snprintf(z_text, sizeof z_text, "%.1f", z);
        }
        (void)fprintf(
            file,
            "%s,%s,%" PRIu32 ",%" PRIu32 ",%" PRIu64 ",%" PRIu64
            ",%s,%.2f,%.2f,%.0f,%s,%s,%s,\"%s\",\"%s\",%s,%s\n",
            sim_program_name(cell->program),
            tool_schedulers_word(cell->column),
            cell->trials.count,
            cell->trials.found,
            cell->trials.cap,
            cell->trials.schedules,
            mean,
            cell->trials.low,
            cell->trials.high,
            cell->schedules_per_s,
            other,
            z_text,
            other[0] == '\0'               ? ""
            : tool_schedulers_agrees(cell) ? "yes"
                                           : "no",
            surw == NULL ? "" : surw,
            rff == NULL ? "" : rff,
            states,
            traces);
    }
    return ferror(file) == 0;
}

/* ---- The plot: a row for each program, a logarithmic axis ---- */

enum {
    LEFT = 150,  /* names */
    WIDTH = 760, /* of the axis */
    TOP = 30,
    ROW = 59,
    STEP = 5, /* between the samplers of a row */
    DECADES = 7
};

static const char *const colours[TOOL_COLUMN_COUNT] = {
    "#7a7a7a", "#1f6fb4", "#17a2b8", "#d9660f", "#2e8b3d",
    "#b3202c", "#7d4fb0", "#e07b91", "#8a6d1f", "#111111",
};

static double axis(double schedules)
{
    double decades = log10(schedules < 1 ? 1 : schedules);
    decades = decades > DECADES ? DECADES : decades;
    return LEFT + WIDTH * decades / DECADES;
}

static uint32_t count_rows(const struct tool_cell *cells, uint32_t count)
{
    uint32_t rows = 0;
    for (uint32_t i = 0; i < count; i++) {
        rows += i == 0 || cells[i].program != cells[i - 1].program;
    }
    return rows;
}

static void draw_axis(FILE *file, uint32_t rows)
{
    uint32_t bottom = TOP + rows * ROW;
    for (uint32_t decade = 0; decade <= DECADES; decade++) {
        double x = LEFT + (double)WIDTH * decade / DECADES;
        (void)fprintf(
            file,
            "<line x1='%.1f' x2='%.1f' y1='%d' y2='%" PRIu32
            "' stroke='#ddd'/><text x='%.1f' y='20' text-anchor='middle'>10"
            "<tspan dy='-5' font-size='9'>%" PRIu32 "</tspan></text>\n",
            x,
            x,
            TOP,
            bottom,
            x,
            decade);
    }
}

/* A dot with its interval; where no bug was met an arrow from what was
 * played. The other implementation's value is an open ring. */
static void draw_cell(FILE *file, const struct tool_cell *cell, double y)
{
    const char *colour = colours[cell->column];
    double other = cell->published == NULL
                       ? 0
                       : tool_published_trial(cell->published, cell->column);
    if (cell->trials.found == 0) {
        double x = axis((double)cell->trials.schedules);
        (void)fprintf(
            file,
            "<path d='M%.1f %.1fh12m-4 -2.5l4 2.5l-4 2.5' fill='none' "
            "stroke='%s'/>",
            x,
            y,
            colour);
    } else {
        double high =
            cell->trials.high > 0 ? cell->trials.high : pow(10, DECADES);
        (void)fprintf(
            file,
            "<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' stroke='%s' "
            "stroke-width='1.5'/><circle cx='%.1f' cy='%.1f' r='2.6' "
            "fill='%s'/>",
            axis(cell->trials.low),
            axis(high),
            y,
            y,
            colour,
            axis(cell->trials.mean),
            y,
            colour);
    }
    if (other > 0) {
        (void)fprintf(
            file,
            "<circle cx='%.1f' cy='%.1f' r='4.2' fill='none' stroke='%s'/>",
            axis(other),
            y,
            colour);
    }
    (void)fputc('\n', file);
}

static void draw(FILE *file, const struct tool_cell *cells, uint32_t count)
{
    uint32_t rows = count_rows(cells, count);
    (void)fprintf(
        file,
        "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%" PRIu32
        "' font-size='12' font-family='sans-serif' role='img' "
        "aria-label='schedules to the first bug'>\n",
        LEFT + WIDTH + 40,
        TOP + rows * ROW + 20);
    draw_axis(file, rows);
    uint32_t row = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool is_first = i == 0 || cells[i].program != cells[i - 1].program;
        row += i > 0 && is_first;
        if (is_first) {
            (void)fprintf(
                file,
                "<text x='%d' y='%" PRIu32 "' text-anchor='end'>%s</text>\n",
                LEFT - 10,
                TOP + row * ROW + ROW / 2 + 4,
                sim_program_name(cells[i].program));
        }
        draw_cell(
            file,
            &cells[i],
            (double)(TOP + row * ROW + 7 + (uint32_t)cells[i].column * STEP));
    }
    (void)fprintf(file, "</svg>\n");
}

static void legend(FILE *file)
{
    (void)fprintf(file, "<p>");
    for (uint32_t i = 0; i < TOOL_COLUMN_COUNT; i++) {
        (void)fprintf(
            file,
            "<span style='color:%s'>&#9679; %s</span> &#160; ",
            colours[i],
            tool_schedulers_word((enum tool_column)i));
    }
    (void)fprintf(
        file,
        "</p>\n<p>Schedules to the first bug, and the 95 %% interval of their "
        "mean. An arrow: none in so many. A ring: another implementation's "
        "value at the same granularity.</p>\n");
}

static void write_cell(FILE *file, const struct tool_cell *cell)
{
    const struct tool_published *published = cell->published;
    char mean[32];
    char range[64];
    char other[32];
    tool_measure_mean(&cell->trials, mean);
    tool_schedulers_trial(cell, other);
    const char *surw = published == NULL ? NULL : published->surw[cell->column];
    const char *rff = published == NULL ? NULL : published->rff[cell->column];
    (void)fprintf(
        file,
        "<tr><td>%s<td>%s<td>%s%s",
        sim_program_name(cell->program),
        tool_schedulers_word(cell->column),
        mean[0] == '>' ? "&gt;" : "",
        mean[0] == '>' ? mean + 1 : mean);
    tool_measure_range(&cell->trials, "&#8211;", range);
    (void)fprintf(
        file,
        "<td>%s%s",
        range[0] == '>' ? "&gt;" : "",
        range[0] == '>' ? range + 1 : range);
    (void)fprintf(
        file,
        "<td>%" PRIu32 "/%" PRIu32 "<td>%" PRIu64
        "<td%s>%s%s<td>%s<td>%s<td>%.0f</tr>\n",
        cell->trials.found,
        cell->trials.count,
        cell->trials.cap,
        tool_schedulers_agrees(cell) ? "" : " class='differs'",
        other[0] == '>' ? "&gt;" : "",
        other[0] == '>' ? other + 1 : other,
        surw == NULL ? "" : surw,
        rff == NULL ? "" : rff,
        cell->schedules_per_s);
}

static void write_explored(
    FILE *file,
    const struct tool_schedulers_table *table)
{
    if (table->explored_count == 0) {
        return;
    }
    (void)fprintf(
        file,
        "<h2>All orders</h2>\n<table><tr><th>program<th>states<th>elsewhere"
        "<th>traces<th>elsewhere<th>states to the first bug<th>states/s</tr>\n");
    for (uint32_t i = 0; i < table->explored_count; i++) {
        const struct tool_explored *one = &table->explored[i];
        const char *name = sim_program_name(one->program);
        const struct tool_published *published = tool_published_find(name);
        char states[32];
        char traces[32];
        char first[32] = "-";
        tool_schedulers_states(one, states);
        tool_schedulers_traces(one, traces);
        if (one->states_first > 0) {
            (void)snprintf(first, sizeof first, "%" PRIu64, one->states_first);
        }
        (void)fprintf(file, "<tr><td>%s<td>", name);
        tool_measure_put(file, states);
        (void)fprintf(
            file,
            "<td>%s<td>",
            published == NULL || published->states == NULL ? ""
                                                           : published->states);
        tool_measure_put(file, traces);
        (void)fprintf(
            file,
            "<td>%s<td>%s<td>%.0f</tr>\n",
            published == NULL || published->traces == NULL ? ""
                                                           : published->traces,
            first,
            one->states_per_s);
    }
    (void)fprintf(file, "</table>\n");
}

bool tool_schedulers_page(
    FILE *file,
    const struct tool_schedulers_table *table,
    const char *how)
{
    (void)fprintf(
        file,
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>\n"
        "<title>Schedulers</title>\n<style>body{font:14px "
        "sans-serif;margin:2em;max-width:1000px}table{border-collapse:"
        "collapse}td,th{padding:2px 8px;text-align:right;border-bottom:1px "
        "solid #eee}td:nth-child(-n+2){text-align:left}.differs{color:"
        "#b3202c}</style></head><body>\n<h1>Schedulers on micro-programs</h1>"
        "\n<p><code>");
    tool_measure_put(file, how);
    (void)fprintf(file, "</code></p>\n");
    legend(file);
    draw(file, table->cells, table->cell_count);
    (void)fprintf(
        file,
        "<h2>The numbers</h2>\n<table><tr><th>program<th>sampler"
        "<th>schedules<th>95 %%<th>found<th>given up after<th>elsewhere"
        "<th>SURW study<th>RFF study<th>schedules/s</tr>\n");
    for (uint32_t i = 0; i < table->cell_count; i++) {
        write_cell(file, &table->cells[i]);
    }
    (void)fprintf(file, "</table>\n");
    write_explored(file, table);
    (void)fprintf(file, "<h2>Granularity and sources</h2>\n<ul>\n");
    for (const char *const *at = tool_published_sources; *at != NULL; at++) {
        (void)fprintf(file, "<li>%s</li>\n", *at);
    }
    (void)fprintf(file, "</ul></body></html>\n");
    return ferror(file) == 0;
}
