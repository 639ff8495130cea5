#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/compact.h"
#include "fuzz/schedule.h"
#include "fuzz/text.h"
#include "tests/unit/framework.h"

static const char example[] =
    "lastcall schedule 1\n"
    "# a comment; #2 is a number\n"
    "world\n"
    "  provider tcp base\n"
    "  provider filter ifs\n"
    "  provider \tmine dll \"a \\\"b\\\".dll\"\n"
    "  pin filter\n"
    "  chain filter mine tcp\n"
    "  sndbuf 100\n"
    "  link latency 5us rate 2Gbit window 77\n"
    "  peer slow 2000\n"
    "  plant some_bug\n"
    "process A\n"
    "  thread main\n"
    "    WSAStartup 2.2\n"
    "    s = socket stream via tcp\n"
    "    connect s\n"
    "    linger s on 5\n"
    "    nonblocking s off\n"
    "    dontlinger s on\n"
    "    sndbuf s 9\n"
    "    send s 20000 # many\n"
    "    shutdown s both\n"
    "    closesocket s\n"
    "    WSAGetLastError\n"
    "    WSACleanup\n"
    "process B\n"
    "  thread late\n"
    "    Sleep 50\n"
    "    u = socket stream\n"
    "choices\n"
    "  main in 12 WSACleanup at WSPCleanup>tcp : run late\n"
    "  main in 8 send at wait:net #3 : fire ack 2\n"
    "  main in 2 socket at net@tcp : reuse\n"
    "  main in 2 socket at WPUModifyIFSHandle^filter : run A.worker1\n"
    "  A.worker1 at EnterCriticalSection@mine : fire timeout late\n"
    "  late in 1 Sleep at call : run main\n"
    "  late in 2 socket at end : run main\n"
    "  idle #7 : run late\n"
    "  packet 2.5 : late 3\n"
    "expect\n"
    "  broken CLEAN-16\n"
    "  hash 8d1f0c7be2a94410\n";

static struct lc_schedule first;
static struct lc_schedule second;
static struct fuzz_text_error error;

static bool parse(const char *text, struct lc_schedule *ret_schedule)
{
    return fuzz_text_parse(text, strlen(text), ret_schedule, &error);
}

/* Whoever reads a schedule must find in it all that it says. */
static void every_word_arrives(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    const struct lc_world *world = &first.world;
    assert_int_equal(world->provider_count, 3);
    assert_string_equal(world->providers[2].path, "a \"b\".dll");
    assert_int_equal(world->providers[1].pinned, 1);
    assert_int_equal(world->chains[0].length, 3);
    assert_int_equal(world->chains[0].providers[1], 2);
    assert_int_equal(world->sndbuf_bytes, 100);
    assert_int_equal(world->link_bits_per_s, 2000000000);
    assert_int_equal(world->link_latency_ns, 5000);
    assert_int_equal(world->link_window_bytes, 77);
    assert_int_equal(world->peer_rate, 2000);
    assert_string_equal(world->plants[0], "some_bug");
    assert_int_equal(first.process_count, 2);
    assert_int_equal(first.thread_count, 2);
    assert_int_equal(first.threads[1].process, 1);
    assert_int_equal(first.op_count, 14);
    assert_int_equal(first.ops[0].value, 0x0202);
    assert_int_equal(first.ops[1].entry, 1); /* the chain is entry 0 */
    assert_int_equal(first.ops[3].value, 1);
    assert_int_equal(first.ops[3].value2, 5);
    assert_int_equal(first.ops[8].value, 2);
    assert_int_equal(first.socket_count, 2);
    assert_int_equal(first.choice_count, 9);
    assert_int_equal(first.choices[0].call, 11);
    assert_int_equal(first.choices[1].occurrence, 2);
    assert_int_equal(first.choices[2].stream, LC_STREAM_HANDLE);
    assert_int_equal(first.choices[3].target, LC_THREAD_REF(0, 0));
    assert_int_equal(first.choices[4].value, 1);
    assert_int_equal(first.choices[7].occurrence, 6);
    assert_int_equal(first.choices[8].value, 3);
    assert_int_equal(first.expect.kind, LC_EXPECT_BROKEN);
    assert_string_equal(first.expect.rule, "CLEAN-16");
    assert_int_equal(first.expect.hash, 0x8d1f0c7be2a94410ULL);
}

/* Text and value say the same: nothing is lost either way. */
static void printing_and_parsing_is_a_round_trip(void **state)
{
    (void)state;
    static char text[FUZZ_TEXT_SIZE_MAX];
    static char again[FUZZ_TEXT_SIZE_MAX];
    assert_true(parse(example, &first));
    size_t length = fuzz_text_print(&first, text, sizeof text);
    assert_int_not_equal(length, 0);
    assert_true(fuzz_text_parse(text, length, &second, &error));
    assert_true(fuzz_schedule_equal(&first, &second));
    assert_int_equal(fuzz_text_print(&second, again, sizeof again), length);
    assert_string_equal(text, again);
}

