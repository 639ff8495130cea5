/*
 * Heaps. All blocks lie in the arena's heap segment, each behind a header that
 * names its heap and owner. New memory is filled with 0xcd, freed memory with
 * 0xdd, and eight bytes behind a block must stay as they are. The segment keeps
 * the bytes of the run before: nothing is read here that was not written in
 * this run.
 *
 * Each thread takes memory from a lane of its own, and of what is free there
 * the block that lies lowest. So what one thread gets does not depend on what
 * the others did meanwhile, and states that differ in nothing else are one.
 * Source: documented. HeapCreate, HeapAlloc, HeapFree, HeapDestroy (heapapi.h).
 *         Observed: a block that is freed in another heap than its own, or
 *         twice, is corruption that Windows may or may not notice.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/engine/whole.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    ALIGN_BYTES = 16,
    TAIL_BYTES = 8,
    NEW_BYTE = 0xcd,
    FREED_BYTE = 0xdd,
    TAIL_BYTE = 0xfd,
    CLASSES = 44,          /* of capacities */
    DEFAULT_HEAP = 0x8000, /* + process: index of its default heap */
    LMEM_ZEROINIT = 0x40
};

#define MAGIC_LIVE 0x4c434842U
#define MAGIC_FREE 0x4c434646U

struct block {
    uint32_t magic;
    uint32_t number;   /* in the trace */
    uint32_t size;     /* that was asked for */
    uint32_t capacity; /* behind the header, tail included */
    uint32_t next;     /* offset + 1 of the next free block of the class */
    uint16_t heap;     /* index of the heap */
    uint8_t owner;     /* module that allocated it */
    uint8_t process;
    uint64_t zero;
};

_Static_assert(sizeof(struct block) == 32, "keeps blocks aligned");

/* A lane begins with the lists of what is free in it: for each class offset + 1
 * of the first. */
struct lane {
    uint32_t free_blocks[CLASSES];
};

_Static_assert(sizeof(struct lane) % ALIGN_BYTES == 0, "keeps blocks aligned");

static struct lane *lane_at(uint32_t index)
{
    return (struct lane
                *)(uintptr_t)(SIM_ARENA_HEAP + index * SIM_ARENA_LANE_BYTES);
}

static struct block *block_at(uint32_t offset)
{
    return (struct block *)(uintptr_t)(SIM_ARENA_HEAP + offset);
}

static uint32_t offset_of(const struct block *block)
{
    return (uint32_t)((uint64_t)(uintptr_t)block - SIM_ARENA_HEAP);
}

/* The first block at an offset or behind it, lane by lane; NULL: no more. */
static struct block *block_from(uint64_t offset)
{
    for (uint64_t lane = offset / SIM_ARENA_LANE_BYTES; lane < SIM_THREADS_MAX;
         lane++) {
        uint64_t begin = lane * SIM_ARENA_LANE_BYTES;
        uint64_t first = begin + sizeof(struct lane);
        first = offset > first ? offset : first;
        if (first < begin + SIM_WIN32->heap_end[lane]) {
            return block_at((uint32_t)first);
        }
    }
    return NULL;
}

static struct block *first_block(void)
{
    return block_from(0);
}

static struct block *next_block(const struct block *block)
{
    return block_from(
        (uint64_t)offset_of(block) + sizeof *block + block->capacity);
}

/* Capacities: 16 to 512 in steps of 16, then powers of two. */
static uint32_t class_of(uint64_t bytes, uint64_t *ret_capacity)
{
    if (bytes <= 512) {
        uint32_t steps = (uint32_t)((bytes + ALIGN_BYTES - 1) / ALIGN_BYTES);
        steps = steps == 0 ? 1 : steps;
        *ret_capacity = (uint64_t)steps * ALIGN_BYTES;
        return steps - 1 < 26 ? steps - 1 : 26;
    }
    uint32_t class = 27;
    uint64_t capacity = 1024;
    while (capacity < bytes) {
        capacity *= 2;
        class ++;
    }
    *ret_capacity = capacity;
    return class;
}

