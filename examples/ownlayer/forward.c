/*
 * The calls that the layer passes on, with the handle of the next provider in
 * place of its own. Each counts itself in and out and holds its socket meanwhile,
 * so that the last WSPCleanup can wait until nobody is below any more.
 */
#include "layer.h"

/* ---- Calls on one socket ---- */

int WSPAPI
layer_WSPBind(SOCKET s, const struct sockaddr *name, int namelen, LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result =
        socket->lower->table.lpWSPBind(socket->below, name, namelen, lpErrno);
    socket_leave(socket);
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
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPConnect(
        socket->below,
        name,
        namelen,
        lpCallerData,
        lpCalleeData,
        lpSQOS,
        lpGQOS,
        lpErrno);
    socket_leave(socket);
    return result;
}

int WSPAPI layer_WSPEnumNetworkEvents(
    SOCKET s,
    WSAEVENT hEventObject,
    LPWSANETWORKEVENTS lpNetworkEvents,
    LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPEnumNetworkEvents(
        socket->below,
        hEventObject,
        lpNetworkEvents,
        lpErrno);
    socket_leave(socket);
    return result;
}

int WSPAPI layer_WSPEventSelect(
    SOCKET s,
    WSAEVENT hEventObject,
    long lNetworkEvents,
    LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPEventSelect(
        socket->below,
        hEventObject,
        lNetworkEvents,
        lpErrno);
    socket_leave(socket);
    return result;
}

int WSPAPI layer_WSPGetPeerName(
    SOCKET s,
    struct sockaddr *name,
    LPINT namelen,
    LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = socket->lower->table
                     .lpWSPGetPeerName(socket->below, name, namelen, lpErrno);
    socket_leave(socket);
    return result;
}

int WSPAPI layer_WSPGetSockName(
    SOCKET s,
    struct sockaddr *name,
    LPINT namelen,
    LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = socket->lower->table
                     .lpWSPGetSockName(socket->below, name, namelen, lpErrno);
    socket_leave(socket);
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
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPGetSockOpt(
        socket->below,
        level,
        optname,
        optval,
        optlen,
        lpErrno);
    socket_leave(socket);
    return result;
}

BOOL WSPAPI
layer_WSPGetQOSByName(SOCKET s, LPWSABUF lpQOSName, LPQOS lpQOS, LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return FALSE;
    }
    BOOL result = socket->lower->table.lpWSPGetQOSByName(
        socket->below,
        lpQOSName,
        lpQOS,
        lpErrno);
    socket_leave(socket);
    return result;
}

int WSPAPI layer_WSPListen(SOCKET s, int backlog, LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result =
        socket->lower->table.lpWSPListen(socket->below, backlog, lpErrno);
    socket_leave(socket);
    return result;
}

int WSPAPI layer_WSPRecvDisconnect(
    SOCKET s,
    LPWSABUF lpInboundDisconnectData,
    LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPRecvDisconnect(
        socket->below,
        lpInboundDisconnectData,
        lpErrno);
    socket_leave(socket);
    return result;
}

int WSPAPI layer_WSPSendDisconnect(
    SOCKET s,
    LPWSABUF lpOutboundDisconnectData,
    LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPSendDisconnect(
        socket->below,
        lpOutboundDisconnectData,
        lpErrno);
    socket_leave(socket);
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
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPSetSockOpt(
        socket->below,
        level,
        optname,
        optval,
        optlen,
        lpErrno);
    socket_leave(socket);
    return result;
}

int WSPAPI layer_WSPShutdown(SOCKET s, int how, LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result =
        socket->lower->table.lpWSPShutdown(socket->below, how, lpErrno);
    socket_leave(socket);
    return result;
}

/* Messages would name the handle below: that takes a window of our own, which
 * gets them in the client's place and posts them on with WPUPostMessage. */
int WSPAPI layer_WSPAsyncSelect(
    SOCKET s,
    HWND hWnd,
    unsigned int wMsg,
    long lEvent,
    LPINT lpErrno)
{
    (void)hWnd;
    (void)wMsg;
    (void)lEvent;
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    layer_fail(lpErrno, WSAEINVAL);
    socket_leave(socket);
    return SOCKET_ERROR;
}

/* ---- Calls that may be overlapped ---- */

/* Of another socket than one for overlapped operations the parameter means
 * nothing, and it is a call like the others. */

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
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = SOCKET_ERROR;
    LPWSAOVERLAPPED below = NULL;
    if (operation_is_asked(socket, lpOverlapped)) {
        const struct operation_request request = {
            .client = lpOverlapped,
            .routine = lpCompletionRoutine,
            .thread = lpThreadId,
            .is_receive = FALSE,
        };
        int error = operation_begin(socket, &request, &below);
        if (error != 0) {
            layer_fail(lpErrno, error);
            goto leave;
        }
    }
    int error = 0;
    result = socket->lower->table.lpWSPSend(
        socket->below,
        lpBuffers,
        dwBufferCount,
        lpNumberOfBytesSent,
        dwFlags,
        below,
        NULL,
        lpThreadId,
        &error);
    if (below != NULL) {
        result = operation_answer(below, result, error, lpErrno);
    } else if (result != 0) {
        layer_fail(lpErrno, error);
    }

