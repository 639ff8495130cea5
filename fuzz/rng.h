/*
 * Random numbers for making schedules: xoshiro256**, seeded by splitmix64 from
 * a seed and the number of a named stream. The same on every machine.
 */
#ifndef FUZZ_RNG_H
#define FUZZ_RNG_H

#include <stdbool.h>
#include <stdint.h>

/* Streams: what a number is drawn for. Appended, never reordered. */
enum fuzz_rng_stream {
    FUZZ_RNG_PROGRAM = 0, /* the calls of a schedule */
    FUZZ_RNG_WORLD = 1,
    FUZZ_RNG_ORDER = 2, /* who goes next */
    FUZZ_RNG_SHRINK = 3,
    FUZZ_RNG_MUTATE = 4,
    FUZZ_RNG_SWARM = 5, /* which features a schedule has */
    FUZZ_RNG_FAULT = 6, /* what may fail in a world; what does in a run */
    FUZZ_RNG_WRONG = 7, /* arguments that are refused */
    FUZZ_RNG_LAYER = 8, /* of a random world: longer chains, kinds of layers */
    FUZZ_RNG_NAMES = 9, /* ... and whether it has a name-space DLL */
    FUZZ_RNG_PROTOCOL = 10, /* ... more protocols, and sockets of them */
    FUZZ_RNG_LISTEN = 11,   /* sockets that listen, and what they accept */
    FUZZ_RNG_REQUEST = 12,  /* of a random world: a peer that connects */
    FUZZ_RNG_NETWORK = 13,  /* calls of network events, and selects */
    FUZZ_RNG_HOOK = 14,     /* blocking hooks */
    FUZZ_RNG_DATAGRAM = 15, /* sockets for datagrams ... */
    FUZZ_RNG_DATAGRAM_WORLD = 16, /* ... and whether a random world has them */
    FUZZ_RNG_RECEIVE = 17         /* overlapped receives */
};

struct fuzz_rng {
    uint64_t words[4];
};

/** Starts a stream: equal arguments give equal numbers. */
void fuzz_rng_seed(
    struct fuzz_rng *ret_rng,
    uint64_t seed,
    enum fuzz_rng_stream stream);

/** The next 64 bits. */
uint64_t fuzz_rng_next(struct fuzz_rng *rng);

/** A number from 0 to max, both included. */
uint32_t fuzz_rng_upto(struct fuzz_rng *rng, uint32_t max);

/** A number from low to high, both included; low <= high. */
uint32_t fuzz_rng_between(struct fuzz_rng *rng, uint32_t low, uint32_t high);

/** True in `times` of `of` cases; of is 1 or more. */
bool fuzz_rng_chance(struct fuzz_rng *rng, uint32_t times, uint32_t of);

/** A number whose logarithm is uniform: 2^bits at least, 2^(bits_max + 1) - 1
 * at most. */
uint32_t fuzz_rng_heavy(struct fuzz_rng *rng, uint32_t bits, uint32_t bits_max);

#endif
