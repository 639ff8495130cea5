/*
 * How a peer ends a connection, or has none: table 22.2, rows connect and send.
 * SHUT-16: after its FIN a receive gives 0, after its RST WSAECONNRESET.
 */
#include "tests/story/story.h"

static const char closed[] = "lastcall schedule 1\n"
                             "world\n"
                             "  provider tcp base\n"
                             "  peer halfclose\n"
                             "process A\n"
                             "  thread main\n"
                             "    WSAStartup 2.2\n"
                             "    s = socket stream\n"
                             "    connect s\n"
                             "    recv s 10\n"
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
    "0.040000 A  main       recv 64 10 0",
    "0.040000 A  main       ws2_32 -> tcp WSPRecv 64 10 0",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       tcp waits for net 1",
    "0.060000 A  -          connection 1 peer-FIN",
    "0.060000 A  main       tcp has waited for net 1",
    "0.060000 A  main       ws2_32 <- tcp WSPRecv = 0",
    "0.060000 A  main       recv = 0",
    "0.060000 A  main       send 64 10 0",
    "0.060000 A  main       ws2_32 -> tcp WSPSend 64 10 0",
    "0.060000 A  main       tcp enters lock 2",
    "0.060000 A  main       tcp leaves lock 2",
    "0.060000 A  main       connection 1 accept 10 bytes from 0",
    "0.060000 A  main       connection 1 DATA 10 bytes from 0",
    "0.060000 A  main       ws2_32 <- tcp WSPSend = 0",
    "0.060000 A  main       send = 10",
    "0.060000 A  main       closesocket 64",
    "0.060000 A  main       ws2_32 -> tcp WSPCloseSocket 64",
    "0.060000 A  main       tcp enters lock 2",
    "0.060000 A  main       tcp leaves lock 2",
    "0.060000 A  main       tcp enters lock 2",
    "0.060000 A  main       tcp leaves lock 2",
    "0.060000 A  main       connection 1 close handle 64",
    "0.060000 A  main       tcp enters lock 2",
    "0.060000 A  main       tcp leaves lock 2",
    "0.060000 A  main       ws2_32 <- tcp WSPCloseSocket = 0",
    "0.060000 A  main       handle 64 free, entry 1 (tcp)",
    "0.060000 A  main       closesocket = 0",
    "0.060000 A  main       WSACleanup",
    "0.060000 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.060000 A  main       tcp enters lock 1",
    "0.060000 A  main       tcp enters lock 2",
    "0.060000 A  main       tcp leaves lock 2",
    "0.060000 A  main       tcp waits for net 1",
    "0.080080 A  -          connection 1 deliver 10 bytes from 0",
    "0.100080 A  -          connection 1 ACK 10 bytes from 0",
    "0.100080 A  -          connection 1 FIN",
    "0.100080 A  main       tcp has waited for net 1",
    "0.100080 A  main       tcp waits for net 1",
    "0.120080 A  -          connection 1 FIN-deliver",
    "0.140080 A  -          connection 1 FIN-ACK",
    "0.140080 A  main       tcp has waited for net 1",
    "0.140080 A  main       tcp gives back socket 6",
    "0.140080 A  main       tcp gives back block 5",
    "0.140080 A  main       tcp gives back heap 3",
    "0.140080 A  main       tcp gives back event 4",
    "0.140080 A  main       tcp leaves lock 1",
    "0.140080 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "0.140080 A  main       DllMain of tcp reason 0",
    "0.140080 A  main       tcp gives back critical-section 2",
    "0.140080 A  main       tcp gives back critical-section 1",
    "0.140080 A  main       DllMain of tcp = 1",
    "0.140080 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "0.140080 A  main       WSACleanup = 0",
    "0.140080 A  main       process ends",
    "0.140080 -  -          end: done",
    NULL,
};

static const char reset[] = "lastcall schedule 1\n"
                            "world\n"
                            "  provider tcp base\n"
                            "  peer reset 100\n"
                            "process A\n"
                            "  thread main\n"
                            "    WSAStartup 2.2\n"
                            "    s = socket stream\n"
                            "    connect s\n"
                            "    send s 200\n"
                            "    recv s 10\n"
                            "    send s 10\n"
                            "    soerror s\n"
                            "    soerror s\n"
                            "    closesocket s\n"
                            "    WSACleanup\n";

