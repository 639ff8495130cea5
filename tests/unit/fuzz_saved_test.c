/*
 * Explorations that go on from a file, after a stop and after a kill.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/explore/saved.h"
#include "tests/unit/explored.h"

#define SAVED_PATH "fuzz_saved_test.saved"

static bool go_on_once(void *looks, const struct fuzz_explore_totals *totals)
{
    (void)totals;
    return (*(uint32_t *)looks)++ == 0;
}

static bool never(void *unused)
{
    (void)unused;
    return false;
}

static enum sim_status explore_from_file(
    enum fuzz_explore_order order,
    uint64_t identity,
    struct fuzz_explore_result *ret_result)
{
    static struct sim_error error;
    uint32_t looks = 0;
    const struct fuzz_explore_options options = {
        .order = order,
        .memory_bytes = MEMORY_BYTES,
        .goes_on = true,
        .progress = go_on_once,
        .context = &looks,
        .saved_path = SAVED_PATH,
        .is_saving_due = never,
        .identity = { .low = identity },
        .has_sleep_sets = subject.are_independent != NULL,
    };
    return fuzz_explore(&subject, &options, ret_result, &error);
}

/* Explores in parts, each going on from the file, to the end. Returns how many
 * there were. */
static uint32_t explore_in_parts(
    enum fuzz_explore_order order,
    struct fuzz_explore_result *ret_last)
{
    (void)remove(SAVED_PATH);
    for (uint32_t parts = 1;; parts++) {
        assert_int_equal(explore_from_file(order, 1, ret_last), SIM_OK);
        if (ret_last->bound != FUZZ_EXPLORE_STOPPED) {
            (void)remove(SAVED_PATH);
            return parts;
        }
        assert_int_equal(ret_last->saving_errno, 0);
        fuzz_explore_free(ret_last);
    }
}

/* Stopped again and again, it ends as if it had never been. */
static void it_goes_on_from_a_file(void **state)
{
    static const char *const texts[] = { socket_and_start,
                                         worker_left_beside_another,
                                         reused,
                                         warns };
    uint32_t parts_in_all = 0;
    (void)state;
    for (uint32_t i = 0; i < 2 * LC_COUNT_OF(texts); i++) {
        make_subject_with_numbers(texts[i / 2]);
        enum fuzz_explore_order order =
            i % 2 == 0 ? FUZZ_EXPLORE_BREADTH : FUZZ_EXPLORE_DEPTH;
        struct fuzz_explore_result whole = explore_all(order);
        assert_int_equal(has_warned(&whole.totals), texts[i / 2] == warns);
        struct fuzz_explore_result last;
        parts_in_all += explore_in_parts(order, &last);
        assert_int_equal(last.verdict, whole.verdict);
        assert_int_equal(last.totals.ends, whole.totals.ends);
        if (!FRAMES_KEEP_COPIES) {
            assert_same_counts(&last.totals, &whole.totals);
            assert_int_equal(last.totals.depth_max, whole.totals.depth_max);
            assert_same_way(&last, &whole);
        }
        fuzz_explore_free(&whole);
        fuzz_explore_free(&last);
    }
    assert_true(parts_in_all > 30);
}

/* The bound that was hit before it was stopped is kept as well. */
static void a_bound_is_kept_behind_a_stop(void **state)
{
    (void)state;
    struct fuzz_explore_result last;
    make_subject(a_socket_each);
    subject.finish = say_nothing;
    struct fuzz_explore_result whole =
        explore(FUZZ_EXPLORE_DEPTH, MEMORY_BYTES);
    assert_true(explore_in_parts(FUZZ_EXPLORE_DEPTH, &last) > 1);
    assert_int_equal(last.bound, FUZZ_EXPLORE_UNSPECIFIED);
    assert_true(
        FRAMES_KEEP_COPIES || last.totals.states == whole.totals.states);
    fuzz_explore_free(&last);
}

static uint32_t begins;

static enum sim_status count_begins(void *unused, struct sim_error *ret_error)
{
    (void)unused;
    begins++;
    return fuzz_subject_of_schedule(&context).begin(&context, ret_error);
}

