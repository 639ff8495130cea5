/*
 * The 15 upcalls. An upcall belongs to the module whose code makes it: the
 * innermost frame of the thread.
 * Source: documented. ws2spi.h, the page of each WPU function; errors as in
 *         the catalogue, section 16. What needs windows answers with the
 *         documented error.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/fault/fault.h"
#include "sim/win32/apc.h"
#include "sim/win32/win32.h"
#include "sim/ws2_32/catalog.h"
#include "sim/ws2_32/handle.h"
#include "sim/ws2_32/hook.h"
#include "sim/ws2_32/installed.h"
#include "sim/ws2_32/probe.h"
#include "sim/ws2_32/state.h"

enum {
    THREAD_HANDLE_FIRST = 0x10000 /* beyond those of objects and sockets */
};

struct upcall {
    struct lc_record record;
    uint32_t last_error; /* of the thread: an upcall leaves it (UPCALL-12) */
};

struct lc_wsathreadid sim_upcall_thread_id(void)
{
    uint8_t ref = sim_thread_current()->ref;
    return (struct lc_wsathreadid){
        .ThreadHandle = (lc_handle)(uintptr_t)(THREAD_HANDLE_FIRST + ref),
        .Reserved = ref,
    };
}

static void begin(
    struct upcall *upcall,
    enum lc_upcall function,
    int64_t a,
    int64_t b)
{
    uint32_t caller = sim_thread_module();
    sim_thread_yield((struct lc_place){
        .kind = LC_PLACE_UPCALL,
        .function = (uint8_t)function,
        .module = (uint8_t)caller,
    });
    upcall->record = (struct lc_record){
        .kind = LC_RECORD_UPCALL_CALL,
        .function = (uint16_t)function,
        .caller = (uint8_t)caller,
        .callee = LC_MODULE_WS2_32,
        .a = a,
        .b = b,
        .c = sim_ws2_process()->counts[caller] <= 0,
    };
    upcall->last_error = sim_thread_current()->last_error;
    sim_trace_write_kept(&upcall->record);
}

static void end(
    const struct upcall *upcall,
    int64_t result,
    int32_t error,
    int32_t *errno_out)
{
    struct lc_record record = upcall->record;
    record.kind = LC_RECORD_UPCALL_RETURN;
    record.c = record.a;
    record.a = result;
    record.b = error;
    sim_trace_write_kept(&record);
    sim_thread_current()->last_error = upcall->last_error;
    if (error != 0 && errno_out != NULL) {
        *errno_out = error;
    }
}

/* The error that the upcall is made to fail with; 0: it is not. */
static inline int32_t made_to_fail(const struct upcall *upcall)
{
    return sim_fault_at(
        LC_PLACE_UPCALL,
        upcall->record.function,
        upcall->record.caller);
}

static int64_t number(const void *pointer)
{
    /* The trace holds no pointers: whether there is one is all it says. */
    return pointer != NULL;
}

static int LC_ABI upcall_close_event(lc_handle event, int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_CLOSE_EVENT, number(event), 0);
    bool done = sim_win32_close_handle(event) != 0;
    end(&upcall, done, done ? 0 : LC_WSA_INVALID_HANDLE, errno_out);
    return done;
}

/* Of the handles that ws2_32 has made itself: others have no context. */
static struct sim_socket_handle *find_own(lc_socket socket)
{
    struct sim_socket_handle *handle = sim_handle_find(socket);
    return handle != NULL && handle->is_own ? handle : NULL;
}

static int LC_ABI
upcall_close_socket_handle(lc_socket socket, int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_CLOSE_SOCKET_HANDLE, (int64_t)socket, 0);
    struct sim_socket_handle *handle = find_own(socket);
    if (handle == NULL) {
        end(&upcall, LC_SOCKET_ERROR, LC_WSAENOTSOCK, errno_out);
        return LC_SOCKET_ERROR;
    }
    sim_handle_drop(handle);
    end(&upcall, 0, 0, errno_out);
    return 0;
}

static lc_handle LC_ABI upcall_create_event(int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_CREATE_EVENT, 0, 0);
    lc_handle event = made_to_fail(&upcall) != 0
                          ? NULL
                          : sim_win32_create_event_a(NULL, 1, 0, NULL);
    end(&upcall,
        number(event),
        event != NULL ? 0 : LC_WSA_NOT_ENOUGH_MEMORY,
        errno_out);
    return event;
}

