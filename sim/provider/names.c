/*
 * A name-space provider: a DLL that serves all name spaces of a world. Each has
 * a count of starts of its own, and a heap that lives from its first start to
 * its last cleanup. What is registered lies with a name server, for all
 * processes, and stays when they clean up. The server takes a while to answer.
 *
 * Locks: `starts` is held over a whole NSPStartup or NSPCleanup and by nobody
 * else. `list` guards the lookups and is never held over a call that waits.
 * Both live as long as the DLL is loaded.
 *
 * Source: documented. NSPStartup, NSPCleanup, NSPLookupServiceBegin, -Next and
 *         -End, NSPSetService (ws2spi.h). Errors go by SetLastError.
 *         Assumed: ANSWER_MS; the last cleanup ends lookups that are left
 *         open, and what waits in them gets WSA_E_CANCELLED (NS-8).
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"
#include "lastcall/nsp.h"

#include "sim/engine/thread.h"
#include "sim/provider/provider.h"
#include "sim/provider/rundown.h"
#include "sim/win32/win32.h"

enum {
    ANSWER_MS = 30
};

struct names_lookup {
    struct names_lookup *next;
    lc_handle cancelled; /* event: it has ended, or its name space has */
    uint32_t number;     /* from 1, of those that are open */
    uint32_t at;         /* the next service to look for */
    uint32_t users;      /* calls that hold it, plus 1 while it is listed */
    uint32_t zero;
};

struct names_space {
    lc_handle heap;
    struct sim_rundown rundown;
    struct names_lookup *lookups;
    uint32_t start_count;
    uint32_t zero;
};

struct names {
    struct lc_critical_section starts;
    struct lc_critical_section list;
    struct names_space spaces[LC_NAME_SPACES];
};

/* The name server's: a bit for each service that is registered. */
struct names_server {
    uint32_t services;
};

static struct names *names_globals(void)
{
    return sim_module_globals();
}

static struct names_server *names_server(void)
{
    return sim_module_shared();
}

static int fail(enum lc_wsa error)
{
    sim_thread_current()->last_error = (uint32_t)error;
    return LC_SOCKET_ERROR;
}

/* The name space of a GUID, or NULL. */
static struct names_space *find_space(const struct lc_guid *provider_id)
{
    for (uint32_t i = 0; provider_id != NULL && i < LC_NAME_SPACES; i++) {
        struct lc_guid own = lc_name_space_guid(i);
        if (memcmp(provider_id, &own, sizeof own) == 0) {
            return &names_globals()->spaces[i];
        }
    }
    return NULL;
}

static uint32_t index_of(const struct names_space *space)
{
    return (uint32_t)(space - names_globals()->spaces);
}

/* ---- Lookups ---- */

/* A handle says in which name space its lookup is. */
static lc_handle handle_of(
    const struct names_space *space,
    const struct names_lookup *lookup)
{
    return (
        lc_handle)(uintptr_t)(lookup->number * LC_NAME_SPACES + index_of(space));
}

static struct names_space *space_of(const void *handle)
{
    return &names_globals()->spaces[(uintptr_t)handle % LC_NAME_SPACES];
}

static void lookup_release(
    struct names_space *space,
    struct names_lookup *lookup)
{
    if (__atomic_sub_fetch(&lookup->users, 1, __ATOMIC_SEQ_CST) == 0) {
        (void)sim_win32_close_handle(lookup->cancelled);
        (void)sim_win32_heap_free(space->heap, 0, lookup);
    }
}

/* The link to a lookup, or to the end of the list. Under the list's lock. */
static struct names_lookup **find_link(
    struct names_space *space,
    const void *handle)
{
    struct names_lookup **link = &space->lookups;
    while (*link != NULL && handle_of(space, *link) != handle) {
        link = &(*link)->next;
    }
    return link;
}

/* The lowest number that no lookup has. Under the list's lock. */
static uint32_t free_number(struct names_space *space)
{
    struct names_lookup probe = { .number = 1 };
    while (*find_link(space, handle_of(space, &probe)) != NULL) {
        probe.number++;
    }
    return probe.number;
}

