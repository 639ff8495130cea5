/*
 * A layered provider that passes everything through: a correct one, to start
 * from. What it shows is the life cycle:
 *
 * - WSPStartup counts; the first start of a chain finds the next provider,
 *   loads and starts it, and undoes all of that when a step fails.
 * - Socket handles are those of the next provider, registered once more under
 *   the layer's own catalog id with WPUModifyIFSHandle.
 * - WSPCloseSocket gives up its own record of a socket only when the next
 *   provider has closed it: after WSAEWOULDBLOCK everything is as before.
 * - The last WSPCleanup shuts the door, closes what is open (which ends calls
 *   that wait below), waits until every call has come out, cleans the next
 *   provider up as often as it was started, and frees everything. WSPStartup
 *   works again at once, with or without an unload between.
 *
 * Two locks live as long as the DLL is loaded. `starts` is held over a whole
 * start or cleanup, so that a start waits for a cleanup under way. `list`
 * guards the sockets and is never held over a call of the next provider.
 */
#include "layer.h"

#define LOWERS_MAX     4
#define PATH_MAX_CHARS 260

struct socket_entry {
    struct socket_entry *next;
    SOCKET handle;
    struct lower *lower;
};

static HMODULE own_module;
static CRITICAL_SECTION starts;
static CRITICAL_SECTION list;

static DWORD start_count;
static WSPUPCALLTABLE upcalls;
static HANDLE heap;
static struct socket_entry *sockets;
static struct lower lowers[LOWERS_MAX];
static DWORD lower_count;

/* Rundown: bit 0 says that the door is shut, the rest counts calls in twos.
 * The last call out behind a shut door sets the event. */
static volatile LONG rundown;
static HANDLE nobody_inside;

static int fail(LPINT error, int code)
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

static struct socket_entry *find_socket(SOCKET s)
{
    struct socket_entry *entry = sockets;
    while (entry != NULL && entry->handle != s) {
        entry = entry->next;
    }
    return entry;
}

const struct lower *layer_enter(SOCKET s, LPINT error)
{
    if (!count_in()) {
        fail(error, WSANOTINITIALISED);
        return NULL;
    }
    const struct lower *lower = &lowers[0];
    if (s != INVALID_SOCKET && lower_count > 1) {
        EnterCriticalSection(&list);
        struct socket_entry *entry = find_socket(s);
        lower = entry == NULL ? NULL : entry->lower;
        LeaveCriticalSection(&list);
    }
    if (lower == NULL) {
        layer_leave();
        fail(error, WSAENOTSOCK);
    }
    return lower;
}

const struct lower *layer_next(const struct lower *lower)
{
    DWORD next = (DWORD)(lower - lowers) + 1;
    return next < lower_count ? &lowers[next] : NULL;
}

/* ---- The next provider ---- */

