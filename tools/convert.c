/*
 * lastcall convert: a schedule as text or as bytes; each from the other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/compact.h"
#include "fuzz/text.h"
#include "tools/tool.h"

enum {
    OUTPUT = 1,
    TO
};

static const struct tool_option options[] = {
    { "to", "text|compact", "which form to write (the other one)", TO },
    { "output",
      "FILE",
      "where to write it (also -o); else standard output",
      OUTPUT },
    { NULL, NULL, NULL, 0 },
};

/* Whether a file holds the compact form. */
static bool is_compact(const char *path)
{
    uint8_t start[2] = { 0 };
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t got = fread(start, 1, sizeof start, file);
    (void)fclose(file);
    return fuzz_compact_is(start, got);
}

static int write_bytes(const char *output, const void *bytes, size_t size_bytes)
{
    if (output == NULL) {
        return fwrite(bytes, 1, size_bytes, stdout) == size_bytes
                   ? TOOL_HELD
                   : tool_usage("can't write the output");
    }
    FILE *file = fopen(output, "wb");
    bool is_good =
        file != NULL && fwrite(bytes, 1, size_bytes, file) == size_bytes;
    if (file != NULL) {
        is_good = fclose(file) == 0 && is_good;
    }
    return is_good ? TOOL_HELD : tool_usage("%s: can't be written", output);
}

static int convert_main(
    const struct tool_command *command,
    int argc,
    char **argv)
{
    static struct lc_schedule schedule;
    static char text[FUZZ_TEXT_SIZE_MAX];
    static uint8_t bytes[FUZZ_COMPACT_SIZE_MAX];
    const char *output = NULL;
    const char *to = NULL;
    struct tool_arguments arguments = { .command = command,
                                        .argc = argc,
                                        .argv = argv };
    int id;
    while ((id = tool_next(&arguments)) > 0) {
        if (id == OUTPUT) {
            output = arguments.value;
        } else {
            to = arguments.value;
        }
    }
    if (id < 0) {
        return TOOL_USAGE;
    }
    if (to != NULL && strcmp(to, "text") != 0 && strcmp(to, "compact") != 0) {
        return tool_usage("--to: \"%.40s\" is neither text nor compact", to);
    }
    if (arguments.first + 1 != argc) {
        return tool_usage("convert: one schedule is expected");
    }
    const char *path = argv[arguments.first];
    if (!tool_read_schedule(path, &schedule)) {
        return TOOL_USAGE;
    }
    bool is_to_text = to == NULL ? is_compact(path) : strcmp(to, "text") == 0;
    if (is_to_text) {
        size_t length = fuzz_text_print(&schedule, text, sizeof text);
        LC_CHECK(length > 0);
        return write_bytes(output, text, length);
    }
    size_t size_bytes = fuzz_compact_encode(&schedule, bytes, sizeof bytes);
    LC_CHECK(size_bytes > 0);
    return write_bytes(output, bytes, size_bytes);
}

const struct tool_command tool_convert_command = {
    .name = "convert",
    .usage = "[OPTION ...] SCHEDULE",
    .help = "turns a schedule's text into the compact form, and back",
    .options = options,
    .run = convert_main,
};
