/*
 * The calls of the receive path, and those that ask for names and states of
 * sockets. As in ws2_32.h each returns LC_WSA_OK or the error code of the
 * provider; LC_WSANOTINITIALISED and LC_WSAENOTSOCK come from ws2_32.
 *
 * Source: documented. The page of the function that the name imitates.
 */
#ifndef SIM_WS2_32_RECEIVE_H
#define SIM_WS2_32_RECEIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

/**
 * Imitates recv.
 *
 * @param bytes         filled; size_bytes.
 * @param ret_received  filled on LC_WSA_OK; 0: the peer has ended its stream.
 */
enum lc_wsa sim_wsa_recv(
    lc_socket socket,
    unsigned char *bytes,
    uint32_t size_bytes,
    uint32_t *ret_received);

/**
 * Imitates an overlapped WSARecv of one buffer.
 *
 * @param buffer  poisoned before the return: its memory is the provider's.
 *
 * Returns: LC_WSA_IO_PENDING when it has begun.
 */
enum lc_wsa sim_wsa_recv_overlapped(
    lc_socket socket,
    struct lc_wsabuf *buffer,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *routine);

/** Imitates WSASendDisconnect and WSARecvDisconnect, without data. */
enum lc_wsa sim_wsa_send_disconnect(lc_socket socket);
enum lc_wsa sim_wsa_recv_disconnect(lc_socket socket);

/** Imitates bind to a port of any address. */
enum lc_wsa sim_wsa_bind(lc_socket socket, uint16_t port);

/**
 * Imitates getsockname and getpeername.
 *
 * @param ret_port  filled on LC_WSA_OK.
 */
enum lc_wsa sim_wsa_name(lc_socket socket, bool is_peer, uint16_t *ret_port);

/** Imitates getsockopt for options of four bytes. ret_value: as ret_port. */
enum lc_wsa sim_wsa_get_option(
    lc_socket socket,
    int32_t option,
    uint32_t *ret_value);

/** Imitates ioctlsocket FIONREAD. ret_bytes: as ret_port. */
enum lc_wsa sim_wsa_unread(lc_socket socket, uint32_t *ret_bytes);

#endif