static int LC_ABI names_lookup_begin(
    struct lc_guid *provider_id,
    struct lc_wsaquerysetw *restrictions,
    void *service_class_info,
    uint32_t control_flags,
    lc_handle *ret_lookup)
{
    (void)service_class_info;
    (void)control_flags;
    struct names *names = names_globals();
    struct names_space *space = find_space(provider_id);
    if (space == NULL) {
        return fail(LC_WSAEINVAL);
    }
    if (restrictions == NULL || ret_lookup == NULL) {
        return fail(LC_WSAEFAULT);
    }
    if (!sim_rundown_enter(&space->rundown)) {
        return fail(LC_WSANOTINITIALISED);
    }
    int result = LC_SOCKET_ERROR;
    struct names_lookup *lookup =
        sim_win32_heap_alloc(space->heap, LC_HEAP_ZERO_MEMORY, sizeof *lookup);
    if (lookup == NULL) {
        result = fail(LC_WSA_NOT_ENOUGH_MEMORY);
        goto leave;
    }
    lookup->cancelled = sim_win32_create_event_a(NULL, 1, 0, NULL);
    if (lookup->cancelled == NULL) {
        (void)sim_win32_heap_free(space->heap, 0, lookup);
        result = fail(LC_WSA_NOT_ENOUGH_MEMORY);
        goto leave;
    }
    lookup->users = 1;
    sim_win32_enter_critical_section(&names->list);
    lookup->number = free_number(space);
    lookup->next = space->lookups;
    space->lookups = lookup;
    *ret_lookup = handle_of(space, lookup);
    sim_win32_leave_critical_section(&names->list);
    result = 0;

leave:
    sim_rundown_leave(&space->rundown);
    return result;
}

/* The service after those that the lookup has had, or LC_SERVICES. */
static uint32_t next_service(
    const struct names_space *space,
    struct names_lookup *lookup)
{
    struct names *names = names_globals();
    uint32_t first = index_of(space) * LC_SPACE_SERVICES;
    uint32_t found = LC_SERVICES;
    sim_win32_enter_critical_section(&names->list);
    while (lookup->at < LC_SPACE_SERVICES && found == LC_SERVICES) {
        uint32_t service = first + lookup->at;
        lookup->at++;
        if ((names_server()->services >> service & 1) != 0) {
            found = service;
        }
    }
    sim_win32_leave_critical_section(&names->list);
    return found;
}

/* A result: the name of the service lies behind the structure. */
static void fill(
    struct lc_wsaquerysetw *results,
    const struct names_space *space,
    uint32_t service)
{
    static const lc_wchar name[] = u"service ";
    lc_wchar *text = (lc_wchar *)(results + 1);
    memset(results, 0, sizeof *results);
    results->dwSize = sizeof *results;
    results->dwNameSpace = index_of(space) + 1;
    memcpy(text, name, sizeof name);
    text[LC_COUNT_OF(name) - 1] = (lc_wchar)(u'0' + service);
    text[LC_COUNT_OF(name)] = 0;
    results->lpszServiceInstanceName = text;
}

static int LC_ABI names_lookup_next(
    lc_handle handle,
    uint32_t control_flags,
    uint32_t *buffer_bytes,
    struct lc_wsaquerysetw *results)
{
    enum {
        NEEDED = sizeof *results + LC_SERVICE_NAME_CHARACTERS * sizeof(lc_wchar)
    };

    (void)control_flags;
    struct names *names = names_globals();
    struct names_space *space = space_of(handle);
    if (buffer_bytes == NULL || results == NULL || *buffer_bytes < NEEDED) {
        return fail(LC_WSAEFAULT);
    }
    if (!sim_rundown_enter(&space->rundown)) {
        return fail(LC_WSANOTINITIALISED);
    }
    sim_win32_enter_critical_section(&names->list);
    struct names_lookup *lookup = *find_link(space, handle);
    if (lookup != NULL) {
        __atomic_add_fetch(&lookup->users, 1, __ATOMIC_SEQ_CST);
    }
    sim_win32_leave_critical_section(&names->list);
    int result = 0;
    if (lookup == NULL) {
        result = fail(LC_WSA_INVALID_HANDLE);
        goto leave;
    }
    uint32_t wait =
        sim_win32_wait_for_single_object(lookup->cancelled, ANSWER_MS);
    if (wait != LC_WAIT_TIMEOUT) {
        result = fail(LC_WSA_E_CANCELLED);
    } else {
        uint32_t service = next_service(space, lookup);
        if (service == LC_SERVICES) {
            result = fail(LC_WSA_E_NO_MORE);
        } else {
            fill(results, space, service);
        }
    }
    lookup_release(space, lookup);

leave:
    sim_rundown_leave(&space->rundown);
    return result;
}