static struct block *take_free(
    struct lane *lane,
    uint32_t class,
    uint64_t capacity)
{
    uint32_t *link = &lane->free_blocks[class];
    while (*link != 0) {
        struct block *block = block_at(*link - 1);
        LC_CHECK(block->magic == MAGIC_FREE);
        if (block->capacity >= capacity) {
            *link = block->next;
            return block;
        }
        link = &block->next;
    }
    return NULL;
}

static struct block *take_fresh(uint32_t index, uint64_t capacity)
{
    uint32_t *end = &SIM_WIN32->heap_end[index];
    uint64_t bytes = sizeof(struct block) + capacity;
    if (bytes > SIM_ARENA_LANE_BYTES - *end) {
        sim_win32_limit();
        return NULL;
    }
    struct block *block =
        (struct block *)((unsigned char *)lane_at(index) + *end);
    *end += (uint32_t)bytes;
    sim_arena_heap_touched(index, *end);
    block->capacity = (uint32_t)capacity;
    return block;
}

/* A block of the running thread's lane, which is made when it is needed. */
static struct block *take(uint32_t class, uint64_t capacity)
{
    uint32_t index = sim_thread_current_slot();
    LC_CHECK(index < SIM_THREADS_MAX);
    struct lane *lane = lane_at(index);
    if (SIM_WIN32->heap_end[index] == 0) {
        memset(lane, 0, sizeof *lane);
        SIM_WIN32->heap_end[index] = (uint32_t)sizeof *lane;
        sim_arena_heap_touched(index, (uint32_t)sizeof *lane);
    }
    struct block *block = take_free(lane, class, capacity);
    return block == NULL ? take_fresh(index, capacity) : block;
}

void *sim_heap_take(uint32_t heap_index, uint32_t flags, uint64_t size_bytes)
{
    if (size_bytes > SIM_ARENA_LANE_BYTES / 2) {
        return NULL;
    }
    uint64_t capacity;
    uint32_t class = class_of(size_bytes + TAIL_BYTES, &capacity);
    struct block *block = take(class, capacity);
    if (block == NULL) {
        return NULL;
    }
    *block = (struct block){
        .magic = MAGIC_LIVE,
        .number = sim_thread_number(),
        .size = (uint32_t)size_bytes,
        .capacity = block->capacity,
        .heap = (uint16_t)heap_index,
        .owner = (uint8_t)sim_thread_module(),
        .process = (uint8_t)sim_thread_process(),
    };
    unsigned char *memory = (unsigned char *)(block + 1);
    memset(
        memory,
        (flags & LC_HEAP_ZERO_MEMORY) != 0 ? 0 : NEW_BYTE,
        size_bytes);
    memset(memory + size_bytes, TAIL_BYTE, block->capacity - size_bytes);
    sim_win32_process()->block_count++;
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_CREATE,
        .function = LC_OBJECT_BLOCK,
        .caller = block->owner,
        .callee = LC_MODULE_SYSTEM,
        .a = block->number,
        .b = (int64_t)size_bytes,
    });
    return memory;
}

/* The header of a block of this process, live or freed, or NULL. */
static struct block *find_header(const void *memory)
{
    uint64_t at = (uint64_t)(uintptr_t)memory;
    if (at < SIM_ARENA_HEAP || at >= SIM_ARENA_HEAP + SIM_ARENA_HEAP_BYTES) {
        return NULL;
    }
    uint64_t lane = (at - SIM_ARENA_HEAP) / SIM_ARENA_LANE_BYTES;
    uint64_t in_lane = (at - SIM_ARENA_HEAP) % SIM_ARENA_LANE_BYTES;
    if (in_lane < sizeof(struct lane) + sizeof(struct block) ||
        in_lane >= SIM_WIN32->heap_end[lane] || at % ALIGN_BYTES != 0) {
        return NULL;
    }
    struct block *block =
        (struct block *)(uintptr_t)(at - sizeof(struct block));
    bool is_block = block->magic == MAGIC_LIVE || block->magic == MAGIC_FREE;
    return is_block && block->process == sim_thread_process() ? block : NULL;
}

static struct block *find_block(const void *memory)
{
    struct block *block = find_header(memory);
    return block != NULL && block->magic == MAGIC_LIVE ? block : NULL;
}

