#include "fuzz/text_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/schedule.h"

bool fuzz_text_read_fail(
    struct fuzz_text_reader *reader,
    uint32_t column,
    const char *format,
    ...)
{
    LC_CHECK(column >= 1);
    LC_CHECK(reader->error->line == 0); /* there is one error */
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(
        reader->error->message,
        FUZZ_TEXT_ERROR_BYTES,
        format,
        arguments);
    va_end(arguments);
    reader->error->line = reader->line;
    reader->error->column = column;
    return false;
}

/* How much of a word a message shows: no half of a character. */
static int shown(const struct fuzz_text_word *word)
{
    size_t length = word->length;
    if (length > FUZZ_TEXT_QUOTE_MAX) {
        length = FUZZ_TEXT_QUOTE_MAX;
        while (length > 0 && ((unsigned char)word->at[length] & 0xc0) == 0x80) {
            length--;
        }
    }
    LC_CHECK(length > 0);
    LC_CHECK(length <= FUZZ_TEXT_QUOTE_MAX);
    return (int)length;
}

bool fuzz_text_read_refuse(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const char *message)
{
    LC_CHECK(index < reader->count);
    const struct fuzz_text_word *word = &reader->words[index];
    return fuzz_text_read_fail(
        reader,
        word->column,
        "%s \"%.*s\"",
        message,
        shown(word),
        word->at);
}

bool fuzz_text_read_miss(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const char *what)
{
    LC_CHECK(reader->count > 0);
    if (index >= reader->count) {
        return fuzz_text_read_fail(
            reader,
            reader->end_column,
            "%s is expected, but the line ends",
            what);
    }
    const struct fuzz_text_word *word = &reader->words[index];
    return fuzz_text_read_fail(
        reader,
        word->column,
        "%s is expected, not \"%.*s\"",
        what,
        shown(word),
        word->at);
}

/* ---- Lines ---- */

/* Length of the UTF-8 sequence that begins here, or 0 when it is none: not
 * the shortest form of its character, a surrogate, or beyond U+10FFFF. */
static size_t utf8_length(const char *text, size_t left)
{
    LC_CHECK(left > 0);
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80) {
        return 1;
    }
    size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                    : first >= 0xe0 && first <= 0xef ? 3
                    : first >= 0xf0 && first <= 0xf4 ? 4
                                                     : 0;
    if (length == 0 || length > left) {
        return 0;
    }
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)text[i];
        if (next < low || next > high) {
            return 0;
        }
        low = 0x80;
        high = 0xbf;
    }
    return length;
}

