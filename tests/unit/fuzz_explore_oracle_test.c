/*
 * What an exploration comes to, against an enumeration that shares nothing with
 * it: all orders one after the other, each played from the beginning, with no
 * snapshot, no key and no hash. Both describe where they come by, field by
 * field, and the descriptions are compared as sets of byte strings.
 */
#include <string.h>

#include "fuzz/explore/explore.h"
#include "sim/engine/engine.h"
#include "sim/sim.h"
#include "tests/unit/byte_set.h"
#include "tests/unit/described.h"
#include "tests/unit/failing.h"
#include "tests/unit/frames.h"
#include "tests/unit/framework.h"
#include "tests/unit/schedule_text.h"

enum {
    MEMORY_BYTES = 1 << 30,
    DEPTH_MAX = 4096
};

static struct lc_schedule schedule;

/* Where a run stands between two decisions. */
static void add_moment(struct set *moments, const struct model *model)
{
    description.size_bytes = 0;
    describe(model, schedule.process_count);
    set_add(moments, description.at, description.size_bytes);
}

/* How a run has ended. */
static void add_end(
    struct set *ends,
    const struct model *model,
    enum lc_end end)
{
    description.size_bytes = 0;
    say(end);
    describe(model, schedule.process_count);
    set_add(ends, description.at, description.size_bytes);
}

/* ---- What is explored ---- */

struct orders {
    const char *text;
    /* All runs begin with so many decisions for the default, in which nothing
     * fails: otherwise there are millions of orders. */
    uint32_t prefix;
    uint32_t fault_max; /* 0: none */
    struct set moments;
    struct set ends;
    uint32_t runs;
    uint32_t broken;
};

/* What happens in each. */
enum {
    SHARED_COUNT,     /* two threads start and clean up */
    THIRD_CLEANS,     /* a third cleans up what others started */
    START_BESIDE,     /* a start beside a whole life */
    SOCKET_AFTER,     /* a socket, perhaps after a cleanup */
    GRACEFUL,         /* a send and a graceful close */
    GRACEFUL_CLEANED, /* ... and a cleanup by another */
    SEND_BESIDE,      /* a send beside a close */
    LINGER_BESIDE,    /* a linger option beside a close */
    SAME_OPTION,      /* two set the same option */
    HANDLE_AGAIN,     /* a handle comes again while another closes */
    TWO_PROCESSES,    /* that share nothing but the network */
    PLANTED_UNSENT,   /* unsent bytes are dropped */
    PLANTED_WAKEUP,   /* a wakeup is lost */
    TWO_SOCKETS,      /* two threads with a socket each */
    PLANTED_WORKER,   /* a worker is left inside */
    FAULTS,           /* three calls fail, or fewer */
    FAULT_BESIDE,     /* one call fails, or none, of two threads */
    FAULTS_BESIDE,    /* two of them, or fewer */
    FAULT_BELOW,      /* one below a layer, beside a start */
    PLANTED_LIBRARY,  /* ... that does not give back what it holds then */
    OWN_HANDLE,       /* a handle of a layer's own is closed twice */
    GRACEFUL_SLOW,    /* a graceful close, and a peer that reads late */
    ECHOED,           /* what was sent comes back */
    CASE_COUNT
};

/* A layer with handles of its own. */
#define OWN TCP "  provider own nonifs\n  chain own tcp\nprocess A\n"

/* How most of them begin. */
#define SOCKET_OPENED TCP "process A\n" OPENS("a", "s")
#define SOCKET_SENT   SOCKET_OPENED "    connect s\n    send s 1\n"

