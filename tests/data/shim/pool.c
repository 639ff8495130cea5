/* The thread pool, its timers, and timer queues. */
#include "shim.h"

/* In a callback: what it found wrong is told by who waits for it. */
static volatile int wrong_line;

#define CHECK_VOID(fact)           \
    do {                           \
        if (!(fact)) {             \
            wrong_line = __LINE__; \
        }                          \
    } while (0)

static HANDLE event;
static HANDLE second;
static CRITICAL_SECTION section;
static volatile LONG calls;
static volatile LONG sum;

static void begin(void)
{
    calls = 0;
    sum = 0;
    event = CreateEventA(NULL, FALSE, FALSE, NULL);
    second = CreateEventA(NULL, FALSE, FALSE, NULL);
}

/* Returns what the part does. */
static int end(void)
{
    CloseHandle(event);
    CloseHandle(second);
    return wrong_line;
}

static DWORD WINAPI adds(LPVOID parameter)
{
    Sleep(1);
    sum += (LONG)(ULONG_PTR)parameter;
    calls++;
    SetEvent(event);
    return 0;
}

static int items(void)
{
    begin();
    for (ULONG_PTR i = 1; i <= 6; i++) {
        CHECK(K(QueueUserWorkItem)(adds, (PVOID)i, WT_EXECUTEDEFAULT));
    }
    while (calls < 6) {
        CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
    }
    CHECK(sum == 21);
    CHECK(!K(QueueUserWorkItem)(NULL, NULL, 0));
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER);
    return end();
}

static VOID CALLBACK waits_for_second(PTP_CALLBACK_INSTANCE instance, PVOID p)
{
    CHECK_VOID(K(CallbackMayRunLong)(instance));
    (void)p;
    WaitForSingleObject(second, INFINITE);
    calls++;
    if (calls < 5) {
        SetEvent(second);
    }
    SetEvent(event);
}

static VOID CALLBACK sets_second(PTP_CALLBACK_INSTANCE instance, PVOID p)
{
    (void)p;
    K(SetEventWhenCallbackReturns)(instance, second);
    CHECK_VOID(WaitForSingleObject(second, 3) == WAIT_TIMEOUT);
}

/* More callbacks than threads at first, and each waits for what comes last. */
static int blocked(void)
{
    begin();
    for (int i = 0; i < 5; i++) {
        CHECK(K(TrySubmitThreadpoolCallback)(waits_for_second, NULL, NULL));
    }
    CHECK(K(TrySubmitThreadpoolCallback)(sets_second, NULL, NULL));
    while (calls < 5) {
        CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
    }
    return end();
}

static VOID CALLBACK
works(PTP_CALLBACK_INSTANCE instance, PVOID parameter, PTP_WORK work)
{
    (void)instance;
    (void)work;
    Sleep(2);
    *(LONG *)parameter += 1;
}

static VOID CALLBACK
closes_itself(PTP_CALLBACK_INSTANCE instance, PVOID parameter, PTP_WORK work)
{
    (void)instance;
    (void)parameter;
    K(CloseThreadpoolWork)(work);
    SetEvent(event);
}

static int work(void)
{
    LONG count = 0;
    begin();
    PTP_WORK a = K(CreateThreadpoolWork)(works, &count, NULL);
    CHECK(a != NULL);
    K(WaitForThreadpoolWorkCallbacks)(a, FALSE);
    for (int i = 0; i < 3; i++) {
        K(SubmitThreadpoolWork)(a);
    }
    K(WaitForThreadpoolWorkCallbacks)(a, FALSE);
    CHECK(count == 3);
    for (int i = 0; i < 3; i++) {
        K(SubmitThreadpoolWork)(a);
    }
    K(WaitForThreadpoolWorkCallbacks)(a, TRUE);
    LONG done = count;
    Sleep(10);
    CHECK(count == done && done <= 6);
    K(CloseThreadpoolWork)(a);
    a = K(CreateThreadpoolWork)(closes_itself, NULL, NULL);
    K(SubmitThreadpoolWork)(a);
    CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
    CHECK(K(CreateThreadpoolWork)(NULL, NULL, NULL) == NULL);
    return end();
}

static HANDLE mutex;
static HANDLE semaphore;

static VOID CALLBACK promises(PTP_CALLBACK_INSTANCE instance, PVOID module)
{
    EnterCriticalSection(&section);
    CHECK_VOID(WaitForSingleObject(mutex, INFINITE) == WAIT_OBJECT_0);
    K(LeaveCriticalSectionWhenCallbackReturns)(instance, &section);
    K(ReleaseMutexWhenCallbackReturns)(instance, mutex);
    K(ReleaseSemaphoreWhenCallbackReturns)(instance, semaphore, 2);
    K(SetEventWhenCallbackReturns)(instance, event);
    K(FreeLibraryWhenCallbackReturns)(instance, (HMODULE)module);
    CHECK_VOID(WaitForSingleObject(semaphore, 1) == WAIT_TIMEOUT);
}

