#include "sim/engine/thunk.h"
#include "sim/ws2_32/probe.h"
#include "sim/ws2_32/started.h"
#include "tests/unit/host_fixture.h"
#include "tests/unit/ws2_32_fixture.h"

/* What the providers of these tests do, and what they saw. */
static struct {
    const struct lc_wspupcalltable *kept; /* by address, against START-13 */
    uint32_t poisoned_bytes;
    int result;                    /* of the two functions that return a BOOL */
    int32_t error;                 /* that they leave behind */
    bool shares_entries;           /* the layer hands out the base's entries */
    struct lc_wspproc_table lower; /* what the layer got */
    struct lc_wspproc_table table; /* what ws2_32 got from it */
    uint32_t process;
    uint32_t module;
} seen;

static int LC_ABI fake_cleanup(int32_t *errno_out)
{
    (void)errno_out;
    return 0;
}

static lc_socket LC_ABI fake_socket(
    int32_t family,
    int32_t type,
    int32_t protocol,
    struct lc_wsaprotocol_infow *protocol_info,
    uint32_t group,
    uint32_t flags,
    int32_t *errno_out)
{
    (void)family;
    (void)type;
    (void)protocol;
    (void)protocol_info;
    (void)group;
    (void)flags;
    seen.process = sim_thread_process();
    seen.module = sim_thread_module();
    *errno_out = LC_WSAENOBUFS;
    return LC_INVALID_SOCKET;
}

static int LC_ABI fake_get_overlapped_result(
    lc_socket socket,
    struct lc_wsaoverlapped *overlapped,
    uint32_t *transferred_bytes,
    int32_t wait,
    uint32_t *flags,
    int32_t *errno_out)
{
    assert_int_equal(socket, 64);
    assert_null(overlapped);
    assert_int_equal(wait, 1);
    *transferred_bytes = 17;
    *flags = 4;
    *errno_out = seen.error;
    return seen.result;
}

static int LC_ABI fake_get_qos_by_name(
    lc_socket socket,
    struct lc_wsabuf *qos_name,
    struct lc_qos *qos,
    int32_t *errno_out)
{
    assert_int_equal(socket, 64);
    assert_null(qos_name);
    assert_null(qos);
    *errno_out = seen.error;
    return seen.result;
}

static int LC_ABI fake_other(void)
{
    return LC_SOCKET_ERROR;
}

static void fill(struct lc_wspproc_table *table)
{
    sim_code_fn *entries[LC_SPI_COUNT];
    for (uint32_t i = 0; i < LC_SPI_COUNT; i++) {
        entries[i] = (sim_code_fn *)fake_other;
    }
    memcpy(table, entries, sizeof entries);
    table->lpWSPCleanup = fake_cleanup;
    table->lpWSPSocket = fake_socket;
    table->lpWSPGetOverlappedResult = fake_get_overlapped_result;
    table->lpWSPGetQOSByName = fake_get_qos_by_name;
}

static int LC_ABI fake_startup(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    const struct lc_wspupcalltable *upcalls,
    struct lc_wspproc_table *proc_table)
{
    (void)protocol_info;
    seen.kept = upcalls;
    data->wVersion = version_requested;
    data->wHighVersion = version_requested;
    fill(proc_table);
    return 0;
}

/* A layer: starts the base, and may hand out some of its entries. */
static int LC_ABI layer_startup(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    const struct lc_wspupcalltable *upcalls,
    struct lc_wspproc_table *proc_table)
{
    lc_handle library = sim_win32_load_library_a(TCP_PATH);
    ws2_startup_fn *startup = (ws2_startup_fn *)(uintptr_t)
        sim_win32_get_proc_address(library, "WSPStartup");
    int result =
        startup(version_requested, data, protocol_info, upcalls, &seen.lower);
    fill(proc_table);
    if (seen.shares_entries) {
        proc_table->lpWSPSocket = seen.lower.lpWSPSocket;
    }
    return result;
}

static const struct sim_export fake_exports[] = {
    { "WSPStartup", 1, (sim_code_fn *)fake_startup },
};
static const struct sim_export layer_exports[] = {
    { "WSPStartup", 1, (sim_code_fn *)layer_startup },
};

static const struct sim_module_class fake = {
    .ops = &sim_module_builtin,
    .exports = fake_exports,
    .export_count = LC_COUNT_OF(fake_exports),
    .globals_bytes = 16,
};
static const struct sim_module_class layer = {
    .ops = &sim_module_builtin,
    .exports = layer_exports,
    .export_count = LC_COUNT_OF(layer_exports),
    .globals_bytes = 16,
};

