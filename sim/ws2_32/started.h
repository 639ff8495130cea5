/*
 * Providers that ws2_32 has started in the running process.
 */
#ifndef SIM_WS2_32_STARTED_H
#define SIM_WS2_32_STARTED_H

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "sim/ws2_32/state.h"

/** The started provider that a catalog id is routed to, or NULL. */
struct sim_started *sim_started_find(uint32_t catalog_id);

/**
 * Loads and starts the provider of an entry unless it is started. Under
 * ws2_32's lock.
 *
 * Errors: LC_WSAEPROVIDERFAILEDINIT, LC_WSAEINVALIDPROCTABLE,
 *         LC_WSAEINVALIDPROVIDER; the DLL is given back then.
 */
LC_MUST_USE enum lc_wsa sim_started_ensure(
    uint32_t entry,
    struct sim_started **ret_started);

/** A call of ws2_32 has come out of the provider. */
void sim_started_leave(struct sim_started *started);

#endif
