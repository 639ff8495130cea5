/*
 * Sockets and their handles. What the client holds is a handle that ws2_32 has
 * made for this layer; its context is the structure here, and that has the
 * handle which the next provider has given.
 *
 * `list` is held over the upcalls that make, look up and close a handle: one
 * that ws2_32 knows belongs to a structure that is listed. It is never held
 * over a call of the next provider that may wait.
 */
#include "layer.h"

static struct own_socket *sockets;

/* ---- Who holds a socket ---- */

/* The context is looked at only when it is a structure of this layer: the
 * handle may have been closed, and its value given out to another provider,
 * since the call was sent here. */
struct own_socket *socket_hold(SOCKET s)
{
    DWORD_PTR context = 0;
    int error = 0;
    struct own_socket *socket = NULL;
    EnterCriticalSection(&layer.list);
    if (layer.upcalls.lpWPUQuerySocketHandleContext(s, &context, &error) == 0) {
        socket = sockets;
        while (socket != NULL && (DWORD_PTR)socket != context) {
            socket = socket->next;
        }
    }
    if (socket != NULL && socket->is_closing) {
        socket = NULL;
    }
    if (socket != NULL) {
        socket->users++;
    }
    LeaveCriticalSection(&layer.list);
    return socket;
}

void socket_release(struct own_socket *socket)
{
    socket->users--;
    if (socket->users == 0) {
        HeapFree(layer.heap, 0, socket);
    }
}

struct own_socket *socket_enter(SOCKET s, LPINT error)
{
    if (layer_enter(NULL, error) == NULL) {
        return NULL;
    }
    struct own_socket *socket = socket_hold(s);
    if (socket == NULL) {
        layer_leave();
        layer_fail(error, WSAENOTSOCK);
    }
    return socket;
}

void socket_leave(struct own_socket *socket)
{
    EnterCriticalSection(&layer.list);
    socket_release(socket);
    LeaveCriticalSection(&layer.list);
    layer_leave();
}

/* ---- New sockets ---- */

/* Gives a socket of the next provider a handle of this layer. When there is
 * none to be had the socket below is closed again. */
static SOCKET adopt(
    struct lower *lower,
    SOCKET below,
    BOOL is_overlapped,
    LPINT lpErrno)
{
    struct own_socket *socket =
        HeapAlloc(layer.heap, HEAP_ZERO_MEMORY, sizeof *socket);
    SOCKET handle = INVALID_SOCKET;
    if (socket == NULL) {
        layer_fail(lpErrno, WSAENOBUFS);
        goto close_below;
    }
    socket->below = below;
    socket->lower = lower;
    socket->users = 1;
    socket->is_overlapped = is_overlapped;
    EnterCriticalSection(&layer.list);
    handle = layer.upcalls.lpWPUCreateSocketHandle(
        lower->own_id,
        (DWORD_PTR)socket,
        lpErrno);
    if (handle != INVALID_SOCKET) {
        socket->handle = handle;
        socket->next = sockets;
        sockets = socket;
    }
    LeaveCriticalSection(&layer.list);
    if (handle != INVALID_SOCKET) {
        return handle;
    }
    HeapFree(layer.heap, 0, socket);

close_below:;
    int error = 0;
    lower->table.lpWSPCloseSocket(below, &error);
    return INVALID_SOCKET;
}

SOCKET WSPAPI layer_WSPSocket(
    int af,
    int type,
    int protocol,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    GROUP g,
    DWORD dwFlags,
    LPINT lpErrno)
{
    struct lower *lower = (struct lower *)layer_enter(lpProtocolInfo, lpErrno);
    if (lower == NULL) {
        return INVALID_SOCKET;
    }
    WSAPROTOCOL_INFOW info = lower->info;
    if (lpProtocolInfo != NULL) {
        /* Of a socket that another process shares with us. */
        info.dwProviderReserved = lpProtocolInfo->dwProviderReserved;
    }
    SOCKET result = INVALID_SOCKET;
    SOCKET below =
        lower->table
            .lpWSPSocket(af, type, protocol, &info, g, dwFlags, lpErrno);
    if (below != INVALID_SOCKET) {
        BOOL is_overlapped = (dwFlags & WSA_FLAG_OVERLAPPED) != 0;
        result = adopt(lower, below, is_overlapped, lpErrno);
    }
    layer_leave();
    return result;
}

