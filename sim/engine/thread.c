#include "sim/engine/thread.h"

#include "sim/engine/decide.h"
#include "sim/engine/engine.h"
#include "sim/engine/fiber.h"
#include "sim/engine/snapshot.h"
#include "sim/engine/whole.h"

/* Written at start-up only. */
static struct {
    sim_event_fn *event[LC_EVENT_COUNT];
    void (*process_exit)(uint32_t process);
    void (*about_to_run)(uint32_t slot);
} handlers;

static void timeout_fires(uint16_t object, uint64_t value);

void sim_thread_set_handler(enum lc_event kind, sim_event_fn *handler)
{
    LC_CHECK(kind < LC_EVENT_COUNT);
    LC_CHECK(kind != LC_EVENT_TIMEOUT);
    handlers.event[kind] = handler;
}

void sim_thread_set_exit(void (*process_exit)(uint32_t process))
{
    handlers.process_exit = process_exit;
}

void sim_thread_set_switch(void (*about_to_run)(uint32_t slot))
{
    handlers.about_to_run = about_to_run;
}

static void set_running(uint32_t slot)
{
    struct sim_engine *engine = SIM_ENGINE;
    LC_CHECK(slot < SIM_SLOTS_MAX || slot == SIM_NO_THREAD);
    engine->current = slot;
    engine->running = slot == SIM_NO_THREAD ? NULL : &engine->threads[slot];
}

void sim_thread_begin_run(void)
{
    handlers.event[LC_EVENT_TIMEOUT] = timeout_fires;
    sim_fiber_reset(SIM_ENGINE->thread_count);
    sim_snapshot_reset();
    set_running(SIM_NO_THREAD);
    SIM_ENGINE->last = SIM_NO_THREAD;
}

static bool is_ref(uint32_t slot, uint8_t ref)
{
    const struct sim_thread *thread = &SIM_ENGINE->threads[slot];
    return thread->state != SIM_THREAD_FREE && thread->ref == ref;
}

uint32_t sim_thread_find(uint8_t ref)
{
    /* Threads that are made in the order of their references have their slots
     * by them. */
    if (ref < SIM_SLOTS_MAX && is_ref(ref, ref)) {
        return ref;
    }
    for (uint32_t slot = 0; slot < SIM_ENGINE->thread_count; slot++) {
        if (is_ref(slot, ref)) {
            return slot;
        }
    }
    return SIM_NO_THREAD;
}

uint32_t sim_thread_process_count(void)
{
    const struct sim_engine *engine = SIM_ENGINE;
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        uint32_t process = engine->threads[slot].process;
        count = process + 1 > count ? process + 1 : count;
    }
    return count;
}

uint32_t sim_thread_ordinal(void)
{
    const struct sim_engine *engine = SIM_ENGINE;
    uint32_t self = sim_thread_current_slot();
    uint32_t ordinal = 0;
    LC_CHECK(self < engine->thread_count);
    for (uint32_t slot = 0; slot < self; slot++) {
        ordinal +=
            engine->threads[slot].process == engine->threads[self].process;
    }
    return ordinal;
}

/* The one place where a thread's state changes. */
static void set_state(struct sim_thread *thread, enum sim_thread_state state)
{
    struct sim_engine *engine = SIM_ENGINE;
    uint32_t slot = (uint32_t)(thread - engine->threads);
    uint64_t bit = 1ULL << slot % 64;
    thread->state = (uint8_t)state;
    if (state == SIM_THREAD_RUNNABLE) {
        engine->runnable[slot / 64] |= bit;
    } else {
        engine->runnable[slot / 64] &= ~bit;
    }
}

static void make_runnable(struct sim_thread *thread)
{
    set_state(thread, SIM_THREAD_RUNNABLE);
    thread->ready_sequence = ++SIM_HISTORY->sequence;
}

/* First code of every simulated thread, on its own stack. */
static void thread_main(void)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    sim_thread_set_step(thread, &(struct sim_thread_step){ 0 });
    if (SIM_HISTORY->is_hashed) {
        sim_copy_wipe_stack(); /* registers are the host's */
    }
    thread->entry(thread->argument);
    sim_thread_exit();
}

/* Of threads that DLLs create a run has fewer. */
static bool has_room(uint8_t ref)
{
    const struct sim_engine *engine = SIM_ENGINE;
    uint32_t limit = ref == LC_NONE ? SIM_THREADS_MAX : SIM_SLOTS_MAX;
    return engine->thread_count < limit;
}

