/* Strings, formatted text, code pages, the environment. */
#include "shim.h"

static char text[64];
static wchar_t wide[64];

static int is(const char *expected)
{
    return strcmp(text, expected) == 0;
}

static int is_wide(const wchar_t *expected)
{
    return wcscmp(wide, expected) == 0;
}

static int kernel_strings(void)
{
    CHECK(K(lstrlenA)("abc") == 3 && K(lstrlenA)(NULL) == 0);
    CHECK(K(lstrlenW)(L"abcd") == 4 && K(lstrlenW)(NULL) == 0);
    CHECK(K(lstrcpyA)(text, "one") == text && is("one"));
    CHECK(K(lstrcatA)(text, " two") == text && is("one two"));
    CHECK(K(lstrcpynA)(text, "three", 3) == text && is("th"));
    CHECK(K(lstrcpyW)(wide, L"one") == wide && is_wide(L"one"));
    CHECK(K(lstrcatW)(wide, L" two") == wide && is_wide(L"one two"));
    CHECK(K(lstrcpynW)(wide, L"three", 3) == wide && is_wide(L"th"));
    CHECK(K(lstrcpyA)(NULL, "x") == NULL && K(lstrcatW)(wide, NULL) == NULL);
    CHECK(K(lstrcmpA)("a", "b") < 0 && K(lstrcmpW)(L"b", L"a") > 0);
    CHECK(K(lstrcmpiA)("aB", "Ab") == 0 && K(lstrcmpiW)(L"aB", L"Ac") < 0);
    return 0;
}

static int strings(void)
{
    CHECK(C(strlen)("abc") == 3);
    CHECK(
        FROM_AS(size_t(const char *, size_t), "msvcrt.dll", strnlen)(
            "abc",
            2) == 2);
    CHECK(C(strcmp)("a", "b") < 0 && C(strncmp)("ab", "ac", 1) == 0);
    CHECK(C(_stricmp)("aB", "Ab") == 0 && C(_strnicmp)("aBx", "Aby", 2) == 0);
    CHECK(C(strcpy)(text, "one") == text && is("one"));
    CHECK(C(strcat)(text, "two") == text && is("onetwo"));
    CHECK(C(strncat)(text, "three", 2) == text && is("onetwoth"));
    CHECK(C(strncpy)(text, "x", 4) == text && text[3] == 0 && is("x"));
    CHECK(strcmp(C(strchr)("abcb", 'b'), "bcb") == 0);
    CHECK(strcmp(C(strrchr)("abcb", 'b'), "b") == 0);
    CHECK(strcmp(C(strstr)("abcb", "bc"), "bcb") == 0);
    CHECK(C(tolower)('A') == 'a' && C(toupper)('z') == 'Z');
    CHECK(C(atoi)(" -12x") == -12);
    CHECK(C(wcslen)(L"abc") == 3);
    CHECK(C(wcscmp)(L"a", L"b") < 0 && C(wcsncmp)(L"ab", L"ac", 1) == 0);
    CHECK(C(_wcsicmp)(L"aB", L"Ab") == 0);
    CHECK(C(_wcsnicmp)(L"aBx", L"Aby", 2) == 0);
    CHECK(C(wcscpy)(wide, L"one") == wide && is_wide(L"one"));
    CHECK(C(wcscat)(wide, L"two") == wide && is_wide(L"onetwo"));
    CHECK(C(wcsncpy)(wide, L"x", 4) == wide && wide[3] == 0 && is_wide(L"x"));
    CHECK(wcscmp(C(wcschr)(L"abcb", 'b'), L"bcb") == 0);
    CHECK(wcscmp(C(wcsrchr)(L"abcb", 'b'), L"b") == 0);
    CHECK(wcscmp(C(wcsstr)(L"abcb", L"bc"), L"bcb") == 0);
    return 0;
}

typedef int __cdecl print_fn(char *, const char *, ...);
typedef int __cdecl print_count_fn(char *, size_t, const char *, ...);
typedef int __cdecl print_list_fn(char *, const char *, va_list);
typedef int __cdecl print_count_list_fn(char *, size_t, const char *, va_list);
typedef int __cdecl wide_fn(wchar_t *, const wchar_t *, ...);
typedef int __cdecl wide_count_fn(wchar_t *, size_t, const wchar_t *, ...);
typedef int __cdecl wide_count_list_fn(
    wchar_t *,
    size_t,
    const wchar_t *,
    va_list);

static int __cdecl with_list(int which, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = -100;
    if (which == 0) {
        length =
            FROM_AS(print_list_fn, "msvcrt.dll", vsprintf)(text, format, list);
    } else if (which == 1) {
        length = FROM_AS(
            print_count_list_fn,
            "msvcrt.dll",
            _vsnprintf)(text, 4, format, list);
    } else if (which == 2) {
        length = FROM_AS(
            print_count_list_fn,
            "msvcrt.dll",
            vsnprintf)(text, 4, format, list);
    } else {
        typedef int __cdecl stream_fn(void *, const char *, va_list);
        length = FROM_AS(stream_fn, "msvcrt.dll", vfprintf)(NULL, format, list);
    }
    va_end(list);
    return length;
}

