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
