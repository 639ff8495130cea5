#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/trace.h"

#include "fuzz/schedule.h"
#include "fuzz/text.h"
#include "fuzz/words.h"
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

#define HEAD     "lastcall schedule 1\n"
#define WORLD    HEAD "world\n"
#define THREAD   HEAD "process A\n  thread t\n"
#define PROGRAM  THREAD "    WSACleanup\n"
#define CHOICES  PROGRAM "choices\n"
#define NAME_32  "n2345678901234567890123456789012"
#define LAYERS   WORLD LAYER_AB "  provider tcp base\n"
#define LAYER_AB "  provider a ifs\n  provider b ifs\n"

struct bad {
    const char *text;
    uint32_t line;
    uint32_t column;
    const char *word; /* that the message names */
};

static void check_bad(const struct bad *bad, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memset(&error, 0, sizeof error);
        assert_false(parse(bad[i].text, &first));
        if (strstr(error.message, bad[i].word) == NULL ||
            error.line != bad[i].line || error.column != bad[i].column) {
            fail_msg(
                "text %zu: line %u, column %u: %s",
                i,
                error.line,
                error.column,
                error.message);
        }
        assert_null(strchr(error.message, '\n'));
    }
}

static const struct bad bad_form[] = {
    { "", 1, 1, "empty" },
    { "# nothing\n\n", 3, 1, "empty" },
    { "hello world\n", 1, 1, "\"hello\"" },
    { "lastcall trace 1\n", 1, 10, "\"trace\"" },
    { "lastcall\n", 1, 9, "the line ends" },
    { "lastcall schedule 2\n", 1, 19, "\"2\"" },
    { "lastcall schedule 1 x\n", 1, 21, "\"x\"" },
    { "lastcall schedule 1", 1, 20, "cut off" },
    { "\xef\xbb\xbf" HEAD, 1, 1, "no schedule" },
    { HEAD, 2, 1, "process" },
    { HEAD "sndbuf 5\n", 2, 1, "\"sndbuf\"" },
    { WORLD, 3, 1, "process" },
    { WORLD "world\n", 3, 1, "\"world\"" },
    { WORLD "choices\n", 3, 1, "\"choices\"" },
    { HEAD "expect\n", 2, 1, "\"expect\"" },
    { HEAD "process\n", 2, 8, "the line ends" },
    { HEAD "process A\n", 3, 1, "\"A\" has no thread" },
    { HEAD "process A\nprocess B\n", 4, 1, "\"A\" has no thread" },
    { HEAD "process A\n  WSACleanup\n", 3, 3, "\"WSACleanup\"" },
    { THREAD, 4, 1, "\"t\" has no calls" },
    { THREAD "choices\n", 4, 1, "\"t\" has no calls" },
    { PROGRAM "world\n", 5, 1, "\"world\"" },
    { PROGRAM "process A\n", 5, 9, "\"A\"" },
    { PROGRAM "thread t\n", 5, 8, "\"t\"" },
    { PROGRAM "process B\n  WSACleanup\n", 6, 3, "\"WSACleanup\"" },
    { CHOICES "process B\n", 6, 1, "\"process\"" },
    { CHOICES "choices\n", 6, 1, "\"choices\"" },
    { PROGRAM "expect\n", 6, 1, "held" },
    { PROGRAM "expect\n  held\nchoices\n", 7, 1, "\"choices\"" },
    { PROGRAM "expect\n  perhaps\n", 6, 3, "\"perhaps\"" },
    { PROGRAM "expect\n  held up\n", 6, 8, "\"up\"" },
    { PROGRAM "expect\n  held\n  held\n", 7, 3, "\"held\"" },
    { PROGRAM "expect\n  broken\n", 6, 9, "the line ends" },
    { PROGRAM "expect\n  broken 16\n", 6, 10, "\"16\"" },
    { PROGRAM "expect\n  hash 0123456789abcdef\n", 6, 3, "\"hash\"" },
    { PROGRAM "expect\n  held\n  hash\n", 7, 7, "the line ends" },
    { PROGRAM "expect\n  held\n  hash 12\n", 7, 8, "\"12\"" },
    { PROGRAM "expect\n  held\n  hash 0123456789abcdeF\n",
      7,
      8,
      "\"0123456789abcdeF\"" },
    { PROGRAM "expect\n  held\n  hash 0123456789abcdef\n"
              "  hash 0123456789abcdef\n",
      8,
      3,
      "\"hash\"" },
    { HEAD "process \xff\xfe\n", 2, 9, "UTF-8" },
    { HEAD "# \xc0\x80\n", 2, 3, "UTF-8" },
    { HEAD "# \xe0\x80\x80\n", 2, 3, "UTF-8" },
    { HEAD "# \xed\xa0\x80\n", 2, 3, "UTF-8" },
    { HEAD "# \xf4\x90\x80\x80\n", 2, 3, "UTF-8" },
    { HEAD "# \xe2\x82\n", 2, 3, "UTF-8" },
    { HEAD "a\x01\n", 2, 2, "control" },
    { HEAD "a\x7f\n", 2, 2, "control" },
    { HEAD "process A\rthread t\n", 2, 10, "control" },
    { HEAD "process " NAME_32 "\n", 2, 9, NAME_32 },
    { HEAD "process 9\n", 2, 9, "\"9\"" },
    { HEAD "process A.b\n", 2, 9, "\"A.b\"" },
    { HEAD "process -a\n", 2, 9, "\"-a\"" },
};

