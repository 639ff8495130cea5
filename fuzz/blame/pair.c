/*
 * The two steps whose order matters. At the decision the run took the step of
 * one thread or event. Others go first instead, by one step, by two, and so
 * on, until the chance is no more than it was before the decision: the last
 * of those steps, and the one that the run took, are the two.
 */
#include <string.h>

#include "fuzz/blame/run.h"

enum {
    STEPS_MAX = 256, /* that go first */
    QUICK_PART = 8,  /* this part of the samples says what is worth more */
    SAMPLES_QUICK = 16
};

struct trial {
    struct fuzz_blame_run *run;
    struct fuzz_blame_point *point;
    struct fuzz_blame_moment before; /* the moment of the decision */
    struct fuzz_blame_moment after;  /* with others first, and then its step */
    uint32_t candidate;              /* that goes first */
    uint32_t count;                  /* of steps that go first */
    struct fuzz_blame_step moved[STEPS_MAX]; /* these */
    bool is_first_gone;
    bool is_over[SIM_CANDIDATES_MAX]; /* candidates that can't go further */
};

/* Who goes first: the candidate as long as it can, then whoever can that did
 * not make the decision's step. Returns false when nobody can. */
static bool find_next(
    const struct trial *trial,
    uint32_t at,
    uint32_t *ret_index)
{
    const struct fuzz_blame_run *run = trial->run;
    if (at == 0) {
        *ret_index = trial->candidate;
        return true;
    }
    if (fuzz_blame_find(run, &trial->moved[0], ret_index)) {
        return true;
    }
    for (uint32_t i = 0; i < run->decision.point.count; i++) {
        const struct fuzz_blame_step step = fuzz_blame_step_of(run, i);
        if (!fuzz_blame_is_actor(&step, &trial->point->step)) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

/* From the moment of the decision: so many steps of others, then the step that
 * the run took, where it can still be taken. Keeps the moment after it.
 * Returns false when the others can't go so far. */
static bool go_first(struct trial *trial)
{
    struct fuzz_blame_run *run = trial->run;
    uint32_t index;
    fuzz_blame_load(run, &trial->before);
    for (uint32_t i = 0; i < trial->count; i++) {
        if (!fuzz_blame_look(run) || fuzz_blame_is_full() ||
            !find_next(trial, i, &index)) {
            return false;
        }
        trial->moved[i] = fuzz_blame_step_of(run, index);
        fuzz_blame_take(run, index);
    }
    fuzz_blame_save(run, &trial->after);
    trial->is_first_gone = !fuzz_blame_look(run) || fuzz_blame_is_full() ||
                           !fuzz_blame_find(run, &trial->point->step, &index);
    if (!trial->is_first_gone) {
        fuzz_blame_take(run, index);
        fuzz_blame_save(run, &trial->after);
    }
    return true;
}

/* In a child: whether it can be done here. */
static void try_first(void *context)
{
    struct trial *trial = context;
    trial->run->share->answer = go_first(trial);
}

static bool go_first_safely(struct trial *trial)
{
    struct fuzz_blame_run *run = trial->run;
    return fuzz_blame_apart(run, try_first, trial) && run->share->answer &&
           go_first(trial);
}

/* Whether the chance is what it was before the decision, or less. */
static bool is_back(
    const struct fuzz_blame_point *point,
    const struct fuzz_blame_chance *chance)
{
    return fuzz_blame_low_ppm(chance) <= fuzz_blame_high_ppm(&point->before);
}

static bool draw(
    struct trial *trial,
    uint32_t samples,
    struct fuzz_blame_chance *chance)
{
    return fuzz_blame_sample(trial->run, &trial->after, samples, false, chance);
}

/* Measures the chance with the trial's steps first. Sets ret_is_good: whether
 * that makes the failure go away. Returns false when it was told to stop. */
static bool measure(
    struct trial *trial,
    struct fuzz_blame_chance *ret_chance,
    bool *ret_is_good)
{
    const struct fuzz_blame_point *point = trial->point;
    uint32_t samples = trial->run->options->samples;
    uint32_t quick = samples / QUICK_PART;
    quick = quick > SAMPLES_QUICK ? quick : SAMPLES_QUICK;
    *ret_is_good = false;
    *ret_chance = (struct fuzz_blame_chance){ 0 };
    if (!go_first_safely(trial)) {
        trial->is_over[trial->candidate] = true;
        return true;
    }
    if (!draw(trial, quick < samples ? quick : samples, ret_chance)) {
        return false;
    }
    if (!is_back(point, ret_chance)) {
        return true;
    }
    if (!draw(trial, samples, ret_chance)) {
        return false;
    }
    *ret_is_good =
        is_back(point, ret_chance) &&
        fuzz_blame_high_ppm(ret_chance) < fuzz_blame_low_ppm(&point->after);
    return true;
}

/* Among the candidates the one with which the fewest steps, and then the least
 * chance, is enough. Returns false when it was told to stop. */
static bool choose(struct trial *trial, uint32_t *ret_candidate)
{
    struct fuzz_blame_point *point = trial->point;
    struct fuzz_blame_pair *pair = &point->pair;
    struct fuzz_blame_chance chance;
    bool is_good;
    for (uint32_t count = 1; count <= STEPS_MAX && !point->has_pair; count++) {
        trial->count = count;
        for (uint32_t i = 0; i < point->step.count; i++) {
            if (i == point->step.index || trial->is_over[i]) {
                continue;
            }
            trial->candidate = i;
            if (!measure(trial, &chance, &is_good)) {
                return false;
            }
            if (is_good &&
                (!point->has_pair ||
                 fuzz_blame_ppm(&chance) < fuzz_blame_ppm(&pair->swapped))) {
                point->has_pair = true;
                pair->second = trial->moved[count - 1];
                pair->swapped = chance;
                pair->moved = count - 1;
                pair->is_first_gone = trial->is_first_gone;
                *ret_candidate = i;
            }
        }
    }
    return true;
}

/* Whether a step of the rest is one of those that went first, each once. */
static bool has_gone(
    const struct trial *trial,
    const struct fuzz_blame_step *step,
    bool is_used[STEPS_MAX])
{
    for (uint32_t i = 0; i < trial->count; i++) {
        if (!is_used[i] && fuzz_blame_is_actor(step, &trial->moved[i])) {
            is_used[i] = true;
            return true;
        }
    }
    return false;
}

/* In a child: the other steps of the run in the order that they had, as far as
 * they can be taken. */
static void play_rest(void *context)
{
    struct trial *trial = context;
    struct fuzz_blame_run *run = trial->run;
    bool is_used[STEPS_MAX] = { false };
    uint32_t at = trial->point->step.number + 1;
    fuzz_blame_load(run, &trial->after);
    while (fuzz_blame_look(run)) {
        uint32_t index = 0;
        bool is_found = false;
        while (at < run->taken_count && !is_found) {
            const struct fuzz_blame_step *step = &run->taken[at].step;
            is_found = !has_gone(trial, step, is_used) &&
                       fuzz_blame_find(run, step, &index);
            at++;
        }
        fuzz_blame_take(run, is_found && !fuzz_blame_is_full() ? index : 0);
    }
    bool has_held = fuzz_blame_finish(run) == FUZZ_BLAME_END_HELD;
    if (has_held) {
        fuzz_blame_keep_held(run);
    }
    run->share->answer = has_held;
}

/* A run with the two swapped that holds: that of the rest in its order, or one
 * at random. Returns false when it was told to stop. */
static bool keep_example(struct trial *trial)
{
    struct fuzz_blame_run *run = trial->run;
    struct fuzz_blame_share *share = run->share;
    struct fuzz_blame_pair *pair = &trial->point->pair;
    struct fuzz_blame_chance looked = { 0 };
    share->has_held = false;
    pair->rest_holds =
        fuzz_blame_apart(run, play_rest, trial) && share->answer != 0;
    while (!share->has_held && looked.samples < run->options->samples) {
        if (!draw(trial, looked.samples + 1, &looked)) {
            return false;
        }
    }
    pair->has_example = share->has_held;
    pair->choice_count = share->has_held ? share->held_count : 0;
    pair->hash = share->held_hash;
    memcpy(
        pair->choices,
        share->held,
        pair->choice_count * sizeof share->held[0]);
    return true;
}

/* Where the run itself took the second step, after the first. */
static void find_in_run(const struct trial *trial, struct fuzz_blame_pair *pair)
{
    const struct fuzz_blame_run *run = trial->run;
    uint32_t left = 0;
    for (uint32_t i = 0; i < trial->count; i++) {
        left += fuzz_blame_is_actor(&trial->moved[i], &pair->second);
    }
    for (uint32_t i = pair->first.number + 1; i < run->taken_count; i++) {
        const struct fuzz_blame_step *step = &run->taken[i].step;
        left -= fuzz_blame_is_actor(step, &pair->second);
        if (left == 0) {
            pair->is_second_of_run =
                memcmp(&step->from, &pair->second.from, sizeof step->from) == 0;
            pair->second = pair->is_second_of_run ? *step : pair->second;
            return;
        }
    }
}

/* The chance with the first before the second. */
static bool measure_in_order(struct trial *trial)
{
    struct fuzz_blame_run *run = trial->run;
    struct fuzz_blame_pair *pair = &trial->point->pair;
    pair->in_order = trial->point->after;
    if (pair->moved == 0) {
        return true;
    }
    pair->in_order = (struct fuzz_blame_chance){ 0 };
    trial->count = pair->moved;
    run->has_differed |= !go_first(trial);
    if (run->has_differed) {
        return false;
    }
    if (!draw(trial, run->options->samples, &pair->in_order)) {
        return false;
    }
    if (pair->in_order.broken == pair->in_order.samples) {
        (void)!fuzz_blame_search(
            run,
            &trial->after,
            FUZZ_BLAME_ALWAYS,
            &pair->in_order);
    }
    return true;
}

/* All that is said of the two. Returns false when it was told to stop. */
static bool fill(struct trial *trial)
{
    struct fuzz_blame_run *run = trial->run;
    struct fuzz_blame_pair *pair = &trial->point->pair;
    pair->first = trial->point->step;
    if (!measure_in_order(trial)) {
        return false;
    }
    trial->count = pair->moved + 1;
    run->has_differed |= !go_first(trial);
    if (run->has_differed) {
        return false;
    }
    if (!keep_example(trial)) {
        return false;
    }
    if (pair->swapped.broken == 0) {
        pair->is_rare = fuzz_blame_search(
                            run,
                            &trial->after,
                            FUZZ_BLAME_NEVER,
                            &pair->swapped) == FUZZ_BLAME_REFUTED;
    }
    find_in_run(trial, pair);
    return !run->is_stopped;
}

bool fuzz_blame_find_pair(
    struct fuzz_blame_run *run,
    struct fuzz_blame_point *point)
{
    static struct trial trial; /* large */
    if (!fuzz_blame_go_to(run, point->step.number)) {
        return false;
    }
    memset(&trial, 0, sizeof trial);
    trial.run = run;
    trial.point = point;
    fuzz_blame_save(run, &trial.before);
    fuzz_blame_expect(run, point->step.number + 1);
    uint32_t candidate = 0;
    bool goes_on = choose(&trial, &candidate);
    if (goes_on && point->has_pair) {
        trial.candidate = candidate;
        goes_on = fill(&trial);
    }
    fuzz_blame_drop(&trial.before);
    fuzz_blame_drop(&trial.after);
    return goes_on;
}
