#include "sim/win32/format.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

enum {
    DIGITS_MAX = 24,
    FRACTION_MAX = 15, /* digits behind the point */
    FRACTION_BITS = 60,
    POINTER_DIGITS = 16
};

/* How wide an argument is said to be. */
enum size {
    SIZE_NONE,
    SIZE_8,
    SIZE_16, /* h: and text of char */
    SIZE_32, /* l: and text of WCHAR */
    SIZE_64
};

struct spec {
    bool is_left;
    bool has_plus;
    bool has_space;
    bool is_alternate;
    bool has_zero;
    bool has_precision;
    enum size size;
    uint32_t width;
    uint32_t precision;
    uint32_t conversion;
};

struct reader {
    const void *format;
    uint64_t at;
    const uint64_t *arguments;
    bool is_wide;
};

/* ---- Output ---- */

static void put(struct sim_format_output *output, uint32_t unit)
{
    uint64_t at = output->length++;
    if (output->units == NULL || at >= output->capacity) {
        return;
    }
    if (output->is_wide) {
        ((lc_wchar *)output->units)[at] = (lc_wchar)unit;
    } else {
        ((unsigned char *)output->units)[at] = (unsigned char)unit;
    }
}

static void pad(struct sim_format_output *output, uint32_t unit, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        put(output, unit);
    }
}

static uint32_t unit_at(const void *text, bool is_wide, uint64_t at)
{
    return is_wide ? ((const lc_wchar *)text)[at]
                   : ((const unsigned char *)text)[at];
}

/* A sign or prefix, zeros and digits, in a field. */
static void put_number(
    struct sim_format_output *output,
    const struct spec *spec,
    const char *prefix,
    const char *digits,
    uint64_t digit_count)
{
    uint64_t prefix_count = strlen(prefix);
    uint64_t zeros = spec->has_precision && spec->precision > digit_count
                         ? spec->precision - digit_count
                         : 0;
    uint64_t used = prefix_count + zeros + digit_count;
    uint64_t room = spec->width > used ? spec->width - used : 0;
    if (spec->has_zero && !spec->is_left && !spec->has_precision) {
        zeros += room;
        room = 0;
    }
    pad(output, ' ', spec->is_left ? 0 : room);
    for (uint64_t i = 0; i < prefix_count; i++) {
        put(output, (unsigned char)prefix[i]);
    }
    pad(output, '0', zeros);
    for (uint64_t i = 0; i < digit_count; i++) {
        put(output, (unsigned char)digits[i]);
    }
    pad(output, ' ', spec->is_left ? room : 0);
}

/* ---- Numbers ---- */

/* The digits at the end of the buffer. Returns: how many; none for 0. */
static uint64_t make_digits(
    uint64_t value,
    uint32_t base,
    bool is_upper,
    char buffer[DIGITS_MAX])
{
    const char *digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
    uint64_t count = 0;
    while (value > 0) {
        count++;
        LC_CHECK(count <= DIGITS_MAX);
        buffer[DIGITS_MAX - count] = digits[value % base];
        value /= base;
    }
    return count;
}

static int64_t sign_extend(uint64_t value, enum size size)
{
    switch (size) {
    case SIZE_8:
        return (int8_t)value;
    case SIZE_16:
        return (int16_t)value;
    case SIZE_64:
        return (int64_t)value;
    case SIZE_NONE:
    case SIZE_32:
        break;
    }
    return (int32_t)value;
}

static uint64_t zero_extend(uint64_t value, enum size size)
{
    switch (size) {
    case SIZE_8:
        return (uint8_t)value;
    case SIZE_16:
        return (uint16_t)value;
    case SIZE_64:
        return value;
    case SIZE_NONE:
    case SIZE_32:
        break;
    }
    return (uint32_t)value;
}

static const char *sign_of(const struct spec *spec, bool is_negative)
{
    if (is_negative) {
        return "-";
    }
    return spec->has_plus ? "+" : spec->has_space ? " " : "";
}

static void put_signed(
    struct sim_format_output *output,
    struct spec spec,
    uint64_t argument)
{
    int64_t value = sign_extend(argument, spec.size);
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char buffer[DIGITS_MAX];
    uint64_t count = make_digits(magnitude, 10, false, buffer);
    if (count == 0 && !(spec.has_precision && spec.precision == 0)) {
        buffer[DIGITS_MAX - 1] = '0';
        count = 1;
    }
    put_number(
        output,
        &spec,
        sign_of(&spec, value < 0),
        buffer + DIGITS_MAX - count,
        count);
}