static bool is_tail_whole(const struct block *block)
{
    const unsigned char *memory = (const unsigned char *)(block + 1);
    LC_CHECK(block->size + TAIL_BYTES <= block->capacity);
    for (uint32_t i = block->size; i < block->size + TAIL_BYTES; i++) {
        if (memory[i] != TAIL_BYTE) {
            return false;
        }
    }
    return true;
}

static void record_free(const struct block *block, bool is_wrong)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_DESTROY,
        .function = LC_OBJECT_BLOCK,
        .caller = (uint8_t)sim_thread_module(),
        .callee = block->owner,
        .a = block->number,
        .b = is_wrong,
    });
}

/* Memory that is no block, was freed before, or lies in another heap: the
 * allocator is left as it is. */
static void record_misuse(const void *memory)
{
    const struct block *block = find_header(memory);
    if (block == NULL) {
        sim_object_misuse(LC_OBJECT_BLOCK);
    } else {
        record_free(block, true);
    }
}

/* Into the list of its class and lane, by its address: in which order blocks
 * were freed makes no difference. */
static void put_free(struct block *block)
{
    LC_CHECK(block->magic == MAGIC_LIVE);
    memset(block + 1, FREED_BYTE, block->capacity);
    uint64_t capacity;
    uint32_t class = class_of(block->capacity, &capacity);
    uint32_t offset = offset_of(block);
    LC_CHECK(class < CLASSES);
    struct lane *lane = lane_at(offset / (uint32_t)SIM_ARENA_LANE_BYTES);
    uint32_t *link = &lane->free_blocks[class];
    while (*link != 0 && *link - 1 < offset) {
        link = &block_at(*link - 1)->next;
    }
    block->magic = MAGIC_FREE;
    block->next = *link;
    *link = offset + 1;
    SIM_WIN32->processes[block->process].block_count--;
}

/* A block with a broken tail is given back all the same, and reported. */
static void free_block(struct block *block)
{
    if (!is_tail_whole(block)) {
        record_free(block, true);
    }
    record_free(block, false);
    put_free(block);
}

bool sim_heap_give(void *memory)
{
    struct block *block = find_block(memory);
    if (block == NULL) {
        record_misuse(memory);
        return false;
    }
    free_block(block);
    return true;
}

void sim_heap_process_exit(uint32_t process)
{
    struct block *block = first_block();
    for (; SIM_WIN32->processes[process].block_count > 0;
         block = next_block(block)) {
        LC_CHECK(block != NULL);
        if (block->magic == MAGIC_LIVE && block->process == process) {
            put_free(block);
        }
    }
}

/* Whether nobody has written into a block since it was freed. */
static bool is_untouched(const struct block *block)
{
    typedef uint64_t unit
        __attribute__((vector_size(ALIGN_BYTES), aligned(1), may_alias));
    const uint64_t freed = FREED_BYTE * 0x0101010101010101ULL;
    const unit *units = (const unit *)(block + 1);
    const unit all = { freed, freed };
    if (block->magic != MAGIC_FREE || block->capacity % ALIGN_BYTES != 0) {
        return false;
    }
    unit other = { 0 };
    for (uint32_t i = 0; i < block->capacity / ALIGN_BYTES; i++) {
        other |= units[i] ^ all;
    }
    return (other[0] | other[1]) == 0;
}

/* Blocks as they are, whatever number they have in the trace. */
void sim_heap_key(struct sim_hash *hash)
{
    const struct sim_win32 *win32 = SIM_WIN32;
    sim_hash_add(hash, win32->heap_end, sizeof win32->heap_end);
    const struct block *block = first_block();
    for (; block != NULL; block = next_block(block)) {
        bool has_bytes = !is_untouched(block);
        struct block header = *block;
        header.number = has_bytes;
        unsigned char *at = sim_hash_room(hash, sizeof header);
        memcpy(at, &header, sizeof header);
        if (has_bytes) {
            sim_hash_add(hash, block + 1, block->capacity);
        }
    }
}

/* Blocks in the lists of those that are free. */
static uint32_t count_listed(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < SIM_THREADS_MAX * CLASSES; i++) {
        uint32_t lane = i / CLASSES;
        bool is_made = SIM_WIN32->heap_end[lane] != 0;
        uint32_t next = is_made ? lane_at(lane)->free_blocks[i % CLASSES] : 0;
        while (next != 0) {
            LC_CHECK((next - 1) / SIM_ARENA_LANE_BYTES == lane);
            LC_CHECK(block_at(next - 1)->magic == MAGIC_FREE);
            /* They lie in order: there is no circle. */
            LC_CHECK_IF(
                block_at(next - 1)->next != 0,
                block_at(next - 1)->next > next);
            count++;
            next = block_at(next - 1)->next;
        }
    }
    return count;
}

