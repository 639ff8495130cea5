/*
 * Source: documented. WSAOVERLAPPED, WSASend, WPUCompleteOverlappedRequest; the
 *         catalogue, 12.
 */
#include "sim/ws2_32/overlapped.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/net/request.h"
#include "sim/win32/apc.h"
#include "sim/win32/port.h"
#include "sim/win32/win32.h"
#include "sim/ws2_32/handle.h"

/* The number of an operation of the application, 0: it is none of its. */
static uint32_t number_of(const void *structure)
{
    uint64_t first = (uint64_t)(uintptr_t)SIM_OVERLAPPED->places;
    uint64_t at = (uint64_t)(uintptr_t)structure;
    if (at < first || at >= first + sizeof SIM_OVERLAPPED->places) {
        return 0;
    }
    return (uint32_t)((at - first) / sizeof SIM_OVERLAPPED->places[0]);
}

static void record(
    uint32_t process,
    enum lc_overlapped what,
    const struct lc_wsaoverlapped *structure)
{
    uint32_t number = number_of(structure);
    if (number == 0) {
        return; /* that of a layer is its own business */
    }
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_OVERLAPPED,
        .process = (uint8_t)process,
        .caller = (uint8_t)sim_thread_module(),
        .callee = LC_MODULE_APP,
        .function = (uint16_t)what,
        .a = number,
        .b = structure->OffsetHigh,
        .c = (int64_t)structure->InternalHigh,
        .d = what == LC_OVERLAPPED_STATUS
                 ? sim_overlapped_received(
                       process,
                       number,
                       structure->OffsetHigh,
                       (uint32_t)structure->InternalHigh)
                 : 0,
    });
}

static bool is_socket(uint64_t handle)
{
    return sim_handle_find((lc_socket)handle) != NULL;
}

uint32_t sim_overlapped_number(const void *structure)
{
    return number_of(structure);
}

/* Results first, the status last: OVL-5. */
static void settle(
    struct lc_wsaoverlapped *structure,
    uint32_t error,
    uint32_t bytes)
{
    structure->Offset = 0;
    structure->OffsetHigh = error;
    structure->InternalHigh = bytes;
    __atomic_store_n(&structure->Internal, error, __ATOMIC_SEQ_CST);
}

/* The packet of an operation, to the port that its socket is tied to. */
static void post(
    uint32_t process,
    uint64_t port,
    uint64_t key,
    struct lc_wsaoverlapped *structure)
{
    if (port == 0) {
        return;
    }
    record(process, LC_OVERLAPPED_PACKET, structure);
    sim_port_post(
        port,
        &(struct sim_port_packet){
            .key = key,
            .overlapped = (uint64_t)(uintptr_t)structure,
            .bytes = (uint32_t)structure->InternalHigh,
            .error = structure->OffsetHigh,
        });
}

/* A request of the transport is through. */
static void on_done(
    const struct sim_request_tag *tag,
    const struct sim_request_result *result)
{
    struct lc_wsaoverlapped *structure =
        (struct lc_wsaoverlapped *)(uintptr_t)tag->overlapped;
    settle(structure, (uint32_t)result->error, result->bytes);
    record(tag->process, LC_OVERLAPPED_STATUS, structure);
    if (result->is_silent) {
        return;
    }
    if (tag->routine == 0) {
        if (tag->event != 0) {
            record(tag->process, LC_OVERLAPPED_EVENT, structure);
            sim_win32_event_end(tag->event);
        }
        post(tag->process, tag->port, tag->key, structure);
        return;
    }
    lc_overlapped_completion_fn *routine =
        (lc_overlapped_completion_fn *)(uintptr_t)tag->routine;
    bool is_queued = sim_apc_queue_completion(
        tag->thread,
        routine == sim_overlapped_routine ? LC_MODULE_APP : tag->module,
        &(struct sim_apc_completion){
            .routine = routine,
            .overlapped = structure,
            .error = (uint32_t)result->error,
            .bytes = result->bytes,
        });
    if (is_queued) {
        record(tag->process, LC_OVERLAPPED_QUEUED, structure);
    }
}

