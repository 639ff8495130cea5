/*
 * A layered provider with handles of its own that passes everything through: a
 * correct one, to start from. A layer that changes data, or needs to see what
 * completes, is of this kind. What it shows besides what passlayer does:
 *
 * - Handles are made with WPUCreateSocketHandle and found again by their
 *   context; the next provider never sees one, and the client never one of the
 *   next provider's (socket.c).
 * - Overlapped operations have an OVERLAPPED of the layer's own below, and a
 *   completion port with threads that tell the client (operation.c).
 * - What goes by handles in another way has them replaced: sets of select,
 *   results, sockets to duplicate (forward.c).
 *
 * The last WSPCleanup shuts the door and drops what is under way, so that nobody
 * is told of it and who waits for it goes on; closes what is open, which ends
 * calls and operations below; waits until every call has come out; ends the
 * threads; cleans the next providers up as often as they were started; and frees
 * everything. Until then whatever is below may write to memory that operations
 * have. WSPStartup works again at once, with or without an unload between.
 *
 * DllMain makes and deletes two locks. It waits for nothing and starts nothing:
 * it runs under the loader lock, which threads need to begin and to end. That is
 * why threads are made for the first operation and joined in WSPCleanup.
 *
 * Not shown: messages to a window (WSPAsyncSelect), for which a layer needs one
 * of its own, since they name the handle; and extension functions like
 * ConnectEx, each of which would have to be wrapped. Both are refused.
 */
#include "layer.h"

#define LOWERS_MAX     4
#define PATH_MAX_CHARS 260

struct layer layer = { .changed = CONDITION_VARIABLE_INIT };

static DWORD start_count;
static struct lower lowers[LOWERS_MAX];
static DWORD lower_count;

/* Rundown: bit 0 says that the door is shut, the rest counts calls in twos.
 * The last call out behind a shut door sets the event. */
static volatile LONG rundown;
static HANDLE nobody_inside;

int layer_fail(LPINT error, int code)
{
    if (error != NULL) {
        *error = code;
    }
    return SOCKET_ERROR;
}

/* ---- Calls in and out ---- */

static BOOL count_in(void)
{
    for (;;) {
        LONG seen = rundown;
        if ((seen & 1) != 0) {
            return FALSE;
        }
        if (InterlockedCompareExchange(&rundown, seen + 2, seen) == seen) {
            return TRUE;
        }
    }
}

void layer_leave(void)
{
    if (InterlockedExchangeAdd(&rundown, -2) - 2 == 1) {
        SetEvent(nobody_inside);
    }
}

static struct lower *find_lower(DWORD chain_id)
{
    for (DWORD i = 0; i < lower_count; i++) {
        if (lowers[i].chain_id == chain_id) {
            return &lowers[i];
        }
    }
    return NULL;
}

const struct lower *layer_enter(const WSAPROTOCOL_INFOW *chain, LPINT error)
{
    if (!count_in()) {
        layer_fail(error, WSANOTINITIALISED);
        return NULL;
    }
    const struct lower *lower =
        chain == NULL ? NULL : find_lower(chain->dwCatalogEntryId);
    return lower == NULL ? &lowers[0] : lower;
}

const struct lower *layer_next(const struct lower *lower)
{
    return lower + 1 < lowers + lower_count ? lower + 1 : NULL;
}

/* ---- The next provider ---- */

static WSAPROTOCOL_INFOW *enum_catalog(int *count)
{
    DWORD size = 0;
    int error = 0;
    WSCEnumProtocols(NULL, NULL, &size, &error);
    for (;;) {
        WSAPROTOCOL_INFOW *all = HeapAlloc(layer.heap, 0, size);
        if (all == NULL) {
            return NULL;
        }
        *count = WSCEnumProtocols(NULL, all, &size, &error);
        if (*count != SOCKET_ERROR) {
            return all;
        }
        HeapFree(layer.heap, 0, all);
        if (error != WSAENOBUFS) {
            return NULL;
        }
        /* It has grown since its size was asked for: again with more. */
    }
}

static const WSAPROTOCOL_INFOW *find_entry(
    const WSAPROTOCOL_INFOW *all,
    int count,
    DWORD id)
{
    for (int i = 0; i < count; i++) {
        if (all[i].dwCatalogEntryId == id) {
            return &all[i];
        }
    }
    return NULL;
}

/* The expanded path that a provider is installed under. */
static BOOL get_path(const GUID *id, WCHAR *path)
{
    WCHAR stored[PATH_MAX_CHARS];
    GUID key = *id;
    int length = PATH_MAX_CHARS;
    int error = 0;
    if (layer.upcalls.lpWPUGetProviderPath(&key, stored, &length, &error) !=
        0) {
        return FALSE;
    }
    DWORD needed = ExpandEnvironmentStringsW(stored, path, PATH_MAX_CHARS);
    return needed != 0 && needed <= PATH_MAX_CHARS;
}

