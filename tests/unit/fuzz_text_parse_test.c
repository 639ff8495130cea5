#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/rng.h"
#include "tests/unit/text_example.h"

/* Whoever reads a schedule must find in it all that it says. */
static void every_word_arrives(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    const struct lc_world *world = &first.world;
    assert_int_equal(first.swarm.weights[LC_CALL_WSASTARTUP], 100);
    assert_int_equal(first.swarm.weights[LC_CALL_SEND], 1);
    assert_int_equal(first.swarm.weights[LC_FEATURE_SLOW], 1);
    assert_int_equal(first.swarm.weights[LC_FEATURE_PIN], 0);
    assert_int_equal(world->provider_count, 5);
    assert_string_equal(world->providers[2].path, "a \"b\".dll");
    assert_int_equal(world->providers[2].has_own, 0);
    assert_int_equal(world->providers[4].has_own, 1);
    assert_int_equal(world->providers[1].pinned, 1);
    assert_int_equal(world->chains[0].length, 3);
    assert_int_equal(world->chains[0].providers[1], 2);
    assert_int_equal(world->sndbuf_bytes, 100);
    assert_int_equal(world->link_bits_per_s, 2000000000);
    assert_int_equal(world->link_latency_ns, 5000);
    assert_int_equal(world->link_window_bytes, 77);
    assert_int_equal(world->peer_number, 2000);
    assert_int_equal(world->versions, 6);
    assert_int_equal(world->providers[0].versions, 57);
    assert_string_equal(world->plants[0], "some_bug");
    assert_int_equal(first.process_count, 2);
    assert_int_equal(first.thread_count, 2);
    assert_int_equal(first.threads[1].process, 1);
    assert_int_equal(first.op_count, 14);
    assert_int_equal(first.ops[0].value, 0x0202);
    assert_int_equal(first.ops[1].entry, 2); /* behind the chains */
    assert_int_equal(first.ops[3].value, 1);
    assert_int_equal(first.ops[3].value2, 5);
    assert_int_equal(first.ops[0].value2, 1);
    assert_int_equal(first.ops[8].value, FUZZ_HOW_COUNT - 1);
    assert_int_equal(first.socket_count, 2);
    assert_int_equal(first.choice_count, 19);
    assert_int_equal(first.choices[0].call, 11);
    assert_int_equal(first.choices[2].occurrence, 2);
    assert_int_equal(first.choices[4].stream, LC_STREAM_HANDLE);
    assert_int_equal(first.choices[5].target, LC_THREAD_REF(0, 0));
    assert_int_equal(first.choices[7].value, 1);
    assert_int_equal(first.choices[11].occurrence, 6);
    assert_int_equal(first.choices[12].value, 3);
    assert_int_equal(first.choices[13].stream, LC_STREAM_FAULT);
    assert_int_equal(first.choices[13].occurrence, 1);
    assert_int_equal(first.choices[13].value, 1);
    assert_int_equal(first.choices[15].value, 3); /* its third error */
    assert_int_equal(first.choices[18].stream, LC_STREAM_HANDLE);
    assert_int_equal(
        first.choices[18].place.function,
        LC_UPCALL_CREATE_SOCKET_HANDLE);
    assert_int_equal(first.choices[18].occurrence, 1);
    assert_int_equal(
        first.world.faults,
        1U << LC_FAIL_ALLOC | 1U << LC_FAIL_STARTUP | 1U << LC_FAIL_UPCALL);
    assert_int_equal(first.expect.kind, LC_EXPECT_BROKEN);
    assert_string_equal(first.expect.rule, "CLEAN-16");
    assert_int_equal(first.expect.hash, 0x8d1f0c7be2a94410ULL);
}

