/*
 * lastcall bench lives: whether a process that starts Winsock again is as one
 * that starts it for the first time.
 */
#ifndef TOOLS_LIVES_H
#define TOOLS_LIVES_H

/** The command, but for its options. */
int tool_lives(void);

#endif
