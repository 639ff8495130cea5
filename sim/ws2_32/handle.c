#include "sim/ws2_32/handle.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/choice.h"
#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/port.h"
#include "sim/ws2_32/catalog.h"

enum {
    PLACES_OF_A_THREAD = 5,  /* where its first handle goes */
    OWN_FIRST = 0x10400,     /* the first value of an own handle */
    HANDLES_OF_A_THREAD = 64 /* whose own values lie together */
};

static void record(
    enum lc_handle_change change,
    const struct sim_socket_handle *handle)
{
    LC_CHECK(handle->catalog_id != 0);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_HANDLE,
        .function = (uint16_t)change,
        .caller = LC_MODULE_WS2_32,
        .callee = (uint8_t)sim_catalog_module(handle->catalog_id - 1),
        .a = (int64_t)handle->handle,
        .b = handle->catalog_id,
    });
}

struct sim_socket_handle *sim_handle_find(lc_socket handle)
{
    struct sim_ws2_process *process = sim_ws2_process();
    for (uint32_t i = 0; i < process->handle_count; i++) {
        struct sim_socket_handle *entry = &process->handles[i];
        if (entry->catalog_id != 0 && entry->handle == handle) {
            return entry;
        }
    }
    return NULL;
}

/* A free place. Where it lies depends on the thread and on what that thread
 * has registered, not on what others did meanwhile. */
static struct sim_socket_handle *find_free(void)
{
    struct sim_ws2_process *process = sim_ws2_process();
    uint32_t first = sim_thread_current_slot() * PLACES_OF_A_THREAD;
    for (uint32_t i = 0; i < SIM_SOCKET_HANDLES_MAX; i++) {
        uint32_t at = (first + i) % SIM_SOCKET_HANDLES_MAX;
        if (process->handles[at].catalog_id == 0) {
            if (at >= process->handle_count) {
                process->handle_count = at + 1;
            }
            return &process->handles[at];
        }
    }
    return NULL;
}

enum lc_wsa sim_handle_register(lc_socket handle, uint32_t catalog_id)
{
    LC_CHECK(catalog_id >= 1 && catalog_id <= sim_catalog_count());
    struct sim_socket_handle *entry = sim_handle_find(handle);
    if (entry == NULL) {
        entry = find_free();
        if (entry == NULL) {
            return LC_WSAENOBUFS;
        }
    }
    if (entry->is_own) {
        return LC_WSAEINVAL; /* no IFS handle */
    }
    sim_port_forget(sim_thread_process(), handle);
    entry->handle = handle;
    entry->catalog_id = catalog_id;
    entry->generation++;
    record(LC_HANDLE_MODIFY, entry);
    return LC_WSA_OK;
}

/* The index of an own handle that the process has never had. It depends on the
 * thread and on how many that has made; of a thread that makes many also on who
 * else has made as many. */
static uint32_t fresh_index(struct sim_own_handles *own)
{
    uint32_t ordinal = sim_thread_ordinal();
    LC_CHECK(ordinal < SIM_THREADS_MAX);
    if (own->made[ordinal] < HANDLES_OF_A_THREAD) {
        own->made[ordinal]++;
        return ordinal * HANDLES_OF_A_THREAD + own->made[ordinal] - 1;
    }
    own->more++;
    return SIM_THREADS_MAX * HANDLES_OF_A_THREAD + own->more - 1;
}

static uint32_t take_index(struct sim_own_handles *own)
{
    struct lc_place place = {
        .kind = LC_PLACE_UPCALL,
        .function = LC_UPCALL_CREATE_SOCKET_HANDLE,
        .module = (uint8_t)sim_thread_module(),
    };
    if (own->freed_count > 0 &&
        sim_choice_upto(LC_STREAM_HANDLE, place, 1) == 1) {
        own->freed_count--;
        return own->freed[own->freed_count];
    }
    return fresh_index(own);
}

enum lc_wsa sim_handle_create(
    uint32_t catalog_id,
    uintptr_t context,
    lc_socket *ret_handle)
{
    LC_CHECK(catalog_id >= 1 && catalog_id <= sim_catalog_count());
    struct sim_socket_handle *entry = find_free();
    if (entry == NULL) {
        return LC_WSAENOBUFS;
    }
    entry->handle =
        OWN_FIRST + 4 * (uint64_t)take_index(&sim_ws2_process()->own);
    entry->context = context;
    entry->catalog_id = catalog_id;
    entry->generation++;
    entry->is_own = 1;
    record(LC_HANDLE_ALLOC, entry);
    *ret_handle = entry->handle;
    return LC_WSA_OK;
}

/* Its value may be given out again from now on. */
static void remember_freed(uint64_t handle)
{
    struct sim_own_handles *own = &sim_ws2_process()->own;
    LC_CHECK(handle >= OWN_FIRST);
    if (own->freed_count == SIM_OWN_FREED_MAX) {
        memmove(
            &own->freed[0],
            &own->freed[1],
            (SIM_OWN_FREED_MAX - 1) * sizeof own->freed[0]);
        own->freed_count--;
    }
    own->freed[own->freed_count] = (uint32_t)((handle - OWN_FIRST) / 4);
    own->freed_count++;
}

void sim_handle_drop(struct sim_socket_handle *handle)
{
    LC_CHECK(handle->catalog_id != 0);
    record(LC_HANDLE_FREE, handle);
    if (handle->is_own) {
        remember_freed(handle->handle);
    }
    handle->context = 0;
    sim_port_forget(sim_thread_process(), handle->handle);
    handle->catalog_id = 0;
    handle->is_own = 0;
    handle->handle = 0;
}

void sim_handle_drop_all(void)
{
    struct sim_ws2_process *process = sim_ws2_process();
    for (uint32_t i = 0; i < process->handle_count; i++) {
        if (process->handles[i].catalog_id != 0) {
            sim_handle_drop(&process->handles[i]);
        }
    }
}
