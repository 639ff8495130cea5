/*
 * A schedule: the world, the processes with their threads and calls, the
 * choices that differ from the default, and what the author expects. It says
 * everything that a run depends on. Text form: docs/FORMATS.md.
 *
 * Plain values throughout: assignment copies, and two schedules are equal
 * when their used parts are equal. Unused entries are zero.
 */
#ifndef LASTCALL_SCHEDULE_H
#define LASTCALL_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/limits.h"

/* "None" for any 8-bit index of this header. */
#define LC_NONE 0xffU

/* Which built-in implements a provider, or that a DLL file does. */
enum lc_provider_kind {
    LC_PROVIDER_BASE = 0,   /* sim/provider/base.c */
    LC_PROVIDER_IFS = 1,    /* sim/provider/ifs.c, a layer with IFS handles */
    LC_PROVIDER_DLL = 2,    /* a hosted layer: the file is in `path` */
    LC_PROVIDER_NONIFS = 3, /* sim/provider/nonifs.c, with handles of its own */
    LC_PROVIDER_KIND_COUNT = 4
};

/* What no DllMain may do: the calls need the loader lock, or wait for those
 * that do. */
enum lc_dll_main {
    LC_DLL_MAIN_STARTUP = 0, /* WSAStartup, when it is attached */
    LC_DLL_MAIN_CLEANUP = 1, /* WSACleanup, when it is detached */
    LC_DLL_MAIN_COUNT = 2
};

struct lc_provider {
    char name[LC_NAME_MAX]; /* also the DLL's base name in the catalog */
    uint8_t kind;           /* enum lc_provider_kind */
    uint8_t pinned;         /* 1: the application holds its own reference to
                               the DLL for the life of each process */
    uint8_t versions;       /* built-ins: bit per enum lc_version; 0: 2.2 */
    uint8_t dll_main;       /* bit per enum lc_dll_main: what its DllMain does
                               wrong */
    uint8_t has_own;        /* LC_PROVIDER_DLL only: 1: handles of its own, and
                               not IFS handles */
    uint8_t is_datagram;    /* LC_PROVIDER_BASE only: 1: its first entry, and
                               chains over it, are for datagrams */
    char path[LC_PATH_MAX]; /* LC_PROVIDER_DLL only: file on the host */
};

/* Whether a provider hands out handles of its own, from WPUCreateSocketHandle:
 * its catalog entry has no XP1_IFS_HANDLES. */
static inline bool lc_provider_has_own(const struct lc_provider *provider)
{
    return provider->kind == LC_PROVIDER_NONIFS ||
           (provider->kind == LC_PROVIDER_DLL && provider->has_own != 0);
}

/* A protocol chain, topmost layer first, base last. One base alone is not a
 * chain: every base has a catalog entry of its own. The catalog holds the
 * chains in this order, then the bases in order of the providers. */
struct lc_chain {
    uint8_t length; /* 2 to LC_CHAIN_LENGTH_MAX */
    uint8_t providers[LC_CHAIN_LENGTH_MAX];
};

/* One more entry of a base: another protocol that its DLL serves. These come
 * behind all others in the catalog, in this order. */
struct lc_served {
    uint8_t provider; /* a base */
    uint8_t zero;     /* 1: PFL_MATCHES_PROTOCOL_ZERO */
    uint8_t hidden;   /* 1: PFL_HIDDEN */
    uint8_t unused;   /* 0 */
    uint32_t triplet; /* triplet.h; no ANY and no INFO in it */
};

enum lc_peer_kind {
    LC_PEER_SINK = 0,      /* reads at once */
    LC_PEER_SLOW = 1,      /* reads peer_number bytes per second */
    LC_PEER_ECHO = 2,      /* sends back what it has read */
    LC_PEER_SOURCE = 3,    /* sends peer_number bytes, reads at once */
    LC_PEER_STALLED = 4,   /* reads nothing: its window fills */
    LC_PEER_HALFCLOSE = 5, /* sends its FIN at once, and goes on reading */
    LC_PEER_RESET = 6,     /* RST when peer_number bytes have come */
    LC_PEER_NEVER = 7,     /* answers no SYN */
    LC_PEER_REFUSE = 8,    /* answers a SYN with RST */
    LC_PEER_CONNECTOR = 9, /* connects to sockets that listen, each
                              peer_number ms; else as a sink */
    LC_PEER_KIND_COUNT = 10
};

