/*
 * lastcall zoo: planted bugs.
 */
#include "tools/zoo.h"

#include <stdio.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/given.h"
#include "tools/option.h"
#include "tools/output.h"

static const struct tool_command command = {
    .name = "zoo",
    .arguments = "[list|ID]",
    .summary = "Lists the planted bugs of this build, for `fuzz --bug`, or "
               "says all of one.",
    .argument_max = 1,
    .tables = { tool_given_json },
};

static json_t *card_object(const struct tool_zoo_card *card)
{
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:b}",
        "id",
        card->id,
        "clause",
        card->clause,
        "breaks",
        card->breaks,
        "shows",
        card->shows,
        "retells",
        card->retells,
        "told",
        card->told,
        "faults",
        (int)card->has_faults);
    LC_CHECK(object != NULL);
    return object;
}

static void print_json(const struct tool_zoo_card *first, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, card_object(&first[i]));
    }
    json_t *object = tool_output_object();
    (void)json_object_set_new(object, "plants", list);
    tool_output_json(object);
}

static void print_one(const struct tool_zoo_card *card)
{
    (void)printf("%s: %s\n", card->id, card->clause);
    (void)printf("  %s\n", card->told);
    (void)printf("  breaks %s\n", card->breaks);
    (void)printf("  retells %s\n", card->retells);
    (void)printf("  corpus/zoo/%s/minimal.lc shows it\n", card->id);
}

int tool_zoo(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    size_t count = 0;
    while (tool_zoo_cards[count].id != NULL) {
        count++;
    }
    const char *id = arguments[0];
    if (id == NULL || strcmp(id, "list") == 0) {
        if (tool_given.json) {
            print_json(tool_zoo_cards, count);
            return TOOL_EXIT_HELD;
        }
        for (size_t i = 0; i < count; i++) {
            (void)printf(
                "%-18s %s\n",
                tool_zoo_cards[i].id,
                tool_zoo_cards[i].clause);
        }
        return TOOL_EXIT_HELD;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(tool_zoo_cards[i].id, id) != 0) {
            continue;
        }
        if (tool_given.json) {
            print_json(&tool_zoo_cards[i], 1);
        } else {
            print_one(&tool_zoo_cards[i]);
        }
        return TOOL_EXIT_HELD;
    }
    tool_output_error("zoo: no planted bug '%s'; `zoo list` has them", id);
    return TOOL_EXIT_USAGE;
}
