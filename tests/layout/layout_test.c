/*
 * include/lastcall/abi.h against the Windows headers of mingw-w64. There is
 * nothing to run: x86_64-w64-mingw32-gcc -std=c17 -c -Iinclude on this file is
 * the test. Every structure, every member, every constant and every function
 * type of the header is named here.
 *
 * Left out, because these headers do not have them:
 *   SO_BSP_STATE   0x1009 in ws2def.h of the Windows SDK
 * No Windows names: LC_WSA_OK, compared with ERROR_SUCCESS, and the constants
 * of enum lc_spi and enum lc_upcall, compared with the places in the tables.
 *
 * Source: observed. Headers of mingw-w64 10.0.
 */

#if !defined(_WIN32_WINNT)
#    define _WIN32_WINNT 0x0A00
#endif

/* Makes process.h declare DllMain. */
#define _DECL_DLLMAIN

/* Windows headers have an order of their own. */
/* clang-format off */
#include <winsock2.h>
#include <ws2spi.h>
#include <windows.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <process.h>
/* clang-format on */

#include "lastcall/abi.h"

/* ---- How things are compared ---- */

#define SAME_VALUE(name) \
    _Static_assert((long long)(name) == (long long)(LC_##name), #name)

/* Windows writes a complement as an unsigned int, and passes it as an int. */
#define SAME_VALUE_AS_INT(name) \
    _Static_assert((int)(name) == (int)(LC_##name), #name)

#define SAME_SIZE(ours, theirs)                              \
    _Static_assert(sizeof(ours) == sizeof(theirs), #theirs); \
    _Static_assert(_Alignof(ours) == _Alignof(theirs), #theirs " alignment")

#define SAME_MEMBER(ours, theirs, member)                             \
    _Static_assert(                                                   \
        offsetof(ours, member) == offsetof(theirs, member),           \
        #theirs "." #member " offset");                               \
    _Static_assert(                                                   \
        sizeof(((ours *)0)->member) == sizeof(((theirs *)0)->member), \
        #theirs "." #member " size")

#define IS_SIGNED(type, member) \
    ((__typeof__(((type *)0)->member))-1 < (__typeof__(((type *)0)->member))1)

#define SAME_INTEGER(ours, theirs, member)                    \
    SAME_MEMBER(ours, theirs, member);                        \
    _Static_assert(                                           \
        IS_SIGNED(ours, member) == IS_SIGNED(theirs, member), \
        #theirs "." #member " sign")

#define SAME_ENTRY(table, member, index) \
    _Static_assert(offsetof(table, member) == (index) * sizeof(void *), #member)

/* The types differ in the names of structures and in long against int, both
 * 32 bits, so they are never compatible in the sense of C. This warning is what
 * compares them as a call does: the number of parameters, and for each of them
 * and for the result whether it is a pointer, else its width. It is blind to
 * the sign and to what a pointer points to, which no register shows. */
#pragma GCC diagnostic error "-Wcast-function-type"
#define SAME_CALL(ours, theirs) \
    _Static_assert(sizeof((ours *)(theirs)0) == sizeof(void *), #theirs)

/* ---- Constants ---- */

SAME_VALUE(WSA_INVALID_HANDLE);
SAME_VALUE(WSA_NOT_ENOUGH_MEMORY);
SAME_VALUE(WSA_INVALID_PARAMETER);
SAME_VALUE(WSA_OPERATION_ABORTED);
SAME_VALUE(WSA_IO_INCOMPLETE);
SAME_VALUE(WSA_IO_PENDING);
SAME_VALUE(WSAEINTR);
SAME_VALUE(WSAEBADF);
SAME_VALUE(WSAEACCES);
SAME_VALUE(WSAEFAULT);
SAME_VALUE(WSAEINVAL);
SAME_VALUE(WSAEMFILE);
SAME_VALUE(WSAEWOULDBLOCK);
SAME_VALUE(WSAEINPROGRESS);
SAME_VALUE(WSAEALREADY);
SAME_VALUE(WSAENOTSOCK);
SAME_VALUE(WSAEDESTADDRREQ);
SAME_VALUE(WSAEMSGSIZE);
SAME_VALUE(WSAEPROTOTYPE);
SAME_VALUE(WSAENOPROTOOPT);
SAME_VALUE(WSAEPROTONOSUPPORT);
SAME_VALUE(WSAESOCKTNOSUPPORT);
SAME_VALUE(WSAEOPNOTSUPP);
SAME_VALUE(WSAEPFNOSUPPORT);
SAME_VALUE(WSAEAFNOSUPPORT);
SAME_VALUE(WSAEADDRINUSE);
SAME_VALUE(WSAEADDRNOTAVAIL);
SAME_VALUE(WSAENETDOWN);
SAME_VALUE(WSAENETUNREACH);
SAME_VALUE(WSAENETRESET);
SAME_VALUE(WSAECONNABORTED);
SAME_VALUE(WSAECONNRESET);
SAME_VALUE(WSAENOBUFS);
SAME_VALUE(WSAEISCONN);
SAME_VALUE(WSAENOTCONN);
SAME_VALUE(WSAESHUTDOWN);
SAME_VALUE(WSAETOOMANYREFS);
SAME_VALUE(WSAETIMEDOUT);
SAME_VALUE(WSAECONNREFUSED);
SAME_VALUE(WSAELOOP);
SAME_VALUE(WSAENAMETOOLONG);
SAME_VALUE(WSAEHOSTDOWN);
SAME_VALUE(WSAEHOSTUNREACH);
SAME_VALUE(WSAEPROCLIM);
SAME_VALUE(WSAEUSERS);
SAME_VALUE(WSAEDQUOT);
SAME_VALUE(WSASYSNOTREADY);
SAME_VALUE(WSAVERNOTSUPPORTED);
SAME_VALUE(WSANOTINITIALISED);
SAME_VALUE(WSAEDISCON);
SAME_VALUE(WSAENOMORE);
SAME_VALUE(WSAECANCELLED);
SAME_VALUE(WSAEINVALIDPROCTABLE);
SAME_VALUE(WSAEINVALIDPROVIDER);
SAME_VALUE(WSAEPROVIDERFAILEDINIT);
SAME_VALUE(WSASYSCALLFAILURE);
SAME_VALUE(WSASERVICE_NOT_FOUND);
SAME_VALUE(WSATYPE_NOT_FOUND);
SAME_VALUE(WSA_E_NO_MORE);
SAME_VALUE(WSA_E_CANCELLED);
SAME_VALUE(WSAEREFUSED);
SAME_VALUE(WSAHOST_NOT_FOUND);
SAME_VALUE(WSATRY_AGAIN);
SAME_VALUE(WSANO_RECOVERY);
SAME_VALUE(WSANO_DATA);

SAME_VALUE(ERROR_SUCCESS);
SAME_VALUE(ERROR_INVALID_FUNCTION);
SAME_VALUE(ERROR_FILE_NOT_FOUND);
SAME_VALUE(ERROR_PATH_NOT_FOUND);
SAME_VALUE(ERROR_TOO_MANY_OPEN_FILES);
SAME_VALUE(ERROR_ACCESS_DENIED);
SAME_VALUE(ERROR_INVALID_HANDLE);
SAME_VALUE(ERROR_NOT_ENOUGH_MEMORY);
SAME_VALUE(ERROR_OUTOFMEMORY);
SAME_VALUE(ERROR_NO_MORE_FILES);
SAME_VALUE(ERROR_GEN_FAILURE);
SAME_VALUE(ERROR_NOT_SUPPORTED);
SAME_VALUE(ERROR_NETNAME_DELETED);
SAME_VALUE(ERROR_INVALID_PARAMETER);
SAME_VALUE(ERROR_BUFFER_OVERFLOW);
SAME_VALUE(ERROR_CALL_NOT_IMPLEMENTED);
SAME_VALUE(ERROR_SEM_TIMEOUT);
SAME_VALUE(ERROR_INSUFFICIENT_BUFFER);
SAME_VALUE(ERROR_INVALID_NAME);
SAME_VALUE(ERROR_MOD_NOT_FOUND);
SAME_VALUE(ERROR_PROC_NOT_FOUND);
SAME_VALUE(ERROR_NOT_LOCKED);
SAME_VALUE(ERROR_BUSY);
SAME_VALUE(ERROR_ALREADY_EXISTS);
SAME_VALUE(ERROR_BAD_EXE_FORMAT);
SAME_VALUE(ERROR_ENVVAR_NOT_FOUND);
SAME_VALUE(ERROR_MORE_DATA);
SAME_VALUE(ERROR_NO_MORE_ITEMS);
SAME_VALUE(ERROR_NOT_OWNER);
SAME_VALUE(ERROR_TOO_MANY_POSTS);
SAME_VALUE(ERROR_INVALID_ADDRESS);
SAME_VALUE(ERROR_ABANDONED_WAIT_0);
SAME_VALUE(ERROR_OPERATION_ABORTED);
SAME_VALUE(ERROR_IO_INCOMPLETE);
SAME_VALUE(ERROR_IO_PENDING);
SAME_VALUE(ERROR_NOACCESS);
SAME_VALUE(ERROR_STACK_OVERFLOW);
SAME_VALUE(ERROR_INVALID_FLAGS);
SAME_VALUE(ERROR_NO_UNICODE_TRANSLATION);
SAME_VALUE(ERROR_DLL_INIT_FAILED);
SAME_VALUE(ERROR_POSSIBLE_DEADLOCK);
SAME_VALUE(ERROR_NOT_FOUND);
SAME_VALUE(ERROR_INVALID_WINDOW_HANDLE);
SAME_VALUE(ERROR_CANNOT_FIND_WND_CLASS);
SAME_VALUE(ERROR_CLASS_ALREADY_EXISTS);
SAME_VALUE(ERROR_INVALID_THREAD_ID);
SAME_VALUE(ERROR_NO_SYSTEM_RESOURCES);
SAME_VALUE(ERROR_TIMEOUT);
SAME_VALUE(ERROR_UNSUPPORTED_TYPE);
SAME_VALUE(ERROR_NOT_ENOUGH_QUOTA);

SAME_VALUE(SOCKET_ERROR);
SAME_VALUE(FROM_PROTOCOL_INFO);
SAME_VALUE(FD_SETSIZE);
SAME_VALUE(FD_MAX_EVENTS);
SAME_VALUE(MAX_PROTOCOL_CHAIN);
SAME_VALUE(LAYERED_PROTOCOL);
SAME_VALUE(BASE_PROTOCOL);
SAME_VALUE(WSAPROTOCOL_LEN);
SAME_VALUE(WSPDESCRIPTION_LEN);
SAME_VALUE(WSADESCRIPTION_LEN);
SAME_VALUE(WSASYS_STATUS_LEN);
SAME_VALUE(SOMAXCONN);
SAME_VALUE(WSS_OPERATION_IN_PROGRESS);
SAME_VALUE(BIGENDIAN);
SAME_VALUE(LITTLEENDIAN);
SAME_VALUE(SECURITY_PROTOCOL_NONE);
SAME_VALUE(WSA_MAXIMUM_WAIT_EVENTS);

SAME_VALUE(AF_UNSPEC);
SAME_VALUE(AF_INET);
SAME_VALUE(AF_INET6);

SAME_VALUE(SOCK_STREAM);
SAME_VALUE(SOCK_DGRAM);
SAME_VALUE(SOCK_RAW);
SAME_VALUE(SOCK_RDM);
SAME_VALUE(SOCK_SEQPACKET);

SAME_VALUE(IPPROTO_IP);
SAME_VALUE(IPPROTO_TCP);
SAME_VALUE(IPPROTO_UDP);

SAME_VALUE(SOL_SOCKET);

SAME_VALUE(SO_DEBUG);
SAME_VALUE(SO_ACCEPTCONN);
SAME_VALUE(SO_REUSEADDR);
SAME_VALUE(SO_KEEPALIVE);
SAME_VALUE(SO_DONTROUTE);
SAME_VALUE(SO_BROADCAST);
SAME_VALUE(SO_USELOOPBACK);
SAME_VALUE(SO_LINGER);
SAME_VALUE(SO_OOBINLINE);
SAME_VALUE_AS_INT(SO_DONTLINGER);
SAME_VALUE_AS_INT(SO_EXCLUSIVEADDRUSE);
SAME_VALUE(SO_SNDBUF);
SAME_VALUE(SO_RCVBUF);
SAME_VALUE(SO_SNDLOWAT);
SAME_VALUE(SO_RCVLOWAT);
SAME_VALUE(SO_SNDTIMEO);
SAME_VALUE(SO_RCVTIMEO);
SAME_VALUE(SO_ERROR);
SAME_VALUE(SO_TYPE);
SAME_VALUE(SO_GROUP_ID);
SAME_VALUE(SO_GROUP_PRIORITY);
SAME_VALUE(SO_MAX_MSG_SIZE);
SAME_VALUE(SO_PROTOCOL_INFOA);
SAME_VALUE(SO_PROTOCOL_INFOW);
SAME_VALUE(PVD_CONFIG);
SAME_VALUE(SO_CONDITIONAL_ACCEPT);
SAME_VALUE(SO_OPENTYPE);
SAME_VALUE(SO_UPDATE_ACCEPT_CONTEXT);
SAME_VALUE(SO_CONNECT_TIME);
SAME_VALUE(SO_UPDATE_CONNECT_CONTEXT);

SAME_VALUE(SO_SYNCHRONOUS_ALERT);
SAME_VALUE(SO_SYNCHRONOUS_NONALERT);

SAME_VALUE(TCP_NODELAY);

SAME_VALUE(MSG_OOB);
SAME_VALUE(MSG_PEEK);
SAME_VALUE(MSG_DONTROUTE);
SAME_VALUE(MSG_WAITALL);
SAME_VALUE(MSG_PARTIAL);

SAME_VALUE(SD_RECEIVE);
SAME_VALUE(SD_SEND);
SAME_VALUE(SD_BOTH);

SAME_VALUE(CF_ACCEPT);
SAME_VALUE(CF_REJECT);
SAME_VALUE(CF_DEFER);

SAME_VALUE(FD_READ);
SAME_VALUE(FD_WRITE);
SAME_VALUE(FD_OOB);
SAME_VALUE(FD_ACCEPT);
SAME_VALUE(FD_CONNECT);
SAME_VALUE(FD_CLOSE);
SAME_VALUE(FD_QOS);
SAME_VALUE(FD_GROUP_QOS);
SAME_VALUE(FD_ROUTING_INTERFACE_CHANGE);
SAME_VALUE(FD_ADDRESS_LIST_CHANGE);
SAME_VALUE(FD_ALL_EVENTS);

SAME_VALUE(FD_READ_BIT);
SAME_VALUE(FD_WRITE_BIT);
SAME_VALUE(FD_OOB_BIT);
SAME_VALUE(FD_ACCEPT_BIT);
SAME_VALUE(FD_CONNECT_BIT);
SAME_VALUE(FD_CLOSE_BIT);
SAME_VALUE(FD_QOS_BIT);
SAME_VALUE(FD_GROUP_QOS_BIT);
SAME_VALUE(FD_ROUTING_INTERFACE_CHANGE_BIT);
SAME_VALUE(FD_ADDRESS_LIST_CHANGE_BIT);

SAME_VALUE(WSA_FLAG_OVERLAPPED);
SAME_VALUE(WSA_FLAG_MULTIPOINT_C_ROOT);
SAME_VALUE(WSA_FLAG_MULTIPOINT_C_LEAF);
SAME_VALUE(WSA_FLAG_MULTIPOINT_D_ROOT);
SAME_VALUE(WSA_FLAG_MULTIPOINT_D_LEAF);
SAME_VALUE(WSA_FLAG_ACCESS_SYSTEM_SECURITY);
SAME_VALUE(WSA_FLAG_NO_HANDLE_INHERIT);
SAME_VALUE(WSA_FLAG_REGISTERED_IO);

SAME_VALUE(JL_SENDER_ONLY);
SAME_VALUE(JL_RECEIVER_ONLY);
SAME_VALUE(JL_BOTH);

SAME_VALUE(XP1_CONNECTIONLESS);
SAME_VALUE(XP1_GUARANTEED_DELIVERY);
SAME_VALUE(XP1_GUARANTEED_ORDER);
SAME_VALUE(XP1_MESSAGE_ORIENTED);
SAME_VALUE(XP1_PSEUDO_STREAM);
SAME_VALUE(XP1_GRACEFUL_CLOSE);
SAME_VALUE(XP1_EXPEDITED_DATA);
SAME_VALUE(XP1_CONNECT_DATA);
SAME_VALUE(XP1_DISCONNECT_DATA);
SAME_VALUE(XP1_SUPPORT_BROADCAST);
SAME_VALUE(XP1_SUPPORT_MULTIPOINT);
SAME_VALUE(XP1_MULTIPOINT_CONTROL_PLANE);
SAME_VALUE(XP1_MULTIPOINT_DATA_PLANE);
SAME_VALUE(XP1_QOS_SUPPORTED);
SAME_VALUE(XP1_INTERRUPT);
SAME_VALUE(XP1_UNI_SEND);
SAME_VALUE(XP1_UNI_RECV);
SAME_VALUE(XP1_IFS_HANDLES);
SAME_VALUE(XP1_PARTIAL_MESSAGE);
SAME_VALUE(XP1_SAN_SUPPORT_SDP);

SAME_VALUE(PFL_MULTIPLE_PROTO_ENTRIES);
SAME_VALUE(PFL_RECOMMENDED_PROTO_ENTRY);
SAME_VALUE(PFL_HIDDEN);
SAME_VALUE(PFL_MATCHES_PROTOCOL_ZERO);
SAME_VALUE(PFL_NETWORKDIRECT_PROVIDER);

SAME_VALUE(LSP_INSPECTOR);
SAME_VALUE(LSP_REDIRECTOR);
SAME_VALUE(LSP_PROXY);
SAME_VALUE(LSP_FIREWALL);
SAME_VALUE(LSP_INBOUND_MODIFY);
SAME_VALUE(LSP_OUTBOUND_MODIFY);
SAME_VALUE(LSP_CRYPTO_COMPRESS);
SAME_VALUE(LSP_LOCAL_CACHE);
SAME_VALUE(LSP_SYSTEM);
SAME_VALUE(FIONBIO);
SAME_VALUE(FIONREAD);
SAME_VALUE(SIOCATMARK);
SAME_VALUE(SIO_FLUSH);
SAME_VALUE(SIO_GET_EXTENSION_FUNCTION_POINTER);
SAME_VALUE(SIO_QUERY_TARGET_PNP_HANDLE);
SAME_VALUE(SIO_BSP_HANDLE);
SAME_VALUE(SIO_BSP_HANDLE_SELECT);
SAME_VALUE(SIO_BSP_HANDLE_POLL);
SAME_VALUE(SIO_BASE_HANDLE);
SAME_VALUE(INADDR_ANY);
SAME_VALUE(INADDR_LOOPBACK);
SAME_VALUE(INADDR_BROADCAST);
SAME_VALUE(INADDR_NONE);

SAME_VALUE(DLL_PROCESS_DETACH);
SAME_VALUE(DLL_PROCESS_ATTACH);
SAME_VALUE(DLL_THREAD_ATTACH);
SAME_VALUE(DLL_THREAD_DETACH);

SAME_VALUE(WAIT_OBJECT_0);
SAME_VALUE(WAIT_ABANDONED_0);
SAME_VALUE(WAIT_IO_COMPLETION);
SAME_VALUE(WAIT_TIMEOUT);
SAME_VALUE(MAXIMUM_WAIT_OBJECTS);
SAME_VALUE(WAIT_FAILED);
SAME_VALUE(INFINITE);
SAME_VALUE(TLS_OUT_OF_INDEXES);

SAME_VALUE(PAGE_NOACCESS);
SAME_VALUE(PAGE_READONLY);
SAME_VALUE(PAGE_READWRITE);
SAME_VALUE(PAGE_WRITECOPY);
SAME_VALUE(PAGE_EXECUTE);
SAME_VALUE(PAGE_EXECUTE_READ);
SAME_VALUE(PAGE_EXECUTE_READWRITE);
SAME_VALUE(PAGE_EXECUTE_WRITECOPY);
SAME_VALUE(PAGE_GUARD);

SAME_VALUE(MEM_COMMIT);
SAME_VALUE(MEM_RESERVE);
SAME_VALUE(MEM_DECOMMIT);
SAME_VALUE(MEM_RELEASE);
SAME_VALUE(MEM_FREE);
SAME_VALUE(MEM_PRIVATE);
SAME_VALUE(MEM_MAPPED);
SAME_VALUE(MEM_IMAGE);

SAME_VALUE(HEAP_NO_SERIALIZE);
SAME_VALUE(HEAP_GENERATE_EXCEPTIONS);
SAME_VALUE(HEAP_ZERO_MEMORY);
SAME_VALUE(HEAP_REALLOC_IN_PLACE_ONLY);
SAME_VALUE(HEAP_CREATE_ENABLE_EXECUTE);

SAME_VALUE(CREATE_SUSPENDED);
SAME_VALUE(STILL_ACTIVE);

SAME_VALUE(DONT_RESOLVE_DLL_REFERENCES);
SAME_VALUE(LOAD_LIBRARY_AS_DATAFILE);
SAME_VALUE(LOAD_WITH_ALTERED_SEARCH_PATH);
SAME_VALUE(LOAD_LIBRARY_SEARCH_SYSTEM32);

SAME_VALUE(GET_MODULE_HANDLE_EX_FLAG_PIN);
SAME_VALUE(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT);
SAME_VALUE(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS);

SAME_VALUE(HANDLE_FLAG_INHERIT);
SAME_VALUE(HANDLE_FLAG_PROTECT_FROM_CLOSE);

SAME_VALUE(DUPLICATE_CLOSE_SOURCE);
SAME_VALUE(DUPLICATE_SAME_ACCESS);

SAME_VALUE(CP_ACP);
SAME_VALUE(CP_UTF8);
SAME_VALUE(MB_ERR_INVALID_CHARS);
SAME_VALUE(WC_ERR_INVALID_CHARS);
SAME_VALUE(MAX_PATH);

SAME_VALUE(WM_NULL);
SAME_VALUE(WM_DESTROY);
SAME_VALUE(WM_QUIT);
SAME_VALUE(WM_USER);
SAME_VALUE(WM_APP);

_Static_assert(LC_WSA_OK == ERROR_SUCCESS, "ERROR_SUCCESS");
_Static_assert(LC_INVALID_SOCKET == INVALID_SOCKET, "INVALID_SOCKET");
/* An address is no constant to -Wpedantic, although the compiler folds it. */
#define SAME_ADDRESS(name)                           \
    __extension__ _Static_assert(                    \
        (uintptr_t)(name) == (uintptr_t)(LC_##name), \
        #name)
SAME_ADDRESS(INVALID_HANDLE_VALUE);
SAME_ADDRESS(WSA_INVALID_EVENT);

/* ---- Scalar types ---- */

SAME_SIZE(lc_wchar, WCHAR);
SAME_SIZE(lc_socket, SOCKET);
SAME_SIZE(lc_handle, HANDLE);
_Static_assert(((lc_wchar)-1 < (lc_wchar)1) == ((WCHAR)-1 < (WCHAR)1), "sign");
_Static_assert(((lc_socket)-1 < 1) == ((SOCKET)-1 < 1), "sign");

/* ---- Structures ---- */

SAME_SIZE(struct lc_guid, GUID);
SAME_INTEGER(struct lc_guid, GUID, Data1);
SAME_INTEGER(struct lc_guid, GUID, Data2);
SAME_INTEGER(struct lc_guid, GUID, Data3);
SAME_MEMBER(struct lc_guid, GUID, Data4);
SAME_INTEGER(struct lc_guid, GUID, Data4[0]);

SAME_SIZE(struct lc_wsaprotocolchain, WSAPROTOCOLCHAIN);
SAME_INTEGER(struct lc_wsaprotocolchain, WSAPROTOCOLCHAIN, ChainLen);
SAME_MEMBER(struct lc_wsaprotocolchain, WSAPROTOCOLCHAIN, ChainEntries);
SAME_INTEGER(struct lc_wsaprotocolchain, WSAPROTOCOLCHAIN, ChainEntries[0]);

SAME_SIZE(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, dwServiceFlags1);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, dwServiceFlags2);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, dwServiceFlags3);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, dwServiceFlags4);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, dwProviderFlags);
SAME_MEMBER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, ProviderId);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, dwCatalogEntryId);
SAME_MEMBER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, ProtocolChain);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, iVersion);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, iAddressFamily);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, iMaxSockAddr);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, iMinSockAddr);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, iSocketType);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, iProtocol);
SAME_INTEGER(
    struct lc_wsaprotocol_infow,
    WSAPROTOCOL_INFOW,
    iProtocolMaxOffset);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, iNetworkByteOrder);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, iSecurityScheme);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, dwMessageSize);
