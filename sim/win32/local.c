/*
 * Thread-local and fiber-local storage: slots of one table. What a thread has
 * in a fiber-local slot is given to the slot's callback when the thread ends,
 * and what all threads have there when the slot is given back.
 * Source: documented. TlsAlloc and its kin (processthreadsapi.h), FlsAlloc,
 *         FlsFree, FlsCallback (fibersapi.h). Assumed: there are no fibers but
 *         the threads, and the order of slots at a thread's end is theirs.
 */
#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/apc.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

typedef void LC_ABI local_fn(void *value);

/* The value of a fresh slot is 0 in the threads of the process. */
static void clear(uint32_t index)
{
    uint32_t process = sim_thread_process();
    for (uint32_t slot = 0; slot < SIM_THREADS_MAX; slot++) {
        if (sim_thread_at(slot)->process == process) {
            SIM_WIN32->tls[slot][index] = 0;
        }
    }
}

static bool is_used(uint32_t index, bool is_fiber)
{
    const struct sim_win32_process *process = sim_win32_process();
    return index < SIM_TLS_MAX && (process->tls_used >> index & 1) != 0 &&
           ((process->fls_used >> index & 1) != 0) == is_fiber;
}

static uint32_t alloc(void)
{
    struct sim_win32_process *process = sim_win32_process();
    for (uint32_t i = 0; i < SIM_TLS_MAX; i++) {
        if ((process->tls_used >> i & 1) != 0) {
            continue;
        }
        process->tls_used = (uint16_t)(process->tls_used | 1U << i);
        process->tls_owner[i] = (uint8_t)sim_thread_module();
        process->tls_number[i] = sim_thread_number();
        clear(i);
        sim_trace_write((struct lc_record){
            .kind = LC_RECORD_CREATE,
            .function = LC_OBJECT_TLS,
            .caller = process->tls_owner[i],
            .callee = LC_MODULE_SYSTEM,
            .a = process->tls_number[i],
        });
        return i;
    }
    sim_win32_limit(); /* Windows has many more */
    return LC_TLS_OUT_OF_INDEXES;
}

static bool check_used(uint32_t index, bool is_fiber)
{
    if (!is_used(index, is_fiber)) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return false;
    }
    return true;
}

static int give_back(uint32_t index, bool is_fiber)
{
    if (!check_used(index, is_fiber)) {
        sim_object_misuse(LC_OBJECT_TLS);
        return 0;
    }
    struct sim_win32_process *process = sim_win32_process();
    process->tls_used = (uint16_t)(process->tls_used & ~(1U << index));
    process->fls_used &= ~(1U << index);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_DESTROY,
        .function = LC_OBJECT_TLS,
        .caller = (uint8_t)sim_thread_module(),
        .callee = process->tls_owner[index],
        .a = process->tls_number[index],
    });
    return 1;
}

static void *value_of(uint32_t index, bool is_fiber)
{
    if (!check_used(index, is_fiber)) {
        return NULL;
    }
    sim_win32_set_error(0); /* as the page says: success sets no error */
    return (void *)(uintptr_t)SIM_WIN32->tls[sim_thread_current_slot()][index];
}

static int set_value(uint32_t index, bool is_fiber, const void *value)
{
    if (!check_used(index, is_fiber)) {
        return 0;
    }
    uint32_t slot = sim_thread_current_slot();
    LC_CHECK(slot < SIM_THREADS_MAX);
    SIM_WIN32->tls[slot][index] = (uint64_t)(uintptr_t)value;
    if (slot >= SIM_WIN32->tls_end) {
        SIM_WIN32->tls_end = slot + 1;
    }
    return 1;
}

/* ---- Of threads ---- */

static uint32_t LC_ABI tls_alloc(void)
{
    return alloc();
}

static int LC_ABI tls_free(uint32_t index)
{
    return give_back(index, false);
}

static void *LC_ABI tls_get_value(uint32_t index)
{
    return value_of(index, false);
}

static int LC_ABI tls_set_value(uint32_t index, void *value)
{
    return set_value(index, false, value);
}

/* ---- Of fibers ---- */

static struct sim_callback *callback_of(uint32_t index)
{
    LC_CHECK(index < SIM_TLS_MAX);
    return &SIM_WIN32->callbacks.fls[sim_thread_process()][index];
}

/* Hands a thread's value to the slot's callback; it is 0 then. */
static void end_value(uint32_t slot, uint32_t index)
{
    struct sim_callback callback = *callback_of(index);
    uint64_t value = SIM_WIN32->tls[slot][index];
    SIM_WIN32->tls[slot][index] = 0;
    if (value == 0 || callback.code == 0) {
        return;
    }
    sim_callback_enter(&callback);
    ((local_fn *)(uintptr_t)callback.code)((void *)(uintptr_t)value);
    sim_thread_leave();
}

static uint32_t LC_ABI fls_alloc(const void *code)
{
    uint32_t index = alloc();
    sim_win32_process()->fls_used |= 1U << index;
    if (code != NULL) {
        SIM_WIN32->has_callbacks = 1;
        *callback_of(index) = sim_callback_make(code, NULL);
    }
    return index;
}

static int LC_ABI fls_free(uint32_t index)
{
    uint32_t process = sim_thread_process();
    for (uint32_t slot = 0; slot < SIM_THREADS_MAX; slot++) {
        const struct sim_thread *thread = sim_thread_at(slot);
        if (is_used(index, true) && thread->process == process &&
            thread->state != SIM_THREAD_FREE) {
            end_value(slot, index);
        }
    }
    int is_done = give_back(index, true);
    if (is_done && SIM_WIN32->has_callbacks != 0) {
        *callback_of(index) = (struct sim_callback){ 0 };
    }
    return is_done;
}

static void *LC_ABI fls_get_value(uint32_t index)
{
    return value_of(index, true);
}

static int LC_ABI fls_set_value(uint32_t index, void *value)
{
    return set_value(index, true, value);
}

void sim_local_thread_exit(void)
{
    uint32_t slot = sim_thread_current_slot();
    if (LC_UNLIKELY(sim_win32_process()->fls_used > 0)) {
        for (uint32_t i = 0; i < SIM_TLS_MAX; i++) {
            if (is_used(i, true)) {
                end_value(slot, i);
            }
        }
    }
    sim_apc_thread_ends(slot);
}

const struct sim_export sim_local_exports[] = {
    { "TlsAlloc", 0, (sim_code_fn *)tls_alloc },
    { "TlsFree", 0, (sim_code_fn *)tls_free },
    { "TlsGetValue", 0, (sim_code_fn *)tls_get_value },
    { "TlsSetValue", 0, (sim_code_fn *)tls_set_value },
    { "FlsAlloc", 0, (sim_code_fn *)fls_alloc },
    { "FlsFree", 0, (sim_code_fn *)fls_free },
    { "FlsGetValue", 0, (sim_code_fn *)fls_get_value },
    { "FlsSetValue", 0, (sim_code_fn *)fls_set_value },
};
const uint32_t sim_local_export_count = LC_COUNT_OF(sim_local_exports);