/* What the environment may fail at, on purpose; see fail.h. */
enum lc_fail {
    LC_FAIL_ALLOC = 0,   /* memory of a provider */
    LC_FAIL_LOAD = 1,    /* LoadLibrary of a provider's DLL */
    LC_FAIL_PROC = 2,    /* GetProcAddress of its WSPStartup */
    LC_FAIL_STARTUP = 3, /* a provider's WSPStartup */
    LC_FAIL_UPCALL = 4,
    LC_FAIL_EVENT = 5,    /* a provider's event, semaphore or mutex */
    LC_FAIL_THREAD = 6,   /* a thread of a provider */
    LC_FAIL_NET = 7,      /* a request to the transport: the network is down */
    LC_FAIL_CLOSE = 8,    /* a provider's WSPCloseSocket: the network is down */
    LC_FAIL_CLEANUP = 9,  /* WSACleanup, a provider's WSPCleanup: the same */
    LC_FAIL_BLOCK = 10,   /* a close of a base, which would block */
    LC_FAIL_CATALOG = 11, /* the catalog changes between two looks at it */
    LC_FAIL_COUNT = 12
};

#define LC_FAIL_ALL ((uint16_t)((1U << LC_FAIL_COUNT) - 1))

struct lc_world {
    struct lc_provider providers[LC_PROVIDERS_MAX];
    uint32_t provider_count;
    struct lc_chain chains[LC_CHAINS_MAX];
    uint32_t chain_count;
    char plants[LC_PLANTS_MAX][LC_NAME_MAX]; /* planted bugs by folder name */
    uint32_t plant_count;
    uint32_t sndbuf_bytes;      /* default SO_SNDBUF of a socket, 1 or more */
    uint64_t link_bits_per_s;   /* 1 or more */
    uint64_t link_latency_ns;   /* one way */
    uint32_t link_window_bytes; /* peer's receive window, 1 or more */
    uint8_t peer_kind;          /* enum lc_peer_kind */
    uint8_t versions; /* of ws2_32, bit per enum lc_version; 0: 1.0 to 2.2 */
    uint16_t faults;  /* bit per enum lc_fail that may happen */
    uint32_t peer_number;  /* of a kind that has one, else 0 */
    uint32_t rcvbuf_bytes; /* default SO_RCVBUF of a socket, 1 or more */
    uint8_t page_heap;     /* 1: each heap block of a hosted DLL has pages
                                   of its own */
    uint8_t names;         /* 1: there is a name-space DLL; see nsp.h */
    uint8_t descriptors;   /* sockets that a process may have at the transport;
                            0: no limit but that of the simulator */
    uint8_t hostile; /* 1: the application may do what no provider survives */
    uint32_t protocol_count;
    struct lc_served protocols[LC_PROTOCOLS_MAX];
};