static const char *const reset_trace[] = {
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
    "0.040000 A  main       send 64 200 0",
    "0.040000 A  main       ws2_32 -> tcp WSPSend 64 200 0",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       connection 1 accept 200 bytes from 0",
    "0.040000 A  main       connection 1 DATA 200 bytes from 0",
    "0.040000 A  main       ws2_32 <- tcp WSPSend = 0",
    "0.040000 A  main       send = 200",
    "0.040000 A  main       recv 64 10 0",
    "0.040000 A  main       ws2_32 -> tcp WSPRecv 64 10 0",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       tcp waits for net 1",
    "0.061600 A  -          connection 1 deliver 200 bytes from 0",
    "0.081600 A  -          connection 1 peer-RST, 200 bytes thrown away",
    "0.081600 A  main       tcp has waited for net 1",
    "0.081600 A  main       ws2_32 <- tcp WSPRecv = -1 WSAECONNRESET",
    "0.081600 A  main       recv = -1 WSAECONNRESET",
    "0.081600 A  main       send 64 10 0",
    "0.081600 A  main       ws2_32 -> tcp WSPSend 64 10 0",
    "0.081600 A  main       tcp enters lock 2",
    "0.081600 A  main       tcp leaves lock 2",
    "0.081600 A  main       ws2_32 <- tcp WSPSend = -1 WSAECONNRESET",
    "0.081600 A  main       send = -1 WSAECONNRESET",
    "0.081600 A  main       getsockopt 64 4103 0",
    "0.081600 A  main       ws2_32 -> tcp WSPGetSockOpt 64 4103 0",
    "0.081600 A  main       tcp enters lock 2",
    "0.081600 A  main       tcp leaves lock 2",
    "0.081600 A  main       ws2_32 <- tcp WSPGetSockOpt = 0",
    "0.081600 A  main       getsockopt = 0, tells 10054",
    "0.081600 A  main       getsockopt 64 4103 0",
    "0.081600 A  main       ws2_32 -> tcp WSPGetSockOpt 64 4103 0",
    "0.081600 A  main       tcp enters lock 2",
    "0.081600 A  main       tcp leaves lock 2",
    "0.081600 A  main       ws2_32 <- tcp WSPGetSockOpt = 0",
    "0.081600 A  main       getsockopt = 0, tells 0",
    "0.081600 A  main       closesocket 64",
    "0.081600 A  main       ws2_32 -> tcp WSPCloseSocket 64",
    "0.081600 A  main       tcp enters lock 2",
    "0.081600 A  main       tcp leaves lock 2",
    "0.081600 A  main       tcp enters lock 2",
    "0.081600 A  main       tcp leaves lock 2",
    "0.081600 A  main       connection 1 close handle 64",
    "0.081600 A  main       tcp enters lock 2",
    "0.081600 A  main       tcp leaves lock 2",
    "0.081600 A  main       tcp gives back socket 6",
    "0.081600 A  main       tcp gives back block 5",
    "0.081600 A  main       ws2_32 <- tcp WSPCloseSocket = 0",
    "0.081600 A  main       handle 64 free, entry 1 (tcp)",
    "0.081600 A  main       closesocket = 0",
    "0.081600 A  main       WSACleanup",
    "0.081600 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.081600 A  main       tcp enters lock 1",
    "0.081600 A  main       tcp enters lock 2",
    "0.081600 A  main       tcp leaves lock 2",
    "0.081600 A  main       tcp gives back heap 3",
    "0.081600 A  main       tcp gives back event 4",
    "0.081600 A  main       tcp leaves lock 1",
    "0.081600 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "0.081600 A  main       DllMain of tcp reason 0",
    "0.081600 A  main       tcp gives back critical-section 2",
    "0.081600 A  main       tcp gives back critical-section 1",
    "0.081600 A  main       DllMain of tcp = 1",
    "0.081600 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "0.081600 A  main       WSACleanup = 0",
    "0.081600 A  main       process ends",
    "0.081600 -  -          end: done",
    NULL,
};

static const char refused[] = "lastcall schedule 1\n"
                              "world\n"
                              "  provider tcp base\n"
                              "  peer refuse\n"
                              "process A\n"
                              "  thread main\n"
                              "    WSAStartup 2.2\n"
                              "    s = socket stream\n"
                              "    connect s\n"
                              "    getpeername s\n"
                              "    nonblocking s on\n"
                              "    connect s\n"
                              "    Sleep 100\n"
                              "    soerror s\n"
                              "    closesocket s\n"
                              "    WSACleanup\n";

