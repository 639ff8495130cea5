#ifndef LASTCALL_ABI_H
#define LASTCALL_ABI_H

/*
 * What a transport service provider sees of Windows: structures, function
 * types and constants, exact for 64-bit Windows (LLP64), without a Windows
 * header. A provider compiled against ws2spi.h and a provider compiled against
 * this file are the same thing to the loader.
 *
 * Members keep the Windows spelling. C types stand for Windows types by width:
 *   INT, BOOL, LONG          int, int32_t      DWORD, UINT, ULONG  uint32_t
 *   WORD, USHORT             uint16_t          WCHAR               lc_wchar
 *   DWORD_PTR, ULONG_PTR     uintptr_t         SIZE_T              size_t
 *   SOCKET                   lc_socket         HANDLE, HWND        lc_handle
 * BOOL is an int: zero is false, anything else is true.
 *
 * Flags are int constants: write ~(uint32_t)LC_X to clear one. A value that
 * does not fit an int cannot be an enumerator in C17 and is a macro.
 *
 * Source: documented. The catalogue, section C, and the pages that it names;
 *         member order and values are compared with the mingw-w64 headers by
 *         tests/layout/layout_test.c. LC_SO_BSP_STATE is documented only (it is
 *         not in those headers).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if !defined(__x86_64__)
#    error "lastcall/abi.h describes x86-64 only"
#endif

/* The Win64 calling convention. Every function that crosses the boundary of a
 * provider has it, in both directions. */
#define LC_ABI __attribute__((ms_abi))

typedef uint16_t lc_wchar; /* UTF-16 code unit; literals are u"" */
typedef uint64_t lc_socket;
typedef void *lc_handle;

#define LC_INVALID_SOCKET       (~(lc_socket)0)
#define LC_INVALID_HANDLE_VALUE ((lc_handle)(intptr_t)-1)
#define LC_WSA_INVALID_EVENT    ((lc_handle)NULL)

/* ---- Error codes ---- */

/**
 * What a Winsock call reports to its caller: a code of *errno_out, of
 * WSAGetLastError, or a positive return value of WSAStartup and WSPStartup.
 *
 * Source: documented. The catalogue, section C.1.
 */
enum lc_wsa {
    LC_WSA_OK = 0,
    LC_WSA_INVALID_HANDLE = 6,
    LC_WSA_NOT_ENOUGH_MEMORY = 8,
    LC_WSA_INVALID_PARAMETER = 87,
    LC_WSA_OPERATION_ABORTED = 995,
    LC_WSA_IO_INCOMPLETE = 996,
    LC_WSA_IO_PENDING = 997,
    LC_WSAEINTR = 10004,
    LC_WSAEBADF = 10009,
    LC_WSAEACCES = 10013,
    LC_WSAEFAULT = 10014,
    LC_WSAEINVAL = 10022,
    LC_WSAEMFILE = 10024,
    LC_WSAEWOULDBLOCK = 10035,
    LC_WSAEINPROGRESS = 10036,
    LC_WSAEALREADY = 10037,
    LC_WSAENOTSOCK = 10038,
    LC_WSAEDESTADDRREQ = 10039,
    LC_WSAEMSGSIZE = 10040,
    LC_WSAEPROTOTYPE = 10041,
    LC_WSAENOPROTOOPT = 10042,
    LC_WSAEPROTONOSUPPORT = 10043,
    LC_WSAESOCKTNOSUPPORT = 10044,
    LC_WSAEOPNOTSUPP = 10045,
    LC_WSAEPFNOSUPPORT = 10046,
    LC_WSAEAFNOSUPPORT = 10047,
    LC_WSAEADDRINUSE = 10048,
    LC_WSAEADDRNOTAVAIL = 10049,
    LC_WSAENETDOWN = 10050,
    LC_WSAENETUNREACH = 10051,
    LC_WSAENETRESET = 10052,
    LC_WSAECONNABORTED = 10053,
    LC_WSAECONNRESET = 10054,
    LC_WSAENOBUFS = 10055,
    LC_WSAEISCONN = 10056,
    LC_WSAENOTCONN = 10057,
    LC_WSAESHUTDOWN = 10058,
    LC_WSAETOOMANYREFS = 10059,
    LC_WSAETIMEDOUT = 10060,
    LC_WSAECONNREFUSED = 10061,
    LC_WSAELOOP = 10062,
    LC_WSAENAMETOOLONG = 10063,
    LC_WSAEHOSTDOWN = 10064,
    LC_WSAEHOSTUNREACH = 10065,
    LC_WSAEPROCLIM = 10067,
    LC_WSAEUSERS = 10068,
    LC_WSAEDQUOT = 10069,
    LC_WSASYSNOTREADY = 10091,
    LC_WSAVERNOTSUPPORTED = 10092,
    LC_WSANOTINITIALISED = 10093,
    LC_WSAEDISCON = 10101,
    LC_WSAENOMORE = 10102,
    LC_WSAECANCELLED = 10103,
    LC_WSAEINVALIDPROCTABLE = 10104,
    LC_WSAEINVALIDPROVIDER = 10105,
    LC_WSAEPROVIDERFAILEDINIT = 10106,
    LC_WSASYSCALLFAILURE = 10107,
    LC_WSASERVICE_NOT_FOUND = 10108,
    LC_WSATYPE_NOT_FOUND = 10109,
    LC_WSA_E_NO_MORE = 10110,
    LC_WSA_E_CANCELLED = 10111,
    LC_WSAEREFUSED = 10112,
    LC_WSAHOST_NOT_FOUND = 11001,
    LC_WSATRY_AGAIN = 11002,
    LC_WSANO_RECOVERY = 11003,
    LC_WSANO_DATA = 11004,
};

/**
 * Codes of GetLastError that the Win32 shim gives to a provider.
 *
 * Source: documented. "System Error Codes"; winerror.h.
 */
