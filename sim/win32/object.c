/*
 * Objects behind handles: events, semaphores, threads; and waiting for them.
 * A thread that a DLL creates gets no DLL_THREAD_ATTACH: no DllMain runs for it.
 * Source: documented. CreateEvent, CreateThread, WaitForSingleObject,
 *         WaitForMultipleObjects, CloseHandle (synchapi.h, processthreadsapi.h,
 *         handleapi.h).
 */
#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    HANDLE_FIRST = 0x400,
    WAIT_OBJECTS_MAX = 64
};

struct sim_win32_process *sim_win32_process(void)
{
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    return &SIM_WIN32->processes[process];
}

void sim_win32_yield(enum lc_shim what)
{
    sim_thread_yield((struct lc_place){
        .kind = LC_PLACE_SHIM,
        .function = (uint8_t)what,
        .module = (uint8_t)sim_thread_module(),
    });
}

void sim_win32_set_error(uint32_t error)
{
    sim_thread_current()->last_error = error;
}

struct sim_object *sim_object_make(
    enum sim_object_kind kind,
    enum lc_object what)
{
    struct sim_win32 *win32 = SIM_WIN32;
    struct sim_object *object = NULL;
    for (uint32_t i = 0; object == NULL && i < win32->object_count; i++) {
        if (win32->objects[i].kind == SIM_OBJECT_FREE) {
            object = &win32->objects[i];
        }
    }
    if (object == NULL) {
        if (win32->object_count == SIM_OBJECTS_MAX) {
            sim_win32_set_error(LC_ERROR_NOT_ENOUGH_MEMORY);
            return NULL;
        }
        object = &win32->objects[win32->object_count];
        win32->object_count++;
    }
    *object = (struct sim_object){
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

void sim_object_drop(struct sim_object *object, enum lc_object what)
{
    LC_CHECK(object->kind != SIM_OBJECT_FREE);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_DESTROY,
        .function = (uint16_t)what,
        .caller = (uint8_t)sim_thread_module(),
        .callee = object->owner,
        .a = object->number,
    });
    *object = (struct sim_object){ 0 };
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

uint64_t sim_object_key(const struct sim_object *object)
{
    return (uint64_t)(uintptr_t)object;
}

static void wrong_handle(const void *handle, enum lc_object what)
{
    (void)handle;
    sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_DESTROY,
        .function = (uint16_t)what,
        .caller = (uint8_t)sim_thread_module(),
        .callee = (uint8_t)sim_thread_module(),
        .b = 1,
    });
}

/* ---- Events and semaphores ---- */

lc_handle LC_ABI sim_win32_create_event_a(
    void *security,
    int manual_reset,
    int initial_state,
    const char *name)
{
    (void)security;
    (void)name; /* objects with names are not shared yet: each is its own */
    sim_win32_yield(LC_SHIM_CREATE_EVENT);
    struct sim_object *event =
        sim_object_make(SIM_OBJECT_EVENT, LC_OBJECT_EVENT);
    if (event == NULL) {
        return NULL;
    }
    event->is_manual = manual_reset != 0;
    event->is_signalled = initial_state != 0;
    return sim_object_handle(event);
}

static lc_handle LC_ABI create_event_w(
    void *security,
    int manual_reset,
    int initial_state,
    const lc_wchar *name)
{
    (void)name;
    return sim_win32_create_event_a(
        security,
        manual_reset,
        initial_state,
        NULL);
}

static struct sim_object *find_kind(lc_handle handle, uint8_t kind)
{
    struct sim_object *object = sim_object_find(handle);
    if (object == NULL || object->kind != kind) {
        sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
        return NULL;
    }
    return object;
}

int LC_ABI sim_win32_set_event(lc_handle handle)
{
    sim_win32_yield(LC_SHIM_SET_EVENT);
    struct sim_object *event = find_kind(handle, SIM_OBJECT_EVENT);
    if (event == NULL) {
        return 0;
    }
    event->is_signalled = 1;
    (void)sim_thread_wake(
        sim_object_key(event),
        SIM_THREADS_MAX,
        SIM_WAKE_SIGNALLED);
    return 1;
}

int LC_ABI sim_win32_reset_event(lc_handle handle)
{
    sim_win32_yield(LC_SHIM_RESET_EVENT);
    struct sim_object *event = find_kind(handle, SIM_OBJECT_EVENT);
    if (event == NULL) {
        return 0;
    }
    event->is_signalled = 0;
    return 1;
}

