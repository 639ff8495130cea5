#include "sim/net/request.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/arena.h"
#include "sim/engine/thread.h"
#include "sim/engine/whole.h"
#include "sim/net/connection.h"

enum {
    PLACES_OF_A_THREAD = 8 /* where its first request goes */
};

enum request_state {
    REQUEST_FREE = 0,
    REQUEST_PENDING = 1,
    REQUEST_THROUGH = 2 /* its event is in the queue */
};

struct request {
    struct sim_request_tag tag;
    uint64_t bytes[SIM_REQUEST_BUFFERS_MAX]; /* addresses */
    uint32_t sizes[SIM_REQUEST_BUFFERS_MAX];
    uint64_t end_bytes; /* in the stream, when all are taken */
    uint32_t connection;
    uint32_t order; /* among those of the connection */
    uint32_t taken_bytes;
    uint32_t size_bytes;
    int32_t error;
    uint8_t state; /* enum request_state */
    uint8_t is_taken;
    uint8_t count;      /* of buffers */
    uint8_t is_receive; /* taken_bytes: that it was given */
};

struct requests {
    uint32_t end; /* behind the last place used in the run */
    uint32_t zero;
    struct request places[SIM_REQUESTS_MAX];
};

#define REQUESTS ((struct requests *)sim_arena_part(SIM_PART_REQUEST))

/* Written at start-up only. */
static sim_request_done_fn *tell;

void sim_request_set_done(sim_request_done_fn *done)
{
    tell = done;
}

static uint16_t event_object(const struct request *request)
{
    return (uint16_t)(request - REQUESTS->places + 1);
}

static struct request *free_place(void)
{
    struct requests *requests = REQUESTS;
    uint32_t first = sim_thread_current_slot() * PLACES_OF_A_THREAD;
    for (uint32_t i = 0; i < SIM_REQUESTS_MAX; i++) {
        uint32_t at = (first + i) % SIM_REQUESTS_MAX;
        if (requests->places[at].state == REQUEST_FREE) {
            if (at >= requests->end) {
                requests->end = at + 1;
            }
            return &requests->places[at];
        }
    }
    return NULL;
}

/* The next request of a connection after one, by the order in which they
 * began; NULL: none. */
static struct request *next_of(uint32_t connection, uint32_t after)
{
    struct requests *requests = REQUESTS;
    struct request *next = NULL;
    for (uint32_t i = 0; i < requests->end; i++) {
        struct request *request = &requests->places[i];
        if (request->state != REQUEST_FREE &&
            request->connection == connection && request->order > after &&
            (next == NULL || request->order < next->order)) {
            next = request;
        }
    }
    return next;
}

static uint32_t last_order(uint32_t connection)
{
    uint32_t last = 0;
    const struct request *request = next_of(connection, 0);
    while (request != NULL) {
        last = request->order;
        request = next_of(connection, last);
    }
    return last;
}

static struct sim_connection *connection_of(const struct request *request)
{
    return sim_connection_at(request->connection);
}

/* Nothing is to be taken of it any more. */
static void settle(struct request *request)
{
    if (!request->is_taken) {
        request->is_taken = 1;
        if (!request->is_receive) {
            sim_net_count_requests(connection_of(request), 0, -1);
        }
    }
}

/* It is through: somebody is told, by an event. What comes behind one that was
 * cancelled waits until then. */
static void finish(struct request *request, enum lc_wsa error)
{
    LC_CHECK(request->state == REQUEST_PENDING);
    request->state = REQUEST_THROUGH;
    request->error = (int32_t)error;
    sim_thread_schedule(LC_EVENT_COMPLETE, event_object(request), 0, 0);
}

/* Frees the place and tells. */
static void complete(struct request *request, bool is_silent)
{
    settle(request);
    struct request done = *request;
    *request = (struct request){ 0 };
    sim_net_count_requests(connection_of(&done), -1, 0);
    tell(
        &done.tag,
        &(struct sim_request_result){
            .error = (enum lc_wsa)done.error,
            .bytes = done.taken_bytes,
            .is_silent = is_silent,
        });
}

static void on_complete(uint16_t object, uint64_t value)
{
    (void)value;
    struct request *request = &REQUESTS->places[object - 1];
    LC_CHECK(request->state == REQUEST_THROUGH);
    struct sim_connection *connection = connection_of(request);
    complete(request, false);
    sim_request_advance(sim_connection_number(connection));
    sim_connection_wake(connection);
}

/* Takes over what fits. Returns: whether all is taken. */
static bool take(struct request *request)
{
    while (request->taken_bytes < request->size_bytes) {
        uint32_t before = request->taken_bytes;
        uint32_t skipped = 0;
        uint32_t i = 0;
        while (before >= skipped + request->sizes[i]) {
            skipped += request->sizes[i];
            i++;
        }
        uint32_t offset = before - skipped;
        uint32_t taken = sim_net_take(
            connection_of(request),
            (const unsigned char *)(uintptr_t)request->bytes[i] + offset,
            request->sizes[i] - offset);
        if (taken == 0) {
            return false;
        }
        request->taken_bytes += taken;
    }
    settle(request);
    request->end_bytes = connection_of(request)->accepted_bytes;
    return true;
}

