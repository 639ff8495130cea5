#include "fuzz/words.h"

#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/nsp.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"
#include "lastcall/triplet.h"

static const char *const spi_words[] = {
    "WSPAccept",
    "WSPAddressToString",
    "WSPAsyncSelect",
    "WSPBind",
    "WSPCancelBlockingCall",
    "WSPCleanup",
    "WSPCloseSocket",
    "WSPConnect",
    "WSPDuplicateSocket",
    "WSPEnumNetworkEvents",
    "WSPEventSelect",
    "WSPGetOverlappedResult",
    "WSPGetPeerName",
    "WSPGetSockName",
    "WSPGetSockOpt",
    "WSPGetQOSByName",
    "WSPIoctl",
    "WSPJoinLeaf",
    "WSPListen",
    "WSPRecv",
    "WSPRecvDisconnect",
    "WSPRecvFrom",
    "WSPSelect",
    "WSPSend",
    "WSPSendDisconnect",
    "WSPSendTo",
    "WSPSetSockOpt",
    "WSPShutdown",
    "WSPSocket",
    "WSPStringToAddress",
    "WSPStartup",
};
_Static_assert(LC_COUNT_OF(spi_words) == LC_SPI_COUNT + 1, "one each");

static const char *const nsp_words[] = {
    "NSPCleanup",
    "NSPLookupServiceBegin",
    "NSPLookupServiceNext",
    "NSPLookupServiceEnd",
    "NSPSetService",
    "NSPInstallServiceClass",
    "NSPRemoveServiceClass",
    "NSPGetServiceClassInfo",
    "NSPIoctl",
    "NSPStartup",
};
_Static_assert(LC_COUNT_OF(nsp_words) == LC_NSP_COUNT + 1, "one each");

static const char *const upcall_words[] = {
    "WPUCloseEvent",
    "WPUCloseSocketHandle",
    "WPUCreateEvent",
    "WPUCreateSocketHandle",
    "WPUFDIsSet",
    "WPUGetProviderPath",
    "WPUModifyIFSHandle",
    "WPUPostMessage",
    "WPUQueryBlockingCallback",
    "WPUQuerySocketHandleContext",
    "WPUQueueApc",
    "WPUResetEvent",
    "WPUSetEvent",
    "WPUOpenCurrentThread",
    "WPUCloseThread",
};
_Static_assert(LC_COUNT_OF(upcall_words) == LC_UPCALL_COUNT, "one each");

static const char *const shim_words[] = {
    "EnterCriticalSection",
    "LeaveCriticalSection",
    "LoadLibrary",
    "FreeLibrary",
    "GetProcAddress",
    "HeapAlloc",
    "HeapFree",
    "CreateThread",
    "ExitThread",
    "CreateEvent",
    "SetEvent",
    "ResetEvent",
    "CloseHandle",
    "WaitForObject",
    "Sleep",
    "net",
    "lock",
    "HeapCreate",
    "catalog",
    "close",
};
_Static_assert(LC_COUNT_OF(shim_words) == LC_SHIM_COUNT, "one each");

static const char *const wait_words[] = {
    "lock", "event", "thread", "sleep", "net", "rundown", "catalog",
};
_Static_assert(LC_COUNT_OF(wait_words) == LC_WAIT_COUNT, "one each");

static const char *const event_words[] = {
    "connected",  "deliver",  "ack",     "read",     "timeout",
    "timer",      "arrive",   "window",  "reset",    "refused",
    "unanswered", "complete", "request", "datagram",
};
_Static_assert(LC_COUNT_OF(event_words) == LC_EVENT_COUNT, "one each");

static const char *const record_words[] = {
    "process",      "call",          "return",    "spi",        "spi-return",
    "upcall",       "upcall-return", "handle",    "load",       "unload",
    "proc-address", "dll-main",      "create",    "destroy",    "lock",
    "wait",         "thread",        "wire",      "fault",      "stray",
    "end",          "fail",          "catalog",   "overlapped", "nsp",
    "nsp-return",   "names",         "condition", "network",    "select",
    "hook",
};
_Static_assert(LC_COUNT_OF(record_words) == LC_RECORD_KIND_COUNT, "one each");

static const char *const wire_words[] = {
    "open",
    "SYN",
    "connected",
    "accept",
    "DATA",
    "deliver",
    "ACK",
    "FIN",
    "FIN-deliver",
    "FIN-ACK",
    "RST",
    "close",
    "arrive",
    "receive",
    "peer-FIN",
    "peer-RST",
    "refused",
    "unanswered",
    "listen",
    "request",
    "full",
    "rejected",
    "dropped",
    "accepted",
    "for-datagrams",
    "datagram",
    "datagram-deliver",
    "datagram-arrive",
    "datagram-give",
    "datagram-drop",
};
_Static_assert(LC_COUNT_OF(wire_words) == LC_WIRE_COUNT, "one each");

