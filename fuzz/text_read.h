/*
 * Inside of the reader of schedules: lines, words and values, and how an error
 * is told. Only fuzz/text_*.c include it; the door is fuzz/text.h.
 *
 * A function that returns bool says whether all went well. Where it did not,
 * the error is set, and the reader is of no more use.
 */
#ifndef FUZZ_TEXT_READ_H
#define FUZZ_TEXT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

#include "fuzz/text.h"

enum fuzz_text_read_limits {
    FUZZ_TEXT_WORDS_MAX = 16, /* of a line */
    FUZZ_TEXT_LINE_MAX = 600, /* bytes of a line without its end */
    FUZZ_TEXT_QUOTE_MAX = 40  /* bytes of a word in a message */
};

_Static_assert(
    FUZZ_TEXT_LINE_MAX > 2 * LC_PATH_MAX + LC_NAME_MAX,
    "the longest line that is printed can be read");

enum fuzz_text_section {
    FUZZ_TEXT_NONE = 0, /* behind the first line */
    FUZZ_TEXT_WORLD = 1,
    FUZZ_TEXT_PROCESS = 2,
    FUZZ_TEXT_CHOICES = 3,
    FUZZ_TEXT_EXPECT = 4
};

enum fuzz_text_line {
    FUZZ_TEXT_LINE = 0, /* there is one, with a word or more */
    FUZZ_TEXT_END = 1,
    FUZZ_TEXT_ERROR = 2
};

struct fuzz_text_word {
    const char *at; /* in the text */
    size_t length;
    uint32_t column; /* from 1 */
};

/* A thread that a call names: it may come later. */
struct fuzz_text_target {
    char name[LC_NAME_MAX];
    uint32_t line;
    uint32_t column;
};

struct fuzz_text_reader {
    const char *text;
    size_t size_bytes;
    size_t at;     /* of the next line */
    uint32_t line; /* from 1, of the words */
    struct fuzz_text_word words[FUZZ_TEXT_WORDS_MAX];
    uint32_t count;
    uint32_t end_column; /* behind the last word */
    enum fuzz_text_section section;
    bool has_providers;      /* the world names its own */
    bool has_chains;         /* the same */
    bool has_pins;           /* or versions of a provider */
    uint32_t world_seen;     /* a bit for each line that may stand once */
    struct lc_schedule work; /* what was read so far */
    /* A call that names a thread has the place here as its value, until all
     * threads are known. */
    struct fuzz_text_target targets[LC_OPS_MAX];
    uint32_t target_count;
    struct fuzz_text_error *error;
};

/**
 * Sets the error.
 *
 * @param column  from 1, in the reader's line.
 * @param format  as for printf; the result is one line.
 *
 * Returns: false, always.
 */
LC_PRINTF(3, 4)

bool fuzz_text_read_fail(
    struct fuzz_text_reader *reader,
    uint32_t column,
    const char *format,
    ...);

/** Fails at a word: MESSAGE "WORD". Returns false. */
bool fuzz_text_read_refuse(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const char *message);

/**
 * Fails at a word, or at the end of the line where there is none: WHAT is
 * expected, not "WORD". Returns false.
 */
bool fuzz_text_read_miss(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const char *what);

/** Reads the next line that has words. */
LC_MUST_USE enum fuzz_text_line fuzz_text_read_line(
    struct fuzz_text_reader *reader);

/** Whether the line has such a word at that place. Sets no error. */
bool fuzz_text_read_is(
    const struct fuzz_text_reader *reader,
    uint32_t index,
    const char *word);

/** The line has so many words and no more. */
LC_MUST_USE bool fuzz_text_read_end(
    struct fuzz_text_reader *reader,
    uint32_t count);

/** A name. @param ret_name  filled; LC_NAME_MAX bytes, zeros behind it. */
LC_MUST_USE bool fuzz_text_read_name(
    struct fuzz_text_reader *reader,
    uint32_t index,
    char *ret_name);

/** A decimal number from low to high. */
LC_MUST_USE bool fuzz_text_read_u32(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t low,
    uint32_t high,
    uint32_t *ret_number);

/**
 * A number with a unit, such as 20ms.
 *
 * @param units  borrowed; each a thousand times the one before.
 * @param high   in the first unit.
 */
LC_MUST_USE bool fuzz_text_read_unit(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const char *const units[4],
    uint64_t high,
    uint64_t *ret_number);

/** Two numbers with a dot between them. @param example  for the message. */
LC_MUST_USE bool fuzz_text_read_pair(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const char *example,
    uint32_t ret_pair[2]);

/** A version, MAJOR.MINOR: its word has the major number in the low byte. */
LC_MUST_USE bool fuzz_text_read_version(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t *ret_version);

/** A quoted path. @param ret_path  filled; LC_PATH_MAX bytes. */
LC_MUST_USE bool fuzz_text_read_path(
    struct fuzz_text_reader *reader,
    uint32_t index,
    char *ret_path);

/**
 * Decimal digits at the beginning of some bytes.
 *
 * @param ret_number  filled; UINT64_MAX when the number is larger.
 *
 * Returns: how many digits there are.
 */
size_t fuzz_text_read_digits(
    const char *text,
    size_t length,
    uint64_t *ret_number);

/** The word of a feature, enum lc_feature, or of a call. */
const char *fuzz_text_feature(uint32_t feature);

/* The sections; each reads the line that the reader holds. */

/** A line that says how the schedule was made. */
LC_MUST_USE bool fuzz_text_swarm_line(struct fuzz_text_reader *reader);

/** A line of the world. */
LC_MUST_USE bool fuzz_text_world_line(struct fuzz_text_reader *reader);

/** `process NAME`. */
LC_MUST_USE bool fuzz_text_program_process(struct fuzz_text_reader *reader);

/** `thread NAME`. */
LC_MUST_USE bool fuzz_text_program_thread(struct fuzz_text_reader *reader);

/** A call. */
LC_MUST_USE bool fuzz_text_program_call(struct fuzz_text_reader *reader);

/** There is a process, and each has threads with calls. */
LC_MUST_USE bool fuzz_text_program_end(struct fuzz_text_reader *reader);

/** A line of the choices. */
LC_MUST_USE bool fuzz_text_choice_line(struct fuzz_text_reader *reader);

#endif
