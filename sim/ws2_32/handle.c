#include "sim/ws2_32/handle.h"

#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/ws2_32/catalog.h"

enum {
    PLACES_OF_A_THREAD = 5 /* where its first handle goes */
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
    entry->handle = handle;
    entry->catalog_id = catalog_id;
    entry->generation++;
    record(LC_HANDLE_MODIFY, entry);
    return LC_WSA_OK;
}

void sim_handle_drop(struct sim_socket_handle *handle)
{
    LC_CHECK(handle->catalog_id != 0);
    record(LC_HANDLE_FREE, handle);
    handle->catalog_id = 0;
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
