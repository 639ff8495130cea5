/*
 * Simulated threads and processes, and the scheduler. A thread is a fiber; it
 * gives way only at yield points. What is enabled at a moment are all runnable
 * threads and all events of the earliest due instant; which goes next is a
 * choice whose default is the thread that runs, then the threads in the order
 * in which they became runnable, then the events.
 *
 * Time: only events move the clock. Running code takes no virtual time.
 */
#ifndef SIM_ENGINE_THREAD_H
#define SIM_ENGINE_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

#include "sim/engine/arena.h"

enum sim_thread_state {
    SIM_THREAD_FREE = 0,
    SIM_THREAD_RUNNABLE = 1,
    SIM_THREAD_BLOCKED = 2,
    SIM_THREAD_DONE = 3
};

enum sim_thread_limits {
    SIM_FRAMES_MAX = 24, /* nested modules on one thread */
    SIM_PLACES_MAX = 32  /* different places within one call */
};

#define SIM_NO_THREAD 0xffffffffU
#define SIM_FOREVER   UINT64_MAX

enum sim_frame_kind {
    SIM_FRAME_ROOT = 0, /* the start routine of the thread */
    SIM_FRAME_API = 1,  /* ws2_32, entered by a call of the application */
    SIM_FRAME_SPI = 2,  /* a provider, entered through a probe */
    SIM_FRAME_UPCALL = 3,
    SIM_FRAME_DLL_MAIN = 4
};

/* Who is running: one frame for each crossing from module to module. */
struct sim_frame {
    uint8_t module; /* enum lc_module */
    uint8_t kind;   /* enum sim_frame_kind */
    uint16_t function;
    uint32_t map_count; /* of the module's instance when it was entered */
};

/* How a wait ended. */
enum sim_wake {
    SIM_WAKE_NONE = 0,
    SIM_WAKE_SIGNALLED = 1,
    SIM_WAKE_TIMEOUT = 2,
    SIM_WAKE_CANCELLED = 3
};

struct sim_thread {
    void *sp; /* saved stack pointer while parked */
    void (*entry)(void *argument);
    void *argument;
    uint64_t wait_key; /* what it is blocked on; 0 when it is not */
    uint32_t ready_sequence;
    uint32_t last_error; /* GetLastError and WSAGetLastError */
    uint8_t state;       /* enum sim_thread_state */
    uint8_t ref;         /* thread reference of schedule.h */
    uint8_t process;
    uint8_t creator;    /* enum lc_module */
    uint8_t is_dll;     /* created by a DLL: does not keep the process alive */
    uint8_t wake;       /* enum sim_wake of the last wait */
    uint8_t wait_for;   /* enum lc_wait_for */
    uint8_t call_index; /* of its application call, from 0 */
    uint32_t depth;     /* frames in use */
    struct sim_frame frames[SIM_FRAMES_MAX];
    uint32_t place_count; /* places passed in this call, with how often */

    struct {
        struct lc_place place;
        uint8_t zero;
        uint16_t times;
        uint16_t zero2;
    } places[SIM_PLACES_MAX];
};

/* What the engine keeps of a run: the first part of the arena. */
struct sim_engine;

/** Starts a run with nothing in it: resets the arena. */
void sim_thread_begin_run(void);

/**
 * Makes a runnable thread.
 *
 * @param options  borrowed. entry runs on the thread's stack; when it returns
 *                 the thread ends. module is whose code entry is.
 *
 * Returns: the thread's slot, or SIM_NO_THREAD when there is no room.
 */
struct sim_thread_options {
    uint32_t process;
    uint32_t creator;
    uint32_t module;
    uint8_t ref; /* LC_NONE: the next LC_THREAD_REF of the process */
    void (*entry)(void *argument);
    void *argument;
};

LC_MUST_USE uint32_t
sim_thread_create(const struct sim_thread_options *options);

/** Runs until nothing is enabled, or the run has to end. On the host stack. */
enum lc_end sim_thread_run(void);

