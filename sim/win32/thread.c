/*
 * Threads that a DLL creates. DllMain of the DLLs that want to hear of threads
 * runs at their beginning and end. A thread can be born suspended; one that
 * runs can't be suspended.
 * Source: documented. CreateThread, ExitThread, ResumeThread,
 *         GetExitCodeThread (processthreadsapi.h), FreeLibraryAndExitThread
 *         (libloaderapi.h).
 */
#include "sim/engine/thread.h"

#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/trace.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

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

/* The object of a DLL's thread. */
static struct sim_object *find_thread(uint8_t ref)
{
    struct sim_win32 *win32 = SIM_WIN32;
    for (uint32_t i = 0; i < win32->object_count; i++) {
        struct sim_object *object = &win32->objects[i];
        if (object->kind == SIM_OBJECT_THREAD && object->thread == ref &&
            !object->is_signalled) {
            return object;
        }
    }
    return NULL;
}

static void tell_waiters(struct sim_object *object, uint32_t exit_code)
{
    object->is_signalled = 1;
    object->exit_code = exit_code;
    sim_wait_signal(object);
    sim_object_settle(object);
}

void sim_thread_object_end(uint8_t ref)
{
    struct sim_object *object = find_thread(ref);
    if (object != NULL) {
        tell_waiters(object, 0);
    }
}

/* Ends the running thread of a DLL. */
static void end_thread(uint32_t exit_code)
{
    uint8_t ref = sim_thread_current()->ref;
    struct sim_object *object = find_thread(ref);
    LC_CHECK(object != NULL);
    sim_local_thread_exit();
    sim_loader_tell_thread(LC_DLL_THREAD_DETACH);
    record_thread(object, true);
    sim_object_abandon(ref);
    tell_waiters(object, exit_code);
    sim_thread_exit();
}

static void thread_entry(void *argument)
{
    struct sim_object *object = argument;
    LC_CHECK(object->kind == SIM_OBJECT_THREAD);
    lc_thread_start_fn *start = (lc_thread_start_fn *)(uintptr_t)object->start;
    record_thread(object, false);
    while (object->count > 0) {
        (void)sim_thread_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_THREAD,
            .key = sim_object_key(object),
            .timeout_ns = SIM_FOREVER,
            .object = object->number,
        });
    }
    sim_loader_tell_thread(LC_DLL_THREAD_ATTACH);
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
    (void)stack_bytes; /* all stacks are alike */
    sim_win32_yield(LC_SHIM_CREATE_THREAD);
    if (sim_win32_fails(LC_SHIM_CREATE_THREAD)) {
        return NULL;
    }
    struct sim_object *object =
        sim_object_make(SIM_OBJECT_THREAD, LC_OBJECT_THREAD);
    uint32_t slot = sim_thread_create(&(struct sim_thread_options){
        .process = sim_thread_process(),
        .creator = sim_thread_module(),
        .module = sim_thread_module(),
        .ref = LC_NONE,
        .entry = thread_entry,
        .argument = object,
    });
    if (slot == SIM_NO_THREAD) {
        sim_win32_limit();
    }
    LC_CHECK(slot < SIM_THREADS_MAX);
    object->thread = sim_thread_at(slot)->ref;
    object->count = (flags & LC_CREATE_SUSPENDED) != 0;
    object->start = (uint64_t)(uintptr_t)start;
    object->parameter = (uint64_t)(uintptr_t)parameter;
    if (ret_id != NULL) {
        *ret_id = sim_win32_thread_id(object->thread);
    }
    return sim_object_handle(object);
}

static uint32_t LC_ABI resume_thread(lc_handle handle)
{
    struct sim_object *object = sim_object_of(handle, SIM_OBJECT_THREAD);
    if (object == NULL) {
        return UINT32_MAX;
    }
    uint32_t before = object->count;
    if (before > 0) {
        object->count--;
        (void)sim_thread_wake(sim_object_key(object), 1, SIM_WAKE_SIGNALLED);
    }
    return before;
}

void LC_ABI sim_win32_exit_thread(uint32_t exit_code)
{
    sim_win32_yield(LC_SHIM_EXIT_THREAD);
    if (!sim_thread_current()->is_dll || sim_pool_is_worker()) {
        /* A provider ends a thread that is not its own. */
        sim_win32_give_up(LC_FAULT_ABORT);
        return;
    }
    end_thread(exit_code);
}

/* After the module is gone there is no yield point before the thread ends:
 * this is what the function is for. */
static void LC_ABI
free_library_and_exit_thread(lc_handle module, uint32_t exit_code)
{
    if (!sim_thread_current()->is_dll || sim_pool_is_worker()) {
        sim_win32_give_up(LC_FAULT_ABORT);
        return;
    }
    (void)sim_win32_free_library(module);
    /* Nothing of the module is under way any more: DllMain of others may be. */
    for (uint32_t i = 0; i < sim_thread_current()->depth; i++) {
        sim_thread_frame(i)->module = LC_MODULE_SYSTEM;
    }
    end_thread(exit_code);
}

static int LC_ABI get_exit_code_thread(lc_handle handle, uint32_t *ret_code)
{
    const struct sim_object *object = sim_object_of(handle, SIM_OBJECT_THREAD);
    if (object == NULL) {
        return 0;
    }
    if (ret_code == NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    *ret_code =
        object->is_signalled ? object->exit_code : (uint32_t)LC_STILL_ACTIVE;
    return 1;
}

uint32_t sim_win32_thread_id(uint8_t ref)
{
    return 0x1000U + 4U * ref;
}

static uint32_t LC_ABI get_thread_id(lc_handle handle)
{
    const struct sim_object *object = sim_object_of(handle, SIM_OBJECT_THREAD);
    return object == NULL ? 0 : sim_win32_thread_id(object->thread);
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

/* Priorities mean nothing here: every order is tried. */
static int LC_ABI set_thread_priority(lc_handle handle, int priority)
{
    (void)handle;
    (void)priority;
    return 1;
}

const struct sim_export sim_win32_thread_exports[] = {
    { "CreateThread", 0, (sim_code_fn *)sim_win32_create_thread },
    { "ResumeThread", 0, (sim_code_fn *)resume_thread },
    { "ExitThread", 0, (sim_code_fn *)sim_win32_exit_thread },
    { "FreeLibraryAndExitThread",
      0,
      (sim_code_fn *)free_library_and_exit_thread },
    { "GetExitCodeThread", 0, (sim_code_fn *)get_exit_code_thread },
    { "GetThreadId", 0, (sim_code_fn *)get_thread_id },
    { "GetCurrentThreadId", 0, (sim_code_fn *)get_current_thread_id },
    { "GetCurrentProcessId", 0, (sim_code_fn *)get_current_process_id },
    { "GetCurrentProcess", 0, (sim_code_fn *)get_current_process },
    { "GetCurrentThread", 0, (sim_code_fn *)get_current_thread },
    { "SetThreadPriority", 0, (sim_code_fn *)set_thread_priority },
};
const uint32_t sim_win32_thread_export_count =
    LC_COUNT_OF(sim_win32_thread_exports);