static const char *const refused_trace[] = {
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
    "0.040000 A  -          connection 1 refused",
    "0.040000 A  main       tcp has waited for net 1",
    "0.040000 A  main       ws2_32 <- tcp WSPConnect = -1 WSAECONNREFUSED",
    "0.040000 A  main       connect = -1 WSAECONNREFUSED",
    "0.040000 A  main       getpeername 64",
    "0.040000 A  main       ws2_32 -> tcp WSPGetPeerName 64",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       ws2_32 <- tcp WSPGetPeerName = -1 WSAENOTCONN",
    "0.040000 A  main       getpeername = -1 WSAENOTCONN",
    "0.040000 A  main       ioctlsocket 64 2147772030 1",
    "0.040000 A  main       ws2_32 -> tcp WSPIoctl 64 2147772030 1",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       ws2_32 <- tcp WSPIoctl = 0",
    "0.040000 A  main       ioctlsocket = 0",
    "0.040000 A  main       connect 64",
    "0.040000 A  main       ws2_32 -> tcp WSPConnect 64",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       connection 1 SYN",
    "0.040000 A  main       ws2_32 <- tcp WSPConnect = -1 WSAEWOULDBLOCK",
    "0.040000 A  main       connect = -1 WSAEWOULDBLOCK",
    "0.040000 A  main       Sleep 100 0",
    "0.040000 A  main       ws2_32 waits for sleep 0",
    "0.080000 A  -          connection 1 refused",
    "0.140000 A  main       ws2_32 has waited for sleep 0: time ran out",
    "0.140000 A  main       Sleep = 0",
    "0.140000 A  main       getsockopt 64 4103 0",
    "0.140000 A  main       ws2_32 -> tcp WSPGetSockOpt 64 4103 0",
    "0.140000 A  main       tcp enters lock 2",
    "0.140000 A  main       tcp leaves lock 2",
    "0.140000 A  main       ws2_32 <- tcp WSPGetSockOpt = 0",
    "0.140000 A  main       getsockopt = 0, tells 10061",
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

static const char unanswered[] = "lastcall schedule 1\n"
                                 "world\n"
                                 "  provider tcp base\n"
                                 "  peer never\n"
                                 "process A\n"
                                 "  thread main\n"
                                 "    WSAStartup 2.2\n"
                                 "    s = socket stream\n"
                                 "    connect s\n"
                                 "    shutdown s send\n"
                                 "    closesocket s\n"
                                 "    WSACleanup\n";

static const char *const unanswered_trace[] = {
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
    "21.000000 A  -          connection 1 unanswered",
    "21.000000 A  main       tcp has waited for net 1",
    "21.000000 A  main       ws2_32 <- tcp WSPConnect = -1 WSAETIMEDOUT",
    "21.000000 A  main       connect = -1 WSAETIMEDOUT",
    "21.000000 A  main       shutdown 64 1 0",
    "21.000000 A  main       ws2_32 -> tcp WSPShutdown 64 1 0",
    "21.000000 A  main       tcp enters lock 2",
    "21.000000 A  main       tcp leaves lock 2",
    "21.000000 A  main       ws2_32 <- tcp WSPShutdown = -1 WSAENOTCONN",
    "21.000000 A  main       shutdown = -1 WSAENOTCONN",
    "21.000000 A  main       closesocket 64",
    "21.000000 A  main       ws2_32 -> tcp WSPCloseSocket 64",
    "21.000000 A  main       tcp enters lock 2",
    "21.000000 A  main       tcp leaves lock 2",
    "21.000000 A  main       tcp enters lock 2",
    "21.000000 A  main       tcp leaves lock 2",
    "21.000000 A  main       connection 1 close handle 64",
    "21.000000 A  main       tcp enters lock 2",
    "21.000000 A  main       tcp leaves lock 2",
    "21.000000 A  main       tcp gives back socket 6",
    "21.000000 A  main       tcp gives back block 5",
    "21.000000 A  main       ws2_32 <- tcp WSPCloseSocket = 0",
    "21.000000 A  main       handle 64 free, entry 1 (tcp)",
    "21.000000 A  main       closesocket = 0",
    "21.000000 A  main       WSACleanup",
    "21.000000 A  main       ws2_32 -> tcp WSPCleanup 0",
    "21.000000 A  main       tcp enters lock 1",
    "21.000000 A  main       tcp enters lock 2",
    "21.000000 A  main       tcp leaves lock 2",
    "21.000000 A  main       tcp gives back heap 3",
    "21.000000 A  main       tcp gives back event 4",
    "21.000000 A  main       tcp leaves lock 1",
    "21.000000 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "21.000000 A  main       DllMain of tcp reason 0",
    "21.000000 A  main       tcp gives back critical-section 2",
    "21.000000 A  main       tcp gives back critical-section 1",
    "21.000000 A  main       DllMain of tcp = 1",
    "21.000000 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "21.000000 A  main       WSACleanup = 0",
    "21.000000 A  main       process ends",
    "21.000000 -  -          end: done",
    NULL,
};

static void its_end_is_told_while_it_goes_on_reading(void **state)
{
    (void)state;
    story_play(closed, closed_trace);
}

static void a_reset_fails_sends_and_receives(void **state)
{
    (void)state;
    story_play(reset, reset_trace);
}

static void a_connection_that_is_refused_may_be_tried_again(void **state)
{
    (void)state;
    story_play(refused, refused_trace);
}

static void a_connection_that_nobody_answers_times_out(void **state)
{
    (void)state;
    story_play(unanswered, unanswered_trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_end_is_told_while_it_goes_on_reading),
        cmocka_unit_test(a_reset_fails_sends_and_receives),
        cmocka_unit_test(a_connection_that_is_refused_may_be_tried_again),
        cmocka_unit_test(a_connection_that_nobody_answers_times_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
