/*
 * Calls queued to threads (APCs): each runs once, on its thread, in an
 * alertable wait. Those of a thread run in the order in which they were queued.
 * Source: documented. QueueUserAPC, SleepEx (synchapi.h); the catalogue, OVL-6,
 *         OVL-7, UPCALL-10.
 */
#ifndef SIM_WIN32_APC_H
#define SIM_WIN32_APC_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

/** Declares the part. At start-up. */
void sim_apc_open(void);

/**
 * Queues a call. A thread that is in an alertable wait goes on.
 *
 * @param slot    the thread's.
 * @param module  whose code it is.
 *
 * Returns: false when the thread has ended.
 * Effects: a full queue ends the run with LC_END_LIMIT.
 */
bool sim_apc_queue_user(
    uint32_t slot,
    uint32_t module,
    lc_user_apc_fn *code,
    uintptr_t context);

/** What a completion routine is called with. */
struct sim_apc_completion {
    lc_overlapped_completion_fn *routine;
    struct lc_wsaoverlapped *overlapped;
    uint32_t error;
    uint32_t bytes;
};

/** Queues a completion routine; the same otherwise. */
bool sim_apc_queue_completion(
    uint32_t slot,
    uint32_t module,
    const struct sim_apc_completion *completion);

/** Runs what is queued to the running thread. Returns: whether there was
 * anything. */
bool sim_apc_run(void);

/** The running thread is about to block on a key, alertably; 0: not any more. */
void sim_apc_set_alert(uint64_t key);

/** A thread ends, or was killed: what is queued to it never runs, and its I/O
 * is cancelled. */
void sim_apc_thread_ends(uint32_t slot);

/** Says at start-up who cancels the I/O of a thread that ends. */
void sim_apc_set_ends(void (*ends)(uint32_t slot));

/** Forgets what was queued to threads of a process that ended. */
void sim_apc_process_exit(uint32_t process);

#endif
