/*
 * Sets of byte strings, compared whole: no hash stands for any of them.
 */
#ifndef TESTS_UNIT_BYTE_SET_H
#define TESTS_UNIT_BYTE_SET_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/framework.h"

struct bytes {
    size_t size_bytes;
    unsigned char at[];
};

/* In rising order, none twice. */
struct set {
    struct bytes **items;
    uint32_t count;
    uint32_t capacity;
};

static int compare(const struct bytes *a, const void *b, size_t b_bytes)
{
    size_t common = a->size_bytes < b_bytes ? a->size_bytes : b_bytes;
    int order = memcmp(a->at, b, common);
    if (order == 0) {
        order = (a->size_bytes > b_bytes) - (a->size_bytes < b_bytes);
    }
    return order;
}

/* The place of the first item that is not below. */
static uint32_t set_place(const struct set *set, const void *at, size_t size)
{
    uint32_t low = 0;
    uint32_t high = set->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(set->items[middle], at, size) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool set_has(const struct set *set, const void *at, size_t size)
{
    uint32_t place = set_place(set, at, size);
    return place < set->count && compare(set->items[place], at, size) == 0;
}

static void set_add(struct set *set, const void *at, size_t size)
{
    uint32_t place = set_place(set, at, size);
    if (place < set->count && compare(set->items[place], at, size) == 0) {
        return;
    }
    if (set->count == set->capacity) {
        set->capacity = set->capacity == 0 ? 64 : 2 * set->capacity;
        set->items = realloc(set->items, set->capacity * sizeof set->items[0]);
        assert_non_null(set->items);
    }
    struct bytes *item = malloc(sizeof *item + size);
    assert_non_null(item);
    item->size_bytes = size;
    memcpy(item->at, at, size);
    memmove(
        &set->items[place + 1],
        &set->items[place],
        (set->count - place) * sizeof set->items[0]);
    set->items[place] = item;
    set->count++;
}

/* How many items of one set the other has not. */
static uint32_t set_missing(const struct set *from, const struct set *in)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        const struct bytes *item = from->items[i];
        count += !set_has(in, item->at, item->size_bytes);
    }
    return count;
}

static void set_free(struct set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        free(set->items[i]);
    }
    free(set->items);
    memset(set, 0, sizeof *set);
}

#endif
