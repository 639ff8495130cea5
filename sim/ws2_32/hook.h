/*
 * The blocking hooks of applications of Winsock 1.1: one for each thread, of
 * the functions that winsock.h had for it. A process is one of those while its
 * last WSAStartup asked for a version below 2.
 *
 * Source: documented. WPUQueryBlockingCallback (ws2spi.h); the Windows Sockets
 *         1.1 pages of the functions; the catalogue, BLOCK-4, -5, -12, -13,
 *         CLEAN-11. Assumed: processes of Winsock 2 get WSAEOPNOTSUPP; a cancel
 *         outside of a hook goes to the provider that the thread called last.
 */
#ifndef SIM_WS2_32_HOOK_H
#define SIM_WS2_32_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/limits.h"
#include "lastcall/schedule.h"

#include "sim/engine/arena.h"
#include "sim/ws2_32/state.h"

/* The hook of a thread, by its reference. */
struct sim_hook_thread {
    uint32_t life;       /* of the process when it was set, plus 1; 0: never */
    uint32_t turn;       /* in which it makes calls, from 1 */
    uint32_t turns;      /* that it has had in the call under way */
    uint32_t catalog_id; /* of the entry whose provider was called last */
    uint16_t makes;      /* bit per enum lc_hook_makes */
    uint8_t is_inside;   /* that provider is being called */
    uint8_t is_cancelled;
};

struct sim_hook_threads {
    uint32_t end; /* behind the last that was ever set */
    uint32_t zero;
    struct sim_hook_thread threads[LC_THREADS_MAX];
};

_Static_assert(
    sizeof(struct sim_hook_thread) == 20,
    "no byte without a name: it goes into keys");

#define SIM_HOOK_THREADS \
    ((struct sim_hook_threads *)sim_arena_part(SIM_PART_HOOK))

/** Takes its part of the arena. At start-up. */
void sim_hook_threads_open(void);

/** Does what sim_hook_enter() is for. */
void sim_hook_enter_call(uint32_t catalog_id);

/** Does what sim_hook_leave() is for. */
void sim_hook_leave_call(void);

/** The running thread calls the provider of an entry. */
static inline void sim_hook_enter(uint32_t catalog_id)
{
    if (LC_UNLIKELY(SIM_HOOK_THREADS->end != 0)) {
        sim_hook_enter_call(catalog_id);
    }
}

/** And has come back. */
static inline void sim_hook_leave(void)
{
    if (LC_UNLIKELY(SIM_HOOK_THREADS->end != 0)) {
        sim_hook_leave_call();
    }
}

/**
 * What a provider that is about to wait calls meanwhile.
 *
 * @param ret_context  filled.
 *
 * Returns: NULL where the thread has no hook, or makes no call that has one.
 */
lc_blocking_hook_fn *sim_hook_callback(uintptr_t *ret_context);

#endif
