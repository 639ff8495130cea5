#include "sim/host/pe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/arena.h"

enum {
    DOS_BYTES = 64,
    COFF_BYTES = 20,
    OPTIONAL_BYTES = 112, /* up to the directories */
    SECTION_BYTES = 40,
    PAGE_BYTES = 4096,
    MACHINE_AMD64 = 0x8664,
    MACHINE_I386 = 0x14c,
    MACHINE_ARM64 = 0xaa64,
    IS_DLL = 0x2000,
    RELOCS_STRIPPED = 0x1,
    MAGIC_PE32_PLUS = 0x20b,
    DIRECTORY_EXPORT = 0,
    DIRECTORY_IMPORT = 1,
    DIRECTORY_RELOC = 5,
    DIRECTORY_TLS = 9,
    DIRECTORIES = 16,
    RELOC_ABSOLUTE = 0,
    RELOC_HIGHLOW = 3,
    RELOC_DIR64 = 10,
    NAME_BYTES_MAX = 4096 /* bounds the search for a text's end */
};

#define SECTION_EXECUTE 0x20000000U
#define SECTION_WRITE   0x80000000U

struct reader {
    const unsigned char *bytes;
    size_t size_bytes;
    struct sim_pe *pe;
    char *error;
    size_t capacity;

    struct {
        uint32_t rva;
        uint32_t size_bytes;
    } directories[DIRECTORIES];

    uint32_t section_alignment;
    uint16_t characteristics;
};

LC_PRINTF(2, 3)

static bool fail(const struct reader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reader->error, reader->capacity, format, arguments);
    va_end(arguments);
    return false;
}

static uint16_t get16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const unsigned char *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

/* Whether a range lies in the flat image. */
static bool in_image(const struct sim_pe *pe, uint64_t rva, uint64_t size_bytes)
{
    return rva <= pe->image_bytes && size_bytes <= pe->image_bytes - rva;
}

/* A text in the image that ends in it, or NULL. */
static const char *text_at(const struct sim_pe *pe, uint64_t rva)
{
    if (rva >= pe->image_bytes) {
        return NULL;
    }
    const char *text = (const char *)pe->flat + rva;
    size_t room = pe->image_bytes - (size_t)rva;
    room = room < NAME_BYTES_MAX ? room : NAME_BYTES_MAX;
    return memchr(text, '\0', room) == NULL ? NULL : text;
}

static bool read_coff(struct reader *reader, size_t at)
{
    const unsigned char *coff = reader->bytes + at;
    uint16_t machine = get16(coff);
    if (machine == MACHINE_I386) {
        return fail(reader, "a 32-bit DLL; only x86-64 can be hosted");
    }
    if (machine == MACHINE_ARM64) {
        return fail(reader, "an ARM64 DLL; only x86-64 can be hosted");
    }
    if (machine != MACHINE_AMD64) {
        return fail(reader, "a PE file for machine 0x%x, not x86-64", machine);
    }
    reader->pe->section_count = get16(coff + 2);
    reader->pe->symbols_at = get32(coff + 8);
    reader->pe->symbol_count = get32(coff + 12);
    reader->characteristics = get16(coff + 18);
    if ((reader->characteristics & IS_DLL) == 0) {
        return fail(reader, "a PE file, but a program and not a DLL");
    }
    if (reader->pe->section_count == 0 ||
        reader->pe->section_count > SIM_PE_SECTIONS_MAX) {
        return fail(
            reader,
            "%" PRIu32 " sections; 1 to %d can be",
            reader->pe->section_count,
            SIM_PE_SECTIONS_MAX);
    }
    return true;
}

