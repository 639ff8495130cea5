/*
 * The shim's part of the arena. For files of sim/win32 only.
 */
#ifndef SIM_WIN32_STATE_H
#define SIM_WIN32_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/schedule.h"
#include "lastcall/trace.h"

#include "sim/engine/arena.h"
#include "sim/engine/copy.h"
#include "sim/fault/fault.h"

enum sim_win32_limits {
    SIM_OBJECTS_MAX = 256,   /* per run; places are used again */
    SIM_TLS_MAX = 16,        /* per process */
    SIM_WIN32_IOB_BYTES = 48 /* of a FILE of msvcrt */
};

enum sim_object_kind {
    SIM_OBJECT_FREE = 0,
    SIM_OBJECT_HEAP = 1,
    SIM_OBJECT_LOCK = 2,
    SIM_OBJECT_EVENT = 3,
    SIM_OBJECT_THREAD = 4,
    SIM_OBJECT_SEMAPHORE = 5,
    SIM_OBJECT_MUTEX = 6
};

struct sim_object {
    uint8_t kind; /* enum sim_object_kind */
    uint8_t process;
    uint8_t owner;        /* module that made it */
    uint8_t is_manual;    /* events: stays set */
    uint8_t is_signalled; /* events; threads: has ended; mutexes: abandoned */
    uint8_t thread;       /* thread reference it stands for */
    uint8_t lock_owner;   /* thread reference + 1, 0: free */
    uint8_t is_closed;    /* no handle is left, but a thread that runs or one
                             that waits still needs it */
    uint32_t number;      /* in the trace */
    uint32_t count;       /* locks, mutexes: recursion; semaphores: count;
                             threads: how often suspended */
    uint32_t maximum;     /* semaphores */
    uint32_t exit_code;
    uint32_t generation; /* how often its place was taken */
    uint32_t zero;       /* all bytes have names: they go into keys */
    uint64_t start;      /* threads: the start routine */
    uint64_t parameter;  /* threads */
};

_Static_assert(sizeof(struct sim_object) == 48, "no byte without a name");

struct sim_win32_process {
    uint8_t loader_owner; /* thread reference + 1, 0: free */
    uint8_t loader_depth;
    uint16_t tls_used; /* bit per slot */
    uint8_t tls_owner[SIM_TLS_MAX];
    uint32_t tls_number[SIM_TLS_MAX];
    uint32_t block_count; /* heap blocks that are live */
};

struct sim_win32 {
    uint32_t object_count; /* behind the last place used in the run */
    uint32_t waiting;      /* bit per thread slot: its place in waits is set */
    /* Of each lane of the heap the first byte not yet used. */
    uint32_t heap_end[SIM_THREADS_MAX];
    struct sim_win32_process processes[LC_PROCESSES_MAX];
    uint64_t pages; /* header of the newest region of VirtualAlloc, or 0 */
    unsigned char iob[3 * SIM_WIN32_IOB_BYTES]; /* msvcrt's three streams */
    uint32_t tls_end; /* behind the last slot of a thread that has values */
    uint32_t zero;
    uint64_t tls[SIM_THREADS_MAX][SIM_TLS_MAX];
    uint64_t waits[SIM_THREADS_MAX]; /* address of what a blocked thread waits
                                        for, on its own stack; 0: nothing */
    struct sim_object objects[SIM_OBJECTS_MAX]; /* last: see the reset */
};

_Static_assert(sizeof(struct sim_win32) <= 16384, "zeroed for each run");

#define SIM_WIN32 ((struct sim_win32 *)sim_arena_part(SIM_PART_WIN32))

/** State of the running process. */
struct sim_win32_process *sim_win32_process(void);

/**
 * A yield point of the shim.
 *
 * Effects: when the code that calls was unmapped, the run ends here with a
 *          record of LC_STRAY_SHIM.
 */
void sim_win32_yield(enum lc_shim what);

/** The same of a step that touches one thing; see sim/engine/choice.h. */
void sim_win32_yield_on(enum lc_shim what, uint32_t thing);

/** Does what sim_win32_fails() is for. */
bool sim_win32_asks(enum lc_shim what);

/**
 * Whether a call of the shim is made to fail here, behind its yield: see
 * sim/fault/fault.h.
 *
 * Effects: the last error is set then.
 */
static inline bool sim_win32_fails(enum lc_shim what)
{
    return LC_UNLIKELY(SIM_FAULT->kinds != 0) && sim_win32_asks(what);
}

/** Sets the running thread's last error. */
void sim_win32_set_error(uint32_t error);

/** The run ends: a limit of the harness was hit (LC_END_LIMIT). */
void sim_win32_limit(void);

/** Makes an object and says so in the trace. A full table ends the run. */
struct sim_object *sim_object_make(
    enum sim_object_kind kind,
    enum lc_object what);

/**
 * Gives an object back and says so in the trace. Its place is kept as long as
 * a thread needs it.
 */
void sim_object_drop(struct sim_object *object, enum lc_object what);

/** Frees the place of an object that was given back and is not needed. */
void sim_object_settle(struct sim_object *object);

/** Says in the trace that something was given back that was not there. */
void sim_object_misuse(enum lc_object what);

/** An object's handle, and back. NULL: the handle is none of the process's. */
void *sim_object_handle(const struct sim_object *object);
struct sim_object *sim_object_find(const void *handle);

/** What waits on the object are keyed by. */
uint64_t sim_object_key(const struct sim_object *object);

/** The object of a handle when it is of that kind, or NULL and an error. */
struct sim_object *sim_object_of(const void *handle, enum sim_object_kind kind);

/**
 * An object was signalled: those that wait for it go on, the first first, for
 * as long as it is signalled. Who goes on has the signal, whoever runs next.
 */
void sim_wait_signal(const struct sim_object *object);

/** Whether a blocked thread waits for the object. */
bool sim_wait_has(const struct sim_object *object);

/** Forgets what a thread waits for. */
void sim_wait_forget(uint32_t slot);

/** A time-out of Windows in virtual time. */
uint64_t sim_wait_timeout_ns(uint32_t timeout_ms);

/** Mutexes that an ending thread leaves behind are free, and say so. */
void sim_object_abandon(uint8_t thread);

/** The run ends: the running module gave up (abort and its kin). */
void sim_win32_give_up(enum lc_fault fault);

/** Address of a heap block's memory: allocation without a yield, or NULL. */
void *sim_heap_take(uint32_t heap_index, uint32_t flags, uint64_t size_bytes);

/** Registers the whole-state check of the heaps. At start-up. */
void sim_heap_open(void);

/** Index of the process's default heap. */
uint32_t sim_heap_default(void);

/**
 * Frees memory of any heap of the process.
 *
 * Returns: whether it was a live block. The trace says so when not.
 */
bool sim_heap_give(void *memory);

/** Frees all memory of a process that has ended, without a record. */
void sim_heap_process_exit(uint32_t process);

/** Adds all blocks to the hash of a state: see sim_snapshot_set_key(). */
void sim_heap_key(struct sim_hash *hash);

/** The regions of a process that has ended are pages like all others again. */
void sim_memory_process_exit(uint32_t process);

/**
 * Moves a live block of any heap to one of another size.
 *
 * Returns: NULL when there is no memory, or the block is none: then the trace
 *          says so.
 */
void *sim_heap_resize(void *memory, size_t size_bytes);

/** Bytes that were asked for, or UINT64_MAX when it is no live block. */
uint64_t sim_heap_size(const void *memory);

#endif
