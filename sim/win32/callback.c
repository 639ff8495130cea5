/*
 * Code of a module that is called later, by somebody else: work of the thread
 * pool, timers, ends of fiber-local slots. The module may be gone by then.
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/state.h"

struct sim_callback sim_callback_make(const void *code, const void *parameter)
{
    uint32_t process = sim_thread_process();
    uint32_t module = sim_thread_module();
    return (struct sim_callback){
        .code = (uint64_t)(uintptr_t)code,
        .parameter = (uint64_t)(uintptr_t)parameter,
        .map_count = sim_module_at(process, module)->map_count,
        .module = (uint8_t)module,
        .process = (uint8_t)process,
    };
}

bool sim_callback_is_current(
    uint32_t process,
    uint32_t module,
    uint32_t map_count)
{
    const struct sim_module *instance = sim_module_at(process, module);
    return sim_module_class(module) == NULL ||
           (instance->is_mapped && instance->map_count == map_count);
}

void sim_callback_enter(const struct sim_callback *callback)
{
    LC_CHECK(callback->process == sim_thread_process());
    bool is_current = sim_callback_is_current(
        callback->process,
        callback->module,
        callback->map_count);
    if (!is_current) {
        sim_trace_write((struct lc_record){
            .kind = LC_RECORD_STRAY,
            .function = LC_STRAY_CALLBACK,
            .caller = LC_MODULE_SYSTEM,
            .callee = callback->module,
        });
        sim_thread_end_run(LC_END_FAULT);
    }
    sim_thread_enter(callback->module, SIM_FRAME_ROOT, 0);
}

static struct sim_callback canonical(const struct sim_callback *callback)
{
    struct sim_callback kept = *callback;
    kept.map_count =
        kept.code != 0 &&
        sim_callback_is_current(kept.process, kept.module, kept.map_count);
    return kept;
}

void sim_callback_key(struct sim_hash *hash)
{
    const struct sim_callbacks *callbacks = &SIM_WIN32->callbacks;
    uint32_t counts[] = { callbacks->item_count, callbacks->worker_count };
    sim_hash_add(hash, counts, sizeof counts);
    for (uint32_t i = 0; i < callbacks->item_count; i++) {
        struct sim_callback kept = canonical(&callbacks->items[i]);
        sim_hash_add(hash, &kept, sizeof kept);
    }
    sim_hash_add(
        hash,
        callbacks->workers,
        callbacks->worker_count * sizeof callbacks->workers[0]);
    for (uint32_t i = 0; i < LC_PROCESSES_MAX * SIM_TLS_MAX; i++) {
        struct sim_callback kept =
            canonical(&callbacks->fls[i / SIM_TLS_MAX][i % SIM_TLS_MAX]);
        sim_hash_add(hash, &kept, sizeof kept);
    }
}
