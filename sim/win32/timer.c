/*
 * Timers, in virtual time: those that are waited for, and those of the thread
 * pool, whose callbacks the pool runs. A timer that is set is an event in the
 * queue of the run; its number is the timer's place, from 1.
 * Source: documented. CreateWaitableTimer, SetWaitableTimer (synchapi.h),
 *         CreateThreadpoolTimer, SetThreadpoolTimer (threadpoolapiset.h),
 *         CreateTimerQueueTimer and its kin (threadpoollegacyapiset.h).
 *         Assumed: a timer is on time, whatever delay it allows.
 */
#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    CREATE_MANUAL_RESET = 1, /* CREATE_WAITABLE_TIMER_MANUAL_RESET */
    EXECUTE_ONLY_ONCE = 0x8, /* WT_EXECUTEONLYONCE */
    TELLS_END = 0x10000      /* in place of the queue: an event is to be set */
};

/* Where "wait for the callbacks" stands in place of an event. */
#define WAIT_FOR_CALLBACKS ((lc_handle)(intptr_t)-1)

static uint16_t number_of(const struct sim_object *timer)
{
    uint64_t place = (uint64_t)(timer - SIM_WIN32->objects);
    LC_CHECK(place < SIM_OBJECTS_MAX);
    return (uint16_t)(place + 1);
}

static void set(struct sim_object *timer, uint64_t delay_ns, uint32_t period_ms)
{
    sim_timer_cancel(timer);
    timer->thread = 1;
    sim_thread_schedule(LC_EVENT_TIMER, number_of(timer), delay_ns, period_ms);
}

void sim_timer_cancel(struct sim_object *timer)
{
    if (timer->thread != 0) {
        bool was_set = sim_thread_unschedule(LC_EVENT_TIMER, number_of(timer));
        LC_CHECK(was_set);
    }
    timer->thread = 0;
}

bool sim_timer_is(const struct sim_object *object)
{
    return object->kind == SIM_OBJECT_TIMER ||
           object->kind == SIM_OBJECT_POOL_TIMER ||
           object->kind == SIM_OBJECT_QUEUE_TIMER;
}

static bool is_of_pool(const struct sim_object *timer)
{
    return timer->kind == SIM_OBJECT_POOL_TIMER ||
           timer->kind == SIM_OBJECT_QUEUE_TIMER;
}

bool sim_timer_is_any(uint32_t process)
{
    const struct sim_win32 *win32 = SIM_WIN32;
    for (uint32_t i = 0; i < win32->object_count; i++) {
        const struct sim_object *object = &win32->objects[i];
        if (is_of_pool(object) && object->thread != 0 &&
            object->process == process) {
            return true;
        }
    }
    return false;
}

static struct sim_callback callback_of(const struct sim_object *timer)
{
    return (struct sim_callback){
        .code = timer->start,
        .parameter = timer->parameter,
        .map_count = timer->map_count,
        .module = timer->owner,
        .process = timer->process,
        .kind = timer->kind == SIM_OBJECT_POOL_TIMER ? SIM_CALLBACK_POOL_TIMER
                                                     : SIM_CALLBACK_QUEUE_TIMER,
        .place = (uint8_t)(number_of(timer) - 1),
    };
}

_Static_assert(SIM_OBJECTS_MAX <= 256, "a place fits");

/* On the host's stack. */
static void fires(uint16_t number, uint64_t period_ms)
{
    LC_CHECK(number >= 1 && number <= SIM_OBJECTS_MAX);
    struct sim_object *timer = &SIM_WIN32->objects[number - 1];
    LC_CHECK(timer->thread != 0);
    timer->thread = 0;
    if (is_of_pool(timer)) {
        struct sim_callback callback = callback_of(timer);
        sim_pool_push(&callback);
    } else {
        LC_CHECK(timer->kind == SIM_OBJECT_TIMER);
        timer->is_signalled = 1;
        sim_wait_signal(timer);
    }
    if (period_ms != 0) {
        set(timer, period_ms * LC_NS_PER_MS, (uint32_t)period_ms);
    }
}

