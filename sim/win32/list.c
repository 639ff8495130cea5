/*
 * Interlocked singly linked lists. Another thread may go first at each call;
 * what happens in one is never torn.
 * Source: documented. Interlocked Singly Linked Lists (interlockedapi.h): head
 *         and entries are aligned to 16 bytes, the depth counts to 65,535.
 *         Observed: SLIST_HEADER of x64 in winnt.h.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/choice.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"

enum {
    ENTRY_ALIGN = 16,
    DEPTH_MASK = 0xffff
};

/* SLIST_HEADER: the depth in the low 16 bits of the first word, a number that
 * each change makes larger above it, and the first entry. */
struct head {
    uint64_t counts;
    uint64_t first;
};

/* A head or an entry that is not aligned is a fault of the caller. */
static void check_aligned(const void *address)
{
    if ((uintptr_t)address % ENTRY_ALIGN != 0) {
        sim_win32_give_up(LC_FAULT_ABORT);
    }
}

static void yield_on(const struct head *head)
{
    uint64_t number = (uint64_t)(uintptr_t)head / ENTRY_ALIGN;
    sim_win32_yield_on(
        LC_SHIM_ENTER_CRITICAL_SECTION,
        sim_thing(SIM_THING_LOCK, 0, number));
    check_aligned(head);
}

static uint64_t read_next(uint64_t entry)
{
    uint64_t next;
    memcpy(&next, (const void *)(uintptr_t)entry, sizeof next);
    return next;
}

static void write_next(uint64_t entry, uint64_t next)
{
    memcpy((void *)(uintptr_t)entry, &next, sizeof next);
}

/* Sets the first entry, and how many there are. Returns the one before. */
static void *change(struct head *head, uint64_t first, uint64_t depth)
{
    uint64_t before = head->first;
    uint64_t sequence = (head->counts >> 16) + 1;
    head->counts = sequence << 16 | (depth & DEPTH_MASK);
    head->first = first;
    return (void *)(uintptr_t)before;
}

static void LC_ABI list_initialize(struct head *head)
{
    check_aligned(head);
    *head = (struct head){ 0 };
}

/* Puts entries that hang together in front. */
static void *LC_ABI
list_push_list(struct head *head, void *first, void *last, uint32_t count)
{
    yield_on(head);
    check_aligned(first);
    check_aligned(last);
    write_next((uint64_t)(uintptr_t)last, head->first);
    return change(head, (uint64_t)(uintptr_t)first, head->counts + count);
}

static void *LC_ABI list_push(struct head *head, void *entry)
{
    return list_push_list(head, entry, entry, 1);
}

static void *LC_ABI list_pop(struct head *head)
{
    yield_on(head);
    if (head->first == 0) {
        return NULL;
    }
    return change(head, read_next(head->first), head->counts - 1);
}

static void *LC_ABI list_flush(struct head *head)
{
    yield_on(head);
    return head->first == 0 ? NULL : change(head, 0, 0);
}

static uint16_t LC_ABI list_depth(const struct head *head)
{
    return (uint16_t)(head->counts & DEPTH_MASK);
}

const struct sim_export sim_list_exports[] = {
    { "InitializeSListHead", 0, (sim_code_fn *)list_initialize },
    { "InterlockedPushEntrySList", 0, (sim_code_fn *)list_push },
    { "InterlockedPushListSListEx", 0, (sim_code_fn *)list_push_list },
    { "InterlockedPopEntrySList", 0, (sim_code_fn *)list_pop },
    { "InterlockedFlushSList", 0, (sim_code_fn *)list_flush },
    { "QueryDepthSList", 0, (sim_code_fn *)list_depth },
};
const uint32_t sim_list_export_count = LC_COUNT_OF(sim_list_exports);
