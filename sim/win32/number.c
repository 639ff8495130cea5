/*
 * Numbers from text, kinds of characters, and text whose room is told: what
 * the C run-time has beside its strings. Characters are those of the "C"
 * locale.
 * Source: documented. strtol, strtoul and their wide kin, isalpha and its kin,
 *         strcpy_s, strncpy_s, strcat_s, memcpy_s and their wide kin: what does
 *         not fit calls the invalid parameter handler, which by default ends
 *         the process; _TRUNCATE asks for as much as fits.
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    RANGE = 34, /* ERANGE */
    STRUNCATE = 80,
    FITS_ALL = -1 /* _TRUNCATE, as a count */
};

/* Text of either width. */
struct text {
    const void *units;
    bool is_wide;
};

static uint32_t unit_at(struct text text, size_t at)
{
    return text.is_wide ? ((const lc_wchar *)text.units)[at]
                        : ((const unsigned char *)text.units)[at];
}

/* ---- Numbers ---- */

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static uint32_t digit_of(uint32_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : UINT32_MAX;
}

/* What strtol and strtoul have in common. The value is that of the digits, at
 * most 2^32; the end is 0 when there were none. */
static uint64_t read_number(
    struct text text,
    uint32_t base,
    bool *ret_minus,
    size_t *ret_end)
{
    size_t at = 0;
    while (is_space(unit_at(text, at))) {
        at++;
    }
    *ret_minus = unit_at(text, at) == '-';
    at += *ret_minus || unit_at(text, at) == '+';
    bool has_zero = unit_at(text, at) == '0';
    bool has_x =
        has_zero &&
        (unit_at(text, at + 1) == 'x' || unit_at(text, at + 1) == 'X') &&
        digit_of(unit_at(text, at + 2)) < 16;
    if (has_x && (base == 0 || base == 16)) {
        at += 2;
        base = 16;
    }
    base = base == 0 ? (has_zero ? 8 : 10) : base;
    uint64_t value = 0;
    *ret_end = 0;
    for (uint32_t digit; (digit = digit_of(unit_at(text, at))) < base; at++) {
        value = value * base + digit;
        value = value > UINT32_MAX ? UINT32_MAX + 1ULL : value;
        *ret_end = at + 1;
    }
    return value;
}

