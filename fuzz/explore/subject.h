/*
 * What is explored: a schedule with the model that judges it, or a
 * micro-program. One exploration at a time: the simulator is one.
 */
#ifndef FUZZ_EXPLORE_SUBJECT_H
#define FUZZ_EXPLORE_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"
#include "lastcall/verdict.h"

#include "model/model.h"
#include "sim/program/program.h"
#include "sim/sim.h"

/* How a run has ended. */
enum fuzz_subject_end {
    FUZZ_SUBJECT_HELD = 0,
    FUZZ_SUBJECT_BROKEN = 1,
    FUZZ_SUBJECT_UNSPECIFIED = 2 /* says nothing */
};

/* Numbers that a step draws, besides who goes: how late packets are, which
 * handle values are given out, and what fails. */
enum fuzz_subject_values_limits {
    FUZZ_SUBJECT_VALUES_MAX = 21, /* that can be set in one step */
    FUZZ_SUBJECT_VALUE_BITS = 3   /* of each */
};

/* What a step has drawn that is no default, as it was drawn: of one that ends
 * the process nothing else is left. */
struct fuzz_subject_drawn {
    uint32_t count;
    struct lc_choice choices[FUZZ_SUBJECT_VALUES_MAX];
};

struct fuzz_subject_values {
    /* Before a step: what it is to draw, the first number lowest, three bits
     * each. Zeros are the defaults. */
    uint64_t set;
    /* After it: how many it has drawn, and the largest that each could be. */
    uint32_t count;
    bool is_cut; /* it drew more, or without a name: those were defaults */
    uint64_t last;
    struct fuzz_subject_drawn *drawn; /* filled; NULL: nobody looks */
};

/** Whether the order of two steps does not matter; see traces.h. */
typedef bool fuzz_independent_fn(
    const struct sim_choice_candidate *one,
    const struct sim_choice_candidate *other);

struct fuzz_subject {
    void *context;
    /* Starts a run whose decisions are taken from outside. */
    enum sim_status (*begin)(void *context, struct sim_error *ret_error);
    /* The end of a run that nothing is enabled in any more. */
    enum fuzz_subject_end (*finish)(void *context, enum lc_end end);
    /* Key of the state between two decisions. */
    struct sim_state_key (*key)(void *context);
    /* The same in pieces, see sim_key_split(). NULL: it has none. */
    bool (*split)(void *context, uint32_t went, struct sim_key_pieces *pieces);
    /* Snapshots. */
    size_t (*size)(void *context);
    size_t (*save)(void *context, void *buffer, size_t capacity);
    void (*load)(void *context, const void *buffer);
    /* NULL: a step draws nothing, all are defaults. */
    struct fuzz_subject_values *values;
    /* What the run so far was warned of. NULL: nothing judges it. */
    const struct model_warned *warned;
    /* NULL: not all that a step touches is known. */
    fuzz_independent_fn *are_independent;
    uint32_t slots; /* of threads; 0: not known before */
};

/* A schedule and its model. Large; one at a time. Begins as zeros. */
struct fuzz_subject_schedule {
    const struct lc_schedule *schedule; /* borrowed; its choices are left out */
    struct model_options options;       /* set by the user */
    bool has_values; /* set by the user: numbers that are drawn, too */
    /* Set by the user: so many faults at most, of those that the world allows,
     * wherever they can happen. 0: none. */
    uint32_t fault_max;
    /* The rest is the subject's own. */
    struct model fresh;
    struct model model;
    struct lc_record last; /* the record that decided, or the last one */
    struct sim_result result;
    unsigned char key_bytes[sizeof(struct model)];
    struct fuzz_subject_values values;
};

/* A micro-program. */
struct fuzz_subject_program {
    const struct sim_program *program;
    enum sim_program_outcome outcome; /* of the last run that ended */
};

/** A subject of a micro-program. The context is borrowed. */
struct fuzz_subject fuzz_subject_of_program(
    struct fuzz_subject_program *context);

/** A subject of a schedule. The context is borrowed. */
struct fuzz_subject fuzz_subject_of_schedule(
    struct fuzz_subject_schedule *context);

#endif