static lc_socket LC_ABI upcall_create_socket_handle(
    uint32_t catalog_entry_id,
    uintptr_t context,
    int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_CREATE_SOCKET_HANDLE, catalog_entry_id, 0);
    bool is_valid =
        catalog_entry_id >= 1 && catalog_entry_id <= sim_catalog_count();
    lc_socket socket = LC_INVALID_SOCKET;
    enum lc_wsa error = LC_WSAENOBUFS; /* no other is documented */
    if (is_valid && made_to_fail(&upcall) == 0) {
        error = sim_handle_create(catalog_entry_id, context, &socket);
    }
    end(&upcall, (int64_t)socket, (int32_t)error, errno_out);
    return socket;
}

static int LC_ABI upcall_fd_is_set(lc_socket socket, struct lc_fd_set *fd_set)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_FD_IS_SET, (int64_t)socket, 0);
    int is_member = 0;
    for (uint32_t i = 0;
         fd_set != NULL && i < fd_set->fd_count && i < LC_FD_SETSIZE;
         i++) {
        is_member |= fd_set->fd_array[i] == socket;
    }
    end(&upcall, is_member, 0, NULL);
    return is_member;
}

static int LC_ABI upcall_get_provider_path(
    struct lc_guid *provider_id,
    lc_wchar *provider_dll_path,
    int32_t *provider_dll_path_length,
    int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_GET_PROVIDER_PATH, 0, 0);
    int32_t error = made_to_fail(&upcall);
    if (error == 0) {
        error = sim_catalog_get_path(
            sim_installed_view(),
            provider_id,
            provider_dll_path,
            provider_dll_path_length);
    }
    int result = error == 0 ? 0 : LC_SOCKET_ERROR;
    end(&upcall, result, error, errno_out);
    return result;
}

static lc_socket LC_ABI upcall_modify_ifs_handle(
    uint32_t catalog_entry_id,
    lc_socket proposed_handle,
    int32_t *errno_out)
{
    struct upcall upcall;
    begin(
        &upcall,
        LC_UPCALL_MODIFY_IFS_HANDLE,
        catalog_entry_id,
        (int64_t)proposed_handle);
    bool is_valid = catalog_entry_id >= 1 &&
                    catalog_entry_id <= sim_catalog_count() &&
                    proposed_handle != LC_INVALID_SOCKET;
    enum lc_wsa error = LC_WSAEINVAL;
    if (is_valid && made_to_fail(&upcall) == 0) {
        error = sim_handle_register(proposed_handle, catalog_entry_id);
    }
    lc_socket result = error == LC_WSA_OK ? proposed_handle : LC_INVALID_SOCKET;
    end(&upcall, (int64_t)result, (int32_t)error, errno_out);
    return result;
}

static int LC_ABI upcall_post_message(
    lc_handle window,
    uint32_t message,
    uintptr_t wparam,
    intptr_t lparam)
{
    (void)wparam;
    (void)lparam;
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_POST_MESSAGE, number(window), message);
    end(&upcall, 0, 0, NULL); /* FALSE: there are no windows */
    return 0;
}

static int LC_ABI upcall_query_blocking_callback(
    uint32_t catalog_entry_id,
    lc_blocking_hook_fn **callback,
    uintptr_t *context,
    int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_QUERY_BLOCKING_CALLBACK, catalog_entry_id, 0);
    int32_t error = 0;
    if (catalog_entry_id < 1 || catalog_entry_id > sim_catalog_count()) {
        error = LC_WSAEINVAL;
    } else if (callback == NULL || context == NULL) {
        error = LC_WSAEFAULT;
    } else {
        *callback = sim_hook_callback(context); /* NULL: a native wait */
    }
    int result = error == 0 ? 0 : LC_SOCKET_ERROR;
    end(&upcall, result, error, errno_out);
    return result;
}

static int LC_ABI upcall_query_socket_handle_context(
    lc_socket socket,
    uintptr_t *context,
    int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT, (int64_t)socket, 0);
    const struct sim_socket_handle *handle = find_own(socket);
    if (handle == NULL) {
        end(&upcall, LC_SOCKET_ERROR, LC_WSAENOTSOCK, errno_out);
        return LC_SOCKET_ERROR;
    }
    if (context != NULL) {
        *context = handle->context;
    }
    end(&upcall, 0, 0, errno_out);
    return 0;
}

