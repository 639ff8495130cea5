/*
 * A layered provider with handles of its own, in ordinary Windows C: what its
 * files share. The comment at the top of ownlayer.c says how it works.
 */
#ifndef EXAMPLES_OWNLAYER_LAYER_H
#define EXAMPLES_OWNLAYER_LAYER_H

/* winsock2.h comes before windows.h. */
/* clang-format off */
#include <winsock2.h>
#include <ws2spi.h>
#include <windows.h>

/* clang-format on */

/* A next provider that was started. */
struct lower {
    DWORD chain_id; /* catalog id of the chain it was started for */
    DWORD own_id;   /* the id that handles of this layer are made under */
    HMODULE library;
    WSPPROC_TABLE table;
    WSAPROTOCOL_INFOW chain; /* what the client of this layer knows */
    WSAPROTOCOL_INFOW info;  /* what the next provider is to be shown */
};

/* A socket: the context of its handle. */
struct own_socket {
    struct own_socket *next;
    SOCKET handle; /* the client's, made by ws2_32 for this layer */
    SOCKET below;  /* the next provider's */
    struct lower *lower;
    DWORD users;      /* calls and operations that hold it, and its place in
                         the list */
    DWORD operations; /* that are under way */
    BOOL is_overlapped;
    BOOL is_tied; /* `below`, to the port of the operations */
    BOOL is_closing;
};

/* `starts` is held over a whole start or cleanup. `list` guards sockets and
 * operations; `changed` goes with it: an operation is over. */
struct layer {
    CRITICAL_SECTION starts;
    CRITICAL_SECTION list;
    CONDITION_VARIABLE changed;
    HMODULE module;
    HANDLE heap; /* from the first start to the last cleanup */
    WSPUPCALLTABLE upcalls;
};

extern struct layer layer;

/* Sets *error and returns SOCKET_ERROR. */
int layer_fail(LPINT error, int code);

/* ---- Calls in and out: ownlayer.c ---- */

/**
 * Counts a call in that is about no socket.
 *
 * Returns the next provider of a chain, the first one with NULL; or NULL with
 * *error set: the last cleanup has begun.
 */
const struct lower *layer_enter(const WSAPROTOCOL_INFOW *chain, LPINT error);

/* Counts it out. */
void layer_leave(void);

/* The next provider that was started after one; NULL: there is none. */
const struct lower *layer_next(const struct lower *lower);

/* ---- Sockets: socket.c ---- */

/**
 * Counts a call in and holds its socket.
 *
 * Returns NULL with *error set: the last cleanup has begun, or the handle is
 * not one of ours.
 */
struct own_socket *socket_enter(SOCKET s, LPINT error);

/* Lets go of it and counts the call out. */
void socket_leave(struct own_socket *socket);

/* The socket of a handle, held; NULL: it is none of ours. */
struct own_socket *socket_hold(SOCKET s);

/* Lets go of a socket that somebody holds. Under `list`. */
void socket_release(struct own_socket *socket);

/* Closes what is open, as closesocket would: ends calls that wait below. */
void socket_close_all(void);

/* ---- Overlapped operations: operation.c ---- */

struct operation;

/* What a client asks for. */
struct operation_request {
    LPWSAOVERLAPPED client;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    LPWSATHREADID thread;
    BOOL is_receive; /* there are flags in its result */
};

/* Whether a call is overlapped: the parameter means nothing on other sockets. */
BOOL operation_is_asked(
    const struct own_socket *socket,
    LPWSAOVERLAPPED overlapped);

/**
 * Begins an operation; the call below follows, with *ret_below.
 *
 * Returns an error code. Nothing has changed then.
 */
int operation_begin(
    struct own_socket *socket,
    const struct operation_request *request,
    LPWSAOVERLAPPED *ret_below);

/* What the client is told when the call below has said `result` and `code`. */
int operation_answer(
    LPWSAOVERLAPPED below,
    int result,
    int code,
    LPINT lpErrno);

/* At the last cleanup: nobody is told any more; who waits for one goes on. */
void operation_drop_all(void);

/* Ends the threads, which are idle or in the middle of the last operations. */
void operation_stop(void);

/* Frees what is left. The next provider has been cleaned up. */
void operation_free_all(void);

/* The calls, in the order of the table. WSPCleanup is in ownlayer.c alone. */
SOCKET WSPAPI layer_WSPAccept(
    SOCKET s,
    struct sockaddr *addr,
    LPINT addrlen,
    LPCONDITIONPROC lpfnCondition,
    DWORD_PTR dwCallbackData,
    LPINT lpErrno);
INT WSPAPI layer_WSPAddressToString(
    LPSOCKADDR lpsaAddress,
    DWORD dwAddressLength,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPWSTR lpszAddressString,
    LPDWORD lpdwAddressStringLength,
    LPINT lpErrno);
int WSPAPI layer_WSPAsyncSelect(
    SOCKET s,
    HWND hWnd,
    unsigned int wMsg,
    long lEvent,
    LPINT lpErrno);