static int __cdecl with_wide_list(const wchar_t *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = FROM_AS(
        wide_count_list_fn,
        "msvcrt.dll",
        _vsnwprintf)(wide, 10, format, list);
    va_end(list);
    return length;
}

static int prints(void)
{
    CHECK(
        FROM_AS(
            print_fn,
            "msvcrt.dll",
            sprintf)(text, "%5d|%-4x|%s|%S", -12, 255, "ab", L"cd") == 16);
    CHECK(is("  -12|ff  |ab|cd"));
    print_count_fn *old = FROM_AS(print_count_fn, "msvcrt.dll", _snprintf);
    memset(text, 'x', sizeof text);
    CHECK(old(text, 3, "%d", 12345) == -1 && memcmp(text, "123x", 4) == 0);
    CHECK(old(text, 3, "%d", 123) == 3 && text[3] == 'x');
    print_count_fn *new = FROM_AS(print_count_fn, "msvcrt.dll", snprintf);
    CHECK(new (text, 3, "%d", 12345) == 5 && is("12"));
    CHECK(with_list(0, "%u.%c", 7U, 'z') == 3 && is("7.z"));
    CHECK(with_list(1, "%d", 12345) == -1 && memcmp(text, "1234", 4) == 0);
    CHECK(with_list(2, "%d", 12345) == 5 && is("123"));
    CHECK(with_list(3, "%d", 123) == 3);
    CHECK(
        FROM_AS(wide_fn, "msvcrt.dll", swprintf)(wide, L"%s-%S", L"a", "b") ==
        3);
    CHECK(is_wide(L"a-b"));
    CHECK(FROM_AS(wide_fn, "msvcrt.dll", _swprintf)(wide, L"%d", 5) == 1);
    CHECK(
        FROM_AS(wide_count_fn, "msvcrt.dll", _snwprintf)(wide, 2, L"%d", 123) ==
        -1);
    CHECK(with_wide_list(L"%I64d", 1LL << 40) == -1);
    CHECK(with_wide_list(L"%I64d", 1LL << 30) == 10);
    CHECK(U(wsprintfA)(text, "%lu %s", 5UL, "x") == 3 && is("5 x"));
    CHECK(U(wsprintfW)(wide, L"%u %s", 5U, L"x") == 3 && is_wide(L"5 x"));
    return 0;
}

static int streams(void)
{
    typedef FILE *iob_fn(void);
    typedef FILE *acrt_iob_fn(unsigned);
    FILE *first = FROM_AS(iob_fn, "msvcrt.dll", __iob_func)();
    FILE *out = FROM_AS(acrt_iob_fn, "msvcrt.dll", __acrt_iob_func)(1);
    CHECK(first != NULL && out != NULL && first != out);
    typedef int stream_fn(FILE *, const char *, ...);
    typedef int plain_fn(const char *, ...);
    CHECK(FROM_AS(stream_fn, "msvcrt.dll", fprintf)(out, "%d", 12) == 2);
    CHECK(FROM_AS(plain_fn, "msvcrt.dll", printf)("%d", 123) == 3);
    CHECK(C(fwrite)("abc", 1, 3, out) == 3);
    CHECK(C(puts)("x") >= 0 && C(fputs)("x", out) >= 0);
    CHECK(C(fputc)('x', out) == 'x' && C(putc)('y', out) == 'y');
    CHECK(C(fflush)(out) == 0);
    return 0;
}

