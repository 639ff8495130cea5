/*
 * What can be made to fail: sites by place, and the documented errors.
 */
#ifndef LASTCALL_FAIL_H
#define LASTCALL_FAIL_H

#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

enum lc_fail_limits {
    LC_FAIL_FORMS_MAX = 7
};

/* Starts that fail in other ways than by not beginning. The first is an error
 * that WSPStartup returns, but the table is filled; the others return 0, and are
 * named by what ws2_32 says of them. */
enum lc_fail_start {
    LC_FAIL_START_FILLED = LC_WSAEFAULT,
    LC_FAIL_START_TABLE = LC_WSAEINVALIDPROCTABLE,  /* WSPSocket is missing */
    LC_FAIL_START_VERSION = LC_WSAEINVALIDPROVIDER, /* 1.0, whatever is asked */
};

static inline enum lc_fail lc_fail_of_shim(uint8_t function)
{
    switch (function) {
    case LC_SHIM_HEAP_ALLOC:
    case LC_SHIM_HEAP_CREATE:
        return LC_FAIL_ALLOC;
    case LC_SHIM_LOAD_LIBRARY:
        return LC_FAIL_LOAD;
    case LC_SHIM_GET_PROC_ADDRESS:
        return LC_FAIL_PROC;
    case LC_SHIM_CREATE_EVENT:
        return LC_FAIL_EVENT;
    case LC_SHIM_CREATE_THREAD:
        return LC_FAIL_THREAD;
    case LC_SHIM_NET:
        return LC_FAIL_NET;
    case LC_SHIM_CATALOG:
        return LC_FAIL_CATALOG;
    case LC_SHIM_CLOSE:
        return LC_FAIL_BLOCK;
    default:
        return LC_FAIL_COUNT;
    }
}

static inline enum lc_fail lc_fail_of_spi(uint8_t function)
{
    return function == LC_SPI_STARTUP        ? LC_FAIL_STARTUP
           : function == LC_SPI_CLOSE_SOCKET ? LC_FAIL_CLOSE
           : function == LC_SPI_CLEANUP      ? LC_FAIL_CLEANUP
                                             : LC_FAIL_COUNT;
}

/** What fails at a place, LC_FAIL_COUNT: nothing, it is no site. Of the
 * application's calls WSAStartup and WSACleanup are: ws2_32's own start and
 * end. */
static inline enum lc_fail lc_fail_of(struct lc_place place)
{
    bool is_provider =
        place.module >= LC_MODULE_PROVIDER && place.module < LC_MODULE_SYSTEM;
    enum lc_fail fail = LC_FAIL_COUNT;
    if (place.kind == LC_PLACE_SHIM) {
        fail = lc_fail_of_shim(place.function);
    } else if (place.kind == LC_PLACE_SPI_ENTER) {
        fail = lc_fail_of_spi(place.function);
    } else if (
        place.kind == LC_PLACE_UPCALL &&
        (place.function == LC_UPCALL_CREATE_EVENT ||
         place.function == LC_UPCALL_CREATE_SOCKET_HANDLE ||
         place.function == LC_UPCALL_GET_PROVIDER_PATH ||
         place.function == LC_UPCALL_MODIFY_IFS_HANDLE)) {
        fail = LC_FAIL_UPCALL;
    }
    bool is_loading = fail == LC_FAIL_LOAD || fail == LC_FAIL_PROC;
    if (place.kind == LC_PLACE_API) {
        return place.function == LC_CALL_WSASTARTUP   ? LC_FAIL_STARTUP
               : place.function == LC_CALL_WSACLEANUP ? LC_FAIL_CLEANUP
                                                      : LC_FAIL_COUNT;
    }
    return is_provider || (is_loading && place.module == LC_MODULE_WS2_32)
               ? fail
               : LC_FAIL_COUNT;
}

/** In how many ways at a place that is a site. They are numbered from 1. */
static inline uint32_t lc_fail_forms(struct lc_place place)
{
    return lc_fail_of(place) != LC_FAIL_STARTUP ? 1
           : place.kind == LC_PLACE_API         ? 2
                                                : LC_FAIL_FORMS_MAX;
}

/**
 * The error that goes with it.
 * Source: documented. WSPStartup (ws2spi.h) and WSAStartup, Return value (of
 *         the latter WSAEINPROGRESS is for 1.1 alone); the catalogue,
 *         sections 16 and 22, for upcalls and WSAENETDOWN; LoadLibrary,
 *         GetProcAddress, HeapAlloc, CreateEvent, CreateThread of Windows.
 */
static inline int32_t lc_fail_error(struct lc_place place, uint32_t form)
{
    static const int32_t startup[LC_FAIL_FORMS_MAX] = {
        LC_WSASYSNOTREADY,     LC_WSAEPROCLIM,      LC_WSAEINPROGRESS,
        LC_FAIL_START_FILLED,  LC_FAIL_START_TABLE, LC_FAIL_START_VERSION,
        LC_WSAVERNOTSUPPORTED,
    };
    switch (lc_fail_of(place)) {
    case LC_FAIL_ALLOC:
    case LC_FAIL_EVENT:
    case LC_FAIL_THREAD:
        return LC_ERROR_NOT_ENOUGH_MEMORY;
    case LC_FAIL_LOAD:
        return LC_ERROR_MOD_NOT_FOUND;
    case LC_FAIL_PROC:
        return LC_ERROR_PROC_NOT_FOUND;
    case LC_FAIL_STARTUP:
        return startup[(form - 1) % LC_FAIL_FORMS_MAX];
    case LC_FAIL_UPCALL:
        if (place.function == LC_UPCALL_CREATE_SOCKET_HANDLE) {
            return LC_WSAENOBUFS;
        }
        return place.function == LC_UPCALL_CREATE_EVENT
                   ? (int32_t)LC_WSA_NOT_ENOUGH_MEMORY
                   : (int32_t)LC_WSAEINVAL;
    case LC_FAIL_NET:
    case LC_FAIL_CLOSE:
    case LC_FAIL_CLEANUP:
        return LC_WSAENETDOWN;
    case LC_FAIL_BLOCK:
        return LC_WSAEWOULDBLOCK;
    case LC_FAIL_CATALOG:
        return LC_WSAENOBUFS;
    case LC_FAIL_COUNT:
        break;
    }
    return 0;
}

#endif
