/*
 * Network events and select, as an application calls them. As in ws2_32.h each
 * returns LC_WSA_OK or the error code of the provider.
 *
 * Source: documented. The page of the function that the name imitates; the
 *         catalogue, EVENT-8, X-37.
 */
#ifndef SIM_WS2_32_NETWORK_H
#define SIM_WS2_32_NETWORK_H

#include <stdint.h>

#include "lastcall/abi.h"

/** Takes over telling of network events. At start-up. */
void sim_network_open(void);

/** Imitates WSAEventSelect. */
enum lc_wsa sim_wsa_event_select(
    lc_socket socket,
    lc_handle event,
    uint32_t events);

/**
 * Imitates WSAEnumNetworkEvents.
 *
 * @param ret_events  filled on LC_WSA_OK.
 */
enum lc_wsa sim_wsa_enum_network_events(
    lc_socket socket,
    lc_handle event,
    struct lc_wsanetworkevents *ret_events);

/**
 * Imitates select. The provider of the first socket gets all of them.
 *
 * @param sets       read, write, except; NULL: none. Narrowed on LC_WSA_OK.
 * @param ret_count  filled on LC_WSA_OK.
 *
 * Errors: LC_WSAEINVAL also when there is no socket, or when they are of
 *         several catalog entries.
 */
enum lc_wsa sim_wsa_select(
    struct lc_fd_set *const sets[3],
    const struct lc_timeval *timeout,
    uint32_t *ret_count);

#endif