static struct orders cases[CASE_COUNT] = {
    [SHARED_COUNT] = { .text = TCP "process A\n"
                                   "  thread a\n"
                                   "    WSAStartup 2.2\n"
                                   "    WSACleanup\n"
                                   "  thread b\n"
                                   "    WSAStartup 2.2\n"
                                   "    WSACleanup\n" },
    [THIRD_CLEANS] = { .text = TCP "process A\n"
                                   "  thread a\n"
                                   "    WSAStartup 2.2\n"
                                   "    WSACleanup\n"
                                   "  thread b\n"
                                   "    WSAStartup 2.2\n"
                                   "  thread c\n"
                                   "    WSACleanup\n" },
    [START_BESIDE] = { .text = SOCKET_OPENED "    WSACleanup\n"
                                             "  thread b\n"
                                             "    WSAStartup 2.2\n" },
    [SOCKET_AFTER] = { .text = TCP "process A\n"
                                   "  thread a\n"
                                   "    WSAStartup 2.2\n"
                                   "    WSAStartup 2.2\n"
                                   "  thread b\n"
                                   "    WSACleanup\n"
                                   "    s1 = socket stream\n" },
    [GRACEFUL] = { .text = SOCKET_SENT "    closesocket s\n" },
    [GRACEFUL_SLOW] = { .text = TCP
                        "  peer slow 1000\n"
                        "process A\n" OPENS("a", "s") "    connect s\n"
                                                      "    send s 1\n"
                                                      "    closesocket s\n" },
    [ECHOED] = { .text =
                     TCP "  peer echo\n"
                         "process A\n" OPENS("a", "s") "    connect s\n"
                                                       "    send s 2\n"
                                                       "    recv s 1\n"
                                                       "    recv s 1\n"
                                                       "    closesocket s\n" },
    [GRACEFUL_CLEANED] = { .text = SOCKET_SENT "    closesocket s\n"
                                               "  thread b\n"
                                               "    WSACleanup\n",
                           .prefix = 32 },
    [SEND_BESIDE] = { .text = SOCKET_SENT "  thread b\n"
                                          "    closesocket s\n",
                      .prefix = 32 },
    [LINGER_BESIDE] = { .text = SOCKET_SENT "    closesocket s\n"
                                            "  thread b\n"
                                            "    linger s on 0\n",
                        .prefix = 30 },
    [SAME_OPTION] = { .text = SOCKET_OPENED "    linger s on 1\n"
                                            "    connect s\n"
                                            "  thread b\n"
                                            "    linger s on 1\n",
                      .prefix = 24 },
    [HANDLE_AGAIN] = { .text = SOCKET_OPENED "    closesocket s\n"
                                             "    s = socket stream\n"
                                             "  thread b\n"
                                             "    closesocket s\n",
                       .prefix = 30 },
    [OWN_HANDLE] = { .text = OWN OPENS("a", "s") "    closesocket s\n"
                                                 "  thread b\n"
                                                 "    closesocket s\n",
                     .prefix = 48 },
    [TWO_PROCESSES] = { .text = TCP "process A\n"
                                    "  thread a\n"
                                    "    WSAStartup 2.2\n"
                                    "process B\n"
                                    "  thread b\n"
                                    "    WSAStartup 2.2\n"
                                    "    s1 = socket stream\n"
                                    "    WSACleanup\n" },
    [PLANTED_UNSENT] = { .text = TCP "  plant unsent_dropped\n"
                                     "process A\n"
                                     "  thread a\n"
                                     "    WSAStartup 2.2\n"
                                     "    s = socket stream\n"
                                     "    connect s\n"
                                     "    send s 100\n"
                                     "    closesocket s\n"
                                     "    WSACleanup\n" },
    [PLANTED_WAKEUP] = { .text = TCP "  plant wakeup_lost\n"
                                     "process A\n"
                                     "  thread a\n"
                                     "    WSAStartup 2.2\n"
                                     "    s = socket stream\n"
                                     "  thread b\n"
                                     "    WSACleanup\n",
                         .prefix = 16 },
    [TWO_SOCKETS] = { .text = SOCKET_OPENED "    closesocket s\n"
                                            "  thread b\n"
                                            "    s1 = socket stream\n",
                      .prefix = 27 },
    [PLANTED_WORKER] = { .text = WORKER_LEFT, .prefix = 65 },
    [FAULTS] = { .text = TCP
                 "  faults alloc load startup event\n"
                 "process A\n" OPENS("a", "s") "    t = socket stream\n"
                                               "    u = socket stream\n"
                                               "    v = socket stream\n"
                                               "    w = socket stream\n",
                 .fault_max = 3 },
    [FAULT_BESIDE] = { .text =
                           TCP "  faults startup load event\n"
                               "process A\n" OPENS("a", "s") CLEANS STARTS("b"),
                       .fault_max = 1 },
    [FAULTS_BESIDE] = { .text = TCP "  faults alloc net\n"
                                    "process A\n" OPENS(
                                        "a",
                                        "s") "  thread b\n"
                                             "    s1 = socket stream\n",
                        .prefix = 15,
                        .fault_max = 2 },
    [FAULT_BELOW] = { .text = FILTER "  faults startup load\n"
                                     "process A\n" OPENS("a", "s")
                                         CLEANS STARTS("b"),
                      .prefix = 17,
                      .fault_max = 1 },
    [PLANTED_LIBRARY] = { .text = FILTER "  faults startup load\n"
                                         "  plant library_kept\n"
                                         "process A\n" OPENS("a", "s")
                                             CLEANS STARTS("b"),
                          .prefix = 14,
                          .fault_max = 1 },
};