static bool check_bytes(
    struct fuzz_text_reader *reader,
    const char *line,
    size_t length)
{
    LC_CHECK(length <= FUZZ_TEXT_LINE_MAX);
    for (size_t i = 0; i < length;) {
        uint32_t column = (uint32_t)i + 1;
        if (line[i] == '\0') {
            return fuzz_text_read_fail(reader, column, "a zero byte");
        }
        size_t step = utf8_length(line + i, length - i);
        if (step == 0) {
            return fuzz_text_read_fail(reader, column, "not UTF-8");
        }
        bool is_control = (unsigned char)line[i] < 0x20 && line[i] != '\t';
        if (is_control || line[i] == 0x7f) {
            return fuzz_text_read_fail(reader, column, "a control character");
        }
        i += step;
    }
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A comment begins with '#' where a word could begin. Among the choices #2
 * is a number, except at the beginning of a line. */
static bool is_comment(
    const struct fuzz_text_reader *reader,
    const char *line,
    size_t length,
    size_t at)
{
    LC_CHECK(at < length);
    if (line[at] != '#') {
        return false;
    }
    bool is_number = reader->section == FUZZ_TEXT_CHOICES &&
                     reader->count > 0 && at + 1 < length &&
                     is_digit(line[at + 1]);
    return !is_number;
}

/* Where the word that begins at `at` ends. A quote may hold spaces. Returns
 * false when it has no end. */
static bool find_word_end(
    const char *line,
    size_t length,
    size_t at,
    size_t *ret_end)
{
    LC_CHECK(at < length);
    if (line[at] == '"') {
        at++;
        while (at < length && line[at] != '"') {
            at += line[at] == '\\' && at + 1 < length ? 2 : 1;
        }
        if (at >= length) {
            return false;
        }
        at++;
    }
    while (at < length && !is_space(line[at])) {
        at++;
    }
    LC_CHECK(at <= length);
    *ret_end = at;
    return true;
}

static bool split_words(
    struct fuzz_text_reader *reader,
    const char *line,
    size_t length)
{
    size_t at = 0;
    reader->count = 0;
    for (;;) {
        while (at < length && is_space(line[at])) {
            at++;
        }
        if (at == length || is_comment(reader, line, length, at)) {
            return true;
        }
        uint32_t column = (uint32_t)at + 1;
        if (reader->count == FUZZ_TEXT_WORDS_MAX) {
            return fuzz_text_read_fail(
                reader,
                column,
                "more than %d words on a line",
                FUZZ_TEXT_WORDS_MAX);
        }
        size_t end;
        if (!find_word_end(line, length, at, &end)) {
            return fuzz_text_read_fail(reader, column, "the quote has no end");
        }
        reader->words[reader->count] = (struct fuzz_text_word){
            .at = line + at,
            .length = end - at,
            .column = column,
        };
        reader->count++;
        reader->end_column = (uint32_t)end + 1;
        at = end;
    }
}

/* Takes one line, which may have no words. */
static bool take_line(struct fuzz_text_reader *reader)
{
    const char *line = reader->text + reader->at;
    size_t left = reader->size_bytes - reader->at;
    LC_CHECK(left > 0);
    const char *end = memchr(line, '\n', left);
    size_t length = end == NULL ? left : (size_t)(end - line);
    reader->line++;
    reader->at += end == NULL ? length : length + 1;
    LC_CHECK(reader->at <= reader->size_bytes);
    if (end != NULL && length > 0 && line[length - 1] == '\r') {
        length--;
    }
    if (length > FUZZ_TEXT_LINE_MAX) {
        return fuzz_text_read_fail(
            reader,
            FUZZ_TEXT_LINE_MAX + 1,
            "the line is longer than %d bytes",
            FUZZ_TEXT_LINE_MAX);
    }
    if (!check_bytes(reader, line, length)) {
        return false;
    }
    if (end == NULL) {
        return fuzz_text_read_fail(
            reader,
            (uint32_t)length + 1,
            "cut off: the last line has no end");
    }
    return split_words(reader, line, length);
}

enum fuzz_text_line fuzz_text_read_line(struct fuzz_text_reader *reader)
{
    LC_CHECK(reader->at <= reader->size_bytes);
    while (reader->at < reader->size_bytes) {
        if (!take_line(reader)) {
            return FUZZ_TEXT_ERROR;
        }
        if (reader->count > 0) {
            return FUZZ_TEXT_LINE;
        }
    }
    reader->line++; /* what is missing is missing behind the last line */
    return FUZZ_TEXT_END;
}

/* ---- Words ---- */

bool fuzz_text_read_is(
    const struct fuzz_text_reader *reader,
    uint32_t index,
    const char *word)
{
    size_t length = strlen(word);
    LC_CHECK(length > 0);
    return index < reader->count && reader->words[index].length == length &&
           memcmp(reader->words[index].at, word, length) == 0;
}

bool fuzz_text_read_end(struct fuzz_text_reader *reader, uint32_t count)
{
    LC_CHECK(count > 0);
    LC_CHECK(reader->count >= count); /* each of them was read */
    return reader->count == count ||
           fuzz_text_read_refuse(reader, count, "more than is expected here:");
}

bool fuzz_text_read_name(
    struct fuzz_text_reader *reader,
    uint32_t index,
    char *ret_name)
{
    LC_CHECK(ret_name != NULL);
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "a name");
    }
    const struct fuzz_text_word *word = &reader->words[index];
    if (word->length >= LC_NAME_MAX) {
        return fuzz_text_read_refuse(
            reader,
            index,
            "the name is longer than 31 bytes:");
    }
    char name[LC_NAME_MAX] = { 0 };
    memcpy(name, word->at, word->length);
    if (!fuzz_schedule_is_name(name)) {
        return fuzz_text_read_miss(reader, index, "a name");
    }
    memcpy(ret_name, name, LC_NAME_MAX);
    return true;
}

size_t fuzz_text_read_digits(
    const char *text,
    size_t length,
    uint64_t *ret_number)
{
    LC_CHECK(text != NULL);
    uint64_t number = 0;
    size_t i = 0;
    for (; i < length && is_digit(text[i]); i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        bool fits = number <= (UINT64_MAX - digit) / 10;
        number = fits ? number * 10 + digit : UINT64_MAX;
    }
    LC_CHECK(i <= length);
    *ret_number = number;
    return i;
}

