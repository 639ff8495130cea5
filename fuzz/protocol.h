/*
 * Random worlds with more than one protocol, and sockets by family, type and
 * protocol in them. By a stream of their own, so that a seed's other draws stay
 * what they are.
 */
#ifndef FUZZ_PROTOCOL_H
#define FUZZ_PROTOCOL_H

#include <stdint.h>

#include "lastcall/schedule.h"

/** Now and then: more entries of the bases, one more chain that begins with a
 * layer that has one, a limit on descriptors. */
void fuzz_protocol_world(struct lc_world *world, uint64_t seed);

/** Now and then: an entry of a base for datagrams. */
void fuzz_protocol_datagrams(struct lc_world *world, uint64_t seed);

/** In such a world: sockets of other families, types and protocols.
 *
 * @param schedule  repaired.
 */
void fuzz_protocol_sockets(struct lc_schedule *schedule, uint64_t seed);

#endif