int WSPAPI layer_WSPBind(
    SOCKET s,
    const struct sockaddr *name,
    int namelen,
    LPINT lpErrno);
int WSPAPI layer_WSPCancelBlockingCall(LPINT lpErrno);
int WSPAPI layer_WSPCloseSocket(SOCKET s, LPINT lpErrno);
int WSPAPI layer_WSPConnect(
    SOCKET s,
    const struct sockaddr *name,
    int namelen,
    LPWSABUF lpCallerData,
    LPWSABUF lpCalleeData,
    LPQOS lpSQOS,
    LPQOS lpGQOS,
    LPINT lpErrno);
int WSPAPI layer_WSPDuplicateSocket(
    SOCKET s,
    DWORD dwProcessId,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPINT lpErrno);
int WSPAPI layer_WSPEnumNetworkEvents(
    SOCKET s,
    WSAEVENT hEventObject,
    LPWSANETWORKEVENTS lpNetworkEvents,
    LPINT lpErrno);
int WSPAPI layer_WSPEventSelect(
    SOCKET s,
    WSAEVENT hEventObject,
    long lNetworkEvents,
    LPINT lpErrno);
BOOL WSPAPI layer_WSPGetOverlappedResult(
    SOCKET s,
    LPWSAOVERLAPPED lpOverlapped,
    LPDWORD lpcbTransfer,
    BOOL fWait,
    LPDWORD lpdwFlags,
    LPINT lpErrno);
int WSPAPI layer_WSPGetPeerName(
    SOCKET s,
    struct sockaddr *name,
    LPINT namelen,
    LPINT lpErrno);
int WSPAPI layer_WSPGetSockName(
    SOCKET s,
    struct sockaddr *name,
    LPINT namelen,
    LPINT lpErrno);
int WSPAPI layer_WSPGetSockOpt(
    SOCKET s,
    int level,
    int optname,
    char *optval,
    LPINT optlen,
    LPINT lpErrno);
BOOL WSPAPI
layer_WSPGetQOSByName(SOCKET s, LPWSABUF lpQOSName, LPQOS lpQOS, LPINT lpErrno);
int WSPAPI layer_WSPIoctl(
    SOCKET s,
    DWORD dwIoControlCode,
    LPVOID lpvInBuffer,
    DWORD cbInBuffer,
    LPVOID lpvOutBuffer,
    DWORD cbOutBuffer,
    LPDWORD lpcbBytesReturned,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId,
    LPINT lpErrno);
SOCKET WSPAPI layer_WSPJoinLeaf(
    SOCKET s,
    const struct sockaddr *name,
    int namelen,
    LPWSABUF lpCallerData,
    LPWSABUF lpCalleeData,
    LPQOS lpSQOS,
    LPQOS lpGQOS,
    DWORD dwFlags,
    LPINT lpErrno);
int WSPAPI layer_WSPListen(SOCKET s, int backlog, LPINT lpErrno);
int WSPAPI layer_WSPRecv(
    SOCKET s,
    LPWSABUF lpBuffers,
    DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesRecvd,
    LPDWORD lpFlags,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId,
    LPINT lpErrno);
int WSPAPI layer_WSPRecvDisconnect(
    SOCKET s,
    LPWSABUF lpInboundDisconnectData,
    LPINT lpErrno);
int WSPAPI layer_WSPRecvFrom(
    SOCKET s,
    LPWSABUF lpBuffers,
    DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesRecvd,
    LPDWORD lpFlags,
    struct sockaddr *lpFrom,
    LPINT lpFromlen,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId,
    LPINT lpErrno);
int WSPAPI layer_WSPSelect(
    int nfds,
    fd_set *readfds,
    fd_set *writefds,
    fd_set *exceptfds,
    const PTIMEVAL timeout,
    LPINT lpErrno);
int WSPAPI layer_WSPSend(
    SOCKET s,
    LPWSABUF lpBuffers,
    DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesSent,
    DWORD dwFlags,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId,
    LPINT lpErrno);
int WSPAPI layer_WSPSendDisconnect(
    SOCKET s,
    LPWSABUF lpOutboundDisconnectData,
    LPINT lpErrno);
int WSPAPI layer_WSPSendTo(
    SOCKET s,
    LPWSABUF lpBuffers,
    DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesSent,
    DWORD dwFlags,
    const struct sockaddr *lpTo,
    int iTolen,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId,
    LPINT lpErrno);
int WSPAPI layer_WSPSetSockOpt(
    SOCKET s,
    int level,
    int optname,
    const char *optval,
    int optlen,
    LPINT lpErrno);
int WSPAPI layer_WSPShutdown(SOCKET s, int how, LPINT lpErrno);
SOCKET WSPAPI layer_WSPSocket(
    int af,
    int type,
    int protocol,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    GROUP g,
    DWORD dwFlags,
    LPINT lpErrno);
INT WSPAPI layer_WSPStringToAddress(
    LPWSTR AddressString,
    INT AddressFamily,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPSOCKADDR lpAddress,
    LPINT lpAddressLength,
    LPINT lpErrno);

#endif
