#include "sim/provider/lower.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/module.h"
#include "sim/engine/thread.h"
#include "sim/provider/version.h"

enum {
    PATH_CHARACTERS = 260
};

/* Fetches the whole catalog. The caller frees it. */
static struct lc_wsaprotocol_infow *enum_protocols(
    const struct sim_lowers *lowers,
    uint32_t *ret_count)
{
    typedef int LC_ABI enum_protocols_fn(
        const int32_t *protocols,
        struct lc_wsaprotocol_infow *buffer,
        uint32_t *buffer_bytes,
        int32_t *errno_out);
    enum_protocols_fn *enum_all = (enum_protocols_fn *)
        sim_module_find_system("ws2_32.dll", "WSCEnumProtocols", 0);
    LC_CHECK(enum_all != NULL);
    uint32_t size_bytes = 0;
    int32_t error = 0;
    (void)enum_all(NULL, NULL, &size_bytes, &error);
    for (;;) {
        struct lc_wsaprotocol_infow *all =
            sim_win32_heap_alloc(lowers->heap, 0, size_bytes);
        if (all == NULL) {
            return NULL;
        }
        int count = enum_all(NULL, all, &size_bytes, &error);
        if (count >= 0) {
            *ret_count = (uint32_t)count;
            return all;
        }
        (void)sim_win32_heap_free(lowers->heap, 0, all);
        if (error != LC_WSAENOBUFS) {
            return NULL;
        }
        /* It has grown since its size was asked for: again with more. */
    }
}

static const struct lc_wsaprotocol_infow *find_entry(
    const struct lc_wsaprotocol_infow *all,
    uint32_t count,
    uint32_t catalog_id)
{
    for (uint32_t i = 0; i < count; i++) {
        if (all[i].dwCatalogEntryId == catalog_id) {
            return &all[i];
        }
    }
    return NULL;
}

/* The path that a provider is installed under, with its variables expanded. */
static bool get_path(
    const struct sim_lowers *lowers,
    struct lc_guid id,
    lc_wchar ret_path[PATH_CHARACTERS])
{
    lc_wchar path[PATH_CHARACTERS];
    int32_t length = PATH_CHARACTERS;
    int32_t error = 0;
    if (lowers->upcalls.lpWPUGetProviderPath(&id, path, &length, &error) != 0) {
        return false;
    }
    uint32_t expanded =
        sim_win32_expand_environment_strings_w(path, ret_path, PATH_CHARACTERS);
    return expanded > 0 && expanded <= PATH_CHARACTERS;
}

/* Whether an entry is installed under this DLL's own path. */
static bool is_own(
    const struct sim_lowers *lowers,
    const struct lc_wsaprotocol_infow *entry)
{
    lc_wchar path[PATH_CHARACTERS];
    if (!get_path(lowers, entry->ProviderId, path)) {
        return false;
    }
    const char *own = sim_module_path(sim_thread_module());
    uint32_t i = 0;
    while (own[i] != '\0' && path[i] == (unsigned char)own[i]) {
        i++;
    }
    return own[i] == '\0' && path[i] == 0;
}

/* Where this layer stands in a chain: LAYER-3 asks for the entry after it. */
static bool find_next(
    const struct sim_lowers *lowers,
    const struct lc_wsaprotocol_infow *chain,
    struct sim_lower *ret_lower,
    struct lc_guid *ret_id)
{
    uint32_t count = 0;
    struct lc_wsaprotocol_infow *all = enum_protocols(lowers, &count);
    if (all == NULL) {
        return false;
    }
    bool is_found = false;
    const struct lc_wsaprotocolchain *entries = &chain->ProtocolChain;
    for (int32_t i = 0; !is_found && i + 1 < entries->ChainLen &&
                        i + 1 < LC_MAX_PROTOCOL_CHAIN;
         i++) {
        const struct lc_wsaprotocol_infow *entry =
            find_entry(all, count, entries->ChainEntries[i]);
        const struct lc_wsaprotocol_infow *next =
            find_entry(all, count, entries->ChainEntries[i + 1]);
        if (entry == NULL || next == NULL || !is_own(lowers, entry)) {
            continue;
        }
        ret_lower->catalog_id = next->dwCatalogEntryId;
        ret_lower->chain_id = chain->dwCatalogEntryId;
        ret_lower->chain = *chain;
        ret_lower->own_id =
            i == 0 ? chain->dwCatalogEntryId : entry->dwCatalogEntryId;
        /* LAYER-4: the chain to a layer, its own entry to a base. */
        bool is_base = next->ProtocolChain.ChainLen == LC_BASE_PROTOCOL;
        ret_lower->info = is_base ? *next : *chain;
        *ret_id = next->ProviderId;
        is_found = true;
    }
    (void)sim_win32_heap_free(lowers->heap, 0, all);
    return is_found;
}

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

