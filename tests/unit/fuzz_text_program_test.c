#include <string.h>

#include "lastcall/abi.h"

#include "fuzz/schedule.h"
#include "tests/unit/text_example.h"

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
    { THREAD "    WSAStartup 2.2 nil\n", 4, 20, "\"nil\"" },
    { THREAD "    WSAStartup 2.2 null x\n", 4, 25, "\"x\"" },
    { THREAD "    shutdown s\n", 4, 15, "the line ends" },
    { THREAD "    shutdown s now\n", 4, 16, "\"now\"" },
    { THREAD "    linger s 1 5\n", 4, 14, "\"1\"" },
    { THREAD "    linger s on\n", 4, 16, "the line ends" },
    { THREAD "    linger s on 65536\n", 4, 17, "\"65536\"" },
    { THREAD "    dontlinger s yes\n", 4, 18, "\"yes\"" },
    { THREAD "    nonblocking s\n", 4, 18, "the line ends" },
    { THREAD "    sndbuf s 16777217\n", 4, 14, "\"16777217\"" },
    { THREAD "    Sleep 86400001\n", 4, 11, "\"86400001\"" },
    { THREAD "    WSASend s 1\n", 4, 16, "the line ends" },
    { THREAD "    WSASend s 1 e9\n", 4, 17, "\"e9\"" },
    { THREAD "    WSARecv s 2049 e1\n", 4, 15, "\"2049\"" },
    { THREAD "    WSARecv s 1\n", 4, 16, "the line ends" },
    { THREAD "    WSAGetOverlappedResult s\n", 4, 29, "the line ends" },
    { THREAD "    WSACreateEvent 1\n", 4, 20, "\"1\"" },
    { THREAD "    WSAWaitForMultipleEvents\n", 4, 29, "the line ends" },
    { THREAD "    WSAWaitForMultipleEvents e1,\n", 4, 30, "\"e1,\"" },
    { THREAD "    WSAWaitForMultipleEvents e1,e1 5 any\n", 4, 30, "\"e1,e1\"" },
    { THREAD "    WSAWaitForMultipleEvents e1e2 5 any\n", 4, 30, "\"e1e2\"" },
    { THREAD "    WSAWaitForMultipleEvents e1,e9 5 any\n", 4, 30, "\"e1,e9\"" },
    { THREAD "    WSAWaitForMultipleEvents e1 5 some\n", 4, 35, "\"some\"" },
    { THREAD "    WSAEventSelect s e1\n", 4, 24, "the line ends" },
    { THREAD "    WSAEventSelect s e1 read,oob\n", 4, 25, "\"read,oob\"" },
    { THREAD "    WSAEventSelect s e1 read,\n", 4, 25, "\"read,\"" },
    { THREAD "    WSAEventSelect s e1 read,read\n", 4, 25, "read,read" },
    { THREAD "    WSAEventSelect s e1 none,read\n", 4, 25, "none,read" },
    { THREAD "    WSAEnumNetworkEvents s e9\n", 4, 28, "\"e9\"" },
    { THREAD "    WSASetBlockingHook cancel\n", 4, 24, "cancel" },
    { THREAD "    WSASetBlockingHook 9 cancel\n", 4, 24, "9" },
    { THREAD "    WSASetBlockingHook 1 recv\n", 4, 26, "\"recv\"" },
    { THREAD "    WSAUnhookBlockingHook 1\n", 4, 27, "1" },
    { THREAD "    select\n", 4, 11, "the line ends" },
    { THREAD "    select s,s 1 read\n", 4, 12, "\"s,s\"" },
    { THREAD "    select s, 1 read\n", 4, 12, "\"s,\"" },
    { THREAD "    select s,5 1 read\n", 4, 12, "\"s,5\"" },
    { THREAD "    select s 1 none\n", 4, 16, "\"none\"" },
    { THREAD "    select s,abcdefghijklmnopqrstuvwxyzabcdefg 1 read\n",
      4,
      12,
      "s,abc" },
    { THREAD "    select a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q 1 read\n",
      4,
      12,
      "seventeenth" },
    { THREAD "    socket stream\n", 4, 5, "\"socket\"" },
    { THREAD "    = socket stream\n", 4, 5, "\"=\"" },
    { THREAD "    s =\n", 4, 8, "the line ends" },
    { THREAD "    s = pipe\n", 4, 9, "\"pipe\"" },
    { THREAD "    s = socket\n", 4, 15, "the line ends" },
    { THREAD "    s = socket datagram\n", 4, 16, "\"datagram\"" },
    { THREAD "    s = socket stream to\n", 4, 23, "\"to\"" },
    { THREAD "    s = socket inet\n", 4, 20, "the line ends" },
    { THREAD "    s = socket inet box udp\n", 4, 21, "\"box\"" },
    { THREAD "    s = socket inet dgram box\n", 4, 27, "\"box\"" },
    { THREAD "    s = socket inet dgram udp tcp\n", 4, 31, "\"tcp\"" },
    { THREAD "    s = socket any any any via filter.layer\n",
      4,
      32,
      "\"filter.layer\"" },
    { THREAD "    s = socket stream via\n", 4, 26, "the line ends" },
    { THREAD "    s = socket stream via x\n", 4, 27, "\"x\"" },
    { THREAD "    s = socket stream via tcp x\n", 4, 31, "\"x\"" },
    { THREAD "    LoadLibrary\n", 4, 16, "the line ends" },
    { THREAD "    LoadLibrary x\n", 4, 17, "\"x\"" },
    { THREAD "    LoadLibrary tcp x\n", 4, 21, "\"x\"" },
    { THREAD "    ExitProcess 1\n", 4, 17, "\"1\"" },
    { THREAD "    TerminateThread t\n", 4, 5, "`hostile`" },
    { THREAD "    FreeForeign tcp\n", 4, 5, "`hostile`" },
    { HOSTILE "    TerminateThread\n", 6, 20, "the line ends" },
    { HOSTILE "    TerminateThread 5\n", 6, 21, "\"5\"" },
    { HOSTILE "    TerminateThread u\n", 6, 21, "\"u\"" },
    { HOSTILE "    TerminateThread t\n", 6, 21, "\"t\"" },
    { HOSTILE "    TerminateThread u\nprocess B\n  thread u\n    Sleep 1\n",
      6,
      21,
      "\"u\"" },
    { THREAD "    accept s\n", 4, 5, "\"accept\"" },
    { THREAD "    t = accept\n", 4, 15, "the line ends" },
    { THREAD "    t = accept s x\n", 4, 18, "\"x\"" },
    { THREAD "    t = WSAAccept s\n", 4, 20, "the line ends" },
    { THREAD "    t = WSAAccept s maybe\n", 4, 21, "\"maybe\"" },
    { THREAD "    t = WSAAccept s defer x\n", 4, 27, "\"x\"" },
    { THREAD "    sendto s 1\n", 4, 15, "the line ends" },
    { THREAD "    sendto s 1 me\n", 4, 16, "\"me\"" },
    { THREAD "    connectto s\n", 4, 16, "the line ends" },
    { THREAD "    recvfrom s 16385\n", 4, 16, "\"16385\"" },
    { THREAD "    listen s 2147483648\n", 4, 14, "\"2147483648\"" },
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

