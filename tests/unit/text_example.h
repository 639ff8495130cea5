/*
 * What the tests of schedules as text have in common: a text with every word,
 * and texts that are bad in one place.
 */
#ifndef TESTS_UNIT_TEXT_EXAMPLE_H
#define TESTS_UNIT_TEXT_EXAMPLE_H

#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "fuzz/schedule.h"
#include "fuzz/text.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

/* As it is printed. */
static const char example[] =
    "lastcall schedule 1\n"
    "swarm WSAStartup*100 send Sleep*7\n"
    "swarm processes slow faults versions\n"
    "world\n"
    "  provider tcp base\n"
    "  provider filter ifs\n"
    "  provider mine dll \"a \\\"b\\\".dll\"\n"
    "  provider own nonifs\n"
    "  provider its dll \"b.dll\" nonifs\n"
    "  pin filter\n"
    "  versions ws2_32 1.1 2.0\n"
    "  versions tcp 1.0 2.1 2.2 3.0\n"
    "  chain filter mine tcp\n"
    "  chain own its tcp\n"
    "  sndbuf 100\n"
    "  link rate 2Gbit latency 5us window 77\n"
    "  peer slow 2000\n"
    "  faults alloc startup upcall\n"
    "  page-heap\n"
    "  plant some_bug\n"
    "  plant other-bug\n"
    "process A\n"
    "  thread main\n"
    "    WSAStartup 2.2 null\n"
    "    s = socket stream via tcp\n"
    "    connect s\n"
    "    linger s on 5\n"
    "    nonblocking s off\n"
    "    dontlinger s on\n"
    "    sndbuf s 9\n"
    "    send s 20000\n"
    "    shutdown s invalid\n"
    "    closesocket s\n"
    "    WSAGetLastError\n"
    "    WSACleanup\n"
    "process B\n"
    "  thread late\n"
    "    Sleep 50\n"
    "    u = socket stream via filter\n"
    "choices\n"
    "  main in 12 WSACleanup at WSPCleanup>tcp : run late\n"
    "  main in 12 WSACleanup at WSPCleanup<mine #65536 : run main\n"
    "  main in 8 send at wait:net #3 : fire ack 65535\n"
    "  main in 1 WSAStartup at WSPStartup>filter : fire read 1\n"
    "  main in 2 socket at net@tcp : reuse\n"
    "  main in 2 socket at WPUModifyIFSHandle^filter : run A.worker1\n"
    "  main in 1 WSAStartup at LoadLibrary@system : run B.worker16\n"
    "  A.worker1 at EnterCriticalSection@mine : fire timeout late\n"
    "  B.worker16 at start : fire timeout B.worker2\n"
    "  late in 1 Sleep at call : run main\n"
    "  late in 2 socket at end : run main\n"
    "  idle #7 : run late\n"
    "  packet 2.5 : late 3\n"
    "  main in 2 socket at HeapAlloc@tcp #2 : fail\n"
    "  main in 2 socket at WSPStartup>filter : fail\n"
    "  late in 2 socket at WSPStartup>mine #3 : fail WSAEINPROGRESS\n"
    "  A.worker1 at WPUModifyIFSHandle^filter : fail\n"
    "  main in 8 send at wait:net #4 : fire timer 3\n"
    "  main in 2 socket at WPUCreateSocketHandle^own #2 : reuse\n"
    "expect\n"
    "  broken CLEAN-16\n"
    "  hash 8d1f0c7be2a94410\n";

static struct lc_schedule first;
static struct lc_schedule second;
static struct fuzz_text_error error;

static inline bool parse(const char *text, struct lc_schedule *ret_schedule)
{
    return fuzz_text_parse(text, strlen(text), ret_schedule, &error);
}

/* Prints `first` and reads it again, as `second`: nothing is lost. `ret_text`
 * takes FUZZ_TEXT_SIZE_MAX bytes. */
static inline void check_round_trip(char *ret_text)
{
    size_t length = fuzz_text_print(&first, ret_text, FUZZ_TEXT_SIZE_MAX);
    assert_int_not_equal(length, 0);
    if (!fuzz_text_parse(ret_text, length, &second, &error)) {
        fail_msg(
            "line %u, column %u: %s\n%s",
            error.line,
            error.column,
            error.message,
            ret_text);
    }
    assert_true(fuzz_schedule_equal(&first, &second));
}

#define HEAD     "lastcall schedule 1\n"
#define WORLD    HEAD "world\n"
#define THREAD   HEAD "process A\n  thread t\n"
#define HOSTILE  WORLD "  hostile\nprocess A\n  thread t\n"
#define PROGRAM  THREAD "    WSACleanup\n"
#define CHOICES  PROGRAM "choices\n"
#define NAME_32  "n2345678901234567890123456789012"
#define FAULTS   WORLD "  faults alloc startup\n"
#define FAILS    FAULTS "process A\n  thread t\n    WSACleanup\nchoices\n"
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
