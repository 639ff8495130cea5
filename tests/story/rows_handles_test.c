/*
 * Section 13 of the catalogue: descriptors, those of IFS providers.
 */
#include "tests/story/rows.h"

#define BASE "provider tcp base\n"

#define SOCKET "WSAStartup 2.2\ns = socket stream\n"

static const struct row told_rows[] = {
    { "13/HANDLE-1 13/HANDLE-5",
      BASE,
      SOCKET "u = socket stream\nclosesocket s\nclosesocket u\nWSACleanup\n",
      "hs",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "handle 64 modify, entry 1 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 64\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "handle 68 modify, entry 1 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 68\n"
      "ws2_32 > tcp WSPSocket 1 = 68\n"
      "socket = 68\n"
      "ws2_32 > tcp WSPCloseSocket 64 = 0\n"
      "handle 64 free, entry 1 (tcp)\n"
      "closesocket = 0\n"
      "ws2_32 > tcp WSPCloseSocket 68 = 0\n"
      "handle 68 free, entry 1 (tcp)\n"
      "closesocket = 0\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* The layer registers what it got from below as its own; calls come to it,
     * and go down with the same value. */
    { "13/HANDLE-2 13/HANDLE-6 13/HANDLE-12",
      NULL,
      SOCKET "connect s\nsend s 100\nclosesocket s\nWSACleanup\n",
      "hs",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 2.2\n"
      "handle 64 modify, entry 2 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 64\n"
      "filter > tcp WSPSocket 2 = 64\n"
      "handle 64 modify, entry 1 (filter)\n"
      "filter ^ WPUModifyIFSHandle = 64\n"
      "ws2_32 > filter WSPSocket 1 = 64\n"
      "socket = 64\n"
      "filter > tcp WSPConnect 64 = 0\n"
      "ws2_32 > filter WSPConnect 64 = 0\n"
      "connect = 0\n"
      "filter > tcp WSPSend 64 = 0\n"
      "ws2_32 > filter WSPSend 64 = 0\n"
      "send = 100\n"
      "filter > tcp WSPCloseSocket 64 = 0\n"
      "ws2_32 > filter WSPCloseSocket 64 = 0\n"
      "handle 64 free, entry 1 (filter)\n"
      "closesocket = 0\n"
      "filter > tcp WSPCleanup = 0\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* A socket that is accepted is of its listener's entry, whichever the base
     * was started for last. */
    { "13/HANDLE-2",
      BASE "protocol tcp inet dgram udp\npeer connector 500\n",
      SOCKET "bind s 80\nlisten s 2\nu = socket inet dgram udp\n"
             "t = accept s\n",
      "h",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "handle 64 modify, entry 1 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 64\n"
      "socket = 64\n"
      "bind = 0\n"
      "listen = 0\n"
      "handle 68 modify, entry 2 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 68\n"
      "socket = 68\n"
      "handle 72 modify, entry 1 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 72\n"
      "accept = 72\n" },
    /* A base that is named is called past the layer. */
    { "13/HANDLE-6",
      NULL,
      SOCKET "u = socket stream via tcp\nshutdown u send\nshutdown s send\n"
             "WSACleanup\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 2.2\n"
      "filter > tcp WSPSocket 2 = 64\n"
      "ws2_32 > filter WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 2 = 68\n"
      "socket = 68\n"
      "ws2_32 > tcp WSPShutdown 68 = WSAENOTCONN\n"
      "shutdown = WSAENOTCONN\n"
      "filter > tcp WSPShutdown 64 = WSAENOTCONN\n"
      "ws2_32 > filter WSPShutdown 64 = WSAENOTCONN\n"
      "shutdown = WSAENOTCONN\n"
      "filter > tcp WSPCloseSocket 64 = 0\n"
      "filter > tcp WSPCleanup = 0\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* No provider hears of it: never set, and closed. */
    { "13/HANDLE-7",
      BASE,
      SOCKET "connect u\nsend u 1\nshutdown u send\nlinger u on 5\n"
             "nonblocking u on\nclosesocket u\nclosesocket s\nclosesocket s\n"
             "send s 1\nWSACleanup\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "connect = WSAENOTSOCK\n"
      "send = WSAENOTSOCK\n"
      "shutdown = WSAENOTSOCK\n"
      "setsockopt = WSAENOTSOCK\n"
      "ioctlsocket = WSAENOTSOCK\n"
      "closesocket = WSAENOTSOCK\n"
      "ws2_32 > tcp WSPCloseSocket 64 = 0\n"
      "closesocket = 0\n"
      "closesocket = WSAENOTSOCK\n"
      "send = WSAENOTSOCK\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    { "13/HANDLE-10",
      BASE,
      "process A\nthread main\n" SOCKET "connect s\nSleep 1000\nWSACleanup\n"
      "thread late\nSleep 500\nsend s 100\nclosesocket s\n",
      "",
      "main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "main: socket = 64\n"
      "main: connect = 0\n"
      "late: Sleep = 0\n"
      "late: send = 100\n"
      "late: closesocket = 0\n"
      "main: Sleep = 0\n"
      "main: WSACleanup = 0\n" },
    /* The base has no memory for a second one: nothing of it is left, and the
     * next is as good as ever. */
    { "13/HANDLE-16",
      "faults alloc upcall\n",
      SOCKET "u = socket stream\nu = socket stream\nWSACleanup\n"
             "choices\nmain in 3 socket at HeapAlloc@tcp : fail\n",
      "hs",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 2.2\n"
      "handle 64 modify, entry 2 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 64\n"
      "filter > tcp WSPSocket 2 = 64\n"
      "handle 64 modify, entry 1 (filter)\n"
      "filter ^ WPUModifyIFSHandle = 64\n"
      "ws2_32 > filter WSPSocket 1 = 64\n"
      "socket = 64\n"
      "filter > tcp WSPSocket 2 = WSAENOBUFS\n"
      "ws2_32 > filter WSPSocket 1 = WSAENOBUFS\n"
      "socket = WSAENOBUFS\n"
      "handle 68 modify, entry 2 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 68\n"
      "filter > tcp WSPSocket 2 = 68\n"
      "handle 68 modify, entry 1 (filter)\n"
      "filter ^ WPUModifyIFSHandle = 68\n"
      "ws2_32 > filter WSPSocket 1 = 68\n"
      "socket = 68\n"
      "filter > tcp WSPCloseSocket 68 = 0\n"
      "filter > tcp WSPCloseSocket 64 = 0\n"
      "filter > tcp WSPCleanup = 0\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "handle 64 free, entry 1 (filter)\n"
      "handle 68 free, entry 1 (filter)\n"
      "WSACleanup = 0\n" },
    /* ws2_32 has no place for it: the base, and then the layer, undo their
     * part. */
    { "13/HANDLE-17",
      "faults alloc upcall\n",
      SOCKET "u = socket stream\nu = socket stream\nWSACleanup\n"
             "choices\nmain in 3 socket at WPUModifyIFSHandle^tcp : fail\n",
      "hs",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 2.2\n"
      "handle 64 modify, entry 2 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 64\n"
      "filter > tcp WSPSocket 2 = 64\n"
      "handle 64 modify, entry 1 (filter)\n"
      "filter ^ WPUModifyIFSHandle = 64\n"
      "ws2_32 > filter WSPSocket 1 = 64\n"
      "socket = 64\n"
      "tcp ^ WPUModifyIFSHandle = WSAEINVAL\n"
      "filter > tcp WSPSocket 2 = WSAEINVAL\n"
      "ws2_32 > filter WSPSocket 1 = WSAEINVAL\n"
      "socket = WSAEINVAL\n"
      "handle 72 modify, entry 2 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 72\n"
      "filter > tcp WSPSocket 2 = 72\n"
      "handle 72 modify, entry 1 (filter)\n"
      "filter ^ WPUModifyIFSHandle = 72\n"
      "ws2_32 > filter WSPSocket 1 = 72\n"
      "socket = 72\n"
      "filter > tcp WSPCloseSocket 72 = 0\n"
      "filter > tcp WSPCloseSocket 64 = 0\n"
      "filter > tcp WSPCleanup = 0\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "handle 64 free, entry 1 (filter)\n"
      "handle 72 free, entry 1 (filter)\n"
      "WSACleanup = 0\n" },
    { "13/HANDLE-17",
      "faults alloc upcall\n",
      SOCKET "u = socket stream\nu = socket stream\nWSACleanup\n"
             "choices\nmain in 3 socket at WPUModifyIFSHandle^filter : fail\n",
      "hs",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 2.2\n"
      "handle 64 modify, entry 2 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 64\n"
      "filter > tcp WSPSocket 2 = 64\n"
      "handle 64 modify, entry 1 (filter)\n"
      "filter ^ WPUModifyIFSHandle = 64\n"
      "ws2_32 > filter WSPSocket 1 = 64\n"
      "socket = 64\n"
      "handle 68 modify, entry 2 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 68\n"
      "filter > tcp WSPSocket 2 = 68\n"
      "filter ^ WPUModifyIFSHandle = WSAEINVAL\n"
      "filter > tcp WSPCloseSocket 68 = 0\n"
      "ws2_32 > filter WSPSocket 1 = WSAEINVAL\n"
      "socket = WSAEINVAL\n"
      "handle 72 modify, entry 2 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 72\n"
      "filter > tcp WSPSocket 2 = 72\n"
      "handle 72 modify, entry 1 (filter)\n"
      "filter ^ WPUModifyIFSHandle = 72\n"
      "ws2_32 > filter WSPSocket 1 = 72\n"
      "socket = 72\n"
      "filter > tcp WSPCloseSocket 72 = 0\n"
      "filter > tcp WSPCloseSocket 64 = 0\n"
      "filter > tcp WSPCleanup = 0\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "handle 64 free, entry 1 (filter)\n"
      "handle 68 free, entry 2 (tcp)\n"
      "handle 72 free, entry 1 (filter)\n"
      "WSACleanup = 0\n" },
};

static const struct row_waits waiting_rows[] = {
    { "13/HANDLE-3", "layers without IFS handles" },
    { "13/HANDLE-4", "layers without IFS handles" },
    { "13/HANDLE-8", "a choice of the value of a handle" },
    { "13/HANDLE-9", "DuplicateHandle; an error of the application" },
    { "13/HANDLE-11", "ReadFile; no page says what it answers" },
    { "13/HANDLE-13", "layers without IFS handles" },
    { "13/HANDLE-14", "WSAIoctl, layers without IFS handles" },
    { "13/HANDLE-15", "WSAIoctl" },
};

int main(void)
{
    static struct rows_program all = {
        .tables = { "13" },
        .rows = told_rows,
        .row_count = LC_COUNT_OF(told_rows),
        .waits = waiting_rows,
        .waits_count = LC_COUNT_OF(waiting_rows),
    };
    return rows_run(&all);
}
