/*
 * Schedules as text. The grammar is docs/FORMATS.md. Printing a valid schedule
 * and parsing the result gives the same schedule; parsing a text and printing
 * gives the canonical form of that text, which printing leaves as it is.
 */
#ifndef FUZZ_TEXT_H
#define FUZZ_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

enum fuzz_text_limits {
    FUZZ_TEXT_SIZE_MAX = 1 << 20, /* bytes of a schedule's text */
    FUZZ_TEXT_ERROR_BYTES = 200,
    FUZZ_TEXT_CHOICE_BYTES = 256 /* of a choice's line */
};

/* What is wrong with a text, and where. */
struct fuzz_text_error {
    uint32_t line;                       /* from 1 */
    uint32_t column;                     /* from 1, in bytes */
    char message[FUZZ_TEXT_ERROR_BYTES]; /* one line; names the word */
};

/**
 * Reads a schedule.
 *
 * @param text          borrowed; size_bytes bytes, any bytes at all. May be
 *                      NULL when there are none.
 * @param size_bytes    beyond FUZZ_TEXT_SIZE_MAX the text is refused unread.
 * @param ret_schedule  filled when the text is good, otherwise untouched;
 *                      valid and canonical.
 * @param ret_error     filled when it is not, otherwise untouched.
 *
 * Returns: whether the text is a schedule.
 */
LC_MUST_USE bool fuzz_text_parse(
    const char *text,
    size_t size_bytes,
    struct lc_schedule *ret_schedule,
    struct fuzz_text_error *ret_error);

/**
 * Writes a valid schedule as text.
 *
 * @param schedule  borrowed; valid (fuzz_schedule_repair).
 * @param buffer    filled; with a zero byte behind the text.
 * @param capacity  bytes of it, 1 or more; FUZZ_TEXT_SIZE_MAX is always
 *                  enough.
 *
 * Returns: bytes of the text without the zero byte, or 0 when it does not fit.
 */
LC_MUST_USE size_t fuzz_text_print(
    const struct lc_schedule *schedule,
    char *buffer,
    size_t capacity);

/**
 * Writes one call as it stands in a schedule, without indentation.
 *
 * @param schedule  borrowed; has the names.
 * @param op        borrowed; a call of it.
 * @param buffer    filled; with a zero byte behind the text.
 * @param capacity  bytes of it, 1 or more; 128 are always enough.
 *
 * Returns: bytes written without the zero byte, or 0 when it does not fit.
 */
size_t fuzz_text_print_op(
    const struct lc_schedule *schedule,
    const struct lc_op *op,
    char *buffer,
    size_t capacity);

/**
 * Writes where a choice is made, as it stands in a schedule before the colon:
 * "a in 2 socket at SetEvent@filter #2".
 *
 * @param schedule  borrowed; has the names.
 * @param choice    borrowed; of a decision, not of a packet.
 * @param buffer    filled; with a zero byte behind the text.
 * @param capacity  bytes of it, 1 or more; FUZZ_TEXT_CHOICE_BYTES are always
 *                  enough.
 *
 * Returns: bytes written without the zero byte, or 0 when it does not fit.
 */
size_t fuzz_text_print_where(
    const struct lc_schedule *schedule,
    const struct lc_choice *choice,
    char *buffer,
    size_t capacity);

/** The same for what is chosen, behind the colon: "run b". */
size_t fuzz_text_print_action(
    const struct lc_schedule *schedule,
    const struct lc_choice *choice,
    char *buffer,
    size_t capacity);

/**
 * Name of a module in a world.
 *
 * @param module  enum lc_module, or more than that, which is the system's.
 *
 * Returns: the name; borrowed from the world for a provider.
 */
const char *fuzz_text_module(const struct lc_world *world, uint32_t module);

enum fuzz_text_limits_entry {
    FUZZ_TEXT_ENTRY_MAX = LC_NAME_MAX + 8
};

/** How an entry of the catalog is written: by the first layer of its chain, by
 * its base, or LAYER.layer for a layer's own. */
void fuzz_text_entry(
    const struct lc_world *world,
    uint32_t entry,
    char ret_text[FUZZ_TEXT_ENTRY_MAX]);

/** The word for a kind of faults; never freed. */
const char *fuzz_text_fail(enum lc_fail fail);

/**
 * Writes the name of a thread reference: a thread's, PROCESS.workerN, or "-"
 * for what is none.
 *
 * @param buffer  filled; 2 * LC_NAME_MAX bytes.
 */
void fuzz_text_thread(
    const struct lc_schedule *schedule,
    uint8_t ref,
    char *buffer);

#endif
