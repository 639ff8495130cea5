/*
 * lastcall bench: measures, beside what was aimed at.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "tools/bugs.h"
#include "tools/chains.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/line.h"
#include "tools/lives.h"
#include "tools/load.h"
#include "tools/measure.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/schedulers.h"
#include "tools/setup.h"

enum {
    PATH_BYTES = 4096,
    ROUNDS = 10,
    PLAYS_PER_LOOK = 64 /* between two looks at the clock */
};

static struct {
    struct tool_number seconds;
    struct tool_list providers;
} given = { .seconds = { .value = 1, .low = 1, .high = 3600 } };

static const struct tool_option options[] = {
    { "--seconds",
      TOOL_DURATION,
      &given.seconds,
      "N",
      "throughput: processor time for each row (1)" },
    { "--provider",
      TOOL_LIST,
      &given.providers,
      "NAME=FILE",
      "throughput: the DLL for the hosted rows; left out: the passlayer of "
      "this build" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

static struct tool_line replay;

static const struct tool_command command = {
    .name = "bench",
    .arguments = "throughput|schedulers|bugs|chains|lives",
    .summary = "Measures how many schedules and records go through in a "
               "second, on one core; or how soon each sampler meets the bugs "
               "of micro-programs, beside what others have measured, or "
               "those of corpus/zoo; or whether a peer can tell layers that "
               "pass everything through from the base alone; or whether a "
               "process that starts Winsock again is as it was the first "
               "time.",
    .argument_count = 1,
    .argument_max = 1,
    .tables = { options, tool_measure_options, tool_given_json },
};

static int throughput(void);

/* What can be measured, and the options of each. */
static const struct part {
    const char *name;
    int (*run)(void);
    const char *const *options; /* NULL ends */
} parts[] = {
    { "throughput",
      throughput,
      (const char *const[]){ "--seconds", "--provider", "--json", NULL } },
    { "schedulers",
      tool_schedulers,
      (const char *const[]){ "--program",
                             "--sampler",
                             "--trials",
                             "--schedules",
                             "--seed",
                             "-j, --jobs",
                             "--walks",
                             "--explore",
                             "--states",
                             "--transitions",
                             "--csv",
                             "--html",
                             "--json",
                             NULL } },
    { "bugs",
      tool_bugs,
      (const char *const[]){ "--bug",
                             "--sampler",
                             "--trials",
                             "--schedules",
                             "--seed",
                             "-j, --jobs",
                             "--csv",
                             "--html",
                             "--json",
                             NULL } },
    { "chains",
      tool_chains,
      (const char *const[]){ "--bug",
                             "--layer",
                             "--schedules",
                             "--seed",
                             "-j, --jobs",
                             "--json",
                             NULL } },
    { "lives",
      tool_lives,
      (const char *const[]){ "--bug",
                             "--schedules",
                             "--seed",
                             "-j, --jobs",
                             "--json",
                             NULL } },
};

/* corpus/seed/standard.lc, so that the program needs no file to measure. */
static const char standard[] = "lastcall schedule 1\n"
                               "process A\n"
                               "  thread one\n"
                               "    WSAStartup 2.2\n"
                               "    s = socket stream\n"
                               "    connect s\n"
                               "    send s 20000\n"
                               "    closesocket s\n"
                               "    WSACleanup\n"
                               "  thread two\n"
                               "    WSAStartup 2.2\n"
                               "    u = socket stream\n"
                               "    connect u\n"
                               "    send u 20000\n"
                               "    closesocket u\n"
                               "    WSACleanup\n";

/* As many records of the application's as the standard schedule has calls, and
 * nothing below: what the engine alone costs. */
static const char empty[] = "lastcall schedule 1\n"
                            "process A\n"
                            "  thread one\n"
                            "    WSAGetLastError\n"
                            "    WSAGetLastError\n"
                            "    WSAGetLastError\n"
                            "    WSAGetLastError\n"
                            "    WSAGetLastError\n"
                            "    WSAGetLastError\n"
                            "  thread two\n"
                            "    WSAGetLastError\n"
                            "    WSAGetLastError\n"
                            "    WSAGetLastError\n"
                            "    WSAGetLastError\n"
                            "    WSAGetLastError\n"
                            "    WSAGetLastError\n";

/* What is measured. */
enum kind {
    JUDGED = 0,
    UNJUDGED = 1, /* the trace is read, but not by the model */
    UNREAD = 2,   /* nobody reads it */
    ENGINE = 3,   /* the same with next to nothing below the engine */
    WALK = 4,     /* judged; a random walk, else the default order */
    KIND_COUNT = 5
};

/* A stack of providers, and the best of some rounds for each kind. */
struct stack {
    const char *name;
    double aim;                      /* schedules per second */
    struct lc_schedule schedules[2]; /* standard, empty */
    double seconds[KIND_COUNT];      /* of a schedule */
    double records[KIND_COUNT];      /* of a schedule */
};

static struct stack stacks[] = {
    { .name = "built-in", .aim = 200000 },
    { .name = "hosted", .aim = 100000 },
};

static struct fuzz_player player;
static struct fuzz_sampler sampler;

static bool play_one(
    const struct stack *stack,
    enum kind kind,
    uint64_t seed,
    uint64_t *records)
{
    struct sim_error error;
    struct fuzz_outcome outcome;
    struct sim_backer backer;
    const struct sim_backer *who = NULL;
    const struct lc_schedule *schedule = &stack->schedules[kind == ENGINE];
    enum sim_status status;
    if (kind == WALK) {
        backer = fuzz_sampler_begin(
            &sampler,
            &(struct fuzz_sampler_options){ .seed = seed, .length = 1 });
        who = &backer;
    }
    if (kind == UNREAD || kind == ENGINE) {
        status = sim_play(
            &(struct sim_play_options){ .schedule = schedule },
            &outcome.result,
            &error);
    } else {
        player.is_unjudged = kind == UNJUDGED;
        status = fuzz_play(&player, schedule, who, &outcome, &error);
    }
    if (status != SIM_OK) {
        tool_output_error("%s", error.text);
        return false;
    }
    *records += outcome.result.record_count;
    return true;
}

/* One round of one kind: processor time, so that others disturb less. One that
 * is interrupted does not count. */
static bool measure(struct stack *stack, enum kind kind, double round_seconds)
{
    uint64_t plays = 0;
    uint64_t records = 0;
    double began = tool_setup_cpu_seconds();
    double seconds = 0;
    while (seconds < round_seconds) {
        for (uint32_t i = 0; i < PLAYS_PER_LOOK; i++) {
            if (!play_one(stack, kind, plays, &records)) {
                return false;
            }
            plays++;
        }
        if (tool_setup_interrupted()) {
            return true;
        }
        seconds = tool_setup_cpu_seconds() - began;
    }
    double one = seconds / (double)plays;
    if (stack->seconds[kind] == 0 || one < stack->seconds[kind]) {
        stack->seconds[kind] = one;
        stack->records[kind] = (double)records / (double)plays;
    }
    return true;
}

/* The kinds take turns, so that what slows the machine down slows them all. */
static bool measure_stack(struct stack *stack)
{
    for (uint32_t round = 0; round < ROUNDS && !tool_setup_interrupted();
         round++) {
        for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
            if (!measure(
                    stack,
                    (enum kind)kind,
                    (double)given.seconds.value / ROUNDS)) {
                return false;
            }
        }
    }
    return true;
}

/* Whether each kind was measured at least once. */
static bool is_measured(const struct stack *stack)
{
    bool is_good = true;
    for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
        is_good &= stack->seconds[kind] > 0;
    }
    return is_good;
}

