#include "sim/provider/accept.h"

#include <stddef.h>
#include <string.h>

#include "sim/net/listen.h"

/* An end of the connection as a condition function is told of it. */
static struct lc_sockaddr_in address_of(uint8_t last_byte)
{
    return (struct lc_sockaddr_in){
        .sin_family = LC_AF_INET,
        .sin_addr.S_un.S_un_b = { 192, 0, 2, last_byte },
    };
}

/* Source: documented. WSAAccept, Remarks: the caller's and the callee's
 * address; no connect data and no quality of service for TCP. */
static int call(const struct sim_provider_accept *arguments)
{
    struct lc_sockaddr_in caller = address_of(2);
    struct lc_sockaddr_in callee = address_of(1);
    struct lc_wsabuf caller_id = { .len = sizeof caller,
                                   .buf = (char *)&caller };
    struct lc_wsabuf callee_id = { .len = sizeof callee,
                                   .buf = (char *)&callee };
    uint32_t group = 0;
    return arguments->condition(
        &caller_id,
        NULL,
        NULL,
        NULL,
        &callee_id,
        NULL,
        &group,
        arguments->callback_data);
}

enum lc_wsa sim_provider_ask(
    uint32_t connection,
    const struct sim_provider_accept *arguments)
{
    int answer = arguments->condition == NULL ? LC_CF_ACCEPT : call(arguments);
    if (answer == LC_CF_ACCEPT) {
        return LC_WSA_OK;
    }
    if (answer == LC_CF_DEFER) {
        sim_listen_put_back(connection);
        return LC_WSATRY_AGAIN;
    }
    sim_listen_reject(connection);
    return LC_WSAECONNREFUSED;
}
