/*
 * PE32+ images for x86-64: reading and checking. Every field of a file is
 * checked before it is used; a file that is not a DLL we can host is answered
 * by one line that says why.
 * Source: documented. "PE Format" (Microsoft): headers, .reloc, .idata,
 *         .edata, .tls sections.
 */
#ifndef SIM_HOST_PE_H
#define SIM_HOST_PE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"

enum sim_pe_limits {
    SIM_PE_SECTIONS_MAX = 96,
    SIM_PE_IMPORTS_MAX = 2048,
    SIM_PE_EXPORTS_MAX = 8192,
    SIM_PE_CALLBACKS_MAX = 16,
    SIM_PE_TLS_BYTES_MAX = 2048, /* of one thread's copy */
    /* A module slot less room behind the image for the threads' copies. */
    SIM_PE_IMAGE_BYTES_MAX = 15 << 20
};

struct sim_pe_section {
    uint32_t rva;
    uint32_t size_bytes; /* in memory */
    bool is_writable;
    bool is_executable;
};

struct sim_pe_import {
    const char *dll;  /* in the flat image */
    const char *name; /* NULL: by ordinal */
    uint16_t ordinal;
    uint32_t slot_rva; /* where the address goes */
};

struct sim_pe_export {
    const char *name; /* NULL: by ordinal only */
    uint16_t ordinal;
    uint32_t rva;
};

/* A checked file. */
struct sim_pe {
    unsigned char *flat; /* the image as it lies in memory, not relocated */
    uint32_t image_bytes;
    uint32_t header_bytes;
    uint64_t base;      /* that the file is linked for */
    uint32_t entry_rva; /* 0: none */
    uint32_t section_count;
    struct sim_pe_section sections[SIM_PE_SECTIONS_MAX];
    uint32_t import_count;
    struct sim_pe_import *imports;
    uint32_t export_count;
    struct sim_pe_export *exports;
    uint32_t relocation_count;
    uint32_t *relocations; /* RVAs of 8-byte addresses */
    bool has_tls;
    uint32_t tls_rva;        /* of the template */
    uint32_t tls_bytes;      /* of the template */
    uint32_t tls_zero_bytes; /* behind it */
    uint32_t tls_index_rva;
    uint32_t callback_count;
    uint32_t callbacks[SIM_PE_CALLBACKS_MAX]; /* RVAs */
    uint32_t symbols_at; /* COFF symbols in the file, 0: none */
    uint32_t symbol_count;
};

/**
 * Checks a file and lays it out flat.
 *
 * @param bytes      borrowed; size_bytes bytes, any bytes at all.
 * @param ret_pe     filled; to be given back by sim_pe_close() either way.
 * @param ret_error  filled on failure: what is wrong, one line, capacity bytes.
 */
LC_MUST_USE bool sim_pe_open(
    const unsigned char *bytes,
    size_t size_bytes,
    struct sim_pe *ret_pe,
    char *ret_error,
    size_t capacity);

/** Gives back what sim_pe_open() took. */
void sim_pe_close(struct sim_pe *pe);

#endif
