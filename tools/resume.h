/*
 * What an exploration that goes on from a file needs: the same program at the
 * same addresses, and the same input.
 */
#ifndef TOOLS_RESUME_H
#define TOOLS_RESUME_H

#include <stdbool.h>

#include "lastcall/check.h"

#include "fuzz/fuzz.h"

/**
 * Starts the program anew where addresses are not drawn at random, unless it
 * runs so already. Before anything is printed. Says what is wrong.
 *
 * @param argv  all of it, with the program's name.
 */
LC_MUST_USE bool tool_resume_fix_addresses(char **argv);

/* Held by who keeps its state in a file; a file beside it. */
struct tool_resume_lock {
    char path[FUZZ_EXPLORE_PATH_MAX + sizeof ".lock"];
    int file;
};

/**
 * Takes the lock of a state file: one process at a time, with its children.
 * It goes with the process, if nothing else takes it away. Says what is wrong.
 *
 * @param ret_lock  filled when true is returned: to be given back.
 */
LC_MUST_USE bool tool_resume_lock(
    const char *path,
    struct tool_resume_lock *ret_lock);

/** Gives it back, and takes its file away. */
void tool_resume_unlock(struct tool_resume_lock *lock);

/** Adds a file's content to an identity. Says what is wrong. */
LC_MUST_USE bool tool_resume_add_file(
    struct sim_state_key *identity,
    const char *path);

/** Adds bytes to an identity. */
void tool_resume_add(
    struct sim_state_key *identity,
    const void *bytes,
    size_t size_bytes);

#endif
