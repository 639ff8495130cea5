/*
 * A base provider: streams, datagrams, and sockets of other kinds that do little. It owns
 * what applications have sent until the transport has delivered it: at its last
 * cleanup in a process it finishes sending on all sockets that are set up for a
 * graceful close, and only then frees everything.
 *
 * Locks: `starts` is held over a whole WSPStartup or WSPCleanup and by nobody
 * else, so that a start waits for a cleanup under way. `list` guards the
 * sockets and is never held over a call that waits. Both live as long as the
 * DLL is loaded.
 *
 * Source: documented. WSPStartup, WSPCleanup, WSPCloseSocket (ws2spi.h);
 *         linger table: closesocket (winsock.h), Remarks.
 *         Assumed: a graceful close gives up after DRAIN_NS (CLOSE-18).
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/net/datagram.h"
#include "sim/net/listen.h"
#include "sim/net/net.h"
#include "sim/net/notify.h"
#include "sim/net/receive.h"
#include "sim/provider/accept.h"
#include "sim/provider/address.h"
#include "sim/provider/datagram.h"
#include "sim/provider/hook.h"
#include "sim/provider/provider.h"
#include "sim/provider/receive.h"
#include "sim/provider/rundown.h"
#include "sim/provider/select.h"
#include "sim/provider/triplet.h"
#include "sim/provider/version.h"
#include "sim/win32/port.h"
#include "sim/win32/win32.h"

/* How long the provider goes on with a graceful close that makes no headway
 * in the background: CLOSE-18 leaves it to the provider. */
#define DRAIN_NS (86400ULL * LC_NS_PER_S)

struct base_socket {
    struct base_socket *next;
    lc_socket handle;
    uint32_t connection;
    uint32_t catalog_id; /* of the entry that it is a socket of */
    int32_t type;        /* LC_SOCK_STREAM, or one without connections */
    uint32_t users;      /* calls that hold it, plus 1 while it is listed */
    bool is_broken;      /* a send was cancelled in the middle: BLOCK-10 */
    bool is_nonblocking;
    bool is_closing;  /* a close is under way or has been done */
    bool is_detached; /* the handle is gone, the stream still drains */
    uint16_t linger_on;
    uint16_t linger_s;
};

struct base {
    struct lc_critical_section starts;
    struct lc_critical_section list;
    uint32_t start_count;
    uint32_t catalog_id;
    lc_handle heap;
    struct sim_rundown rundown;
    struct lc_wspupcalltable upcalls;
    struct base_socket *sockets;
};

static struct base *base_globals(void)
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

static void socket_release(struct base *base, struct base_socket *socket)
{
    if (__atomic_sub_fetch(&socket->users, 1, __ATOMIC_SEQ_CST) == 0) {
        sim_net_release(socket->connection);
        (void)sim_win32_heap_free(base->heap, 0, socket);
    }
}

/* Takes a socket out of the list. Under the list's lock. */
static void unlink_socket(struct base *base, const struct base_socket *socket)
{
    struct base_socket **link = &base->sockets;
    while (*link != socket) {
        LC_CHECK(*link != NULL);
        link = &(*link)->next;
    }
    *link = socket->next;
}

/* Finds an open socket and holds it, or returns NULL. */
static struct base_socket *socket_hold(struct base *base, lc_socket handle)
{
    sim_win32_enter_critical_section(&base->list);
    struct base_socket *socket = base->sockets;
    while (socket != NULL && (socket->handle != handle || socket->is_closing)) {
        socket = socket->next;
    }
    if (socket != NULL) {
        __atomic_add_fetch(&socket->users, 1, __ATOMIC_SEQ_CST);
    }
    sim_win32_leave_critical_section(&base->list);
    return socket;
}

/* Lets go of sockets whose handle is gone and whose stream has ended. */
static void reap(struct base *base)
{
    for (;;) {
        sim_win32_enter_critical_section(&base->list);
        struct base_socket *socket = base->sockets;
        while (socket != NULL && !(socket->is_detached &&
                                   sim_net_is_drained(socket->connection))) {
            socket = socket->next;
        }
        if (socket != NULL) {
            unlink_socket(base, socket);
        }
        sim_win32_leave_critical_section(&base->list);
        if (socket == NULL) {
            return;
        }
        socket_release(base, socket);
    }
}

/* A call on a socket: counted in, and the socket held. */
struct base_call {
    struct base *base;
    struct base_socket *socket;
};

static enum lc_wsa call_open_any(struct base_call *call, lc_socket handle)
{
    call->base = base_globals();
    if (!sim_rundown_enter(&call->base->rundown)) {
        return LC_WSANOTINITIALISED;
    }
    call->socket = socket_hold(call->base, handle);
    if (call->socket == NULL) {
        sim_rundown_leave(&call->base->rundown);
        return LC_WSAENOTSOCK;
    }
    return LC_WSA_OK;
}

static int call_close(
    const struct base_call *call,
    enum lc_wsa error,
    int32_t *errno_out)
{
    socket_release(call->base, call->socket);
    sim_rundown_leave(&call->base->rundown);
    return error == LC_WSA_OK ? 0 : fail(errno_out, error);
}

/* Closes a socket whose handle ws2_32 did not take, unless a call has: to an
 * application the value may be that of an older socket. */
static void give_up(struct base *base, struct base_socket *socket)
{
    sim_win32_enter_critical_section(&base->list);
    bool is_mine = !socket->is_closing;
    if (is_mine) {
        socket->is_closing = true;
        unlink_socket(base, socket);
    }
    sim_win32_leave_critical_section(&base->list);
    if (is_mine) {
        sim_notify_cancel(socket->connection); /* an accepted one has events */
        sim_request_cancel(socket->connection);
        sim_net_cancel(socket->connection, true);
        sim_net_close_handle(socket->connection);
        socket_release(base, socket);
    }
}

/* Lists a new socket and gives its handle to ws2_32. One that does not take it
 * is let go of. */
