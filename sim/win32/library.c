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
    PATH_BYTES = 512
};

/* Windows' own DLLs: never mapped, never unloaded. */
static const char *const system_dlls[] = {
    "kernel32.dll", "kernelbase.dll", "ntdll.dll",    "msvcrt.dll",
    "ws2_32.dll",   "user32.dll",     "advapi32.dll", "mswsock.dll",
    "ucrtbase.dll", "shlwapi.dll",    "ole32.dll",    "shell32.dll",
    "winmm.dll",
};

/* Their handles: one for each of them. */
#define SYSTEM_HANDLE 0x7ff800000000ULL
#define SYSTEM_STEP   0x1000000ULL

/* The program's own handle. */
#define PROGRAM_HANDLE 0x140000000ULL

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (char)(c - 'A' + 'a');
    }
    return c;
}

/* As Windows does: a name without a dot gets its ending. A path that does not
 * fit finds nothing. */
static const char *complete(const char *path, char *buffer)
{
    const char *slash = strrchr(path, '\\');
    const char *name = slash == NULL ? path : slash + 1;
    size_t length = strnlen(path, PATH_BYTES);
    if (length == 0 || strchr(name, '.') != NULL || length + 5 > PATH_BYTES) {
        return path;
    }
    memcpy(buffer, path, length);
    memcpy(buffer + length, ".dll", 5);
    return buffer;
}

static bool same_file(const char *path, const char *dll)
{
    const char *slash = strrchr(path, '\\');
    const char *name = slash == NULL ? path : slash + 1;
    while (*dll != '\0' && lower(*name) == *dll) {
        name++;
        dll++;
    }
    return *dll == '\0' && *name == '\0';
}

/* The handle of one of Windows' own DLLs, or NULL. */
static lc_handle find_system(const char *path)
{
    for (uint32_t i = 0; i < LC_COUNT_OF(system_dlls); i++) {
        if (same_file(path, system_dlls[i])) {
            return (lc_handle)(uintptr_t)(SYSTEM_HANDLE + i * SYSTEM_STEP);
        }
    }
    return NULL;
}

/* The name of the DLL behind a handle, or NULL when it is no system handle. */
static const char *system_name(const void *handle)
{
    for (uint32_t i = 0; i < LC_COUNT_OF(system_dlls); i++) {
        if ((uint64_t)(uintptr_t)handle == SYSTEM_HANDLE + i * SYSTEM_STEP) {
            return system_dlls[i];
        }
    }
    return NULL;
}

/* Written at start-up only. */
static void (*beside_dll_main)(uint32_t module, uint32_t reason);

void sim_win32_set_dll_main(void (*beside)(uint32_t module, uint32_t reason))
{
    beside_dll_main = beside;
}

static void do_beside(uint32_t module, uint32_t reason)
{
    if (beside_dll_main != NULL) {
        beside_dll_main(module, reason);
    }
}

static uint64_t loader_key(const struct sim_win32_process *process)
{
    return (uint64_t)(uintptr_t)&process->loader_owner;
}

void sim_loader_lock(void)
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

void sim_loader_unlock(void)
{
    struct sim_win32_process *process = sim_win32_process();
    LC_CHECK(process->loader_depth > 0);
    process->loader_depth--;
    if (process->loader_depth == 0) {
        process->loader_owner = 0;
        (void)sim_thread_wake(loader_key(process), 1, SIM_WAKE_SIGNALLED);
    }
}

bool sim_loader_is_idle(void)
{
    return sim_win32_process()->loader_owner == 0 &&
           sim_module_nth(sim_thread_process(), 1) == LC_MODULE_COUNT;
}

/* Not in line: it runs code of others, and callers' frames are part of the
 * run's state. */
