/*
 * Strings and the environment.
 * Source: documented. WideCharToMultiByte, MultiByteToWideChar
 *         (stringapiset.h), ExpandEnvironmentStrings, GetEnvironmentVariable
 *         (processenv.h): lengths are in characters with the end, and a buffer
 *         that is too small is answered by the length that is needed.
 *         Assumed: code pages are UTF-8; ASCII is the same in all of them.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    REPLACEMENT = 0xfffd /* stands for what is no text */
};

static const struct {
    const char *name;
    const char *value;
} variables[] = {
    { "SystemRoot", "C:\\Windows" }, { "windir", "C:\\Windows" },
    { "SystemDrive", "C:" },         { "ProgramFiles", "C:\\Program Files" },
    { "TEMP", "C:\\Windows\\Temp" }, { "TMP", "C:\\Windows\\Temp" },
};

static lc_wchar lower(lc_wchar c)
{
    return c >= 'A' && c <= 'Z' ? (lc_wchar)(c - 'A' + 'a') : c;
}

/* A variable's value by a name of that length, or NULL. */
static const char *find_variable(const lc_wchar *name, uint32_t length)
{
    for (uint32_t i = 0; i < LC_COUNT_OF(variables); i++) {
        const char *known = variables[i].name;
        uint32_t k = 0;
        while (k < length && known[k] != '\0' &&
               lower(name[k]) == lower((unsigned char)known[k])) {
            k++;
        }
        if (k == length && known[k] == '\0') {
            return variables[i].value;
        }
    }
    return NULL;
}

static void put(lc_wchar *text, uint32_t capacity, uint32_t at, lc_wchar c)
{
    if (text != NULL && at < capacity) {
        text[at] = c;
    }
}

uint32_t LC_ABI sim_win32_expand_environment_strings_w(
    const lc_wchar *source,
    lc_wchar *ret_text,
    uint32_t capacity)
{
    uint32_t at = 0;
    for (uint32_t i = 0; source[i] != 0; i++) {
        uint32_t end = i + 1;
        while (source[i] == '%' && source[end] != 0 && source[end] != '%') {
            end++;
        }
        const char *value = NULL;
        if (source[i] == '%' && source[end] == '%') {
            value = find_variable(source + i + 1, end - i - 1);
        }
        if (value == NULL) {
            put(ret_text, capacity, at++, source[i]);
            continue;
        }
        for (; *value != '\0'; value++) {
            put(ret_text, capacity, at++, (unsigned char)*value);
        }
        i = end;
    }
    put(ret_text, capacity, at++, 0);
    return at;
}

static uint32_t LC_ABI expand_environment_strings_a(
    const char *source,
    char *ret_text,
    uint32_t capacity)
{
    enum {
        CHARACTERS = 1024
    };

    lc_wchar wide[CHARACTERS];
    lc_wchar expanded[CHARACTERS];
    uint32_t length = 0;
    while (source[length] != '\0' && length + 1 < CHARACTERS) {
        wide[length] = (unsigned char)source[length];
        length++;
    }
    wide[length] = 0;
    uint32_t needed =
        sim_win32_expand_environment_strings_w(wide, expanded, CHARACTERS);
    for (uint32_t i = 0;
         ret_text != NULL && i < needed && i < capacity && i < CHARACTERS;
         i++) {
        ret_text[i] = (char)expanded[i];
    }
    return needed;
}

static uint32_t LC_ABI get_environment_variable_w(
    const lc_wchar *name,
    lc_wchar *ret_value,
    uint32_t capacity)
{
    uint32_t length = 0;
    while (name[length] != 0) {
        length++;
    }
    const char *value = find_variable(name, length);
    if (value == NULL) {
        sim_win32_set_error(LC_ERROR_ENVVAR_NOT_FOUND);
        return 0;
    }
    uint32_t size = (uint32_t)strlen(value);
    if (capacity < size + 1) {
        return size + 1;
    }
    for (uint32_t i = 0; i <= size; i++) {
        ret_value[i] = (unsigned char)value[i];
    }
    return size;
}

