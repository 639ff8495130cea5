#include "sim/ws2_32/catalog.h"
#include "sim/ws2_32/handle.h"
#include "sim/ws2_32/probe.h"
#include "tests/unit/ws2_32_fixture.h"

enum {
    NO_HANDLE = 0x7771, /* of nothing */
    MARK = 0x5a5a,      /* last error of the thread: not to be touched */
    UNSET = 12345       /* what an error code is before the call */
};

/* What the upcall that was made last must have left behind. */
static void check(
    enum lc_upcall function,
    int64_t result,
    int32_t error,
    int32_t errno_out)
{
    const struct lc_record *record = &ws2.records[ws2.record_count - 1];
    assert_int_equal(record->kind, LC_RECORD_UPCALL_RETURN);
    assert_int_equal(record->function, function);
    assert_int_equal(record->caller, TCP);
    assert_int_equal(record->callee, LC_MODULE_WS2_32);
    assert_int_equal(record->a, result);
    assert_int_equal(record->b, error);
    assert_int_equal(errno_out, error == 0 ? UNSET : error);
    /* UPCALL-12: errors come by lpErrno alone. */
    assert_int_equal(sim_thread_current()->last_error, MARK);
}

static void fails_with_events(void *argument)
{
    (void)argument;
    const struct lc_wspupcalltable *table = sim_upcall_table();
    lc_handle none = (lc_handle)(uintptr_t)NO_HANDLE;
    ws2_enter_provider(TCP);
    sim_thread_current()->last_error = MARK;

    int32_t error = UNSET;
    assert_int_equal(table->lpWPUCloseEvent(none, &error), 0);
    check(LC_UPCALL_CLOSE_EVENT, 0, LC_WSA_INVALID_HANDLE, error);
    error = UNSET;
    assert_int_equal(table->lpWPUResetEvent(none, &error), 0);
    check(LC_UPCALL_RESET_EVENT, 0, LC_WSA_INVALID_HANDLE, error);
    error = UNSET;
    assert_int_equal(table->lpWPUSetEvent(none, &error), 0);
    check(LC_UPCALL_SET_EVENT, 0, LC_ERROR_INVALID_HANDLE, error);

    error = UNSET;
    lc_handle event = table->lpWPUCreateEvent(&error);
    assert_non_null(event);
    check(LC_UPCALL_CREATE_EVENT, 1, 0, error);
    /* Manual reset, not signalled. */
    assert_int_equal(
        sim_win32_wait_for_single_object(event, 0),
        LC_WAIT_TIMEOUT);
    assert_int_equal(table->lpWPUSetEvent(event, &error), 1);
    check(LC_UPCALL_SET_EVENT, 1, 0, error);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(
            sim_win32_wait_for_single_object(event, 0),
            LC_WAIT_OBJECT_0);
    }
    assert_int_equal(table->lpWPUResetEvent(event, &error), 1);
    check(LC_UPCALL_RESET_EVENT, 1, 0, error);
    assert_int_equal(
        sim_win32_wait_for_single_object(event, 0),
        LC_WAIT_TIMEOUT);
    assert_int_equal(table->lpWPUCloseEvent(event, &error), 1);
    check(LC_UPCALL_CLOSE_EVENT, 1, 0, error);
    error = UNSET;
    assert_int_equal(table->lpWPUSetEvent(event, &error), 0);
    check(LC_UPCALL_SET_EVENT, 0, LC_ERROR_INVALID_HANDLE, error);
    sim_thread_leave();
    PROGRAM->count++;
}

static void upcalls_on_events_answer_as_documented(void **state)
{
    (void)state;
    ws2_begin(NULL, NULL);
    ws2_run(fails_with_events);
    assert_int_equal(PROGRAM->count, 1);
}