/* The DLL of this build, beside the program. */
static const char *default_provider(void)
{
    static char item[PATH_BYTES];
    static const char prefix[] = "filter=";
    static const char below[] = "/examples/passlayer/passlayer.dll";
    size_t at = sizeof prefix - 1;
    memcpy(item, prefix, at);
    ssize_t length =
        readlink("/proc/self/exe", item + at, sizeof item - at - sizeof below);
    if (length <= 0) {
        return NULL;
    }
    item[at + (size_t)length] = '\0';
    char *slash = strrchr(item, '/');
    if (slash == NULL) {
        return NULL;
    }
    memcpy(slash, below, sizeof below);
    return access(item + at, R_OK) == 0 ? item : NULL;
}

/* Puts the DLLs into the world of the hosted stack. */
static bool host(struct stack *stack, bool *ret_is_hosted)
{
    struct tool_hosted hosted;
    if (given.providers.count == 0) {
        const char *item = default_provider();
        *ret_is_hosted = item != NULL;
        if (item == NULL) {
            return true;
        }
        given.providers.items[given.providers.count++] = item;
    }
    *ret_is_hosted = true;
    for (uint32_t i = 0; i < LC_COUNT_OF(stack->schedules); i++) {
        struct lc_world *world = &stack->schedules[i].world;
        if (!tool_setup_providers(&given.providers, world, &hosted)) {
            return false;
        }
        fuzz_generate_host(world, hosted.items, hosted.count);
    }
    return true;
}

