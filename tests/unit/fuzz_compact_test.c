#include <stdlib.h>
#include <string.h>

#include "lastcall/trace.h"

#include "fuzz/compact.h"
#include "fuzz/rng.h"
#include "fuzz/schedule.h"
#include "tests/unit/text_example.h"

static uint8_t bytes[FUZZ_COMPACT_SIZE_MAX];
static uint8_t other[FUZZ_COMPACT_SIZE_MAX];
static char text[FUZZ_TEXT_SIZE_MAX];

/* Valid in each sense: repair has nothing to do, text and bytes carry it. */
static void check_valid(const struct lc_schedule *schedule, uint32_t round)
{
    second = *schedule;
    fuzz_schedule_repair(&second);
    if (!fuzz_schedule_equal(schedule, &second)) {
        fail_msg("round %u: repair changes what was decoded", round);
    }
    size_t length = fuzz_text_print(schedule, text, sizeof text);
    assert_int_not_equal(length, 0);
    if (!fuzz_text_parse(text, length, &second, &error)) {
        fail_msg(
            "round %u: line %u, column %u: %s\n%s",
            round,
            error.line,
            error.column,
            error.message,
            text);
    }
    if (!fuzz_schedule_equal(schedule, &second)) {
        fail_msg("round %u: text loses something:\n%s", round, text);
    }
    size_t size_bytes = fuzz_compact_encode(schedule, other, sizeof other);
    assert_int_not_equal(size_bytes, 0);
    fuzz_compact_decode(other, size_bytes, &second);
    if (!fuzz_schedule_equal(schedule, &second)) {
        fail_msg("round %u: bytes lose something:\n%s", round, text);
    }
}

/* Names, paths, planted bugs and the expectation survive like numbers do. */
static void text_to_bytes_and_back_keeps_all(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    size_t size_bytes = fuzz_compact_encode(&first, bytes, sizeof bytes);
    assert_int_not_equal(size_bytes, 0);
    assert_true(fuzz_compact_is(bytes, size_bytes));
    fuzz_compact_decode(bytes, size_bytes, &second);
    assert_true(fuzz_schedule_equal(&first, &second));
    assert_int_equal(
        fuzz_text_print(&second, text, sizeof text),
        sizeof example - 1);
    assert_string_equal(text, example);
}

