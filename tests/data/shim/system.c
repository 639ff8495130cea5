/* Errors, clocks, the machine, modules, the registry. */
#include "shim.h"

static int errors(void)
{
    K(SetLastError)(1234);
    CHECK(K(GetLastError)() == 1234 && GetLastError() == 1234);
    K(OutputDebugStringA)("text");
    K(OutputDebugStringW)(L"text");
    CHECK(!K(IsDebuggerPresent)());
    (void)K(SetUnhandledExceptionFilter)(NULL);
    CHECK(K(UnhandledExceptionFilter)(NULL) == EXCEPTION_CONTINUE_SEARCH);
    int object = 0;
    CHECK(K(DecodePointer)(K(EncodePointer)(&object)) == &object);
    return 0;
}

static int machine(void)
{
    SYSTEM_INFO info;
    K(GetSystemInfo)(&info);
    CHECK(info.dwPageSize == 4096 && info.dwNumberOfProcessors == 2);
    CHECK(info.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64);
    CHECK(!K(IsProcessorFeaturePresent)(PF_FASTFAIL_AVAILABLE));
    CHECK(LOBYTE(K(GetVersion)()) == 10);
    CHECK(strcmp(K(GetCommandLineA)(), "application.exe") == 0);
    CHECK(wcscmp(K(GetCommandLineW)(), L"application.exe") == 0);
    return 0;
}

static int clocks(void)
{
    LARGE_INTEGER from;
    LARGE_INTEGER to;
    LARGE_INTEGER frequency;
    ULONGLONG unbiased_from;
    ULONGLONG unbiased_to;
    CHECK(K(QueryPerformanceFrequency)(&frequency));
    CHECK(K(QueryPerformanceCounter)(&from));
    CHECK(K(QueryUnbiasedInterruptTime)(&unbiased_from));
    DWORD begin = K(GetTickCount)();
    ULONGLONG begin_64 = K(GetTickCount64)();
    time_t seconds = FROM_AS(time_t(time_t *), "msvcrt.dll", time)(NULL);
    Sleep(2000);
    CHECK(K(QueryPerformanceCounter)(&to));
    CHECK(PASSED(to.QuadPart - from.QuadPart, 2 * frequency.QuadPart));
    CHECK(K(QueryUnbiasedInterruptTime)(&unbiased_to));
    CHECK(PASSED(unbiased_to - unbiased_from, 20000000));
    CHECK(PASSED(K(GetTickCount)() - begin, 2000));
    CHECK(PASSED(K(GetTickCount64)() - begin_64, 2000));
    CHECK(C(_time64)(NULL) - seconds == 2);
    CHECK(FROM("winmm.dll", timeGetTime)() == K(GetTickCount)());
    CHECK(FROM("winmm.dll", timeBeginPeriod)(1) == 0);
    CHECK(FROM("winmm.dll", timeEndPeriod)(1) == 0);
    CHECK(C(clock)() == (clock_t)K(GetTickCount)());
    return 0;
}

static int calendar(void)
{
    SYSTEMTIME time;
    SYSTEMTIME local;
    FILETIME file;
    FILETIME other;
    TIME_ZONE_INFORMATION zone;
    K(GetSystemTime)(&time);
    CHECK(time.wYear == 2020 && time.wMonth == 1 && time.wDay == 1);
    CHECK(time.wDayOfWeek == 3);
    K(GetLocalTime)(&local);
    CHECK(memcmp(&time, &local, sizeof time) == 0);
    K(GetSystemTimeAsFileTime)(&file);
    K(GetSystemTimePreciseAsFileTime)(&other);
    CHECK(K(CompareFileTime)(&file, &other) == 0);
    time = (SYSTEMTIME){ 2024, 2, 0, 29, 23, 59, 58, 999 };
    CHECK(K(SystemTimeToFileTime)(&time, &file));
    CHECK(file.dwHighDateTime == 0x1da6b6b);
    CHECK(file.dwLowDateTime == 0x66ba0270);
    CHECK(K(FileTimeToSystemTime)(&file, &local));
    CHECK(local.wYear == 2024 && local.wMonth == 2 && local.wDay == 29);
    CHECK(local.wHour == 23 && local.wMinute == 59 && local.wSecond == 58);
    CHECK(local.wMilliseconds == 999 && local.wDayOfWeek == 4);
    CHECK(K(CompareFileTime)(&file, &other) > 0);
    time.wDay = 30;
    CHECK(!K(SystemTimeToFileTime)(&time, &file));
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(K(FileTimeToLocalFileTime)(&file, &other));
    CHECK(K(CompareFileTime)(&file, &other) == 0);
    CHECK(K(LocalFileTimeToFileTime)(&file, &other));
    CHECK(K(CompareFileTime)(&file, &other) == 0);
    file = (FILETIME){ 0, 0x80000000 };
    CHECK(!K(FileTimeToSystemTime)(&file, &time));
    CHECK(K(GetTimeZoneInformation)(&zone) == TIME_ZONE_ID_UNKNOWN);
    CHECK(zone.Bias == 0);
    return 0;
}

