/*
 * Snapshots without their zeros, of which they are mostly made.
 */
#ifndef FUZZ_EXPLORE_PACK_H
#define FUZZ_EXPLORE_PACK_H

#include <stddef.h>
#include <stdint.h>

/** Bytes that packing so many bytes takes at most. */
size_t fuzz_pack_max(size_t size_bytes);

/**
 * Packs bytes.
 *
 * @param bytes       borrowed.
 * @param ret_packed  filled; fuzz_pack_max() bytes.
 *
 * Returns: bytes used of it.
 */
size_t fuzz_pack(
    const void *bytes,
    size_t size_bytes,
    unsigned char *ret_packed);

/**
 * Unpacks them.
 *
 * @param ret_bytes  filled; as many as were packed.
 *
 * Returns: how many that were.
 */
size_t fuzz_unpack(const unsigned char *packed, void *ret_bytes);

#endif