/* Whoever wrote the line has to find it: line, column and word. Here the
 * first line, the sections and the bytes of a file. */
static void errors_of_the_form_name_line_column_and_word(void **state)
{
    (void)state;

    check_bad(bad_form, LC_COUNT_OF(bad_form));
}

static const struct bad bad_world[] = {
    { WORLD "  colour red\n", 3, 3, "\"colour\"" },
    { WORLD "  peer\n", 3, 7, "the line ends" },
    { WORLD "  peer fast\n", 3, 8, "\"fast\"" },
    { WORLD "  peer sink 5\n", 3, 13, "\"5\"" },
    { WORLD "  peer slow 0\n", 3, 13, "\"0\"" },
    { WORLD "  peer sink\n  peer sink\n", 4, 3, "\"peer\"" },
    { WORLD "  sndbuf 0\n", 3, 10, "\"0\"" },
    { WORLD "  sndbuf -5\n", 3, 10, "\"-5\"" },
    { WORLD "  sndbuf 18446744073709551617\n",
      3,
      10,
      "\"18446744073709551617\"" },
    { WORLD "  sndbuf 1\n  sndbuf 1\n", 4, 3, "\"sndbuf\"" },
    { WORLD "  link\n", 3, 7, "the line ends" },
    { WORLD "  link rate\n", 3, 12, "the line ends" },
    { WORLD "  link rate 1mile\n", 3, 13, "\"1mile\"" },
    { WORLD "  link rate Mbit\n", 3, 13, "\"Mbit\"" },
    { WORLD "  link rate 0bit\n", 3, 13, "\"0bit\"" },
    { WORLD "  link rate 1001Gbit\n", 3, 13, "\"1001Gbit\"" },
    { WORLD "  link latency 5\n", 3, 16, "\"5\"" },
    { WORLD "  link latency 3601s\n", 3, 16, "\"3601s\"" },
    { WORLD "  link window 0\n", 3, 15, "\"0\"" },
    { WORLD "  link colour red\n", 3, 8, "\"colour\"" },
    { WORLD "  link rate 1bit rate 1bit\n", 3, 18, "\"rate\"" },
    { WORLD "  link rate 1bit\n  link rate 1bit\n", 4, 3, "\"link\"" },
    { WORLD "  provider\n", 3, 11, "the line ends" },
    { WORLD "  provider x\n", 3, 13, "the line ends" },
    { WORLD "  provider x box\n", 3, 14, "\"box\"" },
    { WORLD "  provider x base y\n", 3, 19, "\"y\"" },
    { WORLD "  provider app base\n", 3, 12, "\"app\"" },
    { WORLD "  provider ws2_32 ifs\n", 3, 12, "\"ws2_32\"" },
    { WORLD "  provider system base\n", 3, 12, "\"system\"" },
    { WORLD "  provider x base\n  provider x ifs\n", 4, 12, "\"x\"" },
    { WORLD "  provider f ifs\nprocess A\n", 4, 1, "no base" },
    { WORLD "  provider f ifs\n", 4, 1, "no base" },
    { WORLD "  provider f ifs\nchoices\n", 4, 1, "no base" },
    { WORLD "  pin filter\n  provider x base\n", 4, 3, "\"provider\"" },
    { WORLD "  chain filter tcp\n  provider x base\n", 4, 3, "\"provider\"" },
    { WORLD "  provider f dll\n", 3, 17, "the line ends" },
    { WORLD "  provider f dll x\n", 3, 18, "\"x\"" },
    { WORLD "  provider f dll \"\"\n", 3, 18, "\"\"\"\"" },
    { WORLD "  provider f dll \"x\n", 3, 18, "quote" },
    { WORLD "  provider f dll \"x\\\"\n", 3, 18, "quote" },
    { WORLD "  provider f dll \"x\"y\"\n", 3, 18, "x\"y" },
    { WORLD "  provider f dll \"c:\\x\"\n", 3, 18, "c:\\x" },
    { WORLD "  provider f dll \"\xc3\xbc\"\n", 3, 18, "\xc3\xbc" },
    { WORLD "  provider f dll \"x\" \"y\"\n", 3, 22, "y" },
    { WORLD "  pin\n", 3, 6, "the line ends" },
    { WORLD "  pin nobody\n", 3, 7, "\"nobody\"" },
    { WORLD "  pin tcp tcp\n", 3, 11, "\"tcp\"" },
    { WORLD "  chain\n", 3, 8, "the line ends" },
    { WORLD "  chain tcp\n", 3, 12, "the line ends" },
    { WORLD "  chain filter nothing\n", 3, 16, "\"nothing\"" },
    { WORLD "  chain tcp filter\n", 3, 9, "\"tcp\"" },
    { WORLD "  chain filter filter tcp\n", 3, 16, "\"filter\"" },
    { LAYERS "  chain a b\n", 6, 11, "\"b\"" },
    { LAYERS "  chain a b a tcp\n", 6, 13, "\"a\"" },
    { LAYERS "  chain a tcp\n  chain a b tcp\n", 7, 9, "\"a\"" },
    { WORLD "  plant\n", 3, 8, "the line ends" },
    { WORLD "  plant a/b\n", 3, 9, "\"a/b\"" },
    { WORLD "  plant a b\n", 3, 11, "\"b\"" },
};

