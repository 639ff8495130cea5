/*
 * The application's calls of the receive path, and those that ask for names and
 * states of sockets.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/net/receive.h"
#include "sim/ws2_32/app.h"
#include "sim/ws2_32/receive.h"
#include "sim/ws2_32/ws2_32.h"

/* Whether the bytes are those that the peer sent there. */
static bool is_right(
    lc_socket stream,
    uint64_t offset_bytes,
    const unsigned char *bytes,
    uint32_t size_bytes)
{
    const unsigned char *right = sim_receive_pattern(stream, offset_bytes);
    return memcmp(bytes, right, size_bytes) == 0;
}

enum lc_wsa sim_app_recv(const struct lc_op *op, struct lc_record *record)
{
    struct sim_app_process *app = sim_app_process_running();
    lc_socket socket = (lc_socket)record->c;
    unsigned char bytes[LC_RECV_MAX];
    uint32_t received = 0;
    LC_CHECK(op->value <= sizeof bytes);
    memset(bytes, 0, sizeof bytes); /* it is part of the state */
    enum lc_wsa wsa = sim_wsa_recv(socket, bytes, op->value, &received);
    if (wsa == LC_WSA_OK) {
        lc_socket stream = app->streams[op->socket];
        uint64_t offset = app->received_bytes[op->socket];
        record->a = received;
        record->d =
            received <= op->value && is_right(stream, offset, bytes, received);
        app->received_bytes[op->socket] += received;
    }
    return wsa;
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
