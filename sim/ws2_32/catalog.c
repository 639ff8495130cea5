#include "sim/ws2_32/catalog.h"

#include <string.h>

#include "lastcall/check.h"
#include "lastcall/trace.h"
#include "lastcall/triplet.h"

#include "sim/engine/module.h"
#include "sim/ws2_32/state.h"

enum {
    PATH_CHARACTERS = 64
};

/* Describes the world, not the run's state: written between runs only. */
static struct {
    bool is_built;
    uint32_t provider_count;
    uint32_t chain_count;
    struct lc_provider providers[LC_PROVIDERS_MAX];
    struct lc_chain chains[LC_CHAINS_MAX];
    uint32_t protocol_count;
    struct lc_served protocols[LC_PROTOCOLS_MAX];
    uint32_t count;

    struct {
        uint8_t module;
        struct lc_wsaprotocol_infow info;
        lc_wchar path[PATH_CHARACTERS];
    } entries[SIM_CATALOG_MAX];

    char expanded[LC_PROVIDERS_MAX][PATH_CHARACTERS];
} catalog;

static bool is_same_world(const struct lc_world *world)
{
    return catalog.is_built &&
           catalog.provider_count == world->provider_count &&
           catalog.chain_count == world->chain_count &&
           catalog.protocol_count == world->protocol_count &&
           memcmp(
               catalog.providers,
               world->providers,
               world->provider_count * sizeof world->providers[0]) == 0 &&
           memcmp(
               catalog.chains,
               world->chains,
               world->chain_count * sizeof world->chains[0]) == 0 &&
           memcmp(
               catalog.protocols,
               world->protocols,
               world->protocol_count * sizeof world->protocols[0]) == 0;
}

static uint32_t widen(lc_wchar *to, uint32_t capacity, const char *from)
{
    uint32_t length = 0;
    while (from[length] != '\0' && length + 1 < capacity) {
        to[length] = (unsigned char)from[length];
        length++;
    }
    to[length] = 0;
    return length;
}

static void put_path(uint32_t index, const char *name)
{
    static const char directory[] = "%SystemRoot%\\system32\\";
    lc_wchar *path = catalog.entries[index].path;
    uint32_t length = widen(path, PATH_CHARACTERS, directory);
    length += widen(path + length, PATH_CHARACTERS - length, name);
    (void)widen(path + length, PATH_CHARACTERS - length, ".dll");
}

/* The same path with the variable in place, as LoadLibrary gets it. */
static void install(uint32_t provider, const char *name)
{
    static const char directory[] = "C:\\Windows\\system32\\";
    char *path = catalog.expanded[provider];
    size_t length = strlen(name);
    LC_CHECK(sizeof directory + length + 4 <= PATH_CHARACTERS);
    memcpy(path, directory, sizeof directory);
    memcpy(path + sizeof directory - 1, name, length + 1);
    memcpy(path + sizeof directory - 1 + length, ".dll", 5);
    sim_module_set_path(LC_MODULE_PROVIDER + provider, path);
}

/* An entry is for datagrams. */
static void make_connectionless(struct lc_wsaprotocol_infow *info)
{
    info->dwServiceFlags1 = (info->dwServiceFlags1 & LC_XP1_IFS_HANDLES) |
                            LC_XP1_CONNECTIONLESS | LC_XP1_MESSAGE_ORIENTED;
    info->dwMessageSize =
        info->iSocketType == LC_SOCK_DGRAM ? LC_DATAGRAM_MAX : UINT16_MAX;
}

/* The same, the first entry of a base or of a chain over one. */
static void make_datagram(struct lc_wsaprotocol_infow *info)
{
    info->iSocketType = LC_SOCK_DGRAM;
    info->iProtocol = LC_IPPROTO_UDP;
    make_connectionless(info);
}

static void add_entry(uint32_t provider, const char *name, int32_t chain_length)
{
    LC_CHECK(catalog.count < SIM_CATALOG_MAX);
    uint32_t index = catalog.count;
    catalog.count++;
    catalog.entries[index].module = (uint8_t)(LC_MODULE_PROVIDER + provider);
    struct lc_wsaprotocol_infow *info = &catalog.entries[index].info;
    memset(info, 0, sizeof *info);
    info->dwServiceFlags1 = LC_XP1_GUARANTEED_DELIVERY |
                            LC_XP1_GUARANTEED_ORDER | LC_XP1_GRACEFUL_CLOSE;
    /* HANDLE-5. Of a chain: what its first layer hands out. */
    if (!lc_provider_has_own(&catalog.providers[provider])) {
        info->dwServiceFlags1 |= LC_XP1_IFS_HANDLES;
    }
    info->dwProviderFlags = LC_PFL_MATCHES_PROTOCOL_ZERO;
    if (chain_length == LC_LAYERED_PROTOCOL) {
        info->dwProviderFlags |= LC_PFL_HIDDEN;
    }
    info->ProviderId = (struct lc_guid){
        .Data1 = 0x4c430000U + index,
        .Data2 = 0x6c61,
        .Data3 = 0x7374,
        .Data4 = { 'c', 'a', 'l', 'l', 0, 0, 0, (uint8_t)(index + 1) },
    };
    info->dwCatalogEntryId = index + 1;
    info->ProtocolChain.ChainLen = chain_length;
    info->iVersion = 2;
    info->iAddressFamily = LC_AF_INET;
    info->iMaxSockAddr = sizeof(struct lc_sockaddr_in);
    info->iMinSockAddr = sizeof(struct lc_sockaddr_in);
    info->iSocketType = LC_SOCK_STREAM;
    info->iProtocol = LC_IPPROTO_TCP;
    (void)widen(info->szProtocol, LC_WSAPROTOCOL_LEN + 1, name);
    put_path(index, catalog.providers[provider].name);
}

