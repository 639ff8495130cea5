/*
 * What start-up code of mingw and clang imports from msvcrt, and its memory.
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
typedef int LC_ABI checked_initializer_fn(void);

static void LC_ABI crt_initterm(initializer_fn **first, initializer_fn **last)
{
    for (; first < last; first++) {
        if (*first != NULL) {
            (*first)();
        }
    }
}

/* Stops at the first that fails. */
static int LC_ABI
crt_initterm_e(checked_initializer_fn **first, checked_initializer_fn **last)
{
    int result = 0;
    for (; first < last && result == 0; first++) {
        if (*first != NULL) {
            result = (*first)();
        }
    }
    return result;
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
    if (sim_win32_fails(LC_SHIM_HEAP_ALLOC)) {
        return NULL;
    }
    return sim_heap_take(sim_heap_default(), 0, size_bytes);
}

static void *LC_ABI crt_calloc(size_t count, size_t size_bytes)
{
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    size_t bytes;
    if (__builtin_mul_overflow(count, size_bytes, &bytes) ||
        sim_win32_fails(LC_SHIM_HEAP_ALLOC)) {
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
    if (size_bytes == 0) {
        crt_free(memory);
        return NULL;
    }
    sim_win32_yield(LC_SHIM_HEAP_ALLOC);
    if (sim_win32_fails(LC_SHIM_HEAP_ALLOC)) {
        return NULL;
    }
    return sim_heap_resize(memory, size_bytes);
}

static size_t LC_ABI crt_msize(const void *memory)
{
    return sim_heap_size(memory);
}

/* ---- Bytes ---- */

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

static const void *LC_ABI crt_memchr(const void *bytes, int c, size_t count)
{
    return memchr(bytes, c, count);
}

static char *LC_ABI crt_strdup(const char *text)
{
    size_t size_bytes = strlen(text) + 1;
    char *copy = crt_malloc(size_bytes);
    if (copy != NULL) {
        memcpy(copy, text, size_bytes);
    }
    return copy;
}

static lc_wchar *LC_ABI crt_wcsdup(const lc_wchar *text)
{
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    lc_wchar *copy = crt_malloc((length + 1) * sizeof *text);
    if (copy != NULL) {
        memcpy(copy, text, (length + 1) * sizeof *text);
    }
    return copy;
}

/* ---- Threads: like CreateThread, with a result of an integer ---- */

static uintptr_t LC_ABI crt_beginthreadex(
    void *security,
    uint32_t stack_bytes,
    lc_thread_start_fn *start,
    void *parameter,
    uint32_t flags,
    uint32_t *ret_id)
{
    return (uintptr_t)sim_win32_create_thread(
        security,
        stack_bytes,
        start,
        parameter,
        flags,
        ret_id);
}

const struct sim_export sim_crt_exports[] = {
    { "_initterm", 0, (sim_code_fn *)crt_initterm },
    { "_initterm_e", 0, (sim_code_fn *)crt_initterm_e },
    { "_amsg_exit", 0, (sim_code_fn *)crt_amsg_exit },
    { "abort", 0, (sim_code_fn *)crt_abort },
    { "_lock", 0, (sim_code_fn *)crt_lock },
    { "_unlock", 0, (sim_code_fn *)crt_lock },
    { "__C_specific_handler", 0, (sim_code_fn *)crt_c_specific_handler },
    { "malloc", 0, (sim_code_fn *)crt_malloc },
    { "calloc", 0, (sim_code_fn *)crt_calloc },
    { "realloc", 0, (sim_code_fn *)crt_realloc },
    { "free", 0, (sim_code_fn *)crt_free },
    { "memcpy", 0, (sim_code_fn *)crt_memcpy },
    { "memmove", 0, (sim_code_fn *)crt_memcpy },
    { "memset", 0, (sim_code_fn *)crt_memset },
    { "memcmp", 0, (sim_code_fn *)crt_memcmp },
    { "memchr", 0, (sim_code_fn *)crt_memchr },
    { "_msize", 0, (sim_code_fn *)crt_msize },
    { "_strdup", 0, (sim_code_fn *)crt_strdup },
    { "_wcsdup", 0, (sim_code_fn *)crt_wcsdup },
    { "exit", 0, (sim_code_fn *)crt_amsg_exit },
    { "_exit", 0, (sim_code_fn *)crt_amsg_exit },
    { "_beginthreadex", 0, (sim_code_fn *)crt_beginthreadex },
    { "_endthreadex", 0, (sim_code_fn *)sim_win32_exit_thread },
};
const uint32_t sim_crt_export_count = LC_COUNT_OF(sim_crt_exports);
