/*
 * A layered provider with IFS handles that passes everything through. It
 * starts the next provider of its chain for each start of its own that needs
 * one, and at its last cleanup in a process it closes what is open, waits until
 * every call has come out, cleans the next provider up as often as it started
 * it, and gives its DLL back.
 *
 * Locks: `starts` is held over a whole WSPStartup or WSPCleanup; `list` guards
 * the sockets. Both live as long as the DLL is loaded.
 *
 * Source: documented. Layered providers and chains: the catalogue, 15.1 and
 *         LAYER-1 to LAYER-15; WPUModifyIFSHandle for handles of the next
 *         provider (HANDLE-12).
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/provider/lower.h"
#include "sim/provider/provider.h"
#include "sim/provider/rundown.h"
#include "sim/provider/version.h"
#include "sim/win32/win32.h"

enum {
    LOWERS_MAX = 4,
    PATH_CHARACTERS = 260
};

/* A next provider that was started. */
struct ifs_lower {
    uint32_t catalog_id; /* of its entry in the chain; 0: the place is free */
    uint32_t chain_id;   /* of the chain it was started for */
    uint32_t own_id;     /* the id this layer registers handles under */
    lc_handle library;
    struct lc_wspproc_table table;
    struct lc_wsaprotocol_infow info; /* what it is to be shown */
};

struct ifs_socket {
    struct ifs_socket *next;
    lc_socket handle;
    struct ifs_lower *lower;
};

struct ifs {
    struct lc_critical_section starts;
    struct lc_critical_section list;
    uint32_t start_count;
    uint32_t lower_count;
    lc_handle heap;
    struct sim_rundown rundown;
    struct lc_wspupcalltable upcalls;
    struct ifs_socket *sockets;
    struct ifs_lower lowers[LOWERS_MAX];
};

static struct ifs *ifs_globals(void)
{
    return sim_module_globals();
}

static int fail(int32_t *errno_out, enum lc_wsa error)
{
    if (errno_out != NULL) {
        *errno_out = (int32_t)error;
    }
    return LC_SOCKET_ERROR;
}

/* ---- The next provider ---- */

