#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/schedule.h"
#include "fuzz/worker.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tests/unit/told_time.h"

static struct lc_world world;

/* A worker plays for hours, and only what hangs is to be killed: each program
 * has all of the time again. */
static void each_program_has_its_own_cpu_time(void **state)
{
    (void)state;

    enum {
        PROGRAMS = 5
    };

    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    fuzz_schedule_default_world(&world);
    struct fuzz_worker_options options = {
        .one = { .generate = { .world = &world }, .sampler = FUZZ_SAMPLER_MIX },
        .seed_end = (uint64_t)PROGRAMS * FUZZ_SAMPLER_GROUP,
        .pipe = -1,
    };
    struct fuzz_crew *crew = fuzz_worker_share(sizeof *crew);
    struct fuzz_share *share = fuzz_worker_share(sizeof *share);
    assert_true(crew != NULL && share != NULL);
    told_time_begin();
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        fuzz_worker_run(&options, crew, share);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(share->exit, FUZZ_WORKER_DONE);
    assert_int_equal(share->schedules, options.seed_end);
    assert_int_equal(told_time->count, 1 + PROGRAMS);
    told_time_check(1 + PROGRAMS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_program_has_its_own_cpu_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
