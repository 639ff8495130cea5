#include "sim/ws2_32/names.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/module.h"
#include "sim/engine/snapshot.h"
#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/engine/whole.h"
#include "sim/win32/win32.h"
#include "sim/ws2_32/state.h"

enum {
    LOOKUPS_MAX = 16, /* of a process at once */
    ALL_SPACES = (1U << LC_NAME_SPACES) - 1
};

static const char names_path[] = "C:\\Windows\\system32\\names.dll";

/* A name space in a process. */
struct space {
    uint32_t is_started;
    uint32_t inside; /* calls that are in the provider now */
    lc_handle library;
    struct lc_nsp_routine routine;
};

/* A lookup of an application: its handle is its place, from 1. */
struct lookup {
    uint8_t is_used;
    uint8_t is_ended; /* no more calls; it goes when the last has come out */
    uint8_t begun;    /* bit per name space that it is in */
    uint8_t through;  /* ... and that has no more */
    uint32_t users;   /* calls of the application on it */
    uint64_t handles[LC_NAME_SPACES]; /* of the providers */
};

/* What a process sees of the list of name spaces: a bit for each. */
struct view {
    uint8_t is_taken;
    uint8_t installed;
    uint8_t enabled;
    uint8_t zero[5];
};

struct process_names {
    struct view view;
    struct space spaces[LC_NAME_SPACES];
    struct lookup lookups[LOOKUPS_MAX];
};

struct sim_names {
    uint8_t has_names;
    uint8_t installed;
    uint8_t enabled;
    uint8_t zero;
    uint32_t process_count;
    struct process_names processes[LC_PROCESSES_MAX];
};

#define SIM_NAMES ((struct sim_names *)sim_arena_part(SIM_PART_NAMES))

static struct process_names *process_names(void)
{
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    return &SIM_NAMES->processes[process];
}

/* Nothing is used in a world without name spaces. */
static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    const struct sim_names *names = SIM_NAMES;
    ret_ranges[0].offset_bytes = 0;
    uint32_t bytes = offsetof(struct sim_names, processes);
    if (names->has_names != 0) {
        bytes += names->process_count * (uint32_t)sizeof names->processes[0];
    }
    ret_ranges[0].size_bytes = bytes;
    return 1;
}

static void key_of_part(struct sim_hash *hash)
{
    struct sim_range ranges[SIM_PART_RANGES_MAX];
    (void)used_ranges(ranges);
    sim_hash_add(hash, SIM_NAMES, ranges[0].size_bytes);
}

/* What is started belongs to a process that is, and lookups that nobody has are
 * used by nobody. */
static void check_whole(void)
{
    const struct sim_names *names = SIM_NAMES;
    for (uint32_t i = 0; names->has_names != 0 && i < LC_PROCESSES_MAX; i++) {
        const struct process_names *process = &names->processes[i];
        const struct sim_ws2_process *owner = &SIM_WS2_32->processes[i];
        for (uint32_t k = 0; k < LC_NAME_SPACES; k++) {
            const struct space *space = &process->spaces[k];
            LC_CHECK(space->inside <= SIM_THREADS_MAX);
            LC_CHECK_IF(space->is_started != 0, space->library != NULL);
            LC_CHECK_IF(
                space->is_started != 0 && owner->startup_count == 0,
                owner->lock_owner != 0);
        }
        for (uint32_t k = 0; k < LOOKUPS_MAX; k++) {
            const struct lookup *lookup = &process->lookups[k];
            LC_CHECK(lookup->users <= SIM_THREADS_MAX);
            LC_CHECK_IF(!lookup->is_used, lookup->users == 0);
            LC_CHECK_IF(lookup->is_ended != 0, lookup->users > 0);
        }
    }
}

