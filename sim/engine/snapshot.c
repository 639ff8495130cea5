#include "sim/engine/snapshot.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/engine/engine.h"
#include "sim/engine/fiber.h"

/* How parts go into a key. Written at start-up only. */
static sim_key_fn *part_keys[SIM_PART_COUNT];

void sim_snapshot_set_key(enum sim_part part, sim_key_fn *key)
{
    LC_CHECK(part < SIM_PART_COUNT);
    part_keys[part] = key;
}

/* What a snapshot keeps of the history: counters, not contents. */
struct saved_history {
    uint64_t record_count;
    uint64_t hash;
    uint64_t steps;
    uint64_t steps_total;
    uint32_t sequence;
    uint32_t object_number;
    uint32_t choice_count;
    uint32_t choice_unmet;
    uint32_t script_left;
    uint32_t stop;
    uint32_t decided;
    struct sim_choice_candidate decision;
    uint32_t is_asked;
    uint32_t place_thread;
    struct lc_place place;
};

enum visit {
    VISIT_SIZE,
    VISIT_TAKE,
    VISIT_RESTORE
};

struct cursor {
    enum visit visit;
    unsigned char *buffer;
    size_t at;
    size_t capacity; /* of a buffer that is filled */
};

static LC_INLINE void piece(
    struct cursor *cursor,
    void *arena,
    size_t size_bytes)
{
    switch (cursor->visit) {
    case VISIT_SIZE:
        break;
    case VISIT_TAKE:
        LC_CHECK(size_bytes <= cursor->capacity - cursor->at);
        sim_copy_bytes(cursor->buffer + cursor->at, arena, size_bytes);
        break;
    case VISIT_RESTORE:
        sim_copy_bytes(arena, cursor->buffer + cursor->at, size_bytes);
        break;
    }
    cursor->at += size_bytes;
}

/* Of a thread what is in use: frames and places are its last members. Behind
 * the last place is nothing that anybody reads. */
static LC_INLINE void thread_pieces(
    struct cursor *cursor,
    struct sim_thread *thread)
{
    piece(cursor, thread, offsetof(struct sim_thread, frames));
    LC_CHECK(thread->depth <= SIM_FRAMES_MAX);
    LC_CHECK(thread->place_count <= SIM_PLACES_MAX);
    piece(cursor, thread->frames, thread->depth * sizeof thread->frames[0]);
    piece(
        cursor,
        thread->places,
        thread->place_count * sizeof thread->places[0]);
}

static LC_INLINE void thread_table(struct cursor *cursor)
{
    struct sim_engine *engine = SIM_ENGINE;
    LC_CHECK(engine->thread_count <= SIM_SLOTS_MAX);
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        thread_pieces(cursor, &engine->threads[slot]);
    }
}

/* Of modules only those that the run has mapped. */
static LC_INLINE void module_table(struct cursor *cursor)
{
    struct sim_engine *engine = SIM_ENGINE;
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        if (engine->mapped_bits[process] != 0) {
            piece(
                cursor,
                engine->modules[process],
                sizeof engine->modules[process]);
        }
    }
}

/* The engine's part: what counts the rest comes first. */
static LC_INLINE void engine_pieces(struct cursor *cursor)
{
    struct sim_engine *engine = SIM_ENGINE;
    uint32_t thread_count = engine->thread_count;
    uint32_t event_count = engine->queue.count;
    uint32_t mapped_bits[LC_PROCESSES_MAX];
    memcpy(mapped_bits, engine->mapped_bits, sizeof mapped_bits);
    piece(cursor, engine, offsetof(struct sim_engine, threads));
    thread_table(cursor);
    piece(cursor, engine->spans, engine->span_count * sizeof engine->spans[0]);
    module_table(cursor);
    piece(cursor, &engine->queue, offsetof(struct sim_queue, items));
    LC_CHECK(engine->queue.count <= SIM_EVENTS_MAX);
    piece(
        cursor,
        engine->queue.items,
        engine->queue.count * sizeof engine->queue.items[0]);
    /* After a restore: what only the later moment used is zero again. */
    for (uint32_t i = engine->thread_count; i < thread_count; i++) {
        sim_copy_fill(&engine->threads[i], 0, sizeof engine->threads[0]);
    }
    for (uint32_t i = engine->queue.count; i < event_count; i++) {
        memset(&engine->queue.items[i], 0, sizeof engine->queue.items[0]);
    }
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        if (engine->mapped_bits[process] == 0 && mapped_bits[process] != 0) {
            memset(
                engine->modules[process],
                0,
                sizeof engine->modules[process]);
        }
    }
}

