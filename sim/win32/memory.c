/*
 * Pages: VirtualAlloc gives memory of the process's default heap, aligned to a
 * page; reserved memory is there at once. The protection of an image's pages
 * is the host's business, through a hook.
 * Source: documented. VirtualAlloc, VirtualFree, VirtualProtect, VirtualQuery
 *         (memoryapi.h). Assumed: nobody relies on the alignment to 64 KiB.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

#define PAGE_BYTES 4096ULL
#define PAGE_MAGIC 0x4c43564d50414745ULL

/* What lies right before the first page. */
struct page_header {
    uint64_t magic;
    uint64_t block; /* address of the heap block */
};

/* Written at start-up only. */
static sim_win32_protect_fn *protect;

void sim_win32_set_protect(sim_win32_protect_fn *set_protection)
{
    protect = set_protection;
}

static struct page_header *header_of(uint64_t at)
{
    return (struct page_header *)(uintptr_t)(at - sizeof(struct page_header));
}

static void *allocate_pages(size_t size_bytes)
{
    if (size_bytes == 0 || size_bytes > SIM_ARENA_HEAP_BYTES) {
        return NULL;
    }
    uint64_t bytes = size_bytes + sizeof(struct page_header) + PAGE_BYTES;
    void *block = sim_heap_take(sim_heap_default(), LC_HEAP_ZERO_MEMORY, bytes);
    if (block == NULL) {
        return NULL;
    }
    uint64_t at = (uint64_t)(uintptr_t)block + sizeof(struct page_header) +
                  PAGE_BYTES - 1;
    at &= ~(PAGE_BYTES - 1);
    *header_of(at) = (struct page_header){
        .magic = PAGE_MAGIC,
        .block = (uint64_t)(uintptr_t)block,
    };
    return (void *)(uintptr_t)at;
}

/* The heap block behind memory of allocate_pages(), or NULL. */
static void *find_block(const void *memory)
{
    uint64_t at = (uint64_t)(uintptr_t)memory;
    bool is_page = at % PAGE_BYTES == 0 && at > SIM_ARENA_HEAP &&
                   at < SIM_ARENA_HEAP + SIM_WIN32->heap_end;
    if (!is_page || header_of(at)->magic != PAGE_MAGIC) {
        return NULL;
    }
    void *block = (void *)(uintptr_t)header_of(at)->block;
    return sim_heap_size(block) == UINT64_MAX ? NULL : block;
}

static void *LC_ABI virtual_alloc(
    void *address,
    size_t size_bytes,
    uint32_t kind,
    uint32_t protection)
{
    (void)protection;
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    if (address != NULL && (kind & LC_MEM_RESERVE) == 0) {
        return address; /* commits what was reserved */
    }
    if (address != NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_ADDRESS);
        return NULL;
    }
    void *memory = allocate_pages(size_bytes);
    if (memory == NULL) {
        sim_win32_set_error(LC_ERROR_NOT_ENOUGH_MEMORY);
    }
    return memory;
}

static int LC_ABI virtual_free(void *address, size_t size_bytes, uint32_t kind)
{
    sim_win32_yield(LC_SHIM_HEAP_FREE);
    if (kind == LC_MEM_DECOMMIT) {
        return 1;
    }
    void *block = find_block(address);
    if (kind != LC_MEM_RELEASE || size_bytes != 0 || block == NULL) {
        if (block == NULL) {
            sim_object_misuse(LC_OBJECT_BLOCK);
        }
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    return sim_heap_give(block);
}

static int LC_ABI virtual_protect(
    void *address,
    size_t size_bytes,
    uint32_t protection,
    uint32_t *ret_old)
{
    uint32_t process;
    uint32_t module;
    if (ret_old == NULL) {
        sim_win32_set_error(LC_ERROR_NOACCESS);
        return 0;
    }
    if (protect != NULL && sim_module_of(address, &process, &module) &&
        !protect(address, size_bytes, protection)) {
        sim_win32_set_error(LC_ERROR_INVALID_ADDRESS);
        return 0;
    }
    *ret_old = LC_PAGE_READWRITE;
    return 1;
}

/* The run of pages around an address. */
static void find_region(uint64_t at, uint64_t *ret_base, uint64_t *ret_end)
{
    uint32_t process;
    uint32_t module;
    *ret_base = at;
    *ret_end = at + PAGE_BYTES;
    if (sim_module_of((const void *)(uintptr_t)at, &process, &module)) {
        *ret_base = (uint64_t)(uintptr_t)sim_arena_module(process, module);
        *ret_end = *ret_base + SIM_ARENA_MODULE_BYTES;
    } else if (at >= SIM_ARENA_STACK && at < SIM_ARENA_TEB) {
        *ret_base = at - (at - SIM_ARENA_STACK) % SIM_ARENA_STACK_BYTES;
        *ret_end = *ret_base + SIM_ARENA_STACK_BYTES;
    } else if (
        at >= SIM_ARENA_HEAP && at < SIM_ARENA_HEAP + SIM_ARENA_HEAP_BYTES) {
        *ret_base = SIM_ARENA_HEAP;
        *ret_end = SIM_ARENA_HEAP + SIM_ARENA_HEAP_BYTES;
    }
    LC_CHECK(*ret_base <= at);
    LC_CHECK(*ret_end > at);
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
    uint64_t at = (uint64_t)(uintptr_t)address & ~(PAGE_BYTES - 1);
    uint64_t base;
    uint64_t end;
    find_region(at, &base, &end);
    bool is_image = base >= SIM_ARENA_MODULE;
    memset(ret_info, 0, sizeof *ret_info);
    ret_info->BaseAddress = (void *)(uintptr_t)at;
    ret_info->AllocationBase = (void *)(uintptr_t)base;
    ret_info->AllocationProtect =
        is_image ? LC_PAGE_EXECUTE_WRITECOPY : LC_PAGE_READWRITE;
    ret_info->RegionSize = end - at;
    ret_info->State = LC_MEM_COMMIT;
    ret_info->Protect = LC_PAGE_READWRITE;
    ret_info->Type = is_image ? LC_MEM_IMAGE : LC_MEM_PRIVATE;
    return sizeof *ret_info;
}

const struct sim_export sim_memory_exports[] = {
    { "VirtualAlloc", 0, (sim_code_fn *)virtual_alloc },
    { "VirtualFree", 0, (sim_code_fn *)virtual_free },
    { "VirtualProtect", 0, (sim_code_fn *)virtual_protect },
    { "VirtualQuery", 0, (sim_code_fn *)virtual_query },
};
const uint32_t sim_memory_export_count = LC_COUNT_OF(sim_memory_exports);
