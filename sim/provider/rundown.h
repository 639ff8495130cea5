/*
 * Rundown protection: calls count themselves in and out, and the last cleanup
 * shuts the door and waits until nobody is inside. One word: bit 0 says that
 * the door is shut, the rest counts in twos.
 */
#ifndef SIM_PROVIDER_RUNDOWN_H
#define SIM_PROVIDER_RUNDOWN_H

#include <stdbool.h>

#include "sim/win32/win32.h"

struct sim_rundown {
    long word;
    lc_handle empty; /* event: set by the last call out behind a shut door */
};

/** Counts a call in. Returns: false when the door is shut. */
static inline bool sim_rundown_enter(struct sim_rundown *rundown)
{
    long word = __atomic_load_n(&rundown->word, __ATOMIC_SEQ_CST);
    do {
        if ((word & 1) != 0) {
            return false;
        }
    } while (!__atomic_compare_exchange_n(
        &rundown->word,
        &word,
        word + 2,
        false,
        __ATOMIC_SEQ_CST,
        __ATOMIC_SEQ_CST));
    return true;
}

/** Counts a call out. */
static inline void sim_rundown_leave(struct sim_rundown *rundown)
{
    LC_CHECK(rundown != NULL);
    if (__atomic_sub_fetch(&rundown->word, 2, __ATOMIC_SEQ_CST) == 1) {
        (void)sim_win32_set_event(rundown->empty);
    }
}

/** Shuts the door. Returns: whether somebody is inside. */
static inline bool sim_rundown_shut(struct sim_rundown *rundown)
{
    return __atomic_fetch_or(&rundown->word, 1, __ATOMIC_SEQ_CST) != 0;
}

/** Waits until the last one is out. Only when somebody was inside. */
static inline void sim_rundown_wait(const struct sim_rundown *rundown)
{
    (void)sim_win32_wait_for_single_object(rundown->empty, LC_INFINITE);
}

#endif
