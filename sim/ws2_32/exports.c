/*
 * What ws2_32.dll exports to providers, beside the upcall table.
 * Source: documented. WSCEnumProtocols, WSCGetProviderPath (ws2spi.h);
 *         WSASetLastError, inet_addr, htons and their kin (winsock2.h).
 */
#include <string.h>

#include "lastcall/check.h"
#include "lastcall/version.h"

#include "sim/engine/choice.h"
#include "sim/engine/module.h"
#include "sim/engine/snapshot.h"
#include "sim/engine/thread.h"
#include "sim/engine/whole.h"
#include "sim/fault/fault.h"
#include "sim/ws2_32/catalog.h"
#include "sim/ws2_32/hook.h"
#include "sim/ws2_32/installed.h"
#include "sim/ws2_32/names.h"
#include "sim/ws2_32/network.h"
#include "sim/ws2_32/overlapped.h"
#include "sim/ws2_32/probe.h"
#include "sim/ws2_32/state.h"
#include "sim/ws2_32/ws2_32.h"

int32_t sim_catalog_get_path(
    const struct sim_entry_list *list,
    const struct lc_guid *provider_id,
    lc_wchar *ret_path,
    int32_t *length_characters)
{
    if (provider_id == NULL || length_characters == NULL) {
        return LC_WSAEFAULT;
    }
    uint32_t index = sim_catalog_find(provider_id);
    if (!sim_installed_has(list, index)) {
        return LC_WSAEINVAL;
    }
    const lc_wchar *path = sim_catalog_path(index);
    int32_t needed = 1;
    while (path[needed - 1] != 0) {
        needed++;
    }
    if (ret_path == NULL || *length_characters < needed) {
        *length_characters = needed;
        return LC_WSAEFAULT;
    }
    memcpy(ret_path, path, (size_t)needed * sizeof *path);
    *length_characters = needed;
    return 0;
}

static int LC_ABI export_get_provider_path(
    struct lc_guid *provider_id,
    lc_wchar *path,
    int32_t *length,
    int32_t *errno_out)
{
    int32_t error =
        sim_catalog_get_path(sim_installed(), provider_id, path, length);
    if (error != 0 && errno_out != NULL) {
        *errno_out = error;
    }
    return error == 0 ? 0 : LC_SOCKET_ERROR;
}

/* Whether the catalog has one entry more now than when the caller asked for its
 * size: it comes with as much room as it takes. It has gone by the next time,
 * so that nobody else sees it. */
static LC_NOINLINE bool has_grown(uint32_t room_bytes, uint32_t needed_bytes)
{
    if (SIM_FAULT->kinds == 0 || room_bytes != needed_bytes) {
        return false;
    }
    uint32_t module = sim_thread_module();
    (void)sim_thread_pass((struct lc_place){
        .kind = LC_PLACE_SHIM,
        .function = LC_SHIM_CATALOG,
        .module = (uint8_t)module,
    });
    return sim_fault_at(LC_PLACE_SHIM, LC_SHIM_CATALOG, module) != 0;
}

/* Lists the whole catalog, or the protocols whose iProtocol is in the list. */
static int LC_ABI export_enum_protocols(
    const int32_t *protocols,
    struct lc_wsaprotocol_infow *buffer,
    uint32_t *buffer_bytes,
    int32_t *errno_out)
{
    if (buffer_bytes == NULL) {
        if (errno_out != NULL) {
            *errno_out = LC_WSAEFAULT;
        }
        return LC_SOCKET_ERROR;
    }
    bool is_tcp_listed = protocols == NULL;
    for (uint32_t i = 0; protocols != NULL && protocols[i] != 0; i++) {
        is_tcp_listed |= protocols[i] == LC_IPPROTO_TCP;
    }
    const struct sim_entry_list *list = sim_installed();
    uint32_t count = is_tcp_listed ? list->count : 0;
    uint32_t needed = count * (uint32_t)sizeof *buffer;
    if (has_grown(*buffer_bytes, needed)) {
        needed += (uint32_t)sizeof *buffer;
    }
    if (*buffer_bytes < needed || (buffer == NULL && needed > 0)) {
        *buffer_bytes = needed;
        if (errno_out != NULL) {
            *errno_out = LC_WSAENOBUFS;
        }
        return LC_SOCKET_ERROR;
    }
    LC_CHECK(count == 0 || buffer != NULL);
    for (uint32_t i = 0; i < count; i++) {
        buffer[i] = *sim_catalog_entry(list->entries[i]);
    }
    return (int)count;
}

