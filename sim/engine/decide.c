#include "sim/engine/decide.h"

#include <stddef.h>
#include <string.h>

#include "sim/engine/engine.h"
#include "sim/engine/fiber.h"
#include "sim/engine/thread.h"

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

static inline bool is_same_place(struct lc_place one, struct lc_place other)
{
    return one.kind == other.kind && one.function == other.function &&
           one.module == other.module;
}

/* A place as one number, as its bytes and a zero behind them are kept. */
static inline uint32_t place_word(struct lc_place place)
{
    return (uint32_t)place.kind | (uint32_t)place.function << 8 |
           (uint32_t)place.module << 16;
}

static inline uint32_t kept_word(const struct sim_thread *thread, uint32_t at)
{
    uint32_t word;
    _Static_assert(
        offsetof(struct sim_thread, places[0].times) ==
            offsetof(struct sim_thread, places) + sizeof word,
        "a place and a zero");
    memcpy(&word, &thread->places[at], sizeof word);
    return word;
}

/* The name of a pass by how many there were before. */
static inline uint16_t name_pass(uint32_t before)
{
    return before < LC_PASSES_MAX ? (uint16_t)before : SIM_UNNAMED;
}

static inline uint16_t count_up(uint16_t *times)
{
    uint16_t before = *times;
    if (LC_LIKELY(before < UINT16_MAX)) {
        (*times)++;
    }
    return name_pass(before);
}

/* Counts a place of the thread's call. Returns how often it came before, or
 * SIM_UNNAMED. */