/* Of a part what the run has used. */
static LC_INLINE void part_piece(struct cursor *cursor, enum sim_part part)
{
    unsigned char *at = sim_arena_part(part);
    struct sim_range was[SIM_PART_RANGES_MAX] = { { 0 } };
    struct sim_range restored[SIM_PART_RANGES_MAX];
    const struct sim_range *is = was;
    uint32_t count = sim_arena_part_used(part, was);
    LC_CHECK(count <= SIM_PART_RANGES_MAX);
    if (count == 0) {
        return;
    }
    /* The first says how large the others are. */
    piece(cursor, at + was[0].offset_bytes, was[0].size_bytes);
    if (cursor->visit == VISIT_RESTORE) {
        count = sim_arena_part_used(part, restored);
        is = restored;
    }
    for (uint32_t i = 1; i < count; i++) {
        unsigned char *first = at + is[i].offset_bytes;
        LC_CHECK(was[i].offset_bytes == is[i].offset_bytes);
        piece(cursor, first, is[i].size_bytes);
        if (cursor->visit == VISIT_RESTORE &&
            was[i].size_bytes > is[i].size_bytes) {
            sim_copy_fill(
                first + is[i].size_bytes,
                0,
                was[i].size_bytes - is[i].size_bytes);
        }
    }
}

static bool thread_lives(const struct sim_thread *thread)
{
    return thread->state == SIM_THREAD_RUNNABLE ||
           thread->state == SIM_THREAD_BLOCKED;
}

static LC_INLINE void stack_piece(struct cursor *cursor, uint32_t slot)
{
    unsigned char *sp = SIM_ENGINE->threads[slot].sp;
    unsigned char *top = sim_arena_stack_top(slot);
    LC_CHECK(sp >= sim_arena_stack_low(slot) && sp < top);
    /* Whole shadow bytes: down to a multiple of 8. */
    sp = (unsigned char *)((uintptr_t)sp & ~(uintptr_t)7);
    piece(cursor, sp, (size_t)(top - sp));
    size_t shadow_bytes;
    void *shadow = sim_copy_shadow(sp, (size_t)(top - sp), &shadow_bytes);
    if (shadow_bytes > 0) {
        piece(cursor, shadow, shadow_bytes);
    }
}

/* A built-in module's globals: what is in use, which has no mark of its own and
 * so is said before. Behind it all is zero. */
static LC_INLINE void globals_piece(
    struct cursor *cursor,
    uint32_t process,
    uint32_t module)
{
    unsigned char *slot = sim_arena_module(process, module);
    uint32_t all = sim_module_class(module)->globals_bytes;
    uint32_t used = cursor->visit == VISIT_RESTORE
                        ? 0
                        : sim_module_globals_used(process, module);
    piece(cursor, &used, sizeof used);
    LC_CHECK(used <= all);
    piece(cursor, slot, used);
    if (cursor->visit == VISIT_RESTORE) {
        sim_copy_fill(slot + used, 0, all - used);
    }
}

