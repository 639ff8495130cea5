/*
 * Clocks, all of them that of the run: nothing but events moves it, and each
 * run begins at 2020-01-01 00:00 UTC, which is local time as well.
 * Source: documented. GetTickCount64, QueryUnbiasedInterruptTime,
 *         GetSystemTimeAsFileTime, FileTimeToSystemTime,
 *         GetTimeZoneInformation and their kin (sysinfoapi.h, timezoneapi.h),
 *         QueryPerformanceCounter (profileapi.h), timeGetTime (timeapi.h),
 *         time, clock of the C run-time. Assumed: the performance counter runs
 *         at 10 MHz, as on Windows 10.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

#define UNITS_PER_MS  10000ULL /* of 100 ns */
#define UNITS_PER_DAY (86400000ULL * UNITS_PER_MS)
/* 1970-01-01 in units since 1601. */
#define UNIX_EPOCH 116444736000000000ULL
/* What FileTimeToSystemTime takes: below 2^63. */
#define UNITS_MAX 0x8000000000000000ULL

enum {
    TIME_ZONE_INFORMATION_BYTES = 172,
    TIME_ZONE_ID_UNKNOWN = 0, /* the zone has no daylight saving time */
    YEAR_FIRST = 1601,
    YEAR_LAST = 30827
};

/* SYSTEMTIME. */
struct system_time {
    uint16_t year;
    uint16_t month; /* from 1 */
    uint16_t day_of_week;
    uint16_t day; /* from 1 */
    uint16_t hour;
    uint16_t minute;
    uint16_t second;
    uint16_t milliseconds;
};

static uint64_t now_units(void)
{
    return SIM_EPOCH_100NS + sim_thread_tell_ns() / 100;
}

static struct lc_filetime to_filetime(uint64_t units)
{
    return (struct lc_filetime){
        .dwLowDateTime = (uint32_t)units,
        .dwHighDateTime = (uint32_t)(units >> 32),
    };
}