/* ---- All orders, each from the beginning ---- */

static bool read_record(void *context, const struct lc_record *record)
{
    return model_step(context, record);
}

/* The decisions of the run that is next, what is drawn in between, and how many
 * candidates each had. */
static struct {
    uint32_t count;
    uint32_t at;       /* which is next in the run at hand */
    bool is_in_prefix; /* the run has not come to where the vector begins */
    uint32_t taken[DEPTH_MAX];
    uint32_t candidates[DEPTH_MAX];
} vector;

/* The next of the vector; one more, for the first candidate, behind it. */
static uint32_t next_of_vector(uint32_t candidates)
{
    if (vector.at == vector.count) {
        assert_true(vector.at < DEPTH_MAX);
        vector.taken[vector.at] = 0;
        vector.candidates[vector.at] = candidates;
        vector.count++;
    }
    assert_int_equal(vector.candidates[vector.at], candidates);
    return vector.taken[vector.at++];
}

static uint32_t draw_fault(void *context, const struct sim_choice_point *point)
{
    (void)context;
    bool is_site = point->where.stream == LC_STREAM_FAULT;
    return is_site && !vector.is_in_prefix ? next_of_vector(point->count) : 0;
}

static void begin_run(struct model *model, const struct orders *orders)
{
    static const struct model_options options = { 0 };
    static const struct sim_backer backer = { .choose = draw_fault };
    struct sim_error error;
    vector.at = 0;
    model_init(model, &schedule.world, &options);
    assert_int_equal(
        sim_begin(
            &(struct sim_play_options){
                .schedule = &schedule,
                .backer = orders->fault_max > 0 ? &backer : NULL,
                .fault_max = orders->fault_max,
                .sink = read_record,
                .sink_context = model,
                .is_watched = true,
            },
            &error),
        SIM_OK);
}

static struct sim_decision decision;

/* Takes the decisions of the vector, then the first candidates, which are
 * added to it. */
static void run_once(struct orders *orders)
{
    static struct model model;
    struct sim_result result;
    enum lc_end end;
    uint32_t prefix = orders->prefix;
    vector.is_in_prefix = true;
    begin_run(&model, orders);
    for (; prefix > 0; prefix--) {
        assert_true(sim_enabled(&decision, &end));
        sim_take(&decision, 0);
    }
    vector.is_in_prefix = false;
    while (sim_enabled(&decision, &end)) {
        if (vector.at == vector.count) {
            add_moment(&orders->moments, &model);
        }
        sim_take(&decision, next_of_vector(decision.point.count));
    }
    assert_int_equal(vector.at, vector.count);
    add_moment(&orders->moments, &model);
    sim_finish(end, &result);
    add_end(&orders->ends, &model, end);
    orders->runs++;
    orders->broken += model_verdict(&model).kind == LC_VERDICT_BROKEN;
}