/* The segment is blocks and nothing else, each live or in a list, and each
 * process has as many as it has counted. */
static void check_whole(void)
{
    uint32_t live[LC_PROCESSES_MAX] = { 0 };
    uint32_t free_count = 0;
    /* Code that was not written here may write over headers: its blocks say
     * nothing about ours. */
    if (sim_module_has_hosted()) {
        return;
    }
    const struct block *block = first_block();
    for (; block != NULL; block = next_block(block)) {
        LC_CHECK(block->magic == MAGIC_LIVE || block->magic == MAGIC_FREE);
        LC_CHECK(block->process < LC_PROCESSES_MAX);
        LC_CHECK(block->capacity > 0 && block->capacity % ALIGN_BYTES == 0);
        LC_CHECK((uint64_t)block->size + TAIL_BYTES <= block->capacity);
        live[block->process] += block->magic == MAGIC_LIVE;
        free_count += block->magic == MAGIC_FREE;
    }
    LC_CHECK(count_listed() == free_count);
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        LC_CHECK(live[process] == SIM_WIN32->processes[process].block_count);
    }
}

void sim_heap_open(void)
{
    sim_whole_add(check_whole);
}

uint64_t sim_heap_size(const void *memory)
{
    const struct block *block = find_block(memory);
    return block == NULL ? UINT64_MAX : block->size;
}

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
    struct block *block = first_block();
    for (; block != NULL; block = next_block(block)) {
        if (block->magic == MAGIC_LIVE && block->heap == index) {
            free_block(block);
        }
    }
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
    struct block *block = find_block(memory);
    if (block == NULL || block->heap != heap_index(handle)) {
        record_misuse(memory);
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    free_block(block);
    return 1;
}

/* Shrinks or grows within the block's own capacity when it must not move. */
static void *resize_in_place(
    struct block *block,
    uint32_t flags,
    size_t size_bytes)
{
    if (size_bytes > block->capacity - TAIL_BYTES) {
        return NULL;
    }
    unsigned char *memory = (unsigned char *)(block + 1);
    if (size_bytes > block->size) {
        memset(
            memory + block->size,
            (flags & LC_HEAP_ZERO_MEMORY) != 0 ? 0 : NEW_BYTE,
            size_bytes - block->size);
    }
    block->size = (uint32_t)size_bytes;
    memset(memory + size_bytes, TAIL_BYTE, block->capacity - size_bytes);
    return memory;
}

/* A block that moves always moves: the old pointer is never good again. */
static void *resize(struct block *block, uint32_t flags, size_t size_bytes)
{
    if ((flags & LC_HEAP_REALLOC_IN_PLACE_ONLY) != 0) {
        return resize_in_place(block, flags, size_bytes);
    }
    void *moved = sim_heap_take(block->heap, flags, size_bytes);
    if (moved != NULL) {
        size_t kept = block->size < size_bytes ? block->size : size_bytes;
        memcpy(moved, block + 1, kept);
        free_block(block);
    }
    return moved;
}

void *sim_heap_resize(void *memory, size_t size_bytes)
{
    struct block *block = find_block(memory);
    if (block == NULL) {
        record_misuse(memory);
        return NULL;
    }
    return resize(block, 0, size_bytes);
}

static void *LC_ABI
heap_realloc(lc_handle handle, uint32_t flags, void *memory, size_t size_bytes)
{
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    struct block *block = find_block(memory);
    if (block == NULL || block->heap != heap_index(handle)) {
        record_misuse(memory);
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (sim_win32_fails(LC_SHIM_HEAP_ALLOC)) {
        return NULL;
    }
    void *resized = resize(block, flags, size_bytes);
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
    const struct block *block = memory == NULL ? NULL : find_block(memory);
    if (memory != NULL) {
        return block != NULL && block->heap == heap_index(handle) &&
               is_tail_whole(block);
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
