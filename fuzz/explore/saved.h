/*
 * An exploration in a file, from which it goes on. What is kept are the keys of
 * the states and the decisions that lead to what is left; the states there are
 * made again from these. Good for the build that wrote it, at the same
 * addresses: keys are of what lies on stacks, too.
 */
#ifndef FUZZ_EXPLORE_SAVED_H
#define FUZZ_EXPLORE_SAVED_H

#include <stdbool.h>

#include "fuzz/explore/search.h"

/**
 * Writes how far it is to options->saved_path, beside it first. Between two
 * steps only.
 *
 * Returns: 0, or the errno of what failed; an older file is untouched then.
 */
LC_MUST_USE int fuzz_saved_write(const struct search *search);

/**
 * Reads it, with the run at its beginning.
 *
 * @param ret_is_there  whether there is a file.
 * @param ret_error     filled on failure.
 *
 * Errors: SIM_ERROR_FILE, when it can't be read, is damaged or of another
 * exploration.
 */
LC_MUST_USE enum sim_status fuzz_saved_read(
    struct search *search,
    bool *ret_is_there,
    struct sim_error *ret_error);

/**
 * Whether it could be written, before there is anything to write. Waits for
 * nobody who would read it.
 *
 * @param ret_error  filled on failure.
 *
 * Errors: SIM_ERROR_FILE.
 */
LC_MUST_USE enum sim_status fuzz_saved_try(
    const struct search *search,
    struct sim_error *ret_error);

/** Makes the first of the queue again, from where its way parts from that of
 * the one before. Returns whether there was room. */
LC_MUST_USE bool fuzz_saved_revive(struct search *search);

/** Forgets where ways part: there is nothing left to be made again. */
void fuzz_saved_forget(struct search *search);

#endif