bool fuzz_text_read_u32(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t low,
    uint32_t high,
    uint32_t *ret_number)
{
    LC_CHECK(low <= high);
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "a number");
    }
    const struct fuzz_text_word *word = &reader->words[index];
    uint64_t number;
    if (fuzz_text_read_digits(word->at, word->length, &number) !=
        word->length) {
        return fuzz_text_read_miss(reader, index, "a number");
    }
    if (number < low || number > high) {
        return fuzz_text_read_fail(
            reader,
            word->column,
            "the number \"%.*s\" is not in %u to %u",
            shown(word),
            word->at,
            low,
            high);
    }
    *ret_number = (uint32_t)number;
    return true;
}

bool fuzz_text_read_unit(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const char *const units[4],
    uint64_t high,
    uint64_t *ret_number)
{
    LC_CHECK(high < UINT64_MAX);
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "a number with a unit");
    }
    const struct fuzz_text_word *word = &reader->words[index];
    uint64_t number;
    size_t used = fuzz_text_read_digits(word->at, word->length, &number);
    if (used == 0) {
        return fuzz_text_read_miss(reader, index, "a number with a unit");
    }
    uint64_t scale = 1;
    for (uint32_t i = 0; i < 4; i++, scale *= 1000) {
        if (strlen(units[i]) != word->length - used ||
            memcmp(units[i], word->at + used, word->length - used) != 0) {
            continue;
        }
        if (number > high / scale) {
            return fuzz_text_read_refuse(reader, index, "too large:");
        }
        *ret_number = number * scale;
        return true;
    }
    return fuzz_text_read_refuse(reader, index, "unknown unit in");
}

bool fuzz_text_read_pair(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const char *example,
    uint32_t ret_pair[2])
{
    LC_CHECK(example != NULL);
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, example);
    }
    const struct fuzz_text_word *word = &reader->words[index];
    uint64_t first;
    uint64_t second;
    size_t dot = fuzz_text_read_digits(word->at, word->length, &first);
    if (dot == 0 || dot == word->length || word->at[dot] != '.') {
        return fuzz_text_read_miss(reader, index, example);
    }
    size_t left = word->length - dot - 1;
    size_t used = fuzz_text_read_digits(word->at + dot + 1, left, &second);
    if (used == 0 || used != left || first > UINT32_MAX ||
        second > UINT32_MAX) {
        return fuzz_text_read_miss(reader, index, example);
    }
    ret_pair[0] = (uint32_t)first;
    ret_pair[1] = (uint32_t)second;
    return true;
}

bool fuzz_text_read_version(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t *ret_version)
{
    uint32_t pair[2] = { 0 };
    LC_CHECK(ret_version != NULL);
    if (!fuzz_text_read_pair(reader, index, "a version like 2.2", pair)) {
        return false;
    }
    if (pair[0] > UINT8_MAX || pair[1] > UINT8_MAX) {
        return fuzz_text_read_refuse(
            reader,
            index,
            "a number of a version is 255 at most:");
    }
    *ret_version = pair[1] << 8 | pair[0];
    return true;
}

bool fuzz_text_read_path(
    struct fuzz_text_reader *reader,
    uint32_t index,
    char *ret_path)
{
    LC_CHECK(ret_path != NULL);
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "a path in quotes");
    }
    const struct fuzz_text_word *word = &reader->words[index];
    if (word->length < 3 || word->at[0] != '"' ||
        word->at[word->length - 1] != '"') {
        return fuzz_text_read_miss(reader, index, "a path in quotes");
    }
    char path[LC_PATH_MAX] = { 0 };
    size_t length = 0;
    for (size_t i = 1; i + 1 < word->length; i++) {
        char c = word->at[i];
        if (c == '\\') {
            i++;
            c = word->at[i];
            if (i + 1 == word->length || (c != '\\' && c != '"')) {
                return fuzz_text_read_refuse(
                    reader,
                    index,
                    "only \\\\ and \\\" may follow a \\ in");
            }
        } else if (c == '"') {
            return fuzz_text_read_refuse(reader, index, "a quote inside");
        }
        if ((unsigned char)c < 0x20 || (unsigned char)c > 0x7e) {
            return fuzz_text_read_refuse(reader, index, "not an ASCII path:");
        }
        if (length + 1 == LC_PATH_MAX) {
            return fuzz_text_read_refuse(
                reader,
                index,
                "the path is longer than 255 bytes:");
        }
        path[length++] = c;
    }
    LC_CHECK(length > 0);
    LC_CHECK(length < LC_PATH_MAX);
    memcpy(ret_path, path, LC_PATH_MAX);
    return true;
}
