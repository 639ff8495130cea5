/*
 * Explorations: no state and no end is missed that an enumeration of all orders
 * comes to, and what breaks is a way there that can be played.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/explore/explore.h"
#include "fuzz/explore/pack.h"
#include "fuzz/explore/table.h"
#include "fuzz/text.h"
#include "tests/unit/failing.h"
#include "tests/unit/frames.h"
#include "tests/unit/framework.h"

enum {
    MEMORY_BYTES = 256 << 20
};

static const char starts[] = "lastcall schedule 1\n"
                             "process A\n"
                             "  thread a\n"
                             "    WSAStartup 2.2\n"
                             "    WSACleanup\n"
                             "  thread b\n"
                             "    WSAStartup 2.2\n"
                             "    WSACleanup\n";

static const char socket_and_start[] = "lastcall schedule 1\n"
                                       "process A\n"
                                       "  thread a\n"
                                       "    WSAStartup 2.2\n"
                                       "    s = socket stream\n"
                                       "    WSACleanup\n"
                                       "  thread b\n"
                                       "    WSAStartup 2.2\n"
                                       "    WSACleanup\n";

/* Its worker is still inside when the last cleanup is over. */
static const char worker_left[] = "lastcall schedule 1\n"
                                  "world\n"
                                  "  plant worker_left\n"
                                  "process A\n"
                                  "  thread a\n"
                                  "    WSAStartup 2.2\n"
                                  "    s = socket stream\n"
                                  "    WSACleanup\n";

static const char worker_left_beside_another[] = "lastcall schedule 1\n"
                                                 "world\n"
                                                 "  plant worker_left\n"
                                                 "process A\n"
                                                 "  thread a\n"
                                                 "    WSAStartup 2.2\n"
                                                 "    s = socket stream\n"
                                                 "    WSACleanup\n"
                                                 "  thread b\n"
                                                 "    WSAStartup 2.2\n"
                                                 "    WSACleanup\n";

static pid_t parent_pid;
static struct lc_schedule schedule;
static struct fuzz_subject_schedule context;
static struct fuzz_subject subject;

static void make_subject(const char *text)
{
    struct fuzz_text_error text_error;
    struct sim_error error;
    assert_true(fuzz_text_parse(text, strlen(text), &schedule, &text_error));
    assert_int_equal(sim_open(&error), SIM_OK);
    memset(&context, 0, sizeof context);
    context.schedule = &schedule;
    subject = fuzz_subject_of_schedule(&context);
}

static struct fuzz_explore_result explore(
    enum fuzz_explore_order order,
    uint64_t memory_bytes)
{
    struct fuzz_explore_result result;
    struct sim_error error;
    const struct fuzz_explore_options options = {
        .order = order,
        .memory_bytes = memory_bytes,
    };
    assert_int_equal(fuzz_explore(&subject, &options, &result, &error), SIM_OK);
    return result;
}

/* ---- An enumeration of all orders, which skips no state ---- */

static struct {
    struct fuzz_table states;
    struct fuzz_table ends;
    uint64_t runs;
} all;

static void add(struct fuzz_table *table, struct sim_state_key key)
{
    assert_int_not_equal(
        fuzz_table_add(table, key, MEMORY_BYTES),
        FUZZ_TABLE_FULL);
}

static void enumerate(void)
{
    struct sim_decision *decision = malloc(sizeof *decision);
    enum lc_end end;
    assert_non_null(decision);
    if (!sim_enabled(decision, &end)) {
        struct sim_state_key key = subject.key(&context);
        assert_int_equal(subject.finish(&context, end), FUZZ_SUBJECT_HELD);
        add(&all.ends, key);
        all.runs++;
        free(decision);
        return;
    }
    add(&all.states, subject.key(&context));
    size_t size_bytes = subject.size(&context);
    void *snapshot = malloc(size_bytes);
    assert_non_null(snapshot);
    (void)subject.save(&context, snapshot, size_bytes);
    for (uint32_t i = 0; i < decision->point.count; i++) {
        subject.load(&context, snapshot);
        sim_take(decision, i);
        enumerate();
    }
    free(snapshot);
    free(decision);
}

