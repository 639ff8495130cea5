/*
 * The shim's part of the arena. For files of sim/win32 only.
 */
#ifndef SIM_WIN32_STATE_H
#define SIM_WIN32_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

#include "sim/engine/arena.h"
#include "sim/engine/copy.h"
#include "sim/fault/fault.h"

enum sim_win32_limits {
    SIM_OBJECTS_MAX = 256,   /* per run; places are used again */
    SIM_TLS_MAX = 16,        /* per process */
    SIM_POOL_ITEMS_MAX = 64, /* callbacks that wait for a thread, per run */
    SIM_WIN32_IOB_BYTES = 48 /* of a FILE of msvcrt */
};

enum sim_object_kind {
    SIM_OBJECT_FREE = 0,
    SIM_OBJECT_HEAP = 1,
    SIM_OBJECT_LOCK = 2,
    SIM_OBJECT_EVENT = 3,
    SIM_OBJECT_THREAD = 4,
    SIM_OBJECT_SEMAPHORE = 5,
    SIM_OBJECT_MUTEX = 6,
    SIM_OBJECT_TIMER = 7, /* one that is waited for */
    /* Of the thread pool. */
    SIM_OBJECT_WORK = 8,
    SIM_OBJECT_POOL_TIMER = 9,
    SIM_OBJECT_QUEUE_TIMER = 10, /* of a timer queue */
    SIM_OBJECT_TIMER_QUEUE = 11,
    SIM_OBJECT_KEY = 12, /* of the registry */
    SIM_OBJECT_PORT = 13 /* a completion port */
};

struct sim_object {
    uint8_t kind; /* enum sim_object_kind */
    uint8_t process;
    uint8_t owner;        /* module that made it */
    uint8_t is_manual;    /* events, timers: stays set */
    uint8_t is_signalled; /* events, timers; threads: has ended; mutexes:
                             abandoned */
    uint8_t thread;       /* thread reference it stands for; timers: is set */
    uint8_t lock_owner;   /* thread reference + 1, 0: free */
    uint8_t is_closed;    /* no handle is left, but a thread that runs or one
                             that waits still needs it */
    uint32_t number;      /* in the trace */
    uint32_t count;       /* locks, mutexes: recursion; semaphores: count;
                             threads: how often suspended; of the pool:
                             callbacks that are queued; keys: which; ports:
                             packets that are nobody's yet */
    uint32_t maximum;     /* semaphores; of the pool: callbacks that run */
    uint32_t exit_code;   /* threads; timers of a queue: place of the queue */
    uint32_t generation;  /* how often its place was taken */
    uint32_t map_count;   /* of the pool: of the owner when it was made */
    uint64_t start;       /* threads: the start routine; pool: the callback */
    uint64_t parameter;   /* threads, pool */
};

_Static_assert(sizeof(struct sim_object) == 48, "no byte without a name");

struct sim_win32_process {
    uint8_t loader_owner; /* thread reference + 1, 0: free */
    uint8_t loader_depth;
    uint16_t tls_used; /* bit per slot */
    uint8_t tls_owner[SIM_TLS_MAX];
    uint32_t tls_number[SIM_TLS_MAX];
    uint32_t block_count; /* heap blocks that are live */
    uint32_t fls_used;    /* bit per slot of tls_used that is one of a fiber */
    uint32_t exit_how;    /* enum lc_exit */
};

/* Code of a module that the shim is to call later. */
struct sim_callback {
    uint64_t code;
    uint64_t parameter;
    uint32_t map_count; /* of the module when it was handed over */
    uint8_t module;
    uint8_t process;
    uint8_t kind;  /* of the pool's: enum sim_callback_kind */
    uint8_t place; /* of the pool's: that of its object, if it has one */
};

_Static_assert(sizeof(struct sim_callback) == 24, "no byte without a name");

enum sim_callback_kind {
    SIM_CALLBACK_ITEM = 0,   /* QueueUserWorkItem */
    SIM_CALLBACK_SIMPLE = 1, /* TrySubmitThreadpoolCallback */
    SIM_CALLBACK_WORK = 2,
    SIM_CALLBACK_POOL_TIMER = 3,
    SIM_CALLBACK_QUEUE_TIMER = 4
};