static lc_socket publish(
    struct base *base,
    struct base_socket *socket,
    int32_t *errno_out)
{
    socket->users = 2; /* listed, and held here */
    sim_win32_enter_critical_section(&base->list);
    socket->next = base->sockets;
    base->sockets = socket;
    sim_win32_leave_critical_section(&base->list);
    lc_socket result = base->upcalls.lpWPUModifyIFSHandle(
        socket->catalog_id,
        socket->handle,
        errno_out);
    if (result == LC_INVALID_SOCKET) {
        give_up(base, socket);
    }
    socket_release(base, socket);
    return result;
}

/* The same for all calls but closes, which a broken stream refuses. */
static enum lc_wsa call_open(struct base_call *call, lc_socket handle)
{
    enum lc_wsa error = call_open_any(call, handle);
    if (error == LC_WSA_OK && call->socket->is_broken) {
        (void)call_close(call, LC_WSA_OK, NULL);
        error = LC_WSAECONNABORTED;
    }
    return error;
}

/* Makes its socket at the transport. */
static enum lc_wsa open_below(struct base_socket *socket)
{
    enum lc_wsa error = sim_net_socket(&socket->connection, &socket->handle);
    if (error == LC_WSA_OK && socket->type == LC_SOCK_DGRAM) {
        sim_datagram_begin(socket->connection);
    }
    return error;
}

/* The thread may wait, and calls the application's hook meanwhile. */
static void wait_open(struct sim_hook *hook, const struct base *base)
{
    sim_hook_open(
        hook,
        base,
        base->upcalls.lpWPUQueryBlockingCallback,
        base->catalog_id);
}

static lc_socket LC_ABI base_socket_create(
    int32_t family,
    int32_t type,
    int32_t protocol,
    struct lc_wsaprotocol_infow *protocol_info,
    uint32_t group,
    uint32_t flags,
    int32_t *errno_out)
{
    (void)group;
    (void)flags;
    struct base *base = base_globals();
    enum lc_wsa error = sim_provider_match(
        (struct sim_asked){ family, type, protocol },
        protocol_info);
    if (error != LC_WSA_OK) {
        (void)fail(errno_out, error);
        return LC_INVALID_SOCKET;
    }
    if (!sim_rundown_enter(&base->rundown)) {
        (void)fail(errno_out, LC_WSANOTINITIALISED);
        return LC_INVALID_SOCKET;
    }
    reap(base);
    lc_socket result = LC_INVALID_SOCKET;
    struct base_socket *socket =
        sim_win32_heap_alloc(base->heap, LC_HEAP_ZERO_MEMORY, sizeof *socket);
    if (socket == NULL) {
        (void)fail(errno_out, LC_WSAENOBUFS);
        goto leave;
    }
    socket->type =
        protocol_info == NULL ? LC_SOCK_STREAM : protocol_info->iSocketType;
    socket->catalog_id = protocol_info == NULL
                             ? base->catalog_id
                             : protocol_info->dwCatalogEntryId;
    error = open_below(socket);
    if (error != LC_WSA_OK) {
        (void)fail(errno_out, error);
        goto free_socket;
    }
    result = publish(base, socket, errno_out);
    goto leave;

free_socket:
    (void)sim_win32_heap_free(base->heap, 0, socket);
leave:
    sim_rundown_leave(&base->rundown);
    return result;
}

/* ---- Closing ---- */

/* Gives the handle back. What is unsent goes on in the background when the
 * stream has not ended. */
static void detach(struct base *base, struct base_socket *socket)
{
    sim_net_cancel(socket->connection, true);
    sim_net_close_handle(socket->connection);
    if (!sim_net_is_drained(socket->connection)) {
        sim_win32_enter_critical_section(&base->list);
        socket->is_detached = true;
        sim_win32_leave_critical_section(&base->list);
        return;
    }
    sim_win32_enter_critical_section(&base->list);
    unlink_socket(base, socket);
    sim_win32_leave_critical_section(&base->list);
    socket_release(base, socket);
}

/* Whether a nonblocking close with a time has to be refused: something is
 * unsent, and no shutdown has begun. */
static bool would_block(const struct base_socket *socket)
{
    return socket->is_nonblocking && socket->linger_on != 0 &&
           socket->linger_s > 0 && sim_net_is_busy(socket->connection) &&
           !sim_net_is_finishing(socket->connection);
}

/* Ends the stream by the linger table. Returns LC_WSAEINTR when the wait was
 * cancelled: nothing is decided then. */
static enum lc_wsa end_by_options(const struct base_socket *socket)
{
    uint32_t connection = socket->connection;
    if (!sim_net_is_connected(connection)) {
        sim_net_abort(connection);
        return LC_WSA_OK;
    }
    if (socket->linger_on != 0 && socket->linger_s == 0) {
        sim_net_abort(connection);
        return LC_WSA_OK;
    }
    (void)sim_net_finish(connection);
    if (socket->linger_on == 0 || socket->is_nonblocking) {
        return LC_WSA_OK;
    }
    enum lc_wsa error =
        sim_net_drain(connection, socket->linger_s * LC_NS_PER_S);
    if (error == LC_WSAETIMEDOUT) {
        sim_net_abort(connection);
        return LC_WSA_OK;
    }
    return error == LC_WSAEINTR ? error : LC_WSA_OK;
}

/* The same, with nothing pending any more: each overlapped operation is told
 * of as aborted (CLOSE-8), no event is set any more (EVENT-7). */
static enum lc_wsa end_stream(const struct base_socket *socket)
{
    sim_notify_cancel(socket->connection);
    sim_request_cancel(socket->connection);
    return end_by_options(socket);
}

