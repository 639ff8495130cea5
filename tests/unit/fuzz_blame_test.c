/*
 * Blame: of planted bugs the decision and the two steps that their cards tell
 * of, what swapping them does, and what is said where the order does not
 * matter.
 */
#include <string.h>

#include "fuzz/blame/blame.h"
#include "fuzz/play.h"
#include "fuzz/text.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tests/unit/schedule_text.h"

/* Resets the event that its last cleanup waits on after it has looked whether
 * somebody is inside: the signal of who comes out between the two is lost. */
static const char wakeup_lost[] =
    TCP "  plant wakeup_lost\n"
        "process A\n"
        "  thread a\n"
        "    WSAStartup 2.2\n"
        "    s = socket stream\n"
        "  thread b\n"
        "    WSACleanup\n"
        "choices\n"
        "  a in 2 socket at WPUModifyIFSHandle^tcp : run b\n"
        "  b in 1 WSACleanup at ResetEvent@tcp : run a\n";

/* The same with a switch before the reset and one behind it. */
static const char wakeup_lost_slowly[] =
    TCP "  plant wakeup_lost\n"
        "process A\n"
        "  thread a\n"
        "    WSAStartup 2.2\n"
        "    s = socket stream\n"
        "  thread b\n"
        "    WSACleanup\n"
        "choices\n"
        "  a in 2 socket at WPUModifyIFSHandle^tcp : run b\n"
        "  b in 1 WSACleanup at ResetEvent@tcp : run a\n"
        "  a in 2 socket at WSPSocket<tcp : run b\n"
        "  b in 1 WSACleanup at EnterCriticalSection@tcp #2 : run a\n";

/* Looks whether it is to stop, resets its event and waits on it: told to stop
 * between the look and the reset it never hears of it. */
static const char worker_misses_stop[] =
    FILTER "  plant worker_misses_stop\n"
           "process A\n"
           "  thread a\n"
           "    WSAStartup 2.2\n"
           "    s = socket stream\n"
           "    WSACleanup\n"
           "choices\n"
           "  a in 2 socket at HeapAlloc@filter : run A.worker1\n"
           "  A.worker1 at ResetEvent@filter : run a\n";

/* Waits for the end of its worker while it holds the lock that the worker
 * wants. */
static const char worker_needs_lock[] = FILTER
    "  plant worker_needs_lock\n"
    "process A\n"
    "  thread a\n"
    "    WSAStartup 2.2\n"
    "    s = socket stream\n"
    "    WSACleanup\n"
    "choices\n"
    "  a in 3 WSACleanup at LeaveCriticalSection@filter #2 : run A.worker1\n";

/* The last cleanup walks through while a call is inside. */
static const char gate_reopened[] =
    FILTER "  plant gate_reopened\n"
           "process A\n"
           "  thread a\n"
           "    WSAStartup 2.2\n"
           "    s = socket stream\n"
           "    WSACleanup\n"
           "  thread b\n"
           "    s1 = socket stream\n"
           "choices\n"
           "  a in 2 socket at SetEvent@filter : run b\n"
           "  b in 1 socket at WPUModifyIFSHandle^filter : run a\n";

/* The last process to go wipes the section with everybody's counts. It decides
 * that it is the last one before it gives its event back; who starts between
 * the two loses its count. */
static const char section_wiped[] =
    TCP "  plant section_wiped\n"
        "process A\n"
        "  thread a\n"
        "    WSAStartup 2.2\n"
        "    s = socket stream\n"
        "    WSACleanup\n"
        "process B\n"
        "  thread b\n"
        "    WSAStartup 2.2\n"
        "    s1 = socket stream\n"
        "    WSACleanup\n"
        "choices\n"
        "  a in 3 WSACleanup at CloseHandle@tcp : run b\n"
        "  b in 3 WSACleanup at call : run a\n";

/* Lets go of its connections at the last cleanup, without waiting for what is
 * under way: an event comes too late. */
static const char unsent_dropped[] = TCP "  plant unsent_dropped\n"
                                         "process A\n"
                                         "  thread a\n"
                                         "    WSAStartup 2.2\n"
                                         "    s = socket stream\n"
                                         "    connect s\n"
                                         "    send s 1\n"
                                         "    closesocket s\n"
                                         "    WSACleanup\n";