leave:
    socket_leave(socket);
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
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = SOCKET_ERROR;
    LPWSAOVERLAPPED below = NULL;
    if (operation_is_asked(socket, lpOverlapped)) {
        const struct operation_request request = {
            .client = lpOverlapped,
            .routine = lpCompletionRoutine,
            .thread = lpThreadId,
            .is_receive = FALSE,
        };
        int error = operation_begin(socket, &request, &below);
        if (error != 0) {
            layer_fail(lpErrno, error);
            goto leave;
        }
    }
    int error = 0;
    result = socket->lower->table.lpWSPSendTo(
        socket->below,
        lpBuffers,
        dwBufferCount,
        lpNumberOfBytesSent,
        dwFlags,
        lpTo,
        iTolen,
        below,
        NULL,
        lpThreadId,
        &error);
    if (below != NULL) {
        result = operation_answer(below, result, error, lpErrno);
    } else if (result != 0) {
        layer_fail(lpErrno, error);
    }

leave:
    socket_leave(socket);
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
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = SOCKET_ERROR;
    LPWSAOVERLAPPED below = NULL;
    if (operation_is_asked(socket, lpOverlapped)) {
        const struct operation_request request = {
            .client = lpOverlapped,
            .routine = lpCompletionRoutine,
            .thread = lpThreadId,
            .is_receive = TRUE,
        };
        int error = operation_begin(socket, &request, &below);
        if (error != 0) {
            layer_fail(lpErrno, error);
            goto leave;
        }
    }
    int error = 0;
    result = socket->lower->table.lpWSPRecv(
        socket->below,
        lpBuffers,
        dwBufferCount,
        lpNumberOfBytesRecvd,
        lpFlags,
        below,
        NULL,
        lpThreadId,
        &error);
    if (below != NULL) {
        result = operation_answer(below, result, error, lpErrno);
    } else if (result != 0) {
        layer_fail(lpErrno, error);
    }

leave:
    socket_leave(socket);
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
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = SOCKET_ERROR;
    LPWSAOVERLAPPED below = NULL;
    if (operation_is_asked(socket, lpOverlapped)) {
        const struct operation_request request = {
            .client = lpOverlapped,
            .routine = lpCompletionRoutine,
            .thread = lpThreadId,
            .is_receive = TRUE,
        };
        int error = operation_begin(socket, &request, &below);
        if (error != 0) {
            layer_fail(lpErrno, error);
            goto leave;
        }
    }
    int error = 0;
    result = socket->lower->table.lpWSPRecvFrom(
        socket->below,
        lpBuffers,
        dwBufferCount,
        lpNumberOfBytesRecvd,
        lpFlags,
        lpFrom,
        lpFromlen,
        below,
        NULL,
        lpThreadId,
        &error);
    if (below != NULL) {
        result = operation_answer(below, result, error, lpErrno);
    } else if (result != 0) {
        layer_fail(lpErrno, error);
    }

leave:
    socket_leave(socket);
    return result;
}

/* What the next provider's handle is. */
static int query_target(
    const struct own_socket *socket,
    LPVOID out,
    DWORD out_size,
    LPDWORD returned,
    LPINT lpErrno)
{
    if (out == NULL || returned == NULL || out_size < sizeof socket->below) {
        return layer_fail(lpErrno, WSAEFAULT);
    }
    memcpy(out, &socket->below, sizeof socket->below);
    *returned = sizeof socket->below;
    return 0;
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
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = SOCKET_ERROR;
    LPWSAOVERLAPPED below = NULL;
    if (dwIoControlCode == SIO_GET_EXTENSION_FUNCTION_POINTER) {
        layer_fail(lpErrno, WSAEINVAL); /* it would take handles below */
        goto leave;
    }
    if (dwIoControlCode == SIO_QUERY_TARGET_PNP_HANDLE) {
        result = query_target(
            socket,
            lpvOutBuffer,
            cbOutBuffer,
            lpcbBytesReturned,
            lpErrno);
        goto leave;
    }
    if (operation_is_asked(socket, lpOverlapped)) {
        const struct operation_request request = {
            .client = lpOverlapped,
            .routine = lpCompletionRoutine,
            .thread = lpThreadId,
            .is_receive = FALSE,
        };
        int error = operation_begin(socket, &request, &below);
        if (error != 0) {
            layer_fail(lpErrno, error);
            goto leave;
        }
    }
    int error = 0;
    result = socket->lower->table.lpWSPIoctl(
        socket->below,
        dwIoControlCode,
        lpvInBuffer,
        cbInBuffer,
        lpvOutBuffer,
        cbOutBuffer,
        lpcbBytesReturned,
        below,
        NULL,
        lpThreadId,
        &error);
    if (below != NULL) {
        result = operation_answer(below, result, error, lpErrno);
    } else if (result != 0) {
        layer_fail(lpErrno, error);
    }

leave:
    socket_leave(socket);
    return result;
}

