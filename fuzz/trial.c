#include "fuzz/trial.h"

#include "lastcall/check.h"

/* The default order or a walk, noted. */
static uint32_t note(void *context, const struct sim_choice_point *point)
{
    struct fuzz_trial *trial = context;
    uint32_t index = trial->inner.choose(trial->inner.context, point);
    fuzz_profile_note(&trial->profile, &point->candidates[index]);
    trial->decisions += point->count > 1;
    return index;
}

static void profile_run(
    struct fuzz_trial *trial,
    enum fuzz_sampler_kind kind,
    uint64_t seed)
{
    const struct sim_backer backer = {
        .choose = note,
        .context = trial,
        .sees_all = true,
    };
    trial->inner = fuzz_sampler_begin(
        &trial->sampler,
        &(struct fuzz_sampler_options){
            .kind = kind,
            .seed = seed,
            .length = 1,
        });
    sim_program_begin(trial->program, &backer, false);
    (void)sim_program_run();
}

void fuzz_trial_begin(
    struct fuzz_trial *trial,
    const struct sim_program *program,
    uint32_t walks,
    uint64_t seed)
{
    LC_CHECK(program != NULL);
    trial->program = program;
    trial->decisions = 0;
    fuzz_profile_begin(&trial->profile);
    if (walks == 0) {
        profile_run(trial, FUZZ_SAMPLER_DEFAULT, seed);
        fuzz_profile_end(&trial->profile, 1);
    } else {
        uint32_t run = 0;
        uint32_t longest = 0;
        while (run < walks &&
               trial->profile.event_count + longest < FUZZ_PROFILE_EVENTS_MAX) {
            uint32_t before = trial->profile.event_count;
            profile_run(trial, FUZZ_SAMPLER_RW, seed + run);
            run++;
            uint32_t length = trial->profile.event_count - before;
            longest = length > longest ? length : longest;
        }
        fuzz_profile_end(&trial->profile, run);
    }
    trial->length = (fuzz_profile_length(&trial->profile) * 6 + 4) / 5;
    trial->decisions = trial->decisions / trial->profile.run_count + 1;
}

static uint32_t length_for(
    const struct fuzz_trial *trial,
    enum fuzz_sampler_kind kind)
{
    bool counts_decisions =
        kind == FUZZ_SAMPLER_FEW || kind == FUZZ_SAMPLER_PCT;
    return counts_decisions ? trial->decisions : trial->length;
}

bool fuzz_trial_play(
    struct fuzz_trial *trial,
    enum fuzz_sampler_kind kind,
    uint64_t seed)
{
    enum fuzz_sampler_kind turn =
        kind == FUZZ_SAMPLER_MIX ? fuzz_sampler_for(kind, seed) : kind;
    const struct sim_backer backer = fuzz_sampler_begin(
        &trial->sampler,
        &(struct fuzz_sampler_options){
            .kind = turn,
            .seed = seed,
            .length = length_for(trial, turn),
            .profile = &trial->profile,
        });
    sim_program_begin(trial->program, &backer, false);
    return sim_program_is_bug(trial->program, sim_program_run());
}

bool fuzz_trial_run(
    struct fuzz_trial *trial,
    enum fuzz_sampler_kind kind,
    uint64_t seed,
    uint64_t schedules_max,
    uint64_t *ret_schedules)
{
    LC_CHECK(schedules_max > 0);
    for (uint64_t played = 1;; played++) {
        bool is_met = fuzz_trial_play(trial, kind, seed + played - 1);
        if (is_met || played == schedules_max) {
            *ret_schedules = played;
            return is_met;
        }
    }
}
