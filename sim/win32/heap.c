#include "sim/win32/heap.h"

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
    CLASSES = 44,               /* of capacities */
    PAGE_CLASS = 43,            /* of blocks with pages of their own */
    QUARANTINE_BYTES = 0x100000 /* of a lane, before such are used again */
};

#define MAGIC_LIVE 0x4c434842U
#define MAGIC_FREE 0x4c434646U

_Static_assert(sizeof(struct sim_heap_block) == 32, "keeps blocks aligned");

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

static struct sim_heap_block *block_at(uint32_t offset)
{
    return (struct sim_heap_block *)(uintptr_t)(SIM_ARENA_HEAP + offset);
}

static uint32_t offset_of(const struct sim_heap_block *block)
{
    return (uint32_t)((uint64_t)(uintptr_t)block - SIM_ARENA_HEAP);
}

static uint64_t first_page(const struct sim_heap_block *block)
{
    return (uint64_t)(uintptr_t)(block + 1);
}

/* A block with pages of its own: the header lies right before the first, the
 * page behind the last can't be used. Code that was not written here may have
 * written over the header. */
static bool has_pages(const struct sim_heap_block *block)
{
    return SIM_WIN32->has_page_heap != 0 &&
           first_page(block) % SIM_PAGE_BYTES == 0 &&
           block->at - first_page(block) < block->capacity &&
           block->capacity > 2 * SIM_PAGE_BYTES;
}

static uint32_t page_count(const struct sim_heap_block *block)
{
    uint32_t pages =
        (uint32_t)((block->capacity + sizeof *block) / SIM_PAGE_BYTES);
    LC_CHECK(pages > 2);
    return pages - 2;
}

static unsigned char *memory_of(const struct sim_heap_block *block)
{
    return (unsigned char
                *)(uintptr_t)(has_pages(block) ? block->at : first_page(block));
}

/* Bytes from the block's memory on that belong to it, its tail included. */
static uint64_t extent_of(const struct sim_heap_block *block)
{
    return has_pages(block) ? first_page(block) +
                                  page_count(block) * SIM_PAGE_BYTES - block->at
                            : block->capacity;
}

/* The first block at an offset or behind it, lane by lane; NULL: no more. */
static struct sim_heap_block *block_from(uint64_t offset)
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

static struct sim_heap_block *first_block(void)
{
    return block_from(0);
}

static struct sim_heap_block *next_block(const struct sim_heap_block *block)
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
static bool is_untouched(const struct sim_heap_block *block)
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
static void check_untouched(struct sim_heap_block *block)
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
static void list_free(struct sim_heap_block *block)
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

static struct sim_heap_block *take_free(
    struct lane *lane,
    uint32_t class,
    uint64_t capacity)
{
    uint32_t *link = &lane->free_blocks[class];
    while (*link != 0) {
        struct sim_heap_block *block = block_at(*link - 1);
        LC_CHECK(block->magic == MAGIC_FREE);
        if (block->capacity >= capacity) {
            *link = block->next;
            return block;
        }
        link = &block->next;
    }
    return NULL;
}