uint32_t sim_thread_create(const struct sim_thread_options *options)
{
    struct sim_engine *engine = SIM_ENGINE;
    LC_CHECK(options->process < LC_PROCESSES_MAX);
    LC_CHECK(options->module < LC_MODULE_COUNT);
    uint8_t ref = options->ref;
    if (ref == LC_NONE) {
        uint32_t ordinal = engine->dll_threads[options->process];
        if (ordinal == LC_PROCESS_DLL_THREADS) {
            return SIM_NO_THREAD;
        }
        ref = LC_THREAD_REF(options->process, ordinal);
    }
    if (!has_room(options->ref)) {
        return SIM_NO_THREAD;
    }
    uint32_t slot = engine->thread_count++;
    struct sim_thread *thread = &engine->threads[slot];
    LC_CHECK(thread->state == SIM_THREAD_FREE);
    thread->entry = options->entry;
    thread->argument = options->argument;
    thread->ref = ref;
    thread->process = (uint8_t)options->process;
    thread->creator = (uint8_t)options->creator;
    thread->is_dll = options->ref == LC_NONE;
    thread->parent =
        engine->running == NULL ? (uint8_t)LC_NONE : engine->running->ref;
    sim_thread_set_step(thread, &options->first);
    thread->is_declared = options->has_first;
    if (thread->is_dll) {
        engine->dll_threads[options->process]++;
    }
    thread->depth = 1;
    thread->frames[0] = (struct sim_frame){
        .module = (uint8_t)options->module,
        .kind = SIM_FRAME_ROOT,
        .map_count =
            sim_module_at(options->process, options->module)->map_count,
    };
    thread->sp = sim_fiber_make(slot, thread_main);
    make_runnable(thread);
    return slot;
}

void sim_thread_enter(
    uint32_t module,
    enum sim_frame_kind kind,
    uint32_t function)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    LC_CHECK(module < LC_MODULE_COUNT);
    if (thread->depth == SIM_FRAMES_MAX) {
        sim_thread_end_run(LC_END_LIMIT);
        __builtin_unreachable();
    }
    thread->frames[thread->depth] = (struct sim_frame){
        .module = (uint8_t)module,
        .kind = (uint8_t)kind,
        .function = (uint16_t)function,
        .map_count = sim_module_at(thread->process, module)->map_count,
    };
    thread->depth++;
}

void sim_thread_leave(void)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    LC_CHECK(thread->depth > 1);
    thread->depth--;
}

void sim_thread_begin_call(uint32_t call_index)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    LC_CHECK(call_index <= UINT8_MAX);
    /* What a thread does before its first call is named as part of it. */
    if (call_index != 0) {
        thread->place_count = 0;
    }
    thread->call_index = (uint8_t)call_index;
}

enum sim_wake sim_thread_block(const struct sim_wait_options *options)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    LC_CHECK(options->key != 0);
    LC_CHECK(options->wait_for < LC_WAIT_COUNT);
    if (sim_thread_over_budget()) {
        return SIM_WAKE_CANCELLED;
    }
    bool is_bounded = options->timeout_ns != SIM_FOREVER;
    struct lc_record record = {
        .kind = LC_RECORD_WAIT,
        .function = (uint16_t)options->wait_for,
        .caller = (uint8_t)sim_thread_module(),
        .a = options->object,
        .b = is_bounded ? (int64_t)(options->timeout_ns / LC_NS_PER_MS) : -1,
    };
    sim_trace_write_kept(&record);
    set_state(thread, SIM_THREAD_BLOCKED);
    thread->wait_key = options->key;
    thread->wait_for = (uint8_t)options->wait_for;
    thread->wake = SIM_WAKE_NONE;
    thread->ready_sequence = ++SIM_HISTORY->sequence; /* order of waiting */
    if (is_bounded) {
        sim_thread_schedule(
            LC_EVENT_TIMEOUT,
            thread->ref,
            options->timeout_ns,
            0);
    }
    sim_thread_give_way(
        (struct lc_place){ .kind = LC_PLACE_WAIT,
                           .function = (uint8_t)options->wait_for });
    LC_CHECK(thread->state == SIM_THREAD_RUNNABLE);
    LC_CHECK(thread->wake != SIM_WAKE_NONE);
    enum sim_wake wake = (enum sim_wake)thread->wake;
    record.c = 1;
    record.d = wake == SIM_WAKE_TIMEOUT     ? 1
               : wake == SIM_WAKE_CANCELLED ? 2
                                            : 0;
    sim_trace_write_kept(&record);
    return wake;
}

