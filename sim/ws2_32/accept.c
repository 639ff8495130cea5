#include "sim/ws2_32/accept.h"

#include <stddef.h>

#include "sim/ws2_32/route.h"

enum lc_wsa sim_wsa_listen(lc_socket socket, int32_t backlog)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_LISTEN);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    int32_t error = 0;
    int result = route.started->table.lpWSPListen(socket, backlog, &error);
    return sim_route_close(&route, result != 0, error);
}

enum lc_wsa sim_wsa_accept(
    lc_socket socket,
    lc_condition_fn *condition,
    uintptr_t data,
    lc_socket *ret_socket)
{
    struct sim_route route;
    enum lc_wsa wsa = sim_route_open(&route, socket, LC_SPI_ACCEPT);
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    int32_t error = 0;
    lc_socket accepted =
        route.started->table
            .lpWSPAccept(socket, NULL, NULL, condition, data, &error);
    wsa = sim_route_close(&route, accepted == LC_INVALID_SOCKET, error);
    if (wsa == LC_WSA_OK) {
        *ret_socket = accepted;
    }
    return wsa;
}