/* The calls that an application makes. */
enum lc_call {
    LC_CALL_WSASTARTUP = 0,   /* value: version word as WSAStartup takes it;
                                value2: 1 when lpWSAData is NULL */
    LC_CALL_WSACLEANUP = 1,   /* no argument */
    LC_CALL_GETLASTERROR = 2, /* no argument */
    LC_CALL_SOCKET = 3,       /* socket: variable set; entry: catalog entry or
                                LC_NONE for the first that matches; value:
                                family, type and protocol, triplet.h */
    LC_CALL_CONNECT = 4,      /* socket */
    LC_CALL_SEND = 5,         /* socket; value: bytes */
    LC_CALL_SHUTDOWN = 6,     /* socket; value: SD_RECEIVE, SD_SEND, SD_BOTH,
                                or 3, which is none of them */
    LC_CALL_LINGER = 7,       /* setsockopt SO_LINGER: value l_onoff (0 or 1),
                                value2 l_linger in seconds */
    LC_CALL_DONTLINGER = 8,   /* setsockopt SO_DONTLINGER: value 0 or 1 */
    LC_CALL_SNDBUF = 9,       /* setsockopt SO_SNDBUF: value bytes */
    LC_CALL_FIONBIO = 10,     /* ioctlsocket FIONBIO: value 0 or 1 */
    LC_CALL_CLOSESOCKET = 11, /* socket */
    LC_CALL_SLEEP = 12,       /* value: milliseconds of virtual time */
    LC_CALL_ENUM_PROTOCOLS = 13, /* WSAEnumProtocols, no argument */
    /* The catalog of the machine; entry: any of its entries. */
    LC_CALL_WSC_ENUM = 14,          /* WSCEnumProtocols, no argument */
    LC_CALL_WSC_PATH = 15,          /* WSCGetProviderPath: entry */
    LC_CALL_WSC_INSTALL = 16,       /* WSCInstallProvider: entry */
    LC_CALL_WSC_INSTALL_CHAIN = 17, /* WSCInstallProviderAndChains: entry */
    LC_CALL_WSC_DEINSTALL = 18,     /* WSCDeinstallProvider: entry */
    LC_CALL_WSC_ORDER = 19, /* WSCWriteProviderOrder; value: enum lc_order */
    LC_CALL_RECV = 20,      /* socket; value: bytes asked for */
    LC_CALL_SEND_DISCONNECT = 21, /* socket */
    LC_CALL_RECV_DISCONNECT = 22, /* socket */
    LC_CALL_BIND = 23,            /* socket; value: port */
    LC_CALL_GETSOCKNAME = 24,     /* socket */
    LC_CALL_GETPEERNAME = 25,     /* socket */
    LC_CALL_RCVBUF = 26,          /* setsockopt SO_RCVBUF: value bytes */
    LC_CALL_SOERROR = 27,         /* getsockopt SO_ERROR: socket */
    LC_CALL_FIONREAD = 28,        /* ioctlsocket FIONREAD: socket */
    LC_CALL_LOADLIBRARY = 29,     /* value: a provider, whose DLL is loaded */
    LC_CALL_FREELIBRARY = 30, /* the same; gives back what LoadLibrary got */
    LC_CALL_EXITTHREAD = 31,  /* no argument, as the next two */
    LC_CALL_EXITPROCESS = 32,
    LC_CALL_TERMINATEPROCESS = 33,
    /* In a hostile world only: */
    LC_CALL_TERMINATETHREAD = 34, /* value: another thread of the process */
    LC_CALL_FREEFOREIGN = 35,     /* value: a provider. FreeLibrary of a
                                     reference that is somebody else's */
    LC_CALL_WSASEND = 36, /* overlapped. socket; value: bytes; value2: enum
                                lc_indicate */
    LC_CALL_GETOVERLAPPED = 37, /* WSAGetOverlappedResult of the last overlapped
                                   operation on the socket; value: 1 waits */
    LC_CALL_CREATEEVENT = 38,   /* value: event variable, from 0 */
    LC_CALL_CLOSEEVENT = 39,    /* the same */
    LC_CALL_SETEVENT = 40,      /* the same */
    LC_CALL_RESETEVENT = 41,    /* the same */
    LC_CALL_WAITEVENTS = 42, /* WSAWaitForMultipleEvents. value: bit per event
                                variable; value2: milliseconds; entry: enum
                                lc_wait_how */
    LC_CALL_SLEEPEX = 43,    /* alertable. value: milliseconds */
    LC_CALL_CREATEPORT = 44, /* CreateIoCompletionPort: the socket is tied to
                                the process's one port */
    LC_CALL_DEQUEUE = 45, /* GetQueuedCompletionStatus. value: milliseconds */
    LC_CALL_POST = 46,    /* PostQueuedCompletionStatus. value: bytes */
    /* Name spaces; a lookup's variable is apart from a socket's. */
    LC_CALL_LOOKUP_BEGIN = 47, /* WSALookupServiceBegin: socket: variable set;
                                  value: enum lc_name_space */
    LC_CALL_LOOKUP_NEXT = 48,  /* WSALookupServiceNext: socket */
    LC_CALL_LOOKUP_END = 49,   /* WSALookupServiceEnd: socket */
    LC_CALL_SET_SERVICE = 50,  /* WSASetService; value: enum
                                  lc_service_operation; value2: service */
    LC_CALL_ENUM_NAMES = 51,   /* WSAEnumNameSpaceProviders, no argument */
    LC_CALL_WSC_INSTALL_NAMES = 52, /* WSCInstallNameSpace; value: name space,
                                       from 0 */
    LC_CALL_WSC_REMOVE_NAMES = 53,  /* WSCUnInstallNameSpace; value: the same */
    LC_CALL_WSC_ENABLE_NAMES = 54,  /* WSCEnableNSProvider; value: the same;
                                       value2: 0 or 1 */
    /* Calls of sockets that listen. */
    LC_CALL_LISTEN = 55,    /* socket; value: backlog */
    LC_CALL_ACCEPT = 56,    /* socket: variable set; value2: the socket that
                               listens, a variable, too */
    LC_CALL_WSAACCEPT = 57, /* WSAAccept, the same; value: what its condition
                               function answers, enum lc_condition */
    LC_CALL_CONFIG_CHANGE = 58, /* WSAProviderConfigChange; value:
                                   enum lc_config_change */
    LC_CALL_EVENTSELECT = 59, /* WSAEventSelect. socket; value: event variable;
                                value2: FD_READ, FD_WRITE, FD_CONNECT, FD_CLOSE,
                                or 0 */
    LC_CALL_ENUMEVENTS = 60,  /* WSAEnumNetworkEvents. socket; value: event
                                variable from 1, or 0 */
    LC_CALL_SELECT = 61,      /* value: bit per socket variable; value2:
                                milliseconds; entry: bit per enum lc_set in
                                which all of them stand */
    /* Of Winsock 1.1; refused to processes of Winsock 2. */
    LC_CALL_SETHOOK = 62,    /* WSASetBlockingHook. value: at which of its turns
                                in a call the hook makes calls, from 1; value2:
                                bit per enum lc_hook_makes */
    LC_CALL_UNHOOK = 63,     /* WSAUnhookBlockingHook, no argument */
    LC_CALL_ISBLOCKING = 64, /* WSAIsBlocking, no argument */
    LC_CALL_CANCEL = 65,     /* WSACancelBlockingCall, no argument */
    LC_CALL_ADDRESS_TO_STRING = 66, /* WSAAddressToString: entry */
    LC_CALL_STRING_TO_ADDRESS = 67, /* WSAStringToAddress: entry */
    LC_CALL_JOIN_LEAF = 68,         /* WSAJoinLeaf: socket */
    LC_CALL_QOS_BY_NAME = 69,       /* WSAGetQOSByName: socket */
    /* Calls that name the other end; a stream has one, whatever they name. */
    LC_CALL_SENDTO = 70,     /* socket; value: bytes; value2: enum lc_address */
    LC_CALL_RECVFROM = 71,   /* socket; value: bytes asked for */
    LC_CALL_CONNECT_TO = 72, /* connect. socket; value: enum lc_address */
    /* Categories of layers and of the application: bit per enum lc_category. */
    LC_CALL_APP_CATEGORY = 73,  /* WSCSetApplicationCategory; value: those of
                                   layers that are permitted */
    LC_CALL_PROVIDER_INFO = 74, /* WSCSetProviderInfo; value: a provider;
                                   value2: its categories */
    LC_CALL_WSARECV = 75, /* overlapped. socket; value: bytes asked for; value2:
                             enum lc_indicate */
    LC_CALL_COUNT = 76
};

