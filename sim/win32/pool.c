/*
 * The thread pool of a process: work that DLLs queue, run by threads of the
 * simulator, the oldest first. An idle thread takes what comes; there are as
 * many threads as are needed for nothing to wait without a reason: a few, and
 * more when those are blocked. DLLs hear of such a thread when it begins; it
 * ends with its process.
 * Source: documented. QueueUserWorkItem (threadpoollegacyapiset.h),
 *         CreateThreadpoolWork, TrySubmitThreadpoolCallback,
 *         CallbackMayRunLong, SetEventWhenCallbackReturns and their kin
 *         (threadpoolapiset.h). Assumed: callbacks start in the order in which
 *         they were queued; there is no own pool, cleanup group or race DLL.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    WORKERS_WANTED = 4 /* of a process, while they are not blocked */
};

/* TP_CALLBACK_ENVIRON, as far as it is looked at. */
struct environment {
    uint64_t version;
    uint64_t pool;
    uint64_t cleanup_group;
    uint64_t cancel_callback;
    uint64_t race_dll;
    uint64_t activation_context;
    uint64_t finalization_callback;
};

typedef uint32_t LC_ABI item_fn(void *parameter);
typedef void LC_ABI simple_fn(void *instance, void *parameter);
typedef void LC_ABI object_fn(void *instance, void *parameter, void *object);
typedef void LC_ABI fired_fn(void *parameter, uint8_t is_fired);

static struct sim_callbacks *callbacks(void)
{
    return &SIM_WIN32->callbacks;
}

/* ---- Objects ---- */

bool sim_pool_is_under_way(const struct sim_object *object)
{
    bool is_of_pool = object->kind == SIM_OBJECT_WORK ||
                      object->kind == SIM_OBJECT_POOL_TIMER ||
                      object->kind == SIM_OBJECT_QUEUE_TIMER;
    return is_of_pool && object->count + object->maximum > 0;
}

struct sim_object *sim_pool_make(
    enum sim_object_kind kind,
    const void *code,
    const void *parameter)
{
    struct sim_callback callback = sim_callback_make(code, parameter);
    struct sim_object *object = sim_object_make(kind, LC_OBJECT_EVENT);
    object->start = callback.code;
    object->parameter = callback.parameter;
    object->map_count = callback.map_count;
    return object;
}

struct sim_object *sim_pool_object(
    const void *pointer,
    enum sim_object_kind kind)
{
    struct sim_object *object = sim_object_of(pointer, kind);
    if (object == NULL) {
        sim_object_misuse(LC_OBJECT_EVENT);
    }
    return object;
}

/* The object of a callback, or NULL. */
static struct sim_object *object_of(const struct sim_callback *callback)
{
    bool has_object = callback->kind == SIM_CALLBACK_WORK ||
                      callback->kind == SIM_CALLBACK_POOL_TIMER ||
                      callback->kind == SIM_CALLBACK_QUEUE_TIMER;
    return has_object ? &SIM_WIN32->objects[callback->place] : NULL;
}

/* A callback of an object was taken away or has ended. */
static void settle(struct sim_object *object)
{
    if (sim_pool_is_under_way(object)) {
        return;
    }
    if (object->kind == SIM_OBJECT_QUEUE_TIMER && object->is_closed) {
        sim_timer_end(object);
    }
    uint64_t key = sim_object_key(object);
    sim_object_settle(object);
    (void)sim_thread_wake(key, SIM_THREADS_MAX, SIM_WAKE_SIGNALLED);
}

void sim_pool_wait(struct sim_object *object, uint32_t generation)
{
    while (object->generation == generation && sim_pool_is_under_way(object)) {
        sim_pool_before_block();
        (void)sim_thread_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_EVENT,
            .key = sim_object_key(object),
            .timeout_ns = SIM_FOREVER,
            .object = object->number,
        });
    }
}

/* ---- The queue ---- */