SAME_INTEGER(
    struct lc_wsaprotocol_infow,
    WSAPROTOCOL_INFOW,
    dwProviderReserved);
SAME_MEMBER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, szProtocol);
SAME_INTEGER(struct lc_wsaprotocol_infow, WSAPROTOCOL_INFOW, szProtocol[0]);

SAME_SIZE(struct lc_wspdata, WSPDATA);
SAME_INTEGER(struct lc_wspdata, WSPDATA, wVersion);
SAME_INTEGER(struct lc_wspdata, WSPDATA, wHighVersion);
SAME_MEMBER(struct lc_wspdata, WSPDATA, szDescription);
SAME_INTEGER(struct lc_wspdata, WSPDATA, szDescription[0]);

SAME_SIZE(struct lc_wsadata, WSADATA);
SAME_INTEGER(struct lc_wsadata, WSADATA, wVersion);
SAME_INTEGER(struct lc_wsadata, WSADATA, wHighVersion);
SAME_INTEGER(struct lc_wsadata, WSADATA, iMaxSockets);
SAME_INTEGER(struct lc_wsadata, WSADATA, iMaxUdpDg);
SAME_MEMBER(struct lc_wsadata, WSADATA, lpVendorInfo);
SAME_MEMBER(struct lc_wsadata, WSADATA, szDescription);
SAME_MEMBER(struct lc_wsadata, WSADATA, szSystemStatus);

