#include "tools/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/compact.h"
#include "fuzz/schedule.h"
#include "fuzz/shrink.h"
#include "fuzz/text.h"
#include "fuzz/trace_text.h"

enum {
    OPTIONS_MAX = 32,
    HELP_ID = 1000
};

static char replay_line[512];

void tool_set_replay(const char *line)
{
    (void)snprintf(replay_line, sizeof replay_line, "%s", line);
}

void lc_check_failed(const char *fact, const char *file, int line)
{
    if (replay_line[0] != '\0') {
        (void)fprintf(stderr, "lastcall: replay with: %s\n", replay_line);
    }
    (void)fprintf(
        stderr,
        "lastcall: a check of lastcall itself failed: %s (%s:%d)\n",
        fact,
        file,
        line);
    abort();
}

int tool_usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fprintf(stderr, "lastcall: ");
    (void)vfprintf(stderr, format, arguments);
    (void)fprintf(stderr, "\n");
    va_end(arguments);
    return TOOL_USAGE;
}

double tool_clock(void)
{
    struct timespec now;
    int result = clock_gettime(CLOCK_MONOTONIC, &now);
    LC_CHECK(result == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- Options ---- */

static void print_help(const struct tool_command *command)
{
    (void)printf(
        "usage: lastcall %s %s\n\n%s\n",
        command->name,
        command->usage,
        command->help);
    for (const struct tool_option *option = command->options;
         option->name != NULL;
         option++) {
        char left[64];
        (void)snprintf(
            left,
            sizeof left,
            "--%s%s%s",
            option->name,
            option->argument == NULL ? "" : " ",
            option->argument == NULL ? "" : option->argument);
        (void)printf("  %-24s %s\n", left, option->help);
    }
}

int tool_next(struct tool_arguments *arguments)
{
    struct option options[OPTIONS_MAX];
    uint32_t count = 0;
    memset(options, 0, sizeof options);
    for (const struct tool_option *option = arguments->command->options;
         option->name != NULL;
         option++) {
        LC_CHECK(count + 2 < OPTIONS_MAX);
        options[count++] = (struct option){
            .name = option->name,
            .has_arg =
                option->argument == NULL ? no_argument : required_argument,
            .val = option->id,
        };
    }
    options[count++] = (struct option){ .name = "help", .val = HELP_ID };
    opterr = 0;
    int index = -1;
    int at = optind;
    int id =
        getopt_long(arguments->argc, arguments->argv, ":o:", options, &index);
    arguments->first = optind;
    arguments->value = optarg;
    arguments->name = index >= 0 ? options[index].name : "";
    if (id == -1) {
        return 0;
    }
    if (id == HELP_ID) {
        print_help(arguments->command);
        exit(fflush(stdout) == 0 ? TOOL_HELD : TOOL_USAGE);
    }
    const char *word = arguments->argv[optind > at ? optind - 1 : at];
    if (id == ':') {
        (void)tool_usage("option \"%.60s\" wants a value", word);
        return -1;
    }
    if (id == '?') {
        (void)tool_usage(
            "unknown option \"%.60s\" of '%s'",
            word,
            arguments->command->name);
        return -1;
    }
    if (id == 'o') {
        for (const struct tool_option *option = arguments->command->options;
             option->name != NULL;
             option++) {
            if (strcmp(option->name, "output") == 0) {
                arguments->name = "output";
                return option->id;
            }
        }
        (void)tool_usage(
            "unknown option \"-o\" of '%s'",
            arguments->command->name);
        return -1;
    }
    return id;
}

bool tool_number(
    const struct tool_arguments *arguments,
    uint64_t low,
    uint64_t high,
    uint64_t *ret_number)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(arguments->value, &end, 10);
    if (errno != 0 || *end != '\0' || arguments->value[0] < '0' ||
        arguments->value[0] > '9' || number < low || number > high) {
        (void)tool_usage(
            "--%s: \"%.40s\" is not a number from %llu to %llu",
            arguments->name,
            arguments->value,
            (unsigned long long)low,
            (unsigned long long)high);
        return false;
    }
    *ret_number = number;
    return true;
}

bool tool_seconds(const struct tool_arguments *arguments, uint64_t *ret_seconds)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(arguments->value, &end, 10);
    unsigned long long unit = strcmp(end, "") == 0 || strcmp(end, "s") == 0 ? 1
                              : strcmp(end, "m") == 0                       ? 60
                              : strcmp(end, "h") == 0 ? 3600
                                                      : 0;
    if (errno != 0 || unit == 0 || arguments->value[0] < '0' ||
        arguments->value[0] > '9' || number == 0 || number > 1000000) {
        (void)tool_usage(
            "--%s: \"%.40s\" is not a time like 60, 90s, 10m or 8h",
            arguments->name,
            arguments->value);
        return false;
    }
    *ret_seconds = number * unit;
    return true;
}