static uint16_t pass(struct sim_thread *thread, struct lc_place place)
{
    LC_CHECK(place.kind < LC_PLACE_COUNT);
    const uint32_t wanted = place_word(place);
    for (uint32_t i = 0; i < thread->place_count; i++) {
        if (kept_word(thread, i) == wanted) {
            return count_up(&thread->places[i].times);
        }
    }
    if (thread->place_count == SIM_PLACES_MAX) {
        /* Further places of one call share the last name. */
        return count_up(&thread->places[SIM_PLACES_MAX - 1].times);
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

/* Where a place is counted: behind all others, if it has none of its own. */
static uint32_t find_place(
    const struct sim_thread *thread,
    struct lc_place place)
{
    LC_CHECK(thread != NULL && thread->place_count > 0);
    uint32_t last = thread->place_count - 1;
    uint32_t at = 0;
    while (at < last && !is_same_place(thread->places[at].place, place)) {
        at++;
    }
    return at;
}

bool sim_thread_has_passed(struct lc_place place)
{
    const struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    return thread->place_count == SIM_PLACES_MAX ||
           (thread->place_count > 0 &&
            is_same_place(
                thread->places[find_place(thread, place)].place,
                place));
}

uint16_t sim_thread_passed(struct lc_place place)
{
    const struct sim_thread *thread = sim_thread_current();
    uint32_t at = find_place(thread, place);
    LC_CHECK(sim_thread_has_passed(place));
    LC_CHECK(thread->places[at].times > 0);
    return name_pass(thread->places[at].times - 1U);
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
        ret_point->where.occurrence = name_pass(SIM_ENGINE->idle_count++);
    } else {
        struct sim_thread *thread = &SIM_ENGINE->threads[running];
        ret_point->where.thread = thread->ref;
        ret_point->where.call = thread->call_index;
        ret_point->where.occurrence = pass(thread, place);
    }
    if (count > 1 && is_turn_over(SIM_HISTORY)) {
        pass_turn(first, candidates, count);
    }
    if (LC_UNLIKELY(ret_point->where.occurrence == SIM_UNNAMED)) {
        ret_point->count = 1; /* what has no name is no choice */
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
    if (candidates[index].action == LC_ACTION_RUN) {
        /* A copy would wait for what has just been written there. */
        set_candidate(
            ret_decision,
            &SIM_ENGINE->threads[candidates[index].slot]);
    } else {
        *ret_decision = candidates[index];
    }
    return true;
}

/* Whether all that is still to come are time-outs of threads that have looked
 * again at least so often since the last progress. */
static bool only_looks_again(uint32_t timeouts)
{
    const struct sim_engine *engine = SIM_ENGINE;
    for (uint32_t i = 0; i < engine->queue.count; i++) {
        const struct sim_event *event = sim_queue_at(&engine->queue, i);
        if (!sim_queue_repeats(event)) {
            return false;
        }
        if (event->kind == LC_EVENT_TIMER) {
            continue;
        }
        uint32_t slot = sim_thread_find((uint8_t)event->object);
        LC_CHECK(slot != SIM_NO_THREAD);
        const struct sim_thread *thread = &engine->threads[slot];
        if (thread->timeout_epoch != sim_thread_epoch(SIM_HISTORY) ||
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

/* Counts a yield point. Returns whether end_over_budget() is to be asked. */
static inline bool is_to_be_asked(struct sim_history *history)
{
    history->steps++;
    history->steps_total++;
    return LC_UNLIKELY(
        history->stop || history->steps % STEPS_OF_A_TURN == 0 ||
        history->steps_total > STEPS_MAX);
}

static inline bool over_budget(void)
{
    return is_to_be_asked(SIM_HISTORY) && end_over_budget();
}

bool sim_thread_over_budget(void)
{
    return over_budget();
}

void sim_thread_give_way(struct lc_place place)
{
    struct sim_engine *engine = SIM_ENGINE;
    struct sim_history *history = SIM_HISTORY;
    uint32_t self = engine->current;
    LC_CHECK(self != SIM_NO_THREAD);
    if (history->is_watched) {
        /* The host takes the decision, with this thread parked too. */
        if (history->is_hashed) {
            sim_copy_wipe_stack();
        }
        history->is_asked = 1;
        history->place = place;
        history->place_thread = self;
    } else if (decide(self, place, &history->decision)) {
        if (history->decision.action == LC_ACTION_RUN &&
            history->decision.target == engine->threads[self].ref) {
            return;
        }
        history->decided = 1;
    }
    sim_fiber_leave();
    LC_CHECK(engine->current == self);
    if (history->is_hashed) {
        sim_copy_wipe_stack();
    }
}

static inline bool is_free(const struct sim_history *history)
{
    return history->is_watched || !sim_engine_is_settled(history);
}

/* At a yield point where more is to be looked at. */
static LC_NOINLINE bool is_asked_now(void)
{
    return !end_over_budget() &&
           (is_free(SIM_HISTORY) || is_turn_over(SIM_HISTORY));
}

bool sim_thread_is_asked(void)
{
    struct sim_history *history = SIM_HISTORY;
    if (sim_thread_current() == NULL) {
        return false;
    }
    if (is_to_be_asked(history)) {
        return is_asked_now();
    }
    return is_free(history);
}

/* What a thread touches behind a yield point that only has a name: whatever
 * the module there has. Of a beginning and an end nothing is known. */
static struct sim_thread_step step_at(
    const struct sim_thread *thread,
    struct lc_place place)
{
    bool is_known =
        place.kind == LC_PLACE_SPI_ENTER || place.kind == LC_PLACE_SPI_LEAVE ||
        place.kind == LC_PLACE_UPCALL || place.kind == LC_PLACE_SHIM ||
        place.kind == LC_PLACE_NSP_ENTER || place.kind == LC_PLACE_NSP_LEAVE;
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
    sim_thread_set_step(thread, &step);
    sim_thread_give_way(place);
    sim_thread_set_step(thread, &(struct sim_thread_step){ 0 });
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
    sim_thread_set_step(thread, step);
    sim_thread_give_way(place);
    sim_thread_set_step(thread, &(struct sim_thread_step){ 0 });
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

enum lc_end sim_thread_run(void)
{
    struct sim_engine *engine = SIM_ENGINE;
    struct sim_history *history = SIM_HISTORY;
    LC_CHECK(engine->current == SIM_NO_THREAD);
    while (!engine->has_ended) {
        struct sim_choice_candidate *decision = &history->decision;
        if (history->decided) {
            history->decided = 0;
        } else if (!history->is_asked || !decide_asked(decision)) {
            if (over_budget()) {
                break;
            }
            if (!decide(
                    SIM_NO_THREAD,
                    (struct lc_place){ .kind = LC_PLACE_IDLE },
                    decision)) {
                return final_end();
            }
        }
        sim_thread_go_on(decision);
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
    sim_thread_go_on(&decision->candidates[index]);
}
