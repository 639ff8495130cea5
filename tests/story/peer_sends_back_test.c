/*
 * SHUT-16, SHUT-17: the peer returns what it gets. 100 bytes come back through a
 * receive buffer of 60; the end of its stream is told behind the last of them.
 * After WSARecvDisconnect (SHUT-14) nothing is received.
 */
#include "tests/story/story.h"

static const char schedule[] = "lastcall schedule 1\n"
                               "world\n"
                               "  provider tcp base\n"
                               "  rcvbuf 60\n"
                               "  peer echo\n"
                               "process A\n"
                               "  thread main\n"
                               "    WSAStartup 2.2\n"
                               "    s = socket stream\n"
                               "    bind s 5000\n"
                               "    getsockname s\n"
                               "    connect s\n"
                               "    getpeername s\n"
                               "    send s 100\n"
                               "    recv s 40\n"
                               "    unread s\n"
                               "    rcvbuf s 100\n"
                               "    recv s 40\n"
                               "    recv s 40\n"
                               "    WSASendDisconnect s\n"
                               "    recv s 40\n"
                               "    WSARecvDisconnect s\n"
                               "    recv s 40\n"
                               "    soerror s\n"
                               "    closesocket s\n"
                               "    WSACleanup\n";

static const char *const schedule_trace[] = {
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
    "0.000000 A  main       bind 64 5000 0",
    "0.000000 A  main       ws2_32 -> tcp WSPBind 64",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       ws2_32 <- tcp WSPBind = 0",
    "0.000000 A  main       bind = 0",
    "0.000000 A  main       getsockname 64",
    "0.000000 A  main       ws2_32 -> tcp WSPGetSockName 64",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       ws2_32 <- tcp WSPGetSockName = 0",
    "0.000000 A  main       getsockname = 0, port 5000",
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
    "0.040000 A  main       getpeername 64",
    "0.040000 A  main       ws2_32 -> tcp WSPGetPeerName 64",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       ws2_32 <- tcp WSPGetPeerName = 0",
    "0.040000 A  main       getpeername = 0, port 80",
    "0.040000 A  main       send 64 100 0",
    "0.040000 A  main       ws2_32 -> tcp WSPSend 64 100 0",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       connection 1 accept 100 bytes from 0",
    "0.040000 A  main       connection 1 DATA 100 bytes from 0",
    "0.040000 A  main       ws2_32 <- tcp WSPSend = 0",
    "0.040000 A  main       send = 100",
    "0.040000 A  main       recv 64 40 0",
    "0.040000 A  main       ws2_32 -> tcp WSPRecv 64 40 0",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       tcp waits for net 1",
    "0.060800 A  -          connection 1 deliver 100 bytes from 0",
    "0.080800 A  -          connection 1 ACK 100 bytes from 0",
    "0.080800 A  main       tcp has waited for net 1",
    "0.080800 A  main       tcp waits for net 1",
    "0.081280 A  -          connection 1 arrive 60 bytes from 0",
    "0.081280 A  main       tcp has waited for net 1",
    "0.081280 A  main       connection 1 receive 40 bytes from 0",
    "0.081280 A  main       ws2_32 <- tcp WSPRecv = 0",
    "0.081280 A  main       recv = 40",
    "0.081280 A  main       ioctlsocket 64 1074030207 0",
    "0.081280 A  main       ws2_32 -> tcp WSPIoctl 64 1074030207 0",
    "0.081280 A  main       tcp enters lock 2",
    "0.081280 A  main       tcp leaves lock 2",
    "0.081280 A  main       ws2_32 <- tcp WSPIoctl = 0",
    "0.081280 A  main       ioctlsocket = 0, tells 20",
    "0.081280 A  main       setsockopt 64 4098 100",
    "0.081280 A  main       ws2_32 -> tcp WSPSetSockOpt 64 4098 100",
    "0.081280 A  main       tcp enters lock 2",
    "0.081280 A  main       tcp leaves lock 2",
    "0.081280 A  main       ws2_32 <- tcp WSPSetSockOpt = 0",
    "0.081280 A  main       setsockopt = 0",
    "0.081280 A  main       recv 64 40 0",
    "0.081280 A  main       ws2_32 -> tcp WSPRecv 64 40 0",
    "0.081280 A  main       tcp enters lock 2",
    "0.081280 A  main       tcp leaves lock 2",
    "0.081280 A  main       connection 1 receive 20 bytes from 40",
    "0.081280 A  main       ws2_32 <- tcp WSPRecv = 0",
    "0.081280 A  main       recv = 20",
    "0.081280 A  main       recv 64 40 0",
    "0.081280 A  main       ws2_32 -> tcp WSPRecv 64 40 0",
    "0.081280 A  main       tcp enters lock 2",
    "0.081280 A  main       tcp leaves lock 2",
    "0.081280 A  main       tcp waits for net 1",
    "0.121600 A  -          connection 1 arrive 40 bytes from 60",
    "0.121600 A  main       tcp has waited for net 1",
    "0.121600 A  main       connection 1 receive 40 bytes from 60",
    "0.121600 A  main       ws2_32 <- tcp WSPRecv = 0",
    "0.121600 A  main       recv = 40",
    "0.121600 A  main       WSASendDisconnect 64",
    "0.121600 A  main       ws2_32 -> tcp WSPSendDisconnect 64",
    "0.121600 A  main       tcp enters lock 2",
    "0.121600 A  main       tcp leaves lock 2",
    "0.121600 A  main       connection 1 FIN",
    "0.121600 A  main       ws2_32 <- tcp WSPSendDisconnect = 0",
    "0.121600 A  main       WSASendDisconnect = 0",
    "0.121600 A  main       recv 64 40 0",
    "0.121600 A  main       ws2_32 -> tcp WSPRecv 64 40 0",
    "0.121600 A  main       tcp enters lock 2",
    "0.121600 A  main       tcp leaves lock 2",
    "0.121600 A  main       tcp waits for net 1",
    "0.141600 A  -          connection 1 FIN-deliver",
    "0.161600 A  -          connection 1 FIN-ACK",
    "0.161600 A  main       tcp has waited for net 1",
    "0.161600 A  main       tcp waits for net 1",
    "0.161600 A  -          connection 1 peer-FIN",
    "0.161600 A  main       tcp has waited for net 1",
    "0.161600 A  main       ws2_32 <- tcp WSPRecv = 0",
    "0.161600 A  main       recv = 0",
    "0.161600 A  main       WSARecvDisconnect 64",
    "0.161600 A  main       ws2_32 -> tcp WSPRecvDisconnect 64",
    "0.161600 A  main       tcp enters lock 2",
    "0.161600 A  main       tcp leaves lock 2",
    "0.161600 A  main       ws2_32 <- tcp WSPRecvDisconnect = 0",
    "0.161600 A  main       WSARecvDisconnect = 0",
    "0.161600 A  main       recv 64 40 0",
    "0.161600 A  main       ws2_32 -> tcp WSPRecv 64 40 0",
    "0.161600 A  main       tcp enters lock 2",
    "0.161600 A  main       tcp leaves lock 2",
    "0.161600 A  main       ws2_32 <- tcp WSPRecv = -1 WSAESHUTDOWN",
    "0.161600 A  main       recv = -1 WSAESHUTDOWN",
    "0.161600 A  main       getsockopt 64 4103 0",
    "0.161600 A  main       ws2_32 -> tcp WSPGetSockOpt 64 4103 0",
    "0.161600 A  main       tcp enters lock 2",
    "0.161600 A  main       tcp leaves lock 2",
    "0.161600 A  main       ws2_32 <- tcp WSPGetSockOpt = 0",
    "0.161600 A  main       getsockopt = 0, tells 0",
    "0.161600 A  main       closesocket 64",
    "0.161600 A  main       ws2_32 -> tcp WSPCloseSocket 64",
    "0.161600 A  main       tcp enters lock 2",
    "0.161600 A  main       tcp leaves lock 2",
    "0.161600 A  main       tcp enters lock 2",
    "0.161600 A  main       tcp leaves lock 2",
    "0.161600 A  main       connection 1 close handle 64",
    "0.161600 A  main       tcp enters lock 2",
    "0.161600 A  main       tcp leaves lock 2",
    "0.161600 A  main       tcp gives back socket 6",
    "0.161600 A  main       tcp gives back block 5",
    "0.161600 A  main       ws2_32 <- tcp WSPCloseSocket = 0",
    "0.161600 A  main       handle 64 free, entry 1 (tcp)",
    "0.161600 A  main       closesocket = 0",
    "0.161600 A  main       WSACleanup",
    "0.161600 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.161600 A  main       tcp enters lock 1",
    "0.161600 A  main       tcp enters lock 2",
    "0.161600 A  main       tcp leaves lock 2",
    "0.161600 A  main       tcp gives back heap 3",
    "0.161600 A  main       tcp gives back event 4",
    "0.161600 A  main       tcp leaves lock 1",
    "0.161600 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "0.161600 A  main       DllMain of tcp reason 0",
    "0.161600 A  main       tcp gives back critical-section 2",
    "0.161600 A  main       tcp gives back critical-section 1",
    "0.161600 A  main       DllMain of tcp = 1",
    "0.161600 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "0.161600 A  main       WSACleanup = 0",
    "0.161600 A  main       process ends",
    "0.161600 -  -          end: done",
    NULL,
};

static void what_was_sent_comes_back_and_then_its_end(void **state)
{
    (void)state;
    story_play(schedule, schedule_trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sent_comes_back_and_then_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
