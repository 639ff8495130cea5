#include "sim/engine/thread.h"

#include <string.h>

#include "sim/engine/engine.h"
#include "sim/engine/fiber.h"
#include "sim/engine/snapshot.h"
#include "sim/engine/whole.h"

enum {
    /* After so many yield points without progress it is the turn of somebody
     * else: code that waits in a loop does not keep the others from what it
     * waits for. A power of two. */
    STEPS_OF_A_TURN = 512,
    /* A run that passes so many yield points while no call of the application
     * returns, no byte moves and no event but time-outs fires makes no
     * progress. Asked each time that so many have passed; powers of two. */
    STEPS_WITHOUT_PROGRESS = 1 << 19,
    STEPS_WITHOUT_PROGRESS_LONG = 1 << 20,
    /* So often a thread has looked again, for the first and the second. */
    TIMEOUTS_WITHOUT_PROGRESS = 10000,
    TIMEOUTS_WITHOUT_PROGRESS_LONG = 100,
    /* And a run that goes on for ever. */
    STEPS_MAX = 2000000
};

_Static_assert(
    SIM_CANDIDATES_MAX == SIM_SLOTS_MAX + SIM_EVENTS_MAX,
    "a decision has room for all that can be enabled");

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

static void set_step(
    struct sim_thread *thread,
    const struct sim_thread_step *step)
{
    thread->object = step->object;
    thread->is_write = step->is_write;
    thread->thing = step->thing;
    thread->gate = step->gate;
}

/* First code of every simulated thread, on its own stack. */
static void thread_main(void)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    set_step(thread, &(struct sim_thread_step){ 0 });
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
    set_step(thread, &options->first);
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

/* Counts a place of the thread's call. Returns how often it came before. */
static uint16_t pass(struct sim_thread *thread, struct lc_place place)
{
    LC_CHECK(place.kind < LC_PLACE_COUNT);
    for (uint32_t i = 0; i < thread->place_count; i++) {
        if (thread->places[i].place.kind == place.kind &&
            thread->places[i].place.function == place.function &&
            thread->places[i].place.module == place.module) {
            return thread->places[i].times++;
        }
    }
    if (thread->place_count == SIM_PLACES_MAX) {
        /* Further places of one call share the last name. */
        return thread->places[SIM_PLACES_MAX - 1].times++;
    }
    thread->places[thread->place_count].place = place;
    thread->places[thread->place_count].times = 1;
    thread->place_count++;
    return 0;
}

uint16_t sim_thread_pass(struct lc_place place)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    return pass(thread, place);
}

static void add_events(
    const struct sim_engine *engine,
    struct sim_choice_candidate *candidates,
    uint32_t *count)
{
    uint32_t due = sim_queue_due(&engine->queue);
    for (uint32_t i = 0; i < due; i++) {
        const struct sim_event *event = sim_queue_at(&engine->queue, i);
        candidates[*count] = (struct sim_choice_candidate){
            .action = LC_ACTION_FIRE,
            .target = event->kind,
            .value = event->object,
            .object = SIM_OBJECT_ANY,
            .is_write = 1,
            .parent = LC_NONE,
            .slot = SIM_NO_SLOT,
        };
        (*count)++;
    }
}

/* Of a runnable thread. */
static inline bool is_enabled(const struct sim_thread *thread)
{
    return thread->gate == NULL || *thread->gate == 0;
}

/* In place and by field: a value that is put together elsewhere and copied at
 * once is waited for. */
static inline void set_candidate(
    struct sim_choice_candidate *candidate,
    const struct sim_thread *thread)
{
    candidate->action = LC_ACTION_RUN;
    candidate->target = thread->ref;
    candidate->value = 0;
    candidate->object = thread->object;
    candidate->is_write = thread->is_write;
    candidate->parent = thread->parent;
    candidate->thing = (uint16_t)thread->thing;
    candidate->slot = (uint8_t)(thread - SIM_ENGINE->threads);
    candidate->zero[0] = 0;
    candidate->zero[1] = 0;
    candidate->zero[2] = 0;
}

/* All that is enabled, the default first: the thread that runs, the others in
 * the order in which they became runnable, the events. */
