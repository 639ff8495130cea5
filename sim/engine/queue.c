#include "sim/engine/queue.h"

#include <string.h>

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
