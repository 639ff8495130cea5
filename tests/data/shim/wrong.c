/* What must not be done: the trace, or the end of the run, says so. The parts
 * of sim_win32_served_test.c have what it says. */
#include "shim.h"

static SRWLOCK slim;
static CONDITION_VARIABLE variable;
static CRITICAL_SECTION section;
static HANDLE event;

static int exclusive_twice(void)
{
    AcquireSRWLockExclusive(&slim);
    AcquireSRWLockExclusive(&slim);
    return 0;
}

static int reader_becomes_writer(void)
{
    AcquireSRWLockShared(&slim);
    AcquireSRWLockExclusive(&slim);
    return 0;
}

static int writer_reads(void)
{
    AcquireSRWLockExclusive(&slim);
    AcquireSRWLockShared(&slim);
    return 0;
}

static DWORD WINAPI writes(LPVOID parameter)
{
    (void)parameter;
    AcquireSRWLockExclusive(&slim);
    ReleaseSRWLockExclusive(&slim);
    return 0;
}

/* A writer comes in between. */
static int reads_twice(void)
{
    AcquireSRWLockShared(&slim);
    CloseHandle(CreateThread(NULL, 0, writes, NULL, 0, NULL));
    Sleep(1);
    AcquireSRWLockShared(&slim);
    return 0;
}

static int released_without_holding(void)
{
    ReleaseSRWLockExclusive(&slim);
    return 0;
}

static int released_as_the_other_kind(void)
{
    AcquireSRWLockShared(&slim);
    ReleaseSRWLockExclusive(&slim);
    ReleaseSRWLockShared(&slim);
    return 0;
}

static int freed_slim_lock(void)
{
    SRWLOCK *lock = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 64);
    AcquireSRWLockExclusive(lock);
    ReleaseSRWLockExclusive(lock);
    HeapFree(GetProcessHeap(), 0, lock);
    AcquireSRWLockExclusive(lock);
    return 0;
}

static int freed_condition(void)
{
    CONDITION_VARIABLE *gone = HeapAlloc(GetProcessHeap(), 0, 64);
    HeapFree(GetProcessHeap(), 0, gone);
    WakeAllConditionVariable(gone);
    return 0;
}

static int sleeps_without_its_section(void)
{
    InitializeCriticalSection(&section);
    (void)SleepConditionVariableCS(&variable, &section, 1);
    return 0;
}

static int sleeps_without_its_slim_lock(void)
{
    (void)SleepConditionVariableSRW(&variable, &slim, 1, 0);
    return 0;
}

static int section_deleted(void)
{
    InitializeCriticalSection(&section);
    DeleteCriticalSection(&section);
    EnterCriticalSection(&section);
    return 0;
}

static int section_left_by_another(void)
{
    InitializeCriticalSection(&section);
    LeaveCriticalSection(&section);
    return 0;
}

static int key_closed_twice(void)
{
    HKEY key = NULL;
    RegOpenKeyA(HKEY_LOCAL_MACHINE, "SOFTWARE", &key);
    RegCloseKey(key);
    RegCloseKey(key);
    return 0;
}

static VOID CALLBACK ticks(PVOID parameter, BOOLEAN is_fired)
{
    (void)parameter;
    (void)is_fired;
}

/* Nobody comes but the timer, again and again. */
static int waits_beside_a_timer(void)
{
    HANDLE timer = NULL;
    CreateTimerQueueTimer(&timer, NULL, ticks, NULL, 1, 1, 0);
    event = CreateEventA(NULL, FALSE, FALSE, NULL);
    WaitForSingleObject(event, INFINITE);
    return 0;
}

/* The DLL is unloaded behind each of these. */

static DWORD WINAPI works(LPVOID parameter)
{
    (void)parameter;
    return 0;
}

static int leaves_work(void)
{
    QueueUserWorkItem(works, NULL, 0);
    return 0;
}

static int leaves_a_timer(void)
{
    HANDLE timer = NULL;
    CreateTimerQueueTimer(&timer, NULL, ticks, NULL, 1, 0, 0);
    return 0;
}

static VOID WINAPI ends(PVOID parameter)
{
    (void)parameter;
}

static int leaves_a_fiber_slot(void)
{
    FlsSetValue(FlsAlloc(ends), &event);
    return 0;
}

static DWORD WINAPI takes_long(LPVOID parameter)
{
    (void)parameter;
    Sleep(5);
    return 0;
}

static int leaves_a_callback_that_runs(void)
{
    QueueUserWorkItem(takes_long, NULL, 0);
    Sleep(1);
    return 0;
}

part_fn *const parts[] = {
    exclusive_twice,
    reader_becomes_writer,
    writer_reads,
    reads_twice,
    released_without_holding,
    released_as_the_other_kind,
    freed_slim_lock,
    freed_condition,
    sleeps_without_its_section,
    sleeps_without_its_slim_lock,
    section_deleted,
    section_left_by_another,
    key_closed_twice,
    waits_beside_a_timer,
    leaves_work,
    leaves_a_timer,
    leaves_a_fiber_slot,
    leaves_a_callback_that_runs,
    NULL,
};