static void keys_lose_no_state_and_no_end(void **state)
{
    (void)state;
    struct sim_error error;
    make_subject(starts);
    assert_int_equal(subject.begin(&context, &error), SIM_OK);
    memset(&all, 0, sizeof all);
    enumerate();
    assert_true(all.runs > 200); /* more orders than states */
    for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
        struct fuzz_explore_result result =
            explore((enum fuzz_explore_order)order, MEMORY_BYTES);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_PROVED);
        assert_int_equal(result.totals.ends, all.ends.count);
        assert_true(
            FRAMES_KEEP_COPIES || result.totals.states == all.states.count);
    }
    fuzz_table_free(&all.states);
    fuzz_table_free(&all.ends);
}

static void both_orders_visit_the_same_states(void **state)
{
    (void)state;
    make_subject(socket_and_start);
    struct fuzz_explore_result breadth =
        explore(FUZZ_EXPLORE_BREADTH, MEMORY_BYTES);
    struct fuzz_explore_result depth =
        explore(FUZZ_EXPLORE_DEPTH, MEMORY_BYTES);
    assert_int_equal(breadth.verdict, FUZZ_EXPLORE_PROVED);
    assert_int_equal(depth.verdict, FUZZ_EXPLORE_PROVED);
    assert_int_equal(breadth.totals.ends, depth.totals.ends);
    assert_true(breadth.totals.states > 500);
    assert_true(
        FRAMES_KEEP_COPIES || breadth.totals.states == depth.totals.states);
    assert_int_equal(breadth.totals.frontier, 0);
    assert_int_equal(depth.totals.frontier, 0);
}

/* What one thread does later depends on what lies on its stack. */
static const char two_sockets[] = "lastcall schedule 1\n"
                                  "process A\n"
                                  "  thread a\n"
                                  "    WSAStartup 2.2\n"
                                  "    s = socket stream\n"
                                  "    WSACleanup\n"
                                  "  thread b\n"
                                  "    WSAStartup 2.2\n"
                                  "    s1 = socket stream\n"
                                  "    WSACleanup\n";

/* A step that is remembered leads where it leads when it is taken. */
static void what_is_remembered_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = { worker_left, two_sockets };
    /* Frames that keep copies make states by the million of the last. */
    uint32_t count = FRAMES_KEEP_COPIES ? 1 : LC_COUNT_OF(texts);
    for (uint32_t i = 0; i < count; i++) {
        struct fuzz_explore_result results[2];
        struct sim_error error;
        const struct fuzz_explore_options options = {
            .order = FUZZ_EXPLORE_DEPTH,
            .memory_bytes = MEMORY_BYTES,
            .goes_on = true,
        };
        make_subject(texts[i]);
        for (uint32_t turn = 0; turn < 2; turn++) {
            assert_int_equal(
                fuzz_explore(&subject, &options, &results[turn], &error),
                SIM_OK);
            fuzz_explore_free(&results[turn]);
            subject.split = NULL;
        }
        assert_true(results[0].totals.states > 100);
        assert_int_equal(results[0].totals.states, results[1].totals.states);
        assert_int_equal(
            results[0].totals.transitions,
            results[1].totals.transitions);
        assert_int_equal(results[0].totals.merged, results[1].totals.merged);
        assert_int_equal(results[0].totals.ends, results[1].totals.ends);
        assert_int_equal(results[0].totals.broken, results[1].totals.broken);
        /* The memory of steps is a part of what was taken. */
        assert_true(
            results[0].totals.memory_bytes > results[1].totals.memory_bytes);
    }
}

