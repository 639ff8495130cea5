/*
 * How threads and processes end, and what the DLLs of a process are told of it:
 * by ExitProcess when the other threads are gone, by TerminateProcess nothing,
 * by the last thread that exits the same as by ExitProcess. Another process
 * goes on.
 */
#include "tests/story/story.h"

static const char exit_process[] = "lastcall schedule 1\n"
                                   "world\n"
                                   "  provider tcp base\n"
                                   "process A\n"
                                   "  thread main\n"
                                   "    WSAStartup 2.2\n"
                                   "    s = socket stream\n"
                                   "    connect s\n"
                                   "    ExitProcess\n"
                                   "  thread other\n"
                                   "    Sleep 10\n"
                                   "    Sleep 1000\n"
                                   "process B\n"
                                   "  thread late\n"
                                   "    Sleep 50\n";

static const char *const exit_process_trace[] = {
    "0.000000 A  -          process starts",
    "0.000000 B  -          process starts",
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
    "0.000000 A  main       connect 64",
    "0.000000 A  main       ws2_32 -> tcp WSPConnect 64",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       connection 1 SYN",
    "0.000000 A  main       tcp waits for net 1",
    "0.000000 A  other      Sleep 10 0",
    "0.000000 A  other      ws2_32 waits for sleep 0",
    "0.000000 B  late       Sleep 50 0",
    "0.000000 B  late       ws2_32 waits for sleep 0",
    "0.010000 A  other      ws2_32 has waited for sleep 0: time ran out",
    "0.010000 A  other      Sleep = 0",
    "0.010000 A  other      Sleep 1000 0",
    "0.010000 A  other      ws2_32 waits for sleep 0",
    "0.040000 A  -          connection 1 connected",
    "0.040000 A  main       tcp has waited for net 1",
    "0.040000 A  main       ws2_32 <- tcp WSPConnect = 0",
    "0.040000 A  main       connect = 0",
    "0.040000 A  main       ExitProcess",
    "0.040000 A  main       thread other of app is killed",
    "0.040000 A  main       DllMain of tcp reason 0, the process ends",
    "0.040000 A  main       DllMain of tcp = 1",
    "0.040000 A  main       process ends by ExitProcess",
    "0.040000 A  main       connection 1 RST, 0 bytes thrown away",
    "0.050000 B  late       ws2_32 has waited for sleep 0: time ran out",
    "0.050000 B  late       Sleep = 0",
    "0.050000 B  late       process ends",
    "0.050000 -  -          end: done",
    NULL,
};

static void a_process_exits_under_its_other_threads(void **state)
{
    (void)state;
    story_play(exit_process, exit_process_trace);
}

static const char terminate_process[] = "lastcall schedule 1\n"
                                        "world\n"
                                        "  provider tcp base\n"
                                        "process A\n"
                                        "  thread main\n"
                                        "    WSAStartup 2.2\n"
                                        "    s = socket stream\n"
                                        "    TerminateProcess\n";

static const char *const terminate_process_trace[] = {
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
    "0.000000 A  main       TerminateProcess",
    "0.000000 A  main       process ends by TerminateProcess",
    "0.000000 -  -          end: done",
    NULL,
};

static void a_process_is_terminated(void **state)
{
    (void)state;
    story_play(terminate_process, terminate_process_trace);
}

static const char libraries[] = "lastcall schedule 1\n"
                                "world\n"
                                "  provider tcp base\n"
                                "process A\n"
                                "  thread main\n"
                                "    LoadLibrary tcp\n"
                                "    FreeLibrary tcp\n"
                                "    FreeLibrary tcp\n"
                                "    LoadLibrary tcp\n"
                                "    ExitThread\n"
                                "    WSAStartup 2.2\n";

static const char *const libraries_trace[] = {
    "0.000000 A  -          process starts",
    "0.000000 A  main       LoadLibrary tcp",
    "0.000000 A  main       app loads tcp, 1 reference, mapped",
    "0.000000 A  main       DllMain of tcp reason 1",
    "0.000000 A  main       tcp makes critical-section 1",
    "0.000000 A  main       tcp makes critical-section 2",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       LoadLibrary = 0",
    "0.000000 A  main       FreeLibrary tcp",
    "0.000000 A  main       DllMain of tcp reason 0",
    "0.000000 A  main       tcp gives back critical-section 2",
    "0.000000 A  main       tcp gives back critical-section 1",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       app frees tcp, 0 references, unmapped",
    "0.000000 A  main       FreeLibrary = 0",
    "0.000000 A  main       FreeLibrary tcp",
    "0.000000 A  main       FreeLibrary = -1 error 126",
    "0.000000 A  main       LoadLibrary tcp",
    "0.000000 A  main       app loads tcp, 1 reference, mapped",
    "0.000000 A  main       DllMain of tcp reason 1",
    "0.000000 A  main       tcp makes critical-section 3",
    "0.000000 A  main       tcp makes critical-section 4",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       LoadLibrary = 0",
    "0.000000 A  main       ExitThread",
    "0.000000 A  main       DllMain of tcp reason 0, the process ends",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       thread main of app ends",
    "0.000000 A  main       process ends",
    "0.000000 -  -          end: done",
    NULL,
};

