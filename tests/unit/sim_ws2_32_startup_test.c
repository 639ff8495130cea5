#include "tests/unit/ws2_32_fixture.h"

static void check_start(uint16_t asked, uint16_t agreed)
{
    struct lc_wsadata data;
    memset(&data, 0x5a, sizeof data);
    assert_int_equal(sim_wsa_startup(asked, &data), LC_WSA_OK);
    assert_int_equal(data.wVersion, agreed);
    assert_int_equal(data.wHighVersion, VERSION_2_2);
    assert_int_equal(data.szDescription[sizeof data.szDescription - 1], 0);
}

static void check_refusal(uint16_t asked)
{
    struct lc_wsadata data;
    assert_int_equal(sim_wsa_startup(asked, &data), LC_WSAVERNOTSUPPORTED);
    assert_int_equal(data.wHighVersion, VERSION_2_2);
}

/* The words are written as they stand in memory: minor version first. */
static void asks_for_versions(void *argument)
{
    (void)argument;
    ws2_enter();
    check_start(0x0001, 0x0001); /* 1.0 */
    check_start(0x0101, 0x0101); /* 1.1 */
    check_start(0x0002, 0x0002); /* 2.0 */
    check_start(0x0102, 0x0102); /* 2.1 */
    check_start(0x0202, 0x0202); /* 2.2 */
    check_start(0x0501, 0x0101); /* 1.5: the next lower one is 1.1 */
    check_start(0xff01, 0x0101); /* compared as raw words it would be above */
    check_start(0x0302, 0x0202); /* 2.3 */
    check_start(0x0003, 0x0202); /* 3.0 */
    check_start(0xffff, 0x0202);
    const uint32_t started = 10;
    assert_int_equal(SIM_WS2_32->processes[0].startup_count, started);
    check_refusal(0x0000);
    check_refusal(0x0100); /* 0.1, not 1.0 */
    check_refusal(0x0200);
    check_refusal(0xff00);
    assert_int_equal(sim_wsa_startup(VERSION_2_2, NULL), LC_WSAEFAULT);
    assert_int_equal(SIM_WS2_32->processes[0].startup_count, started);
    for (uint32_t i = 0; i < started; i++) {
        assert_int_equal(sim_wsa_cleanup(), LC_WSA_OK);
    }
    assert_int_equal(sim_wsa_cleanup(), LC_WSANOTINITIALISED);
    sim_thread_leave();
    PROGRAM->count++;
}

/* VER-1 to VER-4, VER-10, START-3: each version that is asked for in the
 * table of WSAStartup, and what lies between and around them, against the one
 * DLL there is (1.0 to 2.2). What is refused is not counted. */
static void a_start_agrees_on_the_highest_common_version(void **state)
{
    (void)state;
    ws2_begin(NULL, NULL);
    ws2_run(asks_for_versions);
    assert_int_equal(PROGRAM->count, 1);
}

/* ---- What ws2_32 makes of a provider's answer ---- */

static struct {
    int result;
    uint16_t version;
    bool lacks_send;
    uint32_t cleanups;
    uint32_t others;
} provider;

static int LC_ABI fake_cleanup(int32_t *errno_out)
{
    (void)errno_out;
    provider.cleanups++;
    return 0;
}

static int LC_ABI fake_other(void)
{
    provider.others++;
    return LC_SOCKET_ERROR;
}

static int LC_ABI fake_startup(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    const struct lc_wspupcalltable *upcalls,
    struct lc_wspproc_table *proc_table)
{
    (void)protocol_info;
    (void)upcalls;
    assert_int_equal(version_requested, VERSION_2_2); /* VER-12 */
    sim_code_fn *entries[LC_SPI_COUNT];
    for (uint32_t i = 0; i < LC_SPI_COUNT; i++) {
        entries[i] = (sim_code_fn *)fake_other;
    }
    entries[LC_SPI_CLEANUP] = (sim_code_fn *)fake_cleanup;
    if (provider.lacks_send) {
        entries[LC_SPI_SEND] = NULL;
    }
    memcpy(proc_table, entries, sizeof entries);
    data->wVersion = provider.version;
    data->wHighVersion = provider.version;
    return provider.result;
}

static const struct sim_export fake_exports[] = {
    { "WSPStartup", 1, (sim_code_fn *)fake_startup },
};

static const struct sim_module_class fake = {
    .ops = &sim_module_builtin,
    .exports = fake_exports,
    .export_count = LC_COUNT_OF(fake_exports),
    .globals_bytes = 16,
};