static WSAPROTOCOL_INFOW *enum_catalog(int *count)
{
    DWORD size = 0;
    int error = 0;
    WSCEnumProtocols(NULL, NULL, &size, &error);
    for (;;) {
        WSAPROTOCOL_INFOW *all = HeapAlloc(heap, 0, size);
        if (all == NULL) {
            return NULL;
        }
        *count = WSCEnumProtocols(NULL, all, &size, &error);
        if (*count != SOCKET_ERROR) {
            return all;
        }
        HeapFree(heap, 0, all);
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
    if (upcalls.lpWPUGetProviderPath(&key, stored, &length, &error) != 0) {
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
        GetModuleFileNameW(own_module, own, PATH_MAX_CHARS) == 0) {
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
        lower->info =
            next->ProtocolChain.ChainLen == BASE_PROTOCOL ? *next : *chain;
        *id = next->ProviderId;
        found = TRUE;
    }
    HeapFree(heap, 0, all);
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

static struct lower *find_lower(DWORD chain_id)
{
    for (DWORD i = 0; i < lower_count; i++) {
        if (lowers[i].chain_id == chain_id) {
            return &lowers[i];
        }
    }
    return NULL;
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
    result = startup(MAKEWORD(2, 2), &data, &info, upcalls, &lower->table);
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

/* ---- Sockets ---- */

/* Takes an entry out of the list. FALSE: the last cleanup has done so. */
static BOOL unlink_socket(const struct socket_entry *wanted)
{
    struct socket_entry **link = &sockets;
    while (*link != NULL && *link != wanted) {
        link = &(*link)->next;
    }
    BOOL is_listed = *link == wanted;
    if (is_listed) {
        *link = wanted->next;
    }
    return is_listed;
}

/* Lists a socket of the next provider and registers its handle for this layer.
 * Without that the socket below is closed again. */
static SOCKET adopt(struct socket_entry *entry, LPINT error)
{
    /* Listed before ws2_32 can send us a call on it. */
    EnterCriticalSection(&list);
    entry->next = sockets;
    sockets = entry;
    LeaveCriticalSection(&list);
    struct lower *lower = entry->lower;
    SOCKET handle = entry->handle;
    SOCKET result = upcalls.lpWPUModifyIFSHandle(lower->own_id, handle, error);
    if (result == INVALID_SOCKET) {
        int close_error = 0;
        lower->table.lpWSPCloseSocket(handle, &close_error);
        EnterCriticalSection(&list);
        BOOL is_ours = unlink_socket(entry);
        LeaveCriticalSection(&list);
        if (is_ours) {
            HeapFree(heap, 0, entry);
        }
    }
    return result;
}

static SOCKET WSPAPI layer_WSPAccept(
    SOCKET s,
    struct sockaddr *addr,
    LPINT addrlen,
    LPCONDITIONPROC lpfnCondition,
    DWORD_PTR dwCallbackData,
    LPINT lpErrno)
{
    const struct lower *lower = layer_enter(s, lpErrno);
    if (lower == NULL) {
        return INVALID_SOCKET;
    }
    SOCKET result = INVALID_SOCKET;
    struct socket_entry *entry = HeapAlloc(heap, 0, sizeof *entry);
    if (entry == NULL) {
        fail(lpErrno, WSAENOBUFS);
        goto leave;
    }
    entry->lower = &lowers[lower - lowers];
    entry->handle = lower->table.lpWSPAccept(
        s,
        addr,
        addrlen,
        lpfnCondition,
        dwCallbackData,
        lpErrno);
    if (entry->handle == INVALID_SOCKET) {
        HeapFree(heap, 0, entry);
    } else {
        result = adopt(entry, lpErrno);
    }

leave:
    layer_leave();
    return result;
}

static SOCKET WSPAPI layer_WSPSocket(
    int af,
    int type,
    int protocol,
    LPWSAPROTOCOL_INFOW lpProtocolInfo,
    GROUP g,
    DWORD dwFlags,
    LPINT lpErrno)
{
    if (!count_in()) {
        fail(lpErrno, WSANOTINITIALISED);
        return INVALID_SOCKET;
    }
    SOCKET result = INVALID_SOCKET;
    struct lower *lower = lpProtocolInfo == NULL
                              ? NULL
                              : find_lower(lpProtocolInfo->dwCatalogEntryId);
    if (lower == NULL) {
        lower = &lowers[0];
    }
    struct socket_entry *entry = HeapAlloc(heap, 0, sizeof *entry);
    if (entry == NULL) {
        fail(lpErrno, WSAENOBUFS);
        goto leave;
    }
    WSAPROTOCOL_INFOW info = lower->info;
    entry->lower = lower;
    entry->handle =
        lower->table
            .lpWSPSocket(af, type, protocol, &info, g, dwFlags, lpErrno);
    if (entry->handle == INVALID_SOCKET) {
        goto free_entry;
    }
    result = adopt(entry, lpErrno);
    goto leave;

free_entry:
    HeapFree(heap, 0, entry);
leave:
    layer_leave();
    return result;
}

static int WSPAPI layer_WSPCloseSocket(SOCKET s, LPINT lpErrno)
{
    if (!count_in()) {
        return fail(lpErrno, WSANOTINITIALISED);
    }
    EnterCriticalSection(&list);
    struct socket_entry *entry = find_socket(s);
    struct lower *lower = entry == NULL ? NULL : entry->lower;
    LeaveCriticalSection(&list);
    int result = SOCKET_ERROR;
    if (entry == NULL) {
        fail(lpErrno, WSAENOTSOCK);
    } else {
        result = lower->table.lpWSPCloseSocket(s, lpErrno);
    }
    if (result == 0) {
        /* By the entry, not by the value: that may be a new socket's. */
        EnterCriticalSection(&list);
        BOOL is_ours = unlink_socket(entry);
        LeaveCriticalSection(&list);
        if (is_ours) {
            HeapFree(heap, 0, entry);
        }
    }
    layer_leave();
    return result;
}

/* A close that would block is made to wait: calls that wait inside the next
 * provider end only with it. */
static void close_below(const struct socket_entry *entry)
{
    const WSPPROC_TABLE *table = &entry->lower->table;
    int error = 0;
    int result = table->lpWSPCloseSocket(entry->handle, &error);
    while (result != 0 && error == WSAEWOULDBLOCK) {
        u_long is_nonblocking = 0;
        DWORD returned = 0;
        /* It stays nonblocking while network events are registered. */
        table->lpWSPEventSelect(entry->handle, NULL, 0, &error);
        table->lpWSPIoctl(
            entry->handle,
            (DWORD)FIONBIO,
            &is_nonblocking,
            sizeof is_nonblocking,
            NULL,
            0,
            &returned,
            NULL,
            NULL,
            NULL,
            &error);
        result = table->lpWSPCloseSocket(entry->handle, &error);
    }
}

/* Closes what is open. The entries stay until the heap goes: a call that is
 * still inside may know one, and must not take a new one for it. */
static void close_all(void)
{
    for (;;) {
        EnterCriticalSection(&list);
        struct socket_entry *entry = sockets;
        if (entry != NULL) {
            sockets = entry->next;
        }
        LeaveCriticalSection(&list);
        if (entry == NULL) {
            return;
        }
        close_below(entry);
    }
}

/* ---- Start and cleanup ---- */

static BOOL make_own(void)
{
    heap = HeapCreate(0, 0, 0);
    if (heap == NULL) {
        return FALSE;
    }
    nobody_inside = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (nobody_inside == NULL) {
        HeapDestroy(heap);
        heap = NULL;
        return FALSE;
    }
    sockets = NULL;
    rundown = 0;
    return TRUE;
}

static void free_own(void)
{
    CloseHandle(nobody_inside);
    nobody_inside = NULL;
    HeapDestroy(heap);
    heap = NULL;
}

static int WSPAPI layer_WSPCleanup(LPINT lpErrno)
{
    EnterCriticalSection(&starts);
    if (start_count == 0) {
        LeaveCriticalSection(&starts);
        return fail(lpErrno, WSANOTINITIALISED);
    }
    start_count--;
    if (start_count == 0) {
        BOOL must_wait = InterlockedOr(&rundown, 1) != 0;
        close_all();
        if (must_wait) {
            WaitForSingleObject(nobody_inside, INFINITE);
            close_all(); /* what a call inside has opened meanwhile */
        }
        clean_lowers();
        free_own();
    }
    LeaveCriticalSection(&starts);
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
    upcalls = *table; /* the latest table is the one to use */
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
    EnterCriticalSection(&starts);
    int result = start(lpProtocolInfo, &UpcallTable);
    LeaveCriticalSection(&starts);
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
        own_module = instance;
        InitializeCriticalSection(&starts);
        InitializeCriticalSection(&list);
    } else if (reason == DLL_PROCESS_DETACH && reserved == NULL) {
        /* FreeLibrary. At process exit nothing is to be freed. */
        DeleteCriticalSection(&list);
        DeleteCriticalSection(&starts);
    }
    return TRUE;
}