static uint32_t LC_ABI
get_environment_variable_a(const char *name, char *ret_value, uint32_t capacity)
{
    lc_wchar wide[64];
    lc_wchar value[64] = { 0 };
    uint32_t length = 0;
    while (name[length] != '\0' && length + 1 < LC_COUNT_OF(wide)) {
        wide[length] = (unsigned char)name[length];
        length++;
    }
    wide[length] = 0;
    uint32_t size = get_environment_variable_w(wide, value, LC_COUNT_OF(value));
    if (size == 0 || capacity < size + 1) {
        return size == 0 ? 0 : size + 1;
    }
    for (uint32_t i = 0; i <= size; i++) {
        ret_value[i] = (char)value[i];
    }
    return size;
}

/* ---- UTF-8 and UTF-16 ---- */

/* How many bytes follow a first byte, and the range of the second. Four: the
 * byte begins nothing. */
static uint32_t bytes_after(
    uint32_t first,
    uint32_t *ret_low,
    uint32_t *ret_high)
{
    *ret_low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    *ret_high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (first < 0x80) {
        return 0;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return 1;
    }
    if (first >= 0xe0 && first <= 0xef) {
        return 2;
    }
    return first >= 0xf0 && first <= 0xf4 ? 3 : 4;
}

/* Reads a code point; moves on. The longest wrong beginning of a sequence is
 * one REPLACEMENT. */
static uint32_t read_utf8(
    const unsigned char *text,
    uint32_t length,
    uint32_t *at,
    bool *ret_is_wrong)
{
    uint32_t low;
    uint32_t high;
    uint32_t first = text[(*at)++];
    uint32_t more = bytes_after(first, &low, &high);
    uint32_t point = more == 0 ? first : first & (0x3fU >> more);
    for (uint32_t i = 0; i < more; i++) {
        if (more == 4 || *at == length || text[*at] < low || text[*at] > high) {
            *ret_is_wrong = true;
            return REPLACEMENT;
        }
        point = point << 6 | (text[*at] & 0x3fU);
        (*at)++;
        low = 0x80;
        high = 0xbf;
    }
    return point;
}

