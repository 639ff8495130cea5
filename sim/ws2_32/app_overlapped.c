/*
 * The application's overlapped sends, its events, and its alertable waits.
 * Source: documented. WSASend, WSAGetOverlappedResult, WSACreateEvent,
 *         WSAWaitForMultipleEvents (winsock2.h), SleepEx (synchapi.h).
 */
#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/net/net.h"
#include "sim/win32/port.h"
#include "sim/win32/win32.h"
#include "sim/ws2_32/app.h"
#include "sim/ws2_32/overlapped.h"
#include "sim/ws2_32/ws2_32.h"

static struct sim_overlapped_process *own(void)
{
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    return &SIM_OVERLAPPED->processes[process];
}

/* The event that an operation is to set, NULL: none. */
static lc_handle event_of(const struct lc_op *op)
{
    LC_CHECK(op->value2 < LC_INDICATE_COUNT);
    return op->value2 < LC_INDICATE_EVENT
               ? NULL
               : (lc_handle)(uintptr_t)own()
                     ->events[op->value2 - LC_INDICATE_EVENT];
}

void sim_app_describe_overlapped(
    const struct lc_op *op,
    struct lc_record *record)
{
    record->b = op->value;
    record->c = op->value2;
    if (op->value2 >= LC_INDICATE_EVENT && event_of(op) == NULL) {
        record->c = LC_INDICATE_NOTHING;
    }
}

struct lc_wsaoverlapped *sim_app_take_overlapped(
    const struct lc_op *op,
    uint32_t number)
{
    struct lc_wsaoverlapped *overlapped = sim_overlapped_take(number);
    overlapped->hEvent = event_of(op);
    return overlapped;
}

void sim_app_began_overlapped(const struct lc_op *op, uint32_t number)
{
    own()->last[op->socket] = (uint8_t)number;
}

enum lc_wsa sim_app_wsasend(const struct lc_op *op, struct lc_record *record)
{
    struct sim_app_process *app = sim_app_process_running();
    lc_socket socket = (lc_socket)record->c;
    uint32_t number = (uint32_t)record->d;
    struct lc_wsaoverlapped *overlapped = sim_app_take_overlapped(op, number);
    struct lc_wsabuf buffer = {
        .len = op->value,
        .buf = (char *)(uintptr_t)sim_net_pattern(
            app->streams[op->socket],
            app->sent_bytes[op->socket]),
    };
    enum lc_wsa wsa = sim_wsa_send_overlapped(
        socket,
        &buffer,
        overlapped,
        op->value2 == LC_INDICATE_ROUTINE ? sim_overlapped_routine : NULL);
    if (wsa == LC_WSA_OK || wsa == LC_WSA_IO_PENDING) {
        app->sent_bytes[op->socket] += op->value;
        sim_app_began_overlapped(op, number);
    }
    return wsa;
}

void sim_app_describe_result(const struct lc_op *op, struct lc_record *record)
{
    record->b = op->value;
    record->c = own()->last[op->socket];
}

enum lc_wsa sim_app_get_overlapped(
    const struct lc_op *op,
    struct lc_record *record)
{
    uint32_t number = own()->last[op->socket];
    uint32_t bytes = 0;
    enum lc_wsa wsa = sim_wsa_get_overlapped_result(
        (lc_socket)record->c,
        number == 0 ? NULL : sim_overlapped_at(number),
        op->value != 0,
        &bytes);
    if (wsa == LC_WSA_OK) {
        record->a = bytes;
    }
    return wsa;
}

static bool is_started(void)
{
    return sim_ws2_process()->startup_count > 0;
}

enum lc_wsa sim_app_create_event(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    if (!is_started()) {
        return LC_WSANOTINITIALISED;
    }
    lc_handle event = sim_win32_create_event_a(NULL, 1, 0, NULL);
    if (event == NULL) {
        return LC_WSA_NOT_ENOUGH_MEMORY;
    }
    own()->events[op->value] = (uint64_t)(uintptr_t)event;
    own()->names[op->value] = sim_win32_event_name(event);
    return LC_WSA_OK;
}

/* The event of a variable, or an error. */
static enum lc_wsa find_event(const struct lc_op *op, lc_handle *ret_event)
{
    *ret_event = (lc_handle)(uintptr_t)own()->events[op->value];
    if (!is_started()) {
        return LC_WSANOTINITIALISED;
    }
    return *ret_event == NULL ? LC_WSA_INVALID_HANDLE : LC_WSA_OK;
}