/* Fetches the whole catalog. The caller frees it. */
static struct lc_wsaprotocol_infow *enum_protocols(
    struct ifs *ifs,
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
            sim_win32_heap_alloc(ifs->heap, 0, size_bytes);
        if (all == NULL) {
            return NULL;
        }
        int count = enum_all(NULL, all, &size_bytes, &error);
        if (count >= 0) {
            *ret_count = (uint32_t)count;
            return all;
        }
        (void)sim_win32_heap_free(ifs->heap, 0, all);
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

/* Whether an entry is installed under this DLL's own path. */
static bool is_own(struct ifs *ifs, const struct lc_wsaprotocol_infow *entry)
{
    lc_wchar path[PATH_CHARACTERS];
    lc_wchar expanded[PATH_CHARACTERS];
    int32_t length = PATH_CHARACTERS;
    int32_t error = 0;
    struct lc_guid id = entry->ProviderId;
    if (ifs->upcalls.lpWPUGetProviderPath(&id, path, &length, &error) != 0) {
        return false;
    }
    (void)
        sim_win32_expand_environment_strings_w(path, expanded, PATH_CHARACTERS);
    const char *own = sim_module_path(sim_thread_module());
    uint32_t i = 0;
    while (own[i] != '\0' && expanded[i] == (unsigned char)own[i]) {
        i++;
    }
    return own[i] == '\0' && expanded[i] == 0;
}

/* Loads the DLL that a provider is installed under, or returns NULL. */
static lc_handle load_provider(struct ifs *ifs, struct lc_guid id)
{
    lc_wchar path[PATH_CHARACTERS];
    lc_wchar expanded[PATH_CHARACTERS];
    int32_t length = PATH_CHARACTERS;
    int32_t error = 0;
    if (ifs->upcalls.lpWPUGetProviderPath(&id, path, &length, &error) != 0) {
        return NULL;
    }
    (void)
        sim_win32_expand_environment_strings_w(path, expanded, PATH_CHARACTERS);
    return sim_win32_load_library_w(expanded);
}

/* Where this layer stands in a chain: LAYER-3 asks for the entry after it. */
static bool find_next(
    struct ifs *ifs,
    const struct lc_wsaprotocol_infow *chain,
    struct ifs_lower *ret_lower)
{
    uint32_t count = 0;
    struct lc_wsaprotocol_infow *all = enum_protocols(ifs, &count);
    if (all == NULL) {
        return false;
    }
    bool is_found = false;
    struct lc_guid next_id = { 0 };
    const struct lc_wsaprotocolchain *entries = &chain->ProtocolChain;
    for (int32_t i = 0; !is_found && i + 1 < entries->ChainLen &&
                        i + 1 < LC_MAX_PROTOCOL_CHAIN;
         i++) {
        const struct lc_wsaprotocol_infow *entry =
            find_entry(all, count, entries->ChainEntries[i]);
        const struct lc_wsaprotocol_infow *next =
            find_entry(all, count, entries->ChainEntries[i + 1]);
        if (entry == NULL || next == NULL || !is_own(ifs, entry)) {
            continue;
        }
        ret_lower->catalog_id = next->dwCatalogEntryId;
        ret_lower->chain_id = chain->dwCatalogEntryId;
        next_id = next->ProviderId;
        ret_lower->own_id =
            i == 0 ? chain->dwCatalogEntryId : entry->dwCatalogEntryId;
        /* LAYER-4: the chain to a layer, its own entry to a base. */
        bool is_base = next->ProtocolChain.ChainLen == LC_BASE_PROTOCOL;
        ret_lower->info = is_base ? *next : *chain;
        is_found = true;
    }
    (void)sim_win32_heap_free(ifs->heap, 0, all);
    if (!is_found) {
        return false;
    }
    ret_lower->library = load_provider(ifs, next_id);
    return ret_lower->library != NULL;
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

/* The next provider that was started for a chain, or NULL. */
static struct ifs_lower *lower_find(struct ifs *ifs, uint32_t chain_id)
{
    for (uint32_t i = 0; i < ifs->lower_count; i++) {
        if (ifs->lowers[i].chain_id == chain_id) {
            return &ifs->lowers[i];
        }
    }
    return NULL;
}

/* Loads and starts the next provider of a chain. Returns an error code, and
 * holds nothing then. */
static int lower_start(
    struct ifs *ifs,
    const struct lc_wsaprotocol_infow *chain)
{
    if (ifs->lower_count == LOWERS_MAX) {
        return LC_WSAEPROVIDERFAILEDINIT;
    }
    struct ifs_lower *lower = &ifs->lowers[ifs->lower_count];
    *lower = (struct ifs_lower){ 0 };
    if (!find_next(ifs, chain, lower)) {
        return LC_WSAEPROVIDERFAILEDINIT;
    }
    int result = LC_WSAEPROVIDERFAILEDINIT;
    lc_wsp_startup_fn *startup = (lc_wsp_startup_fn *)(uintptr_t)
        sim_win32_get_proc_address(lower->library, "WSPStartup");
    if (startup == NULL) {
        goto free_library;
    }
    struct lc_wspdata data;
    struct lc_wsaprotocol_infow info = lower->info;
    memset(&data, 0, sizeof data);
    result = startup(
        sim_provider_highest_version(),
        &data,
        &info,
        ifs->upcalls,
        &lower->table);
    if (result != 0) {
        goto free_library;
    }
    if (!is_complete(&lower->table) || !sim_provider_accepts(data.wVersion)) {
        int32_t error = 0;
        if (lower->table.lpWSPCleanup != NULL) {
            (void)lower->table.lpWSPCleanup(&error);
        }
        result = LC_WSAEPROVIDERFAILEDINIT;
        goto free_library;
    }
    ifs->lower_count++;
    return 0;

free_library:
    (void)sim_win32_free_library(lower->library);
    *lower = (struct ifs_lower){ 0 };
    return result;
}

/* Cleans up each next provider, as often as it was started: once. */
static void lower_clean_all(struct ifs *ifs)
{
    while (ifs->lower_count > 0) {
        struct ifs_lower *lower = &ifs->lowers[ifs->lower_count - 1];
        int32_t error = 0;
        (void)lower->table.lpWSPCleanup(&error);
        (void)sim_win32_free_library(lower->library);
        *lower = (struct ifs_lower){ 0 };
        ifs->lower_count--;
    }
}

/* The places of lowers come last: up to the last that holds anything, whether
 * it is in use or was left behind. */
static uint32_t ifs_used(const void *globals)
{
    static const unsigned char nothing[sizeof(struct ifs_lower)];
    const unsigned char *lowers =
        (const unsigned char *)globals + offsetof(struct ifs, lowers);
    uint32_t count = LOWERS_MAX;
    while (count > 0 && memcmp(
                            lowers + (count - 1) * sizeof nothing,
                            nothing,
                            sizeof nothing) == 0) {
        count--;
    }
    return (uint32_t)(offsetof(struct ifs, lowers) + count * sizeof nothing);
}

/* ---- Calls ---- */

/* Finds the next provider of a socket. */
static const struct ifs_lower *lower_of(struct ifs *ifs, lc_socket handle)
{
    if (ifs->lower_count == 1) {
        return &ifs->lowers[0]; /* there is no other */
    }
    const struct ifs_lower *lower = NULL;
    sim_win32_enter_critical_section(&ifs->list);
    for (const struct ifs_socket *socket = ifs->sockets;
         lower == NULL && socket != NULL;
         socket = socket->next) {
        lower = socket->handle == handle ? socket->lower : NULL;
    }
    sim_win32_leave_critical_section(&ifs->list);
    return lower;
}

/* Counts a call in. Its calls of the next provider come before that one's
 * cleanup, since the last cleanup waits for them. */
static bool call_open(
    lc_socket handle,
    const struct ifs_lower **ret_lower,
    int32_t *errno_out)
{
    struct ifs *ifs = ifs_globals();
    if (!sim_rundown_enter(&ifs->rundown)) {
        (void)fail(errno_out, LC_WSANOTINITIALISED);
        return false;
    }
    const struct ifs_lower *lower =
        handle == LC_INVALID_SOCKET ? &ifs->lowers[0] : lower_of(ifs, handle);
    if (lower == NULL) {
        sim_rundown_leave(&ifs->rundown);
        (void)fail(errno_out, LC_WSAENOTSOCK);
        return false;
    }
    *ret_lower = lower;
    return true;
}

static void call_close(void)
{
    sim_rundown_leave(&ifs_globals()->rundown);
}

static int LC_ABI ifs_address_to_string(
    struct lc_sockaddr *address,
    uint32_t address_length,
    struct lc_wsaprotocol_infow *protocol_info,
    lc_wchar *address_string,
    uint32_t *address_string_length,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(LC_INVALID_SOCKET, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    /* LAYER-6: the next provider sees what WSPSocket shows it. */
    struct lc_wsaprotocol_infow info = lower->info;
    int result = lower->table.lpWSPAddressToString(
        address,
        address_length,
        protocol_info == NULL ? NULL : &info,
        address_string,
        address_string_length,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_async_select(
    lc_socket socket,
    lc_handle window,
    uint32_t message,
    int32_t events,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result =
        lower->table
            .lpWSPAsyncSelect(socket, window, message, events, errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_bind(
    lc_socket socket,
    const struct lc_sockaddr *name,
    int32_t name_length,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPBind(socket, name, name_length, errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_connect(
    lc_socket socket,
    const struct lc_sockaddr *name,
    int32_t name_length,
    struct lc_wsabuf *caller_data,
    struct lc_wsabuf *callee_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPConnect(
        socket,
        name,
        name_length,
        caller_data,
        callee_data,
        socket_qos,
        group_qos,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_duplicate_socket(
    lc_socket socket,
    uint32_t process_id,
    struct lc_wsaprotocol_infow *protocol_info,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPDuplicateSocket(
        socket,
        process_id,
        protocol_info,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_enum_network_events(
    lc_socket socket,
    lc_handle event,
    struct lc_wsanetworkevents *network_events,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPEnumNetworkEvents(
        socket,
        event,
        network_events,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_event_select(
    lc_socket socket,
    lc_handle event,
    int32_t network_events,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result =
        lower->table.lpWSPEventSelect(socket, event, network_events, errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_get_overlapped_result(
    lc_socket socket,
    struct lc_wsaoverlapped *overlapped,
    uint32_t *transferred_bytes,
    int32_t wait,
    uint32_t *flags,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return 0; /* FALSE */
    }
    int result = lower->table.lpWSPGetOverlappedResult(
        socket,
        overlapped,
        transferred_bytes,
        wait,
        flags,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_get_peer_name(
    lc_socket socket,
    struct lc_sockaddr *name,
    int32_t *name_length,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result =
        lower->table.lpWSPGetPeerName(socket, name, name_length, errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_get_sock_name(
    lc_socket socket,
    struct lc_sockaddr *name,
    int32_t *name_length,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result =
        lower->table.lpWSPGetSockName(socket, name, name_length, errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_get_sock_opt(
    lc_socket socket,
    int32_t level,
    int32_t option_name,
    char *option_value,
    int32_t *option_length,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPGetSockOpt(
        socket,
        level,
        option_name,
        option_value,
        option_length,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_get_qos_by_name(
    lc_socket socket,
    struct lc_wsabuf *qos_name,
    struct lc_qos *qos,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return 0; /* FALSE */
    }
    int result =
        lower->table.lpWSPGetQOSByName(socket, qos_name, qos, errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_ioctl(
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
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPIoctl(
        socket,
        control_code,
        in_buffer,
        in_buffer_bytes,
        out_buffer,
        out_buffer_bytes,
        returned_bytes,
        overlapped,
        completion,
        thread_id,
        errno_out);
    call_close();
    return result;
}

static lc_socket LC_ABI ifs_join_leaf(
    lc_socket socket,
    const struct lc_sockaddr *name,
    int32_t name_length,
    struct lc_wsabuf *caller_data,
    struct lc_wsabuf *callee_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    uint32_t flags,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_INVALID_SOCKET;
    }
    lc_socket result = lower->table.lpWSPJoinLeaf(
        socket,
        name,
        name_length,
        caller_data,
        callee_data,
        socket_qos,
        group_qos,
        flags,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI
ifs_listen(lc_socket socket, int32_t backlog, int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPListen(socket, backlog, errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_recv(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *received_bytes,
    uint32_t *flags,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPRecv(
        socket,
        buffers,
        buffer_count,
        received_bytes,
        flags,
        overlapped,
        completion,
        thread_id,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_recv_disconnect(
    lc_socket socket,
    struct lc_wsabuf *inbound_data,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result =
        lower->table.lpWSPRecvDisconnect(socket, inbound_data, errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_recv_from(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *received_bytes,
    uint32_t *flags,
    struct lc_sockaddr *from,
    int32_t *from_length,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPRecvFrom(
        socket,
        buffers,
        buffer_count,
        received_bytes,
        flags,
        from,
        from_length,
        overlapped,
        completion,
        thread_id,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_send(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *sent_bytes,
    uint32_t flags,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPSend(
        socket,
        buffers,
        buffer_count,
        sent_bytes,
        flags,
        overlapped,
        completion,
        thread_id,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_send_disconnect(
    lc_socket socket,
    struct lc_wsabuf *outbound_data,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result =
        lower->table.lpWSPSendDisconnect(socket, outbound_data, errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_send_to(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *sent_bytes,
    uint32_t flags,
    const struct lc_sockaddr *to,
    int32_t to_length,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPSendTo(
        socket,
        buffers,
        buffer_count,
        sent_bytes,
        flags,
        to,
        to_length,
        overlapped,
        completion,
        thread_id,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_set_sock_opt(
    lc_socket socket,
    int32_t level,
    int32_t option_name,
    const char *option_value,
    int32_t option_length,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPSetSockOpt(
        socket,
        level,
        option_name,
        option_value,
        option_length,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI
ifs_shutdown(lc_socket socket, int32_t how, int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(socket, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPShutdown(socket, how, errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_cancel_blocking_call(int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(LC_INVALID_SOCKET, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    /* In which of them the thread waits is theirs to know. */
    const struct ifs *ifs = ifs_globals();
    int result = LC_SOCKET_ERROR;
    for (uint32_t i = 0; result != 0 && i < ifs->lower_count; i++) {
        result = ifs->lowers[i].table.lpWSPCancelBlockingCall(errno_out);
    }
    call_close();
    return result;
}

/* All sockets of a select are of one provider: the first stands for all. */
static lc_socket first_of(
    const struct lc_fd_set *read_set,
    const struct lc_fd_set *write_set,
    const struct lc_fd_set *except_set)
{
    const struct lc_fd_set *sets[] = { read_set, write_set, except_set };
    for (uint32_t i = 0; i < LC_COUNT_OF(sets); i++) {
        if (sets[i] != NULL && sets[i]->fd_count > 0) {
            return sets[i]->fd_array[0];
        }
    }
    return LC_INVALID_SOCKET;
}

static int LC_ABI ifs_select(
    int32_t ignored,
    struct lc_fd_set *read_set,
    struct lc_fd_set *write_set,
    struct lc_fd_set *except_set,
    const struct lc_timeval *timeout,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(
            first_of(read_set, write_set, except_set),
            &lower,
            errno_out)) {
        return LC_SOCKET_ERROR;
    }
    int result = lower->table.lpWSPSelect(
        ignored,
        read_set,
        write_set,
        except_set,
        timeout,
        errno_out);
    call_close();
    return result;
}

static int LC_ABI ifs_string_to_address(
    lc_wchar *address_string,
    int32_t family,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_sockaddr *address,
    int32_t *address_length,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(LC_INVALID_SOCKET, &lower, errno_out)) {
        return LC_SOCKET_ERROR;
    }
    /* LAYER-6: the next provider sees what WSPSocket shows it. */
    struct lc_wsaprotocol_infow info = lower->info;
    int result = lower->table.lpWSPStringToAddress(
        address_string,
        family,
        protocol_info == NULL ? NULL : &info,
        address,
        address_length,
        errno_out);
    call_close();
    return result;
}

/* ---- Sockets ---- */

/* Takes a socket's structure out of the list, by the structure: the value of
 * the handle may belong to a new socket by now. */
static void forget(struct ifs *ifs, struct ifs_socket *wanted)
{
    sim_win32_enter_critical_section(&ifs->list);
    struct ifs_socket **link = &ifs->sockets;
    while (*link != NULL && *link != wanted) {
        link = &(*link)->next;
    }
    bool is_listed = *link == wanted;
    if (is_listed) {
        *link = wanted->next;
    }
    sim_win32_leave_critical_section(&ifs->list);
    if (is_listed) {
        (void)sim_win32_heap_free(ifs->heap, 0, wanted);
    }
}

/* Lists a socket of the next provider and registers its handle for this layer.
 * Without that the socket below is closed again (HANDLE-17). */
static lc_socket adopt(
    struct ifs *ifs,
    struct ifs_socket *socket,
    int32_t *errno_out)
{
    /* Known before ws2_32 can route a call to it. */
    sim_win32_enter_critical_section(&ifs->list);
    socket->next = ifs->sockets;
    ifs->sockets = socket;
    sim_win32_leave_critical_section(&ifs->list);
    struct ifs_lower *lower = socket->lower;
    lc_socket handle = socket->handle;
    lc_socket result =
        ifs->upcalls.lpWPUModifyIFSHandle(lower->own_id, handle, errno_out);
    if (result == LC_INVALID_SOCKET) {
        int32_t error = 0;
        (void)lower->table.lpWSPCloseSocket(handle, &error);
        forget(ifs, socket);
    }
    return result;
}

static lc_socket LC_ABI ifs_accept(
    lc_socket listener,
    struct lc_sockaddr *address,
    int32_t *address_length,
    lc_condition_fn *condition,
    uintptr_t callback_data,
    int32_t *errno_out)
{
    const struct ifs_lower *lower;
    if (!call_open(listener, &lower, errno_out)) {
        return LC_INVALID_SOCKET;
    }
    struct ifs *ifs = ifs_globals();
    lc_socket result = LC_INVALID_SOCKET;
    struct ifs_socket *socket =
        sim_win32_heap_alloc(ifs->heap, LC_HEAP_ZERO_MEMORY, sizeof *socket);
    if (socket == NULL) {
        (void)fail(errno_out, LC_WSAENOBUFS);
        goto leave;
    }
    socket->handle = lower->table.lpWSPAccept(
        listener,
        address,
        address_length,
        condition,
        callback_data,
        errno_out);
    socket->lower = &ifs->lowers[lower - ifs->lowers];
    if (socket->handle == LC_INVALID_SOCKET) {
        (void)sim_win32_heap_free(ifs->heap, 0, socket);
    } else {
        result = adopt(ifs, socket, errno_out);
    }

leave:
    call_close();
    return result;
}

static lc_socket LC_ABI ifs_socket(
    int32_t family,
    int32_t type,
    int32_t protocol,
    struct lc_wsaprotocol_infow *protocol_info,
    uint32_t group,
    uint32_t flags,
    int32_t *errno_out)
{
    struct ifs *ifs = ifs_globals();
    if (!sim_rundown_enter(&ifs->rundown)) {
        (void)fail(errno_out, LC_WSANOTINITIALISED);
        return LC_INVALID_SOCKET;
    }
    lc_socket result = LC_INVALID_SOCKET;
    struct ifs_lower *lower =
        protocol_info == NULL
            ? NULL
            : lower_find(ifs, protocol_info->dwCatalogEntryId);
    if (lower == NULL) {
        lower = &ifs->lowers[0];
    }
    struct ifs_socket *socket =
        sim_win32_heap_alloc(ifs->heap, LC_HEAP_ZERO_MEMORY, sizeof *socket);
    if (socket == NULL) {
        (void)fail(errno_out, LC_WSAENOBUFS);
        goto leave;
    }
    struct lc_wsaprotocol_infow info = lower->info;
    lc_socket handle = lower->table.lpWSPSocket(
        family,
        type,
        protocol,
        &info,
        group,
        flags,
        errno_out);
    if (handle == LC_INVALID_SOCKET) {
        goto free_socket;
    }
    socket->handle = handle;
    socket->lower = lower;
    result = adopt(ifs, socket, errno_out);
    goto leave;

free_socket:
    (void)sim_win32_heap_free(ifs->heap, 0, socket);
leave:
    sim_rundown_leave(&ifs->rundown);
    return result;
}

static int LC_ABI ifs_close_socket(lc_socket handle, int32_t *errno_out)
{
    struct ifs *ifs = ifs_globals();
    if (!sim_rundown_enter(&ifs->rundown)) {
        return fail(errno_out, LC_WSANOTINITIALISED);
    }
    int result = LC_SOCKET_ERROR;
    sim_win32_enter_critical_section(&ifs->list);
    struct ifs_socket *socket = ifs->sockets;
    while (socket != NULL && socket->handle != handle) {
        socket = socket->next;
    }
    struct ifs_lower *lower = socket == NULL ? NULL : socket->lower;
    sim_win32_leave_critical_section(&ifs->list);
    if (socket == NULL) {
        (void)fail(errno_out, LC_WSAENOTSOCK);
    } else {
        result = lower->table.lpWSPCloseSocket(handle, errno_out);
        if (result == 0) {
            forget(ifs, socket);
        }
    }
    sim_rundown_leave(&ifs->rundown);
    return result;
}

/* Closes what is still open, as closesocket would. Ends calls that wait in the
 * next provider. */
static void close_all(struct ifs *ifs)
{
    for (;;) {
        sim_win32_enter_critical_section(&ifs->list);
        struct ifs_socket *socket = ifs->sockets;
        if (socket != NULL) {
            ifs->sockets = socket->next;
        }
        sim_win32_leave_critical_section(&ifs->list);
        if (socket == NULL) {
            return;
        }
        sim_lower_close(&socket->lower->table, socket->handle);
        (void)sim_win32_heap_free(ifs->heap, 0, socket);
    }
}

/* ---- Start and cleanup ---- */

static void free_own(struct ifs *ifs)
{
    (void)sim_win32_close_handle(ifs->rundown.empty);
    (void)sim_win32_heap_destroy(ifs->heap);
    ifs->heap = NULL;
    ifs->rundown = (struct sim_rundown){ 0 };
}

static int LC_ABI ifs_cleanup(int32_t *errno_out)
{
    struct ifs *ifs = ifs_globals();
    sim_win32_enter_critical_section(&ifs->starts);
    if (ifs->start_count == 0) {
        sim_win32_leave_critical_section(&ifs->starts);
        return fail(errno_out, LC_WSANOTINITIALISED);
    }
    ifs->start_count--;
    if (ifs->start_count == 0) {
        bool must_wait = sim_rundown_shut(&ifs->rundown);
        close_all(ifs);
        if (must_wait) {
            sim_rundown_wait(&ifs->rundown);
            close_all(ifs); /* what a call inside has opened meanwhile */
        }
        lower_clean_all(ifs);
        free_own(ifs);
    }
    sim_win32_leave_critical_section(&ifs->starts);
    return 0;
}

static const struct lc_wspproc_table proc_table_template = {
    .lpWSPAccept = ifs_accept,
    .lpWSPAddressToString = ifs_address_to_string,
    .lpWSPAsyncSelect = ifs_async_select,
    .lpWSPBind = ifs_bind,
    .lpWSPCancelBlockingCall = ifs_cancel_blocking_call,
    .lpWSPCleanup = ifs_cleanup,
    .lpWSPCloseSocket = ifs_close_socket,
    .lpWSPConnect = ifs_connect,
    .lpWSPDuplicateSocket = ifs_duplicate_socket,
    .lpWSPEnumNetworkEvents = ifs_enum_network_events,
    .lpWSPEventSelect = ifs_event_select,
    .lpWSPGetOverlappedResult = ifs_get_overlapped_result,
    .lpWSPGetPeerName = ifs_get_peer_name,
    .lpWSPGetSockName = ifs_get_sock_name,
    .lpWSPGetSockOpt = ifs_get_sock_opt,
    .lpWSPGetQOSByName = ifs_get_qos_by_name,
    .lpWSPIoctl = ifs_ioctl,
    .lpWSPJoinLeaf = ifs_join_leaf,
    .lpWSPListen = ifs_listen,
    .lpWSPRecv = ifs_recv,
    .lpWSPRecvDisconnect = ifs_recv_disconnect,
    .lpWSPRecvFrom = ifs_recv_from,
    .lpWSPSelect = ifs_select,
    .lpWSPSend = ifs_send,
    .lpWSPSendDisconnect = ifs_send_disconnect,
    .lpWSPSendTo = ifs_send_to,
    .lpWSPSetSockOpt = ifs_set_sock_opt,
    .lpWSPShutdown = ifs_shutdown,
    .lpWSPSocket = ifs_socket,
    .lpWSPStringToAddress = ifs_string_to_address,
};

static bool first_start(struct ifs *ifs)
{
    ifs->heap = sim_win32_heap_create(0, 0, 0);
    if (ifs->heap == NULL) {
        return false;
    }
    ifs->rundown = (struct sim_rundown){
        .empty = sim_win32_create_event_a(NULL, 1, 0, NULL),
    };
    if (ifs->rundown.empty == NULL) {
        (void)sim_win32_heap_destroy(ifs->heap);
        ifs->heap = NULL;
        return false;
    }
    return true;
}

/* A start under the lock. Returns an error code; nothing has changed then. */
static int start(
    struct ifs *ifs,
    const struct lc_wsaprotocol_infow *chain,
    const struct lc_wspupcalltable *upcalls)
{
    bool is_first = ifs->start_count == 0;
    if (is_first && !first_start(ifs)) {
        return LC_WSASYSNOTREADY;
    }
    ifs->upcalls = *upcalls;
    int result = 0;
    if (lower_find(ifs, chain->dwCatalogEntryId) == NULL) {
        result = lower_start(ifs, chain);
    }
    if (result != 0) {
        if (is_first) {
            free_own(ifs);
        }
        return result;
    }
    ifs->start_count++;
    return 0;
}

static int LC_ABI ifs_startup(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_wspupcalltable upcalls,
    struct lc_wspproc_table *proc_table)
{
    struct ifs *ifs = ifs_globals();
    if (data == NULL || proc_table == NULL || protocol_info == NULL) {
        return LC_WSAEFAULT;
    }
    uint16_t version;
    if (!sim_provider_negotiate(version_requested, &version)) {
        return LC_WSAVERNOTSUPPORTED;
    }
    sim_win32_enter_critical_section(&ifs->starts);
    int result = start(ifs, protocol_info, &upcalls);
    sim_win32_leave_critical_section(&ifs->starts);
    if (result != 0) {
        return result;
    }
    memset(data, 0, sizeof *data);
    data->wVersion = version;
    data->wHighVersion = sim_provider_highest_version();
    memcpy(data->szDescription, u"Lastcall layer", sizeof u"Lastcall layer");
    *proc_table = proc_table_template;
    return 0;
}

static bool ifs_attach(uint32_t reason, bool process_ends)
{
    if (process_ends) {
        return true; /* whoever used what there is may be gone in the middle */
    }
    struct ifs *ifs = ifs_globals();
    if (reason == LC_DLL_PROCESS_ATTACH) {
        sim_win32_initialize_critical_section(&ifs->starts);
        sim_win32_initialize_critical_section(&ifs->list);
    } else if (reason == LC_DLL_PROCESS_DETACH) {
        sim_win32_delete_critical_section(&ifs->list);
        sim_win32_delete_critical_section(&ifs->starts);
    }
    return true;
}

static const struct sim_export ifs_exports[] = {
    { "WSPStartup", 1, (sim_code_fn *)ifs_startup },
};

const struct sim_module_class SIM_PROVIDER_NAME(sim_provider_ifs) = {
    .ops = &sim_module_builtin,
    .exports = ifs_exports,
    .is_quiet = true,
    .export_count = LC_COUNT_OF(ifs_exports),
    .globals_bytes = sizeof(struct ifs),
    .globals_used = ifs_used,
    .attach = ifs_attach,
};
