/*
 * The WSPStartup of a DLL that is a provider by its exports only.
 */
#ifndef TESTS_DATA_NOT_READY_H
#define TESTS_DATA_NOT_READY_H

/* The headers want this order. */
/* clang-format off */
#include <winsock2.h>
#include <ws2spi.h>
#include <windows.h>

/* clang-format on */

int WSPAPI WSPStartup(
    WORD wVersionRequested,
    LPWSPDATA lpWSPData,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    WSPUPCALLTABLE UpcallTable,
    LPWSPPROC_TABLE lpProcTable)
{
    (void)wVersionRequested;
    (void)lpWSPData;
    (void)lpProtocolInfo;
    (void)UpcallTable;
    (void)lpProcTable;
    return WSASYSNOTREADY;
}

#endif
