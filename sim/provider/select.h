/*
 * The sets of WSPSelect, as the base provider needs them.
 *
 * Source: documented. select, WSPSelect; the catalogue, EVENT-9.
 */
#ifndef SIM_PROVIDER_SELECT_H
#define SIM_PROVIDER_SELECT_H

#include <stdint.h>

#include "lastcall/abi.h"

#include "sim/net/notify.h"

enum sim_select_limits {
    SIM_SELECT_SETS = 3, /* read, write, except: bits of enum sim_poll_for */
    SIM_SELECT_MAX = SIM_SELECT_SETS * LC_FD_SETSIZE
};

/* The network events that are offered. */
#define SIM_NOTIFY_EVENTS \
    ((uint32_t)(LC_FD_READ | LC_FD_WRITE | LC_FD_ACCEPT | LC_FD_CONNECT | LC_FD_CLOSE))

/** Sockets of a set. NULL has none. */
uint32_t sim_select_count(const struct lc_fd_set *set);

/** How long to wait; NULL: for ever. */
uint64_t sim_select_timeout_ns(const struct lc_timeval *timeout);

/**
 * Leaves in the sets what was found.
 *
 * @param polls  for each socket of the sets, in their order.
 *
 * Returns: how many are left, over all sets.
 */
uint32_t sim_select_narrow(
    const struct sim_poll *polls,
    struct lc_fd_set *const sets[SIM_SELECT_SETS]);

#endif