static void LC_ABI export_set_last_error(int error)
{
    sim_thread_current()->last_error = (uint32_t)error;
}

static int LC_ABI export_get_last_error(void)
{
    return (int)sim_thread_current()->last_error;
}

static uint16_t LC_ABI export_swap_16(uint16_t value)
{
    return (uint16_t)(value << 8 | value >> 8);
}

static uint32_t LC_ABI export_swap_32(uint32_t value)
{
    return __builtin_bswap32(value);
}

/* Four decimal numbers with dots between them; anything else is INADDR_NONE. */
static uint32_t LC_ABI export_inet_addr(const char *text)
{
    uint32_t address = 0;
    for (uint32_t part = 0; part < 4; part++) {
        uint32_t number = 0;
        uint32_t digits = 0;
        while (*text >= '0' && *text <= '9' && digits < 3) {
            number = number * 10 + (uint32_t)(*text - '0');
            digits++;
            text++;
        }
        bool is_last = part == 3;
        if (digits == 0 || number > 255 || *text != (is_last ? '\0' : '.')) {
            return UINT32_MAX;
        }
        text += !is_last;
        address |= number << (8 * part);
    }
    return address;
}

static const struct sim_export exports[] = {
    { "WSCEnumProtocols", 0, (sim_code_fn *)export_enum_protocols },
    { "WSCEnumProtocols32", 0, (sim_code_fn *)export_enum_protocols },
    { "WSCGetProviderPath", 0, (sim_code_fn *)export_get_provider_path },
    { "WSCGetProviderPath32", 0, (sim_code_fn *)export_get_provider_path },
    { "WPUCompleteOverlappedRequest",
      0,
      (sim_code_fn *)sim_overlapped_complete_request },
    { "WSASetLastError", 112, (sim_code_fn *)export_set_last_error },
    { "WSAGetLastError", 111, (sim_code_fn *)export_get_last_error },
    { "htonl", 8, (sim_code_fn *)export_swap_32 },
    { "htons", 9, (sim_code_fn *)export_swap_16 },
    { "inet_addr", 11, (sim_code_fn *)export_inet_addr },
    { "ntohl", 14, (sim_code_fn *)export_swap_32 },
    { "ntohs", 15, (sim_code_fn *)export_swap_16 },
};

static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    const struct sim_ws2_32 *ws2 = SIM_WS2_32;
    ret_ranges[0].offset_bytes = 0;
    ret_ranges[0].size_bytes = offsetof(struct sim_ws2_32, processes);
    ret_ranges[1].offset_bytes = offsetof(struct sim_ws2_32, processes);
    ret_ranges[1].size_bytes =
        ws2->process_count * (uint32_t)sizeof ws2->processes[0];
    ret_ranges[2].offset_bytes = offsetof(struct sim_ws2_32, apps);
    ret_ranges[2].size_bytes =
        ws2->process_count * (uint32_t)sizeof ws2->apps[0];
    ret_ranges[3].offset_bytes = offsetof(struct sim_ws2_32, started);
    ret_ranges[3].size_bytes =
        ws2->started_count * (uint32_t)sizeof ws2->started[0];
    ret_ranges[4].offset_bytes = offsetof(struct sim_ws2_32, sets);
    ret_ranges[4].size_bytes = ws2->set_count * (uint32_t)sizeof ws2->sets[0];
    return 5;
}

/* Which of its own handles ws2_32 has freed is history in a run that gives out
 * fresh ones only. */
static void add_own(struct sim_hash *hash, const struct sim_own_handles *own)
{
    sim_hash_add(hash, own, offsetof(struct sim_own_handles, freed_count));
    if (!sim_choice_exhausted()) {
        sim_hash_add(hash, own->freed, own->freed_count * sizeof own->freed[0]);
    }
}

/* Of how often a module was mapped it matters only whether a probe set is from
 * before the last time. */
