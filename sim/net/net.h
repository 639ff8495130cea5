/*
 * The transport below a base provider, and what lies beyond it: connections
 * with their retransmission-free stream, the link, and the peer. It stands for
 * the kernel half of a Winsock provider (AFD and TCP).
 *
 * A connection takes bytes from sends into a buffer, puts one burst of at most
 * the peer's window on the wire, and goes on when it is acknowledged. The end
 * of the stream (FIN) follows when all is acknowledged.
 * Source: documented. shutdown: FIN after all data sent and acknowledged
 *         (catalogue X-18 allows it before or after the acknowledgement).
 *
 * Bytes are coded by position: sim_net_pattern(handle, offset) is what an
 * application sends, and each byte taken over is compared with it.
 *
 * Calls are yield points (LC_SHIM_NET) and run on a simulated thread. Waits
 * take virtual time.
 */
#ifndef SIM_NET_NET_H
#define SIM_NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/schedule.h"

#include "sim/net/request.h"

enum sim_net_limits {
    SIM_CONNECTIONS_MAX = 64, /* per run */
    SIM_HANDLES_MAX = 32      /* at once, per process */
};

/** Declares the part and makes the pattern. At start-up. */
void sim_net_open(void);

/** Takes the world of the coming run. */
void sim_net_begin(const struct lc_world *world);

/** What an application sends at a place of a socket's stream.
 *
 * @param offset_bytes  from the beginning of the stream.
 *
 * Returns: LC_SEND_MAX readable bytes, constant memory.
 */
const unsigned char *sim_net_pattern(lc_socket handle, uint64_t offset_bytes);

/**
 * Opens a connection and a handle to it, for the running module.
 *
 * @param ret_connection  filled; its number, from 1.
 * @param ret_handle      filled; its value is a choice: a fresh one, or the
 *                        one that was freed last.
 *
 * Errors: LC_WSAENOBUFS, LC_WSAENETDOWN when the network is down,
 *         LC_WSAEMFILE when the process has as many as the world lets it.
 */
enum lc_wsa sim_net_socket(uint32_t *ret_connection, lc_socket *ret_handle);

/**
 * The handle that the running thread of the schedule has opened last since it
 * was asked before, or LC_INVALID_SOCKET. A layer may give the application a
 * handle of its own: this one is what the bytes are coded by.
 */
lc_socket sim_net_take_opened(void);

/**
 * Frees the handle's value. The connection lives on; see sim_net_release.
 */
void sim_net_close_handle(uint32_t number);

/**
 * Connects to the peer.
 *
 * @param wait  whether to wait for the end of it.
 *
 * Time:   one round trip when it waits, or until a SYN that nobody answers is
 *         given up.
 * Errors: LC_WSAEWOULDBLOCK (goes on by itself), LC_WSAEALREADY,
 *         LC_WSAEISCONN, LC_WSAEINTR when cancelled, LC_WSAENETDOWN,
 *         LC_WSAECONNREFUSED, LC_WSAETIMEDOUT: it may be tried again.
 */
enum lc_wsa sim_net_connect(uint32_t number, bool wait);

/**
 * Takes bytes over into the send buffer.
 *
 * @param wait       whether to wait until all are taken.
 * @param ret_taken  filled on LC_WSA_OK; bytes taken, 1 or more unless
 *                   size_bytes is 0. When it is cancelled: those taken before.
 *
 * Time:   as long as the buffer is full, when it waits.
 * Errors: LC_WSAENOTCONN, LC_WSAESHUTDOWN, LC_WSAECONNRESET,
 *         LC_WSAEWOULDBLOCK, LC_WSAEINTR when cancelled, LC_WSAENETDOWN.
 */
enum lc_wsa sim_net_send(
    uint32_t number,
    const unsigned char *bytes,
    uint32_t size_bytes,
    bool wait,
    uint32_t *ret_taken);

/**
 * Ends the stream: FIN follows the bytes that were taken.
 *
 * Errors: LC_WSAENOTCONN.
 */
enum lc_wsa sim_net_finish(uint32_t number);

/**
 * The same, for an application that asks for it.
 *
 * Errors: LC_WSAENOTCONN; LC_WSAENETDOWN, and nothing has changed.
 */
enum lc_wsa sim_net_shutdown(uint32_t number);

/**
 * Waits until the stream has ended: all acknowledged, FIN included.
 *
 * Time:   up to timeout_ns.
 * Errors: LC_WSAETIMEDOUT, LC_WSAEINTR when cancelled, LC_WSAECONNRESET when
 *         it was reset.
 */
enum lc_wsa sim_net_drain(uint32_t number, uint64_t timeout_ns);

/** Resets the connection: RST, and what is unsent is thrown away. Where there is
 * none, of datagrams, what was sent goes out. */
void sim_net_abort(uint32_t number);

/**
 * Ends the waits of all threads on the connection, and refuses new ones, until
 * it is called again with false.
 */
void sim_net_cancel(uint32_t number, bool on);

/**
 * Gives the connection up. One that has not ended is reset.
 */
void sim_net_release(uint32_t number);

/** Whether nothing is left to be sent: never connected, reset, or drained. */
bool sim_net_is_drained(uint32_t number);

/** Whether bytes were taken that are not acknowledged, or a FIN is owed; or, of
 * a connection that is up, where the transport is made to say so. No
 * yield point. */
bool sim_net_is_busy(uint32_t number);

/** Whether the end of the stream was asked for. */
bool sim_net_is_finishing(uint32_t number);

/** Whether the connection is established and not reset. */
bool sim_net_is_connected(uint32_t number);

/** Whether the network is down as an option of it is to be set: the running
 * thread's call fails. No yield point. */
bool sim_net_refuses_options(void);

/** Sets the size of the send buffer. Bytes that were taken stay. 0: overlapped
 * sends are through only when the peer has acknowledged them; others still have
 * room for one byte. */
void sim_net_set_buffer(uint32_t number, uint32_t size_bytes);

/** The error that the connection came to by itself, if it was not told yet: a
 * connect that failed in the background, a reset by the peer. */
enum lc_wsa sim_net_take_error(uint32_t number);

/**
 * Gives our end a port.
 *
 * @param port  0: the system chooses one.
 *
 * Errors: LC_WSAEINVAL when it has one, LC_WSAEADDRINUSE.
 */
enum lc_wsa sim_net_bind(uint32_t number, uint16_t port);

/** The port of our end, 0 when it has none yet. */
uint16_t sim_net_port(uint32_t number);

/** The port of the other end. */
uint16_t sim_net_peer_port(uint32_t number);

/** Resets all connections of a process that ended. */
void sim_net_process_exit(uint32_t process);

#endif
