#include "fuzz/hunt.h"

#include <string.h>

#include "fuzz/worker.h"

uint64_t fuzz_hunt_seed(const struct fuzz_hunt_options *options, uint32_t trial)
{
    uint64_t group = FUZZ_SAMPLER_GROUP;
    uint64_t programs = (options->cap + group - 1) / group;
    return ((options->seed + group - 1) / group + trial * programs) * group;
}

/* Also those that say the same. */
static bool count_group(struct fuzz_hunt_options *options, const char *id)
{
    uint32_t rule;
    if (!model_rule_find(id, &rule)) {
        return false;
    }
    for (uint32_t i = 0; i < MODEL_RULE_COUNT; i++) {
        options->counts[i] |=
            strcmp(model_rule(i)->group, model_rule(rule)->group) == 0;
    }
    return true;
}

bool fuzz_hunt_count_rules(struct fuzz_hunt_options *options, const char *ids)
{
    static const char between[] = ", ";
    const char *at = ids;
    while (*at != '\0') {
        char id[LC_NAME_MAX];
        size_t length = strcspn(at, between);
        if (length == 0 || length >= sizeof id) {
            return false;
        }
        memcpy(id, at, length);
        id[length] = '\0';
        if (!count_group(options, id)) {
            return false;
        }
        at += length;
        at += strspn(at, between);
    }
    return true;
}

/* The program's default order may be what kills: it is not played again for
 * the seeds to come. */
static void guess_length(struct fuzz_hunt *hunt)
{
    struct fuzz_case_mirror *mirror = &hunt->log->mirror;
    if (mirror->length == 0) {
        mirror->program = mirror->seed / FUZZ_SAMPLER_GROUP;
        fuzz_case_generate(
            &hunt->options->one,
            mirror->program,
            &hunt->one.schedule);
        mirror->length = fuzz_case_guess_length(&hunt->one.schedule);
    }
}

/* Takes what came of a schedule. rule: MODEL_RULE_COUNT: none was broken. */
static void take(struct fuzz_hunt *hunt, uint32_t rule)
{
    struct fuzz_hunt_log *log = hunt->log;
    bool is_met = rule < MODEL_RULE_COUNT && hunt->options->counts[rule];
    log->others += rule < MODEL_RULE_COUNT && !is_met;
    log->schedules++;
    log->played++;
    log->is_playing = 0;
    if (is_met || log->played == hunt->options->cap) {
        log->found += is_met;
        log->trials++;
        log->played = 0;
    }
}

void fuzz_hunt_begin(
    struct fuzz_hunt *hunt,
    const struct fuzz_hunt_options *options,
    struct fuzz_hunt_log *log,
    bool is_dead)
{
    LC_CHECK(options->cap > 0);
    memset(hunt, 0, sizeof *hunt);
    hunt->options = options;
    hunt->log = log;
    hunt->one.options = options->one;
    hunt->one.mirror = &log->mirror;
    sim_watch(options->watch_seconds);
    fuzz_worker_limit();
    if (log->is_playing && is_dead) {
        uint32_t rule = 0;
        bool is_known = model_rule_find("FAULT", &rule);
        LC_CHECK(is_known);
        guess_length(hunt);
        take(hunt, rule);
    }
}

bool fuzz_hunt_is_done(const struct fuzz_hunt *hunt)
{
    return hunt->log->has_failed != 0 ||
           hunt->log->trials >= hunt->options->trials;
}

bool fuzz_hunt_play(struct fuzz_hunt *hunt)
{
    struct fuzz_hunt_log *log = hunt->log;
    struct fuzz_outcome outcome;
    LC_CHECK(!fuzz_hunt_is_done(hunt));
    uint64_t seed = fuzz_hunt_seed(hunt->options, log->trials) + log->played;
    if (seed % FUZZ_SAMPLER_GROUP == 0) {
        fuzz_worker_limit(); /* of one program */
    }
    fuzz_worker_take_seed(seed);
    log->is_playing = 1;
    if (fuzz_case_play(&hunt->one, seed, &outcome, &log->error) != SIM_OK) {
        log->has_failed = 1;
        return false;
    }
    take(
        hunt,
        outcome.verdict.kind == LC_VERDICT_BROKEN ? outcome.verdict.rule
                                                  : MODEL_RULE_COUNT);
    return !fuzz_play_is_fault(&outcome);
}
