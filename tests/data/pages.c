/*
 * Changes the protection of pages. Exports, for tests: Read tells the value of
 * a constant; Change makes it writable, writes it and leaves it so; Seal makes
 * it read-only again; Query asks about its page; Generate runs code that it
 * writes itself.
 */
#include "not_ready.h"

static const int constant[1500] = { 7 };
/* What the compiler may not look through. */
static const int *volatile constant_at = constant;

int Read(void)
{
    return *(const volatile int *)constant_at;
}

/* Returns the protection before. */
DWORD Change(int value)
{
    DWORD old = 0;
    if (!VirtualProtect(
            (LPVOID)(ULONG_PTR)constant_at,
            sizeof constant,
            PAGE_READWRITE,
            &old)) {
        return 0;
    }
    *(volatile int *)(ULONG_PTR)constant_at = value;
    return old;
}

DWORD Seal(void)
{
    DWORD old = 0;
    BOOL done = VirtualProtect(
        (LPVOID)(ULONG_PTR)constant_at,
        sizeof constant,
        PAGE_READONLY,
        &old);
    return done ? old : 0;
}

SIZE_T Query(MEMORY_BASIC_INFORMATION *info)
{
    return VirtualQuery((LPCVOID)(ULONG_PTR)constant_at, info, sizeof *info);
}

int Generate(int value)
{
    typedef int code_fn(void);
    /* mov eax, value; ret */
    unsigned char code[6] = { 0xb8, 0, 0, 0, 0, 0xc3 };
    DWORD old = 0;
    unsigned char *pages =
        VirtualAlloc(NULL, 100, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    memcpy(code + 1, &value, sizeof value);
    memcpy(pages, code, sizeof code);
    (void)VirtualProtect(pages, 100, PAGE_EXECUTE_READ, &old);
    int result = old == PAGE_READWRITE ? ((code_fn *)(ULONG_PTR)pages)() : -1;
    return VirtualFree(pages, 0, MEM_RELEASE) ? result : -2;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance;
    (void)reason;
    (void)reserved;
    return TRUE;
}