static void put_unsigned(
    struct sim_format_output *output,
    struct spec spec,
    uint64_t argument)
{
    uint64_t value = zero_extend(argument, spec.size);
    bool is_upper = spec.conversion == 'X';
    bool is_hex = is_upper || spec.conversion == 'x';
    uint32_t base = is_hex ? 16 : spec.conversion == 'o' ? 8 : 10;
    char buffer[DIGITS_MAX];
    uint64_t count = make_digits(value, base, is_upper, buffer);
    bool has_prefix = spec.is_alternate && value != 0;
    if (count == 0 && !(spec.has_precision && spec.precision == 0)) {
        buffer[DIGITS_MAX - 1] = '0';
        count = 1;
    }
    if (has_prefix && base == 8) {
        count++;
        LC_CHECK(count <= DIGITS_MAX);
        buffer[DIGITS_MAX - count] = '0';
    }
    const char *prefix = !has_prefix || !is_hex ? "" : is_upper ? "0X" : "0x";
    put_number(output, &spec, prefix, buffer + DIGITS_MAX - count, count);
}

/* A binary64 number below 2^63 as a whole and a fraction of 2^FRACTION_BITS,
 * by its bits. Returns: whether it is one. */
static bool split_fixed(
    uint64_t bits,
    uint64_t *ret_whole,
    uint64_t *ret_fraction)
{
    uint64_t exponent = bits >> 52 & 0x7ff;
    uint64_t mantissa = bits & ((1ULL << 52) - 1);
    mantissa |= exponent != 0 ? 1ULL << 52 : 0;
    exponent += exponent == 0;
    if (exponent >= 1023 + 63) {
        return false; /* too large, infinite, or no number */
    }
    *ret_fraction = 0;
    if (exponent >= 1075) {
        *ret_whole = mantissa << (exponent - 1075);
        return true;
    }
    uint64_t shift = 1075 - exponent; /* bits behind the point */
    *ret_whole = shift < 64 ? mantissa >> shift : 0;
    if (shift < 64) {
        mantissa -= *ret_whole << shift;
    }
    if (shift <= FRACTION_BITS) {
        *ret_fraction = mantissa << (FRACTION_BITS - shift);
    } else if (shift - FRACTION_BITS < 64) {
        *ret_fraction = mantissa >> (shift - FRACTION_BITS);
    }
    LC_CHECK(*ret_fraction >> FRACTION_BITS == 0);
    return true;
}

/* The fraction as a decimal number, rounded; what it carries goes into whole.
 * Ten times a fraction fits 64 bits. */
static uint64_t round_fraction(
    uint64_t fraction,
    uint32_t precision,
    uint64_t *whole)
{
    uint64_t number = 0;
    uint64_t scale = 1;
    for (uint32_t i = 0; i < precision; i++) {
        fraction *= 10;
        number = number * 10 + (fraction >> FRACTION_BITS);
        fraction &= (1ULL << FRACTION_BITS) - 1;
        scale *= 10;
    }
    number += fraction >> (FRACTION_BITS - 1);
    *whole += number / scale;
    return number % scale;
}

static void put_fixed(
    struct sim_format_output *output,
    struct spec spec,
    uint64_t argument)
{
    uint32_t precision = spec.has_precision ? spec.precision : 6;
    bool is_served = spec.conversion == 'f' || spec.conversion == 'F';
    uint64_t whole;
    uint64_t fraction;
    spec.has_precision = false; /* it does not mean leading zeros here */
    if (!is_served || precision > FRACTION_MAX ||
        !split_fixed(argument, &whole, &fraction)) {
        put_number(output, &spec, "", "?", 1);
        return;
    }
    fraction = round_fraction(fraction, precision, &whole);
    char text[DIGITS_MAX + 1 + FRACTION_MAX];
    uint64_t count = make_digits(whole, 10, false, text);
    memmove(text, text + DIGITS_MAX - count, count);
    if (count == 0) {
        text[count++] = '0';
    }
    if (precision > 0 || spec.is_alternate) {
        text[count++] = '.';
    }
    for (uint32_t i = precision; i > 0; i--) {
        text[count + i - 1] = (char)('0' + fraction % 10);
        fraction /= 10;
    }
    count += precision;
    bool is_negative = argument >> 63 != 0;
    put_number(output, &spec, sign_of(&spec, is_negative), text, count);
}

/* ---- Text ---- */

/* Whether %c or %s takes WCHARs. */
static bool takes_wide(const struct spec *spec, bool is_wide)
{
    if (spec->size == SIZE_16) {
        return false;
    }
    if (spec->size != SIZE_NONE) {
        return true;
    }
    bool is_other = spec->conversion == 'S' || spec->conversion == 'C';
    return is_wide != is_other;
}

static void put_text(
    struct sim_format_output *output,
    const struct spec *spec,
    const void *text,
    bool is_wide,
    uint64_t count)
{
    uint64_t room = spec->width > count ? spec->width - count : 0;
    pad(output, spec->has_zero ? '0' : ' ', spec->is_left ? 0 : room);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t unit = unit_at(text, is_wide, i);
        put(output, is_wide != output->is_wide && unit >= 0x80 ? '?' : unit);
    }
    pad(output, ' ', spec->is_left ? room : 0);
}