static uint32_t list_enabled(
    uint32_t running,
    struct sim_choice_candidate *candidates)
{
    const struct sim_engine *engine = SIM_ENGINE;
    const struct sim_thread *threads = engine->threads;
    uint32_t sequences[SIM_SLOTS_MAX];
    uint32_t count = 0;
    if (running != SIM_NO_THREAD &&
        threads[running].state == SIM_THREAD_RUNNABLE &&
        is_enabled(&threads[running])) {
        set_candidate(&candidates[0], &threads[running]);
        sequences[0] = 0; /* before all others */
        count = 1;
    }
    for (uint32_t word = 0; word < LC_COUNT_OF(engine->runnable); word++) {
        uint64_t left = engine->runnable[word];
        for (; left != 0; left &= left - 1) {
            uint32_t slot = word * 64 + (uint32_t)__builtin_ctzll(left);
            const struct sim_thread *thread = &threads[slot];
            if (slot == running || !is_enabled(thread)) {
                continue;
            }
            uint32_t at = count++;
            while (at > 0 && thread->ready_sequence < sequences[at - 1]) {
                candidates[at] = candidates[at - 1];
                sequences[at] = sequences[at - 1];
                at--;
            }
            set_candidate(&candidates[at], thread);
            sequences[at] = thread->ready_sequence;
        }
    }
    add_events(engine, candidates, &count);
    LC_CHECK(count <= SIM_CANDIDATES_MAX);
    return count;
}

/* Whether a turn has ended: see STEPS_OF_A_TURN. */
static inline bool is_turn_over(const struct sim_history *history)
{
    return history->steps % STEPS_OF_A_TURN == 0 && history->steps > 0;
}

/* Brings somebody else to the front: of the threads the one that has waited
 * for longest, and each time that all of them have had their turn an event.
 * Who loses its turn waits behind all others. */
static void pass_turn(
    uint32_t first,
    struct sim_choice_candidate *candidates,
    uint32_t count)
{
    LC_CHECK(count > 1);
    uint32_t threads = 0;
    while (threads < count && candidates[threads].action == LC_ACTION_RUN) {
        threads++;
    }
    bool had_turn = threads > 0 && first != SIM_NO_THREAD &&
                    candidates[0].target == SIM_ENGINE->threads[first].ref;
    if (had_turn) {
        SIM_ENGINE->threads[first].ready_sequence = ++SIM_HISTORY->sequence;
    }
    uint64_t turn = SIM_HISTORY->steps / STEPS_OF_A_TURN;
    bool is_event = threads < count && (threads == 0 || turn % threads == 0);
    uint32_t next = is_event ? threads : had_turn && threads > 1 ? 1 : 0;
    struct sim_choice_candidate chosen = candidates[next];
    for (uint32_t i = next; i > 0; i--) {
        candidates[i] = candidates[i - 1];
    }
    candidates[0] = chosen;
}

/* What can go on at a place, which gets its name. Returns false when nothing
 * can. */
static bool set_point(
    uint32_t running,
    struct lc_place place,
    struct sim_choice_candidate *candidates,
    struct sim_choice_point *ret_point)
{
    uint32_t first = running == SIM_NO_THREAD ? SIM_ENGINE->last : running;
    uint32_t count = list_enabled(first, candidates);
    *ret_point = (struct sim_choice_point){
        .where = { .stream = LC_STREAM_SCHED, .place = place },
        .candidates = candidates,
        .count = count,
    };
    if (count == 0) {
        return false;
    }
    if (running == SIM_NO_THREAD) {
        ret_point->where.thread = LC_NONE;
        ret_point->where.occurrence = (uint16_t)SIM_ENGINE->idle_count++;
    } else {
        struct sim_thread *thread = &SIM_ENGINE->threads[running];
        ret_point->where.thread = thread->ref;
        ret_point->where.call = thread->call_index;
        ret_point->where.occurrence = pass(thread, place);
    }
    if (count > 1 && is_turn_over(SIM_HISTORY)) {
        pass_turn(first, candidates, count);
    }
    return true;
}