SAME_SIZE(struct lc_wsathreadid, WSATHREADID);
SAME_MEMBER(struct lc_wsathreadid, WSATHREADID, ThreadHandle);
SAME_INTEGER(struct lc_wsathreadid, WSATHREADID, Reserved);

SAME_SIZE(struct lc_wsabuf, WSABUF);
SAME_INTEGER(struct lc_wsabuf, WSABUF, len);
SAME_MEMBER(struct lc_wsabuf, WSABUF, buf);

SAME_SIZE(struct lc_wsaoverlapped, WSAOVERLAPPED);
SAME_INTEGER(struct lc_wsaoverlapped, WSAOVERLAPPED, Internal);
SAME_INTEGER(struct lc_wsaoverlapped, WSAOVERLAPPED, InternalHigh);
SAME_INTEGER(struct lc_wsaoverlapped, WSAOVERLAPPED, Offset);
SAME_INTEGER(struct lc_wsaoverlapped, WSAOVERLAPPED, OffsetHigh);
SAME_MEMBER(struct lc_wsaoverlapped, WSAOVERLAPPED, Pointer);
SAME_MEMBER(struct lc_wsaoverlapped, WSAOVERLAPPED, hEvent);

SAME_SIZE(struct lc_wsanetworkevents, WSANETWORKEVENTS);
SAME_INTEGER(struct lc_wsanetworkevents, WSANETWORKEVENTS, lNetworkEvents);
SAME_MEMBER(struct lc_wsanetworkevents, WSANETWORKEVENTS, iErrorCode);
SAME_INTEGER(struct lc_wsanetworkevents, WSANETWORKEVENTS, iErrorCode[0]);

