/*
 * What a micro-program is made of, and how its threads touch what they share.
 * For files of sim/program only.
 */
#ifndef SIM_PROGRAM_STATE_H
#define SIM_PROGRAM_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/arena.h"
#include "sim/engine/choice.h"
#include "sim/engine/thread.h"

enum sim_program_limits {
    SIM_PROGRAM_THREADS_MAX = SIM_SLOTS_MAX,
    SIM_PROGRAM_WORDS_MAX = 72, /* shared */
    SIM_PROGRAM_KINDS_MAX = 4,  /* of threads */
    SIM_PROGRAM_ENDED = 0xffff, /* number of the event behind the last */
    /* Of threads themselves, for spawn and join: above those of words. */
    SIM_PROGRAM_OBJECT_THREAD = 0x1000
};

/* A thread's own part of the state: its next event and its variables. Which
 * program uses which as what stands there. */
struct sim_program_thread {
    uint16_t event; /* 0: not spawned, 1: its first, SIM_PROGRAM_ENDED */
    int16_t r;      /* what was loaded last */
    int16_t x;
    int16_t y;
    int16_t i; /* a count */
    int16_t t;
};

struct sim_program_state {
    const struct sim_program *program;
    uint32_t thread_count;
    uint32_t is_failed; /* an assertion did not hold */
    uint32_t is_cut;    /* main has returned */
    uint32_t zero;
    /* 1 while a thread has not ended: the gates of those that join it. Follows
     * from the threads, and so goes into no key. */
    uint32_t unended[SIM_PROGRAM_THREADS_MAX];
    int32_t words[SIM_PROGRAM_WORDS_MAX];
    struct sim_program_thread threads[SIM_PROGRAM_THREADS_MAX];
};

#define SIM_PROGRAM \
    ((struct sim_program_state *)sim_arena_part(SIM_PART_PROGRAM))

_Static_assert(
    sizeof(struct sim_program_state) <= SIM_ARENA_PART_BYTES,
    "a program fits its part");

/* A thread's code. `index` is its number: main is 0. */
typedef void sim_program_body(struct sim_program_thread *me, uint32_t index);

/* What a thread does first. */
enum sim_program_first {
    SIM_PROGRAM_LOADS = 0,
    SIM_PROGRAM_STORES = 1,
    SIM_PROGRAM_LOCKS = 2
};

struct sim_program_kind {
    sim_program_body *body; /* NULL: it does nothing and has ended at once */
    uint32_t count;         /* of its threads */
    uint8_t first_word;     /* that its first event touches */
    uint8_t first;          /* enum sim_program_first */
};

struct sim_program {
    const char *name;
    struct sim_program_kind kinds[SIM_PROGRAM_KINDS_MAX]; /* in order */
    uint32_t word_count;
    void (*prepare)(int32_t *words); /* NULL: all words are 0 */
    /* What main does between spawning and joining; NULL: nothing. */
    sim_program_body *main_body;
    sim_program_body *main_last; /* what it does after joining; NULL: nothing */
    bool exits;     /* main returns without joining, which ends the run */
    bool deadlocks; /* the bug is a deadlock; else a failed assertion */
    bool is_fixed;  /* has no bug */
};

/* ---- Events ---- */

static inline uint32_t sim_program_object(uint32_t word)
{
    return word + 1; /* 0 is SIM_OBJECT_ANY */
}

static inline uint32_t sim_program_lock_object(uint32_t word)
{
    return SIM_OBJECT_IS_LOCK | sim_program_object(word);
}

/* Gives way before the thread's event of that number. Its first one is what it
 * was spawned for. */
static inline void sim_program_event(
    struct sim_program_thread *me,
    uint16_t event,
    const struct sim_thread_step *step)
{
    me->event = event;
    sim_thread_step(
        (struct lc_place){ .kind = LC_PLACE_SHIM, .module = LC_MODULE_APP },
        step);
}

/* NOLINTBEGIN(bugprone-easily-swappable-parameters): event, word, value */
static inline void sim_program_touch(
    struct sim_program_thread *me,
    uint16_t event,
    uint32_t word,
    bool is_write)
{
    LC_CHECK(word < SIM_PROGRAM_WORDS_MAX);
    sim_program_event(
        me,
        event,
        &(struct sim_thread_step){
            .object = sim_program_object(word),
            .is_write = is_write,
        });
}

static inline int16_t sim_program_load(
    struct sim_program_thread *me,
    uint16_t event,
    uint32_t word)
{
    sim_program_touch(me, event, word, false);
    return (int16_t)SIM_PROGRAM->words[word];
}

static inline void sim_program_store(
    struct sim_program_thread *me,
    uint16_t event,
    uint32_t word,
    int32_t value)
{
    sim_program_touch(me, event, word, true);
    SIM_PROGRAM->words[word] = value;
}

/* One event. Returns: the value after it. */
static inline int16_t sim_program_add(
    struct sim_program_thread *me,
    uint16_t event,
    uint32_t word,
    int32_t value)
{
    sim_program_touch(me, event, word, true);
    SIM_PROGRAM->words[word] += value;
    return (int16_t)SIM_PROGRAM->words[word];
}

/* A word is a lock: 0 free, 1 held. The thread is not enabled while it is
 * held. */
static inline void sim_program_lock(
    struct sim_program_thread *me,
    uint16_t event,
    uint32_t word)
{
    LC_CHECK(word < SIM_PROGRAM_WORDS_MAX);
    sim_program_event(
        me,
        event,
        &(struct sim_thread_step){
            .object = sim_program_lock_object(word),
            .is_write = true,
            .gate = (const uint32_t *)&SIM_PROGRAM->words[word],
        });
    LC_CHECK(SIM_PROGRAM->words[word] == 0);
    SIM_PROGRAM->words[word] = 1;
}

static inline void sim_program_unlock(
    struct sim_program_thread *me,
    uint16_t event,
    uint32_t word)
{
    LC_CHECK(word < SIM_PROGRAM_WORDS_MAX);
    sim_program_event(
        me,
        event,
        &(struct sim_thread_step){
            .object = sim_program_lock_object(word),
            .is_write = true,
        });
    LC_CHECK(SIM_PROGRAM->words[word] == 1);
    SIM_PROGRAM->words[word] = 0;
}

/* NOLINTEND(bugprone-easily-swappable-parameters) */

/** An assertion of the program: ends the run where it fails. No event. */
static inline void sim_program_assert(bool holds)
{
    if (LC_UNLIKELY(!holds)) {
        SIM_PROGRAM->is_failed = 1;
        sim_thread_end_run(LC_END_STOPPED);
    }
}

/* ---- The programs, by file; behind the last one without a name ---- */

extern const struct sim_program sim_program_orders[];    /* orders.c */
extern const struct sim_program sim_program_locks[];     /* locks.c */
extern const struct sim_program sim_program_buffers[];   /* buffers.c */
extern const struct sim_program sim_program_safestack[]; /* safestack.c */
extern const struct sim_program sim_program_life[];      /* life.c */

#endif
