/*
 * Datagrams: messages without a connection. A socket for them is one of the
 * transport's connections in a state of its own; each datagram is on its way by
 * itself, and one may overtake another.
 *
 * A datagram is taken over whole into the send buffer, goes over the link when
 * those before it have, and reaches the peer a latency later. An echo sends it
 * back, to the port it came from; a source sends some of its own as soon as the
 * socket has a port. What finds no room in the receive buffer is lost.
 *
 * Bytes are coded by their place among all that the socket has sent, as those
 * of a stream are; what comes back is coded as sim_receive_pattern() says.
 *
 * Source: documented. sendto, recvfrom, connect (winsock2.h), Remarks; shutdown
 *         (SD_RECEIVE: datagrams are still accepted and queued).
 *         Observed: AFD takes one datagram beyond the send buffer's size.
 */
#ifndef SIM_NET_DATAGRAM_H
#define SIM_NET_DATAGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

enum sim_datagram_limits {
    SIM_DATAGRAMS_MAX = 240 /* at once, per run */
};

/** Declares the part. At start-up. */
void sim_datagram_open(void);

/** Makes a fresh connection a socket for datagrams. No yield point. */
void sim_datagram_begin(uint32_t number);

/** Whether it is one. */
bool sim_datagram_is(uint32_t number);

/**
 * Names the peer that sends go to and receives come from. What waits to be
 * received is thrown away when it is another one than before.
 *
 * @param port  of the peer; 0: nobody.
 *
 * Errors: LC_WSAEINTR when cancelled, LC_WSAENETDOWN.
 */
enum lc_wsa sim_datagram_connect(uint32_t number, uint16_t port);

/** The port of the peer that was named, or 0. */
uint16_t sim_datagram_peer(uint32_t number);

/* A call that sends or receives one. */
struct sim_datagram_call {
    uint32_t number;
    uint32_t count; /* of buffers */
    const struct lc_wsabuf *buffers;
    uint16_t port; /* of the peer. A send: 0: the one that was named; a
                       receive fills it in */
    bool has_name; /* a send that names the peer, or should */
    bool wait;
};

/**
 * Takes a datagram over: all of it or nothing.
 *
 * @param ret_bytes  filled on LC_WSA_OK.
 *
 * Time:   as long as there is no room, when it waits.
 * Errors: LC_WSAENOTCONN, LC_WSAEDESTADDRREQ where no peer is named,
 *         LC_WSAEMSGSIZE, LC_WSAESHUTDOWN, LC_WSAEWOULDBLOCK, LC_WSAENOBUFS,
 *         LC_WSAEINTR when cancelled, LC_WSAENETDOWN.
 */
enum lc_wsa sim_datagram_send(
    const struct sim_datagram_call *call,
    uint32_t *ret_bytes);

/**
 * Receives the datagram that came first.
 *
 * @param ret_bytes  filled on LC_WSA_OK and LC_WSAEMSGSIZE: what is in the
 *                   buffers.
 *
 * Time:   until one comes, when it waits.
 * Errors: LC_WSAEMSGSIZE when the buffers are smaller: the rest is lost.
 *         LC_WSAEINVAL without a port, LC_WSAESHUTDOWN, LC_WSAEWOULDBLOCK,
 *         LC_WSAEINTR when cancelled, LC_WSAENETDOWN.
 */
enum lc_wsa sim_datagram_receive(
    struct sim_datagram_call *call,
    uint32_t *ret_bytes);

/** Ends directions, by LC_SD_*. What comes is still queued.
 *
 * Errors: LC_WSAENETDOWN, and nothing has changed. */
enum lc_wsa sim_datagram_shutdown(uint32_t number, int32_t how);

/** Bytes of the datagram that waits to be received. */
uint32_t sim_datagram_unread(uint32_t number);

/* The datagram that was given to a receive last. */
struct sim_datagram_given {
    uint64_t offset_bytes; /* of its content, in the peer's bytes */
    uint32_t size_bytes;
    uint32_t port; /* who has sent it */
};

/** Returns: whether a handle of the running process is that of a socket for
 * datagrams; ret_given is filled then, with zeros when there was none. */
bool sim_datagram_find_given(
    lc_socket handle,
    struct sim_datagram_given *ret_given);

#endif
