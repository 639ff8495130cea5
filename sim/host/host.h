/*
 * The host: brings real provider code in. A DLL is read and checked once, its
 * image is laid into a module slot of each process, and from then on it is a
 * module like any other (sim/engine/module.h).
 */
#ifndef SIM_HOST_HOST_H
#define SIM_HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/module.h"
#include "sim/engine/status.h"

struct sim_host_import {
    char dll[64];
    char name[128]; /* empty: by ordinal */
    uint16_t ordinal;
    bool is_served; /* false: a stub that reports its call as a fault */
};

struct sim_host_export {
    char name[128];
    uint32_t rva;
};

struct sim_host_image; /* a DLL that was read; kept until exit */

/** At start-up: fault handlers, alternate signal stack, TEB. */
void sim_host_open(void);

/**
 * Reads and checks a DLL.
 *
 * @param path       borrowed; file on the host.
 * @param ret_error  filled on failure: one line that says what is wrong with
 *                   it; capacity bytes.
 *
 * Errors: SIM_ERROR_FILE, SIM_ERROR_IMAGE.
 */
LC_MUST_USE enum sim_status sim_host_read(
    const char *path,
    const struct sim_host_image **ret_image,
    char *ret_error,
    uint32_t capacity);

/**
 * Makes the image the module of that number: lays it into the slots of the
 * first processes, relocates, binds imports.
 *
 * Returns: the class for sim_module_set_class(), owned by the host.
 * Errors:  SIM_ERROR_EXPORT when it lacks WSPStartup, SIM_ERROR_LIMIT.
 */
LC_MUST_USE enum sim_status sim_host_install(
    const struct sim_host_image *image,
    uint32_t module,
    uint32_t process_count,
    const struct sim_module_class **ret_class);

/** Makes a module's slots plain memory again, for a built-in. */
void sim_host_uninstall(uint32_t module);

/** Imports and exports, for people. Borrowed from the image. */
uint32_t sim_host_imports(
    const struct sim_host_image *image,
    const struct sim_host_import **ret_imports);
uint32_t sim_host_exports(
    const struct sim_host_image *image,
    const struct sim_host_export **ret_exports);

/** Where the last run's fault was: module, offset and nearest symbol. */
struct sim_host_fault {
    bool is_set;
    bool is_import; /* the call of one that is not served */
    uint32_t process;
    uint32_t module;
    uint64_t offset_bytes; /* in the module's image */
    char symbol[160];      /* nearest export or import, empty when unknown */
    uint64_t symbol_offset_bytes;
};
const struct sim_host_fault *sim_host_last_fault(void);

/** No fault yet. When a run begins. */
void sim_host_forget_fault(void);

/** Called by a watchdog when the running run makes no step for too long. */
void sim_host_watch(uint32_t cpu_seconds);

#endif