static int LC_ABI base_close_socket(lc_socket handle, int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open_any(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    struct base_socket *socket = call.socket;
    if (would_block(socket)) {
        return call_close(&call, LC_WSAEWOULDBLOCK, errno_out);
    }
    sim_win32_enter_critical_section(&call.base->list);
    bool is_mine = !socket->is_closing;
    socket->is_closing = true;
    sim_win32_leave_critical_section(&call.base->list);
    if (!is_mine) {
        return call_close(&call, LC_WSAENOTSOCK, errno_out);
    }
    struct sim_hook hook;
    wait_open(&hook, call.base);
    error = end_stream(socket);
    (void)sim_hook_close(&hook);
    if (error == LC_WSA_OK) {
        detach(call.base, socket);
    } else {
        /* The last cleanup cut the wait short and will close the socket. */
        socket->is_closing = false;
    }
    int result = call_close(&call, error, errno_out);
    return result;
}

/* ---- Data ---- */

static int LC_ABI base_connect(
    lc_socket handle,
    const struct lc_sockaddr *name,
    int32_t name_length,
    struct lc_wsabuf *caller_data,
    struct lc_wsabuf *callee_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    int32_t *errno_out)
{
    (void)caller_data;
    (void)callee_data;
    (void)socket_qos;
    (void)group_qos;
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    if (name == NULL || name_length < (int32_t)sizeof *name) {
        return call_close(&call, LC_WSAEFAULT, errno_out);
    }
    if (call.socket->type == LC_SOCK_DGRAM) {
        error =
            sim_provider_name_peer(call.socket->connection, name, name_length);
        return call_close(&call, error, errno_out);
    }
    if (call.socket->type != LC_SOCK_STREAM) {
        return call_close(&call, LC_WSAEOPNOTSUPP, errno_out);
    }
    struct sim_hook hook;
    wait_open(&hook, call.base);
    error =
        sim_net_connect(call.socket->connection, !call.socket->is_nonblocking);
    (void)sim_hook_close(&hook);
    return call_close(&call, error, errno_out);
}

/* How an operation is to be told of. */
struct base_overlapped {
    struct lc_wsaoverlapped *structure;
    lc_overlapped_completion_fn *routine;
    bool is_receive;
};

/* Begins a send or a receive that may go on after its call. */
static enum lc_wsa begin_overlapped(
    const struct base_socket *socket,
    const struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    const struct base_overlapped *operation,
    uint32_t *ret_bytes)
{
    struct lc_wsaoverlapped *structure = operation->structure;
    struct sim_request_tag tag = {
        .overlapped = (uint64_t)(uintptr_t)structure,
        .routine = (uint64_t)(uintptr_t)operation->routine,
    };
    if (socket->type == LC_SOCK_DGRAM) {
        return LC_WSAEOPNOTSUPP;
    }
    if (buffers == NULL || buffer_count == 0) {
        return LC_WSAEFAULT;
    }
    if (buffer_count > SIM_REQUEST_BUFFERS_MAX) {
        return LC_WSAENOBUFS;
    }
    if (structure->hEvent != NULL && operation->routine == NULL) {
        tag.event = sim_win32_event_begin(structure->hEvent);
        if (tag.event == 0) {
            return LC_WSA_INVALID_HANDLE;
        }
    }
    if (operation->routine == NULL) {
        tag.port = sim_port_of(socket->handle, &tag.key);
    }
    uintptr_t before = structure->Internal;
    structure->Internal = LC_WSS_OPERATION_IN_PROGRESS;
    uint32_t bytes = 0;
    enum lc_wsa error =
        (operation->is_receive ? sim_request_receive : sim_request_send)(
            socket->connection,
            &tag,
            buffers,
            buffer_count,
            &bytes);
    if (error == LC_WSA_OK && ret_bytes != NULL) {
        *ret_bytes = bytes;
    } else if (error != LC_WSA_OK && error != LC_WSA_IO_PENDING) {
        structure->Internal = before; /* nothing has begun */
    }
    return error;
}

static int LC_ABI base_get_overlapped_result(
    lc_socket handle,
    struct lc_wsaoverlapped *overlapped,
    uint32_t *transferred_bytes,
    int32_t wait,
    uint32_t *flags,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        (void)fail(errno_out, error);
        return 0; /* FALSE */
    }
    bool is_wrong = overlapped == NULL || transferred_bytes == NULL ||
                    flags == NULL || (wait && overlapped->hEvent == NULL);
    if (is_wrong) {
        (void)call_close(&call, LC_WSAEINVAL, errno_out);
        return 0;
    }
    if (wait) {
        /* Not for the event: others may reset it, and a last cleanup sets
         * none. */
        sim_request_wait(call.socket->connection, overlapped);
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
    return call_close(&call, error, errno_out) == 0;
}

/* Sends what the socket takes: all, where it may wait. */
static enum lc_wsa send_all(
    const struct base_call *call,
    const struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *ret_sent)
{
    enum lc_wsa error = LC_WSA_OK;
    uint32_t sum = 0;
    uint32_t taken = 0;
    struct sim_hook hook;
    wait_open(&hook, call->base);
    for (uint32_t i = 0; i < buffer_count; i++) {
        taken = 0;
        error = sim_net_send(
            call->socket->connection,
            (const unsigned char *)buffers[i].buf,
            buffers[i].len,
            !call->socket->is_nonblocking,
            &taken);
        if (error != LC_WSA_OK) {
            break;
        }
        sum += taken;
        if (taken < buffers[i].len) {
            break;
        }
    }
    bool is_cancelled = sim_hook_close(&hook) && error == LC_WSAEINTR;
    if (is_cancelled && sum + taken > 0) {
        /* Nobody knows how much has gone: BLOCK-10. */
        call->socket->is_broken = true;
        sim_net_abort(call->socket->connection);
        return error;
    }
    if (sum > 0) {
        error = LC_WSA_OK;
    }
    if (error == LC_WSA_OK) {
        *ret_sent = sum;
    }
    return error;
}

/* A send of a datagram, to the peer that was named or to a name of its own. */
static int send_datagram(
    const struct base_call *call,
    struct sim_provider_send_to *send,
    uint32_t *sent_bytes,
    int32_t *errno_out)
{
    send->connection = call->socket->connection;
    send->wait = !call->socket->is_nonblocking;
    struct sim_hook hook;
    wait_open(&hook, call->base);
    enum lc_wsa error = sim_provider_send_to(send, sent_bytes);
    (void)sim_hook_close(&hook);
    return call_close(call, error, errno_out);
}

static int LC_ABI base_send(
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
    (void)flags;
    (void)thread_id; /* the transport knows who calls */
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    if (call.socket->type == LC_SOCK_DGRAM) {
        if (overlapped != NULL) {
            return call_close(&call, LC_WSAEOPNOTSUPP, errno_out);
        }
        struct sim_provider_send_to send = {
            .buffers = buffers,
            .buffer_count = buffer_count,
        };
        return send_datagram(&call, &send, sent_bytes, errno_out);
    }
    if (overlapped != NULL) {
        struct base_overlapped operation = { overlapped, completion, false };
        error = begin_overlapped(
            call.socket,
            buffers,
            buffer_count,
            &operation,
            sent_bytes);
        return call_close(&call, error, errno_out);
    }
    if (buffers == NULL || sent_bytes == NULL) {
        return call_close(&call, LC_WSAEFAULT, errno_out);
    }
    error = send_all(&call, buffers, buffer_count, sent_bytes);
    return call_close(&call, error, errno_out);
}

static enum lc_wsa receive(
    const struct base *base,
    const struct sim_provider_receive *asked,
    uint32_t *ret_bytes)
{
    struct sim_hook hook;
    wait_open(&hook, base);
    enum lc_wsa error = sim_provider_receive(asked, ret_bytes);
    (void)sim_hook_close(&hook);
    return error;
}

/* On a stream the name is ignored: it has a peer. */
static int LC_ABI base_send_to(
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
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    if (call.socket->type != LC_SOCK_DGRAM) {
        (void)call_close(&call, LC_WSA_OK, errno_out);
        return base_send(
            handle,
            buffers,
            buffer_count,
            sent_bytes,
            flags,
            overlapped,
            completion,
            thread_id,
            errno_out);
    }
    if (overlapped != NULL) {
        return call_close(&call, LC_WSAEOPNOTSUPP, errno_out);
    }
    struct sim_provider_send_to send = {
        .buffers = buffers,
        .buffer_count = buffer_count,
        .to = to,
        .to_bytes = to_length,
        .has_name = true,
    };
    return send_datagram(&call, &send, sent_bytes, errno_out);
}

/* A receive of one datagram. */
static int receive_datagram(
    const struct base_call *call,
    struct sim_provider_receive_from *receive,
    uint32_t *received_bytes,
    int32_t *errno_out)
{
    receive->connection = call->socket->connection;
    receive->wait = !call->socket->is_nonblocking;
    struct sim_hook hook;
    wait_open(&hook, call->base);
    enum lc_wsa error = sim_provider_receive_from(receive, received_bytes);
    (void)sim_hook_close(&hook);
    return call_close(call, error, errno_out);
}

static int LC_ABI base_recv(
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
    (void)thread_id; /* the transport knows who calls */
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    if (overlapped != NULL && flags != NULL && *flags == 0) {
        struct base_overlapped operation = { overlapped, completion, true };
        error = begin_overlapped(
            call.socket,
            buffers,
            buffer_count,
            &operation,
            received_bytes);
        return call_close(&call, error, errno_out);
    }
    if (call.socket->type == LC_SOCK_DGRAM) {
        struct sim_provider_receive_from receive = {
            .buffers = buffers,
            .buffer_count = buffer_count,
            .flags = flags,
        };
        return receive_datagram(&call, &receive, received_bytes, errno_out);
    }
    error = receive(
        call.base,
        &(struct sim_provider_receive){
            .connection = call.socket->connection,
            .buffers = buffers,
            .buffer_count = buffer_count,
            .flags = flags,
            .wait = !call.socket->is_nonblocking,
        },
        received_bytes);
    return call_close(&call, error, errno_out);
}

/* The same, and who has sent it. On a stream nobody is told: it has a peer. */
static int LC_ABI base_recv_from(
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
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    if (call.socket->type != LC_SOCK_DGRAM) {
        (void)call_close(&call, LC_WSA_OK, errno_out);
        return base_recv(
            handle,
            buffers,
            buffer_count,
            received_bytes,
            flags,
            overlapped,
            completion,
            thread_id,
            errno_out);
    }
    if (overlapped != NULL) {
        return call_close(&call, LC_WSAEOPNOTSUPP, errno_out);
    }
    struct sim_provider_receive_from receive = {
        .buffers = buffers,
        .buffer_count = buffer_count,
        .flags = flags,
        .from = from,
        .from_bytes = from_length,
    };
    return receive_datagram(&call, &receive, received_bytes, errno_out);
}

static int LC_ABI
base_shutdown(lc_socket handle, int32_t how, int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    if (how != LC_SD_RECEIVE && how != LC_SD_SEND && how != LC_SD_BOTH) {
        return call_close(&call, LC_WSAEINVAL, errno_out);
    }
    if (call.socket->type == LC_SOCK_DGRAM) {
        error = sim_datagram_shutdown(call.socket->connection, how);
        return call_close(&call, error, errno_out);
    }
    if (!sim_net_is_connected(call.socket->connection)) {
        return call_close(&call, LC_WSAENOTCONN, errno_out);
    }
    if (how != LC_SD_RECEIVE) {
        error = sim_net_shutdown(call.socket->connection);
    }
    if (how != LC_SD_SEND && error == LC_WSA_OK) {
        error = sim_receive_end(call.socket->connection, false);
    }
    return call_close(&call, error, errno_out);
}

/* TCP has no data for the end of a connection. */
static int LC_ABI base_send_disconnect(
    lc_socket handle,
    struct lc_wsabuf *data,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    error = data != NULL ? LC_WSAENOPROTOOPT
                         : sim_net_shutdown(call.socket->connection);
    return call_close(&call, error, errno_out);
}

static int LC_ABI base_recv_disconnect(
    lc_socket handle,
    struct lc_wsabuf *data,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    error = data != NULL ? LC_WSAENOPROTOOPT
                         : sim_receive_end(call.socket->connection, true);
    return call_close(&call, error, errno_out);
}

/* ---- Names ---- */

static int LC_ABI base_bind(
    lc_socket handle,
    const struct lc_sockaddr *name,
    int32_t name_length,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    error = sim_provider_bind(call.socket->connection, name, name_length);
    return call_close(&call, error, errno_out);
}

static int LC_ABI base_get_sock_name(
    lc_socket handle,
    struct lc_sockaddr *name,
    int32_t *name_length,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    error =
        sim_provider_get_sock_name(call.socket->connection, name, name_length);
    return call_close(&call, error, errno_out);
}

static int LC_ABI base_get_peer_name(
    lc_socket handle,
    struct lc_sockaddr *name,
    int32_t *name_length,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    error =
        sim_provider_get_peer_name(call.socket->connection, name, name_length);
    return call_close(&call, error, errno_out);
}

/* ---- Options ---- */

static enum lc_wsa set_option(
    struct base_socket *socket,
    int32_t option_name,
    const char *value,
    int32_t value_bytes)
{
    if (value == NULL || value_bytes < 4) {
        return LC_WSAEFAULT;
    }
    int32_t number;
    memcpy(&number, value, sizeof number);
    if (option_name == LC_SO_LINGER) {
        struct lc_linger linger;
        memcpy(&linger, value, sizeof linger);
        socket->linger_on = linger.l_onoff;
        socket->linger_s = linger.l_linger;
        return LC_WSA_OK;
    }
    if (option_name == LC_SO_DONTLINGER) {
        /* TRUE: do not linger. The time set earlier stays. */
        socket->linger_on = number == 0;
        return LC_WSA_OK;
    }
    bool is_buffer = option_name == LC_SO_SNDBUF || option_name == LC_SO_RCVBUF;
    if (is_buffer && sim_net_refuses_options()) {
        return LC_WSAENETDOWN;
    }
    if (option_name == LC_SO_SNDBUF) {
        sim_net_set_buffer(
            socket->connection,
            number < 0 ? 1 : (uint32_t)number);
        return LC_WSA_OK;
    }
    if (option_name == LC_SO_RCVBUF) {
        sim_receive_set_buffer(
            socket->connection,
            number < 1 ? 1 : (uint32_t)number);
        return LC_WSA_OK;
    }
    return LC_WSAENOPROTOOPT;
}

static int LC_ABI base_set_sock_opt(
    lc_socket handle,
    int32_t level,
    int32_t option_name,
    const char *option_value,
    int32_t option_length,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    bool is_linger =
        option_name == LC_SO_LINGER || option_name == LC_SO_DONTLINGER;
    bool is_refused = is_linger && call.socket->type != LC_SOCK_STREAM;
    error =
        level == LC_SOL_SOCKET && !is_refused
            ? set_option(call.socket, option_name, option_value, option_length)
            : LC_WSAENOPROTOOPT;
    return call_close(&call, error, errno_out);
}

static enum lc_wsa get_option(
    const struct base_socket *socket,
    int32_t option_name,
    char *value,
    int32_t *value_bytes)
{
    if (value == NULL || value_bytes == NULL || *value_bytes < 4) {
        return LC_WSAEFAULT;
    }
    int32_t number = 0;
    if (option_name == LC_SO_LINGER) {
        struct lc_linger linger = {
            .l_onoff = socket->linger_on,
            .l_linger = socket->linger_s,
        };
        memcpy(&number, &linger, sizeof number);
    } else if (option_name == LC_SO_DONTLINGER) {
        number = socket->linger_on == 0;
    } else if (option_name == LC_SO_TYPE) {
        number = socket->type;
    } else if (option_name == LC_SO_ERROR) {
        number = (int32_t)sim_net_take_error(socket->connection);
    } else {
        return LC_WSAENOPROTOOPT;
    }
    memcpy(value, &number, sizeof number);
    *value_bytes = sizeof number;
    return LC_WSA_OK;
}

static int LC_ABI base_get_sock_opt(
    lc_socket handle,
    int32_t level,
    int32_t option_name,
    char *option_value,
    int32_t *option_length,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    error =
        level == LC_SOL_SOCKET
            ? get_option(call.socket, option_name, option_value, option_length)
            : LC_WSAENOPROTOOPT;
    return call_close(&call, error, errno_out);
}

static int LC_ABI base_ioctl(
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
    (void)overlapped;
    (void)completion;
    (void)thread_id;
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    if (control_code == LC_FIONBIO) {
        uint32_t on;
        if (in_buffer == NULL || in_buffer_bytes < sizeof on) {
            return call_close(&call, LC_WSAEFAULT, errno_out);
        }
        memcpy(&on, in_buffer, sizeof on);
        if (on == 0 && sim_notify_is_on(call.socket->connection)) {
            return call_close(&call, LC_WSAEINVAL, errno_out); /* EVENT-4 */
        }
        call.socket->is_nonblocking = on != 0;
    } else if (control_code == LC_FIONREAD) {
        uint32_t bytes = sim_receive_unread(call.socket->connection);
        if (out_buffer == NULL || out_buffer_bytes < sizeof bytes) {
            return call_close(&call, LC_WSAEFAULT, errno_out);
        }
        memcpy(out_buffer, &bytes, sizeof bytes);
        if (returned_bytes != NULL) {
            *returned_bytes = sizeof bytes;
        }
    } else if (control_code == LC_SIO_BASE_HANDLE) {
        if (out_buffer == NULL || out_buffer_bytes < sizeof handle) {
            return call_close(&call, LC_WSAEFAULT, errno_out);
        }
        memcpy(out_buffer, &handle, sizeof handle);
        if (returned_bytes != NULL) {
            *returned_bytes = sizeof handle;
        }
    } else {
        error = LC_WSAEOPNOTSUPP;
    }
    return call_close(&call, error, errno_out);
}

/* ---- Listening ---- */

static int LC_ABI
base_listen(lc_socket handle, int32_t backlog, int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    error = call.socket->type != LC_SOCK_STREAM
                ? LC_WSAEOPNOTSUPP
                : sim_listen_begin(call.socket->connection, backlog);
    return call_close(&call, error, errno_out);
}

/* Makes a socket of a request that was taken, with the properties of the one
 * that listens. */
static enum lc_wsa make_accepted(
    const struct base_call *call,
    const struct sim_provider_accept *arguments,
    lc_socket *ret_socket)
{
    const struct base_socket *listener = call->socket;
    struct base *base = call->base;
    int32_t error = 0;
    struct base_socket *socket =
        sim_win32_heap_alloc(base->heap, LC_HEAP_ZERO_MEMORY, sizeof *socket);
    if (socket == NULL) {
        sim_listen_put_back(listener->connection);
        return LC_WSAENOBUFS;
    }
    enum lc_wsa wsa = sim_listen_accept(
        listener->connection,
        &socket->connection,
        &socket->handle);
    if (wsa != LC_WSA_OK) {
        (void)sim_win32_heap_free(base->heap, 0, socket);
        return wsa;
    }
    socket->catalog_id = listener->catalog_id;
    socket->type = listener->type;
    socket->is_nonblocking = listener->is_nonblocking;
    socket->linger_on = listener->linger_on;
    socket->linger_s = listener->linger_s;
    if (arguments->address != NULL) {
        (void)sim_provider_get_peer_name(
            socket->connection,
            arguments->address,
            arguments->address_length);
    }
    *ret_socket = publish(base, socket, &error);
    return *ret_socket == LC_INVALID_SOCKET ? (enum lc_wsa)error : LC_WSA_OK;
}

static enum lc_wsa accept_one(
    const struct base_call *call,
    const struct sim_provider_accept *arguments,
    lc_socket *ret_socket)
{
    uint32_t listener = call->socket->connection;
    if (arguments->address != NULL &&
        (arguments->address_length == NULL ||
         *arguments->address_length < (int32_t)sizeof *arguments->address)) {
        return LC_WSAEFAULT;
    }
    enum lc_wsa error =
        sim_listen_take(listener, !call->socket->is_nonblocking);
    if (error == LC_WSA_OK) {
        error = sim_provider_ask(listener, arguments);
    }
    return error == LC_WSA_OK ? make_accepted(call, arguments, ret_socket)
                              : error;
}

static lc_socket LC_ABI base_accept(
    lc_socket handle,
    struct lc_sockaddr *address,
    int32_t *address_length,
    lc_condition_fn *condition,
    uintptr_t callback_data,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        (void)fail(errno_out, error);
        return LC_INVALID_SOCKET;
    }
    lc_socket result = LC_INVALID_SOCKET;
    struct sim_hook hook;
    wait_open(&hook, call.base);
    error = accept_one(
        &call,
        &(struct sim_provider_accept){
            .address = address,
            .address_length = address_length,
            .condition = condition,
            .callback_data = callback_data,
        },
        &result);
    (void)sim_hook_close(&hook);
    (void)call_close(&call, error, errno_out);
    return result;
}