/* ---- What is said ---- */

/* Where the time of a judged play goes. */
struct shares {
    double engine;
    double providers; /* with ws2_32, the network and the trace's hash */
    double reading;   /* handing the records over */
    double model;
};

static struct shares share(const struct stack *stack)
{
    const double *seconds = stack->seconds;
    double whole = seconds[JUDGED];
    return (struct shares){
        .engine = seconds[ENGINE] / whole,
        .providers = (seconds[UNREAD] - seconds[ENGINE]) / whole,
        .reading = (seconds[UNJUDGED] - seconds[UNREAD]) / whole,
        .model = (whole - seconds[UNJUDGED]) / whole,
    };
}

static void print_stack(const struct stack *stack)
{
    static const char *const names[KIND_COUNT] = {
        [JUDGED] = "judged by the model",
        [UNJUDGED] = "not judged",
        [UNREAD] = "not read",
        [ENGINE] = "next to nothing below the engine",
        [WALK] = "judged, by a random walk",
    };
    struct shares shares = share(stack);
    for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
        (void)printf(
            "%-9s %-33s %10.0f %8.2f million/s %6.0f",
            stack->name,
            names[kind],
            1 / stack->seconds[kind],
            stack->records[kind] / stack->seconds[kind] / 1e6,
            stack->records[kind]);
        if (kind == JUDGED) {
            (void)printf(" %9.0f", stack->aim);
        }
        (void)putchar('\n');
    }
    (void)printf(
        "%-9s %.2f us a schedule: engine %.0f %%, ws2_32, providers, network "
        "and hash %.0f %%, records handed over %.0f %%, model %.0f %%\n",
        stack->name,
        stack->seconds[JUDGED] * 1e6,
        100 * shares.engine,
        100 * shares.providers,
        100 * shares.reading,
        100 * shares.model);
}

static void print_json(bool is_interrupted)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < LC_COUNT_OF(stacks); i++) {
        const struct stack *stack = &stacks[i];
        if (!is_measured(stack)) {
            continue;
        }
        struct shares shares = share(stack);
        json_t *row = json_pack(
            "{s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f}",
            "name",
            stack->name,
            "schedules_per_s",
            1 / stack->seconds[JUDGED],
            "records_per_s",
            stack->records[JUDGED] / stack->seconds[JUDGED],
            "aim",
            stack->aim,
            "engine_share",
            shares.engine,
            "provider_share",
            shares.providers,
            "reading_share",
            shares.reading,
            "model_share",
            shares.model);
        LC_CHECK(row != NULL);
        (void)json_array_append_new(list, row);
    }
    json_t *object = tool_output_object();
    (void)json_object_set_new(object, "throughput", list);
    (void)json_object_set_new(
        object,
        "interrupted",
        json_boolean(is_interrupted));
    tool_output_json(object);
}

