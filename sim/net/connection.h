/*
 * What the files of sim/net share: connections, and what each step on one
 * does. Inside sim/net/ only.
 */
#ifndef SIM_NET_CONNECTION_H
#define SIM_NET_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/limits.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

#include "sim/engine/arena.h"
#include "sim/engine/thread.h"
#include "sim/fault/fault.h"
#include "sim/net/net.h"

enum sim_connection_state {
    SIM_CONNECTION_FREE = 0,
    SIM_CONNECTION_NEW = 1, /* never connected, or it has failed */
    SIM_CONNECTION_CONNECTING = 2,
    SIM_CONNECTION_UP = 3,
    SIM_CONNECTION_ENDED = 4, /* our FIN is acknowledged */
    SIM_CONNECTION_RESET = 5,
    SIM_CONNECTION_LISTENING = 6,
    SIM_CONNECTION_DATAGRAM = 7 /* of datagrams: see datagram.h */
};

/* What becomes of bytes that come from the peer. */
enum sim_receiving {
    SIM_RECEIVING_OPEN = 0,
    SIM_RECEIVING_SHUT = 1, /* they reset the connection */
    SIM_RECEIVING_HELD = 2, /* taken, and not acknowledged */
    SIM_RECEIVING_DEAF = 3  /* the socket is closed: thrown away */
};

/* The peer's FIN. */
enum sim_peer_fin {
    SIM_PEER_FIN_NONE = 0,
    SIM_PEER_FIN_DUE = 1,   /* behind the last byte */
    SIM_PEER_FIN_RIDES = 2, /* comes with the acknowledgement of ours */
    SIM_PEER_FIN_SENT = 3,
    SIM_PEER_FIN_HERE = 4
};

struct sim_connection {
    uint8_t state; /* enum sim_connection_state */
    uint8_t process;
    uint8_t module; /* the base provider that opened it */
    uint8_t has_handle;
    uint8_t is_finishing; /* FIN is owed or sent */
    uint8_t is_fin_sent;
    uint8_t is_cancelled;
    uint8_t is_released; /* nobody owns it any more */
    uint32_t handle_index;
    uint32_t object;
    uint32_t buffer_bytes;
    uint32_t segments; /* put on the wire, for the names of packets */
    uint32_t flight_bytes;
    uint16_t port;   /* of our end; 0: none yet */
    uint16_t error;  /* enum lc_wsa, for SO_ERROR */
    uint64_t handle; /* value, kept after it is freed: keys the pattern */
    uint64_t accepted_bytes;
    uint64_t sent_bytes;
    uint64_t acked_bytes;
    /* The other direction. */
    uint8_t receiving; /* enum sim_receiving */
    uint8_t peer_fin;  /* enum sim_peer_fin */
    uint8_t is_peer_reset;
    uint8_t is_window_due; /* the peer will hear of our window */
    uint32_t receive_buffer_bytes;
    uint32_t peer_flight_bytes;
    uint8_t request_count; /* that are not told of */
    uint8_t untaken_count; /* of whose bytes some are not taken */
    uint8_t is_unbuffered; /* SO_SNDBUF is 0 */
    uint8_t is_incoming;
    /* Who listens, and who came of it; see listen.h. */
    uint8_t backlog;
    uint8_t waiting; /* requests */
    uint8_t taken;   /* of them, by accepts that are under way */
    /* Of a socket for datagrams. */
    uint8_t is_leaving; /* one goes over the link */
    uint16_t peer_port; /* of the peer that was named; 0: none */
    uint8_t queued;     /* that wait to be received */
    uint8_t zero;
    uint64_t peer_bytes; /* that the peer's application has written */
    uint64_t peer_sent_bytes;
    uint64_t arrived_bytes;
    uint64_t received_bytes; /* given to receives */
    /* What is told of it: see notify.h. Sets of LC_FD_*. */
    uint64_t notify_event;
    uint8_t notify;          /* that are recorded */
    uint8_t noted;           /* the record */
    uint8_t is_noted;        /* recorded, and not enabled again */
    uint8_t is_attempt_over; /* to connect, since it began */
    uint8_t is_reset_told;   /* by the peer's RST */
    uint8_t is_polled;       /* somebody waits for it among others */
    uint16_t attempt_error;  /* enum lc_wsa */
};

