/*
 * Tables 2.1 and 2.2 of the catalogue: what WSAStartup and WSPStartup make of
 * the versions on both sides.
 */
#include "tests/story/rows.h"

/* A start by an application that can use what it gets, and one by an
 * application that can't: it cleans up and gives up. */
#define START(version) "WSAStartup " version "\nWSACleanup\n"
#define WS2(versions)  "versions ws2_32 " versions "\n"

/* The first socket of a provider, by a ws2_32 that asks for its highest. */
#define SIDES(client, provider) \
    "provider tcp base\n" WS2(client) "versions tcp " provider "\n"
#define SOCKET(version) \
    "WSAStartup " version "\ns = socket stream\nWSACleanup\n"

#define USED "socket = 64\nws2_32 > tcp WSPCleanup = 0\nWSACleanup = 0\n"

static const struct row told_rows[] = {
    { "2.1/1",
      WS2("1.1"),
      START("1.1"),
      "",
      "WSAStartup 1.1 = 0, 1.1 of 1.1\n"
      "WSACleanup = 0\n" },
    { "2.1/2",
      WS2("1.0"),
      START("1.1"),
      "",
      "WSAStartup 1.1 = 0, 1.0 of 1.0\n"
      "WSACleanup = 0\n" },
    { "2.1/3",
      WS2("1.0 1.1"),
      START("1.0"),
      "",
      "WSAStartup 1.0 = 0, 1.0 of 1.1\n"
      "WSACleanup = 0\n" },
    { "2.1/4 2.1/7",
      WS2("1.0 1.1"),
      START("1.1"),
      "",
      "WSAStartup 1.1 = 0, 1.1 of 1.1\n"
      "WSACleanup = 0\n" },
    /* The call itself succeeds; what the application thinks of it is its own
     * business, and the start it owes back counts. */
    { "2.1/5",
      WS2("1.0"),
      START("1.1") "s = socket stream\n",
      "",
      "WSAStartup 1.1 = 0, 1.0 of 1.0\n"
      "WSACleanup = 0\n"
      "socket = WSANOTINITIALISED\n" },
    /* Nothing was started, so there is nothing to clean up. */
    { "2.1/6",
      WS2("1.1"),
      START("1.0"),
      "",
      "WSAStartup 1.0 = WSAVERNOTSUPPORTED\n"
      "WSACleanup = WSANOTINITIALISED\n" },
    { "2.1/8",
      WS2("1.0 1.1"),
      START("2.0"),
      "",
      "WSAStartup 2.0 = 0, 1.1 of 1.1\n"
      "WSACleanup = 0\n" },
    { "2.1/9",
      WS2("1.0 1.1 2.0"),
      START("2.0"),
      "",
      "WSAStartup 2.0 = 0, 2.0 of 2.0\n"
      "WSACleanup = 0\n" },
    { "2.1/10",
      WS2("1.0 1.1 2.0"),
      START("2.2"),
      "",
      "WSAStartup 2.2 = 0, 2.0 of 2.0\n"
      "WSACleanup = 0\n" },
    { "2.1/11",
      NULL,
      START("2.2"),
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "WSACleanup = 0\n" },
    /* Of ws2_32 as it is: each version that it has, one above, ones between,
     * and ones below; 0.1 is what 1.0 looks like to who swaps the bytes. */
    { "2.1/11",
      NULL,
      "WSAStartup 1.0\nWSAStartup 1.1\nWSAStartup 2.0\nWSAStartup 2.1\n"
      "WSAStartup 2.3\nWSAStartup 3.0\nWSAStartup 1.5\nWSAStartup 0.0\n"
      "WSAStartup 0.1\nWSAStartup 0.255\nWSAStartup 255.0\n",
      "",
      "WSAStartup 1.0 = 0, 1.0 of 2.2\n"
      "WSAStartup 1.1 = 0, 1.1 of 2.2\n"
      "WSAStartup 2.0 = 0, 2.0 of 2.2\n"
      "WSAStartup 2.1 = 0, 2.1 of 2.2\n"
      "WSAStartup 2.3 = 0, 2.2 of 2.2\n"
      "WSAStartup 3.0 = 0, 2.2 of 2.2\n"
      "WSAStartup 1.5 = 0, 1.1 of 2.2\n"
      "WSAStartup 0.0 = WSAVERNOTSUPPORTED\n"
      "WSAStartup 0.1 = WSAVERNOTSUPPORTED\n"
      "WSAStartup 0.255 = WSAVERNOTSUPPORTED\n"
      "WSAStartup 255.0 = 0, 2.2 of 2.2\n" },
    { "2.2/1",
      SIDES("1.1", "1.1"),
      SOCKET("1.1"),
      "s",
      "WSAStartup 1.1 = 0, 1.1 of 1.1\n"
      "ws2_32 > tcp WSPStartup 1.1 = 0, 1.1\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n" USED },
    { "2.2/2",
      SIDES("1.0 1.1", "1.0"),
      SOCKET("1.1"),
      "s",
      "WSAStartup 1.1 = 0, 1.1 of 1.1\n"
      "ws2_32 > tcp WSPStartup 1.1 = 0, 1.0\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n" USED },
    { "2.2/3",
      SIDES("1.0", "1.0 1.1"),
      SOCKET("1.0"),
      "s",
      "WSAStartup 1.0 = 0, 1.0 of 1.0\n"
      "ws2_32 > tcp WSPStartup 1.0 = 0, 1.0\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n" USED },
    { "2.2/4",
      SIDES("1.1", "1.0 1.1"),
      SOCKET("1.1"),
      "s",
      "WSAStartup 1.1 = 0, 1.1 of 1.1\n"
      "ws2_32 > tcp WSPStartup 1.1 = 0, 1.1\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n" USED },
    { "2.2/5",
      SIDES("1.1", "1.0"),
      SOCKET("1.1"),
      "sm",
      "WSAStartup 1.1 = 0, 1.1 of 1.1\n"
      "ws2_32 loads tcp, mapped\n"
      "ws2_32 > tcp WSPStartup 1.1 = 0, 1.0\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "ws2_32 frees tcp, unmapped\n"
      "socket = WSAEINVALIDPROVIDER\n"
      "WSACleanup = 0\n" },
    { "2.2/6",
      SIDES("1.0", "1.1"),
      SOCKET("1.0"),
      "sm",
      "WSAStartup 1.0 = 0, 1.0 of 1.0\n"
      "ws2_32 loads tcp, mapped\n"
      "ws2_32 > tcp WSPStartup 1.0 = WSAVERNOTSUPPORTED\n"
      "ws2_32 frees tcp, unmapped\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "WSACleanup = 0\n" },
    { "2.2/7",
      SIDES("1.0 1.1", "1.0 1.1"),
      SOCKET("1.1"),
      "s",
      "WSAStartup 1.1 = 0, 1.1 of 1.1\n"
      "ws2_32 > tcp WSPStartup 1.1 = 0, 1.1\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n" USED },
    { "2.2/8",
      SIDES("1.0 1.1 2.0", "1.1"),
      SOCKET("2.0"),
      "s",
      "WSAStartup 2.0 = 0, 2.0 of 2.0\n"
      "ws2_32 > tcp WSPStartup 2.0 = 0, 1.1\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n" USED },
    { "2.2/9",
      SIDES("1.0 1.1 2.0", "2.0"),
      SOCKET("2.0"),
      "s",
      "WSAStartup 2.0 = 0, 2.0 of 2.0\n"
      "ws2_32 > tcp WSPStartup 2.0 = 0, 2.0\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n" USED },
    { "2.2/10",
      SIDES("1.0 1.1 2.0 2.2", "2.2"),
      SOCKET("2.2"),
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n" USED },
    /* Whatever the application asked for: ws2_32 asks for its own highest, of
     * one that has more as well. */
    { "2.2/10",
      "provider tcp base\nversions tcp 2.0 2.2 3.0\n",
      SOCKET("1.1"),
      "s",
      "WSAStartup 1.1 = 0, 1.1 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.2\n"
      "ws2_32 > tcp WSPSocket 1 = 64\n" USED },
    /* a ws2_32 of 2.2 has no use for an older provider. */
    { "2.2/5",
      "provider tcp base\nversions tcp 1.1 2.1\n",
      SOCKET("2.2"),
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = 0, 2.1\n"
      "ws2_32 > tcp WSPCleanup = 0\n"
      "socket = WSAEINVALIDPROVIDER\n"
      "WSACleanup = 0\n" },
    /* A newer one has none for this ws2_32. */
    { "2.2/6",
      "provider tcp base\nversions tcp 3.0\n",
      SOCKET("2.2"),
      "s",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 > tcp WSPStartup 2.2 = WSAVERNOTSUPPORTED\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "WSACleanup = 0\n" },
    /* A layer is a client like ws2_32: it gives up, cleans up, and has failed
     * itself. */
    { "2.2/5",
      "versions tcp 2.1\n",
      SOCKET("2.2"),
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads filter, mapped\n"
      "filter loads tcp, mapped\n"
      "filter > tcp WSPStartup 2.2 = 0, 2.1\n"
      "filter > tcp WSPCleanup = 0\n"
      "filter frees tcp, unmapped\n"
      "ws2_32 > filter WSPStartup 2.2 = WSAEPROVIDERFAILEDINIT\n"
      "ws2_32 frees filter, unmapped\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "WSACleanup = 0\n" },
    { "2.2/6",
      "versions tcp 3.0\n",
      SOCKET("2.2"),
      "sm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads filter, mapped\n"
      "filter loads tcp, mapped\n"
      "filter > tcp WSPStartup 2.2 = WSAVERNOTSUPPORTED\n"
      "filter frees tcp, unmapped\n"
      "ws2_32 > filter WSPStartup 2.2 = WSAVERNOTSUPPORTED\n"
      "ws2_32 frees filter, unmapped\n"
      "socket = WSAEPROVIDERFAILEDINIT\n"
      "WSACleanup = 0\n" },
    /* Above it one version is spoken, below it another. */
    { "2.2/8",
      "versions ws2_32 1.0 1.1\nversions filter 1.1 2.0\n"
      "versions tcp 1.0 1.1\n",
      SOCKET("1.1"),
      "s",
      "WSAStartup 1.1 = 0, 1.1 of 1.1\n"
      "filter > tcp WSPStartup 2.0 = 0, 1.1\n"
      "ws2_32 > filter WSPStartup 1.1 = 0, 1.1\n"
      "filter > tcp WSPSocket 2 = 64\n"
      "ws2_32 > filter WSPSocket 1 = 64\n"
      "socket = 64\n"
      "filter > tcp WSPCloseSocket 64 = 0\n"
      "filter > tcp WSPCleanup = 0\n"
      "ws2_32 > filter WSPCleanup = 0\n"
      "WSACleanup = 0\n" },
};

int main(void)
{
    static struct rows_program all = {
        .tables = { "2.1", "2.2" },
        .rows = told_rows,
        .row_count = LC_COUNT_OF(told_rows),
    };
    return rows_run(&all);
}
