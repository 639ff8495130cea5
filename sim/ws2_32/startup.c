/*
 * WSAStartup and WSACleanup, and the life of a provider between them.
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"
#include "lastcall/version.h"

#include "sim/engine/thread.h"
#include "sim/fault/fault.h"
#include "sim/win32/win32.h"
#include "sim/ws2_32/catalog.h"
#include "sim/ws2_32/crossing.h"
#include "sim/ws2_32/handle.h"
#include "sim/ws2_32/installed.h"
#include "sim/ws2_32/names.h"
#include "sim/ws2_32/notice.h"
#include "sim/ws2_32/overlapped.h"
#include "sim/ws2_32/probe.h"
#include "sim/ws2_32/started.h"
#include "sim/ws2_32/state.h"
#include "sim/ws2_32/ws2_32.h"

enum {
    PATH_CHARACTERS = 260
};

struct sim_ws2_process *sim_ws2_process(void)
{
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    return &SIM_WS2_32->processes[process];
}

static uint64_t lock_key(const struct sim_ws2_process *process)
{
    return (uint64_t)(uintptr_t)&process->lock_owner;
}

void sim_ws2_lock(void)
{
    struct sim_ws2_process *process = sim_ws2_process();
    const struct sim_thread *thread = sim_thread_current();
    sim_thread_yield_on(
        (struct lc_place){
            .kind = LC_PLACE_SHIM,
            .function = LC_SHIM_WS2_LOCK,
            .module = LC_MODULE_WS2_32,
        },
        sim_thing(SIM_THING_LOCK, sim_thread_process(), SIM_WS2_LOCK_THING));
    uint8_t self = (uint8_t)(thread->ref + 1);
    while (process->lock_owner != 0 && process->lock_owner != self) {
        (void)sim_thread_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_LOCK,
            .key = lock_key(process),
            .timeout_ns = SIM_FOREVER,
        });
    }
    process->lock_owner = self;
    process->lock_depth++;
}

void sim_ws2_unlock(void)
{
    struct sim_ws2_process *process = sim_ws2_process();
    LC_CHECK(process->lock_depth > 0);
    process->lock_depth--;
    if (process->lock_depth == 0) {
        process->lock_owner = 0;
        (void)sim_thread_wake(lock_key(process), 1, SIM_WAKE_SIGNALLED);
    }
}

/* The word's numbers in the order in which versions are compared: it has the
 * minor one in its high byte. */
static uint32_t order_of(uint16_t version)
{
    return (version & 0xffU) << 8 | version >> 8;
}

/* The highest version that is supported and not above the one asked for. */
static bool negotiate(uint16_t asked, uint16_t *ret_version)
{
    bool is_found = false;
    for (uint32_t i = 0; i < LC_VERSION_COUNT; i++) {
        uint16_t version = lc_version_word((enum lc_version)i);
        if ((SIM_WS2_32->versions >> i & 1) != 0 &&
            order_of(version) <= order_of(asked)) {
            *ret_version = version;
            is_found = true;
        }
    }
    return is_found;
}

static uint16_t highest_version(void)
{
    uint16_t highest = 0;
    bool has_any = negotiate(UINT16_MAX, &highest);
    LC_CHECK(has_any);
    return highest;
}

/* Whether a provider of this version will do. ws2_32 as it is takes 2.2 alone;
 * one with another highest version takes what it knows itself.
 * Source: documented. X-6 of the catalogue: pages differ. */
static bool is_accepted(uint16_t version)
{
    uint16_t known;
    if (highest_version() == lc_version_word(LC_VERSION_2_2)) {
        return version == lc_version_word(LC_VERSION_2_2);
    }
    return negotiate(version, &known) && known == version;
}

static void fill_data(struct lc_wsadata *data, uint16_t version)
{
    static const char description[] = "WinSock 2.0";
    static const char status[] = "Running";
    memset(data, 0, sizeof *data);
    data->wVersion = version;
    data->wHighVersion = highest_version();
    memcpy(data->szDescription, description, sizeof description);
    memcpy(data->szSystemStatus, status, sizeof status);
}

