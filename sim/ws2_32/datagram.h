/*
 * The calls that name the other end. As in ws2_32.h each returns LC_WSA_OK or
 * the error code of the provider; LC_WSANOTINITIALISED and LC_WSAENOTSOCK come
 * from ws2_32.
 *
 * Source: documented. The page of the function that the name imitates.
 */
#ifndef SIM_WS2_32_DATAGRAM_H
#define SIM_WS2_32_DATAGRAM_H

#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/schedule.h"

/** The port of an address of the schedule; 0: none. */
uint16_t sim_wsa_port_of(enum lc_address address);

/** Imitates sendto. Without an address it names none. */
enum lc_wsa sim_wsa_send_to(
    lc_socket socket,
    const struct lc_wsabuf *buffer,
    enum lc_address address,
    uint32_t *ret_sent);

/**
 * Imitates recvfrom.
 *
 * @param bytes         filled; size_bytes.
 * @param ret_received  filled on LC_WSA_OK.
 * @param ret_port      filled when a sender is told; 0 else.
 */
enum lc_wsa sim_wsa_recv_from(
    lc_socket socket,
    const struct lc_wsabuf *buffer,
    uint32_t *ret_received,
    uint16_t *ret_port);

/** Imitates connect. Without an address it names one that is all zero. */
enum lc_wsa sim_wsa_connect_to(lc_socket socket, enum lc_address address);

#endif
