/*
 * Overlapped operations of the transport. A send stays pending until the
 * connection has taken its bytes, or, on a socket without a send buffer, until
 * the peer has acknowledged them; a receive until there is a byte for it or the
 * stream has ended. It stands for the part of the kernel that completes I/O.
 *
 * Receives of a connection are filled in the order in which they began, and
 * before calls that wait: a byte that comes is given to what is pending.
 *
 * A request completes by an event (LC_EVENT_COMPLETE): of several that are
 * through at an instant any may be told of first. One that is through while it
 * is made completes before its call returns.
 * Source: documented. The catalogue, OVL-2, OVL-8, OVL-12, OVL-19, CLEAN-6,
 *         SEND-16. Observed: SEND-17.
 */
#ifndef SIM_NET_REQUEST_H
#define SIM_NET_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

enum sim_request_limits {
    SIM_REQUESTS_MAX = 192,      /* pending at once, per run */
    SIM_REQUEST_BUFFERS_MAX = 4, /* of one request */
};

/* Whose operation it is, and how it is to be told of. The transport keeps it
 * and hands it back. */
struct sim_request_tag {
    uint64_t overlapped; /* address of the structure */
    uint64_t routine;    /* completion routine, or 0 */
    uint64_t event;      /* as sim_win32_event_begin() has named it, or 0 */
    uint64_t port;       /* as sim_port_of() has named it, or 0 */
    uint64_t key;        /* of the socket at its port */
    /* These it fills in itself. */
    uint8_t process;
    uint8_t thread; /* slot of the thread that began it */
    uint8_t module; /* of the provider's caller: whose routine it is */
    uint8_t zero[5];
};

struct sim_request_result {
    enum lc_wsa error;
    uint32_t bytes;
    bool is_silent; /* the status changes and nobody is told */
};

/** Told of each request that is through, on a fiber or on the host stack. It
 * must not yield. */
typedef void sim_request_done_fn(
    const struct sim_request_tag *tag,
    const struct sim_request_result *result);

/** Declares the part. At start-up. */
void sim_request_open(void);

/** Says at start-up who is told. */
void sim_request_set_done(sim_request_done_fn *done);

/**
 * Begins an overlapped send.
 *
 * @param number   the connection's.
 * @param buffers  borrowed: captured before the return. Their memory belongs
 *                 to the transport until the request is through.
 * @param count    1 to SIM_REQUEST_BUFFERS_MAX.
 * @param ret_taken  filled on LC_WSA_OK.
 *
 * Returns: LC_WSA_OK when it is through and told of, LC_WSA_IO_PENDING when it
 *          has begun.
 * Errors:  those of sim_net_send() but LC_WSAEWOULDBLOCK; LC_WSAENOBUFS. It
 *          has not begun then.
 */
enum lc_wsa sim_request_send(
    uint32_t number,
    const struct sim_request_tag *tag,
    const struct lc_wsabuf *buffers,
    uint32_t count,
    uint32_t *ret_taken);

/**
 * Begins an overlapped receive.
 *
 * @param number   the connection's.
 * @param buffers  borrowed: captured before the return. Their memory belongs
 *                 to the transport until the request is through.
 * @param count    1 to SIM_REQUEST_BUFFERS_MAX.
 * @param ret_taken  filled on LC_WSA_OK; 0: the stream has ended, or nothing
 *                   was asked for.
 *
 * Returns: LC_WSA_OK when it is through and told of, LC_WSA_IO_PENDING when it
 *          has begun.
 * Errors:  those of sim_receive_take() but LC_WSAEWOULDBLOCK; LC_WSAENOBUFS. It
 *          has not begun then.
 */
enum lc_wsa sim_request_receive(
    uint32_t number,
    const struct sim_request_tag *tag,
    const struct lc_wsabuf *buffers,
    uint32_t count,
    uint32_t *ret_taken);

/** Takes up what a change of the connection lets go on. For sim/net only. */
void sim_request_advance(uint32_t number);

/** Cancels what is pending on a connection: each is told of with
 * LC_WSA_OPERATION_ABORTED, or its result when it was through before. */
void sim_request_cancel(uint32_t number);

/** The same for all that a thread has begun: it ends. */
void sim_request_cancel_thread(uint32_t thread);

/** Cancels all requests of the running module in its process, and tells nobody:
 * only their status changes. */
void sim_request_drop(void);

/** Forgets the requests of a process that ended. */
void sim_request_process_exit(uint32_t process);

/**
 * Waits until a request is through and told of, or the connection's waits are
 * cancelled.
 *
 * @param overlapped  names the request; nothing happens when it is none.
 */
void sim_request_wait(uint32_t number, const void *overlapped);

#endif
