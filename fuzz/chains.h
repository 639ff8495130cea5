/*
 * Whether a peer can tell a chain of layers that pass everything through from
 * the base alone (INV-18): one program is played over the base and through
 * chains of all lengths, in one order of the application's calls, and what each
 * connection brings to the peer is compared.
 *
 * Nothing is chosen inside a layer: a thread goes on until it begins a call of
 * the application, ends, or waits. Who goes next then follows from the seed and
 * from where the thread stands, not from how many decisions came before.
 *
 * Left out is what the documents leave open: a socket that is still connecting
 * when the base's last WSPCleanup comes, or open with a linger option. A layer
 * may close it before, with the time that closesocket takes, or leave it to the
 * base (LAYER-15); and what a reset cuts off depends on when it comes. While a
 * close lingers the calls that wait on other sockets are not ended yet: what a
 * send of theirs brings then is left out, too.
 */
#ifndef FUZZ_CHAINS_H
#define FUZZ_CHAINS_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"

#include "sim/sim.h"

enum fuzz_chains_limits {
    FUZZ_CHAINS_CONNECTIONS_MAX = 64,
    /* Of each number of layers: all with IFS handles, none, and where there are
     * two or more those of both kinds. */
    FUZZ_CHAINS_VARIANTS = 3 * (LC_CHAIN_LENGTH_MAX - 1) - 1
};

/* What a connection has brought to its peer. */
struct fuzz_chains_stream {
    uint64_t delivered_bytes;
    uint64_t datagrams; /* place and size of each, as a sum of hashes */
    bool is_wrong;      /* some were not those that the application had sent */
    bool has_ended;     /* the peer has seen the end of the stream */
    bool is_reset;
    bool is_left_open; /* see above: nothing is compared */
};

struct fuzz_chains_run {
    uint64_t order; /* of the application's calls and their ends, as a hash */
    uint16_t end;   /* enum lc_end */
    uint32_t sum_bytes; /* of all streams */
    struct fuzz_chains_stream streams[FUZZ_CHAINS_CONNECTIONS_MAX];

    /* The connection of each handle, and what it is at. */
    struct fuzz_chains_socket {
        int64_t handle;
        uint8_t process;
        bool is_open;
        bool is_connected;
        bool lingers;
        uint8_t sends; /* under way in the base */
    } sockets[FUZZ_CHAINS_CONNECTIONS_MAX];
};

/* What a seed has shown. */
struct fuzz_chains_result {
    uint32_t compared;    /* variants that were played in the same order */
    uint32_t other_order; /* that were not, and tell nothing */
    uint32_t left_open;   /* connections of which nothing is compared */
    uint32_t bytes;       /* that the base alone has brought to peers */
    bool differs;
    /* The first variant that does: */
    uint32_t layers;     /* in its chain ... */
    uint32_t ifs_layers; /* ... so many of them, next to the base, IFS */
    uint32_t connection; /* number, from 1 */
    struct fuzz_chains_stream alone;
    struct fuzz_chains_stream through;
};

/* Plays one seed after the other. Large: keep one. Begins as zeros. */
struct fuzz_chains {
    const char *plant; /* borrowed; planted in the layers. NULL: none */
    /* Borrowed; a DLL, in place of the layers that have its kind of handles.
     * NULL: none. */
    const struct lc_provider *hosted;
    /* The rest is its own. */
    uint64_t seed;
    struct lc_schedule program;
    struct lc_schedule chained;
    struct fuzz_chains_run alone;
    struct fuzz_chains_run through;
};

/**
 * Plays the program of a seed over the base alone and through each chain.
 *
 * Errors: those of sim_play().
 */
LC_MUST_USE enum sim_status fuzz_chains_play(
    struct fuzz_chains *chains,
    uint64_t seed,
    struct fuzz_chains_result *ret_result,
    struct sim_error *ret_error);

/** The same for a program of the caller's, over a base alone. */
LC_MUST_USE enum sim_status fuzz_chains_play_program(
    struct fuzz_chains *chains,
    const struct lc_schedule *program,
    uint64_t seed,
    struct fuzz_chains_result *ret_result,
    struct sim_error *ret_error);

/** The schedule that a result's variant was played by, without its choices. */
const struct lc_schedule *fuzz_chains_schedule(
    struct fuzz_chains *chains,
    const struct fuzz_chains_result *result);

#endif