/* Starts what was loaded. Returns an error code; it is not started then. */
static int start_loaded(
    const struct sim_lowers *lowers,
    struct sim_lower *lower)
{
    lc_wsp_startup_fn *startup = (lc_wsp_startup_fn *)(uintptr_t)
        sim_win32_get_proc_address(lower->library, "WSPStartup");
    if (startup == NULL) {
        return LC_WSAEPROVIDERFAILEDINIT;
    }
    struct lc_wspdata data;
    struct lc_wsaprotocol_infow info = lower->info;
    memset(&data, 0, sizeof data);
    /* LAYER-7: the table goes down as it came. */
    int result = startup(
        sim_provider_highest_version(),
        &data,
        &info,
        lowers->upcalls,
        &lower->table);
    if (result != 0) {
        return result;
    }
    if (is_complete(&lower->table) && sim_provider_accepts(data.wVersion)) {
        return 0;
    }
    int32_t error = 0;
    if (lower->table.lpWSPCleanup != NULL) {
        (void)lower->table.lpWSPCleanup(&error);
    }
    return LC_WSAEPROVIDERFAILEDINIT;
}

struct sim_lower *sim_lower_find(
    const struct sim_lowers *lowers,
    uint32_t chain_id)
{
    struct sim_lower *lower = lowers->first;
    while (lower != NULL && lower->chain_id != chain_id) {
        lower = lower->next;
    }
    return lower;
}

int sim_lower_start(
    struct sim_lowers *lowers,
    const struct lc_wsaprotocol_infow *chain)
{
    LC_CHECK(sim_lower_find(lowers, chain->dwCatalogEntryId) == NULL);
    int result = LC_WSAEPROVIDERFAILEDINIT;
    struct lc_guid id;
    lc_wchar path[PATH_CHARACTERS];
    struct sim_lower *lower =
        sim_win32_heap_alloc(lowers->heap, LC_HEAP_ZERO_MEMORY, sizeof *lower);
    if (lower == NULL) {
        return result;
    }
    if (!find_next(lowers, chain, lower, &id) || !get_path(lowers, id, path)) {
        goto free_lower;
    }
    lower->library = sim_win32_load_library_w(path);
    if (lower->library == NULL) {
        goto free_lower;
    }
    result = start_loaded(lowers, lower);
    if (result != 0) {
        goto free_library;
    }
    lower->next = lowers->first;
    lowers->first = lower;
    return 0;

free_library:
    (void)sim_win32_free_library(lower->library);
free_lower:
    (void)sim_win32_heap_free(lowers->heap, 0, lower);
    return result;
}

void sim_lower_clean_all(struct sim_lowers *lowers)
{
    while (lowers->first != NULL) {
        struct sim_lower *lower = lowers->first;
        int32_t error = 0;
        (void)lower->table.lpWSPCleanup(&error);
        (void)sim_win32_free_library(lower->library);
        lowers->first = lower->next;
        (void)sim_win32_heap_free(lowers->heap, 0, lower);
    }
}

void sim_lower_close(const struct lc_wspproc_table *table, lc_socket handle)
{
    int32_t error = 0;
    int result = table->lpWSPCloseSocket(handle, &error);
    while (result != 0 && error == LC_WSAEWOULDBLOCK) {
        uint32_t is_nonblocking = 0;
        uint32_t returned = 0;
        /* It stays nonblocking while events are registered (EVENT-4). */
        (void)table->lpWSPEventSelect(handle, NULL, 0, &error);
        (void)table->lpWSPIoctl(
            handle,
            LC_FIONBIO,
            &is_nonblocking,
            sizeof is_nonblocking,
            NULL,
            0,
            &returned,
            NULL,
            NULL,
            NULL,
            &error);
        result = table->lpWSPCloseSocket(handle, &error);
    }
}
