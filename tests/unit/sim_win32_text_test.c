#include "sim/win32/win32.h"
#include "tests/unit/engine_fixture.h"

static void *import(const char *dll, const char *name)
{
    sim_code_fn *code = sim_module_find_system(dll, name, 0);
    assert_non_null(code);
    return (void *)(uintptr_t)code;
}

/* Runs a test on a simulated thread: errors belong to threads. */
static void play(void (*entry)(void *))
{
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_win32_open();
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, entry);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
}

/* ---- Formatted text ---- */

typedef int LC_ABI sprintf_fn(char *, const char *, ...);
typedef int LC_ABI snprintf_fn(char *, size_t, const char *, ...);
typedef int LC_ABI snwprintf_fn(lc_wchar *, size_t, const lc_wchar *, ...);
typedef int LC_ABI fprintf_fn(void *, const char *, ...);

/* sprintf as a DLL has it; the result is what it says it is. */
#define ASSERT_FORMAT(wanted, ...)                                    \
    do {                                                              \
        sprintf_fn *print_ =                                          \
            (sprintf_fn *)(uintptr_t)import("msvcrt.dll", "sprintf"); \
        char text_[256];                                              \
        int length_ = print_(text_, __VA_ARGS__);                     \
        assert_string_equal(text_, wanted);                           \
        assert_int_equal(length_, strlen(wanted));                    \
    } while (0)

static void formats_numbers(void *argument)
{
    (void)argument;
    ASSERT_FORMAT("", "%s", "");
    ASSERT_FORMAT("100%", "%d%%", 100);
    ASSERT_FORMAT("-5|5|+5| 5", "%d|%i|%+d|% d", -5, 5, 5, 5);
    ASSERT_FORMAT(
        "   42|42   |00042|  042",
        "%5d|%-5d|%05d|%5.3d",
        42,
        42,
        42,
        42);
    ASSERT_FORMAT("-0042|   -7", "%05d|%*d", -42, 5, -7);
    ASSERT_FORMAT("7   |", "%*d|", -4, 7);
    ASSERT_FORMAT("||0|", "%.0d||%d|%.0u", 0, 0, 0);
    ASSERT_FORMAT(
        "ff|FF|0xff|0|377|0377",
        "%x|%X|%#x|%#x|%o|%#o",
        255,
        255,
        255,
        0,
        255,
        255);
    ASSERT_FORMAT("4294967295|-1", "%lu|%ld", UINT32_MAX, UINT32_MAX);
    ASSERT_FORMAT(
        "-9223372036854775808|ffffffffffffffff",
        "%I64d|%llx",
        INT64_MIN,
        UINT64_MAX);
    ASSERT_FORMAT("65535|-1|255|-1", "%hu|%hd|%hhu|%hhd", -1, -1, -1, -1);
    ASSERT_FORMAT("7|7|7", "%I32d|%Iu|%zu", 7, (size_t)7, (size_t)7);
    ASSERT_FORMAT("00000000DEADBEEF", "%p", (void *)(uintptr_t)0xdeadbeef);
    ASSERT_FORMAT(
        "1.500000|-0.25|3.|2",
        "%f|%.2f|%#.0f|%.0f",
        1.5,
        -0.25,
        3.0,
        1.75);
    ASSERT_FORMAT(
        "0.000001|0.1|123456789.125",
        "%f|%.1f|%.3f",
        1e-6,
        0.1,
        123456789.125);
    ASSERT_FORMAT(
        "9007199254740992.000|0.000000",
        "%.3f|%f",
        9007199254740992.0 + 0.0,
        1e-300);
    ASSERT_FORMAT("?|  ?|-0.0", "%e|%3f|%.1f", 1.5, 1e300, -0.0);
    ASSERT_FORMAT("0.999000|1.00", "%f|%.2f", 0.999, 0.999);
}

static void numbers_look_as_on_windows(void **state)
{
    (void)state;
    play(formats_numbers);
}