SAME_SIZE(struct lc_linger, struct linger);
SAME_INTEGER(struct lc_linger, struct linger, l_onoff);
SAME_INTEGER(struct lc_linger, struct linger, l_linger);

SAME_SIZE(struct lc_sockaddr, struct sockaddr);
SAME_INTEGER(struct lc_sockaddr, struct sockaddr, sa_family);
SAME_MEMBER(struct lc_sockaddr, struct sockaddr, sa_data);

SAME_SIZE(struct lc_in_addr, struct in_addr);
SAME_INTEGER(struct lc_in_addr, struct in_addr, S_un.S_un_b.s_b1);
SAME_INTEGER(struct lc_in_addr, struct in_addr, S_un.S_un_b.s_b2);
SAME_INTEGER(struct lc_in_addr, struct in_addr, S_un.S_un_b.s_b3);
SAME_INTEGER(struct lc_in_addr, struct in_addr, S_un.S_un_b.s_b4);
SAME_INTEGER(struct lc_in_addr, struct in_addr, S_un.S_un_w.s_w1);
SAME_INTEGER(struct lc_in_addr, struct in_addr, S_un.S_un_w.s_w2);
SAME_INTEGER(struct lc_in_addr, struct in_addr, S_un.S_addr);

SAME_SIZE(struct lc_sockaddr_in, struct sockaddr_in);
/* short in mingw-w64, ADDRESS_FAMILY (unsigned) in the Windows SDK. */
SAME_MEMBER(struct lc_sockaddr_in, struct sockaddr_in, sin_family);
SAME_INTEGER(struct lc_sockaddr_in, struct sockaddr_in, sin_port);
SAME_MEMBER(struct lc_sockaddr_in, struct sockaddr_in, sin_addr);
SAME_MEMBER(struct lc_sockaddr_in, struct sockaddr_in, sin_zero);