/* The same for the world. */
static void errors_of_the_world_name_line_column_and_word(void **state)
{
    (void)state;

    check_bad(bad_world, LC_COUNT_OF(bad_world));
}

static const struct bad bad_calls[] = {
    { THREAD "    sendd s 1\n", 4, 5, "\"sendd\"" },
    { THREAD "    send s\n", 4, 11, "the line ends" },
    { THREAD "    send\n", 4, 9, "the line ends" },
    { THREAD "    send s 1x\n", 4, 12, "\"1x\"" },
    { THREAD "    send s -1\n", 4, 12, "\"-1\"" },
    { THREAD "    send s 1048577\n", 4, 12, "\"1048577\"" },
    { THREAD "    send s 1 2\n", 4, 14, "\"2\"" },
    { THREAD "    send 5 1\n", 4, 10, "\"5\"" },
    { THREAD "    connect " NAME_32 "\n", 4, 13, NAME_32 },
    { THREAD "    connect s t\n", 4, 15, "\"t\"" },
    { THREAD "    WSACleanup now\n", 4, 16, "\"now\"" },
    { THREAD "    WSAGetLastError now\n", 4, 21, "\"now\"" },
    { THREAD "    WSAStartup\n", 4, 15, "the line ends" },
    { THREAD "    WSAStartup 2\n", 4, 16, "\"2\"" },
    { THREAD "    WSAStartup 2.\n", 4, 16, "\"2.\"" },
    { THREAD "    WSAStartup .2\n", 4, 16, "\".2\"" },
    { THREAD "    WSAStartup 2.2.2\n", 4, 16, "\"2.2.2\"" },
    { THREAD "    WSAStartup 256.0\n", 4, 16, "\"256.0\"" },
    { THREAD "    WSAStartup 0.256\n", 4, 16, "\"0.256\"" },
    { THREAD "    shutdown s\n", 4, 15, "the line ends" },
    { THREAD "    shutdown s now\n", 4, 16, "\"now\"" },
    { THREAD "    linger s 1 5\n", 4, 14, "\"1\"" },
    { THREAD "    linger s on\n", 4, 16, "the line ends" },
    { THREAD "    linger s on 65536\n", 4, 17, "\"65536\"" },
    { THREAD "    dontlinger s yes\n", 4, 18, "\"yes\"" },
    { THREAD "    nonblocking s\n", 4, 18, "the line ends" },
    { THREAD "    sndbuf s 16777217\n", 4, 14, "\"16777217\"" },
    { THREAD "    Sleep 86400001\n", 4, 11, "\"86400001\"" },
    { THREAD "    socket stream\n", 4, 5, "\"socket\"" },
    { THREAD "    = socket stream\n", 4, 5, "\"=\"" },
    { THREAD "    s =\n", 4, 8, "the line ends" },
    { THREAD "    s = pipe\n", 4, 9, "\"pipe\"" },
    { THREAD "    s = socket\n", 4, 15, "the line ends" },
    { THREAD "    s = socket datagram\n", 4, 16, "\"datagram\"" },
    { THREAD "    s = socket stream to\n", 4, 23, "\"to\"" },
    { THREAD "    s = socket stream via\n", 4, 26, "the line ends" },
    { THREAD "    s = socket stream via x\n", 4, 27, "\"x\"" },
    { THREAD "    s = socket stream via tcp x\n", 4, 31, "\"x\"" },
    { LAYERS "process A\n  thread t\n    s = socket stream via a\n",
      8,
      27,
      "\"a\"" },
};

/* The same for calls. */
static void errors_of_calls_name_line_column_and_word(void **state)
{
    (void)state;

    check_bad(bad_calls, LC_COUNT_OF(bad_calls));
}

