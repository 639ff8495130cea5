/*
 * A library for LD_PRELOAD: has a page of the arena's range before the program
 * begins.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "sim/engine/arena.h"

__attribute__((constructor)) static void take(void)
{
    (void)mmap(
        (void *)(uintptr_t)SIM_ARENA_HISTORY,
        SIM_ARENA_GUARD_BYTES,
        PROT_READ,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
        -1,
        0);
}