/* A buffer that is too small is an answer, not half a schedule. */
static void a_small_buffer_is_refused(void **state)
{
    (void)state;
    char text[64];
    assert_true(parse(example, &first));
    assert_int_equal(fuzz_text_print(&first, text, sizeof text), 0);
}

/* Whoever wrote the line has to find it: line, column and word. */
static void errors_name_line_column_and_word(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        uint32_t line;
        uint32_t column;
        const char *word;
    } bad[] = {
        { "", 1, 1, "empty" },
        { "hello world\n", 1, 1, "hello" },
        { "lastcall schedule 2\n", 1, 19, "\"2\"" },
        { "lastcall schedule 1", 1, 20, "cut off" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    sendd s 1\n",
          4,
          5,
          "sendd" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    send s 1x\n",
          4,
          12,
          "1x" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    send s 9999999\n",
          4,
          12,
          "9999999" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    send s\n",
          4,
          11,
          "the line ends" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    WSACleanup now\n",
          4,
          16,
          "now" },
        { "lastcall schedule 1\nprocess A\n  thread t\n", 4, 1, "no calls" },
        { "lastcall schedule 1\nprocess A\n", 3, 1, "no thread" },
        { "lastcall schedule 1\n", 2, 1, "process" },
        { "lastcall schedule 1\nworld\n  peer fast\n", 3, 8, "fast" },
        { "lastcall schedule 1\nworld\n  provider x box\n", 3, 14, "box" },
        { "lastcall schedule 1\nworld\n  provider x base\n  provider x ifs\n",
          4,
          12,
          "\"x\"" },
        { "lastcall schedule 1\nworld\n  chain filter nothing\n",
          3,
          16,
          "nothing" },
        { "lastcall schedule 1\nworld\n  chain tcp filter\n", 3, 9, "tcp" },
        { "lastcall schedule 1\nworld\n  link rate 1mile\n", 3, 13, "1mile" },
        { "lastcall schedule 1\nworld\n  provider f dll \"x\n",
          3,
          18,
          "quote" },
        { "lastcall schedule 1\nworld\n  provider f ifs\nprocess A\n",
          4,
          1,
          "no base" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    WSACleanup\n"
          "choices\n  t in 2 WSACleanup at call : run t\n",
          6,
          8,
          "\"2\"" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    WSACleanup\n"
          "choices\n  t in 1 send at call : run t\n",
          6,
          10,
          "send" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    WSACleanup\n"
          "choices\n  t in 1 WSACleanup at WSPNothing>tcp : run t\n",
          6,
          24,
          "WSPNothing" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    WSACleanup\n"
          "choices\n  t in 1 WSACleanup at call : run x\n",
          6,
          35,
          "\"x\"" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    WSACleanup\n"
          "expect\n  perhaps\n",
          6,
          3,
          "perhaps" },
        { "lastcall schedule 1\nprocess A\n  thread t\n    WSACleanup\n"
          "expect\n  held\n  hash 12\n",
          7,
          8,
          "12" },
        { "lastcall schedule 1\nprocess \xff\xfe\n", 2, 9, "UTF-8" },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(bad); i++) {
        assert_false(parse(bad[i].text, &first));
        if (strstr(error.message, bad[i].word) == NULL ||
            error.line != bad[i].line || error.column != bad[i].column) {
            fail_msg(
                "text %u: line %u, column %u: %s",
                i,
                error.line,
                error.column,
                error.message);
        }
        assert_null(strchr(error.message, '\n'));
    }
}

/* A zero byte can't hide in a schedule. */
static void a_zero_byte_is_an_error(void **state)
{
    (void)state;
    static const char text[] = "lastcall schedule 1\nprocess\0A\n";
    assert_false(fuzz_text_parse(text, sizeof text - 1, &first, &error));
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 8);
}

/* A file that was cut off anywhere is read without harm, and where the cut
 * falls inside a line it is noticed. */
static void a_cut_anywhere_is_harmless(void **state)
{
    (void)state;
    size_t size_bytes = strlen(example);
    for (size_t cut = 0; cut < size_bytes; cut++) {
        char *copy = malloc(cut + 1); /* so that ASan sees a byte beyond */
        assert_non_null(copy);
        memcpy(copy, example, cut);
        bool is_good = fuzz_text_parse(copy, cut, &first, &error);
        bool is_whole_line = cut > 0 && example[cut - 1] == '\n';
        if (!is_whole_line) {
            assert_false(is_good);
        }
        free(copy);
    }
}

