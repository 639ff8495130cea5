/*
 * Waiting for objects, in virtual time. As in the kernel of Windows, whoever
 * signals an object also says who goes on: the threads that wait for it are
 * served in the order in which they began to wait, and a signal that is given
 * to one of them is gone for all others, even if they run earlier.
 * An alertable wait ends as well when a call is queued to its thread: apc.h.
 * Source: documented. WaitForSingleObject, WaitForMultipleObjects (synchapi.h).
 *         The order of waiters is observed on all releases and promised by
 *         none.
 */
#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/win32/apc.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

/* What one thread waits for: on its stack, and named by SIM_WIN32->waits. */
struct wait {
    uint32_t count;
    uint32_t is_all;
    uint32_t result;
    uint8_t self; /* thread reference */
    uint8_t zero[3];
    uint8_t places[LC_MAXIMUM_WAIT_OBJECTS]; /* of the objects */
};

/* What GetCurrentThread() says. */
#define CURRENT_THREAD ((lc_handle)(intptr_t)-2)

_Static_assert(SIM_OBJECTS_MAX <= 256, "a place fits eight bits");
_Static_assert(SIM_THREADS_MAX <= 32, "a bit for each thread");

uint64_t sim_wait_timeout_ns(uint32_t timeout_ms)
{
    return timeout_ms == LC_INFINITE ? SIM_FOREVER : timeout_ms * LC_NS_PER_MS;
}

static struct wait *wait_of(uint32_t slot)
{
    return (struct wait *)(uintptr_t)SIM_WIN32->waits[slot];
}

/* What a thread that waits is blocked on: its own place in the table. */
static uint64_t key_of(uint32_t slot)
{
    return (uint64_t)(uintptr_t)&SIM_WIN32->waits[slot];
}

static void remember(uint32_t slot, const struct wait *wait)
{
    LC_CHECK(SIM_WIN32->waits[slot] == 0);
    SIM_WIN32->waits[slot] = (uint64_t)(uintptr_t)wait;
    SIM_WIN32->waiting |= 1U << slot;
    SIM_ENGINE->threads[slot].is_stack_shared = 1;
}

void sim_wait_forget(uint32_t slot)
{
    LC_CHECK(slot < SIM_THREADS_MAX);
    SIM_WIN32->waits[slot] = 0;
    SIM_WIN32->waiting &= ~(1U << slot);
    SIM_ENGINE->threads[slot].is_stack_shared = 0;
}

static bool is_signalled(const struct sim_object *object, uint8_t self)
{
    if (object->kind == SIM_OBJECT_SEMAPHORE ||
        object->kind == SIM_OBJECT_PORT) {
        return object->count > 0;
    }
    if (object->kind == SIM_OBJECT_MUTEX) {
        return object->lock_owner == 0 || object->lock_owner == self + 1;
    }
    return object->is_signalled != 0;
}

/* Takes the signal. Returns: LC_WAIT_OBJECT_0, or LC_WAIT_ABANDONED_0. */
static uint32_t take(struct sim_object *object, uint8_t self)
{
    LC_CHECK(is_signalled(object, self));
    if (object->kind == SIM_OBJECT_SEMAPHORE ||
        object->kind == SIM_OBJECT_PORT) {
        object->count--;
        return LC_WAIT_OBJECT_0;
    }
    if (object->kind == SIM_OBJECT_MUTEX) {
        bool is_abandoned = object->is_signalled != 0;
        object->is_signalled = 0;
        object->lock_owner = (uint8_t)(self + 1);
        object->count++;
        return is_abandoned ? LC_WAIT_ABANDONED_0 : LC_WAIT_OBJECT_0;
    }
    if ((object->kind == SIM_OBJECT_EVENT ||
         object->kind == SIM_OBJECT_TIMER) &&
        !object->is_manual) {
        object->is_signalled = 0;
    }
    return LC_WAIT_OBJECT_0;
}

/* Ends the wait when it can end. */
static bool satisfy(struct wait *wait)
{
    struct sim_object *objects = SIM_WIN32->objects;
    uint32_t ready = 0;
    for (uint32_t i = 0; i < wait->count; i++) {
        struct sim_object *object = &objects[wait->places[i]];
        if (!is_signalled(object, wait->self)) {
            continue;
        }
        ready++;
        if (!wait->is_all) {
            wait->result = take(object, wait->self) + i;
            return true;
        }
    }
    if (!wait->is_all || ready < wait->count) {
        return false;
    }
    wait->result = LC_WAIT_OBJECT_0;
    for (uint32_t i = 0; i < wait->count; i++) {
        uint32_t taken = take(&objects[wait->places[i]], wait->self);
        wait->result = taken > wait->result ? taken : wait->result;
    }
    return true;
}

static bool waits_for(uint32_t slot, const struct sim_object *object)
{
    const struct wait *wait = wait_of(slot);
    const struct sim_thread *thread = sim_thread_at(slot);
    if (wait == NULL || thread->state != SIM_THREAD_BLOCKED ||
        thread->wait_key != key_of(slot)) {
        return false; /* or its time ran out and it has not run since */
    }
    uint64_t place = (uint64_t)(object - SIM_WIN32->objects);
    for (uint32_t i = 0; i < wait->count; i++) {
        if (wait->places[i] == place) {
            return true;
        }
    }
    return false;
}