static int LC_ABI multi_byte_to_wide_char(
    uint32_t code_page,
    uint32_t flags,
    const char *text,
    int length,
    lc_wchar *ret_text,
    int capacity)
{
    uint32_t strict = LC_MB_ERR_INVALID_CHARS;
    if (text == NULL || length == 0 || capacity < 0 ||
        (capacity > 0 && ret_text == NULL)) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (code_page == LC_CP_UTF8 && (flags & ~strict) != 0) {
        sim_win32_set_error(LC_ERROR_INVALID_FLAGS);
        return 0;
    }
    uint32_t count = length < 0 ? (uint32_t)strlen(text) + 1 : (uint32_t)length;
    uint32_t room = (uint32_t)capacity;
    uint32_t at = 0;
    uint32_t used = 0;
    bool is_wrong = false;
    while (at < count) {
        uint32_t point =
            read_utf8((const unsigned char *)text, count, &at, &is_wrong);
        if (point >= 0x10000) {
            point -= 0x10000;
            put(ret_text, room, used++, (lc_wchar)(0xd800 + (point >> 10)));
            point = 0xdc00 + (point & 0x3ff);
        }
        put(ret_text, room, used++, (lc_wchar)point);
    }
    if (is_wrong && (flags & strict) != 0) {
        sim_win32_set_error(LC_ERROR_NO_UNICODE_TRANSLATION);
        return 0;
    }
    if (capacity != 0 && used > room) {
        sim_win32_set_error(LC_ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    return (int)used;
}

static uint32_t write_utf8(uint32_t point, unsigned char bytes[4])
{
    if (point < 0x80) {
        bytes[0] = (unsigned char)point;
        return 1;
    }
    if (point < 0x800) {
        bytes[0] = (unsigned char)(0xc0 | point >> 6);
        bytes[1] = (unsigned char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        bytes[0] = (unsigned char)(0xe0 | point >> 12);
        bytes[1] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
        bytes[2] = (unsigned char)(0x80 | (point & 0x3f));
        return 3;
    }
    bytes[0] = (unsigned char)(0xf0 | point >> 18);
    bytes[1] = (unsigned char)(0x80 | (point >> 12 & 0x3f));
    bytes[2] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
    bytes[3] = (unsigned char)(0x80 | (point & 0x3f));
    return 4;
}

/* Reads a code point; moves on. Half of a pair is REPLACEMENT. */
static uint32_t read_utf16(
    const lc_wchar *text,
    uint32_t length,
    uint32_t *at,
    bool *ret_is_wrong)
{
    uint32_t unit = text[(*at)++];
    if (unit < 0xd800 || unit >= 0xe000) {
        return unit;
    }
    bool is_pair = unit < 0xdc00 && *at < length && text[*at] >= 0xdc00 &&
                   text[*at] < 0xe000;
    if (!is_pair) {
        *ret_is_wrong = true;
        return REPLACEMENT;
    }
    uint32_t low = text[(*at)++];
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static uint32_t count_units(const lc_wchar *text, int length)
{
    uint32_t count = 0;
    if (length >= 0) {
        return (uint32_t)length;
    }
    while (text[count] != 0) {
        count++;
    }
    return count + 1;
}

/* The text in UTF-8, as much of it as fits. Returns: bytes of all of it. */
static uint32_t put_utf8(
    const lc_wchar *text,
    uint32_t count,
    char *ret_text,
    uint32_t capacity,
    bool *ret_is_wrong)
{
    uint32_t used = 0;
    for (uint32_t at = 0; at < count;) {
        uint32_t point = read_utf16(text, count, &at, ret_is_wrong);
        unsigned char bytes[4];
        uint32_t size = write_utf8(point, bytes);
        if (used + size <= capacity) {
            memcpy(ret_text + used, bytes, size);
        }
        used += size;
    }
    return used;
}

static int LC_ABI wide_char_to_multi_byte(
    uint32_t code_page,
    uint32_t flags,
    const lc_wchar *text,
    int length,
    char *ret_text,
    int capacity,
    const char *default_char,
    int *ret_used_default)
{
    bool has_default = default_char != NULL || ret_used_default != NULL;
    if (text == NULL || length == 0 || capacity < 0 ||
        (capacity > 0 && ret_text == NULL) ||
        (code_page == LC_CP_UTF8 && has_default)) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (ret_used_default != NULL) {
        *ret_used_default = 0;
    }
    bool is_wrong = false;
    uint32_t used = put_utf8(
        text,
        count_units(text, length),
        ret_text,
        (uint32_t)capacity,
        &is_wrong);
    if (is_wrong && (flags & LC_WC_ERR_INVALID_CHARS) != 0) {
        sim_win32_set_error(LC_ERROR_NO_UNICODE_TRANSLATION);
        return 0;
    }
    if (capacity != 0 && used > (uint32_t)capacity) {
        sim_win32_set_error(LC_ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    return (int)used;
}

const struct sim_export sim_text_exports[] = {
    { "ExpandEnvironmentStringsA",
      0,
      (sim_code_fn *)expand_environment_strings_a },
    { "ExpandEnvironmentStringsW",
      0,
      (sim_code_fn *)sim_win32_expand_environment_strings_w },
    { "GetEnvironmentVariableA", 0, (sim_code_fn *)get_environment_variable_a },
    { "GetEnvironmentVariableW", 0, (sim_code_fn *)get_environment_variable_w },
    { "MultiByteToWideChar", 0, (sim_code_fn *)multi_byte_to_wide_char },
    { "WideCharToMultiByte", 0, (sim_code_fn *)wide_char_to_multi_byte },
};
const uint32_t sim_text_export_count = LC_COUNT_OF(sim_text_exports);
