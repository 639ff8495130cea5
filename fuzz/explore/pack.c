#include "fuzz/explore/pack.h"

#include <string.h>

#include "lastcall/check.h"

enum {
    WORD_BYTES = 8
};

/* A packed text: its size, then stretches of words: how many zeros, how many
 * others, those; then the bytes that fill no word. */
struct stretch {
    uint32_t zeros;
    uint32_t others;
};

static uint64_t word_at(const unsigned char *bytes, size_t index)
{
    uint64_t word;
    memcpy(&word, bytes + index * WORD_BYTES, WORD_BYTES);
    return word;
}

size_t fuzz_pack_max(size_t size_bytes)
{
    /* At worst every other word is zero. */
    return sizeof(uint64_t) + size_bytes + WORD_BYTES +
           (size_bytes / WORD_BYTES / 2 + 2) * sizeof(struct stretch);
}

size_t fuzz_pack(
    const void *bytes,
    size_t size_bytes,
    unsigned char *ret_packed)
{
    const unsigned char *from = bytes;
    unsigned char *to = ret_packed;
    const uint64_t size = size_bytes;
    size_t words = size_bytes / WORD_BYTES;
    size_t at = 0;
    LC_CHECK(size_bytes < UINT32_MAX);
    memcpy(to, &size, sizeof size);
    to += sizeof size;
    while (at < words) {
        size_t first = at;
        while (first < words && word_at(from, first) == 0) {
            first++;
        }
        size_t end = first;
        while (end < words && word_at(from, end) != 0) {
            end++;
        }
        const struct stretch stretch = {
            .zeros = (uint32_t)(first - at),
            .others = (uint32_t)(end - first),
        };
        memcpy(to, &stretch, sizeof stretch);
        to += sizeof stretch;
        memcpy(to, from + first * WORD_BYTES, (end - first) * WORD_BYTES);
        to += (end - first) * WORD_BYTES;
        at = end;
    }
    memcpy(to, from + words * WORD_BYTES, size_bytes % WORD_BYTES);
    to += size_bytes % WORD_BYTES;
    LC_CHECK((size_t)(to - ret_packed) <= fuzz_pack_max(size_bytes));
    return (size_t)(to - ret_packed);
}

size_t fuzz_unpack(const unsigned char *packed, void *ret_bytes)
{
    const unsigned char *from = packed;
    unsigned char *to = ret_bytes;
    uint64_t size;
    memcpy(&size, from, sizeof size);
    from += sizeof size;
    size_t left = size / WORD_BYTES;
    while (left > 0) {
        struct stretch stretch;
        memcpy(&stretch, from, sizeof stretch);
        from += sizeof stretch;
        LC_CHECK(stretch.zeros <= left);
        LC_CHECK(stretch.others <= left - stretch.zeros);
        memset(to, 0, (size_t)stretch.zeros * WORD_BYTES);
        to += (size_t)stretch.zeros * WORD_BYTES;
        memcpy(to, from, (size_t)stretch.others * WORD_BYTES);
        to += (size_t)stretch.others * WORD_BYTES;
        from += (size_t)stretch.others * WORD_BYTES;
        left -= stretch.zeros + stretch.others;
    }
    memcpy(to, from, size % WORD_BYTES);
    return size;
}