static int modules(void)
{
    char path[64];
    wchar_t wide[64];
    HMODULE self = NULL;
    CHECK(K(GetModuleHandleExW)(
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
            GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
        (LPCWSTR)(ULONG_PTR)&reached_count,
        &self));
    CHECK(self != NULL && K(GetModuleHandleA)("shim") == self);
    CHECK(K(GetModuleHandleW)(L"shim.dll") == self);
    CHECK(K(GetModuleHandleExA)(0, "shim.dll", &self));
    CHECK(K(FreeLibrary)(self));
    CHECK(K(LoadLibraryA)("shim.dll") == self && K(FreeLibrary)(self));
    CHECK(K(LoadLibraryW)(L"shim.dll") == self && K(FreeLibrary)(self));
    CHECK(K(LoadLibraryExA)("shim.dll", NULL, 0) == self);
    CHECK(K(FreeLibrary)(self));
    CHECK(K(LoadLibraryExW)(L"shim.dll", NULL, 0) == self);
    CHECK(K(FreeLibrary)(self));
    CHECK(K(LoadLibraryA)("none.dll") == NULL);
    CHECK(GetLastError() == ERROR_MOD_NOT_FOUND);
    CHECK((ULONG_PTR)K(GetProcAddress)(self, "Run") != 0);
    CHECK((ULONG_PTR)K(GetProcAddress)(self, "None") == 0);
    CHECK(GetLastError() == ERROR_PROC_NOT_FOUND);
    CHECK(K(GetModuleFileNameA)(self, path, 64) == 20);
    CHECK(strcmp(path, "C:\\lastcall\\shim.dll") == 0);
    CHECK(K(GetModuleFileNameW)(self, wide, 64) == 20);
    CHECK(wcscmp(wide, L"C:\\lastcall\\shim.dll") == 0);
    CHECK(K(GetModuleFileNameA)(self, path, 5) == 5);
    CHECK(GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    CHECK(K(DisableThreadLibraryCalls)(self));
    return 0;
}

static int start_up(void)
{
    typedef void init_fn(void);
    typedef int init_e_fn(void);
    static init_fn *const none[2] = { NULL, NULL };
    typedef void initterm_fn(init_fn *const *, init_fn *const *);
    typedef int initterm_e_fn(init_fn *const *, init_fn *const *);
    (void)sizeof(init_e_fn *);
    FROM_AS(initterm_fn, "msvcrt.dll", _initterm)(none, none + 2);
    CHECK(
        FROM_AS(initterm_e_fn, "msvcrt.dll", _initterm_e)(none, none + 2) == 0);
    typedef void lock_fn(int);
    FROM_AS(lock_fn, "msvcrt.dll", _lock)(8);
    FROM_AS(lock_fn, "msvcrt.dll", _unlock)(8);
    typedef int handler_fn(void *, void *, void *, void *);
    CHECK(
        FROM_AS(
            handler_fn,
            "msvcrt.dll",
            __C_specific_handler)(NULL, NULL, NULL, NULL) == 1);
    return 0;
}

#define PARAMETERS "SYSTEM\\CurrentControlSet\\Services\\WinSock2\\Parameters"
#define TCPIP      "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"
#define WIDEN_(x)  L##x
#define WIDEN(x)   WIDEN_(x)

static int registry_reads(void)
{
    HKEY key = NULL;
    HKEY wide_key = NULL;
    HKEY below = NULL;
    DWORD type = 0;
    DWORD size = 64;
    DWORD number = 0;
    char text[64];
    wchar_t wide[64];
    CHECK(
        A(RegOpenKeyExA)(HKEY_LOCAL_MACHINE, PARAMETERS, 0, KEY_READ, &key) ==
        0);
    CHECK(
        A(RegQueryValueExA)(
            key,
            "current_protocol_catalog",
            NULL,
            &type,
            (BYTE *)text,
            &size) == 0);
    CHECK(type == REG_SZ && size == 18);
    CHECK(strcmp(text, "Protocol_Catalog9") == 0);
    size = 4;
    CHECK(
        A(RegQueryValueExA)(
            key,
            "Current_Protocol_Catalog",
            NULL,
            NULL,
            (BYTE *)text,
            &size) == ERROR_MORE_DATA);
    CHECK(size == 18);
    CHECK(
        A(RegQueryValueExA)(key, "None", NULL, NULL, NULL, &size) ==
        ERROR_FILE_NOT_FOUND);
    CHECK(
        A(RegOpenKeyExA)(HKEY_LOCAL_MACHINE, "None", 0, KEY_READ, &below) ==
        ERROR_FILE_NOT_FOUND);
    CHECK(
        A(RegOpenKeyExW)(
            HKEY_LOCAL_MACHINE,
            WIDEN(TCPIP),
            0,
            KEY_QUERY_VALUE,
            &wide_key) == 0);
    CHECK(A(RegOpenKeyW)(wide_key, L"Winsock", &below) == 0);
    size = 4;
    CHECK(
        A(RegQueryValueExW)(
            below,
            L"MinSockaddrLength",
            NULL,
            &type,
            (BYTE *)&number,
            &size) == 0);
    CHECK(type == REG_DWORD && number == 16 && size == 4);
    CHECK(A(RegCloseKey)(below) == 0);
    CHECK(A(RegCloseKey)(below) == ERROR_INVALID_HANDLE);
    size = sizeof wide;
    CHECK(
        A(RegGetValueW)(
            wide_key,
            NULL,
            L"DataBasePath",
            RRF_RT_REG_SZ,
            &type,
            wide,
            &size) == 0);
    CHECK(type == REG_SZ);
    CHECK(wcscmp(wide, L"C:\\Windows\\System32\\drivers\\etc") == 0);
    size = sizeof text;
    CHECK(
        A(RegGetValueA)(
            HKEY_LOCAL_MACHINE,
            "SYSTEM\\CurrentControlSet\\Services\\WinSock\\Parameters",
            "Transports",
            RRF_RT_ANY,
            &type,
            text,
            &size) == 0);
    CHECK(type == REG_MULTI_SZ && size == 14);
    CHECK(memcmp(text, "Tcpip\0Tcpip6\0", 14) == 0);
    size = sizeof text;
    CHECK(
        A(RegGetValueA)(
            wide_key,
            NULL,
            "Hostname",
            RRF_RT_REG_DWORD | RRF_ZEROONFAILURE,
            NULL,
            text,
            &size) == ERROR_UNSUPPORTED_TYPE);
    CHECK(text[0] == 0);
    CHECK(A(RegOpenKeyA)(HKEY_CURRENT_USER, "Software", &below) != 0);
    CHECK(A(RegCloseKey)(wide_key) == 0 && A(RegCloseKey)(key) == 0);
    CHECK(A(RegCloseKey)(HKEY_LOCAL_MACHINE) == 0);
    return 0;
}

static int registry_lists(void)
{
    HKEY key = NULL;
    DWORD size = 64;
    DWORD type = 0;
    char text[64];
    wchar_t wide[64];
    DWORD keys = 0;
    DWORD longest_key = 0;
    DWORD values = 0;
    DWORD longest_name = 0;
    DWORD longest_data = 0;
    CHECK(A(RegOpenKeyA)(HKEY_LOCAL_MACHINE, TCPIP, &key) == 0);
    CHECK(A(RegEnumKeyExA)(key, 0, text, &size, NULL, NULL, NULL, NULL) == 0);
    CHECK(strcmp(text, "Winsock") == 0 && size == 7);
    size = 3;
    CHECK(
        A(RegEnumKeyExA)(key, 0, text, &size, NULL, NULL, NULL, NULL) ==
        ERROR_MORE_DATA);
    size = 64;
    CHECK(
        A(RegEnumKeyExW)(key, 1, wide, &size, NULL, NULL, NULL, NULL) ==
        ERROR_NO_MORE_ITEMS);
    CHECK(
        A(RegEnumKeyExW)(
            HKEY_LOCAL_MACHINE,
            1,
            wide,
            &size,
            NULL,
            NULL,
            NULL,
            NULL) == 0);
    CHECK(wcscmp(wide, L"SYSTEM") == 0);
    size = 64;
    CHECK(A(RegEnumValueA)(key, 2, text, &size, NULL, &type, NULL, NULL) == 0);
    CHECK(strcmp(text, "Hostname") == 0 && type == REG_SZ);
    size = 64;
    CHECK(
        A(RegEnumValueW)(key, 3, wide, &size, NULL, NULL, NULL, NULL) ==
        ERROR_NO_MORE_ITEMS);
    CHECK(
        A(RegQueryInfoKeyA)(
            key,
            NULL,
            NULL,
            NULL,
            &keys,
            &longest_key,
            NULL,
            &values,
            &longest_name,
            &longest_data,
            NULL,
            NULL) == 0);
    CHECK(keys == 1 && longest_key == 7 && values == 3 && longest_name == 12);
    CHECK(longest_data == 68);
    CHECK(
        A(RegQueryInfoKeyW)(
            HKEY_CURRENT_USER,
            NULL,
            NULL,
            NULL,
            &keys,
            NULL,
            NULL,
            &values,
            NULL,
            NULL,
            NULL,
            NULL) == 0);
    CHECK(keys == 0 && values == 0);
    CHECK(A(RegCloseKey)(key) == 0);
    return 0;
}

static int registry_writes(void)
{
    HKEY key = NULL;
    HKEY other = NULL;
    DWORD disposition = 0;
    HKEY root = HKEY_LOCAL_MACHINE;
    CHECK(
        A(RegOpenKeyExA)(root, TCPIP, 0, KEY_ALL_ACCESS, &key) ==
        ERROR_ACCESS_DENIED);
    CHECK(
        A(RegCreateKeyExA)(
            root,
            TCPIP,
            0,
            NULL,
            0,
            KEY_READ,
            NULL,
            &key,
            &disposition) == 0);
    CHECK(disposition == REG_OPENED_EXISTING_KEY);
    CHECK(
        A(RegCreateKeyExW)(
            root,
            L"SOFTWARE\\New",
            0,
            NULL,
            0,
            KEY_READ,
            NULL,
            &other,
            NULL) == ERROR_ACCESS_DENIED);
    CHECK(
        A(RegSetValueExA)(key, "x", 0, REG_SZ, (const BYTE *)"y", 2) ==
        ERROR_ACCESS_DENIED);
    CHECK(
        A(RegSetValueExW)(key, L"x", 0, REG_SZ, (const BYTE *)L"y", 4) ==
        ERROR_ACCESS_DENIED);
    CHECK(A(RegDeleteValueA)(key, "Hostname") == ERROR_ACCESS_DENIED);
    CHECK(A(RegDeleteValueW)(key, L"Hostname") == ERROR_ACCESS_DENIED);
    CHECK(A(RegDeleteKeyA)(root, TCPIP) == ERROR_ACCESS_DENIED);
    CHECK(A(RegDeleteKeyW)(root, WIDEN(TCPIP)) == ERROR_ACCESS_DENIED);
    CHECK(A(RegFlushKey)(key) == 0);
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    CHECK(
        A(RegNotifyChangeKeyValue)(
            key,
            TRUE,
            REG_NOTIFY_CHANGE_LAST_SET,
            event,
            TRUE) == 0);
    CHECK(WaitForSingleObject(event, 10) == WAIT_TIMEOUT);
    CloseHandle(event);
    CHECK(A(RegCloseKey)(key) == 0);
    return 0;
}

part_fn *const parts[] = {
    errors,   machine,        clocks,         calendar,        modules,
    start_up, registry_reads, registry_lists, registry_writes, NULL
};
