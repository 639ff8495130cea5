/*
 * Formatted text as msvcrt and user32 make it. For files of sim/win32 only.
 */
#ifndef SIM_WIN32_FORMAT_H
#define SIM_WIN32_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

struct sim_format_output {
    void *units;       /* char, or lc_wchar when is_wide; NULL: only counts */
    uint64_t capacity; /* units that fit */
    uint64_t length;   /* units that the text has, those that don't fit too */
    bool is_wide;      /* of the output and of the format */
};

/**
 * Writes a text, without an end.
 *
 * @param output     units beyond the capacity are counted only.
 * @param format     borrowed; ends with a zero unit.
 * @param arguments  borrowed; a Windows va_list: one slot of eight bytes for
 *                   each argument.
 *
 * Source: documented. "Format specification syntax: printf and wprintf
 *         functions": h, hh, l, ll, w, I, I32, I64, z, t and j; %S and %C are
 *         of the other width; %p is 16 capital digits; a null string is
 *         "(null)"; %n writes nothing. Of floating point only %f of numbers
 *         below 2^63 is served, what else comes is "?". A character that is
 *         not ASCII becomes '?' when it changes its width.
 */
void sim_format_write(
    struct sim_format_output *output,
    const void *format,
    const uint64_t *arguments);

#endif
