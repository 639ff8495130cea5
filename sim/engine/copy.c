#include "sim/engine/copy.h"

#define XXH_INLINE_ALL
#include <stdbool.h>
#include <xxhash.h>

#include "lastcall/check.h"

/* Of the library, by the widest vectors that the processor has. The header that
 * declares it can't be had together with functions in line.
 * NOLINTNEXTLINE(readability-identifier-naming) */
XXH128_hash_t XXH3_128bits_dispatch(const void *input, size_t length);

enum {
    WIPED_WORDS = 512,
    UNIT_BYTES = 16,
    SHORT_BYTES = 1024
};

/* Sixteen bytes wherever they lie. */
typedef uint64_t unit
    __attribute__((vector_size(UNIT_BYTES), aligned(1), may_alias));
typedef uint64_t word __attribute__((aligned(1), may_alias));

/* Fewer than sixteen bytes: from both ends, what is in the middle twice. */
static void copy_few(
    unsigned char *to,
    const unsigned char *from,
    size_t size_bytes)
{
    if (size_bytes >= sizeof(word)) {
        word first = *(const word *)from;
        size_t last = size_bytes - sizeof(word);
        word rest = *(const word *)(from + last);
        *(word *)to = first;
        *(word *)(to + last) = rest;
        return;
    }
    for (size_t at = 0; at < size_bytes; at++) {
        to[at] = from[at];
    }
}

void sim_copy_bytes(void *to, const void *from, size_t size_bytes)
{
    if (size_bytes < UNIT_BYTES) {
        copy_few(to, from, size_bytes);
        return;
    }
    /* The instruction takes its time to begin. */
    if (size_bytes <= SHORT_BYTES) {
        size_t last = size_bytes - UNIT_BYTES;
#pragma GCC unroll 8
        for (size_t at = 0; at < last; at += UNIT_BYTES) {
            *(unit *)((unsigned char *)to + at) =
                *(const unit *)((const unsigned char *)from + at);
        }
        *(unit *)((unsigned char *)to + last) =
            *(const unit *)((const unsigned char *)from + last);
        return;
    }
    __asm__ volatile("rep movsb"
                     : "+D"(to), "+S"(from), "+c"(size_bytes)
                     :
                     : "memory");
}

void sim_copy_fill(void *to, unsigned char value, size_t size_bytes)
{
    if (size_bytes < UNIT_BYTES) {
        for (size_t at = 0; at < size_bytes; at++) {
            ((unsigned char *)to)[at] = value;
        }
        return;
    }
    if (size_bytes <= SHORT_BYTES) {
        uint64_t eight = value * 0x0101010101010101ULL;
        const unit pattern = { eight, eight };
        size_t last = size_bytes - UNIT_BYTES;
#pragma GCC unroll 8
        for (size_t at = 0; at < last; at += UNIT_BYTES) {
            *(unit *)((unsigned char *)to + at) = pattern;
        }
        *(unit *)((unsigned char *)to + last) = pattern;
        return;
    }
    __asm__ volatile("rep stosb"
                     : "+D"(to), "+c"(size_bytes)
                     : "a"(value)
                     : "memory");
}

LC_NOINLINE void sim_copy_wipe_stack(void)
{
    uint64_t dead[WIPED_WORDS];
    sim_copy_fill(dead, 0, sizeof dead);
    /* Functions of the Windows ABI save on entry what those of the host's may
     * leave anything in. */
    __asm__ volatile("xor %%ecx, %%ecx\n\t"
                     "xor %%edx, %%edx\n\t"
                     "xor %%esi, %%esi\n\t"
                     "xor %%edi, %%edi\n\t"
                     "xor %%r8d, %%r8d\n\t"
                     "xor %%r9d, %%r9d\n\t"
                     "xor %%r10d, %%r10d\n\t"
                     "xor %%r11d, %%r11d\n\t"
                     "pxor %%xmm6, %%xmm6\n\t"
                     "pxor %%xmm7, %%xmm7\n\t"
                     "pxor %%xmm8, %%xmm8\n\t"
                     "pxor %%xmm9, %%xmm9\n\t"
                     "pxor %%xmm10, %%xmm10\n\t"
                     "pxor %%xmm11, %%xmm11\n\t"
                     "pxor %%xmm12, %%xmm12\n\t"
                     "pxor %%xmm13, %%xmm13\n\t"
                     "pxor %%xmm14, %%xmm14\n\t"
                     "pxor %%xmm15, %%xmm15"
                     :
                     : "m"(dead)
                     : "rcx",
                       "rdx",
                       "rsi",
                       "rdi",
                       "r8",
                       "r9",
                       "r10",
                       "r11",
                       "xmm6",
                       "xmm7",
                       "xmm8",
                       "xmm9",
                       "xmm10",
                       "xmm11",
                       "xmm12",
                       "xmm13",
                       "xmm14",
                       "xmm15");
}