/* Draws who goes next. Returns false when nothing is enabled. Not in line: its
 * large frame is to be no part of a parked stack. */
static LC_NOINLINE bool decide(
    uint32_t running,
    struct lc_place place,
    struct sim_choice_candidate *ret_decision)
{
    struct sim_choice_candidate candidates[SIM_CANDIDATES_MAX];
    struct sim_choice_point point;
    if (!set_point(running, place, candidates, &point)) {
        return false;
    }
    uint32_t index = 0;
    if (point.count > 1 || SIM_HISTORY->backer.sees_all) {
        index = sim_choice_draw(&point);
    }
    *ret_decision = candidates[index];
    return true;
}

/* Names the time since the last progress. */
static uint64_t epoch(const struct sim_history *history)
{
    LC_CHECK(history->steps <= history->steps_total);
    return history->steps_total - history->steps;
}

/* Whether all that is still to come are time-outs of threads that have looked
 * again at least so often since the last progress. */
static bool only_looks_again(uint32_t timeouts)
{
    const struct sim_engine *engine = SIM_ENGINE;
    for (uint32_t i = 0; i < engine->queue.count; i++) {
        const struct sim_event *event = sim_queue_at(&engine->queue, i);
        if (event->kind != LC_EVENT_TIMEOUT) {
            return false;
        }
        uint32_t slot = sim_thread_find((uint8_t)event->object);
        LC_CHECK(slot != SIM_NO_THREAD);
        const struct sim_thread *thread = &engine->threads[slot];
        if (thread->timeout_epoch != epoch(SIM_HISTORY) ||
            thread->timeout_count < timeouts) {
            return false;
        }
    }
    return true;
}

static bool is_livelock(const struct sim_history *history)
{
    if (history->steps == 0 || history->steps % STEPS_WITHOUT_PROGRESS != 0) {
        return false;
    }
    return only_looks_again(
        history->steps < STEPS_WITHOUT_PROGRESS_LONG
            ? TIMEOUTS_WITHOUT_PROGRESS
            : TIMEOUTS_WITHOUT_PROGRESS_LONG);
}

/* Ends the run for the first reason that holds. Returns false when there is
 * none. */
static LC_NOINLINE bool end_over_budget(void)
{
    const struct sim_history *history = SIM_HISTORY;
    if (history->stop) {
        sim_thread_end_run(LC_END_STOPPED);
    } else if (is_livelock(history)) {
        sim_thread_end_run(LC_END_LIVELOCK);
    } else if (history->steps_total > STEPS_MAX) {
        sim_thread_end_run(LC_END_LIMIT);
    } else {
        return false;
    }
    return true;
}

static inline bool over_budget(void)
{
    struct sim_history *history = SIM_HISTORY;
    history->steps++;
    history->steps_total++;
    if (LC_LIKELY(
            !history->stop && history->steps % STEPS_OF_A_TURN != 0 &&
            history->steps_total <= STEPS_MAX)) {
        return false;
    }
    return end_over_budget();
}

/* Parks the running thread, whatever its state, after a decision. */
static void give_way(struct lc_place place)
{
    struct sim_engine *engine = SIM_ENGINE;
    struct sim_history *history = SIM_HISTORY;
    uint32_t self = engine->current;
    LC_CHECK(self != SIM_NO_THREAD);
    struct sim_choice_candidate decision;
    if (history->is_watched) {
        /* The host takes the decision, with this thread parked too. */
        if (history->is_hashed) {
            sim_copy_wipe_stack();
        }
        history->is_asked = 1;
        history->place = place;
        history->place_thread = self;
    } else if (decide(self, place, &decision)) {
        if (decision.action == LC_ACTION_RUN &&
            decision.target == engine->threads[self].ref) {
            return;
        }
        history->decided = 1;
        history->decision = decision;
    }
    sim_fiber_leave();
    LC_CHECK(engine->current == self);
    if (history->is_hashed) {
        sim_copy_wipe_stack();
    }
}

bool sim_thread_is_asked(void)
{
    const struct sim_history *history = SIM_HISTORY;
    if (sim_thread_current() == NULL || over_budget()) {
        return false;
    }
    return history->is_watched || !sim_engine_is_settled(history) ||
           is_turn_over(history);
}