static void formats_text(void *argument)
{
    (void)argument;
    ASSERT_FORMAT(
        "ab|ab|  ab|ab  |a",
        "%s|%S|%4s|%-4s|%.1s",
        "ab",
        u"ab",
        "ab",
        "ab",
        "ab");
    ASSERT_FORMAT("wide|narrow", "%ls|%hs", u"wide", "narrow");
    ASSERT_FORMAT("wide|w?", "%ws|%ls", u"wide", u"w\u00e9");
    ASSERT_FORMAT("(null)|x|y|  z", "%s|%c|%C|%3c", NULL, 'x', u'y', 'z');
    ASSERT_FORMAT("1 2", "%d%n %d", 1, NULL, 2);
}

static void text_may_have_another_width(void **state)
{
    (void)state;
    play(formats_text);
}

static void formats_exactly(void *argument)
{
    (void)argument;
    snprintf_fn *print =
        (snprintf_fn *)(uintptr_t)import("msvcrt.dll", "_snprintf");
    char text[8];
    memset(text, '#', sizeof text);
    assert_int_equal(print(text, 4, "%s", "abc"), 3);
    assert_memory_equal(text, "abc\0####", 8);
    memset(text, '#', sizeof text);
    assert_int_equal(print(text, 4, "%s", "abcd"), 4);
    assert_memory_equal(text, "abcd####", 8);
    memset(text, '#', sizeof text);
    assert_int_equal(print(text, 4, "%s", "abcde"), -1);
    assert_memory_equal(text, "abcd####", 8);
    assert_int_equal(print(NULL, 0, "%s", "abcde"), 5);
    /* ucrt's always ends the text, and says what it would have been. */
    snprintf_fn *modern =
        (snprintf_fn *)(uintptr_t)import("msvcrt.dll", "snprintf");
    memset(text, '#', sizeof text);
    assert_int_equal(modern(text, 4, "%s", "abcde"), 5);
    assert_memory_equal(text, "abc\0####", 8);

    snwprintf_fn *wide =
        (snwprintf_fn *)(uintptr_t)import("msvcrt.dll", "_snwprintf");
    lc_wchar units[8];
    assert_int_equal(wide(units, 8, u"%s-%S-%d", u"a", "b", 3), 5);
    assert_memory_equal(units, u"a-b-3", 12);
    fprintf_fn *stream =
        (fprintf_fn *)(uintptr_t)import("msvcrt.dll", "fprintf");
    assert_int_equal(stream(NULL, "%03d", 7), 3);
}

static void a_text_that_fits_exactly_has_no_end(void **state)
{
    (void)state;
    play(formats_exactly);
}

/* ---- UTF-8 and UTF-16 ---- */

typedef int LC_ABI
to_wide_fn(uint32_t, uint32_t, const char *, int, lc_wchar *, int);
typedef int LC_ABI to_narrow_fn(
    uint32_t,
    uint32_t,
    const lc_wchar *,
    int,
    char *,
    int,
    const char *,
    int *);

static void widens(void *argument)
{
    (void)argument;
    to_wide_fn *to_wide =
        (to_wide_fn *)(uintptr_t)import("kernel32.dll", "MultiByteToWideChar");
    lc_wchar wide[16];
    const char *text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
    assert_int_equal(to_wide(LC_CP_UTF8, 0, text, -1, wide, 16), 6);
    assert_memory_equal(wide, u"a\u00e9\u20ac\U0001f600", 12);
    assert_int_equal(to_wide(LC_CP_UTF8, 0, text, -1, NULL, 0), 6);
    assert_int_equal(to_wide(LC_CP_UTF8, 0, text, 3, wide, 2), 2);
    assert_int_equal(to_wide(LC_CP_UTF8, 0, text, -1, wide, 5), 0);
    assert_int_equal(
        sim_thread_current()->last_error,
        LC_ERROR_INSUFFICIENT_BUFFER);
    /* Too long, a surrogate, cut off: the longest wrong beginning is one. */
    const char *wrong = "\xc0\xaf\xed\xa0\x80\xe2\x82x";
    assert_int_equal(to_wide(LC_CP_UTF8, 0, wrong, 8, wide, 16), 7);
    assert_memory_equal(wide, u"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdx", 14);
    assert_int_equal(
        to_wide(LC_CP_UTF8, LC_MB_ERR_INVALID_CHARS, wrong, 8, wide, 16),
        0);
    assert_int_equal(
        sim_thread_current()->last_error,
        LC_ERROR_NO_UNICODE_TRANSLATION);
    assert_int_equal(to_wide(LC_CP_ACP, 0, text, 0, wide, 16), 0);
    assert_int_equal(
        sim_thread_current()->last_error,
        LC_ERROR_INVALID_PARAMETER);
}