/* By the widest vectors that there are. The library leaves their upper halves
 * as they come, which slows down all that works on the lower ones. */
static XXH128_hash_t hash_long(const void *bytes, size_t size_bytes)
{
    XXH128_hash_t hash = XXH3_128bits_dispatch(bytes, size_bytes);
    if (__builtin_cpu_supports("avx")) {
        __asm__ volatile("vzeroupper"
                         :
                         :
                         : "xmm0",
                           "xmm1",
                           "xmm2",
                           "xmm3",
                           "xmm4",
                           "xmm5",
                           "xmm6",
                           "xmm7",
                           "xmm8",
                           "xmm9",
                           "xmm10",
                           "xmm11",
                           "xmm12",
                           "xmm13",
                           "xmm14",
                           "xmm15");
    }
    return hash;
}

struct sim_state_key sim_copy_hash(
    struct sim_state_key so_far,
    const void *bytes,
    size_t size_bytes)
{
    /* A seed costs a long hash a table of its own: there what was so far is
     * mixed in behind it. */
    bool is_long = size_bytes > 240;
    XXH128_hash_t hash =
        is_long ? hash_long(bytes, size_bytes)
                : XXH3_128bits_withSeed(bytes, size_bytes, so_far.low);
    /* The high half is chained by itself, so that none of it is lost. */
    return (struct sim_state_key){
        .low = is_long ? (so_far.low ^ hash.low64) * 0xd6e8feb86659fd93ULL
                       : hash.low64,
        .high =
            (so_far.high ^ hash.high64) * 0x9e3779b97f4a7c15ULL + size_bytes,
    };
}

static void fold(struct sim_hash *hash)
{
    hash->so_far = sim_copy_hash(hash->so_far, hash->bytes, hash->used);
    hash->used = 0;
}

void sim_hash_begin(struct sim_hash *ret_hash)
{
    ret_hash->so_far = (struct sim_state_key){ 0 };
    ret_hash->used = 0;
}

/* The size of a piece, and room for it. */
static inline unsigned char *begin_piece(
    struct sim_hash *hash,
    size_t size_bytes)
{
    uint64_t size = size_bytes;
    if (sizeof hash->bytes - hash->used < sizeof size + size_bytes) {
        fold(hash);
    }
    unsigned char *at = hash->bytes + hash->used;
    *(word *)at = size;
    hash->used += sizeof size;
    return at + sizeof size;
}

unsigned char *sim_hash_room(struct sim_hash *hash, size_t size_bytes)
{
    LC_CHECK(size_bytes <= sizeof hash->bytes - sizeof(uint64_t));
    unsigned char *at = begin_piece(hash, size_bytes);
    hash->used += size_bytes;
    return at;
}

void sim_hash_add(struct sim_hash *hash, const void *bytes, size_t size_bytes)
{
    unsigned char *at = begin_piece(hash, size_bytes);
    if (LC_UNLIKELY(sizeof hash->bytes - hash->used < size_bytes)) {
        fold(hash);
        hash->so_far = sim_copy_hash(hash->so_far, bytes, size_bytes);
        return;
    }
    sim_copy_bytes(at, bytes, size_bytes);
    hash->used += size_bytes;
}

struct sim_state_key sim_hash_end(struct sim_hash *hash)
{
    fold(hash);
    return hash->so_far;
}

void *sim_copy_shadow(const void *from, size_t size_bytes, size_t *ret_bytes)
{
#ifdef LC_ADDRESS_SANITIZER
    /* One byte of shadow for eight, at the fixed offset of Linux x86-64. */
    *ret_bytes = size_bytes / 8;
    return (void *)(((uintptr_t)from >> 3) + 0x7fff8000U);
#else
    (void)from;
    (void)size_bytes;
    *ret_bytes = 0;
    return NULL;
#endif
}
