#include "fuzz/call.h"

#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/nsp.h"
#include "lastcall/triplet.h"

#include "fuzz/schedule.h"

enum {
    FLAG_ONE_IN = 4,
    FUZZ_NETWORK_EVENTS =
        LC_FD_READ | LC_FD_WRITE | LC_FD_ACCEPT | LC_FD_CONNECT | LC_FD_CLOSE,
    SOCKETS_DRAWN_MAX = 15, /* four variables */
    FUZZ_HOOK_TURN_MAX = 8
};

static const char *const switches[] = { "off", "on" };
/* The last is none of Winsock's. */
static const char *const hows[] = { "receive", "send", "both", "invalid" };
_Static_assert(LC_COUNT_OF(hows) == FUZZ_HOW_COUNT, "one each");
static const char *const null_word[] = { "null" };

static const char *const orders[] = { "same",
                                      "reverse",
                                      "rotate",
                                      "short",
                                      "twice" };
_Static_assert(LC_COUNT_OF(orders) == LC_ORDER_COUNT, "one each");

static const char *const waits[] = { "poll", "wait" };
static const char *const wait_hows[] = { "any", "all", "alertable" };

/* By enum lc_indicate. */
static const char *const indicates[] = {
    "nothing", "routine", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8",
};
_Static_assert(LC_COUNT_OF(indicates) == LC_INDICATE_COUNT, "one each");
_Static_assert(LC_COUNT_OF(wait_hows) == LC_WAIT_HOW_COUNT, "one each");
static const char *const spaces[] = { "all", "first", "second" };
_Static_assert(LC_COUNT_OF(spaces) == LC_NAME_SPACE_COUNT, "one each");
static const char *const operations[] = { "register", "deregister", "delete" };
_Static_assert(LC_COUNT_OF(operations) == LC_RNRSERVICE_COUNT, "one each");
static const char *const categories[] = {
    "inspector", "redirector", "proxy", "firewall", "inbound",
    "outbound",  "crypto",     "cache", "system",   "none",
};
static const uint32_t some_categories[] = {
    LC_CATEGORY_FIREWALL,
    LC_CATEGORY_FIREWALL,
    LC_CATEGORY_FIREWALL | LC_CATEGORY_CRYPTO_COMPRESS,
    LC_CATEGORY_CRYPTO_COMPRESS,
    LC_CATEGORY_SYSTEM,
    LC_CATEGORY_SYSTEM | LC_CATEGORY_FIREWALL,
    0,
};
static const char *const config_changes[] = { "first", "wait" };
_Static_assert(
    LC_COUNT_OF(config_changes) == LC_CONFIG_CHANGE_COUNT,
    "one each");

/* None is no event for WSAEnumNetworkEvents. */
static const char *const events_or_none[] = {
    "none", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8",
};
_Static_assert(LC_COUNT_OF(events_or_none) == LC_EVENTS_MAX + 1, "one each");

/* By LC_FD_READ_BIT and so on. */
static const char *const network_events[] = {
    "read", "write", NULL, "accept", "connect", "close", "none",
};
static const uint32_t some_network_events[] = {
    FUZZ_NETWORK_EVENTS,
    FUZZ_NETWORK_EVENTS,
    LC_FD_READ | LC_FD_CLOSE,
    LC_FD_WRITE,
    LC_FD_CONNECT | LC_FD_CLOSE,
    LC_FD_ACCEPT,
    0,
};
static const char *const set_words[] = { "read", "write", "except", NULL };
_Static_assert(LC_COUNT_OF(set_words) == LC_SET_COUNT + 1, "one each");
static const uint32_t some_sets[] = { 1, 1, 2, 3, 5, 7 };