void LC_ABI sim_overlapped_routine(
    uint32_t error,
    uint32_t transferred_bytes,
    struct lc_wsaoverlapped *overlapped,
    uint32_t flags)
{
    (void)flags;
    uint32_t number = number_of(overlapped);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_OVERLAPPED,
        .caller = LC_MODULE_SYSTEM,
        .callee = LC_MODULE_APP,
        .function = LC_OVERLAPPED_ROUTINE,
        .a = number,
        .b = error,
        .c = transferred_bytes,
        .d = sim_overlapped_received(
            sim_thread_process(),
            number,
            error,
            transferred_bytes),
    });
    sim_thread_progress();
}

int LC_ABI sim_overlapped_complete_request(
    lc_socket socket,
    struct lc_wsaoverlapped *overlapped,
    uint32_t error,
    uint32_t transferred_bytes,
    int32_t *errno_out)
{
    if (overlapped == NULL || sim_handle_find(socket) == NULL) {
        if (errno_out != NULL) {
            *errno_out = LC_WSAEINVAL;
        }
        return LC_SOCKET_ERROR;
    }
    uint32_t process = sim_thread_process();
    settle(overlapped, error, transferred_bytes);
    record(process, LC_OVERLAPPED_STATUS, overlapped);
    if (overlapped->hEvent != NULL) {
        record(process, LC_OVERLAPPED_EVENT, overlapped);
        (void)sim_win32_set_event(overlapped->hEvent);
    }
    uint64_t key = 0;
    uint64_t port = sim_port_of(socket, &key);
    post(process, port, key, overlapped);
    return 0;
}

struct lc_wsaoverlapped *sim_overlapped_take(uint32_t number)
{
    struct sim_overlappeds *overlappeds = SIM_OVERLAPPED;
    LC_CHECK(number >= 1 && number <= LC_OPS_MAX);
    if (number >= overlappeds->end) {
        overlappeds->end = number + 1;
    }
    overlappeds->places[number] = (struct lc_wsaoverlapped){ 0 };
    return &overlappeds->places[number];
}

struct lc_wsaoverlapped *sim_overlapped_at(uint32_t number)
{
    LC_CHECK(number >= 1 && number < SIM_OVERLAPPED->end);
    return &SIM_OVERLAPPED->places[number];
}

void sim_overlapped_process_exit(uint32_t process)
{
    SIM_OVERLAPPED->processes[process] = (struct sim_overlapped_process){ 0 };
}

static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    ret_ranges[0] = (struct sim_range){
        .size_bytes = offsetof(struct sim_overlappeds, places),
    };
    ret_ranges[1] = (struct sim_range){
        .offset_bytes = offsetof(struct sim_overlappeds, places),
        .size_bytes =
            SIM_OVERLAPPED->end * (uint32_t)sizeof(struct lc_wsaoverlapped),
    };
    ret_ranges[2] = (struct sim_range){
        .offset_bytes = offsetof(struct sim_overlappeds, receives),
        .size_bytes = SIM_OVERLAPPED->receives_end *
                      (uint32_t)sizeof(struct sim_overlapped_receive),
    };
    ret_ranges[3] = (struct sim_range){
        .offset_bytes = offsetof(struct sim_overlappeds, bytes),
        .size_bytes = SIM_OVERLAPPED->bytes_end,
    };
    return 4;
}

void sim_overlapped_open(void)
{
    sim_arena_part_declare(SIM_PART_OVERLAPPED, sizeof(struct sim_overlappeds));
    sim_arena_part_set_used(SIM_PART_OVERLAPPED, used_ranges);
    sim_request_set_done(on_done);
    sim_apc_set_ends(sim_request_cancel_thread);
    sim_port_set_is_file(is_socket);
}
