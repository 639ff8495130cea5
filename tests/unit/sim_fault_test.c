#include "fuzz/play.h"
#include "sim/engine/thread.h"
#include "sim/fault/fault.h"
#include "tests/unit/failing.h"
#include "tests/unit/schedule_text.h"

#define ALL                                                           \
    "  faults alloc load proc startup upcall event thread net close " \
    "cleanup wouldblock catalog\n"
#define LIFE                                         \
    "process A\n" OPENS("a", "s") "    connect s\n"  \
                                  "    send s 100\n" \
                                  "    closesocket s\n" CLEANS

enum {
    SITES_MAX = 64,
    NAME_BYTES = 128
};

/* The sites that a run asks, and which of them fail. */
static struct {
    uint32_t count;
    struct lc_choice sites[SITES_MAX];
    uint32_t fails; /* how each of them answers */
    uint32_t records;
} asked;

static struct lc_schedule schedule;
static struct fuzz_player player;
static struct fuzz_outcome outcome;

static uint32_t choose(void *context, const struct sim_choice_point *point)
{
    (void)context;
    if (point->where.stream != LC_STREAM_FAULT) {
        return 0;
    }
    assert_true(asked.count < SITES_MAX);
    asked.sites[asked.count] = point->where;
    asked.sites[asked.count].action = LC_ACTION_VALUE;
    asked.sites[asked.count].value = 1;
    asked.count++;
    return asked.fails;
}

static void count_fails(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    (void)context;
    (void)number;
    asked.records += record->kind == LC_RECORD_FAIL;
}

static void play(const char *text, uint32_t fails)
{
    const struct sim_backer backer = { .choose = choose };
    struct sim_error error;
    memset(&asked, 0, sizeof asked);
    asked.fails = fails;
    player.reader = count_fails;
    read_schedule(text, &schedule);
    assert_int_equal(
        fuzz_play(&player, &schedule, &backer, &outcome, &error),
        SIM_OK);
}

/* Who says nothing of faults has none: nothing is asked, and the trace is the
 * same as where none of those that may happen does. */
static void worlds_without_faults_ask_nothing(void **state)
{
    (void)state;
    play(FILTER LIFE, 1);
    assert_int_equal(asked.count, 0);
    uint64_t hash = outcome.result.hash;
    play(FILTER ALL LIFE, 0);
    assert_true(asked.count > 0);
    assert_int_equal(asked.records, 0);
    assert_true(outcome.result.hash == hash);
}

/* Each site of a run has a name, as the schedule's text has it. */
static void sites_are_named_by_call_and_place(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "a in 1 WSAStartup at call",
        "a in 2 socket at LoadLibrary@ws2_32",
        "a in 2 socket at GetProcAddress@ws2_32",
        "a in 2 socket at WSPStartup>filter",
        "a in 2 socket at HeapCreate@filter",
        "a in 2 socket at CreateEvent@filter",
        "a in 2 socket at HeapAlloc@filter",
        "a in 2 socket at catalog@filter",
        "a in 2 socket at WPUGetProviderPath^filter",
        "a in 2 socket at WPUGetProviderPath^filter #2",
        "a in 2 socket at LoadLibrary@filter",
        "a in 2 socket at GetProcAddress@filter",
        "a in 2 socket at WSPStartup>tcp",
        "a in 2 socket at HeapCreate@tcp",
        "a in 2 socket at CreateEvent@tcp",
        "a in 2 socket at HeapAlloc@filter #2",
        "a in 2 socket at HeapAlloc@tcp",
        "a in 2 socket at net@tcp",
        "a in 2 socket at WPUModifyIFSHandle^tcp",
        "a in 2 socket at WPUModifyIFSHandle^filter",
        "a in 3 connect at net@tcp",
        "a in 4 send at net@tcp",
        "a in 5 closesocket at WSPCloseSocket>filter",
        "a in 5 closesocket at WSPCloseSocket>tcp",
        "a in 6 WSACleanup at call",
        "a in 6 WSACleanup at WSPCleanup>filter",
        "a in 6 WSACleanup at WSPCleanup>tcp",
    };
    play(FILTER ALL LIFE, 0);
    assert_int_equal(asked.count, LC_COUNT_OF(expected));
    for (uint32_t i = 0; i < asked.count; i++) {
        char name[NAME_BYTES];
        size_t length = fuzz_text_print_where(
            &schedule,
            &asked.sites[i],
            name,
            sizeof name);
        assert_true(length > 0);
        assert_string_equal(name, expected[i]);
    }
}

/* A kind that the world does not name is not asked. */
static void only_what_the_world_names_is_asked(void **state)
{
    (void)state;
    play(FILTER "  faults event upcall\n" LIFE, 0);
    assert_int_equal(asked.count, 6);
    for (uint32_t i = 0; i < asked.count; i++) {
        enum lc_fail fail = lc_fail_of(asked.sites[i].place);
        assert_true(fail == LC_FAIL_EVENT || fail == LC_FAIL_UPCALL);
    }
}

/* Who closes what was left open has nobody to tell that it did not work, and
 * calls that wait on the socket are to end with it. A close that would block is
 * asked for only where it may: nonblocking, with a time, and nothing unsent. */