static void put_string(
    struct sim_format_output *output,
    const struct spec *spec,
    uint64_t argument)
{
    const void *text = (const void *)(uintptr_t)argument;
    bool is_wide = takes_wide(spec, output->is_wide);
    if (text == NULL) {
        text = "(null)";
        is_wide = false;
    }
    uint64_t count = 0;
    while ((!spec->has_precision || count < spec->precision) &&
           unit_at(text, is_wide, count) != 0) {
        count++;
    }
    put_text(output, spec, text, is_wide, count);
}

static void put_character(
    struct sim_format_output *output,
    const struct spec *spec,
    uint64_t argument)
{
    bool is_wide = takes_wide(spec, output->is_wide);
    lc_wchar unit = is_wide ? (lc_wchar)argument : (unsigned char)argument;
    /* As a WCHAR it needs no change for a wide output. */
    put_text(output, spec, &unit, true, 1);
}

/* ---- The format ---- */

static uint32_t peek(const struct reader *reader)
{
    return unit_at(reader->format, reader->is_wide, reader->at);
}

static bool accept(struct reader *reader, const char *text)
{
    uint64_t count = strlen(text);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t unit =
            unit_at(reader->format, reader->is_wide, reader->at + i);
        if (unit != (unsigned char)text[i]) {
            return false;
        }
    }
    reader->at += count;
    return true;
}

static uint64_t next_argument(struct reader *reader)
{
    uint64_t argument = *reader->arguments;
    reader->arguments++;
    return argument;
}

static void read_flags(struct reader *reader, struct spec *spec)
{
    for (;; reader->at++) {
        switch (peek(reader)) {
        case '-':
            spec->is_left = true;
            break;
        case '+':
            spec->has_plus = true;
            break;
        case ' ':
            spec->has_space = true;
            break;
        case '#':
            spec->is_alternate = true;
            break;
        case '0':
            spec->has_zero = true;
            break;
        default:
            return;
        }
    }
}

/* A number, or one that comes as an argument. */
static int32_t read_count(struct reader *reader)
{
    if (accept(reader, "*")) {
        return (int32_t)next_argument(reader);
    }
    int32_t count = 0;
    while (peek(reader) >= '0' && peek(reader) <= '9' && count < 1000000) {
        count = count * 10 + (int32_t)(peek(reader) - '0');
        reader->at++;
    }
    return count;
}

static enum size read_size(struct reader *reader)
{
    static const struct {
        const char *text;
        enum size size;
    } sizes[] = {
        { "hh", SIZE_8 }, { "h", SIZE_16 },   { "ll", SIZE_64 },
        { "l", SIZE_32 }, { "I64", SIZE_64 }, { "I32", SIZE_32 },
        { "I", SIZE_64 }, { "w", SIZE_32 },   { "z", SIZE_64 },
        { "t", SIZE_64 }, { "j", SIZE_64 },   { "L", SIZE_NONE },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(sizes); i++) {
        if (accept(reader, sizes[i].text)) {
            return sizes[i].size;
        }
    }
    return SIZE_NONE;
}

static struct spec read_spec(struct reader *reader)
{
    struct spec spec = { .size = SIZE_NONE };
    read_flags(reader, &spec);
    int32_t width = read_count(reader);
    spec.is_left = spec.is_left || width < 0;
    spec.width = (uint32_t)(width < 0 ? -(int64_t)width : width);
    if (accept(reader, ".")) {
        int32_t precision = read_count(reader);
        spec.has_precision = precision >= 0;
        spec.precision = precision < 0 ? 0 : (uint32_t)precision;
    }
    spec.size = read_size(reader);
    spec.conversion = peek(reader);
    reader->at += spec.conversion != 0;
    return spec;
}

static void convert(
    struct sim_format_output *output,
    struct reader *reader,
    struct spec spec)
{
    switch (spec.conversion) {
    case 'd':
    case 'i':
        put_signed(output, spec, next_argument(reader));
        break;
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        put_unsigned(output, spec, next_argument(reader));
        break;
    case 'p':
        spec.conversion = 'X';
        spec.size = SIZE_64;
        spec.is_alternate = false;
        spec.has_precision = true;
        spec.precision = POINTER_DIGITS;
        put_unsigned(output, spec, next_argument(reader));
        break;
    case 's':
    case 'S':
        put_string(output, &spec, next_argument(reader));
        break;
    case 'c':
    case 'C':
        put_character(output, &spec, next_argument(reader));
        break;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        put_fixed(output, spec, next_argument(reader));
        break;
    case 'n':
        (void)next_argument(reader); /* msvcrt writes nothing there */
        break;
    case 0:
        break;
    default:
        put(output, spec.conversion); /* %% and what is none */
        break;
    }
}

void sim_format_write(
    struct sim_format_output *output,
    const void *format,
    const uint64_t *arguments)
{
    LC_CHECK(output != NULL);
    LC_CHECK(format != NULL);
    struct reader reader = {
        .format = format,
        .arguments = arguments,
        .is_wide = output->is_wide,
    };
    output->length = 0;
    while (peek(&reader) != 0) {
        uint32_t unit = peek(&reader);
        reader.at++;
        if (unit == '%') {
            convert(output, &reader, read_spec(&reader));
        } else {
            put(output, unit);
        }
    }
}
