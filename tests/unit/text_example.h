/*
 * What the tests of schedules as text have in common: a text with every word,
 * and texts that are bad in one place.
 */
#ifndef TESTS_UNIT_TEXT_EXAMPLE_H
#define TESTS_UNIT_TEXT_EXAMPLE_H

#include <string.h>

#include "lastcall/check.h"

#include "fuzz/schedule.h"
#include "fuzz/text.h"
#include "tests/unit/failing.h"
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
static struct fuzz_text_error error;

static inline bool parse(const char *text, struct lc_schedule *ret_schedule)
{
    return fuzz_text_parse(text, strlen(text), ret_schedule, &error);
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

static inline void check_bad(const struct bad *bad, size_t count)
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

#endif
