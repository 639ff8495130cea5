/*
 * A command line to be typed again: words that a shell takes apart as they
 * were given.
 */
#ifndef TOOLS_LINE_H
#define TOOLS_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum tool_line_limits {
    TOOL_LINE_BYTES = 1 << 18
};

/* Large: not for a stack. Begins as zeros. */
struct tool_line {
    char text[TOOL_LINE_BYTES];
    size_t length_bytes;
};

/**
 * How this program was called, so that its lines can be typed.
 *
 * @param program  borrowed for good.
 */
void tool_line_set_program(const char *program);

/** Adds how this program was called: "build/lastcall". */
void tool_line_add_program(struct tool_line *line);

/** Adds what needs no quoting, as it is: " run". */
void tool_line_add(struct tool_line *line, const char *text);

/** Adds a space and a word, in quotes where a shell would take it apart. */
void tool_line_add_word(struct tool_line *line, const char *word);

/** Adds a space and a path, which is not to look like an option. */
void tool_line_add_path(struct tool_line *line, const char *path);

/** Whether what a path named can be read again: not where it is standard
 * input, or another open file. */
bool tool_line_can_name(const char *path);

/** Adds an option with its value; NULL: nothing is added. */
void tool_line_add_option(
    struct tool_line *line,
    const char *name,
    const char *value);

#endif
