#include "fuzz/sampler/sampler.h"

#include <string.h>

#include "lastcall/check.h"

bool fuzz_sampler_find(const char *word, enum fuzz_sampler_kind *ret_kind)
{
    static const char *const words[] = { "rw", "pct", "few", "mix" };
    _Static_assert(LC_COUNT_OF(words) == FUZZ_SAMPLER_COUNT, "one each");
    for (uint32_t i = 0; i < LC_COUNT_OF(words); i++) {
        if (strcmp(words[i], word) == 0) {
            *ret_kind = (enum fuzz_sampler_kind)i;
            return true;
        }
    }
    return false;
}

static bool is_point(const struct fuzz_sampler *sampler)
{
    for (uint32_t i = 0; i < sampler->point_count; i++) {
        if (sampler->points[i] == sampler->step) {
            return true;
        }
    }
    return false;
}

static uint32_t choose_walk(void *context, const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    sampler->step++;
    return fuzz_rng_upto(&sampler->rng, point->count - 1);
}

/* The default, except at a few steps. */
static uint32_t choose_few(void *context, const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    bool departs = is_point(sampler);
    sampler->step++;
    return departs ? fuzz_rng_between(&sampler->rng, 1, point->count - 1) : 0;
}

static uint32_t actor_of(const struct sim_choice_candidate *candidate)
{
    return candidate->action == LC_ACTION_RUN ? candidate->target
                                              : 256U + candidate->target;
}

static uint32_t priority(struct fuzz_sampler *sampler, uint32_t actor)
{
    LC_CHECK(actor < FUZZ_SAMPLER_ACTORS);
    if (sampler->priorities[actor] == 0) {
        /* Above all that change points give out. */
        sampler->priorities[actor] = fuzz_rng_between(
            &sampler->rng,
            FUZZ_SAMPLER_POINTS + 1,
            UINT32_MAX - 1);
    }
    return sampler->priorities[actor];
}

static uint32_t highest(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < point->count; i++) {
        uint32_t a = priority(sampler, actor_of(&point->candidates[i]));
        uint32_t b = priority(sampler, actor_of(&point->candidates[best]));
        if (a > b) {
            best = i;
        }
    }
    return best;
}

static uint32_t choose_pct(void *context, const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    if (point->candidates == NULL) {
        return fuzz_rng_upto(&sampler->rng, point->count - 1);
    }
    uint32_t best = highest(sampler, point);
    for (uint32_t i = 0; i < sampler->point_count; i++) {
        if (sampler->points[i] == sampler->step) {
            sampler->priorities[actor_of(&point->candidates[best])] = i + 1;
            best = highest(sampler, point);
        }
    }
    sampler->step++;
    return best;
}

struct sim_backer fuzz_sampler_begin(
    struct fuzz_sampler *sampler,
    enum fuzz_sampler_kind kind,
    uint64_t seed,
    uint32_t length)
{
    LC_CHECK(length > 0);
    LC_CHECK(kind < FUZZ_SAMPLER_COUNT);
    memset(sampler, 0, sizeof *sampler);
    fuzz_rng_seed(&sampler->rng, seed, FUZZ_RNG_ORDER);
    if (kind == FUZZ_SAMPLER_MIX) {
        kind = (enum fuzz_sampler_kind)fuzz_rng_upto(
            &sampler->rng,
            FUZZ_SAMPLER_FEW);
    }
    sampler->kind = kind;
    /* PCT of depth d has d - 1 change points. */
    sampler->point_count =
        kind == FUZZ_SAMPLER_PCT
            ? fuzz_rng_upto(&sampler->rng, 2)
            : fuzz_rng_between(&sampler->rng, 1, FUZZ_SAMPLER_POINTS);
    for (uint32_t i = 0; i < sampler->point_count; i++) {
        sampler->points[i] = fuzz_rng_upto(&sampler->rng, length - 1);
    }
    sim_choice_fn *choose = kind == FUZZ_SAMPLER_RW    ? choose_walk
                            : kind == FUZZ_SAMPLER_PCT ? choose_pct
                                                       : choose_few;
    return (struct sim_backer){ .choose = choose, .context = sampler };
}