/** The running thread, or NULL while an event is handled. */
struct sim_thread *sim_thread_current(void);

/** Slot of the running thread, or SIM_NO_THREAD. */
uint32_t sim_thread_current_slot(void);

/** A thread by slot. */
struct sim_thread *sim_thread_at(uint32_t slot);

/** A thread by its reference, or SIM_NO_THREAD. */
uint32_t sim_thread_find(uint8_t ref);

/** Process of what is running, LC_NONE outside any. */
uint32_t sim_thread_process(void);

/** Module whose code is running; LC_MODULE_SYSTEM for an event. */
uint32_t sim_thread_module(void);

/** Virtual time of the run. */
uint64_t sim_thread_now_ns(void);

/**
 * A yield point: another thread or an event may go first. In an event handler
 * it does nothing.
 */
void sim_thread_yield(struct lc_place place);

/**
 * Blocks the running thread until it is woken or the time has run out.
 *
 * @param wait_for    what the trace says it waits for.
 * @param key         names the thing waited on, not 0; see sim_thread_wake.
 * @param timeout_ns  virtual; SIM_FOREVER: none. 0 only yields.
 *
 * Returns: enum sim_wake.
 * Effects: writes LC_RECORD_WAIT at begin and end, with `object` as its number.
 */
struct sim_wait_options {
    enum lc_wait_for wait_for;
    uint64_t key;
    uint64_t timeout_ns;
    int64_t object;
};
enum sim_wake sim_thread_block(const struct sim_wait_options *options);

/**
 * Wakes threads that are blocked on a key, in the order in which they
 * blocked.
 *
 * @param count_max  how many at most.
 * @param wake       SIM_WAKE_SIGNALLED or SIM_WAKE_CANCELLED.
 *
 * Returns: how many were woken.
 */
uint32_t sim_thread_wake(uint64_t key, uint32_t count_max, enum sim_wake wake);

/** Number of threads blocked on a key. */
uint32_t sim_thread_waiting(uint64_t key);

/** Ends the running thread. */
LC_NORETURN void sim_thread_exit(void);

/** Begins the thread's next application call: its places count anew. */
void sim_thread_begin_call(uint32_t call_index);

/** Enters a module; the frame is left by sim_thread_leave. */
void sim_thread_enter(
    uint32_t module,
    enum sim_frame_kind kind,
    uint32_t function);
void sim_thread_leave(void);

/** The innermost frame, and the one `up` frames outside it, or NULL. */
struct sim_frame *sim_thread_frame(uint32_t up);

/** How often the running thread passed a place in this call before; counts. */
uint16_t sim_thread_pass(struct lc_place place);

/**
 * Puts an event in the queue.
 *
 * @param delay_ns  from now, virtual.
 *
 * Effects: a full queue ends the run with LC_END_LIMIT.
 */
void sim_thread_schedule(
    enum lc_event kind,
    uint16_t object,
    uint64_t delay_ns,
    uint64_t value);

/** Takes an event back. Returns: whether there was one. */
bool sim_thread_unschedule(enum lc_event kind, uint16_t object);

/** Handles an event of a kind, on the host stack. It must not block. */
typedef void sim_event_fn(uint16_t object, uint64_t value);

/** Says at start-up who handles a kind of event. */
void sim_thread_set_handler(enum lc_event kind, sim_event_fn *handler);

/** Says at start-up who is told when the last thread of a process ended. */
void sim_thread_set_exit(void (*process_exit)(uint32_t process));

/** Says at start-up who is told that a thread will run on (TEB, and so on). */
void sim_thread_set_switch(void (*about_to_run)(uint32_t slot));

/** Ends the run now. On a fiber it does not return; on the host it does. */
void sim_thread_end_run(enum lc_end end);

/** Something got done: the count of steps without progress starts anew. */
void sim_thread_progress(void);

/** Makes the next object number of the run, from 1. */
uint32_t sim_thread_number(void);

#endif