/* The slot of the thread that an id means, or SIM_NO_THREAD. */
static uint32_t thread_of(const struct lc_wsathreadid *thread_id)
{
    if (thread_id == NULL || thread_id->Reserved >= LC_NONE ||
        (uintptr_t)thread_id->ThreadHandle !=
            THREAD_HANDLE_FIRST + thread_id->Reserved) {
        return SIM_NO_THREAD;
    }
    uint32_t slot = sim_thread_find((uint8_t)thread_id->Reserved);
    bool is_own = slot != SIM_NO_THREAD &&
                  sim_thread_at(slot)->process == sim_thread_process();
    return is_own ? slot : SIM_NO_THREAD; /* */
}

static int LC_ABI upcall_queue_apc(
    struct lc_wsathreadid *thread_id,
    lc_user_apc_fn *user_apc,
    uintptr_t context,
    int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_QUEUE_APC, number(thread_id), 0);
    uint32_t slot = thread_of(thread_id);
    bool is_queued =
        slot != SIM_NO_THREAD && user_apc != NULL &&
        sim_apc_queue_user(slot, upcall.record.caller, user_apc, context);
    int result = is_queued ? 0 : LC_SOCKET_ERROR;
    end(&upcall, result, is_queued ? 0 : LC_WSAEFAULT, errno_out);
    return result;
}

static int LC_ABI upcall_reset_event(lc_handle event, int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_RESET_EVENT, number(event), 0);
    bool done = sim_win32_reset_event(event) != 0;
    end(&upcall, done, done ? 0 : LC_WSA_INVALID_HANDLE, errno_out);
    return done;
}

static int LC_ABI upcall_set_event(lc_handle event, int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_SET_EVENT, number(event), 0);
    bool done = sim_win32_set_event(event) != 0;
    end(&upcall, done, done ? 0 : LC_WSA_INVALID_HANDLE, errno_out);
    return done;
}

static int LC_ABI
upcall_open_current_thread(struct lc_wsathreadid *thread_id, int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_OPEN_CURRENT_THREAD, number(thread_id), 0);
    int32_t error = 0;
    if (thread_id == NULL) {
        error = LC_WSAEFAULT;
    } else if (sim_ws2_process()->startup_count == 0) {
        error = LC_WSANOTINITIALISED;
    } else {
        *thread_id = sim_upcall_thread_id();
    }
    int result = error == 0 ? 0 : LC_SOCKET_ERROR;
    end(&upcall, result, error, errno_out);
    return result;
}

static int LC_ABI
upcall_close_thread(struct lc_wsathreadid *thread_id, int32_t *errno_out)
{
    struct upcall upcall;
    begin(&upcall, LC_UPCALL_CLOSE_THREAD, number(thread_id), 0);
    int32_t error = 0;
    if (thread_id == NULL) {
        error = LC_WSAEFAULT;
    } else if (sim_ws2_process()->startup_count == 0) {
        error = LC_WSANOTINITIALISED;
    }
    int result = error == 0 ? 0 : LC_SOCKET_ERROR;
    end(&upcall, result, error, errno_out);
    return result;
}

static const struct lc_wspupcalltable table = {
    .lpWPUCloseEvent = upcall_close_event,
    .lpWPUCloseSocketHandle = upcall_close_socket_handle,
    .lpWPUCreateEvent = upcall_create_event,
    .lpWPUCreateSocketHandle = upcall_create_socket_handle,
    .lpWPUFDIsSet = upcall_fd_is_set,
    .lpWPUGetProviderPath = upcall_get_provider_path,
    .lpWPUModifyIFSHandle = upcall_modify_ifs_handle,
    .lpWPUPostMessage = upcall_post_message,
    .lpWPUQueryBlockingCallback = upcall_query_blocking_callback,
    .lpWPUQuerySocketHandleContext = upcall_query_socket_handle_context,
    .lpWPUQueueApc = upcall_queue_apc,
    .lpWPUResetEvent = upcall_reset_event,
    .lpWPUSetEvent = upcall_set_event,
    .lpWPUOpenCurrentThread = upcall_open_current_thread,
    .lpWPUCloseThread = upcall_close_thread,
};

const struct lc_wspupcalltable *sim_upcall_table(void)
{
    return &table;
}
