#include "sim/win32/apc.h"

#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/arena.h"
#include "sim/engine/module.h"
#include "sim/engine/snapshot.h"
#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/engine/whole.h"
#include "sim/win32/win32.h"

enum {
    APCS_MAX = 128,        /* queued at once, per run */
    PLACES_OF_A_THREAD = 4 /* where the first of a thread goes */
};

enum apc_kind {
    APC_FREE = 0,
    APC_USER = 1,
    APC_COMPLETION = 2
};

struct apc {
    uint64_t code;
    uint64_t context; /* or the address of the overlapped structure */
    uint32_t error;
    uint32_t bytes;
    uint32_t order; /* among those of the thread */
    uint32_t map_count;
    uint8_t kind; /* enum apc_kind */
    uint8_t slot;
    uint8_t module;
    uint8_t zero[5]; /* all bytes have names: they go into keys */
};

struct apcs {
    uint32_t end; /* behind the last place used in the run */
    uint32_t zero;
    uint64_t alerts[SIM_THREADS_MAX]; /* what a thread blocks on, alertably */
    struct apc places[APCS_MAX];
};

#define APCS ((struct apcs *)sim_arena_part(SIM_PART_APC))

/* Written at start-up only. */
static void (*cancel_io)(uint32_t slot);

void sim_apc_set_ends(void (*ends)(uint32_t slot))
{
    cancel_io = ends;
}

/* The next call of a thread after one; NULL: none. */
static struct apc *next_of(uint32_t slot, uint32_t after)
{
    struct apcs *apcs = APCS;
    struct apc *next = NULL;
    for (uint32_t i = 0; i < apcs->end; i++) {
        struct apc *apc = &apcs->places[i];
        if (apc->kind != APC_FREE && apc->slot == slot && apc->order > after &&
            (next == NULL || apc->order < next->order)) {
            next = apc;
        }
    }
    return next;
}

static struct apc *free_place(uint32_t slot)
{
    struct apcs *apcs = APCS;
    uint32_t first = slot * PLACES_OF_A_THREAD;
    for (uint32_t i = 0; i < APCS_MAX; i++) {
        uint32_t at = (first + i) % APCS_MAX;
        if (apcs->places[at].kind == APC_FREE) {
            if (at >= apcs->end) {
                apcs->end = at + 1;
            }
            return &apcs->places[at];
        }
    }
    return NULL;
}

static bool queue(uint32_t slot, struct apc apc)
{
    LC_CHECK(slot < SIM_THREADS_MAX);
    struct sim_thread *thread = sim_thread_at(slot);
    if (thread->state == SIM_THREAD_DONE || thread->state == SIM_THREAD_FREE) {
        return false;
    }
    struct apc *place = free_place(slot);
    if (place == NULL) {
        sim_thread_end_run(LC_END_LIMIT);
        return false;
    }
    uint32_t last = 0;
    const struct apc *other = next_of(slot, 0);
    while (other != NULL) {
        last = other->order;
        other = next_of(slot, last);
    }
    apc.slot = (uint8_t)slot;
    apc.order = last + 1;
    if (sim_module_class(apc.module) != NULL) {
        apc.map_count = sim_module_at(thread->process, apc.module)->map_count;
    }
    *place = apc;
    uint64_t key = APCS->alerts[slot];
    if (key != 0) {
        (void)sim_thread_wake(key, 1, SIM_WAKE_CANCELLED);
    }
    return true;
}

bool sim_apc_queue_user(
    uint32_t slot,
    uint32_t module,
    lc_user_apc_fn *code,
    uintptr_t context)
{
    return queue(
        slot,
        (struct apc){
            .code = (uint64_t)(uintptr_t)code,
            .context = context,
            .kind = APC_USER,
            .module = (uint8_t)module,
        });
}

bool sim_apc_queue_completion(
    uint32_t slot,
    uint32_t module,
    const struct sim_apc_completion *completion)
{
    return queue(
        slot,
        (struct apc){
            .code = (uint64_t)(uintptr_t)completion->routine,
            .context = (uint64_t)(uintptr_t)completion->overlapped,
            .error = completion->error,
            .bytes = completion->bytes,
            .kind = APC_COMPLETION,
            .module = (uint8_t)module,
        });
}

