/*
 * Pages: VirtualAlloc gives memory of the process's default heap, aligned to a
 * page; what is reserved and not committed is there, but can't be used.
 * Protections hold: of what VirtualAlloc gave, and of the image of a hosted DLL. Pages that the heap shares between
 * its blocks, and stacks, stay readable and writable.
 * Source: documented. VirtualAlloc, VirtualFree, VirtualProtect, VirtualQuery,
 *         Memory Protection Constants (memoryapi.h). Assumed: nobody relies on
 *         the alignment to 64 KiB; a page that is written on first use counts
 *         as PAGE_READWRITE from the start.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/page.h"
#include "sim/engine/thread.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    PROTECTION_MASK = 0xff,
    /* PAGE_GUARD, PAGE_NOCACHE, PAGE_WRITECOMBINE, and what belongs to
     * control flow guard. */
    MODIFIER_MASK = 0x40000700
};

/* What lies right before the first page of a region of VirtualAlloc. */
struct page_header {
    uint64_t next;  /* header of the region before, or 0 */
    uint64_t block; /* address of the heap block */
    uint64_t size_bytes;
    uint32_t process;
    uint32_t protection; /* that it was allocated with */
};

/* Pages that were made together. */
struct allocation {
    uint64_t base;
    uint64_t end;
    uint32_t protection; /* of a page that no span is about */
    uint32_t first;      /* protection that they were made with */
    uint32_t kind;       /* enum lc_memory */
    bool can_protect;
};

static uint64_t down(uint64_t at)
{
    return at & ~(SIM_PAGE_BYTES - 1);
}

static uint64_t up(uint64_t at)
{
    return down(at + SIM_PAGE_BYTES - 1);
}

static struct page_header *header_at(uint64_t at)
{
    return (struct page_header *)(uintptr_t)at;
}

static uint64_t first_page(uint64_t header)
{
    return header + sizeof(struct page_header);
}

/* The region of VirtualAlloc around an address, or 0. */
static uint64_t region_of(uint64_t at)
{
    uint64_t header = SIM_WIN32->pages;
    while (header != 0) {
        uint64_t from = first_page(header);
        if (at >= from && at < from + header_at(header)->size_bytes) {
            return header;
        }
        header = header_at(header)->next;
    }
    return 0;
}

/* Takes a region out of the list; its pages are like all others again. */
static void forget_region(uint64_t header)
{
    uint64_t *link = &SIM_WIN32->pages;
    while (*link != header) {
        LC_CHECK(*link != 0);
        link = &header_at(*link)->next;
    }
    *link = header_at(header)->next;
    sim_page_forget(first_page(header), header_at(header)->size_bytes);
}

void sim_memory_process_exit(uint32_t process)
{
    uint64_t header = SIM_WIN32->pages;
    while (header != 0) {
        uint64_t next = header_at(header)->next;
        if (header_at(header)->process == process) {
            forget_region(header);
        }
        header = next;
    }
}

/* ---- Protections ---- */

/* enum sim_access of a protection of Windows; false when it is none. A guard
 * page is one that can't be used: nobody here handles the exception. */
static bool access_of(uint32_t protection, uint16_t *ret_access)
{
    uint16_t access;
    switch (protection & PROTECTION_MASK) {
    case LC_PAGE_NOACCESS:
        access = 0;
        break;
    case LC_PAGE_READONLY:
        access = SIM_ACCESS_READ;
        break;
    case LC_PAGE_READWRITE:
    case LC_PAGE_WRITECOPY:
        access = SIM_ACCESS_READ | SIM_ACCESS_WRITE;
        break;
    case LC_PAGE_EXECUTE:
    case LC_PAGE_EXECUTE_READ:
        access = SIM_ACCESS_READ | SIM_ACCESS_EXECUTE;
        break;
    case LC_PAGE_EXECUTE_READWRITE:
    case LC_PAGE_EXECUTE_WRITECOPY:
        access = SIM_ACCESS_READ | SIM_ACCESS_WRITE | SIM_ACCESS_EXECUTE;
        break;
    default:
        return false;
    }
    if ((protection & ~(uint32_t)(PROTECTION_MASK | MODIFIER_MASK)) != 0) {
        return false;
    }
    *ret_access = (protection & LC_PAGE_GUARD) != 0 ? 0 : access;
    return true;
}

