/*
 * A provider DLL that goes wrong in one way, chosen when it is built. Its
 * sockets lead nowhere.
 */
/* The headers want this order. */
/* clang-format off */
#include <winsock2.h>
#include <ws2spi.h>
#include <windows.h>
/* clang-format on */

#if defined(WAY_other_module)
extern IMAGE_DOS_HEADER __ImageBase;
#endif
static WSPUPCALLTABLE upcalls;
static volatile int zero;
__attribute__((unused)) static volatile int one = 1;
#if defined(WAY_null_read)
static const volatile ULONG_PTR zero_page = 16;
#elif defined(WAY_constant_write)
static const int constant[4] = { 1, 2, 3, 4 };
static const int *volatile constant_at = constant;
#endif

/* Ends the process without a word, with that status. */
__attribute__((unused)) static void exit_group(int status)
{
    __asm__ volatile("syscall"
                     :
                     : "a"(231L), "D"((long)status)
                     : "rcx", "r11", "memory");
}

#if defined(WAY_unsteady) || defined(WAY_counting)
/* How often it was called in this process, in a page that is not simulated: no
 * run begins with it as it was. */
static long count_calls(void)
{
    static const long protection = 3; /* PROT_READ | PROT_WRITE */
    static const long how = 0x100022; /* private, anonymous, never moved */
    static const ULONG_PTR where = 0x3f0000000000;
    register long flags __asm__("r10") = how;
    register long file __asm__("r8") = -1;
    register long offset __asm__("r9") = 0;
    long number = 9; /* mmap(): fails when it is there */
    __asm__ volatile("syscall"
                     : "+a"(number)
                     : "D"(where),
                       "S"(4096L),
                       "d"(protection),
                       "r"(flags),
                       "r"(file),
                       "r"(offset)
                     : "rcx", "r11", "memory");
    return ++*(volatile long *)where;
}
#endif

__attribute__((noinline, unused)) static int dig(volatile char *above)
{
    volatile char hole[4096];
    hole[0] = above[0];
    return dig(hole) + hole[zero];
}

static int misbehave(void)
{
#if defined(WAY_null_call)
    int (*volatile nothing)(void) = NULL;
    return nothing();
#elif defined(WAY_wild_write)
    *(volatile int *)0x123456789000 = 1;
#elif defined(WAY_divide)
    one = one / zero;
#elif defined(WAY_overflow)
    volatile char top[1] = { 1 };
    return dig(top);
#elif defined(WAY_endless)
    while (zero == 0) {
    }
#elif defined(WAY_unserved)
    return GetSystemMetrics(0);
#elif defined(WAY_null_read)
    return *(volatile int *)zero_page;
#elif defined(WAY_constant_write)
    *(volatile int *)(ULONG_PTR)constant_at = 5;
#elif defined(WAY_endless_calls) /* of what is no yield point */
    while (zero == 0) {
        (void)GetLastError();
    }
#elif defined(WAY_endless_sleep)
    while (zero == 0) {
        Sleep(10);
    }
#elif defined(WAY_other_module) /* where a built-in has its data */
    return ((int (*)(void))((ULONG_PTR)&__ImageBase - 0x1000000))();
#elif defined(WAY_breakpoint)
    __debugbreak();
#elif defined(WAY_unsteady) /* a process that is fresh does not show it */
    if (count_calls() > 500) {
        *(volatile int *)0x123456789000 = 1;
    }
#elif defined(WAY_counting) /* no two plays in a process are the same */
    Sleep((DWORD)(count_calls() % 1000));
#elif defined(WAY_illegal)
    __builtin_trap();
#elif defined(WAY_no_memory) /* as long as there is memory, it is correct */
    void *memory = HeapAlloc(GetProcessHeap(), 0, 16);
    if (memory == NULL) {
        exit_group(9);
    }
    HeapFree(GetProcessHeap(), 0, memory);
#elif defined(WAY_late)      /* correct as long as no packet before was */
    if (GetTickCount() > 145) {
        exit_group(9);
    }
#elif defined(WAY_late_looked_up) /* the same by a clock that is looked up */
    typedef DWORD WINAPI tick_fn(void);
    tick_fn *tick = (tick_fn *)(void *)GetProcAddress(
        GetModuleHandleA("KERNEL32.dll"),
        "GetTickCount");
    if (tick != NULL && tick() > 145) {
        exit_group(9);
    }
#elif defined(WAY_many_heaps)     /* all of them in one step */
    HANDLE heaps[40];
    for (int i = 0; i < 40; i++) {
        heaps[i] = HeapCreate(0, 0, 0);
    }
    for (int i = 0; i < 40; i++) {
        if (heaps[i] != NULL) {
            HeapDestroy(heaps[i]);
        }
    }
#elif defined(WAY_closed_twice)
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    CloseHandle(event);
    CloseHandle(event);
#elif defined(WAY_bad_pointer) /* for the shim */
    EnterCriticalSection((CRITICAL_SECTION *)0x123456789000);
#elif defined(WAY_read_past)
    unsigned char *block = HeapAlloc(GetProcessHeap(), 0, 48);
    one = *(volatile unsigned char *)(block + 48);
    HeapFree(GetProcessHeap(), 0, block);
#elif defined(WAY_write_past)
    unsigned char *block = HeapAlloc(GetProcessHeap(), 0, 44);
    *(volatile unsigned char *)(block + 48) = 1;
    HeapFree(GetProcessHeap(), 0, block);
#elif defined(WAY_write_near) /* within the last 16 bytes */
    unsigned char *block = HeapAlloc(GetProcessHeap(), 0, 44);
    *(volatile unsigned char *)(block + 44) = 1;
    HeapFree(GetProcessHeap(), 0, block);
#elif defined(WAY_write_before)
    unsigned char *block = HeapAlloc(GetProcessHeap(), 0, 44);
    *(volatile unsigned char *)(block - 40) = 1;
    HeapFree(GetProcessHeap(), 0, block);
#elif defined(WAY_read_freed)
    unsigned char *block = HeapAlloc(GetProcessHeap(), 0, 44);
    HeapFree(GetProcessHeap(), 0, block);
    one = *(volatile unsigned char *)block;
#elif defined(WAY_write_freed)
    unsigned char *block = HeapAlloc(GetProcessHeap(), 0, 5000);
    HeapFree(GetProcessHeap(), 0, block);
    *(volatile unsigned char *)(block + 100) = 1;
#elif defined(WAY_copy_freed) /* by the shim */
    char *block = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 44);
    HeapFree(GetProcessHeap(), 0, block);
    one = lstrlenA(block);
