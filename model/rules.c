#include "model/rules.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

/*
 * Source: documented. The catalogue (spec/lifecycle.md), whose page names
 *         stand in `source`. Inferred rules say so; some of them count as
 *         broken, for the reason given with them.
 */
static const struct model_rule rules[] = {
    [MODEL_LOAD_1] = {
        .id = "LOAD-1",
        .area = "LOAD",
        .source = "initialization-2",
        .sentence =
            "A provider DLL is initialised by WSPStartup before any other "
            "call into it.",
        .group = "LOAD-1",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_2] = {
        .id = "LOAD-2",
        .area = "LOAD",
        .source = "initialization-2; X-26",
        .sentence =
            "ws2_32 loads a provider on demand, when a socket of it is "
            "created.",
        .group = "LOAD-2",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_3] = {
        .id = "LOAD-3",
        .area = "LOAD",
        .source = "initialization-2; X-26",
        .sentence =
            "Another socket of a provider that is in memory loads nothing.",
        .group = "LOAD-3",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_4] = {
        .id = "LOAD-4",
        .area = "LOAD",
        .source =
            "initialization-2, transport-configuration-and-installation-2",
        .sentence =
            "The path of a provider DLL is the one in its catalog entry.",
        .group = "LOAD-4",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_6] = {
        .id = "LOAD-6",
        .area = "LOAD",
        .source = "transport-service-providers-2, initialization-2",
        .sentence = "Only WSPStartup is looked up in a provider DLL.",
        .group = "LOAD-6",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_8] = {
        .id = "LOAD-8",
        .area = "LOAD",
        .source = "windows-sockets-error-codes-2, nf-winsock2-wsasocketw; X-42",
        .sentence =
            "A socket whose provider can't be loaded or started fails "
            "with WSAEPROVIDERFAILEDINIT.",
        .group = "LOAD-8",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_9] = {
        .id = "LOAD-9",
        .area = "LOAD",
        .source = "windows-sockets-error-codes-2, nf-winsock2-wsasocketw",
        .sentence =
            "A table that lacks an entry is not called through, but for "
            "its cleanup, and a socket fails with WSAEINVALIDPROCTABLE.",
        .group = "LOAD-9",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_10] = {
        .id = "LOAD-10",
        .area = "LOAD",
        .source = "windows-sockets-error-codes-2, nf-winsock2-wsasocketw; X-6",
        .sentence =
            "A socket whose provider has a version that will not do fails "
            "with WSAEINVALIDPROVIDER.",
        .group = "LOAD-10",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_11] = {
        .id = "LOAD-11",
        .area = "LOAD",
        .source = "nf-ws2spi-wspstartup, cleanup-2",
        .sentence =
            "ws2_32 cleans up what it has started and refuses, once and "
            "at once.",
        .group = "LOAD-11",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_14] = {
        .id = "LOAD-14",
        .area = "LOAD",
        .source = "cleanup-2, nc-ws2spi-lpwspcleanup",
        .sentence =
            "A provider is unloaded only after its final WSPCleanup "
            "returned.",
        .group = "LOAD-14",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_15] = {
        .id = "LOAD-15",
        .area = "LOAD",
        .source = "nc-ws2spi-lpwspcleanup, cleanup-2",
        .sentence =
            "After the final WSPCleanup no thread or callback needs the "
            "DLL's code.",
        .group = "INV-2",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_16] = {
        .id = "LOAD-16",
        .area = "LOAD",
        .source = "nc-ws2spi-lpwspcleanup, cleanup-2; X-1",
        .sentence =
            "Data on closed graceful sockets has left the DLL when its "
            "final WSPCleanup returns.",
        .group = "CLEAN-16",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_17] = {
        .id = "LOAD-17",
        .area = "LOAD",
        .source = "cleanup-2, nc-ws2spi-lpwspcleanup",
        .sentence =
            "After its final WSPCleanup a provider can be started again and "
            "works as the first time.",
        .group = "LOAD-17",
        .strength = MODEL_MUST,
    },
    [MODEL_LOAD_22] = {
        .id = "LOAD-22",
        .area = "LOAD",
        .source = "inferred from LOAD-13, LOAD-14, LAYER-14",
        .sentence =
            "Each loader frees a DLL as often as it loaded it, by the end "
            "of the final WSACleanup.",
        .group = "LOAD-22",
        .promotion =
            "LOAD-14 and INV-4 rest on it: a reference left behind keeps "
            "the old life of the DLL",
        .strength = MODEL_INF,
    },
    [MODEL_LOAD_24] = {
        .id = "LOAD-24",
        .area = "LOAD",
        .source = "nf-ws2spi-wspstartup, nc-ws2spi-lpwspcleanup",
        .sentence =
            "A socket is created only between a successful WSPStartup and "
            "the last WSPCleanup.",
        .group = "INV-2",
        .strength = MODEL_MUST,
    },
    [MODEL_VER_3] = {
        .id = "VER-3",
        .area = "VER",
        .source = "nf-winsock-wsastartup",
        .sentence =
            "WSAStartup succeeds when the version asked for is not below "
            "the lowest that ws2_32 has, and else does not.",
        .group = "VER-3",
        .strength = MODEL_MUST,
    },
    [MODEL_VER_4] = {
        .id = "VER-4",
        .area = "VER",
        .source = "nf-winsock-wsastartup",
        .sentence =
            "WSAStartup answers with the highest version that is not "
            "above the one asked for, and with the highest of all.",
        .group = "VER-4",
        .strength = MODEL_MUST,
    },
    [MODEL_VER_6] = {
        .id = "VER-6",
        .area = "VER",
        .source = "nf-ws2spi-wspstartup, initialization-2",
        .sentence =
            "A provider answers WSPStartup with a version that is not "
            "above the one asked for.",
        .group = "VER-6",
        .strength = MODEL_MUST,
    },
    [MODEL_VER_7] = {
        .id = "VER-7",
        .area = "VER",
        .source = "initialization-2",
        .sentence =
            "Where caller and provider have versions in common the answer "
            "is one of them.",
        .group = "VER-7",
        .strength = MODEL_MUST,
    },
    [MODEL_VER_8] = {
        .id = "VER-8",
        .area = "VER",
        .source = "initialization-2; X-7",
        .sentence =
            "Where the provider has no version that is low enough "
            "WSPStartup fails, and only there for the version.",
        .group = "VER-8",
        .strength = MODEL_MUST,
    },
    [MODEL_START_1] = {
        .id = "START-1",
        .area = "START",
        .source = "nf-winsock-wsastartup",
        .sentence =
            "Without a successful WSAStartup a call fails with "
            "WSANOTINITIALISED.",
        .group = "START-1",
        .strength = MODEL_MUST,
    },
    [MODEL_START_3] = {
        .id = "START-3",
        .area = "START",
        .source = "nf-winsock-wsastartup",
        .sentence =
            "Each successful WSAStartup adds one to the count of the "
            "process, a failed one none.",
        .group = "START-3",
        .strength = MODEL_MUST,
    },
    [MODEL_START_6] = {
        .id = "START-6",
        .area = "START",
        .source = "nf-winsock-wsastartup",
        .sentence =
            "WSAStartup without room for its answer fails with WSAEFAULT.",
        .group = "START-6",
        .strength = MODEL_MUST,
    },
    [MODEL_START_7] = {
        .id = "START-7",
        .area = "START",
        .source = "nf-winsock-wsastartup, initialization-2",
        .sentence = "The counts of one process are no business of another.",
        .group = "START-7",
        .strength = MODEL_MUST,
    },
    [MODEL_START_9] = {
        .id = "START-9",
        .area = "START",
        .source = "initialization-2",
        .sentence =
            "A provider keeps a count per process, and works while it is "
            "above zero.",
        .group = "INV-1",
        .strength = MODEL_MUST,
    },
    [MODEL_START_10] = {
        .id = "START-10",
        .area = "START",
        .source = "inferred from START-9",
        .sentence = "A failed WSPStartup holds nothing.",
        .group = "START-10",
        .strength = MODEL_INF,
    },
    [MODEL_START_15] = {
        .id = "START-15",
        .area = "START",
        .source = "nf-ws2spi-wspstartup, ns-ws2spi-wspdata",
        .sentence =
            "A WSPStartup that succeeds fills all 30 entries of the procedure "
            "table.",
        .group = "START-15",
        .strength = MODEL_MUST,
    },
    [MODEL_START_20] = {
        .id = "START-20",
        .area = "START",
        .source =
            "categorizing-layered-service-providers-and-applications; X-25",
        .sentence =
            "A process has the layers that are permitted to its application "
            "when it first starts.",
        .group = "START-20",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_1] = {
        .id = "CLEAN-1",
        .area = "CLEAN",
        .source = "nf-winsock-wsacleanup",
        .sentence =
            "The application calls WSACleanup once for each successful "
            "WSAStartup.",
        .group = "CLEAN-1",
        .strength = MODEL_MUST,
        .application = true,
    },
    [MODEL_CLEAN_2] = {
        .id = "CLEAN-2",
        .area = "CLEAN",
        .source = "nf-winsock-wsacleanup",
        .sentence = "A WSACleanup that is not the last calls no provider.",
        .group = "INV-3",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_3] = {
        .id = "CLEAN-3",
        .area = "CLEAN",
        .source = "nf-winsock-wsacleanup",
        .sentence =
            "WSACleanup without a start fails with WSANOTINITIALISED and "
            "does nothing.",
        .group = "CLEAN-3",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_4] = {
        .id = "CLEAN-4",
        .area = "CLEAN",
        .source = "nf-winsock-wsacleanup",
        .sentence =
            "The final WSACleanup releases the blocked calls of every "
            "thread.",
        .group = "CLEAN-4",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_6] = {
        .id = "CLEAN-6",
        .area = "CLEAN",
        .source = "nf-winsock-wsacleanup, nc-ws2spi-lpwspcleanup; X-3",
        .sentence =
            "The final WSACleanup cancels what is pending: no event is set "
            "and no completion routine runs for it.",
        .group = "CLEAN-6",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_7] = {
        .id = "CLEAN-7",
        .area = "CLEAN",
        .source = "nf-winsock-wsacleanup, nc-ws2spi-lpwspcleanup; X-2",
        .sentence =
            "The final cleanup resets and frees the sockets that are still "
            "open.",
        .group = "CLEAN-7",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_10] = {
        .id = "CLEAN-10",
        .area = "CLEAN",
        .source = "nf-winsock-wsacleanup",
        .sentence =
            "WSACleanup withdraws no names that are registered.",
        .group = "NS-9",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_11] = {
        .id = "CLEAN-11",
        .area = "CLEAN",
        .source = "nf-winsock-wsacleanup",
        .sentence =
            "WSACleanup in a blocking hook fails with WSAEINPROGRESS.",
        .group = "CLEAN-11",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_12] = {
        .id = "CLEAN-12",
        .area = "CLEAN",
        .source = "nf-winsock-wsacleanup",
        .sentence =
            "WSACleanup fails with WSANOTINITIALISED, WSAENETDOWN or "
            "WSAEINPROGRESS only.",
        .group = "CLEAN-12",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_14] = {
        .id = "CLEAN-14",
        .area = "CLEAN",
        .source = "cleanup-2, initialization-2",
        .sentence =
            "ws2_32 calls WSPCleanup once for each successful WSPStartup it "
            "made.",
        .group = "INV-1",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_15] = {
        .id = "CLEAN-15",
        .area = "CLEAN",
        .source = "cleanup-2",
        .sentence =
            "A WSPCleanup that leaves the count above zero touches no "
            "socket.",
        .group = "CLEAN-15",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_16] = {
        .id = "CLEAN-16",
        .area = "CLEAN",
        .source = "cleanup-2; X-1",
        .sentence =
            "The final WSPCleanup first finishes sending on sockets closed "
            "gracefully.",
        .group = "CLEAN-16",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_17] = {
        .id = "CLEAN-17",
        .area = "CLEAN",
        .source = "cleanup-2",
        .sentence =
            "The final WSPCleanup releases every resource of the provider.",
        .group = "INV-4",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_18] = {
        .id = "CLEAN-18",
        .area = "CLEAN",
        .source = "cleanup-2",
        .sentence =
            "After its final WSPCleanup a provider that stays loaded takes "
            "a new WSPStartup at once.",
        .group = "LOAD-17",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_19] = {
        .id = "CLEAN-19",
        .area = "CLEAN",
        .source = "nc-ws2spi-lpwspcleanup; X-4, X-5",
        .sentence = "A WSPCleanup that is owed succeeds.",
        .group = "CLEAN-19",
        .strength = MODEL_MUST,
    },
    [MODEL_CLEAN_23] = {
        .id = "CLEAN-23",
        .area = "CLEAN",
        .source = "cleanup-2",
        .sentence =
            "A layer does not call the provider below after it has cleaned "
            "it up.",
        .group = "CLEAN-23",
        .strength = MODEL_MUST,
    },
    [MODEL_CLOSE_1] = {
        .id = "CLOSE-1",
        .area = "CLOSE",
        .source =
            " "
            "graceful-shutdown-linger-options-and-socket-closure-in-the-spi-2",
        .sentence = "Closing a socket frees its descriptor.",
        .group = "CLOSE-1",
        .strength = MODEL_MUST,
    },
    [MODEL_CLOSE_2] = {
        .id = "CLOSE-2",
        .area = "CLOSE",
        .source =
            " "
            "graceful-shutdown-linger-options-and-socket-closure-in-the-spi-2",
        .sentence = "Closing a connected socket ends its connection, once.",
        .group = "CLOSE-2",
        .strength = MODEL_MUST,
    },
    [MODEL_CLOSE_3] = {
        .id = "CLOSE-3",
        .area = "CLOSE",
        .source = "nc-ws2spi-lpwspclosesocket; X-14",
        .sentence =
            "A call on a closed descriptor should fail with WSAENOTSOCK.",
        .group = "CLOSE-3",
        .strength = MODEL_SHOULD,
    },
    [MODEL_CLOSE_5] = {
        .id = "CLOSE-5",
        .area = "CLOSE",
        .source = "nf-winsock-closesocket",
        .sentence =
            "The application closes each socket once and uses no closed or "
            "invalid one.",
        .group = "CLOSE-5",
        .strength = MODEL_MUST,
        .application = true,
    },
    [MODEL_CLOSE_6] = {
        .id = "CLOSE-6",
        .area = "CLOSE",
        .source = "nf-winsock-closesocket; X-15",
        .sentence =
            "The application does not close a socket that another thread is "
            "using.",
        .group = "CLOSE-6",
        .strength = MODEL_SHOULD,
        .application = true,
    },
    [MODEL_CLOSE_7] = {
        .id = "CLOSE-7",
        .area = "CLOSE",
        .source = "nc-ws2spi-lpwspclosesocket, closing-sockets-2; X-15, X-34",
        .sentence =
            "Closing a socket ends the calls of other threads that wait "
            "on it.",
        .group = "CLOSE-7",
        .strength = MODEL_MUST,
    },
    [MODEL_CLOSE_8] = {
        .id = "CLOSE-8",
        .area = "CLOSE",
        .source = "nc-ws2spi-lpwspclosesocket, nf-winsock-closesocket; X-16",
        .sentence =
            "Closing a socket cancels its overlapped operations, and each is "
            "told of.",
        .group = "CLOSE-8",
        .strength = MODEL_MUST,
    },
    [MODEL_CLOSE_12] = {
        .id = "CLOSE-12",
        .area = "CLOSE",
        .source = "nc-ws2spi-lpwspclosesocket, closing-sockets-2; X-9",
        .sentence =
            "What is queued at a graceful close is sent before the "
            "connection is given up.",
        .group = "INV-7",
        .strength = MODEL_MUST,
    },
    [MODEL_CLOSE_15] = {
        .id = "CLOSE-15",
        .area = "CLOSE",
        .source = "generic-data-transport-functions-2, nf-winsock-closesocket",
        .sentence =
            "Closing blocks only on a blocking socket with a nonzero linger "
            "time.",
        .group = "INV-8",
        .strength = MODEL_MUST,
    },
    [MODEL_CLOSE_16] = {
        .id = "CLOSE-16",
        .area = "CLOSE",
        .source = "nf-winsock-closesocket, nc-ws2spi-lpwspclosesocket; X-10",
        .sentence =
            "Closing a nonblocking lingering socket with unsent data fails "
            "with WSAEWOULDBLOCK; the socket stays open, as it was.",
        .group = "CLOSE-16",
        .strength = MODEL_MUST,
        .is_lasting = true,
    },
    [MODEL_CLOSE_17] = {
        .id = "CLOSE-17",
        .area = "CLOSE",
        .source = "nf-winsock-closesocket; X-11",
        .sentence =
            "Repeating that close fails alike until the linger is off or "
            "zero, or a shutdown was made.",
        .group = "CLOSE-17",
        .strength = MODEL_MUST,
    },
    [MODEL_CLOSE_19] = {
        .id = "CLOSE-19",
        .area = "CLOSE",
        .source = "closing-sockets-2, nf-ws2spi-wpuclosesockethandle",
        .sentence =
            "A provider that had ws2_32 make a handle gives it back "
            "when its WSPCloseSocket succeeds.",
        .group = "CLOSE-19",
        .strength = MODEL_MUST,
    },
    [MODEL_CLOSE_20] = {
        .id = "CLOSE-20",
        .area = "CLOSE",
        .source = "inferred from CLOSE-16",
        .sentence =
            "A provider does not give a handle back whose "
            "WSPCloseSocket fails.",
        .group = "INV-9",
        .promotion =
            "CLOSE-16 states that the handle stays valid",
        .strength = MODEL_INF,
    },
    [MODEL_CLOSE_24] = {
        .id = "CLOSE-24",
        .area = "CLOSE",
        .source = "nf-winsock-closesocket, CLOSE-1",
        .sentence =
            "A socket that was closed is asked for no connection any more.",
        .group = "CLOSE-24",
        .strength = MODEL_INF,
    },
    [MODEL_CLOSE_27] = {
        .id = "CLOSE-27",
        .area = "CLOSE",
        .source = "inferred from SHUT-4, CLOSE-2",
        .sentence = "Closing after a shutdown sends no second FIN.",
        .group = "INV-10",
        .promotion = "INV-10 states it for every FIN",
        .strength = MODEL_INF,
    },
    [MODEL_CLOSE_29] = {
        .id = "CLOSE-29",
        .area = "CLOSE",
        .source = "nf-winsock-closesocket",
        .sentence =
            "Closing a bad descriptor fails with WSAENOTSOCK and does "
            "nothing.",
        .group = "CLOSE-29",
        .strength = MODEL_MUST,
    },
    [MODEL_LINGER_1] = {
        .id = "LINGER-1",
        .area = "LINGER",
        .source = "socket-options-and-ioctls-2, sol-socket-socket-options",
        .sentence =
            "A socket does not linger by default: its close is graceful, in "
            "the background.",
        .group = "LINGER-1",
        .strength = MODEL_MUST,
    },
    [MODEL_LINGER_3] = {
        .id = "LINGER-3",
        .area = "LINGER",
        .source = "nf-winsock-setsockopt",
        .sentence = "Setting SO_DONTLINGER undoes SO_LINGER.",
        .group = "LINGER-3",
        .strength = MODEL_MUST,
    },
    [MODEL_LINGER_5] = {
        .id = "LINGER-5",
        .area = "LINGER",
        .source = "ns-winsock-linger",
        .sentence = "The linger time means nothing while lingering is off.",
        .group = "LINGER-5",
        .strength = MODEL_MUST,
    },
    [MODEL_LINGER_6] = {
        .id = "LINGER-6",
        .area = "LINGER",
        .source = "sol-socket-socket-options, nc-ws2spi-lpwspsetsockopt",
        .sentence =
            "SO_LINGER is refused on a socket without connections.",
        .group = "LINGER-6",
        .strength = MODEL_SHOULD,
    },
    [MODEL_LINGER_8] = {
        .id = "LINGER-8",
        .area = "LINGER",
        .source =
            " "
            "graceful-shutdown-linger-options-and-socket-closure-in-the-spi-2",
        .sentence =
            "When the linger time runs out the connection is reset, then "
            "the close returns.",
        .group = "LINGER-8",
        .strength = MODEL_MUST,
    },
    [MODEL_LINGER_9] = {
        .id = "LINGER-9",
        .area = "LINGER",
        .source =
            " "
            "graceful-shutdown-linger-options-and-socket-closure-in-the-spi-2; "
            "outside the set of X-13",
        .sentence =
            "A lingering close does not return before the last byte is sent "
            "or the time ran out.",
        .group = "LINGER-9",
        .strength = MODEL_MUST,
    },
    [MODEL_LINGER_10] = {
        .id = "LINGER-10",
        .area = "LINGER",
        .source =
            " "
            "graceful-shutdown-linger-options-and-socket-closure-in-the-spi-2",
        .sentence = "A lingering close waits no longer than the linger time.",
        .group = "INV-8",
        .strength = MODEL_MUST,
    },
    [MODEL_LINGER_11] = {
        .id = "LINGER-11",
        .area = "LINGER",
        .source = "inferred from LINGER-9",
        .sentence =
            "A lingering close of a connection that has ended waits for "
            "nothing.",
        .group = "LINGER-11",
        .strength = MODEL_INF,
    },
    [MODEL_LINGER_12] = {
        .id = "LINGER-12",
        .area = "LINGER",
        .source = "inferred from table 6.1",
        .sentence =
            "The linger option that counts is the one in force at the "
            "close.",
        .group = "LINGER-12",
        .strength = MODEL_INF,
    },
    [MODEL_LINGER_14] = {
        .id = "LINGER-14",
        .area = "LINGER",
        .source = "nf-winsock2-accept, nc-ws2spi-lpwspaccept",
        .sentence =
            "An accepted socket has the linger options of the socket that "
            "listens.",
        .group = "LINGER-14",
        .strength = MODEL_MUST,
    },
    [MODEL_SHUT_1] = {
        .id = "SHUT-1",
        .area = "SHUT",
        .source = "nf-winsock-shutdown, nc-ws2spi-lpwspshutdown",
        .sentence =
            "shutdown frees nothing: the descriptor stays until it is "
            "closed.",
        .group = "SHUT-1",
        .strength = MODEL_MUST,
    },
    [MODEL_SHUT_2] = {
        .id = "SHUT-2",
        .area = "SHUT",
        .source = "nf-winsock-shutdown, nc-ws2spi-lpwspshutdown",
        .sentence =
            "shutdown does not block, whatever the linger options say.",
        .group = "SHUT-2",
        .strength = MODEL_MUST,
    },
    [MODEL_SHUT_3] = {
        .id = "SHUT-3",
        .area = "SHUT",
        .source = "nf-winsock-shutdown, nf-winsock2-send",
        .sentence =
            "A send fails once the sending side is shut down.",
        .group = "SHUT-3",
        .strength = MODEL_MUST,
    },
    [MODEL_SHUT_5] = {
        .id = "SHUT-5",
        .area = "SHUT",
        .source = "nf-winsock-shutdown",
        .sentence =
            "A receive fails once the receiving side is shut down.",
        .group = "SHUT-5",
        .strength = MODEL_MUST,
    },
    [MODEL_SHUT_7] = {
        .id = "SHUT-7",
        .area = "SHUT",
        .source = "nf-winsock-shutdown",
        .sentence =
            "Datagrams are still accepted and queued once the receiving side "
            "is shut down.",
        .group = "SHUT-7",
        .strength = MODEL_MUST,
    },
    [MODEL_SHUT_10] = {
        .id = "SHUT-10",
        .area = "SHUT",
        .source = "nf-winsock-shutdown, nc-ws2spi-lpwspshutdown",
        .sentence =
            "A shutdown of a direction that there is not fails with "
            "WSAEINVAL, one of a socket that is not connected with "
            "WSAENOTCONN.",
        .group = "SHUT-10",
        .strength = MODEL_MUST,
    },
    [MODEL_SHUT_14] = {
        .id = "SHUT-14",
        .area = "SHUT",
        .source = "nf-winsock2-wsarecvdisconnect; X-17",
        .sentence =
            "After WSARecvDisconnect receives are refused.",
        .group = "SHUT-14",
        .strength = MODEL_MUST,
    },
    [MODEL_SHUT_15] = {
        .id = "SHUT-15",
        .area = "SHUT",
        .source = "nf-winsock2-wsasenddisconnect, nf-winsock2-wsarecvdisconnect",
        .sentence =
            "WSASendDisconnect and WSARecvDisconnect do not close the "
            "socket.",
        .group = "SHUT-15",
        .strength = MODEL_MUST,
    },
    [MODEL_SHUT_16] = {
        .id = "SHUT-16",
        .area = "SHUT",
        .source = "windows-sockets-error-codes-2, nf-winsock2-recv",
        .sentence =
            "A receive returns 0 when the peer has ended its stream, "
            "and fails with WSAECONNRESET when it was reset.",
        .group = "SHUT-16",
        .strength = MODEL_MUST,
    },
    [MODEL_SHUT_17] = {
        .id = "SHUT-17",
        .area = "SHUT",
        .source = "graceful-shutdown-linger-options-and-socket-closure-2",
        .sentence =
            "The end of the peer's stream is told only after all its "
            "data was received.",
        .group = "SHUT-17",
        .strength = MODEL_MUST,
    },
    [MODEL_SEND_4] = {
        .id = "SEND-4",
        .area = "SEND",
        .source = "nf-winsock2-send",
        .sentence =
            "A send of no bytes on a socket for datagrams sends one that is "
            "empty.",
        .group = "SEND-4",
        .strength = MODEL_MUST,
    },
    [MODEL_SEND_8] = {
        .id = "SEND-8",
        .area = "SEND",
        .source = "nf-winsock2-send",
        .sentence =
            "A send fails without a connection, and after a reset by the peer.",
        .group = "SEND-8",
        .strength = MODEL_MUST,
    },
    [MODEL_SEND_10] = {
        .id = "SEND-10",
        .area = "SEND",
        .source = "nf-winsock2-send, nf-winsock2-wsasend",
        .sentence =
            "A send of a message that is too long fails, and nothing is sent.",
        .group = "SEND-10",
        .strength = MODEL_MUST,
    },
    [MODEL_CONN_3] = {
        .id = "CONN-3",
        .area = "CONN",
        .source = "nf-winsock2-connect, nf-winsock2-select",
        .sentence =
            "FD_CONNECT and select tell of a connection that there is, "
            "and of an attempt that has failed.",
        .group = "CONN-3",
        .strength = MODEL_MUST,
    },
    [MODEL_CONN_5] = {
        .id = "CONN-5",
        .area = "CONN",
        .source = "nf-winsock2-connect",
        .sentence =
            "A connect on a socket that listens fails with WSAEINVAL.",
        .group = "CONN-5",
        .strength = MODEL_MUST,
    },
    [MODEL_CONN_7] = {
        .id = "CONN-7",
        .area = "CONN",
        .source = "nf-winsock2-accept, nc-ws2spi-lpwspaccept",
        .sentence =
            "An accept makes a new descriptor of a connection that was asked "
            "for, and the socket goes on listening.",
        .group = "CONN-7",
        .strength = MODEL_MUST,
    },
    [MODEL_CONN_8] = {
        .id = "CONN-8",
        .area = "CONN",
        .source = "nc-ws2spi-lpwspaccept, descriptor-allocation-2",
        .sentence =
            "A provider registers the descriptor of an accepted connection "
            "before it hands it up.",
        .group = "HANDLE-1",
        .strength = MODEL_MUST,
    },
    [MODEL_CONN_9] = {
        .id = "CONN-9",
        .area = "CONN",
        .source = "nc-ws2spi-lpwspaccept, nf-winsock2-wsaaccept",
        .sentence =
            "WSAAccept asks its condition function on the caller's thread: it "
            "accepts, fails with WSAECONNREFUSED, or fails with WSATRY_AGAIN "
            "and keeps the request.",
        .group = "CONN-9",
        .strength = MODEL_MUST,
    },
    [MODEL_CONN_10] = {
        .id = "CONN-10",
        .area = "CONN",
        .source = "CONN-8, CONN-9",
        .sentence =
            "An accept that fails leaves no new descriptor behind.",
        .group = "CONN-10",
        .strength = MODEL_INF,
    },
    [MODEL_EVENT_1] = {
        .id = "EVENT-1",
        .area = "EVENT",
        .source = "nf-winsock2-wsaasyncselect, LPWSPEVENTSELECT",
        .sentence =
            "FD_CLOSE comes after all data was received; its error is 0, "
            "WSAECONNRESET or WSAECONNABORTED by its cause.",
        .group = "EVENT-1",
        .strength = MODEL_MUST,
    },
    [MODEL_EVENT_2] = {
        .id = "EVENT-2",
        .area = "EVENT",
        .source = "nf-winsock2-wsaasyncselect, LPWSPEVENTSELECT",
        .sentence =
            "FD_CLOSE comes only of an end that the peer or a reset has "
            "made.",
        .group = "EVENT-2",
        .strength = MODEL_MUST,
    },
    [MODEL_EVENT_3] = {
        .id = "EVENT-3",
        .area = "EVENT",
        .source = "multiple-handles-to-a-single-socket-2, LPWSPEVENTSELECT",
        .sentence =
            "One registration of a socket is in force: a later one, or "
            "none, takes the place of the one before.",
        .group = "EVENT-3",
        .strength = MODEL_MUST,
    },
    [MODEL_EVENT_4] = {
        .id = "EVENT-4",
        .area = "EVENT",
        .source = "LPWSPEVENTSELECT, nf-winsock-ioctlsocket",
        .sentence =
            "While network events are registered a socket stays "
            "nonblocking: FIONBIO 0 fails with WSAEINVAL, and only then.",
        .group = "EVENT-4",
        .strength = MODEL_MUST,
    },
    [MODEL_EVENT_5] = {
        .id = "EVENT-5",
        .area = "EVENT",
        .source = "LPWSPEVENTSELECT, LPWSPENUMNETWORKEVENTS",
        .sentence =
            "WSAEventSelect empties the record of network events, "
            "WSAEnumNetworkEvents gives out each of them once.",
        .group = "EVENT-5",
        .strength = MODEL_MUST,
    },
    [MODEL_EVENT_7] = {
        .id = "EVENT-7",
        .area = "EVENT",
        .source = "CLOSE-10, CLEAN-5, CLEAN-9",
        .sentence =
            "No event is set for a socket that was closed, or after the "
            "final cleanup.",
        .group = "EVENT-7",
        .strength = MODEL_MUST,
    },
    [MODEL_EVENT_8] = {
        .id = "EVENT-8",
        .area = "EVENT",
        .source = "multiple-provider-restrictions-on-select-2; X-37",
        .sentence = "All sockets of a select are of one provider.",
        .group = "EVENT-8",
        .strength = MODEL_MUST,
        .application = true,
    },
    [MODEL_EVENT_9] = {
        .id = "EVENT-9",
        .area = "EVENT",
        .source = "nf-winsock2-select, LPWSPSELECT",
        .sentence =
            "select leaves its time as it was given, and waits for "
            "nothing when that is zero.",
        .group = "EVENT-9",
        .strength = MODEL_MUST,
    },
    [MODEL_EVENT_10] = {
        .id = "EVENT-10",
        .area = "EVENT",
        .source = "nf-winsock2-select",
        .sentence = "select of what is no socket fails.",
        .group = "EVENT-10",
        .strength = MODEL_MUST,
    },
    [MODEL_BLOCK_1] = {
        .id = "BLOCK-1",
        .area = "BLOCK",
        .source = "blocking-hook-2, nf-ws2spi-wpuqueryblockingcallback",
        .sentence =
            "Before a call waits, its provider asks for the blocking hook "
            "of the thread.",
        .group = "BLOCK-1",
        .strength = MODEL_MUST,
    },
    [MODEL_BLOCK_2] = {
        .id = "BLOCK-2",
        .area = "BLOCK",
        .source = "blocking-hook-2",
        .sentence =
            "A blocking hook is called only in a call that can block, on a "
            "blocking socket, when the request cannot be finished at once.",
        .group = "BLOCK-2",
        .strength = MODEL_MUST,
    },
    [MODEL_BLOCK_3] = {
        .id = "BLOCK-3",
        .area = "BLOCK",
        .source = "nf-ws2spi-wpuqueryblockingcallback",
        .sentence =
            "When the blocking hook says that the call was cancelled, it "
            "waits no more.",
        .group = "BLOCK-3",
        .strength = MODEL_MUST,
    },
    [MODEL_BLOCK_4] = {
        .id = "BLOCK-4",
        .area = "BLOCK",
        .source = "blocking-hook-2",
        .sentence =
            "A thread that waits calls its own blocking hook, and none when "
            "it has set none.",
        .group = "BLOCK-4",
        .strength = MODEL_MUST,
    },
    [MODEL_BLOCK_5] = {
        .id = "BLOCK-5",
        .area = "BLOCK",
        .source = "LPWSPCANCELBLOCKINGCALL",
        .sentence =
            "WSPCancelBlockingCall cancels what the calling thread waits "
            "for, and nothing else.",
        .group = "BLOCK-5",
        .strength = MODEL_MUST,
    },
    [MODEL_BLOCK_7] = {
        .id = "BLOCK-7",
        .area = "BLOCK",
        .source = "LPWSPCANCELBLOCKINGCALL",
        .sentence =
            "WSPCancelBlockingCall fails where nothing is outstanding.",
        .group = "BLOCK-7",
        .strength = MODEL_MUST,
    },
    [MODEL_BLOCK_10] = {
        .id = "BLOCK-10",
        .area = "BLOCK",
        .source = "LPWSPCANCELBLOCKINGCALL",
        .sentence =
            "A send that is cancelled when a part of it was taken resets "
            "the connection, and all but the close fails then.",
        .group = "BLOCK-10",
        .strength = MODEL_MUST,
    },
    [MODEL_BLOCK_12] = {
        .id = "BLOCK-12",
        .area = "BLOCK",
        .source = "windows-sockets-compatibility-issues-2",
        .sentence =
            "The calls for blocking hooks fail in a process of Winsock 2.",
        .group = "BLOCK-12",
        .strength = MODEL_MUST,
    },
    [MODEL_BLOCK_13] = {
        .id = "BLOCK-13",
        .area = "BLOCK",
        .source = "blocking-hook-2; X-28",
        .sentence =
            "In a blocking hook all calls but WSAIsBlocking and "
            "WSACancelBlockingCall fail with WSAEINPROGRESS, which no "
            "process of Winsock 2 is told.",
        .group = "BLOCK-13",
        .strength = MODEL_MUST,
    },
    [MODEL_OVL_2] = {
        .id = "OVL-2",
        .area = "OVL",
        .source = "LPWSPSEND, LPWSPRECV, overlapped-i-o-2",
        .sentence =
            "An overlapped operation that has begun is told of once, another "
            "one never.",
        .group = "OVL-2",
        .strength = MODEL_MUST,
    },
    [MODEL_OVL_6] = {
        .id = "OVL-6",
        .area = "OVL",
        .source = "receiving-completion-indications-2, LPWSPSEND",
        .sentence =
            "A completion routine runs in an alertable wait of the thread "
            "that began the operation.",
        .group = "OVL-6",
        .strength = MODEL_MUST,
    },
    [MODEL_OVL_10] = {
        .id = "OVL-10",
        .area = "OVL",
        .source = "LPWSPGETOVERLAPPEDRESULT",
        .sentence =
            "The result of an operation is there when it is through, and "
            "not before.",
        .group = "OVL-10",
        .strength = MODEL_MUST,
    },
    [MODEL_OVL_20] = {
        .id = "OVL-20",
        .area = "OVL",
        .source = "overlapped-i-o-2",
        .sentence =
            "An overlapped operation does not fail with WSAEWOULDBLOCK, but "
            "for too many under way.",
        .group = "OVL-20",
        .strength = MODEL_MUST,
    },
    [MODEL_HANDLE_1] = {
        .id = "HANDLE-1",
        .area = "HANDLE",
        .source = "descriptor-allocation-2, nf-ws2spi-wpumodifyifshandle",
        .sentence =
            "A provider registers each new descriptor before it hands it "
            "up.",
        .group = "HANDLE-1",
        .strength = MODEL_MUST,
    },
    [MODEL_HANDLE_3] = {
        .id = "HANDLE-3",
        .area = "HANDLE",
        .source = "descriptor-allocation-2, closing-sockets-2",
        .sentence =
            "A provider has given back every handle that ws2_32 made "
            "for it when its final WSPCleanup returns.",
        .group = "HANDLE-3",
        .strength = MODEL_MUST,
    },
    [MODEL_HANDLE_4] = {
        .id = "HANDLE-4",
        .area = "HANDLE",
        .source = "nf-ws2spi-wpuquerysockethandlecontext",
        .sentence =
            "ws2_32 knows the context of each handle that it has made, "
            "and answers WSAENOTSOCK for any other.",
        .group = "HANDLE-4",
        .strength = MODEL_MUST,
    },
    [MODEL_HANDLE_5] = {
        .id = "HANDLE-5",
        .area = "HANDLE",
        .source = "descriptor-allocation-2, ns-winsock2-wsaprotocol_infow, nf-ws2spi-wpucreatesockethandle",
        .sentence =
            "A provider whose entry has XP1_IFS_HANDLES has no handles "
            "made, and one whose entry has it not registers no IFS "
            "handles.",
        .group = "HANDLE-5",
        .strength = MODEL_MUST,
    },
    [MODEL_HANDLE_6] = {
        .id = "HANDLE-6",
        .area = "HANDLE",
        .source =
            " "
            "transport-division-of-responsibilities-between-dll-and-service-providers-2",
        .sentence =
            "ws2_32 sends a call to the provider that registered the "
            "descriptor last.",
        .group = "HANDLE-6",
        .strength = MODEL_MUST,
    },
    [MODEL_HANDLE_10] = {
        .id = "HANDLE-10",
        .area = "HANDLE",
        .source = "shared-sockets-in-the-spi-2",
        .sentence = "An open socket is known in every thread of its process.",
        .group = "HANDLE-10",
        .strength = MODEL_MUST,
    },
    [MODEL_LAYER_2] = {
        .id = "LAYER-2",
        .area = "LAYER",
        .source = "initialization-2, layered-protocols-and-protocol-chains-2",
        .sentence = "A call goes down the chain from its top, layer by layer.",
        .group = "LAYER-2",
        .strength = MODEL_MUST,
    },
    [MODEL_LAYER_3] = {
        .id = "LAYER-3",
        .area = "LAYER",
        .source = "initialization-2",
        .sentence = "A layer starts its direct successor and no other.",
        .group = "LAYER-3",
        .strength = MODEL_MUST,
    },
    [MODEL_LAYER_4] = {
        .id = "LAYER-4",
        .area = "LAYER",
        .source = "initialization-2, nf-ws2spi-wspstartup",
        .sentence =
            "A layer starts a layer with the chain's own information and a "
            "base with the base's.",
        .group = "LAYER-4",
        .strength = MODEL_MUST,
    },
    [MODEL_LAYER_6] = {
        .id = "LAYER-6",
        .area = "LAYER",
        .source = "LPWSPSOCKET page",
        .sentence =
            "A layer passes to WSPSocket the information that it passed to "
            "WSPStartup.",
        .group = "LAYER-4",
        .strength = MODEL_MUST,
    },
    [MODEL_LAYER_7] = {
        .id = "LAYER-7",
        .area = "LAYER",
        .source = "initialization-2",
        .sentence = "A layer passes the upcall table down unchanged.",
        .group = "LAYER-7",
        .strength = MODEL_MUST,
    },
    [MODEL_LAYER_9] = {
        .id = "LAYER-9",
        .area = "LAYER",
        .source = "inferred from HANDLE-1, HANDLE-3",
        .sentence =
            "A layer with handles of its own gives them to its client "
            "and never to the provider below.",
        .group = "LAYER-9",
        .promotion =
            "HANDLE-6 and CLOSE-3 rest on it: a handle means a socket "
            "to who registered it, and to nobody else",
        .strength = MODEL_INF,
    },
    [MODEL_LAYER_11] = {
        .id = "LAYER-11",
        .area = "LAYER",
        .source = "cleanup-2",
        .sentence =
            "A layer calls WSPCleanup below once for each successful "
            "WSPStartup it made.",
        .group = "INV-1",
        .strength = MODEL_MUST,
    },
    [MODEL_LAYER_13] = {
        .id = "LAYER-13",
        .area = "LAYER",
        .source = "cleanup-2 (CLEAN-15)",
        .sentence =
            "A layer with users does not clean up the provider below their "
            "open sockets.",
        .group = "LAYER-13",
        .strength = MODEL_MUST,
    },
    [MODEL_LAYER_14] = {
        .id = "LAYER-14",
        .area = "LAYER",
        .source = "inferred from LOAD-14",
        .sentence =
            "A layer frees the library below after cleaning it up and after "
            "its last call into it.",
        .group = "LAYER-14",
        .promotion =
            "LOAD-14 states it for ws2_32; the code that is called may be "
            "gone",
        .strength = MODEL_INF,
    },
    [MODEL_LAYER_16] = {
        .id = "LAYER-16",
        .area = "LAYER",
        .source = "inferred from CLOSE-16",
        .sentence =
            "A layer whose close below would block says so to its "
            "client.",
        .group = "LAYER-16",
        .strength = MODEL_INF,
    },
    [MODEL_UPCALL_5] = {
        .id = "UPCALL-5",
        .area = "UPCALL",
        .source = "inferred from LOAD-15, START-9",
        .sentence =
            "A provider makes no upcall after its final WSPCleanup "
            "returned.",
        .group = "UPCALL-5",
        .promotion =
            "LOAD-15 states that nothing of the provider runs any more",
        .strength = MODEL_INF,
    },
    [MODEL_UPCALL_7] = {
        .id = "UPCALL-7",
        .area = "UPCALL",
        .source = "nf-ws2spi-wpucreatesockethandle",
        .sentence =
            "A provider has handles made for its own catalog entries "
            "only.",
        .group = "UPCALL-7",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_3] = {
        .id = "CATALOG-3",
        .area = "CATALOG",
        .source = "transport-configuration-and-installation-2",
        .sentence =
            "The members of a protocol chain are installed before the "
            "chain.",
        .group = "CATALOG-3",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_5] = {
        .id = "CATALOG-5",
        .area = "CATALOG",
        .source = "service-provider-ordering-2",
        .sentence =
            "An entry is installed behind all that are there: the order"
            " of the catalog is that of installation until it is "
            "written anew.",
        .group = "CATALOG-5",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_6] = {
        .id = "CATALOG-6",
        .area = "CATALOG",
        .source = "transport-division-of-responsibilities-between-dll-and-"
            "service-providers-2",
        .sentence =
            "socket() takes the first entry of the catalog that "
            "matches.",
        .group = "CATALOG-6",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_7] = {
        .id = "CATALOG-7",
        .area = "CATALOG",
        .source = "transport-division-of-responsibilities-between-dll-and-"
            "service-providers-2",
        .sentence =
            "0 as a family or a type matches any: the first entry that "
            "has the rest is taken.",
        .group = "CATALOG-7",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_8] = {
        .id = "CATALOG-8",
        .area = "CATALOG",
        .source = "transport-division-of-responsibilities-between-dll-and-"
            "service-providers-2",
        .sentence =
            "0 as a protocol matches only entries with "
            "PFL_MATCHES_PROTOCOL_ZERO.",
        .group = "CATALOG-8",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_9] = {
        .id = "CATALOG-9",
        .area = "CATALOG",
        .source = "nf-winsock2-socket, nf-winsock2-wsasocketw",
        .sentence =
            "Family, type and protocol all 0: WSAEINVAL.",
        .group = "CATALOG-9",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_10] = {
        .id = "CATALOG-10",
        .area = "CATALOG",
        .source = "layered-protocols-and-protocol-chains-2, nf-"
            "winsock2-socket",
        .sentence =
            "An entry of ChainLen 0 is never taken for a socket.",
        .group = "CATALOG-10",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_11] = {
        .id = "CATALOG-11",
        .area = "CATALOG",
        .source = "transport-division-of-responsibilities-between-dll-and-"
            "service-providers-2",
        .sentence =
            "A call with a protocol information goes to the provider "
            "that it names.",
        .group = "CATALOG-11",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_12] = {
        .id = "CATALOG-12",
        .area = "CATALOG",
        .source = "transport-division-of-responsibilities-between-dll-and-"
            "service-providers-2",
        .sentence =
            "With a protocol information a provider does not refuse 0 "
            "as a family or a type, nor FROM_PROTOCOL_INFO.",
        .group = "CATALOG-12",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_13] = {
        .id = "CATALOG-13",
        .area = "CATALOG",
        .source = "nf-winsock2-socket, nc-ws2spi-lpwspsocket",
        .sentence =
            "When no entry matches, the error says which of family, "
            "type and protocol is not there.",
        .group = "CATALOG-13",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_14] = {
        .id = "CATALOG-14",
        .area = "CATALOG",
        .source = "nf-winsock2-wsaenumprotocolsw",
        .sentence =
            "WSAEnumProtocols lists bases and chains, no entry of "
            "ChainLen 0 and no hidden one.",
        .group = "CATALOG-14",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_15] = {
        .id = "CATALOG-15",
        .area = "CATALOG",
        .source = "nf-ws2spi-wscenumprotocols",
        .sentence =
            "WSCEnumProtocols lists the whole catalog.",
        .group = "CATALOG-15",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_16] = {
        .id = "CATALOG-16",
        .area = "CATALOG",
        .source = "nf-ws2spi-wscinstallprovider",
        .sentence =
            "What is installed is not installed again (X-24: WSAEINVAL "
            "or WSANO_RECOVERY).",
        .group = "CATALOG-16",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_17] = {
        .id = "CATALOG-17",
        .area = "CATALOG",
        .source = "nf-ws2spi-wscinstallproviderandchains",
        .sentence =
            "WSCInstallProviderAndChains puts the chains of the layer "
            "in front.",
        .group = "CATALOG-17",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_18] = {
        .id = "CATALOG-18",
        .area = "CATALOG",
        .source = "nf-ws2spi-wscdeinstallprovider",
        .sentence =
            "WSCDeinstallProvider takes out the entries of its provider"
            " and no others.",
        .group = "CATALOG-18",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_20] = {
        .id = "CATALOG-20",
        .area = "CATALOG",
        .source = "nf-ws2spi-wscwriteproviderorder",
        .sentence =
            "A new order has each id that is installed once; another is"
            " refused and changes nothing.",
        .group = "CATALOG-20",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_21] = {
        .id = "CATALOG-21",
        .area = "CATALOG",
        .source = "nf-ws2spi-wscwriteproviderorder",
        .sentence =
            "One writes the catalog at a time; others are told to try "
            "again, and nobody else is.",
        .group = "CATALOG-21",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_22] = {
        .id = "CATALOG-22",
        .area = "CATALOG",
        .source = "installation-and-configuration-functions-2",
        .sentence =
            "A process that is started sees the catalog as it was "
            "(X-23).",
        .group = "CATALOG-22",
        .strength = MODEL_MUST,
    },
    [MODEL_CATALOG_23] = {
        .id = "CATALOG-23",
        .area = "CATALOG",
        .source = "nf-winsock2-wsaproviderconfigchange",
        .sentence =
            "WSAProviderConfigChange comes back at once with a handle, and "
            "with that handle when the catalog has changed, no sooner.",
        .group = "CATALOG-23",
        .strength = MODEL_MUST,
    },
    [MODEL_NS_1] = {
        .id = "NS-1",
        .area = "NS",
        .source = "name-space-provider-initialization-and-cleanup-2, "
            "nf-ws2spi-nspstartup",
        .sentence =
            "NSPStartup and NSPCleanup come in pairs, and the provider counts "
            "them for each name space.",
        .group = "NS-1",
        .strength = MODEL_MUST,
    },
    [MODEL_NS_2] = {
        .id = "NS-2",
        .area = "NS",
        .source = "nf-ws2spi-nspstartup, lpnspcleanup",
        .sentence =
            "Other functions of a name-space provider are called only between "
            "its NSPStartup and its NSPCleanup.",
        .group = "NS-2",
        .strength = MODEL_MUST,
    },
    [MODEL_NS_3] = {
        .id = "NS-3",
        .area = "NS",
        .source = "lpnspcleanup, ns-ws2spi-nsp_routine",
        .sentence =
            "Each name space of a DLL has a count of its own; the DLL goes when "
            "all of them are at zero.",
        .group = "NS-3",
        .strength = MODEL_MUST,
    },
    [MODEL_NS_4] = {
        .id = "NS-4",
        .area = "NS",
        .source = "lpnspcleanup",
        .sentence =
            "The last NSPCleanup of a DLL does the cleaning: it leaves nothing.",
        .group = "NS-4",
        .strength = MODEL_SHOULD,
    },
    [MODEL_NS_5] = {
        .id = "NS-5",
        .area = "NS",
        .source = "ns-ws2spi-nsp_routine",
        .sentence =
            "A name-space provider fills all entries of NSP_ROUTINE.",
        .group = "NS-5",
        .strength = MODEL_MUST,
    },
    [MODEL_NS_6] = {
        .id = "NS-6",
        .area = "NS",
        .source = "nf-ws2spi-nspstartup, lpnspcleanup",
        .sentence =
            "A failing function of a name-space provider sets an error; NSPStartup "
            "and NSPCleanup one of those that are documented.",
        .group = "NS-6",
        .strength = MODEL_MUST,
    },
    [MODEL_NS_7] = {
        .id = "NS-7",
        .area = "NS",
        .source = "name-space-provider-architecture-in-the-spi-2",
        .sentence =
            "ws2_32 loads a name-space DLL on demand, for a lookup or a "
            "registration.",
        .group = "NS-7",
        .strength = MODEL_MUST,
    },
    [MODEL_NS_8] = {
        .id = "NS-8",
        .area = "NS",
        .source = "lpnsplookupserviceend",
        .sentence =
            "Lookups that are left open at the last NSPCleanup are freed by it.",
        .group = "NS-4",
        .promotion =
            "the page leaves open what becomes of them, but nobody else can "
            "free them",
        .strength = MODEL_INF,
    },
    [MODEL_NS_9] = {
        .id = "NS-9",
        .area = "NS",
        .source = "nf-winsock-wsacleanup",
        .sentence =
            "What is registered stays until it is withdrawn: lookups find it, and "
            "nothing else.",
        .group = "NS-9",
        .strength = MODEL_MUST,
    },
    [MODEL_NS_11] = {
        .id = "NS-11",
        .area = "NS",
        .source = "installation-and-configuration-functions-2; X-23",
        .sentence =
            "A change of the list of name spaces is not visible to a process that "
            "has started.",
        .group = "NS-11",
        .strength = MODEL_MUST,
    },
    [MODEL_TERM_1] = {
        .id = "TERM-1",
        .area = "TERM",
        .source = "nc-ws2spi-lpwspcleanup, nf-ws2spi-wspstartup",
        .sentence =
            "When a process ends without a cleanup, what the kernel has of "
            "it ends with it.",
        .group = "TERM-1",
        .strength = MODEL_MUST,
    },
    [MODEL_TERM_3] = {
        .id = "TERM-3",
        .area = "TERM",
        .source = "terminating-a-process, dllmain",
        .sentence =
            "TerminateProcess tells no DLL; ExitProcess tells each, when "
            "the other threads are gone.",
        .group = "TERM-3",
        .strength = MODEL_MUST,
    },
    [MODEL_TERM_7] = {
        .id = "TERM-7",
        .area = "TERM",
        .source = "dllmain",
        .sentence =
            "At the end of a process DllMain waits for no lock and no "
            "thread: who has it may be gone.",
        .group = "TERM-7",
        .strength = MODEL_MUST,
    },
    [MODEL_TERM_9] = {
        .id = "TERM-9",
        .area = "TERM",
        .source = "nf-winsock2-wsasend, shared-sockets-in-the-spi-2",
        .sentence =
            "When a thread ends, sockets of its process stay.",
        .group = "TERM-9",
        .strength = MODEL_MUST,
    },
    [MODEL_TERM_10] = {
        .id = "TERM-10",
        .area = "TERM",
        .source = "inferred",
        .sentence =
            "A call of a thread that was killed does not return.",
        .group = "TERM-10",
        .strength = MODEL_INF,
    },
    [MODEL_DLL_1] = {
        .id = "DLL-1",
        .area = "DLL",
        .source = "nf-winsock-wsastartup",
        .sentence =
            "WSAStartup is not called from DllMain.",
        .group = "DLL-1",
        .strength = MODEL_MUST,
        .application = true,
    },
    [MODEL_DLL_2] = {
        .id = "DLL-2",
        .area = "DLL",
        .source = "nf-winsock-wsacleanup",
        .sentence =
            "WSACleanup is not called from DllMain.",
        .group = "DLL-2",
        .strength = MODEL_MUST,
        .application = true,
    },
    [MODEL_DLL_3] = {
        .id = "DLL-3",
        .area = "DLL",
        .source = "dllmain, dll-best-practices",
        .sentence =
            "DllMain loads and frees no DLL and waits for no other thread.",
        .group = "DLL-3",
        .strength = MODEL_MUST,
    },
    [MODEL_DLL_4] = {
        .id = "DLL-4",
        .area = "DLL",
        .source = "dllmain",
        .sentence =
            "DllMain frees what it made when its DLL is freed, and nothing "
            "when the process ends.",
        .group = "DLL-4",
        .strength = MODEL_MUST,
    },
    [MODEL_DLL_5] = {
        .id = "DLL-5",
        .area = "DLL",
        .source = "dllmain",
        .sentence =
            "A DLL that fails its attach is told to detach at once, and is "
            "not loaded.",
        .group = "DLL-5",
        .strength = MODEL_MUST,
    },
    [MODEL_DLL_6] = {
        .id = "DLL-6",
        .area = "DLL",
        .source = "dllmain",
        .sentence =
            "DLLs hear that a thread detaches only when it ends.",
        .group = "DLL-6",
        .strength = MODEL_MUST,
    },
    [MODEL_DLL_7] = {
        .id = "DLL-7",
        .area = "DLL",
        .source = "inferred from DLL-3, DLL-4",
        .sentence =
            "DllMain calls no provider.",
        .group = "DLL-7",
        .strength = MODEL_INF,
    },
    [MODEL_ERR_1] = {
        .id = "ERR-1",
        .area = "ERR",
        .source = "windows-sockets-error-codes-2",
        .sentence = "A provider call that fails leaves a nonzero error code.",
        .group = "ERR-1",
        .strength = MODEL_MUST,
    },
    [MODEL_INV_1] = {
        .id = "INV-1",
        .area = "INV",
        .source = "START-3, START-9, CLEAN-1, CLEAN-14, LAYER-11",
        .sentence =
            "No caller cleans a provider up more often than it started it, and "
            "by the end of the final WSACleanup it has done so as often.",
        .group = "INV-1",
        .strength = MODEL_INV,
    },
    [MODEL_INV_2] = {
        .id = "INV-2",
        .area = "INV",
        .source = "LOAD-14, LOAD-15, LOAD-24",
        .sentence =
            "No call goes to a provider whose count is zero, and no code of "
            "an unmapped DLL runs.",
        .group = "INV-2",
        .strength = MODEL_INV,
    },
    [MODEL_INV_3] = {
        .id = "INV-3",
        .area = "INV",
        .source = "CLEAN-2",
        .sentence =
            "A WSACleanup that is not the last frees no handle and no "
            "library.",
        .group = "INV-3",
        .strength = MODEL_INV,
    },
    [MODEL_INV_4] = {
        .id = "INV-4",
        .area = "INV",
        .source = "CLEAN-17, CLEAN-18, LOAD-17, LOAD-22",
        .sentence =
            "When its final WSPCleanup returns the provider has no memory, no "
            "thread, no lock and no provider below any more, and can be "
            "started again.",
        .group = "INV-4",
        .strength = MODEL_INV,
    },
    [MODEL_INV_6] = {
        .id = "INV-6",
        .area = "INV",
        .source = "SEND-5, SEND-6, SEND-7, table 6.1",
        .sentence =
            "What is delivered is a prefix of what was accepted, all of it "
            "after a graceful end; a reset has a cause.",
        .group = "INV-6",
        .strength = MODEL_INV,
    },
    [MODEL_INV_7] = {
        .id = "INV-7",
        .area = "INV",
        .source = "X-1, CLEAN-8, CLEAN-16, LOAD-16",
        .sentence =
            "What was accepted on a socket closed gracefully before the "
            "final cleanup is delivered in the end.",
        .group = "INV-7",
        .strength = MODEL_INV,
    },
    [MODEL_INV_8] = {
        .id = "INV-8",
        .area = "INV",
        .source = "CLOSE-15, LINGER-10",
        .sentence = "Closing does not sleep, unless the socket lingers.",
        .group = "INV-8",
        .strength = MODEL_INV,
    },
    [MODEL_INV_9] = {
        .id = "INV-9",
        .area = "INV",
        .source = "CLOSE-16, CLOSE-19, CLOSE-20, LAYER-16",
        .sentence =
            "A failed close leaves the socket open at every layer, a "
            "successful one at none.",
        .group = "INV-9",
        .strength = MODEL_INV,
    },
    [MODEL_INV_10] = {
        .id = "INV-10",
        .area = "INV",
        .source = "CLOSE-13, CLOSE-27, SHUT-4",
        .sentence =
            "At most one FIN, nothing new after it, and none without a "
            "cause.",
        .group = "INV-10",
        .strength = MODEL_INV,
    },
    [MODEL_DEADLOCK] = {
        .id = "DEADLOCK",
        .area = "HARNESS",
        .source = "trace",
        .sentence = "Threads wait and nothing can wake them.",
        .group = "HANG",
        .strength = MODEL_HARNESS,
    },
    [MODEL_LIVELOCK] = {
        .id = "LIVELOCK",
        .area = "HARNESS",
        .source = "trace",
        .sentence = "The run goes on for ever without progress.",
        .group = "HANG",
        .strength = MODEL_HARNESS,
    },
    [MODEL_FAULT] = {
        .id = "FAULT",
        .area = "HARNESS",
        .source = "trace",
        .sentence = "Code of a provider faulted or never came back.",
        .group = "FAULT",
        .strength = MODEL_HARNESS,
    },
    [MODEL_MISUSE] = {
        .id = "MISUSE",
        .area = "HARNESS",
        .source = "trace",
        .sentence =
            "A provider freed what was not its own, or used a lock that is "
            "not one.",
        .group = "MISUSE",
        .strength = MODEL_HARNESS,
    },
};

_Static_assert(
    LC_COUNT_OF(rules) == MODEL_RULE_COUNT,
    "each rule of the enum has a row");

uint32_t model_rule_count(void)
{
    return MODEL_RULE_COUNT;
}

const struct model_rule *model_rule(uint32_t index)
{
    LC_CHECK(index < MODEL_RULE_COUNT);

    const struct model_rule *rule = &rules[index];
    LC_CHECK(rule->id != NULL);
    return rule;
}

bool model_rule_is_soft(const struct model_rule *rule)
{
    LC_CHECK(rule != NULL);

    return rule->promotion == NULL &&
           (rule->strength == MODEL_SHOULD || rule->strength == MODEL_INF);
}

bool model_rule_find(const char *id, uint32_t *ret_index)
{
    LC_CHECK(id != NULL);
    LC_CHECK(ret_index != NULL);

    for (uint32_t i = 0; i < MODEL_RULE_COUNT; i++) {
        if (strcmp(rules[i].id, id) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}