/* Breadth-first, what waits is not played from the beginning each time. */
static void what_ways_share_is_gone_once(void **state)
{
    (void)state;
    struct fuzz_explore_result result;
    make_subject(worker_left_beside_another);
    (void)remove(SAVED_PATH);
    for (uint32_t part = 0; part < 2; part++) {
        subject.begin = count_begins;
        begins = 0;
        assert_int_equal(
            explore_from_file(FUZZ_EXPLORE_BREADTH, 1, &result),
            SIM_OK);
        assert_int_equal(result.bound, FUZZ_EXPLORE_STOPPED);
        assert_true(result.totals.frontier > 20);
        fuzz_explore_free(&result);
    }
    assert_true(result.totals.resumed > 0);
    assert_in_range(begins, 2, 3);
    (void)remove(SAVED_PATH);
}

/* Explores with little memory, and whenever that is used up goes on with a
 * little more. Returns how many times there were. */
static uint32_t explore_with_ever_more(
    enum fuzz_explore_order order,
    struct fuzz_explore_result *ret_last)
{
    struct sim_error error;
    struct fuzz_explore_options options = {
        .order = order,
        .memory_bytes = 400000,
        .goes_on = true,
        .saved_path = SAVED_PATH,
        .is_saving_due = never,
        .has_sleep_sets = subject.are_independent != NULL,
    };
    uint64_t states = 0;
    (void)remove(SAVED_PATH);
    for (uint32_t times = 1;; times++) {
        assert_int_equal(
            fuzz_explore(&subject, &options, ret_last, &error),
            SIM_OK);
        assert_int_equal(ret_last->totals.resumed, states);
        states = ret_last->totals.states;
        if (ret_last->bound != FUZZ_EXPLORE_MEMORY) {
            (void)remove(SAVED_PATH);
            return times;
        }
        assert_int_equal(ret_last->saving_errno, 0);
        fuzz_explore_free(ret_last);
        options.memory_bytes += options.memory_bytes / 3;
    }
}

/* Nothing is lost when the memory is used up, and it ends as if it had never
 * been. */
static void it_goes_on_with_more_memory(void **state)
{
    static const char *const texts[] = { socket_and_start,
                                         worker_left_beside_another,
                                         reused };
    uint32_t times_in_all = 0;
    (void)state;
    for (uint32_t i = 0; i < 2 * LC_COUNT_OF(texts); i++) {
        make_subject_with_numbers(texts[i / 2]);
        enum fuzz_explore_order order =
            i % 2 == 0 ? FUZZ_EXPLORE_BREADTH : FUZZ_EXPLORE_DEPTH;
        struct fuzz_explore_result whole = explore_all(order);
        struct fuzz_explore_result last;
        times_in_all += explore_with_ever_more(order, &last);
        assert_int_equal(last.verdict, whole.verdict);
        assert_int_equal(last.totals.ends, whole.totals.ends);
        if (!FRAMES_KEEP_COPIES) {
            assert_same_counts(&last.totals, &whole.totals);
            assert_int_equal(last.totals.depth_max, whole.totals.depth_max);
            assert_same_way(&last, &whole);
        }
        fuzz_explore_free(&whole);
        fuzz_explore_free(&last);
    }
    assert_true(times_in_all > 20);
}

/* Explores with ever more states. Returns how many times there were. */
static uint32_t explore_with_more_states(
    enum fuzz_explore_order order,
    struct fuzz_explore_result *ret_last)
{
    struct sim_error error;
    struct fuzz_explore_options options = {
        .order = order,
        .memory_bytes = MEMORY_BYTES,
        .goes_on = true,
        .saved_path = SAVED_PATH,
        .is_saving_due = never,
    };
    (void)remove(SAVED_PATH);
    for (uint32_t times = 1;; times++) {
        options.states_max = times;
        assert_int_equal(
            fuzz_explore(&subject, &options, ret_last, &error),
            SIM_OK);
        if (ret_last->bound != FUZZ_EXPLORE_STOPPED) {
            (void)remove(SAVED_PATH);
            return times;
        }
        assert_int_equal(ret_last->saving_errno, 0);
        fuzz_explore_free(ret_last);
    }
}

