#include <string.h>

#include "lastcall/trace.h"

#include "fuzz/schedule.h"
#include "tests/unit/text_example.h"

/* Text and value say the same: nothing is lost either way. */
static void printing_and_parsing_is_a_round_trip(void **state)
{
    (void)state;
    static char text[FUZZ_TEXT_SIZE_MAX];
    assert_true(parse(example, &first));
    check_round_trip(text);
    assert_string_equal(text, example);
}

/* Name spaces have calls, places and a line of their own, which no other world
 * has. */
static void name_spaces_are_printed_and_parsed(void **state)
{
    (void)state;
    static const char text[] =
        "lastcall schedule 1\n"
        "world\n"
        "  provider tcp base\n"
        "  sndbuf 8192\n"
        "  link rate 1Mbit latency 20ms window 16384\n"
        "  peer sink\n"
        "  names\n"
        "process A\n"
        "  thread t\n"
        "    WSALookupServiceBegin q all\n"
        "    WSALookupServiceNext q\n"
        "    WSALookupServiceEnd q\n"
        "    WSASetService deregister 7\n"
        "    WSAEnumNameSpaceProviders\n"
        "    WSCInstallNameSpace first\n"
        "    WSCUnInstallNameSpace second\n"
        "    WSCEnableNSProvider second off\n"
        "choices\n"
        "  t in 1 WSALookupServiceBegin at NSPStartup>names : run t\n"
        "  t in 2 WSALookupServiceNext at NSPLookupServiceNext<names : run t\n"
        "  t in 3 WSALookupServiceEnd at SetEvent@names : run t\n";
    static char printed[FUZZ_TEXT_SIZE_MAX];
    assert_true(parse(text, &first));
    check_round_trip(printed);
    assert_string_equal(printed, text);
    first.world.names = 0;
    fuzz_schedule_repair(&first);
    assert_int_equal(first.choice_count, 0);
}

/* A buffer that is too small is an answer, not half a schedule. */
static void a_small_buffer_is_refused(void **state)
{
    (void)state;
    char text[64];
    assert_true(parse(example, &first));
    assert_int_equal(fuzz_text_print(&first, text, sizeof text), 0);
}

/* What people do to files: indentation, comments, blank lines, CRLF. */
static void form_is_free_and_printed_canonically(void **state)
{
    (void)state;
    static const char text[] = "# first\r\n"
                               "\r\n"
                               "lastcall\tschedule   1 # one\n"
                               "#1 a list in a comment\n"
                               "world\n"
                               "link latency 20000us \t rate 1000kbit\n"
                               "process A #2\n"
                               "\t\tthread t # \xe2\x82\xac\n"
                               "send s 007 #3 calls\n"
                               " # 4\n"
                               "choices\n"
                               "#5\n"
                               "t in 1 send at call #2 : run t # 6\n";
    static const char canonical[] =
        "lastcall schedule 1\n"
        "world\n"
        "  provider tcp base\n"
        "  provider filter ifs\n"
        "  chain filter tcp\n"
        "  sndbuf 8192\n"
        "  link rate 1Mbit latency 20ms window 16384\n"
        "  peer sink\n"
        "process A\n"
        "  thread t\n"
        "    send s 7\n"
        "choices\n"
        "  t in 1 send at call #2 : run t\n";
    char printed[1024];
    assert_true(parse(text, &first));
    assert_int_equal(
        fuzz_text_print(&first, printed, sizeof printed),
        sizeof canonical - 1);
    assert_string_equal(printed, canonical);
}

/* Threads and modules have names in reports too, whatever a record holds. */
static void threads_and_modules_have_names(void **state)
{
    (void)state;
    char name[2 * LC_NAME_MAX];
    assert_true(parse(example, &first));
    fuzz_text_thread(&first, 1, name);
    assert_string_equal(name, "late");
    fuzz_text_thread(&first, LC_THREAD_REF(1, 15), name);
    assert_string_equal(name, "B.worker16");
    fuzz_text_thread(&first, LC_THREAD_REF(3, 0), name);
    assert_string_equal(name, "?.worker1");
    fuzz_text_thread(&first, 7, name);
    assert_string_equal(name, "-");
    fuzz_text_thread(&first, LC_NONE, name);
    assert_string_equal(name, "-");
    assert_string_equal(fuzz_text_module(&first.world, LC_MODULE_APP), "app");
    assert_string_equal(fuzz_text_module(&first.world, 4), "mine");
    assert_string_equal(fuzz_text_module(&first.world, 5), "own");
    assert_string_equal(fuzz_text_module(&first.world, 6), "its");
    assert_string_equal(fuzz_text_module(&first.world, 7), "system");
    assert_string_equal(fuzz_text_module(&first.world, 99), "system");
}

/* A call alone is what a report quotes. */
static void a_call_is_printed_alone(void **state)
{
    (void)state;
    char text[128];
    assert_true(parse(example, &first));
    assert_int_equal(
        fuzz_text_print_op(&first, &first.ops[1], text, sizeof text),
        strlen("s = socket stream via tcp"));
    assert_string_equal(text, "s = socket stream via tcp");
    assert_int_equal(fuzz_text_print_op(&first, &first.ops[1], text, 8), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printing_and_parsing_is_a_round_trip),
        cmocka_unit_test(name_spaces_are_printed_and_parsed),
        cmocka_unit_test(a_small_buffer_is_refused),
        cmocka_unit_test(form_is_free_and_printed_canonically),
        cmocka_unit_test(threads_and_modules_have_names),
        cmocka_unit_test(a_call_is_printed_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
