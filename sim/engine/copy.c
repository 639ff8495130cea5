#include "sim/engine/copy.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

void sim_copy_bytes(void *to, const void *from, size_t size_bytes)
{
    __asm__ volatile("rep movsb"
                     : "+D"(to), "+S"(from), "+c"(size_bytes)
                     :
                     : "memory");
}

void sim_copy_fill(void *to, unsigned char value, size_t size_bytes)
{
    __asm__ volatile("rep stosb"
                     : "+D"(to), "+c"(size_bytes)
                     : "a"(value)
                     : "memory");
}

struct sim_state_key sim_copy_hash(
    struct sim_state_key so_far,
    const void *bytes,
    size_t size_bytes)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, size_bytes, so_far.low);
    /* The high half is chained by itself, so that none of it is lost. */
    return (struct sim_state_key){
        .low = hash.low64,
        .high =
            (so_far.high ^ hash.high64) * 0x9e3779b97f4a7c15ULL + size_bytes,
    };
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
