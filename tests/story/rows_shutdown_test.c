/*
 * Sections 7 and 7.1 of the catalogue: shutdown. On the base alone, where
 * nothing else is said.
 */
#include "tests/story/rows.h"

#define BASE      "provider tcp base\n"
#define DATAGRAMS BASE "protocol tcp inet dgram udp\npeer echo\n"

#define OPEN "WSAStartup 2.2\ns = socket stream\nconnect s\n"
#define OPENED                         \
    "WSAStartup 2.2 = 0, 2.2 of 2.2\n" \
    "socket = 64\n"                    \
    "connect = 0\n"
#define SENT                   \
    "connection 1 DATA 5000\n" \
    "send = 5000\n"
#define DRAINS                    \
    "connection 1 deliver 5000\n" \
    "connection 1 FIN\n"          \
    "connection 1 FIN-deliver\n"
#define CLEAN "WSACleanup\n"

static const struct row told_rows[] = {
    /* The descriptor stays: it takes options, and its close is owed. */
    { "7/SHUT-1",
      BASE,
      OPEN "shutdown s both\nSleep 1000\nlinger s on 5\nclosesocket s\n" CLEAN,
      "wh",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "handle 64 modify, entry 1 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 64\n"
      "socket = 64\n"
      "connect = 0\n"
      "connection 1 FIN\n"
      "shutdown = 0\n"
      "connection 1 FIN-deliver\n"
      "Sleep = 0\n"
      "setsockopt = 0\n"
      "handle 64 free, entry 1 (tcp)\n"
      "closesocket = 0\n"
      "WSACleanup = 0\n" },
    /* However it lingers, and however slow the peer is. */
    { "7/SHUT-2",
      BASE "peer slow 100\n",
      OPEN "linger s on 60\nsend s 5000\nshutdown s send\n"
           "shutdown s both\nlinger s on 0\nclosesocket s\n" CLEAN,
      "t",
      "0.000 WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "0.000 socket = 64\n"
      "0.040 connect = 0\n"
      "0.040 setsockopt = 0\n"
      "0.040 send = 5000\n"
      "0.040 shutdown = 0\n"
      "0.040 shutdown = 0\n"
      "0.040 setsockopt = 0\n"
      "0.040 closesocket = 0\n"
      "0.040 WSACleanup = 0\n" },
    { "7/SHUT-3",
      BASE,
      OPEN "shutdown s send\nsend s 1\nsend s 0\n"
           "WSAGetLastError\n" CLEAN,
      "",
      OPENED "shutdown = 0\n"
             "send = WSAESHUTDOWN\n"
             "send = WSAESHUTDOWN\n"
             "WSAGetLastError = 10058\n"
             "WSACleanup = 0\n" },
    /* right behind the last byte, or behind its acknowledgement. */
    { "7/SHUT-4 7.1/1-2",
      BASE "link window 2000\n",
      OPEN "send s 5000\nshutdown s send\nSleep 1000\nclosesocket s\n" CLEAN,
      "w",
      OPENED "connection 1 DATA 2000\n"
             "send = 5000\n"
             "shutdown = 0\n"
             "connection 1 deliver 2000\n"
             "connection 1 DATA 2000\n"
             "connection 1 deliver 2000\n"
             "connection 1 DATA 1000\n"
             "connection 1 deliver 1000\n"
             "connection 1 FIN\n"
             "connection 1 FIN-deliver\n"
             "Sleep = 0\n"
             "closesocket = 0\n"
             "WSACleanup = 0\n" },
    /* What is sent is the same as by SD_RECEIVE and then SD_SEND. */
    { "7/SHUT-8",
      BASE,
      OPEN "send s 5000\nshutdown s both\nsend s 1\nSleep 1000\n"
           "closesocket s\n" CLEAN,
      "w",
      OPENED SENT "shutdown = 0\n"
                  "send = WSAESHUTDOWN\n" DRAINS "Sleep = 0\n"
                  "closesocket = 0\n"
                  "WSACleanup = 0\n" },
    { "7/SHUT-8",
      BASE,
      OPEN "send s 5000\nshutdown s receive\nshutdown s send\nsend s 1\n"
           "Sleep 1000\nclosesocket s\n" CLEAN,
      "w",
      OPENED SENT "shutdown = 0\n"
                  "shutdown = 0\n"
                  "send = WSAESHUTDOWN\n" DRAINS "Sleep = 0\n"
                  "closesocket = 0\n"
                  "WSACleanup = 0\n" },
    /* Neither time nor another shutdown nor a connect brings it back. */
    { "7/SHUT-9",
      BASE,
      OPEN "shutdown s send\nSleep 1000\nsend s 1\nshutdown s receive\n"
           "send s 1\nconnect s\nsend s 1\n" CLEAN,
      "",
      OPENED "shutdown = 0\n"
             "Sleep = 0\n"
             "send = WSAESHUTDOWN\n"
             "shutdown = 0\n"
             "send = WSAESHUTDOWN\n"
             "connect = WSAEISCONN\n"
             "send = WSAESHUTDOWN\n"
             "WSACleanup = 0\n" },
    /* Before the connection, and while it is made; a direction that there is
     * not changes nothing. */
    { "7/SHUT-10",
      BASE,
      "WSAStartup 2.2\ns = socket stream\nshutdown s send\n"
      "shutdown s receive\nshutdown s both\nshutdown s invalid\n"
      "nonblocking s on\nconnect s\nshutdown s send\nSleep 1000\n"
      "shutdown s invalid\nsend s 5000\nclosesocket s\n" CLEAN,
      "w",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "shutdown = WSAENOTCONN\n"
      "shutdown = WSAENOTCONN\n"
      "shutdown = WSAENOTCONN\n"
      "shutdown = WSAEINVAL\n"
      "ioctlsocket = 0\n"
      "connect = WSAEWOULDBLOCK\n"
      "shutdown = WSAENOTCONN\n"
      "Sleep = 0\n"
      "shutdown = WSAEINVAL\n" SENT "closesocket = 0\n" DRAINS
      "WSACleanup = 0\n" },
    /* No page says what it answers; it ends nothing twice. */
    { "7/SHUT-11",
      BASE,
      OPEN "shutdown s send\nshutdown s send\nSleep 1000\nshutdown s send\n"
           "shutdown s both\nclosesocket s\n" CLEAN,
      "w",
      OPENED "connection 1 FIN\n"
             "shutdown = 0\n"
             "shutdown = 0\n"
             "connection 1 FIN-deliver\n"
             "Sleep = 0\n"
             "shutdown = 0\n"
             "shutdown = 0\n"
             "closesocket = 0\n"
             "WSACleanup = 0\n" },
    { "7/SHUT-12",
      BASE,
      OPEN "linger s on 5\nnonblocking s on\nsend s 5000\nclosesocket s\n"
           "shutdown s receive\nclosesocket s\nshutdown s send\n"
           "closesocket s\n" CLEAN,
      "w",
      OPENED "setsockopt = 0\n"
             "ioctlsocket = 0\n" SENT "closesocket = WSAEWOULDBLOCK\n"
             "shutdown = 0\n"
             "closesocket = WSAEWOULDBLOCK\n"
             "shutdown = 0\n"
             "closesocket = 0\n" DRAINS "WSACleanup = 0\n" },
    /* What is pending stays so, until the peer's end ends it or a close. */
    { "7/SHUT-19",
      BASE "peer halfclose\n",
      OPEN "WSACreateEvent e1\nWSARecv s 100 e1\nshutdown s receive\n"
           "WSAGetOverlappedResult s poll\nWSAGetOverlappedResult s wait\n"
           "closesocket s\n" CLEAN,
      "",
      OPENED "WSACreateEvent = 0\n"
             "WSARecv = WSA_IO_PENDING\n"
             "shutdown = 0\n"
             "WSAGetOverlappedResult = WSA_IO_INCOMPLETE\n"
             "WSAGetOverlappedResult = 0\n"
             "closesocket = 0\n"
             "WSACleanup = 0\n" },
    { "7/SHUT-19",
      BASE,
      OPEN "WSACreateEvent e1\nWSARecv s 100 e1\nshutdown s both\n"
           "WSAWaitForMultipleEvents e1 1000 any\nclosesocket s\n"
           "WSAWaitForMultipleEvents e1 1000 any\n" CLEAN,
      "",
      OPENED "WSACreateEvent = 0\n"
             "WSARecv = WSA_IO_PENDING\n"
             "shutdown = 0\n"
             "WSAWaitForMultipleEvents = 0\n"
             "closesocket = 0\n"
             "WSAWaitForMultipleEvents = 0\n"
             "WSACleanup = 0\n" },
    /* All of it through a layer, with one FIN for the shutdown and the close.
     */
    { "7/SHUT-4 7/SHUT-1",
      NULL,
      OPEN "send s 5000\nshutdown s send\nclosesocket s\n" CLEAN,
      "ws",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 2.2\n"
      "filter > tcp WSPSocket 2 = 64\n"
      "ws2_32 > filter WSPSocket 1 = 64\n"
      "socket = 64\n"
      "filter > tcp WSPConnect 64 = 0\n"
      "ws2_32 > filter WSPConnect 64 = 0\n"
      "connect = 0\n"
      "connection 1 DATA 5000\n"
      "filter > tcp WSPSend 64 = 0\n"
      "ws2_32 > filter WSPSend 64 = 0\n"
      "send = 5000\n"
      "filter > tcp WSPShutdown 64 = 0\n"
      "ws2_32 > filter WSPShutdown 64 = 0\n"
      "shutdown = 0\n"
      "filter > tcp WSPCloseSocket 64 = 0\n"
      "ws2_32 > filter WSPCloseSocket 64 = 0\n"
      "closesocket = 0\n"
      "connection 1 deliver 5000\n"
      "connection 1 FIN\n"
      "connection 1 FIN-deliver\n"
      "filter > tcp WSPCleanup = 0\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* What comes is queued, and nobody receives it before the close. */
    { "7/SHUT-7",
      DATAGRAMS,
      "WSAStartup 2.2\ns = socket inet dgram udp\nsendto s 100 peer\n"
      "shutdown s receive\nSleep 100\nunread s\nrecvfrom s 100\n"
      "sendto s 50 peer\nclosesocket s\n" CLEAN,
      "w",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "connection 1 datagram 100\n"
      "sendto = 100\n"
      "shutdown = 0\n"
      "connection 1 datagram-deliver 100\n"
      "connection 1 datagram-arrive 100\n"
      "Sleep = 0\n"
      "ioctlsocket = 0\n"
      "recvfrom = WSAESHUTDOWN\n"
      "connection 1 datagram 50\n"
      "sendto = 50\n"
      "connection 1 datagram-drop 100\n"
      "closesocket = 0\n"
      "WSACleanup = 0\n"
      "connection 1 datagram-deliver 50\n"
      "connection 1 datagram-drop 50\n" },
};

static const struct row_waits waiting_rows[] = {
    { "7/SHUT-5", "recv" },
    { "7/SHUT-6", "recv, and a peer that sends" },
    { "7/SHUT-13", "WSASendDisconnect" },
    { "7/SHUT-14", "WSARecvDisconnect" },
    { "7/SHUT-15", "WSASendDisconnect, WSARecvDisconnect" },
    { "7/SHUT-16", "recv, and a peer that ends or resets" },
    { "7/SHUT-17", "recv, and a peer that ends" },
    { "7/SHUT-18", "recv, and a peer that ends" },
    { "7/SHUT-20", "overlapped sends" },
    { "7.1/2-3-4", "a server: listen, accept, recv" },
    { "7.1/5x-5", "recv, FD_CLOSE" },
    { "7.1/4-4x", "a server: listen, accept" },
    { "7.1/4-5", "recv, FD_CLOSE, and a peer that ends" },
    { "7.1/5-6", "recv, FD_CLOSE, and a peer that ends" },
};

int main(void)
{
    static struct rows_program all = {
        .tables = { "7", "7.1" },
        .rows = told_rows,
        .row_count = LC_COUNT_OF(told_rows),
        .waits = waiting_rows,
        .waits_count = LC_COUNT_OF(waiting_rows),
    };
    return rows_run(&all);
}