static int at_the_end(void)
{
    HMODULE self = NULL;
    begin();
    InitializeCriticalSection(&section);
    mutex = CreateMutexA(NULL, FALSE, NULL);
    semaphore = CreateSemaphoreA(NULL, 0, 2, NULL);
    CHECK(GetModuleHandleExA(
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
        (LPCSTR)(ULONG_PTR)&event,
        &self));
    CHECK(K(TrySubmitThreadpoolCallback)(promises, self, NULL));
    CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(semaphore, 0) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(semaphore, 0) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
    CHECK(TryEnterCriticalSection(&section));
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
    CloseHandle(mutex);
    CloseHandle(semaphore);
    return end();
}

static VOID CALLBACK
ticks(PTP_CALLBACK_INSTANCE instance, PVOID parameter, PTP_TIMER timer)
{
    (void)instance;
    (void)timer;
    *(LONG *)parameter += 1;
    SetEvent(event);
}

static FILETIME after_ms(LONGLONG ms)
{
    LARGE_INTEGER due = { .QuadPart = -ms * 10000 };
    FILETIME time = { due.LowPart, (DWORD)due.HighPart };
    return time;
}

static int timers(void)
{
    LONG count = 0;
    FILETIME due = after_ms(10);
    begin();
    ULONGLONG from = GetTickCount64();
    PTP_TIMER a = K(CreateThreadpoolTimer)(ticks, &count, NULL);
    CHECK(a != NULL && !K(IsThreadpoolTimerSet)(a));
    K(SetThreadpoolTimer)(a, &due, 0, 0);
    CHECK(K(IsThreadpoolTimerSet)(a) || !is_plain);
    CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
    CHECK(PASSED(GetTickCount64() - from, 10) && count == 1);
    CHECK(!K(SetThreadpoolTimerEx)(a, &due, 5, 0));
    while (count < 4) {
        CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
    }
    CHECK(GetTickCount64() - from >= 30);
    CHECK(K(SetThreadpoolTimerEx)(a, NULL, 0, 0));
    K(WaitForThreadpoolTimerCallbacks)(a, TRUE);
    LONG done = count;
    Sleep(50);
    CHECK(count == done && !K(IsThreadpoolTimerSet)(a));
    K(SetThreadpoolTimer)(a, &due, 5, 0);
    K(CloseThreadpoolTimer)(a);
    Sleep(50);
    CHECK(count == done);
    return end();
}

static VOID CALLBACK fires(PVOID parameter, BOOLEAN is_fired)
{
    sum += is_fired ? (LONG)(ULONG_PTR)parameter : 1000;
    calls++;
    Sleep(2);
    SetEvent(event);
}

static int timer_queues(void)
{
    HANDLE a = NULL;
    HANDLE b = NULL;
    begin();
    HANDLE queue = K(CreateTimerQueue)();
    CHECK(queue != NULL);
    CHECK(K(CreateTimerQueueTimer)(
        &a,
        queue,
        fires,
        (PVOID)1,
        10,
        0,
        WT_EXECUTEDEFAULT));
    CHECK(K(CreateTimerQueueTimer)(
        &b,
        NULL,
        fires,
        (PVOID)10,
        20,
        1,
        WT_EXECUTEONLYONCE));
    while (calls < 2) {
        CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
    }
    CHECK(sum == 11);
    CHECK(!K(DeleteTimerQueueTimer)(NULL, a, NULL));
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(K(ChangeTimerQueueTimer)(queue, a, 5, 5));
    while (calls < 4) {
        CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
    }
    CHECK(K(DeleteTimerQueueTimer)(queue, a, INVALID_HANDLE_VALUE));
    CHECK(K(DeleteTimerQueueTimer)(NULL, b, INVALID_HANDLE_VALUE));
    LONG done = calls;
    Sleep(30);
    CHECK(calls == done);
    /* An event says when it is over. */
    CHECK(K(CreateTimerQueueTimer)(&a, queue, fires, (PVOID)1, 0, 0, 0));
    BOOL is_done = K(DeleteTimerQueueTimer)(queue, a, second);
    CHECK(is_done || GetLastError() == ERROR_IO_PENDING);
    CHECK(WaitForSingleObject(second, INFINITE) == WAIT_OBJECT_0);
    /* With what is in it. */
    CHECK(K(CreateTimerQueueTimer)(&a, queue, fires, (PVOID)1, 1, 1, 0));
    CHECK(K(CreateTimerQueueTimer)(&b, queue, fires, (PVOID)1, 1, 1, 0));
    Sleep(3);
    CHECK(K(DeleteTimerQueueEx)(queue, INVALID_HANDLE_VALUE));
    done = calls;
    Sleep(30);
    CHECK(calls == done);
    CHECK(!K(DeleteTimerQueueEx)(queue, NULL));
    queue = K(CreateTimerQueue)();
    CHECK(K(DeleteTimerQueue)(queue));
    return end();
}

part_fn *const parts[] = { items,  blocked,      work, at_the_end,
                           timers, timer_queues, NULL };
