/*
 * For tests of limits on CPU time: a process hears of time from the test, and
 * not from the processors, and what limit it had then is kept.
 */
#ifndef TESTS_UNIT_TOLD_TIME_H
#define TESTS_UNIT_TOLD_TIME_H

#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz/worker.h"
#include "tests/unit/framework.h"

enum {
    TOLD_TIMES_MAX = 100000,
    TOLD_SECONDS = FUZZ_WORKER_CPU_SECONDS - 1 /* between two questions */
};

/* Shared with the processes that a test makes. */
static struct told_time {
    uint32_t count; /* questions */
    rlim_t limits[TOLD_TIMES_MAX];
} * told_time;

/* In place of the C library's, for all that is linked into this program. */
int getrusage(__rusage_who_t who, struct rusage *ret_usage)
{
    struct rlimit limit;
    if (told_time == NULL) {
        return (int)syscall(SYS_getrusage, who, ret_usage);
    }
    assert_int_equal(getrlimit(RLIMIT_CPU, &limit), 0);
    assert_true(told_time->count < TOLD_TIMES_MAX);
    told_time->limits[told_time->count] = limit.rlim_cur;
    told_time->count++;
    memset(ret_usage, 0, sizeof *ret_usage);
    ret_usage->ru_utime.tv_sec = (time_t)told_time->count * TOLD_SECONDS - 1;
    ret_usage->ru_stime.tv_sec = 1;
    return 0;
}

static inline void told_time_begin(void)
{
    told_time = fuzz_worker_share(sizeof *told_time);
    assert_non_null(told_time);
}

/* At each question the limit was what had been set at the one before; both came
 * from one process. */
static inline void told_time_check(uint32_t count)
{
    assert_in_range(told_time->count, count, TOLD_TIMES_MAX);
    for (uint32_t i = 1; i < told_time->count; i++) {
        assert_int_equal(
            told_time->limits[i],
            i * TOLD_SECONDS + FUZZ_WORKER_CPU_SECONDS);
    }
}

#endif
