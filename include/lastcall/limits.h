/*
 * Fixed limits of a schedule and of a run. Hitting one is a recorded outcome
 * (LC_END_LIMIT) or a parse error, never a silent drop.
 */
#ifndef LASTCALL_LIMITS_H
#define LASTCALL_LIMITS_H

enum lc_limits {
    LC_PROCESSES_MAX = 4,
    LC_THREADS_MAX = 8,          /* of the schedule, over all processes */
    LC_DLL_THREADS_MAX = 16,     /* threads that DLLs create, per run */
    LC_PROCESS_DLL_THREADS = 16, /* of them in one process */
    LC_OPS_MAX = 160,            /* calls of a schedule, over all threads */
    LC_PROVIDERS_MAX = 8,
    LC_CHAINS_MAX = 8,
    LC_PROTOCOLS_MAX = 8,    /* entries of bases beside the first of each */
    LC_CHAIN_LENGTH_MAX = 7, /* MAX_PROTOCOL_CHAIN of ws2spi.h */
    LC_PLANTS_MAX = 4,
    LC_SOCKETS_MAX = 16,   /* socket variables of a schedule */
    LC_EVENTS_MAX = 8,     /* event variables of a process */
    LC_CHOICES_MAX = 2048, /* choices that differ from the default */
    LC_PASSES_MAX = 65534, /* of a place in one call; none behind has a name */
    LC_NAME_MAX = 32,      /* bytes of a name with its end */
    LC_PATH_MAX = 256,     /* bytes of a path with its end */
    LC_SEND_MAX = 1 << 20, /* bytes of one send */
    LC_RECV_MAX = 1 << 14, /* bytes asked for by one receive */
    LC_WSARECV_MAX = 1 << 11, /* the same of one that is overlapped */
    LC_DATAGRAM_MAX = 65507   /* bytes of a datagram: 65535 less its headers */
};

#define LC_NS_PER_US 1000ULL
#define LC_NS_PER_MS 1000000ULL
#define LC_NS_PER_S  1000000000ULL

#endif
