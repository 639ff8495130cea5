#include "fuzz/sweep.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/play.h"
#include "fuzz/worker.h"

/* What the child leaves; shared. */
struct counted {
    bool is_over;
    bool has_error;
    bool is_cut;
    uint32_t count;
    struct sim_error error;
    const struct lc_schedule *schedule;
    struct lc_choice sites[FUZZ_SWEEP_SITES_MAX];
};

/* As a schedule's own choices are drawn, and each site is kept. */
static uint32_t follow(void *context, const struct sim_choice_point *point)
{
    struct counted *counted = context;
    uint32_t index = fuzz_play_scheduled(counted->schedule, point);
    if (point->where.stream != LC_STREAM_FAULT || index > 0) {
        return index;
    }
    if (counted->count == FUZZ_SWEEP_SITES_MAX) {
        counted->is_cut = true;
        return 0;
    }
    struct lc_choice *site = &counted->sites[counted->count];
    *site = point->where;
    site->action = LC_ACTION_VALUE;
    site->value = 1;
    counted->count++;
    return 0;
}

static void play(struct counted *counted)
{
    const struct sim_backer backer = { .choose = follow, .context = counted };
    struct sim_result result;
    counted->has_error = sim_play(
                             &(struct sim_play_options){
                                 .schedule = counted->schedule,
                                 .backer = &backer,
                             },
                             &result,
                             &counted->error) != SIM_OK;
    counted->is_over = true;
}

static bool play_apart(struct counted *counted, uint32_t watch_seconds)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        fuzz_worker_begin(parent);
        fuzz_worker_limit();
        sim_watch(watch_seconds);
        play(counted);
        _exit(0);
    }
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return pid > 0 && counted->is_over;
}

enum fuzz_sweep_end fuzz_sweep_count(
    struct fuzz_sweep *sweep,
    uint32_t watch_seconds,
    struct sim_error *ret_error)
{
    struct counted *counted = fuzz_worker_share(sizeof *counted);
    LC_CHECK(counted != NULL);
    if (sweep->schedule.world.faults == 0) {
        sweep->schedule.world.faults = LC_FAIL_ALL;
    }
    memset(&sweep->schedule.expect, 0, sizeof sweep->schedule.expect);
    counted->schedule = &sweep->schedule;
    enum fuzz_sweep_end end = FUZZ_SWEEP_COUNTED;
    if (sweep->schedule.choice_count == LC_CHOICES_MAX) {
        end = FUZZ_SWEEP_FULL;
    } else if (!play_apart(counted, watch_seconds)) {
        end = FUZZ_SWEEP_DIED;
    } else if (counted->has_error) {
        end = FUZZ_SWEEP_ERROR;
        *ret_error = counted->error;
    }
    sweep->count = end == FUZZ_SWEEP_COUNTED ? counted->count : 0;
    sweep->is_cut = counted->is_cut;
    memcpy(sweep->sites, counted->sites, sweep->count * sizeof sweep->sites[0]);
    (void)munmap(counted, sizeof *counted);
    return end;
}

void fuzz_sweep_make(
    const struct fuzz_sweep *sweep,
    uint64_t number,
    struct lc_schedule *ret_schedule)
{
    LC_CHECK(number <= sweep->count);
    *ret_schedule = sweep->schedule;
    if (number > 0) {
        LC_CHECK(ret_schedule->choice_count < LC_CHOICES_MAX);
        ret_schedule->choices[ret_schedule->choice_count] =
            sweep->sites[number - 1];
        ret_schedule->choice_count++;
    }
}
