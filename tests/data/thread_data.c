/*
 * Has thread-local data, as compilers for Windows lay it out: a template in
 * .tls, copied for each thread, found through the TEB. gcc for Windows would
 * not use it for _Thread_local, so it is spelled out here. Exports, for tests:
 * Bump adds to the thread's own and to the common counter, and DllMain's calls
 * are counted.
 */
#include "not_ready.h"

struct counts {
    int own;
    int common;
    int attach;
};

extern ULONG _tls_index;
extern char _tls_start;

static int own_template __attribute__((section(".tls$"), used)) = 1000;
static int common = 100;
static int attach;
static int zeroes[2048];

static int *own(void)
{
    char **blocks = (char **)__readgsqword(0x58);
    ULONG_PTR offset = (ULONG_PTR)&own_template - (ULONG_PTR)&_tls_start;
    return (int *)(void *)(blocks[_tls_index] + offset);
}

void Bump(struct counts *counts)
{
    *own() += 1;
    common += 1;
    zeroes[common] += 1;
    counts->own = *own();
    counts->common = common + zeroes[common] - 1;
    counts->attach = attach;
}

/* Where the thread's stack is, by the TEB. */
void Stack(ULONG_PTR *base, ULONG_PTR *limit, ULONG_PTR *self)
{
    *base = __readgsqword(0x08);
    *limit = __readgsqword(0x10);
    *self = __readgsqword(0x30);
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance;
    (void)reserved;
    attach += reason == DLL_PROCESS_ATTACH ? 1 : 0;
    return TRUE;
}
