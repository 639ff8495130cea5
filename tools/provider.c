/*
 * lastcall provider: what a DLL imports and exports, and what the shim lacks.
 */
#include <stdio.h>
#include <string.h>

#include "tools/tool.h"

static const struct tool_option options[] = {
    { NULL, NULL, NULL, 0 },
};

struct counts {
    uint32_t served;
    uint32_t unserved;
    bool has_startup;
};

static void print_import(void *context, const struct sim_image_import *import)
{
    struct counts *counts = context;
    char ordinal[32];
    (void)snprintf(ordinal, sizeof ordinal, "#%u", import->ordinal);
    (void)printf(
        "import  %-16s %-32s %s\n",
        import->dll,
        import->name[0] == '\0' ? ordinal : import->name,
        import->is_served ? "served" : "NOT SERVED");
    counts->served += import->is_served;
    counts->unserved += !import->is_served;
}

static void print_export(void *context, const char *name, uint32_t rva)
{
    struct counts *counts = context;
    (void)printf("export  0x%08x       %s\n", rva, name);
    counts->has_startup |= strcmp(name, "WSPStartup") == 0;
}

static int provider_main(
    const struct tool_command *command,
    int argc,
    char **argv)
{
    struct counts counts = { 0 };
    struct sim_error error;
    struct tool_arguments arguments = { .command = command,
                                        .argc = argc,
                                        .argv = argv };
    int id = tool_next(&arguments);
    if (id < 0) {
        return TOOL_USAGE;
    }
    if (arguments.first + 1 != argc) {
        return tool_usage("provider: one file is expected");
    }
    if (!tool_open()) {
        return TOOL_USAGE;
    }
    struct sim_image_visitor visitor = {
        .on_import = print_import,
        .on_export = print_export,
        .context = &counts,
    };
    if (sim_describe_image(argv[arguments.first], &visitor, &error) != SIM_OK) {
        return tool_usage("%s", error.text);
    }
    (void)printf(
        "%u imports served, %u not served (a call of one ends the run as a "
        "finding)\n",
        counts.served,
        counts.unserved);
    if (!counts.has_startup) {
        return tool_usage(
            "%s: does not export WSPStartup",
            argv[arguments.first]);
    }
    return TOOL_HELD;
}

const struct tool_command tool_provider_command = {
    .name = "provider",
    .usage = "FILE",
    .help = "lists what a provider DLL imports and exports",
    .options = options,
    .run = provider_main,
};
