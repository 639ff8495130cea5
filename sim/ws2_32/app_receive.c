/*
 * The application's calls of the receive path, and those that ask for names and
 * states of sockets.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/ws2_32/app.h"
#include "sim/ws2_32/receive.h"
#include "sim/ws2_32/ws2_32.h"

enum lc_wsa sim_app_recv(const struct lc_op *op, struct lc_record *record)
{
    unsigned char bytes[LC_RECV_MAX];
    struct sim_app_received received = {
        .bytes = bytes,
        .stream = sim_app_process_running()->streams[op->socket],
    };
    LC_CHECK(op->value <= sizeof bytes);
    memset(bytes, 0, sizeof bytes); /* it is part of the state */
    received.wsa = sim_wsa_recv(
        (lc_socket)record->c,
        bytes,
        op->value,
        &received.size_bytes);
    sim_app_receive_ends(op, record, &received);
    return received.wsa;
}

enum lc_wsa sim_app_send_disconnect(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    return sim_wsa_send_disconnect((lc_socket)record->c);
}

enum lc_wsa sim_app_recv_disconnect(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    return sim_wsa_recv_disconnect((lc_socket)record->c);
}

enum lc_wsa sim_app_bind(const struct lc_op *op, struct lc_record *record)
{
    return sim_wsa_bind((lc_socket)record->c, (uint16_t)op->value);
}

static enum lc_wsa make_name(struct lc_record *record, bool is_peer)
{
    uint16_t port = 0;
    enum lc_wsa wsa = sim_wsa_name((lc_socket)record->c, is_peer, &port);
    record->d = port;
    return wsa;
}

enum lc_wsa sim_app_getsockname(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    return make_name(record, false);
}

enum lc_wsa sim_app_getpeername(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    return make_name(record, true);
}

void sim_app_describe_rcvbuf(const struct lc_op *op, struct lc_record *record)
{
    record->b = LC_SO_RCVBUF;
    record->c = op->value;
}

enum lc_wsa sim_app_rcvbuf(const struct lc_op *op, struct lc_record *record)
{
    return sim_wsa_set_option(
        (lc_socket)record->c,
        LC_SO_RCVBUF,
        &op->value,
        sizeof op->value);
}

void sim_app_describe_soerror(const struct lc_op *op, struct lc_record *record)
{
    (void)op;
    record->b = LC_SO_ERROR;
}

enum lc_wsa sim_app_soerror(const struct lc_op *op, struct lc_record *record)
{
    (void)op;
    uint32_t value = 0;
    enum lc_wsa wsa =
        sim_wsa_get_option((lc_socket)record->c, LC_SO_ERROR, &value);
    record->d = value;
    return wsa;
}

void sim_app_describe_fionread(const struct lc_op *op, struct lc_record *record)
{
    (void)op;
    record->b = LC_FIONREAD;
}

enum lc_wsa sim_app_fionread(const struct lc_op *op, struct lc_record *record)
{
    (void)op;
    uint32_t value = 0;
    enum lc_wsa wsa = sim_wsa_unread((lc_socket)record->c, &value);
    record->d = value;
    return wsa;
}