static void what_breaks_is_a_way_that_can_be_gone(void **state)
{
    (void)state;
    struct sim_error error;
    uint32_t lengths[2];
    uint32_t wanted = 0;
    for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
        enum fuzz_subject_end end;
        make_subject(worker_left);
        struct fuzz_explore_result result =
            explore((enum fuzz_explore_order)order, MEMORY_BYTES);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_BROKEN);
        lengths[order] = result.path_count;
        assert_int_equal(
            fuzz_explore_follow(
                &subject,
                result.path,
                result.path_count,
                &end,
                &error),
            SIM_OK);
        assert_int_equal(end, FUZZ_SUBJECT_BROKEN);
        assert_true(model_rule_find("LOAD-15", &wanted));
        assert_string_equal(
            model_rule(model_verdict(&context.model).rule)->group,
            model_rule(wanted)->group);
        fuzz_explore_free(&result);
    }
    assert_true(lengths[FUZZ_EXPLORE_BREADTH] <= lengths[FUZZ_EXPLORE_DEPTH]);
}

/* A shorter way would have been found before: no run that is shorter breaks. */
static void breadth_finds_the_shortest_way(void **state)
{
    (void)state;
    struct fuzz_explore_result result;
    struct sim_error error;
    make_subject(worker_left);
    struct fuzz_explore_result found =
        explore(FUZZ_EXPLORE_BREADTH, MEMORY_BYTES);
    const struct fuzz_explore_options shorter = {
        .memory_bytes = MEMORY_BYTES,
        .depth_max = found.path_count - 1,
    };
    assert_int_equal(fuzz_explore(&subject, &shorter, &result, &error), SIM_OK);
    assert_int_equal(result.verdict, FUZZ_EXPLORE_BOUNDED);
    assert_int_equal(result.bound, FUZZ_EXPLORE_DEPTH_BOUND);
    fuzz_explore_free(&found);
}

static void memory_that_is_used_up_is_said(void **state)
{
    (void)state;
    make_subject(socket_and_start);
    for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
        struct fuzz_explore_result result =
            explore((enum fuzz_explore_order)order, 100000);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_BOUNDED);
        assert_int_equal(result.bound, FUZZ_EXPLORE_MEMORY);
        assert_true(result.totals.memory_bytes <= 100000);
        assert_true(result.totals.states > 0);
    }
}

static bool stop_at_second_look(
    void *looks,
    const struct fuzz_explore_totals *totals)
{
    (void)totals;
    return ++*(uint32_t *)looks < 2;
}

static void it_can_be_told_to_stop(void **state)
{
    (void)state;
    struct fuzz_explore_result result;
    struct sim_error error;
    uint32_t looks = 0;
    make_subject(socket_and_start);
    const struct fuzz_explore_options options = {
        .memory_bytes = MEMORY_BYTES,
        .progress = stop_at_second_look,
        .context = &looks,
    };
    assert_int_equal(fuzz_explore(&subject, &options, &result, &error), SIM_OK);
    assert_int_equal(result.verdict, FUZZ_EXPLORE_BOUNDED);
    assert_int_equal(result.bound, FUZZ_EXPLORE_STOPPED);
}

/* ---- The table ---- */

static void a_table_knows_what_was_added(void **state)
{
    (void)state;
    struct fuzz_table table = { 0 };
    for (uint64_t i = 0; i < 100000; i++) {
        const struct sim_state_key key = { .low = i % 7, .high = i + 1 };
        assert_int_equal(
            fuzz_table_add(&table, key, MEMORY_BYTES),
            FUZZ_TABLE_NEW);
        i += i > 2000 ? 997 : 0;
    }
    uint64_t count = table.count;
    for (uint64_t i = 0; i < 2000; i++) {
        const struct sim_state_key key = { .low = i % 7, .high = i + 1 };
        assert_int_equal(
            fuzz_table_add(&table, key, MEMORY_BYTES),
            FUZZ_TABLE_SEEN);
    }
    assert_int_equal(table.count, count);
    fuzz_table_free(&table);
    assert_int_equal(fuzz_table_bytes(&table), 0);
}