/* What a callback has asked for at its end; its instance points here. */
struct sim_pool_worker {
    uint64_t event;
    uint64_t semaphore;
    uint64_t mutex;
    uint64_t lock;
    uint64_t library;
    uint32_t release_count; /* of the semaphore */
    uint8_t ref;            /* thread reference */
    uint8_t process;
    uint8_t is_busy;
    uint8_t is_new; /* DLLs have not heard of it yet */
};

_Static_assert(sizeof(struct sim_pool_worker) == 48, "no byte without a name");

struct sim_callbacks {
    struct sim_callback items[SIM_POOL_ITEMS_MAX]; /* the first is next */
    struct sim_pool_worker workers[LC_DLL_THREADS_MAX];
    struct sim_callback fls[LC_PROCESSES_MAX][SIM_TLS_MAX];
    uint32_t item_count;
    uint32_t worker_count;
};

struct sim_win32 {
    uint32_t object_count; /* behind the last place used in the run */
    uint32_t waiting;      /* bit per thread slot: its place in waits is set */
    /* Of each lane of the heap the first byte not yet used. */
    uint32_t heap_end[SIM_THREADS_MAX];
    struct sim_win32_process processes[LC_PROCESSES_MAX];
    uint64_t pages; /* header of the newest region of VirtualAlloc, or 0 */
    uint32_t has_page_heap; /* the world's: see heap.h */
    uint32_t zero;
    unsigned char iob[3 * SIM_WIN32_IOB_BYTES]; /* msvcrt's three streams */
    uint32_t tls_end; /* behind the last slot of a thread that has values */
    uint32_t has_callbacks; /* 1: something is in `callbacks` */
    uint64_t tls[SIM_THREADS_MAX][SIM_TLS_MAX];
    uint64_t waits[SIM_THREADS_MAX]; /* address of what a blocked thread waits
                                        for, on its own stack; 0: nothing */
    struct sim_callbacks callbacks;
    struct sim_object objects[SIM_OBJECTS_MAX]; /* last: see the reset */
};

_Static_assert(sizeof(struct sim_win32) <= 24576, "zeroed for each run");

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

/** Enters and leaves a critical section without a yield. */
void sim_lock_enter(struct lc_critical_section *lock);
void sim_lock_leave(struct lc_critical_section *lock);

/** What the shim is to call later, on behalf of the running module. */
struct sim_callback sim_callback_make(const void *code, const void *parameter);

/** Whether a module is the instance that it was. */
bool sim_callback_is_current(
    uint32_t process,
    uint32_t module,
    uint32_t map_count);

/**
 * Enters the module of a callback; sim_thread_leave() afterwards.
 *
 * Effects: when it was unmapped meanwhile, the run ends here with a record of
 *          LC_STRAY_CALLBACK.
 */
void sim_callback_enter(const struct sim_callback *callback);

/** Adds `callbacks` to the hash of a state. */
void sim_callback_key(struct sim_hash *hash);

/** Puts a callback into the pool's queue, and wakes who runs it. */
void sim_pool_push(const struct sim_callback *callback);

/** Makes an object of the pool, of a callback of the running module. */
struct sim_object *sim_pool_make(
    enum sim_object_kind kind,
    const void *code,
    const void *parameter);

/** The object behind a pointer of the pool, or NULL; the trace says so then. */
struct sim_object *sim_pool_object(
    const void *pointer,
    enum sim_object_kind kind);

/** Whether a callback of the object is queued or runs. */
bool sim_pool_is_under_way(const struct sim_object *object);

/** Waits until none is any more. The object may be given back meanwhile. */
void sim_pool_wait(struct sim_object *object, uint32_t generation);

/**
 * The pool has a thread for what comes next: makes one when all that it has
 * are busy, and something is queued or a timer may queue something.
 */
void sim_pool_reserve(void);

/** Whether the running thread belongs to the pool. */
bool sim_pool_is_worker(void);

/** Does what sim_pool_before_block() is for. */
void sim_pool_will_block(void);