/* ---- Network events, and select ---- */

static int LC_ABI base_event_select(
    lc_socket handle,
    lc_handle event,
    int32_t network_events,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    uint32_t events = (uint32_t)network_events & SIM_NOTIFY_EVENTS;
    uint64_t name = event == NULL ? 0 : sim_win32_event_name(event);
    if (network_events != 0 && name == 0) {
        return call_close(&call, LC_WSAEINVAL, errno_out);
    }
    sim_notify_select(call.socket->connection, name, events);
    if (call.socket->is_closing) {
        sim_notify_cancel(call.socket->connection); /* overtaken by a close */
        return call_close(&call, LC_WSAENOTSOCK, errno_out);
    }
    call.socket->is_nonblocking = true;
    return call_close(&call, LC_WSA_OK, errno_out);
}

static int LC_ABI base_enum_network_events(
    lc_socket handle,
    lc_handle event,
    struct lc_wsanetworkevents *network_events,
    int32_t *errno_out)
{
    struct base_call call;
    enum lc_wsa error = call_open(&call, handle);
    if (error != LC_WSA_OK) {
        return fail(errno_out, error);
    }
    if (network_events == NULL) {
        return call_close(&call, LC_WSAEFAULT, errno_out);
    }
    if (event != NULL && sim_win32_event_name(event) == 0) {
        return call_close(&call, LC_WSAEINVAL, errno_out);
    }
    sim_notify_take(call.socket->connection, network_events);
    if (event != NULL) {
        (void)sim_win32_event_begin(event); /* resets it */
    }
    return call_close(&call, LC_WSA_OK, errno_out);
}