static int32_t to_long(struct text text, uint32_t base, size_t *ret_end)
{
    bool is_minus;
    uint64_t value = read_number(text, base, &is_minus, ret_end);
    if (is_minus) {
        return value > INT32_MAX ? INT32_MIN : -(int32_t)value;
    }
    return value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

static uint32_t to_unsigned(struct text text, uint32_t base, size_t *ret_end)
{
    bool is_minus;
    uint64_t value = read_number(text, base, &is_minus, ret_end);
    if (value > UINT32_MAX) {
        return UINT32_MAX;
    }
    return is_minus ? 0U - (uint32_t)value : (uint32_t)value;
}

static int32_t LC_ABI
number_strtol(const char *text, const char **ret_end, int base)
{
    size_t end;
    struct text narrow = { text, false };
    int32_t value = to_long(narrow, (uint32_t)base, &end);
    if (ret_end != NULL) {
        *ret_end = text + end;
    }
    return value;
}

static uint32_t LC_ABI
number_strtoul(const char *text, const char **ret_end, int base)
{
    size_t end;
    struct text narrow = { text, false };
    uint32_t value = to_unsigned(narrow, (uint32_t)base, &end);
    if (ret_end != NULL) {
        *ret_end = text + end;
    }
    return value;
}

static int32_t LC_ABI
number_wcstol(const lc_wchar *text, const lc_wchar **ret_end, int base)
{
    size_t end;
    struct text wide = { text, true };
    int32_t value = to_long(wide, (uint32_t)base, &end);
    if (ret_end != NULL) {
        *ret_end = text + end;
    }
    return value;
}

static uint32_t LC_ABI
number_wcstoul(const lc_wchar *text, const lc_wchar **ret_end, int base)
{
    size_t end;
    struct text wide = { text, true };
    uint32_t value = to_unsigned(wide, (uint32_t)base, &end);
    if (ret_end != NULL) {
        *ret_end = text + end;
    }
    return value;
}

static int32_t LC_ABI number_atol(const char *text)
{
    return number_strtol(text, NULL, 10);
}

static int32_t LC_ABI number_wtoi(const lc_wchar *text)
{
    return number_wcstol(text, NULL, 10);
}

/* ---- Characters: any value but 0 is true ---- */

static int LC_ABI number_isdigit(int c)
{
    return c >= '0' && c <= '9';
}

static int LC_ABI number_isupper(int c)
{
    return c >= 'A' && c <= 'Z';
}

static int LC_ABI number_islower(int c)
{
    return c >= 'a' && c <= 'z';
}

static int LC_ABI number_isalpha(int c)
{
    return number_isupper(c) || number_islower(c);
}

static int LC_ABI number_isalnum(int c)
{
    return number_isalpha(c) || number_isdigit(c);
}

static int LC_ABI number_isspace(int c)
{
    return c >= 0 && is_space((uint32_t)c);
}

static int LC_ABI number_isxdigit(int c)
{
    return c >= 0 && digit_of((uint32_t)c) < 16;
}

static int LC_ABI number_isprint(int c)
{
    return c >= ' ' && c <= '~';
}

/* ---- Text whose room is told ---- */

static size_t length_of(struct text text, size_t most)
{
    size_t length = 0;
    while (length < most && unit_at(text, length) != 0) {
        length++;
    }
    return length;
}

static void put(void *to, bool is_wide, size_t at, uint32_t unit)
{
    if (is_wide) {
        ((lc_wchar *)to)[at] = (lc_wchar)unit;
    } else {
        ((unsigned char *)to)[at] = (unsigned char)unit;
    }
}

/* Room for text; behind what is there already when it is appended. */
struct room {
    void *units;
    size_t capacity; /* units with the end */
    bool appends;
};

/* At most so many units of the text; FITS_ALL: as many as fit. */
static int copy(struct room room, struct text from, size_t count)
{
    struct text old = { room.units, from.is_wide };
    bool is_whole = room.units != NULL && from.units != NULL;
    size_t at = is_whole && room.appends ? length_of(old, room.capacity) : 0;
    if (!is_whole || at >= room.capacity) {
        sim_win32_give_up(LC_FAULT_ABORT);
        return RANGE;
    }
    size_t left = room.capacity - at - 1;
    bool truncates = count == (size_t)FITS_ALL;
    size_t length = length_of(from, truncates ? left + 1 : count);
    bool fits = length <= left;
    if (!fits && !truncates) {
        sim_win32_give_up(LC_FAULT_ABORT);
        return RANGE;
    }
    length = fits ? length : left;
    for (size_t i = 0; i < length; i++) {
        put(room.units, from.is_wide, at + i, unit_at(from, i));
    }
    put(room.units, from.is_wide, at + length, 0);
    return fits ? 0 : STRUNCATE;
}

static int LC_ABI number_strcpy_s(char *to, size_t capacity, const char *from)
{
    return copy(
        (struct room){ to, capacity, false },
        (struct text){ from, false },
        SIZE_MAX - 1);
}

static int LC_ABI number_strcat_s(char *to, size_t capacity, const char *from)
{
    return copy(
        (struct room){ to, capacity, true },
        (struct text){ from, false },
        SIZE_MAX - 1);
}

static int LC_ABI
number_strncpy_s(char *to, size_t capacity, const char *from, size_t count)
{
    return copy(
        (struct room){ to, capacity, false },
        (struct text){ from, false },
        count);
}

static int LC_ABI
number_strncat_s(char *to, size_t capacity, const char *from, size_t count)
{
    return copy(
        (struct room){ to, capacity, true },
        (struct text){ from, false },
        count);
}

static int LC_ABI
number_wcscpy_s(lc_wchar *to, size_t capacity, const lc_wchar *from)
{
    return copy(
        (struct room){ to, capacity, false },
        (struct text){ from, true },
        SIZE_MAX - 1);
}

static int LC_ABI
number_wcscat_s(lc_wchar *to, size_t capacity, const lc_wchar *from)
{
    return copy(
        (struct room){ to, capacity, true },
        (struct text){ from, true },
        SIZE_MAX - 1);
}

static int LC_ABI number_wcsncpy_s(
    lc_wchar *to,
    size_t capacity,
    const lc_wchar *from,
    size_t count)
{
    return copy(
        (struct room){ to, capacity, false },
        (struct text){ from, true },
        count);
}

static int LC_ABI
number_memcpy_s(void *to, size_t capacity, const void *from, size_t size_bytes)
{
    if (size_bytes > 0) {
        if (to == NULL || from == NULL || size_bytes > capacity) {
            sim_win32_give_up(LC_FAULT_ABORT);
            return RANGE;
        }
        memmove(to, from, size_bytes);
    }
    return 0;
}

const struct sim_export sim_number_exports[] = {
    { "strtol", 0, (sim_code_fn *)number_strtol },
    { "strtoul", 0, (sim_code_fn *)number_strtoul },
    { "wcstol", 0, (sim_code_fn *)number_wcstol },
    { "wcstoul", 0, (sim_code_fn *)number_wcstoul },
    { "atol", 0, (sim_code_fn *)number_atol },
    { "_wtoi", 0, (sim_code_fn *)number_wtoi },
    { "isdigit", 0, (sim_code_fn *)number_isdigit },
    { "isupper", 0, (sim_code_fn *)number_isupper },
    { "islower", 0, (sim_code_fn *)number_islower },
    { "isalpha", 0, (sim_code_fn *)number_isalpha },
    { "isalnum", 0, (sim_code_fn *)number_isalnum },
    { "isspace", 0, (sim_code_fn *)number_isspace },
    { "isxdigit", 0, (sim_code_fn *)number_isxdigit },
    { "isprint", 0, (sim_code_fn *)number_isprint },
    { "strcpy_s", 0, (sim_code_fn *)number_strcpy_s },
    { "strcat_s", 0, (sim_code_fn *)number_strcat_s },
    { "strncpy_s", 0, (sim_code_fn *)number_strncpy_s },
    { "strncat_s", 0, (sim_code_fn *)number_strncat_s },
    { "wcscpy_s", 0, (sim_code_fn *)number_wcscpy_s },
    { "wcscat_s", 0, (sim_code_fn *)number_wcscat_s },
    { "wcsncpy_s", 0, (sim_code_fn *)number_wcsncpy_s },
    { "memcpy_s", 0, (sim_code_fn *)number_memcpy_s },
    { "memmove_s", 0, (sim_code_fn *)number_memcpy_s },
};
const uint32_t sim_number_export_count = LC_COUNT_OF(sim_number_exports);