static int set_up(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    return 0;
}

static struct sim_started *start(uint32_t entry)
{
    struct sim_started *started = NULL;
    ws2_start();
    assert_int_equal(sim_started_ensure(entry, &started), LC_WSA_OK);
    return started;
}

/* ---- Sets ---- */

static void *import_startup(const char *path)
{
    lc_handle library = sim_win32_load_library_a(path);
    assert_non_null(library);
    void *code = sim_win32_get_proc_address(library, "WSPStartup");
    assert_non_null(code);
    return code;
}

static void imports(void *argument)
{
    uint32_t process = (uint32_t)(uintptr_t)argument;
    void *by_app = import_startup(TCP_PATH);
    assert_true(sim_thunk_is((sim_code_fn *)(uintptr_t)by_app));
    assert_ptr_equal(import_startup(TCP_PATH), by_app);
    ws2_enter_provider(FILTER);
    void *by_filter = import_startup(TCP_PATH);
    assert_ptr_not_equal(by_filter, by_app);
    assert_ptr_equal(import_startup(TCP_PATH), by_filter);
    sim_thread_leave();
    void *of_filter = import_startup(FILTER_PATH);
    assert_ptr_not_equal(of_filter, by_app);
    assert_ptr_not_equal(of_filter, by_filter);
    assert_ptr_equal(import_startup(TCP_PATH), by_app);
    /* What is mapped anew is imported through the same set. */
    lc_handle library = sim_arena_module(process, TCP);
    ws2_enter_provider(FILTER);
    (void)sim_win32_free_library(library);
    (void)sim_win32_free_library(library);
    sim_thread_leave();
    for (uint32_t i = 0; i < 3; i++) {
        (void)sim_win32_free_library(library);
    }
    assert_false(sim_module_at(process, TCP)->is_mapped);
    assert_ptr_equal(import_startup(TCP_PATH), by_app);
    PROGRAM->turn[process] = (uint32_t)(uintptr_t)by_app;
    PROGRAM->count++;
}

/* The ABI has no `this`: a probe knows by its own address who calls whom. */
static void each_importer_of_a_provider_has_one_set_of_probes(void **state)
{
    (void)state;
    ws2_begin(&fake, &fake);
    (void)fixture_thread(0, imports);
    uint32_t slot = sim_thread_create(&(struct sim_thread_options){
        .process = 1,
        .creator = LC_MODULE_APP,
        .module = LC_MODULE_APP,
        .ref = 1,
        .entry = imports,
        .argument = (void *)(uintptr_t)1,
    });
    assert_int_not_equal(slot, SIM_NO_THREAD);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 2);
    assert_int_not_equal(PROGRAM->turn[0], PROGRAM->turn[1]);
    assert_int_equal(SIM_WS2_32->set_count, 6); /* three a process */
}

static void opens_in_vain(void *argument)
{
    (void)argument;
    ws2_enter();
    ws2_start();
    lc_socket socket;
    assert_int_equal(sim_wsa_socket(ENTRY_CHAIN, 0, &socket), LC_WSAENOBUFS);
    assert_int_equal(sim_thread_module(), LC_MODULE_WS2_32);
    seen.table = SIM_WS2_32->started[0].table;
    sim_thread_leave();
    PROGRAM->count++;
}

/* Code of a provider runs as that provider, in the caller's process. */
static void a_probe_says_who_is_running(void **state)
{
    (void)state;
    ws2_begin(&fake, &layer);
    seen.process = LC_NONE;
    ws2_run(opens_in_vain);
    assert_int_equal(PROGRAM->count, 1);
    assert_int_equal(seen.process, 0);
    assert_int_equal(seen.module, FILTER);
    const struct lc_record *call =
        ws2_record(LC_RECORD_SPI_CALL, LC_SPI_SOCKET, 0);
    assert_int_equal(call->caller, LC_MODULE_WS2_32);
    assert_int_equal(call->callee, FILTER);
    assert_null(ws2_find(LC_RECORD_SPI_CALL, LC_SPI_SOCKET, 1));
}

/* LAYER-8: the entry that a layer takes over from below is the base's own, and
 * a call of it is none of the layer's. */
static void an_entry_that_is_a_probe_stays_as_it_is(void **state)
{
    (void)state;
    ws2_begin(&fake, &layer);
    seen.shares_entries = true;
    ws2_run(opens_in_vain);
    assert_int_equal(PROGRAM->count, 1);
    assert_int_equal(seen.module, TCP);
    assert_ptr_equal(seen.table.lpWSPSocket, seen.lower.lpWSPSocket);
    assert_ptr_not_equal(seen.table.lpWSPSend, seen.lower.lpWSPSend);
    const struct lc_record *call =
        ws2_record(LC_RECORD_SPI_CALL, LC_SPI_SOCKET, 0);
    assert_int_equal(call->callee, TCP);
    assert_null(ws2_find(LC_RECORD_SPI_CALL, LC_SPI_SOCKET, 1));
}

