#include "tools/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lastcall/check.h"

#include "fuzz/fuzz.h"
#include "tools/figure.h"
#include "tools/output.h"

struct tool_measure tool_measure = {
    .trials = { .low = 1, .high = 1000000 },
    .cap = { .low = 1, .high = UINT32_MAX },
    .seed = { .value = 1, .low = 0, .high = TOOL_SEEDS_MAX },
    .jobs = { .low = 1, .high = FUZZ_CELLS_JOBS_MAX },
    .walks = { .low = 0, .high = 1000 },
    .states = { .value = 2000000, .low = 1, .high = UINT32_MAX },
    .transitions = { .value = 5000000, .low = 1, .high = UINT32_MAX },
};

const struct tool_option tool_measure_options[] = {
    { "--program",
      TOOL_TEXT,
      &tool_measure.program,
      "NAME",
      "schedulers: only this program" },
    { "--bug",
      TOOL_TEXT,
      &tool_measure.bug,
      "ID",
      "bugs: only this one; chains, lives: in the providers" },
    { "--layer",
      TOOL_TEXT,
      &tool_measure.layer,
      "FILE",
      "chains: a DLL, in place of the layers that have its kind of handles" },
    { "--sampler",
      TOOL_TEXT,
      &tool_measure.sampler,
      "NAME",
      "only this column of the table" },
    { "--trials",
      TOOL_NUMBER,
      &tool_measure.trials,
      "N",
      "trials of each cell (100; schedulers: 20 where there are 50 threads; "
      "bugs: 20)" },
    { "--schedules",
      TOOL_NUMBER,
      &tool_measure.cap,
      "N",
      "of a trial at most (schedulers: 1000; 1250, 500 for 50, 100 threads; 20 "
      "for safestack; bugs: 20000); chains, lives: programs in all (100000)" },
    { "--seed", TOOL_NUMBER, &tool_measure.seed, "N", "the first (1)" },
    { "-j, --jobs",
      TOOL_NUMBER,
      &tool_measure.jobs,
      "N",
      "worker processes; left out: one for each processor" },
    { "--walks",
      TOOL_NUMBER,
      &tool_measure.walks,
      "N",
      "schedulers: profiles from N random walks instead of one run in the "
      "default order" },
    { "--explore",
      TOOL_FLAG,
      &tool_measure.explore,
      NULL,
      "schedulers: counts the states and traces of each program, too" },
    { "--states",
      TOOL_NUMBER,
      &tool_measure.states,
      "N",
      "--explore: of a program at most (2000000)" },
    { "--transitions",
      TOOL_NUMBER,
      &tool_measure.transitions,
      "N",
      "--explore: steps on which the traces of a program are counted "
      "(5000000)" },
    { "--csv", TOOL_TEXT, &tool_measure.csv, "FILE", "the table, too" },
    { "--html",
      TOOL_TEXT,
      &tool_measure.html,
      "FILE",
      "a page with the table, too" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

/* ---- Statistics ---- */

/* A quantile of chi-squared, by Wilson and Hilferty; z is the normal one. */
static double chi_squared(double freedom, double z)
{
    double part = 2 / (9 * freedom);
    double root = 1 - part + z * sqrt(part);
    return root <= 0 ? 0 : freedom * root * root * root;
}

/* Trials that were given up count by what they played: the mean is schedules
 * for each bug, and schedules to the first bug where none was given up. */
void tool_measure_estimate(struct tool_trials *trials)
{
    double schedules = (double)trials->schedules;
    double found = trials->found;
    if (trials->found == 0) {
        trials->low = schedules / 3; /* 95 %, one-sided */
        return;
    }
    bool is_cut = trials->found < trials->count;
    trials->mean = schedules / found;
    trials->low =
        2 * schedules / chi_squared(2 * found + (is_cut ? 2 : 0), 1.96);
    double lower = chi_squared(2 * found, -1.96);
    trials->high = lower > 0 ? 2 * schedules / lower : 0;
    /* Schedules come whole: the fewest are one for each. */
    trials->low = trials->low < 1 ? 1 : trials->low;
}

void tool_measure_mean(const struct tool_trials *trials, char text[32])
{
    if (trials->found == 0) {
        (void)snprintf(text, 32, ">%" PRIu64, trials->schedules);
    } else {
        (void)snprintf(
            text,
            32,
            trials->mean < 100 ? "%.1f" : "%.0f",
            trials->mean);
    }
}

void tool_measure_range(
    const struct tool_trials *trials,
    const char *between,
    char text[64])
{
    char low[TOOL_FIGURE_BYTES];
    char high[TOOL_FIGURE_BYTES];
    tool_figure(trials->low, low);
    tool_figure(trials->high, high);
    if (trials->found == 0) {
        (void)snprintf(text, 64, ">%.20s", low);
    } else {
        (void)snprintf(text, 64, "%.20s%.10s%.20s", low, between, high);
    }
}

void tool_measure_interval(const struct tool_trials *trials, char text[64])
{
    char mean[32];
    tool_measure_mean(trials, mean);
    if (trials->found == 0) {
        (void)snprintf(text, 64, "%s", mean);
    } else {
        char range[64];
        tool_measure_range(trials, " ", range);
        (void)snprintf(text, 64, "%.20s [%.40s]", mean, range);
    }
}

void tool_measure_found(const struct tool_trials *trials, char text[32])
{
    (void)snprintf(
        text,
        32,
        "%" PRIu32 "/%" PRIu32,
        trials->found,
        trials->count);
}

/* ---- Lines and files ---- */

bool tool_measure_wants(const char *wanted, const char *name)
{
    return wanted == NULL || strcmp(wanted, name) == 0;
}

static void add_number(
    struct tool_line *line,
    const char *name,
    const struct tool_number *number)
{
    char text[32];
    if (number->is_given) {
        (void)snprintf(text, sizeof text, "%" PRIu64, number->value);
        tool_line_add_option(line, name, text);
    }
}

void tool_measure_add(struct tool_line *line)
{
    struct tool_number seed = tool_measure.seed;
    seed.is_given = true;
    add_number(line, "--seed", &seed);
    tool_line_add_option(line, "--program", tool_measure.program);
    tool_line_add_option(line, "--bug", tool_measure.bug);
    tool_line_add_option(line, "--layer", tool_measure.layer);
    tool_line_add_option(line, "--sampler", tool_measure.sampler);
    add_number(line, "--trials", &tool_measure.trials);
    add_number(line, "--schedules", &tool_measure.cap);
    add_number(line, "--walks", &tool_measure.walks);
    tool_line_add(line, tool_measure.explore ? " --explore" : "");
    add_number(line, "--states", &tool_measure.states);
    add_number(line, "--transitions", &tool_measure.transitions);
}

void tool_measure_put(FILE *file, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '<' || *at == '&' || *at == '>') {
            (void)fprintf(file, "&#%d;", *at);
        } else {
            (void)fputc(*at, file);
        }
    }
}