static void fails_with_handles(void *argument)
{
    (void)argument;
    const struct lc_wspupcalltable *table = sim_upcall_table();
    ws2_enter_provider(TCP);
    sim_thread_current()->last_error = MARK;
    int32_t error = UNSET;
    uintptr_t context = MARK;

    assert_int_equal(table->lpWPUCloseSocketHandle(NO_HANDLE, &error), -1);
    check(LC_UPCALL_CLOSE_SOCKET_HANDLE, -1, LC_WSAENOTSOCK, error);
    error = UNSET;
    assert_int_equal(
        table->lpWPUQuerySocketHandleContext(NO_HANDLE, &context, &error),
        -1);
    check(LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT, -1, LC_WSAENOTSOCK, error);
    assert_int_equal(context, MARK);

    /* Catalog ids that are none, and no handle. */
    static const struct {
        uint32_t catalog_id;
        lc_socket handle;
    } wrong[] = {
        { 0, 64 },
        { 4, 64 },
        { UINT32_MAX, 64 },
        { 1, LC_INVALID_SOCKET },
    };

    assert_int_equal(sim_catalog_count(), 3);
    for (uint32_t i = 0; i < LC_COUNT_OF(wrong); i++) {
        error = UNSET;
        assert_int_equal(
            table->lpWPUModifyIFSHandle(
                wrong[i].catalog_id,
                wrong[i].handle,
                &error),
            LC_INVALID_SOCKET);
        check(LC_UPCALL_MODIFY_IFS_HANDLE, -1, LC_WSAEINVAL, error);
        /* UPCALL-6: a failure changes nothing. */
        assert_null(sim_handle_find(wrong[i].handle));
    }
    error = UNSET;
    assert_int_equal(table->lpWPUModifyIFSHandle(2, 64, &error), 64);
    check(LC_UPCALL_MODIFY_IFS_HANDLE, 64, 0, error);
    assert_non_null(sim_handle_find(64));
    sim_thread_leave();
    PROGRAM->count++;
}

/* HANDLE-3, -4: what ws2_32 makes, it knows the context of until it is given
 * back. */
static void makes_handles(void *argument)
{
    (void)argument;
    const struct lc_wspupcalltable *table = sim_upcall_table();
    ws2_enter_provider(TCP);
    sim_thread_current()->last_error = MARK;
    int32_t error = UNSET;
    uintptr_t context = 0;
    lc_socket handles[2];

    static const uint32_t no_ids[] = { 0, 4, UINT32_MAX };

    for (uint32_t i = 0; i < LC_COUNT_OF(no_ids); i++) {
        error = UNSET;
        assert_int_equal(
            table->lpWPUCreateSocketHandle(no_ids[i], 1, &error),
            LC_INVALID_SOCKET);
        check(LC_UPCALL_CREATE_SOCKET_HANDLE, -1, LC_WSAENOBUFS, error);
    }
    for (uint32_t i = 0; i < 2; i++) {
        error = UNSET;
        handles[i] = table->lpWPUCreateSocketHandle(2, 100 + i, &error);
        check(LC_UPCALL_CREATE_SOCKET_HANDLE, (int64_t)handles[i], 0, error);
        /* Apart from those that the transport gives out. */
        assert_true(handles[i] >= 0x10000);
        assert_int_equal(sim_handle_find(handles[i])->catalog_id, 2);
    }
    assert_true(handles[0] != handles[1]);
    for (uint32_t i = 0; i < 2; i++) {
        error = UNSET;
        assert_int_equal(
            table->lpWPUQuerySocketHandleContext(handles[i], &context, &error),
            0);
        check(LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT, 0, 0, error);
        assert_int_equal(context, 100 + i);
    }
    error = UNSET;
    assert_int_equal(
        table->lpWPUQuerySocketHandleContext(handles[0], NULL, &error),
        0);
    check(LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT, 0, 0, error);
    /* No IFS handle, and no IFS handle has a context. */
    error = UNSET;
    assert_int_equal(
        table->lpWPUModifyIFSHandle(2, handles[0], &error),
        LC_INVALID_SOCKET);
    check(LC_UPCALL_MODIFY_IFS_HANDLE, -1, LC_WSAEINVAL, error);
    assert_int_equal(table->lpWPUModifyIFSHandle(2, 64, &error), 64);
    error = UNSET;
    assert_int_equal(
        table->lpWPUQuerySocketHandleContext(64, &context, &error),
        -1);
    check(LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT, -1, LC_WSAENOTSOCK, error);
    error = UNSET;
    assert_int_equal(table->lpWPUCloseSocketHandle(64, &error), -1);
    check(LC_UPCALL_CLOSE_SOCKET_HANDLE, -1, LC_WSAENOTSOCK, error);

    error = UNSET;
    assert_int_equal(table->lpWPUCloseSocketHandle(handles[0], &error), 0);
    check(LC_UPCALL_CLOSE_SOCKET_HANDLE, 0, 0, error);
    assert_null(sim_handle_find(handles[0]));
    assert_int_equal(table->lpWPUCloseSocketHandle(handles[0], &error), -1);
    assert_int_equal(
        table->lpWPUQuerySocketHandleContext(handles[1], &context, &error),
        0);
    /* Fresh where nothing is chosen, also when there is one to use again. */
    lc_socket third = table->lpWPUCreateSocketHandle(2, 1, &error);
    assert_true(third != handles[0]);
    assert_true(third != handles[1]);
    sim_thread_leave();
    PROGRAM->count++;
}

