/*
 * Heaps, as a DLL sees them: see heap.h for what they are made of.
 * Source: documented. HeapCreate, HeapAlloc, HeapFree, HeapDestroy (heapapi.h),
 *         LocalAlloc, GlobalAlloc (winbase.h). Observed: a block that is freed
 *         in another heap than its own, or twice, is corruption that Windows
 *         may or may not notice.
 */
#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/win32/exports.h"
#include "sim/win32/heap.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    DEFAULT_HEAP = 0x8000, /* + process: index of its default heap */
    LMEM_ZEROINIT = 0x40
};

uint32_t sim_heap_default(void)
{
    return DEFAULT_HEAP + sim_thread_process();
}

/* Index of a heap by its handle, or UINT32_MAX. */
static uint32_t heap_index(lc_handle handle)
{
    if (handle == sim_win32_get_process_heap()) {
        return sim_heap_default();
    }
    const struct sim_object *object = sim_object_find(handle);
    return object == NULL || object->kind != SIM_OBJECT_HEAP
               ? UINT32_MAX
               : (uint32_t)(object - SIM_WIN32->objects);
}

lc_handle LC_ABI sim_win32_get_process_heap(void)
{
    return (lc_handle)(uintptr_t)0x200;
}

/* Nobody yields there: the place is counted all the same. */
static LC_NOINLINE bool fails_to_create(void)
{
    (void)sim_thread_pass((struct lc_place){
        .kind = LC_PLACE_SHIM,
        .function = LC_SHIM_HEAP_CREATE,
        .module = (uint8_t)sim_thread_module(),
    });
    return sim_win32_fails(LC_SHIM_HEAP_CREATE);
}

lc_handle LC_ABI
sim_win32_heap_create(uint32_t options, size_t initial, size_t maximum)
{
    (void)options;
    (void)initial;
    (void)maximum;
    if (fails_to_create()) {
        return NULL;
    }
    return sim_object_handle(sim_object_make(SIM_OBJECT_HEAP, LC_OBJECT_HEAP));
}

int LC_ABI sim_win32_heap_destroy(lc_handle handle)
{
    uint32_t index = heap_index(handle);
    if (index >= SIM_OBJECTS_MAX) {
        sim_object_misuse(LC_OBJECT_HEAP);
        sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
        return 0;
    }
    sim_heap_free_heap(index);
    sim_object_drop(&SIM_WIN32->objects[index], LC_OBJECT_HEAP);
    return 1;
}

void *LC_ABI
sim_win32_heap_alloc(lc_handle handle, uint32_t flags, size_t size_bytes)
{
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    uint32_t index = heap_index(handle);
    if (index == UINT32_MAX) {
        sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
        return NULL;
    }
    if (sim_win32_fails(LC_SHIM_HEAP_ALLOC)) {
        return NULL;
    }
    void *memory = sim_heap_take(index, flags, size_bytes);
    if (memory == NULL) {
        sim_win32_set_error(LC_ERROR_NOT_ENOUGH_MEMORY);
    }
    return memory;
}

int LC_ABI sim_win32_heap_free(lc_handle handle, uint32_t flags, void *memory)
{
    (void)flags;
    sim_win32_yield(LC_SHIM_HEAP_FREE);
    if (memory == NULL) {
        return 1;
    }
    struct sim_heap_block *block = sim_heap_find(memory);
    if (block == NULL || block->heap != heap_index(handle)) {
        sim_heap_misuse(memory);
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    sim_heap_free(block);
    return 1;
}

static void *LC_ABI
heap_realloc(lc_handle handle, uint32_t flags, void *memory, size_t size_bytes)
{
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    struct sim_heap_block *block = sim_heap_find(memory);
    if (block == NULL || block->heap != heap_index(handle)) {
        sim_heap_misuse(memory);
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (sim_win32_fails(LC_SHIM_HEAP_ALLOC)) {
        return NULL;
    }
    void *resized = sim_heap_resize_block(block, flags, size_bytes);
    if (resized == NULL) {
        sim_win32_set_error(LC_ERROR_NOT_ENOUGH_MEMORY);
    }
    return resized;
}

static size_t LC_ABI
heap_size(lc_handle handle, uint32_t flags, const void *memory)
{
    (void)handle;
    (void)flags;
    return sim_heap_size(memory);
}

static int LC_ABI
heap_validate(lc_handle handle, uint32_t flags, const void *memory)
{
    (void)flags;
    const struct sim_heap_block *block =
        memory == NULL ? NULL : sim_heap_find(memory);
    if (memory != NULL) {
        return block != NULL && block->heap == heap_index(handle) &&
               sim_heap_is_whole(block);
    }
    return heap_index(handle) != UINT32_MAX;
}

static int LC_ABI heap_set_information(
    lc_handle handle,
    int kind,
    const void *information,
    size_t size_bytes)
{
    (void)handle;
    (void)kind;
    (void)information;
    (void)size_bytes;
    return 1;
}

/* LocalAlloc and GlobalAlloc: fixed memory of the default heap. */
static void *LC_ABI local_alloc(uint32_t flags, size_t size_bytes)
{
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    if (sim_win32_fails(LC_SHIM_HEAP_ALLOC)) {
        return NULL;
    }
    void *memory = sim_heap_take(
        sim_heap_default(),
        (flags & LMEM_ZEROINIT) != 0 ? LC_HEAP_ZERO_MEMORY : 0,
        size_bytes);
    if (memory == NULL) {
        sim_win32_set_error(LC_ERROR_NOT_ENOUGH_MEMORY);
    }
    return memory;
}

static void *LC_ABI local_free(void *memory)
{
    sim_win32_yield(LC_SHIM_HEAP_FREE);
    if (memory == NULL || sim_heap_give(memory)) {
        return NULL;
    }
    sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
    return memory;
}

const struct sim_export sim_heap_exports[] = {
    { "GetProcessHeap", 0, (sim_code_fn *)sim_win32_get_process_heap },
    { "HeapCreate", 0, (sim_code_fn *)sim_win32_heap_create },
    { "HeapDestroy", 0, (sim_code_fn *)sim_win32_heap_destroy },
    { "HeapAlloc", 0, (sim_code_fn *)sim_win32_heap_alloc },
    { "HeapFree", 0, (sim_code_fn *)sim_win32_heap_free },
    { "HeapReAlloc", 0, (sim_code_fn *)heap_realloc },
    { "HeapSize", 0, (sim_code_fn *)heap_size },
    { "HeapValidate", 0, (sim_code_fn *)heap_validate },
    { "HeapSetInformation", 0, (sim_code_fn *)heap_set_information },
    { "LocalAlloc", 0, (sim_code_fn *)local_alloc },
    { "LocalFree", 0, (sim_code_fn *)local_free },
    { "GlobalAlloc", 0, (sim_code_fn *)local_alloc },
    { "GlobalFree", 0, (sim_code_fn *)local_free },
};
const uint32_t sim_heap_export_count = LC_COUNT_OF(sim_heap_exports);