static void key_of_part(struct sim_hash *hash)
{
    const struct sim_ws2_32 *ws2_32 = SIM_WS2_32;
    uint32_t processes = ws2_32->process_count;
    uint32_t counts[] = { ws2_32->set_count,
                          ws2_32->started_count,
                          ws2_32->writer };
    sim_hash_add(hash, counts, sizeof counts);
    sim_hash_add(hash, &ws2_32->installed, sizeof ws2_32->installed);
    sim_hash_add(hash, &ws2_32->app_category, sizeof ws2_32->app_category);
    sim_hash_add(hash, ws2_32->categories, sizeof ws2_32->categories);
    for (uint32_t i = 0; i < processes; i++) {
        const struct sim_ws2_process *process = &ws2_32->processes[i];
        sim_hash_add(
            hash,
            process,
            offsetof(struct sim_ws2_process, handles) +
                process->handle_count * sizeof process->handles[0]);
        add_own(hash, &process->own);
    }
    sim_hash_add(hash, ws2_32->apps, processes * sizeof ws2_32->apps[0]);
    sim_hash_add(
        hash,
        ws2_32->started,
        ws2_32->started_count * sizeof ws2_32->started[0]);
    for (uint32_t i = 0; i < ws2_32->set_count; i++) {
        struct sim_probe_set kept = ws2_32->sets[i];
        kept.map_count = sim_module_at(kept.process, kept.target)->map_count ==
                         kept.map_count;
        sim_hash_add(hash, &kept, sizeof kept);
    }
}

static void check_handles(const struct sim_ws2_process *process)
{
    LC_CHECK(process->handle_count <= SIM_SOCKET_HANDLES_MAX);
    LC_CHECK(process->own.freed_count <= SIM_OWN_FREED_MAX);
    for (uint32_t i = 0; i < SIM_SOCKET_HANDLES_MAX; i++) {
        const struct sim_socket_handle *handle = &process->handles[i];
        LC_CHECK_IF(i >= process->handle_count, handle->catalog_id == 0);
        LC_CHECK(handle->catalog_id <= sim_catalog_count());
        LC_CHECK_IF(handle->catalog_id == 0, handle->handle == 0);
        LC_CHECK_IF(handle->catalog_id == 0, handle->is_own == 0);
        LC_CHECK_IF(handle->is_own == 0, handle->context == 0);
        for (uint32_t k = 0; k < i; k++) {
            LC_CHECK_IF(
                handle->catalog_id != 0 && process->handles[k].catalog_id != 0,
                handle->handle != process->handles[k].handle);
        }
    }
}

/* Handles are registered once, locks have an owner, and what is started
 * belongs to a process that is. */
static void check_whole(void)
{
    const struct sim_ws2_32 *ws2 = SIM_WS2_32;
    for (uint32_t i = 0; i < LC_PROCESSES_MAX; i++) {
        const struct sim_ws2_process *process = &ws2->processes[i];
        LC_CHECK((process->lock_owner != 0) == (process->lock_depth > 0));
        check_handles(process);
    }
    for (uint32_t i = 0; i < SIM_STARTED_MAX; i++) {
        const struct sim_started *started = &ws2->started[i];
        if (!started->is_used) {
            LC_CHECK(!started->is_ready);
            continue;
        }
        LC_CHECK(i < ws2->started_count);
        const struct sim_ws2_process *process =
            &ws2->processes[started->process];
        LC_CHECK(started->inside <= SIM_THREADS_MAX);
        LC_CHECK(started->module == sim_catalog_module(started->entry));
        LC_CHECK_IF(process->startup_count == 0, process->lock_owner != 0);
    }
}

void sim_ws2_32_open(void)
{
    sim_whole_add(check_whole);
    sim_arena_part_declare(SIM_PART_WS2_32, sizeof(struct sim_ws2_32));
    sim_arena_part_set_used(SIM_PART_WS2_32, used_ranges);
    sim_snapshot_set_key(SIM_PART_WS2_32, key_of_part);
    sim_module_add_system("ws2_32.dll", exports, LC_COUNT_OF(exports));
    sim_probe_open();
    sim_names_open();
    sim_overlapped_open();
    sim_network_open();
    sim_hook_threads_open();
}

void sim_ws2_32_begin(const struct lc_world *world, uint32_t process_count)
{
    LC_CHECK(world != NULL);
    LC_CHECK(process_count <= LC_PROCESSES_MAX);
    SIM_WS2_32->process_count = process_count;
    SIM_WS2_32->versions =
        world->versions != 0 ? world->versions : LC_VERSIONS_OF_WS2_32;
    sim_catalog_build(world);
    sim_installed_begin();
    sim_names_begin(world->names != 0, process_count);
}

void sim_ws2_32_forget(void)
{
    sim_catalog_forget();
}
