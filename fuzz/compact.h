/*
 * Schedules as bytes, for fuzzers. Encoding keeps everything. Decoding is
 * total: any bytes are a valid schedule. What a short input leaves out is as
 * in the default world; a value out of range is brought into it; what still
 * names nothing is dropped. Layout: docs/FORMATS.md.
 */
#ifndef FUZZ_COMPACT_H
#define FUZZ_COMPACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

enum fuzz_compact_limits {
    FUZZ_COMPACT_OP_BYTES = 12,
    FUZZ_COMPACT_CHOICE_BYTES = 12,
    FUZZ_COMPACT_SIZE_MAX = 65536
};

/*
 * Where the lists stand in some bytes. Their members are of one size, so that
 * a mutator can take out, double and exchange them. The two bytes before a
 * list are its count, little endian; `*_count` is that count, as far as there
 * are bytes.
 */
struct fuzz_compact_layout {
    size_t ops_at;
    uint32_t op_count; /* of FUZZ_COMPACT_OP_BYTES each */
    size_t choices_at;
    uint32_t choice_count; /* of FUZZ_COMPACT_CHOICE_BYTES each */
    size_t names_at;       /* the end when there are none */
};

/** Whether bytes begin as an encoded schedule does. */
bool fuzz_compact_is(const uint8_t *bytes, size_t size_bytes);

/**
 * Encodes a valid schedule.
 *
 * @param schedule  borrowed; valid (fuzz_schedule_repair).
 * @param bytes     filled.
 * @param capacity  bytes of it; FUZZ_COMPACT_SIZE_MAX is always enough.
 *
 * Returns: bytes written, or 0 when they do not fit.
 */
LC_MUST_USE size_t fuzz_compact_encode(
    const struct lc_schedule *schedule,
    uint8_t *bytes,
    size_t capacity);

/**
 * Decodes any bytes to a valid schedule.
 *
 * @param bytes         borrowed; may be NULL when size_bytes is 0.
 * @param ret_schedule  filled; valid and canonical.
 */
void fuzz_compact_decode(
    const uint8_t *bytes,
    size_t size_bytes,
    struct lc_schedule *ret_schedule);

/**
 * Says where the lists stand, for a mutator that knows the structure.
 *
 * @param bytes       borrowed; may be NULL when size_bytes is 0.
 * @param ret_layout  filled; within the bytes, whatever they are.
 */
void fuzz_compact_find(
    const uint8_t *bytes,
    size_t size_bytes,
    struct fuzz_compact_layout *ret_layout);

#endif
