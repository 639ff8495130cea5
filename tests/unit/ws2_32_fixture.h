/*
 * For tests of sim/ws2_32: runs of the default world (base `tcp`, layer
 * `filter`, chain `filter tcp`) whose providers a test may replace by its own.
 */
#ifndef TESTS_UNIT_WS2_32_FIXTURE_H
#define TESTS_UNIT_WS2_32_FIXTURE_H

#include "lastcall/abi.h"

#include "fuzz/schedule.h"
#include "sim/net/net.h"
#include "sim/provider/provider.h"
#include "sim/sim.h"
#include "sim/win32/win32.h"
#include "sim/ws2_32/state.h"
#include "sim/ws2_32/ws2_32.h"
#include "tests/unit/engine_fixture.h"

enum ws2_constants {
    TCP = LC_MODULE_PROVIDER,
    FILTER = LC_MODULE_PROVIDER + 1,
    ENTRY_CHAIN = 0, /* indices in the catalog; an id is the index plus one */
    ENTRY_TCP = 1,
    VERSION_2_2 = 0x0202,
    WS2_RECORDS_MAX = 512
};

#define TCP_PATH    "C:\\Windows\\system32\\tcp.dll"
#define FILTER_PATH "C:\\Windows\\system32\\filter.dll"

/* WSPStartup as the machine passes it: the table by value is a pointer. */
typedef int LC_ABI ws2_startup_fn(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    const struct lc_wspupcalltable *upcalls,
    struct lc_wspproc_table *proc_table);

/* The trace of the run. */
static struct {
    uint32_t record_count;
    struct lc_record records[WS2_RECORDS_MAX];
    void (*on_record)(const struct lc_record *record); /* NULL: nobody */
} ws2;

static inline bool ws2_keep(void *context, const struct lc_record *record)
{
    (void)context;
    assert_true(ws2.record_count < WS2_RECORDS_MAX);
    ws2.records[ws2.record_count] = *record;
    ws2.record_count++;
    if (ws2.on_record != NULL) {
        ws2.on_record(record);
    }
    return true;
}

/* Begins a run. NULL: the built-in provider. */
static inline void ws2_begin(
    const struct sim_module_class *tcp,
    const struct sim_module_class *filter)
{
    struct sim_error error;
    struct lc_world world;
    assert_int_equal(sim_open(&error), SIM_OK);
    fuzz_schedule_default_world(&world);
    sim_module_set_class(TCP, tcp == NULL ? &sim_provider_base : tcp);
    sim_module_set_class(FILTER, filter == NULL ? &sim_provider_ifs : filter);
    fixture_begin(NULL, 0, NULL);
    sim_net_begin(&world);
    sim_ws2_32_begin(&world, LC_PROCESSES_MAX);
    ws2.record_count = 0;
    ws2.on_record = NULL;
    SIM_HISTORY->sink = ws2_keep;
}

/* Runs the function as the one thread of the one process. */
static inline void ws2_run(void (*entry)(void *))
{
    (void)fixture_thread(0, entry);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
}

/* The record of a kind and function, by its order from 0; NULL: none. */
static inline const struct lc_record *ws2_find(
    enum lc_record_kind kind,
    uint32_t function,
    uint32_t order)
{
    for (uint32_t i = 0; i < ws2.record_count; i++) {
        const struct lc_record *record = &ws2.records[i];
        if (record->kind == kind && record->function == function &&
            order-- == 0) {
            return record;
        }
    }
    return NULL;
}

static inline const struct lc_record *ws2_record(
    enum lc_record_kind kind,
    uint32_t function,
    uint32_t order)
{
    const struct lc_record *record = ws2_find(kind, function, order);
    if (record == NULL) {
        fail();
        return ws2.records;
    }
    return record;
}

/* As the application's call does: ws2_32 is what runs. */
static inline void ws2_enter(void)
{
    sim_thread_enter(LC_MODULE_WS2_32, SIM_FRAME_API, LC_CALL_SOCKET);
}

/* As a probe does: a provider is what runs. Its DLL is loaded if need be. */
static inline void ws2_enter_provider(uint32_t module)
{
    if (!sim_module_at(sim_thread_process(), module)->is_mapped) {
        assert_non_null(
            sim_win32_load_library_a(module == TCP ? TCP_PATH : FILTER_PATH));
    }
    sim_thread_enter(module, SIM_FRAME_SPI, LC_SPI_SOCKET);
}

static inline void ws2_start(void)
{
    struct lc_wsadata data;
    assert_int_equal(sim_wsa_startup(VERSION_2_2, &data), LC_WSA_OK);
}

#endif