static uint64_t from_filetime(const struct lc_filetime *time)
{
    return (uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

/* ---- The calendar ---- */

static uint32_t days_of_year(uint32_t year)
{
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return is_leap ? 366 : 365;
}

static uint32_t days_of_month(uint32_t year, uint32_t month)
{
    static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30,
                                      31, 31, 30, 31, 30, 31 };
    LC_CHECK(month >= 1 && month <= 12);
    return days[month - 1] +
           (uint32_t)(month == 2 && days_of_year(year) == 366);
}

static struct system_time split(uint64_t units)
{
    uint64_t left = units / UNITS_PER_DAY;
    uint64_t ms = units % UNITS_PER_DAY / UNITS_PER_MS;
    struct system_time time = { .day_of_week = (uint16_t)((left + 1) % 7) };
    /* The calendar repeats every 400 years. */
    uint32_t year = YEAR_FIRST + 400 * (uint32_t)(left / 146097);
    uint32_t day = (uint32_t)(left % 146097);
    while (day >= days_of_year(year)) {
        day -= days_of_year(year);
        year++;
    }
    uint32_t month = 1;
    while (day >= days_of_month(year, month)) {
        day -= days_of_month(year, month);
        month++;
    }
    time.year = (uint16_t)year;
    time.month = (uint16_t)month;
    time.day = (uint16_t)(day + 1);
    time.hour = (uint16_t)(ms / 3600000);
    time.minute = (uint16_t)(ms / 60000 % 60);
    time.second = (uint16_t)(ms / 1000 % 60);
    time.milliseconds = (uint16_t)(ms % 1000);
    return time;
}

static bool is_time(const struct system_time *time)
{
    return time->year >= YEAR_FIRST && time->year <= YEAR_LAST &&
           time->month >= 1 && time->month <= 12 && time->day >= 1 &&
           time->day <= days_of_month(time->year, time->month) &&
           time->hour < 24 && time->minute < 60 && time->second < 60 &&
           time->milliseconds < 1000;
}

static uint64_t join(const struct system_time *time)
{
    uint64_t days = (uint64_t)((time->year - YEAR_FIRST) / 400) * 146097;
    uint32_t year = YEAR_FIRST + (time->year - YEAR_FIRST) / 400U * 400U;
    for (; year < time->year; year++) {
        days += days_of_year(year);
    }
    for (uint32_t month = 1; month < time->month; month++) {
        days += days_of_month(year, month);
    }
    days += time->day - 1U;
    uint64_t ms =
        ((time->hour * 60ULL + time->minute) * 60 + time->second) * 1000 +
        time->milliseconds;
    return days * UNITS_PER_DAY + ms * UNITS_PER_MS;
}

/* ---- kernel32 ---- */

static uint64_t LC_ABI get_tick_count_64(void)
{
    return sim_thread_tell_ns() / LC_NS_PER_MS;
}

static uint32_t LC_ABI get_tick_count(void)
{
    return (uint32_t)get_tick_count_64();
}

static int LC_ABI query_performance_counter(int64_t *ret_count)
{
    *ret_count = (int64_t)(sim_thread_tell_ns() / 100);
    return 1;
}

static int LC_ABI query_performance_frequency(int64_t *ret_frequency)
{
    *ret_frequency = 10000000;
    return 1;
}

static int LC_ABI query_interrupt_time(uint64_t *ret_units)
{
    *ret_units = sim_thread_tell_ns() / 100;
    return 1;
}

static void LC_ABI get_file_time(struct lc_filetime *ret_time)
{
    *ret_time = to_filetime(now_units());
}

static void LC_ABI get_system_time(struct system_time *ret_time)
{
    *ret_time = split(now_units());
}

static int LC_ABI
file_to_system(const struct lc_filetime *time, struct system_time *ret_time)
{
    uint64_t units = from_filetime(time);
    if (units >= UNITS_MAX) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    *ret_time = split(units);
    return 1;
}

static int LC_ABI
system_to_file(const struct system_time *time, struct lc_filetime *ret_time)
{
    if (!is_time(time)) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    *ret_time = to_filetime(join(time));
    return 1;
}

/* Local time is UTC. */
static int LC_ABI
copy_file_time(const struct lc_filetime *time, struct lc_filetime *ret_time)
{
    *ret_time = *time;
    return 1;
}

static int32_t LC_ABI
compare_file_time(const struct lc_filetime *a, const struct lc_filetime *b)
{
    uint64_t left = from_filetime(a);
    uint64_t right = from_filetime(b);
    return (left > right) - (left < right);
}

static uint32_t LC_ABI get_time_zone(void *ret_information)
{
    memset(ret_information, 0, TIME_ZONE_INFORMATION_BYTES);
    return TIME_ZONE_ID_UNKNOWN;
}

const struct sim_export sim_time_exports[] = {
    { "GetTickCount", 0, (sim_code_fn *)get_tick_count },
    { "GetTickCount64", 0, (sim_code_fn *)get_tick_count_64 },
    { "QueryPerformanceCounter", 0, (sim_code_fn *)query_performance_counter },
    { "QueryPerformanceFrequency",
      0,
      (sim_code_fn *)query_performance_frequency },
    { "QueryUnbiasedInterruptTime", 0, (sim_code_fn *)query_interrupt_time },
    { "GetSystemTimeAsFileTime", 0, (sim_code_fn *)get_file_time },
    { "GetSystemTimePreciseAsFileTime", 0, (sim_code_fn *)get_file_time },
    { "GetSystemTime", 0, (sim_code_fn *)get_system_time },
    { "GetLocalTime", 0, (sim_code_fn *)get_system_time },
    { "FileTimeToSystemTime", 0, (sim_code_fn *)file_to_system },
    { "SystemTimeToFileTime", 0, (sim_code_fn *)system_to_file },
    { "FileTimeToLocalFileTime", 0, (sim_code_fn *)copy_file_time },
    { "LocalFileTimeToFileTime", 0, (sim_code_fn *)copy_file_time },
    { "CompareFileTime", 0, (sim_code_fn *)compare_file_time },
    { "GetTimeZoneInformation", 0, (sim_code_fn *)get_time_zone },
};
const uint32_t sim_time_export_count = LC_COUNT_OF(sim_time_exports);

/* ---- winmm ---- */

static uint32_t LC_ABI set_period(uint32_t period_ms)
{
    (void)period_ms; /* the clock is exact */
    return 0;
}

const struct sim_export sim_time_media_exports[] = {
    { "timeGetTime", 0, (sim_code_fn *)get_tick_count },
    { "timeBeginPeriod", 0, (sim_code_fn *)set_period },
    { "timeEndPeriod", 0, (sim_code_fn *)set_period },
};
const uint32_t sim_time_media_export_count =
    LC_COUNT_OF(sim_time_media_exports);

/* ---- msvcrt ---- */

static int64_t LC_ABI crt_time(int64_t *ret_seconds)
{
    int64_t seconds = (int64_t)((now_units() - UNIX_EPOCH) / 10000000);
    if (ret_seconds != NULL) {
        *ret_seconds = seconds;
    }
    return seconds;
}

/* CLOCKS_PER_SEC is 1000. */
static int32_t LC_ABI crt_clock(void)
{
    return (int32_t)get_tick_count();
}

const struct sim_export sim_time_crt_exports[] = {
    { "time", 0, (sim_code_fn *)crt_time },
    { "_time64", 0, (sim_code_fn *)crt_time },
    { "clock", 0, (sim_code_fn *)crt_clock },
};
const uint32_t sim_time_crt_export_count = LC_COUNT_OF(sim_time_crt_exports);

bool sim_win32_tells_time(const char *name)
{
    static const char *const names[] = {
        "GetTickCount",
        "GetTickCount64",
        "QueryPerformanceCounter",
        "QueryUnbiasedInterruptTime",
        "GetSystemTimeAsFileTime",
        "GetSystemTimePreciseAsFileTime",
        "GetSystemTime",
        "GetLocalTime",
        "SetWaitableTimer",
        "timeGetTime",
        "time",
        "_time64",
        "clock",
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}
