/*
 * What start-up code and plain C of mingw and clang import from msvcrt. Output
 * goes nowhere: a run has no console.
 * Source: observed. Import lists of DLLs built with Debian's mingw-w64 10.0 and
 *         clang 14; behaviour documented in the C standard and on the pages of
 *         the C run-time.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

typedef void LC_ABI initializer_fn(void);

static void LC_ABI crt_initterm(initializer_fn **first, initializer_fn **last)
{
    for (; first < last; first++) {
        if (*first != NULL) {
            (*first)();
        }
    }
}

static void LC_ABI crt_amsg_exit(int message)
{
    (void)message;
    sim_win32_give_up(LC_FAULT_ABORT);
}

static void LC_ABI crt_abort(void)
{
    sim_win32_give_up(LC_FAULT_ABORT);
}

/* The C run-time's own locks guard what is not shared here. */
static void LC_ABI crt_lock(int number)
{
    (void)number;
}

static void *LC_ABI crt_iob(void)
{
    return SIM_WIN32->iob;
}

/* Continue the search: there are no handlers in frames of the host. */
static int LC_ABI
crt_c_specific_handler(void *record, void *frame, void *context, void *dispatch)
{
    (void)record;
    (void)frame;
    (void)context;
    (void)dispatch;
    return 1;
}

static void *LC_ABI crt_malloc(size_t size_bytes)
{
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    return sim_heap_take(sim_heap_default(), 0, size_bytes);
}

static void *LC_ABI crt_calloc(size_t count, size_t size_bytes)
{
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    size_t bytes;
    if (__builtin_mul_overflow(count, size_bytes, &bytes)) {
        return NULL;
    }
    return sim_heap_take(sim_heap_default(), LC_HEAP_ZERO_MEMORY, bytes);
}

static void LC_ABI crt_free(void *memory)
{
    sim_win32_yield(LC_SHIM_HEAP_FREE);
    if (memory != NULL) {
        (void)sim_heap_give(memory);
    }
}

static void *LC_ABI crt_realloc(void *memory, size_t size_bytes)
{
    if (memory == NULL) {
        return crt_malloc(size_bytes);
    }
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    uint64_t old_bytes = sim_heap_size(memory);
    if (size_bytes == 0 || old_bytes == UINT64_MAX) {
        (void)sim_heap_give(memory);
        return NULL;
    }
    void *moved = sim_heap_take(sim_heap_default(), 0, size_bytes);
    if (moved != NULL) {
        memcpy(moved, memory, old_bytes < size_bytes ? old_bytes : size_bytes);
        (void)sim_heap_give(memory);
    }
    return moved;
}

static size_t LC_ABI
crt_fwrite(const void *bytes, size_t size_bytes, size_t count, void *stream)
{
    (void)bytes;
    (void)size_bytes;
    (void)stream;
    return count;
}

static int LC_ABI
crt_vfprintf(void *stream, const char *format, __builtin_ms_va_list arguments)
{
    (void)stream;
    (void)arguments;
    return (int)strlen(format);
}

/* ---- Memory and strings ---- */

static void *LC_ABI crt_memcpy(void *to, const void *from, size_t size_bytes)
{
    return memmove(to, from, size_bytes);
}

static void *LC_ABI crt_memset(void *to, int value, size_t size_bytes)
{
    return memset(to, value, size_bytes);
}

static int LC_ABI crt_memcmp(const void *a, const void *b, size_t size_bytes)
{
    int order = memcmp(a, b, size_bytes);
    /* Only the sign is promised, and it must be the same everywhere. */
    return (order > 0) - (order < 0);
}

static size_t LC_ABI crt_strlen(const char *text)
{
    return strlen(text);
}

static int LC_ABI crt_strcmp(const char *a, const char *b)
{
    int order = strcmp(a, b);
    return (order > 0) - (order < 0);
}

static int LC_ABI crt_strncmp(const char *a, const char *b, size_t count)
{
    int order = strncmp(a, b, count);
    return (order > 0) - (order < 0);
}

