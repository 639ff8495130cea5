/*
 * Bytes that cannot be delivered. SHUT-6: those that wait when the receiving
 * side is shut down reset the connection. X-9: those of a socket that is closed
 * are thrown away, and the close is as graceful as without them. CLOSE-18: a
 * peer that reads nothing lets the last cleanup wait until it gives up.
 */
#include "tests/story/story.h"

static const char shut[] = "lastcall schedule 1\n"
                           "world\n"
                           "  provider tcp base\n"
                           "  peer source 50\n"
                           "process A\n"
                           "  thread main\n"
                           "    WSAStartup 2.2\n"
                           "    s = socket stream\n"
                           "    connect s\n"
                           "    Sleep 100\n"
                           "    shutdown s receive\n"
                           "    recv s 10\n"
                           "    closesocket s\n"
                           "    WSACleanup\n";

static const char *const shut_trace[] = {
    "0.000000 A  -          process starts",
    "0.000000 A  main       WSAStartup 514",
    "0.000000 A  main       WSAStartup = 0",
    "0.000000 A  main       socket 0 1",
    "0.000000 A  main       ws2_32 loads tcp, 1 reference, mapped",
    "0.000000 A  main       DllMain of tcp reason 1",
    "0.000000 A  main       tcp makes critical-section 1",
    "0.000000 A  main       tcp makes critical-section 2",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       ws2_32 looks up WSPStartup in tcp",
    "0.000000 A  main       ws2_32 -> tcp WSPStartup 1 1 1",
    "0.000000 A  main       tcp enters lock 1",
    "0.000000 A  main       tcp makes heap 3",
    "0.000000 A  main       tcp makes event 4",
    "0.000000 A  main       tcp leaves lock 1",
    "0.000000 A  main       ws2_32 <- tcp WSPStartup = 0",
    "0.000000 A  main       ws2_32 -> tcp WSPSocket 1 1 1",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       tcp makes block 5 of 40 bytes",
    "0.000000 A  main       tcp makes socket 6",
    "0.000000 A  main       connection 1 open handle 64",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       tcp -> ws2_32 WPUModifyIFSHandle 1 64 0",
    "0.000000 A  main       handle 64 modify, entry 1 (tcp)",
    "0.000000 A  main       tcp <- ws2_32 WPUModifyIFSHandle = 64",
    "0.000000 A  main       ws2_32 <- tcp WSPSocket = 64",
    "0.000000 A  main       socket = 64",
    "0.000000 A  main       connect 64",
    "0.000000 A  main       ws2_32 -> tcp WSPConnect 64",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       connection 1 SYN",
    "0.000000 A  main       tcp waits for net 1",
    "0.040000 A  -          connection 1 connected",
    "0.040000 A  main       tcp has waited for net 1",
    "0.040000 A  main       ws2_32 <- tcp WSPConnect = 0",
    "0.040000 A  main       connect = 0",
    "0.040000 A  main       Sleep 100 0",
    "0.040000 A  main       ws2_32 waits for sleep 0",
    "0.060400 A  -          connection 1 arrive 50 bytes from 0",
    "0.140000 A  main       ws2_32 has waited for sleep 0: time ran out",
    "0.140000 A  main       Sleep = 0",
    "0.140000 A  main       shutdown 64",
    "0.140000 A  main       ws2_32 -> tcp WSPShutdown 64",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       connection 1 RST, 0 bytes thrown away",
    "0.140000 A  main       ws2_32 <- tcp WSPShutdown = 0",
    "0.140000 A  main       shutdown = 0",
    "0.140000 A  main       recv 64 10 0",
    "0.140000 A  main       ws2_32 -> tcp WSPRecv 64 10 0",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       ws2_32 <- tcp WSPRecv = -1 WSAESHUTDOWN",
    "0.140000 A  main       recv = -1 WSAESHUTDOWN",
    "0.140000 A  main       closesocket 64",
    "0.140000 A  main       ws2_32 -> tcp WSPCloseSocket 64",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       connection 1 close handle 64",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       tcp gives back socket 6",
    "0.140000 A  main       tcp gives back block 5",
    "0.140000 A  main       ws2_32 <- tcp WSPCloseSocket = 0",
    "0.140000 A  main       handle 64 free, entry 1 (tcp)",
    "0.140000 A  main       closesocket = 0",
    "0.140000 A  main       WSACleanup",
    "0.140000 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.140000 A  main       tcp enters lock 1",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       tcp gives back heap 3",
    "0.140000 A  main       tcp gives back event 4",
    "0.140000 A  main       tcp leaves lock 1",
    "0.140000 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "0.140000 A  main       DllMain of tcp reason 0",
    "0.140000 A  main       tcp gives back critical-section 2",
    "0.140000 A  main       tcp gives back critical-section 1",
    "0.140000 A  main       DllMain of tcp = 1",
    "0.140000 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "0.140000 A  main       WSACleanup = 0",
    "0.140000 A  main       process ends",
    "0.140000 -  -          end: done",
    NULL,
};

