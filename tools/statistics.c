#include "tools/statistics.h"

#include <inttypes.h>
#include <stdio.h>

#include "lastcall/check.h"

#include "tools/estimate.h"
#include "tools/figure.h"
#include "tools/output.h"

enum {
    /* No event in N independent trials: with 95 % it comes in fewer than 3 of
     * N, since e^-3 is 5 %. */
    RULE_OF_THREE = 3
};

static const char *about(const struct fuzz_sketch *sketch)
{
    return fuzz_sketch_is_exact(sketch) ? "" : "about ";
}

/* One line for all depths. */
static void print_pct(const struct fuzz_statistics *statistics)
{
    uint64_t schedules = 0;
    uint64_t actors = 0;
    uint64_t steps = 0;
    for (uint32_t i = 0; i < FUZZ_SAMPLER_DEPTH_MAX; i++) {
        schedules += statistics->pct[i].schedules;
        actors += statistics->pct[i].actors;
        steps += statistics->pct[i].steps;
    }
    if (schedules == 0) {
        return;
    }
    (void)printf(
        "PCT in %" PRIu64 " of them, n %.1f actors and k %.0f steps each: one "
        "finds a bug with 1/(n k^(d-1)) or more,",
        schedules,
        (double)actors / (double)schedules,
        (double)steps / (double)schedules);
    const char *comma = "";
    for (uint32_t depth = 1; depth <= FUZZ_SAMPLER_DEPTH_MAX; depth++) {
        if (statistics->pct[depth - 1].schedules > 0) {
            char one_in[TOOL_FIGURE_BYTES];
            tool_figure(1 / tool_estimate_guarantee(statistics, depth), one_in);
            (void)printf("%s 1 in %s where d is %u", comma, one_in, depth);
            comma = ",";
        }
    }
    (void)putchar('\n');
}

void tool_statistics_print(const struct fuzz_statistics *statistics)
{
    if (statistics->watched > 0) {
        char unseen[TOOL_FIGURE_BYTES];
        tool_figure(tool_estimate_unseen(statistics), unseen);
        (void)printf(
            "watched %" PRIu64 " of them, one in %d: %s%" PRIu64
            " state%s of the model, %s%" PRIu64 " pair%s of steps of two "
            "threads; the next is expected to show %s new ones "
            "(Good-Turing)\n",
            statistics->watched,
            FUZZ_BEHAVIOUR_ONE_IN,
            about(&statistics->states),
            fuzz_sketch_distinct(&statistics->states),
            tool_output_s(fuzz_sketch_distinct(&statistics->states)),
            about(&statistics->pairs),
            fuzz_sketch_distinct(&statistics->pairs),
            tool_output_s(fuzz_sketch_distinct(&statistics->pairs)),
            unseen);
    }
    print_pct(statistics);
}

void tool_statistics_print_bound(uint64_t judged)
{
    uint64_t programs = judged / FUZZ_SAMPLER_GROUP;
    if (programs < RULE_OF_THREE) {
        return;
    }
    (void)printf(
        "with 95 %% confidence fewer than one program in %" PRIu64
        " breaks one in %d orders; were schedules independent, fewer than one "
        "of them in %" PRIu64 " (3/N)\n",
        programs / RULE_OF_THREE,
        FUZZ_SAMPLER_GROUP,
        judged / RULE_OF_THREE);
}

void tool_statistics_print_share(uint64_t times, uint64_t of)
{
    if (times == 0) {
        return;
    }
    struct tool_estimate_share share = tool_estimate_share_of(times, of);
    char texts[3][TOOL_FIGURE_BYTES];
    tool_figure(share.share, texts[0]);
    tool_figure(share.low, texts[1]);
    tool_figure(share.high, texts[2]);
    (void)printf(
        "  in %s of the schedules (95 %%: %s to %s); %.0f show it with "
        "99 %%\n",
        texts[0],
        texts[1],
        texts[2],
        share.schedules_99);
}

json_t *tool_statistics_share(uint64_t times, uint64_t of)
{
    if (times == 0) {
        return json_null();
    }
    struct tool_estimate_share share = tool_estimate_share_of(times, of);
    json_t *object = json_pack(
        "{s:f, s:f, s:f, s:f}",
        "share",
        share.share,
        "low",
        share.low,
        "high",
        share.high,
        "schedules_99",
        share.schedules_99);
    LC_CHECK(object != NULL);
    return object;
}

static json_t *pct_list(const struct fuzz_statistics *statistics)
{
    json_t *list = json_array();
    for (uint32_t depth = 1; depth <= FUZZ_SAMPLER_DEPTH_MAX; depth++) {
        const struct fuzz_statistics_pct *pct = &statistics->pct[depth - 1];
        if (pct->schedules == 0) {
            continue;
        }
        json_t *object = json_pack(
            "{s:I, s:I, s:f, s:f, s:I, s:I, s:f}",
            "depth",
            (json_int_t)depth,
            "schedules",
            (json_int_t)pct->schedules,
            "actors",
            (double)pct->actors / (double)pct->schedules,
            "steps",
            (double)pct->steps / (double)pct->schedules,
            "actors_max",
            (json_int_t)pct->actors_max,
            "steps_max",
            (json_int_t)pct->steps_max,
            "guarantee",
            tool_estimate_guarantee(statistics, depth));
        LC_CHECK(object != NULL);
        (void)json_array_append_new(list, object);
    }
    return list;
}

/* 3/N; null: there are too few, or it is no bound. */
static json_t *bound(uint64_t count, bool is_broken)
{
    return is_broken || count < RULE_OF_THREE
               ? json_null()
               : json_real((double)RULE_OF_THREE / (double)count);
}

json_t *tool_statistics_object(
    const struct fuzz_statistics *statistics,
    uint64_t judged,
    bool is_broken)
{
    json_t *object = json_pack(
        "{s:I, s:i, s:I, s:b, s:I, s:b, s:o, s:o, s:o, s:o}",
        "watched",
        (json_int_t)statistics->watched,
        "watched_one_in",
        FUZZ_BEHAVIOUR_ONE_IN,
        "states",
        (json_int_t)fuzz_sketch_distinct(&statistics->states),
        "states_exact",
        (int)fuzz_sketch_is_exact(&statistics->states),
        "pairs",
        (json_int_t)fuzz_sketch_distinct(&statistics->pairs),
        "pairs_exact",
        (int)fuzz_sketch_is_exact(&statistics->pairs),
        "unseen_pairs",
        statistics->watched == 0 ? json_null()
                                 : json_real(tool_estimate_unseen(statistics)),
        "bound_schedules",
        bound(judged, is_broken),
        "bound_programs",
        bound(judged / FUZZ_SAMPLER_GROUP, is_broken),
        "pct",
        pct_list(statistics));
    LC_CHECK(object != NULL);
    return object;
}