/* The sockets of a select, in the order of its sets. */
struct base_select {
    struct base_socket *sockets[SIM_SELECT_MAX];
    struct sim_poll polls[SIM_SELECT_MAX];
    uint32_t count;
};

static enum lc_wsa select_hold(
    struct base *base,
    struct base_select *select,
    struct lc_fd_set *const sets[SIM_SELECT_SETS])
{
    for (uint32_t k = 0; k < SIM_SELECT_SETS; k++) {
        for (uint32_t i = 0; i < sim_select_count(sets[k]); i++) {
            struct base_socket *socket =
                socket_hold(base, sets[k]->fd_array[i]);
            if (socket == NULL) {
                return LC_WSAENOTSOCK;
            }
            if (socket->is_broken) {
                socket_release(base, socket);
                return LC_WSAECONNABORTED;
            }
            select->sockets[select->count] = socket;
            select->polls[select->count] = (struct sim_poll){
                .connection = socket->connection,
                .asked = (uint16_t)(1U << k),
            };
            select->count++;
        }
    }
    return select->count > 0 ? LC_WSA_OK : LC_WSAEINVAL;
}

static int LC_ABI base_select(
    int32_t ignored,
    struct lc_fd_set *read_set,
    struct lc_fd_set *write_set,
    struct lc_fd_set *except_set,
    const struct lc_timeval *timeout,
    int32_t *errno_out)
{
    (void)ignored;
    struct base *base = base_globals();
    if (!sim_rundown_enter(&base->rundown)) {
        return fail(errno_out, LC_WSANOTINITIALISED);
    }
    struct lc_fd_set *const sets[] = { read_set, write_set, except_set };
    enum lc_wsa error = LC_WSAENOBUFS;
    uint32_t found = 0;
    struct base_select *select =
        sim_win32_heap_alloc(base->heap, LC_HEAP_ZERO_MEMORY, sizeof *select);
    if (select != NULL) {
        error = select_hold(base, select, sets);
        if (error == LC_WSA_OK) {
            struct sim_hook hook;
            wait_open(&hook, base);
            error = sim_notify_poll(
                select->polls,
                select->count,
                sim_select_timeout_ns(timeout));
            (void)sim_hook_close(&hook);
        }
        if (error == LC_WSA_OK) {
            found = sim_select_narrow(select->polls, sets);
        }
        for (uint32_t i = 0; i < select->count; i++) {
            socket_release(base, select->sockets[i]);
        }
        (void)sim_win32_heap_free(base->heap, 0, select);
    }
    sim_rundown_leave(&base->rundown);
    return error == LC_WSA_OK ? (int)found : fail(errno_out, error);
}

