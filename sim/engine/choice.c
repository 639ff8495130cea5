#include "sim/engine/choice.h"

#include <string.h>

#include "sim/engine/engine.h"
#include "sim/engine/thread.h"

enum {
    /* Below this a walk through the choices is faster than the table. */
    SCRIPT_WALK_MAX = 12,
    SCRIPT_TABLE_COUNT = 4 * LC_CHOICES_MAX
};

/* Where a choice is made, as one number: its first eight bytes, minus the
 * high half of the occurrence, which lies in the next word. */
static uint64_t where_key(const struct lc_choice *choice)
{
    return (uint64_t)choice->stream | (uint64_t)choice->thread << 8 |
           (uint64_t)choice->call << 16 | (uint64_t)choice->place.kind << 24 |
           (uint64_t)choice->place.function << 32 |
           (uint64_t)choice->place.module << 40 |
           (uint64_t)choice->occurrence << 48;
}

static uint32_t key_slot(uint64_t key)
{
    key *= 0x9e3779b97f4a7c15ULL;
    return (uint32_t)(key >> 40) % SCRIPT_TABLE_COUNT;
}

static void table_fill(struct sim_history *history)
{
    memset(history->script_table, 0, sizeof history->script_table);
    for (uint32_t i = 0; i < history->script_count; i++) {
        uint32_t slot = key_slot(where_key(&history->script[i]));
        while (history->script_table[slot] != 0) {
            slot = (slot + 1) % SCRIPT_TABLE_COUNT;
        }
        history->script_table[slot] = (uint16_t)(i + 1);
    }
}

void sim_choice_begin(
    const struct lc_choice *choices,
    uint32_t count,
    const struct sim_backer *backer)
{
    struct sim_history *history = SIM_HISTORY;
    LC_CHECK(count <= LC_CHOICES_MAX);
    LC_CHECK_IF(count > 0, choices != NULL);
    history->script = choices;
    history->script_count = count;
    history->script_left = count;
    history->script_is_hashed = count > SCRIPT_WALK_MAX;
    history->choice_count = 0;
    history->choice_unmet = 0;
    history->backer = (struct sim_backer){ 0 };
    if (backer != NULL) {
        history->backer = *backer;
    }
    if (history->script_is_hashed) {
        table_fill(history);
    }
}

/* The schedule's choice for this place, or NULL. */
static const struct lc_choice *script_find(
    const struct sim_history *history,
    const struct lc_choice *where)
{
    uint64_t key = where_key(where);
    if (!history->script_is_hashed) {
        for (uint32_t i = 0; i < history->script_count; i++) {
            if (where_key(&history->script[i]) == key) {
                return &history->script[i];
            }
        }
        return NULL;
    }
    for (uint32_t slot = key_slot(key); history->script_table[slot] != 0;
         slot = (slot + 1) % SCRIPT_TABLE_COUNT) {
        const struct lc_choice *choice =
            &history->script[history->script_table[slot] - 1];
        if (where_key(choice) == key) {
            return choice;
        }
    }
    return NULL;
}

static uint32_t script_draw(
    struct sim_history *history,
    const struct sim_choice_point *point)
{
    const struct lc_choice *choice = script_find(history, &point->where);
    if (choice == NULL) {
        return 0;
    }
    if (history->script_left > 0) {
        history->script_left--;
    }
    if (point->candidates == NULL) {
        if (choice->value < point->count) {
            return choice->value;
        }
        history->choice_unmet++;
        return 0;
    }
    for (uint32_t i = 0; i < point->count; i++) {
        const struct sim_choice_candidate *candidate = &point->candidates[i];
        if (candidate->action == choice->action &&
            candidate->target == choice->target &&
            candidate->value == choice->value) {
            return i;
        }
    }
    history->choice_unmet++;
    return 0;
}

uint32_t sim_choice_from_bytes(
    void *context,
    const struct sim_choice_point *point)
{
    struct sim_choice_bytes *bytes = context;
    LC_CHECK(bytes->at <= bytes->size_bytes);
    LC_CHECK(point->count >= 2);
    if (bytes->at == bytes->size_bytes) {
        return 0;
    }
    uint32_t drawn = bytes->bytes[bytes->at];
    bytes->at++;
    return drawn % point->count;
}