/* Whether a catalog entry is this DLL. */
static BOOL is_own(const WSAPROTOCOL_INFOW *entry)
{
    WCHAR path[PATH_MAX_CHARS];
    WCHAR own[PATH_MAX_CHARS];
    if (!get_path(&entry->ProviderId, path) ||
        GetModuleFileNameW(layer.module, own, PATH_MAX_CHARS) == 0) {
        return FALSE;
    }
    int i = 0;
    while (own[i] != 0 && own[i] == path[i]) {
        i++;
    }
    return own[i] == path[i];
}

/* Finds this layer in the chain, and the entry after it. A layer is shown the
 * chain, a base its own entry. Fills all but the library and the table. */
static BOOL find_next(
    const WSAPROTOCOL_INFOW *chain,
    struct lower *lower,
    GUID *id)
{
    int count = 0;
    WSAPROTOCOL_INFOW *all = enum_catalog(&count);
    if (all == NULL) {
        return FALSE;
    }
    BOOL found = FALSE;
    const WSAPROTOCOLCHAIN *entries = &chain->ProtocolChain;
    for (int i = 0; !found && i + 1 < entries->ChainLen; i++) {
        const WSAPROTOCOL_INFOW *entry =
            find_entry(all, count, entries->ChainEntries[i]);
        const WSAPROTOCOL_INFOW *next =
            find_entry(all, count, entries->ChainEntries[i + 1]);
        if (entry == NULL || next == NULL || !is_own(entry)) {
            continue;
        }
        lower->chain_id = chain->dwCatalogEntryId;
        lower->own_id =
            i == 0 ? chain->dwCatalogEntryId : entry->dwCatalogEntryId;
        lower->chain = *chain;
        lower->info =
            next->ProtocolChain.ChainLen == BASE_PROTOCOL ? *next : *chain;
        *id = next->ProviderId;
        found = TRUE;
    }
    HeapFree(layer.heap, 0, all);
    return found;
}

