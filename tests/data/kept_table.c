/*
 * Keeps the address of the upcall table that it gets by value, which is good
 * for nothing once WSPStartup has returned. Exports, for tests: kept.
 */
/* The headers want this order. */
/* clang-format off */
#include <winsock2.h>
#include <ws2spi.h>
#include <windows.h>
/* clang-format on */

const WSPUPCALLTABLE *kept;

static int WSPAPI refuse(LPINT error)
{
    *error = WSAEOPNOTSUPP;
    return SOCKET_ERROR;
}

static int WSPAPI cleanup(LPINT error)
{
    (void)error;
    return 0;
}

int WSPAPI WSPStartup(
    WORD version,
    LPWSPDATA data,
    LPWSAPROTOCOL_INFOW info,
    WSPUPCALLTABLE table,
    LPWSPPROC_TABLE entries)
{
    (void)info;
    kept = &table;
    data->wVersion = version;
    data->wHighVersion = version;
    FARPROC *slot = (FARPROC *)(void *)entries;
    for (unsigned i = 0; i < sizeof *entries / sizeof *slot; i++) {
        slot[i] = (FARPROC)(void *)refuse;
    }
    entries->lpWSPCleanup = cleanup;
    return 0;
}
