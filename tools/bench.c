/*
 * lastcall bench: how fast it is, as rates and shares within one run.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fuzz/schedule.h"
#include "tools/tool.h"

enum {
    PROVIDER = 1,
    TRIALS,
    JSON,
    ROUNDS = 5
};

static const struct tool_option options[] = {
    { "provider", "NAME=FILE", "the hosted layer to measure", PROVIDER },
    { "trials", "N", "schedules in each of five rounds (4000)", TRIALS },
    { "json", NULL, "a list on standard output", JSON },
    { NULL, NULL, NULL, 0 },
};

/* What is timed: the parts are found by leaving them out in turn. */
struct rates {
    double whole_s;    /* CPU seconds of a schedule, read and judged */
    double unjudged_s; /* records read by nobody but the hash */
    double empty_s;    /* no provider: the engine, threads, records */
    double records;    /* of a schedule */
};

/* The standard schedule: two threads, twelve calls, one layer. */
static void make_standard(struct lc_schedule *schedule)
{
    static const uint8_t calls[] = {
        LC_CALL_WSASTARTUP, LC_CALL_SOCKET,      LC_CALL_CONNECT,
        LC_CALL_SEND,       LC_CALL_CLOSESOCKET, LC_CALL_WSACLEANUP,
    };
    memset(schedule, 0, sizeof *schedule);
    fuzz_schedule_default_world(&schedule->world);
    schedule->process_count = 1;
    schedule->thread_count = 2;
    for (uint32_t t = 0; t < 2; t++) {
        schedule->threads[t].op_first = schedule->op_count;
        schedule->threads[t].op_count = LC_COUNT_OF(calls);
        for (uint32_t i = 0; i < LC_COUNT_OF(calls); i++) {
            uint32_t value = calls[i] == LC_CALL_WSASTARTUP ? 0x0202
                             : calls[i] == LC_CALL_SEND     ? 20000
                                                            : 0;
            schedule->ops[schedule->op_count++] = (struct lc_op){
                .call = calls[i],
                .socket = (uint8_t)t,
                .entry = LC_NONE,
                .value = value,
            };
        }
    }
    fuzz_schedule_repair(schedule);
}

/* As many records of the application's as the standard schedule has calls, and
 * nothing below: what the engine alone costs. */
static void make_empty(struct lc_schedule *schedule)
{
    make_standard(schedule);
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        schedule->ops[i] = (struct lc_op){
            .call = LC_CALL_GETLASTERROR,
            .socket = LC_NONE,
            .entry = LC_NONE,
        };
    }
    fuzz_schedule_repair(schedule);
}

