/*
 * All blocks lie in the arena's heap segment, each behind a header that
 * names its heap and owner. New memory is filled with 0xcd, freed memory with
 * 0xdd, and eight bytes behind a block must stay as they are. The segment keeps
 * the bytes of the run before: nothing is read here that was not written in
 * this run.
 *
 * Each thread takes memory from a lane of its own, and of what is free there
 * the block that lies lowest. So what one thread gets does not depend on what
 * the others did meanwhile, and states that differ in nothing else are one.
 * Before a freed block is used again, and when its owner is unloaded, it is
 * looked at: who wrote into it had given it back.
 *
 * In a world with a page heap each block of a hosted DLL has pages of its own,
 * and ends where a page begins that nobody can use; freed blocks can't be used
 * either, and are not given out again until their lane has grown large.
 * Source: ours. What Windows gives out and where is not promised.
 *
 * For files of sim/win32 only; the rest of what others call is in state.h.
 */
#ifndef SIM_WIN32_HEAP_H
#define SIM_WIN32_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_heap_block {
    uint32_t magic;
    uint32_t number;   /* in the trace */
    uint32_t size;     /* that was asked for */
    uint32_t capacity; /* behind the header, tail included */
    uint32_t next;     /* offset + 1 of the next free block of the class */
    uint16_t heap;     /* index of the heap */
    uint8_t owner;     /* module that allocated it */
    uint8_t process;
    uint64_t at; /* address of its memory; 0: right behind the header */
};

/** The live block of this process whose memory begins there, or NULL. */
struct sim_heap_block *sim_heap_find(const void *memory);

/** Whether nobody has written over the end of a block. */
bool sim_heap_is_whole(const struct sim_heap_block *block);

/** Gives a block back; one that is not whole is reported all the same. */
void sim_heap_free(struct sim_heap_block *block);

/** Gives all blocks of a heap back. */
void sim_heap_free_heap(uint32_t heap_index);

/** Says in the trace that memory was given back that can't be. */
void sim_heap_misuse(const void *memory);

/**
 * Gives a block another size.
 *
 * @param flags  of HeapReAlloc.
 *
 * Returns: its memory, which has moved unless it must not; NULL: there is none.
 */
void *sim_heap_resize_block(
    struct sim_heap_block *block,
    uint32_t flags,
    size_t size_bytes);

#endif
