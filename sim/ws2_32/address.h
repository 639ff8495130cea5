/*
 * Calls of applications that have to do with addresses and qualities of service:
 * some need no socket, and yet a provider, which is started for them (LOAD-2).
 * As in ws2_32.h each returns LC_WSA_OK or the error code of the provider.
 *
 * Source: documented. The page of the function that the name imitates.
 *         Assumed: a provider is always shown the information of the entry.
 */
#ifndef SIM_WS2_32_ADDRESS_H
#define SIM_WS2_32_ADDRESS_H

#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

/**
 * Imitates WSAAddressToString with the information of an entry, for
 * 127.0.0.1:80.
 *
 * @param entry  index in the catalog.
 *
 * Errors: LC_WSAEINVAL also for what is no entry of a chain or of a base.
 */
enum lc_wsa sim_wsa_address_to_string(uint32_t entry);

/** Imitates WSAStringToAddress; else the same. */
enum lc_wsa sim_wsa_string_to_address(uint32_t entry);

/** Imitates WSAJoinLeaf, of the socket itself. */
enum lc_wsa sim_wsa_join_leaf(lc_socket socket);

/** Imitates WSAGetQOSByName. */
enum lc_wsa sim_wsa_get_qos_by_name(lc_socket socket);

/* See struct sim_app_call. */
enum lc_wsa sim_app_address_to_string(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_string_to_address(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_join_leaf(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_get_qos_by_name(
    const struct lc_op *op,
    struct lc_record *record);

#endif
