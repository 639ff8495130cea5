/*
 * DLL files: reading them once, what they import and export, and the names of
 * places in them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/thunk.h"
#include "sim/engine/trace.h"
#include "sim/host/image.h"

enum {
    IMAGES_MAX = 32,
    FILE_BYTES_MAX = 64 << 20,
    IMPORTS_TOTAL_MAX = 4096,
    COFF_FUNCTION = 0x20, /* type of a symbol */
    COFF_EXTERNAL = 2     /* class of a symbol */
};

/* Files that were read: they describe the world, not a run's state. Written
 * between runs only. */
static struct {
    uint32_t image_count;
    struct sim_host_image *images[IMAGES_MAX];
    uint32_t stub_count;

    struct {
        const struct sim_host_image *image;
        uint32_t import; /* its number in the image */
    } stubs[IMPORTS_TOTAL_MAX];
} files;

/* ---- Imports ---- */

static void unserved_import(void)
{
    uint32_t stub = sim_thunk_index();
    LC_CHECK(stub < files.stub_count);
    uint32_t number = files.stubs[stub].import;
    sim_host_note_import(&files.stubs[stub].image->imports[number]);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_FAULT,
        .function = LC_FAULT_IMPORT,
        .caller = LC_MODULE_SYSTEM,
        .callee = (uint8_t)sim_thread_module(),
        .a = number,
        .b = -1,
    });
    sim_thread_end_run(LC_END_FAULT);
}

sim_code_fn *sim_host_find_import(const struct sim_host_import *import)
{
    const char *name = import->name[0] == '\0' ? NULL : import->name;
    sim_code_fn *code =
        sim_module_find_system(import->dll, name, import->ordinal);
    if (code == NULL && name != NULL &&
        (strncmp(import->dll, "api-ms-win-", 11) == 0 ||
         strncmp(import->dll, "ucrtbase", 8) == 0)) {
        code = sim_module_find_system("kernel32.dll", name, 0);
        if (code == NULL) {
            code = sim_module_find_system("msvcrt.dll", name, 0);
        }
    }
    return code;
}

static void copy_text(char *to, size_t capacity, const char *from)
{
    size_t length = strnlen(from, capacity - 1);
    memcpy(to, from, length);
    to[length] = '\0';
}

static bool list_imports(struct sim_host_image *image)
{
    const struct sim_pe *pe = &image->pe;
    image->imports = calloc(pe->import_count + 1, sizeof image->imports[0]);
    image->stubs = calloc(pe->import_count + 1, sizeof image->stubs[0]);
    if (image->imports == NULL || image->stubs == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < pe->import_count; i++) {
        struct sim_host_import *import = &image->imports[i];
        copy_text(import->dll, sizeof import->dll, pe->imports[i].dll);
        if (pe->imports[i].name != NULL) {
            copy_text(import->name, sizeof import->name, pe->imports[i].name);
        }
        import->ordinal = pe->imports[i].ordinal;
        import->is_served = sim_host_find_import(import) != NULL;
        if (import->is_served) {
            continue;
        }
        if (files.stub_count == IMPORTS_TOTAL_MAX) {
            return false;
        }
        files.stubs[files.stub_count].image = image;
        files.stubs[files.stub_count].import = i;
        image->stubs[i] = sim_thunk_make(files.stub_count, unserved_import);
        files.stub_count++;
        if (image->stubs[i] == NULL) {
            return false;
        }
    }
    return true;
}

static bool list_exports(struct sim_host_image *image)
{
    const struct sim_pe *pe = &image->pe;
    image->exports = calloc(pe->export_count + 1, sizeof image->exports[0]);
    if (image->exports == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < pe->export_count; i++) {
        if (pe->exports[i].name == NULL || pe->exports[i].rva == 0) {
            continue;
        }
        struct sim_host_export *export = &image->exports[image->export_count];
        copy_text(export->name, sizeof export->name, pe->exports[i].name);
        export->rva = pe->exports[i].rva;
        image->export_count++;
    }
    return true;
}

/* ---- Reading ---- */

