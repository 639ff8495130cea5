#include "tools/estimate.h"

#include <math.h>

#include "lastcall/check.h"

double tool_estimate_unseen(const struct fuzz_statistics *statistics)
{
    return statistics->watched == 0
               ? 1
               : (double)fuzz_sketch_singles(&statistics->pairs) /
                     (double)statistics->watched;
}

double tool_estimate_guarantee(
    const struct fuzz_statistics *statistics,
    uint32_t depth)
{
    LC_CHECK(depth >= 1);
    LC_CHECK(depth <= FUZZ_SAMPLER_DEPTH_MAX);
    const struct fuzz_statistics_pct *pct = &statistics->pct[depth - 1];
    LC_CHECK(pct->schedules > 0);
    double schedules = (double)pct->schedules;
    /* A run that had nothing to choose has one actor and one step. */
    double actors = fmax(1, (double)pct->actors / schedules);
    double steps = fmax(1, (double)pct->steps / schedules);
    return 1 / (actors * pow(steps, depth - 1));
}

struct tool_estimate_share tool_estimate_share_of(uint64_t times, uint64_t of)
{
    LC_CHECK(times >= 1);
    LC_CHECK(times <= of);
    const double z = 1.959964; /* 95 %, two-sided */
    double count = (double)of;
    double share = (double)times / count;
    double part = z * z / count;
    double middle = (share + part / 2) / (1 + part);
    double half =
        z / (1 + part) * sqrt(share * (1 - share) / count + part / count / 4);
    return (struct tool_estimate_share){
        .share = share,
        .low = fmax(0, middle - half),
        .high = fmin(1, middle + half),
        .schedules_99 = log(100) / share,
    };
}
