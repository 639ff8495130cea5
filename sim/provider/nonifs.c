/*
 * A layered provider with handles of its own that passes everything through.
 * What the application holds is a handle that ws2_32 has made for this layer;
 * each call looks up by it what this layer knows of the socket, and goes on
 * with the handle that the next provider has given.
 *
 * It starts the next provider of its chain for each start of its own that needs
 * one, and at its last cleanup in a process it closes what is open, waits until
 * every call has come out, and cleans the next providers up (lower.c).
 *
 * Locks: `starts` is held over a whole WSPStartup or WSPCleanup. `list` guards
 * the sockets, and is held over the upcalls that make, look up and close a
 * handle: a handle that ws2_32 knows belongs to a structure that is listed.
 * It is never held over a call of the next provider.
 *
 * An overlapped send or receive has an OVERLAPPED of this layer's own below
 * (OVL-16, operation.c). One with a completion routine goes down as it is: neither event
 * nor port of the handle has a part in it, and the routine is called by the
 * system, in no code of this layer that a last cleanup would have to wait for.
 *
 * What takes more than a handle put in place of another is refused: other
 * overlapped calls, window messages, which need a window of its own, and
 * extension functions, which would have to be wrapped (LAYER-23).
 *
 * Source: documented. WPUCreateSocketHandle, WPUQuerySocketHandleContext,
 *         WPUCloseSocketHandle (ws2spi.h); the catalogue, HANDLE-3 to -5,
 *         -13, -17, CLOSE-19, LAYER-8, -9, -16.
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/provider/lower.h"
#include "sim/provider/operation.h"
#include "sim/provider/provider.h"
#include "sim/provider/rundown.h"
#include "sim/provider/version.h"
#include "sim/win32/win32.h"

/* A socket: the context of its handle. */
struct nonifs_socket {
    struct nonifs_socket *next;
    lc_socket handle; /* the client's */
    lc_socket below;  /* the next provider's */
    struct sim_lower *lower;
    uint32_t users; /* calls that hold it, plus 1 while it is listed */
    bool is_closing;
    bool is_tied; /* `below`, to the port of the operations */
};

struct nonifs {
    struct lc_critical_section starts;
    struct lc_critical_section list;
    uint32_t start_count;
    struct sim_rundown rundown;
    struct sim_lowers lowers;
    struct sim_operations operations;
    struct nonifs_socket *sockets;
};

static struct nonifs *nonifs_globals(void)
{
    return sim_module_globals();
}

static int fail(int32_t *errno_out, enum lc_wsa error)
{
    if (errno_out != NULL) {
        *errno_out = (int32_t)error;
    }
    return LC_SOCKET_ERROR;
}

/* ---- Sockets ---- */

/* Finds what a handle stands for and holds it, or returns NULL. The context is
 * looked at only when it is a structure of this layer: the value may have been
 * closed, and given out to another provider, since the call was routed here. */
static struct nonifs_socket *hold(struct nonifs *nonifs, lc_socket handle)
{
    uintptr_t context = 0;
    int32_t error = 0;
    struct nonifs_socket *socket = NULL;
    sim_win32_enter_critical_section(&nonifs->list);
    if (nonifs->lowers.upcalls
            .lpWPUQuerySocketHandleContext(handle, &context, &error) == 0) {
        socket = nonifs->sockets;
        while (socket != NULL && (uintptr_t)socket != context) {
            socket = socket->next;
        }
    }
    if (socket != NULL && socket->is_closing) {
        socket = NULL;
    }
    if (socket != NULL) {
        socket->users++;
    }
    sim_win32_leave_critical_section(&nonifs->list);
    return socket;
}

/* Frees a socket with its last user. Under the list's lock. */
static void release(struct nonifs *nonifs, struct nonifs_socket *socket)
{
    LC_CHECK(socket->users > 0);
    socket->users--;
    if (socket->users == 0) {
        (void)sim_win32_heap_free(nonifs->lowers.heap, 0, socket);
    }
}

/* Takes a socket out of the list and gives its handle back to ws2_32, which
 * frees nothing of ours (HANDLE-13). Under the list's lock. */
static void retire(struct nonifs *nonifs, struct nonifs_socket *socket)
{
    struct nonifs_socket **link = &nonifs->sockets;
    while (*link != socket) {
        LC_CHECK(*link != NULL);
        link = &(*link)->next;
    }
    *link = socket->next;
    int32_t error = 0;
    (void)nonifs->lowers.upcalls.lpWPUCloseSocketHandle(socket->handle, &error);
    release(nonifs, socket);
}

/* Counts a call in and holds its socket. Its calls of the next provider come
 * before that one's cleanup, since the last cleanup waits for them. */