/* Stopped behind each of its states, between two that one step leads to as
 * well, by what it draws: which of these were taken is kept. */
static void it_goes_on_between_two_draws(void **state)
{
    static const char text[] =
        TCP "  faults alloc startup net\n"
            "process A\n" OPENS("a", "s") "    connect s\n" CLEANS;
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        enum fuzz_explore_order order =
            i == 0 ? FUZZ_EXPLORE_BREADTH : FUZZ_EXPLORE_DEPTH;
        make_subject(text);
        context.fault_max = 2;
        subject = fuzz_subject_of_schedule(&context);
        struct fuzz_explore_result whole = explore_all(order);
        struct fuzz_explore_result last;
        assert_true(explore_with_more_states(order, &last) > 50);
        assert_int_equal(last.verdict, whole.verdict);
        assert_int_equal(last.totals.ends, whole.totals.ends);
        if (!FRAMES_KEEP_COPIES) {
            assert_same_counts(&last.totals, &whole.totals);
        }
        fuzz_explore_free(&whole);
        fuzz_explore_free(&last);
    }
}

/* Who sleeps is kept with the states. */
static void it_goes_on_with_who_sleeps(void **state)
{
    static const char *const names[] = { "life_cycle",
                                         "wronglock_3",
                                         "reorder_5" };
    static struct fuzz_subject_program program;
    uint32_t parts_in_all = 0;
    (void)state;
    make_subject(socket_and_start); /* opens the simulator */
    for (uint32_t i = 0; i < 4 * LC_COUNT_OF(names); i++) {
        program.program = sim_program_find(names[i / 4]);
        assert_non_null(program.program);
        subject = fuzz_subject_of_program(&program);
        enum fuzz_explore_order order =
            i % 2 == 0 ? FUZZ_EXPLORE_BREADTH : FUZZ_EXPLORE_DEPTH;
        struct fuzz_explore_result last;
        struct fuzz_explore_result whole =
            explore_as(&(struct fuzz_explore_options){
                .order = order,
                .memory_bytes = MEMORY_BYTES,
                .goes_on = true,
                .has_sleep_sets = true,
            });
        parts_in_all += i % 4 < 2 ? explore_in_parts(order, &last)
                                  : explore_with_ever_more(order, &last);
        assert_int_equal(last.verdict, whole.verdict);
        assert_same_counts(&last.totals, &whole.totals);
        assert_same_way(&last, &whole);
        fuzz_explore_free(&whole);
        fuzz_explore_free(&last);
    }
    assert_in_range(parts_in_all, 25, 1000);
}

/* With no more than before there is nothing that it could do. */
static void too_little_memory_for_a_file_is_said(void **state)
{
    (void)state;
    struct fuzz_explore_result result;
    struct sim_error error;
    make_subject(socket_and_start);
    struct fuzz_explore_options options = {
        .order = FUZZ_EXPLORE_DEPTH,
        .memory_bytes = 800000,
        .saved_path = SAVED_PATH,
        .is_saving_due = never,
    };
    (void)remove(SAVED_PATH);
    assert_int_equal(fuzz_explore(&subject, &options, &result, &error), SIM_OK);
    assert_int_equal(result.bound, FUZZ_EXPLORE_MEMORY);
    fuzz_explore_free(&result);
    options.memory_bytes = 100000;
    assert_int_equal(
        fuzz_explore(&subject, &options, &result, &error),
        SIM_ERROR_FILE);
    assert_non_null(strstr(error.text, "--memory"));
    (void)remove(SAVED_PATH);
}

static bool die_at_third_look(
    void *looks,
    const struct fuzz_explore_totals *totals)
{
    (void)totals;
    if ((*(uint32_t *)looks)++ == 2) {
        (void)raise(SIGKILL);
    }
    return true;
}

static bool always(void *unused)
{
    (void)unused;
    return true;
}

