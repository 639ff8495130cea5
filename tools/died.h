/*
 * An exploration whose process has died: of which step, and the schedule that
 * goes that way.
 */
#ifndef TOOLS_DIED_H
#define TOOLS_DIED_H

#include <stdbool.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

#include "fuzz/fuzz.h"
#include "tools/apart.h"

/** A trail that a child can leave; NULL: there is no memory to share. */
struct fuzz_explore_trail *tool_died_share(void);

/**
 * Goes the way of a trail once more, in a child, and plays the schedule of it.
 *
 * @param subject       borrowed; of a schedule.
 * @param model         borrowed; what the exploration judges by.
 * @param trail         borrowed; with a step.
 * @param end           how the process ended that has left it.
 * @param ret_schedule  the schedule that is explored; its choices and what it
 *                      expects (broken FAULT) are filled on success.
 *
 * Returns: whether that child has ended in the same way.
 */
LC_MUST_USE bool tool_died_again(
    const struct fuzz_subject *subject,
    const struct model_options *model,
    const struct fuzz_explore_trail *trail,
    const struct tool_apart_end *end,
    struct lc_schedule *ret_schedule);

#endif
