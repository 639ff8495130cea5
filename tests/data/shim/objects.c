/* Events, semaphores, mutexes, timers, threads, waits. */
#include "shim.h"

static HANDLE event;
static HANDLE second;
static volatile LONG order;

static int events(void)
{
    HANDLE a = K(CreateEventA)(NULL, FALSE, TRUE, NULL);
    CHECK(a != NULL);
    CHECK(K(WaitForSingleObject)(a, 0) == WAIT_OBJECT_0);
    CHECK(K(WaitForSingleObject)(a, 0) == WAIT_TIMEOUT);
    CHECK(K(SetEvent)(a));
    CHECK(K(ResetEvent)(a));
    CHECK(K(WaitForSingleObject)(a, 5) == WAIT_TIMEOUT);
    CHECK(K(PulseEvent)(a));
    CHECK(K(WaitForSingleObject)(a, 0) == WAIT_TIMEOUT);
    SetLastError(7);
    HANDLE b = K(CreateEventW)(NULL, TRUE, FALSE, L"name");
    CHECK(b != NULL && GetLastError() == 0);
    CHECK(K(SetEvent)(b));
    CHECK(K(WaitForSingleObjectEx)(b, 0, FALSE) == WAIT_OBJECT_0);
    CHECK(K(WaitForSingleObjectEx)(b, 0, FALSE) == WAIT_OBJECT_0);
    HANDLE c = K(CreateEventExA)(
        NULL,
        NULL,
        CREATE_EVENT_INITIAL_SET | CREATE_EVENT_MANUAL_RESET,
        EVENT_ALL_ACCESS);
    HANDLE d = K(CreateEventExW)(NULL, NULL, 0, EVENT_ALL_ACCESS);
    HANDLE both[2] = { c, d };
    CHECK(K(WaitForMultipleObjects)(2, both, FALSE, 0) == WAIT_OBJECT_0);
    CHECK(K(WaitForMultipleObjects)(2, both, TRUE, 0) == WAIT_TIMEOUT);
    CHECK(K(SetEvent)(d));
    CHECK(
        K(WaitForMultipleObjectsEx)(2, both, TRUE, 0, FALSE) == WAIT_OBJECT_0);
    CHECK(K(WaitForSingleObject)(d, 0) == WAIT_TIMEOUT);
    both[1] = c;
    CHECK(K(WaitForMultipleObjects)(2, both, TRUE, 0) == WAIT_FAILED);
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(K(CloseHandle)(a) && K(CloseHandle)(b) && K(CloseHandle)(c));
    CHECK(K(CloseHandle)(d));
    CHECK(!K(SetEvent)(d) && GetLastError() == ERROR_INVALID_HANDLE);
    CHECK(K(WaitForSingleObject)(d, 0) == WAIT_FAILED);
    CHECK(!K(ResetEvent)(d));
    return 0;
}

static int semaphores(void)
{
    LONG before = -1;
    HANDLE a = K(CreateSemaphoreA)(NULL, 1, 3, NULL);
    CHECK(a != NULL);
    CHECK(K(WaitForSingleObject)(a, 0) == WAIT_OBJECT_0);
    CHECK(K(WaitForSingleObject)(a, 0) == WAIT_TIMEOUT);
    CHECK(K(ReleaseSemaphore)(a, 2, &before) && before == 0);
    CHECK(!K(ReleaseSemaphore)(a, 2, &before) && before == 0);
    CHECK(GetLastError() == ERROR_TOO_MANY_POSTS);
    CHECK(K(ReleaseSemaphore)(a, 1, NULL));
    CHECK(!K(ReleaseSemaphore)(a, 0, NULL));
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(K(CreateSemaphoreW)(NULL, 2, 1, NULL) == NULL);
    CHECK(K(CloseHandle)(a));
    return 0;
}

static DWORD WINAPI take_mutex(LPVOID mutex)
{
    return K(WaitForSingleObject)((HANDLE)mutex, 0);
}

