/*
 * A layered provider in ordinary Windows C: what its two files share.
 */
#ifndef EXAMPLES_PASSLAYER_LAYER_H
#define EXAMPLES_PASSLAYER_LAYER_H

/* winsock2.h comes before windows.h. */
/* clang-format off */
#include <winsock2.h>
#include <ws2spi.h>
#include <windows.h>

/* clang-format on */

/* A next provider that was started. */
struct lower {
    DWORD chain_id; /* catalog id of the chain it was started for */
    DWORD own_id;   /* the id this layer registers socket handles under */
    HMODULE library;
    WSPPROC_TABLE table;
    WSAPROTOCOL_INFOW info; /* what it is to be shown */
};

/**
 * Counts a call in.
 *
 * Returns the next provider of the socket, or NULL with *error set: the last
 * cleanup has begun, or the socket is not ours. INVALID_SOCKET stands for a
 * call that is about no socket.
 */
const struct lower *layer_enter(SOCKET s, LPINT error);

/* The next provider that was started behind another one, or NULL. */
const struct lower *layer_next(const struct lower *lower);

/* Counts it out. */
void layer_leave(void);

/* The calls that are passed on, in the order of the table. */
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
INT WSPAPI layer_WSPStringToAddress(
    LPWSTR AddressString,
    INT AddressFamily,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPSOCKADDR lpAddress,
    LPINT lpAddressLength,
    LPINT lpErrno);

#endif