void sim_timer_open(void)
{
    sim_thread_set_handler(LC_EVENT_TIMER, fires);
}

/* From a due time of Windows: below zero from now, else since 1601. */
static uint64_t delay_of(int64_t due)
{
    uint64_t units = 0 - (uint64_t)due;
    if (due >= 0) {
        uint64_t now = SIM_EPOCH_100NS + sim_thread_tell_ns() / 100;
        units = (uint64_t)due > now ? (uint64_t)due - now : 0;
    }
    return units <= UINT64_MAX / 200 ? units * 100 : UINT64_MAX / 2;
}

/* ---- Timers that are waited for ---- */

static lc_handle create_timer(bool is_manual, bool has_name)
{
    sim_win32_yield(LC_SHIM_CREATE_EVENT);
    if (sim_win32_fails(LC_SHIM_CREATE_EVENT)) {
        return NULL;
    }
    struct sim_object *timer =
        sim_object_make(SIM_OBJECT_TIMER, LC_OBJECT_EVENT);
    timer->is_manual = is_manual;
    if (has_name) {
        sim_win32_set_error(LC_ERROR_SUCCESS); /* it is new */
    }
    return sim_object_handle(timer);
}

static lc_handle LC_ABI
create_waitable(void *security, int manual_reset, const void *name)
{
    (void)security;
    return create_timer(manual_reset != 0, name != NULL);
}

static lc_handle LC_ABI create_waitable_ex(
    void *security,
    const void *name,
    uint32_t flags,
    uint32_t access)
{
    (void)security;
    (void)access;
    return create_timer((flags & CREATE_MANUAL_RESET) != 0, name != NULL);
}

/* Nothing queues a call to a thread: one that wants a completion routine is
 * beyond the shim. */
static int set_waitable_timer(
    lc_handle handle,
    const int64_t *due,
    int32_t period_ms,
    const void *routine)
{
    sim_win32_yield(LC_SHIM_SET_EVENT);
    struct sim_object *timer = sim_object_of(handle, SIM_OBJECT_TIMER);
    if (timer == NULL) {
        return 0;
    }
    if (due == NULL || period_ms < 0) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (routine != NULL) {
        sim_win32_limit();
    }
    timer->is_signalled = 0;
    set(timer, delay_of(*due), (uint32_t)period_ms);
    return 1;
}

static int LC_ABI set_waitable(
    lc_handle handle,
    const int64_t *due,
    int32_t period_ms,
    const void *routine,
    void *argument,
    int resume)
{
    (void)argument;
    (void)resume;
    return set_waitable_timer(handle, due, period_ms, routine);
}

static int LC_ABI set_waitable_ex(
    lc_handle handle,
    const int64_t *due,
    int32_t period_ms,
    const void *routine,
    void *argument,
    const void *wake_context,
    uint32_t tolerable_ms)
{
    (void)argument;
    (void)wake_context;
    (void)tolerable_ms;
    return set_waitable_timer(handle, due, period_ms, routine);
}

/* The state stays as it is. */
static int LC_ABI cancel_waitable(lc_handle handle)
{
    sim_win32_yield(LC_SHIM_RESET_EVENT);
    struct sim_object *timer = sim_object_of(handle, SIM_OBJECT_TIMER);
    if (timer != NULL) {
        sim_timer_cancel(timer);
    }
    return timer != NULL;
}

/* ---- Timers of the pool ---- */

static int set_pool_timer(
    const void *handle,
    const struct lc_filetime *due,
    uint32_t period_ms)
{
    sim_win32_yield(LC_SHIM_SET_EVENT);
    struct sim_object *timer = sim_pool_object(handle, SIM_OBJECT_POOL_TIMER);
    if (timer == NULL) {
        return 0;
    }
    int was_set = timer->thread != 0;
    if (due == NULL) {
        sim_timer_cancel(timer);
        return was_set;
    }
    uint64_t units = (uint64_t)due->dwHighDateTime << 32 | due->dwLowDateTime;
    set(timer, delay_of((int64_t)units), period_ms);
    sim_pool_reserve();
    return was_set;
}

