/*
 * Waits for the net that a thread makes in parts, to do something else between
 * them. A thread that asks for it once begins with a short part; each one
 * behind it is twice as long, and after some it waits in one piece: a wait of
 * hours takes a few turns, and one without end is seen to have none.
 */
#ifndef SIM_NET_IDLE_H
#define SIM_NET_IDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"

enum sim_idle_limits {
    SIM_IDLE_TURNS_MAX = 10
};

/* Of a call that may wait: lies on the thread's stack. */
struct sim_idle {
    /* Before the first wait. Returns: whether there are turns. */
    bool (*begin)(struct sim_idle *idle);
    /* Between two parts. Returns: false when the wait has to end. */
    bool (*turn)(struct sim_idle *idle);
    uint64_t part_ns;    /* of the next wait */
    uint32_t turns_left; /* 0: the wait is made in one piece */
    uint32_t has_begun;
};

/** Does what sim_idle_block() is for. */
enum sim_wake sim_idle_block_in_parts(const struct sim_wait_options *options);

/**
 * Blocks as sim_thread_block() does. A thread that does something meanwhile may
 * come back early, as if it were woken: it has to look again what it waits for.
 *
 * Returns: SIM_WAKE_CANCELLED also when a turn says so.
 */
static inline enum sim_wake sim_idle_block(
    const struct sim_wait_options *options)
{
    if (LC_LIKELY(sim_thread_current()->idle == NULL)) {
        return sim_thread_block(options);
    }
    return sim_idle_block_in_parts(options);
}

#endif