static int conversions(void)
{
    CHECK(K(MultiByteToWideChar)(CP_UTF8, 0, "a\xc3\xa4", -1, wide, 64) == 3);
    CHECK(wide[1] == 0xe4 && wide[2] == 0);
    CHECK(
        K(WideCharToMultiByte)(
            CP_ACP,
            0,
            L"a\x20ac",
            -1,
            text,
            64,
            NULL,
            NULL) == 5);
    CHECK(strcmp(text, "a\xe2\x82\xac") == 0);
    CHECK(K(MultiByteToWideChar)(CP_ACP, 0, "abc", -1, wide, 2) == 0);
    CHECK(GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    CHECK(K(GetACP)() == CP_UTF8 && K(GetOEMCP)() == CP_UTF8);
    return 0;
}

static int environment(void)
{
    CHECK(K(ExpandEnvironmentStringsA)("%windir%\\x", text, 64) == 13);
    CHECK(is("C:\\Windows\\x"));
    CHECK(K(ExpandEnvironmentStringsW)(L"%none%", wide, 64) == 7);
    CHECK(is_wide(L"%none%"));
    CHECK(K(GetEnvironmentVariableA)("SystemDrive", text, 64) == 2);
    CHECK(is("C:"));
    CHECK(K(GetEnvironmentVariableW)(L"TEMP", wide, 2) == 16);
    CHECK(K(GetEnvironmentVariableW)(L"NONE", wide, 2) == 0);
    CHECK(GetLastError() == ERROR_ENVVAR_NOT_FOUND);
    return 0;
}

static int numbers(void)
{
    char *end = NULL;
    wchar_t *wide_end = NULL;
    const char *source = " -12x";
    CHECK(C(strtol)(source, &end, 10) == -12 && end == source + 4);
    source = "0x1Fz";
    CHECK(C(strtol)(source, &end, 0) == 31 && end == source + 4);
    CHECK(C(strtol)("0xg", &end, 16) == 0);
    CHECK(C(strtol)("99999999999", NULL, 10) == 2147483647L);
    CHECK(C(strtol)("-99999999999", NULL, 10) == -2147483647L - 1);
    source = "none";
    CHECK(C(strtol)(source, &end, 10) == 0 && end == source);
    CHECK(C(strtoul)("4294967295", NULL, 10) == 4294967295UL);
    CHECK(C(strtoul)("-1", NULL, 10) == 4294967295UL);
    CHECK(C(strtoul)("017", NULL, 0) == 15);
    CHECK(C(wcstol)(L"-5 ", &wide_end, 10) == -5 && *wide_end == ' ');
    CHECK(C(wcstoul)(L"ff", NULL, 16) == 255);
    CHECK(C(atol)("77") == 77 && C(_wtoi)(L"-78") == -78);
    return 0;
}

static int characters(void)
{
    typedef int test_fn(int);
    CHECK(FROM_AS(test_fn, "msvcrt.dll", isdigit)('7'));
    CHECK(!FROM_AS(test_fn, "msvcrt.dll", isdigit)('a'));
    CHECK(FROM_AS(test_fn, "msvcrt.dll", isupper)('A'));
    CHECK(!FROM_AS(test_fn, "msvcrt.dll", isupper)('a'));
    CHECK(FROM_AS(test_fn, "msvcrt.dll", islower)('z'));
    CHECK(!FROM_AS(test_fn, "msvcrt.dll", islower)('Z'));
    CHECK(FROM_AS(test_fn, "msvcrt.dll", isalpha)('q'));
    CHECK(!FROM_AS(test_fn, "msvcrt.dll", isalpha)('1'));
    CHECK(FROM_AS(test_fn, "msvcrt.dll", isalnum)('1'));
    CHECK(!FROM_AS(test_fn, "msvcrt.dll", isalnum)('_'));
    CHECK(FROM_AS(test_fn, "msvcrt.dll", isspace)('\n'));
    CHECK(!FROM_AS(test_fn, "msvcrt.dll", isspace)('x'));
    CHECK(FROM_AS(test_fn, "msvcrt.dll", isxdigit)('f'));
    CHECK(!FROM_AS(test_fn, "msvcrt.dll", isxdigit)('g'));
    CHECK(FROM_AS(test_fn, "msvcrt.dll", isprint)(' '));
    CHECK(!FROM_AS(test_fn, "msvcrt.dll", isprint)(127));
    return 0;
}

typedef int copy_fn(char *, size_t, const char *);
typedef int copy_count_fn(char *, size_t, const char *, size_t);
typedef int wide_copy_fn(wchar_t *, size_t, const wchar_t *);
typedef int wide_copy_count_fn(wchar_t *, size_t, const wchar_t *, size_t);
typedef int bytes_fn(void *, size_t, const void *, size_t);

static int with_room(void)
{
    copy_count_fn *copy_count = FROM_AS(copy_count_fn, "msvcrt.dll", strncpy_s);
    CHECK(FROM_AS(copy_fn, "msvcrt.dll", strcpy_s)(text, 4, "one") == 0);
    CHECK(is("one"));
    CHECK(FROM_AS(copy_fn, "msvcrt.dll", strcat_s)(text, 7, "two") == 0);
    CHECK(is("onetwo"));
    CHECK(copy_count(text, 4, "three", 2) == 0 && is("th"));
    CHECK(copy_count(text, 4, "three", (size_t)-1) == 80 && is("thr"));
    CHECK(copy_count(text, 6, "three", (size_t)-1) == 0 && is("three"));
    CHECK(
        FROM_AS(
            copy_count_fn,
            "msvcrt.dll",
            strncat_s)(text, 8, "four", (size_t)-1) == 80);
    CHECK(is("threefo"));
    CHECK(FROM_AS(wide_copy_fn, "msvcrt.dll", wcscpy_s)(wide, 4, L"one") == 0);
    CHECK(FROM_AS(wide_copy_fn, "msvcrt.dll", wcscat_s)(wide, 9, L"two") == 0);
    CHECK(is_wide(L"onetwo"));
    CHECK(
        FROM_AS(
            wide_copy_count_fn,
            "msvcrt.dll",
            wcsncpy_s)(wide, 4, L"three", (size_t)-1) == 80);
    CHECK(is_wide(L"thr"));
    CHECK(FROM_AS(bytes_fn, "msvcrt.dll", memcpy_s)(text, 4, "abc", 4) == 0);
    CHECK(
        FROM_AS(bytes_fn, "msvcrt.dll", memmove_s)(text + 1, 9, text, 4) == 0);
    CHECK(is("aabc"));
    return 0;
}

part_fn *const parts[] = { kernel_strings, strings,     prints,  streams,
                           conversions,    environment, numbers, characters,
                           with_room,      NULL };
