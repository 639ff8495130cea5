/*
 * lastcall provider: what a DLL imports and exports, without running it; and
 * what any DLL may import.
 */
#include <stdio.h>
#include <string.h>

#include "sim/sim.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/setup.h"

static bool is_served_asked;

static const struct tool_option options[] = {
    { "--served",
      TOOL_FLAG,
      &is_served_asked,
      NULL,
      "instead of FILE: all that a DLL may import" },
    { .kind = TOOL_NO_OPTION },
};

static const struct tool_command command = {
    .name = "provider",
    .arguments = "[FILE]",
    .summary = "Says what a DLL imports and exports, and what the simulator "
               "lacks for it.",
    .argument_max = 1,
    .tables = { options, tool_given_json },
};

struct lists {
    json_t *imports;
    json_t *exports;
    uint32_t unserved;
    bool has_startup;
};

static void on_import(void *context, const struct sim_image_import *import)
{
    struct lists *lists = context;
    json_t *item = json_pack(
        "{s:s, s:b}",
        "dll",
        import->dll,
        "served",
        (int)import->is_served);
    LC_CHECK(item != NULL);
    if (import->name[0] != '\0') {
        (void)json_object_set_new(item, "name", json_string(import->name));
    } else {
        (void)
            json_object_set_new(item, "ordinal", json_integer(import->ordinal));
    }
    (void)json_array_append_new(lists->imports, item);
    lists->unserved += !import->is_served;
}

static void on_export(void *context, const char *name, uint32_t rva)
{
    struct lists *lists = context;
    json_t *item =
        json_pack("{s:s, s:I}", "name", name, "rva", (json_int_t)rva);
    LC_CHECK(item != NULL);
    (void)json_array_append_new(lists->exports, item);
    lists->has_startup |= strcmp(name, "WSPStartup") == 0;
}

/* The DLL, and the name or the number. */
static void print_name(const json_t *item)
{
    const json_t *name = json_object_get(item, "name");
    (void)printf("%s ", json_string_value(json_object_get(item, "dll")));
    if (name != NULL) {
        (void)printf("%s", json_string_value(name));
    } else {
        (void)printf(
            "#%lld",
            (long long)json_integer_value(json_object_get(item, "ordinal")));
    }
}

static void print_text(const struct lists *lists)
{
    size_t index;
    json_t *item;
    json_array_foreach(lists->exports, index, item)
    {
        (void)printf(
            "export %s\n",
            json_string_value(json_object_get(item, "name")));
    }
    json_array_foreach(lists->imports, index, item)
    {
        (void)printf("import ");
        print_name(item);
        (void)puts(
            json_is_true(json_object_get(item, "served")) ? ""
                                                          : " (not served)");
    }
    (void)printf(
        "%zu imports, %u of them not served: a call of one ends the run as "
        "unspecified\n",
        json_array_size(lists->imports),
        lists->unserved);
    (void)printf(
        "%s\n",
        lists->has_startup ? "can be hosted: it exports WSPStartup"
                           : "can't be hosted: it does not export WSPStartup");
}

static int print_served(struct lists *lists)
{
    struct sim_image_visitor visitor = {
        .on_import = on_import,
        .context = lists,
    };
    sim_describe_served(&visitor);
    if (tool_given.json) {
        json_t *object = tool_output_object();
        (void)json_object_set_new(object, "imports", lists->imports);
        tool_output_json(object);
        json_decref(lists->exports);
        return TOOL_EXIT_HELD;
    }
    size_t index;
    json_t *item;
    json_array_foreach(lists->imports, index, item)
    {
        print_name(item);
        (void)puts("");
    }
    json_decref(lists->imports);
    json_decref(lists->exports);
    return TOOL_EXIT_HELD;
}

int tool_provider(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    struct sim_error error;
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    if (is_served_asked == (arguments[0] != NULL)) {
        tool_output_error("provider: a FILE, or --served instead of it");
        return TOOL_EXIT_USAGE;
    }
    if (!tool_setup_open()) {
        return TOOL_EXIT_USAGE;
    }
    struct lists lists = { .imports = json_array(), .exports = json_array() };
    if (is_served_asked) {
        return print_served(&lists);
    }
    struct sim_image_visitor visitor = {
        .on_import = on_import,
        .on_export = on_export,
        .context = &lists,
    };
    if (sim_describe_image(arguments[0], &visitor, &error) != SIM_OK) {
        tool_output_error("%s", error.text);
        json_decref(lists.imports);
        json_decref(lists.exports);
        return TOOL_EXIT_USAGE;
    }
    if (tool_given.json) {
        json_t *object = tool_output_object();
        (void)json_object_set_new(object, "imports", lists.imports);
        (void)json_object_set_new(object, "exports", lists.exports);
        (void)json_object_set_new(
            object,
            "unserved",
            json_integer(lists.unserved));
        tool_output_json(object);
    } else {
        print_text(&lists);
        json_decref(lists.imports);
        json_decref(lists.exports);
    }
    return TOOL_EXIT_HELD;
}