static void a_table_does_not_outgrow_its_limit(void **state)
{
    (void)state;
    struct fuzz_table table = { 0 };
    uint64_t i = 1;
    while (fuzz_table_add(
               &table,
               (struct sim_state_key){ .low = i, .high = i },
               200000) == FUZZ_TABLE_NEW) {
        i++;
    }
    assert_true(fuzz_table_bytes(&table) <= 200000);
    assert_true(i > 4000);
    assert_int_equal(
        fuzz_table_add(
            &table,
            (struct sim_state_key){ .low = 1, .high = 1 },
            200000),
        FUZZ_TABLE_SEEN);
    fuzz_table_free(&table);
}

/* ---- Packing ---- */

static void what_was_packed_comes_back(void **state)
{
    (void)state;

    enum {
        SIZE = 5000
    };

    static unsigned char bytes[SIZE];
    static unsigned char packed[4 * SIZE];
    static unsigned char back[SIZE + 1];
    for (uint32_t way = 0; way < 5; way++) {
        for (size_t i = 0; i < SIZE; i++) {
            /* All zeros; none; every other word; rare; the end only. */
            const bool is_set[] = { false,
                                    true,
                                    i / 8 % 2 == 0,
                                    i % 1000 == 7,
                                    i > SIZE - 5 };
            bytes[i] = is_set[way] ? (unsigned char)(i % 251 + 1) : 0;
        }
        for (size_t size = SIZE - 20; size <= SIZE; size++) {
            memset(back, 0xee, sizeof back);
            size_t used = fuzz_pack(bytes, size, packed);
            assert_true(used <= fuzz_pack_max(size));
            assert_true(fuzz_pack_max(size) <= sizeof packed);
            assert_int_equal(fuzz_unpack(packed, back), size);
            assert_memory_equal(back, bytes, size);
            assert_int_equal(back[size], 0xee);
            assert_true(way == 1 || way == 2 || used < size / 10);
        }
    }
}

/* ---- Numbers that are drawn ---- */

/* The handle that is freed can come back, and two packets can be late. */
static const char reused[] = "lastcall schedule 1\n"
                             "world\n"
                             "  link rate 1Mbit latency 20ms window 16384\n"
                             "process A\n"
                             "  thread a\n"
                             "    WSAStartup 2.2\n"
                             "    s = socket stream\n"
                             "    closesocket s\n"
                             "    t = socket stream\n"
                             "    connect t\n"
                             "    send t 1000\n"
                             "    shutdown t send\n";

/* A way to go, by what is drawn at each point of a run. */
static struct {
    uint32_t drawn[1024];
    uint32_t last[1024];
    uint32_t at;
} way;

static uint32_t go(void *unused, const struct sim_choice_point *point)
{
    (void)unused;
    assert_in_range(way.at, 0, LC_COUNT_OF(way.drawn) - 1);
    way.last[way.at] = point->count - 1;
    assert_in_range(way.drawn[way.at], 0, way.last[way.at]);
    return way.drawn[way.at++];
}

/* Plays all runs that there are, each from its beginning. Returns how many. */
static uint64_t count_runs(void)
{
    struct sim_result result;
    struct sim_error error;
    const struct sim_backer backer = { .choose = go };
    const struct sim_play_options options = {
        .schedule = &schedule,
        .backer = &backer,
    };
    memset(&way, 0, sizeof way);
    for (uint64_t runs = 1;; runs++) {
        way.at = 0;
        assert_int_equal(sim_play(&options, &result, &error), SIM_OK);
        assert_int_equal(result.end, LC_END_DONE);
        while (way.at > 0 && way.drawn[way.at - 1] == way.last[way.at - 1]) {
            way.at--;
            way.drawn[way.at] = 0;
        }
        if (way.at == 0) {
            return runs;
        }
        way.drawn[way.at - 1]++;
    }
}