/* LSP_INSPECTOR and so on, and LSP_SYSTEM. */
enum lc_category {
    LC_CATEGORY_INSPECTOR = 0x1,
    LC_CATEGORY_REDIRECTOR = 0x2,
    LC_CATEGORY_PROXY = 0x4,
    LC_CATEGORY_FIREWALL = 0x8,
    LC_CATEGORY_INBOUND_MODIFY = 0x10,
    LC_CATEGORY_OUTBOUND_MODIFY = 0x20,
    LC_CATEGORY_CRYPTO_COMPRESS = 0x40,
    LC_CATEGORY_LOCAL_CACHE = 0x80,
    LC_CATEGORY_SYSTEM = 0x100,
    LC_CATEGORY_ALL = 0x1ff
};

/* The other end, as calls name it. */
enum lc_address {
    LC_ADDRESS_PEER = 0,  /* as connect does */
    LC_ADDRESS_OTHER = 1, /* another port of the same host */
    LC_ADDRESS_NONE = 2,  /* sendto: none is named; connect: an address that is
                             all zero, which takes back what was named */
    LC_ADDRESS_COUNT = 3
};

/* What LC_CALL_CONFIG_CHANGE is asked with. */
enum lc_config_change {
    LC_CONFIG_CHANGE_FIRST = 0, /* no handle yet: it gets one, at once */
    LC_CONFIG_CHANGE_WAIT = 1,  /* the handle, nothing overlapped: it waits */
    LC_CONFIG_CHANGE_COUNT = 2
};