static void narrows(void *argument)
{
    (void)argument;
    to_narrow_fn *to_narrow = (to_narrow_fn *)(uintptr_t)import(
        "kernel32.dll",
        "WideCharToMultiByte");
    char text[16];
    int used_default = 1;
    const lc_wchar *wide = u"a\u00e9\u20ac\U0001f600";
    assert_int_equal(
        to_narrow(LC_CP_ACP, 0, wide, -1, text, 16, NULL, &used_default),
        11);
    assert_string_equal(text, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_int_equal(used_default, 0);
    assert_int_equal(to_narrow(LC_CP_UTF8, 0, wide, 3, NULL, 0, NULL, NULL), 6);
    assert_int_equal(
        to_narrow(LC_CP_UTF8, 0, wide, -1, text, 10, NULL, NULL),
        0);
    assert_int_equal(
        sim_thread_current()->last_error,
        LC_ERROR_INSUFFICIENT_BUFFER);
    const lc_wchar half[] = { 0xd83d, 'x', 0 };
    assert_int_equal(
        to_narrow(LC_CP_UTF8, 0, half, -1, text, 16, NULL, NULL),
        5);
    assert_string_equal(text, "\xef\xbf\xbdx");
    assert_int_equal(
        to_narrow(
            LC_CP_UTF8,
            LC_WC_ERR_INVALID_CHARS,
            half,
            -1,
            text,
            16,
            NULL,
            NULL),
        0);
}

static void conversions_are_exact_and_say_what_is_wrong(void **state)
{
    (void)state;
    play(widens);
    play(narrows);
}

/* ---- Environment ---- */

typedef uint32_t LC_ABI expand_fn(const char *, char *, uint32_t);

static void expands(void *argument)
{
    (void)argument;
    lc_wchar wide[64];
    const lc_wchar *source = u"%SystemRoot%\\system32\\mswsock.dll";
    const lc_wchar wanted[] = u"C:\\Windows\\system32\\mswsock.dll";
    uint32_t length = LC_COUNT_OF(wanted);
    assert_int_equal(
        sim_win32_expand_environment_strings_w(source, wide, 64),
        length);
    assert_memory_equal(wide, wanted, sizeof wanted);
    assert_int_equal(
        sim_win32_expand_environment_strings_w(source, NULL, 0),
        length);
    assert_int_equal(
        sim_win32_expand_environment_strings_w(source, wide, 5),
        length);
    expand_fn *expand = (expand_fn *)(uintptr_t)import(
        "kernel32.dll",
        "ExpandEnvironmentStringsA");
    char text[32];
    assert_int_equal(expand("%WINDIR%;100%;%none%", text, 32), 23);
    assert_string_equal(text, "C:\\Windows;100%;%none%");
}

static void what_is_no_variable_stays_as_it_is(void **state)
{
    (void)state;
    play(expands);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_look_as_on_windows),
        cmocka_unit_test(text_may_have_another_width),
        cmocka_unit_test(a_text_that_fits_exactly_has_no_end),
        cmocka_unit_test(conversions_are_exact_and_say_what_is_wrong),
        cmocka_unit_test(what_is_no_variable_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
