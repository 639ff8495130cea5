/*
 * Schedules as values: the default world, what makes one valid, equality.
 */
#ifndef FUZZ_SCHEDULE_H
#define FUZZ_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"

enum fuzz_schedule_limits {
    FUZZ_SNDBUF_MAX = 1 << 24,
    FUZZ_RCVBUF_DEFAULT = 8192, /* of a world that says nothing */
    FUZZ_WINDOW_MAX = 1 << 24,
    FUZZ_PEER_NUMBER_MAX = 1000000000,
    FUZZ_SLEEP_MS_MAX = 86400000,
    FUZZ_LINGER_S_MAX = 65535,
    FUZZ_DESCRIPTORS_MAX = 32,
    FUZZ_HOW_COUNT = 4 /* of shutdown; the last is none of Winsock's */
};

#define FUZZ_LINK_BITS_MAX  1000000000000ULL
#define FUZZ_LATENCY_NS_MAX (3600ULL * LC_NS_PER_S)

/** Fills the default world: `tcp`, an ifs layer `filter`, chain `filter tcp`. */
void fuzz_schedule_default_world(struct lc_world *ret_world);

/**
 * Whether a kind of peer has a number.
 *
 * @param kind       enum lc_peer_kind.
 * @param ret_least  filled; its smallest value.
 */
bool fuzz_schedule_peer_has_number(uint32_t kind, uint32_t *ret_least);

/** Number of chains and bases, which come first in the catalog. */
uint32_t fuzz_schedule_entry_count(const struct lc_world *world);

/** Number of all entries: these, one of its own for each layer, which no
 * socket can be of, and the protocols. */
uint32_t fuzz_schedule_catalog_count(const struct lc_world *world);

/** Index of the first entry that a protocol line makes. */
uint32_t fuzz_schedule_protocol_first(const struct lc_world *world);

/** Whether a socket can be of an entry. */
bool fuzz_schedule_is_open(const struct lc_world *world, uint32_t entry);

/** The how manieth entry of its DLL one is, from 1: of the chains that begin
 * with one layer, or of a base and its protocols. */
uint32_t fuzz_schedule_entry_number(
    const struct lc_world *world,
    uint32_t entry);

/** Whether an entry can have family, type and protocol of a triplet. */
bool fuzz_schedule_is_protocol(uint32_t triplet);

/** Name of an entry that applications can name: the first layer of its chain, or
 * the base, of protocols, too. Of a layer's own: the layer. */
const char *fuzz_schedule_entry_name(
    const struct lc_world *world,
    uint32_t entry);

/** A set of versions, bit per enum lc_version; 0 when it is the plain one. */
uint8_t fuzz_schedule_versions(uint32_t versions, uint32_t plain);

/** Whether a handle is given out at a place. */
bool fuzz_schedule_gives_handle(struct lc_place place);

/** Whether a layer can't stand above another: one that passes IFS handles on
 * needs a provider below that has such. */
bool fuzz_schedule_is_misplaced(
    const struct lc_provider *upper,
    const struct lc_provider *lower);

/** Whether a name may stand in a schedule: [A-Za-z_][A-Za-z0-9_-]*. */
bool fuzz_schedule_is_name(const char *name);

/**
 * Makes any value a valid, canonical schedule: clamps numbers, drops what
 * names nothing, numbers sockets by their first use, groups threads by
 * process. Leaves a valid canonical one as it is.
 */
void fuzz_schedule_repair(struct lc_schedule *schedule);

/** Whether two schedules say the same. */
bool fuzz_schedule_equal(
    const struct lc_schedule *a,
    const struct lc_schedule *b);

#endif
