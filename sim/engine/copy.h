/*
 * Copying, filling and hashing of arena bytes. This is the one file that is
 * built without sanitizers and optimised in every build: it reads dead stack
 * bytes and red zones, which are part of no object.
 */
#ifndef SIM_ENGINE_COPY_H
#define SIM_ENGINE_COPY_H

#include <stddef.h>
#include <stdint.h>

/* 128 bits: enough that equal keys mean equal states. */
struct sim_state_key {
    uint64_t low;
    uint64_t high;
};

/* The key of a state, in pieces: what is one thread's own, and the rest. A step
 * of a thread depends on its own piece and on the shared one, and changes no
 * other. */
struct sim_key_pieces {
    struct sim_state_key shared;
    struct sim_state_key *own; /* by thread slot; zeros: nothing of its own */
    uint32_t count;            /* of threads */
};

void sim_copy_bytes(void *to, const void *from, size_t size_bytes);
void sim_copy_fill(void *to, unsigned char value, size_t size_bytes);

/**
 * Zeroes the stack below the caller's frame, as far as the simulator's own
 * calls reach, and the vector registers: what was left there would turn up in
 * later frames, in bytes that nobody wrote.
 */
void sim_copy_wipe_stack(void);

/** Hash of bytes, chained: seeded by a key so far. */
struct sim_state_key sim_copy_hash(
    struct sim_state_key so_far,
    const void *bytes,
    size_t size_bytes);

enum sim_hash_limits {
    SIM_HASH_BYTES = 1 << 14
};

/* A hash of many pieces: they are gathered, since each hash takes its time to
 * begin. */
struct sim_hash {
    struct sim_state_key so_far;
    size_t used;
    unsigned char bytes[SIM_HASH_BYTES];
};

void sim_hash_begin(struct sim_hash *ret_hash);

/** Adds a piece, with its size: no two rows of pieces look the same. */
void sim_hash_add(struct sim_hash *hash, const void *bytes, size_t size_bytes);

/**
 * Room for a piece, which the caller fills at once.
 *
 * @param size_bytes  with its size it must fit SIM_HASH_BYTES.
 *
 * Returns: as many bytes, at no particular alignment.
 */
unsigned char *sim_hash_room(struct sim_hash *hash, size_t size_bytes);

/** The hash of all that was added. */
struct sim_state_key sim_hash_end(struct sim_hash *hash);

/**
 * The sanitizer's shadow of a range of the arena.
 *
 * @param ret_bytes  filled; 0 when the build has no shadow.
 */
void *sim_copy_shadow(const void *from, size_t size_bytes, size_t *ret_bytes);

#endif