enum lc_error {
    LC_ERROR_SUCCESS = 0,
    LC_ERROR_INVALID_FUNCTION = 1,
    LC_ERROR_FILE_NOT_FOUND = 2,
    LC_ERROR_PATH_NOT_FOUND = 3,
    LC_ERROR_TOO_MANY_OPEN_FILES = 4,
    LC_ERROR_ACCESS_DENIED = 5,
    LC_ERROR_INVALID_HANDLE = 6,
    LC_ERROR_NOT_ENOUGH_MEMORY = 8,
    LC_ERROR_OUTOFMEMORY = 14,
    LC_ERROR_NO_MORE_FILES = 18,
    LC_ERROR_GEN_FAILURE = 31,
    LC_ERROR_NOT_SUPPORTED = 50,
    LC_ERROR_NETNAME_DELETED = 64,
    LC_ERROR_INVALID_PARAMETER = 87,
    LC_ERROR_BUFFER_OVERFLOW = 111,
    LC_ERROR_CALL_NOT_IMPLEMENTED = 120,
    LC_ERROR_SEM_TIMEOUT = 121,
    LC_ERROR_INSUFFICIENT_BUFFER = 122,
    LC_ERROR_INVALID_NAME = 123,
    LC_ERROR_MOD_NOT_FOUND = 126,
    LC_ERROR_PROC_NOT_FOUND = 127,
    LC_ERROR_NOT_LOCKED = 158,
    LC_ERROR_BUSY = 170,
    LC_ERROR_ALREADY_EXISTS = 183,
    LC_ERROR_BAD_EXE_FORMAT = 193,
    LC_ERROR_ENVVAR_NOT_FOUND = 203,
    LC_ERROR_MORE_DATA = 234,
    LC_ERROR_NO_MORE_ITEMS = 259,
    LC_ERROR_NOT_OWNER = 288,
    LC_ERROR_TOO_MANY_POSTS = 298,
    LC_ERROR_INVALID_ADDRESS = 487,
    LC_ERROR_ABANDONED_WAIT_0 = 735,
    LC_ERROR_OPERATION_ABORTED = 995,
    LC_ERROR_IO_INCOMPLETE = 996,
    LC_ERROR_IO_PENDING = 997,
    LC_ERROR_NOACCESS = 998,
    LC_ERROR_STACK_OVERFLOW = 1001,
    LC_ERROR_INVALID_FLAGS = 1004,
    LC_ERROR_NO_UNICODE_TRANSLATION = 1113,
    LC_ERROR_DLL_INIT_FAILED = 1114,
    LC_ERROR_POSSIBLE_DEADLOCK = 1131,
    LC_ERROR_NOT_FOUND = 1168,
    LC_ERROR_INVALID_WINDOW_HANDLE = 1400,
    LC_ERROR_CANNOT_FIND_WND_CLASS = 1407,
    LC_ERROR_CLASS_ALREADY_EXISTS = 1410,
    LC_ERROR_INVALID_THREAD_ID = 1444,
    LC_ERROR_NO_SYSTEM_RESOURCES = 1450,
    LC_ERROR_TIMEOUT = 1460,
    LC_ERROR_UNSUPPORTED_TYPE = 1630,
    LC_ERROR_NOT_ENOUGH_QUOTA = 1816,
};

/* ---- Winsock constants ---- */

/* Source of this part: documented. The catalogue, sections C.2 and C.6. */

enum lc_winsock {
    LC_SOCKET_ERROR = -1,
    LC_FROM_PROTOCOL_INFO = -1, /* for af, type and protocol of WSPSocket */
    LC_FD_SETSIZE = 64,
    LC_FD_MAX_EVENTS = 10,
    LC_MAX_PROTOCOL_CHAIN = 7, /* entries of a chain, base included */
    LC_LAYERED_PROTOCOL = 0,   /* ChainLen of a layer alone */
    LC_BASE_PROTOCOL = 1,      /* ChainLen of a base protocol */
    LC_WSAPROTOCOL_LEN = 255,  /* characters without the terminator */
    LC_WSPDESCRIPTION_LEN = 255,
    LC_WSADESCRIPTION_LEN = 256,
    LC_WSASYS_STATUS_LEN = 128,
    LC_SOMAXCONN = 0x7FFFFFFF,
    LC_WSS_OPERATION_IN_PROGRESS = 0x103, /* Internal of a pending request */
    LC_BIGENDIAN = 0,                     /* iNetworkByteOrder */
    LC_LITTLEENDIAN = 1,
    LC_SECURITY_PROTOCOL_NONE = 0,
    LC_WSA_MAXIMUM_WAIT_EVENTS = 64,
};

enum lc_family {
    LC_AF_UNSPEC = 0,
    LC_AF_INET = 2,
    LC_AF_INET6 = 23,
};

enum lc_socket_type {
    LC_SOCK_STREAM = 1,
    LC_SOCK_DGRAM = 2,
    LC_SOCK_RAW = 3,
    LC_SOCK_RDM = 4,
    LC_SOCK_SEQPACKET = 5,
};

enum lc_protocol {
    LC_IPPROTO_IP = 0,
    LC_IPPROTO_ICMP = 1,
    LC_IPPROTO_TCP = 6,
    LC_IPPROTO_UDP = 17,
};

enum lc_option_level {
    LC_SOL_SOCKET = 0xFFFF, /* protocols are levels too: enum lc_protocol */
};

/* Options of level LC_SOL_SOCKET. */
enum lc_option {
    LC_SO_DEBUG = 0x1,
    LC_SO_ACCEPTCONN = 0x2,
    LC_SO_REUSEADDR = 0x4,
    LC_SO_KEEPALIVE = 0x8,
    LC_SO_DONTROUTE = 0x10,
    LC_SO_BROADCAST = 0x20,
    LC_SO_USELOOPBACK = 0x40,
    LC_SO_LINGER = 0x80,
    LC_SO_OOBINLINE = 0x100,
    LC_SO_DONTLINGER = ~LC_SO_LINGER,
    LC_SO_EXCLUSIVEADDRUSE = ~LC_SO_REUSEADDR,
    LC_SO_SNDBUF = 0x1001, /* bytes */
    LC_SO_RCVBUF = 0x1002, /* bytes */
    LC_SO_SNDLOWAT = 0x1003,
    LC_SO_RCVLOWAT = 0x1004,
    LC_SO_SNDTIMEO = 0x1005, /* milliseconds, 0: never */
    LC_SO_RCVTIMEO = 0x1006, /* milliseconds, 0: never */
    LC_SO_ERROR = 0x1007,
    LC_SO_TYPE = 0x1008,
    LC_SO_BSP_STATE = 0x1009,
    LC_SO_GROUP_ID = 0x2001,
    LC_SO_GROUP_PRIORITY = 0x2002,
    LC_SO_MAX_MSG_SIZE = 0x2003, /* bytes */
    LC_SO_PROTOCOL_INFOA = 0x2004,
    LC_SO_PROTOCOL_INFOW = 0x2005,
    LC_PVD_CONFIG = 0x3001,
    LC_SO_CONDITIONAL_ACCEPT = 0x3002,
    LC_SO_OPENTYPE = 0x7008,
    LC_SO_UPDATE_ACCEPT_CONTEXT = 0x700B,
    LC_SO_CONNECT_TIME = 0x700C, /* seconds, all ones: not connected */
    LC_SO_UPDATE_CONNECT_CONTEXT = 0x7010,
};