/* By enum lc_hook_makes. */
static const char *const hook_makes[] = {
    "isblocking", "startup", "cleanup", "socket",     "send",
    "shutdown",   "close",   "connect", "setsockopt", "ioctlsocket",
    "select",     "cancel",  "none",
};
_Static_assert(LC_COUNT_OF(hook_makes) == LC_HOOK_MAKES_COUNT + 1, "one each");
static const uint32_t some_hook_makes[] = {
    1U << LC_HOOK_MAKES_CANCEL,
    1U << LC_HOOK_MAKES_CANCEL,
    1U << LC_HOOK_MAKES_CLEANUP | 1U << LC_HOOK_MAKES_CANCEL,
    1U << LC_HOOK_MAKES_CLEANUP,
    (1U << LC_HOOK_MAKES_CANCEL) - 1,
    0,
};

static const uint32_t sizes[] = { 0,    1,    100,   4096,  8191,
                                  8192, 8193, 16384, 20000, 40000 };
/* One that is the largest datagram, and one beyond. */
static const uint32_t datagram_sizes[] = {
    0, 1, 100, 1000, 8192, 20000, LC_DATAGRAM_MAX, LC_DATAGRAM_MAX + 1,
};
static const char *const addresses[] = { "peer", "other", "none" };
_Static_assert(LC_COUNT_OF(addresses) == LC_ADDRESS_COUNT, "one each");
static const uint32_t ports[] = { 0, 5000, 5001 };
static const char *const answers[] = { "accept", "reject", "defer" };
static const uint32_t versions[] = {
    0x0202, 0x0202, 0x0101, 0x0002, 0x0302, 0
};