enum lc_wsa sim_wsa_startup(uint16_t version, struct lc_wsadata *ret_data)
{
    uint16_t agreed;
    if (ret_data == NULL) {
        return LC_WSAEFAULT;
    }
    if (!negotiate(version, &agreed)) {
        fill_data(ret_data, highest_version());
        return LC_WSAVERNOTSUPPORTED;
    }
    int32_t error =
        sim_fault_at(LC_PLACE_API, LC_CALL_WSASTARTUP, LC_MODULE_APP);
    if (error != 0) {
        fill_data(ret_data, highest_version());
        return (enum lc_wsa)error;
    }
    sim_ws2_lock();
    struct sim_ws2_process *process = sim_ws2_process();
    if (process->startup_count == 0) {
        sim_installed_look();
        sim_names_look();
    }
    process->startup_count++;
    process->version = agreed;
    fill_data(ret_data, agreed);
    sim_ws2_unlock();
    return LC_WSA_OK;
}

/* ---- Starting a provider ---- */

static bool is_complete(const struct lc_wspproc_table *table)
{
    sim_code_fn *entries[LC_SPI_COUNT];
    memcpy(entries, table, sizeof entries);
    for (uint32_t i = 0; i < LC_SPI_COUNT; i++) {
        if (entries[i] == NULL) {
            return false;
        }
    }
    return true;
}

static lc_handle load(uint32_t entry)
{
    lc_wchar path[PATH_CHARACTERS];
    uint32_t length = sim_win32_expand_environment_strings_w(
        sim_catalog_path(entry),
        path,
        PATH_CHARACTERS);
    LC_CHECK(length > 0 && length <= PATH_CHARACTERS);
    return sim_win32_load_library_w(path);
}

/* Of a call that changes the provider's count of starts. Not in line: the
 * callers' frames are part of the run's state, and hold what they did. */
static LC_NOINLINE void before_call(uint32_t module, enum lc_spi function)
{
    sim_thread_yield_on(
        (struct lc_place){
            .kind = LC_PLACE_SPI_ENTER,
            .function = (uint8_t)function,
            .module = (uint8_t)module,
        },
        sim_crossing_thing(function, 0));
}

static void clean(const struct sim_started *started)
{
    int32_t error = 0;
    before_call(started->module, LC_SPI_CLEANUP);
    /* A failing WSPCleanup changes nothing about what ws2_32 does next. */
    (void)started->table.lpWSPCleanup(&error);
}

static enum lc_wsa start_loaded(struct sim_started *started)
{
    lc_wsp_startup_fn *startup = (lc_wsp_startup_fn *)(uintptr_t)
        sim_win32_get_proc_address(started->library, "WSPStartup");
    if (startup == NULL) {
        return LC_WSAEPROVIDERFAILEDINIT;
    }
    struct lc_wspdata data;
    struct lc_wsaprotocol_infow info = *sim_catalog_entry(started->entry);
    memset(&data, 0, sizeof data);
    before_call(started->module, LC_SPI_STARTUP);
    int result = startup(
        highest_version(),
        &data,
        &info,
        *sim_upcall_table(),
        &started->table);
    if (result != 0) {
        return LC_WSAEPROVIDERFAILEDINIT;
    }
    if (!is_complete(&started->table)) {
        if (started->table.lpWSPCleanup != NULL) {
            clean(started);
        }
        return LC_WSAEINVALIDPROCTABLE;
    }
    if (!is_accepted(data.wVersion)) {
        clean(started);
        return LC_WSAEINVALIDPROVIDER;
    }
    return LC_WSA_OK;
}

static struct sim_started *find_place(void)
{
    struct sim_ws2_32 *ws2 = SIM_WS2_32;
    for (uint32_t i = 0; i < ws2->started_count; i++) {
        if (!ws2->started[i].is_used) {
            return &ws2->started[i];
        }
    }
    if (ws2->started_count == SIM_STARTED_MAX) {
        return NULL;
    }
    ws2->started_count++;
    return &ws2->started[ws2->started_count - 1];
}

struct sim_started *sim_started_find(uint32_t catalog_id)
{
    struct sim_ws2_32 *ws2 = SIM_WS2_32;
    uint32_t process = sim_thread_process();
    struct sim_started *by_module = NULL;
    LC_CHECK(catalog_id >= 1 && catalog_id <= sim_catalog_count());
    for (uint32_t i = 0; i < ws2->started_count; i++) {
        struct sim_started *started = &ws2->started[i];
        if (!started->is_ready || started->process != process) {
            continue;
        }
        if (started->entry == catalog_id - 1) {
            return started;
        }
        /* A layer may register handles under its own entry of ChainLen 0. */
        if (by_module == NULL &&
            started->module == sim_catalog_module(catalog_id - 1)) {
            by_module = started;
        }
    }
    return by_module;
}

