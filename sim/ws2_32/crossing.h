/*
 * Crossing from a caller into a provider and back: what all probes do. For
 * files of sim/ws2_32 only.
 */
#ifndef SIM_WS2_32_CROSSING_H
#define SIM_WS2_32_CROSSING_H

#include <stdint.h>

#include "lastcall/abi.h"

#include "sim/ws2_32/state.h"

enum sim_crossing_limits {
    SIM_PROBE_ENTRIES = LC_SPI_COUNT + 1 /* the table, and WSPStartup */
};

struct sim_crossing {
    struct sim_probe_set *set;
    struct lc_record record;
};

/* What the record of a call says of its arguments. */
struct sim_arguments {
    int64_t a;
    int64_t b;
    int64_t c;
};

/**
 * Crosses into the provider whose thunk was entered: yields unless ws2_32 is
 * the caller, checks that the provider is mapped, records the call, and makes
 * the provider the one that is running. For WSPStartup it only does the first
 * two: its record needs more.
 *
 * @param ret_crossing  filled.
 *
 * Returns: what is to be called there.
 */
sim_code_fn *sim_crossing_enter(
    struct sim_crossing *ret_crossing,
    enum lc_spi function,
    struct sim_arguments arguments);

/**
 * Crosses back: records the return and yields.
 *
 * @param failed_errno  borrowed; the error after a failure, else NULL.
 * @param amount        what field d of the record says.
 */
void sim_crossing_leave(
    struct sim_crossing *crossing,
    int64_t result,
    const int32_t *failed_errno,
    int64_t amount);

/** Sum of the lengths of buffers. */
int64_t sim_crossing_bytes(const struct lc_wsabuf *buffers, uint32_t count);

/** A socket option's value as the trace holds it. */
int64_t sim_crossing_option(
    int32_t option,
    const char *value,
    int32_t value_bytes);

/** The first four bytes of an input buffer. */
int64_t sim_crossing_input(const void *buffer, uint32_t buffer_bytes);

#endif
