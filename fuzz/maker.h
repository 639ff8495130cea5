/*
 * A program that is being made: what the files that generate calls share.
 * Inside fuzz/ only.
 */
#ifndef FUZZ_MAKER_H
#define FUZZ_MAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"

#include "fuzz/rng.h"

enum fuzz_maker_limits {
    FUZZ_MAKER_THREADS = 3,
    FUZZ_MAKER_CALL_WORDS = (LC_CALL_COUNT + 63) / 64
};

struct fuzz_maker {
    struct fuzz_rng rng;
    struct fuzz_rng wrong;    /* for what a hostile application gives */
    struct fuzz_rng listen;   /* for sockets that listen */
    struct fuzz_rng network;  /* for network events, and selects */
    struct fuzz_rng hook;     /* for blocking hooks */
    struct fuzz_rng datagram; /* for sockets for datagrams */
    struct fuzz_rng receive;  /* for overlapped receives */
    struct lc_schedule *schedule;
    const struct lc_swarm *swarm; /* NULL: none */
    uint32_t entries;             /* that a socket can be of */
    uint32_t catalog;             /* all */
    uint64_t calls_on
        [FUZZ_MAKER_CALL_WORDS]; /* without a swarm: bit per enum lc_call */
    uint32_t body_max;
    uint32_t socket_count;
    uint32_t sleep_low_ms; /* the pace of the thread */
    bool is_hostile;
    bool has_datagrams; /* the world has an entry for them */
    bool has_network;   /* the life has calls of network events, and selects */
    bool has_hook;      /* it is one of Winsock 1.1, with a blocking hook */
    bool has_receives;  /* ... overlapped receives */
    uint32_t socket_base; /* first variable of the thread's process */
};

/** Whether something is to be, `times` of `of`; as fuzz_swarm_chance(). */
bool fuzz_maker_has(
    struct fuzz_maker *maker,
    enum lc_feature feature,
    uint32_t times,
    uint32_t of);

/** Whether a call may be. */
bool fuzz_maker_has_call(const struct fuzz_maker *maker, enum lc_call call);

/** Appends a call to the last thread, if there is room. */
void fuzz_maker_add(struct fuzz_maker *maker, struct lc_op op);

/** The same, of a call without further arguments. */
void fuzz_maker_add_call(
    struct fuzz_maker *maker,
    enum lc_call call,
    uint8_t socket);

/** A size around what fits: the buffer, the window, and a little. */
uint32_t fuzz_maker_draw_size(struct fuzz_maker *maker);

/* ---- Datagrams (make_datagram.c) ---- */

/** Whether a world has an entry for them. */
bool fuzz_make_has_datagrams(const struct lc_world *world);

/** A socket for datagrams, and some calls on it. */
void fuzz_make_datagram_socket(struct fuzz_maker *maker, uint8_t socket);

/** A call that has to do with datagrams. */
void fuzz_make_datagram_call(struct fuzz_maker *maker, uint8_t socket);

/* ---- Network events and select (make_network.c) ---- */

/** Has network events recorded, for an event that mostly exists. */
void fuzz_make_event_select(struct fuzz_maker *maker, uint8_t socket);

/** A call that has to do with network events, or a select. */
void fuzz_make_network_call(struct fuzz_maker *maker, uint8_t socket);

/* ---- Blocking hooks (make_hook.c) ---- */

/** Makes the WSAStartup before it mostly one of Winsock 1.1, and sets a hook. */
void fuzz_make_hook(struct fuzz_maker *maker);

/** A call that has to do with hooks. */
void fuzz_make_hook_call(struct fuzz_maker *maker);

/* ---- Overlapped receives (make_receive.c) ---- */

/** Whether a life is to have some. */
bool fuzz_make_has_receives(struct fuzz_maker *maker);

/** An overlapped receive, with an event that mostly exists; now and then what
 * tells how it came out. */
void fuzz_make_receive(struct fuzz_maker *maker, uint8_t socket);

#endif
