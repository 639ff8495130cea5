/*
 * Images in module slots: relocation, imports, protection, and the fresh
 * writable data of each load. Every process has its own instance in a slot of
 * its own.
 */
#include "sim/host/image.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/thunk.h"
#include "sim/engine/trace.h"

enum {
    IMAGES_MAX = 32,
    FILE_BYTES_MAX = 64 << 20,
    PAGE_BYTES = 4096,
    POISON_BYTE = 0xdd,
    IMPORTS_TOTAL_MAX = 4096
};

/* Describes the world, not the run's state: written between runs only. */
static struct {
    uint32_t image_count;
    struct sim_host_image *images[IMAGES_MAX];
    struct sim_host_installed installed[LC_MODULE_COUNT];
    uint32_t stub_count;
    const struct sim_host_import *stubs[IMPORTS_TOTAL_MAX];
} host;

/* ---- Imports ---- */

static void unserved_import(void)
{
    uint32_t number = sim_thunk_index();
    LC_CHECK(number < host.stub_count);
    sim_host_note_import(host.stubs[number]);
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

static sim_code_fn *find_import(const struct sim_host_import *import)
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
        import->is_served = find_import(import) != NULL;
        if (import->is_served) {
            continue;
        }
        if (host.stub_count == IMPORTS_TOTAL_MAX) {
            return false;
        }
        host.stubs[host.stub_count] = import;
        image->stubs[i] = sim_thunk_make(host.stub_count, unserved_import);
        host.stub_count++;
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
    struct stat information;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &information) != 0) {
        (void)snprintf(ret_error, capacity, "%s: can't be opened", path);
        goto out;
    }
    if (!S_ISREG(information.st_mode)) {
        (void)snprintf(ret_error, capacity, "%s: not a file", path);
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
    for (uint32_t i = 0; i < host.image_count; i++) {
        if (strcmp(host.images[i]->path, path) == 0) {
            *ret_image = host.images[i];
            return SIM_OK;
        }
    }
    struct sim_host_image *image = calloc(1, sizeof *image);
    if (image == NULL || host.image_count == IMAGES_MAX ||
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
    host.images[host.image_count++] = image;
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

const struct sim_host_installed *sim_host_installed(uint32_t module)
{
    LC_CHECK(module < LC_MODULE_COUNT);
    return host.installed[module].image == NULL ? NULL
                                                : &host.installed[module];
}

/* ---- Module operations ---- */

static const struct sim_host_installed *installed_of(
    const struct sim_module_class *class)
{
    return class->context;
}

static bool host_map(const struct sim_module_class *class, unsigned char *slot)
{
    const struct sim_host_installed *installed = installed_of(class);
    uint32_t process;
    uint32_t module;
    bool is_slot = sim_module_of(slot, &process, &module);
    LC_CHECK(is_slot);
    const unsigned char *from = installed->pristine[process];
    LC_CHECK(from != NULL);
    for (uint32_t i = 0; i < installed->range_count; i++) {
        memcpy(
            slot + installed->ranges[i].offset_bytes,
            from,
            installed->ranges[i].size_bytes);
        from += installed->ranges[i].size_bytes;
    }
    return true;
}

static void host_unmap(
    const struct sim_module_class *class,
    unsigned char *slot)
{
    const struct sim_host_installed *installed = installed_of(class);
    for (uint32_t i = 0; i < installed->range_count; i++) {
        memset(
            slot + installed->ranges[i].offset_bytes,
            POISON_BYTE,
            installed->ranges[i].size_bytes);
    }
}

static sim_code_fn *host_export_find(
    const struct sim_module_class *class,
    unsigned char *slot,
    const char *name,
    uint16_t ordinal)
{
    const struct sim_pe *pe = &installed_of(class)->image->pe;
    for (uint32_t i = 0; i < pe->export_count; i++) {
        const struct sim_pe_export *export = &pe->exports[i];
        bool is_it = name == NULL ? export->ordinal == ordinal
                                  : export->name != NULL &&
                                        strcmp(export->name, name) == 0;
        if (is_it && export->rva != 0) {
            return (sim_code_fn *)(uintptr_t)(slot + export->rva);
        }
    }
    return NULL;
}

static bool host_dll_main(
    const struct sim_module_class *class,
    unsigned char *slot,
    uint32_t reason,
    bool process_ends)
{
    typedef void LC_ABI
    tls_callback_fn(lc_handle module, uint32_t reason, void *reserved);
    const struct sim_pe *pe = &installed_of(class)->image->pe;
    void *reserved = process_ends ? slot : NULL;
    for (uint32_t i = 0; i < pe->callback_count; i++) {
        tls_callback_fn *callback =
            (tls_callback_fn *)(uintptr_t)(slot + pe->callbacks[i]);
        callback(slot, reason, reserved);
    }
    if (pe->entry_rva == 0) {
        return true;
    }
    lc_dll_main_fn *entry = (lc_dll_main_fn *)(uintptr_t)(slot + pe->entry_rva);
    return entry(slot, reason, reserved) != 0;
}

static uint32_t host_ranges(
    const struct sim_module_class *class,
    const struct sim_range **ret_ranges)
{
    const struct sim_host_installed *installed = installed_of(class);
    *ret_ranges = installed->ranges;
    return installed->range_count;
}

static const struct sim_module_ops host_ops = {
    .map = host_map,
    .unmap = host_unmap,
    .export_find = host_export_find,
    .dll_main = host_dll_main,
    .ranges = host_ranges,
};

/* ---- Laying an image into a slot ---- */

static void put64(unsigned char *at, uint64_t value)
{
    memcpy(at, &value, sizeof value);
}

static uint32_t round_up(uint32_t bytes)
{
    return (bytes + PAGE_BYTES - 1) & ~(uint32_t)(PAGE_BYTES - 1);
}

/* Adds a writable range; the last one grows when there are too many. */
static void add_range(
    struct sim_host_installed *installed,
    uint32_t at,
    uint32_t bytes)
{
    if (bytes == 0) {
        return;
    }
    struct sim_range *last =
        installed->range_count == 0
            ? NULL
            : &installed->ranges[installed->range_count - 1];
    bool is_next =
        last != NULL && round_up(last->offset_bytes + last->size_bytes) == at;
    if (is_next || installed->range_count == SIM_RANGES_MAX) {
        last->size_bytes = at + bytes - last->offset_bytes;
        return;
    }
    installed->ranges[installed->range_count] = (struct sim_range){
        .offset_bytes = at,
        .size_bytes = bytes,
    };
    installed->range_count++;
}

static void find_ranges(struct sim_host_installed *installed)
{
    const struct sim_pe *pe = &installed->image->pe;
    installed->range_count = 0;
    for (uint32_t i = 0; i < pe->section_count; i++) {
        if (pe->sections[i].is_writable) {
            add_range(
                installed,
                pe->sections[i].rva,
                pe->sections[i].size_bytes);
        }
    }
    if (pe->has_tls) {
        installed->tls_at = round_up(pe->image_bytes);
        installed->tls_stride_bytes =
            (pe->tls_bytes + pe->tls_zero_bytes + 15) & ~15U;
        add_range(
            installed,
            installed->tls_at,
            installed->tls_stride_bytes * SIM_THREADS_MAX);
    }
}

static bool is_in_range(const struct sim_host_installed *installed, uint32_t at)
{
    for (uint32_t i = 0; i < installed->range_count; i++) {
        uint32_t first = installed->ranges[i].offset_bytes;
        uint32_t end = round_up(first + installed->ranges[i].size_bytes);
        if (at >= first && at < end) {
            return true;
        }
    }
    return false;
}

/* What the pages of a slot may be used for. */
static bool protect(
    const struct sim_host_installed *installed,
    unsigned char *slot)
{
    const struct sim_pe *pe = &installed->image->pe;
    if (mprotect(slot, SIM_ARENA_MODULE_BYTES, PROT_NONE) != 0 ||
        mprotect(slot, round_up(pe->header_bytes), PROT_READ) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < pe->section_count; i++) {
        const struct sim_pe_section *section = &pe->sections[i];
        int allowed = PROT_READ;
        allowed |= section->is_executable ? PROT_EXEC : 0;
        allowed |= is_in_range(installed, section->rva) ? PROT_WRITE : 0;
        if (section->size_bytes > 0 && mprotect(
                                           slot + section->rva,
                                           round_up(section->size_bytes),
                                           allowed) != 0) {
            return false;
        }
    }
    return !pe->has_tls ||
           mprotect(
               slot + installed->tls_at,
               round_up(installed->tls_stride_bytes * SIM_THREADS_MAX),
               PROT_READ | PROT_WRITE) == 0;
}

static void lay_out(
    const struct sim_host_installed *installed,
    unsigned char *slot,
    uint32_t module)
{
    const struct sim_host_image *image = installed->image;
    const struct sim_pe *pe = &image->pe;
    memcpy(slot, pe->flat, pe->image_bytes);
    uint64_t delta = (uint64_t)(uintptr_t)slot - pe->base;
    for (uint32_t i = 0; i < pe->relocation_count; i++) {
        unsigned char *at = slot + pe->relocations[i];
        uint64_t value;
        memcpy(&value, at, sizeof value);
        put64(at, value + delta);
    }
    for (uint32_t i = 0; i < pe->import_count; i++) {
        sim_code_fn *code = image->imports[i].is_served
                                ? find_import(&image->imports[i])
                                : image->stubs[i];
        LC_CHECK(code != NULL);
        put64(slot + pe->imports[i].slot_rva, (uint64_t)(uintptr_t)code);
    }
    if (!pe->has_tls) {
        return;
    }
    memcpy(slot + pe->tls_index_rva, &module, sizeof module);
    for (uint32_t thread = 0; thread < SIM_THREADS_MAX; thread++) {
        unsigned char *copy =
            slot + installed->tls_at + thread * installed->tls_stride_bytes;
        memset(copy, 0, installed->tls_stride_bytes);
        memcpy(copy, slot + pe->tls_rva, pe->tls_bytes);
    }
}

static bool keep_pristine(
    struct sim_host_installed *installed,
    const unsigned char *slot,
    uint32_t process)
{
    uint64_t sum = 1;
    for (uint32_t i = 0; i < installed->range_count; i++) {
        sum += installed->ranges[i].size_bytes;
    }
    unsigned char *to = malloc(sum);
    if (to == NULL) {
        return false;
    }
    installed->pristine[process] = to;
    for (uint32_t i = 0; i < installed->range_count; i++) {
        memcpy(
            to,
            slot + installed->ranges[i].offset_bytes,
            installed->ranges[i].size_bytes);
        to += installed->ranges[i].size_bytes;
    }
    return true;
}

void sim_host_uninstall(uint32_t module)
{
    LC_CHECK(module < LC_MODULE_COUNT);
    struct sim_host_installed *installed = &host.installed[module];
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        if (installed->pristine[process] == NULL) {
            continue;
        }
        free(installed->pristine[process]);
        unsigned char *slot = sim_arena_module(process, module);
        /* Fresh zero pages, at no cost until they are used. */
        void *at = mmap(
            slot,
            SIM_ARENA_MODULE_BYTES,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
            -1,
            0);
        LC_CHECK(at == slot);
    }
    memset(installed, 0, sizeof *installed);
}

enum sim_status sim_host_install(
    const struct sim_host_image *image,
    uint32_t module,
    uint32_t process_count,
    const struct sim_module_class **ret_class)
{
    LC_CHECK(module < LC_MODULE_COUNT);
    LC_CHECK(process_count >= 1 && process_count <= LC_PROCESSES_MAX);
    bool has_startup = false;
    for (uint32_t i = 0; i < image->export_count; i++) {
        has_startup |= strcmp(image->exports[i].name, "WSPStartup") == 0;
    }
    if (!has_startup) {
        return SIM_ERROR_EXPORT;
    }
    sim_host_uninstall(module);
    struct sim_host_installed *installed = &host.installed[module];
    installed->image = image;
    installed->class = (struct sim_module_class){
        .ops = &host_ops,
        .is_hosted = true,
        .context = installed,
    };
    find_ranges(installed);
    for (uint32_t process = 0; process < process_count; process++) {
        unsigned char *slot = sim_arena_module(process, module);
        lay_out(installed, slot, module);
        if (!keep_pristine(installed, slot, process) ||
            !protect(installed, slot)) {
            sim_host_uninstall(module);
            return SIM_ERROR_LIMIT;
        }
    }
    sim_host_teb_open();
    *ret_class = &installed->class;
    return SIM_OK;
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
        bool is_function =
            type == 0x20 && section >= 1 && section <= pe->section_count;
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
