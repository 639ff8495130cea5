#include "sim/provider/receive.h"

#include <stddef.h>
#include <string.h>

#include "sim/net/datagram.h"
#include "sim/net/net.h"
#include "sim/net/receive.h"

enum lc_wsa sim_provider_receive(
    const struct sim_provider_receive *receive,
    uint32_t *ret_bytes)
{
    if (receive->buffers == NULL || receive->flags == NULL ||
        ret_bytes == NULL) {
        return LC_WSAEFAULT;
    }
    if (*receive->flags != 0) {
        return LC_WSAEOPNOTSUPP;
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < receive->buffer_count; i++) {
        uint32_t taken = 0;
        enum lc_wsa error = sim_receive_take(
            receive->connection,
            (unsigned char *)receive->buffers[i].buf,
            receive->buffers[i].len,
            receive->wait && sum == 0,
            &taken);
        if (error != LC_WSA_OK && sum == 0) {
            return error;
        }
        sum += taken;
        if (taken < receive->buffers[i].len) {
            break;
        }
    }
    *ret_bytes = sum;
    return LC_WSA_OK;
}

/* A port as it stands in an address. */
static uint16_t swapped(uint16_t port)
{
    return (uint16_t)(port << 8 | port >> 8);
}

enum lc_wsa sim_provider_bind(
    uint32_t connection,
    const struct lc_sockaddr *name,
    int32_t name_bytes)
{
    struct lc_sockaddr_in address;
    if (name == NULL || name_bytes < (int32_t)sizeof address) {
        return LC_WSAEFAULT;
    }
    memcpy(&address, name, sizeof address);
    if (address.sin_family != LC_AF_INET) {
        return LC_WSAEAFNOSUPPORT;
    }
    return sim_net_bind(connection, swapped(address.sin_port));
}

/* 192.0.2.1 is ours, 192.0.2.2 the peer's: addresses for examples. */
static enum lc_wsa put_name(
    uint16_t port,
    uint8_t last_byte,
    struct lc_sockaddr *ret_name,
    int32_t *name_bytes)
{
    struct lc_sockaddr_in address = {
        .sin_family = LC_AF_INET,
        .sin_port = swapped(port),
        .sin_addr.S_un.S_un_b = { 192, 0, 2, last_byte },
    };
    if (ret_name == NULL || name_bytes == NULL ||
        *name_bytes < (int32_t)sizeof address) {
        return LC_WSAEFAULT;
    }
    memcpy(ret_name, &address, sizeof address);
    *name_bytes = sizeof address;
    return LC_WSA_OK;
}

enum lc_wsa sim_provider_get_sock_name(
    uint32_t connection,
    struct lc_sockaddr *ret_name,
    int32_t *name_bytes)
{
    uint16_t port = sim_net_port(connection);
    return port == 0 ? LC_WSAEINVAL : put_name(port, 1, ret_name, name_bytes);
}

enum lc_wsa sim_provider_put_peer(
    uint16_t port,
    struct lc_sockaddr *ret_name,
    int32_t *name_bytes)
{
    return put_name(port, 2, ret_name, name_bytes);
}

enum lc_wsa sim_provider_get_peer_name(
    uint32_t connection,
    struct lc_sockaddr *ret_name,
    int32_t *name_bytes)
{
    if (sim_datagram_peer(connection) != 0) {
        return sim_provider_put_peer(
            sim_datagram_peer(connection),
            ret_name,
            name_bytes);
    }
    return sim_net_is_connected(connection) ? put_name(
                                                  sim_net_peer_port(connection),
                                                  2,
                                                  ret_name,
                                                  name_bytes)
                                            : LC_WSAENOTCONN;
}