/* Id of the entry that stands for a provider in a chain. */
static uint32_t member_id(const struct lc_world *world, uint32_t provider)
{
    bool is_base = world->providers[provider].kind == LC_PROVIDER_BASE;
    for (uint32_t i = world->chain_count; i < catalog.count; i++) {
        if (catalog.entries[i].module == LC_MODULE_PROVIDER + provider &&
            (catalog.entries[i].info.ProtocolChain.ChainLen ==
             LC_BASE_PROTOCOL) == is_base) {
            return i + 1;
        }
    }
    return 0;
}

static void link_chains(const struct lc_world *world)
{
    for (uint32_t c = 0; c < world->chain_count; c++) {
        const struct lc_chain *chain = &world->chains[c];
        struct lc_wsaprotocolchain *entries =
            &catalog.entries[c].info.ProtocolChain;
        for (uint32_t i = 0; i < chain->length; i++) {
            entries->ChainEntries[i] = member_id(world, chain->providers[i]);
            LC_CHECK(entries->ChainEntries[i] != 0);
        }
    }
}

/* One more entry of a base's DLL, for another protocol. */
static void add_protocol(const struct lc_served *protocol)
{
    const char *name = catalog.providers[protocol->provider].name;
    add_entry(protocol->provider, name, LC_BASE_PROTOCOL);
    struct lc_wsaprotocol_infow *info =
        &catalog.entries[catalog.count - 1].info;
    info->dwProviderFlags =
        (protocol->zero ? (uint32_t)LC_PFL_MATCHES_PROTOCOL_ZERO : 0) |
        (protocol->hidden ? (uint32_t)LC_PFL_HIDDEN : 0);
    info->iAddressFamily = lc_triplet_af(protocol->triplet);
    info->iSocketType = lc_triplet_sock(protocol->triplet);
    info->iProtocol = lc_triplet_ipproto(protocol->triplet);
    if (info->iSocketType != LC_SOCK_STREAM) {
        make_connectionless(info);
    }
}

void sim_catalog_build(const struct lc_world *world)
{
    LC_CHECK(world->provider_count <= LC_PROVIDERS_MAX);
    LC_CHECK(world->chain_count <= LC_CHAINS_MAX);
    if (is_same_world(world)) {
        return;
    }
    memset(&catalog, 0, sizeof catalog);
    catalog.provider_count = world->provider_count;
    catalog.chain_count = world->chain_count;
    memcpy(catalog.providers, world->providers, sizeof catalog.providers);
    memcpy(catalog.chains, world->chains, sizeof catalog.chains);
    catalog.protocol_count = world->protocol_count;
    memcpy(catalog.protocols, world->protocols, sizeof catalog.protocols);
    for (uint32_t module = 0; module < LC_PROVIDERS_MAX; module++) {
        sim_module_set_path(LC_MODULE_PROVIDER + module, NULL);
    }
    for (uint32_t p = 0; p < world->provider_count; p++) {
        install(p, world->providers[p].name);
    }
    for (uint32_t c = 0; c < world->chain_count; c++) {
        uint32_t top = world->chains[c].providers[0];
        add_entry(top, world->providers[top].name, world->chains[c].length);
        uint32_t base = world->chains[c].providers[world->chains[c].length - 1];
        if (world->providers[base].is_datagram) {
            make_datagram(&catalog.entries[c].info);
        }
    }
    for (uint32_t p = 0; p < world->provider_count; p++) {
        if (world->providers[p].kind == LC_PROVIDER_BASE) {
            add_entry(p, world->providers[p].name, LC_BASE_PROTOCOL);
            if (world->providers[p].is_datagram) {
                make_datagram(&catalog.entries[catalog.count - 1].info);
            }
        }
    }
    for (uint32_t p = 0; p < world->provider_count; p++) {
        if (world->providers[p].kind != LC_PROVIDER_BASE) {
            add_entry(p, world->providers[p].name, LC_LAYERED_PROTOCOL);
        }
    }
    link_chains(world);
    for (uint32_t i = 0; i < world->protocol_count; i++) {
        add_protocol(&world->protocols[i]);
    }
    catalog.is_built = true;
}

void sim_catalog_forget(void)
{
    catalog.is_built = false;
}

uint32_t sim_catalog_count(void)
{
    return catalog.count;
}

const struct lc_wsaprotocol_infow *sim_catalog_entry(uint32_t index)
{
    LC_CHECK(index < catalog.count);
    return &catalog.entries[index].info;
}

uint32_t sim_catalog_module(uint32_t index)
{
    LC_CHECK(index < catalog.count);
    return catalog.entries[index].module;
}

uint32_t sim_catalog_same(const struct lc_wsaprotocol_infow *info)
{
    if (info == NULL || info->dwCatalogEntryId == 0 ||
        info->dwCatalogEntryId > catalog.count) {
        return 0;
    }
    uint32_t index = info->dwCatalogEntryId - 1;
    return memcmp(info, &catalog.entries[index].info, sizeof *info) == 0
               ? index + 1
               : 0;
}

const lc_wchar *sim_catalog_path(uint32_t index)
{
    LC_CHECK(index < catalog.count);
    return catalog.entries[index].path;
}

uint32_t sim_catalog_find(const struct lc_guid *provider_id)
{
    LC_CHECK(provider_id != NULL);
    for (uint32_t i = 0; i < catalog.count; i++) {
        if (memcmp(
                provider_id,
                &catalog.entries[i].info.ProviderId,
                sizeof *provider_id) == 0) {
            return i;
        }
    }
    return catalog.count;
}