/* No size of file takes the memory or the time of the machine. */
static void a_huge_text_is_refused_at_once(void **state)
{
    (void)state;
    size_t size_bytes = FUZZ_TEXT_SIZE_MAX + 1;
    char *text = calloc(1, size_bytes);
    assert_non_null(text);
    assert_false(fuzz_text_parse(text, size_bytes, &first, &error));
    assert_non_null(strstr(error.message, "1 MiB"));
    free(text);
}

static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15ULL;
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

/* Compact and text hold the same. */
static void text_to_bytes_and_back_keeps_all(void **state)
{
    (void)state;
    static uint8_t bytes[FUZZ_COMPACT_SIZE_MAX];
    assert_true(parse(example, &first));
    size_t size_bytes = fuzz_compact_encode(&first, bytes, sizeof bytes);
    assert_int_not_equal(size_bytes, 0);
    fuzz_compact_decode(bytes, size_bytes, &second);
    assert_true(fuzz_schedule_equal(&first, &second));
}

/* Any bytes are a schedule, and one that can be printed and parsed. */
static void any_bytes_are_a_schedule(void **state)
{
    (void)state;
    static char text[FUZZ_TEXT_SIZE_MAX];
    static uint8_t bytes[FUZZ_COMPACT_SIZE_MAX];
    uint64_t random = 1;
    assert_true(parse(example, &first));
    static uint8_t seed[FUZZ_COMPACT_SIZE_MAX];
    size_t seed_bytes = fuzz_compact_encode(&first, seed, sizeof seed);
    for (uint32_t round = 0; round < 20000; round++) {
        size_t size_bytes = next_random(&random) % 600;
        for (size_t i = 0; i < size_bytes; i++) {
            bytes[i] = (uint8_t)next_random(&random);
        }
        if (round % 2 == 0) {
            /* Mostly a good one, with some bytes changed. */
            memcpy(bytes, seed, seed_bytes);
            size_bytes = seed_bytes;
            for (uint32_t i = 0; i < 1 + round % 5; i++) {
                bytes[next_random(&random) % seed_bytes] =
                    (uint8_t)next_random(&random);
            }
        }
        fuzz_compact_decode(bytes, size_bytes, &first);
        size_t length = fuzz_text_print(&first, text, sizeof text);
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
        if (!fuzz_schedule_equal(&first, &second)) {
            fail_msg("round %u:\n%s", round, text);
        }
        size_t again = fuzz_compact_encode(&first, bytes, sizeof bytes);
        assert_int_not_equal(again, 0);
        fuzz_compact_decode(bytes, again, &second);
        assert_true(fuzz_schedule_equal(&first, &second));
    }
}

/* A mutator finds the lists where the encoder put them. */
static void the_layout_finds_the_lists(void **state)
{
    (void)state;
    static uint8_t bytes[FUZZ_COMPACT_SIZE_MAX];
    struct fuzz_compact_layout layout;
    assert_true(parse(example, &first));
    size_t size_bytes = fuzz_compact_encode(&first, bytes, sizeof bytes);
    fuzz_compact_find(bytes, size_bytes, &layout);
    assert_int_equal(layout.op_count, first.op_count);
    assert_int_equal(layout.choice_count, first.choice_count);
    assert_int_equal(bytes[layout.ops_at + 1], first.ops[0].call);
    assert_int_equal(bytes[layout.choices_at + 3], first.choices[0].place.kind);
    assert_int_equal(bytes[layout.names_at], 0x4e);
    for (size_t cut = 0; cut < size_bytes; cut++) {
        fuzz_compact_find(bytes, cut, &layout);
        assert_true(
            layout.ops_at + layout.op_count * FUZZ_COMPACT_OP_BYTES <= cut);
        assert_true(
            layout.choices_at +
                layout.choice_count * FUZZ_COMPACT_CHOICE_BYTES <=
            cut);
    }
}

void lc_check_failed(const char *fact, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: check failed: %s\n", file, line, fact);
    abort();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_arrives),
        cmocka_unit_test(printing_and_parsing_is_a_round_trip),
        cmocka_unit_test(a_small_buffer_is_refused),
        cmocka_unit_test(errors_name_line_column_and_word),
        cmocka_unit_test(a_zero_byte_is_an_error),
        cmocka_unit_test(a_cut_anywhere_is_harmless),
        cmocka_unit_test(a_huge_text_is_refused_at_once),
        cmocka_unit_test(text_to_bytes_and_back_keeps_all),
        cmocka_unit_test(any_bytes_are_a_schedule),
        cmocka_unit_test(the_layout_finds_the_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