static const char *const object_words[] = {
    "heap", "block", "critical-section", "event", "thread", "tls", "socket",
};
_Static_assert(LC_COUNT_OF(object_words) == LC_OBJECT_COUNT, "one each");

static const char *const fault_words[] = {
    "bad read",        "bad write",           "bad jump",   "division by zero",
    "stack overflow",  "illegal instruction", "breakpoint", "abort",
    "unserved import", "endless loop",
};
_Static_assert(LC_COUNT_OF(fault_words) == LC_FAULT_COUNT, "one each");

static const char *const stray_words[] = {
    "call",
    "thread",
    "callback",
    "shim",
};
_Static_assert(LC_COUNT_OF(stray_words) == LC_STRAY_COUNT, "one each");

static const char *const end_words[] = {
    "done", "deadlock", "livelock", "fault", "limit", "stopped",
};
_Static_assert(LC_COUNT_OF(end_words) == LC_END_COUNT, "one each");

static const char *const handle_words[] = { "alloc", "modify", "free" };
_Static_assert(LC_COUNT_OF(handle_words) == LC_HANDLE_CHANGE_COUNT, "one each");

static const char *const catalog_words[] = { "install",
                                             "remove",
                                             "order",
                                             "category" };
_Static_assert(
    LC_COUNT_OF(catalog_words) == LC_CATALOG_CHANGE_COUNT,
    "one each");

static const char *const names_words[] = {
    "install",
    "remove",
    "enable",
    "disable",
};
_Static_assert(LC_COUNT_OF(names_words) == LC_NAMES_CHANGE_COUNT, "one each");

static const char *const lock_words[] = { "enter", "leave" };
_Static_assert(LC_COUNT_OF(lock_words) == LC_LOCK_CHANGE_COUNT, "one each");

static const char *const provider_words[] = { "base", "ifs", "dll", "nonifs" };
_Static_assert(
    LC_COUNT_OF(provider_words) == LC_PROVIDER_KIND_COUNT,
    "one each");

/* Not by value of enum lc_module: the numbers of providers lie between. */
static const char *const module_words[] = { "app",
                                            "ws2_32",
                                            "system",
                                            "names" };
_Static_assert(
    LC_COUNT_OF(module_words) == LC_MODULE_PROVIDER + 2,
    "one for each that is no provider");

static const char *const feature_words[] = {
    "processes", "restart", "hostile",  "share", "via",
    "unsent",    "pin",     "layers",   "link",  "buffers",
    "slow",      "faults",  "versions", "peers", "names",
};
_Static_assert(
    LC_COUNT_OF(feature_words) ==
        (int)LC_FEATURE_COUNT - (int)LC_FEATURE_PROCESSES,
    "one each");

static const char *const fail_words[] = {
    "alloc",  "load", "proc",  "startup", "upcall",     "event",
    "thread", "net",  "close", "cleanup", "wouldblock", "catalog",
};
_Static_assert(LC_COUNT_OF(fail_words) == LC_FAIL_COUNT, "one each");

static const char *const peer_words[] = {
    "sink",      "slow",  "echo",  "source", "stalled",
    "halfclose", "reset", "never", "refuse", "connector",
};
_Static_assert(LC_COUNT_OF(peer_words) == LC_PEER_KIND_COUNT, "one each");
static const char *const dll_main_words[] = { "startup", "cleanup" };
_Static_assert(LC_COUNT_OF(dll_main_words) == LC_DLL_MAIN_COUNT, "one each");

static const char *const overlapped_words[] = {
    "is through",       "sets its event",   "queues its routine",
    "runs its routine", "posts its packet", "gives up its packet",
};
_Static_assert(
    LC_COUNT_OF(overlapped_words) == LC_OVERLAPPED_COUNT,
    "one each");
static const char *const family_words[] = { "inet", "ipv6", "any", "info" };
_Static_assert(LC_COUNT_OF(family_words) == LC_TRIPLET_FAMILIES, "one each");

static const char *const type_words[] = {
    "stream", "dgram", "raw", "any", "info",
};
_Static_assert(LC_COUNT_OF(type_words) == LC_TRIPLET_TYPES, "one each");

static const char *const protocol_words[] = {
    "tcp", "udp", "icmp", "any", "info",
};
_Static_assert(LC_COUNT_OF(protocol_words) == LC_TRIPLET_PROTOCOLS, "one each");