/* A call may name a thread that comes later; when threads go, or change their
 * places, it means the same one, or there is no call. */
static void a_call_names_another_thread_of_its_process(void **state)
{
    (void)state;
    static char text[FUZZ_TEXT_SIZE_MAX];
    assert_true(parse(
        HOSTILE "    TerminateThread v\n"
                "  thread u\n    LoadLibrary filter\n"
                "  thread v\n    TerminateThread t\n    FreeForeign tcp\n",
        &first));
    assert_int_equal(first.world.hostile, 1);
    assert_int_equal(first.ops[0].call, LC_CALL_TERMINATETHREAD);
    assert_int_equal(first.ops[0].value, 2);
    assert_int_equal(first.ops[1].value, 1);
    assert_int_equal(first.ops[2].value, 0);
    check_round_trip(text);

    second = first;
    second.threads[1].op_count = 0;
    fuzz_schedule_repair(&second);
    assert_int_equal(second.thread_count, 2);
    assert_int_equal(second.ops[0].call, LC_CALL_TERMINATETHREAD);
    assert_int_equal(second.ops[0].value, 1);

    second = first;
    second.threads[2].op_count = 0;
    fuzz_schedule_repair(&second);
    assert_int_equal(second.ops[0].call, LC_CALL_GETLASTERROR);

    second = first;
    second.world.hostile = 0;
    fuzz_schedule_repair(&second);
    assert_int_equal(second.ops[0].call, LC_CALL_GETLASTERROR);
    assert_int_equal(second.ops[1].call, LC_CALL_LOADLIBRARY);
    assert_int_equal(second.ops[2].call, LC_CALL_GETLASTERROR);
    assert_int_equal(second.ops[3].call, LC_CALL_GETLASTERROR);
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
    static char printed[FUZZ_TEXT_SIZE_MAX];
    assert_true(parse(text, &first));
    assert_int_equal(first.thread_count, 3);
    assert_int_equal(first.choice_count, 6);
    assert_int_equal(first.choices[0].thread, 0);
    assert_int_equal(first.choices[1].thread, 1);
    assert_int_equal(first.choices[3].thread, LC_THREAD_REF(0, 15));
    assert_int_equal(first.choices[4].thread, LC_NONE);
    assert_int_equal(first.choices[5].stream, LC_STREAM_LATENCY);
    check_round_trip(printed);
    assert_non_null(strstr(printed, strstr(text, "process process")));
}

