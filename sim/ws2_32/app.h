/*
 * How the application makes the calls of a schedule. Inside sim/ws2_32/ only.
 */
#ifndef SIM_WS2_32_APP_H
#define SIM_WS2_32_APP_H

#include <stdbool.h>

#include "lastcall/abi.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

#include "sim/ws2_32/state.h"

/* Fills in what the record of a call says of its arguments, behind the
 * socket. */
typedef void sim_app_describe_fn(
    const struct lc_op *op,
    struct lc_record *record);

/* Makes a call and returns its error code. The record is that of the return: c
 * is the socket; a may be set to the result of a success. */
typedef enum lc_wsa sim_app_make_fn(
    const struct lc_op *op,
    struct lc_record *record);

/* How a call of a schedule is made. */
struct sim_app_call {
    sim_app_describe_fn *describe; /* NULL: nothing */
    sim_app_make_fn *make;
    bool has_socket;
    bool is_windows; /* ws2_32 has no part in it */
};

/** What the application's threads share in the process that is running. */
struct sim_app_process *sim_app_process_running(void);

/** What a variable of the running process holds: LC_INVALID_SOCKET before it is
 * set. */
lc_socket sim_app_socket(uint32_t variable);

/**
 * Sets a variable to a new socket.
 *
 * @param stream  the transport's handle of it, if that is known.
 */
void sim_app_set_socket(uint32_t variable, lc_socket socket, lc_socket stream);

/** The record's b is the first argument. */
void sim_app_describe_value(const struct lc_op *op, struct lc_record *record);

/* app_receive.c: calls of the receive path, and names of sockets. */
enum lc_wsa sim_app_recv(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_send_disconnect(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_recv_disconnect(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_bind(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_getsockname(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_getpeername(
    const struct lc_op *op,
    struct lc_record *record);
void sim_app_describe_rcvbuf(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_rcvbuf(const struct lc_op *op, struct lc_record *record);
void sim_app_describe_soerror(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_soerror(const struct lc_op *op, struct lc_record *record);
void sim_app_describe_fionread(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_fionread(const struct lc_op *op, struct lc_record *record);

/* What a receive has brought. */
struct sim_app_received {
    const unsigned char *bytes;
    lc_socket stream; /* of the socket when it began */
    uint32_t size_bytes;
    enum lc_wsa wsa;
    bool has_sender; /* it asked who has sent it */
    uint16_t port;   /* of the sender */
};

/* app_datagram.c: calls that name the other end. */

/** Fills in the record of a receive: its bytes, and whether they are those that
 * the peer sent there. */
void sim_app_receive_ends(
    const struct lc_op *op,
    struct lc_record *record,
    const struct sim_app_received *received);
sim_app_describe_fn sim_app_describe_to;
sim_app_make_fn sim_app_sendto;
sim_app_make_fn sim_app_recvfrom;
sim_app_make_fn sim_app_connect_to;

/* app_end.c: ends of threads and processes. Those that end the thread do not
 * return. */
enum lc_wsa sim_app_load_library(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_free_library(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_free_foreign(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_exit_thread(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_exit_process(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_terminate_process(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_terminate_thread(
    const struct lc_op *op,
    struct lc_record *record);
/* app_overlapped.c */
sim_app_describe_fn sim_app_describe_overlapped;
sim_app_describe_fn sim_app_describe_result;
sim_app_describe_fn sim_app_describe_wait;
sim_app_make_fn sim_app_wsasend;
sim_app_make_fn sim_app_get_overlapped;
sim_app_make_fn sim_app_create_event;
sim_app_make_fn sim_app_close_event;
sim_app_make_fn sim_app_set_event;
sim_app_make_fn sim_app_reset_event;
sim_app_make_fn sim_app_wait;
sim_app_make_fn sim_app_sleep_ex;
sim_app_make_fn sim_app_create_port;
sim_app_make_fn sim_app_dequeue;
sim_app_make_fn sim_app_post;
/* The structure of an operation, with the event that the call names. */
struct lc_wsaoverlapped *sim_app_take_overlapped(
    const struct lc_op *op,
    uint32_t number);
/* It has begun: it is the last one of the socket's. */
void sim_app_began_overlapped(const struct lc_op *op, uint32_t number);
/* app_wsarecv.c */
sim_app_make_fn sim_app_wsarecv;
/* app_accept.c: calls of sockets that listen. */
enum lc_wsa sim_app_listen(const struct lc_op *op, struct lc_record *record);
void sim_app_describe_accept(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_accept(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_wsa_accept(
    const struct lc_op *op,
    struct lc_record *record);

/* hook.c */
sim_app_describe_fn sim_app_describe_hook;
sim_app_make_fn sim_app_set_hook;
sim_app_make_fn sim_app_unhook;
sim_app_make_fn sim_app_is_blocking;
sim_app_make_fn sim_app_cancel;

/* app_network.c */
sim_app_describe_fn sim_app_describe_event_select;
sim_app_describe_fn sim_app_describe_select;
sim_app_make_fn sim_app_event_select;
sim_app_make_fn sim_app_enum_network_events;
sim_app_make_fn sim_app_select;

#endif