/* Killed without a word, it has what was kept last. */
static void it_goes_on_after_a_kill(void **state)
{
    (void)state;
    struct fuzz_explore_result result;
    struct sim_error error;
    uint32_t looks = 0;
    make_subject(worker_left_beside_another);
    const struct fuzz_explore_options options = {
        .order = FUZZ_EXPLORE_DEPTH,
        .memory_bytes = MEMORY_BYTES,
        .goes_on = true,
        .progress = die_at_third_look,
        .context = &looks,
        .saved_path = SAVED_PATH,
        .is_saving_due = always,
        .identity = { .low = 1 },
    };
    (void)remove(SAVED_PATH);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(fuzz_explore(&subject, &options, &result, &error) == SIM_OK);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    uint64_t last = 0;
    do {
        assert_int_equal(
            explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result),
            SIM_OK);
        assert_true(result.totals.resumed > last);
        last = result.totals.resumed;
        fuzz_explore_free(&result);
    } while (result.bound == FUZZ_EXPLORE_STOPPED);
    struct fuzz_explore_result whole = explore_all(FUZZ_EXPLORE_DEPTH);
    assert_int_equal(result.verdict, whole.verdict);
    assert_int_equal(result.totals.ends, whole.totals.ends);
    if (!FRAMES_KEEP_COPIES) {
        assert_same_counts(&result.totals, &whole.totals);
    }
    fuzz_explore_free(&whole);
    (void)remove(SAVED_PATH);
}

/* Whatever is not what was written is refused. */
static void a_damaged_file_is_refused(void **state)
{
    (void)state;
    struct fuzz_explore_result result;
    make_subject(socket_and_start);
    (void)remove(SAVED_PATH);
    assert_int_equal(explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result), SIM_OK);
    assert_int_equal(result.bound, FUZZ_EXPLORE_STOPPED);
    fuzz_explore_free(&result);
    assert_int_equal(
        explore_from_file(FUZZ_EXPLORE_BREADTH, 1, &result),
        SIM_ERROR_FILE);
    assert_int_equal(
        explore_from_file(FUZZ_EXPLORE_DEPTH, 2, &result),
        SIM_ERROR_FILE);

    FILE *file = fopen(SAVED_PATH, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size_bytes = ftell(file);
    for (uint32_t i = 0; i < 50; i++) {
        long at = (long)((uint64_t)size_bytes * i / 50);
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        int was = fgetc(file);
        for (int turn = 0; turn < 2; turn++) {
            assert_int_equal(fseek(file, at, SEEK_SET), 0);
            assert_int_not_equal(fputc(turn == 0 ? was ^ 1 : was, file), EOF);
            assert_int_equal(fflush(file), 0);
            if (turn == 0) {
                assert_int_equal(
                    explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result),
                    SIM_ERROR_FILE);
            }
        }
    }
    assert_int_equal(ftruncate(fileno(file), size_bytes - 1), 0);
    (void)fclose(file);
    assert_int_equal(
        explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result),
        SIM_ERROR_FILE);
    (void)remove(SAVED_PATH);
}

/* What can't be written is said, and what was there stays. */
static void a_file_that_cannot_be_written_is_said(void **state)
{
    (void)state;
    struct fuzz_explore_result result;
    struct sim_error error;
    make_subject(socket_and_start);
    const struct fuzz_explore_options options = {
        .order = FUZZ_EXPLORE_DEPTH,
        .memory_bytes = MEMORY_BYTES,
        .progress = stop_at_once,
        .saved_path = "no/such/folder/file",
        .is_saving_due = never,
    };
    memset(&result, 0xa5, sizeof result);
    const struct fuzz_explore_result untouched = result;
    assert_int_equal(
        fuzz_explore(&subject, &options, &result, &error),
        SIM_ERROR_FILE);
    assert_string_equal(error.text, strerror(ENOENT));
    assert_int_equal(result.verdict, untouched.verdict);
    assert_ptr_equal(result.path, untouched.path);
    (void)remove(SAVED_PATH);
    static const char *const paths[] = { SAVED_PATH, SAVED_PATH ".new" };
    for (uint32_t i = 0; i < LC_COUNT_OF(paths); i++) {
        assert_int_equal(mkfifo(paths[i], 0600), 0);
        assert_int_equal(
            explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result),
            SIM_ERROR_FILE);
        assert_int_equal(remove(paths[i]), 0);
    }
}