static void handles_of_ws2_32_have_contexts(void **state)
{
    (void)state;
    ws2_begin(NULL, NULL);
    ws2_run(makes_handles);
    assert_int_equal(PROGRAM->count, 1);
}

/* More than lie together, none twice. */
static void makes_many_handles(void *argument)
{
    (void)argument;
    const struct lc_wspupcalltable *table = sim_upcall_table();
    lc_socket last = 0;
    int32_t error = 0;
    ws2_enter_provider(TCP);
    for (uint32_t i = 0; i < 100; i++) {
        ws2.record_count = 0; /* there is no room for all */
        lc_socket handle = table->lpWPUCreateSocketHandle(2, 1, &error);
        assert_true(handle > last);
        assert_true(handle != LC_INVALID_SOCKET);
        last = handle;
        assert_int_equal(table->lpWPUCloseSocketHandle(handle, &error), 0);
    }
    for (uint32_t i = 0; i < SIM_SOCKET_HANDLES_MAX; i++) {
        assert_true(
            table->lpWPUCreateSocketHandle(2, 1, &error) != LC_INVALID_SOCKET);
    }
    /* HANDLE-16: there is no room. */
    assert_int_equal(
        table->lpWPUCreateSocketHandle(2, 1, &error),
        LC_INVALID_SOCKET);
    assert_int_equal(error, LC_WSAENOBUFS);
    sim_handle_drop_all();
    sim_thread_leave();
    PROGRAM->count++;
}

static void fresh_handles_are_never_old_ones(void **state)
{
    (void)state;
    ws2_begin(NULL, NULL);
    ws2_run(makes_many_handles);
    assert_int_equal(PROGRAM->count, 1);
}

static void upcalls_on_handles_answer_as_documented(void **state)
{
    (void)state;
    ws2_begin(NULL, NULL);
    ws2_run(fails_with_handles);
    assert_int_equal(PROGRAM->count, 1);
}

static void asks_about_catalog(void *argument)
{
    (void)argument;
    const struct lc_wspupcalltable *table = sim_upcall_table();
    ws2_enter_provider(TCP);
    sim_thread_current()->last_error = MARK;

    struct lc_guid id = sim_catalog_entry(ENTRY_TCP)->ProviderId;
    struct lc_guid nobody = { .Data1 = 1 };
    lc_wchar path[64];
    int32_t error = UNSET;
    int32_t length = 64;
    static const lc_wchar wanted[] = u"%SystemRoot%\\system32\\tcp.dll";
    const int32_t characters = LC_COUNT_OF(wanted);
    assert_int_equal(
        table->lpWPUGetProviderPath(&id, path, &length, &error),
        0);
    check(LC_UPCALL_GET_PROVIDER_PATH, 0, 0, error);
    assert_int_equal(length, characters); /* not bytes */
    assert_memory_equal(path, wanted, sizeof wanted);
    length = characters - 1;
    assert_int_equal(
        table->lpWPUGetProviderPath(&id, path, &length, &error),
        -1);
    check(LC_UPCALL_GET_PROVIDER_PATH, -1, LC_WSAEFAULT, error);
    assert_int_equal(length, characters);
    error = UNSET;
    assert_int_equal(table->lpWPUGetProviderPath(&id, path, NULL, &error), -1);
    check(LC_UPCALL_GET_PROVIDER_PATH, -1, LC_WSAEFAULT, error);
    error = UNSET;
    assert_int_equal(
        table->lpWPUGetProviderPath(&nobody, path, &length, &error),
        -1);
    check(LC_UPCALL_GET_PROVIDER_PATH, -1, LC_WSAEINVAL, error);

    lc_blocking_hook_fn *hook = (lc_blocking_hook_fn *)(uintptr_t)MARK;
    uintptr_t context = MARK;
    error = UNSET;
    assert_int_equal(
        table->lpWPUQueryBlockingCallback(2, &hook, &context, &error),
        0);
    check(LC_UPCALL_QUERY_BLOCKING_CALLBACK, 0, 0, error);
    assert_null(hook);
    static const uint32_t wrong[] = { 0, 4 };
    for (uint32_t i = 0; i < LC_COUNT_OF(wrong); i++) {
        error = UNSET;
        assert_int_equal(
            table
                ->lpWPUQueryBlockingCallback(wrong[i], &hook, &context, &error),
            -1);
        check(LC_UPCALL_QUERY_BLOCKING_CALLBACK, -1, LC_WSAEINVAL, error);
    }
    error = UNSET;
    assert_int_equal(
        table->lpWPUQueryBlockingCallback(2, NULL, &context, &error),
        -1);
    check(LC_UPCALL_QUERY_BLOCKING_CALLBACK, -1, LC_WSAEFAULT, error);
    error = UNSET;
    assert_int_equal(
        table->lpWPUQueryBlockingCallback(2, &hook, NULL, &error),
        -1);
    check(LC_UPCALL_QUERY_BLOCKING_CALLBACK, -1, LC_WSAEFAULT, error);
    sim_thread_leave();
    PROGRAM->count++;
}

