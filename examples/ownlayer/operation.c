/*
 * Overlapped operations. Each has an OVERLAPPED of the layer's own below, whose
 * packet comes to a port of the layer's own: the client's can't go down, since
 * what completes below would speak of a handle that the client does not know,
 * and to a port that is not the one it has tied its own handle to.
 *
 * Port and threads are made for the first operation and end with the last
 * cleanup. A thread takes the packet of an operation that is through, and tells
 * the client: of an event or a port by WPUCompleteOverlappedRequest, by a
 * completion routine with WPUQueueApc.
 *
 * A last cleanup tells of nothing. It drops what is under way: the client's
 * structure says WSA_OPERATION_ABORTED, and the memory goes when nobody below
 * can write to it any more.
 *
 * A routine that is queued runs when its thread waits, be that after the last
 * cleanup: what has been queued can't be called back. The code for that stays
 * mapped from the first one on, and finds by a number, not by an address, that
 * its operation is gone.
 */
#include "layer.h"

enum {
    WORKERS = 2
};

struct result {
    DWORD error;
    DWORD bytes;
    DWORD flags;
};

/* It is under way from its begin until its packet has been dealt with; then it
 * is freed or, with a routine, queued until that runs. */
struct operation {
    WSAOVERLAPPED below;
    struct operation *next;
    struct own_socket *socket; /* held; NULL: queued */
    LPWSAOVERLAPPED client;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    WSATHREADID thread; /* to run it in; a copy: the client's is his */
    BOOL has_opened;    /* `thread`, by WPUOpenCurrentThread */
    BOOL is_receive;
    BOOL is_taken;    /* a worker tells of it, or the last cleanup dropped it */
    ULONG_PTR before; /* what the client's structure said */
    DWORD_PTR number; /* never given out twice */
    struct result result; /* when it is queued */
};

static volatile LONG is_pinned;

/* All under `list`. */
static struct operation *operations;
static HANDLE port;
static HANDLE workers[WORKERS];
static DWORD worker_count;
static BOOL is_over;
static DWORD_PTR last_number;

/* ---- The list ---- */

static struct operation *find(DWORD_PTR number)
{
    struct operation *operation = operations;
    while (operation != NULL && operation->number != number) {
        operation = operation->next;
    }
    return operation;
}

static void unlink_operation(const struct operation *operation)
{
    struct operation **link = &operations;
    while (*link != operation) {
        link = &(*link)->next;
    }
    *link = operation->next;
}

static void close_thread(struct operation *operation)
{
    int error = 0;
    if (operation->has_opened) {
        layer.upcalls.lpWPUCloseThread(&operation->thread, &error);
        operation->has_opened = FALSE;
    }
}

/* One of its operations is not under way any more: who waits for that goes on.
 * Under `list`. */
static void leave_socket(struct own_socket *socket)
{
    socket->operations--;
    socket_release(socket);
    WakeAllConditionVariable(&layer.changed);
}

static void end(struct operation *operation)
{
    EnterCriticalSection(&layer.list);
    unlink_operation(operation);
    leave_socket(operation->socket);
    LeaveCriticalSection(&layer.list);
    close_thread(operation);
    HeapFree(layer.heap, 0, operation);
}

/* ---- What the client is told ---- */

static void set_status(LPWSAOVERLAPPED client, ULONG_PTR status)
{
    InterlockedExchangePointer(
        (PVOID volatile *)&client->Internal,
        (PVOID)status);
}

/* Results first, the status last: somebody may look at it all the time. */
static void settle(LPWSAOVERLAPPED client, const struct result *result)
{
    client->Offset = result->flags;
    client->OffsetHigh = result->error;
    client->InternalHigh = result->bytes;
    set_status(client, result->error);
}

/* Runs in the client's thread, while that waits. The layer may have been
 * cleaned up, and started again, since this was queued. */
static void CALLBACK run_routine(DWORD_PTR number)
{
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = NULL;
    LPWSAOVERLAPPED client = NULL;
    struct result result = { 0, 0, 0 };
    EnterCriticalSection(&layer.list);
    struct operation *operation = find(number);
    if (operation != NULL) {
        routine = operation->routine;
        client = operation->client;
        result = operation->result;
        unlink_operation(operation);
        HeapFree(layer.heap, 0, operation);
    }
    LeaveCriticalSection(&layer.list);
    if (routine != NULL) {
        routine(result.error, result.bytes, client, result.flags);
    }
}

