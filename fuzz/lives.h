/*
 * Whether a process that starts Winsock again is as one that starts it for the
 * first time (INV-17): a random program, at whose end every start is cleaned
 * up, is played two to five times over in one process, with the same choices
 * each time, and the trace of each later life is compared with the first's.
 *
 * A life begins when all threads stand at its first call, nothing else can run
 * and nothing is due any more: threads that are there are held until then.
 * What follows is the same as long as names are. Each life has its own for
 * them, in the order in which they come up:
 *
 * - values of handles, ports that the system chooses, numbers of connections,
 *   of objects, and of threads that DLLs create: a run gives each out once;
 * - times, which are counted from the beginning of the life.
 *
 * What is older than the life keeps its name: what a life has left behind shows
 * as soon as a later one comes upon it. Two things outlive a life by right, and
 * no program has them: what an application keeps itself (each life has socket
 * variables of its own; events, ports, DLLs, overlapped operations and sockets
 * that listen are left out); and what the machine keeps: the catalog, which
 * nobody writes, and names, which nobody looks up. A thread's last
 * error is the third: what WSAGetLastError says is compared behind the first
 * call of the life that failed.
 */
#ifndef FUZZ_LIVES_H
#define FUZZ_LIVES_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"
#include "lastcall/trace.h"

#include "fuzz/rng.h"
#include "sim/sim.h"

enum fuzz_lives_limits {
    FUZZ_LIVES_MAX = 5,
    FUZZ_LIVES_CONNECTIONS_MAX = 64, /* of a run */
    FUZZ_LIVES_RECORDS_MAX = 16384,  /* of one life */
    FUZZ_LIVES_NAMES_MAX = 2048      /* of one kind, in one life */
};

/* What has become of a program. */
enum fuzz_lives_end {
    FUZZ_LIVES_SAME = 0,
    FUZZ_LIVES_DIFFERS = 1,
    /* These tell nothing: */
    FUZZ_LIVES_UNENDED = 2,    /* a call of the first life never returns */
    FUZZ_LIVES_UNBALANCED = 3, /* it does not clean all its starts up */
    FUZZ_LIVES_LIMIT = 4,      /* a limit of the run, or no room for two */
    FUZZ_LIVES_END_COUNT = 5
};

/* What the sockets of the world can be of. */
enum fuzz_lives_stack {
    FUZZ_LIVES_BASE = 0,   /* bases alone */
    FUZZ_LIVES_IFS = 1,    /* layers with IFS handles */
    FUZZ_LIVES_NONIFS = 2, /* with handles of their own, or both kinds */
    FUZZ_LIVES_STACK_COUNT = 3
};

/* What a seed has shown. */
struct fuzz_lives_result {
    uint32_t end;     /* enum fuzz_lives_end */
    uint32_t stack;   /* enum fuzz_lives_stack */
    uint32_t lives;   /* that were begun */
    uint32_t records; /* of the first */
    /* FUZZ_LIVES_DIFFERS: */
    uint32_t life;         /* the first that does, from 2 */
    bool has_first;        /* there is such a record in the first life ... */
    bool has_later;        /* ... and in the later one */
    uint64_t first_number; /* of the two records, in the trace */
    uint64_t later_number;
    struct lc_record first; /* with the names of the life */
    struct lc_record later;
};

/* Numbers that have names of their own in a life, by their place. */
struct fuzz_lives_names {
    uint32_t count;
    uint64_t numbers[FUZZ_LIVES_NAMES_MAX];
};

enum fuzz_lives_kind {
    FUZZ_LIVES_HANDLE = 0,
    FUZZ_LIVES_OBJECT = 1,
    FUZZ_LIVES_CONNECTION = 2,
    FUZZ_LIVES_PORT = 3,
    FUZZ_LIVES_THREAD = 4,
    FUZZ_LIVES_KIND_COUNT = 5
};

/* Plays one seed after the other. Large: keep one. Begins as zeros. */
struct fuzz_lives {
    const char *plant; /* borrowed; planted in each world. NULL: none */
    /* The rest is its own. */
    uint64_t seed;
    struct lc_schedule one; /* the program, one life */
    struct lc_schedule schedule;
    uint32_t lives; /* of the schedule */
    struct fuzz_rng rng;

    /* The run so far. */
    uint32_t life; /* that is under way; 0: none yet */
    bool is_held[LC_THREADS_MAX];
    bool has_failed[LC_THREADS_MAX];
    bool is_full;   /* more than there is room for */
    int32_t starts; /* that were not cleaned up */
    uint32_t run_end;
    uint64_t record_count;
    uint64_t began_ns;
    uint64_t began_number; /* records before this life ... */
    uint64_t first_number; /* ... and before the first one */
    uint32_t compared;     /* records of this life */
    /* Names of the life, and those that are older. */
    struct fuzz_lives_names names[FUZZ_LIVES_KIND_COUNT];
    struct fuzz_lives_names older[FUZZ_LIVES_KIND_COUNT];
    int64_t object_last;  /* the highest number that an object had */
    int64_t object_older; /* ... before the life */
    uint32_t first_count;
    struct lc_record first[FUZZ_LIVES_RECORDS_MAX];
    struct fuzz_lives_result result;
};

/**
 * Plays the program of a seed.
 *
 * Errors: those of sim_play().
 */
LC_MUST_USE enum sim_status fuzz_lives_play(
    struct fuzz_lives *lives,
    uint64_t seed,
    struct fuzz_lives_result *ret_result,
    struct sim_error *ret_error);

/** The schedule that was played last, with its choices: it replays the run. */
const struct lc_schedule *fuzz_lives_schedule(const struct fuzz_lives *lives);

#endif