/* ---- START-13 ---- */

/* Where the DLL keeps the table's address: its export. */
static const struct lc_wspupcalltable *kept_by_dll(void)
{
    const struct sim_module_class *class = sim_module_class(TCP);
    const void *at = (const void *)(uintptr_t) class->ops->export_find(
        class,
        sim_arena_module(0, TCP),
        "kept",
        0);
    const struct lc_wspupcalltable *kept = NULL;
    assert_non_null(at);
    memcpy(&kept, at, sizeof kept);
    return kept;
}

/* The caller's copy of the table as WSPStartup returns: behind it the stack is
 * anybody's. */
static void look_at_copy(const struct lc_record *record)
{
    if (record->kind != LC_RECORD_SPI_RETURN ||
        record->function != LC_SPI_STARTUP) {
        return;
    }
    if (sim_module_class(TCP)->is_hosted) {
        seen.kept = kept_by_dll();
    }
    assert_non_null(seen.kept);
    const unsigned char *bytes = (const unsigned char *)seen.kept;
    for (uint32_t i = 0; i < sizeof *seen.kept; i++) {
        seen.poisoned_bytes += bytes[i] == 0xdd;
    }
}

static void starts_tcp(void *argument)
{
    (void)argument;
    ws2_enter();
    (void)start(ENTRY_TCP);
    sim_thread_leave();
}

/* A provider that keeps the table's address instead of its contents must not
 * get away with it. */
static void the_table_by_value_is_poisoned_after_the_start(void **state)
{
    (void)state;
    ws2_begin(&fake, NULL);
    ws2.on_record = look_at_copy;
    ws2_run(starts_tcp);
    assert_int_equal(seen.poisoned_bytes, sizeof(struct lc_wspupcalltable));
    /* ws2_32's own table is not what was poisoned. */
    assert_non_null(sim_upcall_table()->lpWPUModifyIFSHandle);
    assert_int_equal(ws2_record(LC_RECORD_SPI_CALL, LC_SPI_STARTUP, 0)->c, 1);
}

static void the_table_by_value_is_poisoned_for_a_dll_too(void **state)
{
    (void)state;
    const struct sim_module_class *class =
        install("tests/data/kept_table.dll", TCP, 1);
    ws2_begin(class, NULL);
    ws2.on_record = look_at_copy;
    ws2_run(starts_tcp);
    assert_int_equal(seen.poisoned_bytes, sizeof(struct lc_wspupcalltable));
    sim_host_uninstall(TCP);
}

/* ---- Functions that return a BOOL ---- */

static int call_overlapped(
    const struct lc_wspproc_table *table,
    int32_t *ret_error)
{
    uint32_t bytes = 0;
    uint32_t flags = 0;
    int result =
        table->lpWSPGetOverlappedResult(64, NULL, &bytes, 1, &flags, ret_error);
    if (result != 0) {
        assert_int_equal(bytes, 17);
        assert_int_equal(flags, 4);
    }
    return result;
}

static int call_qos(const struct lc_wspproc_table *table, int32_t *ret_error)
{
    return table->lpWSPGetQOSByName(64, NULL, NULL, ret_error);
}

/* What comes back to the caller, by the function and what the provider said. */
static void calls_both(void *argument)
{
    (void)argument;
    ws2_enter();
    const struct lc_wspproc_table *table = &start(ENTRY_TCP)->table;

    static const struct {
        int result;
        int32_t error;
    } answers[] = {
        { 1, 0 },
        { 1, LC_WSA_IO_INCOMPLETE }, /* left behind by a success: no error */
        { 0, LC_WSA_IO_INCOMPLETE },
        { 2, 0 },               /* TRUE is anything but 0 ... */
        { -1, LC_WSAENOTSOCK }, /* ... and -1 no failure */
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(answers); i++) {
        int32_t error = 0;
        seen.result = answers[i].result;
        seen.error = answers[i].error;
        assert_int_equal(call_overlapped(table, &error), answers[i].result);
        assert_int_equal(error, answers[i].error);
        error = 0;
        assert_int_equal(call_qos(table, &error), answers[i].result);
        assert_int_equal(error, answers[i].error);
    }
    sim_thread_leave();
    PROGRAM->count++;
}