void sim_names_open(void)
{
    sim_whole_add(check_whole);
    sim_arena_part_declare(SIM_PART_NAMES, sizeof(struct sim_names));
    sim_arena_part_set_used(SIM_PART_NAMES, used_ranges);
    sim_snapshot_set_key(SIM_PART_NAMES, key_of_part);
}

void sim_names_begin(bool has_names, uint32_t process_count)
{
    struct sim_names *names = SIM_NAMES;
    names->has_names = has_names;
    names->installed = has_names ? ALL_SPACES : 0;
    names->enabled = has_names ? ALL_SPACES : 0;
    names->process_count = process_count;
    sim_module_set_path(LC_MODULE_NAMES, has_names ? names_path : NULL);
}

/* ---- What is installed ---- */

/* Before its first start a process sees what the machine has. */
static struct view view_of(const struct process_names *process)
{
    if (SIM_NAMES->has_names == 0 || process->view.is_taken) {
        return process->view;
    }
    return (struct view){
        .installed = SIM_NAMES->installed,
        .enabled = SIM_NAMES->enabled,
    };
}

void sim_names_look(void)
{
    if (SIM_NAMES->has_names != 0) {
        process_names()->view = (struct view){
            .is_taken = 1,
            .installed = SIM_NAMES->installed,
            .enabled = SIM_NAMES->enabled,
        };
    }
}

uint32_t sim_names_count(uint32_t *ret_active)
{
    struct view view = view_of(process_names());
    uint32_t active = (uint32_t)view.installed & view.enabled;
    *ret_active = (uint32_t)__builtin_popcount(active);
    return (uint32_t)__builtin_popcount(view.installed);
}

enum lc_wsa sim_names_change(uint32_t space, uint32_t change)
{
    struct sim_names *names = SIM_NAMES;
    uint8_t bit = (uint8_t)(1U << space);
    LC_CHECK(space < LC_NAME_SPACES);
    sim_thread_yield((struct lc_place){
        .kind = LC_PLACE_SHIM,
        .function = LC_SHIM_CATALOG,
        .module = LC_MODULE_WS2_32,
    });
    bool is_there = (names->installed & bit) != 0;
    if (names->has_names == 0 || is_there == (change == LC_NAMES_INSTALL)) {
        return LC_WSAEINVAL;
    }
    switch ((enum lc_names_change)change) {
    case LC_NAMES_INSTALL:
        names->installed |= bit;
        names->enabled |= bit;
        break;
    case LC_NAMES_REMOVE:
        names->installed &= (uint8_t)~bit;
        break;
    case LC_NAMES_ENABLE:
        names->enabled |= bit;
        break;
    case LC_NAMES_DISABLE:
    case LC_NAMES_CHANGE_COUNT:
        names->enabled &= (uint8_t)~bit;
        break;
    }
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_NAMES,
        .function = (uint16_t)change,
        .caller = LC_MODULE_WS2_32,
        .callee = LC_MODULE_NAMES,
        .a = space + 1,
    });
    return LC_WSA_OK;
}

/* ---- Crossing into the provider ---- */

/* What the record of a call says behind the name space. */
struct arguments {
    int64_t b;
    int64_t c;
};

static struct lc_record begin_call(
    uint32_t index,
    enum lc_nsp function,
    struct arguments arguments)
{
    struct lc_record record = {
        .kind = LC_RECORD_NSP_CALL,
        .function = (uint16_t)function,
        .caller = LC_MODULE_WS2_32,
        .callee = LC_MODULE_NAMES,
        .a = index + 1,
        .b = arguments.b,
        .c = arguments.c,
    };
    sim_trace_write(record);
    sim_thread_enter(LC_MODULE_NAMES, SIM_FRAME_NSP, function);
    return record;
}