/* The order that LC_CALL_WSC_ORDER writes. */
enum lc_order {
    LC_ORDER_SAME = 0,
    LC_ORDER_REVERSE = 1,
    LC_ORDER_ROTATE = 2, /* the first comes last */
    LC_ORDER_SHORT = 3,  /* the last is left out: refused */
    LC_ORDER_TWICE = 4,  /* the first stands for the last, too: refused */
    LC_ORDER_COUNT = 5
};

/* How an overlapped operation is to say that it has completed. */
enum lc_indicate {
    LC_INDICATE_NOTHING = 0, /* neither event nor routine */
    LC_INDICATE_ROUTINE = 1, /* a completion routine of the application */
    LC_INDICATE_EVENT = 2,   /* + event variable, from 0 */
    LC_INDICATE_COUNT = LC_INDICATE_EVENT + LC_EVENTS_MAX
};

enum lc_wait_how {
    LC_WAIT_HOW_ANY = 0,
    LC_WAIT_HOW_ALL = 1,
    LC_WAIT_HOW_ALERTABLE = 2, /* any, and calls to the thread may run */
    LC_WAIT_HOW_COUNT = 3
};

/* The sets of a select. */
enum lc_set {
    LC_SET_READ = 0,
    LC_SET_WRITE = 1,
    LC_SET_EXCEPT = 2,
    LC_SET_COUNT = 3
};

/* What a blocking hook calls, in this order. */
enum lc_hook_makes {
    LC_HOOK_MAKES_ISBLOCKING = 0,
    LC_HOOK_MAKES_STARTUP = 1,
    LC_HOOK_MAKES_CLEANUP = 2,
    LC_HOOK_MAKES_SOCKET = 3,
    LC_HOOK_MAKES_SEND = 4,
    LC_HOOK_MAKES_SHUTDOWN = 5,
    LC_HOOK_MAKES_CLOSE = 6,
    LC_HOOK_MAKES_CONNECT = 7,
    LC_HOOK_MAKES_SETSOCKOPT = 8,
    LC_HOOK_MAKES_IOCTL = 9,
    LC_HOOK_MAKES_SELECT = 10,
    LC_HOOK_MAKES_CANCEL = 11, /* WSACancelBlockingCall */
    LC_HOOK_MAKES_COUNT = 12
};

struct lc_op {
    uint8_t call;   /* enum lc_call */
    uint8_t socket; /* index of a socket variable, or LC_NONE */
    uint8_t entry;  /* catalog entry from 0, or LC_NONE: none is named; a third
                       argument of calls that have one */
    uint32_t value;
    uint32_t value2;
};

struct lc_thread {
    char name[LC_NAME_MAX]; /* unique in the schedule */
    uint8_t process;
    uint32_t op_first; /* its calls are ops[op_first .. + op_count) */
    uint32_t op_count;
};

struct lc_process {
    char name[LC_NAME_MAX];
};

/* Places where a choice is made. */
enum lc_place_kind {
    LC_PLACE_IDLE = 0,       /* nothing was running; occurrence counts them */
    LC_PLACE_START = 1,      /* a thread begins */
    LC_PLACE_API = 2,        /* an application call begins */
    LC_PLACE_END = 3,        /* a thread has ended */
    LC_PLACE_SPI_ENTER = 4,  /* function: enum lc_spi; module: callee */
    LC_PLACE_SPI_LEAVE = 5,  /* the same, on the way back */
    LC_PLACE_UPCALL = 6,     /* function: enum lc_upcall; module: caller */
    LC_PLACE_SHIM = 7,       /* function: enum lc_shim; module: caller */
    LC_PLACE_WAIT = 8,       /* the thread blocks; function: enum lc_wait_for */
    LC_PLACE_PACKET = 9,     /* LC_STREAM_LATENCY: `call` is the connection */
    LC_PLACE_NSP_ENTER = 10, /* function: enum lc_nsp; module: callee */
    LC_PLACE_NSP_LEAVE = 11, /* the same, on the way back */
    LC_PLACE_COUNT = 12
};

