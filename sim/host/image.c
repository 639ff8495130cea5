/*
 * Images in module slots: relocation, imports, protection, and the fresh
 * writable data of each load. Every process has its own instance in a slot of
 * its own.
 */
#include "sim/host/image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "sim/engine/page.h"
#include "sim/engine/thread.h"

enum {
    PAGE_BYTES = 4096,
    POISON_BYTE = 0xdd
};

_Static_assert(
    (uint64_t)SIM_PE_IMAGE_BYTES_MAX + PAGE_BYTES +
            (uint64_t)SIM_PE_TLS_BYTES_MAX * SIM_THREADS_MAX <=
        SIM_ARENA_MODULE_BYTES,
    "an image and its threads' data fit a slot");

/* What is where. Describes the world, not a run's state: written between runs
 * only. */
static struct {
    struct sim_host_installed installed[LC_MODULE_COUNT];
} host;

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
    bool is_whole,
    const struct sim_range **ret_ranges)
{
    const struct sim_host_installed *installed = installed_of(class);
    *ret_ranges = is_whole ? &installed->whole : installed->ranges;
    return is_whole ? 1 : installed->range_count;
}

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
    installed->whole.size_bytes =
        round_up(pe->image_bytes) +
        (pe->has_tls ? installed->tls_stride_bytes * SIM_THREADS_MAX : 0);
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

/* What the page of an image may be used for: enum sim_access. A range that was
 * merged has gaps: they are copied like the rest. */
static uint32_t access_of(
    const struct sim_host_installed *installed,
    uint32_t at)
{
    const struct sim_pe *pe = &installed->image->pe;
    uint32_t access = 0;
    if (is_in_range(installed, at)) {
        access = SIM_ACCESS_READ | SIM_ACCESS_WRITE;
    } else if (at < round_up(pe->header_bytes)) {
        access = SIM_ACCESS_READ;
    }
    for (uint32_t i = 0; i < pe->section_count; i++) {
        const struct sim_pe_section *section = &pe->sections[i];
        if (at < section->rva ||
            at >= section->rva + round_up(section->size_bytes)) {
            continue;
        }
        access |= SIM_ACCESS_READ;
        access |= section->is_executable ? SIM_ACCESS_EXECUTE : 0;
    }
    return access;
}

/* Gives the pages of a slot, one run of equal ones after the other, what they
 * may be used for. */
static bool protect(
    const struct sim_host_installed *installed,
    unsigned char *slot)
{
    uint32_t end = round_up(installed->whole.size_bytes);
    uint32_t from = 0;
    while (from < end) {
        uint32_t access = access_of(installed, from);
        uint32_t to = from + PAGE_BYTES;
        while (to < end && access_of(installed, to) == access) {
            to += PAGE_BYTES;
        }
        int bits = (access & SIM_ACCESS_READ) != 0 ? PROT_READ : PROT_NONE;
        bits |= (access & SIM_ACCESS_WRITE) != 0 ? PROT_WRITE : 0;
        bits |= (access & SIM_ACCESS_EXECUTE) != 0 ? PROT_EXEC : 0;
        if (mprotect(slot + from, to - from, bits) != 0) {
            return false;
        }
        from = to;
    }
    return end == SIM_ARENA_MODULE_BYTES ||
           mprotect(slot + end, SIM_ARENA_MODULE_BYTES - end, PROT_NONE) == 0;
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
                                ? sim_host_find_import(&image->imports[i])
                                : image->stubs[i];
        LC_CHECK(code != NULL);
        put64(slot + pe->imports[i].slot_rva, (uint64_t)(uintptr_t)code);
    }
    if (!pe->has_tls) {
        return;
    }
    memcpy(slot + pe->tls_index_rva, &module, sizeof module);
    for (uint32_t thread = 0; thread < SIM_THREADS_MAX; thread++) {
        unsigned char *copy = slot + installed->tls_at +
                              (size_t)thread * installed->tls_stride_bytes;
        memset(copy, 0, installed->tls_stride_bytes);
        memcpy(copy, slot + pe->tls_rva, pe->tls_bytes);
    }
}

/* ---- As pages ---- */

static uint32_t image_size(const struct sim_module_class *class)
{
    return round_up(installed_of(class)->image->pe.image_bytes);
}

static uint32_t image_access(
    const struct sim_module_class *class,
    uint32_t offset_bytes)
{
    return access_of(installed_of(class), offset_bytes);
}

static void image_open(
    const struct sim_module_class *class,
    unsigned char *slot)
{
    int result = mprotect(
        slot,
        round_up(installed_of(class)->whole.size_bytes),
        PROT_READ | PROT_WRITE);
    LC_CHECK(result == 0);
}

static void image_close(
    const struct sim_module_class *class,
    unsigned char *slot)
{
    bool is_protected = protect(installed_of(class), slot);
    LC_CHECK(is_protected);
}

static void image_lay_out(
    const struct sim_module_class *class,
    unsigned char *slot)
{
    const struct sim_host_installed *installed = installed_of(class);
    lay_out(installed, slot, installed->module);
}

static const struct sim_image_ops image_ops = {
    .size_bytes = image_size,
    .access = image_access,
    .open = image_open,
    .close = image_close,
    .lay_out = image_lay_out,
};

static const struct sim_module_ops host_ops = {
    .map = host_map,
    .unmap = host_unmap,
    .export_find = host_export_find,
    .dll_main = host_dll_main,
    .ranges = host_ranges,
    .image = &image_ops,
};

/* ---- Installing ---- */

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
        sim_page_forget_module(process, module);
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
    for (uint32_t i = 0; i < LC_MODULE_COUNT; i++) {
        if (host.installed[i].image != NULL) {
            return;
        }
    }
    sim_host_teb_close(); /* built-ins need none */
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
    installed->module = module;
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
