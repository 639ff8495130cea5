/* Locks, conditions, one-time initialisation, lists, slots of threads. */
#include "shim.h"

static CRITICAL_SECTION section;
static SRWLOCK slim;
static CONDITION_VARIABLE variable;
static INIT_ONCE once;
static volatile LONG value;
static volatile LONG calls;

static HANDLE start(LPTHREAD_START_ROUTINE code, ULONG_PTR parameter)
{
    return CreateThread(NULL, 0, code, (LPVOID)parameter, 0, NULL);
}

/* Waits for a thread; returns its exit code. */
static DWORD join(HANDLE thread)
{
    DWORD code = 0;
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

static DWORD WINAPI tries_section(LPVOID parameter)
{
    (void)parameter;
    BOOL is_entered = K(TryEnterCriticalSection)(&section);
    if (is_entered) {
        K(LeaveCriticalSection)(&section);
    }
    return (DWORD)is_entered;
}

static int sections(void)
{
    K(InitializeCriticalSection)(&section);
    K(EnterCriticalSection)(&section);
    CHECK(K(TryEnterCriticalSection)(&section));
    CHECK(join(start(tries_section, 0)) == 0);
    K(LeaveCriticalSection)(&section);
    CHECK(join(start(tries_section, 0)) == 0);
    K(LeaveCriticalSection)(&section);
    CHECK(join(start(tries_section, 0)) == 1);
    K(DeleteCriticalSection)(&section);
    CHECK(K(InitializeCriticalSectionAndSpinCount)(&section, 100));
    (void)K(SetCriticalSectionSpinCount)(&section, 200);
    K(DeleteCriticalSection)(&section);
    CHECK(K(InitializeCriticalSectionEx)(&section, 100, 0));
    K(DeleteCriticalSection)(&section);
    return 0;
}

static DWORD WINAPI tries_slim(LPVOID parameter)
{
    DWORD result = 0;
    (void)parameter;
    if (K(TryAcquireSRWLockShared)(&slim)) {
        result |= 1;
        K(ReleaseSRWLockShared)(&slim);
    }
    if (K(TryAcquireSRWLockExclusive)(&slim)) {
        result |= 2;
        K(ReleaseSRWLockExclusive)(&slim);
    }
    return result;
}

static DWORD WINAPI adds(LPVOID parameter)
{
    (void)parameter;
    for (int i = 0; i < 3; i++) {
        K(AcquireSRWLockExclusive)(&slim);
        LONG before = value;
        K(Sleep)(1);
        value = before + 1;
        K(ReleaseSRWLockExclusive)(&slim);
    }
    return 0;
}

static DWORD WINAPI reads(LPVOID parameter)
{
    (void)parameter;
    K(AcquireSRWLockShared)(&slim);
    LONG before = value;
    K(Sleep)(5);
    DWORD is_same = before == value;
    K(ReleaseSRWLockShared)(&slim);
    return is_same;
}

static int slim_locks(void)
{
    memset(&slim, 0xff, sizeof slim);
    K(InitializeSRWLock)(&slim);
    CHECK(join(start(tries_slim, 0)) == 3);
    K(AcquireSRWLockShared)(&slim);
    CHECK(join(start(tries_slim, 0)) == 1);
    K(ReleaseSRWLockShared)(&slim);
    K(AcquireSRWLockExclusive)(&slim);
    CHECK(join(start(tries_slim, 0)) == 0);
    CHECK(!K(TryAcquireSRWLockExclusive)(&slim));
    K(ReleaseSRWLockExclusive)(&slim);
    CHECK(slim.Ptr == NULL);
    HANDLE threads[4] = {
        start(adds, 0),
        start(reads, 0),
        start(adds, 0),
        start(reads, 0),
    };
    for (int i = 0; i < 4; i++) {
        CHECK(join(threads[i]) == (DWORD)(i % 2));
    }
    CHECK(value == 6 && slim.Ptr == NULL);
    /* Twice for reading, as long as nobody wants to write. */
    K(AcquireSRWLockShared)(&slim);
    K(AcquireSRWLockShared)(&slim);
    K(ReleaseSRWLockShared)(&slim);
    CHECK(join(start(tries_slim, 0)) == 1);
    K(ReleaseSRWLockShared)(&slim);
    CHECK(join(start(tries_slim, 0)) == 3);
    return 0;
}

static DWORD WINAPI sets_value(LPVOID parameter)
{
    K(AcquireSRWLockExclusive)(&slim);
    value = (LONG)(ULONG_PTR)parameter;
    K(ReleaseSRWLockExclusive)(&slim);
    K(WakeConditionVariable)(&variable);
    return 0;
}

static DWORD WINAPI waits_for_value(LPVOID parameter)
{
    K(EnterCriticalSection)(&section);
    while (value == 0) {
        if (!K(SleepConditionVariableCS)(&variable, &section, INFINITE)) {
            return 1;
        }
    }
    calls++;
    K(LeaveCriticalSection)(&section);
    return (DWORD)(ULONG_PTR)parameter;
}

static int conditions(void)
{
    value = 0;
    memset(&variable, 0xff, sizeof variable);
    K(InitializeConditionVariable)(&variable);
    InitializeCriticalSection(&section);
    K(AcquireSRWLockExclusive)(&slim);
    CHECK(!K(SleepConditionVariableSRW)(&variable, &slim, 5, 0));
    CHECK(GetLastError() == ERROR_TIMEOUT);
    HANDLE thread = start(sets_value, 7);
    while (value == 0) {
        CHECK(K(SleepConditionVariableSRW)(&variable, &slim, INFINITE, 0));
    }
    CHECK(value == 7);
    K(ReleaseSRWLockExclusive)(&slim);
    CHECK(join(thread) == 0);

    K(AcquireSRWLockShared)(&slim);
    value = 0;
    thread = start(sets_value, 8);
    while (value == 0) {
        CHECK(K(SleepConditionVariableSRW)(
            &variable,
            &slim,
            INFINITE,
            CONDITION_VARIABLE_LOCKMODE_SHARED));
    }
    K(ReleaseSRWLockShared)(&slim);
    CHECK(join(thread) == 0);

    value = 0;
    HANDLE threads[2] = { start(waits_for_value, 3),
                          start(waits_for_value, 4) };
    K(Sleep)(1);
    K(EnterCriticalSection)(&section);
    CHECK(!K(SleepConditionVariableCS)(&variable, &section, 2));
    CHECK(GetLastError() == ERROR_TIMEOUT);
    value = 1;
    K(LeaveCriticalSection)(&section);
    K(WakeAllConditionVariable)(&variable);
    CHECK(join(threads[0]) == 3 && join(threads[1]) == 4 && calls == 2);
    DeleteCriticalSection(&section);
    return 0;
}

static BOOL CALLBACK
initializes(PINIT_ONCE self, PVOID parameter, PVOID *context)
{
    K(Sleep)(3);
    calls++;
    *context = parameter;
    return self == &once && parameter != NULL;
}

static DWORD WINAPI executes(LPVOID parameter)
{
    PVOID context = NULL;
    BOOL is_done =
        K(InitOnceExecuteOnce)(&once, initializes, parameter, &context);
    return is_done ? (DWORD)(ULONG_PTR)context : 0;
}

static int one_time(void)
{
    PVOID context = NULL;
    BOOL is_pending = FALSE;
    memset(&once, 0xff, sizeof once);
    K(InitOnceInitialize)(&once);
    CHECK(!K(InitOnceExecuteOnce)(&once, initializes, NULL, &context));
    CHECK(calls == 1);
    HANDLE threads[2] = { start(executes, 16), start(executes, 16) };
    CHECK(join(threads[0]) == 16 && join(threads[1]) == 16 && calls == 2);
    CHECK(K(InitOnceBeginInitialize)(
        &once,
        INIT_ONCE_CHECK_ONLY,
        &is_pending,
        &context));
    CHECK(!is_pending && context == (PVOID)16);
    /* By hand. */
    K(InitOnceInitialize)(&once);
    CHECK(!K(InitOnceBeginInitialize)(
        &once,
        INIT_ONCE_CHECK_ONLY,
        &is_pending,
        &context));
    CHECK(K(InitOnceBeginInitialize)(&once, 0, &is_pending, &context));
    CHECK(is_pending);
    CHECK(!K(InitOnceComplete)(&once, 0, (PVOID)1));
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(!K(InitOnceComplete)(&once, INIT_ONCE_ASYNC, NULL));
    CHECK(K(InitOnceComplete)(&once, INIT_ONCE_INIT_FAILED, NULL));
    CHECK(K(InitOnceBeginInitialize)(&once, 0, &is_pending, &context));
    CHECK(is_pending && K(InitOnceComplete)(&once, 0, (PVOID)32));
    CHECK(K(InitOnceBeginInitialize)(&once, 0, &is_pending, &context));
    CHECK(!is_pending && context == (PVOID)32);
    /* Side by side. */
    K(InitOnceInitialize)(&once);
    for (int i = 0; i < 2; i++) {
        CHECK(K(InitOnceBeginInitialize)(
            &once,
            INIT_ONCE_ASYNC,
            &is_pending,
            &context));
        CHECK(is_pending);
    }
    CHECK(!K(InitOnceBeginInitialize)(&once, 0, &is_pending, &context));
    CHECK(K(InitOnceComplete)(&once, INIT_ONCE_ASYNC, (PVOID)48));
    CHECK(!K(InitOnceComplete)(&once, INIT_ONCE_ASYNC, (PVOID)64));
    CHECK(GetLastError() == ERROR_GEN_FAILURE);
    CHECK(K(InitOnceExecuteOnce)(&once, initializes, NULL, &context));
    CHECK(context == (PVOID)48 && calls == 2);
    return 0;
}

static DWORD tls_index;
static DWORD fls_index;

static DWORD WINAPI uses_slots(LPVOID parameter)
{
    if (K(TlsGetValue)(tls_index) != NULL ||
        K(FlsGetValue)(fls_index) != NULL) {
        return 1;
    }
    K(TlsSetValue)(tls_index, parameter);
    K(FlsSetValue)(fls_index, parameter);
    K(Sleep)(2);
    return K(TlsGetValue)(tls_index) == parameter ? 0 : 2;
}

static VOID WINAPI ends(PVOID parameter)
{
    value += (LONG)(ULONG_PTR)parameter;
    calls++;
}

static int slots(void)
{
    value = 0;
    calls = 0;
    tls_index = K(TlsAlloc)();
    fls_index = K(FlsAlloc)(ends);
    CHECK(tls_index != TLS_OUT_OF_INDEXES && fls_index != FLS_OUT_OF_INDEXES);
    CHECK(K(TlsSetValue)(tls_index, (PVOID)1));
    CHECK(K(FlsSetValue)(fls_index, (PVOID)100));
    HANDLE threads[2] = { start(uses_slots, 10), start(uses_slots, 20) };
    CHECK(join(threads[0]) == 0 && join(threads[1]) == 0);
    CHECK(value == 30 && calls == 2);
    SetLastError(5);
    CHECK(K(TlsGetValue)(tls_index) == (PVOID)1 && GetLastError() == 0);
    CHECK(!K(TlsSetValue)(fls_index, NULL) && !K(FlsFree)(tls_index));
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(K(TlsFree)(tls_index) && !K(TlsFree)(tls_index));
    CHECK(K(FlsFree)(fls_index) && value == 130 && calls == 3);
    CHECK(!K(FlsFree)(fls_index) && K(FlsGetValue)(fls_index) == NULL);
    /* A slot without a callback, at a place that had one. */
    fls_index = K(FlsAlloc)(NULL);
    CHECK(K(FlsSetValue)(fls_index, (PVOID)5));
    CHECK(K(FlsFree)(fls_index) && calls == 3);
    return 0;
}

static SLIST_HEADER list __attribute__((aligned(16)));
static SLIST_ENTRY entries[4] __attribute__((aligned(16)));

static DWORD WINAPI pops(LPVOID parameter)
{
    (void)parameter;
    DWORD count = 0;
    while (K(InterlockedPopEntrySList)(&list) != NULL) {
        count++;
        K(Sleep)(1);
    }
    return count;
}

static int lists(void)
{
    typedef PSLIST_ENTRY push_list_fn(
        PSLIST_HEADER,
        PSLIST_ENTRY,
        PSLIST_ENTRY,
        ULONG);
    memset(&list, 0xff, sizeof list);
    K(InitializeSListHead)(&list);
    CHECK(K(InterlockedPopEntrySList)(&list) == NULL);
    CHECK(K(InterlockedPushEntrySList)(&list, &entries[0]) == NULL);
    CHECK(K(InterlockedPushEntrySList)(&list, &entries[1]) == &entries[0]);
    CHECK(K(QueryDepthSList)(&list) == 2);
    entries[2].Next = &entries[3];
    CHECK(
        FROM_AS(push_list_fn, "kernel32.dll", InterlockedPushListSListEx)(
            &list,
            &entries[2],
            &entries[3],
            2) == &entries[1]);
    CHECK(K(QueryDepthSList)(&list) == 4);
    CHECK(K(InterlockedPopEntrySList)(&list) == &entries[2]);
    CHECK(K(InterlockedFlushSList)(&list) == &entries[3]);
    CHECK(entries[3].Next == &entries[1] && entries[0].Next == NULL);
    CHECK(K(QueryDepthSList)(&list) == 0);
    CHECK(K(InterlockedFlushSList)(&list) == NULL);
    for (int i = 0; i < 4; i++) {
        K(InterlockedPushEntrySList)(&list, &entries[i]);
    }
    HANDLE threads[2] = { start(pops, 0), start(pops, 0) };
    DWORD first = join(threads[0]);
    CHECK(first + join(threads[1]) == 4);
    return 0;
}

part_fn *const parts[] = { sections, slim_locks, conditions, one_time,
                           slots,    lists,      NULL };
