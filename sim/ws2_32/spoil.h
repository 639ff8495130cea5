/*
 * Calls of providers that are made to fail: starts behind the provider's own
 * success, closes, and what others return.
 */
#ifndef SIM_WS2_32_SPOIL_H
#define SIM_WS2_32_SPOIL_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

/** Whether the provider is to be entered before its start fails so.
 *
 * @param error  of sim_fault_at(); 0: it is not made to fail.
 */
bool sim_spoil_is_late(int32_t error);

/**
 * Spoils a start that the provider has made: takes it back and leaves the table
 * as it is, or takes an entry out, or answers with another version.
 *
 * @param error  one that is late.
 * @param data   filled by the provider; NULL: the caller wants none.
 * @param table  filled by the provider, its entries as they are.
 *
 * Returns: what WSPStartup is to return.
 */
int sim_spoil(
    int32_t error,
    struct lc_wspdata *data,
    struct lc_wspproc_table *table);

/**
 * Whether a WSPCloseSocket is made to fail, and has not reached its provider
 * then. Not in a WSPCleanup: whoever closes there what was left open has nobody
 * to tell, and calls that wait on the socket end with it.
 *
 * @param module  the provider that is called.
 *
 * Returns: the error; 0: it does not fail.
 */
int32_t sim_spoil_close(uint32_t module);

/** What a call returns that is made to fail: SOCKET_ERROR, and its error. */
int sim_spoil_return(int32_t error, int32_t *errno_out);

#endif