/* ---- Files ---- */

/* Reads a file of at most `capacity` bytes. Returns -1 after one line. */
static ssize_t read_file(const char *path, char *buffer, size_t capacity)
{
    struct stat information;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &information) != 0) {
        (void)tool_usage("%s: can't be opened", path);
        goto fail;
    }
    if (S_ISDIR(information.st_mode)) {
        (void)tool_usage("%s: a folder, not a schedule", path);
        goto fail;
    }
    size_t size_bytes = 0;
    while (size_bytes < capacity) {
        ssize_t got = read(file, buffer + size_bytes, capacity - size_bytes);
        if (got < 0) {
            (void)tool_usage("%s: can't be read", path);
            goto fail;
        }
        if (got == 0) {
            break;
        }
        size_bytes += (size_t)got;
    }
    (void)close(file);
    return (ssize_t)size_bytes;

fail:
    if (file >= 0) {
        (void)close(file);
    }
    return -1;
}

bool tool_read_schedule(const char *path, struct lc_schedule *ret_schedule)
{
    static char text[FUZZ_TEXT_SIZE_MAX + 1];
    struct fuzz_text_error error;
    ssize_t size_bytes = read_file(path, text, sizeof text);
    if (size_bytes < 0) {
        return false;
    }
    if (fuzz_compact_is((const uint8_t *)text, (size_t)size_bytes)) {
        if (size_bytes > FUZZ_COMPACT_SIZE_MAX) {
            (void)tool_usage("%s: too large for a compact schedule", path);
            return false;
        }
        fuzz_compact_decode(
            (const uint8_t *)text,
            (size_t)size_bytes,
            ret_schedule);
        return true;
    }
    if (!fuzz_text_parse(text, (size_t)size_bytes, ret_schedule, &error)) {
        (void)tool_usage(
            "%s:%u:%u: %s",
            path,
            error.line,
            error.column,
            error.message);
        return false;
    }
    return true;
}

bool tool_write_schedule(const char *path, const struct lc_schedule *schedule)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    char temporary[4096];
    size_t length = fuzz_text_print(schedule, text, sizeof text);
    LC_CHECK(length > 0);
    int written = snprintf(temporary, sizeof temporary, "%s.part", path);
    FILE *file = written > 0 && (size_t)written < sizeof temporary
                     ? fopen(temporary, "w")
                     : NULL;
    bool is_good = file != NULL && fwrite(text, 1, length, file) == length;
    if (file != NULL) {
        is_good = fclose(file) == 0 && is_good;
    }
    if (!is_good || rename(temporary, path) != 0) {
        (void)remove(temporary);
        (void)tool_usage("%s: can't be written", path);
        return false;
    }
    return true;
}

/* ---- The simulator ---- */

bool tool_open(void)
{
    struct sim_error error;
    if (sim_open(&error) != SIM_OK) {
        (void)tool_usage("%s", error.text);
        return false;
    }
    return true;
}

bool tool_replace(const char *argument)
{
    char name[LC_NAME_MAX];
    struct sim_error error;
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument || equals[1] == '\0' ||
        (size_t)(equals - argument) >= sizeof name) {
        (void)tool_usage("--provider: \"%.60s\" is not NAME=FILE", argument);
        return false;
    }
    memcpy(name, argument, (size_t)(equals - argument));
    name[equals - argument] = '\0';
    if (!fuzz_schedule_is_name(name)) {
        (void)tool_usage("--provider: \"%.40s\" is not a name", name);
        return false;
    }
    if (sim_replace_provider(name, equals + 1, &error) != SIM_OK) {
        (void)tool_usage("%s", error.text);
        return false;
    }
    return true;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    if (interrupted) {
        _exit(130);
    }
    interrupted = 1;
}

bool tool_is_interrupted(void)
{
    static bool is_installed;
    if (!is_installed) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = on_interrupt;
        int result = sigaction(SIGINT, &action, NULL);
        LC_CHECK(result == 0);
        result = sigaction(SIGTERM, &action, NULL);
        LC_CHECK(result == 0);
        is_installed = true;
    }
    return interrupted != 0;
}

/* ---- Options of searches ---- */

void tool_search_init(struct tool_search *search)
{
    memset(search, 0, sizeof *search);
    search->sampler = "mix";
    search->options.seed = 1;
    search->options.count = UINT64_MAX / 2;
    search->options.sampler = FUZZ_SAMPLER_MIX;
    search->options.watch_seconds = 2;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    search->options.jobs = cores < 1               ? 1
                           : cores > FUZZ_JOBS_MAX ? FUZZ_JOBS_MAX
                                                   : (uint32_t)cores;
    fuzz_schedule_default_world(&search->world);
}

