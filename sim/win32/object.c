/*
 * Objects behind handles: events, semaphores and mutexes; closing handles.
 * Names of objects are not shared: each object is its own.
 * Source: documented. CreateEvent, SetEvent, CreateSemaphore, ReleaseSemaphore,
 *         CreateMutex, ReleaseMutex (synchapi.h); CloseHandle (handleapi.h).
 */
#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/apc.h"
#include "sim/win32/exports.h"
#include "sim/win32/port.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    HANDLE_FIRST = 0x800,  /* beyond those of sockets: see sim/net */
    PLACES_OF_A_THREAD = 8 /* where its first object goes */
};

struct sim_win32_process *sim_win32_process(void)
{
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    return &SIM_WIN32->processes[process];
}

/* Code of a built-in goes on after its unload: its bytes are the host's. */
static void check_caller(enum lc_shim what)
{
    const struct sim_frame *frame = sim_thread_frame(0);
    if (frame == NULL || sim_module_class(frame->module) == NULL) {
        return;
    }
    const struct sim_module *module =
        sim_module_at(sim_thread_process(), frame->module);
    if (module->is_mapped && module->map_count == frame->map_count) {
        return;
    }
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_STRAY,
        .function = LC_STRAY_SHIM,
        .caller = LC_MODULE_SYSTEM,
        .callee = frame->module,
        .a = what,
    });
    sim_thread_end_run(LC_END_FAULT);
}

void sim_win32_yield_on(enum lc_shim what, uint32_t thing)
{
    LC_CHECK(what < LC_SHIM_COUNT);
    check_caller(what);
    sim_thread_yield_on(
        (struct lc_place){
            .kind = LC_PLACE_SHIM,
            .function = (uint8_t)what,
            .module = (uint8_t)sim_thread_module(),
        },
        thing);
}

void sim_win32_yield(enum lc_shim what)
{
    sim_win32_yield_on(what, 0);
}

bool sim_win32_asks(enum lc_shim what)
{
    int32_t error = sim_fault_at(LC_PLACE_SHIM, what, sim_thread_module());
    if (LC_UNLIKELY(error != 0)) {
        sim_win32_set_error((uint32_t)error);
    }
    return error != 0;
}

void sim_win32_set_error(uint32_t error)
{
    sim_thread_current()->last_error = error;
}

void sim_win32_limit(void)
{
    sim_thread_end_run(LC_END_LIMIT);
}

/* ---- The table ---- */

/* Where it lies depends on the thread and on what that thread has made, not on
 * what others did meanwhile. */
static struct sim_object *free_place(void)
{
    struct sim_win32 *win32 = SIM_WIN32;
    uint32_t first = sim_thread_current_slot() * PLACES_OF_A_THREAD;
    for (uint32_t i = 0; i < SIM_OBJECTS_MAX; i++) {
        uint32_t at = (first + i) % SIM_OBJECTS_MAX;
        if (win32->objects[at].kind == SIM_OBJECT_FREE) {
            if (at >= win32->object_count) {
                win32->object_count = at + 1;
            }
            return &win32->objects[at];
        }
    }
    sim_win32_limit();
    __builtin_unreachable();
}

struct sim_object *sim_object_make(
    enum sim_object_kind kind,
    enum lc_object what)
{
    struct sim_object *object = free_place();
    *object = (struct sim_object){
        .generation = object->generation + 1,
        .kind = (uint8_t)kind,
        .process = (uint8_t)sim_thread_process(),
        .owner = (uint8_t)sim_thread_module(),
        .number = sim_thread_number(),
    };
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_CREATE,
        .function = (uint16_t)what,
        .caller = object->owner,
        .callee = LC_MODULE_SYSTEM,
        .a = object->number,
    });
    return object;
}

void sim_object_settle(struct sim_object *object)
{
    bool runs = object->kind == SIM_OBJECT_THREAD && !object->is_signalled;
    bool is_needed = runs || sim_pool_is_under_way(object);
    if (object->is_closed && !is_needed && !sim_wait_has(object)) {
        *object = (struct sim_object){ .generation = object->generation };
    }
}

