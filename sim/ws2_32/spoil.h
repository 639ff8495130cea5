/*
 * Starts of providers that are made to fail behind the provider's own success.
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

#endif