/* Values of LC_SO_OPENTYPE. */
enum lc_open_type {
    LC_SO_SYNCHRONOUS_ALERT = 0x10,
    LC_SO_SYNCHRONOUS_NONALERT = 0x20,
};

/* Options of level LC_IPPROTO_TCP. */
enum lc_tcp_option {
    LC_TCP_NODELAY = 1,
};

enum lc_message_flag {
    LC_MSG_OOB = 0x1,
    LC_MSG_PEEK = 0x2,
    LC_MSG_DONTROUTE = 0x4,
    LC_MSG_WAITALL = 0x8,
    LC_MSG_PARTIAL = 0x8000,
};

enum lc_shutdown {
    LC_SD_RECEIVE = 0,
    LC_SD_SEND = 1,
    LC_SD_BOTH = 2,
};

/* Answers of an accept condition. */
enum lc_condition {
    LC_CF_ACCEPT = 0,
    LC_CF_REJECT = 1,
    LC_CF_DEFER = 2,
};

enum lc_network_event {
    LC_FD_READ = 0x1,
    LC_FD_WRITE = 0x2,
    LC_FD_OOB = 0x4,
    LC_FD_ACCEPT = 0x8,
    LC_FD_CONNECT = 0x10,
    LC_FD_CLOSE = 0x20,
    LC_FD_QOS = 0x40,
    LC_FD_GROUP_QOS = 0x80,
    LC_FD_ROUTING_INTERFACE_CHANGE = 0x100,
    LC_FD_ADDRESS_LIST_CHANGE = 0x200,
    LC_FD_ALL_EVENTS = 0x3FF,
};

/* Indices of iErrorCode in struct lc_wsanetworkevents. */
enum lc_network_event_bit {
    LC_FD_READ_BIT = 0,
    LC_FD_WRITE_BIT = 1,
    LC_FD_OOB_BIT = 2,
    LC_FD_ACCEPT_BIT = 3,
    LC_FD_CONNECT_BIT = 4,
    LC_FD_CLOSE_BIT = 5,
    LC_FD_QOS_BIT = 6,
    LC_FD_GROUP_QOS_BIT = 7,
    LC_FD_ROUTING_INTERFACE_CHANGE_BIT = 8,
    LC_FD_ADDRESS_LIST_CHANGE_BIT = 9,
};

/* dwFlags of WSASocket and WSPSocket. */
enum lc_socket_flag {
    LC_WSA_FLAG_OVERLAPPED = 0x1,
    LC_WSA_FLAG_MULTIPOINT_C_ROOT = 0x2,
    LC_WSA_FLAG_MULTIPOINT_C_LEAF = 0x4,
    LC_WSA_FLAG_MULTIPOINT_D_ROOT = 0x8,
    LC_WSA_FLAG_MULTIPOINT_D_LEAF = 0x10,
    LC_WSA_FLAG_ACCESS_SYSTEM_SECURITY = 0x40,
    LC_WSA_FLAG_NO_HANDLE_INHERIT = 0x80,
    LC_WSA_FLAG_REGISTERED_IO = 0x100,
};

/* dwFlags of WSPJoinLeaf. */
enum lc_join_leaf {
    LC_JL_SENDER_ONLY = 0x1,
    LC_JL_RECEIVER_ONLY = 0x2,
    LC_JL_BOTH = 0x4,
};

/* dwServiceFlags1 of struct lc_wsaprotocol_infow. */
enum lc_service_flag {
    LC_XP1_CONNECTIONLESS = 0x1,
    LC_XP1_GUARANTEED_DELIVERY = 0x2,
    LC_XP1_GUARANTEED_ORDER = 0x4,
    LC_XP1_MESSAGE_ORIENTED = 0x8,
    LC_XP1_PSEUDO_STREAM = 0x10,
    LC_XP1_GRACEFUL_CLOSE = 0x20,
    LC_XP1_EXPEDITED_DATA = 0x40,
    LC_XP1_CONNECT_DATA = 0x80,
    LC_XP1_DISCONNECT_DATA = 0x100,
    LC_XP1_SUPPORT_BROADCAST = 0x200,
    LC_XP1_SUPPORT_MULTIPOINT = 0x400,
    LC_XP1_MULTIPOINT_CONTROL_PLANE = 0x800,
    LC_XP1_MULTIPOINT_DATA_PLANE = 0x1000,
    LC_XP1_QOS_SUPPORTED = 0x2000,
    LC_XP1_INTERRUPT = 0x4000, /* reserved */
    LC_XP1_UNI_SEND = 0x8000,
    LC_XP1_UNI_RECV = 0x10000,
    LC_XP1_IFS_HANDLES = 0x20000,
    LC_XP1_PARTIAL_MESSAGE = 0x40000,
    LC_XP1_SAN_SUPPORT_SDP = 0x80000,
};

/* dwProviderFlags of struct lc_wsaprotocol_infow. */
enum lc_provider_flag {
    LC_PFL_MULTIPLE_PROTO_ENTRIES = 0x1,
    LC_PFL_RECOMMENDED_PROTO_ENTRY = 0x2,
    LC_PFL_HIDDEN = 0x4,
    LC_PFL_MATCHES_PROTOCOL_ZERO = 0x8,
    LC_PFL_NETWORKDIRECT_PROVIDER = 0x10,
};

/* Categories of layered providers; LC_LSP_SYSTEM is a macro below. */
enum lc_lsp_category {
    LC_LSP_INSPECTOR = 0x1,
    LC_LSP_REDIRECTOR = 0x2,
    LC_LSP_PROXY = 0x4,
    LC_LSP_FIREWALL = 0x8,
    LC_LSP_INBOUND_MODIFY = 0x10,
    LC_LSP_OUTBOUND_MODIFY = 0x20,
    LC_LSP_CRYPTO_COMPRESS = 0x40,
    LC_LSP_LOCAL_CACHE = 0x80,
};

#define LC_LSP_SYSTEM UINT32_C(0x80000000)