/* ---- Addresses ---- */

static int LC_ABI base_address_to_string(
    struct lc_sockaddr *address,
    uint32_t address_length,
    struct lc_wsaprotocol_infow *protocol_info,
    lc_wchar *address_string,
    uint32_t *address_string_length,
    int32_t *errno_out)
{
    struct base *base = base_globals();
    if (!sim_rundown_enter(&base->rundown)) {
        return fail(errno_out, LC_WSANOTINITIALISED);
    }
    enum lc_wsa error = sim_provider_address_to_string(
        address,
        address_length,
        protocol_info,
        address_string,
        address_string_length);
    sim_rundown_leave(&base->rundown);
    return error == LC_WSA_OK ? 0 : fail(errno_out, error);
}

static int LC_ABI base_string_to_address(
    lc_wchar *address_string,
    int32_t family,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_sockaddr *address,
    int32_t *address_length,
    int32_t *errno_out)
{
    struct base *base = base_globals();
    if (!sim_rundown_enter(&base->rundown)) {
        return fail(errno_out, LC_WSANOTINITIALISED);
    }
    enum lc_wsa error = sim_provider_string_to_address(
        address_string,
        family,
        protocol_info,
        address,
        address_length);
    sim_rundown_leave(&base->rundown);
    return error == LC_WSA_OK ? 0 : fail(errno_out, error);
}