enum lc_wsa sim_started_ensure(uint32_t entry, struct sim_started **ret_started)
{
    struct sim_started *started = sim_started_find(entry + 1);
    if (started != NULL && started->entry == entry) {
        *ret_started = started;
        return LC_WSA_OK;
    }
    started = find_place();
    if (started == NULL) {
        return LC_WSAENOBUFS;
    }
    *started = (struct sim_started){
        .is_used = 1,
        .process = (uint8_t)sim_thread_process(),
        .entry = (uint8_t)entry,
        .module = (uint8_t)sim_catalog_module(entry),
    };
    started->library = load(entry);
    if (started->library == NULL) {
        started->is_used = 0;
        return LC_WSAEPROVIDERFAILEDINIT;
    }
    enum lc_wsa error = start_loaded(started);
    if (error != LC_WSA_OK) {
        (void)sim_win32_free_library(started->library);
        started->is_used = 0;
        return error;
    }
    started->is_ready = 1;
    *ret_started = started;
    return LC_WSA_OK;
}

/* ---- The last cleanup ---- */

/* Waits until the calls that are inside the provider have come out. */
static void wait_inside(const struct sim_started *started)
{
    while (started->inside > 0) {
        (void)sim_thread_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_RUNDOWN,
            .key = (uint64_t)(uintptr_t)started,
            .timeout_ns = SIM_FOREVER,
        });
    }
}

void sim_started_leave(struct sim_started *started)
{
    LC_CHECK(started->inside > 0);
    started->inside--;
    if (started->inside == 0) {
        (void)sim_thread_wake(
            (uint64_t)(uintptr_t)started,
            1,
            SIM_WAKE_SIGNALLED);
    }
}

/* All are cleaned up before any is waited for: a call that waits inside one may
 * be released only when the last one that uses the same base is cleaned up. */
static void clean_all(void)
{
    struct sim_ws2_32 *ws2 = SIM_WS2_32;
    uint32_t process = sim_thread_process();
    for (uint32_t i = 0; i < ws2->started_count; i++) {
        struct sim_started *started = &ws2->started[i];
        /* One that is being started is cleaned in a DllMain only. */
        if (started->is_ready && started->process == process) {
            clean(started);
        }
    }
    for (uint32_t i = 0; i < ws2->started_count; i++) {
        struct sim_started *started = &ws2->started[i];
        if (!started->is_ready || started->process != process) {
            continue;
        }
        wait_inside(started);
        (void)sim_win32_free_library(started->library);
        *started = (struct sim_started){ 0 };
    }
}

enum lc_wsa sim_wsa_cleanup(void)
{
    sim_ws2_lock();
    struct sim_ws2_process *process = sim_ws2_process();
    if (process->startup_count == 0) {
        sim_ws2_unlock();
        return LC_WSANOTINITIALISED;
    }
    /* Of the two that X-35 leaves open: nothing has changed. */
    int32_t error =
        sim_fault_at(LC_PLACE_API, LC_CALL_WSACLEANUP, LC_MODULE_APP);
    if (error != 0) {
        sim_ws2_unlock();
        return (enum lc_wsa)error;
    }
    process->startup_count--;
    if (process->startup_count == 0) {
        process->life++;
        sim_notice_close();
        clean_all();
        sim_names_clean_all();
        sim_handle_drop_all();
    }
    sim_ws2_unlock();
    return LC_WSA_OK;
}

void sim_ws2_32_process_exit(uint32_t process)
{
    struct sim_ws2_32 *ws2 = SIM_WS2_32;
    LC_CHECK(process < LC_PROCESSES_MAX);
    for (uint32_t i = 0; i < ws2->started_count; i++) {
        if (ws2->started[i].process == process) {
            ws2->started[i] = (struct sim_started){ 0 };
        }
    }
    ws2->processes[process] = (struct sim_ws2_process){ 0 };
    sim_names_process_exit(process);
    if (ws2->writer == process + 1) {
        ws2->writer = 0;
    }
    sim_overlapped_process_exit(process);
}
