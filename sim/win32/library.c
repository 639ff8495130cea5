/*
 * LoadLibrary and what belongs to it. DllMain runs under the loader lock, which
 * is recursive and belongs to the process.
 * Source: documented. LoadLibrary, FreeLibrary, GetProcAddress,
 *         GetModuleHandle, GetModuleFileName (libloaderapi.h); DllMain.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    PATH_BYTES = 512,
    ERROR_DLL_INIT_FAILED = 1114
};

/* Handles of Windows' own DLLs: one for all of a name. */
#define SYSTEM_HANDLE 0x7ff800000000ULL

static uint64_t loader_key(const struct sim_win32_process *process)
{
    return (uint64_t)(uintptr_t)&process->loader_owner;
}

static void loader_lock(void)
{
    struct sim_win32_process *process = sim_win32_process();
    uint8_t self = (uint8_t)(sim_thread_current()->ref + 1);
    while (process->loader_owner != 0 && process->loader_owner != self) {
        (void)sim_thread_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_LOCK,
            .key = loader_key(process),
            .timeout_ns = SIM_FOREVER,
        });
    }
    process->loader_owner = self;
    process->loader_depth++;
}

static void loader_unlock(void)
{
    struct sim_win32_process *process = sim_win32_process();
    LC_CHECK(process->loader_depth > 0);
    process->loader_depth--;
    if (process->loader_depth == 0) {
        process->loader_owner = 0;
        (void)sim_thread_wake(loader_key(process), 1, SIM_WAKE_SIGNALLED);
    }
}

static bool run_dll_main(uint32_t process, uint32_t module, uint32_t reason)
{
    const struct sim_module_class *class = sim_module_class(module);
    struct lc_record record = {
        .kind = LC_RECORD_DLL_MAIN,
        .caller = LC_MODULE_SYSTEM,
        .callee = (uint8_t)module,
        .a = reason,
    };
    sim_trace_write(record);
    sim_thread_enter(module, SIM_FRAME_DLL_MAIN, reason);
    bool result = class->ops->dll_main(
        class,
        sim_arena_module(process, module),
        reason,
        false);
    sim_thread_leave();
    record.function = 1;
    record.a = result;
    sim_trace_write(record);
    return result;
}

static void unmap(uint32_t process, uint32_t module)
{
    (void)run_dll_main(process, module, LC_DLL_PROCESS_DETACH);
    sim_module_unmap(process, module);
}

/* Loads a provider module under the loader lock. */
static lc_handle load_module(uint32_t module, bool is_whole)
{
    uint32_t process = sim_thread_process();
    uint32_t loader = sim_thread_module();
    bool was_mapped = false;
    bool is_loaded = sim_module_load(process, module, loader, &was_mapped);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_LOAD,
        .caller = (uint8_t)loader,
        .callee = (uint8_t)module,
        .a = is_loaded,
        .b = is_loaded ? sim_module_references(process, module) : 0,
        .c = is_loaded && was_mapped,
        .d = is_whole,
    });
    if (!is_loaded) {
        sim_win32_set_error(LC_ERROR_MOD_NOT_FOUND);
        return NULL;
    }
    if (was_mapped && !run_dll_main(process, module, LC_DLL_PROCESS_ATTACH)) {
        /* DLL-5: detach at once, and the load fails. */
        int32_t left = sim_module_release(process, module, loader);
        unmap(process, module);
        sim_trace_write((struct lc_record){
            .kind = LC_RECORD_UNLOAD,
            .caller = (uint8_t)loader,
            .callee = (uint8_t)module,
            .a = 1,
            .b = left,
            .c = 1,
        });
        sim_win32_set_error(ERROR_DLL_INIT_FAILED);
        return NULL;
    }
    return sim_arena_module(process, module);
}

