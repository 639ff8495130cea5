#include "fuzz/schedule.h"

#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/fail.h"
#include "lastcall/nsp.h"
#include "lastcall/trace.h"
#include "lastcall/triplet.h"
#include "lastcall/version.h"

#include "fuzz/call.h"
#include "fuzz/words.h"

void fuzz_schedule_default_world(struct lc_world *ret_world)
{
    struct lc_world *world = ret_world;
    memset(world, 0, sizeof *world);
    world->provider_count = 2;
    memcpy(world->providers[0].name, "tcp", sizeof "tcp");
    world->providers[0].kind = LC_PROVIDER_BASE;
    memcpy(world->providers[1].name, "filter", sizeof "filter");
    world->providers[1].kind = LC_PROVIDER_IFS;
    world->chain_count = 1;
    world->chains[0].length = 2;
    world->chains[0].providers[0] = 1;
    world->chains[0].providers[1] = 0;
    world->sndbuf_bytes = 8192;
    world->rcvbuf_bytes = FUZZ_RCVBUF_DEFAULT;
    world->link_bits_per_s = 1000000;
    world->link_latency_ns = 20 * LC_NS_PER_MS;
    world->link_window_bytes = 16384;
    world->peer_kind = LC_PEER_SINK;
}

bool fuzz_schedule_peer_has_number(uint32_t kind, uint32_t *ret_least)
{
    LC_CHECK(kind < LC_PEER_KIND_COUNT);
    if (kind == LC_PEER_SLOW) {
        *ret_least = 1;
        return true;
    }
    *ret_least = 0;
    return kind == LC_PEER_SOURCE || kind == LC_PEER_RESET ||
           kind == LC_PEER_CONNECTOR;
}

uint32_t fuzz_schedule_entry_count(const struct lc_world *world)
{
    uint32_t count = world->chain_count;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        count += world->providers[i].kind == LC_PROVIDER_BASE;
    }
    return count;
}

uint32_t fuzz_schedule_catalog_count(const struct lc_world *world)
{
    return fuzz_schedule_protocol_first(world) + world->protocol_count;
}

uint32_t fuzz_schedule_protocol_first(const struct lc_world *world)
{
    return world->chain_count + world->provider_count;
}

bool fuzz_schedule_is_open(const struct lc_world *world, uint32_t entry)
{
    return entry < fuzz_schedule_entry_count(world) ||
           (entry >= fuzz_schedule_protocol_first(world) &&
            entry < fuzz_schedule_catalog_count(world));
}

/* Whose DLL an entry that is no layer's own is of: the first of its chain, or
 * the base of a protocol. */
static uint32_t dll_of(const struct lc_world *world, uint32_t entry)
{
    uint32_t first = fuzz_schedule_protocol_first(world);
    return entry < world->chain_count
               ? world->chains[entry].providers[0]
               : world->protocols[entry - first].provider;
}

uint32_t fuzz_schedule_entry_number(
    const struct lc_world *world,
    uint32_t entry)
{
    uint32_t first = fuzz_schedule_protocol_first(world);
    bool is_chain = entry < world->chain_count;
    uint32_t from = is_chain ? 0 : first;
    uint32_t number = is_chain ? 1 : 2;
    LC_CHECK(entry < fuzz_schedule_catalog_count(world));
    if (!is_chain && entry < first) {
        return 1; /* the first of a base, or a layer's own */
    }
    for (uint32_t i = from; i < entry; i++) {
        number += dll_of(world, i) == dll_of(world, entry);
    }
    return number;
}

const char *fuzz_schedule_entry_name(
    const struct lc_world *world,
    uint32_t entry)
{
    if (entry < world->chain_count) {
        return world->providers[world->chains[entry].providers[0]].name;
    }
    uint32_t protocols = fuzz_schedule_protocol_first(world);
    if (entry >= protocols) {
        LC_CHECK(entry - protocols < world->protocol_count);
        uint32_t provider = world->protocols[entry - protocols].provider;
        return world->providers[provider].name;
    }
    /* The bases, and then the layers. */
    uint32_t bases = fuzz_schedule_entry_count(world);
    bool is_base = entry < bases;
    uint32_t index = is_base ? world->chain_count : bases;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if ((world->providers[i].kind == LC_PROVIDER_BASE) != is_base) {
            continue;
        }
        if (index == entry) {
            return world->providers[i].name;
        }
        index++;
    }
    LC_CHECK(index > entry); /* the entry exists */
    return "";
}

bool fuzz_schedule_gives_handle(struct lc_place place)
{
    return place.kind == LC_PLACE_SHIM ||
           (place.kind == LC_PLACE_UPCALL &&
            place.function == LC_UPCALL_CREATE_SOCKET_HANDLE);
}

bool fuzz_schedule_is_misplaced(
    const struct lc_provider *upper,
    const struct lc_provider *lower)
{
    return lc_provider_has_own(lower) && !lc_provider_has_own(upper);
}

bool fuzz_schedule_is_name(const char *name)
{
    size_t length = strnlen(name, LC_NAME_MAX);
    if (length == 0 || length == LC_NAME_MAX) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        bool is_letter =
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        bool is_other = (c >= '0' && c <= '9') || c == '-';
        if (!is_letter && (i == 0 || !is_other)) {
            return false;
        }
    }
    return true;
}

