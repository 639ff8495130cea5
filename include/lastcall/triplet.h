/*
 * Address family, type and protocol of a socket, as schedules and traces say
 * them: three words in one number. 0 is what most sockets are: AF_INET,
 * SOCK_STREAM, IPPROTO_TCP.
 */
#ifndef LASTCALL_TRIPLET_H
#define LASTCALL_TRIPLET_H

#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

/* The words of each. ANY is 0, INFO is FROM_PROTOCOL_INFO. */
enum lc_triplet_family {
    LC_TRIPLET_INET = 0,
    LC_TRIPLET_INET6 = 1,
    LC_TRIPLET_FAMILY_ANY = 2,
    LC_TRIPLET_FAMILY_INFO = 3,
    LC_TRIPLET_FAMILIES = 4
};

enum lc_triplet_type {
    LC_TRIPLET_STREAM = 0,
    LC_TRIPLET_DGRAM = 1,
    LC_TRIPLET_RAW = 2,
    LC_TRIPLET_TYPE_ANY = 3,
    LC_TRIPLET_TYPE_INFO = 4,
    LC_TRIPLET_TYPES = 5
};

enum lc_triplet_protocol {
    LC_TRIPLET_TCP = 0,
    LC_TRIPLET_UDP = 1,
    LC_TRIPLET_ICMP = 2,
    LC_TRIPLET_PROTOCOL_ANY = 3,
    LC_TRIPLET_PROTOCOL_INFO = 4,
    LC_TRIPLET_PROTOCOLS = 5
};

enum lc_triplet_limits {
    LC_TRIPLET_COUNT =
        LC_TRIPLET_FAMILIES * LC_TRIPLET_TYPES * LC_TRIPLET_PROTOCOLS
};

/** Puts three words into one number, below LC_TRIPLET_COUNT. */
static inline uint32_t lc_triplet(
    enum lc_triplet_family family,
    enum lc_triplet_type type,
    enum lc_triplet_protocol protocol)
{
    return (uint32_t)family +
           LC_TRIPLET_FAMILIES *
               ((uint32_t)type + LC_TRIPLET_TYPES * (uint32_t)protocol);
}

/* The words of a number, and what Windows has for each. */

static inline enum lc_triplet_family lc_triplet_family(uint32_t triplet)
{
    return (enum lc_triplet_family)(triplet % LC_TRIPLET_FAMILIES);
}

static inline enum lc_triplet_type lc_triplet_type(uint32_t triplet)
{
    return (enum lc_triplet_type)(
        triplet / LC_TRIPLET_FAMILIES % LC_TRIPLET_TYPES);
}

static inline enum lc_triplet_protocol lc_triplet_protocol(uint32_t triplet)
{
    LC_CHECK(triplet < LC_TRIPLET_COUNT);
    return (enum lc_triplet_protocol)(
        triplet / LC_TRIPLET_FAMILIES / LC_TRIPLET_TYPES);
}

static inline int32_t lc_triplet_af(uint32_t triplet)
{
    static const int32_t values[LC_TRIPLET_FAMILIES] = {
        LC_AF_INET,
        LC_AF_INET6,
        LC_AF_UNSPEC,
        LC_FROM_PROTOCOL_INFO,
    };
    return values[lc_triplet_family(triplet)];
}

static inline int32_t lc_triplet_sock(uint32_t triplet)
{
    static const int32_t values[LC_TRIPLET_TYPES] = {
        LC_SOCK_STREAM, LC_SOCK_DGRAM, LC_SOCK_RAW, 0, LC_FROM_PROTOCOL_INFO,
    };
    return values[lc_triplet_type(triplet)];
}

static inline int32_t lc_triplet_ipproto(uint32_t triplet)
{
    static const int32_t values[LC_TRIPLET_PROTOCOLS] = {
        LC_IPPROTO_TCP,        LC_IPPROTO_UDP, LC_IPPROTO_ICMP, 0,
        LC_FROM_PROTOCOL_INFO,
    };
    return values[lc_triplet_protocol(triplet)];
}

#endif