/* Returns the error of a failure. */
static enum lc_wsa end_call(struct lc_record record, int result, int64_t amount)
{
    enum lc_wsa error =
        result == 0 ? LC_WSA_OK : (enum lc_wsa)sim_thread_current()->last_error;
    sim_thread_leave();
    record.kind = LC_RECORD_NSP_RETURN;
    record.c = record.a;
    record.a = result;
    record.b = (int64_t)error;
    record.d = amount;
    sim_trace_write(record);
    sim_thread_yield((struct lc_place){
        .kind = LC_PLACE_NSP_LEAVE,
        .function = (uint8_t)record.function,
        .module = LC_MODULE_NAMES,
    });
    if (result != 0 && error == LC_WSA_OK) {
        return LC_WSASYSCALLFAILURE; /* a failure that names no error */
    }
    return error;
}

static void yield_before(enum lc_nsp function)
{
    sim_thread_yield((struct lc_place){
        .kind = LC_PLACE_NSP_ENTER,
        .function = (uint8_t)function,
        .module = LC_MODULE_NAMES,
    });
}

/* A call of an application that goes into name spaces: in the life of the
 * process that it began in. */
struct way {
    const struct sim_ws2_process *process;
    struct process_names *names;
    uint32_t life;
};

static bool way_open(struct way *way)
{
    way->process = sim_ws2_process();
    way->names = process_names();
    way->life = way->process->life;
    return way->process->startup_count > 0;
}

static bool is_alive(const struct way *way)
{
    return way->process->startup_count > 0 && way->process->life == way->life;
}

/* Yields, and counts a call into the provider in: nothing comes between the
 * check and the call. */
static bool enter(
    const struct way *way,
    struct space *space,
    enum lc_nsp function)
{
    yield_before(function);
    if (!is_alive(way) || space->is_started == 0) {
        return false;
    }
    space->inside++;
    return true;
}

static void leave(struct space *space)
{
    LC_CHECK(space->inside > 0);
    space->inside--;
    if (space->inside == 0) {
        (void)
            sim_thread_wake((uint64_t)(uintptr_t)space, 1, SIM_WAKE_SIGNALLED);
    }
}

/* ---- Start and cleanup ---- */

static uint32_t count_entries(const struct lc_nsp_routine *routine)
{
    sim_code_fn *entries[LC_NSP_COUNT];
    uint32_t count = 0;
    memcpy(entries, &routine->NSPCleanup, sizeof entries);
    for (uint32_t i = 0; i < LC_NSP_COUNT; i++) {
        count += entries[i] != NULL;
    }
    return count;
}

static void clean(uint32_t index, const struct space *space)
{
    struct lc_guid guid = lc_name_space_guid(index);
    yield_before(LC_NSP_CLEANUP);
    struct lc_record record =
        begin_call(index, LC_NSP_CLEANUP, (struct arguments){ 0 });
    /* A failure changes nothing about what ws2_32 does next. */
    (void)end_call(record, space->routine.NSPCleanup(&guid), 0);
}

static enum lc_wsa start_loaded(uint32_t index, struct space *space)
{
    lc_nsp_startup_fn *startup = (lc_nsp_startup_fn *)(uintptr_t)
        sim_win32_get_proc_address(space->library, "NSPStartup");
    if (startup == NULL) {
        return LC_WSAEPROVIDERFAILEDINIT;
    }
    struct lc_guid guid = lc_name_space_guid(index);
    memset(&space->routine, 0, sizeof space->routine);
    space->routine.cbSize = sizeof space->routine;
    yield_before(LC_NSP_STARTUP);
    struct lc_record record =
        begin_call(index, LC_NSP_STARTUP, (struct arguments){ 0 });
    int result = startup(&guid, &space->routine);
    uint32_t count = result == 0 ? count_entries(&space->routine) : 0;
    enum lc_wsa error = end_call(record, result, count);
    if (error == LC_WSA_OK && count < LC_NSP_COUNT) {
        if (space->routine.NSPCleanup != NULL) {
            clean(index, space);
        }
        return LC_WSAEINVALIDPROCTABLE;
    }
    return error;
}