/* By LC_FD_READ_BIT and so on. */
static const char *const network_words[] = {
    "read", "write", "oob", "accept", "connect", "close",
};
_Static_assert(LC_COUNT_OF(network_words) == LC_FD_CLOSE_BIT + 1, "one each");

static const char *const set_words[] = { "read", "write", "except" };
_Static_assert(LC_COUNT_OF(set_words) == LC_SET_COUNT, "one each");

#define TABLE(words)              \
    {                             \
        words, LC_COUNT_OF(words) \
    }

static const struct {
    const char *const *words;
    uint32_t count;
} tables[FUZZ_WORDS_COUNT] = {
    [FUZZ_WORDS_SPI] = TABLE(spi_words),
    [FUZZ_WORDS_UPCALL] = TABLE(upcall_words),
    [FUZZ_WORDS_SHIM] = TABLE(shim_words),
    [FUZZ_WORDS_WAIT] = TABLE(wait_words),
    [FUZZ_WORDS_EVENT] = TABLE(event_words),
    [FUZZ_WORDS_RECORD] = TABLE(record_words),
    [FUZZ_WORDS_WIRE] = TABLE(wire_words),
    [FUZZ_WORDS_OBJECT] = TABLE(object_words),
    [FUZZ_WORDS_FAULT] = TABLE(fault_words),
    [FUZZ_WORDS_STRAY] = TABLE(stray_words),
    [FUZZ_WORDS_END] = TABLE(end_words),
    [FUZZ_WORDS_HANDLE] = TABLE(handle_words),
    [FUZZ_WORDS_LOCK] = TABLE(lock_words),
    [FUZZ_WORDS_PROVIDER] = TABLE(provider_words),
    [FUZZ_WORDS_MODULE] = TABLE(module_words),
    [FUZZ_WORDS_FEATURE] = TABLE(feature_words),
    [FUZZ_WORDS_FAIL] = TABLE(fail_words),
    [FUZZ_WORDS_CATALOG] = TABLE(catalog_words),
    [FUZZ_WORDS_PEER] = TABLE(peer_words),
    [FUZZ_WORDS_DLL_MAIN] = TABLE(dll_main_words),
    [FUZZ_WORDS_OVERLAPPED] = TABLE(overlapped_words),
    [FUZZ_WORDS_NSP] = TABLE(nsp_words),
    [FUZZ_WORDS_NAMES] = TABLE(names_words),
    [FUZZ_WORDS_FAMILY] = TABLE(family_words),
    [FUZZ_WORDS_TYPE] = TABLE(type_words),
    [FUZZ_WORDS_PROTOCOL] = TABLE(protocol_words),
    [FUZZ_WORDS_NETWORK] = TABLE(network_words),
    [FUZZ_WORDS_SET] = TABLE(set_words),
};

uint32_t fuzz_words_count(enum fuzz_words table)
{
    LC_CHECK(table < FUZZ_WORDS_COUNT);
    LC_CHECK(tables[table].count > 0);
    return tables[table].count;
}

const char *fuzz_words_name(enum fuzz_words table, uint32_t value)
{
    LC_CHECK(table < FUZZ_WORDS_COUNT);
    LC_CHECK(tables[table].words != NULL);
    return value < tables[table].count ? tables[table].words[value] : "?";
}

bool fuzz_words_find(
    enum fuzz_words table,
    const char *text,
    size_t length,
    uint32_t *ret_value)
{
    LC_CHECK(table < FUZZ_WORDS_COUNT);
    LC_CHECK(text != NULL);
    for (uint32_t i = 0; i < tables[table].count; i++) {
        const char *word = tables[table].words[i];
        if (strlen(word) == length && memcmp(word, text, length) == 0) {
            *ret_value = i;
            return true;
        }
    }
    return false;
}