uint32_t sim_choice_draw(const struct sim_choice_point *point)
{
    struct sim_history *history = SIM_HISTORY;
    LC_CHECK(point->count >= 2 || history->backer.sees_all);
    uint32_t index = 0;
    if (history->choice_count == LC_CHOICES_MAX) {
        return 0;
    }
    if (history->backer.choose != NULL) {
        index = history->backer.choose(history->backer.context, point);
        LC_CHECK(index < point->count);
    } else if (history->script_count > 0) {
        index = script_draw(history, point);
    }
    return sim_choice_keep(point, index);
}

uint32_t sim_choice_keep(const struct sim_choice_point *point, uint32_t index)
{
    struct sim_history *history = SIM_HISTORY;
    LC_CHECK(index < point->count);
    if (index == 0 || history->choice_count == LC_CHOICES_MAX) {
        /* What can't be kept is not taken: the run stays replayable. */
        return 0;
    }
    struct lc_choice *taken = &history->choices[history->choice_count];
    *taken = point->where;
    if (point->candidates == NULL) {
        taken->action = LC_ACTION_VALUE;
        taken->target = 0;
        taken->value = (uint16_t)index;
    } else {
        taken->action = point->candidates[index].action;
        taken->target = point->candidates[index].target;
        taken->value = point->candidates[index].value;
    }
    history->choice_count++;
    return index;
}

uint32_t sim_choice_upto(
    enum lc_stream stream,
    struct lc_place place,
    uint32_t max)
{
    LC_CHECK(stream != LC_STREAM_SCHED);
    LC_CHECK(max < UINT16_MAX);
    if (max == 0 || sim_choice_exhausted()) {
        return 0;
    }
    const struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    struct sim_choice_point point = {
        .where = {
            .stream = (uint8_t) stream,
            .thread = thread->ref,
            .call = thread->call_index,
            .place = place,
        },
        .count = max + 1,
    };
    point.where.occurrence = sim_thread_pass(place);
    return point.where.occurrence == SIM_UNNAMED ? 0 : sim_choice_draw(&point);
}

uint32_t sim_choice_fail(struct lc_place place, uint32_t max)
{
    LC_CHECK(max > 0);
    LC_CHECK(max < UINT16_MAX);
    if (sim_choice_exhausted()) {
        return 0;
    }
    const struct sim_thread *thread = sim_thread_current();
    LC_CHECK(thread != NULL);
    struct sim_choice_point point = {
        .where = {
            .stream = LC_STREAM_FAULT,
            .thread = thread->ref,
            .call = thread->call_index,
            .place = place,
            .occurrence = sim_thread_passed(place),
        },
        .count = max + 1,
    };
    return point.where.occurrence == SIM_UNNAMED ? 0 : sim_choice_draw(&point);
}

uint32_t sim_choice_packet(uint32_t connection, uint32_t segment, uint32_t max)
{
    LC_CHECK(connection <= UINT8_MAX);
    if (max == 0 || segment > UINT16_MAX || sim_choice_exhausted()) {
        return 0;
    }
    struct sim_choice_point point = {
        .where = {
            .stream = LC_STREAM_LATENCY,
            .thread = LC_NONE,
            .call = (uint8_t) connection,
            .place = { .kind = LC_PLACE_PACKET },
            .occurrence = (uint16_t) segment,
        },
        .count = max + 1,
    };
    return sim_choice_draw(&point);
}

bool sim_choice_exhausted(void)
{
    return sim_engine_is_settled(SIM_HISTORY);
}

const struct lc_choice *sim_choice_taken(uint32_t *ret_count)
{
    *ret_count = SIM_HISTORY->choice_count;
    return SIM_HISTORY->choices;
}

uint32_t sim_choice_unmet(void)
{
    return SIM_HISTORY->choice_unmet;
}

uint32_t sim_choice_unreached(void)
{
    return SIM_HISTORY->script_left;
}