/* Ends the run when the code of a call is not there any more. */
static void check_mapped(const struct apc *apc)
{
    if (sim_module_class(apc->module) == NULL) {
        return;
    }
    const struct sim_module *module =
        sim_module_at(sim_thread_process(), apc->module);
    if (module->is_mapped && module->map_count == apc->map_count) {
        return;
    }
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_STRAY,
        .function = LC_STRAY_CALLBACK,
        .caller = LC_MODULE_SYSTEM,
        .callee = apc->module,
    });
    sim_thread_end_run(LC_END_FAULT);
}

static void call(const struct apc *apc)
{
    check_mapped(apc);
    sim_thread_enter(apc->module, SIM_FRAME_APC, 0);
    if (apc->kind == APC_USER) {
        ((lc_user_apc_fn *)(uintptr_t)apc->code)(apc->context);
    } else {
        ((lc_overlapped_completion_fn *)(uintptr_t)apc->code)(
            apc->error,
            apc->bytes,
            (struct lc_wsaoverlapped *)(uintptr_t)apc->context,
            0);
    }
    sim_thread_leave();
}

bool sim_apc_run(void)
{
    uint32_t slot = sim_thread_current_slot();
    struct apc *place = next_of(slot, 0);
    bool has_any = place != NULL;
    while (place != NULL) {
        struct apc apc = *place;
        *place = (struct apc){ 0 };
        call(&apc);
        place = next_of(slot, 0);
    }
    return has_any;
}

void sim_apc_set_alert(uint64_t key)
{
    APCS->alerts[sim_thread_current_slot()] = key;
}

/* Takes out what is queued to a thread. */
static void drop(uint32_t slot)
{
    struct apc *place = next_of(slot, 0);
    while (place != NULL) {
        *place = (struct apc){ 0 };
        place = next_of(slot, 0);
    }
    APCS->alerts[slot] = 0;
}

void sim_apc_thread_ends(uint32_t slot)
{
    LC_CHECK(slot < SIM_THREADS_MAX);
    APCS->alerts[slot] = 0;
    drop(slot);
    if (cancel_io != NULL) {
        cancel_io(slot);
    }
}

void sim_apc_process_exit(uint32_t process)
{
    for (uint32_t slot = 0; slot < SIM_THREADS_MAX; slot++) {
        if (sim_thread_at(slot)->state != SIM_THREAD_FREE &&
            sim_thread_at(slot)->process == process) {
            drop(slot);
        }
    }
}

/* ---- The part ---- */

static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    ret_ranges[0] = (struct sim_range){
        .size_bytes = offsetof(struct apcs, places),
    };
    ret_ranges[1] = (struct sim_range){
        .offset_bytes = offsetof(struct apcs, places),
        .size_bytes = APCS->end * (uint32_t)sizeof(struct apc),
    };
    return 2;
}

/* Of how often a module was mapped it matters only whether a call is from
 * before the last time. */
static void key_of_part(struct sim_hash *hash)
{
    const struct apcs *apcs = APCS;
    sim_hash_add(hash, apcs, offsetof(struct apcs, places));
    for (uint32_t i = 0; i < apcs->end; i++) {
        struct apc kept = apcs->places[i];
        if (kept.kind != APC_FREE && sim_module_class(kept.module) != NULL) {
            uint32_t process = sim_thread_at(kept.slot)->process;
            kept.map_count = sim_module_at(process, kept.module)->map_count ==
                             kept.map_count;
        }
        sim_hash_add(hash, &kept, sizeof kept);
    }
}

static void check_whole(void)
{
    const struct apcs *apcs = APCS;
    LC_CHECK(apcs->end <= APCS_MAX);
    for (uint32_t i = 0; i < APCS_MAX; i++) {
        const struct apc *apc = &apcs->places[i];
        LC_CHECK_IF(i >= apcs->end, apc->kind == APC_FREE);
        LC_CHECK(apc->slot < SIM_THREADS_MAX);
    }
}

void sim_apc_open(void)
{
    sim_whole_add(check_whole);
    sim_arena_part_declare(SIM_PART_APC, sizeof(struct apcs));
    sim_arena_part_set_used(SIM_PART_APC, used_ranges);
    sim_snapshot_set_key(SIM_PART_APC, key_of_part);
}
