/*
 * Critical sections: recursive, owned by a thread. Leaving wakes one waiter,
 * which tries again: another thread may come first, as on Windows.
 * Source: documented. InitializeCriticalSection and the pages around it
 *         (synchapi.h): entering one that was not initialised, or leaving one
 *         that another thread owns, is an error of the caller.
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

#define LOCK_MAGIC 0x4c434353U

/* How the caller's 40 bytes are used. */
struct lock_words {
    uint32_t magic;
    uint32_t index; /* of the object */
    uint32_t generation;
};

static struct sim_object *find_lock(const struct lc_critical_section *lock)
{
    struct lock_words words;
    memcpy(&words, lock, sizeof words);
    if (words.magic != LOCK_MAGIC || words.index >= SIM_WIN32->object_count) {
        return NULL;
    }
    struct sim_object *object = &SIM_WIN32->objects[words.index];
    return object->kind == SIM_OBJECT_LOCK &&
                   object->generation == words.generation
               ? object
               : NULL;
}

/* Objects are of all processes: a lock in shared memory is one thing. Of what
 * lies there nothing else is read: the generation on a stack would be part of
 * the run's state. What is no lock has some number, too. */
static void yield_on(const struct lc_critical_section *lock, enum lc_shim what)
{
    uint32_t index;
    memcpy(
        &index,
        (const unsigned char *)lock + offsetof(struct lock_words, index),
        sizeof index);
    sim_win32_yield_on(what, sim_thing(SIM_THING_LOCK, 0, index));
}

static void record_lock(
    enum lc_lock_change change,
    const struct sim_object *object,
    bool is_wrong)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_LOCK,
        .function = (uint16_t)change,
        .caller = (uint8_t)sim_thread_module(),
        .callee = LC_MODULE_SYSTEM,
        .a = object == NULL ? 0 : object->number,
        .b = object == NULL ? 0 : object->count,
        .c = is_wrong,
    });
}

void LC_ABI
sim_win32_initialize_critical_section(struct lc_critical_section *lock)
{
    const struct sim_object *object =
        sim_object_make(SIM_OBJECT_LOCK, LC_OBJECT_LOCK);
    memset(lock, 0, sizeof *lock);
    struct lock_words words = {
        .magic = LOCK_MAGIC,
        .index = (uint32_t)(object - SIM_WIN32->objects),
        .generation = object->generation,
    };
    memcpy(lock, &words, sizeof words);
}

void sim_lock_enter(struct lc_critical_section *lock)
{
    uint8_t self = (uint8_t)(sim_thread_current()->ref + 1);
    struct sim_object *object = find_lock(lock);
    while (object != NULL && object->lock_owner != 0 &&
           object->lock_owner != self) {
        sim_pool_before_block();
        (void)sim_thread_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_LOCK,
            .key = sim_object_key(object),
            .timeout_ns = SIM_FOREVER,
            .object = object->number,
        });
        object = find_lock(lock); /* it may have been deleted meanwhile */
    }
    if (object == NULL) {
        record_lock(LC_LOCK_ENTER, NULL, true);
        return;
    }
    object->lock_owner = self;
    object->count++;
    record_lock(LC_LOCK_ENTER, object, false);
}

void LC_ABI sim_win32_enter_critical_section(struct lc_critical_section *lock)
{
    yield_on(lock, LC_SHIM_ENTER_CRITICAL_SECTION);
    sim_lock_enter(lock);
}

static int LC_ABI try_enter(struct lc_critical_section *lock)
{
    yield_on(lock, LC_SHIM_ENTER_CRITICAL_SECTION);
    uint8_t self = (uint8_t)(sim_thread_current()->ref + 1);
    struct sim_object *object = find_lock(lock);
    if (object == NULL) {
        record_lock(LC_LOCK_ENTER, NULL, true);
        return 0;
    }
    if (object->lock_owner != 0 && object->lock_owner != self) {
        return 0;
    }
    object->lock_owner = self;
    object->count++;
    record_lock(LC_LOCK_ENTER, object, false);
    return 1;
}

void sim_lock_leave(struct lc_critical_section *lock)
{
    uint8_t self = (uint8_t)(sim_thread_current()->ref + 1);
    struct sim_object *object = find_lock(lock);
    if (object == NULL || object->lock_owner != self) {
        record_lock(LC_LOCK_LEAVE, object, true);
        return;
    }
    LC_CHECK(object->count > 0);
    object->count--;
    record_lock(LC_LOCK_LEAVE, object, false);
    if (object->count == 0) {
        object->lock_owner = 0;
        (void)sim_thread_wake(sim_object_key(object), 1, SIM_WAKE_SIGNALLED);
    }
}

void LC_ABI sim_win32_leave_critical_section(struct lc_critical_section *lock)
{
    yield_on(lock, LC_SHIM_LEAVE_CRITICAL_SECTION);
    sim_lock_leave(lock);
}

void LC_ABI sim_win32_delete_critical_section(struct lc_critical_section *lock)
{
    struct sim_object *object = find_lock(lock);
    if (object == NULL) {
        record_lock(LC_LOCK_LEAVE, NULL, true);
        return;
    }
    uint64_t key = sim_object_key(object);
    sim_object_drop(object, LC_OBJECT_LOCK);
    memset(lock, 0, sizeof *lock);
    (void)sim_thread_wake(key, SIM_THREADS_MAX, SIM_WAKE_SIGNALLED);
}

static int LC_ABI
initialize_and_spin(struct lc_critical_section *lock, uint32_t spin_count)
{
    (void)spin_count;
    sim_win32_initialize_critical_section(lock);
    return 1;
}

static int LC_ABI initialize_ex(
    struct lc_critical_section *lock,
    uint32_t spin_count,
    uint32_t flags)
{
    (void)spin_count;
    (void)flags;
    sim_win32_initialize_critical_section(lock);
    return 1;
}

static uint32_t LC_ABI
set_spin_count(struct lc_critical_section *lock, uint32_t spin_count)
{
    (void)lock;
    (void)spin_count;
    return 0;
}

const struct sim_export sim_lock_exports[] = {
    { "InitializeCriticalSection",
      0,
      (sim_code_fn *)sim_win32_initialize_critical_section },
    { "InitializeCriticalSectionAndSpinCount",
      0,
      (sim_code_fn *)initialize_and_spin },
    { "InitializeCriticalSectionEx", 0, (sim_code_fn *)initialize_ex },
    { "SetCriticalSectionSpinCount", 0, (sim_code_fn *)set_spin_count },
    { "EnterCriticalSection",
      0,
      (sim_code_fn *)sim_win32_enter_critical_section },
    { "TryEnterCriticalSection", 0, (sim_code_fn *)try_enter },
    { "LeaveCriticalSection",
      0,
      (sim_code_fn *)sim_win32_leave_critical_section },
    { "DeleteCriticalSection",
      0,
      (sim_code_fn *)sim_win32_delete_critical_section },
};
const uint32_t sim_lock_export_count = LC_COUNT_OF(sim_lock_exports);
