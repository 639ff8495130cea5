/*
 * The application's calls that name the other end.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/net/datagram.h"
#include "sim/net/net.h"
#include "sim/net/receive.h"
#include "sim/ws2_32/app.h"
#include "sim/ws2_32/datagram.h"

void sim_app_describe_to(const struct lc_op *op, struct lc_record *record)
{
    record->b = op->value;
    record->c = op->value2;
}

enum lc_wsa sim_app_sendto(const struct lc_op *op, struct lc_record *record)
{
    struct sim_app_process *app = sim_app_process_running();
    const unsigned char *bytes =
        sim_net_pattern(app->streams[op->socket], app->sent_bytes[op->socket]);
    struct lc_wsabuf buffer = {
        .len = op->value,
        .buf = (char *)(uintptr_t)bytes,
    };
    uint32_t sent = 0;
    enum lc_wsa wsa = sim_wsa_send_to(
        (lc_socket)record->c,
        &buffer,
        (enum lc_address)op->value2,
        &sent);
    if (wsa == LC_WSA_OK) {
        record->a = sent;
        app->sent_bytes[op->socket] += sent;
    }
    return wsa;
}

/* The same of a datagram: bytes and sender are those of the one that the
 * transport gave last. One that was cut has filled the buffer. */
static bool is_right_datagram(
    const struct sim_datagram_given *given,
    lc_socket stream,
    uint32_t asked_bytes,
    const struct sim_app_received *received)
{
    uint32_t bytes =
        received->wsa == LC_WSA_OK ? received->size_bytes : asked_bytes;
    return bytes <= asked_bytes && bytes <= given->size_bytes &&
           memcmp(
               received->bytes,
               sim_receive_pattern(stream, given->offset_bytes),
               bytes) == 0 &&
           (!received->has_sender || received->port == given->port);
}

void sim_app_receive_ends(
    const struct lc_op *op,
    struct lc_record *record,
    const struct sim_app_received *received)
{
    struct sim_app_process *app = sim_app_process_running();
    lc_socket stream = received->stream;
    struct sim_datagram_given given;
    bool is_ok = received->wsa == LC_WSA_OK;
    if (is_ok) {
        record->a = received->size_bytes;
    }
    if (sim_datagram_find_given(stream, &given)) {
        record->d = (is_ok || received->wsa == LC_WSAEMSGSIZE) &&
                    is_right_datagram(&given, stream, op->value, received);
    } else if (is_ok) {
        uint64_t place = 0;
        bool is_found = received->size_bytes > 0 &&
                        received->size_bytes <= op->value &&
                        sim_receive_find(
                            stream,
                            received->bytes,
                            received->size_bytes,
                            app->received_bytes[op->socket],
                            &place);
        record->d = is_found ? (int64_t)place + 1 : 0;
        if (app->streams[op->socket] == stream) {
            app->received_bytes[op->socket] += received->size_bytes;
        }
    }
}

enum lc_wsa sim_app_recvfrom(const struct lc_op *op, struct lc_record *record)
{
    unsigned char bytes[LC_RECV_MAX];
    struct lc_wsabuf buffer = { .len = op->value, .buf = (char *)bytes };
    struct sim_app_received received = {
        .bytes = bytes,
        .stream = sim_app_process_running()->streams[op->socket],
        .has_sender = true,
    };
    LC_CHECK(op->value <= sizeof bytes);
    memset(bytes, 0, sizeof bytes); /* it is part of the state */
    received.wsa = sim_wsa_recv_from(
        (lc_socket)record->c,
        &buffer,
        &received.size_bytes,
        &received.port);
    sim_app_receive_ends(op, record, &received);
    return received.wsa;
}

enum lc_wsa sim_app_connect_to(const struct lc_op *op, struct lc_record *record)
{
    return sim_wsa_connect_to((lc_socket)record->c, (enum lc_address)op->value);
}
