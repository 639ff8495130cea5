/*
 * What schedules were warned of, for people and as members of a JSON object.
 */
#ifndef TOOLS_WARNINGS_H
#define TOOLS_WARNINGS_H

#include <jansson.h>
#include <stdint.h>

#include "fuzz/fuzz.h"

/* One rule's, as it is shown. Borrowed. */
struct tool_warnings_one {
    const char *rule;
    uint64_t schedules;
    const char *first; /* the first of them: "seed 17", or what failed in it */
    const char *path;  /* of its schedule; NULL: it has no file */
};

/** Prints how many schedules had warnings; nothing when none had. */
void tool_warnings_print_count(uint64_t schedules);

/** Prints a line of one rule. */
void tool_warnings_print(const struct tool_warnings_one *one);

/**
 * One rule's, for a list.
 *
 * @param seed  of the first schedule.
 * @param text  of the first schedule; NULL: as it is in the file.
 */
json_t *tool_warnings_object(
    const struct tool_warnings_one *one,
    uint64_t seed,
    const char *text);

/** Such a list with its count. The list becomes a part of it. */
json_t *tool_warnings_all(uint64_t schedules, json_t *list);

/** Ids of the rules that were warned of, a blank before each; nothing when
 * there are none. */
void tool_warnings_print_rules(const struct model_warned *warned);

/** The same as a list. */
json_t *tool_warnings_rules(const struct model_warned *warned);

#endif