/* The layout is a promise to whoever keeps such files. */
static void the_bytes_are_the_documented_ones(void **state)
{
    (void)state;

    static const uint8_t expected[] = {
        0x4c, 0x31, /* mark */
        2,    0,    0,    1,
        1,                   /* tcp: base; filter: ifs, pinned */
        1,    2,    1,    0, /* chain filter tcp */
        0x00, 0x20, 0,    0, /* sndbuf 8192 */
        0x40, 0x42, 0x0f, 0,
        0,    0,    0,    0, /* 1000000 bit/s */
        0x00, 0x2d, 0x31, 0x01,
        0,    0,    0,    0, /* 20000000 ns */
        0x00, 0x40, 0,    0, /* window 16384 */
        1,    0xd0, 0x07, 0,
        0,             /* slow 2000 */
        1,    1,    0, /* a process, a thread in it */
        2,    0,       /* calls */
        0,    3,    0,    1,
        0,    0,    0,    0,
        0,    0,    0,    0, /* s = socket stream via tcp */
        0,    7,    0,    0xff,
        1,    0,    0,    0,
        5,    0,    0,    0, /* linger s on 5 */
        1,    0,             /* choices */
        0,    0,    1,    4,
        26,   3,    2,    0,
        1,    2,    7,    0, /* SPI_ENTER WSPSetSockOpt */
        0x4e,                /* names */
        3,    't',  'c',  'p',
        0,    6,    'f',  'i',
        'l',  't',  'e',  'r',
        0,                     /* */
        1,    1,    'x',       /* plant */
        1,    'A',  1,    't', /* process, thread */
        1,    1,    's',       /* sockets */
        2,    3,    'S',  '-',
        '1',  1, /* broken S-1, with a hash */
        8,    7,    6,    5,
        4,    3,    2,    1, /* */
        2,    5,    90,   LC_FEATURE_SLOW,
        1,                   /* swarm send*90 slow */
        5,    0,             /* faults alloc proc */
        3,    0,    20,      /* versions of ws2_32 1.0 1.1, filter 2.0 2.2 */
        1,                   /* page-heap */
        0xe8, 3,    0,    0, /* rcvbuf 1000 */
        1,                   /* hostile */
        2,    0,             /* dllmain cleanup tcp */
        1,                   /* names */
        7,                   /* descriptors */
        1,    0,    24,   2, /* protocol of tcp, inet dgram udp, hidden */
        0,    0,             /* DLLs with handles of their own: none */
    };

    assert_true(parse(
        HEAD
        "swarm send*90 slow\nworld\n"
        "provider tcp base\nprovider filter ifs\n"
        "pin filter\ndllmain cleanup tcp\nversions ws2_32 1.0 1.1\nversions filter 2.2 2.0\n"
        "chain filter tcp\nrcvbuf 1000\npeer slow 2000\nfaults proc alloc\n"
        "page-heap\nhostile\nnames\nplant x\nprotocol tcp inet dgram udp hidden\n"
        "descriptors 7\n"
        "process A\nthread t\ns = socket stream via tcp\nlinger s on 5\n"
        "choices\nt in 2 linger at WSPSetSockOpt>filter #3 : fire ack 7\n"
        "expect\nbroken S-1\nhash 0102030405060708\n",
        &first));
    assert_int_equal(
        fuzz_compact_encode(&first, bytes, sizeof bytes),
        sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
}

/* The smallest input a fuzzer begins with is the default world. */
static void an_empty_input_is_the_default_world(void **state)
{
    (void)state;
    assert_true(parse(HEAD "process A\nthread t\nWSAStartup 2.2\n", &first));
    fuzz_compact_decode(NULL, 0, &second);
    assert_true(fuzz_schedule_equal(&first, &second));
    assert_false(fuzz_compact_is(NULL, 0));
    fuzz_compact_decode((const uint8_t *)"L1", 2, &second);
    assert_true(fuzz_schedule_equal(&first, &second));
}

/* A short input keeps what it has and takes the rest from the default world;
 * otherwise most small inputs would be a link of one bit per second. */
static void a_short_input_has_default_numbers(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    size_t size_bytes = fuzz_compact_encode(&first, bytes, sizeof bytes);
    struct fuzz_compact_layout layout;
    fuzz_compact_find(bytes, size_bytes, &layout);
    for (size_t cut = 0; cut <= size_bytes; cut++) {
        uint8_t *copy = malloc(cut > 0 ? cut : 1); /* exact, for ASan */
        assert_non_null(copy);
        memcpy(copy, bytes, cut);
        fuzz_compact_decode(copy, cut, &first);
        free(copy);
        check_valid(&first, (uint32_t)cut);
        assert_true(first.world.sndbuf_bytes >= 100);
        assert_true(first.world.link_bits_per_s >= 100000);
        if (cut <= 3) {
            assert_int_equal(first.world.sndbuf_bytes, 8192);
            assert_int_equal(first.world.link_window_bytes, 16384);
        }
        if (cut == layout.names_at) {
            assert_int_equal(first.op_count, 14);
            assert_int_equal(first.choice_count, 19);
            assert_string_equal(first.world.providers[1].name, "filter");
        }
    }
}

/* No byte string is refused: a fuzzer wastes no run. */
static void any_bytes_are_a_schedule(void **state)
{
    (void)state;
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, 1, FUZZ_RNG_MUTATE);
    uint32_t with_choices = 0;
    for (uint32_t round = 0; round < 100000; round++) {
        size_t size_bytes = fuzz_rng_next(&rng) % 400;
        for (size_t i = 0; i < size_bytes; i++) {
            uint64_t drawn = fuzz_rng_next(&rng);
            /* Small numbers too: counts and kinds are small. */
            bytes[i] = (uint8_t)(drawn >> 8) >> (drawn % 3 * 3);
        }
        fuzz_compact_decode(bytes, size_bytes, &first);
        with_choices += first.choice_count > 0;
        check_valid(&first, round);
    }
    assert_in_range(with_choices, 5000, 100000); /* they were reached */
}

