/*
 * Crossing from a caller into a provider and back: what all probes do. For
 * files of sim/ws2_32 only.
 */
#ifndef SIM_WS2_32_CROSSING_H
#define SIM_WS2_32_CROSSING_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

#include "sim/engine/thread.h"
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

/** Whether a function's first argument is a socket. function: enum lc_spi. */
static inline bool sim_crossing_is_of_socket(uint32_t function)
{
    return function != LC_SPI_ADDRESS_TO_STRING &&
           function != LC_SPI_CANCEL_BLOCKING_CALL &&
           function != LC_SPI_SELECT && function != LC_SPI_SOCKET &&
           function != LC_SPI_STRING_TO_ADDRESS;
}

/**
 * The thing that a call of a provider touches: its socket, or the count of
 * starts. In line: what a call leaves on the stack of a thread that gives way
 * next would be part of the run's state.
 *
 * @param function  enum lc_spi.
 * @param a         its first argument.
 */
static inline uint32_t sim_crossing_thing(uint32_t function, int64_t a)
{
    uint32_t process = sim_thread_process();
    if (function == LC_SPI_STARTUP || function == LC_SPI_CLEANUP) {
        return sim_thing(SIM_THING_COUNT, process, 0);
    }
    return sim_crossing_is_of_socket(function)
               ? sim_thing(SIM_THING_SOCKET, process, (uint64_t)a)
               : 0;
}

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
