#include "tools/trial.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lastcall/abi.h"
#include "lastcall/trace.h"

#include "fuzz/fuzz.h"
#include "sim/sim.h"
#include "tools/apart.h"
#include "tools/output.h"
#include "tools/setup.h"

enum {
    TEXT_BYTES = 1024,
    VERSION_2_2 = 0x0202,
    /* By the clock: what runs may wait for what never comes. */
    SECONDS_MAX = 30,
    /* Before the second play. */
    SECOND_FILL = 0xa5
};

/* How the starts of a provider ended. */
struct starts {
    bool is_called;
    bool is_started;
    int32_t error; /* of the last that failed; 0: what it gave was refused */
};

/* The last call of a provider. */
struct call {
    bool is_open; /* it has not returned */
    uint16_t function;
};

/* What the child leaves; shared. */
struct trial {
    struct call calls[LC_PROVIDERS_MAX];
    bool is_endless; /* code of this one did not come back: */
    uint32_t endless_provider;
    struct starts starts[LC_PROVIDERS_MAX];
    bool has_own[LC_PROVIDERS_MAX]; /* it has taken handles of its own */
    struct lc_schedule schedule;
    bool has_ended;
    bool has_differed; /* from a second play */
};

/* A socket of each catalog entry. */
static void make_schedule(
    const struct lc_world *world,
    struct lc_schedule *ret_schedule)
{
    char text[TEXT_BYTES];
    struct fuzz_text_error error;
    uint32_t entries = fuzz_schedule_entry_count(world);
    entries = entries < LC_SOCKETS_MAX ? entries : LC_SOCKETS_MAX;
    int used = snprintf(
        text,
        sizeof text,
        "lastcall schedule 1\nprocess A\n  thread a\n    WSAStartup 2.2\n");
    for (uint32_t i = 0; i < entries; i++) {
        used += snprintf(
            text + used,
            sizeof text - (size_t)used,
            "    s%u = socket stream\n",
            i);
    }
    used +=
        snprintf(text + used, sizeof text - (size_t)used, "    WSACleanup\n");
    LC_CHECK((size_t)used < sizeof text);
    bool is_read = fuzz_text_parse(text, (size_t)used, ret_schedule, &error);
    LC_CHECK(is_read);
    ret_schedule->world = *world;
    for (uint32_t i = 0; i < entries; i++) {
        LC_CHECK(ret_schedule->ops[1 + i].call == LC_CALL_SOCKET);
        ret_schedule->ops[1 + i].entry = (uint8_t)i;
    }
}

/* The call that a provider does not come back from is the last one of it that
 * has not returned. */
static void read_endless(
    struct trial *trial,
    const struct lc_record *record,
    uint32_t provider)
{
    struct call *call = &trial->calls[provider];
    if (record->kind == LC_RECORD_SPI_CALL) {
        *call = (struct call){ true, record->function };
    } else if (record->kind == LC_RECORD_SPI_RETURN) {
        call->is_open = false;
    } else if (
        record->kind == LC_RECORD_FAULT &&
        record->function == LC_FAULT_ENDLESS) {
        trial->is_endless = true;
        trial->endless_provider = provider;
    }
}

static bool read_record(void *context, const struct lc_record *record)
{
    struct trial *trial = context;
    uint32_t provider = (uint32_t)record->callee - LC_MODULE_PROVIDER;
    if (provider < LC_PROVIDERS_MAX) {
        read_endless(trial, record, provider);
        trial->has_own[provider] |= record->kind == LC_RECORD_HANDLE &&
                                    record->function == LC_HANDLE_ALLOC;
    }
    if (record->function != LC_SPI_STARTUP || provider >= LC_PROVIDERS_MAX) {
        return true;
    }
    struct starts *starts = &trial->starts[provider];
    if (record->kind == LC_RECORD_SPI_CALL) {
        starts->is_called = true;
    } else if (record->kind == LC_RECORD_SPI_RETURN) {
        bool is_taken = record->a == 0 && record->c == VERSION_2_2 &&
                        record->d == LC_SPI_COUNT;
        starts->is_started = starts->is_started || is_taken;
        starts->error = (int32_t)record->a;
    }
    return true;
}

static void play(void *context)
{
    struct trial *trial = context;
    struct sim_result result;
    struct sim_error error;
    /* Who looks after it passes a signal on. */
    (void)signal(SIGTERM, SIG_DFL);
    if (tool_setup_interrupted()) {
        return;
    }
    sim_watch(TOOL_WATCH_SECONDS);
    (void)alarm(SECONDS_MAX);
    struct sim_play_options options = {
        .schedule = &trial->schedule,
        .sink = read_record,
        .sink_context = trial,
    };
    bool is_played = sim_play(&options, &result, &error) == SIM_OK;
    trial->has_ended = is_played && result.end == LC_END_DONE;
    if (!is_played || result.end == LC_END_FAULT) {
        return;
    }
    uint64_t hash = result.hash;
    options.sink = NULL;
    options.fill_stacks = true;
    options.fill_byte = SECOND_FILL;
    trial->has_differed =
        sim_play(&options, &result, &error) != SIM_OK || result.hash != hash;
}