/* And back, for pages that were laid out so. */
static uint32_t protection_of(uint32_t access)
{
    static const uint32_t names[8] = {
        [0] = LC_PAGE_NOACCESS,
        [SIM_ACCESS_READ] = LC_PAGE_READONLY,
        [SIM_ACCESS_WRITE] = LC_PAGE_READWRITE,
        [SIM_ACCESS_READ | SIM_ACCESS_WRITE] = LC_PAGE_READWRITE,
        [SIM_ACCESS_EXECUTE] = LC_PAGE_EXECUTE,
        [SIM_ACCESS_EXECUTE | SIM_ACCESS_READ] = LC_PAGE_EXECUTE_READ,
        [SIM_ACCESS_EXECUTE | SIM_ACCESS_WRITE] = LC_PAGE_EXECUTE_READWRITE,
        [7] = LC_PAGE_EXECUTE_READWRITE,
    };
    LC_CHECK(access < LC_COUNT_OF(names));
    return names[access];
}

static bool image_around(uint64_t at, struct allocation *ret_allocation)
{
    uint32_t process;
    uint32_t module;
    if (!sim_module_of((const void *)(uintptr_t)at, &process, &module) ||
        module >= LC_MODULE_COUNT || process != sim_thread_process() ||
        !sim_module_at(process, module)->is_mapped ||
        sim_module_class(module)->ops->image == NULL) {
        return false;
    }
    const struct sim_module_class *class = sim_module_class(module);
    uint64_t base = (uint64_t)(uintptr_t)sim_arena_module(process, module);
    uint32_t size_bytes = class->ops->image->size_bytes(class);
    if (at >= base + size_bytes) {
        return false;
    }
    uint32_t access =
        class->ops->image->access(class, (uint32_t)(down(at) - base));
    *ret_allocation = (struct allocation){
        .base = base,
        .end = base + size_bytes,
        .protection = protection_of(access),
        .first = LC_PAGE_EXECUTE_WRITECOPY,
        .kind = LC_MEM_IMAGE,
        .can_protect = true,
    };
    return true;
}

/* The pages made together with that of an address. Returns false where there
 * is no memory that a DLL could know of. */
static bool find_allocation(uint64_t at, struct allocation *ret_allocation)
{
    if (image_around(at, ret_allocation)) {
        return true;
    }
    uint64_t header = region_of(at);
    if (header != 0) {
        *ret_allocation = (struct allocation){
            .base = first_page(header),
            .end = first_page(header) + header_at(header)->size_bytes,
            .protection = LC_PAGE_READWRITE,
            .first = header_at(header)->protection,
            .kind = LC_MEM_PRIVATE,
            .can_protect = true,
        };
        return true;
    }
    *ret_allocation = (struct allocation){
        .protection = LC_PAGE_READWRITE,
        .first = LC_PAGE_READWRITE,
        .kind = LC_MEM_PRIVATE,
    };
    if (at >= SIM_ARENA_STACK && at < SIM_ARENA_TEB) {
        ret_allocation->base =
            at - (at - SIM_ARENA_STACK) % SIM_ARENA_STACK_BYTES;
        ret_allocation->end = ret_allocation->base + SIM_ARENA_STACK_BYTES;
        return true;
    }
    if (at >= SIM_ARENA_HEAP && at < SIM_ARENA_HEAP + SIM_ARENA_HEAP_BYTES) {
        ret_allocation->base = SIM_ARENA_HEAP;
        ret_allocation->end = SIM_ARENA_HEAP + SIM_ARENA_HEAP_BYTES;
        return true;
    }
    return false;
}

/* What a page may be used for now, by its name in Windows. */
static uint32_t protection_at(uint64_t at)
{
    const struct sim_span *span = sim_page_find(at);
    if (span != NULL) {
        return span->name;
    }
    struct allocation allocation;
    bool is_memory = find_allocation(at, &allocation);
    LC_CHECK(is_memory);
    return allocation.protection;
}