/* Calls of the shim that are yield points. */
enum lc_shim {
    LC_SHIM_ENTER_CRITICAL_SECTION = 0,
    LC_SHIM_LEAVE_CRITICAL_SECTION = 1,
    LC_SHIM_LOAD_LIBRARY = 2,
    LC_SHIM_FREE_LIBRARY = 3,
    LC_SHIM_GET_PROC_ADDRESS = 4,
    LC_SHIM_HEAP_ALLOC = 5,
    LC_SHIM_HEAP_FREE = 6,
    LC_SHIM_CREATE_THREAD = 7,
    LC_SHIM_EXIT_THREAD = 8,
    LC_SHIM_CREATE_EVENT = 9,
    LC_SHIM_SET_EVENT = 10,
    LC_SHIM_RESET_EVENT = 11,
    LC_SHIM_CLOSE_HANDLE = 12,
    LC_SHIM_WAIT = 13,
    LC_SHIM_SLEEP = 14,
    LC_SHIM_NET = 15, /* a request to the transport below a base provider */
    LC_SHIM_WS2_LOCK = 16,    /* ws2_32 takes its own per-process lock */
    LC_SHIM_HEAP_CREATE = 17, /* no yield point: it can only fail there */
    LC_SHIM_CATALOG = 18,     /* ws2_32 writes the catalog, or a provider reads
                                 it; the latter is no yield point */
    LC_SHIM_CLOSE = 19, /* a base looks whether it can close; no yield point */
    LC_SHIM_COUNT = 20
};

/* What a blocked thread waits for. */
enum lc_wait_for {
    LC_WAIT_LOCK = 0,
    LC_WAIT_EVENT = 1,
    LC_WAIT_THREAD = 2,
    LC_WAIT_SLEEP = 3,
    LC_WAIT_NET = 4,     /* the transport: connect, send space, drained */
    LC_WAIT_RUNDOWN = 5, /* a count of users to reach zero */
    LC_WAIT_CATALOG = 6, /* the catalog to change */
    LC_WAIT_COUNT = 7
};

struct lc_place {
    uint8_t kind; /* enum lc_place_kind */
    uint8_t function;
    uint8_t module; /* LC_MODULE_* of trace.h */
};

/* Named streams of choices. Appended, never reordered. */
enum lc_stream {
    LC_STREAM_SCHED = 0,   /* which thread or event goes next */
    LC_STREAM_LATENCY = 1, /* how late a packet is: 0 to 3 extra latencies */
    LC_STREAM_HANDLE = 2,  /* 0: a fresh handle value, 1: the one freed last */
    LC_STREAM_FAULT = 3,   /* 0: nothing fails, else how; see fail.h */
    LC_STREAM_COUNT = 4
};

enum lc_action {
    LC_ACTION_RUN = 0,   /* target: a thread reference */
    LC_ACTION_FIRE = 1,  /* target: enum lc_event; value: its object's number */
    LC_ACTION_VALUE = 2, /* value: the number drawn (other streams) */
    LC_ACTION_COUNT = 3
};

/* Timed events of the simulator. */
enum lc_event {
    LC_EVENT_CONNECTED = 0, /* object: connection number, from 1 */
    LC_EVENT_DELIVER = 1,   /* data reaches the peer */
    LC_EVENT_ACK = 2,       /* an acknowledgement comes back */
    LC_EVENT_READ = 3,      /* the peer's application reads */
    LC_EVENT_TIMEOUT = 4,   /* object: thread reference whose wait ends */
    LC_EVENT_TIMER = 5,     /* object: number of a timer of Windows; value of
                               the event: its period, 0: once */
    /* object: connection number */
    LC_EVENT_ARRIVE = 6,      /* data or FIN of the peer reaches us */
    LC_EVENT_WINDOW = 7,      /* the peer hears how much room there is */
    LC_EVENT_RESET = 8,       /* the peer's RST reaches us */
    LC_EVENT_REFUSED = 9,     /* the answer to a SYN is RST */
    LC_EVENT_UNANSWERED = 10, /* a SYN is given up */
    LC_EVENT_COMPLETE = 11,   /* object: place of an overlapped operation */
    LC_EVENT_REQUEST = 12,    /* somebody asks a listening socket for a
                                 connection; value: how many are to come */
    LC_EVENT_DATAGRAM = 13,   /* object: place of a datagram, from 1 */
    LC_EVENT_COUNT = 14
};

