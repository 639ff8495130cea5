/*
 * OVL-2, -12, -16, -20, CLOSE-8, CLEAN-6, SHUT-16, -17, -19, INV-6: overlapped
 * receives. One for which there is a byte is through before its call returns;
 * one for which there is none is told of when one comes, by its event, its
 * routine or a port, and those of a connection are filled in their order. A close
 * aborts what is pending and says so; the last cleanup says nothing; the end of
 * the peer's stream ends each with no bytes, and a reset with WSAECONNRESET.
 */
#include "tests/story/story.h"

/* Of a trace only what the application is told, and what receives are given. */
static void tell(void *context, uint64_t number, const struct lc_record *record)
{
    bool is_call = record->kind == LC_RECORD_API_RETURN &&
                   (record->function == LC_CALL_WSARECV ||
                    record->function == LC_CALL_RECV ||
                    record->function == LC_CALL_GETOVERLAPPED ||
                    record->function == LC_CALL_CLOSESOCKET ||
                    record->function == LC_CALL_WSACLEANUP ||
                    record->function == LC_CALL_DEQUEUE);
    bool is_wire = record->kind == LC_RECORD_WIRE &&
                   (record->function == LC_WIRE_RECEIVE ||
                    record->function == LC_WIRE_PEER_FIN ||
                    record->function == LC_WIRE_PEER_RST);
    if (is_call || is_wire || record->kind == LC_RECORD_OVERLAPPED) {
        story_tell(context, number, record);
    }
}

static void play(const char *schedule, const char *const *expected)
{
    struct fuzz_text_error text_error;
    struct fuzz_outcome outcome;
    struct sim_error error;
    assert_true(fuzz_text_parse(
        schedule,
        strlen(schedule),
        &story.schedule,
        &text_error));
    assert_int_equal(sim_open(&error), SIM_OK);
    story.expected = expected;
    story.line = 0;
    story.player.reader = tell;
    assert_int_equal(
        fuzz_play(&story.player, &story.schedule, NULL, &outcome, &error),
        SIM_OK);
    assert_null(expected[story.line]);
    assert_int_equal(outcome.verdict.kind, LC_VERDICT_HELD);
}

#define WORLD(peer)                                 \
    "lastcall schedule 1\n"                         \
    "world\n"                                       \
    "  provider tcp base\n"                         \
    "  provider filter ifs\n"                       \
    "  provider own nonifs\n"                       \
    "  chain own filter tcp\n"                      \
    "  link rate 1Mbit latency 20ms window 16384\n" \
    "  peer " peer "\n"                             \
    "process A\n"                                   \
    "  thread main\n"                               \
    "    WSAStartup 2.2\n"                          \
    "    WSACreateEvent e1\n"                       \
    "    WSACreateEvent e2\n"

/* The base alone: what is there is given at once, what is not when it comes. */
static void a_receive_is_told_of_when_bytes_come(void **state)
{
    (void)state;
    static const char *const told[] = {
        "0.040000 A  main       operation 8 is through, 0 bytes",
        "0.040000 A  main       operation 8 sets its event, 0 bytes",
        "0.040000 A  main       operation 8 posts its packet, 0 bytes",
        "0.040000 A  main       WSARecv = 0",
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       recv = -1 WSAEWOULDBLOCK",
        "0.040000 A  main       WSAGetOverlappedResult = -1 WSA_IO_INCOMPLETE",
        "0.065600 A  -          connection 1 receive 100 bytes from 0",
        "0.065600 A  -          connection 1 receive 200 bytes from 100",
        "0.065600 A  -          connection 1 receive 50 bytes from 300",
        "0.065600 A  -          operation 9 is through, 100 bytes",
        "0.065600 A  -          operation 9 sets its event, 100 bytes",
        "0.065600 A  -          operation 9 posts its packet, 100 bytes",
        "0.065600 A  -          operation 10 is through, 200 bytes",
        "0.065600 A  -          operation 10 queues its routine, 200 bytes",
        "0.065600 A  main       operation 10 runs its routine, 200 bytes",
        "0.065600 A  main       operation 8 gives up its packet, 0 bytes",
        "0.065600 A  main       GetQueuedCompletionStatus = 0",
        "0.065600 A  main       operation 9 gives up its packet, 100 bytes",
        "0.065600 A  main       GetQueuedCompletionStatus = 100",
        "0.065600 A  -          operation 11 is through, 50 bytes",
        "0.065600 A  -          operation 11 posts its packet, 50 bytes",
        "0.065600 A  main       operation 11 gives up its packet, 50 bytes",
        "0.065600 A  main       GetQueuedCompletionStatus = 50",
        "0.065600 A  main       WSAGetOverlappedResult = -1 WSAEINVAL",
        "0.065600 A  main       connection 1 receive 300 bytes from 350",
        "0.065600 A  main       operation 20 is through, 300 bytes",
        "0.065600 A  main       operation 20 sets its event, 300 bytes",
        "0.065600 A  main       operation 20 posts its packet, 300 bytes",
        "0.065600 A  main       WSARecv = 0",
        "0.065600 A  main       connection 1 receive 50 bytes from 650",
        "0.065600 A  main       recv = 50",
        "0.065600 A  main       closesocket = 0",
        "0.105600 A  main       WSACleanup = 0",
        NULL,
    };
    play(
        WORLD("source 700") "    s = socket stream via tcp\n"
                            "    connect s\n"
                            "    nonblocking s on\n"
                            "    CreateIoCompletionPort s\n"
                            "    WSARecv s 0 e1\n"
                            "    WSARecv s 100 e1\n"
                            "    WSARecv s 200 routine\n"
                            "    WSARecv s 50 nothing\n"
                            "    recv s 10\n"
                            "    WSAGetOverlappedResult s poll\n"
                            "    WSAWaitForMultipleEvents e1 60000 any\n"
                            "    SleepEx 60000\n"
                            "    GetQueuedCompletionStatus 60000\n"
                            "    GetQueuedCompletionStatus 60000\n"
                            "    GetQueuedCompletionStatus 60000\n"
                            "    WSAGetOverlappedResult s wait\n"
                            "    WSARecv s 300 e1\n"
                            "    recv s 100\n"
                            "    closesocket s\n"
                            "    WSACleanup\n",
        told);
}