/* Sets the protection of whole pages. Returns an error of Windows. */
static uint32_t protect(uint64_t from, uint64_t to, uint32_t protection)
{
    uint16_t access;
    struct allocation allocation;
    if (!access_of(protection, &access)) {
        return LC_ERROR_INVALID_PARAMETER;
    }
    if (!find_allocation(from, &allocation) || !allocation.can_protect ||
        to > allocation.end) {
        return LC_ERROR_INVALID_ADDRESS;
    }
    bool is_laid_out = true;
    for (uint64_t at = from; at < to; at += SIM_PAGE_BYTES) {
        struct allocation page;
        is_laid_out &=
            find_allocation(at, &page) && page.protection == protection;
    }
    struct sim_span span = {
        .at = from,
        .page_count = (uint32_t)((to - from) / SIM_PAGE_BYTES),
        .access = access,
        .name = (uint16_t)protection,
    };
    return sim_page_protect(&span, is_laid_out) ? LC_ERROR_SUCCESS
                                                : LC_ERROR_INVALID_ADDRESS;
}

static void *allocate_pages(size_t size_bytes, uint32_t protection)
{
    if (size_bytes == 0 || size_bytes > SIM_ARENA_LANE_BYTES) {
        return NULL;
    }
    uint64_t region_bytes = up(size_bytes);
    uint64_t bytes = region_bytes + sizeof(struct page_header) + SIM_PAGE_BYTES;
    void *block = sim_heap_take(
        sim_heap_default(),
        LC_HEAP_ZERO_MEMORY | SIM_HEAP_PLAIN,
        bytes);
    if (block == NULL) {
        return NULL;
    }
    uint64_t at = up((uint64_t)(uintptr_t)block + sizeof(struct page_header));
    uint64_t header = at - sizeof(struct page_header);
    *header_at(header) = (struct page_header){
        .next = SIM_WIN32->pages,
        .block = (uint64_t)(uintptr_t)block,
        .size_bytes = region_bytes,
        .process = sim_thread_process(),
        .protection = protection,
    };
    SIM_WIN32->pages = header;
    return (void *)(uintptr_t)at;
}

/* Gives pages that exist what they are committed with. */
static void *commit(void *address, size_t size_bytes, uint32_t protection)
{
    uint64_t at = (uint64_t)(uintptr_t)address;
    uint32_t error = LC_ERROR_INVALID_ADDRESS;
    uint64_t header = region_of(at);
    if (header != 0 && size_bytes > 0 &&
        size_bytes <= header_at(header)->size_bytes) {
        error = protect(down(at), up(at + size_bytes), protection);
    }
    if (error != LC_ERROR_SUCCESS) {
        sim_win32_set_error(error);
        return NULL;
    }
    return (void *)(uintptr_t)down(at);
}