/* Where nothing comes too late, a handle is lost. */
static const char two_bugs[] = FILTER "  plant unsent_dropped\n"
                                      "  plant event_not_closed\n"
                                      "process A\n"
                                      "  thread a\n"
                                      "    WSAStartup 2.2\n"
                                      "    s = socket stream\n"
                                      "    connect s\n"
                                      "    send s 1\n"
                                      "    closesocket s\n"
                                      "    WSACleanup\n";

/* One handle is lost in each life, whoever goes first. */
static const char event_not_closed[] = FILTER "  plant event_not_closed\n"
                                              "process A\n"
                                              "  thread a\n"
                                              "    WSAStartup 2.2\n"
                                              "    s = socket stream\n"
                                              "    WSACleanup\n"
                                              "  thread b\n"
                                              "    WSAGetLastError\n";

/* Some of its orders end the process that they are played in. */
static const char entry_reused[] =
    TCP "  plant entry_reused\n"
        "process A\n"
        "  thread a\n"
        "    WSAStartup 2.2\n"
        "    s = socket stream\n"
        "    closesocket s\n"
        "    closesocket s1\n"
        "  thread b\n"
        "    closesocket s\n"
        "    s1 = socket stream\n"
        "choices\n"
        "  a in 3 closesocket at EnterCriticalSection@tcp #2 : run b\n";

static struct lc_schedule schedule;
static struct fuzz_blame_result result;

static struct fuzz_blame_options options_for(const char *text)
{
    read_schedule(text, &schedule);
    return (struct fuzz_blame_options){
        .schedule = &schedule,
        .sampler = FUZZ_SAMPLER_RW,
        .seed = 1,
        .samples = 400,
        .states_max = 100000,
    };
}

static void blame(const struct fuzz_blame_options *options)
{
    struct sim_error error;
    assert_int_equal(fuzz_blame(options, &result, &error), SIM_OK);
}

static void assert_step(const struct fuzz_blame_step *step, const char *text)
{
    char buffer[FUZZ_TEXT_CHOICE_BYTES];
    size_t size_bytes = step->choice.action == LC_ACTION_RUN
                            ? fuzz_text_print_where(
                                  &schedule,
                                  &step->from,
                                  buffer,
                                  sizeof buffer)
                            : fuzz_text_print_action(
                                  &schedule,
                                  &step->choice,
                                  buffer,
                                  sizeof buffer);
    assert_true(size_bytes > 0);
    assert_string_equal(buffer, text);
}

/* The schedule with the two steps swapped, played by itself: it holds. */
static void assert_example_holds(const struct fuzz_blame_pair *pair)
{
    static struct fuzz_player player;
    static struct lc_schedule example;
    struct fuzz_outcome outcome;
    struct sim_error error;
    assert_true(pair->has_example);
    example = schedule;
    example.choice_count = pair->choice_count;
    memset(example.choices, 0, sizeof example.choices);
    memcpy(
        example.choices,
        pair->choices,
        pair->choice_count * sizeof pair->choices[0]);
    assert_int_equal(
        fuzz_play(&player, &example, NULL, &outcome, &error),
        SIM_OK);
    assert_int_equal(outcome.verdict.kind, LC_VERDICT_HELD);
    assert_int_equal(outcome.result.choice_unmet, 0);
    assert_true(outcome.result.hash == pair->hash);
}

/* ---- What is to blame ---- */

/* First before second is bound to break, second before first can't. */
static void the_two_steps_are_those_of_the_card(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        const char *first;
        const char *second;
        bool is_second_of_run;
    } cards[] = {
        { wakeup_lost,
          "a in 2 socket at SetEvent@tcp",
          "b in 1 WSACleanup at ResetEvent@tcp",
          true },
        { worker_misses_stop,
          "a in 3 WSACleanup at SetEvent@filter",
          "A.worker1 at ResetEvent@filter",
          true },
        { worker_needs_lock,
          "a in 3 WSACleanup at EnterCriticalSection@filter #4",
          "A.worker1 at wait:lock",
          true },
        { gate_reopened,
          "a in 3 WSACleanup at LeaveCriticalSection@filter #6",
          "b in 1 socket at WPUModifyIFSHandle^filter",
          true },
        { unsent_dropped,
          "a in 6 WSACleanup at LeaveCriticalSection@tcp",
          "fire ack 1",
          false },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(cards); i++) {
        const struct fuzz_blame_options options = options_for(cards[i].text);
        blame(&options);
        const struct fuzz_blame_point *point = &result.certain;
        const struct fuzz_blame_pair *pair = &point->pair;
        assert_int_equal(result.kind, FUZZ_BLAME_FOUND);
        assert_true(point->has_pair);
        assert_step(&point->step, cards[i].first);
        assert_step(&pair->first, cards[i].first);
        assert_step(&pair->second, cards[i].second);
        assert_int_equal(point->after.proof, FUZZ_BLAME_ALWAYS);
        assert_int_equal(pair->in_order.proof, FUZZ_BLAME_ALWAYS);
        assert_int_equal(pair->swapped.proof, FUZZ_BLAME_NEVER);
        assert_true(pair->rest_holds);
        assert_int_equal(pair->is_second_of_run, cards[i].is_second_of_run);
        if (pair->is_second_of_run) {
            assert_true(pair->second.number > pair->first.number);
            assert_true(pair->second.record_first >= pair->first.record_end);
        }
        assert_example_holds(pair);
    }
}

