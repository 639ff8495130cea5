/*
 * lastcall zoo: planted bugs.
 */
#include <stdio.h>
#include <string.h>

#include "sim/sim.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/option.h"
#include "tools/output.h"

static const struct tool_command command = {
    .name = "zoo",
    .arguments = "list",
    .summary = "Lists the planted bugs of this build, for `fuzz --bug`.",
    .argument_max = 1,
    .tables = { tool_given_json },
};

int tool_zoo(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    if (arguments[0] != NULL && strcmp(arguments[0], "list") != 0) {
        tool_output_error("zoo: no '%s'; there is list", arguments[0]);
        return TOOL_EXIT_USAGE;
    }
    json_t *list = json_array();
    for (uint32_t i = 0; sim_plant_name(i) != NULL; i++) {
        if (!tool_given.json) {
            (void)puts(sim_plant_name(i));
        }
        (void)json_array_append_new(list, json_string(sim_plant_name(i)));
    }
    if (tool_given.json) {
        json_t *object = tool_output_object();
        (void)json_object_set_new(object, "plants", list);
        tool_output_json(object);
    } else {
        json_decref(list);
    }
    return TOOL_EXIT_HELD;
}
