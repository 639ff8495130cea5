#include "sim/provider/operation.h"

#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/module.h"
#include "sim/win32/port.h"

/* ---- The list. Under its lock ---- */

static void release(
    struct sim_operations *operations,
    struct sim_operation *operation)
{
    LC_CHECK(operation->users > 0);
    operation->users--;
    if (operation->users == 0) {
        (void)sim_win32_close_handle(operation->done);
        (void)sim_win32_heap_free(operations->heap, 0, operation);
    }
}

static void unlink(
    struct sim_operations *operations,
    struct sim_operation *operation)
{
    struct sim_operation **link = &operations->first;
    while (*link != operation) {
        LC_CHECK(*link != NULL);
        link = &(*link)->next;
    }
    *link = operation->next;
    release(operations, operation);
}

/* Takes out one that is over, and lets go on who waits for it. */
static void end(
    struct sim_operations *operations,
    struct sim_operation *operation)
{
    sim_win32_enter_critical_section(&operations->lock);
    (void)sim_win32_set_event(operation->done);
    unlink(operations, operation);
    sim_win32_leave_critical_section(&operations->lock);
}

/* ---- The worker ---- */

/* Results first, the status last: OVL-5. */
static void settle(
    struct lc_wsaoverlapped *client,
    uint32_t error,
    uint32_t bytes)
{
    client->Offset = 0;
    client->OffsetHigh = error;
    client->InternalHigh = bytes;
    __atomic_store_n(&client->Internal, error, __ATOMIC_SEQ_CST);
}

/* The one below is through. */
static void complete(
    struct sim_operations *operations,
    struct sim_operation *operation,
    uint32_t bytes)
{
    lc_wpu_complete_overlapped_request_fn *tell =
        (lc_wpu_complete_overlapped_request_fn *)sim_module_find_system(
            "ws2_32.dll",
            "WPUCompleteOverlappedRequest",
            0);
    LC_CHECK(tell != NULL);
    sim_win32_enter_critical_section(&operations->lock);
    bool is_ours = !operation->is_taken;
    bool is_over = operations->is_over;
    operation->is_taken = true;
    sim_win32_leave_critical_section(&operations->lock);
    uint32_t error = operation->below.OffsetHigh;
    int32_t ignored = 0;
    if (is_ours && is_over) {
        settle(operation->client, LC_WSA_OPERATION_ABORTED, bytes);
    } else if (is_ours) {
        (void)
            tell(operation->handle, operation->client, error, bytes, &ignored);
    }
    end(operations, operation);
}

/* The operation that a packet is of. NULL: of none; an application may send on a
 * handle below by a value that it had before, and its packet comes here. */
static struct sim_operation *find(
    struct sim_operations *operations,
    const struct lc_wsaoverlapped *below)
{
    sim_win32_enter_critical_section(&operations->lock);
    struct sim_operation *operation = operations->first;
    while (operation != NULL && &operation->below != below) {
        operation = operation->next;
    }
    sim_win32_leave_critical_section(&operations->lock);
    return operation;
}

static bool has_any(struct sim_operations *operations)
{
    sim_win32_enter_critical_section(&operations->lock);
    bool has = operations->first != NULL;
    sim_win32_leave_critical_section(&operations->lock);
    return has;
}

/* Goes when it is told to and nothing is under way any more: the next provider
 * writes into what is. */
static uint32_t LC_ABI work(void *parameter)
{
    struct sim_operations *operations = parameter;
    bool is_told = false;
    while (!is_told || has_any(operations)) {
        uint32_t bytes = 0;
        uintptr_t key = 0;
        struct lc_wsaoverlapped *below = NULL;
        (void)sim_win32_get_queued_completion_status(
            operations->port,
            &bytes,
            &key,
            &below,
            LC_INFINITE);
        if (below == NULL) {
            is_told = true; /* sim_operations_stop() */
            continue;
        }
        struct sim_operation *operation = find(operations, below);
        if (operation != NULL) {
            complete(operations, operation, bytes);
        }
    }
    return 0;
}

/* Makes the port and the thread, unless there are. Under the lock. */
static bool start_worker(struct sim_operations *operations)
{
    if (operations->port == NULL) {
        operations->port = sim_win32_create_io_completion_port(
            (lc_handle)(intptr_t)-1,
            NULL,
            0,
            1);
    }
    if (operations->port != NULL && operations->worker == NULL) {
        operations->worker =
            sim_win32_create_thread(NULL, 0, work, operations, 0, NULL);
    }
    return operations->worker != NULL;
}

/* Lets the packets of a handle come to the port. Under the lock. */
static bool tie(
    const struct sim_operations *operations,
    const struct sim_operation_options *options)
{
    if (!*options->is_tied) {
        *options->is_tied = sim_win32_create_io_completion_port(
                                (lc_handle)(uintptr_t)options->below,
                                operations->port,
                                0,
                                0) != NULL;
    }
    return *options->is_tied;
}

