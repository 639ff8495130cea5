/*
 * A campaign: a search that goes on for as long as it is let, in a folder that
 * keeps what was found. Killed at any moment, it goes on where it was.
 *
 * The folder holds ledger.sqlite, findings/ and warnings/ (one schedule each,
 * made from the ledger) and lock; its user may put other files there.
 */
#ifndef FUZZ_CAMPAIGN_H
#define FUZZ_CAMPAIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/ledger.h"
#include "fuzz/search.h"

enum fuzz_campaign_limits {
    FUZZ_CAMPAIGN_PATH_BYTES = 3072
};

struct fuzz_campaign {
    char folder[FUZZ_CAMPAIGN_PATH_BYTES];
    struct fuzz_ledger *ledger;
    int lock;
    bool was_there; /* an earlier start has made the folder its own */
};

struct fuzz_campaign_options {
    /* What to search. Seed and count are the campaign's own. */
    const struct fuzz_search_options *search;
    uint64_t seed;      /* first of the campaign */
    uint64_t schedules; /* over all of its life; UINT64_MAX: no end */
    /* Told several times a second how far the campaign is. NULL: nobody. */
    void (*progress)(void *context, const struct fuzz_ledger_totals *totals);
    /* Told when something has been found that was not known. NULL: nobody. */
    void (*found)(void *context, const struct fuzz_finding *finding);
    /* Told of each finding that the ledger has not, and could not be given.
     * NULL: nobody. */
    void (*unsaved)(void *context, const struct fuzz_finding *finding);
    void *context;
};

/**
 * Opens the folder of a campaign and makes it when it is not there. Only one
 * process at a time has it open. A folder with anything else in it, but no
 * ledger, is refused.
 *
 * @param ret_campaign  filled; to be closed, also after a failure.
 */
LC_MUST_USE bool fuzz_campaign_open(
    const char *folder,
    struct fuzz_campaign *ret_campaign,
    struct fuzz_ledger_error *ret_error);

/** Closes it. */
void fuzz_campaign_close(struct fuzz_campaign *campaign);

/**
 * Searches on, until there is an end.
 *
 * @param ret_totals  filled on success.
 */
LC_MUST_USE bool fuzz_campaign_run(
    struct fuzz_campaign *campaign,
    const struct fuzz_campaign_options *options,
    struct fuzz_ledger_totals *ret_totals,
    struct fuzz_ledger_error *ret_error);

#endif
