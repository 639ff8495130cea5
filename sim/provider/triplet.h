/*
 * Which sockets a provider makes of one of its entries.
 */
#ifndef SIM_PROVIDER_TRIPLET_H
#define SIM_PROVIDER_TRIPLET_H

#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

/* What WSPSocket is asked for. */
struct sim_asked {
    int32_t family;
    int32_t type;
    int32_t protocol;
};

/**
 * Compares what WSPSocket asks for with an entry: 0 and FROM_PROTOCOL_INFO are
 * left to the entry.
 *
 * @param entry  borrowed; NULL: nothing to compare with.
 *
 * Errors: LC_WSAEAFNOSUPPORT, LC_WSAESOCKTNOSUPPORT; of a protocol
 *         LC_WSAEPROTOTYPE when it is one of another type, else
 *         LC_WSAEPROTONOSUPPORT.
 * Source: documented. WSPSocket (ws2spi.h), Remarks and Return value.
 */
LC_MUST_USE enum lc_wsa sim_provider_match(
    struct sim_asked asked,
    const struct lc_wsaprotocol_infow *entry);

#endif