static const struct bad bad_choices[] = {
    { CHOICES "  x in 1 WSACleanup at call : run t\n", 6, 3, "\"x\"" },
    { CHOICES "  t\n", 6, 4, "the line ends" },
    { CHOICES "  t at call : run t\n", 6, 5, "\"at\"" },
    { CHOICES "  t in x WSACleanup at call : run t\n", 6, 8, "\"x\"" },
    { CHOICES "  t in 0 WSACleanup at call : run t\n", 6, 8, "\"0\"" },
    { CHOICES "  t in 2 WSACleanup at call : run t\n", 6, 8, "\"2\"" },
    { CHOICES "  t in 1 send at call : run t\n", 6, 10, "\"send\"" },
    { CHOICES "  t in 1 WSACleanup call : run t\n", 6, 21, "\"call\"" },
    { CHOICES "  t in 1 WSACleanup at\n", 6, 23, "the line ends" },
    { CHOICES "  t in 1 WSACleanup at home : run t\n", 6, 24, "\"home\"" },
    { CHOICES "  t in 1 WSACleanup at WSPNo>tcp : run t\n", 6, 24, "WSPNo" },
    { CHOICES "  t in 1 WSACleanup at WSPCleanup>no : run t\n",
      6,
      24,
      "WSPCleanup>no" },
    { CHOICES "  t in 1 WSACleanup at WSPCleanup> : run t\n",
      6,
      24,
      "WSPCleanup>" },
    { CHOICES "  t in 1 WSACleanup at WSPCleanup^tcp : run t\n",
      6,
      24,
      "WSPCleanup^tcp" },
    { CHOICES "  t in 1 WSACleanup at wait:bus : run t\n", 6, 24, "wait:bus" },
    { CHOICES "  t in 1 WSACleanup at call #0 : run t\n", 6, 29, "\"#0\"" },
    { CHOICES "  t in 1 WSACleanup at call #65537 : run t\n",
      6,
      29,
      "\"#65537\"" },
    { CHOICES "  t in 1 WSACleanup at call #1x : run t\n", 6, 29, "\"#1x\"" },
    { CHOICES "  t in 1 WSACleanup at call\n", 6, 28, "the line ends" },
    { CHOICES "  t in 1 WSACleanup at call: run t\n", 6, 24, "\"call:\"" },
    { CHOICES "  t in 1 WSACleanup at call :\n", 6, 30, "the line ends" },
    { CHOICES "  t in 1 WSACleanup at call : hop\n", 6, 31, "\"hop\"" },
    { CHOICES "  t in 1 WSACleanup at call : run\n", 6, 34, "the line ends" },
    { CHOICES "  t in 1 WSACleanup at call : run x\n", 6, 35, "\"x\"" },
    { CHOICES "  t in 1 WSACleanup at call : run A.worker0\n",
      6,
      35,
      "\"A.worker0\"" },
    { CHOICES "  t in 1 WSACleanup at call : run A.worker17\n",
      6,
      35,
      "\"A.worker17\"" },
    { CHOICES "  t in 1 WSACleanup at call : run B.worker1\n",
      6,
      35,
      "\"B.worker1\"" },
    { CHOICES "  t in 1 WSACleanup at call : run t t\n", 6, 37, "\"t\"" },
    { CHOICES "  t in 1 WSACleanup at call : reuse\n", 6, 31, "\"reuse\"" },
    { CHOICES "  t in 1 WSACleanup at call : fire\n", 6, 35, "the line ends" },
    { CHOICES "  t in 1 WSACleanup at call : fire up 1\n", 6, 36, "\"up\"" },
    { CHOICES "  t in 1 WSACleanup at call : fire ack 0\n", 6, 40, "\"0\"" },
    { CHOICES "  t in 1 WSACleanup at call : fire timeout 1\n",
      6,
      44,
      "\"1\"" },
    { CHOICES "  A.worker1 at call : run t\n", 6, 16, "\"call\"" },
    { CHOICES "  A.worker1 in 1 send at end : run t\n", 6, 13, "\"in\"" },
    { CHOICES "  idle : run t\n", 6, 8, "\":\"" },
    { CHOICES "  idle #0 : run t\n", 6, 8, "\"#0\"" },
    { CHOICES "  idle #1 : reuse\n", 6, 13, "\"reuse\"" },
    { CHOICES "  packet\n", 6, 9, "the line ends" },
    { CHOICES "  packet 1 : late 1\n", 6, 10, "\"1\"" },
    { CHOICES "  packet 0.1 : late 1\n", 6, 10, "\"0.1\"" },
    { CHOICES "  packet 256.1 : late 1\n", 6, 10, "\"256.1\"" },
    { CHOICES "  packet 1.65536 : late 1\n", 6, 10, "\"1.65536\"" },
    { CHOICES "  packet 1.1 late 1\n", 6, 14, "\"late\"" },
    { CHOICES "  packet 1.1 : soon 1\n", 6, 16, "\"soon\"" },
    { CHOICES "  packet 1.1 : late 0\n", 6, 21, "\"0\"" },
    { CHOICES "  packet 1.1 : late 4\n", 6, 21, "\"4\"" },
};