static void LC_ABI set_threadpool_timer(
    void *handle,
    const struct lc_filetime *due,
    uint32_t period_ms,
    uint32_t window_ms)
{
    (void)window_ms;
    (void)set_pool_timer(handle, due, period_ms);
}

static int LC_ABI set_threadpool_timer_ex(
    void *handle,
    const struct lc_filetime *due,
    uint32_t period_ms,
    uint32_t window_ms)
{
    (void)window_ms;
    return set_pool_timer(handle, due, period_ms);
}

static int LC_ABI is_threadpool_timer_set(const void *handle)
{
    const struct sim_object *timer =
        sim_pool_object(handle, SIM_OBJECT_POOL_TIMER);
    return timer != NULL && timer->thread != 0;
}

/* ---- Timer queues ---- */

static lc_handle LC_ABI create_queue(void)
{
    sim_win32_yield(LC_SHIM_CREATE_EVENT);
    if (sim_win32_fails(LC_SHIM_CREATE_EVENT)) {
        return NULL;
    }
    return sim_object_handle(
        sim_object_make(SIM_OBJECT_TIMER_QUEUE, LC_OBJECT_EVENT));
}

/* Place of a queue + 1; 0: the process's default queue. False: it is none. */
static bool find_queue(lc_handle handle, uint32_t *ret_queue)
{
    *ret_queue = 0;
    if (handle == NULL) {
        return true;
    }
    const struct sim_object *queue =
        sim_object_of(handle, SIM_OBJECT_TIMER_QUEUE);
    *ret_queue = queue == NULL ? 0 : number_of(queue);
    return queue != NULL;
}

static struct sim_object *find_timer(lc_handle queue, lc_handle handle)
{
    uint32_t place;
    struct sim_object *timer = sim_object_of(handle, SIM_OBJECT_QUEUE_TIMER);
    if (!find_queue(queue, &place) || timer == NULL) {
        return NULL;
    }
    if (timer->exit_code != place) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return timer;
}