static void upcalls_on_the_catalog_answer_as_documented(void **state)
{
    (void)state;
    ws2_begin(NULL, NULL);
    ws2_run(asks_about_catalog);
    assert_int_equal(PROGRAM->count, 1);
}

static void LC_ABI apc(uintptr_t context)
{
    PROGRAM->turn[0] += (uint32_t)context;
}

static void asks_about_threads(void *argument)
{
    (void)argument;
    const struct lc_wspupcalltable *table = sim_upcall_table();
    struct lc_wsathreadid id = { 0 };
    sim_thread_current()->last_error = MARK;
    ws2_enter_provider(TCP);
    int32_t error = UNSET;
    assert_int_equal(table->lpWPUOpenCurrentThread(&id, &error), -1);
    check(LC_UPCALL_OPEN_CURRENT_THREAD, -1, LC_WSANOTINITIALISED, error);
    assert_null(id.ThreadHandle);
    error = UNSET;
    assert_int_equal(table->lpWPUCloseThread(&id, &error), -1);
    check(LC_UPCALL_CLOSE_THREAD, -1, LC_WSANOTINITIALISED, error);

    ws2_start();
    error = UNSET;
    assert_int_equal(table->lpWPUOpenCurrentThread(&id, &error), 0);
    check(LC_UPCALL_OPEN_CURRENT_THREAD, 0, 0, error);
    assert_non_null(id.ThreadHandle);
    /* The call waits for an alertable wait of the thread (UPCALL-10). */
    error = UNSET;
    struct lc_wsathreadid copy = id;
    assert_int_equal(table->lpWPUQueueApc(&copy, apc, 7, &error), 0);
    check(LC_UPCALL_QUEUE_APC, 0, 0, error);
    memset(&copy, 0xdd, sizeof copy);
    assert_int_equal(PROGRAM->turn[0], 0);
    sim_win32_sleep(1);
    assert_int_equal(PROGRAM->turn[0], 0);
    assert_int_equal(sim_win32_sleep_ex(1, 1), LC_WAIT_IO_COMPLETION);
    assert_int_equal(PROGRAM->turn[0], 7);
    assert_int_equal(table->lpWPUQueueApc(&copy, apc, 0, &error), -1);
    check(LC_UPCALL_QUEUE_APC, -1, LC_WSAEFAULT, error);
    assert_int_equal(table->lpWPUQueueApc(&id, NULL, 0, &error), -1);
    assert_int_equal(table->lpWPUQueueApc(NULL, apc, 0, &error), -1);
    error = UNSET;
    assert_int_equal(table->lpWPUCloseThread(&id, &error), 0);
    check(LC_UPCALL_CLOSE_THREAD, 0, 0, error);
    assert_int_equal(table->lpWPUCloseThread(NULL, &error), -1);
    check(LC_UPCALL_CLOSE_THREAD, -1, LC_WSAEFAULT, error);
    assert_int_equal(table->lpWPUOpenCurrentThread(NULL, &error), -1);
    check(LC_UPCALL_OPEN_CURRENT_THREAD, -1, LC_WSAEFAULT, error);
    sim_thread_leave();
    PROGRAM->count++;
}