static lc_handle LC_ABI create_semaphore(
    void *security,
    int32_t initial,
    int32_t maximum,
    const void *name)
{
    (void)security;
    (void)name;
    sim_win32_yield(LC_SHIM_CREATE_EVENT);
    if (initial < 0 || maximum <= 0 || initial > maximum) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return NULL;
    }
    struct sim_object *semaphore =
        sim_object_make(SIM_OBJECT_SEMAPHORE, LC_OBJECT_EVENT);
    if (semaphore == NULL) {
        return NULL;
    }
    semaphore->count = (uint32_t)initial;
    semaphore->maximum = (uint32_t)maximum;
    return sim_object_handle(semaphore);
}

static int LC_ABI
release_semaphore(lc_handle handle, int32_t count, int32_t *ret_previous)
{
    sim_win32_yield(LC_SHIM_SET_EVENT);
    struct sim_object *semaphore = find_kind(handle, SIM_OBJECT_SEMAPHORE);
    if (semaphore == NULL) {
        return 0;
    }
    if (count <= 0 || (uint32_t)count > semaphore->maximum - semaphore->count) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (ret_previous != NULL) {
        *ret_previous = (int32_t)semaphore->count;
    }
    semaphore->count += (uint32_t)count;
    (void)sim_thread_wake(
        sim_object_key(semaphore),
        SIM_THREADS_MAX,
        SIM_WAKE_SIGNALLED);
    return 1;
}

/* ---- Waiting ---- */

/* Whether a wait on the object is over; takes it when it is. */
static bool take_signal(struct sim_object *object)
{
    if (object->kind == SIM_OBJECT_SEMAPHORE) {
        if (object->count == 0) {
            return false;
        }
        object->count--;
        return true;
    }
    bool is_signalled = object->is_signalled != 0;
    if (is_signalled && object->kind == SIM_OBJECT_EVENT &&
        !object->is_manual) {
        object->is_signalled = 0;
    }
    return is_signalled;
}

static uint64_t timeout_ns(uint32_t timeout_ms)
{
    return timeout_ms == LC_INFINITE ? SIM_FOREVER : timeout_ms * LC_NS_PER_MS;
}

uint32_t LC_ABI
sim_win32_wait_for_single_object(lc_handle handle, uint32_t timeout_ms)
{
    sim_win32_yield(LC_SHIM_WAIT);
    struct sim_object *object = sim_object_find(handle);
    if (object == NULL || object->kind == SIM_OBJECT_HEAP ||
        object->kind == SIM_OBJECT_LOCK) {
        sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
        return LC_WAIT_FAILED;
    }
    uint32_t number = object->number;
    uint64_t left_ns = timeout_ns(timeout_ms);
    uint64_t until_ns =
        left_ns == SIM_FOREVER ? SIM_FOREVER : sim_thread_now_ns() + left_ns;
    while (!take_signal(object)) {
        if (until_ns != SIM_FOREVER) {
            uint64_t now_ns = sim_thread_now_ns();
            if (now_ns >= until_ns) {
                return LC_WAIT_TIMEOUT;
            }
            left_ns = until_ns - now_ns;
        }
        (void)sim_thread_block(&(struct sim_wait_options){
            .wait_for = object->kind == SIM_OBJECT_THREAD ? LC_WAIT_THREAD
                                                          : LC_WAIT_EVENT,
            .key = sim_object_key(object),
            .timeout_ns = left_ns,
            .object = number,
        });
        if (object->number != number) {
            /* Closed while it was waited for: Windows leaves it undefined. */
            return LC_WAIT_FAILED;
        }
    }
    return LC_WAIT_OBJECT_0;
}

static uint32_t LC_ABI
wait_single_ex(lc_handle handle, uint32_t timeout_ms, int alertable)
{
    (void)alertable;
    return sim_win32_wait_for_single_object(handle, timeout_ms);
}

/* Waits for the objects one after the other when all are wanted; for one of
 * several it looks at all of them whenever the first that is not signalled
 * may have changed, in steps of a millisecond of virtual time. */
