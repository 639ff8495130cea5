/*
 * What ws2_32 exports to providers, beside the calls of applications.
 */
#include "shim.h"

#define W(name) FROM("ws2_32.dll", name)

/* No header of applications declares these. */
typedef int WSAAPI enum_protocols(LPINT, LPWSAPROTOCOL_INFOW, LPDWORD, LPINT);
typedef int WSAAPI provider_path(LPGUID, WCHAR *, LPINT, LPINT);
typedef int WSAAPI complete(SOCKET, LPWSAOVERLAPPED, DWORD, DWORD, LPINT);

#define AS(type, name) FROM_AS(type, "ws2_32.dll", name)

static int byte_orders(void)
{
    CHECK(W(htons)(0x0102) == 0x0201);
    CHECK(W(ntohs)(0x0102) == 0x0201);
    CHECK(W(htonl)(0x01020304) == 0x04030201);
    CHECK(W(ntohl)(0x01020304) == 0x04030201);
    CHECK(W(inet_addr)("127.0.0.1") == 0x0100007f);
    CHECK(W(inet_addr)("127.0.0") == INADDR_NONE);
    CHECK(W(inet_addr)("127.0.0.256") == INADDR_NONE);
    return 0;
}

static int errors(void)
{
    W(WSASetLastError)(WSAEFAULT);
    CHECK(W(WSAGetLastError)() == WSAEFAULT);
    CHECK(GetLastError() == WSAEFAULT);
    SetLastError(ERROR_INVALID_HANDLE);
    CHECK(W(WSAGetLastError)() == ERROR_INVALID_HANDLE);
    return 0;
}

/* Without the lengths that they need. */
static int catalog(void)
{
    int error = 0;
    GUID none = { 0 };
    CHECK(
        AS(enum_protocols, WSCEnumProtocols)(NULL, NULL, NULL, &error) ==
        SOCKET_ERROR);
    CHECK(error == WSAEFAULT);
    error = 0;
    CHECK(
        AS(enum_protocols, WSCEnumProtocols32)(NULL, NULL, NULL, &error) ==
        SOCKET_ERROR);
    CHECK(error == WSAEFAULT);
    error = 0;
    CHECK(
        AS(provider_path, WSCGetProviderPath)(&none, NULL, NULL, &error) ==
        SOCKET_ERROR);
    CHECK(error == WSAEFAULT);
    error = 0;
    CHECK(
        AS(provider_path, WSCGetProviderPath32)(&none, NULL, NULL, &error) ==
        SOCKET_ERROR);
    CHECK(error == WSAEFAULT);
    return 0;
}

/* Of an operation that nobody began. */
static int completion(void)
{
    int error = 0;
    CHECK(
        AS(complete, WPUCompleteOverlappedRequest)(1, NULL, 0, 0, &error) ==
        SOCKET_ERROR);
    CHECK(error == WSAEINVAL);
    return 0;
}

part_fn *const parts[] = { byte_orders, errors, catalog, completion, NULL };