static const struct bad bad_form[] = {
    { "", 1, 1, "empty" },
    { "# nothing\n\n", 3, 1, "empty" },
    { "hello world\n", 1, 1, "\"hello\"" },
    { "lastcall trace 1\n", 1, 10, "\"trace\"" },
    { "lastcall\n", 1, 9, "the line ends" },
    { "lastcall schedule 2\n", 1, 19, "\"2\"" },
    { "lastcall schedule 1 x\n", 1, 21, "\"x\"" },
    { "lastcall schedule 1", 1, 20, "cut off" },
    { "\xef\xbb\xbf" HEAD, 1, 1, "no schedule" },
    { HEAD, 2, 1, "process" },
    { HEAD "sndbuf 5\n", 2, 1, "\"sndbuf\"" },
    { WORLD, 3, 1, "process" },
    { WORLD "world\n", 3, 1, "\"world\"" },
    { WORLD "choices\n", 3, 1, "\"choices\"" },
    { HEAD "expect\n", 2, 1, "\"expect\"" },
    { HEAD "process\n", 2, 8, "the line ends" },
    { HEAD "process A\n", 3, 1, "\"A\" has no thread" },
    { HEAD "process A\nprocess B\n", 4, 1, "\"A\" has no thread" },
    { HEAD "process A\n  WSACleanup\n", 3, 3, "\"WSACleanup\"" },
    { THREAD, 4, 1, "\"t\" has no calls" },
    { THREAD "choices\n", 4, 1, "\"t\" has no calls" },
    { PROGRAM "world\n", 5, 1, "\"world\"" },
    { PROGRAM "process A\n", 5, 9, "\"A\"" },
    { PROGRAM "thread t\n", 5, 8, "\"t\"" },
    { PROGRAM "process B\n  WSACleanup\n", 6, 3, "\"WSACleanup\"" },
    { CHOICES "process B\n", 6, 1, "\"process\"" },
    { CHOICES "choices\n", 6, 1, "\"choices\"" },
    { PROGRAM "expect\n", 6, 1, "held" },
    { PROGRAM "expect\n  held\nchoices\n", 7, 1, "\"choices\"" },
    { PROGRAM "expect\n  perhaps\n", 6, 3, "\"perhaps\"" },
    { PROGRAM "expect\n  held up\n", 6, 8, "\"up\"" },
    { PROGRAM "expect\n  held\n  held\n", 7, 3, "\"held\"" },
    { PROGRAM "expect\n  broken\n", 6, 9, "the line ends" },
    { PROGRAM "expect\n  broken 16\n", 6, 10, "\"16\"" },
    { PROGRAM "expect\n  hash 0123456789abcdef\n", 6, 3, "\"hash\"" },
    { PROGRAM "expect\n  held\n  hash\n", 7, 7, "the line ends" },
    { PROGRAM "expect\n  held\n  hash 12\n", 7, 8, "\"12\"" },
    { PROGRAM "expect\n  held\n  hash 0123456789abcdeF\n",
      7,
      8,
      "\"0123456789abcdeF\"" },
    { PROGRAM "expect\n  held\n  hash 0123456789abcdef\n"
              "  hash 0123456789abcdef\n",
      8,
      3,
      "\"hash\"" },
    { HEAD "process \xff\xfe\n", 2, 9, "UTF-8" },
    { HEAD "# \xc0\x80\n", 2, 3, "UTF-8" },
    { HEAD "# \xe0\x80\x80\n", 2, 3, "UTF-8" },
    { HEAD "# \xed\xa0\x80\n", 2, 3, "UTF-8" },
    { HEAD "# \xf4\x90\x80\x80\n", 2, 3, "UTF-8" },
    { HEAD "# \xe2\x82\n", 2, 3, "UTF-8" },
    { HEAD "a\x01\n", 2, 2, "control" },
    { HEAD "a\x7f\n", 2, 2, "control" },
    { HEAD "process A\rthread t\n", 2, 10, "control" },
    { HEAD "process " NAME_32 "\n", 2, 9, NAME_32 },
    { HEAD "process 9\n", 2, 9, "\"9\"" },
    { HEAD "process A.b\n", 2, 9, "\"A.b\"" },
    { HEAD "process -a\n", 2, 9, "\"-a\"" },
};

/* Whoever wrote the line has to find it: line, column and word. Here the
 * first line, the sections and the bytes of a file. */
static void errors_of_the_form_name_line_column_and_word(void **state)
{
    (void)state;

    check_bad(bad_form, LC_COUNT_OF(bad_form));
}

/* Texts that are put together. */
static char made[FUZZ_TEXT_SIZE_MAX + 2];

/* `head`, and then `line` with its %u counting from 1. Returns whether it is
 * a schedule. */
static bool parse_lines(
    const char *head,
    uint32_t count,
    const char *line,
    const char *tail)
{
    size_t at = strlen(head);
    (void)snprintf(made, sizeof made, "%s", head);
    const char *mark = strstr(line, "%u");
    assert_non_null(mark);
    for (uint32_t i = 1; i <= count; i++) {
        int length = snprintf(
            made + at,
            sizeof made - at,
            "%.*s%u%s",
            (int)(mark - line),
            line,
            i,
            mark + 2);
        assert_in_range(length, 1, sizeof made - at - 1);
        at += (size_t)length;
    }
    (void)snprintf(made + at, sizeof made - at, "%s", tail);
    return parse(made, &first);
}

