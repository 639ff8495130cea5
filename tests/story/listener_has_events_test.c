/*
 * Network events of a socket that listens: a request is told of once, and the
 * next one when an accept has enabled it. What an accept makes has the
 * registration of the socket that listens.
 */
#include "story.h"

static const char schedule[] = "lastcall schedule 1\n"
                               "world\n"
                               "  provider tcp base\n"
                               "  peer connector 100\n"
                               "process A\n"
                               "  thread main\n"
                               "    WSAStartup 2.2\n"
                               "    WSACreateEvent e1\n"
                               "    s = socket stream\n"
                               "    bind s 5000\n"
                               "    listen s 2\n"
                               "    WSAEventSelect s e1 write,accept\n"
                               "    WSAWaitForMultipleEvents e1 60000 any\n"
                               "    WSAEnumNetworkEvents s e1\n"
                               "    Sleep 1000\n"
                               "    WSAEnumNetworkEvents s none\n"
                               "    select s 0 read\n"
                               "    t = accept s\n"
                               "    WSAEnumNetworkEvents s e1\n"
                               "    WSAEnumNetworkEvents t none\n"
                               "    u = accept s\n"
                               "    select s 0 read\n"
                               "    WSAEnumNetworkEvents s none\n"
                               "    WSACleanup\n"
                               "expect\n"
                               "  held\n";