/* Of states none of which is another. */
static struct sim_state_key key_of_its_own(void *unused)
{
    static uint64_t number;
    (void)unused;
    number++;
    return (struct sim_state_key){ .low = number, .high = 1 };
}

static void numbers_are_drawn_in_all_ways(void **state)
{
    (void)state;
    make_subject(reused);
    struct fuzz_explore_result plain =
        explore(FUZZ_EXPLORE_DEPTH, MEMORY_BYTES);
    uint64_t runs = count_runs();
    assert_true(runs > 1000);
    for (int order = 0; order <= FUZZ_EXPLORE_DEPTH; order++) {
        context.has_values = true;
        subject = fuzz_subject_of_schedule(&context);
        struct fuzz_explore_result result =
            explore((enum fuzz_explore_order)order, MEMORY_BYTES);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_PROVED);
        assert_true(result.totals.states > plain.totals.states);
        assert_true(result.totals.ends > plain.totals.ends);
        subject.key = key_of_its_own;
        result = explore((enum fuzz_explore_order)order, MEMORY_BYTES);
        assert_int_equal(result.verdict, FUZZ_EXPLORE_PROVED);
        assert_int_equal(result.totals.ends, runs);
    }
}

/* ---- Explorations that go on from a file ---- */

#define SAVED_PATH "fuzz_explore_test.saved"

/* Says so at each look. */
static bool stop_at_once(void *unused, const struct fuzz_explore_totals *totals)
{
    (void)unused;
    (void)totals;
    return false;
}

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
    };
    return fuzz_explore(&subject, &options, ret_result, &error);
}

static struct fuzz_explore_result explore_all(enum fuzz_explore_order order)
{
    struct fuzz_explore_result result;
    struct sim_error error;
    const struct fuzz_explore_options options = {
        .order = order,
        .memory_bytes = MEMORY_BYTES,
        .goes_on = true,
    };
    assert_int_equal(fuzz_explore(&subject, &options, &result, &error), SIM_OK);
    return result;
}

/* Stopped again and again, it ends as if it had never been. */
static void it_goes_on_from_a_file(void **state)
{
    static const char *const texts[] = { socket_and_start,
                                         worker_left_beside_another,
                                         reused };
    uint32_t turns_in_all = 0;
    (void)state;
    for (uint32_t i = 0; i < 2 * LC_COUNT_OF(texts); i++) {
        make_subject(texts[i / 2]);
        context.has_values = texts[i / 2] == reused;
        subject = fuzz_subject_of_schedule(&context);
        enum fuzz_explore_order order =
            i % 2 == 0 ? FUZZ_EXPLORE_BREADTH : FUZZ_EXPLORE_DEPTH;
        (void)remove(SAVED_PATH);
        struct fuzz_explore_result whole = explore_all(order);
        struct fuzz_explore_result parts;
        uint32_t turns = 0;
        for (;;) {
            assert_int_equal(explore_from_file(order, 1, &parts), SIM_OK);
            turns++;
            if (parts.bound != FUZZ_EXPLORE_STOPPED) {
                break;
            }
            assert_int_equal(parts.saving_errno, 0);
            fuzz_explore_free(&parts);
        }
        turns_in_all += turns;
        assert_int_equal(parts.verdict, whole.verdict);
        assert_int_equal(parts.totals.states, whole.totals.states);
        assert_int_equal(parts.totals.transitions, whole.totals.transitions);
        assert_int_equal(parts.totals.merged, whole.totals.merged);
        assert_int_equal(parts.totals.ends, whole.totals.ends);
        assert_int_equal(parts.totals.broken, whole.totals.broken);
        assert_int_equal(parts.totals.depth_max, whole.totals.depth_max);
        assert_int_equal(parts.path_count, whole.path_count);
        if (whole.path_count > 0) {
            assert_memory_equal(
                parts.path,
                whole.path,
                whole.path_count * sizeof whole.path[0]);
        }
        fuzz_explore_free(&whole);
        fuzz_explore_free(&parts);
    }
    assert_true(turns_in_all > 30);
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
    assert_int_equal(result.totals.states, whole.totals.states);
    assert_int_equal(result.totals.broken, whole.totals.broken);
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
    assert_int_equal(
        fuzz_explore(&subject, &options, &result, &error),
        SIM_ERROR_FILE);
    assert_string_equal(error.text, strerror(ENOENT));
    (void)remove(SAVED_PATH);
    assert_int_equal(mkfifo(SAVED_PATH, 0600), 0);
    assert_int_equal(
        explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result),
        SIM_ERROR_FILE);
    (void)remove(SAVED_PATH);
}