bool sim_wait_has(const struct sim_object *object)
{
    for (uint32_t left = SIM_WIN32->waiting; left != 0; left &= left - 1) {
        if (waits_for((uint32_t)__builtin_ctz(left), object)) {
            return true;
        }
    }
    return false;
}

/* The next thread after one that began to wait for the object, by the order
 * in which they began. */
static uint32_t next_waiter(
    const struct sim_object *object,
    uint32_t after_sequence)
{
    uint32_t next = SIM_NO_THREAD;
    for (uint32_t left = SIM_WIN32->waiting; left != 0; left &= left - 1) {
        uint32_t slot = (uint32_t)__builtin_ctz(left);
        if (!waits_for(slot, object)) {
            continue;
        }
        uint32_t sequence = sim_thread_at(slot)->ready_sequence;
        if (sequence > after_sequence &&
            (next == SIM_NO_THREAD ||
             sequence < sim_thread_at(next)->ready_sequence)) {
            next = slot;
        }
    }
    return next;
}

static void wake_if_over(uint32_t slot)
{
    if (!satisfy(wait_of(slot))) {
        return;
    }
    sim_wait_forget(slot);
    uint32_t woken = sim_thread_wake(key_of(slot), 1, SIM_WAKE_SIGNALLED);
    LC_CHECK(woken == 1);
}

void sim_wait_signal(const struct sim_object *object)
{
    LC_CHECK(object->kind != SIM_OBJECT_FREE);
    uint32_t slot = next_waiter(object, 0);
    while (slot != SIM_NO_THREAD) {
        uint32_t sequence = sim_thread_at(slot)->ready_sequence;
        wake_if_over(slot);
        slot = next_waiter(object, sequence);
    }
}

/* Objects whose last handle was closed while this thread waited for them. */
static void settle_all(const struct wait *wait)
{
    for (uint32_t i = 0; i < wait->count; i++) {
        sim_object_settle(&SIM_WIN32->objects[wait->places[i]]);
    }
}

void sim_wait_abandon(uint32_t slot)
{
    const struct wait *wait = wait_of(slot);
    sim_wait_forget(slot);
    if (wait != NULL) {
        settle_all(wait);
    }
}

static uint32_t wait_for(struct wait *wait, uint32_t timeout_ms, bool alertable)
{
    LC_CHECK(wait->count > 0);
    if (satisfy(wait)) {
        return wait->result;
    }
    if (alertable && sim_apc_run()) {
        return LC_WAIT_IO_COMPLETION;
    }
    if (timeout_ms == 0) {
        return LC_WAIT_TIMEOUT;
    }
    sim_pool_before_block();
    const struct sim_object *first = &SIM_WIN32->objects[wait->places[0]];
    uint32_t slot = sim_thread_current_slot();
    remember(slot, wait);
    sim_apc_set_alert(alertable ? key_of(slot) : 0);
    enum sim_wake wake = sim_thread_block(&(struct sim_wait_options){
        .wait_for =
            first->kind == SIM_OBJECT_THREAD ? LC_WAIT_THREAD : LC_WAIT_EVENT,
        .key = key_of(slot),
        .timeout_ns = sim_wait_timeout_ns(timeout_ms),
        .object = first->number,
    });
    sim_apc_set_alert(0);
    sim_wait_forget(slot);
    settle_all(wait);
    if (wake == SIM_WAKE_CANCELLED) {
        (void)sim_apc_run();
        return LC_WAIT_IO_COMPLETION;
    }
    return wake == SIM_WAKE_SIGNALLED ? wait->result : LC_WAIT_TIMEOUT;
}

/* Adds the object of a handle. False: it can't be waited for. */
static bool add_handle(struct wait *wait, lc_handle handle)
{
    const struct sim_object *object = sim_object_find(handle);
    if (object == NULL || !sim_object_is_kernel(object)) {
        sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
        return false;
    }
    uint8_t place = (uint8_t)(object - SIM_WIN32->objects);
    for (uint32_t i = 0; wait->is_all && i < wait->count; i++) {
        if (wait->places[i] == place) {
            sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
            return false;
        }
    }
    wait->places[wait->count] = place;
    wait->count++;
    return true;
}

static uint32_t LC_ABI
wait_single_ex(lc_handle handle, uint32_t timeout_ms, int alertable)
{
    sim_win32_yield(LC_SHIM_WAIT);
    struct wait wait = { .self = sim_thread_current()->ref };
    if (!add_handle(&wait, handle)) {
        return LC_WAIT_FAILED;
    }
    return wait_for(&wait, timeout_ms, alertable != 0);
}

bool sim_wait_port(const struct sim_object *port, uint32_t timeout_ms)
{
    LC_CHECK(port->kind == SIM_OBJECT_PORT);
    struct wait wait = {
        .count = 1,
        .self = sim_thread_current()->ref,
        .places = { (uint8_t)(port - SIM_WIN32->objects) },
    };
    return wait_for(&wait, timeout_ms, false) == LC_WAIT_OBJECT_0;
}

