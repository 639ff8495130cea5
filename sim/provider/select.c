#include "sim/provider/select.h"

#include <stddef.h>

#include "lastcall/limits.h"

#include "sim/engine/thread.h"

uint32_t sim_select_count(const struct lc_fd_set *set)
{
    if (set == NULL) {
        return 0;
    }
    return set->fd_count < LC_FD_SETSIZE ? set->fd_count : LC_FD_SETSIZE;
}

uint64_t sim_select_timeout_ns(const struct lc_timeval *timeout)
{
    if (timeout == NULL) {
        return SIM_FOREVER;
    }
    return (uint32_t)timeout->tv_sec * LC_NS_PER_S +
           (uint32_t)timeout->tv_usec * LC_NS_PER_US;
}

uint32_t sim_select_narrow(
    const struct sim_poll *polls,
    struct lc_fd_set *const sets[SIM_SELECT_SETS])
{
    uint32_t sum = 0;
    uint32_t at = 0;
    for (uint32_t k = 0; k < SIM_SELECT_SETS; k++) {
        uint32_t count = sim_select_count(sets[k]);
        uint32_t kept = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (polls[at].found != 0) {
                sets[k]->fd_array[kept] = sets[k]->fd_array[i];
                kept++;
            }
            at++;
        }
        if (sets[k] != NULL) {
            sets[k]->fd_count = kept;
        }
        sum += kept;
    }
    return sum;
}
