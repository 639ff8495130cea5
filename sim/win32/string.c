/*
 * Strings in C: those of msvcrt, and the lstr functions of kernel32. Letters
 * change their case in ASCII only, as in the "C" locale. Results of
 * comparisons are -1, 0 or 1: only the sign is promised, and it must be the
 * same everywhere.
 * Source: documented. The pages of the C run-time; lstrcpy, lstrcmp
 *         (winbase.h). Assumed: lstrcmp orders by code unit, not by words.
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static uint32_t fold(uint32_t c, bool is_folded)
{
    return is_folded && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* ---- Text of char ---- */

static size_t LC_ABI string_strlen(const char *text)
{
    return strlen(text);
}

static size_t LC_ABI string_strnlen(const char *text, size_t count)
{
    return strnlen(text, count);
}

static int LC_ABI string_strcmp(const char *a, const char *b)
{
    return sign(strcmp(a, b));
}

static int LC_ABI string_strncmp(const char *a, const char *b, size_t count)
{
    return sign(strncmp(a, b, count));
}

static int compare_folded(const char *a, const char *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t left = fold((unsigned char)a[i], true);
        uint32_t right = fold((unsigned char)b[i], true);
        if (left != right) {
            return left > right ? 1 : -1;
        }
        if (left == 0) {
            break;
        }
    }
    return 0;
}

static int LC_ABI string_stricmp(const char *a, const char *b)
{
    return compare_folded(a, b, SIZE_MAX);
}

static int LC_ABI string_strnicmp(const char *a, const char *b, size_t count)
{
    return compare_folded(a, b, count);
}

static char *LC_ABI string_strcpy(char *to, const char *from)
{
    memmove(to, from, strlen(from) + 1);
    return to;
}

static char *LC_ABI string_strncpy(char *to, const char *from, size_t count)
{
    size_t length = strnlen(from, count);
    memmove(to, from, length);
    memset(to + length, 0, count - length);
    return to;
}

static char *LC_ABI string_strcat(char *to, const char *from)
{
    memmove(to + strlen(to), from, strlen(from) + 1);
    return to;
}

static char *LC_ABI string_strncat(char *to, const char *from, size_t count)
{
    size_t length = strnlen(from, count);
    char *end = to + strlen(to);
    memmove(end, from, length);
    end[length] = '\0';
    return to;
}

static const char *LC_ABI string_strchr(const char *text, int c)
{
    return strchr(text, c);
}

static const char *LC_ABI string_strrchr(const char *text, int c)
{
    return strrchr(text, c);
}

static const char *LC_ABI string_strstr(const char *text, const char *part)
{
    return strstr(text, part);
}

static int LC_ABI string_tolower(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static int LC_ABI string_toupper(int c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/* What does not fit an int is not defined by C: it ends at the limit. */
static int LC_ABI string_atoi(const char *text)
{
    while (*text == ' ' || (*text >= '\t' && *text <= '\r')) {
        text++;
    }
    bool is_negative = *text == '-';
    text += is_negative || *text == '+';
    int64_t value = 0;
    for (; *text >= '0' && *text <= '9' && value <= INT32_MAX; text++) {
        value = value * 10 + (*text - '0');
    }
    value = value > INT32_MAX ? INT32_MAX : value;
    return (int)(is_negative ? -value : value);
}

/* ---- Text of WCHAR ---- */

static size_t LC_ABI string_wcslen(const lc_wchar *text)
{
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}

static size_t wide_length(const lc_wchar *text, size_t count)
{
    size_t length = 0;
    while (length < count && text[length] != 0) {
        length++;
    }
    return length;
}

static int compare_wide(
    const lc_wchar *a,
    const lc_wchar *b,
    size_t count,
    bool is_folded)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t left = fold(a[i], is_folded);
        uint32_t right = fold(b[i], is_folded);
        if (left != right) {
            return left > right ? 1 : -1;
        }
        if (left == 0) {
            break;
        }
    }
    return 0;
}

static int LC_ABI string_wcscmp(const lc_wchar *a, const lc_wchar *b)
{
    return compare_wide(a, b, SIZE_MAX, false);
}

static int LC_ABI
string_wcsncmp(const lc_wchar *a, const lc_wchar *b, size_t count)
{
    return compare_wide(a, b, count, false);
}

static int LC_ABI string_wcsicmp(const lc_wchar *a, const lc_wchar *b)
{
    return compare_wide(a, b, SIZE_MAX, true);
}

static int LC_ABI
string_wcsnicmp(const lc_wchar *a, const lc_wchar *b, size_t count)
{
    return compare_wide(a, b, count, true);
}

static lc_wchar *LC_ABI string_wcscpy(lc_wchar *to, const lc_wchar *from)
{
    memmove(to, from, (string_wcslen(from) + 1) * sizeof *from);
    return to;
}

static lc_wchar *LC_ABI
string_wcsncpy(lc_wchar *to, const lc_wchar *from, size_t count)
{
    size_t length = wide_length(from, count);
    memmove(to, from, length * sizeof *from);
    memset(to + length, 0, (count - length) * sizeof *to);
    return to;
}

static lc_wchar *LC_ABI string_wcscat(lc_wchar *to, const lc_wchar *from)
{
    (void)string_wcscpy(to + string_wcslen(to), from);
    return to;
}

static const lc_wchar *LC_ABI string_wcschr(const lc_wchar *text, lc_wchar c)
{
    for (; *text != 0; text++) {
        if (*text == c) {
            return text;
        }
    }
    return c == 0 ? text : NULL;
}

