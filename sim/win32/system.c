/*
 * The rest of kernel32: errors, the machine; and what opens the shim.
 * Source: documented. The page of each function.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/snapshot.h"
#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/apc.h"
#include "sim/win32/exports.h"
#include "sim/win32/port.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

void sim_win32_give_up(enum lc_fault fault)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_FAULT,
        .function = (uint16_t)fault,
        .caller = LC_MODULE_SYSTEM,
        .callee = (uint8_t)sim_thread_module(),
        .a = -1,
        .b = -1,
    });
    sim_thread_end_run(LC_END_FAULT);
}

static uint32_t LC_ABI get_last_error(void)
{
    return sim_thread_current()->last_error;
}

static void LC_ABI set_last_error(uint32_t error)
{
    sim_win32_set_error(error);
}

/* ---- The machine ---- */

static void LC_ABI get_system_info(struct lc_system_info *ret_info)
{
    memset(ret_info, 0, sizeof *ret_info);
    ret_info->wProcessorArchitecture = 9; /* x64 */
    ret_info->dwPageSize = 4096;
    ret_info->lpMinimumApplicationAddress = (void *)(uintptr_t)0x10000;
    ret_info->lpMaximumApplicationAddress =
        (void *)(uintptr_t)0x7ffffffeffffULL;
    ret_info->dwActiveProcessorMask = 3;
    ret_info->dwNumberOfProcessors = 2;
    ret_info->dwProcessorType = 8664;
    ret_info->dwAllocationGranularity = 65536;
    ret_info->wProcessorLevel = 6;
}

static void LC_ABI output_debug_string(const void *text)
{
    (void)text; /* nobody listens */
}

static void LC_ABI debug_break(void)
{
    sim_win32_give_up(LC_FAULT_BREAKPOINT);
}

static int LC_ABI is_debugger_present(void)
{
    return 0;
}

static void *LC_ABI set_unhandled_exception_filter(void *filter)
{
    (void)filter;
    return NULL;
}

/* A provider that ends the process of the application. */
static void LC_ABI terminate(void)
{
    sim_win32_give_up(LC_FAULT_ABORT);
}

/* Pointers are kept as they are. */
static void *LC_ABI encode_pointer(void *pointer)
{
    return pointer;
}

static int LC_ABI is_processor_feature_present(uint32_t feature)
{
    (void)feature;
    return 0;
}

static uint32_t LC_ABI get_code_page(void)
{
    return LC_CP_UTF8;
}

/* Windows 10: 10.0, build 19041. */
static uint32_t LC_ABI get_version(void)
{
    return 0x4a61000aU;
}

static const char *LC_ABI get_command_line_a(void)
{
    return "application.exe";
}

static const lc_wchar *LC_ABI get_command_line_w(void)
{
    return u"application.exe";
}

const struct sim_export sim_system_exports[] = {
    { "GetLastError", 0, (sim_code_fn *)get_last_error },
    { "SetLastError", 0, (sim_code_fn *)set_last_error },
    { "GetSystemInfo", 0, (sim_code_fn *)get_system_info },
    { "OutputDebugStringA", 0, (sim_code_fn *)output_debug_string },
    { "OutputDebugStringW", 0, (sim_code_fn *)output_debug_string },
    { "DebugBreak", 0, (sim_code_fn *)debug_break },
    { "IsDebuggerPresent", 0, (sim_code_fn *)is_debugger_present },
    { "SetUnhandledExceptionFilter",
      0,
      (sim_code_fn *)set_unhandled_exception_filter },
    { "UnhandledExceptionFilter", 0, (sim_code_fn *)is_debugger_present },
    { "EncodePointer", 0, (sim_code_fn *)encode_pointer },
    { "DecodePointer", 0, (sim_code_fn *)encode_pointer },
    { "IsProcessorFeaturePresent",
      0,
      (sim_code_fn *)is_processor_feature_present },
    { "GetACP", 0, (sim_code_fn *)get_code_page },
    { "GetOEMCP", 0, (sim_code_fn *)get_code_page },
    { "GetVersion", 0, (sim_code_fn *)get_version },
    { "GetCommandLineA", 0, (sim_code_fn *)get_command_line_a },
    { "GetCommandLineW", 0, (sim_code_fn *)get_command_line_w },
    { "ExitProcess", 0, (sim_code_fn *)terminate },
    { "TerminateProcess", 0, (sim_code_fn *)terminate },
};
const uint32_t sim_system_export_count = LC_COUNT_OF(sim_system_exports);

static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    const struct sim_win32 *win32 = SIM_WIN32;
    uint32_t waits =
        win32->waiting == 0 ? 0 : 32U - (uint32_t)__builtin_clz(win32->waiting);
    ret_ranges[0].offset_bytes = 0;
    ret_ranges[0].size_bytes = offsetof(struct sim_win32, tls);
    ret_ranges[1].offset_bytes = offsetof(struct sim_win32, tls);
    ret_ranges[1].size_bytes = win32->tls_end * (uint32_t)sizeof win32->tls[0];
    ret_ranges[2].offset_bytes = offsetof(struct sim_win32, waits);
    ret_ranges[2].size_bytes = waits * (uint32_t)sizeof win32->waits[0];
    ret_ranges[3].offset_bytes = offsetof(struct sim_win32, callbacks);
    ret_ranges[3].size_bytes =
        win32->has_callbacks * (uint32_t)sizeof win32->callbacks;
    ret_ranges[4].offset_bytes = offsetof(struct sim_win32, objects);
    ret_ranges[4].size_bytes =
        win32->object_count * (uint32_t)sizeof win32->objects[0];
    return 5;
}

