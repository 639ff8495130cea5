#include "fuzz/sampler/sampler.h"

#include <string.h>

#include "lastcall/check.h"

static const char *const words[] = { "rw", "pct", "few", "mix", "default" };
_Static_assert(LC_COUNT_OF(words) == FUZZ_SAMPLER_COUNT, "one each");

bool fuzz_sampler_find(const char *word, enum fuzz_sampler_kind *ret_kind)
{
    for (uint32_t i = 0; i <= FUZZ_SAMPLER_MIX; i++) {
        if (strcmp(words[i], word) == 0) {
            *ret_kind = (enum fuzz_sampler_kind)i;
            return true;
        }
    }
    return false;
}

const char *fuzz_sampler_word(enum fuzz_sampler_kind kind)
{
    LC_CHECK(kind < FUZZ_SAMPLER_COUNT);
    return words[kind];
}

enum fuzz_sampler_kind fuzz_sampler_for(
    enum fuzz_sampler_kind kind,
    uint64_t seed)
{
    static const uint8_t turns[FUZZ_SAMPLER_GROUP] = {
        FUZZ_SAMPLER_DEFAULT, FUZZ_SAMPLER_FEW, FUZZ_SAMPLER_PCT,
        FUZZ_SAMPLER_FEW,     FUZZ_SAMPLER_RW,  FUZZ_SAMPLER_PCT,
        FUZZ_SAMPLER_FEW,     FUZZ_SAMPLER_PCT,
    };
    uint32_t turn = (uint32_t)(seed % FUZZ_SAMPLER_GROUP);
    if (kind == FUZZ_SAMPLER_MIX) {
        return (enum fuzz_sampler_kind)turns[turn];
    }
    return turn == 0 && fuzz_sampler_needs_length(kind) ? FUZZ_SAMPLER_DEFAULT
                                                        : kind;
}

bool fuzz_sampler_needs_length(enum fuzz_sampler_kind kind)
{
    return kind == FUZZ_SAMPLER_PCT || kind == FUZZ_SAMPLER_FEW;
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

static uint32_t choose_default(
    void *context,
    const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    LC_CHECK(point->count >= 2);
    sampler->step++;
    return 0;
}

static uint32_t choose_walk(void *context, const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    sampler->step++;
    return fuzz_rng_upto(&sampler->rng, point->count - 1);
}

/* Another thread, if there is one, in two of three cases. */
static uint32_t depart(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point)
{
    uint32_t threads = 0;
    while (point->candidates != NULL && threads < point->count &&
           point->candidates[threads].action == LC_ACTION_RUN) {
        threads++; /* they come before the events */
    }
    bool takes_thread = fuzz_rng_chance(&sampler->rng, 2, 3);
    uint32_t last =
        takes_thread && threads >= 2 ? threads - 1 : point->count - 1;
    return fuzz_rng_between(&sampler->rng, 1, last);
}

/* The default, except at a few steps. */
static uint32_t choose_few(void *context, const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    bool departs = is_point(sampler);
    sampler->step++;
    return departs ? depart(sampler, point) : 0;
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
        /* Above all that change points and streaks give out. */
        sampler->priorities[actor] =
            fuzz_rng_between(&sampler->rng, UINT32_MAX / 2, UINT32_MAX - 1);
    }
    return sampler->priorities[actor];
}

static uint32_t highest(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point)
{
    uint32_t best = 0;
    uint32_t best_priority = priority(sampler, actor_of(&point->candidates[0]));
    for (uint32_t i = 1; i < point->count; i++) {
        uint32_t other = priority(sampler, actor_of(&point->candidates[i]));
        if (other > best_priority) {
            best = i;
            best_priority = other;
        }
    }
    return best;
}

/* Code that waits in a loop would never let the others go on. */
static bool is_streak(struct fuzz_sampler *sampler, uint32_t actor)
{
    if (sampler->streak_actor != actor) {
        sampler->streak_actor = actor;
        sampler->streak = 0;
    }
    sampler->streak++;
    if (sampler->streak < FUZZ_SAMPLER_STREAK) {
        return false;
    }
    sampler->streak = 0;
    return true;
}

static uint32_t choose_pct(void *context, const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    if (point->candidates == NULL) {
        bool draws =
            sampler->draws_values && fuzz_rng_chance(&sampler->rng, 1, 4);
        return draws ? fuzz_rng_upto(&sampler->rng, point->count - 1) : 0;
    }
    uint32_t best = highest(sampler, point);
    uint32_t actor = actor_of(&point->candidates[best]);
    bool is_demoted = is_point(sampler) || is_streak(sampler, actor);
    sampler->step++;
    if (is_demoted) {
        LC_CHECK(sampler->lowest > 1);
        sampler->lowest--;
        sampler->priorities[actor] = sampler->lowest;
        best = highest(sampler, point);
    }
    return best;
}

/* NOLINTBEGIN(bugprone-easily-swappable-parameters): each is of another type */
struct sim_backer fuzz_sampler_begin(
    struct fuzz_sampler *sampler,
    enum fuzz_sampler_kind kind,
    uint64_t seed,
    uint32_t length)
/* NOLINTEND(bugprone-easily-swappable-parameters) */
{
    static sim_choice_fn *const functions[] = {
        choose_walk, choose_pct, choose_few, NULL, choose_default,
    };
    _Static_assert(LC_COUNT_OF(functions) == FUZZ_SAMPLER_COUNT, "one each");
    LC_CHECK(length > 0);
    LC_CHECK(kind < FUZZ_SAMPLER_COUNT);
    LC_CHECK(kind != FUZZ_SAMPLER_MIX);
    memset(sampler, 0, sizeof *sampler);
    fuzz_rng_seed(&sampler->rng, seed, FUZZ_RNG_ORDER);
    sampler->kind = kind;
    sampler->lowest = UINT32_MAX / 4;
    sampler->streak_actor = FUZZ_SAMPLER_ACTORS;
    /* PCT of depth d has d - 1 change points. */
    if (kind == FUZZ_SAMPLER_PCT) {
        sampler->point_count = fuzz_rng_upto(&sampler->rng, 2);
        sampler->draws_values = fuzz_rng_chance(&sampler->rng, 1, 4);
    } else if (kind == FUZZ_SAMPLER_FEW) {
        sampler->point_count =
            fuzz_rng_between(&sampler->rng, 1, FUZZ_SAMPLER_POINTS);
    }
    for (uint32_t i = 0; i < sampler->point_count; i++) {
        sampler->points[i] = fuzz_rng_upto(&sampler->rng, length - 1);
    }
    return (struct sim_backer){ .choose = functions[kind], .context = sampler };
}