/* The same for choices. */
static void errors_of_choices_name_line_column_and_word(void **state)
{
    (void)state;

    check_bad(bad_choices, LC_COUNT_OF(bad_choices));
}

/* Texts that are put together. */
static char made[FUZZ_TEXT_SIZE_MAX + 2];

/* `head`, and then `line` with its %u counting from 1. Returns whether it is
 * a schedule. */
static bool parse_lines(
    const char *head,
    uint32_t count,
    const char *line,
    const char *tail)
{
    size_t at = strlen(head);
    (void)snprintf(made, sizeof made, "%s", head);
    const char *mark = strstr(line, "%u");
    assert_non_null(mark);
    for (uint32_t i = 1; i <= count; i++) {
        int length = snprintf(
            made + at,
            sizeof made - at,
            "%.*s%u%s",
            (int)(mark - line),
            line,
            i,
            mark + 2);
        assert_in_range(length, 1, sizeof made - at - 1);
        at += (size_t)length;
    }
    (void)snprintf(made + at, sizeof made - at, "%s", tail);
    return parse(made, &first);
}

/* A list that is full refuses one more: nothing is dropped. */
static void one_too_many_of_anything_is_an_error(void **state)
{
    (void)state;

    static const struct {
        const char *head;
        const char *line;
        const char *tail;
        uint32_t max;
        uint32_t error_line; /* with one more */
    } lists[] = {
        { WORLD,
          "provider p%u base\n",
          "process A\nthread t\nWSACleanup\n",
          LC_PROVIDERS_MAX,
          11 },
        { WORLD,
          "plant p%u\n",
          "process A\nthread t\nWSACleanup\n",
          LC_PLANTS_MAX,
          7 },
        { HEAD "process A\n",
          "thread t%u\nWSACleanup\n",
          "",
          LC_THREADS_MAX,
          19 },
        { THREAD, "Sleep %u\n", "", LC_OPS_MAX, 164 },
        { THREAD, "connect s%u\n", "", LC_SOCKETS_MAX, 20 },
        { CHOICES, "idle #%u : run t\n", "", LC_CHOICES_MAX, 2054 },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(lists); i++) {
        if (!parse_lines(
                lists[i].head,
                lists[i].max,
                lists[i].line,
                lists[i].tail)) {
            fail_msg("list %u: %u: %s", i, error.line, error.message);
        }
        assert_false(parse_lines(
            lists[i].head,
            lists[i].max + 1,
            lists[i].line,
            lists[i].tail));
        assert_int_equal(error.line, lists[i].error_line);
    }
    assert_true(parse(
        HEAD "process A\nthread a\nWSACleanup\nprocess B\nthread b\n"
             "WSACleanup\nprocess C\nthread c\nWSACleanup\n"
             "process D\nthread d\nWSACleanup\n",
        &first));
    assert_false(parse(
        HEAD "process A\nthread a\nWSACleanup\nprocess B\nthread b\n"
             "WSACleanup\nprocess C\nthread c\nWSACleanup\n"
             "process D\nthread d\nWSACleanup\nprocess E\n",
        &first));
    assert_int_equal(error.line, 14);
}

/* The longest chain has seven members, as in Windows. */
static void an_eighth_member_of_a_chain_is_an_error(void **state)
{
    (void)state;
    static const char layers[] =
        WORLD "provider a ifs\nprovider b ifs\nprovider c ifs\n"
              "provider d ifs\nprovider e ifs\nprovider f ifs\n"
              "provider g ifs\nprovider tcp base\n";
    char text[512];
    (void)snprintf(
        text,
        sizeof text,
        "%schain a b c d e f tcp\nprocess A\nthread t\nWSACleanup\n",
        layers);
    assert_true(parse(text, &first));
    assert_int_equal(first.world.chains[0].length, 7);
    (void)snprintf(text, sizeof text, "%schain a b c d e f g tcp\n", layers);
    assert_false(parse(text, &first));
    assert_int_equal(error.line, 11);
    assert_int_equal(error.column, 21);
}

/* A path of 255 bytes is read and printed, with each byte escaped too; one
 * more byte is refused. So is a line of 601 bytes. */