/* Two can go on, one of them breaks the rule for certain and one can't: that is
 * a half, and the interval says so. */
static void the_chance_before_is_what_it_must_be(void **state)
{
    (void)state;
    struct fuzz_blame_options options = options_for(wakeup_lost);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        options.seed = seed;
        blame(&options);
        const struct fuzz_blame_chance *before = &result.certain.before;
        assert_int_equal(result.certain.step.count, 2);
        assert_int_equal(before->samples, options.samples);
        assert_true(fuzz_blame_low_ppm(before) < FUZZ_BLAME_PPM / 2);
        assert_true(fuzz_blame_high_ppm(before) > FUZZ_BLAME_PPM / 2);
        assert_true(result.is_one); /* no other rises from a half to all */
    }
}

/* All but certain is not certain: the jump is where the card has it, the proof
 * later. */
static void a_jump_need_not_be_the_end_of_hope(void **state)
{
    (void)state;
    const struct fuzz_blame_options options = options_for(section_wiped);
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_FOUND);
    assert_false(result.is_one);
    assert_true(fuzz_blame_is_large(&result.jump));
    assert_step(&result.jump.step, "b in 2 socket at CreateEvent@tcp");
    assert_true(result.jump.has_pair);
    assert_step(
        &result.jump.pair.second,
        "a in 3 WSACleanup at CloseHandle@tcp");
    assert_int_equal(result.jump.pair.swapped.proof, FUZZ_BLAME_NEVER);
    assert_example_holds(&result.jump.pair);
    /* The other steps are as they were, the schedule's second choice too. */
    bool has_second = false;
    for (uint32_t i = 0; i < result.jump.pair.choice_count; i++) {
        has_second |= memcmp(
                          &result.jump.pair.choices[i],
                          &schedule.choices[1],
                          sizeof schedule.choices[1]) == 0;
    }
    assert_true(result.jump.pair.rest_holds && has_second);
    assert_int_equal(result.jump.after.proof, FUZZ_BLAME_UNPROVED);
    assert_true(result.certain.step.number > result.jump.step.number);
    assert_int_equal(result.certain.after.proof, FUZZ_BLAME_ALWAYS);
    assert_true(result.certain.before.broken < options.samples);
}

/* The step that goes first is not taken a second time where it was: whoever
 * came after it comes then. */
static void the_others_keep_their_order(void **state)
{
    (void)state;
    const struct fuzz_blame_options options = options_for(wakeup_lost_slowly);
    blame(&options);
    const struct fuzz_blame_pair *pair = &result.certain.pair;
    assert_int_equal(schedule.choice_count, 4);
    assert_true(pair->rest_holds);
    assert_step(&pair->second, "b in 1 WSACleanup at ResetEvent@tcp");
    assert_example_holds(pair);
    for (uint32_t i = 0; i < pair->choice_count; i++) {
        assert_int_not_equal(pair->choices[i].place.kind, LC_PLACE_SPI_LEAVE);
    }
}

/* Few orders overlook one that holds; going through all of them does not. */
static void a_proof_makes_good_what_samples_miss(void **state)
{
    (void)state;
    struct fuzz_blame_options options = options_for(section_wiped);
    options.samples = 3;
    options.seed = 2;
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_FOUND);
    assert_step(&result.certain.step, "a in 3 WSACleanup at CloseHandle@tcp");
    assert_int_equal(result.certain.after.proof, FUZZ_BLAME_ALWAYS);

    options.states_max = 0;
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_FOUND);
    assert_true(result.certain.step.number < 50); /* too early */
    assert_int_equal(result.certain.after.proof, FUZZ_BLAME_UNPROVED);
}