/* What a mutator does: a good encoding with a few bytes changed. */
static void a_changed_encoding_is_a_schedule(void **state)
{
    (void)state;
    static uint8_t seed[FUZZ_COMPACT_SIZE_MAX];
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, 2, FUZZ_RNG_MUTATE);
    uint64_t kept = 0;
    assert_true(parse(example, &first));
    size_t seed_bytes = fuzz_compact_encode(&first, seed, sizeof seed);
    uint32_t choice_count = first.choice_count;
    uint64_t choices_bytes = (uint64_t)choice_count * FUZZ_COMPACT_CHOICE_BYTES;
    struct fuzz_compact_layout layout;
    fuzz_compact_find(seed, seed_bytes, &layout);
    for (uint32_t round = 0; round < 20000; round++) {
        memcpy(bytes, seed, seed_bytes);
        bool is_lists = round % 2 == 0;
        for (uint32_t i = 0; i < 1 + round % 5; i++) {
            uint64_t drawn = fuzz_rng_next(&rng);
            size_t at = (size_t)(drawn % seed_bytes);
            if (is_lists) { /* only calls and choices */
                at = layout.choices_at + (size_t)(drawn % choices_bytes);
            }
            bytes[at] = (uint8_t)(drawn >> 40);
        }
        fuzz_compact_decode(bytes, seed_bytes, &first);
        kept += is_lists ? first.choice_count : 0;
        check_valid(&first, round);
    }
    /* A changed choice is brought into range and not dropped. */
    assert_int_equal(kept, 10000 * (uint64_t)choice_count);
}

/* Values beyond their range come into it by the remainder, and a list that
 * has grown stays in its limits. */
static void values_beyond_their_range_come_into_it(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    size_t size_bytes = fuzz_compact_encode(&first, bytes, sizeof bytes);
    struct fuzz_compact_layout layout;
    fuzz_compact_find(bytes, size_bytes, &layout);
    uint8_t *send = bytes + layout.ops_at + (size_t)7 * FUZZ_COMPACT_OP_BYTES;
    assert_int_equal(send[1], LC_CALL_SEND);
    send[1] += LC_CALL_COUNT;
    send[6] = 0x10; /* 20000 + 2^20, less 2^20 + 1 */
    uint8_t *choice =
        bytes + layout.choices_at + (size_t)2 * FUZZ_COMPACT_CHOICE_BYTES;
    choice[4] += LC_WAIT_COUNT;
    fuzz_compact_decode(bytes, size_bytes, &second);
    assert_int_equal(second.ops[7].call, LC_CALL_SEND);
    assert_int_equal(second.ops[7].value, 19999);
    assert_int_equal(second.choice_count, first.choice_count);
    assert_memory_equal(
        &second.choices[2],
        &first.choices[2],
        sizeof first.choices[2]);
    bytes[layout.choices_at - 2] = 0xff;
    bytes[layout.choices_at - 1] = 0xff;
    fuzz_compact_decode(bytes, size_bytes, &second);
    assert_in_range(second.choice_count, 1, LC_CHOICES_MAX);
    check_valid(&second, 0);
}

/* How a call fails: what is a number of a form stays, another comes into the
 * range by the remainder. */
static void forms_of_faults_come_into_their_range(void **state)
{
    static const uint8_t forms[][3] = {
        /* as it is written; of a start, which has seven; of what has one */
        { 0, 1, 1 }, { 1, 1, 1 }, { 2, 2, 1 },   { 6, 6, 1 },
        { 7, 7, 1 }, { 8, 2, 1 }, { 255, 4, 1 },
    };
    (void)state;
    assert_true(parse(
        HEAD "world\nprovider tcp base\nfaults startup event\n"
             "process A\nthread t\nWSAStartup 2.2\n"
             "choices\nt in 1 WSAStartup at WSPStartup>tcp : fail\n"
             "t in 1 WSAStartup at CreateEvent@tcp : fail\n",
        &first));
    assert_int_equal(first.choice_count, 2);
    size_t size_bytes = fuzz_compact_encode(&first, bytes, sizeof bytes);
    struct fuzz_compact_layout layout;
    fuzz_compact_find(bytes, size_bytes, &layout);
    uint8_t *value = bytes + layout.choices_at + FUZZ_COMPACT_CHOICE_BYTES - 2;
    for (uint32_t i = 0; i < LC_COUNT_OF(forms); i++) {
        value[0] = forms[i][0];
        value[FUZZ_COMPACT_CHOICE_BYTES] = forms[i][0];
        fuzz_compact_decode(bytes, size_bytes, &second);
        assert_int_equal(second.choice_count, 2);
        for (uint32_t choice = 0; choice < 2; choice++) {
            assert_int_equal(second.choices[choice].stream, LC_STREAM_FAULT);
            bool is_start = second.choices[choice].place.kind ==
                            (uint8_t)LC_PLACE_SPI_ENTER;
            assert_int_equal(
                second.choices[choice].value,
                forms[i][is_start ? 1 : 2]);
        }
    }
}

