#include "sim/engine/arena.h"

#include <string.h>
#include <sys/mman.h>

#include "sim/engine/engine.h"

/* Written at start-up only. */
static struct {
    bool is_open;
    size_t part_bytes[SIM_PART_COUNT];
    sim_arena_used_fn *part_used[SIM_PART_COUNT];
} arena;

static bool protect_guards(void)
{
    for (uint32_t slot = 0; slot < SIM_SLOTS_MAX; slot++) {
        unsigned char *guard =
            sim_arena_stack_low(slot) - SIM_ARENA_GUARD_BYTES;
        if (mprotect(guard, SIM_ARENA_GUARD_BYTES, PROT_NONE) != 0) {
            return false;
        }
    }
    return true;
}

/* Whether the system gives away so many addresses at all. */
static bool has_room(void)
{
    void *at = mmap(
        NULL,
        SIM_ARENA_BYTES,
        PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
        -1,
        0);
    return at != MAP_FAILED && munmap(at, SIM_ARENA_BYTES) == 0;
}

enum sim_status sim_arena_open(void)
{
    if (arena.is_open) {
        return SIM_OK;
    }
    void *wanted = (void *)(uintptr_t)SIM_ARENA_BASE;
    void *at = mmap(
        wanted,
        SIM_ARENA_BYTES,
        PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
        -1,
        0);
    if (at != wanted) {
        /* A kernel without MAP_FIXED_NOREPLACE takes it for a hint. */
        if (at != MAP_FAILED) {
            (void)munmap(at, SIM_ARENA_BYTES);
        }
        return has_room() ? SIM_ERROR_ARENA : SIM_ERROR_LIMIT;
    }
    if (!protect_guards()) {
        (void)munmap(at, SIM_ARENA_BYTES);
        return SIM_ERROR_LIMIT;
    }
    arena.is_open = true;
    sim_arena_part_declare(SIM_PART_ENGINE, sizeof(struct sim_engine));
    return SIM_OK;
}

void sim_arena_close(void)
{
    if (!arena.is_open) {
        return;
    }
    int result = munmap((void *)(uintptr_t)SIM_ARENA_BASE, SIM_ARENA_BYTES);
    LC_CHECK(result == 0);
    memset(&arena, 0, sizeof arena);
}

void sim_arena_part_declare(enum sim_part part, size_t size_bytes)
{
    LC_CHECK(part < SIM_PART_COUNT);
    LC_CHECK(size_bytes > 0 && size_bytes <= SIM_ARENA_PART_BYTES);
    arena.part_bytes[part] = size_bytes;
}

size_t sim_arena_part_bytes(enum sim_part part)
{
    LC_CHECK(part < SIM_PART_COUNT);
    return arena.part_bytes[part];
}

void sim_arena_part_set_used(enum sim_part part, sim_arena_used_fn *used)
{
    LC_CHECK(part < SIM_PART_COUNT);
    LC_CHECK(arena.part_bytes[part] > 0);
    arena.part_used[part] = used;
}

uint32_t sim_arena_part_used(
    enum sim_part part,
    struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    LC_CHECK(part < SIM_PART_COUNT);
    if (arena.part_used[part] != NULL) {
        return arena.part_used[part](ret_ranges);
    }
    ret_ranges[0] =
        (struct sim_range){ .size_bytes = (uint32_t)arena.part_bytes[part] };
    return 1;
}

void sim_arena_heap_touched(uint32_t lane, uint32_t size_bytes)
{
    LC_CHECK(lane < SIM_THREADS_MAX);
    LC_CHECK(size_bytes <= SIM_ARENA_LANE_BYTES);
    if (size_bytes > SIM_ENGINE->heap_bytes[lane]) {
        SIM_ENGINE->heap_bytes[lane] = size_bytes;
    }
}