/* Once it is queued it may run and be gone at any moment. */
static void queue_routine(
    struct operation *operation,
    const struct result *result)
{
    struct own_socket *socket = operation->socket;
    DWORD_PTR number = operation->number;
    WSATHREADID thread = operation->thread;
    BOOL has_opened = operation->has_opened;
    int error = 0;
    settle(operation->client, result);
    EnterCriticalSection(&layer.list);
    operation->result = *result;
    operation->has_opened = FALSE;
    operation->socket = NULL;
    WakeAllConditionVariable(&layer.changed);
    LeaveCriticalSection(&layer.list);
    int queued =
        layer.upcalls.lpWPUQueueApc(&thread, run_routine, number, &error);
    if (has_opened) {
        layer.upcalls.lpWPUCloseThread(&thread, &error);
    }
    EnterCriticalSection(&layer.list);
    if (queued != 0) { /* the thread has ended */
        unlink_operation(operation);
        HeapFree(layer.heap, 0, operation);
    }
    leave_socket(socket);
    LeaveCriticalSection(&layer.list);
}

/* ---- The threads ---- */

/* The packet says how many bytes; what went wrong, and with what flags, the
 * next provider says as long as it knows the socket. It waits for nothing
 * here, so that `list` may be held: nobody closes the socket meanwhile. */
static void get_result(
    struct operation *operation,
    DWORD bytes,
    DWORD code,
    struct result *ret_result)
{
    const struct own_socket *socket = operation->socket;
    *ret_result = (struct result){ 0, bytes, 0 };
    if (code != 0) {
        /* Codes of Winsock can be passed on, others belong to Windows. */
        ret_result->error =
            code >= WSABASEERR ? code : (DWORD)WSA_OPERATION_ABORTED;
    }
    if ((code == 0 && !operation->is_receive) || socket->is_closing) {
        return;
    }
    int error = 0;
    BOOL is_good = socket->lower->table.lpWSPGetOverlappedResult(
        socket->below,
        &operation->below,
        &ret_result->bytes,
        FALSE,
        &ret_result->flags,
        &error);
    ret_result->error = is_good ? 0 : (DWORD)error;
}

/* The packet of an operation has come. */
static void complete(struct operation *operation, DWORD bytes, DWORD code)
{
    struct result result;
    int error = 0;
    EnterCriticalSection(&layer.list);
    BOOL is_ours = !operation->is_taken;
    operation->is_taken = TRUE;
    get_result(operation, bytes, code, &result);
    LeaveCriticalSection(&layer.list);
    if (is_ours && operation->routine != NULL) {
        queue_routine(operation, &result);
        return;
    }
    if (is_ours) {
        operation->client->Offset = result.flags;
        WPUCompleteOverlappedRequest(
            operation->socket->handle,
            operation->client,
            result.error,
            result.bytes,
            &error);
    }
    end(operation);
}

/* The operation that a packet is of; NULL: of none. An application may send on a
 * handle below by a value that it had before: its packet comes to our port. */
static struct operation *find_packet(LPOVERLAPPED below)
{
    EnterCriticalSection(&layer.list);
    struct operation *operation = operations;
    while (operation != NULL &&
           CONTAINING_RECORD(below, struct operation, below) != operation) {
        operation = operation->next;
    }
    LeaveCriticalSection(&layer.list);
    return operation;
}

static DWORD WINAPI work(LPVOID unused)
{
    (void)unused;
    for (;;) {
        DWORD bytes = 0;
        ULONG_PTR key = 0;
        LPOVERLAPPED below = NULL;
        BOOL is_good =
            GetQueuedCompletionStatus(port, &bytes, &key, &below, INFINITE);
        if (below == NULL) {
            return 0; /* operation_stop() */
        }
        DWORD code = is_good ? 0 : GetLastError();
        struct operation *operation = find_packet(below);
        if (operation != NULL) {
            complete(operation, bytes, code);
        }
    }
}

/* Makes the port and the threads, unless there are. Fewer will do. Under
 * `list`. */