lc_handle LC_ABI sim_win32_load_library_a(const char *path)
{
    sim_win32_yield(LC_SHIM_LOAD_LIBRARY);
    if (path == NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return NULL;
    }
    bool is_whole;
    uint32_t module = sim_module_find(path, &is_whole);
    if (module == LC_MODULE_COUNT) {
        if (sim_win32_is_system(path)) {
            return (lc_handle)(uintptr_t)SYSTEM_HANDLE;
        }
        sim_win32_set_error(LC_ERROR_MOD_NOT_FOUND);
        return NULL;
    }
    loader_lock();
    lc_handle handle = load_module(module, is_whole);
    loader_unlock();
    return handle;
}

/* ASCII paths only: what is not ASCII finds nothing. */
static const char *narrow(const lc_wchar *text, char *buffer)
{
    uint32_t length = 0;
    if (text == NULL) {
        return NULL;
    }
    while (text[length] != 0 && length + 1 < PATH_BYTES) {
        buffer[length] = text[length] < 0x80 ? (char)text[length] : '?';
        length++;
    }
    buffer[length] = '\0';
    return buffer;
}

lc_handle LC_ABI sim_win32_load_library_w(const lc_wchar *path)
{
    char buffer[PATH_BYTES];
    return sim_win32_load_library_a(narrow(path, buffer));
}

static lc_handle LC_ABI
load_library_ex_a(const char *path, lc_handle file, uint32_t flags)
{
    (void)file;
    (void)flags;
    return sim_win32_load_library_a(path);
}

static lc_handle LC_ABI
load_library_ex_w(const lc_wchar *path, lc_handle file, uint32_t flags)
{
    (void)file;
    (void)flags;
    return sim_win32_load_library_w(path);
}

/* The module of a handle in this process, mapped now. */
static bool find_module(lc_handle handle, uint32_t *ret_module)
{
    uint32_t process;
    return sim_module_of(handle, &process, ret_module) &&
           process == sim_thread_process() &&
           sim_arena_module(process, *ret_module) == handle &&
           sim_module_at(process, *ret_module)->is_mapped;
}

int LC_ABI sim_win32_free_library(lc_handle handle)
{
    sim_win32_yield(LC_SHIM_FREE_LIBRARY);
    if ((uint64_t)(uintptr_t)handle == SYSTEM_HANDLE) {
        return 1;
    }
    loader_lock();
    uint32_t module;
    bool is_module = find_module(handle, &module);
    if (is_module) {
        uint32_t process = sim_thread_process();
        uint32_t loader = sim_thread_module();
        int32_t left = sim_module_release(process, module, loader);
        if (left == 0) {
            unmap(process, module);
        }
        sim_trace_write((struct lc_record){
            .kind = LC_RECORD_UNLOAD,
            .caller = (uint8_t)loader,
            .callee = (uint8_t)module,
            .a = 1,
            .b = left,
            .c = left == 0,
        });
    } else {
        sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
    }
    loader_unlock();
    return is_module;
}

void *LC_ABI sim_win32_get_proc_address(lc_handle handle, const char *name)
{
    sim_win32_yield(LC_SHIM_GET_PROC_ADDRESS);
    uint16_t ordinal = 0;
    if ((uint64_t)(uintptr_t)name < 0x10000) {
        ordinal = (uint16_t)(uintptr_t)name;
        name = NULL;
    }
    sim_code_fn *code = NULL;
    uint32_t module;
    if ((uint64_t)(uintptr_t)handle == SYSTEM_HANDLE) {
        code = sim_win32_find_system(name, ordinal);
    } else if (find_module(handle, &module)) {
        const struct sim_module_class *class = sim_module_class(module);
        code = class->ops->export_find(class, handle, name, ordinal);
        sim_trace_write((struct lc_record){
            .kind = LC_RECORD_PROC_ADDRESS,
            .caller = (uint8_t)sim_thread_module(),
            .callee = (uint8_t)module,
            .a = name != NULL && strcmp(name, "WSPStartup") == 0,
            .b = code != NULL,
        });
        if (code != NULL) {
            code = sim_module_wrap(sim_thread_module(), module, name, code);
        }
    }
    if (code == NULL) {
        sim_win32_set_error(LC_ERROR_PROC_NOT_FOUND);
    }
    return (void *)(uintptr_t)code;
}