/* Events have numbers, not names; an operation says how it is told of. */
static void calls_on_events_and_operations_are_read(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "world\n"
             "  provider tcp base\n"
             "process A\n"
             "  thread a\n"
             "    WSACreateEvent e1\n"
             "    WSASend s 4096 nothing\n"
             "    WSASend s 4096 routine\n"
             "    WSASend s 4096 e8\n"
             "    WSARecv s 2048 nothing\n"
             "    WSARecv s 0 routine\n"
             "    WSARecv s 1 e8\n"
             "    WSAGetOverlappedResult s wait\n"
             "    WSAWaitForMultipleEvents e1,e8 1000 alertable\n"
             "    WSAWaitForMultipleEvents e2 0 all\n"
             "    WSASetEvent e3\n"
             "    WSAResetEvent e4\n"
             "    SleepEx 5\n"
             "    WSACloseEvent e1\n"
             "    CreateIoCompletionPort s\n"
             "    GetQueuedCompletionStatus 5\n"
             "    PostQueuedCompletionStatus 7\n";
    static char printed[FUZZ_TEXT_SIZE_MAX];
    assert_true(parse(text, &first));
    assert_int_equal(first.ops[1].value2, LC_INDICATE_NOTHING);
    assert_int_equal(first.ops[2].value2, LC_INDICATE_ROUTINE);
    assert_int_equal(first.ops[3].value2, LC_INDICATE_EVENT + 7);
    assert_int_equal(first.ops[4].value, 2048);
    assert_int_equal(first.ops[5].value2, LC_INDICATE_ROUTINE);
    assert_int_equal(first.ops[7].value, 1);
    assert_int_equal(first.ops[8].value, 0x81);
    assert_int_equal(first.ops[8].value2, 1000);
    assert_int_equal(first.ops[8].entry, LC_WAIT_HOW_ALERTABLE);
    assert_int_equal(first.ops[9].entry, LC_WAIT_HOW_ALL);
    assert_int_equal(first.ops[11].value, 3);
    check_round_trip(printed);
    assert_non_null(strstr(printed, strstr(text, "process A")));
}

static void calls_on_hooks_are_read(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "world\n"
             "  provider tcp base\n"
             "process A\n"
             "  thread a\n"
             "    WSASetBlockingHook 8 isblocking,startup,cleanup,socket,send,"
             "shutdown,close,connect,setsockopt,ioctlsocket,select,cancel\n"
             "    WSASetBlockingHook 0 none\n"
             "    WSASetBlockingHook 1 cancel\n"
             "    WSAUnhookBlockingHook\n"
             "    WSAIsBlocking\n"
             "    WSACancelBlockingCall\n";
    static char printed[FUZZ_TEXT_SIZE_MAX];
    assert_true(parse(text, &first));
    assert_int_equal(first.ops[0].value, 8);
    assert_int_equal(first.ops[0].value2, (1U << LC_HOOK_MAKES_COUNT) - 1);
    assert_int_equal(first.ops[1].value2, 0);
    assert_int_equal(first.ops[2].value2, 1U << LC_HOOK_MAKES_CANCEL);
    check_round_trip(printed);
    assert_non_null(strstr(printed, strstr(text, "process A")));
}

/* Lists of words and of sockets; the sockets of a call that goes are numbered
 * anew, in those lists as well. */