/* Under ws2_32's lock. */
static enum lc_wsa start(uint32_t index, struct space *space)
{
    if (space->is_started != 0) {
        return LC_WSA_OK;
    }
    space->library = sim_win32_load_library_a(names_path);
    if (space->library == NULL) {
        return LC_WSAEPROVIDERFAILEDINIT;
    }
    enum lc_wsa error = start_loaded(index, space);
    if (error != LC_WSA_OK) {
        (void)sim_win32_free_library(space->library);
        *space = (struct space){ 0 };
        return error;
    }
    space->is_started = 1;
    return LC_WSA_OK;
}

/* Starts those of the name spaces that the process sees and that are not
 * started. Returns an error when none is there. */
static enum lc_wsa start_all(
    const struct way *way,
    uint32_t wanted,
    uint32_t *ret_started)
{
    enum lc_wsa error = LC_WSASERVICE_NOT_FOUND;
    *ret_started = 0;
    sim_ws2_lock();
    if (!is_alive(way)) {
        sim_ws2_unlock();
        return LC_WSANOTINITIALISED;
    }
    struct view view = view_of(way->names);
    wanted &= (uint32_t)view.installed & view.enabled;
    for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
        if ((wanted >> i & 1) == 0) {
            continue;
        }
        enum lc_wsa wsa = start(i, &way->names->spaces[i]);
        if (wsa == LC_WSA_OK) {
            *ret_started |= 1U << i;
        } else {
            error = wsa;
        }
    }
    sim_ws2_unlock();
    return *ret_started != 0 ? LC_WSA_OK : error;
}

static void lookup_leave(struct lookup *lookup)
{
    LC_CHECK(lookup->users > 0);
    lookup->users--;
    if (lookup->is_ended && lookup->users == 0) {
        *lookup = (struct lookup){ 0 };
    }
}

/* Forgets the lookups that are left open; calls on them come out. */
static void drop_lookups(struct process_names *process)
{
    for (uint32_t i = 0; i < LOOKUPS_MAX; i++) {
        struct lookup *lookup = &process->lookups[i];
        if (lookup->is_used && !lookup->is_ended) {
            lookup->is_ended = 1;
            lookup->users++;
            lookup_leave(lookup);
        }
    }
}

void sim_names_clean_all(void)
{
    if (SIM_NAMES->has_names == 0) {
        return;
    }
    struct process_names *process = process_names();
    drop_lookups(process);
    for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
        struct space *space = &process->spaces[i];
        if (space->is_started == 0) {
            continue;
        }
        clean(i, space);
        while (space->inside > 0) {
            (void)sim_thread_block(&(struct sim_wait_options){
                .wait_for = LC_WAIT_RUNDOWN,
                .key = (uint64_t)(uintptr_t)space,
                .timeout_ns = SIM_FOREVER,
            });
        }
        (void)sim_win32_free_library(space->library);
        *space = (struct space){ 0 };
    }
}

void sim_names_process_exit(uint32_t process)
{
    LC_CHECK(process < LC_PROCESSES_MAX);
    if (SIM_NAMES->has_names != 0) {
        SIM_NAMES->processes[process] = (struct process_names){ 0 };
    }
}

/* ---- Lookups ---- */

static struct lookup *find_free(struct process_names *process)
{
    for (uint32_t i = 0; i < LOOKUPS_MAX; i++) {
        if (!process->lookups[i].is_used) {
            return &process->lookups[i];
        }
    }
    return NULL;
}

/* One that is open, and counts a call on it in; or NULL. */
static struct lookup *lookup_enter(
    struct process_names *process,
    uint32_t handle)
{
    if (handle < 1 || handle > LOOKUPS_MAX) {
        return NULL;
    }
    struct lookup *lookup = &process->lookups[handle - 1];
    if (!lookup->is_used || lookup->is_ended) {
        return NULL;
    }
    lookup->users++;
    return lookup;
}