static bool take_world(struct tool_search *search, const char *name)
{
    static struct lc_schedule schedule;
    search->world_name = name;
    search->is_any = strcmp(name, "any") == 0;
    if (search->is_any) {
        return true;
    }
    if (!tool_read_schedule(name, &schedule)) {
        return false;
    }
    search->world = schedule.world;
    return true;
}

bool tool_search_take(
    struct tool_search *search,
    const struct tool_arguments *arguments,
    int id)
{
    uint64_t number;
    switch (id) {
    case TOOL_SEARCH_SEED:
        return tool_number(arguments, 0, UINT64_MAX / 4, &search->options.seed);
    case TOOL_SEARCH_JOBS:
        if (!tool_number(arguments, 1, FUZZ_JOBS_MAX, &number)) {
            return false;
        }
        search->options.jobs = (uint32_t)number;
        return true;
    case TOOL_SEARCH_SAMPLER:
        search->sampler = arguments->value;
        if (!fuzz_sampler_find(arguments->value, &search->options.sampler)) {
            (void)tool_usage(
                "--sampler: unknown sampler \"%.40s\"; there are rw, pct, "
                "few, mix",
                arguments->value);
            return false;
        }
        return true;
    case TOOL_SEARCH_WORLD:
        return take_world(search, arguments->value);
    case TOOL_SEARCH_PROVIDER:
        if (search->provider_count == LC_PROVIDERS_MAX) {
            (void)tool_usage("--provider: too many of them");
            return false;
        }
        search->providers[search->provider_count++] = arguments->value;
        return true;
    case TOOL_SEARCH_BUG:
        if (!fuzz_schedule_is_name(arguments->value)) {
            (void)tool_usage(
                "--bug: no planted bug \"%.40s\"",
                arguments->value);
            return false;
        }
        (void)snprintf(
            search->plant,
            sizeof search->plant,
            "%s",
            arguments->value);
        return true;
    case TOOL_SEARCH_MODEL:
        search->options.model.tolerant =
            strcmp(arguments->value, "tolerant") == 0;
        if (!search->options.model.tolerant &&
            strcmp(arguments->value, "strict") != 0) {
            (void)tool_usage(
                "--model: \"%.40s\" is neither strict nor tolerant",
                arguments->value);
            return false;
        }
        return true;
    case TOOL_SEARCH_INFERENCES:
        search->options.model.inferences = true;
        return true;
    default:
        LC_CHECK(id == 0); /* every option of the table is known */
        return false;
    }
}

/* Whether a world has a layer that a DLL can stand for. Random worlds have
 * layers "filter" and "outer". */
static bool is_layer_of(const struct tool_search *search, const char *name)
{
    if (search->is_any) {
        return strcmp(name, "filter") == 0 || strcmp(name, "outer") == 0;
    }
    for (uint32_t i = 0; i < search->world.provider_count; i++) {
        const struct lc_provider *provider = &search->world.providers[i];
        if (strcmp(provider->name, name) == 0) {
            return provider->kind != LC_PROVIDER_BASE;
        }
    }
    return false;
}

bool tool_search_open(struct tool_search *search)
{
    if (!tool_open()) {
        return false;
    }
    for (uint32_t i = 0; i < search->provider_count; i++) {
        struct fuzz_generate_dll *dll =
            &search->options.generate.dlls[search->options.generate.dll_count];
        const char *equals = strchr(search->providers[i], '=');
        if (!tool_replace(search->providers[i])) {
            return false;
        }
        size_t length = (size_t)(equals - search->providers[i]);
        memcpy(dll->name, search->providers[i], length);
        memcpy(dll->path, equals + 1, strlen(equals + 1));
        if (!is_layer_of(search, dll->name)) {
            (void)tool_usage(
                "--provider: the world has no layer \"%s\"",
                dll->name);
            return false;
        }
        search->options.generate.dll_count++;
    }
    if (search->plant[0] != '\0') {
        bool is_known = false;
        for (uint32_t i = 0; sim_plant_name(i) != NULL; i++) {
            is_known |= strcmp(sim_plant_name(i), search->plant) == 0;
        }
        if (!is_known) {
            (void)tool_usage("--bug: no planted bug \"%s\"", search->plant);
            return false;
        }
        search->options.generate.plant = search->plant;
    }
    search->options.generate.world = search->is_any ? NULL : &search->world;
    return true;
}