static void calls_on_network_events_are_read(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "world\n"
             "  provider tcp base\n"
             "process A\n"
             "  thread a\n"
             "    connect r\n"
             "    WSAEventSelect s e8 read,write,connect,close\n"
             "    WSAEventSelect s e1 none\n"
             "    WSAEnumNetworkEvents s none\n"
             "    WSAEnumNetworkEvents s e8\n"
             "    select s,t 1000 read,write,except\n"
             "    select r,t 0 except\n";
    static char printed[FUZZ_TEXT_SIZE_MAX];
    assert_true(parse(text, &first));
    assert_int_equal(
        first.ops[1].value2,
        LC_FD_READ | LC_FD_WRITE | LC_FD_CONNECT | LC_FD_CLOSE);
    assert_int_equal(first.ops[1].value, 7);
    assert_int_equal(first.ops[2].value2, 0);
    assert_int_equal(first.ops[3].value, 0);
    assert_int_equal(first.ops[4].value, 8);
    assert_int_equal(first.ops[5].value, 6);
    assert_int_equal(first.ops[5].value2, 1000);
    assert_int_equal(first.ops[5].entry, 7);
    assert_int_equal(first.ops[6].value, 5);
    assert_int_equal(first.ops[6].entry, 1U << LC_SET_EXCEPT);
    check_round_trip(printed);
    assert_non_null(strstr(printed, strstr(text, "process A")));
    second = first;
    second.ops[0].call = LC_CALL_GETLASTERROR; /* r comes last from now on */
    fuzz_schedule_repair(&second);
    assert_string_equal(second.sockets[0], "s");
    assert_string_equal(second.sockets[2], "r");
    assert_int_equal(second.ops[5].value, 3);
    assert_int_equal(second.ops[6].value, 6);
}

static void calls_that_name_an_address_are_read(void **state)
{
    (void)state;
    static const char text[] = HEAD "world\n"
                                    "  provider tcp base\n"
                                    "process A\n"
                                    "  thread a\n"
                                    "    sendto s 65508 peer\n"
                                    "    sendto s 0 none\n"
                                    "    recvfrom s 16384\n"
                                    "    connectto s other\n";
    static char printed[FUZZ_TEXT_SIZE_MAX];
    assert_true(parse(text, &first));
    assert_int_equal(first.ops[0].call, LC_CALL_SENDTO);
    assert_int_equal(first.ops[0].value, LC_DATAGRAM_MAX + 1);
    assert_int_equal(first.ops[0].value2, LC_ADDRESS_PEER);
    assert_int_equal(first.ops[1].value2, LC_ADDRESS_NONE);
    assert_int_equal(first.ops[2].value, LC_RECV_MAX);
    assert_int_equal(first.ops[3].value, LC_ADDRESS_OTHER);
    check_round_trip(printed);
    assert_non_null(strstr(printed, strstr(text, "process A")));
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

/* Both sockets of an accept are variables, numbered as they turn up, and it is
 * printed as it was read. */
static void an_accept_names_two_sockets(void **state)
{
    (void)state;
    static const char calls[] = "    t = accept s\n"
                                "    s = WSAAccept u reject\n"
                                "    listen u 7\n";
    char text[512];
    char printed[1024];
    (void)snprintf(text, sizeof text, THREAD "%s", calls);
    assert_true(parse(text, &first));
    assert_int_equal(first.ops[0].socket, 0);
    assert_int_equal(first.ops[0].value2, 1);
    assert_int_equal(first.ops[1].socket, 1);
    assert_int_equal(first.ops[1].value2, 2);
    assert_int_equal(first.ops[1].value, LC_CF_REJECT);
    assert_int_equal(first.ops[2].value, 7);
    assert_true(fuzz_text_print(&first, printed, sizeof printed) > 0);
    assert_non_null(strstr(printed, calls));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_calls_name_line_column_and_word),
        cmocka_unit_test(a_call_names_another_thread_of_its_process),
        cmocka_unit_test(names_may_be_words_of_the_grammar),
        cmocka_unit_test(calls_on_events_and_operations_are_read),
        cmocka_unit_test(calls_on_hooks_are_read),
        cmocka_unit_test(calls_on_network_events_are_read),
        cmocka_unit_test(calls_that_name_an_address_are_read),
        cmocka_unit_test(results_are_written_only_when_they_are_meant),
        cmocka_unit_test(an_accept_names_two_sockets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