static void an_application_holds_a_dll_and_its_thread_exits(void **state)
{
    (void)state;
    story_play(libraries, libraries_trace);
}

static const char hostile[] = "lastcall schedule 1\n"
                              "world\n"
                              "  provider tcp base\n"
                              "  hostile\n"
                              "process A\n"
                              "  thread main\n"
                              "    LoadLibrary tcp\n"
                              "    Sleep 5\n"
                              "    FreeForeign tcp\n"
                              "    TerminateThread other\n"
                              "    TerminateThread other\n"
                              "  thread other\n"
                              "    Sleep 1000\n";

static const char *const hostile_trace[] = {
    "0.000000 A  -          process starts",
    "0.000000 A  main       LoadLibrary tcp",
    "0.000000 A  main       app loads tcp, 1 reference, mapped",
    "0.000000 A  main       DllMain of tcp reason 1",
    "0.000000 A  main       tcp makes critical-section 1",
    "0.000000 A  main       tcp makes critical-section 2",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       LoadLibrary = 0",
    "0.000000 A  main       Sleep 5 0",
    "0.000000 A  main       ws2_32 waits for sleep 0",
    "0.000000 A  other      Sleep 1000 0",
    "0.000000 A  other      ws2_32 waits for sleep 0",
    "0.005000 A  main       ws2_32 has waited for sleep 0: time ran out",
    "0.005000 A  main       Sleep = 0",
    "0.005000 A  main       FreeLibrary tcp",
    "0.005000 A  main       DllMain of tcp reason 0",
    "0.005000 A  main       tcp gives back critical-section 2",
    "0.005000 A  main       tcp gives back critical-section 1",
    "0.005000 A  main       DllMain of tcp = 1",
    "0.005000 A  main       app frees tcp, 0 references, unmapped",
    "0.005000 A  main       FreeLibrary = 0",
    "0.005000 A  main       TerminateThread other",
    "0.005000 A  main       thread other of app is killed",
    "0.005000 A  main       TerminateThread = 0",
    "0.005000 A  main       TerminateThread other",
    "0.005000 A  main       TerminateThread = -1 error 5",
    "0.005000 A  main       process ends",
    "0.005000 -  -          end: done",
    NULL,
};

static void a_thread_and_a_dll_are_taken_away(void **state)
{
    (void)state;
    story_play_to(hostile, hostile_trace, LC_VERDICT_UNSPECIFIED);
}

/* The loader lock is held over DllMain: what it calls may need that. The error
 * is the application's, and its process is not judged. */
static const char dll_main[] = "lastcall schedule 1\n"
                               "world\n"
                               "  provider tcp base\n"
                               "  dllmain startup tcp\n"
                               "  dllmain cleanup tcp\n"
                               "process A\n"
                               "  thread main\n"
                               "    LoadLibrary tcp\n"
                               "    FreeLibrary tcp\n";

static const char *const dll_main_trace[] = {
    "0.000000 A  -          process starts",
    "0.000000 A  main       LoadLibrary tcp",
    "0.000000 A  main       app loads tcp, 1 reference, mapped",
    "0.000000 A  main       DllMain of tcp reason 1",
    "0.000000 A  main       tcp makes critical-section 1",
    "0.000000 A  main       tcp makes critical-section 2",
    "0.000000 A  main       WSAStartup 514",
    "0.000000 A  main       WSAStartup = 0",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       LoadLibrary = 0",
    "0.000000 A  main       FreeLibrary tcp",
    "0.000000 A  main       DllMain of tcp reason 0",
    "0.000000 A  main       WSACleanup",
    "0.000000 A  main       WSACleanup = 0",
    "0.000000 A  main       tcp gives back critical-section 2",
    "0.000000 A  main       tcp gives back critical-section 1",
    "0.000000 A  main       DllMain of tcp = 1",
    "0.000000 A  main       app frees tcp, 0 references, unmapped",
    "0.000000 A  main       FreeLibrary = 0",
    "0.000000 A  main       process ends",
    "0.000000 -  -          end: done",
    NULL,
};

static void dll_main_starts_and_cleans_up(void **state)
{
    (void)state;
    story_play(dll_main, dll_main_trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_exits_under_its_other_threads),
        cmocka_unit_test(a_process_is_terminated),
        cmocka_unit_test(an_application_holds_a_dll_and_its_thread_exits),
        cmocka_unit_test(a_thread_and_a_dll_are_taken_away),
        cmocka_unit_test(dll_main_starts_and_cleans_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
