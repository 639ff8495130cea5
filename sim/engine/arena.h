/*
 * The arena: one region at one fixed address that holds all that a run can
 * change. Reset is a copy, a snapshot is a copy, equality of states is a hash
 * of bytes, and pointer values repeat from run to run.
 *
 * Segments, from the base upward:
 *
 *   parts    one fixed slot for each piece of the simulator (enum sim_part);
 *            only the declared bytes of a slot are ever used
 *   stacks   one per thread, each above a guard page
 *   tebs     one page per thread, the block that GS would point to
 *   shared   data of a module that all processes see
 *   history  records, sequence numbers, choices taken: never part of a state
 *   modules  one slot per (process, module): a built-in's globals, or the
 *            image of a hosted DLL
 *   heap     blocks of simulated heaps, one lane per thread; high-water marks
 *            bound copies
 */
#ifndef SIM_ENGINE_ARENA_H
#define SIM_ENGINE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/limits.h"

#include "sim/engine/status.h"

enum sim_part {
    SIM_PART_ENGINE = 0,
    SIM_PART_WIN32 = 1,
    SIM_PART_NET = 2,
    SIM_PART_WS2_32 = 3,
    SIM_PART_PROGRAM = 4, /* micro-programs of tests and benchmarks */
    SIM_PART_FAULT = 5,
    SIM_PART_REQUEST = 6,    /* overlapped operations of the transport */
    SIM_PART_APC = 7,        /* calls queued to threads */
    SIM_PART_OVERLAPPED = 8, /* what the application has for its own */
    SIM_PART_PORT = 9,       /* completion ports */
    SIM_PART_NAMES = 10,     /* name spaces, ws2_32's */
    SIM_PART_HOOK = 11,      /* blocking hooks of threads */
    SIM_PART_DATAGRAM = 12,  /* on their way, or in a receive buffer */
    SIM_PART_COUNT = 13
};

#define SIM_ARENA_BASE                0x520000000000ULL
#define SIM_ARENA_PART_BYTES          0x80000ULL /* stride of the parts */
#define SIM_ARENA_STACK               (SIM_ARENA_BASE + 0x4000000ULL)
#define SIM_ARENA_STACK_BYTES         0x40000ULL /* with its guard page */
#define SIM_ARENA_GUARD_BYTES         0x1000ULL
#define SIM_ARENA_TEB                 (SIM_ARENA_BASE + 0x6000000ULL)
#define SIM_ARENA_TEB_BYTES           0x2000ULL
#define SIM_ARENA_SHARED              (SIM_ARENA_BASE + 0x7000000ULL)
#define SIM_ARENA_SHARED_BYTES        0x10000ULL /* per module */
#define SIM_ARENA_HISTORY             (SIM_ARENA_BASE + 0x8000000ULL)
#define SIM_ARENA_HISTORY_BYTES       0x4000000ULL
#define SIM_ARENA_MODULE              (SIM_ARENA_BASE + 0x10000000ULL)
#define SIM_ARENA_MODULE_BYTES        0x1000000ULL /* per (process, module) */
#define SIM_ARENA_MODULES_PER_PROCESS 16U
#define SIM_ARENA_HEAP                                              \
    (SIM_ARENA_MODULE + SIM_ARENA_MODULE_BYTES * LC_PROCESSES_MAX * \
                            SIM_ARENA_MODULES_PER_PROCESS)
#define SIM_ARENA_LANE_BYTES 0x1000000ULL /* of the heap, per thread slot */
#define SIM_ARENA_HEAP_BYTES (SIM_ARENA_LANE_BYTES * SIM_THREADS_MAX)
#define SIM_ARENA_BYTES      (SIM_ARENA_HEAP + SIM_ARENA_HEAP_BYTES - SIM_ARENA_BASE)

enum sim_arena_limits {
    /* Threads of a schedule's run. */
    SIM_THREADS_MAX = LC_THREADS_MAX + LC_DLL_THREADS_MAX,
    /* Slots for threads: sim/program has programs with so many. */
    SIM_SLOTS_MAX = 104,
    /* Writable ranges of modules that differ from run to run. */
    SIM_RANGES_MAX = 4,
    SIM_PART_RANGES_MAX = 6
};

/* A writable range of a module slot, relative to the slot. */
struct sim_range {
    uint32_t offset_bytes;
    uint32_t size_bytes;
};

/**
 * Maps the arena at its fixed address. One live arena per process; a second
 * call while it is mapped only returns SIM_OK.
 *
 * Returns: SIM_OK; SIM_ERROR_ARENA when the address range is not free;
 *          SIM_ERROR_LIMIT when this process may not have as much anywhere.
 */
LC_MUST_USE enum sim_status sim_arena_open(void);

/** Unmaps the arena. Everything in it is gone. */
void sim_arena_close(void);

/**
 * Says at start-up how many bytes of a part are in use.
 *
 * @param size_bytes  1 to SIM_ARENA_PART_BYTES.
 */
void sim_arena_part_declare(enum sim_part part, size_t size_bytes);

/**
 * Says at start-up that a run uses only ranges of a part: neither a reset nor a
 * snapshot needs the rest.
 *
 * @param used  fills in the ranges that the run has used so far and returns how
 *              many they are: always as many, each always from the same place,
 *              of a size that the first range tells. Outside them all is zero.
 */
typedef uint32_t sim_arena_used_fn(
    struct sim_range ret_ranges[SIM_PART_RANGES_MAX]);
void sim_arena_part_set_used(enum sim_part part, sim_arena_used_fn *used);

/** Bytes declared for a part, 0 when none. */
size_t sim_arena_part_bytes(enum sim_part part);

/** Of these the ranges that the run has used; all when the part can't say. */
uint32_t sim_arena_part_used(
    enum sim_part part,
    struct sim_range ret_ranges[SIM_PART_RANGES_MAX]);

/** A part's fixed address: a constant expression for the compiler. */
static inline void *sim_arena_part(enum sim_part part)
{
    return (
        void
            *)(uintptr_t)(SIM_ARENA_BASE + (uint64_t)part * SIM_ARENA_PART_BYTES);
}

/** Slot of a module in a process: the HMODULE of a loaded module. */
static inline unsigned char *sim_arena_module(uint32_t process, uint32_t module)
{
    return (
        unsigned char
            *)(uintptr_t)(SIM_ARENA_MODULE + ((uint64_t)process * SIM_ARENA_MODULES_PER_PROCESS + module) * SIM_ARENA_MODULE_BYTES);
}

/** Top of a thread's stack (its highest address), by thread slot. */
static inline unsigned char *sim_arena_stack_top(uint32_t slot)
{
    return (
        unsigned char
            *)(uintptr_t)(SIM_ARENA_STACK + ((uint64_t)slot + 1) * SIM_ARENA_STACK_BYTES);
}

/** Lowest usable address of a thread's stack; below it lies the guard. */
static inline unsigned char *sim_arena_stack_low(uint32_t slot)
{
    return sim_arena_stack_top(slot) - SIM_ARENA_STACK_BYTES +
           SIM_ARENA_GUARD_BYTES;
}

/** Bytes of a lane of the heap that may have been touched in this run. */
void sim_arena_heap_touched(uint32_t lane, uint32_t size_bytes);

/** Whether an address lies in the arena. */
static inline bool sim_arena_has(const void *address)
{
    uint64_t at = (uint64_t)(uintptr_t)address;
    return at >= SIM_ARENA_BASE && at < SIM_ARENA_BASE + SIM_ARENA_BYTES;
}

#endif
