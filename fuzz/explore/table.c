#include "fuzz/explore/table.h"

#include <string.h>
#include <sys/mman.h>

enum {
    CAPACITY_FIRST = 1 << 10,
    /* Behind those that keys belong to. Where more run over, it has to grow. */
    PLACES_BEHIND = 1 << 11,
    STEP_SHARE = 8,      /* of what it has, where it can't be doubled */
    STEP_SHARE_MIN = 64, /* less than that is not worth to go through all */
    PAGE_BYTES = 1 << 12,
    LARGE_PAGE_BYTES = 2 << 20
};

static uint64_t *place_at(const struct fuzz_table *table, uint64_t place)
{
    return &table->words[place * fuzz_table_stride(table)];
}

static size_t place_bytes(const struct fuzz_table *table)
{
    return fuzz_table_stride(table) * sizeof table->words[0];
}

static bool is_it(const uint64_t *place, const struct sim_state_key *key)
{
    return place[0] == key->low && place[1] == key->high;
}

/* The place of a key, or the one where it belongs: of a greater key, or free. */
static uint64_t *find(
    const struct fuzz_table *table,
    const struct sim_state_key *key)
{
    uint64_t stride = fuzz_table_stride(table);
    uint64_t *at = place_at(table, fuzz_table_home(table, key->low));
    while (at[0] != 0 &&
           (at[0] < key->low || (at[0] == key->low && at[1] < key->high))) {
        at += stride;
    }
    return at;
}

/* At most seven of eight places are taken; of a shared one, in which keys lie in
 * no order, four of five. */
uint64_t fuzz_table_room(const struct fuzz_table *table, uint64_t count)
{
    uint64_t most =
        table->is_shared ? table->capacity / 5 * 4 : table->capacity / 8 * 7;
    return count < most ? most - count : 0;
}

/* ---- Growing ---- */