static void a_start_that_is_certain_is_told_as_such(void **state)
{
    (void)state;
    struct fuzz_blame_options options = options_for(event_not_closed);
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_START);
    assert_true(result.fork_count > 0); /* there was something to choose */
    assert_int_equal(result.start.proof, FUZZ_BLAME_ALWAYS);
    assert_true(result.start.states > result.step_count);

    options.states_max = 0;
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_START);
    assert_int_equal(result.start.proof, FUZZ_BLAME_UNPROVED);
    assert_int_equal(result.start.samples, options.samples);
    assert_int_equal(result.start.broken, options.samples);
}

/* Where nothing is to be chosen the run itself is the proof. */
static void one_order_needs_no_search(void **state)
{
    (void)state;
    struct fuzz_blame_options options = options_for(event_not_closed);
    options.states_max = 0;
    schedule.thread_count = 1;
    schedule.op_count = schedule.threads[0].op_count;
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_START);
    assert_int_equal(result.fork_count, 0);
    assert_int_equal(result.start.proof, FUZZ_BLAME_ALWAYS);
    assert_int_equal(result.totals.draws, 0);
}

static void what_holds_has_nothing_to_blame(void **state)
{
    (void)state;
    struct fuzz_blame_options options = options_for(wakeup_lost);
    schedule.choice_count = 0; /* the default order */
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_HELD);
    assert_int_equal(result.verdict.kind, LC_VERDICT_HELD);
    assert_int_equal(result.totals.draws, 0);
}

/* ---- How it is measured ---- */

static void one_seed_gives_one_result(void **state)
{
    (void)state;
    struct fuzz_blame_chance starts[3];
    uint64_t draws[3];
    struct fuzz_blame_options options = options_for(unsent_dropped);
    for (uint32_t i = 0; i < 3; i++) {
        options.seed = i < 2 ? 7 : 8;
        blame(&options);
        starts[i] = result.certain.before;
        draws[i] = result.totals.draws;
    }
    assert_int_equal(starts[0].broken, starts[1].broken);
    assert_int_equal(draws[0], draws[1]);
    assert_true(starts[0].broken != starts[2].broken || draws[0] != draws[2]);
}

static void each_sampler_blames_the_same(void **state)
{
    (void)state;

    static const enum fuzz_sampler_kind kinds[] = {
        FUZZ_SAMPLER_PCT,   FUZZ_SAMPLER_FEW,  FUZZ_SAMPLER_POS,
        FUZZ_SAMPLER_URW,   FUZZ_SAMPLER_SURW, FUZZ_SAMPLER_PRIO,
        FUZZ_SAMPLER_PCT_1,
    };
    struct fuzz_blame_options options = options_for(wakeup_lost);
    for (uint32_t i = 0; i < LC_COUNT_OF(kinds); i++) {
        options.sampler = kinds[i];
        blame(&options);
        assert_int_equal(result.kind, FUZZ_BLAME_FOUND);
        assert_step(&result.certain.step, "a in 2 socket at SetEvent@tcp");
        assert_int_equal(result.certain.after.proof, FUZZ_BLAME_ALWAYS);
    }
}

/* The numbers of the schedule stay what they are in each order; a proof that
 * would have to know them is not made. */
static void latencies_stay_as_they_are(void **state)
{
    (void)state;
    struct fuzz_blame_options options = options_for(unsent_dropped);
    schedule.choices[0] = (struct lc_choice){
        .stream = LC_STREAM_LATENCY,
        .thread = LC_NONE,
        .call = 1,
        .place = { .kind = LC_PLACE_PACKET },
        .occurrence = 1,
        .action = LC_ACTION_VALUE,
        .value = 3,
    };
    schedule.choice_count = 1;
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_FOUND);
    assert_int_equal(result.certain.pair.swapped.proof, FUZZ_BLAME_NEVER);
    assert_int_equal(result.certain.pair.choices[0].stream, LC_STREAM_LATENCY);
    assert_int_equal(result.certain.pair.choices[0].value, 3);
    assert_example_holds(&result.certain.pair);

    schedule.choices[0].occurrence = 1000; /* no such packet */
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_FOUND);
    assert_int_equal(result.certain.pair.swapped.broken, 0);
    assert_int_equal(result.certain.pair.swapped.proof, FUZZ_BLAME_UNPROVED);
}

