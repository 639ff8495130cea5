/*
 * What a layer with handles of its own does with calls that no application of
 * the simulator makes, or that the built-in base refuses: the base is replaced
 * by one that answers, and keeps what it was asked.
 */
#include "sim/ws2_32/handle.h"
#include "sim/ws2_32/started.h"
#include "tests/unit/ws2_32_fixture.h"

enum {
    RESERVED = 77,    /* what the base names a shared socket by */
    ACCEPTED = 0x900, /* what it accepts */
    UNSET = 12345
};

/* What the base was asked last. */
static struct {
    lc_socket socket;
    uint32_t code;
    uint32_t entry;
    uint32_t count; /* of handles in a set */
    lc_socket sets[2][LC_FD_SETSIZE];
} asked;

static lc_socket LC_ABI answer_accept(
    lc_socket socket,
    struct lc_sockaddr *address,
    int32_t *address_length,
    lc_condition_fn *condition,
    uintptr_t callback_data,
    int32_t *errno_out)
{
    (void)address;
    (void)address_length;
    (void)condition;
    (void)callback_data;
    (void)errno_out;
    asked.socket = socket;
    return ACCEPTED;
}

static int LC_ABI answer_duplicate(
    lc_socket socket,
    uint32_t process_id,
    struct lc_wsaprotocol_infow *protocol_info,
    int32_t *errno_out)
{
    (void)process_id;
    (void)errno_out;
    asked.socket = socket;
    asked.entry = protocol_info->dwCatalogEntryId;
    protocol_info->dwProviderReserved = RESERVED;
    return 0;
}

static int LC_ABI answer_ioctl(
    lc_socket socket,
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
    (void)in_buffer;
    (void)in_buffer_bytes;
    (void)out_buffer;
    (void)out_buffer_bytes;
    (void)returned_bytes;
    (void)overlapped;
    (void)completion;
    (void)thread_id;
    (void)errno_out;
    asked.socket = socket;
    asked.code = control_code;
    return 0;
}

/* Of what can be read only the last one is ready, of what can be written
 * nothing. */
static int LC_ABI answer_select(
    int32_t ignored,
    struct lc_fd_set *read_set,
    struct lc_fd_set *write_set,
    struct lc_fd_set *except_set,
    const struct lc_timeval *timeout,
    int32_t *errno_out)
{
    (void)ignored;
    (void)timeout;
    (void)errno_out;
    assert_null(except_set);
    asked.count = read_set->fd_count;
    memcpy(asked.sets[0], read_set->fd_array, sizeof asked.sets[0]);
    memcpy(asked.sets[1], write_set->fd_array, sizeof asked.sets[1]);
    read_set->fd_array[0] = read_set->fd_array[read_set->fd_count - 1];
    read_set->fd_count = 1;
    write_set->fd_count = 0;
    return 1;
}

static int LC_ABI answering_startup(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_wspupcalltable upcalls,
    struct lc_wspproc_table *proc_table)
{
    lc_wsp_startup_fn *startup =
        (lc_wsp_startup_fn *)(uintptr_t)sim_provider_base.exports[0].code;
    int result =
        startup(version_requested, data, protocol_info, upcalls, proc_table);
    proc_table->lpWSPAccept = answer_accept;
    proc_table->lpWSPDuplicateSocket = answer_duplicate;
    proc_table->lpWSPIoctl = answer_ioctl;
    proc_table->lpWSPSelect = answer_select;
    return result;
}

static const struct sim_export answering_exports[] = {
    { "WSPStartup", 1, (sim_code_fn *)answering_startup },
};

/* The layer's table, and sockets of it with what lies below each. */
static struct {
    const struct lc_wspproc_table *table;
    lc_socket handles[3];
    lc_socket below[3];
} layer;

/* What the last socket was given below: the base has registered it just
 * before. */
static lc_socket last_below(void)
{
    lc_socket below = LC_INVALID_SOCKET;
    for (uint32_t i = 0; i < ws2.record_count; i++) {
        const struct lc_record *record = &ws2.records[i];
        if (record->kind == LC_RECORD_HANDLE &&
            record->function == LC_HANDLE_MODIFY) {
            below = (lc_socket)record->a;
        }
    }
    return below;
}

static void open_sockets(void)
{
    memset(&asked, 0, sizeof asked);
    ws2_enter();
    ws2_start();
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(
            sim_wsa_socket(ENTRY_CHAIN, 0, &layer.handles[i]),
            LC_WSA_OK);
        layer.below[i] = last_below();
        assert_true(layer.below[i] != layer.handles[i]);
    }
    layer.table = &sim_started_find(ENTRY_CHAIN + 1)->table;
}

static void close_sockets(void)
{
    assert_int_equal(sim_wsa_cleanup(), LC_WSA_OK);
    sim_thread_leave();
    PROGRAM->count++;
}

