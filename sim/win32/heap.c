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
 * Before a freed block is used again, and when its owner is unloaded, it is
 * looked at: who wrote into it had given it back.
 *
 * In a world with a page heap each block of a hosted DLL has pages of its own,
 * and ends where a page begins that nobody can use; freed blocks can't be used
 * either, and are not given out again until their lane has grown large.
 * Source: documented. HeapCreate, HeapAlloc, HeapFree, HeapDestroy (heapapi.h).
 *         Observed: a block that is freed in another heap than its own, or
 *         twice, is corruption that Windows may or may not notice.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/page.h"
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
    CLASSES = 44,                /* of capacities */
    PAGE_CLASS = 43,             /* of blocks with pages of their own */
    QUARANTINE_BYTES = 0x100000, /* of a lane, before such are used again */
    DEFAULT_HEAP = 0x8000,       /* + process: index of its default heap */
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
    uint64_t at; /* address of its memory; 0: right behind the header */
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

static uint64_t first_page(const struct block *block)
{
    return (uint64_t)(uintptr_t)(block + 1);
}

/* A block with pages of its own: the header lies right before the first, the
 * page behind the last can't be used. Code that was not written here may have
 * written over the header. */
static bool has_pages(const struct block *block)
{
    return SIM_WIN32->has_page_heap != 0 &&
           first_page(block) % SIM_PAGE_BYTES == 0 &&
           block->at - first_page(block) < block->capacity &&
           block->capacity > 2 * SIM_PAGE_BYTES;
}

static uint32_t page_count(const struct block *block)
{
    uint32_t pages =
        (uint32_t)((block->capacity + sizeof *block) / SIM_PAGE_BYTES);
    LC_CHECK(pages > 2);
    return pages - 2;
}

static unsigned char *memory_of(const struct block *block)
{
    return (unsigned char
                *)(uintptr_t)(has_pages(block) ? block->at : first_page(block));
}

/* Bytes from the block's memory on that belong to it, its tail included. */
static uint64_t extent_of(const struct block *block)
{
    return has_pages(block) ? first_page(block) +
                                  page_count(block) * SIM_PAGE_BYTES - block->at
                            : block->capacity;
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

/* A block that was written into after it was freed is told once. */
static void check_untouched(struct block *block)
{
    if (has_pages(block) || is_untouched(block)) {
        return;
    }
    memset(block + 1, FREED_BYTE, block->capacity);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_DESTROY,
        .function = LC_OBJECT_BLOCK,
        .caller = block->owner,
        .callee = block->owner,
        .a = block->number,
        .b = 1,
    });
}

/* Into the list of its class and lane, by its address: in which order blocks
 * were freed makes no difference. */
