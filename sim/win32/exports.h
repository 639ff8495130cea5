/*
 * The export tables of the shim's files, and what they share.
 */
#ifndef SIM_WIN32_EXPORTS_H
#define SIM_WIN32_EXPORTS_H

#include <stdint.h>

#include "sim/engine/module.h"

/* kernel32.dll, by file. */
extern const struct sim_export sim_object_exports[];
extern const uint32_t sim_object_export_count;
extern const struct sim_export sim_port_exports[];
extern const uint32_t sim_port_export_count;
extern const struct sim_export sim_wait_exports[];
extern const uint32_t sim_wait_export_count;
extern const struct sim_export sim_win32_thread_exports[];
extern const uint32_t sim_win32_thread_export_count;
extern const struct sim_export sim_heap_exports[];
extern const uint32_t sim_heap_export_count;
extern const struct sim_export sim_lock_exports[];
extern const uint32_t sim_lock_export_count;
extern const struct sim_export sim_library_exports[];
extern const uint32_t sim_library_export_count;
extern const struct sim_export sim_memory_exports[];
extern const uint32_t sim_memory_export_count;
extern const struct sim_export sim_text_exports[];
extern const uint32_t sim_text_export_count;
extern const struct sim_export sim_string_exports[];
extern const uint32_t sim_string_export_count;
extern const struct sim_export sim_system_exports[];
extern const uint32_t sim_system_export_count;
extern const struct sim_export sim_sync_exports[];
extern const uint32_t sim_sync_export_count;
extern const struct sim_export sim_local_exports[];
extern const uint32_t sim_local_export_count;
extern const struct sim_export sim_time_exports[];
extern const uint32_t sim_time_export_count;
extern const struct sim_export sim_timer_exports[];
extern const uint32_t sim_timer_export_count;
extern const struct sim_export sim_pool_exports[];
extern const uint32_t sim_pool_export_count;
extern const struct sim_export sim_list_exports[];
extern const uint32_t sim_list_export_count;

/* advapi32.dll. */
extern const struct sim_export sim_registry_exports[];
extern const uint32_t sim_registry_export_count;

/* msvcrt.dll, by file. */
extern const struct sim_export sim_crt_exports[];
extern const uint32_t sim_crt_export_count;
extern const struct sim_export sim_crt_string_exports[];
extern const uint32_t sim_crt_string_export_count;
extern const struct sim_export sim_print_exports[];
extern const uint32_t sim_print_export_count;
extern const struct sim_export sim_number_exports[];
extern const uint32_t sim_number_export_count;
extern const struct sim_export sim_time_crt_exports[];
extern const uint32_t sim_time_crt_export_count;

/* winmm.dll. */
extern const struct sim_export sim_time_media_exports[];
extern const uint32_t sim_time_media_export_count;

/* user32.dll. */
extern const struct sim_export sim_print_user_exports[];
extern const uint32_t sim_print_user_export_count;

/** Thread id of a thread reference. */
uint32_t sim_win32_thread_id(uint8_t ref);

#endif