/* Calls may stand in any order: each says its thread. */
static void calls_are_sorted_by_thread(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    size_t size_bytes = fuzz_compact_encode(&first, bytes, sizeof bytes);
    struct fuzz_compact_layout layout;
    fuzz_compact_find(bytes, size_bytes, &layout);
    uint8_t last[FUZZ_COMPACT_OP_BYTES];
    uint8_t *ops = bytes + layout.ops_at;
    size_t before = (size_t)13 * FUZZ_COMPACT_OP_BYTES;
    memcpy(last, ops + before, sizeof last); /* of thread late */
    memmove(ops + sizeof last, ops, before);
    memcpy(ops, last, sizeof last);
    ops[before] += 2; /* of two threads */
    fuzz_compact_decode(bytes, size_bytes, &second);
    assert_int_equal(second.threads[0].op_count, 12);
    assert_int_equal(second.threads[1].op_count, 2);
    assert_int_equal(second.ops[12].call, LC_CALL_SOCKET);
    assert_int_equal(second.ops[13].call, LC_CALL_SLEEP);
}

/* A provider named like a module would make places ambiguous. */
static void a_provider_never_has_the_name_of_a_module(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    memcpy(first.world.providers[0].name, "app", 4);
    size_t size_bytes = fuzz_compact_encode(&first, bytes, sizeof bytes);
    fuzz_compact_decode(bytes, size_bytes, &second);
    assert_string_equal(second.world.providers[0].name, "tcp");
    first = second;
    check_valid(&first, 0);
}

/* A buffer that is too small is an answer, and nothing is written beyond. */
static void a_small_buffer_is_refused(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    size_t size_bytes = fuzz_compact_encode(&first, bytes, sizeof bytes);
    uint8_t *exact = malloc(size_bytes);
    assert_non_null(exact);
    assert_int_equal(
        fuzz_compact_encode(&first, exact, size_bytes),
        size_bytes);
    assert_memory_equal(exact, bytes, size_bytes);
    for (size_t capacity = 0; capacity < size_bytes; capacity++) {
        uint8_t *small = malloc(capacity > 0 ? capacity : 1);
        assert_non_null(small);
        assert_int_equal(fuzz_compact_encode(&first, small, capacity), 0);
        free(small);
    }
    free(exact);
}

static void fill_name(char *name, uint32_t number)
{
    memset(name, 'n', LC_NAME_MAX - 1);
    name[LC_NAME_MAX - 1] = '\0';
    name[LC_NAME_MAX - 2] = (char)('0' + number % 10);
    name[LC_NAME_MAX - 3] = (char)('0' + number / 10);
}

/* The buffers that the headers promise are enough for the largest of all. */
static void the_largest_schedule_fits(void **state)
{
    (void)state;
    memset(&first, 0, sizeof first);
    fuzz_schedule_default_world(&first.world);
    first.world.provider_count = LC_PROVIDERS_MAX;
    first.world.chain_count = 0;
    for (uint32_t i = 0; i < LC_PROVIDERS_MAX; i++) {
        struct lc_provider *provider = &first.world.providers[i];
        fill_name(provider->name, i);
        provider->kind = i == 0 ? LC_PROVIDER_BASE : LC_PROVIDER_DLL;
        memset(provider->path, i == 0 ? 0 : '"', LC_PATH_MAX - 1);
    }
    memset(first.swarm.weights, 1, sizeof first.swarm.weights);
    memset(first.swarm.weights, LC_SWARM_WEIGHT_MAX, LC_CALL_COUNT);
    first.world.plant_count = LC_PLANTS_MAX;
    for (uint32_t i = 0; i < LC_PLANTS_MAX; i++) {
        fill_name(first.world.plants[i], i);
    }
    first.process_count = LC_PROCESSES_MAX;
    first.thread_count = LC_THREADS_MAX;
    for (uint32_t i = 0; i < LC_THREADS_MAX; i++) {
        fill_name(first.processes[i / 2].name, i / 2);
        fill_name(first.threads[i].name, i);
        first.threads[i].process = (uint8_t)(i / 2);
        first.threads[i].op_first = i * (LC_OPS_MAX / LC_THREADS_MAX);
        first.threads[i].op_count = LC_OPS_MAX / LC_THREADS_MAX;
    }
    first.op_count = LC_OPS_MAX;
    first.socket_count = LC_SOCKETS_MAX;
    for (uint32_t i = 0; i < LC_OPS_MAX; i++) {
        fill_name(first.sockets[i % LC_SOCKETS_MAX], i % LC_SOCKETS_MAX);
        first.ops[i] = (struct lc_op){
            .call = LC_CALL_SOCKET,
            .socket = (uint8_t)(i % LC_SOCKETS_MAX),
            .entry = 0,
        };
    }
    first.choice_count = LC_CHOICES_MAX;
    for (uint32_t i = 0; i < LC_CHOICES_MAX; i++) {
        first.choices[i] = (struct lc_choice){
            .thread = 7,
            .call = 19,
            .place = { LC_PLACE_UPCALL, 9, LC_MODULE_PROVIDER },
            .occurrence = (uint16_t)(UINT16_MAX - i),
            .action = LC_ACTION_FIRE,
            .target = LC_EVENT_TIMEOUT,
            .value = LC_THREAD_REF(3, 15),
        };
    }
    first.expect.kind = LC_EXPECT_BROKEN;
    fill_name(first.expect.rule, 0);
    first.expect.has_hash = true;
    first.expect.hash = UINT64_MAX;
    check_valid(&first, 0);
    assert_int_equal(first.choice_count, LC_CHOICES_MAX);
}