_Static_assert(
    sizeof(struct sim_connection) == 136,
    "no byte without a name: it goes into keys");

struct sim_net_handles {
    uint32_t freed_count;
    uint32_t open_count;
    uint32_t more; /* fresh ones beyond those of their thread */
    uint32_t zero;
    uint32_t freed[SIM_HANDLES_MAX]; /* indexes, the last one freed on top */
};

struct sim_net {
    uint64_t bits_per_s;
    uint64_t latency_ns;
    uint32_t window_bytes;
    uint32_t peer_kind;   /* enum lc_peer_kind */
    uint32_t peer_number; /* what the world says with it */
    uint32_t sndbuf_bytes;
    uint32_t rcvbuf_bytes;
    uint32_t connection_end; /* behind the last place in use */
    uint32_t handle_max;     /* of a process; 0: what there is room for */
    uint32_t zero;
    uint8_t opened[SIM_THREADS_MAX]; /* the connection that a thread has opened
                                        last, by number; 0: see the taking */
    struct sim_net_handles handles[LC_PROCESSES_MAX];
    struct sim_connection
        connections[SIM_CONNECTIONS_MAX]; /* last: see the reset */
};

#define SIM_NET ((struct sim_net *)sim_arena_part(SIM_PART_NET))

/** The connection of a number that a provider or an event named. One that never
 * was ends the run. */
struct sim_connection *sim_connection_at(uint32_t number);

/** Its number, from 1. */
static inline uint32_t sim_connection_number(
    const struct sim_connection *connection)
{
    return (uint32_t)(connection - SIM_NET->connections) + 1;
}

/** Where requests to the transport are made. */
struct lc_place sim_connection_place(void);

/** A step on a connection: one on its socket. */
void sim_connection_yield(uint32_t number);

/** Whether the network is down for the request that has just yielded. */
static inline bool sim_connection_is_down(void)
{
    return sim_fault_at(LC_PLACE_SHIM, LC_SHIM_NET, sim_thread_module()) != 0;
}

/**
 * Writes a record of the wire.
 *
 * @param bytes, offset  as enum lc_wire says.
 */
void sim_connection_wire(
    const struct sim_connection *connection,
    enum lc_wire what,
    uint64_t bytes,
    uint64_t offset,
    bool is_right);

/** Who waits in a call on it looks again. */
void sim_connection_wake(struct sim_connection *connection);

/** The same, requests on it go on, and events are told of. */
void sim_connection_changed(struct sim_connection *connection);

/** Records what holds now and may be told of. */
void sim_notify_look(struct sim_connection *connection);

/** Events may be told of again, and are where they hold. */
void sim_notify_enable(struct sim_connection *connection, uint32_t events);

/** An accepted one is told of as the one that listens, from now on. */
void sim_notify_inherit(
    struct sim_connection *connection,
    const struct sim_connection *listener);

/** Who polls it looks again. */
void sim_notify_wake(struct sim_connection *connection, enum sim_wake how);

/** Time that bytes take on a link of that rate. */
static inline uint64_t sim_connection_transfer_ns(
    uint64_t bytes,
    uint64_t bits_per_s)
{
    return bytes * 8 * LC_NS_PER_S / bits_per_s;
}

/** One way, with what the choice of this packet adds. */
uint64_t sim_connection_latency_ns(struct sim_connection *connection);

/** Lets an event of the connection come. */
void sim_connection_start(
    const struct sim_connection *connection,
    enum lc_event event,
    uint64_t delay_ns,
    uint64_t value);

