/*
 * The functions of Windows that the shim serves, and the DLLs that reach them:
 * those that call each function by its name, and say so (tests/data/shim).
 */
#ifndef TOOLS_SURFACE_SHIM_H
#define TOOLS_SURFACE_SHIM_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Reads the DLLs of a folder, in the order of their names.
 *
 * Errors: false, having said why: the folder can't be read, or has no DLL.
 */
bool tool_surface_shim_read(const char *folder);

/** How many functions are served; 0 before they were read. */
uint32_t tool_surface_shim_count(void);

/** "kernel32.dll Sleep", by number from 0; valid until the end. */
const char *tool_surface_shim_name(uint32_t item);

/** The first DLL that reaches it, without the folder; NULL: none. */
const char *tool_surface_shim_reached_by(uint32_t item);

#endif