enum lc_wsa sim_app_close_event(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    lc_handle event;
    enum lc_wsa wsa = find_event(op, &event);
    if (wsa == LC_WSA_OK) {
        own()->events[op->value] = 0;
        own()->names[op->value] = 0;
        (void)sim_win32_close_handle(event);
    }
    return wsa;
}

enum lc_wsa sim_app_set_event(const struct lc_op *op, struct lc_record *record)
{
    (void)record;
    lc_handle event;
    enum lc_wsa wsa = find_event(op, &event);
    if (wsa == LC_WSA_OK && !sim_win32_set_event(event)) {
        wsa = LC_WSA_INVALID_HANDLE; /* closed meanwhile */
    }
    return wsa;
}

enum lc_wsa sim_app_reset_event(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    lc_handle event;
    enum lc_wsa wsa = find_event(op, &event);
    if (wsa == LC_WSA_OK && !sim_win32_reset_event(event)) {
        wsa = LC_WSA_INVALID_HANDLE; /* closed meanwhile */
    }
    return wsa;
}

void sim_app_describe_wait(const struct lc_op *op, struct lc_record *record)
{
    record->b = op->value2;
    record->c = op->entry;
}

enum lc_wsa sim_app_wait(const struct lc_op *op, struct lc_record *record)
{
    lc_handle events[LC_EVENTS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < LC_EVENTS_MAX; i++) {
        uint64_t event = own()->events[i];
        if ((op->value >> i & 1) != 0 && event != 0) {
            events[count] = (lc_handle)(uintptr_t)event;
            count++;
        }
    }
    if (!is_started()) {
        return LC_WSANOTINITIALISED;
    }
    if (count == 0) {
        return LC_WSA_INVALID_HANDLE;
    }
    uint32_t result = sim_win32_wait_for_multiple_objects_ex(
        count,
        events,
        op->entry == LC_WAIT_HOW_ALL,
        op->value2,
        op->entry == LC_WAIT_HOW_ALERTABLE);
    if (result == LC_WAIT_FAILED) {
        return LC_WSA_INVALID_HANDLE; /* closed meanwhile */
    }
    record->a = result;
    return LC_WSA_OK;
}

enum lc_wsa sim_app_sleep_ex(const struct lc_op *op, struct lc_record *record)
{
    record->a = sim_win32_sleep_ex(op->value, 1);
    return LC_WSA_OK;
}

/* Ties the socket to the port, which is made for the first. */
enum lc_wsa sim_app_create_port(
    const struct lc_op *op,
    struct lc_record *record)
{
    lc_handle port = sim_win32_create_io_completion_port(
        (lc_handle)(uintptr_t)record->c,
        (lc_handle)(uintptr_t)own()->port,
        op->socket + 1U,
        0);
    if (port == NULL) {
        return (enum lc_wsa)sim_thread_current()->last_error;
    }
    own()->port = (uint64_t)(uintptr_t)port;
    return LC_WSA_OK;
}

enum lc_wsa sim_app_dequeue(const struct lc_op *op, struct lc_record *record)
{
    uint32_t bytes = 0;
    uintptr_t key = 0;
    struct lc_wsaoverlapped *overlapped = NULL;
    int is_good = sim_win32_get_queued_completion_status(
        (lc_handle)(uintptr_t)own()->port,
        &bytes,
        &key,
        &overlapped,
        op->value);
    uint32_t number = sim_overlapped_number(overlapped);
    uint32_t error = is_good ? 0 : sim_thread_current()->last_error;
    if (number != 0) {
        sim_trace_write((struct lc_record){
            .kind = LC_RECORD_OVERLAPPED,
            .caller = LC_MODULE_SYSTEM,
            .callee = LC_MODULE_APP,
            .function = LC_OVERLAPPED_TAKEN,
            .a = number,
            .b = error,
            .c = bytes,
        });
    }
    record->a = bytes;
    return (enum lc_wsa)error;
}

enum lc_wsa sim_app_post(const struct lc_op *op, struct lc_record *record)
{
    (void)record;
    int is_good = sim_win32_post_queued_completion_status(
        (lc_handle)(uintptr_t)own()->port,
        op->value,
        0,
        NULL);
    return is_good ? LC_WSA_OK : (enum lc_wsa)sim_thread_current()->last_error;
}
