/*
 * Blocking hooks of applications of Winsock 1.1: when a provider asks for the
 * hook and calls it, what the hook may call, and calls that it has cancelled.
 */
#include "lastcall/abi.h"
#include "lastcall/version.h"

#include "model/area.h"
#include "model/report.h"

static struct model_connection *connection_of(
    struct model *model,
    const struct model_thread *thread)
{
    if (thread->connection == MODEL_NONE) {
        return NULL;
    }
    LC_CHECK(thread->connection < MODEL_CONNECTIONS_MAX);
    return &model->connections[thread->connection];
}

static bool is_of_hooks(uint8_t api)
{
    return api == LC_CALL_SETHOOK || api == LC_CALL_UNHOOK ||
           api == LC_CALL_ISBLOCKING || api == LC_CALL_CANCEL;
}

/* Whether a call is one that a hook is for. */
static bool can_block(uint8_t api)
{
    return api == LC_CALL_CONNECT || api == LC_CALL_SEND ||
           api == LC_CALL_RECV || api == LC_CALL_CLOSESOCKET ||
           api == LC_CALL_SELECT || api == LC_CALL_ACCEPT ||
           api == LC_CALL_WSAACCEPT;
}

static bool has(const struct model_thread *thread, uint8_t flag)
{
    return (thread->hook & flag) != 0;
}

/* ---- Processes of Winsock 1.1 ---- */

/* Whether a WSAStartup may make its process one of Winsock 1.1: no version from
 * 2 on is both supported and not above the one asked for. */
static bool may_be_old(const struct model *model, int64_t version)
{
    int64_t asked = (version & 0xff) << 8 | (version >> 8 & 0xff);
    bool has_2 = false;
    for (uint32_t i = LC_VERSION_2_0; i < LC_VERSION_COUNT; i++) {
        uint16_t word = lc_version_word((enum lc_version)i);
        int64_t order = (word & 0xff) << 8 | word >> 8;
        has_2 |= (model->world.ws2_versions >> i & 1) != 0 && order <= asked;
    }
    return !has_2;
}

static bool is_old(const struct model_event *event)
{
    return (event->process->flags & MODEL_PROCESS_OLD) != 0;
}

/* ---- Calls ---- */

/* Threads in calls on the same socket: while its mode is changed, nobody knows
 * whether they may wait. Returns: whether one of them changes it. */
static bool mode_mixes(struct model *model, const struct model_thread *self)
{
    bool is_changing = false;
    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *other = &model->threads[i];
        if (other == self || other->api == MODEL_NONE ||
            other->slot != self->slot) {
            continue;
        }
        is_changing |= other->api == LC_CALL_FIONBIO;
        if (self->api == LC_CALL_FIONBIO) {
            other->hook &= (uint8_t)~MODEL_HOOK_NONBLOCKING;
        }
    }
    return is_changing;
}

static void call_begins(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    if (thread->api == LC_CALL_WSASTARTUP &&
        may_be_old(model, thread->handle)) {
        event->process->flags |= MODEL_PROCESS_OLD;
    }
    thread->hook &= MODEL_HOOK_SET;
    if (thread->slot == MODEL_NONE) {
        return;
    }
    const struct model_socket *socket = &model->sockets[thread->slot];
    bool is_mixed = mode_mixes(model, thread);
    if ((socket->flags & MODEL_SOCKET_NONBLOCKING) != 0 && !is_mixed) {
        thread->hook |= MODEL_HOOK_NONBLOCKING;
    }
    if ((socket->flags & MODEL_SOCKET_BROKEN) != 0) {
        thread->hook |= MODEL_HOOK_BROKEN;
    }
}

/* A call of Winsock 1.1 has returned. */
static void old_ends(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    bool is_good = event->record->a != -1;
    model_report_unless(model, MODEL_BLOCK_12, !is_old(event), !is_good);
    /* No call is outstanding in a thread that can make one. */
    model_report_unless(
        model,
        MODEL_BLOCK_7,
        thread->api == LC_CALL_CANCEL,
        !is_good);
    if (is_good && thread->api == LC_CALL_SETHOOK) {
        thread->hook |= MODEL_HOOK_SET;
    } else if (is_good && thread->api == LC_CALL_UNHOOK) {
        thread->hook = 0;
    }
}

/* Whether an overlapped send was ever begun on a connection: of its bytes the
 * transport may have some of which nobody was told. */
static bool has_overlapped(const struct model *model, uint8_t connection)
{
    bool has_any = false;
    for (uint32_t i = 0; i < model->operation_count; i++) {
        has_any |= model->operations[i].flags != 0 &&
                   model->operations[i].connection == connection;
    }
    return has_any;
}

/* A send was cancelled. Of its bytes the transport has some, or none. */
static void send_cancelled(
    struct model *model,
    const struct model_thread *thread,
    const struct model_connection *connection)
{
    const uint32_t mixed = MODEL_CONNECTION_MIXED | MODEL_CONNECTION_RACY;
    bool calm = model_receive_is_calm(model, thread, connection);
    bool is_part = (connection->flags & mixed) == 0 &&
                   !model_datagram_is(connection) &&
                   !has_overlapped(model, thread->connection) &&
                   connection->accepted > connection->promised;
    bool is_reset = (connection->flags & MODEL_CONNECTION_RST) != 0;
    model_report_unless(model, MODEL_BLOCK_10, calm && is_part, is_reset);
    if (calm && is_part) {
        model->sockets[thread->slot].flags |= MODEL_SOCKET_BROKEN;
    }
}

