/*
 * The application's overlapped receives. Each call of the schedule has room for
 * its bytes, behind that of the calls before it: none is used again, so that
 * what is written too late into one harms no other.
 * Source: documented. WSARecv (winsock2.h).
 */
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/net/receive.h"
#include "sim/ws2_32/app.h"
#include "sim/ws2_32/overlapped.h"
#include "sim/ws2_32/receive.h"
#include "sim/ws2_32/state.h"

/* Where the room of a call begins. Its number is that of the call in the
 * schedule, from 1. */
static uint32_t room_of(const struct lc_op *op, uint32_t number)
{
    uint32_t first = 0;
    for (uint32_t i = 1; i < number; i++) {
        const struct lc_op *before = op - i;
        first += before->call == LC_CALL_WSARECV ? before->value : 0;
    }
    return first;
}

/* Takes the room, zeros in it. */
static unsigned char *take_room(
    const struct lc_op *op,
    uint32_t number,
    lc_socket stream)
{
    struct sim_overlappeds *overlappeds = SIM_OVERLAPPED;
    uint32_t first = room_of(op, number);
    uint32_t end = first + op->value;
    LC_CHECK(end <= sizeof overlappeds->bytes);
    if (end > overlappeds->bytes_end) {
        overlappeds->bytes_end = end;
    }
    if (number >= overlappeds->receives_end) {
        overlappeds->receives_end = number + 1;
    }
    memset(&overlappeds->bytes[first], 0, op->value);
    overlappeds->receives[number] = (struct sim_overlapped_receive){
        .stream = stream,
        .first = first,
        .size_bytes = op->value,
        .is_receive = 1,
        .variable = op->socket,
    };
    return &overlappeds->bytes[first];
}

enum lc_wsa sim_app_wsarecv(const struct lc_op *op, struct lc_record *record)
{
    uint32_t number = (uint32_t)record->d;
    LC_CHECK(number >= 1 && number <= LC_OPS_MAX);
    struct lc_wsaoverlapped *overlapped = sim_app_take_overlapped(op, number);
    struct lc_wsabuf buffer = {
        .len = op->value,
        .buf = (char *)take_room(
            op,
            number,
            sim_app_process_running()->streams[op->socket]),
    };
    enum lc_wsa wsa = sim_wsa_recv_overlapped(
        (lc_socket)record->c,
        &buffer,
        overlapped,
        op->value2 == LC_INDICATE_ROUTINE ? sim_overlapped_routine : NULL);
    if (wsa == LC_WSA_OK || wsa == LC_WSA_IO_PENDING) {
        sim_app_began_overlapped(op, number);
    }
    return wsa;
}

/* Finds the bytes, and counts them where the variable still is that socket. */
static void count(
    struct sim_overlapped_receive *receive,
    uint32_t process,
    uint32_t size_bytes)
{
    struct sim_app_process *app = &SIM_WS2_32->apps[process];
    bool is_same = app->streams[receive->variable] == receive->stream;
    uint64_t expected = is_same ? app->received_bytes[receive->variable] : 0;
    uint64_t place = 0;
    bool is_found = size_bytes <= receive->size_bytes &&
                    sim_receive_find(
                        receive->stream,
                        &SIM_OVERLAPPED->bytes[receive->first],
                        size_bytes,
                        expected,
                        &place);
    receive->told = is_found ? (int64_t)place + 1 : 0;
    if (is_same) {
        app->received_bytes[receive->variable] += size_bytes;
    }
}

int64_t sim_overlapped_received(
    uint32_t process,
    uint32_t number,
    uint32_t error,
    uint32_t size_bytes)
{
    struct sim_overlapped_receive *receive = &SIM_OVERLAPPED->receives[number];
    if (!receive->is_receive) {
        return 0;
    }
    if (!receive->is_counted && error == 0 && size_bytes > 0) {
        receive->is_counted = 1;
        count(receive, process, size_bytes);
    }
    return receive->told;
}