/** The running thread is about to block: see sim_pool_reserve(). */
static inline void sim_pool_before_block(void)
{
    if (LC_UNLIKELY(SIM_WIN32->has_callbacks != 0)) {
        sim_pool_will_block();
    }
}

/** A process has ended: nothing of it is queued, and no thread is left. */
void sim_pool_process_exit(uint32_t process);

/** Registers the event of timers. At start-up. */
void sim_timer_open(void);

/** Whether an object is a timer of any kind. */
bool sim_timer_is(const struct sim_object *object);

/** Takes a timer's event back, when it is set. */
void sim_timer_cancel(struct sim_object *timer);

/** Whether a timer of the pool is set in the process. */
bool sim_timer_is_any(uint32_t process);

/** The last callback of a timer that was given back has ended. */
void sim_timer_end(const struct sim_object *timer);

/** Sets an event, releases a semaphore or a mutex, without a yield. */
int sim_object_set(const void *handle);
int sim_object_release_semaphore(
    const void *handle,
    int32_t count,
    int32_t *ret_previous);
int sim_object_release_mutex(const void *handle);

/** Gives back a reference of the running module, without a yield. */
int sim_library_free(const void *handle);

/** 2020-01-01 in units of 100 ns since 1601: when each run begins. */
#define SIM_EPOCH_100NS 132223104000000000ULL

/** Says in the trace that something was given back that was not there. */
void sim_object_misuse(enum lc_object what);

/** An object's handle, and back. NULL: the handle is none of the process's. */
void *sim_object_handle(const struct sim_object *object);
struct sim_object *sim_object_find(const void *handle);

/** Whether an object can be waited for, and closed by CloseHandle. */
bool sim_object_is_kernel(const struct sim_object *object);

/** What waits on the object are keyed by. */
uint64_t sim_object_key(const struct sim_object *object);

/** The object of a handle when it is of that kind, or NULL and an error. */
struct sim_object *sim_object_of(const void *handle, enum sim_object_kind kind);

/**
 * An object was signalled: those that wait for it go on, the first first, for
 * as long as it is signalled. Who goes on has the signal, whoever runs next.
 */
void sim_wait_signal(const struct sim_object *object);

/** Waits for a packet of a port. Returns: false when the time ran out. */
bool sim_wait_port(const struct sim_object *port, uint32_t timeout_ms);

/** Whether a blocked thread waits for the object. */
bool sim_wait_has(const struct sim_object *object);

/** Forgets what a thread waits for. */
void sim_wait_forget(uint32_t slot);

/** The same of a thread that was killed: objects that were closed meanwhile go.
 */
void sim_wait_abandon(uint32_t slot);

/** A time-out of Windows in virtual time. */
uint64_t sim_wait_timeout_ns(uint32_t timeout_ms);

/** Ends what the running thread keeps in the shim: calls the callbacks of its
 * fiber-local slots, drops what is queued to it and cancels its I/O. At its
 * end, before DLLs hear of it. */
void sim_local_thread_exit(void);

/** A thread that a DLL created was killed: its object says so, if any is left.
 */
void sim_thread_object_end(uint8_t ref);

/** Mutexes that an ending thread leaves behind are free, and say so. */
void sim_object_abandon(uint8_t thread);

/** The loader lock of the process, in order of arrival. */
void sim_loader_lock(void);
void sim_loader_unlock(void);

/** Whether nobody has the loader lock, and no module is there to be told. */
bool sim_loader_is_idle(void);

/**
 * Calls DllMain for the running thread, in each module of the process that
 * wants to hear of threads.
 *
 * @param reason  LC_DLL_THREAD_ATTACH or LC_DLL_THREAD_DETACH.
 */
void sim_loader_tell_thread(uint32_t reason);

/** Calls DllMain in each module: the process ends. Under the loader lock. */
void sim_loader_tell_end(void);

/** The run ends: the running module gave up (abort and its kin). */
void sim_win32_give_up(enum lc_fault fault);

/** A flag of sim_heap_take(): no pages of its own, whatever the world says. */
#define SIM_HEAP_PLAIN 0x80000000U

/** Says whether freed blocks of a module were written into: it goes. */
void sim_heap_check_freed(uint32_t process, uint32_t module);

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