#define TRIPLET(family, type, protocol) \
    ((LC_TRIPLET_##family) +            \
     LC_TRIPLET_FAMILIES *              \
         ((LC_TRIPLET_##type) + LC_TRIPLET_TYPES * (LC_TRIPLET_##protocol)))
/* Those that some entry has, and those that none has; mostly a stream. */
static const uint32_t triplets[] = {
    0,
    0,
    0,
    0,
    0,
    0,
    TRIPLET(INET, STREAM, PROTOCOL_ANY),
    TRIPLET(FAMILY_ANY, STREAM, TCP),
    TRIPLET(FAMILY_ANY, TYPE_ANY, PROTOCOL_ANY),
    TRIPLET(FAMILY_INFO, TYPE_INFO, PROTOCOL_INFO),
    TRIPLET(INET, DGRAM, UDP),
    TRIPLET(INET, DGRAM, PROTOCOL_ANY),
    TRIPLET(FAMILY_ANY, TYPE_ANY, UDP),
    TRIPLET(INET6, STREAM, TCP),
    TRIPLET(INET, STREAM, UDP),
    TRIPLET(INET, RAW, ICMP),
};

#define SWITCH                                         \
    {                                                  \
        .kind = FUZZ_ARGUMENT_WORD, .words = switches, \
        .max = LC_COUNT_OF(switches) - 1,              \
        .drawn_max = LC_COUNT_OF(switches) - 1,        \
    }
/* One name space. */
#define SPACE                                                       \
    {                                                               \
        .kind = FUZZ_ARGUMENT_WORD, .words = &spaces[1],            \
        .max = LC_NAME_SPACES - 1, .drawn_max = LC_NAME_SPACES - 1, \
    }
#define SIZE(most)                                                   \
    {                                                                \
        .kind = FUZZ_ARGUMENT_NUMBER, .max = (most), .picks = sizes, \
        .pick_count = LC_COUNT_OF(sizes),                            \
    }

#define CATEGORIES                                        \
    {                                                     \
        .kind = FUZZ_ARGUMENT_MASK, .words = categories,  \
        .max = LC_CATEGORY_ALL, .picks = some_categories, \
        .pick_count = LC_COUNT_OF(some_categories),       \
    }

#define PROVIDER                                                     \
    {                                                                \
        .kind = FUZZ_ARGUMENT_PROVIDER, .max = LC_PROVIDERS_MAX - 1, \
        .drawn_max = LC_PROVIDERS_MAX - 1,                           \
    }

/* What ends a life in its middle leaves little behind it to be seen, and a
 * reference that is held hides much. */
enum {
    LIBRARY_ONE_IN = 4,
    ENDS_ONE_IN = 8
};

#define EVENT                                                               \
    {                                                                       \
        .kind = FUZZ_ARGUMENT_WORD, .words = &indicates[LC_INDICATE_EVENT], \
        .max = LC_EVENTS_MAX - 1, .drawn_max = 2,                           \
    }
#define MILLISECONDS                                            \
    {                                                           \
        .kind = FUZZ_ARGUMENT_NUMBER, .max = FUZZ_SLEEP_MS_MAX, \
        .drawn_max = 3000,                                      \
    }

#define ADDRESS                                         \
    {                                                   \
        .kind = FUZZ_ARGUMENT_WORD, .words = addresses, \
        .max = LC_COUNT_OF(addresses) - 1,              \
        .drawn_max = LC_COUNT_OF(addresses) - 1,        \
    }

static const struct fuzz_call calls[] = {
    [LC_CALL_WSASTARTUP] = {
        .word = "WSAStartup",
        .function = "WSAStartup",
        .arguments = { {
            .kind = FUZZ_ARGUMENT_VERSION,
            .max = UINT16_MAX,
            .picks = versions,
            .pick_count = LC_COUNT_OF(versions),
        }, {
            .kind = FUZZ_ARGUMENT_FLAG,
            .max = 1,
            .words = null_word,
        } },
    },
    [LC_CALL_WSACLEANUP] = {
        .word = "WSACleanup",
        .function = "WSACleanup",
    },
    [LC_CALL_GETLASTERROR] = {
        .word = "WSAGetLastError",
        .function = "WSAGetLastError",
    },
    /* Written NAME = socket stream [via ENTRY]. */
    [LC_CALL_SOCKET] = {
        .word = "socket",
        .function = "socket",
        .has_socket = true,
        .sets_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_TRIPLET,
            .max = LC_TRIPLET_COUNT - 1,
            .picks = triplets,
            .pick_count = LC_COUNT_OF(triplets),
        } },
    },
    [LC_CALL_CONNECT] = {
        .word = "connect",
        .function = "connect",
        .has_socket = true,
    },
    [LC_CALL_SEND] = {
        .word = "send",
        .function = "send",
        .has_socket = true,
        .arguments = { SIZE(LC_SEND_MAX) },
    },
    [LC_CALL_SHUTDOWN] = {
        .word = "shutdown",
        .function = "shutdown",
        .has_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = hows,
            .max = LC_COUNT_OF(hows) - 1,
            .drawn_max = LC_COUNT_OF(hows) - 1,
        } },
    },
    [LC_CALL_LINGER] = {
        .word = "linger",
        .function = "setsockopt",
        .has_socket = true,
        .arguments = { SWITCH, {
            .kind = FUZZ_ARGUMENT_NUMBER,
            .max = FUZZ_LINGER_S_MAX,
            .drawn_max = FUZZ_LINGER_S_MAX,
            .small_max = 5,
        } },
    },
    [LC_CALL_DONTLINGER] = {
        .word = "dontlinger",
        .function = "setsockopt",
        .has_socket = true,
        .arguments = { SWITCH },
    },
    [LC_CALL_SNDBUF] = {
        .word = "sndbuf",
        .function = "setsockopt",
        .has_socket = true,
        .arguments = { SIZE(FUZZ_SNDBUF_MAX) },
    },
    [LC_CALL_FIONBIO] = {
        .word = "nonblocking",
        .function = "ioctlsocket",
        .has_socket = true,
        .arguments = { SWITCH },
    },
    [LC_CALL_CLOSESOCKET] = {
        .word = "closesocket",
        .function = "closesocket",
        .has_socket = true,
    },
    [LC_CALL_ENUM_PROTOCOLS] = {
        .word = "WSAEnumProtocols",
        .function = "WSAEnumProtocols",
        .is_rare = true,
    },
    [LC_CALL_WSC_ENUM] = {
        .word = "WSCEnumProtocols",
        .function = "WSCEnumProtocols",
        .is_rare = true,
    },
    [LC_CALL_WSC_PATH] = {
        .word = "WSCGetProviderPath",
        .function = "WSCGetProviderPath",
        .has_entry = true,
        .is_rare = true,
    },
    [LC_CALL_WSC_INSTALL] = {
        .word = "WSCInstallProvider",
        .function = "WSCInstallProvider",
        .has_entry = true,
        .is_rare = true,
    },
    [LC_CALL_WSC_INSTALL_CHAIN] = {
        .word = "WSCInstallProviderAndChains",
        .function = "WSCInstallProviderAndChains",
        .has_entry = true,
        .is_rare = true,
    },
    [LC_CALL_WSC_DEINSTALL] = {
        .word = "WSCDeinstallProvider",
        .function = "WSCDeinstallProvider",
        .has_entry = true,
        .is_rare = true,
    },
    [LC_CALL_WSC_ORDER] = {
        .word = "WSCWriteProviderOrder",
        .function = "WSCWriteProviderOrder",
        .arguments = { {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = orders,
            .max = LC_COUNT_OF(orders) - 1,
            .drawn_max = LC_COUNT_OF(orders) - 1,
        } },
        .is_rare = true,
    },
    [LC_CALL_APP_CATEGORY] = {
        .word = "WSCSetApplicationCategory",
        .function = "WSCSetApplicationCategory",
        .arguments = { CATEGORIES },
        .is_rare = true,
    },
    [LC_CALL_PROVIDER_INFO] = {
        .word = "WSCSetProviderInfo",
        .function = "WSCSetProviderInfo",
        .arguments = { PROVIDER, CATEGORIES },
        .is_rare = true,
    },
    [LC_CALL_LOOKUP_BEGIN] = {
        .word = "WSALookupServiceBegin",
        .function = "WSALookupServiceBegin",
        .has_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = spaces,
            .max = LC_COUNT_OF(spaces) - 1,
            .drawn_max = LC_COUNT_OF(spaces) - 1,
        } },
        .is_of_names = true,
    },
    [LC_CALL_LOOKUP_NEXT] = {
        .word = "WSALookupServiceNext",
        .function = "WSALookupServiceNext",
        .has_socket = true,
        .is_of_names = true,
    },
    [LC_CALL_LOOKUP_END] = {
        .word = "WSALookupServiceEnd",
        .function = "WSALookupServiceEnd",
        .has_socket = true,
        .is_of_names = true,
    },
    [LC_CALL_SET_SERVICE] = {
        .word = "WSASetService",
        .function = "WSASetService",
        .arguments = { {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = operations,
            .max = LC_COUNT_OF(operations) - 1,
            .drawn_max = LC_COUNT_OF(operations) - 1,
        }, {
            .kind = FUZZ_ARGUMENT_NUMBER,
            .max = LC_SERVICES - 1,
            .drawn_max = LC_SERVICES - 1,
        } },
        .is_of_names = true,
    },
    [LC_CALL_ENUM_NAMES] = {
        .word = "WSAEnumNameSpaceProviders",
        .function = "WSAEnumNameSpaceProviders",
        .is_of_names = true,
    },
    [LC_CALL_WSC_INSTALL_NAMES] = {
        .word = "WSCInstallNameSpace",
        .function = "WSCInstallNameSpace",
        .arguments = { SPACE },
        .is_of_names = true,
    },
    [LC_CALL_WSC_REMOVE_NAMES] = {
        .word = "WSCUnInstallNameSpace",
        .function = "WSCUnInstallNameSpace",
        .arguments = { SPACE },
        .is_of_names = true,
    },
    [LC_CALL_WSC_ENABLE_NAMES] = {
        .word = "WSCEnableNSProvider",
        .function = "WSCEnableNSProvider",
        .arguments = { SPACE, SWITCH },
        .is_of_names = true,
    },
    [LC_CALL_CONFIG_CHANGE] = {
        .word = "WSAProviderConfigChange",
        .function = "WSAProviderConfigChange",
        .arguments = { {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = config_changes,
            .max = LC_COUNT_OF(config_changes) - 1,
            .drawn_max = LC_COUNT_OF(config_changes) - 1,
        } },
        .is_rare = true,
    },
    [LC_CALL_SLEEP] = {
        .word = "Sleep",
        .function = "Sleep",
        .arguments = { MILLISECONDS },
    },
    [LC_CALL_WSASEND] = {
        .word = "WSASend",
        .function = "WSASend",
        .has_socket = true,
        .arguments = { SIZE(LC_SEND_MAX), {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = indicates,
            .max = LC_COUNT_OF(indicates) - 1,
            .drawn_max = LC_INDICATE_EVENT + 2,
        } },
    },
    [LC_CALL_WSARECV] = {
        .word = "WSARecv",
        .function = "WSARecv",
        .has_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_NUMBER,
            .max = LC_WSARECV_MAX,
            .drawn_max = LC_WSARECV_MAX,
            .small_max = 200,
        }, {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = indicates,
            .max = LC_COUNT_OF(indicates) - 1,
            .drawn_max = LC_INDICATE_EVENT + 2,
        } },
        .is_apart = true,
    },
    [LC_CALL_RECV] = {
        .word = "recv",
        .function = "recv",
        .has_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_NUMBER,
            .max = LC_RECV_MAX,
            .drawn_max = LC_RECV_MAX,
            .small_max = 200,
        } },
    },
    [LC_CALL_SEND_DISCONNECT] = {
        .word = "WSASendDisconnect",
        .function = "WSASendDisconnect",
        .has_socket = true,
    },
    [LC_CALL_RECV_DISCONNECT] = {
        .word = "WSARecvDisconnect",
        .function = "WSARecvDisconnect",
        .has_socket = true,
    },
    [LC_CALL_BIND] = {
        .word = "bind",
        .function = "bind",
        .has_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_NUMBER,
            .max = UINT16_MAX,
            .picks = ports,
            .pick_count = LC_COUNT_OF(ports),
        } },
    },
    [LC_CALL_GETSOCKNAME] = {
        .word = "getsockname",
        .function = "getsockname",
        .has_socket = true,
    },
    [LC_CALL_GETPEERNAME] = {
        .word = "getpeername",
        .function = "getpeername",
        .has_socket = true,
    },
    [LC_CALL_RCVBUF] = {
        .word = "rcvbuf",
        .function = "setsockopt",
        .has_socket = true,
        .arguments = { SIZE(FUZZ_SNDBUF_MAX) },
    },
    [LC_CALL_SOERROR] = {
        .word = "soerror",
        .function = "getsockopt",
        .has_socket = true,
    },
    [LC_CALL_FIONREAD] = {
        .word = "unread",
        .function = "ioctlsocket",
        .has_socket = true,
    },
    [LC_CALL_LOADLIBRARY] = {
        .word = "LoadLibrary",
        .function = "LoadLibrary",
        .one_in = LIBRARY_ONE_IN,
        .arguments = { PROVIDER },
    },
    [LC_CALL_FREELIBRARY] = {
        .word = "FreeLibrary",
        .function = "FreeLibrary",
        .one_in = LIBRARY_ONE_IN,
        .arguments = { PROVIDER },
    },
    [LC_CALL_EXITTHREAD] = {
        .word = "ExitThread",
        .function = "ExitThread",
        .one_in = ENDS_ONE_IN,
    },
    [LC_CALL_EXITPROCESS] = {
        .word = "ExitProcess",
        .function = "ExitProcess",
        .one_in = ENDS_ONE_IN,
    },
    [LC_CALL_TERMINATEPROCESS] = {
        .word = "TerminateProcess",
        .function = "TerminateProcess",
        .one_in = ENDS_ONE_IN,
    },
    [LC_CALL_TERMINATETHREAD] = {
        .word = "TerminateThread",
        .function = "TerminateThread",
        .is_hostile = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_THREAD,
            .max = LC_THREADS_MAX - 1,
            .drawn_max = 2, /* a generator makes three threads at most */
        } },
    },
    [LC_CALL_FREEFOREIGN] = {
        .word = "FreeForeign",
        .function = "FreeLibrary",
        .is_hostile = true,
        .arguments = { PROVIDER },
    },
    [LC_CALL_GETOVERLAPPED] = {
        .word = "WSAGetOverlappedResult",
        .function = "WSAGetOverlappedResult",
        .has_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = waits,
            .max = LC_COUNT_OF(waits) - 1,
            .drawn_max = LC_COUNT_OF(waits) - 1,
        } },
        .is_of_overlapped = true,
    },
    [LC_CALL_CREATEEVENT] = {
        .word = "WSACreateEvent",
        .function = "WSACreateEvent",
        .arguments = { EVENT },
        .is_of_overlapped = true,
    },
    [LC_CALL_CLOSEEVENT] = {
        .word = "WSACloseEvent",
        .function = "WSACloseEvent",
        .arguments = { EVENT },
        .is_of_overlapped = true,
    },
    [LC_CALL_SETEVENT] = {
        .word = "WSASetEvent",
        .function = "WSASetEvent",
        .arguments = { EVENT },
        .is_of_overlapped = true,
    },
    [LC_CALL_RESETEVENT] = {
        .word = "WSAResetEvent",
        .function = "WSAResetEvent",
        .arguments = { EVENT },
        .is_of_overlapped = true,
    },
    [LC_CALL_WAITEVENTS] = {
        .word = "WSAWaitForMultipleEvents",
        .function = "WSAWaitForMultipleEvents",
        .arguments = { {
            .kind = FUZZ_ARGUMENT_EVENTS,
            .max = (1U << LC_EVENTS_MAX) - 1,
            .drawn_max = 7,
        }, MILLISECONDS, {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = wait_hows,
            .max = LC_COUNT_OF(wait_hows) - 1,
            .drawn_max = LC_COUNT_OF(wait_hows) - 1,
        } },
        .is_of_overlapped = true,
    },
    [LC_CALL_SLEEPEX] = {
        .word = "SleepEx",
        .function = "SleepEx",
        .arguments = { MILLISECONDS },
        .is_of_overlapped = true,
    },
    [LC_CALL_CREATEPORT] = {
        .word = "CreateIoCompletionPort",
        .function = "CreateIoCompletionPort",
        .has_socket = true,
        .is_of_overlapped = true,
    },
    [LC_CALL_DEQUEUE] = {
        .word = "GetQueuedCompletionStatus",
        .function = "GetQueuedCompletionStatus",
        .arguments = { MILLISECONDS },
        .is_of_overlapped = true,
    },
    [LC_CALL_POST] = {
        .word = "PostQueuedCompletionStatus",
        .function = "PostQueuedCompletionStatus",
        .arguments = { SIZE(LC_SEND_MAX) },
        .is_of_overlapped = true,
    },
    [LC_CALL_LISTEN] = {
        .word = "listen",
        .function = "listen",
        .has_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_NUMBER,
            .max = INT32_MAX,
            .drawn_max = 4,
        } },
        .is_apart = true,
    },
    /* Written NAME = accept SOCKET. */
    [LC_CALL_ACCEPT] = {
        .word = "accept",
        .function = "accept",
        .has_socket = true,
        .sets_socket = true,
        .has_listener = true,
        .is_apart = true,
    },
    /* Written NAME = WSAAccept SOCKET ANSWER. */
    [LC_CALL_WSAACCEPT] = {
        .word = "WSAAccept",
        .function = "WSAAccept",
        .has_socket = true,
        .sets_socket = true,
        .has_listener = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = answers,
            .max = LC_COUNT_OF(answers) - 1,
            .drawn_max = LC_COUNT_OF(answers) - 1,
        } },
        .is_apart = true,
    },
    [LC_CALL_EVENTSELECT] = {
        .word = "WSAEventSelect",
        .function = "WSAEventSelect",
        .has_socket = true,
        .arguments = { EVENT, {
            .kind = FUZZ_ARGUMENT_MASK,
            .words = network_events,
            .max = FUZZ_NETWORK_EVENTS,
            .picks = some_network_events,
            .pick_count = LC_COUNT_OF(some_network_events),
        } },
        .is_apart = true,
    },
    [LC_CALL_ENUMEVENTS] = {
        .word = "WSAEnumNetworkEvents",
        .function = "WSAEnumNetworkEvents",
        .has_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_WORD,
            .words = events_or_none,
            .max = LC_EVENTS_MAX,
            .drawn_max = 3,
        } },
        .is_apart = true,
    },
    [LC_CALL_SELECT] = {
        .word = "select",
        .function = "select",
        .arguments = { {
            .kind = FUZZ_ARGUMENT_SOCKETS,
            .max = (1U << LC_SOCKETS_MAX) - 1,
            .drawn_max = SOCKETS_DRAWN_MAX,
        }, MILLISECONDS, {
            .kind = FUZZ_ARGUMENT_MASK,
            .words = set_words,
            .max = (1U << LC_SET_COUNT) - 1,
            .picks = some_sets,
            .pick_count = LC_COUNT_OF(some_sets),
        } },
        .is_apart = true,
    },
    [LC_CALL_SETHOOK] = {
        .word = "WSASetBlockingHook",
        .function = "WSASetBlockingHook",
        .arguments = { {
            .kind = FUZZ_ARGUMENT_NUMBER,
            .max = FUZZ_HOOK_TURN_MAX,
            .drawn_max = FUZZ_HOOK_TURN_MAX,
            .small_max = 2,
        }, {
            .kind = FUZZ_ARGUMENT_MASK,
            .words = hook_makes,
            .max = (1U << LC_HOOK_MAKES_COUNT) - 1,
            .picks = some_hook_makes,
            .pick_count = LC_COUNT_OF(some_hook_makes),
        } },
        .is_apart = true,
    },
    [LC_CALL_UNHOOK] = {
        .word = "WSAUnhookBlockingHook",
        .function = "WSAUnhookBlockingHook",
        .is_apart = true,
    },
    [LC_CALL_ISBLOCKING] = {
        .word = "WSAIsBlocking",
        .function = "WSAIsBlocking",
        .is_apart = true,
    },
    [LC_CALL_CANCEL] = {
        .word = "WSACancelBlockingCall",
        .function = "WSACancelBlockingCall",
        .is_apart = true,
    },
    [LC_CALL_ADDRESS_TO_STRING] = {
        .word = "WSAAddressToString",
        .function = "WSAAddressToString",
        .has_entry = true,
        .is_rare = true,
    },
    [LC_CALL_STRING_TO_ADDRESS] = {
        .word = "WSAStringToAddress",
        .function = "WSAStringToAddress",
        .has_entry = true,
        .is_rare = true,
    },
    [LC_CALL_JOIN_LEAF] = {
        .word = "WSAJoinLeaf",
        .function = "WSAJoinLeaf",
        .has_socket = true,
        .is_rare = true,
    },
    [LC_CALL_QOS_BY_NAME] = {
        .word = "WSAGetQOSByName",
        .function = "WSAGetQOSByName",
        .has_socket = true,
        .is_rare = true,
    },
    [LC_CALL_SENDTO] = {
        .word = "sendto",
        .function = "sendto",
        .has_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_NUMBER,
            .max = LC_SEND_MAX,
            .picks = datagram_sizes,
            .pick_count = LC_COUNT_OF(datagram_sizes),
        }, ADDRESS },
        .is_apart = true,
    },
    [LC_CALL_RECVFROM] = {
        .word = "recvfrom",
        .function = "recvfrom",
        .has_socket = true,
        .arguments = { {
            .kind = FUZZ_ARGUMENT_NUMBER,
            .max = LC_RECV_MAX,
            .drawn_max = LC_RECV_MAX,
            .small_max = 200,
        } },
        .is_apart = true,
    },
    [LC_CALL_CONNECT_TO] = {
        .word = "connectto",
        .function = "connect",
        .has_socket = true,
        .arguments = { ADDRESS },
        .is_apart = true,
    },
};
_Static_assert(LC_COUNT_OF(calls) == LC_CALL_COUNT, "one each");