/* Gives a receive what has come. Returns: whether it is through: with a byte, or
 * with the end of the stream. */
static bool fill(struct request *request)
{
    struct sim_connection *connection = connection_of(request);
    bool is_over =
        request->size_bytes == 0 || sim_receive_has_ended(connection);
    for (uint32_t i = 0; i < request->count; i++) {
        uint32_t given = sim_receive_give(
            connection,
            (unsigned char *)(uintptr_t)request->bytes[i],
            request->sizes[i]);
        request->taken_bytes += given;
        if (given < request->sizes[i]) {
            break;
        }
    }
    if (request->taken_bytes == 0 && !is_over) {
        return false;
    }
    settle(request);
    return true;
}

/* Whether a request of which all is taken is through. */
static bool is_through(const struct request *request)
{
    const struct sim_connection *connection = connection_of(request);
    return !connection->is_unbuffered ||
           connection->acked_bytes >= request->end_bytes;
}

/* Goes on with a send. */
static void advance_send(struct request *request, bool is_open)
{
    enum lc_wsa error = sim_net_send_error(connection_of(request), true);
    if (error != LC_WSA_OK) {
        finish(request, error);
    } else if (
        is_open && (request->is_taken || take(request)) &&
        is_through(request)) {
        finish(request, LC_WSA_OK);
    }
}

/* The same of a receive. One that was begun before waits for as much as one
 * byte, so that there is none left for those behind it. */
static void advance_receive(struct request *request)
{
    enum lc_wsa error = sim_receive_error(connection_of(request), true);
    if (error != LC_WSA_OK) {
        finish(request, error);
    } else if (fill(request)) {
        finish(request, LC_WSA_OK);
    }
}

void sim_request_advance(uint32_t number)
{
    struct sim_connection *connection = sim_connection_at(number);
    struct request *request = next_of(number, 0);
    bool is_open = true; /* no send before it waits for room */
    while (request != NULL) {
        uint32_t order = request->order;
        bool is_pending = request->state == REQUEST_PENDING;
        if (is_pending && connection->is_cancelled) {
            return; /* they are about to be dropped */
        }
        if (is_pending && request->is_receive) {
            advance_receive(request);
        } else if (is_pending) {
            advance_send(request, is_open);
        }
        is_open = is_open && (request->is_receive || request->is_taken);
        request = next_of(number, order);
    }
    sim_net_push(connection);
}

/* What a call asks for, in a request that is nowhere yet. */
static struct request asked(
    uint32_t number,
    const struct sim_request_tag *tag,
    const struct lc_wsabuf *buffers,
    uint32_t count)
{
    LC_CHECK(count >= 1 && count <= SIM_REQUEST_BUFFERS_MAX);
    struct request kept = { .tag = *tag, .connection = number };
    const struct sim_frame *caller = sim_thread_frame(1);
    kept.tag.process = (uint8_t)sim_thread_process();
    kept.tag.thread = (uint8_t)sim_thread_current_slot();
    kept.tag.module = caller == NULL ? LC_MODULE_APP : caller->module;
    kept.count = (uint8_t)count;
    for (uint32_t i = 0; i < count; i++) {
        kept.bytes[i] = (uint64_t)(uintptr_t)buffers[i].buf;
        kept.sizes[i] = buffers[i].len;
        kept.size_bytes += buffers[i].len;
    }
    return kept;
}

/* Gives a request its place, behind those of its connection. NULL: there is
 * none. */
static struct request *put(const struct request *kept)
{
    struct request *request = free_place();
    if (request != NULL) {
        uint32_t order = last_order(kept->connection) + 1;
        *request = *kept;
        request->state = REQUEST_PENDING;
        request->order = order;
        sim_net_count_requests(
            connection_of(request),
            1,
            kept->is_receive ? 0 : 1);
    }
    return request;
}

enum lc_wsa sim_request_send(
    uint32_t number,
    const struct sim_request_tag *tag,
    const struct lc_wsabuf *buffers,
    uint32_t count,
    uint32_t *ret_taken)
{
    struct request kept = asked(number, tag, buffers, count);
    sim_connection_yield(number);
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_connection *connection = sim_connection_at(number);
    enum lc_wsa error = sim_net_send_error(connection, false);
    if (error != LC_WSA_OK) {
        return error;
    }
    bool is_first = connection->untaken_count == 0;
    struct request *request = put(&kept);
    if (request == NULL) {
        return LC_WSAENOBUFS;
    }
    if (is_first && take(request) && is_through(request)) {
        *ret_taken = request->taken_bytes;
        complete(request, false);
        return LC_WSA_OK;
    }
    return LC_WSA_IO_PENDING;
}