static const char closed[] = "lastcall schedule 1\n"
                             "world\n"
                             "  provider tcp base\n"
                             "  peer source 50\n"
                             "process A\n"
                             "  thread main\n"
                             "    WSAStartup 2.2\n"
                             "    s = socket stream\n"
                             "    connect s\n"
                             "    Sleep 100\n"
                             "    send s 10\n"
                             "    closesocket s\n"
                             "    WSACleanup\n";

static const char *const closed_trace[] = {
    "0.000000 A  -          process starts",
    "0.000000 A  main       WSAStartup 514",
    "0.000000 A  main       WSAStartup = 0",
    "0.000000 A  main       socket 0 1",
    "0.000000 A  main       ws2_32 loads tcp, 1 reference, mapped",
    "0.000000 A  main       DllMain of tcp reason 1",
    "0.000000 A  main       tcp makes critical-section 1",
    "0.000000 A  main       tcp makes critical-section 2",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       ws2_32 looks up WSPStartup in tcp",
    "0.000000 A  main       ws2_32 -> tcp WSPStartup 1 1 1",
    "0.000000 A  main       tcp enters lock 1",
    "0.000000 A  main       tcp makes heap 3",
    "0.000000 A  main       tcp makes event 4",
    "0.000000 A  main       tcp leaves lock 1",
    "0.000000 A  main       ws2_32 <- tcp WSPStartup = 0",
    "0.000000 A  main       ws2_32 -> tcp WSPSocket 1 1 1",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       tcp makes block 5 of 40 bytes",
    "0.000000 A  main       tcp makes socket 6",
    "0.000000 A  main       connection 1 open handle 64",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       tcp -> ws2_32 WPUModifyIFSHandle 1 64 0",
    "0.000000 A  main       handle 64 modify, entry 1 (tcp)",
    "0.000000 A  main       tcp <- ws2_32 WPUModifyIFSHandle = 64",
    "0.000000 A  main       ws2_32 <- tcp WSPSocket = 64",
    "0.000000 A  main       socket = 64",
    "0.000000 A  main       connect 64",
    "0.000000 A  main       ws2_32 -> tcp WSPConnect 64",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       connection 1 SYN",
    "0.000000 A  main       tcp waits for net 1",
    "0.040000 A  -          connection 1 connected",
    "0.040000 A  main       tcp has waited for net 1",
    "0.040000 A  main       ws2_32 <- tcp WSPConnect = 0",
    "0.040000 A  main       connect = 0",
    "0.040000 A  main       Sleep 100 0",
    "0.040000 A  main       ws2_32 waits for sleep 0",
    "0.060400 A  -          connection 1 arrive 50 bytes from 0",
    "0.140000 A  main       ws2_32 has waited for sleep 0: time ran out",
    "0.140000 A  main       Sleep = 0",
    "0.140000 A  main       send 64 10 0",
    "0.140000 A  main       ws2_32 -> tcp WSPSend 64 10 0",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       connection 1 accept 10 bytes from 0",
    "0.140000 A  main       connection 1 DATA 10 bytes from 0",
    "0.140000 A  main       ws2_32 <- tcp WSPSend = 0",
    "0.140000 A  main       send = 10",
    "0.140000 A  main       closesocket 64",
    "0.140000 A  main       ws2_32 -> tcp WSPCloseSocket 64",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       connection 1 close handle 64",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       ws2_32 <- tcp WSPCloseSocket = 0",
    "0.140000 A  main       handle 64 free, entry 1 (tcp)",
    "0.140000 A  main       closesocket = 0",
    "0.140000 A  main       WSACleanup",
    "0.140000 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.140000 A  main       tcp enters lock 1",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       tcp waits for net 1",
    "0.160080 A  -          connection 1 deliver 10 bytes from 0",
    "0.180080 A  -          connection 1 ACK 10 bytes from 0",
    "0.180080 A  -          connection 1 FIN",
    "0.180080 A  main       tcp has waited for net 1",
    "0.180080 A  main       tcp waits for net 1",
    "0.200080 A  -          connection 1 FIN-deliver",
    "0.220080 A  -          connection 1 FIN-ACK",
    "0.220080 A  main       tcp has waited for net 1",
    "0.220080 A  main       tcp gives back socket 6",
    "0.220080 A  main       tcp gives back block 5",
    "0.220080 A  main       tcp gives back heap 3",
    "0.220080 A  main       tcp gives back event 4",
    "0.220080 A  main       tcp leaves lock 1",
    "0.220080 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "0.220080 A  main       DllMain of tcp reason 0",
    "0.220080 A  main       tcp gives back critical-section 2",
    "0.220080 A  main       tcp gives back critical-section 1",
    "0.220080 A  main       DllMain of tcp = 1",
    "0.220080 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "0.220080 A  main       WSACleanup = 0",
    "0.220080 A  main       process ends",
    "0.220080 -  -          end: done",
    NULL,
};