/* What a thread touches behind a yield point that only has a name: whatever
 * the module there has. Of a beginning and an end nothing is known. */
static struct sim_thread_step step_at(
    const struct sim_thread *thread,
    struct lc_place place)
{
    bool is_known =
        place.kind == LC_PLACE_SPI_ENTER || place.kind == LC_PLACE_SPI_LEAVE ||
        place.kind == LC_PLACE_UPCALL || place.kind == LC_PLACE_SHIM;
    if (!is_known) {
        return (struct sim_thread_step){ .object = SIM_OBJECT_ANY };
    }
    return (struct sim_thread_step){
        .object = 1U + thread->process * LC_MODULE_COUNT + place.module,
        .is_write = true,
    };
}

void sim_thread_ask(struct lc_place place, uint32_t thing)
{
    struct sim_thread *thread = sim_thread_current();
    struct sim_thread_step step = step_at(thread, place);
    step.thing = (uint16_t)thing;
    set_step(thread, &step);
    give_way(place);
    set_step(thread, &(struct sim_thread_step){ 0 });
}

void sim_thread_step(struct lc_place place, const struct sim_thread_step *step)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    if (thread->is_declared) {
        thread->is_declared = 0;
        return;
    }
    if (over_budget()) {
        return;
    }
    set_step(thread, step);
    give_way(place);
    set_step(thread, &(struct sim_thread_step){ 0 });
}

enum sim_wake sim_thread_block(const struct sim_wait_options *options)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    LC_CHECK(options->key != 0);
    LC_CHECK(options->wait_for < LC_WAIT_COUNT);
    if (over_budget()) {
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
    sim_trace_write(record);
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
    give_way((struct lc_place){ .kind = LC_PLACE_WAIT,
                                .function = (uint8_t)options->wait_for });
    LC_CHECK(thread->state == SIM_THREAD_RUNNABLE);
    LC_CHECK(thread->wake != SIM_WAKE_NONE);
    enum sim_wake wake = (enum sim_wake)thread->wake;
    record.c = 1;
    record.d = wake == SIM_WAKE_TIMEOUT     ? 1
               : wake == SIM_WAKE_CANCELLED ? 2
                                            : 0;
    sim_trace_write(record);
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
    if (thread->timeout_epoch != epoch(SIM_HISTORY)) {
        thread->timeout_epoch = epoch(SIM_HISTORY);
        thread->timeout_count = 0;
    }
    thread->timeout_count++;
    wake_one(thread, SIM_WAKE_TIMEOUT);
}

/* The thread that has been blocked on a key for longest, or NULL. */
static struct sim_thread *first_blocked(uint64_t key)
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

uint32_t sim_thread_wake(uint64_t key, uint32_t count_max, enum sim_wake wake)
{
    LC_CHECK(key != 0);
    LC_CHECK(wake == SIM_WAKE_SIGNALLED || wake == SIM_WAKE_CANCELLED);
    uint32_t woken = 0;
    while (woken < count_max) {
        struct sim_thread *first = first_blocked(key);
        if (first == NULL) {
            break;
        }
        wake_one(first, wake);
        woken++;
    }
    return woken;
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

/* Ends the other threads of a process whose last own thread has ended. */
static void process_ends(uint32_t process)
{
    struct sim_engine *engine = SIM_ENGINE;
    engine->exited |= 1U << process;
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        struct sim_thread *thread = &engine->threads[slot];
        if (thread->process == process && thread->is_dll &&
            thread->state != SIM_THREAD_DONE) {
            (void)
                sim_queue_cancel(&engine->queue, LC_EVENT_TIMEOUT, thread->ref);
            set_state(thread, SIM_THREAD_DONE);
            thread->wait_key = 0;
        }
    }
    if (handlers.process_exit != NULL) {
        handlers.process_exit(process);
    }
}

static bool process_lives(uint32_t process)
{
    const struct sim_engine *engine = SIM_ENGINE;
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        const struct sim_thread *thread = &engine->threads[slot];
        if (thread->process == process && !thread->is_dll &&
            thread->state != SIM_THREAD_DONE) {
            return true;
        }
    }
    return false;
}

