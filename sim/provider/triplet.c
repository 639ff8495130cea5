#include "sim/provider/triplet.h"

#include <stdbool.h>
#include <stddef.h>

static bool is_met(int32_t asked, int32_t offered)
{
    return asked == 0 || asked == LC_FROM_PROTOCOL_INFO || asked == offered;
}

enum lc_wsa sim_provider_match(
    struct sim_asked asked,
    const struct lc_wsaprotocol_infow *entry)
{
    if (entry == NULL || (is_met(asked.family, entry->iAddressFamily) &&
                          is_met(asked.type, entry->iSocketType) &&
                          is_met(asked.protocol, entry->iProtocol))) {
        return LC_WSA_OK;
    }
    if (!is_met(asked.family, entry->iAddressFamily)) {
        return LC_WSAEAFNOSUPPORT;
    }
    if (!is_met(asked.type, entry->iSocketType)) {
        return LC_WSAESOCKTNOSUPPORT;
    }
    /* Both are there, each for sockets of one type. */
    return asked.protocol == LC_IPPROTO_TCP || asked.protocol == LC_IPPROTO_UDP
               ? LC_WSAEPROTOTYPE
               : LC_WSAEPROTONOSUPPORT;
}