/* The last decision that has an alternative takes it. Returns whether there is
 * one. */
static bool next_vector(void)
{
    while (vector.count > 0) {
        uint32_t last = vector.count - 1;
        vector.taken[last]++;
        if (vector.taken[last] < vector.candidates[last]) {
            return true;
        }
        vector.count--;
    }
    return false;
}

static void enumerate(struct orders *orders)
{
    read_schedule(orders->text, &schedule);
    vector.count = 0;
    do {
        run_once(orders);
    } while (next_vector());
}

/* ---- The exploration, watched ---- */

/* Leaves something out of a key: takes it away, and brings it back when told
 * so. The model is brought back by itself. */
typedef void blind_fn(struct model *model, bool comes_back);

/* A subject that describes where it is whenever it is asked for a key or a
 * snapshot, which is at all new states, and at all ends. */
static struct {
    struct fuzz_subject_schedule schedule;
    struct fuzz_subject inner;
    const struct orders *orders;
    blind_fn *blind; /* NULL: the key as it is */
    struct set moments;
    struct set ends;
} watch;

static enum sim_status watch_begin(void *context, struct sim_error *ret_error)
{
    enum lc_end end;
    enum sim_status status = watch.inner.begin(context, ret_error);
    for (uint32_t i = 0; status == SIM_OK && i < watch.orders->prefix; i++) {
        assert_true(sim_enabled(&decision, &end));
        sim_take(&decision, 0);
    }
    return status;
}

static enum fuzz_subject_end watch_finish(void *context, enum lc_end end)
{
    enum fuzz_subject_end how = watch.inner.finish(context, end);
    add_end(&watch.ends, &watch.schedule.model, end);
    return how;
}

static struct sim_state_key watch_key(void *context)
{
    static struct model blinded;
    add_moment(&watch.moments, &watch.schedule.model);
    if (watch.blind == NULL) {
        return watch.inner.key(context);
    }
    blinded = watch.schedule.model;
    watch.blind(&watch.schedule.model, false);
    struct sim_state_key key = watch.inner.key(context);
    watch.blind(&watch.schedule.model, true);
    watch.schedule.model = blinded;
    return key;
}

static bool watch_split(
    void *context,
    uint32_t went,
    struct sim_key_pieces *pieces)
{
    add_moment(&watch.moments, &watch.schedule.model);
    return watch.inner.split(context, went, pieces);
}

static size_t watch_save(void *context, void *buffer, size_t capacity)
{
    add_moment(&watch.moments, &watch.schedule.model);
    return watch.inner.save(context, buffer, capacity);
}

/* Explores a case; what it came by is in `watch` then. */
static void explore(
    const struct orders *orders,
    enum fuzz_explore_order order,
    bool has_memo,
    blind_fn *blind)
{
    struct fuzz_explore_result result;
    struct sim_error error;
    const struct fuzz_explore_options options = {
        .order = order,
        .memory_bytes = MEMORY_BYTES,
        .goes_on = true,
    };
    read_schedule(orders->text, &schedule);
    memset(&watch.schedule, 0, sizeof watch.schedule);
    watch.schedule.schedule = &schedule;
    watch.schedule.fault_max = orders->fault_max;
    watch.inner = fuzz_subject_of_schedule(&watch.schedule);
    watch.orders = orders;
    watch.blind = blind;
    set_free(&watch.moments);
    set_free(&watch.ends);
    struct fuzz_subject subject = watch.inner;
    subject.begin = watch_begin;
    subject.finish = watch_finish;
    subject.key = watch_key;
    subject.split = has_memo && watch.inner.split != NULL ? watch_split : NULL;
    subject.save = watch_save;
    assert_int_equal(fuzz_explore(&subject, &options, &result, &error), SIM_OK);
    assert_int_equal(result.totals.frontier, 0);
    /* A key that leaves too much out may come to no end. */
    assert_true(
        result.bound == FUZZ_EXPLORE_NONE ||
        result.bound == FUZZ_EXPLORE_UNSPECIFIED ||
        (result.bound == FUZZ_EXPLORE_ENDLESS && blind != NULL));
    fuzz_explore_free(&result);
}