static struct nonifs_socket *call_open(lc_socket handle, int32_t *errno_out)
{
    struct nonifs *nonifs = nonifs_globals();
    if (!sim_rundown_enter(&nonifs->rundown)) {
        (void)fail(errno_out, LC_WSANOTINITIALISED);
        return NULL;
    }
    struct nonifs_socket *socket = hold(nonifs, handle);
    if (socket == NULL) {
        sim_rundown_leave(&nonifs->rundown);
        (void)fail(errno_out, LC_WSAENOTSOCK);
    }
    return socket;
}

static void call_close(struct nonifs_socket *socket)
{
    struct nonifs *nonifs = nonifs_globals();
    sim_win32_enter_critical_section(&nonifs->list);
    release(nonifs, socket);
    sim_win32_leave_critical_section(&nonifs->list);
    sim_rundown_leave(&nonifs->rundown);
}

/* Gives a socket of the next provider a handle of this layer. When there is
 * none to be had the socket below is closed again (HANDLE-17). */
static lc_socket adopt(
    struct nonifs *nonifs,
    struct sim_lower *lower,
    lc_socket below,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = sim_win32_heap_alloc(
        nonifs->lowers.heap,
        LC_HEAP_ZERO_MEMORY,
        sizeof *socket);
    if (socket == NULL) {
        (void)fail(errno_out, LC_WSAENOBUFS);
        goto close_below;
    }
    socket->below = below;
    socket->lower = lower;
    socket->users = 1;
    sim_win32_enter_critical_section(&nonifs->list);
    lc_socket handle = nonifs->lowers.upcalls.lpWPUCreateSocketHandle(
        lower->own_id,
        (uintptr_t)socket,
        errno_out);
    if (handle != LC_INVALID_SOCKET) {
        socket->handle = handle;
        socket->next = nonifs->sockets;
        nonifs->sockets = socket;
    }
    sim_win32_leave_critical_section(&nonifs->list);
    if (handle != LC_INVALID_SOCKET) {
        return handle;
    }
    (void)sim_win32_heap_free(nonifs->lowers.heap, 0, socket);

close_below:;
    int32_t error = 0;
    (void)lower->table.lpWSPCloseSocket(below, &error);
    return LC_INVALID_SOCKET;
}

static lc_socket LC_ABI nonifs_socket(
    int32_t family,
    int32_t type,
    int32_t protocol,
    struct lc_wsaprotocol_infow *protocol_info,
    uint32_t group,
    uint32_t flags,
    int32_t *errno_out)
{
    struct nonifs *nonifs = nonifs_globals();
    if (!sim_rundown_enter(&nonifs->rundown)) {
        (void)fail(errno_out, LC_WSANOTINITIALISED);
        return LC_INVALID_SOCKET;
    }
    lc_socket result = LC_INVALID_SOCKET;
    struct sim_lower *lower =
        protocol_info == NULL
            ? NULL
            : sim_lower_find(&nonifs->lowers, protocol_info->dwCatalogEntryId);
    if (lower == NULL) {
        lower = nonifs->lowers.first;
    }
    struct lc_wsaprotocol_infow info = lower->info;
    if (protocol_info != NULL) {
        info.dwProviderReserved = protocol_info->dwProviderReserved;
    }
    lc_socket below = lower->table.lpWSPSocket(
        family,
        type,
        protocol,
        &info,
        group,
        flags,
        errno_out);
    if (below != LC_INVALID_SOCKET) {
        result = adopt(nonifs, lower, below, errno_out);
    }
    sim_rundown_leave(&nonifs->rundown);
    return result;
}

/* Whether this call is the one that closes it: a second one fails, and so does
 * whatever comes while the first is in the next provider. */
static bool begin_close(struct nonifs *nonifs, struct nonifs_socket *socket)
{
    sim_win32_enter_critical_section(&nonifs->list);
    bool is_mine = !socket->is_closing;
    socket->is_closing = true;
    sim_win32_leave_critical_section(&nonifs->list);
    return is_mine;
}

/* The handle goes when the socket below has gone, and not before: a close that
 * fails leaves everything as it was (CLOSE-16, LAYER-16). */
static void end_close(
    struct nonifs *nonifs,
    struct nonifs_socket *socket,
    bool is_closed)
{
    sim_win32_enter_critical_section(&nonifs->list);
    if (is_closed) {
        retire(nonifs, socket);
    } else {
        socket->is_closing = false;
    }
    sim_win32_leave_critical_section(&nonifs->list);
}

static int LC_ABI nonifs_close_socket(lc_socket handle, int32_t *errno_out)
{
    struct nonifs *nonifs = nonifs_globals();
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = LC_SOCKET_ERROR;
    if (!begin_close(nonifs, socket)) {
        (void)fail(errno_out, LC_WSAENOTSOCK);
    } else {
        result =
            socket->lower->table.lpWSPCloseSocket(socket->below, errno_out);
        if (result == 0) {
            /* They are told of by a handle that still is one. */
            sim_operation_wait_all(&nonifs->operations, handle);
        }
        end_close(nonifs, socket, result == 0);
    }
    call_close(socket);
    return result;
}

