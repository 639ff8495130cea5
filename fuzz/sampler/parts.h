/*
 * The parts of the samplers, for files of fuzz/sampler only.
 */
#ifndef FUZZ_SAMPLER_PARTS_H
#define FUZZ_SAMPLER_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/sampler/sampler.h"

/** Whether this step is one of those at which the sampler departs. */
static inline bool fuzz_sampler_is_point(const struct fuzz_sampler *sampler)
{
    for (uint32_t i = 0; i < sampler->point_count; i++) {
        if (sampler->points[i] == sampler->step) {
            return true;
        }
    }
    return false;
}

/** Whether a site asks if it is to fail. */
static inline bool fuzz_sampler_is_site(const struct sim_choice_point *point)
{
    return point->where.stream == LC_STREAM_FAULT;
}

/** Whether a site fails, and how: few do in most runs, many in some. */
uint32_t fuzz_sampler_fail(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point);

/** A number where no thread is chosen: the default three times out of four. */
static inline uint32_t fuzz_sampler_value(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point)
{
    if (fuzz_sampler_is_site(point)) {
        return fuzz_sampler_fail(sampler, point);
    }
    bool draws = sampler->draws_values && point->count > 1 &&
                 fuzz_rng_chance(&sampler->rng, 1, 4);
    return draws ? fuzz_rng_upto(&sampler->rng, point->count - 1) : 0;
}

static inline struct fuzz_sampler_actor *fuzz_sampler_actor_of(
    struct fuzz_sampler *sampler,
    const struct sim_choice_candidate *candidate)
{
    uint32_t actor = fuzz_profile_actor(candidate);
    LC_CHECK(actor < FUZZ_ACTORS);
    return &sampler->actors[actor];
}

/** Whether the candidate's actor was not seen before; from now on it is. */
bool fuzz_sampler_is_new(
    struct fuzz_sampler *sampler,
    const struct sim_choice_candidate *candidate);

/** Takes what the candidates are about to do, and draws missing priorities. */
void fuzz_sampler_see(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point);

/* What chooses, by sampler. */
uint32_t fuzz_sampler_pct(void *context, const struct sim_choice_point *point);
uint32_t fuzz_sampler_pos(void *context, const struct sim_choice_point *point);
uint32_t fuzz_sampler_prio(void *context, const struct sim_choice_point *point);
uint32_t fuzz_sampler_urw(void *context, const struct sim_choice_point *point);
uint32_t fuzz_sampler_surw(void *context, const struct sim_choice_point *point);

/** Takes the weights of the run from the profile. */
void fuzz_sampler_begin_urw(struct fuzz_sampler *sampler);
void fuzz_sampler_begin_surw(struct fuzz_sampler *sampler);

#endif