static bool read_optional(struct reader *reader, size_t at, size_t size_bytes)
{
    struct sim_pe *pe = reader->pe;
    const unsigned char *optional = reader->bytes + at;
    if (size_bytes < OPTIONAL_BYTES || get16(optional) != MAGIC_PE32_PLUS) {
        return fail(reader, "not a PE32+ image");
    }
    pe->entry_rva = get32(optional + 16);
    pe->base = get64(optional + 24);
    reader->section_alignment = get32(optional + 32);
    pe->image_bytes = get32(optional + 56);
    pe->header_bytes = get32(optional + 60);
    if (reader->section_alignment < PAGE_BYTES ||
        reader->section_alignment % PAGE_BYTES != 0) {
        return fail(
            reader,
            "sections aligned to %" PRIu32 " bytes, not to pages",
            reader->section_alignment);
    }
    if (pe->image_bytes == 0 || pe->image_bytes > SIM_PE_IMAGE_BYTES_MAX) {
        return fail(
            reader,
            "an image of %" PRIu32 " bytes; 1 to %d can be hosted",
            pe->image_bytes,
            SIM_PE_IMAGE_BYTES_MAX);
    }
    if (pe->header_bytes > reader->size_bytes ||
        pe->header_bytes > pe->image_bytes) {
        return fail(reader, "the headers reach beyond the file");
    }
    if (pe->entry_rva >= pe->image_bytes) {
        return fail(reader, "the entry point lies outside the image");
    }
    uint32_t count = get32(optional + 108);
    count = count < DIRECTORIES ? count : DIRECTORIES;
    if (size_bytes < OPTIONAL_BYTES + 8 * (size_t)count) {
        return fail(reader, "the data directories reach beyond the headers");
    }
    for (uint32_t i = 0; i < count; i++) {
        const unsigned char *entry = optional + OPTIONAL_BYTES + 8 * (size_t)i;
        reader->directories[i].rva = get32(entry);
        reader->directories[i].size_bytes = get32(entry + 4);
    }
    return true;
}