static const struct {
    int32_t code;
    const char *name;
} errors[] = {
    { LC_WSA_INVALID_HANDLE, "WSA_INVALID_HANDLE" },
    { LC_WSA_NOT_ENOUGH_MEMORY, "WSA_NOT_ENOUGH_MEMORY" },
    { LC_WSA_INVALID_PARAMETER, "WSA_INVALID_PARAMETER" },
    { LC_WSA_OPERATION_ABORTED, "WSA_OPERATION_ABORTED" },
    { LC_WSA_IO_INCOMPLETE, "WSA_IO_INCOMPLETE" },
    { LC_WSA_IO_PENDING, "WSA_IO_PENDING" },
    { LC_WSAEINTR, "WSAEINTR" },
    { LC_WSAEBADF, "WSAEBADF" },
    { LC_WSAEACCES, "WSAEACCES" },
    { LC_WSAEFAULT, "WSAEFAULT" },
    { LC_WSAEINVAL, "WSAEINVAL" },
    { LC_WSAEMFILE, "WSAEMFILE" },
    { LC_WSAEWOULDBLOCK, "WSAEWOULDBLOCK" },
    { LC_WSAEINPROGRESS, "WSAEINPROGRESS" },
    { LC_WSAEALREADY, "WSAEALREADY" },
    { LC_WSAENOTSOCK, "WSAENOTSOCK" },
    { LC_WSAEDESTADDRREQ, "WSAEDESTADDRREQ" },
    { LC_WSAEMSGSIZE, "WSAEMSGSIZE" },
    { LC_WSAEPROTOTYPE, "WSAEPROTOTYPE" },
    { LC_WSAENOPROTOOPT, "WSAENOPROTOOPT" },
    { LC_WSAEPROTONOSUPPORT, "WSAEPROTONOSUPPORT" },
    { LC_WSAESOCKTNOSUPPORT, "WSAESOCKTNOSUPPORT" },
    { LC_WSAEOPNOTSUPP, "WSAEOPNOTSUPP" },
    { LC_WSAEPFNOSUPPORT, "WSAEPFNOSUPPORT" },
    { LC_WSAEAFNOSUPPORT, "WSAEAFNOSUPPORT" },
    { LC_WSAEADDRINUSE, "WSAEADDRINUSE" },
    { LC_WSAEADDRNOTAVAIL, "WSAEADDRNOTAVAIL" },
    { LC_WSAENETDOWN, "WSAENETDOWN" },
    { LC_WSAENETUNREACH, "WSAENETUNREACH" },
    { LC_WSAENETRESET, "WSAENETRESET" },
    { LC_WSAECONNABORTED, "WSAECONNABORTED" },
    { LC_WSAECONNRESET, "WSAECONNRESET" },
    { LC_WSAENOBUFS, "WSAENOBUFS" },
    { LC_WSAEISCONN, "WSAEISCONN" },
    { LC_WSAENOTCONN, "WSAENOTCONN" },
    { LC_WSAESHUTDOWN, "WSAESHUTDOWN" },
    { LC_WSAETOOMANYREFS, "WSAETOOMANYREFS" },
    { LC_WSAETIMEDOUT, "WSAETIMEDOUT" },
    { LC_WSAECONNREFUSED, "WSAECONNREFUSED" },
    { LC_WSAELOOP, "WSAELOOP" },
    { LC_WSAENAMETOOLONG, "WSAENAMETOOLONG" },
    { LC_WSAEHOSTDOWN, "WSAEHOSTDOWN" },
    { LC_WSAEHOSTUNREACH, "WSAEHOSTUNREACH" },
    { LC_WSAEPROCLIM, "WSAEPROCLIM" },
    { LC_WSAEUSERS, "WSAEUSERS" },
    { LC_WSAEDQUOT, "WSAEDQUOT" },
    { LC_WSASYSNOTREADY, "WSASYSNOTREADY" },
    { LC_WSAVERNOTSUPPORTED, "WSAVERNOTSUPPORTED" },
    { LC_WSANOTINITIALISED, "WSANOTINITIALISED" },
    { LC_WSAEDISCON, "WSAEDISCON" },
    { LC_WSAENOMORE, "WSAENOMORE" },
    { LC_WSAECANCELLED, "WSAECANCELLED" },
    { LC_WSAEINVALIDPROCTABLE, "WSAEINVALIDPROCTABLE" },
    { LC_WSAEINVALIDPROVIDER, "WSAEINVALIDPROVIDER" },
    { LC_WSAEPROVIDERFAILEDINIT, "WSAEPROVIDERFAILEDINIT" },
    { LC_WSASYSCALLFAILURE, "WSASYSCALLFAILURE" },
    { LC_WSASERVICE_NOT_FOUND, "WSASERVICE_NOT_FOUND" },
    { LC_WSATYPE_NOT_FOUND, "WSATYPE_NOT_FOUND" },
    { LC_WSA_E_NO_MORE, "WSA_E_NO_MORE" },
    { LC_WSA_E_CANCELLED, "WSA_E_CANCELLED" },
    { LC_WSAEREFUSED, "WSAEREFUSED" },
    { LC_WSAHOST_NOT_FOUND, "WSAHOST_NOT_FOUND" },
    { LC_WSATRY_AGAIN, "WSATRY_AGAIN" },
    { LC_WSANO_RECOVERY, "WSANO_RECOVERY" },
    { LC_WSANO_DATA, "WSANO_DATA" },
};

const char *fuzz_words_error(int64_t code)
{
    for (uint32_t i = 0; i < LC_COUNT_OF(errors); i++) {
        if (errors[i].code == code) {
            return errors[i].name;
        }
    }
    return NULL;
}