static void key_of_objects(struct sim_hash *hash)
{
    const struct sim_win32 *win32 = SIM_WIN32;
    struct sim_object kept;
    unsigned char *at = sim_hash_room(hash, win32->object_count * sizeof kept);
    for (uint32_t i = 0; i < win32->object_count; i++) {
        kept = win32->objects[i];
        kept.number = 0;
        kept.map_count =
            kept.map_count != 0 &&
            sim_callback_is_current(kept.process, kept.owner, kept.map_count);
        memcpy(at, &kept, sizeof kept);
        at += sizeof kept;
    }
}

/* The numbers of objects, blocks and slots are history. */
static void key_of_part(struct sim_hash *hash)
{
    const struct sim_win32 *win32 = SIM_WIN32;
    uint64_t words[] = {
        win32->object_count,
        win32->waiting,
        win32->pages,
    };
    sim_hash_add(hash, words, sizeof words);
    bool has_tls = false;
    for (uint32_t i = 0; i < LC_PROCESSES_MAX; i++) {
        const struct sim_win32_process *process = &win32->processes[i];
        uint64_t counts[] = {
            process->loader_owner, process->loader_depth, process->tls_used,
            process->fls_used,     process->block_count,  process->exit_how,
        };
        has_tls = has_tls || process->tls_used != 0;
        sim_hash_add(hash, counts, sizeof counts);
        sim_hash_add(hash, process->tls_owner, sizeof process->tls_owner);
    }
    if (has_tls) {
        sim_hash_add(hash, win32->tls, win32->tls_end * sizeof win32->tls[0]);
    }
    for (uint32_t left = win32->waiting; left != 0; left &= left - 1) {
        sim_hash_add(
            hash,
            &win32->waits[__builtin_ctz(left)],
            sizeof win32->waits[0]);
    }
    sim_hash_add(hash, win32->iob, sizeof win32->iob);
    if (win32->has_callbacks != 0) {
        sim_callback_key(hash);
    }
    key_of_objects(hash);
    sim_heap_key(hash);
}

void sim_win32_begin(bool has_page_heap)
{
    SIM_WIN32->has_page_heap = has_page_heap;
}

void sim_win32_open(void)
{
    sim_arena_part_declare(SIM_PART_WIN32, sizeof(struct sim_win32));
    sim_arena_part_set_used(SIM_PART_WIN32, used_ranges);
    sim_snapshot_set_key(SIM_PART_WIN32, key_of_part);
    sim_heap_open();
    sim_timer_open();
    sim_apc_open();
    sim_port_open();

    static const struct {
        const char *dll;
        const struct sim_export *exports;
        const uint32_t *count;
    } tables[] = {
        { "kernel32.dll", sim_object_exports, &sim_object_export_count },
        { "kernel32.dll", sim_wait_exports, &sim_wait_export_count },
        { "kernel32.dll", sim_port_exports, &sim_port_export_count },
        { "kernel32.dll",
          sim_win32_thread_exports,
          &sim_win32_thread_export_count },
        { "kernel32.dll", sim_heap_exports, &sim_heap_export_count },
        { "kernel32.dll", sim_lock_exports, &sim_lock_export_count },
        { "kernel32.dll", sim_library_exports, &sim_library_export_count },
        { "kernel32.dll", sim_memory_exports, &sim_memory_export_count },
        { "kernel32.dll", sim_text_exports, &sim_text_export_count },
        { "kernel32.dll", sim_string_exports, &sim_string_export_count },
        { "kernel32.dll", sim_system_exports, &sim_system_export_count },
        { "kernel32.dll", sim_sync_exports, &sim_sync_export_count },
        { "kernel32.dll", sim_local_exports, &sim_local_export_count },
        { "kernel32.dll", sim_time_exports, &sim_time_export_count },
        { "kernel32.dll", sim_timer_exports, &sim_timer_export_count },
        { "kernel32.dll", sim_pool_exports, &sim_pool_export_count },
        { "kernel32.dll", sim_list_exports, &sim_list_export_count },
        { "advapi32.dll", sim_registry_exports, &sim_registry_export_count },
        { "msvcrt.dll", sim_crt_exports, &sim_crt_export_count },
        { "msvcrt.dll", sim_crt_string_exports, &sim_crt_string_export_count },
        { "msvcrt.dll", sim_print_exports, &sim_print_export_count },
        { "msvcrt.dll", sim_number_exports, &sim_number_export_count },
        { "msvcrt.dll", sim_time_crt_exports, &sim_time_crt_export_count },
        { "winmm.dll", sim_time_media_exports, &sim_time_media_export_count },
        { "user32.dll", sim_print_user_exports, &sim_print_user_export_count },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(tables); i++) {
        sim_module_add_system(
            tables[i].dll,
            tables[i].exports,
            *tables[i].count);
    }
}
