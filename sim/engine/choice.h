/*
 * Every free choice of a run is drawn here, by name, through one of three
 * backers: a sampler, a byte string, or the choices of a schedule. Index 0 is
 * the default. What differs from it is kept as a schedule keeps it.
 */
#ifndef SIM_ENGINE_CHOICE_H
#define SIM_ENGINE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/limits.h"
#include "lastcall/schedule.h"

struct sim_choice_candidate {
    uint8_t action; /* enum lc_action */
    uint8_t target;
    uint16_t value;
    /* What it is about to do, for samplers: two that touch one object, one of
     * them writing, depend on each other. Of an event and of a thread that has
     * said nothing: SIM_OBJECT_ANY, which depends on all. */
    uint32_t object;
    uint8_t is_write;
    uint8_t parent; /* thread reference of who made it; LC_NONE: nobody */
    /* Within what its object stands for, one socket, lock or count; made by
     * sim_thing(). 0: none. To select by: dependence goes by the object. */
    uint16_t thing;
    uint8_t slot; /* of the thread; SIM_NO_SLOT: an event */
    uint8_t zero[3];
};

#define SIM_OBJECT_ANY 0U
#define SIM_NO_SLOT    0xffU
/* Set in the number of an object that is a lock, where the threads say so. */
#define SIM_OBJECT_IS_LOCK 0x80000000U

enum sim_thing_kind {
    SIM_THING_SOCKET = 1,
    SIM_THING_LOCK = 2,
    SIM_THING_COUNT = 3 /* of starts */
};

/** One thing of a process, by its number; those of equal low bits are one. Fits
 * 16 bits, but is handed on in 32: what lies on a stack is part of a state, and
 * a register has nothing undefined in it then. */
static inline uint32_t sim_thing(
    enum sim_thing_kind kind,
    uint32_t process,
    uint64_t number)
{
    return (
        uint16_t)((uint32_t)kind << 14 | (process & 3) << 12 | (uint32_t)(number & 0xfff));
}

_Static_assert(LC_PROCESSES_MAX <= 4, "a process fits two bits");

static inline enum sim_thing_kind sim_thing_kind_of(uint16_t thing)
{
    return (enum sim_thing_kind)(thing >> 14);
}

/* The occurrence of a pass that has no name: it is no choice, but takes the
 * default. Two passes of one name would take one choice of a schedule. */
#define SIM_UNNAMED UINT16_MAX

_Static_assert(LC_PASSES_MAX < SIM_UNNAMED, "a name is none");

struct sim_choice_point {
    /* Where: the first eight bytes are set, the action is not. */
    struct lc_choice where;
    /* What can be taken, the default first. NULL for LC_ACTION_VALUE, whose
     * candidates are the numbers below count. */
    const struct sim_choice_candidate *candidates;
    uint32_t count; /* 2 or more; 1 for a backer that sees all */
};

/* Picks an index below point->count. Must be a function of what it was shown
 * since the run began. */
typedef uint32_t sim_choice_fn(
    void *context,
    const struct sim_choice_point *point);

struct sim_backer {
    sim_choice_fn *choose; /* NULL: the schedule's choices only */
    void *context;
    /* Whether it is also shown points at which nothing is to be chosen, with
     * one candidate: who goes next is always told then. */
    bool sees_all;
};

/* A backer that draws from a byte string: one byte a choice, modulo the count;
 * when it is used up, the default. */
struct sim_choice_bytes {
    const uint8_t *bytes;
    size_t size_bytes;
    size_t at;
};

/** Draws from the bytes. Context: struct sim_choice_bytes. */
uint32_t sim_choice_from_bytes(
    void *context,
    const struct sim_choice_point *point);

/** Takes the schedule's choices for the coming run. Borrowed for the run. */
void sim_choice_begin(
    const struct lc_choice *choices,
    uint32_t count,
    const struct sim_backer *backer);

/** Draws an index for a point and keeps it when it is not the default. */
uint32_t sim_choice_draw(const struct sim_choice_point *point);

/**
 * Keeps an index that somebody else has drawn.
 *
 * Returns: the index, or the default where there is no room to keep it.
 */
uint32_t sim_choice_keep(const struct sim_choice_point *point, uint32_t index);

/**
 * Draws a number from 0 to max, named by the place where the running thread
 * stands.
 */
uint32_t sim_choice_upto(
    enum lc_stream stream,
    struct lc_place place,
    uint32_t max);

/**
 * Draws how the running thread's call fails, from 0 to max, 0: it does not.
 * Named by the place that it has passed last.
 */
uint32_t sim_choice_fail(struct lc_place place, uint32_t max);

/**
 * Draws how late a packet is, from 0 to max, named by connection and segment.
 * Also in event handlers, where no thread is running.
 */
uint32_t sim_choice_packet(uint32_t connection, uint32_t segment, uint32_t max);

/** Whether no choice can differ from the default any more. */
bool sim_choice_exhausted(void);

/** The choices of the run that differ from the default, in order. */
const struct lc_choice *sim_choice_taken(uint32_t *ret_count);

/** Choices of the schedule that named something that was not enabled. */
uint32_t sim_choice_unmet(void);

/** Choices of the schedule whose place the run has not come to. */
uint32_t sim_choice_unreached(void);

#endif
