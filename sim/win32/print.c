/*
 * Functions that make formatted text. What goes to a stream goes nowhere: a
 * run has no console.
 * Source: documented. sprintf, _snprintf, _vsnprintf and their wide kin: when
 *         the text fits with its end, it gets its end; when it fits exactly, it
 *         does not and the length is returned; else -1. snprintf and vsnprintf
 *         are those of ucrt and C99. wsprintf (winuser.h): 1024 bytes at most.
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/win32/exports.h"
#include "sim/win32/format.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    WSPRINTF_MAX = 1024 /* units with the end */
};

/* The ways in which a text can end. */
enum ending {
    ENDING_ALWAYS,   /* sprintf: the caller knows that there is room */
    ENDING_IF_ROOM,  /* _snprintf */
    ENDING_TRUNCATES /* snprintf, wsprintf */
};

/* A Windows va_list is a pointer to slots of eight bytes. */
static const uint64_t *slots(__builtin_ms_va_list arguments)
{
    return (const uint64_t *)(const void *)arguments;
}

static void end_at(struct sim_format_output *output, uint64_t at)
{
    if (output->is_wide) {
        ((lc_wchar *)output->units)[at] = 0;
    } else {
        ((char *)output->units)[at] = '\0';
    }
}

/* Writes the text and its end. Returns: what the function returns. */
static int print(
    struct sim_format_output *output,
    enum ending ending,
    const void *format,
    const uint64_t *arguments)
{
    LC_CHECK_IF(output->units == NULL, output->capacity == 0);
    sim_format_write(output, format, arguments);
    int length = (int)output->length;
    if (output->length < output->capacity) {
        end_at(output, output->length);
        return length;
    }
    if (ending == ENDING_TRUNCATES) {
        if (output->capacity > 0) {
            end_at(output, output->capacity - 1);
        }
        return length;
    }
    bool fits = output->units == NULL || output->length == output->capacity;
    return fits ? length : -1;
}

static int print_narrow(
    char *buffer,
    uint64_t capacity,
    enum ending ending,
    const char *format,
    const uint64_t *arguments)
{
    struct sim_format_output output = { .units = NULL };
    output.units = buffer;
    output.capacity = buffer == NULL ? 0 : capacity;
    return print(&output, ending, format, arguments);
}

static int print_wide(
    lc_wchar *buffer,
    uint64_t capacity,
    enum ending ending,
    const lc_wchar *format,
    const uint64_t *arguments)
{
    struct sim_format_output output = { .is_wide = true };
    output.units = buffer;
    output.capacity = buffer == NULL ? 0 : capacity;
    return print(&output, ending, format, arguments);
}

/* ---- Text of char ---- */

static int LC_ABI
print_vsprintf(char *buffer, const char *format, __builtin_ms_va_list list)
{
    return print_narrow(buffer, UINT64_MAX, ENDING_ALWAYS, format, slots(list));
}

static int LC_ABI print_sprintf(char *buffer, const char *format, ...)
{
    __builtin_ms_va_list list;
    __builtin_ms_va_start(list, format);
    int length = print_vsprintf(buffer, format, list);
    __builtin_ms_va_end(list);
    return length;
}

static int LC_ABI print_ms_vsnprintf(
    char *buffer,
    size_t count,
    const char *format,
    __builtin_ms_va_list list)
{
    return print_narrow(buffer, count, ENDING_IF_ROOM, format, slots(list));
}

static int LC_ABI
print_ms_snprintf(char *buffer, size_t count, const char *format, ...)
{
    __builtin_ms_va_list list;
    __builtin_ms_va_start(list, format);
    int length = print_ms_vsnprintf(buffer, count, format, list);
    __builtin_ms_va_end(list);
    return length;
}

static int LC_ABI print_vsnprintf(
    char *buffer,
    size_t count,
    const char *format,
    __builtin_ms_va_list list)
{
    return print_narrow(buffer, count, ENDING_TRUNCATES, format, slots(list));
}

static int LC_ABI
print_snprintf(char *buffer, size_t count, const char *format, ...)
{
    __builtin_ms_va_list list;
    __builtin_ms_va_start(list, format);
    int length = print_vsnprintf(buffer, count, format, list);
    __builtin_ms_va_end(list);
    return length;
}

/* ---- Text of WCHAR ---- */

static int LC_ABI print_vsnwprintf(
    lc_wchar *buffer,
    size_t count,
    const lc_wchar *format,
    __builtin_ms_va_list list)
{
    return print_wide(buffer, count, ENDING_IF_ROOM, format, slots(list));
}

static int LC_ABI
print_snwprintf(lc_wchar *buffer, size_t count, const lc_wchar *format, ...)
{
    __builtin_ms_va_list list;
    __builtin_ms_va_start(list, format);
    int length = print_vsnwprintf(buffer, count, format, list);
    __builtin_ms_va_end(list);
    return length;
}