static void take_out(uint32_t index)
{
    struct sim_callbacks *all = callbacks();
    LC_CHECK(index < all->item_count);
    all->item_count--;
    memmove(
        &all->items[index],
        &all->items[index + 1],
        (all->item_count - index) * sizeof all->items[0]);
    all->items[all->item_count] = (struct sim_callback){ 0 };
}

/* The next callback of a process. */
static bool take_next(uint32_t process, struct sim_callback *ret_callback)
{
    const struct sim_callbacks *all = callbacks();
    for (uint32_t i = 0; i < all->item_count; i++) {
        if (all->items[i].process == process) {
            *ret_callback = all->items[i];
            take_out(i);
            return true;
        }
    }
    return false;
}

static bool has_queued(uint32_t process)
{
    const struct sim_callbacks *all = callbacks();
    for (uint32_t i = 0; i < all->item_count; i++) {
        if (all->items[i].process == process) {
            return true;
        }
    }
    return false;
}

void sim_pool_push(const struct sim_callback *callback)
{
    struct sim_callbacks *all = callbacks();
    if (all->item_count == SIM_POOL_ITEMS_MAX) {
        sim_win32_limit();
        return;
    }
    SIM_WIN32->has_callbacks = 1;
    all->items[all->item_count] = *callback;
    all->item_count++;
    struct sim_object *object = object_of(callback);
    if (object != NULL) {
        object->count++;
    }
    for (uint32_t i = 0; i < all->worker_count; i++) {
        struct sim_pool_worker *worker = &all->workers[i];
        if (worker->process == callback->process && !worker->is_busy) {
            worker->is_busy = 1;
            (void)sim_thread_wake(
                (uint64_t)(uintptr_t)worker,
                1,
                SIM_WAKE_SIGNALLED);
            return;
        }
    }
}

/* ---- Threads ---- */

static struct sim_pool_worker *find_worker(uint8_t ref)
{
    struct sim_callbacks *all = callbacks();
    for (uint32_t i = 0; i < all->worker_count; i++) {
        if (all->workers[i].ref == ref) {
            return &all->workers[i];
        }
    }
    return NULL;
}

bool sim_pool_is_worker(void)
{
    return find_worker(sim_thread_current()->ref) != NULL;
}

static void record_run(const struct sim_callback *callback, bool is_end)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_THREAD,
        .process = callback->process,
        .function = is_end,
        .caller = callback->module,
        .callee = callback->module,
        .a = sim_thread_current()->ref,
    });
}

static void call(
    const struct sim_callback *callback,
    struct sim_pool_worker *instance)
{
    uintptr_t code = (uintptr_t)callback->code;
    void *parameter = (void *)(uintptr_t)callback->parameter;
    const struct sim_object *object = object_of(callback);
    switch ((enum sim_callback_kind)callback->kind) {
    case SIM_CALLBACK_ITEM:
        (void)((item_fn *)code)(parameter);
        break;
    case SIM_CALLBACK_SIMPLE:
        ((simple_fn *)code)(instance, parameter);
        break;
    case SIM_CALLBACK_WORK:
    case SIM_CALLBACK_POOL_TIMER:
        ((object_fn *)code)(instance, parameter, sim_object_handle(object));
        break;
    case SIM_CALLBACK_QUEUE_TIMER:
        ((fired_fn *)code)(parameter, 1);
        break;
    }
}

/* What the callback has asked for, in the order of the documents. */
static void keep_promises(struct sim_pool_worker *worker)
{
    struct sim_pool_worker asked = *worker;
    worker->event = 0;
    worker->semaphore = 0;
    worker->mutex = 0;
    worker->lock = 0;
    worker->library = 0;
    worker->release_count = 0;
    if (asked.lock != 0) {
        sim_lock_leave((struct lc_critical_section *)(uintptr_t)asked.lock);
    }
    if (asked.mutex != 0) {
        (void)sim_object_release_mutex((void *)(uintptr_t)asked.mutex);
    }
    if (asked.semaphore != 0) {
        (void)sim_object_release_semaphore(
            (void *)(uintptr_t)asked.semaphore,
            (int32_t)asked.release_count,
            NULL);
    }
    if (asked.event != 0) {
        (void)sim_object_set((void *)(uintptr_t)asked.event);
    }
    if (asked.library != 0) {
        (void)sim_library_free((void *)(uintptr_t)asked.library);
    }
}

