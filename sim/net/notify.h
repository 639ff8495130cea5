/*
 * What a connection tells of itself: network events that are recorded for it
 * and set an event of Windows, and who polls several connections. It stands for
 * the part of the kernel behind WSAEventSelect and select.
 *
 * An event is recorded once, until the application does what enables it again:
 * FD_READ a receive, FD_WRITE a send that found no room, FD_ACCEPT an accept,
 * FD_CONNECT another attempt. FD_CLOSE is never enabled again. What an accept
 * makes has the registration of the socket that listens.
 * Source: documented. WSAEventSelect, Remarks; WSAEnumNetworkEvents, select;
 *         the catalogue, EVENT-1 to -7, -10, CONN-3, CONN-7.
 */
#ifndef SIM_NET_NOTIFY_H
#define SIM_NET_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

/* An event that is recorded. */
struct sim_notify_told {
    uint32_t connection;
    uint32_t bit; /* index of its error, such as LC_FD_READ_BIT */
    enum lc_wsa error;
    uint64_t event; /* to be set, as sim_win32_event_name() has named it */
    uint8_t process;
    uint8_t module; /* the base provider's */
};

/** Told of each event that is recorded, on a fiber or on the host stack. It must
 * not yield. */
typedef void sim_notify_fn(const struct sim_notify_told *told);

/** Says at start-up who is told. */
void sim_notify_set_told(sim_notify_fn *told);

/**
 * Has events recorded from now on, in place of those before. The record is
 * empty then, but for what holds already.
 *
 * @param event   as sim_win32_event_name() has named it.
 * @param events  LC_FD_*; 0: none.
 */
void sim_notify_select(uint32_t number, uint64_t event, uint32_t events);

/** Whether events are recorded for a connection. */
bool sim_notify_is_on(uint32_t number);

/** Nothing is recorded from now on, and no event set. */
void sim_notify_cancel(uint32_t number);

/** Gives the record out and empties it. It yields before that and not behind
 * it: what the caller does next belongs to the same step. */
void sim_notify_take(uint32_t number, struct lc_wsanetworkevents *ret_events);

/* What is asked of a connection, and whether it is so. */
enum sim_poll_for {
    SIM_POLL_READ = 1,   /* a receive would not wait */
    SIM_POLL_WRITE = 2,  /* nor would a send */
    SIM_POLL_EXCEPT = 4, /* an attempt to connect has failed */
};

struct sim_poll {
    uint32_t connection;
    uint16_t asked; /* enum sim_poll_for */
    uint16_t found;
};

/**
 * Waits until something that is asked for is so.
 *
 * @param polls  1 or more; `found` is filled on LC_WSA_OK: 0 of all when the
 *               time is over.
 *
 * Time:   up to timeout_ns.
 * Errors: LC_WSAEINTR when the waits of one of them are cancelled,
 *         LC_WSAENETDOWN.
 */
enum lc_wsa sim_notify_poll(
    struct sim_poll *polls,
    uint32_t count,
    uint64_t timeout_ns);

#endif
