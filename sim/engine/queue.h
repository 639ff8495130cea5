/*
 * The event queue: what happens at which instant of virtual time. Events leave
 * in the order (time, rank, sequence); the rank of an event is its kind.
 * Kept sorted: queues here are short (a handful of events), and the order of
 * the array is then also the order for the state key.
 */
#ifndef SIM_ENGINE_QUEUE_H
#define SIM_ENGINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

enum sim_queue_limits {
    SIM_EVENTS_MAX = 256
};

struct sim_event {
    uint64_t at_ns;
    uint32_t sequence; /* unique in a run: history, never part of a state */
    uint16_t object;   /* number of the connection, or thread reference */
    uint8_t kind;      /* enum lc_event; also the rank */
    uint8_t zero;
    uint64_t value; /* the kind's own argument */
};

/* items[0] leaves last, items[count - 1] leaves first. */
struct sim_queue {
    uint32_t count;
    uint32_t zero;
    struct sim_event items[SIM_EVENTS_MAX];
};

/** Whether an event may come again and again, with nothing done in between: a
 * time-out, and a timer with a period. */
static inline bool sim_queue_repeats(const struct sim_event *event)
{
    return event->kind == LC_EVENT_TIMEOUT ||
           (event->kind == LC_EVENT_TIMER && event->value != 0);
}

/** Whether a leaves before b. A total order: see the unit test. */
static inline bool sim_queue_before(
    const struct sim_event *a,
    const struct sim_event *b)
{
    if (a->at_ns != b->at_ns) {
        return a->at_ns < b->at_ns;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind;
    }
    LC_CHECK(a == b || a->sequence != b->sequence);
    return a->sequence < b->sequence;
}

/**
 * Puts an event in.
 *
 * @param event  borrowed, copied.
 *
 * Returns: false when the queue is full.
 */
LC_MUST_USE static inline bool sim_queue_push(
    struct sim_queue *queue,
    const struct sim_event *event)
{
    LC_CHECK(event->kind < LC_EVENT_COUNT);
    if (queue->count == SIM_EVENTS_MAX) {
        return false;
    }
    uint32_t at = queue->count;
    while (at > 0 && sim_queue_before(&queue->items[at - 1], event)) {
        queue->items[at] = queue->items[at - 1];
        at--;
    }
    /* By field: a copy of all at once waits for what was just written. */
    struct sim_event *place = &queue->items[at];
    place->at_ns = event->at_ns;
    place->sequence = event->sequence;
    place->object = event->object;
    place->kind = event->kind;
    place->zero = 0;
    place->value = event->value;
    queue->count++;
    return true;
}

/** The event that leaves first, or NULL when there is none. */
static inline const struct sim_event *sim_queue_first(
    const struct sim_queue *queue)
{
    LC_CHECK(queue->count <= SIM_EVENTS_MAX);
    return queue->count == 0 ? NULL : &queue->items[queue->count - 1];
}

/** Number of events due at the earliest instant. */
static inline uint32_t sim_queue_due(const struct sim_queue *queue)
{
    uint32_t due = 0;
    while (due < queue->count && queue->items[queue->count - 1 - due].at_ns ==
                                     queue->items[queue->count - 1].at_ns) {
        due++;
    }
    return due;
}

/**
 * Takes out one event of the earliest instant.
 *
 * @param index  0 for the one that leaves first, below sim_queue_due().
 */
struct sim_event sim_queue_take(struct sim_queue *queue, uint32_t index);

/** The event at a place in leaving order, index below queue->count. */
static inline const struct sim_event *sim_queue_at(
    const struct sim_queue *queue,
    uint32_t index)
{
    LC_CHECK(index < queue->count);
    return &queue->items[queue->count - 1 - index];
}

/**
 * Takes out the first event of a kind and object, wherever it stands.
 *
 * Returns: whether there was one.
 */
bool sim_queue_cancel(struct sim_queue *queue, uint8_t kind, uint16_t object);

#endif
