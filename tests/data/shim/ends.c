/* What ends the run: each part one, by a fault of the DLL. */
#include "shim.h"

static int debug_break(void)
{
    K(DebugBreak)();
    return 0;
}

static int exit_process(void)
{
    K(ExitProcess)(0);
    return 0;
}

static int terminate_process(void)
{
    K(TerminateProcess)(GetCurrentProcess(), 0);
    return 0;
}

static int c_abort(void)
{
    C(abort)();
    return 0;
}

static int c_exit(void)
{
    C(exit)(0);
    return 0;
}

static int c_quick_exit(void)
{
    C(_exit)(0);
    return 0;
}

static int c_message(void)
{
    FROM_AS(void(int), "msvcrt.dll", _amsg_exit)(31);
    return 0;
}

static SLIST_HEADER list __attribute__((aligned(16)));
static unsigned char bytes[64] __attribute__((aligned(16)));

static int list_not_aligned(void)
{
    InterlockedPushEntrySList(&list, (PSLIST_ENTRY)(void *)(bytes + 8));
    return 0;
}

static int no_room(void)
{
    char text[4];
    FROM_AS(int(char *, size_t, const char *), "msvcrt.dll", strcpy_s)
    (text, 4, "four");
    return 0;
}

static DWORD WINAPI leaves(LPVOID parameter)
{
    (void)parameter;
    ExitThread(0);
    return 0;
}

static int worker_that_exits(void)
{
    QueueUserWorkItem(leaves, NULL, 0);
    Sleep(10);
    return 0;
}

part_fn *const parts[] = {
    debug_break,  exit_process, terminate_process, c_abort,           c_exit,
    c_quick_exit, c_message,    list_not_aligned,  worker_that_exits, no_room,
    NULL
};
