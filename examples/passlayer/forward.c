/*
 * The calls that the layer only passes on. Each counts itself in and out, so
 * that the last WSPCleanup can wait until nobody is below any more.
 */
#include "layer.h"

INT WSPAPI layer_WSPAddressToString(
    LPSOCKADDR lpsaAddress,
    DWORD dwAddressLength,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPWSTR lpszAddressString,
    LPDWORD lpdwAddressStringLength,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(INVALID_SOCKET, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    /* The next provider is shown what WSPSocket shows it. */
    WSAPROTOCOL_INFOW info = lower->info;
    INT result = lower->table.lpWSPAddressToString(
        lpsaAddress,
        dwAddressLength,
        lpProtocolInfo == NULL ? NULL : &info,
        lpszAddressString,
        lpdwAddressStringLength,
        lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPAsyncSelect(
    SOCKET s,
    HWND hWnd,
    unsigned int wMsg,
    long lEvent,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPAsyncSelect(s, hWnd, wMsg, lEvent, lpErrno);
    layer_leave();
    return result;
}

int WSPAPI
layer_WSPBind(SOCKET s, const struct sockaddr *name, int namelen, LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPBind(s, name, namelen, lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPCancelBlockingCall(LPINT lpErrno)
{
    const struct lower *lower = layer_enter(INVALID_SOCKET, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    /* In which of them the thread waits is theirs to know. */
    int result = SOCKET_ERROR;
    while (result != 0 && lower != NULL) {
        result = lower->table.lpWSPCancelBlockingCall(lpErrno);
        lower = layer_next(lower);
    }
    layer_leave();
    return result;
}

int WSPAPI layer_WSPConnect(
    SOCKET s,
    const struct sockaddr *name,
    int namelen,
    LPWSABUF lpCallerData,
    LPWSABUF lpCalleeData,
    LPQOS lpSQOS,
    LPQOS lpGQOS,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPConnect(
        s,
        name,
        namelen,
        lpCallerData,
        lpCalleeData,
        lpSQOS,
        lpGQOS,
        lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPDuplicateSocket(
    SOCKET s,
    DWORD dwProcessId,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPDuplicateSocket(
        s,
        dwProcessId,
        lpProtocolInfo,
        lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPEnumNetworkEvents(
    SOCKET s,
    WSAEVENT hEventObject,
    LPWSANETWORKEVENTS lpNetworkEvents,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPEnumNetworkEvents(
        s,
        hEventObject,
        lpNetworkEvents,
        lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPEventSelect(
    SOCKET s,
    WSAEVENT hEventObject,
    long lNetworkEvents,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result =
        lower->table.lpWSPEventSelect(s, hEventObject, lNetworkEvents, lpErrno);
    layer_leave();
    return result;
}

BOOL WSPAPI layer_WSPGetOverlappedResult(
    SOCKET s,
    LPWSAOVERLAPPED lpOverlapped,
    LPDWORD lpcbTransfer,
    BOOL fWait,
    LPDWORD lpdwFlags,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return FALSE;
    }
    BOOL result = lower->table.lpWSPGetOverlappedResult(
        s,
        lpOverlapped,
        lpcbTransfer,
        fWait,
        lpdwFlags,
        lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPGetPeerName(
    SOCKET s,
    struct sockaddr *name,
    LPINT namelen,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPGetPeerName(s, name, namelen, lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPGetSockName(
    SOCKET s,
    struct sockaddr *name,
    LPINT namelen,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPGetSockName(s, name, namelen, lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPGetSockOpt(
    SOCKET s,
    int level,
    int optname,
    char *optval,
    LPINT optlen,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result =
        lower->table
            .lpWSPGetSockOpt(s, level, optname, optval, optlen, lpErrno);
    layer_leave();
    return result;
}

BOOL WSPAPI
layer_WSPGetQOSByName(SOCKET s, LPWSABUF lpQOSName, LPQOS lpQOS, LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return FALSE;
    }
    BOOL result = lower->table.lpWSPGetQOSByName(s, lpQOSName, lpQOS, lpErrno);
    layer_leave();
    return result;
}

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
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPIoctl(
        s,
        dwIoControlCode,
        lpvInBuffer,
        cbInBuffer,
        lpvOutBuffer,
        cbOutBuffer,
        lpcbBytesReturned,
        lpOverlapped,
        lpCompletionRoutine,
        lpThreadId,
        lpErrno);
    layer_leave();
    return result;
}

SOCKET WSPAPI layer_WSPJoinLeaf(
    SOCKET s,
    const struct sockaddr *name,
    int namelen,
    LPWSABUF lpCallerData,
    LPWSABUF lpCalleeData,
    LPQOS lpSQOS,
    LPQOS lpGQOS,
    DWORD dwFlags,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return INVALID_SOCKET;
    }
    SOCKET result = lower->table.lpWSPJoinLeaf(
        s,
        name,
        namelen,
        lpCallerData,
        lpCalleeData,
        lpSQOS,
        lpGQOS,
        dwFlags,
        lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPListen(SOCKET s, int backlog, LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPListen(s, backlog, lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPRecv(
    SOCKET s,
    LPWSABUF lpBuffers,
    DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesRecvd,
    LPDWORD lpFlags,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPRecv(
        s,
        lpBuffers,
        dwBufferCount,
        lpNumberOfBytesRecvd,
        lpFlags,
        lpOverlapped,
        lpCompletionRoutine,
        lpThreadId,
        lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPRecvDisconnect(
    SOCKET s,
    LPWSABUF lpInboundDisconnectData,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result =
        lower->table.lpWSPRecvDisconnect(s, lpInboundDisconnectData, lpErrno);
    layer_leave();
    return result;
}

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
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPRecvFrom(
        s,
        lpBuffers,
        dwBufferCount,
        lpNumberOfBytesRecvd,
        lpFlags,
        lpFrom,
        lpFromlen,
        lpOverlapped,
        lpCompletionRoutine,
        lpThreadId,
        lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPSelect(
    int nfds,
    fd_set *readfds,
    fd_set *writefds,
    fd_set *exceptfds,
    const PTIMEVAL timeout,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(INVALID_SOCKET, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result =
        lower->table
            .lpWSPSelect(nfds, readfds, writefds, exceptfds, timeout, lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPSend(
    SOCKET s,
    LPWSABUF lpBuffers,
    DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesSent,
    DWORD dwFlags,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPSend(
        s,
        lpBuffers,
        dwBufferCount,
        lpNumberOfBytesSent,
        dwFlags,
        lpOverlapped,
        lpCompletionRoutine,
        lpThreadId,
        lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPSendDisconnect(
    SOCKET s,
    LPWSABUF lpOutboundDisconnectData,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result =
        lower->table.lpWSPSendDisconnect(s, lpOutboundDisconnectData, lpErrno);
    layer_leave();
    return result;
}

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
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPSendTo(
        s,
        lpBuffers,
        dwBufferCount,
        lpNumberOfBytesSent,
        dwFlags,
        lpTo,
        iTolen,
        lpOverlapped,
        lpCompletionRoutine,
        lpThreadId,
        lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPSetSockOpt(
    SOCKET s,
    int level,
    int optname,
    const char *optval,
    int optlen,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result =
        lower->table
            .lpWSPSetSockOpt(s, level, optname, optval, optlen, lpErrno);
    layer_leave();
    return result;
}

int WSPAPI layer_WSPShutdown(SOCKET s, int how, LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = lower->table.lpWSPShutdown(s, how, lpErrno);
    layer_leave();
    return result;
}

INT WSPAPI layer_WSPStringToAddress(
    LPWSTR AddressString,
    INT AddressFamily,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPSOCKADDR lpAddress,
    LPINT lpAddressLength,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(INVALID_SOCKET, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    /* The next provider is shown what WSPSocket shows it. */
    WSAPROTOCOL_INFOW info = lower->info;
    INT result = lower->table.lpWSPStringToAddress(
        AddressString,
        AddressFamily,
        lpProtocolInfo == NULL ? NULL : &info,
        lpAddress,
        lpAddressLength,
        lpErrno);
    layer_leave();
    return result;
}