/* The first socket that no close is under way of, marked as being closed. */
static struct nonifs_socket *take_open(struct nonifs *nonifs)
{
    sim_win32_enter_critical_section(&nonifs->list);
    struct nonifs_socket *socket = nonifs->sockets;
    while (socket != NULL && socket->is_closing) {
        socket = socket->next;
    }
    if (socket != NULL) {
        socket->is_closing = true;
    }
    sim_win32_leave_critical_section(&nonifs->list);
    return socket;
}

/* Closes what is still open, as closesocket would. Ends calls that wait in the
 * next provider. */
static void close_all(struct nonifs *nonifs)
{
    struct nonifs_socket *socket = take_open(nonifs);
    while (socket != NULL) {
        sim_lower_close(&socket->lower->table, socket->below);
        end_close(nonifs, socket, true);
        socket = take_open(nonifs);
    }
}

static lc_socket LC_ABI nonifs_accept(
    lc_socket handle,
    struct lc_sockaddr *address,
    int32_t *address_length,
    lc_condition_fn *condition,
    uintptr_t callback_data,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_INVALID_SOCKET;
    }
    lc_socket result = LC_INVALID_SOCKET;
    lc_socket below = socket->lower->table.lpWSPAccept(
        socket->below,
        address,
        address_length,
        condition,
        callback_data,
        errno_out);
    if (below != LC_INVALID_SOCKET) {
        result = adopt(nonifs_globals(), socket->lower, below, errno_out);
    }
    call_close(socket);
    return result;
}

static lc_socket LC_ABI nonifs_join_leaf(
    lc_socket handle,
    const struct lc_sockaddr *name,
    int32_t name_length,
    struct lc_wsabuf *caller_data,
    struct lc_wsabuf *callee_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    uint32_t flags,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_INVALID_SOCKET;
    }
    lc_socket result = LC_INVALID_SOCKET;
    lc_socket below = socket->lower->table.lpWSPJoinLeaf(
        socket->below,
        name,
        name_length,
        caller_data,
        callee_data,
        socket_qos,
        group_qos,
        flags,
        errno_out);
    if (below == socket->below) {
        result = handle; /* no new socket: the one that joined */
    } else if (below != LC_INVALID_SOCKET) {
        result = adopt(nonifs_globals(), socket->lower, below, errno_out);
    }
    call_close(socket);
    return result;
}

/* ---- Calls on one socket ---- */

