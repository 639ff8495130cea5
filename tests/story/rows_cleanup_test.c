/*
 * Table 4.1 of the catalogue: what becomes of each thing at the final
 * WSACleanup. On the base alone, where nothing else is said.
 */
#include "tests/story/rows.h"

#define BASE "provider tcp base\n"

#define OPEN "WSAStartup 2.2\ns = socket stream\nconnect s\n"
#define OPENED                         \
    "WSAStartup 2.2 = 0, 2.2 of 2.2\n" \
    "socket = 64\n"                    \
    "connect = 0\n"
#define SENT                   \
    "connection 1 DATA 5000\n" \
    "send = 5000\n"

static const struct row told_rows[] = {
    { "4.1/open-idle",
      BASE,
      OPEN "WSACleanup\nclosesocket s\n",
      "wh",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "handle 64 modify, entry 1 (tcp)\n"
      "tcp ^ WPUModifyIFSHandle = 64\n"
      "socket = 64\n"
      "connect = 0\n"
      "connection 1 FIN\n"
      "connection 1 FIN-deliver\n"
      "handle 64 free, entry 1 (tcp)\n"
      "WSACleanup = 0\n"
      "closesocket = WSANOTINITIALISED\n" },
    /* The strict reading: by the socket's own options. */
    { "4.1/open-unsent",
      BASE,
      OPEN "send s 5000\nWSACleanup\n",
      "w",
      OPENED SENT "connection 1 deliver 5000\n"
                  "connection 1 FIN\n"
                  "connection 1 FIN-deliver\n"
                  "WSACleanup = 0\n" },
    { "4.1/open-hard",
      BASE,
      OPEN "linger s on 0\nsend s 5000\nWSACleanup\n",
      "w",
      OPENED "setsockopt = 0\n" SENT "connection 1 RST 5000\n"
             "WSACleanup = 0\n" },
    { "4.1/open-timed",
      BASE,
      OPEN "linger s on 5\nsend s 5000\nWSACleanup\n",
      "w",
      OPENED "setsockopt = 0\n" SENT "connection 1 deliver 5000\n"
             "connection 1 FIN\n"
             "connection 1 FIN-deliver\n"
             "WSACleanup = 0\n" },
    /* A prefix, then a reset, after the time at the latest. */
    { "4.1/open-timed",
      BASE "peer slow 1000\nlink window 4000\n",
      OPEN "linger s on 5\nsend s 8000\nWSACleanup\n",
      "wt",
      "0.000 WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "0.000 socket = 64\n"
      "0.040 connect = 0\n"
      "0.040 setsockopt = 0\n"
      "0.040 connection 1 DATA 4000\n"
      "0.040 send = 8000\n"
      "0.092 connection 1 deliver 4000\n"
      "4.112 connection 1 DATA 4000\n"
      "4.164 connection 1 deliver 4000\n"
      "5.040 connection 1 RST 4000\n"
      "5.040 WSACleanup = 0\n" },
    { "4.1/closed-unsent",
      BASE,
      OPEN "send s 5000\nclosesocket s\nWSACleanup\n",
      "w",
      OPENED SENT "closesocket = 0\n"
                  "connection 1 deliver 5000\n"
                  "connection 1 FIN\n"
                  "connection 1 FIN-deliver\n"
                  "WSACleanup = 0\n" },
    /* Of two starts the first cleanup does none of it. */
    { "4.1/closed-unsent 4.1/open-idle",
      BASE,
      "WSAStartup 2.2\n" OPEN "send s 5000\nclosesocket s\n"
      "u = socket stream\nconnect u\nWSACleanup\nWSACleanup\n",
      "ws",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPConnect 64 = 0\n"
      "connect = 0\n"
      "connection 1 DATA 5000\n"
      "ws2_32 > tcp WSPSend 64 = 0\n"
      "send = 5000\n"
      "ws2_32 > tcp WSPCloseSocket 64 = 0\n"
      "closesocket = 0\n"
      "ws2_32 > tcp WSPSocket 1 = 68\n"
      "socket = 68\n"
      "ws2_32 > tcp WSPConnect 68 = 0\n"
      "connect = 0\n"
      "WSACleanup = 0\n"
      "connection 2 FIN\n"
      "connection 1 deliver 5000\n"
      "connection 2 FIN-deliver\n"
      "connection 1 FIN\n"
      "connection 1 FIN-deliver\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* The call comes back, X-34. */
    { "4.1/blocked",
      BASE "peer slow 1000\n",
      "process A\nthread main\n" OPEN "send s 8192\nsend s 1\n"
      "thread late\nSleep 1000\nWSACleanup\n",
      "",
      "main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "main: socket = 64\n"
      "main: connect = 0\n"
      "main: send = 8192\n"
      "late: Sleep = 0\n"
      "main: send = WSAEINTR\n"
      "late: WSACleanup = 0\n" },
    { "4.1/blocked",
      BASE "link latency 1s\n",
      "process A\nthread main\n" OPEN "thread late\nSleep 500\nWSACleanup\n",
      "",
      "main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "main: socket = 64\n"
      "late: Sleep = 0\n"
      "main: connect = WSAEINTR\n"
      "late: WSACleanup = 0\n" },
    /* Each loader gives back what it loaded, from the top, behind the last
     * call. */
    { "4.1/dlls",
      NULL,
      "WSAStartup 2.2\ns = socket stream\nWSACleanup\n"
      "WSAStartup 2.2\ns = socket stream\nWSACleanup\n",
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads filter, mapped\n"
      "filter loads tcp, mapped\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 2.2\n"
      "filter > tcp WSPSocket 2 = 64\n"
      "ws2_32 > filter WSPSocket 1 = 64\n"
      "socket = 64\n"
      "filter > tcp WSPCloseSocket 64 = 0\n"
      "filter > tcp WSPCleanup = 0\n"
      "filter frees tcp, unmapped\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "ws2_32 frees filter, unmapped\n"
      "WSACleanup = 0\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads filter, mapped\n"
      "filter loads tcp, mapped\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 2.2\n"
      "filter > tcp WSPSocket 2 = 68\n"
      "ws2_32 > filter WSPSocket 1 = 68\n"
      "socket = 68\n"
      "filter > tcp WSPCloseSocket 68 = 0\n"
      "filter > tcp WSPCleanup = 0\n"
      "filter frees tcp, unmapped\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "ws2_32 frees filter, unmapped\n"
      "WSACleanup = 0\n" },
    /* What is registered stays; lookups that are open end. */
    { "4.1/names",
      BASE "names\n",
      "WSAStartup 2.2\nWSASetService register 1\n"
      "WSALookupServiceBegin q first\nWSACleanup\n"
      "WSALookupServiceNext q\nWSAStartup 2.2\n"
      "WSALookupServiceBegin q all\nWSALookupServiceNext q\n"
      "WSALookupServiceEnd q\nWSACleanup\n",
      "nm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads names, mapped\n"
      "ws2_32 > names NSPStartup 1 = 0\n"
      "ws2_32 > names NSPSetService 1 = 0\n"
      "WSASetService = 0\n"
      "ws2_32 > names NSPLookupServiceBegin 1 = 0\n"
      "WSALookupServiceBegin = 0\n"
      "ws2_32 > names NSPCleanup 1 = 0\n"
      "ws2_32 frees names, unmapped\n"
      "WSACleanup = 0\n"
      "WSALookupServiceNext = WSANOTINITIALISED\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads names, mapped\n"
      "ws2_32 > names NSPStartup 1 = 0\n"
      "ws2_32 loads names\n"
      "ws2_32 > names NSPStartup 2 = 0\n"
      "ws2_32 > names NSPLookupServiceBegin 1 = 0\n"
      "ws2_32 > names NSPLookupServiceBegin 2 = 0\n"
      "WSALookupServiceBegin = 0\n"
      "ws2_32 > names NSPLookupServiceNext 1 = 0, service 1\n"
      "WSALookupServiceNext = 0\n"
      "ws2_32 > names NSPLookupServiceEnd 1 = 0\n"
      "ws2_32 > names NSPLookupServiceEnd 2 = 0\n"
      "WSALookupServiceEnd = 0\n"
      "ws2_32 > names NSPCleanup 1 = 0\n"
      "ws2_32 frees names\n"
      "ws2_32 > names NSPCleanup 2 = 0\n"
      "ws2_32 frees names, unmapped\n"
      "WSACleanup = 0\n" },
    /* One that the application holds stays, and starts again as it is. */
    { "4.1/dlls",
      BASE "pin tcp\n",
      "WSAStartup 2.2\ns = socket stream\nWSACleanup\n"
      "WSAStartup 2.2\ns = socket stream\nWSACleanup\n",
      "sm",
      "app loads tcp, mapped\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads tcp\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "ws2_32 frees tcp\n"
      "WSACleanup = 0\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads tcp\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 68\n"
      "socket = 68\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "ws2_32 frees tcp\n"
      "WSACleanup = 0\n" },
    /* What was queued before runs all the same. */
    { "4.1/apcs",
      BASE,
      OPEN "WSARecv s 0 routine\nWSACleanup\nSleepEx 100\n",
      "",
      OPENED "WSARecv = 0\n"
             "WSACleanup = 0\n"
             "SleepEx = 192\n" },
    /* Neither event nor routine: what was pending is just gone. */
    { "4.1/overlapped",
      BASE,
      OPEN "WSACreateEvent e1\nWSARecv s 100 e1\nWSARecv s 100 routine\n"
           "WSACleanup\nSleepEx 100\nWSAStartup 2.2\n"
           "WSAWaitForMultipleEvents e1 100 any\nWSACleanup\n",
      "",
      OPENED "WSACreateEvent = 0\n"
             "WSARecv = WSA_IO_PENDING\n"
             "WSARecv = WSA_IO_PENDING\n"
             "WSACleanup = 0\n"
             "SleepEx = 0\n"
             "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
             "WSAWaitForMultipleEvents = 258\n"
             "WSACleanup = 0\n" },
    /* Registered with a socket or not, they are none of Winsock's. */
    { "4.1/events",
      BASE,
      OPEN "WSACreateEvent e1\nWSAEventSelect s e1 write\nWSACleanup\n"
           "WSAStartup 2.2\nWSAWaitForMultipleEvents e1 1000 any\n"
           "WSACloseEvent e1\nWSACleanup\n",
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "connect = 0\n"
      "WSACreateEvent = 0\n"
      "WSAEventSelect = 0\n"
      "WSACleanup = 0\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "WSAWaitForMultipleEvents = 0\n"
      "WSACloseEvent = 0\n"
      "WSACleanup = 0\n" },
};

static const struct row_waits waiting_rows[] = {
    { "4.1/messages", "WSAAsyncSelect" },
};

int main(void)
{
    static struct rows_program all = {
        .tables = { "4.1" },
        .rows = told_rows,
        .row_count = LC_COUNT_OF(told_rows),
        .waits = waiting_rows,
        .waits_count = LC_COUNT_OF(waiting_rows),
    };
    return rows_run(&all);
}