void sim_object_drop(struct sim_object *object, enum lc_object what)
{
    LC_CHECK(object->kind != SIM_OBJECT_FREE);
    LC_CHECK(!object->is_closed);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_DESTROY,
        .function = (uint16_t)what,
        .caller = (uint8_t)sim_thread_module(),
        .callee = object->owner,
        .a = object->number,
    });
    object->is_closed = 1;
    sim_object_settle(object);
}

void sim_object_misuse(enum lc_object what)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_DESTROY,
        .function = (uint16_t)what,
        .caller = (uint8_t)sim_thread_module(),
        .callee = (uint8_t)sim_thread_module(),
        .b = 1,
    });
}

void *sim_object_handle(const struct sim_object *object)
{
    uint64_t index = (uint64_t)(object - SIM_WIN32->objects);
    LC_CHECK(index < SIM_OBJECTS_MAX);
    return (void *)(uintptr_t)(HANDLE_FIRST + 4 * index);
}

struct sim_object *sim_object_find(const void *handle)
{
    uint64_t value = (uint64_t)(uintptr_t)handle;
    if (value < HANDLE_FIRST || value % 4 != 0) {
        return NULL;
    }
    uint64_t index = (value - HANDLE_FIRST) / 4;
    if (index >= SIM_WIN32->object_count) {
        return NULL;
    }
    struct sim_object *object = &SIM_WIN32->objects[index];
    bool is_open = object->kind != SIM_OBJECT_FREE && !object->is_closed &&
                   object->process == sim_thread_process();
    return is_open ? object : NULL;
}

struct sim_object *sim_object_of(const void *handle, enum sim_object_kind kind)
{
    struct sim_object *object = sim_object_find(handle);
    if (object == NULL || object->kind != kind) {
        sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
        return NULL;
    }
    return object;
}

bool sim_object_is_kernel(const struct sim_object *object)
{
    return object->kind == SIM_OBJECT_EVENT ||
           object->kind == SIM_OBJECT_THREAD ||
           object->kind == SIM_OBJECT_SEMAPHORE ||
           object->kind == SIM_OBJECT_MUTEX || object->kind == SIM_OBJECT_TIMER;
}

uint64_t sim_object_key(const struct sim_object *object)
{
    return (uint64_t)(uintptr_t)object;
}

/* ---- Events ---- */

/* A name that is asked for does not exist: not LC_ERROR_ALREADY_EXISTS. */
static void tell_new(const void *name)
{
    if (name != NULL) {
        sim_win32_set_error(LC_ERROR_SUCCESS);
    }
}

lc_handle LC_ABI sim_win32_create_event_a(
    void *security,
    int manual_reset,
    int initial_state,
    const char *name)
{
    (void)security;
    sim_win32_yield(LC_SHIM_CREATE_EVENT);
    if (sim_win32_fails(LC_SHIM_CREATE_EVENT)) {
        return NULL;
    }
    struct sim_object *event =
        sim_object_make(SIM_OBJECT_EVENT, LC_OBJECT_EVENT);
    event->is_manual = manual_reset != 0;
    event->is_signalled = initial_state != 0;
    tell_new(name);
    return sim_object_handle(event);
}

static lc_handle LC_ABI create_event_w(
    void *security,
    int manual_reset,
    int initial_state,
    const lc_wchar *name)
{
    return sim_win32_create_event_a(
        security,
        manual_reset,
        initial_state,
        name == NULL ? NULL : "");
}

/* Bits of CreateEventEx: manual reset, initially set. */
static lc_handle LC_ABI create_event_ex(
    void *security,
    const void *name,
    uint32_t flags,
    uint32_t access)
{
    (void)access;
    return sim_win32_create_event_a(
        security,
        (flags & 1) != 0,
        (flags & 2) != 0,
        name == NULL ? NULL : "");
}

int sim_object_set(const void *handle)
{
    struct sim_object *event = sim_object_of(handle, SIM_OBJECT_EVENT);
    if (event == NULL) {
        return 0;
    }
    event->is_signalled = 1;
    sim_wait_signal(event);
    return 1;
}

int LC_ABI sim_win32_set_event(lc_handle handle)
{
    sim_win32_yield(LC_SHIM_SET_EVENT);
    return sim_object_set(handle);
}