const struct fuzz_call *fuzz_call(uint32_t call)
{
    LC_CHECK(call < LC_CALL_COUNT);
    LC_CHECK(calls[call].word != NULL);
    return &calls[call];
}

bool fuzz_call_find(const char *text, size_t length, uint32_t *ret_call)
{
    LC_CHECK(text != NULL);
    for (uint32_t i = 0; i < LC_CALL_COUNT; i++) {
        const char *word = calls[i].word;
        if (strlen(word) == length && memcmp(word, text, length) == 0) {
            *ret_call = i;
            return true;
        }
    }
    return false;
}

const char *fuzz_call_none(const struct fuzz_argument *argument)
{
    uint32_t bits = 0;
    LC_CHECK(argument->kind == FUZZ_ARGUMENT_MASK);
    while (argument->max >> bits != 0) {
        bits++;
    }
    return argument->words[bits];
}

uint32_t fuzz_call_repair(const struct fuzz_argument *argument, uint32_t value)
{
    switch ((enum fuzz_argument_kind)argument->kind) {
    case FUZZ_ARGUMENT_NONE:
        return 0;
    case FUZZ_ARGUMENT_NUMBER:
        return value < argument->max ? value : argument->max;
    case FUZZ_ARGUMENT_EVENTS:
    case FUZZ_ARGUMENT_SOCKETS:
        value &= argument->max;
        return value != 0 ? value : 1;
    case FUZZ_ARGUMENT_MASK:
        value &= argument->max;
        return value != 0 || fuzz_call_none(argument) != NULL ? value : 1;
    case FUZZ_ARGUMENT_WORD:
    case FUZZ_ARGUMENT_VERSION:
    case FUZZ_ARGUMENT_FLAG:
    case FUZZ_ARGUMENT_PROVIDER:
    case FUZZ_ARGUMENT_THREAD:
    case FUZZ_ARGUMENT_TRIPLET:
        break;
    }
    LC_CHECK(argument->max < UINT32_MAX);
    return value % (argument->max + 1);
}