static BOOL start_workers(void)
{
    if (port == NULL) {
        port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, WORKERS);
    }
    while (port != NULL && worker_count < WORKERS) {
        HANDLE worker = CreateThread(NULL, 0, work, NULL, 0, NULL);
        if (worker == NULL) {
            break;
        }
        workers[worker_count] = worker;
        worker_count++;
    }
    return worker_count > 0;
}

/* Lets the packets of a socket come to the port. Under `list`. */
static BOOL tie(struct own_socket *socket)
{
    if (!socket->is_tied) {
        socket->is_tied =
            CreateIoCompletionPort((HANDLE)socket->below, port, 0, 0) != NULL;
    }
    return socket->is_tied;
}

/* ---- Beginning ---- */

BOOL operation_is_asked(
    const struct own_socket *socket,
    LPWSAOVERLAPPED overlapped)
{
    return overlapped != NULL && socket->is_overlapped;
}

/* Keeps the DLL mapped, for routines that run late. */
static BOOL pin(void)
{
    HMODULE ignored = NULL;
    if (is_pinned) {
        return TRUE;
    }
    BOOL is_done = GetModuleHandleExW(
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
        (LPCWSTR)(void *)run_routine,
        &ignored);
    if (is_done) {
        InterlockedExchange(&is_pinned, TRUE);
    }
    return is_done;
}

/* The thread whose call this is. Its structure lives as long as the call. */
static int take_thread(
    struct operation *operation,
    const struct operation_request *request)
{
    int error = 0;
    if (request->thread != NULL) {
        operation->thread = *request->thread;
    } else if (
        layer.upcalls.lpWPUOpenCurrentThread(&operation->thread, &error) != 0) {
        return error;
    } else {
        operation->has_opened = TRUE;
    }
    return 0;
}

/* Lists a new operation. Returns an error code. Under `list`. */
static int enlist(struct operation *operation, struct own_socket *socket)
{
    if (socket->is_closing) {
        return WSAENOTSOCK;
    }
    if (is_over) {
        return WSANOTINITIALISED;
    }
    if (!start_workers() || !tie(socket)) {
        return WSAENOBUFS;
    }
    socket->users++;
    socket->operations++;
    last_number++;
    operation->socket = socket;
    operation->number = last_number;
    operation->before = operation->client->Internal;
    set_status(operation->client, WSS_OPERATION_IN_PROGRESS);
    operation->next = operations;
    operations = operation;
    return 0;
}

int operation_begin(
    struct own_socket *socket,
    const struct operation_request *request,
    LPWSAOVERLAPPED *ret_below)
{
    LPWSAOVERLAPPED client = request->client;
    /* With a routine the field may hold anything. */
    if (request->routine == NULL && client->hEvent != NULL &&
        !ResetEvent(client->hEvent)) {
        return WSA_INVALID_HANDLE;
    }
    struct operation *operation =
        HeapAlloc(layer.heap, HEAP_ZERO_MEMORY, sizeof *operation);
    if (operation == NULL) {
        return WSAENOBUFS;
    }
    operation->client = client;
    operation->routine = request->routine;
    operation->is_receive = request->is_receive;
    int error = request->routine == NULL ? 0 : take_thread(operation, request);
    if (error == 0 && request->routine != NULL && !pin()) {
        error = WSAENOBUFS;
    }
    if (error == 0) {
        EnterCriticalSection(&layer.list);
        error = enlist(operation, socket);
        LeaveCriticalSection(&layer.list);
    }
    if (error != 0) {
        close_thread(operation);
        HeapFree(layer.heap, 0, operation);
        return error;
    }
    *ret_below = &operation->below;
    return 0;
}

/* The packet comes, too, for what was through at once, and the operation may be
 * gone by now: the client is told that it goes on. */
int operation_answer(LPWSAOVERLAPPED below, int result, int code, LPINT lpErrno)
{
    if (result == 0 || code == WSA_IO_PENDING) {
        return layer_fail(lpErrno, WSA_IO_PENDING);
    }
    /* It has not begun: no packet comes. */
    struct operation *operation =
        CONTAINING_RECORD(below, struct operation, below);
    set_status(operation->client, operation->before);
    end(operation);
    return layer_fail(lpErrno, code);
}

