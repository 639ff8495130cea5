#include "sim/engine/whole.h"

#include "sim/engine/engine.h"
#include "sim/engine/thread.h"

enum {
    CHECKS_MAX = 8
};

/* Written at start-up only. */
static struct {
    uint32_t count;
    void (*checks[CHECKS_MAX])(void);
} added;

void sim_whole_add(void (*check)(void))
{
    LC_CHECK(check != NULL);
    for (uint32_t i = 0; i < added.count; i++) {
        if (added.checks[i] == check) {
            return; /* a second opening of the simulator */
        }
    }
    LC_CHECK(added.count < CHECKS_MAX);
    added.checks[added.count] = check;
    added.count++;
}

/* In leaving order from the end, nothing late, nothing behind the last. */
static void check_queue(const struct sim_engine *engine)
{
    const struct sim_queue *queue = &engine->queue;
    LC_CHECK(queue->count <= SIM_EVENTS_MAX);
    for (uint32_t i = 0; i < SIM_EVENTS_MAX; i++) {
        const struct sim_event *event = &queue->items[i];
        if (i >= queue->count) {
            LC_CHECK(event->sequence == 0);
            continue;
        }
        LC_CHECK(event->kind < LC_EVENT_COUNT);
        LC_CHECK(event->at_ns >= engine->now_ns);
        LC_CHECK_IF(i > 0, sim_queue_before(event, &queue->items[i - 1]));
    }
}

/* Each time-out is that of one thread that waits. */
static void check_timeouts(const struct sim_engine *engine)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < engine->queue.count; i++) {
        const struct sim_event *event = &engine->queue.items[i];
        if (event->kind != LC_EVENT_TIMEOUT) {
            continue;
        }
        uint32_t slot = sim_thread_find((uint8_t)event->object);
        LC_CHECK(slot != SIM_NO_THREAD);
        LC_CHECK(engine->threads[slot].state == SIM_THREAD_BLOCKED);
        LC_CHECK((waiting >> slot & 1) == 0);
        waiting |= 1U << slot;
    }
}

static void check_thread(const struct sim_engine *engine, uint32_t slot)
{
    const struct sim_thread *thread = &engine->threads[slot];
    LC_CHECK(thread->state != SIM_THREAD_FREE);
    LC_CHECK(sim_thread_find(thread->ref) == slot); /* no other has its name */
    LC_CHECK(thread->process < LC_PROCESSES_MAX);
    LC_CHECK(thread->depth >= 1 && thread->depth <= SIM_FRAMES_MAX);
    LC_CHECK(thread->place_count <= SIM_PLACES_MAX);
    LC_CHECK(
        (thread->state == SIM_THREAD_RUNNABLE) ==
        ((engine->runnable[slot / 64] >> slot % 64 & 1) == 1));
    LC_CHECK((thread->state == SIM_THREAD_BLOCKED) == (thread->wait_key != 0));
    if (thread->state == SIM_THREAD_DONE) {
        return;
    }
    const unsigned char *sp = thread->sp;
    LC_CHECK(sp >= sim_arena_stack_low(slot));
    LC_CHECK(sp < sim_arena_stack_top(slot));
}

static void check_threads(const struct sim_engine *engine)
{
    LC_CHECK(engine->current == SIM_NO_THREAD);
    LC_CHECK(engine->running == NULL);
    LC_CHECK(engine->thread_count <= SIM_SLOTS_MAX);
    for (uint32_t slot = 0; slot < SIM_SLOTS_MAX; slot++) {
        if (slot < engine->thread_count) {
            check_thread(engine, slot);
        } else {
            LC_CHECK(engine->threads[slot].state == SIM_THREAD_FREE);
        }
    }
}

/* Behind what a module says it uses there is nothing, unless code that was not
 * written here wrote it. */
static void check_globals(uint32_t process, uint32_t module)
{
    if (sim_module_has_hosted()) {
        return;
    }
    const unsigned char *slot = sim_arena_module(process, module);
    uint32_t at = sim_module_globals_used(process, module);
    for (; at < sim_module_class(module)->globals_bytes; at++) {
        LC_CHECK(slot[at] == 0);
    }
}

static void check_modules(const struct sim_engine *engine)
{
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        for (uint32_t module = 0; module < LC_MODULE_COUNT; module++) {
            bool is_mapped = engine->modules[process][module].is_mapped;
            bool was_mapped = (engine->mapped_bits[process] >> module & 1) != 0;
            int32_t references = sim_module_references(process, module);
            LC_CHECK(references >= 0);
            LC_CHECK_IF(!is_mapped, references == 0);
            LC_CHECK_IF(is_mapped, was_mapped);
            if (is_mapped) {
                check_globals(process, module);
            }
        }
    }
}

bool sim_whole(void)
{
    const struct sim_engine *engine = SIM_ENGINE;
    if (engine->has_ended) {
        return true; /* it was left in the middle of something */
    }
    check_queue(engine);
    check_timeouts(engine);
    check_threads(engine);
    check_modules(engine);
    for (uint32_t i = 0; i < added.count; i++) {
        added.checks[i]();
    }
    return true;
}