static void wake_one(struct sim_thread *thread, enum sim_wake wake)
{
    LC_CHECK(thread->state == SIM_THREAD_BLOCKED);
    thread->wake = (uint8_t)wake;
    thread->wait_key = 0;
    make_runnable(thread);
    if (wake != SIM_WAKE_TIMEOUT) {
        (void)
            sim_queue_cancel(&SIM_ENGINE->queue, LC_EVENT_TIMEOUT, thread->ref);
    }
}

static void timeout_fires(uint16_t object, uint64_t value)
{
    (void)value;
    uint32_t slot = sim_thread_find((uint8_t)object);
    LC_CHECK(slot != SIM_NO_THREAD);
    struct sim_thread *thread = &SIM_ENGINE->threads[slot];
    if (thread->timeout_epoch != sim_thread_epoch(SIM_HISTORY)) {
        thread->timeout_epoch = sim_thread_epoch(SIM_HISTORY);
        thread->timeout_count = 0;
    }
    thread->timeout_count++;
    wake_one(thread, SIM_WAKE_TIMEOUT);
}

/* The thread that has been blocked on a key for longest, or NULL. */
static inline struct sim_thread *first_blocked(uint64_t key)
{
    struct sim_thread *at = SIM_ENGINE->threads;
    const struct sim_thread *end = at + SIM_ENGINE->thread_count;
    struct sim_thread *first = NULL;
    for (; at < end; at++) {
        /* The key of a thread that is not blocked is 0. */
        if (LC_LIKELY(at->wait_key != key)) {
            continue;
        }
        LC_CHECK(at->state == SIM_THREAD_BLOCKED);
        if (first == NULL || at->ready_sequence < first->ready_sequence) {
            first = at;
        }
    }
    return first;
}

/* Not in line: mostly there is nobody to wake. */
static LC_NOINLINE uint32_t wake_from(
    struct sim_thread *first,
    uint64_t key,
    uint32_t count_max,
    enum sim_wake wake)
{
    uint32_t woken = 0;
    for (; first != NULL && woken < count_max; first = first_blocked(key)) {
        wake_one(first, wake);
        woken++;
    }
    return woken;
}

uint32_t sim_thread_wake(uint64_t key, uint32_t count_max, enum sim_wake wake)
{
    LC_CHECK(key != 0);
    LC_CHECK(wake == SIM_WAKE_SIGNALLED || wake == SIM_WAKE_CANCELLED);
    struct sim_thread *first = first_blocked(key);
    return LC_LIKELY(first == NULL) ? 0
                                    : wake_from(first, key, count_max, wake);
}

uint32_t sim_thread_waiting(uint64_t key)
{
    const struct sim_engine *engine = SIM_ENGINE;
    uint32_t count = 0;
    LC_CHECK(key != 0);
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        count += engine->threads[slot].state == SIM_THREAD_BLOCKED &&
                 engine->threads[slot].wait_key == key;
    }
    return count;
}

void sim_thread_kill(uint32_t slot)
{
    struct sim_engine *engine = SIM_ENGINE;
    struct sim_thread *thread = sim_thread_at(slot);
    LC_CHECK(slot != engine->current);
    LC_CHECK(thread->state != SIM_THREAD_FREE);
    LC_CHECK(thread->state != SIM_THREAD_DONE);
    (void)sim_queue_cancel(&engine->queue, LC_EVENT_TIMEOUT, thread->ref);
    set_state(thread, SIM_THREAD_DONE);
    thread->wait_key = 0;
    thread->deadline_ns = 0; /* it goes into keys */
}

/* Ends the other threads of a process whose last own thread has ended. */
static void process_ends(uint32_t process)
{
    struct sim_engine *engine = SIM_ENGINE;
    engine->exited |= 1U << process;
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        const struct sim_thread *thread = &engine->threads[slot];
        if (thread->process == process && thread->is_dll &&
            thread->state != SIM_THREAD_DONE) {
            sim_thread_kill(slot);
        }
    }
    if (handlers.process_exit != NULL) {
        handlers.process_exit(process);
    }
}

bool sim_thread_is_last(void)
{
    const struct sim_engine *engine = SIM_ENGINE;
    const struct sim_thread *self = sim_thread_current();
    LC_CHECK(self != NULL);
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        const struct sim_thread *thread = &engine->threads[slot];
        if (thread->process == self->process && !thread->is_dll &&
            thread != self && thread->state != SIM_THREAD_DONE) {
            return false;
        }
    }
    return true;
}

