/*
 * The way of a call from ws2_32 into the provider of a socket. Inside
 * sim/ws2_32/ only.
 */
#ifndef SIM_WS2_32_ROUTE_H
#define SIM_WS2_32_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

#include "sim/ws2_32/state.h"

/* A call that goes into a provider. */
struct sim_route {
    struct sim_started *started;
    struct sim_socket_handle *handle;
    uint32_t generation; /* of the handle's registration */
    uint32_t life;       /* of the process when the call began */
};

/**
 * Finds the way for a call on a socket and counts it in. Yields first, so that
 * nothing comes between the checks and the call.
 *
 * @param route  filled on LC_WSA_OK; end it with sim_route_close().
 *
 * Errors: LC_WSANOTINITIALISED, LC_WSAENOTSOCK.
 */
enum lc_wsa sim_route_open(
    struct sim_route *route,
    lc_socket socket,
    enum lc_spi function);

/**
 * Finds the way for a call that needs no socket: starts the provider of an
 * entry if need be, and counts the call in. It yields between the two.
 *
 * @param route  filled on LC_WSA_OK; end it with sim_route_close().
 * @param entry  index of a chain, a base or a protocol.
 *
 * Errors: LC_WSANOTINITIALISED, and as sim_started_ensure().
 */
enum lc_wsa sim_route_start(
    struct sim_route *route,
    uint32_t entry,
    enum lc_spi function);

/** Counts the call out. Returns: what the application gets. */
enum lc_wsa sim_route_close(
    const struct sim_route *route,
    bool has_failed,
    int32_t error);

#endif
