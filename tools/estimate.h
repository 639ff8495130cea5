/*
 * What follows from the counts of a search: numbers for people, by floating
 * point.
 */
#ifndef TOOLS_ESTIMATE_H
#define TOOLS_ESTIMATE_H

#include <stdint.h>

#include "fuzz/fuzz.h"

/**
 * How many pairs of steps the next schedule may be expected to show that none
 * has shown: an upper bound of the probability that it shows one.
 *
 * Good's estimate, for what comes in sets: of N schedules, Q were the only ones
 * to show some pair, counted by pair; the next one is expected to show Q / N new
 * ones. That those of the next one are alike the last of N makes it too high by
 * at most one part in N.
 *
 * Source: Good, "The population frequencies of species and the estimation of
 *         population parameters", Biometrika 40 (1953), of Turing's idea; for
 *         searches: Boehme, "STADS: Software testing as species discovery",
 *         TOSEM 27 (2018).
 *
 * Returns: 1 or more when there are no watched schedules.
 */
double tool_estimate_unseen(const struct fuzz_statistics *statistics);

/**
 * PCT's guarantee: with at least this probability a schedule of n actors and k
 * steps finds a bug of depth d or less, that is, one for which so many
 * orderings between two steps must hold: 1 / (n k^(d-1)).
 *
 * Source: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler
 *         with probabilistic guarantees of finding bugs", ASPLOS 2010,
 *         section 3.
 *
 * @param depth  1 to FUZZ_SAMPLER_DEPTH_MAX; its schedules' means of actors and
 *               steps are taken. Must have some.
 */
double tool_estimate_guarantee(
    const struct fuzz_statistics *statistics,
    uint32_t depth);

/** A share by the times that something was seen, with its 95 % interval. */
struct tool_estimate_share {
    double share;
    double low;
    double high;
    double schedules_99; /* that show it once or more with 99 % */
};

/**
 * Wilson's interval of the share.
 *
 * Source: Wilson, "Probable inference, the law of succession, and statistical
 *         inference", JASA 22 (1927).
 *
 * @param times  1 to `of`.
 */
struct tool_estimate_share tool_estimate_share_of(uint64_t times, uint64_t of);

#endif
