/*
 * Calls functions of Windows and looks at their documented results. A DLL
 * exports Run: it runs one part and returns 0, the line of the check that
 * failed, or -1 when there is no such part. Each function is fetched by
 * GetProcAddress, and its name noted: `reached`.
 */
#ifndef TESTS_DATA_SHIM_SHIM_H
#define TESTS_DATA_SHIM_SHIM_H

#if !defined(_WIN32_WINNT)
#    define _WIN32_WINNT 0x0A00
#endif

/* The headers want this order. */
/* clang-format off */
#include "../not_ready.h"

#include <mmsystem.h>

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* clang-format on */

enum {
    REACHED_MAX = 256
};

__declspec(dllexport) const char *reached[REACHED_MAX];
__declspec(dllexport) LONG reached_count;

/* dll_and_name: "kernel32.dll Sleep". */
static inline ULONG_PTR reach(const char *dll, const char *dll_and_name)
{
    LONG i = 0;
    while (i < reached_count && strcmp(reached[i], dll_and_name) != 0) {
        i++;
    }
    if (i == reached_count) {
        reached[reached_count++] = dll_and_name;
    }
    return (ULONG_PTR)GetProcAddress(
        GetModuleHandleA(dll),
        dll_and_name + strlen(dll) + 1);
}

#define FROM(dll, name) ((__typeof__(name) *)reach(dll, dll " " #name))
/* For those that no header declares so. */
#define FROM_AS(type, dll, name) ((__typeof__(type) *)reach(dll, dll " " #name))

#define K(name) FROM("kernel32.dll", name)
#define C(name) FROM("msvcrt.dll", name)
#define U(name) FROM("user32.dll", name)
#define A(name) FROM("advapi32.dll", name)

#define CHECK(fact)          \
    do {                     \
        if (!(fact)) {       \
            return __LINE__; \
        }                    \
    } while (0)

typedef int part_fn(void);

/* The parts of this DLL, ended by NULL. */
extern part_fn *const parts[];

/* Whether the default goes first at each choice: time passes only where
 * nothing else can. Else an event may come early, and time with it. */
static int is_plain;

#define PASSED(time, least) (is_plain ? (time) == (least) : (time) >= (least))

__declspec(dllexport) int Run(int part, int has_defaults)
{
    is_plain = has_defaults;
    int count = 0;
    while (parts[count] != NULL) {
        count++;
    }
    return part < count ? parts[part]() : -1;
}

#endif