static void the_longest_path_and_line_are_exact(void **state)
{
    (void)state;
    static char text[2048];
    static char printed[4096];
    char path[2 * LC_PATH_MAX + 1];
    for (uint32_t bytes = LC_PATH_MAX - 1; bytes <= LC_PATH_MAX; bytes++) {
        memset(path, '\\', 2 * (size_t)bytes);
        path[2 * (size_t)bytes] = '\0';
        (void)snprintf(
            text,
            sizeof text,
            WORLD "  provider tcp base\n  provider n dll \"%s\"\n"
                  "process A\n  thread t\n    WSACleanup\n",
            path);
        assert_int_equal(parse(text, &first), bytes < LC_PATH_MAX);
    }
    assert_int_equal(error.line, 4);
    path[(size_t)2 * (LC_PATH_MAX - 1)] = '\0';
    (void)snprintf(
        text,
        sizeof text,
        WORLD "  provider tcp base\n  provider n dll \"%s\"\n"
              "process A\n  thread t\n    WSACleanup\n",
        path);
    assert_true(parse(text, &first));
    assert_int_equal(strlen(first.world.providers[1].path), LC_PATH_MAX - 1);
    size_t length = fuzz_text_print(&first, printed, sizeof printed);
    assert_true(fuzz_text_parse(printed, length, &second, &error));
    assert_true(fuzz_schedule_equal(&first, &second));

    for (int bytes = 600; bytes <= 601; bytes++) {
        (void)snprintf(text, sizeof text, HEAD "#%*s\n", bytes - 1, "x");
        assert_false(parse(text, &first));
        assert_int_equal(error.line, bytes == 600 ? 3 : 2);
    }
    assert_int_equal(error.column, 601);
    assert_non_null(strstr(error.message, "longer than 600"));
    (void)snprintf(
        text,
        sizeof text,
        WORLD "chain 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n");
    assert_false(parse(text, &first));
    assert_non_null(strstr(error.message, "more than 16 words"));
}

/* Names are free: the words of the grammar are told from them by place. */
static void names_may_be_words_of_the_grammar(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "world\n"
             "  provider world base\n"
             "process process\n"
             "  thread idle\n"
             "    thread = socket stream via world\n"
             "    process = socket stream\n"
             "    send = socket stream\n"
             "    send send 5\n"
             "    closesocket thread\n"
             "  thread packet\n"
             "    WSACleanup\n"
             "  thread choices\n"
             "    WSACleanup\n"
             "choices\n"
             "  idle in 4 send at call : run packet\n"
             "  packet in 1 WSACleanup at call : run idle\n"
             "  choices in 1 WSACleanup at net@world : run choices\n"
             "  process.worker16 at end #65536 : fire timeout idle\n"
             "  idle #65536 : run packet\n"
             "  packet 255.65535 : late 1\n"
             "expect\n"
             "  broken expect\n";
    static char printed[sizeof text + 200];
    assert_true(parse(text, &first));
    assert_int_equal(first.thread_count, 3);
    assert_int_equal(first.choice_count, 6);
    assert_int_equal(first.choices[0].thread, 0);
    assert_int_equal(first.choices[1].thread, 1);
    assert_int_equal(first.choices[3].thread, LC_THREAD_REF(0, 15));
    assert_int_equal(first.choices[4].thread, LC_NONE);
    assert_int_equal(first.choices[5].stream, LC_STREAM_LATENCY);
    size_t length = fuzz_text_print(&first, printed, sizeof printed);
    assert_true(fuzz_text_parse(printed, length, &second, &error));
    assert_true(fuzz_schedule_equal(&first, &second));
    assert_non_null(strstr(printed, strstr(text, "process process")));
}

/* What people do to files: indentation, comments, blank lines, CRLF. */
static void form_is_free_and_printed_canonically(void **state)
{
    (void)state;
    static const char text[] = "# first\r\n"
                               "\r\n"
                               "lastcall\tschedule   1 # one\n"
                               "#1 a list in a comment\n"
                               "process A #2\n"
                               "\t\tthread t # \xe2\x82\xac\n"
                               "send s 007 #3 calls\n"
                               " # 4\n"
                               "choices\n"
                               "#5\n"
                               "t in 1 send at call #2 : run t # 6\n";
    static const char canonical[] =
        "lastcall schedule 1\n"
        "world\n"
        "  provider tcp base\n"
        "  provider filter ifs\n"
        "  chain filter tcp\n"
        "  sndbuf 8192\n"
        "  link rate 1Mbit latency 20ms window 16384\n"
        "  peer sink\n"
        "process A\n"
        "  thread t\n"
        "    send s 7\n"
        "choices\n"
        "  t in 1 send at call #2 : run t\n";
    char printed[1024];
    assert_true(parse(text, &first));
    assert_int_equal(
        fuzz_text_print(&first, printed, sizeof printed),
        sizeof canonical - 1);
    assert_string_equal(printed, canonical);
}

/* A chain without providers is one of the default providers, in place of the
 * default chain. */
