/*
 * Simulated threads and processes, and the scheduler. A thread is a fiber; it
 * gives way only at yield points. What is enabled at a moment are all runnable
 * threads and all events of the earliest due instant; which goes next is a
 * choice whose default is the thread that runs, then the threads in the order
 * in which they became runnable, then the events.
 *
 * Time: only events move the clock. Running code takes no virtual time.
 *
 * Who is running is asked several times for each record: those questions are
 * answered in this header.
 */
#ifndef SIM_ENGINE_THREAD_H
#define SIM_ENGINE_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

#include "sim/engine/choice.h"
#include "sim/engine/copy.h"
#include "sim/engine/decision.h"
#include "sim/engine/engine.h"
#include "sim/engine/thread_state.h"

/**
 * Virtual time, for code that may keep it: from now on the time is part of the
 * run's state.
 */
static inline uint64_t sim_thread_tell_ns(void)
{
    SIM_ENGINE->is_time_told = 1;
    return SIM_ENGINE->now_ns;
}

/**
 * What a thread is about to do, for samplers and for who may go on. All zeros:
 * it may go on, and anything may depend on it.
 */
struct sim_thread_step {
    uint32_t object; /* that it touches, SIM_OBJECT_ANY: any */
    uint16_t thing;  /* see choice.h */
    bool is_write;
    uint8_t zero;         /* lies on stacks, and so in keys of states */
    const uint32_t *gate; /* enabled only while this is 0; NULL: always */
};

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
    /* It begins with sim_thread_step(), and this is the step: the decision that
     * starts the thread is the one for it, and it does not yield again. */
    bool has_first;
    struct sim_thread_step first;
    void (*entry)(void *argument);
    void *argument;
};

LC_MUST_USE uint32_t
sim_thread_create(const struct sim_thread_options *options);

/** Runs until nothing is enabled, or the run has to end. On the host stack. */
enum lc_end sim_thread_run(void);

/**
 * Has the host take the decisions of the coming run, with every thread parked.
 * After sim_thread_begin_run().
 *
 * @param at_step    called before each decision of a thread; NULL: nobody.
 * @param is_hashed  keys of states will be taken, of whole stacks: what calls
 *                   leave there is wiped.
 */
void sim_thread_watch(
    void (*at_step)(void *context),
    void *context,
    bool is_hashed);

/**
 * Instead of sim_thread_run(), in a run that is watched: what is enabled now.
 * On the host stack. Until sim_thread_take() snapshots may be taken; who
 * restores one asks anew.
 *
 * @param ret_decision  filled when there is one to take, of one candidate or
 *                      more.
 * @param ret_end       filled when there is none: the run has ended.
 *
 * Returns: whether there is a decision to take.
 */
LC_MUST_USE bool sim_thread_enabled(
    struct sim_decision *ret_decision,
    enum lc_end *ret_end);

/** Takes a decision, and runs up to the next one. */
void sim_thread_take(const struct sim_decision *decision, uint32_t index);

/** The running thread, or NULL while an event is handled. */
static inline struct sim_thread *sim_thread_current(void)
{
    return SIM_ENGINE->running;
}

/** Slot of the running thread, or SIM_NO_THREAD. */
static inline uint32_t sim_thread_current_slot(void)
{
    return SIM_ENGINE->current;
}

/** A thread by slot. */
static inline struct sim_thread *sim_thread_at(uint32_t slot)
{
    LC_CHECK(slot < SIM_SLOTS_MAX);
    return &SIM_ENGINE->threads[slot];
}

/** One more than the highest process that has had a thread. */
uint32_t sim_thread_process_count(void);

/** Number of the running thread in its process, by its slot, from 0. */
uint32_t sim_thread_ordinal(void);

/** A thread by its reference, or SIM_NO_THREAD. */
uint32_t sim_thread_find(uint8_t ref);

/** Process of what is running, LC_NONE outside any. */
static inline uint32_t sim_thread_process(void)
{
    const struct sim_thread *thread = sim_thread_current();
    return thread == NULL ? LC_NONE : thread->process;
}