#elif defined(WAY_free_twice)
    unsigned char *block = HeapAlloc(GetProcessHeap(), 0, 44);
    HeapFree(GetProcessHeap(), 0, block);
    HeapFree(GetProcessHeap(), 0, block);
#elif defined(WAY_bad_upcall)
    int length = 260;
    int error = 0;
    upcalls.lpWPUGetProviderPath(
        (GUID *)0x123456789000,
        (WCHAR *)0x123456789000,
        &length,
        &error);
#endif
    return 0;
}

static SOCKET WSPAPI open_socket(
    int family,
    int type,
    int protocol,
    LPWSAPROTOCOL_INFOW info,
    GROUP group,
    DWORD flags,
    LPINT error)
{
    (void)family;
    (void)type;
    (void)protocol;
    (void)info;
    (void)group;
    (void)flags;
    misbehave();
    *error = WSAENOBUFS;
    return INVALID_SOCKET;
}

#if defined(WAY_late_upcall)
/* Goes on after the last cleanup, and asks ws2_32 for something then. */
static DWORD WINAPI late(void *parameter)
{
    (void)parameter;
    struct sockaddr *address = NULL;
    LPBLOCKINGCALLBACK callback;
    DWORD_PTR context;
    int error = (int)(INT_PTR)address;
    Sleep(500);
    upcalls.lpWPUQueryBlockingCallback(1, &callback, &context, &error);
    return 0;
}
#endif

static int WSPAPI cleanup(LPINT error)
{
    (void)error;
#if defined(WAY_late_upcall)
    CloseHandle(CreateThread(NULL, 0, late, NULL, 0, NULL));
#endif
    return 0;
}

static int WSPAPI refuse(LPINT error)
{
    *error = WSAEOPNOTSUPP;
    return SOCKET_ERROR;
}

#if !defined(WAY_no_startup)
__declspec(dllexport)
#endif
    int WSPAPI WSPStartup(
        WORD version,
        LPWSPDATA data,
        LPWSAPROTOCOL_INFOW info,
        WSPUPCALLTABLE table,
        LPWSPPROC_TABLE entries)
{
    (void)version;
    (void)info;
    upcalls = table;
    data->wVersion = MAKEWORD(2, 2);
    data->wHighVersion = MAKEWORD(2, 2);
    FARPROC *slot = (FARPROC *)(void *)entries;
    for (unsigned i = 0; i < sizeof *entries / sizeof *slot; i++) {
        slot[i] = (FARPROC)(void *)refuse;
    }
    entries->lpWSPSocket = open_socket;
    entries->lpWSPCleanup = cleanup;
#if defined(WAY_exit)
    exit_group(0);
#elif defined(WAY_exit_9)
    exit_group(9);
#elif defined(WAY_exit_77)
    exit_group(77);
#elif defined(WAY_no_start)
    return WSASYSNOTREADY;
#elif defined(WAY_no_entry)
    entries->lpWSPConnect = NULL;
#elif defined(WAY_no_table) /* no WSPCleanup to be called either */
    memset(entries, 0, sizeof *entries);
#elif defined(WAY_no_version)
    data->wVersion = MAKEWORD(2, 1);
#endif
    return 0;
}

#if defined(WAY_no_attach)
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance;
    (void)reserved;
    return reason != DLL_PROCESS_ATTACH;
}
#endif

#if defined(WAY_no_startup)
__declspec(dllexport) int something_else(void)
{
    return WSPStartup(0, NULL, NULL, upcalls, NULL);
}
#endif