/* The same through layers: the one with handles of its own has an operation of
 * its own below each, and says that all of them go on. */
static void a_receive_goes_through_layers(void **state)
{
    (void)state;
    static const char *const told[] = {
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.065600 A  -          connection 1 receive 100 bytes from 0",
        "0.065600 A  -          connection 1 receive 200 bytes from 100",
        "0.065600 A  -          connection 1 receive 400 bytes from 300",
        "0.065600 A  A.worker1  operation 6 is through, 100 bytes",
        "0.065600 A  A.worker1  operation 6 sets its event, 100 bytes",
        "0.065600 A  -          operation 7 is through, 200 bytes",
        "0.065600 A  -          operation 7 queues its routine, 200 bytes",
        "0.065600 A  A.worker1  operation 8 is through, 400 bytes",
        "0.065600 A  A.worker1  operation 8 sets its event, 400 bytes",
        "0.065600 A  main       WSAGetOverlappedResult = 400",
        "0.065600 A  main       operation 7 runs its routine, 200 bytes",
        "0.065600 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.065600 A  A.worker1  operation 11 is through, 0 bytes WSA_OPERATION_ABORTED",
        "0.065600 A  A.worker1  operation 11 sets its event, 0 bytes WSA_OPERATION_ABORTED",
        "0.065600 A  main       closesocket = 0",
        "0.105600 A  main       WSACleanup = 0",
        NULL,
    };
    play(
        WORLD("source 700") "    s = socket stream\n"
                            "    connect s\n"
                            "    WSARecv s 100 e1\n"
                            "    WSARecv s 200 routine\n"
                            "    WSARecv s 2000 e2\n"
                            "    WSAGetOverlappedResult s wait\n"
                            "    SleepEx 60000\n"
                            "    WSARecv s 10 e1\n"
                            "    closesocket s\n"
                            "    WSACleanup\n",
        told);
}

static void a_close_aborts_and_says_so(void **state)
{
    (void)state;
    static const char *const told[] = {
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       closesocket = 0",
        "0.040000 A  -          operation 6 is through, 0 bytes WSA_OPERATION_ABORTED",
        "0.040000 A  -          operation 6 sets its event, 0 bytes WSA_OPERATION_ABORTED",
        "0.040000 A  -          operation 7 is through, 0 bytes WSA_OPERATION_ABORTED",
        "0.040000 A  -          operation 7 queues its routine, 0 bytes WSA_OPERATION_ABORTED",
        "0.040000 A  main       operation 7 runs its routine, 0 bytes WSA_OPERATION_ABORTED",
        "0.080000 A  main       WSACleanup = 0",
        NULL,
    };
    play(
        WORLD("sink") "    s = socket stream via tcp\n"
                      "    connect s\n"
                      "    WSARecv s 100 e1\n"
                      "    WSARecv s 200 routine\n"
                      "    closesocket s\n"
                      "    SleepEx 60000\n"
                      "    WSACleanup\n",
        told);
}

static void a_last_cleanup_aborts_and_says_nothing(void **state)
{
    (void)state;
    static const char *const told[] = {
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.080000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.080000 A  main       operation 6 is through, 0 bytes WSA_OPERATION_ABORTED",
        "0.080000 A  main       operation 7 is through, 0 bytes WSA_OPERATION_ABORTED",
        "0.120000 A  main       WSACleanup = 0",
        NULL,
    };
    play(
        WORLD("sink") "    s = socket stream via tcp\n"
                      "    connect s\n"
                      "    WSARecv s 100 e1\n"
                      "    WSARecv s 200 routine\n"
                      "    t = socket stream\n"
                      "    connect t\n"
                      "    WSARecv t 100 e1\n"
                      "    WSACleanup\n"
                      "    SleepEx 1000\n",
        told);
}