/* ---- What this provider does not offer yet ---- */

#define NOT_OFFERED_AS(result, name, ...)                   \
    static int LC_ABI name(__VA_ARGS__, int32_t *errno_out) \
    {                                                       \
        (void)fail(errno_out, LC_WSAEOPNOTSUPP);            \
        return result;                                      \
    }
#define NOT_OFFERED(...) NOT_OFFERED_AS(LC_SOCKET_ERROR, __VA_ARGS__)

NOT_OFFERED(
    base_async_select,
    lc_socket socket __attribute__((unused)),
    lc_handle window __attribute__((unused)),
    uint32_t message __attribute__((unused)),
    int32_t events __attribute__((unused)))
NOT_OFFERED(
    base_duplicate_socket,
    lc_socket socket __attribute__((unused)),
    uint32_t process_id __attribute__((unused)),
    struct lc_wsaprotocol_infow *protocol_info __attribute__((unused)))
NOT_OFFERED_AS(
    0, /* FALSE */
    base_get_qos_by_name,
    lc_socket socket __attribute__((unused)),
    struct lc_wsabuf *qos_name __attribute__((unused)),
    struct lc_qos *qos __attribute__((unused)))

static lc_socket LC_ABI base_join_leaf(
    lc_socket socket,
    const struct lc_sockaddr *name,
    int32_t name_length,
    struct lc_wsabuf *caller_data,
    struct lc_wsabuf *callee_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    uint32_t flags,
    int32_t *errno_out)
{
    (void)socket;
    (void)name;
    (void)name_length;
    (void)caller_data;
    (void)callee_data;
    (void)socket_qos;
    (void)group_qos;
    (void)flags;
    (void)fail(errno_out, LC_WSAEOPNOTSUPP);
    return LC_INVALID_SOCKET;
}

static int LC_ABI base_cancel_blocking_call(int32_t *errno_out)
{
    const struct base *base = base_globals();
    enum lc_wsa error = sim_hook_cancel(base);
    return error == LC_WSA_OK ? 0 : fail(errno_out, error);
}

/* ---- Start and cleanup ---- */

/* Ends all waits. Nothing new begins then, and of what is pending nobody is
 * told any more: CLEAN-6. */
static void cancel_all(struct base *base)
{
    sim_win32_enter_critical_section(&base->list);
    for (struct base_socket *socket = base->sockets; socket != NULL;
         socket = socket->next) {
        sim_net_cancel(socket->connection, true);
        sim_receive_close(socket->connection); /* as a close does */
        sim_notify_cancel(socket->connection);
    }
    sim_win32_leave_critical_section(&base->list);
    sim_request_drop();
}

/* Finishes what is to be sent, then lets go of all sockets. Nobody else is
 * inside the provider any more. */