static int LC_ABI names_lookup_end(lc_handle handle)
{
    struct names *names = names_globals();
    struct names_space *space = space_of(handle);
    if (!sim_rundown_enter(&space->rundown)) {
        return fail(LC_WSANOTINITIALISED);
    }
    sim_win32_enter_critical_section(&names->list);
    struct names_lookup **link = find_link(space, handle);
    struct names_lookup *lookup = *link;
    if (lookup != NULL) {
        *link = lookup->next;
    }
    sim_win32_leave_critical_section(&names->list);
    int result = 0;
    if (lookup == NULL) {
        result = fail(LC_WSA_INVALID_HANDLE);
    } else {
        (void)sim_win32_set_event(lookup->cancelled);
        lookup_release(space, lookup);
    }
    sim_rundown_leave(&space->rundown);
    return result;
}

/* ---- Registrations ---- */

/* The service that a name says, or LC_SERVICES. */
static uint32_t service_of(const lc_wchar *name)
{
    uint32_t length = 0;
    while (name != NULL && length < LC_SERVICE_NAME_CHARACTERS &&
           name[length] != 0) {
        length++;
    }
    uint32_t number = length == 0 ? LC_SERVICES : name[length - 1] - u'0';
    return number < LC_SERVICES ? number : LC_SERVICES;
}

static int LC_ABI names_set_service(
    struct lc_guid *provider_id,
    void *service_class_info,
    struct lc_wsaquerysetw *registration,
    int operation,
    uint32_t control_flags)
{
    (void)service_class_info;
    (void)control_flags;
    struct names_space *space = find_space(provider_id);
    if (space == NULL) {
        return fail(LC_WSAEINVAL);
    }
    if (registration == NULL) {
        return fail(LC_WSAEFAULT);
    }
    if (!sim_rundown_enter(&space->rundown)) {
        return fail(LC_WSANOTINITIALISED);
    }
    uint32_t service = service_of(registration->lpszServiceInstanceName);
    uint32_t bit = 1U << service;
    int result = 0;
    if (service / LC_SPACE_SERVICES != index_of(space)) {
        result = fail(LC_WSAEINVAL);
    } else if (operation == LC_RNRSERVICE_REGISTER) {
        __atomic_fetch_or(&names_server()->services, bit, __ATOMIC_SEQ_CST);
    } else if (
        (__atomic_fetch_and(&names_server()->services, ~bit, __ATOMIC_SEQ_CST) &
         bit) == 0) {
        result = fail(LC_WSASERVICE_NOT_FOUND);
    }
    sim_rundown_leave(&space->rundown);
    return result;
}

/* ---- What it does not offer: NS-5 ---- */

static int LC_ABI
names_install_class(struct lc_guid *provider_id, void *service_class_info)
{
    (void)provider_id;
    (void)service_class_info;
    return fail(LC_WSAEOPNOTSUPP);
}

static int LC_ABI
names_remove_class(struct lc_guid *provider_id, struct lc_guid *class_id)
{
    (void)provider_id;
    (void)class_id;
    return fail(LC_WSAEOPNOTSUPP);
}

static int LC_ABI names_class_info(
    struct lc_guid *provider_id,
    uint32_t *buffer_bytes,
    void *service_class_info)
{
    (void)provider_id;
    (void)buffer_bytes;
    (void)service_class_info;
    return fail(LC_WSAEOPNOTSUPP);
}

static int LC_ABI names_ioctl(
    lc_handle lookup,
    uint32_t control_code,
    void *in_buffer,
    uint32_t in_buffer_bytes,
    void *out_buffer,
    uint32_t out_buffer_bytes,
    uint32_t *returned_bytes,
    void *completion,
    struct lc_wsathreadid *thread_id)
{
    (void)lookup;
    (void)control_code;
    (void)in_buffer;
    (void)in_buffer_bytes;
    (void)out_buffer;
    (void)out_buffer_bytes;
    (void)returned_bytes;
    (void)completion;
    (void)thread_id;
    return fail(LC_WSAEOPNOTSUPP);
}

/* ---- Start and cleanup ---- */

/* Nobody waits for the name server any more. */
static void cancel_all(struct names_space *space)
{
    struct names *names = names_globals();
    sim_win32_enter_critical_section(&names->list);
    for (struct names_lookup *lookup = space->lookups; lookup != NULL;
         lookup = lookup->next) {
        (void)sim_win32_set_event(lookup->cancelled);
    }
    sim_win32_leave_critical_section(&names->list);
}

