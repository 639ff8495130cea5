/*
 * What a base provider does with datagrams: all that needs the transport's
 * socket alone.
 */
#ifndef SIM_PROVIDER_DATAGRAM_H
#define SIM_PROVIDER_DATAGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

/* A send of a datagram, as WSPSend or WSPSendTo gets it. */
struct sim_provider_send_to {
    uint32_t connection;
    uint32_t buffer_count;
    const struct lc_wsabuf *buffers;
    const struct lc_sockaddr *to; /* WSPSendTo: may be NULL */
    int32_t to_bytes;
    bool has_name; /* WSPSendTo */
    bool wait;
};

/**
 * Sends all buffers as one datagram.
 *
 * @param ret_bytes  filled on LC_WSA_OK.
 *
 * Errors: those of sim_datagram_send(), LC_WSAEFAULT.
 */
enum lc_wsa sim_provider_send_to(
    const struct sim_provider_send_to *send,
    uint32_t *ret_bytes);

/* A receive of a datagram, as WSPRecv or WSPRecvFrom gets it. */
struct sim_provider_receive_from {
    uint32_t connection;
    uint32_t buffer_count;
    const struct lc_wsabuf *buffers;
    uint32_t *flags;          /* in: none are offered; out: none */
    struct lc_sockaddr *from; /* WSPRecvFrom: filled; may be NULL */
    int32_t *from_bytes;
    bool wait;
};

/**
 * Receives one datagram into the buffers.
 *
 * @param ret_bytes  filled on LC_WSA_OK and LC_WSAEMSGSIZE.
 *
 * Errors: those of sim_datagram_receive(), LC_WSAEFAULT, LC_WSAEOPNOTSUPP.
 */
enum lc_wsa sim_provider_receive_from(
    const struct sim_provider_receive_from *receive,
    uint32_t *ret_bytes);

/** WSPConnect. Errors: LC_WSAEFAULT, those of sim_datagram_connect(). */
enum lc_wsa sim_provider_name_peer(
    uint32_t connection,
    const struct lc_sockaddr *name,
    int32_t name_bytes);

#endif
