/*
 * ws2_32's table of socket handles: which catalog entry each is routed to.
 */
#ifndef SIM_WS2_32_HANDLE_H
#define SIM_WS2_32_HANDLE_H

#include <stdint.h>

#include "lastcall/abi.h"

#include "sim/ws2_32/state.h"

/**
 * Registers a handle of the running process, or moves it to another entry.
 *
 * Errors: LC_WSAENOBUFS.
 */
enum lc_wsa sim_handle_register(lc_socket handle, uint32_t catalog_id);

/**
 * Makes a handle that only ws2_32 knows, for a provider without IFS handles.
 * Its value lies apart from those of the transport; which one it is, a fresh
 * one or the one freed last, is a choice.
 *
 * Errors: LC_WSAENOBUFS.
 */
enum lc_wsa sim_handle_create(
    uint32_t catalog_id,
    uintptr_t context,
    lc_socket *ret_handle);

/** The registration of a handle, or NULL when it is not a socket. */
struct sim_socket_handle *sim_handle_find(lc_socket handle);

/** Drops a registration. */
void sim_handle_drop(struct sim_socket_handle *handle);

/** Drops all registrations of the running process. */
void sim_handle_drop_all(void);

#endif
