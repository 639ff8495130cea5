/*
 * Addresses of inet as text, as a base provider turns them into each other.
 *
 * Source: documented. WSPAddressToString, WSPStringToAddress (ws2spi.h).
 */
#ifndef SIM_PROVIDER_ADDRESS_H
#define SIM_PROVIDER_ADDRESS_H

#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

/**
 * Writes "1.2.3.4:80", without the colon and what is behind it for port 0.
 *
 * @param info        borrowed; the entry that the caller has chosen, or NULL.
 * @param ret_text    filled on LC_WSA_OK, ended by 0.
 * @param characters  room; filled with what is needed, the 0 included.
 *
 * Errors: LC_WSAEFAULT when the room is too small, LC_WSAEINVAL for another
 *         family.
 */
LC_MUST_USE enum lc_wsa sim_provider_address_to_string(
    const struct lc_sockaddr *address,
    uint32_t address_bytes,
    const struct lc_wsaprotocol_infow *info,
    lc_wchar *ret_text,
    uint32_t *characters);

/**
 * Reads such a text.
 *
 * @param family         of the address that is asked for.
 * @param ret_address    filled on LC_WSA_OK.
 * @param address_bytes  room; filled with what is needed.
 *
 * Errors: LC_WSAEFAULT when the room is too small, LC_WSAEINVAL for another
 *         family or what is no such text.
 */
LC_MUST_USE enum lc_wsa sim_provider_string_to_address(
    const lc_wchar *text,
    int32_t family,
    const struct lc_wsaprotocol_infow *info,
    struct lc_sockaddr *ret_address,
    int32_t *address_bytes);

#endif