/* Measures the stacks one after the other. */
static bool measure_stacks(bool is_hosted)
{
    return measure_stack(&stacks[0]) &&
           (!is_hosted || measure_stack(&stacks[1]));
}

static int throughput(void)
{
    struct fuzz_text_error error;
    bool is_hosted = true;
    for (uint32_t i = 0; i < LC_COUNT_OF(stacks); i++) {
        struct lc_schedule *two = stacks[i].schedules;
        bool is_good =
            fuzz_text_parse(standard, sizeof standard - 1, &two[0], &error) &&
            fuzz_text_parse(empty, sizeof empty - 1, &two[1], &error);
        LC_CHECK(is_good);
    }
    if (!tool_setup_open()) {
        return TOOL_EXIT_USAGE;
    }
    tool_line_add_program(&replay);
    tool_line_add(&replay, " bench throughput");
    tool_output_replay(replay.text);
    tool_setup_catch();
    if (!host(&stacks[1], &is_hosted)) {
        return TOOL_EXIT_USAGE;
    }
    if (!tool_given.json) {
        (void)printf(
            "%-43s %10s %18s %6s %9s\n",
            "standard schedule: 12 calls, 2 threads",
            "plays/s",
            "records",
            "each",
            "aim");
        (void)fflush(stdout);
    }
    if (!measure_stacks(is_hosted)) {
        return TOOL_EXIT_USAGE;
    }
    bool is_interrupted = tool_setup_interrupted();
    if (is_interrupted) {
        tool_output_error("interrupted: what is missing was not measured");
    }
    if (tool_given.json) {
        print_json(is_interrupted);
        return TOOL_EXIT_HELD;
    }
    for (uint32_t i = 0; i < LC_COUNT_OF(stacks); i++) {
        if (is_measured(&stacks[i])) {
            print_stack(&stacks[i]);
        }
    }
    if (!is_hosted) {
        (void)printf("hosted    no DLL: give --provider filter=FILE\n");
    }
    (void)printf("aim for judged records: 15 million/s\n");
    return TOOL_EXIT_HELD;
}

static const struct part *find_part(const char *name)
{
    for (size_t i = 0; i < LC_COUNT_OF(parts); i++) {
        if (strcmp(parts[i].name, name) == 0) {
            return &parts[i];
        }
    }
    tool_output_error(
        "bench: no '%s'; there are throughput, schedulers, bugs, chains and "
        "lives",
        name);
    return NULL;
}

static bool has_option(const struct part *part, const char *name)
{
    for (const char *const *at = part->options; *at != NULL; at++) {
        if (strcmp(*at, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether what goes with --explore has it. Says what has not. */
static bool check_explore(void)
{
    const char *lonely = tool_measure.states.is_given        ? "--states"
                         : tool_measure.transitions.is_given ? "--transitions"
                                                             : NULL;
    if (lonely != NULL && !tool_measure.explore) {
        tool_output_error("%s: goes with --explore only", lonely);
        return false;
    }
    return true;
}

/* Whether all that was given is for this part. Says what is not. */
static bool check_given(const struct part *part)
{
    for (uint32_t i = 0; command.tables[i] != NULL; i++) {
        for (const struct tool_option *option = command.tables[i];
             option->kind != TOOL_NO_OPTION;
             option++) {
            if (tool_option_is_given(option) &&
                !has_option(part, option->name)) {
                tool_output_error(
                    "bench %s: no option %s",
                    part->name,
                    option->name);
                return false;
            }
        }
    }
    if (!check_explore()) {
        return false;
    }
    const char *program = tool_measure.program;
    if (program != NULL && sim_program_find(program) == NULL) {
        tool_output_error(
            "--program: no '%s'; `lastcall explore --list` has them",
            program);
        return false;
    }
    return true;
}

int tool_bench(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    const struct part *part = find_part(arguments[0]);
    if (part == NULL || !check_given(part)) {
        return TOOL_EXIT_USAGE;
    }
    return part->run();
}