static void opens_a_socket(void *argument)
{
    (void)argument;
    ws2_enter();
    ws2_start();
    lc_socket socket;
    enum lc_wsa error = sim_wsa_socket(ENTRY_TCP, 0, &socket);
    PROGRAM->turn[0] = (uint32_t)error;
    PROGRAM->turn[1] = provider.cleanups;
    PROGRAM->turn[2] = sim_module_at(0, TCP)->is_mapped;
    assert_int_equal(sim_wsa_cleanup(), LC_WSA_OK);
    sim_thread_leave();
}

/* Plays it; returns what socket() said. The DLL must be gone by then, and no
 * entry but WSPCleanup called. */
static enum lc_wsa refuse(uint32_t cleanups)
{
    ws2_begin(&fake, NULL);
    ws2_run(opens_a_socket);
    assert_int_equal(PROGRAM->turn[1], cleanups);
    assert_int_equal(PROGRAM->turn[2], 0);
    assert_int_equal(provider.cleanups, cleanups); /* none at the last one */
    assert_int_equal(provider.others, 0);
    assert_int_equal(ws2_record(LC_RECORD_UNLOAD, 0, 0)->c, 1);
    return (enum lc_wsa)PROGRAM->turn[0];
}

static int set_up(void **state)
{
    (void)state;
    memset(&provider, 0, sizeof provider);
    provider.version = VERSION_2_2;
    return 0;
}

/* LOAD-9, LOAD-11. */
static void a_table_with_a_hole_is_refused_and_cleaned_up(void **state)
{
    (void)state;
    provider.lacks_send = true;
    assert_int_equal(refuse(1), LC_WSAEINVALIDPROCTABLE);
    const struct lc_record *start =
        ws2_record(LC_RECORD_SPI_RETURN, LC_SPI_STARTUP, 0);
    assert_int_equal(start->d, LC_SPI_COUNT - 1);
}

/* LOAD-10, LOAD-11, VER-9. */
static void a_provider_of_another_version_is_refused_and_cleaned_up(
    void **state)
{
    (void)state;
    provider.version = 0x0102;
    assert_int_equal(refuse(1), LC_WSAEINVALIDPROVIDER);
}

/* START-10: what has not started is not cleaned up. */
static void a_provider_that_does_not_start_is_not_cleaned_up(void **state)
{
    (void)state;
    provider.result = LC_WSASYSNOTREADY;
    assert_int_equal(refuse(0), LC_WSAEPROVIDERFAILEDINIT);
    const struct lc_record *start =
        ws2_record(LC_RECORD_SPI_RETURN, LC_SPI_STARTUP, 0);
    assert_int_equal(start->b, LC_WSASYSNOTREADY);
}

/* ---- What the built-in providers answer ---- */

static void starts_providers(void *argument)
{
    (void)argument;
    static const char *const paths[] = { TCP_PATH, FILTER_PATH };
    for (uint32_t i = 0; i < LC_COUNT_OF(paths); i++) {
        lc_handle library = sim_win32_load_library_a(paths[i]);
        ws2_startup_fn *startup = (ws2_startup_fn *)(uintptr_t)
            sim_win32_get_proc_address(library, "WSPStartup");
        struct lc_wspdata data;
        struct lc_wsaprotocol_infow info = { 0 };
        struct lc_wspupcalltable upcalls = { 0 };
        struct lc_wspproc_table table;
        static const uint16_t lower[] = { 0x0001, 0x0101, 0x0002,
                                          0x0102, 0x0100, 0xff01 };
        for (uint32_t v = 0; v < LC_COUNT_OF(lower); v++) {
            assert_int_equal(
                startup(lower[v], &data, &info, &upcalls, &table),
                LC_WSAVERNOTSUPPORTED);
        }
        assert_int_equal(
            startup(VERSION_2_2, NULL, &info, &upcalls, &table),
            LC_WSAEFAULT);
        (void)sim_win32_free_library(library);
    }
    PROGRAM->count++;
}

/* The rows of WSPStartup's table for a provider that knows 2.2 alone. */
static void the_built_in_providers_know_version_2_2_alone(void **state)
{
    (void)state;
    ws2_begin(NULL, NULL);
    ws2_run(starts_providers);
    assert_int_equal(PROGRAM->count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_agrees_on_the_highest_common_version),
        cmocka_unit_test_setup(
            a_table_with_a_hole_is_refused_and_cleaned_up,
            set_up),
        cmocka_unit_test_setup(
            a_provider_of_another_version_is_refused_and_cleaned_up,
            set_up),
        cmocka_unit_test_setup(
            a_provider_that_does_not_start_is_not_cleaned_up,
            set_up),
        cmocka_unit_test(the_built_in_providers_know_version_2_2_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