static void list_free(struct block *block)
{
    uint64_t capacity;
    uint32_t class = has_pages(block) ? (uint32_t)PAGE_CLASS
                                      : class_of(block->capacity, &capacity);
    uint64_t bytes =
        has_pages(block) ? page_count(block) * SIM_PAGE_BYTES : block->capacity;
    uint32_t offset = offset_of(block);
    LC_CHECK(class < CLASSES);
    memset(block + 1, FREED_BYTE, bytes);
    struct lane *lane = lane_at(offset / (uint32_t)SIM_ARENA_LANE_BYTES);
    uint32_t *link = &lane->free_blocks[class];
    while (*link != 0 && *link - 1 < offset) {
        link = &block_at(*link - 1)->next;
    }
    block->magic = MAGIC_FREE;
    block->next = *link;
    *link = offset + 1;
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

/* The running thread's lane, which is made when it is needed. */
static uint32_t own_lane(void)
{
    uint32_t index = sim_thread_current_slot();
    LC_CHECK(index < SIM_THREADS_MAX);
    struct lane *lane = lane_at(index);
    if (SIM_WIN32->heap_end[index] == 0) {
        memset(lane, 0, sizeof *lane);
        SIM_WIN32->heap_end[index] = (uint32_t)sizeof *lane;
        sim_arena_heap_touched(index, (uint32_t)sizeof *lane);
    }
    return index;
}

static struct block *take(uint32_t class, uint64_t capacity)
{
    uint32_t index = own_lane();
    struct block *block = take_free(lane_at(index), class, capacity);
    if (block == NULL) {
        return take_fresh(index, capacity);
    }
    check_untouched(block);
    return block;
}

static void protect(uint64_t at, uint32_t count, bool is_usable)
{
    struct sim_span span = {
        .at = at,
        .page_count = count,
        .access = is_usable ? SIM_ACCESS_READ | SIM_ACCESS_WRITE : 0,
        .name = is_usable ? LC_PAGE_READWRITE : LC_PAGE_NOACCESS,
    };
    if (!sim_page_protect(&span, is_usable)) {
        sim_win32_limit();
    }
}

/* What lies before the place of a header right before a page is a free block.
 * Returns false when there is no room. */
static bool fill_up_to_page(uint32_t index, uint64_t needed_bytes)
{
    uint64_t end = SIM_WIN32->heap_end[index];
    uint64_t gap =
        (2 * SIM_PAGE_BYTES - sizeof(struct block) - end % SIM_PAGE_BYTES) %
        SIM_PAGE_BYTES;
    if (gap > 0 && gap < sizeof(struct block) + ALIGN_BYTES) {
        gap += SIM_PAGE_BYTES;
    }
    if (end + gap + needed_bytes > SIM_ARENA_LANE_BYTES) {
        return false;
    }
    if (gap > 0) {
        struct block *block = take_fresh(index, gap - sizeof(struct block));
        LC_CHECK(block != NULL);
        *block = (struct block){
            .magic = MAGIC_LIVE,
            .capacity = block->capacity,
            .process = (uint8_t)sim_thread_process(),
        };
        list_free(block);
    }
    return true;
}

/* A freed block of enough pages, whose memory can be used again. */
static struct block *reuse_pages(struct lane *lane, uint64_t pages)
{
    uint64_t capacity = (pages + 2) * SIM_PAGE_BYTES - sizeof(struct block);
    struct block *block = take_free(lane, PAGE_CLASS, capacity);
    if (block != NULL) {
        protect(first_page(block), page_count(block), true);
    }
    return block;
}

/* A block that ends at a page that can't be used. */
static struct block *take_pages(uint64_t size_bytes)
{
    uint32_t index = own_lane();
    uint64_t used = (size_bytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    used = used == 0 ? ALIGN_BYTES : used;
    uint64_t pages = (used + SIM_PAGE_BYTES - 1) / SIM_PAGE_BYTES;
    uint64_t bytes = (pages + 2) * SIM_PAGE_BYTES;
    struct block *block = NULL;
    if (SIM_WIN32->heap_end[index] > QUARANTINE_BYTES) {
        block = reuse_pages(lane_at(index), pages);
    }
    if (block == NULL) {
        if (!fill_up_to_page(index, bytes)) {
            sim_win32_limit();
            return NULL;
        }
        block = take_fresh(index, bytes - sizeof(struct block));
        LC_CHECK(block != NULL);
        protect(first_page(block) + pages * SIM_PAGE_BYTES, 1, false);
    }
    block->at = first_page(block) + page_count(block) * SIM_PAGE_BYTES - used;
    memset(
        (void *)(uintptr_t)first_page(block),
        TAIL_BYTE,
        block->at - first_page(block));
    return block;
}

/* Whose blocks have pages of their own. */
static bool wants_pages(uint32_t flags)
{
    const struct sim_module_class *class =
        sim_module_class(sim_thread_module());
    return LC_UNLIKELY(SIM_WIN32->has_page_heap != 0) &&
           (flags & SIM_HEAP_PLAIN) == 0 && class != NULL && class->is_hosted;
}

static struct block *take_plain(uint64_t size_bytes)
{
    uint64_t capacity;
    uint32_t class = class_of(size_bytes + TAIL_BYTES, &capacity);
    struct block *block = take(class, capacity);
    if (block != NULL) {
        block->at = 0;
    }
    return block;
}

void *sim_heap_take(uint32_t heap_index, uint32_t flags, uint64_t size_bytes)
{
    if (size_bytes > SIM_ARENA_LANE_BYTES / 2) {
        return NULL;
    }
    struct block *block =
        wants_pages(flags) ? take_pages(size_bytes) : take_plain(size_bytes);
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
        .at = block->at,
    };
    unsigned char *memory = memory_of(block);
    memset(
        memory,
        (flags & LC_HEAP_ZERO_MEMORY) != 0 ? 0 : NEW_BYTE,
        size_bytes);
    memset(memory + size_bytes, TAIL_BYTE, extent_of(block) - size_bytes);
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

static bool is_header(const struct block *block)
{
    return block->magic == MAGIC_LIVE || block->magic == MAGIC_FREE;
}

/* The header of a block with pages of its own by the address of its memory, or
 * NULL. */
static struct block *page_header(uint64_t at, uint64_t lane)
{
    uint64_t page = at - at % SIM_PAGE_BYTES;
    uint64_t first = SIM_ARENA_HEAP + lane * SIM_ARENA_LANE_BYTES;
    if (SIM_WIN32->has_page_heap == 0 || page <= first) {
        return NULL;
    }
    struct block *block =
        (struct block *)(uintptr_t)(page - sizeof(struct block));
    return is_header(block) && block->at == at ? block : NULL;
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
    struct block *block = page_header(at, lane);
    if (block == NULL) {
        block = (struct block *)(uintptr_t)(at - sizeof(struct block));
    }
    bool is_block = is_header(block) && memory_of(block) == memory;
    return is_block && block->process == sim_thread_process() ? block : NULL;
}

static struct block *find_block(const void *memory)
{
    struct block *block = find_header(memory);
    return block != NULL && block->magic == MAGIC_LIVE ? block : NULL;
}

static bool is_filled(const unsigned char *from, const unsigned char *to)
{
    while (from < to && *from == TAIL_BYTE) {
        from++;
    }
    return from == to;
}

/* Of a block with pages also what lies before it. */
static bool is_tail_whole(const struct block *block)
{
    const unsigned char *memory = memory_of(block);
    const unsigned char *end = memory + block->size;
    if (has_pages(block)) {
        return is_filled((const unsigned char *)(block + 1), memory) &&
               is_filled(end, memory + extent_of(block));
    }
    LC_CHECK(block->size + TAIL_BYTES <= block->capacity);
    return is_filled(end, end + TAIL_BYTES);
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

static void put_free(struct block *block)
{
    LC_CHECK(block->magic == MAGIC_LIVE);
    list_free(block);
    SIM_WIN32->processes[block->process].block_count--;
    if (has_pages(block)) {
        protect(first_page(block), page_count(block), false);
    }
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

/* Blocks as they are, whatever number they have in the trace. */
void sim_heap_key(struct sim_hash *hash)
{
    const struct sim_win32 *win32 = SIM_WIN32;
    sim_hash_add(hash, win32->heap_end, sizeof win32->heap_end);
    const struct block *block = first_block();
    for (; block != NULL; block = next_block(block)) {
        bool has_bytes = has_pages(block) ? block->magic == MAGIC_LIVE
                                          : !is_untouched(block);
        uint64_t bytes = has_pages(block) ? page_count(block) * SIM_PAGE_BYTES
                                          : block->capacity;
        struct block header = *block;
        header.number = has_bytes;
        unsigned char *at = sim_hash_room(hash, sizeof header);
        memcpy(at, &header, sizeof header);
        if (has_bytes) {
            sim_hash_add(hash, block + 1, bytes);
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
        LC_CHECK((uint64_t)block->size <= block->capacity);
        live[block->process] += block->magic == MAGIC_LIVE;
        free_count += block->magic == MAGIC_FREE;
    }
    LC_CHECK(count_listed() == free_count);
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        LC_CHECK(live[process] == SIM_WIN32->processes[process].block_count);
    }
}

void sim_heap_check_freed(uint32_t process, uint32_t module)
{
    struct block *block = first_block();
    for (; block != NULL; block = next_block(block)) {
        if (block->magic == MAGIC_FREE && block->process == process &&
            block->owner == module) {
            check_untouched(block);
        }
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
    uint64_t room = extent_of(block) - (has_pages(block) ? 0 : TAIL_BYTES);
    if (size_bytes > room) {
        return NULL;
    }
    unsigned char *memory = memory_of(block);
    if (size_bytes > block->size) {
        memset(
            memory + block->size,
            (flags & LC_HEAP_ZERO_MEMORY) != 0 ? 0 : NEW_BYTE,
            size_bytes - block->size);
    }
    block->size = (uint32_t)size_bytes;
    memset(memory + size_bytes, TAIL_BYTE, extent_of(block) - size_bytes);
    return memory;
}

/* A block that moves always moves: the old pointer is never good again. */
static void *resize(struct block *block, uint32_t flags, size_t size_bytes)
{
    if ((flags & LC_HEAP_REALLOC_IN_PLACE_ONLY) != 0) {
        return resize_in_place(block, flags, size_bytes);
    }
    void *moved =
        sim_heap_take(block->heap, flags & LC_HEAP_ZERO_MEMORY, size_bytes);
    if (moved != NULL) {
        size_t kept = block->size < size_bytes ? block->size : size_bytes;
        memcpy(moved, memory_of(block), kept);
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