static void call_ends(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_thread *thread = event->thread;
    if (is_of_hooks(thread->api)) {
        old_ends(model, event);
        return;
    }
    const struct model_connection *connection = connection_of(model, thread);
    bool interrupted = record->a == -1 && record->b == LC_WSAEINTR;
    bool cancelled = has(thread, MODEL_HOOK_CANCELLED);
    model_report_unless(
        model,
        MODEL_BLOCK_13,
        !is_old(event),
        record->b != LC_WSAEINPROGRESS);
    model_report_unless(
        model,
        MODEL_BLOCK_10,
        has(thread, MODEL_HOOK_BROKEN) && thread->low >= 1 &&
            thread->api != LC_CALL_CLOSESOCKET,
        record->a == -1);
    if (connection == NULL) {
        return;
    }
    model_report_unless(
        model,
        MODEL_BLOCK_5,
        is_old(event) && interrupted &&
            model_receive_is_calm(model, thread, connection),
        cancelled);
    if (!interrupted || !cancelled) {
        return;
    }
    if (thread->api == LC_CALL_SEND) {
        send_cancelled(model, thread, connection);
    }
    /* Only a close is certain to work now, BLOCK-9; a socket that listens is
     * as it was, BLOCK-8. */
    bool accepts =
        thread->api == LC_CALL_ACCEPT || thread->api == LC_CALL_WSAACCEPT;
    if (!accepts && thread->slot != MODEL_NONE &&
        model->sockets[thread->slot].live) {
        model_track_race(model, thread->slot);
    }
}

/* ---- The hook ---- */

static void runs(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    const struct model_connection *connection = connection_of(model, thread);
    bool calm =
        connection != NULL && model_receive_is_calm(model, thread, connection);
    bool is_poll = thread->api == LC_CALL_SELECT && thread->option == 0;
    bool is_own = has(thread, MODEL_HOOK_SET) &&
                  event->record->a == event->record->thread;
    bool nonblocking = calm && has(thread, MODEL_HOOK_NONBLOCKING);
    model_report_unless(model, MODEL_BLOCK_4, true, is_own);
    model_report_unless(
        model,
        MODEL_BLOCK_2,
        true,
        can_block(thread->api) && has(thread, MODEL_HOOK_WAITED) &&
            !nonblocking);
    model_report_unless(model, MODEL_EVENT_9, is_poll, false);
    model_report_unless(
        model,
        MODEL_BLOCK_3,
        has(thread, MODEL_HOOK_REFUSES),
        false);
}

static void makes(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_thread *thread = event->thread;
    bool is_refused = record->b == LC_WSAEINPROGRESS;
    if (record->a == LC_CALL_CANCEL) {
        bool calm = event->process->cleaning == 0 && thread->low >= 1;
        model_report_unless(
            model,
            MODEL_BLOCK_5,
            calm,
            record->b == 0 || record->b == LC_WSAENETDOWN);
        if (record->b == 0) {
            thread->hook |= MODEL_HOOK_CANCELLED;
        }
    } else if (record->a == LC_CALL_WSACLEANUP) {
        model_report_unless(model, MODEL_CLEAN_11, true, is_refused);
    } else if (record->a != LC_CALL_ISBLOCKING) {
        model_report_unless(model, MODEL_BLOCK_13, true, is_refused);
    }
}

/* A wait for the net begins in the thread's call. */
static void wait_begins(struct model *model, struct model_thread *thread)
{
    if (thread->waiting != LC_WAIT_NET || !can_block(thread->api)) {
        return;
    }
    model_report_unless(
        model,
        MODEL_BLOCK_1,
        has(thread, MODEL_HOOK_SET),
        has(thread, MODEL_HOOK_ASKED));
    model_report_unless(
        model,
        MODEL_BLOCK_3,
        has(thread, MODEL_HOOK_REFUSES),
        false);
    thread->hook |= MODEL_HOOK_WAITED;
}

static void hook_step(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    if (thread == NULL || event->process == NULL) {
        model_report_lost(model);
        return;
    }
    if (event->record->function == LC_HOOK_RUNS) {
        runs(model, event);
    } else if (event->record->function == LC_HOOK_MAKES) {
        makes(model, event);
    } else if (event->record->a == 0) {
        thread->hook |= MODEL_HOOK_REFUSES;
    }
}

void model_hook_step(struct model *model, const struct model_event *event)
{
    LC_CHECK(model != NULL);

    const struct lc_record *record = event->record;
    if (record->kind == LC_RECORD_HOOK) {
        hook_step(model, event);
    } else if (record->kind == LC_RECORD_WAIT) {
        wait_begins(model, event->thread);
    } else if (record->kind == LC_RECORD_UPCALL_CALL) {
        event->thread->hook |= MODEL_HOOK_ASKED;
    } else if (record->kind == LC_RECORD_API_CALL) {
        call_begins(model, event);
    } else {
        call_ends(model, event);
    }
}