/* SHUT-19: an end of receiving leaves what is pending as it is. */
static void the_peers_end_ends_what_is_pending(void **state)
{
    (void)state;
    static const char *const told[] = {
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       WSARecv = -1 WSAESHUTDOWN",
        "0.060000 A  -          connection 1 peer-FIN",
        "0.060000 A  -          operation 6 is through, 0 bytes",
        "0.060000 A  -          operation 6 sets its event, 0 bytes",
        "0.060000 A  -          operation 7 is through, 0 bytes",
        "0.060000 A  -          operation 7 queues its routine, 0 bytes",
        "0.060000 A  main       operation 7 runs its routine, 0 bytes",
        "0.100000 A  main       WSACleanup = 0",
        NULL,
    };
    play(
        WORLD("halfclose") "    s = socket stream via tcp\n"
                           "    connect s\n"
                           "    WSARecv s 100 e1\n"
                           "    WSARecv s 200 routine\n"
                           "    shutdown s receive\n"
                           "    WSARecv s 100 e2\n"
                           "    SleepEx 60000\n"
                           "    WSACleanup\n",
        told);
}

static void the_peers_reset_ends_what_is_pending(void **state)
{
    (void)state;
    static const char *const told[] = {
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.040000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.080080 A  -          connection 1 peer-RST, 10 bytes thrown away",
        "0.080080 A  -          operation 6 is through, 0 bytes WSAECONNRESET",
        "0.080080 A  -          operation 6 sets its event, 0 bytes WSAECONNRESET",
        "0.080080 A  -          operation 7 is through, 0 bytes WSAECONNRESET",
        "0.080080 A  -          operation 7 queues its routine, 0 bytes WSAECONNRESET",
        "0.080080 A  main       operation 7 runs its routine, 0 bytes WSAECONNRESET",
        "0.080080 A  main       WSARecv = -1 WSAECONNRESET",
        "0.080080 A  main       WSACleanup = 0",
        NULL,
    };
    play(
        WORLD("reset 10") "    s = socket stream via tcp\n"
                          "    connect s\n"
                          "    WSARecv s 100 e1\n"
                          "    WSARecv s 200 routine\n"
                          "    send s 10\n"
                          "    SleepEx 60000\n"
                          "    WSARecv s 100 e1\n"
                          "    WSACleanup\n",
        told);
}

/* A thread that waits gets what the operations leave. When one ends, what it
 * has begun is aborted. */
static void receives_of_several_threads_share_a_stream(void **state)
{
    (void)state;
    static const char *const told[] = {
        "0.042000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "0.065600 A  -          connection 1 receive 300 bytes from 0",
        "0.065600 A  waits      connection 1 receive 400 bytes from 300",
        "0.065600 A  waits      recv = 400",
        "0.065600 A  -          operation 7 is through, 300 bytes",
        "0.065600 A  -          operation 7 sets its event, 300 bytes",
        "0.500000 A  ends       WSARecv = -1 WSA_IO_PENDING",
        "0.500000 A  -          operation 15 is through, 0 bytes WSA_OPERATION_ABORTED",
        "0.500000 A  -          operation 15 sets its event, 0 bytes WSA_OPERATION_ABORTED",
        "1.042000 A  main       WSARecv = -1 WSA_IO_PENDING",
        "2.042000 A  main       operation 9 is through, 0 bytes WSA_OPERATION_ABORTED",
        "2.082000 A  main       WSACleanup = 0",
        NULL,
    };
    play(
        WORLD("source 700") "    s = socket stream via tcp\n"
                            "    connect s\n"
                            "    Sleep 2\n"
                            "    WSARecv s 300 e1\n"
                            "    Sleep 1000\n"
                            "    WSARecv s 100 e2\n"
                            "    Sleep 1000\n"
                            "    WSACleanup\n"
                            "  thread waits\n"
                            "    Sleep 41\n"
                            "    recv s 1000\n"
                            "  thread ends\n"
                            "    Sleep 500\n"
                            "    WSARecv s 100 e1\n",
        told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receive_is_told_of_when_bytes_come),
        cmocka_unit_test(a_receive_goes_through_layers),
        cmocka_unit_test(a_close_aborts_and_says_so),
        cmocka_unit_test(a_last_cleanup_aborts_and_says_nothing),
        cmocka_unit_test(the_peers_end_ends_what_is_pending),
        cmocka_unit_test(the_peers_reset_ends_what_is_pending),
        cmocka_unit_test(receives_of_several_threads_share_a_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
