/*
 * The passive side: sockets that listen, and the requests for a connection that
 * wait to be accepted. Requests come from a peer of the kind `connector`: some
 * to each socket that listens, one after the other. Each is answered by the
 * transport at once, and waits; what its peer sends is on its way from the
 * accept on. One that finds the backlog full is refused.
 *
 * Who accepts takes a request first, so that nobody else gets it while a
 * condition function decides, and then accepts it, rejects it or puts it back.
 *
 * Source: documented. listen, accept, WSAAccept (winsock2.h), Remarks.
 *         Assumed: requests that wait when their socket is closed are reset
 *         (catalogue CLOSE-24); the order among them does not show.
 */
#ifndef SIM_NET_LISTEN_H
#define SIM_NET_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

/**
 * Lets a bound socket listen. One that does already stays as it is.
 *
 * @param backlog  of requests that wait; taken for 1 to 200.
 *
 * Errors: LC_WSAEINVAL when it is not bound, LC_WSAEISCONN, LC_WSAENETDOWN.
 */
enum lc_wsa sim_listen_begin(uint32_t number, int32_t backlog);

/**
 * Takes the request that has waited longest. Give it to one of the functions
 * below.
 *
 * @param wait  whether to wait until there is one.
 *
 * Time:   until one comes, when it waits.
 * Errors: LC_WSAEINVAL when the socket does not listen, LC_WSAEWOULDBLOCK,
 *         LC_WSAEINTR when cancelled or closed meanwhile, LC_WSAENETDOWN.
 */
enum lc_wsa sim_listen_take(uint32_t number, bool wait);

/** Lets the request wait again. It is reset when the socket was closed. */
void sim_listen_put_back(uint32_t number);

/** Refuses the request. */
void sim_listen_reject(uint32_t number);

/**
 * Makes a connection of the request, with the listening socket's port and sizes
 * of buffers, for the running module. On failure it waits again.
 *
 * @param ret_connection, ret_handle  as for sim_net_socket().
 *
 * Errors: LC_WSAENOBUFS, LC_WSAENETDOWN, LC_WSAEINTR when the socket was
 *         closed meanwhile.
 */
enum lc_wsa sim_listen_accept(
    uint32_t number,
    uint32_t *ret_connection,
    lc_socket *ret_handle);

#endif