static lc_handle LC_ABI get_module_handle_a(const char *path)
{
    if (path == NULL) {
        return (lc_handle)(uintptr_t)0x140000000ULL; /* the program */
    }
    bool is_whole;
    uint32_t process = sim_thread_process();
    uint32_t module = sim_module_find(path, &is_whole);
    if (module != LC_MODULE_COUNT &&
        sim_module_at(process, module)->is_mapped) {
        return sim_arena_module(process, module);
    }
    if (module == LC_MODULE_COUNT && sim_win32_is_system(path)) {
        return (lc_handle)(uintptr_t)SYSTEM_HANDLE;
    }
    sim_win32_set_error(LC_ERROR_MOD_NOT_FOUND);
    return NULL;
}

static lc_handle LC_ABI get_module_handle_w(const lc_wchar *path)
{
    char buffer[PATH_BYTES];
    return get_module_handle_a(narrow(path, buffer));
}

static const char *module_path(lc_handle handle)
{
    uint32_t module;
    if (handle == NULL) {
        return "C:\\lastcall\\application.exe";
    }
    return find_module(handle, &module) ? sim_module_path(module) : NULL;
}

static uint32_t LC_ABI
get_module_file_name_a(lc_handle handle, char *ret_path, uint32_t capacity)
{
    const char *path = module_path(handle);
    if (path == NULL || capacity == 0) {
        sim_win32_set_error(LC_ERROR_MOD_NOT_FOUND);
        return 0;
    }
    uint32_t length = (uint32_t)strlen(path);
    uint32_t copied = length < capacity ? length : capacity - 1;
    memcpy(ret_path, path, copied);
    ret_path[copied] = '\0';
    if (copied < length) {
        sim_win32_set_error(LC_ERROR_INSUFFICIENT_BUFFER);
        return capacity;
    }
    return length;
}

static uint32_t LC_ABI
get_module_file_name_w(lc_handle handle, lc_wchar *ret_path, uint32_t capacity)
{
    char path[PATH_BYTES];
    uint32_t length = get_module_file_name_a(
        handle,
        path,
        capacity < PATH_BYTES ? capacity : PATH_BYTES);
    uint32_t copied =
        length < capacity || capacity == 0 ? length : capacity - 1;
    for (uint32_t i = 0; i < copied; i++) {
        ret_path[i] = (unsigned char)path[i];
    }
    if (capacity > 0) {
        ret_path[copied] = 0;
    }
    return length;
}

static int LC_ABI disable_thread_library_calls(lc_handle handle)
{
    uint32_t module;
    return find_module(handle, &module);
}

const struct sim_export sim_library_exports[] = {
    { "LoadLibraryA", 0, (sim_code_fn *)sim_win32_load_library_a },
    { "LoadLibraryW", 0, (sim_code_fn *)sim_win32_load_library_w },
    { "LoadLibraryExA", 0, (sim_code_fn *)load_library_ex_a },
    { "LoadLibraryExW", 0, (sim_code_fn *)load_library_ex_w },
    { "FreeLibrary", 0, (sim_code_fn *)sim_win32_free_library },
    { "GetProcAddress", 0, (sim_code_fn *)sim_win32_get_proc_address },
    { "GetModuleHandleA", 0, (sim_code_fn *)get_module_handle_a },
    { "GetModuleHandleW", 0, (sim_code_fn *)get_module_handle_w },
    { "GetModuleFileNameA", 0, (sim_code_fn *)get_module_file_name_a },
    { "GetModuleFileNameW", 0, (sim_code_fn *)get_module_file_name_w },
    { "DisableThreadLibraryCalls",
      0,
      (sim_code_fn *)disable_thread_library_calls },
};
const uint32_t sim_library_export_count = LC_COUNT_OF(sim_library_exports);
