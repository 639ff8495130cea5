/*
 * The calls that an application makes, as schedules say them: one row for each,
 * which the text forms, the generator, the mutator and the repair of schedules
 * all go by. A call that has a row can be read, printed, drawn and repaired.
 */
#ifndef FUZZ_CALL_H
#define FUZZ_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/schedule.h"

#include "fuzz/rng.h"

enum fuzz_argument_kind {
    FUZZ_ARGUMENT_NONE = 0,
    FUZZ_ARGUMENT_NUMBER = 1,   /* 0 to max */
    FUZZ_ARGUMENT_WORD = 2,     /* one of words: its index */
    FUZZ_ARGUMENT_VERSION = 3,  /* MAJOR.MINOR: the minor in the high byte */
    FUZZ_ARGUMENT_FLAG = 4,     /* its one word, or nothing: 1 or 0 */
    FUZZ_ARGUMENT_PROVIDER = 5, /* its index in the world */
    FUZZ_ARGUMENT_THREAD = 6,   /* another one of the process, by its index */
    FUZZ_ARGUMENT_EVENTS = 7,   /* e1,e2: a bit for each event, one or more */
    FUZZ_ARGUMENT_TRIPLET = 8,  /* FAMILY TYPE PROTOCOL; 0: stream */
    FUZZ_ARGUMENT_MASK = 9,     /* a bit for each of words, or none */
    FUZZ_ARGUMENT_SOCKETS = 10  /* s,t: a bit for each socket variable, one or
                                   more */
};

/* An argument of a call, behind the socket. */
struct fuzz_argument {
    uint8_t kind;          /* enum fuzz_argument_kind */
    uint8_t pick_count;    /* of picks; 0: any number may be drawn */
    uint32_t max;          /* the largest value there is */
    uint32_t drawn_max;    /* the largest that is drawn */
    uint32_t small_max;    /* half of what is drawn is not above; 0: no */
    const uint32_t *picks; /* values that are worth a try */
    /* FUZZ_ARGUMENT_WORD: max + 1; FLAG: 1; MASK: one for each bit up to the
     * highest of max, NULL where max has none, and the one for 0 behind them,
     * NULL: 1 stands for that. */
    const char *const *words;
};

enum fuzz_call_limits {
    FUZZ_CALL_ARGUMENTS = 3, /* lc_op.value, lc_op.value2 and lc_op.entry */
    FUZZ_CALLS_APART = 14    /* calls that are drawn apart */
};

struct fuzz_call {
    const char *word;      /* in a schedule; one for each call */
    const char *function;  /* that the application calls */
    bool has_socket;       /* its first argument is a socket variable */
    bool has_entry;        /* it names an entry of the catalog, hidden or not */
    bool sets_socket;      /* written NAME = ..., and NAME is a variable */
    bool has_listener;     /* value2 is a socket variable, too: the first
                             argument of a call that sets one */
    bool is_rare;          /* drawn less often than others, in few swarms */
    bool is_hostile;       /* it stands in hostile worlds only */
    bool is_of_names;      /* drawn only where there is a name-space DLL */
    bool is_of_overlapped; /* drawn only where overlapped sends are */
    bool is_apart;         /* not drawn as one of all */
    uint8_t one_in;        /* so often less it is drawn than others; 0: no */
    struct fuzz_argument arguments[FUZZ_CALL_ARGUMENTS];
};

/**
 * The row of a call.
 *
 * @param call  enum lc_call, below LC_CALL_COUNT.
 *
 * Returns: never NULL, constant.
 */
const struct fuzz_call *fuzz_call(uint32_t call);

/**
 * Finds a call by its word.
 *
 * @param text      borrowed; length bytes, no end needed, not NULL.
 * @param ret_call  filled when it returns true.
 */
bool fuzz_call_find(const char *text, size_t length, uint32_t *ret_call);

/** The word of a mask for 0, or NULL. */
const char *fuzz_call_none(const struct fuzz_argument *argument);

/**
 * Brings a value into the range of an argument: a number that is too large
 * becomes the largest, another one goes round.
 */
uint32_t fuzz_call_repair(const struct fuzz_argument *argument, uint32_t value);

/** Draws a value of an argument. 0 when there is none. */
uint32_t fuzz_call_draw(
    const struct fuzz_argument *argument,
    struct fuzz_rng *rng);

/** Draws all arguments of an op's call behind the socket. What is a catalog
 * entry stays. */
void fuzz_call_draw_all(struct lc_op *op, struct fuzz_rng *rng);

#endif
