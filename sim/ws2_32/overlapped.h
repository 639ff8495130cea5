/*
 * Overlapped operations as an application sees them, and how one is told of:
 * what the kernel does when I/O completes, and WPUCompleteOverlappedRequest. For
 * files of sim/ws2_32 only.
 *
 * The application has a structure for each call of its schedule: none is used
 * again, so that its number, that of the call from 1, names the operation.
 */
#ifndef SIM_WS2_32_OVERLAPPED_H
#define SIM_WS2_32_OVERLAPPED_H

#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/limits.h"

#include "sim/engine/arena.h"

/* What the application's threads share in a process. */
struct sim_overlapped_process {
    uint64_t events[LC_EVENTS_MAX]; /* handles; 0: never made */
    uint64_t names[LC_EVENTS_MAX];  /* of them, see sim_win32_event_name() */
    uint64_t port;                  /* its handle; 0: never made */
    /* Number of the last operation on a socket variable; 0: none. */
    uint8_t last[LC_SOCKETS_MAX];
};

/* What an operation that receives has beside its structure. */
struct sim_overlapped_receive {
    uint64_t stream; /* the transport's handle of the socket */
    uint32_t first;  /* of its buffer, in the bytes of all */
    uint32_t size_bytes;
    int64_t told;       /* as records tell where the bytes stand */
    uint8_t is_receive; /* 0: all is zero */
    uint8_t is_counted;
    uint8_t variable; /* of the socket */
    uint8_t zero[5];
};

_Static_assert(
    sizeof(struct sim_overlapped_receive) == 32,
    "no byte without a name: it goes into keys");

struct sim_overlappeds {
    uint32_t end;          /* behind the highest number used in the run */
    uint32_t bytes_end;    /* the same of the bytes */
    uint32_t receives_end; /* and of numbers of receives */
    uint32_t zero;
    struct sim_overlapped_process processes[LC_PROCESSES_MAX];
    struct lc_wsaoverlapped places[LC_OPS_MAX + 1]; /* by number */
    struct sim_overlapped_receive receives[LC_OPS_MAX + 1];
    unsigned char bytes[LC_OPS_MAX * LC_WSARECV_MAX];
};

#define SIM_OVERLAPPED \
    ((struct sim_overlappeds *)sim_arena_part(SIM_PART_OVERLAPPED))

/** Declares the part and takes over telling of requests. At start-up. */
void sim_overlapped_open(void);

/** Forgets a process that ended. */
void sim_overlapped_process_exit(uint32_t process);

/** The structure of an operation, all zeros. */
struct lc_wsaoverlapped *sim_overlapped_take(uint32_t number);

/** The structure of an operation as it is; number: from 1. */
struct lc_wsaoverlapped *sim_overlapped_at(uint32_t number);

/** The number of a structure's operation, 0: it is none of the application's. */
uint32_t sim_overlapped_number(const void *structure);

/**
 * A receive is through: finds out where in the peer's stream its bytes stand,
 * and counts them once.
 *
 * Returns: 1 and the place; 0 when there are none, or they stand nowhere.
 */
int64_t sim_overlapped_received(
    uint32_t process,
    uint32_t number,
    uint32_t error,
    uint32_t size_bytes);

/** The application's completion routine. */
lc_overlapped_completion_fn sim_overlapped_routine;

/** WPUCompleteOverlappedRequest. */
lc_wpu_complete_overlapped_request_fn sim_overlapped_complete_request;

#endif
