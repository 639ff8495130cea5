/*
 * Reading schedules from files, and writing files that are whole or absent.
 */
#ifndef TOOLS_LOAD_H
#define TOOLS_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

/**
 * Reads a file: text, or the compact form, by its content. What is wrong is
 * said on stderr in one line that names file, line and column.
 *
 * @param path          borrowed; "-" is standard input.
 * @param ret_schedule  filled on success.
 *
 * Returns: whether it is a schedule whose planted bugs and rule to be broken
 *          this build has.
 */
LC_MUST_USE bool tool_load_schedule(
    const char *path,
    struct lc_schedule *ret_schedule);

/**
 * The same for one that is not to be played: whatever it plants or expects.
 *
 * @param ret_is_compact  filled on success.
 */
LC_MUST_USE bool tool_load_unplayed(
    const char *path,
    struct lc_schedule *ret_schedule,
    bool *ret_is_compact);

/** How messages name it: "-" as "(standard input)", a file by its path. */
const char *tool_load_name(const char *path);

/**
 * Writes a file beside its place and moves it there; what is no file is
 * written through. What fails is said on stderr.
 *
 * @param path  borrowed; "-" is standard output.
 */
LC_MUST_USE bool tool_load_save(
    const char *path,
    const void *bytes,
    size_t size_bytes);

/**
 * Whether tool_load_save() could write there, before there is something to
 * write. Says on stderr what is wrong.
 *
 * @param path  borrowed; NULL: nothing is to be written.
 */
LC_MUST_USE bool tool_load_can_save(const char *path);

/** Writes a schedule as text with tool_load_save(). */
LC_MUST_USE bool tool_load_save_text(
    const char *path,
    const struct lc_schedule *schedule);

/** Whether a folder is there, or could be made. Says what is wrong. */
LC_MUST_USE bool tool_load_folder(const char *path);

#endif