/* Ends the lookups that are left open. Nobody is inside any more. */
static void end_all(struct names_space *space)
{
    while (space->lookups != NULL) {
        struct names_lookup *lookup = space->lookups;
        space->lookups = lookup->next;
        lookup_release(space, lookup);
    }
}

static int LC_ABI names_cleanup(struct lc_guid *provider_id)
{
    struct names *names = names_globals();
    struct names_space *space = find_space(provider_id);
    if (space == NULL) {
        return fail(LC_WSAEINVAL);
    }
    sim_win32_enter_critical_section(&names->starts);
    if (space->start_count == 0) {
        sim_win32_leave_critical_section(&names->starts);
        return fail(LC_WSAEINVAL);
    }
    space->start_count--;
    if (space->start_count == 0) {
        bool must_wait = sim_rundown_shut(&space->rundown);
        cancel_all(space);
        if (must_wait) {
            sim_rundown_wait(&space->rundown);
        }
        end_all(space);
        (void)sim_win32_heap_destroy(space->heap);
        (void)sim_win32_close_handle(space->rundown.empty);
        /* The door stays shut until the next start. */
        *space = (struct names_space){ .rundown = { .word = 1 } };
    }
    sim_win32_leave_critical_section(&names->starts);
    return 0;
}

/* Makes what a first start needs. Holds nothing when it fails. */
static bool first_start(struct names_space *space)
{
    space->heap = sim_win32_heap_create(0, 0, 0);
    if (space->heap == NULL) {
        return false;
    }
    space->rundown = (struct sim_rundown){
        .empty = sim_win32_create_event_a(NULL, 1, 0, NULL),
    };
    if (space->rundown.empty == NULL) {
        (void)sim_win32_heap_destroy(space->heap);
        *space = (struct names_space){ .rundown = { .word = 1 } };
        return false;
    }
    return true;
}

static const struct lc_nsp_routine routine_template = {
    .cbSize = sizeof(struct lc_nsp_routine),
    .dwMajorVersion = 2,
    .dwMinorVersion = 2,
    .NSPCleanup = names_cleanup,
    .NSPLookupServiceBegin = names_lookup_begin,
    .NSPLookupServiceNext = names_lookup_next,
    .NSPLookupServiceEnd = names_lookup_end,
    .NSPSetService = names_set_service,
    .NSPInstallServiceClass = names_install_class,
    .NSPRemoveServiceClass = names_remove_class,
    .NSPGetServiceClassInfo = names_class_info,
    .NSPIoctl = names_ioctl,
};

static int LC_ABI
names_startup(struct lc_guid *provider_id, struct lc_nsp_routine *ret_routine)
{
    struct names *names = names_globals();
    struct names_space *space = find_space(provider_id);
    if (space == NULL || ret_routine == NULL) {
        return fail(LC_WSAEINVAL);
    }
    sim_win32_enter_critical_section(&names->starts);
    if (space->start_count == 0 && !first_start(space)) {
        sim_win32_leave_critical_section(&names->starts);
        return fail(LC_WSA_NOT_ENOUGH_MEMORY);
    }
    space->start_count++;
    sim_win32_leave_critical_section(&names->starts);
    *ret_routine = routine_template;
    return 0;
}

static bool names_attach(uint32_t reason, bool process_ends)
{
    if (process_ends) {
        return true; /* whoever used what there is may be gone in the middle */
    }
    struct names *names = names_globals();
    if (reason == LC_DLL_PROCESS_ATTACH) {
        sim_win32_initialize_critical_section(&names->starts);
        sim_win32_initialize_critical_section(&names->list);
        for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
            names->spaces[i].rundown.word = 1; /* shut until a start */
        }
    } else if (reason == LC_DLL_PROCESS_DETACH) {
        sim_win32_delete_critical_section(&names->list);
        sim_win32_delete_critical_section(&names->starts);
    }
    return true;
}

static const struct sim_export names_exports[] = {
    { "NSPStartup", 1, (sim_code_fn *)names_startup },
};

const struct sim_module_class SIM_PROVIDER_NAME(sim_provider_names) = {
    .ops = &sim_module_builtin,
    .exports = names_exports,
    .is_quiet = true,
    .export_count = LC_COUNT_OF(names_exports),
    .globals_bytes = sizeof(struct names),
    .shared_bytes = sizeof(struct names_server),
    .attach = names_attach,
};
