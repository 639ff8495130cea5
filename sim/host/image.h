/*
 * Images laid into module slots. For files of sim/host only.
 */
#ifndef SIM_HOST_IMAGE_H
#define SIM_HOST_IMAGE_H

#include "lastcall/trace.h"

#include "sim/host/host.h"
#include "sim/host/pe.h"

/* A DLL that was read. Kept until exit. */
struct sim_host_image {
    char path[512];
    unsigned char *bytes; /* the whole file */
    size_t size_bytes;
    struct sim_pe pe;
    struct sim_host_import *imports;
    struct sim_host_export *exports;
    uint32_t export_count;
    sim_code_fn **stubs; /* by import: for those that are not served */
};

/* An image in a module slot. */
struct sim_host_installed {
    const struct sim_host_image *image; /* NULL: none */
    struct sim_module_class class;
    uint32_t range_count;
    struct sim_range ranges[SIM_RANGES_MAX];
    struct sim_range whole; /* the image and the threads' copies */
    uint32_t module;
    uint32_t tls_at; /* offset of the threads' copies in the slot */
    uint32_t tls_stride_bytes;
    unsigned char *pristine[LC_PROCESSES_MAX]; /* ranges, one behind another */
};

/** What an import is bound to, or NULL when the shim does not serve it. */
sim_code_fn *sim_host_find_import(const struct sim_host_import *import);

/** What is installed as a module, or NULL. */
const struct sim_host_installed *sim_host_installed(uint32_t module);

/** Begins, and stops, to fill in the TEB at each switch. */
void sim_host_teb_open(void);
void sim_host_teb_close(void);

/**
 * Names a place in an image: the nearest symbol at or before it.
 *
 * @param ret_name  filled; capacity bytes; empty when there is none.
 *
 * Returns: bytes from the symbol to the place.
 */
uint64_t sim_host_symbol(
    const struct sim_host_image *image,
    uint64_t rva,
    char *ret_name,
    size_t capacity);

/** Remembers which import was called that the shim does not serve. */
void sim_host_note_import(const struct sim_host_import *import);

/** Installs the signal handlers. */
void sim_host_fault_open(void);

#endif