void sim_thread_exit(void)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    set_state(thread, SIM_THREAD_DONE);
    sim_thread_progress();
    if (!thread->is_dll && !process_lives(thread->process)) {
        process_ends(thread->process);
    }
    give_way((struct lc_place){ .kind = LC_PLACE_END });
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
        if (taken.kind != LC_EVENT_TIMEOUT) {
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

static void run_thread(uint8_t ref)
{
    struct sim_engine *engine = SIM_ENGINE;
    uint32_t slot = sim_thread_find(ref);
    LC_CHECK(slot != SIM_NO_THREAD);
    struct sim_thread *thread = &engine->threads[slot];
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

/* Nothing is enabled: done, or nobody can ever go on. */
static enum lc_end final_end(void)
{
    const struct sim_engine *engine = SIM_ENGINE;
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        uint8_t state = engine->threads[slot].state;
        if (state == SIM_THREAD_BLOCKED || state == SIM_THREAD_RUNNABLE) {
            return LC_END_DEADLOCK;
        }
    }
    return LC_END_DONE;
}

void sim_thread_watch(
    void (*at_step)(void *context),
    void *context,
    bool is_hashed)
{
    struct sim_history *history = SIM_HISTORY;
    history->is_watched = 1;
    history->is_hashed = is_hashed;
    history->at_step = at_step;
    history->at_step_context = context;
}

/* Takes the decision that a fiber left to the host. */
static bool decide_asked(struct sim_choice_candidate *ret_decision)
{
    struct sim_history *history = SIM_HISTORY;
    LC_CHECK(history->is_asked);
    if (history->at_step != NULL) {
        history->at_step(history->at_step_context);
    }
    history->is_asked = 0;
    return decide(history->place_thread, history->place, ret_decision);
}

static void go_on(const struct sim_choice_candidate *decision)
{
    if (decision->action == LC_ACTION_FIRE) {
        fire(decision);
    } else {
        run_thread(decision->target);
    }
    LC_CHECK_FULL(sim_whole());
}

enum lc_end sim_thread_run(void)
{
    struct sim_engine *engine = SIM_ENGINE;
    struct sim_history *history = SIM_HISTORY;
    LC_CHECK(engine->current == SIM_NO_THREAD);
    while (!engine->has_ended) {
        struct sim_choice_candidate decision;
        if (history->decided) {
            history->decided = 0;
            decision = history->decision;
        } else if (!history->is_asked || !decide_asked(&decision)) {
            if (over_budget()) {
                break;
            }
            if (!decide(
                    SIM_NO_THREAD,
                    (struct lc_place){ .kind = LC_PLACE_IDLE },
                    &decision)) {
                return final_end();
            }
        }
        go_on(&decision);
    }
    return (enum lc_end)engine->end;
}

bool sim_thread_enabled(struct sim_decision *ret_decision, enum lc_end *ret_end)
{
    const struct sim_engine *engine = SIM_ENGINE;
    const struct sim_history *history = SIM_HISTORY;
    LC_CHECK(engine->current == SIM_NO_THREAD);
    LC_CHECK(history->is_watched && !history->decided);
    bool has_ended = engine->has_ended != 0;
    if (!has_ended && !history->is_asked) {
        has_ended = over_budget();
    }
    if (has_ended) {
        *ret_end = (enum lc_end)engine->end;
        return false;
    }
    uint32_t running =
        history->is_asked ? history->place_thread : SIM_NO_THREAD;
    struct lc_place place = history->is_asked
                                ? history->place
                                : (struct lc_place){ .kind = LC_PLACE_IDLE };
    if (!set_point(
            running,
            place,
            ret_decision->candidates,
            &ret_decision->point)) {
        *ret_end = final_end();
        return false;
    }
    return true;
}

void sim_thread_take(const struct sim_decision *decision, uint32_t index)
{
    LC_CHECK(index < decision->point.count);
    uint32_t kept = sim_choice_keep(&decision->point, index);
    LC_CHECK(kept == index);
    SIM_HISTORY->is_asked = 0;
    go_on(&decision->candidates[index]);
}