/* Codes of WSPIoctl. */
#define LC_FIONBIO                            UINT32_C(0x8004667E)
#define LC_FIONREAD                           UINT32_C(0x4004667F)
#define LC_SIOCATMARK                         UINT32_C(0x40047307)
#define LC_SIO_FLUSH                          UINT32_C(0x28000004)
#define LC_SIO_GET_EXTENSION_FUNCTION_POINTER UINT32_C(0xC8000006)
#define LC_SIO_QUERY_TARGET_PNP_HANDLE        UINT32_C(0x48000018)
#define LC_SIO_BSP_HANDLE                     UINT32_C(0x4800001B)
#define LC_SIO_BSP_HANDLE_SELECT              UINT32_C(0x4800001C)
#define LC_SIO_BSP_HANDLE_POLL                UINT32_C(0x4800001D)
#define LC_SIO_BASE_HANDLE                    UINT32_C(0x48000022)

#define LC_INADDR_ANY       UINT32_C(0)
#define LC_INADDR_LOOPBACK  UINT32_C(0x7F000001) /* host byte order */
#define LC_INADDR_BROADCAST UINT32_C(0xFFFFFFFF)
#define LC_INADDR_NONE      UINT32_C(0xFFFFFFFF)

/* ---- Win32 constants ---- */

/* Source of this part: documented. The pages of the functions named. */

/* fdwReason of DllMain. */
enum lc_dll_reason {
    LC_DLL_PROCESS_DETACH = 0,
    LC_DLL_PROCESS_ATTACH = 1,
    LC_DLL_THREAD_ATTACH = 2,
    LC_DLL_THREAD_DETACH = 3,
};

/* Results of the wait functions; LC_WAIT_FAILED is a macro below. */
enum lc_wait {
    LC_WAIT_OBJECT_0 = 0,
    LC_WAIT_ABANDONED_0 = 0x80,
    LC_WAIT_IO_COMPLETION = 0xC0,
    LC_WAIT_TIMEOUT = 0x102,
    LC_MAXIMUM_WAIT_OBJECTS = 64,
};

#define LC_WAIT_FAILED        UINT32_C(0xFFFFFFFF)
#define LC_INFINITE           UINT32_C(0xFFFFFFFF) /* a time-out in ms */
#define LC_TLS_OUT_OF_INDEXES UINT32_C(0xFFFFFFFF)

enum lc_page {
    LC_PAGE_NOACCESS = 0x1,
    LC_PAGE_READONLY = 0x2,
    LC_PAGE_READWRITE = 0x4,
    LC_PAGE_WRITECOPY = 0x8,
    LC_PAGE_EXECUTE = 0x10,
    LC_PAGE_EXECUTE_READ = 0x20,
    LC_PAGE_EXECUTE_READWRITE = 0x40,
    LC_PAGE_EXECUTE_WRITECOPY = 0x80,
    LC_PAGE_GUARD = 0x100,
};

/* flAllocationType, dwFreeType, and State and Type of a region. */
enum lc_memory {
    LC_MEM_COMMIT = 0x1000,
    LC_MEM_RESERVE = 0x2000,
    LC_MEM_DECOMMIT = 0x4000,
    LC_MEM_RELEASE = 0x8000,
    LC_MEM_FREE = 0x10000,
    LC_MEM_PRIVATE = 0x20000,
    LC_MEM_MAPPED = 0x40000,
    LC_MEM_IMAGE = 0x1000000,
};

enum lc_heap {
    LC_HEAP_NO_SERIALIZE = 0x1,
    LC_HEAP_GENERATE_EXCEPTIONS = 0x4,
    LC_HEAP_ZERO_MEMORY = 0x8,
    LC_HEAP_REALLOC_IN_PLACE_ONLY = 0x10,
    LC_HEAP_CREATE_ENABLE_EXECUTE = 0x40000,
};

enum lc_thread_flag {
    LC_CREATE_SUSPENDED = 0x4,
    LC_STILL_ACTIVE = 259, /* exit code of a thread that runs */
};

enum lc_module_flag {
    LC_DONT_RESOLVE_DLL_REFERENCES = 0x1,
    LC_LOAD_LIBRARY_AS_DATAFILE = 0x2,
    LC_LOAD_WITH_ALTERED_SEARCH_PATH = 0x8,
    LC_LOAD_LIBRARY_SEARCH_SYSTEM32 = 0x800,
};

enum lc_module_handle_flag {
    LC_GET_MODULE_HANDLE_EX_FLAG_PIN = 0x1,
    LC_GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT = 0x2,
    LC_GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS = 0x4,
};

enum lc_handle_flag {
    LC_HANDLE_FLAG_INHERIT = 0x1,
    LC_HANDLE_FLAG_PROTECT_FROM_CLOSE = 0x2,
};

enum lc_duplicate_flag {
    LC_DUPLICATE_CLOSE_SOURCE = 0x1,
    LC_DUPLICATE_SAME_ACCESS = 0x2,
};

enum lc_text {
    LC_CP_ACP = 0,
    LC_CP_UTF8 = 65001,
    LC_MB_ERR_INVALID_CHARS = 0x8,
    LC_WC_ERR_INVALID_CHARS = 0x80,
    LC_MAX_PATH = 260, /* characters with the terminator */
};

enum lc_window_message {
    LC_WM_NULL = 0,
    LC_WM_DESTROY = 0x2,
    LC_WM_QUIT = 0x12,
    LC_WM_USER = 0x400,
    LC_WM_APP = 0x8000,
};

/* ---- Names of the entries of the two tables ---- */

/**
 * The entries of struct lc_wspproc_table in their order, then WSPStartup,
 * which is exported and not in the table.
 *
 * Source: documented. The catalogue, section C.5.
 */
enum lc_spi {
    LC_SPI_ACCEPT = 0,
    LC_SPI_ADDRESS_TO_STRING = 1,
    LC_SPI_ASYNC_SELECT = 2,
    LC_SPI_BIND = 3,
    LC_SPI_CANCEL_BLOCKING_CALL = 4,
    LC_SPI_CLEANUP = 5,
    LC_SPI_CLOSE_SOCKET = 6,
    LC_SPI_CONNECT = 7,
    LC_SPI_DUPLICATE_SOCKET = 8,
    LC_SPI_ENUM_NETWORK_EVENTS = 9,
    LC_SPI_EVENT_SELECT = 10,
    LC_SPI_GET_OVERLAPPED_RESULT = 11,
    LC_SPI_GET_PEER_NAME = 12,
    LC_SPI_GET_SOCK_NAME = 13,
    LC_SPI_GET_SOCK_OPT = 14,
    LC_SPI_GET_QOS_BY_NAME = 15,
    LC_SPI_IOCTL = 16,
    LC_SPI_JOIN_LEAF = 17,
    LC_SPI_LISTEN = 18,
    LC_SPI_RECV = 19,
    LC_SPI_RECV_DISCONNECT = 20,
    LC_SPI_RECV_FROM = 21,
    LC_SPI_SELECT = 22,
    LC_SPI_SEND = 23,
    LC_SPI_SEND_DISCONNECT = 24,
    LC_SPI_SEND_TO = 25,
    LC_SPI_SET_SOCK_OPT = 26,
    LC_SPI_SHUTDOWN = 27,
    LC_SPI_SOCKET = 28,
    LC_SPI_STRING_TO_ADDRESS = 29,
    LC_SPI_COUNT = 30,
    LC_SPI_STARTUP = LC_SPI_COUNT,
};

