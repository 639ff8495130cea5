#include "fuzz/blame/blame.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/blame/run.h"

enum {
    ROUNDS = 4 /* each with twice the samples of the one before */
};

/*
 * Midpoint i of a run lies before its i-th decision with something to choose;
 * the last one behind all of them. The chance changes at such decisions only.
 */
struct hunt {
    struct fuzz_blame_run *run;
    struct fuzz_blame_chance *chances; /* of each midpoint */
    struct fuzz_blame_moment moment;   /* of the one looked at */
    uint32_t last;                     /* midpoint */
};

/* Goes to a midpoint and keeps it. */
static bool go_to(struct hunt *hunt, uint32_t midpoint)
{
    struct fuzz_blame_run *run = hunt->run;
    uint32_t number = midpoint == 0 ? 0 : run->forks[midpoint - 1] + 1;
    if (!fuzz_blame_go_to(run, number)) {
        return false;
    }
    fuzz_blame_save(run, &hunt->moment);
    fuzz_blame_expect(run, number);
    return true;
}

/* ---- The decision after which it was certain ---- */

/* Looks for an order that does not break the rule. When there is none among so
 * many as are asked for, they are the midpoint's samples. Returns false when it
 * was told to stop. */
static bool misses(struct hunt *hunt, uint32_t midpoint, bool *ret_misses)
{
    struct fuzz_blame_chance chance = { 0 };
    if (!go_to(hunt, midpoint) || !fuzz_blame_sample(
                                      hunt->run,
                                      &hunt->moment,
                                      hunt->run->options->samples,
                                      true,
                                      &chance)) {
        return false;
    }
    *ret_misses = chance.broken < chance.samples;
    if (!*ret_misses) {
        hunt->chances[midpoint] = chance;
    }
    return true;
}

/* The first midpoint from which no order was found that does not break the
 * rule. From all behind it, such an order can't exist either if it exists from
 * none; so the middle halves what is left. */
static bool find_certain(struct hunt *hunt, uint32_t *ret_midpoint)
{
    uint32_t open = 0; /* midpoints before this one are not certain */
    uint32_t middle = 0;
    for (;;) {
        uint32_t certain = hunt->last;
        while (open < certain) {
            bool has_missed;
            if (!misses(hunt, middle, &has_missed)) {
                return false;
            }
            if (has_missed) {
                open = middle + 1;
            } else {
                certain = middle;
            }
            middle = open + (certain - open) / 2;
        }
        if (certain == hunt->last) {
            /* The run itself is the one order that is left. */
            hunt->chances[certain].proof = FUZZ_BLAME_ALWAYS;
            *ret_midpoint = certain;
            return true;
        }
        if (!go_to(hunt, certain)) {
            return false;
        }
        enum fuzz_blame_answer answer = fuzz_blame_search(
            hunt->run,
            &hunt->moment,
            FUZZ_BLAME_ALWAYS,
            &hunt->chances[certain]);
        if (hunt->run->is_stopped) {
            return false;
        }
        if (answer != FUZZ_BLAME_REFUTED) {
            *ret_midpoint = certain;
            return true;
        }
        open = certain + 1;
        middle = open + (hunt->last - open) / 2;
    }
}

/* ---- The largest jump ---- */

static bool draw(struct hunt *hunt, uint32_t midpoint, uint32_t samples)
{
    struct fuzz_blame_chance *chance = &hunt->chances[midpoint];
    if (chance->samples >= samples || chance->proof != FUZZ_BLAME_UNPROVED) {
        return true;
    }
    return go_to(hunt, midpoint) &&
           fuzz_blame_sample(hunt->run, &hunt->moment, samples, false, chance);
}

/* How far the chance rises from a midpoint to the next, at least, at most and
 * most likely; in parts per million. */
static int64_t jump_low(const struct hunt *hunt, uint32_t midpoint)
{
    return (int64_t)fuzz_blame_low_ppm(&hunt->chances[midpoint + 1]) -
           (int64_t)fuzz_blame_high_ppm(&hunt->chances[midpoint]);
}

static int64_t jump_high(const struct hunt *hunt, uint32_t midpoint)
{
    return (int64_t)fuzz_blame_high_ppm(&hunt->chances[midpoint + 1]) -
           (int64_t)fuzz_blame_low_ppm(&hunt->chances[midpoint]);
}

static int64_t jump(const struct hunt *hunt, uint32_t midpoint)
{
    return (int64_t)fuzz_blame_ppm(&hunt->chances[midpoint + 1]) -
           (int64_t)fuzz_blame_ppm(&hunt->chances[midpoint]);
}

/* The midpoint before the certain one behind which the chance rises most. All
 * get a few samples, and those more that can still be it. */