static int LC_ABI create_queue_timer(
    lc_handle *ret_timer,
    lc_handle queue,
    const void *code,
    const void *parameter,
    uint32_t due_ms,
    uint32_t period_ms,
    uint32_t flags)
{
    sim_win32_yield(LC_SHIM_CREATE_EVENT);
    uint32_t place;
    if (!find_queue(queue, &place) || sim_win32_fails(LC_SHIM_CREATE_EVENT)) {
        return 0;
    }
    if (code == NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    bool is_once = (flags & EXECUTE_ONLY_ONCE) != 0;
    struct sim_object *timer =
        sim_pool_make(SIM_OBJECT_QUEUE_TIMER, code, parameter);
    timer->exit_code = place;
    set(timer, due_ms * LC_NS_PER_MS, is_once ? 0 : period_ms);
    sim_pool_reserve();
    *ret_timer = sim_object_handle(timer);
    return 1;
}

static int LC_ABI change_queue_timer(
    lc_handle queue,
    lc_handle handle,
    uint32_t due_ms,
    uint32_t period_ms)
{
    sim_win32_yield(LC_SHIM_SET_EVENT);
    struct sim_object *timer = find_timer(queue, handle);
    if (timer == NULL) {
        return 0;
    }
    set(timer, due_ms * LC_NS_PER_MS, period_ms);
    sim_pool_reserve();
    return 1;
}

/* Gives a timer back. With callbacks under way: `event` is set when they have
 * ended; WAIT_FOR_CALLBACKS waits for them; without one the caller is told. */
static int delete_timer(struct sim_object *timer, lc_handle event)
{
    sim_timer_cancel(timer);
    bool is_waiting = event == WAIT_FOR_CALLBACKS;
    bool is_under_way = sim_pool_is_under_way(timer);
    uint32_t generation = timer->generation;
    if (event != NULL && !is_waiting && is_under_way) {
        timer->exit_code = TELLS_END;
        timer->parameter = (uint64_t)(uintptr_t)event;
    } else if (event != NULL && !is_waiting) {
        (void)sim_object_set(event);
    }
    sim_object_drop(timer, LC_OBJECT_EVENT);
    if (is_waiting) {
        sim_pool_wait(timer, generation);
    } else if (is_under_way) {
        sim_win32_set_error(LC_ERROR_IO_PENDING);
        return 0;
    }
    return 1;
}

void sim_timer_end(const struct sim_object *timer)
{
    LC_CHECK(timer->kind == SIM_OBJECT_QUEUE_TIMER);
    LC_CHECK(timer->is_closed);
    if (timer->exit_code == TELLS_END) {
        (void)sim_object_set((lc_handle)(uintptr_t)timer->parameter);
    }
}

static int LC_ABI
delete_queue_timer(lc_handle queue, lc_handle handle, lc_handle event)
{
    sim_win32_yield(LC_SHIM_CLOSE_HANDLE);
    struct sim_object *timer = find_timer(queue, handle);
    if (timer == NULL) {
        sim_object_misuse(LC_OBJECT_EVENT);
        return 0;
    }
    return delete_timer(timer, event);
}

static int LC_ABI delete_queue_ex(lc_handle handle, lc_handle event)
{
    sim_win32_yield(LC_SHIM_CLOSE_HANDLE);
    struct sim_object *queue = sim_object_of(handle, SIM_OBJECT_TIMER_QUEUE);
    if (queue == NULL) {
        sim_object_misuse(LC_OBJECT_EVENT);
        return 0;
    }
    uint32_t place = number_of(queue);
    bool is_waiting = event == WAIT_FOR_CALLBACKS;
    int is_done = 1;
    for (uint32_t i = 0; i < SIM_WIN32->object_count; i++) {
        struct sim_object *timer = &SIM_WIN32->objects[i];
        if (timer->kind == SIM_OBJECT_QUEUE_TIMER && !timer->is_closed &&
            timer->process == queue->process && timer->exit_code == place) {
            is_done &= delete_timer(timer, is_waiting ? event : NULL);
        }
    }
    sim_object_drop(queue, LC_OBJECT_EVENT);
    if (event != NULL && !is_waiting) {
        if (!is_done) {
            sim_win32_limit(); /* an event for several timers */
        }
        (void)sim_object_set(event);
    }
    return is_done;
}

static int LC_ABI delete_queue(lc_handle handle)
{
    return delete_queue_ex(handle, NULL);
}

const struct sim_export sim_timer_exports[] = {
    { "CreateWaitableTimerA", 0, (sim_code_fn *)create_waitable },
    { "CreateWaitableTimerW", 0, (sim_code_fn *)create_waitable },
    { "CreateWaitableTimerExA", 0, (sim_code_fn *)create_waitable_ex },
    { "CreateWaitableTimerExW", 0, (sim_code_fn *)create_waitable_ex },
    { "SetWaitableTimer", 0, (sim_code_fn *)set_waitable },
    { "SetWaitableTimerEx", 0, (sim_code_fn *)set_waitable_ex },
    { "CancelWaitableTimer", 0, (sim_code_fn *)cancel_waitable },
    { "SetThreadpoolTimer", 0, (sim_code_fn *)set_threadpool_timer },
    { "SetThreadpoolTimerEx", 0, (sim_code_fn *)set_threadpool_timer_ex },
    { "IsThreadpoolTimerSet", 0, (sim_code_fn *)is_threadpool_timer_set },
    { "CreateTimerQueue", 0, (sim_code_fn *)create_queue },
    { "CreateTimerQueueTimer", 0, (sim_code_fn *)create_queue_timer },
    { "ChangeTimerQueueTimer", 0, (sim_code_fn *)change_queue_timer },
    { "DeleteTimerQueueTimer", 0, (sim_code_fn *)delete_queue_timer },
    { "DeleteTimerQueueEx", 0, (sim_code_fn *)delete_queue_ex },
    { "DeleteTimerQueue", 0, (sim_code_fn *)delete_queue },
};
const uint32_t sim_timer_export_count = LC_COUNT_OF(sim_timer_exports);