/* ---- Processes that explore together ---- */

static const char a_socket_each[] = "lastcall schedule 1\n"
                                    "process A\n"
                                    "  thread a\n"
                                    "    WSAStartup 2.2\n"
                                    "    s = socket stream\n"
                                    "    WSACleanup\n"
                                    "  thread b\n"
                                    "    WSAStartup 2.2\n"
                                    "    t = socket stream\n"
                                    "    WSACleanup\n";

static struct fuzz_explore_result explore_by(
    uint32_t jobs,
    uint64_t memory_bytes)
{
    struct fuzz_explore_result result;
    struct sim_error error;
    const struct fuzz_explore_options options = {
        .order = FUZZ_EXPLORE_DEPTH,
        .memory_bytes = memory_bytes,
        .jobs = jobs,
    };
    assert_int_equal(fuzz_explore(&subject, &options, &result, &error), SIM_OK);
    return result;
}

/* Where frames keep what others left on a stack, states are told apart by it,
 * and how many there are depends on who went where before. */
static void check_counts(
    const struct fuzz_explore_result *team,
    const struct fuzz_explore_result *alone)
{
    assert_int_equal(team->totals.ends, alone->totals.ends);
    if (!FRAMES_KEEP_COPIES) {
        assert_int_equal(team->totals.states, alone->totals.states);
        assert_int_equal(team->totals.transitions, alone->totals.transitions);
        assert_int_equal(team->totals.merged, alone->totals.merged);
    }
}

static void a_team_proves_what_one_alone_proves(void **state)
{
    static const char *const texts[] = { a_socket_each,
                                         socket_and_start,
                                         reused };
    (void)state;
    uint64_t handed = 0;
    for (uint32_t i = 0; i < LC_COUNT_OF(texts); i++) {
        make_subject(texts[i]);
        context.has_values = texts[i] == reused;
        subject = fuzz_subject_of_schedule(&context);
        struct fuzz_explore_result alone = explore_by(1, MEMORY_BYTES);
        assert_int_equal(alone.verdict, FUZZ_EXPLORE_PROVED);
        for (uint32_t jobs = 2; jobs <= 5; jobs++) {
            struct fuzz_explore_result team = explore_by(jobs, MEMORY_BYTES);
            assert_int_equal(team.verdict, FUZZ_EXPLORE_PROVED);
            check_counts(&team, &alone);
            assert_int_equal(team.totals.frontier, 0);
            handed += team.totals.handed;
        }
    }
    assert_true(handed > 10); /* not one of them did it all */
}

/* Whoever comes first to what breaks: the same way is found. */
static void a_team_finds_what_one_alone_finds(void **state)
{
    (void)state;
    make_subject(worker_left_beside_another);
    struct fuzz_explore_result alone = explore_by(1, MEMORY_BYTES);
    struct fuzz_explore_result team = explore_by(3, MEMORY_BYTES);
    assert_int_equal(team.verdict, FUZZ_EXPLORE_BROKEN);
    assert_int_equal(team.path_count, alone.path_count);
    assert_memory_equal(
        team.path,
        alone.path,
        alone.path_count * sizeof alone.path[0]);
    fuzz_explore_free(&alone);
    fuzz_explore_free(&team);
}