static bool find_jump(
    struct hunt *hunt,
    uint32_t certain,
    uint32_t *ret_midpoint)
{
    LC_CHECK(certain > 0);
    int64_t best_low = INT64_MIN;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t samples = hunt->run->options->samples >> (ROUNDS - 1 - round);
        int64_t low = INT64_MIN;
        for (uint32_t i = 0; i < certain; i++) {
            if (round > 0 && jump_high(hunt, i) < best_low) {
                continue;
            }
            samples = samples > 0 ? samples : 1;
            if (!draw(hunt, i, samples) || !draw(hunt, i + 1, samples)) {
                return false;
            }
            low = jump_low(hunt, i) > low ? jump_low(hunt, i) : low;
        }
        best_low = low;
    }
    *ret_midpoint = certain - 1;
    for (uint32_t i = certain; i > 0; i--) {
        bool was_drawn = jump_high(hunt, i - 1) >= best_low;
        if (was_drawn && jump(hunt, i - 1) > jump(hunt, *ret_midpoint)) {
            *ret_midpoint = i - 1;
        }
    }
    if (jump_low(hunt, *ret_midpoint) <= 0) {
        *ret_midpoint = certain - 1; /* none can be told from none */
    }
    return true;
}

/* ---- All of it ---- */

bool fuzz_blame_is_large(const struct fuzz_blame_point *point)
{
    return fuzz_blame_low_ppm(&point->after) >=
           fuzz_blame_high_ppm(&point->before) + FUZZ_BLAME_JUMP_PPM;
}

/* The decision at a midpoint. */
static struct fuzz_blame_point point_at(
    const struct hunt *hunt,
    uint32_t midpoint)
{
    const struct fuzz_blame_run *run = hunt->run;
    return (struct fuzz_blame_point){
        .step = run->taken[run->forks[midpoint]].step,
        .before = hunt->chances[midpoint],
        .after = hunt->chances[midpoint + 1],
    };
}

static bool look_into(struct hunt *hunt, struct fuzz_blame_result *result)
{
    uint32_t certain = 0;
    uint32_t largest = 0;
    uint32_t samples = hunt->run->options->samples;
    if (!find_certain(hunt, &certain)) {
        return false;
    }
    if (certain == 0) {
        result->kind = FUZZ_BLAME_START;
        result->start = hunt->chances[0];
        return true;
    }
    if (!find_jump(hunt, certain, &largest) || !draw(hunt, 0, samples) ||
        !draw(hunt, certain - 1, samples)) {
        return false;
    }
    result->certain = point_at(hunt, certain - 1);
    if (!fuzz_blame_find_pair(hunt->run, &result->certain)) {
        return false;
    }
    result->start = hunt->chances[0];
    result->is_one = largest == certain - 1;
    result->kind = FUZZ_BLAME_FOUND;
    if (result->is_one) {
        return true;
    }
    result->jump = point_at(hunt, largest);
    return !fuzz_blame_is_large(&result->jump) ||
           fuzz_blame_find_pair(hunt->run, &result->jump);
}

static void hunt_for(
    struct fuzz_blame_run *run,
    struct fuzz_blame_result *result)
{
    struct hunt hunt = { .run = run, .last = run->fork_count };
    hunt.chances = calloc(hunt.last + 1U, sizeof hunt.chances[0]);
    LC_CHECK(hunt.chances != NULL);
    if (!look_into(&hunt, result)) {
        LC_CHECK(run->is_stopped || run->has_differed);
        result->kind =
            run->has_differed ? FUZZ_BLAME_DIFFERED : FUZZ_BLAME_STOPPED;
    }
    free(hunt.chances);
    fuzz_blame_drop(&hunt.moment);
}

enum sim_status fuzz_blame(
    const struct fuzz_blame_options *options,
    struct fuzz_blame_result *ret_result,
    struct sim_error *ret_error)
{
    LC_CHECK(options->schedule != NULL);
    LC_CHECK(options->samples > 0);
    LC_CHECK(options->samples <= FUZZ_BLAME_SAMPLES_MAX);
    struct fuzz_blame_run *run = calloc(1, sizeof *run);
    LC_CHECK(run != NULL);
    enum sim_status status = fuzz_blame_run_open(run, options, ret_error);
    if (status == SIM_OK) {
        memset(ret_result, 0, sizeof *ret_result);
        ret_result->verdict = run->verdict;
        ret_result->hash = run->result.hash;
        ret_result->record_count = run->result.record_count;
        ret_result->step_count = run->taken_count;
        ret_result->fork_count = run->fork_count;
        ret_result->kind = run->verdict.kind == LC_VERDICT_UNSPECIFIED
                               ? FUZZ_BLAME_UNSPECIFIED
                               : FUZZ_BLAME_HELD;
        if (run->verdict.kind == LC_VERDICT_BROKEN) {
            hunt_for(run, ret_result);
        }
        ret_result->totals = run->totals;
        fuzz_blame_run_close(run);
    }
    free(run);
    return status;
}