void sim_thread_exit(void)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    set_state(thread, SIM_THREAD_DONE);
    sim_thread_progress();
    if (!thread->is_dll && sim_thread_is_last()) {
        process_ends(thread->process);
    }
    sim_thread_give_way((struct lc_place){ .kind = LC_PLACE_END });
    LC_CHECK(thread->state != SIM_THREAD_DONE); /* it never runs again */
    __builtin_unreachable();
}

/* Not in line: its frame is to be gone when the caller has what it wanted. */
LC_NOINLINE void sim_thread_put_event(
    enum lc_event kind,
    uint16_t object,
    uint64_t delay_ns,
    uint64_t value)
{
    LC_CHECK(kind < LC_EVENT_COUNT);
    LC_CHECK(delay_ns <= UINT64_MAX / 2);
    struct sim_event event = {
        .at_ns = SIM_ENGINE->now_ns + delay_ns,
        .sequence = ++SIM_HISTORY->sequence,
        .object = object,
        .kind = (uint8_t)kind,
        .value = value,
    };
    if (!sim_queue_push(&SIM_ENGINE->queue, &event)) {
        sim_thread_end_run(LC_END_LIMIT);
    }
}

bool sim_thread_unschedule(enum lc_event kind, uint16_t object)
{
    return sim_queue_cancel(&SIM_ENGINE->queue, (uint8_t)kind, object);
}

void sim_thread_end_run(enum lc_end end)
{
    struct sim_engine *engine = SIM_ENGINE;
    if (!engine->has_ended) {
        engine->has_ended = 1;
        engine->end = (uint32_t)end;
    }
    if (engine->current != SIM_NO_THREAD) {
        sim_fiber_abandon();
    }
}

static void fire(const struct sim_choice_candidate *decision)
{
    struct sim_engine *engine = SIM_ENGINE;
    uint32_t due = sim_queue_due(&engine->queue);
    for (uint32_t i = 0; i < due; i++) {
        const struct sim_event *event = sim_queue_at(&engine->queue, i);
        if (event->kind != decision->target ||
            event->object != decision->value) {
            continue;
        }
        struct sim_event taken = sim_queue_take(&engine->queue, i);
        LC_CHECK(taken.at_ns >= engine->now_ns);
        engine->now_ns = taken.at_ns;
        LC_CHECK(handlers.event[taken.kind] != NULL);
        handlers.event[taken.kind](taken.object, taken.value);
        if (!sim_queue_repeats(&taken)) {
            sim_thread_progress();
        }
        return;
    }
    LC_CHECK(decision->action != LC_ACTION_FIRE); /* it was enabled */
}

/* Whether the thread is inside a module that was unmapped meanwhile. Says so
 * in the trace, for the thread as the one that is running. */
static bool is_stray(uint32_t slot)
{
    const struct sim_thread *thread = &SIM_ENGINE->threads[slot];
    for (uint32_t i = 0; i < thread->depth; i++) {
        const struct sim_frame *frame = &thread->frames[i];
        if (sim_module_class(frame->module) == NULL) {
            continue;
        }
        const struct sim_module *module =
            sim_module_at(thread->process, frame->module);
        if (module->is_mapped && module->map_count == frame->map_count) {
            continue;
        }
        set_running(slot);
        sim_trace_write((struct lc_record){
            .kind = LC_RECORD_STRAY,
            .function = LC_STRAY_THREAD,
            .caller = LC_MODULE_SYSTEM,
            .callee = frame->module,
            .a = frame->function,
        });
        set_running(SIM_NO_THREAD);
        return true;
    }
    return false;
}

static void run_thread(const struct sim_choice_candidate *decision)
{
    struct sim_engine *engine = SIM_ENGINE;
    uint32_t slot = decision->slot;
    LC_CHECK(slot < engine->thread_count);
    struct sim_thread *thread = &engine->threads[slot];
    LC_CHECK(thread->ref == decision->target);
    LC_CHECK(thread->state == SIM_THREAD_RUNNABLE);
    if (is_stray(slot)) {
        sim_thread_end_run(LC_END_FAULT);
        return;
    }
    if (handlers.about_to_run != NULL) {
        handlers.about_to_run(slot);
    }
    set_running(slot);
    thread->sp = sim_fiber_enter(slot, thread->sp);
    set_running(SIM_NO_THREAD);
    engine->last = thread->state == SIM_THREAD_RUNNABLE ? slot : SIM_NO_THREAD;
}

void sim_thread_go_on(const struct sim_choice_candidate *decision)
{
    if (decision->action == LC_ACTION_FIRE) {
        fire(decision);
    } else {
        run_thread(decision);
    }
    LC_CHECK_FULL(sim_whole());
}