/* Plays in a child. Returns whether it came back. */
static bool play_apart(struct trial *trial)
{
    struct tool_apart_end end;
    return tool_apart_try(play, trial, &end);
}

static void say(const struct lc_provider *provider, const struct starts *starts)
{
    if (starts->is_started) {
        return;
    }
    if (!starts->is_called) {
        tool_output_error(
            "remark: %s was not started in a first trial: its WSPStartup was "
            "never called; what is played says little of it",
            provider->name);
        return;
    }
    if (starts->error == 0) {
        tool_output_error(
            "remark: %s was not started in a first trial: its WSPStartup gave "
            "another version than 2.2, or no whole table; what is played says "
            "little of it",
            provider->name);
        return;
    }
    tool_output_error(
        "remark: %s was not started in a first trial: its WSPStartup returned "
        "%d; what is played says little of it",
        provider->name,
        starts->error);
}

/* Each schedule that comes there takes seconds, so that a short search comes to
 * the end of none. */
static void say_endless(const struct lc_world *world, const struct trial *trial)
{
    const struct call *call = &trial->calls[trial->endless_provider];
    LC_CHECK(trial->endless_provider < world->provider_count);
    tool_output_error(
        "remark: %s did not come back%s%s in a first trial; each schedule that "
        "comes there takes %d s of processor time or more",
        world->providers[trial->endless_provider].name,
        call->is_open ? " from " : "",
        call->is_open ? fuzz_words_name(FUZZ_WORDS_SPI, call->function) : "",
        (int)TOOL_WATCH_SECONDS);
}

/* Of one below others it is theirs when it is started. */
static bool is_first(const struct lc_world *world, uint32_t provider)
{
    for (uint32_t i = 0; i < world->chain_count; i++) {
        if (world->chains[i].providers[0] == provider) {
            return true;
        }
    }
    return false;
}

static bool has_hosted(const struct lc_world *world)
{
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (world->providers[i].kind == LC_PROVIDER_DLL) {
            return true;
        }
    }
    return false;
}

/* Shared; NULL: there is no memory to share. */
static struct trial *make_trial(void)
{
    struct trial *trial = mmap(
        NULL,
        sizeof *trial,
        PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS,
        -1,
        0);
    return trial == MAP_FAILED ? NULL : trial;
}

bool tool_trial_remark(const struct lc_world *world)
{
    struct trial *trial = has_hosted(world) ? make_trial() : NULL;
    if (trial == NULL) {
        return true;
    }
    make_schedule(world, &trial->schedule);
    bool came_back = play_apart(trial);
    if (trial->is_endless) {
        say_endless(world, trial);
    }
    for (uint32_t i = 0;
         came_back && trial->has_ended && i < world->provider_count;
         i++) {
        if (world->providers[i].kind == LC_PROVIDER_DLL && is_first(world, i)) {
            say(&world->providers[i], &trial->starts[i]);
        }
    }
    bool repeats = !came_back || !trial->has_differed;
    if (!repeats) {
        tool_output_error(
            "two plays of a first trial differed: a DLL asks what is not "
            "simulated, or reads what nobody wrote; nothing is sure");
    }
    (void)munmap(trial, sizeof *trial);
    return repeats;
}

bool tool_trial_has_own(const char *path)
{
    struct lc_world world;
    size_t length = strlen(path);
    struct trial *trial = make_trial();
    if (trial == NULL) {
        return false;
    }
    fuzz_schedule_default_world(&world);
    uint32_t layer = world.chains[0].providers[0];
    LC_CHECK(length < sizeof world.providers[layer].path);
    world.providers[layer].kind = LC_PROVIDER_DLL;
    memcpy(world.providers[layer].path, path, length + 1);
    make_schedule(&world, &trial->schedule);
    (void)!play_apart(trial);
    bool has_own = trial->has_own[layer];
    (void)munmap(trial, sizeof *trial);
    return has_own;
}

bool tool_trial_repeats(const struct lc_schedule *schedule)
{
    struct trial *trial = has_hosted(&schedule->world) ? make_trial() : NULL;
    if (trial == NULL) {
        return true;
    }
    trial->schedule = *schedule;
    bool repeats = !play_apart(trial) || !trial->has_differed;
    (void)munmap(trial, sizeof *trial);
    return repeats;
}
