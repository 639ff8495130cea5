/*
 * Schedules as text. The grammar is docs/FORMATS.md. Printing a schedule and
 * parsing the result gives the same schedule; parsing a text, printing and
 * parsing again gives the same text from the second printing on.
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
    FUZZ_TEXT_ERROR_BYTES = 200
};

/* What is wrong with a text, and where. */
struct fuzz_text_error {
    uint32_t line;                       /* from 1 */
    uint32_t column;                     /* from 1, in bytes */
    char message[FUZZ_TEXT_ERROR_BYTES]; /* names the word */
};

/**
 * Reads a schedule.
 *
 * @param text          borrowed; size_bytes bytes, any bytes at all.
 * @param ret_schedule  filled when the text is good.
 * @param ret_error     filled when it is not.
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
 * @param buffer    filled; with a zero byte behind the text.
 * @param capacity  bytes of it; FUZZ_TEXT_SIZE_MAX is always enough.
 *
 * Returns: bytes of the text without the zero byte, or 0 when it does not fit.
 */
size_t fuzz_text_print(
    const struct lc_schedule *schedule,
    char *buffer,
    size_t capacity);

/**
 * Writes one call as it stands in a schedule, without indentation.
 *
 * Returns: bytes written, without the zero byte.
 */
size_t fuzz_text_print_op(
    const struct lc_schedule *schedule,
    const struct lc_op *op,
    char *buffer,
    size_t capacity);

/** Name of a module (enum lc_module) in a world. */
const char *fuzz_text_module(const struct lc_world *world, uint32_t module);

/**
 * Writes the name of a thread reference: a thread's, or PROCESS.workerN.
 *
 * @param buffer  filled; 2 * LC_NAME_MAX bytes.
 */
void fuzz_text_thread(
    const struct lc_schedule *schedule,
    uint8_t ref,
    char *buffer);

#endif
