/*
 * What a run changes of the protection of pages. The list lies in the arena
 * and says what the kernel's page tables hold beyond what was laid out, so
 * that a reset, a restore and a copy know what to undo and what to do again.
 */
#ifndef SIM_ENGINE_PAGE_H
#define SIM_ENGINE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"

#define SIM_PAGE_BYTES 4096ULL

enum sim_access {
    SIM_ACCESS_READ = 1,
    SIM_ACCESS_WRITE = 2,
    SIM_ACCESS_EXECUTE = 4
};

enum sim_page_limits {
    SIM_SPANS_MAX = 2048 /* a page heap has one for each block */
};

/* Pages that were given another protection than they were laid out with. No
 * page is in two. */
struct sim_span {
    uint64_t at;
    uint32_t page_count;
    uint16_t access; /* enum sim_access */
    uint16_t name;   /* whatever the caller calls it: PAGE_READWRITE, ... */
};

/**
 * Changes what pages may be used for, until they are forgotten or the run
 * ends. Pages of a module's image: from then on the whole image counts as the
 * instance's data.
 *
 * @param span         borrowed; whole pages of the arena, in one segment.
 * @param is_laid_out  they are to be as they were laid out.
 *
 * Returns: false when the kernel refuses.
 * Effects: when there is no room for another span the run ends with
 *          LC_END_LIMIT.
 */
LC_MUST_USE bool sim_page_protect(
    const struct sim_span *span,
    bool is_laid_out);

/** The span that decides about an address, or NULL: it is as laid out. */
const struct sim_span *sim_page_find(uint64_t at);

/** Pages that are no module's are readable and writable again. */
void sim_page_forget(uint64_t at, uint64_t size_bytes);

/** A module that is unmapped: its image is laid out anew where need be. */
void sim_page_forget_module(uint32_t process, uint32_t module);

/** All is as it was laid out before the run. */
void sim_page_reset(void);

/** Makes readable and writable what a copy of the arena has to reach. */
void sim_page_open(void);

/** Gives the pages back what the list says. */
void sim_page_close(void);

#endif