static void a_close_fails_where_it_may(void **state)
{
    (void)state;
    play(
        FILTER "  faults close wouldblock\nprocess A\n" OPENS("a", "s") CLEANS,
        0);
    assert_int_equal(asked.count, 0);

    static const struct {
        const char *calls;
        uint32_t sites;
    } closes[] = {
        { "    nonblocking s on\n    linger s on 5\n", 1 },
        { "    nonblocking s on\n    linger s on 0\n", 0 },
        { "    nonblocking s on\n", 0 },
        { "    linger s on 5\n", 0 },
        { "    nonblocking s on\n    linger s on 5\n    send s 9000\n", 0 },
        { "    nonblocking s on\n    linger s on 5\n    shutdown s send\n", 0 },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(closes); i++) {
        char text[512];
        (void)snprintf(
            text,
            sizeof text,
            "%s%s%s    closesocket s\n%s",
            TCP "  faults wouldblock\nprocess A\n",
            OPENS("a", "s") "    connect s\n",
            closes[i].calls,
            CLEANS);
        play(text, 0);
        assert_int_equal(asked.count, closes[i].sites);
    }
}

/* A provider that makes a thread is told that there is none. The built-in ones
 * make none: this is a planted one. */
static void a_thread_is_a_site(void **state)
{
    (void)state;
    static const char text[] = FILTER "  faults thread\n"
                                      "  plant worker_left\n"
                                      "process A\n" OPENS("a", "s") CLEANS;
    play(text, 0);
    assert_int_equal(asked.count, 1);
    assert_int_equal(asked.sites[0].place.function, LC_SHIM_CREATE_THREAD);
    assert_int_equal(asked.records, 0);
    play(text, 1);
    assert_int_equal(asked.count, 1);
    assert_int_equal(asked.records, 1);
}

/* The name that a site was asked by fails just that site when a schedule says
 * so: each of them once, and what is left holds all rules. */
static void each_site_fails_by_its_name(void **state)
{
    (void)state;
    static struct lc_choice sites[SITES_MAX];
    struct sim_error error;
    play(FILTER ALL LIFE, 0);
    uint32_t count = asked.count;
    memcpy(sites, asked.sites, sizeof sites);
    for (uint32_t i = 0; i < count; i++) {
        asked.records = 0;
        schedule.choices[0] = sites[i];
        schedule.choice_count = 1;
        assert_int_equal(
            fuzz_play(&player, &schedule, NULL, &outcome, &error),
            SIM_OK);
        assert_int_equal(asked.records, 1);
        assert_int_equal(outcome.result.choice_unmet, 0);
        assert_int_equal(outcome.result.choice_count, 1);
        assert_memory_equal(outcome.result.choices, &sites[i], sizeof sites[i]);
        assert_int_equal(outcome.verdict.kind, LC_VERDICT_HELD);
    }
}

/* With a bound so many fail, and then nothing is asked any more. */
static void a_bound_is_kept(void **state)
{
    (void)state;
    const struct sim_backer backer = { .choose = choose };
    struct sim_result result;
    struct sim_error error;
    play(
        FILTER "  faults load\nprocess A\n" OPENS(
            "a",
            "s") "    t = socket stream\n    u = socket stream\n" CLEANS,
        1);
    assert_int_equal(asked.records, 3);
    memset(&asked, 0, sizeof asked);
    asked.fails = 1;
    assert_int_equal(
        sim_play(
            &(struct sim_play_options){
                .schedule = &schedule,
                .backer = &backer,
                .fault_max = 2,
            },
            &result,
            &error),
        SIM_OK);
    assert_int_equal(result.choice_count, 2);
    assert_int_equal(asked.count, 2);
}

/* Counts how often the call that makes a heap has passed that place by then. */
static bool count_passes(void *context, const struct lc_record *record)
{
    uint32_t *passes = context;
    if (record->kind != LC_RECORD_CREATE ||
        record->function != LC_OBJECT_HEAP) {
        return true;
    }
    const struct sim_thread *thread = sim_thread_current();
    assert_non_null(thread);
    for (uint32_t i = 0; i < thread->place_count; i++) {
        const struct lc_place *place = &thread->places[i].place;
        if (place->kind == LC_PLACE_SHIM &&
            place->function == LC_SHIM_HEAP_CREATE &&
            place->module == record->caller) {
            *passes += thread->places[i].times;
        }
    }
    return true;
}

/* A name is the same whatever may still fail: what an exploration with a bound
 * has found is replayed without one. */
static void places_are_counted_when_nothing_fails_any_more(void **state)
{
    (void)state;
    const struct sim_backer backer = { .choose = choose };
    struct sim_result result;
    struct sim_error error;
    read_schedule(
        FILTER "  faults load\nprocess A\n" OPENS(
            "a",
            "s") "    t = socket stream\n" CLEANS,
        &schedule);
    for (uint32_t fails = 0; fails < 2; fails++) {
        uint32_t passes = 0;
        memset(&asked, 0, sizeof asked);
        asked.fails = fails;
        assert_int_equal(
            sim_play(
                &(struct sim_play_options){
                    .schedule = &schedule,
                    .backer = &backer,
                    .fault_max = 1,
                    .sink = count_passes,
                    .sink_context = &passes,
                },
                &result,
                &error),
            SIM_OK);
        assert_int_equal(result.choice_count, fails);
        assert_int_equal(passes, 2); /* one heap of each provider */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worlds_without_faults_ask_nothing),
        cmocka_unit_test(sites_are_named_by_call_and_place),
        cmocka_unit_test(only_what_the_world_names_is_asked),
        cmocka_unit_test(a_close_fails_where_it_may),
        cmocka_unit_test(a_thread_is_a_site),
        cmocka_unit_test(each_site_fails_by_its_name),
        cmocka_unit_test(a_bound_is_kept),
        cmocka_unit_test(places_are_counted_when_nothing_fails_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
