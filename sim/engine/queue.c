#include "sim/engine/queue.h"

#include <string.h>

bool sim_queue_before(const struct sim_event *a, const struct sim_event *b)
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

bool sim_queue_push(struct sim_queue *queue, const struct sim_event *event)
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
    queue->items[at] = *event;
    queue->count++;
    return true;
}

const struct sim_event *sim_queue_first(const struct sim_queue *queue)
{
    LC_CHECK(queue->count <= SIM_EVENTS_MAX);
    return queue->count == 0 ? NULL : &queue->items[queue->count - 1];
}

uint32_t sim_queue_due(const struct sim_queue *queue)
{
    uint32_t due = 0;
    while (due < queue->count && queue->items[queue->count - 1 - due].at_ns ==
                                     queue->items[queue->count - 1].at_ns) {
        due++;
    }
    return due;
}

const struct sim_event *sim_queue_at(
    const struct sim_queue *queue,
    uint32_t index)
{
    LC_CHECK(index < queue->count);
    return &queue->items[queue->count - 1 - index];
}

static void remove_at(struct sim_queue *queue, uint32_t position)
{
    LC_CHECK(position < queue->count);
    for (uint32_t i = position; i + 1 < queue->count; i++) {
        queue->items[i] = queue->items[i + 1];
    }
    queue->count--;
    memset(&queue->items[queue->count], 0, sizeof queue->items[0]);
}

struct sim_event sim_queue_take(struct sim_queue *queue, uint32_t index)
{
    LC_CHECK(index < sim_queue_due(queue));
    uint32_t position = queue->count - 1 - index;
    struct sim_event event = queue->items[position];
    remove_at(queue, position);
    return event;
}

bool sim_queue_cancel(struct sim_queue *queue, uint8_t kind, uint16_t object)
{
    LC_CHECK(kind < LC_EVENT_COUNT);
    for (uint32_t i = queue->count; i > 0; i--) {
        const struct sim_event *event = &queue->items[i - 1];
        if (event->kind == kind && event->object == object) {
            remove_at(queue, i - 1);
            return true;
        }
    }
    return false;
}