static const char *const trace[] = {
    "0.000000 A  -          process starts",
    "0.000000 A  main       WSAStartup 514",
    "0.000000 A  main       WSAStartup = 0",
    "0.000000 A  main       WSACreateEvent",
    "0.000000 A  main       ws2_32 makes event 1",
    "0.000000 A  main       WSACreateEvent = 0",
    "0.000000 A  main       socket 0 1",
    "0.000000 A  main       ws2_32 loads tcp, 1 reference, mapped",
    "0.000000 A  main       DllMain of tcp reason 1",
    "0.000000 A  main       tcp makes critical-section 2",
    "0.000000 A  main       tcp makes critical-section 3",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       ws2_32 looks up WSPStartup in tcp",
    "0.000000 A  main       ws2_32 -> tcp WSPStartup 1 1 1",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp makes heap 4",
    "0.000000 A  main       tcp makes event 5",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       ws2_32 <- tcp WSPStartup = 0",
    "0.000000 A  main       ws2_32 -> tcp WSPSocket 1 1 1",
    "0.000000 A  main       tcp enters lock 3",
    "0.000000 A  main       tcp leaves lock 3",
    "0.000000 A  main       tcp makes block 6 of 40 bytes",
    "0.000000 A  main       tcp makes socket 7",
    "0.000000 A  main       connection 1 open handle 64",
    "0.000000 A  main       tcp enters lock 3",
    "0.000000 A  main       tcp leaves lock 3",
    "0.000000 A  main       tcp -> ws2_32 WPUModifyIFSHandle 1 64 0",
    "0.000000 A  main       handle 64 modify, entry 1 (tcp)",
    "0.000000 A  main       tcp <- ws2_32 WPUModifyIFSHandle = 64",
    "0.000000 A  main       ws2_32 <- tcp WSPSocket = 64",
    "0.000000 A  main       socket = 64",
    "0.000000 A  main       bind 64 5000 0",
    "0.000000 A  main       ws2_32 -> tcp WSPBind 64",
    "0.000000 A  main       tcp enters lock 3",
    "0.000000 A  main       tcp leaves lock 3",
    "0.000000 A  main       ws2_32 <- tcp WSPBind = 0",
    "0.000000 A  main       bind = 0",
    "0.000000 A  main       listen 64 2 0",
    "0.000000 A  main       ws2_32 -> tcp WSPListen 64",
    "0.000000 A  main       tcp enters lock 3",
    "0.000000 A  main       tcp leaves lock 3",
    "0.000000 A  main       connection 1 listen, backlog 2",
    "0.000000 A  main       ws2_32 <- tcp WSPListen = 0",
    "0.000000 A  main       listen = 0",
    "0.000000 A  main       WSAEventSelect 64 1 10",
    "0.000000 A  main       ws2_32 -> tcp WSPEventSelect 64",
    "0.000000 A  main       tcp enters lock 3",
    "0.000000 A  main       tcp leaves lock 3",
    "0.000000 A  main       ws2_32 <- tcp WSPEventSelect = 0",
    "0.000000 A  main       WSAEventSelect = 0",
    "0.000000 A  main       WSAWaitForMultipleEvents 60000 0",
    "0.000000 A  main       ws2_32 waits for event 1",
    "0.100000 A  -          connection 1 request, 1 wait",
    "0.100000 A  -          connection 1 has event accept, sets e1",
    "0.100000 A  main       ws2_32 has waited for event 1",
    "0.100000 A  main       WSAWaitForMultipleEvents = 0",
    "0.100000 A  main       WSAEnumNetworkEvents 64 1 0",
    "0.100000 A  main       ws2_32 -> tcp WSPEnumNetworkEvents 64",
    "0.100000 A  main       tcp enters lock 3",
    "0.100000 A  main       tcp leaves lock 3",
    "0.100000 A  main       ws2_32 <- tcp WSPEnumNetworkEvents = 0",
    "0.100000 A  main       WSAEnumNetworkEvents = 0 accept",
    "0.100000 A  main       Sleep 1000 0",
    "0.100000 A  main       ws2_32 waits for sleep 0",
    "0.200000 A  -          connection 1 request, 2 wait",
    "0.300000 A  -          connection 1 full, 2 wait",
    "1.100000 A  main       ws2_32 has waited for sleep 0: time ran out",
    "1.100000 A  main       Sleep = 0",
    "1.100000 A  main       WSAEnumNetworkEvents 64",
    "1.100000 A  main       ws2_32 -> tcp WSPEnumNetworkEvents 64",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       ws2_32 <- tcp WSPEnumNetworkEvents = 0",
    "1.100000 A  main       WSAEnumNetworkEvents = 0",
    "1.100000 A  main       select 0 1",
    "1.100000 A  main       socket 64 is asked for read",
    "1.100000 A  main       ws2_32 -> tcp WSPSelect 0",
    "1.100000 A  main       tcp makes block 8 of 3080 bytes",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       tcp gives back block 8",
    "1.100000 A  main       ws2_32 <- tcp WSPSelect = 1",
    "1.100000 A  main       socket 64 is ready for read",
    "1.100000 A  main       select = 1",
    "1.100000 A  main       accept 64",
    "1.100000 A  main       ws2_32 -> tcp WSPAccept 64",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       connection 1 has event accept, sets e1",
    "1.100000 A  main       tcp makes block 9 of 40 bytes",
    "1.100000 A  main       tcp makes socket 10",
    "1.100000 A  main       connection 2 open handle 68",
    "1.100000 A  main       connection 2 accepted by 1",
    "1.100000 A  main       connection 2 has event write, sets e1",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       tcp -> ws2_32 WPUModifyIFSHandle 1 68 0",
    "1.100000 A  main       handle 68 modify, entry 1 (tcp)",
    "1.100000 A  main       tcp <- ws2_32 WPUModifyIFSHandle = 68",
    "1.100000 A  main       ws2_32 <- tcp WSPAccept = 68",
    "1.100000 A  main       accept = 68",
    "1.100000 A  main       WSAEnumNetworkEvents 64 1 0",
    "1.100000 A  main       ws2_32 -> tcp WSPEnumNetworkEvents 64",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       ws2_32 <- tcp WSPEnumNetworkEvents = 0",
    "1.100000 A  main       WSAEnumNetworkEvents = 0 accept",
    "1.100000 A  main       WSAEnumNetworkEvents 68",
    "1.100000 A  main       ws2_32 -> tcp WSPEnumNetworkEvents 68",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       ws2_32 <- tcp WSPEnumNetworkEvents = 0",
    "1.100000 A  main       WSAEnumNetworkEvents = 0 write",
    "1.100000 A  main       accept 64",
    "1.100000 A  main       ws2_32 -> tcp WSPAccept 64",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       tcp makes block 11 of 40 bytes",
    "1.100000 A  main       tcp makes socket 12",
    "1.100000 A  main       connection 3 open handle 72",
    "1.100000 A  main       connection 3 accepted by 1",
    "1.100000 A  main       connection 3 has event write, sets e1",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       tcp -> ws2_32 WPUModifyIFSHandle 1 72 0",
    "1.100000 A  main       handle 72 modify, entry 1 (tcp)",
    "1.100000 A  main       tcp <- ws2_32 WPUModifyIFSHandle = 72",
    "1.100000 A  main       ws2_32 <- tcp WSPAccept = 72",
    "1.100000 A  main       accept = 72",
    "1.100000 A  main       select 0 1",
    "1.100000 A  main       socket 64 is asked for read",
    "1.100000 A  main       ws2_32 -> tcp WSPSelect 0",
    "1.100000 A  main       tcp makes block 13 of 3080 bytes",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       tcp gives back block 13",
    "1.100000 A  main       ws2_32 <- tcp WSPSelect = 0",
    "1.100000 A  main       select = 0",
    "1.100000 A  main       WSAEnumNetworkEvents 64",
    "1.100000 A  main       ws2_32 -> tcp WSPEnumNetworkEvents 64",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       ws2_32 <- tcp WSPEnumNetworkEvents = 0",
    "1.100000 A  main       WSAEnumNetworkEvents = 0",
    "1.100000 A  main       WSACleanup",
    "1.100000 A  main       ws2_32 -> tcp WSPCleanup 0",
    "1.100000 A  main       tcp enters lock 2",
    "1.100000 A  main       tcp enters lock 3",
    "1.100000 A  main       tcp leaves lock 3",
    "1.100000 A  main       connection 3 FIN",
    "1.100000 A  main       connection 2 FIN",
    "1.100000 A  main       tcp waits for net 3",
    "1.120000 A  -          connection 3 FIN-deliver",
    "1.120000 A  -          connection 2 FIN-deliver",
    "1.140000 A  -          connection 3 FIN-ACK",
    "1.140000 A  main       tcp has waited for net 3",
    "1.140000 A  main       tcp waits for net 2",
    "1.140000 A  -          connection 2 FIN-ACK",
    "1.140000 A  main       tcp has waited for net 2",
    "1.140000 A  main       connection 3 close handle 72",
    "1.140000 A  main       tcp gives back socket 12",
    "1.140000 A  main       tcp gives back block 11",
    "1.140000 A  main       connection 2 close handle 68",
    "1.140000 A  main       tcp gives back socket 10",
    "1.140000 A  main       tcp gives back block 9",
    "1.140000 A  main       connection 1 close handle 64",
    "1.140000 A  main       tcp gives back socket 7",
    "1.140000 A  main       tcp gives back block 6",
    "1.140000 A  main       tcp gives back heap 4",
    "1.140000 A  main       tcp gives back event 5",
    "1.140000 A  main       tcp leaves lock 2",
    "1.140000 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "1.140000 A  main       DllMain of tcp reason 0",
    "1.140000 A  main       tcp gives back critical-section 3",
    "1.140000 A  main       tcp gives back critical-section 2",
    "1.140000 A  main       DllMain of tcp = 1",
    "1.140000 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "1.140000 A  main       handle 64 free, entry 1 (tcp)",
    "1.140000 A  main       handle 68 free, entry 1 (tcp)",
    "1.140000 A  main       handle 72 free, entry 1 (tcp)",
    "1.140000 A  main       WSACleanup = 0",
    "1.140000 A  main       process ends",
    "1.140000 -  -          end: done",
    NULL,
};

static void requests_are_told_of(void **state)
{
    (void)state;
    story_play(schedule, trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