static void a_team_says_that_memory_is_used_up(void **state)
{
    (void)state;
    make_subject(a_socket_each);
    for (uint64_t memory_bytes = 1 << 18; memory_bytes <= 1 << 20;
         memory_bytes *= 2) {
        struct fuzz_explore_result team = explore_by(3, memory_bytes);
        assert_int_equal(team.verdict, FUZZ_EXPLORE_BOUNDED);
        assert_int_equal(team.bound, FUZZ_EXPLORE_MEMORY);
    }
}

/* Memory that is enough for one is not called used up by many. */
static void a_team_uses_the_memory_that_it_has(void **state)
{
    (void)state;
    make_subject(a_socket_each);
    struct fuzz_explore_result alone = explore_by(1, 64 << 20);
    for (uint32_t jobs = 2; jobs <= 8; jobs *= 2) {
        struct fuzz_explore_result team = explore_by(jobs, 64 << 20);
        assert_int_equal(team.verdict, FUZZ_EXPLORE_PROVED);
        check_counts(&team, &alone);
    }
}

static enum fuzz_subject_end say_nothing(void *unused, enum lc_end end)
{
    (void)unused;
    (void)end;
    return FUZZ_SUBJECT_UNSPECIFIED;
}

/* What was cut is said, whatever else was met before. */
static void a_cut_is_said_behind_other_bounds(void **state)
{
    (void)state;
    make_subject(a_socket_each);
    subject.finish = say_nothing;
    uint64_t states = explore_by(1, MEMORY_BYTES).totals.states;
    for (uint32_t jobs = 1; jobs <= 3; jobs++) {
        struct fuzz_explore_result result = explore_by(jobs, MEMORY_BYTES);
        assert_int_equal(result.bound, FUZZ_EXPLORE_UNSPECIFIED);
        result = explore_by(jobs, 1 << 19);
        assert_int_equal(result.bound, FUZZ_EXPLORE_MEMORY);
    }
    (void)remove(SAVED_PATH);
    struct fuzz_explore_result result;
    do {
        assert_int_equal(
            explore_from_file(FUZZ_EXPLORE_DEPTH, 1, &result),
            SIM_OK);
        assert_true(
            result.bound == FUZZ_EXPLORE_STOPPED || FRAMES_KEEP_COPIES ||
            result.totals.states == states);
        fuzz_explore_free(&result);
    } while (result.bound == FUZZ_EXPLORE_STOPPED);
    assert_int_equal(result.bound, FUZZ_EXPLORE_UNSPECIFIED);
    (void)remove(SAVED_PATH);
}

static enum fuzz_subject_end die(void *unused, enum lc_end end)
{
    (void)unused;
    (void)end;
    if (getpid() != parent_pid) {
        _exit(0); /* as hosted code could */
    }
    return FUZZ_SUBJECT_HELD;
}

/* Then one alone does it. */
static void of_a_team_one_can_die(void **state)
{
    (void)state;
    make_subject(a_socket_each);
    uint64_t states = explore_by(1, MEMORY_BYTES).totals.states;
    parent_pid = getpid();
    subject.finish = die;
    struct fuzz_explore_result team = explore_by(3, MEMORY_BYTES);
    assert_int_equal(team.verdict, FUZZ_EXPLORE_PROVED);
    assert_int_equal(team.totals.states, states);
    assert_true(team.has_died && !team.is_together);
}