static void drain_all(struct base *base)
{
    for (struct base_socket *socket = base->sockets; socket != NULL;
         socket = socket->next) {
        sim_net_cancel(socket->connection, false);
        if (!socket->is_detached) {
            socket->is_nonblocking = false;
            (void)end_stream(socket);
            sim_receive_close(socket->connection); /* as a close does */
        }
    }
    for (struct base_socket *socket = base->sockets; socket != NULL;
         socket = socket->next) {
        if (sim_net_drain(socket->connection, DRAIN_NS) == LC_WSAETIMEDOUT) {
            sim_net_abort(socket->connection);
        }
    }
}

static void free_all(struct base *base)
{
    while (base->sockets != NULL) {
        struct base_socket *socket = base->sockets;
        base->sockets = socket->next;
        if (!socket->is_detached) {
            sim_net_close_handle(socket->connection);
        }
        socket_release(base, socket);
    }
}

static int LC_ABI base_cleanup(int32_t *errno_out)
{
    struct base *base = base_globals();
    sim_win32_enter_critical_section(&base->starts);
    if (base->start_count == 0) {
        sim_win32_leave_critical_section(&base->starts);
        return fail(errno_out, LC_WSANOTINITIALISED);
    }
    base->start_count--;
    if (base->start_count == 0) {
        bool must_wait = sim_rundown_shut(&base->rundown);
        cancel_all(base);
        if (must_wait) {
            sim_rundown_wait(&base->rundown);
        }
        drain_all(base);
        free_all(base);
        (void)sim_win32_heap_destroy(base->heap);
        (void)sim_win32_close_handle(base->rundown.empty);
        base->heap = NULL;
        base->rundown = (struct sim_rundown){ 0 };
    }
    sim_win32_leave_critical_section(&base->starts);
    return 0;
}

static const struct lc_wspproc_table proc_table_template = {
    .lpWSPAccept = base_accept,
    .lpWSPAddressToString = base_address_to_string,
    .lpWSPAsyncSelect = base_async_select,
    .lpWSPBind = base_bind,
    .lpWSPCancelBlockingCall = base_cancel_blocking_call,
    .lpWSPCleanup = base_cleanup,
    .lpWSPCloseSocket = base_close_socket,
    .lpWSPConnect = base_connect,
    .lpWSPDuplicateSocket = base_duplicate_socket,
    .lpWSPEnumNetworkEvents = base_enum_network_events,
    .lpWSPEventSelect = base_event_select,
    .lpWSPGetOverlappedResult = base_get_overlapped_result,
    .lpWSPGetPeerName = base_get_peer_name,
    .lpWSPGetSockName = base_get_sock_name,
    .lpWSPGetSockOpt = base_get_sock_opt,
    .lpWSPGetQOSByName = base_get_qos_by_name,
    .lpWSPIoctl = base_ioctl,
    .lpWSPJoinLeaf = base_join_leaf,
    .lpWSPListen = base_listen,
    .lpWSPRecv = base_recv,
    .lpWSPRecvDisconnect = base_recv_disconnect,
    .lpWSPRecvFrom = base_recv_from,
    .lpWSPSelect = base_select,
    .lpWSPSend = base_send,
    .lpWSPSendDisconnect = base_send_disconnect,
    .lpWSPSendTo = base_send_to,
    .lpWSPSetSockOpt = base_set_sock_opt,
    .lpWSPShutdown = base_shutdown,
    .lpWSPSocket = base_socket_create,
    .lpWSPStringToAddress = base_string_to_address,
};

/* Makes what a first start needs. Holds nothing when it fails. */
static bool first_start(struct base *base)
{
    base->heap = sim_win32_heap_create(0, 0, 0);
    if (base->heap == NULL) {
        return false;
    }
    base->rundown = (struct sim_rundown){
        .empty = sim_win32_create_event_a(NULL, 1, 0, NULL),
    };
    if (base->rundown.empty == NULL) {
        (void)sim_win32_heap_destroy(base->heap);
        base->heap = NULL;
        return false;
    }
    return true;
}

static int LC_ABI base_startup(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_wspupcalltable upcalls,
    struct lc_wspproc_table *proc_table)
{
    struct base *base = base_globals();
    if (data == NULL || proc_table == NULL || protocol_info == NULL) {
        return LC_WSAEFAULT;
    }
    uint16_t version;
    if (!sim_provider_negotiate(version_requested, &version)) {
        return LC_WSAVERNOTSUPPORTED;
    }
    sim_win32_enter_critical_section(&base->starts);
    if (base->start_count == 0 && !first_start(base)) {
        sim_win32_leave_critical_section(&base->starts);
        return LC_WSASYSNOTREADY;
    }
    base->start_count++;
    base->upcalls = upcalls;
    base->catalog_id = protocol_info->dwCatalogEntryId;
    sim_win32_leave_critical_section(&base->starts);
    memset(data, 0, sizeof *data);
    data->wVersion = version;
    data->wHighVersion = sim_provider_highest_version();
    memcpy(data->szDescription, u"Lastcall base", sizeof u"Lastcall base");
    *proc_table = proc_table_template;
    return 0;
}

static bool base_attach(uint32_t reason, bool process_ends)
{
    if (process_ends) {
        return true; /* whoever used what there is may be gone in the middle */
    }
    struct base *base = base_globals();
    if (reason == LC_DLL_PROCESS_ATTACH) {
        sim_win32_initialize_critical_section(&base->starts);
        sim_win32_initialize_critical_section(&base->list);
    } else if (reason == LC_DLL_PROCESS_DETACH) {
        sim_win32_delete_critical_section(&base->list);
        sim_win32_delete_critical_section(&base->starts);
    }
    return true;
}

static const struct sim_export base_exports[] = {
    { "WSPStartup", 1, (sim_code_fn *)base_startup },
};

const struct sim_module_class SIM_PROVIDER_NAME(sim_provider_base) = {
    .ops = &sim_module_builtin,
    .exports = base_exports,
    .is_quiet = true,
    .export_count = LC_COUNT_OF(base_exports),
    .globals_bytes = sizeof(struct base),
    .attach = base_attach,
};