int LC_ABI sim_win32_reset_event(lc_handle handle)
{
    sim_win32_yield(LC_SHIM_RESET_EVENT);
    struct sim_object *event = sim_object_of(handle, SIM_OBJECT_EVENT);
    if (event == NULL) {
        return 0;
    }
    event->is_signalled = 0;
    return 1;
}

uint64_t sim_win32_event_name(lc_handle handle)
{
    const struct sim_object *event = sim_object_of(handle, SIM_OBJECT_EVENT);
    if (event == NULL) {
        return 0;
    }
    uint64_t place = (uint64_t)(event - SIM_WIN32->objects);
    return (uint64_t)event->generation << 32 | (place + 1);
}

uint64_t sim_win32_event_begin(lc_handle handle)
{
    uint64_t name = sim_win32_event_name(handle);
    if (name != 0) {
        sim_object_of(handle, SIM_OBJECT_EVENT)->is_signalled = 0;
    }
    return name;
}

void sim_win32_event_end(uint64_t event)
{
    if (event == 0) {
        return;
    }
    uint32_t place = (uint32_t)event - 1;
    LC_CHECK(place < SIM_OBJECTS_MAX);
    struct sim_object *object = &SIM_WIN32->objects[place];
    if (object->kind == SIM_OBJECT_EVENT &&
        object->generation == (uint32_t)(event >> 32)) {
        object->is_signalled = 1;
        sim_wait_signal(object);
    }
}

static int LC_ABI pulse_event(lc_handle handle)
{
    int is_set = sim_win32_set_event(handle);
    if (is_set) {
        sim_object_find(handle)->is_signalled = 0;
    }
    return is_set;
}

/* ---- Semaphores ---- */

static lc_handle LC_ABI create_semaphore(
    void *security,
    int32_t initial,
    int32_t maximum,
    const void *name)
{
    (void)security;
    sim_win32_yield(LC_SHIM_CREATE_EVENT);
    if (initial < 0 || maximum <= 0 || initial > maximum) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (sim_win32_fails(LC_SHIM_CREATE_EVENT)) {
        return NULL;
    }
    struct sim_object *semaphore =
        sim_object_make(SIM_OBJECT_SEMAPHORE, LC_OBJECT_EVENT);
    semaphore->count = (uint32_t)initial;
    semaphore->maximum = (uint32_t)maximum;
    tell_new(name);
    return sim_object_handle(semaphore);
}

int sim_object_release_semaphore(
    const void *handle,
    int32_t count,
    int32_t *ret_previous)
{
    struct sim_object *semaphore = sim_object_of(handle, SIM_OBJECT_SEMAPHORE);
    if (semaphore == NULL) {
        return 0;
    }
    if (count <= 0) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    if ((uint32_t)count > semaphore->maximum - semaphore->count) {
        sim_win32_set_error(LC_ERROR_TOO_MANY_POSTS);
        return 0;
    }
    if (ret_previous != NULL) {
        *ret_previous = (int32_t)semaphore->count;
    }
    semaphore->count += (uint32_t)count;
    sim_wait_signal(semaphore);
    return 1;
}

static int LC_ABI
release_semaphore(lc_handle handle, int32_t count, int32_t *ret_previous)
{
    sim_win32_yield(LC_SHIM_SET_EVENT);
    return sim_object_release_semaphore(handle, count, ret_previous);
}

/* ---- Mutexes ---- */

static lc_handle LC_ABI
create_mutex(void *security, int initial_owner, const void *name)
{
    (void)security;
    sim_win32_yield(LC_SHIM_CREATE_EVENT);
    if (sim_win32_fails(LC_SHIM_CREATE_EVENT)) {
        return NULL;
    }
    struct sim_object *mutex =
        sim_object_make(SIM_OBJECT_MUTEX, LC_OBJECT_EVENT);
    if (initial_owner) {
        mutex->lock_owner = (uint8_t)(sim_thread_current()->ref + 1);
        mutex->count = 1;
    }
    tell_new(name);
    return sim_object_handle(mutex);
}

