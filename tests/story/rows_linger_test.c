/*
 * Table 6.1 of the catalogue: what the linger options make of a close. All on
 * the base alone; the link takes 40 ms for 5000 bytes and 20 ms each way.
 */
#include "tests/story/rows.h"

#define BASE "provider tcp base\n"
#define SLOW BASE "peer slow 1000\n"

/* A connection at 0.040 s. */
#define OPEN "WSAStartup 2.2\ns = socket stream\nconnect s\n"
#define OPENED                               \
    "0.000 WSAStartup 2.2 = 0, 2.2 of 2.2\n" \
    "0.000 socket = 64\n"                    \
    "0.040 connect = 0\n"
#define SENT                         \
    "0.040 connection 1 DATA 5000\n" \
    "0.040 send = 5000\n"

/* The stream goes on by itself, to its end. */
#define DRAINS                          \
    "0.100 connection 1 deliver 5000\n" \
    "0.120 connection 1 FIN\n"          \
    "0.140 connection 1 FIN-deliver\n"
#define END "Sleep 1000\nWSACleanup\n"

static const struct row told_rows[] = {
    { "6.1/off",
      BASE,
      OPEN "send s 5000\nclosesocket s\n" END,
      "wt",
      OPENED SENT "0.040 closesocket = 0\n" DRAINS "1.040 Sleep = 0\n"
                  "1.040 WSACleanup = 0\n" },
    /* The time says nothing while lingering is off. */
    { "6.1/off",
      BASE,
      OPEN "linger s off 5\nsend s 5000\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n" SENT "0.040 closesocket = 0\n" DRAINS
             "1.040 Sleep = 0\n"
             "1.040 WSACleanup = 0\n" },
    /* Never WSAEWOULDBLOCK. */
    { "6.1/off",
      BASE,
      OPEN "nonblocking s on\nsend s 5000\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 ioctlsocket = 0\n" SENT "0.040 closesocket = 0\n" DRAINS
             "1.040 Sleep = 0\n"
             "1.040 WSACleanup = 0\n" },
    /* SO_DONTLINGER undoes SO_LINGER. */
    { "6.1/off",
      BASE,
      OPEN "linger s on 0\ndontlinger s on\nsend s 5000\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n0.040 setsockopt = 0\n" SENT
             "0.040 closesocket = 0\n" DRAINS "1.040 Sleep = 0\n"
             "1.040 WSACleanup = 0\n" },
    { "6.1/hard",
      BASE,
      OPEN "linger s on 0\nsend s 5000\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n" SENT "0.040 connection 1 RST 5000\n"
             "0.040 closesocket = 0\n"
             "1.040 Sleep = 0\n"
             "1.040 WSACleanup = 0\n" },
    { "6.1/hard",
      BASE,
      OPEN "linger s on 0\nnonblocking s on\nsend s 5000\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n"
             "0.040 ioctlsocket = 0\n" SENT "0.040 connection 1 RST 5000\n"
             "0.040 closesocket = 0\n"
             "1.040 Sleep = 0\n"
             "1.040 WSACleanup = 0\n" },
    /* What counts is the option at the close. */
    { "6.1/hard",
      BASE,
      OPEN "send s 5000\nlinger s on 5\nlinger s on 0\nclosesocket s\n" END,
      "wt",
      OPENED SENT "0.040 setsockopt = 0\n0.040 setsockopt = 0\n"
                  "0.040 connection 1 RST 5000\n"
                  "0.040 closesocket = 0\n"
                  "1.040 Sleep = 0\n"
                  "1.040 WSACleanup = 0\n" },
    /* It waits until the peer has seen all, and its own end has come back. */
    { "6.1/timed-done",
      BASE,
      OPEN "linger s on 5\nsend s 5000\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n" SENT DRAINS "0.160 closesocket = 0\n"
             "1.160 Sleep = 0\n"
             "1.160 WSACleanup = 0\n" },
    /* The peer takes 5 s for what it has got. */
    { "6.1/timed-out",
      SLOW,
      OPEN "linger s on 2\nsend s 5000\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n" SENT "0.100 connection 1 deliver 5000\n"
             "2.040 connection 1 RST 5000\n"
             "2.040 closesocket = 0\n"
             "3.040 Sleep = 0\n"
             "3.040 WSACleanup = 0\n" },
    /* Of a longer stream the peer has a part, and then no more. */
    { "6.1/timed-out",
      SLOW "sndbuf 30000\nlink window 4000\n",
      OPEN "linger s on 5\nsend s 10000\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n"
             "0.040 connection 1 DATA 4000\n"
             "0.040 send = 10000\n"
             "0.092 connection 1 deliver 4000\n"
             "4.112 connection 1 DATA 4000\n"
             "4.164 connection 1 deliver 4000\n"
             "5.040 connection 1 RST 6000\n"
             "5.040 closesocket = 0\n"
             "6.040 Sleep = 0\n"
             "6.040 WSACleanup = 0\n" },
    /* X-10 leaves open whether it is refused. */
    { "6.1/nonblocking-idle",
      BASE,
      OPEN "linger s on 5\nnonblocking s on\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n"
             "0.040 ioctlsocket = 0\n"
             "0.040 connection 1 FIN\n"
             "0.040 closesocket = 0\n"
             "0.060 connection 1 FIN-deliver\n"
             "1.040 Sleep = 0\n"
             "1.040 WSACleanup = 0\n" },
    /* The socket is as it was: it sends, and its close is refused again, until
     * nothing is unsent. */
    { "6.1/nonblocking-busy",
      BASE "sndbuf 6000\n",
      OPEN "linger s on 5\nnonblocking s on\nsend s 5000\nclosesocket s\n"
           "send s 1000\nclosesocket s\nSleep 30\nclosesocket s\n"
           "Sleep 1000\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n"
             "0.040 ioctlsocket = 0\n" SENT
             "0.040 closesocket = WSAEWOULDBLOCK\n"
             "0.040 send = 1000\n"
             "0.040 closesocket = WSAEWOULDBLOCK\n"
             "0.070 Sleep = 0\n"
             "0.070 closesocket = WSAEWOULDBLOCK\n"
             "0.100 connection 1 deliver 5000\n"
             "0.120 connection 1 DATA 1000\n"
             "0.148 connection 1 deliver 1000\n"
             "1.070 Sleep = 0\n"
             "1.070 connection 1 FIN\n"
             "1.070 closesocket = 0\n"
             "1.090 connection 1 FIN-deliver\n"
             "2.070 Sleep = 0\n"
             "2.070 WSACleanup = 0\n" },
    /* What ends it: no time to linger for, */
    { "6.1/nonblocking-busy",
      BASE,
      OPEN "linger s on 5\nnonblocking s on\nsend s 5000\nclosesocket s\n"
           "linger s on 0\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n"
             "0.040 ioctlsocket = 0\n" SENT
             "0.040 closesocket = WSAEWOULDBLOCK\n"
             "0.040 setsockopt = 0\n"
             "0.040 connection 1 RST 5000\n"
             "0.040 closesocket = 0\n"
             "1.040 Sleep = 0\n"
             "1.040 WSACleanup = 0\n" },
    /* no lingering (X-11: SO_DONTLINGER off is none of the remedies), */
    { "6.1/nonblocking-busy",
      BASE,
      OPEN "linger s on 5\nnonblocking s on\nsend s 5000\ndontlinger s off\n"
           "closesocket s\ndontlinger s on\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n"
             "0.040 ioctlsocket = 0\n" SENT "0.040 setsockopt = 0\n"
             "0.040 closesocket = WSAEWOULDBLOCK\n"
             "0.040 setsockopt = 0\n"
             "0.040 closesocket = 0\n" DRAINS "1.040 Sleep = 0\n"
             "1.040 WSACleanup = 0\n" },
    /* or a shutdown. */
    { "6.1/nonblocking-busy",
      BASE,
      OPEN "linger s on 5\nnonblocking s on\nsend s 5000\nclosesocket s\n"
           "shutdown s send\nclosesocket s\n" END,
      "wt",
      OPENED "0.040 setsockopt = 0\n"
             "0.040 ioctlsocket = 0\n" SENT
             "0.040 closesocket = WSAEWOULDBLOCK\n"
             "0.040 shutdown = 0\n"
             "0.040 closesocket = 0\n" DRAINS "1.040 Sleep = 0\n"
             "1.040 WSACleanup = 0\n" },
    /* It has no such option, and nothing to end. */
    { "6.1/connectionless",
      BASE "protocol tcp inet dgram udp\n",
      "WSAStartup 2.2\ns = socket inet dgram udp\nlinger s on 5\n"
      "dontlinger s off\nnonblocking s on\nclosesocket s\nclosesocket s\n"
      "WSACleanup\n",
      "wt",
      "0.000 WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "0.000 socket = 64\n"
      "0.000 setsockopt = WSAENOPROTOOPT\n"
      "0.000 setsockopt = WSAENOPROTOOPT\n"
      "0.000 ioctlsocket = 0\n"
      "0.000 closesocket = 0\n"
      "0.000 closesocket = WSAENOTSOCK\n"
      "0.000 WSACleanup = 0\n" },
};

int main(void)
{
    static struct rows_program all = {
        .tables = { "6.1" },
        .rows = told_rows,
        .row_count = LC_COUNT_OF(told_rows),
    };
    return rows_run(&all);
}