/* It ends with the mutex in its hands. */
static int mutexes(void)
{
    DWORD code = 0;
    HANDLE a = K(CreateMutexA)(NULL, TRUE, NULL);
    HANDLE b = K(CreateMutexW)(NULL, FALSE, NULL);
    CHECK(K(WaitForSingleObject)(a, 0) == WAIT_OBJECT_0);
    HANDLE thread = K(CreateThread)(NULL, 0, take_mutex, a, 0, NULL);
    CHECK(K(WaitForSingleObject)(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(K(GetExitCodeThread)(thread, &code) && code == WAIT_TIMEOUT);
    CHECK(K(CloseHandle)(thread));
    CHECK(K(ReleaseMutex)(a) && K(ReleaseMutex)(a));
    CHECK(!K(ReleaseMutex)(a) && GetLastError() == ERROR_NOT_OWNER);
    thread = K(CreateThread)(NULL, 0, take_mutex, b, 0, NULL);
    CHECK(K(WaitForSingleObject)(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(K(GetExitCodeThread)(thread, &code) && code == WAIT_OBJECT_0);
    CHECK(K(WaitForSingleObject)(b, INFINITE) == WAIT_ABANDONED);
    CHECK(K(WaitForSingleObject)(b, INFINITE) == WAIT_OBJECT_0);
    CHECK(K(ReleaseMutex)(b) && K(ReleaseMutex)(b));
    CHECK(K(CloseHandle)(thread));
    CHECK(K(CloseHandle)(a) && K(CloseHandle)(b));
    return 0;
}

static DWORD WINAPI answers(LPVOID parameter)
{
    K(WaitForSingleObject)(event, INFINITE);
    order = order * 10 + (LONG)(ULONG_PTR)parameter;
    K(SetEvent)(second);
    return 0;
}

static int signal_and_wait(void)
{
    order = 0;
    event = K(CreateEventA)(NULL, FALSE, FALSE, NULL);
    second = K(CreateEventA)(NULL, FALSE, FALSE, NULL);
    HANDLE thread = K(CreateThread)(NULL, 0, answers, (LPVOID)1, 0, NULL);
    CHECK(
        K(SignalObjectAndWait)(event, second, INFINITE, FALSE) ==
        WAIT_OBJECT_0);
    CHECK(order == 1);
    CHECK(K(WaitForSingleObject)(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(K(CloseHandle)(thread));
    CHECK(K(SignalObjectAndWait)(second, event, 3, FALSE) == WAIT_TIMEOUT);
    CHECK(K(CloseHandle)(event) && K(CloseHandle)(second));
    return 0;
}

static void CALLBACK counts(ULONG_PTR parameter)
{
    order = order * 10 + (LONG)parameter;
}

static DWORD WINAPI naps(LPVOID parameter)
{
    (void)parameter;
    return K(SleepEx)(INFINITE, TRUE);
}

/* Calls to a thread run in its alertable waits, and in no others. */
static int queued_calls(void)
{
    DWORD code = 0;
    order = 0;
    event = K(CreateEventA)(NULL, FALSE, FALSE, NULL);
    CHECK(K(QueueUserAPC)(counts, K(GetCurrentThread)(), 1));
    CHECK(K(QueueUserAPC)(counts, K(GetCurrentThread)(), 2));
    CHECK(K(SleepEx)(1, FALSE) == 0 && order == 0);
    CHECK(K(WaitForSingleObjectEx)(event, 1, FALSE) == WAIT_TIMEOUT);
    CHECK(order == 0);
    CHECK(K(WaitForSingleObjectEx)(event, 1, TRUE) == WAIT_IO_COMPLETION);
    CHECK(order == 12);
    CHECK(K(SleepEx)(0, TRUE) == 0);
    HANDLE thread = K(CreateThread)(NULL, 0, naps, NULL, 0, NULL);
    CHECK(K(QueueUserAPC)(counts, thread, 3));
    CHECK(K(WaitForSingleObject)(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(order == 123);
    CHECK(K(GetExitCodeThread)(thread, &code) && code == WAIT_IO_COMPLETION);
    CHECK(!K(QueueUserAPC)(counts, thread, 4)); /* it has ended */
    CHECK(!K(QueueUserAPC)(counts, event, 4));
    CHECK(K(CloseHandle)(thread) && K(CloseHandle)(event));
    return 0;
}

/* Packets come in the order in which they were posted. */
static int ports(void)
{
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED one;
    OVERLAPPED *told = &one;
    HANDLE port = K(CreateIoCompletionPort)(INVALID_HANDLE_VALUE, NULL, 0, 1);
    CHECK(port != NULL);
    CHECK(!K(GetQueuedCompletionStatus)(port, &bytes, &key, &told, 5));
    CHECK(GetLastError() == WAIT_TIMEOUT && told == NULL);
    CHECK(K(PostQueuedCompletionStatus)(port, 7, 8, &one));
    CHECK(K(PostQueuedCompletionStatus)(port, 9, 10, NULL));
    CHECK(K(GetQueuedCompletionStatus)(port, &bytes, &key, &told, INFINITE));
    CHECK(bytes == 7 && key == 8 && told == &one);
    CHECK(K(GetQueuedCompletionStatus)(port, &bytes, &key, &told, 0));
    CHECK(bytes == 9 && key == 10 && told == NULL);
    CHECK(K(CreateIoCompletionPort)((HANDLE)4, port, 0, 0) == NULL);
    CHECK(GetLastError() == ERROR_INVALID_HANDLE); /* no file */
    CHECK(K(CreateIoCompletionPort)(INVALID_HANDLE_VALUE, port, 0, 0) == NULL);
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(K(CloseHandle)(port));
    CHECK(!K(PostQueuedCompletionStatus)(port, 1, 1, NULL));
    return 0;
}

static int sleeps(void)
{
    ULONGLONG begin = K(GetTickCount64)();
    K(Sleep)(20);
    CHECK(K(SleepEx)(5, FALSE) == 0);
    CHECK(K(SwitchToThread)() || TRUE);
    CHECK(PASSED(K(GetTickCount64)() - begin, 25));
    return 0;
}

static DWORD WINAPI says_who(LPVOID parameter)
{
    *(DWORD *)parameter = K(GetCurrentThreadId)();
    K(ExitThread)(5);
    return 6;
}

static DWORD WINAPI leaves(LPVOID parameter)
{
    K(FreeLibraryAndExitThread)((HMODULE)parameter, 9);
    return 10;
}

static unsigned __stdcall runs(void *parameter)
{
    FROM_AS(void(unsigned), "msvcrt.dll", _endthreadex)
    ((unsigned)(ULONG_PTR)parameter);
    return 1;
}

static int threads(void)
{
    DWORD id = 0;
    DWORD told = 0;
    DWORD code = 0;
    HANDLE a = K(CreateThread)(NULL, 0, says_who, &told, CREATE_SUSPENDED, &id);
    CHECK(a != NULL && id != 0 && K(GetThreadId)(a) == id);
    CHECK(K(WaitForSingleObject)(a, 10) == WAIT_TIMEOUT && told == 0);
    CHECK(K(GetExitCodeThread)(a, &code) && code == STILL_ACTIVE);
    CHECK(K(SetThreadPriority)(a, THREAD_PRIORITY_HIGHEST));
    CHECK(K(ResumeThread)(a) == 1);
    CHECK(K(WaitForSingleObject)(a, INFINITE) == WAIT_OBJECT_0);
    CHECK(told == id && K(GetExitCodeThread)(a, &code) && code == 5);
    CHECK(K(CloseHandle)(a));
    CHECK(K(GetCurrentThreadId)() != id && K(GetCurrentProcessId)() != 0);
    CHECK(K(GetCurrentProcess)() == (HANDLE)-1);
    CHECK(K(GetCurrentThread)() == (HANDLE)-2);

    HMODULE self = NULL;
    CHECK(K(GetModuleHandleExA)(
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
        (LPCSTR)(ULONG_PTR)&event,
        &self));
    a = K(CreateThread)(NULL, 0, leaves, self, 0, NULL);
    CHECK(K(WaitForSingleObject)(a, INFINITE) == WAIT_OBJECT_0);
    CHECK(K(GetExitCodeThread)(a, &code) && code == 9);
    CHECK(K(CloseHandle)(a));

    typedef uintptr_t begin_fn(
        void *,
        unsigned,
        unsigned(__stdcall *)(void *),
        void *,
        unsigned,
        unsigned *);
    a = (HANDLE)FROM_AS(
        begin_fn,
        "msvcrt.dll",
        _beginthreadex)(NULL, 0, runs, (void *)8, 0, NULL);
    CHECK(K(WaitForSingleObject)(a, INFINITE) == WAIT_OBJECT_0);
    CHECK(K(GetExitCodeThread)(a, &code) && code == 8);
    CHECK(K(CloseHandle)(a));
    return 0;
}

static LARGE_INTEGER after_ms(LONGLONG ms)
{
    LARGE_INTEGER due;
    due.QuadPart = -ms * 10000;
    return due;
}

static int timers(void)
{
    ULONGLONG begin = K(GetTickCount64)();
    LARGE_INTEGER due = after_ms(30);
    HANDLE a = K(CreateWaitableTimerA)(NULL, FALSE, NULL);
    HANDLE b = K(CreateWaitableTimerW)(NULL, TRUE, NULL);
    CHECK(a != NULL && b != NULL);
    CHECK(K(SetWaitableTimer)(a, &due, 0, NULL, NULL, FALSE));
    if (K(WaitForSingleObject)(a, 10) == WAIT_TIMEOUT) {
        CHECK(K(WaitForSingleObject)(a, INFINITE) == WAIT_OBJECT_0);
    } else {
        CHECK(!is_plain);
    }
    CHECK(PASSED(K(GetTickCount64)() - begin, 30));
    CHECK(K(WaitForSingleObject)(a, 100) == WAIT_TIMEOUT);
    CHECK(PASSED(K(GetTickCount64)() - begin, 130));

    /* Again and again, and no more after the cancel. */
    due = after_ms(10);
    CHECK(K(SetWaitableTimerEx)(b, &due, 20, NULL, NULL, NULL, 0));
    CHECK(K(WaitForSingleObject)(b, INFINITE) == WAIT_OBJECT_0);
    CHECK(K(WaitForSingleObject)(b, 0) == WAIT_OBJECT_0);
    CHECK(K(CancelWaitableTimer)(b));
    CHECK(K(WaitForSingleObject)(b, 0) == WAIT_OBJECT_0);
    CHECK(K(SetWaitableTimer)(a, &due, 20, NULL, NULL, FALSE));
    for (int i = 0; i < 3; i++) {
        CHECK(K(WaitForSingleObject)(a, INFINITE) == WAIT_OBJECT_0);
    }
    CHECK(PASSED(K(GetTickCount64)() - begin, 140 + 10 + 40));
    CHECK(K(CancelWaitableTimer)(a));
    CHECK(K(WaitForSingleObject)(a, 1000) == WAIT_TIMEOUT || !is_plain);

    /* By the clock: what is past is due. */
    due.QuadPart = 0;
    CHECK(K(SetWaitableTimer)(a, &due, 0, NULL, NULL, FALSE));
    CHECK(K(WaitForSingleObject)(a, 1) == WAIT_OBJECT_0);
    FILETIME now;
    K(GetSystemTimeAsFileTime)(&now);
    due.LowPart = now.dwLowDateTime;
    due.HighPart = (LONG)now.dwHighDateTime;
    due.QuadPart += 70000;
    begin = K(GetTickCount64)();
    CHECK(K(SetWaitableTimer)(a, &due, 0, NULL, NULL, FALSE));
    CHECK(K(WaitForSingleObject)(a, INFINITE) == WAIT_OBJECT_0);
    CHECK(PASSED(K(GetTickCount64)() - begin, 7));

    CHECK(!K(SetWaitableTimer)(a, &due, -1, NULL, NULL, FALSE));
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER);
    /* One that is closed while it is set. */
    due = after_ms(5);
    CHECK(K(SetWaitableTimer)(a, &due, 5, NULL, NULL, FALSE));
    CHECK(K(CloseHandle)(a) && K(CloseHandle)(b));
    K(Sleep)(50);
    a = K(CreateWaitableTimerExA)(NULL, NULL, 0, TIMER_ALL_ACCESS);
    b = K(CreateWaitableTimerExW)(
        NULL,
        NULL,
        CREATE_WAITABLE_TIMER_MANUAL_RESET,
        TIMER_ALL_ACCESS);
    CHECK(K(WaitForSingleObject)(a, 0) == WAIT_TIMEOUT);
    CHECK(K(SetWaitableTimer)(b, &due, 0, NULL, NULL, FALSE));
    CHECK(K(WaitForSingleObject)(b, INFINITE) == WAIT_OBJECT_0);
    CHECK(K(WaitForSingleObject)(b, 0) == WAIT_OBJECT_0);
    CHECK(K(CloseHandle)(a) && K(CloseHandle)(b));
    CHECK(!K(SetWaitableTimer)(b, &due, 0, NULL, NULL, FALSE));
    CHECK(GetLastError() == ERROR_INVALID_HANDLE);
    CHECK(!K(CancelWaitableTimer)(b));
    return 0;
}

part_fn *const parts[] = { events, semaphores, mutexes, signal_and_wait,
                           sleeps, threads,    timers,  queued_calls,
                           ports,  NULL };