static int LC_ABI nonifs_bind(
    lc_socket handle,
    const struct lc_sockaddr *name,
    int32_t name_length,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = socket->lower->table
                     .lpWSPBind(socket->below, name, name_length, errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI
nonifs_listen(lc_socket handle, int32_t backlog, int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result =
        socket->lower->table.lpWSPListen(socket->below, backlog, errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_connect(
    lc_socket handle,
    const struct lc_sockaddr *name,
    int32_t name_length,
    struct lc_wsabuf *caller_data,
    struct lc_wsabuf *callee_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPConnect(
        socket->below,
        name,
        name_length,
        caller_data,
        callee_data,
        socket_qos,
        group_qos,
        errno_out);
    call_close(socket);
    return result;
}

/* What a call gives to an operation that may go on after it. */
struct nonifs_transfer {
    struct lc_wsabuf *buffers;
    uint32_t buffer_count;
    uint32_t *flags; /* of a receive: NULL is a send */
    uint32_t send_flags;
    struct lc_wsaoverlapped *client;
    struct lc_wsathreadid *thread_id;
};

/* A send or a receive that may go on after its call. Its client is always told
 * that it does: the worker tells of one that is through at once as well. */
static int begin_overlapped(
    struct nonifs_socket *socket,
    const struct nonifs_transfer *transfer,
    int32_t *errno_out)
{
    struct sim_operations *operations = &nonifs_globals()->operations;
    struct sim_operation *operation;
    enum lc_wsa error = sim_operation_begin(
        operations,
        &(struct sim_operation_options){
            .handle = socket->handle,
            .below = socket->below,
            .client = transfer->client,
            .is_tied = &socket->is_tied,
        },
        &operation);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    uint32_t bytes = 0;
    int32_t below_error = 0;
    const struct lc_wspproc_table *table = &socket->lower->table;
    int result = transfer->flags == NULL ? table->lpWSPSend(
                                               socket->below,
                                               transfer->buffers,
                                               transfer->buffer_count,
                                               &bytes,
                                               transfer->send_flags,
                                               &operation->below,
                                               NULL,
                                               transfer->thread_id,
                                               &below_error)
                                         : table->lpWSPRecv(
                                               socket->below,
                                               transfer->buffers,
                                               transfer->buffer_count,
                                               &bytes,
                                               transfer->flags,
                                               &operation->below,
                                               NULL,
                                               transfer->thread_id,
                                               &below_error);
    if (result == 0 || below_error == LC_WSA_IO_PENDING) {
        return fail(errno_out, LC_WSA_IO_PENDING);
    }
    sim_operation_undo(operations, operation);
    return fail(errno_out, (enum lc_wsa)below_error);
}

static int LC_ABI nonifs_send(
    lc_socket handle,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *sent_bytes,
    uint32_t flags,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = LC_SOCKET_ERROR;
    if (overlapped != NULL && completion == NULL) {
        result = begin_overlapped(
            socket,
            &(struct nonifs_transfer){
                .buffers = buffers,
                .buffer_count = buffer_count,
                .send_flags = flags,
                .client = overlapped,
                .thread_id = thread_id,
            },
            errno_out);
    } else {
        result = socket->lower->table.lpWSPSend(
            socket->below,
            buffers,
            buffer_count,
            sent_bytes,
            flags,
            overlapped,
            completion,
            thread_id,
            errno_out);
    }
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_send_to(
    lc_socket handle,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *sent_bytes,
    uint32_t flags,
    const struct lc_sockaddr *to,
    int32_t to_length,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    (void)completion;
    (void)thread_id;
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = LC_SOCKET_ERROR;
    if (overlapped != NULL) {
        (void)fail(errno_out, LC_WSAEOPNOTSUPP); /* OVL-16 */
    } else {
        result = socket->lower->table.lpWSPSendTo(
            socket->below,
            buffers,
            buffer_count,
            sent_bytes,
            flags,
            to,
            to_length,
            NULL,
            NULL,
            NULL,
            errno_out);
    }
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_recv(
    lc_socket handle,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *received_bytes,
    uint32_t *flags,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = LC_SOCKET_ERROR;
    if (overlapped != NULL && completion == NULL && flags != NULL) {
        result = begin_overlapped(
            socket,
            &(struct nonifs_transfer){
                .buffers = buffers,
                .buffer_count = buffer_count,
                .flags = flags,
                .client = overlapped,
                .thread_id = thread_id,
            },
            errno_out);
    } else {
        result = socket->lower->table.lpWSPRecv(
            socket->below,
            buffers,
            buffer_count,
            received_bytes,
            flags,
            overlapped,
            completion,
            thread_id,
            errno_out);
    }
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_recv_from(
    lc_socket handle,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *received_bytes,
    uint32_t *flags,
    struct lc_sockaddr *from,
    int32_t *from_length,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    (void)completion;
    (void)thread_id;
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = LC_SOCKET_ERROR;
    if (overlapped != NULL) {
        (void)fail(errno_out, LC_WSAEOPNOTSUPP); /* OVL-16 */
    } else {
        result = socket->lower->table.lpWSPRecvFrom(
            socket->below,
            buffers,
            buffer_count,
            received_bytes,
            flags,
            from,
            from_length,
            NULL,
            NULL,
            NULL,
            errno_out);
    }
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_send_disconnect(
    lc_socket handle,
    struct lc_wsabuf *outbound_data,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPSendDisconnect(
        socket->below,
        outbound_data,
        errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_recv_disconnect(
    lc_socket handle,
    struct lc_wsabuf *inbound_data,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPRecvDisconnect(
        socket->below,
        inbound_data,
        errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI
nonifs_shutdown(lc_socket handle, int32_t how, int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result =
        socket->lower->table.lpWSPShutdown(socket->below, how, errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_get_sock_opt(
    lc_socket handle,
    int32_t level,
    int32_t option_name,
    char *option_value,
    int32_t *option_length,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPGetSockOpt(
        socket->below,
        level,
        option_name,
        option_value,
        option_length,
        errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_set_sock_opt(
    lc_socket handle,
    int32_t level,
    int32_t option_name,
    const char *option_value,
    int32_t option_length,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPSetSockOpt(
        socket->below,
        level,
        option_name,
        option_value,
        option_length,
        errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_get_peer_name(
    lc_socket handle,
    struct lc_sockaddr *name,
    int32_t *name_length,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPGetPeerName(
        socket->below,
        name,
        name_length,
        errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_get_sock_name(
    lc_socket handle,
    struct lc_sockaddr *name,
    int32_t *name_length,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPGetSockName(
        socket->below,
        name,
        name_length,
        errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_get_qos_by_name(
    lc_socket handle,
    struct lc_wsabuf *qos_name,
    struct lc_qos *qos,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return 0; /* FALSE */
    }
    int result = socket->lower->table.lpWSPGetQOSByName(
        socket->below,
        qos_name,
        qos,
        errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_event_select(
    lc_socket handle,
    lc_handle event,
    int32_t network_events,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPEventSelect(
        socket->below,
        event,
        network_events,
        errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_enum_network_events(
    lc_socket handle,
    lc_handle event,
    struct lc_wsanetworkevents *network_events,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = socket->lower->table.lpWSPEnumNetworkEvents(
        socket->below,
        event,
        network_events,
        errno_out);
    call_close(socket);
    return result;
}

static int LC_ABI nonifs_get_overlapped_result(
    lc_socket handle,
    struct lc_wsaoverlapped *overlapped,
    uint32_t *transferred_bytes,
    int32_t wait,
    uint32_t *flags,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return 0; /* FALSE */
    }
    enum lc_wsa error = LC_WSA_OK;
    if (overlapped == NULL || transferred_bytes == NULL || flags == NULL ||
        (wait && overlapped->hEvent == NULL)) {
        error = LC_WSAEINVAL;
        goto close;
    }
    if (wait) {
        sim_operation_wait(&nonifs_globals()->operations, overlapped);
    }
    uintptr_t status = __atomic_load_n(&overlapped->Internal, __ATOMIC_SEQ_CST);
    if (status == LC_WSS_OPERATION_IN_PROGRESS) {
        error = LC_WSA_IO_INCOMPLETE;
    } else if (overlapped->OffsetHigh != 0) {
        error = (enum lc_wsa)overlapped->OffsetHigh;
    } else {
        *transferred_bytes = (uint32_t)overlapped->InternalHigh;
        *flags = overlapped->Offset;
    }

close:
    if (error != LC_WSA_OK) {
        (void)fail(errno_out, error);
    }
    call_close(socket);
    return error == LC_WSA_OK;
}

static int LC_ABI nonifs_async_select(
    lc_socket handle,
    lc_handle window,
    uint32_t message,
    int32_t events,
    int32_t *errno_out)
{
    (void)window;
    (void)message;
    (void)events;
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    /* The messages would name the handle below. */
    (void)fail(errno_out, LC_WSAEINVAL);
    call_close(socket);
    return LC_SOCKET_ERROR;
}

/* What the next layer's handle is: HANDLE-14. */
static int query_target(
    const struct nonifs_socket *socket,
    void *out_buffer,
    uint32_t out_buffer_bytes,
    uint32_t *returned_bytes,
    int32_t *errno_out)
{
    if (out_buffer == NULL || returned_bytes == NULL ||
        out_buffer_bytes < sizeof socket->below) {
        return fail(errno_out, LC_WSAEFAULT);
    }
    memcpy(out_buffer, &socket->below, sizeof socket->below);
    *returned_bytes = sizeof socket->below;
    return 0;
}

static int LC_ABI nonifs_ioctl(
    lc_socket handle,
    uint32_t control_code,
    void *in_buffer,
    uint32_t in_buffer_bytes,
    void *out_buffer,
    uint32_t out_buffer_bytes,
    uint32_t *returned_bytes,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    (void)completion;
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = LC_SOCKET_ERROR;
    if (overlapped != NULL) {
        (void)fail(errno_out, LC_WSAEOPNOTSUPP); /* OVL-16 */
    } else if (control_code == LC_SIO_GET_EXTENSION_FUNCTION_POINTER) {
        (void)fail(errno_out, LC_WSAEINVAL); /* LAYER-23: it offers none */
    } else if (control_code == LC_SIO_QUERY_TARGET_PNP_HANDLE) {
        result = query_target(
            socket,
            out_buffer,
            out_buffer_bytes,
            returned_bytes,
            errno_out);
    } else {
        result = socket->lower->table.lpWSPIoctl(
            socket->below,
            control_code,
            in_buffer,
            in_buffer_bytes,
            out_buffer,
            out_buffer_bytes,
            returned_bytes,
            NULL,
            NULL,
            thread_id,
            errno_out);
    }
    call_close(socket);
    return result;
}

/* What a client in another process needs to get at the socket below, in the
 * entry that this layer's own client knows. */
static int LC_ABI nonifs_duplicate_socket(
    lc_socket handle,
    uint32_t process_id,
    struct lc_wsaprotocol_infow *protocol_info,
    int32_t *errno_out)
{
    struct nonifs_socket *socket = call_open(handle, errno_out);
    if (socket == NULL) {
        return LC_SOCKET_ERROR;
    }
    struct lc_wsaprotocol_infow info = socket->lower->info;
    int result = socket->lower->table.lpWSPDuplicateSocket(
        socket->below,
        process_id,
        &info,
        errno_out);
    if (result == 0) {
        *protocol_info = socket->lower->chain;
        protocol_info->dwProviderReserved = info.dwProviderReserved;
    }
    call_close(socket);
    return result;
}

/* ---- Select ---- */

/* A set of this layer's handles, and what it is below. */
struct mapped_set {
    struct lc_fd_set below;
    struct nonifs_socket *sockets[LC_FD_SETSIZE];
};

struct mapped {
    struct mapped_set sets[3]; /* read, write, except */
};

static void set_release(struct nonifs *nonifs, struct mapped_set *set)
{
    sim_win32_enter_critical_section(&nonifs->list);
    for (uint32_t i = 0; i < LC_FD_SETSIZE; i++) {
        if (set->sockets[i] != NULL) {
            release(nonifs, set->sockets[i]);
        }
    }
    sim_win32_leave_critical_section(&nonifs->list);
}

/* Holds the sockets of a set. All have to be of one next provider: select does
 * not mix providers. */
static enum lc_wsa set_map(
    struct nonifs *nonifs,
    const struct lc_fd_set *from,
    struct mapped_set *ret_set,
    struct sim_lower **lower)
{
    for (uint32_t i = 0; i < from->fd_count && i < LC_FD_SETSIZE; i++) {
        struct nonifs_socket *socket = hold(nonifs, from->fd_array[i]);
        if (socket == NULL) {
            return LC_WSAENOTSOCK;
        }
        ret_set->sockets[i] = socket;
        ret_set->below.fd_array[i] = socket->below;
        ret_set->below.fd_count = i + 1;
        if (*lower == NULL) {
            *lower = socket->lower;
        } else if (*lower != socket->lower) {
            return LC_WSAEINVAL;
        }
    }
    return LC_WSA_OK;
}

/* Leaves in a set those whose handle below is in the result. */
static void set_narrow(
    const struct nonifs *nonifs,
    struct mapped_set *set,
    struct lc_fd_set *to)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < LC_FD_SETSIZE && set->sockets[i] != NULL; i++) {
        if (nonifs->lowers.upcalls.lpWPUFDIsSet(
                set->sockets[i]->below,
                &set->below)) {
            to->fd_array[kept] = set->sockets[i]->handle;
            kept++;
        }
    }
    to->fd_count = kept;
}

static int select_mapped(
    struct nonifs *nonifs,
    struct mapped *mapped,
    struct lc_fd_set *const sets[3],
    const struct lc_timeval *timeout,
    int32_t *errno_out)
{
    struct sim_lower *lower = NULL;
    struct lc_fd_set *below[3] = { NULL, NULL, NULL };
    for (uint32_t i = 0; i < 3; i++) {
        if (sets[i] == NULL) {
            continue;
        }
        below[i] = &mapped->sets[i].below;
        enum lc_wsa error = set_map(nonifs, sets[i], &mapped->sets[i], &lower);
        if (error != LC_WSA_OK) {
            return fail(errno_out, error);
        }
    }
    if (lower == NULL) {
        return fail(errno_out, LC_WSAEINVAL); /* no socket at all */
    }
    int result =
        lower->table
            .lpWSPSelect(0, below[0], below[1], below[2], timeout, errno_out);
    for (uint32_t i = 0; result != LC_SOCKET_ERROR && i < 3; i++) {
        if (sets[i] != NULL) {
            set_narrow(nonifs, &mapped->sets[i], sets[i]);
        }
    }
    return result;
}

static int LC_ABI nonifs_select(
    int32_t ignored,
    struct lc_fd_set *read_set,
    struct lc_fd_set *write_set,
    struct lc_fd_set *except_set,
    const struct lc_timeval *timeout,
    int32_t *errno_out)
{
    (void)ignored;
    struct nonifs *nonifs = nonifs_globals();
    if (!sim_rundown_enter(&nonifs->rundown)) {
        return fail(errno_out, LC_WSANOTINITIALISED);
    }
    int result = LC_SOCKET_ERROR;
    struct mapped *mapped = sim_win32_heap_alloc(
        nonifs->lowers.heap,
        LC_HEAP_ZERO_MEMORY,
        sizeof *mapped);
    if (mapped == NULL) {
        (void)fail(errno_out, LC_WSAENOBUFS);
    } else {
        struct lc_fd_set *const sets[3] = { read_set, write_set, except_set };
        result = select_mapped(nonifs, mapped, sets, timeout, errno_out);
        for (uint32_t i = 0; i < 3; i++) {
            set_release(nonifs, &mapped->sets[i]);
        }
        (void)sim_win32_heap_free(nonifs->lowers.heap, 0, mapped);
    }
    sim_rundown_leave(&nonifs->rundown);
    return result;
}

/* ---- Calls without a socket ---- */

/* Counts a call in, and finds the next provider for what it was given. */
static const struct sim_lower *lower_open(
    const struct lc_wsaprotocol_infow *protocol_info,
    int32_t *errno_out)
{
    struct nonifs *nonifs = nonifs_globals();
    if (!sim_rundown_enter(&nonifs->rundown)) {
        (void)fail(errno_out, LC_WSANOTINITIALISED);
        return NULL;
    }
    const struct sim_lower *lower =
        protocol_info == NULL
            ? NULL
            : sim_lower_find(&nonifs->lowers, protocol_info->dwCatalogEntryId);
    return lower == NULL ? nonifs->lowers.first : lower;
}

static void lower_close(void)
{
    sim_rundown_leave(&nonifs_globals()->rundown);
}

static int LC_ABI nonifs_address_to_string(
    struct lc_sockaddr *address,
    uint32_t address_length,
    struct lc_wsaprotocol_infow *protocol_info,
    lc_wchar *address_string,
    uint32_t *address_string_length,
    int32_t *errno_out)
{
    const struct sim_lower *lower = lower_open(protocol_info, errno_out);
    if (lower == NULL) {
        return LC_SOCKET_ERROR;
    }
    /* LAYER-6: the next provider sees what WSPSocket shows it. */
    struct lc_wsaprotocol_infow info = lower->info;
    int result = lower->table.lpWSPAddressToString(
        address,
        address_length,
        protocol_info == NULL ? NULL : &info,
        address_string,
        address_string_length,
        errno_out);
    lower_close();
    return result;
}

static int LC_ABI nonifs_string_to_address(
    lc_wchar *address_string,
    int32_t family,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_sockaddr *address,
    int32_t *address_length,
    int32_t *errno_out)
{
    const struct sim_lower *lower = lower_open(protocol_info, errno_out);
    if (lower == NULL) {
        return LC_SOCKET_ERROR;
    }
    struct lc_wsaprotocol_infow info = lower->info; /* LAYER-6 */
    int result = lower->table.lpWSPStringToAddress(
        address_string,
        family,
        protocol_info == NULL ? NULL : &info,
        address,
        address_length,
        errno_out);
    lower_close();
    return result;
}

/* The thread's call waits in one of the next providers. */
static int LC_ABI nonifs_cancel_blocking_call(int32_t *errno_out)
{
    const struct sim_lower *lower = lower_open(NULL, errno_out);
    if (lower == NULL) {
        return LC_SOCKET_ERROR;
    }
    int result = LC_SOCKET_ERROR;
    while (result != 0 && lower != NULL) {
        result = lower->table.lpWSPCancelBlockingCall(errno_out);
        lower = lower->next;
    }
    lower_close();
    return result;
}

/* ---- Start and cleanup ---- */

static void free_own(struct nonifs *nonifs)
{
    (void)sim_win32_close_handle(nonifs->rundown.empty);
    (void)sim_win32_heap_destroy(nonifs->lowers.heap);
    nonifs->lowers.heap = NULL;
    nonifs->rundown = (struct sim_rundown){ 0 };
}

static int LC_ABI nonifs_cleanup(int32_t *errno_out)
{
    struct nonifs *nonifs = nonifs_globals();
    sim_win32_enter_critical_section(&nonifs->starts);
    if (nonifs->start_count == 0) {
        sim_win32_leave_critical_section(&nonifs->starts);
        return fail(errno_out, LC_WSANOTINITIALISED);
    }
    nonifs->start_count--;
    if (nonifs->start_count == 0) {
        bool must_wait = sim_rundown_shut(&nonifs->rundown);
        sim_operations_drop(&nonifs->operations);
        close_all(nonifs);
        if (must_wait) {
            sim_operations_drop(&nonifs->operations); /* who waits for one */
            sim_rundown_wait(&nonifs->rundown);
            close_all(nonifs); /* what a call inside has opened meanwhile */
        }
        sim_operations_stop(&nonifs->operations);
        sim_lower_clean_all(&nonifs->lowers);
        sim_operations_free(&nonifs->operations);
        free_own(nonifs);
    }
    sim_win32_leave_critical_section(&nonifs->starts);
    return 0;
}

static const struct lc_wspproc_table proc_table_template = {
    .lpWSPAccept = nonifs_accept,
    .lpWSPAddressToString = nonifs_address_to_string,
    .lpWSPAsyncSelect = nonifs_async_select,
    .lpWSPBind = nonifs_bind,
    .lpWSPCancelBlockingCall = nonifs_cancel_blocking_call,
    .lpWSPCleanup = nonifs_cleanup,
    .lpWSPCloseSocket = nonifs_close_socket,
    .lpWSPConnect = nonifs_connect,
    .lpWSPDuplicateSocket = nonifs_duplicate_socket,
    .lpWSPEnumNetworkEvents = nonifs_enum_network_events,
    .lpWSPEventSelect = nonifs_event_select,
    .lpWSPGetOverlappedResult = nonifs_get_overlapped_result,
    .lpWSPGetPeerName = nonifs_get_peer_name,
    .lpWSPGetSockName = nonifs_get_sock_name,
    .lpWSPGetSockOpt = nonifs_get_sock_opt,
    .lpWSPGetQOSByName = nonifs_get_qos_by_name,
    .lpWSPIoctl = nonifs_ioctl,
    .lpWSPJoinLeaf = nonifs_join_leaf,
    .lpWSPListen = nonifs_listen,
    .lpWSPRecv = nonifs_recv,
    .lpWSPRecvDisconnect = nonifs_recv_disconnect,
    .lpWSPRecvFrom = nonifs_recv_from,
    .lpWSPSelect = nonifs_select,
    .lpWSPSend = nonifs_send,
    .lpWSPSendDisconnect = nonifs_send_disconnect,
    .lpWSPSendTo = nonifs_send_to,
    .lpWSPSetSockOpt = nonifs_set_sock_opt,
    .lpWSPShutdown = nonifs_shutdown,
    .lpWSPSocket = nonifs_socket,
    .lpWSPStringToAddress = nonifs_string_to_address,
};

static bool first_start(struct nonifs *nonifs)
{
    nonifs->lowers.heap = sim_win32_heap_create(0, 0, 0);
    if (nonifs->lowers.heap == NULL) {
        return false;
    }
    nonifs->rundown = (struct sim_rundown){
        .empty = sim_win32_create_event_a(NULL, 1, 0, NULL),
    };
    if (nonifs->rundown.empty == NULL) {
        (void)sim_win32_heap_destroy(nonifs->lowers.heap);
        nonifs->lowers.heap = NULL;
        return false;
    }
    nonifs->operations.heap = nonifs->lowers.heap;
    return true;
}

/* A start under the lock. Returns an error code; nothing has changed then. */
static int start(
    struct nonifs *nonifs,
    const struct lc_wsaprotocol_infow *chain,
    const struct lc_wspupcalltable *upcalls)
{
    bool is_first = nonifs->start_count == 0;
    if (is_first && !first_start(nonifs)) {
        return LC_WSASYSNOTREADY;
    }
    nonifs->lowers.upcalls = *upcalls; /* the latest alone: START-12 */
    int result = 0;
    if (sim_lower_find(&nonifs->lowers, chain->dwCatalogEntryId) == NULL) {
        result = sim_lower_start(&nonifs->lowers, chain);
    }
    if (result != 0) {
        if (is_first) {
            free_own(nonifs);
        }
        return result;
    }
    nonifs->start_count++;
    return 0;
}

static int LC_ABI nonifs_startup(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_wspupcalltable upcalls,
    struct lc_wspproc_table *proc_table)
{
    struct nonifs *nonifs = nonifs_globals();
    if (data == NULL || proc_table == NULL || protocol_info == NULL) {
        return LC_WSAEFAULT;
    }
    uint16_t version;
    if (!sim_provider_negotiate(version_requested, &version)) {
        return LC_WSAVERNOTSUPPORTED;
    }
    sim_win32_enter_critical_section(&nonifs->starts);
    int result = start(nonifs, protocol_info, &upcalls);
    sim_win32_leave_critical_section(&nonifs->starts);
    if (result != 0) {
        return result;
    }
    memset(data, 0, sizeof *data);
    data->wVersion = version;
    data->wHighVersion = sim_provider_highest_version();
    memcpy(
        data->szDescription,
        u"Lastcall non-IFS layer",
        sizeof u"Lastcall non-IFS layer");
    *proc_table = proc_table_template;
    return 0;
}

static bool nonifs_attach(uint32_t reason, bool process_ends)
{
    if (process_ends) {
        return true; /* whoever used what there is may be gone in the middle */
    }
    struct nonifs *nonifs = nonifs_globals();
    if (reason == LC_DLL_PROCESS_ATTACH) {
        sim_win32_initialize_critical_section(&nonifs->starts);
        sim_win32_initialize_critical_section(&nonifs->list);
        sim_operations_attach(&nonifs->operations);
    } else if (reason == LC_DLL_PROCESS_DETACH) {
        sim_operations_detach(&nonifs->operations);
        sim_win32_delete_critical_section(&nonifs->list);
        sim_win32_delete_critical_section(&nonifs->starts);
    }
    return true;
}

static const struct sim_export nonifs_exports[] = {
    { "WSPStartup", 1, (sim_code_fn *)nonifs_startup },
};

const struct sim_module_class SIM_PROVIDER_NAME(sim_provider_nonifs) = {
    .ops = &sim_module_builtin,
    .exports = nonifs_exports,
    .is_quiet = true,
    .export_count = LC_COUNT_OF(nonifs_exports),
    .globals_bytes = sizeof(struct nonifs),
    .attach = nonifs_attach,
};