/* ---- For the layer ---- */

void sim_operations_attach(struct sim_operations *operations)
{
    sim_win32_initialize_critical_section(&operations->lock);
}

void sim_operations_detach(struct sim_operations *operations)
{
    sim_win32_delete_critical_section(&operations->lock);
}

static struct sim_operation *make(
    const struct sim_operations *operations,
    const struct sim_operation_options *options)
{
    struct sim_operation *operation = sim_win32_heap_alloc(
        operations->heap,
        LC_HEAP_ZERO_MEMORY,
        sizeof *operation);
    if (operation == NULL) {
        return NULL;
    }
    operation->done = sim_win32_create_event_a(NULL, 1, 0, NULL);
    if (operation->done == NULL) {
        (void)sim_win32_heap_free(operations->heap, 0, operation);
        return NULL;
    }
    operation->client = options->client;
    operation->handle = options->handle;
    operation->users = 1;
    return operation;
}

enum lc_wsa sim_operation_begin(
    struct sim_operations *operations,
    const struct sim_operation_options *options,
    struct sim_operation **ret_operation)
{
    lc_handle event = options->client->hEvent;
    if (event != NULL && !sim_win32_reset_event(event)) { /* OVL-4 */
        return LC_WSA_INVALID_HANDLE;
    }
    struct sim_operation *operation = make(operations, options);
    if (operation == NULL) {
        return LC_WSAENOBUFS;
    }
    sim_win32_enter_critical_section(&operations->lock);
    bool is_good = start_worker(operations) && tie(operations, options);
    if (is_good) {
        operation->before = options->client->Internal;
        options->client->Internal = LC_WSS_OPERATION_IN_PROGRESS;
        operation->next = operations->first;
        operations->first = operation;
    } else {
        release(operations, operation);
    }
    sim_win32_leave_critical_section(&operations->lock);
    *ret_operation = operation;
    return is_good ? LC_WSA_OK : LC_WSAENOBUFS;
}

void sim_operation_undo(
    struct sim_operations *operations,
    struct sim_operation *operation)
{
    operation->client->Internal = operation->before;
    end(operations, operation);
}

/* Waits for one that is under way, of a structure or else of a handle. Returns:
 * whether there was one. */
static bool wait_for(
    struct sim_operations *operations,
    const struct lc_wsaoverlapped *client,
    lc_socket handle)
{
    sim_win32_enter_critical_section(&operations->lock);
    struct sim_operation *operation = operations->first;
    while (operation != NULL &&
           (client != NULL ? operation->client != client
                           : operation->handle != handle)) {
        operation = operation->next;
    }
    if (operation != NULL) {
        operation->users++;
    }
    sim_win32_leave_critical_section(&operations->lock);
    if (operation == NULL) {
        return false;
    }
    (void)sim_win32_wait_for_single_object(operation->done, LC_INFINITE);
    sim_win32_enter_critical_section(&operations->lock);
    bool is_left = operations->is_over; /* it may stay in the list */
    release(operations, operation);
    sim_win32_leave_critical_section(&operations->lock);
    return !is_left;
}

void sim_operation_wait(
    struct sim_operations *operations,
    const struct lc_wsaoverlapped *client)
{
    (void)wait_for(operations, client, LC_INVALID_SOCKET);
}

void sim_operation_wait_all(struct sim_operations *operations, lc_socket handle)
{
    while (operations->port != NULL && wait_for(operations, NULL, handle)) {
    }
}

void sim_operations_drop(struct sim_operations *operations)
{
    if (operations->port == NULL) {
        return;
    }
    sim_win32_enter_critical_section(&operations->lock);
    operations->is_over = true;
    struct sim_operation *operation = operations->first;
    while (operation != NULL) {
        if (!operation->is_taken) {
            operation->is_taken = true;
            settle(operation->client, LC_WSA_OPERATION_ABORTED, 0);
            (void)sim_win32_set_event(operation->done);
        }
        operation = operation->next;
    }
    sim_win32_leave_critical_section(&operations->lock);
}

void sim_operations_stop(struct sim_operations *operations)
{
    if (operations->worker == NULL) {
        return;
    }
    (void)sim_win32_post_queued_completion_status(operations->port, 0, 0, NULL);
    (void)sim_win32_wait_for_single_object(operations->worker, LC_INFINITE);
    (void)sim_win32_close_handle(operations->worker);
    operations->worker = NULL;
}

void sim_operations_free(struct sim_operations *operations)
{
    if (operations->port == NULL) {
        return;
    }
    sim_win32_enter_critical_section(&operations->lock);
    while (operations->first != NULL) {
        unlink(operations, operations->first);
    }
    sim_win32_leave_critical_section(&operations->lock);
    (void)sim_win32_close_handle(operations->port);
    operations->port = NULL;
    operations->is_over = false;
}
