/*
 * ws2_32's part of the arena. For files of sim/ws2_32 only.
 */
#ifndef SIM_WS2_32_STATE_H
#define SIM_WS2_32_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/limits.h"
#include "lastcall/trace.h"

#include "sim/engine/arena.h"
#include "sim/engine/module.h"

enum sim_ws2_32_limits {
    /* Chains, bases, one entry of ChainLen 0 for each layer, protocols. */
    SIM_CATALOG_MAX = LC_CHAINS_MAX + LC_PROVIDERS_MAX + LC_PROTOCOLS_MAX,
    SIM_STARTED_MAX = 16,        /* started providers, over all processes */
    SIM_SOCKET_HANDLES_MAX = 40, /* registered at once, per process */
    SIM_OWN_FREED_MAX = 16,      /* of ws2_32's own, remembered for reuse */
    SIM_WS2_LOCK_THING = 0xfff,  /* the loader's lock among all locks */
    SIM_PROBE_SETS_MAX = 32      /* (process, importer, target) of a run */
};

/* A provider that ws2_32 started: one for each process and catalog entry. */
struct sim_started {
    uint8_t is_used;
    uint8_t is_ready; /* its start has succeeded: calls may go in */
    uint8_t process;
    uint8_t entry;   /* index in the catalog */
    uint8_t module;  /* whose DLL it is */
    uint32_t inside; /* calls of ws2_32 that are in the provider now */
    lc_handle library;
    struct lc_wspproc_table table;
};

struct sim_socket_handle {
    uint64_t handle;
    uint64_t context;    /* of the provider that had an own one made */
    uint32_t catalog_id; /* 0: the place is free */
    uint32_t generation; /* rises with each registration */
    uint32_t is_own;     /* made by WPUCreateSocketHandle */
    uint32_t zero;
};

/* Handles that ws2_32 makes itself, for providers without IFS handles. */
struct sim_own_handles {
    uint8_t made[SIM_THREADS_MAX]; /* by each thread of the process, up to
                                      those whose values lie together */
    uint32_t more;                 /* fresh ones beyond those of their thread */
    uint32_t freed_count;
    uint32_t freed[SIM_OWN_FREED_MAX]; /* indexes, the last one on top */
};

/* Entries of the catalog by index, in their order. */
struct sim_entry_list {
    uint8_t count;
    uint8_t entries[SIM_CATALOG_MAX];
    uint8_t zero[7];
};

_Static_assert(
    sizeof(struct sim_entry_list) == 8 + SIM_CATALOG_MAX,
    "no byte without a name: it goes into keys");

enum sim_category {
    SIM_CATEGORY_FIXED = 0x10000
};

/* What a process knows of changes of the catalog. */
enum sim_notice {
    SIM_NOTICE_NONE = 0,
    SIM_NOTICE_LOOKS = 1,
    SIM_NOTICE_CHANGED = 2 /* and has not been told */
};

struct sim_ws2_process {
    uint32_t startup_count;
    uint32_t life; /* rises with each final cleanup */
    uint16_t version;
    uint8_t lock_owner; /* thread reference + 1, 0: free */
    uint8_t lock_depth;
    uint32_t handle_count;      /* behind the last place used in the run */
    struct sim_entry_list view; /* what it sees of the catalog */
    uint32_t notice;            /* enum sim_notice */
    /* Of the application, as it was when the process had started already: enum
     * lc_category, and SIM_CATEGORY_FIXED; 0: that of the machine. */
    uint32_t category;
    /* What the probes have seen of each provider: starts minus cleanups. */
    int32_t counts[LC_MODULE_COUNT];
    struct sim_socket_handle handles[SIM_SOCKET_HANDLES_MAX];
    struct sim_own_handles own;
};

_Static_assert(
    offsetof(struct sim_ws2_process, handles) ==
        24 + sizeof(struct sim_entry_list) + LC_MODULE_COUNT * sizeof(int32_t),
    "no byte without a name: it goes into keys");

/* What the application's threads share in a process. */
struct sim_app_process {
    lc_socket sockets[LC_SOCKETS_MAX];
    lc_socket streams[LC_SOCKETS_MAX]; /* the transport's handle of each: its
                                          peer knows what is sent by it */
    uint64_t sent_bytes[LC_SOCKETS_MAX];
    uint64_t received_bytes[LC_SOCKETS_MAX];
    uint8_t is_set[LC_SOCKETS_MAX];
    uint32_t lookups[LC_SOCKETS_MAX];     /* the variables of lookups */
    uint8_t references[LC_PROVIDERS_MAX]; /* to DLLs, by LoadLibrary */
};

/* A probe set: what stands behind the thunks of one table. */
struct sim_probe_set {
    uint8_t is_used;
    uint8_t process;
    uint8_t importer;
    uint8_t target;
    uint32_t map_count; /* of the target when it was imported last */
    sim_code_fn *startup;
    sim_code_fn *entries[LC_SPI_COUNT];
};

_Static_assert(
    sizeof(struct sim_probe_set) == 16 + LC_SPI_COUNT * sizeof(sim_code_fn *),
    "no byte without a name: it goes into keys");

struct sim_ws2_32 {
    uint32_t set_count;
    uint32_t started_count; /* places in use, never falls within a run */
    uint32_t process_count; /* of the schedule */
    uint32_t versions;      /* of the world: bit per enum lc_version */
    uint32_t writer; /* process that writes the catalog + 1, 0: none does */
    struct sim_entry_list installed;
    uint32_t app_category;                 /* enum lc_category */
    uint32_t categories[LC_PROVIDERS_MAX]; /* of layers, the same */
    uint32_t zero;
    struct sim_ws2_process processes[LC_PROCESSES_MAX];
    struct sim_app_process apps[LC_PROCESSES_MAX];
    struct sim_started started[SIM_STARTED_MAX];
    struct sim_probe_set sets[SIM_PROBE_SETS_MAX]; /* last: see the reset */
};

#define SIM_WS2_32 ((struct sim_ws2_32 *)sim_arena_part(SIM_PART_WS2_32))

/** ws2_32's own lock of a process: recursive, in order of arrival. */
void sim_ws2_lock(void);
void sim_ws2_unlock(void);

/** State of the process that is running. */
struct sim_ws2_process *sim_ws2_process(void);

#endif
