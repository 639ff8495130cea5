/*
 * A walk through the orders of a micro-program, depth-first and by snapshots.
 * From which states it goes on is its user's to say.
 */
#ifndef TESTS_UNIT_PROGRAM_WALK_H
#define TESTS_UNIT_PROGRAM_WALK_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/program/program.h"
#include "sim/sim.h"
#include "tests/unit/framework.h"

enum {
    WALK_DEPTH_MAX = 512,
    WALK_SNAPSHOT_BYTES = 1 << 15
};

/* A state of the path, by the number of steps that lead there. */
static struct walk_frame {
    struct sim_decision decision;
    uint32_t next; /* candidate to take next */
    bool is_kept;  /* the snapshot is there */
    alignas(max_align_t) unsigned char snapshot[WALK_SNAPSHOT_BYTES];
} walk_frames[WALK_DEPTH_MAX];

/* The run has come to a state, or to its end. Returns whether the walk is to go
 * on from there; false at an end. Who takes steps of its own calls walk_keep()
 * before. */
typedef bool walk_arrive_fn(
    void *context,
    uint32_t depth,
    bool goes_on,
    enum lc_end end);

struct walker {
    void *context;
    walk_arrive_fn *arrive;
    /* All ways from a state were gone. NULL: nobody is told. */
    void (*leave)(void *context, uint32_t depth);
};

/* Keeps the state that the run is in, which was come to last. */
static inline void walk_keep(uint32_t depth)
{
    struct walk_frame *frame = &walk_frames[depth];
    if (!frame->is_kept) {
        (void)sim_save(frame->snapshot, sizeof frame->snapshot);
        frame->is_kept = true;
    }
}

/* Brings the run back to a state of the path. */
static inline void walk_back(uint32_t depth)
{
    struct walk_frame *frame = &walk_frames[depth];
    assert_true(frame->is_kept);
    sim_load(frame->snapshot);
    frame->decision.point.candidates = frame->decision.candidates;
}

/* The candidate that was taken last at a state of the path. */
static inline const struct sim_choice_candidate *walk_taken(uint32_t depth)
{
    const struct walk_frame *frame = &walk_frames[depth];
    assert_true(frame->next > 0);
    return &frame->decision.candidates[frame->next - 1];
}

static inline bool walk_arrive(const struct walker *walker, uint32_t depth)
{
    struct walk_frame *frame = &walk_frames[depth];
    enum lc_end end = LC_END_DONE;
    assert_true(depth < WALK_DEPTH_MAX);
    frame->next = 0;
    frame->is_kept = false;
    bool goes_on = sim_enabled(&frame->decision, &end);
    if (!walker->arrive(walker->context, depth, goes_on, end)) {
        return false;
    }
    assert_true(goes_on);
    walk_keep(depth);
    return true;
}

static inline void walk(
    const struct sim_program *program,
    const struct walker *walker)
{
    uint32_t count = 1; /* states of the path */
    sim_program_begin(program, NULL, true);
    assert_true(walk_arrive(walker, 0));
    while (count > 0) {
        struct walk_frame *frame = &walk_frames[count - 1];
        if (frame->next == frame->decision.point.count) {
            count--;
            if (walker->leave != NULL) {
                walker->leave(walker->context, count);
            }
            continue;
        }
        walk_back(count - 1);
        sim_take(&frame->decision, frame->next);
        frame->next++;
        if (walk_arrive(walker, count)) {
            count++;
        }
    }
}

#endif
