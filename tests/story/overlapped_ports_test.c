/*
 * OVL-2, CLOSE-8, X-3: operations on a socket that is tied to a completion port.
 * Each posts one packet, also one that has an event, and one that a close
 * aborts; what the last cleanup cancels posts none.
 */
#include "tests/story/story.h"

static const char schedule[] = "lastcall schedule 1\n"
                               "world\n"
                               "  provider tcp base\n"
                               "  sndbuf 4096\n"
                               "  link rate 1Mbit latency 20ms window 2048\n"
                               "process A\n"
                               "  thread main\n"
                               "    WSAStartup 2.2\n"
                               "    WSACreateEvent e1\n"
                               "    s = socket stream\n"
                               "    connect s\n"
                               "    CreateIoCompletionPort s\n"
                               "    WSASend s 1000 nothing\n"
                               "    GetQueuedCompletionStatus 0\n"
                               "    WSASend s 5000 e1\n"
                               "    GetQueuedCompletionStatus 60000\n"
                               "    GetQueuedCompletionStatus 0\n"
                               "    PostQueuedCompletionStatus 7\n"
                               "    GetQueuedCompletionStatus 0\n"
                               "    WSASend s 9000 nothing\n"
                               "    closesocket s\n"
                               "    GetQueuedCompletionStatus 60000\n"
                               "    t = socket stream\n"
                               "    CreateIoCompletionPort t\n"
                               "    connect t\n"
                               "    WSASend t 10000 nothing\n"
                               "    WSACleanup\n"
                               "    GetQueuedCompletionStatus 0\n";

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
    "0.040000 A  main       CreateIoCompletionPort 64",
    "0.040000 A  main       ws2_32 makes event 8",
    "0.040000 A  main       CreateIoCompletionPort = 0",
    "0.040000 A  main       WSASend 64 1000 0",
    "0.040000 A  main       ws2_32 -> tcp WSPSend 64 1000 0",
    "0.040000 A  main       tcp enters lock 3",
    "0.040000 A  main       tcp leaves lock 3",
    "0.040000 A  main       connection 1 accept 1000 bytes from 0",
    "0.040000 A  main       connection 1 DATA 1000 bytes from 0",
    "0.040000 A  main       operation 6 is through, 1000 bytes",
    "0.040000 A  main       operation 6 posts its packet, 1000 bytes",
    "0.040000 A  main       ws2_32 <- tcp WSPSend = 0",
    "0.040000 A  main       WSASend = 0",
    "0.040000 A  main       GetQueuedCompletionStatus",
    "0.040000 A  main       operation 6 gives up its packet, 1000 bytes",
    "0.040000 A  main       GetQueuedCompletionStatus = 1000",
    "0.040000 A  main       WSASend 64 5000 2",
    "0.040000 A  main       ws2_32 -> tcp WSPSend 64 5000 0",
    "0.040000 A  main       tcp enters lock 3",
    "0.040000 A  main       tcp leaves lock 3",
    "0.040000 A  main       connection 1 accept 3096 bytes from 1000",
    "0.040000 A  main       ws2_32 <- tcp WSPSend = -1 WSA_IO_PENDING",
    "0.040000 A  main       WSASend = -1 WSA_IO_PENDING",
    "0.040000 A  main       GetQueuedCompletionStatus 60000 0",
    "0.040000 A  main       ws2_32 waits for event 8",
    "0.068000 A  -          connection 1 deliver 1000 bytes from 0",
    "0.088000 A  -          connection 1 ACK 1000 bytes from 0",
    "0.088000 A  -          connection 1 DATA 2048 bytes from 1000",
    "0.088000 A  -          connection 1 accept 1000 bytes from 4096",
    "0.124384 A  -          connection 1 deliver 2048 bytes from 1000",
    "0.144384 A  -          connection 1 ACK 2048 bytes from 1000",
    "0.144384 A  -          connection 1 DATA 2048 bytes from 3048",
    "0.144384 A  -          connection 1 accept 904 bytes from 5096",
    "0.144384 A  -          operation 8 is through, 5000 bytes",
    "0.144384 A  -          operation 8 sets its event, 5000 bytes",
    "0.144384 A  -          operation 8 posts its packet, 5000 bytes",
    "0.144384 A  main       ws2_32 has waited for event 8",
    "0.144384 A  main       operation 8 gives up its packet, 5000 bytes",
    "0.144384 A  main       GetQueuedCompletionStatus = 5000",
    "0.144384 A  main       GetQueuedCompletionStatus",
    "0.144384 A  main       GetQueuedCompletionStatus = -1 error 258",
    "0.144384 A  main       PostQueuedCompletionStatus 7 0",
    "0.144384 A  main       PostQueuedCompletionStatus = 0",
    "0.144384 A  main       GetQueuedCompletionStatus",
    "0.144384 A  main       GetQueuedCompletionStatus = 7",
    "0.144384 A  main       WSASend 64 9000 0",
    "0.144384 A  main       ws2_32 -> tcp WSPSend 64 9000 0",
    "0.144384 A  main       tcp enters lock 3",
    "0.144384 A  main       tcp leaves lock 3",
    "0.144384 A  main       connection 1 accept 1144 bytes from 6000",
    "0.144384 A  main       ws2_32 <- tcp WSPSend = -1 WSA_IO_PENDING",
    "0.144384 A  main       WSASend = -1 WSA_IO_PENDING",
    "0.144384 A  main       closesocket 64",
    "0.144384 A  main       ws2_32 -> tcp WSPCloseSocket 64",
    "0.144384 A  main       tcp enters lock 3",
    "0.144384 A  main       tcp leaves lock 3",
    "0.144384 A  main       tcp enters lock 3",
    "0.144384 A  main       tcp leaves lock 3",
    "0.144384 A  main       connection 1 close handle 64",
    "0.144384 A  main       tcp enters lock 3",
    "0.144384 A  main       tcp leaves lock 3",
    "0.144384 A  main       ws2_32 <- tcp WSPCloseSocket = 0",
    "0.144384 A  main       handle 64 free, entry 1 (tcp)",
    "0.144384 A  main       closesocket = 0",
    "0.144384 A  main       GetQueuedCompletionStatus 60000 0",
    "0.144384 A  main       ws2_32 waits for event 8",
    "0.144384 A  -          operation 13 is through, 1144 bytes WSA_OPERATION_ABORTED",
    "0.144384 A  -          operation 13 posts its packet, 1144 bytes WSA_OPERATION_ABORTED",
    "0.144384 A  main       ws2_32 has waited for event 8",
    "0.144384 A  main       operation 13 gives up its packet, 1144 bytes WSA_OPERATION_ABORTED",
    "0.144384 A  main       GetQueuedCompletionStatus = -1 WSA_OPERATION_ABORTED",
    "0.144384 A  main       socket 0 1",
    "0.144384 A  main       ws2_32 -> tcp WSPSocket 1 1 1",
    "0.144384 A  main       tcp enters lock 3",
    "0.144384 A  main       tcp leaves lock 3",
    "0.144384 A  main       tcp makes block 9 of 40 bytes",
    "0.144384 A  main       tcp makes socket 10",
    "0.144384 A  main       connection 2 open handle 68",
    "0.144384 A  main       tcp enters lock 3",
    "0.144384 A  main       tcp leaves lock 3",
    "0.144384 A  main       tcp -> ws2_32 WPUModifyIFSHandle 1 68 0",
    "0.144384 A  main       handle 68 modify, entry 1 (tcp)",
    "0.144384 A  main       tcp <- ws2_32 WPUModifyIFSHandle = 68",
    "0.144384 A  main       ws2_32 <- tcp WSPSocket = 68",
    "0.144384 A  main       socket = 68",
    "0.144384 A  main       CreateIoCompletionPort 68",
    "0.144384 A  main       CreateIoCompletionPort = 0",
    "0.144384 A  main       connect 68",
    "0.144384 A  main       ws2_32 -> tcp WSPConnect 68",
    "0.144384 A  main       tcp enters lock 3",
    "0.144384 A  main       tcp leaves lock 3",
    "0.144384 A  main       connection 2 SYN",
    "0.144384 A  main       tcp waits for net 2",
    "0.180768 A  -          connection 1 deliver 2048 bytes from 3048",
    "0.184384 A  -          connection 2 connected",
    "0.184384 A  main       tcp has waited for net 2",
    "0.184384 A  main       ws2_32 <- tcp WSPConnect = 0",
    "0.184384 A  main       connect = 0",
    "0.184384 A  main       WSASend 68 10000 0",
    "0.184384 A  main       ws2_32 -> tcp WSPSend 68 10000 0",
    "0.184384 A  main       tcp enters lock 3",
    "0.184384 A  main       tcp leaves lock 3",
    "0.184384 A  main       connection 2 accept 4096 bytes from 0",
    "0.184384 A  main       connection 2 DATA 2048 bytes from 0",
    "0.184384 A  main       ws2_32 <- tcp WSPSend = -1 WSA_IO_PENDING",
    "0.184384 A  main       WSASend = -1 WSA_IO_PENDING",
    "0.184384 A  main       WSACleanup",
    "0.184384 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.184384 A  main       tcp enters lock 2",
    "0.184384 A  main       tcp enters lock 3",
    "0.184384 A  main       tcp leaves lock 3",
    "0.184384 A  main       operation 19 is through, 4096 bytes WSA_OPERATION_ABORTED",
    "0.184384 A  main       tcp waits for net 2",
    "0.200768 A  -          connection 1 ACK 2048 bytes from 3048",
    "0.200768 A  -          connection 1 DATA 2048 bytes from 5096",
    "0.220768 A  -          connection 2 deliver 2048 bytes from 0",
    "0.237152 A  -          connection 1 deliver 2048 bytes from 5096",
    "0.240768 A  -          connection 2 ACK 2048 bytes from 0",
    "0.240768 A  -          connection 2 DATA 2048 bytes from 2048",
    "0.240768 A  main       tcp has waited for net 2",
    "0.240768 A  main       tcp waits for net 2",
    "0.257152 A  -          connection 1 ACK 2048 bytes from 5096",
    "0.257152 A  -          connection 1 FIN",
    "0.277152 A  -          connection 2 deliver 2048 bytes from 2048",
    "0.277152 A  -          connection 1 FIN-deliver",
    "0.297152 A  -          connection 2 ACK 2048 bytes from 2048",
    "0.297152 A  -          connection 2 FIN",
    "0.297152 A  main       tcp has waited for net 2",
    "0.297152 A  main       tcp waits for net 2",
    "0.297152 A  -          connection 1 FIN-ACK",
    "0.317152 A  -          connection 2 FIN-deliver",
    "0.337152 A  -          connection 2 FIN-ACK",
    "0.337152 A  main       tcp has waited for net 2",
    "0.337152 A  main       connection 2 close handle 68",
    "0.337152 A  main       tcp gives back socket 10",
    "0.337152 A  main       tcp gives back block 9",
    "0.337152 A  main       tcp gives back socket 7",
    "0.337152 A  main       tcp gives back block 6",
    "0.337152 A  main       tcp gives back heap 4",
    "0.337152 A  main       tcp gives back event 5",
    "0.337152 A  main       tcp leaves lock 2",
    "0.337152 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "0.337152 A  main       DllMain of tcp reason 0",
    "0.337152 A  main       tcp gives back critical-section 3",
    "0.337152 A  main       tcp gives back critical-section 2",
    "0.337152 A  main       DllMain of tcp = 1",
    "0.337152 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "0.337152 A  main       handle 68 free, entry 1 (tcp)",
    "0.337152 A  main       WSACleanup = 0",
    "0.337152 A  main       GetQueuedCompletionStatus",
    "0.337152 A  main       GetQueuedCompletionStatus = -1 error 258",
    "0.337152 A  main       process ends",
    "0.337152 -  -          end: done",
    NULL,
};

static void each_operation_posts_one_packet(void **state)
{
    (void)state;
    story_play(schedule, trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_posts_one_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