static LC_NOINLINE bool run_dll_main(
    uint32_t module,
    uint32_t reason,
    bool process_ends)
{
    uint32_t process = sim_thread_process();
    const struct sim_module_class *class = sim_module_class(module);
    struct lc_record record = {
        .kind = LC_RECORD_DLL_MAIN,
        .caller = LC_MODULE_SYSTEM,
        .callee = (uint8_t)module,
        .a = reason,
        .b = process_ends,
    };
    sim_trace_write_kept(&record);
    sim_thread_enter(module, SIM_FRAME_DLL_MAIN, reason);
    if (reason == LC_DLL_PROCESS_DETACH) {
        do_beside(module, reason);
    }
    bool result = class->ops->dll_main(
        class,
        sim_arena_module(process, module),
        reason,
        process_ends);
    if (reason == LC_DLL_PROCESS_ATTACH && result) {
        do_beside(module, reason);
    }
    sim_thread_leave();
    record.function = 1;
    record.a = result;
    sim_trace_write_kept(&record);
    return result;
}

static void record_unload(uint32_t module, bool is_loaded, int32_t left)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_UNLOAD,
        .caller = (uint8_t)sim_thread_module(),
        .callee = (uint8_t)module,
        .a = is_loaded,
        .b = left,
        .c = is_loaded && left == 0,
    });
}

/* Behind the last that a DLL does with its memory. */
static void check_freed(uint32_t process, uint32_t module)
{
    if (sim_module_class(module)->is_hosted) {
        sim_heap_check_freed(process, module);
    }
}

static void unmap(uint32_t process, uint32_t module)
{
    (void)run_dll_main(module, LC_DLL_PROCESS_DETACH, false);
    check_freed(process, module);
    sim_module_unmap(process, module);
}

void sim_loader_tell_thread(uint32_t reason)
{
    uint32_t process = sim_thread_process();
    if (sim_win32_process()->loader_owner == 0 &&
        !sim_module_is_any_loud(process)) {
        return; /* the lock would be taken and left at once */
    }
    sim_loader_lock();
    uint32_t order = 1;
    uint32_t module = sim_module_nth(process, order);
    while (module != LC_MODULE_COUNT) {
        if (!sim_module_at(process, module)->is_quiet) {
            (void)run_dll_main(module, reason, false);
        }
        order++;
        module = sim_module_nth(process, order);
    }
    sim_loader_unlock();
}

void sim_loader_tell_end(void)
{
    uint32_t process = sim_thread_process();
    uint32_t left = 0;
    while (sim_module_nth(process, left + 1) != LC_MODULE_COUNT) {
        left++;
    }
    for (; left > 0; left--) {
        uint32_t module = sim_module_nth(process, left);
        /* One before it may have freed it, against the rules. */
        if (module != LC_MODULE_COUNT) {
            (void)run_dll_main(module, LC_DLL_PROCESS_DETACH, true);
            check_freed(process, module);
        }
    }
}

/* A load that is made to fail does not get as far as the loader lock. */
static LC_NOINLINE bool fails_to_load(uint32_t module, bool is_whole)
{
    bool fails = sim_win32_fails(LC_SHIM_LOAD_LIBRARY);
    if (fails) {
        sim_trace_write((struct lc_record){
            .kind = LC_RECORD_LOAD,
            .caller = (uint8_t)sim_thread_module(),
            .callee = (uint8_t)module,
            .d = is_whole,
        });
    }
    return fails;
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
    if (was_mapped && !run_dll_main(module, LC_DLL_PROCESS_ATTACH, false)) {
        /* DLL-5: detach at once, and the load fails. */
        int32_t left = sim_module_release(process, module, loader);
        unmap(process, module);
        record_unload(module, true, left);
        sim_win32_set_error(LC_ERROR_DLL_INIT_FAILED);
        return NULL;
    }
    return sim_arena_module(process, module);
}

/* Not in line: what a caller keeps meanwhile is part of the run's state. */
static LC_NOINLINE lc_handle load_locked(uint32_t module, bool is_whole)
{
    if (fails_to_load(module, is_whole)) {
        return NULL;
    }
    sim_loader_lock();
    lc_handle handle = load_module(module, is_whole);
    sim_loader_unlock();
    return handle;
}