uint32_t fuzz_call_draw(
    const struct fuzz_argument *argument,
    struct fuzz_rng *rng)
{
    if (argument->pick_count > 0) {
        return argument->picks[fuzz_rng_upto(rng, argument->pick_count - 1U)];
    }
    if (argument->kind == FUZZ_ARGUMENT_NONE) {
        return 0;
    }
    if (argument->kind == FUZZ_ARGUMENT_FLAG) {
        return fuzz_rng_chance(rng, 1, FLAG_ONE_IN);
    }
    if (argument->kind == FUZZ_ARGUMENT_EVENTS ||
        argument->kind == FUZZ_ARGUMENT_SOCKETS) {
        return fuzz_rng_between(rng, 1, argument->drawn_max);
    }
    bool is_small = argument->small_max > 0 && fuzz_rng_chance(rng, 1, 2);
    return fuzz_rng_upto(
        rng,
        is_small ? argument->small_max : argument->drawn_max);
}

void fuzz_call_draw_all(struct lc_op *op, struct fuzz_rng *rng)
{
    const struct fuzz_argument *arguments = fuzz_call(op->call)->arguments;
    op->value = fuzz_call_draw(&arguments[0], rng);
    op->value2 = fuzz_call_draw(&arguments[1], rng);
    if (arguments[2].kind != FUZZ_ARGUMENT_NONE) {
        op->entry = (uint8_t)fuzz_call_draw(&arguments[2], rng);
    }
}