/* A list that is full refuses one more: nothing is dropped. */
static void one_too_many_of_anything_is_an_error(void **state)
{
    (void)state;

    static const struct {
        const char *head;
        const char *line;
        const char *tail;
        uint32_t max;
        uint32_t error_line; /* with one more */
    } lists[] = {
        { WORLD,
          "provider p%u base\n",
          "process A\nthread t\nWSACleanup\n",
          LC_PROVIDERS_MAX,
          11 },
        { WORLD,
          "plant p%u\n",
          "process A\nthread t\nWSACleanup\n",
          LC_PLANTS_MAX,
          7 },
        { HEAD "process A\n",
          "thread t%u\nWSACleanup\n",
          "",
          LC_THREADS_MAX,
          19 },
        { THREAD, "Sleep %u\n", "", LC_OPS_MAX, 164 },
        { THREAD, "connect s%u\n", "", LC_SOCKETS_MAX, 20 },
        { CHOICES, "idle #%u : run t\n", "", LC_CHOICES_MAX, 2054 },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(lists); i++) {
        if (!parse_lines(
                lists[i].head,
                lists[i].max,
                lists[i].line,
                lists[i].tail)) {
            fail_msg("list %u: %u: %s", i, error.line, error.message);
        }
        assert_false(parse_lines(
            lists[i].head,
            lists[i].max + 1,
            lists[i].line,
            lists[i].tail));
        assert_int_equal(error.line, lists[i].error_line);
    }
    assert_true(parse(
        HEAD "process A\nthread a\nWSACleanup\nprocess B\nthread b\n"
             "WSACleanup\nprocess C\nthread c\nWSACleanup\n"
             "process D\nthread d\nWSACleanup\n",
        &first));
    assert_false(parse(
        HEAD "process A\nthread a\nWSACleanup\nprocess B\nthread b\n"
             "WSACleanup\nprocess C\nthread c\nWSACleanup\n"
             "process D\nthread d\nWSACleanup\nprocess E\n",
        &first));
    assert_int_equal(error.line, 14);
}

/* A path of 255 bytes is read and printed, with each byte escaped too; one
 * more byte is refused. So is a line of 601 bytes. */
static void the_longest_path_and_line_are_exact(void **state)
{
    (void)state;
    static char text[2048];
    static char printed[FUZZ_TEXT_SIZE_MAX];
    char path[2 * LC_PATH_MAX + 1];
    for (uint32_t bytes = LC_PATH_MAX - 1; bytes <= LC_PATH_MAX; bytes++) {
        memset(path, '\\', 2 * (size_t)bytes);
        path[2 * (size_t)bytes] = '\0';
        (void)snprintf(
            text,
            sizeof text,
            WORLD "  provider tcp base\n  provider n dll \"%s\"\n"
                  "process A\n  thread t\n    WSACleanup\n",
            path);
        assert_int_equal(parse(text, &first), bytes < LC_PATH_MAX);
    }
    assert_int_equal(error.line, 4);
    path[(size_t)2 * (LC_PATH_MAX - 1)] = '\0';
    (void)snprintf(
        text,
        sizeof text,
        WORLD "  provider tcp base\n  provider n dll \"%s\"\n"
              "process A\n  thread t\n    WSACleanup\n",
        path);
    assert_true(parse(text, &first));
    assert_int_equal(strlen(first.world.providers[1].path), LC_PATH_MAX - 1);
    check_round_trip(printed);

    for (int bytes = 600; bytes <= 601; bytes++) {
        (void)snprintf(text, sizeof text, HEAD "#%*s\n", bytes - 1, "x");
        assert_false(parse(text, &first));
        assert_int_equal(error.line, bytes == 600 ? 3 : 2);
    }
    assert_int_equal(error.column, 601);
    assert_non_null(strstr(error.message, "longer than 600"));
    (void)snprintf(
        text,
        sizeof text,
        WORLD "chain 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n");
    assert_false(parse(text, &first));
    assert_non_null(strstr(error.message, "more than 16 words"));
}

/* A zero byte can't hide in a schedule. */
static void a_zero_byte_is_an_error(void **state)
{
    (void)state;
    static const char text[] = "lastcall schedule 1\nprocess\0A\n";
    assert_false(fuzz_text_parse(text, sizeof text - 1, &first, &error));
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 8);
}