SOCKET WSPAPI layer_WSPAccept(
    SOCKET s,
    struct sockaddr *addr,
    LPINT addrlen,
    LPCONDITIONPROC lpfnCondition,
    DWORD_PTR dwCallbackData,
    LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return INVALID_SOCKET;
    }
    SOCKET result = INVALID_SOCKET;
    SOCKET below = socket->lower->table.lpWSPAccept(
        socket->below,
        addr,
        addrlen,
        lpfnCondition,
        dwCallbackData,
        lpErrno);
    if (below != INVALID_SOCKET) {
        result = adopt(socket->lower, below, socket->is_overlapped, lpErrno);
    }
    socket_leave(socket);
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
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return INVALID_SOCKET;
    }
    SOCKET result = INVALID_SOCKET;
    SOCKET below = socket->lower->table.lpWSPJoinLeaf(
        socket->below,
        name,
        namelen,
        lpCallerData,
        lpCalleeData,
        lpSQOS,
        lpGQOS,
        dwFlags,
        lpErrno);
    if (below == socket->below) {
        result = s; /* no new socket: the one that joined */
    } else if (below != INVALID_SOCKET) {
        result = adopt(socket->lower, below, socket->is_overlapped, lpErrno);
    }
    socket_leave(socket);
    return result;
}

/* What a client in another process needs to get at the socket below, in the
 * entry that this layer's own client knows. */
int WSPAPI layer_WSPDuplicateSocket(
    SOCKET s,
    DWORD dwProcessId,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    WSAPROTOCOL_INFOW info = socket->lower->info;
    int result = socket->lower->table.lpWSPDuplicateSocket(
        socket->below,
        dwProcessId,
        &info,
        lpErrno);
    if (result == 0) {
        *lpProtocolInfo = socket->lower->chain;
        lpProtocolInfo->dwProviderReserved = info.dwProviderReserved;
    }
    socket_leave(socket);
    return result;
}

/* ---- Closing ---- */

/* Takes a socket out of the list and gives its handle back to ws2_32, which
 * frees nothing of ours. Under `list`. */
static void retire(struct own_socket *socket)
{
    struct own_socket **link = &sockets;
    while (*link != socket) {
        link = &(*link)->next;
    }
    *link = socket->next;
    int error = 0;
    layer.upcalls.lpWPUCloseSocketHandle(socket->handle, &error);
    socket_release(socket);
}

/* Whether this call is the one that closes it. From here on the handle is no
 * socket for anybody else. */
static BOOL begin_close(struct own_socket *socket)
{
    EnterCriticalSection(&layer.list);
    BOOL is_mine = !socket->is_closing;
    socket->is_closing = TRUE;
    LeaveCriticalSection(&layer.list);
    return is_mine;
}

/* The handle goes when the socket below has gone and its operations, which that
 * has ended, have been told of; not before. */
static void end_close(struct own_socket *socket)
{
    EnterCriticalSection(&layer.list);
    while (socket->operations > 0) {
        SleepConditionVariableCS(&layer.changed, &layer.list, INFINITE);
    }
    retire(socket);
    LeaveCriticalSection(&layer.list);
}

/* It failed, with WSAEWOULDBLOCK for one: everything is as it was. */
static void undo_close(struct own_socket *socket)
{
    EnterCriticalSection(&layer.list);
    socket->is_closing = FALSE;
    LeaveCriticalSection(&layer.list);
}

int WSPAPI layer_WSPCloseSocket(SOCKET s, LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return SOCKET_ERROR;
    }
    int result = SOCKET_ERROR;
    if (!begin_close(socket)) {
        layer_fail(lpErrno, WSAENOTSOCK);
        goto leave;
    }
    result = socket->lower->table.lpWSPCloseSocket(socket->below, lpErrno);
    if (result == 0) {
        end_close(socket);
    } else {
        undo_close(socket);
    }

leave:
    socket_leave(socket);
    return result;
}

/* A close that would block is made to wait: calls that wait inside the next
 * provider end only with it. */
static BOOL close_below(const struct own_socket *socket)
{
    const WSPPROC_TABLE *table = &socket->lower->table;
    int error = 0;
    int result = table->lpWSPCloseSocket(socket->below, &error);
    while (result != 0 && error == WSAEWOULDBLOCK) {
        u_long is_nonblocking = 0;
        DWORD returned = 0;
        table->lpWSPIoctl(
            socket->below,
            (DWORD)FIONBIO,
            &is_nonblocking,
            sizeof is_nonblocking,
            NULL,
            0,
            &returned,
            NULL,
            NULL,
            NULL,
            &error);
        result = table->lpWSPCloseSocket(socket->below, &error);
    }
    return result == 0;
}

/* The first socket that no close is under way of, marked as being closed. */
static struct own_socket *take_open(void)
{
    EnterCriticalSection(&layer.list);
    struct own_socket *socket = sockets;
    while (socket != NULL && socket->is_closing) {
        socket = socket->next;
    }
    if (socket != NULL) {
        socket->is_closing = TRUE;
    }
    LeaveCriticalSection(&layer.list);
    return socket;
}

void socket_close_all(void)
{
    struct own_socket *socket = take_open();
    while (socket != NULL) {
        if (close_below(socket)) {
            end_close(socket);
        } else {
            /* The next provider's cleanup ends it, and what is under way. */
            EnterCriticalSection(&layer.list);
            retire(socket);
            LeaveCriticalSection(&layer.list);
        }
        socket = take_open();
    }
}
