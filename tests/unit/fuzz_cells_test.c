#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/cells.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    PIECES = 23,
    BAD_PIECE = 5 /* kills its worker, or asks for another */
};

struct result {
    uint32_t value;
    uint32_t times;
    int32_t death;
    int pids[2];
};

/* What the pieces do beside their work. */
enum trouble {
    NO_TROUBLE = 0,
    DIES = 1,
    ASKS_AGAIN = 2
};

static enum trouble trouble;
static uint32_t told;
static struct result results[PIECES];

static bool work(void *context, uint32_t piece, void *result, int32_t death)
{
    (void)context;
    struct result *mine = result;
    mine->pids[mine->times % 2] = getpid();
    mine->times++;
    if (piece == BAD_PIECE && mine->times == 1 && trouble == DIES) {
        (void)raise(SIGTERM); /* that is ignored */
        (void)signal(SIGUSR1, SIG_DFL);
        (void)raise(SIGUSR1);
    }
    if (piece == BAD_PIECE && mine->times == 1 && trouble == ASKS_AGAIN) {
        return false;
    }
    mine->death = death;
    mine->value = piece * piece + 1;
    return true;
}

static void done(void *context, uint32_t piece, const void *result)
{
    (void)context;
    assert_int_equal(piece, told);
    told++;
    memcpy(&results[piece], result, sizeof results[piece]);
}

static bool stop_at_once(void *context)
{
    (void)context;
    return true;
}

static enum sim_status run(struct fuzz_cells_options options, bool *is_stopped)
{
    struct sim_error error;
    told = 0;
    memset(results, 0, sizeof results);
    options.count = PIECES;
    options.result_bytes = sizeof(struct result);
    options.work = work;
    options.done = done;
    return fuzz_cells_run(&options, is_stopped, &error);
}

static void check_all(void)
{
    assert_int_equal(told, PIECES);
    for (uint32_t i = 0; i < PIECES; i++) {
        assert_int_equal(results[i].value, i * i + 1);
    }
}

/* The number of workers is a matter of speed only. */
static void pieces_come_in_their_order_whoever_works(void **state)
{
    (void)state;
    static const uint32_t jobs[] = { 1, 2, 30 };
    trouble = NO_TROUBLE;
    for (uint32_t i = 0; i < 3; i++) {
        bool is_stopped = true;
        struct fuzz_cells_options options = { .jobs = jobs[i] };
        assert_int_equal(run(options, &is_stopped), SIM_OK);
        assert_false(is_stopped);
        check_all();
        for (uint32_t piece = 0; piece < PIECES; piece++) {
            assert_int_equal(results[piece].times, 1);
            assert_int_not_equal(results[piece].pids[0], getpid());
        }
    }
}

/* What a piece has left behind is gone on with, and what killed it is told. */
static void a_piece_outlives_its_worker(void **state)
{
    (void)state;
    bool is_stopped;
    trouble = DIES;
    struct fuzz_cells_options options = { .jobs = 2, .may_die = true };
    assert_int_equal(run(options, &is_stopped), SIM_OK);
    check_all();
    assert_int_equal(results[BAD_PIECE].times, 2);
    assert_int_equal(results[BAD_PIECE].death, SIGUSR1);
    for (uint32_t i = 0; i < PIECES; i++) {
        assert_true(i == BAD_PIECE || results[i].death == 0);
    }
}

/* Where no piece may kill, one that does must not be tried for ever. */
static void a_death_that_may_not_be_is_a_failure(void **state)
{
    (void)state;
    bool is_stopped;
    trouble = DIES;
    struct fuzz_cells_options options = { .jobs = 2 };
    assert_int_equal(run(options, &is_stopped), SIM_ERROR_LIMIT);
}

/* After a fault nothing of the process is safe, though it did not die. */
static void a_piece_may_ask_for_another_process(void **state)
{
    (void)state;
    bool is_stopped;
    trouble = ASKS_AGAIN;
    struct fuzz_cells_options options = { .jobs = 1 };
    assert_int_equal(run(options, &is_stopped), SIM_OK);
    check_all();
    const struct result *bad = &results[BAD_PIECE];
    assert_int_equal(bad->times, 2);
    assert_int_equal(bad->death, 0);
    assert_int_not_equal(bad->pids[0], bad->pids[1]);
}

static void it_can_be_stopped(void **state)
{
    (void)state;
    bool is_stopped = false;
    trouble = DIES;
    struct fuzz_cells_options options = {
        .jobs = 1,
        .may_die = true,
        .stop = stop_at_once,
    };
    assert_int_equal(run(options, &is_stopped), SIM_OK);
    assert_true(is_stopped || told == PIECES);
    assert_true(is_stopped == (told < PIECES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_come_in_their_order_whoever_works),
        cmocka_unit_test(a_piece_outlives_its_worker),
        cmocka_unit_test(a_death_that_may_not_be_is_a_failure),
        cmocka_unit_test(a_piece_may_ask_for_another_process),
        cmocka_unit_test(it_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