enum lc_wsa sim_request_receive(
    uint32_t number,
    const struct sim_request_tag *tag,
    const struct lc_wsabuf *buffers,
    uint32_t count,
    uint32_t *ret_taken)
{
    struct request kept = asked(number, tag, buffers, count);
    kept.is_receive = 1;
    sim_connection_yield(number);
    if (sim_connection_is_down()) {
        return LC_WSAENETDOWN;
    }
    struct sim_connection *connection = sim_connection_at(number);
    enum lc_wsa error = sim_receive_error(connection, false);
    if (error != LC_WSA_OK) {
        return error;
    }
    struct request *request = put(&kept);
    if (request == NULL) {
        return LC_WSAENOBUFS;
    }
    bool is_full = fill(request);
    if (is_full) {
        *ret_taken = request->taken_bytes;
        complete(request, false);
    }
    sim_notify_enable(connection, LC_FD_READ);
    return is_full ? LC_WSA_OK : LC_WSA_IO_PENDING;
}

static void cancel(struct request *request)
{
    if (request->state == REQUEST_PENDING) {
        finish(request, LC_WSA_OPERATION_ABORTED);
    }
}

void sim_request_cancel(uint32_t number)
{
    struct request *request = next_of(number, 0);
    while (request != NULL) {
        cancel(request);
        request = next_of(number, request->order);
    }
}

void sim_request_cancel_thread(uint32_t thread)
{
    struct requests *requests = REQUESTS;
    for (uint32_t i = 0; i < requests->end; i++) {
        if (requests->places[i].tag.thread == thread) {
            cancel(&requests->places[i]);
        }
    }
}

/* Takes a request out, whatever its state. */
static void drop(struct request *request)
{
    if (request->state == REQUEST_THROUGH) {
        (void)sim_thread_unschedule(LC_EVENT_COMPLETE, event_object(request));
    }
    request->error = LC_WSA_OPERATION_ABORTED;
    struct sim_connection *connection = connection_of(request);
    complete(request, true);
    sim_net_push(connection); /* a FIN may have waited for it */
}

void sim_request_drop(void)
{
    struct requests *requests = REQUESTS;
    for (uint32_t i = 0; i < requests->end; i++) {
        struct request *request = &requests->places[i];
        if (request->state != REQUEST_FREE &&
            connection_of(request)->process == sim_thread_process() &&
            connection_of(request)->module == sim_thread_module()) {
            drop(request);
        }
    }
}

void sim_request_process_exit(uint32_t process)
{
    struct requests *requests = REQUESTS;
    for (uint32_t i = 0; i < requests->end; i++) {
        struct request *request = &requests->places[i];
        if (request->state == REQUEST_FREE || request->tag.process != process) {
            continue;
        }
        if (request->state == REQUEST_THROUGH) {
            (void)sim_thread_unschedule(
                LC_EVENT_COMPLETE,
                event_object(request));
        }
        settle(request);
        sim_net_count_requests(connection_of(request), -1, 0);
        *request = (struct request){ 0 };
    }
}

/* Whether the request of a structure is not told of yet. */
static bool is_under_way(uint32_t number, const void *overlapped)
{
    const struct requests *requests = REQUESTS;
    for (uint32_t i = 0; i < requests->end; i++) {
        if (requests->places[i].state != REQUEST_FREE &&
            requests->places[i].connection == number &&
            requests->places[i].tag.overlapped ==
                (uint64_t)(uintptr_t)overlapped) {
            return true;
        }
    }
    return false;
}

void sim_request_wait(uint32_t number, const void *overlapped)
{
    const struct sim_connection *connection = sim_connection_at(number);
    while (is_under_way(number, overlapped) && !connection->is_cancelled &&
           sim_connection_wait(connection, SIM_FOREVER) == LC_WSA_OK) {
    }
}

/* ---- The part ---- */

static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    ret_ranges[0] = (struct sim_range){
        .size_bytes = offsetof(struct requests, places),
    };
    ret_ranges[1] = (struct sim_range){
        .offset_bytes = offsetof(struct requests, places),
        .size_bytes = REQUESTS->end * (uint32_t)sizeof(struct request),
    };
    return 2;
}

static void check_whole(void)
{
    const struct requests *requests = REQUESTS;
    LC_CHECK(requests->end <= SIM_REQUESTS_MAX);
    for (uint32_t i = 0; i < SIM_REQUESTS_MAX; i++) {
        const struct request *request = &requests->places[i];
        LC_CHECK_IF(i >= requests->end, request->state == REQUEST_FREE);
        LC_CHECK(request->taken_bytes <= request->size_bytes);
    }
}

void sim_request_open(void)
{
    sim_whole_add(check_whole);
    sim_arena_part_declare(SIM_PART_REQUEST, sizeof(struct requests));
    sim_arena_part_set_used(SIM_PART_REQUEST, used_ranges);
    sim_thread_set_handler(LC_EVENT_COMPLETE, on_complete);
}