static void a_chain_replaces_the_default_chain(void **state)
{
    (void)state;
    assert_true(parse(
        WORLD "chain filter tcp\nprocess A\nthread t\nWSACleanup\n",
        &first));
    assert_int_equal(first.world.provider_count, 2);
    assert_int_equal(first.world.chain_count, 1);
    assert_true(parse(
        WORLD "provider x base\nprocess A\nthread t\nWSACleanup\n",
        &first));
    assert_int_equal(first.world.provider_count, 1);
    assert_int_equal(first.world.chain_count, 0);
}

/* `via` names a chain by its first layer and a base by itself; the chains
 * come first in the catalog. */
static void entries_are_chains_and_then_bases(void **state)
{
    (void)state;
    assert_true(parse(
        WORLD "provider tcp base\nprovider a ifs\nprovider udp base\n"
              "provider b ifs\nchain b a tcp\nchain a udp\n"
              "process A\nthread t\n"
              "s = socket stream via b\ns = socket stream via a\n"
              "s = socket stream via tcp\ns = socket stream via udp\n"
              "s = socket stream\n",
        &first));
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(first.ops[i].entry, i);
    }
    assert_int_equal(first.ops[4].entry, LC_NONE);
}

/* A caller may keep what it had: a bad text changes no schedule, a good one
 * no error. */
static void results_are_written_only_when_they_are_meant(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    assert_true(parse(example, &second));
    assert_false(parse(PROGRAM "choices\n  nobody\n", &first));
    assert_true(fuzz_schedule_equal(&first, &second));
    memset(&error, 0x55, sizeof error);
    assert_true(parse(PROGRAM, &first));
    assert_int_equal(error.line, 0x55555555);
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

/* A file that was cut off is noticed wherever that can be seen: inside a line,
 * and between lines where something must follow. */
static void a_cut_file_is_noticed(void **state)
{
    (void)state;
    size_t size_bytes = strlen(example);
    const char *calls = strstr(example, "    WSAStartup");
    size_t hash_at = (size_t)(strstr(example, "  hash") - example);
    size_t program_at = (size_t)(strchr(calls, '\n') - example) + 1;
    uint32_t good = 0;
    for (size_t cut = 0; cut < size_bytes; cut++) {
        char *copy = malloc(cut + 1); /* so that ASan sees a byte beyond */
        assert_non_null(copy);
        memcpy(copy, example, cut);
        copy = realloc(copy, cut > 0 ? cut : 1);
        assert_non_null(copy);
        memset(&error, 0, sizeof error);
        bool is_good = fuzz_text_parse(copy, cut, &first, &error);
        bool is_whole_line = cut > 0 && example[cut - 1] == '\n';
        if (!is_whole_line || cut < program_at) {
            assert_false(is_good);
        }
        if (!is_good) {
            assert_int_not_equal(error.line, 0);
            assert_int_not_equal(error.column, 0);
            assert_int_not_equal(error.message[0], '\0');
        }
        if (cut == hash_at) {
            assert_true(is_good);
        }
        good += is_good;
        free(copy);
    }
    /* 12 + 2 calls, "choices" and 9 of them, "broken": each may be the last
     * line; "process B", "thread late" and "expect" may not. */
    assert_int_equal(good, 12 + 2 + 1 + 9 + 1);
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

/* A text with some bytes changed is refused with a place in it, or read; what
 * is read is printed and read again as the same. */
static void a_damaged_text_is_refused_or_read(void **state)
{
    (void)state;
    static const char bytes[] = "\n\n  #:.>@=09azA\"\\\xc3\x80\t\r%";
    static char text[sizeof example];
    static char printed[FUZZ_TEXT_SIZE_MAX];
    uint64_t random = 3;
    uint32_t good = 0;
    for (uint32_t round = 0; round < 100000; round++) {
        memcpy(text, example, sizeof text);
        for (uint32_t i = 0; i <= round % 3; i++) {
            uint64_t drawn = next_random(&random);
            text[drawn % (sizeof text - 1)] =
                bytes[(drawn >> 32) % (sizeof bytes - 1)];
        }
        memset(&error, 0, sizeof error);
        if (!fuzz_text_parse(text, sizeof text - 1, &first, &error)) {
            assert_in_range(error.line, 1, 60);
            assert_in_range(error.column, 1, 200);
            assert_null(strpbrk(error.message, "\n\r"));
            assert_non_null(memchr(error.message, 0, sizeof error.message));
            assert_int_not_equal(error.message[0], '\0');
            continue;
        }
        good++;
        size_t length = fuzz_text_print(&first, printed, sizeof printed);
        assert_int_not_equal(length, 0);
        assert_true(fuzz_text_parse(printed, length, &second, &error));
        assert_true(fuzz_schedule_equal(&first, &second));
    }
    assert_in_range(good, 1000, 99000); /* both were tried */
}

/* What the parser gives is valid: repairing it changes nothing. */
static void what_is_parsed_needs_no_repair(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    second = first;
    fuzz_schedule_repair(&second);
    assert_true(fuzz_schedule_equal(&first, &second));
}

/* A word stands for one value, and a value for one word. Tables that have
 * moved against their enum would make a trace lie. */
static void words_and_values_are_one_to_one(void **state)
{
    (void)state;
    for (uint32_t table = 0; table < FUZZ_WORDS_COUNT; table++) {
        if (table == FUZZ_WORDS_API) {
            continue; /* setsockopt stands for three calls */
        }
        uint32_t count = fuzz_words_count(table);
        assert_int_not_equal(count, 0);
        for (uint32_t i = 0; i < count; i++) {
            const char *word = fuzz_words_name(table, i);
            uint32_t value = UINT32_MAX;
            assert_true(fuzz_words_find(table, word, strlen(word), &value));
            assert_int_equal(value, i);
            assert_false(
                fuzz_words_find(table, word, strlen(word) - 1, &value));
        }
        assert_string_equal(fuzz_words_name(table, count), "?");
    }
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_SPI, LC_SPI_CLEANUP),
        "WSPCleanup");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_SPI, LC_SPI_GET_QOS_BY_NAME),
        "WSPGetQOSByName");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_SPI, LC_SPI_STARTUP),
        "WSPStartup");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_UPCALL, LC_UPCALL_MODIFY_IFS_HANDLE),
        "WPUModifyIFSHandle");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_SHIM, LC_SHIM_WS2_LOCK),
        "lock");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_RECORD, LC_RECORD_DLL_MAIN),
        "dll-main");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_WIRE, LC_WIRE_FIN_ACK),
        "FIN-ACK");
    assert_string_equal(fuzz_words_error(LC_WSAEWOULDBLOCK), "WSAEWOULDBLOCK");
    assert_string_equal(fuzz_words_error(LC_WSANO_DATA), "WSANO_DATA");
    assert_null(fuzz_words_error(0));
    assert_null(fuzz_words_error(10066));
}