static const lc_wchar *LC_ABI string_wcsrchr(const lc_wchar *text, lc_wchar c)
{
    const lc_wchar *found = NULL;
    for (; *text != 0; text++) {
        found = *text == c ? text : found;
    }
    return c == 0 ? text : found;
}

static const lc_wchar *LC_ABI
string_wcsstr(const lc_wchar *text, const lc_wchar *part)
{
    size_t length = string_wcslen(part);
    for (; compare_wide(text, part, length, false) != 0; text++) {
        if (*text == 0) {
            return NULL;
        }
    }
    return text;
}

/* ---- kernel32: these take NULL and don't fault ---- */

static int LC_ABI string_length_a(const char *text)
{
    return text == NULL ? 0 : (int)strlen(text);
}

static int LC_ABI string_length_w(const lc_wchar *text)
{
    return text == NULL ? 0 : (int)string_wcslen(text);
}

static char *LC_ABI string_copy_a(char *to, const char *from)
{
    return to == NULL || from == NULL ? NULL : string_strcpy(to, from);
}

static lc_wchar *LC_ABI string_copy_w(lc_wchar *to, const lc_wchar *from)
{
    return to == NULL || from == NULL ? NULL : string_wcscpy(to, from);
}

static char *LC_ABI string_append_a(char *to, const char *from)
{
    return to == NULL || from == NULL ? NULL : string_strcat(to, from);
}

static lc_wchar *LC_ABI string_append_w(lc_wchar *to, const lc_wchar *from)
{
    return to == NULL || from == NULL ? NULL : string_wcscat(to, from);
}

/* The count is with the end, which is always written. */
static char *LC_ABI string_copy_count_a(char *to, const char *from, int count)
{
    if (to == NULL || from == NULL || count <= 0) {
        return to;
    }
    size_t length = strnlen(from, (size_t)count - 1);
    memmove(to, from, length);
    to[length] = '\0';
    return to;
}

static lc_wchar *LC_ABI
string_copy_count_w(lc_wchar *to, const lc_wchar *from, int count)
{
    if (to == NULL || from == NULL || count <= 0) {
        return to;
    }
    size_t length = wide_length(from, (size_t)count - 1);
    memmove(to, from, length * sizeof *from);
    to[length] = 0;
    return to;
}

const struct sim_export sim_string_exports[] = {
    { "lstrlenA", 0, (sim_code_fn *)string_length_a },
    { "lstrlenW", 0, (sim_code_fn *)string_length_w },
    { "lstrcpyA", 0, (sim_code_fn *)string_copy_a },
    { "lstrcpyW", 0, (sim_code_fn *)string_copy_w },
    { "lstrcpynA", 0, (sim_code_fn *)string_copy_count_a },
    { "lstrcpynW", 0, (sim_code_fn *)string_copy_count_w },
    { "lstrcatA", 0, (sim_code_fn *)string_append_a },
    { "lstrcatW", 0, (sim_code_fn *)string_append_w },
    { "lstrcmpA", 0, (sim_code_fn *)string_strcmp },
    { "lstrcmpW", 0, (sim_code_fn *)string_wcscmp },
    { "lstrcmpiA", 0, (sim_code_fn *)string_stricmp },
    { "lstrcmpiW", 0, (sim_code_fn *)string_wcsicmp },
};
const uint32_t sim_string_export_count = LC_COUNT_OF(sim_string_exports);

const struct sim_export sim_crt_string_exports[] = {
    { "strlen", 0, (sim_code_fn *)string_strlen },
    { "strnlen", 0, (sim_code_fn *)string_strnlen },
    { "strcmp", 0, (sim_code_fn *)string_strcmp },
    { "strncmp", 0, (sim_code_fn *)string_strncmp },
    { "_stricmp", 0, (sim_code_fn *)string_stricmp },
    { "_strnicmp", 0, (sim_code_fn *)string_strnicmp },
    { "strcpy", 0, (sim_code_fn *)string_strcpy },
    { "strncpy", 0, (sim_code_fn *)string_strncpy },
    { "strcat", 0, (sim_code_fn *)string_strcat },
    { "strncat", 0, (sim_code_fn *)string_strncat },
    { "strchr", 0, (sim_code_fn *)string_strchr },
    { "strrchr", 0, (sim_code_fn *)string_strrchr },
    { "strstr", 0, (sim_code_fn *)string_strstr },
    { "tolower", 0, (sim_code_fn *)string_tolower },
    { "toupper", 0, (sim_code_fn *)string_toupper },
    { "atoi", 0, (sim_code_fn *)string_atoi },
    { "wcslen", 0, (sim_code_fn *)string_wcslen },
    { "wcscmp", 0, (sim_code_fn *)string_wcscmp },
    { "wcsncmp", 0, (sim_code_fn *)string_wcsncmp },
    { "_wcsicmp", 0, (sim_code_fn *)string_wcsicmp },
    { "_wcsnicmp", 0, (sim_code_fn *)string_wcsnicmp },
    { "wcscpy", 0, (sim_code_fn *)string_wcscpy },
    { "wcsncpy", 0, (sim_code_fn *)string_wcsncpy },
    { "wcscat", 0, (sim_code_fn *)string_wcscat },
    { "wcschr", 0, (sim_code_fn *)string_wcschr },
    { "wcsrchr", 0, (sim_code_fn *)string_wcsrchr },
    { "wcsstr", 0, (sim_code_fn *)string_wcsstr },
};
const uint32_t sim_crt_string_export_count =
    LC_COUNT_OF(sim_crt_string_exports);
