/*
 * The way back: what the peer sends. It goes over the same link, in bursts of
 * at most what is free in our receive buffer; the next one follows when the
 * peer has heard that the last one arrived. Its FIN comes behind all of it.
 *
 * An echo returns the application's own bytes, by their place in the stream; a
 * source sends bytes of its own. Either are coded by position, so that whoever
 * receives them can tell them: sim_receive_pattern().
 *
 * Source: documented. recv, Remarks (a graceful end gives 0, an abortive one
 *         WSAECONNRESET); shutdown: SD_RECEIVE (data that is queued or arrives
 *         resets the connection); WSARecvDisconnect (it is not acknowledged).
 *         Assumed: bytes that come to a closed socket are thrown away, and the
 *         close goes on by the linger table (catalogue X-9).
 */
#ifndef SIM_NET_RECEIVE_H
#define SIM_NET_RECEIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

/** What the peer of this run sends at a place of its stream, to the socket of a
 * handle. Returns: as sim_net_pattern(). */
const unsigned char *sim_receive_pattern(
    lc_socket handle,
    uint64_t offset_bytes);

/**
 * Finds out where in the stream of a peer bytes stand: where they are expected,
 * or first among those that receives were given.
 *
 * @param ret_offset_bytes  filled when it returns true.
 *
 * Returns: false when they stand nowhere.
 */
bool sim_receive_find(
    lc_socket handle,
    const unsigned char *bytes,
    uint32_t size_bytes,
    uint64_t expected_bytes,
    uint64_t *ret_offset_bytes);

/**
 * Takes bytes that have arrived.
 *
 * @param bytes      filled; size_bytes, not NULL unless that is 0.
 * @param wait       whether to wait until there is one.
 * @param ret_taken  filled on LC_WSA_OK; 0 when size_bytes is 0 or the peer has
 *                   ended its stream and all of it was taken.
 *
 * Time:   until something comes, when it waits.
 * Errors: LC_WSAENOTCONN, LC_WSAESHUTDOWN, LC_WSAECONNRESET,
 *         LC_WSAEWOULDBLOCK, LC_WSAEINTR when cancelled, LC_WSAENETDOWN.
 */
enum lc_wsa sim_receive_take(
    uint32_t number,
    unsigned char *bytes,
    uint32_t size_bytes,
    bool wait,
    uint32_t *ret_taken);

/**
 * Refuses all receives from now on. Bytes that wait to be received, or arrive
 * later, reset the connection.
 *
 * @param is_held  they do not: those that arrive stay unacknowledged.
 *
 * Errors: LC_WSAENOTCONN.
 */
enum lc_wsa sim_receive_end(uint32_t number, bool is_held);

/** Bytes that can be taken at once. */
uint32_t sim_receive_unread(uint32_t number);

/** Sets the size of the receive buffer. Bytes that have arrived stay. */
void sim_receive_set_buffer(uint32_t number, uint32_t size_bytes);

/** Nobody will receive any more, as after a close of the handle: what the peer
 * still sends is thrown away. No yield point. */
void sim_receive_close(uint32_t number);

#endif