static void *LC_ABI virtual_alloc(
    void *address,
    size_t size_bytes,
    uint32_t kind,
    uint32_t protection)
{
    uint16_t access;
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    if (!access_of(protection, &access)) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (address != NULL && (kind & LC_MEM_RESERVE) == 0) {
        return commit(address, size_bytes, protection);
    }
    if (address != NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_ADDRESS);
        return NULL;
    }
    void *memory = allocate_pages(size_bytes, protection);
    if (memory == NULL) {
        sim_win32_set_error(LC_ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    bool is_committed = (kind & LC_MEM_COMMIT) != 0;
    uint32_t first = is_committed ? protection : (uint32_t)LC_PAGE_NOACCESS;
    if (commit(memory, size_bytes, first) == NULL) {
        uint64_t header =
            (uint64_t)(uintptr_t)memory - sizeof(struct page_header);
        void *block = (void *)(uintptr_t)header_at(header)->block;
        forget_region(header);
        (void)sim_heap_give(block);
        return NULL;
    }
    return memory;
}

/* What is committed again is zero again, and until then out of reach. */
static int decommit(uint64_t header, uint64_t at, uint64_t size_bytes)
{
    uint64_t end = first_page(header) + header_at(header)->size_bytes;
    uint64_t from = size_bytes == 0 ? first_page(header) : down(at);
    uint64_t to = size_bytes == 0 ? end : up(at + size_bytes);
    if (size_bytes > end - at ||
        protect(from, to, LC_PAGE_READWRITE) != LC_ERROR_SUCCESS) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    memset((void *)(uintptr_t)from, 0, to - from);
    return protect(from, to, LC_PAGE_NOACCESS) == LC_ERROR_SUCCESS;
}

static int LC_ABI virtual_free(void *address, size_t size_bytes, uint32_t kind)
{
    sim_win32_yield(LC_SHIM_HEAP_FREE);
    uint64_t at = (uint64_t)(uintptr_t)address;
    uint64_t header = region_of(at);
    if (kind == LC_MEM_DECOMMIT && header != 0) {
        return decommit(header, at, size_bytes);
    }
    bool is_first = header != 0 && at == first_page(header);
    if (kind != LC_MEM_RELEASE || size_bytes != 0 || !is_first) {
        if (!is_first) {
            sim_object_misuse(LC_OBJECT_BLOCK);
        }
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    void *block = (void *)(uintptr_t)header_at(header)->block;
    forget_region(header);
    return sim_heap_give(block);
}

static int LC_ABI virtual_protect(
    void *address,
    size_t size_bytes,
    uint32_t protection,
    uint32_t *ret_old)
{
    uint64_t at = (uint64_t)(uintptr_t)address;
    struct allocation allocation;
    uint32_t error = LC_ERROR_INVALID_ADDRESS;
    uint32_t old = 0;
    if (ret_old == NULL) {
        error = LC_ERROR_NOACCESS;
    } else if (size_bytes == 0) {
        error = LC_ERROR_INVALID_PARAMETER;
    } else if (
        find_allocation(at, &allocation) && size_bytes <= allocation.end - at) {
        old = protection_at(down(at));
        error = protect(down(at), up(at + size_bytes), protection);
    }
    if (error != LC_ERROR_SUCCESS) {
        sim_win32_set_error(error);
        return 0;
    }
    *ret_old = old;
    return 1;
}

/* What is known of memory that is none of the process's: a null pointer leads
 * nowhere, and the rest is code of Windows. */
static void describe_foreign(
    uint64_t at,
    struct lc_memory_basic_information *ret_info)
{
    bool is_free = at < 0x10000;
    ret_info->RegionSize = is_free ? 0x10000 - at : SIM_PAGE_BYTES;
    ret_info->State = is_free ? LC_MEM_FREE : LC_MEM_COMMIT;
    ret_info->Protect = is_free ? LC_PAGE_NOACCESS : LC_PAGE_EXECUTE_READ;
    if (!is_free) {
        ret_info->AllocationBase = (void *)(uintptr_t)at;
        ret_info->AllocationProtect = LC_PAGE_EXECUTE_WRITECOPY;
        ret_info->Type = LC_MEM_IMAGE;
    }
}

static size_t LC_ABI virtual_query(
    const void *address,
    struct lc_memory_basic_information *ret_info,
    size_t size_bytes)
{
    if (ret_info == NULL || size_bytes < sizeof *ret_info) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    uint64_t at = down((uint64_t)(uintptr_t)address);
    struct allocation allocation;
    memset(ret_info, 0, sizeof *ret_info);
    ret_info->BaseAddress = (void *)(uintptr_t)at;
    if (!find_allocation(at, &allocation)) {
        describe_foreign(at, ret_info);
        return sizeof *ret_info;
    }
    uint32_t protection = protection_at(at);
    uint64_t end = at + SIM_PAGE_BYTES;
    if (allocation.can_protect) {
        while (end < allocation.end && protection_at(end) == protection) {
            end += SIM_PAGE_BYTES;
        }
    } else {
        end = allocation.end;
    }
    ret_info->AllocationBase = (void *)(uintptr_t)allocation.base;
    ret_info->AllocationProtect = allocation.first;
    ret_info->RegionSize = end - at;
    ret_info->State = LC_MEM_COMMIT;
    ret_info->Protect = protection;
    ret_info->Type = allocation.kind;
    return sizeof *ret_info;
}

const struct sim_export sim_memory_exports[] = {
    { "VirtualAlloc", 0, (sim_code_fn *)virtual_alloc },
    { "VirtualFree", 0, (sim_code_fn *)virtual_free },
    { "VirtualProtect", 0, (sim_code_fn *)virtual_protect },
    { "VirtualQuery", 0, (sim_code_fn *)virtual_query },
};
const uint32_t sim_memory_export_count = LC_COUNT_OF(sim_memory_exports);