/* Begins it at one provider. */
static enum lc_wsa begin_at(
    const struct way *way,
    uint32_t index,
    struct lookup *lookup)
{
    struct space *space = &way->names->spaces[index];
    struct lc_guid guid = lc_name_space_guid(index);
    struct lc_wsaquerysetw restrictions = {
        .dwSize = sizeof restrictions,
        .dwNameSpace = index + 1,
        .lpNSProviderId = &guid,
    };
    lc_handle handle = NULL;
    if (!enter(way, space, LC_NSP_LOOKUP_BEGIN)) {
        return LC_WSANOTINITIALISED;
    }
    struct lc_record record =
        begin_call(index, LC_NSP_LOOKUP_BEGIN, (struct arguments){ 0 });
    int result =
        space->routine
            .NSPLookupServiceBegin(&guid, &restrictions, NULL, 0, &handle);
    enum lc_wsa error = end_call(record, result, (int64_t)(uintptr_t)handle);
    leave(space);
    if (error == LC_WSA_OK) {
        lookup->begun |= (uint8_t)(1U << index);
        lookup->handles[index] = (uint64_t)(uintptr_t)handle;
    }
    return error;
}

enum lc_wsa sim_names_lookup_begin(uint32_t space, uint32_t *ret_lookup)
{
    struct way way;
    uint32_t wanted =
        space == LC_NAME_SPACE_ALL ? ALL_SPACES : 1U << (space - 1);
    if (!way_open(&way)) {
        return LC_WSANOTINITIALISED;
    }
    enum lc_wsa error = start_all(&way, wanted, &wanted);
    if (error != LC_WSA_OK) {
        return error;
    }
    struct lookup *lookup = find_free(way.names);
    if (lookup == NULL) {
        return LC_WSA_NOT_ENOUGH_MEMORY;
    }
    *lookup = (struct lookup){ .is_used = 1, .users = 1 };
    for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
        if ((wanted >> i & 1) != 0) {
            error = begin_at(&way, i, lookup);
        }
    }
    bool is_open = lookup->begun != 0 && !lookup->is_ended;
    if (!is_open) {
        lookup->is_ended = 1;
    }
    lookup_leave(lookup);
    if (!is_alive(&way)) {
        return LC_WSANOTINITIALISED;
    }
    if (!is_open) {
        return error;
    }
    *ret_lookup = (uint32_t)(lookup - way.names->lookups) + 1;
    return LC_WSA_OK;
}

/* The service that a result names; -1: none that there is. */
static int64_t service_of(const struct lc_wsaquerysetw *results)
{
    const lc_wchar *name = results->lpszServiceInstanceName;
    uint32_t length = 0;
    while (name != NULL && length < LC_SERVICE_NAME_CHARACTERS &&
           name[length] != 0) {
        length++;
    }
    int64_t number = length == 0 ? -1 : name[length - 1] - u'0';
    return number < LC_SERVICES ? number : -1;
}

/* Asks one provider. */
static enum lc_wsa next_at(
    const struct way *way,
    uint32_t index,
    const struct lookup *lookup,
    uint32_t *ret_service)
{
    struct {
        struct lc_wsaquerysetw results;
        lc_wchar text[LC_SERVICE_NAME_CHARACTERS];
    } buffer;

    struct space *space = &way->names->spaces[index];
    uint32_t buffer_bytes = sizeof buffer;
    int64_t service = 0;
    if (!enter(way, space, LC_NSP_LOOKUP_NEXT)) {
        return LC_WSANOTINITIALISED;
    }
    if (lookup->is_ended) {
        leave(space);
        return LC_WSA_E_CANCELLED;
    }
    memset(&buffer, 0, sizeof buffer);
    struct lc_record record = begin_call(
        index,
        LC_NSP_LOOKUP_NEXT,
        (struct arguments){ .b = (int64_t)lookup->handles[index] });
    int result = space->routine.NSPLookupServiceNext(
        (lc_handle)(uintptr_t)lookup->handles[index],
        0,
        &buffer_bytes,
        &buffer.results);
    if (result == 0) {
        service = service_of(&buffer.results);
    }
    enum lc_wsa error = end_call(record, result, service);
    leave(space);
    *ret_service = (uint32_t)service;
    return error;
}

