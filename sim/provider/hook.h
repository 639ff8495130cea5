/*
 * The blocking hook of an application of Winsock 1.1, as a base provider calls
 * it: asked for before a call waits, called between the parts of the wait, and
 * the call ends when it says so.
 * Source: documented. WPUQueryBlockingCallback, WSPCancelBlockingCall
 *         (ws2spi.h); the catalogue, BLOCK-1 to -7. How long the parts are is
 *         the provider's business.
 */
#ifndef SIM_PROVIDER_HOOK_H
#define SIM_PROVIDER_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/abi.h"

#include "sim/net/idle.h"

/* A call that may wait. */
struct sim_hook {
    struct sim_idle idle;
    lc_blocking_hook_fn *callback; /* NULL: a native wait */
    uintptr_t context;
    const void *owner; /* the provider that waits: what it passes */
    lc_wpu_query_blocking_callback_fn *query;
    uint32_t catalog_id;
    uint32_t is_cancelled;
};

/**
 * Says between runs whether an application of the coming one sets hooks. To ask
 * for what nobody has set is left out: most runs have none, and each call that
 * waits would ask.
 */
void sim_hook_set_asked(bool is_asked);

/** Whether providers ask for hooks. */
bool sim_hook_is_asked(void);

/**
 * The thread may wait in what follows, up to sim_hook_close().
 *
 * @param hook   borrowed until then.
 * @param owner  borrowed; names the provider.
 * @param query  the upcall.
 */
void sim_hook_open(
    struct sim_hook *hook,
    const void *owner,
    lc_wpu_query_blocking_callback_fn *query,
    uint32_t catalog_id);

/** Returns: whether the hook has cancelled the call. */
bool sim_hook_close(struct sim_hook *hook);

/**
 * Imitates WSPCancelBlockingCall.
 *
 * @param owner  the provider that was called.
 *
 * Errors: LC_WSAEINVAL when the thread does not wait in this provider.
 */
enum lc_wsa sim_hook_cancel(const void *owner);

#endif