/* ---- Select ---- */

/* A set of the client's, and what it is below. */
struct mapped_set {
    fd_set *below;               /* with room for `count` */
    struct own_socket **sockets; /* held */
    u_int count;
};

static void free_set(struct mapped_set *set)
{
    EnterCriticalSection(&layer.list);
    for (u_int i = 0; i < set->count; i++) {
        socket_release(set->sockets[i]);
    }
    LeaveCriticalSection(&layer.list);
    if (set->below != NULL) {
        HeapFree(layer.heap, 0, set->below);
    }
    if (set->sockets != NULL) {
        HeapFree(layer.heap, 0, set->sockets);
    }
}

/* Clients may have sets of more than FD_SETSIZE. All sockets have to be of one
 * next provider. Returns an error code; what was filled is to be freed. */
static int map_set(
    const fd_set *from,
    struct mapped_set *set,
    const struct lower **lower)
{
    set->below = HeapAlloc(
        layer.heap,
        HEAP_ZERO_MEMORY,
        sizeof *set->below + from->fd_count * sizeof(SOCKET));
    set->sockets = HeapAlloc(
        layer.heap,
        HEAP_ZERO_MEMORY,
        (from->fd_count + 1) * sizeof(struct own_socket *));
    if (set->below == NULL || set->sockets == NULL) {
        return WSAENOBUFS;
    }
    for (u_int i = 0; i < from->fd_count; i++) {
        struct own_socket *socket = socket_hold(from->fd_array[i]);
        if (socket == NULL) {
            return WSAENOTSOCK;
        }
        set->sockets[i] = socket;
        set->below->fd_array[i] = socket->below;
        set->below->fd_count = i + 1;
        set->count = i + 1;
        if (*lower != NULL && *lower != socket->lower) {
            return WSAEINVAL;
        }
        *lower = socket->lower;
    }
    return 0;
}

/* Leaves in a set those whose handle below is in the result. */
static void narrow_set(const struct mapped_set *set, fd_set *to)
{
    u_int kept = 0;
    for (u_int i = 0; i < set->count; i++) {
        BOOL is_member = FALSE;
        for (u_int k = 0; k < set->below->fd_count; k++) {
            is_member |= set->below->fd_array[k] == set->sockets[i]->below;
        }
        if (is_member) {
            to->fd_array[kept] = set->sockets[i]->handle;
            kept++;
        }
    }
    to->fd_count = kept;
}

int WSPAPI layer_WSPSelect(
    int nfds,
    fd_set *readfds,
    fd_set *writefds,
    fd_set *exceptfds,
    const PTIMEVAL timeout,
    LPINT lpErrno)
{
    if (layer_enter(NULL, lpErrno) == NULL) {
        return SOCKET_ERROR;
    }
    fd_set *const sets[3] = { readfds, writefds, exceptfds };
    struct mapped_set mapped[3] = { { NULL, NULL, 0 } };
    const struct lower *lower = NULL;
    int result = SOCKET_ERROR;
    int error = 0;
    for (int i = 0; i < 3 && error == 0; i++) {
        error = sets[i] == NULL ? 0 : map_set(sets[i], &mapped[i], &lower);
    }
    if (error == 0 && lower == NULL) {
        error = WSAEINVAL; /* no socket at all */
    }
    if (error == 0) {
        result = lower->table.lpWSPSelect(
            nfds,
            mapped[0].below,
            mapped[1].below,
            mapped[2].below,
            timeout,
            &error);
    }
    for (int i = 0; i < 3; i++) {
        if (result != SOCKET_ERROR && sets[i] != NULL) {
            narrow_set(&mapped[i], sets[i]);
        }
        free_set(&mapped[i]);
    }
    if (result == SOCKET_ERROR) {
        layer_fail(lpErrno, error);
    }
    layer_leave();
    return result;
}

/* ---- Calls without a socket ---- */

INT WSPAPI layer_WSPAddressToString(
    LPSOCKADDR lpsaAddress,
    DWORD dwAddressLength,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPWSTR lpszAddressString,
    LPDWORD lpdwAddressStringLength,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(lpProtocolInfo, lpErrno);
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

INT WSPAPI layer_WSPStringToAddress(
    LPWSTR AddressString,
    INT AddressFamily,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPSOCKADDR lpAddress,
    LPINT lpAddressLength,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(lpProtocolInfo, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    WSAPROTOCOL_INFOW info = lower->info; /* as above */
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

/* The thread's call waits in one of the next providers. */
int WSPAPI layer_WSPCancelBlockingCall(LPINT lpErrno)
{
    const struct lower *lower = layer_enter(NULL, lpErrno);
    if (lower == NULL) {
        return SOCKET_ERROR;
    }
    int result = SOCKET_ERROR;
    while (result != 0 && lower != NULL) {
        result = lower->table.lpWSPCancelBlockingCall(lpErrno);
        lower = layer_next(lower);
    }
    layer_leave();
    return result;
}