enum lc_wsa sim_names_lookup_next(uint32_t handle, uint32_t *ret_service)
{
    struct way way;
    if (!way_open(&way)) {
        return LC_WSANOTINITIALISED;
    }
    struct lookup *lookup = lookup_enter(way.names, handle);
    if (lookup == NULL) {
        return LC_WSA_INVALID_HANDLE;
    }
    enum lc_wsa error = LC_WSA_E_NO_MORE;
    for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
        uint8_t bit = (uint8_t)(1U << i);
        if ((lookup->begun & bit) == 0 || (lookup->through & bit) != 0) {
            continue;
        }
        error = next_at(&way, i, lookup, ret_service);
        if (error != LC_WSA_E_NO_MORE && error != LC_WSAENOMORE) {
            break;
        }
        lookup->through |= bit;
    }
    lookup_leave(lookup);
    return error;
}

static void end_at(
    const struct way *way,
    uint32_t index,
    const struct lookup *lookup)
{
    struct space *space = &way->names->spaces[index];
    if (!enter(way, space, LC_NSP_LOOKUP_END)) {
        return;
    }
    struct lc_record record = begin_call(
        index,
        LC_NSP_LOOKUP_END,
        (struct arguments){ .b = (int64_t)lookup->handles[index] });
    int result = space->routine.NSPLookupServiceEnd(
        (lc_handle)(uintptr_t)lookup->handles[index]);
    (void)end_call(record, result, 0);
    leave(space);
}

enum lc_wsa sim_names_lookup_end(uint32_t handle)
{
    struct way way;
    if (!way_open(&way)) {
        return LC_WSANOTINITIALISED;
    }
    struct lookup *lookup = lookup_enter(way.names, handle);
    if (lookup == NULL) {
        return LC_WSA_INVALID_HANDLE;
    }
    lookup->is_ended = 1;
    for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
        if ((lookup->begun >> i & 1) != 0) {
            end_at(&way, i, lookup);
        }
    }
    lookup_leave(lookup);
    return is_alive(&way) ? LC_WSA_OK : LC_WSANOTINITIALISED;
}

/* ---- Registrations ---- */

enum lc_wsa sim_names_set_service(uint32_t operation, uint32_t service)
{
    struct way way;
    uint32_t index = service / LC_SPACE_SERVICES;
    uint32_t started;
    LC_CHECK(service < LC_SERVICES);
    if (!way_open(&way)) {
        return LC_WSANOTINITIALISED;
    }
    enum lc_wsa error = start_all(&way, 1U << index, &started);
    if (error != LC_WSA_OK) {
        return error;
    }
    struct space *space = &way.names->spaces[index];
    struct lc_guid guid = lc_name_space_guid(index);
    lc_wchar name[] = u"service 0";
    name[LC_COUNT_OF(name) - 2] = (lc_wchar)(u'0' + service);
    struct lc_wsaquerysetw registration = {
        .dwSize = sizeof registration,
        .lpszServiceInstanceName = name,
        .dwNameSpace = index + 1,
        .lpNSProviderId = &guid,
    };
    if (!enter(&way, space, LC_NSP_SET_SERVICE)) {
        return LC_WSANOTINITIALISED;
    }
    struct lc_record record = begin_call(
        index,
        LC_NSP_SET_SERVICE,
        (struct arguments){ .b = operation, .c = service });
    int result =
        space->routine
            .NSPSetService(&guid, NULL, &registration, (int)operation, 0);
    error = end_call(record, result, 0);
    leave(space);
    return error;
}
