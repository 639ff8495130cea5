#include "tools/setup.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "sim/sim.h"
#include "tools/load.h"
#include "tools/output.h"
#include "tools/trial.h"

static volatile sig_atomic_t is_interrupted;
/* When each of the two came first, in seconds; 0: it did not. */
static volatile double interrupted_seconds[2];
static bool is_catching;

bool tool_setup_open(void)
{
    struct sim_error error;
    if (sim_open(&error) != SIM_OK) {
        tool_output_error("%s", error.text);
        return false;
    }
    return true;
}

/* Whether a world, or with NULL a random one, has a provider of that name. */
static bool find_provider(
    const struct lc_world *world,
    const char *name,
    bool *ret_is_base)
{
    if (world == NULL) {
        return fuzz_generate_knows(name, ret_is_base);
    }
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (strcmp(world->providers[i].name, name) == 0) {
            *ret_is_base = world->providers[i].kind == LC_PROVIDER_BASE;
            return true;
        }
    }
    return false;
}

bool tool_setup_path(
    const char *option,
    const char *file,
    char ret_path[LC_PATH_MAX])
{
    /* Whole, so that a finding can be played from anywhere. */
    char *path = realpath(file, NULL);
    if (path == NULL) {
        tool_output_error("%s: %s: %s", option, file, strerror(errno));
        return false;
    }
    bool fits = strlen(path) < LC_PATH_MAX;
    bool is_plain = true;
    for (const char *c = path; *c != '\0'; c++) {
        is_plain &= (unsigned char)*c >= 0x20 && (unsigned char)*c < 0x7f;
    }
    if (fits && !is_plain) {
        tool_output_error(
            "%s: %s: only printable ASCII can stand in a schedule",
            option,
            path);
        fits = false;
    } else if (fits) {
        memcpy(ret_path, path, strlen(path) + 1);
    } else {
        tool_output_error(
            "%s: a path of more than %d bytes",
            option,
            LC_PATH_MAX - 1);
    }
    free(path);
    return fits;
}

/* Takes NAME=FILE apart. Says what is wrong. */
static bool split(const char *item, struct lc_provider *ret_provider)
{
    const char *equals = strchr(item, '=');
    size_t length = equals == NULL ? 0 : (size_t)(equals - item);
    memset(ret_provider, 0, sizeof *ret_provider);
    if (length == 0 || length >= sizeof ret_provider->name ||
        equals[1] == '\0') {
        tool_output_error("--provider: '%s' is not NAME=FILE", item);
        return false;
    }
    memcpy(ret_provider->name, item, length);
    ret_provider->kind = LC_PROVIDER_DLL;
    return tool_setup_path("--provider", equals + 1, ret_provider->path);
}

bool tool_setup_providers(
    const struct tool_list *providers,
    const struct lc_world *world,
    struct tool_hosted *ret_hosted)
{
    ret_hosted->count = 0;
    for (uint32_t i = 0; i < providers->count; i++) {
        struct lc_provider provider;
        bool is_base = false;
        if (!split(providers->items[i], &provider)) {
            return false;
        }
        if (!find_provider(world, provider.name, &is_base)) {
            tool_output_error(
                "--provider: the world has no provider '%s'",
                provider.name);
            return false;
        }
        if (is_base) {
            tool_output_error(
                "--provider: '%s' is a base provider; a DLL can stand for a "
                "layer",
                provider.name);
            return false;
        }
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(ret_hosted->items[k].name, provider.name) == 0) {
                tool_output_error(
                    "--provider: '%s' is given twice",
                    provider.name);
                return false;
            }
        }
        provider.has_own = tool_trial_has_own(provider.path);
        ret_hosted->items[ret_hosted->count++] = provider;
    }
    return true;
}

static void on_import(void *context, const struct sim_image_import *import)
{
    const char *name = context;
    if (import->is_served) {
        return;
    }
    if (import->name[0] != '\0') {
        tool_output_error(
            "%s: %s!%s is not served: a run that calls it ends unspecified",
            name,
            import->dll,
            import->name);
    } else {
        tool_output_error(
            "%s: %s#%u is not served: a run that calls it ends unspecified",
            name,
            import->dll,
            import->ordinal);
    }
}

static void on_export(void *context, const char *name, uint32_t rva)
{
    (void)context;
    (void)name;
    (void)rva;
}

void tool_setup_remark(struct tool_hosted *hosted)
{
    for (uint32_t i = 0; i < hosted->count; i++) {
        struct sim_error error;
        struct sim_image_visitor visitor = {
            .on_import = on_import,
            .on_export = on_export,
            .context = hosted->items[i].name,
        };
        (void)!sim_describe_image(hosted->items[i].path, &visitor, &error);
    }
}

bool tool_setup_model(
    const char *strictness,
    bool inferences,
    struct model_options *ret_options)
{
    bool is_tolerant =
        strictness != NULL && strcmp(strictness, "tolerant") == 0;
    if (strictness != NULL && !is_tolerant &&
        strcmp(strictness, "strict") != 0) {
        tool_output_error(
            "--model: '%s' is neither strict nor tolerant",
            strictness);
        return false;
    }
    *ret_options = (struct model_options){
        .tolerant = is_tolerant,
        .inferences = inferences,
    };
    return true;
}