/**
 * The entries of struct lc_wspupcalltable in their order.
 *
 * Source: documented. The catalogue, section C.4.
 */
enum lc_upcall {
    LC_UPCALL_CLOSE_EVENT = 0,
    LC_UPCALL_CLOSE_SOCKET_HANDLE = 1,
    LC_UPCALL_CREATE_EVENT = 2,
    LC_UPCALL_CREATE_SOCKET_HANDLE = 3,
    LC_UPCALL_FD_IS_SET = 4,
    LC_UPCALL_GET_PROVIDER_PATH = 5,
    LC_UPCALL_MODIFY_IFS_HANDLE = 6,
    LC_UPCALL_POST_MESSAGE = 7,
    LC_UPCALL_QUERY_BLOCKING_CALLBACK = 8,
    LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT = 9,
    LC_UPCALL_QUEUE_APC = 10,
    LC_UPCALL_RESET_EVENT = 11,
    LC_UPCALL_SET_EVENT = 12,
    LC_UPCALL_OPEN_CURRENT_THREAD = 13,
    LC_UPCALL_CLOSE_THREAD = 14,
    LC_UPCALL_COUNT = 15,
};

/* ---- Structures of Winsock ---- */

/** GUID: names a provider. */
struct lc_guid {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
};

/**
 * WSAPROTOCOLCHAIN: the layers of a catalog entry, the topmost first.
 *
 * Units: ChainLen counts entries: 0 a layer alone, 1 a base protocol, more a
 *        chain, of which ChainEntries holds catalog ids.
 */
struct lc_wsaprotocolchain {
    int32_t ChainLen;
    uint32_t ChainEntries[LC_MAX_PROTOCOL_CHAIN];
};

/**
 * WSAPROTOCOL_INFOW: one entry of the catalog.
 *
 * Units: iMaxSockAddr, iMinSockAddr and dwMessageSize in bytes; of the latter
 *        0 means a stream, 1 a limit that the layer below knows and
 *        0xFFFFFFFF no limit. iNetworkByteOrder: 0 is big endian.
 * Source: documented. WSAPROTOCOL_INFOW (winsock2.h); the catalogue, C.6.
 */
struct lc_wsaprotocol_infow {
    uint32_t dwServiceFlags1; /* enum lc_service_flag */
    uint32_t dwServiceFlags2; /* reserved, 0 */
    uint32_t dwServiceFlags3; /* reserved, 0 */
    uint32_t dwServiceFlags4; /* reserved, 0 */
    uint32_t dwProviderFlags; /* enum lc_provider_flag */
    struct lc_guid ProviderId;
    uint32_t dwCatalogEntryId;
    struct lc_wsaprotocolchain ProtocolChain;
    int32_t iVersion;
    int32_t iAddressFamily;
    int32_t iMaxSockAddr;
    int32_t iMinSockAddr;
    int32_t iSocketType;
    int32_t iProtocol;
    int32_t iProtocolMaxOffset;
    int32_t iNetworkByteOrder;
    int32_t iSecurityScheme;
    uint32_t dwMessageSize;
    uint32_t dwProviderReserved;
    lc_wchar szProtocol[LC_WSAPROTOCOL_LEN + 1];
};

/** WSPDATA: what WSPStartup tells of a provider. Versions: 0x0202 is 2.2. */
struct lc_wspdata {
    uint16_t wVersion;
    uint16_t wHighVersion;
    lc_wchar szDescription[LC_WSPDESCRIPTION_LEN + 1];
};

/**
 * WSADATA: what WSAStartup tells an application. In 64-bit builds the two
 * strings come last; the three members before them are to be ignored from
 * version 2 on.
 */
struct lc_wsadata {
    uint16_t wVersion;
    uint16_t wHighVersion;
    uint16_t iMaxSockets;
    uint16_t iMaxUdpDg;
    char *lpVendorInfo;
    char szDescription[LC_WSADESCRIPTION_LEN + 1];
    char szSystemStatus[LC_WSASYS_STATUS_LEN + 1];
};

/** WSATHREADID: a thread that APCs can be queued to. */
struct lc_wsathreadid {
    lc_handle ThreadHandle;
    uintptr_t Reserved;
};

/** WSABUF: a piece of memory of the caller. Units: len in bytes. */
struct lc_wsabuf {
    uint32_t len;
    char *buf;
};

/**
 * WSAOVERLAPPED (OVERLAPPED): an operation that goes on after its call.
 * Internal is LC_WSS_OPERATION_IN_PROGRESS while it does. Bit 0 of hEvent keeps
 * the completion from a completion port.
 */
struct lc_wsaoverlapped {
    uintptr_t Internal;
    uintptr_t InternalHigh;

    union {
        struct {
            uint32_t Offset;
            uint32_t OffsetHigh;
        };

        void *Pointer;
    };

    lc_handle hEvent;
};

/** WSANETWORKEVENTS: what happened, and an error code for each event bit. */
struct lc_wsanetworkevents {
    int32_t lNetworkEvents; /* enum lc_network_event */
    int32_t iErrorCode[LC_FD_MAX_EVENTS];
};

/** LINGER: what closing does about unsent data. Units: l_linger in seconds. */
struct lc_linger {
    uint16_t l_onoff;
    uint16_t l_linger;
};

/** SOCKADDR: an address of any family. */
struct lc_sockaddr {
    uint16_t sa_family;
    char sa_data[14];
};

/** IN_ADDR: an IPv4 address in network byte order. */
struct lc_in_addr {
    union {
        struct {
            uint8_t s_b1, s_b2, s_b3, s_b4;
        } S_un_b;

        struct {
            uint16_t s_w1, s_w2;
        } S_un_w;

        uint32_t S_addr;
    } S_un;
};

/** SOCKADDR_IN: an IPv4 address and port, both in network byte order. */
struct lc_sockaddr_in {
    uint16_t sin_family;
    uint16_t sin_port;
    struct lc_in_addr sin_addr;
    char sin_zero[8];
};

/** TIMEVAL: a span of time. Units: seconds, and microseconds on top. */
struct lc_timeval {
    int32_t tv_sec;
    int32_t tv_usec;
};

