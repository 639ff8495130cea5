#include "sim/provider/datagram.h"

#include <stddef.h>
#include <string.h>

#include "sim/net/datagram.h"
#include "sim/provider/receive.h"

/* The port of an address. */
static enum lc_wsa port_of(
    const struct lc_sockaddr *name,
    int32_t name_bytes,
    uint16_t *ret_port)
{
    struct lc_sockaddr_in address;
    if (name_bytes < (int32_t)sizeof address) {
        return LC_WSAEFAULT;
    }
    memcpy(&address, name, sizeof address);
    *ret_port = (uint16_t)(address.sin_port << 8 | address.sin_port >> 8);
    return LC_WSA_OK;
}

enum lc_wsa sim_provider_send_to(
    const struct sim_provider_send_to *send,
    uint32_t *ret_bytes)
{
    if ((send->buffers == NULL && send->buffer_count > 0) ||
        ret_bytes == NULL) {
        return LC_WSAEFAULT;
    }
    struct sim_datagram_call call = {
        .number = send->connection,
        .buffers = send->buffers,
        .count = send->buffer_count,
        .has_name = send->has_name,
        .wait = send->wait,
    };
    if (send->to != NULL) {
        enum lc_wsa error = port_of(send->to, send->to_bytes, &call.port);
        if (error != LC_WSA_OK) {
            return error;
        }
    }
    return sim_datagram_send(&call, ret_bytes);
}

enum lc_wsa sim_provider_receive_from(
    const struct sim_provider_receive_from *receive,
    uint32_t *ret_bytes)
{
    bool has_from = receive->from != NULL;
    if ((receive->buffers == NULL && receive->buffer_count > 0) ||
        receive->flags == NULL || ret_bytes == NULL ||
        (has_from &&
         (receive->from_bytes == NULL ||
          *receive->from_bytes < (int32_t)sizeof(struct lc_sockaddr_in)))) {
        return LC_WSAEFAULT;
    }
    if (*receive->flags != 0) {
        return LC_WSAEOPNOTSUPP;
    }
    struct sim_datagram_call call = {
        .number = receive->connection,
        .buffers = receive->buffers,
        .count = receive->buffer_count,
        .wait = receive->wait,
    };
    enum lc_wsa error = sim_datagram_receive(&call, ret_bytes);
    if (has_from && (error == LC_WSA_OK || error == LC_WSAEMSGSIZE)) {
        (void)sim_provider_put_peer(
            call.port,
            receive->from,
            receive->from_bytes);
    }
    return error;
}

enum lc_wsa sim_provider_name_peer(
    uint32_t connection,
    const struct lc_sockaddr *name,
    int32_t name_bytes)
{
    uint16_t port = 0;
    enum lc_wsa error = port_of(name, name_bytes, &port);
    return error == LC_WSA_OK ? sim_datagram_connect(connection, port) : error;
}