static uint32_t LC_ABI wait_multiple(
    uint32_t count,
    const lc_handle *handles,
    int wait_all,
    uint32_t timeout_ms)
{
    if (count == 0 || count > WAIT_OBJECTS_MAX || handles == NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return LC_WAIT_FAILED;
    }
    if (wait_all || count == 1) {
        for (uint32_t i = 0; i < count; i++) {
            uint32_t result =
                sim_win32_wait_for_single_object(handles[i], timeout_ms);
            if (result != LC_WAIT_OBJECT_0) {
                return result;
            }
        }
        return LC_WAIT_OBJECT_0;
    }
    for (uint32_t waited_ms = 0;; waited_ms++) {
        for (uint32_t i = 0; i < count; i++) {
            struct sim_object *object = sim_object_find(handles[i]);
            if (object == NULL) {
                sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
                return LC_WAIT_FAILED;
            }
            if (take_signal(object)) {
                return LC_WAIT_OBJECT_0 + i;
            }
        }
        if (timeout_ms != LC_INFINITE && waited_ms >= timeout_ms) {
            return LC_WAIT_TIMEOUT;
        }
        (void)sim_win32_wait_for_single_object(handles[0], 1);
    }
}

static uint32_t LC_ABI wait_multiple_ex(
    uint32_t count,
    const lc_handle *handles,
    int wait_all,
    uint32_t timeout_ms,
    int alertable)
{
    (void)alertable;
    return wait_multiple(count, handles, wait_all, timeout_ms);
}

void LC_ABI sim_win32_sleep(uint32_t timeout_ms)
{
    sim_win32_yield(LC_SHIM_SLEEP);
    if (timeout_ms == 0) {
        return;
    }
    (void)sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_SLEEP,
        .key = (uint64_t)(uintptr_t)sim_thread_current(),
        .timeout_ns = timeout_ns(timeout_ms),
    });
}

static uint32_t LC_ABI sleep_ex(uint32_t timeout_ms, int alertable)
{
    (void)alertable;
    sim_win32_sleep(timeout_ms);
    return 0;
}

int LC_ABI sim_win32_close_handle(lc_handle handle)
{
    sim_win32_yield(LC_SHIM_CLOSE_HANDLE);
    struct sim_object *object = sim_object_find(handle);
    if (object == NULL || object->kind == SIM_OBJECT_HEAP ||
        object->kind == SIM_OBJECT_LOCK) {
        wrong_handle(handle, LC_OBJECT_EVENT);
        return 0;
    }
    if (object->kind != SIM_OBJECT_THREAD) {
        sim_object_drop(object, LC_OBJECT_EVENT);
        return 1;
    }
    if (object->is_signalled) {
        sim_object_drop(object, LC_OBJECT_THREAD);
        return 1;
    }
    /* The thread goes on without a handle; its place is freed at its end. */
    struct sim_object kept = *object;
    sim_object_drop(object, LC_OBJECT_THREAD);
    *object = kept;
    object->is_closed = 1;
    return 1;
}

/* ---- Threads ---- */

static void record_thread(const struct sim_object *object, bool is_end)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_THREAD,
        .process = object->process,
        .function = is_end,
        .caller = object->owner,
        .callee = object->owner,
        .a = object->thread,
    });
}

/* Ends the running thread of a DLL. */
static void end_thread(uint32_t exit_code)
{
    uint8_t ref = sim_thread_current()->ref;
    struct sim_win32 *win32 = SIM_WIN32;
    for (uint32_t i = 0; i < win32->object_count; i++) {
        struct sim_object *object = &win32->objects[i];
        if (object->kind != SIM_OBJECT_THREAD || object->thread != ref) {
            continue;
        }
        record_thread(object, true);
        object->is_signalled = 1;
        object->exit_code = exit_code;
        (void)sim_thread_wake(
            sim_object_key(object),
            SIM_THREADS_MAX,
            SIM_WAKE_SIGNALLED);
        if (object->is_closed) {
            *object = (struct sim_object){ 0 };
        }
        break;
    }
    sim_thread_exit();
}

static void thread_entry(void *argument)
{
    struct sim_object *object = argument;
    lc_thread_start_fn *start = (lc_thread_start_fn *)(uintptr_t)object->start;
    record_thread(object, false);
    end_thread(start((void *)(uintptr_t)object->parameter));
}