uint8_t fuzz_schedule_versions(uint32_t versions, uint32_t plain)
{
    versions &= LC_VERSIONS_ALL;
    return (uint8_t)(versions == plain ? 0 : versions);
}

bool fuzz_schedule_is_protocol(uint32_t triplet)
{
    return triplet < LC_TRIPLET_COUNT &&
           lc_triplet_family(triplet) < LC_TRIPLET_FAMILY_ANY &&
           lc_triplet_type(triplet) < LC_TRIPLET_TYPE_ANY &&
           lc_triplet_protocol(triplet) < LC_TRIPLET_PROTOCOL_ANY;
}

/* Field by field: padding says nothing. */
static bool same_world(const struct lc_world *a, const struct lc_world *b)
{
    if (a->provider_count != b->provider_count ||
        a->chain_count != b->chain_count || a->plant_count != b->plant_count ||
        a->sndbuf_bytes != b->sndbuf_bytes ||
        a->link_bits_per_s != b->link_bits_per_s ||
        a->link_latency_ns != b->link_latency_ns ||
        a->link_window_bytes != b->link_window_bytes ||
        a->peer_kind != b->peer_kind || a->peer_number != b->peer_number ||
        a->rcvbuf_bytes != b->rcvbuf_bytes || a->faults != b->faults ||
        a->versions != b->versions || a->page_heap != b->page_heap ||
        a->hostile != b->hostile || a->names != b->names ||
        a->descriptors != b->descriptors ||
        a->protocol_count != b->protocol_count) {
        return false;
    }
    bool is_same = true;
    for (uint32_t i = 0; i < a->protocol_count; i++) {
        is_same &= a->protocols[i].provider == b->protocols[i].provider &&
                   a->protocols[i].triplet == b->protocols[i].triplet &&
                   a->protocols[i].zero == b->protocols[i].zero &&
                   a->protocols[i].hidden == b->protocols[i].hidden;
    }
    for (uint32_t i = 0; i < a->provider_count; i++) {
        is_same &= strcmp(a->providers[i].name, b->providers[i].name) == 0 &&
                   a->providers[i].kind == b->providers[i].kind &&
                   a->providers[i].pinned == b->providers[i].pinned &&
                   a->providers[i].versions == b->providers[i].versions &&
                   a->providers[i].dll_main == b->providers[i].dll_main &&
                   a->providers[i].has_own == b->providers[i].has_own &&
                   a->providers[i].is_datagram == b->providers[i].is_datagram &&
                   strcmp(a->providers[i].path, b->providers[i].path) == 0;
    }
    for (uint32_t i = 0; i < a->chain_count; i++) {
        is_same &= a->chains[i].length == b->chains[i].length &&
                   memcmp(
                       a->chains[i].providers,
                       b->chains[i].providers,
                       a->chains[i].length) == 0;
    }
    for (uint32_t i = 0; i < a->plant_count; i++) {
        is_same &= strcmp(a->plants[i], b->plants[i]) == 0;
    }
    return is_same;
}

static bool same_program(
    const struct lc_schedule *a,
    const struct lc_schedule *b)
{
    if (a->process_count != b->process_count ||
        a->thread_count != b->thread_count || a->op_count != b->op_count ||
        a->socket_count != b->socket_count) {
        return false;
    }
    bool is_same = true;
    for (uint32_t i = 0; i < a->process_count; i++) {
        is_same &= strcmp(a->processes[i].name, b->processes[i].name) == 0;
    }
    for (uint32_t i = 0; i < a->thread_count; i++) {
        is_same &= strcmp(a->threads[i].name, b->threads[i].name) == 0 &&
                   a->threads[i].process == b->threads[i].process &&
                   a->threads[i].op_first == b->threads[i].op_first &&
                   a->threads[i].op_count == b->threads[i].op_count;
    }
    for (uint32_t i = 0; i < a->op_count; i++) {
        is_same &= a->ops[i].call == b->ops[i].call &&
                   a->ops[i].socket == b->ops[i].socket &&
                   a->ops[i].entry == b->ops[i].entry &&
                   a->ops[i].value == b->ops[i].value &&
                   a->ops[i].value2 == b->ops[i].value2;
    }
    for (uint32_t i = 0; i < a->socket_count; i++) {
        is_same &= strcmp(a->sockets[i], b->sockets[i]) == 0;
    }
    return is_same;
}

bool fuzz_schedule_equal(
    const struct lc_schedule *a,
    const struct lc_schedule *b)
{
    return same_world(&a->world, &b->world) && same_program(a, b) &&
           a->choice_count == b->choice_count &&
           memcmp(
               a->choices,
               b->choices,
               a->choice_count * sizeof a->choices[0]) == 0 &&
           a->expect.kind == b->expect.kind &&
           strcmp(a->expect.rule, b->expect.rule) == 0 &&
           a->expect.has_hash == b->expect.has_hash &&
           a->expect.hash == b->expect.hash &&
           memcmp(
               a->swarm.weights,
               b->swarm.weights,
               sizeof a->swarm.weights) == 0;
}