lc_handle LC_ABI sim_win32_load_library_a(const char *path)
{
    sim_win32_yield(LC_SHIM_LOAD_LIBRARY);
    if (path == NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return NULL;
    }
    char buffer[PATH_BYTES] = "";
    path = complete(path, buffer);
    bool is_whole;
    uint32_t module = sim_module_find(path, &is_whole);
    if (module == LC_MODULE_COUNT) {
        lc_handle system = find_system(path);
        if (system == NULL) {
            sim_win32_set_error(LC_ERROR_MOD_NOT_FOUND);
        }
        return system;
    }
    return load_locked(module, is_whole);
}

/* ASCII paths only: what is not ASCII finds nothing. */
static const char *narrow(const lc_wchar *text, char *buffer)
{
    uint32_t length = 0;
    if (text == NULL) {
        return NULL;
    }
    while (text[length] != 0 && length + 1 < PATH_BYTES) {
        buffer[length] = (char)(text[length] < 0x80 ? text[length] : '?');
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
static bool find_module(const void *handle, uint32_t *ret_module)
{
    uint32_t process;
    return sim_module_of(handle, &process, ret_module) &&
           process == sim_thread_process() &&
           sim_arena_module(process, *ret_module) == handle &&
           sim_module_at(process, *ret_module)->is_mapped;
}

int sim_library_free(const void *handle)
{
    if (system_name(handle) != NULL) {
        return 1;
    }
    sim_loader_lock();
    uint32_t process;
    uint32_t module;
    bool is_module = find_module(handle, &module);
    if (is_module) {
        process = sim_thread_process();
        int32_t left = sim_module_release(process, module, sim_thread_module());
        if (left == 0) {
            unmap(process, module);
        }
        record_unload(module, true, left);
    } else {
        if (sim_module_of(handle, &process, &module) &&
            sim_module_class(module) != NULL) {
            record_unload(module, false, 0); /* it was unmapped before */
        }
        sim_win32_set_error(LC_ERROR_MOD_NOT_FOUND);
    }
    sim_loader_unlock();
    return is_module;
}

int LC_ABI sim_win32_free_library(lc_handle handle)
{
    sim_win32_yield(LC_SHIM_FREE_LIBRARY);
    return sim_library_free(handle);
}

/* What kernel32 serves, kernelbase and ntdll serve too. */
static sim_code_fn *find_export(
    const char *dll,
    const char *name,
    uint16_t ordinal)
{
    sim_code_fn *code = sim_module_find_system(dll, name, ordinal);
    bool is_kernel =
        same_file("kernelbase.dll", dll) || same_file("ntdll.dll", dll);
    if (code == NULL && is_kernel) {
        code = sim_module_find_system("kernel32.dll", name, ordinal);
    }
    if (code == NULL && same_file("ucrtbase.dll", dll)) {
        code = sim_module_find_system("msvcrt.dll", name, ordinal);
    }
    return code;
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
    uint32_t error = LC_ERROR_PROC_NOT_FOUND;
    uint32_t module;
    const char *system = system_name(handle);
    if (system != NULL) {
        code = find_export(system, name, ordinal);
    } else if (find_module(handle, &module)) {
        const struct sim_module_class *class = sim_module_class(module);
        bool is_startup = name != NULL && strcmp(name, "WSPStartup") == 0;
        if (!is_startup || !sim_win32_fails(LC_SHIM_GET_PROC_ADDRESS)) {
            code = class->ops->export_find(class, handle, name, ordinal);
        }
        sim_trace_write((struct lc_record){
            .kind = LC_RECORD_PROC_ADDRESS,
            .caller = (uint8_t)sim_thread_module(),
            .callee = (uint8_t)module,
            .a = is_startup,
            .b = code != NULL,
        });
        if (code != NULL) {
            code = sim_module_wrap(sim_thread_module(), module, name, code);
        }
    } else if (handle != NULL) {
        error = LC_ERROR_MOD_NOT_FOUND;
    }
    if (code == NULL) {
        sim_win32_set_error(error);
    }
    return (void *)(uintptr_t)code;
}

static lc_handle LC_ABI get_module_handle_a(const char *path)
{
    if (path == NULL) {
        return (lc_handle)(uintptr_t)PROGRAM_HANDLE;
    }
    char buffer[PATH_BYTES] = "";
    path = complete(path, buffer);
    bool is_whole;
    uint32_t process = sim_thread_process();
    uint32_t module = sim_module_find(path, &is_whole);
    if (module != LC_MODULE_COUNT &&
        sim_module_at(process, module)->is_mapped) {
        return sim_arena_module(process, module);
    }
    lc_handle system = module == LC_MODULE_COUNT ? find_system(path) : NULL;
    if (system == NULL) {
        sim_win32_set_error(LC_ERROR_MOD_NOT_FOUND);
    }
    return system;
}

static lc_handle LC_ABI get_module_handle_w(const lc_wchar *path)
{
    char buffer[PATH_BYTES];
    return get_module_handle_a(narrow(path, buffer));
}

/* The module that an address lies in, when it is mapped in this process. */
static lc_handle module_around(const void *address)
{
    uint32_t process;
    uint32_t module;
    if (!sim_module_of(address, &process, &module)) {
        return NULL;
    }
    lc_handle handle = sim_arena_module(process, module);
    return find_module(handle, &module) ? handle : NULL;
}

/* Counts a reference, as LoadLibrary of a module that is loaded does. No path
 * was named, so none was wrong. */
static void add_reference(lc_handle handle)
{
    uint32_t module;
    if (find_module(handle, &module)) {
        (void)load_module(module, true);
    }
}

/* A reference of a pin is never given back by anyone who counts. */
static int LC_ABI
get_module_handle_ex_a(uint32_t flags, const char *name, lc_handle *ret_handle)
{
    sim_win32_yield(LC_SHIM_LOAD_LIBRARY);
    if (ret_handle == NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    sim_loader_lock();
    bool by_address = (flags & LC_GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS) != 0;
    lc_handle handle =
        by_address ? module_around(name) : get_module_handle_a(name);
    bool is_counted =
        (flags & LC_GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT) == 0;
    if (handle != NULL && is_counted) {
        add_reference(handle);
    }
    sim_loader_unlock();
    *ret_handle = handle;
    if (handle == NULL) {
        sim_win32_set_error(LC_ERROR_MOD_NOT_FOUND);
    }
    return handle != NULL;
}

static int LC_ABI get_module_handle_ex_w(
    uint32_t flags,
    const lc_wchar *name,
    lc_handle *ret_handle)
{
    char buffer[PATH_BYTES] = "";
    bool by_address = (flags & LC_GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS) != 0;
    return get_module_handle_ex_a(
        flags,
        by_address ? (const char *)name : narrow(name, buffer),
        ret_handle);
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
    if (!find_module(handle, &module)) {
        sim_win32_set_error(LC_ERROR_MOD_NOT_FOUND);
        return 0;
    }
    sim_module_at(sim_thread_process(), module)->is_quiet = 1;
    return 1;
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
    { "GetModuleHandleExA", 0, (sim_code_fn *)get_module_handle_ex_a },
    { "GetModuleHandleExW", 0, (sim_code_fn *)get_module_handle_ex_w },
    { "GetModuleFileNameA", 0, (sim_code_fn *)get_module_file_name_a },
    { "GetModuleFileNameW", 0, (sim_code_fn *)get_module_file_name_w },
    { "DisableThreadLibraryCalls",
      0,
      (sim_code_fn *)disable_thread_library_calls },
};
const uint32_t sim_library_export_count = LC_COUNT_OF(sim_library_exports);