/* Threads and modules have names in reports too, whatever a record holds. */
static void threads_and_modules_have_names(void **state)
{
    (void)state;
    char name[2 * LC_NAME_MAX];
    assert_true(parse(example, &first));
    fuzz_text_thread(&first, 1, name);
    assert_string_equal(name, "late");
    fuzz_text_thread(&first, LC_THREAD_REF(1, 15), name);
    assert_string_equal(name, "B.worker16");
    fuzz_text_thread(&first, LC_THREAD_REF(3, 0), name);
    assert_string_equal(name, "?.worker1");
    fuzz_text_thread(&first, 7, name);
    assert_string_equal(name, "-");
    fuzz_text_thread(&first, LC_NONE, name);
    assert_string_equal(name, "-");
    assert_string_equal(fuzz_text_module(&first.world, LC_MODULE_APP), "app");
    assert_string_equal(fuzz_text_module(&first.world, 4), "mine");
    assert_string_equal(fuzz_text_module(&first.world, 5), "system");
    assert_string_equal(fuzz_text_module(&first.world, 99), "system");
}

/* A call alone is what a report quotes. */
static void a_call_is_printed_alone(void **state)
{
    (void)state;
    char text[128];
    assert_true(parse(example, &first));
    assert_int_equal(
        fuzz_text_print_op(&first, &first.ops[1], text, sizeof text),
        strlen("s = socket stream via tcp"));
    assert_string_equal(text, "s = socket stream via tcp");
    assert_int_equal(fuzz_text_print_op(&first, &first.ops[1], text, 8), 0);
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
        cmocka_unit_test(errors_of_the_form_name_line_column_and_word),
        cmocka_unit_test(errors_of_the_world_name_line_column_and_word),
        cmocka_unit_test(errors_of_calls_name_line_column_and_word),
        cmocka_unit_test(errors_of_choices_name_line_column_and_word),
        cmocka_unit_test(one_too_many_of_anything_is_an_error),
        cmocka_unit_test(an_eighth_member_of_a_chain_is_an_error),
        cmocka_unit_test(the_longest_path_and_line_are_exact),
        cmocka_unit_test(names_may_be_words_of_the_grammar),
        cmocka_unit_test(form_is_free_and_printed_canonically),
        cmocka_unit_test(a_chain_replaces_the_default_chain),
        cmocka_unit_test(entries_are_chains_and_then_bases),
        cmocka_unit_test(results_are_written_only_when_they_are_meant),
        cmocka_unit_test(a_zero_byte_is_an_error),
        cmocka_unit_test(a_cut_file_is_noticed),
        cmocka_unit_test(a_huge_text_is_refused_at_once),
        cmocka_unit_test(a_damaged_text_is_refused_or_read),
        cmocka_unit_test(what_is_parsed_needs_no_repair),
        cmocka_unit_test(words_and_values_are_one_to_one),
        cmocka_unit_test(threads_and_modules_have_names),
        cmocka_unit_test(a_call_is_printed_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