/** FD_SET: the first fd_count entries are the set; it is not a bit set. */
struct lc_fd_set {
    uint32_t fd_count;
    lc_socket fd_array[LC_FD_SETSIZE];
};

/**
 * FLOWSPEC: one direction of a quality of service; all ones means unspecified.
 *
 * Units: rates in bytes per second, sizes in bytes, times in microseconds.
 */
struct lc_flowspec {
    uint32_t TokenRate;
    uint32_t TokenBucketSize;
    uint32_t PeakBandwidth;
    uint32_t Latency;
    uint32_t DelayVariation;
    uint32_t ServiceType;
    uint32_t MaxSduSize;
    uint32_t MinimumPolicedSize;
};

/** QOS: the quality of service of a connection. */
struct lc_qos {
    struct lc_flowspec SendingFlowspec;
    struct lc_flowspec ReceivingFlowspec;
    struct lc_wsabuf ProviderSpecific;
};

/* ---- Structures of the kernel that a provider reads or embeds ---- */

/** LIST_ENTRY: a link of a circular list. */
struct lc_list_entry {
    struct lc_list_entry *Flink;
    struct lc_list_entry *Blink;
};

/** CRITICAL_SECTION: lives in memory of the provider. */
struct lc_critical_section {
    void *DebugInfo;
    int32_t LockCount;
    int32_t RecursionCount;
    lc_handle OwningThread; /* a thread id widened, not a handle */
    lc_handle LockSemaphore;
    uintptr_t SpinCount;
};

/**
 * MEMORY_BASIC_INFORMATION: a run of pages alike. Units: RegionSize in bytes.
 * Newer headers name the padding after AllocationProtect (PartitionId).
 */
struct lc_memory_basic_information {
    void *BaseAddress;
    void *AllocationBase;
    uint32_t AllocationProtect; /* enum lc_page */
    size_t RegionSize;
    uint32_t State;   /* enum lc_memory */
    uint32_t Protect; /* enum lc_page */
    uint32_t Type;    /* enum lc_memory */
};

/** SYSTEM_INFO: the machine. Units: dwPageSize and granularity in bytes. */
struct lc_system_info {
    union {
        uint32_t dwOemId;

        struct {
            uint16_t wProcessorArchitecture;
            uint16_t wReserved;
        };
    };

    uint32_t dwPageSize;
    void *lpMinimumApplicationAddress;
    void *lpMaximumApplicationAddress;
    uintptr_t dwActiveProcessorMask;
    uint32_t dwNumberOfProcessors;
    uint32_t dwProcessorType;
    uint32_t dwAllocationGranularity;
    uint16_t wProcessorLevel;
    uint16_t wProcessorRevision;
};

/** SECURITY_ATTRIBUTES. Units: nLength in bytes, of this structure. */
struct lc_security_attributes {
    uint32_t nLength;
    void *lpSecurityDescriptor;
    int32_t bInheritHandle;
};

/** FILETIME. Units: 100 ns since the start of 1601, in two halves. */
struct lc_filetime {
    uint32_t dwLowDateTime;
    uint32_t dwHighDateTime;
};

/* ---- Functions that a provider or application supplies ---- */

typedef uint32_t LC_ABI lc_thread_start_fn(void *parameter);

/* Returns: false makes the load fail, at LC_DLL_PROCESS_ATTACH only. */
typedef int LC_ABI
lc_dll_main_fn(lc_handle module, uint32_t reason, void *reserved);

/* Returns: true while there is more to do. */
typedef int LC_ABI lc_blocking_hook_fn(uintptr_t context);

typedef void LC_ABI lc_user_apc_fn(uintptr_t context);

typedef void LC_ABI lc_overlapped_completion_fn(
    uint32_t error,
    uint32_t transferred_bytes,
    struct lc_wsaoverlapped *overlapped,
    uint32_t flags);

/* Returns: enum lc_condition. */
typedef int LC_ABI lc_condition_fn(
    struct lc_wsabuf *caller_id,
    struct lc_wsabuf *caller_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    struct lc_wsabuf *callee_id,
    struct lc_wsabuf *callee_data,
    uint32_t *group,
    uintptr_t callback_data);

/* ---- The service provider interface ---- */

/*
 * Where nothing else is said: 0 or LC_SOCKET_ERROR is returned (a socket or
 * LC_INVALID_SOCKET, or a BOOL, by those that return one), and *errno_out gets
 * an enum lc_wsa on failure and is not defined otherwise. Lengths are in bytes,
 * those of address strings in characters with the terminator.
 *
 * Source: documented. ws2spi.h, the LPWSP... pages.
 */