static void check_return(
    enum lc_spi function,
    uint32_t order,
    int64_t a,
    int64_t b)
{
    const struct lc_record *record =
        ws2_record(LC_RECORD_SPI_RETURN, function, order);
    assert_int_equal(record->a, a);
    assert_int_equal(record->b, b);
    assert_int_equal(record->c, 64);
    assert_int_equal(record->callee, TCP);
    record = ws2_record(LC_RECORD_SPI_CALL, function, order);
    assert_int_equal(record->a, 64);
}

/* 28 functions fail with SOCKET_ERROR or INVALID_SOCKET, these two with
 * FALSE: then, and only then, there is an error. */
static void a_bool_fails_with_false(void **state)
{
    (void)state;

    static const enum lc_spi functions[] = { LC_SPI_GET_OVERLAPPED_RESULT,
                                             LC_SPI_GET_QOS_BY_NAME };

    ws2_begin(&fake, NULL);
    ws2_run(calls_both);
    assert_int_equal(PROGRAM->count, 1);
    for (uint32_t i = 0; i < LC_COUNT_OF(functions); i++) {
        check_return(functions[i], 0, 1, 0);
        check_return(functions[i], 1, 1, 0);
        check_return(functions[i], 2, 0, LC_WSA_IO_INCOMPLETE);
        check_return(functions[i], 3, 2, 0);
        check_return(functions[i], 4, -1, 0);
        assert_null(ws2_find(LC_RECORD_SPI_RETURN, functions[i], 5));
    }
}

static void asks_built_ins(void *argument)
{
    (void)argument;
    assert_non_null(sim_win32_load_library_a(FILTER_PATH)); /* it stays */
    ws2_enter();
    ws2_start();
    lc_socket socket;
    assert_int_equal(sim_wsa_socket(ENTRY_CHAIN, 0, &socket), LC_WSA_OK);
    assert_int_equal(socket, 64);
    struct lc_wspproc_table table = start(ENTRY_CHAIN)->table;
    int32_t error = 0;
    assert_int_equal(call_overlapped(&table, &error), 0);
    assert_int_equal(error, LC_WSAEINVAL); /* there is no operation */
    error = 0;
    assert_int_equal(call_qos(&table, &error), 0);
    assert_int_equal(error, LC_WSAEOPNOTSUPP);
    assert_int_equal(sim_wsa_close(socket), LC_WSA_OK);
    assert_int_equal(sim_wsa_cleanup(), LC_WSA_OK);
    assert_int_equal(sim_wsa_cleanup(), LC_WSA_OK);
    /* The layer's own answer, with nothing below it any more. */
    error = 0;
    assert_int_equal(call_overlapped(&table, &error), 0);
    assert_int_equal(error, LC_WSAENOTSOCK);
    error = 0;
    assert_int_equal(call_qos(&table, &error), 0);
    assert_int_equal(error, LC_WSAENOTSOCK);
    sim_thread_leave();
    PROGRAM->count++;
}

/* The built-in layer passes FALSE and the error on as the base gave them. */
static void the_built_in_stack_fails_with_false_as_well(void **state)
{
    (void)state;

    static const enum lc_spi functions[] = { LC_SPI_GET_OVERLAPPED_RESULT,
                                             LC_SPI_GET_QOS_BY_NAME };

    ws2_begin(NULL, NULL);
    ws2_run(asks_built_ins);
    assert_int_equal(PROGRAM->count, 1);
    static const int64_t errors[] = { LC_WSAEINVAL, LC_WSAEOPNOTSUPP };

    for (uint32_t i = 0; i < LC_COUNT_OF(functions); i++) {
        check_return(functions[i], 0, 0, errors[i]);
        const struct lc_record *record =
            ws2_record(LC_RECORD_SPI_RETURN, functions[i], 1);
        assert_int_equal(record->callee, FILTER);
        assert_int_equal(record->a, 0);
        assert_int_equal(record->b, errors[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            each_importer_of_a_provider_has_one_set_of_probes,
            set_up),
        cmocka_unit_test_setup(a_probe_says_who_is_running, set_up),
        cmocka_unit_test_setup(an_entry_that_is_a_probe_stays_as_it_is, set_up),
        cmocka_unit_test_setup(
            the_table_by_value_is_poisoned_after_the_start,
            set_up),
        cmocka_unit_test_setup(
            the_table_by_value_is_poisoned_for_a_dll_too,
            set_up),
        cmocka_unit_test_setup(a_bool_fails_with_false, set_up),
        cmocka_unit_test_setup(
            the_built_in_stack_fails_with_false_as_well,
            set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
