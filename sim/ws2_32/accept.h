/*
 * The calls of sockets that listen. As in ws2_32.h each returns LC_WSA_OK or
 * the error code of the provider; LC_WSANOTINITIALISED and LC_WSAENOTSOCK come
 * from ws2_32.
 *
 * Source: documented. The page of the function that the name imitates.
 */
#ifndef SIM_WS2_32_ACCEPT_H
#define SIM_WS2_32_ACCEPT_H

#include <stdint.h>

#include "lastcall/abi.h"

/** Imitates listen. */
enum lc_wsa sim_wsa_listen(lc_socket socket, int32_t backlog);

/**
 * Imitates accept, and WSAAccept with a condition function.
 *
 * @param condition   NULL: none.
 * @param data        what it is given back.
 * @param ret_socket  filled on LC_WSA_OK.
 */
enum lc_wsa sim_wsa_accept(
    lc_socket socket,
    lc_condition_fn *condition,
    uintptr_t data,
    lc_socket *ret_socket);

#endif
