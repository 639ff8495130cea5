#include "sim/ws2_32/address.h"

#include <string.h>

#include "sim/ws2_32/catalog.h"
#include "sim/ws2_32/installed.h"
#include "sim/ws2_32/route.h"
#include "sim/ws2_32/state.h"

enum {
    TEXT_MAX = 64
};

/* 127.0.0.1:80. */
static struct lc_sockaddr the_address(void)
{
    static const unsigned char bytes[] = { 127, 0, 0, 1 };
    struct lc_sockaddr_in inet = {
        .sin_family = LC_AF_INET,
        .sin_port = 0x5000, /* 80 in network order */
    };
    struct lc_sockaddr address;
    memcpy(&inet.sin_addr, bytes, sizeof bytes);
    memcpy(&address, &inet, sizeof address);
    return address;
}

/* Starts the provider of an entry if need be, and counts the call in. */
static enum lc_wsa route_open(
    struct sim_route *route,
    uint32_t entry,
    enum lc_spi function)
{
    if (sim_ws2_process()->startup_count == 0) {
        return LC_WSANOTINITIALISED;
    }
    /* A layer's own entry can't be started for: its chain has no length. */
    bool is_there = sim_installed_has(sim_installed_view(), entry) &&
                    sim_catalog_entry(entry)->ProtocolChain.ChainLen != 0;
    return is_there ? sim_route_start(route, entry, function) : LC_WSAEINVAL;
}

enum lc_wsa sim_wsa_address_to_string(uint32_t entry)
{
    struct sim_route route;
    enum lc_wsa wsa = route_open(&route, entry, LC_SPI_ADDRESS_TO_STRING);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_wsaprotocol_infow info = *sim_catalog_entry(entry);
    struct lc_sockaddr address = the_address();
    lc_wchar text[TEXT_MAX];
    uint32_t characters = TEXT_MAX;
    int32_t error = 0;
    int result = route.started->table.lpWSPAddressToString(
        &address,
        sizeof address,
        &info,
        text,
        &characters,
        &error);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_string_to_address(uint32_t entry)
{
    static const char plain[] = "127.0.0.1:80";
    struct sim_route route;
    enum lc_wsa wsa = route_open(&route, entry, LC_SPI_STRING_TO_ADDRESS);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_wsaprotocol_infow info = *sim_catalog_entry(entry);
    lc_wchar text[sizeof plain];
    for (uint32_t i = 0; i < sizeof plain; i++) {
        text[i] = (lc_wchar)plain[i];
    }
    struct lc_sockaddr address;
    int32_t bytes = sizeof address;
    int32_t error = 0;
    int result = route.started->table.lpWSPStringToAddress(
        text,
        LC_AF_INET,
        &info,
        &address,
        &bytes,
        &error);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_join_leaf(lc_socket socket)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_JOIN_LEAF);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    struct lc_sockaddr address = the_address();
    int32_t error = 0;
    lc_socket joined = route.started->table.lpWSPJoinLeaf(
        socket,
        &address,
        sizeof address,
        NULL,
        NULL,
        NULL,
        NULL,
        LC_JL_BOTH,
        &error);
    return sim_route_close(&route, joined == LC_INVALID_SOCKET, error);
}

enum lc_wsa sim_wsa_get_qos_by_name(lc_socket socket)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_GET_QOS_BY_NAME);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    char name[] = "voice";
    struct lc_wsabuf buffer = { .len = sizeof name, .buf = name };
    struct lc_qos qos;
    memset(&qos, 0, sizeof qos);
    int32_t error = 0;
    int result =
        route.started->table.lpWSPGetQOSByName(socket, &buffer, &qos, &error);
    return sim_route_close(&route, result == 0, error);
}

enum lc_wsa sim_app_address_to_string(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return sim_wsa_address_to_string(op->entry);
}

enum lc_wsa sim_app_string_to_address(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return sim_wsa_string_to_address(op->entry);
}

enum lc_wsa sim_app_join_leaf(const struct lc_op *op, struct lc_record *record)
{
    (void)op;
    return sim_wsa_join_leaf((lc_socket)record->c);
}

enum lc_wsa sim_app_get_qos_by_name(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    return sim_wsa_get_qos_by_name((lc_socket)record->c);
}