static void a_team_can_be_told_to_stop(void **state)
{
    (void)state;
    struct fuzz_explore_result result;
    struct sim_error error;
    const struct fuzz_explore_options options = {
        .order = FUZZ_EXPLORE_DEPTH,
        .memory_bytes = MEMORY_BYTES,
        .jobs = 2,
        .progress = stop_at_once,
    };
    make_subject("lastcall schedule 1\n"
                 "process A\n"
                 "  thread a\n"
                 "    WSAStartup 2.2\n"
                 "    s = socket stream\n"
                 "    connect s\n"
                 "    send s 20000\n"
                 "    WSACleanup\n"
                 "  thread b\n"
                 "    WSAStartup 2.2\n"
                 "    t = socket stream\n"
                 "    connect t\n"
                 "    send t 20000\n"
                 "    WSACleanup\n");
    assert_int_equal(fuzz_explore(&subject, &options, &result, &error), SIM_OK);
    assert_int_equal(result.verdict, FUZZ_EXPLORE_BOUNDED);
    assert_int_equal(result.bound, FUZZ_EXPLORE_STOPPED);
    fuzz_explore_free(&result);
}

static void a_shared_table_keeps_to_its_room(void **state)
{
    (void)state;
    struct fuzz_table table;
    assert_true(fuzz_table_share(&table, 100000));
    assert_int_equal(table.capacity, 4096);
    assert_int_equal(fuzz_table_room(&table, 0), 3276);
    assert_int_equal(fuzz_table_room(&table, 4000), 0);
    table.count_max = 1000;
    for (uint64_t i = 0; i < 2000; i++) {
        struct sim_state_key key = { .low = i % 7 * i, .high = i + 2 };
        enum fuzz_table_answer wanted =
            i < 1000 ? FUZZ_TABLE_NEW : FUZZ_TABLE_FULL;
        assert_int_equal(fuzz_table_add(&table, key, 0), wanted);
        assert_int_equal(fuzz_table_has(&table, key), i < 1000);
        if (i < 1000) {
            assert_int_equal(fuzz_table_add(&table, key, 0), FUZZ_TABLE_SEEN);
        }
    }
    /* Another process sees what this one has added, and the other way round. */
    struct sim_state_key of_child = { .low = 5, .high = 1 << 20 };
    pid_t child = fork();
    if (child == 0) {
        table.count_max = table.count + 1;
        struct sim_state_key last = { .low = 999 % 7 * 999, .high = 1001 };
        bool is_good = fuzz_table_has(&table, last) &&
                       fuzz_table_add(&table, of_child, 0) == FUZZ_TABLE_NEW;
        _exit(is_good ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(fuzz_table_has(&table, of_child));
    fuzz_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_lose_no_state_and_no_end),
        cmocka_unit_test(both_orders_visit_the_same_states),
        cmocka_unit_test(what_is_remembered_changes_nothing),
        cmocka_unit_test(what_breaks_is_a_way_that_can_be_gone),
        cmocka_unit_test(breadth_finds_the_shortest_way),
        cmocka_unit_test(memory_that_is_used_up_is_said),
        cmocka_unit_test(it_can_be_told_to_stop),
        cmocka_unit_test(numbers_are_drawn_in_all_ways),
        cmocka_unit_test(it_goes_on_from_a_file),
        cmocka_unit_test(it_goes_on_after_a_kill),
        cmocka_unit_test(a_team_proves_what_one_alone_proves),
        cmocka_unit_test(a_team_finds_what_one_alone_finds),
        cmocka_unit_test(a_team_says_that_memory_is_used_up),
        cmocka_unit_test(a_team_uses_the_memory_that_it_has),
        cmocka_unit_test(a_cut_is_said_behind_other_bounds),
        cmocka_unit_test(of_a_team_one_can_die),
        cmocka_unit_test(a_team_can_be_told_to_stop),
        cmocka_unit_test(a_shared_table_keeps_to_its_room),
        cmocka_unit_test(a_damaged_file_is_refused),
        cmocka_unit_test(a_file_that_cannot_be_written_is_said),
        cmocka_unit_test(a_table_knows_what_was_added),
        cmocka_unit_test(a_table_does_not_outgrow_its_limit),
        cmocka_unit_test(what_was_packed_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
