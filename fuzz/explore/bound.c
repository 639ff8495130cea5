#include "fuzz/explore/search.h"

/* How much a bound has left, by degrees: nothing, what lies behind some states,
 * or whatever comes next. */
static uint32_t how_much_is_left(enum fuzz_explore_bound bound)
{
    switch (bound) {
    case FUZZ_EXPLORE_NONE:
        return 0;
    case FUZZ_EXPLORE_UNSPECIFIED:
    case FUZZ_EXPLORE_ENDLESS:
        return 1;
    case FUZZ_EXPLORE_DEPTH_BOUND:
    case FUZZ_EXPLORE_NUMBERS:
    case FUZZ_EXPLORE_CLOCK:
        return 2;
    case FUZZ_EXPLORE_MEMORY:
    case FUZZ_EXPLORE_STOPPED:
    case FUZZ_EXPLORE_DIED:
        return 3;
    }
    return 0;
}

enum fuzz_explore_bound fuzz_explore_bound_of(
    enum fuzz_explore_bound first,
    enum fuzz_explore_bound second)
{
    return how_much_is_left(second) > how_much_is_left(first) ? second : first;
}

bool fuzz_explore_is_cut(enum fuzz_explore_bound bound)
{
    return how_much_is_left(bound) > 1;
}

bool fuzz_explore_contradicts(const struct fuzz_explore_result *result)
{
    return result->has_broken && result->verdict != FUZZ_EXPLORE_BROKEN &&
           !fuzz_explore_is_cut(result->bound);
}

void fuzz_explore_warn(
    struct fuzz_explore_totals *totals,
    const struct model_warned *warned)
{
    for (uint32_t i = 0; warned != NULL && i < LC_COUNT_OF(warned->bits); i++) {
        totals->warned.bits[i] |= warned->bits[i];
    }
}