lc_handle LC_ABI sim_win32_create_thread(
    void *security,
    size_t stack_bytes,
    lc_thread_start_fn *start,
    void *parameter,
    uint32_t flags,
    uint32_t *ret_id)
{
    (void)security;
    (void)stack_bytes;
    sim_win32_yield(LC_SHIM_CREATE_THREAD);
    if (flags != 0) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return NULL;
    }
    struct sim_object *object =
        sim_object_make(SIM_OBJECT_THREAD, LC_OBJECT_THREAD);
    if (object == NULL) {
        return NULL;
    }
    uint32_t slot = sim_thread_create(&(struct sim_thread_options){
        .process = sim_thread_process(),
        .creator = sim_thread_module(),
        .module = sim_thread_module(),
        .ref = LC_NONE,
        .entry = thread_entry,
        .argument = object,
    });
    if (slot == SIM_NO_THREAD) {
        sim_object_drop(object, LC_OBJECT_THREAD);
        sim_win32_set_error(LC_ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    object->thread = sim_thread_at(slot)->ref;
    object->start = (uint64_t)(uintptr_t)start;
    object->parameter = (uint64_t)(uintptr_t)parameter;
    if (ret_id != NULL) {
        *ret_id = sim_win32_thread_id(object->thread);
    }
    return sim_object_handle(object);
}

uint32_t sim_win32_thread_id(uint8_t ref)
{
    return 0x1000U + 4U * ref;
}

static void LC_ABI exit_thread(uint32_t exit_code)
{
    sim_win32_yield(LC_SHIM_EXIT_THREAD);
    if (!sim_thread_current()->is_dll) {
        sim_win32_give_up(LC_FAULT_ABORT); /* a thread of the application */
        return;
    }
    end_thread(exit_code);
}

static int LC_ABI get_exit_code_thread(lc_handle handle, uint32_t *ret_code)
{
    struct sim_object *object = find_kind(handle, SIM_OBJECT_THREAD);
    if (object == NULL || ret_code == NULL) {
        return 0;
    }
    *ret_code =
        object->is_signalled ? object->exit_code : (uint32_t)LC_STILL_ACTIVE;
    return 1;
}

static uint32_t LC_ABI get_current_thread_id(void)
{
    return sim_win32_thread_id(sim_thread_current()->ref);
}

static uint32_t LC_ABI get_current_process_id(void)
{
    return 0x100U + 4U * sim_thread_process();
}

static lc_handle LC_ABI get_current_process(void)
{
    return (lc_handle)(intptr_t)-1;
}

static lc_handle LC_ABI get_current_thread(void)
{
    return (lc_handle)(intptr_t)-2;
}

void sim_win32_process_exit(uint32_t process)
{
    struct sim_win32 *win32 = SIM_WIN32;
    LC_CHECK(process < LC_PROCESSES_MAX);
    for (uint32_t i = 0; i < win32->object_count; i++) {
        if (win32->objects[i].process == process) {
            win32->objects[i] = (struct sim_object){ 0 };
        }
    }
    win32->processes[process] = (struct sim_win32_process){ 0 };
}

const struct sim_export sim_object_exports[] = {
    { "CreateEventA", 0, (sim_code_fn *)sim_win32_create_event_a },
    { "CreateEventW", 0, (sim_code_fn *)create_event_w },
    { "SetEvent", 0, (sim_code_fn *)sim_win32_set_event },
    { "ResetEvent", 0, (sim_code_fn *)sim_win32_reset_event },
    { "CreateSemaphoreA", 0, (sim_code_fn *)create_semaphore },
    { "CreateSemaphoreW", 0, (sim_code_fn *)create_semaphore },
    { "ReleaseSemaphore", 0, (sim_code_fn *)release_semaphore },
    { "WaitForSingleObject",
      0,
      (sim_code_fn *)sim_win32_wait_for_single_object },
    { "WaitForSingleObjectEx", 0, (sim_code_fn *)wait_single_ex },
    { "WaitForMultipleObjects", 0, (sim_code_fn *)wait_multiple },
    { "WaitForMultipleObjectsEx", 0, (sim_code_fn *)wait_multiple_ex },
    { "Sleep", 0, (sim_code_fn *)sim_win32_sleep },
    { "SleepEx", 0, (sim_code_fn *)sleep_ex },
    { "CloseHandle", 0, (sim_code_fn *)sim_win32_close_handle },
    { "CreateThread", 0, (sim_code_fn *)sim_win32_create_thread },
    { "ExitThread", 0, (sim_code_fn *)exit_thread },
    { "GetExitCodeThread", 0, (sim_code_fn *)get_exit_code_thread },
    { "GetCurrentThreadId", 0, (sim_code_fn *)get_current_thread_id },
    { "GetCurrentProcessId", 0, (sim_code_fn *)get_current_process_id },
    { "GetCurrentProcess", 0, (sim_code_fn *)get_current_process },
    { "GetCurrentThread", 0, (sim_code_fn *)get_current_thread },
};
const uint32_t sim_object_export_count = LC_COUNT_OF(sim_object_exports);