typedef lc_socket LC_ABI lc_wsp_accept_fn(
    lc_socket socket,
    struct lc_sockaddr *address,
    int32_t *address_length,
    lc_condition_fn *condition,
    uintptr_t callback_data,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_address_to_string_fn(
    struct lc_sockaddr *address,
    uint32_t address_length,
    struct lc_wsaprotocol_infow *protocol_info,
    lc_wchar *address_string,
    uint32_t *address_string_length,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_async_select_fn(
    lc_socket socket,
    lc_handle window,
    uint32_t message,
    int32_t events,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_bind_fn(
    lc_socket socket,
    const struct lc_sockaddr *name,
    int32_t name_length,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_cancel_blocking_call_fn(int32_t *errno_out);

typedef int LC_ABI lc_wsp_cleanup_fn(int32_t *errno_out);

typedef int LC_ABI lc_wsp_close_socket_fn(lc_socket socket, int32_t *errno_out);

typedef int LC_ABI lc_wsp_connect_fn(
    lc_socket socket,
    const struct lc_sockaddr *name,
    int32_t name_length,
    struct lc_wsabuf *caller_data,
    struct lc_wsabuf *callee_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_duplicate_socket_fn(
    lc_socket socket,
    uint32_t process_id,
    struct lc_wsaprotocol_infow *protocol_info,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_enum_network_events_fn(
    lc_socket socket,
    lc_handle event,
    struct lc_wsanetworkevents *network_events,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_event_select_fn(
    lc_socket socket,
    lc_handle event,
    int32_t network_events,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_get_overlapped_result_fn(
    lc_socket socket,
    struct lc_wsaoverlapped *overlapped,
    uint32_t *transferred_bytes,
    int32_t wait,
    uint32_t *flags,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_get_peer_name_fn(
    lc_socket socket,
    struct lc_sockaddr *name,
    int32_t *name_length,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_get_sock_name_fn(
    lc_socket socket,
    struct lc_sockaddr *name,
    int32_t *name_length,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_get_sock_opt_fn(
    lc_socket socket,
    int32_t level,
    int32_t option_name,
    char *option_value,
    int32_t *option_length,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_get_qos_by_name_fn(
    lc_socket socket,
    struct lc_wsabuf *qos_name,
    struct lc_qos *qos,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_ioctl_fn(
    lc_socket socket,
    uint32_t control_code,
    void *in_buffer,
    uint32_t in_buffer_bytes,
    void *out_buffer,
    uint32_t out_buffer_bytes,
    uint32_t *returned_bytes,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out);

typedef lc_socket LC_ABI lc_wsp_join_leaf_fn(
    lc_socket socket,
    const struct lc_sockaddr *name,
    int32_t name_length,
    struct lc_wsabuf *caller_data,
    struct lc_wsabuf *callee_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    uint32_t flags,
    int32_t *errno_out);

typedef int LC_ABI
lc_wsp_listen_fn(lc_socket socket, int32_t backlog, int32_t *errno_out);

typedef int LC_ABI lc_wsp_recv_fn(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *received_bytes,
    uint32_t *flags,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_recv_disconnect_fn(
    lc_socket socket,
    struct lc_wsabuf *inbound_data,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_recv_from_fn(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *received_bytes,
    uint32_t *flags,
    struct lc_sockaddr *from,
    int32_t *from_length,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out);

/* Returns: the number of ready sockets, 0 after a time-out. */
typedef int LC_ABI lc_wsp_select_fn(
    int32_t ignored,
    struct lc_fd_set *read_set,
    struct lc_fd_set *write_set,
    struct lc_fd_set *except_set,
    const struct lc_timeval *timeout,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_send_fn(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *sent_bytes,
    uint32_t flags,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_send_disconnect_fn(
    lc_socket socket,
    struct lc_wsabuf *outbound_data,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_send_to_fn(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *sent_bytes,
    uint32_t flags,
    const struct lc_sockaddr *to,
    int32_t to_length,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_set_sock_opt_fn(
    lc_socket socket,
    int32_t level,
    int32_t option_name,
    const char *option_value,
    int32_t option_length,
    int32_t *errno_out);

typedef int LC_ABI
lc_wsp_shutdown_fn(lc_socket socket, int32_t how, int32_t *errno_out);

typedef lc_socket LC_ABI lc_wsp_socket_fn(
    int32_t family,
    int32_t type,
    int32_t protocol,
    struct lc_wsaprotocol_infow *protocol_info,
    uint32_t group,
    uint32_t flags,
    int32_t *errno_out);

typedef int LC_ABI lc_wsp_string_to_address_fn(
    lc_wchar *address_string,
    int32_t family,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_sockaddr *address,
    int32_t *address_length,
    int32_t *errno_out);

/**
 * WSPPROC_TABLE: the entry points of a provider, filled by its WSPStartup.
 * Entry i is named by enum lc_spi.
 *
 * Source: documented. The catalogue, section C.5.
 */
struct lc_wspproc_table {
    lc_wsp_accept_fn *lpWSPAccept;
    lc_wsp_address_to_string_fn *lpWSPAddressToString;
    lc_wsp_async_select_fn *lpWSPAsyncSelect;
    lc_wsp_bind_fn *lpWSPBind;
    lc_wsp_cancel_blocking_call_fn *lpWSPCancelBlockingCall;
    lc_wsp_cleanup_fn *lpWSPCleanup;
    lc_wsp_close_socket_fn *lpWSPCloseSocket;
    lc_wsp_connect_fn *lpWSPConnect;
    lc_wsp_duplicate_socket_fn *lpWSPDuplicateSocket;
    lc_wsp_enum_network_events_fn *lpWSPEnumNetworkEvents;
    lc_wsp_event_select_fn *lpWSPEventSelect;
    lc_wsp_get_overlapped_result_fn *lpWSPGetOverlappedResult;
    lc_wsp_get_peer_name_fn *lpWSPGetPeerName;
    lc_wsp_get_sock_name_fn *lpWSPGetSockName;
    lc_wsp_get_sock_opt_fn *lpWSPGetSockOpt;
    lc_wsp_get_qos_by_name_fn *lpWSPGetQOSByName;
    lc_wsp_ioctl_fn *lpWSPIoctl;
    lc_wsp_join_leaf_fn *lpWSPJoinLeaf;
    lc_wsp_listen_fn *lpWSPListen;
    lc_wsp_recv_fn *lpWSPRecv;
    lc_wsp_recv_disconnect_fn *lpWSPRecvDisconnect;
    lc_wsp_recv_from_fn *lpWSPRecvFrom;
    lc_wsp_select_fn *lpWSPSelect;
    lc_wsp_send_fn *lpWSPSend;
    lc_wsp_send_disconnect_fn *lpWSPSendDisconnect;
    lc_wsp_send_to_fn *lpWSPSendTo;
    lc_wsp_set_sock_opt_fn *lpWSPSetSockOpt;
    lc_wsp_shutdown_fn *lpWSPShutdown;
    lc_wsp_socket_fn *lpWSPSocket;
    lc_wsp_string_to_address_fn *lpWSPStringToAddress;
};

/* ---- The upcalls ---- */

/*
 * The rule of the SPI holds for results and *errno_out.
 *
 * Source: documented. ws2spi.h, the WPU... pages.
 */

typedef int LC_ABI lc_wpu_close_event_fn(lc_handle event, int32_t *errno_out);

typedef int LC_ABI
lc_wpu_close_socket_handle_fn(lc_socket socket, int32_t *errno_out);

/* Returns: LC_WSA_INVALID_EVENT on failure. */
typedef lc_handle LC_ABI lc_wpu_create_event_fn(int32_t *errno_out);

typedef lc_socket LC_ABI lc_wpu_create_socket_handle_fn(
    uint32_t catalog_entry_id,
    uintptr_t context,
    int32_t *errno_out);

/* Returns: nonzero for a member. */
typedef int LC_ABI
lc_wpu_fd_is_set_fn(lc_socket socket, struct lc_fd_set *fd_set);

/* Units: the length is in characters with the terminator. */
typedef int LC_ABI lc_wpu_get_provider_path_fn(
    struct lc_guid *provider_id,
    lc_wchar *provider_dll_path,
    int32_t *provider_dll_path_length,
    int32_t *errno_out);

typedef lc_socket LC_ABI lc_wpu_modify_ifs_handle_fn(
    uint32_t catalog_entry_id,
    lc_socket proposed_handle,
    int32_t *errno_out);

typedef int LC_ABI lc_wpu_post_message_fn(
    lc_handle window,
    uint32_t message,
    uintptr_t wparam,
    intptr_t lparam);

typedef int LC_ABI lc_wpu_query_blocking_callback_fn(
    uint32_t catalog_entry_id,
    lc_blocking_hook_fn **callback,
    uintptr_t *context,
    int32_t *errno_out);

typedef int LC_ABI lc_wpu_query_socket_handle_context_fn(
    lc_socket socket,
    uintptr_t *context,
    int32_t *errno_out);

typedef int LC_ABI lc_wpu_queue_apc_fn(
    struct lc_wsathreadid *thread_id,
    lc_user_apc_fn *user_apc,
    uintptr_t context,
    int32_t *errno_out);

typedef int LC_ABI lc_wpu_reset_event_fn(lc_handle event, int32_t *errno_out);

typedef int LC_ABI lc_wpu_set_event_fn(lc_handle event, int32_t *errno_out);

typedef int LC_ABI lc_wpu_open_current_thread_fn(
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out);

typedef int LC_ABI
lc_wpu_close_thread_fn(struct lc_wsathreadid *thread_id, int32_t *errno_out);

/* Exported by ws2_32 and not in the table. */
typedef int LC_ABI lc_wpu_complete_overlapped_request_fn(
    lc_socket socket,
    struct lc_wsaoverlapped *overlapped,
    uint32_t error,
    uint32_t transferred_bytes,
    int32_t *errno_out);

/**
 * WSPUPCALLTABLE: what ws2_32 offers to a provider, given to WSPStartup by
 * value. Entry i is named by enum lc_upcall.
 *
 * Source: documented. The catalogue, section C.4.
 */
struct lc_wspupcalltable {
    lc_wpu_close_event_fn *lpWPUCloseEvent;
    lc_wpu_close_socket_handle_fn *lpWPUCloseSocketHandle;
    lc_wpu_create_event_fn *lpWPUCreateEvent;
    lc_wpu_create_socket_handle_fn *lpWPUCreateSocketHandle;
    lc_wpu_fd_is_set_fn *lpWPUFDIsSet;
    lc_wpu_get_provider_path_fn *lpWPUGetProviderPath;
    lc_wpu_modify_ifs_handle_fn *lpWPUModifyIFSHandle;
    lc_wpu_post_message_fn *lpWPUPostMessage;
    lc_wpu_query_blocking_callback_fn *lpWPUQueryBlockingCallback;
    lc_wpu_query_socket_handle_context_fn *lpWPUQuerySocketHandleContext;
    lc_wpu_queue_apc_fn *lpWPUQueueApc;
    lc_wpu_reset_event_fn *lpWPUResetEvent;
    lc_wpu_set_event_fn *lpWPUSetEvent;
    lc_wpu_open_current_thread_fn *lpWPUOpenCurrentThread;
    lc_wpu_close_thread_fn *lpWPUCloseThread;
};

/**
 * WSPStartup, the one function that a transport provider exports.
 *
 * Returns: LC_WSA_OK or a positive enum lc_wsa; there is no *errno_out.
 * Source:  documented. WSPStartup (ws2spi.h); the catalogue, C.3.
 */
typedef int LC_ABI lc_wsp_startup_fn(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_wspupcalltable upcalls,
    struct lc_wspproc_table *proc_table);

/* ---- Facts that the rest of the tree relies on ---- */

_Static_assert(sizeof(void *) == 8, "64-bit");
_Static_assert(sizeof(int) == 4, "INT and BOOL");
_Static_assert(sizeof(lc_wchar) == 2, "WCHAR");
_Static_assert(sizeof(u"x"[0]) == sizeof(lc_wchar), "literals are u\"\"");
_Static_assert(sizeof(struct lc_guid) == 16, "GUID");
_Static_assert(sizeof(struct lc_wsaprotocolchain) == 32, "WSAPROTOCOLCHAIN");
_Static_assert(sizeof(struct lc_wsaprotocol_infow) == 628, "PROTOCOL_INFOW");
_Static_assert(sizeof(struct lc_wspdata) == 516, "WSPDATA");
_Static_assert(sizeof(struct lc_wsadata) == 408, "WSADATA");
_Static_assert(sizeof(struct lc_wsathreadid) == 16, "WSATHREADID");
_Static_assert(sizeof(struct lc_wsabuf) == 16, "WSABUF");
_Static_assert(sizeof(struct lc_wsaoverlapped) == 32, "WSAOVERLAPPED");
_Static_assert(sizeof(struct lc_wsanetworkevents) == 44, "NETWORKEVENTS");
_Static_assert(sizeof(struct lc_linger) == 4, "LINGER");
_Static_assert(sizeof(struct lc_sockaddr) == 16, "SOCKADDR");
_Static_assert(sizeof(struct lc_sockaddr_in) == 16, "SOCKADDR_IN");
_Static_assert(sizeof(struct lc_timeval) == 8, "TIMEVAL");
_Static_assert(sizeof(struct lc_fd_set) == 520, "FD_SET");
_Static_assert(sizeof(struct lc_flowspec) == 32, "FLOWSPEC");
_Static_assert(sizeof(struct lc_qos) == 80, "QOS");
_Static_assert(sizeof(struct lc_critical_section) == 40, "CRITICAL_SECTION");
_Static_assert(sizeof(struct lc_memory_basic_information) == 48, "regions");
_Static_assert(sizeof(struct lc_system_info) == 48, "SYSTEM_INFO");
_Static_assert(sizeof(struct lc_security_attributes) == 24, "attributes");
_Static_assert(sizeof(struct lc_filetime) == 8, "FILETIME");
_Static_assert(
    sizeof(struct lc_wspproc_table) == LC_SPI_COUNT * sizeof(void *),
    "30 entries");
_Static_assert(
    sizeof(struct lc_wspupcalltable) == LC_UPCALL_COUNT * sizeof(void *),
    "15 entries");
_Static_assert(
    offsetof(struct lc_wspproc_table, lpWSPCleanup) ==
        LC_SPI_CLEANUP * sizeof(void *),
    "enum lc_spi follows the table");
_Static_assert(
    offsetof(struct lc_wspproc_table, lpWSPStringToAddress) ==
        LC_SPI_STRING_TO_ADDRESS * sizeof(void *),
    "enum lc_spi follows the table");
_Static_assert(
    offsetof(struct lc_wspupcalltable, lpWPUCloseThread) ==
        LC_UPCALL_CLOSE_THREAD * sizeof(void *),
    "enum lc_upcall follows the table");

#endif