static BOOL is_complete(const WSPPROC_TABLE *table)
{
    FARPROC entries[sizeof *table / sizeof(FARPROC)];
    memcpy(entries, table, sizeof entries);
    for (unsigned i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        if (entries[i] == NULL) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Loads and starts the next provider of a chain. WSPStartup reports its errors
 * as positive codes. Nothing is held when this fails. */
static int start_lower(const WSAPROTOCOL_INFOW *chain)
{
    WCHAR path[PATH_MAX_CHARS];
    GUID id;
    if (lower_count == LOWERS_MAX) {
        return WSAEPROVIDERFAILEDINIT;
    }
    struct lower *lower = &lowers[lower_count];
    if (!find_next(chain, lower, &id) || !get_path(&id, path)) {
        return WSAEPROVIDERFAILEDINIT;
    }
    lower->library = LoadLibraryW(path);
    if (lower->library == NULL) {
        return WSAEPROVIDERFAILEDINIT;
    }
    int result = WSAEPROVIDERFAILEDINIT;
    WSPDATA data = { 0 };
    WSAPROTOCOL_INFOW info = lower->info;
    LPWSPSTARTUP startup =
        (LPWSPSTARTUP)(void *)GetProcAddress(lower->library, "WSPStartup");
    if (startup == NULL) {
        goto free_library;
    }
    result =
        startup(MAKEWORD(2, 2), &data, &info, layer.upcalls, &lower->table);
    if (result != 0) {
        goto free_library;
    }
    if (!is_complete(&lower->table) || data.wVersion != MAKEWORD(2, 2)) {
        int error = 0;
        if (lower->table.lpWSPCleanup != NULL) {
            lower->table.lpWSPCleanup(&error);
        }
        result = WSAEPROVIDERFAILEDINIT;
        goto free_library;
    }
    lower_count++;
    return 0;

free_library:
    FreeLibrary(lower->library);
    return result;
}

static void clean_lowers(void)
{
    while (lower_count > 0) {
        struct lower *lower = &lowers[lower_count - 1];
        int error = 0;
        lower->table.lpWSPCleanup(&error);
        FreeLibrary(lower->library);
        lower_count--;
    }
}

/* ---- Start and cleanup ---- */

static BOOL make_own(void)
{
    layer.heap = HeapCreate(0, 0, 0);
    if (layer.heap == NULL) {
        return FALSE;
    }
    nobody_inside = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (nobody_inside == NULL) {
        HeapDestroy(layer.heap);
        layer.heap = NULL;
        return FALSE;
    }
    rundown = 0;
    return TRUE;
}

static void free_own(void)
{
    CloseHandle(nobody_inside);
    nobody_inside = NULL;
    HeapDestroy(layer.heap);
    layer.heap = NULL;
}

static void clean_up(void)
{
    BOOL must_wait = InterlockedOr(&rundown, 1) != 0;
    operation_drop_all();
    socket_close_all();
    if (must_wait) {
        WaitForSingleObject(nobody_inside, INFINITE);
        socket_close_all(); /* what a call inside has opened meanwhile */
    }
    operation_stop();
    clean_lowers();
    operation_free_all();
    free_own();
}

static int WSPAPI layer_WSPCleanup(LPINT lpErrno)
{
    EnterCriticalSection(&layer.starts);
    if (start_count == 0) {
        LeaveCriticalSection(&layer.starts);
        return layer_fail(lpErrno, WSANOTINITIALISED);
    }
    start_count--;
    if (start_count == 0) {
        clean_up();
    }
    LeaveCriticalSection(&layer.starts);
    return 0;
}

static const WSPPROC_TABLE layer_table = {
    .lpWSPAccept = layer_WSPAccept,
    .lpWSPAddressToString = layer_WSPAddressToString,
    .lpWSPAsyncSelect = layer_WSPAsyncSelect,
    .lpWSPBind = layer_WSPBind,
    .lpWSPCancelBlockingCall = layer_WSPCancelBlockingCall,
    .lpWSPCleanup = layer_WSPCleanup,
    .lpWSPCloseSocket = layer_WSPCloseSocket,
    .lpWSPConnect = layer_WSPConnect,
    .lpWSPDuplicateSocket = layer_WSPDuplicateSocket,
    .lpWSPEnumNetworkEvents = layer_WSPEnumNetworkEvents,
    .lpWSPEventSelect = layer_WSPEventSelect,
    .lpWSPGetOverlappedResult = layer_WSPGetOverlappedResult,
    .lpWSPGetPeerName = layer_WSPGetPeerName,
    .lpWSPGetSockName = layer_WSPGetSockName,
    .lpWSPGetSockOpt = layer_WSPGetSockOpt,
    .lpWSPGetQOSByName = layer_WSPGetQOSByName,
    .lpWSPIoctl = layer_WSPIoctl,
    .lpWSPJoinLeaf = layer_WSPJoinLeaf,
    .lpWSPListen = layer_WSPListen,
    .lpWSPRecv = layer_WSPRecv,
    .lpWSPRecvDisconnect = layer_WSPRecvDisconnect,
    .lpWSPRecvFrom = layer_WSPRecvFrom,
    .lpWSPSelect = layer_WSPSelect,
    .lpWSPSend = layer_WSPSend,
    .lpWSPSendDisconnect = layer_WSPSendDisconnect,
    .lpWSPSendTo = layer_WSPSendTo,
    .lpWSPSetSockOpt = layer_WSPSetSockOpt,
    .lpWSPShutdown = layer_WSPShutdown,
    .lpWSPSocket = layer_WSPSocket,
    .lpWSPStringToAddress = layer_WSPStringToAddress,
};

/* A start under the lock. Nothing has changed when it fails. */
static int start(const WSAPROTOCOL_INFOW *chain, const WSPUPCALLTABLE *table)
{
    BOOL is_first = start_count == 0;
    if (is_first && !make_own()) {
        return WSASYSNOTREADY;
    }
    layer.upcalls = *table; /* the latest table is the one to use */
    int result = 0;
    if (find_lower(chain->dwCatalogEntryId) == NULL) {
        result = start_lower(chain);
    }
    if (result != 0) {
        if (is_first) {
            free_own();
        }
        return result;
    }
    start_count++;
    return 0;
}

int WSPAPI WSPStartup(
    WORD wVersionRequested,
    LPWSPDATA lpWSPData,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    WSPUPCALLTABLE UpcallTable,
    LPWSPPROC_TABLE lpProcTable)
{
    if (lpWSPData == NULL || lpProcTable == NULL || lpProtocolInfo == NULL) {
        return WSAEFAULT;
    }
    if (LOBYTE(wVersionRequested) < 2 ||
        (LOBYTE(wVersionRequested) == 2 && HIBYTE(wVersionRequested) < 2)) {
        return WSAVERNOTSUPPORTED;
    }
    EnterCriticalSection(&layer.starts);
    int result = start(lpProtocolInfo, &UpcallTable);
    LeaveCriticalSection(&layer.starts);
    if (result != 0) {
        return result;
    }
    memset(lpWSPData, 0, sizeof *lpWSPData);
    lpWSPData->wVersion = MAKEWORD(2, 2);
    lpWSPData->wHighVersion = MAKEWORD(2, 2);
    *lpProcTable = layer_table;
    return 0;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    if (reason == DLL_PROCESS_ATTACH) {
        layer.module = instance;
        InitializeCriticalSection(&layer.starts);
        InitializeCriticalSection(&layer.list);
    } else if (reason == DLL_PROCESS_DETACH && reserved == NULL) {
        /* FreeLibrary. At process exit nothing is to be freed. */
        DeleteCriticalSection(&layer.list);
        DeleteCriticalSection(&layer.starts);
    }
    return TRUE;
}