static const char stalled[] = "lastcall schedule 1\n"
                              "world\n"
                              "  provider tcp base\n"
                              "  sndbuf 100\n"
                              "  link rate 1Mbit latency 20ms window 64\n"
                              "  peer stalled\n"
                              "process A\n"
                              "  thread main\n"
                              "    WSAStartup 2.2\n"
                              "    s = socket stream\n"
                              "    connect s\n"
                              "    send s 100\n"
                              "    closesocket s\n"
                              "    WSACleanup\n";

static const char *const stalled_trace[] = {
    "0.000000 A  -          process starts",
    "0.000000 A  main       WSAStartup 514",
    "0.000000 A  main       WSAStartup = 0",
    "0.000000 A  main       socket 0 1",
    "0.000000 A  main       ws2_32 loads tcp, 1 reference, mapped",
    "0.000000 A  main       DllMain of tcp reason 1",
    "0.000000 A  main       tcp makes critical-section 1",
    "0.000000 A  main       tcp makes critical-section 2",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       ws2_32 looks up WSPStartup in tcp",
    "0.000000 A  main       ws2_32 -> tcp WSPStartup 1 1 1",
    "0.000000 A  main       tcp enters lock 1",
    "0.000000 A  main       tcp makes heap 3",
    "0.000000 A  main       tcp makes event 4",
    "0.000000 A  main       tcp leaves lock 1",
    "0.000000 A  main       ws2_32 <- tcp WSPStartup = 0",
    "0.000000 A  main       ws2_32 -> tcp WSPSocket 1 1 1",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       tcp makes block 5 of 40 bytes",
    "0.000000 A  main       tcp makes socket 6",
    "0.000000 A  main       connection 1 open handle 64",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       tcp -> ws2_32 WPUModifyIFSHandle 1 64 0",
    "0.000000 A  main       handle 64 modify, entry 1 (tcp)",
    "0.000000 A  main       tcp <- ws2_32 WPUModifyIFSHandle = 64",
    "0.000000 A  main       ws2_32 <- tcp WSPSocket = 64",
    "0.000000 A  main       socket = 64",
    "0.000000 A  main       connect 64",
    "0.000000 A  main       ws2_32 -> tcp WSPConnect 64",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       connection 1 SYN",
    "0.000000 A  main       tcp waits for net 1",
    "0.040000 A  -          connection 1 connected",
    "0.040000 A  main       tcp has waited for net 1",
    "0.040000 A  main       ws2_32 <- tcp WSPConnect = 0",
    "0.040000 A  main       connect = 0",
    "0.040000 A  main       send 64 100 0",
    "0.040000 A  main       ws2_32 -> tcp WSPSend 64 100 0",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       connection 1 accept 100 bytes from 0",
    "0.040000 A  main       connection 1 DATA 64 bytes from 0",
    "0.040000 A  main       ws2_32 <- tcp WSPSend = 0",
    "0.040000 A  main       send = 100",
    "0.040000 A  main       closesocket 64",
    "0.040000 A  main       ws2_32 -> tcp WSPCloseSocket 64",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       connection 1 close handle 64",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       ws2_32 <- tcp WSPCloseSocket = 0",
    "0.040000 A  main       handle 64 free, entry 1 (tcp)",
    "0.040000 A  main       closesocket = 0",
    "0.040000 A  main       WSACleanup",
    "0.040000 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.040000 A  main       tcp enters lock 1",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       tcp waits for net 1",
    "0.060512 A  -          connection 1 deliver 64 bytes from 0",
    "0.080512 A  -          connection 1 ACK 64 bytes from 0",
    "0.080512 A  main       tcp has waited for net 1",
    "0.080512 A  main       tcp waits for net 1",
    "86400.040000 A  main       tcp has waited for net 1: time ran out",
    "86400.040000 A  main       connection 1 RST, 36 bytes thrown away",
    "86400.040000 A  main       tcp gives back socket 6",
    "86400.040000 A  main       tcp gives back block 5",
    "86400.040000 A  main       tcp gives back heap 3",
    "86400.040000 A  main       tcp gives back event 4",
    "86400.040000 A  main       tcp leaves lock 1",
    "86400.040000 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "86400.040000 A  main       DllMain of tcp reason 0",
    "86400.040000 A  main       tcp gives back critical-section 2",
    "86400.040000 A  main       tcp gives back critical-section 1",
    "86400.040000 A  main       DllMain of tcp = 1",
    "86400.040000 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "86400.040000 A  main       WSACleanup = 0",
    "86400.040000 A  main       process ends",
    "86400.040000 -  -          end: done",
    NULL,
};

static void unread_bytes_reset_a_shut_connection(void **state)
{
    (void)state;
    story_play(shut, shut_trace);
}

static void unread_bytes_do_not_disturb_a_close(void **state)
{
    (void)state;
    story_play(closed, closed_trace);
}

static void a_stalled_peer_is_given_up(void **state)
{
    (void)state;
    story_play(stalled, stalled_trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unread_bytes_reset_a_shut_connection),
        cmocka_unit_test(unread_bytes_do_not_disturb_a_close),
        cmocka_unit_test(a_stalled_peer_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