/** Module whose code is running; LC_MODULE_SYSTEM for an event. */
static inline uint32_t sim_thread_module(void)
{
    const struct sim_thread *thread = sim_thread_current();
    if (thread == NULL) {
        return LC_MODULE_SYSTEM;
    }
    LC_CHECK(thread->depth > 0);
    return thread->frames[thread->depth - 1].module;
}

/** Virtual time of the run. */
static inline uint64_t sim_thread_now_ns(void)
{
    return SIM_ENGINE->now_ns;
}

/** Counts a yield point. Returns: whether somebody else may go first there. */
bool sim_thread_is_asked(void);

/** Draws who goes on, and lets them. */
void sim_thread_ask(struct lc_place place, uint32_t thing);

/**
 * A yield point: another thread or an event may go first. In an event handler
 * it does nothing. Most have no choice to make and need no name: the place is
 * put together only for those that do.
 */
static inline void sim_thread_yield(struct lc_place place)
{
    if (LC_UNLIKELY(sim_thread_is_asked())) {
        sim_thread_ask(place, 0);
    }
}

/** The same of a step that touches one thing; see choice.h. */
static inline void sim_thread_yield_on(struct lc_place place, uint32_t thing)
{
    if (LC_UNLIKELY(sim_thread_is_asked())) {
        sim_thread_ask(place, thing);
    }
}

/**
 * A yield point of a program that says what comes next. The thread may be left
 * there for good, where its gate never opens: a deadlock.
 */
void sim_thread_step(struct lc_place place, const struct sim_thread_step *step);

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

/**
 * Ends another thread where it is: it never runs again. What it holds it goes
 * on holding.
 */
void sim_thread_kill(uint32_t slot);

/** Whether no thread of its process is left but the running one, and those that
 * DLLs created. */
bool sim_thread_is_last(void);

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
static inline struct sim_frame *sim_thread_frame(uint32_t up)
{
    struct sim_thread *thread = sim_thread_current();
    if (thread == NULL || up >= thread->depth) {
        return NULL;
    }
    return &thread->frames[thread->depth - 1 - up];
}

/** How often the running thread passed a place in this call before, or
 * SIM_UNNAMED; counts. */
uint16_t sim_thread_pass(struct lc_place place);

/** The same of the last time that it passed the place; counts nothing. */
uint16_t sim_thread_passed(struct lc_place place);

/** Whether the running thread has passed a place in this call. */
bool sim_thread_has_passed(struct lc_place place);

/** Does what sim_thread_schedule() is for. */
void sim_thread_put_event(
    enum lc_event kind,
    uint16_t object,
    uint64_t delay_ns,
    uint64_t value);

/**
 * Puts an event in the queue.
 *
 * @param delay_ns  from now, virtual.
 *
 * Effects: a full queue ends the run with LC_END_LIMIT.
 */
static inline void sim_thread_schedule(
    enum lc_event kind,
    uint16_t object,
    uint64_t delay_ns,
    uint64_t value)
{
    sim_thread_put_event(kind, object, delay_ns, value);
    if (LC_UNLIKELY(SIM_HISTORY->is_hashed)) {
        sim_copy_wipe_stack(); /* what was written down is absolute */
    }
}

/** Takes an event back. Returns: whether there was one. */
bool sim_thread_unschedule(enum lc_event kind, uint16_t object);

/** Handles an event of a kind, on the host stack. It must not block. */
typedef void sim_event_fn(uint16_t object, uint64_t value);

/** Says at start-up who handles a kind of event. */
void sim_thread_set_handler(enum lc_event kind, sim_event_fn *handler);

/** Says before a run who is told when the last thread of a process ended; NULL:
 * nobody. */
void sim_thread_set_exit(void (*process_exit)(uint32_t process));

/** Says at start-up who is told that a thread will run on (TEB, and so on). */
void sim_thread_set_switch(void (*about_to_run)(uint32_t slot));

/** Ends the run now. On a fiber it does not return; on the host it does. */
void sim_thread_end_run(enum lc_end end);

/** Something got done: the count of steps without progress starts anew. */
static inline void sim_thread_progress(void)
{
    SIM_HISTORY->steps = 0;
}

/** Makes the next object number of the run, from 1. */
static inline uint32_t sim_thread_number(void)
{
    SIM_HISTORY->object_number++;
    return SIM_HISTORY->object_number;
}

#endif