/* ---- Printing ---- */

const char *tool_verdict_word(uint8_t kind)
{
    return kind == LC_VERDICT_BROKEN        ? "broken"
           : kind == LC_VERDICT_UNSPECIFIED ? "unspecified"
                                            : "held";
}

static void print_rule(uint16_t rule)
{
    const struct model_rule *known = model_rule(rule);
    (void)printf("  rule      %s: %s\n", known->id, known->sentence);
    (void)printf("  source    %s\n", known->source);
    if (strcmp(known->group, known->id) != 0) {
        (void)printf("  group     %s\n", known->group);
    }
}

static void print_fault(const struct sim_fault_place *place)
{
    if (place->module[0] == '\0') {
        return;
    }
    (void)printf(
        "  fault     in %s at offset 0x%llx",
        place->module,
        (unsigned long long)place->offset_bytes);
    if (place->symbol[0] != '\0') {
        (void)printf(
            ", %s+0x%llx",
            place->symbol,
            (unsigned long long)place->symbol_offset_bytes);
    }
    (void)printf("\n");
}

void tool_print_finding(const struct fuzz_finding *finding)
{
    char text[400];
    const struct model_rule *rule = model_rule(finding->rule);
    (void)printf(
        "broken %s, %llu times, first by seed %llu\n",
        rule->id,
        (unsigned long long)finding->count,
        (unsigned long long)finding->seed);
    print_rule(finding->rule);
    if (finding->is_dead) {
        (void)printf(
            "  worker    died of signal %d while it played this schedule\n",
            finding->signal_number);
    } else {
        fuzz_trace_text(
            &finding->schedule,
            0,
            &finding->record,
            text,
            sizeof text);
        (void)printf("  record    %s\n", text + 6);
        print_fault(&finding->fault);
    }
    (void)printf(
        "  schedule  %u calls, %u threads, %u switches%s\n",
        finding->schedule.op_count,
        finding->schedule.thread_count,
        fuzz_shrink_switches(&finding->schedule),
        finding->is_replayed ? "; replays with the same trace"
        : finding->is_dead   ? ""
                             : "; NOT CONFIRMED by a replay");
}

void tool_print_verdict(
    const struct lc_schedule *schedule,
    const struct fuzz_outcome *outcome)
{
    char text[400];
    const struct sim_result *result = &outcome->result;
    (void)printf("%s", tool_verdict_word(outcome->verdict.kind));
    if (outcome->verdict.kind == LC_VERDICT_BROKEN) {
        (void)printf(" %s", model_rule(outcome->verdict.rule)->id);
    }
    (void)printf("\n");
    if (outcome->verdict.kind == LC_VERDICT_BROKEN) {
        print_rule(outcome->verdict.rule);
        fuzz_trace_text(
            schedule,
            outcome->verdict.record,
            &outcome->record,
            text,
            sizeof text);
        (void)printf("  record    %s\n", text);
        if (fuzz_play_is_fault(outcome)) {
            struct sim_fault_place place;
            sim_last_fault(&place);
            print_fault(&place);
        }
    }
    struct sim_fault_place place;
    if (result->end == LC_END_FAULT &&
        outcome->verdict.kind == LC_VERDICT_UNSPECIFIED) {
        sim_last_fault(&place);
        (void)printf(
            "  import    %s was called; the shim lacks it\n",
            place.symbol);
    }
    (void)printf(
        "  records   %llu, %.6f s of virtual time\n",
        (unsigned long long)result->record_count,
        (double)result->virtual_ns / 1e9);
    if (outcome->verdict.app_error_count > 0) {
        (void)printf(
            "  remark    the application erred %u times; rules that depend "
            "on it were suspended\n",
            outcome->verdict.app_error_count);
    }
    if (outcome->verdict.warning_count > 0) {
        (void)printf(
            "  warnings  %u (inferred rules; --inferences makes them count)\n",
            outcome->verdict.warning_count);
    }
    if (result->choice_unmet > 0) {
        (void)printf(
            "  remark    %u choices name what was not possible at their "
            "place\n",
            result->choice_unmet);
    }
    (void)printf("  hash      %016llx\n", (unsigned long long)result->hash);
}

void tool_print_totals(const struct fuzz_search_totals *totals)
{
    (void)printf(
        "%llu schedules, %llu records, %.1f virtual days, %u of %u rules "
        "exercised, %llu unspecified\n",
        (unsigned long long)totals->schedules,
        (unsigned long long)totals->records,
        (double)totals->virtual_ns / 1e9 / 86400,
        totals->rules_exercised,
        (unsigned)MODEL_RULE_COUNT,
        (unsigned long long)totals->unspecified);
}