static void selects(void *argument)
{
    (void)argument;
    open_sockets();
    struct lc_fd_set readable = {
        .fd_count = 3,
        .fd_array = { layer.handles[0], layer.handles[2], layer.handles[1] },
    };
    struct lc_fd_set writable = {
        .fd_count = 1,
        .fd_array = { layer.handles[1] },
    };
    int32_t error = UNSET;
    assert_int_equal(
        layer.table->lpWSPSelect(0, &readable, &writable, NULL, NULL, &error),
        1);
    assert_int_equal(asked.count, 3);
    assert_int_equal(asked.sets[0][0], layer.below[0]);
    assert_int_equal(asked.sets[0][1], layer.below[2]);
    assert_int_equal(asked.sets[0][2], layer.below[1]);
    assert_int_equal(asked.sets[1][0], layer.below[1]);
    assert_int_equal(readable.fd_count, 1);
    assert_int_equal(readable.fd_array[0], layer.handles[1]);
    assert_int_equal(writable.fd_count, 0);
    /* One that is no socket; none at all. */
    readable.fd_array[0] = layer.below[0];
    assert_int_equal(
        layer.table->lpWSPSelect(0, &readable, NULL, NULL, NULL, &error),
        LC_SOCKET_ERROR);
    assert_int_equal(error, LC_WSAENOTSOCK);
    assert_int_equal(
        layer.table->lpWSPSelect(0, NULL, &writable, NULL, NULL, &error),
        LC_SOCKET_ERROR);
    assert_int_equal(error, LC_WSAEINVAL);
    /* Nobody holds them any more: they can be closed. */
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(sim_wsa_close(layer.handles[i]), LC_WSA_OK);
    }
    close_sockets();
}

static void accepts(void *argument)
{
    (void)argument;
    open_sockets();
    int32_t error = UNSET;
    lc_socket accepted =
        layer.table->lpWSPAccept(layer.handles[1], NULL, NULL, NULL, 0, &error);
    assert_int_equal(asked.socket, layer.below[1]);
    assert_true(accepted != LC_INVALID_SOCKET);
    assert_true(accepted != ACCEPTED);
    assert_int_equal(sim_handle_find(accepted)->catalog_id, ENTRY_CHAIN + 1);
    /* It stands for the one below. */
    uint32_t returned = 0;
    lc_socket target = 0;
    assert_int_equal(
        layer.table->lpWSPIoctl(
            accepted,
            LC_SIO_QUERY_TARGET_PNP_HANDLE,
            NULL,
            0,
            &target,
            sizeof target,
            &returned,
            NULL,
            NULL,
            NULL,
            &error),
        0);
    assert_int_equal(target, ACCEPTED);
    assert_int_equal(returned, sizeof target);
    close_sockets();
}

static int ioctl(uint32_t code, struct lc_wsaoverlapped *overlapped)
{
    uint32_t returned = 0;
    int32_t error = 0;
    int result = layer.table->lpWSPIoctl(
        layer.handles[2],
        code,
        NULL,
        0,
        NULL,
        0,
        &returned,
        overlapped,
        NULL,
        NULL,
        &error);
    return result == 0 ? 0 : error;
}

static void controls(void *argument)
{
    (void)argument;
    struct lc_wsaoverlapped overlapped = { 0 };
    open_sockets();
    /* HANDLE-15: not intercepted. */
    assert_int_equal(ioctl(LC_SIO_BASE_HANDLE, NULL), 0);
    assert_int_equal(asked.code, LC_SIO_BASE_HANDLE);
    assert_int_equal(asked.socket, layer.below[2]);
    asked.code = 0;
    /* LAYER-23, OVL-16, HANDLE-14: these would take handles of below. */
    assert_int_equal(
        ioctl(LC_SIO_GET_EXTENSION_FUNCTION_POINTER, NULL),
        LC_WSAEINVAL);
    assert_int_equal(ioctl(LC_FIONBIO, &overlapped), LC_WSAEOPNOTSUPP);
    assert_int_equal(ioctl(LC_SIO_QUERY_TARGET_PNP_HANDLE, NULL), LC_WSAEFAULT);
    assert_int_equal(asked.code, 0);
    close_sockets();
}

static void shares(void *argument)
{
    (void)argument;
    open_sockets();
    struct lc_wsaprotocol_infow info;
    int32_t error = UNSET;
    memset(&info, 0, sizeof info);
    assert_int_equal(
        layer.table->lpWSPDuplicateSocket(layer.handles[0], 1, &info, &error),
        0);
    /* LAYER-6: the base is asked by its own entry, the client has the chain. */
    assert_int_equal(asked.socket, layer.below[0]);
    assert_int_equal(asked.entry, ENTRY_TCP + 1);
    assert_int_equal(info.dwCatalogEntryId, ENTRY_CHAIN + 1);
    assert_int_equal(info.dwProviderReserved, RESERVED);
    close_sockets();
}

static void run(void (*entry)(void *))
{
    static struct sim_module_class answering;
    answering = sim_provider_base;
    answering.exports = answering_exports;
    ws2_begin(&answering, &sim_provider_nonifs);
    ws2_run(entry);
    assert_int_equal(PROGRAM->count, 1);
}

static void sets_are_translated_both_ways(void **state)
{
    (void)state;
    run(selects);
}

static void what_is_accepted_gets_a_handle(void **state)
{
    (void)state;
    run(accepts);
}

static void commands_that_name_handles_are_its_own(void **state)
{
    (void)state;
    run(controls);
}

static void a_shared_socket_is_named_by_the_chain(void **state)
{
    (void)state;
    run(shares);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_translated_both_ways),
        cmocka_unit_test(what_is_accepted_gets_a_handle),
        cmocka_unit_test(commands_that_name_handles_are_its_own),
        cmocka_unit_test(a_shared_socket_is_named_by_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