/* Addresses for so many bytes, from one on at which a large page can begin. */
static void *reserve(size_t size_bytes)
{
    size_t kept = (size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    size_t whole = kept + LARGE_PAGE_BYTES;
    unsigned char *from = mmap(
        NULL,
        whole,
        PROT_NONE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
        -1,
        0);
    if (from == MAP_FAILED) {
        return NULL;
    }
    size_t before = -(uintptr_t)from % LARGE_PAGE_BYTES;
    if (before > 0) {
        (void)munmap(from, before);
    }
    (void)munmap(from + before + kept, LARGE_PAGE_BYTES - before);
    return from + before;
}

/* The words of a table, as many as before or more, which are zeros; in large
 * pages where there are: each look is at another place. */
static bool take(struct fuzz_table *table, uint64_t places)
{
    size_t old_bytes = fuzz_table_bytes(table);
    size_t size_bytes = places * place_bytes(table);
    void *to = reserve(size_bytes);
    if (to == NULL) {
        return false;
    }
    void *at = table->words == NULL
                   ? mmap(
                         to,
                         size_bytes,
                         PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                         -1,
                         0)
                   : mremap(
                         table->words,
                         old_bytes,
                         size_bytes,
                         MREMAP_MAYMOVE | MREMAP_FIXED,
                         to);
    if (at == MAP_FAILED) {
        (void)munmap(to, size_bytes);
        return false;
    }
    (void)madvise(at, size_bytes, MADV_HUGEPAGE);
    table->words = at;
    table->places = places;
    return true;
}

/* How many it is to have next within a limit; 0: it can't grow. */
static uint64_t next_capacity(const struct fuzz_table *table, size_t bytes_max)
{
    uint64_t most = bytes_max / place_bytes(table);
    uint64_t now = table->capacity;
    most = most > PLACES_BEHIND ? most - PLACES_BEHIND : 0;
    if (now == 0) {
        return most >= CAPACITY_FIRST ? CAPACITY_FIRST : 0;
    }
    if (2 * now <= most / 2) {
        return 2 * now;
    }
    if (now + now / STEP_SHARE <= most) {
        return now + now / STEP_SHARE;
    }
    uint64_t step = most > now ? (most - now) / 2 : 0;
    return step >= now / STEP_SHARE_MIN ? now + step : 0;
}

/* All keys go to the end, then from the first one on to where they belong now.
 * None is put where one lies that was not read yet: those to come fill all
 * places from there on, they lie in order, and the last that key belongs to is
 * no nearer to the end than it was. */
static void spread(struct fuzz_table *table, uint64_t places_before)
{
    size_t size_bytes = place_bytes(table);
    uint64_t first = table->places;
    for (uint64_t at = places_before; at-- > 0;) {
        uint64_t *from = place_at(table, at);
        if (from[0] != 0 && --first != at) {
            memcpy(place_at(table, first), from, size_bytes);
            from[0] = 0;
        }
    }
    uint64_t next = 0;
    for (; first < table->places; first++) {
        uint64_t *from = place_at(table, first);
        uint64_t home = fuzz_table_home(table, from[0]);
        next = home > next ? home : next;
        LC_CHECK(next <= first);
        if (next < first) {
            memcpy(place_at(table, next), from, size_bytes);
            from[0] = 0;
        }
        next++;
    }
}

static bool grow_to(struct fuzz_table *table, uint64_t capacity)
{
    uint64_t places_before = table->places;
    if (!take(table, capacity + PLACES_BEHIND)) {
        return false;
    }
    table->capacity = capacity;
    table->count_max = fuzz_table_room(table, 0);
    spread(table, places_before);
    return true;
}

static bool grow(struct fuzz_table *table, size_t bytes_max)
{
    uint64_t capacity = next_capacity(table, bytes_max);
    return capacity > 0 && grow_to(table, capacity);
}

bool fuzz_table_open(struct fuzz_table *table, uint64_t count, size_t bytes_max)
{
    LC_CHECK(table->capacity == 0);
    uint64_t capacity = (count / 7 + 1) * 8;
    capacity = capacity < CAPACITY_FIRST ? CAPACITY_FIRST : capacity;
    return capacity + PLACES_BEHIND <= bytes_max / place_bytes(table) &&
           grow_to(table, capacity);
}

/* Of those behind, the last stays free. */
bool fuzz_table_has_room(const struct fuzz_table *table)
{
    return table->count < table->count_max &&
           (table->is_shared || *place_at(table, table->places - 2) == 0);
}

bool fuzz_table_make_room(struct fuzz_table *table, size_t bytes_max)
{
    while (!fuzz_table_has_room(table)) {
        if (table->is_shared || !grow(table, bytes_max)) {
            return false;
        }
    }
    return true;
}

/* ---- Keys ---- */

/* Zeros mean a free place, or half of a key that is being written. */
static struct sim_state_key kept_as(struct sim_state_key key)
{
    key.low += key.low == 0;
    key.high += key.high == 0;
    return key;
}

/* Others may be writing. Who has put in the low half owns the place, and the
 * high half follows at once. */
static bool find_shared(
    const struct fuzz_table *table,
    const struct sim_state_key *key,
    bool is_added)
{
    uint64_t tried = 0;
    uint64_t at = fuzz_table_home(table, key->low);
    for (;; at = at + 1 < table->capacity ? at + 1 : 0) {
        LC_CHECK(tried < table->capacity);
        tried++;
        uint64_t *place = place_at(table, at);
        uint64_t low = __atomic_load_n(&place[0], __ATOMIC_ACQUIRE);
        if (low == 0 && !is_added) {
            return false;
        }
        if (low == 0 && __atomic_compare_exchange_n(
                            &place[0],
                            &low,
                            key->low,
                            false,
                            __ATOMIC_ACQ_REL,
                            __ATOMIC_ACQUIRE)) {
            __atomic_store_n(&place[1], key->high, __ATOMIC_RELEASE);
            return false;
        }
        if (low != key->low) {
            continue;
        }
        uint64_t high;
        do {
            high = __atomic_load_n(&place[1], __ATOMIC_ACQUIRE);
        } while (high == 0);
        if (high == key->high) {
            return true;
        }
    }
}

bool fuzz_table_has(const struct fuzz_table *table, struct sim_state_key key)
{
    key = kept_as(key);
    if (table->is_shared) {
        return find_shared(table, &key, false);
    }
    return table->capacity > 0 && is_it(find(table, &key), &key);
}

uint64_t *fuzz_table_value(
    const struct fuzz_table *table,
    struct sim_state_key key)
{
    LC_CHECK(table->value_words > 0 && table->capacity > 0);
    key = kept_as(key);
    uint64_t *place = find(table, &key);
    LC_CHECK(is_it(place, &key));
    return place + 2;
}

const uint64_t *fuzz_table_next(const struct fuzz_table *table, uint64_t *place)
{
    while (*place < table->places) {
        const uint64_t *at = place_at(table, (*place)++);
        if (at[0] != 0) {
            return at;
        }
    }
    return NULL;
}

/* Those from there on up to a free place go one further. */
static void put(
    struct fuzz_table *table,
    uint64_t *place,
    const struct sim_state_key *key)
{
    uint64_t stride = fuzz_table_stride(table);
    const uint64_t *end = place;
    while (end[0] != 0) {
        end += stride;
    }
    memmove(
        place + stride,
        place,
        (size_t)(end - place) * sizeof table->words[0]);
    memset(place, 0, place_bytes(table));
    place[0] = key->low;
    place[1] = key->high;
    table->count++;
}

enum fuzz_table_answer fuzz_table_add(
    struct fuzz_table *table,
    struct sim_state_key key,
    size_t bytes_max)
{
    key = kept_as(key);
    if (table->is_shared) {
        bool is_full = table->count >= table->count_max;
        if (find_shared(table, &key, !is_full)) {
            return FUZZ_TABLE_SEEN;
        }
        table->count += !is_full;
        return is_full ? FUZZ_TABLE_FULL : FUZZ_TABLE_NEW;
    }
    uint64_t *place = table->capacity > 0 ? find(table, &key) : NULL;
    if (place != NULL && is_it(place, &key)) {
        return FUZZ_TABLE_SEEN;
    }
    if (!fuzz_table_has_room(table)) {
        if (!fuzz_table_make_room(table, bytes_max)) {
            return FUZZ_TABLE_FULL;
        }
        place = find(table, &key);
    }
    LC_CHECK(place != NULL);
    put(table, place, &key);
    return FUZZ_TABLE_NEW;
}

bool fuzz_table_share(struct fuzz_table *table, uint64_t bytes_max)
{
    *table = (struct fuzz_table){ 0 };
    uint64_t places = bytes_max / place_bytes(table);
    places = places < CAPACITY_FIRST ? CAPACITY_FIRST : places;
    void *at = mmap(
        NULL,
        places * place_bytes(table),
        PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
        -1,
        0);
    if (at == MAP_FAILED) {
        return false;
    }
    table->words = at;
    table->capacity = places;
    table->places = places;
    table->is_shared = true;
    return true;
}

size_t fuzz_table_bytes(const struct fuzz_table *table)
{
    return table->places * place_bytes(table);
}

void fuzz_table_free(struct fuzz_table *table)
{
    if (table->words != NULL) {
        (void)munmap(table->words, fuzz_table_bytes(table));
    }
    memset(table, 0, sizeof *table);
}
