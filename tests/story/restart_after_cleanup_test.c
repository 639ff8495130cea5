/*
 * LOAD-17, START-22: the last cleanup closes what is open. What the life before
 * had is no socket any more, and the next start begins with a provider that is
 * loaded anew.
 */
#include "tests/story/story.h"

static const char schedule[] = "lastcall schedule 1\n"
                               "world\n"
                               "  provider tcp base\n"
                               "process A\n"
                               "  thread main\n"
                               "    WSAStartup 2.2\n"
                               "    s = socket stream\n"
                               "    WSACleanup\n"
                               "    closesocket s\n"
                               "    WSAStartup 2.2\n"
                               "    t = socket stream\n"
                               "    closesocket t\n"
                               "    WSACleanup\n";

static const char *const trace[] = {
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
    "0.000000 A  main       WSACleanup",
    "0.000000 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.000000 A  main       tcp enters lock 1",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       connection 1 close handle 64",
    "0.000000 A  main       tcp gives back socket 6",
    "0.000000 A  main       tcp gives back block 5",
    "0.000000 A  main       tcp gives back heap 3",
    "0.000000 A  main       tcp gives back event 4",
    "0.000000 A  main       tcp leaves lock 1",
    "0.000000 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "0.000000 A  main       DllMain of tcp reason 0",
    "0.000000 A  main       tcp gives back critical-section 2",
    "0.000000 A  main       tcp gives back critical-section 1",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "0.000000 A  main       handle 64 free, entry 1 (tcp)",
    "0.000000 A  main       WSACleanup = 0",
    "0.000000 A  main       closesocket 64",
    "0.000000 A  main       closesocket = -1 WSANOTINITIALISED",
    "0.000000 A  main       WSAStartup 514",
    "0.000000 A  main       WSAStartup = 0",
    "0.000000 A  main       socket 0 1",
    "0.000000 A  main       ws2_32 loads tcp, 1 reference, mapped",
    "0.000000 A  main       DllMain of tcp reason 1",
    "0.000000 A  main       tcp makes critical-section 7",
    "0.000000 A  main       tcp makes critical-section 8",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       ws2_32 looks up WSPStartup in tcp",
    "0.000000 A  main       ws2_32 -> tcp WSPStartup 1 1 1",
    "0.000000 A  main       tcp enters lock 7",
    "0.000000 A  main       tcp makes heap 9",
    "0.000000 A  main       tcp makes event 10",
    "0.000000 A  main       tcp leaves lock 7",
    "0.000000 A  main       ws2_32 <- tcp WSPStartup = 0",
    "0.000000 A  main       ws2_32 -> tcp WSPSocket 1 1 1",
    "0.000000 A  main       tcp enters lock 8",
    "0.000000 A  main       tcp leaves lock 8",
    "0.000000 A  main       tcp makes block 11 of 40 bytes",
    "0.000000 A  main       tcp makes socket 12",
    "0.000000 A  main       connection 2 open handle 68",
    "0.000000 A  main       tcp enters lock 8",
    "0.000000 A  main       tcp leaves lock 8",
    "0.000000 A  main       tcp -> ws2_32 WPUModifyIFSHandle 1 68 0",
    "0.000000 A  main       handle 68 modify, entry 1 (tcp)",
    "0.000000 A  main       tcp <- ws2_32 WPUModifyIFSHandle = 68",
    "0.000000 A  main       ws2_32 <- tcp WSPSocket = 68",
    "0.000000 A  main       socket = 68",
    "0.000000 A  main       closesocket 68",
    "0.000000 A  main       ws2_32 -> tcp WSPCloseSocket 68",
    "0.000000 A  main       tcp enters lock 8",
    "0.000000 A  main       tcp leaves lock 8",
    "0.000000 A  main       tcp enters lock 8",
    "0.000000 A  main       tcp leaves lock 8",
    "0.000000 A  main       connection 2 close handle 68",
    "0.000000 A  main       tcp enters lock 8",
    "0.000000 A  main       tcp leaves lock 8",
    "0.000000 A  main       tcp gives back socket 12",
    "0.000000 A  main       tcp gives back block 11",
    "0.000000 A  main       ws2_32 <- tcp WSPCloseSocket = 0",
    "0.000000 A  main       handle 68 free, entry 1 (tcp)",
    "0.000000 A  main       closesocket = 0",
    "0.000000 A  main       WSACleanup",
    "0.000000 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.000000 A  main       tcp enters lock 7",
    "0.000000 A  main       tcp enters lock 8",
    "0.000000 A  main       tcp leaves lock 8",
    "0.000000 A  main       tcp gives back heap 9",
    "0.000000 A  main       tcp gives back event 10",
    "0.000000 A  main       tcp leaves lock 7",
    "0.000000 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "0.000000 A  main       DllMain of tcp reason 0",
    "0.000000 A  main       tcp gives back critical-section 8",
    "0.000000 A  main       tcp gives back critical-section 7",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "0.000000 A  main       WSACleanup = 0",
    "0.000000 A  main       process ends",
    "0.000000 -  -          end: done",
    NULL,
};

static void a_start_after_the_last_cleanup_begins_a_new_life(void **state)
{
    (void)state;
    story_play(schedule, trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_after_the_last_cleanup_begins_a_new_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