/* A thread reference in 8 bits: a schedule's thread by index, or the n-th
 * thread (from 0) that DLLs created in a process. */
#define LC_THREAD_REF_DLL 0x80U
#define LC_THREAD_REF(process, ordinal) \
    ((uint8_t)(LC_THREAD_REF_DLL | ((process) << 5) | (ordinal)))

/* One choice that differs from the default. The first eight bytes name where
 * it is made and compare as one number; the rest says what is taken. */
struct lc_choice {
    uint8_t stream; /* enum lc_stream */
    uint8_t thread; /* thread reference, or LC_NONE when idle */
    uint8_t call;   /* index of the thread's call, from 0 */
    struct lc_place place;
    uint16_t occurrence; /* how often the place was passed in this call
                              before, from 0 */
    uint8_t action;      /* enum lc_action */
    uint8_t target;
    uint16_t value;
};

_Static_assert(sizeof(struct lc_choice) == 12, "a choice is twelve bytes");

enum lc_expect_kind {
    LC_EXPECT_NONE = 0,
    LC_EXPECT_HELD = 1,
    LC_EXPECT_BROKEN = 2,
    LC_EXPECT_UNSPECIFIED = 3
};

struct lc_expect {
    uint8_t kind;           /* enum lc_expect_kind */
    char rule[LC_NAME_MAX]; /* LC_EXPECT_BROKEN: a rule id or its group */
    bool has_hash;
    uint64_t hash; /* trace hash */
};

/* What a generator may do or leave out: the calls, enum lc_call, and these. */
enum lc_feature {
    LC_FEATURE_PROCESSES = LC_CALL_COUNT,   /* two processes */
    LC_FEATURE_RESTART = LC_CALL_COUNT + 1, /* threads start again at the end */
    LC_FEATURE_HOSTILE = LC_CALL_COUNT + 2, /* starts and cleanups that do not
                                               match */
    LC_FEATURE_SHARE = LC_CALL_COUNT + 3,   /* threads use one socket */
    LC_FEATURE_VIA = LC_CALL_COUNT + 4,     /* sockets of a named entry */
    LC_FEATURE_UNSENT = LC_CALL_COUNT + 5,  /* closing right behind a send */
    LC_FEATURE_PIN = LC_CALL_COUNT + 6,
    /* Of random worlds: */
    LC_FEATURE_LAYERS = LC_CALL_COUNT + 7,  /* more than one */
    LC_FEATURE_LINK = LC_CALL_COUNT + 8,    /* not the default link */
    LC_FEATURE_BUFFERS = LC_CALL_COUNT + 9, /* nor send buffer */
    LC_FEATURE_SLOW = LC_CALL_COUNT + 10,   /* a slow peer */
    /* Of worlds in which something may fail: */
    LC_FEATURE_FAULTS = LC_CALL_COUNT + 11,
    /* Of random worlds: */
    LC_FEATURE_VERSIONS = LC_CALL_COUNT + 12, /* not the usual ones */
    LC_FEATURE_PEERS = LC_CALL_COUNT + 13,    /* a peer of another kind */
    LC_FEATURE_NAMES = LC_CALL_COUNT + 14,    /* a name-space DLL */
    LC_FEATURE_COUNT = LC_CALL_COUNT + 15
};

enum lc_swarm_limits {
    LC_SWARM_WEIGHT_MAX = 100
};

/* How a schedule was generated: a record, of which its run does not depend. */
struct lc_swarm {
    /* 0: left out. Of a call how often it was drawn beside the others; else 1.
     * All are 0: nothing was left out on purpose, or nobody knows. */
    uint8_t weights[LC_FEATURE_COUNT];
};

struct lc_schedule {
    struct lc_swarm swarm;
    struct lc_world world;
    struct lc_process processes[LC_PROCESSES_MAX];
    uint32_t process_count;
    struct lc_thread threads[LC_THREADS_MAX];
    uint32_t thread_count;
    struct lc_op ops[LC_OPS_MAX];
    uint32_t op_count;
    char sockets[LC_SOCKETS_MAX][LC_NAME_MAX]; /* variables, shared by the
                                                  threads of a process; one
                                                  name is one index */
    uint32_t socket_count;
    struct lc_choice choices[LC_CHOICES_MAX];
    uint32_t choice_count;
    struct lc_expect expect;
};

#endif
