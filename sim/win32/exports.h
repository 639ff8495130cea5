/*
 * The export tables of the shim's files, and what they share.
 */
#ifndef SIM_WIN32_EXPORTS_H
#define SIM_WIN32_EXPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/module.h"

/* kernel32.dll, by file. */
extern const struct sim_export sim_object_exports[];
extern const uint32_t sim_object_export_count;
extern const struct sim_export sim_heap_exports[];
extern const uint32_t sim_heap_export_count;
extern const struct sim_export sim_lock_exports[];
extern const uint32_t sim_lock_export_count;
extern const struct sim_export sim_library_exports[];
extern const uint32_t sim_library_export_count;
extern const struct sim_export sim_text_exports[];
extern const uint32_t sim_text_export_count;
extern const struct sim_export sim_system_exports[];
extern const uint32_t sim_system_export_count;

/* msvcrt.dll. */
extern const struct sim_export sim_crt_exports[];
extern const uint32_t sim_crt_export_count;

/** Whether a path names one of Windows' own DLLs that the shim serves. */
bool sim_win32_is_system(const char *path);

/** An export of any of them, by name or by ordinal. NULL: not served. */
sim_code_fn *sim_win32_find_system(const char *name, uint16_t ordinal);

/** Thread id of a thread reference. */
uint32_t sim_win32_thread_id(uint8_t ref);

#endif
