/*
 * Which entry of the catalog an application's socket() is of.
 */
#ifndef SIM_WS2_32_SELECT_H
#define SIM_WS2_32_SELECT_H

#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "sim/ws2_32/state.h"

/**
 * Takes the first entry of a list that matches: 0 as a family or type matches
 * any, 0 as a protocol what has PFL_MATCHES_PROTOCOL_ZERO. What applications
 * are not shown is not looked at.
 *
 * @param list       borrowed.
 * @param triplet    family, type and protocol, triplet.h.
 * @param ret_entry  filled on LC_WSA_OK; its index.
 *
 * Errors: LC_WSAEINVAL when all three are 0; else by the first of the three
 *         that no entry has, and LC_WSAEPROTOTYPE for a protocol of another
 *         type.
 * Source: documented. "Transport division of responsibilities between DLL and
 *         service providers"; socket, Return value.
 *         Assumed: a hidden entry is not matched.
 */
LC_MUST_USE enum lc_wsa sim_select(
    const struct sim_entry_list *list,
    uint32_t triplet,
    uint32_t *ret_entry);

#endif