bool tool_setup_world(
    const char *word,
    struct lc_world *ret_world,
    bool *ret_is_any)
{
    static struct lc_schedule schedule;
    *ret_is_any = word != NULL && strcmp(word, "any") == 0;
    if (word == NULL || *ret_is_any) {
        fuzz_schedule_default_world(ret_world);
        return true;
    }
    if (!tool_load_schedule(word, &schedule)) {
        return false;
    }
    *ret_world = schedule.world;
    return true;
}

void tool_setup_suit(struct lc_world *world, const char *plant)
{
    struct lc_world own = *world;
    if (plant == NULL || !sim_knows_plant(plant) ||
        sim_can_plant(world, plant)) {
        return;
    }
    for (uint32_t i = 0; i < own.provider_count; i++) {
        if (own.providers[i].kind == LC_PROVIDER_IFS) {
            own.providers[i].kind = LC_PROVIDER_NONIFS;
        }
    }
    if (sim_can_plant(&own, plant)) {
        *world = own;
        return;
    }
    own = *world;
    own.names = 1;
    if (sim_can_plant(&own, plant)) {
        *world = own;
    }
}

bool tool_setup_plant(const char *id)
{
    if (!sim_knows_plant(id)) {
        tool_output_error(
            "--bug: no planted bug '%s'; `lastcall zoo list` has them",
            id);
        return false;
    }
    return true;
}

void tool_setup_remark_plants(const struct lc_world *world)
{
    for (uint32_t i = 0; i < world->plant_count; i++) {
        if (!sim_can_plant(world, world->plants[i])) {
            tool_output_error(
                "remark: no built-in provider is left to plant '%s' in",
                world->plants[i]);
        }
    }
}

bool tool_setup_has_place(const struct fuzz_generate_options *generate)
{
    static struct lc_schedule one;

    enum {
        WORLDS = 100 /* drawn at random: all shapes are among so many */
    };

    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        fuzz_generate(generate, seed, &one);
        if (generate->plant == NULL ||
            sim_can_plant(&one.world, generate->plant)) {
            return true;
        }
    }
    tool_output_error(
        "--bug: no built-in provider is left to plant '%s' in",
        generate->plant);
    return false;
}

bool tool_setup_playable(const struct lc_world *world, const char *plant)
{
    static struct lc_schedule empty;
    struct sim_result result;
    struct sim_error error;
    empty.world = *world;
    empty.process_count = 1;
    if (plant != NULL && world->plant_count == LC_PLANTS_MAX) {
        tool_output_error("--bug: the world has %u plants", LC_PLANTS_MAX);
        return false;
    }
    /* Without a thread nothing runs: the world is set up, that is all. */
    if (sim_play(
            &(struct sim_play_options){ .schedule = &empty },
            &result,
            &error) != SIM_OK) {
        tool_output_error("%s", error.text);
        return false;
    }
    tool_setup_remark_plants(world);
    return true;
}

bool tool_setup_sampler(const char *word, enum fuzz_sampler_kind *ret_kind)
{
    if (word == NULL) {
        *ret_kind = FUZZ_SAMPLER_MIX;
        return true;
    }
    if (!fuzz_sampler_find(word, ret_kind)) {
        tool_output_error(
            "--sampler: '%s' is not rw, pct, pct1 to pct10, pos, urw, surw, "
            "surw-data, prio, few or mix",
            word);
        return false;
    }
    return true;
}

void tool_setup_tell_differed(uint64_t seed, const char *line)
{
    tool_output_error(
        "two plays of seed %" PRIu64 " differed; to look for it again: "
        "%s --seed %" PRIu64 " --schedules 1",
        seed,
        line,
        seed);
}

void tool_setup_tell(const struct fuzz_finding *finding, const char *line)
{
    tool_output_error(
        "%s, seed %" PRIu64 "%s",
        model_rule(finding->rule)->id,
        finding->seed,
        finding->replay == FUZZ_REPLAY_UNKNOWN ? ", which was not replayed"
                                               : "");
    if (finding->replay == FUZZ_REPLAY_DIFFERED) {
        tool_setup_tell_differed(finding->seed, line);
    }
}

uint32_t tool_setup_jobs(const struct tool_number *jobs)
{
    if (jobs->is_given) {
        return (uint32_t)jobs->value;
    }
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 1) {
        return 1;
    }
    return processors < FUZZ_JOBS_MAX ? (uint32_t)processors : FUZZ_JOBS_MAX;
}

static void interrupt(int number)
{
    int why = errno;
    double now = tool_setup_seconds();
    volatile double *first = &interrupted_seconds[number == SIGTERM];
    is_interrupted = 1;
    if (*first == 0) {
        *first = now;
    } else if (now - *first >= TOOL_SECOND_SIGNAL_SECONDS) {
        /* A second one is not to be argued with. */
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
    errno = why;
}

static void interrupt_again(int number)
{
    (void)number;
    is_interrupted = 1;
}

static void catch_by(void (*handler)(int number))
{
    struct sigaction action = { .sa_handler = handler };
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

void tool_setup_catch(void)
{
    is_catching = true;
    catch_by(interrupt);
}

void tool_setup_catch_in_child(void)
{
    if (is_catching) {
        catch_by(interrupt_again);
    }
}

bool tool_setup_interrupted(void)
{
    return is_interrupted != 0;
}

double tool_setup_seconds(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double tool_setup_cpu_seconds(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