/* Going on from a file is refused at once where it can't be written again. */
static void a_file_that_cannot_be_written_again_is_said(void **state)
{
    (void)state;
    struct fuzz_explore_result result;
    make_subject(socket_and_start);
    (void)remove(SAVED_PATH);
    assert_int_equal(explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result), SIM_OK);
    assert_int_equal(result.saving_errno, 0);
    fuzz_explore_free(&result);
    assert_int_equal(mkdir(SAVED_PATH ".new", 0700), 0);
    assert_int_equal(
        explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result),
        SIM_ERROR_FILE);
    assert_int_equal(rmdir(SAVED_PATH ".new"), 0);
    assert_int_equal(explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result), SIM_OK);
    assert_true(result.totals.resumed > 0);
    fuzz_explore_free(&result);
    (void)remove(SAVED_PATH);
}

/* What on_saved was told, and the looks of the search between. */
static struct {
    uint32_t looks;
    uint32_t count;
    int errors[3];
} told;

static void note_saved(void *unused, int error)
{
    (void)unused;
    assert_in_range(told.count, 0, LC_COUNT_OF(told.errors) - 1);
    told.errors[told.count++] = error;
}

/* Once it is saved, nothing can be written any more; then it stops. */
static bool take_the_name(
    void *unused,
    const struct fuzz_explore_totals *totals)
{
    (void)unused;
    (void)totals;
    if (told.looks == 1) {
        assert_int_equal(mkdir(SAVED_PATH ".new", 0700), 0);
    }
    return ++told.looks < 3;
}

/* Each time, and what had been saved before stays. */
static void it_is_told_of_each_time_that_it_is_saved(void **state)
{
    (void)state;
    struct fuzz_explore_result result;
    struct sim_error error;
    make_subject(worker_left_beside_another);
    const struct fuzz_explore_options options = {
        .order = FUZZ_EXPLORE_DEPTH,
        .memory_bytes = MEMORY_BYTES,
        .goes_on = true,
        .progress = take_the_name,
        .saved_path = SAVED_PATH,
        .is_saving_due = always,
        .on_saved = note_saved,
        .identity = { .low = 1 },
    };
    (void)remove(SAVED_PATH);
    memset(&told, 0, sizeof told);
    assert_int_equal(fuzz_explore(&subject, &options, &result, &error), SIM_OK);
    assert_int_equal(rmdir(SAVED_PATH ".new"), 0);
    assert_int_equal(told.count, 3);
    assert_int_equal(told.errors[0], 0);
    assert_int_equal(told.errors[1], EISDIR);
    assert_int_equal(told.errors[2], EISDIR);
    assert_int_equal(result.bound, FUZZ_EXPLORE_STOPPED);
    assert_int_equal(result.saving_errno, EISDIR);
    uint64_t states = result.totals.states;
    fuzz_explore_free(&result);
    assert_int_equal(explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result), SIM_OK);
    assert_true(result.totals.resumed > 0 && result.totals.resumed < states);
    fuzz_explore_free(&result);
    (void)remove(SAVED_PATH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_on_from_a_file),
        cmocka_unit_test(a_bound_is_kept_behind_a_stop),
        cmocka_unit_test(what_ways_share_is_gone_once),
        cmocka_unit_test(it_goes_on_with_more_memory),
        cmocka_unit_test(it_goes_on_between_two_draws),
        cmocka_unit_test(it_goes_on_with_who_sleeps),
        cmocka_unit_test(too_little_memory_for_a_file_is_said),
        cmocka_unit_test(it_goes_on_after_a_kill),
        cmocka_unit_test(a_damaged_file_is_refused),
        cmocka_unit_test(a_file_that_cannot_be_written_is_said),
        cmocka_unit_test(a_file_that_cannot_be_written_again_is_said),
        cmocka_unit_test(it_is_told_of_each_time_that_it_is_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