SAME_SIZE(struct lc_timeval, struct timeval);
SAME_INTEGER(struct lc_timeval, struct timeval, tv_sec);
SAME_INTEGER(struct lc_timeval, struct timeval, tv_usec);

SAME_SIZE(struct lc_fd_set, fd_set);
SAME_INTEGER(struct lc_fd_set, fd_set, fd_count);
SAME_MEMBER(struct lc_fd_set, fd_set, fd_array);
SAME_INTEGER(struct lc_fd_set, fd_set, fd_array[0]);

SAME_SIZE(struct lc_flowspec, FLOWSPEC);
SAME_INTEGER(struct lc_flowspec, FLOWSPEC, TokenRate);
SAME_INTEGER(struct lc_flowspec, FLOWSPEC, TokenBucketSize);
SAME_INTEGER(struct lc_flowspec, FLOWSPEC, PeakBandwidth);
SAME_INTEGER(struct lc_flowspec, FLOWSPEC, Latency);
SAME_INTEGER(struct lc_flowspec, FLOWSPEC, DelayVariation);
SAME_INTEGER(struct lc_flowspec, FLOWSPEC, ServiceType);
SAME_INTEGER(struct lc_flowspec, FLOWSPEC, MaxSduSize);
SAME_INTEGER(struct lc_flowspec, FLOWSPEC, MinimumPolicedSize);