static bool read_section(
    struct reader *reader,
    const unsigned char *header,
    uint32_t index,
    uint64_t *end)
{
    struct sim_pe *pe = reader->pe;
    struct sim_pe_section *section = &pe->sections[index];
    uint32_t memory_bytes = get32(header + 8);
    uint32_t rva = get32(header + 12);
    uint32_t raw_bytes = get32(header + 16);
    uint32_t raw_at = get32(header + 20);
    uint32_t flags = get32(header + 36);
    uint32_t size_bytes = memory_bytes == 0 ? raw_bytes : memory_bytes;
    LC_CHECK(reader->section_alignment >= PAGE_BYTES);
    if (rva % reader->section_alignment != 0 || rva < *end) {
        return fail(
            reader,
            "section %" PRIu32 " overlaps the one before it or is not aligned",
            index + 1);
    }
    if (size_bytes > pe->image_bytes || !in_image(pe, rva, size_bytes)) {
        return fail(
            reader,
            "section %" PRIu32 " reaches beyond the image",
            index + 1);
    }
    uint32_t copied = raw_bytes < size_bytes ? raw_bytes : size_bytes;
    if (copied > 0 &&
        (raw_at > reader->size_bytes || copied > reader->size_bytes - raw_at)) {
        return fail(
            reader,
            "section %" PRIu32 " reaches beyond the file: cut off?",
            index + 1);
    }
    if (copied > 0) {
        memcpy(pe->flat + rva, reader->bytes + raw_at, copied);
    }
    *section = (struct sim_pe_section){
        .rva = rva,
        .size_bytes = size_bytes,
        .is_writable = (flags & SECTION_WRITE) != 0,
        .is_executable = (flags & SECTION_EXECUTE) != 0,
    };
    uint64_t last = (uint64_t)rva + size_bytes;
    *end = (last + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
    return true;
}

static bool read_headers(struct reader *reader)
{
    struct sim_pe *pe = reader->pe;
    if (reader->size_bytes < DOS_BYTES || reader->bytes[0] != 'M' ||
        reader->bytes[1] != 'Z') {
        return fail(reader, "not a PE file");
    }
    uint64_t at = get32(reader->bytes + 60);
    if (at + 4 + COFF_BYTES > reader->size_bytes ||
        memcmp(reader->bytes + at, "PE\0\0", 4) != 0) {
        return fail(reader, "not a PE file, or cut off in its headers");
    }
    at += 4;
    if (!read_coff(reader, at)) {
        return false;
    }
    size_t optional_bytes = get16(reader->bytes + at + 16);
    at += COFF_BYTES;
    uint64_t table = at + optional_bytes;
    uint64_t table_bytes = (uint64_t)pe->section_count * SECTION_BYTES;
    if (table + table_bytes > reader->size_bytes) {
        return fail(reader, "cut off in its headers");
    }
    if (!read_optional(reader, at, optional_bytes)) {
        return false;
    }
    pe->flat = calloc(1, pe->image_bytes);
    if (pe->flat == NULL) {
        return fail(reader, "no memory for its image");
    }
    memcpy(pe->flat, reader->bytes, pe->header_bytes);
    uint64_t end = pe->header_bytes;
    for (uint32_t i = 0; i < pe->section_count; i++) {
        const unsigned char *header =
            reader->bytes + table + (size_t)i * SECTION_BYTES;
        if (!read_section(reader, header, i, &end)) {
            return false;
        }
    }
    uint64_t symbols_end =
        (uint64_t)pe->symbols_at + (uint64_t)pe->symbol_count * 18;
    if (symbols_end > reader->size_bytes) {
        pe->symbols_at = 0;
        pe->symbol_count = 0;
    }
    return true;
}

static bool read_relocations(struct reader *reader)
{
    struct sim_pe *pe = reader->pe;
    uint64_t at = reader->directories[DIRECTORY_RELOC].rva;
    uint64_t size_bytes = reader->directories[DIRECTORY_RELOC].size_bytes;
    if (size_bytes == 0) {
        return (reader->characteristics & RELOCS_STRIPPED) == 0 ||
               fail(reader, "linked for a fixed address: no relocations");
    }
    if (!in_image(pe, at, size_bytes)) {
        return fail(reader, "the relocations lie outside the image");
    }
    pe->relocations = calloc(size_bytes / 2 + 1, sizeof pe->relocations[0]);
    if (pe->relocations == NULL) {
        return fail(reader, "no memory for its relocations");
    }
    uint64_t end = at + size_bytes;
    while (at + 8 <= end) {
        uint32_t page = get32(pe->flat + at);
        uint32_t block_bytes = get32(pe->flat + at + 4);
        if (block_bytes < 8 || block_bytes > end - at) {
            return fail(reader, "a block of relocations of impossible size");
        }
        for (uint64_t k = at + 8; k + 2 <= at + block_bytes; k += 2) {
            uint32_t entry = get16(pe->flat + k);
            uint32_t kind = entry >> 12;
            uint64_t rva = (uint64_t)page + (entry & 0xfff);
            if (kind == RELOC_ABSOLUTE) {
                continue;
            }
            if (kind == RELOC_HIGHLOW) {
                return fail(
                    reader,
                    "a 32-bit relocation: it must lie below 4 GiB");
            }
            if (kind != RELOC_DIR64) {
                return fail(
                    reader,
                    "a relocation of unknown kind %" PRIu32,
                    kind);
            }
            if (!in_image(pe, rva, 8)) {
                return fail(reader, "a relocation outside the image");
            }
            pe->relocations[pe->relocation_count++] = (uint32_t)rva;
        }
        at += block_bytes;
    }
    return true;
}

static bool add_import(
    struct reader *reader,
    const char *dll,
    uint64_t entry,
    uint64_t slot_rva)
{
    struct sim_pe *pe = reader->pe;
    if (pe->import_count == SIM_PE_IMPORTS_MAX) {
        return fail(reader, "more than %d imports", SIM_PE_IMPORTS_MAX);
    }
    struct sim_pe_import *import = &pe->imports[pe->import_count];
    import->dll = dll;
    import->slot_rva = (uint32_t)slot_rva;
    if ((entry >> 63) != 0) {
        import->ordinal = (uint16_t)entry;
    } else {
        if (!in_image(pe, entry, 3)) {
            return fail(reader, "the name of an import lies outside the image");
        }
        import->name = text_at(pe, entry + 2);
        if (import->name == NULL || import->name[0] == '\0') {
            return fail(reader, "an import without a name");
        }
    }
    pe->import_count++;
    return true;
}

static bool read_import_list(
    struct reader *reader,
    const char *dll,
    uint64_t names,
    uint64_t slots)
{
    const struct sim_pe *pe = reader->pe;
    for (;; names += 8, slots += 8) {
        if (!in_image(pe, names, 8) || !in_image(pe, slots, 8)) {
            return fail(reader, "the import table runs off the image");
        }
        uint64_t entry = get64(pe->flat + names);
        if (entry == 0) {
            return true;
        }
        if (!add_import(reader, dll, entry, slots)) {
            return false;
        }
    }
}

static bool read_imports(struct reader *reader)
{
    struct sim_pe *pe = reader->pe;
    uint64_t at = reader->directories[DIRECTORY_IMPORT].rva;
    if (reader->directories[DIRECTORY_IMPORT].size_bytes == 0) {
        return true;
    }
    pe->imports = calloc(SIM_PE_IMPORTS_MAX, sizeof pe->imports[0]);
    if (pe->imports == NULL) {
        return fail(reader, "no memory for its imports");
    }
    for (uint32_t count = 0;; at += 20, count++) {
        if (!in_image(pe, at, 20) || count > SIM_PE_IMPORTS_MAX) {
            return fail(reader, "the import directory runs off the image");
        }
        uint32_t names = get32(pe->flat + at);
        uint32_t name = get32(pe->flat + at + 12);
        uint32_t slots = get32(pe->flat + at + 16);
        if (name == 0 || slots == 0) {
            return true;
        }
        const char *dll = text_at(pe, name);
        if (dll == NULL || dll[0] == '\0') {
            return fail(reader, "imports from a DLL without a name");
        }
        if (!read_import_list(reader, dll, names == 0 ? slots : names, slots)) {
            return false;
        }
    }
}

static bool read_export_names(
    struct reader *reader,
    uint64_t names,
    uint64_t ordinals,
    uint32_t name_count,
    uint32_t function_count)
{
    struct sim_pe *pe = reader->pe;
    for (uint32_t i = 0; i < name_count; i++) {
        const char *name =
            text_at(pe, get32(pe->flat + names + 4 * (uint64_t)i));
        uint32_t index = get16(pe->flat + ordinals + 2 * (uint64_t)i);
        if (name == NULL || index >= function_count) {
            return fail(reader, "an export without a name or a function");
        }
        pe->exports[index].name = name;
    }
    return true;
}

static bool read_exports(struct reader *reader)
{
    struct sim_pe *pe = reader->pe;
    uint64_t at = reader->directories[DIRECTORY_EXPORT].rva;
    uint64_t size_bytes = reader->directories[DIRECTORY_EXPORT].size_bytes;
    if (size_bytes == 0) {
        return true;
    }
    if (size_bytes < 40 || !in_image(pe, at, size_bytes)) {
        return fail(reader, "the export directory lies outside the image");
    }
    const unsigned char *directory = pe->flat + at;
    uint32_t first = get32(directory + 16);
    uint32_t function_count = get32(directory + 20);
    uint32_t name_count = get32(directory + 24);
    uint64_t functions = get32(directory + 28);
    uint64_t names = get32(directory + 32);
    uint64_t ordinals = get32(directory + 36);
    if (function_count > SIM_PE_EXPORTS_MAX ||
        name_count > SIM_PE_EXPORTS_MAX || first > UINT16_MAX ||
        !in_image(pe, functions, 4 * (uint64_t)function_count) ||
        !in_image(pe, names, 4 * (uint64_t)name_count) ||
        !in_image(pe, ordinals, 2 * (uint64_t)name_count)) {
        return fail(reader, "the export tables lie outside the image");
    }
    pe->exports = calloc(function_count + 1, sizeof pe->exports[0]);
    if (pe->exports == NULL) {
        return fail(reader, "no memory for its exports");
    }
    for (uint32_t i = 0; i < function_count; i++) {
        uint32_t rva = get32(pe->flat + functions + 4 * (uint64_t)i);
        if (rva >= pe->image_bytes) {
            return fail(reader, "an export lies outside the image");
        }
        /* A forwarder is the name of another DLL's export: not followed. */
        bool is_forwarder = rva >= at && rva < at + size_bytes;
        pe->exports[i].ordinal = (uint16_t)(first + i);
        pe->exports[i].rva = is_forwarder ? 0 : rva;
    }
    pe->export_count = function_count;
    return read_export_names(
        reader,
        names,
        ordinals,
        name_count,
        function_count);
}

static bool to_rva(
    const struct sim_pe *pe,
    uint64_t address,
    uint64_t size,
    uint32_t *rva)
{
    if (address < pe->base || !in_image(pe, address - pe->base, size)) {
        return false;
    }
    *rva = (uint32_t)(address - pe->base);
    return true;
}

static bool read_callbacks(struct reader *reader, uint64_t address)
{
    struct sim_pe *pe = reader->pe;
    uint32_t at;
    if (address == 0) {
        return true;
    }
    if (!to_rva(pe, address, 8, &at)) {
        return fail(reader, "the TLS callbacks lie outside the image");
    }
    for (;; at += 8) {
        if (!in_image(pe, at, 8)) {
            return fail(reader, "the TLS callbacks run off the image");
        }
        uint64_t callback = get64(pe->flat + at);
        if (callback == 0) {
            return true;
        }
        if (pe->callback_count == SIM_PE_CALLBACKS_MAX ||
            !to_rva(pe, callback, 1, &pe->callbacks[pe->callback_count])) {
            return fail(reader, "a TLS callback lies outside the image");
        }
        pe->callback_count++;
    }
}

static bool read_tls(struct reader *reader)
{
    struct sim_pe *pe = reader->pe;
    uint64_t at = reader->directories[DIRECTORY_TLS].rva;
    if (reader->directories[DIRECTORY_TLS].size_bytes == 0) {
        return true;
    }
    if (!in_image(pe, at, 40)) {
        return fail(reader, "the TLS directory lies outside the image");
    }
    const unsigned char *tls = pe->flat + at;
    uint64_t start = get64(tls);
    uint64_t end = get64(tls + 8);
    pe->tls_zero_bytes = get32(tls + 32);
    uint64_t size_bytes = end < start ? UINT64_MAX : end - start;
    if (size_bytes > SIM_PE_TLS_BYTES_MAX ||
        pe->tls_zero_bytes > SIM_PE_TLS_BYTES_MAX - size_bytes) {
        return fail(
            reader,
            "thread-local data of more than %d bytes, or of no sensible size",
            SIM_PE_TLS_BYTES_MAX);
    }
    pe->tls_bytes = (uint32_t)size_bytes;
    if ((size_bytes > 0 && !to_rva(pe, start, size_bytes, &pe->tls_rva)) ||
        !to_rva(pe, get64(tls + 16), 4, &pe->tls_index_rva)) {
        return fail(reader, "the thread-local data lies outside the image");
    }
    pe->has_tls = true;
    return read_callbacks(reader, get64(tls + 24));
}

bool sim_pe_open(
    const unsigned char *bytes,
    size_t size_bytes,
    struct sim_pe *ret_pe,
    char *ret_error,
    size_t capacity)
{
    LC_CHECK(bytes != NULL || size_bytes == 0);
    LC_CHECK(capacity > 0);
    struct reader reader = {
        .bytes = bytes,
        .size_bytes = size_bytes,
        .pe = ret_pe,
        .error = ret_error,
        .capacity = capacity,
    };
    memset(ret_pe, 0, sizeof *ret_pe);
    return read_headers(&reader) && read_relocations(&reader) &&
           read_imports(&reader) && read_exports(&reader) && read_tls(&reader);
}

void sim_pe_close(struct sim_pe *pe)
{
    free(pe->flat);
    free(pe->imports);
    free(pe->exports);
    free(pe->relocations);
    memset(pe, 0, sizeof *pe);
}