/* ---- Results ---- */

/* Waits until an operation has been told of. Not for its event: others may
 * reset that, and a last cleanup sets none. */
static void wait_for(LPWSAOVERLAPPED client)
{
    EnterCriticalSection(&layer.list);
    struct operation *operation = operations;
    while (operation != NULL &&
           (operation->client != client || operation->socket == NULL)) {
        operation = operation->next;
    }
    if (operation != NULL) {
        DWORD_PTR number = operation->number;
        while (operation != NULL && operation->socket != NULL && !is_over) {
            SleepConditionVariableCS(&layer.changed, &layer.list, INFINITE);
            operation = find(number);
        }
    }
    LeaveCriticalSection(&layer.list);
}

BOOL WSPAPI layer_WSPGetOverlappedResult(
    SOCKET s,
    LPWSAOVERLAPPED lpOverlapped,
    LPDWORD lpcbTransfer,
    BOOL fWait,
    LPDWORD lpdwFlags,
    LPINT lpErrno)
{
    struct own_socket *socket = socket_enter(s, lpErrno);
    if (socket == NULL) {
        return FALSE;
    }
    int error = 0;
    if (lpOverlapped == NULL || lpcbTransfer == NULL || lpdwFlags == NULL ||
        (fWait && lpOverlapped->hEvent == NULL)) {
        error = WSAEINVAL;
        goto leave;
    }
    if (fWait) {
        wait_for(lpOverlapped);
    }
    /* The client's structure never was anybody's but ours and ws2_32's. */
    ULONG_PTR status = *(const volatile ULONG_PTR *)&lpOverlapped->Internal;
    if (status == WSS_OPERATION_IN_PROGRESS) {
        error = WSA_IO_INCOMPLETE;
    } else if (lpOverlapped->OffsetHigh != 0) {
        error = (int)lpOverlapped->OffsetHigh;
    } else {
        *lpcbTransfer = (DWORD)lpOverlapped->InternalHigh;
        *lpdwFlags = lpOverlapped->Offset;
    }

leave:
    if (error != 0) {
        layer_fail(lpErrno, error);
    }
    socket_leave(socket);
    return error == 0;
}

/* ---- The last cleanup ---- */

void operation_drop_all(void)
{
    static const struct result aborted = { WSA_OPERATION_ABORTED, 0, 0 };
    EnterCriticalSection(&layer.list);
    is_over = TRUE;
    for (struct operation *operation = operations; operation != NULL;
         operation = operation->next) {
        if (!operation->is_taken) {
            operation->is_taken = TRUE;
            settle(operation->client, &aborted);
        }
    }
    WakeAllConditionVariable(&layer.changed);
    LeaveCriticalSection(&layer.list);
}

static BOOL is_any_under_way(void)
{
    const struct operation *operation = operations;
    while (operation != NULL && operation->socket == NULL) {
        operation = operation->next;
    }
    return operation != NULL;
}

/* All sockets are closed, so that the next provider ends what is under way; it
 * writes into the structures until then. Behind that a packet without an
 * operation for each thread. No lock is held that one needs. */
void operation_stop(void)
{
    EnterCriticalSection(&layer.list);
    while (worker_count > 0 && is_any_under_way()) {
        SleepConditionVariableCS(&layer.changed, &layer.list, INFINITE);
    }
    LeaveCriticalSection(&layer.list);
    for (DWORD i = 0; i < worker_count; i++) {
        PostQueuedCompletionStatus(port, 0, 0, NULL);
    }
    for (DWORD i = 0; i < worker_count; i++) {
        WaitForSingleObject(workers[i], INFINITE);
        CloseHandle(workers[i]);
    }
    worker_count = 0;
}

void operation_free_all(void)
{
    EnterCriticalSection(&layer.list);
    while (operations != NULL) {
        struct operation *operation = operations;
        operations = operation->next;
        if (operation->socket != NULL) {
            leave_socket(operation->socket);
        }
        close_thread(operation);
        HeapFree(layer.heap, 0, operation);
    }
    if (port != NULL) {
        CloseHandle(port);
        port = NULL;
    }
    is_over = FALSE;
    LeaveCriticalSection(&layer.list);
}