SAME_SIZE(struct lc_qos, QOS);
SAME_MEMBER(struct lc_qos, QOS, SendingFlowspec);
SAME_MEMBER(struct lc_qos, QOS, ReceivingFlowspec);
SAME_MEMBER(struct lc_qos, QOS, ProviderSpecific);

SAME_SIZE(struct lc_list_entry, LIST_ENTRY);
SAME_MEMBER(struct lc_list_entry, LIST_ENTRY, Flink);
SAME_MEMBER(struct lc_list_entry, LIST_ENTRY, Blink);

SAME_SIZE(struct lc_critical_section, CRITICAL_SECTION);
SAME_MEMBER(struct lc_critical_section, CRITICAL_SECTION, DebugInfo);
SAME_INTEGER(struct lc_critical_section, CRITICAL_SECTION, LockCount);
SAME_INTEGER(struct lc_critical_section, CRITICAL_SECTION, RecursionCount);
SAME_MEMBER(struct lc_critical_section, CRITICAL_SECTION, OwningThread);
SAME_MEMBER(struct lc_critical_section, CRITICAL_SECTION, LockSemaphore);
SAME_INTEGER(struct lc_critical_section, CRITICAL_SECTION, SpinCount);

SAME_SIZE(struct lc_memory_basic_information, MEMORY_BASIC_INFORMATION);
SAME_MEMBER(
    struct lc_memory_basic_information,
    MEMORY_BASIC_INFORMATION,
    BaseAddress);
SAME_MEMBER(
    struct lc_memory_basic_information,
    MEMORY_BASIC_INFORMATION,
    AllocationBase);
SAME_INTEGER(
    struct lc_memory_basic_information,
    MEMORY_BASIC_INFORMATION,
    AllocationProtect);
SAME_INTEGER(
    struct lc_memory_basic_information,
    MEMORY_BASIC_INFORMATION,
    RegionSize);
SAME_INTEGER(
    struct lc_memory_basic_information,
    MEMORY_BASIC_INFORMATION,
    State);
SAME_INTEGER(
    struct lc_memory_basic_information,
    MEMORY_BASIC_INFORMATION,
    Protect);
SAME_INTEGER(
    struct lc_memory_basic_information,
    MEMORY_BASIC_INFORMATION,
    Type);

SAME_SIZE(struct lc_system_info, SYSTEM_INFO);
SAME_INTEGER(struct lc_system_info, SYSTEM_INFO, dwOemId);
SAME_INTEGER(struct lc_system_info, SYSTEM_INFO, wProcessorArchitecture);
SAME_INTEGER(struct lc_system_info, SYSTEM_INFO, wReserved);
SAME_INTEGER(struct lc_system_info, SYSTEM_INFO, dwPageSize);
SAME_MEMBER(struct lc_system_info, SYSTEM_INFO, lpMinimumApplicationAddress);
SAME_MEMBER(struct lc_system_info, SYSTEM_INFO, lpMaximumApplicationAddress);
SAME_INTEGER(struct lc_system_info, SYSTEM_INFO, dwActiveProcessorMask);
SAME_INTEGER(struct lc_system_info, SYSTEM_INFO, dwNumberOfProcessors);
SAME_INTEGER(struct lc_system_info, SYSTEM_INFO, dwProcessorType);
SAME_INTEGER(struct lc_system_info, SYSTEM_INFO, dwAllocationGranularity);
SAME_INTEGER(struct lc_system_info, SYSTEM_INFO, wProcessorLevel);
SAME_INTEGER(struct lc_system_info, SYSTEM_INFO, wProcessorRevision);

SAME_SIZE(struct lc_security_attributes, SECURITY_ATTRIBUTES);
SAME_INTEGER(struct lc_security_attributes, SECURITY_ATTRIBUTES, nLength);
SAME_MEMBER(
    struct lc_security_attributes,
    SECURITY_ATTRIBUTES,
    lpSecurityDescriptor);
SAME_INTEGER(
    struct lc_security_attributes,
    SECURITY_ATTRIBUTES,
    bInheritHandle);

SAME_SIZE(struct lc_filetime, FILETIME);
SAME_INTEGER(struct lc_filetime, FILETIME, dwLowDateTime);
SAME_INTEGER(struct lc_filetime, FILETIME, dwHighDateTime);

SAME_SIZE(struct lc_wspproc_table, WSPPROC_TABLE);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPAccept);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPAddressToString);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPAsyncSelect);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPBind);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPCancelBlockingCall);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPCleanup);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPCloseSocket);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPConnect);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPDuplicateSocket);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPEnumNetworkEvents);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPEventSelect);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPGetOverlappedResult);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPGetPeerName);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPGetSockName);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPGetSockOpt);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPGetQOSByName);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPIoctl);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPJoinLeaf);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPListen);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPRecv);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPRecvDisconnect);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPRecvFrom);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPSelect);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPSend);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPSendDisconnect);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPSendTo);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPSetSockOpt);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPShutdown);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPSocket);
SAME_MEMBER(struct lc_wspproc_table, WSPPROC_TABLE, lpWSPStringToAddress);

SAME_SIZE(struct lc_wspupcalltable, WSPUPCALLTABLE);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUCloseEvent);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUCloseSocketHandle);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUCreateEvent);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUCreateSocketHandle);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUFDIsSet);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUGetProviderPath);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUModifyIFSHandle);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUPostMessage);
SAME_MEMBER(
    struct lc_wspupcalltable,
    WSPUPCALLTABLE,
    lpWPUQueryBlockingCallback);
SAME_MEMBER(
    struct lc_wspupcalltable,
    WSPUPCALLTABLE,
    lpWPUQuerySocketHandleContext);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUQueueApc);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUResetEvent);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUSetEvent);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUOpenCurrentThread);
SAME_MEMBER(struct lc_wspupcalltable, WSPUPCALLTABLE, lpWPUCloseThread);

/* ---- The places of the entries in the two tables ---- */

