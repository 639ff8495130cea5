#include "sim/ws2_32/probe.h"

#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/thunk.h"
#include "sim/engine/trace.h"
#include "sim/fault/fault.h"
#include "sim/ws2_32/catalog.h"
#include "sim/ws2_32/crossing.h"
#include "sim/ws2_32/spoil.h"
#include "sim/ws2_32/state.h"

enum {
    POISON_BYTE = 0xdd
};

/* WSPStartup as the machine passes it: the table by value is a pointer to the
 * caller's copy, which can thus be poisoned after the return (START-13). */
typedef int LC_ABI startup_fn(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_wspupcalltable *upcalls,
    struct lc_wspproc_table *proc_table);

/* Thunks of all sets. Written at start-up only. */
static sim_code_fn *thunks[SIM_PROBE_SETS_MAX][SIM_PROBE_ENTRIES];

static lc_socket LC_ABI probe_accept(
    lc_socket socket,
    struct lc_sockaddr *address,
    int32_t *address_length,
    lc_condition_fn *condition,
    uintptr_t callback_data,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_accept_fn *forward = (lc_wsp_accept_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_ACCEPT,
        (struct sim_arguments){ (int64_t)socket, 0, 0 });
    lc_socket result = forward(
        socket,
        address,
        address_length,
        condition,
        callback_data,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_INVALID_SOCKET ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_address_to_string(
    struct lc_sockaddr *address,
    uint32_t address_length,
    struct lc_wsaprotocol_infow *protocol_info,
    lc_wchar *address_string,
    uint32_t *address_string_length,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_address_to_string_fn *forward =
        (lc_wsp_address_to_string_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_ADDRESS_TO_STRING,
            (struct sim_arguments){ 0, sim_catalog_same(protocol_info), 0 });
    int result = forward(
        address,
        address_length,
        protocol_info,
        address_string,
        address_string_length,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_async_select(
    lc_socket socket,
    lc_handle window,
    uint32_t message,
    int32_t events,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_async_select_fn *forward =
        (lc_wsp_async_select_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_ASYNC_SELECT,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, window, message, events, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_bind(
    lc_socket socket,
    const struct lc_sockaddr *name,
    int32_t name_length,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_bind_fn *forward = (lc_wsp_bind_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_BIND,
        (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, name, name_length, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_cancel_blocking_call(int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_cancel_blocking_call_fn *forward =
        (lc_wsp_cancel_blocking_call_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_CANCEL_BLOCKING_CALL,
            (struct sim_arguments){ 0, 0, 0 });
    int result = forward(errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_close_socket(lc_socket socket, int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_close_socket_fn *forward =
        (lc_wsp_close_socket_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_CLOSE_SOCKET,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int32_t failed = sim_spoil_close(crossing.set->target);
    int result = failed == 0 ? forward(socket, errno_out)
                             : sim_spoil_return(failed, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_connect(
    lc_socket socket,
    const struct lc_sockaddr *name,
    int32_t name_length,
    struct lc_wsabuf *caller_data,
    struct lc_wsabuf *callee_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_connect_fn *forward = (lc_wsp_connect_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_CONNECT,
        (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(
        socket,
        name,
        name_length,
        caller_data,
        callee_data,
        socket_qos,
        group_qos,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_duplicate_socket(
    lc_socket socket,
    uint32_t process_id,
    struct lc_wsaprotocol_infow *protocol_info,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_duplicate_socket_fn *forward =
        (lc_wsp_duplicate_socket_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_DUPLICATE_SOCKET,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, process_id, protocol_info, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_enum_network_events(
    lc_socket socket,
    lc_handle event,
    struct lc_wsanetworkevents *network_events,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_enum_network_events_fn *forward =
        (lc_wsp_enum_network_events_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_ENUM_NETWORK_EVENTS,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, event, network_events, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_event_select(
    lc_socket socket,
    lc_handle event,
    int32_t network_events,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_event_select_fn *forward =
        (lc_wsp_event_select_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_EVENT_SELECT,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, event, network_events, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_get_overlapped_result(
    lc_socket socket,
    struct lc_wsaoverlapped *overlapped,
    uint32_t *transferred_bytes,
    int32_t wait,
    uint32_t *flags,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_get_overlapped_result_fn *forward =
        (lc_wsp_get_overlapped_result_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_GET_OVERLAPPED_RESULT,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result =
        forward(socket, overlapped, transferred_bytes, wait, flags, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == 0 ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_get_peer_name(
    lc_socket socket,
    struct lc_sockaddr *name,
    int32_t *name_length,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_get_peer_name_fn *forward =
        (lc_wsp_get_peer_name_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_GET_PEER_NAME,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, name, name_length, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_get_sock_name(
    lc_socket socket,
    struct lc_sockaddr *name,
    int32_t *name_length,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_get_sock_name_fn *forward =
        (lc_wsp_get_sock_name_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_GET_SOCK_NAME,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, name, name_length, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_get_sock_opt(
    lc_socket socket,
    int32_t level,
    int32_t option_name,
    char *option_value,
    int32_t *option_length,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_get_sock_opt_fn *forward =
        (lc_wsp_get_sock_opt_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_GET_SOCK_OPT,
            (struct sim_arguments){ (int64_t)socket, option_name, 0 });
    int result = forward(
        socket,
        level,
        option_name,
        option_value,
        option_length,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_get_qos_by_name(
    lc_socket socket,
    struct lc_wsabuf *qos_name,
    struct lc_qos *qos,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_get_qos_by_name_fn *forward =
        (lc_wsp_get_qos_by_name_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_GET_QOS_BY_NAME,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, qos_name, qos, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == 0 ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_ioctl(
    lc_socket socket,
    uint32_t control_code,
    void *in_buffer,
    uint32_t in_buffer_bytes,
    void *out_buffer,
    uint32_t out_buffer_bytes,
    uint32_t *returned_bytes,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_ioctl_fn *forward = (lc_wsp_ioctl_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_IOCTL,
        (struct sim_arguments){
            (int64_t)socket,
            control_code,
            sim_crossing_input(in_buffer, in_buffer_bytes) });
    int result = forward(
        socket,
        control_code,
        in_buffer,
        in_buffer_bytes,
        out_buffer,
        out_buffer_bytes,
        returned_bytes,
        overlapped,
        completion,
        thread_id,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static lc_socket LC_ABI probe_join_leaf(
    lc_socket socket,
    const struct lc_sockaddr *name,
    int32_t name_length,
    struct lc_wsabuf *caller_data,
    struct lc_wsabuf *callee_data,
    struct lc_qos *socket_qos,
    struct lc_qos *group_qos,
    uint32_t flags,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_join_leaf_fn *forward = (lc_wsp_join_leaf_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_JOIN_LEAF,
        (struct sim_arguments){ (int64_t)socket, 0, 0 });
    lc_socket result = forward(
        socket,
        name,
        name_length,
        caller_data,
        callee_data,
        socket_qos,
        group_qos,
        flags,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_INVALID_SOCKET ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI
probe_listen(lc_socket socket, int32_t backlog, int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_listen_fn *forward = (lc_wsp_listen_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_LISTEN,
        (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, backlog, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_recv(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *received_bytes,
    uint32_t *flags,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_recv_fn *forward = (lc_wsp_recv_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_RECV,
        (struct sim_arguments){ (int64_t)socket,
                                sim_crossing_bytes(buffers, buffer_count),
                                0 });
    int result = forward(
        socket,
        buffers,
        buffer_count,
        received_bytes,
        flags,
        overlapped,
        completion,
        thread_id,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        result == 0 && received_bytes != NULL ? *received_bytes : 0);
    return result;
}

static int LC_ABI probe_recv_disconnect(
    lc_socket socket,
    struct lc_wsabuf *inbound_data,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_recv_disconnect_fn *forward =
        (lc_wsp_recv_disconnect_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_RECV_DISCONNECT,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, inbound_data, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_recv_from(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *received_bytes,
    uint32_t *flags,
    struct lc_sockaddr *from,
    int32_t *from_length,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_recv_from_fn *forward = (lc_wsp_recv_from_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_RECV_FROM,
        (struct sim_arguments){ (int64_t)socket,
                                sim_crossing_bytes(buffers, buffer_count),
                                0 });
    int result = forward(
        socket,
        buffers,
        buffer_count,
        received_bytes,
        flags,
        from,
        from_length,
        overlapped,
        completion,
        thread_id,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        result == 0 && received_bytes != NULL ? *received_bytes : 0);
    return result;
}

static int LC_ABI probe_select(
    int32_t ignored,
    struct lc_fd_set *read_set,
    struct lc_fd_set *write_set,
    struct lc_fd_set *except_set,
    const struct lc_timeval *timeout,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_select_fn *forward = (lc_wsp_select_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_SELECT,
        (struct sim_arguments){ 0, 0, 0 });
    int result =
        forward(ignored, read_set, write_set, except_set, timeout, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_send(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *sent_bytes,
    uint32_t flags,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_send_fn *forward = (lc_wsp_send_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_SEND,
        (struct sim_arguments){ (int64_t)socket,
                                sim_crossing_bytes(buffers, buffer_count),
                                0 });
    int result = forward(
        socket,
        buffers,
        buffer_count,
        sent_bytes,
        flags,
        overlapped,
        completion,
        thread_id,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        sent_bytes == NULL || result != 0 ? 0 : *sent_bytes);
    return result;
}

static int LC_ABI probe_send_disconnect(
    lc_socket socket,
    struct lc_wsabuf *outbound_data,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_send_disconnect_fn *forward =
        (lc_wsp_send_disconnect_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_SEND_DISCONNECT,
            (struct sim_arguments){ (int64_t)socket, 0, 0 });
    int result = forward(socket, outbound_data, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_send_to(
    lc_socket socket,
    struct lc_wsabuf *buffers,
    uint32_t buffer_count,
    uint32_t *sent_bytes,
    uint32_t flags,
    const struct lc_sockaddr *to,
    int32_t to_length,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *completion,
    struct lc_wsathreadid *thread_id,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_send_to_fn *forward = (lc_wsp_send_to_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_SEND_TO,
        (struct sim_arguments){ (int64_t)socket,
                                sim_crossing_bytes(buffers, buffer_count),
                                0 });
    int result = forward(
        socket,
        buffers,
        buffer_count,
        sent_bytes,
        flags,
        to,
        to_length,
        overlapped,
        completion,
        thread_id,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        sent_bytes == NULL || result != 0 ? 0 : *sent_bytes);
    return result;
}

static int LC_ABI probe_set_sock_opt(
    lc_socket socket,
    int32_t level,
    int32_t option_name,
    const char *option_value,
    int32_t option_length,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_set_sock_opt_fn *forward =
        (lc_wsp_set_sock_opt_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_SET_SOCK_OPT,
            (struct sim_arguments){ (int64_t)socket,
                                    option_name,
                                    sim_crossing_option(
                                        option_name,
                                        option_value,
                                        option_length) });
    int result = forward(
        socket,
        level,
        option_name,
        option_value,
        option_length,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI
probe_shutdown(lc_socket socket, int32_t how, int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_shutdown_fn *forward = (lc_wsp_shutdown_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_SHUTDOWN,
        (struct sim_arguments){ (int64_t)socket, how, 0 });
    int result = forward(socket, how, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_string_to_address(
    lc_wchar *address_string,
    int32_t family,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_sockaddr *address,
    int32_t *address_length,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_string_to_address_fn *forward =
        (lc_wsp_string_to_address_fn *)sim_crossing_enter(
            &crossing,
            LC_SPI_STRING_TO_ADDRESS,
            (struct sim_arguments){ 0, sim_catalog_same(protocol_info), 0 });
    int result = forward(
        address_string,
        family,
        protocol_info,
        address,
        address_length,
        errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_SOCKET_ERROR ? errno_out : NULL,
        0);
    return result;
}

static int LC_ABI probe_cleanup(int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_cleanup_fn *forward = (lc_wsp_cleanup_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_CLEANUP,
        (struct sim_arguments){ 0 });
    /* One that is made to fail has done its work all the same: X-35. */
    int32_t failed =
        sim_fault_at(LC_PLACE_SPI_ENTER, LC_SPI_CLEANUP, crossing.set->target);
    int result = forward(errno_out);
    if (result == 0) {
        sim_ws2_process()->counts[crossing.set->target]--;
    }
    if (result == 0 && failed != 0) {
        result = sim_spoil_return(failed, errno_out);
    }
    sim_crossing_leave(&crossing, result, result == 0 ? NULL : errno_out, 0);
    return result;
}

static lc_socket LC_ABI probe_socket(
    int32_t family,
    int32_t type,
    int32_t protocol,
    struct lc_wsaprotocol_infow *protocol_info,
    uint32_t group,
    uint32_t flags,
    int32_t *errno_out)
{
    struct sim_crossing crossing;
    lc_wsp_socket_fn *forward = (lc_wsp_socket_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_SOCKET,
        (struct sim_arguments){
            sim_catalog_same(protocol_info),
            protocol_info == NULL ? 0 : protocol_info->ProtocolChain.ChainLen,
            type,
        });
    lc_socket result =
        forward(family, type, protocol, protocol_info, group, flags, errno_out);
    sim_crossing_leave(
        &crossing,
        (int64_t)result,
        result == LC_INVALID_SOCKET ? errno_out : NULL,
        0);
    return result;
}

/* Puts probes in front of a table's entries. Returns how many are not NULL. */
static uint32_t wrap_table(
    struct sim_probe_set *set,
    struct lc_wspproc_table *table)
{
    sim_code_fn *entries[LC_SPI_COUNT];
    uint32_t set_index = (uint32_t)(set - SIM_WS2_32->sets);
    uint32_t count = 0;
    memcpy(entries, table, sizeof entries);
    for (uint32_t i = 0; i < LC_SPI_COUNT; i++) {
        if (entries[i] == NULL) {
            continue;
        }
        count++;
        if (!sim_thunk_is(entries[i])) {
            set->entries[i] = entries[i];
            entries[i] = thunks[set_index][i];
        }
    }
    memcpy(table, entries, sizeof entries);
    return count;
}

static int LC_ABI probe_startup(
    uint16_t version_requested,
    struct lc_wspdata *data,
    struct lc_wsaprotocol_infow *protocol_info,
    struct lc_wspupcalltable *upcalls,
    struct lc_wspproc_table *proc_table)
{
    struct sim_crossing crossing;
    startup_fn *forward = (startup_fn *)sim_crossing_enter(
        &crossing,
        LC_SPI_STARTUP,
        (struct sim_arguments){ 0 });
    struct lc_wspupcalltable copy = *upcalls;
    struct lc_record *record = &crossing.record;
    record->a = sim_catalog_same(protocol_info);
    record->b =
        protocol_info == NULL ? 0 : protocol_info->ProtocolChain.ChainLen;
    record->c = memcmp(upcalls, sim_upcall_table(), sizeof *upcalls) == 0;
    record->d = version_requested;
    sim_trace_write(*record);
    /* A start that is made to fail does not get as far as the provider, or the
     * provider does not know of it. */
    int32_t failed =
        sim_fault_at(LC_PLACE_SPI_ENTER, LC_SPI_STARTUP, crossing.set->target);
    bool is_late = sim_spoil_is_late(failed);
    int result = is_late ? 0 : failed;
    sim_thread_enter(crossing.set->target, SIM_FRAME_SPI, LC_SPI_STARTUP);
    if (result == 0) {
        result =
            forward(version_requested, data, protocol_info, &copy, proc_table);
    }
    bool is_filled = result == 0;
    if (is_filled && is_late) {
        result = sim_spoil(failed, data, proc_table);
    }
    memset(&copy, POISON_BYTE, sizeof copy);
    uint32_t count = 0;
    int32_t error = result;
    record->a = 0;
    if (is_filled) {
        count = wrap_table(crossing.set, proc_table);
    }
    if (result == 0) {
        sim_ws2_process()->counts[crossing.set->target]++;
        record->a = data == NULL ? 0 : data->wVersion;
    }
    record->d = 0;
    sim_crossing_leave(&crossing, result, &error, count);
    return result;
}

static sim_code_fn *const handlers[LC_SPI_COUNT + 1] = {
    [LC_SPI_ACCEPT] = (sim_code_fn *)probe_accept,
    [LC_SPI_ADDRESS_TO_STRING] = (sim_code_fn *)probe_address_to_string,
    [LC_SPI_ASYNC_SELECT] = (sim_code_fn *)probe_async_select,
    [LC_SPI_BIND] = (sim_code_fn *)probe_bind,
    [LC_SPI_CANCEL_BLOCKING_CALL] = (sim_code_fn *)probe_cancel_blocking_call,
    [LC_SPI_CLEANUP] = (sim_code_fn *)probe_cleanup,
    [LC_SPI_CLOSE_SOCKET] = (sim_code_fn *)probe_close_socket,
    [LC_SPI_CONNECT] = (sim_code_fn *)probe_connect,
    [LC_SPI_DUPLICATE_SOCKET] = (sim_code_fn *)probe_duplicate_socket,
    [LC_SPI_ENUM_NETWORK_EVENTS] = (sim_code_fn *)probe_enum_network_events,
    [LC_SPI_EVENT_SELECT] = (sim_code_fn *)probe_event_select,
    [LC_SPI_GET_OVERLAPPED_RESULT] = (sim_code_fn *)probe_get_overlapped_result,
    [LC_SPI_GET_PEER_NAME] = (sim_code_fn *)probe_get_peer_name,
    [LC_SPI_GET_SOCK_NAME] = (sim_code_fn *)probe_get_sock_name,
    [LC_SPI_GET_SOCK_OPT] = (sim_code_fn *)probe_get_sock_opt,
    [LC_SPI_GET_QOS_BY_NAME] = (sim_code_fn *)probe_get_qos_by_name,
    [LC_SPI_IOCTL] = (sim_code_fn *)probe_ioctl,
    [LC_SPI_JOIN_LEAF] = (sim_code_fn *)probe_join_leaf,
    [LC_SPI_LISTEN] = (sim_code_fn *)probe_listen,
    [LC_SPI_RECV] = (sim_code_fn *)probe_recv,
    [LC_SPI_RECV_DISCONNECT] = (sim_code_fn *)probe_recv_disconnect,
    [LC_SPI_RECV_FROM] = (sim_code_fn *)probe_recv_from,
    [LC_SPI_SELECT] = (sim_code_fn *)probe_select,
    [LC_SPI_SEND] = (sim_code_fn *)probe_send,
    [LC_SPI_SEND_DISCONNECT] = (sim_code_fn *)probe_send_disconnect,
    [LC_SPI_SEND_TO] = (sim_code_fn *)probe_send_to,
    [LC_SPI_SET_SOCK_OPT] = (sim_code_fn *)probe_set_sock_opt,
    [LC_SPI_SHUTDOWN] = (sim_code_fn *)probe_shutdown,
    [LC_SPI_SOCKET] = (sim_code_fn *)probe_socket,
    [LC_SPI_STRING_TO_ADDRESS] = (sim_code_fn *)probe_string_to_address,
    [LC_SPI_STARTUP] = (sim_code_fn *)probe_startup,
};

static struct sim_probe_set *find_set(
    uint32_t process,
    uint32_t importer,
    uint32_t target)
{
    struct sim_ws2_32 *ws2 = SIM_WS2_32;
    for (uint32_t i = 0; i < ws2->set_count; i++) {
        struct sim_probe_set *set = &ws2->sets[i];
        if (set->process == process && set->importer == importer &&
            set->target == target) {
            return set;
        }
    }
    if (ws2->set_count == SIM_PROBE_SETS_MAX) {
        return NULL;
    }
    struct sim_probe_set *set = &ws2->sets[ws2->set_count];
    ws2->set_count++;
    *set = (struct sim_probe_set){
        .is_used = 1,
        .process = (uint8_t)process,
        .importer = (uint8_t)importer,
        .target = (uint8_t)target,
    };
    return set;
}

static sim_code_fn *wrap(
    uint32_t importer,
    uint32_t target,
    const char *name,
    sim_code_fn *code)
{
    if (name == NULL || strcmp(name, "WSPStartup") != 0) {
        return code;
    }
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    struct sim_probe_set *set = find_set(process, importer, target);
    if (set == NULL) {
        sim_thread_end_run(LC_END_LIMIT);
        return NULL;
    }
    set->map_count = sim_module_at(process, target)->map_count;
    set->startup = code;
    return thunks[set - SIM_WS2_32->sets][LC_SPI_STARTUP];
}

void sim_probe_open(void)
{
    sim_module_set_wrap(wrap);
    if (thunks[0][0] != NULL) {
        return; /* a second opening of the simulator */
    }
    for (uint32_t set = 0; set < SIM_PROBE_SETS_MAX; set++) {
        for (uint32_t i = 0; i < SIM_PROBE_ENTRIES; i++) {
            thunks[set][i] =
                sim_thunk_make(set * SIM_PROBE_ENTRIES + i, handlers[i]);
            LC_CHECK(thunks[set][i] != NULL);
        }
    }
}