uint32_t LC_ABI
sim_win32_wait_for_single_object(lc_handle handle, uint32_t timeout_ms)
{
    return wait_single_ex(handle, timeout_ms, 0);
}

uint32_t LC_ABI sim_win32_wait_for_multiple_objects_ex(
    uint32_t count,
    const lc_handle *handles,
    int wait_all,
    uint32_t timeout_ms,
    int alertable)
{
    sim_win32_yield(LC_SHIM_WAIT);
    if (count == 0 || count > LC_MAXIMUM_WAIT_OBJECTS || handles == NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return LC_WAIT_FAILED;
    }
    struct wait wait = {
        .is_all = wait_all != 0,
        .self = sim_thread_current()->ref,
    };
    for (uint32_t i = 0; i < count; i++) {
        if (!add_handle(&wait, handles[i])) {
            return LC_WAIT_FAILED;
        }
    }
    return wait_for(&wait, timeout_ms, alertable != 0);
}

uint32_t LC_ABI sim_win32_wait_for_multiple_objects(
    uint32_t count,
    const lc_handle *handles,
    int wait_all,
    uint32_t timeout_ms)
{
    return sim_win32_wait_for_multiple_objects_ex(
        count,
        handles,
        wait_all,
        timeout_ms,
        0);
}

/* Sets one object and waits for another, with nothing in between. */
static uint32_t LC_ABI signal_and_wait(
    lc_handle signalled,
    lc_handle waited,
    uint32_t timeout_ms,
    int alertable)
{
    sim_win32_yield(LC_SHIM_WAIT);
    struct wait wait = { .self = sim_thread_current()->ref };
    struct sim_object *event = sim_object_of(signalled, SIM_OBJECT_EVENT);
    if (event == NULL || !add_handle(&wait, waited)) {
        return LC_WAIT_FAILED;
    }
    event->is_signalled = 1;
    sim_wait_signal(event);
    return wait_for(&wait, timeout_ms, alertable != 0);
}

void LC_ABI sim_win32_sleep(uint32_t timeout_ms)
{
    sim_win32_yield(LC_SHIM_SLEEP);
    if (timeout_ms == 0) {
        return;
    }
    (void)sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_SLEEP,
        .key = (uint64_t)(uintptr_t)sim_thread_current(),
        .timeout_ns = sim_wait_timeout_ns(timeout_ms),
    });
}

uint32_t LC_ABI sim_win32_sleep_ex(uint32_t timeout_ms, int alertable)
{
    if (!alertable) {
        sim_win32_sleep(timeout_ms);
        return 0;
    }
    sim_win32_yield(LC_SHIM_SLEEP);
    if (sim_apc_run()) {
        return LC_WAIT_IO_COMPLETION;
    }
    if (timeout_ms == 0) {
        return 0;
    }
    uint64_t key = (uint64_t)(uintptr_t)sim_thread_current();
    sim_apc_set_alert(key);
    enum sim_wake wake = sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_SLEEP,
        .key = key,
        .timeout_ns = sim_wait_timeout_ns(timeout_ms),
    });
    sim_apc_set_alert(0);
    if (wake != SIM_WAKE_CANCELLED) {
        return 0;
    }
    (void)sim_apc_run();
    return LC_WAIT_IO_COMPLETION;
}

static int LC_ABI switch_to_thread(void)
{
    sim_win32_sleep(0);
    return 1;
}

/* Queues a call to a thread of the process. */
static uint32_t LC_ABI
queue_user_apc(lc_user_apc_fn *code, lc_handle handle, uintptr_t context)
{
    uint32_t slot = sim_thread_current_slot();
    if (handle != CURRENT_THREAD) {
        const struct sim_object *thread =
            sim_object_of(handle, SIM_OBJECT_THREAD);
        if (thread == NULL) {
            return 0;
        }
        slot = sim_thread_find(thread->thread);
    }
    return slot != SIM_NO_THREAD &&
           sim_apc_queue_user(slot, sim_thread_module(), code, context);
}

const struct sim_export sim_wait_exports[] = {
    { "WaitForSingleObject",
      0,
      (sim_code_fn *)sim_win32_wait_for_single_object },
    { "WaitForSingleObjectEx", 0, (sim_code_fn *)wait_single_ex },
    { "WaitForMultipleObjects",
      0,
      (sim_code_fn *)sim_win32_wait_for_multiple_objects },
    { "WaitForMultipleObjectsEx",
      0,
      (sim_code_fn *)sim_win32_wait_for_multiple_objects_ex },
    { "SignalObjectAndWait", 0, (sim_code_fn *)signal_and_wait },
    { "Sleep", 0, (sim_code_fn *)sim_win32_sleep },
    { "SleepEx", 0, (sim_code_fn *)sim_win32_sleep_ex },
    { "QueueUserAPC", 0, (sim_code_fn *)queue_user_apc },
    { "SwitchToThread", 0, (sim_code_fn *)switch_to_thread },
};
const uint32_t sim_wait_export_count = LC_COUNT_OF(sim_wait_exports);