SAME_ENTRY(WSPPROC_TABLE, lpWSPAccept, LC_SPI_ACCEPT);
SAME_ENTRY(WSPPROC_TABLE, lpWSPAddressToString, LC_SPI_ADDRESS_TO_STRING);
SAME_ENTRY(WSPPROC_TABLE, lpWSPAsyncSelect, LC_SPI_ASYNC_SELECT);
SAME_ENTRY(WSPPROC_TABLE, lpWSPBind, LC_SPI_BIND);
SAME_ENTRY(WSPPROC_TABLE, lpWSPCancelBlockingCall, LC_SPI_CANCEL_BLOCKING_CALL);
SAME_ENTRY(WSPPROC_TABLE, lpWSPCleanup, LC_SPI_CLEANUP);
SAME_ENTRY(WSPPROC_TABLE, lpWSPCloseSocket, LC_SPI_CLOSE_SOCKET);
SAME_ENTRY(WSPPROC_TABLE, lpWSPConnect, LC_SPI_CONNECT);
SAME_ENTRY(WSPPROC_TABLE, lpWSPDuplicateSocket, LC_SPI_DUPLICATE_SOCKET);
SAME_ENTRY(WSPPROC_TABLE, lpWSPEnumNetworkEvents, LC_SPI_ENUM_NETWORK_EVENTS);
SAME_ENTRY(WSPPROC_TABLE, lpWSPEventSelect, LC_SPI_EVENT_SELECT);
SAME_ENTRY(
    WSPPROC_TABLE,
    lpWSPGetOverlappedResult,
    LC_SPI_GET_OVERLAPPED_RESULT);
SAME_ENTRY(WSPPROC_TABLE, lpWSPGetPeerName, LC_SPI_GET_PEER_NAME);
SAME_ENTRY(WSPPROC_TABLE, lpWSPGetSockName, LC_SPI_GET_SOCK_NAME);
SAME_ENTRY(WSPPROC_TABLE, lpWSPGetSockOpt, LC_SPI_GET_SOCK_OPT);
SAME_ENTRY(WSPPROC_TABLE, lpWSPGetQOSByName, LC_SPI_GET_QOS_BY_NAME);
SAME_ENTRY(WSPPROC_TABLE, lpWSPIoctl, LC_SPI_IOCTL);
SAME_ENTRY(WSPPROC_TABLE, lpWSPJoinLeaf, LC_SPI_JOIN_LEAF);
SAME_ENTRY(WSPPROC_TABLE, lpWSPListen, LC_SPI_LISTEN);
SAME_ENTRY(WSPPROC_TABLE, lpWSPRecv, LC_SPI_RECV);
SAME_ENTRY(WSPPROC_TABLE, lpWSPRecvDisconnect, LC_SPI_RECV_DISCONNECT);
SAME_ENTRY(WSPPROC_TABLE, lpWSPRecvFrom, LC_SPI_RECV_FROM);
SAME_ENTRY(WSPPROC_TABLE, lpWSPSelect, LC_SPI_SELECT);
SAME_ENTRY(WSPPROC_TABLE, lpWSPSend, LC_SPI_SEND);
SAME_ENTRY(WSPPROC_TABLE, lpWSPSendDisconnect, LC_SPI_SEND_DISCONNECT);
SAME_ENTRY(WSPPROC_TABLE, lpWSPSendTo, LC_SPI_SEND_TO);
SAME_ENTRY(WSPPROC_TABLE, lpWSPSetSockOpt, LC_SPI_SET_SOCK_OPT);
SAME_ENTRY(WSPPROC_TABLE, lpWSPShutdown, LC_SPI_SHUTDOWN);
SAME_ENTRY(WSPPROC_TABLE, lpWSPSocket, LC_SPI_SOCKET);
SAME_ENTRY(WSPPROC_TABLE, lpWSPStringToAddress, LC_SPI_STRING_TO_ADDRESS);
SAME_ENTRY(WSPUPCALLTABLE, lpWPUCloseEvent, LC_UPCALL_CLOSE_EVENT);
SAME_ENTRY(
    WSPUPCALLTABLE,
    lpWPUCloseSocketHandle,
    LC_UPCALL_CLOSE_SOCKET_HANDLE);
SAME_ENTRY(WSPUPCALLTABLE, lpWPUCreateEvent, LC_UPCALL_CREATE_EVENT);
SAME_ENTRY(
    WSPUPCALLTABLE,
    lpWPUCreateSocketHandle,
    LC_UPCALL_CREATE_SOCKET_HANDLE);
SAME_ENTRY(WSPUPCALLTABLE, lpWPUFDIsSet, LC_UPCALL_FD_IS_SET);
SAME_ENTRY(WSPUPCALLTABLE, lpWPUGetProviderPath, LC_UPCALL_GET_PROVIDER_PATH);
SAME_ENTRY(WSPUPCALLTABLE, lpWPUModifyIFSHandle, LC_UPCALL_MODIFY_IFS_HANDLE);
SAME_ENTRY(WSPUPCALLTABLE, lpWPUPostMessage, LC_UPCALL_POST_MESSAGE);
SAME_ENTRY(
    WSPUPCALLTABLE,
    lpWPUQueryBlockingCallback,
    LC_UPCALL_QUERY_BLOCKING_CALLBACK);
SAME_ENTRY(
    WSPUPCALLTABLE,
    lpWPUQuerySocketHandleContext,
    LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT);
SAME_ENTRY(WSPUPCALLTABLE, lpWPUQueueApc, LC_UPCALL_QUEUE_APC);
SAME_ENTRY(WSPUPCALLTABLE, lpWPUResetEvent, LC_UPCALL_RESET_EVENT);
SAME_ENTRY(WSPUPCALLTABLE, lpWPUSetEvent, LC_UPCALL_SET_EVENT);
SAME_ENTRY(
    WSPUPCALLTABLE,
    lpWPUOpenCurrentThread,
    LC_UPCALL_OPEN_CURRENT_THREAD);
SAME_ENTRY(WSPUPCALLTABLE, lpWPUCloseThread, LC_UPCALL_CLOSE_THREAD);
_Static_assert(
    sizeof(WSPPROC_TABLE) == LC_SPI_COUNT * sizeof(void *),
    "WSPPROC_TABLE");