int sim_object_release_mutex(const void *handle)
{
    struct sim_object *mutex = sim_object_of(handle, SIM_OBJECT_MUTEX);
    if (mutex == NULL) {
        return 0;
    }
    if (mutex->lock_owner != sim_thread_current()->ref + 1) {
        sim_win32_set_error(LC_ERROR_NOT_OWNER);
        return 0;
    }
    LC_CHECK(mutex->count > 0);
    mutex->count--;
    if (mutex->count == 0) {
        mutex->lock_owner = 0;
        sim_wait_signal(mutex);
    }
    return 1;
}

static int LC_ABI release_mutex(lc_handle handle)
{
    sim_win32_yield(LC_SHIM_SET_EVENT);
    return sim_object_release_mutex(handle);
}

void sim_object_abandon(uint8_t thread)
{
    struct sim_win32 *win32 = SIM_WIN32;
    for (uint32_t i = 0; i < win32->object_count; i++) {
        struct sim_object *object = &win32->objects[i];
        if (object->kind != SIM_OBJECT_MUTEX ||
            object->lock_owner != thread + 1) {
            continue;
        }
        object->lock_owner = 0;
        object->count = 0;
        object->is_signalled = 1;
        sim_wait_signal(object);
    }
}

/* ---- Handles ---- */

int LC_ABI sim_win32_close_handle(lc_handle handle)
{
    sim_win32_yield(LC_SHIM_CLOSE_HANDLE);
    struct sim_object *object = sim_object_find(handle);
    bool is_one = object != NULL && (sim_object_is_kernel(object) ||
                                     object->kind == SIM_OBJECT_PORT);
    if (!is_one) {
        sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
        sim_object_misuse(LC_OBJECT_EVENT);
        return 0;
    }
    if (object->kind == SIM_OBJECT_TIMER) {
        sim_timer_cancel(object);
    }
    sim_object_drop(
        object,
        object->kind == SIM_OBJECT_THREAD ? LC_OBJECT_THREAD : LC_OBJECT_EVENT);
    return 1;
}

void sim_win32_process_exit(uint32_t process)
{
    struct sim_win32 *win32 = SIM_WIN32;
    LC_CHECK(process < LC_PROCESSES_MAX);
    for (uint32_t i = 0; i < win32->object_count; i++) {
        if (win32->objects[i].process == process) {
            if (sim_timer_is(&win32->objects[i])) {
                sim_timer_cancel(&win32->objects[i]);
            }
            win32->objects[i] = (struct sim_object){
                .generation = win32->objects[i].generation,
            };
        }
    }
    for (uint32_t slot = 0; slot < SIM_THREADS_MAX; slot++) {
        const struct sim_thread *thread = sim_thread_at(slot);
        if (thread->state == SIM_THREAD_DONE && thread->process == process) {
            sim_wait_forget(slot);
        }
    }
    sim_pool_process_exit(process);
    sim_apc_process_exit(process);
    sim_port_process_exit(process);
    sim_memory_process_exit(process);
    sim_heap_process_exit(process);
    win32->processes[process] = (struct sim_win32_process){ 0 };
}

const struct sim_export sim_object_exports[] = {
    { "CreateEventA", 0, (sim_code_fn *)sim_win32_create_event_a },
    { "CreateEventW", 0, (sim_code_fn *)create_event_w },
    { "CreateEventExA", 0, (sim_code_fn *)create_event_ex },
    { "CreateEventExW", 0, (sim_code_fn *)create_event_ex },
    { "SetEvent", 0, (sim_code_fn *)sim_win32_set_event },
    { "ResetEvent", 0, (sim_code_fn *)sim_win32_reset_event },
    { "PulseEvent", 0, (sim_code_fn *)pulse_event },
    { "CreateSemaphoreA", 0, (sim_code_fn *)create_semaphore },
    { "CreateSemaphoreW", 0, (sim_code_fn *)create_semaphore },
    { "ReleaseSemaphore", 0, (sim_code_fn *)release_semaphore },
    { "CreateMutexA", 0, (sim_code_fn *)create_mutex },
    { "CreateMutexW", 0, (sim_code_fn *)create_mutex },
    { "ReleaseMutex", 0, (sim_code_fn *)release_mutex },
    { "CloseHandle", 0, (sim_code_fn *)sim_win32_close_handle },
};
const uint32_t sim_object_export_count = LC_COUNT_OF(sim_object_exports);