static void upcalls_on_threads_answer_as_documented(void **state)
{
    (void)state;
    ws2_begin(NULL, NULL);
    ws2_run(asks_about_threads);
    assert_int_equal(PROGRAM->count, 1);
    assert_int_equal(PROGRAM->turn[0], 7);
}

static void asks_without_error_codes(void *argument)
{
    (void)argument;
    const struct lc_wspupcalltable *table = sim_upcall_table();
    ws2_enter_provider(TCP);
    sim_thread_current()->last_error = MARK;
    struct lc_fd_set set = { .fd_count = 2, .fd_array = { 64, 72 } };
    assert_int_not_equal(table->lpWPUFDIsSet(72, &set), 0);
    check(LC_UPCALL_FD_IS_SET, 1, 0, UNSET);
    assert_int_equal(table->lpWPUFDIsSet(68, &set), 0);
    check(LC_UPCALL_FD_IS_SET, 0, 0, UNSET);
    set.fd_count = 1; /* what lies behind the count is no member */
    assert_int_equal(table->lpWPUFDIsSet(72, &set), 0);
    assert_int_equal(table->lpWPUFDIsSet(72, NULL), 0);
    assert_int_equal(table->lpWPUPostMessage(NULL, 1, 2, 3), 0);
    check(LC_UPCALL_POST_MESSAGE, 0, 0, UNSET);
    /* Nobody need ask for the error. */
    assert_int_equal(
        table->lpWPUModifyIFSHandle(0, 64, NULL),
        LC_INVALID_SOCKET);
    check(LC_UPCALL_MODIFY_IFS_HANDLE, -1, LC_WSAEINVAL, LC_WSAEINVAL);
    sim_thread_leave();
    PROGRAM->count++;
}

static void upcalls_without_an_error_code_answer_as_documented(void **state)
{
    (void)state;
    ws2_begin(NULL, NULL);
    ws2_run(asks_without_error_codes);
    assert_int_equal(PROGRAM->count, 1);
}

/* ---- Whose upcall it is ---- */

static void make_upcall(void)
{
    (void)sim_upcall_table()->lpWPUPostMessage(NULL, 0, 0, 0);
}

static uint32_t LC_ABI works(void *parameter)
{
    (void)parameter;
    make_upcall();
    /* Into the provider below, and back. */
    ws2_enter_provider(TCP);
    make_upcall();
    sim_thread_leave();
    make_upcall();
    return 0;
}

static void crosses(void *argument)
{
    (void)argument;
    ws2_enter();
    ws2_enter_provider(FILTER);
    make_upcall();
    ws2_enter_provider(TCP);
    make_upcall();
    sim_thread_leave();
    make_upcall();
    lc_handle thread = sim_win32_create_thread(NULL, 0, works, NULL, 0, NULL);
    sim_thread_leave();
    (void)sim_win32_wait_for_single_object(thread, LC_INFINITE);
    sim_thread_leave();
}

/* An upcall says not who makes it: it is the innermost provider on its thread,
 * or else the one that made the thread. */
static void an_upcall_is_of_the_innermost_provider_or_the_threads_creator(
    void **state)
{
    (void)state;
    ws2_begin(NULL, NULL);
    ws2_run(crosses);
    static const uint8_t wanted[] = {
        FILTER, TCP, FILTER, FILTER, TCP, FILTER
    };
    for (uint32_t i = 0; i < LC_COUNT_OF(wanted); i++) {
        const struct lc_record *record =
            ws2_record(LC_RECORD_UPCALL_CALL, LC_UPCALL_POST_MESSAGE, i);
        assert_int_equal(record->caller, wanted[i]);
        assert_int_equal(record->thread == 0, i < 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upcalls_on_events_answer_as_documented),
        cmocka_unit_test(upcalls_on_handles_answer_as_documented),
        cmocka_unit_test(handles_of_ws2_32_have_contexts),
        cmocka_unit_test(fresh_handles_are_never_old_ones),
        cmocka_unit_test(upcalls_on_the_catalog_answer_as_documented),
        cmocka_unit_test(upcalls_on_threads_answer_as_documented),
        cmocka_unit_test(upcalls_without_an_error_code_answer_as_documented),
        cmocka_unit_test(
            an_upcall_is_of_the_innermost_provider_or_the_threads_creator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