static LC_INLINE void module_pieces(struct cursor *cursor, uint32_t process)
{
    uint32_t left = SIM_ENGINE->mapped_bits[process];
    for (; left != 0; left &= left - 1) {
        uint32_t module = (uint32_t)__builtin_ctz(left);
        const struct sim_module_class *class = sim_module_class(module);
        LC_CHECK(class != NULL);
        unsigned char *slot = sim_arena_module(process, module);
        const struct sim_range *ranges;
        uint32_t count = class->ops->ranges(
            class,
            sim_module_at(process, module)->is_whole,
            &ranges);
        if (count == 0) {
            globals_piece(cursor, process, module);
        }
        for (uint32_t i = 0; i < count; i++) {
            piece(cursor, slot + ranges[i].offset_bytes, ranges[i].size_bytes);
        }
    }
}

/* What modules share between processes. After a restore: what only the later
 * moment used is zero again. */
static LC_INLINE void shared_pieces(struct cursor *cursor, uint32_t was_used)
{
    uint32_t is_used = SIM_ENGINE->shared_used;
    uint32_t left = is_used | was_used;
    for (; left != 0; left &= left - 1) {
        uint32_t module = (uint32_t)__builtin_ctz(left);
        unsigned char *at =
            (unsigned char
                 *)(uintptr_t)(SIM_ARENA_SHARED + module * SIM_ARENA_SHARED_BYTES);
        if ((is_used >> module & 1) != 0) {
            piece(cursor, at, sim_module_class(module)->shared_bytes);
        } else if (
            cursor->visit == VISIT_RESTORE && (was_used >> module & 1) != 0) {
            sim_copy_fill(at, 0, SIM_ARENA_SHARED_BYTES);
        }
    }
}

static LC_INLINE void history_piece(struct cursor *cursor)
{
    struct sim_history *history = SIM_HISTORY;
    struct saved_history saved = {
        .record_count = history->record_count,
        .hash = history->hash,
        .steps = history->steps,
        .steps_total = history->steps_total,
        .sequence = history->sequence,
        .object_number = history->object_number,
        .choice_count = history->choice_count,
        .choice_unmet = history->choice_unmet,
        .script_left = history->script_left,
        .stop = history->stop,
        .decided = history->decided,
        .decision = history->decision,
        .is_asked = history->is_asked,
        .place_thread = history->place_thread,
        .place = history->place,
    };
    piece(cursor, &saved, sizeof saved);
    if (cursor->visit == VISIT_RESTORE) {
        history->record_count = saved.record_count;
        history->hash = saved.hash;
        history->steps = saved.steps;
        history->steps_total = saved.steps_total;
        history->sequence = saved.sequence;
        history->object_number = saved.object_number;
        history->choice_count = saved.choice_count;
        history->choice_unmet = saved.choice_unmet;
        history->script_left = saved.script_left;
        history->stop = saved.stop;
        history->decided = saved.decided;
        history->decision = saved.decision;
        history->is_asked = saved.is_asked;
        history->place_thread = saved.place_thread;
        history->place = saved.place;
    }
}

/* Visits all that a run can change, the engine's part first: it says how much
 * of the rest is in use, and which pages have to be opened for it. */
static LC_INLINE void all_pieces(struct cursor *cursor)
{
    struct sim_engine *engine = SIM_ENGINE;
    uint32_t shared_used = engine->shared_used;
    engine_pieces(cursor);
    if (cursor->visit != VISIT_SIZE) {
        sim_page_open();
    }
    for (uint32_t part = 1; part < SIM_PART_COUNT; part++) {
        part_piece(cursor, (enum sim_part)part);
    }
    for (uint32_t lane = 0; lane < SIM_THREADS_MAX; lane++) {
        if (engine->heap_bytes[lane] > 0) {
            piece(
                cursor,
                (void
                     *)(uintptr_t)(SIM_ARENA_HEAP + lane * SIM_ARENA_LANE_BYTES),
                engine->heap_bytes[lane]);
        }
    }
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        if (thread_lives(&engine->threads[slot])) {
            stack_piece(cursor, slot);
        }
    }
    if (engine->has_teb) {
        piece(cursor, (void *)(uintptr_t)SIM_ARENA_TEB, SIM_ARENA_TEB_BYTES);
    }
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        module_pieces(cursor, process);
    }
    shared_pieces(cursor, shared_used);
    history_piece(cursor);
    if (cursor->visit != VISIT_SIZE) {
        sim_page_close();
    }
}