_Static_assert(
    sizeof(WSPUPCALLTABLE) == LC_UPCALL_COUNT * sizeof(void *),
    "WSPUPCALLTABLE");
_Static_assert(LC_SPI_STARTUP == LC_SPI_COUNT, "after the table");

/* ---- Function types ---- */

SAME_CALL(lc_wsp_accept_fn, LPWSPACCEPT);
SAME_CALL(lc_wsp_address_to_string_fn, LPWSPADDRESSTOSTRING);
SAME_CALL(lc_wsp_async_select_fn, LPWSPASYNCSELECT);
SAME_CALL(lc_wsp_bind_fn, LPWSPBIND);
SAME_CALL(lc_wsp_cancel_blocking_call_fn, LPWSPCANCELBLOCKINGCALL);
SAME_CALL(lc_wsp_cleanup_fn, LPWSPCLEANUP);
SAME_CALL(lc_wsp_close_socket_fn, LPWSPCLOSESOCKET);
SAME_CALL(lc_wsp_connect_fn, LPWSPCONNECT);
SAME_CALL(lc_wsp_duplicate_socket_fn, LPWSPDUPLICATESOCKET);
SAME_CALL(lc_wsp_enum_network_events_fn, LPWSPENUMNETWORKEVENTS);
SAME_CALL(lc_wsp_event_select_fn, LPWSPEVENTSELECT);
SAME_CALL(lc_wsp_get_overlapped_result_fn, LPWSPGETOVERLAPPEDRESULT);
SAME_CALL(lc_wsp_get_peer_name_fn, LPWSPGETPEERNAME);
SAME_CALL(lc_wsp_get_sock_name_fn, LPWSPGETSOCKNAME);
SAME_CALL(lc_wsp_get_sock_opt_fn, LPWSPGETSOCKOPT);
SAME_CALL(lc_wsp_get_qos_by_name_fn, LPWSPGETQOSBYNAME);
SAME_CALL(lc_wsp_ioctl_fn, LPWSPIOCTL);
SAME_CALL(lc_wsp_join_leaf_fn, LPWSPJOINLEAF);
SAME_CALL(lc_wsp_listen_fn, LPWSPLISTEN);
SAME_CALL(lc_wsp_recv_fn, LPWSPRECV);
SAME_CALL(lc_wsp_recv_disconnect_fn, LPWSPRECVDISCONNECT);
SAME_CALL(lc_wsp_recv_from_fn, LPWSPRECVFROM);
SAME_CALL(lc_wsp_select_fn, LPWSPSELECT);
SAME_CALL(lc_wsp_send_fn, LPWSPSEND);
SAME_CALL(lc_wsp_send_disconnect_fn, LPWSPSENDDISCONNECT);
SAME_CALL(lc_wsp_send_to_fn, LPWSPSENDTO);
SAME_CALL(lc_wsp_set_sock_opt_fn, LPWSPSETSOCKOPT);
SAME_CALL(lc_wsp_shutdown_fn, LPWSPSHUTDOWN);
SAME_CALL(lc_wsp_socket_fn, LPWSPSOCKET);
SAME_CALL(lc_wsp_string_to_address_fn, LPWSPSTRINGTOADDRESS);
SAME_CALL(lc_wpu_close_event_fn, LPWPUCLOSEEVENT);
SAME_CALL(lc_wpu_close_socket_handle_fn, LPWPUCLOSESOCKETHANDLE);
SAME_CALL(lc_wpu_create_event_fn, LPWPUCREATEEVENT);
SAME_CALL(lc_wpu_create_socket_handle_fn, LPWPUCREATESOCKETHANDLE);
SAME_CALL(lc_wpu_fd_is_set_fn, LPWPUFDISSET);
SAME_CALL(lc_wpu_get_provider_path_fn, LPWPUGETPROVIDERPATH);
SAME_CALL(lc_wpu_modify_ifs_handle_fn, LPWPUMODIFYIFSHANDLE);
SAME_CALL(lc_wpu_post_message_fn, LPWPUPOSTMESSAGE);
SAME_CALL(lc_wpu_query_blocking_callback_fn, LPWPUQUERYBLOCKINGCALLBACK);
SAME_CALL(lc_wpu_query_socket_handle_context_fn, LPWPUQUERYSOCKETHANDLECONTEXT);
SAME_CALL(lc_wpu_queue_apc_fn, LPWPUQUEUEAPC);
SAME_CALL(lc_wpu_reset_event_fn, LPWPURESETEVENT);
SAME_CALL(lc_wpu_set_event_fn, LPWPUSETEVENT);
SAME_CALL(lc_wpu_open_current_thread_fn, LPWPUOPENCURRENTTHREAD);
SAME_CALL(lc_wpu_close_thread_fn, LPWPUCLOSETHREAD);
SAME_CALL(
    lc_wpu_complete_overlapped_request_fn,
    LPWPUCOMPLETEOVERLAPPEDREQUEST);
SAME_CALL(lc_thread_start_fn, LPTHREAD_START_ROUTINE);
SAME_CALL(lc_user_apc_fn, LPWSAUSERAPC);
SAME_CALL(lc_user_apc_fn, PAPCFUNC);
SAME_CALL(lc_blocking_hook_fn, LPBLOCKINGCALLBACK);
SAME_CALL(lc_overlapped_completion_fn, LPWSAOVERLAPPED_COMPLETION_ROUTINE);
SAME_CALL(lc_condition_fn, LPCONDITIONPROC);
SAME_CALL(lc_dll_main_fn, __typeof__(&DllMain));

/* WSPStartup takes a structure by value, which the warning compares by name:
 * once with the Windows name against Windows, once with ours against ours. */
#define STARTUP(name, table)                        \
    typedef int LC_ABI name(                        \
        uint16_t version_requested,                 \
        struct lc_wspdata *data,                    \
        struct lc_wsaprotocol_infow *protocol_info, \
        table upcalls,                              \
        struct lc_wspproc_table *proc_table)
STARTUP(startup_with_their_table, WSPUPCALLTABLE);
STARTUP(startup_with_our_table, struct lc_wspupcalltable);
SAME_CALL(startup_with_their_table, LPWSPSTARTUP);
_Static_assert(
    __builtin_types_compatible_p(lc_wsp_startup_fn, startup_with_our_table),
    "LPWSPSTARTUP");
