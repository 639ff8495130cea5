/*
 * Playing apart from what prints the verdict: hosted code can end its process
 * by a system call, a planted bug by a check that fails, and neither must take
 * the verdict with it.
 */
#ifndef TOOLS_APART_H
#define TOOLS_APART_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

/* How far a child has come. */
enum tool_apart_stage {
    TOOL_APART_PLAYING = 0,
    TOOL_APART_AGAIN = 1, /* the first play has been said, a second runs */
    TOOL_APART_OVER = 2   /* nothing that may end the process runs any more */
};

struct tool_apart_end {
    enum tool_apart_stage stage;
    int status;        /* exit status that hosted code has chosen */
    int signal_number; /* that ended it instead; 0: none */
    int no_child;      /* errno of why there could be none; 0: there was one */
};

enum tool_apart_limits {
    TOOL_APART_TEXT_BYTES = 64
};

/** Whether what plays in a world can end the process: a DLL, or a built-in
 * provider with a planted bug, whose checks fail. */
LC_MUST_USE bool tool_apart_is_dangerous(const struct lc_world *world);

/**
 * Says how a process has ended, as "the DLL ended the process (status 0)".
 *
 * @param world     borrowed; what it played in: there may be no DLL.
 * @param ret_text  filled; TOOL_APART_TEXT_BYTES bytes.
 */
void tool_apart_text(
    const struct lc_world *world,
    const struct tool_apart_end *end,
    char *ret_text);

/**
 * Goes on in a child when the world is dangerous, else here. The parent waits;
 * of a child that came to its end it takes over how it ended, and does not
 * return.
 *
 * @param world    borrowed.
 * @param ret_end  filled when false is returned.
 *
 * Returns: true where the schedule is to be played; false in the parent of a
 * child that has died of what it played.
 */
LC_MUST_USE bool tool_apart_begin(
    const struct lc_world *world,
    struct tool_apart_end *ret_end);

/**
 * The same in a child at any rate.
 *
 * @param ret_end  filled when false is returned.
 */
LC_MUST_USE bool tool_apart_fork(struct tool_apart_end *ret_end);

/**
 * Does something in a child that says nothing, and is not expected to come
 * back.
 *
 * @param ret_end  filled when false is returned: how the child has ended; or
 *                 that there could be none, and nothing was done.
 *
 * Returns: whether it came back.
 */
LC_MUST_USE bool tool_apart_try(
    void (*work)(void *context),
    void *context,
    struct tool_apart_end *ret_end);

/** Dies of the signal that a child died of, which has left its core. */
LC_NORETURN void tool_apart_die_of(int signal_number);

/** Says how far it is; between tool_apart_begin() and the end of the process
 * TOOL_APART_OVER must have been said. */
void tool_apart_say(enum tool_apart_stage stage);

#endif
