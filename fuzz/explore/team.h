/*
 * Processes that explore together. They share the keys of the states that were
 * seen; who has nothing left to do is given the lowest part of the path of
 * another: a moment with all that is still to be taken there. Snapshots hold in
 * all of them, since they are forked from one.
 */
#ifndef FUZZ_EXPLORE_TEAM_H
#define FUZZ_EXPLORE_TEAM_H

#include <stdbool.h>

#include "fuzz/explore/search.h"

enum fuzz_team_end {
    FUZZ_TEAM_DONE = 0,
    FUZZ_TEAM_BROKEN = 1, /* something broke */
    FUZZ_TEAM_DIED = 2    /* a process did, or there was no memory to begin */
};

/**
 * Explores by options->jobs processes, with the run at its beginning.
 *
 * @param ret_totals  filled when it is done.
 * @param ret_bound   filled as well.
 *
 * Returns: how it ended. What is not done is to be explored by one alone.
 */
LC_MUST_USE enum fuzz_team_end fuzz_team_explore(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *options,
    struct fuzz_explore_totals *ret_totals,
    enum fuzz_explore_bound *ret_bound);

/** Of a member, now and then: tells how far it is, and gives away what others
 * wait for. Returns whether it is to go on. */
LC_MUST_USE bool fuzz_team_look(struct search *search);

/** Of a member that has nothing left: waits for a part of another's. Returns
 * false when there is none any more. */
LC_MUST_USE bool fuzz_team_wait(struct search *search);

/** Of a member: tells how far it is, and is given room in the tables. */
void fuzz_team_tell(struct search *search);

/** Tells all that something broke. */
void fuzz_team_break(struct search *search);

#endif
