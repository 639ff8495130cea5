/*
 * The next providers of a layer: finding them in the catalog, loading,
 * starting, and cleaning them up. One for each chain that the layer is started
 * for. Nothing here locks: a layer holds its lock of starts over all of it.
 *
 * Source: documented. Layered providers and chains: the catalogue, 15.1 and
 *         LAYER-3 to LAYER-14.
 */
#ifndef SIM_PROVIDER_LOWER_H
#define SIM_PROVIDER_LOWER_H

#include <stdint.h>

#include "sim/win32/win32.h"

/* A next provider that was started. It stays where it is until all are cleaned
 * up. */
struct sim_lower {
    struct sim_lower *next;
    uint32_t catalog_id; /* of its entry in the chain */
    uint32_t chain_id;   /* of the chain it was started for */
    uint32_t own_id;     /* the id this layer registers handles under */
    lc_handle library;
    struct lc_wspproc_table table;
    struct lc_wsaprotocol_infow chain; /* what the layer was started with */
    struct lc_wsaprotocol_infow info;  /* what the next provider is shown */
};

struct sim_lowers {
    lc_handle heap; /* of the layer: what is kept lies there */
    struct lc_wspupcalltable upcalls; /* those of the last start */
    struct sim_lower *first;
};

/** The next provider that was started for a chain, or NULL. */
struct sim_lower *sim_lower_find(
    const struct sim_lowers *lowers,
    uint32_t chain_id);

/**
 * Loads and starts the next provider of a chain.
 *
 * @param chain  the entry that the layer itself is started for.
 *
 * Returns: 0 or an error code; nothing is held then.
 */
int sim_lower_start(
    struct sim_lowers *lowers,
    const struct lc_wsaprotocol_infow *chain);

/** Cleans up each next provider, as often as it was started: once. */
void sim_lower_clean_all(struct sim_lowers *lowers);

/**
 * Closes a socket of the next provider for good, as a last cleanup has to. A
 * close that would block is made to wait: calls that wait inside the next
 * provider end only with it.
 *
 * Takes virtual time where the socket lingers, up to its time-out.
 *
 * @param table   borrowed; of the next provider.
 * @param handle  as the next provider knows it.
 */
void sim_lower_close(const struct lc_wspproc_table *table, lc_socket handle);

#endif