/* ---- What has to hold ---- */

/* No end and no moment of any order is missed, and none is made up, whichever
 * way the states are gone through. */
static void all_that_orders_come_to_is_explored(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CASE_COUNT; i++) {
        const struct orders *orders = &cases[i];
        for (uint32_t way = 0; way < 4; way++) {
            enum fuzz_explore_order order =
                way % 2 == 0 ? FUZZ_EXPLORE_BREADTH : FUZZ_EXPLORE_DEPTH;
            bool has_memo = way >= 2;
            explore(orders, order, has_memo, NULL);
            assert_int_equal(set_missing(&orders->ends, &watch.ends), 0);
            assert_int_equal(set_missing(&watch.ends, &orders->ends), 0);
            assert_int_equal(set_missing(&watch.moments, &orders->moments), 0);
            /* Depth-first, a new state that a remembered step leads to may
             * need neither key nor snapshot. */
            if (order == FUZZ_EXPLORE_BREADTH || !has_memo) {
                assert_int_equal(
                    set_missing(&orders->moments, &watch.moments),
                    0);
            }
        }
    }
}

/* Sets that hold hardly anything are equal easily. */
static void the_orders_are_many_and_differ(void **state)
{
    (void)state;
    uint32_t runs = 0;
    uint32_t ends = 0;
    for (uint32_t i = 0; i < CASE_COUNT; i++) {
        assert_true(cases[i].runs > 200);
        assert_true(cases[i].moments.count > 25);
        runs += cases[i].runs;
        ends += cases[i].ends.count;
    }
    assert_true(runs > 100000);
    assert_true(ends > 40);
    for (uint32_t i = 0; i < CASE_COUNT; i++) {
        bool is_planted = i == PLANTED_UNSENT || i == PLANTED_WAKEUP ||
                          i == PLANTED_WORKER || i == PLANTED_LIBRARY;
        assert_int_equal(cases[i].broken > 0, is_planted);
        assert_true(cases[i].broken < cases[i].runs);
        assert_true(!is_planted || cases[i].ends.count > 1);
    }
}

/* ---- Keys that leave something out ---- */

/* What was taken away of the simulator. */
static union {
    uint32_t event_count;
    unsigned char *stacks[SIM_SLOTS_MAX];
    unsigned char part[SIM_ARENA_PART_BYTES];
} taken_away;

static void without_model(struct model *model, bool comes_back)
{
    const struct model_world world = model->world;
    if (!comes_back) {
        memset(model, 0, sizeof *model);
        model->world = world;
    }
}

static void without_cleaned(struct model *model, bool comes_back)
{
    (void)comes_back;
    for (uint32_t i = 0; i < LC_PROCESSES_MAX; i++) {
        model->processes[i].cleaned = false;
    }
}

static void without_bounds(struct model *model, bool comes_back)
{
    (void)comes_back;
    for (uint32_t i = 0; i < model->thread_count; i++) {
        model->threads[i].low = 0;
        model->threads[i].high = 0;
    }
}

static void without_socket_of_call(struct model *model, bool comes_back)
{
    (void)comes_back;
    for (uint32_t i = 0; i < model->thread_count; i++) {
        model->threads[i].slot = MODEL_NONE;
        model->threads[i].layers = 0;
        model->threads[i].connection = MODEL_NONE;
        model->threads[i].before = 0;
        model->threads[i].wait_connection = 0;
        model->threads[i].revived = false;
    }
}

static void without_flags_of_connections(struct model *model, bool comes_back)
{
    (void)comes_back;
    for (uint32_t i = 0; i < MODEL_CONNECTIONS_MAX; i++) {
        model->connections[i].flags = 0;
    }
}

