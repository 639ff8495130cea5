#include "sim/ws2_32/select.h"

#include <stdbool.h>

#include "lastcall/triplet.h"

#include "sim/ws2_32/catalog.h"
#include "sim/ws2_32/installed.h"

/* Which of the three an entry has. */
struct match {
    bool family;
    bool type;
    bool protocol;
};

static struct match match_of(uint32_t entry, uint32_t triplet)
{
    const struct lc_wsaprotocol_infow *info = sim_catalog_entry(entry);
    int32_t family = lc_triplet_af(triplet);
    int32_t type = lc_triplet_sock(triplet);
    int32_t protocol = lc_triplet_ipproto(triplet);
    bool takes_zero =
        (info->dwProviderFlags & LC_PFL_MATCHES_PROTOCOL_ZERO) != 0;
    return (struct match){
        .family = family == LC_AF_UNSPEC || family == info->iAddressFamily,
        .type = type == 0 || type == info->iSocketType,
        .protocol = protocol == LC_IPPROTO_IP ? takes_zero
                                              : protocol == info->iProtocol,
    };
}

enum lc_wsa sim_select(
    const struct sim_entry_list *list,
    uint32_t triplet,
    uint32_t *ret_entry)
{
    if (lc_triplet_af(triplet) == LC_AF_UNSPEC &&
        lc_triplet_sock(triplet) == 0 &&
        lc_triplet_ipproto(triplet) == LC_IPPROTO_IP) {
        return LC_WSAEINVAL;
    }
    bool has_family = false;
    bool has_type = false; /* of that family */
    bool has_protocol = false;
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t entry = list->entries[i];
        if (!sim_installed_is_shown(entry)) {
            continue;
        }
        struct match match = match_of(entry, triplet);
        if (match.family && match.type && match.protocol) {
            *ret_entry = entry;
            return LC_WSA_OK;
        }
        has_family |= match.family;
        has_type |= match.family && match.type;
        has_protocol |= match.family && match.protocol;
    }
    return !has_family     ? LC_WSAEAFNOSUPPORT
           : !has_type     ? LC_WSAESOCKTNOSUPPORT
           : !has_protocol ? LC_WSAEPROTONOSUPPORT
                           : LC_WSAEPROTOTYPE;
}
