#include "tools/line.h"

#include <string.h>

#include "lastcall/check.h"

static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789%+,-./:=@_";

static const char *program = "lastcall";

static void add_bytes(struct tool_line *line, const char *bytes, size_t count)
{
    LC_CHECK(count < sizeof line->text - line->length_bytes);
    memcpy(line->text + line->length_bytes, bytes, count);
    line->length_bytes += count;
    line->text[line->length_bytes] = '\0';
}

void tool_line_add(struct tool_line *line, const char *text)
{
    add_bytes(line, text, strlen(text));
}

static void add_quoted(struct tool_line *line, const char *word)
{
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        tool_line_add(line, word);
        return;
    }
    tool_line_add(line, "'");
    const char *at = word;
    size_t length = strcspn(at, "'");
    while (at[length] != '\0') {
        add_bytes(line, at, length);
        tool_line_add(line, "'\\''");
        at += length + 1;
        length = strcspn(at, "'");
    }
    tool_line_add(line, at);
    tool_line_add(line, "'");
}

void tool_line_set_program(const char *program_name)
{
    program = program_name;
}

void tool_line_add_program(struct tool_line *line)
{
    add_quoted(line, program);
}

void tool_line_add_word(struct tool_line *line, const char *word)
{
    tool_line_add(line, " ");
    add_quoted(line, word);
}

void tool_line_add_path(struct tool_line *line, const char *path)
{
    if (path[0] == '-' && path[1] != '\0') {
        tool_line_add(line, " ./");
        add_quoted(line, path);
    } else {
        tool_line_add_word(line, path);
    }
}

bool tool_line_can_name(const char *path)
{
    static const char *const open_files[] = { "/dev/fd/", "/proc/self/fd/" };
    bool can_name = strcmp(path, "-") != 0 && strcmp(path, "/dev/stdin") != 0;
    for (size_t i = 0; i < LC_COUNT_OF(open_files); i++) {
        can_name = can_name &&
                   strncmp(path, open_files[i], strlen(open_files[i])) != 0;
    }
    return can_name;
}

void tool_line_add_option(
    struct tool_line *line,
    const char *name,
    const char *value)
{
    if (value != NULL) {
        tool_line_add_word(line, name);
        tool_line_add_word(line, value);
    }
}