size_t sim_snapshot_bytes(void)
{
    struct cursor cursor = { .visit = VISIT_SIZE };
    all_pieces(&cursor);
    return cursor.at;
}

size_t sim_snapshot_take(void *buffer, size_t capacity)
{
    LC_CHECK(buffer != NULL);
    LC_CHECK(SIM_ENGINE->current == SIM_NO_THREAD); /* on the host's stack */
    struct cursor cursor = {
        .visit = VISIT_TAKE,
        .buffer = buffer,
        .capacity = capacity,
    };
    all_pieces(&cursor);
    return cursor.at;
}

void sim_snapshot_restore(const void *buffer)
{
    LC_CHECK(buffer != NULL);
    LC_CHECK(SIM_ENGINE->current == SIM_NO_THREAD);
    for (uint32_t slot = 0; slot < SIM_ENGINE->thread_count; slot++) {
        sim_fiber_forget(slot, SIM_ENGINE->threads[slot].sp);
    }
    sim_page_reset();
    struct cursor cursor = {
        .visit = VISIT_RESTORE,
        .buffer = (unsigned char *)(uintptr_t)buffer,
    };
    all_pieces(&cursor);
}

/* Behind the last thread and the last event all is zero already. Of a thread's
 * frames and places nobody reads more than it has, so they may stay. */
static void reset_engine(struct sim_engine *engine)
{
    LC_CHECK(engine->thread_count <= SIM_SLOTS_MAX);
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        memset(&engine->threads[slot], 0, offsetof(struct sim_thread, frames));
    }
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        if (engine->mapped_bits[process] != 0) {
            sim_copy_fill(
                engine->modules[process],
                0,
                sizeof engine->modules[process]);
        }
    }
    memset(
        &engine->queue,
        0,
        offsetof(struct sim_queue, items) +
            engine->queue.count * sizeof engine->queue.items[0]);
    memset(engine, 0, offsetof(struct sim_engine, threads));
}

void sim_snapshot_reset(void)
{
    struct sim_engine *engine = SIM_ENGINE;
    struct sim_history *history = SIM_HISTORY;
    sim_page_reset();
    for (uint32_t module = 0; module < LC_MODULE_COUNT; module++) {
        if ((engine->shared_used >> module & 1) != 0) {
            sim_copy_fill(
                (void
                     *)(uintptr_t)(SIM_ARENA_SHARED + module * SIM_ARENA_SHARED_BYTES),
                0,
                SIM_ARENA_SHARED_BYTES);
        }
    }
    reset_engine(engine);
    for (uint32_t part = 1; part < SIM_PART_COUNT; part++) {
        unsigned char *at = sim_arena_part((enum sim_part)part);
        struct sim_range ranges[SIM_PART_RANGES_MAX];
        uint32_t count = sim_arena_part_used((enum sim_part)part, ranges);
        for (uint32_t i = count; i-- > 0;) { /* the first is asked for last */
            sim_copy_fill(at + ranges[i].offset_bytes, 0, ranges[i].size_bytes);
        }
    }
    uint64_t run_number = history->run_number + 1;
    memset(history, 0, offsetof(struct sim_history, choices));
    history->run_number = run_number;
}

/* Of how often a module was mapped it matters only whether the frame is from
 * before the last time. */
static void key_of_frames(
    struct sim_hash *hash,
    const struct sim_thread *thread)
{
    struct frame_key {
        uint8_t module;
        uint8_t kind;
        uint16_t function;
        uint32_t is_current;
    } kept;

    _Static_assert(sizeof kept == 8, "no byte without a name");
    unsigned char *at = sim_hash_room(hash, thread->depth * sizeof kept);
    for (uint32_t i = 0; i < thread->depth; i++) {
        const struct sim_frame *frame = &thread->frames[i];
        const struct sim_module *module =
            sim_module_at(thread->process, frame->module);
        kept.module = frame->module;
        kept.kind = frame->kind;
        kept.function = frame->function;
        kept.is_current = module->map_count == frame->map_count;
        memcpy(at, &kept, sizeof kept);
        at += sizeof kept;
    }
}