/* A file that was cut off is noticed wherever that can be seen: inside a line,
 * and between lines where something must follow. */
static void a_cut_file_is_noticed(void **state)
{
    (void)state;
    size_t size_bytes = strlen(example);
    const char *calls = strstr(example, "    WSAStartup");
    size_t hash_at = (size_t)(strstr(example, "  hash") - example);
    size_t program_at = (size_t)(strchr(calls, '\n') - example) + 1;
    uint32_t good = 0;
    for (size_t cut = 0; cut < size_bytes; cut++) {
        char *copy = malloc(cut + 1); /* so that ASan sees a byte beyond */
        assert_non_null(copy);
        memcpy(copy, example, cut);
        copy = realloc(copy, cut > 0 ? cut : 1);
        assert_non_null(copy);
        memset(&error, 0, sizeof error);
        bool is_good = fuzz_text_parse(copy, cut, &first, &error);
        bool is_whole_line = cut > 0 && example[cut - 1] == '\n';
        if (!is_whole_line || cut < program_at) {
            assert_false(is_good);
        }
        if (!is_good) {
            assert_int_not_equal(error.line, 0);
            assert_int_not_equal(error.column, 0);
            assert_int_not_equal(error.message[0], '\0');
        }
        if (cut == hash_at) {
            assert_true(is_good);
        }
        good += is_good;
        free(copy);
    }
    /* 12 + 2 calls, "choices" and 19 of them, "broken": each may be the last
     * line; "process B", "thread late" and "expect" may not. */
    assert_int_equal(good, 12 + 2 + 1 + 19 + 1);
}

/* No size of file takes the memory or the time of the machine. */
static void a_huge_text_is_refused_at_once(void **state)
{
    (void)state;
    size_t size_bytes = FUZZ_TEXT_SIZE_MAX + 1;
    char *text = calloc(1, size_bytes);
    assert_non_null(text);
    assert_false(fuzz_text_parse(text, size_bytes, &first, &error));
    assert_non_null(strstr(error.message, "1 MiB"));
    free(text);
}

/* A text with some bytes changed is refused with a place in it, or read; what
 * is read is printed and read again as the same. */
static void a_damaged_text_is_refused_or_read(void **state)
{
    (void)state;
    static const char bytes[] = "\n\n  #:.>@=09azA\"\\\xc3\x80\t\r%";
    static char text[sizeof example];
    static char printed[FUZZ_TEXT_SIZE_MAX];
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, 3, FUZZ_RNG_MUTATE);
    uint32_t good = 0;
    for (uint32_t round = 0; round < 100000; round++) {
        memcpy(text, example, sizeof text);
        for (uint32_t i = 0; i <= round % 3; i++) {
            uint64_t drawn = fuzz_rng_next(&rng);
            text[drawn % (sizeof text - 1)] =
                bytes[(drawn >> 32) % (sizeof bytes - 1)];
        }
        memset(&error, 0, sizeof error);
        if (!fuzz_text_parse(text, sizeof text - 1, &first, &error)) {
            assert_in_range(error.line, 1, 80);
            assert_in_range(error.column, 1, 200);
            assert_null(strpbrk(error.message, "\n\r"));
            assert_non_null(memchr(error.message, 0, sizeof error.message));
            assert_int_not_equal(error.message[0], '\0');
            continue;
        }
        good++;
        check_round_trip(printed);
    }
    assert_in_range(good, 1000, 99000); /* both were tried */
}

/* What the parser gives is valid: repairing it changes nothing. */
static void what_is_parsed_needs_no_repair(void **state)
{
    (void)state;
    assert_true(parse(example, &first));
    second = first;
    fuzz_schedule_repair(&second);
    assert_true(fuzz_schedule_equal(&first, &second));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_arrives),
        cmocka_unit_test(errors_of_the_form_name_line_column_and_word),
        cmocka_unit_test(one_too_many_of_anything_is_an_error),
        cmocka_unit_test(the_longest_path_and_line_are_exact),
        cmocka_unit_test(a_zero_byte_is_an_error),
        cmocka_unit_test(a_cut_file_is_noticed),
        cmocka_unit_test(a_huge_text_is_refused_at_once),
        cmocka_unit_test(a_damaged_text_is_refused_or_read),
        cmocka_unit_test(what_is_parsed_needs_no_repair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