static double cpu_seconds(void)
{
    struct timespec now;
    int result = clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    LC_CHECK(result == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* CPU seconds of one play, the best of some rounds. */
static double measure(
    const struct lc_schedule *schedule,
    bool is_unread,
    uint64_t trials,
    double *ret_records)
{
    static struct fuzz_player player;
    struct fuzz_outcome outcome;
    struct sim_error error;
    double best = 0;
    memset(&player, 0, sizeof player);
    player.is_unread = is_unread;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds();
        for (uint64_t i = 0; i < trials; i++) {
            enum sim_status status =
                fuzz_play(&player, schedule, NULL, &outcome, &error);
            LC_CHECK(status == SIM_OK);
        }
        double spent = (cpu_seconds() - start) / (double)trials;
        best = round == 0 || spent < best ? spent : best;
    }
    *ret_records = (double)outcome.result.record_count;
    return best;
}

static struct rates measure_all(uint64_t trials)
{
    static struct lc_schedule standard;
    static struct lc_schedule empty;
    struct rates rates;
    double ignored;
    make_standard(&standard);
    make_empty(&empty);
    rates.whole_s = measure(&standard, false, trials, &rates.records);
    rates.unjudged_s = measure(&standard, true, trials, &ignored);
    rates.empty_s = measure(&empty, true, trials, &ignored);
    return rates;
}

static void print_rates(
    const char *name,
    const struct rates *rates,
    unsigned aim_schedules)
{
    double model = (rates->whole_s - rates->unjudged_s) / rates->whole_s;
    double engine = rates->empty_s / rates->whole_s;
    (void)printf(
        "%-9s %9.0f schedules/s (aim %u), %5.1f million records/s (aim 15)\n"
        "          %.0f records a schedule; time: reset and scheduler %.0f %%, "
        "ws2_32, providers, network and hash %.0f %%, model %.0f %%\n",
        name,
        1 / rates->whole_s,
        aim_schedules,
        rates->records / rates->whole_s / 1e6,
        rates->records,
        100 * engine,
        100 * (1 - engine - model),
        100 * model);
}

static json_t *rates_json(const char *name, const struct rates *rates)
{
    return json_pack(
        "{s:s, s:f, s:f, s:f, s:f}",
        "name",
        name,
        "schedules_per_s",
        1 / rates->whole_s,
        "records_per_s",
        rates->records / rates->whole_s,
        "model_share",
        (rates->whole_s - rates->unjudged_s) / rates->whole_s,
        "engine_share",
        rates->empty_s / rates->whole_s);
}

/* passlayer.dll beside the program, when none is named. */
static const char *default_provider(
    const char *program,
    char *buffer,
    size_t capacity)
{
    static const char tail[] = "examples/passlayer/passlayer.dll";
    const char *slash = strrchr(program, '/');
    int length = snprintf(
        buffer,
        capacity,
        "filter=%.*s%s",
        slash == NULL ? 0 : (int)(slash - program + 1),
        program,
        tail);
    FILE *file = length > 0 && (size_t)length < capacity
                     ? fopen(buffer + strlen("filter="), "rb")
                     : NULL;
    if (file == NULL) {
        return NULL;
    }
    (void)fclose(file);
    return buffer;
}

static int throughput(const char *provider, uint64_t trials, bool is_json)
{
    struct rates built_in = measure_all(trials);
    struct rates hosted = { 0 };
    if (provider != NULL) {
        if (!tool_replace(provider)) {
            return TOOL_USAGE;
        }
        hosted = measure_all(trials);
    }
    if (is_json) {
        json_t *list = json_array();
        (void)json_array_append_new(list, rates_json("built-in", &built_in));
        if (provider != NULL) {
            (void)json_array_append_new(list, rates_json("hosted", &hosted));
        }
        bool is_good = json_dumpf(list, stdout, JSON_COMPACT) == 0;
        json_decref(list);
        (void)printf("\n");
        return is_good ? TOOL_HELD : tool_usage("can't write the output");
    }
    (void)printf("standard schedule: 12 calls, 2 threads, one layer\n");
    print_rates("built-in", &built_in, 200000);
    if (provider != NULL) {
        print_rates("hosted", &hosted, 100000);
        (void)printf(
            "hosted takes %.2f times the built-in's time\n",
            hosted.whole_s / built_in.whole_s);
    } else {
        (void)printf("hosted    no DLL: see --provider\n");
    }
    return TOOL_HELD;
}

static int bench_main(const struct tool_command *command, int argc, char **argv)
{
    const char *provider = NULL;
    char buffer[4096];
    uint64_t trials = 4000;
    bool is_json = false;
    struct tool_arguments arguments = { .command = command,
                                        .argc = argc,
                                        .argv = argv };
    int id;
    while ((id = tool_next(&arguments)) > 0) {
        if (id == PROVIDER) {
            provider = arguments.value;
        } else if (id == JSON) {
            is_json = true;
        } else if (!tool_number(&arguments, 1, 100000000, &trials)) {
            return TOOL_USAGE;
        }
    }
    if (id < 0) {
        return TOOL_USAGE;
    }
    if (arguments.first + 1 != argc ||
        strcmp(argv[arguments.first], "throughput") != 0) {
        return tool_usage("bench: what to measure is expected: throughput");
    }
    if (!tool_open()) {
        return TOOL_USAGE;
    }
    if (provider == NULL) {
        provider = default_provider(argv[-1], buffer, sizeof buffer);
    }
    return throughput(provider, trials, is_json);
}

const struct tool_command tool_bench_command = {
    .name = "bench",
    .usage = "throughput [OPTION ...]",
    .help = "measures how fast the simulator is",
    .options = options,
    .run = bench_main,
};
