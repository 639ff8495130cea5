/*
 * A worker of a search: plays cases in a process of its own and tells its
 * parent what broke.
 */
#ifndef FUZZ_WORKER_H
#define FUZZ_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"

#include "fuzz/case.h"
#include "fuzz/count.h"
#include "fuzz/finding.h"
#include "fuzz/statistics.h"
#include "fuzz/unserved.h"
#include "fuzz/warnings.h"

enum fuzz_worker_limits {
    FUZZ_WORKER_CPU_SECONDS = 30, /* for the plays of one program */
    FUZZ_WORKER_AGAIN_ONE_IN = 64 /* is played twice */
};

/* How a worker ends: what it says before it exits. Its exit status alone says
 * nothing, hosted code can end the process with any. */
enum fuzz_worker_exit {
    FUZZ_WORKER_SILENT = 0, /* something else has ended it */
    FUZZ_WORKER_DONE = 1,
    FUZZ_WORKER_FAULT = 2, /* hosted code faulted: nothing here is safe */
    FUZZ_WORKER_ERROR = 3  /* the world can't be played: `error` */
};

/* When workers are to end. */
enum fuzz_worker_end {
    FUZZ_WORKER_GO_ON = 0,
    FUZZ_WORKER_END_SOON = 1, /* with the seeds that they have taken */
    FUZZ_WORKER_END_NOW = 2   /* with the seed that they play */
};

/* What all workers share. */
struct fuzz_crew {
    atomic_ullong next; /* first seed that nobody has taken */
    atomic_uint end;    /* enum fuzz_worker_end */
};

/* What a worker shares with its parent. Survives it. */
struct fuzz_share {
    /* No seed below it is this worker's to play; UINT64_MAX: none at all. */
    atomic_ullong at;
    atomic_uint exit;  /* enum fuzz_worker_exit */
    atomic_uint told;  /* findings that it has sent or died of */
    atomic_uint heard; /* of them the parent has settled */
    uint64_t end;      /* of the seeds that it has taken */
    uint64_t schedules;
    uint64_t records;
    uint64_t virtual_ns;
    uint64_t unspecified;
    uint64_t again;         /* schedules that were played twice */
    uint64_t differed;      /* of them: with another trace */
    uint64_t differed_seed; /* the first of these */
    struct model_coverage coverage;
    struct fuzz_count broken; /* what broke, and how often */
    struct fuzz_statistics statistics;
    struct fuzz_warnings warnings;
    struct fuzz_unserved unserved;
    struct fuzz_case_mirror mirror;
    struct sim_error error;
};

struct fuzz_worker_options {
    struct fuzz_case_options one;
    uint64_t seed_end; /* first seed behind all */
    uint32_t watch_seconds;
    int pipe;   /* findings go here, as they lie in memory */
    bool waits; /* takes no seeds before the parent has settled what it told */
};

/** Whether a seed is one of those that are played twice: one order of each
 * eighth program, another one each time. */
bool fuzz_worker_plays_again(uint64_t seed);

/** Plays until nothing is left or it is told to end. Ends the process. */
LC_NORETURN void fuzz_worker_run(
    const struct fuzz_worker_options *options,
    struct fuzz_crew *crew,
    struct fuzz_share *share);

/** Memory that parent and children share, zeroed; NULL: there is none. */
void *fuzz_worker_share(size_t size_bytes);

/** In a new child: dies with its parent, leaves ^C to it. */
void fuzz_worker_begin(int parent);

/** Limits the CPU time of this process from now on: what hangs is killed. */
void fuzz_worker_limit(void);

/** This process plays a seed from now on. */
void fuzz_worker_take_seed(uint64_t seed);

/** The seed that this process plays or has played last, for who must say so
 * when it ends; FUZZ_SEED_NONE: none. */
const volatile uint64_t *fuzz_worker_seed(void);

#endif