static char *LC_ABI crt_strcpy(char *to, const char *from)
{
    size_t size_bytes = strlen(from) + 1;
    memmove(to, from, size_bytes);
    return to;
}

static char *LC_ABI crt_strncpy(char *to, const char *from, size_t count)
{
    size_t length = strnlen(from, count);
    memmove(to, from, length);
    memset(to + length, 0, count - length);
    return to;
}

static const char *LC_ABI crt_strchr(const char *text, int c)
{
    return strchr(text, c);
}

static const char *LC_ABI crt_strrchr(const char *text, int c)
{
    return strrchr(text, c);
}

static size_t LC_ABI crt_wcslen(const lc_wchar *text)
{
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}

static lc_wchar *LC_ABI crt_wcscpy(lc_wchar *to, const lc_wchar *from)
{
    memmove(to, from, (crt_wcslen(from) + 1) * sizeof *from);
    return to;
}

static uint32_t wide_lower(lc_wchar c, bool fold)
{
    return fold && c >= 'A' && c <= 'Z' ? (uint32_t)(c - 'A' + 'a') : c;
}

static int wide_compare(const lc_wchar *a, const lc_wchar *b, bool fold)
{
    while (*a != 0 && wide_lower(*a, fold) == wide_lower(*b, fold)) {
        a++;
        b++;
    }
    uint32_t left = wide_lower(*a, fold);
    uint32_t right = wide_lower(*b, fold);
    return (left > right) - (left < right);
}

static int LC_ABI crt_wcscmp(const lc_wchar *a, const lc_wchar *b)
{
    return wide_compare(a, b, false);
}

static int LC_ABI crt_wcsicmp(const lc_wchar *a, const lc_wchar *b)
{
    return wide_compare(a, b, true);
}

const struct sim_export sim_crt_exports[] = {
    { "_initterm", 0, (sim_code_fn *)crt_initterm },
    { "_amsg_exit", 0, (sim_code_fn *)crt_amsg_exit },
    { "abort", 0, (sim_code_fn *)crt_abort },
    { "_lock", 0, (sim_code_fn *)crt_lock },
    { "_unlock", 0, (sim_code_fn *)crt_lock },
    { "__iob_func", 0, (sim_code_fn *)crt_iob },
    { "__C_specific_handler", 0, (sim_code_fn *)crt_c_specific_handler },
    { "malloc", 0, (sim_code_fn *)crt_malloc },
    { "calloc", 0, (sim_code_fn *)crt_calloc },
    { "realloc", 0, (sim_code_fn *)crt_realloc },
    { "free", 0, (sim_code_fn *)crt_free },
    { "fwrite", 0, (sim_code_fn *)crt_fwrite },
    { "vfprintf", 0, (sim_code_fn *)crt_vfprintf },
    { "memcpy", 0, (sim_code_fn *)crt_memcpy },
    { "memmove", 0, (sim_code_fn *)crt_memcpy },
    { "memset", 0, (sim_code_fn *)crt_memset },
    { "memcmp", 0, (sim_code_fn *)crt_memcmp },
    { "strlen", 0, (sim_code_fn *)crt_strlen },
    { "strcmp", 0, (sim_code_fn *)crt_strcmp },
    { "strncmp", 0, (sim_code_fn *)crt_strncmp },
    { "strcpy", 0, (sim_code_fn *)crt_strcpy },
    { "strncpy", 0, (sim_code_fn *)crt_strncpy },
    { "strchr", 0, (sim_code_fn *)crt_strchr },
    { "strrchr", 0, (sim_code_fn *)crt_strrchr },
    { "wcslen", 0, (sim_code_fn *)crt_wcslen },
    { "wcscpy", 0, (sim_code_fn *)crt_wcscpy },
    { "wcscmp", 0, (sim_code_fn *)crt_wcscmp },
    { "_wcsicmp", 0, (sim_code_fn *)crt_wcsicmp },
};
const uint32_t sim_crt_export_count = LC_COUNT_OF(sim_crt_exports);
