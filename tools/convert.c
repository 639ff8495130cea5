/*
 * lastcall convert: text to the compact form that fuzzers use, and back.
 */
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "tools/commands.h"
#include "tools/load.h"
#include "tools/option.h"
#include "tools/output.h"

static const char *out;

static const struct tool_option options[] = {
    { "-o", TOOL_TEXT, &out, "FILE", "where to; left out: standard output" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

static const struct tool_command command = {
    .name = "convert",
    .arguments = "SCHEDULE",
    .summary = "Turns text into the compact form, and the compact form into "
               "text.",
    .argument_count = 1,
    .argument_max = 1,
    .tables = { options },
};

int tool_convert(int argc, char **argv)
{
    static struct lc_schedule schedule;
    static uint8_t bytes[FUZZ_COMPACT_SIZE_MAX];
    const char *arguments[TOOL_ARGUMENTS_MAX];
    bool is_compact = false;
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    if (!tool_load_unplayed(arguments[0], &schedule, &is_compact)) {
        return TOOL_EXIT_USAGE;
    }
    bool is_saved;
    const char *path = out != NULL ? out : "-";
    if (is_compact) {
        is_saved = tool_load_save_text(path, &schedule);
    } else {
        size_t size_bytes = fuzz_compact_encode(&schedule, bytes, sizeof bytes);
        LC_CHECK(size_bytes > 0);
        is_saved = tool_load_save(path, bytes, size_bytes);
    }
    return is_saved ? TOOL_EXIT_HELD : TOOL_EXIT_USAGE;
}
