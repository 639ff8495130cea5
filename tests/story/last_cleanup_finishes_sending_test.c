/*
 * CLEAN-16: the last WSACleanup comes with 2,952 bytes unsent and the rest not
 * acknowledged. The provider finishes sending, ends the stream, and only then
 * lets go of the socket, its heap and its event.
 */
#include "tests/story/story.h"

static const char schedule[] = "lastcall schedule 1\n"
                               "world\n"
                               "  provider tcp base\n"
                               "  sndbuf 8192\n"
                               "  link rate 1Mbit latency 20ms window 2048\n"
                               "process A\n"
                               "  thread main\n"
                               "    WSAStartup 2.2\n"
                               "    s = socket stream\n"
                               "    connect s\n"
                               "    send s 5000\n"
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
    "0.000000 A  main       connect 64",
    "0.000000 A  main       ws2_32 -> tcp WSPConnect 64",
    "0.000000 A  main       tcp enters lock 2",
    "0.000000 A  main       tcp leaves lock 2",
    "0.000000 A  main       connection 1 SYN",
    "0.000000 A  main       tcp waits for net 1",
    "0.040000 A  -          connection 1 connected",
    "0.040000 A  main       tcp has waited for net 1",
    "0.040000 A  main       ws2_32 <- tcp WSPConnect = 0",
    "0.040000 A  main       connect = 0",
    "0.040000 A  main       send 64 5000 0",
    "0.040000 A  main       ws2_32 -> tcp WSPSend 64 5000 0",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       connection 1 accept 5000 bytes from 0",
    "0.040000 A  main       connection 1 DATA 2048 bytes from 0",
    "0.040000 A  main       ws2_32 <- tcp WSPSend = 0",
    "0.040000 A  main       send = 5000",
    "0.040000 A  main       WSACleanup",
    "0.040000 A  main       ws2_32 -> tcp WSPCleanup 0",
    "0.040000 A  main       tcp enters lock 1",
    "0.040000 A  main       tcp enters lock 2",
    "0.040000 A  main       tcp leaves lock 2",
    "0.040000 A  main       tcp waits for net 1",
    "0.076384 A  -          connection 1 deliver 2048 bytes from 0",
    "0.096384 A  -          connection 1 ACK 2048 bytes from 0",
    "0.096384 A  -          connection 1 DATA 2048 bytes from 2048",
    "0.096384 A  main       tcp has waited for net 1",
    "0.096384 A  main       tcp waits for net 1",
    "0.132768 A  -          connection 1 deliver 2048 bytes from 2048",
    "0.152768 A  -          connection 1 ACK 2048 bytes from 2048",
    "0.152768 A  -          connection 1 DATA 904 bytes from 4096",
    "0.152768 A  main       tcp has waited for net 1",
    "0.152768 A  main       tcp waits for net 1",
    "0.180000 A  -          connection 1 deliver 904 bytes from 4096",
    "0.200000 A  -          connection 1 ACK 904 bytes from 4096",
    "0.200000 A  -          connection 1 FIN",
    "0.200000 A  main       tcp has waited for net 1",
    "0.200000 A  main       tcp waits for net 1",
    "0.220000 A  -          connection 1 FIN-deliver",
    "0.240000 A  -          connection 1 FIN-ACK",
    "0.240000 A  main       tcp has waited for net 1",
    "0.240000 A  main       connection 1 close handle 64",
    "0.240000 A  main       tcp gives back socket 6",
    "0.240000 A  main       tcp gives back block 5",
    "0.240000 A  main       tcp gives back heap 3",
    "0.240000 A  main       tcp gives back event 4",
    "0.240000 A  main       tcp leaves lock 1",
    "0.240000 A  main       ws2_32 <- tcp WSPCleanup = 0",
    "0.240000 A  main       DllMain of tcp reason 0",
    "0.240000 A  main       tcp gives back critical-section 2",
    "0.240000 A  main       tcp gives back critical-section 1",
    "0.240000 A  main       DllMain of tcp = 1",
    "0.240000 A  main       ws2_32 frees tcp, 0 references, unmapped",
    "0.240000 A  main       handle 64 free, entry 1 (tcp)",
    "0.240000 A  main       WSACleanup = 0",
    "0.240000 A  main       process ends",
    "0.240000 -  -          end: done",
    NULL,
};

static void unsent_data_is_sent_before_the_last_cleanup_returns(void **state)
{
    (void)state;
    story_play(schedule, trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unsent_data_is_sent_before_the_last_cleanup_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