static void key_of_thread(struct sim_hash *hash, uint32_t slot)
{
    const struct sim_engine *engine = SIM_ENGINE;
    const struct sim_thread *thread = &engine->threads[slot];
    /* Who has waited for longest is woken first. In which order those that
     * can run are offered makes no difference to what can happen. */
    uint64_t rank = 0;
    for (uint32_t other = 0;
         thread->state == SIM_THREAD_BLOCKED && other < engine->thread_count;
         other++) {
        rank += engine->threads[other].state == SIM_THREAD_BLOCKED &&
                engine->threads[other].ready_sequence < thread->ready_sequence;
    }
    uint64_t words[] = {
        (uint64_t)(uintptr_t)thread->sp,
        (uint64_t)(uintptr_t)thread->entry,
        (uint64_t)(uintptr_t)thread->argument,
        thread->wait_key,
        rank,
        thread->last_error,
        thread->state,
        thread->ref,
        thread->wake,
        thread->wait_for,
        thread->call_index,
        thread->depth,
        (uint64_t)(uintptr_t)thread->idle,
        thread->deadline_ns,
    };
    if (thread->deadline_ns != 0 && thread->deadline_ns != SIM_FOREVER) {
        words[LC_COUNT_OF(words) - 1] -= engine->now_ns;
    }
    if (!thread_lives(thread)) {
        words[0] = 0;
        words[3] = 0;
        words[4] = 0;
    }
    sim_hash_add(hash, words, sizeof words);
    if (!thread_lives(thread)) {
        return;
    }
    key_of_frames(hash, thread);
}

/* Nobody but the thread itself looks at its parked stack, unless it says so. */
static bool has_own(const struct sim_thread *thread)
{
    return thread_lives(thread) && !thread->is_stack_shared;
}

static const unsigned char *stack_of(uint32_t slot, size_t *ret_bytes)
{
    const unsigned char *sp = SIM_ENGINE->threads[slot].sp;
    *ret_bytes = (size_t)(sim_arena_stack_top(slot) - sp);
    return sp;
}

static void key_of_queue(struct sim_hash *hash)
{
    const struct sim_engine *engine = SIM_ENGINE;
    for (uint32_t i = 0; i < engine->queue.count; i++) {
        const struct sim_event *event = &engine->queue.items[i];
        uint64_t words[] = {
            event->at_ns - engine->now_ns,
            event->kind,
            event->object,
            event->value,
        };
        sim_hash_add(hash, words, sizeof words);
    }
}

static void key_of_modules(struct sim_hash *hash)
{
    const struct sim_engine *engine = SIM_ENGINE;
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        uint32_t left = engine->mapped_bits[process];
        for (; left != 0; left &= left - 1) {
            uint32_t module = (uint32_t)__builtin_ctz(left);
            const struct sim_module *instance =
                &engine->modules[process][module];
            struct sim_module kept = *instance;
            kept.map_count = 0;
            sim_hash_add(hash, &kept, sizeof kept);
            const struct sim_module_class *class = sim_module_class(module);
            unsigned char *slot = sim_arena_module(process, module);
            const struct sim_range *ranges;
            uint32_t count =
                class->ops->ranges(class, instance->is_whole, &ranges);
            if (count == 0) {
                sim_hash_add(
                    hash,
                    slot,
                    sim_module_globals_used(process, module));
            }
            for (uint32_t i = 0; i < count; i++) {
                sim_hash_add(
                    hash,
                    slot + ranges[i].offset_bytes,
                    ranges[i].size_bytes);
            }
        }
    }
    uint32_t left = engine->shared_used;
    for (; left != 0; left &= left - 1) {
        uint32_t module = (uint32_t)__builtin_ctz(left);
        sim_hash_add(
            hash,
            (const void
                 *)(uintptr_t)(SIM_ARENA_SHARED + module * SIM_ARENA_SHARED_BYTES),
            sim_module_class(module)->shared_bytes);
    }
}