static void run(
    const struct sim_callback *callback,
    struct sim_pool_worker *worker)
{
    struct sim_object *object = object_of(callback);
    if (object != NULL) {
        LC_CHECK(object->count > 0);
        object->count--;
        object->maximum++;
    }
    sim_callback_enter(callback);
    record_run(callback, false);
    call(callback, worker);
    record_run(callback, true);
    keep_promises(worker);
    sim_thread_leave();
    sim_object_abandon(worker->ref);
    if (object != NULL) {
        LC_CHECK(object->maximum > 0);
        object->maximum--;
        settle(object);
    }
}

static void worker_entry(void *argument)
{
    struct sim_pool_worker *worker = argument;
    sim_loader_tell_thread(LC_DLL_THREAD_ATTACH);
    worker->is_new = 0;
    for (;;) {
        struct sim_callback callback;
        if (take_next(worker->process, &callback)) {
            sim_pool_reserve();
            run(&callback, worker);
            continue;
        }
        worker->is_busy = 0;
        (void)sim_thread_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_EVENT,
            .key = (uint64_t)(uintptr_t)worker,
            .timeout_ns = SIM_FOREVER,
        });
    }
}

static void make_worker(void)
{
    struct sim_callbacks *all = callbacks();
    if (all->worker_count == LC_COUNT_OF(all->workers)) {
        sim_win32_limit();
    }
    struct sim_pool_worker *worker = &all->workers[all->worker_count];
    uint32_t slot = sim_thread_create(&(struct sim_thread_options){
        .process = sim_thread_process(),
        .creator = LC_MODULE_SYSTEM,
        .module = LC_MODULE_SYSTEM,
        .ref = LC_NONE,
        .entry = worker_entry,
        .argument = worker,
    });
    if (slot == SIM_NO_THREAD) {
        sim_win32_limit();
    }
    SIM_WIN32->has_callbacks = 1;
    all->worker_count++;
    *worker = (struct sim_pool_worker){
        .ref = sim_thread_at(slot)->ref,
        .process = (uint8_t)sim_thread_process(),
        .is_busy = 1, /* it looks for work first */
        .is_new = 1,
    };
}

static bool is_blocked(uint8_t ref)
{
    uint32_t slot = sim_thread_find(ref);
    LC_CHECK(slot != SIM_NO_THREAD);
    return sim_thread_at(slot)->state == SIM_THREAD_BLOCKED;
}

/* Whether the process has a thread that is idle, or one that will be. */
static bool has_thread(uint8_t blocks)
{
    const struct sim_callbacks *all = callbacks();
    uint32_t process = sim_thread_process();
    uint32_t count = 0;
    bool can_go_on = false;
    for (uint32_t i = 0; i < all->worker_count; i++) {
        const struct sim_pool_worker *worker = &all->workers[i];
        if (worker->process != process) {
            continue;
        }
        if (!worker->is_busy) {
            return true;
        }
        count++;
        bool is_stuck = worker->ref == blocks || is_blocked(worker->ref);
        can_go_on = can_go_on || !is_stuck || worker->is_new;
    }
    return count >= WORKERS_WANTED && can_go_on;
}

static void reserve(uint8_t blocks)
{
    uint32_t process = sim_thread_process();
    bool is_needed = has_queued(process) || sim_timer_is_any(process);
    if (is_needed && !has_thread(blocks)) {
        make_worker();
    }
}

void sim_pool_reserve(void)
{
    reserve(LC_NONE);
}

void sim_pool_will_block(void)
{
    if (sim_pool_is_worker()) {
        reserve(sim_thread_current()->ref);
    }
}

