/*
 * SEND-8, OVL-2: a reset by the peer ends the overlapped sends that are pending,
 * and each is told of with WSAECONNRESET: by its event, and by its routine in
 * an alertable wait. One that follows is refused.
 */
#include "tests/story/story.h"

static const char schedule[] = "lastcall schedule 1\n"
                               "world\n"
                               "  provider tcp base\n"
                               "  sndbuf 1000\n"
                               "  link rate 1Mbit latency 20ms window 1000\n"
                               "  peer reset 1500\n"
                               "process A\n"
                               "  thread main\n"
                               "    WSAStartup 2.2\n"
                               "    WSACreateEvent e1\n"
                               "    s = socket stream\n"
                               "    connect s\n"
                               "    WSASend s 5000 e1\n"
                               "    WSASend s 300 routine\n"
                               "    WSAWaitForMultipleEvents e1 60000 any\n"
                               "    WSAGetOverlappedResult s poll\n"
                               "    SleepEx 60000\n"
                               "    WSASend s 10 e1\n"
                               "    closesocket s\n"
                               "    WSACleanup\n";

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
    "0.000000 A  main       connect 64",
    "0.000000 A  main       ws2_32 -> tcp WSPConnect 64",
    "0.000000 A  main       tcp enters lock 3",
    "0.000000 A  main       tcp leaves lock 3",
    "0.000000 A  main       connection 1 SYN",
    "0.000000 A  main       tcp waits for net 1",
    "0.040000 A  -          connection 1 connected",
    "0.040000 A  main       tcp has waited for net 1",
    "0.040000 A  main       ws2_32 <- tcp WSPConnect = 0",
    "0.040000 A  main       connect = 0",
    "0.040000 A  main       WSASend 64 5000 2",
    "0.040000 A  main       ws2_32 -> tcp WSPSend 64 5000 0",
    "0.040000 A  main       tcp enters lock 3",
    "0.040000 A  main       tcp leaves lock 3",
    "0.040000 A  main       connection 1 accept 1000 bytes from 0",
    "0.040000 A  main       connection 1 DATA 1000 bytes from 0",
    "0.040000 A  main       ws2_32 <- tcp WSPSend = -1 WSA_IO_PENDING",
    "0.040000 A  main       WSASend = -1 WSA_IO_PENDING",
    "0.040000 A  main       WSASend 64 300 1",
    "0.040000 A  main       ws2_32 -> tcp WSPSend 64 300 0",
    "0.040000 A  main       tcp enters lock 3",
    "0.040000 A  main       tcp leaves lock 3",
    "0.040000 A  main       ws2_32 <- tcp WSPSend = -1 WSA_IO_PENDING",
    "0.040000 A  main       WSASend = -1 WSA_IO_PENDING",
    "0.040000 A  main       WSAWaitForMultipleEvents 60000 0",
    "0.040000 A  main       ws2_32 waits for event 1",
    "0.068000 A  -          connection 1 deliver 1000 bytes from 0",
    "0.088000 A  -          connection 1 ACK 1000 bytes from 0",
    "0.088000 A  -          connection 1 accept 1000 bytes from 1000",
    "0.088000 A  -          connection 1 DATA 1000 bytes from 1000",
    "0.116000 A  -          connection 1 deliver 1000 bytes from 1000",
    "0.136000 A  -          connection 1 peer-RST, 1000 bytes thrown away",
    "0.136000 A  -          operation 5 is through, 2000 bytes WSAECONNRESET",
    "0.136000 A  -          operation 5 sets its event, 2000 bytes WSAECONNRESET",
    "0.136000 A  main       ws2_32 has waited for event 1",
    "0.136000 A  main       WSAWaitForMultipleEvents = 0",
    "0.136000 A  main       WSAGetOverlappedResult 64 0 6",
    "0.136000 A  main       ws2_32 -> tcp WSPGetOverlappedResult 64",
    "0.136000 A  main       tcp enters lock 3",
    "0.136000 A  main       tcp leaves lock 3",
    "0.136000 A  main       ws2_32 <- tcp WSPGetOverlappedResult = 0 WSA_IO_INCOMPLETE",
    "0.136000 A  main       WSAGetOverlappedResult = -1 WSA_IO_INCOMPLETE",
    "0.136000 A  main       SleepEx 60000 0",
    "0.136000 A  main       ws2_32 waits for sleep 0",
    "0.136000 A  -          operation 6 is through, 0 bytes WSAECONNRESET",
    "0.136000 A  -          operation 6 queues its routine, 0 bytes WSAECONNRESET",
    "0.136000 A  main       ws2_32 has waited for sleep 0: cancelled",
    "0.136000 A  main       operation 6 runs its routine, 0 bytes WSAECONNRESET",
    "0.136000 A  main       SleepEx = 192",
    "0.136000 A  main       WSASend 64 10 2",
    "0.136000 A  main       ws2_32 -> tcp WSPSend 64 10 0",
    "0.136000 A  main       tcp enters lock 3",
    "0.136000 A  main       tcp leaves lock 3",
    "0.136000 A  main       ws2_32 <- tcp WSPSend = -1 WSAECONNRESET",
    "0.136000 A  main       WSASend = -1 WSAECONNRESET",
    "0.136000 A  main       closesocket 64",
    "0.136000 A  main       ws2_32 -> tcp WSPCloseSocket 64",
    "0.136000 A  main       tcp enters lock 3",
    "0.136000 A  main       tcp leaves lock 3",
    "0.136000 A  main       tcp enters lock 3",
    "0.136000 A  main       tcp leaves lock 3",
    "0.136000 A  main       connection 1 close handle 64",
    "0.136000 A  main       tcp enters lock 3",
    "0.136000 A  main       tcp leaves lock 3",
    "0.136000 A  main       tcp gives back socket 7",
    "0.136000 A  main       tcp gives back block 6",
    "0.136000 A  main       ws2_32 <- tcp WSPCloseSocket = 0",
    "0.136000 A  main       handle 64 free, entry 1 (tcp)",
    "0.136000 A  main       closesocket = 0",
    "0.136000 A  main       WSACleanup",
    "0.136000 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.136000 A  main       tcp enters lock 2",
    "0.136000 A  main       tcp enters lock 3",
    "0.136000 A  main       tcp leaves lock 3",
    "0.136000 A  main       tcp gives back heap 4",
    "0.136000 A  main       tcp gives back event 5",
    "0.136000 A  main       tcp leaves lock 2",
    "0.136000 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "0.136000 A  main       DllMain of tcp reason 0",
    "0.136000 A  main       tcp gives back critical-section 3",
    "0.136000 A  main       tcp gives back critical-section 2",
    "0.136000 A  main       DllMain of tcp = 1",
    "0.136000 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "0.136000 A  main       WSACleanup = 0",
    "0.136000 A  main       process ends",
    "0.136000 -  -          end: done",
    NULL,
};

static void a_reset_is_told(void **state)
{
    (void)state;
    story_play(schedule, trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reset_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
