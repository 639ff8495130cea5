#include "fuzz/statistics.h"

#include "lastcall/check.h"

void fuzz_statistics_add(
    struct fuzz_statistics *statistics,
    const struct fuzz_behaviour *behaviour)
{
    fuzz_behaviour_add(behaviour, &statistics->states, &statistics->pairs);
    statistics->watched++;
}

static uint64_t larger(uint64_t one, uint64_t other)
{
    return one > other ? one : other;
}

void fuzz_statistics_add_pct(
    struct fuzz_statistics *statistics,
    const struct fuzz_sampler *sampler)
{
    if (!fuzz_sampler_is_pct(sampler->kind)) {
        return;
    }
    LC_CHECK(sampler->point_count < FUZZ_SAMPLER_DEPTH_MAX);
    uint64_t steps = larger(sampler->step, sampler->length);
    struct fuzz_statistics_pct *pct = &statistics->pct[sampler->point_count];
    pct->schedules++;
    pct->actors += sampler->actor_count;
    pct->steps += steps;
    pct->actors_max = larger(pct->actors_max, sampler->actor_count);
    pct->steps_max = larger(pct->steps_max, steps);
}

void fuzz_statistics_merge(
    struct fuzz_statistics *statistics,
    const struct fuzz_statistics *more)
{
    statistics->watched += more->watched;
    fuzz_sketch_merge(&statistics->states, &more->states);
    fuzz_sketch_merge(&statistics->pairs, &more->pairs);
    for (uint32_t i = 0; i < FUZZ_SAMPLER_DEPTH_MAX; i++) {
        struct fuzz_statistics_pct *pct = &statistics->pct[i];
        pct->schedules += more->pct[i].schedules;
        pct->actors += more->pct[i].actors;
        pct->steps += more->pct[i].steps;
        pct->actors_max = larger(pct->actors_max, more->pct[i].actors_max);
        pct->steps_max = larger(pct->steps_max, more->pct[i].steps_max);
    }
}