static void without_events(struct model *model, bool comes_back)
{
    (void)model;
    if (comes_back) {
        SIM_ENGINE->queue.count = taken_away.event_count;
    } else {
        taken_away.event_count = SIM_ENGINE->queue.count;
        SIM_ENGINE->queue.count = 0;
    }
}

static void without_stacks(struct model *model, bool comes_back)
{
    (void)model;
    for (uint32_t slot = 0; slot < SIM_ENGINE->thread_count; slot++) {
        struct sim_thread *thread = &SIM_ENGINE->threads[slot];
        if (comes_back) {
            thread->sp = taken_away.stacks[slot];
        } else {
            taken_away.stacks[slot] = thread->sp;
            thread->sp = sim_arena_stack_top(slot);
        }
    }
}

static void without_win32(struct model *model, bool comes_back)
{
    (void)model;
    unsigned char *part = sim_arena_part(SIM_PART_WIN32);
    size_t size_bytes = sim_arena_part_bytes(SIM_PART_WIN32);
    assert_true(size_bytes <= sizeof taken_away.part);
    if (comes_back) {
        memcpy(part, taken_away.part, size_bytes);
    } else {
        memcpy(taken_away.part, part, size_bytes);
        memset(part, 0, size_bytes);
    }
}

/* One for each piece without which something is missed in one of the cases.
 * Of the others the rest of the state says the same there, and their absence
 * shows nothing. In the model: its providers, what is owed, references, handle
 * values seen, the count of starts, descriptors, bytes and lingering of
 * connections, flags of calls and of providers, the verdict so far. In the
 * simulator: wait keys, ranks, deadlines, call numbers, last errors, globals of
 * modules, the parts of ws2_32 and of the network, and what may still fail. */
static const struct {
    blind_fn *blind;
    uint32_t orders; /* the case in which it is missed */
    bool is_end;     /* not only moments are missed but ends, too */
} blinds[] = {
    { without_model, SOCKET_AFTER, true },
    { without_cleaned, SOCKET_AFTER, true },
    { without_bounds, START_BESIDE, false },
    { without_socket_of_call, HANDLE_AGAIN, false },
    { without_flags_of_connections, GRACEFUL_CLEANED, true },
    { without_events, GRACEFUL_SLOW, false },
    { without_stacks, SHARED_COUNT, true },
    { without_win32, PLANTED_WAKEUP, true },
};

/* A comparison that would let this pass would prove nothing. */
static void what_a_key_leaves_out_is_noticed(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LC_COUNT_OF(blinds); i++) {
        const struct orders *orders = &cases[blinds[i].orders];
        explore(orders, FUZZ_EXPLORE_BREADTH, false, blinds[i].blind);
        uint32_t moments = set_missing(&orders->moments, &watch.moments);
        uint32_t ends = set_missing(&orders->ends, &watch.ends);
        /* Copies in frames may make up for what is left out. */
        assert_true(FRAMES_KEEP_COPIES || moments > 0);
        assert_true(FRAMES_KEEP_COPIES || (ends > 0) == blinds[i].is_end);
        /* It is the key that is at fault: what is met is right. */
        assert_int_equal(set_missing(&watch.moments, &orders->moments), 0);
        assert_int_equal(set_missing(&watch.ends, &orders->ends), 0);
    }
}

static int enumerate_all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CASE_COUNT; i++) {
        enumerate(&cases[i]);
    }
    return 0;
}

static int forget_all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CASE_COUNT; i++) {
        set_free(&cases[i].moments);
        set_free(&cases[i].ends);
    }
    set_free(&watch.moments);
    set_free(&watch.ends);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_orders_are_many_and_differ),
        cmocka_unit_test(all_that_orders_come_to_is_explored),
        cmocka_unit_test(what_a_key_leaves_out_is_noticed),
    };
    return cmocka_run_group_tests(tests, enumerate_all, forget_all);
}