/* A mutator finds the lists where the encoder put them, and never beyond the
 * end. */
static void the_layout_finds_the_lists(void **state)
{
    (void)state;
    struct fuzz_compact_layout layout;
    assert_true(parse(example, &first));
    size_t size_bytes = fuzz_compact_encode(&first, bytes, sizeof bytes);
    fuzz_compact_find(bytes, size_bytes, &layout);
    assert_int_equal(layout.op_count, first.op_count);
    assert_int_equal(layout.choice_count, first.choice_count);
    assert_int_equal(bytes[layout.ops_at - 2], first.op_count);
    assert_int_equal(bytes[layout.choices_at - 2], first.choice_count);
    assert_int_equal(bytes[layout.ops_at + 1], first.ops[0].call);
    assert_int_equal(bytes[layout.choices_at + 3], first.choices[0].place.kind);
    assert_int_equal(
        layout.choices_at,
        layout.ops_at + (size_t)layout.op_count * FUZZ_COMPACT_OP_BYTES + 2);
    assert_int_equal(bytes[layout.names_at], 0x4e);
    fuzz_compact_find(NULL, 0, &layout);
    assert_int_equal(layout.op_count + layout.choice_count, 0);
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, 4, FUZZ_RNG_MUTATE);
    for (uint32_t round = 0; round < 20000; round++) {
        size_t cut = fuzz_rng_next(&rng) % (size_bytes + 1);
        if (round % 2 == 0) {
            bytes[fuzz_rng_next(&rng) % size_bytes] =
                (uint8_t)fuzz_rng_next(&rng);
        }
        fuzz_compact_find(bytes, cut, &layout);
        assert_true(
            layout.ops_at + (size_t)layout.op_count * FUZZ_COMPACT_OP_BYTES <=
            cut);
        assert_true(
            layout.choices_at +
                (size_t)layout.choice_count * FUZZ_COMPACT_CHOICE_BYTES <=
            cut);
        assert_true(layout.ops_at <= layout.choices_at);
        assert_true(layout.choices_at <= layout.names_at);
        assert_true(layout.names_at <= cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_to_bytes_and_back_keeps_all),
        cmocka_unit_test(the_bytes_are_the_documented_ones),
        cmocka_unit_test(an_empty_input_is_the_default_world),
        cmocka_unit_test(a_short_input_has_default_numbers),
        cmocka_unit_test(any_bytes_are_a_schedule),
        cmocka_unit_test(a_changed_encoding_is_a_schedule),
        cmocka_unit_test(values_beyond_their_range_come_into_it),
        cmocka_unit_test(forms_of_faults_come_into_their_range),
        cmocka_unit_test(calls_are_sorted_by_thread),
        cmocka_unit_test(a_provider_never_has_the_name_of_a_module),
        cmocka_unit_test(a_small_buffer_is_refused),
        cmocka_unit_test(the_largest_schedule_fits),
        cmocka_unit_test(the_layout_finds_the_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