/* What breaks another rule has not broken this one, and does not hold. */
static void another_rule_is_another_failure(void **state)
{
    (void)state;
    struct fuzz_blame_options options = options_for(two_bugs);
    blame(&options);
    const struct fuzz_blame_pair *pair = &result.certain.pair;
    assert_int_equal(result.kind, FUZZ_BLAME_FOUND);
    assert_string_equal(model_rule(result.verdict.rule)->id, "CLEAN-16");
    assert_true(result.start.other > options.samples / 2);
    assert_int_equal(result.start.other + result.start.broken, options.samples);
    assert_step(&pair->second, "fire ack 1");
    assert_int_equal(pair->swapped.proof, FUZZ_BLAME_NEVER);
    assert_int_equal(pair->swapped.other, options.samples);
    assert_false(pair->rest_holds);
    assert_false(pair->has_example);
}

/* What ends its process is an order that breaks another rule. */
static void who_dies_is_counted(void **state)
{
    (void)state;
    struct fuzz_blame_options options = options_for(entry_reused);
    options.samples = 100;
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_FOUND);
    assert_true(result.totals.deaths > 0);
    assert_false(result.is_one);
    assert_true(result.jump.before.other > 0);
    assert_true(
        result.jump.before.other + result.jump.before.broken <=
        result.jump.before.samples);
}

static bool stop(void *context, const struct fuzz_blame_progress *progress)
{
    uint32_t *looks = context;
    (void)progress;
    (*looks)++;
    return *looks < 3;
}

static void it_can_be_told_to_stop(void **state)
{
    (void)state;
    uint32_t looks = 0;
    struct fuzz_blame_options options = options_for(section_wiped);
    options.progress = stop;
    options.context = &looks;
    blame(&options);
    assert_int_equal(result.kind, FUZZ_BLAME_STOPPED);
    assert_int_equal(looks, 3);
    assert_int_equal(result.verdict.kind, LC_VERDICT_BROKEN);
}

/* Wilson's interval, beside values that were worked out elsewhere. */
static void intervals_are_wilsons(void **state)
{
    (void)state;

    static const struct {
        uint32_t broken;
        uint32_t samples;
        uint32_t low_ppm;
        uint32_t high_ppm;
    } known[] = {
        { 0, 10, 0, 277533 },          { 5, 10, 236590, 763410 },
        { 10, 10, 722467, 1000000 },   { 1, 1000, 177, 5642 },
        { 520, 1000, 489018, 550829 }, { 50000, 100000, 496901, 503099 },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(known); i++) {
        const struct fuzz_blame_chance chance = {
            .broken = known[i].broken,
            .samples = known[i].samples,
        };
        int32_t low = (int32_t)fuzz_blame_low_ppm(&chance);
        int32_t high = (int32_t)fuzz_blame_high_ppm(&chance);
        assert_in_range(low - (int32_t)known[i].low_ppm + 20, 0, 40);
        assert_in_range(high - (int32_t)known[i].high_ppm + 20, 0, 40);
    }
    const struct fuzz_blame_chance always = { .proof = FUZZ_BLAME_ALWAYS };
    const struct fuzz_blame_chance never = { .proof = FUZZ_BLAME_NEVER };
    assert_int_equal(fuzz_blame_low_ppm(&always), FUZZ_BLAME_PPM);
    assert_int_equal(fuzz_blame_high_ppm(&never), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_two_steps_are_those_of_the_card),
        cmocka_unit_test(the_chance_before_is_what_it_must_be),
        cmocka_unit_test(a_jump_need_not_be_the_end_of_hope),
        cmocka_unit_test(the_others_keep_their_order),
        cmocka_unit_test(a_proof_makes_good_what_samples_miss),
        cmocka_unit_test(a_start_that_is_certain_is_told_as_such),
        cmocka_unit_test(one_order_needs_no_search),
        cmocka_unit_test(what_holds_has_nothing_to_blame),
        cmocka_unit_test(one_seed_gives_one_result),
        cmocka_unit_test(each_sampler_blames_the_same),
        cmocka_unit_test(latencies_stay_as_they_are),
        cmocka_unit_test(another_rule_is_another_failure),
        cmocka_unit_test(who_dies_is_counted),
        cmocka_unit_test(it_can_be_told_to_stop),
        cmocka_unit_test(intervals_are_wilsons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