static enum sim_status read_file(
    const char *path,
    struct sim_host_image *image,
    char *ret_error,
    uint32_t capacity)
{
    enum sim_status status = SIM_ERROR_FILE;
    struct stat information = { 0 };
    /* A named pipe that nobody writes to is not to be waited for. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 || fstat(file, &information) != 0) {
        (void)snprintf(ret_error, capacity, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (!S_ISREG(information.st_mode)) {
        (void)snprintf(ret_error, capacity, "%s: not a regular file", path);
        goto out;
    }
    if (information.st_size > FILE_BYTES_MAX) {
        (void)snprintf(
            ret_error,
            capacity,
            "%s: larger than 64 MiB: no DLL",
            path);
        goto out;
    }
    image->bytes = malloc((size_t)information.st_size + 1);
    if (image->bytes == NULL) {
        (void)snprintf(ret_error, capacity, "%s: no memory for it", path);
        goto out;
    }
    while (image->size_bytes < (size_t)information.st_size) {
        ssize_t got = read(
            file,
            image->bytes + image->size_bytes,
            (size_t)information.st_size - image->size_bytes);
        if (got <= 0) {
            (void)snprintf(ret_error, capacity, "%s: can't be read", path);
            goto out;
        }
        image->size_bytes += (size_t)got;
    }
    status = SIM_OK;
out:
    if (file >= 0) {
        (void)close(file);
    }
    return status;
}

static void image_free(struct sim_host_image *image)
{
    sim_pe_close(&image->pe);
    free(image->bytes);
    free(image->imports);
    free(image->exports);
    free((void *)image->stubs);
    free(image);
}

enum sim_status sim_host_read(
    const char *path,
    const struct sim_host_image **ret_image,
    char *ret_error,
    uint32_t capacity)
{
    LC_CHECK(path != NULL);
    LC_CHECK(capacity > 0);
    for (uint32_t i = 0; i < files.image_count; i++) {
        if (strcmp(files.images[i]->path, path) == 0) {
            *ret_image = files.images[i];
            return SIM_OK;
        }
    }
    struct sim_host_image *image = calloc(1, sizeof *image);
    if (image == NULL || files.image_count == IMAGES_MAX ||
        strlen(path) >= sizeof image->path) {
        (void)snprintf(ret_error, capacity, "%s: too much to host", path);
        free(image);
        return SIM_ERROR_LIMIT;
    }
    copy_text(image->path, sizeof image->path, path);
    enum sim_status status = read_file(path, image, ret_error, capacity);
    if (status == SIM_OK) {
        char reason[160];
        if (!sim_pe_open(
                image->bytes,
                image->size_bytes,
                &image->pe,
                reason,
                sizeof reason)) {
            (void)snprintf(ret_error, capacity, "%s: %s", path, reason);
            status = SIM_ERROR_IMAGE;
        } else if (!list_imports(image) || !list_exports(image)) {
            (void)snprintf(ret_error, capacity, "%s: too many imports", path);
            status = SIM_ERROR_LIMIT;
        }
    }
    if (status != SIM_OK) {
        image_free(image);
        return status;
    }
    files.images[files.image_count++] = image;
    *ret_image = image;
    return SIM_OK;
}

uint32_t sim_host_imports(
    const struct sim_host_image *image,
    const struct sim_host_import **ret_imports)
{
    *ret_imports = image->imports;
    return image->pe.import_count;
}

uint32_t sim_host_exports(
    const struct sim_host_image *image,
    const struct sim_host_export **ret_exports)
{
    *ret_exports = image->exports;
    return image->export_count;
}

/* ---- Symbols ---- */

/* A COFF symbol's name; those of more than eight bytes lie in the string table
 * behind the symbols. */
static void coff_name(
    const struct sim_host_image *image,
    const unsigned char *symbol,
    char *ret_name,
    size_t capacity)
{
    uint32_t zero;
    uint32_t offset;
    memcpy(&zero, symbol, 4);
    memcpy(&offset, symbol + 4, 4);
    if (zero != 0) {
        char name[9] = { 0 };
        memcpy(name, symbol, 8);
        copy_text(ret_name, capacity, name);
        return;
    }
    uint64_t at = (uint64_t)image->pe.symbols_at +
                  18 * (uint64_t)image->pe.symbol_count + offset;
    ret_name[0] = '\0';
    if (at < image->size_bytes &&
        memchr(image->bytes + at, '\0', image->size_bytes - at) != NULL) {
        copy_text(ret_name, capacity, (const char *)image->bytes + at);
    }
}

uint64_t sim_host_symbol(
    const struct sim_host_image *image,
    uint64_t rva,
    char *ret_name,
    size_t capacity)
{
    const struct sim_pe *pe = &image->pe;
    uint64_t best = 0;
    ret_name[0] = '\0';
    for (uint32_t i = 0; i < image->export_count; i++) {
        uint32_t at = image->exports[i].rva;
        if (at <= rva && at >= best) {
            best = at;
            copy_text(ret_name, capacity, image->exports[i].name);
        }
    }
    const unsigned char *symbol = image->bytes + pe->symbols_at;
    for (uint32_t i = 0; i < pe->symbol_count; i++, symbol += 18) {
        uint32_t value;
        uint16_t section;
        uint16_t type;
        memcpy(&value, symbol + 8, 4);
        memcpy(&section, symbol + 12, 2);
        memcpy(&type, symbol + 14, 2);
        /* Assembled code often lacks the type of a function. */
        bool is_named = type == COFF_FUNCTION || symbol[16] == COFF_EXTERNAL;
        bool is_function = is_named && section >= 1 &&
                           section <= pe->section_count &&
                           pe->sections[section - 1].is_executable;
        uint64_t at =
            is_function ? (uint64_t)pe->sections[section - 1].rva + value : 0;
        if (is_function && at <= rva && at > best) {
            best = at;
            coff_name(image, symbol, ret_name, capacity);
        }
        uint8_t more = symbol[17]; /* auxiliary entries */
        if (more > pe->symbol_count - i - 1) {
            break;
        }
        i += more;
        symbol += 18 * (size_t)more;
    }
    return rva - best;
}
