#include "fuzz/case.h"

#include <string.h>

enum {
    DECISIONS_PER_CALL = 20
};

uint32_t fuzz_case_guess_length(const struct lc_schedule *schedule)
{
    LC_CHECK(schedule->op_count > 0);
    return schedule->op_count * DECISIONS_PER_CALL;
}

/* Passes the question on, and keeps what differs from the default. */
static uint32_t choose(void *context, const struct sim_choice_point *point)
{
    struct fuzz_case *one = context;
    struct fuzz_case_mirror *mirror = one->mirror;
    uint32_t index = one->inner.choose(one->inner.context, point);
    if (one->profiling && point->candidates != NULL) {
        fuzz_profile_note(&one->profile, &point->candidates[index]);
    }
    if (index == 0 || mirror->choice_count == LC_CHOICES_MAX) {
        return index;
    }
    struct lc_choice *kept = &mirror->choices[mirror->choice_count];
    *kept = point->where;
    if (point->candidates == NULL) {
        kept->action = LC_ACTION_VALUE;
        kept->target = 0;
        kept->value = (uint16_t)index;
    } else {
        kept->action = point->candidates[index].action;
        kept->target = point->candidates[index].target;
        kept->value = point->candidates[index].value;
    }
    mirror->choice_count++;
    return index;
}

static bool knows_profile(const struct fuzz_case *one)
{
    return one->has_profile && one->profile_program == one->program;
}

static enum sim_status play(
    struct fuzz_case *one,
    enum fuzz_sampler_kind kind,
    uint64_t seed,
    struct fuzz_outcome *ret_outcome,
    struct sim_error *ret_error)
{
    uint32_t length = one->mirror->length;
    one->mirror->choice_count = 0;
    one->inner = fuzz_sampler_begin(
        &one->sampler,
        &(struct fuzz_sampler_options){
            .kind = kind,
            .seed = seed,
            .length =
                length > 0 ? length : fuzz_case_guess_length(&one->schedule),
            .profile = knows_profile(one) ? &one->profile : NULL,
        });
    one->profiling = kind == FUZZ_SAMPLER_DEFAULT;
    if (one->profiling) {
        one->has_profile = false;
        fuzz_profile_begin(&one->profile);
    }
    struct sim_backer backer = {
        .choose = choose,
        .context = one,
        .sees_all = one->inner.sees_all || one->profiling,
    };
    enum sim_status status = fuzz_play(
        &one->player,
        &one->schedule,
        &backer,
        ret_outcome,
        ret_error);
    if (one->profiling) {
        one->profiling = false;
        one->mirror->length = one->sampler.step + 1;
        fuzz_profile_end(&one->profile, 1);
        one->profile_program = one->program;
        one->has_profile = true;
    }
    return status;
}

/* Whether the default order has to be played first, for what the sampler needs
 * to know. */
static bool needs_default(
    const struct fuzz_case *one,
    enum fuzz_sampler_kind kind)
{
    return (fuzz_sampler_needs_length(kind) && one->mirror->length == 0) ||
           (fuzz_sampler_needs_profile(kind) && !knows_profile(one));
}

void fuzz_case_generate(
    const struct fuzz_case_options *options,
    uint64_t program,
    struct lc_schedule *ret_schedule)
{
    struct fuzz_generate_options generate = options->generate;
    generate.has_swarm |= options->sampler == FUZZ_SAMPLER_MIX;
    fuzz_generate(&generate, program, ret_schedule);
}

void fuzz_case_revive(
    const struct fuzz_case_options *options,
    const struct fuzz_case_mirror *mirror,
    struct lc_schedule *ret_schedule)
{
    LC_CHECK(mirror->choice_count <= LC_CHOICES_MAX);
    if (options->sweep != NULL) {
        fuzz_sweep_make(options->sweep, mirror->seed, ret_schedule);
        return;
    }
    fuzz_case_generate(
        options,
        mirror->seed / FUZZ_SAMPLER_GROUP,
        ret_schedule);
    ret_schedule->choice_count = mirror->choice_count;
    memcpy(
        ret_schedule->choices,
        mirror->choices,
        mirror->choice_count * sizeof mirror->choices[0]);
}

/* A schedule of a sweep: it has its choices. */
static enum sim_status play_sweep(
    struct fuzz_case *one,
    uint64_t number,
    struct fuzz_outcome *ret_outcome,
    struct sim_error *ret_error)
{
    one->player.options = one->options.model;
    one->mirror->seed = number;
    one->mirror->choice_count = 0;
    fuzz_sweep_make(one->options.sweep, number, &one->schedule);
    return fuzz_play(
        &one->player,
        &one->schedule,
        NULL,
        ret_outcome,
        ret_error);
}

enum sim_status fuzz_case_play(
    struct fuzz_case *one,
    uint64_t seed,
    struct fuzz_outcome *ret_outcome,
    struct sim_error *ret_error)
{
    LC_CHECK(one->mirror != NULL);
    if (one->options.sweep != NULL) {
        return play_sweep(one, seed, ret_outcome, ret_error);
    }
    uint64_t program = seed / FUZZ_SAMPLER_GROUP;
    enum fuzz_sampler_kind kind = fuzz_sampler_for(one->options.sampler, seed);
    one->player.options = one->options.model;
    one->mirror->seed = seed;
    if (!one->has_program || one->program != program) {
        fuzz_case_generate(&one->options, program, &one->schedule);
        one->program = program;
        one->has_program = true;
    }
    if (one->mirror->program != program) {
        one->mirror->program = program;
        one->mirror->length = 0;
    }
    if (needs_default(one, kind)) {
        /* The play of the group's first seed, which is not this one's turn. */
        enum sim_status status =
            play(one, FUZZ_SAMPLER_DEFAULT, seed, ret_outcome, ret_error);
        if (status != SIM_OK) {
            return status;
        }
    }
    return play(one, kind, seed, ret_outcome, ret_error);
}

void fuzz_case_keep(
    struct lc_schedule *schedule,
    const struct fuzz_outcome *outcome)
{
    const struct sim_result *result = &outcome->result;
    LC_CHECK(result->choice_count <= LC_CHOICES_MAX);
    schedule->choice_count = result->choice_count;
    memmove(
        schedule->choices,
        result->choices,
        result->choice_count * sizeof schedule->choices[0]);
    memset(&schedule->expect, 0, sizeof schedule->expect);
    if (outcome->verdict.kind != LC_VERDICT_BROKEN) {
        return;
    }
    const char *id = model_rule(outcome->verdict.rule)->id;
    size_t length = strlen(id);
    LC_CHECK(length < LC_NAME_MAX);
    schedule->expect.kind = LC_EXPECT_BROKEN;
    memcpy(schedule->expect.rule, id, length);
    schedule->expect.has_hash = true;
    schedule->expect.hash = result->hash;
}
