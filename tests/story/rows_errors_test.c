/*
 * Tables 22.1 and 22.2 of the catalogue: which errors the calls have, each
 * where it belongs. On the base alone, where nothing else is said.
 */
#include "tests/story/rows.h"

#define BASE   "provider tcp base\n"
#define FAULTS BASE "faults alloc load proc startup net close cleanup\n"
#define LAYER  FAULTS "provider filter ifs\nchain filter tcp\n"

#define SOCKET "WSAStartup 2.2\ns = socket stream\n"
#define OPEN   SOCKET "connect s\n"
#define CLEAN  "WSACleanup\n"

/* Two threads: one is in a call on the connection, the other comes to it. */
#define BUSY(calls)                                                       \
    "process A\nthread main\n" OPEN "linger s on 60\nsend s 5000\n" calls \
    "Sleep 100000\nWSACleanup\n"
#define LATE "thread late\nSleep 1000\n"

static const struct row told_rows[] = {
    { "22.1/WSAStartup/WSAVERNOTSUPPORTED 22.1/WSACleanup/WSANOTINITIALISED",
      NULL,
      "WSAStartup 0.9\nWSAGetLastError\nWSACleanup\nWSAGetLastError\n",
      "",
      "WSAStartup 0.9 = WSAVERNOTSUPPORTED\n"
      "WSAGetLastError = 0\n"
      "WSACleanup = WSANOTINITIALISED\n"
      "WSAGetLastError = 10093\n" },
    /* It counts as little as one of no version does. */
    { "22.1/WSAStartup/WSAEFAULT",
      NULL,
      "WSAStartup 2.2 null\nWSACleanup\nWSAStartup 2.2\n"
      "WSAStartup 1.1 null\nWSACleanup\nWSACleanup\n",
      "",
      "WSAStartup 2.2 = WSAEFAULT\n"
      "WSACleanup = WSANOTINITIALISED\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "WSAStartup 1.1 = WSAEFAULT\n"
      "WSACleanup = 0\n"
      "WSACleanup = WSANOTINITIALISED\n" },
    /* Before the first start, and behind the last cleanup, whatever the socket
     * is: ERR-6. */
    { "22.1/socket/WSANOTINITIALISED 22.1/closesocket/WSANOTINITIALISED "
      "22.1/shutdown/WSANOTINITIALISED 22.2/send/WSANOTINITIALISED "
      "22.2/connect/WSANOTINITIALISED 22.2/setsockopt/WSANOTINITIALISED",
      BASE,
      "s = socket stream\nclosesocket s\n" OPEN "WSACleanup\nclosesocket s\n"
      "shutdown s send\nsend s 1\nconnect s\nlinger s on 0\n"
      "dontlinger s on\nsndbuf s 1\nnonblocking s on\ns = socket stream\n",
      "s",
      "socket = WSANOTINITIALISED\n"
      "closesocket = WSANOTINITIALISED\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPConnect 64 = 0\n"
      "connect = 0\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n"
      "closesocket = WSANOTINITIALISED\n"
      "shutdown = WSANOTINITIALISED\n"
      "send = WSANOTINITIALISED\n"
      "connect = WSANOTINITIALISED\n"
      "setsockopt = WSANOTINITIALISED\n"
      "setsockopt = WSANOTINITIALISED\n"
      "setsockopt = WSANOTINITIALISED\n"
      "ioctlsocket = WSANOTINITIALISED\n"
      "socket = WSANOTINITIALISED\n" },
    { "22.1/socket/WSAENETDOWN 22.1/WSPSocket/WSAENETDOWN",
      FAULTS,
      SOCKET "s = socket stream\n" CLEAN
             "choices\nmain in 2 socket at net@tcp : fail\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = WSAENETDOWN\n"
      "socket = WSAENETDOWN\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    { "22.1/socket/WSAENOBUFS 22.1/WSPSocket/WSAENOBUFS",
      FAULTS,
      SOCKET "s = socket stream\n" CLEAN
             "choices\nmain in 2 socket at HeapAlloc@tcp : fail\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = WSAENOBUFS\n"
      "socket = WSAENOBUFS\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    { "22.1/socket/WSAEINVALIDPROVIDER",
      BASE "versions tcp 2.0\n",
      SOCKET CLEAN,
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads tcp, mapped\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.0\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "ws2_32 frees tcp, unmapped\n"
      "socket = WSAEINVALIDPROVIDER\n"
      "WSACleanup = 0\n" },
    { "22.2/connect/WSAEINVAL",
      BASE,
      SOCKET "bind s 80\nlisten s 1\nconnect s\n" CLEAN,
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPBind 64 = 0\n"
      "bind = 0\n"
      "ws2_32 > tcp WSPListen 64 = 0\n"
      "listen = 0\n"
      "ws2_32 > tcp WSPConnect 64 = WSAEINVAL\n"
      "connect = WSAEINVAL\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* The DLL is not there, or has no WSPStartup, or that fails; once the
     * reason is gone the same call works, LOAD-21. */
    { "22.1/socket/WSAEPROVIDERFAILEDINIT",
      FAULTS,
      SOCKET "s = socket stream\n" CLEAN
             "choices\nmain in 2 socket at LoadLibrary@ws2_32 : fail\n",
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads tcp: failed\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "ws2_32 loads tcp, mapped\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "ws2_32 frees tcp, unmapped\n"
      "WSACleanup = 0\n" },
    { "22.1/socket/WSAEPROVIDERFAILEDINIT",
      FAULTS,
      SOCKET "s = socket stream\n" CLEAN
             "choices\nmain in 2 socket at GetProcAddress@ws2_32 : fail\n",
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads tcp, mapped\n"
      "ws2_32 frees tcp, unmapped\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "ws2_32 loads tcp, mapped\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "ws2_32 frees tcp, unmapped\n"
      "WSACleanup = 0\n" },
    { "22.1/socket/WSAEPROVIDERFAILEDINIT 22.1/WSPStartup/WSASYSNOTREADY",
      FAULTS,
      SOCKET "s = socket stream\n" CLEAN "choices\n"
             "main in 2 socket at WSPStartup>tcp : fail WSASYSNOTREADY\n",
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads tcp, mapped\n"
      "ws2_32 > tcp WSPStartup 2.2 = WSASYSNOTREADY\n"
      "ws2_32 frees tcp, unmapped\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "ws2_32 loads tcp, mapped\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "ws2_32 frees tcp, unmapped\n"
      "WSACleanup = 0\n" },
    { "22.1/WSPStartup/WSAEPROCLIM",
      FAULTS,
      SOCKET CLEAN "choices\n"
                   "main in 2 socket at WSPStartup>tcp : fail WSAEPROCLIM\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = WSAEPROCLIM\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "WSACleanup = 0\n" },
    { "22.1/WSPStartup/WSAEINPROGRESS",
      FAULTS,
      SOCKET CLEAN "choices\n"
                   "main in 2 socket at WSPStartup>tcp : fail WSAEINPROGRESS\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = WSAEINPROGRESS\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "WSACleanup = 0\n" },
    /* A table without an entry, and a version that is none: what was started is
     * cleaned up. Below a layer it is that which refuses. */
    { "22.1/socket/WSAEINVALIDPROCTABLE 22.1/socket/WSAEINVALIDPROVIDER",
      BASE "provider filter ifs\nchain filter tcp\nfaults startup\n",
      SOCKET "s = socket stream\ns = socket stream\ns = socket stream\n" CLEAN
             "choices\n"
             "main in 2 socket at WSPStartup>filter : fail "
             "WSAEINVALIDPROCTABLE\n"
             "main in 3 socket at WSPStartup>filter : fail "
             "WSAEINVALIDPROVIDER\n"
             "main in 4 socket at WSPStartup>tcp : fail "
             "WSAEINVALIDPROCTABLE\n"
             "main in 5 socket at WSPStartup>tcp : fail "
             "WSAEINVALIDPROVIDER\n",
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads filter, mapped\n"
      "filter loads tcp, mapped\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 2.2\n"
      "filter > tcp WSPCleanup = 0\n"
      "filter frees tcp, unmapped\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "ws2_32 frees filter, unmapped\n"
      "socket = WSAEINVALIDPROCTABLE\n"
      "ws2_32 loads filter, mapped\n"
      "filter loads tcp, mapped\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 1.0\n"
      "filter > tcp WSPCleanup = 0\n"
      "filter frees tcp, unmapped\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "ws2_32 frees filter, unmapped\n"
      "socket = WSAEINVALIDPROVIDER\n"
      "ws2_32 loads filter, mapped\n"
      "filter loads tcp, mapped\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "filter > tcp WSPCleanup = 0\n"
      "filter frees tcp, unmapped\n"
      "ws2_32 > filter WSPStartup 2.2 = WSAEPROVIDERFAILEDINIT\n"
      "ws2_32 frees filter, unmapped\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "ws2_32 loads filter, mapped\n"
      "filter loads tcp, mapped\n"
      "filter > tcp WSPStartup 2.2 = 0, 1.0\n"
      "filter > tcp WSPCleanup = 0\n"
      "filter frees tcp, unmapped\n"
      "ws2_32 > filter WSPStartup 2.2 = WSAEPROVIDERFAILEDINIT\n"
      "ws2_32 frees filter, unmapped\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "WSACleanup = 0\n" },
    /* An error with a table that is filled is an error. */
    { "22.1/WSPStartup/WSAEFAULT",
      FAULTS,
      SOCKET CLEAN "choices\n"
                   "main in 2 socket at WSPStartup>tcp : fail WSAEFAULT\n",
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads tcp, mapped\n"
      "ws2_32 > tcp WSPStartup 2.2 = WSAEFAULT\n"
      "ws2_32 frees tcp, unmapped\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "WSACleanup = 0\n" },
    /* The base has no heap, and says so itself. */
    { "22.1/WSPStartup/WSASYSNOTREADY",
      FAULTS,
      SOCKET CLEAN "choices\nmain in 2 socket at HeapCreate@tcp : fail\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = WSASYSNOTREADY\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "WSACleanup = 0\n" },
    { "22.1/WSPStartup/WSAVERNOTSUPPORTED",
      BASE "versions tcp 3.0\n",
      SOCKET CLEAN,
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = WSAVERNOTSUPPORTED\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "WSACleanup = 0\n" },
    { "22.1/closesocket/WSAENOTSOCK 22.1/shutdown/WSAENOTSOCK "
      "22.2/send/WSAENOTSOCK 22.2/connect/WSAENOTSOCK "
      "22.2/setsockopt/WSAENOTSOCK",
      BASE,
      OPEN "closesocket s\nclosesocket s\nshutdown s both\nsend s 1\n"
           "connect s\nlinger s on 0\ndontlinger s on\nsndbuf s 1\n"
           "nonblocking s on\nWSAGetLastError\n" CLEAN,
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "connect = 0\n"
      "closesocket = 0\n"
      "closesocket = WSAENOTSOCK\n"
      "shutdown = WSAENOTSOCK\n"
      "send = WSAENOTSOCK\n"
      "connect = WSAENOTSOCK\n"
      "setsockopt = WSAENOTSOCK\n"
      "setsockopt = WSAENOTSOCK\n"
      "setsockopt = WSAENOTSOCK\n"
      "ioctlsocket = WSAENOTSOCK\n"
      "WSAGetLastError = 10038\n"
      "WSACleanup = 0\n" },
    /* Of the base, where another thread is about to close it. */
    { "22.1/WSPCloseSocket/WSAENOTSOCK 22.1/WSPShutdown/WSAENOTSOCK "
      "22.2/WSPIoctl/WSAENOTSOCK",
      BASE "peer slow 100\n",
      BUSY("closesocket s\n") LATE
      "closesocket s\nshutdown s send\nnonblocking s on\n",
      "st",
      "0.000 main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "0.000 main: ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "0.000 main: ws2_32 > tcp WSPSocket 1 = 64\n"
      "0.000 main: socket = 64\n"
      "0.040 main: ws2_32 > tcp WSPConnect 64 = 0\n"
      "0.040 main: connect = 0\n"
      "0.040 main: ws2_32 > tcp WSPSetSockOpt 64 = 0\n"
      "0.040 main: setsockopt = 0\n"
      "0.040 main: ws2_32 > tcp WSPSend 64 = 0\n"
      "0.040 main: send = 5000\n"
      "1.000 late: Sleep = 0\n"
      "1.000 late: ws2_32 > tcp WSPCloseSocket 64 = WSAENOTSOCK\n"
      "1.000 late: closesocket = WSAENOTSOCK\n"
      "1.000 late: ws2_32 > tcp WSPShutdown 64 = WSAENOTSOCK\n"
      "1.000 late: shutdown = WSAENOTSOCK\n"
      "1.000 late: ws2_32 > tcp WSPIoctl 64 = WSAENOTSOCK\n"
      "1.000 late: ioctlsocket = WSAENOTSOCK\n"
      "50.160 main: ws2_32 > tcp WSPCloseSocket 64 = 0\n"
      "50.160 main: closesocket = 0\n"
      "150.160 main: Sleep = 0\n"
      "150.160 main: ws2_32 > tcp WSPCleanup = 0\n"
      "150.160 main: WSACleanup = 0\n" },
    { "22.1/closesocket/WSAEWOULDBLOCK 22.1/WSPCloseSocket/WSAEWOULDBLOCK",
      BASE,
      OPEN
      "nonblocking s on\nlinger s on 5\nsend s 5000\nclosesocket s\n" CLEAN,
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPConnect 64 = 0\n"
      "connect = 0\n"
      "ws2_32 > tcp WSPIoctl 64 = 0\n"
      "ioctlsocket = 0\n"
      "ws2_32 > tcp WSPSetSockOpt 64 = 0\n"
      "setsockopt = 0\n"
      "ws2_32 > tcp WSPSend 64 = 0\n"
      "send = 5000\n"
      "ws2_32 > tcp WSPCloseSocket 64 = WSAEWOULDBLOCK\n"
      "closesocket = WSAEWOULDBLOCK\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    { "22.1/shutdown/WSAEINVAL 22.1/WSPShutdown/WSAEINVAL",
      BASE,
      OPEN "shutdown s invalid\n" CLEAN,
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPConnect 64 = 0\n"
      "connect = 0\n"
      "ws2_32 > tcp WSPShutdown 64 = WSAEINVAL\n"
      "shutdown = WSAEINVAL\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    { "22.1/shutdown/WSAENOTCONN 22.1/WSPShutdown/WSAENOTCONN",
      BASE,
      SOCKET "shutdown s send\n" CLEAN,
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPShutdown 64 = WSAENOTCONN\n"
      "shutdown = WSAENOTCONN\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    { "22.2/send/WSAENOTCONN",
      BASE,
      SOCKET "send s 1\nnonblocking s on\nconnect s\nsend s 1\n"
             "Sleep 1000\nsend s 1\n" CLEAN,
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "send = WSAENOTCONN\n"
      "ioctlsocket = 0\n"
      "connect = WSAEWOULDBLOCK\n"
      "send = WSAENOTCONN\n"
      "Sleep = 0\n"
      "send = 1\n"
      "WSACleanup = 0\n" },
    { "22.2/send/WSAESHUTDOWN",
      BASE,
      OPEN "shutdown s send\nsend s 1\n" CLEAN,
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "connect = 0\n"
      "shutdown = 0\n"
      "send = WSAESHUTDOWN\n"
      "WSACleanup = 0\n" },
    /* Nothing fits any more; before, what fits is taken. */
    { "22.2/send/WSAEWOULDBLOCK",
      BASE,
      OPEN
      "nonblocking s on\nsend s 10000\nsend s 1\nSleep 1000\nsend s 1\n" CLEAN,
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "connect = 0\n"
      "ioctlsocket = 0\n"
      "send = 8192\n"
      "send = WSAEWOULDBLOCK\n"
      "Sleep = 0\n"
      "send = 1\n"
      "WSACleanup = 0\n" },
    { "22.2/send/WSAENETDOWN 22.2/connect/WSAENETDOWN",
      FAULTS,
      SOCKET "connect s\nconnect s\nsend s 1\nsend s 1\n" CLEAN "choices\n"
             "main in 3 connect at net@tcp : fail\n"
             "main in 5 send at net@tcp : fail\n",
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "connect = WSAENETDOWN\n"
      "connect = 0\n"
      "send = WSAENETDOWN\n"
      "send = 1\n"
      "WSACleanup = 0\n" },
    /* ws2_32's own start: the count stays, and the next one works. */
    { "22.1/WSAStartup/WSASYSNOTREADY 22.1/WSAStartup/WSAEPROCLIM",
      BASE "faults startup\n",
      "WSAStartup 2.2\nWSAStartup 2.2\nWSACleanup\nWSAStartup 2.2\n"
      "s = socket stream\n" CLEAN "choices\n"
      "main in 1 WSAStartup at call : fail\n"
      "main in 2 WSAStartup at call : fail WSAEPROCLIM\n",
      "",
      "WSAStartup 2.2 = WSASYSNOTREADY\n"
      "WSAStartup 2.2 = WSAEPROCLIM\n"
      "WSACleanup = WSANOTINITIALISED\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "WSACleanup = 0\n" },
    /* The count stays, and with it all that is open: X-35. */
    { "22.1/WSACleanup/WSAENETDOWN",
      FAULTS,
      OPEN "WSACleanup\nsend s 1\nWSACleanup\nWSACleanup\nWSAGetLastError\n"
           "choices\nmain in 4 WSACleanup at call : fail\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPConnect 64 = 0\n"
      "connect = 0\n"
      "WSACleanup = WSAENETDOWN\n"
      "ws2_32 > tcp WSPSend 64 = 0\n"
      "send = 1\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n"
      "WSACleanup = WSANOTINITIALISED\n"
      "WSAGetLastError = 10093\n" },
    /* It has come to its end all the same: whoever started it lets go of it,
     * and it can be started again. */
    { "22.1/WSPCleanup/WSAENETDOWN",
      LAYER,
      SOCKET CLEAN SOCKET CLEAN
      "choices\n"
      "main in 3 WSACleanup at WSPCleanup>tcp : fail\n"
      "main in 6 WSACleanup at WSPCleanup>filter : "
      "fail\n",
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
      "filter > tcp WSPCleanup = WSAENETDOWN\n"
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
      "ws2_32 > filter WSPCleanup = WSAENETDOWN\n"
      "ws2_32 frees filter, unmapped\n"
      "WSACleanup = 0\n" },
    /* The socket is as it was, at every layer. */
    { "22.1/closesocket/WSAENETDOWN 22.1/WSPCloseSocket/WSAENETDOWN",
      LAYER,
      OPEN "closesocket s\nsend s 1\nclosesocket s\nclosesocket s\n" CLEAN
           "choices\nmain in 4 closesocket at WSPCloseSocket>tcp : fail\n"
           "main in 6 closesocket at WSPCloseSocket>filter : fail\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > filter WSPStartup 2.2 = 0, 2.2\n"
      "filter > tcp WSPSocket 2 = 64\n"
      "ws2_32 > filter WSPSocket 1 = 64\n"
      "socket = 64\n"
      "filter > tcp WSPConnect 64 = 0\n"
      "ws2_32 > filter WSPConnect 64 = 0\n"
      "connect = 0\n"
      "filter > tcp WSPCloseSocket 64 = WSAENETDOWN\n"
      "ws2_32 > filter WSPCloseSocket 64 = WSAENETDOWN\n"
      "closesocket = WSAENETDOWN\n"
      "filter > tcp WSPSend 64 = 0\n"
      "ws2_32 > filter WSPSend 64 = 0\n"
      "send = 1\n"
      "ws2_32 > filter WSPCloseSocket 64 = WSAENETDOWN\n"
      "closesocket = WSAENETDOWN\n"
      "filter > tcp WSPCloseSocket 64 = 0\n"
      "ws2_32 > filter WSPCloseSocket 64 = 0\n"
      "closesocket = 0\n"
      "filter > tcp WSPCleanup = 0\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* Nothing is unsent, and it would block all the same, X-10. */
    { "22.1/closesocket/WSAEWOULDBLOCK 22.1/WSPCloseSocket/WSAEWOULDBLOCK",
      BASE "faults wouldblock\n",
      OPEN
      "nonblocking s on\nlinger s on 5\nclosesocket s\nclosesocket s\n" CLEAN
      "choices\nmain in 6 closesocket at close@tcp : fail\n",
      "w",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "connect = 0\n"
      "ioctlsocket = 0\n"
      "setsockopt = 0\n"
      "closesocket = WSAEWOULDBLOCK\n"
      "connection 1 FIN\n"
      "closesocket = 0\n"
      "connection 1 FIN-deliver\n"
      "WSACleanup = 0\n" },
    /* Between its size and its reading the catalog has grown: a layer asks
     * again, and starts. */
    { "22.1/socket/WSAEPROVIDERFAILEDINIT",
      BASE "provider filter ifs\nprovider own nonifs\n"
           "chain own filter tcp\nfaults catalog startup\n",
      SOCKET "s = socket stream\n" CLEAN "choices\n"
             "main in 2 socket at catalog@own : fail\n"
             "main in 2 socket at catalog@filter : fail\n"
             "main in 2 socket at WSPStartup>tcp : fail WSAVERNOTSUPPORTED\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "filter > tcp WSPStartup 2.2 = WSAVERNOTSUPPORTED\n"
      "own > filter WSPStartup 2.2 = WSAVERNOTSUPPORTED\n"
      "ws2_32 > own WSPStartup 2.2 = WSAVERNOTSUPPORTED\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.2\n"
      "own > filter WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > own WSPStartup 2.2 = 0, 2.2\n"
      "filter > tcp WSPSocket 2 = 64\n"
      "own > filter WSPSocket 1 = 64\n"
      "ws2_32 > own WSPSocket 1 = 66560\n"
      "socket = 66560\n"
      "filter > tcp WSPCloseSocket 64 = 0\n"
      "own > filter WSPCloseSocket 64 = 0\n"
      "filter > tcp WSPCleanup = 0\n"
      "own > filter WSPCleanup = 0\n"
      "ws2_32 > own WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* Nothing has changed: what is sent behind it arrives, and the next one
     * ends the stream. */
    { "22.1/shutdown/WSAENETDOWN 22.1/WSPShutdown/WSAENETDOWN",
      FAULTS,
      OPEN "shutdown s send\nsend s 1\nshutdown s send\nsend s 1\n" CLEAN
           "choices\nmain in 4 shutdown at net@tcp : fail\n",
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPConnect 64 = 0\n"
      "connect = 0\n"
      "ws2_32 > tcp WSPShutdown 64 = WSAENETDOWN\n"
      "shutdown = WSAENETDOWN\n"
      "ws2_32 > tcp WSPSend 64 = 0\n"
      "send = 1\n"
      "ws2_32 > tcp WSPShutdown 64 = 0\n"
      "shutdown = 0\n"
      "ws2_32 > tcp WSPSend 64 = WSAESHUTDOWN\n"
      "send = WSAESHUTDOWN\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    { "22.2/setsockopt/WSAENETDOWN",
      FAULTS,
      SOCKET "sndbuf s 1\nrcvbuf s 1\nsndbuf s 1\nlinger s on 1\n" CLEAN
             "choices\nmain in 3 sndbuf at net@tcp : fail\n"
             "main in 4 rcvbuf at net@tcp : fail\n",
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "setsockopt = WSAENETDOWN\n"
      "setsockopt = WSAENETDOWN\n"
      "setsockopt = 0\n"
      "setsockopt = 0\n"
      "WSACleanup = 0\n" },
    /* Another thread closes the socket, or all of them: X-34. */
    { "22.2/send/WSAEINTR",
      BASE "peer slow 100\n",
      "process A\nthread main\n" OPEN "send s 8192\nsend s 1\nWSACleanup\n" LATE
      "closesocket s\n",
      "t",
      "0.000 main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "0.000 main: socket = 64\n"
      "0.040 main: connect = 0\n"
      "0.040 main: send = 8192\n"
      "1.000 late: Sleep = 0\n"
      "1.000 late: closesocket = 0\n"
      "1.000 main: send = WSAEINTR\n"
      "82.106 main: WSACleanup = 0\n" },
    { "22.2/connect/WSAEINTR",
      BASE "link latency 2s\n",
      "process A\nthread main\n" OPEN LATE "WSACleanup\n",
      "t",
      "0.000 main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "0.000 main: socket = 64\n"
      "1.000 late: Sleep = 0\n"
      "1.000 main: connect = WSAEINTR\n"
      "1.000 late: WSACleanup = 0\n" },
    { "22.2/connect/WSAEWOULDBLOCK 22.2/connect/WSAEALREADY "
      "22.2/connect/WSAEISCONN",
      BASE,
      SOCKET
      "nonblocking s on\nconnect s\nconnect s\nSleep 1000\nconnect s\n" CLEAN,
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "ioctlsocket = 0\n"
      "connect = WSAEWOULDBLOCK\n"
      "connect = WSAEALREADY\n"
      "Sleep = 0\n"
      "connect = WSAEISCONN\n"
      "WSACleanup = 0\n" },
    /* What no entry has: tcp has streams of inet, and datagrams. */
    { "22.1/socket/WSAEINVAL 22.1/socket/WSAEAFNOSUPPORT "
      "22.1/socket/WSAESOCKTNOSUPPORT 22.1/socket/WSAEPROTONOSUPPORT "
      "22.1/socket/WSAEPROTOTYPE",
      BASE "protocol tcp inet dgram udp\n",
      "WSAStartup 2.2\ns = socket any any any\n"
      "s = socket ipv6 stream tcp\ns = socket inet raw tcp\n"
      "s = socket inet stream icmp\ns = socket any any icmp\n"
      "s = socket inet stream udp\ns = socket inet dgram any\n"
      "s = socket info stream tcp\n" CLEAN,
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = WSAEINVAL\n"
      "socket = WSAEAFNOSUPPORT\n"
      "socket = WSAESOCKTNOSUPPORT\n"
      "socket = WSAEPROTONOSUPPORT\n"
      "socket = WSAEPROTONOSUPPORT\n"
      "socket = WSAEPROTOTYPE\n"
      "socket = WSAEPROTOTYPE\n"
      "socket = WSAEAFNOSUPPORT\n"
      "WSACleanup = 0\n" },
    /* Of a socket without connections: a connect names the peer, and a
     * shutdown needs none. */
    { "22.2/setsockopt/WSAENOPROTOOPT",
      BASE "protocol tcp inet dgram udp\n",
      "WSAStartup 2.2\ns = socket inet dgram udp\nlinger s on 0\nsndbuf s 1\n"
      "connect s\nsend s 1\nshutdown s both\nclosesocket s\n" CLEAN,
      "w",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "setsockopt = WSAENOPROTOOPT\n"
      "setsockopt = 0\n"
      "connect = 0\n"
      "connection 1 datagram 1\n"
      "send = 1\n"
      "shutdown = 0\n"
      "closesocket = 0\n"
      "WSACleanup = 0\n"
      "connection 1 datagram-deliver 1\n" },
    /* One that is as long as may be, and one that is longer; a receive with
     * less room loses the rest. */
    { "22.2/send/WSAEMSGSIZE",
      BASE "protocol tcp inet dgram udp\npeer echo\n",
      "WSAStartup 2.2\ns = socket inet dgram udp\nconnect s\n"
      "send s 65508\nsend s 65507\nrecv s 1\n" CLEAN,
      "w",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "connect = 0\n"
      "send = WSAEMSGSIZE\n"
      "connection 1 datagram 65507\n"
      "send = 65507\n"
      "connection 1 datagram-deliver 65507\n"
      "connection 1 datagram-arrive 65507\n"
      "connection 1 datagram-give 65507\n"
      "recv = WSAEMSGSIZE\n"
      "WSACleanup = 0\n" },
    /* By 0 and by what matches; a hidden entry is not matched. One start for
     * each entry of the DLL, and one cleanup: X-26. */
    { "22.1/socket/WSAEPROTONOSUPPORT",
      BASE "protocol tcp inet dgram udp\nprotocol tcp inet raw icmp zero\n"
           "protocol tcp ipv6 dgram udp hidden\n",
      "WSAStartup 2.2\ns = socket any dgram udp\ns = socket inet raw any\n"
      "s = socket any any udp\ns = socket any any icmp\n"
      "s = socket ipv6 dgram udp\ns = socket ipv6 dgram udp via tcp.4\n" CLEAN,
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads tcp, mapped\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 2 = 64\n"
      "socket = 64\n"
      "ws2_32 loads tcp\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 3 = 68\n"
      "socket = 68\n"
      "ws2_32 > tcp WSPSocket 2 = 72\n"
      "socket = 72\n"
      "ws2_32 > tcp WSPSocket 3 = 76\n"
      "socket = 76\n"
      "socket = WSAEAFNOSUPPORT\n"
      "ws2_32 loads tcp\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 4 = 80\n"
      "socket = 80\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "ws2_32 frees tcp\n"
      "ws2_32 frees tcp\n"
      "ws2_32 frees tcp, unmapped\n"
      "WSACleanup = 0\n" },
    /* What is asked for beside the information of an entry. */
    { "22.1/WSPSocket/WSAEAFNOSUPPORT 22.1/WSPSocket/WSAESOCKTNOSUPPORT "
      "22.1/WSPSocket/WSAEPROTONOSUPPORT 22.1/WSPSocket/WSAEPROTOTYPE",
      BASE,
      "WSAStartup 2.2\ns = socket ipv6 stream tcp via tcp\n"
      "s = socket inet dgram tcp via tcp\n"
      "s = socket inet stream icmp via tcp\n"
      "s = socket inet stream udp via tcp\n"
      "s = socket any any any via tcp\n"
      "s = socket info info info via tcp\n" CLEAN,
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = WSAEAFNOSUPPORT\n"
      "socket = WSAEAFNOSUPPORT\n"
      "ws2_32 > tcp WSPSocket 1 = WSAESOCKTNOSUPPORT\n"
      "socket = WSAESOCKTNOSUPPORT\n"
      "ws2_32 > tcp WSPSocket 1 = WSAEPROTONOSUPPORT\n"
      "socket = WSAEPROTONOSUPPORT\n"
      "ws2_32 > tcp WSPSocket 1 = WSAEPROTOTYPE\n"
      "socket = WSAEPROTOTYPE\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPSocket 1 = 68\n"
      "socket = 68\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* As many as the process may have; another process has its own. */
    { "22.1/socket/WSAEMFILE 22.1/WSPSocket/WSAEMFILE",
      BASE "descriptors 1\n",
      "process A\nthread main\n" SOCKET
      "t = socket stream\nclosesocket s\nt = socket stream\n" CLEAN
      "process B\nthread other\n" SOCKET CLEAN,
      "s",
      "main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "main: ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "main: ws2_32 > tcp WSPSocket 1 = 64\n"
      "main: socket = 64\n"
      "main: ws2_32 > tcp WSPSocket 1 = WSAEMFILE\n"
      "main: socket = WSAEMFILE\n"
      "main: ws2_32 > tcp WSPCloseSocket 64 = 0\n"
      "main: closesocket = 0\n"
      "main: ws2_32 > tcp WSPSocket 1 = 68\n"
      "main: socket = 68\n"
      "main: ws2_32 > tcp WSPCleanup = 0\n"
      "main: WSACleanup = 0\n"
      "other: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "other: ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "other: ws2_32 > tcp WSPSocket 1 = 64\n"
      "other: socket = 64\n"
      "other: ws2_32 > tcp WSPCleanup = 0\n"
      "other: WSACleanup = 0\n" },
    { "22.2/select/WSANOTINITIALISED",
      BASE,
      "select s 0 read\n",
      "",
      "select = WSANOTINITIALISED\n" },
    /* Of two providers: any of its errors, X-37. */
    { "22.2/select/WSAEINVAL 22.2/select/WSAENOTSOCK",
      BASE "provider second base\n",
      OPEN "t = socket stream via second\nselect s,t 100 read\n"
           "closesocket t\nselect t 100 read\nselect s,t 100 write\n" CLEAN,
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "connect = 0\n"
      "socket = 68\n"
      "select = WSAEINVAL\n"
      "closesocket = 0\n"
      "select = WSAENOTSOCK\n"
      "select = WSAENOTSOCK\n"
      "WSACleanup = 0\n" },
    { "22.2/select/WSAENETDOWN",
      FAULTS,
      OPEN "select s 100 write\nselect s 100 write\n" CLEAN "choices\n"
           "main in 4 select at net@tcp : fail\n",
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "socket = 64\n"
      "connect = 0\n"
      "select = WSAENETDOWN\n"
      "select = 1\n"
      "WSACleanup = 0\n" },
    /* Another thread closes all sockets: EVENT-10. */
    { "22.2/select/WSAEINTR",
      BASE,
      "process A\nthread main\n" OPEN "select s 5000 read\n"
      "thread late\nSleep 1000\nWSACleanup\n",
      "t",
      "0.000 main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "0.000 main: socket = 64\n"
      "0.040 main: connect = 0\n"
      "1.000 late: Sleep = 0\n"
      "1.000 main: select = WSAEINTR\n"
      "1.040 late: WSACleanup = 0\n" },
    /* Not while network events are registered: EVENT-4. */
    { "22.2/WSPIoctl/WSAEINVAL",
      BASE,
      SOCKET "WSACreateEvent e1\nWSAEventSelect s e1 read\nnonblocking s off\n"
             "WSAEventSelect s e1 none\nnonblocking s off\n" CLEAN,
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "WSACreateEvent = 0\n"
      "ws2_32 > tcp WSPEventSelect 64 = 0\n"
      "WSAEventSelect = 0\n"
      "ws2_32 > tcp WSPIoctl 64 = WSAEINVAL\n"
      "ioctlsocket = WSAEINVAL\n"
      "ws2_32 > tcp WSPEventSelect 64 = 0\n"
      "WSAEventSelect = 0\n"
      "ws2_32 > tcp WSPIoctl 64 = 0\n"
      "ioctlsocket = 0\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* A blocking hook of Winsock 1.1 calls: BLOCK-13, CLEAN-11. */
    { "22.1/WSAStartup/WSAEINPROGRESS 22.1/WSACleanup/WSAEINPROGRESS "
      "22.1/socket/WSAEINPROGRESS 22.1/closesocket/WSAEINPROGRESS "
      "22.1/shutdown/WSAEINPROGRESS 22.2/send/WSAEINPROGRESS "
      "22.2/connect/WSAEINPROGRESS 22.2/setsockopt/WSAEINPROGRESS "
      "22.2/select/WSAEINPROGRESS",
      BASE,
      "WSAStartup 1.1\n"
      "WSASetBlockingHook 1 isblocking,startup,cleanup,socket,send,"
      "shutdown,close,connect,setsockopt,ioctlsocket,select\n"
      "s = socket stream\nconnect s\nselect s 70 read\n"
      "closesocket s\n" CLEAN,
      "s",
      "WSAStartup 1.1 = 0, 1.1 of 2.2\n"
      "WSASetBlockingHook = 0\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n"
      "socket = 64\n"
      "ws2_32 > tcp WSPConnect 64 = 0\n"
      "connect = 0\n"
      "hook: WSAIsBlocking = 1\n"
      "hook: WSAStartup = WSAEINPROGRESS\n"
      "hook: WSACleanup = WSAEINPROGRESS\n"
      "hook: socket = WSAEINPROGRESS\n"
      "hook: send = WSAEINPROGRESS\n"
      "hook: shutdown = WSAEINPROGRESS\n"
      "hook: closesocket = WSAEINPROGRESS\n"
      "hook: connect = WSAEINPROGRESS\n"
      "hook: setsockopt = WSAEINPROGRESS\n"
      "hook: ioctlsocket = WSAEINPROGRESS\n"
      "hook: select = WSAEINPROGRESS\n"
      "ws2_32 > tcp WSPSelect = 0\n"
      "select = 0\n"
      "ws2_32 > tcp WSPCloseSocket 64 = 0\n"
      "closesocket = 0\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
    /* The socket is there still, and its close can be called again. */
    { "22.1/closesocket/WSAEINTR 22.1/WSPCancelBlockingCall/WSAEINVAL",
      BASE,
      "WSAStartup 1.1\nWSASetBlockingHook 1 cancel\ns = socket stream\n"
      "connect s\nlinger s on 60\nsend s 8000\nclosesocket s\n"
      "WSACancelBlockingCall\nWSAUnhookBlockingHook\n"
      "closesocket s\n" CLEAN,
      "st",
      "0.000 WSAStartup 1.1 = 0, 1.1 of 2.2\n"
      "0.000 WSASetBlockingHook = 0\n"
      "0.000 ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "0.000 ws2_32 > tcp WSPSocket 1 = 64\n"
      "0.000 socket = 64\n"
      "0.040 ws2_32 > tcp WSPConnect 64 = 0\n"
      "0.040 connect = 0\n"
      "0.040 ws2_32 > tcp WSPSetSockOpt 64 = 0\n"
      "0.040 setsockopt = 0\n"
      "0.040 ws2_32 > tcp WSPSend 64 = 0\n"
      "0.040 send = 8000\n"
      "0.090 ws2_32 > tcp WSPCancelBlockingCall = 0\n"
      "0.090 hook: WSACancelBlockingCall = 0\n"
      "0.090 ws2_32 > tcp WSPCloseSocket 64 = WSAEINTR\n"
      "0.090 closesocket = WSAEINTR\n"
      "0.090 ws2_32 > tcp WSPCancelBlockingCall = WSAEINVAL\n"
      "0.090 WSACancelBlockingCall = WSAEINVAL\n"
      "0.090 WSAUnhookBlockingHook = 0\n"
      "0.184 ws2_32 > tcp WSPCloseSocket 64 = 0\n"
      "0.184 closesocket = 0\n"
      "0.184 ws2_32 > tcp WSPCleanup = 0\n"
      "0.184 WSACleanup = 0\n" },
};

/* ws2_32 refuses what a hook calls before any provider knows of it. */
#define HOOK  "nothing: X-28"
#define RESET "a peer that resets"
#define WRONG "arguments of the call that are wrong"

static const struct row_waits waiting_rows[] = {
    { "22.1/socket/WSAEFAULT", WRONG },
    { "22.1/shutdown/WSAECONN*", RESET },
    { "22.1/WSPCleanup/WSANOTINITIALISED", "a client that errs" },
    { "22.1/WSPCleanup/WSAEINVAL", "nothing: X-5, it has no argument" },
    { "22.1/WSPSocket/WSAEINPROGRESS", HOOK },
    { "22.1/WSPSocket/WSAEINVAL", WRONG },
    { "22.1/WSPCloseSocket/WSAEINPROGRESS", HOOK },
    { "22.1/WSPShutdown/WSAEINPROGRESS", HOOK },
    { "22.1/WSPCancelBlockingCall/WSAENETDOWN",
      "a network that goes down there" },
    { "22.2/send/WSAEACCES", "sockets that broadcast" },
    { "22.2/send/WSAEFAULT", WRONG },
    { "22.2/send/WSAENETRESET", "SO_KEEPALIVE" },
    { "22.2/send/WSAENOBUFS", "a transport that is out of memory" },
    { "22.2/send/WSAEOPNOTSUPP", "flags of send" },
    { "22.2/send/WSAEHOSTUNREACH", "a peer that can't be reached" },
    { "22.2/send/WSAEINVAL", WRONG },
    { "22.2/send/WSAECONN*", RESET },
    { "22.2/send/WSAETIMEDOUT", "a peer that never answers" },
    { "22.2/send/WSA_*", "overlapped sends" },
    { "22.2/connect/WSAEADDR*", "bind, and addresses" },
    { "22.2/connect/WSAEAFNOSUPPORT", "addresses" },
    { "22.2/connect/WSAECONNREFUSED", "a peer that refuses" },
    { "22.2/connect/WSAEFAULT", WRONG },
    { "22.2/connect/WSAENETUNREACH", "a peer that can't be reached" },
    { "22.2/connect/WSAEHOSTUNREACH", "a peer that can't be reached" },
    { "22.2/connect/WSAENOBUFS", "a transport that is out of memory" },
    { "22.2/connect/WSAETIMEDOUT", "a peer that never answers" },
    { "22.2/connect/WSAEACCES", "sockets that broadcast" },
    { "22.2/setsockopt/WSAEFAULT", WRONG },
    { "22.2/setsockopt/WSAEINVAL", WRONG },
    { "22.2/setsockopt/WSAENETRESET", "SO_KEEPALIVE" },
    { "22.2/setsockopt/WSAENOTCONN", RESET },
    { "22.2/select/WSAEFAULT", WRONG },
    { "22.2/WSADuplicateSocket/*", "WSADuplicateSocket" },
    { "22.2/WSPIoctl/WSA_IO_PENDING", "WSAIoctl" },
    { "22.2/WSPIoctl/WSAEFAULT", "WSAIoctl" },
    { "22.2/WSPIoctl/WSAEINPROGRESS", HOOK },
    { "22.2/WSPIoctl/WSAENETDOWN", "a network that goes down there" },
    { "22.2/WSPIoctl/WSAEOPNOTSUPP", "WSAIoctl" },
    { "22.2/WSPIoctl/WSAEWOULDBLOCK", "WSAIoctl" },
    { "22.2/WSPGetOverlappedResult/*", "WSAGetOverlappedResult" },
    { "22.2/WSPSendDisconnect/*", "WSASendDisconnect" },
    { "22.2/WSPRecvDisconnect/*", "WSARecvDisconnect" },
    { "22.2/WSCInstallProvider/*", "a catalog that changes" },
    { "22.2/WSCInstallProviderAndChains/*", "the same" },
    { "22.2/WSCDeinstallProvider/*", "the same" },
    { "22.2/WSCUpdateProvider/*", "the same" },
    { "22.2/WSCWriteProviderOrder/*", "the same" },
};

int main(void)
{
    static struct rows_program all = {
        .tables = { "22.1", "22.2" },
        .rows = told_rows,
        .row_count = LC_COUNT_OF(told_rows),
        .waits = waiting_rows,
        .waits_count = LC_COUNT_OF(waiting_rows),
    };
    return rows_run(&all);
}
