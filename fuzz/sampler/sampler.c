#include "fuzz/sampler/sampler.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "fuzz/sampler/parts.h"

static const char *const words[] = {
    "rw",   "pct",  "few",  "mix",  "default", "pos",       "urw",
    "surw", "prio", "pct1", "pct2", "pct3",    "pct4",      "pct5",
    "pct6", "pct7", "pct8", "pct9", "pct10",   "surw-data",
};
_Static_assert(LC_COUNT_OF(words) == FUZZ_SAMPLER_COUNT, "one each");

static bool is_word(uint32_t kind, const char *word)
{
    static const char prefix[] = "pct:";
    if (kind == FUZZ_SAMPLER_DEFAULT) {
        return false;
    }
    if (strcmp(words[kind], word) == 0) {
        return true;
    }
    /* pct:3 is pct3. */
    return kind >= FUZZ_SAMPLER_PCT_1 && kind <= FUZZ_SAMPLER_PCT_10 &&
           strncmp(word, prefix, sizeof prefix - 1) == 0 &&
           strcmp(words[kind] + 3, word + sizeof prefix - 1) == 0;
}

bool fuzz_sampler_find(const char *word, enum fuzz_sampler_kind *ret_kind)
{
    for (uint32_t i = 0; i < FUZZ_SAMPLER_COUNT; i++) {
        if (is_word(i, word)) {
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
    /* Each second program has those that know most about defects of this
     * kind, the others each its turn. */
    static const uint8_t turns[2][FUZZ_SAMPLER_GROUP] = {
        {
            FUZZ_SAMPLER_DEFAULT,
            FUZZ_SAMPLER_FEW,
            FUZZ_SAMPLER_PCT,
            FUZZ_SAMPLER_POS,
            FUZZ_SAMPLER_URW,
            FUZZ_SAMPLER_SURW,
            FUZZ_SAMPLER_PRIO,
            FUZZ_SAMPLER_PCT,
        },
        {
            FUZZ_SAMPLER_DEFAULT,
            FUZZ_SAMPLER_FEW,
            FUZZ_SAMPLER_PCT,
            FUZZ_SAMPLER_FEW,
            FUZZ_SAMPLER_RW,
            FUZZ_SAMPLER_PCT,
            FUZZ_SAMPLER_FEW,
            FUZZ_SAMPLER_PCT,
        },
    };
    uint32_t turn = (uint32_t)(seed % FUZZ_SAMPLER_GROUP);
    if (kind == FUZZ_SAMPLER_MIX) {
        uint32_t row = (uint32_t)(seed / FUZZ_SAMPLER_GROUP % 2);
        return (enum fuzz_sampler_kind)turns[row][turn];
    }
    return turn == 0 && fuzz_sampler_needs_length(kind) ? FUZZ_SAMPLER_DEFAULT
                                                        : kind;
}

bool fuzz_sampler_is_pct(enum fuzz_sampler_kind kind)
{
    return kind == FUZZ_SAMPLER_PCT ||
           (kind >= FUZZ_SAMPLER_PCT_1 && kind <= FUZZ_SAMPLER_PCT_10);
}

static bool is_surw(enum fuzz_sampler_kind kind)
{
    return kind == FUZZ_SAMPLER_SURW || kind == FUZZ_SAMPLER_SURW_DATA;
}

bool fuzz_sampler_needs_length(enum fuzz_sampler_kind kind)
{
    return fuzz_sampler_is_pct(kind) || kind == FUZZ_SAMPLER_FEW ||
           fuzz_sampler_needs_profile(kind);
}

bool fuzz_sampler_needs_profile(enum fuzz_sampler_kind kind)
{
    return kind == FUZZ_SAMPLER_URW || is_surw(kind);
}

uint32_t fuzz_sampler_fail(
    struct fuzz_sampler *sampler,
    const struct sim_choice_point *point)
{
    struct fuzz_rng *rng = &sampler->fault_rng;
    if (sampler->fault_one_of == 0) {
        fuzz_rng_seed(rng, sampler->seed, FUZZ_RNG_FAULT);
        sampler->fault_one_of = 1U << fuzz_rng_between(
                                    rng,
                                    FUZZ_SAMPLER_FAULT_BITS_MIN,
                                    FUZZ_SAMPLER_FAULT_BITS_MAX);
    }
    return fuzz_rng_chance(rng, 1, sampler->fault_one_of)
               ? fuzz_rng_between(rng, 1, point->count - 1)
               : 0;
}

static uint32_t choose_default(
    void *context,
    const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    /* It may see all, for a profile. */
    sampler->step += point->count > 1 && !fuzz_sampler_is_site(point);
    return 0;
}

static uint32_t choose_walk(void *context, const struct sim_choice_point *point)
{
    struct fuzz_sampler *sampler = context;
    if (fuzz_sampler_is_site(point)) {
        return fuzz_sampler_fail(sampler, point);
    }
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
    if (fuzz_sampler_is_site(point)) {
        return fuzz_sampler_fail(sampler, point);
    }
    bool departs = fuzz_sampler_is_point(sampler);
    sampler->step++;
    return departs ? depart(sampler, point) : 0;
}

static sim_choice_fn *function_of(enum fuzz_sampler_kind kind)
{
    static sim_choice_fn *const functions[] = {
        choose_walk,       fuzz_sampler_pct,
        choose_few,        NULL,
        choose_default,    fuzz_sampler_pos,
        fuzz_sampler_urw,  fuzz_sampler_surw,
        fuzz_sampler_prio,
    };
    _Static_assert(LC_COUNT_OF(functions) == FUZZ_SAMPLER_PCT_1, "one each");
    return fuzz_sampler_is_pct(kind) ? fuzz_sampler_pct
           : is_surw(kind)           ? fuzz_sampler_surw
                                     : functions[kind];
}

/* PCT of depth d has d - 1 change points. */
static void draw_points(struct fuzz_sampler *sampler, uint32_t length)
{
    if (sampler->kind == FUZZ_SAMPLER_PCT) {
        sampler->point_count = fuzz_rng_upto(&sampler->rng, 2);
    } else if (sampler->kind == FUZZ_SAMPLER_FEW) {
        sampler->point_count =
            fuzz_rng_between(&sampler->rng, 1, FUZZ_SAMPLER_FEW_POINTS);
    } else if (fuzz_sampler_is_pct(sampler->kind)) {
        sampler->point_count =
            (uint32_t)sampler->kind - (uint32_t)FUZZ_SAMPLER_PCT_1;
        sampler->has_fixed_depth = true;
    }
    if (sampler->kind != FUZZ_SAMPLER_FEW) {
        sampler->draws_values = fuzz_rng_chance(&sampler->rng, 1, 4);
    }
    for (uint32_t i = 0; i < sampler->point_count; i++) {
        sampler->points[i] = fuzz_rng_upto(&sampler->rng, length - 1);
    }
}

struct sim_backer fuzz_sampler_begin(
    struct fuzz_sampler *sampler,
    const struct fuzz_sampler_options *options)
{
    enum fuzz_sampler_kind kind = options->kind;
    LC_CHECK(options->length > 0);
    LC_CHECK(kind < FUZZ_SAMPLER_COUNT);
    LC_CHECK(kind != FUZZ_SAMPLER_MIX);
    memset(sampler, 0, offsetof(struct fuzz_sampler, seen));
    fuzz_rng_seed(&sampler->rng, options->seed, FUZZ_RNG_ORDER);
    sampler->kind = kind;
    sampler->length = options->length;
    sampler->seed = options->seed;
    struct sim_backer backer = {
        .choose = function_of(kind),
        .context = sampler,
    };
    if (kind == FUZZ_SAMPLER_RW || kind == FUZZ_SAMPLER_DEFAULT) {
        return backer;
    }
    memset(sampler->actors, 0, sizeof sampler->actors);
    sampler->profile = options->profile;
    sampler->unit = options->profile == NULL ? 1 : options->profile->run_count;
    sampler->lowest = UINT32_MAX / 4;
    sampler->streak_actor = FUZZ_ACTORS;
    draw_points(sampler, options->length);
    if (kind == FUZZ_SAMPLER_URW) {
        fuzz_sampler_begin_urw(sampler);
    } else if (is_surw(kind)) {
        fuzz_sampler_begin_surw(sampler);
    }
    /* An event that nobody had to choose is one, too. */
    backer.sees_all = fuzz_sampler_needs_profile(kind) ||
                      sampler->has_fixed_depth || kind == FUZZ_SAMPLER_POS ||
                      kind == FUZZ_SAMPLER_PRIO;
    return backer;
}