static int LC_ABI print_swprintf(lc_wchar *buffer, const lc_wchar *format, ...)
{
    __builtin_ms_va_list list;
    __builtin_ms_va_start(list, format);
    int length =
        print_wide(buffer, UINT64_MAX, ENDING_ALWAYS, format, slots(list));
    __builtin_ms_va_end(list);
    return length;
}

/* ---- Streams ---- */

static int LC_ABI
print_vfprintf(void *stream, const char *format, __builtin_ms_va_list list)
{
    (void)stream;
    return print_narrow(NULL, 0, ENDING_IF_ROOM, format, slots(list));
}

static int LC_ABI print_fprintf(void *stream, const char *format, ...)
{
    __builtin_ms_va_list list;
    __builtin_ms_va_start(list, format);
    int length = print_vfprintf(stream, format, list);
    __builtin_ms_va_end(list);
    return length;
}

static int LC_ABI print_printf(const char *format, ...)
{
    __builtin_ms_va_list list;
    __builtin_ms_va_start(list, format);
    int length = print_vfprintf(NULL, format, list);
    __builtin_ms_va_end(list);
    return length;
}

static size_t LC_ABI
print_fwrite(const void *bytes, size_t size_bytes, size_t count, void *stream)
{
    (void)bytes;
    (void)size_bytes;
    (void)stream;
    return count;
}

static int LC_ABI print_puts(const char *text)
{
    (void)text;
    return 0;
}

static int LC_ABI print_fputs(const char *text, void *stream)
{
    (void)text;
    (void)stream;
    return 0;
}

static int LC_ABI print_fputc(int c, void *stream)
{
    (void)stream;
    return (unsigned char)c;
}

static int LC_ABI print_fflush(void *stream)
{
    (void)stream;
    return 0;
}

/* The three streams: addresses to be told apart, nothing more. */
static void *LC_ABI print_iob(void)
{
    return SIM_WIN32->iob;
}

static void *LC_ABI print_acrt_iob(uint32_t index)
{
    return &SIM_WIN32->iob[(size_t)(index % 3) * SIM_WIN32_IOB_BYTES];
}

/* ---- user32 ---- */

static int LC_ABI print_wsprintf_a(char *buffer, const char *format, ...)
{
    __builtin_ms_va_list list;
    __builtin_ms_va_start(list, format);
    int length = print_narrow(
        buffer,
        WSPRINTF_MAX,
        ENDING_TRUNCATES,
        format,
        slots(list));
    __builtin_ms_va_end(list);
    return length < WSPRINTF_MAX ? length : WSPRINTF_MAX - 1;
}

static int LC_ABI
print_wsprintf_w(lc_wchar *buffer, const lc_wchar *format, ...)
{
    __builtin_ms_va_list list;
    __builtin_ms_va_start(list, format);
    int length =
        print_wide(buffer, WSPRINTF_MAX, ENDING_TRUNCATES, format, slots(list));
    __builtin_ms_va_end(list);
    return length < WSPRINTF_MAX ? length : WSPRINTF_MAX - 1;
}

const struct sim_export sim_print_exports[] = {
    { "sprintf", 0, (sim_code_fn *)print_sprintf },
    { "vsprintf", 0, (sim_code_fn *)print_vsprintf },
    { "_snprintf", 0, (sim_code_fn *)print_ms_snprintf },
    { "_vsnprintf", 0, (sim_code_fn *)print_ms_vsnprintf },
    { "snprintf", 0, (sim_code_fn *)print_snprintf },
    { "vsnprintf", 0, (sim_code_fn *)print_vsnprintf },
    { "swprintf", 0, (sim_code_fn *)print_swprintf },
    { "_swprintf", 0, (sim_code_fn *)print_swprintf },
    { "_snwprintf", 0, (sim_code_fn *)print_snwprintf },
    { "_vsnwprintf", 0, (sim_code_fn *)print_vsnwprintf },
    { "vfprintf", 0, (sim_code_fn *)print_vfprintf },
    { "fprintf", 0, (sim_code_fn *)print_fprintf },
    { "printf", 0, (sim_code_fn *)print_printf },
    { "fwrite", 0, (sim_code_fn *)print_fwrite },
    { "puts", 0, (sim_code_fn *)print_puts },
    { "fputs", 0, (sim_code_fn *)print_fputs },
    { "fputc", 0, (sim_code_fn *)print_fputc },
    { "putc", 0, (sim_code_fn *)print_fputc },
    { "fflush", 0, (sim_code_fn *)print_fflush },
    { "__iob_func", 0, (sim_code_fn *)print_iob },
    { "__acrt_iob_func", 0, (sim_code_fn *)print_acrt_iob },
};
const uint32_t sim_print_export_count = LC_COUNT_OF(sim_print_exports);

const struct sim_export sim_print_user_exports[] = {
    { "wsprintfA", 0, (sim_code_fn *)print_wsprintf_a },
    { "wsprintfW", 0, (sim_code_fn *)print_wsprintf_w },
};
const uint32_t sim_print_user_export_count =
    LC_COUNT_OF(sim_print_user_exports);