static struct sim_heap_block *take_fresh(uint32_t index, uint64_t capacity)
{
    uint32_t *end = &SIM_WIN32->heap_end[index];
    uint64_t bytes = sizeof(struct sim_heap_block) + capacity;
    if (bytes > SIM_ARENA_LANE_BYTES - *end) {
        sim_win32_limit();
        return NULL;
    }
    struct sim_heap_block *block =
        (struct sim_heap_block *)((unsigned char *)lane_at(index) + *end);
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

static struct sim_heap_block *take(uint32_t class, uint64_t capacity)
{
    uint32_t index = own_lane();
    struct sim_heap_block *block = take_free(lane_at(index), class, capacity);
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
    uint64_t gap = (2 * SIM_PAGE_BYTES - sizeof(struct sim_heap_block) -
                    end % SIM_PAGE_BYTES) %
                   SIM_PAGE_BYTES;
    if (gap > 0 && gap < sizeof(struct sim_heap_block) + ALIGN_BYTES) {
        gap += SIM_PAGE_BYTES;
    }
    if (end + gap + needed_bytes > SIM_ARENA_LANE_BYTES) {
        return false;
    }
    if (gap > 0) {
        struct sim_heap_block *block =
            take_fresh(index, gap - sizeof(struct sim_heap_block));
        LC_CHECK(block != NULL);
        *block = (struct sim_heap_block){
            .magic = MAGIC_LIVE,
            .capacity = block->capacity,
            .process = (uint8_t)sim_thread_process(),
        };
        list_free(block);
    }
    return true;
}

/* A freed block of enough pages, whose memory can be used again. */
static struct sim_heap_block *reuse_pages(struct lane *lane, uint64_t pages)
{
    uint64_t capacity =
        (pages + 2) * SIM_PAGE_BYTES - sizeof(struct sim_heap_block);
    struct sim_heap_block *block = take_free(lane, PAGE_CLASS, capacity);
    if (block != NULL) {
        protect(first_page(block), page_count(block), true);
    }
    return block;
}

/* A block that ends at a page that can't be used. */
static struct sim_heap_block *take_pages(uint64_t size_bytes)
{
    uint32_t index = own_lane();
    uint64_t used = (size_bytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    used = used == 0 ? ALIGN_BYTES : used;
    uint64_t pages = (used + SIM_PAGE_BYTES - 1) / SIM_PAGE_BYTES;
    uint64_t bytes = (pages + 2) * SIM_PAGE_BYTES;
    struct sim_heap_block *block = NULL;
    if (SIM_WIN32->heap_end[index] > QUARANTINE_BYTES) {
        block = reuse_pages(lane_at(index), pages);
    }
    if (block == NULL) {
        if (!fill_up_to_page(index, bytes)) {
            sim_win32_limit();
            return NULL;
        }
        block = take_fresh(index, bytes - sizeof(struct sim_heap_block));
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

static struct sim_heap_block *take_plain(uint64_t size_bytes)
{
    uint64_t capacity;
    uint32_t class = class_of(size_bytes + TAIL_BYTES, &capacity);
    struct sim_heap_block *block = take(class, capacity);
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
    struct sim_heap_block *block =
        wants_pages(flags) ? take_pages(size_bytes) : take_plain(size_bytes);
    if (block == NULL) {
        return NULL;
    }
    *block = (struct sim_heap_block){
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

static bool is_header(const struct sim_heap_block *block)
{
    return block->magic == MAGIC_LIVE || block->magic == MAGIC_FREE;
}

/* The header of a block with pages of its own by the address of its memory, or
 * NULL. */
static struct sim_heap_block *page_header(uint64_t at, uint64_t lane)
{
    uint64_t page = at - at % SIM_PAGE_BYTES;
    uint64_t first = SIM_ARENA_HEAP + lane * SIM_ARENA_LANE_BYTES;
    if (SIM_WIN32->has_page_heap == 0 || page <= first) {
        return NULL;
    }
    struct sim_heap_block *block =
        (struct sim_heap_block
             *)(uintptr_t)(page - sizeof(struct sim_heap_block));
    return is_header(block) && block->at == at ? block : NULL;
}

/* The header of a block of this process, live or freed, or NULL. */
static struct sim_heap_block *find_header(const void *memory)
{
    uint64_t at = (uint64_t)(uintptr_t)memory;
    if (at < SIM_ARENA_HEAP || at >= SIM_ARENA_HEAP + SIM_ARENA_HEAP_BYTES) {
        return NULL;
    }
    uint64_t lane = (at - SIM_ARENA_HEAP) / SIM_ARENA_LANE_BYTES;
    uint64_t in_lane = (at - SIM_ARENA_HEAP) % SIM_ARENA_LANE_BYTES;
    if (in_lane < sizeof(struct lane) + sizeof(struct sim_heap_block) ||
        in_lane >= SIM_WIN32->heap_end[lane] || at % ALIGN_BYTES != 0) {
        return NULL;
    }
    struct sim_heap_block *block = page_header(at, lane);
    if (block == NULL) {
        block = (struct sim_heap_block
                     *)(uintptr_t)(at - sizeof(struct sim_heap_block));
    }
    bool is_block = is_header(block) && memory_of(block) == memory;
    return is_block && block->process == sim_thread_process() ? block : NULL;
}

struct sim_heap_block *sim_heap_find(const void *memory)
{
    struct sim_heap_block *block = find_header(memory);
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
bool sim_heap_is_whole(const struct sim_heap_block *block)
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

static void record_free(const struct sim_heap_block *block, bool is_wrong)
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
void sim_heap_misuse(const void *memory)
{
    const struct sim_heap_block *block = find_header(memory);
    if (block == NULL) {
        sim_object_misuse(LC_OBJECT_BLOCK);
    } else {
        record_free(block, true);
    }
}

static void put_free(struct sim_heap_block *block)
{
    LC_CHECK(block->magic == MAGIC_LIVE);
    list_free(block);
    SIM_WIN32->processes[block->process].block_count--;
    if (has_pages(block)) {
        protect(first_page(block), page_count(block), false);
    }
}

/* A block with a broken tail is given back all the same, and reported. */
void sim_heap_free(struct sim_heap_block *block)
{
    if (!sim_heap_is_whole(block)) {
        record_free(block, true);
    }
    record_free(block, false);
    put_free(block);
}

bool sim_heap_give(void *memory)
{
    struct sim_heap_block *block = sim_heap_find(memory);
    if (block == NULL) {
        sim_heap_misuse(memory);
        return false;
    }
    sim_heap_free(block);
    return true;
}

void sim_heap_free_heap(uint32_t heap_index)
{
    struct sim_heap_block *block = first_block();
    for (; block != NULL; block = next_block(block)) {
        if (block->magic == MAGIC_LIVE && block->heap == heap_index) {
            sim_heap_free(block);
        }
    }
}

void sim_heap_process_exit(uint32_t process)
{
    struct sim_heap_block *block = first_block();
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
    const struct sim_heap_block *block = first_block();
    for (; block != NULL; block = next_block(block)) {
        bool has_bytes = has_pages(block) ? block->magic == MAGIC_LIVE
                                          : !is_untouched(block);
        uint64_t bytes = has_pages(block) ? page_count(block) * SIM_PAGE_BYTES
                                          : block->capacity;
        struct sim_heap_block header = *block;
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
    const struct sim_heap_block *block = first_block();
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
    struct sim_heap_block *block = first_block();
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
    const struct sim_heap_block *block = sim_heap_find(memory);
    return block == NULL ? UINT64_MAX : block->size;
}

/* Shrinks or grows within the block's own capacity when it must not move. */
static void *resize_in_place(
    struct sim_heap_block *block,
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
void *sim_heap_resize_block(
    struct sim_heap_block *block,
    uint32_t flags,
    size_t size_bytes)
{
    if ((flags & LC_HEAP_REALLOC_IN_PLACE_ONLY) != 0) {
        return resize_in_place(block, flags, size_bytes);
    }
    void *moved =
        sim_heap_take(block->heap, flags & LC_HEAP_ZERO_MEMORY, size_bytes);
    if (moved != NULL) {
        size_t kept = block->size < size_bytes ? block->size : size_bytes;
        memcpy(moved, memory_of(block), kept);
        sim_heap_free(block);
    }
    return moved;
}

void *sim_heap_resize(void *memory, size_t size_bytes)
{
    struct sim_heap_block *block = sim_heap_find(memory);
    if (block == NULL) {
        sim_heap_misuse(memory);
        return NULL;
    }
    return sim_heap_resize_block(block, 0, size_bytes);
}
