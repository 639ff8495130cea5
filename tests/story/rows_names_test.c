/*
 * Section 19 of the catalogue: name-space providers.
 */
#include "tests/story/rows.h"

#define NAMES "provider tcp base\nnames\n"

static const struct row told_rows[] = {
    /* One start for a name space, at first need; two starts of the application
     * change nothing. */
    { "19/NS-1 19/NS-4 19/NS-7",
      NAMES,
      "WSAStartup 2.2\nWSAStartup 2.2\nWSALookupServiceBegin q first\n"
      "WSALookupServiceNext q\nWSALookupServiceEnd q\n"
      "WSALookupServiceBegin q first\nWSALookupServiceEnd q\n"
      "WSACleanup\nWSACleanup\n",
      "nm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads names, mapped\n"
      "ws2_32 > names NSPStartup 1 = 0\n"
      "ws2_32 > names NSPLookupServiceBegin 1 = 0\n"
      "WSALookupServiceBegin = 0\n"
      "ws2_32 > names NSPLookupServiceNext 1 = WSA_E_NO_MORE\n"
      "WSALookupServiceNext = WSA_E_NO_MORE\n"
      "ws2_32 > names NSPLookupServiceEnd 1 = 0\n"
      "WSALookupServiceEnd = 0\n"
      "ws2_32 > names NSPLookupServiceBegin 1 = 0\n"
      "WSALookupServiceBegin = 0\n"
      "ws2_32 > names NSPLookupServiceEnd 1 = 0\n"
      "WSALookupServiceEnd = 0\n"
      "WSACleanup = 0\n"
      "ws2_32 > names NSPCleanup 1 = 0\n"
      "ws2_32 frees names, unmapped\n"
      "WSACleanup = 0\n" },
    /* The end of a lookup cuts the wait of another thread in it short. */
    { "19/NS-1",
      NAMES,
      "process A\nthread main\nWSAStartup 2.2\n"
      "WSALookupServiceBegin q first\nWSALookupServiceNext q\nWSACleanup\n"
      "thread late\nSleep 10\nWSALookupServiceEnd q\n",
      "tn",
      "0.000 main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "0.000 main: ws2_32 > names NSPStartup 1 = 0\n"
      "0.000 main: ws2_32 > names NSPLookupServiceBegin 1 = 0\n"
      "0.000 main: WSALookupServiceBegin = 0\n"
      "0.010 late: Sleep = 0\n"
      "0.010 late: ws2_32 > names NSPLookupServiceEnd 1 = 0\n"
      "0.010 late: WSALookupServiceEnd = 0\n"
      "0.010 main: ws2_32 > names NSPLookupServiceNext 1 = WSA_E_CANCELLED\n"
      "0.010 main: WSALookupServiceNext = WSA_E_CANCELLED\n"
      "0.010 main: ws2_32 > names NSPCleanup 1 = 0\n"
      "0.010 main: WSACleanup = 0\n" },
    /* Installation needs no start, and without one nothing is loaded. */
    { "19/NS-2",
      NAMES,
      "WSALookupServiceBegin q all\nWSASetService register 0\n"
      "WSALookupServiceNext q\nWSALookupServiceEnd q\n"
      "WSAEnumNameSpaceProviders\nWSCUnInstallNameSpace first\n"
      "WSCInstallNameSpace first\nWSCEnableNSProvider second off\n",
      "nm",
      "WSALookupServiceBegin = WSANOTINITIALISED\n"
      "WSASetService = WSANOTINITIALISED\n"
      "WSALookupServiceNext = WSANOTINITIALISED\n"
      "WSALookupServiceEnd = WSANOTINITIALISED\n"
      "WSAEnumNameSpaceProviders = WSANOTINITIALISED\n"
      "WSCUnInstallNameSpace = 0\n"
      "WSCInstallNameSpace = 0\n"
      "WSCEnableNSProvider = 0\n" },
    /* Two starts of one DLL, and it goes with the second cleanup. */
    { "19/NS-3 19/NS-5",
      NAMES,
      "WSAStartup 2.2\nWSASetService register 7\nWSALookupServiceBegin q all\n"
      "WSALookupServiceNext q\nWSALookupServiceNext q\nWSACleanup\n",
      "nm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads names, mapped\n"
      "ws2_32 > names NSPStartup 2 = 0\n"
      "ws2_32 > names NSPSetService 2 = 0\n"
      "WSASetService = 0\n"
      "ws2_32 loads names\n"
      "ws2_32 > names NSPStartup 1 = 0\n"
      "ws2_32 > names NSPLookupServiceBegin 1 = 0\n"
      "ws2_32 > names NSPLookupServiceBegin 2 = 0\n"
      "WSALookupServiceBegin = 0\n"
      "ws2_32 > names NSPLookupServiceNext 1 = WSA_E_NO_MORE\n"
      "ws2_32 > names NSPLookupServiceNext 2 = 0, service 7\n"
      "WSALookupServiceNext = 0\n"
      "ws2_32 > names NSPLookupServiceNext 2 = WSA_E_NO_MORE\n"
      "WSALookupServiceNext = WSA_E_NO_MORE\n"
      "ws2_32 > names NSPCleanup 1 = 0\n"
      "ws2_32 frees names\n"
      "ws2_32 > names NSPCleanup 2 = 0\n"
      "ws2_32 frees names, unmapped\n"
      "WSACleanup = 0\n" },
    /* A start that fails says so by the thread's last error, and is made anew.
     */
    { "19/NS-6",
      NAMES "faults alloc\n",
      "process A\nthread main\nWSAStartup 2.2\n"
      "WSALookupServiceBegin q first\nWSASetService deregister 1\n"
      "WSAGetLastError\nWSALookupServiceBegin q first\nWSACleanup\n"
      "choices\nmain in 2 WSALookupServiceBegin at HeapCreate@names : fail\n",
      "nm",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "ws2_32 loads names, mapped\n"
      "ws2_32 > names NSPStartup 1 = WSA_NOT_ENOUGH_MEMORY\n"
      "ws2_32 frees names, unmapped\n"
      "WSALookupServiceBegin = WSA_NOT_ENOUGH_MEMORY\n"
      "ws2_32 loads names, mapped\n"
      "ws2_32 > names NSPStartup 1 = 0\n"
      "ws2_32 > names NSPSetService 1 = WSASERVICE_NOT_FOUND\n"
      "WSASetService = WSASERVICE_NOT_FOUND\n"
      "WSAGetLastError = 10108\n"
      "ws2_32 > names NSPLookupServiceBegin 1 = 0\n"
      "WSALookupServiceBegin = 0\n"
      "ws2_32 > names NSPCleanup 1 = 0\n"
      "ws2_32 frees names, unmapped\n"
      "WSACleanup = 0\n" },
    /* What waits in a lookup comes back, and the lookup is gone. */
    { "19/NS-8",
      NAMES,
      "process A\nthread main\nWSAStartup 2.2\n"
      "WSALookupServiceBegin q first\nWSALookupServiceNext q\n"
      "WSAStartup 2.2\nWSALookupServiceNext q\nWSACleanup\n"
      "thread late\nSleep 10\nWSACleanup\n",
      "tn",
      "0.000 main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "0.000 main: ws2_32 > names NSPStartup 1 = 0\n"
      "0.000 main: ws2_32 > names NSPLookupServiceBegin 1 = 0\n"
      "0.000 main: WSALookupServiceBegin = 0\n"
      "0.010 late: Sleep = 0\n"
      "0.010 main: ws2_32 > names NSPLookupServiceNext 1 = WSA_E_CANCELLED\n"
      "0.010 main: WSALookupServiceNext = WSA_E_CANCELLED\n"
      "0.010 late: ws2_32 > names NSPCleanup 1 = 0\n"
      "0.010 late: WSACleanup = 0\n"
      "0.010 main: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "0.010 main: WSALookupServiceNext = WSA_INVALID_HANDLE\n"
      "0.010 main: WSACleanup = 0\n" },
    /* Another process finds what one has registered that is gone. */
    { "19/NS-9",
      NAMES,
      "process A\nthread a\nWSAStartup 2.2\nWSASetService register 2\n"
      "WSASetService register 3\nWSASetService delete 2\nWSACleanup\n"
      "process B\nthread b\nSleep 100\nWSAStartup 2.2\n"
      "WSALookupServiceBegin q first\nWSALookupServiceNext q\n"
      "WSALookupServiceNext q\nWSALookupServiceEnd q\nWSACleanup\n",
      "n",
      "a: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "a: ws2_32 > names NSPStartup 1 = 0\n"
      "a: ws2_32 > names NSPSetService 1 = 0\n"
      "a: WSASetService = 0\n"
      "a: ws2_32 > names NSPSetService 1 = 0\n"
      "a: WSASetService = 0\n"
      "a: ws2_32 > names NSPSetService 1 = 0\n"
      "a: WSASetService = 0\n"
      "a: ws2_32 > names NSPCleanup 1 = 0\n"
      "a: WSACleanup = 0\n"
      "b: Sleep = 0\n"
      "b: WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "b: ws2_32 > names NSPStartup 1 = 0\n"
      "b: ws2_32 > names NSPLookupServiceBegin 1 = 0\n"
      "b: WSALookupServiceBegin = 0\n"
      "b: ws2_32 > names NSPLookupServiceNext 1 = 0, service 3\n"
      "b: WSALookupServiceNext = 0\n"
      "b: ws2_32 > names NSPLookupServiceNext 1 = WSA_E_NO_MORE\n"
      "b: WSALookupServiceNext = WSA_E_NO_MORE\n"
      "b: ws2_32 > names NSPLookupServiceEnd 1 = 0\n"
      "b: WSALookupServiceEnd = 0\n"
      "b: ws2_32 > names NSPCleanup 1 = 0\n"
      "b: WSACleanup = 0\n" },
    /* Each life sees the list as it was when it began. */
    { "19/NS-11",
      NAMES,
      "WSAStartup 2.2\nWSCUnInstallNameSpace first\n"
      "WSCUnInstallNameSpace first\nWSAEnumNameSpaceProviders\n"
      "WSALookupServiceBegin q first\nWSACleanup\nWSAStartup 2.2\n"
      "WSAEnumNameSpaceProviders\nWSALookupServiceBegin q first\n"
      "WSCEnableNSProvider second off\nWSCEnableNSProvider first off\n"
      "WSCInstallNameSpace first\nWSCInstallNameSpace first\nWSACleanup\n"
      "WSAStartup 2.2\nWSAEnumNameSpaceProviders\n"
      "WSALookupServiceBegin q second\nWSALookupServiceBegin q first\n"
      "WSACleanup\n",
      "",
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "WSCUnInstallNameSpace = 0\n"
      "WSCUnInstallNameSpace = WSAEINVAL\n"
      "WSAEnumNameSpaceProviders = 2\n"
      "WSALookupServiceBegin = 0\n"
      "WSACleanup = 0\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "WSAEnumNameSpaceProviders = 1\n"
      "WSALookupServiceBegin = WSASERVICE_NOT_FOUND\n"
      "WSCEnableNSProvider = 0\n"
      "WSCEnableNSProvider = WSAEINVAL\n"
      "WSCInstallNameSpace = 0\n"
      "WSCInstallNameSpace = WSAEINVAL\n"
      "WSACleanup = 0\n"
      "WSAStartup 2.2 = 0, 2.2 of 2.2\n"
      "WSAEnumNameSpaceProviders = 2\n"
      "WSALookupServiceBegin = WSASERVICE_NOT_FOUND\n"
      "WSALookupServiceBegin = 0\n"
      "WSACleanup = 0\n" },
};

static const struct row_waits waiting_rows[] = {
    { "19/NS-10", "WSAAdvertiseProvider and its NSPv2 functions" },
};

int main(void)
{
    static struct rows_program all = {
        .tables = { "19" },
        .rows = told_rows,
        .row_count = LC_COUNT_OF(told_rows),
        .waits = waiting_rows,
        .waits_count = LC_COUNT_OF(waiting_rows),
    };
    return rows_run(&all);
}