static struct sim_state_key key_of_shared(const void *extra, size_t extra_bytes)
{
    const struct sim_engine *engine = SIM_ENGINE;
    LC_CHECK(engine->current == SIM_NO_THREAD);
    struct sim_hash *hash = &SIM_HISTORY->gathered;
    sim_hash_begin(hash);
    uint64_t words[] = {
        engine->thread_count, engine->has_ended,
        engine->end,          engine->exited,
        SIM_HISTORY->decided, engine->is_time_told ? engine->now_ns + 1 : 0,
    };
    sim_hash_add(hash, words, sizeof words);
    sim_hash_add(hash, engine->dll_threads, sizeof engine->dll_threads);
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        const struct sim_thread *thread = &engine->threads[slot];
        key_of_thread(hash, slot);
        if (thread_lives(thread) && !has_own(thread)) {
            size_t stack_bytes;
            const unsigned char *stack = stack_of(slot, &stack_bytes);
            sim_hash_add(hash, stack, stack_bytes);
        }
    }
    key_of_queue(hash);
    sim_page_open();
    sim_hash_add(
        hash,
        engine->spans,
        engine->span_count * sizeof engine->spans[0]);
    key_of_modules(hash);
    for (uint32_t part = 1; part < SIM_PART_COUNT; part++) {
        if (part_keys[part] != NULL) {
            part_keys[part](hash);
        } else {
            sim_hash_add(
                hash,
                sim_arena_part((enum sim_part)part),
                sim_arena_part_bytes((enum sim_part)part));
        }
    }
    sim_page_close();
    if (engine->has_teb) {
        sim_hash_add(
            hash,
            (const void *)(uintptr_t)SIM_ARENA_TEB,
            SIM_ARENA_TEB_BYTES);
    }
    if (extra_bytes > 0) {
        sim_hash_add(hash, extra, extra_bytes);
    }
    return sim_hash_end(hash);
}

bool sim_snapshot_pieces(
    const void *extra,
    size_t extra_bytes,
    uint32_t went,
    struct sim_key_pieces *pieces)
{
    const struct sim_engine *engine = SIM_ENGINE;
    bool is_same = pieces->count == engine->thread_count;
    LC_CHECK(engine->thread_count <= SIM_SLOTS_MAX);
    pieces->shared = key_of_shared(extra, extra_bytes);
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        bool is_own = has_own(&engine->threads[slot]);
        struct sim_state_key *own = &pieces->own[slot];
        bool was_own = slot < pieces->count && (own->low | own->high) != 0;
        if (is_own && (slot == went || !was_own)) {
            size_t stack_bytes;
            const unsigned char *stack = stack_of(slot, &stack_bytes);
            *own =
                sim_copy_hash((struct sim_state_key){ 0 }, stack, stack_bytes);
        } else if (!is_own) {
            *own = (struct sim_state_key){ 0 };
        }
        is_same = is_same && (slot == went || is_own == was_own);
    }
    pieces->count = engine->thread_count;
    return is_same;
}

struct sim_state_key sim_snapshot_join(const struct sim_key_pieces *pieces)
{
    return sim_copy_hash(
        pieces->shared,
        pieces->own,
        pieces->count * sizeof pieces->own[0]);
}

struct sim_state_key sim_snapshot_key(const void *extra, size_t extra_bytes)
{
    struct sim_state_key own[SIM_SLOTS_MAX];
    struct sim_key_pieces pieces = { .own = own };
    (void)sim_snapshot_pieces(extra, extra_bytes, SIM_NO_SLOT, &pieces);
    return sim_snapshot_join(&pieces);
}
