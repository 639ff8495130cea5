/*
 * Families, types and protocols of sockets in the text of a schedule.
 */
#ifndef FUZZ_TEXT_TRIPLET_H
#define FUZZ_TEXT_TRIPLET_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/text_read.h"

/**
 * Reads FAMILY TYPE PROTOCOL.
 *
 * @param index        word of the line that FAMILY is.
 * @param ret_triplet  filled; triplet.h.
 *
 * Returns: whether they are there; the reader has the error when not.
 */
bool fuzz_text_read_triplet(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t *ret_triplet);

/**
 * Reads the rest of `protocol BASE FAMILY TYPE PROTOCOL [zero] [hidden]`, and
 * puts it into the world.
 *
 * @param provider  index of what BASE names.
 */
bool fuzz_text_read_protocol(struct fuzz_text_reader *reader, uint8_t provider);

#endif