void sim_pool_process_exit(uint32_t process)
{
    struct sim_callbacks *all = callbacks();
    if (SIM_WIN32->has_callbacks == 0) {
        return;
    }
    struct sim_callback callback;
    while (take_next(process, &callback)) {
        LC_CHECK(callback.process == process);
    }
    memset(all->fls[process], 0, sizeof all->fls[process]);
}

/* ---- Work ---- */

static bool is_served(const struct environment *environment)
{
    return environment == NULL ||
           (environment->pool == 0 && environment->cleanup_group == 0 &&
            environment->race_dll == 0 &&
            environment->finalization_callback == 0);
}

static void submit(const struct sim_callback *callback)
{
    sim_pool_push(callback);
    sim_pool_reserve();
}

static int queue(const void *code, const void *parameter, uint8_t kind)
{
    sim_win32_yield(LC_SHIM_CREATE_THREAD);
    if (code == NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (sim_win32_fails(LC_SHIM_CREATE_THREAD)) {
        return 0;
    }
    struct sim_callback callback = sim_callback_make(code, parameter);
    callback.kind = kind;
    submit(&callback);
    return 1;
}

static int LC_ABI
queue_user_work_item(const void *code, const void *parameter, uint32_t flags)
{
    (void)flags;
    return queue(code, parameter, SIM_CALLBACK_ITEM);
}

static int LC_ABI try_submit(
    const void *code,
    const void *parameter,
    const struct environment *environment)
{
    if (!is_served(environment)) {
        sim_win32_limit();
    }
    return queue(code, parameter, SIM_CALLBACK_SIMPLE);
}

static void *create(
    enum sim_object_kind kind,
    const void *code,
    const void *parameter,
    const struct environment *environment)
{
    sim_win32_yield(LC_SHIM_CREATE_EVENT);
    if (!is_served(environment)) {
        sim_win32_limit();
    }
    if (code == NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (sim_win32_fails(LC_SHIM_CREATE_EVENT)) {
        return NULL;
    }
    return sim_object_handle(sim_pool_make(kind, code, parameter));
}

static void *LC_ABI create_work(
    const void *code,
    const void *parameter,
    const struct environment *environment)
{
    return create(SIM_OBJECT_WORK, code, parameter, environment);
}

static void *LC_ABI create_timer(
    const void *code,
    const void *parameter,
    const struct environment *environment)
{
    return create(SIM_OBJECT_POOL_TIMER, code, parameter, environment);
}

static void LC_ABI submit_work(void *pointer)
{
    sim_win32_yield(LC_SHIM_SET_EVENT);
    const struct sim_object *work = sim_pool_object(pointer, SIM_OBJECT_WORK);
    if (work == NULL) {
        return;
    }
    submit(&(struct sim_callback){
        .code = work->start,
        .parameter = work->parameter,
        .map_count = work->map_count,
        .module = work->owner,
        .process = work->process,
        .kind = SIM_CALLBACK_WORK,
        .place = (uint8_t)(work - SIM_WIN32->objects),
    });
}

static void cancel_queued(struct sim_object *object)
{
    const struct sim_callbacks *all = callbacks();
    for (uint32_t i = all->item_count; i-- > 0;) {
        if (object_of(&all->items[i]) == object) {
            LC_CHECK(object->count > 0);
            object->count--;
            take_out(i);
        }
    }
    settle(object);
}

static void wait_for(
    void *pointer,
    enum sim_object_kind kind,
    int cancels_pending)
{
    sim_win32_yield(LC_SHIM_WAIT);
    struct sim_object *object = sim_pool_object(pointer, kind);
    if (object == NULL) {
        return;
    }
    if (cancels_pending) {
        cancel_queued(object);
    }
    sim_pool_wait(object, object->generation);
}

static void LC_ABI wait_for_work(void *pointer, int cancels_pending)
{
    wait_for(pointer, SIM_OBJECT_WORK, cancels_pending);
}

static void LC_ABI wait_for_timer(void *pointer, int cancels_pending)
{
    wait_for(pointer, SIM_OBJECT_POOL_TIMER, cancels_pending);
}

/* What is queued or runs goes on all the same. */
static void LC_ABI close_work(void *pointer)
{
    sim_win32_yield(LC_SHIM_CLOSE_HANDLE);
    struct sim_object *work = sim_pool_object(pointer, SIM_OBJECT_WORK);
    if (work != NULL) {
        sim_object_drop(work, LC_OBJECT_EVENT);
    }
}

static void LC_ABI close_timer(void *pointer)
{
    sim_win32_yield(LC_SHIM_CLOSE_HANDLE);
    struct sim_object *timer = sim_pool_object(pointer, SIM_OBJECT_POOL_TIMER);
    if (timer != NULL) {
        sim_timer_cancel(timer);
        sim_object_drop(timer, LC_OBJECT_EVENT);
    }
}

/* ---- Of a callback that runs ---- */

/* The instance is that of the thread that asks; else the caller's error. */
static struct sim_pool_worker *worker_of(const void *instance)
{
    struct sim_pool_worker *worker = find_worker(sim_thread_current()->ref);
    if (worker == NULL || worker != instance) {
        sim_win32_give_up(LC_FAULT_ABORT);
    }
    return worker;
}

static int LC_ABI callback_may_run_long(const void *instance)
{
    (void)worker_of(instance);
    return 1;
}

static void LC_ABI set_event_at_end(const void *instance, lc_handle event)
{
    worker_of(instance)->event = (uint64_t)(uintptr_t)event;
}

static void LC_ABI release_semaphore_at_end(
    const void *instance,
    lc_handle semaphore,
    uint32_t count)
{
    struct sim_pool_worker *worker = worker_of(instance);
    worker->semaphore = (uint64_t)(uintptr_t)semaphore;
    worker->release_count = count;
}

static void LC_ABI release_mutex_at_end(const void *instance, lc_handle mutex)
{
    worker_of(instance)->mutex = (uint64_t)(uintptr_t)mutex;
}

static void LC_ABI leave_section_at_end(const void *instance, const void *lock)
{
    worker_of(instance)->lock = (uint64_t)(uintptr_t)lock;
}

static void LC_ABI free_library_at_end(const void *instance, lc_handle module)
{
    worker_of(instance)->library = (uint64_t)(uintptr_t)module;
}

const struct sim_export sim_pool_exports[] = {
    { "QueueUserWorkItem", 0, (sim_code_fn *)queue_user_work_item },
    { "TrySubmitThreadpoolCallback", 0, (sim_code_fn *)try_submit },
    { "CreateThreadpoolWork", 0, (sim_code_fn *)create_work },
    { "SubmitThreadpoolWork", 0, (sim_code_fn *)submit_work },
    { "WaitForThreadpoolWorkCallbacks", 0, (sim_code_fn *)wait_for_work },
    { "CloseThreadpoolWork", 0, (sim_code_fn *)close_work },
    { "CreateThreadpoolTimer", 0, (sim_code_fn *)create_timer },
    { "WaitForThreadpoolTimerCallbacks", 0, (sim_code_fn *)wait_for_timer },
    { "CloseThreadpoolTimer", 0, (sim_code_fn *)close_timer },
    { "CallbackMayRunLong", 0, (sim_code_fn *)callback_may_run_long },
    { "SetEventWhenCallbackReturns", 0, (sim_code_fn *)set_event_at_end },
    { "ReleaseSemaphoreWhenCallbackReturns",
      0,
      (sim_code_fn *)release_semaphore_at_end },
    { "ReleaseMutexWhenCallbackReturns",
      0,
      (sim_code_fn *)release_mutex_at_end },
    { "LeaveCriticalSectionWhenCallbackReturns",
      0,
      (sim_code_fn *)leave_section_at_end },
    { "FreeLibraryWhenCallbackReturns", 0, (sim_code_fn *)free_library_at_end },
};
const uint32_t sim_pool_export_count = LC_COUNT_OF(sim_pool_exports);
