/*
 * What a base provider does on the passive side that needs the connection
 * alone.
 */
#ifndef SIM_PROVIDER_ACCEPT_H
#define SIM_PROVIDER_ACCEPT_H

#include <stdint.h>

#include "lastcall/abi.h"

/* What WSPAccept is given beside the socket. */
struct sim_provider_accept {
    struct lc_sockaddr *address; /* NULL: nobody wants to know who it is */
    int32_t *address_length;
    lc_condition_fn *condition; /* NULL: each request is accepted */
    uintptr_t callback_data;
};

/**
 * Asks about a request that was taken (sim/net/listen.h). One that is refused
 * is rejected, one that is deferred put back.
 *
 * Errors: LC_WSAECONNREFUSED, LC_WSATRY_AGAIN.
 */
enum lc_wsa sim_provider_ask(
    uint32_t connection,
    const struct sim_provider_accept *arguments);

#endif
