/*
 * What a base provider does with the data of a stream that comes, and with the
 * names of its ends: all that needs the connection alone.
 */
#ifndef SIM_PROVIDER_RECEIVE_H
#define SIM_PROVIDER_RECEIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

/* A receive that is not overlapped, as WSPRecv gets it. */
struct sim_provider_receive {
    uint32_t connection;
    uint32_t buffer_count;
    const struct lc_wsabuf *buffers;
    uint32_t *flags; /* in: none are offered; out: none */
    bool wait;
};

/**
 * Fills the buffers one after the other with what has arrived. It waits for the
 * first byte at most.
 *
 * @param ret_bytes  filled on LC_WSA_OK; 0: the stream has ended.
 *
 * Errors: those of sim_receive_take(), LC_WSAEFAULT, LC_WSAEOPNOTSUPP.
 */
enum lc_wsa sim_provider_receive(
    const struct sim_provider_receive *receive,
    uint32_t *ret_bytes);

/** WSPBind. Errors: LC_WSAEFAULT, LC_WSAEINVAL, LC_WSAEADDRINUSE. */
enum lc_wsa sim_provider_bind(
    uint32_t connection,
    const struct lc_sockaddr *name,
    int32_t name_bytes);

/** WSPGetSockName. Errors: LC_WSAEFAULT, LC_WSAEINVAL: not bound yet. */
enum lc_wsa sim_provider_get_sock_name(
    uint32_t connection,
    struct lc_sockaddr *ret_name,
    int32_t *name_bytes);

/** The address of the peer's port. Errors: LC_WSAEFAULT. */
enum lc_wsa sim_provider_put_peer(
    uint16_t port,
    struct lc_sockaddr *ret_name,
    int32_t *name_bytes);

/** WSPGetPeerName. Errors: LC_WSAEFAULT, LC_WSAENOTCONN. */
enum lc_wsa sim_provider_get_peer_name(
    uint32_t connection,
    struct lc_sockaddr *ret_name,
    int32_t *name_bytes);

#endif