/* What is wrong with a file that is there, an errno; 0: nothing. */
static int why_not_over(const char *path)
{
    struct stat status = { 0 };
    if (stat(path, &status) != 0) {
        return errno;
    }
    if (S_ISDIR(status.st_mode)) {
        return EISDIR;
    }
    return access(path, W_OK) == 0 ? 0 : errno;
}

/* The same of one that is to be made: it is made, and taken away again. */
static int why_not(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) {
        return errno == EEXIST ? why_not_over(path) : errno;
    }
    (void)close(file);
    (void)unlink(path);
    return 0;
}

bool tool_measure_can_write(void)
{
    const char *const paths[] = { tool_measure.csv, tool_measure.html };
    for (size_t i = 0; i < LC_COUNT_OF(paths); i++) {
        int why = paths[i] == NULL ? 0 : why_not(paths[i]);
        if (why != 0) {
            tool_output_error("%s: %s", paths[i], strerror(why));
            return false;
        }
    }
    return true;
}

bool tool_measure_write(
    const char *path,
    bool (*write)(FILE *file, const char *how),
    const char *how)
{
    if (path == NULL) {
        return true;
    }
    errno = 0;
    FILE *file = fopen(path, "w");
    bool is_good = file != NULL && write(file, how);
    int why = errno;
    if (file != NULL && fclose(file) != 0) {
        why = errno;
        is_good = false;
    }
    if (!is_good) {
        tool_output_error(
            "%s: %s",
            path,
            why != 0 ? strerror(why) : "it can't be written");
    }
    return is_good;
}