/** What its waits have in common. */
static inline uint64_t sim_connection_wait_key(
    const struct sim_connection *connection)
{
    return (uint64_t)(uintptr_t)connection;
}

/**
 * Waits for the next change of the connection.
 *
 * Errors: LC_WSAETIMEDOUT, LC_WSAEINTR when cancelled.
 */
enum lc_wsa sim_connection_wait(
    const struct sim_connection *connection,
    uint64_t timeout_ns);

/**
 * Opens a connection and a handle to it, without being a yield point.
 *
 * @param ret_connection  filled on LC_WSA_OK.
 *
 * Errors: as sim_net_socket().
 */
enum lc_wsa sim_connection_open(struct sim_connection **ret_connection);

/** Nothing comes any more. An RST goes out where there was a connection. */
void sim_connection_reset(struct sim_connection *connection);

/** Tells the engine whose events these are: connects that fail. At start-up. */
void sim_connect_open(void);

/** The peer is there: what it does of itself. */
void sim_receive_begin(struct sim_connection *connection);

/** The peer's application has read bytes. Returns: whether it takes them, and
 * does not reset the connection. */
bool sim_receive_peer_reads(struct sim_connection *connection, uint64_t bytes);

/** The peer has seen our FIN: it ends its own stream. */
void sim_receive_peer_ends(struct sim_connection *connection);

/** The socket is closed: nobody will ask for what comes. */
void sim_receive_stop(struct sim_connection *connection);

/** Forgets what is on its way from the peer. */
void sim_receive_forget(const struct sim_connection *connection);

/** Tells the engine whose events these are. At start-up. */
void sim_receive_open(void);

/** The system gives our end a port if it has none. */
void sim_connect_give_port(struct sim_connection *connection);

/** A socket for datagrams has got a port: a source begins. */
void sim_datagram_bound(struct sim_connection *connection);

/** Such a socket is closed: nobody will ask for what comes. */
void sim_datagram_stop(struct sim_connection *connection);

/** All datagrams of such a socket are lost. */
void sim_datagram_reset(struct sim_connection *connection);

/** A socket stops listening: who waits is reset. */
void sim_listen_end(struct sim_connection *connection);

/** Tells the engine whose events these are. At start-up. */
void sim_listen_open(void);

/** Checks the requests of one socket. */
void sim_listen_check(const struct sim_connection *connection);

/** Checks the bytes of one direction against each other. */
void sim_receive_check(const struct sim_connection *connection);

/* ---- What a connection lets requests do (net.c, receive.c) ---- */

/** Why the connection takes nothing, or LC_WSA_OK. An end of the stream that
 * was asked for after a request began is no reason for that request. */
enum lc_wsa sim_net_send_error(
    const struct sim_connection *connection,
    bool is_begun);

/** Takes over what fits, or, without a send buffer, all. */
uint32_t sim_net_take(
    struct sim_connection *connection,
    const unsigned char *bytes,
    uint32_t size_bytes);

/** Why the connection gives nothing, or LC_WSA_OK. An end of receiving that was
 * asked for after a request began is no reason for that request (SHUT-19). */
enum lc_wsa sim_receive_error(
    const struct sim_connection *connection,
    bool is_begun);

/** Whether the peer's FIN is here. */
bool sim_receive_has_ended(const struct sim_connection *connection);

/** Gives what has come, as much as there is room for. Returns: how much. */
uint32_t sim_receive_give(
    struct sim_connection *connection,
    unsigned char *bytes,
    uint32_t size_bytes);

/** Counts requests that are not through, and those of whose bytes some are not
 * taken: what comes behind them waits. */
void sim_net_count_requests(
    struct sim_connection *connection,
    int32_t all,
    int32_t untaken);

/** Puts on the wire what may go. */
void sim_net_push(struct sim_connection *connection);

#endif
